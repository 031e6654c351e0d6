"""Entropy of discrete samples."""

from __future__ import annotations

from functools import partial
from numbers import Integral

import numpy as np
from numpy.typing import ArrayLike

from skinfo._counts._as_source import is_in_parts
from skinfo._counts._codes import encode_columns, row_codes
from skinfo._counts._source import columns_by_name
from skinfo._counts._table import as_columns, table_of
from skinfo.estimation._entropy_estimators import ENTROPY_ESTIMATORS
from skinfo.estimation._levels_in_parts import read_levels
from skinfo.estimation._rows_in_parts import CountedRows, rows_in_part
from skinfo.estimation._samples import MISSING, missing_values, refuse_missing_values
from skinfo.utils._compat import Interval, StrOptions, validate_params
from skinfo.utils._validation import check_base, check_frequency_weights, match_name


@validate_params(
    {
        "x": "no_validation",
        "estimator": "no_validation",
        "n_categories": [Interval(Integral, 1, None, closed="left"), None],
        "missing": [StrOptions(set(MISSING))],
        "sample_weight": ["array-like", str, None],
        "base": "no_validation",
    },
    prefer_skip_nested_validation=True,
)
def discrete_entropy(
    x: ArrayLike,
    *,
    estimator: str = "auto",
    n_categories: int | None = None,
    missing: str = "separate",
    sample_weight: ArrayLike | str | None = None,
    base: float = 2,
) -> float:
    r"""Estimate the entropy of a discrete variable from a sample, in bits.

    Sample proportions underestimate the entropy of their distribution: for N samples of K
    categories by about :math:`(K - 1) / 2N` nats, and more if categories are unobserved. All
    estimators except ``'plugin'`` correct for this bias.

    Parameters
    ----------
    x : array-like of shape (n_samples,) or (n_samples, n_columns), series, dataframe or table
        Integers, booleans, strings, categories, dates, or integers stored as floats. Several
        columns are one joint variable: a category is a distinct row. A table that is not in
        memory, of any kind that `skinfo.MutualInfoBinner` accepts, such as a list of dataframes,
        is counted in two passes.

    estimator : {'auto', 'plugin', 'miller_madow', 'grassberger', 'chao_shen', \
            'chao_wang_jost', 'james_stein', 'jeffreys', 'laplace', 'perks', 'minimax', \
            'nsb', 'jackknife'}, default='auto'
        The estimator; see Notes. ``'auto'`` is ``'chao_wang_jost'``, and ``'plugin'`` if weighted
        counts are not integers.

    n_categories : int, default=None
        Number of possible categories (for a joint variable: of distinct rows), observed or not.
        ``None``: the number of observed ones, and for ``'nsb'`` the estimate of Chao [8]_ from
        those observed once and twice (with non-integer weights the number of observed ones). Used
        by ``'miller_madow'``, ``'james_stein'``, ``'jeffreys'``, ``'laplace'``, ``'perks'``,
        ``'minimax'`` and ``'nsb'``; the others do not need it.

    missing : {'separate', 'drop', 'raise'}, default='separate'
        Whether missing values are a separate category (in each column of a joint variable),
        samples with missing values are dropped, or they are an error.

    sample_weight : array-like of shape (n_samples,) or str, default=None
        Non-negative weights, or the name of the weight column of x. An integer weight is
        equivalent to repeating the sample. With other weights, counts are sums of weights: scale
        them so that they sum to the number of samples that they represent, because all estimators
        except ``'plugin'`` use the sum as N.

    base : float, default=2
        Base of the logarithm: 2 for bits, ``math.e`` for nats.

    Returns
    -------
    entropy : float
        In bits (or the unit of `base`). Identical for any order of rows and columns and any names
        of the categories, and exactly 0 for a constant (unless `n_categories` is larger and the
        estimator uses it). ``'plugin'``, ``'nsb'`` and the shrinkage estimators do not exceed
        ``log(n_categories)``; the others may exceed it, by about their error.

    Raises
    ------
    ValueError
        If `x` has numbers that are not integers or no samples, or with ``missing='raise'`` missing
        values, if `n_categories` is less than the number of observed categories, if `estimator` is
        unknown, or needs integer counts and there are others, if no weight is positive, or if
        `base` is invalid.

    See Also
    --------
    skinfo.measures.entropy : For a known distribution.
    pairwise_mutual_info : For all pairs of columns, with entropies on the diagonal.

    Notes
    -----
    With counts :math:`n_i > 0`, proportions :math:`p_i = n_i / N`, and K the number of
    categories:

    - ``'plugin'``: the entropy of the proportions. Its bias is always negative, its variance the
      smallest.
    - ``'miller_madow'`` [1]_: adds :math:`(K - 1) / 2N`.
    - ``'jackknife'`` [2]_: estimates that bias by leaving out each sample in turn.
    - ``'grassberger'`` [3]_: replaces the logarithm by a function for which the bias vanishes
      faster.
    - ``'chao_shen'`` [4]_: estimates the unobserved probability from the categories observed once.
    - ``'chao_wang_jost'`` [5]_: estimates it from those observed once and twice, after removing
      all of the bias that can be removed without it. Without either it agrees with
      ``'miller_madow'`` to second order, and for large N with ``'plugin'``.
    - ``'james_stein'`` [6]_: shrinks the proportions towards :math:`1/K` with a weight estimated
      from the data.
    - ``'jeffreys'``, ``'laplace'``, ``'perks'``, ``'minimax'``: first add 1/2, 1, 1/K or
      :math:`\sqrt{N}/K` to each of the K counts.
    - ``'nsb'`` [7]_: the posterior mean under a mixture of Dirichlet priors that is nearly uniform
      in entropy. Suitable for known K, even much larger than N. For unknown K,
      ``'chao_wang_jost'`` has a smaller error.

    Over tables of 4 to 300 cells and 50 to 1000 samples (``benchmarks/estimator_bias.py``)
    ``'chao_wang_jost'`` has the smallest bias of those that do not need K. ``'plugin'``,
    ``'james_stein'``, the four that add to counts, and ``'nsb'`` accept non-integer counts.

    For the mutual information of two variables use :func:`mutual_info`: the errors of three
    entropies do not cancel.

    References
    ----------
    .. [1] G. A. Miller, "Note on the bias of information estimates", in Information Theory
       in Psychology, Free Press, pp. 95-100, 1955.

    .. [2] S. Zahl, "Jackknifing an index of diversity", Ecology, vol. 58, pp. 907-913, 1977.

    .. [3] P. Grassberger, "Entropy estimates from insufficient samplings",
       arXiv:physics/0307138, 2003, eq. 35.

    .. [4] A. Chao and T.-J. Shen, "Nonparametric estimation of Shannon's index of diversity
       when there are unseen species in sample", Environmental and Ecological Statistics,
       vol. 10, pp. 429-443, 2003.

    .. [5] A. Chao, Y. T. Wang and L. Jost, "Entropy and the species accumulation curve: a
       novel entropy estimator via discovery rates of new species", Methods in Ecology and
       Evolution, vol. 4, pp. 1091-1100, 2013.

    .. [6] J. Hausser and K. Strimmer, "Entropy inference and the James-Stein estimator, with
       application to nonlinear gene association networks", J. Machine Learning Research,
       vol. 10, pp. 1469-1484, 2009.

    .. [7] I. Nemenman, F. Shafee and W. Bialek, "Entropy and inference, revisited", Advances
       in Neural Information Processing Systems 14, pp. 471-478, 2002.

    .. [8] A. Chao, "Nonparametric estimation of the number of classes in a population",
       Scandinavian J. Statistics, vol. 11, pp. 265-270, 1984.

    Examples
    --------
    >>> from skinfo.estimation import discrete_entropy
    >>> x = ["a", "b", "c", "a", "d", "a", "b", "e"]
    >>> discrete_entropy(x, estimator="plugin")
    2.1556390622295662
    >>> round(discrete_entropy(x), 3)
    2.963

    Two columns are one joint variable:

    >>> discrete_entropy([[0, 0], [0, 1], [1, 0], [1, 1]], estimator="plugin")
    2.0
    """
    nats_per_unit = check_base(base)
    names = ("auto", *ENTROPY_ESTIMATORS)
    estimator = match_name(estimator, names, parameter="estimator", caller="discrete_entropy")
    x = _two_dimensional(x)
    counts_of = _counts_in_parts if is_in_parts(x) else _counts
    counts = counts_of(x, sample_weight, missing)
    if estimator == "auto":
        estimator = "chao_wang_jost" if np.all(counts % 1 == 0) else "plugin"
    return ENTROPY_ESTIMATORS[estimator](counts, n_categories) / nats_per_unit


