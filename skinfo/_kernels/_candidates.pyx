"""Information of candidate columns about y given a state T, from contingency tables."""

from libc.math cimport log
from libc.stdint cimport int32_t, int64_t
from libc.stdlib cimport free, malloc

import numpy as np

from skinfo._kernels._contingency cimport ContingencyTables, most_levels
from skinfo._kernels._elementary cimport xlogx, lookup_xlogx
from skinfo._kernels._independence cimport (
    N_STATISTICS,
    table_workspace_size,
    table_workspace,
    fill_statistics,
)
from skinfo._kernels._null cimport NullMeans, row_mean
from skinfo._kernels._smooth cimport N_DEGREES, N_SMOOTH, SmoothScores, has_scores

# Columns of the result of `candidate_terms`.
cpdef enum:
    INFO_Y_GIVEN_T
    INFO_T
    JOINT_ENTROPY
    N_TERMS

cdef enum:
    # Null means are cached by margin up to this number of samples.
    MOST_REMEMBERED = 1 << 22

ctypedef fused Count:
    int32_t
    double


def candidate_terms(ContingencyTables tables, const int64_t[::1] features, bint corrected):
    """Return the information terms of some features with state T and classes y.

    Parameters
    ----------
    tables : ContingencyTables
        Tables of these features with T.

    features : ndarray of int64

    corrected : bool
        Whether information is corrected for its mean under independence.

    Returns
    -------
    terms : ndarray of shape (n_features, 3)
        In nats: I(X;Y|T), I(X;T), H(X,T,Y).
    """
    cdef Py_ssize_t i
    cdef Terms terms
    cdef NullTerms null = None
    if corrected:
        null = NullTerms(tables.n_states)
        null.fill(tables)
        null.remember(tables)
    found = np.empty((features.shape[0], N_TERMS))
    cdef double[:, ::1] values = found
    with nogil:
        for i in range(features.shape[0]):
            tables.count(features[i])
            terms = terms_of_column(features[i], tables, null)
            values[i, INFO_Y_GIVEN_T] = terms.given
            values[i, INFO_T] = terms.shared
            values[i, JOINT_ENTROPY] = terms.joint_entropy
    return found


cdef class NullTerms:
    """Null means of the terms: the contribution of each level, by its size in each state.

    Parameters
    ----------
    most_states : int
    """

    def __cinit__(self, Py_ssize_t most_states):
        self.given = <NullMeans *>malloc(most_states * sizeof(NullMeans))
        if self.given == NULL:
            raise MemoryError

    def __dealloc__(self):
        free(self.given)

    cdef void fill(self, ContingencyTables tables) noexcept nogil:
        """Set the margins of the tables, without a cache."""
        cdef Py_ssize_t n_classes = tables.n_classes
        cdef Py_ssize_t t
        cdef NullMeans means
        means.poisson = &tables.lookups.poisson[0, 0]
        means.exact = False
        means.known = NULL
        means.columns.times = NULL
        means.columns.n = n_classes
        for t in range(tables.n_states):
            means.n = tables.state_sizes[t]
            means.columns.sizes = &tables.sizes[t * n_classes]
            self.given[t] = means
        means.n = tables.n
        means.columns.sizes = &tables.state_sizes[0]
        means.columns.n = tables.n_states
        self.shared = means

    cdef void remember(self, ContingencyTables tables):
        """Cache the contributions of margins, if margins are integers.

        There is an entry for each possible size of a level: within each state if there is more
        than one class, and over all samples if there is more than one state.
        """
        cdef Py_ssize_t index = 0
        cdef Py_ssize_t t
        cdef Py_ssize_t n
        cdef bint has_classes = tables.n_classes > 1
        cdef bint has_states = tables.n_states > 1
        if tables.n > MOST_REMEMBERED or not tables.is_whole:
            return
        n = <Py_ssize_t>tables.n
        self.known = np.full(has_classes * (n + tables.n_states) + has_states * (n + 1), np.nan)
        if has_classes:
            for t in range(tables.n_states):
                self.given[t].known = &self.known[index]
                index += <Py_ssize_t>tables.state_sizes[t] + 1
        if has_states:
            self.shared.known = &self.known[index]


cdef Terms terms_of_column(Py_ssize_t x, ContingencyTables tables, NullTerms null) noexcept nogil:
    """Return the terms of column x, which must have been counted last.

    Parameters
    ----------
    null : NullTerms or None
        Null means of the tables, subtracted from information.
    """
    if tables.is_weighted:
        return terms_of_counts(&tables.weighted[0], x, tables, null)
    return terms_of_counts(&tables.counts[0], x, tables, null)


