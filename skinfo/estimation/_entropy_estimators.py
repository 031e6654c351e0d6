"""Estimators of entropy from counts: the plug-in and eleven corrected estimators.

With counts n_i of N samples the plug-in entropy is about (K - 1) / 2N nats too low. There are
three kinds of corrections. Some replace the logarithm by another function (Grassberger, the
jackknife, Chao, Wang and Jost) or add the missing term (Miller and Madow). Some estimate the
unobserved probability (Chao and Shen, and again Chao, Wang and Jost). Some shrink the sample
proportions towards uniform ones (James and Stein, the Dirichlet priors), or average over the
amount of shrinkage (Nemenman, Shafee and Bialek).
"""

import math
from functools import wraps

import numpy as np
from scipy.special import entr, gammaln, polygamma, psi, xlog1py

from skinfo.utils._sums import ordered_sum
from skinfo.utils._text import short_repr

# Weights below e^-45 times the largest are below the precision of the sum.
NEGLIGIBLE = 45.0

# Maximum number of categories; beyond it, products overflow.
MOST_CATEGORIES = 10**100

# Initial and maximum number of points of the NSB integral. Halving the step squares the error.
FIRST_POINTS = 257
MOST_POINTS = 4097


def chao_richness(counts):
    """Return the number of categories, estimated from those observed once and twice.

    If f_1 and f_2 categories are observed once and twice, at least (N - 1) / N f_1^2 / 2 f_2
    unobserved ones are expected, or (N - 1) / N f_1 (f_1 - 1) / 2 if f_2 = 0. Chao, A. (1984),
    "Nonparametric estimation of the number of classes in a population", Scand. J. Statistics 11,
    265-270. For non-integer counts it is the number of observed categories.
    """
    if np.any(counts % 1 != 0):
        return len(counts)
    total = ordered_sum(counts)
    once, twice = np.count_nonzero(counts == 1), np.count_nonzero(counts == 2)
    pairs = once**2 / (2 * twice) if twice else once * (once - 1) / 2
    return len(counts) + round((total - 1) / total * pairs)


def _estimator(*, whole_counts, uses_n_categories, guess=len):
    """Turn a formula in counts, total and categories into ``f(counts, n_categories=None)``.

    The function returns nats.

    Parameters
    ----------
    whole_counts : bool
        Whether the formula needs integer counts: it distinguishes counts of one and two, or odd
        and even, or omits one row at a time. Non-integer weights are then an error.

    uses_n_categories : bool
        Whether the formula uses unobserved categories.

    guess : callable, default=len
        Function of the counts that returns the number of categories if it is not given.
    """

    def decorate(formula):
        @wraps(formula)
        def estimate(counts, n_categories=None):
            counts = np.sort(counts)
            if whole_counts:
                refuse_fractional_counts(counts, formula.__name__)
            if n_categories is not None:
                n_categories = check_n_categories(n_categories, len(counts))
            if n_categories is None or not uses_n_categories:
                n_categories = guess(counts)
            # Not every formula is zero here: Grassberger's G(N) is not ln N.
            if n_categories <= 1:
                return 0.0
            return float(formula(counts, ordered_sum(counts), n_categories))

        # So that `inspect.signature` is that of the function, not of the formula.
        del estimate.__wrapped__
        return estimate

    return decorate


def check_n_categories(n_categories, n_seen):
    """Return the number of categories as a float, because an int may exceed NumPy's range.

    Raises
    ------
    ValueError
        If it is less than the number of observed categories, or more than ``MOST_CATEGORIES``.
    """
    if n_categories < n_seen:
        raise ValueError(
            f"n_categories={n_categories} is less than the {n_seen} categories that occur."
        )
    if n_categories > MOST_CATEGORIES:
        raise ValueError(
            "n_categories must be at most 1e100. Leave it out, or use an estimator that does "
            "not need it, if it is not known."
        )
    return float(n_categories)


def refuse_fractional_counts(counts, name):
    fraction = counts[counts % 1 != 0]
    if len(fraction):
        fractional = ", ".join(repr(other) for other in REAL_COUNTS)
        raise ValueError(
            f"estimator={short_repr(name)} needs whole counts, got {fraction[0]!s}. Use whole "
            f"weights (numbers of repetitions), or an estimator that takes any: {fractional}."
        )


