"""
==========================================
Drift of columns and scores with intervals
==========================================

A model of cars of the early seventies is applied to those built after the oil crisis. The
population stability index (PSI) measures which columns have drifted, in which bins, and whether
the score has. Its usual thresholds do not depend on the number of samples: with 200 cars in each
sample, cars of the same years exceed 0.1 in a third of all columns. Intervals and p-values account
for the number of samples.
"""

# %%
# **The data** are real, from the package `vega_datasets`: 406 cars of the model years 1970 to
# 1982. The model classifies cars as American or not, by weights of evidence and a logistic
# regression, and is fitted on the cars until 1975.

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict
from sklearn.pipeline import make_pipeline
from vega_datasets import local_data

from skinfo import MutualInfoBinner
from skinfo.inspection import DriftDisplay
from skinfo.metrics import log_loss_decomposition, population_stability

cars = pd.read_json(local_data.cars.filepath)
columns = ["Miles_per_Gallon", "Displacement", "Horsepower", "Weight_in_lbs", "Acceleration"]
X, year = cars[columns], cars["Year"].str[:4].astype(int)
is_american = (cars["Origin"] == "USA").astype(int)
before, after = (year <= 1975).to_numpy(), (year > 1975).to_numpy()
print(f"{before.sum()} cars until 1975, {after.sum()} after; missing: {X.isna().sum().sum()}")

model = make_pipeline(MutualInfoBinner(max_bins=5, encode="woe"), LogisticRegression())
model.fit(X[before], is_american[before])

# %%
# **Columns.** The reference is the fitted binner: its bins and their numbers of training samples.
# `psi` is in nats, like the thresholds of credit scoring, 0.1 and 0.25. `expected` is its mean
# without drift for these numbers of samples.

result = population_stability(model[0], X[after])
print(result.report().round(3).to_string(index=False))

# %%
# **Bins.** Later cars use less fuel. Each bin has an interval and a q-value of its own.

print(result.bin_table("Miles_per_Gallon").round(3).to_string(index=False))
fig, axes = plt.subplots(1, 2, figsize=(12, 4), layout="constrained")
DriftDisplay(result).plot(axes[0])
DriftDisplay(result, feature="Miles_per_Gallon").plot(axes[1])
plt.show()

# %%
# **Scores** are a sample of one column, in bins of equal frequency of the reference. The reference
# scores are cross-validated, so they are of cars that the model was not fitted on. A score may be
# stable where columns are not, and the reverse. Where the target is known, the log loss is
# decisive.

y = is_american[before]
scores = cross_val_predict(model, X[before], y, cv=10, method="predict_proba")[:, 1]
later = model.predict_proba(X[after])[:, 1]
print(population_stability(scores, later, n_bins=5).report().round(3).to_string(index=False))
for name, labels, probs in (("until 1975", y, scores), ("after", is_american[after], later)):
    parts = log_loss_decomposition(labels, probs).report()["estimate"].round(2)
    print(f"{name:12}", parts.to_dict())

# %%
# **Small samples.** Random halves of the same table have not drifted. In ten bins of 200 cars
# each, the expected index is 0.09, and values above 0.1 are frequent.

rng = np.random.default_rng(0)
over, rejected = [], []
for _ in range(200):
    half = rng.permutation(len(X)) < len(X) // 2
    halves = population_stability(X[half], X[~half])
    over.append(halves.psi > 0.1)
    rejected.append(halves.pvalue < 0.05)
print(f"Expected without drift: {halves.expected.mean():.3f}")
print(f"PSI above 0.1: {np.mean(over):.0%} of columns, p below .05: {np.mean(rejected):.0%}")

# %%
# **Monitoring.** Each model year is compared with the cars of 1970 to 1972, with about thirty cars
# per year. The interval is for the index without sampling noise. The dashed line is the mean of
# the index for so few cars without drift.

reference = X[year <= 1972]
years = sorted(set(year[year > 1972]))
found = [population_stability(reference, X[year == each], n_bins=5) for each in years]
fig, axes = plt.subplots(1, 2, figsize=(10, 3.5), sharey=True, layout="constrained")
for ax, name in zip(axes, ("Acceleration", "Miles_per_Gallon"), strict=True):
    j = columns.index(name)
    low, high = np.transpose([np.array(each.confidence_interval())[:, j] for each in found])
    expected = [each.expected[j] for each in found]
    ax.vlines(years, low, high, color="0.3")
    ax.plot(years, [each.psi[j] for each in found], "o", label="PSI")
    ax.plot(years, expected, "--", color="0.5", label="expected without drift")
    ax.axhline(0.25, color="C3", linewidth=0.8, label="0.25")
    ax.set(title=name.replace("_", " "), xlabel="Model year")
axes[0].set_ylabel("PSI (nats)")
axes[0].legend(frameon=False)
plt.show()

# %%
# What to take away: report the interval of the index, not the index alone. If the whole interval
# is below 0.1, a column is stable; if the q-value is small, it has drifted; otherwise there are
# too few samples to decide, however large the index. Then inspect the bins, including those of
# missing values and new levels. A score may drift more or less than its columns. The cost of the
# drift is the log loss on new targets, here nearly three times as large as before.
