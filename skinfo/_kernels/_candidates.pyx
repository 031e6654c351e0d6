"""What a state T and y say of candidate columns, one pass over the rows a column."""

from libc.math cimport fmod, log
from libc.stdint cimport int32_t, int64_t
from libc.stdlib cimport free, malloc

import numpy as np

from skinfo._kernels._elementary cimport xlogx, lookup_xlogx
from skinfo._kernels._independence cimport (
    N_STATISTICS,
    table_workspace_size,
    table_workspace,
    fill_statistics,
)
from skinfo._kernels._null cimport NullMeans, row_mean
from skinfo._kernels._contingency cimport CellTables, Lookups, Sample, Tables, most_levels

# Columns of what `candidate_terms` returns.
cpdef enum:
    INFO_Y_GIVEN_T
    INFO_T
    JOINT_ENTROPY

cdef enum:
    N_TERMS = 3

    # What chance gives is remembered by margin for at most so many rows.
    MOST_REMEMBERED = 1 << 22

ctypedef fused Count:
    int32_t
    double


def candidate_terms(
    Sample sample,
    Lookups lookups,
    const int64_t[::1] features,
    const int64_t[::1] state,
    Py_ssize_t n_states,
    bint corrected,
):
    """Return the information terms of some features with state T and classes y.

    Parameters
    ----------
    sample : Sample

    lookups : Lookups

    features : ndarray of int64

    state : ndarray of shape (n,), dtype int64

    corrected : bool
        Whether the means that chance alone gives are subtracted from information.

    Returns
    -------
    terms : ndarray of shape (n_features, 3)
        In nats: I(X;Y|T), I(X;T), H(X,T,Y).
    """
    cdef Py_ssize_t i
    cdef Terms terms
    cdef CellTables tables = CellTables(sample, lookups, state, n_states, features)
    cdef Chance chance = None
    if corrected:
        chance = Chance(n_states)
        chance.fill(tables)
        chance.remember(tables)
    found = np.empty((features.shape[0], N_TERMS))
    cdef double[:, ::1] values = found
    with nogil:
        for i in range(features.shape[0]):
            tables.count(features[i])
            terms = terms_of_column(features[i], tables, chance)
            values[i, INFO_Y_GIVEN_T] = terms.given
            values[i, INFO_T] = terms.shared
            values[i, JOINT_ENTROPY] = terms.joint_entropy
    return found


