"""Interaction information of all pairs of columns with a target."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import combinations_with_replacement
from numbers import Integral
from typing import NamedTuple

import numpy as np
import pandas as pd
from joblib import delayed
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr
from scipy.stats import false_discovery_control

from skinfo._counts._codes import MAX_LEVELS, encode_column
from skinfo._counts._evidence import TableEvidence, gamma_pvalue
from skinfo._counts._quantiles import bin_starts, default_n_bins
from skinfo._counts._target import ClassTarget
from skinfo._kernels._interactions import (
    N_PAIR_TERMS,
    NULL_MEAN,
    SHARED,
    SPREAD,
    SYNERGY,
    TESTS,
    PairColumns,
    plane_pair_terms,
    row_pair_terms,
)
from skinfo._kernels._null import poisson_tables
from skinfo._kernels._pairs import common_bits, pack_planes
from skinfo.estimation._bit_planes import (
    MOST_PLANE_LEVELS,
    blocks_of_planes,
    empty_planes,
    plane_starts,
)
from skinfo.estimation._mutual_info import TARGET_NEEDED
from skinfo.estimation._samples import read_samples
from skinfo.utils._compat import StrOptions, validate_params
from skinfo.utils._parallel import in_threads, n_threads
from skinfo.utils._progress import with_printed_progress
from skinfo.utils._results import TableRepr
from skinfo.utils._validation import check_base, explain_missing_arguments, match_name

# Approximate times in nanoseconds: to count one row of a pair, and per cell of its table.
PAIR_ROW_COST = 1.0
PAIR_CELL_COST = 50.0

# Minimum mean number of rows per class for which bit planes are faster than counting rows.
PLANE_ROWS = 64

# Null means are cached by size up to this number of samples (32 MiB); beyond, they are smooth.
MOST_REMEMBERED = 2**22

# Maximum number of cells of the table of a pair with y (256 MiB per thread).
MOST_PAIR_CELLS = 2**24


@dataclass(frozen=True, eq=False, repr=False)
class PairwiseInteractionResult(TableRepr):
    """Result of `pairwise_interaction`: information of each pair of columns about a target.

    Attributes
    ----------
    interaction : ndarray of shape (n_features, n_features), dtype float64
        ``I(X_j; Y) + I(X_k; Y) - I(X_j, X_k; Y)``, symmetric, in bits (or the unit of `base`).
        Negative is synergy, positive redundancy. On the diagonal ``I(X_j; Y)``: a column is
        completely redundant with itself.

    pvalue : ndarray of shape (n_features, n_features), dtype float64
        p-values of no interaction; on the diagonal of independence, by information alone: those of
        `mutual_info_test` for unordered levels.

    joint_mutual_info : ndarray of shape (n_features, n_features), dtype float64
        ``I(X_j, X_k; Y)``: the sum of the single informations minus the interaction; on the
        diagonal ``I(X_j; Y)``.

    feature_names : list of str
        Names of the columns; ``x0``, ``x1``, ... for an array.

    mutual_info : ndarray of shape (n_features,), dtype float64
        ``I(X_j; Y)``, the diagonal of `interaction`.

    qvalue : ndarray of shape (n_features, n_features), dtype float64
        Benjamini-Hochberg q-values over all pairs; on the diagonal over all columns.
    """

    interaction: NDArray[np.float64]
    pvalue: NDArray[np.float64]
    joint_mutual_info: NDArray[np.float64]
    feature_names: list[str]

    @property
    def mutual_info(self):
        """``I(X_j; Y)``."""
        return np.diag(self.interaction).copy()

    @cached_property
    def qvalue(self):
        """Benjamini-Hochberg q-values."""
        pairs = np.tril_indices(len(self.pvalue), -1)
        of_columns = false_discovery_control(np.diag(self.pvalue))
        of_pairs = false_discovery_control(self.pvalue[pairs])
        return _symmetric(of_pairs, of_columns)

    def to_frame(self):
        """Return a table of the pairs in decreasing order of the absolute interaction.

        Returns
        -------
        pairs : DataFrame
            With the columns ``feature``, ``other``, ``interaction``, ``kind`` ("synergy" if the
            interaction is negative, else "redundancy"), ``joint_mutual_info``, ``pvalue`` and
            ``qvalue``.
        """
        other, feature = np.tril_indices(len(self.pvalue), -1)
        interaction = self.interaction[feature, other]
        names = np.array(self.feature_names, dtype=object)
        order = np.argsort(-np.abs(interaction), kind="stable")
        pairs = pd.DataFrame(
            {
                "feature": names[feature],
                "other": names[other],
                "interaction": interaction,
                "kind": np.where(interaction < 0, "synergy", "redundancy"),
                "joint_mutual_info": self.joint_mutual_info[feature, other],
                "pvalue": self.pvalue[feature, other],
                "qvalue": self.qvalue[feature, other],
            }
        )
        return pairs.iloc[order].reset_index(drop=True)

    def _table(self):
        return self.to_frame()


@explain_missing_arguments(y=TARGET_NEEDED)
@validate_params(
    {
        "X": "no_validation",
        "y": "no_validation",
        "discrete_features": [StrOptions({"auto"}), "boolean", "array-like"],
        "discrete_target": [StrOptions({"auto"}), "boolean"],
        "estimator": "no_validation",
        "sample_weight": ["array-like", str, None],
        "base": "no_validation",
        "n_jobs": [Integral, None],
        "verbose": ["verbose"],
    },
    prefer_skip_nested_validation=True,
)
@with_printed_progress
def pairwise_interaction(
    X: ArrayLike,
    y: ArrayLike | str | None,
    *,
    discrete_features: str | bool | ArrayLike = "auto",
    discrete_target: str | bool = "auto",
    estimator: str = "emi",
    sample_weight: ArrayLike | str | None = None,
    base: float = 2,
    n_jobs: int | None = None,
    verbose: bool | int = False,
) -> PairwiseInteractionResult:
    """Estimate and test the interaction of all pairs of columns about a target.

    The interaction information ``I(X_j; Y) + I(X_k; Y) - I(X_j, X_k; Y)`` is negative if two
    columns are more informative about y together than the sum of both alone (synergy, as in an
    exclusive or), and positive if they contain the same information (redundancy, as in copies).
    The sign is that of `skinfo.measures.interaction_information`.

    Parameters
    ----------
    X : array-like, dataframe or sparse matrix of shape (n_samples, n_features)
        Columns of any kind, at least two. Numbers are discretised into equal-frequency bins, 3 to
        10 by the cube root of the number of samples; missing values are a separate level. If a
        discrete column has more than 256 levels, some share a code.

    y : array-like of shape (n_samples,) or (n_samples, n_outputs), or str
        Classes, or numbers, which are discretised in the same way, or the name of a column of X,
        which is then not a feature. Several columns of classes are one joint variable.

    discrete_features : "auto", bool, or array-like of bool or int, default="auto"
        Discrete columns; ``"auto"`` as in `mutual_info`.

    discrete_target : "auto" or bool, default="auto"
        Whether y is discrete; ``"auto"`` by the same rule.

    estimator : {"emi", "plugin"}, default="emi"
        ``"plugin"`` uses sample proportions and is biased towards synergy. ``"emi"`` subtracts the
        mean of the plug-in over tables with the same margins, under independence of y and the
        pair, or under independence of the two columns, overall and in each class of y: the smaller
        of the two. So the mean is zero for columns without information about y, whatever their
        dependence, and for columns that are informative about different parts of y.

    sample_weight : array-like of shape (n_samples,) or str, default=None
        A weight of w counts as w repetitions of the sample, also in the test. May be a column
        name, like y.

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
    result : PairwiseInteractionResult
        Has the matrices ``interaction``, ``pvalue``, ``qvalue`` and ``joint_mutual_info``, the
        names of the columns, and the method ``to_frame()`` with one row per pair.

    Raises
    ------
    ValueError
        If X has one column or is in chunks, if y is several columns of numbers, if the tables of a
        pair are too large, if lengths differ, or if `base` is invalid.

    See Also
    --------
    skinfo.inspection.InteractionDisplay : Map of synergy and redundancy.
    skinfo.measures.interaction_information : For a known joint distribution.
    pairwise_mutual_info : For pairs of columns, without a target.

    Notes
    -----
    The null hypothesis of a pair is that the interaction is zero: ``I(X_j, X_k; Y) = I(X_j; Y) +
    I(X_k; Y)``, for any information of the columns about y and about each other. The difference of
    the two sides equals ``I(X_j; X_k | Y) - I(X_j; X_k)``, and the same holds for the three
    variables in any order. So synergy is possible only if every two of them are dependent given
    the third, and redundancy only if every two are dependent. The p-value is twice the largest of
    four: those of these three dependences on the side of the estimate, from the same null
    distributions as in `mutual_info_test`, and that of the sign of the estimate, from its normal
    approximation. The largest of several p-values is valid if one of them is (an
    intersection-union test [1]_). So the test has its level for independent columns, for dependent
    columns that are independent of y, for one informative and one uninformative column, and for
    columns that are informative about different parts of y. Two columns that both are causes of y
    are usually not of the last kind: given y they are dependent (explaining away), which is
    synergy even if their effects are additive.

    The normal approximation has the variance of the delta method, scaled to its value if both
    informations are equal. Simulated levels are .00 to .01 at .05 for such columns, and .02 to .07
    if synergy and redundancy cancel.

    The time is proportional to the number of pairs, and for each to the number of samples and of
    cells of its table with y.

    References
    ----------
    .. [1] R. L. Berger, "Multiparameter hypothesis testing and acceptance sampling",
       Technometrics 24, pp. 295-300, 1982.

    Examples
    --------
    y is the exclusive or of two columns, and the third column copies the first:

    >>> import numpy as np
    >>> from skinfo.estimation import pairwise_interaction
    >>> X = np.random.default_rng(0).integers(0, 2, (500, 2))
    >>> y = X[:, 0] ^ X[:, 1]
    >>> result = pairwise_interaction(np.column_stack([X, X[:, 0]]), y)
    >>> result.interaction.round(1) + 0.0
    array([[ 0., -1.,  0.],
           [-1.,  0., -1.],
           [ 0., -1.,  0.]])
    >>> result.to_frame()[["feature", "other", "kind", "pvalue"]].round(3)
      feature other        kind  pvalue
    0      x0    x1     synergy   0.000
    1      x1    x2     synergy   0.000
    2      x0    x2  redundancy   0.313
    """
    nats = check_base(base)
    caller = "pairwise_interaction"
    estimator = match_name(estimator, ("emi", "plugin"), parameter="estimator", caller=caller)
    samples = read_samples(
        X,
        y,
        discrete_features=discrete_features,
        discrete_target=discrete_target,
        sample_weight=sample_weight,
        caller=caller,
    )
    _check_columns(samples)
    coded = _CodedSamples.of(samples)
    alone = coded.evidence()
    terms = coded.terms(alone.null_mean, n_jobs)
    mutual_info, synergy = alone.information, terms[:, SYNERGY]
    if estimator == "emi":
        mutual_info, synergy = alone.excess, synergy - terms[:, NULL_MEAN]
    unit = samples.n * nats
    second, first = np.tril_indices(samples.n_features, -1)
    joint = mutual_info[first] + mutual_info[second] + synergy
    return PairwiseInteractionResult(
        interaction=_symmetric(-synergy / unit, mutual_info / unit),
        pvalue=_symmetric(pair_pvalues(terms, alone), alone.pvalue),
        joint_mutual_info=_symmetric(joint / unit, mutual_info / unit),
        feature_names=list(samples.table.names),
    )


def _check_columns(samples):
    """Raise ValueError if there are no pairs, or several target columns of numbers."""
    if samples.n_features < 2:
        raise ValueError("pairwise_interaction needs X of two columns or more, got 1.")
    if samples.is_block:
        raise ValueError(
            f"pairwise_interaction takes one target column, got shape {samples.y.shape} of "
            "numbers: several columns are one target only where all are classes. Pass each "
            "column by itself."
        )


class _CodedSamples(NamedTuple):
    """Integer codes of columns and target.

    Attributes
    ----------
    codes : ndarray of shape (n_features, n_samples), dtype uint8

    n_levels : ndarray of shape (n_features,), dtype int64

    target : ClassTarget

    tables : list of ndarray of shape (n_levels, n_classes)
        The contingency table of each column and y.
    """

    codes: NDArray[np.uint8]
    n_levels: NDArray[np.int64]
    target: ClassTarget
    tables: list[NDArray[np.float64]]

    @classmethod
    def of(cls, samples):
        """Return the codes of Samples; numbers are discretised into equal-frequency bins."""
        n_bins, weights = default_n_bins(samples.n), samples.weights
        columns = [
            encode_column(
                samples.table,
                j,
                n_bins=None if samples.discrete[j] else n_bins,
                weights=weights,
                max_levels=MAX_LEVELS,
            )
            for j in range(samples.n_features)
        ]
        codes = np.array([column.values for column in columns], np.uint8)
        n_levels = np.array([column.n_levels for column in columns], np.int64)
        target = _target_of(samples, n_bins)
        most_cells = int(np.sort(n_levels)[-2:].prod()) * target.n_classes
        if most_cells > MOST_PAIR_CELLS:
            raise ValueError(
                f"The table of two columns of X with y has {most_cells:,} cells, at most "
                f"{MOST_PAIR_CELLS:,} are counted: y has {target.n_classes} classes. Group them, "
                "or pass discrete_target=False where they are numbers."
            )
        tables = [target.sums(*column) for column in columns]
        return cls(codes, n_levels, target, tables)

    def evidence(self):
        """Return the TableEvidence of each column."""
        each = [TableEvidence.of_table(table) for table in self.tables]
        return TableEvidence._make(map(np.concatenate, zip(*each, strict=True)))

    def terms(self, null_means, n_jobs):
        """Return the `row_pair_terms` of all pairs, in the order of ``np.tril_indices(p, -1)``."""
        n_samples, n_features = len(self.target.codes), len(self.codes)
        weights = self.target.weights
        total = weights.sum()
        is_whole = bool(np.all(weights % 1 == 0))
        columns = PairColumns(
            self.codes,
            self.n_levels,
            self.target.codes,
            self.target.n_classes,
            weights if self.target.is_weighted else np.empty(0),
            np.concatenate(self.tables).astype(np.float64),
            null_means,
            is_whole and total < MOST_REMEMBERED,
            poisson_tables(),
        )
        terms = np.empty((n_features * (n_features - 1) // 2, N_PAIR_TERMS))
        in_planes = self._in_planes()
        step = n_threads(n_jobs)
        cells = self.n_levels.mean() ** 2 * self.target.n_classes
        work = len(terms) * (PAIR_ROW_COST * n_samples + PAIR_CELL_COST * cells)
        in_threads(
            (
                delayed(row_pair_terms)(columns, first, step, in_planes, terms)
                for first in range(step)
            ),
            work=work,
            n_jobs=n_jobs,
            step="block",
        )
        if np.count_nonzero(in_planes) > 1:
            planes = _ClassPlanes.of(self, np.flatnonzero(in_planes))
            in_threads(
                (
                    delayed(planes.add_terms)(columns, a, b, terms)
                    for a, b in combinations_with_replacement(planes.blocks, 2)
                ),
                work=work,
                n_jobs=n_jobs,
            )
        return terms

    def _in_planes(self):
        """Return the mask of columns that are counted by bit planes, (n_features,) uint8."""
        few = self.n_levels <= MOST_PLANE_LEVELS
        # The planes of each class are padded to whole vectors.
        is_full = self.target.n_classes * PLANE_ROWS <= len(self.target.codes)
        return (few & is_full & (not self.target.is_weighted)).astype(np.uint8)


class _ClassPlanes(NamedTuple):
    """Bit planes of columns with few levels, one array of planes for each class of y.

    Attributes
    ----------
    features : ndarray of int64
        Indices of the columns, in increasing order.

    starts : ndarray of int64
        Result of `plane_starts`.

    of_classes : list of ndarray
        Filled arrays from `empty_planes`.
    """

    features: NDArray[np.int64]
    starts: NDArray[np.int64]
    of_classes: list[NDArray[np.uint64]]

    @classmethod
    def of(cls, samples, features):
        """Return the planes of some columns of _CodedSamples."""
        starts = plane_starts(samples.n_levels[features])
        order = np.argsort(samples.target.codes, kind="stable")
        sizes = np.bincount(samples.target.codes, minlength=samples.target.n_classes)
        rows_of = np.split(order, np.cumsum(sizes)[:-1])
        of_classes = [empty_planes(len(rows), starts[-1]) for rows in rows_of]
        for place, j in enumerate(features.tolist()):
            for rows, planes in zip(rows_of, of_classes, strict=True):
                pack_planes(samples.codes[j][rows], samples.n_levels[j], starts[place], planes)
        return cls(features, starts, of_classes)

    @property
    def blocks(self):
        """Ranges of columns; see `blocks_of_planes`."""
        return blocks_of_planes(self.starts)

    def add_terms(self, columns, a, b, terms):
        """Write the terms of the pairs of two blocks into `terms`."""
        common = np.stack([common_bits(p, self.starts, a, b) for p in self.of_classes])
        plane_pair_terms(columns, self.features, common, self.starts, a, b, terms)


def _target_of(samples, n_bins):
    """Return the target of Samples as a ClassTarget; numbers are discretised."""
    y, n_classes, weights = samples.y, samples.n_classes, samples.weights
    if n_classes is None:
        starts = bin_starts(y, n_bins, weights)
        y, n_classes = np.searchsorted(starts, y, side="right"), len(starts) + 1
    is_weighted = weights is not None
    weights = np.ones(len(y)) if weights is None else weights
    return ClassTarget(y.astype(np.int32), np.arange(n_classes), weights, is_weighted)


def pair_pvalues(terms, alone):
    """Return the p-value of no interaction of each pair.

    Parameters
    ----------
    terms : ndarray of shape (n_pairs, N_PAIR_TERMS)
        Result of `row_pair_terms`.

    alone : TableEvidence
        Test statistics of each column with y.
    """
    second, first = np.tril_indices(len(alone.information), -1)
    synergy = terms[:, SYNERGY] - terms[:, NULL_MEAN]
    tests = terms[:, TESTS:].reshape(-1, 3, 3)
    pvalues = gamma_pvalue(tests[..., 0], tests[..., 1], tests[..., 2])
    # Redundancy implies that every two variables are dependent, synergy that every two are given
    # the third.
    is_redundant = synergy <= 0
    pvalues[is_redundant, 1] = alone.pvalue[first[is_redundant]]
    pvalues[is_redundant, 2] = alone.pvalue[second[is_redundant]]
    of_sign = _sign_pvalues(
        synergy, terms, np.minimum(alone.information[first], alone.information[second])
    )
    return np.minimum(2 * np.maximum(pvalues.max(axis=1), of_sign), 1.0)


def _sign_pvalues(synergy, terms, least_alone):
    """Return the one-sided p-values of the sign of an interaction, from its standard error.

    The synergy is the difference of I(Xi;Xj|Y) and I(Xi;Xj), and so for any other two of the three
    variables. The plug-in of a small information I has the variance 2 I / n, so the variance of
    the difference grows with the sum of both. If both are equal, their most likely value is the
    squared mean of their square roots: the variance is scaled to that value.
    """
    # An upper limit of the smallest information between two of the three variables.
    least = np.maximum(np.minimum(least_alone, terms[:, SHARED]), 0.0)
    least += np.sqrt(2 * least)
    given = np.maximum(least + synergy, 0.0)
    together = least + given
    scale = np.divide(
        (np.sqrt(least) + np.sqrt(given)) ** 2,
        2 * together,
        out=np.ones(len(terms)),
        where=together > 0,
    )
    error = np.sqrt(terms[:, SPREAD] * scale)
    distance = np.divide(np.abs(synergy), error, out=np.full(len(terms), np.inf), where=error > 0)
    return ndtr(-distance)


def _symmetric(pairs, diagonal):
    """Return the symmetric matrix of pair values in the order of ``np.tril_indices(p, -1)``."""
    matrix = np.diag(diagonal)
    second, first = np.tril_indices(len(diagonal), -1)
    matrix[second, first] = pairs
    matrix[first, second] = pairs
    return matrix
