"""Exact and Monte Carlo p-values of sparse contingency tables, conditional on both margins.

The gamma approximation of the null distribution fails where nearly all samples share a level or
a class. 2 x 2 tables are then enumerated, others sampled. Information is compared through the
samples outside the largest level (or class): the rest of a table follows from them and the
margins, so memory and time do not depend on the total weight, and no large terms cancel.

`monte_carlo_exceedances` is called by tests only.
"""

from libc.math cimport NAN, fabs, floor, log, log1p
from libc.stdint cimport int64_t, uint64_t
from libc.stdlib cimport calloc, free, qsort

import numpy as np

from skinfo._kernels._elementary cimport xlogx
from skinfo._kernels._splitmix64 cimport SPLITMIX_STEP, mix_bits

cpdef enum:
    # 2 x 2 tables with a margin of at most this are enumerated: there are at most this number plus
    # one.
    MAX_ENUMERATED = 2000

    # Tables are sampled if at most this number of samples is outside the largest level or class:
    # information then takes few distinct values, which no continuous distribution fits. Beyond
    # that, the gamma test has the nominal level down to .001 (benchmarks/level_of_test.py).
    FEW_OUTSIDE = 10

    # Sequential Monte Carlo p-values (Besag and Clifford, Biometrika 1991): tables are sampled
    # until this number has at least the observed information (the relative standard error of a
    # p-value is then 1 / sqrt(50)), or until there are MAX_TABLES.
    MAX_EXCEEDANCES = 50
    MAX_TABLES = 200_000


cdef inline double ROUNDING() noexcept nogil:
    """Return the relative rounding error within which two values of information are equal."""
    return 1e-12


cdef inline uint64_t SEED() noexcept nogil:
    """Return the seed of every table's samples: a p-value is a function of its table alone."""
    return 0x5851F42D4C957F2D


cdef inline double uniform(uint64_t *state) noexcept nogil:
    """Return a uniform number in [0, 1), and advance the state of splitmix64."""
    state[0] += SPLITMIX_STEP()
    cdef uint64_t z = mix_bits(state[0])
    # 53 bits, as a signed number, which takes one instruction to convert; times 2**-53.
    return <double><int64_t>(z >> 11) * (1.0 / 9007199254740992.0)


cdef bint is_whole(const double *counts, Py_ssize_t n) noexcept nogil:
    """Return whether every count is an integer."""
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
    """Return P(information >= observed | margins, independence) of a sparse table, or NaN.

    NaN if the table is not sparse: use the gamma approximation.

    Parameters
    ----------
    counts : (n_rows, n_columns)
        Integers, no row or column empty.

    row_sums : (n_rows,)

    column_sums : (n_columns,)
    """
    cdef Exceedances drawn
    cdef Py_ssize_t i
    cdef double n = 0.0
    cdef double outside
    if n_rows == 2 and n_columns == 2:
        if min(row_sums[0], row_sums[1], column_sums[0], column_sums[1]) <= MAX_ENUMERATED:
            return enumerated_pvalue(counts, row_sums, column_sums)
    for i in range(n_rows):
        n += row_sums[i]
    outside = n - max(
        row_sums[largest(row_sums, n_rows)], column_sums[largest(column_sums, n_columns)]
    )
    if outside > FEW_OUTSIDE:
        return NAN
    draw_tables(counts, 1, n_rows, n_columns, MAX_TABLES, MAX_EXCEEDANCES, &drawn)
    return pvalue_of(drawn, MAX_EXCEEDANCES)


cdef struct TwoByTwo:
    # Margins of a 2 x 2 table: k of the smallest margin m fall on the level of size s of the
    # other variable, m - k on that of size t; k is hypergeometric.
    double m
    double s
    double t


cdef double enumerated_pvalue(
    const double *counts, const double *row_sums, const double *column_sums
) noexcept nogil:
    """Return P(information >= observed) over all 2 x 2 tables with these margins.

    Information is convex in the cell k, so it is at least the observed one outside an interval of
    k, whose ends are found by bisection from the minimum.
    """
    cdef Py_ssize_t i
    cdef TwoByTwo table = TwoByTwo(row_sums[0], column_sums[0], column_sums[1])
    cdef double observed = counts[0]
    for i in range(2):
        if row_sums[i] < table.m:
            table.m = row_sums[i]
            observed = counts[2 * i]
    for i in range(2):
        if column_sums[i] < table.m:
            table = TwoByTwo(column_sums[i], row_sums[0], row_sums[1])
            observed = counts[i]
    cdef double m = table.m
    cdef double s = table.s
    cdef double t = table.t
    cdef double n = s + t
    cdef double threshold = information_at(table, observed) - ROUNDING() * (1.0 + m * log(n))
    cdef double middle = floor(m * s / n)
    if information_at(table, middle + 1.0) < information_at(table, middle):
        middle += 1.0
    cdef double low = tail_start(table, middle, 0.0, threshold)
    cdef double high = tail_start(table, middle, m, threshold)
    cdef double mode = floor((m + 1.0) * (s + 1.0) / (n + 2.0))
    mode = m if m < mode else mode
    # Probabilities by the recurrence of the hypergeometric distribution, outward from the mode
    # with weight one: relative to the largest, none overflows, and no log-gamma is needed.
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


