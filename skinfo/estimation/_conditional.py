"""Conditional mutual information of columns and a target, from samples."""

from __future__ import annotations

from dataclasses import replace
from numbers import Integral

import narwhals.stable.v2 as nw
import numpy as np
from joblib import delayed
from numpy.typing import ArrayLike, NDArray

from skinfo._counts._as_source import is_in_parts
from skinfo._counts._codes import row_codes
from skinfo._counts._table import as_columns, table_of
from skinfo.estimation._conditional_in_parts import conditional_in_parts
from skinfo.estimation._entropy_estimators import ENTROPY_ESTIMATORS
from skinfo.estimation._estimators import (
    Estimator,
    check_n_neighbors,
    refuse_infinite,
    refuse_weights,
)
from skinfo.estimation._joint_variables import (
    joint_information,
    joint_rows,
    refuse_joint_in_parts,
)
from skinfo.estimation._knn_tree import ksg_conditional
from skinfo.estimation._samples import (
    MISSING,
    discrete_mask,
    parts_by_missing,
    read_samples,
    refuse_chunks,
    warn_of_guesses,
)
from skinfo.estimation._strata import (
    NeighborStrata,
    Strata,
    conditional_by_entropies,
    conditional_emi,
    conditional_plugin,
    mixed_as_given,
    neighbors_of_codes,
    on_ranks,
)
from skinfo.utils._compat import Interval, StrOptions, validate_params
from skinfo.utils._parallel import in_threads
from skinfo.utils._progress import with_printed_progress
from skinfo.utils._text import one_line, short_repr
from skinfo.utils._validation import check_base, explain_missing_arguments, match_name

# Approximate time of the neighbour search, in nanoseconds per row.
CONDITIONAL_COST = 20_000.0


_BINS = "'auto' or 'mesner_shalizi', or bin what is continuous first"

CONDITIONAL_ESTIMATORS = {
    "auto": Estimator(conditional_emi, on_ranks, on_ranks),
    "emi": Estimator(discrete=conditional_emi, instead=_BINS),
    "plugin": Estimator(discrete=conditional_plugin, instead=_BINS),
    "ksg": Estimator(
        continuous=ksg_conditional, instead="'mesner_shalizi' or 'auto'", finite=True
    ),
    "mesner_shalizi": Estimator(neighbors_of_codes, mixed_as_given, mixed_as_given, finite=True),
    **{
        name: Estimator(discrete=conditional_by_entropies(name), instead=_BINS)
        for name in ENTROPY_ESTIMATORS
        if name != "plugin"
    },
}


