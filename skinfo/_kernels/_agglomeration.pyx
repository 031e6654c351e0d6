"""Agglomerative information bottleneck: greedily merge the two states that lose least information.

With F(v) = v ln v, merging states i and j loses, in nats times the total count,

    F(n_i + n_j) - F(n_i) - F(n_j) - sum over y of [F(n_iy + n_jy) - F(n_iy) - F(n_jy)]

of I(state; y): (n_i + n_j) times the Jensen-Shannon divergence of their distributions of y (Slonim
and Tishby 1999, eq. 8). Only columns where i has counts enter. States lie along the second axis of
every table, so that one is compared with all others by passes over contiguous memory.
"""

from cpython.pyport cimport PY_SSIZE_T_MAX
from libc.math cimport INFINITY
from libc.stdint cimport int64_t

import numpy as np

from skinfo._kernels._elementary cimport fast_xlogx
from skinfo._kernels._sequential cimport SparseCounts

cdef enum:
    # Tables are padded to a multiple of the longest vector register (8 float64), so that no loop
    # has a remainder.
    REGISTER = 8
    # A partner that is not computed yet; no state.
    UNKNOWN = -1


cdef class States:
    """States of an agglomeration in progress.

    Every state stores its cheapest partner among the later states, so that after a merge only
    states whose partner took part in it are searched again. The merged-away (dead) states are
    removed when they are a quarter.

    Parameters
    ----------
    n_columns, n_states : int

    Attributes
    ----------
    n_merges : int
        Merges made so far.
    """

    cdef readonly Py_ssize_t n_merges
    cdef Py_ssize_t n_rows
    cdef Py_ssize_t n_columns
    # Number of states in the tables, dead ones included, and the padded width of the tables.
    cdef Py_ssize_t n_states
    cdef Py_ssize_t width
    # n_jy and F(n_jy), (n_columns, width) in C order; zero for a dead state.
    cdef double[::1] counts
    cdef double[::1] terms
    # n_j, and -F(n_j), (width,); infinite for a dead state.
    cdef double[::1] sizes
    cdef double[::1] size_terms
    # The smallest of the original rows that each state contains.
    cdef int64_t[::1] names
    # The later state that is cheapest to merge with, or itself if there is none, and the cost.
    cdef int64_t[::1] partner
    cdef double[::1] cheapest
    # The first state whose partner may be UNKNOWN, and the last merged state if its costs with
    # earlier states are not computed yet, or UNKNOWN.
    cdef Py_ssize_t first_unknown
    cdef Py_ssize_t grown
    # Workspace.
    cdef double[::1] costs
    cdef int64_t[::1] place

    def __init__(self, Py_ssize_t n_columns, Py_ssize_t n_states):
        self.n_rows = n_states
        self.n_columns = n_columns
        self.n_states = n_states
        self.width = padded(n_states)
        self.counts = np.zeros(n_columns * self.width)
        self.terms = np.empty(n_columns * self.width)
        self.sizes = np.zeros(self.width)
        self.size_terms = np.empty(self.width)
        self.names = np.empty(n_states, np.int64)
        self.partner = np.empty(n_states, np.int64)
        self.cheapest = np.empty(n_states)
        self.grown = UNKNOWN
        self.costs = np.empty(self.width)
        self.place = np.empty(n_states, np.int64)


def states_of_rows(SparseCounts rows, Py_ssize_t n_columns):
    """Return the States of a sparse table of counts, one per row."""
    cdef Py_ssize_t x, j
    cdef States states = States(n_columns, rows.n_rows)
    with nogil:
        for x in range(states.n_states):
            states.sizes[x] = rows.sizes[x]
            for j in range(rows.indptr[x], rows.indptr[x + 1]):
                states.counts[rows.columns[j] * states.width + x] = rows.counts[j]
        initialise(states)
    return states


def states_of_table(const double[:, :] counts):
    """Return the States of a table of counts (n_states, n_columns), one per row."""
    cdef Py_ssize_t x, y
    cdef States states = States(counts.shape[1], counts.shape[0])
    with nogil:
        for x in range(states.n_states):
            for y in range(states.n_columns):
                states.counts[y * states.width + x] = counts[x, y]
                states.sizes[x] += counts[x, y]
        initialise(states)
    return states


def continue_merging(
    States states,
    int64_t[:, ::1] steps,
    double[::1] losses,
    Py_ssize_t max_states,
    double threshold,
    Py_ssize_t n_costs,
):
    """Merge states as `agglomerate` does, for a limited number of searches.

    Parameters
    ----------
    states : States
        Changed in place.

    steps, losses : ndarray of shape (n_states - 1, 2), dtype int64, and (n_states - 1,)
        The merges, stored as they are made.

    max_states, threshold
        As for `agglomerate`.

    n_costs : int
        Largest number of states whose costs of merging with others are computed in this call.
        Splitting an agglomeration into calls changes nothing.

    Returns
    -------
    ended : bool
        Whether the agglomeration is complete.
    """
    cdef bint ended
    with nogil:
        ended = merge_until(states, steps, losses, max_states, threshold, n_costs)
    return ended


