"""Differential entropy of continuous samples."""

from __future__ import annotations

from numbers import Integral

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammaln, psi
from sklearn.utils.validation import check_array

from skinfo._counts._table import numeric_columns, refuse_ragged_lists
from skinfo._kernels._neighbors import line_radii
from skinfo._kernels._sorting import sorted_values
from skinfo.estimation._knn_tree import kth_distance, rescaled_blocks
from skinfo.estimation._samples import refuse_chunks
from skinfo.utils._compat import Interval, validate_params
from skinfo.utils._sums import ordered_sum
from skinfo.utils._validation import check_base, finiteness_check


@validate_params(
    {"X": "no_validation", "n_neighbors": [Interval(Integral, 1, None, closed="left")]},
    prefer_skip_nested_validation=True,
)
def differential_entropy(X: ArrayLike, *, n_neighbors: int = 3, base: float = 2) -> float:
    """Estimate the differential entropy of a continuous variable of any dimension.

    Kozachenko-Leonenko estimator, from the distances of nearest neighbours: smaller distances
    indicate a higher density and a lower entropy.

    Parameters
    ----------
    X : array-like of shape (n_samples,) or (n_samples, n_dimensions)
        Samples of one variable, finite. Dimensions should have comparable scales.

    n_neighbors : int, default=3
        Number k of the nearest neighbour. A larger k reduces the variance and increases the bias
        if the density is not uniform.

    base : float, default=2
        Base of the logarithm; 2 gives bits, ``math.e`` nats.

    Returns
    -------
    entropy : float
        In units of `base`. It may be negative, and depends on the unit of measurement of X.
        ``-inf`` if more than `n_neighbors` samples are equal: a value of positive probability has
        no density.

    Raises
    ------
    ValueError
        If there are not more samples than `n_neighbors`, or X is not finite.

    See Also
    --------
    scipy.stats.differential_entropy : One-dimensional, from spacings.

    Notes
    -----
    With r_i the Euclidean distance from row i to its k-th neighbour and V_d the volume of
    the unit ball, ``h = digamma(n) - digamma(k) + ln V_d + d <ln r_i>`` (nats).
    It has the same scale and shift equivariance as the true entropy, and is invariant under
    rotations.

    References
    ----------
    .. [1] L. F. Kozachenko and N. N. Leonenko, "Sample estimate of the entropy of a
       random vector", Problems of Information Transmission 23(2):95-101, 1987.

    Examples
    --------
    >>> import numpy as np
    >>> from skinfo.estimation import differential_entropy
    >>> x = np.random.default_rng(0).normal(size=10_000)
    >>> round(differential_entropy(x), 2)
    2.07
    >>> round(float(np.log2(2 * np.pi * np.e) / 2), 2)  # of the normal distribution itself
    2.05
    """
    nats = check_base(base)
    refuse_chunks(X, "differential_entropy")
    X = numeric_columns(X, "The entropy of levels is that of discrete_entropy.")
    with finiteness_check(), refuse_ragged_lists():
        X = check_array(X, dtype=np.float64, ensure_2d=False)
    X = X.reshape(len(X), -1)
    n, n_dimensions = X.shape
    if n <= n_neighbors:
        raise ValueError(
            f"n_neighbors={n_neighbors} needs more rows than that, got n_samples={n}. "
            "Lower n_neighbors."
        )
    X, log_unit = rescaled_blocks(X)
    if n_dimensions == 1:
        radii = line_radii(sorted_values(X[:, 0]), n_neighbors)
    else:
        radii = kth_distance(X, n_neighbors, p=2)
    if radii.min() == 0.0:
        return -np.inf
    log_ball = n_dimensions / 2 * np.log(np.pi) - gammaln(n_dimensions / 2 + 1)
    log_radius = ordered_sum(np.log(radii)) / n + log_unit
    entropy = psi(n) - psi(n_neighbors) + log_ball + n_dimensions * log_radius
    return float(entropy / nats)
