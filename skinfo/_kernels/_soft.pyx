"""Soft information bottleneck: accelerated iteration of the self-consistent equations.

Arrays have a row per cluster and a column per row or column of the table, so that inner loops are
long, contiguous and vectorised however few clusters there are.
"""

from libc.math cimport INFINITY, fabs, log, sqrt
from libc.string cimport memcpy

import numpy as np

from skinfo._kernels._blas cimport ddot, dgemv
from skinfo._kernels._elementary cimport fast_exp, fast_log
from skinfo._kernels._matmul cimport RowMatrix, blas_size, dense_product

# Substitute for the logarithm of numbers below TINY. Finite, since it is also multiplied by zero.
cdef double LOG_ZERO = -1e200
TINY = tiny()

cdef enum:
    # Rows encoded together: a few clusters of them stay in the cache.
    CHUNK = 512
    # Memory of Anderson's method, in steps. The usual choice is 5 to 10.
    DEPTH = 6
    # Steps of a span, over which convergence is judged: see MIN_DECREASE.
    SPAN = 50

# Relative ridge on the diagonal of the normal equations of an extrapolation: the stored steps
# become parallel near a fixed point.
cdef double RIDGE = 1e-10
# Value of `last_stride` after an extrapolation; 0 after a plain step.
cdef double EXTRAPOLATED = -1.0
# Largest stride, in residuals.
cdef double MAX_STRIDE = 1e6
# Relative increase of the energy that is taken for rounding.
cdef double ENERGY_ROUNDING = 1e-14
# Near a phase transition convergence may be arbitrarily slow. The descent also ends if the
# extrapolated total decrease of the energy to come is below MIN_DECREASE (nats), judged from three
# spans of SPAN steps, or if these three together lower it by less than FLAT_DECREASE.
cdef double MIN_DECREASE = 1e-8
cdef double FLAT_DECREASE = 1e-10


cdef class Descent:
    """State of an accelerated descent.

    Parameters
    ----------
    rows : RowMatrix of shape (n_rows, n_columns)
        p(y|x).

    mass : ndarray of shape (n_rows,)
        p(x).

    beta : float

    tol : float
        The iteration ends when no sqrt q(t, y) changes by more than this in a step, or when it
        has stalled (see MIN_DECREASE); the latter is not checked if this is zero.

    start : ndarray of shape (n_clusters, n_columns)
        The initial decoder q(t, y).

    max_iter : int
        Largest number of steps.

    Attributes
    ----------
    joint : memoryview of shape (n_clusters, n_rows)
        q(t, x) of the last step.

    energies : memoryview of shape (max_iter,)
        For each accepted step, the free energy I(T;X) - beta I(T;Y) + beta H(Y), in nats: its
        variational bound for the decoder before the step.

    n_iter, n_accepted : int
        Steps made, and those of them not undone.
    """

    cdef RowMatrix rows
    cdef const double[::1] mass
    cdef double beta
    cdef double tol
    cdef readonly double[:, ::1] joint
    cdef readonly double[::1] energies
    cdef readonly Py_ssize_t n_iter
    cdef readonly Py_ssize_t n_accepted
    # n_clusters * n_columns.
    cdef int size

    # sqrt q(t, y); the result of the last plain step; and its residual, result minus point.
    cdef double[:, ::1] point
    cdef double[:, ::1] last
    cdef double[:, ::1] residual
    # Differences of results and of residuals between the last DEPTH steps, (DEPTH, size), as ring
    # buffers, and the number of steps stored since an extrapolation was undone.
    cdef double[:, ::1] moves
    cdef double[:, ::1] changes
    cdef Py_ssize_t n_stored
    # Length of the next stride, in residuals beyond the plain step; that of the last move, or
    # EXTRAPOLATED, or 0; and whether strides are preferred, as an extrapolation was undone.
    cdef double stride
    cdef double last_stride
    cdef bint prefers_strides

    # Memory of `make_step`.
    cdef double[:, ::1] logs
    cdef double[::1] log_weights
    cdef double[:, ::1] reached
    cdef double[:, ::1] product_memory

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
        self.product_memory = rows.make_workspace(n_clusters)


