"""Cross-entropy and divergences of two samples."""

from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from skinfo.estimation._divergence_estimators import (
    CROSS_ENTROPY_ESTIMATORS,
    cross_entropy_of,
    js_divergence_of,
    kl_divergence_of,
    mixed_counts,
)
from skinfo.estimation._entropy_estimators import ENTROPY_ESTIMATORS, REAL_COUNTS
from skinfo.estimation._neighbor_divergence import (
    neighbor_cross_entropy,
    neighbor_js_divergence,
    neighbor_kl_divergence,
)
from skinfo.estimation._paired_samples import PairedSamples, read_paired_samples
from skinfo.estimation._samples import MISSING
from skinfo.utils._compat import Interval, StrOptions, validate_params
from skinfo.utils._text import short_repr
from skinfo.utils._validation import check_base, match_name

NEIGHBORS = "knn"

DIVERGENCE_PARAMETERS = {
    "X": "no_validation",
    "Y": "no_validation",
    "discrete": ["boolean", StrOptions({"auto"})],
    "estimator": "no_validation",
    "n_neighbors": [Interval(Integral, 1, None, closed="left")],
    "n_categories": [Interval(Integral, 1, None, closed="left"), None],
    "missing": [StrOptions(set(MISSING))],
    "X_weight": ["array-like", str, None],
    "Y_weight": ["array-like", str, None],
    "base": "no_validation",
}


