"""Time of sorting a column with the class of each row: by digits of keys, or by an order.

python benchmarks/sorting.py [--repeats 20]

The columns are nanoseconds per row: the kernels `sorted_pairs` and `sorted_rows`, and NumPy's
argsort and sort. Without AVX-512: NPY_DISABLE_CPU_FEATURES="X86_V4 AVX512_ICL AVX512_SPR";
without AVX2 or NEON (X86_V3 as well) NumPy is several times slower.

An AMD EPYC processor with AVX-512 (Zen 4), NumPy 2.4, processor time, nanoseconds per row of a
normal column, 27 November 2026. Before, the keys were floats that NumPy sorted.

    rows       sorted_pairs  before  before, AVX-512 disabled
    ---------  ------------  ------  ------------------------
    1000       11            18      9
    10,000     9             28      8
    100,000    11            42      10
    1,000,000  16            55      12
"""

import argparse

import numpy as np
from _table import interleaved, parse_arguments, print_table

from skinfo._kernels._sorting import sorted_pairs, sorted_rows

COLUMNS = {
    "normal": lambda rng, n: rng.normal(size=n),
    "lognormal": lambda rng, n: rng.lognormal(size=n),
    "an outlier": lambda rng, n: np.append(rng.normal(size=n - 1), 1e300),
    "mostly zero": lambda rng, n: np.where(rng.random(n) < 0.95, 0.0, rng.normal(size=n)),
    "50 integers": lambda rng, n: rng.integers(0, 50, n).astype(float),
    "in order": lambda rng, n: np.sort(rng.normal(size=n)),
}


def by_order(values, codes):
    """Return both in the order of NumPy's argsort."""
    order = np.argsort(values)
    return values[order], codes[order]


def main():
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--repeats", type=int, default=20)
    repeats = parse_arguments(parser).repeats
    rng = np.random.default_rng(0)
    rows = []
    for n in (1000, 10_000, 100_000, 1_000_000):
        for name, column in COLUMNS.items():
            x, y = column(rng, n), rng.integers(0, 2, n).astype(np.uint8)
            seconds = interleaved(
                {
                    "sorted_pairs": lambda x=x, y=y: sorted_pairs(x, y),
                    "sorted_rows": lambda x=x: sorted_rows(x),
                    "argsort, take": lambda x=x, y=y: by_order(x, y),
                    "stable argsort": lambda x=x: np.argsort(x, kind="stable"),
                    "sort alone": lambda x=x: np.sort(x),
                },
                repeats,
            )
            rows.append([n, name, *(each / n * 1e9 for each in seconds.values())])
    print_table(
        f"Sorting: nanoseconds per row, median of {repeats}",
        ["rows", "column", *(f"{name} (ns)" for name in seconds)],
        rows,
    )


if __name__ == "__main__":
    main()
