"""Parametric bootstrap of labels: the gain of an isotonic regression on labels drawn anew."""

from cpython.pycapsule cimport PyCapsule_GetPointer
from cpython.ref cimport PyObject
from libc.math cimport log
from libc.stdint cimport int32_t, int64_t, uint32_t, uint64_t

import numpy as np

# A row that stands for more rows than this gets its labels by binomials, not one by one: NumPy
# takes about as long for a binomial.
MANY_DRAWS = BY_BINOMIALS

cdef enum:
    BY_BINOMIALS = 256


cdef struct BitGenerator:
    # What NumPy's bit generators give to C, as in numpy/random/bitgen.h.
    void* state
    uint64_t (*next_uint64)(void*) noexcept nogil
    uint32_t (*next_uint32)(void*) noexcept nogil
    double (*next_double)(void*) noexcept nogil
    uint64_t (*next_raw)(void*) noexcept nogil


cdef struct Random:
    BitGenerator* bits
    PyObject* generator


cdef struct Pooled:
    double hits  # sum
    double loss


cdef Random source_of(generator):
    """Return a numpy.random.Generator as kernels take it."""
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
):
    """Return what isotonic regression of redrawn labels gains over a reference, in nats.

    A class is one against all others, with the loss y ln(y / r) - y + r of its rate r; of two
    classes one regression has the loss of both. The labels of a row are drawn together.

    Parameters
    ----------
    prob : ndarray of shape (n_samples, n_classes), dtype float64
        Distributions that the labels are drawn from. A row of a weight w is drawn ceil(w) times.

    reference : ndarray of shape (n_samples, n_classes), dtype float64
        Rates that the regression is compared with.

    n_draws : ndarray of shape (n_samples,), dtype int64
        How often a row is drawn.

    part : ndarray of shape (n_samples,), dtype float64
        The weight of one draw.

    cell : ndarray of shape (n_fitted, n_samples), dtype int32
        Of each row in the order of its predictions, for each class; for two classes, of the
        second alone.

    mass : ndarray of shape (n_fitted, n_most_cells), dtype float64
        Weight of each cell.

    n_cells : ndarray of shape (n_fitted,), dtype int64

    floor : float
        Least rate that a logarithm is taken of.

    n_resamples : int

    random : numpy.random.Generator

    Returns
    -------
    gains : ndarray of shape (n_resamples, n_fitted), dtype float64
    """
    cdef Py_ssize_t n_samples = prob.shape[0]
    cdef Py_ssize_t n_fitted = cell.shape[0]
    cdef Py_ssize_t most_cells = mass.shape[1]
    cdef bint is_binary = n_fitted == 1
    cdef double[::1] expected = np.zeros(n_fitted)
    cdef double[:, ::1] losses = np.empty((2, n_fitted))
    cdef double[:, ::1] hits = np.zeros((n_fitted, most_cells))
    cdef double[:, ::1] blocks = np.empty((2, most_cells))
    cdef int64_t[::1] counts = np.empty(prob.shape[1], np.int64)
    gains_out = np.empty((n_resamples, n_fitted))
    cdef double[:, ::1] gains = gains_out
    cdef Random source = source_of(random)
    cdef Py_ssize_t i, f, b
    cdef Pooled pooled
    with nogil:
        for i in range(n_samples):
            for f in range(n_fitted):
                expected[f] += n_draws[i] * part[i] * reference[i, f]
        for b in range(n_resamples):
            redraw(prob, reference, n_draws, part, cell, floor, source, counts, hits, losses)
            for f in range(n_fitted):
                pooled = pool(
                    &hits[f, 0], &mass[f, 0], n_cells[f], is_binary, &blocks[0, 0], &blocks[1, 0]
                )
                gains[b, f] = losses[0, f] - pooled.loss
                if not is_binary:
                    gains[b, f] += expected[f] - pooled.hits
    return gains_out


cdef void redraw(
    const double[:, ::1] prob,
    const double[:, ::1] reference,
    const int64_t[::1] n_draws,
    const double[::1] part,
    const int32_t[:, ::1] cell,
    double floor,
    Random source,
    int64_t[::1] counts,
    double[:, ::1] hits,
    double[:, ::1] losses,
) noexcept nogil:
    """Draw the labels of all rows, add them to the hits of their cells, and sum their losses."""
    cdef Py_ssize_t n_classes = prob.shape[1]
    cdef bint is_binary = cell.shape[0] == 1
    cdef double* loss = &losses[0, 0]
    # The logarithm of a product, taken when one more factor of at least 2**-52 might underflow.
    cdef double* product = &losses[1, 0]
    cdef double weight
    cdef Py_ssize_t i, f, label, draw
    for f in range(losses.shape[1]):
        loss[f] = 0.0
        product[f] = 1.0
    for i in range(prob.shape[0]):
        if n_draws[i] <= BY_BINOMIALS and part[i] == 1.0:
            for draw in range(n_draws[i]):
                label = label_at(&prob[i, 0], n_classes, source.bits.next_double(source.bits.state))
                f = 0 if is_binary else label
                product[f] *= at_least(reference[i, label], floor)
                if product[f] < 1e-290:
                    loss[f] -= log(product[f])
                    product[f] = 1.0
                if label == 1 or not is_binary:
                    hits[f, cell[f, i]] += 1.0
            continue
        count_labels(&prob[i, 0], n_classes, n_draws[i], source, &counts[0])
        for label in range(n_classes):
            if counts[label] > 0:
                weight = counts[label] * part[i]
                f = 0 if is_binary else label
                loss[f] -= weight * log(at_least(reference[i, label], floor))
                if label == 1 or not is_binary:
                    hits[f, cell[f, i]] += weight
    for f in range(losses.shape[1]):
        loss[f] -= log(product[f])


