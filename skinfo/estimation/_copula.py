"""Mutual information by a Gaussian copula, in nats."""

import math

import numpy as np
from scipy.special import psi

from skinfo.estimation._continuous import DiscreteTarget, as_sorted
from skinfo.estimation._ranks import normal_scores_at
from skinfo.utils._sums import ordered_sum


def gaussian_copula_information(values, target):
    """Return the information that normal scores would have were they jointly normal.

    Against a continuous y -1/2 ln(1 - r^2); against classes the entropy of one
    normal distribution less the mean of one per class. Either less its bias in small samples
    (Ince et al. 2017, Human Brain Mapping 38:1541). Of dependence other than
    that of normal distributions it sees a part, or none.

    Parameters
    ----------
    values : ndarray of shape (n_samples,), or RankedColumn

    target : DiscreteTarget or RankedColumn

    Returns
    -------
    information : float
        In nats; ``inf`` where a normal distribution would have no width: y a function of
        the ranks of x, or a class (of more than one row) all of one value. The entropy of the
        classes, which is less, is for the caller to know.
    """
    column = as_sorted(values)
    if column.is_constant:
        return 0.0
    if isinstance(target, DiscreteTarget):
        return _copula_classes(column, target)
    n = len(column)
    if target.is_constant or n < 3:
        return 0.0
    x, y = _copula_scores(column), _copula_scores(target)
    # Sums by size are the same for any order of the rows.
    r = ordered_sum(x * y) / math.sqrt(ordered_sum(x * x) * ordered_sum(y * y))
    if r * r >= 1.0:
        return math.inf
    return -0.5 * math.log1p(-r * r) - 0.5 * (psi((n - 1) / 2) - psi((n - 2) / 2))


def _copula_scores(column):
    """Return normal scores at rank / (n + 1), as Ince et al. have them, ties at their mean."""
    n = len(column)
    middles = (column.starts[1:] + column.starts[:-1] + 1) / 2
    line = np.repeat(normal_scores_at(middles, n + 1), np.diff(column.starts))
    scores = np.empty(n)
    scores[column.order] = line - line.mean()
    return scores


def _copula_classes(column, target):
    sizes = np.bincount(target.codes, minlength=target.n_classes)
    kept = sizes[target.codes] > 1
    if not kept.all():
        return _copula_classes(column[kept], target[kept]) if kept.any() else 0.0
    sizes = sizes[sizes > 0]
    if len(sizes) < 2 or column.is_constant:
        return 0.0
    # From the smallest value on: sums are then the same for any order of the rows.
    codes = np.unique(target.codes, return_inverse=True)[1][column.order]
    scores, runs = _copula_scores(column)[column.order], column.runs[column.order]
    means = np.bincount(codes, weights=scores) / sizes
    squares = np.bincount(codes, weights=(scores - means[codes]) ** 2)
    some_run = np.empty(len(sizes), np.int64)
    some_run[codes] = runs
    if np.bincount(codes, weights=runs != some_run[codes]).min() == 0:
        return math.inf
    n = len(scores)
    # Twice each entropy, less the constant they share and its bias.
    whole = math.log(scores @ scores) - psi((n - 1) / 2)
    within = np.log(squares) - psi((sizes - 1) / 2)
    return 0.5 * (whole - sizes @ within / n)


def copula_likelihood_ratio(values, target):
    """Return the degrees of freedom and the terms of the log likelihood ratio of the estimate.

    The estimate is, but for its bias, the mean logarithm of a ratio of likelihoods.

    Returns
    -------
    freedom : int
        Degrees of freedom of the chi-squared variable that twice N times the estimate, its bias
        included, is under independence (Wilks).

    terms : ndarray of shape (n_samples,)
        The logarithm of the ratio of each row.

    None where the estimate is infinite, or there is nothing to estimate.
    """
    column = as_sorted(values)
    if not 0 < abs(gaussian_copula_information(column, target)) < math.inf:
        return None
    scores = _copula_scores(column)
    if isinstance(target, DiscreteTarget):
        return _likelihood_ratio_of_classes(scores, target.codes)
    others = _copula_scores(target)
    x, y = (part / np.sqrt(np.mean(part**2)) for part in (scores, others))
    r = np.mean(x * y)
    terms = (2 * r * x * y - r * r * (x * x + y * y)) / (2 * (1 - r * r))
    return 1, terms - 0.5 * math.log1p(-r * r)


def _likelihood_ratio_of_classes(scores, codes):
    sizes = np.bincount(codes)
    kept = sizes[codes] > 1
    scores, codes = scores[kept], np.unique(codes[kept], return_inverse=True)[1]
    sizes = np.bincount(codes)
    scores = scores - scores.mean()
    off = scores - (np.bincount(codes, weights=scores) / sizes)[codes]
    within = (np.bincount(codes, weights=off**2) / sizes)[codes]
    whole = np.mean(scores**2)
    terms = 0.5 * (np.log(whole / within) + scores**2 / whole - off**2 / within)
    # A mean and a variance for each class beyond the first.
    return 2 * (len(sizes) - 1), terms
