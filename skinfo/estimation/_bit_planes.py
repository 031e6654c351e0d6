"""Bit planes of columns of few levels: their layout in memory and in blocks of columns."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

# Maximum number of levels for which bit planes are faster than counting rows: their cost grows
# with the square.
MOST_PLANE_LEVELS = 16

# Size of a block: its planes of one block of rows fit into the second-level cache.
PLANES_PER_BLOCK = 144
WORDS_PER_BLOCK = 192

# The number of words of a block is a multiple of the vector length.
VECTOR_WORDS = 8


def plane_starts(n_levels: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the first plane of each column, followed by the total number of planes."""
    return np.concatenate([[0], np.cumsum(n_levels - 1)])


def empty_planes(n: int, n_planes: int) -> NDArray[np.uint64]:
    """Return uninitialised planes (n_blocks, n_planes, n_words) for n rows, in equal blocks."""
    n_words = -(-n // 64)
    n_blocks = -(-n_words // WORDS_PER_BLOCK)
    words = -(-n_words // (n_blocks * VECTOR_WORDS)) * VECTOR_WORDS
    size = n_blocks * n_planes * words
    # Aligned to a cache line: vectors that cross two lines take a third longer.
    spare = np.empty(size + VECTOR_WORDS, np.uint64)
    start = -(spare.ctypes.data // spare.itemsize) % VECTOR_WORDS
    return spare[start : start + size].reshape(n_blocks, n_planes, words)


def blocks_of_planes(starts: NDArray[np.int64]) -> list[tuple[int, int]]:
    """Return ranges (start, stop) of columns, each with about `PLANES_PER_BLOCK` planes."""
    block = starts[:-1] // PLANES_PER_BLOCK
    edges = np.flatnonzero(np.diff(block, prepend=-1, append=np.inf))
    return [(int(a), int(b)) for a, b in pairwise(edges)]