# ---- the logarithm, and functions in its place


@_estimator(whole_counts=False, uses_n_categories=False)
def plugin(counts, total, n_categories):
    """Return the entropy of the sample proportions, sum n/N ln(N/n): maximum likelihood."""
    return plugin_nats(counts, total)


def plugin_nats(counts, total):
    """Return sum n/N ln(N/n), bit-identical to the plug-in information of a diagonal table."""
    return ordered_sum(counts * np.log(total / counts)) / total


@_estimator(whole_counts=True, uses_n_categories=True)
def miller_madow(counts, total, n_categories):
    """Return the plug-in plus (K - 1) / 2N, its bias to first order.

    K is the number of possible categories; if it is not given, that of the observed ones,
    as in R's entropy package. Miller, G. A. (1955), "Note on the bias of information
    estimates", in Information Theory in Psychology, Free Press, pp. 95-100.
    """
    return plugin_nats(counts, total) + (n_categories - 1) / (2 * total)


@_estimator(whole_counts=True, uses_n_categories=False)
def grassberger(counts, total, n_categories):
    """Return ln N - sum n/N G(n).

    G(n) = psi(n) + (-1)^n (psi((n+1)/2) - psi(n/2)) / 2, which equals ln 2 + psi(floor(n/2) + 1/2)
    by the recurrence G(2m+1) = G(2m), G(2m+2) = G(2m) + 2/(2m+1).
    Grassberger, P. (2003), "Entropy estimates from insufficient samplings",
    arXiv:physics/0307138, eq. 35.
    """
    g = math.log(2) + psi(np.floor(counts / 2) + 0.5)
    return ordered_sum(counts * (math.log(total) - g)) / total


@_estimator(whole_counts=True, uses_n_categories=False)
def jackknife(counts, total, n_categories):
    """Return N H minus N - 1 times the mean of the leave-one-out plug-in entropies.

    After simplification it is the plug-in plus j(N) - sum n/N j(n), with
    j(n) = (n - 1) ln(n / (n - 1)) and j(1) = 0.
    Zahl, S. (1977), "Jackknifing an index of diversity", Ecology 58, 907-913.
    """
    left_out = ordered_sum(counts * (_leave_one_out(total) - _leave_one_out(counts))) / total
    return plugin_nats(counts, total) + left_out


def _leave_one_out(n):
    # xlog1py is accurate for large n, and 0 for n = 1.
    return -xlog1py(np.asarray(n) - 1.0, -1.0 / np.asarray(n))


# ---- unobserved categories


@_estimator(whole_counts=True, uses_n_categories=False)
def chao_shen(counts, total, n_categories):
    """Return -sum C p ln(C p) / (1 - (1 - C p)^N), p = n/N, C = 1 - f1/N.

    C is the estimated probability of all observed categories (Good and Turing), where f1 is the
    number of categories observed once; each term is divided by its probability of being observed
    (Horvitz and Thompson). If all are observed once, f1 is replaced by N - 1. Chao, A. and Shen,
    T.-J. (2003), "Nonparametric estimation of Shannon's index of diversity when there are unseen
    species in sample", Environmental and Ecological Statistics 10, 429-443.
    """
    once = min(np.sum(counts == 1), total - 1)
    shares = (1 - once / total) * counts / total
    seen = -np.expm1(total * np.log1p(-shares))
    return ordered_sum(entr(shares) / seen)


@_estimator(whole_counts=True, uses_n_categories=False)
def chao_wang_jost(counts, total, n_categories):
    """Return sum n/N (psi(N) - psi(n)) plus a term from the slope of the accumulation curve.

    The second term is f1/N (1-A)^(1-N) (-ln A - sum_{r<N} (1-A)^r / r), where
    A = 2 f2 / ((N-1) f1 + 2 f2), or 2 / ((N-1)(f1-1) + 2) if f2 = 0: the estimated mean
    probability of the categories observed once. The term is zero if there are none. Chao,
    A., Wang, Y. T. and Jost, L. (2013), "Entropy and the species accumulation curve: a
    novel entropy estimator via discovery rates of new species", Methods in Ecology and
    Evolution 4, 1091-1100.
    """
    seen = ordered_sum(counts * (psi(total) - psi(counts))) / total
    once, twice = np.sum(counts == 1), np.sum(counts == 2)
    if once == 0:
        return seen
    if twice > 0:
        share = 2 * twice / ((total - 1) * once + 2 * twice)
    else:
        share = 2 / ((total - 1) * (once - 1) + 2)
    return seen + once / total * scaled_log_tail(share, total)


