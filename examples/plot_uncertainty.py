"""
===============================================
Unsure, or never seen: two kinds of uncertainty
===============================================

A classifier can be unsure since nobody could know, or since it was never shown
the like. More data helps against the second only. An ensemble tells them apart: its
members agree that a coin is a coin, and disagree about what none of them has seen.

The entropy of the mean prediction, the total, is the mean entropy of the members
(aleatoric: chance) plus what is left, their disagreement (epistemic: ignorance). All
three are in bits, and :class:`~skinfo.EntropyScorer` gives them as columns.
"""

# %%
# The data: pictures of handwritten digits, 8 by 8 pixels. To have a chance that no model
# can know, a coin decides whether a 1 and a 7 is labelled "1" or "7". To have
# something never seen, 8 and 9 are kept away from training.

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
# The ensemble. Its trees must not be fully grown: a leaf with one row in it is sure of
# everything, so the aleatoric part would be 0 and the epistemic part the total.

PARTS = ["total", "aleatoric", "epistemic"]
trees = ExtraTreesClassifier(300, min_samples_leaf=5, random_state=0)
unsure = EntropyScorer(trees, output=PARTS).set_output(transform="pandas").fit(X_train, y_train)

kinds = {
    "seen, clear": X_test[~tossed_test],
    "seen, labelled by a coin": X_test[tossed_test],
    "never seen (8 and 9)": X_new,
}
bits = {kind: unsure.transform(X).set_axis(PARTS, axis=1) for kind, X in kinds.items()}
print("Mean uncertainty, bits a picture:")
print(f"  {'':<26}" + "".join(f"{part:>10}" for part in PARTS))
for kind, columns in bits.items():
    print(f"  {kind:<26}" + "".join(f"{columns[part].mean():10.2f}" for part in PARTS))

# %%
# Which column finds the digits never seen? The area under the ROC curve is the chance that
# one of them ranks above one that was seen; 0.5 is a guess.

clear, coin, new = bits.values()


def area(known, part):
    """Return the area under the ROC curve of new pictures against known ones."""
    scores = np.concatenate([*(columns[part] for columns in known), new[part]])
    return roc_auc_score(np.arange(len(scores)) >= len(scores) - len(new), scores)


print("\nFinding digits never seen, area under the ROC curve:")
print(f"  {'among':<26}" + "".join(f"{part:>10}" for part in PARTS))
for name, known in {"clear": [clear], "coin": [coin], "all": [clear, coin]}.items():
    print(f"  {name:<26}" + "".join(f"{area(known, part):10.3f}" for part in PARTS))

# %%
# The other use: leave the most unsure pictures to a person. Those of the test set are
# ranked by their total, and the least unsure kept; what do they cost? Where all are kept the
# coin alone costs half an error and one bit for each picture that it labelled.

prob = unsure.predict_proba(X_test)
order = np.argsort(unsure.transform(X_test).to_numpy()[:, 0], kind="stable")
kept = np.arange(1, len(order) + 1)
error = np.cumsum((unsure.predict(X_test) != y_test)[order]) / kept
loss = cross_entropy_loss(y_test, prob, labels=unsure.classes_, reduction="none")
loss = np.cumsum(loss[order]) / kept
print("\nKept     Error    Log loss (bits)")
for share in (1.0, 0.8, 0.6, 0.4):
    last = round(share * len(order)) - 1
    print(f"{share:4.0%} {error[last]:9.1%} {loss[last]:12.2f}")
print(f"coin {tossed_test.mean() / 2:9.1%} {tossed_test.mean():12.2f}")

# %%
# The picture. Along the dashed lines the total is the same: it cannot tell a coin from an
# 8, which the epistemic part sets apart.

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
    xlabel="Aleatoric: what each tree is unsure of (bits)",
    ylabel="Epistemic: disagreement of the trees (bits)",
    title="Pictures of digits, by kind",
)
parts_ax.legend(loc="upper left", fontsize=9)

share = kept / len(order)
first = len(order) // 20  # the mean of fewer is noise
panels = [(error_ax, 100 * error, "Errors", "%"), (loss_ax, loss, "Log loss", "bits")]
for ax, curve, name, unit in panels:
    ax.plot(100 * share[first:], curve[first:], color="#0072B2", label="least unsure first")
    ax.axhline(curve[-1], color="#999999", linestyle="--", label="in any order")
    ax.set(
        xlim=(0, 100),
        ylim=(0, 1.3 * curve[-1]),
        xlabel="Pictures kept (%)",
        ylabel=f"{name} of those kept ({unit})",
        title=f"{name} left by rejection",
    )
    ax.legend(loc="upper left", fontsize=9)

picture = Path("uncertainty.png").resolve()
fig.savefig(picture, dpi=120)
print(f"\nThe picture is in {picture}")
plt.show()

# %%
# What to take away: against pictures labelled by a coin the epistemic part finds the digits
# never seen far better than the total, for the coin is in the total and not in the
# disagreement. Against clear ones the total does slightly better: where there is little
# chance in the labels, any unsureness is ignorance. Neither part is pure. Trees are made to
# differ, so they disagree a little everywhere, and what none of them has seen falls into leaves
# that are mixed, which looks like chance. To decide what to leave to a person, rank by the total:
# what is got wrong by chance is wrong all the same. With 60 of 100 pictures kept the error falls
# from 14 to 3 %, in other splits to between 3 and 6 %.
