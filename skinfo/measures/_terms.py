"""Summands of all measures, in nats, finite at zero probabilities in value and in gradient.

An argument that a branch cannot take is replaced by one before the branch is
evaluated: ``where`` alone would multiply the infinite derivative of the branch
that is not taken by zero, which gives NaN.
"""

# Below |v| = 0.2 the remainder of the atanh series after these terms is less
# than the rounding error of a float64.
_SERIES_RANGE = 0.2
_ATANH_COEFFICIENTS = tuple(1 / (2 * k + 1) for k in range(1, 12))


def safe_log(xp, x):
    """Return ln(x) where x > 0, and 0 with derivative 0 where x = 0."""
    return xp.log(xp.where(x > 0, x, xp.ones_like(x)))


def safe_surprisal(xp, p):
    """Return -ln(p), and 0 where p = 0.

    A probability may exceed one by the rounding that the check of its sum
    tolerates. It counts as one, so that no entropy is negative.
    """
    return 0.0 - safe_log(xp, xp.where(p <= 1, p, xp.ones_like(p)))


def entropy_terms(xp, p):
    """Return -p ln(p), none of them negative; 0 with derivative 0 at p = 0."""
    return p * safe_surprisal(xp, p)


def divergence_terms(xp, p, q, log_q):
    """Return p ln(p/q) - p + q, none of them negative, accurate however close p is to q.

    Summed over outcomes, p and q cancel and leave the relative entropy. They
    are added for three reasons. The terms of sum p ln(p/q) have both signs and
    cancel to rounding noise when p is near q; these do not. If the two totals
    differ from one by rounding, the error is of second order instead of first.
    And the gradient is zero at p = q, where the divergence is minimal.

    `log_q` is ln(q), given by the caller because a product of small marginals
    underflows where the sum of their logarithms does not. Where p = 0 the term
    is q, and its derivative in p, which is minus infinity, is taken to be 0.
    Where p > 0 and q = 0, `log_q` decides; the caller knows whether the term
    is infinite.

    With v = (p - q) / (p + q), ln(p/q) = 2 atanh(v) and the term becomes
    (p - q) v + 2 p v (v^2/3 + v^4/5 + ...), which is used where v is small.
    It is the deviance `bd0` of Loader (2000), "Fast and accurate computation
    of binomial probabilities".
    """
    zero = p == 0
    near = xp.abs(p - q) <= _SERIES_RANGE * (p + q)

    use_series = near & ~zero
    a = xp.where(use_series, p, xp.ones_like(p))
    b = xp.where(use_series, q, xp.ones_like(q))
    v = (a - b) / (a + b)
    v2 = v * v
    tail = _ATANH_COEFFICIENTS[-1]
    for coefficient in reversed(_ATANH_COEFFICIENTS[:-1]):
        tail = coefficient + v2 * tail
    series = (a - b) * v + 2 * a * v * v2 * tail

    # Two logarithms rather than that of p / q: the derivative of the quotient
    # overflows from q = 1e-19 down in float32, that of -ln(q) never does.
    direct = p * (safe_log(xp, p) - log_q) - (p - q)
    return xp.where(zero, q, xp.where(near, series, direct))
