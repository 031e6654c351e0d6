"""Counts of codes: columns against classes, and all pairs of columns.

Three ways to a count. Against classes, one pass over the bytes adds one to a
table that stays in the first cache. Between columns of few levels, a level is a
plane of bits and a count is the number of bits set in both planes. Between
columns of many levels, or with weights, rows are added up again.

Sums of x ln x over a table are 64-bit fixed-point numbers: integers add up to
the same total in any order, so that no order of rows, levels, columns or
threads leaves a trace.
"""

import math

import numpy as np
from numba.core import types
from numba.extending import intrinsic

from skinfo._kernels._entropy import xlogx
from skinfo._kernels._jit import kernel
from skinfo._kernels._null import cell_excess, hypergeometric_excess, series_excess

# Planes worked on together: three of one column by three of another fill the registers.
TILE = 3

# From this mean on, four terms of a series are worth more digits than a float keeps.
SERIES_MEAN = 256.0


# ---- columns against classes


@kernel
def count_classes(codes, row_step, column_step, y, rows, columns, n_levels, n_classes):
    """Return how often each level meets each class, over some rows and columns.

    Columns next to each other take turns, so that two increments of one counter
    are rarely close enough for the second to wait for the first.

    Parameters
    ----------
    codes : ndarray of shape (n * n_features,), dtype uint8
        A C-ordered table seen as flat: the code of row r and column j is at
        ``r * row_step + j * column_step``, which tells one a row from one a column.

    row_step, column_step : int

    y : ndarray of shape (n,), dtype int32

    rows, columns : tuple of two ints
        First, and last plus one. Few columns (64 or so) keep the tables in the cache.

    n_levels, n_classes : int

    Returns
    -------
    counts : ndarray of shape (n_classes, n_columns, n_levels), dtype int32
    """
    width = columns[1] - columns[0]
    counts = np.zeros(n_classes * width * n_levels, np.int32)
    class_size = np.uintp(width * n_levels)
    for row in range(rows[0], rows[1]):
        # Unsigned: no place is ever negative, and Numba need not test for that.
        table = np.uintp(y[row]) * class_size
        first = np.uintp(row * row_step + columns[0] * column_step)
        for j in range(width):
            code = codes[first + np.uintp(j * column_step)]
            place = table + np.uintp(j * n_levels) + np.uintp(code)
            counts[place] = counts[place] + np.int32(1)
    return counts.reshape((n_classes, width, n_levels))


@kernel
def weigh_classes(codes, row_step, column_step, y, weights, rows, columns, n_levels, n_classes):
    """Return what `count_classes` does, each row with its weight, as float64."""
    width = columns[1] - columns[0]
    counts = np.zeros(n_classes * width * n_levels)
    class_size = np.uintp(width * n_levels)
    for row in range(rows[0], rows[1]):
        table = np.uintp(y[row]) * class_size
        first = np.uintp(row * row_step + columns[0] * column_step)
        weight = weights[row]
        for j in range(width):
            code = codes[first + np.uintp(j * column_step)]
            place = table + np.uintp(j * n_levels) + np.uintp(code)
            counts[place] = counts[place] + weight
    return counts.reshape((n_classes, width, n_levels))


# ---- fixed point


@kernel
def xlogx_table(size, scale):
    """Return ``x ln x`` of 0, ..., size - 1 in units of 1 / scale, dtype int64."""
    table = np.empty(size, np.int64)
    for x in range(size):
        table[x] = np.int64(np.rint(xlogx(np.float64(x)) * scale))
    return table


@kernel
def fixed_xlogx(x, table, scale):
    """Return ``x ln x`` of a float64 in units of 1 / scale, looked up where it can be."""
    whole = np.int64(x)
    if whole < table.shape[0] and np.float64(whole) == x:
        return table[whole]
    return np.int64(np.rint(xlogx(x) * scale))


@kernel
def level_sums(codes, n_levels, weights):
    """Return counts (n_levels,) float64 of one column of codes int32; no weights for ones."""
    sums = np.zeros(n_levels)
    for row in range(codes.shape[0]):
        sums[codes[row]] += weights[row] if weights.shape[0] else 1.0
    return sums


@kernel
def sum_fixed_xlogx(values, table, scale):
    """Return the sum of ``x ln x`` over a vector of float64, in units of 1 / scale."""
    total = np.int64(0)
    for i in range(values.shape[0]):
        total += fixed_xlogx(values[i], table, scale)
    return total