cdef double information_at(TwoByTwo table, double k) noexcept nogil:
    """Return N * I of a 2 x 2 table, up to a constant, as a function of the cell k."""
    cdef double rest = table.m - k
    return xlogx(k) + xlogx(rest) + xlogx_change(table.s, k) + xlogx_change(table.t, rest)


cdef double tail_start(
    TwoByTwo table, double middle, double end, double threshold
) noexcept nogil:
    """Return the k nearest to `middle`, towards `end`, whose information reaches `threshold`.

    One beyond `end` if there is none.
    """
    cdef double between
    cdef double step = 1.0 if end > middle else -1.0
    # Steps from the middle: at `near` information is below the threshold, at `far` it is not.
    cdef double near = 0.0
    cdef double far = fabs(end - middle) + 1.0
    if information_at(table, middle) >= threshold:
        return middle
    while far - near > 1.0:
        between = floor((near + far) / 2.0)
        if information_at(table, middle + step * between) >= threshold:
            far = between
        else:
            near = between
    return middle + step * far


cdef double xlogx_change(double size, double n_removed) noexcept nogil:
    """Return (size - n_removed) ln(size - n_removed) - size ln(size), without cancellation."""
    if n_removed >= size:
        return -xlogx(size)
    return (size - n_removed) * log1p(-n_removed / size) - n_removed * log(size)


def monte_carlo_pvalue(counts, int64_t max_tables, int64_t max_exceedances):
    """Return P(information >= observed) from tables sampled with the margins of every state.

    The p-value is valid, P(p <= a) <= a under independence, whichever limit ends the sampling.

    Parameters
    ----------
    counts : ndarray of shape (n_states, n_levels, n_classes)
        Integers. Information is summed over states.

    max_tables, max_exceedances : int
        See `monte_carlo_exceedances`.
    """
    return pvalue_of(sample_tables(counts, max_tables, max_exceedances), max_exceedances)


def monte_carlo_exceedances(counts, int64_t max_tables, int64_t max_exceedances):
    """Return how many sampled tables reach the observed information, and the number of tables.

    Parameters
    ----------
    counts : ndarray of shape (n_states, n_levels, n_classes)
        Integers.

    max_tables, max_exceedances : int
        Sampling ends after `max_tables` tables, or when `max_exceedances` of them reach the
        observed information.

    Returns
    -------
    n_exceeding, n_drawn : int
    """
    cdef Exceedances drawn = sample_tables(counts, max_tables, max_exceedances)
    return drawn.n_exceeding, drawn.n_drawn


cdef struct Exceedances:
    # Tables drawn, and those among them with at least the observed information.
    int64_t n_drawn
    int64_t n_exceeding


cdef Exceedances sample_tables(counts, int64_t max_tables, int64_t max_exceedances) except *:
    """Return the `Exceedances` of an array of counts."""
    cdef Exceedances drawn
    cdef const double[:, :, ::1] tables = np.ascontiguousarray(counts, np.float64)
    with nogil:
        draw_tables(
            &tables[0, 0, 0],
            tables.shape[0],
            tables.shape[1],
            tables.shape[2],
            max_tables,
            max_exceedances,
            &drawn,
        )
    return drawn


cdef double pvalue_of(Exceedances drawn, int64_t max_exceedances) noexcept nogil:
    """Return the p-value, with the observed table counted if the sampling was not stopped early.

    Besag and Clifford (1991): h / n when h exceedances stop it, else (h + 1) / (n + 1).
    """
    if drawn.n_exceeding >= max_exceedances:
        return <double>drawn.n_exceeding / <double>drawn.n_drawn
    return (drawn.n_exceeding + 1.0) / (drawn.n_drawn + 1.0)


