"""Tables drawn at random with the margins of one that was seen, state by state."""

import numpy as np

from skinfo._kernels._entropy import xlogx
from skinfo._kernels._jit import kernel

# Sums of n ln n that differ by less than this a row are equal: the rest is rounding.
ROUNDING = 1e-10


@kernel
def count_as_telling(counts, n_draws, enough, random):
    """Return how many of the tables drawn say as much of the class, given the state.

    Only the rows outside the main level (or class) of a state are dealt out: the
    others follow. Drawing ends early when `enough` tables did.

    Parameters
    ----------
    counts : ndarray of shape (n_states, n_levels, n_classes), dtype int64

    n_draws, enough : int

    random : numpy.random.Generator

    Returns
    -------
    n_as_telling : int
    """
    n_states, width = counts.shape[0], max(counts.shape[1], counts.shape[2])
    labels, groups, starts, n_dealt, sizes = lay_out(counts, width)
    observed = 0.0
    for count in counts.ravel():
        observed += xlogx(float(count))
    untouched = 0.0
    for size in sizes.ravel():
        untouched += xlogx(float(size))
    xlogs = np.empty(labels.shape[0] + 2)
    for count in range(xlogs.shape[0]):
        xlogs[count] = xlogx(float(count))
    cells = np.zeros((width, width), np.int64)
    n_as_telling = 0
    for _ in range(n_draws):
        total = untouched
        for t in range(n_states):
            first = starts[t]
            n_rows = starts[t + 1] - first
            rest = sizes[t].copy()
            for i in range(n_dealt[t]):
                j = first + i + int(random.random() * (n_rows - i))
                label = labels[j]
                labels[j] = labels[first + i]
                labels[first + i] = label
                group = groups[first + i]
                count = cells[group, label]
                total += xlogs[count + 1] - xlogs[count]
                total += xlogs[rest[label] - 1] - xlogs[rest[label]]
                cells[group, label] += 1
                rest[label] -= 1
            for i in range(n_dealt[t]):
                cells[groups[first + i], labels[first + i]] = 0
        if total >= observed - ROUNDING * labels.shape[0]:
            n_as_telling += 1
            if n_as_telling == enough:
                break
    return n_as_telling


@kernel
def lay_out(counts, width):
    """Return the rows of every state, one by one, so that they can be dealt out.

    Returns
    -------
    labels : ndarray of shape (n,), dtype int64
        The level (or class) of each row, by state.

    groups : ndarray of shape (n,), dtype int64
        What the first rows of each state are dealt to: the classes (or levels) but the main one.

    starts : ndarray of shape (n_states + 1,), dtype int64
        Where each state begins.

    n_dealt : ndarray of shape (n_states,), dtype int64
        How many rows of it are dealt out.

    sizes : ndarray of shape (n_states, width), dtype int64
        How many rows have each label.
    """
    n_states = counts.shape[0]
    n = counts.sum()
    labels, groups = np.empty(n, np.int64), np.empty(n, np.int64)
    starts, n_dealt = np.zeros(n_states + 1, np.int64), np.zeros(n_states, np.int64)
    sizes = np.zeros((n_states, width), np.int64)
    for t in range(n_states):
        dealt, kept = counts[t].sum(axis=1), counts[t].sum(axis=0)
        if dealt.max() < kept.max():
            dealt, kept = kept, dealt
        place = starts[t]
        for label in range(kept.shape[0]):
            sizes[t, label] = kept[label]
            labels[place : place + kept[label]] = label
            place += kept[label]
        starts[t + 1] = place
        main = np.argmax(dealt)
        for group in range(dealt.shape[0]):
            if group != main:
                first = starts[t] + n_dealt[t]
                groups[first : first + dealt[group]] = group
                n_dealt[t] += dealt[group]
    return labels, groups, starts, n_dealt, sizes
