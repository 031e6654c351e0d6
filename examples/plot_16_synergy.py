"""
==========================================
Synergy and redundancy of pairs of columns
==========================================

Which columns are redundant with each other, and which are informative only together? Statistics of
single columns do not show this, and a correlation matrix does not depend on the target. The
interaction information of a pair does:

.. math:: I(X_j; Y) + I(X_k; Y) - I(X_j, X_k; Y)

It is positive if both columns contain the same information about y (redundancy). It is negative if
they are more informative together than the sum of both alone (synergy).
"""

# %%
# **The data.** 569 tumours with 30 measurements each, and three simulated columns: a coin, the
# same coin inverted for benign tumours, and noise. Each of the three is independent of the
# diagnosis; the first two together determine it.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_breast_cancer

from skinfo.estimation import mutual_info_test, pairwise_interaction
from skinfo.inspection import InteractionDisplay

X, y = load_breast_cancer(return_X_y=True, as_frame=True)
rng = np.random.default_rng(0)
coin = rng.integers(0, 2, len(y))
X = X.assign(coin=coin, turned=coin ^ y, noise=rng.normal(size=len(y)))
alone = mutual_info_test(X, y)
for name in ("worst perimeter", "coin", "turned", "noise"):
    j = X.columns.get_loc(name)
    print(f"{name:16} {alone.statistic[j]:6.3f} bits alone, p = {alone.pvalue[j]:.2g}")

# %%
# **All pairs.** The p-value is for the hypothesis of no interaction: two columns may be
# informative and dependent, and their joint information may still equal the sum of both. The
# q-value corrects for the number of pairs.

result = pairwise_interaction(X, y)
pairs = result.to_frame()
shown = ["feature", "other", "interaction", "kind", "qvalue"]
print("Of", len(pairs), "pairs", (pairs["qvalue"] <= 0.05).sum(), "interact (q <= 0.05)\n")
for kind in ("synergy", "redundancy"):
    print(pairs[pairs["kind"] == kind][shown].head(4).to_string(index=False), "\n")

# %%
# **The map.** Columns that interact are adjacent. The blue block is the size of the tumour,
# measured in nine ways, of which one is sufficient. The red pair is the simulated one. A dot marks
# a significant pair.

fig, ax = plt.subplots(figsize=(9, 7.5), layout="constrained")
InteractionDisplay(
    result.interaction, pvalue=result.pvalue, feature_names=result.feature_names
).plot(ax)
ax.set_title("Pairs of columns and the diagnosis", loc="left")
plt.show()

# %%
# What to take away: p-values of single columns miss the simulated pair, and so does a matrix of
# the mutual information between columns; the map shows both this pair and the block of redundant
# columns. The pale red cells are significant too: given *mean compactness*, the fractal dimension
# of the outline is more informative than alone. A selection therefore evaluates a column *given*
# the selected ones.
