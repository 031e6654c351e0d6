"""Mutual information of all pairs of discrete columns."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations_with_replacement
from numbers import Integral

import numpy as np
from joblib import delayed
from numpy.typing import ArrayLike, NDArray

from skinfo._counts._as_source import is_in_parts
from skinfo._counts._codes import encode_columns
from skinfo._counts._source import columns_by_name
from skinfo._counts._table import table_of
from skinfo._kernels._fixed_point import level_sums
from skinfo._kernels._pairs import is_sparse, pack_planes, plane_pair_sums, row_pair_sums
from skinfo.estimation._bit_planes import (
    MOST_PLANE_LEVELS,
    blocks_of_planes,
    empty_planes,
    plane_starts,
)
from skinfo.estimation._levels_in_parts import read_levels
from skinfo.estimation._pair_margins import (
    PairMargins,
    information_of_pairs,
    refuse_no_common_sample,
    symmetric,
)
from skinfo.estimation._pairs_in_parts import pairs_in_parts
from skinfo.estimation._samples import MISSING, missing_values, refuse_missing_values
from skinfo.utils._compat import StrOptions, validate_params
from skinfo.utils._parallel import in_threads
from skinfo.utils._progress import with_printed_progress
from skinfo.utils._validation import check_base, check_frequency_weights, match_name

# Approximate times in nanoseconds: to pack a value into bit planes, per word of two planes, and
# per row of two columns.
PACK_COST = 0.2
WORD_COST = 0.08
PAIR_COST = 1.0

# Size of a block of columns with many levels; a task consists of all pairs of two blocks.
COLUMNS_PER_BLOCK = 32


@validate_params(
    {
        "X": "no_validation",
        "estimator": "no_validation",
        "missing": [StrOptions(set(MISSING))],
        "sample_weight": ["array-like", str, None],
        "base": "no_validation",
        "n_jobs": [Integral, None],
        "verbose": ["verbose"],
    },
    prefer_skip_nested_validation=True,
)
@with_printed_progress
def pairwise_mutual_info(
    X: ArrayLike,
    *,
    estimator: str = "emi",
    missing: str = "separate",
    sample_weight: ArrayLike | str | None = None,
    base: float = 2,
    n_jobs: int | None = None,
    verbose: bool | int = False,
) -> NDArray[np.float64]:
    """Estimate the mutual information of all pairs of discrete columns, in bits.

    ``I(X_j; X_k)`` off the diagonal, ``H(X_j)`` on it. The result is identical for any order of
    samples and of columns, any names of the levels, and any `n_jobs`.

    Parameters
    ----------
    X : array-like, dataframe or table of shape (n_samples, n_features)
        Discrete columns: integers, booleans, strings, categories, or integers stored as floats;
        for missing values see `missing`. A column with other numbers is an error: discretise it
        first. A table that is not in memory, of any kind that `skinfo.MutualInfoBinner` accepts,
        such as a list of dataframes, is counted in pieces, with the same result; see Notes.

    estimator : {'emi', 'plugin'}, default='emi'
        The estimator of pairs. ``'plugin'`` uses sample proportions, which is biased upwards.
        ``'emi'`` subtracts the mean for independent columns with the same margins: the estimate
        then has mean zero for independent columns, for any number of levels, and may be slightly
        negative. The diagonal is the plug-in entropy for both.

    missing : {'separate', 'drop', 'raise'}, default='separate'
        Whether missing values are a separate level, a pair is estimated from the samples in
        which both columns have a value (the diagonal: the one column), or missing values are an
        error.

    sample_weight : array-like of shape (n_samples,), or str, default=None
        Non-negative weights, or the name of the weight column of X. An integer weight is
        equivalent to repeating the sample. With other weights ``'emi'`` subtracts a smooth
        approximation.

    base : float, default=2
        Base of the logarithm: 2 for bits, ``math.e`` for nats.

    n_jobs : int, default=None
        Number of threads. ``None`` means 1 unless in a
        :obj:`joblib.parallel_backend` context; ``-1`` means all processors.

    verbose : bool or int, default=False
        Whether to print progress: a line for each pass over a table in parts and for each block of
        pairs, the latter at most once per second.

    Returns
    -------
    mi : ndarray of shape (n_features, n_features), dtype float64
        Symmetric, in bits (or the unit of `base`).

    Raises
    ------
    ValueError
        If a column is not discrete, if no weight is positive, if `base` is invalid, or if weights
        of chunks are not the name of a column.

    See Also
    --------
    skinfo.measures.mutual_information : For a known joint distribution.
    sklearn.metrics.mutual_info_score : Plug-in estimate of one pair, in nats.

    Notes
    -----
    A proportion of the entropy, such as ``mi / np.sqrt(np.outer(h, h))`` with
    ``h = np.diag(mi)``, is one for columns that determine each other only with
    ``estimator='plugin'``: ``'emi'`` subtracts the null mean there too.

    The mean under independence is that over all tables with the observed margins [1]_; if the
    expected count of a cell is 256 or more, the first terms of its series are used, which agree
    with it to 1e-8 of a sample.

    Columns of up to 16 levels are stored as bit planes, and a cell of a table is the number of
    bits that two planes have in common.

    A table that is not in memory is read twice: for the levels, and for codes that are stored
    where the rows are, one byte per cell for up to 256 levels. Passes over the codes then count 32
    MiB of contingency tables each.

    References
    ----------
    .. [1] N. X. Vinh, J. Epps and J. Bailey, "Information theoretic measures
       for clusterings comparison", J. Machine Learning Research, vol. 11,
       pp. 2837-2854, 2010, eq. 24.

    Examples
    --------
    The second column is the half that the first is in, and the third is independent:

    >>> import numpy as np
    >>> from skinfo.estimation import pairwise_mutual_info
    >>> quarter = np.repeat([0, 1, 2, 3], 50)
    >>> X = np.column_stack([quarter, quarter // 2, np.arange(200) % 2])
    >>> pairwise_mutual_info(X, estimator="plugin").round(12) + 0.0
    array([[2., 1., 0.],
           [1., 1., 0.],
           [0., 0., 1.]])

    Independent columns with the margins of the first pair have 0.011 bits on average:

    >>> pairwise_mutual_info(X).round(3)
    array([[ 2.   ,  0.989, -0.011],
           [ 0.989,  1.   , -0.004],
           [-0.011, -0.004,  1.   ]])
    """
    nats = check_base(base)
    caller = "pairwise_mutual_info"
    estimator = match_name(estimator, ("emi", "plugin"), parameter="estimator", caller=caller)
    if is_in_parts(X):
        parts = read_levels(X, sample_weight=sample_weight, caller=caller)
        return pairs_in_parts(parts, estimator, missing, nats, n_jobs)
    X, _, sample_weight = columns_by_name(X, None, sample_weight)
    table = table_of(X, caller=caller)
    n_samples = table.shape[0]
    # An empty array represents no weights.
    weights = (
        np.empty(0) if sample_weight is None else check_frequency_weights(sample_weight, n_samples)
    )
    most_cells = np.count_nonzero(weights) if len(weights) else n_samples
    if missing == "raise":
        refuse_missing_values(table)
    of_all = _of_present if missing == "drop" else _of_all
    return of_all(table, estimator, weights, most_cells, nats, n_jobs)


def _of_all(table, estimator, weights, most_cells, nats, n_jobs):
    """Return the information of all pairs, (n_features, n_features), in units of `nats`."""
    columns = _read_columns(table, weights, most_cells, n_jobs)
    return information_of_pairs(
        columns.joint_sums(n_jobs), columns.margins, estimator, nats, n_jobs
    )


def _of_present(table, estimator, weights, most_cells, nats, n_jobs):
    """Return the information of all pairs, each from the rows in which both have a value."""
    missing = np.array([missing_values(table, j) for j in range(table.shape[1])])
    patterns, pattern = np.unique(missing, axis=0, return_inverse=True)
    mi = np.empty((len(missing), len(missing)))
    for a, b in combinations_with_replacement(range(len(patterns)), 2):
        columns = np.flatnonzero((pattern == a) | (pattern == b))
        rows = np.flatnonzero(~(patterns[a] | patterns[b]))
        part = weights[rows] if len(weights) else weights
        if len(rows) == 0 or (len(part) and not part.any()):
            refuse_no_common_sample(
                [table.names[np.flatnonzero(pattern == which)[0]] for which in (a, b)]
            )
        some = table.select(columns).take(rows)
        square = _of_all(some, estimator, part, most_cells, nats, n_jobs)
        # Pairs within one pattern have more rows than these, unless both patterns are the same.
        crosses = (pattern[columns][:, None] != pattern[columns]) | (a == b)
        mi[np.ix_(columns, columns)] = np.where(crosses, square, mi[np.ix_(columns, columns)])
    return mi


def _read_columns(table, weights, most_cells, n_jobs):
    """Return the _Columns of a table."""
    codes, n_levels = encode_columns(table, n_jobs=n_jobs)
    counts = [
        level_sums(column.astype(np.int32), levels, weights)
        for column, levels in zip(codes, n_levels, strict=True)
    ]
    # Summed like a margin, so that it equals the margin of a constant column.
    total = float(level_sums(np.zeros(table.shape[0], np.int32), 1, weights)[0])
    is_whole = bool(np.all(weights % 1 == 0))
    return _Columns(codes, n_levels, weights, PairMargins.of(counts, total, is_whole, most_cells))


@dataclass(frozen=True)
class _Columns:
    """Codes of columns, and sums of x ln x over the tables of all pairs."""

    codes: np.ndarray  # (n_features, n_samples)
    n_levels: np.ndarray  # (n_features,)
    weights: np.ndarray  # (n_samples,) or (0,)
    margins: PairMargins

    def joint_sums(self, n_jobs):
        """Return the sums of x ln x over the table of each pair, (n_features, n_features)."""
        few = (self.n_levels <= MOST_PLANE_LEVELS) & (len(self.weights) == 0)
        sums = np.diag(self.margins.margin_sums())
        self._add_plane_pairs(sums, np.flatnonzero(few), n_jobs)
        self._add_row_pairs(sums, np.flatnonzero(~few), np.flatnonzero(few), n_jobs)
        return symmetric(sums)

    def _add_plane_pairs(self, sums, few, n_jobs):
        """Add the sums of pairs of columns with few levels, in the upper triangle."""
        if len(few) < 2:
            return
        starts = plane_starts(self.n_levels[few])
        planes = empty_planes(self.codes.shape[1], starts[-1])
        margins = np.concatenate([self.margins.counts[j] for j in few]).astype(np.int64)
        blocks = blocks_of_planes(starts)

        def pack(block):
            for f in range(*block):
                column = self.codes[few[f]].astype(np.uint8, copy=False)
                pack_planes(column, self.n_levels[few[f]], starts[f], planes)

        in_threads(
            (delayed(pack)(block) for block in blocks),
            work=PACK_COST * self.codes.size,
            n_jobs=n_jobs,
        )
        part = np.zeros((len(few), len(few)), np.int64)

        def add(i):
            # A task is one block with all blocks from it on: long enough to be worth a thread.
            for block in blocks[i:]:
                plane_pair_sums(
                    planes, starts, margins, blocks[i], block, *self.margins.unit, part
                )

        in_threads(
            (delayed(add)(i) for i in range(len(blocks))),
            work=WORD_COST * planes.size * planes.shape[1] / 2,
            n_jobs=n_jobs,
            step="block",
        )
        sums[np.ix_(few, few)] += part

    def _add_row_pairs(self, sums, many, few, n_jobs):
        """Write the sums of pairs of columns `many`, and of each of these with each of `few`."""
        n = self.codes.shape[1]
        columns = np.concatenate([many, few])

        def add(first, others):
            # Conversion to int32 once for all pairs of two blocks.
            codes, levels = self.codes[others].astype(np.int32), self.n_levels[others]
            for f in first:
                column = self.codes[f].astype(np.int32)
                sparse = is_sparse(n, self.n_levels[f], levels.max())
                order = np.argsort(column, kind="stable") if sparse else np.empty(0, np.int64)
                # Within a block each pair is counted once: f with the columns after it.
                ahead = int(np.argmax(others == f)) + 1 if f in others else 0
                # Threads write to separate entries; `symmetric` accepts either triangle.
                sums[f, others[ahead:]] = row_pair_sums(
                    column,
                    self.n_levels[f],
                    order,
                    codes[ahead:],
                    levels[ahead:],
                    self.weights,
                    *self.margins.unit,
                )

        in_threads(
            (
                delayed(add)(many[i : i + COLUMNS_PER_BLOCK], columns[k : k + COLUMNS_PER_BLOCK])
                for i in range(0, len(many), COLUMNS_PER_BLOCK)
                for k in range(i, len(columns), COLUMNS_PER_BLOCK)
            ),
            work=PAIR_COST * n * len(many) * (len(few) + len(many) / 2),
            n_jobs=n_jobs,
            step="block",
        )
