"""Timing and printing that the benchmarks share."""

import statistics
import time


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
    """Print rows of strings and numbers in columns."""
    cells = [[_show(cell) for cell in row] for row in [header, *rows]]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    print(f"\n{title}")
    for i, row in enumerate(cells):
        print("  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip())
        if i == 0:
            print("  ".join("-" * w for w in widths))


def _show(cell):
    return f"{cell:.4g}" if isinstance(cell, float) else str(cell)
