"""Independence tests by mutual information: p-values, standard errors and intervals."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.stats import false_discovery_control
from sklearn.utils import check_consistent_length, check_random_state

from skinfo._counts._as_source import is_in_parts
from skinfo.estimation._chunked_samples import read_classes, read_tables
from skinfo.estimation._estimate_errors import EstimateErrors
from skinfo.estimation._mutual_info import (
    ESTIMATORS,
    PARAMETERS,
    TARGET_NEEDED,
    information_nats,
    information_of_tables,
)
from skinfo.estimation._samples import parts_by_missing, read_samples
from skinfo.utils._compat import StrOptions, validate_params
from skinfo.utils._progress import reported, unreported, with_printed_progress
from skinfo.utils._results import ConfidenceInterval, TableRepr, check_confidence_level
from skinfo.utils._validation import check_base, count_from, explain_missing_arguments, match_name

# Estimates with a smaller difference in nats are equal up to rounding.
ROUNDING = 1e-12


class _Pair(NamedTuple):
    statistic: NDArray[np.float64]
    pvalue: NDArray[np.float64]


class _ErrorsOfParts(NamedTuple):
    """Errors of the estimates of columns with different samples."""

    parts: list  # pairs of columns and their EstimateErrors

    def standard_error(self, information):
        """Return the standard error of estimates in nats, infinite for an infinite estimate."""
        return self._by_part(information, EstimateErrors.standard_error)

    def bias(self, information):
        """Return the bias of estimates in nats."""
        return self._by_part(information, EstimateErrors.bias)

    def interval(self, information, confidence_level):
        """Return the bounds of the intervals of estimates, in nats."""
        return self._by_part(information, EstimateErrors.interval, confidence_level)

    def _by_part(self, information, method, *args):
        """Return the results of a method of EstimateErrors for all columns, on the last axis."""
        of_parts = [method(errors, information[columns], *args) for columns, errors in self.parts]
        found = np.empty((*np.shape(of_parts[0])[:-1], len(information)))
        for (columns, _), of_part in zip(self.parts, of_parts, strict=True):
            found[..., columns] = of_part
        return found


class MutualInfoTestResult(TableRepr, _Pair):
    """Result of `mutual_info_test`; unpacks as ``scores, pvalues``.

    Attributes
    ----------
    statistic : ndarray of shape (n_features,), dtype float64
        Mutual information of each column with the target, in bits (or the unit of `base`).

    pvalue : ndarray of shape (n_features,), dtype float64
        p-value: P(a test statistic as large or larger | independence).

    qvalue : ndarray of shape (n_features,), dtype float64
        Benjamini-Hochberg q-value: among the columns with a q-value of at most q, the expected
        proportion of independent ones is at most q.

    standard_error : ndarray of shape (n_features,), dtype float64
        Standard error of the statistic.

    bias : ndarray of shape (n_features,), dtype float64
        Estimated bias of the statistic, negative if it is too low. The statistic is not corrected
        for it, the interval is. If it exceeds `standard_error`, use the interval rather than the
        statistic.
    """

    def __new__(cls, statistic, pvalue, errors, nats):
        """Return the pair with the errors of the statistic as attributes."""
        result = super().__new__(cls, statistic, pvalue)
        result.qvalue = false_discovery_control(pvalue)
        result.standard_error = errors.standard_error(statistic * nats) / nats
        result.bias = errors.bias(statistic * nats) / nats
        result._errors = errors
        result._nats = nats
        return result

    def __getnewargs__(self):
        """Return the arguments of `__new__`, for pickle."""
        return self.statistic, self.pvalue, self._errors, self._nats

    def confidence_interval(self, confidence_level: float = 0.95) -> ConfidenceInterval:
        """Return a confidence interval for the information of each column.

        Parameters
        ----------
        confidence_level : float, default=0.95
            Confidence level of the intervals.

        Returns
        -------
        interval : ConfidenceInterval
            ``low`` and ``high``, each of shape (n_features,), in the unit of the statistic.
            ``low`` is never below zero. The statistic is in the interval if it is not below
            zero.

        Raises
        ------
        ValueError
            If the level is not between 0 and 1.
        """
        check_confidence_level(confidence_level)
        low, high = self._errors.interval(self.statistic * self._nats, confidence_level)
        return ConfidenceInterval(low / self._nats, high / self._nats)

    def _table(self):
        """Return the main results as a DataFrame."""
        numbers = ("statistic", "standard_error", "pvalue", "qvalue")
        return pd.DataFrame({name: getattr(self, name) for name in numbers})


@explain_missing_arguments(y=TARGET_NEEDED)
@validate_params(
    {
        **PARAMETERS,
        "null": [StrOptions({"gamma", "permutation"})],
        "n_permutations": [count_from(1)],
        "groups": ["array-like", None],
        "random_state": ["random_state"],
    },
    prefer_skip_nested_validation=True,
)
@with_printed_progress
def mutual_info_test(
    X: ArrayLike,
    y: ArrayLike | str | None,
    *,
    discrete_features: str | bool | ArrayLike = "auto",
    discrete_target: str | bool = "auto",
    estimator: str = "auto",
    n_neighbors: int = 3,
    missing: str = "separate",
    sample_weight: ArrayLike | str | None = None,
    base: float = 2,
    null: str = "gamma",
    n_permutations: int = 999,
    groups: ArrayLike | None = None,
    random_state: int | np.random.RandomState | None = None,
    n_jobs: int | None = None,
    verbose: bool | int = False,
) -> MutualInfoTestResult:
    """Test the independence of each column and a target, and estimate the mutual information.

    The result unpacks as ``scores, pvalues``, so the function is a valid `score_func` of
    ``SelectKBest``, ``SelectFdr`` and the other univariate selectors. Those convert X to an array
    of finite numbers first: encode text before, for example with ``OrdinalEncoder``, or use
    `InfoBottleneckSelector`, which accepts text and missing values.

    Parameters
    ----------
    X : array-like, dataframe or sparse matrix of shape (n_samples, n_features), or table
        As in `mutual_info`, like the next eight parameters. Tables that are not in memory need
        ``null="gamma"``.

    y : array-like of shape (n_samples,) or (n_samples, n_outputs), or str
        Classes or numbers. Several columns of classes (such as a multilabel indicator) are one
        joint variable, whose classes are the distinct rows.

    discrete_features : "auto", bool, or array-like of bool or int, default="auto"
        Discrete columns; ``"auto"`` as in `mutual_info`.

    discrete_target : "auto" or bool, default="auto"
        Whether y is discrete; ``"auto"`` by the same rule.

    estimator : str, default="auto"
        Estimator of the statistic.

    n_neighbors : int, default=3
        Number of neighbours of ``"auto"``, ``"ross"`` and ``"ksg"``.

    missing : {"separate", "drop", "raise"}, default="separate"
        Missing values of X. With ``"separate"`` they are a separate level, also in the tested
        table; with ``"drop"`` samples with a missing value in a column are excluded from its
        estimate and its test.

    sample_weight : array-like of shape (n_samples,) or str, default=None
        A weight of w counts as w repetitions of the sample, also in the test.

    base : float, default=2
        Base of the logarithm: 2 for bits, ``math.e`` for nats.

    null : {"gamma", "permutation"}, default="gamma"
        - ``"gamma"``: the null distribution of the plug-in over all tables with the same margins,
          approximated by a gamma distribution with its exact mean and a closed-form variance. 2 x
          2 tables are enumerated exactly. If at most ten samples lie outside the most frequent
          level or class, the statistic takes few distinct values, and up to 200,000 tables are
          sampled with a fixed seed, until 50 have as much information [4]_. A continuous column is
          tested on 3 to 10 equal-frequency bins, by the cube root of the number of samples,
          independent of y: this needs no permutations and is less noisy than neighbour estimates.
          For numeric columns the order is used as well: polynomials of the ranks of their levels
          (for a continuous column with classes, of twice as many bins) are tested for a trend, and
          up to the second and the fourth degree [5]_, and these p-values are combined with that of
          the information [6]_. So a p-value may be small although the statistic is near zero. Text
          and categories are not ordered. These are also the p-values of
          `skinfo.InfoBottleneckSelector`.
        - ``"permutation"``: the estimate itself, for permuted y, without the order.

    n_permutations : int, default=999
        Number of permutations of y; the smallest p-value is ``1 / (n_permutations + 1)``.

    groups : array-like of shape (n_samples,), default=None
        Permute y within groups (requires ``null="permutation"``), such as subjects, so that
        differences between groups are not evidence. The samples of a group must be exchangeable.
        Consecutive samples of a time series are not, also within blocks: compare with shifts of
        the whole series (see the user guide).

    random_state : int, RandomState instance or None, default=None
        Seed of the permutations.

    n_jobs : int or None, default=None
        Number of threads over columns.

    verbose : bool or int, default=False
        Whether to print progress: a line for each permutation, at most one per second.

    Returns
    -------
    result : MutualInfoTestResult
        Has the attributes ``statistic`` (bits), ``pvalue``, ``qvalue``, ``standard_error`` and
        ``bias``, and the method ``confidence_interval(confidence_level=0.95)``.

    Raises
    ------
    ValueError
        As in `mutual_info`; if `groups` has another length.

    See Also
    --------
    mutual_info : Estimates without a test.
    skinfo.InfoBottleneckSelector : Selection of features that add information.

    Notes
    -----
    The interval is for the true information, from the sampling distribution of the estimate.

    - Contingency tables: the interval contains the values of the information under which the
      observed plug-in is not significant, for every `estimator`. The plug-in is modelled as a
      scaled noncentral chi-squared variable, with the moments of the null at zero and those of the
      delta method far from it. Its bias under dependence is estimated from the counts, and the
      error of this estimate is included in the interval. The same distribution, of the binned
      columns, is used for ``"binned"``, so that interval is for the information of the bins.
    - Neighbour estimates (``"auto"``, ``"ross"``, ``"ksg"`` with a continuous column): the error
      is the standard deviation of the pointwise terms, increased because neighbours share samples.
      The bias is extrapolated from four times as many neighbours, and increases the upper bound.
      The lower bound is the larger of this interval's and that of the bins of the test.
    - ``"gaussian_copula"``: the distribution of a likelihood ratio. The interval assumes jointly
      normal scores.

    Zero is outside the interval only if the test by ``null="gamma"`` rejects. Samples must be
    independent. In simulations 80 to 100 % of the 95 % intervals of numeric columns cover the
    truth, by distribution, and 70 to 100 % of those of tables, least if each level has one
    probable class and the rest is spread evenly (``benchmarks/coverage_of_interval.py``).

    References
    ----------
    .. [1] N. X. Vinh, J. Epps and J. Bailey, "Information theoretic measures for
       clusterings comparison", JMLR 11, 2010, eq. 24.
    .. [2] P. McCullagh, "The conditional distribution of goodness-of-fit statistics for
       discrete data", JASA 81, 1986.
    .. [3] Y. Benjamini and Y. Hochberg, "Controlling the false discovery rate", JRSS B 57, 1995.
    .. [4] J. Besag and P. Clifford, "Sequential Monte Carlo p-values", Biometrika 78, 1991.
    .. [5] W. C. M. Kallenberg and T. Ledwina, "Data-driven rank tests for independence", JASA 94,
       1999.
    .. [6] Y. Liu and J. Xie, "Cauchy combination test", JASA 115, 2020.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.feature_selection import SelectFdr
    >>> from skinfo.estimation import mutual_info_test
    >>> X, y = load_iris(return_X_y=True)
    >>> result = mutual_info_test(X, y)
    >>> result.statistic.round(2)
    array([0.69, 0.38, 1.4 , 1.42])
    >>> low, high = result.confidence_interval()
    >>> bool((low > 0).all())
    True
    >>> SelectFdr(mutual_info_test, alpha=0.01).fit(X, y).get_support()
    array([ True,  True,  True,  True])
    """
    nats = check_base(base)
    estimator = match_name(estimator, ESTIMATORS, parameter="estimator", caller="mutual_info_test")
    if is_in_parts(X):
        if null == "permutation" or groups is not None:
            raise ValueError(
                "Permutations need all samples at once, but X comes in chunks. Use null='gamma' "
                "without groups, or pass one table."
            )
        source = read_classes(X, y, sample_weight, discrete_target, "mutual_info_test")
        tables = read_tables(source, discrete_features, "mutual_info_test", missing, n_jobs)
        information = information_of_tables(source, tables, estimator, n_jobs)
        errors = _errors_of_chunks(tables, missing, n_jobs)
        pvalue = np.concatenate([part.pvalue for _, part in errors.parts])
        return MutualInfoTestResult(information / nats, pvalue, errors, nats)
    samples = read_samples(
        X,
        y,
        discrete_features=discrete_features,
        discrete_target=discrete_target,
        sample_weight=sample_weight,
        caller="mutual_info_test",
    )
    if samples.is_block:
        raise ValueError(
            f"mutual_info_test takes one target column, got shape {samples.y.shape} of numbers: "
            "several columns are one target only where all are classes. Test each column, or "
            "estimate with mutual_info."
        )
    information, pvalue = np.empty((2, samples.n_features))
    parts = []
    random_state = check_random_state(random_state)
    for columns, _, part in parts_by_missing(samples, missing):
        estimate = partial(
            information_nats, estimator=estimator, n_neighbors=n_neighbors, n_jobs=n_jobs
        )
        information[columns] = estimate(part)
        errors = EstimateErrors.of_samples(part, estimator, n_neighbors, n_jobs)
        parts.append((columns, errors))
        if null == "gamma" and groups is None:
            pvalue[columns] = errors.pvalue
            continue
        pvalue[columns] = permutation_pvalues(
            part,
            information[columns],
            estimate,
            n_permutations=n_permutations,
            groups=groups,
            random_state=random_state,
        )
    return MutualInfoTestResult(information / nats, pvalue, _ErrorsOfParts(parts), nats)


def _errors_of_chunks(tables, missing, n_jobs):
    """Return the errors of the estimates of all columns of chunks."""
    n_features = len(tables)
    # With missing="drop" each column has different samples.
    step = 1 if missing == "drop" else n_features
    return _ErrorsOfParts(
        [
            (
                np.arange(start, start + step),
                EstimateErrors.of_tables(tables[start : start + step], n_jobs),
            )
            for start in range(0, n_features, step)
        ]
    )


def permutation_pvalues(samples, observed, estimate, *, n_permutations, groups, random_state):
    """Return permutation p-values of the estimates; the identity counts as a permutation.

    Parameters
    ----------
    samples : Samples

    observed : ndarray of shape (n_features,)
        Estimates for the original samples.

    estimate : callable
        Function from samples to estimates of shape (n_features,).

    n_permutations : int

    groups : array-like of shape (n_samples,) or None
        Samples are permuted within groups only.

    random_state : RandomState

    Returns
    -------
    pvalues : ndarray of shape (n_features,)
    """
    if groups is not None:
        groups = np.asarray(groups)
        check_consistent_length(np.empty((samples.n_given, 0)), groups)
        groups = groups[samples.rows]
    shuffle = _shuffler(len(samples.y), groups)
    as_much = np.ones(len(observed))
    for _ in reported("permutation", range(n_permutations), n_permutations):
        permuted = replace(samples, y=samples.y[shuffle(random_state)])
        with unreported():
            as_much += estimate(permuted) >= observed - ROUNDING
    return as_much / (n_permutations + 1)


def _shuffler(n, groups):
    """Return a function of a RandomState that returns a permutation, within groups if given."""
    if groups is None:
        return lambda random_state: random_state.permutation(n)
    codes = np.unique(groups, return_inverse=True)[1]
    in_order = np.argsort(codes, kind="stable")

    def shuffle(random_state):
        order = np.empty(n, np.int64)
        order[in_order] = np.lexsort((random_state.random(n), codes))
        return order

    return shuffle
