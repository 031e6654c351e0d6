"""Distinct rows of a table of counts, in an order that depends on their content only.

Proportional rows have the same p(y|x), so every optimal clustering keeps them together. Merging
them first makes the result independent of the order of the rows, and an integer weight w
equivalent to w repetitions.
"""

from functools import partial
from math import frexp
from numbers import Integral
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp
from numpy.typing import ArrayLike
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_array

from skinfo._counts._table import numeric_columns, refuse_ragged_lists
from skinfo._kernels._elementary import xlogx_table
from skinfo._kernels._row_hash import label_equal_rows, row_hashes
from skinfo._kernels._sequential import NO_CLUSTER, SparseCounts
from skinfo.utils._parallel import interruptible_ranges
from skinfo.utils._text import LONGEST_CAUSE, one_line, short_repr
from skinfo.utils._validation import check_sample_weight, finiteness_check
from skinfo.utils._warnings import warn_caller

# Above this proportion of positive cells, dense matrix products are faster than sparse ones.
MAX_SPARSE_DENSITY = 0.25

# Smallest ratio of a cell to the largest: the product of two such cells is still above the
# smallest float, so p(x) p(y) does not underflow.
MIN_CELL_RATIO = 1e-150

# Cells of the first range of a pass over a table; Ctrl-C is checked between ranges.
CELLS_AT_ONCE = 2**18

# Transforms of the cells of a table. All preserve zeros.
COUNT_TRANSFORMS = {"raw": None, "sqrt": np.sqrt, "binary": np.ones_like}

# A table that scikit-learn's input checks accept.
CountTable = ArrayLike | sp.sparray | sp.spmatrix

COUNT_FIRST = (
    "Count the rows first: pd.crosstab(category, y) for the levels of a category, or "
    "CountVectorizer for documents."
)


def check_counts(X, check):
    """Return a table of counts after scikit-learn's `check`, with a specific error for text."""
    X = numeric_columns(X, COUNT_FIRST)
    try:
        with finiteness_check(), refuse_ragged_lists():
            return check(X)
    except (TypeError, ValueError) as error:
        if not any(words in str(error) for words in ("could not convert", "float() argument")):
            raise
        error_type = TypeError if isinstance(error, TypeError) else ValueError
        raise error_type(
            "X must be a table of counts, and holds text or other values "
            f"({one_line(error, LONGEST_CAUSE)}). {COUNT_FIRST}"
        ) from error


class DistinctRows(NamedTuple):
    """Distinct rows of a table, with their weighted counts.

    Attributes
    ----------
    counts : csr_array of shape (n_distinct, n_columns), dtype float64
        Proportional to p(x, y). Integers if the data and the weights are.

    sizes : ndarray of shape (n_distinct,), dtype float64
        Row sums, positive.

    groups : ndarray of shape (n_samples,), dtype int64
        Index of the distinct row of each sample; NO_CLUSTER for a sample without weight.

    scale : float
        Factor that the data were multiplied by, a power of two.

    cells : SparseCounts
        `counts` in the form that the kernels take.

    lookup : ndarray
        n ln n for n = 0, 1, 2, ...

    information : float
        I(X; Y), in nats.
    """

    counts: sp.csr_array
    sizes: np.ndarray
    groups: np.ndarray
    scale: float
    cells: SparseCounts
    lookup: np.ndarray
    information: float

    def joint(self):
        """Return p(x, y) as an array or CSR, whichever is faster to multiply."""
        joint = self.counts.copy()
        # Not `counts / total`: SciPy multiplies by 1 / total, which rounds twice, so proportional
        # tables would give different results.
        joint.data /= self.sizes.sum()
        n_cells = joint.shape[0] * joint.shape[1]
        return joint.toarray() if joint.nnz > MAX_SPARSE_DENSITY * n_cells else joint

    def cluster_counts(self, labels, n_clusters):
        """Return the summed counts of each cluster, (n_clusters, n_columns)."""
        return (_membership(labels, n_clusters) @ self.counts).toarray()


def read_distinct_rows(X, sample_weight):
    """Return the DistinctRows of the `X` and `sample_weight` of a public function."""
    check = partial(
        check_array,
        accept_sparse="csr",
        dtype=np.float64,
        ensure_non_negative=True,
        input_name="X",
    )
    return distinct_rows(check_counts(X, check), sample_weight)


