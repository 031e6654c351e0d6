"""Soft information bottleneck: the self-consistent equations, iterated with acceleration.

Clusters run down and rows or columns across, so that the inner loops are long, contiguous and
vectorised however few clusters there are.
"""

from libc.math cimport INFINITY, fabs, log, sqrt
from libc.string cimport memcpy

import numpy as np

from skinfo._kernels._blas cimport ddot, dgemv
from skinfo._kernels._elementary cimport fast_exp, fast_log
from skinfo._kernels._matmul cimport RowMatrix, blas_size, dense_product

# The logarithm of zero, or of less than TINY: finite, since it is also multiplied by zero.
cdef double LOG_ZERO = -1e200
TINY = tiny()

cdef enum:
    # Rows worked on together, so that a few clusters of them stay in the cache.
    CHUNK = 512
    # Steps an extrapolation looks back on.
    DEPTH = 6
    # Steps of a span: see STANDSTILL.
    PATIENCE = 50

# Added to the diagonal of the equations of an extrapolation, relatively: the steps looked back
# on become parallel.
cdef double RIDGE = 1e-10
# What a step was that is no stride.
cdef double EXTRAPOLATED = -1.0
# A stride goes further by so many residuals at most.
cdef double LONGEST = 1e6
# An energy may rise by this share of its size, which is rounding.
cdef double SLACK = 1e-14
# Where clusters part, a descent may creep for ever: it ends once all that is to come would lower
# the energy, in nats, by less than STANDSTILL, judged by three spans of PATIENCE steps, or once
# these lower it by less than FLAT.
cdef double STANDSTILL = 1e-8
cdef double FLAT = 1e-10


cdef class Descent:
    """A descent on its way.

    Parameters
    ----------
    rows : RowMatrix of shape (n_rows, n_columns)
        p(y|x).

    mass : ndarray of shape (n_rows,)
        p(x).

    beta : float

    tol : float
        Largest change of a sqrt q(t, y) in a step that ends the iteration. It also ends when it
        creeps, unless this is zero.

    start : ndarray of shape (n_clusters, n_columns)
        The decoder q(t, y) to set out from.

    max_iter : int
        Most steps.

    Attributes
    ----------
    joint : memoryview of shape (n_clusters, n_rows)
        q(t, x) of the last step.

    energies : memoryview of shape (max_iter,)
        Of each step that stood, I(T;X) - beta I(T;Y) + beta H(Y), in nats, or rather its bound
        for the decoder that the step set out from.

    n_iter, n_stood : int
        Steps made, and those not undone.
    """

    cdef RowMatrix rows
    cdef const double[::1] mass
    cdef double beta
    cdef double tol
    cdef readonly double[:, ::1] joint
    cdef readonly double[::1] energies
    cdef readonly Py_ssize_t n_iter
    cdef readonly Py_ssize_t n_stood
    # Of a decoder.
    cdef int size

    # sqrt q(t, y); what the last step reached; and its residual: reached less set out from.
    cdef double[:, ::1] point
    cdef double[:, ::1] last
    cdef double[:, ::1] residual
    # Changes of the last two from step to step, (DEPTH, size), and the steps noted since an
    # extrapolation was undone.
    cdef double[:, ::1] moves
    cdef double[:, ::1] changes
    cdef Py_ssize_t n_seen
    # How many residuals a stride goes further than a step; how many the last step did,
    # EXTRAPOLATED or 0; and whether strides are tried, since an extrapolation was undone.
    cdef double stride
    cdef double strode
    cdef bint tries_strides

    # Room to work in.
    cdef double[:, ::1] logs
    cdef double[::1] log_weights
    cdef double[:, ::1] reached
    cdef double[:, ::1] products

    def __init__(
        self,
        RowMatrix rows not None,
        const double[::1] mass,
        double beta,
        double tol,
        start,
        Py_ssize_t max_iter,
    ):
        n_clusters = len(start)
        self.rows = rows
        self.mass = mass
        self.beta = beta
        self.tol = tol
        self.size = blas_size(start.size)
        self.joint = np.empty((n_clusters, rows.n_rows))
        self.energies = np.empty(max_iter)
        self.point = np.sqrt(start, order="C")
        self.last = np.empty(start.shape)
        self.residual = np.empty(start.shape)
        self.moves = np.empty((DEPTH, start.size))
        self.changes = np.empty((DEPTH, start.size))
        self.stride = 1.0
        self.logs = np.empty(start.shape)
        self.log_weights = np.empty(n_clusters)
        self.reached = np.empty(start.shape)
        self.products = rows.make_room(n_clusters)


