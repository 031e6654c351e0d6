"""uncertainty_decomposition against SciPy, identities and closed forms."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy.special import digamma
from scipy.stats import entropy
from sklearn.experimental import enable_halving_search_cv  # noqa: F401

from skinfo.metrics import uncertainty_decomposition

PARTS = ["total", "aleatoric", "epistemic"]


def test_members_that_agree_and_members_that_differ():
    # (3/4, 1/4) twice: no disagreement. (1, 0) and (1/2, 1/2): the same mean, and a mean entropy
    # of the members of 1/2 bit.
    probs = [[[0.75, 0.25], [1, 0]], [[0.75, 0.25], [0.5, 0.5]]]
    result = uncertainty_decomposition(probs)
    whole = 2 - 0.75 * math.log2(3)
    assert_allclose(result.total, [whole, whole])
    assert_allclose(result.aleatoric, [whole, 0.5])
    assert_allclose(result.epistemic, [0, whole - 0.5], atol=1e-15)


@given(st.integers(0, 2**32 - 1), st.integers(1, 6), st.integers(1, 5))
@settings(max_examples=40, deadline=None)
def test_identities(seed, n_members, n_classes):
    # The epistemic part is the mean divergence of the members from their mean (SciPy's).
    rng = np.random.default_rng(seed)
    probs = rng.dirichlet(np.full(n_classes, 0.3), size=(n_members, 7))
    weights = rng.random(n_members) + 0.01
    result = uncertainty_decomposition(probs, weights=weights)
    share = weights / weights.sum()
    mean = np.tensordot(share, probs, axes=1)
    divergence = share @ entropy(probs, mean[np.newaxis], base=2, axis=2)
    assert_allclose(result.total, entropy(mean, base=2, axis=1), atol=1e-12)
    assert_allclose(result.aleatoric, share @ entropy(probs, base=2, axis=2), atol=1e-12)
    assert_allclose(result.epistemic, divergence, atol=1e-12)
    assert_array_equal(result.total, result.aleatoric + result.epistemic)
    assert (result.epistemic >= 0).all()
    assert (result.epistemic <= entropy(share, base=2) + 1e-12).all()


@pytest.mark.parametrize("step", [1e-3, 1e-6, 1e-9, 1e-12])
def test_members_that_are_nearly_equal(step):
    # Of (p + d, q - d) and (p - d, q + d) the mean is (p, q), and to second order in d the mean
    # divergence from it is d^2 (1/p + 1/q) / 2; the next term is of fourth order, since the
    # third cancels. Powers of two make p + d and the mean exact.
    d = 2.0 ** round(math.log2(step))
    probs = [[[0.25 + d, 0.75 - d]], [[0.25 - d, 0.75 + d]]]
    result = uncertainty_decomposition(probs, base=math.e)
    assert_allclose(result.epistemic, d**2 * (4 + 4 / 3) / 2, rtol=20 * d**2 + 1e-15)


def test_weights_are_repetition_and_base_is_a_unit():
    probs = np.random.default_rng(0).dirichlet(np.ones(3), size=(3, 5))
    weighted = uncertainty_decomposition(probs, weights=[2, 0, 1])
    repeated = uncertainty_decomposition(probs[[0, 0, 2]])
    nats = uncertainty_decomposition(probs[[0, 0, 2]], base=math.e)
    for part in PARTS:
        assert_allclose(getattr(weighted, part), getattr(repeated, part), atol=1e-15)
        assert_allclose(getattr(nats, part), getattr(repeated, part) * math.log(2))


@pytest.mark.parametrize(
    ("probs", "kwargs", "match"),
    [
        ([[0.5, 0.5]], {}, r"\(n_members, n_samples, n_classes\).*got \(1, 2\)"),
        (np.empty((0, 1, 2)), {}, r"none of them 0; got \(0, 1, 2\)"),
        ([[[0.5, 0.5]], [[0.5, 0.6]]], {}, r"Row 0 of probs\[1\] sums to 1\.1"),
        ([[[0.5, 0.5]], [[0.5, np.nan]]], {}, r"Row 0 of probs\[1\]"),
        (
            [[[0.5, 0.5]]],
            {"weights": [1, 2]},
            r"weights must be 1, one per member; got shape \(2,\)",
        ),
        ([[[0.5, 0.5]]], {"weights": [-1]}, r"not negative.*got \[-1\.0\]"),
        ([[[0.5, 0.5]]], {"weights": [0]}, "not all zero"),
        ([[[0.5, 0.5]]], {"base": 1}, "base must be"),
        ([[[0.5, 0.5]]], {"corrected": True}, "needs two members of positive weight.*got 1"),
        ([[[0.5, 0.5]]] * 2, {"corrected": True, "weights": [1, 0]}, "to estimate their variance"),
    ],
)
def test_errors_say_what_is_wrong(probs, kwargs, match):
    with pytest.raises(ValueError, match=match):
        uncertainty_decomposition(probs, **kwargs)


@pytest.mark.parametrize("n_members", [2, 3, 5])
def test_corrected_parts_are_those_of_infinitely_many_members(n_members):
    # Members from one Dirichlet law for each row. The mean of infinitely many is its mean, and
    # their mean entropy is known in digammas: psi(A + 1) - sum_k a_k / A psi(a_k + 1) nats.
    rng = np.random.default_rng(n_members)
    alpha = np.array([8.0, 6.0, 10.0])
    probs = rng.dirichlet(alpha, size=(n_members, 20_000))
    share = alpha / alpha.sum()
    aleatoric = (digamma(alpha.sum() + 1) - share @ digamma(alpha + 1)) / math.log(2)
    epistemic = entropy(share, base=2) - aleatoric
    plain = uncertainty_decomposition(probs)
    result = uncertainty_decomposition(probs, corrected=True)
    assert_array_equal(result.total, result.aleatoric + result.epistemic)
    assert_array_equal(result.aleatoric, plain.aleatoric)
    assert_allclose(result.aleatoric.mean(), aleatoric, rtol=0.005)
    assert_allclose(result.epistemic.mean(), epistemic, rtol=0.03)
    assert_allclose(result.total.mean(), entropy(share, base=2), rtol=0.005)
    # As they are, they are too small by one of n_members.
    assert_allclose(plain.epistemic.mean(), epistemic * (1 - 1 / n_members), rtol=0.03)


def test_correction_is_not_clipped():
    sure = uncertainty_decomposition([[[1.0, 0.0]], [[0.0, 1.0]]], corrected=True)
    assert (sure.total, sure.aleatoric, sure.epistemic) == (2, 0, 2)
    alike = uncertainty_decomposition([[[0.5, 0.5]], [[0.5, 0.5]]], corrected=True)
    assert (alike.total, alike.epistemic) == (1, 0)


def test_correction_with_weights():
    # Weights 2 and 1: 1 - (4 + 1) / 9 = 4 / 9 of the part is seen.
    probs = [[[0.5, 0.5]], [[0.6, 0.4]]]
    plain = uncertainty_decomposition(probs, weights=[2, 1])
    corrected = uncertainty_decomposition(probs, weights=[2, 1], corrected=True)
    assert_allclose(corrected.epistemic, plain.epistemic * 9 / 4)


@pytest.mark.parametrize("weights", [{"a": 1}, ["a"], [[1], [1, 2]]])
def test_weights_are_numbers(weights):
    with pytest.raises(TypeError, match="weights must be numbers, got"):
        uncertainty_decomposition([[[0.5, 0.5]]], weights=weights)
