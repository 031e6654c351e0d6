"""Expected information under independence: skinfo's against scikit-learn's.

Both compute the exact mean over tables with fixed margins (Vinh, Epps and Bailey 2010,
eq. 24). Errors are relative to a sum in 55 digits; times are medians of runs in turns,
so that a busy machine is busy for both.

    python benchmarks/expected_information_speed.py
"""

import argparse
import time

import mpmath
import numpy as np
from sklearn.metrics.cluster import expected_mutual_information

from skinfo._kernels._null import expected_information

SETTINGS = ((10, 2, 1_000), (30, 10, 1_000), (10, 2, 100_000), (30, 10, 100_000))


def margins(n_rows, n_columns, n):
    """Return margins with no two alike, whole numbers as float64."""
    rng = np.random.default_rng(0)
    return tuple(
        1.0 + rng.multinomial(n - k, rng.dirichlet(np.full(k, 5.0))) for k in (n_rows, n_columns)
    )


def exact(rows, columns):
    """Return the mean in 55 digits: the probability at the mode, and a recurrence outwards."""
    with mpmath.workdps(55):
        n = int(rows.sum())
        cells = mpmath.fsum(exact_cell(n, int(a), int(b)) for a in rows for b in columns)
        return cells / n


def exact_cell(n, a, b):
    low, high = max(0, a + b - n), min(a, b)
    mode = min(max((a + 1) * (b + 1) // (n + 2), low), high)
    start = mpmath.exp(log_binomial(a, mode) + log_binomial(n - a, b - mode) - log_binomial(n, b))
    total = start * summand(n, a, b, mode)
    for step in (1, -1):
        weight, k = start, mode
        while low <= k + step <= high and weight > mpmath.mpf(10) ** -50:
            if step == 1:
                weight *= mpmath.mpf((a - k) * (b - k)) / ((k + 1) * (n - a - b + k + 1))
            else:
                weight *= mpmath.mpf(k * (n - a - b + k)) / ((a - k + 1) * (b - k + 1))
            k += step
            total += weight * summand(n, a, b, k)
    return total


def summand(n, a, b, k):
    return k * mpmath.log(mpmath.mpf(n * k) / (a * b)) if k else mpmath.mpf(0)


def log_binomial(n, k):
    return mpmath.loggamma(n + 1) - mpmath.loggamma(k + 1) - mpmath.loggamma(n - k + 1)


def north_west(rows, columns):
    """Return a table with these margins: scikit-learn reads them off one."""
    rows, columns = rows.copy(), columns.copy()
    table = np.zeros((len(rows), len(columns)), dtype=np.int64)
    i = j = 0
    while i < len(rows) and j < len(columns):
        cell = min(rows[i], columns[j])
        table[i, j] = cell
        rows[i] -= cell
        columns[j] -= cell
        i, j = (i + 1, j) if rows[i] == 0 else (i, j + 1)
    return table


def seconds(calls, repeats):
    """Return the median seconds of each call, run in turns."""
    times = np.empty((repeats, len(calls)))
    for row in times:
        for place, call in enumerate(calls):
            start = time.perf_counter()
            call()
            row[place] = time.perf_counter() - start
    return np.median(times, axis=0)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=51)
    repeats = parser.parse_args().repeats

    print(f"{'':28}{'skinfo':>24}{'scikit-learn':>24}")
    print(f"{'table':>12}{'N':>8}{'nats':>8}" + f"{'us':>12}{'error':>12}" * 2 + f"{'faster':>9}")
    for n_rows, n_columns, n in SETTINGS:
        rows, columns = margins(n_rows, n_columns, n)
        table = north_west(rows, columns)
        truth = exact(rows, columns)

        def ours(rows=rows, columns=columns):
            return expected_information(rows, columns)

        def theirs(table=table, n=n):
            return expected_mutual_information(table, n)

        errors = [float(abs(call() - truth) / truth) for call in (ours, theirs)]
        times = seconds((ours, theirs), repeats)
        print(
            f"{f'{n_rows}x{n_columns}':>12}{n:8}{float(truth):8.5f}"
            + "".join(f"{1e6 * t:12.0f}{e:12.1e}" for t, e in zip(times, errors, strict=True))
            + f"{times[1] / times[0]:8.1f}x"
        )


if __name__ == "__main__":
    main()