def descend(Descent descent not None, Py_ssize_t n_steps):
    """Iterate q(t|x) ~ q(t) exp(-beta KL(p(y|x) || q(y|t))) from a decoder; the energy falls.

    A step maps a decoder q(t, y) to the next. Next to a phase transition it contracts as little
    as one likes, so steps are extrapolated by Anderson's method, in the coordinates sqrt q(t, y),
    in which zeros are no edge. That is the way to a fixed point, which may be a saddle: where it
    would lead back, or led up, a step goes further by a multiple of itself instead, twice as far
    each time that this leads down. What raises the energy is undone.

    Parameters
    ----------
    descent : Descent
        Changed in place.

    n_steps : int
        At most, of this call: how often it is called changes nothing.

    Returns
    -------
    ended : bool
    """
    cdef Py_ssize_t left = descent.energies.shape[0] - descent.n_iter
    cdef Py_ssize_t i
    cdef bint ended = False
    with nogil:
        for i in range(min(n_steps, left)):
            ended = make_step(descent)
            if ended:
                break
    return ended or descent.n_iter == descent.energies.shape[0]


cdef bint make_step(Descent descent) noexcept nogil:
    """Make a step, unless what the one before it led to is undone; return whether it ends."""
    cdef Py_ssize_t left
    cdef double energy, furthest
    store_logs(descent.point, descent.beta, descent.logs, descent.log_weights)
    descent.rows.multiply_by_transpose(descent.logs, descent.joint, descent.products)
    energy = -encode(descent.joint, descent.log_weights, descent.mass)
    descent.rows.multiply(descent.joint, descent.reached, descent.products)
    descent.n_iter += 1
    # Not `>`: beyond the largest float it is NaN.
    if descent.strode != 0.0 and not (
        energy <= descent.energies[descent.n_stood - 1] + SLACK * fabs(energy)
    ):
        go_back(descent)
        return False
    descent.stride = min(max(descent.stride, 2.0 * descent.strode), LONGEST)
    descent.energies[descent.n_stood] = energy
    descent.n_stood += 1
    furthest = advance(descent)
    if furthest < descent.tol:
        return True
    if descent.tol > 0.0 and is_creeping(descent.energies, descent.n_stood):
        return True
    # The last step is a plain one, which cannot be for the worse.
    left = descent.energies.shape[0] - descent.n_iter
    descent.strode = 0.0
    if left > 1 and (descent.tries_strides or descent.n_seen > 1):
        descent.strode = EXTRAPOLATED
        if descent.tries_strides or not extrapolate(descent):
            descent.strode = descent.stride
            move_by(descent.residual, descent.stride, descent.point)
    return False


cdef void go_back(Descent descent) noexcept nogil:
    """Undo an extrapolation or a stride."""
    memcpy(&descent.point[0, 0], &descent.last[0, 0], descent.size * sizeof(double))
    descent.n_seen = 0
    descent.tries_strides = descent.strode == EXTRAPOLATED
    if descent.strode > 0.0:
        descent.stride = max(descent.strode / 4.0, 1.0)
    descent.strode = 0.0


cdef double advance(Descent descent) noexcept nogil:
    """Move the point to where a step took it, and note how the step differs from the one before.

    Returns
    -------
    furthest : float
        The largest residual.
    """
    cdef Py_ssize_t size = descent.size
    cdef Py_ssize_t slot = (descent.n_seen + DEPTH - 1) % DEPTH
    cdef Py_ssize_t j
    cdef double* point = &descent.point[0, 0]
    cdef double* last = &descent.last[0, 0]
    cdef double* residual = &descent.residual[0, 0]
    cdef double* reached = &descent.reached[0, 0]
    cdef double* moves = &descent.moves[slot, 0]
    cdef double* changes = &descent.changes[slot, 0]
    cdef double there, further
    cdef double furthest = 0.0
    # Of few arrays at a time, so that the compiler vectorises. What the first step notes of moves
    # and changes is never read.
    for j in range(size):
        there = sqrt(reached[j])
        moves[j] = there - last[j]
        last[j] = there
    for j in range(size):
        further = last[j] - point[j]
        changes[j] = further - residual[j]
        residual[j] = further
        point[j] = last[j]
    for j in range(size):
        further = fabs(residual[j])
        furthest = further if further > furthest else furthest
    descent.n_seen += 1
    return furthest