def distinct_rows(X, sample_weight):
    """Return the DistinctRows of a checked table.

    Parameters
    ----------
    X : ndarray or CSR of shape (n_samples, n_columns), dtype float64
        Not negative.

    sample_weight : array-like of shape (n_samples,) or None

    Raises
    ------
    ValueError
        If no row has a positive weight, or the sum is not finite.
    """
    X = clean_csr(X)
    n_samples = X.shape[0]
    weights = None if sample_weight is None else check_sample_weight(sample_weight, n_samples)
    kept = _rows_with_weight(X, weights)
    if not kept.all():
        X, weights = X[kept], None if weights is None else weights[kept]
    _check_cell_range(X)
    # A power of two, so that scaling is exact.
    scale = 1.0 if _holds_integers(X) else _inverse_power_of_two(X.data.max())
    X.data *= scale
    place = np.arange(X.shape[0])
    if not _adds_up_exactly(X, weights):
        X, weights, place = _merge_equal_rows(X, weights)
    of_rows = _group(X)
    groups = np.full(n_samples, NO_CLUSTER, np.int64)
    groups[kept] = of_rows[place]
    counts = _membership(of_rows, of_rows.max() + 1, weights) @ X
    counts.sort_indices()
    _check_cell_range(counts)
    # Sums of integers are exact up to 2**53; others are brought near one.
    total = float(counts.data.sum())
    is_exact = total <= 2**53 and _holds_integers(counts)
    # For subnormal data the product of both factors would overflow.
    rescale = 1.0 if is_exact else min(_inverse_power_of_two(total), 2.0**1000 / scale)
    counts.data *= rescale
    scale *= rescale
    cells = as_sparse_counts(counts)
    return DistinctRows(
        counts,
        sizes=counts.sum(axis=1),
        groups=groups,
        scale=scale,
        cells=cells,
        lookup=xlogx_lookup(cells),
        information=_information(counts),
    )


def check_n_clusters(n_clusters, rows, *, at_most=False):
    """Return the number of clusters: `n_clusters`, or the number of distinct rows if smaller.

    Parameters
    ----------
    n_clusters : int

    rows : DistinctRows or Tree
        Only `groups` and `sizes` are read.

    at_most : bool, default=False
        Whether `n_clusters` is an upper bound: too large a value then warns instead of raising.

    Raises
    ------
    ValueError
        If `n_clusters` is not a positive int, or exceeds the number of rows with weight.

    Warns
    -----
    ConvergenceWarning
        If fewer rows are distinct.
    """
    if not isinstance(n_clusters, Integral) or n_clusters < 1:
        raise ValueError(f"n_clusters must be a positive int, got {short_repr(n_clusters)}.")
    n_rows, n_distinct = int((rows.groups >= 0).sum()), len(rows.sizes)
    if n_clusters > n_rows and not at_most:
        raise ValueError(
            f"n_clusters={n_clusters} must be at most the number of rows with weight, "
            f"n_samples={n_rows}. Set a smaller n_clusters."
        )
    if n_clusters > n_distinct:
        warn_caller(
            f"n_clusters={n_clusters}, but only {n_distinct} row(s) of X are distinct: the others "
            "are proportional to one of them and always share its cluster, so no more clusters "
            "are found. Set a smaller n_clusters.",
            ConvergenceWarning,
        )
    return int(min(n_clusters, n_distinct))


def check_any_positive(X):
    """Raise ValueError if all entries of a csr_array are zero."""
    if not X.data.any():
        raise ValueError(
            f"X must have a positive entry in a row with weight, got {X.shape[0]} row(s) of zeros "
            "only: there is no distribution to compress."
        )


