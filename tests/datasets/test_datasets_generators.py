"""Generators: the true bits against other derivations, and against estimates from samples."""

import math
from functools import partial
from itertools import product

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.integrate import quad
from scipy.special import entr, expit, ndtr
from scipy.stats import norm

from skinfo import datasets
from skinfo.datasets import (
    make_correlated_normals,
    make_documents,
    make_madelon,
    make_parity,
    make_predictions,
    make_redundant_copies,
    make_steps,
    make_wave,
)
from skinfo.estimation import mutual_info
from skinfo.measures import mutual_information
from skinfo.metrics import binary_cross_entropy, log_loss_decomposition

# Small samples of each, with all that is drawn.
GENERATORS = {
    "make_correlated_normals": partial(make_correlated_normals, rho=[0.5, -0.2]),
    "make_documents": partial(make_documents, n_words=30),
    "make_madelon": partial(make_madelon, n_features=8, n_redundant=2),
    "make_parity": partial(make_parity, flip=0.1),
    "make_predictions": make_predictions,
    "make_redundant_copies": partial(make_redundant_copies, jitter=0.1),
    "make_steps": make_steps,
    "make_wave": make_wave,
}

each_generator = pytest.mark.parametrize("make", GENERATORS.values(), ids=GENERATORS)


def entropy(p):
    """Return the entropy of a bit."""
    return (entr(p) + entr(1 - p)) / math.log(2)


def values(sample):
    return [x.toarray() if hasattr(x, "toarray") else x for x in sample]


def test_all_generators_are_here():
    named = [name for name in datasets.__all__ if name.startswith("make_")]
    assert sorted(GENERATORS) == named


@each_generator
def test_seeds(make):
    first = values(make(50, random_state=3))
    for seed in (3, np.random.default_rng(3)):
        for a, b in zip(first, values(make(50, random_state=seed)), strict=True):
            assert_array_equal(a, b)
    other = make(50, random_state=np.random.RandomState(3))
    assert (values(other)[0] != first[0]).any()
    rng = np.random.default_rng(3)  # advances
    assert (values(make(50, random_state=rng))[0] == first[0]).all()
    assert (values(make(50, random_state=rng))[0] != first[0]).any()
    assert len(first) == 2
    # Asking for the truth draws nothing.
    with_truth = make(50, random_state=3, return_information=True)
    assert_array_equal(values(with_truth[:2])[1], first[1])


@each_generator
def test_shapes_and_types(make):
    X, y, truth = make(40, return_information=True, random_state=0)
    assert X.shape[0] == y.shape[0] == 40
    assert all(isinstance(truth[name], float) for name in truth if np.ndim(truth[name]) == 0)
    if "by_feature" in truth:
        assert truth.by_feature.shape == (X.shape[1],)
        assert (truth.by_feature >= 0).all()
        assert truth.total >= truth.by_feature.max() - 1e-12


def mean_over(density_a, density_b, function, grid):
    """Return the mean of a function of two independent variables, by a sum over a grid."""
    a, b = np.meshgrid(grid, grid)
    weight = np.outer(density_b(grid), density_a(grid))
    return (weight * function(a, b)).sum() / weight.sum()


def test_two_informative_columns_by_a_double_integral():
    _, _, truth = make_redundant_copies(10, 2, 1, 1, jitter=0.7, return_information=True)
    left = mean_over(
        norm.pdf,
        norm.pdf,
        lambda a, b: entropy(ndtr((a + b / 2) / 0.5)),
        np.linspace(-8, 8, 801),
    )
    assert truth.total == pytest.approx(1 - left, abs=1e-9)

    # A column alone, given which the score is normal; and its copy, from the density of both.
    def alone(a):
        return norm.pdf(a) * entropy(ndtr(a / math.sqrt(0.25 + 0.25)))

    assert truth.by_feature[0] == pytest.approx(1 - quad(alone, -9, 9)[0], abs=1e-9)

    x, copy = np.meshgrid(np.linspace(-8, 8, 801), np.linspace(-9, 9, 801))
    joint = norm.pdf(x) * norm.pdf(copy, x, 0.7)
    rates = (joint * ndtr(x / 0.5**0.5)).sum(axis=1) / joint.sum(axis=1)
    by_copy = 1 - joint.sum(axis=1) @ entropy(rates) / joint.sum()
    assert truth.by_feature[2] == pytest.approx(by_copy, abs=1e-7)
    assert truth.by_feature[-1] == 0


def test_copies_are_copies_and_add_nothing():
    X, y, truth = make_redundant_copies(4000, 3, 2, 2, return_information=True, random_state=0)
    assert_array_equal(X[:, 3:6], X[:, :3])
    assert_array_equal(X[:, 6:9], X[:, :3])
    assert truth.total == make_redundant_copies(5, 3, 0, 0, return_information=True)[2].total
    assert_allclose(mutual_info(X, y), truth.by_feature, atol=0.02)
    certain = make_redundant_copies(5, 1, 1, 0, noise=0.0, return_information=True)[2]
    assert certain.total == 1
    assert_array_equal(certain.by_feature, [1, 1])


