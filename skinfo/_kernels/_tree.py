"""The whole tree of an agglomerative bottleneck, of a table that may be sparse.

`skinfo._kernels._merging` asks for every class of every pair, which suits a few classes. Here a
cost asks only for the columns where one of the two has counts, and dead states are cleared away.
"""

from typing import NamedTuple

import numpy as np

from skinfo._kernels._jit import ZERO, kernel
from skinfo._kernels._log import fast_xlogx

UNKNOWN = np.int64(-1)


class States(NamedTuple):
    """States on their way into one.

    counts, terms : ndarray of shape (n_columns, n_states)
        Counts and n ln n of them, zero for a dead state.
    sizes : ndarray of shape (n_states,)
        Zero for a dead state.
    names : ndarray of shape (n_states,), dtype int64
        The row that each was at first, the smallest number of those it has.
    partner, cheapest : ndarray of shape (n_states,)
        The later state that is cheapest to merge with, itself where there is none; UNKNOWN where
        that is to be asked. And what it costs.
    """

    counts: np.ndarray
    terms: np.ndarray
    sizes: np.ndarray
    names: np.ndarray
    partner: np.ndarray
    cheapest: np.ndarray


def begin_merging(rows, n_columns):
    """Return the States of Rows: one each."""
    n_rows = len(rows.sizes)
    return States(
        *spread_out(rows, n_columns),
        rows.sizes.copy(),
        np.arange(n_rows),
        np.full(n_rows, UNKNOWN),
        np.full(n_rows, np.inf),
    )


def without_dead(states):
    """Return the States that are alive, whose partners must all be known."""
    alive = states.sizes > 0
    return States(
        np.ascontiguousarray(states.counts[:, alive]),
        np.ascontiguousarray(states.terms[:, alive]),
        states.sizes[alive],
        states.names[alive],
        (np.cumsum(alive) - 1)[states.partner[alive]],
        states.cheapest[alive],
    )


@kernel
def merge_some(states, steps, losses, place, n_costs):
    """Merge the two states that lose least by it, again and again.

    Parameters
    ----------
    states : States
        Changed in place.

    steps, losses : ndarray of shape (n_merges, 2) and (n_merges,)
        Of the merges, stored as they are made.

    place : ndarray of shape (3,), dtype int64
        Merges made; the state that grew last, if earlier ones do not know what it costs yet, or
        UNKNOWN; and the state from which on some may not know their partner. Changed in place.

    n_costs : int
        For so many states, at most, the costs of merging with all others are found. How often
        this is called changes nothing.

    Returns
    -------
    ended : bool
        Whether half of the states are dead, or all merges made, rather than costs found.
    """
    counts, terms, sizes, names, partner, cheapest = states
    n_states = sizes.shape[0]
    costs = np.empty(n_states)
    while True:
        for k in range(place[2], n_states):
            if partner[k] == UNKNOWN and sizes[k] > 0.0:
                if n_costs <= 0:
                    place[2] = k
                    return False
                find_partner(counts, terms, sizes, k, partner, cheapest, costs)
                n_costs -= 1
        place[2] = n_states
        i = place[1]
        if i != UNKNOWN:
            costs_of_merging(counts, terms, sizes, i, ZERO, i, costs)
            n_costs -= 1
            for k in range(i):
                if costs[k] < cheapest[k]:
                    cheapest[k], partner[k] = costs[k], i
            place[1] = UNKNOWN
        s = place[0]
        if s == losses.shape[0] or 2 * (losses.shape[0] + 1 - s) <= n_states:
            return True
        i = np.argmin(cheapest)
        j = partner[i]
        steps[s, 0], steps[s, 1] = names[i], names[j]
        losses[s] = cheapest[i]
        join(counts, terms, sizes, i, j)
        cheapest[j] = np.inf
        for k in range(j):
            if k == i or partner[k] == i or partner[k] == j:
                partner[k] = UNKNOWN
        place[0], place[1], place[2] = s + 1, i, 0


@kernel
def spread_out(rows, n_columns):
    """Return counts and n ln n of them, (n_columns, n_rows), so that rows lie side by side."""
    n_rows = rows.sizes.shape[0]
    counts, terms = np.zeros((n_columns, n_rows)), np.zeros((n_columns, n_rows))
    for x in range(n_rows):
        for j in range(rows.indptr[x], rows.indptr[x + 1]):
            counts[rows.columns[j], x] = rows.counts[j]
            terms[rows.columns[j], x] = fast_xlogx(rows.counts[j])
    return counts, terms


@kernel
def costs_of_merging(counts, terms, sizes, i, first, last, costs):
    """Store what merging state i with each from `first` to before `last` costs, in N nats.

    It is (n_i + n_j) times the Jensen-Shannon divergence of their shares of columns (Slonim and
    Tishby 1999, eq. 8); infinite for a dead state.
    """
    size = sizes[i]
    own = -fast_xlogx(size)
    others, of_others = costs[first:last], sizes[first:last]
    for j in range(others.shape[0]):
        others[j] = fast_xlogx(size + of_others[j]) - fast_xlogx(of_others[j])
    for y in range(counts.shape[0]):
        count = counts[y, i]
        if count > 0.0:
            own += terms[y, i]
            row, row_terms = counts[y, first:last], terms[y, first:last]
            for j in range(others.shape[0]):
                others[j] -= fast_xlogx(row[j] + count) - row_terms[j]
    for j in range(others.shape[0]):
        others[j] = max(own + others[j], 0.0) if of_others[j] > 0.0 else np.inf


@kernel
def find_partner(counts, terms, sizes, i, partner, cheapest, costs):
    """Store the cheapest partner of state i among the later states, itself where there is none."""
    partner[i], cheapest[i] = i, np.inf
    costs_of_merging(counts, terms, sizes, i, i + 1, sizes.shape[0], costs)
    for j in range(i + 1, sizes.shape[0]):
        if costs[j] < cheapest[i]:
            partner[i], cheapest[i] = j, costs[j]


@kernel
def join(counts, terms, sizes, i, j):
    """Add state j to state i; j is dead then, a state of size zero."""
    sizes[i] += sizes[j]
    sizes[j] = 0.0
    for y in range(counts.shape[0]):
        if counts[y, j] > 0.0:
            counts[y, i] += counts[y, j]
            terms[y, i] = fast_xlogx(counts[y, i])
            counts[y, j] = terms[y, j] = 0.0
