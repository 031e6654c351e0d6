"""Joint information of pairs of columns about y, given states: N * I(X,W;Y|T) of all pairs.

Samples are sorted by state and class, and each such group begins a new word of a plane. A count
of two levels in a group is then the number of common bits of two planes in its words. The counts
of last levels follow from margins. A column X may itself be a joint state of two: then these are
triples.

Sums are in fixed point, exact in any order of cells and columns.
"""

from libc.stdint cimport int32_t, int64_t, uint8_t, uint64_t

import numpy as np

from skinfo._kernels._bitplanes cimport (
    TILE_COLUMNS,
    TILE_ROWS,
    WORD,
    count_common,
    equal_bytes,
    popcount,
)
from skinfo._kernels._contingency cimport ContingencyTables, most_levels
from skinfo._kernels._fixed_point cimport fixed_xlogx, fixed_xlogx_of_count, in_units
from skinfo._kernels._null cimport cell_excess, hypergeometric_excess

# Number of planes that may be read beyond the last one of a column: a tile minus one.
SPARE_PLANES = TILE_COLUMNS - 1


def pack_groups(
    const uint8_t[:, :] codes,
    const int64_t[::1] n_levels,
    const int64_t[::1] order,
    const int64_t[::1] group_words,
    const int64_t[::1] plane_starts,
    uint64_t[:, ::1] planes,
    int32_t[:, ::1] margins,
):
    """Fill the planes, all levels but the last, and the margins of columns.

    Parameters
    ----------
    codes : ndarray of shape (n_features, n or more), dtype uint8

    n_levels : ndarray of shape (n_features,), dtype int64
        At most 255.

    order : ndarray of shape (64 n_words,), dtype int64
        The sample of each bit; -1 for none.

    group_words : ndarray of shape (n_groups + 1,), dtype int64
        Group g has the words from ``group_words[g]`` to ``group_words[g + 1]``.

    plane_starts : ndarray of shape (n_features + 1,), dtype int64
        Column f has the planes from ``plane_starts[f]`` to ``plane_starts[f + 1]``.

    planes : ndarray of shape (n_words, n_planes + SPARE_PLANES or more), dtype uint64

    margins : ndarray of shape (n_groups, n_planes + n_features), dtype int32
        The counts of each level, those of column f from ``plane_starts[f] + f`` on.
    """
    cdef Py_ssize_t f, group, level, place, row, word
    cdef Py_ssize_t n_rows = order.shape[0]
    cdef uint64_t bits
    cdef uint8_t[::1] column = np.empty(n_rows, np.uint8)
    with nogil:
        for f in range(n_levels.shape[0]):
            for row in range(n_rows):
                column[row] = codes[f, order[row]] if order[row] >= 0 else 255
            for group in range(margins.shape[0]):
                for level in range(n_levels[f]):
                    place = plane_starts[f] + level
                    margins[group, place + f] = 0
                    for word in range(group_words[group], group_words[group + 1]):
                        bits = equal_bytes(&column[word * WORD], <uint8_t>level)
                        margins[group, place + f] += <int32_t>popcount(bits)
                        if level < n_levels[f] - 1:
                            planes[word, place] = bits


