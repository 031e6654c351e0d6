"""How unsure each prediction is: the columns that EntropyScorer can output."""

import numpy as np
from scipy.special import entr


def predictive_entropy(prob, nats_per_unit):
    """Entropy of each row; 0 for a sure prediction, log(n_classes) for a uniform one."""
    return entr(prob).sum(axis=1, initial=0.0) / nats_per_unit


def margin(prob, nats_per_unit):
    """Largest less second largest probability of each row; 1 where there is one class."""
    if prob.shape[1] == 1:
        return prob[:, 0]
    top = np.partition(prob, -2, axis=1)
    return top[:, -1] - top[:, -2]


def max_probability(prob, nats_per_unit):
    """Largest probability of each row."""
    return prob.max(axis=1)


# Each takes float64 distributions of shape (n_samples, n_classes) and the size of the unit of
# information in nats, and gives a column of shape (n_samples,).
OUTPUTS = {
    "entropy": predictive_entropy,
    "margin": margin,
    "max_probability": max_probability,
}


def output_columns(prob, names, *, nats_per_unit):
    """Kernel: the named columns side by side, of shape (n_samples, len(names)), float64."""
    prob = prob.astype(np.float64, copy=False)
    return np.column_stack([OUTPUTS[name](prob, nats_per_unit) for name in names])
