"""Information of all pairs of columns about y, from one contingency table per pair, in nats.

A table (n_levels of the first, n_levels of the second, n_classes) is counted, and all terms of the
pair are sums over its cells and margins. Counts are float64, as for weights.
"""

from libc.math cimport log
from libc.stdint cimport int32_t, int64_t, uint8_t
from libc.string cimport memcpy, memset

import numpy as np

from skinfo._kernels._elementary cimport xlogx
from skinfo._kernels._null cimport (
    N_LOGARITHMS,
    Margin,
    Moments,
    NullMeans,
    logarithms,
    moments_of_table,
    row_mean,
    slope_workspace,
    slope_workspace_size,
)

# Columns of the terms of `row_pair_terms`. The last nine are three tests. With synergy: of the
# pair given each class of y, of the first column and y given each level of the second, and of the
# second and y given each level of the first. Otherwise: of the pair, and zeros.
cpdef enum:
    SYNERGY
    NULL_MEAN
    SHARED
    SPREAD
    TESTS
    N_PAIR_TERMS = TESTS + 9


cdef class PairColumns:
    """Codes of columns, their counts by class, and derived quantities.

    Parameters
    ----------
    codes : ndarray of shape (n_features, n), dtype uint8

    n_levels : ndarray of shape (n_features,), dtype int64

    y : ndarray of shape (n,), dtype int32

    n_classes : int

    weights : ndarray of shape (n,) or (0,), dtype float64
        Empty if all weights are one.

    counts : ndarray of shape (n_all_levels, n_classes), dtype float64
        Counts of each level of each column, one column after the other.

    null_means : ndarray of shape (n_features,), dtype float64
        The mean of N times the information about y of each column, under independence.

    is_exact : bool
        Whether counts are integers, and null means of I(X_i, X_j; Y) exact.

    poisson : ndarray
        From `poisson_tables`.
    """

    cdef:
        const uint8_t[:, ::1] codes
        const int64_t[::1] n_levels
        const int32_t[::1] y
        Py_ssize_t n_classes
        const double[::1] weights
        const double[:, ::1] counts
        const double[::1] null_means
        const double[:, ::1] poisson
        bint is_exact
        int64_t[::1] starts  # (n_features + 1,), of the levels of each column
        double[::1] level_sizes  # (n_all_levels,)
        double[::1] class_sizes  # (n_classes,)
        double[::1] of_levels  # (n_features,), sums of x ln x over its levels
        double[::1] of_level_classes  # the same over levels and classes
        double of_classes
        double n
        Py_ssize_t most_levels

    def __init__(
        self, codes, n_levels, y, n_classes, weights, counts, null_means, is_exact, poisson
    ):
        cdef Py_ssize_t c, f, level
        self.codes = codes
        self.n_levels = n_levels
        self.y = y
        self.n_classes = n_classes
        self.weights = weights
        self.counts = counts
        self.null_means = null_means
        self.is_exact = is_exact
        self.poisson = poisson
        self.starts = np.concatenate([[0], np.cumsum(n_levels)]).astype(np.int64)
        self.level_sizes = counts.sum(axis=1)
        self.class_sizes = counts[: n_levels[0]].sum(axis=0)
        self.of_levels = np.zeros(len(n_levels))
        self.of_level_classes = np.zeros(len(n_levels))
        self.n = np.sum(self.class_sizes)
        self.most_levels = np.max(n_levels)
        self.of_classes = 0.0
        for c in range(self.n_classes):
            self.of_classes += xlogx(self.class_sizes[c])
        for f in range(self.n_levels.shape[0]):
            for level in range(self.starts[f], self.starts[f + 1]):
                self.of_levels[f] += xlogx(self.level_sizes[level])
                for c in range(self.n_classes):
                    self.of_level_classes[f] += xlogx(self.counts[level, c])


