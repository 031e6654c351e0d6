"""Encoders that assign new rows to the clusters of a fit, by algorithm."""

import numpy as np
import scipy.sparse as sp
from scipy.special import softmax

from skinfo._kernels._sequential import nearest_clusters
from skinfo.cluster._distinct_rows import as_sparse_counts, xlogx_lookup
from skinfo.cluster._sequential import compression_weight


class LeastLossEncoder:
    """Assign a row to the cluster where it loses least, as the sequential algorithm would.

    Parameters
    ----------
    clustering : Clustering

    scale : float
        Factor that the training data were multiplied by.

    beta : float or None
    """

    def __init__(self, clustering, scale, beta):
        self._clusters = as_sparse_counts(sp.csr_array(clustering.counts))
        self._lookup = xlogx_lookup(self._clusters)
        self._shape = clustering.counts.shape
        self._scale = scale
        self._compression_weight = compression_weight(beta)

    def predict(self, X):
        """Return the cluster of each row of a csr_array, (n_rows,) int64."""
        labels = np.empty(X.shape[0], np.int64)
        n_clusters, n_columns = self._shape
        nearest_clusters(
            as_sparse_counts(X * self._scale),
            self._lookup,
            n_columns,
            self._clusters,
            n_clusters,
            self._compression_weight,
            labels,
        )
        return labels

    def encode(self, X):
        """Return p(t|x), (n_rows, n_clusters), each 0 or 1."""
        return np.eye(self._shape[0])[self.predict(X)]


class SoftEncoder:
    """Self-consistent equation: p(t|x) proportional to p(t) exp(-beta KL(p(y|x) || p(y|t))).

    Zeros of p(y|t) are replaced by the smallest positive float, so that a row with a column that
    no cluster holds is assigned by its other columns.

    Parameters
    ----------
    clustering, scale, beta
        As for `LeastLossEncoder`.

    References
    ----------
    N. Tishby, F. C. Pereira and W. Bialek, "The information bottleneck method", 1999, eq. 28.
    """

    def __init__(self, clustering, scale, beta):
        distributions = clustering.counts / clustering.counts.sum(axis=1, keepdims=True)
        self._logs = np.log(np.maximum(distributions, np.finfo(np.float64).tiny)).T
        self._log_weights = np.log(clustering.weights)
        self._beta = beta

    def predict(self, X):
        """Return the most probable cluster of each row of a csr_array, (n_rows,) int64."""
        return self._scores(X).argmax(axis=1)

    def encode(self, X):
        """Return p(t|x), (n_rows, n_clusters)."""
        return softmax(self._scores(X), axis=1)

    def _scores(self, X):
        """Return ln p(t) - beta KL(p(y|x) || p(y|t)) up to a constant in each row."""
        X = X.copy()
        X.data /= np.repeat(X.sum(axis=1), np.diff(X.indptr))
        return self._log_weights + self._beta * (X @ self._logs)


class DeterministicEncoder(SoftEncoder):
    """Assign the whole row to the most probable cluster of `SoftEncoder`."""

    def encode(self, X):
        """Return p(t|x), (n_rows, n_clusters), each 0 or 1."""
        return np.eye(len(self._log_weights))[self.predict(X)]


ENCODERS = {
    "sequential": LeastLossEncoder,
    "agglomerative": LeastLossEncoder,
    "iterative": SoftEncoder,
    "deterministic": DeterministicEncoder,
}
