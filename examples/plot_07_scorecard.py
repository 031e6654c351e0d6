"""
======================================================
A credit scorecard: weights of evidence, and its SQL
======================================================

Will a loan be paid back? A scorecard says so in points that people can read and a database can
add up: each column is cut into a few bins, each bin has a weight of evidence (WoE), and a logistic
regression weighs the columns. The loans are simulated, so the true risk of each is known.
"""

# %%
# **The loans.** Risk rises with the share of credit in use, falls with income and with the
# years in a job, and depends on the purpose. Income is missing for one in eight, more often for
# those who do not pay back: that it is missing says something.

import sqlite3
from contextlib import closing

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from scipy.special import expit
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline

from skinfo import MutualInfoBinner
from skinfo.measures import entropy
from skinfo.metrics import binary_cross_entropy

rng = np.random.default_rng(0)
n = 12_000
purpose_risk = {"home": -0.6, "car": -0.3, "school": 0.0, "business": 0.5, "debts": 0.7}
loans = pd.DataFrame(
    {
        "in_use": rng.beta(1.5, 2, n).round(3),
        "income": rng.lognormal(10.3, 0.5, n).round(-2),
        "job_years": rng.exponential(6, n).round(1),
        "purpose": rng.choice(list(purpose_risk), n),
        "weekday": rng.choice(["Mon", "Tue", "Wed", "Thu", "Fri"], n),
    }
)


def risk_of_use(share):
    return 4 * np.maximum(share - 0.3, 0)


log_odds = (
    -2.9
    + risk_of_use(loans["in_use"])
    - 0.9 * (np.log(loans["income"]) - 10.3)
    - 0.08 * np.minimum(loans["job_years"], 12)
    + loans["purpose"].map(purpose_risk)
)
default = (rng.random(n) < expit(log_odds)).astype(int)
hidden = rng.random(n) < np.where(default, 0.25, 0.1)
loans.loc[hidden, "income"] = np.nan
loans_train, loans_test, y_train, y_test = train_test_split(
    loans, default, test_size=0.5, random_state=0
)
print(f"{len(loans_train)} loans to learn from, {y_train.mean():.1%} of them not paid back")

# %%
# **Bins that may be shown to a customer.** The rate may only rise with the credit in use, and
# only fall with income and years in the job; at least one loan in twenty in a bin.

binner = MutualInfoBinner(
    6,
    encode="woe",
    monotonic_cst={"in_use": 1, "income": -1, "job_years": -1},
    min_samples_bin=0.05,
)
card = make_pipeline(binner, LogisticRegression()).fit(loans_train, y_train)
free = make_pipeline(MutualInfoBinner(6, encode="woe"), LogisticRegression())
free.fit(loans_train, y_train)
fitted = card[0]
for name, bits, bins in zip(loans, fitted.mutual_info_, fitted.n_bins_, strict=True):
    print(f"{name:<10} {bins} bins, {bits:.4f} bits of y")
print()
columns = ["bin", "count", "rate[1]", "low[1]", "high[1]", "woe", "bits"]
for name in ("income", "purpose"):
    table = fitted.bin_table(name)
    shown = [column for column in columns if column in table]
    print(table[shown].round(3).to_string(index=False), "\n")

# %%
# **Is it good?** Held-out loans cost so many bits each; less is better. In training, the
# weights of a row are learnt from other rows (`fit_transform` is cross-fitted), so that the
# regression does not trust bins that follow chance.


scored = card.predict_proba(loans_test)[:, 1]
true_risk = expit(log_odds[loans_test.index])
base_rate = entropy(np.bincount(y_test), normalize=True)
print(f"class rates:   {base_rate:.4f} bits a loan")
print(f"scorecard:     {binary_cross_entropy(y_test, scored):.4f}")
unbound = binary_cross_entropy(y_test, free.predict_proba(loans_test)[:, 1])
print(f"unconstrained: {unbound:.4f}")
known = binary_cross_entropy(y_test, true_risk)
print(f"the true risk: {known:.4f} (it knows the incomes that are missing)\n")

# %%
# **The points.** A WoE is in bits: log2 of the odds in the bin over those overall. Times the
# weight of its column it is in bits still, so a point may be a twentieth of a bit: with 20
# points more, the odds of not being paid back double.

weights = card[1].coef_[0] / np.log(2)
points = {}
for name, weight in zip(loans, weights, strict=True):
    table = fitted.bin_table(name)
    points[name] = pd.Series((20 * weight * table["woe"]).round().to_numpy(), index=table["bin"])
for name in ("in_use", "purpose"):
    print(f"{name}: " + ", ".join(f"{bin_}: {value:+.0f}" for bin_, value in points[name].items()))

# %%
# **In the database.** `to_sql` writes the bins as plain SQL. Run on SQLite, it gives the
# numbers of `transform`, gaps included.

print(fitted.to_sql("in_use", dialect="sqlite"), "\n")
with closing(sqlite3.connect(":memory:")) as database:
    loans_test.to_sql("loans", database, index=False)
    query = f"SELECT {fitted.to_sql(dialect='sqlite')} FROM loans"
    in_database = pd.read_sql_query(query, database)
apart = np.abs(in_database.to_numpy() - fitted.transform(loans_test)).max()
print(f"Largest difference between SQL and transform: {apart:.1e}")

# %%
# The picture: the rates of bins beside the truth, and the points.

in_use = fitted.bin_table("in_use")
edges = np.clip(fitted.bin_edges_[0], 0, 1)
order = np.argsort(loans["in_use"].to_numpy())
true_rate = pd.Series(expit(log_odds).to_numpy()[order]).rolling(400, center=True).mean()

fig, (rate_ax, point_ax) = plt.subplots(
    1, 2, figsize=(11, 4.6), width_ratios=[3, 2], layout="constrained"
)
rate_ax.stairs(in_use["rate[1]"], edges, color="#0072B2", linewidth=2, label="bins")
middles = (edges[:-1] + edges[1:]) / 2
rate_ax.errorbar(
    middles,
    in_use["rate[1]"],
    [in_use["rate[1]"] - in_use["low[1]"], in_use["high[1]"] - in_use["rate[1]"]],
    fmt="none",
    color="#0072B2",
    capsize=3,
)
rate_ax.plot(
    loans["in_use"].to_numpy()[order], true_rate, color="#E69F00", label="true risk, mean"
)
rate_ax.set_xlabel("Share of credit in use")
rate_ax.set_ylabel("Rate of loans not paid back")
rate_ax.set_title("Rates that only rise", fontsize=11)
rate_ax.legend(loc="upper left")

shown = pd.concat({name: points[name] for name in ("in_use", "income", "purpose")})
rows = np.arange(len(shown))
point_ax.barh(rows, shown, color=np.where(shown > 0, "#D55E00", "#0072B2"))
point_ax.set_yticks(rows, [f"{name}: {bin_}" for name, bin_ in shown.index], fontsize=8)
point_ax.invert_yaxis()
point_ax.axvline(0, color="black", linewidth=0.8)
point_ax.set_xlabel("Points (20 double the odds, as one bit does)")
point_ax.set_title("The card", fontsize=11)
plt.show()

# %%
# What to take away: a scorecard is a sum of bits of evidence. Gaps and text need no
# preparation, and here the gap of income is itself evidence. Constraints make the bins
# explainable and cost little where they are true. A column that says nothing, as the weekday,
# gets one bin and no points. What was learnt leaves Python as SQL, with the same numbers.