def scaled_log_tail(share, n):
    """Return q^(1-n) (-ln(share) - sum_{r<n} q^r / r), q = 1 - share, at a cost independent of n.

    The power overflows and the terms in parentheses cancel, but the product is the integral of
    q e^-v / (n (1 - q e^(-v/n))) over v > 0. In s = ln v the trapezoidal rule is exact up to
    rounding: the integrand decreases like e^s on the left, doubly exponentially on the right, and
    has no pole within pi/2 of the real line.
    """
    q = 1 - share
    if q == 0:
        return 0.0
    # A step that is exact in binary: with a step of 0.2 np.arange has errors in the 14th digit.
    step = 0.25
    start = math.floor(min(math.log(n * share), 0.0) - NEGLIGIBLE)
    v = np.exp(np.arange(start, math.log(NEGLIGIBLE), step))
    return step * q * np.sum(v * np.exp(-v) / (n * (share - q * np.expm1(-v / n))))


# ---- proportions shrunk towards uniform ones


def james_stein_weight(counts, total, n_categories):
    """Return the shrinkage weight of James and Stein: 0 is no shrinkage, 1 uniform proportions.

    (1 - sum p^2) / ((N - 1) sum (1/K - p)^2), at most 1, p = n/N over all K categories.
    Hausser, J. and Strimmer, K. (2009), "Entropy inference and the James-Stein estimator,
    with application to nonlinear gene association networks", JMLR 10, 1469-1484, section 2.3.
    """
    shares = counts / total
    distance = ordered_sum((shares - 1 / n_categories) ** 2)
    distance += (n_categories - np.size(counts)) / n_categories**2
    noise = ordered_sum(shares * (1 - shares))
    # The weight is at most one, also for uniform proportions or a single row, as in R.
    return 1.0 if noise >= (total - 1) * distance else noise / ((total - 1) * distance)


def dirichlet_weight(concentration):
    """Return the function for the weight of uniform proportions under a Dirichlet prior.

    Adding a to each of K counts gives uniform proportions the weight Ka / (N + Ka). The usual
    values of a are listed in Agresti, A. and Hitchcock, D. B. (2005), "Bayesian inference for
    categorical data analysis", Statistical Methods and Applications 14, 297-330.
    """

    def weight(counts, total, n_categories):
        rows = concentration(total, n_categories)
        return rows / (total + rows)

    return weight


# The weight of uniform proportions in each estimator.
UNIFORM_WEIGHTS = {
    "james_stein": james_stein_weight,
    "jeffreys": dirichlet_weight(lambda total, n_categories: n_categories / 2),
    "laplace": dirichlet_weight(lambda total, n_categories: n_categories),
    "perks": dirichlet_weight(lambda total, n_categories: 1),
    "minimax": dirichlet_weight(lambda total, n_categories: math.sqrt(total)),
}


def mixed_entropy(counts, total, n_categories, weight):
    """Return the plug-in entropy of weight / K + (1 - weight) n/N over all K categories."""
    shares = weight / n_categories + (1 - weight) * counts / total
    unseen = (n_categories - len(counts)) * entr(weight / n_categories)
    return ordered_sum(entr(shares)) + unseen


@_estimator(whole_counts=False, uses_n_categories=True)
def james_stein(counts, total, n_categories):
    """Return the entropy of proportions shrunk towards uniform ones by `james_stein_weight`.

    The weight minimises the estimated mean squared error of the proportions.
    """
    weight = UNIFORM_WEIGHTS["james_stein"](counts, total, n_categories)
    return mixed_entropy(counts, total, n_categories, weight)


