"""Recall and time of InfoBottleneckSelector, fast-select, fastcan and Boruta on known features.

    python benchmarks/peers_selection.py [--samples 3] [--part recall|automatic]

In an environment with ``pip install . fast-select==0.3.0 fastcan==0.6.0 boruta==0.4.3
greedyboruta==1.0.0``; a package that is not installed is omitted.

Recall: the proportion of the relevant features among the k selected columns, where k is their
number (copies of one column count as one). ReliefF uses ten neighbours; MDR, which searches one
pair among columns of at most three levels for two classes, only runs on these; fastcan is fitted
to indicators of more than two classes. Columns are shuffled, since a method that finds nothing may
return the first.

Automatic: selectors that determine the number of features: recall, the proportion of the selected
columns that are relevant (copies included), and the number selected from noise. Boruta has forests
of 100 trees of depth 5 and at most 50 rounds; tentative columns do not count.

The seconds are medians on one thread, after a first fit that compiles.

The figures of 27 November 2026, on two virtual cores, are in ``docs/project/peers.md``.
"""

import argparse
import time
import warnings
from functools import partial
from importlib.util import find_spec

import numpy as np
from _table import parse_arguments, print_table
from selection_quality import corral, friedman, led, madelon, monk, source_of
from sklearn.ensemble import RandomForestClassifier
from threadpoolctl import threadpool_limits

from skinfo import InfoBottleneckSelector
from skinfo.datasets import make_parity


def flipped_xor(rng):
    """Return XOR of two columns among 60, 15 % of labels flipped."""
    return *make_parity(500, 2, 58, flip=0.15, random_state=rng), source_of(60, range(2))


def two_xors(rng):
    """Return the majority of two XORs and a column, among 50."""
    X = rng.integers(2, size=(800, 50))
    votes = (X[:, 0] ^ X[:, 1]) + (X[:, 2] ^ X[:, 3]) + X[:, 4]
    return X, votes >= 2, source_of(50, range(5))


def continuous_xor(rng):
    """Return the sign of a product of two columns, among 50."""
    X, y = make_parity(500, 2, 48, n_levels=None, random_state=rng)
    return X, y == 0, source_of(50, range(2))


def parity5(rng):
    """Return parity of five columns among 15."""
    return *make_parity(500, 5, 10, random_state=rng), source_of(15, range(5))


def wide(rng):
    """Return the sign of a sum of three columns and noise: 100 rows of 5000 columns."""
    X = rng.normal(size=(100, 5000))
    score = X[:, :3].sum(axis=1) + 0.3 * rng.normal(size=100)
    return X, score > 0, source_of(5000, range(3))


def many_levels(rng):
    """Return categories of 2 to 100 levels, as codes: five are relevant, ten are noise."""
    sizes = np.tile([2, 5, 20, 50, 100], 3)
    X = rng.integers(0, sizes, size=(2000, 15))
    effects = [rng.normal(size=size) for size in sizes[:5]]
    score = sum(effect[column] for effect, column in zip(effects, X.T, strict=False))
    return X, score + rng.normal(size=2000) > 0, source_of(15, range(5))


def nothing(rng):
    """Return noise."""
    return rng.normal(size=(500, 50)), rng.integers(2, size=500), np.full(50, -1)


SETS = {
    "XOR/60": flipped_xor,
    "2 XOR+1": two_xors,
    "cont. XOR": continuous_xor,
    "parity 5": parity5,
    "Friedman": friedman,
    "LED-24": led,
    "MONK 1": partial(monk, 1),
    "MONK 2": partial(monk, 2),
    "MONK 3": partial(monk, 3),
    "CorrAL": corral,
    "Madelon": madelon,
    "levels": many_levels,
    "n100 p5000": wide,
}


def draw(make, seed):
    """Return a set whose columns are shuffled."""
    X, y, sources = make(np.random.default_rng(seed))
    places = np.random.default_rng([seed, 1]).permutation(X.shape[1])
    return X[:, places], y.astype(int), sources[places]


def ours(X, y, k, **options):
    """Return the selection of InfoBottleneckSelector."""
    return InfoBottleneckSelector(k, **options).fit(X, y).selected_features_


def relief(name, X, y, k):
    """Return the best columns by an algorithm of the Relief family."""
    import fast_select

    options = {"n_neighbors": min(10, len(y) - 1)} if name == "ReliefF" else {}
    selector = getattr(fast_select, name)(backend="cpu", n_jobs=1, **options)
    scores = selector.fit(X.astype(np.float64), y).feature_importances_
    return np.argsort(-scores, kind="stable")[:k]


def pair_of_mdr(X, y, k):
    """Return the pair that MDR finds; None if it does not apply."""
    from fast_select import MDR

    if k < 2 or len(np.unique(y)) > 2 or not np.isin(X, (0, 1, 2)).all():
        return None
    found = MDR(k=2, backend="cpu").fit(X.astype(np.uint8), y)
    return np.array(found.best_interaction_)


def canonical(X, y, k):
    """Return the selection of fastcan."""
    from fastcan import FastCan

    target = y if y.max() == 1 else (y[:, None] == np.unique(y)).astype(float)
    return FastCan(k, verbose=0).fit(X.astype(np.float64), target).indices_


