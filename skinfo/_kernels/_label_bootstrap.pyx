"""Parametric bootstrap of labels: the gain of isotonic regression on resampled labels.

Labels are drawn from the predicted distributions with a numpy.random.Generator, and isotonic
regressions are fitted to them: the mean gain in log loss over the predictions themselves estimates
the optimism of an in-sample recalibration.

`drawn_label`, `draw_counts`, `pooled_loss` and SINGLE_DRAWS_UP_TO are used by tests only.
"""

from cpython.pycapsule cimport PyCapsule_GetPointer
from cpython.ref cimport PyObject
from libc.math cimport log
from libc.stdint cimport int32_t, int64_t, uint32_t, uint64_t

import numpy as np

from skinfo._kernels._ranges import in_ranges

# Samples of larger integer weight get multinomial label counts from binomials, instead of one draw
# per repetition: a binomial of NumPy takes about as long as this many draws.
SINGLE_DRAWS_UP_TO = MAX_SINGLE_DRAWS

cdef enum:
    MAX_SINGLE_DRAWS = 256


cdef struct BitGenerator:
    # The C interface of NumPy's bit generators, as declared in numpy/random/bitgen.h.
    void* state
    uint64_t (*next_uint64)(void*) noexcept nogil
    uint32_t (*next_uint32)(void*) noexcept nogil
    double (*next_double)(void*) noexcept nogil
    uint64_t (*next_raw)(void*) noexcept nogil


cdef struct Random:
    # A numpy.random.Generator: its bit generator, and the Python object for binomials.
    BitGenerator* bits
    PyObject* generator


cdef struct Pooled:
    # Isotonic regression of one class: the sum of its events, and its loss in nats.
    double events
    double loss


cdef Random random_of(generator):
    """Return the C view of a numpy.random.Generator; the caller keeps the object alive."""
    bits = PyCapsule_GetPointer(generator.bit_generator.capsule, "BitGenerator")
    return Random(<BitGenerator*>bits, <PyObject*>generator)


def bootstrap_gains(
    const double[:, ::1] prob,
    const double[:, ::1] reference,
    const int64_t[::1] n_draws,
    const double[::1] part,
    const int32_t[:, ::1] cell,
    const double[:, ::1] mass,
    const int64_t[::1] n_cells,
    double floor,
    Py_ssize_t n_resamples,
    random,
    *,
    ranges=None,
):
    """Return the loss of a reference minus that of isotonic rates, on resampled labels, in nats.

    With more than two classes, each is regressed against all others, with the Poisson loss
    y ln(y / r) - y + r of its rate r. With two classes one regression has the log loss of both.

    Parameters
    ----------
    prob : ndarray of shape (n_samples, n_classes), dtype float64
        Distributions that the labels are drawn from. A sample of weight w is drawn ceil(w) times.

    reference : ndarray of shape (n_samples, n_classes), dtype float64
        Rates that the isotonic rates are compared with.

    n_draws : ndarray of shape (n_samples,), dtype int64
        Number of draws of each sample.

    part : ndarray of shape (n_samples,), dtype float64
        Weight of each of its draws.

    cell : ndarray of shape (n_fitted, n_samples), dtype int32
        Rank of the prediction of each sample among the distinct predictions of a class, for each
        class, or for two classes for the second one only: equal predictions are one cell.

    mass : ndarray of shape (n_fitted, n_most_cells), dtype float64
        Total weight of each cell.

    n_cells : ndarray of shape (n_fitted,), dtype int64

    floor : float
        Lower bound of rates in logarithms.

    n_resamples : int

    random : numpy.random.Generator

    ranges : callable or None, default=None
        ``ranges(n_resamples)`` yields ranges of resamples, between which long work can be
        interrupted: `interruptible_ranges`. None: one range.

    Returns
    -------
    gains : ndarray of shape (n_resamples, n_fitted), dtype float64
    """
    cdef Py_ssize_t n_samples = prob.shape[0]
    cdef Py_ssize_t n_fitted = cell.shape[0]
    cdef Py_ssize_t most_cells = mass.shape[1]
    cdef double[::1] expected = np.zeros(n_fitted)
    cdef double[:, ::1] losses = np.empty((2, n_fitted))
    cdef double[:, ::1] events = np.zeros((n_fitted, most_cells))
    cdef double[:, ::1] blocks = np.empty((2, most_cells))
    cdef int64_t[::1] counts = np.empty(prob.shape[1], np.int64)
    gains_out = np.empty((n_resamples, n_fitted))
    cdef double[:, ::1] gains = gains_out
    cdef Random random_state = random_of(random)
    cdef Py_ssize_t i, f, start, stop
    with nogil:
        for i in range(n_samples):
            for f in range(n_fitted):
                expected[f] += n_draws[i] * part[i] * reference[i, f]
    for start, stop in in_ranges(n_resamples, ranges):
        with nogil:
            fill_gains(
                prob,
                reference,
                n_draws,
                part,
                cell,
                mass,
                n_cells,
                floor,
                random_state,
                expected,
                counts,
                events,
                losses,
                blocks,
                gains[start:stop],
            )
    return gains_out


