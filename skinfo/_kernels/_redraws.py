"""Labels drawn from distributions, and what an isotonic regression of them gains."""

import math

import numpy as np

from skinfo._kernels._exp import fast_exp
from skinfo._kernels._jit import kernel

# A product of probabilities below this is turned into its logarithm: one more factor of at
# least 2**-52 does not underflow.
SMALLEST_PRODUCT = 1e-290

# A row that stands for more rows than this gets its labels by binomials, not one by one.
MANY_DRAWS = 64


@kernel
def redrawn_gains(prob, reference, draws, cell, mass, n_cells, floor, n_resamples, random):
    """Return what isotonic regression of redrawn labels gains over a reference, in nats.

    A class is one against all others, with the loss y ln(y / r) - y + r of its rate r; of two
    classes one regression has the loss of both. The labels of a row are drawn together.

    Parameters
    ----------
    prob : ndarray of shape (n_samples, n_classes), dtype float64
        Distributions that the labels are drawn from. A row of a weight w is drawn ceil(w) times.

    reference : ndarray of shape (n_samples, n_classes), dtype float64
        Rates that the regression is compared with.

    draws : (n_draws, part), ndarrays of shape (n_samples,), dtype int64 and float64
        How often a row is drawn, and the weight of one draw.

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
    n_samples, n_classes = prob.shape
    n_draws, part = draws
    n_fitted = cell.shape[0]
    is_binary = n_fitted == 1
    expected = np.zeros(n_fitted)
    for i in range(n_samples):
        for f in range(n_fitted):
            expected[f] += n_draws[i] * part[i] * reference[i, f]
    hits = np.zeros(mass.shape)
    block_hits, block_mass = np.empty(mass.shape[1]), np.empty(mass.shape[1])
    counts = np.zeros(n_classes, np.int64)
    gains = np.empty((n_resamples, n_fitted))
    for b in range(n_resamples):
        loss = np.zeros(n_fitted)
        product = np.ones(n_fitted)
        for i in range(n_samples):
            if n_draws[i] <= MANY_DRAWS and part[i] == 1.0:
                for _ in range(n_draws[i]):
                    label = drawn_label(prob, i, random.random())
                    f = 0 if is_binary else label
                    product[f] *= max(reference[i, label], floor)
                    if product[f] < SMALLEST_PRODUCT:
                        loss[f] -= math.log(product[f])
                        product[f] = 1.0
                    if label == 1 or not is_binary:
                        hits[f, cell[f, i]] += 1.0
                continue
            draw_counts(prob, i, n_draws[i], random, counts)
            for label in range(n_classes):
                if counts[label] > 0:
                    weight = counts[label] * part[i]
                    f = 0 if is_binary else label
                    loss[f] -= weight * math.log(max(reference[i, label], floor))
                    if label == 1 or not is_binary:
                        hits[f, cell[f, i]] += weight
        for f in range(n_fitted):
            total, pooled = pooled_loss(
                hits[f, : n_cells[f]], mass[f, : n_cells[f]], is_binary, block_hits, block_mass
            )
            gains[b, f] = loss[f] - math.log(product[f]) - pooled
            if not is_binary:
                gains[b, f] += expected[f] - total
    return gains


@kernel
def drawn_label(prob, i, uniform):
    """Return the label in row `i` of `prob` that a number in [0, 1) falls on."""
    last = prob.shape[1] - 1
    label = 0
    above = prob[i, 0]
    while uniform >= above and label < last:
        label += 1
        above += prob[i, label]
    while prob[i, label] <= 0.0:  # where a row sums to less than one by rounding
        label -= 1
    return label


@kernel
def draw_counts(prob, i, n_draws, random, counts):
    """Fill `counts` with how often each label comes in `n_draws` draws from row `i`."""
    counts[:] = 0
    if n_draws <= MANY_DRAWS:
        for _ in range(n_draws):
            counts[drawn_label(prob, i, random.random())] += 1
        return
    rest, left = 1.0, n_draws
    for label in range(prob.shape[1] - 1):
        if left == 0:
            return
        share = min(prob[i, label] / rest, 1.0) if rest > 0.0 else 1.0
        counts[label] = random.binomial(left, share)
        left -= counts[label]
        rest -= prob[i, label]
    counts[prob.shape[1] - 1] = left


@kernel
def pooled_loss(hits, mass, is_binary, block_hits, block_mass):
    """Return the sum of the hits, and the log loss at their isotonic rates; empty `hits`.

    Cells without a hit lower the rate of the block before them. Blocks are compared only when
    the next hit comes, so that the work is by the hit and not by the cell.
    """
    n_blocks, total = 0, 0.0
    before = 0.0  # weight of the cells since the last hit
    for c in range(hits.shape[0]):
        h = hits[c]
        if h == 0.0:
            before += mass[c]
            continue
        hits[c] = 0.0
        total += h
        if n_blocks > 0:
            block_mass[n_blocks - 1] += before
            n_blocks = pool_last(n_blocks, block_hits, block_mass)
        elif before > 0.0:
            block_hits[0], block_mass[0] = 0.0, before
            n_blocks = 1
        block_hits[n_blocks], block_mass[n_blocks] = h, mass[c]
        n_blocks = pool_last(n_blocks + 1, block_hits, block_mass)
        before = 0.0
    if n_blocks > 0:
        block_mass[n_blocks - 1] += before
        n_blocks = pool_last(n_blocks, block_hits, block_mass)
    loss = 0.0
    for b in range(n_blocks):
        h, m = block_hits[b], block_mass[b]
        if h > 0.0:
            loss -= h * math.log(h / m)
        if is_binary and m > h:
            loss -= (m - h) * math.log((m - h) / m)
    return total, loss


@kernel
def pool_last(n_blocks, hits, mass):
    """Pool the last block with those before it whose rate is not lower; return how many stay."""
    last = n_blocks - 1
    while last > 0 and hits[last - 1] * mass[last] >= hits[last] * mass[last - 1]:
        hits[last - 1] += hits[last]
        mass[last - 1] += mass[last]
        last -= 1
    return last + 1


@kernel
def calibrated_loss(log_prob, columns, weight, slope, bias, gradient):
    """Return the loss of the softmax of ``slope * log_prob + bias``, in nats, summed over rows.

    Parameters
    ----------
    log_prob : ndarray of shape (n_samples, n_classes), dtype float64

    columns : ndarray of shape (n_samples,), dtype int64

    weight : ndarray of shape (n_samples,), dtype float64

    slope : float

    bias : ndarray of shape (n_classes,), dtype float64

    gradient : ndarray of shape (n_classes + 1,), dtype float64
        Filled with the derivatives by `slope` and by each `bias`.
    """
    n_samples, n_classes = log_prob.shape
    gradient[:] = 0.0
    loss = 0.0
    score = np.empty(n_classes)
    for i in range(n_samples):
        top = -np.inf
        for k in range(n_classes):
            score[k] = slope * log_prob[i, k] + bias[k]
            top = max(top, score[k])
        label = columns[i]
        loss += weight[i] * (top - score[label])
        total = 0.0
        for k in range(n_classes):
            score[k] = fast_exp(score[k] - top)
            total += score[k]
        loss += weight[i] * math.log(total)
        scale = weight[i] / total
        for k in range(n_classes):
            share = scale * score[k]
            gradient[0] += share * log_prob[i, k]
            gradient[k + 1] += share
        gradient[0] -= weight[i] * log_prob[i, label]
        gradient[label + 1] -= weight[i]
    return loss