def cfs(X, y):
    """Return the selection of CFS."""
    from fast_select import CFS

    return np.asarray(CFS(backend="cpu", n_jobs=1).fit(X.astype(np.float64), y).selected_indices_)


def boruta(package, name, X, y):
    """Return the columns that Boruta confirms."""
    forest = RandomForestClassifier(100, max_depth=5, random_state=0, n_jobs=1)
    options = {"max_iter": 50} if package == "boruta" else {}
    selector = getattr(__import__(package), name)(
        forest, n_estimators=100, random_state=0, **options
    )
    return np.flatnonzero(selector.fit(X, y).support_)


def rankers():
    """Return functions of X, y and k, by name."""
    table = {
        "skinfo": ours,
        "skinfo, interactions": partial(ours, interactions=True),
        "skinfo, jmi": partial(ours, criterion="jmi"),
        "skinfo, cmim": partial(ours, criterion="cmim"),
    }
    if find_spec("fast_select"):
        table |= {name: partial(relief, name) for name in ("ReliefF", "MultiSURF")}
        table["MDR"] = pair_of_mdr
    if find_spec("fastcan"):
        table["fastcan"] = canonical
    return table


def automatic_selectors():
    """Return functions of X and y, by name."""
    table = {
        "skinfo": partial(ours, k="auto"),
        "skinfo, interactions": partial(ours, k="auto", interactions=True),
    }
    if find_spec("fast_select"):
        table["CFS"] = cfs
    for package, name in (("boruta", "BorutaPy"), ("greedyboruta", "GreedyBorutaPy")):
        if find_spec(package):
            table[name] = partial(boruta, package, name)
    return table


def print_recall(functions, samples):
    """Print recall at k, and seconds."""
    recall, seconds = [], []
    for name, function in functions.items():
        timed(function, *draw(corral, 0)[:2], 4)
        found, times = np.full((2, len(SETS), samples), np.nan)
        for i, make in enumerate(SETS.values()):
            for seed in range(samples):
                X, y, sources = draw(make, seed)
                k = sources.max() + 1
                columns, taken = timed(function, X, y, k)
                if columns is not None:
                    found[i, seed] = n_found(sources, columns) / k
                    times[i, seed] = taken
        mean = found.mean(axis=1)
        recall.append([name, np.nanmean(mean), *shown(mean)])
        seconds.append([name, *shown(np.median(times, axis=1))])
    print_table(f"Recall at k: {samples} samples", ["method", "mean", *SETS], recall)
    print_table(f"Seconds at k: median of {samples}", ["method", *SETS], seconds)


def print_automatic(functions, samples):
    """Print recall, precision and seconds of the selectors that determine the number."""
    sets = SETS | {"noise": nothing}
    tables = [[], [], []]
    for name, function in functions.items():
        timed(function, *draw(corral, 0)[:2])
        values = np.full((3, len(sets), samples), np.nan)
        for i, make in enumerate(sets.values()):
            for seed in range(samples):
                X, y, sources = draw(make, seed)
                columns, taken = timed(function, X, y)
                # The number selected if all columns are noise.
                found = n_found(sources, columns) / (sources.max() + 1 or 1)
                recall = found if sources.max() >= 0 else len(columns)
                precision = np.mean(sources[columns] >= 0) if len(columns) else np.nan
                values[:, i, seed] = recall, precision, taken
        means = np.nanmean(values, axis=2)
        for table, row in zip(tables, means, strict=True):
            table.append([name, np.nanmean(row[:-1]), *shown(row)])
    header = ["method", "mean without noise", *sets]
    titles = ("recall (noise: number selected)", "precision", "seconds")
    for title, table in zip(titles, tables, strict=True):
        print_table(f"Automatic number: {title}, mean of {samples} samples", header, table)


def n_found(sources, columns):
    """Return the number of relevant features among the columns."""
    found = sources[columns]
    return len(np.unique(found[found >= 0]))


def timed(function, *arguments):
    """Return the result of a function, and its seconds."""
    start = time.perf_counter()
    return function(*arguments), time.perf_counter() - start


def shown(row):
    """Return numbers, empty cells for NaN."""
    return ["" if np.isnan(cell) else cell for cell in row]


def main():
    """Print the tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--part", choices=("recall", "automatic"), help="only this part")
    parser.add_argument("--samples", type=int, default=3)
    parser.add_argument("--methods", default="", help="only these, separated by semicolons")
    arguments = parse_arguments(parser)
    warnings.simplefilter("ignore")
    for package in ("fast_select", "fastcan", "boruta", "greedyboruta"):
        if not find_spec(package):
            print(f"{package} is not installed: omitted")
    with threadpool_limits(1):
        for part, show, functions in (
            ("recall", print_recall, rankers()),
            ("automatic", print_automatic, automatic_selectors()),
        ):
            if arguments.part in (None, part):
                kept = arguments.methods.split(";") if arguments.methods else functions
                show({name: functions[name] for name in kept}, arguments.samples)


if __name__ == "__main__":
    main()
