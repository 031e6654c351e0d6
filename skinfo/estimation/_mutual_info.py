"""Mutual information of columns and a target, from samples."""

from __future__ import annotations

from numbers import Integral

import numpy as np
from joblib import delayed
from numpy.typing import ArrayLike, NDArray

from skinfo._counts._as_source import is_in_parts
from skinfo._counts._codes import Codes
from skinfo._counts._contingency import contingency_table
from skinfo.estimation._chunked_samples import read_classes, read_tables
from skinfo.estimation._continuous import (
    DiscreteTarget,
    RankedColumn,
    auto_information,
    binned_information,
    block_information,
    gaussian_copula_information,
    ksg_information,
    ross_information,
)
from skinfo.estimation._estimators import (
    Estimator,
    check_n_neighbors,
    refuse_infinite,
    refuse_weights,
)
from skinfo.estimation._joint_variables import (
    copula_of_blocks,
    joint_information,
    joint_rows,
    refuse_joint_in_parts,
)
from skinfo.estimation._samples import MISSING, parts_by_missing, prepared_target, read_samples
from skinfo.estimation._strata import NeighborStrata, ksg_as_given, on_ranks
from skinfo.estimation._table_information import INFORMATION_ESTIMATORS, information_from_counts
from skinfo.utils._compat import Interval, StrOptions, validate_params
from skinfo.utils._parallel import in_threads
from skinfo.utils._progress import with_printed_progress
from skinfo.utils._text import one_line, short_repr
from skinfo.utils._validation import check_base, explain_missing_arguments, match_name

# Approximate time for a continuous column, in nanoseconds per row.
NEIGHBOR_COST = 100.0


def _without_neighbors(information):
    return lambda values, target, n_neighbors: information(values, target)


def _at_most_the_entropy(information):
    """Return the estimate for classes, limited to their entropy."""
    return lambda values, target, n_neighbors: min(
        information(values, target, n_neighbors), target.entropy
    )


_AUTO = _at_most_the_entropy(auto_information)
_ROSS = _at_most_the_entropy(ross_information)
_COPULA = _without_neighbors(gaussian_copula_information)
_BINNED = _without_neighbors(binned_information)

ESTIMATORS = {
    "auto": Estimator("emi", _AUTO, auto_information, block_information, on_ranks),
    "ross": Estimator("plugin", _ROSS, instead="'ksg' or 'auto'", finite=True),
    "ksg": Estimator("plugin", _ROSS, ksg_information, ksg_information, ksg_as_given, finite=True),
    "gaussian_copula": Estimator(
        None,
        _at_most_the_entropy(_COPULA),
        _COPULA,
        joint=copula_of_blocks,
        instead="'emi' or 'auto'",
    ),
    "binned": Estimator("emi", _BINNED, _BINNED),
    **{
        name: Estimator(
            name,
            instead="'auto' or 'binned', bin the column first, or set discrete_features "
            "(discrete_target) where integers are levels",
        )
        for name in INFORMATION_ESTIMATORS
    },
}

NEIGHBOR_ESTIMATORS = ("auto", "ross", "ksg")

PARAMETERS = {
    "X": "no_validation",
    "y": "no_validation",
    "discrete_features": [StrOptions({"auto"}), "boolean", "array-like"],
    "discrete_target": [StrOptions({"auto"}), "boolean"],
    "estimator": "no_validation",
    "missing": [StrOptions(set(MISSING))],
    "n_neighbors": [Interval(Integral, 1, None, closed="left")],
    "sample_weight": ["array-like", str, None],
    "base": "no_validation",
    "n_jobs": [Integral, None],
    "verbose": ["verbose"],
}


TARGET_NEEDED = (
    "the target, (n_samples,). Of a known joint distribution, skinfo.measures.mutual_information "
    "is the information; of columns with each other, pairwise_mutual_info."
)


