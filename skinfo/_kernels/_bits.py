"""Counting by bits: a plane holds one bit a row, and a cell of a table is AND and popcount.

A table of few cells is counted several times faster so than by one increment a row, since a
machine word holds 64 rows. Planes are made from codes on the fly, 64 bytes at a time: that takes
as long as reading them from memory would, and needs no memory.
"""

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from skinfo._kernels._jit import kernel

WORD = 64

# Planes of so many words are counted at a time, so that those of a column fit the first-level
# cache.
CHUNK = 128

# Columns of a table are counted three at a time, so that a row's plane is read a third as often.
BLOCK = 3


@intrinsic
def matches(typing, column, start, level):
    """Return a word whose bit r says whether column[start + r] is a level; all bytes."""

    def generate(context, builder, signature, arguments):
        column = context.make_array(signature.args[0])(context, builder, arguments[0])
        vector = ir.VectorType(ir.IntType(8), WORD)
        undefined = ir.Constant(vector, ir.Undefined)
        place = builder.bitcast(builder.gep(column.data, [arguments[1]]), vector.as_pointer())
        rows = builder.load(place, align=1)
        byte = builder.trunc(arguments[2], ir.IntType(8))
        first = builder.insert_element(undefined, byte, ir.Constant(ir.IntType(32), 0))
        everywhere = ir.Constant(ir.VectorType(ir.IntType(32), WORD), [0] * WORD)
        levels = builder.shuffle_vector(first, undefined, everywhere)
        equal = builder.icmp_unsigned("==", rows, levels)
        return builder.bitcast(equal, ir.IntType(WORD))

    return types.uint64(column, start, level), generate


@intrinsic
def popcount(typing, word):
    """Return how many bits of a word are set."""
    return types.uint64(types.uint64), lambda context, builder, _, words: builder.ctpop(words[0])


@kernel
def n_words(n):
    """Return how many words hold a bit for each of n rows."""
    return (n + WORD - 1) // WORD


@kernel
def mark_level(column, n, level, first, width, plane):
    """Fill words of a plane, from word `first` on: which of n rows hold a level.

    Parameters
    ----------
    column : ndarray of shape (at least 64 n_words(n),), dtype uint8
        What is beyond row n does not matter.
    """
    for word in range(width):
        plane[word] = matches(column, (first + word) * WORD, level)
    beyond = (first + width) * WORD - n
    if beyond > 0:
        plane[width - 1] &= ~np.uint64(0) >> np.uint64(beyond)


@kernel
def planes_of(codes, n_codes):
    """Return which rows hold each of some integer codes, (n_codes, n_words) uint64."""
    planes = np.zeros((n_codes, n_words(codes.shape[0])), np.uint64)
    for row in range(codes.shape[0]):
        planes[codes[row], row // WORD] |= np.uint64(1) << np.uint64(row % WORD)
    return planes


@kernel
def add_common(rows, first, n_rows, columns, n_columns, width, counts):
    """Add to counts[i, j] how many bits planes i of `rows` and j of `columns` share.

    Parameters
    ----------
    rows : ndarray of shape (n_rows or more, ...), dtype uint64
        Read from word `first` on.

    columns : ndarray of shape (n_columns + 2 or more, width or more), dtype uint64
        Read from their start.

    width : int
        How many words.

    counts : ndarray of shape (n_rows or more, n_columns + 2 or more), dtype float64
        Two columns beyond the table are written to, with no meaning.
    """
    # Unsigned, so that no index counts from the end: only then are several words read at once.
    start = np.uint64(first)
    words = np.uint64(width)
    for i in range(n_rows):
        for j in range(0, n_columns, BLOCK):
            in_a = in_b = in_c = np.uint64(0)
            for word in range(words):
                row = rows[i, start + word]
                in_a += popcount(row & columns[j, word])
                in_b += popcount(row & columns[j + 1, word])
                in_c += popcount(row & columns[j + 2, word])
            counts[i, j] += in_a
            counts[i, j + 1] += in_b
            counts[i, j + 2] += in_c


@kernel
def plane_size(plane, width):
    """Return how many bits of the first words of a plane are set."""
    size = np.uint64(0)
    for word in range(width):
        size += popcount(plane[word])
    return size
