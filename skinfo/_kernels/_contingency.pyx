"""Tables of a state T, the classes of y and one column of codes, counted the fastest way there is.

T is any column of codes: the bottleneck variable of the features chosen so far, one chosen
feature, or a constant. A cell is one state with one class.
"""

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
    """Columns of codes and the classes of their rows.

    Parameters
    ----------
    codes : ndarray of shape (n_features, 64 n_words), dtype uint8
        One feature a row.

    n_levels : ndarray of shape (n_features,), dtype int64

    y : ndarray of shape (n,), dtype int32

    n_classes : int

    weights : ndarray of shape (n,), dtype float64
        Or (0,), for weights of one.
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


cdef class Lookups:
    """Functions that would take longer to work out than to look up.

    Parameters
    ----------
    poisson : ndarray
        From `poisson_tables`.

    xlogx : ndarray
        Of 0, 1, 2, ...
    """

    def __init__(self, const double[:, ::1] poisson, const double[::1] xlogx):
        self.poisson = poisson
        self.xlogx = xlogx


cdef class Tables:
    """Room for the table of one column within the cells of a state and y, and their sizes.

    Parameters
    ----------
    sample : Sample

    lookups : Lookups

    n_states : int
        The most that are used.

    features : ndarray of int64
        Columns that are to be counted.
    """

    def __init__(
        self,
        Sample sample,
        Lookups lookups,
        Py_ssize_t n_states,
        const int64_t[::1] features,
    ):
        cdef Py_ssize_t n_levels = most_levels(sample, features)
        self.sample = sample
        self.lookups = lookups
        self.n_states = n_states
        self.n_cells = n_states * sample.n_classes
        self.sizes = np.zeros(self.n_cells)
        self.state_sizes = np.empty(n_states)
        self.cell_of_row = np.empty(sample.y.shape[0], np.int32)
        n_counts = self.n_cells * n_levels
        self.counts = np.empty(0 if sample.is_weighted else n_counts, np.int32)
        self.weighted = np.empty(n_counts if sample.is_weighted else 0)
        self.planes = np.empty((n_levels, CHUNK), np.uint64)

    cdef void sum_up(self) noexcept nogil:
        """Sum the sizes of cells to those of states and of all, and their n ln n."""
        cdef Py_ssize_t cell, state
        self.n = self.of_cells = self.of_states = 0.0
        for state in range(self.n_states):
            self.state_sizes[state] = 0.0
        for cell in range(self.n_cells):
            self.state_sizes[cell // self.sample.n_classes] += self.sizes[cell]
            self.n += self.sizes[cell]
            self.of_cells += lookup_xlogx(self.sizes[cell], self.lookups.xlogx)
        for state in range(self.n_states):
            self.of_states += lookup_xlogx(self.state_sizes[state], self.lookups.xlogx)

    cdef void count_rows(self, Py_ssize_t x) noexcept nogil:
        """Count a column within every cell row by row, or sum weights."""
        cdef Py_ssize_t n = self.sample.y.shape[0]
        cdef Py_ssize_t n_counts = self.sample.n_levels[x] * self.n_cells
        cdef const uint8_t *column = &self.sample.codes[x, 0]
        cdef const int32_t *cell_of_row = &self.cell_of_row[0]
        cdef Py_ssize_t place, row
        if self.sample.is_weighted:
            for place in range(n_counts):
                self.weighted[place] = 0.0
            for row in range(n):
                place = column[row] * self.n_cells + cell_of_row[row]
                self.weighted[place] += self.sample.weights[row]
        else:
            for place in range(n_counts):
                self.counts[place] = 0
            for row in range(n):
                self.counts[column[row] * self.n_cells + cell_of_row[row]] += 1


cdef class CellTables(Tables):
    """Tables of columns with one state.

    Parameters
    ----------
    sample : Sample

    lookups : Lookups

    state : ndarray of shape (n,), dtype int64

    n_states : int

    features : ndarray of int64
        Columns that are to be counted.
    """

    def __init__(
        self,
        Sample sample,
        Lookups lookups,
        const int64_t[::1] state,
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
            self.fill(state)

    cdef void fill(self, const int64_t[::1] state) noexcept nogil:
        """Fill in which cell each row is in."""
        cdef Py_ssize_t row
        cdef int32_t cell
        for row in range(self.sample.y.shape[0]):
            cell = <int32_t>(state[row] * self.sample.n_classes + self.sample.y[row])
            self.cell_of_row[row] = cell
            self.sizes[cell] += self.sample.weights[row] if self.sample.is_weighted else 1.0
        if self.cell_planes.shape[0] > 0:
            fill_planes(self.cell_of_row, self.cell_planes)
        self.sum_up()

    cdef void count(self, Py_ssize_t x) noexcept nogil:
        """Count a column within every cell."""
        if is_counted_by_bits(self.sample, x, self.n_cells):
            self.count_bits(x)
        else:
            self.count_rows(x)

    cdef void count_bits(self, Py_ssize_t x) noexcept nogil:
        """Count 64 rows at a time."""
        cdef Py_ssize_t n = self.sample.y.shape[0]
        cdef Py_ssize_t last_level = self.sample.n_levels[x] - 1
        cdef const uint8_t *column = &self.sample.codes[x, 0]
        cdef Py_ssize_t first = 0
        cdef Py_ssize_t level, place, width
        for place in range(last_level * self.n_cells):
            self.counts[place] = 0
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

    def table(self, Py_ssize_t x):
        """Return the counts of a column within every cell, (n_cells, n_levels)."""
        self.count(x)
        n_levels = self.sample.n_levels[x]
        flat = np.array(self.weighted) if self.sample.is_weighted else np.array(self.counts)
        return flat[: n_levels * self.n_cells].reshape(n_levels, self.n_cells).T


cdef class PairTables(Tables):
    """Tables of columns X within each level of other columns W and each class.

    Parameters
    ----------
    sample : Sample

    lookups : Lookups

    features, chosen : ndarray of int64
        Columns that are to be X, and W.
    """

    def __init__(
        self,
        Sample sample,
        Lookups lookups,
        const int64_t[::1] features,
        const int64_t[::1] chosen,
    ):
        super().__init__(sample, lookups, most_levels(sample, chosen), features)
        shape = sample.n_classes, n_words(sample.y.shape[0])
        self.class_planes = np.empty(shape, np.uint64)
        self.cell_planes = np.empty((self.n_cells, CHUNK), np.uint64)
        self.level_plane = np.empty(CHUNK, np.uint64)
        with nogil:
            fill_planes(sample.y, self.class_planes)

    cdef void count(self, Py_ssize_t x, Py_ssize_t w) noexcept nogil:
        """Count column X within each level of column W and each class, and those cells."""
        cdef Py_ssize_t cell, place
        self.n_states = self.sample.n_levels[w]
        self.n_cells = self.n_states * self.sample.n_classes
        for cell in range(self.n_cells):
            self.sizes[cell] = 0.0
        if is_counted_by_bits(self.sample, x, self.n_cells):
            self.count_bits(x, w)
        else:
            self.set_cells(w)
            self.count_rows(x)
            for place in range(self.sample.n_levels[x] * self.n_cells):
                cell = place % self.n_cells
                if self.sample.is_weighted:
                    self.sizes[cell] += self.weighted[place]
                else:
                    self.sizes[cell] += self.counts[place]
        self.sum_up()

    cdef void count_bits(self, Py_ssize_t x, Py_ssize_t w) noexcept nogil:
        """Count 64 rows at a time."""
        cdef Py_ssize_t n = self.sample.y.shape[0]
        cdef Py_ssize_t last_level = self.sample.n_levels[x] - 1
        cdef const uint8_t *column = &self.sample.codes[x, 0]
        cdef const uint8_t *within = &self.sample.codes[w, 0]
        cdef Py_ssize_t first = 0
        cdef Py_ssize_t c, cell, level, place, width
        for place in range(last_level * self.n_cells):
            self.counts[place] = 0
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
        """Fill in which cell each row is in."""
        cdef Py_ssize_t row
        for row in range(self.sample.y.shape[0]):
            self.cell_of_row[row] = <int32_t>(
                self.sample.codes[w, row] * self.sample.n_classes + self.sample.y[row]
            )


cdef Py_ssize_t most_levels(Sample sample, const int64_t[::1] features) noexcept nogil:
    """Return the most levels that one of some features has."""
    cdef Py_ssize_t i
    cdef int64_t most = 1
    for i in range(features.shape[0]):
        most = max(most, sample.n_levels[features[i]])
    return most


cdef bint is_counted_by_bits(Sample sample, Py_ssize_t x, Py_ssize_t n_cells) noexcept nogil:
    """Return whether a table is small enough to be counted by bits.

    Larger ones are counted by one increment a row. Measured: a count by bits takes 0.003 ns a row
    where the machine counts the bits of a whole vector at once, 0.008 ns where it does not; an
    increment takes 0.8 ns (the part "counts" of benchmarks/selector_speed.py).
    """
    cdef Py_ssize_t most = 256 if HAS_VECTOR_POPCOUNT else 96
    return not sample.is_weighted and n_cells * (sample.n_levels[x] - 1) <= most


cdef void add_last_level(
    int32_t *counts, const double *sizes, Py_ssize_t last_level, Py_ssize_t n_cells
) noexcept nogil:
    """Fill in the last level of a table of counts: what the others leave of each cell."""
    cdef int32_t *rest = counts + last_level * n_cells
    cdef Py_ssize_t cell, level
    for cell in range(n_cells):
        rest[cell] = <int32_t>sizes[cell]
    for level in range(last_level):
        for cell in range(n_cells):
            rest[cell] -= counts[level * n_cells + cell]
