"""Max-min selection: the feature whose minimum term over the selected ones is largest, lazily.

A minimum only decreases as features are selected (Fleuret, JMLR 5, 2004): a candidate whose
current minimum is below the best score needs no more tables.
"""

from libc.math cimport INFINITY, rint
from libc.stdint cimport int64_t

from skinfo._kernels._candidates cimport NullTerms, Terms, terms_of_column
from skinfo._kernels._contingency cimport Lookups, PairTables, Sample

# Functions of I(X;Y|W): itself, I(X,W;Y), or that over H(X,W,Y).
cpdef enum:
    GIVEN
    JOINT
    NORMALIZED


cdef inline double score_steps() noexcept nogil:
    """Return the number of rounding steps per nat: scores that round equally are ties."""
    return 1e12


SCORE_STEPS = score_steps()


def argmax_of_min(
    Sample sample,
    Lookups lookups,
    const int64_t[::1] features,
    const int64_t[::1] selected,
    const double[:] relevance,
    int term,
    bint corrected,
    const double[:] costs,
    double[::1] minima,
    int64_t[::1] n_seen,
):
    """Return the position among `features` of the largest minimum term over `selected`.

    Parameters
    ----------
    sample : Sample

    lookups : Lookups

    features : ndarray of shape (n_features,), dtype int64

    selected : ndarray of shape (n_selected,), dtype int64
        In the order selected.

    relevance : ndarray of float64
        I(X;Y) of all columns, in nats.

    term : {GIVEN, JOINT, NORMALIZED}

    corrected : bool
        Whether I(X;Y|W) is corrected for its mean under independence.

    costs : ndarray of float64
        Cost of each column, subtracted from its score, in nats.

    minima, n_seen : ndarray
        For each column the minimum term so far, and the number of selected features that it
        covers. Updated as far as needed.

    Returns
    -------
    position : int

    score : float
        That term minus its cost.
    """
    cdef PairTables tables = PairTables(sample, lookups, features, selected)
    cdef NullTerms null = NullTerms(tables.n_states) if corrected else None
    cdef Py_ssize_t n_features = features.shape[0]
    cdef Py_ssize_t best = -1
    cdef Py_ssize_t start = 0
    cdef Py_ssize_t position, turn, w, x
    cdef double score = -INFINITY
    cdef double best_start = -INFINITY
    cdef double value
    cdef Terms terms
    with nogil:
        # The candidate with the largest current minimum first, since it excludes most others.
        for position in range(n_features):
            x = features[position]
            if minima[x] - costs[x] > best_start:
                start, best_start = position, minima[x] - costs[x]
        for turn in range(n_features + 1):
            position = start if turn == 0 else turn - 1
            x = features[position]
            while n_seen[x] < selected.shape[0] and is_before(
                minima[x] - costs[x], position, score, best
            ):
                w = selected[n_seen[x]]
                tables.count_pair(x, w)
                if corrected:
                    null.fill(tables)
                terms = terms_of_column(x, tables, null)
                value = terms.given
                if term != GIVEN:
                    value += relevance[w]
                if term == NORMALIZED:
                    value /= terms.joint_entropy
                if value < minima[x]:
                    minima[x] = value
                n_seen[x] += 1
            if n_seen[x] == selected.shape[0] and is_before(
                minima[x] - costs[x], position, score, best
            ):
                best, score = position, minima[x] - costs[x]
    return best, score


cpdef bint is_before(
    double score, Py_ssize_t position, double other_score, Py_ssize_t other_position
) noexcept nogil:
    """Return whether a score is larger, or equal and at an earlier position."""
    cdef double a = rint(score * score_steps())
    cdef double b = rint(other_score * score_steps())
    return a > b or (a == b and position < other_position)
