"""Excess log loss by the number of selected features, of `n_features_to_select` and alternatives.

    python benchmarks/selection_size.py [--repeats 1]

Data sets of `selection_quality.py` with at most three classes and 100 columns, and three simulated
ones whose relevant columns are known. Features are selected on 200 or 1000 rows (at most 60 %), a
logistic regression, boosting and 15 nearest neighbours are fitted on the same rows with the
selected columns, standardised, and are evaluated on at most 1500 other rows by log loss (bits per
row). Probabilities below 0.001 are raised to that; neighbours count the class priors as one more.
Excess: the mean loss of the three minus that of the best of k = 0, 1, 2, 3, 5, 10, 20, 40 and all,
in the order of the default search; the best k is determined on the test rows, so no rule attains
it. RFECV eliminates by the coefficients of a logistic regression, a tenth of the columns at a
time, and keeps the number with the lowest cross-validated log loss. Noise: 40 independent
columns, 200 rows; the proportion of runs in which any is selected.

27 November 2026, two virtual cores, busy:

    Real data sets, 10: at most 200 training rows
    method        excess  median  logistic  boosting  neighbors  median k  seconds
    ------------  ------  ------  --------  --------  ---------  --------  -------
    "auto"        0.1059  0.0600  0.1263    0.1613    0.0300     3.5       0.15
    "predictive"  0.0168  0.0047  -0.0046   -0.0061   0.0613     16        1.05
    k = 20        0.0358  0.0198  0.0357    0.0067    0.0648     20        0.11
    RFECV         0.0234  0.0009  0.0034    0.0209    0.0458     10        3.68
    all           0.0272  0.0135  0.0138    -0.0148   0.0826     31.5      0.00

    Real data sets, 6: at most 1000 training rows
    method        excess  median  logistic  boosting  neighbors  median k  seconds
    ------------  ------  ------  --------  --------  ---------  --------  -------
    "auto"        0.0318  0.0291  0.0251    0.0234    0.0469     11.5      0.22
    "predictive"  0.0207  0.0043  -0.0227   -0.0266   0.1113     26        2.30
    k = 20        0.0169  0.0118  -0.0224   -0.0200   0.0931     20        0.10
    RFECV         0.0235  0.0210  -0.0188   -0.0206   0.1099     20        2.89
    all           0.0196  0.0011  -0.0272   -0.0314   0.1174     34        0.00

    Simulated data sets, 3: at most 200 training rows
    method        excess   median  logistic  boosting  neighbors  median k  seconds
    ------------  -------  ------  --------  --------  ---------  --------  -------
    "auto"        0.1084   0.0935  0.1732    0.0908    0.0612     4         0.06
    "predictive"  0.0026   0.0055  -0.0087   0.0023    0.0142     7         0.75
    k = 20        0.0898   0.0969  0.1243    0.0547    0.0905     20        0.07
    RFECV         -0.0106  0.0042  -0.0096   0.0041    -0.0263    6         1.60
    all           0.0805   0.1039  0.1140    0.0021    0.1255     30        0.00

    Simulated data sets, 3: at most 1000 training rows
    method        excess   median   logistic  boosting  neighbors  median k  seconds
    ------------  -------  -------  --------  --------  ---------  --------  -------
    "auto"        0.0819   0.0056   0.1257    0.0813    0.0387     5         0.06
    "predictive"  0.0034   0.0046   0.0182    0.0063    -0.0143    5         1.44
    k = 20        0.0333   0.0304   0.0238    0.0147    0.0613     20        0.10
    RFECV         -0.0107  -0.0034  -0.0101   0.0063    -0.0283    6         1.91
    all           0.0512   0.0572   0.0060    0.0117    0.1359     30        0.00

    Noise: proportion of 50 runs in which any column is selected
    method        proportion
    ------------  ----------
    "auto"        0.06
    "predictive"  0.00
    k = 20        1.00
    RFECV         1.00
    all           1.00
"""

import argparse
import time
import warnings

import numpy as np
from _table import parse_arguments, print_table
from selection_quality import real_sets
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.feature_selection import RFECV
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from skinfo import InfoBottleneckSelector

SIZES = (0, 1, 2, 3, 5, 10, 20, 40)
N_TRAIN = (200, 1000)
MOST_TESTED = 1500
MOST_COLUMNS = 100
MOST_CLASSES = 3
N_NEIGHBORS = 15
LEAST_PROBABILITY = 0.001
BOOSTING = {"max_iter": 40, "max_leaf_nodes": 8, "learning_rate": 0.15, "max_bins": 64}
CLASSIFIERS = {
    "logistic": LogisticRegression(max_iter=200),
    "boosting": HistGradientBoostingClassifier(early_stopping=False, **BOOSTING),
    "neighbors": KNeighborsClassifier(N_NEIGHBORS),
}
N_NOISE_RUNS = 50


def simulated(rng, n=3000):
    """Return X and y by name: five columns of 30, 20 weak ones of 60, five with noisy copies."""
    normal = rng.normal(size=(n, 60))
    noise = rng.normal(size=n)
    copies = normal[:, :30].copy()
    copies[:, 5:10] = copies[:, :5] + 0.3 * normal[:, 30:35]
    five = (normal[:, :5].sum(axis=1) + noise > 0).astype(int)
    weak = (0.4 * normal[:, :20].sum(axis=1) + noise > 0).astype(int)
    return {
        "5 of 30": (normal[:, :30], five),
        "20 of 60": (normal, weak),
        "copies": (copies, five),
    }


