"""Seconds and memory of five calls of fixed size and seed, compared with an earlier release.

    python benchmarks/history.py [--repeats 7] [--json FILE] [--compare FILE]

`time_fit` is the median of the repeats in seconds of the processor, which other programs on the
machine change less than seconds of the clock. `peakmem_fit` is what the first fit adds to the
most memory that the process has held at any time, in MiB. Every case runs in a process of its
own, since that maximum never falls: it holds the imports, a small fit that loads the modules
that are imported late, and the data, which are made without large temporary arrays.

With --compare the exit status is 1 if a fit takes more than 1.5 times the seconds or the memory
that the file has, on the same machine. On another machine the ratios are only shown. Linux and
macOS; Windows does not report the memory in this way.
"""

import argparse
import json
import resource
import statistics
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from _table import machine, parse_arguments, print_table

from skinfo import InfoBottleneckSelector, InformationBottleneck, MutualInfoBinner
from skinfo.estimation import mutual_info
from skinfo.metrics import cross_entropy_loss

TITLE = "Fits"
HEADER = ["call", "data", "time_fit (s)", "peakmem_fit (MiB)"]
LARGEST_RATIO = 1.5
# Less is a matter of the allocator: compared as if it were this.
SMALLEST_MEMORY = 1.0
# `ru_maxrss` is in bytes on macOS and in KiB elsewhere.
MAXRSS_IN_MIB = 1 / 1024**2 if sys.platform == "darwin" else 1 / 1024


def classes(n_samples, n_features, rng):
    """Return numbers, of which the first four are higher in the second of two classes, and y."""
    y = rng.integers(2, size=n_samples)
    X = rng.standard_normal((n_samples, n_features))
    X[:, :4] += y[:, np.newaxis]
    return X, y


def counts(n_rows, n_columns, rng):
    """Return counts of rows from five distributions."""
    rates = rng.gamma(0.5, 8.0, size=(5, n_columns))
    X = np.empty((n_rows, n_columns))
    for row in X:
        row[:] = rng.poisson(rates[rng.integers(5)])
    return (X,)


def predictions(n_samples, n_classes, rng):
    """Return labels and predicted probabilities."""
    return rng.integers(n_classes, size=n_samples), rng.dirichlet(np.ones(n_classes), n_samples)


# The call, what makes its data, and their size.
CASES = {
    "MutualInfoBinner": (lambda *data: MutualInfoBinner().fit(*data), classes, (200_000, 20)),
    "InfoBottleneckSelector": (
        lambda *data: InfoBottleneckSelector().fit(*data),
        classes,
        (200_000, 20),
    ),
    "InformationBottleneck": (
        lambda *data: InformationBottleneck(random_state=0).fit(*data),
        counts,
        (5_000, 200),
    ),
    "mutual_info": (mutual_info, classes, (200_000, 20)),
    "cross_entropy_loss": (cross_entropy_loss, predictions, (2_000_000, 10)),
}


def measured(name, repeats):
    """Return the median seconds of a case, and the MiB that its first call adds."""
    call, make_data, (n_rows, n_columns) = CASES[name]
    call(*make_data(200, n_columns, np.random.default_rng(1)))
    data = make_data(n_rows, n_columns, np.random.default_rng(0))
    before = most_memory()
    seconds = [seconds_of(call, data)]
    added = most_memory() - before
    seconds += [seconds_of(call, data) for _ in range(repeats - 1)]
    return statistics.median(seconds), added


def most_memory():
    """Return the most memory that this process has held, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * MAXRSS_IN_MIB


def seconds_of(call, data):
    """Return the seconds of the processor that one call takes, in all threads."""
    start = time.process_time()
    call(*data)
    return time.process_time() - start


def in_new_process(name, repeats):
    """Return the row of the table for a case, measured in a new process."""
    # Spawned: a forked process would start with the memory of this one.
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        seconds, added = pool.submit(measured, name, repeats).result()
    n_rows, n_columns = CASES[name][2]
    return [name, f"{n_rows:,} x {n_columns}", seconds, added]


def ratios(rows, earlier):
    """Return the calls that both have, on the same data, with the ratios to earlier figures."""
    figures = {(call, data): numbers for call, data, *numbers in earlier}
    compared = []
    for call, data, seconds, added in rows:
        if (call, data) in figures:
            old_seconds, old_added = figures[call, data]
            memory = max(added, SMALLEST_MEMORY) / max(old_added, SMALLEST_MEMORY)
            compared.append([call, data, seconds / old_seconds, memory])
    return compared


def exit_status(compared, same_machine):
    """Return 1 if a fit is slower or larger than is allowed on the same machine, and else 0."""
    return int(same_machine and any(max(found[2:]) > LARGEST_RATIO for found in compared))


def compare(rows, file):
    """Print ratios to the figures of a file; return the exit status."""
    earlier = json.loads(file.read_text())
    # A run that compared has a table of ratios too.
    table = next(table for table in earlier["tables"] if table["title"] == TITLE)
    compared = ratios(rows, table["rows"])
    print(f"\nthis machine: {machine()}\n{file.name}: {earlier['machine']}, {earlier['date']}")
    header = [*HEADER[:2], "time_fit", "peakmem_fit"]
    print_table(f"Ratio to skinfo {earlier['versions']['skinfo']}", header, compared)
    return exit_status(compared, earlier["machine"] == machine())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--compare", type=Path, metavar="FILE", help="JSON of an earlier run")
    arguments = parse_arguments(parser)
    rows = [in_new_process(name, arguments.repeats) for name in CASES]
    print_table(TITLE, HEADER, rows)
    return compare(rows, arguments.compare) if arguments.compare else 0


if __name__ == "__main__":
    sys.exit(main())
