"""
==============================================
A map of synergy and redundancy, pair by pair
==============================================

Which columns repeat each other, and which tell something only together? No measure of single
columns says, and a matrix of correlations does not know the target. The interaction information of
a pair does:

.. math:: I(X_j; Y) + I(X_k; Y) - I(X_j, X_k; Y)

Above zero the two tell the same of y, and some of it is counted twice (redundancy). Below zero
they tell more together than the sum of what they tell apart (synergy).
"""

# %%
# **The data.** 569 tumours, 30 measures of each, and three columns planted among them: a coin, the
# same coin turned over where the tumour is benign, and noise. Each of the three is independent of
# the diagnosis; the first two together determine it.

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
# **All pairs.** The p-value is that of no interaction: two columns may be informative, and depend
# on each other, and still tell together the sum of what they tell apart. The q-value accounts for
# the number of pairs.

result = pairwise_interaction(X, y)
pairs = result.to_frame()
shown = ["feature", "other", "interaction", "kind", "qvalue"]
print("Of", len(pairs), "pairs", (pairs["qvalue"] <= 0.05).sum(), "interact (q <= 0.05)\n")
for kind in ("synergy", "redundancy"):
    print(pairs[pairs["kind"] == kind][shown].head(4).to_string(index=False), "\n")

# %%
# **The map.** Columns that interact lie next to each other. The block of blue is the size of the
# tumour, measured in nine ways; any one of them will do. The red pair is the planted one. A dot
# marks a significant pair.

fig, ax = plt.subplots(figsize=(9, 7.5), layout="constrained")
InteractionDisplay(
    result.interaction, pvalue=result.pvalue, feature_names=result.feature_names
).plot(ax)
ax.set_title("Pairs of columns and the diagnosis", loc="left")
plt.show()

# %%
# What to take away: p-values of single columns miss the planted pair, and so does a matrix of what
# columns share with each other; the map has both it and the block of copies. The pale red cells
# are significant too: with *mean compactness* given, the fractal dimension of the outline tells
# more than alone. That is why a selection asks what a column tells *given* those it has.
