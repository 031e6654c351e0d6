"""What a model predicted of one output, what happened, and the quantities that scores are of."""

from functools import cached_property

import numpy as np
from scipy.special import entr

from skinfo.metrics._corp import decompose
from skinfo.metrics._cross_entropy import log_loss_rows
from skinfo.metrics._labelled_predictions import widened


class Outcome:
    """Each quantity is worked out when a score first asks for it.

    Parameters
    ----------
    prob : ndarray of shape (n_samples, n_classes)
        Checked distributions.

    columns : ndarray of shape (n_samples,), dtype int
        The column of each row's label; labels that were not predicted are numbered from
        n_classes on.

    weight : ndarray of shape (n_samples,) or None
        Weights of the rows.

    nats_per_unit : float
        The unit of information.

    unseen_cost : float
        Nats that a row costs whose label was not predicted.
    """

    def __init__(self, prob, columns, weight, *, nats_per_unit, unseen_cost):
        self.prob = prob
        self.columns = columns
        self.weight = weight
        self._nats_per_unit = nats_per_unit
        self._unseen_cost = unseen_cost
        self._unseen = columns >= prob.shape[1]

    @cached_property
    def log_loss(self):
        """Mean cross-entropy, in units."""
        nats = log_loss_rows(np.where(self._unseen, -1, self.columns), self.prob)
        nats[self._unseen] = self._unseen_cost
        return self._mean(nats) / self._nats_per_unit

    @cached_property
    def prior_entropy(self):
        """Entropy of the rates of the labels that happened, in units."""
        counts = np.bincount(self.columns, self.weight)
        # -0.0 for one label otherwise
        return float(entr(counts / counts.sum()).sum() / self._nats_per_unit) + 0.0

    @cached_property
    def miscalibration(self):
        """What recalibration would save, in units."""
        return np.inf if np.isinf(self.log_loss) else self._parts[0] / self._nats_per_unit

    @cached_property
    def discrimination(self):
        """What recalibrated predictions save beside the rates, in units."""
        return self._parts[1] / self._nats_per_unit

    @cached_property
    def _parts(self):
        n_classes = max(int(self.columns.max()) + 1, self.prob.shape[1])
        return decompose(widened(self.prob, n_classes), self.columns, self.weight)

    @cached_property
    def brier(self):
        """Mean squared distance from what happened; of two classes half of it."""
        n_classes = self.prob.shape[1]
        chosen = self.prob[np.arange(len(self.prob)), np.where(self._unseen, 0, self.columns)]
        chosen = np.where(self._unseen, 0, chosen.astype(np.float64))
        # |p - e|^2 = |p|^2 - 2 p_y + 1, where nothing of the size of `prob` is made.
        squares = np.einsum("ik,ik->i", self.prob, self.prob, dtype=np.float64)
        distance = self._mean(squares - 2 * chosen + 1)
        return distance / 2 if n_classes == 2 and not self._unseen.any() else distance

    def _mean(self, rows):
        return float(np.average(rows, weights=self.weight))
