"""Multivariate dependence measures of columns, from samples."""

from __future__ import annotations

from functools import partial
from numbers import Integral
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri
from sklearn.utils import check_random_state

from skinfo._counts._as_source import is_in_parts
from skinfo._counts._codes import encode_columns
from skinfo._counts._source import columns_by_name
from skinfo._counts._table import Table, as_columns, table_of
from skinfo.estimation._continuous import copula_scores
from skinfo.estimation._entropy_estimators import ENTROPY_ESTIMATORS
from skinfo.estimation._entropy_terms import MULTIVARIATE_MEASURES, NON_NEGATIVE_MEASURES
from skinfo.estimation._estimators import check_n_neighbors, refuse_infinite, refuse_weights
from skinfo.estimation._joint_samples import CountedColumns, NeighborScores, NormalScores
from skinfo.estimation._levels_in_parts import read_levels
from skinfo.estimation._ranks import RankedColumn
from skinfo.estimation._rows_in_parts import CountedRows, rows_in_part, unpacked_words
from skinfo.estimation._samples import (
    MISSING,
    discrete_mask,
    has_missing_values,
    missing_values,
    refuse_missing_values,
    warn_of_guesses,
)
from skinfo.estimation._strata import untied_scores
from skinfo.utils._compat import Interval, StrOptions, validate_params
from skinfo.utils._progress import with_printed_progress
from skinfo.utils._results import ConfidenceInterval, check_confidence_level
from skinfo.utils._sums import ordered_sum
from skinfo.utils._text import one_line, short_repr
from skinfo.utils._validation import check_base, check_frequency_weights, count_from, match_name
from skinfo.utils._warnings import warn_caller

FUNCTION = "multivariate_info"

# Estimators for discrete columns, and for continuous ones.
OF_LEVELS = ("emi", *ENTROPY_ESTIMATORS)
OF_NUMBERS = ("ksg", "gaussian_copula")

# Maximum proportion of rows that occur once for which the unobserved probability can be estimated.
MOST_SEEN_ONCE = 0.95

# Values with a smaller difference in nats are equal up to rounding.
EQUAL_NATS = 1e-12


class _StatisticAndPvalue(NamedTuple):
    statistic: float
    pvalue: float


class _Estimate(NamedTuple):
    """An estimate, and the quantities for its interval, in nats."""

    statistic: float
    center: float  # the estimate at the centre of the interval
    standard_error: float
    pvalue: float
    is_non_negative: bool


class MultivariateInfoResult(_StatisticAndPvalue):
    """Result of `multivariate_info`; unpacks as ``statistic, pvalue``.

    Attributes
    ----------
    statistic : float
        The measure, in bits (or the unit of `base`).

    pvalue : float
        p-value of independence of all columns: one-sided for the total and the dual total
        correlation, two-sided for the other measures.

    standard_error : float
        Standard error of the statistic.

    bias : float
        For discrete columns: the statistic minus the estimate by ``"auto"``, which the interval is
        for. For continuous columns zero.
    """

    def __new__(cls, estimate, nats):
        """Return the pair with the errors of the statistic as attributes."""
        result = super().__new__(cls, estimate.statistic / nats, estimate.pvalue)
        result.standard_error = estimate.standard_error / nats
        result.bias = (estimate.statistic - estimate.center) / nats
        result._estimate = estimate
        result._nats = nats
        return result

    def __getnewargs__(self):
        """Return the arguments of `__new__`, for pickle."""
        return self._estimate, self._nats

    def confidence_interval(self, confidence_level: float = 0.95) -> ConfidenceInterval:
        """Return a confidence interval for the measure.

        Parameters
        ----------
        confidence_level : float, default=0.95
            Confidence level of the interval.

        Returns
        -------
        interval : ConfidenceInterval
            ``low`` and ``high`` in the unit of the statistic, which is between them. For the total
            and the dual total correlation ``low`` is never negative. Zero is outside the interval
            only if the test rejects independence at this level.

        Raises
        ------
        ValueError
            If the level is not between 0 and 1.
        """
        check_confidence_level(confidence_level)
        _, center, error, pvalue, is_non_negative = self._estimate
        width = float(ndtri((1 + confidence_level) / 2)) * error
        low, high = center - width, center + width
        if pvalue >= 1 - confidence_level:
            low, high = min(low, 0.0), max(high, 0.0)
        low, high = low / self._nats, max(high / self._nats, self.statistic)
        if is_non_negative:
            return ConfidenceInterval(max(min(low, self.statistic), 0.0), max(high, 0.0))
        return ConfidenceInterval(min(low, self.statistic), high)

    def __repr__(self):
        """Return the main results as text."""
        return (
            f"MultivariateInfoResult(statistic={self.statistic}, pvalue={self.pvalue}, "
            f"standard_error={self.standard_error})"
        )


