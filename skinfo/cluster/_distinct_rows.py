"""A table of counts as its distinct rows, in an order that only their content decides.

Rows in proportion say the same of y, so the bottleneck keeps them together whatever else
happens. To make them one before anything else also makes the answer blind to the order of the
rows, and a weight of w the same as w repetitions.
"""

from math import frexp
from numbers import Integral
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp
from sklearn.exceptions import ConvergenceWarning

from skinfo._counts._table import numeric_columns
from skinfo._kernels._elementary import xlogx_table
from skinfo._kernels._row_hash import label_equal_rows, row_hashes
from skinfo._kernels._sequential import SparseCounts
from skinfo.utils._validation import check_sample_weight
from skinfo.utils._warnings import warn_caller

# Where more of the cells than this are positive, products of dense arrays are faster.
DENSE = 0.25

# The least share of the largest cell that a cell may have: products of two are positive floats.
LEAST_SHARE = 1e-150

COUNT_FIRST = (
    "Count the rows first: pd.crosstab(category, y) for the levels of a category, or "
    "CountVectorizer for documents."
)


def read_counts(X, check):
    """Return what scikit-learn's check makes of a table of counts, or say what X is instead."""
    X = numeric_columns(X, COUNT_FIRST)
    try:
        return check(X)
    except (TypeError, ValueError) as error:
        if not any(words in str(error) for words in ("could not convert", "float() argument")):
            raise
        kind = TypeError if isinstance(error, TypeError) else ValueError
        raise kind(
            f"X must be a table of counts, and holds text or other values ({error}). {COUNT_FIRST}"
        ) from error


class DistinctRows(NamedTuple):
    """Distinct rows with their weights.

    Attributes
    ----------
    counts : csr_array of shape (n_distinct, n_columns), dtype float64
        In proportion to p(x, y). Whole where the data and the weights are.

    sizes : ndarray of shape (n_distinct,), dtype float64
        Row sums, positive.

    groups : ndarray of shape (n_samples,), dtype int64
        The distinct row of each sample; NO_CLUSTER for one without weight.

    scale : float
        What the data were multiplied by.

    cells : SparseCounts
        The counts as kernels take them.

    lookup : ndarray
        n ln n.

    nats : float
        I(X; Y).
    """

    counts: sp.csr_array
    sizes: np.ndarray
    groups: np.ndarray
    scale: float
    cells: SparseCounts
    lookup: np.ndarray
    nats: float

    def information(self):
        """Return I(X; Y) in nats."""
        return self.nats

    def joint(self):
        """Return p(x, y), dense or CSR, whichever is faster to multiply."""
        joint = self.counts.copy()
        # Not `counts / total`, for which SciPy multiplies by 1 / total: that is rounded twice, and
        # tables in proportion would differ.
        joint.data /= self.sizes.sum()
        n_cells = joint.shape[0] * joint.shape[1]
        return joint.toarray() if joint.nnz > DENSE * n_cells else joint


def distinct_rows(X, sample_weight):
    """Return the DistinctRows of a table.

    Parameters
    ----------
    X : ndarray or CSR of shape (n_samples, n_columns), dtype float64
        Not negative.

    sample_weight : array-like of shape (n_samples,) or None

    Raises
    ------
    ValueError
        If no row has any weight, or the sum is not finite.
    """
    X = clean_csr(X)
    n_samples = X.shape[0]
    weights = None if sample_weight is None else check_sample_weight(sample_weight, n_samples)
    kept = _rows_with_weight(X, weights)
    if not kept.all():
        X, weights = X[kept], None if weights is None else weights[kept]
    _check_range(X)
    # Exactly, so that sums and quotients keep their digits.
    scale = 1.0 if _are_whole(X) else 2.0 ** -min(max(frexp(X.data.max())[1], -1000), 1000)
    X.data *= scale
    groups = np.full(n_samples, -1, np.int64)
    groups[kept] = _group(X)
    counts = _sum_groups(X, weights, groups[kept])
    _check_range(counts)
    again = _scale(counts)
    counts.data *= again
    scale *= again
    cells = kernel_rows(counts)
    sizes, lookup = counts.sum(axis=1), lookup_for(cells)
    return DistinctRows(counts, sizes, groups, scale, cells, lookup, _information(counts))


