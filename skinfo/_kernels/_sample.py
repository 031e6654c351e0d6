"""Tables of a state T, the classes of y and one column of codes, counted the fastest way there is.

T is any column of codes: the bottleneck variable of the features chosen so far, one chosen
feature, or a constant. A cell is one state with one class.
"""

from typing import NamedTuple

import llvmlite.binding
import numpy as np

from skinfo._kernels._bits import (
    BLOCK,
    CHUNK,
    add_common,
    mark_level,
    n_words,
    plane_size,
    planes_of,
)
from skinfo._kernels._jit import ZERO, kernel

# Tables of at most so many counts are made of bits, larger ones by one increment a row. Measured:
# a count by bits takes 0.0015 ns a row where the machine counts the bits of a whole vector at
# once, four times as long where it does not; an increment takes 0.75 ns.
HAS_VECTOR_POPCOUNT = llvmlite.binding.get_host_cpu_features().get("avx512vpopcntdq", False)
MOST_COUNTS = 512 if HAS_VECTOR_POPCOUNT else 128


class Sample(NamedTuple):
    """Columns of codes and the classes of their rows."""

    codes: np.ndarray  # (n_features, 64 n_words) uint8, one feature a row
    n_levels: np.ndarray  # (n_features,) int64
    y: np.ndarray  # (n,) int32
    n_classes: int
    weights: np.ndarray  # (n,) float64, or (0,) for weights of one


class Cells(NamedTuple):
    """What T and y make of the rows."""

    of_row: np.ndarray  # (n,) int32: state times n_classes plus class
    planes: np.ndarray  # (n_cells, n_words) uint64; (0, n_words) where no table asks for them
    sizes: np.ndarray  # (n_cells,) float64
    state_sizes: np.ndarray  # (n_states,) float64
    n: float


class Lookups(NamedTuple):
    """Functions that would take longer to work out than to look up."""

    poisson: np.ndarray  # from `poisson_tables`
    xlogx: np.ndarray  # of 0, 1, 2, ...


@kernel
def make_cells(sample, state, n_states, features):
    """Return the `Cells` of a state, (n,) integers, with y, to count some features in."""
    n = sample.y.shape[0]
    n_cells = n_states * sample.n_classes
    of_row = np.empty(n, np.int32)
    sizes = np.zeros(n_cells)
    for row in range(n):
        of_row[row] = state[row] * sample.n_classes + sample.y[row]
        sizes[of_row[row]] += sample.weights[row] if sample.weights.shape[0] else 1.0
    by_bits = False
    for feature in features:
        by_bits = by_bits or is_counted_by_bits(sample, feature, n_cells)
    planes = planes_of(of_row, n_cells) if by_bits else np.empty((0, n_words(n)), np.uint64)
    return as_cells(of_row, planes, sizes, n_states)