def clean_csr(X):
    """Return a copy in canonical form: no duplicates, sorted columns, no explicit zeros."""
    if isinstance(X, np.ndarray):
        first = max(CELLS_AT_ONCE // X.shape[1], 1)
        parts = [sp.csr_array(X[a:b]) for a, b in interruptible_ranges(len(X), first)]
        X = sp.vstack(parts, format="csr", dtype=np.float64)
    else:
        X = sp.csr_array(X, dtype=np.float64, copy=True)
    X.sum_duplicates()
    X.eliminate_zeros()
    return X


def transform_counts(X, name):
    """Apply the transform of this name to the cells of a clean csr_array, in place."""
    transform = COUNT_TRANSFORMS[name]
    if transform is not None:
        X.data = transform(X.data)
    return X


def _rows_with_weight(X, weights):
    """Return the mask of rows with counts and a positive weight; ValueError if there are none."""
    check_any_positive(X)
    kept = np.diff(X.indptr) > 0
    if weights is not None:
        kept &= weights > 0
        if not kept.any():
            raise ValueError(
                "sample_weight must be positive for a row of X with a positive entry: no counts "
                "are left."
            )
    return kept


def _merge_equal_rows(X, weights):
    """Return the distinct rows, sorted by content, their weights, and the index of each row.

    Rounded sums of fractions depend on the order of terms, and on repetitions.
    """
    place = _label_rows(X, X.data)
    weights = np.ones(len(place)) if weights is None else weights
    order = np.lexsort((weights, place))
    _, firsts = np.unique(place, return_index=True)
    return X[firsts], np.bincount(place[order], weights[order]), place


def _group(X):
    """Return the index of the distinct row of each row, (n_rows,) int64."""
    largest = np.maximum.reduceat(X.data, X.indptr[:-1])
    # Correctly rounded quotients of proportional counts are equal to the last bit.
    return _label_rows(X, X.data / np.repeat(largest, np.diff(X.indptr)))


def _label_rows(X, values):
    """Return the index of each row among the distinct rows, given the values of the cells."""
    # Compared by bits: equal positive floats have equal bits.
    cells = X.indptr.astype(np.int64), X.indices.astype(np.int32), values.view(np.uint64)
    return label_equal_rows(*cells, np.argsort(row_hashes(*cells), kind="stable"))


def _membership(groups, n_groups, weights=None):
    """Return the csr_array (n_groups, n_rows) whose product with a table sums rows by group."""
    members = np.argsort(groups, kind="stable")
    starts = np.append(0, np.cumsum(np.bincount(groups, minlength=n_groups)))
    weights = np.ones(len(groups)) if weights is None else weights[members]
    return sp.csr_array((weights, members, starts), shape=(n_groups, len(groups)))


def _inverse_power_of_two(x):
    """Return 1 / x rounded to a power of two, within 1e-301 and 1e301."""
    return 2.0 ** -min(max(frexp(x)[1], -1000), 1000)


def _check_cell_range(counts):
    """Raise ValueError if the total overflows, or a cell is so small that p(x) p(y) underflows."""
    # An overflow of the sum is an error below, not a warning here.
    with np.errstate(over="ignore"):
        total = float(counts.data.sum())
    if not np.isfinite(total):
        raise ValueError(f"The sum of X must be finite, got {total}. Divide X by a constant.")
    least, most = float(counts.data.min()), float(counts.data.max())
    if least < MIN_CELL_RATIO * most:
        raise ValueError(
            f"A positive cell of X, times its weight, must be at least {MIN_CELL_RATIO:g} of the "
            f"largest, which is {most:g}; got {least:g}. Set such cells to zero."
        )


def _information(counts):
    """Return I(X; Y) of a csr_array of counts, in nats."""
    row_sums, column_sums, total = counts.sum(axis=1), counts.sum(axis=0), counts.data.sum()
    of_columns = column_sums / total
    logs = np.repeat(row_sums, np.diff(counts.indptr))
    for start, stop in interruptible_ranges(len(logs), CELLS_AT_ONCE):
        part = logs[start:stop]
        part *= of_columns[counts.indices[start:stop]]
        np.divide(counts.data[start:stop], part, out=part)
        np.log(part, out=part)
    # Rounding makes the information of proportional rows slightly negative.
    return max(float(counts.data @ logs), 0.0) / float(total)


def _adds_up_exactly(X, weights):
    """Return whether sums of weighted rows of a csr_array are integers that float64 holds."""
    if not _holds_integers(X):
        return False
    if weights is None:
        return float(X.data.sum()) <= 2**53
    with np.errstate(over="ignore"):  # refused by `_check_cell_range`
        total = float(weights @ X.sum(axis=1))
    return bool(np.all(weights % 1 == 0)) and total <= 2**53


def _holds_integers(X):
    """Return whether all cells of a csr_array are integers."""
    return bool((X.data == np.floor(X.data)).all())


def as_sparse_counts(X):
    """Return a csr_array as the SparseCounts that kernels take."""
    indptr, columns = X.indptr.astype(np.int64), X.indices.astype(np.int32)
    return SparseCounts(indptr, columns, X.data, X.sum(axis=1), _holds_integers(X))


def xlogx_lookup(cells):
    """Return n ln n for n = 0, 1, 2, ... up to the total of SparseCounts, or up to a limit."""
    return xlogx_table(int(cells.total) + 2)
