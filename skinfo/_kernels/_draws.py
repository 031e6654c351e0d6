"""P-values of tables that no smooth law follows: counted out, or drawn with the same margins.

Information is compared by what the rows outside the largest level (or class) contribute. The
rest of a table follows from them, so memory and time do not depend on its total weight, and
nothing cancels where that is large.
"""

import math

import numpy as np

from skinfo._kernels._entropy import xlogx
from skinfo._kernels._jit import kernel

# Two-by-two tables with a margin of at most this are counted out.
MOST_COUNTED = 2000

# A p-value is drawn where at most so many rows are outside the largest level, or class:
# information then takes few values, and these lie where no smooth law puts them. Beyond that the
# gamma law holds its level down to .001 (benchmarks/level_of_test.py).
FEW_OUTSIDE = 10

# Tables are drawn until so many have as much information (Besag and Clifford 1991: the standard
# error of a p-value is then a seventh of it), or until there are so many.
ENOUGH_DRAWN = 50
MOST_DRAWN = 200_000

# Information is equal if it differs by less than this share of what enters it: the rest is
# rounding.
ROUNDING = 1e-12

# splitmix64 (Steele, Lea and Flood 2014). Drawing in the kernel, from one seed for every table,
# makes a p-value a function of its table alone, whatever the number of threads.
SEED = np.uint64(0x5851F42D4C957F2D)
GOLDEN = np.uint64(0x9E3779B97F4A7C15)
MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
MIX_2 = np.uint64(0x94D049BB133111EB)
SHIFT_1, SHIFT_2, SHIFT_3, SPARE_BITS = (np.uint64(bits) for bits in (30, 27, 31, 11))
UNIT = 2.0**-53


@kernel
def small_table_pvalue(counts):
    """Return P(information or more | independence) of a table that no smooth law follows, or NaN.

    Parameters
    ----------
    counts : ndarray of shape (n_rows, n_columns), dtype float64
        No row or column empty.

    Returns
    -------
    pvalue : float
        NaN where counts are not whole, or the gamma law is to answer.
    """
    if not is_whole(counts):
        return np.nan
    rows, columns = counts.sum(axis=1), counts.sum(axis=0)
    if counts.shape == (2, 2) and min(rows.min(), columns.min()) <= MOST_COUNTED:
        return counted_pvalue(counts, rows, columns)
    if rows.sum() - max(rows.max(), columns.max()) > FEW_OUTSIDE:
        return np.nan
    table = counts.astype(np.int64).reshape(1, counts.shape[0], counts.shape[1])
    return drawn_pvalue(table, MOST_DRAWN, ENOUGH_DRAWN)


@kernel
def is_whole(counts):
    """Return whether every count is a whole number."""
    return np.all(counts % 1.0 == 0.0)


@kernel
def counted_pvalue(counts, rows, columns):
    """Return P(information or more) over all two-by-two tables with these margins.

    The smallest margin m is dealt to the sizes s, t of the other variable: k and m - k. The
    information is convex in k, so that as much lies outside an interval of k.
    """
    m, s, t, observed = rows[0], columns[0], columns[1], counts[0, 0]
    for i in range(2):
        if rows[i] < m:
            m, observed = rows[i], counts[i, 0]
    for j in range(2):
        if columns[j] < m:
            m, s, t, observed = columns[j], rows[0], rows[1], counts[0, j]
    n = s + t
    least = dealt_information(observed, m, s, t) - ROUNDING * (1.0 + m * math.log(n))
    middle = math.floor(m * s / n)
    if dealt_information(middle + 1.0, m, s, t) < dealt_information(middle, m, s, t):
        middle += 1.0
    low = last_as_telling(middle, 0.0, least, m, s, t)
    high = last_as_telling(middle, m, least, m, s, t)
    mode = min(math.floor((m + 1.0) * (s + 1.0) / (n + 2.0)), m)
    total = tail = 0.0
    weight, k = 1.0, mode
    while weight > 0.0:
        total += weight
        if k <= low or k >= high:
            tail += weight
        if k == m:
            break
        weight *= (s - k) * (m - k) / ((k + 1.0) * (t - m + k + 1.0))
        k += 1.0
    weight, k = 1.0, mode
    while k > 0.0 and weight > 0.0:
        weight *= k * (t - m + k) / ((s - k + 1.0) * (m - k + 1.0))
        k -= 1.0
        total += weight
        if k <= low or k >= high:
            tail += weight
    return tail / total


