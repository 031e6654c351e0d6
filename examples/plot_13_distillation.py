"""
========================================================
Distillation: a small model learns a large one's beliefs
========================================================

A network of 15,000 weights reads digits well. A model with 170 shall say the same. What it
learns from is the network's beliefs, not labels: its loss is the cross-entropy of its
predictions with them, and that is, up to a constant, the divergence

.. math:: D(p_{teacher} \\| q_{student}) = H(p_{teacher}, q_{student}) - H(p_{teacher}).
"""

# %%
# **A teacher and a student.** The teacher has learnt from 600 labelled digits, which are not at
# hand any more. The student sees them coarsely, on 4 by 4 points, and has 60 labels of its
# own, and 540 pictures more without any. But it can ask the teacher about all of them.

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
beliefs = teacher.predict_proba(X)  # of all pictures; those of `teachers` are not used

# %%
# **What the teacher knows** of a picture is more than its label: a one that could be a nine.
# The entropy of its beliefs is how much of that there is.

unsure = pool[np.argsort(-entropy(beliefs[pool]), kind="stable")[:3]]
for row in unsure:
    second, first = np.argsort(beliefs[row])[-2:]
    print(
        f"a {y[row]}: {first} with {beliefs[row, first]:.2f}, {second} with "
        f"{beliefs[row, second]:.2f}; entropy {entropy(beliefs[row]):.2f} bits"
    )
print(f"Mean entropy of its beliefs: {entropy(beliefs[pool]).mean():.2f} bits\n")

# %%
# **Four students**, all logistic regressions: from 60 labels; from the teacher's beliefs of the
# same 60; from its verdicts (the likeliest class) on the whole pool; from its beliefs there. To
# learn from a belief is to learn from a row for each class, weighted by its probability: the
# mean loss is then the cross-entropy.


def learn(rows, targets):
    """Return a student of rows whose targets are distributions."""
    weights = targets[rows].ravel()
    some = weights > 1e-12
    repeated = np.repeat(coarse[rows], 10, axis=0)[some]
    classes = np.tile(np.arange(10), len(rows))[some]
    return LogisticRegression(C=100, max_iter=3000).fit(repeated, classes, weights[some])


truth, verdicts = np.eye(10)[y], np.eye(10)[beliefs.argmax(axis=1)]
students = {
    "60 labels": learn(labelled, truth),
    "60 beliefs": learn(labelled, beliefs),
    "600 verdicts": learn(pool, verdicts),
    "600 beliefs": learn(pool, beliefs),
}
guesses = {name: model.predict_proba(coarse[test]) for name, model in students.items()}
guesses["teacher"] = beliefs[test]
table = pd.DataFrame(
    {
        name: {
            "accuracy": accuracy_score(y[test], q.argmax(axis=1)),
            "log loss": cross_entropy_loss(y[test], q),
            "from the teacher": kl_divergence(beliefs[test], q).mean(),
        }
        for name, q in guesses.items()
    }
).T
print(table.round(3).to_string(), "\n")

# %%
# **In torch.** The losses of `skinfo.metrics` take tensors and carry gradients, so the
# package's own loss trains the student: the same model, and next to the same optimum. Logits
# come as they are, with ``from_logits=True``.


def train_in_torch(torch, n_steps=400):
    """Return the mean divergence from the teacher, on the pool and the test rows, by step."""
    torch.manual_seed(0)
    inputs, targets = torch.from_numpy(coarse), torch.from_numpy(beliefs)
    floor = [entropy(beliefs[rows]).mean() for rows in (pool, test)]
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
    print("torch is not installed: its training loop is left out")
    steps = None
else:
    steps = train_in_torch(torch)
    print(f"In torch, after {len(steps)} steps: {steps[-1, 1]:.3f} bits from the teacher")

# %%
# The picture: what each student costs, and how far it is from the teacher.

fig, ax = plt.subplots(figsize=(7, 4), layout="constrained")
places = np.arange(len(table))
ax.bar(places - 0.2, table["log loss"], 0.4, color="#0072B2", label="log loss")
ax.bar(places + 0.2, table["from the teacher"], 0.4, color="#E69F00", label="D(teacher || model)")
ax.set_xticks(places, table.index)
ax.set_ylabel("Held-out digits (bits a digit)")
ax.set_title("Four students and their teacher", fontsize=11)
ax.legend()
plt.show()

# %%
# And the training in torch.

if steps is not None:
    fig, ax = plt.subplots(figsize=(7, 4), layout="constrained")
    for column, colour, label in [(0, "#0072B2", "pool"), (1, "#D55E00", "held out")]:
        ax.plot(steps[:, column], color=colour, label=label)
    closest = table.loc["600 beliefs", "from the teacher"]
    ax.axhline(
        closest, color="black", linewidth=0.8, linestyle="--", label="scikit-learn, held out"
    )
    ax.set_ylim(0, 1.5)
    ax.set_xlabel("Step")
    ax.set_ylabel("D(teacher || student) (bits a digit)")
    ax.set_title("A training loop in torch", fontsize=11)
    ax.legend()
    plt.show()

# %%
# What to take away: cross-entropy with beliefs is the entropy of the beliefs, which no student
# can change, plus the divergence from them, so to minimise the one is to minimise the other.
# From the same pictures, beliefs teach more than labels, for they say what else a digit could
# have been. And a teacher can be asked about pictures that nobody has labelled, which helps
# most. What is left of the divergence is what the small model cannot express, or would need
# more pictures to learn.