cdef class JointNull:
    """Null mean of N * I(X,W;Y|T): the contribution of a joint level of X and W in a state of T.

    It is a hypergeometric mean, as in `expected_information`, or that of `cell_excess` for weights
    that are not integers.

    Parameters
    ----------
    class_sizes : ndarray of shape (n_states, n_classes), dtype float64

    exact : bool
        Whether sizes are integers.

    scale : float
        Means are in units of 1 / scale.

    n_known : int
        At least one. The means of smaller sizes are cached.

    poisson : ndarray
        From `poisson_tables`.
    """

    cdef const double[:, ::1] class_sizes
    cdef bint exact
    cdef double scale
    cdef const double[:, ::1] poisson
    cdef double[::1] state_sizes
    cdef int64_t[::1] known
    cdef Py_ssize_t[::1] starts  # of each state, in `known`

    def __init__(
        self,
        const double[:, ::1] class_sizes,
        bint exact,
        double scale,
        Py_ssize_t n_known,
        const double[:, ::1] poisson,
    ):
        cdef Py_ssize_t c, size, state
        cdef Py_ssize_t n_states = class_sizes.shape[0]
        self.class_sizes = class_sizes
        self.exact = exact
        self.scale = scale
        self.poisson = poisson
        self.state_sizes = np.sum(class_sizes, axis=1)
        # The size zero is always known.
        n_sizes = np.minimum(self.state_sizes, n_known - 1 if exact else 0) + 1
        self.starts = np.concatenate([[0], np.cumsum(n_sizes)]).astype(np.intp)
        self.known = np.zeros(self.starts[n_states], np.int64)
        with nogil:
            for state in range(n_states):
                for size in range(1, self.starts[state + 1] - self.starts[state]):
                    self.known[self.starts[state] + size] = self.computed(state, size)

    cdef int64_t computed(self, Py_ssize_t state, double size) noexcept nogil:
        """Return the contribution of a joint level of this size."""
        cdef Py_ssize_t c
        cdef double total = 0.0
        cdef double n = self.state_sizes[state]
        for c in range(self.class_sizes.shape[1]):
            if self.class_sizes[state, c] <= 0.0:
                continue
            if self.exact:
                total += hypergeometric_excess(n, size, self.class_sizes[state, c])
            else:
                total += cell_excess(n, size, self.class_sizes[state, c], &self.poisson[0, 0])
        return in_units(total, self.scale)

    cdef inline int64_t of_count(self, Py_ssize_t state, int64_t size) noexcept nogil:
        """Return the contribution for an integer size, from the cache if possible."""
        if size < self.starts[state + 1] - self.starts[state]:
            return self.known[self.starts[state] + size]
        return self.computed(state, size)

    cdef inline int64_t of_size(self, Py_ssize_t state, double size) noexcept nogil:
        """Return the contribution for any size."""
        if size < self.starts[state + 1] - self.starts[state] and <int64_t>size == size:
            return self.known[self.starts[state] + <int64_t>size]
        return self.computed(state, size)


def joint_information(
    ContingencyTables tables,
    const int64_t[::1] features,
    const int64_t[::1] parents,
    const uint8_t[:, ::1] groups,
    int64_t of_groups,
    const int64_t[::1] xlogx,
    double scale,
    JointNull null,
):
    """Return N * I(X,W;Y|T) and its null mean of columns X, from tables with states of T and W.

    Parameters
    ----------
    tables : ContingencyTables
        Tables of these columns, with states each of which is within one state of T.

    features : ndarray of int64

    parents : ndarray of shape (n_states,), dtype int64
        The state of T.

    groups : ndarray of shape (n_features, n_levels) or (0, 0), dtype uint8
        Group of each level of a column, for counts of groups; empty for counts of levels.

    of_groups, xlogx, scale, null
        See `pair_information`.

    Returns
    -------
    information, null_means : ndarray of shape (len(features),), dtype int64
        In units of 1 / scale.
    """
    cdef Py_ssize_t n_cells = tables.n_cells
    cdef Py_ssize_t n_classes = tables.n_classes
    cdef Py_ssize_t most = most_levels(tables.n_levels, features)
    cdef Py_ssize_t c, i, index, level, n_groups, state, x
    cdef bint is_grouped = groups.shape[0] > 0
    cdef double count, size
    cdef double[::1] table = np.empty(most * n_cells)
    found, null_found = np.empty((2, features.shape[0]), np.int64)
    cdef int64_t[::1] information = found
    cdef int64_t[::1] null_means = null_found
    cdef int64_t total, of_null
    with nogil:
        for i in range(features.shape[0]):
            x = features[i]
            tables.count(x)
            for index in range(most * n_cells):
                table[index] = 0.0
            n_groups = 0
            for level in range(tables.n_levels[x]):
                index = groups[x, level] if is_grouped else level
                n_groups = max(n_groups, index + 1)
                index *= n_cells
                for c in range(n_cells):
                    table[index + c] += (
                        tables.weighted[level * n_cells + c]
                        if tables.is_weighted
                        else tables.counts[level * n_cells + c]
                    )
            total, of_null = of_groups, 0
            for index in range(n_groups * tables.n_states):
                state = index % tables.n_states
                size = 0.0
                for c in range(n_classes):
                    count = table[index * n_classes + c]
                    size += count
                    total += fixed_xlogx(count, xlogx, scale)
                total -= fixed_xlogx(size, xlogx, scale)
                of_null += null.of_size(parents[state], size)
            information[i] = total
            null_means[i] = of_null
    return found, null_found


