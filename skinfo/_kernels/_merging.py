"""Agglomerative information bottleneck: merge the states that say most nearly the same of y."""

import numpy as np

from skinfo._kernels._entropy import xlogx_of, xlogx_table
from skinfo._kernels._jit import kernel

# So few states are compared faster than a table of logarithms is made.
FEW_STATES = 32


@kernel
def merge_cost(counts, certainty, i, j, xlogs):
    """Return N times the information, in nats, that merging states i and j loses.

    It is (n_i + n_j) times the Jensen-Shannon divergence of their class distributions
    (Slonim and Tishby 1999, eq. 8): what `certainty` of the two exceeds that of their sum.
    """
    size = 0.0
    merged = 0.0
    for c in range(counts.shape[1]):
        count = counts[i, c] + counts[j, c]
        size += count
        merged += xlogx_of(count, xlogs)
    return max(certainty[i] + certainty[j] - merged + xlogx_of(size, xlogs), 0.0)


@kernel
def negated_class_entropy(counts, i, xlogs):
    """Return -n_i H(class) of state i, in nats."""
    size = 0.0
    total = 0.0
    for c in range(counts.shape[1]):
        size += counts[i, c]
        total += xlogx_of(counts[i, c], xlogs)
    return total - xlogx_of(size, xlogs)


@kernel
def agglomerate(counts, max_states, threshold):
    """Merge states greedily until few enough remain and the cheapest merge costs too much.

    Parameters
    ----------
    counts : ndarray of shape (n_states, n_classes), dtype float64
        Class counts of each state.

    max_states : int
        Merging goes on, whatever it costs, while more remain.

    threshold : float
        With at most `max_states` left, a merge of this cost (in N nats) or more is not made.

    Returns
    -------
    steps : ndarray of shape (n_merges, 2), dtype int64
        At each step state ``steps[s, 1]`` joins state ``steps[s, 0]``, the smaller of the two.

    losses : ndarray of shape (n_merges,)
        What each merge cost, in N nats.
    """
    n_states = counts.shape[0]
    counts = counts.copy()
    # Each of n states is compared with n others: looking up is worth the table of what occurs.
    xlogs = xlogx_table(int(counts.sum()) + 1 if n_states > FEW_STATES else 1)
    certainty = np.empty(n_states)
    for i in range(n_states):
        certainty[i] = negated_class_entropy(counts, i, xlogs)
    alive = np.ones(n_states, np.bool_)
    # Each state remembers its cheapest partner among the later states, so that a
    # merge asks anew only where the partner took part in it.
    partner = np.full(n_states, -1, np.int64)
    cheapest = np.full(n_states, np.inf)
    for i in range(n_states):
        find_partner(counts, certainty, alive, i, partner, cheapest, xlogs)
    steps = np.empty((n_states, 2), np.int64)
    losses = np.empty(n_states)
    n_merges = 0
    while n_states - n_merges > 1:
        i = 0
        for s in range(n_states):
            if alive[s] and (not alive[i] or cheapest[s] < cheapest[i]):
                i = s
        if n_states - n_merges <= max_states and cheapest[i] >= threshold:
            break
        j = partner[i]
        steps[n_merges, 0], steps[n_merges, 1] = i, j
        losses[n_merges] = cheapest[i]
        n_merges += 1
        for c in range(counts.shape[1]):
            counts[i, c] += counts[j, c]
        certainty[i] = negated_class_entropy(counts, i, xlogs)
        alive[j] = False
        cheapest[j] = np.inf
        for s in range(j):
            if not alive[s]:
                continue
            if s == i or partner[s] == i or partner[s] == j:
                find_partner(counts, certainty, alive, s, partner, cheapest, xlogs)
            elif s < i:
                cost = merge_cost(counts, certainty, s, i, xlogs)
                if cost < cheapest[s]:
                    cheapest[s], partner[s] = cost, i
    return steps[:n_merges].copy(), losses[:n_merges].copy()


@kernel
def find_partner(counts, certainty, alive, i, partner, cheapest, xlogs):
    """Store the cheapest partner of state i among the later states."""
    cheapest[i] = np.inf
    partner[i] = -1
    for j in range(i + 1, counts.shape[0]):
        if alive[j]:
            cost = merge_cost(counts, certainty, i, j, xlogs)
            if cost < cheapest[i]:
                cheapest[i], partner[i] = cost, j


@kernel
def merged_labels(steps, n_states, n_steps):
    """Return the group of each state, (n_states,) int64 from 0, after some of the merges."""
    parent = np.arange(n_states)
    for s in range(n_steps):
        parent[steps[s, 1]] = steps[s, 0]
    labels = np.empty(n_states, np.int64)
    n_groups = 0
    for i in range(n_states):
        # A state joins an earlier one, so its root already has a label.
        if parent[i] == i:
            labels[i] = n_groups
            n_groups += 1
        else:
            labels[i] = labels[parent[i]]
    return labels