cdef struct Urn:
    # One state's table for sampling. The variable whose largest category is larger makes the
    # `groups`, without that category; the other makes the `labels`. The samples of the groups, of
    # which there are few, draw labels without replacement; the largest category gets the rest.
    Py_ssize_t n_groups
    Py_ssize_t n_labels
    Py_ssize_t n_sampled
    double *groups  # (n_groups,) samples of each, in falling order
    double *ends  # (n_labels,) cumulative sizes of the labels, sizes rising
    double *steps  # (n_labels, n_sampled + 1) change of x ln x with each sample removed
    Py_ssize_t *guide  # (n_labels,) label to try first, by part of the unit interval


cdef struct Workspace:
    # The table being drawn; all counts are zero between tables.
    double *gained  # (n_sampled + 1,) (k + 1) ln(k + 1) - k ln k of a cell with count k
    Py_ssize_t *cells  # (n_groups, n_labels) counts
    Py_ssize_t *taken  # (n_labels,) samples drawn of each label
    Py_ssize_t *labels  # (n_sampled,) labels in the order drawn


cdef int draw_tables(
    const double *counts,
    Py_ssize_t n_states,
    Py_ssize_t n_levels,
    Py_ssize_t n_classes,
    int64_t max_tables,
    int64_t max_exceedances,
    Exceedances *drawn,
) except -1 nogil:
    """Count the exceedances among tables sampled with the margins of each state.

    Parameters
    ----------
    counts : (n_states, n_levels, n_classes)
        Integers.
    """
    cdef Py_ssize_t t
    cdef double information
    cdef Workspace work
    cdef double observed = 0.0
    cdef double scale = 1.0
    cdef Py_ssize_t n_steps = 0
    cdef Py_ssize_t most_cells = 0
    cdef Py_ssize_t most_labels = 0
    cdef Py_ssize_t most_sampled = 0
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
            observed = fill_urn(
                counts + t * n_levels * n_classes, n_levels, n_classes, observed, &urns[t]
            )
            n_steps += urns[t].n_labels * (urns[t].n_sampled + 1)
            most_cells = max(most_cells, urns[t].n_groups * urns[t].n_labels)
            most_labels = max(most_labels, urns[t].n_labels)
            most_sampled = max(most_sampled, urns[t].n_sampled)
        steps = <double *>allocate(n_steps + most_sampled + 1, sizeof(double))
        places = <Py_ssize_t *>allocate(
            most_cells + most_labels + most_sampled + n_states * width, sizeof(Py_ssize_t)
        )
        work = Workspace(
            steps + n_steps,
            places,
            places + most_cells,
            places + most_cells + most_labels,
        )
        fill_gain_steps(work.gained, most_sampled + 1)
        n_steps = 0
        for t in range(n_states):
            urns[t].steps = steps + n_steps
            urns[t].guide = work.labels + most_sampled + t * width
            n_steps += urns[t].n_labels * (urns[t].n_sampled + 1)
            scale += fill_steps(&urns[t])
        drawn.n_drawn = 0
        drawn.n_exceeding = 0
        while drawn.n_drawn < max_tables and drawn.n_exceeding < max_exceedances:
            information = 0.0
            for t in range(n_states):
                information = draw(&urns[t], &work, information, &random)
            drawn.n_drawn += 1
            drawn.n_exceeding += information >= observed - ROUNDING() * scale
    finally:
        free(urns)
        free(margins)
        free(steps)
        free(places)
    return 0


cdef void *allocate(size_t n, size_t size) except NULL nogil:
    """Return memory for n items, all zero."""
    # One more, since calloc(0) may return NULL.
    cdef void *room = calloc(n + 1, size)
    if room == NULL:
        with gil:
            raise MemoryError
    return room


