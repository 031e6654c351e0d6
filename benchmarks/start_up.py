"""What a user waits for: import, the first fit on a new machine, the first fit in a new process.

python benchmarks/start_up.py [--repeats 3]
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile

from _table import print_table

FITS = """
import time
import numpy as np
from sklearn.naive_bayes import GaussianNB
from skinfo import (
    EntropyScorer,
    InfoBottleneckSelector,
    InformationBottleneck,
    MutualInfoBinner,
)

X = np.random.default_rng(0).normal(size=(500, 5))
y = (X[:, 0] > 0).astype(int)
counts = np.random.default_rng(0).poisson(3, size=(500, 5))
for estimator in (
    MutualInfoBinner(),
    InfoBottleneckSelector(),
    EntropyScorer(GaussianNB()),
    InformationBottleneck(),
):
    rows = counts if isinstance(estimator, InformationBottleneck) else X
    start = time.perf_counter()
    estimator.fit(rows, y).transform(rows)
    print(type(estimator).__name__, time.perf_counter() - start)
"""

IMPORT = (
    "import time; t = time.perf_counter(); import {}; print('import', time.perf_counter() - t)"
)
# What skinfo adds to a process that has scikit-learn's estimators.
AFTER = (
    "import sklearn.base, sklearn.preprocessing, sklearn.feature_selection, time; "
    "t = time.perf_counter(); import skinfo; print('import', time.perf_counter() - t)"
)


def run(code, cache=None):
    """Return {name: seconds} that a new process prints."""
    environment = dict(os.environ, **({"NUMBA_CACHE_DIR": cache} if cache else {}))
    printed = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, env=environment
    ).stdout
    return {line.split()[0]: float(line.split()[1]) for line in printed.splitlines()}


def median(runs):
    """Return the median of each entry of several such dicts."""
    return {name: statistics.median(run[name] for run in runs) for name in runs[0]}


def main():
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--repeats", type=int, default=3)
    repeats = parser.parse_args().repeats
    rows = []
    for label, code in [
        ("import sklearn", IMPORT.format("sklearn")),
        ("import skinfo, in a new process", IMPORT.format("skinfo")),
        ("import skinfo, after scikit-learn's estimators", AFTER),
    ]:
        rows.append([label, median([run(code) for _ in range(repeats)])["import"]])
    cold, warm = [], []
    for _ in range(repeats):
        with tempfile.TemporaryDirectory() as cache:
            cold.append(run(FITS, cache))
            warm.append(run(FITS, cache))
    for label, runs in [("empty kernel cache", cold), ("kernels cached", warm)]:
        seconds = median(runs)
        rows += [[f"first fit of {name}, {label}", seconds[name]] for name in seconds]
        rows.append([f"all four, {label}", sum(seconds.values())])
    print_table(f"Start-up, median of {repeats}", ["what", "seconds"], rows)


if __name__ == "__main__":
    main()
