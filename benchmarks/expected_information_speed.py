"""Time and accuracy of the expected information under independence, in skinfo and scikit-learn.

    python benchmarks/expected_information_speed.py [--repeats 51]

Both compute the exact mean over tables with fixed margins (Vinh, Epps and Bailey 2010,
eq. 24). The columns are the size of the table, the number N of samples, the mean in nats, the
median time of interleaved runs and the relative error, compared with a sum in 55 digits.
"""

import argparse

import mpmath
import numpy as np
from _table import interleaved, parse_arguments, print_table
from sklearn.metrics.cluster import expected_mutual_information

from skinfo._kernels._null import expected_information

SETTINGS = ((10, 2, 1_000), (30, 10, 1_000), (10, 2, 100_000), (30, 10, 100_000))


def margins(n_rows, n_columns, n):
    """Return margins without equal counts, integers as float64."""
    rng = np.random.default_rng(0)
    return tuple(
        1.0 + rng.multinomial(n - k, rng.dirichlet(np.full(k, 5.0))) for k in (n_rows, n_columns)
    )


def exact(rows, columns):
    """Return the mean in 55 digits."""
    with mpmath.workdps(55):
        n = int(rows.sum())
        cells = mpmath.fsum(exact_cell(n, int(a), int(b)) for a in rows for b in columns)
        return cells / n


def exact_cell(n, a, b):
    """Return the sum over one cell: the probability at the mode, and a recurrence outwards."""
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
    """Return the term of a count k."""
    return k * mpmath.log(mpmath.mpf(n * k) / (a * b)) if k else mpmath.mpf(0)


def log_binomial(n, k):
    """Return the logarithm of a binomial coefficient."""
    return mpmath.loggamma(n + 1) - mpmath.loggamma(k + 1) - mpmath.loggamma(n - k + 1)


def north_west(rows, columns):
    """Return a table with these margins, as scikit-learn expects."""
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


def main():
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=51)
    repeats = parse_arguments(parser).repeats
    lines = []
    for n_rows, n_columns, n in SETTINGS:
        rows, columns = margins(n_rows, n_columns, n)
        table = north_west(rows, columns)
        truth = exact(rows, columns)

        def ours(rows=rows, columns=columns):
            return expected_information(rows, columns)

        def theirs(table=table, n=n):
            return expected_mutual_information(table, n)

        errors = [float(abs(call() - truth) / truth) for call in (ours, theirs)]
        times = interleaved({"ours": ours, "theirs": theirs}, repeats)
        lines.append(
            [n_rows, n_columns, n, float(truth), 1e6 * times["ours"], 1e6 * times["theirs"]]
            + [times["theirs"] / times["ours"], *errors]
        )
    print_table(
        f"Expected mutual information: sizes in the rows, median of {repeats}",
        ["rows", "columns", "N", "mean (nats)", "skinfo (us)", "sklearn (us)"]
        + ["speedup over sklearn", "relative error of skinfo", "relative error of sklearn"],
        lines,
    )


if __name__ == "__main__":
    main()