def descend(Descent descent not None, Py_ssize_t n_steps):
    """Iterate q(t|x) ~ q(t) exp(-beta KL(p(y|x) || q(y|t))) from a decoder, lowering the energy.

    A plain step maps a decoder q(t, y) to the next and never raises the energy (Tishby, Pereira
    and Bialek 1999). Near a phase transition it contracts arbitrarily slowly, so steps are
    accelerated by Anderson's method (type II), in the coordinates sqrt q(t, y), in which zeros are
    not at a boundary. Extrapolation finds fixed points, saddles included. Where it would point
    against the residual, or raised the energy, the step is lengthened along its residual instead,
    by a stride that doubles as long as the energy falls. Moves that raise the energy are undone.

    Parameters
    ----------
    descent : Descent
        Changed in place.

    n_steps : int
        Largest number of steps of this call. Splitting a descent into calls changes nothing.

    Returns
    -------
    ended : bool
        Whether it has converged, stalled, or made `max_iter` steps.
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
    """Evaluate the point; undo the last move, or step and move on. Return whether it has ended."""
    cdef Py_ssize_t left
    cdef double energy, largest
    fill_logs(descent.point, descent.beta, descent.logs, descent.log_weights)
    descent.rows.multiply_by_transpose(descent.logs, descent.joint, descent.product_memory)
    energy = -encode(descent.joint, descent.log_weights, descent.mass)
    descent.rows.multiply(descent.joint, descent.reached, descent.product_memory)
    descent.n_iter += 1
    # `not <=`, so that an energy that overflowed to NaN is undone, too.
    if descent.last_stride != 0.0 and not (
        energy <= descent.energies[descent.n_accepted - 1] + ENERGY_ROUNDING * fabs(energy)
    ):
        undo_move(descent)
        return False
    descent.stride = min(max(descent.stride, 2.0 * descent.last_stride), MAX_STRIDE)
    descent.energies[descent.n_accepted] = energy
    descent.n_accepted += 1
    largest = advance(descent)
    if largest < descent.tol:
        return True
    if descent.tol > 0.0 and has_stalled(descent.energies, descent.n_accepted):
        return True
    # No move before the last step, as nothing could undo it.
    left = descent.energies.shape[0] - descent.n_iter
    descent.last_stride = 0.0
    if left > 1 and (descent.prefers_strides or descent.n_stored > 1):
        descent.last_stride = EXTRAPOLATED
        if descent.prefers_strides or not extrapolate(descent):
            descent.last_stride = descent.stride
            move_by(descent.residual, descent.stride, descent.point)
    return False


cdef void undo_move(Descent descent) noexcept nogil:
    """Undo an extrapolation or a stride: return to the last plain step, and shorten strides."""
    memcpy(&descent.point[0, 0], &descent.last[0, 0], descent.size * sizeof(double))
    descent.n_stored = 0
    descent.prefers_strides = descent.last_stride == EXTRAPOLATED
    if descent.last_stride > 0.0:
        descent.stride = max(descent.last_stride / 4.0, 1.0)
    descent.last_stride = 0.0


cdef double advance(Descent descent) noexcept nogil:
    """Move the point to the result of the plain step, and store its differences to the last one.

    Returns
    -------
    largest : float
        The largest residual.
    """
    cdef Py_ssize_t size = descent.size
    cdef Py_ssize_t slot = (descent.n_stored + DEPTH - 1) % DEPTH
    cdef Py_ssize_t j
    cdef double* point = &descent.point[0, 0]
    cdef double* last = &descent.last[0, 0]
    cdef double* residual = &descent.residual[0, 0]
    cdef double* reached = &descent.reached[0, 0]
    cdef double* moves = &descent.moves[slot, 0]
    cdef double* changes = &descent.changes[slot, 0]
    cdef double there, further
    cdef double largest = 0.0
    # Loops over few arrays each, so that the compiler vectorises. The differences stored by the
    # first step are never read.
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
        largest = further if further > largest else largest
    descent.n_stored += 1
    return largest


cdef bint has_stalled(const double[::1] energies, Py_ssize_t n_accepted) noexcept nogil:
    """Return whether the decrease of the energy still to come is negligible.

    The decrease per span of SPAN steps is taken for a geometric series, whose remaining sum
    follows from two spans; two such estimates must agree. If the decrease grows from span to span,
    the descent is leaving a saddle, however slowly, and has not stalled.
    """
    cdef Py_ssize_t last = n_accepted - 1
    cdef double first, second, third
    if last < 3 * SPAN:
        return False
    # Doubling strides would have left even a flat saddle by now.
    if energies[last - 3 * SPAN] - energies[last] < FLAT_DECREASE:
        return True
    third = energies[last - SPAN] - energies[last]
    second = energies[last - 2 * SPAN] - energies[last - SPAN]
    first = energies[last - 3 * SPAN] - energies[last - 2 * SPAN]
    return is_negligible(first, second) and is_negligible(second, third)


cdef inline bint is_negligible(double before, double gain) noexcept nogil:
    """Return whether a geometric series with these two terms has a rest below MIN_DECREASE.

    With ratio r = gain / before the rest is gain r / (1 - r) = gain^2 / (before - gain).
    """
    return gain < before and gain * gain < MIN_DECREASE * (before - gain)


def decoder_logs(const double[:, ::1] roots, double beta):
    """Return ``beta ln q(y|t)`` and ``ln q(t)`` of a decoder given as sqrt q(t, y).

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
        fill_logs(roots, beta, out, out_weights)
    return logs, log_weights


