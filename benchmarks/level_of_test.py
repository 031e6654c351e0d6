"""Rejection rates of `mutual_info_test` for independent columns, at nominal .05, .01 and .001.

    python benchmarks/level_of_test.py [--repeats 20000]
    python benchmarks/level_of_test.py --ordered
    python benchmarks/level_of_test.py --dependent 200

Tables are drawn with fixed margins. The columns are the size of the table, the number N of
samples, the margins, the number of distinct values of the information, the rejection rates, that
of the chi-squared approximation at .01, and the largest ratio of a rate to its level. With few
distinct values no test attains its nominal level, and the rate must be below. ``--ordered`` treats
the levels as ordered.

``--dependent`` draws rows that are not independent: 30 subjects of 10 rows, and series of 300 rows
of autocorrelation 0.9, whole or in ten segments. "gamma" assumes independent rows, "groups"
permutes within subjects or segments, "shifts" compares with shifts of the whole series by 20 rows
or more, as in the user guide.
"""

import argparse
import itertools
from functools import partial

import numpy as np
from _table import parse_arguments, print_table
from scipy.special import gammaincc, xlogy
from scipy.stats import random_table

from skinfo._counts._evidence import TableEvidence, smooth_evidence
from skinfo.estimation import mutual_info, mutual_info_test

SHAPES = [(2, 2), (5, 2), (10, 2), (30, 2), (5, 5), (10, 5), (30, 10)]
LEVELS = (0.05, 0.01, 0.001)


def margin(kind, size, n):
    """Return `size` positive integers that sum to n, equal or by Zipf's law."""
    weight = np.ones(size) if kind == "even" else 1 / np.arange(1, size + 1)
    counts = np.maximum(np.floor(n * weight / weight.sum()), 1).astype(int)
    counts[0] += n - counts.sum()
    return counts


def pvalues(tables, rows, columns, is_ordered):
    """Return the p-values of many tables of the same margins."""
    n = rows.sum()
    information = xlogy(tables, tables).sum((1, 2)) + xlogy(n, n)
    information = information - xlogy(rows, rows).sum() - xlogy(columns, columns).sum()
    chi2 = gammaincc((len(rows) - 1) * (len(columns) - 1) / 2, np.maximum(information, 0))
    n_values = len(np.unique(information.round(9)))
    different, inverse = np.unique(
        tables.reshape(len(tables), -1) if is_ordered else information.round(9),
        axis=0,
        return_index=True,
        return_inverse=True,
    )[1:]
    ours = [
        TableEvidence.of_table(
            tables[i], smooth_evidence(tables[i], len(rows)) if is_ordered else None
        ).pvalue[0]
        for i in different
    ]
    return np.array(ours)[inverse.ravel()], chi2, n_values


def series(rng, n, correlation=0.9):
    """Return an autoregressive series of order one."""
    noise = rng.normal(size=n + 100)
    return np.convolve(noise, correlation ** np.arange(100))[100 : n + 100]


def by_shifts(x, y):
    """Return the p-value of the information, compared with that of shifts of y."""

    def estimate(target):
        return mutual_info(x[:, None], target, estimator="binned", discrete_target=False)[0]

    steps = range(20, len(y) - 19, 3)
    as_much = sum(estimate(np.roll(y, step)) >= estimate(y) for step in steps)
    return (1 + as_much) / (1 + len(steps))


def dependent_rows(repeats, rng):
    """Print the rejection rates at .05 of columns with dependent rows."""
    segments, subjects = np.repeat(np.arange(10), 30), np.repeat(np.arange(30), 10)
    rows = []
    for name, groups, slope in (
        ("subjects", subjects, 0.0),
        ("series", segments, 0.0),
        ("series, dependent", segments, 0.3),
    ):
        rejected = []
        for _ in range(repeats):
            if groups is subjects:
                level = rng.normal(size=30)[groups]
                x, y = level + rng.normal(size=(2, 300))
            else:
                x, y = series(rng, 300), series(rng, 300)
            y = y + slope * x
            test = partial(mutual_info_test, x[:, None], y, estimator="binned")
            within = test(groups=groups, n_permutations=99, random_state=0)
            pvalues = [test().pvalue[0], within.pvalue[0], np.nan]
            if groups is segments:
                pvalues[2] = by_shifts(x, y)
            rejected.append(np.where(np.isnan(pvalues), np.nan, np.array(pvalues) <= 0.05))
        rates = np.mean(rejected, axis=0)
        rows.append([name, *("" if np.isnan(rate) else rate for rate in rates)])
    print_table(
        f"Dependent rows: rejection rates at .05, {repeats} runs of 300 rows",
        ["rows", "gamma", "groups", "shifts"],
        rows,
    )


def main():
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--repeats", type=int, default=20_000)
    parser.add_argument("--ordered", action="store_true")
    parser.add_argument("--dependent", type=int, default=0)
    options = parse_arguments(parser)
    repeats = options.repeats
    rng = np.random.default_rng(0)
    if options.dependent:
        dependent_rows(options.dependent, rng)
        return
    rows = []
    for (r, c), n, kind in itertools.product(
        SHAPES, (50, 200, 1000, 5000), ("even", "zipf", "rare class")
    ):
        if n < 1.5 * r:
            continue
        a = margin("even" if kind == "rare class" else kind, r, n)
        b = margin("even", c, n)
        if kind == "rare class":
            b[1:] = max(n // 50, 1)
            b[0] = n - b[1:].sum()
        tables = random_table(a, b).rvs(repeats, random_state=rng)
        ours, chi2, n_values = pvalues(tables, a, b, options.ordered)
        rates = [float(np.mean(ours < level)) for level in LEVELS]
        worst = max(
            (
                rate / level
                for rate, level in zip(rates, LEVELS, strict=True)
                if level * repeats >= 20
            ),
            default="",
        )
        rows.append(
            [r, c, n, kind, min(n_values, 9999), *rates, float(np.mean(chi2 < 0.01)), worst]
        )
    print_table(
        f"Independent columns: rejection rates, {repeats:,} tables each, values up to 9999",
        ["rows", "columns", "N", "margins", "values"]
        + ["at .05", "at .01", "at .001", "chi2 at .01", "largest ratio to the level"],
        rows,
    )


if __name__ == "__main__":
    main()