cdef bint is_creeping(const double[::1] energies, Py_ssize_t n_stood) noexcept nogil:
    """Tell whether what is left to gain is not worth going on for, judged twice.

    From span to span of steps the gain falls by some factor, as it will go on to do: what is left
    is the rest of a geometric series. Where it grows, the descent leaves a saddle, however slowly.
    """
    cdef Py_ssize_t last = n_stood - 1
    cdef double first, second, third
    if last < 3 * PATIENCE:
        return False
    # Strides that double would by now have led out of the flattest saddle.
    if energies[last - 3 * PATIENCE] - energies[last] < FLAT:
        return True
    third = energies[last - PATIENCE] - energies[last]
    second = energies[last - 2 * PATIENCE] - energies[last - PATIENCE]
    first = energies[last - 3 * PATIENCE] - energies[last - 2 * PATIENCE]
    return is_little(first, second) and is_little(second, third)


cdef inline bint is_little(double before, double gain) noexcept nogil:
    """Tell whether two terms of a geometric series leave less than STANDSTILL to come."""
    return gain < before and gain * gain < STANDSTILL * (before - gain)


def decoder_logs(const double[:, ::1] roots, double beta):
    """Return ``beta ln q(y|t)`` and ``ln q(t)`` of a decoder given as roots of q(t, y).

    Parameters
    ----------
    roots : ndarray of shape (n_clusters, n_columns)

    beta : float

    Returns
    -------
    logs : ndarray of shape (n_clusters, n_columns)

    log_weights : ndarray of shape (n_clusters,)
    """
    logs = np.empty((roots.shape[0], roots.shape[1]))
    log_weights = np.empty(roots.shape[0])
    cdef double[:, ::1] out = logs
    cdef double[::1] out_weights = log_weights
    with nogil:
        store_logs(roots, beta, out, out_weights)
    return logs, log_weights


cdef void store_logs(
    const double[:, ::1] roots, double beta, double[:, ::1] logs, double[::1] log_weights
) noexcept nogil:
    """Store what `decoder_logs` returns."""
    cdef Py_ssize_t t, y
    cdef double weight, log_weight, log_total
    cdef double total = 0.0
    for t in range(roots.shape[0]):
        weight = 0.0
        for y in range(roots.shape[1]):
            weight += roots[t, y] * roots[t, y]
        log_weights[t] = weight
        total += weight
    log_total = log(total)
    for t in range(roots.shape[0]):
        log_weight = log(max(log_weights[t], tiny()))
        log_weights[t] = log_weight - log_total
        logs_of_cluster(&roots[t, 0], beta, log_weight, &logs[t, 0], roots.shape[1])


cdef inline void logs_of_cluster(
    const double* roots, double beta, double log_weight, double* logs, Py_ssize_t n_columns
) noexcept nogil:
    cdef Py_ssize_t y
    cdef double cell, value
    for y in range(n_columns):
        cell = roots[y] * roots[y]
        value = beta * (fast_log(cell) - log_weight)
        logs[y] = value if cell > tiny() else LOG_ZERO


cdef double encode(
    double[:, ::1] scores, const double[::1] log_weights, const double[::1] mass
) noexcept nogil:
    """Turn scores into q(t, x) in place, and return the mean log partition function.

    Parameters
    ----------
    scores : (n_clusters, n_rows)
        beta sum_y p(y|x) ln q(y|t).

    log_weights : (n_clusters,)

    mass : (n_rows,)
    """
    cdef Py_ssize_t n_clusters = scores.shape[0]
    cdef Py_ssize_t n_rows = scores.shape[1]
    cdef Py_ssize_t size, i, t
    cdef Py_ssize_t start = 0
    cdef double[CHUNK] top
    cdef double[CHUNK] total
    cdef double mean = 0.0
    while start < n_rows:
        size = min(n_rows - start, <Py_ssize_t>CHUNK)
        for i in range(size):
            top[i] = -INFINITY
            total[i] = 0.0
        for t in range(n_clusters):
            add_weight(&scores[t, start], log_weights[t], top, size)
        for t in range(n_clusters):
            take_exp(&scores[t, start], top, total, size)
        # The logarithms on vector registers, and the sum in the order of the rows.
        for i in range(size):
            top[i] += fast_log(total[i])
        for i in range(size):
            mean += mass[start + i] * top[i]
        for i in range(size):
            total[i] = mass[start + i] / total[i]
        for t in range(n_clusters):
            times(&scores[t, start], total, size)
        start += CHUNK
    return mean


