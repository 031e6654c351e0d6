import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from measures_cases import KNOWN, QUICK, distributions, exact, exact_kl, relative_error
from scipy import special
from scipy.spatial.distance import jensenshannon

from skinfo.measures import (
    cross_entropy,
    entropy,
    js_divergence,
    kl_divergence,
    mutual_information,
)

pairs = distributions(5, size=2)


# Closed forms -------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name in KNOWN if name.startswith("KL")])
def test_published_divergences(name, xp):
    case = KNOWN[name]
    p, q = (xp.asarray(case["inputs"][key], dtype=xp.float64) for key in "pq")
    base = {"bit": 2, "nat": math.e}[case["unit"]]
    expected = float(case["expected"])  # "inf" is infinity
    assert float(kl_divergence(p, q, base=base)) == pytest.approx(expected, abs=case["tol"])
    h = float(entropy(p, base=base))
    assert float(cross_entropy(p, q, base=base)) == pytest.approx(expected + h, abs=1e-9)


def test_divergence_from_uniform_is_what_entropy_lacks():
    # sum p log(p n) = log n - H(p)
    p = [0.7, 0.2, 0.1, 0.0]
    assert kl_divergence(p, [0.25] * 4) == pytest.approx(2 - entropy(p), rel=1e-14)


def test_equal_distributions_are_exactly_zero_apart():
    p = np.random.default_rng(0).dirichlet(np.full(100, 0.01), size=20)
    for divergence in (kl_divergence, js_divergence):
        np.testing.assert_array_equal(divergence(p, p), np.zeros(20))


def test_disjoint_distributions():
    # The mixture halves each: D = log 2 for both parts. With weights w the
    # mixture is w_i p_i, and the divergence the entropy of the weights.
    p, q = [0.25, 0.75, 0, 0], [0, 0, 0.5, 0.5]
    assert kl_divergence(p, q) == math.inf
    assert cross_entropy(p, q) == math.inf
    assert js_divergence(p, q) == pytest.approx(1, rel=1e-15)
    weighted = js_divergence(p, q, weights=(0.2, 0.8))
    assert weighted == pytest.approx(entropy([0.2, 0.8]), rel=1e-15)
    assert js_divergence(p, q, weights=(1, 0)) == 0
    assert js_divergence(p, q, weights=(0, 1)) == 0


def test_infinite_only_in_the_row_that_is():
    p = [[0.5, 0.5], [1.0, 0.0]]
    np.testing.assert_array_equal(kl_divergence(p, [1.0, 0.0]), [math.inf, 0])
    np.testing.assert_array_equal(cross_entropy(p, [1.0, 0.0]), [math.inf, 0])


# Identities ---------------------------------------------------------------------------


@QUICK
@given(pairs)
def test_cross_entropy_is_entropy_plus_divergence(pq):
    p, q = pq
    total = entropy(p) + kl_divergence(p, q)
    assert cross_entropy(p, q) == pytest.approx(total, abs=1e-11)


@QUICK
@given(pairs, st.permutations(range(5)))
def test_signs_bounds_and_order_of_outcomes(pq, order):
    p, q = pq
    assert kl_divergence(p, q) >= 0
    assert cross_entropy(p, q) >= 0
    assert 0 <= js_divergence(p, q) <= 1 + 1e-15
    for measure in (kl_divergence, js_divergence, cross_entropy):
        value = measure(p[order], q[order])
        assert value == pytest.approx(measure(p, q), rel=1e-12, abs=1e-15)


@QUICK
@given(pairs, st.floats(0, 1))
def test_js_is_symmetric_and_the_information_about_the_source(pq, w):
    p, q = pq
    js = js_divergence(p, q, weights=(w, 1 - w))
    assert js == pytest.approx(js_divergence(q, p, weights=(1 - w, w)), rel=1e-12, abs=1e-15)
    # The joint distribution of "which of the two" and the outcome.
    assert js == pytest.approx(mutual_information([w * p, (1 - w) * q]), abs=1e-12)


@QUICK
@given(pairs, distributions(3, size=5))
def test_data_processing(pq, channel):
    # A channel, p(y | x) in its rows, brings distributions closer.
    p, q = pq
    for divergence in (kl_divergence, js_divergence):
        assert divergence(p @ channel, q @ channel) <= divergence(p, q) + 1e-12


# Oracles ------------------------------------------------------------------------------


def test_against_scipy(xp, numpy_of):
    rng = np.random.default_rng(0)
    p, q = rng.dirichlet(np.ones(30), size=(2, 7))
    p[0, :5] = 0
    p[0] /= p[0].sum()
    result = kl_divergence(xp.asarray(p), xp.asarray(q), base=math.e)
    np.testing.assert_allclose(numpy_of(result), special.rel_entr(p, q).sum(-1), rtol=1e-13)
    result = cross_entropy(xp.asarray(p), xp.asarray(q), base=math.e)
    np.testing.assert_allclose(numpy_of(result), -special.xlogy(p, q).sum(-1), rtol=1e-13)
    result = js_divergence(xp.asarray(p), xp.asarray(q))
    expected = jensenshannon(p, q, base=2, axis=-1) ** 2
    np.testing.assert_allclose(numpy_of(result), expected, rtol=1e-12)