@explain_missing_arguments(
    y="the target, (n_samples,).",
    Z="the columns that are known already, (n_samples,) or (n_samples, n_conditions). Without "
    "any, mutual_info is the information.",
)
@validate_params(
    {
        "X": "no_validation",
        "y": "no_validation",
        "Z": "no_validation",
        "discrete_features": [StrOptions({"auto"}), "boolean", "array-like"],
        "discrete_target": [StrOptions({"auto"}), "boolean"],
        "discrete_conditions": [StrOptions({"auto"}), "boolean", "array-like"],
        "joint": ["boolean"],
        "estimator": "no_validation",
        "missing": [StrOptions(set(MISSING))],
        "n_neighbors": [Interval(Integral, 1, None, closed="left")],
        "sample_weight": ["array-like", str, None],
        "base": "no_validation",
        "n_jobs": [Integral, None],
        "verbose": ["verbose"],
    },
    prefer_skip_nested_validation=True,
)
@with_printed_progress
def conditional_mutual_info(
    X: ArrayLike,
    y: ArrayLike | str | None,
    Z: ArrayLike | str,
    *,
    discrete_features: str | bool | ArrayLike = "auto",
    discrete_target: str | bool = "auto",
    discrete_conditions: str | bool | ArrayLike = "auto",
    joint: bool = False,
    estimator: str = "auto",
    n_neighbors: int = 3,
    missing: str = "separate",
    sample_weight: ArrayLike | str | None = None,
    base: float = 2,
    n_jobs: int | None = None,
    verbose: bool | int = False,
) -> NDArray[np.float64] | float:
    """Estimate the conditional mutual information of each column and a target given Z, in bits.

    ``I(X_j; y | Z)`` is zero if Z explains all dependence of X_j and y. It exceeds ``I(X_j; y)``
    if X_j is informative only together with Z (as in an exclusive or). All columns of Z are one
    joint condition. No noise is added: results are deterministic and do not depend on `n_jobs`.

    Parameters
    ----------
    X : array-like, dataframe, sparse matrix or table of shape (n_samples, n_features)
        Numbers, booleans, strings or categories; for missing values see `missing`. The columns of
        a sparse matrix are discrete. A table that is not in memory, of any kind that
        `skinfo.MutualInfoBinner` accepts, is counted in three passes, if X, y and Z are discrete.

    y : array-like of shape (n_samples,) or (n_samples, n_outputs), or str
        Classes or numbers, or the name of a column of X. Several columns are one joint variable.

    Z : array-like or dataframe of shape (n_samples,) or (n_samples, n_conditions), or str or list
        The condition, in the same form as X, or names of columns of X, which are then not
        features; for a table that is not in memory, names are required. Columns may be of
        different kinds. Missing values are a separate level in a discrete column and an error
        in a continuous one.

    discrete_features : "auto", bool, or array-like of bool or int, default="auto"
        Discrete columns of X: all, none, a mask, or their indices. ``"auto"``: by the rule of
        `mutual_info`.

    discrete_target : "auto" or bool, default="auto"
        Whether y is discrete. ``"auto"``: by the same rule.

    discrete_conditions : "auto", bool, or array-like of bool or int, default="auto"
        Discrete columns of Z, in the same form as `discrete_features`.

    joint : bool, default=False
        Whether all columns of X are one joint variable, with one result, ``I(X_1, ..., X_d; y |
        Z)``. Discrete and continuous columns are combined by ``I(D, C; y | Z) = I(D; y | Z) + I(C;
        y | D, Z)``.

    estimator : str, default="auto"
        - ``"auto"``: ``"emi"`` if X_j, y and Z are discrete. Otherwise one estimate in each
          stratum of the discrete columns of Z, averaged, on normal ranks of that stratum, so that
          it is invariant under increasing transforms of continuous columns: that of `mutual_info`
          if Z has no continuous column, ``"ksg"`` if X_j and y are continuous,
          ``"mesner_shalizi"`` if one of them is discrete.
        - ``"emi"``: the plug-in minus its mean under independence of X_j and y in every stratum of
          Z, with the margins of each stratum [3]_. For discrete columns.
        - ``"plugin"``: from sample proportions, which is biased upwards, more with more strata.
          For discrete columns.
        - the other entropy estimators of `discrete_entropy`, for discrete columns: ``H(X, Z) +
          H(Y, Z) - H(X, Y, Z) - H(Z)``, each by ``"miller_madow"``, ``"grassberger"``,
          ``"chao_shen"``, ``"chao_wang_jost"``, ``"james_stein"``, ``"jeffreys"``, ``"laplace"``,
          ``"perks"``, ``"minimax"``, ``"nsb"`` or ``"jackknife"``, with the conventions of
          `mutual_info`.
        - ``"ksg"``: the nearest neighbours of Frenzel and Pompe [1]_, on the raw values. For
          continuous columns without many ties.
        - ``"mesner_shalizi"``: the nearest neighbours of Mesner and Shalizi [2]_, on the raw
          values, unclipped. For any columns; biased upwards by a few hundredths if all are
          continuous.

    n_neighbors : int, default=3
        Number of neighbours of ``"ksg"`` and ``"mesner_shalizi"``: more reduce the variance and
        increase the bias.

    missing : {"separate", "drop", "raise"}, default="separate"
        Missing values of X: a separate level, combined with the numbers of a continuous column
        by ``I(X; Y | Z) = I(M; Y | Z) + P(present) I(X; Y | Z, present)``, where M indicates
        missing values; dropped with their samples, for each column; or an error.

    sample_weight : array-like of shape (n_samples,) or str, default=None
        Non-negative weights, or the name of the weight column of X, if X, y and Z are discrete. An
        integer weight is equivalent to repeating the sample. With other weights ``"emi"``
        subtracts a smooth approximation.

    base : float, default=2
        Base of the logarithm: 2 for bits, ``math.e`` for nats.

    n_jobs : int or None, default=None
        Number of threads over columns.

    verbose : bool or int, default=False
        Whether to print progress: a line for each column, at most one per second.

    Returns
    -------
    cmi : ndarray of shape (n_features,), dtype float64, or float
        A single number if `joint`. In bits (or the unit of `base`), exactly 0 for a constant
        column. All estimators but ``"plugin"`` may be slightly negative. At most the conditional
        entropy of a discrete column, or of y, given the strata.

    Raises
    ------
    ValueError
        If y or a continuous column of Z has missing values, if a continuous column has infinite
        ones (except for ``"auto"``), if the estimator does not apply to a column, if weights are
        given with a continuous column, if there are not more samples than `n_neighbors`, if
        lengths differ, if values are complex, if no weight is positive, or if `base` is invalid.

    See Also
    --------
    mutual_info : Mutual information without a condition.
    skinfo.measures.conditional_mutual_information : For a known joint distribution.

    Notes
    -----
    The strata of discrete columns of Z are its distinct rows. A stratum of one sample contains no
    information; with many columns the plug-in estimate is then large for all features, and the
    corrected ones are mostly noise. Neighbour estimates shrink towards zero with more continuous
    dimensions of Z, and are zero in strata of at most `n_neighbors` samples.

    With normal ranks, ties are ranked in a fixed, arbitrary order for ``"ksg"``, unless 2 % of the
    samples, and ``10 * n_neighbors`` at least, share a value: then ``"mesner_shalizi"``, which
    allows ties, is used instead.

    With ``"plugin"`` the chain rule ``I(X, Z; y) = I(Z; y) + I(X; y | Z)`` is exact up to
    rounding.

    References
    ----------
    .. [1] S. Frenzel and B. Pompe, "Partial mutual information for coupling analysis of
       multivariate time series", Physical Review Letters, vol. 99, 204101, 2007.

    .. [2] O. C. Mesner and C. R. Shalizi, "Conditional mutual information estimation for
       mixed, discrete and continuous data", IEEE Trans. Information Theory, vol. 67,
       pp. 464-484, 2021 (arXiv:1912.03387, 2019).

    .. [3] N. X. Vinh, J. Epps and J. Bailey, "Information theoretic measures for
       clusterings comparison", J. Machine Learning Research, vol. 11,
       pp. 2837-2854, 2010, eq. 24.

    Examples
    --------
    y is an exclusive or: neither coin is informative alone, and each determines y given the other.

    >>> import numpy as np
    >>> from skinfo.estimation import conditional_mutual_info
    >>> rng = np.random.default_rng(0)
    >>> x, z = rng.integers(0, 2, (2, 1000))
    >>> y = x ^ z
    >>> conditional_mutual_info(x.reshape(-1, 1), y, np.zeros(1000, int)).round(2) + 0.0
    array([0.])
    >>> conditional_mutual_info(x.reshape(-1, 1), y, z).round(2)
    array([0.99])

    A chain x, z, y: given z, x is redundant and the noise of y is not.

    >>> x, noise = rng.normal(size=(2, 1000))
    >>> z = x + rng.normal(size=1000)
    >>> y = z + noise
    >>> conditional_mutual_info(np.column_stack([x, noise]), y, z).round(1) + 0.0
    array([0., 3.])
    """
    nats = check_base(base)
    caller = "conditional_mutual_info"
    estimator = match_name(estimator, CONDITIONAL_ESTIMATORS, parameter="estimator", caller=caller)
    names = _names_of_conditions(Z)
    if is_in_parts(X):
        _check_in_parts(Z, names, joint, caller)
        information = conditional_in_parts(
            X,
            y,
            names,
            discrete=_discrete_switches(discrete_features, discrete_conditions),
            discrete_target=discrete_target,
            functions=_functions_of_counts(estimator),
            n_neighbors=n_neighbors,
            missing=missing,
            sample_weight=sample_weight,
        )
        return information / nats
    frame = nw.from_native(X, eager_only=True, pass_through=True)
    if names and isinstance(frame, nw.DataFrame) and set(names) <= set(frame.columns):
        X, Z = frame.drop(*names).to_native(), frame.select(*names).to_native()
    guesses = []
    samples = read_samples(
        X,
        y,
        discrete_features=discrete_features,
        discrete_target=discrete_target,
        sample_weight=sample_weight,
        caller=caller,
        guesses=guesses,
    )
    conditions, of_conditions = _read_conditions(Z, discrete_conditions, samples)
    warn_of_guesses(guesses + of_conditions, caller)
    if joint:
        rows = joint_rows(samples, missing)
        samples = samples.take(np.arange(samples.n_features), rows)
        conditions = conditions.take(np.arange(conditions.n_features), rows)
        return _of_all_columns(samples, conditions, estimator, n_neighbors, n_jobs) / nats
    information = np.empty(samples.n_features)
    for columns, rows, part in parts_by_missing(samples, missing):
        z = conditions
        if len(rows) < len(samples.y):
            z = conditions.take(np.arange(conditions.n_features), rows)
        information[columns] = _estimates(part, z, estimator, n_neighbors, n_jobs)
    return information / nats


