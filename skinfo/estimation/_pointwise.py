"""Pointwise information and entropy: the contribution of each sample to an estimate."""

from __future__ import annotations

from numbers import Integral

import numpy as np
from joblib import delayed
from numpy.typing import ArrayLike, NDArray

from skinfo._counts._codes import encode_columns, row_codes
from skinfo._counts._source import columns_by_name
from skinfo._counts._table import as_columns, table_of
from skinfo.estimation._continuous import DiscreteTarget
from skinfo.estimation._estimate_errors import NEIGHBOR_TERMS, terms_with_missing
from skinfo.estimation._estimators import check_n_neighbors, refuse_infinite, refuse_weights
from skinfo.estimation._samples import (
    MISSING,
    missing_values,
    parts_by_missing,
    prepared_target,
    read_samples,
    refuse_chunks,
    refuse_missing_values,
)
from skinfo.utils._compat import Interval, StrOptions, validate_params
from skinfo.utils._parallel import in_threads
from skinfo.utils._validation import (
    check_base,
    check_frequency_weights,
    explain_missing_arguments,
    match_name,
)

# Approximate time in nanoseconds per cell.
POINTWISE_COST = 200.0


@explain_missing_arguments(y="the target, (n_samples,). Of one variable, see pointwise_entropy.")
@validate_params(
    {
        "X": "no_validation",
        "y": "no_validation",
        "discrete_features": [StrOptions({"auto"}), "boolean", "array-like"],
        "discrete_target": [StrOptions({"auto"}), "boolean"],
        "estimator": "no_validation",
        "n_neighbors": [Interval(Integral, 1, None, closed="left")],
        "missing": [StrOptions(set(MISSING))],
        "sample_weight": ["array-like", str, None],
        "base": "no_validation",
        "n_jobs": [Integral, None],
    },
    prefer_skip_nested_validation=True,
)
def pointwise_mutual_info(
    X: ArrayLike,
    y: ArrayLike | str,
    *,
    discrete_features: str | bool | ArrayLike = "auto",
    discrete_target: str | bool = "auto",
    estimator: str = "auto",
    n_neighbors: int = 3,
    missing: str = "separate",
    sample_weight: ArrayLike | str | None = None,
    base: float = 2,
    n_jobs: int | None = None,
) -> NDArray[np.float64]:
    """Estimate the pointwise mutual information of each sample, in bits.

    ``log2 p(x, y) / (p(x) p(y))`` of the values of each sample: positive if they occur together
    more often than under independence, otherwise negative. The mean over samples is the mutual
    information.

    Parameters
    ----------
    X : array-like, dataframe or sparse matrix of shape (n_samples, n_features)
        As in `mutual_info`, in memory.

    y : array-like of shape (n_samples,) or (n_samples, n_outputs), or str
        Classes or numbers, or the name of a column of X. Several columns of classes are one joint
        variable.

    discrete_features : "auto", bool, or array-like of bool or int, default="auto"
        Discrete columns; ``"auto"`` by the rule of `mutual_info`.

    discrete_target : "auto" or bool, default="auto"
        Whether y is discrete; ``"auto"`` by the same rule.

    estimator : {"auto", "ross", "ksg"}, default="auto"
        The estimator of pairs with a continuous column, as in `mutual_info`: neighbours on normal
        ranks, or on the raw values. For two discrete columns it is always the plug-in, from sample
        proportions.

    n_neighbors : int, default=3
        Number of neighbours of a continuous pair. The value of one sample has an error of about
        ``1 / sqrt(n_neighbors)`` nats, which is smaller for means over many samples.

    missing : {"separate", "drop", "raise"}, default="separate"
        Missing values of X: a separate level, by the chain rule of `mutual_info`; NaN for the
        sample, which is dropped; or an error.

    sample_weight : array-like of shape (n_samples,) or str, default=None
        For discrete columns and target: a weight of w counts as w repetitions of the sample.
        Samples of weight zero are NaN.

    base : float, default=2
        Base of the logarithm: 2 for bits, ``math.e`` for nats.

    n_jobs : int or None, default=None
        Number of threads over columns.

    Returns
    -------
    pmi : ndarray of shape (n_samples, n_features), dtype float64
        In bits (or the unit of `base`), of either sign, one row per sample.

    Raises
    ------
    ValueError
        If the estimator does not apply to a column, if weights are given with a continuous column,
        if there are not more samples than `n_neighbors`, if y has missing values or is several
        columns of numbers, if lengths differ, or if X is in chunks.

    See Also
    --------
    mutual_info : The mean, corrected for bias.
    pointwise_entropy : For one variable.

    Notes
    -----
    The mean, weighted by `sample_weight`, is that of `mutual_info` with ``estimator="plugin"`` for
    two discrete columns, and of the same estimator for others, unless that is limited by the
    entropy of y, or "auto" treats values of many samples as levels and corrects their plug-in part
    for bias. Equal samples have the mean of their values.

    Pairs of values that occur once have the largest values, so the pointwise information of rare
    values is unreliable.

    References
    ----------
    .. [1] R. M. Fano, "Transmission of Information", MIT Press, 1961, chapter 2.

    .. [2] J. T. Lizier, "The Local Information Dynamics of Distributed Computation in Complex
       Systems", Springer, 2013.

    Examples
    --------
    >>> import numpy as np
    >>> from skinfo.estimation import pointwise_mutual_info
    >>> word = np.array(["ice", "ice", "ice", "hot", "hot", "the", "the", "the"])
    >>> next_word = np.array(["cream", "cream", "cold", "cold", "dog", "cold", "dog", "cream"])
    >>> pmi = pointwise_mutual_info(word.reshape(-1, 1), next_word)
    >>> pmi[:, 0].round(2)
    array([ 0.83,  0.83, -0.17,  0.42,  1.  , -0.17,  0.42, -0.17])
    """
    nats = check_base(base)
    caller = "pointwise_mutual_info"
    estimator = match_name(estimator, NEIGHBOR_TERMS, parameter="estimator", caller=caller)
    samples = read_samples(
        X,
        y,
        discrete_features=discrete_features,
        discrete_target=discrete_target,
        sample_weight=sample_weight,
        caller=caller,
    )
    _check_pointwise(samples, estimator, n_neighbors)
    given = np.arange(samples.n_given)[samples.rows]
    information = np.full((samples.n_given, samples.n_features), np.nan)
    for columns, rows, part in parts_by_missing(samples, missing):
        of_part = _pointwise_nats(part, NEIGHBOR_TERMS[estimator], n_neighbors, n_jobs)
        information[np.ix_(given[rows], columns)] = of_part.T
    return information / nats