def check_n_clusters(n_clusters, rows, *, at_most=False):
    """Return how many clusters there can be: as many as asked, or as there are distinct rows.

    Parameters
    ----------
    n_clusters : int

    rows : DistinctRows or Tree
        Of which `groups` and `sizes` are looked at.

    at_most : bool, default=False
        Whether fewer are welcome: then a warning takes the place of the error.

    Raises
    ------
    ValueError
        If more are asked for than there are rows with weight, or not a positive int.

    Warns
    -----
    ConvergenceWarning
        If fewer rows are distinct.
    """
    if not isinstance(n_clusters, Integral) or n_clusters < 1:
        raise ValueError(f"n_clusters must be a positive int, got {n_clusters!r}.")
    n_rows, n_distinct = int((rows.groups >= 0).sum()), len(rows.sizes)
    if n_clusters > n_rows and not at_most:
        raise ValueError(
            f"n_clusters={n_clusters} must be at most the number of rows with weight, "
            f"n_samples={n_rows}. Ask for fewer clusters."
        )
    if n_clusters > n_distinct:
        warn_caller(
            f"n_clusters={n_clusters}, but only {n_distinct} row(s) of X are distinct: the others "
            "are in proportion to one of them and never parted from it, so no more clusters are "
            "found. Ask for fewer.",
            ConvergenceWarning,
        )
    return int(min(n_clusters, n_distinct))


def refuse_zeros(X):
    """ValueError where a csr_array is zero throughout."""
    if not X.data.any():
        raise ValueError(
            f"X must have a positive entry in a row with weight, got {X.shape[0]} row(s) of zeros "
            "only: there is no distribution to compress."
        )


def weighted(X, sample_weight):
    """Return a csr_array whose rows are multiplied by their weights."""
    return sp.diags_array(check_sample_weight(sample_weight, X.shape[0])) @ X


def clean_csr(X):
    """Return a copy with one cell a place, columns in order and no zeros."""
    X = sp.csr_array(X, dtype=np.float64, copy=True)
    X.sum_duplicates()
    X.eliminate_zeros()
    return X


def _rows_with_weight(X, weights):
    """Return the mask of rows that have counts and a positive weight, of which there are some."""
    refuse_zeros(X)
    kept = np.diff(X.indptr) > 0
    if weights is not None:
        kept &= weights > 0
        if not kept.any():
            raise ValueError(
                "sample_weight must be positive for a row of X with a positive entry: nothing "
                "is left."
            )
    return kept


def _group(X):
    """Return the number of each row among the distinct ones, (n_rows,) int64."""
    largest = np.maximum.reduceat(X.data, X.indptr[:-1])
    # Counts in proportion give the same quotients, to the last bit.
    shape = X.data / np.repeat(largest, np.diff(X.indptr))
    cells = X.indptr.astype(np.int64), X.indices.astype(np.int32), shape.view(np.uint64)
    return label_equal_rows(*cells, np.argsort(row_hashes(*cells), kind="stable"))


def _sum_groups(X, weights, groups):
    """Return the weighted sum of the rows of each group, csr_array."""
    n_rows = len(groups)
    members = np.argsort(groups, kind="stable")
    starts = np.append(0, np.cumsum(np.bincount(groups)))
    weights = np.ones(n_rows) if weights is None else weights[members]
    counts = sp.csr_array((weights, members, starts), shape=(len(starts) - 1, n_rows)) @ X
    counts.sort_indices()
    return counts


def _scale(counts):
    """Return the power of two that brings the sum near one; one where sums are whole and exact."""
    total = float(counts.data.sum())
    if total <= 2**53 and _are_whole(counts):
        return 1.0
    return 2.0 ** -min(max(frexp(total)[1], -1000), 1000)


def _check_range(counts):
    """ValueError where a sum is infinite, or a cell so small that p(x) p(y) would be zero."""
    with np.errstate(over="ignore"):
        total = float(counts.data.sum())
    if not np.isfinite(total):
        raise ValueError(f"The sum of X must be finite, got {total}. Divide X by a constant.")
    least, most = float(counts.data.min()), float(counts.data.max())
    if least < LEAST_SHARE * most:
        raise ValueError(
            f"A positive cell of X, times its weight, must be at least {LEAST_SHARE:g} of the "
            f"largest, which is {most:g}; got {least:g}. Set such cells to zero."
        )


def _information(counts):
    """Return I(X; Y) of a table in nats."""
    of_rows, of_columns, total = counts.sum(axis=1), counts.sum(axis=0), counts.data.sum()
    expected = np.repeat(of_rows, np.diff(counts.indptr)) * (of_columns / total)[counts.indices]
    return max(float(counts.data @ np.log(counts.data / expected)), 0.0) / float(total)


def _are_whole(X):
    return bool((X.data == np.floor(X.data)).all())


def kernel_rows(X):
    """Return a csr_array as kernels take it."""
    cells = X.indptr.astype(np.int64), X.indices.astype(np.int32), X.data
    return SparseCounts(*cells, X.sum(axis=1), _are_whole(X))


def lookup_for(cells):
    """Return the table of n ln n for sums of the counts."""
    return xlogx_table(int(cells.total) + 2)
