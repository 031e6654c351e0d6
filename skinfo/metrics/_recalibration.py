"""Recalibration of predictions: by a function that never falls, and by a smooth one."""

from typing import NamedTuple

import numpy as np
from scipy.optimize import isotonic_regression, minimize
from scipy.special import softmax

from skinfo._kernels._recalibration import calibrated_hessian, calibrated_loss
from skinfo.metrics._probabilities import PROBABILITY_FLOOR

# A step of Newton's method takes the square of the classes a row: of more, gradients alone are as
# quick.
MOST_FOR_NEWTON = 100

# Five to ten steps are usual. The last gains less than this share of the loss.
MOST_STEPS = 100
LONGEST_STEP = 2.0
TOLERANCE = 1e-12


class Recalibration(NamedTuple):
    """Rows with the same prediction are a cell; cells are in the order of their predictions."""

    cell: np.ndarray  # (n_samples,) of each row
    mass: np.ndarray  # (n_cells,) weight of the rows
    hits: np.ndarray  # (n_cells,) weight of those that are of the class
    rate: np.ndarray  # (n_cells,) isotonic share of hits

    @classmethod
    def of(cls, score, happened, weight):
        """Pool adjacent violators among rows of positive `weight`, in the order of `score`."""
        order = np.argsort(score)
        ranked = score[order]
        cell = np.empty(len(order), np.int64)
        cell[order] = np.concatenate([[0], np.cumsum(ranked[1:] != ranked[:-1])])
        mass = np.bincount(cell, weight)
        hits = np.bincount(cell, weight * happened)
        return cls(cell, mass, hits, np.clip(_pooled(hits, mass).x, 0, 1))

    def of_rates(self, rate, weight):
        """Return the best non-decreasing function of the score for a `rate` of each row."""
        hits = np.bincount(self.cell, weight * rate)
        return np.clip(_pooled(hits, self.mass).x, 0, 1)[self.cell]

    def design_effect(self, happened, weight, groups):
        """Return how much more the hits of a block vary for coming in groups, on average."""
        block = np.concatenate([[0], np.cumsum(self.rate[1:] != self.rate[:-1])])
        block_of_row = block[self.cell]
        deviation = weight * (happened - self.rate[self.cell])
        n_blocks = block[-1] + 1
        key, pair = np.unique(groups * n_blocks + block_of_row, return_inverse=True)
        grouped = np.bincount(key % n_blocks, np.bincount(pair, deviation) ** 2, n_blocks)
        alone = np.bincount(block, self.mass * self.rate * (1 - self.rate), n_blocks)
        mixed = alone > 0
        return float(np.mean(grouped[mixed] / alone[mixed])) if mixed.any() else 1.0


def _pooled(hits, mass):
    return isotonic_regression(hits / mass, weights=mass)


def smooth_recalibration(prob, columns, weight):
    """Return the predictions recalibrated by a temperature and a bias for each class.

    The best softmax of ``slope * ln(prob) + bias``. Isotonic rates jump between few levels,
    and labels drawn from them are easier to fit than those of rates that rise everywhere.

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
    identity = np.append(1.0, np.zeros(prob.shape[1]))

    def penalised(parameters):
        gradient = np.empty(len(parameters))
        step = parameters - identity
        loss = calibrated_loss(log_prob, columns, weight, parameters[0], parameters[1:], gradient)
        # As much as one row is worth: it keeps the bias of a class that never happened finite.
        return loss + step @ step / 2, gradient + step

    def curvature(parameters):
        of_loss = calibrated_hessian(log_prob, weight, parameters[0], parameters[1:])
        # As much as tells rounding from curvature: all biases may rise together, and of very heavy
        # rows the penalty is less than rounding.
        return of_loss + np.eye(len(parameters)) * (1 + TOLERANCE * np.trace(of_loss))

    if prob.shape[1] > MOST_FOR_NEWTON:
        best = minimize(penalised, identity, jac=True, method="L-BFGS-B").x
    else:
        best = _newton(penalised, curvature, identity)
    return softmax(best[0] * log_prob + best[1:], axis=1)


def _newton(function, curvature, x):
    """Return the minimum of a strictly convex function, by Newton's method from `x` on.

    Parameters
    ----------
    function : callable
        Returns the value, positive, and the gradient (n_parameters,).

    curvature : callable
        Returns the second derivatives (n_parameters, n_parameters).

    x : ndarray of shape (n_parameters,)
    """
    value, gradient = function(x)
    for _ in range(MOST_STEPS):
        step = np.linalg.solve(curvature(x), gradient)
        # Where all predictions are certain there is next to no curvature.
        step /= max(1.0, np.abs(step).max() / LONGEST_STEP)
        # Twice what the step gains where the function is quadratic.
        gain = gradient @ step
        if gain <= TOLERANCE * value:
            return x - step
        length, (new_value, new_gradient) = 1.0, function(x - step)
        while new_value > value - length * gain / 4 and length > TOLERANCE:
            length /= 2
            new_value, new_gradient = function(x - length * step)
        x, value, gradient = x - length * step, new_value, new_gradient
    return x