@kernel
def dealt_information(k, m, s, t):
    """Return N * I of a two-by-two table, less a constant, as it depends on the cell k."""
    return xlogx(k) + xlogx(m - k) + removal(s, k) + removal(t, m - k)


@kernel
def last_as_telling(middle, end, least, m, s, t):
    """Return the k nearest to `middle`, towards `end`, of at least so much; beyond, if none."""
    step = 1.0 if end > middle else -1.0
    near, far = 0.0, abs(end - middle) + 1.0  # steps from the middle; `far` is as telling
    if dealt_information(middle, m, s, t) >= least:
        return middle
    while far - near > 1.0:
        between = math.floor((near + far) / 2.0)
        if dealt_information(middle + step * between, m, s, t) >= least:
            far = between
        else:
            near = between
    return middle + step * far


@kernel
def removal(size, n_removed):
    """Return what x ln x changes by as a count of this size loses some rows."""
    if n_removed >= size:
        return -xlogx(size)
    return (size - n_removed) * math.log1p(-n_removed / size) - n_removed * math.log(size)


@kernel
def drawn_pvalue(counts, most, enough):
    """Return P(information or more) from tables drawn with the same margins in every state.

    At most `most` tables are drawn, fewer where `enough` of them have as much information before
    that. Either way the p-value is valid: P(p <= a) <= a under independence.

    Parameters
    ----------
    counts : ndarray of shape (n_states, n_levels, n_classes), dtype int64
    """
    n_as_telling, n_drawn = count_as_telling(counts, most, enough)
    if n_as_telling >= enough:
        return n_as_telling / n_drawn
    return (n_as_telling + 1.0) / (n_drawn + 1.0)


@kernel
def count_as_telling(counts, most, enough):
    """Return how many of the tables drawn have as much information, and how many were drawn.

    Drawing ends at `most` tables, or when `enough` have.

    Parameters
    ----------
    counts : ndarray of shape (n_states, n_levels, n_classes), dtype int64

    most, enough : int

    Returns
    -------
    n_as_telling, n_drawn : int
    """
    n_states, width = counts.shape[0], max(counts.shape[1], counts.shape[2])
    groups, n_dealt, sizes, n_labels, observed = lay_out(counts, width)
    ends = np.zeros((n_states, width))
    guide = np.zeros((n_states, width + 1), np.int64)
    total_dealt, scale = 0, 1.0
    for t in range(n_states):
        prepare_urn(sizes[t], n_labels[t], ends[t], guide[t])
        total_dealt = max(total_dealt, n_dealt[t])
        if n_dealt[t] > 0:
            scale += n_dealt[t] * math.log(ends[t, n_labels[t] - 1])
    removed = removal_steps(sizes, n_labels, n_dealt)
    gained = np.empty(total_dealt + 1)
    for count in range(total_dealt + 1):
        gained[count] = xlogx(count + 1.0) - xlogx(float(count))
    cells = np.zeros((width, width), np.int64)
    taken = np.zeros(width, np.int64)
    drawn = np.empty(total_dealt, np.int64)
    least = observed - ROUNDING * scale
    random = SEED
    n_as_telling = 0
    for n_drawn in range(1, most + 1):
        information, place = 0.0, 0
        for t in range(n_states):
            labels, n_rows = n_labels[t], 0
            last = labels - 1
            for group in range(1, width):
                if groups[t, group] == 0:
                    break
                for _ in range(groups[t, group]):
                    # A row of those that are left: one of all, again where that one is taken.
                    while True:
                        random += GOLDEN
                        share = uniform(random)
                        position = share * ends[t, last]
                        label = guide[t, int(share * labels)]
                        while label < last and position >= ends[t, label]:
                            label += 1
                        if ends[t, label] - position > taken[label]:
                            break
                    step = place + label * (n_dealt[t] + 1) + taken[label]
                    information += removed[step] + gained[cells[group, label]]
                    cells[group, label] += 1
                    taken[label] += 1
                    drawn[n_rows] = label
                    n_rows += 1
            row = 0
            for group in range(1, width):
                if groups[t, group] == 0:
                    break
                for _ in range(groups[t, group]):
                    cells[group, drawn[row]] = 0
                    taken[drawn[row]] = 0
                    row += 1
            place += labels * (n_dealt[t] + 1)
        if information >= least:
            n_as_telling += 1
            if n_as_telling == enough:
                return n_as_telling, n_drawn
    return n_as_telling, most