def agglomerate(const double[:, :] counts, Py_ssize_t max_states, double threshold):
    """Merge states greedily while there are too many or the cheapest merge is cheap enough.

    Parameters
    ----------
    counts : ndarray of shape (n_states, n_columns), dtype float64
        Counts of each state, of classes for example.

    max_states : int
        Merging continues at any cost while more states remain.

    threshold : float
        With at most `max_states` left, merging stops at a merge of this cost or more.

    Returns
    -------
    steps : ndarray of shape (n_merges, 2), dtype int64
        At each step state ``steps[s, 1]`` joins state ``steps[s, 0]``, the smaller of the two.

    losses : ndarray of shape (n_merges,)
        Cost of each merge, in nats times the total count.
    """
    steps = np.empty((counts.shape[0], 2), np.int64)
    losses = np.empty(counts.shape[0])
    cdef States states = states_of_table(counts)
    continue_merging(states, steps, losses, max_states, threshold, PY_SSIZE_T_MAX)
    return steps[: states.n_merges].copy(), losses[: states.n_merges].copy()


def merge_costs(States states, Py_ssize_t i):
    """Return the costs (i,) of merging state i with each state before it."""
    with nogil:
        compute_costs(states, i, 0, i)
    return np.array(states.costs[:i])


def merged_labels(const int64_t[:, :] steps, Py_ssize_t n_states, Py_ssize_t n_steps):
    """Return the group of each state, (n_states,) int64 from 0, after the first n_steps merges."""
    cdef Py_ssize_t s, i
    cdef Py_ssize_t n_groups = 0
    cdef int64_t[::1] parent = np.arange(n_states)
    labels = np.empty(n_states, np.int64)
    cdef int64_t[::1] group = labels
    with nogil:
        for s in range(n_steps):
            parent[steps[s, 1]] = steps[s, 0]
        for i in range(n_states):
            # A state joins an earlier one, so its root already has a label.
            if parent[i] == i:
                group[i] = n_groups
                n_groups += 1
            else:
                group[i] = group[parent[i]]
    return labels


cdef inline Py_ssize_t padded(Py_ssize_t n) noexcept nogil:
    """Return the next multiple of REGISTER."""
    return (n + REGISTER - 1) // REGISTER * REGISTER


cdef void initialise(States states) noexcept nogil:
    """Initialise terms and partners from counts and sizes; padding counts as dead states."""
    cdef Py_ssize_t k
    for k in range(states.counts.shape[0]):
        states.terms[k] = fast_xlogx(states.counts[k])
    for k in range(states.width):
        states.size_terms[k] = -fast_xlogx(states.sizes[k]) if k < states.n_states else INFINITY
    for k in range(states.n_states):
        states.names[k] = k
        states.partner[k] = UNKNOWN


cdef bint merge_until(
    States states,
    int64_t[:, ::1] steps,
    double[::1] losses,
    Py_ssize_t max_states,
    double threshold,
    Py_ssize_t n_costs,
) noexcept nogil:
    """Do the work of `continue_merging`."""
    cdef Py_ssize_t i, j, k, s, n_alive
    while True:
        for k in range(states.first_unknown, states.n_states):
            if states.partner[k] == UNKNOWN:
                if n_costs <= 0:
                    states.first_unknown = k
                    return False
                find_partner(states, k)
                n_costs -= 1
        states.first_unknown = states.n_states
        i = states.grown
        if i != UNKNOWN:
            compute_costs(states, i, 0, i)
            n_costs -= 1
            for k in range(i):
                if states.costs[k] < states.cheapest[k]:
                    states.cheapest[k] = states.costs[k]
                    states.partner[k] = i
            states.grown = UNKNOWN
        s = states.n_merges
        n_alive = states.n_rows - s
        if n_alive <= 1:
            return True
        # Compacting costs little compared with a search. Waiting until a half is dead makes trees
        # a fifth slower.
        if 4 * n_alive <= 3 * states.n_states:
            compact(states)
        i = 0
        for k in range(1, states.n_states):
            if states.cheapest[k] < states.cheapest[i]:
                i = k
        if n_alive <= max_states and states.cheapest[i] >= threshold:
            return True
        j = states.partner[i]
        steps[s, 0] = states.names[i]
        steps[s, 1] = states.names[j]
        losses[s] = states.cheapest[i]
        states.n_merges += 1
        join(states, i, j)
        for k in range(j):
            if k == i or states.partner[k] == i or states.partner[k] == j:
                states.partner[k] = UNKNOWN
        states.grown = i
        states.first_unknown = 0