@explain_missing_arguments(y=TARGET_NEEDED)
@validate_params({**PARAMETERS, "joint": ["boolean"]}, prefer_skip_nested_validation=True)
@with_printed_progress
def mutual_info(
    X: ArrayLike,
    y: ArrayLike | str | None,
    *,
    discrete_features: str | bool | ArrayLike = "auto",
    discrete_target: str | bool = "auto",
    joint: bool = False,
    estimator: str = "auto",
    n_neighbors: int = 3,
    missing: str = "separate",
    sample_weight: ArrayLike | str | None = None,
    base: float = 2,
    n_jobs: int | None = None,
    verbose: bool | int = False,
) -> NDArray[np.float64] | float:
    """Estimate the mutual information of each column and a target, in bits.

    The estimate has mean zero for a column that is independent of y, for any number of levels. No
    noise is added: results are deterministic and do not depend on the order of samples, names of
    levels and `n_jobs`.

    Parameters
    ----------
    X : array-like, dataframe or sparse matrix of shape (n_samples, n_features), or table
        Numbers, booleans, strings or categories; for missing values see `missing`. The columns of
        a sparse matrix are discrete. A table that is not in memory may be of any kind that
        `skinfo.MutualInfoBinner.fit` accepts, such as files, chunks, Dask or Spark, if y is
        classes: discrete columns by any estimator and continuous ones by ``"binned"``, with the
        same results as in memory. It is read several times.

    y : array-like of shape (n_samples,) or (n_samples, n_outputs), or str
        Classes or numbers, or the name of a column of X, which is then not a feature; None if
        chunks contain it. Several columns of classes (such as a multilabel indicator) are one
        joint variable: its classes are the distinct rows. Several columns with at least one of
        numbers are one multidimensional target, for ``"auto"`` and ``"ksg"``, by a k-d tree. For
        the information about each of several labels, call once per label.

    discrete_features : "auto", bool, or array-like of bool or int, default="auto"
        Discrete columns: all, none, a mask, or their indices. ``"auto"``: those of text,
        categories, booleans, or integers with at most 32 different values, in any container and
        dtype, and all columns of a sparse matrix; other numbers, dates and durations are
        continuous. A warning names columns of integers for which this is a guess.

    discrete_target : "auto" or bool, default="auto"
        Whether y is discrete. ``"auto"``: by the same rule.

    joint : bool, default=False
        Whether all columns of X are one joint variable, with one result, ``I(X_1, ..., X_d; y)``;
        y may have several columns too. Discrete columns: each distinct row is a level, for every
        estimator of discrete columns. Continuous ones are one vector: ``"auto"`` (on normal
        ranks), ``"ksg"`` or ``"gaussian_copula"`` with a continuous y, and ``"auto"`` with
        classes, by the neighbours of Mesner and Shalizi (2021). Columns of both kinds, for
        ``"auto"``: ``I(D, C; y) = I(D; y) + I(C; y | D)``.

    estimator : str, default="auto"
        Case-insensitive, with or without underscores.

        - ``"auto"``: for two discrete columns ``"emi"``; if one or both are continuous the
          neighbour estimates below, on normal ranks, where values of many samples are treated as
          levels by the chain rule. It is invariant under increasing transforms of a column.
        - ``"ross"``, ``"ksg"``: nearest neighbours on the raw values: Ross [1]_ if one column is
          discrete, Kraskov et al. [2]_ if none is (``"ksg"`` only), the plug-in if both are.
          Without ties these are scikit-learn's.
        - ``"gaussian_copula"``: the information of normal scores, assumed jointly normal [3]_.
        - ``"binned"``: equal-frequency bins and ``"emi"``: the smallest variance under
          independence.
        - ``"emi"``: the plug-in minus its mean under independence with the same margins [4]_.
        - the entropy estimators of `discrete_entropy`, for discrete columns: ``"plugin"``,
          ``"miller_madow"``, ``"grassberger"``, ``"chao_shen"``, ``"chao_wang_jost"``,
          ``"james_stein"``, ``"jeffreys"``, ``"laplace"``, ``"perks"``, ``"minimax"``, ``"nsb"``,
          ``"jackknife"``. ``"miller_madow"`` counts the cells that occur, as published: with fewer
          samples than cells it is biased upwards under independence. The estimators that add to
          counts, ``"james_stein"`` and ``"nsb"`` count every pair of a level and a class as a
          cell.

    n_neighbors : int, default=3
        Number of neighbours of ``"auto"``, ``"ross"`` and ``"ksg"``: more reduce the variance and
        increase the bias for strong dependence.

    missing : {"separate", "drop", "raise"}, default="separate"
        Missing values of X; in y they are an error.

        - ``"separate"``: a separate level in a discrete column. For a continuous one they are
          combined with the numbers by the exact identity ``I(X; Y) = I(M; Y) + P(present) I(X; Y |
          present)``, where M indicates missing values.
        - ``"drop"``: each column is estimated from its samples without missing values.
        - ``"raise"``: an error.

    sample_weight : array-like of shape (n_samples,) or str, default=None
        For discrete columns and target: a weight of w counts as w repetitions of the sample. May
        be a column name, like y.

    base : float, default=2
        Base of the logarithm: 2 for bits, ``math.e`` for nats.

    n_jobs : int or None, default=None
        Number of threads over columns.

    verbose : bool or int, default=False
        Whether to print progress: a line for each column, at most one per second.

    Returns
    -------
    mi : ndarray of shape (n_features,), dtype float64, or float
        A single number if `joint`. In bits (or the unit of `base`). Not clipped at zero: estimates
        for independent columns have mean zero. If y or the column is discrete, at most its entropy
        by the same estimator; by neighbours, bins or the copula, its plug-in entropy.

    Raises
    ------
    ValueError
        If the estimator does not apply to a column, if weights are given with a continuous column,
        if there are not more samples than `n_neighbors`, if y has missing values, or a continuous
        column has while y is several columns of numbers, if lengths differ, if `base` is invalid,
        or if an option needs all samples at once and X is in chunks.

    See Also
    --------
    mutual_info_test : With p-values, standard errors and intervals.
    pairwise_mutual_info : For pairs of columns.
    skinfo.measures.mutual_information : For a known joint distribution.
    sklearn.feature_selection.mutual_info_classif : In nats, clipped at zero, with noise added.

    References
    ----------
    .. [1] B. C. Ross, "Mutual information between discrete and continuous data sets", PLoS
       ONE 9(2), 2014.
    .. [2] A. Kraskov, H. Stoegbauer and P. Grassberger, "Estimating mutual information",
       Physical Review E 69, 2004, eq. 8.
    .. [3] R. A. A. Ince et al., "A statistical framework for neuroimaging data analysis based on
       mutual information estimated via a Gaussian copula", Human Brain Mapping 38, 2017.
    .. [4] N. X. Vinh, J. Epps and J. Bailey, "Information theoretic measures for
       clusterings comparison", JMLR 11, 2010, eq. 24.

    Examples
    --------
    A fair coin, its noisy copy, and a number that is larger for heads:

    >>> import numpy as np
    >>> from skinfo.estimation import mutual_info
    >>> rng = np.random.default_rng(0)
    >>> coin = rng.integers(0, 2, 2000)
    >>> copy = np.where(rng.random(2000) < 0.9, coin, 1 - coin)
    >>> mutual_info(copy.reshape(-1, 1), coin).round(2)  # 1 - H(0.1) = 0.53
    array([0.53])
    >>> number = coin + rng.normal(size=2000)
    >>> noise = rng.normal(size=2000)
    >>> mutual_info(np.column_stack([number, noise]), coin).round(2) + 0.0
    array([0.17, 0.01])
    """
    nats = check_base(base)
    estimator = match_name(estimator, ESTIMATORS, parameter="estimator", caller="mutual_info")
    if is_in_parts(X):
        if joint:
            raise refuse_joint_in_parts("mutual_info")
        source = read_classes(X, y, sample_weight, discrete_target, "mutual_info")
        tables = read_tables(source, discrete_features, "mutual_info", missing, n_jobs)
        return information_of_tables(source, tables, estimator, n_jobs) / nats
    samples = read_samples(
        X,
        y,
        discrete_features=discrete_features,
        discrete_target=discrete_target,
        sample_weight=sample_weight,
        caller="mutual_info",
    )
    if joint and samples.n_features > 1:
        samples = samples.take(np.arange(samples.n_features), joint_rows(samples, missing))
        return _of_all_columns_together(samples, estimator, n_neighbors, n_jobs) / nats
    information = np.empty(samples.n_features)
    for columns, _, part in parts_by_missing(samples, missing):
        information[columns] = information_nats(part, estimator, n_neighbors, n_jobs)
    return (float(information[0]) if joint else information) / nats


