"""Held-out information by the number of selected features.

Each fold is left out in turn. On the other samples features are selected and an additive model of
their codes is fitted; its information is the reduction of the log loss of the class proportions on
the fold. The search is repeated as well as the model, so overfitted selections gain nothing.
"""

from dataclasses import dataclass

import numpy as np
from joblib import delayed
from scipy.stats import t

from skinfo._counts._folds import make_folds, weighted
from skinfo._kernels._additive import additive_gains
from skinfo.feature_selection._candidates import CandidateFeatures
from skinfo.feature_selection._path import BITS
from skinfo.utils._progress import reported
from skinfo.utils._saved_state import saved_class

N_FOLDS = 5

# Penalties of the model: pseudo-counts of a level. The best one is selected together with the
# number of features: large for ten bins of a weak column, small for levels of a strong one.
RIDGES = (1.0, 4.0, 16.0, 64.0)

# Number of features of the first searches. It is doubled until the best number is in the first
# half.
FIRST_LENGTH = 16

# The smallest number of features with this proportion of the best information is selected: curves
# are flat near their maximum, and each further column has a cost for later models.
ENOUGH = 0.99


@saved_class
@dataclass(frozen=True)
class HeldOutCurve:
    """Information about y on held-out samples, by the number of features.

    Attributes
    ----------
    n_features : ndarray of shape (n_sizes,), dtype int64
        Increasing.

    information : ndarray of shape (n_sizes,), dtype float64
        Mean of log2 p(y|x) - log2 p(y), in bits.

    standard_error : ndarray of shape (n_sizes,), dtype float64
        Standard error of the mean.

    best : int
        The number of features to select.
    """

    n_features: np.ndarray
    information: np.ndarray
    standard_error: np.ndarray
    best: int

    def as_dict(self):
        """Return the arrays by name."""
        return {
            "n_features": self.n_features,
            "information": self.information,
            "standard_error": self.standard_error,
        }


def sizes_until(first, last):
    """Return numbers of features from `first` to `last`: all up to 8, then four per octave."""
    sizes = [*range(9)]
    while sizes[-1] < last:
        sizes.append(sizes[-1] + 2 ** (int(np.log2(sizes[-1])) - 2))
    return np.array([first, *(size for size in sizes if first < size < last), last])


class CrossFit:
    """Searches and models of the training samples of each fold.

    Parameters
    ----------
    table : CodesInMemory

    search : callable
        ``search(candidates, n_features)`` returns that many features, in the order of selection.

    threads : ThreadPool
    """

    def __init__(self, table, search, threads):
        self._folds = make_folds(table, N_FOLDS)
        self._search = search
        self._threads = threads

    def paths(self, n_features):
        """Return the features selected without each fold, (n_folds, n_features)."""
        tables = map(self._folds.training_table, range(N_FOLDS))
        candidates = (CandidateFeatures(table, self._threads) for table in tables)
        searched = reported("fold", candidates, N_FOLDS)
        return np.array([self._search(some, n_features) for some in searched], np.int64)

    def sums(self, paths, sizes):
        """Return sums over all samples of `additive_gains`, (n_ridges, n_sizes, 5)."""
        return self._sums(paths, sizes, self._folds.held_out).sum(axis=0)

    def corrected(self, selected):
        """Return the held-out information of given features, and its standard error.

        Parameters
        ----------
        selected : ndarray of int64

        Returns
        -------
        information, standard_errors : ndarray of shape (n_selected,)
            After each feature, in bits.
        """
        sizes, n = np.arange(len(selected) + 1), self._folds.table.n
        paths, weights = self.paths(len(selected)), self._folds.table.weights
        of_folds = self._sums(paths, sizes, self._folds.held_out)
        # The gain of the model of all samples over those of the folds, on all samples, estimates
        # this gain on new samples.
        on_all = self._sums(paths, sizes, np.tile(weights, (N_FOLDS, 1))).mean(axis=0)
        rest = self._gains(selected, sizes, weights, weights) - on_all
        # The penalty for a fold is the best one on the others. It may be infinite: the prediction
        # is then the class proportions.
        of_folds, rest = (np.insert(sums, 0, 0.0, axis=-3) for sums in (of_folds, rest))
        of_all = of_folds.sum(axis=0)
        ridges = np.argmax((of_all - of_folds)[..., 0], axis=1)[:, None, :, None]
        gains, squares, *_ = np.take_along_axis(of_folds, ridges, axis=1).sum(axis=(0, 1)).T / n
        corrections = rest[np.argmax(of_all[..., 0], axis=0), sizes, 0] / n
        errors = _standard_error(gains, squares, n)
        return ((gains + corrections) * BITS)[1:], errors[1:]

    def _sums(self, paths, sizes, weights):
        """Return `additive_gains` of each fold on samples with its weights."""
        return np.array(
            self._threads.run(
                delayed(self._gains)(path, sizes, self._folds.training(fold), weights[fold])
                for fold, path in enumerate(paths)
            )
        )

    def _gains(self, path, sizes, training, held_out):
        """Return `additive_gains` of some features for each penalty, (n_ridges, n_sizes, 5)."""
        table = self._folds.table
        codes = table.columns([table.coding(feature) for feature in path.tolist()])
        samples = codes, table.n_levels[path], table.y, table.n_classes, training, held_out
        return additive_gains(*samples, sizes, np.array(RIDGES))

    def costs(self, paths, sizes, costs):
        """Return the mean over the samples of the costs of the features, (n_sizes,)."""
        shares = self._folds.held_out.sum(axis=1) / self._folds.table.n
        totals = np.cumsum(costs[paths], axis=1)
        return shares @ np.column_stack([np.zeros(len(paths)), totals])[:, sizes]


