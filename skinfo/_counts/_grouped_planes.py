"""Bit planes of columns of few levels, with samples sorted by state and class.

They serve the joint information of all pairs of columns about y, given T: a count of a
contingency table is the number of bits that two planes have in common.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skinfo._kernels._bitplanes import WORD
from skinfo._kernels._contingency import ContingencyTables
from skinfo._kernels._fixed_point import (
    fixed_point_scale,
    fixed_xlogx_table,
    sum_fixed_xlogx,
)
from skinfo._kernels._null import poisson_tables
from skinfo._kernels._pair_information import (
    SPARE_PLANES,
    JointNull,
    joint_information,
    pack_groups,
    pair_information,
)

# Up to this number of levels bit planes are faster than counting rows: their cost is quadratic.
MOST_LEVELS_OF_PLANES = 16

# Number of planes in a block of columns: the counts of two blocks fit the second-level cache.
PLANES_OF_BLOCK = 128

# x ln x of counts below this, and null means of sizes, are tabulated (1 MiB).
LARGEST_LOOKED_UP = 2**17


@dataclass(frozen=True, eq=False)
class PlaneColumns:
    """Columns as bit planes, for all levels but the last.

    Attributes
    ----------
    planes : ndarray of shape (n_words, n_planes or more), dtype uint64

    starts : ndarray of shape (n_columns + 1,), dtype int64
        Column f has the planes from ``starts[f]`` to ``starts[f + 1]``.

    margins : ndarray of shape (n_groups, n_planes + n_columns), dtype int32
        Number of samples of each level in each group, for column f from ``starts[f] + f`` on.
    """

    planes: NDArray[np.uint64]
    starts: NDArray[np.int64]
    margins: NDArray[np.int32]

    def blocks(self) -> list[tuple[int, int]]:
        """Return (first, stop) of runs of columns with about `PLANES_OF_BLOCK` planes."""
        block = self.starts[:-1] // PLANES_OF_BLOCK
        edges = np.flatnonzero(np.diff(block, prepend=-1, append=np.inf))
        return list(pairwise(edges.tolist()))


class PairInformation(NamedTuple):
    """Information of pairs of columns about y, in nats times the number of samples N.

    Attributes
    ----------
    information : ndarray of shape (n_columns_a, n_columns_b), dtype float64
        N times I(X,W;Y|T), plug-in.

    null_mean : ndarray of shape (n_columns_a, n_columns_b), dtype float64
        Its mean if (X,W) is independent of y in every state, given the sizes of the joint levels
        and of the classes.
    """

    information: NDArray[np.float64]
    null_mean: NDArray[np.float64]


class JointMargins:
    """Class counts of the states of T, with lookup tables.

    Parameters
    ----------
    counts : ndarray of shape (n_states, n_classes), dtype float64

    is_whole : bool
        Whether all counts are integers.

    most_cells : int
        Maximum number of occupied cells of a table.
    """

    def __init__(self, counts: NDArray[np.float64], is_whole: bool, most_cells: int) -> None:
        total = float(counts.sum())
        most_cells = int(total) if is_whole else most_cells
        self.scale = fixed_point_scale(total, max(most_cells, 2))
        n_known = int(min(total, LARGEST_LOOKED_UP)) + 1
        self.xlogx = fixed_xlogx_table(n_known, self.scale)
        of_states, of_groups = (
            sum_fixed_xlogx(sizes, self.xlogx, self.scale)
            for sizes in (counts.sum(axis=1), counts.ravel())
        )
        # The part of N I(X,W;Y|T) that depends on T only.
        self.of_groups = of_states - of_groups
        self.null = JointNull(counts, is_whole, self.scale, n_known, poisson_tables())

    def information(
        self,
        tables: ContingencyTables,
        features: NDArray[np.int64],
        parents: NDArray[np.int64],
        groups: NDArray[np.uint8],
    ) -> PairInformation:
        """Return the information of features X with W, from tables with joint states of T and W.

        Parameters
        ----------
        tables, features, parents, groups
            See the kernel `joint_information`.
        """
        information, null_mean = joint_information(
            tables,
            features,
            parents,
            groups,
            self.of_groups,
            self.xlogx,
            self.scale,
            self.null,
        )
        return PairInformation(information / self.scale, null_mean / self.scale)


class GroupedSample:
    """Samples sorted by state and class, to count pairs of columns.

    Parameters
    ----------
    y : ndarray of shape (n,), dtype int
        Classes, from 0.

    n_classes : int

    labels : ndarray of shape (n,), dtype int, or None, default=None
        States of T, from 0; None for a single one.

    n_states : int, default=1

    Examples
    --------
    >>> import numpy as np
    >>> from skinfo._counts._grouped_planes import GroupedSample
    >>> codes = np.array([[0, 0, 1, 1], [0, 1, 0, 1]], np.uint8)
    >>> sample = GroupedSample(codes[0] ^ codes[1], 2)
    >>> columns = sample.pack(codes, np.array([2, 2]))
    >>> pairs = sample.information(columns, (0, 2), columns, (0, 2))
    >>> bool(np.isclose(pairs.information[0, 1], 4 * np.log(2)))
    True
    """

    def __init__(
        self,
        y: NDArray[np.integer],
        n_classes: int,
        labels: NDArray[np.integer] | None = None,
        n_states: int = 1,
    ) -> None:
        groups = y if labels is None else labels.astype(np.int64) * n_classes + y
        sizes = np.bincount(groups, minlength=n_states * n_classes)
        words = -(-sizes // WORD)
        self._n_classes = n_classes
        self._words = np.concatenate([[0], np.cumsum(words)]).astype(np.int64)
        self._order = np.full(WORD * int(words.sum()), -1, np.int64)
        # Offset from the sorted index of a sample to its bit, for each group.
        places = WORD * self._words[:-1] - (np.cumsum(sizes) - sizes)
        self._order[np.arange(len(y)) + np.repeat(places, sizes)] = np.argsort(
            groups, kind="stable"
        )
        counts = sizes.reshape(n_states, n_classes).astype(np.float64)
        self._margins = JointMargins(counts, True, len(y))

    def pack(self, codes: NDArray[np.uint8], n_levels: NDArray[np.integer]) -> PlaneColumns:
        """Return columns as planes.

        Parameters
        ----------
        codes : ndarray of shape (n_columns, n or more), dtype uint8

        n_levels : ndarray of shape (n_columns,), dtype int
            At most 255 each; above `MOST_LEVELS_OF_PLANES` other methods are faster.
        """
        n_levels = n_levels.astype(np.int64)
        starts = np.concatenate([[0], np.cumsum(n_levels - 1)]).astype(np.int64)
        # An odd number of cache lines: the words of a plane do not map to the same cache sets.
        width = 8 * (-(-(int(starts[-1]) + SPARE_PLANES) // 8) | 1)
        planes = np.zeros((len(self._order) // WORD, width), np.uint64)
        margins = np.zeros((len(self._words) - 1, int(starts[-1]) + len(n_levels)), np.int32)
        pack_groups(codes, n_levels, self._order, self._words, starts, planes, margins)
        return PlaneColumns(planes, starts, margins)

    def information(
        self,
        a: PlaneColumns,
        columns_a: tuple[int, int],
        b: PlaneColumns,
        columns_b: tuple[int, int],
        ahead: int = 1,
    ) -> PairInformation:
        """Return the information about y of pairs of some columns of a and of b.

        Parameters
        ----------
        a, b : PlaneColumns
            Columns of this sample.

        columns_a, columns_b : tuple of two ints
            First column and stop, such as one of `PlaneColumns.blocks`.

        ahead : int, default=1
            Column f of a is paired with the columns of b from ``f + ahead`` on; results of other
            pairs are zero.
        """
        margins = self._margins
        shape = columns_a[1] - columns_a[0], columns_b[1] - columns_b[0]
        information, null_mean = np.zeros((2, *shape), np.int64)
        pair_information(
            a.planes,
            a.starts,
            a.margins,
            columns_a,
            b.planes,
            b.starts,
            b.margins,
            columns_b,
            ahead,
            self._words,
            self._n_classes,
            margins.of_groups,
            margins.xlogx,
            margins.scale,
            margins.null,
            information,
            null_mean,
        )
        return PairInformation(information / margins.scale, null_mean / margins.scale)