def _of_all_columns_together(samples, estimator, n_neighbors, n_jobs):
    """Return the estimate for all columns as one joint variable, in nats."""
    functions = ESTIMATORS[estimator]
    n = len(samples.y)
    strata = NeighborStrata(samples.y, np.empty((n, 0)), np.zeros(n, np.int64), n_neighbors)
    if not samples.discrete.all() or samples.is_block:
        _check_joint(samples, functions, estimator, n_neighbors)

    def of_discrete(one):
        if samples.is_block:
            return strata.mean(functions.joint, one.codes().codes[0].astype(np.int64))
        return information_nats(one, estimator, n_neighbors, n_jobs)[0]

    return joint_information(samples, of_discrete, functions.joint, strata, functions.finite)


def _check_joint(samples, functions, estimator, n_neighbors):
    """Raise ValueError if the estimator does not support these columns as one joint variable."""
    is_continuous = samples.n_classes is None and not samples.discrete.any()
    if functions.joint is None or (estimator != "auto" and not is_continuous):
        of_target = "continuous" if samples.n_classes is None else "discrete"
        raise ValueError(
            f"estimator={short_repr(estimator)} is not for several columns as one variable, not "
            f"all of them discrete, with a {of_target} target. Use 'auto', or bin the continuous "
            "columns."
        )
    if samples.weights is not None:
        refuse_weights("y" if samples.n_classes is None else "a column of X")
    if functions.finite:
        refuse_infinite(samples.y, "y")
    check_n_neighbors(n_neighbors, len(samples.y))


