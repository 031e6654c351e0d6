"""Mutual information of all pairs of discrete columns."""

from dataclasses import dataclass
from itertools import combinations_with_replacement, pairwise
from numbers import Integral
from typing import NamedTuple

import numpy as np
from joblib import delayed
from numpy.typing import ArrayLike, NDArray

from skinfo._counts._as_source import is_in_parts
from skinfo._counts._codes import encode_columns
from skinfo._counts._contingency import nearly_equal
from skinfo._counts._source import columns_by_name
from skinfo._counts._table import table_of
from skinfo._kernels._fixed_point import (
    fixed_point_scale,
    fixed_xlogx_table,
    level_sums,
    sum_fixed_xlogx,
)
from skinfo._kernels._null import poisson_tables
from skinfo._kernels._null_pairs import pair_null_means, pair_null_sums
from skinfo._kernels._pairs import is_sparse, pack_planes, plane_pair_sums, row_pair_sums
from skinfo.estimation._chunked_samples import read_codes
from skinfo.estimation._samples import MISSING, missing_values, refuse_missing_values
from skinfo.utils._compat import StrOptions, validate_params
from skinfo.utils._parallel import in_threads, n_threads
from skinfo.utils._validation import check_base, check_frequency_weights, match_name

# Up to here planes of bits beat adding up rows: their cost goes with the square.
MOST_PLANE_LEVELS = 16

# One block of columns: its planes of one block of rows stay in the second-level cache.
PLANES_A_BLOCK = 144
WORDS_A_BLOCK = 192

# Rows of planes come in whole vectors.
VECTOR_WORDS = 8

# Nanoseconds, about: a cell made bits, a word of two planes, a row of two columns, the mean
# of a cell under independence.
PACK_COST = 0.2
WORD_COST = 0.08
PAIR_COST = 1.0
NULL_COST = 500.0

# One block of columns of many levels: a task is all pairs of two of them.
COLUMNS_A_BLOCK = 32

# x ln x of counts below this is looked up (1 MiB); a logarithm is cheaper than a far cache.
LARGEST_TABLE = 2**17

# Up to so many different margins, the null mean of each pair of them is kept (32 MiB).
MOST_SIZES = 2048

# Of more different sums of weights in a column, those that differ by a percent are one: else time
# would go with the square of the levels.
MOST_REAL_SIZES = 2048


