"""Columns of predictive uncertainty that EntropyScorer can output."""

from functools import cached_property

import numpy as np
from scipy.special import entr

from skinfo.metrics._class_probabilities import predict_output
from skinfo.metrics._uncertainty_decomposition import UncertaintyDecomposition


class PredictiveUncertainty:
    """Predictions of a fitted classifier and of its members, computed on first access."""

    def __init__(self, model, X, nats_per_unit):
        self._model = model
        self._X = X
        self.nats_per_unit = nats_per_unit

    @cached_property
    def prob(self):
        """Distributions of shape (n_samples, n_classes), float64."""
        return predict_output(self._model, self._X).prob.astype(np.float64, copy=False)

    @cached_property
    def of_members(self):
        """The UncertaintyDecomposition of the members of an ensemble."""
        # Imported here because scikit-learn's ensembles take long to import.
        from skinfo.metrics._members import decompose_ensemble

        nats = decompose_ensemble(self._model, self._X)
        return UncertaintyDecomposition.from_nats(
            nats.aleatoric, nats.epistemic, self.nats_per_unit
        )


def _entropy(predicted):
    """Return the entropy of each prediction; 0 if certain, log(n_classes) if uniform."""
    return entr(predicted.prob).sum(axis=1, initial=0.0) / predicted.nats_per_unit


def _margin(predicted):
    """Return the largest minus the second largest probability; 1 for a single class."""
    prob = predicted.prob
    if prob.shape[1] == 1:
        return prob[:, 0]
    top = np.partition(prob, -2, axis=1)
    return top[:, -1] - top[:, -2]


# Functions of a PredictiveUncertainty that return a column of shape (n_samples,).
OUTPUTS = {
    "entropy": _entropy,
    "margin": _margin,
    "max_probability": lambda predicted: predicted.prob.max(axis=1),
    "total": lambda predicted: predicted.of_members.total,
    "aleatoric": lambda predicted: predicted.of_members.aleatoric,
    "epistemic": lambda predicted: predicted.of_members.epistemic,
}


def uncertainty_columns(model, X, names, *, nats_per_unit):
    """Return the named columns, an array of shape (n_samples, len(names)), float64."""
    predicted = PredictiveUncertainty(model, X, nats_per_unit)
    return np.column_stack([OUTPUTS[name](predicted) for name in names])
