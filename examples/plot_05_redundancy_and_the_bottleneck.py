"""
=========================================
Redundancy and the information bottleneck
=========================================

x1 and x3 are independent, x2 is a noisy copy of x1, x4 is noise, and y is made of x1 and x3:

.. math:: y = 0.6 x_1 + 0.4 x_3 + 0.1 \\varepsilon

Alone, x2 says more of y than x3 does. Beside x1 it says nothing, and x3 says nearly everything
that is left. The information bottleneck puts that in one rule: keep what is said of y, and pay for
description.
"""

# %%
# All variables are normal, so what each says is known: alone, and given x1. For normal
# variables all information follows from the covariances, :math:`I(A; B) = \tfrac12 \log_2 (\det
# \Sigma_A \det \Sigma_B / \det \Sigma_{AB})`.

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from skinfo import InfoBottleneckSelector
from skinfo.estimation import conditional_mutual_info, mutual_info

rng = np.random.default_rng(0)
n = 2000
x1, x3, x4, copying, noise = rng.normal(size=(5, n))
x2 = 0.8 * x1 + 0.2 * copying
X = pd.DataFrame({"x1": x1, "x2": x2, "x3": x3, "x4": x4})
y = 0.6 * x1 + 0.4 * x3 + 0.1 * noise

# x1, x2, x3, x4 and y as sums of the five independent causes drawn above.
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
    """Return the bits that two sets of variables, given by position, share."""
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
print("Bits about y, alone and given x1:")
print((alone.round(3) + 0.0).to_string(), "\n")
between = mutual_info(X[["x2", "x3"]], x1)
print(f"I(x1; x2): known {known([0], [1]):.3f}, estimated {between[0]:.3f} bits")
print(f"I(x1; x3): known {known([0], [2]):.3f}, estimated {between[1]:.3f} bits")

# %%
# A ranking by bits alone takes x1 and its copy, and misses x3. The selector asks what a feature
# adds to a bottleneck T, a compression of those chosen before. It works on bins, and its bits
# are about ten bins of y, so they are fewer than above.

selector = InfoBottleneckSelector().fit(X, y)
columns = ["feature", "selected", "bits", "bits_left", "p_left", "redundant_with"]
print(selector.report()[columns].round(4).to_string(index=False), "\n")

# %%
# Made to choose all four, it shows what the last two are worth: T says no
# more of y than before, up to chance. `beta` makes that a rule: at ``beta=10`` a feature
# must say a tenth of a bit of y for each bit that it takes to describe.

everything = InfoBottleneckSelector(4).fit(X, y)
for step, j in enumerate(everything.selected_features_):
    print(
        f"+ {X.columns[j]}: {everything.gains_[step]:6.3f} new bits about y; "
        f"T takes {everything.compression_[step]:.2f} bits to describe "
        f"and says {everything.information_[step]:.2f} of y"
    )
for beta in (1, 10, 100):
    chosen = InfoBottleneckSelector(beta=beta).fit(X, y).get_feature_names_out()
    print(f"beta = {beta}: {list(chosen)}")

# %%
# The picture. Left: alone and given x1. Right: the information plane. A feature that is worth
# having moves T up (more said of y), and not only to the right (more to describe).

fig, (bits_ax, plane_ax) = plt.subplots(1, 2, figsize=(11, 4.4), layout="constrained")
rows = np.arange(4)
bits_ax.barh(rows - 0.2, alone["known"], 0.4, color="#B8B8B8", label="alone")
bits_ax.barh(rows + 0.2, alone["known | x1"], 0.4, color="#0072B2", label="given x1")
bits_ax.plot(alone["estimated"], rows - 0.2, "D", color="#D55E00", label="estimated")
bits_ax.plot(alone["estimated | x1"][1:], rows[1:] + 0.2, "D", color="#D55E00")
bits_ax.set_yticks(rows, X.columns)
bits_ax.invert_yaxis()
bits_ax.set_xlabel("Information about y (bits)")
bits_ax.set_title("What each feature says", fontsize=11)
bits_ax.legend(loc="lower right")

compression = np.concatenate([[0], everything.compression_])
information = np.concatenate([[0], everything.information_])
plane_ax.plot(compression, information, "o-", color="#0072B2", markersize=8)
notes = {"nothing": (-4, 12), "x1": (10, -14), "x1, x3": (10, -12)}
for step, (label, offset) in enumerate(notes.items()):
    place = compression[step], information[step]
    plane_ax.annotate(label, place, xytext=offset, textcoords="offset points")
plane_ax.annotate(
    "and the other two",
    (compression[-1], information[-1]),
    xytext=(-10, 4),
    textcoords="offset points",
    ha="right",
)
plane_ax.axline((0, 0), slope=0.1, color="#999999", linestyle="--")
plane_ax.annotate("slope 1 / 10", (3, 0.3), xytext=(0, -16), textcoords="offset points")
plane_ax.set_xlim(-0.1, 1.25 * compression.max())
plane_ax.set_ylim(-0.1, 1.15 * information.max())
plane_ax.set_xlabel("Description H(T) (bits)")
plane_ax.set_ylabel("Information about y, I(T; y) (bits)")
plane_ax.set_title("The path of the selection", fontsize=11)
plt.show()

# %%
# What to take away: what a feature says alone is the wrong question when others are there. The
# copy x2 is redundant: given x1 it says nothing. x3 is the other way round: given x1 it says
# eight times as much as alone. The selector finds both, since it asks what is new given what is
# chosen. A price on description, `beta`, also drops what is significant but hardly worth
# having.
