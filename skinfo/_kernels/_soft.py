"""Soft information bottleneck: the self-consistent equations, iterated with acceleration.

Clusters run down and rows or columns across, so that the inner loops are long, contiguous and
vectorised however few clusters there are.
"""

import numpy as np
from numba import types
from numba.extending import overload

from skinfo._kernels._jit import inlined_kernel, kernel
from skinfo._kernels._log import FRACTION_BITS, LN_2_HIGH, LN_2_LOW, fast_log

LOG2_E = 1.44269504088896340736
# Added to a float64 it leaves the nearest whole number in the low bits.
TO_INTEGER = 6755399441055744.0
BIAS = np.uint64(1023)
# exp of less is taken as zero.
LOWEST_EXPONENT = -700.0

# The logarithm of zero, or of less than TINY: finite, since it is also multiplied by zero.
LOG_ZERO = -1e200
TINY = 1e-300

# Rows worked on together, so that a few clusters of them stay in the cache.
CHUNK = 512

# Steps an extrapolation looks back on.
DEPTH = 6
# Added to the diagonal of its equations, relatively: the steps looked back on become parallel.
RIDGE = 1e-10
# An energy may rise by this share of its size, which is rounding.
SLACK = 1e-14
# Where clusters part, a descent may creep for ever: it ends once so many steps lower the energy,
# in nats, by less than this, or than the tolerance.
PATIENCE = 100
STANDSTILL = 1e-8
# A new cluster is followed until ln g changes by less.
STILL = 1e-12


@kernel
def descend(rows, mass, start, beta, max_iter, tol, joint, energies):
    """Iterate q(t|x) ~ q(t) exp(-beta KL(p(y|x) || q(y|t))) from a decoder; the energy falls.

    A step maps a decoder q(t, y) to the next. Next to a phase transition it contracts as little
    as one likes, so steps are extrapolated by Anderson's method, in the coordinates sqrt q(t, y),
    in which zeros are no edge. An extrapolation that raises the energy is undone.

    Parameters
    ----------
    rows : ndarray of shape (n_rows, n_columns) or (data, indices, indptr) of a CSR array
        p(y|x), float64.

    mass : ndarray of shape (n_rows,)
        p(x).

    start : ndarray of shape (n_clusters, n_columns)
        q(t, y).

    beta : float

    max_iter : int

    tol : float
        Largest change of a sqrt q(t, y) in a step that ends the iteration.

    joint : ndarray of shape (n_clusters, n_rows)
        Overwritten by q(t, x).

    energies : ndarray of shape (max_iter,)
        The first entries are overwritten by I(T;X) - beta I(T;Y) + beta H(Y), in nats, or rather
        its bound for the decoder that each step set out from: one entry a step that stood.

    Returns
    -------
    n_iter, n_stood : int
        Steps made, and those not undone.
    """
    n_clusters, n_columns = start.shape
    size = n_clusters * n_columns
    logs = np.empty((n_clusters, n_columns))
    log_weights = np.empty(n_clusters)
    point = np.sqrt(start)
    reached = np.empty((n_clusters, n_columns))
    last_reached = np.empty(size)
    last_residual = np.empty(size)
    moves = np.empty((DEPTH, size))
    changes = np.empty((DEPTH, size))
    n_seen = n_iter = n_stood = 0
    standstill = min(tol, STANDSTILL)
    while n_iter < max_iter:
        decoder_logs(point, beta, logs, log_weights)
        multiply_by_transpose(logs, rows, joint)
        energy = -encode(joint, log_weights, mass)
        multiply(joint, rows, reached)
        n_iter += 1
        if n_seen > 1 and energy > energies[n_stood - 1] + SLACK * abs(energy):
            point.ravel()[:] = last_reached
            n_seen = 0
            continue
        energies[n_stood] = energy
        n_stood += 1
        for t in range(n_clusters):
            for y in range(n_columns):
                reached[t, y] = np.sqrt(reached[t, y])
        here, there = point.ravel(), reached.ravel()
        furthest = 0.0
        for j in range(size):
            residual = there[j] - here[j]
            furthest = max(furthest, abs(residual))
            here[j] = residual
        if furthest < tol or (
            n_stood > PATIENCE and energies[n_stood - 1 - PATIENCE] - energy < standstill
        ):
            break
        if n_seen > 0:
            slot = (n_seen - 1) % DEPTH
            for j in range(size):
                moves[slot, j] = there[j] - last_reached[j]
                changes[slot, j] = here[j] - last_residual[j]
        last_reached[:] = there
        last_residual[:] = here
        n_seen += 1
        here[:] = there
        # The last step is a plain one, which cannot be for the worse.
        if n_seen > 1 and n_iter + 1 < max_iter:
            n_used = min(n_seen - 1, DEPTH)
            extrapolate(moves[:n_used], changes[:n_used], last_residual, here)
    return n_iter, n_stood