@validate_params(
    {
        "X": "no_validation",
        "measure": "no_validation",
        "discrete_features": [StrOptions({"auto"}), "boolean", "array-like"],
        "estimator": "no_validation",
        "n_neighbors": [Interval(Integral, 1, None, closed="left")],
        "missing": [StrOptions(set(MISSING))],
        "sample_weight": ["array-like", str, None],
        "base": "no_validation",
        "n_permutations": [count_from(1)],
        "random_state": ["random_state"],
        "n_jobs": [Integral, None],
        "verbose": ["verbose"],
    },
    prefer_skip_nested_validation=True,
)
@with_printed_progress
def multivariate_info(
    X: ArrayLike,
    *,
    measure: str = "total_correlation",
    discrete_features: str | bool | ArrayLike = "auto",
    estimator: str = "auto",
    n_neighbors: int = 3,
    missing: str = "separate",
    sample_weight: ArrayLike | str | None = None,
    base: float = 2,
    n_permutations: int = 199,
    random_state: int | np.random.RandomState | None = 0,
    n_jobs: int | None = None,
    verbose: bool | int = False,
) -> MultivariateInfoResult:
    r"""Estimate the joint dependence of all columns, in bits, and test for independence.

    Joint entropies are computed from the distinct rows that occur, so the full table of all
    combinations of levels is not needed.

    Parameters
    ----------
    X : array-like, dataframe or table of shape (n_samples, n_features)
        At least two columns, all discrete or all continuous. A table that is not in memory, of any
        kind that `skinfo.MutualInfoBinner` accepts, is counted in two passes, if its columns are
        discrete.

    measure : str, default="total_correlation"
        - ``"total_correlation"`` [1]_: :math:`\sum_j H(X_j) - H(X)`, for any dependence. Never
          negative, like the next.
        - ``"dual_total_correlation"`` [2]_: :math:`H(X) - \sum_j H(X_j \mid \text{rest})`, the
          information that at least two columns share, counted once.
        - ``"o_information"`` [3]_: the first minus the second; positive if redundancy dominates,
          negative if synergy does.
        - ``"co_information"`` [4]_: :math:`\sum_S (-1)^{|S| + 1} H(X_S)` over all sets of at most
          12 columns. For three columns it equals the O-information. Its sign is that of
          `skinfo.measures.interaction_information`.

    discrete_features : "auto", bool, or array-like of bool or int, default="auto"
        Discrete columns; ``"auto"`` by the rule of `mutual_info`.

    estimator : str, default="auto"
        - ``"auto"``: for discrete columns ``"chao_wang_jost"`` (``"emi"`` for two columns, as in
          `mutual_info`, and for non-integer weights); for continuous ones ``"ksg"`` of their
          normal ranks, so that it is invariant under increasing transforms of a column.
        - ``"emi"``: the plug-in minus its mean under independence of all columns, over the
          permutations; for two columns the exact mean, as in `mutual_info`.
        - the entropy estimators of `discrete_entropy`, for discrete columns: ``"plugin"``,
          ``"miller_madow"``, ``"grassberger"``, ``"chao_shen"``, ``"chao_wang_jost"``,
          ``"james_stein"``, ``"jeffreys"``, ``"laplace"``, ``"perks"``, ``"minimax"``, ``"nsb"``,
          ``"jackknife"``: each entropy separately, with the conventions of `mutual_info`.
        - ``"ksg"``: nearest neighbours of Kraskov et al. [5]_ on the raw values, for few
          continuous columns: it shrinks towards zero with more columns.
        - ``"gaussian_copula"``: the closed form for jointly normal scores [6]_, corrected for its
          bias in small samples.

    n_neighbors : int, default=3
        Number of neighbours of ``"ksg"`` and of ``"auto"`` with continuous columns.

    missing : {"separate", "drop", "raise"}, default="separate"
        Missing values: a separate level in a discrete column, and an error in a continuous
        one; dropped with their samples, in any column; or an error.

    sample_weight : array-like of shape (n_samples,) or str, default=None
        For discrete columns: an integer weight is equivalent to repeating the sample. May be the
        name of a column of X. Other weights must sum to at least the number of distinct samples,
        and margins are rounded to integers before they are permuted.

    base : float, default=2
        Base of the logarithm: 2 for bits, ``math.e`` for nats.

    n_permutations : int, default=199
        Number of samples in which each column is permuted independently of the others. The
        smallest p-value is ``1 / (n_permutations + 1)``.

    random_state : int, RandomState instance or None, default=0
        Seed of the permutations. With an int the result does not depend on the order of samples or
        columns, or on names of levels.

    n_jobs : int or None, default=None
        Number of threads over permutations.

    verbose : bool or int, default=False
        Whether to print progress: a line for each permutation, at most one per second.

    Returns
    -------
    result : MultivariateInfoResult
        Has the attributes ``statistic`` (bits), ``pvalue``, ``standard_error`` and ``bias``, and
        the method ``confidence_interval(confidence_level=0.95)``.

    Raises
    ------
    ValueError
        If X has only one column, or both continuous and discrete columns, if the estimator does
        not apply to them, if weights are given with continuous columns, if a continuous column has
        missing or infinite values, if there are not more samples than `n_neighbors`, if there are
        too many columns for the co-information, or if `base` is invalid.

    See Also
    --------
    mutual_info : For two columns.
    pairwise_interaction : Co-information of pairs of columns and a target.
    skinfo.measures.total_correlation : For a known joint distribution.

    Notes
    -----
    The null hypothesis of the p-value is that all columns are independent. Total and dual total
    correlation are zero only under this hypothesis, and are tested by the total correlation, the
    likelihood ratio. O-information and co-information may be zero otherwise, for example for two
    dependent columns and an independent one. They are tested directly, two-sided; for their signs,
    use the interval. For discrete columns the test compares plug-in estimates, for every
    `estimator`.

    The standard error is the standard deviation of the pointwise values, and at least that of the
    estimate by ``"auto"`` under independence. In simulations of chains of three to five columns,
    65 to 100 % of the 95 % intervals cover the truth (``benchmarks/coverage_of_multivariate.py``).

    ``"emi"`` has no bias and a small variance for independent columns. For dependent columns,
    fewer combinations of levels occur than under independence, and it corrects too much, unless
    most cells of the joint table contain several samples. ``"chao_wang_jost"`` has a small bias in
    either case, and a larger variance: a chain of five columns of four levels, 1000 samples in
    1024 cells, of O-information 1.30 bits, has 1.2 +- 0.1 by it and 2.6 +- 0.1 by ``"emi"``. If
    more than 95 % of the samples are distinct, ``"auto"`` is ``"emi"``, with a warning: use fewer
    or coarser columns.

    References
    ----------
    .. [1] S. Watanabe, "Information theoretical analysis of multivariate correlation", IBM J.
       Research and Development, vol. 4, pp. 66-82, 1960.

    .. [2] T. S. Han, "Linear dependence structure of the entropy space", Information and
       Control, vol. 29, pp. 337-368, 1975.

    .. [3] F. E. Rosas, P. A. M. Mediano, M. Gastpar and H. J. Jensen, "Quantifying high-order
       interdependencies via multivariate extensions of the mutual information", Physical
       Review E, vol. 100, 032305, 2019.

    .. [4] A. J. Bell, "The co-information lattice", Proc. 4th Int. Symposium on Independent
       Component Analysis, pp. 921-926, 2003.

    .. [5] A. Kraskov, H. Stoegbauer and P. Grassberger, "Estimating mutual information", Physical
       Review E, vol. 69, 066138, 2004, section II C.

    .. [6] R. A. A. Ince et al., "A statistical framework for neuroimaging data analysis based on
       mutual information estimated via a Gaussian copula", Human Brain Mapping 38, 2017.

    Examples
    --------
    Three coins and their parity: any three of the four columns are independent.

    >>> import numpy as np
    >>> from skinfo.estimation import multivariate_info
    >>> coins = np.random.default_rng(0).integers(0, 2, (1000, 3))
    >>> X = np.column_stack([coins, coins.sum(axis=1) % 2])
    >>> result = multivariate_info(X)
    >>> round(result.statistic, 2), result.pvalue
    (1.0, 0.005)
    >>> round(multivariate_info(X, measure="o_information").statistic, 2)
    -2.0
    >>> multivariate_info(coins).pvalue > 0.05
    True
    """
    nats = check_base(base)
    measure = match_name(measure, MULTIVARIATE_MEASURES, parameter="measure", caller=FUNCTION)
    names = ("auto", *OF_LEVELS, *OF_NUMBERS)
    estimator = match_name(estimator, names, parameter="estimator", caller=FUNCTION)
    seeds = check_random_state(random_state).randint(2**31 - 1, size=n_permutations)
    if is_in_parts(X):
        sample = _counted_in_parts(X, discrete_features, missing, sample_weight)
    else:
        table, weights, is_discrete = _read(X, discrete_features, missing, sample_weight)
        if is_discrete:
            sample = CountedColumns.of(*encode_columns(table), weights)
        else:
            sample = _sample_of_numbers(table, estimator, n_neighbors, measure)
    if isinstance(sample, CountedColumns):
        _check_estimator(estimator, OF_LEVELS, "continuous", "discrete")
        estimate = _estimate_of_counts(sample, measure, estimator, seeds, n_jobs)
    else:
        estimate = _estimate_of_numbers(sample, measure, seeds, n_jobs)
    return MultivariateInfoResult(estimate, nats)


