"""
=============================================
Aleatoric and epistemic uncertainty of digits
=============================================

A prediction can be uncertain because the label is random, or because the input is
out-of-distribution. More data reduces the second kind only. An ensemble distinguishes them: its
members agree on a random label, and disagree on inputs unlike any in training.

The entropy of the mean prediction, the total, is the mean entropy of the members (aleatoric)
plus their disagreement (epistemic). All three are in bits, and
:class:`~skinfo.EntropyScorer` returns them as columns.
"""

# %%
# The data: images of handwritten digits, 8 by 8 pixels. As an example of irreducible randomness,
# a coin decides whether a 1 or a 7 is labelled "1" or "7". As out-of-distribution inputs, 8 and 9
# are excluded from training.

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split

from skinfo import EntropyScorer
from skinfo.metrics import cross_entropy_loss

pixels, digit = load_digits(return_X_y=True)
tossed = np.isin(digit, [1, 7])
label = digit.copy()
label[tossed] = np.random.default_rng(0).choice([1, 7], tossed.sum())

seen = digit < 8
X_train, X_test, y_train, y_test, _, tossed_test = train_test_split(
    pixels[seen], label[seen], tossed[seen], test_size=0.5, stratify=digit[seen], random_state=0
)
X_new = pixels[~seen]

# %%
# The ensemble. Its trees must not be fully grown: a leaf with a single sample predicts with
# certainty, so the aleatoric part would be 0 and the epistemic part the total.

PARTS = ["total", "aleatoric", "epistemic"]
trees = ExtraTreesClassifier(300, min_samples_leaf=5, random_state=0)
scorer = EntropyScorer(trees, output=PARTS).set_output(transform="pandas").fit(X_train, y_train)

kinds = {
    "clear label": X_test[~tossed_test],
    "labelled by a coin": X_test[tossed_test],
    "out-of-distribution (8, 9)": X_new,
}
bits = {kind: scorer.transform(X).set_axis(PARTS, axis=1) for kind, X in kinds.items()}
print("Mean uncertainty, bits per image:")
print(f"  {'':<26}" + "".join(f"{part:>10}" for part in PARTS))
for kind, columns in bits.items():
    print(f"  {kind:<26}" + "".join(f"{columns[part].mean():10.2f}" for part in PARTS))

# %%
# Detection of the out-of-distribution digits. The area under the ROC curve is the probability
# that one of them ranks above a digit of a known class; 0.5 is a random ranking.

clear, coin, new = bits.values()


def area(known, part):
    """Return the area under the ROC curve of new images against known ones."""
    scores = np.concatenate([*(columns[part] for columns in known), new[part]])
    return roc_auc_score(np.arange(len(scores)) >= len(scores) - len(new), scores)


print("\nDetection of 8 and 9, area under the ROC curve:")
print(f"  {'among':<26}" + "".join(f"{part:>10}" for part in PARTS))
for name, known in {"clear": [clear], "coin": [coin], "all": [clear, coin]}.items():
    print(f"  {name:<26}" + "".join(f"{area(known, part):10.3f}" for part in PARTS))

# %%
# Selective prediction: the most uncertain images are left to a person. Those of the test set are
# ranked by the total, and the most certain are retained. With all retained, the coin alone
# contributes half an error and one bit for each image that it labelled.

prob = scorer.predict_proba(X_test)
order = np.argsort(scorer.transform(X_test).to_numpy()[:, 0], kind="stable")
kept = np.arange(1, len(order) + 1)
error = np.cumsum((scorer.predict(X_test) != y_test)[order]) / kept
loss = cross_entropy_loss(y_test, prob, labels=scorer.classes_, reduction="none")
loss = np.cumsum(loss[order]) / kept
print("\nCoverage Error    Log loss (bits)")
for coverage in (1.0, 0.8, 0.6, 0.4):
    last = round(coverage * len(order)) - 1
    print(f"{coverage:4.0%} {error[last]:9.1%} {loss[last]:12.2f}")
print(f"coin {tossed_test.mean() / 2:9.1%} {tossed_test.mean():12.2f}")

# %%
# The figure. The total is constant along the dashed lines: it does not separate a coin from an 8,
# which the epistemic part does.

colours = dict(zip(bits, ["#999999", "#E69F00", "#0072B2"], strict=True))
markers = dict(zip(bits, "osv", strict=True))

fig, (parts_ax, error_ax, loss_ax) = plt.subplots(1, 3, figsize=(12, 5), layout="constrained")
for kind, columns in bits.items():
    parts_ax.scatter(
        columns["aleatoric"],
        columns["epistemic"],
        s=14,
        alpha=0.6,
        linewidths=0,
        color=colours[kind],
        marker=markers[kind],
        label=kind,
    )
for total in (1, 2, 3):
    parts_ax.axline((0, total), slope=-1, color="black", linewidth=0.7, linestyle="--", zorder=0)
    end = min(total, 1.6) - 0.1
    parts_ax.text(
        end,
        total - end,
        f"total {total}",
        rotation=-45,
        rotation_mode="anchor",
        ha="right",
        va="bottom",
        fontsize=8,
    )
parts_ax.set(
    aspect="equal",
    xlim=(0, 1.6),
    ylim=(0, 2.4),
    xlabel="Aleatoric: mean entropy of the trees (bits)",
    ylabel="Epistemic: disagreement of the trees (bits)",
    title="Images of digits, by kind",
)
parts_ax.legend(loc="upper left", fontsize=9)

coverage = kept / len(order)
first = len(order) // 20  # the mean of fewer is noise
panels = [(error_ax, 100 * error, "Errors", "%"), (loss_ax, loss, "Log loss", "bits")]
for ax, curve, name, unit in panels:
    ax.plot(100 * coverage[first:], curve[first:], color="#0072B2", label="most certain first")
    ax.axhline(curve[-1], color="#999999", linestyle="--", label="in any order")
    ax.set(
        xlim=(0, 100),
        ylim=(0, 1.3 * curve[-1]),
        xlabel="Images retained (%)",
        ylabel=f"{name} of those retained ({unit})",
        title=f"{name} after rejection",
    )
    ax.legend(loc="upper left", fontsize=9)

picture = Path("uncertainty.png").resolve()
fig.savefig(picture, dpi=120)
print(f"\nThe picture is in {picture}")
plt.show()

# %%
# What to take away: compared with images labelled by a coin, the epistemic part detects
# out-of-distribution digits far better than the total, because the coin contributes to the total
# and not to the disagreement. Compared with clear images the total is slightly better: if labels
# are hardly random, all uncertainty is epistemic. Neither part is pure. Trees are randomised, so
# they disagree a little everywhere, and out-of-distribution inputs reach leaves of several
# classes, which counts as aleatoric. To decide which images to leave to a person, rank by the
# total: an error due to randomness is an error as well. With 60 of 100 images retained the error
# falls from 14 to 3 %, in other splits to between 3 and 6 %.
