"""Tables of features that are informative, redundant, or informative only jointly."""

from numbers import Integral, Real
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import Bunch

from skinfo.datasets._truth import (
    RANDOM_STATES,
    bernoulli_entropy,
    bernoulli_information,
    normal_nodes,
    probit_information,
    random_generator,
    with_truth,
)
from skinfo.utils._compat import Interval, validate_params
from skinfo.utils._validation import Count, count_from

# Terms of the series of `make_madelon` that are summed one by one.
_N_TERMS = 200


@validate_params(
    {
        "n_samples": [count_from(1)],
        "n_informative": [count_from(1)],
        "n_copies": [count_from(0)],
        "n_noise": [count_from(0)],
        "jitter": [Interval(Real, 0, None, closed="left")],
        "noise": [Interval(Real, 0, None, closed="left")],
        "return_information": ["boolean"],
        "random_state": RANDOM_STATES,
    },
    prefer_skip_nested_validation=True,
)
def make_redundant_copies(
    n_samples: int = 1000,
    n_informative: int = 5,
    n_copies: int = 1,
    n_noise: int = 30,
    *,
    jitter: float = 0.0,
    noise: float = 0.5,
    return_information: bool = False,
    random_state: int | np.random.RandomState | np.random.Generator | None = None,
) -> tuple[Any, ...]:
    r"""Generate features with redundant copies, and noise.

    The informative columns X are standard normal, and y indicates whether ``X @ w + noise * e`` is
    positive, with weights w from 1 to 0.5 and a standard normal e.

    Parameters
    ----------
    n_samples : int, default=1000
        Number of samples.

    n_informative : int, default=5
        Number of columns that y depends on.

    n_copies : int, default=1
        Number of copies of each informative column.

    n_noise : int, default=30
        Number of standard normal columns that are independent of all others.

    jitter : float, default=0.0
        Standard deviation of the noise of a copy. 0: copies are exact.

    noise : float, default=0.5
        Standard deviation of the noise of the score. 0: y is a function of X.

    return_information : bool, default=False
        Whether to return the true information as well.

    random_state : int, RandomState, Generator or None, default=None
        Seed, or the generator to draw from.

    Returns
    -------
    X : ndarray of shape (n_samples, n_informative * (1 + n_copies) + n_noise)
        The informative columns, then all of them again for each copy, then noise.

    y : ndarray of shape (n_samples,), dtype int
        0 or 1, one half each.

    information : Bunch
        Only with `return_information`. In bits: ``total``, the information of all columns about y,
        and ``by_feature`` (n_features,), that of each column.

    See Also
    --------
    make_madelon : Columns that are redundant and informative only together.
    sklearn.datasets.make_classification : Data of unknown information.

    Notes
    -----
    Given X, y is 1 with the probability :math:`\Phi(s / \sigma)`, where the score s is normal. For
    a single column the rest of the score is noise as well. Both are integrals over one normal
    variable.

    Examples
    --------
    >>> from skinfo.datasets import make_redundant_copies
    >>> X, y, information = make_redundant_copies(
    ...     n_informative=2, n_noise=1, return_information=True, random_state=0
    ... )
    >>> X.shape
    (1000, 5)
    >>> information.by_feature.round(2), round(information.total, 2)
    (array([0.41, 0.08, 0.41, 0.08, 0.  ]), 0.58)
    """
    rng = random_generator(random_state)
    X = rng.normal(size=(n_samples, n_informative))
    others = rng.normal(size=(n_samples, n_noise))
    weights = np.linspace(1, 0.5, n_informative)
    y = (X @ weights + noise * rng.normal(size=n_samples) > 0).astype(np.int64)
    copies = np.tile(X, n_copies)
    if jitter:
        copies = copies + jitter * rng.normal(size=copies.shape)

    def truth():
        total = weights @ weights
        by_copy = np.array([_one_of_score(w, total, noise, jitter) for w in weights])
        by_column = np.array([_one_of_score(w, total, noise, 0.0) for w in weights])
        return Bunch(
            total=probit_information(_ratio(np.sqrt(total), noise)),
            by_feature=np.concatenate([by_column, np.tile(by_copy, n_copies), np.zeros(n_noise)]),
        )

    return with_truth((np.hstack([X, copies, others]), y), truth, return_information)


def _one_of_score(weight, total, noise, jitter):
    """Return the information about y of one column with the given weight, in bits."""
    # Given a copy c = x + jitter * e, x is normal with the mean c / (1 + jitter**2).
    known = weight**2 / (1 + jitter**2)
    return probit_information(_ratio(np.sqrt(known), np.sqrt(total - known + noise**2)))


def _ratio(signal, noise):
    return signal / noise if noise > 1e-9 * signal else np.inf


