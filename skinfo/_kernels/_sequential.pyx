"""Sequential information bottleneck: move one row at a time to its best cluster.

With F(v) = v ln v and the counts n_ty of cluster t, N I(T; Y) = sum F(n_ty) - sum F(n_t) + const,
and N H(T) = const - sum F(n_t). So the objective N I(T; Y) - N H(T) / beta is, up to a constant,
sum F(n_ty) - (1 - 1 / beta) sum F(n_t), and it grows, as row x with counts c_y joins cluster t, by

    sum over y of [F(n_ty + c_y) - F(n_ty)] - size_penalty [F(n_t + c) - F(n_t)],

size_penalty = 1 - 1 / beta (Slonim, Friedman and Tishby 2002). Only columns where the row has
counts enter. Clusters lie along the second axis of every table, so that a row is tried in all of
them by passes over contiguous memory.
"""

from libc.math cimport INFINITY
from libc.stdint cimport int32_t, int64_t

import numpy as np

from skinfo._kernels._elementary cimport fast_xlogx, lookup_xlogx

from skinfo._kernels._ranges import in_ranges

NO_CLUSTER = -1

cdef enum:
    # Tables are padded to a multiple of the longest vector register (8 float64), so that no loop
    # has a remainder.
    REGISTER = 8


cdef class SparseCounts:
    """A sparse table of counts.

    Parameters
    ----------
    indptr : ndarray of shape (n_rows + 1,), dtype int64

    columns : ndarray of shape (n_cells,), dtype int32

    counts : ndarray of shape (n_cells,), dtype float64
        Positive.

    sizes : ndarray of shape (n_rows,), dtype float64
        The sum of each row, positive.

    whole : bool
        Whether all counts are integers.

    Attributes
    ----------
    n_rows : int

    whole : bool

    total : float
        The sum of all counts.
    """

    def __init__(
        self,
        const int64_t[::1] indptr,
        const int32_t[::1] columns,
        const double[::1] counts,
        const double[::1] sizes,
        bint whole,
    ):
        cdef Py_ssize_t x
        self.indptr = indptr
        self.columns = columns
        self.counts = counts
        self.sizes = sizes
        self.n_rows = sizes.shape[0]
        self.whole = whole
        self.total = 0.0
        for x in range(self.n_rows):
            self.total += sizes[x]

    def __reduce__(self):
        arrays = map(np.asarray, (self.indptr, self.columns, self.counts, self.sizes))
        return SparseCounts, (*arrays, self.whole)


cdef class Clusters:
    """Counts of clusters and their terms of the objective; no rows at first.

    Columns from `n_clusters` on are padding and stay zero.

    Attributes
    ----------
    counts : (n_columns, n_padded)
        n_ty.

    terms : (n_columns, n_padded)
        F(n_ty).

    next_terms : (n_columns, n_padded)
        F(n_ty + 1) - F(n_ty), precomputed as most cells of a sparse table of counts hold a one.

    sizes : (n_padded,)
        n_t.
    """

    cdef double[:, ::1] counts
    cdef double[:, ::1] terms
    cdef double[:, ::1] next_terms
    cdef double[::1] sizes

    def __init__(self, Py_ssize_t n_columns, Py_ssize_t n_clusters):
        n_padded = (n_clusters + REGISTER - 1) // REGISTER * REGISTER
        self.counts = np.zeros((n_columns, n_padded))
        self.terms = np.empty((n_columns, n_padded))
        self.next_terms = np.empty((n_columns, n_padded))
        self.sizes = np.zeros(n_padded)