cdef struct Pair:
    # Two columns, with pointers to their counts.
    Py_ssize_t i, j
    Py_ssize_t n_i, n_j, n_classes
    const double *cells  # (n_i, n_j, n_classes)
    const double *sizes  # (n_i, n_j), sums over classes
    const double *i_classes  # (n_i, n_classes)
    const double *j_classes  # (n_j, n_classes)
    const double *i_sizes  # (n_i,)
    const double *j_sizes  # (n_j,)


cdef struct Workspace:
    # Workspace for the margins of a stratum, positive sums only, and their moments.
    double *rows
    double *columns
    double *slope


cdef struct Strata:
    # Sums of the strata of a margin: entry (level, stratum) of a table, by strides.
    const double *sums
    Py_ssize_t n_levels
    Py_ssize_t by_level
    Py_ssize_t by_stratum


cdef class PairMemory:
    """Workspace for the table of a pair, and cached null means.

    Parameters
    ----------
    columns : PairColumns
    """

    cdef:
        double[::1] cells
        double[::1] sizes
        int32_t[:, ::1] counts
        double[::1] margins
        double[::1] slope
        double[::1] known
        Workspace work
        NullMeans means

    def __init__(self, PairColumns columns):
        cdef Py_ssize_t most = columns.most_levels
        cdef Py_ssize_t longest = max(most, columns.n_classes)
        cdef Py_ssize_t n_known = <Py_ssize_t>columns.n + 1 if columns.is_exact else 1
        self.cells = np.empty(most * most * columns.n_classes)
        self.sizes = np.empty(most * most)
        self.counts = np.empty((2, most * most * columns.n_classes), np.int32)
        self.margins = np.empty(2 * longest)
        self.slope = np.empty(slope_workspace_size(longest, longest))
        self.known = np.full(n_known, np.nan)
        self.work = Workspace(&self.margins[0], &self.margins[longest], &self.slope[0])
        self.means = NullMeans(
            columns.n,
            Margin(&columns.class_sizes[0], NULL, columns.n_classes),
            &columns.poisson[0, 0],
            columns.is_exact,
            NULL,
        )
        if columns.is_exact:
            self.means.known = &self.known[0]


