"""
=======================================
Numbers, text and gaps, as they come
=======================================

A table of penguins holds measurements, names of islands, a sex that was not
always recorded, and the year. Nothing is imputed or encoded by hand: numbers
are cut, levels are grouped, and what is missing is a bin of its own with its own bits.
"""

# %%
# The data ship with the package `palmerpenguins`. Which columns tell the species?

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from palmerpenguins import load_penguins
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_validate
from sklearn.pipeline import make_pipeline

from skinfo import EntropyScorer, InfoBottleneckSelector, MutualInfoBinner
from skinfo.measures import entropy

penguins = load_penguins()
X, y = penguins.drop(columns="species"), penguins["species"]
print(X.dtypes, "\n")
print(f"Missing values: {X.isna().sum().sum()}")
prior = entropy(y.value_counts().to_numpy(), normalize=True)
print(f"Not knowing the species: {prior:.3f} bits\n")

# %%
# The selector takes the table as it is. `bits` alone, `bits_left` given the
# columns chosen before it.

selector = InfoBottleneckSelector().fit(X, y)
print(selector.report().round(4).to_string(index=False), "\n")

# %%
# The binner shows where the information of a column lies: each row's bits, that
# of missing values included, add up to the column's.

binner = MutualInfoBinner().fit(X, y)
for name in ("flipper_length_mm", "island", "sex"):
    print(f"{name}: {binner.mutual_info_[list(X).index(name)]:.3f} bits")
    print(binner.bin_table(name).round(3).to_string(index=False), "\n")

# %%
# Both in a pipeline, scored out of sample: how many of the bits of the species
# do the predictions tell?

pipeline = make_pipeline(
    InfoBottleneckSelector().set_output(transform="pandas"),
    MutualInfoBinner(encode="onehot"),
    LogisticRegression(C=10),
)
scores = cross_validate(
    pipeline, X, y, scoring=EntropyScorer(metric=["neg_log_loss", "information_gain", "skill"])
)
print("Cross-validated:")
for metric in ("neg_log_loss", "information_gain", "skill"):
    print(f"  {metric:<17} {scores[f'test_{metric}'].mean():6.3f}")

# %%
# The picture: the bins of the most informative column, and what each says.

best = X.columns[selector.selected_features_[0]]
table = binner.bin_table(best)
colours = {"Adelie": "#E69F00", "Chinstrap": "#CC79A7", "Gentoo": "#0072B2"}

fig, (rates_ax, bits_ax) = plt.subplots(
    2, 1, figsize=(8, 6), sharex=True, height_ratios=[3, 1], layout="constrained"
)
bottom = np.zeros(len(table))
for species in binner.classes_:
    rate = table[f"rate[{species}]"]
    rates_ax.bar(table["bin"], rate, bottom=bottom, color=colours[species], label=species)
    bottom += rate
rates_ax.set_ylabel("Share of species in the bin")
rates_ax.set_title(f"{best}: {binner.mutual_info_[list(X).index(best)]:.2f} of {prior:.2f} bits")
rates_ax.legend(loc="upper left", bbox_to_anchor=(1, 1))
bars = bits_ax.bar(table["bin"], table["bits"], color="#555555")
bits_ax.bar_label(bars, fmt="%.3f", padding=2)
bits_ax.set_ylim(0, 1.25 * table["bits"].max())
bits_ax.set_ylabel("Bits contributed")
bits_ax.tick_params(axis="x", labelsize="small", labelrotation=15)

picture = Path("mixed_table.png").resolve()
fig.savefig(picture, dpi=120)
print(f"\nThe picture is in {picture}")
plt.show()

# %%
# What to take away: no column had to be prepared. The sex of a bird says nothing
# of its species alone, yet it is kept, for given the size of flipper and bill
# it does: a large bird is a male of a small species or a female of a large one. The mass
# says 0.64 bits alone and nothing that the flipper has not said.