@validate_params(DIVERGENCE_PARAMETERS, prefer_skip_nested_validation=True)
def sample_kl_divergence(
    X: ArrayLike,
    Y: ArrayLike,
    *,
    discrete: bool | str = "auto",
    estimator: str = "auto",
    n_neighbors: int = 3,
    n_categories: int | None = None,
    missing: str = "separate",
    X_weight: ArrayLike | str | None = None,
    Y_weight: ArrayLike | str | None = None,
    base: float = 2,
) -> float:
    r"""Estimate the Kullback-Leibler divergence D(X || Y) of two samples, in bits.

    The bits that samples of X cost in excess if they are coded for the distribution of Y:
    the cross-entropy H(X, Y) less the entropy H(X).

    Parameters
    ----------
    X, Y : array-like of shape (n_samples,) or (n_samples, n_columns), series or dataframe
        Two samples of one variable; several columns are one joint variable. The numbers of rows
        may differ.

    discrete : bool or "auto", default="auto"
        Whether values are categories, or points. "auto": categories, where all columns hold text,
        booleans, or whole numbers of at most 32 different values.

    estimator : str, default="auto"
        Of categories: ``'plugin'``, ``'miller_madow'``, ``'chao_wang_jost'``, or one that shrinks
        the proportions of both samples to equal ones, ``'james_stein'``, ``'jeffreys'``,
        ``'laplace'``, ``'perks'`` or ``'minimax'``; see Notes. ``'auto'`` is
        ``'chao_wang_jost'``, and ``'plugin'`` where weights leave counts that are not whole. Of
        points: ``'knn'``, nearest neighbours.

    n_neighbors : int, default=3
        Which nearest neighbour's distance is used. More neighbours: less variance, more bias.

    n_categories : int, default=None
        How many categories can occur, for estimators that shrink. None: as many as occur in one
        of the samples.

    missing : {'separate', 'drop', 'raise'}, default='separate'
        Whether a missing value is a category of its own, rows that have any are left out, or they
        are an error. Of points they are always an error.

    X_weight, Y_weight : array-like of shape (n_samples,) or str, default=None
        Weights of categories, or the name of the column that holds them. An integer weight is
        exactly that many copies of the row.

    base : float, default=2
        Base of the logarithm: 2 for bits, ``math.e`` for nats.

    Returns
    -------
    divergence : float
        In bits (or the unit of `base`), not clipped: estimates without bias of a divergence near
        zero are below zero about half the time. It depends neither on the order of rows nor on
        the names of categories.

    Raises
    ------
    ValueError
        If the columns of X and Y differ, or are neither all discrete nor all continuous; if the
        estimator does not apply or needs integer counts; if values of a continuous sample are
        missing, infinite or weighted; if a sample has no more rows than `n_neighbors`.

    See Also
    --------
    skinfo.measures.kl_divergence : Of known distributions.
    sample_js_divergence : Symmetric and bounded.
    skinfo.metrics.population_stability : The symmetrised divergence of the bins of each column,
        with p-values and intervals.

    Notes
    -----
    Let n of the N samples of X and m of the M of Y be in a category. Proportions of X are unbiased
    in :math:`H(X, Y) = -\sum p \ln q`, and the logarithms of those of Y are not:

    - ``'plugin'``: of the proportions as they are; infinite where Y lacks a category of X.
    - ``'miller_madow'``: less the bias to first order, that of the entropy included; infinite
      likewise.
    - ``'chao_wang_jost'``: :math:`\sum (n/N) (\psi(M + 1) - \psi(m + 1))`, all of the bias that
      can be removed, and the rest extrapolated from the share of X in categories that Y has not,
      and has once, as their entropy does from those seen once and twice [1]_. It is finite, and
      nearly unbiased also where categories are many (``benchmarks/sample_divergence.py``).
      Where X and Y share no category it only says that the divergence is large.
    - those that shrink: the divergence of the two distributions that `discrete_entropy` shrinks
      the samples to, as R's package entropy has it; finite and never negative.

    Others have no such form: Grassberger's and NSB's functions are of the entropy of one sample,
    Chao and Shen's coverage does not distinguish categories of X that Y lacks, and without the
    only sample of a category the jackknife is infinite.

    Of points: ``d <ln(s / r)> + digamma(m + 1) - digamma(n)``, r and s the distances of each row
    of X to its k-th neighbours in X and in Y [2]_. It is the difference of `sample_cross_entropy`
    and `differential_entropy`, to rounding. Where one of the two distances is zero, because values
    occur several times, the larger one is taken for both, and the rows within it are counted
    (eq. 24 there): of values that all occur often this is the divergence of their proportions.
    Large divergences are underestimated, more so in several dimensions. Standardise columns of
    different units.

    References
    ----------
    .. [1] A. Chao, Y. T. Wang and L. Jost, "Entropy and the species accumulation curve: a
       novel entropy estimator via discovery rates of new species", Methods in Ecology and
       Evolution, vol. 4, pp. 1091-1100, 2013.

    .. [2] Q. Wang, S. R. Kulkarni and S. Verdu, "Divergence estimation for multidimensional
       densities via k-nearest-neighbor distances", IEEE Transactions on Information Theory,
       vol. 55, pp. 2392-2405, 2009.

    Examples
    --------
    >>> import numpy as np
    >>> from skinfo.estimation import sample_kl_divergence
    >>> may, june = ["a", "a", "b", "c"] * 25, ["a", "b", "b", "c"] * 25
    >>> round(sample_kl_divergence(may, june, estimator="plugin"), 3)
    0.25
    >>> round(sample_kl_divergence(may, june), 3)
    0.218

    Of two normal variables, half a squared distance of their means in nats:

    >>> rng = np.random.default_rng(0)
    >>> x, y = rng.normal(size=3000), rng.normal(1, 1, size=2000)
    >>> round(sample_kl_divergence(x, y, base=np.e), 2)
    0.55
    """
    nats = check_base(base)
    samples = read_paired_samples(X, Y, X_weight, Y_weight, "sample_kl_divergence")
    name = _estimator_for(
        samples, discrete, estimator, CROSS_ENTROPY_ESTIMATORS, "sample_kl_divergence"
    )
    if name == NEIGHBORS:
        return neighbor_kl_divergence(*samples.values(n_neighbors), n_neighbors) / nats
    counts = samples.counts(missing, n_categories)
    return kl_divergence_of(counts, _resolved(name, counts.are_whole())) / nats


