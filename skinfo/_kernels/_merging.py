"""Agglomerative information bottleneck: merge the states that say most nearly the same of y."""

import numpy as np

from skinfo._kernels._jit import ZERO, kernel
from skinfo._kernels._log import fast_xlogx


@kernel
def merge_costs(counts, certainty, i, first, last, costs):
    """Store N times the information, in nats, that merging state i with others loses.

    It is (n_i + n_j) times the Jensen-Shannon divergence of their class distributions
    (Slonim and Tishby 1999, eq. 8): what `certainty` of the two exceeds that of their sum.

    Parameters
    ----------
    counts : ndarray of shape (n_classes, n_states), dtype float64
        One class a row, so that several states are worked out at once.

    certainty : ndarray of shape (n_states,)
        From `negated_class_entropy`.

    first, last : int
        The others: from the first to before the last.

    costs : ndarray of shape (n_states,)
    """
    n_classes = counts.shape[0]
    others = costs[first:last]
    of_others = certainty[first:last]
    sizes = np.zeros(last - first)
    for j in range(others.shape[0]):
        others[j] = certainty[i] + of_others[j]
    for c in range(n_classes):
        row, count = counts[c, first:last], counts[c, i]
        for j in range(others.shape[0]):
            merged = row[j] + count
            sizes[j] += merged
            others[j] -= fast_xlogx(merged)
    for j in range(others.shape[0]):
        others[j] = max(others[j] + fast_xlogx(sizes[j]), 0.0)


@kernel
def negated_class_entropy(counts, i):
    """Return -n_i H(class) of state i, in nats."""
    size = 0.0
    total = 0.0
    for c in range(counts.shape[0]):
        size += counts[c, i]
        total += fast_xlogx(counts[c, i])
    return total - fast_xlogx(size)


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
    counts = counts.T.copy()
    certainty = np.empty(n_states)
    for i in range(n_states):
        certainty[i] = negated_class_entropy(counts, i)
    alive = np.ones(n_states, np.bool_)
    # Each state remembers its cheapest partner among the later states, so that a
    # merge asks anew only where the partner took part in it.
    partner = np.full(n_states, -1, np.int64)
    cheapest = np.full(n_states, np.inf)
    costs = np.empty(n_states)
    for i in range(n_states):
        find_partner(counts, certainty, alive, i, partner, cheapest, costs)
    steps = np.empty((n_states, 2), np.int64)
    losses = np.empty(n_states)
    n_merges = 0
    while n_states - n_merges > 1:
        i = ZERO
        for s in range(n_states):
            if alive[s] and (not alive[i] or cheapest[s] < cheapest[i]):
                i = s
        if n_states - n_merges <= max_states and cheapest[i] >= threshold:
            break
        j = partner[i]
        steps[n_merges, 0], steps[n_merges, 1] = i, j
        losses[n_merges] = cheapest[i]
        n_merges += 1
        for c in range(counts.shape[0]):
            counts[c, i] += counts[c, j]
        certainty[i] = negated_class_entropy(counts, i)
        alive[j] = False
        cheapest[j] = np.inf
        for s in range(i, j):
            if alive[s] and (s == i or partner[s] == j):
                find_partner(counts, certainty, alive, s, partner, cheapest, costs)
        for s in range(i):
            if alive[s] and (partner[s] == i or partner[s] == j):
                find_partner(counts, certainty, alive, s, partner, cheapest, costs)
        merge_costs(counts, certainty, i, ZERO, i, costs)
        for s in range(i):
            if alive[s] and costs[s] < cheapest[s]:
                cheapest[s], partner[s] = costs[s], i
    return steps[:n_merges].copy(), losses[:n_merges].copy()


@kernel
def find_partner(counts, certainty, alive, i, partner, cheapest, costs):
    """Store the cheapest partner of state i among the later states."""
    cheapest[i] = np.inf
    partner[i] = -1
    merge_costs(counts, certainty, i, i + 1, alive.shape[0], costs)
    for j in range(i + 1, alive.shape[0]):
        if alive[j] and costs[j] < cheapest[i]:
            cheapest[i], partner[i] = costs[j], j


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