cdef Terms terms_of_counts(
    const Count *counts, Py_ssize_t x, ContingencyTables tables, NullTerms null
) noexcept nogil:
    """Return `terms_of_column`, from counts by level and cell."""
    cdef Py_ssize_t n_classes = tables.n_classes
    cdef NullMeans *given = NULL
    cdef NullMeans *shared = NULL
    cdef double of_counts = 0.0
    cdef double of_state_levels = 0.0
    cdef double of_levels = 0.0
    cdef double null_given = 0.0
    cdef double null_shared = 0.0
    cdef Terms terms
    cdef Count count, state_level, level
    cdef Py_ssize_t c, i, t
    if null is not None and n_classes > 1:
        given = null.given
    if null is not None and tables.n_states > 1:
        shared = &null.shared
    for i in range(tables.n_levels[x]):
        level = 0
        for t in range(tables.n_states):
            state_level = 0
            for c in range(n_classes):
                count = counts[0]
                counts += 1
                state_level += count
                if n_classes > 1:
                    of_counts += xlogx_of_count(count, tables.lookups.xlogx)
            of_state_levels += xlogx_of_count(state_level, tables.lookups.xlogx)
            level += state_level
            if given != NULL:
                null_given += row_mean(&given[t], state_level)
        of_levels += xlogx_of_count(level, tables.lookups.xlogx)
        if shared != NULL:
            null_shared += row_mean(shared, level)
    if n_classes == 1:
        of_counts = of_state_levels
    terms.given = of_counts - tables.of_cells - of_state_levels + tables.of_states
    terms.shared = of_state_levels - tables.of_states - of_levels + xlogx(tables.n)
    terms.given = (terms.given if terms.given > 0.0 else 0.0) / tables.n
    terms.shared = (terms.shared if terms.shared > 0.0 else 0.0) / tables.n
    terms.given -= null_given / tables.n
    terms.shared -= null_shared / tables.n
    terms.joint_entropy = log(tables.n) - of_counts / tables.n
    return terms


cdef inline double xlogx_of_count(Count count, const double[::1] table) noexcept nogil:
    """Return `lookup_xlogx` of a count, which may be fractional."""
    if Count is double:
        return lookup_xlogx(count, table)
    else:
        return table[count] if count < table.shape[0] else xlogx(count)


def candidate_evidence(
    ContingencyTables tables,
    const int64_t[::1] features,
    const int64_t[::1] n_ordered,
    bint ordered_classes,
):
    """Return the test statistics of some features, summed over states.

    The moments depend only on the margins within each state. Given these, the tables of states are
    independent, so information, means and variances are additive.

    Parameters
    ----------
    tables : ContingencyTables
        Tables of these features with T.

    features : ndarray of int64

    n_ordered : ndarray of int64
        Number of ordered levels of every feature of the table, counted from the first level.

    ordered_classes : bool

    Returns
    -------
    evidence : ndarray of shape (n_features, 13)
        In nats: N * I(X;Y|T), its mean and variance under independence; the p-value of
        `small_table_pvalue`, NaN for several states; then `smooth_statistics`.
    """
    cdef Py_ssize_t n_classes = tables.n_classes
    cdef Py_ssize_t n_states = tables.n_states
    cdef Py_ssize_t most = most_levels(tables.n_levels, features)
    cdef double[::1] table = np.empty(most * n_classes)
    cdef double[::1] room = np.empty(table_workspace_size(most, n_classes))
    cdef NullTerms null = NullTerms(n_states)
    cdef Py_ssize_t c, i, n_levels, index, t, x
    cdef double of_state[N_STATISTICS]
    cdef double[::1] class_totals = np.zeros(n_classes)
    cdef bint is_smooth = n_classes > 1 and has_scores(n_classes, ordered_classes)
    cdef SmoothScores scores = SmoothScores(most, n_classes if is_smooth else 1, ordered_classes)
    null.fill(tables)
    null.remember(tables)
    found = np.zeros((features.shape[0], N_STATISTICS + N_DEGREES * N_SMOOTH))
    cdef double[:, ::1] evidence = found
    for t in range(n_states):
        for c in range(n_classes):
            class_totals[c] += tables.sizes[t * n_classes + c]
    with nogil:
        for i in range(features.shape[0]):
            tables.count(features[i])
            n_levels = tables.n_levels[features[i]]
            if is_smooth:
                scores.start(&class_totals[0])
            for t in range(n_states):
                for x in range(n_levels):
                    for c in range(n_classes):
                        index = x * tables.n_cells + t * n_classes + c
                        table[x * n_classes + c] = (
                            tables.weighted[index] if tables.is_weighted else tables.counts[index]
                        )
                fill_statistics(
                    &table[0],
                    n_levels,
                    n_classes,
                    &tables.lookups.poisson[0, 0],
                    null.given[t].known,
                    n_states == 1,
                    table_workspace(&room[0], most, n_classes),
                    of_state,
                )
                for index in range(N_STATISTICS):
                    evidence[i, index] += of_state[index]
                if is_smooth and n_ordered[features[i]] > 1:
                    scores.add(&table[0], n_ordered[features[i]])
            if is_smooth:
                scores.fill(&evidence[i, N_STATISTICS])
    return found
