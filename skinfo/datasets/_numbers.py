"""Numeric columns of known information about y: normal columns, and rates with steps or waves."""

from __future__ import annotations

from collections.abc import Callable
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr
from sklearn.utils import Bunch

from skinfo.datasets._truth import (
    RANDOM_STATES,
    bernoulli_information,
    random_generator,
    with_truth,
)
from skinfo.utils._compat import Interval, StrOptions, validate_params
from skinfo.utils._text import short_repr
from skinfo.utils._validation import count_from, numbers_given

# Strictly increasing functions of a standard normal column, which preserve its information.
TRANSFORMS = {
    "exp": np.exp,
    "cube": lambda x: x**3,
    "uniform": ndtr,
    "wiggly": lambda x: x + 0.4 * np.sin(x) + 0.2 * np.sin(1.7 * x + 1),
}

# Number of points per period for the mean entropy of a wave.
_N_POINTS = 4096


@validate_params(
    {
        "n_samples": [count_from(1)],
        "rho": [Interval(Real, -1, 1, closed="neither"), "array-like"],
        "transform": [StrOptions(set(TRANSFORMS)), callable, None],
        "transform_y": [StrOptions(set(TRANSFORMS)), callable, None],
        "return_information": ["boolean"],
        "random_state": RANDOM_STATES,
    },
    prefer_skip_nested_validation=True,
)
def make_correlated_normals(
    n_samples: int = 1000,
    rho: float | ArrayLike = 0.6,
    *,
    transform: str | Callable | None = None,
    transform_y: str | Callable | None = None,
    return_information: bool = False,
    random_state: int | np.random.RandomState | np.random.Generator | None = None,
) -> tuple[Any, ...]:
    r"""Generate normal columns of known correlation with y, and monotonic functions of them.

    Columns are independent given y. Strictly monotonic functions change distributions and
    correlations, but not the information.

    Parameters
    ----------
    n_samples : int, default=1000
        Number of samples.

    rho : float or array-like of shape (n_features,), default=0.6
        Correlation of each column with y, before it is transformed.

    transform, transform_y : {"exp", "cube", "uniform", "wiggly"}, callable or None, default=None
        Strictly monotonic function applied to X and to y, which are standard normal. "uniform" is
        the distribution function, "wiggly" the identity plus two sines [1]_.

    return_information : bool, default=False
        Whether to return the true information as well.

    random_state : int, RandomState, Generator or None, default=None
        Seed, or the generator to draw from.

    Returns
    -------
    X : ndarray of shape (n_samples, n_features)
        The columns.

    y : ndarray of shape (n_samples,), dtype float
        Numbers.

    information : Bunch
        Only with `return_information`. In bits: ``total``, the information of all columns about y,
        and ``by_feature`` (n_features,), that of each column.

    Raises
    ------
    ValueError
        If a correlation is not between -1 and 1.

    Notes
    -----
    The information of a column is :math:`-\frac12 \log_2 (1 - \rho^2)`, that of all
    :math:`\frac12 \log_2 (1 + \sum_j \rho_j^2 / (1 - \rho_j^2))`.

    References
    ----------
    .. [1] P. Czyz, F. Grabowski, J. E. Vogt, N. Beerenwinkel and A. Marx, "Beyond normal: on the
       evaluation of mutual information estimators", NeurIPS 2023.

    Examples
    --------
    >>> from skinfo.datasets import make_correlated_normals
    >>> X, y, information = make_correlated_normals(
    ...     rho=[0.6, 0.0], transform="exp", return_information=True
    ... )
    >>> information.by_feature.round(3)
    array([0.322, 0.   ])
    """
    rng = random_generator(random_state)
    rho = np.atleast_1d(numbers_given(rho, "rho"))
    if rho.ndim != 1 or not (np.abs(rho) < 1).all():
        raise ValueError(
            f"rho must hold correlations between -1 and 1, got {short_repr(rho.tolist())}."
        )
    y, *noise = rng.normal(size=(1 + len(rho), n_samples))
    X = rho * y[:, np.newaxis] + np.sqrt(1 - rho**2) * np.array(noise).T
    samples = _transformed(X, transform), _transformed(y, transform_y)

    def truth():
        ratios = rho**2 / (1 - rho**2)
        total, by_feature = (np.log2(1 + r) / 2 for r in (ratios.sum(), ratios))
        return Bunch(total=float(total), by_feature=by_feature)

    return with_truth(samples, truth, return_information)


def _transformed(values, transform):
    if transform is None:
        return values
    return (TRANSFORMS[transform] if isinstance(transform, str) else transform)(values)


