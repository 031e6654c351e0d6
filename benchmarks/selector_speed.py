"""Time and memory of InfoBottleneckSelector: the search over codes, its growth, fits on floats.

python benchmarks/selector_speed.py [--part search|growth|counts|floats|memory] [--repeats 5]
    [--peers]

search: the relevance of every column, then the selection of k of them, from codes. The speedup is
over counting the same pairs (every selected feature with every remaining feature) with
``np.bincount``; it depends less on the machine than the seconds. With ``--peers`` mrmr-selection
and fast-select, if installed, are run once on the same codes, which takes minutes.
growth: nanoseconds per row, column and selected feature, for sizes that double.
counts: nanoseconds per row for contingency tables of two columns, by the number of their cells.
floats: a fit on floats, and SelectKBest(mutual_info_classif) on the same table.
memory: the increase in memory of the process during a fit (Linux only).
"""

import argparse
import time
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
from _table import first_call, interleaved, parse_arguments, print_table
from sklearn.feature_selection import SelectKBest, mutual_info_classif

from skinfo import InfoBottleneckSelector
from skinfo._counts._coded_table import CodesInMemory, Coding, State
from skinfo._counts._target import ClassTarget
from skinfo.feature_selection._candidates import CandidateFeatures, Gains
from skinfo.feature_selection._rankers import make_ranker
from skinfo.feature_selection._search import GreedySearch, SearchSettings
from skinfo.utils._parallel import ThreadPool

SHAPES = [  # n, p, levels, classes, k
    (10_000, 1_000, 10, 4, 50),
    (100_000, 200, 10, 4, 30),
    (100, 10_000, 5, 2, 50),
]
CRITERIA = ["mrmr", "jmi", "cmim", "jmim", "bottleneck"]


def make_codes(n, p, levels, classes, rng):
    """Return codes of noisy copies of 20 latent variables, and y, which depends on six of them."""
    latent = rng.normal(size=(n, 20))
    score = latent[:, 0] + 0.8 * latent[:, 1] + 0.7 * latent[:, 2] * latent[:, 3]
    score += 0.6 * np.abs(latent[:, 4]) + 0.5 * latent[:, 5] + 0.5 * rng.normal(size=n)
    y = np.searchsorted(np.quantile(score, np.arange(1, classes) / classes), score)
    steps = np.arange(1, levels) / levels
    codes = np.empty((p, n), np.uint8)
    for j in range(p):
        a = 0.2 + 0.75 * ((j * 7919) % p) / p
        z = a * latent[:, j % 20] + np.sqrt(1 - a * a) * rng.normal(size=n)
        codes[j] = np.searchsorted(np.quantile(z, steps), z)
    return codes, ClassTarget(y.astype(np.int32), np.arange(classes), np.ones(n), False)


def candidates_of(codes, n_levels, target, threads=None, corrected=True):
    """Return the columns in the form that the search expects."""
    table = CodesInMemory(codes, target, n_levels)
    return CandidateFeatures(table, threads, corrected=corrected)


def search(codes, n_levels, target, criterion, k, n_jobs=2, corrected=True):
    """Select k features."""
    with ThreadPool(n_jobs) as threads:
        candidates = candidates_of(codes, n_levels, target, threads, corrected)
        relevance = candidates.terms(np.arange(len(codes)), State())[:, 0]
        unknown = np.full(len(codes), np.nan)  # no p-value is computed
        settings = SearchSettings(n_to_select=k)
        gains = Gains(relevance, unknown)
        GreedySearch(candidates, make_ranker(criterion), settings, gains).run()


