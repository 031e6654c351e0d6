import itertools
import math

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from measures_cases import KNOWN, QUICK, distributions, exact, exact_entropy, joints
from scipy import stats

from skinfo.measures import (
    conditional_entropy,
    entropy,
    joint_entropy,
    mutual_information,
    renyi_entropy,
)

ALPHAS = [0, 0.3, 0.5, 0.95, 1, 1.05, 2, 7.5, 100, math.inf]


# Closed forms -------------------------------------------------------------------------


@pytest.mark.parametrize("n", [1, 2, 3, 8, 1_000_000])
@pytest.mark.parametrize("alpha", ALPHAS)
def test_uniform_has_log_n_bits_at_every_order(n, alpha):
    # sum_i (1/n)^a = n^(1 - a), whose log over 1 - a is log n.
    p = np.full(n, 1 / n)
    assert entropy(p) == pytest.approx(math.log2(n), rel=1e-12, abs=1e-15)
    assert renyi_entropy(p, alpha) == pytest.approx(math.log2(n), rel=1e-12, abs=1e-15)


def test_certainty_has_exactly_none():
    for p in ([1.0], [0.0, 1.0, 0.0]):
        for h in (entropy(p), joint_entropy(p), *(renyi_entropy(p, a) for a in ALPHAS)):
            assert h == 0
            assert not np.signbit(h)


def test_rounding_above_one_does_not_make_entropy_negative():
    p = [1 + 1e-9, 0.0]
    assert entropy(p) == 0
    assert all(renyi_entropy(p, alpha) >= 0 for alpha in ALPHAS)


def test_dyadic_distribution():
    # Each 2^-k takes k questions: 1/2 * 1 + 1/4 * 2 + 2 * 1/8 * 3 = 1.75; and
    # sum p^2 = 1/4 + 1/16 + 2/64 = 11/32.
    p = [1 / 2, 1 / 4, 1 / 8, 1 / 8]
    assert entropy(p) == pytest.approx(1.75, rel=1e-15)
    assert renyi_entropy(p, 2) == pytest.approx(math.log2(32 / 11), rel=1e-15)
    assert renyi_entropy(p, math.inf) == 1
    assert renyi_entropy(p, 0) == 2


def test_cover_and_thomas():
    case = KNOWN["C&T 4x4 joint H(col)"]
    p = np.array(case["inputs"]["joint"])
    assert entropy(p.sum(axis=0)) == pytest.approx(case["expected"], abs=case["tol"])
    for name, axis in (("C&T 4x4 joint H(col|row)", 0), ("C&T 4x4 joint H(row|col)", 1)):
        case = KNOWN[name]
        value = conditional_entropy(p, given=axis)
        assert value == pytest.approx(case["expected"], abs=case["tol"])
    case = KNOWN["C&T 2x2 H(joint)"]
    assert joint_entropy(case["inputs"]["joint"]) == pytest.approx(case["expected"], abs=1e-12)


def test_conditional_entropy_of_a_function_is_exactly_zero():
    # Y = X mod 2, with weights that are not exact in binary.
    p = np.array([[0.1, 0], [0, 0.2], [0.3, 0], [0, 0.4]])
    assert conditional_entropy(p, given=0) == 0
    assert conditional_entropy(p, given=1) > 0


def test_conditional_entropy_given_several_axes():
    # Z = X xor Y with X, Y fair: Z is free given either alone, fixed given both.
    xor = np.zeros((2, 2, 2))
    xor[[0, 0, 1, 1], [0, 1, 0, 1], [0, 1, 1, 0]] = 0.25
    assert conditional_entropy(xor, given=[]) == pytest.approx(2, rel=1e-15)
    assert conditional_entropy(xor, given=0) == pytest.approx(1, rel=1e-15)
    assert conditional_entropy(xor, given=(0, 1)) == 0
    assert conditional_entropy(xor, given=(-1, 1)) == 0
    assert conditional_entropy(xor, given=range(3)) == 0


# Identities ---------------------------------------------------------------------------


@QUICK
@given(joints(2))
def test_chain_rule(p):
    # H(X, Y) = H(X) + H(Y | X) = H(Y) + H(X | Y)
    for axis in (0, 1):
        parts = entropy(p.sum(axis=1 - axis)) + conditional_entropy(p, given=axis)
        assert joint_entropy(p) == pytest.approx(parts, abs=1e-12)


@QUICK
@given(joints(3, max_side=3))
def test_conditioning_never_adds(p):
    given_both = conditional_entropy(p, given=[1, 2])
    given_one = conditional_entropy(p.sum(axis=2), given=1)
    assert 0 <= given_both <= given_one + 1e-12
    assert given_one <= entropy(p.sum(axis=(1, 2))) + 1e-12


@QUICK
@given(joints(2))
def test_joint_is_at_most_the_sum_and_at_least_each(p):
    h_x, h_y = entropy(p.sum(axis=1)), entropy(p.sum(axis=0))
    assert max(h_x, h_y) - 1e-12 <= joint_entropy(p) <= h_x + h_y + 1e-12
    assert mutual_information(p) == pytest.approx(h_x + h_y - joint_entropy(p), abs=1e-11)


