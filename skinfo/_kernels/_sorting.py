"""Sort numbers and carry along what belongs to each: by buckets, in a few passes over memory."""

import numpy as np

from skinfo._kernels._jit import kernel

# Buckets of so few are sorted by insertion.
FEW = 24

# A bucket is spread over buckets of its own at most so many times: values of very unlike sizes
# may never spread.
MOST_LEVELS = 8


@kernel
def sort_pairs(values, carried):
    """Sort `values`, and move the elements of `carried` with them, both in place.

    Values are spread over buckets of equal width, about four to each, then sorted within them;
    a crowded bucket is spread again. Of values that are equal the order is any.

    Parameters
    ----------
    values : ndarray of shape (n,), dtype float64
        Finite, and of a finite range.

    carried : ndarray of shape (n,)
        Class codes or row numbers.
    """
    n = values.shape[0]
    # Slices that wait are disjoint and not small, so there are never more.
    waiting = np.empty((n // FEW + 2, 3), np.int64)
    waiting[0, 0], waiting[0, 1], waiting[0, 2] = 0, n, 0
    n_waiting = 1
    other_values, other_carried = np.empty_like(values), np.empty_like(carried)
    ends = np.zeros(n // 4 + 3, np.int32)
    while n_waiting:
        n_waiting -= 1
        start, stop, level = waiting[n_waiting]
        if stop - start <= FEW:
            insert_sorted(values, carried, start, stop)
            continue
        low, high = values[start:stop].min(), values[start:stop].max()
        if low == high:
            continue
        if level == MOST_LEVELS:
            sort_by_gaps(values, carried, start, stop)
            continue
        n_buckets = (stop - start) // 4
        spread(
            values,
            carried,
            start,
            stop,
            other_values,
            other_carried,
            ends[: n_buckets + 2],
            low,
            high,
        )
        first = start
        for b in range(n_buckets):
            last = start + ends[b]
            if last - first <= FEW:
                insert_sorted(values, carried, first, last)
            else:
                waiting[n_waiting, 0], waiting[n_waiting, 1] = first, last
                waiting[n_waiting, 2] = level + 1
                n_waiting += 1
            first = last


@kernel
def spread(values, carried, start, stop, other_values, other_carried, ends, low, high):
    """Reorder a slice by bucket, and write where each bucket ends, from `start`, to `ends`."""
    n_buckets = ends.shape[0] - 2
    scale = (n_buckets - 1) / (high - low)
    ends[:] = 0
    for row in range(start, stop):
        ends[np.uintp((values[row] - low) * scale) + np.uintp(2)] += np.int32(1)
    for b in range(2, n_buckets + 2):
        ends[b] += ends[b - 1]
    for row in range(start, stop):
        bucket = np.uintp((values[row] - low) * scale) + np.uintp(1)
        place = ends[bucket]
        other_values[place], other_carried[place] = values[row], carried[row]
        ends[bucket] = place + np.int32(1)
    size = stop - start
    values[start:stop] = other_values[:size]
    carried[start:stop] = other_carried[:size]
    # What stood one place on, as long as buckets were filled, moves back.
    for b in range(n_buckets):
        ends[b] = ends[b + 1]


@kernel
def insert_sorted(values, carried, start, stop):
    """Sort a short slice by insertion."""
    for row in range(start + 1, stop):
        value, along = values[row], carried[row]
        place = row
        while place > start and values[place - 1] > value:
            values[place], carried[place] = values[place - 1], carried[place - 1]
            place -= 1
        values[place], carried[place] = value, along


@kernel
def sort_by_gaps(values, carried, start, stop):
    """Sort a slice whatever its values, by insertion over shrinking gaps (Shell 1959)."""
    gap = stop - start
    while gap > 1:
        gap = max(gap * 5 // 11, 1)
        for row in range(start + gap, stop):
            value, along = values[row], carried[row]
            place = row
            while place >= start + gap and values[place - gap] > value:
                values[place], carried[place] = values[place - gap], carried[place - gap]
                place -= gap
            values[place], carried[place] = value, along


@kernel
def class_sums(codes, weights, ends, n_classes):
    """Return the weight of each class in the rows before each end, (n_ends + 1, n_classes).

    Parameters
    ----------
    codes : ndarray of shape (n,), unsigned
        Of rows in the order of a column.

    weights : ndarray of shape (n,) or (0,), dtype float64
        Empty for weights of one.

    ends : ndarray of shape (n_ends,), dtype int64
        Increasing. The first row of the result is zero.
    """
    sums = np.zeros((ends.shape[0] + 1, n_classes))
    row = 0
    for e in range(ends.shape[0]):
        sums[e + 1] = sums[e]
        if weights.shape[0]:
            while row < ends[e]:
                sums[e + 1, codes[row]] += weights[row]
                row += 1
        elif n_classes == 2:
            # A sum of bytes needs no memory but the bytes.
            ones = 0
            for r in range(row, ends[e]):
                ones += codes[r]
            sums[e + 1, 0] += ends[e] - row - ones
            sums[e + 1, 1] += ones
            row = ends[e]
        else:
            while row < ends[e]:
                sums[e + 1, codes[row]] += 1.0
                row += 1
    return sums
