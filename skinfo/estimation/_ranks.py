"""Sorted continuous column: order, ties and normal scores."""

from functools import cached_property, lru_cache

import numpy as np
from scipy.special import ndtri

from skinfo._kernels._sorting import sorted_rows

# Odd multipliers of splitmix64 (Steele, Lea and Flood 2014).
GOLDEN = np.uint64(0x9E3779B97F4A7C15)
MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
MIX_2 = np.uint64(0x94D049BB133111EB)


class RankedColumn:
    """Numeric column with its order, runs and normal scores.

    A run is a set of rows with equal values; runs are numbered in increasing order of values.

    Parameters
    ----------
    values : array-like of shape (n_samples,)
        Must not contain NaN. Methods that use only ranks accept infinities.
    """

    def __init__(self, values):
        self.values = np.ascontiguousarray(values, dtype=np.float64)
        self.line, order = sorted_rows(self.values)
        self.order = order.astype(np.int64)
        self.has_ties = bool(np.any(self.line[1:] == self.line[:-1]))

    def __len__(self):
        return len(self.values)

    def __getitem__(self, rows):
        """Return the column restricted to some rows."""
        return RankedColumn(self.values[rows])

    @property
    def is_constant(self):
        """Whether all values are equal."""
        return len(self) < 2 or self.line[0] == self.line[-1]

    @cached_property
    def starts(self):
        """Start of each run in sorted order, followed by the number of rows."""
        new = np.flatnonzero(self.line[1:] != self.line[:-1]) + 1
        return np.concatenate([[0], new, [len(self)]])

    @cached_property
    def runs(self):
        """The run of each row."""
        sizes = np.diff(self.starts)
        runs = np.empty(len(self), np.int64)
        runs[self.order] = np.repeat(np.arange(len(sizes)), sizes)
        return runs

    @cached_property
    def scores_line(self):
        """Normal scores in sorted order; tied rows have the score of their mean rank."""
        if not self.has_ties:
            return even_normal_scores(len(self))
        middles = (self.starts[1:] + self.starts[:-1]) / 2
        return np.repeat(normal_scores_at(middles, len(self)), np.diff(self.starts))

    @property
    def scores(self):
        """Normal scores of the rows, (n_samples,); tied rows have the score of their mean rank."""
        scores = np.empty(len(self))
        scores[self.order] = self.scores_line
        return scores

    def atoms(self, least):
        """Return codes 1, 2, ... of values with at least `least` rows, 0 for all other rows."""
        sizes = np.diff(self.starts) if self.has_ties else np.ones(1)
        heavy = sizes >= least
        if not (self.has_ties and heavy.any()):
            return np.zeros(len(self), np.int64)
        return np.where(heavy, np.cumsum(heavy), 0)[self.runs]

    @cached_property
    def oriented_runs(self):
        """Runs numbered from the same end for x and for -x, and whether that is the upper end.

        The end is determined by the first run whose length differs from that of its mirror image;
        if there is none, the numbers of x and -x are equal.
        """
        difference = np.diff(self.starts)
        difference = difference - difference[::-1]
        uneven = np.flatnonzero(difference)
        is_flipped = len(uneven) > 0 and difference[uneven[0]] > 0
        last = len(self.starts) - 2
        return (last - self.runs, True) if is_flipped else (self.runs, False)


def normal_scores_at(positions, n):
    """Return the normal quantiles at ``positions / n``, exactly antisymmetric around n / 2."""
    tail = ndtri(np.minimum(positions, n - positions) / n)
    return np.where(positions <= n - positions, tail, -tail)


@lru_cache(maxsize=4)
def even_normal_scores(n):
    """Return the normal scores of ranks 0..n - 1, a cached and read-only array."""
    scores = normal_scores_at(np.arange(n) + 0.5, n)
    scores.flags.writeable = False
    return scores


def untied_order(column, other, salt):
    """Return an order that sorts a column and puts tied rows in an arbitrary but fixed order.

    Tied rows are sorted by a hash of the ranks of their values in both columns (and of a running
    number for rows that are equal in both, which are interchangeable). So the result does not
    depend on the order of the rows, nor is it correlated with y: hashes of similar values are not
    similar.

    Parameters
    ----------
    column, other : RankedColumn

    salt : int
        Seed of the order.

    Returns
    -------
    order : ndarray of shape (n_samples,), dtype int64
    """
    if not column.has_ties:
        return column.order
    own, flipped = column.oriented_runs
    others, _ = other.oriented_runs
    twins = _duplicate_numbers(own, others) if other.has_ties else np.zeros(len(own), np.int64)
    with np.errstate(over="ignore"):
        hashes = np.full(len(own), salt, np.uint64)
        for part in (own, others, twins):
            hashes = _mix(hashes + GOLDEN * (part.astype(np.uint64) + np.uint64(1)))
    if flipped:
        hashes = ~hashes
    # A single sort: the run in the high bits, the truncated hash in the low bits.
    run_bits = len(column.starts).bit_length()
    keys = (column.runs.astype(np.uint64) << np.uint64(64 - run_bits)) | (
        hashes >> np.uint64(run_bits)
    )
    return np.argsort(keys)


def untied_values(column, order):
    """Return the values, with tied rows spread in a given order over the cell of their value.

    Parameters
    ----------
    column : RankedColumn
        Not constant.

    order : ndarray of shape (n_samples,), dtype int64
        Result of `untied_order`.

    Returns
    -------
    values : ndarray of shape (n_samples,), dtype float64
        In row order. A run of one row keeps its value. The cell of a longer run extends half-way
        to the adjacent runs; at both ends of the range it is symmetric.
    """
    if not column.has_ties:
        return column.values
    sizes = np.diff(column.starts)
    levels = column.line[column.starts[:-1]]
    half = np.diff(levels) / 2
    below, above = np.concatenate([half[:1], half]), np.concatenate([half, half[-1:]])
    position = np.arange(len(column)) - np.repeat(column.starts[:-1], sizes) + 0.5
    position /= np.repeat(sizes, sizes)
    shift = np.repeat(below + above, sizes) * position - np.repeat(below, sizes)
    values = np.empty(len(column))
    values[order] = np.repeat(levels, sizes) + np.where(np.repeat(sizes, sizes) > 1, shift, 0.0)
    return values


def _mix(hashes):
    hashes = (hashes ^ (hashes >> np.uint64(30))) * MIX_1
    hashes = (hashes ^ (hashes >> np.uint64(27))) * MIX_2
    return hashes ^ (hashes >> np.uint64(31))


def _duplicate_numbers(a, b):
    """Return a running number 0, 1, ... within each set of rows that are equal in both columns."""
    pairs = a * (b.max() + 1) + b
    order = np.argsort(pairs, kind="stable")
    line = pairs[order]
    is_first = np.concatenate([[True], line[1:] != line[:-1]])
    position = np.arange(len(line))
    numbers = np.empty(len(line), np.int64)
    numbers[order] = position - np.maximum.accumulate(np.where(is_first, position, 0))
    return numbers