@QUICK
@given(distributions(6), st.permutations(range(6)))
def test_bounds_and_order_of_outcomes(p, order):
    h = entropy(p)
    assert 0 <= h <= math.log2(6) + 1e-12
    assert entropy(p[order]) == pytest.approx(h, abs=1e-13)
    assert joint_entropy(p[order].reshape(2, 3)) == pytest.approx(h, abs=1e-13)


@QUICK
@given(distributions(5))
def test_renyi_falls_with_the_order(p):
    h = [renyi_entropy(p, alpha) for alpha in ALPHAS]
    assert min(h) >= 0
    assert all(a >= b - 1e-12 for a, b in itertools.pairwise(h))
    assert h[ALPHAS.index(1)] == entropy(p)
    assert h[0] == pytest.approx(math.log2(np.count_nonzero(p)), abs=1e-15)


# Oracles ------------------------------------------------------------------------------


@pytest.mark.parametrize("base", [2, math.e, 10])
def test_entropy_against_scipy(base, xp, numpy_of):
    p = np.random.default_rng(0).dirichlet(np.full(50, 0.1), size=(3, 4))
    result = entropy(xp.asarray(p), base=base)
    np.testing.assert_allclose(numpy_of(result), stats.entropy(p, base=base, axis=-1), rtol=1e-13)


HARD = {
    "tiny": [1.0, 1e-300, 1e-300],
    "subnormal": [0.5, 0.5, 5e-324],
    "lopsided": [1 - 2**-40, 2**-40],
    "wide": np.exp(-np.linspace(0, 700, 2000)) / np.exp(-np.linspace(0, 700, 2000)).sum(),
}


@pytest.mark.parametrize("p", HARD.values(), ids=HARD)
def test_hard_cases_against_mpmath(p):
    assert entropy(p) == pytest.approx(float(exact_entropy(exact(p))), rel=1e-12)


@pytest.mark.parametrize(
    "alpha", [0.01, 0.5, 0.89, 0.91, 1 - 1e-9, 1 + 1e-15, 1 + 1e-6, 1.09, 1.11, 3, 400, 1e9]
)
def test_renyi_against_mpmath(alpha):
    p = np.random.default_rng(0).dirichlet(np.ones(40))
    order = mpmath.mpf(alpha)
    expected = mpmath.log(mpmath.fsum(x**order for x in exact(p)), 2) / (1 - order)
    assert renyi_entropy(p, alpha) == pytest.approx(float(expected), rel=1e-13)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_renyi_of_orders_that_the_dtype_cannot_tell_apart(dtype):
    # H_alpha is within eps of Shannon's 1.5 bits for |alpha - 1| < eps, and of the least
    # surprise, 1 bit, for alpha > 1 / eps; both hold for every dtype.
    p = np.array([0.5, 0.25, 0.25], dtype)
    eps = float(np.finfo(dtype).eps)
    for near in (1e-9, -1e-9, eps, -eps, 0.02, -0.02):
        # The derivative at 1 is -Var(ln p) / 2, less than a half here.
        bound = abs(near) + 4 * eps
        assert float(renyi_entropy(p, 1 + near)) == pytest.approx(1.5, abs=bound)
    for order in (0.9 / eps, 1 / eps, 1e5, 1e300, math.inf):
        assert float(renyi_entropy(p, order)) == pytest.approx(1.0, abs=4 * eps + 2 / order)
        assert renyi_entropy(p, order).dtype == dtype


def test_renyi_of_huge_order_is_min_entropy():
    p = np.array([0.5, 0.25, 0.25], dtype=np.float32)
    for alpha in (1e10, 1e20, 1e30, 1e308, math.inf):
        assert renyi_entropy(p, alpha) == 1


def test_a_million_outcomes_against_an_exact_sum():
    p = np.random.default_rng(0).dirichlet(np.full(1_000_000, 0.1))
    p = p[p > 0] / p.sum()
    expected = -math.fsum(p * np.log(p)) / math.log(2)
    assert entropy(p) == pytest.approx(expected, rel=1e-13)
    assert conditional_entropy(p[None, :], given=0) == pytest.approx(expected, rel=1e-13)


# Arguments ----------------------------------------------------------------------------


@pytest.mark.parametrize("alpha", [-1, -1e-12, math.nan, -math.inf])
def test_renyi_order_out_of_range(alpha):
    with pytest.raises(ValueError, match="alpha must be at least 0"):
        renyi_entropy([0.5, 0.5], alpha)


@pytest.mark.parametrize("alpha", ["1", None, 1j, True])
def test_renyi_order_that_is_no_number(alpha):
    with pytest.raises(TypeError, match="alpha must be a real number"):
        renyi_entropy([0.5, 0.5], alpha)


def test_given_that_names_no_axis():
    p = np.full((2, 2), 0.25)
    with pytest.raises(ValueError, match="given=2 is out of range for an array with 2 axes"):
        conditional_entropy(p, given=2)
    with pytest.raises(ValueError, match="given names an axis twice"):
        conditional_entropy(p, given=(1, -1))
    for bad in (0.0, "0", None, [True]):
        with pytest.raises(TypeError, match="given must be an integer"):
            conditional_entropy(p, given=bad)
