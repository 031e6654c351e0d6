"""Information where a column is continuous: known values, scikit-learn, closed forms."""

import math

import numpy as np
import pytest
from continuous_cases import K, auto, classes_of, normal_pair
from scipy.special import ndtri, psi
from scipy.stats import entropy
from sklearn.feature_selection import mutual_info_classif, mutual_info_regression
from sklearn.feature_selection._mutual_info import _compute_mi_cc, _compute_mi_cd
from sklearn.preprocessing import scale

from skinfo.estimation._continuous import (
    RankedColumn,
    auto_information,
    binned_information,
    gaussian_copula_information,
    ksg_information,
    ross_information,
)


def lcg(n, state=12345):
    """The generator of known_values.json: no library seed enters."""
    draws = []
    for _ in range(n):
        state = (6364136223846793005 * state + 1442695040888963407) % 2**64
        draws.append(((state >> 11) + 0.5) / 2**53)
    return np.array(draws)


# ---- known values and scikit-learn


def test_known_values_of_the_published_estimators():
    u = lcg(800)
    x = ndtri(u[:400])
    y = 0.6 * x + 0.8 * ndtri(u[400:])
    assert ksg_information(x, RankedColumn(y), 3) == pytest.approx(0.28038126464091473, abs=1e-9)
    classes = (u[400:] < 1 / (1 + np.exp(-2 * x))).astype(int)
    assert ross_information(x, classes_of(classes), 3) == pytest.approx(
        0.23170284830576487, abs=1e-9
    )


@pytest.mark.parametrize("n", [100, 300, 2000])
@pytest.mark.parametrize("k", [1, 3, 10])
def test_published_estimators_equal_scikit_learn_on_the_same_values(n, k, rng):
    x, y = normal_pair(rng, n, 0.8)
    assert ksg_information(x, RankedColumn(y), k) == pytest.approx(
        _compute_mi_cc(x, y, k), abs=1e-9
    )
    # A rare class, and one of a single row, which is left out. Of a class of less than 2k rows
    # scikit-learn takes distances from dot products, and loses neighbours to their rounding:
    # tests/kernels compares those with all pairs.
    classes = (y > 0) + (y > np.sort(y)[-25]).astype(int)
    classes[0] = 3
    assert ross_information(x, classes_of(classes), k) == pytest.approx(
        _compute_mi_cd(x, classes, k), abs=1e-9
    )


def test_published_estimators_equal_the_public_functions_after_their_scaling_and_noise(rng):
    # scikit-learn divides by the standard deviation and adds 1e-10 max(1, mean |x|) N(0, 1), x
    # first and then y, from one generator: done by hand, the rest is the same.
    x, y = normal_pair(rng, 500, 0.5)
    x, y = 40 * x, 3 * y
    draws = np.random.RandomState(7)

    def scaled_with_noise(values):
        values = scale(values, with_mean=False)
        size = 1e-10 * max(1, np.mean(abs(values)))
        return values + size * draws.standard_normal(size=500)

    noisy_x, noisy_y = scaled_with_noise(x), scaled_with_noise(y)
    assert ksg_information(noisy_x, RankedColumn(noisy_y), K) == pytest.approx(
        mutual_info_regression(x[:, None], y, random_state=7)[0], abs=1e-9
    )
    # Ross's counts do not change with the unit of x, so neither scaling nor noise is needed.
    classes = (y > 0).astype(int)
    assert ross_information(x, classes_of(classes), K) == pytest.approx(
        mutual_info_classif(x[:, None], classes, random_state=7)[0], abs=1e-9
    )


def test_unclipped(rng):
    estimates = [
        ksg_information(rng.normal(size=100), RankedColumn(rng.normal(size=100)), K)
        for _ in range(20)
    ]
    assert min(estimates) < 0 < max(estimates)


# ---- closed forms


@pytest.mark.parametrize("rho", [0.0, 0.6, 0.9, 0.99])
def test_bivariate_normal(rho, rng):
    x, y = normal_pair(rng, 10_000, rho)
    expected = -0.5 * math.log(1 - rho**2)
    target = RankedColumn(y)
    assert auto_information(x, target, K) == pytest.approx(expected, abs=0.03)
    assert ksg_information(x, target, K) == pytest.approx(expected, abs=0.03)
    assert gaussian_copula_information(x, target) == pytest.approx(expected, abs=0.03)
    # 22 bins a side blur a narrow ridge.
    assert binned_information(x, target) == pytest.approx(expected, abs=0.03 + 0.15 * expected)


@pytest.mark.parametrize("noise", [0.1, 0.75])
def test_additive_uniform_noise(noise, rng):
    # X uniform on (0, 1), Y = X + U(-noise, noise): h(Y) - ln(2 noise).
    expected = noise - math.log(2 * noise) if noise <= 0.5 else 1 / (4 * noise)
    x = rng.random(10_000)
    y = x + rng.uniform(-noise, noise, 10_000)
    assert auto(x, y) == pytest.approx(expected, abs=0.04)


