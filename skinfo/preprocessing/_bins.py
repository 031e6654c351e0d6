"""The fitted bins of one column: from values to codes, and how a person would name them."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class NumericBins:
    """Half-open intervals between cuts, then a bin for missing values if there were any.

    Attributes
    ----------
    cuts : ndarray of shape (n_intervals - 1,), dtype float64
        Increasing; a value equal to a cut belongs to its right.

    has_missing : bool

    fallback : int
        The fullest bin: where missing values go that `fit` did not see.
    """

    cuts: np.ndarray
    has_missing: bool
    fallback: int = 0

    @property
    def n_bins(self):
        """Number of bins, that of missing values included."""
        return len(self.cuts) + 1 + self.has_missing

    @property
    def edges(self):
        """Ends of the intervals, -inf and inf included."""
        return np.concatenate([[-np.inf], self.cuts, [np.inf]])

    @property
    def members(self):
        """A column of numbers has no groups of levels."""
        return None

    def codes(self, table, j):
        """Return the bin of each row of column j, (n_samples,) int64."""
        values = table.numbers(j)
        codes = np.searchsorted(self.cuts, values, side="right")
        missing = np.isnan(values)
        if missing.any():
            codes[missing] = self.n_bins - 1 if self.has_missing else self.fallback
        return codes

    def labels(self):
        """Return a name for each bin, such as ``[35, 48.5)``."""
        edges = self.edges
        names = [f"[{edges[b]:.15g}, {edges[b + 1]:.15g})" for b in range(len(edges) - 1)]
        names[-1] = names[-1][:-1] + "]"
        return names + ["missing"] * self.has_missing


@dataclass(frozen=True)
class CategoryBins:
    """Groups of levels, then a bin for missing values if there were any.

    Attributes
    ----------
    levels : list
        What `fit` saw, sorted.

    groups : ndarray of shape (n_levels,), dtype int64

    has_missing : bool

    fallback : int
        The fullest bin: where missing values and levels go that `fit` did not see.
    """

    levels: list
    groups: np.ndarray
    has_missing: bool
    fallback: int = 0

    # Names longer than this end in a count of the levels left out.
    LEVELS_SHOWN = 4

    @property
    def n_bins(self):
        """Number of bins, that of missing values included."""
        return (int(self.groups.max()) + 1 if len(self.groups) else 0) + self.has_missing

    @property
    def edges(self):
        """A column of levels has no edges."""
        return None

    @property
    def members(self):
        """The levels of each group."""
        n_groups = self.n_bins - self.has_missing
        return [
            [self.levels[i] for i in np.flatnonzero(self.groups == g)] for g in range(n_groups)
        ]

    def codes(self, table, j):
        """Return the bin of each row of column j, (n_samples,) int64."""
        codes, levels = table.levels(j)
        known = dict(zip(self.levels, self.groups.tolist(), strict=True))
        missing = self.n_bins - 1 if self.has_missing else self.fallback
        bin_of = [known.get(level, self.fallback) for level in levels] + [missing]
        return np.array(bin_of, dtype=np.int64)[codes]

    def labels(self):
        """Return a name for each bin, such as ``{red, blue}``."""
        names = []
        for members in self.members:
            more = len(members) - self.LEVELS_SHOWN
            shown = [str(level) for level in members[: self.LEVELS_SHOWN]]
            shown += [f"{more} more"] if more > 0 else []
            names.append("{" + ", ".join(shown) + "}")
        return names + ["missing"] * self.has_missing