@pytest.mark.parametrize("step", [1, 0.1, 1e-3, 1e-6, 1e-9])
def test_relative_accuracy_as_q_approaches_p(step):
    # At the smallest step the divergence is 2e-19 bits; sum p log(p / q) gives 1e-16.
    rng = np.random.default_rng(0)
    p = rng.dirichlet(np.ones(200))
    q = p * (1 + step * rng.uniform(-1, 1, p.size))
    q /= q.sum()
    expected = exact_kl(exact(p), exact(q))
    assert relative_error(kl_divergence(p, q), expected) < 1e-11
    mixture = (exact(p) + exact(q)) / 2
    expected = (exact_kl(exact(p), mixture) + exact_kl(exact(q), mixture)) / 2
    assert relative_error(js_divergence(p, q), expected) < 1e-11


@pytest.mark.parametrize("ratio", [0.5, 0.66, 0.67, 0.9, 1.1, 1.49, 1.51, 2])
def test_relative_accuracy_on_both_sides_of_the_switch_of_formulas(ratio):
    p = np.array([0.3 * ratio, 1 - 0.3 * ratio])
    q = np.array([0.3, 0.7])
    assert relative_error(kl_divergence(p, q), exact_kl(exact(p), exact(q))) < 1e-13


def test_extreme_probabilities():
    p, q = np.array([1.0, 1e-300]), np.array([1e-300, 1.0])
    assert relative_error(kl_divergence(p, q), exact_kl(exact(p), exact(q))) < 1e-14
    assert js_divergence(p, q) == pytest.approx(1, rel=1e-14)
    # Half of the smallest float is 0, so that the mixture rules out what p allows.
    assert js_divergence([1.0, 5e-324], [1.0, 0.0]) == 0


def test_float32_near_equal():
    rng = np.random.default_rng(0)
    p = rng.dirichlet(np.ones(100)).astype(np.float32)
    q = p * (1 + np.float32(1e-3) * rng.uniform(-1, 1, 100).astype(np.float32))
    q /= q.sum()
    value = kl_divergence(p, q)
    assert value.dtype == np.float32
    assert relative_error(value, exact_kl(exact(p), exact(q))) < 1e-4


def test_a_million_outcomes_against_an_exact_sum():
    rng = np.random.default_rng(0)
    p, q = rng.exponential(size=(2, 1_000_000))
    p, q = p / p.sum(), q / q.sum()
    expected = math.fsum(p * (np.log(p) - np.log(q))) / math.log(2)
    assert kl_divergence(p, q) == pytest.approx(expected, rel=1e-12)


@QUICK
@given(distributions(5, size=3), distributions(3))
def test_js_of_three_is_the_information_about_the_source(parts, weights):
    weights = np.ravel(weights)
    js = js_divergence(*parts, weights=weights)
    assert js == pytest.approx(mutual_information(weights[:, None] * parts), abs=1e-12)
    # Lin (1991), eq. 5.1: the entropy of the mixture less the mean entropy.
    assert js == pytest.approx(
        entropy(weights @ parts, normalize=True) - weights @ entropy(parts), abs=1e-9
    )
    equal = js_divergence(*parts)
    assert equal == pytest.approx(js_divergence(*parts, weights=np.full(3, 1 / 3)), abs=1e-15)
    assert js_divergence(parts[0], parts[0], parts[0]) == pytest.approx(0, abs=1e-30)


def test_js_of_three_broadcasts_and_has_a_gradient():
    torch = pytest.importorskip("torch")
    rows = torch.tensor([[0.5, 0.5], [1.0, 0.0], [0.25, 0.75]], dtype=torch.float64)
    p = torch.tensor([0.2, 0.8], dtype=torch.float64, requires_grad=True)
    value = js_divergence(p, rows, rows[0])
    assert tuple(value.shape) == (3,)
    value.sum().backward()
    # In nats the derivative of w D(p || m) and the rest with respect to p_i is w ln(p_i / m_i).
    mixture = (p.detach() + rows + rows[0]) / 3
    expected = (torch.log2(p.detach() / mixture) / 3).sum(dim=0)
    # Gradients of sums of distributions are defined up to a constant over the outcomes.
    difference = p.grad - expected
    assert float(difference.max() - difference.min()) == pytest.approx(0, abs=1e-12)


# Arguments ----------------------------------------------------------------------------


def test_shapes_of_several_distributions():
    with pytest.raises(ValueError, match=r"p and others\[0\] must have the same number"):
        js_divergence([0.5, 0.5], [1, 0], [0.2, 0.3, 0.5])
    with pytest.raises(ValueError, match=r"others\[1\] sums to 0.9"):
        js_divergence([0.5, 0.5], [1, 0], [1, 0], [0.5, 0.4])
    with pytest.raises(ValueError, match="weights must be 3 numbers"):
        js_divergence([0.5, 0.5], [1, 0], [1, 0], weights=[0.5, 0.5])


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ([1.0], r"shape \(1,\)"),
        ([0.2, 0.3, 0.5], r"shape \(3,\)"),
        (0.5, r"shape \(\)"),
        ([0.5, 0.6], "sum to 1"),
        ([1.5, -0.5], "not be negative"),
        ([math.nan, 0.5], "not be negative"),
    ],
)
def test_weights_that_are_not_shares(weights, message):
    with pytest.raises(ValueError, match=f"weights must .*{message}"):
        js_divergence([0.5, 0.5], [1, 0], weights=weights)


def test_weights_of_any_kind():
    expected = js_divergence([0.5, 0.5], [1, 0], weights=(0.25, 0.75))
    for weights in ([0.25, 0.75], np.array([0.25, 0.75]), np.float32([0.25, 0.75])):
        assert js_divergence([0.5, 0.5], [1, 0], weights=weights) == expected
    with pytest.raises(TypeError, match="weights must hold real numbers"):
        js_divergence([0.5, 0.5], [1, 0], weights=["a", "b"])