@validate_params(
    {
        "X": "no_validation",
        "estimator": "no_validation",
        "missing": [StrOptions(set(MISSING))],
        "sample_weight": ["array-like", str, None],
        "base": "no_validation",
        "n_jobs": [Integral, None],
    },
    prefer_skip_nested_validation=True,
)
def pairwise_mutual_info(
    X: ArrayLike,
    *,
    estimator: str = "emi",
    missing: str = "separate",
    sample_weight: ArrayLike | str | None = None,
    base: float = 2,
    n_jobs: int | None = None,
) -> NDArray[np.float64]:
    """Estimate the mutual information of all pairs of discrete columns, in bits.

    ``I(X_j; X_k)`` off the diagonal, ``H(X_j)`` on it. The result is the same,
    to the last bit, for any order of rows and of columns, any names of the
    levels, and any `n_jobs`.

    Parameters
    ----------
    X : array-like or dataframe of shape (n_samples, n_features), or iterable
        Discrete columns: integers, booleans, strings, categories, or whole
        numbers stored as floats; missing values as `missing` says. A
        column with other numbers is an error: bin it first. An iterable of
        dataframes, such as a list, is a table in chunks, with the result of one table.

    estimator : {'emi', 'plugin'}, default='emi'
        How pairs are estimated. ``'plugin'`` takes sample proportions for
        probabilities, which is biased upwards. ``'emi'`` subtracts from that
        the mean of independent columns with the same level counts:
        the mean is then zero for independent columns, however many levels they
        have, and a single estimate may be a little below zero. The diagonal is
        the plug-in entropy for both.

    missing : {'separate', 'drop', 'raise'}, default='separate'
        Whether missing values are a level of their own, a pair is estimated from
        the rows in which both columns have a value (the diagonal: the one
        column), or missing values are an error.

    sample_weight : array-like of shape (n_samples,), or str, default=None
        Non-negative weights, or the name of the column of X that holds them. An integer
        weight is exactly that many copies of the row. With other weights ``'emi'`` subtracts
        a smooth approximation.

    base : float, default=2
        Base of the logarithm: 2 for bits, ``math.e`` for nats.

    n_jobs : int, default=None
        Number of threads. ``None`` means 1 unless in a
        :obj:`joblib.parallel_backend` context; ``-1`` means all processors.

    Returns
    -------
    mi : ndarray of shape (n_features, n_features), dtype float64
        Symmetric, in bits (or the unit of `base`).

    Raises
    ------
    ValueError
        If a column is not discrete, no weight is positive, `base` is not a
        base, or weights of chunks are not the name of a column.

    See Also
    --------
    skinfo.measures.mutual_information : Of a known joint distribution.
    sklearn.metrics.mutual_info_score : The plug-in of one pair, in nats.

    Notes
    -----
    A proportion of the entropy, such as ``mi / np.sqrt(np.outer(h, h))`` with
    ``h = np.diag(mi)``, is one for columns that determine each other only with
    ``estimator='plugin'``: ``'emi'`` subtracts the null mean there too.

    The mean under independence is that over all tables with the observed
    margins [1]_; where the expected count of a cell is 256 or more, the first
    terms of its series are used, which agree with it to 1e-8 of a row.

    Columns of up to 16 levels become planes of bits, and a cell of a table is
    the number of bits that two planes share.

    References
    ----------
    .. [1] N. X. Vinh, J. Epps and J. Bailey, "Information theoretic measures
       for clusterings comparison", J. Machine Learning Research, vol. 11,
       pp. 2837-2854, 2010, eq. 24.

    Examples
    --------
    The second column tells the half that the first is in, the third is independent:

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
        table, sample_weight = read_codes(X, sample_weight, caller, missing)
    else:
        X, _, sample_weight = columns_by_name(X, None, sample_weight)
        table = table_of(X, caller=caller)
    n_samples = table.shape[0]
    # No weights are an empty array.
    weights = (
        np.empty(0) if sample_weight is None else check_frequency_weights(sample_weight, n_samples)
    )
    if missing == "raise":
        refuse_missing_values(table)
    of_all = _of_present if missing == "drop" else _of_all
    return of_all(table, estimator, weights, nats, n_jobs)


def _of_all(table, estimator, weights, nats, n_jobs):
    """Return the information of all pairs, (n_features, n_features), in units of so many nats."""
    columns = _read_columns(table, weights, n_jobs)
    joint = columns.joint_sums(n_jobs)
    apart = columns.apart_sums()
    if estimator == "emi":
        # The null mean replaces the sum of the margins, except of a column with itself.
        np.copyto(apart, columns.null_sums(n_jobs), where=~np.eye(len(apart), dtype=bool))
    mi = (joint - apart) / (columns.scale * columns.total * nats)
    # The plug-in is never negative; what the rounding of each cell leaves may be.
    return np.maximum(mi, 0.0) if estimator == "plugin" else mi


def _of_present(table, estimator, weights, nats, n_jobs):
    """Return the same, each pair from the rows in which both columns have a value."""
    missing = np.array([missing_values(table, j) for j in range(table.shape[1])])
    patterns, pattern = np.unique(missing, axis=0, return_inverse=True)
    mi = np.empty((len(missing), len(missing)))
    for a, b in combinations_with_replacement(range(len(patterns)), 2):
        columns = np.flatnonzero((pattern == a) | (pattern == b))
        rows = np.flatnonzero(~(patterns[a] | patterns[b]))
        part = weights[rows] if len(weights) else weights
        if len(rows) == 0 or (len(part) and not part.any()):
            names = [table.names[np.flatnonzero(pattern == which)[0]] for which in (a, b)]
            raise ValueError(
                f"{' and '.join(dict.fromkeys(names))} have no row of positive weight without a "
                "missing value. Leave a column out, or use missing='separate'."
            )
        some = table.select(columns).take(rows)
        square = _of_all(some, estimator, part, nats, n_jobs)
        # Within a pattern these rows are too few, unless both are the same.
        crosses = (pattern[columns][:, None] != pattern[columns]) | (a == b)
        mi[np.ix_(columns, columns)] = np.where(crosses, square, mi[np.ix_(columns, columns)])
    return mi


def _read_columns(table, weights, n_jobs):
    """Return the Columns of a table, with their margins and the unit of fixed-point sums."""
    codes, n_levels = encode_columns(table, n_jobs=n_jobs)
    margins = [
        level_sums(column.astype(np.int32), levels, weights)
        for column, levels in zip(codes, n_levels, strict=True)
    ]
    n = table.shape[0]
    # Added up as a margin is, so that of a constant column the two are equal.
    total = float(level_sums(np.zeros(n, np.int32), 1, weights)[0])
    scale = fixed_point_scale(total, max(n, 2))
    xlogx = fixed_xlogx_table(int(min(total, LARGEST_TABLE)) + 1, scale)
    return _Columns(codes, n_levels, margins, weights, total, xlogx, scale)


@dataclass(frozen=True)
class _Columns:
    """Codes of columns, and sums of x ln x over their tables in units of 1 / scale (int64)."""

    codes: np.ndarray  # (n_features, n_samples)
    n_levels: np.ndarray  # (n_features,)
    margins: list  # counts of each level, float64, one array a column
    weights: np.ndarray  # (n_samples,) or (0,)
    total: float  # number of rows, or sum of weights
    xlogx: np.ndarray  # x ln x of 0, 1, 2, ...
    scale: float

    @property
    def unit(self):
        """The last two arguments of the kernels of fixed-point sums."""
        return self.xlogx, self.scale

    def joint_sums(self, n_jobs):
        """Return the sums (n_features, n_features) over the table of each pair."""
        few = (self.n_levels <= MOST_PLANE_LEVELS) & (len(self.weights) == 0)
        sums = np.diag(self.own_sums())
        self._add_plane_pairs(sums, np.flatnonzero(few), n_jobs)
        self._add_row_pairs(sums, np.flatnonzero(~few), np.flatnonzero(few), n_jobs)
        return _symmetric(sums)

    def own_sums(self):
        """Return the sum (n_features,) over the margin of each column."""
        sums = [sum_fixed_xlogx(margin, *self.unit) for margin in self.margins]
        return np.array(sums, np.int64)

    def apart_sums(self):
        """Return the sums of pairs that are independent in the sample."""
        own = self.own_sums()
        whole = sum_fixed_xlogx(np.array([self.total]), *self.unit)
        return own[:, None] + own[None, :] - whole

    def null_sums(self, n_jobs):
        """Return the mean sums of pairs with these margins, were they independent."""
        exact = bool(np.all(self.weights % 1 == 0))
        margins = _distinct_margins(self.margins, exact)
        sizes = margins.sizes
        how = poisson_tables(), exact, self.scale
        step = n_threads(n_jobs)
        kept = len(sizes) if len(sizes) <= MOST_SIZES else 0
        null_means = np.empty((kept, kept), np.int64)
        sums = np.zeros((len(self.codes), len(self.codes)), np.int64)
        # Every step-th row: triangles of equal size.
        in_threads(
            (
                delayed(pair_null_means)(self.total, sizes[:kept], first, step, *how, null_means)
                for first in range(step)
            ),
            work=NULL_COST * kept**2 / 2,
            n_jobs=n_jobs,
        )
        in_threads(
            (
                delayed(pair_null_sums)(self.total, *margins, first, step, null_means, *how, sums)
                for first in range(step)
            ),
            work=(1.0 if kept else NULL_COST) * len(margins.times) ** 2 / 2,
            n_jobs=n_jobs,
        )
        return _symmetric(sums)

    def _add_plane_pairs(self, sums, few, n_jobs):
        """Fill the pairs of columns of few levels, each with the first of the two ahead."""
        if len(few) < 2:
            return
        starts = np.concatenate([[0], np.cumsum(self.n_levels[few] - 1)])
        planes = _empty_planes(self.codes.shape[1], starts[-1])
        margins = np.concatenate([self.margins[j] for j in few]).astype(np.int64)
        blocks = _blocks_of_planes(starts)

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
            # One block with all from it on: tasks long enough to be worth handing over.
            for block in blocks[i:]:
                plane_pair_sums(planes, starts, margins, blocks[i], block, *self.unit, part)

        in_threads(
            (delayed(add)(i) for i in range(len(blocks))),
            work=WORD_COST * planes.size * planes.shape[1] / 2,
            n_jobs=n_jobs,
        )
        sums[np.ix_(few, few)] += part

    def _add_row_pairs(self, sums, many, few, n_jobs):
        """Fill the pairs of columns `many` with each other, and with each of `few`."""
        n = self.codes.shape[1]
        columns = np.concatenate([many, few])

        def add(first, others):
            # Bytes become integers once for all pairs of two blocks.
            codes, levels = self.codes[others].astype(np.int32), self.n_levels[others]
            for f in first:
                column = self.codes[f].astype(np.int32)
                sparse = is_sparse(n, self.n_levels[f], levels.max())
                order = np.argsort(column, kind="stable") if sparse else np.empty(0, np.int64)
                # In a block with itself each pair once: those after f.
                ahead = int(np.argmax(others == f)) + 1 if f in others else 0
                # Threads write to entries of their own; either half of the square will do.
                sums[f, others[ahead:]] = row_pair_sums(
                    column,
                    self.n_levels[f],
                    order,
                    codes[ahead:],
                    levels[ahead:],
                    self.weights,
                    *self.unit,
                )

        in_threads(
            (
                delayed(add)(many[i : i + COLUMNS_A_BLOCK], columns[k : k + COLUMNS_A_BLOCK])
                for i in range(0, len(many), COLUMNS_A_BLOCK)
                for k in range(i, len(columns), COLUMNS_A_BLOCK)
            ),
            work=PAIR_COST * n * len(many) * (len(few) + len(many) / 2),
            n_jobs=n_jobs,
        )


def _symmetric(sums):
    """Return sums of which one of (f, g) and (g, f) is zero, or both the diagonal, filled."""
    return sums + sums.T - np.diag(np.diag(sums))


def _empty_planes(n, n_planes):
    """Return planes (n_blocks, n_planes, n_words) for n rows, in equal blocks of whole vectors."""
    n_words = -(-n // 64)
    n_blocks = -(-n_words // WORDS_A_BLOCK)
    words = -(-n_words // (n_blocks * VECTOR_WORDS)) * VECTOR_WORDS
    size = n_blocks * n_planes * words
    # From the start of a cache line on: vectors that lie across two take a third longer.
    spare = np.empty(size + VECTOR_WORDS, np.uint64)
    start = -(spare.ctypes.data // spare.itemsize) % VECTOR_WORDS
    return spare[start : start + size].reshape(n_blocks, n_planes, words)


def _blocks_of_planes(starts):
    """Return (first, last plus one) of runs of columns with about `PLANES_A_BLOCK` planes."""
    block = starts[:-1] // PLANES_A_BLOCK
    edges = np.flatnonzero(np.diff(block, prepend=-1, append=np.inf))
    return [(int(a), int(b)) for a, b in pairwise(edges)]


class _DistinctMargins(NamedTuple):
    """The different level counts of all columns, in the order of arguments of `pair_null_sums`.

    Attributes
    ----------
    sizes : ndarray of shape (n_sizes,)

    which, times : ndarray of shape (n_entries,), dtype int64
        One column after another, the index of each count among `sizes` and how often it occurs.

    starts : ndarray of shape (n_features + 1,), dtype int64
        The first entry of each column.
    """

    sizes: NDArray[np.float64]
    which: NDArray[np.int64]
    times: NDArray[np.int64]
    starts: NDArray[np.int64]


def _distinct_margins(margins, exact):
    """Return the _DistinctMargins of columns; nearly equal sums of weights are one."""
    per_column = [np.unique(margin[margin > 0], return_counts=True) for margin in margins]
    if not exact:
        per_column = [
            nearly_equal(*column) if len(column[0]) > MOST_REAL_SIZES else column
            for column in per_column
        ]
    values = np.concatenate([column for column, _ in per_column])
    sizes, which = np.unique(values, return_inverse=True)
    times = np.concatenate([counts for _, counts in per_column]).astype(np.int64)
    starts = np.concatenate([[0], np.cumsum([len(column) for column, _ in per_column])])
    return _DistinctMargins(sizes, which.astype(np.int64), times, starts.astype(np.int64))
