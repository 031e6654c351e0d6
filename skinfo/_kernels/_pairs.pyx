"""Sums of n ln n over the contingency tables of all pairs of columns, in fixed point.

For columns of few levels, a level is a bit plane with one bit per sample, and a count is the
number of common bits of two planes. For columns of many levels, or with weights, samples are
counted one by one. Both sums are exact in fixed point, so they agree to the last bit in any order.
"""

from libc.stdint cimport int32_t, int64_t, uint8_t, uint64_t

import numpy as np

from skinfo._kernels._bitplanes cimport WORD, add_common, equal_bytes
from skinfo._kernels._fixed_point cimport fixed_xlogx, fixed_xlogx_of_count


# Planes ----------------------------------------------------------------------------------------


def pack_planes(
    const uint8_t[::1] codes,
    Py_ssize_t n_levels,
    Py_ssize_t first_plane,
    uint64_t[:, :, ::1] planes,
):
    """Fill the planes of one column: all levels but the last, whose counts follow from margins.

    Parameters
    ----------
    codes : ndarray of shape (n,), dtype uint8

    n_levels, first_plane : int

    planes : ndarray of shape (n_blocks, n_planes, n_words), dtype uint64
        Bit k of word w in block b stands for sample ``64 * (b * n_words + w) + k``. The planes of
        a block of samples are contiguous, so that they stay in the cache while pairs are counted.
    """
    cdef Py_ssize_t block, place, level, row, first
    cdef Py_ssize_t n = codes.shape[0]
    cdef Py_ssize_t n_words = planes.shape[2]
    # The last samples, fewer than a word has bits, padded to a word.
    cdef uint8_t[WORD] last
    cdef uint64_t bits
    with nogil:
        for row in range(n - n % WORD, n):
            last[row % WORD] = codes[row]
        for level in range(n_levels - 1):
            for block in range(planes.shape[0]):
                for place in range(n_words):
                    first = WORD * (block * n_words + place)
                    if first + WORD <= n:
                        bits = equal_bytes(&codes[first], <uint8_t>level)
                    elif first < n:
                        bits = equal_bytes(last, <uint8_t>level)
                        bits &= ~(<uint64_t>0) >> (WORD - n % WORD)
                    else:
                        bits = 0
                    planes[block, first_plane + level, place] = bits


cdef struct PlaneColumn:
    # A column as planes of a block of columns.
    Py_ssize_t first_plane  # in the block
    Py_ssize_t n_planes
    Py_ssize_t first_margin  # in the margins of all columns


def plane_pair_sums(
    const uint64_t[:, :, ::1] planes,
    const int64_t[::1] plane_starts,
    const int64_t[::1] margins,
    (Py_ssize_t, Py_ssize_t) block_a,
    (Py_ssize_t, Py_ssize_t) block_b,
    const int64_t[::1] table,
    double scale,
    int64_t[:, ::1] sums,
):
    """Store the sum of n ln n over the table of each pair of columns from two blocks.

    Parameters
    ----------
    planes : ndarray of shape (n_blocks, n_planes, n_words), dtype uint64
        From `pack_planes`.

    plane_starts : ndarray of shape (n_features + 1,), dtype int64
        Column f has the planes from ``plane_starts[f]`` to ``plane_starts[f + 1]``.

    margins : ndarray of shape (n_planes + n_features,), dtype int64
        Counts of each level of each column, from ``plane_starts[f] + f`` on.

    block_a, block_b : tuple of two ints
        First column and stop; the same block twice, or two disjoint blocks.

    table : ndarray of int64, from `fixed_xlogx_table`

    scale : float

    sums : ndarray of shape (n_features, n_features), dtype int64
        Entry (f, g) with f < g is filled, f of block_a and g of block_b.
    """
    cdef int32_t[:, ::1] common = common_bits(planes, plane_starts, block_a, block_b)
    sums_of_common_bits(common, plane_starts, margins, block_a, block_b, table, scale, sums)


cpdef common_bits(
    const uint64_t[:, :, ::1] planes,
    const int64_t[::1] plane_starts,
    (Py_ssize_t, Py_ssize_t) block_a,
    (Py_ssize_t, Py_ssize_t) block_b,
):
    """Return the number of common bits of each pair of planes from two blocks of columns.

    They add up over samples. Parameters are those of `plane_pair_sums`.

    Returns
    -------
    common : ndarray of shape (n_planes_a, n_planes_b), dtype int32
        For a block with itself only entries on and above the diagonal are valid.
    """
    cdef Py_ssize_t start_a = plane_starts[block_a[0]]
    cdef Py_ssize_t start_b = plane_starts[block_b[0]]
    cdef Py_ssize_t n_a = plane_starts[block_a[1]] - start_a
    cdef Py_ssize_t n_b = plane_starts[block_b[1]] - start_b
    out = np.zeros((n_a, n_b), np.int32)
    cdef int32_t[:, ::1] common = out
    with nogil:
        add_common_bits(planes, start_a, start_b, common)
    return out


