"""Distinct rows of discrete columns with counts, additive over the parts of a table."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from skinfo.estimation._levels_in_parts import CodedLevels

# Maximum number of distinct rows.
MOST_COUNTED_ROWS = 2**24

# Maximum number of states of a word, which contains the codes of several columns.
STATES_OF_WORD = 2**62


class CountedRows(NamedTuple):
    """Distinct rows of codes with their counts.

    Attributes
    ----------
    words : ndarray of shape (n_words, n_rows), dtype int64
        The codes of each row, packed into few integers; rows are in lexicographic order.

    counts : ndarray of shape (n_rows,), dtype float64
    """

    words: NDArray[np.int64]
    counts: NDArray[np.float64]

    @classmethod
    def of(cls, words: NDArray[np.int64], weights: NDArray[np.float64] | None) -> "CountedRows":
        """Return the distinct rows; weights of None are ones."""
        distinct, row_of = unique_words(words)
        if distinct.shape[1] > MOST_COUNTED_ROWS:
            raise ValueError(
                f"There are more than {MOST_COUNTED_ROWS:,} distinct rows. Leave out columns of "
                "very many levels, such as identifiers, or group their levels first."
            )
        counts = np.bincount(row_of, weights, distinct.shape[1])
        return cls(distinct, counts.astype(np.float64, copy=False))

    def merged(self, other: "CountedRows") -> "CountedRows":
        """Return the distinct rows of the combined samples."""
        return self.of(
            np.concatenate([self.words, other.words], axis=1),
            np.concatenate([self.counts, other.counts]),
        )

    def index_of(self, words: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the index of each of some rows, all of which must be among these."""
        if len(words) == 1:
            return np.searchsorted(self.words[0], words[0])
        both = np.concatenate([self.words, words], axis=1)
        return unique_words(both)[1][self.words.shape[1] :]


def unique_words(words: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the sorted distinct columns of words (n_words, n), and the index of each column."""
    if len(words) == 1:
        distinct, inverse = np.unique(words[0], return_inverse=True)
        return distinct[None], inverse
    distinct, inverse = np.unique(words, axis=1, return_inverse=True)
    return distinct, inverse.ravel()


def packed_words(codes: list[NDArray[Any]], n_levels: list[int]) -> NDArray[np.int64]:
    """Return columns of codes (n,) packed into as few integers as possible, (n_words, n)."""
    words: list[NDArray[np.int64]] = []
    columns = iter(codes)
    for levels in _levels_of_words(n_levels):
        word = next(columns).astype(np.int64)
        for size in levels[1:]:
            word = word * size + next(columns)
        words.append(word)
    return np.array(words)


def unpacked_words(words: NDArray[np.int64], n_levels: list[int]) -> NDArray[np.int64]:
    """Return the columns of codes (n_columns, n); inverse of `packed_words`."""
    columns: list[NDArray[np.int64]] = []
    for word, levels in zip(words, _levels_of_words(n_levels), strict=True):
        of_word: list[NDArray[np.int64]] = []
        for size in reversed(levels):
            word, codes = np.divmod(word, size)
            of_word.append(codes)
        columns += reversed(of_word)
    return np.array(columns)


def _levels_of_words(n_levels: list[int]) -> list[list[int]]:
    """Return the numbers of levels of the columns in each word."""
    words: list[list[int]] = []
    n_states = STATES_OF_WORD + 1
    for levels in n_levels:
        if n_states * levels > STATES_OF_WORD:
            words.append([])
            n_states = 1
        words[-1].append(levels)
        n_states *= levels
    return words


def rows_in_part(
    n_levels: NDArray[np.int64], dropped: NDArray[np.bool_], piece: CodedLevels
) -> CountedRows:
    """Return the distinct rows of some samples.

    Parameters
    ----------
    n_levels : ndarray of shape (n_columns,), dtype int64

    dropped : ndarray of shape (n_columns,), dtype bool
        Mask of columns whose rows with missing values, the last level, are dropped.

    piece : CodedLevels
    """
    words = packed_words(piece.codes, n_levels.tolist())
    kept = np.ones(len(piece.y), bool)
    for j in np.flatnonzero(dropped).tolist():
        kept &= piece.codes[j] != n_levels[j] - 1
    return CountedRows.of(words[:, kept], None if piece.weights is None else piece.weights[kept])