@kernel
def decoder_logs(roots, beta, logs, log_weights):
    """Store ``beta ln q(y|t)`` and ``ln q(t)`` of a decoder given as roots of q(t, y)."""
    total = 0.0
    for t in range(roots.shape[0]):
        weight = 0.0
        for y in range(roots.shape[1]):
            weight += roots[t, y] * roots[t, y]
        log_weights[t] = weight
        total += weight
    log_total = np.log(total)
    for t in range(roots.shape[0]):
        log_weight = np.log(max(log_weights[t], TINY))
        log_weights[t] = log_weight - log_total
        for y in range(roots.shape[1]):
            cell = roots[t, y] * roots[t, y]
            logs[t, y] = beta * (fast_log(cell) - log_weight) if cell > TINY else LOG_ZERO


@kernel
def encode(scores, log_weights, mass):
    """Turn scores into q(t, x) in place, and return the mean log partition function.

    Parameters
    ----------
    scores : ndarray of shape (n_clusters, n_rows)
        beta sum_y p(y|x) ln q(y|t).

    log_weights : ndarray of shape (n_clusters,)

    mass : ndarray of shape (n_rows,)
    """
    n_clusters, n_rows = scores.shape
    mean = 0.0
    tops = np.empty(CHUNK)
    totals = np.empty(CHUNK)
    for start in range(0, n_rows, CHUNK):
        stop = min(start + CHUNK, n_rows)
        top = tops[: stop - start]
        total = totals[: stop - start]
        top[:] = -np.inf
        total[:] = 0.0
        for t in range(n_clusters):
            row = scores[t, start:stop]
            log_weight = log_weights[t]
            for i in range(row.shape[0]):
                score = row[i] + log_weight
                row[i] = score
                top[i] = max(top[i], score)
        for t in range(n_clusters):
            row = scores[t, start:stop]
            for i in range(row.shape[0]):
                part = fast_exp(row[i] - top[i])
                row[i] = part
                total[i] += part
        weight = mass[start:stop]
        for i in range(weight.shape[0]):
            mean += weight[i] * (top[i] + fast_log(total[i]))
            total[i] = weight[i] / total[i]
        for t in range(n_clusters):
            row = scores[t, start:stop]
            for i in range(row.shape[0]):
                row[i] *= total[i]
    return mean


@inlined_kernel
def fast_exp(x):
    """Return exp x for x <= 0 to within two units in the last place; 0 below exp(-700).

    x = k ln 2 + r with abs(r) <= ln(2) / 2, and Taylor's polynomial of r: without branches, so
    that loops over an array run on vector registers.
    """
    bounded = max(x, LOWEST_EXPONENT)
    shifted = bounded * LOG2_E + TO_INTEGER
    k = shifted - TO_INTEGER
    r = (bounded - k * LN_2_HIGH) - k * LN_2_LOW
    series = 1.0 / 6227020800.0
    series = 1.0 / 479001600.0 + r * series
    series = 1.0 / 39916800.0 + r * series
    series = 1.0 / 3628800.0 + r * series
    series = 1.0 / 362880.0 + r * series
    series = 1.0 / 40320.0 + r * series
    series = 1.0 / 5040.0 + r * series
    series = 1.0 / 720.0 + r * series
    series = 1.0 / 120.0 + r * series
    series = 1.0 / 24.0 + r * series
    series = 1.0 / 6.0 + r * series
    series = 0.5 + r * series
    series = 1.0 + r * series
    series = 1.0 + r * series
    power = np.uint64((np.float64(shifted).view(np.uint64) + BIAS) << FRACTION_BITS)
    return series * power.view(np.float64) if x > LOWEST_EXPONENT else 0.0


@kernel
def extrapolate(moves, changes, residual, point):
    """Subtract from a point the moves whose changes sum closest to its residual.

    Parameters
    ----------
    moves, changes : ndarray of shape (n_used, size)
        Of the point reached, and of the residual (point reached less point set out from), between
        one step and the next.

    residual, point : ndarray of shape (size,)
        Of the last step, and the point it reached, which is overwritten.
    """
    n_used = changes.shape[0]
    gram = np.dot(changes, changes.T)
    shares = np.dot(changes, residual)
    for i in range(n_used):
        gram[i, i] += RIDGE * gram[i, i] + TINY
    for i in range(n_used):
        for j in range(i + 1, n_used):
            factor = gram[j, i] / gram[i, i]
            shares[j] -= factor * shares[i]
            for k in range(i, n_used):
                gram[j, k] -= factor * gram[i, k]
    for back in range(n_used):
        i = n_used - 1 - back
        for k in range(i + 1, n_used):
            shares[i] -= gram[i, k] * shares[k]
        shares[i] /= gram[i, i]
    point -= np.dot(shares, moves)


