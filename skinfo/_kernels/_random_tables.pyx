"""P-values of tables that no smooth law follows: counted out, or drawn with the same margins.

Information is compared by what the rows outside the largest level (or class) contribute. The
rest of a table follows from them, so memory and time do not depend on its total weight, and
nothing cancels where that is large.
"""

from libc.math cimport NAN, fabs, floor, log, log1p
from libc.stdint cimport int64_t, uint64_t
from libc.stdlib cimport calloc, free, qsort

import numpy as np

from skinfo._kernels._elementary cimport xlogx

cpdef enum:
    # Two-by-two tables with a margin of at most this are counted out.
    MAX_ENUMERATED = 2000

    # A p-value is drawn where at most so many rows are outside the largest level, or class:
    # information then takes few values, and these lie where no smooth law puts them. Beyond that
    # the gamma law holds its level down to .001 (benchmarks/level_of_test.py).
    FEW_OUTSIDE = 10

    # Tables are drawn until so many have as much information (Besag and Clifford 1991: the
    # standard error of a p-value is then a seventh of it), or until there are so many.
    MAX_EXCEEDANCES = 50
    MAX_TABLES = 200_000


cdef inline double ROUNDING() noexcept nogil:
    """Return the share of what enters information by which equal values differ, rounded."""
    return 1e-12


# splitmix64 (Steele, Lea and Flood 2014). Drawing in the kernel, from one seed for every table,
# makes a p-value a function of its table alone, whatever the number of threads.
cdef inline uint64_t SEED() noexcept nogil:
    return 0x5851F42D4C957F2D


cdef inline double uniform(uint64_t *state) noexcept nogil:
    """Return a number in [0, 1), and the next state of splitmix64."""
    state[0] += <uint64_t>0x9E3779B97F4A7C15
    cdef uint64_t z = state[0]
    z = (z ^ (z >> 30)) * <uint64_t>0xBF58476D1CE4E5B9
    z = (z ^ (z >> 27)) * <uint64_t>0x94D049BB133111EB
    z = z ^ (z >> 31)
    # 53 bits, as a signed number, which takes one instruction to convert; times 2**-53.
    return <double><int64_t>(z >> 11) * (1.0 / 9007199254740992.0)


cdef bint is_whole(const double *counts, Py_ssize_t n) noexcept nogil:
    """Return whether every count is a whole number."""
    cdef Py_ssize_t i
    for i in range(n):
        if floor(counts[i]) != counts[i]:
            return False
    return True


cdef double small_table_pvalue(
    const double *counts,
    Py_ssize_t n_rows,
    Py_ssize_t n_columns,
    const double *row_sums,
    const double *column_sums,
) except -1.0 nogil:
    """Return P(information or more | independence) of a table that no smooth law follows, or NaN.

    NaN where the gamma law is to answer.

    Parameters
    ----------
    counts : (n_rows, n_columns)
        Whole numbers, no row or column empty.

    row_sums : (n_rows,)

    column_sums : (n_columns,)
    """
    cdef Drawn drawn
    cdef Py_ssize_t i
    cdef double n = 0.0
    cdef double outside
    if n_rows == 2 and n_columns == 2:
        if min(row_sums[0], row_sums[1], column_sums[0], column_sums[1]) <= MAX_ENUMERATED:
            return counted_pvalue(counts, row_sums, column_sums)
    for i in range(n_rows):
        n += row_sums[i]
    outside = n - max(
        row_sums[largest(row_sums, n_rows)], column_sums[largest(column_sums, n_columns)]
    )
    if outside > FEW_OUTSIDE:
        return NAN
    draw_tables(counts, 1, n_rows, n_columns, MAX_TABLES, MAX_EXCEEDANCES, &drawn)
    return share_of(drawn, MAX_EXCEEDANCES)


cdef struct Dealt:
    # A two-by-two table: the smallest margin m is dealt to the sizes s, t of the other variable,
    # k to the first and m - k to the second.
    double m
    double s
    double t