def best_number(crossfit, n, costs, first, most, alpha):
    """Return the HeldOutCurve that determines the number of features.

    Parameters
    ----------
    crossfit : CrossFit

    n : float
        Number of samples.

    costs : ndarray of shape (n_features,)
        Costs in bits, which the information must exceed.

    first, most : int
        The minimum and the maximum number.

    alpha : float
        `first` is selected unless another number is better at this level.

    Returns
    -------
    curve : HeldOutCurve
    """
    length = min(max(FIRST_LENGTH, 2 * first), most)
    while True:
        paths, sizes = crossfit.paths(length), sizes_until(first, length)
        means = crossfit.sums(paths, sizes) / n
        net = means[..., 0] * BITS - crossfit.costs(paths, sizes, costs)
        # Costs may be as large as numbers are.
        with np.errstate(over="ignore"):
            rounded = np.round(net, 12)
        ridge, at = np.unravel_index(np.argmax(rounded), net.shape)
        if length == most or sizes[at] <= length / 2:
            break
        length = min(2 * length, most)
    gains, squares, squares_of_rest, fourth_powers, null_variances = means[ridge].T
    rest = net[ridge] - net[ridge, 0]
    # If rare classes happen not to occur where the model predicts them to be rarer still, the
    # sample variance is smaller than that of the gains of uninformative features.
    error = max(
        _standard_error(gains - gains[0], squares_of_rest, n)[at],
        np.sqrt(null_variances[at] / n) * BITS,
    )
    # If few samples have most of the gain, the effective number of samples is small.
    n_effective = n * squares_of_rest[at] ** 2 / fourth_powers[at] if fourth_powers[at] else 1
    # Corrected for the selection of the best of several penalties.
    if rest[at] <= t.isf(alpha / len(RIDGES), max(n_effective - 1, 1)) * error:
        at = 0
    else:
        at = np.argmax(rest >= ENOUGH * rest[at])
    return HeldOutCurve(
        sizes, gains * BITS, _standard_error(gains, squares, n), best=int(sizes[at])
    )


def _standard_error(means, squares, n):
    """Return the standard errors in bits of means in nats."""
    return np.sqrt(np.maximum(squares - means**2, 0.0) / n) * BITS


def half_sample_shares(table, search, n_selected, n_pairs, threads):
    """Return the proportion of half-samples that select each feature, (n_features,).

    Parameters
    ----------
    table : CodesInMemory

    search : callable
        As in `CrossFit`.

    n_selected : int
        Number of features to select in each half.

    n_pairs : int
        Number of splits into two halves.

    threads : ThreadPool
    """
    counts = np.zeros(table.n_features)
    n_splits = n_pairs if n_selected else 0
    for seed in reported("split", range(n_splits), n_splits):
        halves = make_folds(table, 2, seed)
        for weights in halves.held_out:
            half = CandidateFeatures(weighted(halves.table, weights), threads)
            counts[search(half, n_selected)] += 1
    return counts / (2 * n_pairs)