class _ColumnsOfOneKind(NamedTuple):
    """Columns of one kind, without rows of weight zero."""

    table: Table
    weights: NDArray[np.float64] | None
    is_discrete: bool


def _read(X, discrete_features, missing, sample_weight):
    """Return the _ColumnsOfOneKind of a table in memory."""
    X, _, sample_weight = columns_by_name(X, None, sample_weight)
    table = table_of(
        as_columns(X), caller=FUNCTION, accept_sparse=True, switch="discrete_features"
    )
    weights = None
    if sample_weight is not None:
        weights = check_frequency_weights(sample_weight, table.shape[0])
    discrete, guessed = discrete_mask(table, discrete_features, "discrete_features")
    _check_one_kind(table.names, discrete)
    warn_of_guesses(guessed, FUNCTION)
    rows = np.arange(table.shape[0]) if weights is None else np.flatnonzero(weights)
    if missing == "raise":
        refuse_missing_values(table.take(rows))
    elif missing == "drop":
        gone = np.any([missing_values(table, j) for j in range(table.shape[1])], axis=0)
        rows = rows[~gone[rows]]
        if not len(rows):
            raise _nothing_is_left()
    table = table.take(rows)
    if weights is not None and not discrete.all():
        refuse_weights(table.names[0])
    return _ColumnsOfOneKind(
        table, None if weights is None else weights[rows], bool(discrete.all())
    )


