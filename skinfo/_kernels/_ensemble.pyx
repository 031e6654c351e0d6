"""Running entropy and divergence of an ensemble, one member at a time."""

from libc.math cimport fabs, log

from skinfo._kernels._elementary cimport xlogx

cdef enum:
    # Terms of the series of a divergence, which is used for |v| <= 0.2: 0.04**11 is below the
    # rounding error of a float64.
    LAST_TERM = 11


def add_member(
    const double[:, ::1] prob,
    double weight,
    double total,
    double[:, ::1] mean,
    double[::1] entropy,
    double[::1] divergence,
):
    """Update the running sums with one more member, in nats.

    The weighted sum of KL divergences from a mean decomposes into the sums within two groups, the
    members before and the new one, plus the divergences of the two group means from the common
    mean (the compensation identity). All terms are non-negative, so nothing cancels, however
    little the members differ.

    Parameters
    ----------
    prob : ndarray of shape (n_samples, n_classes), dtype float64
        Distributions that the member predicts.

    weight, total : float
        Weight of the member, positive, and total weight of the members before.

    mean : ndarray of shape (n_samples, n_classes), dtype float64
        Weighted mean of the members, updated in place.

    entropy, divergence : ndarray of shape (n_samples,), dtype float64
        Weighted sums of the entropies of the members, and of their divergences from the mean,
        updated in place.
    """
    cdef double step = weight / (total + weight)
    cdef double p, before, after
    cdef Py_ssize_t i, k
    with nogil:
        for i in range(prob.shape[0]):
            for k in range(prob.shape[1]):
                p = prob[i, k]
                before = mean[i, k]
                after = p if total == 0.0 else before + step * (p - before)
                entropy[i] -= weight * xlogx(p)
                # Divergences of the new member and of the previous mean from the new mean.
                if total > 0.0 and p != before:
                    divergence[i] += weight * divergence_term(p, after)
                    divergence[i] += total * divergence_term(before, after)
                mean[i, k] = after


cpdef double divergence_term(double p, double q) noexcept nogil:
    """Return p ln(p / q) - p + q >= 0 for q > 0, to full relative accuracy also for p near q.

    With v = (p - q) / (p + q), ln(p / q) = 2 atanh(v). The series is that of
    `skinfo.measures._terms.divergence_terms`.
    """
    cdef double v, square, series, term
    cdef int k
    if p == 0.0:
        return q
    v = (p - q) / (p + q)
    if fabs(v) > 0.2:
        term = p * log(p / q) - p + q
        return term if term > 0.0 else 0.0
    square = v * v
    series = 0.0
    for k in range(LAST_TERM, 0, -1):
        series = series * square + 1.0 / (2 * k + 1)
    return (p - q) * v + 2.0 * p * v * square * series