def row_pair_terms(
    PairColumns columns,
    Py_ssize_t first,
    Py_ssize_t step,
    const uint8_t[::1] in_planes,
    double[:, ::1] terms,
):
    """Fill in the terms of pairs (i, j), i < j, of the columns j = first, first + step, ...

    Samples are counted one by one.

    Parameters
    ----------
    columns : PairColumns

    first, step : int

    in_planes : ndarray of shape (n_features,), dtype uint8
        Pairs of two such columns are skipped.

    terms : ndarray of shape (n_features * (n_features - 1) / 2, N_PAIR_TERMS), dtype float64
        Pair (i, j) is row ``j * (j - 1) / 2 + i``. In nats times N: the plug-in synergy
        I(X_i, X_j; Y) - I(X_i; Y) - I(X_j; Y), and the smaller of its means if y is independent
        of the pair, and if the two are independent, also given y; the plug-in I(X_i; X_j);
        N^2 times the variance, to first order, of the plug-in synergy; and information, null mean
        and null variance of each test.
    """
    cdef Py_ssize_t i, j, row
    cdef PairMemory memory = PairMemory(columns)
    cdef int32_t[::1] place = np.empty(columns.codes.shape[1], np.int32)
    cdef Pair pair
    with nogil:
        j = first
        while j < columns.n_levels.shape[0]:
            for row in range(columns.codes.shape[1]):
                place[row] = columns.codes[j, row] * columns.n_classes + columns.y[row]
            for i in range(j):
                if in_planes[i] and in_planes[j]:
                    continue
                pair = pair_of(columns, i, j, memory)
                if columns.weights.shape[0]:
                    add_weights(columns, pair, place, &memory.cells[0])
                else:
                    count(columns, pair, place, memory.counts, &memory.cells[0])
                fill_terms(columns, pair, memory, &terms[j * (j - 1) // 2 + i, 0])
            j += step


def plane_pair_terms(
    PairColumns columns,
    const int64_t[::1] features,
    const int32_t[:, :, ::1] common,
    const int64_t[::1] plane_starts,
    (Py_ssize_t, Py_ssize_t) block_a,
    (Py_ssize_t, Py_ssize_t) block_b,
    double[:, ::1] terms,
):
    """Fill in the terms of the pairs of columns from two blocks, given the counts of their planes.

    Parameters
    ----------
    columns : PairColumns

    features : ndarray of int64
        The columns that have planes, increasing.

    common : ndarray of shape (n_classes, n_planes_a, n_planes_b), dtype int32
        The `common_bits` of the samples of each class.

    plane_starts, block_a, block_b
        As in `common_bits`; the same block twice, or `block_a` the first one.

    terms : ndarray
        As in `row_pair_terms`.
    """
    cdef Py_ssize_t f, g, i, j
    cdef PairMemory memory = PairMemory(columns)
    cdef Pair pair
    with nogil:
        for f in range(block_a[0], block_a[1]):
            i = features[f]
            for g in range(max(block_b[0], f + 1), block_b[1]):
                j = features[g]
                pair = pair_of(columns, i, j, memory)
                complete(
                    pair,
                    common,
                    plane_starts[f] - plane_starts[block_a[0]],
                    plane_starts[g] - plane_starts[block_b[0]],
                    &memory.cells[0],
                )
                fill_terms(columns, pair, memory, &terms[j * (j - 1) // 2 + i, 0])


cdef Pair pair_of(
    PairColumns columns, Py_ssize_t i, Py_ssize_t j, PairMemory memory
) noexcept nogil:
    """Return a pair of columns with counts in the given workspace."""
    return Pair(
        i,
        j,
        columns.n_levels[i],
        columns.n_levels[j],
        columns.n_classes,
        &memory.cells[0],
        &memory.sizes[0],
        &columns.counts[columns.starts[i], 0],
        &columns.counts[columns.starts[j], 0],
        &columns.level_sizes[columns.starts[i]],
        &columns.level_sizes[columns.starts[j]],
    )


cdef void count(
    PairColumns columns,
    Pair pair,
    const int32_t[::1] place,
    int32_t[:, ::1] counts,
    double *cells,
) noexcept nogil:
    """Fill in the counts of a pair, from the index of each row in the table of j with y."""
    cdef Py_ssize_t k, row
    cdef Py_ssize_t n_rows = columns.codes.shape[1]
    cdef Py_ssize_t n_places = pair.n_j * pair.n_classes
    cdef Py_ssize_t n_cells = pair.n_i * n_places
    cdef const uint8_t *codes = &columns.codes[pair.i, 0]
    # Odd and even samples have separate tables, so that consecutive increments of a cell do not
    # wait for each other.
    cdef int32_t *even = &counts[0, 0]
    cdef int32_t *odd = &counts[1, 0]
    memset(even, 0, n_cells * sizeof(int32_t))
    memset(odd, 0, n_cells * sizeof(int32_t))
    for row in range(0, n_rows - 1, 2):
        even[codes[row] * n_places + place[row]] += 1
        odd[codes[row + 1] * n_places + place[row + 1]] += 1
    if n_rows % 2:
        row = n_rows - 1
        even[codes[row] * n_places + place[row]] += 1
    for k in range(n_cells):
        cells[k] = even[k] + odd[k]


cdef void add_weights(
    PairColumns columns, Pair pair, const int32_t[::1] place, double *cells
) noexcept nogil:
    """Fill in the sums of weights of a pair."""
    cdef Py_ssize_t row
    cdef Py_ssize_t n_places = pair.n_j * pair.n_classes
    cdef const uint8_t *codes = &columns.codes[pair.i, 0]
    memset(cells, 0, pair.n_i * n_places * sizeof(double))
    for row in range(columns.codes.shape[1]):
        cells[codes[row] * n_places + place[row]] += columns.weights[row]


cdef void complete(
    Pair pair,
    const int32_t[:, :, ::1] common,
    Py_ssize_t first_i,
    Py_ssize_t first_j,
    double *cells,
) noexcept nogil:
    """Fill in the counts of a pair from those of planes; last levels follow from margins."""
    cdef Py_ssize_t a, b, c
    cdef Py_ssize_t n_classes = pair.n_classes
    cdef Py_ssize_t n_places = pair.n_j * n_classes
    cdef Py_ssize_t last_i = (pair.n_i - 1) * n_places
    cdef Py_ssize_t last_j = (pair.n_j - 1) * n_classes
    cdef double count
    for b in range(pair.n_j):
        for c in range(n_classes):
            cells[last_i + b * n_classes + c] = pair.j_classes[b * n_classes + c]
    for a in range(pair.n_i - 1):
        for c in range(n_classes):
            cells[a * n_places + last_j + c] = pair.i_classes[a * n_classes + c]
            cells[last_i + last_j + c] -= pair.i_classes[a * n_classes + c]
        for b in range(pair.n_j - 1):
            for c in range(n_classes):
                count = common[c, first_i + a, first_j + b]
                cells[a * n_places + b * n_classes + c] = count
                cells[a * n_places + last_j + c] -= count
                cells[last_i + b * n_classes + c] -= count
                cells[last_i + last_j + c] += count


cdef void sum_classes(Pair pair, double *sizes) noexcept nogil:
    """Fill in the sums of a table over classes."""
    cdef Py_ssize_t c, k
    for k in range(pair.n_i * pair.n_j):
        sizes[k] = 0.0
        for c in range(pair.n_classes):
            sizes[k] += pair.cells[k * pair.n_classes + c]


cdef void fill_terms(
    PairColumns columns, Pair pair, PairMemory memory, double *terms
) noexcept nogil:
    """Fill in the terms of a counted pair."""
    cdef Py_ssize_t k
    cdef double of_cells = 0.0
    cdef double of_sizes = 0.0
    cdef double null_mean = 0.0
    cdef double given_mean
    cdef double shared[3]
    cdef const double *poisson = memory.means.poisson
    cdef Workspace work = memory.work
    cdef double of_all = xlogx(columns.n)
    cdef double of_i = columns.of_levels[pair.i]
    cdef double of_j = columns.of_levels[pair.j]
    cdef double i_classes = columns.of_level_classes[pair.i]
    cdef double j_classes = columns.of_level_classes[pair.j]
    sum_classes(pair, &memory.sizes[0])
    for k in range(pair.n_i * pair.n_j * pair.n_classes):
        of_cells += lookup(pair.cells[k]) * pair.cells[k]
    for k in range(pair.n_i * pair.n_j):
        if pair.sizes[k] > 0.0:
            of_sizes += lookup(pair.sizes[k]) * pair.sizes[k]
            null_mean += row_mean(&memory.means, pair.sizes[k])
    memset(terms, 0, N_PAIR_TERMS * sizeof(double))
    terms[SHARED] = of_sizes - of_i - of_j + of_all
    terms[SYNERGY] = of_cells - of_sizes - i_classes - j_classes
    terms[SYNERGY] += columns.of_classes + of_i + of_j - of_all
    terms[SPREAD] = spread(columns, pair)
    # Tests of the pair, unconditionally and given each class of y.
    fill_test(
        terms[SHARED],
        Strata(pair.i_sizes, pair.n_i, 1, 0),
        Strata(pair.j_sizes, pair.n_j, 1, 0),
        1,
        poisson,
        work,
        shared,
    )
    fill_test(
        of_cells - i_classes - j_classes + columns.of_classes,
        Strata(pair.i_classes, pair.n_i, pair.n_classes, 1),
        Strata(pair.j_classes, pair.n_j, pair.n_classes, 1),
        pair.n_classes,
        poisson,
        work,
        terms + TESTS,
    )
    null_mean -= columns.null_means[pair.i] + columns.null_means[pair.j]
    given_mean = terms[TESTS + 1] - shared[1]
    terms[NULL_MEAN] = given_mean if given_mean < null_mean else null_mean
    if terms[SYNERGY] <= terms[NULL_MEAN]:
        memcpy(terms + TESTS, shared, 3 * sizeof(double))
        return
    fill_test(
        of_cells - of_sizes - j_classes + of_j,
        Strata(pair.sizes, pair.n_i, pair.n_j, 1),
        Strata(pair.j_classes, pair.n_classes, 1, pair.n_classes),
        pair.n_j,
        poisson,
        work,
        terms + TESTS + 3,
    )
    fill_test(
        of_cells - of_sizes - i_classes + of_i,
        Strata(pair.sizes, pair.n_j, 1, pair.n_j),
        Strata(pair.i_classes, pair.n_classes, 1, pair.n_classes),
        pair.n_i,
        poisson,
        work,
        terms + TESTS + 6,
    )


cdef double spread(PairColumns columns, Pair pair) noexcept nogil:
    """Return the sum of n w^2 over cells, where the plug-in synergy is the mean of w.

    w = ln(n_ijy n_i n_j n_y / (n_ij n_iy n_jy N)) is, up to a constant, the gradient of the
    plug-in synergy in the proportions (the delta method). It is not centred: its null mean is 0.
    """
    cdef Py_ssize_t a, b, c
    cdef double count, w, of_pair
    cdef double squares = 0.0
    cdef double of_all = log(columns.n)
    cdef const double *cells = pair.cells
    for a in range(pair.n_i):
        for b in range(pair.n_j):
            if pair.sizes[a * pair.n_j + b] == 0.0:
                cells += pair.n_classes
                continue
            of_pair = lookup(pair.i_sizes[a]) + lookup(pair.j_sizes[b]) - of_all
            of_pair -= lookup(pair.sizes[a * pair.n_j + b])
            for c in range(pair.n_classes):
                count = cells[c]
                if count > 0.0:
                    w = lookup(count) + lookup(columns.class_sizes[c]) + of_pair
                    w -= lookup(pair.i_classes[a * pair.n_classes + c])
                    w -= lookup(pair.j_classes[b * pair.n_classes + c])
                    squares += count * w * w
            cells += pair.n_classes
    return squares


cdef inline double lookup(double count) noexcept nogil:
    """Return ln of a count, zero for zero."""
    if count < N_LOGARITHMS and <Py_ssize_t>count == count:
        return logarithms()[<Py_ssize_t>count]
    return log(count)


cdef void fill_test(
    double information,
    Strata rows,
    Strata columns,
    Py_ssize_t n_strata,
    const double *poisson,
    Workspace work,
    double *test,
) noexcept nogil:
    """Fill in information and its null mean and variance, summed over strata."""
    cdef Py_ssize_t z, n_rows, n_columns
    cdef double n
    cdef Moments moments
    cdef NullMeans means
    cdef Margin of_rows, of_columns
    test[0] = information if information > 0.0 else 0.0
    test[1] = test[2] = 0.0
    for z in range(n_strata):
        n_rows = keep_positive(rows, z, work.rows, &n)
        n_columns = keep_positive(columns, z, work.columns, &n)
        of_rows = Margin(work.rows, NULL, n_rows)
        of_columns = Margin(work.columns, NULL, n_columns)
        means = NullMeans(n, of_columns, poisson, False, NULL)
        moments = moments_of_table(
            of_rows, &means, slope_workspace(work.slope, n_rows, n_columns)
        )
        test[1] += moments.mean
        test[2] += moments.variance


cdef Py_ssize_t keep_positive(
    Strata strata, Py_ssize_t z, double *kept, double *total
) noexcept nogil:
    """Copy the positive sums of a stratum, set their total, and return their number."""
    cdef Py_ssize_t k
    cdef Py_ssize_t n = 0
    cdef double size
    total[0] = 0.0
    for k in range(strata.n_levels):
        size = strata.sums[k * strata.by_level + z * strata.by_stratum]
        if size > 0.0:
            kept[n] = size
            total[0] += size
            n += 1
    return n