@validate_params(DIVERGENCE_PARAMETERS, prefer_skip_nested_validation=True)
def sample_cross_entropy(
    X: ArrayLike,
    Y: ArrayLike,
    *,
    discrete: bool | str = "auto",
    estimator: str = "auto",
    n_neighbors: int = 3,
    n_categories: int | None = None,
    missing: str = "separate",
    X_weight: ArrayLike | str | None = None,
    Y_weight: ArrayLike | str | None = None,
    base: float = 2,
) -> float:
    """Estimate the cross-entropy H(X, Y) of two samples, in bits.

    The mean length of samples of X in a code that is optimal for the distribution of Y.

    Parameters
    ----------
    X, Y : array-like of shape (n_samples,) or (n_samples, n_columns), series or dataframe
        As in `sample_kl_divergence`, like all other parameters.

    discrete : bool or "auto", default="auto"
        Whether values are categories, or points.

    estimator : str, default="auto"
        As in `sample_kl_divergence`: how the counts of categories become probabilities of Y, or
        ``'knn'`` of points.

    n_neighbors : int, default=3
        Which nearest neighbour's distance is used.

    n_categories : int, default=None
        How many categories can occur, for estimators that shrink.

    missing : {'separate', 'drop', 'raise'}, default='separate'
        What to do with missing values.

    X_weight, Y_weight : array-like of shape (n_samples,) or str, default=None
        Weights of categories.

    base : float, default=2
        Base of the logarithm: 2 for bits, ``math.e`` for nats.

    Returns
    -------
    cross_entropy : float
        In bits (or the unit of `base`). Of points it may be negative and changes with the unit of
        measurement, as a differential entropy does, and is ``-inf`` where `n_neighbors` rows of
        Y are equal to one of X.

    Raises
    ------
    ValueError
        As `sample_kl_divergence`.

    See Also
    --------
    sample_kl_divergence : The cross-entropy less the entropy of X.
    skinfo.measures.cross_entropy : Of known distributions.
    skinfo.metrics.cross_entropy_loss : Of predictions, label by label.

    Notes
    -----
    X and Y are taken for independent samples. For the same data twice the corrections are too
    large, since its chance deviations are then shared; use `discrete_entropy` or
    `differential_entropy`.

    Examples
    --------
    >>> from skinfo.estimation import sample_cross_entropy
    >>> may, june = ["a", "a", "b", "c"] * 25, ["a", "b", "b", "c"] * 25
    >>> sample_cross_entropy(may, june, estimator="plugin")
    1.75
    """
    nats = check_base(base)
    samples = read_paired_samples(X, Y, X_weight, Y_weight, "sample_cross_entropy")
    name = _estimator_for(
        samples, discrete, estimator, CROSS_ENTROPY_ESTIMATORS, "sample_cross_entropy"
    )
    if name == NEIGHBORS:
        return neighbor_cross_entropy(*samples.values(n_neighbors), n_neighbors) / nats
    counts = samples.counts(missing, n_categories)
    return cross_entropy_of(counts, _resolved(name, counts.are_whole())) / nats


@validate_params(
    {**DIVERGENCE_PARAMETERS, "weights": ["array-like", StrOptions({"size"}), None]},
    prefer_skip_nested_validation=True,
)
def sample_js_divergence(
    X: ArrayLike,
    Y: ArrayLike,
    *,
    weights: ArrayLike | str | None = None,
    discrete: bool | str = "auto",
    estimator: str = "auto",
    n_neighbors: int = 3,
    n_categories: int | None = None,
    missing: str = "separate",
    X_weight: ArrayLike | str | None = None,
    Y_weight: ArrayLike | str | None = None,
    base: float = 2,
) -> float:
    """Estimate the Jensen-Shannon divergence of two samples, in bits.

    The entropy of the mixture of both less their mean entropy: the information that a value has
    about which sample it is from. It is symmetric, and at most one bit.

    Parameters
    ----------
    X, Y : array-like of shape (n_samples,) or (n_samples, n_columns), series or dataframe
        As in `sample_kl_divergence`, like the parameters without a description of their own.

    weights : array-like of shape (2,), "size" or None, default=None
        Weights of X and Y in the mixture. None: one half each. "size": in proportion to their
        numbers of samples, so that the divergence is the mutual information between values and
        samples in the pooled table.

    discrete : bool or "auto", default="auto"
        Whether values are categories, or points.

    estimator : str, default="auto"
        Of categories: any of `discrete_entropy`. ``'auto'`` is ``'chao_wang_jost'`` where the
        pooled sample is one of the mixture: with ``weights="size"``, or for samples of the same
        size; else ``'miller_madow'``, for samples of fixed sizes; and ``'plugin'`` where
        weights leave counts that are not whole. Of points: ``'knn'``.

    n_neighbors : int, default=3
        Which nearest neighbour's distance is used, in the sample whose rows have more weight.

    n_categories : int, default=None
        How many categories can occur, for estimators that shrink and ``'nsb'``.

    missing : {'separate', 'drop', 'raise'}, default='separate'
        What to do with missing values.

    X_weight, Y_weight : array-like of shape (n_samples,) or str, default=None
        Weights of categories.

    base : float, default=2
        Base of the logarithm: 2 for bits, ``math.e`` for nats.

    Returns
    -------
    divergence : float
        In bits (or the unit of `base`), not clipped: estimates without bias of a divergence near
        zero are below zero about half the time.

    Raises
    ------
    ValueError
        As `sample_kl_divergence`; if `weights` are not two positive numbers; if the estimator
        needs the counts of a sample of the mixture, and the sizes of X and Y are not as the
        weights.

    See Also
    --------
    skinfo.measures.js_divergence : Of known distributions.
    sample_kl_divergence : Not symmetric, unbounded.
    mutual_info : Of any number of samples, given as classes.

    Notes
    -----
    Of points, the divergence of each sample from the mixture is estimated by the numbers of rows
    of both within the distance of its k-th neighbour, which with ``weights="size"`` is Ross's
    estimate of the mutual information between values and samples [1]_. Equal values are counted.

    References
    ----------
    .. [1] B. C. Ross, "Mutual information between discrete and continuous data sets", PLoS ONE,
       vol. 9, e87357, 2014.

    Examples
    --------
    >>> import numpy as np
    >>> from skinfo.estimation import sample_js_divergence
    >>> may, june = ["a", "a", "b", "c"] * 25, ["a", "b", "b", "c"] * 25
    >>> round(sample_js_divergence(may, june, estimator="plugin"), 3)
    0.061
    >>> rng = np.random.default_rng(0)
    >>> round(sample_js_divergence(rng.normal(size=1000), rng.normal(9, 1, size=200)), 2)
    1.0
    """
    nats = check_base(base)
    samples = read_paired_samples(X, Y, X_weight, Y_weight, "sample_js_divergence")
    name = _estimator_for(samples, discrete, estimator, ENTROPY_ESTIMATORS, "sample_js_divergence")
    if name == NEIGHBORS:
        values = samples.values(n_neighbors)
        weight = _weight_of_first(weights, [len(sample) for sample in values])
        return neighbor_js_divergence(*values, n_neighbors, weight) / nats
    counts = samples.counts(missing, n_categories)
    weight = _weight_of_first(weights, counts.totals)
    is_pooled = bool(np.all(mixed_counts(counts, np.array([weight, 1 - weight])) % 1 == 0))
    if counts.are_whole() and not is_pooled:
        name = "miller_madow" if name == "auto" else name
        _refuse_sizes(name, counts.totals, weight)
    return js_divergence_of(counts, _resolved(name, is_pooled), weight) / nats


