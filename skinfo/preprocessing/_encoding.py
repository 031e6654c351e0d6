"""What `transform` writes for each bin, and how columns are named: one table of encodings."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from skinfo.preprocessing._tasks import NumberTask

# Half a sample is what an empty cell of two equally frequent classes is given (Jeffreys).
HALF_SAMPLE = 0.5


@dataclass(frozen=True)
class Encoding:
    """How bins become columns.

    Attributes
    ----------
    values : callable
        ``values(task, sums, whole)`` -> (n_bins, n_outputs): what stands for each bin.

    names : callable
        ``names(name, bins, classes)`` -> list of n_outputs str.

    looks_at_y : bool
        Whether the values depend on y, so that training rows are encoded out of fold.
    """

    values: Callable
    names: Callable
    looks_at_y: bool = False


def posterior(task, sums, whole):
    """Return P(class | bin), of two classes the second alone, or the mean of a continuous y."""
    if isinstance(task, NumberTask):
        overall = whole[1] / whole[0]
        means = (sums[:, 1] + HALF_SAMPLE * overall) / (sums[:, 0] + HALF_SAMPLE)
        return task.to_y(means)[:, None]
    rates = smoothed_rates(task, sums, whole)
    if task.n_classes == 2:
        return rates[:, 1:]
    return rates / rates.sum(axis=1, keepdims=True)


def weight_of_evidence(task, sums, whole):
    """Return log2 of the odds of each class in a bin over its odds overall, in bits.

    Of two classes that of the second alone.
    """
    rates = smoothed_rates(task, sums, whole)
    overall = whole / whole.sum()
    # Where a class is absent altogether its odds are zero in and out of the bin.
    woe = np.zeros(rates.shape)
    known = (overall > 0) & (overall < 1)
    odds = rates[:, known] / (1 - rates[:, known])
    woe[:, known] = np.log2(odds * (1 - overall[known]) / overall[known])
    return woe[:, 1:] if task.n_classes == 2 else woe


def smoothed_rates(task, sums, whole):
    """Return class rates of each bin after extra samples of the overall ones, (n_bins, n_classes).

    For class c as many as bring half a sample to the rarer of c and not c, so that an empty
    cell has finite odds, an empty bin the overall rates, and a rare class needs more to be moved.
    """
    overall = whole / whole.sum()
    rarer = np.minimum(overall, 1 - overall)
    extra = np.divide(HALF_SAMPLE, rarer, out=np.zeros(len(overall)), where=rarer > 0)
    sizes = task.weights(sums)[:, None] + extra
    return np.divide(
        sums + extra * overall, sizes, out=np.tile(overall, (len(sums), 1)), where=sizes > 0
    )


def _by_class(name, bins, classes):
    """Return one name a feature, or for more than two classes one a class."""
    if classes is None or len(classes) == 2:
        return [name]
    return [f"{name}_{label}" for label in classes]


def _by_bin(name, bins, classes):
    return [f"{name}={label}" for label in bins.labels()]


def _numbers(task, sums, whole):
    return np.arange(len(sums))[:, None]


def _indicators(task, sums, whole):
    return np.eye(len(sums), dtype=np.int64)


ENCODINGS = {
    "ordinal": Encoding(_numbers, lambda name, bins, classes: [name]),
    "onehot": Encoding(_indicators, _by_bin),
    "onehot-dense": Encoding(_indicators, _by_bin),
    "woe": Encoding(weight_of_evidence, _by_class, looks_at_y=True),
    "posterior": Encoding(posterior, _by_class, looks_at_y=True),
}