cdef void fill_logs(
    const double[:, ::1] roots, double beta, double[:, ::1] logs, double[::1] log_weights
) noexcept nogil:
    """Store the arrays that `decoder_logs` returns."""
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
    """Store beta ln q(y|t) of one cluster, from its sqrt q(t, y)."""
    cdef Py_ssize_t y
    cdef double cell, value
    for y in range(n_columns):
        cell = roots[y] * roots[y]
        value = beta * (fast_log(cell) - log_weight)
        logs[y] = value if cell > tiny() else LOG_ZERO


cdef double encode(
    double[:, ::1] scores, const double[::1] log_weights, const double[::1] mass
) noexcept nogil:
    """Turn scores into q(t, x) in place, and return the mean of ln Z(x) over p(x).

    Softmax over clusters, shifted by the largest score of each row. Minus beta times the constant
    terms, the mean is the negative free energy.

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
            exponentiate_scores(&scores[t, start], top, total, size)
        # Logarithms in a loop of their own, which vectorises; the sum in the order of the rows.
        for i in range(size):
            top[i] += fast_log(total[i])
        for i in range(size):
            mean += mass[start + i] * top[i]
        for i in range(size):
            total[i] = mass[start + i] / total[i]
        for t in range(n_clusters):
            multiply_by(&scores[t, start], total, size)
        start += CHUNK
    return mean


cdef inline void add_weight(
    double* scores, double log_weight, double* top, Py_ssize_t n
) noexcept nogil:
    """Add ln q(t) of a cluster to its scores, and raise the running maximum `top` (n,)."""
    cdef Py_ssize_t i
    cdef double score
    for i in range(n):
        score = scores[i] + log_weight
        scores[i] = score
        top[i] = score if score > top[i] else top[i]


cdef inline void exponentiate_scores(
    double* scores, const double* top, double* total, Py_ssize_t n
) noexcept nogil:
    """Turn scores into exp(score - top), and add them to the total (n,)."""
    cdef Py_ssize_t i
    cdef double part
    for i in range(n):
        part = fast_exp(scores[i] - top[i])
        scores[i] = part
        total[i] += part


cdef inline void multiply_by(double* shares, const double* factors, Py_ssize_t n) noexcept nogil:
    """Multiply shares by factors, both (n,)."""
    cdef Py_ssize_t i
    for i in range(n):
        shares[i] *= factors[i]


cdef bint extrapolate(Descent descent) noexcept nogil:
    """Move the point by a step of Anderson's method, type II (Walker and Ni, SIAM 2011).

    The least-squares combination of the stored changes of the residual that is closest to the
    residual is solved from its normal equations, at most DEPTH of them, by Gaussian elimination
    without pivoting (they are symmetric positive definite with the ridge). The same combination of
    moves is subtracted from the point.

    Returns
    -------
    forward : bool
        Whether the whole step has a positive component along the residual; else nothing moves.
    """
    cdef int n_used = min(descent.n_stored - 1, <Py_ssize_t>DEPTH)
    cdef int size = descent.size
    cdef int i, j, k
    cdef int step = 1
    cdef char as_read = b"n"
    cdef char transposed = b"t"
    cdef double one = 1.0
    cdef double zero = 0.0
    cdef double factor
    cdef double[DEPTH * DEPTH] gram
    cdef double[DEPTH] shares
    cdef double* moves = &descent.moves[0, 0]
    cdef double* changes = &descent.changes[0, 0]
    cdef double* residual = &descent.residual[0, 0]
    # Not in use until the next step.
    cdef double[:, ::1] move = descent.reached
    dense_product(changes, n_used, changes, n_used, size, True, gram)
    dgemv(
        &transposed, &size, &n_used, &one, changes, &size, residual, &step, &zero, shares, &step
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
        &as_read, &size, &n_used, &one, moves, &size, shares, &step, &zero, &move[0, 0], &step
    )
    if ddot(&size, &move[0, 0], &step, residual, &step) > ddot(
        &size, residual, &step, residual, &step
    ):
        return False
    move_by(move, -1.0, descent.point)
    return True


cdef void move_by(const double[:, ::1] move, double times, double[:, ::1] point) noexcept nogil:
    """Add a multiple of a move to a point, both (n_clusters, n_columns)."""
    cdef Py_ssize_t t, y
    for t in range(point.shape[0]):
        for y in range(point.shape[1]):
            point[t, y] += times * move[t, y]


def mutual_information(const double[:, :] joint, const double[::1] marginal):
    """Return the mutual information of q(t, z) in nats, clipped at zero, given q(z)."""
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
