"""Recalibration of predictions by isotonic regression and by a smooth function."""

from typing import NamedTuple

import numpy as np
from scipy.optimize import isotonic_regression, minimize
from scipy.special import softmax

from skinfo._kernels._recalibration import calibrated_hessian, calibrated_loss
from skinfo._kernels._sorting import sorted_rows
from skinfo.metrics._probabilities import PROBABILITY_FLOOR

# Largest number of classes for Newton's method, whose steps take n_samples * n_classes**2
# operations; beyond it, L-BFGS is as fast.
MAX_NEWTON_CLASSES = 100

# Five to ten steps are usual. The last reduces the loss by less than this proportion of it.
MAX_NEWTON_STEPS = 100
MAX_STEP_LENGTH = 2.0
TOLERANCE = 1e-12


class IsotonicRecalibration(NamedTuple):
    """Isotonic regression of one class on its predictions.

    Samples with equal predictions form a cell; cells are sorted by their predictions.
    """

    cell: np.ndarray  # (n_samples,) cell index of each sample
    mass: np.ndarray  # (n_cells,) weight of the samples
    hits: np.ndarray  # (n_cells,) weight of the samples of the class
    rate: np.ndarray  # (n_cells,) isotonic proportion of hits

    @classmethod
    def fit(cls, score, is_class, weight):
        """Pool adjacent violators of samples with positive `weight`, sorted by `score`."""
        # Equal scores are in one cell, so their order is irrelevant.
        ranked, order = sorted_rows(np.asarray(score, np.float64))
        cell = np.empty(len(order), np.int64)
        cell[order] = np.concatenate([[0], np.cumsum(ranked[1:] != ranked[:-1])])
        mass = np.bincount(cell, weight)
        hits = np.bincount(cell, weight * is_class)
        # A pooled mean may leave [0, 1] by rounding.
        return cls(cell, mass, hits, np.clip(_pooled(hits, mass).x, 0, 1))

    def regress(self, rate, weight):
        """Return the isotonic regression of other rates (n_samples,) on the same score."""
        hits = np.bincount(self.cell, weight * rate)
        return np.clip(_pooled(hits, self.mass).x, 0, 1)[self.cell]

    def design_effect(self, is_class, weight, groups):
        """Return the variance of the hits in pooled blocks relative to independent samples.

        Averaged over the blocks; 1 if samples of a group are independent.
        """
        block = np.concatenate([[0], np.cumsum(self.rate[1:] != self.rate[:-1])])
        block_of_sample = block[self.cell]
        deviation = weight * (is_class - self.rate[self.cell])
        n_blocks = block[-1] + 1
        # One key for each pair of a group and a block: samples of a group depend on each other, so
        # their deviations are added before they are squared.
        key, pair = np.unique(groups * n_blocks + block_of_sample, return_inverse=True)
        grouped = np.bincount(key % n_blocks, np.bincount(pair, deviation) ** 2, n_blocks)
        # The binomial variance, where a weight of w counts as w repetitions.
        independent = np.bincount(block, self.mass * self.rate * (1 - self.rate), n_blocks)
        # A block of rate 0 or 1 has no variance.
        is_mixed = independent > 0
        return float(np.mean(grouped[is_mixed] / independent[is_mixed])) if is_mixed.any() else 1.0


def _pooled(hits, mass):
    return isotonic_regression(hits / mass, weights=mass)


def smooth_recalibration(prob, columns, weight):
    """Return the predictions recalibrated by a temperature and a bias for each class.

    The softmax of ``slope * ln(prob) + bias`` with the smallest log loss. Isotonic rates are step
    functions, which fit labels sampled from them better than labels sampled from strictly
    increasing rates.

    Parameters
    ----------
    prob : ndarray of shape (n_samples, n_classes)

    columns : ndarray of shape (n_samples,), dtype int

    weight : ndarray of shape (n_samples,)

    Returns
    -------
    rates : ndarray of shape (n_samples, n_classes), dtype float64
    """
    log_prob = np.log(np.maximum(prob, PROBABILITY_FLOOR, dtype=np.float64))
    # Unchanged predictions: slope one, no bias.
    identity = np.append(1.0, np.zeros(prob.shape[1]))

    def penalised(parameters):
        gradient = np.empty(len(parameters))
        step = parameters - identity
        loss = calibrated_loss(log_prob, columns, weight, parameters[0], parameters[1:], gradient)
        # A penalty of the weight of one sample keeps the bias of a class without samples finite.
        return loss + step @ step / 2, gradient + step

    def curvature(parameters):
        of_loss = calibrated_hessian(log_prob, weight, parameters[0], parameters[1:])
        # The loss is constant along a common shift of all biases; for very heavy samples the
        # penalty there is below rounding error, so the diagonal is raised above it.
        return of_loss + np.eye(len(parameters)) * (1 + TOLERANCE * np.trace(of_loss))

    if prob.shape[1] > MAX_NEWTON_CLASSES:
        best = minimize(penalised, identity, jac=True, method="L-BFGS-B").x
    else:
        best = _newton(penalised, curvature, identity)
    return softmax(best[0] * log_prob + best[1:], axis=1)


def _newton(function, curvature, x):
    """Return the minimiser of a strictly convex function by Newton's method, starting at `x`.

    Parameters
    ----------
    function : callable
        Returns the positive value and the gradient, of shape (n_parameters,).

    curvature : callable
        Returns the second derivatives, of shape (n_parameters, n_parameters).

    x : ndarray of shape (n_parameters,)
    """
    value, gradient = function(x)
    for _ in range(MAX_NEWTON_STEPS):
        step = np.linalg.solve(curvature(x), gradient)
        # If all predictions are certain, the curvature almost vanishes.
        step /= max(1.0, np.abs(step).max() / MAX_STEP_LENGTH)
        # Twice the reduction by the step if the function is quadratic.
        gain = gradient @ step
        if gain <= TOLERANCE * value:
            return x - step
        length, (new_value, new_gradient) = 1.0, function(x - step)
        # Armijo: halved until at least a quarter of the reduction that the slope promises is made.
        while new_value > value - length * gain / 4 and length > TOLERANCE:
            length /= 2
            new_value, new_gradient = function(x - length * step)
        x, value, gradient = x - length * step, new_value, new_gradient
    return x