cdef double counted_pvalue(
    const double *counts, const double *row_sums, const double *column_sums
) noexcept nogil:
    """Return P(information or more) over all two-by-two tables with these margins.

    The information is convex in k of `Dealt`, so that as much lies outside an interval of k.
    """
    cdef Py_ssize_t i
    cdef Dealt dealt = Dealt(row_sums[0], column_sums[0], column_sums[1])
    cdef double observed = counts[0]
    for i in range(2):
        if row_sums[i] < dealt.m:
            dealt.m = row_sums[i]
            observed = counts[2 * i]
    for i in range(2):
        if column_sums[i] < dealt.m:
            dealt = Dealt(column_sums[i], row_sums[0], row_sums[1])
            observed = counts[i]
    cdef double m = dealt.m
    cdef double s = dealt.s
    cdef double t = dealt.t
    cdef double n = s + t
    cdef double least = dealt_information(dealt, observed) - ROUNDING() * (1.0 + m * log(n))
    cdef double middle = floor(m * s / n)
    if dealt_information(dealt, middle + 1.0) < dealt_information(dealt, middle):
        middle += 1.0
    cdef double low = last_as_telling(dealt, middle, 0.0, least)
    cdef double high = last_as_telling(dealt, middle, m, least)
    cdef double mode = floor((m + 1.0) * (s + 1.0) / (n + 2.0))
    mode = m if m < mode else mode
    # The recurrence of the hypergeometric law, from its mode with weight one outward.
    cdef double total = 0.0
    cdef double tail = 0.0
    cdef double weight = 1.0
    cdef double k = mode
    while weight > 0.0:
        total += weight
        if k <= low or k >= high:
            tail += weight
        if k == m:
            break
        weight *= (s - k) * (m - k) / ((k + 1.0) * (t - m + k + 1.0))
        k += 1.0
    weight = 1.0
    k = mode
    while k > 0.0 and weight > 0.0:
        weight *= k * (t - m + k) / ((s - k + 1.0) * (m - k + 1.0))
        k -= 1.0
        total += weight
        if k <= low or k >= high:
            tail += weight
    return tail / total


cdef double dealt_information(Dealt dealt, double k) noexcept nogil:
    """Return N * I of a two-by-two table, less a constant, as it depends on the cell k."""
    return (
        xlogx(k) + xlogx(dealt.m - k) + removal(dealt.s, k) + removal(dealt.t, dealt.m - k)
    )


cdef double last_as_telling(
    Dealt dealt, double middle, double end, double least
) noexcept nogil:
    """Return the k nearest to `middle`, towards `end`, of at least so much; beyond, if none."""
    cdef double between
    cdef double step = 1.0 if end > middle else -1.0
    # Steps from the middle; `far` is as telling.
    cdef double near = 0.0
    cdef double far = fabs(end - middle) + 1.0
    if dealt_information(dealt, middle) >= least:
        return middle
    while far - near > 1.0:
        between = floor((near + far) / 2.0)
        if dealt_information(dealt, middle + step * between) >= least:
            far = between
        else:
            near = between
    return middle + step * far


cdef double removal(double size, double n_removed) noexcept nogil:
    """Return what x ln x changes by as a count of this size loses some rows."""
    if n_removed >= size:
        return -xlogx(size)
    return (size - n_removed) * log1p(-n_removed / size) - n_removed * log(size)


def monte_carlo_pvalue(counts, int64_t most, int64_t enough):
    """Return P(information or more) from tables drawn with the same margins in every state.

    At most `most` tables are drawn, fewer where `enough` of them have as much information before
    that. Either way the p-value is valid: P(p <= a) <= a under independence.

    Parameters
    ----------
    counts : ndarray of shape (n_states, n_levels, n_classes), of whole numbers
    """
    return share_of(drawn_of(counts, most, enough), enough)


