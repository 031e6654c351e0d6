"""The whole tree of an agglomerative bottleneck, of a table that may be sparse.

`skinfo._kernels._merging` asks for every class of every pair, which suits a few classes. Here a
cost asks only for the columns where one of the two has counts, and dead states are cleared away.
"""

import numpy as np

from skinfo._kernels._jit import ZERO, kernel
from skinfo._kernels._log import fast_xlogx


@kernel
def merge_tree(rows, n_columns):
    """Merge the two states that lose least by it, until one is left.

    Parameters
    ----------
    rows : Rows

    n_columns : int

    Returns
    -------
    steps : ndarray of shape (n_rows - 1, 2), dtype int64
        At each step row ``steps[s, 1]`` joins the state of ``steps[s, 0]``, the smaller number.

    losses : ndarray of shape (n_rows - 1,)
        What each merge costs, in N nats.
    """
    counts, terms = spread_out(rows, n_columns)
    sizes, names = rows.sizes.copy(), np.arange(rows.sizes.shape[0])
    n_states = names.shape[0]
    # Each state remembers its cheapest partner among the later ones.
    partner, cheapest = np.empty(n_states, np.int64), np.empty(n_states)
    costs = np.empty(n_states)
    for i in range(n_states):
        find_partner(counts, terms, sizes, i, partner, cheapest, costs)
    n_merges = n_states - 1
    steps, losses = np.empty((n_merges, 2), np.int64), np.empty(n_merges)
    for s in range(n_merges):
        if 2 * (n_states - s) <= names.shape[0]:
            alive = sizes > 0.0
            partner = (np.cumsum(alive) - 1)[partner[alive]]
            counts, terms = counts[:, alive], terms[:, alive]
            sizes, names, cheapest = sizes[alive], names[alive], cheapest[alive]
        i = np.argmin(cheapest)
        j = partner[i]
        steps[s, 0], steps[s, 1] = names[i], names[j]
        losses[s] = cheapest[i]
        join(counts, terms, sizes, i, j)
        cheapest[j] = np.inf
        for k in range(j):
            if sizes[k] > 0.0 and (k == i or partner[k] == i or partner[k] == j):
                find_partner(counts, terms, sizes, k, partner, cheapest, costs)
        costs_of_merging(counts, terms, sizes, i, ZERO, i, costs)
        for k in range(i):
            if costs[k] < cheapest[k]:
                cheapest[k], partner[k] = costs[k], i
    return steps, losses


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
