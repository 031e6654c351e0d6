"""
=================================================
Distillation: training on predicted probabilities
=================================================

A network of 15,000 weights classifies digits well. A student model with 170 weights is trained on
its predicted distributions instead of labels. The loss is the cross-entropy of the student with
these soft labels. Up to a constant this is the divergence

.. math:: D(p_{teacher} \\| q_{student}) = H(p_{teacher}, q_{student}) - H(p_{teacher}).
"""

# %%
# **A teacher and a student.** The teacher was trained on 600 labelled digits, which are no longer
# available. The student sees the images at a resolution of 4 by 4 pixels. It has 60 labels of its
# own and 540 unlabelled images, but the teacher can predict all of them. The baseline is the
# student trained on its 60 labels.

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier

from skinfo.measures import entropy, kl_divergence
from skinfo.metrics import cross_entropy_loss

X, y = load_digits(return_X_y=True)
X = X / 16
coarse = X.reshape(-1, 4, 2, 4, 2).mean(axis=(2, 4)).reshape(-1, 16)
teachers, rest = train_test_split(np.arange(len(y)), train_size=600, stratify=y, random_state=0)
pool, test = train_test_split(rest, train_size=600, stratify=y[rest], random_state=0)
labelled = pool[:60]
teacher = MLPClassifier(200, max_iter=400, alpha=0.1, random_state=0)
teacher.fit(X[teachers], y[teachers])
soft = teacher.predict_proba(X)  # of all images; those of `teachers` are not used

# %%
# **Information in soft labels.** The teacher predicts more than a class: for example, that a one
# could be a nine. The entropy of its predictions measures this.

uncertain = pool[np.argsort(-entropy(soft[pool]), kind="stable")[:3]]
for row in uncertain:
    second, first = np.argsort(soft[row])[-2:]
    print(
        f"label {y[row]}: {first} with {soft[row, first]:.2f}, {second} with "
        f"{soft[row, second]:.2f}; entropy {entropy(soft[row]):.2f} bits"
    )
print(f"Mean entropy of the soft labels: {entropy(soft[pool]).mean():.2f} bits\n")

# %%
# **Four students**, all logistic regressions: trained on 60 labels; on the predicted distributions
# of the same 60 images; on the most probable classes (hard labels) of all 600 images; on the
# predicted distributions (soft labels) of all 600. A soft label is equivalent to one sample per
# class, weighted by its probability: the mean loss is then the cross-entropy.


def learn(rows, targets):
    """Return a student fitted on samples whose targets are distributions."""
    weights = targets[rows].ravel()
    some = weights > 1e-12
    repeated = np.repeat(coarse[rows], 10, axis=0)[some]
    classes = np.tile(np.arange(10), len(rows))[some]
    return LogisticRegression(C=100, max_iter=3000).fit(repeated, classes, weights[some])


truth, hard = np.eye(10)[y], np.eye(10)[soft.argmax(axis=1)]
students = {
    "60 labels": learn(labelled, truth),
    "60 soft labels": learn(labelled, soft),
    "600 hard labels": learn(pool, hard),
    "600 soft labels": learn(pool, soft),
}
predictions = {name: model.predict_proba(coarse[test]) for name, model in students.items()}
predictions["teacher"] = soft[test]
table = pd.DataFrame(
    {
        name: {
            "accuracy": accuracy_score(y[test], q.argmax(axis=1)),
            "log loss": cross_entropy_loss(y[test], q),
            "divergence": kl_divergence(soft[test], q).mean(),
        }
        for name, q in predictions.items()
    }
).T
print(table.round(3).to_string(), "\n")

# %%
# **In torch.** The losses of `skinfo.metrics` accept tensors and are differentiable, so they can
# train the student: the same model, close to the same optimum. Logits are passed with
# ``from_logits=True``.


def train_in_torch(torch, n_steps=400):
    """Return the mean divergence from the teacher, on the pool and the test samples, by step."""
    torch.manual_seed(0)
    inputs, targets = torch.from_numpy(coarse), torch.from_numpy(soft)
    floor = [entropy(soft[rows]).mean() for rows in (pool, test)]
    layer = torch.nn.Linear(16, 10, dtype=torch.float64)
    optimizer = torch.optim.Adam(layer.parameters(), lr=0.1)
    steps = []
    for _ in range(n_steps):
        loss = cross_entropy_loss(targets[pool], layer(inputs[pool]), from_logits=True)
        with torch.no_grad():
            held_out = cross_entropy_loss(targets[test], layer(inputs[test]), from_logits=True)
        steps.append([loss.item(), held_out.item()])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return np.array(steps) - floor


try:
    import torch
except ModuleNotFoundError:
    print("torch is not installed: the training loop is skipped")
    steps = None
else:
    steps = train_in_torch(torch)
    print(f"In torch, after {len(steps)} steps: divergence {steps[-1, 1]:.3f} bits")

# %%
# The figure: the log loss of each student, and its divergence from the teacher.

fig, ax = plt.subplots(figsize=(7, 4), layout="constrained")
positions = np.arange(len(table))
ax.bar(positions - 0.2, table["log loss"], 0.4, color="#0072B2", label="log loss")
ax.bar(positions + 0.2, table["divergence"], 0.4, color="#E69F00", label="D(teacher || model)")
ax.set_xticks(positions, table.index)
ax.set_ylabel("Held-out digits (bits per digit)")
ax.set_title("Four students and their teacher", fontsize=11)
ax.legend()
plt.show()

# %%
# Training in torch.

if steps is not None:
    fig, ax = plt.subplots(figsize=(7, 4), layout="constrained")
    for column, colour, label in [(0, "#0072B2", "pool"), (1, "#D55E00", "held out")]:
        ax.plot(steps[:, column], color=colour, label=label)
    closest = table.loc["600 soft labels", "divergence"]
    ax.axhline(
        closest, color="black", linewidth=0.8, linestyle="--", label="scikit-learn, held out"
    )
    ax.set_ylim(0, 1.5)
    ax.set_xlabel("Step")
    ax.set_ylabel("D(teacher || student) (bits per digit)")
    ax.set_title("A training loop in torch", fontsize=11)
    ax.legend()
    plt.show()

# %%
# What to take away: cross-entropy with soft labels is their entropy, which does not depend on the
# student, plus the divergence from them, so minimising one minimises the other. For the same
# images, soft labels are more informative than hard labels, because they also contain the
# probabilities of the other classes. A teacher can also label images that nobody has labelled,
# which helps most. The remaining divergence is due to the capacity of the small model or to the
# number of images.