def test_student_with_heavy_tails(rng):
    # Of dispersion I and 1 degree of freedom (Arellano-Valle et al. 2013): uncorrelated, yet
    # informative, which a copula of normal laws cannot see.
    x, y = rng.normal(size=(2, 10_000)) / np.sqrt(rng.chisquare(1, 10_000))
    assert auto(x, y) == pytest.approx(0.2241714275292359, abs=0.04)
    assert gaussian_copula_information(x, RankedColumn(y)) == pytest.approx(0, abs=0.01)


def test_gamma_exponential(rng):
    # Density x^theta exp(-x - x y) / Gamma(theta), theta = 3 (Darbellay and Vajda 2000).
    x = rng.gamma(3, size=10_000)
    y = rng.exponential(size=10_000) / x
    assert auto(x, y) == pytest.approx(0.1575053797636905, abs=0.03)


def test_two_uniforms_that_overlap_by_half(rng):
    # Half of the rows tell their class for sure: 0.5 bit.
    classes = rng.integers(0, 2, 10_000)
    x = rng.random(10_000) + 0.5 * classes
    expected = 0.5 * math.log(2)
    target = classes_of(classes)
    assert auto_information(x, target, K) == pytest.approx(expected, abs=0.02)
    assert ross_information(x, target, K) == pytest.approx(expected, abs=0.02)
    assert binned_information(x, target) == pytest.approx(expected, abs=0.02)


def test_two_normal_classes(rng):
    classes = rng.integers(0, 2, 10_000)
    x = rng.normal(size=10_000) + 4 * classes - 2
    target = classes_of(classes)
    assert auto_information(x, target, K) == pytest.approx(0.6327201937368674, abs=0.02)
    assert binned_information(x, target) == pytest.approx(0.6327201937368674, abs=0.02)
    # A sum of two normal laws is not normal: the copula sees most of it.
    assert 0.45 < gaussian_copula_information(x, target) < 0.6327201937368674


def test_mixture_of_atoms_and_intervals(rng):
    # X uniform on 0..9, Y uniform on (X, X + 2): ln m - (m - 1) / m ln 2 (Gao et al. 2017).
    x = rng.integers(0, 10, 10_000).astype(float)
    y = x + 2 * rng.random(10_000)
    assert auto(x, y) == pytest.approx(1.678752630490095, abs=0.03)
    assert auto(y, x) == pytest.approx(1.678752630490095, abs=0.03)


@pytest.mark.parametrize(("p", "expected"), [(0.0, 0.301244773), (0.15, 0.229775959)])
def test_zero_inflated_poisson(p, expected, rng):
    x = rng.exponential(size=10_000)
    y = np.where(rng.random(10_000) < p, 0, rng.poisson(x)).astype(float)
    assert auto(x, y) == pytest.approx(expected, abs=0.03)
    assert auto(x, y.astype(int)) == pytest.approx(expected, abs=0.03)


def test_both_with_an_atom_at_zero(rng):
    # An indicator shared by both, else independent: I = H(0.3).
    zero = rng.random(10_000) < 0.3
    x, y = np.where(zero, 0, rng.exponential(size=(2, 10_000)))
    assert auto(x, y) == pytest.approx(entropy([0.3, 0.7]), abs=0.03)


# ---- gaussian copula


def test_copula_bias_against_the_published_expression(rng):
    # gcmi.py of Ince et al. 2017, gcmi_cc in nats: entropies each less their own bias.
    n = 40
    x, y = normal_pair(rng, n, 0.5)
    a, b = (ndtri((np.argsort(np.argsort(v)) + 1) / (n + 1)) for v in (x, y))
    cholesky = np.linalg.cholesky(np.cov(a, b))
    half_dof = (math.log(2) - math.log(n - 1)) / 2
    terms = psi((n - np.arange(1, 3)) / 2) / 2
    h_x = math.log(a.std(ddof=1)) - half_dof - terms[0]
    h_y = math.log(b.std(ddof=1)) - half_dof - terms[0]
    h_xy = np.log(np.diag(cholesky)).sum() - 2 * half_dof - terms.sum()
    assert gaussian_copula_information(x, RankedColumn(y)) == pytest.approx(
        h_x + h_y - h_xy, abs=1e-12
    )


def test_copula_of_classes_against_the_published_expression(rng):
    # gcmi_model_cd of the same, in nats.
    n = 60
    classes = np.arange(n) % 3
    x = rng.normal(size=n) + classes
    a = ndtri((np.argsort(np.argsort(x)) + 1) / (n + 1))

    def law_entropy(values):
        m = len(values)
        bias = (math.log(2) - math.log(m - 1)) / 2 + psi((m - 1) / 2) / 2
        return math.log(values.std(ddof=1)) - bias

    within = np.mean([law_entropy(a[classes == c]) for c in range(3)])
    assert gaussian_copula_information(x, classes_of(classes)) == pytest.approx(
        law_entropy(a) - within, abs=1e-12
    )


def test_copula_without_width_is_infinite(rng):
    x = rng.normal(size=30)
    assert gaussian_copula_information(x, RankedColumn(np.exp(x))) == math.inf
    classes = (x > 0).astype(int)
    assert gaussian_copula_information(np.maximum(x, 0), classes_of(classes)) == math.inf
