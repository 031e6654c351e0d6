"""Time and memory of a selection of 30 of 631 columns, in the shape of ECBDL14.

python benchmarks/_scale_selection.py [--rows 1000000] [--columns 631] [--select 30]

ECBDL14 has 65 million rows, 631 columns (539 numbers, 92 categories) and two classes, 2 % of the
rows in one of them. The codes of such a table with fewer rows are generated here chunk by chunk,
and stored in a temporary file, as those of any table in chunks. Every criterion selects from the
same codes. The columns are the seconds per selected feature, the CPU seconds of all threads, the
nanoseconds per cell of a pass, the number of passes and the peak memory; the last two are
extrapolated to the size of ECBDL14 by the number of cells.
"""

import argparse
import time
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import numpy as np
from _table import parse_arguments, print_table

from skinfo._counts._coded_parts import CodedParts
from skinfo._counts._coded_piece import Layout, PieceWriter
from skinfo._counts._partitions import KeptParts
from skinfo._counts._target import ClassTarget
from skinfo.feature_selection._candidates import CandidateFeatures
from skinfo.feature_selection._rankers import make_ranker
from skinfo.feature_selection._search import SearchSettings, greedy_search
from skinfo.utils._parallel import ThreadPool

FULL_ROWS, FULL_COLUMNS = 65_000_000, 631
CHUNK_ROWS = 250_000
POSITIVE = 0.02
N_LATENT = 24
CRITERIA = ["bottleneck", "mrmr", "cmim"]

# Eight of ten columns are numbers, with ten bins; one has small integers, and one categories.
LEVELS = [10, 10, 10, 10, 4, 10, 10, 10, 10, 21]


def selection_part(
    n_rows=1_000_000, n_columns=FULL_COLUMNS, n_selected=30, criteria=CRITERIA, n_jobs=2
):
    """Select from a table of that shape by several criteria, and print the time and memory.

    Returns
    -------
    results : list of dict
        One per criterion: ``criterion``; ``seconds_a_feature``, of all passes, by the features
        selected; ``processor_seconds_a_feature``, of all threads; ``ns_a_cell`` of a pass;
        ``passes``; ``peak_bytes``, memory of the process without mapped files; ``code_bytes``, of
        the file; ``full_seconds_a_feature`` and ``full_processor_seconds_a_feature``,
        extrapolated to 65 million rows of 631 columns by the number of cells.
    """
    table = coded_table(n_rows, n_columns, n_jobs)
    results = [selected_by(criterion, table, n_selected, n_jobs) for criterion in criteria]
    print_results(results, n_rows, n_columns, n_selected, n_jobs)
    return results


def print_results(results, n_rows, n_columns, n_selected, n_jobs):
    """Print the table of `selection_part`."""
    print_table(
        f"Selection: {n_selected} of {n_columns} columns, {n_rows:,} rows, 2 classes; "
        f"{n_jobs} threads, one run",
        [
            "criterion",
            "seconds per feature",
            "CPU seconds per feature",
            "nanoseconds per cell",
            "passes",
            "peak memory (MiB)",
            "codes (MiB)",
            "65e6 x 631: seconds per feature",
            "65e6 x 631: CPU seconds per feature",
        ],
        [
            [
                result["criterion"],
                result["seconds_a_feature"],
                result["processor_seconds_a_feature"],
                result["ns_a_cell"],
                result["passes"],
                result["peak_bytes"] / 2**20,
                result["code_bytes"] / 2**20,
                result["full_seconds_a_feature"],
                result["full_processor_seconds_a_feature"],
            ]
            for result in results
        ],
    )


