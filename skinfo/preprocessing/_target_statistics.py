"""Sufficient statistics of a target, of classes or of numbers: sums over samples.

An array of statistics, ``stats``, has shape (n_bins, n_stats): the weight of each class, or for a
continuous y the sums of w, w v and w v**2, where v is y centred and scaled.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import entr, rel_entr

from skinfo._counts._contingency import SparseContingency
from skinfo._counts._evidence import plugin_information
from skinfo.utils._saved_state import saved_class

# If y is a function of the bins the Gaussian information is unbounded; limited to 52 bits.
SMALLEST_FRACTION = 2.0**-104

# A fraction of the variance below this is rounding error.
ROUNDING_OF_VARIANCE = 2.0**-40


@saved_class
@dataclass(frozen=True)
class ClassStatistics:
    """Weights of each class, (n_bins, n_classes)."""

    n_classes: int

    @property
    def n_stats(self):
        """Number of columns of an array of statistics."""
        return self.n_classes

    @property
    def n_rates(self):
        """Free parameters of y in a bin."""
        return self.n_classes - 1

    def kernel_table(self, cumulative):
        """Return cumulative class counts with their total as the last column."""
        return np.column_stack([cumulative, cumulative.sum(axis=1)])

    def squares(self, cumulative):
        """Return None: the variance of a rate follows from it."""
        return None

    def weights(self, stats):
        """Return the weight of each row of statistics."""
        return stats.sum(axis=-1)

    def code_lengths(self, costs, total):
        """Return costs, which are already in nats."""
        return costs

    def information(self, stats):
        """Return plug-in I(bin; y), in bits."""
        table = SparseContingency.of_table(stats)
        return plugin_information(table) / np.log(2) if table.total > 0 else 0.0

    def bits(self, rows, stats):
        """Return the contributions of some rows to the information of `stats`, in bits.

        Proportion times KL(rates || overall rates): over all bins these add up to it.
        """
        total = stats.sum(axis=0)
        rates = np.nan_to_num(self.rates(rows))
        divergence = rel_entr(rates, total / total.sum()).sum(axis=1)
        return self.weights(rows) / total.sum() * divergence / np.log(2)

    def explained(self, bits, total):
        """Return an information as a fraction of the entropy of y, NaN for one class."""
        rates = total / total.sum()
        entropy = entr(rates).sum() / np.log(2)
        return bits / entropy if entropy > 0 else np.nan

    def rates(self, stats):
        """Return class rates of each bin, (n_bins, n_classes), NaN for an empty one."""
        return _divide(stats, self.weights(stats)[:, None])

    def counts(self, stats):
        """Return the rows of ``counts_``: class counts."""
        return stats

    def from_y(self, difference):
        """Return a difference of rates."""
        return difference

    def to_y(self, rates):
        """Return rates."""
        return rates

    def sort_keys(self, stats):
        """Return the sort key of the levels for two classes; see `supervised_groups`."""
        return _divide(stats[:, 1], self.weights(stats))


@saved_class
@dataclass(frozen=True)
class GaussianStatistics:
    """Sums of w, w v and w v**2, (n_bins, 3); the information is that of Gaussian bins.

    With a common variance in all bins, I(bin; y) = -log2(fraction of the variance within) / 2.

    Attributes
    ----------
    centre, scale : float
        v is ``(y - centre) * scale``.
    """

    centre: float = 0.0
    scale: float = 1.0

    n_stats = 3
    n_rates = 1
    n_classes = 1

    def kernel_table(self, cumulative):
        """Return cumulative sums of w v and of w."""
        return np.ascontiguousarray(cumulative[:, [1, 0]])

    def squares(self, cumulative):
        """Return cumulative sums of w v**2."""
        return cumulative[:, 2]

    def weights(self, stats):
        """Return the weight of each row of statistics."""
        return stats[..., 0]

    def code_lengths(self, costs, total):
        """Return n / 2 times the log of the fraction of the variance within bins, in nats."""
        scatter = _scatter(total)
        if scatter <= 0.0:
            return np.where(np.isfinite(costs), 0.0, costs)
        return total[0] / 2 * np.log(_fraction_within((total[2] + costs) / scatter))

    def information(self, stats):
        """Return the Gaussian information I(bin; y), in bits."""
        scatter = _scatter(stats.sum(axis=0))
        if scatter <= 0.0:
            return 0.0
        within = float(_fraction_within(_scatter(stats.T).sum() / scatter))
        return max(0.0, -0.5 * float(np.log2(within)))

    def bits(self, rows, stats):
        """Return the contributions of some rows to the information of `stats`, in bits.

        Proportion times KL(N(mean of the bin, variance within) || N(mean, variance)): over all
        bins these add up to it.
        """
        total = stats.sum(axis=0)
        variance = _scatter(total) / total[0]
        if variance <= 0.0:
            return np.zeros(len(rows))
        within = float(_fraction_within(_scatter(stats.T).sum() / total[0] / variance))
        means = _divide(rows[:, 1], rows[:, 0], empty=total[1] / total[0])
        away = (means - total[1] / total[0]) ** 2 / variance
        return rows[:, 0] / total[0] * (within - 1 + away - np.log(within)) / 2 / np.log(2)

    def explained(self, bits, total):
        """Return an information as the fraction of the variance that lies between bins."""
        return 1.0 - 2.0 ** (-2.0 * bits)

    def sort_keys(self, stats):
        """Return the sort key of the levels: the mean of y."""
        return _divide(stats[:, 1], stats[:, 0])

    def counts(self, stats):
        """Return the rows of ``counts_``: weight, mean and variance of y, (n_bins, 3)."""
        means = _divide(stats[:, 1], stats[:, 0])
        # One after the other: the square of the scale may overflow.
        with np.errstate(over="ignore"):
            variances = _divide(_scatter(stats.T), stats[:, 0]) / self.scale / self.scale
        return np.column_stack([stats[:, 0], self.to_y(means), variances])

    def from_y(self, difference):
        """Return a difference of values of y as one of values of v."""
        return difference * self.scale

    def to_y(self, values):
        """Return values of v as values of y."""
        return self.centre + values / self.scale


def target_type_of(classes):
    """Return the type of a target with these classes, None for a continuous one."""
    if classes is None:
        return "continuous"
    return "binary" if len(classes) == 2 else "multiclass"


def statistics_of(target):
    """Return the statistics of a ClassTarget or ContinuousTarget."""
    if target.classes is None:
        return GaussianStatistics(target.centre, target.scale)
    return ClassStatistics(len(target.classes))


def _scatter(stats):
    """Return the sum of squared deviations from the mean, from sums of w, w v and w v**2."""
    weight, first, second = stats
    return np.maximum(second - first * _divide(first, weight, empty=0.0), 0.0)


def _fraction_within(fraction):
    """Return the fraction of the variance within bins, ``SMALLEST_FRACTION`` for none."""
    return np.where(fraction < ROUNDING_OF_VARIANCE, SMALLEST_FRACTION, fraction)


def _divide(a, b, empty=np.nan):
    a, b = np.broadcast_arrays(np.asarray(a, float), np.asarray(b, float))
    return np.divide(a, b, out=np.full(a.shape, empty), where=b > 0)