ctypedef fused counted:
    int32_t
    int64_t


cpdef sums_of_common_bits(
    const counted[:, ::1] common,
    const int64_t[::1] plane_starts,
    const int64_t[::1] margins,
    (Py_ssize_t, Py_ssize_t) block_a,
    (Py_ssize_t, Py_ssize_t) block_b,
    const int64_t[::1] table,
    double scale,
    int64_t[:, ::1] sums,
):
    """Store the sums of `plane_pair_sums`, from the `common_bits` of all samples."""
    cdef Py_ssize_t f, g
    cdef PlaneColumn of_a, of_b
    with nogil:
        for f in range(block_a[0], block_a[1]):
            of_a = column_of(plane_starts, f, plane_starts[block_a[0]])
            for g in range(max(block_b[0], f + 1), block_b[1]):
                of_b = column_of(plane_starts, g, plane_starts[block_b[0]])
                sums[f, g] = completed_sum(common, of_a, of_b, margins, table, scale)


cdef void add_common_bits(
    const uint64_t[:, :, ::1] planes,
    Py_ssize_t start_a,
    Py_ssize_t start_b,
    int32_t[:, ::1] common,
) noexcept nogil:
    """Add the number of common bits of each pair of planes from two blocks of columns."""
    cdef Py_ssize_t rows
    cdef Py_ssize_t n_words = planes.shape[2]
    if common.shape[0] == 0 or common.shape[1] == 0 or n_words == 0:
        return
    for rows in range(planes.shape[0]):
        add_common(
            &planes[rows, start_a, 0],
            n_words,
            common.shape[0],
            &planes[rows, start_b, 0],
            n_words,
            common.shape[1],
            n_words,
            start_a == start_b,
            &common[0, 0],
            common.shape[1],
        )


cdef inline PlaneColumn column_of(
    const int64_t[::1] plane_starts, Py_ssize_t f, Py_ssize_t start
) noexcept nogil:
    """Return column f of the block whose planes begin at `start`."""
    cdef PlaneColumn column
    column.first_plane = plane_starts[f] - start
    column.n_planes = plane_starts[f + 1] - plane_starts[f]
    column.first_margin = plane_starts[f] + f
    return column


cdef int64_t completed_sum(
    const counted[:, ::1] common,
    PlaneColumn a,
    PlaneColumn b,
    const int64_t[::1] margins,
    const int64_t[::1] table,
    double scale,
) noexcept nogil:
    """Return the sum of n ln n over a table whose last row and column follow from its margins."""
    cdef Py_ssize_t i, j
    cdef int64_t count, rest
    cdef int64_t total = 0
    cdef int64_t corner = margins[b.first_margin + b.n_planes]
    for i in range(a.n_planes):
        rest = margins[a.first_margin + i]
        for j in range(b.n_planes):
            count = common[a.first_plane + i, b.first_plane + j]
            rest -= count
            total += fixed_xlogx_of_count(count, table, scale)
        total += fixed_xlogx_of_count(rest, table, scale)
        corner -= rest
    for j in range(b.n_planes):
        rest = margins[b.first_margin + j]
        for i in range(a.n_planes):
            rest -= common[a.first_plane + i, b.first_plane + j]
        total += fixed_xlogx_of_count(rest, table, scale)
    return total + fixed_xlogx_of_count(corner, table, scale)


# Rows ------------------------------------------------------------------------------------------