cdef void find_partner(States states, Py_ssize_t i) noexcept nogil:
    """Store the cheapest partner of state i among the later states, or itself if there is none."""
    cdef Py_ssize_t j
    cdef Py_ssize_t partner = i
    cdef double cheapest = INFINITY
    compute_costs(states, i, i + 1, states.n_states)
    for j in range(i + 1, states.n_states):
        if states.costs[j] < cheapest:
            partner = j
            cheapest = states.costs[j]
    states.partner[i] = partner
    states.cheapest[i] = cheapest


cdef void compute_costs(
    States states, Py_ssize_t i, Py_ssize_t first, Py_ssize_t last
) noexcept nogil:
    """Store the costs of merging state i with states `first` to before `last`.

    Infinite for dead states. States in the same vector registers are computed as well.
    """
    cdef double size = states.sizes[i]
    cdef double own = states.size_terms[i]
    cdef double cost, count
    cdef Py_ssize_t j, y, at
    first = first // REGISTER * REGISTER
    last = padded(last)
    for j in range(first, last):
        states.costs[j] = fast_xlogx(size + states.sizes[j]) + states.size_terms[j]
    for y in range(states.n_columns):
        at = y * states.width
        count = states.counts[at + i]
        if count > 0.0:
            own += states.terms[at + i]
            subtract_changes(
                &states.costs[0] + first,
                &states.counts[at] + first,
                &states.terms[at] + first,
                count,
                (last - first) // REGISTER,
            )
    for j in range(first, last):
        cost = own + states.costs[j]
        states.costs[j] = cost if cost > 0.0 else 0.0


cdef inline void subtract_changes(
    double* costs, const double* counts, const double* terms, double count, Py_ssize_t n_blocks
) noexcept nogil:
    """Subtract F(n_jy + count) - F(n_jy) of one column y from the costs of blocks of states j."""
    cdef double rest[REGISTER]
    cdef Py_ssize_t block, k
    for block in range(n_blocks):
        for k in range(REGISTER):
            rest[k] = costs[k] - (fast_xlogx(counts[k] + count) - terms[k])
        for k in range(REGISTER):
            costs[k] = rest[k]
        costs += REGISTER
        counts += REGISTER
        terms += REGISTER


cdef void join(States states, Py_ssize_t i, Py_ssize_t j) noexcept nogil:
    """Add state j to state i; j is dead afterwards."""
    cdef Py_ssize_t y, at
    states.sizes[i] += states.sizes[j]
    states.size_terms[i] = -fast_xlogx(states.sizes[i])
    states.sizes[j] = 0.0
    states.size_terms[j] = INFINITY
    states.partner[j] = j
    states.cheapest[j] = INFINITY
    for y in range(states.n_columns):
        at = y * states.width
        if states.counts[at + j] > 0.0:
            states.counts[at + i] += states.counts[at + j]
            states.terms[at + i] = fast_xlogx(states.counts[at + i])
            states.counts[at + j] = states.terms[at + j] = 0.0


cdef void compact(States states) noexcept nogil:
    """Move the live states, whose partners must all be known, to the front of the tables."""
    cdef Py_ssize_t k, y, width, to
    cdef Py_ssize_t n_alive = 0
    for k in range(states.n_states):
        if states.size_terms[k] < INFINITY:
            states.place[k] = n_alive
            n_alive += 1
        else:
            states.place[k] = UNKNOWN
    width = padded(n_alive)
    # Rows are shortened in place, from the first on: each cell moves to a lower or equal address,
    # so nothing is overwritten before it is read.
    for y in range(states.n_columns):
        for k in range(states.n_states):
            to = y * width + states.place[k]
            if states.place[k] != UNKNOWN:
                states.counts[to] = states.counts[y * states.width + k]
                states.terms[to] = states.terms[y * states.width + k]
        for k in range(n_alive, width):
            states.counts[y * width + k] = states.terms[y * width + k] = 0.0
    for k in range(states.n_states):
        to = states.place[k]
        if to != UNKNOWN:
            states.sizes[to] = states.sizes[k]
            states.size_terms[to] = states.size_terms[k]
            states.names[to] = states.names[k]
            states.cheapest[to] = states.cheapest[k]
            states.partner[to] = states.place[states.partner[k]]
    for k in range(n_alive, width):
        states.sizes[k] = 0.0
        states.size_terms[k] = INFINITY
    states.n_states = n_alive
    states.width = width
    states.first_unknown = n_alive
