"""How often the 95% interval of `mutual_info_test` holds the true information.

    python benchmarks/coverage_of_interval.py [--repeats 1000]

Tables are drawn from joint distributions of known information: none, weak and strong.
"""

import argparse
import itertools

import numpy as np
from _table import print_table

from skinfo.estimation._evidence import table_evidence
from skinfo.estimation._laws import PluginLaw, information_bounds
from skinfo.measures import mutual_information

SHAPES = [(2, 2), (5, 2), (10, 2), (30, 2), (10, 5), (30, 10)]
STRENGTHS = {"none": 0.0, "very weak": 0.1, "weak": 0.3, "medium": 1.0, "strong": 2.5}


def joint(r, c, strength):
    """Return a joint distribution (r, c) with even rows."""
    odds = np.exp(strength * np.random.default_rng(100 * r + c).normal(size=(r, c)))
    return odds / odds.sum(axis=1, keepdims=True) / r


def main():
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--repeats", type=int, default=1000)
    repeats = parser.parse_args().repeats
    rng = np.random.default_rng(0)
    rows = []
    for (r, c), n in itertools.product(SHAPES, (50, 200, 1000, 5000)):
        row = [f"{r}x{c}", n]
        for strength in STRENGTHS.values():
            p = joint(r, c, strength)
            truth = 0.0 if strength == 0 else float(mutual_information(p, base=np.e))
            tables = rng.multinomial(n, p.ravel(), repeats).reshape(-1, r, c).astype(float)
            evidence = np.array([table_evidence(table) for table in tables])
            evidence = evidence[evidence[:, 2] > 0]
            law = PluginLaw(*evidence[:, 1:].T)
            low, high = information_bounds(law.far, law, 0.95)
            held = (low <= n * truth + 1e-9) & (n * truth <= high + 1e-9)
            row += [truth / np.log(2), float(held.mean())]
        rows.append(row)
    print_table(
        f"Share of {repeats} intervals that hold the truth (nominal 0.95), by true bits",
        ["table", "N", *itertools.chain(*((f"{s}: bits", "held") for s in STRENGTHS))],
        rows,
    )


if __name__ == "__main__":
    main()
