"""Rules that put new rows into the clusters of a fit."""

import numpy as np
import scipy.sparse as sp
from scipy.special import softmax

from skinfo._kernels._sequential import nearest_clusters
from skinfo.cluster._distinct_rows import kernel_rows, lookup_for
from skinfo.cluster._settings import price_of


class JoiningEncoder:
    """A row joins the cluster that loses least by it, as if it came next in the algorithm.

    Parameters
    ----------
    found : Found

    scale : float
        What the data were multiplied by.

    beta : float or None
    """

    def __init__(self, found, scale, beta):
        self._clusters = kernel_rows(sp.csr_array(found.counts))
        self._lookup = lookup_for(self._clusters)
        self._shape = found.counts.shape
        self._scale = scale
        self._price = price_of(beta)

    def labels(self, X):
        """Return the cluster of each row of a csr_array, (n_rows,) int64."""
        labels = np.empty(X.shape[0], np.int64)
        n_clusters, n_columns = self._shape
        nearest_clusters(
            kernel_rows(X * self._scale),
            self._lookup,
            n_columns,
            self._clusters,
            n_clusters,
            self._price,
            labels,
        )
        return labels

    def shares(self, X):
        """Return p(t | x), (n_rows, n_clusters), each 0 or 1."""
        return np.eye(self._shape[0])[self.labels(X)]


class SoftEncoder:
    """The published equation: p(t | x) in proportion to p(t) exp(-beta KL(p(y|x) || p(y|t))).

    What a cluster lacks counts as if it had the least positive float, so that a row with a column
    that no cluster has is judged by its others.

    Parameters
    ----------
    found, scale, beta
        As for `JoiningEncoder`.
    """

    def __init__(self, found, scale, beta):
        distributions = found.counts / found.counts.sum(axis=1, keepdims=True)
        self._logs = np.log(np.maximum(distributions, np.finfo(np.float64).tiny)).T
        self._log_weights = np.log(found.weights)
        self._beta = beta

    def labels(self, X):
        """Return the likeliest cluster of each row of a csr_array, (n_rows,) int64."""
        return self._scores(X).argmax(axis=1)

    def shares(self, X):
        """Return p(t | x), (n_rows, n_clusters)."""
        return softmax(self._scores(X), axis=1)

    def _scores(self, X):
        """Return ln p(t) - beta KL(p(y|x) || p(y|t)), but for what is one number in a row."""
        X = X.copy()
        X.data /= np.repeat(X.sum(axis=1), np.diff(X.indptr))
        return self._log_weights + self._beta * (X @ self._logs)


class HardEncoder(SoftEncoder):
    """The likeliest cluster of `SoftEncoder` takes the whole row."""

    def shares(self, X):
        """Return p(t | x), (n_rows, n_clusters), each 0 or 1."""
        return np.eye(len(self._log_weights))[self.labels(X)]


ENCODERS = {
    "sequential": JoiningEncoder,
    "agglomerative": JoiningEncoder,
    "iterative": SoftEncoder,
    "deterministic": HardEncoder,
}