def bincount_seconds(codes, n_levels, k):
    """Return the seconds of np.bincount for all pairs of a search, extrapolated from some."""
    p = len(codes)
    n_pairs = sum(p - turn for turn in range(1, k))
    some = range(1, min(p, 1 + max(20, 2_000_000 // codes.shape[1])))
    cells = n_levels * n_levels
    chosen = codes[0].astype(np.int64) * n_levels
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        for j in some:
            np.bincount(chosen + codes[j], minlength=cells)
        seconds.append(time.perf_counter() - start)
    return np.median(seconds) / len(some) * n_pairs


def peers(codes, target, k):
    """Return the seconds of other packages, one run each."""
    X, y = pd.DataFrame(codes.T.astype(float)), pd.Series(target.codes)
    found = {}
    if find_spec("mrmr"):
        from mrmr import mrmr_classif

        run = partial(mrmr_classif, X, y, K=k, show_progress=False, n_jobs=2)
        found["mrmr-selection (F, correlation)"] = first_call(run)
    if find_spec("fast_select"):
        from fast_select import mRMR

        data = codes.T.astype(np.int32)
        mRMR(n_features_to_select=2, backend="cpu").fit(data[:, :5], target.codes)
        run = partial(mRMR(n_features_to_select=k, backend="cpu").fit, data, target.codes)
        found["fast-select mRMR"] = first_call(run)
    return found


def print_search(repeats, with_peers):
    """Print seconds and ratios of the search alone."""
    for n, p, levels, classes, k in SHAPES:
        codes, target = make_codes(n, p, levels, classes, np.random.default_rng(4))
        n_levels = np.full(p, levels)
        plain = bincount_seconds(codes, levels, k)
        table = codes, n_levels, target
        runs = {
            (c, corrected): partial(search, *table, c, k, corrected=corrected)
            for c in CRITERIA
            for corrected in (False, True)
        }
        seconds = interleaved(runs, repeats)
        rows = [["np.bincount, same pairs", plain, 1.0, ""]]
        rows += [
            [c, seconds[c, False], plain / seconds[c, False], seconds[c, True]] for c in CRITERIA
        ]
        others = peers(codes, target, k) if with_peers else {}
        rows += [[name, took, plain / took, ""] for name, took in others.items()]
        print_table(
            f"Search: n={n:,}, p={p:,}, {levels} levels, {classes} classes, k={k}; 2 threads, "
            f"median of {repeats}",
            [
                "method",
                "seconds",
                "speedup over np.bincount",
                "seconds, corrected for the null mean",
            ],
            rows,
        )


def print_growth(repeats, _):
    """Print the growth of the time with rows, columns and selected features."""
    base = {"n": 20_000, "p": 400, "k": 20}
    rows = []
    for name in base:
        for factor in (1, 2, 4):
            size = base | {name: base[name] * factor}
            codes, target = make_codes(size["n"], size["p"], 10, 4, np.random.default_rng(4))
            table = codes, np.full(size["p"], 10), target
            runs = {c: partial(search, *table, c, size["k"]) for c in ("jmi", "bottleneck")}
            seconds = interleaved(runs, repeats)
            cells = size["n"] * size["p"] * size["k"]
            rows.append(
                [*size.values(), *(1e9 * seconds[c] / cells for c in ("jmi", "bottleneck"))]
            )
    print_table(
        "Growth of the search: n rows, p columns of 10 levels, 4 classes, k features; 2 threads, "
        f"median of {repeats}",
        ["n", "p", "k", "jmi (ns per n p k)", "bottleneck (ns per n p k)"],
        rows,
    )


def print_counts(repeats, _):
    """Print the time per row by the number of cells: counted by bits, then by rows."""
    n, p, levels = 10_000, 100, 10
    codes, target = make_codes(n, p, levels, 2, np.random.default_rng(4))
    everything, rows = np.arange(p), []
    states = np.random.default_rng(0).integers(0, 60, n).astype(np.uint8)
    table_of_all = np.concatenate([codes, states[None]])
    candidates = candidates_of(table_of_all, np.full(p + 1, levels), target, corrected=False)
    for n_states in (2, 5, 10, 15, 20, 25, 30, 40, 60):
        of_states = Coding(p, 60)
        state = State().split(of_states, np.arange(60)[None] % n_states)
        run = partial(candidates.terms, everything, state, of_target=False)
        seconds = interleaved({"": run}, repeats)[""]
        rows.append([(levels - 1) * n_states, 1e9 * seconds / (n * p)])
    print_table(
        f"Counts of two columns: n={n:,}, {levels} levels of one, 2 to 60 of the other; "
        f"median of {repeats}",
        ["cells, last level excluded", "nanoseconds per row"],
        rows,
    )


def print_floats(repeats, _):
    """Print the time of a fit on floats and of SelectKBest(mutual_info_classif)."""
    rng = np.random.default_rng(4)
    n, p = 100_000, 100
    X = rng.normal(size=(n, p))
    y = (X[:, :5].sum(axis=1) + rng.normal(size=n) > 0).astype(int)
    ours = InfoBottleneckSelector(10, n_jobs=2)
    ours.fit(X[:1000], y[:1000])
    seconds = interleaved(
        {"auto": lambda: InfoBottleneckSelector(n_jobs=2).fit(X, y), "10": lambda: ours.fit(X, y)},
        repeats,
    )
    theirs = first_call(
        lambda: SelectKBest(lambda X, y: mutual_info_classif(X, y, n_jobs=2), k=10).fit(X, y)
    )
    print_table(
        f"Fit on floats: n={n:,}, p={p}, 2 classes; 2 threads, median of {repeats}, "
        "SelectKBest once",
        ["method", "seconds", "speedup over SelectKBest"],
        [
            ["SelectKBest(mutual_info_classif), 10 features", theirs, 1.0],
            ["InfoBottleneckSelector(10)", seconds["10"], theirs / seconds["10"]],
            ["InfoBottleneckSelector()", seconds["auto"], theirs / seconds["auto"]],
        ],
    )


def resident(name):
    """Return a memory size of this process as reported by Linux, in bytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith(name))


def print_memory(_, __):
    """Print the increase in memory of this process during a fit, X excluded; Linux only."""
    rng = np.random.default_rng(4)
    n, rows = 400_000, []
    for p in (50, 200):
        X = rng.normal(size=(n, p))
        y = (X[:, :5].sum(axis=1) + rng.normal(size=n) > 0).astype(int)
        for criterion in ("jmi", "bottleneck"):
            selector = InfoBottleneckSelector(5, criterion=criterion)
            selector.fit(X[:2000], y[:2000])
            Path("/proc/self/clear_refs").write_text("5")  # resets the peak
            before = resident("VmRSS")
            selector.fit(X, y)
            more = resident("VmHWM") - before
            rows.append([p, criterion, more / (n * p), (more - n * p) / n])
    print_table(
        f"Memory of a fit on floats, X excluded: n={n:,}, 5 features selected",
        ["p", "criterion", "bytes per cell", "bytes per row beyond one per cell"],
        rows,
    )


PARTS = {
    "search": print_search,
    "growth": print_growth,
    "counts": print_counts,
    "floats": print_floats,
    "memory": print_memory,
}


def main():
    """Print the tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--part", choices=PARTS)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--peers", action="store_true")
    arguments = parse_arguments(parser)
    for part in [arguments.part] if arguments.part else PARTS:
        PARTS[part](arguments.repeats, arguments.peers)


if __name__ == "__main__":
    main()
