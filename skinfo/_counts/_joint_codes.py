"""Joint state of several columns of codes, as one column.

More than 256 joint states are pooled: starting from one set, the heaviest set of states is split
at the median of its most variable column, until the number of sets is the square root of the
number of samples, at most 256. The target is not used.
"""

from heapq import heappop, heappush
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skinfo._counts._codes import MAX_LEVELS


class JointStates(NamedTuple):
    """Joint states of several columns that occur, with their weights.

    Attributes
    ----------
    states : ndarray of shape (n_columns, n_states)
        In lexicographic order.

    weights : ndarray of shape (n_states,)
    """

    states: NDArray[np.integer]
    weights: NDArray[np.float64]

    @classmethod
    def of(cls, columns: NDArray[np.integer], weights: NDArray[np.float64]) -> "JointStates":
        """Return the states of samples, given columns (n_columns, n) and weights (n,)."""
        states, index = np.unique(columns, axis=1, return_inverse=True)
        sums = np.bincount(index.ravel(), weights, states.shape[1])
        return cls(states, sums.astype(np.float64, copy=False))

    def merged(self, other: "JointStates") -> "JointStates":
        """Return the states of both sets of samples."""
        both = np.concatenate([self.states, other.states], axis=1)
        return self.of(both, np.concatenate([self.weights, other.weights]))

    def coder(self) -> "JointCoder":
        """Return the coder of these states."""
        n_states = self.states.shape[1]
        if n_states <= MAX_LEVELS:
            return JointCoder(self.states, np.arange(n_states))
        most = int(np.clip(round(np.sqrt(self.weights.sum())), 2, MAX_LEVELS))
        return JointCoder(
            self.states, median_cells(self.states.astype(np.float64), self.weights, most)
        )


class JointCoder(NamedTuple):
    """Map from joint states to codes.

    Attributes
    ----------
    states : ndarray of shape (n_columns, n_states)

    code : ndarray of shape (n_states,), dtype int64
    """

    states: NDArray[np.integer]
    code: NDArray[np.int64]

    @property
    def n_levels(self) -> int:
        """Number of codes."""
        return int(self.code.max()) + 1

    def encode(self, columns: NDArray[np.integer]) -> NDArray[np.int64]:
        """Return the codes of samples (n_columns, n) whose states must all be known."""
        states, index = np.unique(columns, axis=1, return_inverse=True)
        both = np.concatenate([self.states, states], axis=1)
        place = np.unique(both, axis=1, return_inverse=True)[1].ravel()[len(self.code) :]
        codes: NDArray[np.int64] = self.code[place[index.ravel()]]
        return codes


def joint_codes(
    columns: NDArray[np.integer], weights: NDArray[np.float64]
) -> tuple[NDArray[np.int64], int]:
    """Return the joint state of several columns as codes (n,), and its number of levels.

    Parameters
    ----------
    columns : ndarray of shape (n_columns, n)

    weights : ndarray of shape (n,)
    """
    coder = JointStates.of(columns, weights).coder()
    return coder.encode(columns), coder.n_levels


def median_cells(
    states: NDArray[np.float64], weights: NDArray[np.float64], most: int
) -> NDArray[np.int64]:
    """Return the cell of each state (column of `states`), with a limited number of cells.

    The heaviest cell is split at the median of the row that varies most in it, until there are
    `most`, or none can be split.
    """
    waiting = [(-weights.sum(), 0, np.arange(states.shape[1]))]
    unsplit: list[NDArray[np.intp]] = []
    n_made = 1
    while waiting and len(waiting) + len(unsplit) < most:
        _, _, cell = heappop(waiting)
        right = _upper_half(states[:, cell], weights[cell])
        if right is None:
            unsplit.append(cell)
            continue
        for half in (cell[~right], cell[right]):
            # Of equally heavy cells the oldest is split first.
            heappush(waiting, (-weights[half].sum(), n_made, half))
            n_made += 1
    cells = [*unsplit, *(cell for _, _, cell in waiting)]
    cell_of = np.empty(states.shape[1], np.int64)
    for label, cell in enumerate(sorted(cells, key=lambda cell: cell[0])):
        cell_of[cell] = label
    return cell_of


def _upper_half(
    states: NDArray[np.float64], weights: NDArray[np.float64]
) -> NDArray[np.bool_] | None:
    """Return a mask of the states above the median of the row that varies most.

    None if all states are equal.
    """
    share = weights / weights.sum()
    row = states[0]
    if len(states) > 1:
        means = states @ share
        spread = (states - means[:, None]) ** 2 @ share
        row = states[int(np.argmax(np.round(spread, 12)))]
    if row.min() == row.max():
        return None
    order = np.argsort(row, kind="stable")
    middle = row[order][np.searchsorted(np.cumsum(share[order]), 0.5)]
    right: NDArray[np.bool_] = row > middle
    if not right.any():
        right = row >= middle
    return right
