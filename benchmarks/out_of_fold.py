"""Gain of weights of evidence encoded out of fold, by the folds and by all rows for new samples.

python benchmarks/out_of_fold.py [--repeats 3]

Data sets of scikit-learn, real and simulated; trained on 200 rows, and on half. The training rows
are encoded out of fold, by `fit_transform` of ``MutualInfoBinner(encode="woe")``. New rows are
encoded by its `transform` ("mean of folds"), or by the encoding of `fit` on all training rows
("all rows"); "not out of fold" encodes the training rows by that as well. Gain is the log loss of
the training class proportions on the new rows minus that of a logistic regression, in bits, with
and without StandardScaler. Rank is that among the three, for each set and repeat; 1 is best.
"""

import argparse
import warnings

import numpy as np
import pandas as pd
from _table import parse_arguments, print_table
from sklearn import datasets
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skinfo import MutualInfoBinner

MODELS = {
    "raw": lambda: LogisticRegression(max_iter=1000),
    "scaled": lambda: make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)),
}


def main():
    """Print the tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--repeats", type=int, default=3)
    repeats = parse_arguments(parser).repeats
    warnings.simplefilter("ignore")
    found = []
    for seed in range(repeats):
        for name, (X, y) in tables(seed).items():
            for size in (200, "half"):
                n = len(y) // 2 if size == "half" else min(200, len(y) // 2)
                found += measure(name, size, X, y, n, seed)
    found = pd.DataFrame(found, columns=["set", "size", "seed", "model", "encoding", "gain"])
    by_split = ["size", "model", "set", "seed"]
    found["rank"] = found.groupby(by_split)["gain"].rank(ascending=False)
    rows = [
        [*key, each["gain"].mean(), each["gain"].median(), each["gain"].min(), each["rank"].mean()]
        for key, each in found.groupby(["size", "model", "encoding"])
    ]
    n_sets = found["set"].nunique()
    print_table(
        f"Gain: {n_sets} sets, {repeats} repeats",
        ["training rows", "model", "encoding", "mean gain (bits)", "median gain (bits)"]
        + ["minimum gain (bits)", "mean rank"],
        rows,
    )
    wide = found.groupby(["set", "size", "model", "encoding"])["gain"].mean().unstack()
    rows = [[*key, *row] for key, row in zip(wide.index, wide.to_numpy().tolist(), strict=True)]
    print_table(
        f"Gain by set (bits): mean of {repeats} repeats",
        ["set", "training rows", "model", *wide.columns],
        rows,
    )


def measure(name, size, X, y, n, seed):
    """Return rows of the table of gains."""
    train, new, y_train, y_new = train_test_split(
        X, y, train_size=n, stratify=y, random_state=seed
    )
    rates = np.bincount(y_train) / n
    entropy = log_loss(y_new, np.tile(rates, (len(y_new), 1)))
    binner = MutualInfoBinner(encode="woe")
    out_of_fold, mean_of_folds = binner.fit_transform(train, y_train), binner.transform(new)
    binner.fit(train, y_train)
    encodings = {
        "mean of folds": (out_of_fold, mean_of_folds),
        "all rows": (out_of_fold, binner.transform(new)),
        "not out of fold": (binner.transform(train), binner.transform(new)),
    }
    rows = []
    for encoding, (encoded, encoded_new) in encodings.items():
        for model, make in MODELS.items():
            predicted = make().fit(encoded, y_train).predict_proba(encoded_new)
            loss = log_loss(y_new, np.clip(predicted, 1e-15, 1))
            rows.append([name, size, seed, model, encoding, (entropy - loss) / np.log(2)])
    return rows


def tables(seed):
    """Return X and y of each set."""
    digits, diabetes = (
        load(return_X_y=True) for load in (datasets.load_digits, datasets.load_diabetes)
    )
    cuts = np.quantile(diabetes[1], [1 / 3, 2 / 3])
    hastie = datasets.make_hastie_10_2(2000, random_state=seed)
    friedman = datasets.make_friedman1(1500, n_features=20, noise=2, random_state=seed)
    return {
        "breast cancer": datasets.load_breast_cancer(return_X_y=True),
        "wine": datasets.load_wine(return_X_y=True),
        "iris": datasets.load_iris(return_X_y=True),
        "digits, odd": (digits[0], digits[1] % 2),
        "digits, 8": (digits[0], (digits[1] == 8).astype(int)),
        "diabetes, half": (diabetes[0], (diabetes[1] > np.median(diabetes[1])).astype(int)),
        "diabetes, thirds": (diabetes[0], np.digitize(diabetes[1], cuts)),
        "Hastie": (hastie[0], (hastie[1] > 0).astype(int)),
        "Friedman": (friedman[0], (friedman[1] > np.median(friedman[1])).astype(int)),
        "4 of 30": datasets.make_classification(
            2000, 30, n_informative=4, flip_y=0.1, random_state=seed
        ),
        "rare class": datasets.make_classification(
            2000,
            40,
            n_informative=5,
            n_redundant=0,
            flip_y=0.2,
            weights=[0.9],
            class_sep=0.6,
            random_state=seed,
        ),
    }


if __name__ == "__main__":
    main()
