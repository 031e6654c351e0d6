"""Information terms of candidates with a state and y."""

import numpy as np
import pytest
from scipy.stats import entropy
from sklearn.metrics import mutual_info_score

from skinfo._kernels._candidates import (
    INFO_T,
    INFO_Y_GIVEN_T,
    JOINT_ENTROPY,
    NULL_T,
    NULL_Y_GIVEN_T,
    candidate_nulls,
    candidate_terms,
)
from skinfo._kernels._null import expected_information, poisson_tables


@pytest.fixture
def data():
    rng = np.random.default_rng(0)
    codes = rng.integers(0, 4, (5, 300)).astype(np.uint8)
    state = rng.integers(0, 3, 300)
    y = (codes[1] + state + rng.integers(0, 2, 300)) % 3
    return codes, np.full(5, 4), state, y.astype(np.int64)


def terms_of(data, weights=None, features=None):
    codes, n_levels, state, y = data
    features = np.arange(len(codes)) if features is None else np.array(features)
    weights = np.empty(0) if weights is None else weights
    return candidate_terms(codes, n_levels, features, state, 3, y, 3, weights, poisson_tables())


def test_terms_against_scikit_learn(data):
    codes, _, state, y = data
    terms = terms_of(data)
    for j, x in enumerate(codes):
        given = sum(
            np.mean(state == t) * mutual_info_score(x[state == t], y[state == t]) for t in range(3)
        )
        assert terms[j, INFO_Y_GIVEN_T] == pytest.approx(given, abs=1e-12)
        assert terms[j, INFO_T] == pytest.approx(mutual_info_score(x, state), abs=1e-12)
        joint = np.unique(np.stack([x, state, y]), axis=1, return_counts=True)[1]
        assert terms[j, JOINT_ENTROPY] == pytest.approx(entropy(joint), abs=1e-12)


def test_integer_weights_are_repetitions(data):
    n_levels = data[1]
    weights = np.random.default_rng(1).integers(0, 4, 300)
    weights[0] = 1
    repeated = tuple(
        np.repeat(part, weights, axis=-1) if part is not n_levels else part for part in data
    )
    np.testing.assert_array_equal(terms_of(data, weights.astype(float)), terms_of(repeated))


def test_features_are_independent_of_each_other(data):
    np.testing.assert_array_equal(terms_of(data)[[3, 1]], terms_of(data, features=[3, 1]))


def margins(labels, x, n):
    return np.array([np.bincount(x[labels == t], minlength=n) for t in range(3)], float)


def test_null_means_of_strata_add(data):
    codes, n_levels, state, y = data
    moments = candidate_nulls(
        codes, n_levels, np.arange(5), state, 3, y, 3, np.empty(0), poisson_tables(), True
    )
    for j, x in enumerate(codes):
        rows, columns = margins(state, x, 4), margins(state, y, 3)
        expected = sum(rows[t].sum() * expected_information(rows[t], columns[t]) for t in range(3))
        assert moments[j, 0] == pytest.approx(expected, rel=1e-12)


def test_smooth_null_means_are_near_the_exact_ones(data):
    codes, n_levels, state, y = data
    terms = terms_of(data)
    moments = candidate_nulls(
        codes, n_levels, np.arange(5), state, 3, y, 3, np.empty(0), poisson_tables(), True
    )
    np.testing.assert_allclose(terms[:, NULL_Y_GIVEN_T], moments[:, 0] / 300, rtol=0.02)
    for j, x in enumerate(codes):
        exact = expected_information(
            np.bincount(x).astype(float), np.bincount(state).astype(float)
        )
        assert terms[j, NULL_T] == pytest.approx(exact, rel=0.02)
