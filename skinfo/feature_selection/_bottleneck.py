"""Bottleneck variable T: selected features compressed into few states."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import chi2

from skinfo._counts._coded_table import State
from skinfo._kernels._agglomeration import agglomerate, merged_labels
from skinfo.utils._grouping import sum_groups

# Level at which states are distinct. Otherwise sparse states overfit, and the search with them
# from about the tenth feature.
MERGE_LEVEL = 0.01

# Merging is quadratic in states; more are first merged within their parent.
MAX_JOINT_STATES = 1024


@dataclass(frozen=True)
class BottleneckVariable:
    """T, as a function of the selected features.

    Attributes
    ----------
    state : State

    counts : ndarray of shape (n_states, n_classes), dtype float64
        Class counts of each state.
    """

    state: State
    counts: np.ndarray

    @classmethod
    def constant(cls, table):
        """Return T of no features."""
        return cls(State(), table.class_sizes[None])

    def coarser(self, most):
        """Return T with a limited number of states: the most similar ones are merged."""
        if self.state.n_states <= most:
            return self
        merged = _merge(self.counts, most, 0.0)
        *before, last = self.state.splits
        state = State(tuple(before)).split(last.coding, merged[last.states])
        return BottleneckVariable(state, sum_groups(self.counts, merged))

    def entropy(self):
        """Return H(T) in bits."""
        share = self.counts.sum(axis=1)
        share = share / share.sum()
        return float(-np.sum(share * np.log2(share))) + 0.0

    def refine(self, table, codings, max_states):
        """Return T split by the joint codes of features, after merging states that do not differ.

        Parameters
        ----------
        table : CodedTable

        codings : list of Coding
            Codings of one feature, or of several that are added jointly.

        max_states : int
            Maximum number of states of T.
        """
        state, parent = table.split(self.state, codings[:-1])
        counts = table.counts(codings[-1], state)
        occurs = counts.any(axis=2)
        parent, counts = parent[np.nonzero(occurs)[0]], counts[occurs]
        threshold = chi2.isf(MERGE_LEVEL, table.n_classes - 1) / 2
        within = np.arange(len(counts))
        if len(counts) > MAX_JOINT_STATES:
            within = _merge_within_parents(counts, parent, threshold)
            counts = sum_groups(counts, within)
        merged = _merge(counts, max_states, threshold)
        states = np.zeros(occurs.shape, np.int32)
        states[occurs] = merged[within]
        return BottleneckVariable(state.split(codings[-1], states), sum_groups(counts, merged))


def _merge(counts, most, threshold):
    """Return the merged state of each of some states, (n_states,), at most `most` of them."""
    steps, _ = agglomerate(np.ascontiguousarray(counts), most, threshold)
    return merged_labels(steps, len(counts), len(steps))


def _merge_within_parents(counts, parent, threshold):
    """Return the merged state of each joint state, where only states of one parent are merged."""
    merged = np.empty(len(counts), np.int64)
    n_parents, n_merged = int(parent.max()) + 1, 0
    budget = max(MAX_JOINT_STATES // n_parents, 1)
    for t in range(n_parents):
        children = np.flatnonzero(parent == t)
        of_children = _merge(counts[children], budget, threshold)
        merged[children] = n_merged + of_children
        n_merged += int(of_children.max()) + 1
    return merged
