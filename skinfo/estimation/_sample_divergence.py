"""Cross-entropy and divergences of two samples."""

from __future__ import annotations

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

    The excess code length of samples of X in a code for the distribution of Y: the cross-entropy
    H(X, Y) minus the entropy H(X).

    Parameters
    ----------
    X, Y : array-like of shape (n_samples,) or (n_samples, n_columns), series or dataframe
        Two samples of one variable; several columns are one joint variable. The numbers of samples
        may differ.

    discrete : bool or "auto", default="auto"
        Whether values are categories, or points. "auto": categories, if all columns have text,
        booleans, or integers with at most 32 different values.

    estimator : str, default="auto"
        For categories: ``'plugin'``, ``'miller_madow'``, ``'chao_wang_jost'``, or a shrinkage
        estimator, ``'james_stein'``, ``'jeffreys'``, ``'laplace'``, ``'perks'`` or ``'minimax'``;
        see Notes. ``'auto'`` is ``'chao_wang_jost'``, and ``'plugin'`` if weighted counts are not
        integers. For points: ``'knn'``, nearest neighbours.

    n_neighbors : int, default=3
        Number k of the nearest neighbour. A larger k reduces the variance and increases the bias.

    n_categories : int, default=None
        Number of possible categories, for shrinkage estimators. None: as many as occur in one of
        the samples.

    missing : {'separate', 'drop', 'raise'}, default='separate'
        Whether a missing value is a separate category, samples with missing values are dropped,
        or they are an error. For points they are always an error.

    X_weight, Y_weight : array-like of shape (n_samples,) or str, default=None
        Weights of categories, or the name of the weight column. An integer weight is equivalent to
        repeating the sample.

    base : float, default=2
        Base of the logarithm: 2 for bits, ``math.e`` for nats.

    Returns
    -------
    divergence : float
        In bits (or the unit of `base`), not clipped: unbiased estimates of a divergence near zero
        are negative in about half of the cases. It depends neither on the order of samples nor on
        the names of categories.

    Raises
    ------
    ValueError
        If the columns of X and Y differ, or are neither all discrete nor all continuous; if the
        estimator does not apply or needs integer counts; if values of a continuous sample are
        missing, infinite or weighted; if a sample does not have more values than `n_neighbors`.

    See Also
    --------
    skinfo.measures.kl_divergence : For known distributions.
    sample_js_divergence : Symmetric and bounded.
    skinfo.metrics.population_stability : The symmetrised divergence of the bins of each column,
        with p-values and intervals.

    Notes
    -----
    Let n of the N samples of X and m of the M of Y be in a category. In :math:`H(X, Y) = -\sum p
    \ln q`, the proportions of X are unbiased, and the logarithms of those of Y are not:

    - ``'plugin'``: uses the sample proportions; infinite if a category of X is absent from Y.
    - ``'miller_madow'``: corrects the bias to first order, including that of the entropy; infinite
      in the same cases.
    - ``'chao_wang_jost'``: :math:`\sum (n/N) (\psi(M + 1) - \psi(m + 1))`, which removes all of
      the bias that can be removed; the rest is extrapolated from the proportions of X in
      categories that are absent from Y, and that occur there once, as their entropy from
      categories observed once and twice [1]_. It is finite, and nearly unbiased also for many
      categories (``benchmarks/sample_divergence.py``). If X and Y have no category in common it
      only indicates that the divergence is large.
    - shrinkage: the divergence of the two distributions that `discrete_entropy` shrinks the
      samples to, as in R's package entropy; finite and never negative.

    The other estimators have no such form: Grassberger's and NSB's functions are of the entropy of
    one sample, Chao and Shen's coverage does not distinguish categories of X that are absent from
    Y, and the jackknife is infinite if it leaves out the only sample of a category.

    For points: ``d <ln(s / r)> + digamma(m + 1) - digamma(n)``, where r and s are the distances of
    each sample of X to its k-th neighbours in X and in Y [2]_. It equals the difference of
    `sample_cross_entropy` and `differential_entropy`, up to rounding. If one of the two distances
    is zero, because of ties, the larger one is used for both, and the samples within it are
    counted (eq. 24 there): if all values occur often this is the divergence of their proportions.
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

    For two normal variables, half the squared distance of their means in nats:

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
        As in `sample_kl_divergence`: the estimator of the probabilities of Y from counts of
        categories, or ``'knn'`` for points.

    n_neighbors : int, default=3
        Number k of the nearest neighbour.

    n_categories : int, default=None
        Number of possible categories, for shrinkage estimators.

    missing : {'separate', 'drop', 'raise'}, default='separate'
        Treatment of missing values.

    X_weight, Y_weight : array-like of shape (n_samples,) or str, default=None
        Weights of categories.

    base : float, default=2
        Base of the logarithm: 2 for bits, ``math.e`` for nats.

    Returns
    -------
    cross_entropy : float
        In bits (or the unit of `base`). For points it may be negative and depends on the unit of
        measurement, like a differential entropy, and is ``-inf`` if `n_neighbors` samples of Y are
        equal to one of X.

    Raises
    ------
    ValueError
        As in `sample_kl_divergence`.

    See Also
    --------
    sample_kl_divergence : The cross-entropy minus the entropy of X.
    skinfo.measures.cross_entropy : For known distributions.
    skinfo.metrics.cross_entropy_loss : For predictions and labels.

    Notes
    -----
    X and Y are assumed to be independent samples. If both are the same data the corrections are
    too large, because their random deviations are identical; use `discrete_entropy` or
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

    The entropy of the mixture of both minus their mean entropy: the information of a value about
    the sample it is from. It is symmetric, and at most one bit.

    Parameters
    ----------
    X, Y : array-like of shape (n_samples,) or (n_samples, n_columns), series or dataframe
        As in `sample_kl_divergence`, like the parameters without their own description.

    weights : array-like of shape (2,), "size" or None, default=None
        Weights of X and Y in the mixture. None: one half each. "size": in proportion to their
        numbers of samples, so that the divergence is the mutual information between values and
        samples in the pooled table.

    discrete : bool or "auto", default="auto"
        Whether values are categories, or points.

    estimator : str, default="auto"
        For categories: any of `discrete_entropy`. ``'auto'`` is ``'chao_wang_jost'`` if the pooled
        sample is one of the mixture: with ``weights="size"``, or for samples of the same size;
        else ``'miller_madow'``, for samples of fixed sizes; and ``'plugin'`` if weighted counts
        are not integers. For points: ``'knn'``.

    n_neighbors : int, default=3
        Number k of the nearest neighbour, in the sample whose values have more weight.

    n_categories : int, default=None
        Number of possible categories, for shrinkage estimators and ``'nsb'``.

    missing : {'separate', 'drop', 'raise'}, default='separate'
        Treatment of missing values.

    X_weight, Y_weight : array-like of shape (n_samples,) or str, default=None
        Weights of categories.

    base : float, default=2
        Base of the logarithm: 2 for bits, ``math.e`` for nats.

    Returns
    -------
    divergence : float
        In bits (or the unit of `base`), not clipped: unbiased estimates of a divergence near zero
        are negative in about half of the cases.

    Raises
    ------
    ValueError
        As in `sample_kl_divergence`; if `weights` are not two positive numbers; if the estimator
        needs the counts of a sample of the mixture, and the sizes of X and Y are not in proportion
        to the weights.

    See Also
    --------
    skinfo.measures.js_divergence : For known distributions.
    sample_kl_divergence : Not symmetric, unbounded.
    mutual_info : For any number of samples, given as classes.

    Notes
    -----
    For points, the divergence of each sample from the mixture is estimated by the numbers of
    values of both within the distance of its k-th neighbour, which with ``weights="size"`` is
    Ross's estimate of the mutual information between values and samples [1]_. Ties are counted.

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
    """Return the estimator: "auto" or another one for categories, or that for points."""
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
    """Return the estimator for counts, with "auto" resolved."""
    if name != "auto":
        return name
    return "chao_wang_jost" if are_whole else "plugin"


def _refuse_sizes(estimator: str, sizes: tuple[float, float], weight: float) -> None:
    """Raise ValueError if an estimator needs a sample of the mixture and there is none."""
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
