"""Loss, gradient and Hessian of recalibrated predictions, against SciPy and differences."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.optimize import approx_fprime
from scipy.special import log_softmax

from skinfo._kernels._recalibration import calibrated_hessian, calibrated_loss


def test_calibrated_loss_and_its_gradient():
    rng = np.random.default_rng(2)
    log_prob = np.log(rng.dirichlet(np.ones(4), 30))
    columns, weight = rng.integers(0, 4, 30), rng.random(30)
    parameters = np.array([0.7, 0.1, -0.3, 0.0, 0.5])

    def loss(parameters):
        scores = log_softmax(parameters[0] * log_prob + parameters[1:], axis=1)
        return -(weight * scores[np.arange(30), columns]).sum()

    gradient = np.empty(5)
    found = calibrated_loss(log_prob, columns, weight, 0.7, parameters[1:], gradient)
    assert_allclose(found, loss(parameters), rtol=1e-12)
    assert_allclose(gradient, approx_fprime(parameters, loss, 1e-7), atol=1e-5)


@pytest.mark.parametrize("n_classes", [1, 2, 5])
def test_calibrated_hessian_is_that_of_the_loss(n_classes, rng):
    log_prob = np.log(rng.dirichlet(np.ones(n_classes), size=40))
    columns = rng.integers(0, n_classes, 40)
    weight = rng.random(40)
    parameters = np.append(0.7, rng.normal(size=n_classes))

    def gradient(shift):
        slope, *bias = parameters + shift
        found = np.empty(n_classes + 1)
        calibrated_loss(log_prob, columns, weight, slope, np.array(bias), found)
        return found

    shifts = 1e-5 * np.eye(n_classes + 1)
    expected = np.array([(gradient(shift) - gradient(-shift)) / 2e-5 for shift in shifts])
    found = calibrated_hessian(log_prob, weight, parameters[0], parameters[1:])
    np.testing.assert_array_equal(found, found.T)
    assert_allclose(found, expected, atol=1e-7)


def test_calibrated_hessian_of_no_rows_is_zero():
    found = calibrated_hessian(np.empty((0, 3)), np.empty(0), 1.0, np.zeros(3))
    np.testing.assert_array_equal(found, np.zeros((4, 4)))