def _estimator_for(
    samples: PairedSamples,
    discrete: bool | str,
    estimator: str,
    discrete_estimators: dict[str, Any],
    caller: str,
) -> str:
    """Return the estimator: "auto" or another of categories, or that of points."""
    names = ("auto", NEIGHBORS, *discrete_estimators)
    name = match_name(estimator, names, parameter="estimator", caller=caller)
    if name == NEIGHBORS:
        if discrete is True:
            raise ValueError("estimator='knn' is of points. Set discrete=False, or leave it out.")
        return name
    is_discrete = samples.is_discrete if isinstance(discrete, str) else discrete
    if is_discrete:
        return name
    if name != "auto":
        raise ValueError(
            f"estimator={short_repr(name)} is of categories, and X and Y are continuous. Use "
            "'knn', bin them, or set discrete=True."
        )
    return NEIGHBORS


def _resolved(name: str, are_whole: bool) -> str:
    """Return the estimator of counts that "auto" stands for."""
    if name != "auto":
        return name
    return "chao_wang_jost" if are_whole else "plugin"


def _refuse_sizes(estimator: str, sizes: tuple[float, float], weight: float) -> None:
    """Raise ValueError where an estimator needs a sample of the mixture, and there is none."""
    if estimator not in (*REAL_COUNTS, "miller_madow"):
        first, second = sizes
        raise ValueError(
            f"estimator={short_repr(estimator)} needs a sample of the mixture, and the "
            f"{first:.15g} and {second:.15g} samples are not in the proportion of their weights, "
            f"{weight:.3g} and {1 - weight:.3g}. Set weights='size', or estimator='miller_madow'."
        )


def _weight_of_first(weights: ArrayLike | str | None, sizes: Any) -> float:
    """Return the weight of the first sample in the mixture."""
    if weights is None:
        return 0.5
    given = np.asarray(sizes if isinstance(weights, str) else weights, dtype=np.float64)
    if given.shape != (2,) or not np.all((given > 0) & np.isfinite(given)):
        raise ValueError(
            f"weights must be two positive numbers, 'size' or None; got {short_repr(weights)}."
        )
    return float(given[0] / given.sum())
