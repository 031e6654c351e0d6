"""
===============================
Bin, select and score, in bits
===============================

Two real tables, and on both the plain baseline, a logistic regression of scaled columns, is
compared with.

1. Loans with text and missing values. Logistic regression on the weights of evidence of
   :class:`~skinfo.MutualInfoBinner` has a lower log loss, 0.268 bits per loan, than the baseline
   and gradient boosting, 0.273 each, and its bins can be read.
2. 129 measurements of 333 patients. Logistic regression on 13 features that
   :class:`~skinfo.InfoBottleneckSelector` keeps has a log loss of 0.488 bits per patient, the
   baseline 0.702 (0.508 if tuned), and 13 features of ``SelectKBest`` or mRMR 0.623 and 0.646. It
   comes with a reason for each feature that is dropped.

The score is the information gain of the predictions, by :class:`~skinfo.EntropyScorer`: the bits
per sample by which their log loss is lower than that of the base rate.
"""

# %%
# **Loans.** 9857 loans, of which 5.2 % are bad: charged off, in default or late. Five of the 22
# features are text, and one has missing values.

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.feature_selection import SelectKBest, mutual_info_classif
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import (
    GridSearchCV,
    RepeatedStratifiedKFold,
    cross_val_score,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

from skinfo import EntropyScorer, InfoBottleneckSelector, MutualInfoBinner
from skinfo.datasets import load_alzheimer, load_lending_club
from skinfo.inspection import BinningDisplay, SelectionReportDisplay
from skinfo.measures import entropy

loans, bad = load_lending_club(return_X_y=True)

numbers = make_column_selector(dtype_include="number")
text = make_column_selector(dtype_exclude="number")
scaled = make_column_transformer(
    (StandardScaler(), numbers), (OneHotEncoder(handle_unknown="ignore"), text)
)
levels = make_column_transformer(
    (OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan), text),
    remainder="passthrough",
)
# Small trees and a low rate: the defaults overfit so few bad loans (0.32 bits).
boosting = HistGradientBoostingClassifier(
    categorical_features=range(5),
    max_leaf_nodes=4,
    learning_rate=0.05,
    max_iter=500,
    early_stopping=True,
    random_state=0,
)
models = {
    "scaled columns,\nlogistic regression": make_pipeline(
        scaled, LogisticRegression(max_iter=1000)
    ),
    "gradient boosting": make_pipeline(levels, boosting),
    "MutualInfoBinner,\nlogistic regression": make_pipeline(
        MutualInfoBinner(encode="woe"), LogisticRegression()
    ),
}
scorer = EntropyScorer(metric="information_gain")
loan_gains = {
    name: cross_val_score(model, loans, bad, scoring=scorer).mean()
    for name, model in models.items()
}


def print_gains(gains, digits):
    """Print a line for each model."""
    for name, gain in gains.items():
        one_line = name.replace("-\n", "").replace("\n", " ")
        print(f"  {one_line:<40} {gain:.{digits}f}")


base_rate = entropy(np.bincount(bad), normalize=True)
print(f"{len(loans)} loans: log loss of the base rate {base_rate:.3f} bits, gain over it:")
print_gains(loan_gains, 4)

# %%
# **The bins** of the most informative columns, and the event rate in each bin.

binner = MutualInfoBinner(encode="woe").fit(loans, bad)
summary = binner.bin_table().nlargest(4, "bits")
print(summary[["feature", "bins", "missing", "bits"]].round(4).to_string(index=False))
print()
table = binner.bin_table("int_rate")
print(table[["bin", "count", "rate[1]", "woe", "bits"]].round(3).to_string(index=False))

# %%
# **Patients.** 333 patients, 27 % of them impaired, and 129 numbers for each. A tenth of the
# features is selected within each fold. With all of them, the strength of the regularization is
# tuned as well.

patients, impaired = load_alzheimer(return_X_y=True)
patients = patients.select_dtypes("number")
n_kept = 13


def selected(selector):
    """Return logistic regression on selected features."""
    return make_pipeline(StandardScaler(), selector, LogisticRegression())


selections = {
    "all 129": make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)),
    "all 129, C tuned": make_pipeline(
        StandardScaler(),
        GridSearchCV(LogisticRegression(), {"C": [0.001, 0.01, 0.1, 1]}, scoring=EntropyScorer()),
    ),
    "SelectKBest,\nmutual_info": selected(
        SelectKBest(lambda X, y: mutual_info_classif(X, y, random_state=0), k=n_kept)
    ),
    "mRMR": selected(InfoBottleneckSelector(criterion="mrmr", n_features_to_select=n_kept)),
    "InfoBottleneck-\nSelector": selected(InfoBottleneckSelector(n_features_to_select=n_kept)),
}
folds = RepeatedStratifiedKFold(n_splits=5, n_repeats=2, random_state=0)
patient_gains = {
    name: cross_val_score(model, patients, impaired, scoring=scorer, cv=folds).mean()
    for name, model in selections.items()
}
base_rate = entropy(np.bincount(impaired), normalize=True)
print(f"{len(patients)} patients: log loss of the base rate {base_rate:.3f} bits, gain over it:")
print_gains(patient_gains, 3)

# %%
# **The reasons.** `bits` is the information of a feature about y, `bits_left` what it adds to the
# features that were selected before it.

selector = InfoBottleneckSelector(n_features_to_select=n_kept).fit(patients, impaired)
report = selector.report()
dropped = report[~report["selected"]].nlargest(5, "bits")
columns = ["feature", "bits", "bits_left", "redundant_with"]
print(dropped[columns].round(3).to_string(index=False))

# %%
# **The picture:** the gains, the bins of one column, and the reasons of the selection.


def draw_gains(ax, gains, title):
    """Draw the gain of each model as a bar, the last one in colour."""
    bars = ax.barh(list(gains), gains.values(), color=["#999999"] * (len(gains) - 1) + ["#0072B2"])
    ax.bar_label(bars, fmt="%.3f", padding=3)
    ax.invert_yaxis()
    ax.margins(x=0.18)
    ax.set(title=title, xlabel="information gain (bits per sample)")


fig, axes = plt.subplots(2, 2, figsize=(14, 10), width_ratios=[3, 4], layout="constrained")
draw_gains(axes[0, 0], loan_gains, "9857 loans")
BinningDisplay.from_estimator(binner, "int_rate", ax=axes[0, 1])
draw_gains(axes[1, 0], patient_gains, "333 patients")
SelectionReportDisplay.from_estimator(selector, max_features=22, name="impairment", ax=axes[1, 1])

picture = Path("quickstart.png").resolve()
fig.savefig(picture, dpi=120)
print(f"The picture is in {picture}")
plt.show()

# %%
# What to take away: bins pay where a table has text, missing values and relations that are not
# linear; a logistic regression of them is as good as boosting here, and each bin can be read.
# A selection pays where there are few samples for many features. On tables whose relations are
# linear, such as ``load_breast_cancer``, scaled columns have the lower log loss, and there the
# bins are of use for reading only.
