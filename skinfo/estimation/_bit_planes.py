"""Bit planes of columns of few levels: their layout in memory and in blocks of columns."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

# Up to here planes of bits beat adding up rows: their cost goes with the square.
MOST_PLANE_LEVELS = 16

# One block of columns: its planes of one block of rows stay in the second-level cache.
PLANES_A_BLOCK = 144
WORDS_A_BLOCK = 192

# Rows of planes come in whole vectors.
VECTOR_WORDS = 8


def plane_starts(n_levels: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the first plane of each column, by numbers of levels, and the number of planes."""
    return np.concatenate([[0], np.cumsum(n_levels - 1)])


def empty_planes(n: int, n_planes: int) -> NDArray[np.uint64]:
    """Return planes (n_blocks, n_planes, n_words) for n rows, in equal blocks of whole vectors."""
    n_words = -(-n // 64)
    n_blocks = -(-n_words // WORDS_A_BLOCK)
    words = -(-n_words // (n_blocks * VECTOR_WORDS)) * VECTOR_WORDS
    size = n_blocks * n_planes * words
    # From the start of a cache line on: vectors that lie across two take a third longer.
    spare = np.empty(size + VECTOR_WORDS, np.uint64)
    start = -(spare.ctypes.data // spare.itemsize) % VECTOR_WORDS
    return spare[start : start + size].reshape(n_blocks, n_planes, words)


def blocks_of_planes(starts: NDArray[np.int64]) -> list[tuple[int, int]]:
    """Return (first, last plus one) of runs of columns with about `PLANES_A_BLOCK` planes."""
    block = starts[:-1] // PLANES_A_BLOCK
    edges = np.flatnonzero(np.diff(block, prepend=-1, append=np.inf))
    return [(int(a), int(b)) for a, b in pairwise(edges)]