@validate_params(
    {
        "n_samples": [count_from(1)],
        "rates": ["array-like"],
        "edges": ["array-like", None],
        "return_information": ["boolean"],
        "random_state": RANDOM_STATES,
    },
    prefer_skip_nested_validation=True,
)
def make_steps(
    n_samples: int = 1000,
    rates: ArrayLike = (0.1, 0.9),
    *,
    edges: ArrayLike | None = None,
    return_information: bool = False,
    random_state: int | np.random.RandomState | np.random.Generator | None = None,
) -> tuple[Any, ...]:
    """Generate a column with a piecewise constant rate of y.

    Parameters
    ----------
    n_samples : int, default=1000
        Number of samples.

    rates : array-like of shape (n_steps,), default=(0.1, 0.9)
        Probability of y = 1 in each interval of x, which is uniform between 0 and 1.

    edges : array-like of shape (n_steps - 1,), default=None
        Positions of the jumps of the rate, increasing. None: intervals of equal width.

    return_information : bool, default=False
        Whether to return the true information as well.

    random_state : int, RandomState, Generator or None, default=None
        Seed, or the generator to draw from.

    Returns
    -------
    X : ndarray of shape (n_samples, 1)
        The column.

    y : ndarray of shape (n_samples,), dtype int
        0 or 1.

    information : Bunch
        Only with `return_information`. In bits: ``total``, the information of the column about y,
        and ``by_feature`` (1,), the same. ``edges`` are those of the steps.

    Raises
    ------
    ValueError
        If rates are not probabilities, or `edges` are not increasing between 0 and 1.

    See Also
    --------
    make_wave : A rate that changes smoothly.

    Examples
    --------
    >>> from skinfo.datasets import make_steps
    >>> X, y, information = make_steps(rates=[0, 1, 0], return_information=True)
    >>> information.edges.round(2), round(information.total, 3)
    (array([0.33, 0.67]), 0.918)
    """
    rng = random_generator(random_state)
    rates = numbers_given(rates, "rates")
    if rates.ndim != 1 or not len(rates) or not ((rates >= 0) & (rates <= 1)).all():
        raise ValueError(f"rates must be probabilities, got {short_repr(rates.tolist())}.")
    n_steps = len(rates)
    edges = np.arange(1, n_steps) / n_steps if edges is None else numbers_given(edges, "edges")
    widths = np.diff(np.concatenate([[0.0], np.atleast_1d(edges), [1.0]]))
    if len(widths) != n_steps or not (widths > 0).all():
        raise ValueError(
            f"edges must be {n_steps - 1} increasing numbers between 0 and 1, one less than "
            f"rates; got {short_repr(edges.tolist())}."
        )
    x = rng.random(n_samples)
    y = rng.random(n_samples) < rates[np.searchsorted(edges, x, side="right")]

    def truth():
        total = bernoulli_information(rates, widths)
        return Bunch(total=total, by_feature=np.array([total]), edges=edges)

    return with_truth((x[:, np.newaxis], y.astype(np.int64)), truth, return_information)


@validate_params(
    {
        "n_samples": [count_from(1)],
        "n_periods": [count_from(1)],
        "low": [Interval(Real, 0, 1, closed="both")],
        "high": [Interval(Real, 0, 1, closed="both")],
        "return_information": ["boolean"],
        "random_state": RANDOM_STATES,
    },
    prefer_skip_nested_validation=True,
)
def make_wave(
    n_samples: int = 1000,
    n_periods: int = 2,
    *,
    low: float = 0.1,
    high: float = 0.9,
    return_information: bool = False,
    random_state: int | np.random.RandomState | np.random.Generator | None = None,
) -> tuple[Any, ...]:
    r"""Generate a column with a sinusoidal rate of y.

    Parameters
    ----------
    n_samples : int, default=1000
        Number of samples.

    n_periods : int, default=2
        Number of periods between 0 and 1, where x is uniform.

    low, high : float, default=0.1, 0.9
        Minimum and maximum of the probability of y = 1.

    return_information : bool, default=False
        Whether to return the true information as well.

    random_state : int, RandomState, Generator or None, default=None
        Seed, or the generator to draw from.

    Returns
    -------
    X : ndarray of shape (n_samples, 1)
        The column.

    y : ndarray of shape (n_samples,), dtype int
        0 or 1.

    information : Bunch
        Only with `return_information`. In bits: ``total``, the information of the column about y,
        and ``by_feature`` (1,), the same.

    See Also
    --------
    make_steps : A piecewise constant rate.

    Notes
    -----
    The rate is :math:`\frac12 (low + high) + \frac12 (high - low) \sin 2 \pi k x`. The mean of its
    entropy is computed over evenly spaced points of a period.

    Examples
    --------
    >>> from skinfo.datasets import make_wave
    >>> X, y, information = make_wave(low=0.0, high=1.0, return_information=True)
    >>> round(information.total, 4)  # 1 / ln 2 - 1
    0.4427
    """
    rng = random_generator(random_state)

    def rate(x):
        return (low + high) / 2 + (high - low) / 2 * np.sin(2 * np.pi * x)

    x = rng.random(n_samples)
    y = rng.random(n_samples) < rate(n_periods * x)

    def truth():
        points = (np.arange(_N_POINTS) + 0.5) / _N_POINTS
        rates = np.clip(rate(points), 0, 1)
        total = bernoulli_information(rates, np.full(_N_POINTS, 1 / _N_POINTS))
        return Bunch(total=total, by_feature=np.array([total]))

    return with_truth((x[:, np.newaxis], y.astype(np.int64)), truth, return_information)