def information_nats(samples, estimator, n_neighbors, n_jobs):
    """Return the estimate for every column, (n_features,) in nats."""
    _check_pairs(samples, estimator, n_neighbors)
    information = np.empty(samples.n_features)
    discrete = np.flatnonzero(samples.discrete)
    continuous = np.flatnonzero(~samples.discrete)
    if len(discrete):
        information[discrete] = _of_discrete(samples, estimator, n_neighbors, n_jobs)
    if len(continuous):
        target = prepared_target(samples)
        functions = ESTIMATORS[estimator]
        estimate = _for_continuous(functions, samples)
        information[continuous] = in_threads(
            (
                delayed(_of_continuous)(samples, j, functions, estimate, target, n_neighbors)
                for j in continuous
            ),
            work=NEIGHBOR_COST * len(samples.y) * len(continuous),
            n_jobs=n_jobs,
            step="column",
        )
    return information


def information_of_tables(source, tables, estimator, n_jobs):
    """Return the estimate for every column of chunks, (n_features,) in nats.

    Parameters
    ----------
    source : Chunks

    tables : list of ColumnTables

    estimator : str

    n_jobs : int or None
    """
    for name, table in zip(source.names, tables, strict=True):
        _check_table(estimator, name, table, source.target.is_weighted)
    functions = ESTIMATORS[estimator]
    return np.array(
        in_threads((delayed(_of_tables)(table, functions) for table in tables), n_jobs=n_jobs)
    )


def _check_table(estimator, name, table, is_weighted):
    """Raise ValueError if an estimator needs more than the contingency tables of a column."""
    functions = ESTIMATORS[estimator]
    if table.is_discrete and functions.discrete is None:
        _refuse_pair(estimator, "discrete", "discrete", name)
    if table.is_discrete:
        return
    if functions.mixed is None:
        _refuse_pair(estimator, "continuous", "discrete", name)
    if estimator != "binned":
        raise ValueError(
            f"{one_line(name)} is continuous, and estimator={short_repr(estimator)} needs all "
            "samples at once, but X comes in chunks. Use estimator='binned', or pass one table."
        )
    if is_weighted:
        refuse_weights(name)


