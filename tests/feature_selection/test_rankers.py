"""Rankers: the estimates of new information from pairs, and what they find."""

import numpy as np
import pytest
from scipy.stats import entropy
from sklearn.datasets import make_classification

from skinfo import InfoBottleneckSelector
from skinfo._counts._coded_table import State
from skinfo._kernels._candidates import INFO_Y_GIVEN_T
from skinfo.feature_selection._rankers import PairEstimates


def joint_entropy(*columns):
    return entropy(np.unique(np.stack(columns), axis=1, return_counts=True)[1])


def estimates_as_defined(codes, y, chosen):
    """Return I(X;Y), less the largest overlap, plus the mean synergy, by definition."""
    values = []
    for x in codes:
        alone = joint_entropy(x) + joint_entropy(y) - joint_entropy(x, y)
        given = np.array(
            [
                joint_entropy(x, w)
                + joint_entropy(w, y)
                - joint_entropy(x, w, y)
                - joint_entropy(w)
                for w in codes[chosen]
            ]
        )
        overlap, synergy = np.maximum(alone - given, 0), np.maximum(given - alone, 0)
        values.append(alone - overlap.max() + synergy.mean())
    return values


@pytest.fixture
def codes_and_y(rng):
    codes = rng.integers(0, 3, (8, 500)).astype(np.uint8)
    codes[5] = np.where(rng.random(500) < 0.8, codes[0], codes[5])  # overlap
    y = (codes[0] + codes[1] * codes[2] + codes[3]) % 3  # synergy
    return codes, np.where(rng.random(500) < 0.3, codes[4], y)


def estimates_of(candidates):
    relevance = candidates.terms(np.arange(candidates.n_features), State())[:, INFO_Y_GIVEN_T]
    return PairEstimates(candidates, relevance), relevance


def test_pair_estimates_as_defined(codes_and_y, candidates_of):
    estimates, relevance = estimates_of(candidates_of(*codes_and_y, corrected=False))
    everything = np.arange(8)
    np.testing.assert_array_equal(estimates.of(everything), relevance)
    chosen = [0, 3, 2]
    for w in chosen:
        estimates.pairs.add(w)
    np.testing.assert_allclose(
        estimates.of(everything), estimates_as_defined(*codes_and_y, chosen), atol=1e-12
    )


def test_pair_estimates_do_not_depend_on_when_they_are_asked_for(codes_and_y, candidates_of):
    candidates = candidates_of(*codes_and_y)
    (early, _), (late, _) = estimates_of(candidates), estimates_of(candidates)
    for w in (0, 3, 2):
        early.pairs.add(w)
        late.pairs.add(w)
        early.of(np.array([1, 4, w]))
    np.testing.assert_array_equal(early.of(np.arange(8)), late.of(np.arange(8)))


def test_one_of_each_copy_however_uneven(rng):
    X, noise = rng.normal(size=(1000, 5)), rng.normal(size=(1000, 20))
    y = X @ np.linspace(1, 0.5, 5) + 0.5 * rng.normal(size=1000) > 0
    copies = np.hstack([np.tile(X, 4), noise])
    chosen = InfoBottleneckSelector(5).fit(copies, y).selected_features_
    assert set(chosen % 5) == set(range(5))
    assert max(chosen) < 20


def test_synergy_of_a_hypercube():
    # Clusters at the 32 corners of a cube, their classes at random: little is seen of one column.
    X, y = make_classification(
        1500,
        200,
        n_informative=5,
        n_redundant=15,
        n_clusters_per_class=16,
        shuffle=False,
        random_state=0,
    )
    chosen = InfoBottleneckSelector(20).fit(X, y).selected_features_
    assert np.sum(chosen < 20) >= 18  # 7 to 10 in four draws without the mean synergy
