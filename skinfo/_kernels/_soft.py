"""Soft information bottleneck: the self-consistent equations, iterated with acceleration.

Clusters run down and rows or columns across, so that the inner loops are long, contiguous and
vectorised however few clusters there are.
"""

from typing import NamedTuple

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
# What a step was that is no stride.
EXTRAPOLATED = -1.0
# A stride goes further by so many residuals at most.
LONGEST = 1e6
# An energy may rise by this share of its size, which is rounding.
SLACK = 1e-14
# Where clusters part, a descent may creep for ever: it ends once all that is to come would lower
# the energy, in nats, by less than STANDSTILL, judged by three spans of PATIENCE steps, or once
# these lower it by less than FLAT.
PATIENCE = 50
STANDSTILL = 1e-8
FLAT = 1e-10


class Descent(NamedTuple):
    """A descent on its way.

    point : ndarray of shape (n_clusters, n_columns)
        sqrt q(t, y).
    joint : ndarray of shape (n_clusters, n_rows)
        q(t, x) of the last step.
    energies : ndarray of shape (max_iter,)
        Of each step that stood, I(T;X) - beta I(T;Y) + beta H(Y), in nats, or rather its bound
        for the decoder that the step set out from.
    last : ndarray of shape (2, size)
        What the last step reached, and its residual: reached less set out from.
    moves, changes : ndarray of shape (DEPTH, size)
        Changes of both from step to step.
    counts : ndarray of shape (3,), dtype int64
        Steps made, those not undone, and those since an extrapolation was undone.
    stride : ndarray of shape (3,)
        How many residuals a stride goes further than a step; how many the last step did,
        EXTRAPOLATED or 0; and whether strides are tried, since an extrapolation was undone.
    """

    point: np.ndarray
    joint: np.ndarray
    energies: np.ndarray
    last: np.ndarray
    moves: np.ndarray
    changes: np.ndarray
    counts: np.ndarray
    stride: np.ndarray


def begin_descent(start, n_rows, max_iter):
    """Return the Descent from a decoder q(t, y) of shape (n_clusters, n_columns)."""
    return Descent(
        np.sqrt(start),
        np.empty((len(start), n_rows)),
        np.empty(max_iter),
        np.empty((2, start.size)),
        np.empty((DEPTH, start.size)),
        np.empty((DEPTH, start.size)),
        np.zeros(3, np.int64),
        np.array([1.0, 0.0, 0.0]),
    )


@kernel
def descend(rows, mass, beta, tol, descent, n_steps):
    """Iterate q(t|x) ~ q(t) exp(-beta KL(p(y|x) || q(y|t))) from a decoder; the energy falls.

    A step maps a decoder q(t, y) to the next. Next to a phase transition it contracts as little
    as one likes, so steps are extrapolated by Anderson's method, in the coordinates sqrt q(t, y),
    in which zeros are no edge. That is the way to a fixed point, which may be a saddle: where it
    would lead back, or led up, a step goes further by a multiple of itself instead, twice as far
    each time that this leads down. What raises the energy is undone.

    Parameters
    ----------
    rows : ndarray of shape (n_rows, n_columns) or (data, indices, indptr) of a CSR array
        p(y|x), float64.

    mass : ndarray of shape (n_rows,)
        p(x).

    beta : float

    tol : float
        Largest change of a sqrt q(t, y) in a step that ends the iteration. It also ends when it
        creeps, unless this is zero.

    descent : Descent
        Changed in place.

    n_steps : int
        At most, of this call: how often it is called changes nothing.

    Returns
    -------
    ended : bool
    """
    point, joint, energies, last, moves, changes, counts, stride = descent
    max_iter = energies.shape[0]
    logs = np.empty(point.shape)
    log_weights = np.empty(point.shape[0])
    reached = np.empty(point.shape)
    for _ in range(min(n_steps, max_iter - counts[0])):
        n_iter, n_stood, n_seen = counts[0], counts[1], counts[2]
        decoder_logs(point, beta, logs, log_weights)
        multiply_by_transpose(logs, rows, joint)
        energy = -encode(joint, log_weights, mass)
        multiply(joint, rows, reached)
        n_iter += 1
        # Not `>`: beyond the largest float it is NaN.
        if stride[1] != 0.0 and not energy <= energies[n_stood - 1] + SLACK * abs(energy):
            go_back(last, point)
            counts[0], counts[2] = n_iter, 0
            stride[2] = stride[1] == EXTRAPOLATED
            if stride[1] > 0.0:
                stride[0] = max(stride[1] / 4.0, 1.0)
            stride[1] = 0.0
            continue
        stride[0] = min(max(stride[0], 2.0 * stride[1]), LONGEST)
        energies[n_stood] = energy
        n_stood += 1
        furthest = advance(reached, point, last, moves, changes, n_seen)
        n_seen += 1
        counts[0], counts[1], counts[2] = n_iter, n_stood, n_seen
        if furthest < tol or (tol > 0.0 and is_creeping(energies, n_stood)):
            return True
        # The last step is a plain one, which cannot be for the worse.
        stride[1] = 0.0
        if n_iter + 1 < max_iter and stride[2] != 0.0:
            stride[1] = stride[0]
            move_by(last[1], stride[0], point)
        elif n_iter + 1 < max_iter and n_seen > 1:
            n_used = min(n_seen - 1, DEPTH)
            stride[1] = EXTRAPOLATED
            if not extrapolate(moves[:n_used], changes[:n_used], last[1], point):
                stride[1] = stride[0]
                move_by(last[1], stride[0], point)
    return counts[0] == max_iter


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
    """Tell whether what is left to gain is not worth going on for, judged twice.

    From span to span of steps the gain falls by some factor, as it will go on to do: what is left
    is the rest of a geometric series. Where it grows, the descent leaves a saddle, however slowly.
    """
    last = n_stood - 1
    if last < 3 * PATIENCE:
        return False
    # Strides that double would by now have led out of the flattest saddle.
    if energies[last - 3 * PATIENCE] - energies[last] < FLAT:
        return True
    third = energies[last - PATIENCE] - energies[last]
    second = energies[last - 2 * PATIENCE] - energies[last - PATIENCE]
    first = energies[last - 3 * PATIENCE] - energies[last - 2 * PATIENCE]
    return is_little(first, second) and is_little(second, third)


@kernel
def is_little(before, gain):
    """Tell whether two terms of a geometric series leave less than STANDSTILL to come."""
    return gain < before and gain * gain < STANDSTILL * (before - gain)


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

    Returns
    -------
    forward : bool
        Whether the whole step goes along its residual rather than against it; else nothing moves.
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
    if np.dot(move, residual) > np.dot(residual, residual):
        return False
    move_by(move, -1.0, point)
    return True


@kernel
def move_by(move, times, point):
    """Add a move, (size,), some times to a point, (n_clusters, n_columns)."""
    j = 0
    for t in range(point.shape[0]):
        for y in range(point.shape[1]):
            point[t, y] += times * move[j]
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
