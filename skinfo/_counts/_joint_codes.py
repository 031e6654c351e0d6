"""The joint state of several columns of codes, as one column."""

from collections.abc import Sequence
from heapq import heappop, heappush

import numpy as np
from numpy.typing import NDArray

from skinfo._counts._codes import MAX_LEVELS


def joint_codes(
    pieces: Sequence[NDArray[np.integer]], weights: Sequence[NDArray[np.float64]]
) -> tuple[list[NDArray[np.int64]], int]:
    """Return the joint state of several columns as codes, and how many levels it has.

    More than 256 states are pooled: the heaviest set of states is split at the median of the
    column that varies most in it, until there are as many sets as the root of the number of
    samples, at most 256. The target is not used.

    Parameters
    ----------
    pieces : list of ndarray of shape (n_columns, n)
        The columns of some samples each.

    weights : list of ndarray of shape (n,)

    Returns
    -------
    codes : list of ndarray of shape (n,), dtype int64
        Of each piece.

    n_levels : int
    """
    seen = [np.unique(piece, axis=1, return_inverse=True) for piece in pieces]
    states, index = np.unique(
        np.concatenate([of_piece for of_piece, _ in seen], axis=1), axis=1, return_inverse=True
    )
    ends = np.cumsum([of_piece.shape[1] for of_piece, _ in seen])
    codes = [
        part[inverse.ravel()]
        for part, (_, inverse) in zip(np.split(index.ravel(), ends[:-1]), seen, strict=True)
    ]
    n_states = states.shape[1]
    if n_states <= MAX_LEVELS:
        return codes, n_states
    sizes = np.zeros(n_states)
    for of_piece, some in zip(codes, weights, strict=True):
        sizes += np.bincount(of_piece, some, n_states)
    most = int(np.clip(round(np.sqrt(sizes.sum())), 2, MAX_LEVELS))
    cell_of = median_cells(states.astype(np.float64), sizes, most)
    return [cell_of[of_piece] for of_piece in codes], int(cell_of.max()) + 1


def median_cells(
    states: NDArray[np.float64], weights: NDArray[np.float64], most: int
) -> NDArray[np.int64]:
    """Return the cell of each state (column of `states`), at most so many cells.

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
            # Of equally heavy cells the one made first is split first.
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

    None if all states agree.
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