@kernel
def as_cells(of_row, planes, sizes, n_states):
    """Return the `Cells` of so many states, their sizes summed up."""
    n_classes = sizes.shape[0] // n_states
    state_sizes = np.zeros(n_states)
    n = 0.0
    for cell in range(sizes.shape[0]):
        state_sizes[cell // n_classes] += sizes[cell]
        n += sizes[cell]
    return Cells(of_row, planes, sizes, state_sizes, n)


@kernel
def is_counted_by_bits(sample, feature, n_cells):
    """Return whether a table is small enough to be counted by bits."""
    few = n_cells * (sample.n_levels[feature] - 1) <= MOST_COUNTS
    return few and sample.weights.shape[0] == 0


@kernel
def most_levels(sample, features):
    """Return the most levels that one of some features has."""
    most = 1
    for feature in features:
        most = max(most, sample.n_levels[feature])
    return most


@kernel
def table_space(n_cells, n_levels):
    """Return arrays to count tables of at most this size in: planes, increments, counts."""
    planes = np.zeros((n_levels + BLOCK, CHUNK), np.uint64)
    increments = np.empty(n_cells * n_levels, np.int32)
    return planes, increments, np.zeros((n_cells, n_levels + BLOCK))


@kernel
def count_table(sample, feature, cells, space):
    """Count a column within every cell.

    The counts, (n_cells, n_levels) float64, are what the last array of `space` starts with.
    """
    if sample.weights.shape[0]:
        count_weights(sample, feature, cells, space[2])
    elif is_counted_by_bits(sample, feature, cells.sizes.shape[0]):
        count_bits(sample, feature, cells, space[0], space[2])
    else:
        count_rows(sample, feature, cells, space[1], space[2])


@kernel
def count_weights(sample, feature, cells, counts):
    """Sum weights."""
    column = sample.codes[feature]
    counts[:, : sample.n_levels[feature]] = 0.0
    for row in range(sample.y.shape[0]):
        counts[cells.of_row[row], column[row]] += sample.weights[row]


@kernel
def count_rows(sample, feature, cells, increments, counts):
    """Count row by row."""
    column = sample.codes[feature]
    n_levels = sample.n_levels[feature]
    n_cells = cells.sizes.shape[0]
    increments[: n_cells * n_levels] = 0
    for row in range(sample.y.shape[0]):
        increments[cells.of_row[row] * n_levels + column[row]] += 1
    for cell in range(n_cells):
        for level in range(n_levels):
            counts[cell, level] = increments[cell * n_levels + level]


@kernel
def count_bits(sample, feature, cells, planes, counts):
    """Count 64 rows at a time; the last cell and the last level are what is left."""
    n, n_cells, n_levels = sample.y.shape[0], cells.sizes.shape[0], sample.n_levels[feature]
    last_cell, last_level = n_cells - 1, n_levels - 1
    column = sample.codes[feature]
    for cell in range(n_cells):
        for level in range(last_level + BLOCK):
            counts[cell, level] = 0.0
    for first in range(0, n_words(n), CHUNK):
        width = min(CHUNK, n_words(n) - first)
        for level in range(last_level):
            mark_level(column, n, level, first, width, planes[level])
            counts[last_cell, level] += plane_size(planes[level], width)
        add_common(cells.planes, first, last_cell, planes, last_level, width, counts)
    for cell in range(last_cell):
        for level in range(last_level):
            counts[last_cell, level] -= counts[cell, level]
    for cell in range(n_cells):
        counts[cell, last_level] = cells.sizes[cell]
        for level in range(last_level):
            counts[cell, last_level] -= counts[cell, level]


@kernel
def pair_space(sample, features, chosen):
    """Return arrays to count in: planes of a column, of cells and of a level; the counts."""
    levels = most_levels(sample, features)
    n_cells = most_levels(sample, chosen) * sample.n_classes
    return (
        np.zeros((levels + BLOCK, CHUNK), np.uint64),
        np.zeros((n_cells, CHUNK), np.uint64),
        np.zeros(CHUNK, np.uint64),
        np.zeros((n_cells, levels + BLOCK)),
    )


@kernel
def count_pair(sample, x, w, class_planes, space):
    """Count column x within each level of column w and each class; return those `Cells`."""
    n_states, n_classes, n_levels = sample.n_levels[w], sample.n_classes, sample.n_levels[x]
    n_cells = n_states * n_classes
    counts = space[3]
    counts[:n_cells] = 0.0
    sizes = np.zeros(n_cells)
    if is_counted_by_bits(sample, x, n_cells):
        count_pair_bits(sample, x, w, class_planes, space, sizes)
    else:
        within, column = sample.codes[w], sample.codes[x]
        for row in range(sample.y.shape[0]):
            weight = sample.weights[row] if sample.weights.shape[0] else 1.0
            counts[within[row] * n_classes + sample.y[row], column[row]] += weight
        for cell in range(n_cells):
            for level in range(n_levels):
                sizes[cell] += counts[cell, level]
    return as_cells(np.empty(0, np.int32), class_planes[:0], sizes, n_states)


@kernel
def count_pair_bits(sample, x, w, class_planes, space, sizes):
    """Count 64 rows at a time, and the sizes of the cells; the last level is what is left."""
    planes, cell_planes, level_plane, counts = space
    n, n_classes, last_level = sample.y.shape[0], sample.n_classes, sample.n_levels[x] - 1
    for first in range(0, n_words(n), CHUNK):
        width = min(CHUNK, n_words(n) - first)
        for level in range(last_level):
            mark_level(sample.codes[x], n, level, first, width, planes[level])
        for state in range(sample.n_levels[w]):
            mark_level(sample.codes[w], n, state, first, width, level_plane)
            for c in range(n_classes):
                cell = state * n_classes + c
                of_class = class_planes[c, first : first + width]
                for word in range(width):
                    cell_planes[cell, word] = level_plane[word] & of_class[word]
                sizes[cell] += plane_size(cell_planes[cell], width)
        add_common(cell_planes, ZERO, sizes.shape[0], planes, last_level, width, counts)
    for cell in range(sizes.shape[0]):
        counts[cell, last_level] = sizes[cell]
        for level in range(last_level):
            counts[cell, last_level] -= counts[cell, level]
