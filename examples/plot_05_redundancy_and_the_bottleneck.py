"""
=================================================
Redundant features and the information bottleneck
=================================================

x1 and x3 are independent, x2 is a noisy copy of x1, x4 is noise, and y depends on x1 and x3:

.. math:: y = 0.6 x_1 + 0.4 x_3 + 0.1 \\varepsilon

Alone, x2 is more informative about y than x3. Given x1, x2 is uninformative, and x3 contributes
nearly all of the remaining information. The information bottleneck formalises this as a trade-off:
maximise the information about y, and minimise the length of the description.
"""

# %%
# All variables are normal, so the information of each about y is known, alone and given x1. It
# follows from the covariances, :math:`I(A; B) = \tfrac12 \log_2 (\det \Sigma_A \det \Sigma_B /
# \det \Sigma_{AB})`.

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.feature_selection import SelectKBest, mutual_info_regression

from skinfo import InfoBottleneckSelector
from skinfo.estimation import conditional_mutual_info, mutual_info

rng = np.random.default_rng(0)
n = 2000
x1, x3, x4, copying, noise = rng.normal(size=(5, n))
x2 = 0.8 * x1 + 0.2 * copying
X = pd.DataFrame({"x1": x1, "x2": x2, "x3": x3, "x4": x4})
y = 0.6 * x1 + 0.4 * x3 + 0.1 * noise

# x1, x2, x3, x4 and y as linear combinations of the five independent variables above.
causes = np.array(
    [
        [1, 0, 0, 0, 0],
        [0.8, 0, 0, 0.2, 0],
        [0, 1, 0, 0, 0],
        [0, 0, 1, 0, 0],
        [0.6, 0.4, 0, 0, 0.1],
    ]
)
covariance = causes @ causes.T


def known(a, b):
    """Return the mutual information of two sets of variables, given by index."""
    volumes = [np.linalg.det(covariance[np.ix_(rows, rows)]) for rows in (a, b, a + b)]
    return 0.5 * np.log2(volumes[0] * volumes[1] / volumes[2])


alone = pd.DataFrame(
    {
        "known": [known([j], [4]) for j in range(4)],
        "estimated": mutual_info(X, y),
        "known | x1": [0.0] + [known([0, j], [4]) - known([0], [4]) for j in (1, 2, 3)],
        "estimated | x1": [0.0, *conditional_mutual_info(X[["x2", "x3", "x4"]], y, X[["x1"]])],
    },
    index=X.columns,
)
print("Information about y in bits, alone and given x1:")
print((alone.round(3) + 0.0).to_string(), "\n")
between = mutual_info(X[["x2", "x3"]], x1)
print(f"I(x1; x2): known {known([0], [1]):.3f}, estimated {between[0]:.3f} bits")
print(f"I(x1; x3): known {known([0], [2]):.3f}, estimated {between[1]:.3f} bits")

# %%
# A ranking by mutual information alone, as by `SelectKBest`, selects x1 and its copy and misses
# x3. The selector evaluates what a feature adds to a bottleneck variable T, a compression of the
# features selected before. It discretises the features, and y into about ten bins, so its values
# are lower than those above.

single = SelectKBest(lambda X, y: mutual_info_regression(X, y, random_state=0), k=2).fit(X, y)
print(f"SelectKBest: {list(single.get_feature_names_out())}")
selector = InfoBottleneckSelector().fit(X, y)
columns = ["feature", "selected", "bits", "bits_left", "p_left", "redundant_with"]
print(selector.report()[columns].round(4).to_string(index=False), "\n")

# %%
# If all four features are requested, the last two do not increase the information of T about y
# beyond the noise. `beta` makes this a rule: with ``beta=10`` a feature must add a tenth of a bit
# about y for each bit of its description.

everything = InfoBottleneckSelector(4).fit(X, y)
for step, j in enumerate(everything.selected_features_):
    print(
        f"+ {X.columns[j]}: gain {everything.gains_[step]:6.3f} bits; "
        f"H(T) = {everything.compression_[step]:.2f} bits, "
        f"I(T; y) = {everything.information_[step]:.2f} bits"
    )
for beta in (1, 10, 100):
    chosen = InfoBottleneckSelector(beta=beta).fit(X, y).get_feature_names_out()
    print(f"beta = {beta}: {list(chosen)}")

# %%
# The figure. Left: information alone and given x1. Right: the information plane. A useful feature
# moves T up (more information about y), and not only to the right (a longer description).

fig, (bits_ax, plane_ax) = plt.subplots(1, 2, figsize=(11, 4.4), layout="constrained")
rows = np.arange(4)
bits_ax.barh(rows - 0.2, alone["known"], 0.4, color="#B8B8B8", label="alone")
bits_ax.barh(rows + 0.2, alone["known | x1"], 0.4, color="#0072B2", label="given x1")
bits_ax.plot(alone["estimated"], rows - 0.2, "D", color="#D55E00", label="estimated")
bits_ax.plot(alone["estimated | x1"][1:], rows[1:] + 0.2, "D", color="#D55E00")
bits_ax.set_yticks(rows, X.columns)
bits_ax.invert_yaxis()
bits_ax.set_xlabel("Information about y (bits)")
bits_ax.set_title("Information of each feature", fontsize=11)
bits_ax.legend(loc="lower right")

compression = np.concatenate([[0], everything.compression_])
information = np.concatenate([[0], everything.information_])
plane_ax.plot(compression, information, "o-", color="#0072B2", markersize=8)
notes = {"none": (-4, 12), "x1": (10, -14), "x1, x3": (10, -12)}
for step, (label, offset) in enumerate(notes.items()):
    point = compression[step], information[step]
    plane_ax.annotate(label, point, xytext=offset, textcoords="offset points")
plane_ax.annotate(
    "all four",
    (compression[-1], information[-1]),
    xytext=(-10, 4),
    textcoords="offset points",
    ha="right",
)
plane_ax.axline((0, 0), slope=0.1, color="#999999", linestyle="--")
plane_ax.annotate("slope 1 / 10", (3, 0.3), xytext=(0, -16), textcoords="offset points")
plane_ax.set_xlim(-0.1, 1.25 * compression.max())
plane_ax.set_ylim(-0.1, 1.15 * information.max())
plane_ax.set_xlabel("Description length, H(T) (bits)")
plane_ax.set_ylabel("Information about y, I(T; y) (bits)")
plane_ax.set_title("The path of the selection", fontsize=11)
plt.show()

# %%
# What to take away: the mutual information of a single feature does not show whether it is needed.
# The copy x2 is redundant: given x1 it is uninformative. The reverse holds for x3: given x1 it is
# eight times as informative as alone. The selector detects both, because it evaluates each feature
# given the selected ones. The price of description, `beta`, also drops features that are
# significant but add little.
