"""Bias and error of every discrete estimator, of mutual information and of entropy.

Six shapes of table times three sample sizes times three strengths of dependence. The
margins are uneven (drawn once from a flat Dirichlet distribution, mixed half and half
with equal shares) and the dependence is theirs times exp(strength * normal), strength
0, 0.5 and 1.5. Tables are multinomial samples; each estimator sees the same ones.
The means over settings are of the absolute bias and of the root mean squared error,
both in thousandths of a bit, against the exact value of the distribution.

    python benchmarks/estimator_bias.py
"""

import argparse
import math
import time

import numpy as np

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
    return information_from_counts(table, name)


def entropy_of_cells(name, table):
    return ENTROPY_ESTIMATORS[name](table[table > 0], table.size)


def measure(estimate, names, repeats):
    """Return errors in millibits, (names, shapes, sizes, strengths, repeats), and seconds."""
    errors = np.empty((len(names), len(SHAPES), len(SIZES), len(STRENGTHS), repeats))
    seconds = np.zeros(len(names))
    for i, shape in enumerate(SHAPES):
        for k, strength in enumerate(STRENGTHS.values()):
            joint = distribution(shape, strength)
            # The plug-in of the true distribution is the truth, of either quantity.
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


def print_table(title, names, errors, seconds):
    """Print mean absolute bias / mean root mean squared error over groups of settings."""
    bias = np.abs(errors.mean(axis=-1))
    rmse = np.sqrt((errors**2).mean(axis=-1))
    two_columns = [i for i, (_, n_columns) in enumerate(SHAPES) if n_columns == 2]
    groups = {"all": np.s_[:, :, :]}
    groups |= {name: np.s_[:, :, k] for k, name in enumerate(STRENGTHS)}
    groups |= {f"N={n}": np.s_[:, j, :] for j, n in enumerate(SIZES)}
    groups["c=2"] = np.s_[two_columns]
    print(f"\n{title}: |bias| / RMSE in millibits")
    print(f"{'':16}" + "".join(f"{name:>14}" for name in groups) + f"{'us a table':>14}")
    for e, name in enumerate(names):
        cells = [f"{bias[e][g].mean():.1f}/{rmse[e][g].mean():.1f}" for g in groups.values()]
        per_table = 1e6 * seconds[e] / errors[e].size
        print(f"{name:16}" + "".join(f"{cell:>14}" for cell in cells) + f"{per_table:14.0f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=100, help="tables of each setting")
    repeats = parser.parse_args().repeats

    n_settings = len(SHAPES) * len(SIZES) * len(STRENGTHS)
    print(f"{n_settings} settings, {repeats} tables each")
    for title, estimate, table in (
        ("Mutual information", information_of_table, INFORMATION_ESTIMATORS),
        ("Entropy of the cells, their number known", entropy_of_cells, ENTROPY_ESTIMATORS),
    ):
        names = list(table)
        print_table(title, names, *measure(estimate, names, repeats))


if __name__ == "__main__":
    main()