def _check_pointwise(samples, estimator, n_neighbors):
    """Raise ValueError if the columns do not support the estimator, weights or `n_neighbors`."""
    if samples.is_block:
        raise ValueError(
            f"y should be a 1d array, got an array of shape {samples.y.shape}: several columns "
            "are one target only where all are classes."
        )
    if samples.n_classes is not None and samples.discrete.all():
        return
    if samples.n_classes is None and estimator == "ross" and not samples.discrete.all():
        raise ValueError("estimator='ross' is for classes beside numbers. Use 'ksg' or 'auto'.")
    if samples.weights is not None:
        continuous = np.flatnonzero(~samples.discrete)[:1] if samples.n_classes else []
        refuse_weights(samples.table.names[continuous[0]] if len(continuous) else "y")
    if estimator != "auto" and samples.n_classes is None:
        refuse_infinite(samples.y, "y")
    check_n_neighbors(n_neighbors, len(samples.y))


def _pointwise_nats(samples, terms_of, n_neighbors, n_jobs):
    """Return the pointwise values of all columns, (n_features, n_samples) in nats."""
    finite = terms_of is not NEIGHBOR_TERMS["auto"]
    neighbors = np.array([n_neighbors])
    target = prepared_target(samples)
    codes = n_levels = None
    if samples.discrete.any():
        codes, n_levels = samples.codes(n_jobs)
    place = np.cumsum(samples.discrete) - 1

    def of_column(j):
        if not samples.discrete[j]:
            values = samples.values(j, finite)
            terms = terms_with_missing(terms_of, values, target, neighbors)[0]
            return _means_of_equal_rows(terms, values, samples.y)
        column = codes[place[j]].astype(np.int64)
        if isinstance(target, DiscreteTarget):
            return _pointwise_plugin(column, target.codes, samples.weights)
        terms = terms_of(target, DiscreteTarget(column, n_levels[place[j]]), neighbors)[0]
        return _means_of_equal_rows(terms, column, samples.y)

    values = in_threads(
        (delayed(of_column)(j) for j in range(samples.n_features)),
        work=POINTWISE_COST * len(samples.y) * samples.n_features,
        n_jobs=n_jobs,
    )
    return np.array(values)