# ---- pairs of columns of few levels: planes of bits


@intrinsic
def popcount(typing_context, word):
    """Return how many bits of a uint64 are set: one instruction, or a vector of them."""
    signature = types.uint64(types.uint64)

    def generate(context, builder, signature, arguments):
        return builder.ctpop(arguments[0])

    return signature, generate


@kernel
def pack_planes(codes, n_levels, first_plane, planes):
    """Fill the planes of one column, all its levels but the last: that one follows from the rest.

    Parameters
    ----------
    codes : ndarray of shape (n,), dtype uint8

    n_levels, first_plane : int

    planes : ndarray of shape (n_blocks, n_planes, n_words), dtype uint64
        Bit k of word w in block b stands for row ``64 * (b * n_words + w) + k``.
        A block of rows is together in memory, all planes of it.
    """
    n_words = planes.shape[2]
    words = np.empty(n_levels, np.uint64)
    for word in range(planes.shape[0] * n_words):
        start = min(64 * word, codes.shape[0])
        stop = min(start + 64, codes.shape[0])
        words[:] = np.uint64(0)
        for row in range(start, stop):
            words[codes[row]] |= np.uint64(1) << np.uint64(row - start)
        block, place = word // n_words, word % n_words
        for level in range(n_levels - 1):
            planes[block, first_plane + level, place] = words[level]


@kernel
def add_common_bits(a, b, is_same, common):
    """Add to `common` how many bits are set in both of each pair of planes.

    A matrix product of bits, three rows by three columns at a time: six loads
    for nine products. The last planes are taken again where three are not left.

    Parameters
    ----------
    a, b : ndarray of shape (n_planes_a, n_words) and (n_planes_b, n_words), dtype uint64

    is_same : bool
        Whether a is b: then only what is on and above the diagonal is right.

    common : ndarray of shape (n_planes_a, n_planes_b), dtype int64
    """
    last_a, last_b = a.shape[0] - 1, b.shape[0] - 1
    for i0 in range(0, a.shape[0], TILE):
        i1, i2 = min(i0 + 1, last_a), min(i0 + 2, last_a)
        for j0 in range(i0 if is_same else 0, b.shape[0], TILE):
            j1, j2 = min(j0 + 1, last_b), min(j0 + 2, last_b)
            n00 = n01 = n02 = n10 = n11 = n12 = n20 = n21 = n22 = np.uint64(0)
            for word in range(a.shape[1]):
                a0, a1, a2 = a[i0, word], a[i1, word], a[i2, word]
                b0, b1, b2 = b[j0, word], b[j1, word], b[j2, word]
                n00 += popcount(a0 & b0)
                n01 += popcount(a0 & b1)
                n02 += popcount(a0 & b2)
                n10 += popcount(a1 & b0)
                n11 += popcount(a1 & b1)
                n12 += popcount(a1 & b2)
                n20 += popcount(a2 & b0)
                n21 += popcount(a2 & b1)
                n22 += popcount(a2 & b2)
            # Each place once: a plane taken again has the place of the one before.
            common[i0, j0] += np.int64(n00)
            if j1 > j0:
                common[i0, j1] += np.int64(n01)
            if j2 > j1:
                common[i0, j2] += np.int64(n02)
            if i1 > i0:
                common[i1, j0] += np.int64(n10)
                if j1 > j0:
                    common[i1, j1] += np.int64(n11)
                if j2 > j1:
                    common[i1, j2] += np.int64(n12)
            if i2 > i1:
                common[i2, j0] += np.int64(n20)
                if j1 > j0:
                    common[i2, j1] += np.int64(n21)
                if j2 > j1:
                    common[i2, j2] += np.int64(n22)


