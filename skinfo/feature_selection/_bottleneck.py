"""The bottleneck variable T: what the chosen features say of y, in few states."""

import numpy as np
from scipy.stats import chi2

from skinfo._kernels._agglomeration import agglomerate, merged_labels
from skinfo.utils._grouping import drop_gaps

# States are kept apart where they differ at this level: without it, sparse
# states pass for knowledge and the search overfits from about the tenth feature.
MERGE_LEVEL = 0.01

# Merging is quadratic in states; more are first merged within their parent.
MAX_JOINT_STATES = 1024


class BottleneckState:
    """A compression of the joint state of the chosen features that keeps I(T; y).

    Parameters
    ----------
    target : ClassTarget

    max_states : int
        The most states T may have.

    Attributes
    ----------
    labels : ndarray of shape (n_samples,), dtype int64
        The state of each sample.

    n_states : int
    """

    def __init__(self, target, max_states):
        self._target = target
        self._max_states = max_states
        self._threshold = chi2.isf(MERGE_LEVEL, target.n_classes - 1) / 2
        self.labels = np.zeros(len(target.codes), np.int64)
        self.n_states = 1

    def as_column(self):
        """Return T as codes, (n_samples,) int64, and how many levels it has."""
        return self.labels, self.n_states

    def refine(self, column, n_levels):
        """Split every state by a feature's levels, then merge what says the same of y."""
        joint = self.labels * n_levels + column
        joint, n_joint = drop_gaps(joint, self.n_states * n_levels)
        if n_joint > MAX_JOINT_STATES:
            joint, n_joint = self._merge_within_parents(joint, n_joint)
        counts = self._counts(joint, n_joint)
        steps, _ = agglomerate(counts, self._max_states, self._threshold)
        merged = merged_labels(steps, n_joint, len(steps))
        self.labels = merged[joint]
        self.n_states = int(merged.max()) + 1

    def counts(self):
        """Return the class counts of each state, (n_states, n_classes) float64."""
        return self._counts(self.labels, self.n_states)

    def entropy(self):
        """Return H(T) in bits."""
        share = self.counts().sum(axis=1)
        share = share / share.sum()
        return float(-np.sum(share * np.log2(share))) + 0.0

    def _counts(self, labels, n_labels):
        """Return class counts of each label, (n_labels, n_classes) float64."""
        n_classes = self._target.n_classes
        cells = np.bincount(
            labels * n_classes + self._target.codes,
            weights=self._target.weights,
            minlength=n_labels * n_classes,
        )
        return cells.reshape(n_labels, n_classes)

    def _merge_within_parents(self, joint, n_joint):
        parent = np.empty(n_joint, np.int64)
        parent[joint] = self.labels
        counts = self._counts(joint, n_joint)
        place = np.empty(n_joint, np.int64)
        n_places = 0
        budget = max(MAX_JOINT_STATES // self.n_states, 1)
        for t in range(self.n_states):
            children = np.flatnonzero(parent == t)
            steps, _ = agglomerate(counts[children], budget, self._threshold)
            merged = merged_labels(steps, len(children), len(steps))
            place[children] = n_places + merged
            n_places += int(merged.max()) + 1
        return place[joint], n_places