def selected_by(criterion, table, n_selected, n_jobs):
    """Return the result of one criterion."""
    parts = table._partitions
    parts.n_passes = 0
    table._kept.clear()
    with peak_memory() as memory, ThreadPool(n_jobs) as threads:
        start, busy = time.perf_counter(), time.process_time()
        greedy_search(
            CandidateFeatures(table, threads),
            make_ranker(criterion),
            SearchSettings(n_to_select=n_selected),
        )
        seconds = time.perf_counter() - start
        busy = time.process_time() - busy
    n_cells = table.n_samples * table.n_features
    full = FULL_ROWS * FULL_COLUMNS / n_cells
    return {
        "criterion": criterion,
        "seconds_a_feature": seconds / n_selected,
        "processor_seconds_a_feature": busy / n_selected,
        "ns_a_cell": 1e9 * seconds / parts.n_passes / n_cells,
        "passes": parts.n_passes,
        "peak_bytes": memory["peak"],
        "code_bytes": parts.size,
        "full_seconds_a_feature": full * seconds / n_selected,
        "full_processor_seconds_a_feature": full * busy / n_selected,
    }


class CountedParts(KeptParts):
    """Parts that count how often they are read."""

    n_passes = 0

    def reduce(self, *args, **kwargs):
        self.n_passes += 1
        return super().reduce(*args, **kwargs)

    @property
    def size(self):
        """Bytes of the file."""
        return self._size


def coded_table(n_rows, n_columns, n_jobs):
    """Return a CodedParts of noisy copies of latent variables, six of which determine y."""
    rng = np.random.default_rng(14)
    n_levels = np.resize(LEVELS, n_columns)
    parts = CountedParts()
    for first in range(0, n_rows, CHUNK_ROWS):
        parts.append(piece(rng, min(CHUNK_ROWS, n_rows - first), n_levels))
    return CodedParts(
        parts, n_levels, 2, n_samples=n_rows, n=float(n_rows), is_whole=True, n_jobs=n_jobs
    )


def piece(rng, n, n_levels):
    """Return the CodedPiece of one chunk."""
    latent = rng.normal(size=(N_LATENT, n)).astype(np.float32)
    score = latent[:6].T @ np.array([1.0, 0.9, 0.8, 0.7, 0.6, 0.5], np.float32)
    score += latent[6] * latent[7] + rng.normal(size=n).astype(np.float32)
    y = (score > np.quantile(score, 1 - POSITIVE)).astype(np.int32)
    target = ClassTarget(y, np.arange(2), np.ones(n), False)
    writer = PieceWriter(target, Layout.of(n_levels.astype(np.int64)))
    for j, levels in enumerate(n_levels):
        correlation = 0.1 + 0.85 * ((j * 7919) % len(n_levels)) / len(n_levels)
        z = correlation * latent[j % N_LATENT]
        z += np.sqrt(1 - correlation**2) * rng.standard_normal(n, np.float32)
        # Bins of about equal frequency: the logistic function approximates the normal one.
        codes = levels / (1 + np.exp(-1.702 * z))
        writer.write(j, np.minimum(codes, levels - 1).astype(np.uint8))
    return writer.piece()


@contextmanager
def peak_memory():
    """Yield a dict that has the peak of the memory of this process at the end; Linux only.

    Pages of mapped files, which the system may release, do not count.
    """
    found, done = {"peak": 0}, Event()

    def watch():
        while not done.wait(0.02):
            lines = Path("/proc/self/status").read_text().splitlines()
            size = next((line for line in lines if line.startswith("RssAnon")), "RssAnon: 0 kB")
            found["peak"] = max(found["peak"], 1024 * int(size.split()[1]))

    thread = Thread(target=watch)
    thread.start()
    try:
        yield found
    finally:
        done.set()
        thread.join()


def main():
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--columns", type=int, default=FULL_COLUMNS)
    parser.add_argument("--select", type=int, default=30)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--criteria", nargs="+", default=CRITERIA)
    arguments = parse_arguments(parser)
    selection_part(
        arguments.rows,
        arguments.columns,
        arguments.select,
        arguments.criteria,
        arguments.jobs,
    )


if __name__ == "__main__":
    main()
