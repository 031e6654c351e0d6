"""The tree that an agglomerative bottleneck makes, and where it is cut."""

import sys
from typing import NamedTuple

import numpy as np

from skinfo._kernels._agglomeration import merge_some, merged_labels, states_of_rows
from skinfo.cluster._result import heaviest_first, of_samples, renumber
from skinfo.utils._parallel import interruptible_ranges


class Tree(NamedTuple):
    """The merges of all rows into one cluster, the cheapest at each step.

    Attributes
    ----------
    steps : ndarray of shape (n_distinct - 1, 2), dtype int64
        At each step distinct row ``steps[s, 1]`` joins the cluster of ``steps[s, 0]``.

    losses : ndarray of shape (n_distinct - 1,), dtype float64
        What each loses of I(T; Y), in bits.

    sizes : ndarray of shape (n_distinct,), dtype float64
        Weights of the rows.

    groups : ndarray of shape (n_samples,), dtype int64
        The distinct row of each sample; negative: in no cluster, so in no merge.
    """

    steps: np.ndarray
    losses: np.ndarray
    sizes: np.ndarray
    groups: np.ndarray

    def partition(self, n_clusters):
        """Return the cluster of each distinct row, (n_distinct,), where so many are left."""
        n_rows = len(self.sizes)
        return merged_labels(self.steps, n_rows, n_rows - n_clusters)

    def labels(self, n_clusters):
        """Return the cluster of each sample, (n_samples,), the heaviest first."""
        labels = self.partition(n_clusters)
        shown = heaviest_first(np.bincount(labels, self.sizes) / self.sizes.sum())
        return of_samples(renumber(labels, shown, n_clusters), self.groups)

    def as_children(self):
        """Return children and losses of each merge of samples, as scikit-learn writes a tree.

        Returns
        -------
        children : ndarray of shape (n_kept - 1, 2), dtype int64
            Samples are 0 to n_samples - 1; merge s makes node n_samples + s.

        losses : ndarray of shape (n_kept - 1,), dtype float64
            In bits. Samples of one distinct row are merged first, at no loss.
        """
        n_samples = len(self.groups)
        node = np.full(len(self.sizes), -1, np.int64)
        children = []
        for sample, group in enumerate(self.groups.tolist()):
            if group >= 0:
                node[group] = _join(children, node[group], sample, n_samples)
        n_free = len(children)
        for a, b in self.steps.tolist():
            node[a] = _join(children, node[a], node[b], n_samples)
        losses = np.concatenate([np.zeros(n_free), self.losses])
        return np.array(children, np.int64).reshape(-1, 2), losses


def merge_all(rows):
    """Return the Tree of DistinctRows."""
    steps, losses = merge_tree(rows.cells, rows.counts.shape[1])
    return Tree(steps, losses / (rows.sizes.sum() * np.log(2)), rows.sizes, rows.groups)


def merge_tree(rows, n_columns):
    """Merge the two states that lose least by it, until one is left.

    Parameters
    ----------
    rows : SparseCounts

    n_columns : int

    Returns
    -------
    steps : ndarray of shape (n_rows - 1, 2), dtype int64
        At each step row ``steps[s, 1]`` joins the state of ``steps[s, 0]``, the smaller number.

    losses : ndarray of shape (n_rows - 1,)
        What each merge costs, in N nats.
    """
    steps, losses = np.empty((rows.n_rows - 1, 2), np.int64), np.empty(rows.n_rows - 1)
    states = states_of_rows(rows, n_columns)
    for start, stop in interruptible_ranges(sys.maxsize):
        if merge_some(states, steps, losses, 1, np.inf, stop - start):
            break
    return steps, losses


def _join(children, node, other, n_samples):
    """Return the node that two make, added to the children; the other where there is one only."""
    if node < 0:
        return other
    children.append((node, other))
    return n_samples + len(children) - 1