def _names_of_conditions(Z):
    """Return Z as a list of column names; an empty list if it contains values."""
    if isinstance(Z, str):
        return [Z]
    is_names = isinstance(Z, (list, tuple)) and all(isinstance(name, str) for name in Z)
    return list(Z) if is_names else []


def _check_in_parts(Z, names, joint, caller):
    """Raise ValueError if Z or `joint` is not supported for a table in parts."""
    if joint:
        raise refuse_joint_in_parts(caller)
    if not names:
        raise ValueError(
            "Z must name columns of X where X comes in parts, such as Z=['age', 'region']; "
            f"got {type(Z).__name__}."
        )


def _discrete_switches(discrete_features, discrete_conditions):
    """Return the two arguments if they are valid for a table in parts, else raise ValueError."""
    for argument, switch in (
        ("discrete_features", discrete_features),
        ("discrete_conditions", discrete_conditions),
    ):
        if not (isinstance(switch, str) or switch is True):
            raise ValueError(
                f"{argument}={short_repr(switch)} is for samples in memory, and X comes in parts. "
                "Use 'auto', or True: only discrete columns can be counted."
            )
    return discrete_features, discrete_conditions


def _functions_of_counts(estimator):
    """Return the Estimator of this name, or raise ValueError if it is not for discrete columns."""
    functions = CONDITIONAL_ESTIMATORS[estimator]
    if functions.discrete is None:
        raise ValueError(
            f"estimator={short_repr(estimator)} is not for discrete columns, y or Z, and a table "
            f"in parts can only be counted. Use {functions.instead}."
        )
    return functions


