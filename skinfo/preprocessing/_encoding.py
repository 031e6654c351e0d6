"""Encodings: the values of each bin and the names of output columns, in one table."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from skinfo.preprocessing._target_statistics import GaussianStatistics
from skinfo.utils._text import one_line, short_repr

# Added to an empty cell of two equally frequent classes (Jeffreys).
HALF_SAMPLE = 0.5

# Bound of rates from 0 and 1 for fewer than 2**53 samples.
SMALLEST_RATE = 2.0**-53

# Rates with a smaller relative difference from the overall ones are equal up to rounding.
ROUNDING_OF_RATES = 1e-13


@dataclass(frozen=True)
class Encoding:
    """Values and names of the output columns of a feature.

    Attributes
    ----------
    values : callable
        ``values(statistics, stats, total)`` -> (n_bins, n_outputs). Encodings that depend on y
        accept, as a fourth argument, class rates (means) instead of the smoothed ones.

    names : callable
        ``names(name, bins, classes, combiner)`` -> list of n_outputs str; the combiner is the
        `feature_name_combiner` of the binner.

    dtype_kinds : str
        Kinds of NumPy dtypes that can represent the values.

    looks_at_y : bool
        Whether the values depend on y, so that training samples are encoded out of fold.
    """

    values: Callable
    names: Callable
    dtype_kinds: str
    looks_at_y: bool = False


def posterior(statistics, stats, total, means=None):
    """Return P(class | bin), for two classes the second alone, or the mean of a continuous y."""
    if isinstance(statistics, GaussianStatistics):
        return statistics.to_y(_smoothed_mean(stats, total) if means is None else means)
    rates = smoothed_rates(statistics, stats, total) if means is None else means
    if statistics.n_classes == 2:
        return rates[:, 1:]
    return rates / rates.sum(axis=1, keepdims=True)


def weight_of_evidence(statistics, stats, total, means=None):
    """Return log2 of the odds of each class in a bin over its odds overall, in bits.

    For two classes that of the second alone.
    """
    rates = smoothed_rates(statistics, stats, total) if means is None else means
    overall = overall_means(statistics, total)[0]
    # If a class is absent its odds are zero in and out of the bin.
    woe = np.zeros(rates.shape)
    known = (overall > 0) & (overall < 1)
    # The odds of equal rates are identical, so that the log of their ratio is zero.
    odds, overall_odds = (_odds(r[..., known]) for r in (rates, overall))
    woe[:, known] = np.log2(odds / overall_odds)
    return woe[:, 1:] if statistics.n_classes == 2 else woe


def _odds(rates):
    """Return r / (1 - r), limited to 53 bits: half a sample is lost in 2**53 of them."""
    rates = np.clip(rates, SMALLEST_RATE, 1 - SMALLEST_RATE)
    return rates / (1 - rates)


def smoothed_rates(statistics, stats, total):
    """Return class rates of each bin with pseudo-counts of the overall rates, (n_bins, n_classes).

    For class c the pseudo-counts add half a sample to the rarer of c and not c, so that an empty
    cell has finite odds, an empty bin has the overall rates, and a rare class needs more evidence.
    """
    overall = overall_means(statistics, total)[0]
    rarer = np.minimum(overall, 1 - overall)
    extra = np.divide(HALF_SAMPLE, rarer, out=np.zeros(len(overall)), where=rarer > 0)
    sizes = statistics.weights(stats)[:, None] + extra
    rates = np.divide(
        stats + extra * overall, sizes, out=np.tile(overall, (len(stats), 1)), where=sizes > 0
    )
    # StandardScaler would magnify a column of rounding errors.
    return np.where(np.abs(rates - overall) <= ROUNDING_OF_RATES * overall, overall, rates)


def overall_means(statistics, total):
    """Return class rates, or the mean in units of the statistics, overall, (1, n_classes)."""
    if isinstance(statistics, GaussianStatistics):
        return np.array([[total[1] / total[0]]])
    return total[None] / total.sum()


def _smoothed_mean(stats, total):
    overall = total[1] / total[0]
    return (stats[:, 1:2] + HALF_SAMPLE * overall) / (stats[:, :1] + HALF_SAMPLE)


def _alone(name, bins, classes, combiner):
    return [name]


def _by_class(name, bins, classes, combiner):
    """Return one name per feature, or for more than two classes one per class."""
    if classes is None or len(classes) == 2:
        return [name]
    return [f"{name}_{label}" for label in classes]


def _by_bin(name, bins, classes, combiner):
    if combiner == "concat":
        return [f"{name}={words}" for words in bins.words()]
    names = [combiner(name, label) for label in bins.labels()]
    for column in names:
        if not isinstance(column, str):
            raise ValueError(
                f"feature_name_combiner must return names as str, got {short_repr(column)} for "
                f"{one_line(name)}."
            )
    return names


def _bin_numbers(statistics, stats, total):
    return np.arange(len(stats))[:, None]


def _indicators(statistics, stats, total):
    return np.eye(len(stats), dtype=np.int64)


ENCODINGS = {
    "ordinal": Encoding(_bin_numbers, _alone, "iuf"),
    "onehot": Encoding(_indicators, _by_bin, "biuf"),
    "onehot-dense": Encoding(_indicators, _by_bin, "biuf"),
    "woe": Encoding(weight_of_evidence, _by_class, "f", looks_at_y=True),
    "posterior": Encoding(posterior, _by_class, "f", looks_at_y=True),
}