cdef inline void add_weight(
    double* scores, double log_weight, double* top, Py_ssize_t n
) noexcept nogil:
    """Add the logarithm of a cluster's weight to its scores, and raise the top to them."""
    cdef Py_ssize_t i
    cdef double score
    for i in range(n):
        score = scores[i] + log_weight
        scores[i] = score
        top[i] = score if score > top[i] else top[i]


cdef inline void take_exp(
    double* scores, const double* top, double* total, Py_ssize_t n
) noexcept nogil:
    """Turn scores into shares relative to that of the top, and add them to the total."""
    cdef Py_ssize_t i
    cdef double part
    for i in range(n):
        part = fast_exp(scores[i] - top[i])
        scores[i] = part
        total[i] += part


cdef inline void times(double* shares, const double* factors, Py_ssize_t n) noexcept nogil:
    cdef Py_ssize_t i
    for i in range(n):
        shares[i] *= factors[i]


cdef bint extrapolate(Descent descent) noexcept nogil:
    """Subtract from the point the moves whose changes sum closest to the residual.

    Returns
    -------
    forward : bool
        Whether the whole step goes along its residual rather than against it; else nothing moves.
    """
    cdef int n_used = min(descent.n_seen - 1, <Py_ssize_t>DEPTH)
    cdef int size = descent.size
    cdef int i, j, k
    cdef int step = 1
    cdef char as_read = b"n"
    cdef char turned = b"t"
    cdef double once = 1.0
    cdef double nothing = 0.0
    cdef double factor
    cdef double[DEPTH * DEPTH] gram
    cdef double[DEPTH] shares
    cdef double* moves = &descent.moves[0, 0]
    cdef double* changes = &descent.changes[0, 0]
    cdef double* residual = &descent.residual[0, 0]
    # Free until the next step.
    cdef double[:, ::1] move = descent.reached
    dense_product(changes, n_used, changes, n_used, size, True, gram)
    dgemv(
        &turned, &size, &n_used, &once, changes, &size, residual, &step, &nothing, shares, &step
    )
    for i in range(n_used):
        gram[i * n_used + i] += RIDGE * gram[i * n_used + i] + tiny()
    for i in range(n_used):
        for j in range(i + 1, n_used):
            factor = gram[j * n_used + i] / gram[i * n_used + i]
            shares[j] -= factor * shares[i]
            for k in range(i, n_used):
                gram[j * n_used + k] -= factor * gram[i * n_used + k]
    for i in range(n_used - 1, -1, -1):
        for k in range(i + 1, n_used):
            shares[i] -= gram[i * n_used + k] * shares[k]
        shares[i] /= gram[i * n_used + i]
    dgemv(
        &as_read, &size, &n_used, &once, moves, &size, shares, &step, &nothing, &move[0, 0], &step
    )
    if ddot(&size, &move[0, 0], &step, residual, &step) > ddot(
        &size, residual, &step, residual, &step
    ):
        return False
    move_by(move, -1.0, descent.point)
    return True


cdef void move_by(const double[:, ::1] move, double times, double[:, ::1] point) noexcept nogil:
    """Add a move some times to a point, both (n_clusters, n_columns)."""
    cdef Py_ssize_t t, y
    for t in range(point.shape[0]):
        for y in range(point.shape[1]):
            point[t, y] += times * move[t, y]


def mutual_information(const double[:, :] joint, const double[::1] marginal):
    """Return the mutual information of q(t, z) in nats, never negative, given q(z)."""
    cdef Py_ssize_t t, z
    cdef double weight
    cdef double total = 0.0
    with nogil:
        for t in range(joint.shape[0]):
            weight = 0.0
            for z in range(joint.shape[1]):
                weight += joint[t, z]
            for z in range(joint.shape[1]):
                if joint[t, z] > tiny():
                    total += joint[t, z] * log(joint[t, z] / (weight * marginal[z]))
    return max(total, 0.0)
