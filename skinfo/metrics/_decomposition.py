"""What a log loss is made of: miscalibration, discrimination and uncertainty."""

from functools import cached_property

import numpy as np
from scipy.special import entr

from skinfo.metrics._cross_entropy import log_loss_rows
from skinfo.metrics._probabilities import PROBABILITY_FLOOR
from skinfo.metrics._recalibration import Recalibration


def decompose(prob, columns, weight):
    """Return the parts of a log loss, in nats.

    Parameters
    ----------
    prob : ndarray of shape (n_samples, n_classes)
        Checked distributions.

    columns : ndarray of shape (n_samples,), dtype int
        The column of each row's label.

    weight : ndarray of shape (n_samples,) or None
        Weights of the rows.

    Returns
    -------
    miscalibration, discrimination, uncertainty : float
    """
    if weight is None:
        weight = np.ones(len(prob))
    kept = slice(None) if weight.all() else weight > 0
    parts = Decomposition(prob[kept], columns[kept], weight[kept])
    return tuple(parts.by_class().sum(axis=1).tolist())


class Decomposition:
    """Classwise isotonic recalibration of predictions, in nats.

    The log loss is the sum over classes of a loss of the mean, y ln(y / q) - y + q, since both the
    labels and the predictions of a row sum to one. Of each class it is least, among functions
    of q that never fall, for the isotonic regression r of y on q. So no class can lose by
    recalibration, nor by going from its rate to r, and nothing is left over.

    Parameters are those of `decompose`; all weights are positive.
    """

    def __init__(self, prob, columns, weight):
        self.prob, self.columns, self.weight = prob, columns, weight
        self.n_classes = prob.shape[1]
        self.row_loss = log_loss_rows(columns, prob)
        # With two classes what is not the one is the other, and one regression serves both.
        self.fitted = [1] if self.n_classes == 2 else range(self.n_classes)
        self.recalibrations = [
            Recalibration.of(self._score(k), self.columns == k, self.weight) for k in self.fitted
        ]

    def by_class(self):
        """Return miscalibration, discrimination and uncertainty, of shape (3, n_classes)."""
        total = self.weight.sum()
        hits = self._per_class(self.weight)
        predicted = [self.weight @ self.prob[:, k] for k in range(self.n_classes)]
        loss = self._per_class(self.weight * self.row_loss) + predicted - hits
        recalibrated = self._per_class(self.weight * self._recalibrated_loss)
        prior = total * entr(hits / total)
        losses = np.array([loss - recalibrated, prior - recalibrated, prior]) / total
        return np.maximum(losses, 0)  # zeros, but for rounding

    def row_parts(self):
        """Return what each row adds to the loss and its parts, of shape (4, n_samples).

        Their means are the parts; to first order, their standard errors are those of the parts,
        since a small change of the recalibration does not change the loss that it minimises.
        """
        rates = self._per_class(self.weight) / self.weight.sum()
        prior = -np.log(rates[self.columns])
        recalibrated = self._recalibrated_loss
        if self.n_classes > 2:
            recalibrated = recalibrated - 1
            for fit in self.recalibrations:
                recalibrated += fit.rate[fit.cell]
        return np.array([self.row_loss, self.row_loss - recalibrated, prior - recalibrated, prior])

    def chance(self, groups, n_resamples, rng):
        """Return what recalibration gains by chance, and the standard deviation of that."""
        both = self.n_classes == 2
        means, variances = [0.0], [0.0]
        for k, fit in zip(self.fitted, self.recalibrations, strict=True):
            gains = fit.optimism(n_resamples, rng, both=both) / self.weight.sum()
            effect = 1.0
            if groups is not None:
                effect = fit.design_effect(self.columns == k, self.weight, groups)
            means.append(effect * gains.mean())
            variances.append(effect**2 * gains.var(ddof=1))
        return sum(means), np.sqrt(sum(variances))

    def _score(self, k):
        """Return what to sort by; the odds of two classes sort them alike from either side."""
        if self.n_classes == 2:
            return self.prob[:, 1] / np.maximum(self.prob[:, 0], PROBABILITY_FLOOR)
        return self.prob[:, k]

    @cached_property
    def _recalibrated_loss(self):
        """Return minus the logarithm of the recalibrated rate of what happened, by row."""
        chosen = np.empty(len(self.columns))
        for k, fit in zip(self.fitted, self.recalibrations, strict=True):
            happened = self.columns == k
            rate = fit.rate[fit.cell]
            chosen[happened] = rate[happened]
            if self.n_classes == 2:
                chosen[~happened] = 1 - rate[~happened]
        return -np.log(np.maximum(chosen, PROBABILITY_FLOOR))

    def _per_class(self, values):
        return np.bincount(self.columns, values, minlength=self.n_classes)
