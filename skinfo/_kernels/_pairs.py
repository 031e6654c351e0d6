"""Sums of n ln n over the tables of all pairs of columns.

Between columns of few levels, a level is a plane of bits and a count is the number of
bits set in both planes. Between columns of many levels, or with weights, rows are added up again.
"""

import numpy as np
from numba.core import types
from numba.extending import intrinsic

from skinfo._kernels._fixed_point import fixed_xlogx, sum_fixed_xlogx
from skinfo._kernels._jit import kernel

# Planes worked on together: three of one column by three of another fill the registers.
TILE = 3


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