def _check_one_kind(names, discrete):
    """Raise ValueError if there is only one column, or there are columns of both kinds."""
    if len(names) < 2:
        raise ValueError(
            f"{FUNCTION} is of two columns at least, got {one_line(names[0])} alone. The entropy "
            "of one is that of discrete_entropy or differential_entropy."
        )
    if discrete.any() and not discrete.all():
        first, second = names[int(np.argmax(discrete))], names[int(np.argmin(discrete))]
        raise ValueError(
            f"{one_line(first)} is discrete and {one_line(second)} continuous, and {FUNCTION} "
            "takes columns of one kind. Bin what is continuous first, e.g. with "
            "KBinsDiscretizer(encode='ordinal'), or set discrete_features."
        )


def _nothing_is_left():
    return ValueError(
        "X has a missing value in every row of positive weight: missing='drop' leaves none."
    )


def _check_estimator(estimator, possible, wrong, right):
    if estimator not in ("auto", *possible):
        raise ValueError(
            f"estimator={short_repr(estimator)} is for {wrong} columns, and those of X are "
            f"{right}. Use 'auto', or set discrete_features."
        )


def _sample_of_numbers(table, estimator, n_neighbors, measure):
    """Return continuous columns as NeighborScores or NormalScores.

    A constant column is independent of all others, and omitted. None if constant columns make the
    measure zero.
    """
    _check_estimator(estimator, OF_NUMBERS, "discrete", "continuous")
    columns = []
    for j, name in enumerate(table.names):
        values = table.numbers(j)
        n_missing = int(np.isnan(values).sum())
        if n_missing:
            raise ValueError(
                f"{one_line(name)} is continuous and has {n_missing} missing value(s). Use "
                "missing='drop', or bin the columns."
            )
        if estimator == "ksg":
            refuse_infinite(values, name)
        columns.append(RankedColumn(values))
    varying = [column for column in columns if not column.is_constant]
    if len(varying) < (len(columns) if measure == "co_information" else 2):
        return None
    columns, n = varying, table.shape[0]
    if estimator == "gaussian_copula":
        if n < len(columns) + 2:
            raise ValueError(
                f"estimator='gaussian_copula' needs two samples more than columns, got {n} "
                f"samples of {len(columns)} columns."
            )
        return NormalScores(np.array([copula_scores(column) for column in columns]))
    check_n_neighbors(n_neighbors, n)
    if estimator == "ksg":
        return NeighborScores(np.array([column.values for column in columns]), n_neighbors)
    return NeighborScores(untied_scores(columns), n_neighbors)