cdef struct PlaneColumns:
    # Columns as planes, with the layout (word, plane).
    const uint64_t *planes
    Py_ssize_t stride
    const int64_t *starts
    const int32_t *margins
    Py_ssize_t margin_stride
    Py_ssize_t first  # of the columns that are used, and the last plus one
    Py_ssize_t last


def pair_information(
    const uint64_t[:, ::1] planes_a,
    const int64_t[::1] starts_a,
    const int32_t[:, ::1] margins_a,
    (Py_ssize_t, Py_ssize_t) columns_a,
    const uint64_t[:, ::1] planes_b,
    const int64_t[::1] starts_b,
    const int32_t[:, ::1] margins_b,
    (Py_ssize_t, Py_ssize_t) columns_b,
    Py_ssize_t ahead,
    const int64_t[::1] group_words,
    Py_ssize_t n_classes,
    int64_t of_groups,
    const int64_t[::1] xlogx,
    double scale,
    JointNull null,
    int64_t[:, ::1] information,
    int64_t[:, ::1] null_means,
):
    """Fill in N * I(X,W;Y|T) and its null mean for pairs of columns X of a and W of b.

    Parameters
    ----------
    planes_a, starts_a, margins_a, planes_b, starts_b, margins_b
        See `pack_groups`.

    columns_a, columns_b : tuple of two ints
        First column and stop.

    ahead : int
        Column f of a is paired with those of b from ``f + ahead`` on.

    group_words : ndarray of shape (n_states * n_classes + 1,), dtype int64
        Words of the groups, by state and class.

    n_classes : int

    of_groups : int
        The sum of n ln n over states minus that over groups, in units of 1 / scale.

    xlogx : ndarray of int64, from `fixed_xlogx_table`

    scale : float

    null : JointNull

    information, null_means : ndarray of shape (n_columns_a, n_columns_b), dtype int64
        Entry (f - first of a, g - first of b) is filled for pairs, in units of 1 / scale.
    """
    cdef Py_ssize_t n_groups = group_words.shape[0] - 1
    cdef Py_ssize_t n_a = starts_a[columns_a[1]] - starts_a[columns_a[0]]
    cdef Py_ssize_t n_b = starts_b[columns_b[1]] - starts_b[columns_b[0]]
    cdef Py_ssize_t height = (n_a + TILE_ROWS - 1) // TILE_ROWS * TILE_ROWS
    cdef Py_ssize_t width = (n_b + TILE_COLUMNS - 1) // TILE_COLUMNS * TILE_COLUMNS
    cdef Py_ssize_t cells = most_levels_of(starts_a, columns_a)
    cells *= most_levels_of(starts_b, columns_b)
    cdef Py_ssize_t f, g, group, state
    cdef PlaneColumns a = PlaneColumns(
        &planes_a[0, 0],
        planes_a.shape[1],
        &starts_a[0],
        &margins_a[0, 0],
        margins_a.shape[1],
        columns_a[0],
        columns_a[1],
    )
    cdef PlaneColumns b = PlaneColumns(
        &planes_b[0, 0],
        planes_b.shape[1],
        &starts_b[0],
        &margins_b[0, 0],
        margins_b.shape[1],
        columns_b[0],
        columns_b[1],
    )
    cdef int32_t[:, :, ::1] common = np.empty((n_groups, height + 1, width + 1), np.int32)
    cdef int32_t[:, ::1] table = np.empty((n_classes, cells), np.int32)
    cdef int64_t of_cells, of_sizes, of_null
    with nogil:
        for group in range(n_groups):
            count_common(
                a.planes + group_words[group] * a.stride + a.starts[a.first],
                a.stride,
                n_a,
                b.planes + group_words[group] * b.stride + b.starts[b.first],
                b.stride,
                n_b,
                group_words[group + 1] - group_words[group],
                &common[group, 0, 0],
                width + 1,
            )
        for f in range(a.first, a.last):
            for g in range(max(b.first, f + ahead), b.last):
                of_cells = of_groups
                of_null = 0
                for state in range(n_groups // n_classes):
                    for group in range(n_classes):
                        complete_table(
                            &common[state * n_classes + group, 0, 0],
                            width + 1,
                            &a,
                            f,
                            &b,
                            g,
                            state * n_classes + group,
                            &table[group, 0],
                        )
                    cells = levels_of(&a, f) * levels_of(&b, g)
                    of_cells += sum_table(
                        &table[0, 0],
                        table.shape[1],
                        cells,
                        n_classes,
                        xlogx,
                        scale,
                        null,
                        state,
                        &of_null,
                    )
                information[f - a.first, g - b.first] = of_cells
                null_means[f - a.first, g - b.first] = of_null


cdef inline Py_ssize_t levels_of(const PlaneColumns *columns, Py_ssize_t f) noexcept nogil:
    """Return the number of levels of a column."""
    return columns.starts[f + 1] - columns.starts[f] + 1


cdef Py_ssize_t most_levels_of(
    const int64_t[::1] starts, (Py_ssize_t, Py_ssize_t) columns
) noexcept nogil:
    """Return the maximum number of levels of the given columns."""
    cdef Py_ssize_t f
    cdef Py_ssize_t most = 1
    for f in range(columns[0], columns[1]):
        most = max(most, starts[f + 1] - starts[f] + 1)
    return most


cdef void complete_table(
    const int32_t *common,
    Py_ssize_t width,
    const PlaneColumns *a,
    Py_ssize_t f,
    const PlaneColumns *b,
    Py_ssize_t g,
    Py_ssize_t group,
    int32_t *table,
) noexcept nogil:
    """Fill the table (levels of f, levels of g) of a group from counts of all but last levels."""
    cdef Py_ssize_t i, j
    cdef Py_ssize_t last_a = levels_of(a, f) - 1
    cdef Py_ssize_t last_b = levels_of(b, g) - 1
    cdef const int32_t *rows = a.margins + group * a.margin_stride + a.starts[f] + f
    cdef const int32_t *columns = b.margins + group * b.margin_stride + b.starts[g] + g
    cdef int32_t *rest = table + last_a * (last_b + 1)
    cdef int32_t last
    common += (a.starts[f] - a.starts[a.first]) * width + b.starts[g] - b.starts[b.first]
    for j in range(last_b + 1):
        rest[j] = columns[j]
    for i in range(last_a):
        last = rows[i]
        for j in range(last_b):
            table[j] = common[j]
            last -= common[j]
            rest[j] -= common[j]
        table[last_b] = last
        rest[last_b] -= last
        table += last_b + 1
        common += width


cdef int64_t sum_table(
    const int32_t *table,
    Py_ssize_t stride,
    Py_ssize_t n_cells,
    Py_ssize_t n_classes,
    const int64_t[::1] xlogx,
    double scale,
    JointNull null,
    Py_ssize_t state,
    int64_t *of_null,
) noexcept nogil:
    """Return the sum of n ln n over a table (n_classes, n_cells) minus that over its margin.

    The null mean is added to `of_null`.
    """
    cdef Py_ssize_t c, k
    cdef int32_t count, size
    cdef int64_t total = 0
    for k in range(n_cells):
        size = 0
        for c in range(n_classes):
            count = table[c * stride + k]
            size += count
            total += fixed_xlogx_of_count(count, xlogx, scale)
        total -= fixed_xlogx_of_count(size, xlogx, scale)
        of_null[0] += null.of_count(state, size)
    return total
