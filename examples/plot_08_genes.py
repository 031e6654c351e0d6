"""
=================================================
Few rows, thousands of columns: which are real?
=================================================

Ninety patients, two thousand genes, two subtypes of a disease. With so many columns some look
informative by chance. The columns are simulated as gene expression looks, in groups
that go up and down together, so it is known which are real: 40 genes in 4 groups.
"""

# %%
# **The data.** Each group of ten genes follows a hidden activity of its own, and that differs
# between the subtypes. The other 1960 follow activities that do not.

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.feature_selection import SelectFdr
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skinfo import EntropyScorer, InfoBottleneckSelector
from skinfo.estimation import mutual_info, mutual_info_test

rng = np.random.default_rng(0)
n_patients, n_groups, size = 90, 200, 10
subtype = rng.permutation(np.repeat([0, 1], n_patients // 2))
shift = np.zeros(n_groups)
shift[:4] = 1.8  # the groups that differ
activity = rng.normal(size=(n_patients, n_groups)) + np.outer(subtype, shift)
expression = np.repeat(activity, size, axis=1) + 0.6 * rng.normal(
    size=(n_patients, n_groups * size)
)
names = [f"group{g:03d}_{k}" for g in range(n_groups) for k in range(size)]
X = pd.DataFrame(np.exp(expression), columns=names)
real = np.repeat(shift > 0, size)
print(f"{X.shape[0]} patients, {X.shape[1]} genes, {real.sum()} of them real")

# %%
# **Bits, and what chance makes of them.** Shares of bins, taken for probabilities, say that
# each gene knows something. The estimate is around zero for those that know nothing, and the
# test says how often chance does as well.

genes = X.to_numpy()
result = mutual_info_test(genes, subtype)
eighths = (8 * genes.argsort(axis=0).argsort(axis=0)) // n_patients
plugin = mutual_info(eighths, subtype, estimator="plugin")
print("Mean bits of genes that say nothing:")
print(f"  eight bins, as they are {plugin[~real].mean():6.3f}")
print(f"  mutual_info_test        {result.statistic[~real].mean():6.3f}")
for label, chosen in {
    "p-value below 0.05": result.pvalue < 0.05,
    "p-value below 0.05 / 2000 (Bonferroni)": result.pvalue < 0.05 / len(names),
    "q-value below 0.05": result.qvalue < 0.05,
}.items():
    print(f"{label:<39} {chosen.sum():4d} genes, of which {(chosen & ~real).sum()} false")

# %%
# The test is a `score_func`, so scikit-learn's own selectors take it.

fdr = SelectFdr(mutual_info_test, alpha=0.05).fit(genes, subtype)
print(f"SelectFdr keeps {fdr.get_support().sum()} genes")

# %%
# **Which genes to measure.** Those forty say four things. The selector takes a gene only for
# what it adds to those chosen, and stops when nothing significant is left. It names two groups:
# what the other two would add is too little to be told, on ninety patients, from the best that
# chance makes of two thousand. Asked for six genes, it names all four groups.

selector = InfoBottleneckSelector().fit(X, subtype)
report = selector.report()
kept = report.loc[report["selected"], ["feature", "bits", "bits_left", "p_left"]]
print(kept.to_string(index=False))
redundant = report[~report["selected"] & (report["redundant_with"] != "")]
print(f"{len(redundant)} more have p-values below 0.05 alone, but add nothing significant")
six = InfoBottleneckSelector(6).fit(X, subtype)
print(f"Asked for six: {', '.join(six.get_feature_names_out())}")

# %%
# **Selection belongs inside cross-validation.** On labels at random there is nothing to learn.
# But choose the twenty best genes on all patients first and cross-validate after, and there
# seems to be: the test folds took part in the choice.

labels = rng.permutation(subtype)
folds = StratifiedKFold(5, shuffle=True, random_state=0)
gain = EntropyScorer(metric="information_gain")
logs = np.log(genes)
classify = make_pipeline(StandardScaler(), LogisticRegression(C=0.1))
best_twenty = make_pipeline(InfoBottleneckSelector(20, criterion="mim"), classify)
selected = make_pipeline(InfoBottleneckSelector(), classify)
chosen_before = best_twenty[0].fit(logs, labels).transform(logs)
gains = {
    "labels at random, genes chosen before": (classify, chosen_before, labels),
    "labels at random, genes chosen in training": (best_twenty, logs, labels),
    "the subtypes, genes chosen in training": (selected, logs, subtype),
}
print("Information gain of held-out patients, bits:")
for name, (model, columns, y) in gains.items():
    print(f"  {name:<43} {cross_val_score(model, columns, y, cv=folds, scoring=gain).mean():6.3f}")

# %%
# The picture: how many genes have a p-value below a level, and how many would by chance; and
# the bits of each gene.

fig, (p_ax, bits_ax) = plt.subplots(1, 2, figsize=(11, 4.2), layout="constrained")
levels = np.geomspace(1e-5, 1, 200)
for pvalues, colour, label in [
    (result.pvalue, "#D55E00", "all genes"),
    (result.pvalue[~real], "#999999", "those that say nothing"),
]:
    below = (pvalues <= levels.reshape(-1, 1)).sum(axis=1)
    p_ax.plot(levels, np.where(below, below, np.nan), color=colour, linewidth=2, label=label)
p_ax.plot(levels, len(names) * levels, color="black", linestyle="--", linewidth=1, label="chance")
p_ax.set(xscale="log", yscale="log", xlim=(1e-5, 1), ylim=(0.8, 4000))
p_ax.set_xlabel("Level")
p_ax.set_ylabel("Genes with a p-value below it")
p_ax.set_title("More genes than chance has below small levels", fontsize=11)
p_ax.legend(loc="upper left")

evidence = -np.log10(result.qvalue)
for which, colour, label in [(~real, "#999999", "says nothing"), (real, "#D55E00", "real")]:
    bits_ax.scatter(result.statistic[which], evidence[which], s=12, color=colour, label=label)
chosen = selector.selected_features_
bits_ax.scatter(
    result.statistic[chosen],
    evidence[chosen],
    s=90,
    facecolor="none",
    edgecolor="black",
    label="selected",
)
bits_ax.axhline(-np.log10(0.05), color="black", linestyle="--", linewidth=0.8)
bits_ax.annotate("q = 0.05", (-0.2, -np.log10(0.05)), xytext=(0, 4), textcoords="offset points")
bits_ax.set_xlabel("Information about the subtype (bits)")
bits_ax.set_ylabel("Evidence: -log10 of the q-value")
bits_ax.set_title("Bits and evidence, gene by gene", fontsize=11)
bits_ax.legend(loc="upper left")
plt.show()

# %%
# What to take away: among thousands of columns, ask for q-values; of those with at most 0.05
# about one in twenty may be false. For a list of all genes that matter, take
# `SelectFdr`; for a few to measure, the selector, which takes a gene only for what is new.
# Where genes of a group are as good as each other, which one is named depends on chance, so
# read it as the group. And choose inside cross-validation, else noise scores.
