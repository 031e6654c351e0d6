"""What differs between a target of classes and one of numbers, once rows have become sums.

Either way a set of rows is known by a few sums, which add up over rows, chunks and bins.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import rel_entr

from skinfo._kernels._table_information import table_information

# Where y is a function of the bins the Gaussian information is endless; it ends here, at 52 bits.
SMALLEST_SHARE = 2.0**-104

# A share of the variance below this is what rounding leaves of none.
ROUNDING = 2.0**-40


@dataclass(frozen=True)
class ClassStatistics:
    """Classes: sums are the weights of each class."""

    n_classes: int

    @property
    def n_rates(self):
        """Free parameters of y in a bin."""
        return self.n_classes - 1

    def cumulative(self, before):
        """Return what the kernels take: class counts and, last, their total."""
        return np.column_stack([before, before.sum(axis=1)])

    def weights(self, sums):
        """Return the weight of each row of sums."""
        return sums.sum(axis=-1)

    def code_lengths(self, costs, whole):
        """Return costs, which are nats already."""
        return costs

    def information(self, sums):
        """Return plug-in I(bin; y), in bits."""
        return table_information(np.ascontiguousarray(sums)) / np.log(2)

    def bits(self, rows, sums):
        """Return what some rows of sums contribute to the information of `sums`, in bits.

        Share times KL(rates || overall rates): over all bins these add up to it.
        """
        whole = sums.sum(axis=0)
        rates = np.nan_to_num(self.rates(rows))
        divergence = rel_entr(rates, whole / whole.sum()).sum(axis=1)
        return self.weights(rows) / whole.sum() * divergence / np.log(2)

    def rates(self, sums):
        """Return class rates of each bin, (n_bins, n_classes), NaN for an empty one."""
        return _divide(sums, self.weights(sums)[:, None])

    def counts(self, sums):
        """Return what a user is shown of sums: themselves."""
        return sums

    def order(self, sums):
        """Return by what the levels of two classes are sorted; see `supervised_groups`."""
        return _divide(sums[:, 1], self.weights(sums))


@dataclass(frozen=True)
class GaussianStatistics:
    """Numbers: sums are of w, w v and w v**2; the information is that of Gaussian bins.

    With a common variance in all bins, I(bin; y) = -log2(share of the variance left) / 2.

    Attributes
    ----------
    centre, scale : float
        v is ``(y - centre) * scale``.
    """

    centre: float = 0.0
    scale: float = 1.0

    n_rates = 1
    n_classes = 1

    def cumulative(self, before):
        """Return what the kernels take: sums of w v and of w."""
        return np.ascontiguousarray(before[:, [1, 0]])

    def weights(self, sums):
        """Return the weight of each row of sums."""
        return sums[..., 0]

    def code_lengths(self, costs, whole):
        """Return n / 2 times the log of the share of the variance that is left, in nats."""
        scatter = _scatter(whole)
        if scatter <= 0.0:
            return np.where(np.isfinite(costs), 0.0, costs)
        return whole[0] / 2 * np.log(_share_left((whole[2] + costs) / scatter))

    def information(self, sums):
        """Return the Gaussian information I(bin; y), in bits."""
        scatter = _scatter(sums.sum(axis=0))
        if scatter <= 0.0:
            return 0.0
        left = float(_share_left(_scatter(sums.T).sum() / scatter))
        return max(0.0, -0.5 * float(np.log2(left)))

    def bits(self, rows, sums):
        """Return what some rows of sums contribute to the information of `sums`, in bits.

        Share times KL(N(mean of the bin, variance left) || N(mean, variance)): over all bins
        these add up to it.
        """
        whole = sums.sum(axis=0)
        variance = _scatter(whole) / whole[0]
        if variance <= 0.0:
            return np.zeros(len(rows))
        left = float(_share_left(_scatter(sums.T).sum() / whole[0] / variance))
        means = _divide(rows[:, 1], rows[:, 0], empty=whole[1] / whole[0])
        away = (means - whole[1] / whole[0]) ** 2 / variance
        return rows[:, 0] / whole[0] * (left - 1 + away - np.log(left)) / 2 / np.log(2)

    def order(self, sums):
        """Return by what levels are sorted: the mean of y."""
        return _divide(sums[:, 1], sums[:, 0])

    def counts(self, sums):
        """Return what a user is shown of sums: weight, mean and variance of y, (n_bins, 3)."""
        means = _divide(sums[:, 1], sums[:, 0])
        # One after the other: the square of the scale may be beyond all numbers.
        with np.errstate(over="ignore"):
            variances = _divide(_scatter(sums.T), sums[:, 0]) / self.scale / self.scale
        return np.column_stack([sums[:, 0], self.to_y(means), variances])

    def to_y(self, values):
        """Return values of v as values of y."""
        return self.centre + values / self.scale


def target_type_of(classes):
    """Return the type of a target with these classes, None of a continuous one."""
    if classes is None:
        return "continuous"
    return "binary" if len(classes) == 2 else "multiclass"


def statistics_of(target):
    """Return the task of a ClassTarget or ContinuousTarget."""
    if target.classes is None:
        return GaussianStatistics(target.centre, target.scale)
    return ClassStatistics(len(target.classes))


def _scatter(sums):
    """Return the sum of squared deviations from the mean, by sums of w, w v and w v**2."""
    weight, first, second = sums
    return np.maximum(second - first * _divide(first, weight, empty=0.0), 0.0)


def _share_left(share):
    """Return the share of the variance that is left, ``SMALLEST_SHARE`` for none."""
    return np.where(share < ROUNDING, SMALLEST_SHARE, share)


def _divide(a, b, empty=np.nan):
    a, b = np.broadcast_arrays(np.asarray(a, float), np.asarray(b, float))
    return np.divide(a, b, out=np.full(a.shape, empty), where=b > 0)
