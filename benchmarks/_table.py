"""The command line, the timing and the tables that the benchmarks share."""

import json
import math
import os
import platform
import statistics
import sys
import time
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import skinfo

# Those that most comparisons are with.
PACKAGES = ["numpy", "scipy", "scikit-learn", "pandas"]


class Record:
    """The tables of this run, and the file that they are written to."""

    file = None
    tables = []  # noqa: RUF012 (one for the process)


def parse_arguments(parser):
    """Return the arguments of the command line; --json FILE has the tables written there too.

    Parameters
    ----------
    parser : argparse.ArgumentParser
    """
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the tables there too")
    arguments = parser.parse_args()
    Record.file = arguments.json
    return arguments


def interleaved(functions, repeats):
    """Return the median seconds of each function, timed in turns so that noise hits all alike.

    Parameters
    ----------
    functions : dict of str to callable

    repeats : int
    """
    seconds = {name: [] for name in functions}
    for _ in range(repeats):
        for name, function in functions.items():
            start = time.perf_counter()
            function()
            seconds[name].append(time.perf_counter() - start)
    return {name: statistics.median(times) for name, times in seconds.items()}


def first_call(function):
    """Return the seconds of one call."""
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def print_table(title, header, rows):
    """Print rows of strings and numbers in columns, and write the tables so far if asked to."""
    cells = [[_show(cell) for cell in row] for row in [header, *rows]]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    print(f"\n{title}")
    for i, row in enumerate(cells):
        print("  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip())
        if i == 0:
            print("  ".join("-" * w for w in widths))
    stored = [[_stored(cell) for cell in row] for row in rows]
    Record.tables.append({"title": title, "header": list(header), "rows": stored})
    if Record.file:
        _write_json(Record.file)


def _show(cell):
    return f"{cell:.4g}" if isinstance(cell, float) else str(cell)


def _stored(cell):
    """JSON has no NaN and no infinity."""
    return None if isinstance(cell, float) and not math.isfinite(cell) else cell


def _write_json(file):
    """Write the tables of this run, with the script, the date, the machine and the versions."""
    run = {
        "script": Path(sys.argv[0]).name,
        "date": datetime.now(UTC).date().isoformat(),
        "machine": machine(),
        "versions": versions(),
        "tables": Record.tables,
    }
    file.write_text(json.dumps(run, indent=1, default=lambda number: number.item()) + "\n")


def machine():
    """Return the processor, its number of cores and the system of this machine."""
    processor = platform.processor()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [line for line in info.read_text().splitlines() if line.startswith("model name")]
        processor = names[0].split(":")[1].strip() if names else processor
    return {
        "processor": processor or platform.machine(),
        "cores": os.cpu_count(),
        "system": platform.system(),
    }


def versions():
    """Return the versions of Python, of this package and of those that it is compared with."""
    found = {"python": platform.python_version(), "skinfo": skinfo.__version__}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = None
    return found