def _of_tables(table, functions):
    """Return the estimate from the tables of one column, in nats."""
    if table.is_discrete:
        return information_from_counts(table.whole(table.estimated), functions.discrete)
    of_present = information_from_counts(table.estimated, functions.discrete)
    if not table.has_missing:
        return of_present
    # Chain rule, as in `_of_continuous`.
    present = table.n_present / table.class_counts.sum()
    return information_from_counts(table.presence, functions.discrete) + present * of_present


def _for_continuous(functions, samples):
    """Return the function for a continuous column and this target, or None if unsupported."""
    if samples.is_block:
        return functions.block
    return functions.continuous if samples.n_classes is None else functions.mixed


def _of_continuous(samples, j, functions, estimate, target, n_neighbors):
    values = samples.values(j, functions.finite)
    missing = np.isnan(values)
    if not missing.any():
        return estimate(values, target, n_neighbors)
    if samples.is_block:
        raise ValueError(
            f"{one_line(samples.table.names[j])} has {np.count_nonzero(missing)} missing "
            "value(s), which cannot be a level of their own where y is several columns of "
            "numbers. Use missing='drop'."
        )
    # Chain rule: information of the missing-value indicator, then of the present values.
    present = ~missing
    information = _of_missing(missing.astype(np.int64), functions, target, n_neighbors)
    if present.any():
        of_present = estimate(values[present], target[present], n_neighbors)
        information += present.mean() * of_present
    return information


def _of_missing(missing, functions, target, n_neighbors):
    """Return the information of a missing-value indicator, in nats."""
    if isinstance(target, DiscreteTarget):
        table = contingency_table(Codes.of(missing), Codes.of(target.codes))
        return information_from_counts(table, functions.discrete or "emi")
    return functions.mixed(target, DiscreteTarget(missing, 2), n_neighbors)


def _of_discrete(samples, estimator, n_neighbors, n_jobs):
    """Return the estimate for the discrete columns, in nats."""
    functions = ESTIMATORS[estimator]
    if samples.n_classes is not None:
        tables = samples.tables(n_jobs)
        return [information_from_counts(counts, functions.discrete) for counts in tables]
    # Information is symmetric: the discrete column takes the role of the classes.
    target = RankedColumn(samples.y)
    codes, n_levels = samples.codes(n_jobs)
    return in_threads(
        (
            delayed(functions.mixed)(target, DiscreteTarget(column, levels), n_neighbors)
            for column, levels in zip(codes, n_levels, strict=True)
        ),
        work=NEIGHBOR_COST * codes.size,
        n_jobs=n_jobs,
        step="column",
    )


def _check_pairs(samples, estimator, n_neighbors):
    """Raise ValueError if the columns do not support the estimator, weights or `n_neighbors`."""
    functions = ESTIMATORS[estimator]
    of_discrete = functions.discrete if samples.n_classes is not None else functions.mixed
    if samples.is_block:
        of_discrete = None
    of_continuous = _for_continuous(functions, samples)
    target = "continuous" if samples.n_classes is None else "discrete"
    target = f"{samples.y.shape[1]}-dimensional" if samples.is_block else target
    for is_discrete, column, possible in (
        (True, "discrete", of_discrete),
        (False, "continuous", of_continuous),
    ):
        first = np.flatnonzero(samples.discrete == is_discrete)[:1]
        if len(first) and possible is None:
            _refuse_pair(estimator, column, target, samples.table.names[first[0]])
    if samples.n_classes is not None and samples.discrete.all():
        return
    if samples.weights is not None:
        continuous = np.flatnonzero(~samples.discrete)[:1] if samples.n_classes else []
        refuse_weights(samples.table.names[continuous[0]] if len(continuous) else "y")
    if functions.finite and samples.n_classes is None:
        refuse_infinite(samples.y, "y")
    if estimator in NEIGHBOR_ESTIMATORS:
        check_n_neighbors(n_neighbors, len(samples.y))


def _refuse_pair(estimator, column, target, name):
    """Raise the ValueError for an estimator that does not support a kind of column or target."""
    raise ValueError(
        f"estimator={short_repr(estimator)} is not for a {column} column with a {target} target, "
        f"as {one_line(name)} is with this y. Use {ESTIMATORS[estimator].instead}."
    )
