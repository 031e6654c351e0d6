"""Clusters of a fit: their contents, numbered by decreasing weight."""

from typing import NamedTuple

import numpy as np

from skinfo._kernels._sequential import NO_CLUSTER
from skinfo.measures import entropy, mutual_information

# Weights that agree to this number of decimals are equal up to rounding; the order of their
# clusters is kept.
WEIGHT_DECIMALS = 12


class Clustering(NamedTuple):
    """Non-empty clusters, the heaviest first.

    Attributes
    ----------
    labels : ndarray of shape (n_distinct,), dtype int64

    counts : ndarray of shape (n_clusters, n_columns), dtype float64
        In the units of the distinct rows.

    weights : ndarray of shape (n_clusters,), dtype float64
        p(t).

    information : float
        I(T; Y), in bits.

    compression : float
        I(T; X), in bits.
    """

    labels: np.ndarray
    counts: np.ndarray
    weights: np.ndarray
    information: float
    compression: float


def as_clustering(rows, result):
    """Return the Clustering of DistinctRows for an AlgorithmResult."""
    soft = result.encoder is not None
    n_clusters = result.encoder.shape[1] if soft else int(result.labels.max()) + 1
    if soft:
        counts = result.encoder.T @ rows.counts
    else:
        counts = rows.cluster_counts(result.labels, n_clusters)
    weights = counts.sum(axis=1) / rows.sizes.sum()
    order = heaviest_first(weights)
    if soft:
        joint = result.encoder[:, order] * rows.sizes[:, None]
        compression = mutual_information(joint, normalize=True)
    else:
        # For hard clusters H(T|X) = 0, so I(T; X) = H(T).
        compression = entropy(weights, normalize=True)
    return Clustering(
        renumber(result.labels, order, n_clusters),
        counts[order],
        weights[order],
        information=float(mutual_information(counts[order], normalize=True)),
        compression=float(compression),
    )


def heaviest_first(weights):
    """Return the indices of the non-empty clusters by decreasing weight, int64."""
    order = np.argsort(-weights.round(WEIGHT_DECIMALS), kind="stable")
    return order[weights[order] > 0]


def renumber(labels, order, n_clusters):
    """Return the labels with cluster ``order[k]`` renamed to k."""
    new_labels = np.full(n_clusters, NO_CLUSTER, np.int64)
    new_labels[order] = np.arange(len(order))
    return new_labels[labels]


def label_samples(labels, groups):
    """Return the labels of samples from those of distinct rows; NO_CLUSTER without weight."""
    return np.where(groups >= 0, labels[groups], NO_CLUSTER)