@pytest.mark.parametrize("n_informative", [1, 2, 3])
@pytest.mark.parametrize("n_levels", [2, 3, 4, 5])
def test_parity_by_the_table_of_all_rows(n_informative, n_levels):
    flip = 0.1
    _, _, truth = make_parity(
        5, n_informative, 1, n_levels=n_levels, flip=flip, return_information=True
    )
    rows = np.array(list(product(range(n_levels), repeat=n_informative)))
    odd = rows.sum(axis=1) % 2
    joint = np.column_stack([np.where(odd, flip, 1 - flip), np.where(odd, 1 - flip, flip)])
    joint /= joint.sum()
    assert truth.total == pytest.approx(float(mutual_information(joint)), abs=1e-12)
    one = np.array([joint[rows[:, 0] == level].sum(axis=0) for level in range(n_levels)])
    assert truth.by_feature[0] == pytest.approx(float(mutual_information(one)), abs=1e-12)
    assert truth.by_feature[-1] == 0


def test_parity_is_that_of_the_columns():
    X, y = make_parity(300, 3, 2, random_state=0)
    assert_array_equal(y, X[:, :3].sum(axis=1) % 2)
    assert X.shape == (300, 5)
    X, y = make_parity(300, 2, 2, n_levels=None, random_state=0)
    assert_array_equal(y, X[:, 0] * X[:, 1] < 0)
    X, y = make_parity(20_000, 2, 0, flip=0.2, random_state=0)
    assert (y != X.sum(axis=1) % 2).mean() == pytest.approx(0.2, abs=0.01)
    truth = make_parity(5, 2, 0, flip=0.2, return_information=True)[2]
    code = X[:, 0] * 2 + X[:, 1]
    assert mutual_info(code[:, None], y, discrete_features=True)[0] == pytest.approx(
        truth.total, abs=0.01
    )
    assert make_parity(5, 2, 0, flip=0.5, return_information=True)[2].total == 0


def test_madelon_of_two_dimensions_by_a_double_integral():
    s = 0.8
    truth = make_madelon(
        5, 3, n_informative=2, n_redundant=1, class_sep=s, return_information=True, random_state=0
    )[2]

    around_corner = norm(s).pdf  # by symmetry, of one corner
    left = mean_over(
        around_corner,
        around_corner,
        lambda a, b: entropy((1 + np.tanh(s * a) * np.tanh(s * b)) / 2),
        np.linspace(s - 9, s + 9, 801),
    )
    assert truth.total == pytest.approx(1 - left, abs=1e-7)
    assert_array_equal(truth.by_feature[:2], [0, 0])
    # One dimension: the two centres of a combination of length one.
    truth = make_madelon(
        5, 2, n_informative=1, n_redundant=1, class_sep=s, return_information=True, random_state=0
    )[2]
    one = 1 - quad(lambda a: norm.pdf(a, s) * entropy((1 + math.tanh(s * a)) / 2), -8, 9)[0]
    assert_allclose([truth.total, *truth.by_feature], one, atol=1e-7)


@pytest.mark.parametrize("class_sep", [0.5, 2.0])
def test_madelon_by_the_likelihood_of_its_samples(class_sep):
    X, y, truth = make_madelon(
        100_000, 7, n_informative=5, n_redundant=2, class_sep=class_sep,
        return_information=True, random_state=0,
    )  # fmt: skip
    even = (1 + np.tanh(class_sep * X[:, :5]).prod(axis=1)) / 2
    # Five coordinates: the product of the sides is negative for an even number of ones.
    prob = 1 - even
    prob = prob if (prob[y == 1].mean() > prob[y == 0].mean()) else even
    assert 1 - binary_cross_entropy(y, prob) == pytest.approx(truth.total, abs=0.01)
    assert_allclose(mutual_info(X[:8000], y[:8000]), truth.by_feature, atol=0.03)


def test_correlated_normals_and_their_transforms():
    rho = np.array([0.6, -0.3, 0.0])
    X, y, truth = make_correlated_normals(3000, rho, return_information=True, random_state=0)
    # The determinants of the covariance of all, of X and of y.
    covariance = np.outer(rho, rho)
    np.fill_diagonal(covariance, 1)
    joint = np.block([[covariance, rho[:, None]], [rho[None], np.ones((1, 1))]])
    total = math.log2(np.linalg.det(covariance) / np.linalg.det(joint)) / 2
    assert truth.total == pytest.approx(total)
    assert_allclose(np.corrcoef(X.T, y)[-1, :3], rho, atol=0.05)
    for transform in (None, "exp", "cube", "uniform", "wiggly", np.arctan):
        other = make_correlated_normals(
            3000, rho, transform=transform, transform_y=transform, random_state=0
        )
        assert_array_equal(np.argsort(other[0], axis=0), np.argsort(X, axis=0))
        assert_array_equal(np.argsort(other[1]), np.argsort(y))
        assert_allclose(mutual_info(*other), truth.by_feature, atol=0.05)