@validate_params(
    {
        "n_samples": [count_from(1)],
        "n_informative": [count_from(1)],
        "n_noise": [count_from(0)],
        "n_levels": [count_from(2), None],
        "flip": [Interval(Real, 0, 1, closed="both")],
        "return_information": ["boolean"],
        "random_state": RANDOM_STATES,
    },
    prefer_skip_nested_validation=True,
)
def make_parity(
    n_samples: int = 500,
    n_informative: int = 2,
    n_noise: int = 18,
    *,
    n_levels: int | None = 2,
    flip: float = 0.0,
    return_information: bool = False,
    random_state: int | np.random.RandomState | np.random.Generator | None = None,
) -> tuple[Any, ...]:
    r"""Generate features that are informative about y only jointly.

    y indicates whether the sum of the informative columns is odd, such as the exclusive or of two
    bits.

    Parameters
    ----------
    n_samples : int, default=500
        Number of samples.

    n_informative : int, default=2
        Number of columns whose parity is y.

    n_noise : int, default=18
        Number of columns of the same distribution that are independent of y.

    n_levels : int or None, default=2
        Columns are integers from 0 to ``n_levels - 1`` with equal probability. None: they are
        standard normal, and the parity is that of the number of positive values.

    flip : float, default=0.0
        Probability that the label is flipped.

    return_information : bool, default=False
        Whether to return the true information as well.

    random_state : int, RandomState, Generator or None, default=None
        Seed, or the generator to draw from.

    Returns
    -------
    X : ndarray of shape (n_samples, n_informative + n_noise), dtype int or float
        The informative columns first.

    y : ndarray of shape (n_samples,), dtype int
        0 or 1.

    information : Bunch
        Only with `return_information`. In bits: ``total``, the information of all columns about y,
        and ``by_feature`` (n_features,), that of each column: 0 for more than one column of an
        even number of levels.

    See Also
    --------
    make_madelon : Parity of the signs of columns with noise, and combinations of them.
    skinfo.estimation.pairwise_interaction : Finds pairs that are informative together.

    Notes
    -----
    For an odd number of levels L, even numbers are more frequent: the sum of k columns is odd with
    probability :math:`(1 - L^{-k}) / 2`.

    Examples
    --------
    >>> from skinfo.datasets import make_parity
    >>> X, y, information = make_parity(n_noise=1, flip=0.11, return_information=True)
    >>> information.by_feature, round(information.total, 2)
    (array([0., 0., 0.]), 0.5)
    """
    rng = random_generator(random_state)
    shape = (n_samples, n_informative + n_noise)
    X = rng.normal(size=shape) if n_levels is None else rng.integers(0, n_levels, shape)
    counted = X[:, :n_informative] > 0 if n_levels is None else X[:, :n_informative]
    y = counted.sum(axis=1) % 2
    if flip:
        y = np.where(rng.random(n_samples) < flip, 1 - y, y)

    def truth():
        # The mean of (-1)^x is that of (-1)^y to the power of the number of columns.
        bias = 1 / n_levels if n_levels is not None and n_levels % 2 else 0.0
        keeps = 1 - 2 * flip
        total = bernoulli_entropy((1 - keeps * bias**n_informative) / 2) - bernoulli_entropy(flip)
        rest = keeps * bias ** (n_informative - 1)
        shares = np.array([1 + bias, 1 - bias]) / 2
        one = bernoulli_information(np.array([1 - rest, 1 + rest]) / 2, shares)
        by_feature = np.zeros(shape[1])
        by_feature[:n_informative] = one
        return Bunch(total=float(total), by_feature=by_feature)

    return with_truth((X, y.astype(np.int64)), truth, return_information)


