"""Time of the kernels of streamed tables, on one chunk and one thread, and of NumPy's functions.

python benchmarks/streamed_kernels.py [--part values|sums|tables] [--repeats 5]

The columns are nanoseconds per value, or per cell, of each kernel and of NumPy's function for the
same task, if there is one.
"""

import argparse

import numpy as np
from _table import interleaved, parse_arguments, print_table

from skinfo._kernels._code_sums import class_sums_by_code, number_sums_by_code
from skinfo._kernels._digitize import digitize, values_between
from skinfo._kernels._distinct import DistinctValues
from skinfo._kernels._exact_sums import sums_by_code
from skinfo._kernels._packed_counts import add_tables, pack_codes

N = 2**20
ONES = np.empty(0)

COLUMNS = {
    "uniform": lambda rng: rng.random(N),
    "normal": lambda rng: rng.normal(size=N),
    "lognormal": lambda rng: rng.lognormal(0.0, 2.0, N),
    "8 integers": lambda rng: rng.integers(0, 8, N).astype(float),
    "30,000 integers": lambda rng: rng.integers(0, 30_000, N).astype(float),
    "in order": lambda rng: np.sort(rng.normal(size=N)),
    "one value": lambda rng: np.full(N, 3.0),
}


def each(functions, repeats, n):
    """Return the nanoseconds of each function per value."""
    return [seconds / n * 1e9 for seconds in interleaved(functions, repeats).values()]


def of_values(repeats):
    """Print those of distinct values, bins of few and many edges, and values in few ranges."""
    rng = np.random.default_rng(0)
    header = ["column", "distinct, first chunk", "distinct, later chunk", "np.unique"]
    for m in (10, 250, 8192, 60_000):
        header += [f"{m} edges", f"{m} edges, np.searchsorted"]
    rows = []
    for name, column in COLUMNS.items():
        x = column(rng)
        known = DistinctValues(0).add(x)
        row = each(
            {
                "first": lambda x=x: DistinctValues(0).add(x),
                "later": lambda x=x, known=known: known.add(x),
                "unique": lambda x=x: np.unique(x),
            },
            repeats,
            N,
        )
        for m in (10, 250, 8192, 60_000):
            edges = np.unique(rng.choice(x, m))
            codes = np.empty(N, np.int32)
            row += each(
                {
                    "edges": lambda x=x, c=edges, codes=codes: digitize(x, c, -1, codes),
                    "numpy": lambda x=x, c=edges: np.searchsorted(c, x, side="right"),
                },
                repeats,
                N,
            )
        rows.append([name, *row])
    print_table(f"Values: nanoseconds per value, {N:,} values", header, rows)
    x, rows = rng.normal(size=N), []
    for n_ranges in (1, 4, 16, 100):
        starts = np.sort(rng.normal(size=n_ranges))
        stops = np.append(np.minimum(starts[:-1] + 1e-4, starts[1:]), starts[-1] + 1e-4)
        between = {"values": lambda a=starts, b=stops: values_between(x, a, b)}
        rows.append([n_ranges, *each(between, repeats, N)])
    title = f"Values in ranges: nanoseconds per value, {N:,} values"
    print_table(title, ["ranges", "values_between (ns)"], rows)


def of_sums(repeats):
    """Print those of sums of a target by code, and of exact sums of the values."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, N).astype(np.uint8)
    weights = rng.integers(1, 4, N).astype(float)
    v = np.rint(rng.normal(size=N) * 2.0**29)
    x = rng.normal(size=N)
    header = ["codes", "classes", "classes, weighted", "classes, np.bincount", "numbers"]
    header += ["numbers, weighted", "exact", "exact, weighted"]
    rows = []
    for m in (1, 10, 64, 1000, 8192, 65_000):
        codes = rng.integers(0, m, N).astype(np.int32)
        cells = codes.astype(np.int64) * 2 + y
        functions = {
            "classes": lambda c=codes, m=m: class_sums_by_code(c, y, ONES, m, 2),
            "class weights": lambda c=codes, m=m: class_sums_by_code(c, y, weights, m, 2),
            "bincount": lambda c=cells, m=m: np.bincount(c, minlength=2 * m),
            "numbers": lambda c=codes, m=m: number_sums_by_code(c, v, ONES, 2.0**16, m),
            "weighted": lambda c=codes, m=m: number_sums_by_code(c, v, weights, 2.0**16, m),
        }
        if m <= 1000:
            functions["exact"] = lambda c=codes, m=m: sums_by_code(x, ONES, c, m)
            functions["exact weights"] = lambda c=codes, m=m: sums_by_code(x, weights, c, m)
        rows.append([m, *each(functions, repeats, N)])
        rows[-1] += [""] * (len(header) - len(rows[-1]))
    print_table(f"Sums by code: nanoseconds per value, {N:,} values", header, rows)


def of_tables(repeats):
    """Print those of contingency tables of packed columns with a state."""
    rng = np.random.default_rng(0)
    n, p = 2**15, 100
    rows = []
    for n_levels, bits in ((2, 1), (4, 2), (11, 4), (33, 8)):
        even = rng.integers(0, n_levels, (p, n)).astype(np.uint8)
        skewed = np.where(rng.random((p, n)) < 0.95, 0, even).astype(np.uint8)
        for name, columns in (("even", even), ("skewed", skewed)):
            packed = np.empty((p, n // 8 * bits), np.uint8)
            for codes, into in zip(columns, packed, strict=True):
                pack_codes(codes, bits, into)
            row = []
            for n_states in (1, 11, 33, 64, 128, 300):
                labels = rng.integers(0, n_states, n).astype(np.int32)
                if name == "skewed":
                    labels[rng.random(n) < 0.8] = 0
                arguments = (
                    packed.ravel(),
                    np.arange(p) * packed.shape[1],
                    np.full(p, bits),
                    np.full(p, n_levels),
                    labels,
                    n_states,
                    ONES,
                    np.zeros(p * n_levels * n_states),
                )
                count = {"count": lambda arguments=arguments: add_tables(*arguments)}
                row += each(count, repeats, n * p)
            rows.append([n_levels, name, *row])
    header = ["levels", "codes", *(f"{k} states" for k in (1, 11, 33, 64, 128, 300))]
    title = f"Contingency tables: nanoseconds per cell, {n:,} rows, {p} columns"
    print_table(title, header, rows)


PARTS = {"values": of_values, "sums": of_sums, "tables": of_tables}


def main():
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--part", choices=PARTS)
    parser.add_argument("--repeats", type=int, default=5)
    arguments = parse_arguments(parser)
    for part in [arguments.part] if arguments.part else PARTS:
        PARTS[part](arguments.repeats)


if __name__ == "__main__":
    main()