@kernel
def plane_pair_sums(planes, plane_starts, margins, block_a, block_b, table, scale, sums):
    """Fill `sums` with the sum of n ln n over the table of each pair from two blocks of columns.

    Parameters
    ----------
    planes : ndarray of shape (n_blocks, n_planes, n_words), dtype uint64
        From `pack_planes`.

    plane_starts : ndarray of shape (n_features + 1,), dtype int64
        Column f has the planes from ``plane_starts[f]`` to ``plane_starts[f + 1]``.

    margins : ndarray of shape (n_planes + n_features,), dtype int64
        Counts of each level of each column, from ``plane_starts[f] + f`` on.

    block_a, block_b : tuple of two ints
        First column, and last plus one; the same block twice, or two disjoint.

    table : ndarray of int64, from `xlogx_table`

    scale : float

    sums : ndarray of shape (n_features, n_features), dtype int64
        Entry (f, g) with f < g is filled, f of block_a and g of block_b.
    """
    start_a, stop_a = plane_starts[block_a[0]], plane_starts[block_a[1]]
    start_b, stop_b = plane_starts[block_b[0]], plane_starts[block_b[1]]
    common = np.zeros((stop_a - start_a, stop_b - start_b), np.int64)
    for rows in range(planes.shape[0]):
        add_common_bits(
            planes[rows, start_a:stop_a], planes[rows, start_b:stop_b], start_a == start_b, common
        )
    for f in range(block_a[0], block_a[1]):
        for g in range(max(block_b[0], f + 1), block_b[1]):
            sums[f, g] = completed_sum(
                common[
                    plane_starts[f] - start_a : plane_starts[f + 1] - start_a,
                    plane_starts[g] - start_b : plane_starts[g + 1] - start_b,
                ],
                margins[plane_starts[f] + f : plane_starts[f + 1] + f + 1],
                margins[plane_starts[g] + g : plane_starts[g + 1] + g + 1],
                table,
                scale,
            )


@kernel
def completed_sum(counts, row_sums, column_sums, table, scale):
    """Return the sum of n ln n over a table whose last row and column are left to its margins."""
    rows, columns = counts.shape
    total = np.int64(0)
    corner = column_sums[columns]
    for i in range(rows):
        rest = row_sums[i]
        for j in range(columns):
            rest -= counts[i, j]
            total += fixed_xlogx(np.float64(counts[i, j]), table, scale)
        total += fixed_xlogx(np.float64(rest), table, scale)
        corner -= rest
    for j in range(columns):
        rest = column_sums[j]
        for i in range(rows):
            rest -= counts[i, j]
        total += fixed_xlogx(np.float64(rest), table, scale)
    return total + fixed_xlogx(np.float64(corner), table, scale)


# ---- pairs of columns of many levels, or weighted: rows


@kernel
def row_pair_sums(codes, n_levels, order, others, others_levels, weights, table, scale):
    """Return the sum of n ln n over the tables of one column with each of some others.

    Parameters
    ----------
    codes : ndarray of shape (n,), dtype int32

    n_levels : int

    order : ndarray of shape (n,) or (0,), dtype int64
        Rows sorted by code, rows of one code in their order. Needed only if
        `is_sparse` for one of the others.

    others : ndarray of shape (n_others, n), dtype int32

    others_levels : ndarray of shape (n_others,), dtype int64

    weights : ndarray of shape (n,) or (0,), dtype float64
        Empty for weights of one.

    table : ndarray of int64, from `xlogx_table`

    scale : float

    Returns
    -------
    sums : ndarray of shape (n_others,), dtype int64
    """
    n = codes.shape[0]
    sums = np.empty(others.shape[0], np.int64)
    for index in range(others.shape[0]):
        if is_sparse(n, n_levels, others_levels[index]):
            sums[index] = grouped_sum(
                codes, order, others[index], others_levels[index], weights, table, scale
            )
        elif weights.shape[0]:
            cells = np.zeros(n_levels * others_levels[index])
            for row in range(n):
                cells[codes[row] * others_levels[index] + others[index, row]] += weights[row]
            sums[index] = sum_fixed_xlogx(cells, table, scale)
        else:
            sums[index] = counted_sum(
                codes, others[index], others_levels[index], n_levels, table, scale
            )
    return sums


@kernel
def is_sparse(n, n_levels, other_levels):
    """Say whether a table is mostly zeros, so that only cells that are met should be looked at."""
    return n_levels * other_levels > max(n, 4096)


@kernel
def counted_sum(codes, other, other_levels, n_levels, table, scale):
    """Return the sum of n ln n over one table of unweighted rows."""
    size = n_levels * other_levels
    # Odd and even rows have tables of their own: equal neighbours need not wait in line.
    even = np.zeros(size, np.int32)
    odd = np.zeros(size, np.int32)
    for row in range(0, codes.shape[0] - 1, 2):
        even[np.uintp(codes[row] * other_levels + other[row])] += 1
        odd[np.uintp(codes[row + 1] * other_levels + other[row + 1])] += 1
    if codes.shape[0] % 2:
        even[np.uintp(codes[-1] * other_levels + other[-1])] += 1
    total = np.int64(0)
    for cell in range(size):
        total += fixed_xlogx(np.float64(even[cell] + odd[cell]), table, scale)
    return total