def _estimates(samples, conditions, estimator, n_neighbors, n_jobs):
    """Return the estimate for every column, (n_features,) in nats."""
    # Counts are used if the column, y and all columns of Z are discrete.
    uses_counts = samples.discrete & (samples.n_classes is not None) & conditions.discrete.all()
    _check_kinds(samples, conditions, uses_counts, estimator, n_neighbors)
    information = np.empty(samples.n_features)
    if uses_counts.any():
        information[uses_counts] = _from_counts(
            samples, conditions, estimator, n_neighbors, n_jobs
        )
    if not uses_counts.all():
        information[~uses_counts] = _from_neighbors(
            samples, conditions, uses_counts, estimator, n_neighbors, n_jobs
        )
    return information


def _read_conditions(Z, discrete_conditions, samples):
    """Return the columns of Z as Samples with the same y, and those whose kind was guessed."""
    refuse_chunks(Z, "conditional_mutual_info", "Z")
    table = table_of(as_columns(Z), caller="conditional_mutual_info", switch="discrete_conditions")
    n = samples.n_given
    if table.shape[0] != n:
        raise ValueError(
            f"Z must have as many samples as X and y, got {table.shape[0]} and {n}: all of "
            "its columns are one condition, row by row."
        )
    # Columns of arrays have the same default names in Z and X.
    is_one = table.names in (["x0"], ["x"])
    table = table.rename(["Z"] if is_one else [f"{name} of Z" for name in table.names])
    table = table.take(samples.rows)
    discrete, guessed = discrete_mask(table, discrete_conditions, "discrete_conditions")
    return replace(samples, table=table, discrete=discrete), guessed


def _check_kinds(samples, conditions, uses_counts, estimator, n_neighbors):
    """Raise ValueError if the columns do not support the estimator, weights or `n_neighbors`."""
    functions = CONDITIONAL_ESTIMATORS[estimator]
    continuous = _names(samples, conditions, is_discrete=False)
    discrete = _names(samples, conditions, is_discrete=True)
    wrong, is_wrong = (continuous, "continuous") if functions.continuous is None else ([], "")
    if functions.discrete is None:
        wrong, is_wrong = discrete, "discrete"
    if wrong:
        raise ValueError(
            f"estimator={short_repr(estimator)} is not for {is_wrong} columns, y or Z, and "
            f"{one_line(wrong[0])} is {is_wrong}. Use {functions.instead}."
        )
    for j in np.flatnonzero(~samples.discrete) if functions.mixed is None else ():
        # The indicator of missing values is discrete.
        if np.isnan(samples.values(j)).any():
            raise ValueError(
                f"estimator={short_repr(estimator)} is not for discrete columns, and missing "
                f"values of {one_line(samples.table.names[j])} are a level. Use missing='drop', "
                f"or {functions.instead}."
            )
    if samples.weights is not None and continuous:
        refuse_weights(continuous[0])
    if not uses_counts.all() or functions.discrete is neighbors_of_codes:
        check_n_neighbors(n_neighbors, samples.n)


def _names(samples, conditions, *, is_discrete):
    """Return the names in messages of the discrete, or else the continuous, of y, Z and X."""
    names = ["y"] if (samples.n_classes is not None) == is_discrete else []
    for part in (conditions, samples):
        names += [part.table.names[j] for j in np.flatnonzero(part.discrete == is_discrete)]
    return names