def chosen_by_selector(size, X, y):
    """Return the columns of InfoBottleneckSelector."""
    return InfoBottleneckSelector(size, n_jobs=1).fit(X, y).selected_features_


def chosen_by_elimination(X, y):
    """Return the columns of RFECV."""
    model = LogisticRegression(max_iter=200)
    eliminated = RFECV(model, step=0.1, scoring="neg_log_loss").fit(
        StandardScaler().fit_transform(X), y
    )
    return np.flatnonzero(eliminated.support_)


METHODS = {
    '"auto"': lambda X, y: chosen_by_selector("auto", X, y),
    '"predictive"': lambda X, y: chosen_by_selector("predictive", X, y),
    "k = 20": lambda X, y: chosen_by_selector(min(20, X.shape[1]), X, y),
    "RFECV": chosen_by_elimination,
    "all": lambda X, y: np.arange(X.shape[1]),
}


def losses(parts, columns):
    """Return the log loss of each classifier, in bits."""
    X_train, X_test, y_train, y_test = parts
    prior = np.bincount(y_train) / len(y_train)
    if not len(columns):
        return np.full(len(CLASSIFIERS), -np.mean(np.log2(prior[y_test])))
    result = []
    for name, model in CLASSIFIERS.items():
        pipeline = make_pipeline(StandardScaler(), model)
        p = pipeline.fit(X_train[:, columns], y_train).predict_proba(X_test[:, columns])
        if name == "neighbors":
            p = (N_NEIGHBORS * p + prior) / (N_NEIGHBORS + 1)
        p = np.maximum(p, LEAST_PROBABILITY)
        p /= p.sum(axis=1, keepdims=True)
        result.append(-np.mean(np.log2(p[np.arange(len(y_test)), y_test])))
    return np.array(result)


def judged(X, y, n_train, seed):
    """Return excesses (n_methods, n_classifiers), numbers of columns and seconds (n_methods,)."""
    n_train = min(n_train, int(0.6 * len(y)))
    parts = train_test_split(X, y, train_size=n_train, random_state=seed, stratify=y)
    X_train, X_test, y_train, y_test = parts
    parts = X_train, X_test[:MOST_TESTED], y_train, y_test[:MOST_TESTED]
    known = {}

    def loss(columns):
        key = tuple(sorted(columns))
        if key not in known:
            known[key] = losses(parts, np.array(key, int))
        return known[key]

    order = chosen_by_selector(min(SIZES[-1], X.shape[1]), X_train, y_train)
    candidates = [loss(order[:k]) for k in SIZES if k <= X.shape[1]]
    best = min([*candidates, loss(range(X.shape[1]))], key=np.mean)
    excess, n_chosen, seconds = [], [], []
    for choose in METHODS.values():
        start = time.perf_counter()
        columns = choose(X_train, y_train)
        seconds.append(time.perf_counter() - start)
        excess.append(loss(columns) - best)
        n_chosen.append(len(columns))
    return np.array(excess), n_chosen, seconds


def noise_proportions(rng):
    """Return the proportion of runs in which each method selects noise."""
    n_wrong = np.zeros(len(METHODS))
    for _ in range(N_NOISE_RUNS):
        X, y = rng.normal(size=(200, 40)), rng.integers(0, 2, 200)
        n_wrong += [name != "RFECV" and len(choose(X, y)) > 0 for name, choose in METHODS.items()]
    proportions = n_wrong / N_NOISE_RUNS
    # It keeps at least one column.
    proportions[list(METHODS).index("RFECV")] = 1.0
    return proportions


def print_sizes(title, sets, repeats):
    """Print means over data sets and repeats."""
    for n_train in N_TRAIN:
        some = [data for data in sets.values() if n_train == min(N_TRAIN) or len(data[1]) > 500]
        results = [judged(*data, n_train, seed) for data in some for seed in range(repeats)]
        excess, n_chosen, seconds = (np.array(each) for each in zip(*results, strict=True))
        print_table(
            f"{title}: excess log loss, {len(some)} sets, at most {n_train} training rows",
            ["method", "mean excess (bits)", "median excess (bits)"]
            + [f"{classifier} (bits)" for classifier in CLASSIFIERS]
            + ["median k", "seconds"],
            [
                [
                    name,
                    excess[:, i].mean(),
                    np.median(excess[:, i].mean(axis=1)),
                    *excess[:, i].mean(axis=0),
                    np.median(n_chosen[:, i]),
                    seconds[:, i].mean(),
                ]
                for i, name in enumerate(METHODS)
            ],
        )


def main():
    """Print the tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--repeats", type=int, default=1)
    repeats = parse_arguments(parser).repeats
    warnings.simplefilter("ignore")
    rng = np.random.default_rng(0)
    sets = {
        name: (X, np.unique(y, return_inverse=True)[1])
        for name, (X, y) in real_sets().items()
        if X.shape[1] <= MOST_COLUMNS and len(np.unique(y)) <= MOST_CLASSES
    }
    with threadpool_limits(1):
        print_sizes("Real data sets", sets, repeats)
        print_sizes("Simulated data sets", simulated(rng), repeats)
        proportions = noise_proportions(rng)
    print_table(
        f"Noise: proportion of {N_NOISE_RUNS} runs in which any of 40 columns is selected",
        ["method", "proportion"],
        list(zip(METHODS, proportions, strict=True)),
    )


if __name__ == "__main__":
    main()
