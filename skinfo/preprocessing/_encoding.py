"""What `transform` writes for each bin, and how columns are named: one table of encodings."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from skinfo.preprocessing._target_statistics import GaussianStatistics

# Half a sample is what an empty cell of two equally frequent classes is given (Jeffreys).
HALF_SAMPLE = 0.5

# Of fewer than 2**53 samples no rate comes nearer to 0 or 1 than this.
LEAST_RATE = 2.0**-53

# Rates nearer to the overall ones than this, relatively, differ from them by rounding.
ROUNDING = 1e-13


@dataclass(frozen=True)
class Encoding:
    """How bins become columns.

    Attributes
    ----------
    values : callable
        ``values(task, sums, whole)`` -> (n_bins, n_outputs): what stands for each bin. Those that
        look at y take, as a fourth argument, class rates (means) in place of the smoothed ones.

    names : callable
        ``names(name, bins, classes, combiner)`` -> list of n_outputs str; the combiner is the
        `feature_name_combiner` of the binner.

    kinds : str
        Kinds of NumPy dtypes that hold the values.

    looks_at_y : bool
        Whether the values depend on y, so that training rows are encoded out of fold.
    """

    values: Callable
    names: Callable
    kinds: str
    looks_at_y: bool = False


def posterior(task, sums, whole, means=None):
    """Return P(class | bin), of two classes the second alone, or the mean of a continuous y."""
    if isinstance(task, GaussianStatistics):
        return task.to_y(_smoothed_mean(sums, whole) if means is None else means)
    rates = smoothed_rates(task, sums, whole) if means is None else means
    if task.n_classes == 2:
        return rates[:, 1:]
    return rates / rates.sum(axis=1, keepdims=True)


def weight_of_evidence(task, sums, whole, means=None):
    """Return log2 of the odds of each class in a bin over its odds overall, in bits.

    Of two classes that of the second alone.
    """
    rates = smoothed_rates(task, sums, whole) if means is None else means
    overall = overall_means(task, whole)[0]
    # Where a class is absent altogether its odds are zero in and out of the bin.
    woe = np.zeros(rates.shape)
    known = (overall > 0) & (overall < 1)
    # The odds of equal rates are equal to the last bit, so that their ratio says exactly nothing.
    odds, overall_odds = (_odds(r[..., known]) for r in (rates, overall))
    woe[:, known] = np.log2(odds / overall_odds)
    return woe[:, 1:] if task.n_classes == 2 else woe


def _odds(rates):
    """Return r / (1 - r), of at most 53 bits: half a sample is lost beside 2**53 of them."""
    rates = np.clip(rates, LEAST_RATE, 1 - LEAST_RATE)
    return rates / (1 - rates)


def smoothed_rates(task, sums, whole):
    """Return class rates of each bin after extra samples of the overall ones, (n_bins, n_classes).

    For class c as many as bring half a sample to the rarer of c and not c, so that an empty
    cell has finite odds, an empty bin the overall rates, and a rare class needs more to be moved.
    """
    overall = overall_means(task, whole)[0]
    rarer = np.minimum(overall, 1 - overall)
    extra = np.divide(HALF_SAMPLE, rarer, out=np.zeros(len(overall)), where=rarer > 0)
    sizes = task.weights(sums)[:, None] + extra
    rates = np.divide(
        sums + extra * overall, sizes, out=np.tile(overall, (len(sums), 1)), where=sizes > 0
    )
    # A column of rounding errors looks to StandardScaler like any other.
    return np.where(np.abs(rates - overall) <= ROUNDING * overall, overall, rates)


def overall_means(task, whole):
    """Return the class rates, or the mean in units of the sums, of all rows, (1, n_classes)."""
    if isinstance(task, GaussianStatistics):
        return np.array([[whole[1] / whole[0]]])
    return whole[None] / whole.sum()


def _smoothed_mean(sums, whole):
    overall = whole[1] / whole[0]
    return (sums[:, 1:2] + HALF_SAMPLE * overall) / (sums[:, :1] + HALF_SAMPLE)


def _alone(name, bins, classes, combiner):
    return [name]


def _by_class(name, bins, classes, combiner):
    """Return one name a feature, or for more than two classes one a class."""
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
                f"feature_name_combiner must return names as str, got {column!r} for {name}."
            )
    return names


def _numbers(task, sums, whole):
    return np.arange(len(sums))[:, None]


def _indicators(task, sums, whole):
    return np.eye(len(sums), dtype=np.int64)


ENCODINGS = {
    "ordinal": Encoding(_numbers, _alone, "iuf"),
    "onehot": Encoding(_indicators, _by_bin, "biuf"),
    "onehot-dense": Encoding(_indicators, _by_bin, "biuf"),
    "woe": Encoding(weight_of_evidence, _by_class, "f", looks_at_y=True),
    "posterior": Encoding(posterior, _by_class, "f", looks_at_y=True),
}