cdef int fill_gains(
    const double[:, ::1] prob,
    const double[:, ::1] reference,
    const int64_t[::1] n_draws,
    const double[::1] part,
    const int32_t[:, ::1] cell,
    const double[:, ::1] mass,
    const int64_t[::1] n_cells,
    double floor,
    Random random_state,
    const double[::1] expected,
    int64_t[::1] counts,
    double[:, ::1] events,
    double[:, ::1] losses,
    double[:, ::1] blocks,
    double[:, ::1] gains,
) except -1 nogil:
    """Store the gains of some resamples; see `bootstrap_gains` and `draw_labels`.

    Parameters
    ----------
    expected : (n_fitted,)
        Sum of the reference over all draws.

    blocks : (2, n_most_cells)
        Memory for isotonic regressions.
    """
    cdef Py_ssize_t b, f
    cdef Pooled pooled
    cdef bint is_binary = cell.shape[0] == 1
    for b in range(gains.shape[0]):
        draw_labels(
            prob, reference, n_draws, part, cell, floor, random_state, counts, events, losses
        )
        for f in range(gains.shape[1]):
            pooled = isotonic_loss(
                &events[f, 0], &mass[f, 0], n_cells[f], is_binary, &blocks[0, 0], &blocks[1, 0]
            )
            gains[b, f] = losses[0, f] - pooled.loss
            if not is_binary:
                gains[b, f] += expected[f] - pooled.events
    return 0


cdef int draw_labels(
    const double[:, ::1] prob,
    const double[:, ::1] reference,
    const int64_t[::1] n_draws,
    const double[::1] part,
    const int32_t[:, ::1] cell,
    double floor,
    Random random_state,
    int64_t[::1] counts,
    double[:, ::1] events,
    double[:, ::1] losses,
) except -1 nogil:
    """Draw the labels of all samples once, and sum events by cell and losses by class.

    Parameters
    ----------
    counts : (n_classes,)
        Memory for the labels of one sample.

    events : (n_fitted, n_most_cells)
        Zeros; receives the weight of the class's labels in each cell.

    losses : (2, n_fitted)
        The first row receives the reference's loss; the second is memory.
    """
    cdef Py_ssize_t n_classes = prob.shape[1]
    cdef bint is_binary = cell.shape[0] == 1
    cdef double* loss = &losses[0, 0]
    # Losses of unit weight are logarithms of products, taken before a further factor, of at least
    # 2**-52, could underflow: many labels share one logarithm.
    cdef double* product = &losses[1, 0]
    cdef double weight
    cdef Py_ssize_t i, f, label, draw
    for f in range(losses.shape[1]):
        loss[f] = 0.0
        product[f] = 1.0
    for i in range(prob.shape[0]):
        if n_draws[i] <= MAX_SINGLE_DRAWS and part[i] == 1.0:
            for draw in range(n_draws[i]):
                label = label_at(&prob[i, 0], n_classes, next_uniform(random_state))
                f = 0 if is_binary else label
                product[f] *= clipped(reference[i, label], floor)
                if product[f] < 1e-290:
                    loss[f] -= log(product[f])
                    product[f] = 1.0
                if label == 1 or not is_binary:
                    events[f, cell[f, i]] += 1.0
            continue
        count_labels(&prob[i, 0], n_classes, n_draws[i], random_state, &counts[0])
        for label in range(n_classes):
            if counts[label] > 0:
                weight = counts[label] * part[i]
                f = 0 if is_binary else label
                loss[f] -= weight * log(clipped(reference[i, label], floor))
                if label == 1 or not is_binary:
                    events[f, cell[f, i]] += weight
    for f in range(losses.shape[1]):
        loss[f] -= log(product[f])
    return 0


cdef inline double next_uniform(Random random_state) noexcept nogil:
    """Return a uniform number in [0, 1)."""
    return random_state.bits.next_double(random_state.bits.state)


cdef inline double clipped(double x, double least) noexcept nogil:
    """Return x, or `least` if that is larger."""
    return x if x > least else least


def drawn_label(const double[::1] prob, double uniform):
    """Return `label_at`."""
    return label_at(&prob[0], prob.shape[0], uniform)