def test_steps():
    X, y, truth = make_steps(
        20_000, [0.1, 0.8, 0.3], edges=[0.2, 0.5], return_information=True, random_state=0
    )
    joint = np.array([[0.18, 0.02], [0.06, 0.24], [0.35, 0.15]])
    assert truth.total == pytest.approx(float(mutual_information(joint)))
    step = np.digitize(X[:, 0], [0.2, 0.5])
    assert_allclose([y[step == k].mean() for k in range(3)], [0.1, 0.8, 0.3], atol=0.02)
    assert make_steps(rates=[0.5], return_information=True)[2].total == 0


def test_wave():
    # The mean entropy of (1 + sin) / 2 is 2 - 1 / ln 2, a classical integral.
    truth = make_wave(low=0.0, high=1.0, return_information=True)[2]
    assert truth.total == pytest.approx(1 / math.log(2) - 1, abs=1e-6)
    X, y, truth = make_wave(50_000, 3, low=0.2, high=0.7, return_information=True, random_state=0)
    rate = 0.45 + 0.25 * np.sin(6 * np.pi * X[:, 0])
    gain = entropy(y.mean()) - binary_cross_entropy(y, rate)
    assert gain == pytest.approx(truth.total, abs=0.005)
    assert truth.by_feature[0] == truth.total
    assert y[np.sin(6 * np.pi * X[:, 0]) > 0.99].mean() == pytest.approx(0.7, abs=0.03)


@pytest.mark.parametrize(
    "model",
    [{}, {"slope": 2.0}, {"shift": 0.7}, {"slope": 0.3, "mean": -4.0, "shift": -2.5}],
)
def test_predictions(model):
    y, q, truth = make_predictions(50_000, **model, return_information=True, random_state=0)
    # The mean over probabilities, of the same definitions.
    z = norm.ppf((np.arange(200_000) + 0.5) / 200_000)
    p = expit(model.get("mean", 0) + 1.5 * z)
    predicted = expit(
        model.get("slope", 1) * (model.get("mean", 0) + 1.5 * z) + model.get("shift", 0)
    )
    loss = -(p * np.log2(predicted) + (1 - p) * np.log2(1 - predicted)).mean()
    assert truth.log_loss == pytest.approx(loss, abs=1e-4)
    assert truth.miscalibration == pytest.approx(loss - entropy(p).mean(), abs=1e-4)
    assert truth.uncertainty == pytest.approx(entropy(p.mean()), abs=1e-5)
    parts = truth.miscalibration - truth.discrimination + truth.uncertainty
    assert parts == pytest.approx(truth.log_loss)
    if not model:
        assert truth.miscalibration < 1e-12
    found = log_loss_decomposition(y[:5000], q[:5000], n_resamples=9)
    for name, ends in found.confidence_interval(0.999)._asdict().items():
        assert ends.low <= truth[name] + 1e-9
        assert truth[name] <= ends.high


def test_nothing_known_of_a_sample():
    _, q, truth = make_predictions(10, deviation=0.0, mean=1.0, return_information=True)
    assert_allclose(q, expit(1.0))
    assert truth.discrimination == pytest.approx(0, abs=1e-12)
    assert truth.uncertainty == pytest.approx(entropy(expit(1.0)))


def test_documents():
    X, topics, truth = make_documents(
        20_000, 20, 3, length=30, common=0.3, exponent=1.0, return_information=True, random_state=0
    )
    assert_allclose(truth.joint.sum(), 1)
    assert_allclose(truth.joint.sum(axis=1), np.array([6, 3, 2]) / 11)
    assert truth.by_feature.sum() == pytest.approx(truth.total)
    assert float(mutual_information(truth.joint)) == pytest.approx(truth.total)
    # The counts of words by topic.
    table = np.array([np.asarray(X[topics == k].sum(axis=0)).ravel() for k in range(3)])
    assert_allclose(table / table.sum(), truth.joint, atol=0.004)
    assert table.sum() / 20_000 == pytest.approx(31, abs=0.2)
    assert make_documents(5, 9, 3, common=1.0, return_information=True)[2].total < 1e-12


@pytest.mark.parametrize(
    ("make", "kwargs", "match"),
    [
        (
            make_madelon,
            {"n_features": 4},
            r"n_features=4 must be n_informative \+ n_redundant, 20",
        ),
        (make_correlated_normals, {"rho": [0.5, 1.0]}, r"between -1 and 1, got \[0\.5, 1\.0\]"),
        (make_correlated_normals, {"rho": 1.0}, "'rho' parameter"),
        (make_correlated_normals, {"transform": "sin"}, "'transform' parameter"),
        (make_steps, {"rates": [0.5, 1.5]}, r"rates must be probabilities, got \[0\.5, 1\.5\]"),
        (make_steps, {"edges": [0.5, 0.6]}, "edges must be 1 increasing numbers"),
        (make_steps, {"rates": [0, 1, 0], "edges": [0.6, 0.5]}, r"got \[0\.6, 0\.5\]"),
        (make_parity, {"flip": 2}, "'flip' parameter"),
        (make_wave, {"random_state": "a"}, "'random_state' parameter"),
    ],
)
def test_errors_say_what_is_wrong(make, kwargs, match):
    with pytest.raises(ValueError, match=match):
        make(**kwargs)