@kernel
def lay_out(counts, width):
    """Return how the rows of every state are dealt, and what is observed of it.

    Returns
    -------
    groups : ndarray of shape (n_states, width), dtype int64
        How many rows each class (or level) gets, the largest first: those are left over.

    n_dealt : ndarray of shape (n_states,), dtype int64
        How many rows all but the first get.

    sizes : ndarray of shape (n_states, width), dtype float64
        How many rows there are of each level (or class), in rising order.

    n_labels : ndarray of shape (n_states,), dtype int64

    observed : float
        N * I, less a constant.
    """
    n_states = counts.shape[0]
    groups, n_dealt = np.zeros((n_states, width), np.int64), np.zeros(n_states, np.int64)
    sizes, n_labels = np.zeros((n_states, width)), np.ones(n_states, np.int64)
    observed = 0.0
    for t in range(n_states):
        dealt, kept = counts[t].sum(axis=1), counts[t].sum(axis=0)
        is_turned = dealt.max() < kept.max()
        if is_turned:
            dealt, kept = kept, dealt
        main = np.argmax(dealt)
        # Sorted, so that the order of levels and classes leaves no trace.
        groups[t, : dealt.shape[0]] = np.sort(dealt)[::-1]
        n_dealt[t] = dealt.sum() - dealt[main]
        occupied = np.sort(kept[kept > 0])
        n_labels[t] = max(occupied.shape[0], 1)
        for label in range(occupied.shape[0]):
            sizes[t, label] = occupied[label]
        for label in range(kept.shape[0]):
            n_removed = 0
            for group in range(dealt.shape[0]):
                if group != main:
                    count = counts[t, label, group] if is_turned else counts[t, group, label]
                    n_removed += count
                    observed += xlogx(float(count))
            if n_removed > 0:
                observed += removal(float(kept[label]), float(n_removed))
    return groups, n_dealt, sizes, n_labels, observed


@kernel
def prepare_urn(sizes, n_labels, ends, guide):
    """Fill where the rows of each label end, and the label to look from, by position."""
    end = 0.0
    for label in range(n_labels):
        end += sizes[label]
        ends[label] = end
    label = 0
    for part in range(n_labels):
        while ends[label] < part / n_labels * end:
            label += 1
        guide[part] = label


@kernel
def removal_steps(sizes, n_labels, n_dealt):
    """Return what x ln x changes by with each row that a label loses, by state and label."""
    n_places = 0
    for t in range(sizes.shape[0]):
        n_places += n_labels[t] * (n_dealt[t] + 1)
    steps = np.zeros(n_places)
    place = 0
    for t in range(sizes.shape[0]):
        for label in range(n_labels[t]):
            before = 0.0
            for n_removed in range(1, min(n_dealt[t], int(sizes[t, label])) + 1):
                after = removal(sizes[t, label], float(n_removed))
                steps[place + n_removed - 1] = after - before
                before = after
            place += n_dealt[t] + 1
    return steps


@kernel
def uniform(state):
    """Return a number in [0, 1) from a state of splitmix64."""
    z = (state ^ (state >> SHIFT_1)) * MIX_1
    z = (z ^ (z >> SHIFT_2)) * MIX_2
    z = z ^ (z >> SHIFT_3)
    # As a signed number, which takes one instruction to convert.
    return np.float64(np.int64(z >> SPARE_BITS)) * UNIT