cdef inline Py_ssize_t label_at(
    const double* prob, Py_ssize_t n_classes, double uniform
) noexcept nogil:
    """Return the label at which the cumulative distribution exceeds a number in [0, 1)."""
    cdef Py_ssize_t label = 0
    cdef double above = prob[0]
    while uniform >= above and label < n_classes - 1:
        label += 1
        above += prob[label]
    while prob[label] <= 0.0:  # the sum may be below one by rounding
        label -= 1
    return label


def draw_counts(const double[::1] prob, int64_t n_draws, random, int64_t[::1] counts):
    """Store `count_labels` in `counts` (n_classes,)."""
    cdef Random random_state = random_of(random)
    with nogil:
        count_labels(&prob[0], prob.shape[0], n_draws, random_state, &counts[0])


cdef int count_labels(
    const double* prob,
    Py_ssize_t n_classes,
    int64_t n_draws,
    Random random_state,
    int64_t* counts,
) except -1 nogil:
    """Store multinomial counts (n_classes,) of `n_draws` labels.

    Many draws are a chain of binomials, each conditional on the labels before.
    """
    cdef Py_ssize_t label, draw
    cdef double rest = 1.0
    cdef int64_t left = n_draws
    for label in range(n_classes):
        counts[label] = 0
    if n_draws <= MAX_SINGLE_DRAWS:
        for draw in range(n_draws):
            label = label_at(prob, n_classes, next_uniform(random_state))
            counts[label] += 1
        return 0
    for label in range(n_classes - 1):
        if left == 0:
            return 0
        counts[label] = binomial(random_state, left, prob[label] / rest if rest > 0.0 else 1.0)
        left -= counts[label]
        rest -= prob[label]
    counts[n_classes - 1] = left
    return 0


cdef int64_t binomial(Random random_state, int64_t n, double share) except -1 with gil:
    """Return a binomial number of n trials with probability `share`."""
    return (<object>random_state.generator).binomial(n, min(share, 1.0))


def pooled_loss(
    double[::1] events,
    const double[::1] mass,
    bint is_binary,
    double[::1] block_events,
    double[::1] block_mass,
):
    """Return the sum of events and the loss of `isotonic_loss`, and set `events` to zero."""
    cdef Pooled pooled = isotonic_loss(
        &events[0], &mass[0], events.shape[0], is_binary, &block_events[0], &block_mass[0]
    )
    return pooled.events, pooled.loss


cdef Pooled isotonic_loss(
    double* events,
    const double* mass,
    Py_ssize_t n_cells,
    bint is_binary,
    double* block_events,
    double* block_mass,
) noexcept nogil:
    """Return the sum of events, and their log loss at isotonic rates; set `events` to zero.

    Pool adjacent violators. A cell without events only lowers the rate of the block before it, so
    such cells are accumulated, and blocks are compared at the next event: the number of
    comparisons is that of cells with events.

    Parameters
    ----------
    events, mass : (n_cells,)
        Weight of the events, and total weight, of each cell.

    block_events, block_mass : (n_cells,)
        Memory for the blocks.
    """
    cdef Py_ssize_t n_blocks = 0
    cdef Pooled pooled = Pooled(0.0, 0.0)
    cdef double before = 0.0  # weight of the cells since the last event
    cdef double h, m
    cdef Py_ssize_t c, b
    for c in range(n_cells):
        h = events[c]
        if h == 0.0:
            before += mass[c]
            continue
        events[c] = 0.0
        pooled.events += h
        if n_blocks > 0:
            block_mass[n_blocks - 1] += before
            n_blocks = pool_last(n_blocks, block_events, block_mass)
        elif before > 0.0:
            block_events[0] = 0.0
            block_mass[0] = before
            n_blocks = 1
        block_events[n_blocks] = h
        block_mass[n_blocks] = mass[c]
        n_blocks = pool_last(n_blocks + 1, block_events, block_mass)
        before = 0.0
    if n_blocks > 0:
        block_mass[n_blocks - 1] += before
        n_blocks = pool_last(n_blocks, block_events, block_mass)
    for b in range(n_blocks):
        h = block_events[b]
        m = block_mass[b]
        if h > 0.0:
            pooled.loss -= h * log(h / m)
        if is_binary and m > h:
            pooled.loss -= (m - h) * log((m - h) / m)
    return pooled


cdef inline Py_ssize_t pool_last(Py_ssize_t n_blocks, double* events, double* mass) noexcept nogil:
    """Pool the last block with those before it whose rate is not lower; return how many remain."""
    cdef Py_ssize_t last = n_blocks - 1
    while last > 0 and events[last - 1] * mass[last] >= events[last] * mass[last - 1]:
        events[last - 1] += events[last]
        mass[last - 1] += mass[last]
        last -= 1
    return last + 1
