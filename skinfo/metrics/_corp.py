"""CORP decomposition of a log loss: miscalibration, discrimination and uncertainty."""

from functools import cached_property
from typing import NamedTuple

import numpy as np
from scipy.special import entr

from skinfo._kernels._label_bootstrap import bootstrap_gains
from skinfo.metrics._log_rows import log_loss_rows
from skinfo.metrics._probabilities import PROBABILITY_FLOOR
from skinfo.metrics._recalibration import IsotonicRecalibration, smooth_recalibration
from skinfo.utils._parallel import interruptible_ranges

# Miscalibrations whose difference, in nats per sample, is below this rounding error are equal.
LOSS_ROUNDING = 1e-10

# Maximum number of draws of the label of one sample, because the generator draws integers.
MOST_DRAWS = 2.0**53


class CorpParts(NamedTuple):
    """Parts of a log loss: scalars, or arrays of shape (n_classes,)."""

    miscalibration: float | np.ndarray
    discrimination: float | np.ndarray
    uncertainty: float | np.ndarray


class Optimism(NamedTuple):
    """Gain of the recalibration by overfitting, in nats per sample, from resampled labels."""

    mean: float
    variance: float  # of the gain, and of the mean over the resamples
    design_effect: float  # factor by which groups increase the mean
    pvalue: float  # of the miscalibration, for labels sampled from the predictions


def decompose(prob, columns, weight):
    """Return the parts of a log loss, in nats per sample.

    Parameters
    ----------
    prob : ndarray of shape (n_samples, n_classes)
        Checked distributions.

    columns : ndarray of shape (n_samples,), dtype int
        Column index of each label.

    weight : ndarray of shape (n_samples,) or None
        Sample weights.

    Returns
    -------
    parts : CorpParts of float
    """
    if weight is None:
        weight = np.ones(len(prob))
    # The rate of a cell of weight zero is undefined.
    kept = slice(None) if weight.all() else weight > 0
    return CorpDecomposition(prob[kept], columns[kept], weight[kept]).parts()


