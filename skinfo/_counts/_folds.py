"""Random folds of the samples of a coded table, as a function of their content only.

The folds therefore do not depend on the order of samples or on threads, and a sample of weight w
is split like w samples.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skinfo._counts._cells import hashes_of
from skinfo._counts._coded_table import CodesInMemory
from skinfo.utils._large_counts import binomial_quantiles


@dataclass(frozen=True)
class Folds:
    """Samples and their weights in each fold.

    Attributes
    ----------
    table : CodesInMemory
        Samples in an order that depends on their content only. With integer weights, equal samples
        are merged.

    held_out : ndarray of shape (n_folds, n), dtype float64
        Weights of the samples in each fold. They sum to the weights of the table.
    """

    table: CodesInMemory
    held_out: NDArray[np.float64]

    def training(self, fold: int) -> NDArray[np.float64]:
        """Return the weights (n,) of the samples that are not in a fold."""
        return self.table.weights - self.held_out[fold]

    def training_table(self, fold: int) -> CodesInMemory:
        """Return the table of the samples that are not in a fold."""
        return weighted(self.table, self.training(fold))


def weighted(table: CodesInMemory, weights: NDArray[np.float64]) -> CodesInMemory:
    """Return a table with other weights, without the samples of weight zero."""
    samples = np.flatnonzero(weights > 0)
    return table.taken(samples, weights[samples])


def make_folds(table: CodesInMemory, n_folds: int, seed: int = 0) -> Folds:
    """Return folds of a table: each unit of weight is in each fold with the same probability.

    Samples of non-integer weight are not split: the unit is the sample.
    """
    hashes, weights = table.hashes(), table.weights
    # Ties are ordered by weight, so that the result does not depend on the order of samples.
    order = np.lexsort((weights, hashes))
    hashes, weights = hashes[order], weights[order]
    starts = np.flatnonzero(np.append(True, hashes[1:] != hashes[:-1]))
    if table.is_whole:
        order, hashes = order[starts], hashes[starts]
        weights = np.add.reduceat(weights, starts)
        n_units = weights
    else:
        turn = np.arange(len(order)) - np.repeat(starts, np.diff(np.append(starts, len(order))))
        hashes = hashes + hashes_of(turn.astype(np.float64), 0)
        n_units = np.ones(len(order))
    # Splitting is by units of weight, so that integer weights stay integers.
    held_out = _fold_sizes(hashes, n_units, n_folds, seed) * (weights / n_units)
    return Folds(table.taken(order, weights), held_out)


def _fold_sizes(
    hashes: NDArray[np.uint64], n_units: NDArray[np.float64], n_folds: int, seed: int
) -> NDArray[np.float64]:
    """Return the number of units of each sample in each fold, from a multinomial distribution."""
    sizes = np.empty((n_folds, len(hashes)))
    left = n_units.copy()
    for fold in range(n_folds - 1):
        share = 1 / (n_folds - fold)
        chance = _uniform(hashes, seed * n_folds + fold)
        sizes[fold] = (left > 0) & (chance >= 1 - share)
        several = np.flatnonzero(left > 1)
        sizes[fold, several] = binomial_quantiles(chance[several], left[several], share)
        left -= sizes[fold]
    sizes[-1] = left
    return sizes


def _uniform(hashes: NDArray[np.uint64], salt: int) -> NDArray[np.float64]:
    """Return a number in [0, 1) for each hash."""
    mixed = hashes_of((hashes >> np.uint64(11)).astype(np.float64), salt)
    return (mixed >> np.uint64(11)).astype(np.float64) * 2.0**-53