def _two_dimensional(x):
    """Return a one-dimensional Dask series or array as a table of one column, else x unchanged."""
    if type(x).__module__.partition(".")[0] != "dask" or x.ndim != 1:
        return x
    return x.to_frame() if hasattr(x, "to_frame") else x[:, None]


def _counts(x, sample_weight, missing):
    """Return the positive counts of the distinct rows."""
    x, _, sample_weight = columns_by_name(x, None, sample_weight)
    table = table_of(as_columns(x), caller="discrete_entropy")
    table = table.rename(["x"]) if table.names == ["x0"] else table
    weights = (
        None if sample_weight is None else check_frequency_weights(sample_weight, table.shape[0])
    )
    if missing == "raise":
        refuse_missing_values(table)
    elif missing == "drop":
        table, weights = _without_missing(table, weights)
    counts = np.bincount(row_codes(encode_columns(table).codes), weights).astype(np.float64)
    return counts[counts > 0]


def _without_missing(table, weights):
    """Return the rows without missing values, and their weights."""
    rows = np.flatnonzero(~np.any([missing_values(table, j) for j in range(table.shape[1])], 0))
    if len(rows) == 0 or (weights is not None and not weights[rows].any()):
        raise _nothing_left()
    return table.take(rows), None if weights is None else weights[rows]


def _nothing_left():
    return ValueError(
        "x has a missing value in every row of positive weight: missing='drop' leaves none."
    )


def _counts_in_parts(x, sample_weight, missing):
    """Return the counts of a table in parts, after one pass for levels and one for counts."""
    parts = read_levels(x, sample_weight=sample_weight, caller="discrete_entropy")
    if missing == "raise":
        parts.refuse_missing_values()
    dropped = parts.has_missing & (missing == "drop")
    task = partial(rows_in_part, parts.n_levels, dropped)
    counts = parts.reduce(task, CountedRows.merged).counts
    if not len(counts):
        raise _nothing_left()
    return counts