def row_pair_sums(
    const int32_t[::1] codes,
    Py_ssize_t n_levels,
    const int64_t[::1] order,
    const int32_t[:, ::1] others,
    const int64_t[::1] others_levels,
    const double[::1] weights,
    const int64_t[::1] table,
    double scale,
):
    """Return the sum of n ln n over the tables of one column with each of some others.

    Parameters
    ----------
    codes : ndarray of shape (n,), dtype int32

    n_levels : int

    order : ndarray of shape (n,) or (0,), dtype int64
        A stable sort of the samples by code. Needed only if `is_sparse` for one of the others.

    others : ndarray of shape (n_others, n), dtype int32

    others_levels : ndarray of shape (n_others,), dtype int64

    weights : ndarray of shape (n,) or (0,), dtype float64
        Empty if all weights are one.

    table : ndarray of int64, from `fixed_xlogx_table`

    scale : float

    Returns
    -------
    sums : ndarray of shape (n_others,), dtype int64
    """
    cdef Py_ssize_t index, levels
    cdef Py_ssize_t n = codes.shape[0]
    cdef Py_ssize_t most = 0
    for index in range(others.shape[0]):
        levels = others_levels[index]
        most = max(most, levels if is_sparse(n, n_levels, levels) else n_levels * levels)
    cdef double[::1] sizes = np.empty(most)
    cdef int32_t[::1] even = np.empty(most, np.int32)
    cdef int32_t[::1] odd = np.empty(most, np.int32)
    out = np.empty(others.shape[0], np.int64)
    cdef int64_t[::1] sums = out
    with nogil:
        for index in range(others.shape[0]):
            levels = others_levels[index]
            if is_sparse(n, n_levels, levels):
                sums[index] = grouped_sum(
                    codes, order, others[index], levels, weights, table, scale, sizes
                )
            elif weights.shape[0]:
                sums[index] = weighed_sum(
                    codes, others[index], n_levels, levels, weights, table, scale, sizes
                )
            else:
                sums[index] = counted_sum(
                    codes, others[index], n_levels, levels, table, scale, even, odd
                )
    return out


cpdef bint is_sparse(Py_ssize_t n, Py_ssize_t n_levels, Py_ssize_t other_levels) noexcept nogil:
    """Return whether a table has more cells than samples: only occupied cells are then visited.

    Tables of up to 4096 cells are always counted densely, as they fit the first-level cache.
    """
    return n_levels * other_levels > max(n, 4096)


cdef int64_t counted_sum(
    const int32_t[::1] codes,
    const int32_t[::1] other,
    Py_ssize_t n_levels,
    Py_ssize_t other_levels,
    const int64_t[::1] table,
    double scale,
    int32_t[::1] even,
    int32_t[::1] odd,
) noexcept nogil:
    """Return the sum of n ln n over one table of unweighted samples."""
    cdef Py_ssize_t row, cell
    cdef int64_t total = 0
    for cell in range(n_levels * other_levels):
        even[cell] = 0
        odd[cell] = 0
    # Odd and even samples have separate tables, so that consecutive increments of a cell do not
    # wait for each other.
    for row in range(0, codes.shape[0] - 1, 2):
        even[codes[row] * other_levels + other[row]] += 1
        odd[codes[row + 1] * other_levels + other[row + 1]] += 1
    if codes.shape[0] % 2:
        row = codes.shape[0] - 1
        even[codes[row] * other_levels + other[row]] += 1
    for cell in range(n_levels * other_levels):
        total += fixed_xlogx_of_count(even[cell] + odd[cell], table, scale)
    return total


cdef int64_t weighed_sum(
    const int32_t[::1] codes,
    const int32_t[::1] other,
    Py_ssize_t n_levels,
    Py_ssize_t other_levels,
    const double[::1] weights,
    const int64_t[::1] table,
    double scale,
    double[::1] sizes,
) noexcept nogil:
    """Return the sum of n ln n over one table of weighted samples."""
    cdef Py_ssize_t row, cell
    cdef int64_t total = 0
    for cell in range(n_levels * other_levels):
        sizes[cell] = 0.0
    for row in range(codes.shape[0]):
        sizes[codes[row] * other_levels + other[row]] += weights[row]
    for cell in range(n_levels * other_levels):
        total += fixed_xlogx(sizes[cell], table, scale)
    return total


cpdef int64_t grouped_sum(
    const int32_t[::1] codes,
    const int64_t[::1] order,
    const int32_t[::1] other,
    Py_ssize_t other_levels,
    const double[::1] weights,
    const int64_t[::1] table,
    double scale,
    double[::1] sizes,
) noexcept nogil:
    """Return the sum of n ln n over the nonzero cells of one table, one row of it at a time.

    Parameters
    ----------
    sizes : ndarray of shape (other_levels,) or more, dtype float64
        Memory for one row of the table.
    """
    cdef Py_ssize_t place, level
    cdef Py_ssize_t start = 0
    cdef Py_ssize_t stop = 0
    cdef int64_t total = 0
    cdef bint is_weighted = weights.shape[0] > 0
    for level in range(other_levels):
        sizes[level] = 0.0
    while start < codes.shape[0]:
        while stop < codes.shape[0] and codes[order[stop]] == codes[order[start]]:
            sizes[other[order[stop]]] += weights[order[stop]] if is_weighted else 1.0
            stop += 1
        for place in range(start, stop):
            level = other[order[place]]
            total += fixed_xlogx(sizes[level], table, scale)
            sizes[level] = 0.0
        start = stop
    return total
