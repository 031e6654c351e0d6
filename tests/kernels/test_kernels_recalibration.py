"""Second derivatives of the loss of recalibrated predictions, against differences of gradients."""

import numpy as np
import pytest

from skinfo._kernels._recalibration import calibrated_hessian, calibrated_loss


@pytest.mark.parametrize("n_classes", [1, 2, 5])
def test_calibrated_curvature_is_that_of_the_loss(n_classes, rng):
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
    np.testing.assert_allclose(found, expected, atol=1e-7)


def test_calibrated_curvature_of_no_rows_is_zero():
    found = calibrated_hessian(np.empty((0, 3)), np.empty(0), 1.0, np.zeros(3))
    np.testing.assert_array_equal(found, np.zeros((4, 4)))