def _counted_in_parts(X, discrete_features, missing, sample_weight):
    """Return the CountedColumns of a table in parts, after two passes."""
    if not (isinstance(discrete_features, str) or discrete_features is True):
        raise ValueError(
            f"discrete_features={short_repr(discrete_features)} is for samples in memory, and X "
            "comes in parts. Use 'auto', or True: only discrete columns can be counted."
        )
    parts = read_levels(
        X,
        sample_weight=sample_weight,
        caller=FUNCTION,
        is_discrete=lambda key: discrete_features is True,
    )
    for name, levels in zip(parts.names, parts.levels, strict=True):
        if levels is None:
            raise ValueError(
                f"{one_line(name)} is continuous, and X comes in parts, which can only be "
                "counted. Bin it first, e.g. with MutualInfoBinner, set discrete_features=True "
                "if its values are levels, or pass a random sample of the rows."
            )
    _check_one_kind(parts.names, np.ones(len(parts.names), bool))
    if missing == "raise":
        for name, n_missing in zip(parts.names, parts.n_missing.tolist(), strict=True):
            if n_missing:
                raise has_missing_values(name, n_missing)
    dropped = parts.has_missing & (missing == "drop")
    rows = parts.reduce(partial(rows_in_part, parts.n_levels, dropped), CountedRows.merged)
    if not len(rows.counts):
        raise _nothing_is_left()
    codes = unpacked_words(rows.words, parts.n_levels.tolist())
    return CountedColumns(codes, parts.n_levels - dropped, rows.counts)