cdef inline double at_least(double x, double least) noexcept nogil:
    return x if x > least else least


def drawn_label(const double[::1] prob, double uniform):
    """Return the label of a distribution that a number in [0, 1) falls on."""
    return label_at(&prob[0], prob.shape[0], uniform)


cdef inline Py_ssize_t label_at(
    const double* prob, Py_ssize_t n_classes, double uniform
) noexcept nogil:
    cdef Py_ssize_t label = 0
    cdef double above = prob[0]
    while uniform >= above and label < n_classes - 1:
        label += 1
        above += prob[label]
    while prob[label] <= 0.0:  # where a row sums to less than one by rounding
        label -= 1
    return label


def draw_counts(const double[::1] prob, int64_t n_draws, random, int64_t[::1] counts):
    """Fill `counts` with how often each label comes in `n_draws` draws from a distribution."""
    cdef Random source = source_of(random)
    with nogil:
        count_labels(&prob[0], prob.shape[0], n_draws, source, &counts[0])


cdef void count_labels(
    const double* prob, Py_ssize_t n_classes, int64_t n_draws, Random source, int64_t* counts
) noexcept nogil:
    cdef Py_ssize_t label, draw
    cdef double rest = 1.0
    cdef int64_t left = n_draws
    for label in range(n_classes):
        counts[label] = 0
    if n_draws <= BY_BINOMIALS:
        for draw in range(n_draws):
            label = label_at(prob, n_classes, source.bits.next_double(source.bits.state))
            counts[label] += 1
        return
    for label in range(n_classes - 1):
        if left == 0:
            return
        counts[label] = binomial(source, left, prob[label] / rest if rest > 0.0 else 1.0)
        left -= counts[label]
        rest -= prob[label]
    counts[n_classes - 1] = left


cdef int64_t binomial(Random source, int64_t n, double share) noexcept with gil:
    """Return how many of n draws fall on a share."""
    return (<object>source.generator).binomial(n, min(share, 1.0))


def pooled_loss(
    double[::1] hits,
    const double[::1] mass,
    bint is_binary,
    double[::1] block_hits,
    double[::1] block_mass,
):
    """Return the sum of the hits, and the log loss at their isotonic rates; empty `hits`.

    Cells without a hit lower the rate of the block before them. Blocks are compared only when
    the next hit comes, so that the work is by the hit and not by the cell.
    """
    cdef Pooled pooled = pool(
        &hits[0], &mass[0], hits.shape[0], is_binary, &block_hits[0], &block_mass[0]
    )
    return pooled.hits, pooled.loss


cdef Pooled pool(
    double* hits,
    const double* mass,
    Py_ssize_t n_cells,
    bint is_binary,
    double* block_hits,
    double* block_mass,
) noexcept nogil:
    cdef Py_ssize_t n_blocks = 0
    cdef Pooled pooled = Pooled(0.0, 0.0)
    cdef double before = 0.0  # weight of the cells since the last hit
    cdef double h, m
    cdef Py_ssize_t c, b
    for c in range(n_cells):
        h = hits[c]
        if h == 0.0:
            before += mass[c]
            continue
        hits[c] = 0.0
        pooled.hits += h
        if n_blocks > 0:
            block_mass[n_blocks - 1] += before
            n_blocks = pool_last(n_blocks, block_hits, block_mass)
        elif before > 0.0:
            block_hits[0] = 0.0
            block_mass[0] = before
            n_blocks = 1
        block_hits[n_blocks] = h
        block_mass[n_blocks] = mass[c]
        n_blocks = pool_last(n_blocks + 1, block_hits, block_mass)
        before = 0.0
    if n_blocks > 0:
        block_mass[n_blocks - 1] += before
        n_blocks = pool_last(n_blocks, block_hits, block_mass)
    for b in range(n_blocks):
        h = block_hits[b]
        m = block_mass[b]
        if h > 0.0:
            pooled.loss -= h * log(h / m)
        if is_binary and m > h:
            pooled.loss -= (m - h) * log((m - h) / m)
    return pooled


cdef inline Py_ssize_t pool_last(Py_ssize_t n_blocks, double* hits, double* mass) noexcept nogil:
    """Pool the last block with those before it whose rate is not lower; return how many stay."""
    cdef Py_ssize_t last = n_blocks - 1
    while last > 0 and hits[last - 1] * mass[last] >= hits[last] * mass[last - 1]:
        hits[last - 1] += hits[last]
        mass[last - 1] += mass[last]
        last -= 1
    return last + 1