def monte_carlo_exceedances(counts, int64_t most, int64_t enough):
    """Return how many of the tables drawn have as much information, and how many were drawn.

    Drawing ends at `most` tables, or when `enough` have.

    Parameters
    ----------
    counts : ndarray of shape (n_states, n_levels, n_classes), of whole numbers

    most, enough : int

    Returns
    -------
    n_as_telling, n_drawn : int
    """
    cdef Drawn drawn = drawn_of(counts, most, enough)
    return drawn.n_as_telling, drawn.n


cdef struct Drawn:
    # How many tables were drawn, and how many of them have as much information.
    int64_t n
    int64_t n_as_telling


cdef Drawn drawn_of(counts, int64_t most, int64_t enough) except *:
    """Return what `draw_tables` counts."""
    cdef Drawn drawn
    cdef const double[:, :, ::1] tables = np.ascontiguousarray(counts, np.float64)
    with nogil:
        draw_tables(
            &tables[0, 0, 0],
            tables.shape[0],
            tables.shape[1],
            tables.shape[2],
            most,
            enough,
            &drawn,
        )
    return drawn


cdef double share_of(Drawn drawn, int64_t enough) noexcept nogil:
    """Return the p-value that a number of tables as telling is."""
    if drawn.n_as_telling >= enough:
        return <double>drawn.n_as_telling / <double>drawn.n
    return (drawn.n_as_telling + 1.0) / (drawn.n + 1.0)


cdef struct Urn:
    # The rows of one state, by level and class. Those of each class but the largest are drawn,
    # without their levels; or those of each level but the largest, without their classes, where
    # these are fewer. What is drawn has `labels`, and `groups` that share it out.
    Py_ssize_t n_groups
    Py_ssize_t n_labels
    Py_ssize_t n_dealt
    double *groups  # (n_groups,) rows that each gets, in falling order
    double *ends  # (n_labels,) where the rows of each label end, in rising order of their number
    double *steps  # (n_labels, n_dealt + 1) what x ln x changes by with each row that is taken
    Py_ssize_t *guide  # (n_labels,) at each nth part of the rows, the label to look from


cdef struct Hand:
    # The rows drawn so far of one table.
    double *gained  # by the count of a cell, what x ln x of it changes by with one more
    Py_ssize_t *cells  # (n_groups, n_labels)
    Py_ssize_t *taken  # (n_labels,)
    Py_ssize_t *labels  # (n_dealt,) of the rows, in the order drawn


cdef int draw_tables(
    const double *counts,
    Py_ssize_t n_states,
    Py_ssize_t n_levels,
    Py_ssize_t n_classes,
    int64_t most,
    int64_t enough,
    Drawn *drawn,
) except -1 nogil:
    """Fill in `monte_carlo_exceedances` of counts (n_states, n_levels, n_classes)."""
    cdef Py_ssize_t t
    cdef double information
    cdef Hand hand
    cdef double observed = 0.0
    cdef double scale = 1.0
    cdef Py_ssize_t n_steps = 0
    cdef Py_ssize_t most_cells = 0
    cdef Py_ssize_t most_labels = 0
    cdef Py_ssize_t most_dealt = 0
    cdef Py_ssize_t width = n_levels if n_levels > n_classes else n_classes
    cdef uint64_t random = SEED()
    cdef Urn *urns = NULL
    cdef double *margins = NULL
    cdef double *steps = NULL
    cdef Py_ssize_t *places = NULL
    try:
        urns = <Urn *>allocate(n_states, sizeof(Urn))
        margins = <double *>allocate(2 * n_states * width, sizeof(double))
        for t in range(n_states):
            urns[t].groups = margins + 2 * t * width
            urns[t].ends = urns[t].groups + width
            observed = lay_out(
                counts + t * n_levels * n_classes, n_levels, n_classes, observed, &urns[t]
            )
            n_steps += urns[t].n_labels * (urns[t].n_dealt + 1)
            most_cells = max(most_cells, urns[t].n_groups * urns[t].n_labels)
            most_labels = max(most_labels, urns[t].n_labels)
            most_dealt = max(most_dealt, urns[t].n_dealt)
        steps = <double *>allocate(n_steps + most_dealt + 1, sizeof(double))
        places = <Py_ssize_t *>allocate(
            most_cells + most_labels + most_dealt + n_states * width, sizeof(Py_ssize_t)
        )
        hand = Hand(
            steps + n_steps,
            places,
            places + most_cells,
            places + most_cells + most_labels,
        )
        fill_gains(hand.gained, most_dealt + 1)
        n_steps = 0
        for t in range(n_states):
            urns[t].steps = steps + n_steps
            urns[t].guide = hand.labels + most_dealt + t * width
            n_steps += urns[t].n_labels * (urns[t].n_dealt + 1)
            scale += prepare(&urns[t])
        drawn.n = 0
        drawn.n_as_telling = 0
        while drawn.n < most and drawn.n_as_telling < enough:
            information = 0.0
            for t in range(n_states):
                information = draw(&urns[t], &hand, information, &random)
            drawn.n += 1
            drawn.n_as_telling += information >= observed - ROUNDING() * scale
    finally:
        free(urns)
        free(margins)
        free(steps)
        free(places)
    return 0


