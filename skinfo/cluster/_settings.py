"""What starts are to look for, and what comes of them."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp
from joblib import delayed

from skinfo.utils._parallel import in_threads


class Plan(NamedTuple):
    """What is to be found, and how hard to look.

    Attributes
    ----------
    n_clusters : int

    beta : float or None
        None: compression is worth nothing.

    max_iter : int

    tol : float
        In nats.

    seeds : ndarray of shape (n_init,)

    n_jobs : int or None

    on_start : callable or None
        Called without arguments when a start has come to its end.
    """

    n_clusters: int
    beta: float | None
    max_iter: int
    tol: float
    seeds: np.ndarray
    n_jobs: int | None
    on_start: Callable | None = None

    def in_threads(self, function, items):
        """Return what a function makes of each item, in order."""
        tasks = (delayed(function)(item) for item in items)
        return in_threads(tasks, n_jobs=self.n_jobs, on_result=self.on_start)


class Solution(NamedTuple):
    """What an algorithm found of the distinct rows.

    Attributes
    ----------
    labels : ndarray of shape (n_distinct,), dtype int64
        The (likeliest) cluster of each row.

    encoder : ndarray of shape (n_distinct, n_clusters) or None
        p(t | x); None where it is 0 or 1.

    n_iter : int

    tree : Tree or None
        Of the agglomerative algorithm.
    """

    labels: np.ndarray
    encoder: np.ndarray | None
    n_iter: int
    tree: object = None


def price_of(beta):
    """Return 1 - 1 / beta, as kernels take it: 1 where compression is worth nothing."""
    return 1.0 if beta is None else 1.0 - 1.0 / beta


def cluster_counts(rows, labels, n_clusters):
    """Return the counts of each cluster of DistinctRows, (n_clusters, n_columns)."""
    n_rows = len(labels)
    starts = np.append(0, np.cumsum(np.bincount(labels, minlength=n_clusters)))
    members = np.argsort(labels, kind="stable")
    membership = sp.csr_array((np.ones(n_rows), members, starts), shape=(n_clusters, n_rows))
    return (membership @ rows.counts).toarray()
