"""
==========================================================
Good, poor and overconfident classifiers under log loss
==========================================================

Four classifiers, three of which predict the same classes and so have the same accuracy. The log
loss differs, because it depends on the predicted probability of the true class:

.. math:: L = -\\frac1n \\sum_i \\log_2 q_i(y_i)

in bits per sample. The true probabilities of the simulation are known, so every part of the loss
can be verified.
"""

# %%
# **The loss of a sample** depends on one number, the predicted probability of its true class.
# Five samples, three classes, three predictors:

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from scipy.special import expit
from sklearn.metrics import accuracy_score

from skinfo.measures import entropy, kl_divergence
from skinfo.metrics import (
    binary_cross_entropy,
    compare_log_loss,
    cross_entropy_loss,
    log_loss_decomposition,
)

y_true = ["cat", "dog", "fox", "cat", "dog"]
predictors = {
    "confident": [
        [0.90, 0.05, 0.05],
        [0.05, 0.90, 0.05],
        [0.05, 0.05, 0.90],
        [0.90, 0.05, 0.05],
        [0.05, 0.90, 0.05],
    ],
    "less confident": [
        [0.7, 0.2, 0.1],
        [0.2, 0.6, 0.2],
        [0.1, 0.2, 0.7],
        [0.6, 0.3, 0.1],
        [0.2, 0.7, 0.1],
    ],
    "nearly uniform": [
        [0.3, 0.4, 0.3],
        [0.4, 0.3, 0.3],
        [0.3, 0.3, 0.4],
        [0.4, 0.3, 0.3],
        [0.3, 0.4, 0.3],
    ],
}
sample_losses = {
    name: cross_entropy_loss(y_true, q, reduction="none") for name, q in predictors.items()
}
for name, losses in sample_losses.items():
    print(f"{name:<16} samples {losses.round(2)}, mean {losses.mean():.3f} bits")
print(f"a uniform prediction costs log2(3) = {np.log2(3):.3f} bits")

# %%
# One-hot rows are equivalent to labels, and soft labels hold probabilities of the classes. For two
# classes the loss of a sample is the binary cross-entropy :math:`-y \log_2 q - (1 - y)
# \log_2(1 - q)`.

one_hot = np.eye(3)[[0, 1, 2, 0, 1]]
print(f"one-hot: {cross_entropy_loss(one_hot, predictors['less confident']):.3f} bits")
print(f"soft:    {cross_entropy_loss([[0.5, 0.3, 0.2]], [[0.6, 0.3, 0.1]]):.3f} bits")
print(f"binary:  {binary_cross_entropy([1, 0, 1], [0.5, 0.25, 0.125]):.3f} bits")

# %%
# **Four classifiers of a simulated disease.** A marker x is normal around -1 in the healthy and
# around 1 in the ill, so the log odds of illness are exactly 2 x. One classifier predicts these.
# The second triples the log odds and is overconfident; the third multiplies them by 0.3 and is
# underconfident. The last observes the marker with noise, and is calibrated for it.

rng = np.random.default_rng(0)
n = 4000
ill = rng.integers(0, 2, n)
x = rng.normal(2 * ill - 1, 1)
blurred = x + 2 * rng.normal(size=n)
log_odds = {
    "exact": 2 * x,
    "overconfident": 6 * x,
    "underconfident": 0.6 * x,
    "poor": 2 * blurred / 5,  # variance 1 + 4
}
predictions = {name: expit(odds) for name, odds in log_odds.items()}


def distributions(q):
    """Return rows (1 - q, q)."""
    return np.column_stack([1 - q, q])


truth = distributions(predictions["exact"])
results = {name: log_loss_decomposition(ill, q) for name, q in predictions.items()}
table = pd.DataFrame(
    {
        name: {
            "accuracy": accuracy_score(ill, predictions[name] > 0.5),
            "log loss": result.log_loss,
            "uncertainty": result.uncertainty,
            "discrimination": result.discrimination,
            "miscalibration": result.miscalibration,
        }
        for name, result in results.items()
    }
)
print(table.T.round(3).to_string())

# %%
# The loss is uncertainty minus discrimination plus miscalibration. The uncertainty is the loss of
# predicting the class prevalences; the discrimination is the reduction of that loss by the
# recalibrated predictions; the miscalibration is what the recalibration gains. The last two have
# known values: the information of x about the disease, and the mean divergence of q from the
# truth.

print(f"Information of x: {1 - entropy(truth).mean():.3f} bits")
for name in ("exact", "overconfident", "underconfident"):
    wasted = kl_divergence(truth, distributions(predictions[name])).mean()
    estimate = results[name].report().loc["miscalibration", "estimate"]  # corrected
    print(f"{name:<14} divergence {wasted:.3f} bits, estimated as {estimate:.3f}")

# %%
# Recalibration always gains a little by overfitting. The report is corrected for this, and the
# interval for the exact classifier contains zero.

print(results["exact"].report().round(3).to_string(), "\n")
print(results["overconfident"].report().round(3).to_string(), "\n")
comparison = compare_log_loss(ill, predictions["overconfident"], predictions["underconfident"])
print(
    f"overconfident minus underconfident: {comparison.difference:.3f} bits "
    f"(standard error {comparison.standard_error:.3f}, p = {comparison.pvalue:.0e})"
)

# %%
# The loss of a sample, and the parts of the loss of the four classifiers.

fig, (curve_ax, parts_ax) = plt.subplots(
    1, 2, figsize=(11, 4.4), width_ratios=[2, 3], layout="constrained"
)
q = np.linspace(0.005, 1, 400)
curve_ax.plot(q, -np.log2(q), color="#999999", linewidth=2)
for (name, losses), colour, marker in zip(
    sample_losses.items(), ["#009E73", "#0072B2", "#D55E00"], "os^", strict=True
):
    curve_ax.plot(2**-losses, losses, marker, color=colour, label=name, markersize=8)
curve_ax.set_xlabel("Predicted probability of the true class")
curve_ax.set_ylabel("Loss (bits)")
curve_ax.set_ylim(0, 6)
curve_ax.legend(title="Five samples, three predictors")
curve_ax.set_title("The loss of a sample", fontsize=11)

names = list(results)
known = np.array([result.uncertainty - result.discrimination for result in results.values()])
wasted = np.array([result.miscalibration for result in results.values()])
parts_ax.bar(names, known, color="#0072B2", label="uncertainty minus discrimination")
bars = parts_ax.bar(names, wasted, bottom=known, color="#D55E00", label="miscalibration")
parts_ax.bar_label(bars, [f"{loss:.2f}" for loss in known + wasted], padding=2)
parts_ax.axhline(1, color="black", linewidth=0.8, linestyle="--")
parts_ax.annotate(
    "prevalences",
    (1, 1),
    xycoords=("axes fraction", "data"),
    xytext=(-4, 4),
    textcoords="offset points",
    ha="right",
)
parts_ax.set_ylim(0, 1.35)
parts_ax.set_ylabel("Log loss (bits per sample)")
parts_ax.legend(loc="upper left")
parts_ax.set_title("The loss of four classifiers", fontsize=11)
plt.show()

# %%
# What to take away: accuracy depends on which side of one half a prediction lies, log loss on its
# probability. The exact, overconfident and underconfident classifiers have the same accuracy and
# the same discrimination; they differ in miscalibration, which a recalibration on held-out data
# can remove. The poor classifier is calibrated, and only better data can improve it. Confident
# errors cost the most: each halving of the probability of the true class costs a further bit.