cdef void *allocate(size_t n, size_t size) except NULL nogil:
    """Return room for n items, all zero."""
    # Room for one more, since the address of none may be NULL.
    cdef void *room = calloc(n + 1, size)
    if room == NULL:
        with gil:
            raise MemoryError
    return room


cdef double lay_out(
    const double *counts,
    Py_ssize_t n_levels,
    Py_ssize_t n_classes,
    double observed,
    Urn *urn,
) noexcept nogil:
    """Fill in how the rows of a state are shared out, and return what is observed of it.

    Parameters
    ----------
    counts : (n_levels, n_classes)

    observed : float
        N * I, less a constant, of the states before; what this one adds is added.

    urn : Urn
        All zero, with room for as many groups, and ends, as levels or classes. Ends are filled
        with the sizes of labels.
    """
    cdef Py_ssize_t group, label, main
    cdef double count, n_removed
    cdef Py_ssize_t n_groups = n_levels
    cdef Py_ssize_t n_labels = n_classes
    cdef Py_ssize_t group_step = n_classes
    cdef Py_ssize_t label_step = 1
    for group in range(n_levels):
        for label in range(n_classes):
            urn.groups[group] += counts[group * n_classes + label]
            urn.ends[label] += counts[group * n_classes + label]
    if urn.groups[largest(urn.groups, n_levels)] < urn.ends[largest(urn.ends, n_classes)]:
        n_groups, n_labels = n_labels, n_groups
        group_step, label_step = label_step, group_step
        urn.groups, urn.ends = urn.ends, urn.groups
    main = largest(urn.groups, n_groups)
    for label in range(n_labels):
        n_removed = 0.0
        for group in range(n_groups):
            if group != main:
                count = counts[group * group_step + label * label_step]
                n_removed += count
                observed += xlogx(count)
        if n_removed > 0.0:
            observed += removal(urn.ends[label], n_removed)
    urn.groups[main] = 0.0
    # Sorted, so that the order of levels and classes leaves no trace.
    qsort(urn.groups, n_groups, sizeof(double), falling)
    qsort(urn.ends, n_labels, sizeof(double), rising)
    urn.n_groups = count_positive(urn.groups, n_groups)
    urn.n_labels = count_positive(urn.ends, n_labels)
    urn.ends += n_labels - urn.n_labels
    for group in range(urn.n_groups):
        urn.n_dealt += <Py_ssize_t>urn.groups[group]
    return observed


cdef int rising(const void *one, const void *other) noexcept nogil:
    """Return the order of two numbers."""
    cdef double difference = (<const double *>one)[0] - (<const double *>other)[0]
    return (difference > 0.0) - (difference < 0.0)


cdef int falling(const void *one, const void *other) noexcept nogil:
    """Return the order of two numbers, the other way round."""
    return rising(other, one)


