"""What the clusters that were found hold, numbered as they are shown."""

from typing import NamedTuple

import numpy as np

from skinfo._kernels._sequential import NO_CLUSTER
from skinfo.cluster._settings import cluster_counts
from skinfo.measures import entropy, mutual_information

# Clusters are the same weight where they differ by rounding only.
DECIMALS = 12


class Found(NamedTuple):
    """The clusters, the heaviest first.

    Attributes
    ----------
    labels : ndarray of shape (n_distinct,), dtype int64

    counts : ndarray of shape (n_found, n_columns), dtype float64
        In the units of the distinct rows.

    weights : ndarray of shape (n_found,), dtype float64
        p(t).

    information, compression : float
        I(T; Y) and I(T; X), in bits.
    """

    labels: np.ndarray
    counts: np.ndarray
    weights: np.ndarray
    information: float
    compression: float


def describe(rows, solution):
    """Return the clusters Found in the distinct rows by a Solution.

    Parameters
    ----------
    rows : DistinctRows

    solution : Solution
    """
    soft = solution.encoder is not None
    n_clusters = solution.encoder.shape[1] if soft else int(solution.labels.max()) + 1
    if soft:
        counts = solution.encoder.T @ rows.counts
    else:
        counts = cluster_counts(rows, solution.labels, n_clusters)
    weights = counts.sum(axis=1) / rows.sizes.sum()
    shown = heaviest_first(weights)
    if soft:
        shares = solution.encoder[:, shown] * rows.sizes[:, None]
        compression = mutual_information(shares, normalize=True)
    else:
        compression = entropy(weights, normalize=True)
    return Found(
        renumber(solution.labels, shown, n_clusters),
        counts[shown],
        weights[shown],
        float(mutual_information(counts[shown], normalize=True)),
        float(compression),
    )


def heaviest_first(weights):
    """Return the clusters that hold anything, the heaviest first, (n_found,) int64."""
    order = np.argsort(-weights.round(DECIMALS), kind="stable")
    return order[weights[order] > 0]


def renumber(labels, shown, n_clusters):
    """Return the labels where cluster ``shown[k]`` is called k."""
    names = np.full(n_clusters, NO_CLUSTER, np.int64)
    names[shown] = np.arange(len(shown))
    return names[labels]


def of_samples(labels, groups):
    """Return the labels of samples from those of distinct rows; NO_CLUSTER without weight."""
    return np.where(groups >= 0, labels[groups], NO_CLUSTER)
