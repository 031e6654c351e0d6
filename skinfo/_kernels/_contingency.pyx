"""Contingency tables of a state T, the classes of y and a column of codes.

T is any column of labels: the bottleneck variable of the features selected so far, one selected
feature, or a constant. A cell is a pair of a state and a class.
"""

from libc.math cimport fmod
from libc.stdint cimport int32_t, int64_t, uint8_t, uint64_t

import numpy as np

from skinfo._kernels._bitplanes cimport (
    HAS_VECTOR_POPCOUNT,
    add_common,
    fill_planes,
    mark_common,
    mark_level,
    n_words,
)
from skinfo._kernels._elementary cimport lookup_xlogx


cdef class Sample:
    """Columns of codes and the classes of the samples.

    Parameters
    ----------
    codes : ndarray of shape (n_features, 64 n_words), dtype uint8
        One row per feature.

    n_levels : ndarray of shape (n_features,), dtype int64

    y : ndarray of shape (n,), dtype int32

    n_classes : int

    weights : ndarray of shape (n,), dtype float64
        Or (0,), if all weights are one.
    """

    def __init__(
        self,
        const uint8_t[:, ::1] codes,
        const int64_t[::1] n_levels,
        const int32_t[::1] y,
        Py_ssize_t n_classes,
        const double[::1] weights,
    ):
        self.codes = codes
        self.n_levels = n_levels
        self.y = y
        self.n_classes = n_classes
        self.weights = weights
        self.is_weighted = weights.shape[0] > 0
        self.is_whole = are_whole(weights)


cdef bint are_whole(const double[::1] weights) noexcept nogil:
    """Return whether all weights are integers."""
    cdef Py_ssize_t row
    for row in range(weights.shape[0]):
        if fmod(weights[row], 1.0) != 0.0:
            return False
    return True


cdef class Lookups:
    """Lookup tables of functions.

    Parameters
    ----------
    poisson : ndarray
        From `poisson_tables`.

    xlogx : ndarray
        Values for 0, 1, 2, ...
    """

    def __init__(self, const double[:, ::1] poisson, const double[::1] xlogx):
        self.poisson = poisson
        self.xlogx = xlogx


