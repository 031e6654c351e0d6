"""Conditional information of the discrete columns of a table in parts, from counts."""

from functools import partial
from typing import NamedTuple

import numpy as np

from skinfo._counts._target import class_codes, infer_continuous, known_codes
from skinfo.estimation._estimators import check_n_neighbors
from skinfo.estimation._levels_in_parts import read_levels
from skinfo.estimation._pairs_in_parts import summed_cells
from skinfo.estimation._rows_in_parts import CountedRows, packed_words
from skinfo.estimation._strata import Strata, neighbors_of_codes
from skinfo.utils._text import one_line, short_repr

CALLER = "conditional_mutual_info"


def conditional_in_parts(
    X, y, Z, *, discrete, discrete_target, functions, n_neighbors, missing, sample_weight
):
    """Return the estimate for every column of X that is not in Z, in nats.

    There are three passes: over the levels, over the pairs of strata and classes, and over the
    joint cells of the columns and these pairs.

    Parameters
    ----------
    X, y, sample_weight
        As in `as_source`.

    Z : list of str
        Columns of X.

    discrete : tuple of two ("auto" or bool)
        Whether the columns of X, and those of Z, are discrete.

    discrete_target : "auto" or bool

    functions : Estimator

    n_neighbors : int

    missing : {"separate", "drop", "raise"}
    """
    of_features, of_conditions = (switch is True for switch in discrete)
    parts = read_levels(
        X,
        y,
        sample_weight,
        caller=CALLER,
        has_target=True,
        target_type="auto" if isinstance(discrete_target, str) else "multiclass",
        is_discrete=lambda key: of_conditions if key in Z else of_features,
    )
    classes = _classes(parts.target, discrete_target)
    conditions = [_index_of(parts.names, name) for name in Z]
    features = [j for j in range(len(parts.names)) if j not in conditions]
    if not features:
        raise ValueError(f"X has no column but those of Z, {Z}, which {CALLER} needs.")
    for j, levels in enumerate(parts.levels):
        if levels is None:
            raise _needs_all_samples(parts.names[j])
    if missing == "raise":
        parts.select(features).refuse_missing_values()
    if functions.discrete is neighbors_of_codes:
        check_n_neighbors(n_neighbors, parts.n_samples)
    to_words = WordsOfPairs(parts.n_levels[conditions].tolist(), conditions, classes)
    pairs = parts.reduce(to_words.counted, CountedRows.merged)
    task = partial(_cells_in_part, to_words, pairs, features)
    cells = parts.reduce(task, _merged_cells)
    left_out = parts.has_missing[features] & (missing == "drop")
    n_levels = parts.n_levels[features] - left_out
    return np.array(
        [
            _estimate(*args, to_words, lambda counts: functions.discrete(counts, n_neighbors))
            for args in zip(
                cells,
                n_levels,
                [parts.names[j] for j in features],
                [pairs] * len(cells),
                strict=True,
            )
        ]
    )


def _index_of(names, name):
    if name not in names:
        raise ValueError(
            f"Z={short_repr(name)} is not among the columns of X: {short_repr(names)}."
        )
    return names.index(name)


def _needs_all_samples(name):
    return ValueError(
        f"{one_line(name)} is continuous, and {CALLER} of what is continuous needs all samples at "
        "once, but X comes in parts. Bin it first, e.g. with MutualInfoBinner, set "
        "discrete_features, discrete_target or discrete_conditions to True if its values are "
        "levels, or pass a random sample of the rows."
    )


def _classes(target, discrete_target):
    """Return the sorted classes of y."""
    is_continuous = not discrete_target
    if isinstance(discrete_target, str):
        is_continuous, _ = infer_continuous(target.labels)
    if is_continuous:
        raise _needs_all_samples("y")
    return class_codes(target.labels)[1]


class WordsOfPairs(NamedTuple):
    """Encoder of samples as words: words of their stratum, and a last one for their class.

    Attributes
    ----------
    n_levels : list of int
        Number of levels of each column of Z.

    conditions : list of int
        Indices of the columns of Z.

    classes : ndarray of shape (n_classes,)
    """

    n_levels: list
    conditions: list
    classes: np.ndarray

    def __call__(self, piece):
        """Return the words of some samples, (n_words, n)."""
        y = known_codes(piece.y, self.classes).astype(np.int64)
        strata = packed_words([piece.codes[j] for j in self.conditions], self.n_levels)
        return np.vstack([strata, y])

    def counted(self, piece):
        """Return the CountedRows of some samples."""
        return CountedRows.of(self(piece), piece.weights)


def _cells_in_part(to_words, pairs, features, piece):
    """Return the non-empty cells ``level * n_pairs + pair`` of each column, with their counts."""
    pair = pairs.index_of(to_words(piece))
    n_pairs = len(pairs.counts)
    return [
        summed_cells(piece.codes[j].astype(np.int64) * n_pairs + pair, piece.weights)
        for j in features
    ]


def _merged_cells(a, b):
    return [of_a.merged(of_b) for of_a, of_b in zip(a, b, strict=True)]


def _estimate(occupied, n_levels, name, pairs, to_words, estimate):
    """Return the estimate of one column, from its levels below `n_levels`."""
    level, pair = np.divmod(occupied.cells, len(pairs.counts))
    kept = level < n_levels
    level, pair, counts = level[kept], pair[kept], occupied.counts[kept]
    if not len(level):
        raise ValueError(
            f"{one_line(name)} has no value that is not missing in a row of positive weight. "
            "Leave the column out, or use missing='separate'."
        )
    # `Strata` takes one weighted sample per pair of stratum and class, in lexicographic order.
    used, pair = np.unique(pair, return_inverse=True)
    *strata, y = pairs.words[:, used]
    stratum = np.zeros(len(used), np.int64)
    for words in strata:
        stratum |= np.diff(words, prepend=words[0]) != 0
    of_pairs = np.bincount(pair, counts, len(used))
    return Strata(np.cumsum(stratum), y, of_pairs).estimate_of_cells(
        level * len(used) + pair, counts, estimate
    )
