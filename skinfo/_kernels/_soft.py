"""Soft information bottleneck: the self-consistent equations, iterated with acceleration.

Clusters run down and rows or columns across, so that the inner loops are long, contiguous and
vectorised however few clusters there are.
"""

import numpy as np

from skinfo._kernels._exp import fast_exp
from skinfo._kernels._jit import kernel
from skinfo._kernels._log import fast_log
from skinfo._kernels._multiply import multiply, multiply_by_transpose

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
# in nats, by less than this.
PATIENCE = 100
STANDSTILL = 1e-7


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
        Largest change of a sqrt q(t, y) in a step that ends the iteration. It also ends when it
        creeps, unless this is zero.

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
    last = np.empty((2, size))
    moves = np.empty((DEPTH, size))
    changes = np.empty((DEPTH, size))
    n_seen = n_iter = n_stood = 0
    while n_iter < max_iter:
        decoder_logs(point, beta, logs, log_weights)
        multiply_by_transpose(logs, rows, joint)
        energy = -encode(joint, log_weights, mass)
        multiply(joint, rows, reached)
        n_iter += 1
        if n_seen > 1 and energy > energies[n_stood - 1] + SLACK * abs(energy):
            go_back(last, point)
            n_seen = 0
            continue
        energies[n_stood] = energy
        n_stood += 1
        furthest = advance(reached, point, last, moves, changes, n_seen)
        n_seen += 1
        if furthest < tol or (tol > 0.0 and is_creeping(energies, n_stood)):
            break
        # The last step is a plain one, which cannot be for the worse.
        if n_seen > 1 and n_iter + 1 < max_iter:
            n_used = min(n_seen - 1, DEPTH)
            extrapolate(moves[:n_used], changes[:n_used], last[1], point)
    return n_iter, n_stood


@kernel
def advance(reached, point, last, moves, changes, n_seen):
    """Move the point to where a step took it, and note how the step differs from the one before.

    Parameters
    ----------
    reached : ndarray of shape (n_clusters, n_columns)
        q(t, y).

    point : ndarray of shape (n_clusters, n_columns)
        Its square roots before the step, overwritten by those after it.

    last : ndarray of shape (2, size)
        What the last step reached, and its residual: reached less set out from. Overwritten.

    moves, changes : ndarray of shape (DEPTH, size)
        Changes of both from step to step, the oldest of which is overwritten.

    n_seen : int
        Steps noted before.

    Returns
    -------
    furthest : float
        The largest residual.
    """
    furthest = 0.0
    slot = (n_seen + DEPTH - 1) % DEPTH
    j = 0
    for t in range(point.shape[0]):
        for y in range(point.shape[1]):
            there = np.sqrt(reached[t, y])
            residual = there - point[t, y]
            furthest = max(furthest, abs(residual))
            if n_seen > 0:
                moves[slot, j] = there - last[0, j]
                changes[slot, j] = residual - last[1, j]
            last[0, j] = there
            last[1, j] = residual
            point[t, y] = there
            j += 1
    return furthest


@kernel
def go_back(last, point):
    """Undo an extrapolation."""
    j = 0
    for t in range(point.shape[0]):
        for y in range(point.shape[1]):
            point[t, y] = last[0, j]
            j += 1


@kernel
def is_creeping(energies, n_stood):
    """Tell whether the last steps lowered the energy so little that it is not worth going on."""
    before = n_stood - 1 - PATIENCE
    return before >= 0 and energies[before] - energies[n_stood - 1] < STANDSTILL


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
        for i in range(top.shape[0]):
            top[i] = -np.inf
            total[i] = 0.0
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


@kernel
def extrapolate(moves, changes, residual, point):
    """Subtract from a point the moves whose changes sum closest to its residual.

    Parameters
    ----------
    moves, changes : ndarray of shape (n_used, size)
        Of the point reached, and of the residual (point reached less point set out from), between
        one step and the next.

    residual : ndarray of shape (size,)
        Of the last step.

    point : ndarray of shape (n_clusters, n_columns)
        What it reached; overwritten.
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
    move = np.dot(shares, moves)
    j = 0
    for t in range(point.shape[0]):
        for y in range(point.shape[1]):
            point[t, y] -= move[j]
            j += 1


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