def move_rows(
    SparseCounts rows,
    const double[::1] lookup,
    const int64_t[::1] order,
    int64_t[::1] labels,
    Clusters clusters,
    Py_ssize_t n_clusters,
    double size_penalty,
    double gain,
    Py_ssize_t n_unmoved,
):
    """Move rows, one after another, to the cluster that raises the objective most.

    Parameters
    ----------
    rows : SparseCounts

    lookup : ndarray
        An `xlogx_table`.

    order : ndarray of shape (n_moved,), dtype int64
        Rows in the order in which they are tried.

    labels : ndarray of shape (n_rows,), dtype int64
        The cluster of each row, changed in place. A row with NO_CLUSTER joins the best one.

    clusters : Clusters
        The clusters of the labels, changed in place.

    n_clusters : int

    size_penalty : float
        1 - 1 / beta; 1 if the entropy of the clusters is not penalised.

    gain : float
        Increase of the objective in this round so far, in nats times the total count.

    n_unmoved : int
        Number of rows tried since the last move.

    Returns
    -------
    gain : float

    n_unmoved : int
        At most the number of rows; if equal, no row can move and the search has converged.
    """
    # Gains within rounding of a tie do not move a row, or two clusters might exchange it for ever.
    cdef double least = 1e-13 * rows.total
    cdef Py_ssize_t i, t, x, old, new
    cdef double stay, best
    cdef double[::1] gains = np.empty(clusters.sizes.shape[0])
    with nogil:
        for i in range(order.shape[0]):
            if n_unmoved == labels.shape[0]:
                break
            x = order[i]
            old = labels[x]
            # A row without a cluster joins one at any cost.
            stay = -INFINITY
            if old >= 0:
                stay = staying_gain(rows, x, old, clusters, size_penalty, lookup)
            joining_gains(rows, x, clusters, size_penalty, gains)
            new = old
            best = stay + least
            for t in range(n_clusters):
                # `gains[old]` counts the row twice; `stay` is its gain with the row taken out.
                if gains[t] > best and t != old:
                    new = t
                    best = gains[t]
            n_unmoved += 1
            if new != old:
                n_unmoved = 0
                gain += best - stay
                labels[x] = new
                if old >= 0:
                    move_row(rows, x, old, -1.0, clusters, lookup)
                move_row(rows, x, new, 1.0, clusters, lookup)
    return gain, n_unmoved


def objective_of(
    Clusters clusters, Py_ssize_t n_clusters, double size_penalty, const double[::1] lookup
):
    """Return N I(T; Y) - N H(T) / beta, in nats, up to a constant."""
    cdef double objective = 0.0
    cdef Py_ssize_t y, t
    with nogil:
        for y in range(clusters.terms.shape[0]):
            for t in range(clusters.terms.shape[1]):
                objective += clusters.terms[y, t]
        for t in range(n_clusters):
            objective -= size_penalty * lookup_xlogx(clusters.sizes[t], lookup)
    return objective


def nearest_clusters(
    SparseCounts rows,
    const double[::1] lookup,
    Py_ssize_t n_columns,
    SparseCounts training_rows,
    Py_ssize_t n_clusters,
    double size_penalty,
    int64_t[::1] labels,
    *,
    ranges=None,
):
    """Store the best cluster of each new row, without the other new rows.

    Parameters
    ----------
    rows : SparseCounts
        New rows.

    lookup, size_penalty
        As in `move_rows`.

    training_rows : SparseCounts
        Counts of the clusters, one row each.

    labels : ndarray of shape (n_rows,), dtype int64
        To be filled.

    ranges : callable or None, default=None
        ``ranges(n_rows)`` yields ranges of rows, between which the work can be interrupted:
        `interruptible_ranges`. None: one range.
    """
    cdef Py_ssize_t x, t, best, start, stop
    cdef Clusters clusters = gather_clusters(
        training_rows, np.arange(n_clusters), n_columns, n_clusters, lookup
    )
    cdef double[::1] gains = np.empty(clusters.sizes.shape[0])
    for start, stop in in_ranges(labels.shape[0], ranges):
        with nogil:
            for x in range(start, stop):
                joining_gains(rows, x, clusters, size_penalty, gains)
                best = 0
                for t in range(1, n_clusters):
                    if gains[t] > gains[best]:
                        best = t
                labels[x] = best


def gather_clusters(
    SparseCounts rows,
    const int64_t[::1] labels,
    Py_ssize_t n_columns,
    Py_ssize_t n_clusters,
    const double[::1] lookup,
):
    """Return the Clusters of labels (n_rows,); rows with NO_CLUSTER are ignored."""
    cdef Py_ssize_t x, t, j, y
    cdef Clusters clusters = Clusters(n_columns, n_clusters)
    with nogil:
        for x in range(labels.shape[0]):
            t = labels[x]
            if t >= 0:
                clusters.sizes[t] += rows.sizes[x]
                for j in range(rows.indptr[x], rows.indptr[x + 1]):
                    clusters.counts[rows.columns[j], t] += rows.counts[j]
        for y in range(n_columns):
            for t in range(clusters.sizes.shape[0]):
                update_terms(clusters, y, t, lookup)
    return clusters


