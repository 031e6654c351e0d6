"""What a log loss is made of: miscalibration, discrimination and uncertainty."""

from functools import cached_property
from typing import NamedTuple

import numpy as np
from scipy.special import entr

from skinfo._kernels._label_bootstrap import bootstrap_gains
from skinfo.metrics._cross_entropy import log_loss_rows
from skinfo.metrics._probabilities import PROBABILITY_FLOOR
from skinfo.metrics._recalibration import Recalibration, smooth_recalibration

# Miscalibrations that differ by less nats a row are equal: the rest is rounding.
ROUNDING = 1e-10


class Chance(NamedTuple):
    """Optimism of the recalibration, in nats per row, by redrawn labels."""

    mean: float
    variance: float  # of the gain, and of the mean over the draws
    design_effect: float  # by how much they are larger for rows that come in groups
    pvalue: float  # of the miscalibration, if labels are drawn from the predictions


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

        To first order, their standard errors are those of the parts, since a small change of
        the recalibration does not change the loss that it minimises. The recalibration is the
        smooth one: isotonic rates are fitted to the rows so closely that their losses vary more.
        """
        rates = self._per_class(self.weight) / self.weight.sum()
        prior = -np.log(rates[self.columns])
        recalibrated = log_loss_rows(self.columns, self._smooth_rates)
        if self.n_classes > 2:
            recalibrated += self._smooth_rates.sum(axis=1) - 1
        return np.array([self.row_loss, self.row_loss - recalibrated, prior - recalibrated, prior])

    def chance(self, groups, n_resamples, rng):
        """Return what isotonic recalibration gains by fitting the labels that it is judged by.

        Labels are redrawn from the smoothly recalibrated predictions, to which isotonic rates
        are fitted, and from the predictions themselves, as if they were calibrated.

        Parameters
        ----------
        groups : ndarray of shape (n_samples,), dtype int, or None
            Rows of a group may depend on each other.

        n_resamples : int

        rng : Generator

        Returns
        -------
        chance : Chance
        """
        effects = self._design_effects(groups)
        gains = self._redrawn(self._smooth_recalibration, self._smooth_rates, n_resamples, rng)
        null = self._redrawn(self.prob, self.prob, n_resamples, rng) @ effects
        n_as_far = np.count_nonzero(null >= self.by_class()[0].sum() - ROUNDING)
        grouped = gains @ effects
        alone = gains.sum()
        return Chance(
            mean=float(grouped.mean()),
            variance=float(grouped.var(ddof=1)) * (1 + 1 / n_resamples),
            design_effect=grouped.sum() / alone if alone > 0 else 1.0,
            pvalue=(1 + int(n_as_far)) / (1 + n_resamples),
        )

    def _redrawn(self, prob, reference, n_resamples, rng):
        """Return gains of isotonic rates over a reference, of shape (n_resamples, n_fitted)."""
        n_draws = np.ceil(self.weight)
        n_cells = np.array([len(fit.mass) for fit in self.recalibrations])
        mass = np.zeros((len(n_cells), n_cells.max()))
        for row, fit in zip(mass, self.recalibrations, strict=True):
            row[: len(fit.mass)] = fit.mass
        gains = bootstrap_gains(
            np.ascontiguousarray(prob, dtype=np.float64),
            np.ascontiguousarray(reference, dtype=np.float64),
            n_draws.astype(np.int64),
            self.weight / n_draws,
            np.array([fit.cell for fit in self.recalibrations], dtype=np.int32),
            mass,
            n_cells,
            PROBABILITY_FLOOR,
            n_resamples,
            rng,
        )
        return gains / self.weight.sum()

    def _design_effects(self, groups):
        """Return how much more the hits of each fitted class vary for coming in groups."""
        if groups is None:
            return np.ones(len(self.recalibrations))
        return np.array(
            [
                fit.design_effect(self.columns == k, self.weight, groups)
                for k, fit in zip(self.fitted, self.recalibrations, strict=True)
            ]
        )

    @cached_property
    def _smooth_recalibration(self):
        """Return distributions that are calibrated and smooth in the predictions."""
        return smooth_recalibration(self.prob, self.columns, self.weight)

    @cached_property
    def _smooth_rates(self):
        """Return the best non-decreasing function of the predictions of each class for these."""
        smooth = self._smooth_recalibration
        fitted = [
            fit.of_rates(smooth[:, k], self.weight)
            for k, fit in zip(self.fitted, self.recalibrations, strict=True)
        ]
        if self.n_classes == 2:
            fitted.insert(0, 1 - fitted[0])
        return np.column_stack(fitted)

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
