"""Predictions recalibrated by a temperature and biases."""

import numpy as np
import pytest
from scipy.special import softmax

from skinfo.metrics._recalibration import smooth_recalibration


def sharpened(rng, n, n_classes):
    """Return overconfident predictions, the labels, and the true distributions."""
    truth = softmax(rng.normal(size=(n, n_classes)), axis=1)
    y = (truth.cumsum(axis=1) < rng.random((n, 1))).sum(axis=1)
    return softmax(2 * np.log(truth), axis=1), y, truth


@pytest.mark.parametrize("n_classes", [2, 4, 120])
def test_smooth_recalibration_has_the_rates_of_the_classes(n_classes, rng):
    prob, y, _ = sharpened(rng, 600, n_classes)
    weight = rng.random(600) * 1000
    rates = smooth_recalibration(prob, y, weight)
    np.testing.assert_allclose(rates.sum(axis=1), 1)
    # Where the derivative by a bias is zero, but for a penalty worth one row of weight one.
    hits = np.bincount(y, weight, minlength=n_classes)
    np.testing.assert_allclose(weight @ rates, hits, atol=10)


def test_smooth_recalibration_is_consistent(rng):
    prob, y, truth = sharpened(rng, 20_000, 3)
    rates = smooth_recalibration(prob, y, np.ones(len(y)))
    np.testing.assert_allclose(rates, truth, atol=0.02)


@pytest.mark.parametrize("heavy", [1e6, 1e17, 1e200])
@pytest.mark.parametrize("kind", ["certain", "constant", "sharp"])
def test_smooth_recalibration_of_heavy_rows(kind, heavy, rng):
    prob, y, _ = sharpened(rng, 300, 3)
    if kind == "certain":
        prob = np.eye(3)[prob.argmax(axis=1)]
    elif kind == "constant":
        prob = np.full((300, 3), 1 / 3)
    rates = smooth_recalibration(prob, y, np.full(300, heavy))
    np.testing.assert_allclose(rates.mean(axis=0), np.bincount(y) / 300, atol=1e-6)