cdef void joining_gains(
    SparseCounts rows, Py_ssize_t x, Clusters clusters, double size_penalty, double[::1] gains
) noexcept nogil:
    """Store the increase (n_padded,) of the objective, in nats, if row x joins each cluster."""
    cdef double size = rows.sizes[x]
    cdef Py_ssize_t n_blocks = gains.shape[0] // REGISTER
    cdef Py_ssize_t t, j, y
    # Padding has size zero and joins in, so that the loop is over whole registers.
    for t in range(n_blocks * REGISTER):
        gains[t] = fast_xlogx(clusters.sizes[t]) - fast_xlogx(clusters.sizes[t] + size)
        gains[t] *= size_penalty
    for j in range(rows.indptr[x], rows.indptr[x + 1]):
        y = rows.columns[j]
        if rows.whole and rows.counts[j] == 1.0:
            add(&gains[0], &clusters.next_terms[y, 0], n_blocks)
        else:
            add_changes(
                &gains[0], &clusters.counts[y, 0], &clusters.terms[y, 0], rows.counts[j], n_blocks
            )


cdef inline void add(double* gains, const double* changes, Py_ssize_t n_blocks) noexcept nogil:
    """Add the change of the terms of one column by a count of one."""
    cdef double sums[REGISTER]
    cdef Py_ssize_t block, k
    for block in range(n_blocks):
        for k in range(REGISTER):
            sums[k] = gains[k] + changes[k]
        for k in range(REGISTER):
            gains[k] = sums[k]
        gains += REGISTER
        changes += REGISTER


cdef inline void add_changes(
    double* gains, const double* counts, const double* terms, double count, Py_ssize_t n_blocks
) noexcept nogil:
    """Add the change of the terms of one column by `count`, in blocks of REGISTER clusters."""
    cdef double sums[REGISTER]
    cdef Py_ssize_t block, k
    for block in range(n_blocks):
        for k in range(REGISTER):
            sums[k] = gains[k] + (fast_xlogx(counts[k] + count) - terms[k])
        for k in range(REGISTER):
            gains[k] = sums[k]
        gains += REGISTER
        counts += REGISTER
        terms += REGISTER


cdef double staying_gain(
    SparseCounts rows,
    Py_ssize_t x,
    Py_ssize_t t,
    Clusters clusters,
    double size_penalty,
    const double[::1] lookup,
) noexcept nogil:
    """Return `joining_gains` of row x for its own cluster t, with the row taken out first."""
    cdef Py_ssize_t j, y
    cdef double size = clusters.sizes[t]
    cdef double gain = lookup_xlogx(max(size - rows.sizes[x], 0.0), lookup)
    gain = size_penalty * (gain - lookup_xlogx(size, lookup))
    for j in range(rows.indptr[x], rows.indptr[x + 1]):
        y = rows.columns[j]
        gain += clusters.terms[y, t] - lookup_xlogx(
            max(clusters.counts[y, t] - rows.counts[j], 0.0), lookup
        )
    return gain


cdef void move_row(
    SparseCounts rows,
    Py_ssize_t x,
    Py_ssize_t t,
    double sign,
    Clusters clusters,
    const double[::1] lookup,
) noexcept nogil:
    """Add row x to cluster t (sign 1), or remove it (sign -1)."""
    cdef Py_ssize_t j, y
    # Clipped, as subtracting real-valued counts may leave a rounding error below zero.
    clusters.sizes[t] = max(clusters.sizes[t] + sign * rows.sizes[x], 0.0)
    for j in range(rows.indptr[x], rows.indptr[x + 1]):
        y = rows.columns[j]
        clusters.counts[y, t] = max(clusters.counts[y, t] + sign * rows.counts[j], 0.0)
        update_terms(clusters, y, t, lookup)


cdef inline void update_terms(
    Clusters clusters, Py_ssize_t y, Py_ssize_t t, const double[::1] lookup
) noexcept nogil:
    """Update the terms of column y in cluster t from its count."""
    cdef double count = clusters.counts[y, t]
    clusters.terms[y, t] = lookup_xlogx(count, lookup)
    clusters.next_terms[y, t] = lookup_xlogx(count + 1.0, lookup) - clusters.terms[y, t]