cdef class Chance:
    """What rows of tables with one state and y add to the mean of information by chance.

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

    cdef void fill(self, Tables tables) noexcept nogil:
        """Take the margins of some tables, none of which is remembered."""
        cdef Py_ssize_t n_classes = tables.sample.n_classes
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

    cdef void remember(self, Tables tables):
        """Remember from now on what a margin adds, if margins are whole numbers.

        There is a place for each size of a level from none to all: in each state where there are
        classes to tell apart, and in all rows where there are states.
        """
        cdef Py_ssize_t place = 0
        cdef Py_ssize_t t
        cdef Py_ssize_t n = <Py_ssize_t>tables.n
        cdef bint has_classes = tables.sample.n_classes > 1
        cdef bint has_states = tables.n_states > 1
        if tables.n > MOST_REMEMBERED or not are_whole(tables.sample.weights):
            return
        self.known = np.full(has_classes * (n + tables.n_states) + has_states * (n + 1), np.nan)
        if has_classes:
            for t in range(tables.n_states):
                self.given[t].known = &self.known[place]
                place += <Py_ssize_t>tables.state_sizes[t] + 1
        if has_states:
            self.shared.known = &self.known[place]


cdef bint are_whole(const double[::1] weights) noexcept nogil:
    """Return whether all weights are whole numbers."""
    cdef Py_ssize_t row
    for row in range(weights.shape[0]):
        if fmod(weights[row], 1.0) != 0.0:
            return False
    return True


cdef Terms terms_of_column(Py_ssize_t x, Tables tables, Chance chance) noexcept nogil:
    """Return the terms of column x, which was counted last.

    Parameters
    ----------
    chance : Chance or None
        Of those tables; what it gives is subtracted from information.
    """
    if tables.sample.is_weighted:
        return terms_of_counts(&tables.weighted[0], x, tables, chance)
    return terms_of_counts(&tables.counts[0], x, tables, chance)


cdef Terms terms_of_counts(
    const Count *counts, Py_ssize_t x, Tables tables, Chance chance
) noexcept nogil:
    """Return `terms_of_column`, from counts by level and cell."""
    cdef Py_ssize_t n_classes = tables.sample.n_classes
    cdef NullMeans *given = NULL
    cdef NullMeans *shared = NULL
    cdef double of_counts = 0.0
    cdef double of_state_levels = 0.0
    cdef double of_levels = 0.0
    cdef double given_by_chance = 0.0
    cdef double shared_by_chance = 0.0
    cdef Terms terms
    cdef Count count, state_level, level
    cdef Py_ssize_t c, i, t
    if chance is not None and n_classes > 1:
        given = chance.given
    if chance is not None and tables.n_states > 1:
        shared = &chance.shared
    for i in range(tables.sample.n_levels[x]):
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
                given_by_chance += row_mean(&given[t], state_level)
        of_levels += xlogx_of_count(level, tables.lookups.xlogx)
        if shared != NULL:
            shared_by_chance += row_mean(shared, level)
    if n_classes == 1:
        of_counts = of_state_levels
    terms.given = of_counts - tables.of_cells - of_state_levels + tables.of_states
    terms.shared = of_state_levels - tables.of_states - of_levels + xlogx(tables.n)
    terms.given = (terms.given if terms.given > 0.0 else 0.0) / tables.n
    terms.shared = (terms.shared if terms.shared > 0.0 else 0.0) / tables.n
    terms.given -= given_by_chance / tables.n
    terms.shared -= shared_by_chance / tables.n
    terms.joint_entropy = log(tables.n) - of_counts / tables.n
    return terms


cdef inline double xlogx_of_count(Count count, const double[::1] table) noexcept nogil:
    """Return `lookup_xlogx` a count, whole or not."""
    if Count is double:
        return lookup_xlogx(count, table)
    else:
        return table[count] if count < table.shape[0] else xlogx(count)


def candidate_evidence(
    Sample sample,
    Lookups lookups,
    const int64_t[::1] features,
    const int64_t[::1] state,
    Py_ssize_t n_states,
):
    """Return `independence_statistics` of some features, summed over the states.

    Only margins within each state enter the moments. The states' tables are
    independent given them, so that information, means and variances add.

    Returns
    -------
    evidence : ndarray of shape (n_features, 4)
        In nats: N * I(X;Y|T), its mean and variance under independence; the p-value of
        `small_table_pvalue`, NaN where there are several states.
    """
    cdef Py_ssize_t n_classes = sample.n_classes
    cdef CellTables tables = CellTables(sample, lookups, state, n_states, features)
    cdef Py_ssize_t most = most_levels(sample, features)
    cdef double[::1] table = np.empty(most * n_classes)
    cdef double[::1] room = np.empty(table_workspace_size(most, n_classes))
    cdef Chance chance = Chance(n_states)
    cdef Py_ssize_t c, i, place, t, x
    cdef double of_state[N_STATISTICS]
    chance.fill(tables)
    chance.remember(tables)
    found = np.zeros((features.shape[0], N_STATISTICS))
    cdef double[:, ::1] evidence = found
    with nogil:
        for i in range(features.shape[0]):
            tables.count(features[i])
            for t in range(n_states):
                for x in range(sample.n_levels[features[i]]):
                    for c in range(n_classes):
                        place = x * tables.n_cells + t * n_classes + c
                        table[x * n_classes + c] = (
                            tables.weighted[place] if sample.is_weighted else tables.counts[place]
                        )
                fill_statistics(
                    &table[0],
                    sample.n_levels[features[i]],
                    n_classes,
                    &lookups.poisson[0, 0],
                    chance.given[t].known,
                    n_states == 1,
                    table_workspace(&room[0], most, n_classes),
                    of_state,
                )
                for place in range(N_STATISTICS):
                    evidence[i, place] += of_state[place]
    return found