cdef class ContingencyTables:
    """Table of one column at a time by cell of state and class, with the sizes of cells.

    Parameters
    ----------
    lookups : Lookups

    n_levels : ndarray of shape (n_features,), dtype int64
        Numbers of levels of all columns.

    n_classes : int

    n_states : int
        Maximum number of states.

    features : ndarray of int64
        Columns to count.

    is_weighted : bool
        Whether counts are float64, not int32.

    is_whole : bool
        Whether all counts are integers.
    """

    def __init__(
        self,
        Lookups lookups,
        const int64_t[::1] n_levels,
        Py_ssize_t n_classes,
        Py_ssize_t n_states,
        const int64_t[::1] features,
        bint is_weighted,
        bint is_whole,
    ):
        self.lookups = lookups
        self.n_levels = n_levels
        self.n_classes = n_classes
        self.n_states = n_states
        self.n_cells = n_states * n_classes
        self.is_weighted = is_weighted
        self.is_whole = is_whole
        self.sizes = np.zeros(self.n_cells)
        self.state_sizes = np.empty(n_states)
        n_counts = self.n_cells * most_levels(n_levels, features)
        self.counts = np.empty(0 if is_weighted else n_counts, np.int32)
        self.weighted = np.empty(n_counts if is_weighted else 0)

    cdef void count(self, Py_ssize_t x) noexcept nogil:
        """Count a column within every cell."""

    cdef void sum_up(self) noexcept nogil:
        """Compute the sizes of states and the total from those of cells, and sums of n ln n."""
        cdef Py_ssize_t cell, state
        self.n = self.of_cells = self.of_states = 0.0
        for state in range(self.n_states):
            self.state_sizes[state] = 0.0
        for cell in range(self.n_cells):
            self.state_sizes[cell // self.n_classes] += self.sizes[cell]
            self.n += self.sizes[cell]
            self.of_cells += lookup_xlogx(self.sizes[cell], self.lookups.xlogx)
        for state in range(self.n_states):
            self.of_states += lookup_xlogx(self.state_sizes[state], self.lookups.xlogx)

    def table(self, Py_ssize_t x):
        """Return the counts of a column within every cell, (n_cells, n_levels)."""
        self.count(x)
        n_levels = self.n_levels[x]
        flat = np.array(self.weighted) if self.is_weighted else np.array(self.counts)
        return flat[: n_levels * self.n_cells].reshape(n_levels, self.n_cells).T


cdef class SampleTables(ContingencyTables):
    """Contingency tables counted from samples.

    Parameters
    ----------
    sample : Sample

    lookups, n_states, features
        See `ContingencyTables`.
    """

    def __init__(
        self,
        Sample sample,
        Lookups lookups,
        Py_ssize_t n_states,
        const int64_t[::1] features,
    ):
        super().__init__(
            lookups,
            sample.n_levels,
            sample.n_classes,
            n_states,
            features,
            sample.is_weighted,
            sample.is_whole,
        )
        self.sample = sample
        self.cell_of_sample = np.empty(sample.y.shape[0], np.int32)
        self.planes = np.empty((most_levels(sample.n_levels, features), CHUNK), np.uint64)

    cdef void count_samples(self, Py_ssize_t x) noexcept nogil:
        """Count a column within every cell, sample by sample, or sum weights."""
        cdef Py_ssize_t n = self.sample.y.shape[0]
        cdef Py_ssize_t n_counts = self.sample.n_levels[x] * self.n_cells
        cdef const uint8_t *column = &self.sample.codes[x, 0]
        cdef const int32_t *cell_of_sample = &self.cell_of_sample[0]
        cdef Py_ssize_t index, row
        if self.sample.is_weighted:
            for index in range(n_counts):
                self.weighted[index] = 0.0
            for row in range(n):
                index = column[row] * self.n_cells + cell_of_sample[row]
                self.weighted[index] += self.sample.weights[row]
        else:
            for index in range(n_counts):
                self.counts[index] = 0
            for row in range(n):
                self.counts[column[row] * self.n_cells + cell_of_sample[row]] += 1


cdef class StateTables(SampleTables):
    """Contingency tables of columns with one state variable.

    Parameters
    ----------
    sample : Sample

    lookups : Lookups

    labels : ndarray of shape (n,), dtype int32
        The state of each sample.

    n_states : int

    features : ndarray of int64
        Columns that are to be counted.
    """

    def __init__(
        self,
        Sample sample,
        Lookups lookups,
        const int32_t[::1] labels,
        Py_ssize_t n_states,
        const int64_t[::1] features,
    ):
        super().__init__(sample, lookups, n_states, features)
        cdef Py_ssize_t i
        cdef bint by_bits = False
        for i in range(features.shape[0]):
            by_bits = by_bits or is_counted_by_bits(sample, features[i], self.n_cells)
        shape = self.n_cells if by_bits else 0, n_words(sample.y.shape[0])
        self.cell_planes = np.empty(shape, np.uint64)
        with nogil:
            self.fill(labels)

    cdef void fill(self, const int32_t[::1] labels) noexcept nogil:
        """Fill in the cell of each sample."""
        cdef Py_ssize_t row
        cdef int32_t cell
        for row in range(self.sample.y.shape[0]):
            cell = <int32_t>(labels[row] * self.sample.n_classes + self.sample.y[row])
            self.cell_of_sample[row] = cell
            self.sizes[cell] += self.sample.weights[row] if self.sample.is_weighted else 1.0
        if self.cell_planes.shape[0] > 0:
            fill_planes(self.cell_of_sample, self.cell_planes)
        self.sum_up()

    cdef void count(self, Py_ssize_t x) noexcept nogil:
        """Count a column within every cell."""
        if is_counted_by_bits(self.sample, x, self.n_cells):
            self.count_bits(x)
        else:
            self.count_samples(x)

    cdef void count_bits(self, Py_ssize_t x) noexcept nogil:
        """Count 64 samples at a time, with bit planes."""
        cdef Py_ssize_t n = self.sample.y.shape[0]
        cdef Py_ssize_t last_level = self.sample.n_levels[x] - 1
        cdef const uint8_t *column = &self.sample.codes[x, 0]
        cdef Py_ssize_t first = 0
        cdef Py_ssize_t level, index, width
        for index in range(last_level * self.n_cells):
            self.counts[index] = 0
        while first < n_words(n):
            width = min(CHUNK, n_words(n) - first)
            for level in range(last_level):
                mark_level(column, n, <uint8_t>level, first, width, &self.planes[level, 0])
            add_common(
                &self.planes[0, 0],
                CHUNK,
                last_level,
                &self.cell_planes[0, first],
                self.cell_planes.shape[1],
                self.n_cells,
                width,
                False,
                &self.counts[0],
                self.n_cells,
            )
            first += CHUNK
        add_last_level(&self.counts[0], &self.sizes[0], last_level, self.n_cells)


cdef class SummedTables(ContingencyTables):
    """Contingency tables that were summed over parts of the data.

    Parameters
    ----------
    sums : ndarray of float64
        The sizes of cells, then the table of each feature in order, (n_levels, n_cells).

    lookups, n_levels, n_classes, n_states, features, is_whole
        As of `ContingencyTables`.
    """

    def __init__(
        self,
        const double[::1] sums,
        Lookups lookups,
        const int64_t[::1] n_levels,
        Py_ssize_t n_classes,
        Py_ssize_t n_states,
        const int64_t[::1] features,
        bint is_whole,
    ):
        super().__init__(lookups, n_levels, n_classes, n_states, features, True, is_whole)
        cdef Py_ssize_t index = self.n_cells
        cdef Py_ssize_t i
        self.sums = sums
        self.sizes[:] = sums[: self.n_cells]
        self.start = np.empty(n_levels.shape[0], np.int64)
        for i in range(features.shape[0]):
            self.start[features[i]] = index
            index += n_levels[features[i]] * self.n_cells
        self.sum_up()

    cdef void count(self, Py_ssize_t x) noexcept nogil:
        """Copy the table of a column."""
        cdef Py_ssize_t index
        for index in range(self.n_levels[x] * self.n_cells):
            self.weighted[index] = self.sums[self.start[x] + index]


cdef class PairTables(SampleTables):
    """Tables of columns X within each level of other columns W and each class.

    Parameters
    ----------
    sample : Sample

    lookups : Lookups

    features, selected : ndarray of int64
        Columns X, and columns W.
    """

    def __init__(
        self,
        Sample sample,
        Lookups lookups,
        const int64_t[::1] features,
        const int64_t[::1] selected,
    ):
        super().__init__(sample, lookups, most_levels(sample.n_levels, selected), features)
        shape = sample.n_classes, n_words(sample.y.shape[0])
        self.class_planes = np.empty(shape, np.uint64)
        self.cell_planes = np.empty((self.n_cells, CHUNK), np.uint64)
        self.level_plane = np.empty(CHUNK, np.uint64)
        with nogil:
            fill_planes(sample.y, self.class_planes)

    cdef void count_pair(self, Py_ssize_t x, Py_ssize_t w) noexcept nogil:
        """Count column X within each level of column W and each class, and the sizes of cells."""
        cdef Py_ssize_t cell, index
        self.n_states = self.sample.n_levels[w]
        self.n_cells = self.n_states * self.sample.n_classes
        for cell in range(self.n_cells):
            self.sizes[cell] = 0.0
        if is_counted_by_bits(self.sample, x, self.n_cells):
            self.count_bits(x, w)
        else:
            self.set_cells(w)
            self.count_samples(x)
            for index in range(self.sample.n_levels[x] * self.n_cells):
                cell = index % self.n_cells
                if self.sample.is_weighted:
                    self.sizes[cell] += self.weighted[index]
                else:
                    self.sizes[cell] += self.counts[index]
        self.sum_up()

    cdef void count_bits(self, Py_ssize_t x, Py_ssize_t w) noexcept nogil:
        """Count 64 samples at a time, with bit planes."""
        cdef Py_ssize_t n = self.sample.y.shape[0]
        cdef Py_ssize_t last_level = self.sample.n_levels[x] - 1
        cdef const uint8_t *column = &self.sample.codes[x, 0]
        cdef const uint8_t *within = &self.sample.codes[w, 0]
        cdef Py_ssize_t first = 0
        cdef Py_ssize_t c, cell, level, index, width
        for index in range(last_level * self.n_cells):
            self.counts[index] = 0
        while first < n_words(n):
            width = min(CHUNK, n_words(n) - first)
            for level in range(last_level):
                mark_level(column, n, <uint8_t>level, first, width, &self.planes[level, 0])
            for level in range(self.n_states):
                mark_level(within, n, <uint8_t>level, first, width, &self.level_plane[0])
                for c in range(self.sample.n_classes):
                    cell = level * self.sample.n_classes + c
                    self.sizes[cell] += mark_common(
                        &self.level_plane[0],
                        &self.class_planes[c, first],
                        width,
                        &self.cell_planes[cell, 0],
                    )
            add_common(
                &self.planes[0, 0],
                CHUNK,
                last_level,
                &self.cell_planes[0, 0],
                CHUNK,
                self.n_cells,
                width,
                False,
                &self.counts[0],
                self.n_cells,
            )
            first += CHUNK
        add_last_level(&self.counts[0], &self.sizes[0], last_level, self.n_cells)

    cdef void set_cells(self, Py_ssize_t w) noexcept nogil:
        """Fill in the cell of each sample."""
        cdef Py_ssize_t row
        for row in range(self.sample.y.shape[0]):
            self.cell_of_sample[row] = <int32_t>(
                self.sample.codes[w, row] * self.sample.n_classes + self.sample.y[row]
            )


def relabel(
    const int32_t[::1] labels, const uint8_t[:] codes, const int32_t[:, ::1] states
):
    """Return ``states[labels, codes]``, (n,) int32: each state split by the codes of a column."""
    relabelled = np.empty(labels.shape[0], np.int32)
    cdef int32_t[::1] into = relabelled
    cdef Py_ssize_t row
    with nogil:
        for row in range(labels.shape[0]):
            into[row] = states[labels[row], codes[row]]
    return relabelled


cdef Py_ssize_t most_levels(
    const int64_t[::1] n_levels, const int64_t[::1] features
) noexcept nogil:
    """Return the maximum number of levels of the given features."""
    cdef Py_ssize_t i
    cdef int64_t most = 1
    for i in range(features.shape[0]):
        most = max(most, n_levels[features[i]])
    return most


cdef bint is_counted_by_bits(Sample sample, Py_ssize_t x, Py_ssize_t n_cells) noexcept nogil:
    """Return whether a table is small enough to be counted with bit planes.

    Larger tables are counted by one increment per row. Measured: a count takes 0.003 ns per row
    with a population count of vectors, 0.008 ns without; an increment takes 0.8 ns (the part
    "counts" of benchmarks/selector_speed.py).
    """
    cdef Py_ssize_t most = 256 if HAS_VECTOR_POPCOUNT else 96
    return not sample.is_weighted and n_cells * (sample.n_levels[x] - 1) <= most


cdef void add_last_level(
    int32_t *counts, const double *sizes, Py_ssize_t last_level, Py_ssize_t n_cells
) noexcept nogil:
    """Fill in the last level of a table of counts: the size of each cell minus other levels."""
    cdef int32_t *rest = counts + last_level * n_cells
    cdef Py_ssize_t cell, level
    for cell in range(n_cells):
        rest[cell] = <int32_t>sizes[cell]
    for level in range(last_level):
        for cell in range(n_cells):
            rest[cell] -= counts[level * n_cells + cell]