cdef double fill_urn(
    const double *counts,
    Py_ssize_t n_levels,
    Py_ssize_t n_classes,
    double observed,
    Urn *urn,
) noexcept nogil:
    """Fill in the groups and label sizes of a state, and return its observed information.

    Parameters
    ----------
    counts : (n_levels, n_classes)

    observed : float
        N * I, up to a constant, of the states before; that of this state is added.

    urn : Urn
        Zeros, with memory for max(n_levels, n_classes) groups and ends. `ends` receives the
        sizes of the labels, which `fill_steps` accumulates.
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
            observed += xlogx_change(urn.ends[label], n_removed)
    urn.groups[main] = 0.0
    # Sorted, so that a p-value does not depend on the order of levels or classes.
    qsort(urn.groups, n_groups, sizeof(double), falling)
    qsort(urn.ends, n_labels, sizeof(double), rising)
    urn.n_groups = count_positive(urn.groups, n_groups)
    urn.n_labels = count_positive(urn.ends, n_labels)
    urn.ends += n_labels - urn.n_labels
    for group in range(urn.n_groups):
        urn.n_sampled += <Py_ssize_t>urn.groups[group]
    return observed


cdef int rising(const void *one, const void *other) noexcept nogil:
    """Compare two numbers for qsort, in rising order."""
    cdef double difference = (<const double *>one)[0] - (<const double *>other)[0]
    return (difference > 0.0) - (difference < 0.0)


cdef int falling(const void *one, const void *other) noexcept nogil:
    """Compare two numbers for qsort, in falling order."""
    return rising(other, one)


cdef Py_ssize_t largest(const double *sums, Py_ssize_t n) noexcept nogil:
    """Return the index of the largest sum, the first of equal ones."""
    cdef Py_ssize_t i
    cdef Py_ssize_t found = 0
    for i in range(1, n):
        if sums[i] > sums[found]:
            found = i
    return found


cdef Py_ssize_t count_positive(const double *sums, Py_ssize_t n) noexcept nogil:
    """Return how many sums are positive."""
    cdef Py_ssize_t i
    cdef Py_ssize_t n_positive = 0
    for i in range(n):
        n_positive += sums[i] > 0.0
    return n_positive


cdef double fill_steps(Urn *urn) noexcept nogil:
    """Fill in steps, cumulative sizes and guide; return the magnitude of N * I for rounding."""
    cdef Py_ssize_t label, part
    cdef double n
    if urn.n_sampled == 0:
        return 0.0
    for label in range(urn.n_labels):
        fill_loss_steps(urn.ends[label], urn.n_sampled, urn.steps + label * (urn.n_sampled + 1))
    for label in range(1, urn.n_labels):
        urn.ends[label] += urn.ends[label - 1]
    n = urn.ends[urn.n_labels - 1]
    label = 0
    for part in range(urn.n_labels):
        while urn.ends[label] < <double>part / <double>urn.n_labels * n:
            label += 1
        urn.guide[part] = label
    return urn.n_sampled * log(n)


cdef void fill_loss_steps(double size, Py_ssize_t n_sampled, double *steps) noexcept nogil:
    """Fill in the change of x ln x of a count with each of n_sampled samples that it loses."""
    cdef Py_ssize_t n_removed
    cdef double after
    cdef double before = 0.0
    for n_removed in range(1, n_sampled + 1):
        if n_removed > size:
            break
        after = xlogx_change(size, n_removed)
        steps[n_removed - 1] = after - before
        before = after


cdef void fill_gain_steps(double *gained, Py_ssize_t n) noexcept nogil:
    """Fill in (k + 1) ln(k + 1) - k ln k for k = 0, 1, ..., n - 1."""
    cdef Py_ssize_t count
    for count in range(n):
        gained[count] = xlogx(count + 1.0) - xlogx(count)


cdef inline double draw(
    const Urn *urn, const Workspace *work, double information, uint64_t *random
) noexcept nogil:
    """Draw one table of a state given its margins, and return its N * I, up to a constant.

    Under independence every assignment of samples to groups is equally likely, so each sample of
    a group draws one of the remaining samples uniformly. Sampling is by rejection: a position is
    uniform over all samples, and the last `taken[label]` positions of each label count as drawn.
    Few samples are drawn of many, so rejections are rare.

    Parameters
    ----------
    work : Workspace
        Its counts are zero before and after.

    information : float
        Information of the previous states, to which that of this state is added.
    """
    cdef Py_ssize_t group, label, i
    cdef double share, position
    cdef Py_ssize_t *cells
    cdef Py_ssize_t n_drawn = 0
    cdef Py_ssize_t last = urn.n_labels - 1
    for group in range(urn.n_groups):
        cells = work.cells + group * urn.n_labels
        for i in range(<Py_ssize_t>urn.groups[group]):
            while True:
                share = uniform(random)
                position = share * urn.ends[last]
                label = urn.guide[<Py_ssize_t>(share * urn.n_labels)]
                while label < last and position >= urn.ends[label]:
                    label += 1
                if urn.ends[label] - position > work.taken[label]:
                    break
            information += (
                urn.steps[label * (urn.n_sampled + 1) + work.taken[label]]
                + work.gained[cells[label]]
            )
            cells[label] += 1
            work.taken[label] += 1
            work.labels[n_drawn] = label
            n_drawn += 1
    # Only the cells in use are reset, since there may be many cells.
    n_drawn = 0
    for group in range(urn.n_groups):
        cells = work.cells + group * urn.n_labels
        for i in range(<Py_ssize_t>urn.groups[group]):
            cells[work.labels[n_drawn]] = 0
            work.taken[work.labels[n_drawn]] = 0
            n_drawn += 1
    return information