def _means_of_equal_rows(terms, x, y):
    """Return the mean of the terms over all rows with the same x and y, (n_samples,).

    The neighbours of a row among equal rows, and so its term, depend on their order.
    """
    # Sorted by the terms too, so that sums do not depend on the order of the rows.
    order = np.lexsort((terms, y, x))
    x, y = x[order], y[order]
    starts = np.append(0, 1 + np.flatnonzero((x[1:] != x[:-1]) | (y[1:] != y[:-1])))
    if len(starts) == len(terms):
        return terms
    sizes = np.diff(np.append(starts, len(terms)))
    means = np.empty(len(terms))
    means[order] = np.repeat(np.add.reduceat(terms[order], starts) / sizes, sizes)
    return means


def _pointwise_plugin(x, y, weights):
    """Return ln(n_xy n / (n_x n_y)) for each row."""
    pairs = row_codes([x, y])
    together, of_x, of_y = (np.bincount(codes, weights) for codes in (pairs, x, y))
    total = float(len(x) if weights is None else weights.sum())
    return np.log(together[pairs] * total / (of_x[x] * of_y[y]))


@validate_params(
    {
        "x": "no_validation",
        "missing": [StrOptions(set(MISSING))],
        "sample_weight": ["array-like", str, None],
        "base": "no_validation",
    },
    prefer_skip_nested_validation=True,
)
def pointwise_entropy(
    x: ArrayLike,
    *,
    missing: str = "separate",
    sample_weight: ArrayLike | str | None = None,
    base: float = 2,
) -> NDArray[np.float64]:
    """Estimate the pointwise entropy (surprisal) of each sample of a discrete variable, in bits.

    ``-log2 p(x)`` with the sample proportion of the value: large for rare values. The mean over
    samples is the plug-in entropy.

    Parameters
    ----------
    x : array-like of shape (n_samples,) or (n_samples, n_columns), series or dataframe
        As in `discrete_entropy`, in memory. Several columns are one joint variable.

    missing : {"separate", "drop", "raise"}, default="separate"
        Whether a missing value is a separate category, samples with missing values are dropped
        and NaN, or they are an error.

    sample_weight : array-like of shape (n_samples,) or str, default=None
        Non-negative weights, or the name of the weight column of x. Samples of weight zero are
        NaN.

    base : float, default=2
        Base of the logarithm: 2 for bits, ``math.e`` for nats.

    Returns
    -------
    entropy : ndarray of shape (n_samples,), dtype float64
        In bits (or the unit of `base`), never negative.

    Raises
    ------
    ValueError
        If x has numbers that are not integers, or with ``missing="raise"`` missing values, if no
        sample is left, if x is in chunks, or if `base` is invalid.

    See Also
    --------
    discrete_entropy : The mean, corrected for bias.
    pointwise_mutual_info : The part that another variable explains.

    Examples
    --------
    >>> from skinfo.estimation import pointwise_entropy
    >>> pointwise_entropy(["a", "a", "b", "c"])
    array([1., 1., 2., 2.])
    """
    nats = check_base(base)
    refuse_chunks(x, "pointwise_entropy", "x")
    x, _, sample_weight = columns_by_name(x, None, sample_weight)
    table = table_of(as_columns(x), caller="pointwise_entropy")
    table = table.rename(["x"]) if table.names == ["x0"] else table
    n = table.shape[0]
    weights = np.ones(n) if sample_weight is None else check_frequency_weights(sample_weight, n)
    rows = np.flatnonzero(weights)
    if missing == "raise":
        refuse_missing_values(table.take(rows))
    elif missing == "drop":
        gone = np.any([missing_values(table, j) for j in range(table.shape[1])], axis=0)
        rows = rows[~gone[rows]]
        if not len(rows):
            raise ValueError(
                "x has a missing value in every row of positive weight: missing='drop' leaves "
                "none."
            )
    codes = row_codes(list(encode_columns(table.take(rows)).codes))
    counts = np.bincount(codes, weights[rows])
    values = np.full(n, np.nan)
    values[rows] = np.log(counts.sum() / counts)[codes]
    return values / nats