def _strata(conditions):
    """Return the stratum of each row, (n_samples,) int64, numbered without unused values."""
    if not conditions.discrete.any():
        return np.zeros(len(conditions.y), np.int64)
    return row_codes(list(conditions.codes()[0]))


def _from_counts(samples, conditions, estimator, n_neighbors, n_jobs):
    """Return the estimate for the discrete columns, in nats."""
    codes, n_levels = samples.codes(n_jobs)
    strata, y, weights = _strata(conditions), samples.y, samples.weights
    discrete = CONDITIONAL_ESTIMATORS[estimator].discrete
    return Strata(strata, y, weights).estimates(
        codes, n_levels, lambda counts: discrete(counts, n_neighbors), n_jobs
    )


def _from_neighbors(samples, conditions, uses_counts, estimator, n_neighbors, n_jobs):
    """Return the estimate for columns if one of the column, y and Z is continuous, in nats."""
    functions = CONDITIONAL_ESTIMATORS[estimator]
    columns = np.flatnonzero(~uses_counts)
    n = len(samples.y)
    in_strata = _neighbor_strata(samples, conditions, functions, n_neighbors)
    codes, place = None, np.cumsum(samples.discrete) - 1
    if samples.discrete[columns].any():
        codes, _ = samples.codes(n_jobs)
    of_numbers = _for_numbers(samples, conditions, functions)

    def estimate(j):
        if samples.discrete[j]:
            return in_strata.mean(functions.mixed, codes[place[j]].astype(np.int64))
        x = samples.values(j, functions.finite)
        missing = np.isnan(x)
        if not missing.any():
            return in_strata.mean(of_numbers, x)
        # Chain rule: information of the missing-value indicator, then of the present values.
        present = np.flatnonzero(~missing)
        of_missing = in_strata.mean(of_codes, missing.astype(np.int64))
        return of_missing + len(present) / n * in_strata.mean(of_numbers, x, present)

    def of_codes(x, y, z, n_neighbors):
        """Return the estimate for codes, within one stratum."""
        if y.dtype.kind == "f" or z.shape[1]:
            return functions.mixed(x, y, z, n_neighbors)
        one_stratum = Strata(
            np.zeros(len(y), np.int64), np.unique(y, return_inverse=True)[1], None
        )
        return one_stratum.estimates(
            x[None], np.array([2]), lambda counts: functions.discrete(counts, n_neighbors), 1
        )[0]

    return in_threads(
        (delayed(estimate)(j) for j in columns),
        work=CONDITIONAL_COST * n * len(columns),
        n_jobs=n_jobs,
        step="column",
    )


def _for_numbers(samples, conditions, functions):
    """Return the function for a continuous column, given the kinds of y and Z."""
    is_continuous = samples.n_classes is None and not conditions.discrete.any()
    return functions.continuous if is_continuous else functions.mixed


def _neighbor_strata(samples, conditions, functions, n_neighbors):
    """Return the NeighborStrata of y and the conditions."""
    continuous = np.flatnonzero(~conditions.discrete)
    z = np.empty((len(samples.y), len(continuous)))
    for place, j in enumerate(continuous):
        z[:, place] = conditions.values(j, functions.finite)
        _refuse_missing(z[:, place], conditions.table.names[j])
    if samples.n_classes is None and functions.finite:
        refuse_infinite(samples.y, "y")
    return NeighborStrata(samples.y, z, _strata(conditions), n_neighbors)


def _of_all_columns(samples, conditions, estimator, n_neighbors, n_jobs):
    """Return the estimate for all columns as one variable, in nats."""
    functions = CONDITIONAL_ESTIMATORS[estimator]
    uses_counts = samples.discrete & (samples.n_classes is not None) & conditions.discrete.all()
    _check_kinds(samples, conditions, uses_counts, estimator, n_neighbors)
    is_mixed = samples.discrete.any()
    return joint_information(
        samples,
        lambda one: _estimates(one, conditions, estimator, n_neighbors, n_jobs)[0],
        functions.mixed if is_mixed else _for_numbers(samples, conditions, functions),
        _neighbor_strata(samples, conditions, functions, n_neighbors),
        functions.finite,
    )


def _refuse_missing(values, name):
    n_missing = np.count_nonzero(np.isnan(values))
    if n_missing:
        raise ValueError(
            f"{one_line(name)} is continuous and has {n_missing} missing value(s), which only "
            "columns of X and discrete columns of Z may have. Drop or impute those rows, or bin "
            "the column."
        )