@_estimator(whole_counts=False, uses_n_categories=True)
def jeffreys(counts, total, n_categories):
    """Return the entropy of proportions with 1/2 added to each count (Jeffreys, 1946)."""
    weight = UNIFORM_WEIGHTS["jeffreys"](counts, total, n_categories)
    return mixed_entropy(counts, total, n_categories, weight)


@_estimator(whole_counts=False, uses_n_categories=True)
def laplace(counts, total, n_categories):
    """Return the entropy of proportions with 1 added to each count (Bayes, Laplace)."""
    weight = UNIFORM_WEIGHTS["laplace"](counts, total, n_categories)
    return mixed_entropy(counts, total, n_categories, weight)


@_estimator(whole_counts=False, uses_n_categories=True)
def perks(counts, total, n_categories):
    """Return the entropy of proportions with 1/K added to each count (Perks, 1947).

    For its use for entropy see Schürmann, T. and Grassberger, P. (1996), Chaos 6, 414-427.
    """
    weight = UNIFORM_WEIGHTS["perks"](counts, total, n_categories)
    return mixed_entropy(counts, total, n_categories, weight)


@_estimator(whole_counts=False, uses_n_categories=True)
def minimax(counts, total, n_categories):
    """Return the entropy of proportions with sqrt(N)/K added to each count.

    The proportions are minimax for squared error (Trybula, 1958, Annals of Mathematical Statistics
    29, 1191-1193).
    """
    weight = UNIFORM_WEIGHTS["minimax"](counts, total, n_categories)
    return mixed_entropy(counts, total, n_categories, weight)


# ---- averages over the amount of shrinkage


# If K were the number of observed categories, NSB would be little better than the plug-in.
@_estimator(whole_counts=False, uses_n_categories=True, guess=chao_richness)
def nsb(counts, total, n_categories):
    """Return the mean over beta of the posterior mean entropy under a Dirichlet(beta) prior.

    The prior of beta is flat in the prior mean entropy, xi(beta) = psi(K beta + 1) - psi(beta +
    1). Each beta has that weight times the evidence
    Gamma(K beta) / Gamma(K beta + N) prod Gamma(n + beta) / Gamma(beta). Nemenman, I.,
    Shafee, F. and Bialek, W. (2002), "Entropy and inference, revisited", NIPS 14, 471-478.
    Under fixed beta the mean is Wolpert and Wolf's (1995, Physical Review E 52, 6841-6854).
    The integral is by quadrature in ln(beta).
    """
    # Equal counts have equal terms, which are computed once.
    levels, times = np.unique(counts, return_counts=True)
    low, high = _nsb_range(levels, times, total, n_categories)
    estimate = math.inf
    n_points = FIRST_POINTS
    while n_points <= MOST_POINTS:
        previous = estimate
        log_beta = np.linspace(low, high, n_points)
        weight = _nsb_log_weight(log_beta, levels, times, total, n_categories)
        weight = np.exp(weight - weight.max())
        mean = _dirichlet_mean_entropy(np.exp(log_beta), levels, times, total, n_categories)
        estimate = weight @ mean / weight.sum()
        if abs(estimate - previous) <= 1e-13 * estimate:
            break
        n_points = 2 * n_points - 1
    return estimate


def _nsb_range(levels, times, total, n_categories):
    """Return the range of ln(beta) outside which weights are negligible.

    Both tails decrease at least as fast as e^-|ln beta|: the evidence is constant above N rows, or
    N^2 if all rows differ, and below 1/K.
    """
    low = -math.log(n_categories) - math.log1p(total) - 1.5 * NEGLIGIBLE
    high = 2 * math.log1p(total) + 1.5 * NEGLIGIBLE
    while True:
        log_beta = np.linspace(low, high, FIRST_POINTS)
        weight = _nsb_log_weight(log_beta, levels, times, total, n_categories)
        relevant = np.flatnonzero(weight > weight.max() - NEGLIGIBLE)
        # One more point on each side: a narrow peak may lie between two points.
        first, last = max(relevant[0] - 1, 0), min(relevant[-1] + 1, FIRST_POINTS - 1)
        if last - first > 0.5 * FIRST_POINTS:
            return low, high
        low, high = log_beta[first], log_beta[last]


