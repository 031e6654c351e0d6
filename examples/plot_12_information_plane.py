"""
=====================================================
Information plane of a neural network during training
=====================================================

A hidden layer T of a network is a representation of its input X. How many bits of the input does
it retain, I(T; X), and how many about the label, I(T; Y)? The information bottleneck gives the
upper bound. A small network is followed during training on an input of few states, so all of these
numbers are exact. They still depend on how the activations are discretised.
"""

# %%
# **The task.** Twelve binary inputs with 4096 equally likely states, so H(X) = 12 bits. The label
# depends on five of them, two of which are informative only together. Its probability is known for
# each state, and so is I(X; Y).

import matplotlib.pyplot as plt
import numpy as np
from scipy.special import expit
from sklearn.neural_network import MLPClassifier

from skinfo import MutualInfoBinner
from skinfo.cluster import information_curve
from skinfo.measures import entropy, mutual_information
from skinfo.metrics import cross_entropy_loss

settings = np.array(np.meshgrid(*[[-1.0, 1.0]] * 12)).reshape(12, -1).T
log_odds = 2.5 * settings[:, 0] * settings[:, 1] + 1.2 * settings[:, 2:5].sum(axis=1)
p_y = np.column_stack([expit(-log_odds), expit(log_odds)])
known = mutual_information(p_y / len(p_y))
print(f"I(X; Y) = {known:.3f} bits, the upper bound of any network")

# %%
# **The upper bound.** States with the same probability of the label are equivalent for the
# bottleneck; there are eight kinds. The information curve is the maximum information about the
# label that any encoder, hard or soft, attains for a given information about the input.

curve = information_curve(p_y, random_state=0)
for bits in (0.5, 1, 2):
    print(f"with {bits} bits of the input: {curve.relevance_at(bits):.3f} bits about the label")

# %%
# **Discretisation.** Activations are continuous, and a continuous layer that maps different states
# to different values always retains all 12 bits. So the activations are discretised, and T is the
# joint state of the bins: two, four or thirty bins of equal width per unit, or the bins of
# :class:`~skinfo.MutualInfoBinner`, fitted on the training samples. T is a function of X, so I(T;
# X) is H(T). Both numbers are sums over all 4096 states, without estimation error.


def equal_widths(k):
    return lambda activations: np.minimum(((activations + 1) / 2 * k).astype(int), k - 1)


def informative(activations):
    return MutualInfoBinner().fit(activations[rows], y).transform(activations)


discretisations = {
    "2 equal widths": equal_widths(2),
    "4 equal widths": equal_widths(4),
    "30 equal widths": equal_widths(30),
    "MutualInfoBinner": informative,
}


def in_the_plane(codes):
    """Return I(T; X) and I(T; Y) of the joint state of the bins of a layer."""
    _, state = np.unique(codes, axis=0, return_inverse=True)
    joint = np.zeros((state.max() + 1, 2))
    np.add.at(joint, state.ravel(), p_y / len(p_y))
    return entropy(joint.sum(axis=1)), mutual_information(joint)


def last_layer(network):
    """Return the activations of the last hidden layer for all settings."""
    activations = settings
    for weights, bias in zip(network.coefs_[:-1], network.intercepts_[:-1], strict=True):
        activations = np.tanh(activations @ weights + bias)
    return activations


# %%
# **Training** on 1500 samples, for many more epochs than are useful.

rng = np.random.default_rng(0)
rows = rng.integers(0, len(settings), 1500)
y = (rng.random(1500) < p_y[rows, 1]).astype(int)
network = MLPClassifier(
    (8, 3), activation="tanh", learning_rate_init=0.01, batch_size=64, alpha=0, random_state=0
)
epochs = [1, 2, 3, 4, 5, 6, 8, 10, 14, 20, 30, 45, 70, 100, 150, 220, 300]
paths = {name: [] for name in discretisations}
train_loss, true_loss = [], []
for epoch in range(1, epochs[-1] + 1):
    network.partial_fit(settings[rows], y, classes=[0, 1])
    if epoch not in epochs:
        continue
    q = network.predict_proba(settings)
    train_loss.append(cross_entropy_loss(y, q[rows]))
    true_loss.append(cross_entropy_loss(p_y, q))
    activations = last_layer(network)
    for name, discretise in discretisations.items():
        paths[name].append(in_the_plane(discretise(activations)))

print("epoch  loss: training, true    I(T; X), I(T; Y) by " + ", ".join(discretisations))
for step, epoch in enumerate(epochs):
    bits = "   ".join(f"{path[step][0]:5.2f} {path[step][1]:.2f}" for path in paths.values())
    print(f"{epoch:5d}        {train_loss[step]:.3f}     {true_loss[step]:.3f}    {bits}")

# %%
# The figure: the paths in the information plane, from dark (first epoch) to light (last), the
# upper bound, and the losses.

fig, (plane_ax, loss_ax) = plt.subplots(
    1, 2, figsize=(12, 5), width_ratios=[3, 2], layout="constrained"
)
plane_ax.plot(*curve.hull(), color="black", linewidth=2, label="upper bound")
for (name, path), marker in zip(paths.items(), "osD^", strict=True):
    bits_x, bits_y = np.transpose(path)
    plane_ax.plot(bits_x, bits_y, color="#B8B8B8", linewidth=1, zorder=1)
    drawn = plane_ax.scatter(
        bits_x,
        bits_y,
        c=np.log10(epochs),
        cmap="cividis",
        marker=marker,
        edgecolor="black",
        linewidth=0.5,
        label=name,
        s=45,
    )
plane_ax.axhline(known, color="black", linewidth=0.8, linestyle="--")
plane_ax.annotate("I(X; Y)", (12.6, known), xytext=(0, 4), textcoords="offset points", ha="right")
plane_ax.axvline(12, color="black", linewidth=0.8, linestyle=":", label="H(X)")
plane_ax.set_xlim(-0.2, 12.6)
plane_ax.set_ylim(0, 0.62)
plane_ax.set_xlabel("Information about the input, I(T; X) (bits)")
plane_ax.set_ylabel("Information about the label, I(T; Y) (bits)")
plane_ax.set_title("One network, four discretisations", fontsize=11)
plane_ax.legend(loc="lower right", fontsize=9)
bar = fig.colorbar(drawn, ax=plane_ax, label="Epoch", ticks=[0, 1, 2])
bar.ax.set_yticklabels(["1", "10", "100"])

loss_ax.plot(epochs, true_loss, color="#D55E00", linewidth=2, label="loss, all states")
loss_ax.plot(epochs, train_loss, color="#0072B2", linewidth=2, label="loss, training samples")
loss_ax.axhline(1 - known, color="black", linewidth=0.8, linestyle="--", label="minimum, H(Y | X)")
loss_ax.set_xscale("log")
loss_ax.set_xticks([1, 10, 100], ["1", "10", "100"])
loss_ax.set_ylim(0, None)
loss_ax.set_xlabel("Epoch")
loss_ax.set_ylabel("Log loss (bits)")
loss_ax.set_title("Learning, then overfitting", fontsize=11)
loss_ax.legend(loc="lower left")
plt.show()

# %%
# What to take away: while the true loss decreases, I(T; Y) increases towards I(X; Y) with every
# discretisation, and while the network overfits it decreases. The discretisations do not agree
# about I(T; X): whether the layer compresses, and when, depends on the bins. With thirty bins it
# compresses until the end, while the true loss increases, so compression does not indicate
# generalisation. The plane shows the information of a layer at a stated precision, and its
# distance from the upper bound. It cannot show the information of the layer itself, because
# continuous values retain all of the input.
