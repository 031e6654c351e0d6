"""Agglomerative algorithm: the tree of merges, and its partitions.

N. Slonim and N. Tishby, "Agglomerative information bottleneck", NIPS 1999.
"""

import sys
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array

from skinfo._kernels._agglomeration import continue_merging, merged_labels, states_of_rows
from skinfo.cluster._distinct_rows import as_sparse_counts
from skinfo.cluster._result import heaviest_first, label_samples, renumber
from skinfo.utils._parallel import interruptible_ranges
from skinfo.utils._saved_state import saved_class


class Merges(NamedTuple):
    """Merges of states down to one.

    Attributes
    ----------
    steps : ndarray of shape (n_states - 1, 2), dtype int64
        At step s the state ``steps[s, 1]`` joins ``steps[s, 0]``, the smaller index.

    losses : ndarray of shape (n_states - 1,), dtype float64
        Loss of N I(T; Y) of each merge, in nats.
    """

    steps: np.ndarray
    losses: np.ndarray


@saved_class
class Tree(NamedTuple):
    """Merges of all distinct rows into one cluster.

    Attributes
    ----------
    steps : ndarray of shape (n_distinct - 1, 2), dtype int64
        At step s the cluster of row ``steps[s, 1]`` joins that of ``steps[s, 0]``.

    losses : ndarray of shape (n_distinct - 1,), dtype float64
        Loss of I(T; Y) of each merge, in bits.

    sizes : ndarray of shape (n_distinct,), dtype float64
        Weights of the rows.

    groups : ndarray of shape (n_samples,), dtype int64
        The distinct row of each sample; negative for a sample in no cluster, hence in no merge.
    """

    steps: np.ndarray
    losses: np.ndarray
    sizes: np.ndarray
    groups: np.ndarray

    def partition(self, n_clusters):
        """Return the cluster of each distinct row, (n_distinct,), with `n_clusters` left."""
        n_rows = len(self.sizes)
        return merged_labels(self.steps, n_rows, n_rows - n_clusters)

    def labels(self, n_clusters):
        """Return the cluster of each sample, (n_samples,), the heaviest cluster first."""
        labels = self.partition(n_clusters)
        order = heaviest_first(np.bincount(labels, self.sizes) / self.sizes.sum())
        return label_samples(renumber(labels, order, n_clusters), self.groups)

    def as_children(self):
        """Return the children and the loss of each merge of samples, in scikit-learn's format.

        Returns
        -------
        children : ndarray of shape (n_kept - 1, 2), dtype int64
            Nodes 0 to n_samples - 1 are samples; merge s creates node n_samples + s.

        losses : ndarray of shape (n_kept - 1,), dtype float64
            In bits. Samples of the same distinct row are merged first, without loss.
        """
        n_samples = len(self.groups)
        node = np.full(len(self.sizes), -1, np.int64)
        children = []
        for sample, group in enumerate(self.groups.tolist()):
            # Samples of one distinct row are chained: each joins the node of those before it.
            if group >= 0:
                node[group] = _join(children, node[group], sample, n_samples)
        n_lossless = len(children)
        for a, b in self.steps.tolist():
            node[a] = _join(children, node[a], node[b], n_samples)
        losses = np.concatenate([np.zeros(n_lossless), self.losses])
        return np.array(children, np.int64).reshape(-1, 2), losses


def nested_merges(rows, partitions):
    """Return the Merges of DistinctRows within the clusters of each partition in turn.

    Parameters
    ----------
    rows : DistinctRows

    partitions : list of ndarray of shape (n_distinct,), dtype int64
        The cluster of each row. Each partition merges clusters of the one before it, and the
        last has one cluster.
    """
    counts, names = rows.counts, np.arange(len(rows.sizes))
    steps, losses = [], []
    for labels in partitions:
        # In the order of their first rows, so that a merge keeps the smaller index.
        first = np.sort(np.unique(labels, return_index=True)[1])
        members = [np.flatnonzero(labels[names] == labels[row]) for row in first]
        merges = [_merges_of(counts[inside], names[inside]) for inside in members]
        # Sorted by cost across clusters, but within each cluster in the order of its merges.
        dearest = np.concatenate([np.maximum.accumulate(m.losses) for m in merges])
        order = np.argsort(dearest, kind="stable")
        steps.append(np.concatenate([m.steps for m in merges])[order])
        losses.append(np.concatenate([m.losses for m in merges])[order])
        counts = csr_array(np.array([counts[inside].sum(axis=0) for inside in members]))
        names = first
    return Merges(np.concatenate(steps), np.concatenate(losses))


def _merges_of(counts, names):
    """Return the Merges of the rows of a csr_array, with row i renamed ``names[i]``."""
    merges = merge_tree(as_sparse_counts(counts), counts.shape[1])
    return merges._replace(steps=names[merges.steps])


def merge_tree(rows, n_columns):
    """Return the Merges of all rows of SparseCounts into one state, the cheapest at each step."""
    merges = Merges(np.empty((rows.n_rows - 1, 2), np.int64), np.empty(rows.n_rows - 1))
    # In ranges of steps, so that Ctrl-C can interrupt the merges.
    states = states_of_rows(rows, n_columns)
    for start, stop in interruptible_ranges(sys.maxsize):
        if continue_merging(states, merges.steps, merges.losses, 1, np.inf, stop - start):
            break
    return merges


def _join(children, node, other, n_samples):
    """Return the node that joins two, and append it; `other` itself if `node` is negative."""
    if node < 0:
        return other
    children.append((node, other))
    return n_samples + len(children) - 1