cdef Py_ssize_t largest(const double *sums, Py_ssize_t n) noexcept nogil:
    """Return the place of the largest of some sums, the first of equal ones."""
    cdef Py_ssize_t i
    cdef Py_ssize_t found = 0
    for i in range(1, n):
        if sums[i] > sums[found]:
            found = i
    return found


cdef Py_ssize_t count_positive(const double *sums, Py_ssize_t n) noexcept nogil:
    """Return how many sums are not zero."""
    cdef Py_ssize_t i
    cdef Py_ssize_t n_positive = 0
    for i in range(n):
        n_positive += sums[i] > 0.0
    return n_positive


cdef double prepare(Urn *urn) noexcept nogil:
    """Fill in all that depends on the sizes of labels, and return the scale of information."""
    cdef Py_ssize_t label, part
    cdef double n
    if urn.n_dealt == 0:
        return 0.0
    for label in range(urn.n_labels):
        fill_removals(urn.ends[label], urn.n_dealt, urn.steps + label * (urn.n_dealt + 1))
    for label in range(1, urn.n_labels):
        urn.ends[label] += urn.ends[label - 1]
    n = urn.ends[urn.n_labels - 1]
    label = 0
    for part in range(urn.n_labels):
        while urn.ends[label] < <double>part / <double>urn.n_labels * n:
            label += 1
        urn.guide[part] = label
    return urn.n_dealt * log(n)


cdef void fill_removals(double size, Py_ssize_t n_dealt, double *steps) noexcept nogil:
    """Fill in what x ln x of a count of this size changes by with each row that it loses."""
    cdef Py_ssize_t n_removed
    cdef double after
    cdef double before = 0.0
    for n_removed in range(1, n_dealt + 1):
        if n_removed > size:
            break
        after = removal(size, n_removed)
        steps[n_removed - 1] = after - before
        before = after


cdef void fill_gains(double *gained, Py_ssize_t n) noexcept nogil:
    """Fill in what x ln x of a count 0, 1, 2, ... changes by as it grows by one."""
    cdef Py_ssize_t count
    for count in range(n):
        gained[count] = xlogx(count + 1.0) - xlogx(count)


cdef inline double draw(
    const Urn *urn, const Hand *hand, double information, uint64_t *random
) noexcept nogil:
    """Draw a state's table from those with its margins, and return its N * I, less a constant.

    Under independence each way to share the rows out to groups is as likely as any other. So the
    groups take, one after another, the rows that they get, each one of all that are left, and
    the largest group, what is then left over. Only how many rows of each label are taken is
    known: those at the end of its part of all. One of these is drawn again.

    Parameters
    ----------
    hand : Hand
        Empty, and empty again afterwards.

    information : float
        Of the states before; what this one adds is added.
    """
    cdef Py_ssize_t group, label, i
    cdef double share, position
    cdef Py_ssize_t *cells
    cdef Py_ssize_t n_drawn = 0
    cdef Py_ssize_t last = urn.n_labels - 1
    for group in range(urn.n_groups):
        cells = hand.cells + group * urn.n_labels
        for i in range(<Py_ssize_t>urn.groups[group]):
            while True:
                share = uniform(random)
                position = share * urn.ends[last]
                label = urn.guide[<Py_ssize_t>(share * urn.n_labels)]
                while label < last and position >= urn.ends[label]:
                    label += 1
                if urn.ends[label] - position > hand.taken[label]:
                    break
            information += (
                urn.steps[label * (urn.n_dealt + 1) + hand.taken[label]]
                + hand.gained[cells[label]]
            )
            cells[label] += 1
            hand.taken[label] += 1
            hand.labels[n_drawn] = label
            n_drawn += 1
    n_drawn = 0
    for group in range(urn.n_groups):
        cells = hand.cells + group * urn.n_labels
        for i in range(<Py_ssize_t>urn.groups[group]):
            cells[hand.labels[n_drawn]] = 0
            hand.taken[hand.labels[n_drawn]] = 0
            n_drawn += 1
    return information
