"""Bias and error of the discrete estimators of mutual information and of entropy.

    python benchmarks/estimator_bias.py [--repeats 100]

The settings are six shapes of table, three sample sizes and three strengths of dependence. The
margins are uneven (drawn once from a flat Dirichlet distribution, averaged with equal
proportions), and the joint distribution is their product times exp(strength * normal), strength
0, 0.5 and 1.5. Tables are multinomial samples, the same for each estimator.

The columns are means over settings of the absolute bias and of the root mean squared error
(RMSE), in thousandths of a bit, relative to the exact value of the distribution: over all
settings, by strength, by sample size N, and for tables of two columns.
"""

import argparse
import math
import time

import numpy as np
from _table import parse_arguments, print_table

from skinfo.estimation._entropy_estimators import ENTROPY_ESTIMATORS
from skinfo.estimation._table_information import INFORMATION_ESTIMATORS, information_from_counts

SHAPES = ((2, 2), (5, 2), (10, 2), (10, 5), (30, 2), (30, 10))
SIZES = (50, 200, 1000)
STRENGTHS = {"null": 0.0, "weak": 0.5, "strong": 1.5}
MILLIBITS = 1000 / math.log(2)


def distribution(shape, strength):
    """Return a joint distribution of this shape, the same on every run."""
    rng = np.random.default_rng([*shape, int(10 * strength)])
    rows, columns = (0.5 * rng.dirichlet(np.ones(k)) + 0.5 / k for k in shape)
    joint = np.outer(rows, columns) * np.exp(strength * rng.standard_normal(shape))
    return joint / joint.sum()


def information_of_table(name, table):
    """Return the mutual information of a table of counts, in nats."""
    return information_from_counts(table, name)


def entropy_of_cells(name, table):
    """Return the entropy of the cells, whose number is known, in nats."""
    return ENTROPY_ESTIMATORS[name](table[table > 0], table.size)


def measure(estimate, names, repeats):
    """Return errors in millibits, (names, shapes, sizes, strengths, repeats), and seconds."""
    errors = np.empty((len(names), len(SHAPES), len(SIZES), len(STRENGTHS), repeats))
    seconds = np.zeros(len(names))
    for i, shape in enumerate(SHAPES):
        for k, strength in enumerate(STRENGTHS.values()):
            joint = distribution(shape, strength)
            # The plug-in estimate of the true distribution is the true value.
            truth = estimate("plugin", joint)
            for j, n in enumerate(SIZES):
                rng = np.random.default_rng([i, j, k])
                tables = rng.multinomial(n, joint.ravel(), repeats).reshape(-1, *shape)
                for e, name in enumerate(names):
                    start = time.perf_counter()
                    values = np.array([estimate(name, table * 1.0) for table in tables])
                    seconds[e] += time.perf_counter() - start
                    errors[e, i, j, k] = MILLIBITS * (values - truth)
    return errors, seconds


def print_errors(title, names, errors, seconds):
    """Print mean absolute bias and mean root mean squared error over groups of settings."""
    bias = np.abs(errors.mean(axis=-1))
    rmse = np.sqrt((errors**2).mean(axis=-1))
    two_columns = [i for i, (_, n_columns) in enumerate(SHAPES) if n_columns == 2]
    groups = {"all": np.s_[:, :, :]}
    groups |= {name: np.s_[:, :, k] for k, name in enumerate(STRENGTHS)}
    groups |= {f"N={n}": np.s_[:, j, :] for j, n in enumerate(SIZES)}
    groups["two columns"] = np.s_[two_columns]
    n_settings = len(SHAPES) * len(SIZES) * len(STRENGTHS)
    sizes = f"{n_settings} settings, {errors.shape[-1]} tables each"
    for measure_name, values in (("mean |bias|", bias), ("mean RMSE", rmse)):
        print_table(
            f"{title}: {measure_name} in millibits, {sizes}",
            ["estimator", *groups],
            [
                [name, *(values[e][group].mean() for group in groups.values())]
                for e, name in enumerate(names)
            ],
        )
    print_table(
        f"{title}: time, {sizes}",
        ["estimator", "microseconds per table"],
        [[name, 1e6 * seconds[e] / errors[e].size] for e, name in enumerate(names)],
    )


def main():
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=100, help="tables of each setting")
    repeats = parse_arguments(parser).repeats

    for title, estimate, table in (
        ("Mutual information", information_of_table, INFORMATION_ESTIMATORS),
        ("Entropy of the cells, number of cells known", entropy_of_cells, ENTROPY_ESTIMATORS),
    ):
        names = list(table)
        print_errors(title, names, *measure(estimate, names, repeats))


if __name__ == "__main__":
    main()