@kernel
def grouped_sum(codes, order, other, other_levels, weights, table, scale):
    """Return the sum of n ln n over the nonzero cells of one table, a row of it at a time."""
    counts = np.zeros(other_levels)
    total = np.int64(0)
    start = 0
    while start < codes.shape[0]:
        stop = start
        while stop < codes.shape[0] and codes[order[stop]] == codes[order[start]]:
            counts[other[order[stop]]] += weights[order[stop]] if weights.shape[0] else 1.0
            stop += 1
        for place in range(start, stop):
            level = other[order[place]]
            total += fixed_xlogx(counts[level], table, scale)
            counts[level] = 0.0
        start = stop
    return total


# ---- what chance gives a pair of columns


@kernel
def mean_xlogx(n, a, b, tables, exact):
    """Return E[k ln k] of the cell that margins a and b of n rows share by chance alone.

    Integer margins (`exact`) make k hypergeometric: summed over its values, or
    from a mean m of `SERIES_MEAN` on by the series of k ln k about m through the
    terms of order 1/m**2, which leaves 1e-8 or so. Real margins take the smooth
    form of `cell_excess`.
    """
    if a >= n or b >= n:
        return xlogx(min(a, b))  # no choice
    mean = a * b / n
    if not exact:
        return xlogx(mean) + cell_excess(n, a, b, tables)
    if mean < SERIES_MEAN:
        return xlogx(mean) + hypergeometric_excess(n, a, b)
    return xlogx(mean) + series_excess(n, a, b)


@kernel
def chance_table(n, sizes, first, step, tables, exact, scale, chance):
    """Fill every `step`-th row of what `mean_xlogx` gives each pair of margins, from `first` on.

    Parameters
    ----------
    n : float

    sizes : ndarray of shape (n_sizes,), dtype float64
        The different margins there are.

    tables : ndarray, from `poisson_tables`

    chance : ndarray of shape (n_sizes, n_sizes), dtype int64
        Filled on both sides of the diagonal, in units of 1 / scale.
    """
    for i in range(first, sizes.shape[0], step):
        for j in range(i, sizes.shape[0]):
            mean = mean_xlogx(n, sizes[i], sizes[j], tables, exact)
            chance[i, j] = np.int64(np.rint(mean * scale))
            chance[j, i] = chance[i, j]


@kernel
def chance_sums(n, sizes, which, times, starts, first, step, chance, tables, exact, scale, sums):
    """Fill every `step`-th row of the sum of n ln n that chance gives each pair of columns.

    Parameters
    ----------
    n : float

    sizes : ndarray of shape (n_sizes,), dtype float64

    which, times : ndarray of shape (n_entries,), dtype int64
        The margins of each column: places in `sizes`, and how many levels have that one.

    starts : ndarray of shape (n_features + 1,), dtype int64
        Column f has the entries from ``starts[f]`` to ``starts[f + 1]``.

    chance : ndarray of shape (n_sizes, n_sizes) or (0, 0), dtype int64
        From `chance_table`; empty where there are too many pairs of sizes to keep.

    sums : ndarray of shape (n_features, n_features), dtype int64
        Entry (f, g) with f < g is filled, in units of 1 / scale.
    """
    for f in range(first, starts.shape[0] - 1, step):
        for g in range(f + 1, starts.shape[0] - 1):
            total = np.int64(0)
            for i in range(starts[f], starts[f + 1]):
                for j in range(starts[g], starts[g + 1]):
                    # The smaller first: rounding is then the same both ways.
                    low, high = min(which[i], which[j]), max(which[i], which[j])
                    if chance.shape[0]:
                        value = chance[low, high]
                    else:
                        mean = mean_xlogx(n, sizes[low], sizes[high], tables, exact)
                        value = np.int64(np.rint(mean * scale))
                    total += times[i] * times[j] * value
            sums[f, g] = total


def fixed_point_scale(total, n_cells):
    """Return the power of two that keeps sums of x ln x over a table within 61 bits.

    Parameters
    ----------
    total : float
        What the table adds up to.

    n_cells : int
        The most nonzero cells it can have.
    """
    bound = total * (abs(math.log(total)) + math.log(n_cells) + 1.0)
    # Totals near the smallest float would ask for more than the largest.
    return 2.0 ** min(61 - math.ceil(math.log2(bound)), 1000)
