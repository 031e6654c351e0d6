"""Held-out gains of additive models of codes, against scikit-learn's logistic regression."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import OneHotEncoder

from skinfo._kernels._additive import additive_gains


def sample(rng, n=600, n_columns=6, n_classes=3):
    codes = rng.integers(0, 4, (n_columns, n)).astype(np.uint8)
    score = codes[:3].sum(axis=0) + 2 * rng.normal(size=n)
    y = np.searchsorted(np.quantile(score, np.arange(1, n_classes) / n_classes), score)
    return codes, y.astype(np.int32)


# Penalties of four models side by side.
RIDGES = np.array([1.0, 4.0, 16.0, 64.0])


def gains(codes, y, training, held_out, sizes, ridges=RIDGES):
    levels = np.full(len(codes), 4)
    return additive_gains(
        codes, levels, y, int(y.max()) + 1, training, held_out, np.array(sizes), ridges
    )


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("lane", range(4))
def test_gains_are_those_of_a_ridge_logistic_regression_on_indicators(rng, n_classes, lane):
    codes, y = sample(rng, n_classes=n_classes)
    training = np.arange(600) < 400
    # Sizes repeated give the cycles that convergence takes.
    sums = gains(codes, y, training * 1.0, ~training * 1.0, [3] * 20)[lane, -1]
    X = OneHotEncoder(sparse_output=False).fit_transform(codes[:3].T)
    ridge = RIDGES[lane]
    # The parameter of two classes is the difference of two effects: half the penalty.
    strength = 1 / ridge if n_classes > 2 else 2 / ridge
    model = LogisticRegression(C=strength, tol=1e-8, max_iter=1000).fit(X[training], y[training])
    own = model.predict_log_proba(X[~training])[np.arange(200), y[~training]]
    prior = (np.bincount(y[training]) + 1 / n_classes) / 401
    expected = own - np.log(prior[y[~training]])
    # The prior is no parameter of ours, so intercepts differ by a little.
    np.testing.assert_allclose(sums[0], expected.sum(), rtol=0.02)
    np.testing.assert_allclose(sums[1], (expected**2).sum(), rtol=0.04)


def test_without_columns_there_is_no_gain_and_the_rest_is_counted_from_the_first_size(rng):
    codes, y = sample(rng)
    training = (np.arange(600) < 400) * 1.0
    sums = gains(codes, y, training, 1 - training, [0, 2, 5])[1]
    assert np.all(sums[0] == 0)
    np.testing.assert_array_equal(sums[:, 1], sums[:, 2])
    later = gains(codes, y, training, 1 - training, [2, 5])[1]
    assert later[0, 2] == 0 < later[1, 2] < sums[2, 2]


def test_variance_of_gains_of_nothing_is_that_of_classes_drawn_by_the_prior(rng):
    codes, y = sample(rng, n=4000)
    training = (np.arange(4000) < 100) * 1.0
    sums = gains(codes, y, training, 1 - training, [0, 3])[1, 1]
    drawn = rng.choice(3, 4000, p=np.bincount(y[:100]) / 100).astype(np.int32)
    drawn[:100] = y[:100]
    of_nothing = gains(codes, drawn, training, 1 - training, [0, 3])[1, 1]
    variance = of_nothing[1] - of_nothing[0] ** 2 / 3900
    np.testing.assert_allclose(sums[4], variance, rtol=0.15)


def test_models_side_by_side_do_not_touch(rng):
    codes, y = sample(rng)
    training = (np.arange(600) < 400) * 1.0
    sums = gains(codes, y, training, 1 - training, [0, 2, 5])
    turned = gains(codes, y, training, 1 - training, [0, 2, 5], RIDGES[[2, 3, 0, 1]])
    np.testing.assert_array_equal(sums[[2, 3, 0, 1]], turned)


def test_weights_are_repetitions(rng):
    codes, y = sample(rng, n=200)
    training, held_out = rng.integers(0, 3, (2, 200)).astype(float)
    which = np.repeat(np.arange(200), (training + held_out).astype(int))
    turn = np.arange(len(which)) - np.searchsorted(which, which)
    is_training = (turn < training[which]) * 1.0
    weighted = gains(codes, y, training, held_out, [1, 4])
    repeated = gains(codes[:, which].copy(), y[which], is_training, 1 - is_training, [1, 4])
    np.testing.assert_allclose(weighted, repeated, rtol=1e-10)
