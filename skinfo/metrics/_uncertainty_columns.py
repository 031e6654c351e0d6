"""How unsure each prediction is: the columns that EntropyScorer can output."""

from functools import cached_property

import numpy as np
from scipy.special import entr

from skinfo.metrics._class_probabilities import class_probabilities


class Prediction:
    """What a fitted classifier, or its members, say of some rows: asked when first needed."""

    def __init__(self, model, X, nats_per_unit):
        self._model = model
        self._X = X
        self.nats_per_unit = nats_per_unit

    @cached_property
    def prob(self):
        """Distributions of shape (n_samples, n_classes), float64."""
        prob, _ = class_probabilities(self._model, self._X)
        return prob.astype(np.float64, copy=False)

    @cached_property
    def parts(self):
        """Total, aleatoric and epistemic uncertainty, each of shape (n_samples,)."""
        # Here, since scikit-learn's ensembles take long to import, and few ask for members.
        from skinfo.metrics._members import ensemble_parts

        nats = ensemble_parts(self._model, self._X)[:2]
        aleatoric, epistemic = (part / self.nats_per_unit for part in nats)
        return aleatoric + epistemic, aleatoric, epistemic


def predictive_entropy(prediction):
    """Entropy of each row; 0 for a sure prediction, log(n_classes) for a uniform one."""
    return entr(prediction.prob).sum(axis=1, initial=0.0) / prediction.nats_per_unit


def margin(prediction):
    """Largest less second largest probability of each row; 1 where there is one class."""
    prob = prediction.prob
    if prob.shape[1] == 1:
        return prob[:, 0]
    top = np.partition(prob, -2, axis=1)
    return top[:, -1] - top[:, -2]


# Each takes a Prediction and gives a column of shape (n_samples,).
OUTPUTS = {
    "entropy": predictive_entropy,
    "margin": margin,
    "max_probability": lambda prediction: prediction.prob.max(axis=1),
    "total": lambda prediction: prediction.parts[0],
    "aleatoric": lambda prediction: prediction.parts[1],
    "epistemic": lambda prediction: prediction.parts[2],
}


def output_columns(model, X, names, *, nats_per_unit):
    """Return the named columns side by side, of shape (n_samples, len(names)), float64."""
    prediction = Prediction(model, X, nats_per_unit)
    return np.column_stack([OUTPUTS[name](prediction) for name in names])