@validate_params(
    {
        "n_samples": [count_from(1)],
        "n_features": [count_from(1)],
        "n_informative": [Count(Integral, 1, 12, closed="both")],
        "n_redundant": [count_from(0)],
        "class_sep": [Interval(Real, 0, None, closed="neither")],
        "return_information": ["boolean"],
        "random_state": RANDOM_STATES,
    },
    prefer_skip_nested_validation=True,
)
def make_madelon(
    n_samples: int = 2000,
    n_features: int = 500,
    *,
    n_informative: int = 5,
    n_redundant: int = 15,
    class_sep: float = 2.0,
    return_information: bool = False,
    random_state: int | np.random.RandomState | np.random.Generator | None = None,
) -> tuple[Any, ...]:
    r"""Generate clusters at the corners of a cube, combinations of their coordinates, and noise.

    Samples are normal around the corners of a cube of the informative columns, and y is the parity
    of the corner. The redundant columns are random linear combinations of the informative ones, of
    unit length; the others are noise of unit variance. This is the shape of Madelon [1]_, whose
    corners have random labels.

    Parameters
    ----------
    n_samples : int, default=2000
        Number of samples.

    n_features : int, default=500
        Number of columns.

    n_informative : int, default=5
        Dimension of the cube, 12 at most.

    n_redundant : int, default=15
        Number of linear combinations.

    class_sep : float, default=2.0
        Half of the side of the cube, in standard deviations of a cluster.

    return_information : bool, default=False
        Whether to return the true information as well.

    random_state : int, RandomState, Generator or None, default=None
        Seed, or the generator to draw from.

    Returns
    -------
    X : ndarray of shape (n_samples, n_features)
        The informative columns, the redundant ones, then noise.

    y : ndarray of shape (n_samples,), dtype int
        0 or 1, one half each.

    information : Bunch
        Only with `return_information`. In bits: ``total``, the information of all columns about y,
        and ``by_feature`` (n_features,), that of each column: 0 for those of the cube, if there
        are more than one.

    Raises
    ------
    ValueError
        If there are more informative and redundant columns than `n_features`.

    See Also
    --------
    make_parity : Parity without clusters.
    sklearn.datasets.make_classification : Clusters of random shapes and labels.

    Notes
    -----
    Given x, the sides of the coordinates are independent, of means :math:`t_j = \tanh(s x_j)`, and
    y has the probability :math:`(1 - \prod_j t_j) / 2` or its complement. The entropy of a bit of
    mean t is :math:`1 - \sum_m t^{2m} / (2m (2m - 1) \ln 2)`, so that the information is a sum of
    powers of the means of :math:`t_j^{2m}`. That of a combination is an integral over one
    variable.

    References
    ----------
    .. [1] I. Guyon, S. Gunn, A. Ben-Hur and G. Dror, "Result analysis of the NIPS 2003 feature
       selection challenge", NIPS 2004.

    Examples
    --------
    >>> from skinfo.datasets import make_madelon
    >>> X, y, information = make_madelon(
    ...     n_features=8, n_informative=3, n_redundant=2, return_information=True, random_state=0
    ... )
    >>> round(information.total, 3)
    0.766
    >>> information.by_feature[:3]
    array([0., 0., 0.])
    """
    if n_informative + n_redundant > n_features:
        raise ValueError(
            f"n_features={n_features} must be n_informative + n_redundant, "
            f"{n_informative + n_redundant}, at least."
        )
    rng = random_generator(random_state)
    corner = rng.integers(0, 2, (n_samples, n_informative))
    X = class_sep * (2 * corner - 1) + rng.normal(size=(n_samples, n_informative))
    directions = rng.normal(size=(n_informative, n_redundant))
    directions /= np.linalg.norm(directions, axis=0)
    others = rng.normal(size=(n_samples, n_features - n_informative - n_redundant))
    y = corner.sum(axis=1) % 2

    def truth():
        by_feature = np.zeros(n_features)
        if n_informative == 1:
            by_feature[0] = _of_combination(np.ones(1), class_sep)
        for j, direction in enumerate(directions.T, n_informative):
            by_feature[j] = _of_combination(direction, class_sep)
        return Bunch(total=_of_parity_of_sides(class_sep, n_informative), by_feature=by_feature)

    return with_truth((np.hstack([X, X @ directions, others]), y), truth, return_information)


def _of_parity_of_sides(separation, n_informative):
    """Return the information of all coordinates about the parity of the corner, in bits."""
    z, weight = normal_nodes()
    # By symmetry, of the corner on the positive side.
    squares = np.log(np.tanh(separation * (separation + z)) ** 2 + np.finfo(float).tiny)

    def term(m):
        return (weight @ np.exp(m * squares)) ** n_informative / (2 * m * (2 * m - 1))

    first = sum(term(m) for m in range(1, _N_TERMS + 1))
    # The rest of the sum is an integral, over the logarithm of m.
    logs = np.linspace(np.log(_N_TERMS + 0.5), np.log(1e12), _N_TERMS)
    rest = np.trapezoid([term(m) * m for m in np.exp(logs)], logs)
    return float((first + rest) / np.log(2))


def _of_combination(direction: NDArray[np.float64], separation: float) -> float:
    """Return the information of ``X @ direction`` about the parity, in bits.

    The combination is normal around one centre for each corner, of unit variance.
    """
    centres, parity = np.zeros(1), np.ones(1)
    for d in direction:
        centres = np.concatenate([centres - separation * d, centres + separation * d])
        parity = np.concatenate([parity, -parity])
    grid = np.linspace(centres.min() - 12, centres.max() + 12, 8001)
    density = np.zeros((2, len(grid)))
    for centre, sign in zip(centres, parity, strict=True):
        density[int(sign > 0)] += np.exp(-((grid - centre) ** 2) / 2)
    total = density.sum(axis=0)
    return bernoulli_information(
        np.divide(density[0], total, out=np.full(len(grid), 0.5), where=total > 0),
        total / total.sum(),
    )