class CorpDecomposition:
    """Classwise isotonic recalibration of predictions, in nats.

    The log loss is the sum over classes of the Bregman loss y ln(y / q) - y + q, because labels
    and predictions of a sample both sum to one. For each class, the isotonic regression r of y on
    q minimises it among the non-decreasing functions of q. These include the identity and the
    constant, so no part of any class is negative, and the parts add up without a remainder.

    Parameters are those of `decompose`; all weights are positive.
    """

    def __init__(self, prob, columns, weight):
        self.prob, self.columns, self.weight = prob, columns, weight
        self.n_classes = prob.shape[1]
        self.sample_losses = log_loss_rows(columns, prob)
        # For two classes, the rate of the first is one minus that of the second.
        self.fitted = [1] if self.n_classes == 2 else range(self.n_classes)
        self.recalibrations = [
            IsotonicRecalibration.fit(self._score(k), self.columns == k, self.weight)
            for k in self.fitted
        ]

    def parts(self):
        """Return the parts, a CorpParts of floats."""
        return CorpParts(*(float(part.sum()) for part in self.by_class()))

    def by_class(self):
        """Return the parts of each class, a CorpParts of arrays of shape (n_classes,)."""
        total = self.weight.sum()
        hits = self._per_class(self.weight)
        predicted = [self.weight @ self.prob[:, k] for k in range(self.n_classes)]
        # Bregman losses. Of the isotonic rates, -y + q is not needed: they sum to the hits.
        loss = self._per_class(self.weight * self.sample_losses) + predicted - hits
        recalibrated = self._per_class(self.weight * self._recalibrated_loss)
        prior = total * entr(hits / total)
        parts = np.array([loss - recalibrated, prior - recalibrated, prior]) / total
        return CorpParts(*np.maximum(parts, 0))  # negative by rounding only

    def sample_contributions(self):
        """Return the terms of the loss and its parts of each sample, of shape (4, n_samples).

        To first order, the standard errors of their means are those of the parts, because the
        derivative of the loss by the recalibration that minimises it is zero. The smooth
        recalibration is used: isotonic rates overfit, which makes their losses more variable.
        """
        rates = self._per_class(self.weight) / self.weight.sum()
        prior = -np.log(rates[self.columns])
        recalibrated = log_loss_rows(self.columns, self._smooth_rates)
        # Rates fitted class by class need not sum to one: the terms -y + q of the Bregman losses.
        if self.n_classes > 2:
            recalibrated += self._smooth_rates.sum(axis=1) - 1
        return np.array(
            [self.sample_losses, self.sample_losses - recalibrated, prior - recalibrated, prior]
        )

    def optimism(self, groups, n_resamples, rng):
        """Return the gain of isotonic recalibration that is due to overfitting.

        Labels are resampled from the smoothly recalibrated predictions, for the gain of isotonic
        rates over these, and from the predictions themselves, for the null distribution of the
        miscalibration of calibrated predictions.

        Parameters
        ----------
        groups : ndarray of shape (n_samples,), dtype int, or None
            Samples of a group may be dependent.

        n_resamples : int

        rng : Generator

        Returns
        -------
        optimism : Optimism
        """
        effects = self._design_effects(groups)
        gains = self._resampled_gains(
            self._smooth_recalibration, self._smooth_rates, n_resamples, rng
        )
        null = self._resampled_gains(self.prob, self.prob, n_resamples, rng) @ effects
        n_exceeding = np.count_nonzero(
            null >= self.by_class().miscalibration.sum() - LOSS_ROUNDING
        )
        # Overfitting gains in proportion to the variance of the hits, which groups multiply.
        grouped = gains @ effects
        independent = gains.sum()
        return Optimism(
            mean=float(grouped.mean()),
            # Variance of one gain plus that of the mean over the resamples, which is subtracted.
            variance=float(grouped.var(ddof=1)) * (1 + 1 / n_resamples),
            design_effect=grouped.sum() / independent if independent > 0 else 1.0,
            # The observed labels count as one resample, so that the p-value is valid for few too.
            pvalue=(1 + int(n_exceeding)) / (1 + n_resamples),
        )

    def _resampled_gains(self, prob, reference, n_resamples, rng):
        """Return gains of isotonic rates over `reference`, of shape (n_resamples, n_fitted).

        Labels are sampled from `prob`, as often as the weight of a sample, rounded up.
        """
        # A draw has at most a weight of one: a weight of 2 is two draws, 0.5 is half a draw.
        n_draws = np.minimum(np.ceil(self.weight), MOST_DRAWS)
        n_cells = np.array([len(fit.mass) for fit in self.recalibrations])
        # Padded to the class with most cells; `n_cells` tells the kernel where a row ends.
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
            ranges=interruptible_ranges,
        )
        return gains / self.weight.sum()

    def _design_effects(self, groups):
        """Return the design effect of the groups for each fitted class, of shape (n_fitted,)."""
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
        """Distributions recalibrated by a smooth function, of shape (n_samples, n_classes)."""
        return smooth_recalibration(self.prob, self.columns, self.weight)

    @cached_property
    def _smooth_rates(self):
        """Isotonic regression of the smooth recalibration, of shape (n_samples, n_classes)."""
        smooth = self._smooth_recalibration
        fitted = [
            fit.regress(smooth[:, k], self.weight)
            for k, fit in zip(self.fitted, self.recalibrations, strict=True)
        ]
        if self.n_classes == 2:
            fitted.insert(0, 1 - fitted[0])
        return np.column_stack(fitted)

    def _score(self, k):
        """Return the sort key of class `k`; for two classes the odds, symmetric in the classes."""
        if self.n_classes == 2:
            return self.prob[:, 1] / np.maximum(self.prob[:, 0], PROBABILITY_FLOOR)
        return self.prob[:, k]

    @cached_property
    def _recalibrated_loss(self):
        """Log loss of each sample under the isotonic rates, of shape (n_samples,)."""
        chosen = np.empty(len(self.columns))
        for k, fit in zip(self.fitted, self.recalibrations, strict=True):
            is_class = self.columns == k
            rate = fit.rate[fit.cell]
            chosen[is_class] = rate[is_class]
            if self.n_classes == 2:
                chosen[~is_class] = 1 - rate[~is_class]
        return -np.log(np.maximum(chosen, PROBABILITY_FLOOR))

    def _per_class(self, values):
        return np.bincount(self.columns, values, minlength=self.n_classes)


def resampling_generator(random_state, corp):
    """Return the generator of the resampling, seeded by `random_state` and by the data.

    With the same seed for all data, the predictions of one model on many samples would be
    compared with nearly the same resamples: the level of the test would hold over seeds, but not
    over samples.
    """
    if random_state is None:
        return np.random.default_rng()
    # An integer for integer weights, and the same for a sample and its repetitions.
    hashes = (corp.recalibrations[0].cell + 1.0) * (corp.columns + 1.0)
    return np.random.default_rng([random_state, int((corp.weight * hashes).sum())])