def _estimate_of_counts(sample, measure, estimator, seeds, n_jobs):
    """Return the _Estimate of discrete columns."""
    n_columns = len(sample.codes)
    terms, tested = MULTIVARIATE_MEASURES[measure](n_columns), _tested_terms(measure, n_columns)
    default = _default_of_counts(sample)

    def values_of(sample):
        """Return the test statistic, the plug-in, and the default estimate."""
        plugin, by_default = sample.values(terms, ["plugin", default])
        if tested == terms:
            return plugin, plugin, by_default
        return sample.values(tested, ["plugin"])[0], plugin, by_default

    observed, plugin, center = values_of(sample)
    null, null_plugin, null_center = sample.independent().map(values_of, seeds, n_jobs).T
    corrected = plugin - ordered_sum(null_plugin) / len(null_plugin)
    if n_columns == 2 and terms:
        # Exact mean over all permutations.
        corrected = sample.corrected_pair()
    if default == "plugin":
        center = corrected
    if estimator == "auto":
        _warn_of_distinct_rows(sample)
        statistic = center
    else:
        statistic = corrected if estimator == "emi" else sample.values(terms, [estimator])[0]
    return _Estimate(
        float(statistic),
        float(center),
        _error_of_rows(sample.row_terms(terms), sample.counts, null_center),
        _pvalue(observed, null, measure),
        measure in NON_NEGATIVE_MEASURES,
    )


def _tested_terms(measure, n_columns):
    """Return the terms of the test statistic.

    Total and dual total correlation are zero under the same hypothesis, for which the total
    correlation is the likelihood ratio statistic. With few rows per cell, the plug-in of the dual
    total correlation is smaller under dependence than under independence.
    """
    measure = "total_correlation" if measure in NON_NEGATIVE_MEASURES else measure
    return MULTIVARIATE_MEASURES[measure](n_columns)


def _default_of_counts(sample):
    """Return the estimator for "auto"; "emi" is computed from "plugin"."""
    if len(sample.codes) == 2 or np.any(sample.counts % 1 != 0):
        return "plugin"
    return "plugin" if _proportion_once(sample) > MOST_SEEN_ONCE else "chao_wang_jost"


def _proportion_once(sample):
    """Return the proportion of rows that occur once."""
    return np.count_nonzero(sample.counts == 1) / sample.total


def _warn_of_distinct_rows(sample):
    """Warn if nearly all rows are distinct."""
    once = _proportion_once(sample)
    if len(sample.codes) > 2 and once > MOST_SEEN_ONCE:
        warn_caller(
            f"{once:.0%} of the rows are unlike any other in X. So many combinations of levels "
            "can be compared with independent columns only. Take fewer columns, or bin them more "
            "coarsely."
        )


def _estimate_of_numbers(sample, measure, seeds, n_jobs):
    """Return the _Estimate of continuous columns; a sample of None has the value zero."""
    is_non_negative = measure in NON_NEGATIVE_MEASURES
    if sample is None:
        return _Estimate(0.0, 0.0, 0.0, 1.0, is_non_negative)
    n_columns = sample.n_columns
    terms, tested = MULTIVARIATE_MEASURES[measure](n_columns), _tested_terms(measure, n_columns)

    def values_of(sample):
        value = sample.value(terms)
        return value if tested == terms else sample.value(tested), value

    observed, value = values_of(sample)
    null, null_value = sample.independent().map(values_of, seeds, n_jobs).T
    rows = sample.row_terms(terms)
    return _Estimate(
        value,
        value,
        _error_of_rows(rows, np.ones(len(rows)), null_value),
        _pvalue(observed, null, measure),
        is_non_negative,
    )


def _error_of_rows(row_terms, counts, null):
    """Return the standard error of a mean of row terms, at least that under independence.

    Under independence the pointwise values have almost no variance, and the error is of second
    order.
    """
    total = ordered_sum(counts)
    mean = ordered_sum(counts * row_terms) / total
    of_rows = ordered_sum(counts * (row_terms - mean) ** 2) / total**2
    return float(np.sqrt(max(of_rows, np.var(null))))


def _pvalue(observed, null, measure):
    """Return the p-value: the proportion of values, including the observed one, that are at least
    as far from independence.
    """
    if measure not in NON_NEGATIVE_MEASURES:
        middle = (ordered_sum(null) + observed) / (len(null) + 1)
        null, observed = np.abs(null - middle), abs(observed - middle)
    n_as_extreme = int(np.count_nonzero(null >= observed - EQUAL_NATS))
    return (1 + n_as_extreme) / (1 + len(null))
