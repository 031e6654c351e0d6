"""The uncertainty of an ensemble, one member after the other."""

from libc.math cimport fabs, log

from skinfo._kernels._elementary cimport xlogx

# The series of the divergence is taken for |v| below 0.2: its terms beyond this one are then less
# than the rounding error of a float64.
cdef enum:
    LAST_TERM = 11


def add_member(
    const double[:, ::1] prob,
    double weight,
    double total,
    double[:, ::1] mean,
    double[::1] entropy,
    double[::1] divergence,
):
    """Bring running sums up to date with one more member, in nats.

    Divergences from a mean are those within two groups from their own means, and those of these
    from the mean of both: terms of one sign, none of which cancel, however little members differ.

    Parameters
    ----------
    prob : ndarray of shape (n_samples, n_classes), dtype float64
        Distributions that the member predicts.

    weight, total : float
        Its weight, positive, and that of the members before.

    mean : ndarray of shape (n_samples, n_classes), dtype float64
        Weighted mean of the members, as updated.

    entropy, divergence : ndarray of shape (n_samples,), dtype float64
        Weighted sums of the entropies of the members, and of their divergences from the mean, as
        updated.
    """
    cdef double share = weight / (total + weight)
    cdef double p, before, after
    cdef Py_ssize_t i, k
    with nogil:
        for i in range(prob.shape[0]):
            for k in range(prob.shape[1]):
                p = prob[i, k]
                before = mean[i, k]
                after = p if total == 0.0 else before + share * (p - before)
                entropy[i] -= weight * xlogx(p)
                if total > 0.0 and p != before:
                    divergence[i] += weight * divergence_term(p, after)
                    divergence[i] += total * divergence_term(before, after)
                mean[i, k] = after


cpdef double divergence_term(double p, double q) noexcept nogil:
    """Return p ln(p / q) - p + q >= 0 for q > 0, accurate however close p is to q.

    The series is that of `skinfo.measures._terms.divergence_terms`.
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