def _nsb_log_weight(log_beta, levels, times, total, n_categories):
    """Return ln(evidence * dxi/dbeta * dbeta/dlnbeta) up to a constant, of shape (n_betas,)."""
    beta = np.exp(log_beta)
    evidence = times @ _log_rising_factorial(beta, levels[:, None])
    evidence = evidence - _log_rising_factorial(n_categories * beta, total)
    return evidence + np.log(_prior_entropy_slope(beta, n_categories)) + log_beta


def _log_rising_factorial(a, n):
    """Return ln(Gamma(a + n) / (Gamma(a) a^n)), by Stirling's series if a is large."""
    near = np.minimum(a, 20.0)
    direct = gammaln(near + n) - gammaln(near) - n * np.log(near)
    far = np.maximum(a, 20.0)
    ratio = (far + n - 0.5) * np.log1p(n / far) - n
    series = ratio + _stirling_series(far + n) - _stirling_series(far)
    return np.where(a < 20.0, direct, series)


def _stirling_series(x):
    y = 1 / (x * x)
    return (1 / 12 - y * (1 / 360 - y * (1 / 1260 - y / 1680))) / x


def _prior_entropy_slope(beta, n_categories):
    """Return dxi/dbeta = K psi'(K beta + 1) - psi'(beta + 1), as a series if beta is large.

    For large beta the terms of order 1/beta cancel.
    """
    near = np.minimum(beta, 1e3)
    direct = n_categories * polygamma(1, n_categories * near + 1) - polygamma(1, near + 1)
    far = np.maximum(beta, 1e3)
    k = 1 / n_categories
    series = ((1 - k) / 2 - (1 - k**2) / (6 * far) + (1 - k**4) / (30 * far**3)) / far**2
    return np.where(beta < 1e3, direct, series)


def _dirichlet_mean_entropy(beta, levels, times, total, n_categories):
    """Return the posterior mean entropy for each beta (Wolpert and Wolf 1995)."""
    rows = total + n_categories * beta
    seen = times @ ((levels[:, None] + beta) * psi(levels[:, None] + beta + 1))
    unseen = (n_categories - times.sum()) * beta * psi(beta + 1)
    return psi(rows + 1) - (seen + unseen) / rows


def entropy_of_codes(codes):
    """Return the plug-in entropy of codes (n_samples,) in nats, an upper bound of information."""
    counts = np.bincount(codes)
    return plugin(counts[counts > 0].astype(np.float64))


# ---- the table

# Functions of positive counts (n_observed,), float64, in any order, and the number of possible
# categories (None: that of observed ones, for NSB an estimate) that return nats. The entropy of a
# single category is zero.
ENTROPY_ESTIMATORS = {
    "plugin": plugin,
    "miller_madow": miller_madow,
    "grassberger": grassberger,
    "chao_shen": chao_shen,
    "chao_wang_jost": chao_wang_jost,
    "james_stein": james_stein,
    "jeffreys": jeffreys,
    "laplace": laplace,
    "perks": perks,
    "minimax": minimax,
    "nsb": nsb,
    "jackknife": jackknife,
}


def entropy_of_margins(estimator, counts, n_categories):
    """Return ``f(counts, n_categories)`` in nats, for several margins of one joint variable.

    The conventions are those of `mutual_info`. Shrinkage estimators use the shrunk proportions of
    the joint variable, so that all margins belong to one distribution. For them and NSB all
    categories are possible, for the other estimators the observed ones.

    Parameters
    ----------
    estimator : str
        A name of ``ENTROPY_ESTIMATORS``.

    counts : ndarray of shape (n_observed,)
        Counts of the joint variable.

    n_categories : int
        Number of categories of the joint variable.
    """
    entropy = ENTROPY_ESTIMATORS[estimator]
    if estimator in UNIFORM_WEIGHTS:
        counts = np.sort(counts)
        total = ordered_sum(counts)
        weight = UNIFORM_WEIGHTS[estimator](counts, total, n_categories)
        return lambda counts, size: mixed_entropy(np.sort(counts), total, size, weight)
    if estimator == "nsb":
        return entropy
    return lambda counts, size: entropy(counts)


# Estimators that accept non-integer weights as counts.
REAL_COUNTS = ("plugin", *UNIFORM_WEIGHTS, "nsb")
