"""What ``interactions=True`` finds, and what it costs.

python benchmarks/synergy.py [--repeats 20]

An exclusive or of two columns, and one of two sums of levels (parity), with a share of the labels
flipped, among noise columns: the share of runs in which both columns are selected, in which any
noise column is, and the seconds of a fit with and without.
"""

import argparse
import time

import numpy as np
from _table import print_table

from skinfo import InfoBottleneckSelector

CASES = [  # n, noise columns, levels, share of labels flipped
    (200, 200, 2, 0.0),
    (1000, 200, 2, 0.0),
    (1000, 200, 2, 0.2),
    (1000, 200, 5, 0.1),
    (1000, 1000, 2, 0.1),
    (5000, 200, 10, 0.2),
]


def make_table(n, noise, levels, flipped, rng):
    """Return codes whose first two columns say the class together, by the parity of their sum."""
    X = rng.integers(0, levels, (n, 2 + noise))
    y = (X[:, 0] + X[:, 1]) % 2
    return X, np.where(rng.random(n) < flipped, 1 - y, y)


def run(case, repeats, rng):
    """Return a row of the table."""
    found = noise = 0
    seconds = {True: [], False: []}
    for _ in range(repeats):
        X, y = make_table(*case, rng)
        for interactions in (True, False):
            start = time.perf_counter()
            selector = InfoBottleneckSelector(interactions=interactions).fit(X, y)
            seconds[interactions].append(time.perf_counter() - start)
            if interactions:
                found += selector.support_[:2].all()
                noise += selector.support_[2:].any()
    return [
        *case,
        found / repeats,
        noise / repeats,
        float(np.median(seconds[True])),
        float(np.median(seconds[False])),
    ]


def main():
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--repeats", type=int, default=20)
    repeats = parser.parse_args().repeats
    rng = np.random.default_rng(0)
    InfoBottleneckSelector(interactions=True).fit(*make_table(50, 5, 2, 0.0, rng))
    print_table(
        f"Pairs that only speak together, {repeats} runs each",
        ["n", "noise", "levels", "flipped", "found", "noise too", "seconds", "without (s)"],
        [run(case, repeats, rng) for case in CASES],
    )


if __name__ == "__main__":
    main()