@kernel
def grow_clusters(rows, mass, free, beta, start, n_steps):
    """Follow small new clusters, each for itself, to where they would grow fastest.

    The weight of a small cluster is multiplied, at a step of the others, by
    g = sum_x p(x) exp(-beta KL(p(y|x) || q(y|t))) / Z(x). Its own steps ascend g.

    Parameters
    ----------
    rows, mass
        As in `descend`.

    free : ndarray of shape (n_rows,)
        ln Z(x) + beta sum_y p(y|x) ln p(y|x) of the clusters there are.

    beta : float

    start : ndarray of shape (n_new, n_columns)
        q(y|t).

    n_steps : int
        At most; fewer if no ln g changes by STILL.

    Returns
    -------
    growth : ndarray of shape (n_new,)
        ln g before the last step.

    clusters : ndarray of shape (n_new, n_columns)
        q(y|t) after it.
    """
    n_new, n_columns = start.shape
    clusters = start.copy()
    logs = np.empty((n_new, n_columns))
    scores = np.empty((n_new, mass.shape[0]))
    growth = np.full(n_new, -np.inf)
    for _ in range(n_steps):
        for t in range(n_new):
            for y in range(n_columns):
                logs[t, y] = beta * fast_log(max(clusters[t, y], TINY))
        multiply_by_transpose(logs, rows, scores)
        furthest = 0.0
        for t in range(n_new):
            before = growth[t]
            growth[t] = _share_out(scores[t], free, mass)
            furthest = max(furthest, growth[t] - before)
        multiply(scores, rows, clusters)
        if furthest < STILL:
            break
    return growth, clusters


@kernel
def _share_out(scores, free, mass):
    """Turn the scores of a cluster into q(x|t), and return ln g."""
    top = -np.inf
    for i in range(scores.shape[0]):
        scores[i] -= free[i]
        top = max(top, scores[i])
    for i in range(scores.shape[0]):
        scores[i] = mass[i] * fast_exp(scores[i] - top)
    total = 0.0
    for i in range(scores.shape[0]):
        total += scores[i]
    for i in range(scores.shape[0]):
        scores[i] /= total
    return top + np.log(total)


@kernel
def mutual_information(joint, marginal):
    """Return the mutual information of q(t, z) in nats, never negative, given q(z)."""
    total = 0.0
    for t in range(joint.shape[0]):
        row = joint[t]
        weight = 0.0
        for z in range(row.shape[0]):
            weight += row[z]
        for z in range(row.shape[0]):
            if row[z] > TINY:
                total += row[z] * np.log(row[z] / (weight * marginal[z]))
    return max(total, 0.0)


def multiply_by_transpose(left, rows, out):
    """Store ``left @ rows.T`` of shape (n_clusters, n_rows)."""


def multiply(left, rows, out):
    """Store ``left @ rows`` of shape (n_clusters, n_columns)."""


@overload(multiply_by_transpose, jit_options={"nogil": True})
def _multiply_by_transpose(left, rows, out):
    def dense(left, rows, out):
        np.dot(left, rows.T, out)

    def sparse(left, rows, out):
        data, indices, indptr = rows
        # By columns, so that what one cell of the table is multiplied with is contiguous.
        columns = left.T.copy()
        total = np.empty(left.shape[0])
        for i in range(out.shape[1]):
            total[:] = 0.0
            for cell in range(indptr[i], indptr[i + 1]):
                value = data[cell]
                column = columns[indices[cell]]
                for t in range(total.shape[0]):
                    total[t] += value * column[t]
            for t in range(total.shape[0]):
                out[t, i] = total[t]

    return sparse if isinstance(rows, types.BaseTuple) else dense


@overload(multiply, jit_options={"nogil": True})
def _multiply(left, rows, out):
    def dense(left, rows, out):
        np.dot(left, rows, out)

    def sparse(left, rows, out):
        data, indices, indptr = rows
        columns = np.zeros((out.shape[1], out.shape[0]))
        share = np.empty(left.shape[0])
        for i in range(left.shape[1]):
            for t in range(share.shape[0]):
                share[t] = left[t, i]
            for cell in range(indptr[i], indptr[i + 1]):
                value = data[cell]
                column = columns[indices[cell]]
                for t in range(share.shape[0]):
                    column[t] += value * share[t]
        out[:] = columns.T

    return sparse if isinstance(rows, types.BaseTuple) else dense
