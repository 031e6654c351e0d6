"""Sequential information bottleneck: move one row at a time to the cluster that loses least by it.

With F(v) = v ln v, N I(T; Y) is sum F(n_ty) - sum F(n_t) and a constant, n_ty being the counts of
cluster t. To let row x with counts c_y join cluster t adds

    sum over y of [F(n_ty + c_y) - F(n_ty)] - price [F(n_t + c) - F(n_t)],

which only asks for the columns where the row has counts. Clusters lie along the second axis of
every table, so that a row is tried in all of them by one pass over contiguous memory.
"""

from libc.math cimport INFINITY
from libc.stdint cimport int32_t, int64_t

import numpy as np

from skinfo._kernels._elementary cimport fast_xlogx, lookup_xlogx

NO_CLUSTER = -1

cdef enum:
    # Tables are as wide as a multiple of the longest vector register, so that no loop has a rest.
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
        The sum of all.
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
    """Counts of clusters, and the information they make, all zero at first.

    Columns from `n_clusters` on are padding, which stays zero.

    Attributes
    ----------
    counts : (n_columns, n_padded)
        n_ty.

    terms : (n_columns, n_padded)
        F(n_ty).

    next_terms : (n_columns, n_padded)
        F(n_ty + 1) - F(n_ty): most cells of a sparse table of counts hold a one.

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
    double price,
    double gained,
    Py_ssize_t n_settled,
):
    """Move rows, in turn, to the cluster that they inform most.

    Parameters
    ----------
    rows : SparseCounts

    lookup : ndarray
        An `xlogx_table`.

    order : ndarray of shape (n_moved,), dtype int64
        Whose turn it is.

    labels : ndarray of shape (n_rows,), dtype int64
        The cluster of each row, changed in place. NO_CLUSTER: it joins one when its turn comes.

    clusters : Clusters
        Those that labels make, changed in place.

    n_clusters : int

    price : float
        1 - 1 / beta; 1 where the entropy of the clusters costs nothing.

    gained : float
        What the rows before gained in this round, in N nats.

    n_settled : int
        How many rows in turn, the last included, did not want to move.

    Returns
    -------
    gained : float

    n_settled : int
        No more than the number of rows: then nothing moves any more.
    """
    # What rounding can make of a tie.
    cdef double least = 1e-13 * rows.total
    cdef Py_ssize_t i, t, x, old, new
    cdef double stay, best
    cdef double[::1] gains = np.empty(clusters.sizes.shape[0])
    with nogil:
        for i in range(order.shape[0]):
            if n_settled == labels.shape[0]:
                break
            x = order[i]
            old = labels[x]
            stay = -INFINITY
            if old >= 0:
                stay = gain_of_staying(rows, x, old, clusters, price, lookup)
            gains_of_joining(rows, x, clusters, price, gains)
            new = old
            best = stay + least
            for t in range(n_clusters):
                if gains[t] > best and t != old:
                    new = t
                    best = gains[t]
            n_settled += 1
            if new != old:
                n_settled = 0
                gained += best - stay
                labels[x] = new
                if old >= 0:
                    move(rows, x, old, -1.0, clusters, lookup)
                move(rows, x, new, 1.0, clusters, lookup)
    return gained, n_settled


def objective_of(
    Clusters clusters, Py_ssize_t n_clusters, double price, const double[::1] lookup
):
    """Return N I(T; Y) - N H(T) / beta, in nats, but for a constant."""
    cdef double objective = 0.0
    cdef Py_ssize_t y, t
    with nogil:
        for y in range(clusters.terms.shape[0]):
            for t in range(clusters.terms.shape[1]):
                objective += clusters.terms[y, t]
        for t in range(n_clusters):
            objective -= price * lookup_xlogx(clusters.sizes[t], lookup)
    return objective


def nearest_clusters(
    SparseCounts rows,
    const double[::1] lookup,
    Py_ssize_t n_columns,
    SparseCounts members,
    Py_ssize_t n_clusters,
    double price,
    int64_t[::1] labels,
):
    """Store the cluster, a row of `members`, that each new row would join, alone of the new."""
    cdef Py_ssize_t x, t, best
    cdef Clusters clusters = gather_clusters(
        members, np.arange(n_clusters), n_columns, n_clusters, lookup
    )
    cdef double[::1] gains = np.empty(clusters.sizes.shape[0])
    with nogil:
        for x in range(labels.shape[0]):
            gains_of_joining(rows, x, clusters, price, gains)
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
    """Return the Clusters that labels make."""
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
                set_terms(clusters, y, t, lookup)
    return clusters


cdef void gains_of_joining(
    SparseCounts rows, Py_ssize_t x, Clusters clusters, double price, double[::1] gains
) noexcept nogil:
    """Store what it adds to N I(T; Y) - N H(T) / beta, in nats, that row x joins each cluster."""
    cdef double size = rows.sizes[x]
    cdef Py_ssize_t n_blocks = gains.shape[0] // REGISTER
    cdef Py_ssize_t t, j, y
    for t in range(n_blocks * REGISTER):
        gains[t] = fast_xlogx(clusters.sizes[t]) - fast_xlogx(clusters.sizes[t] + size)
        gains[t] *= price
    for j in range(rows.indptr[x], rows.indptr[x + 1]):
        y = rows.columns[j]
        if rows.whole and rows.counts[j] == 1.0:
            add(&gains[0], &clusters.next_terms[y, 0], n_blocks)
        else:
            add_changes(
                &gains[0], &clusters.counts[y, 0], &clusters.terms[y, 0], rows.counts[j], n_blocks
            )


cdef inline void add(double* gains, const double* changes, Py_ssize_t n_blocks) noexcept nogil:
    """Add what a count of one changes."""
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
    """Add what another count changes."""
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


cdef double gain_of_staying(
    SparseCounts rows,
    Py_ssize_t x,
    Py_ssize_t t,
    Clusters clusters,
    double price,
    const double[::1] lookup,
) noexcept nogil:
    """Return what row x adds by being in its cluster t, as `gains_of_joining` does."""
    cdef Py_ssize_t j, y
    cdef double size = clusters.sizes[t]
    cdef double gain = lookup_xlogx(max(size - rows.sizes[x], 0.0), lookup)
    gain = price * (gain - lookup_xlogx(size, lookup))
    for j in range(rows.indptr[x], rows.indptr[x + 1]):
        y = rows.columns[j]
        gain += clusters.terms[y, t] - lookup_xlogx(
            max(clusters.counts[y, t] - rows.counts[j], 0.0), lookup
        )
    return gain


cdef void move(
    SparseCounts rows,
    Py_ssize_t x,
    Py_ssize_t t,
    double sign,
    Clusters clusters,
    const double[::1] lookup,
) noexcept nogil:
    """Add row x to cluster t, or take it away."""
    cdef Py_ssize_t j, y
    clusters.sizes[t] = max(clusters.sizes[t] + sign * rows.sizes[x], 0.0)
    for j in range(rows.indptr[x], rows.indptr[x + 1]):
        y = rows.columns[j]
        clusters.counts[y, t] = max(clusters.counts[y, t] + sign * rows.counts[j], 0.0)
        set_terms(clusters, y, t, lookup)


cdef inline void set_terms(
    Clusters clusters, Py_ssize_t y, Py_ssize_t t, const double[::1] lookup
) noexcept nogil:
    """Store what follows from the count of a column in a cluster."""
    cdef double count = clusters.counts[y, t]
    clusters.terms[y, t] = lookup_xlogx(count, lookup)
    clusters.next_terms[y, t] = lookup_xlogx(count + 1.0, lookup) - clusters.terms[y, t]
