"""Nearest neighbours on a line and in the plane, against all pairs of rows."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import gammaln, psi

from skinfo._kernels._neighbors import (
    digamma_integer,
    line_counts,
    line_radii,
    mean_digamma_position,
    ross_information,
    ross_terms,
    sum_digamma,
)
from skinfo._kernels._neighbors_plane import (
    cut_strips,
    ksg_information,
    ksg_terms,
    plane_radii,
    strip_size,
)


def brute_ksg(x, y, k):
    """Kraskov et al. 2004, eq. 8, from all distances."""
    dx, dy = abs(x[:, None] - x), abs(y[:, None] - y)
    radii = np.sort(np.maximum(dx, dy), axis=1)[:, [k]]
    others_x = np.maximum((dx < radii).sum(1), 1)
    others_y = np.maximum((dy < radii).sum(1), 1)
    return psi(len(x)) + psi(k) - np.mean(psi(others_x) + psi(others_y))


def brute_ross(x, classes, n_neighbors):
    """Ross 2014, eq. 2, from all distances; classes of one row left out."""
    sizes = np.bincount(classes)
    kept = sizes[classes] > 1
    x, classes = x[kept], classes[kept]
    terms = []
    for i in range(len(x)):
        distance = abs(x - x[i])
        own = np.sort(distance[classes == classes[i]])
        k = min(n_neighbors, len(own) - 1)
        terms.append(psi(k) - psi(len(own)) - psi((distance <= own[k]).sum() - 1))
    return psi(len(x)) + np.mean(terms)


def ross(x, classes, k, has_ties=False):
    order = np.argsort(x)
    return ross_information(x[order], classes[order], int(classes.max()) + 1, k, has_ties)


def ksg(x, y, k):
    return ksg_information(x, y, np.argsort(x), np.argsort(y), k)


SHAPES = {
    "normal": lambda rng, n: rng.normal(size=n),
    "heavy tails": lambda rng, n: rng.standard_cauchy(n),
    "lattice": lambda rng, n: rng.integers(0, 8, n) * 0.1,
    "mostly zero": lambda rng, n: np.where(rng.random(n) < 0.7, 0.0, rng.random(n)),
    "far from zero": lambda rng, n: 1e9 + rng.integers(0, 30, n) * 0.1,
    "narrow": lambda rng, n: rng.normal(size=n) * 1e-6,
    "constant": lambda rng, n: np.ones(n),
}


@pytest.mark.parametrize("m", [1, 2, 19, 20, 1000, 10**7])
def test_digamma_integer(m):
    assert digamma_integer(m) == pytest.approx(psi(m), rel=1e-15, abs=1e-15)


def test_sum_digamma():
    tally = np.array([7.0, 2, 0, -1])
    assert sum_digamma(tally) == pytest.approx(2 * psi(1) - psi(3), rel=1e-15)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("k", [1, 3, 7])
def test_line_radii_and_counts(shape, k, rng):
    line = np.sort(SHAPES[shape](rng, 60))
    distance = abs(line[:, None] - line)
    radii = line_radii(line, k)
    np.testing.assert_array_equal(radii, np.sort(distance, axis=1)[:, k])
    np.testing.assert_array_equal(
        line_counts(line, line, radii, True), (distance <= radii[:, None]).sum(1)
    )
    # Rows in no order, and a radius of zero: strictly within it there is nothing.
    mixed = rng.permutation(60)
    np.testing.assert_array_equal(
        np.maximum(line_counts(line, line[mixed], radii[mixed], False), 0),
        (distance < radii[:, None]).sum(1)[mixed],
    )


@pytest.mark.parametrize(("shape_x", "shape_y"), list(itertools.product(SHAPES, SHAPES)))
@pytest.mark.parametrize("k", [1, 3])
def test_plane_radii(shape_x, shape_y, k, rng):
    n = 90
    x, y = SHAPES[shape_x](rng, n), SHAPES[shape_y](rng, n)
    order_x, order_y = np.argsort(x), np.argsort(y)
    rank = np.argsort(order_x)
    distance = np.maximum(abs(x[:, None] - x), abs(y[:, None] - y))
    expected = np.sort(distance, axis=1)
    for size in (k + 1, 10, strip_size(x[order_x], y[order_y], k), n):
        strips = cut_strips(x, y, x[order_x], rank, order_y, size)
        rows = np.asarray(strips.rows)
        np.testing.assert_array_equal(np.sort(rows), np.arange(n))
        np.testing.assert_array_equal(strips.u, x[rows])
        np.testing.assert_array_equal(strips.v, y[rows])
        radii = plane_radii(strips, np.array([k, 4 * k]))
        np.testing.assert_array_equal(radii, expected[rows][:, [k, 4 * k]].T)


@pytest.mark.parametrize(("shape_x", "shape_y"), list(itertools.product(SHAPES, SHAPES)))
def test_ksg_against_all_pairs(shape_x, shape_y, rng):
    x, y = SHAPES[shape_x](rng, 150), SHAPES[shape_y](rng, 150)
    assert ksg(x, y, 3) == pytest.approx(brute_ksg(x, y, 3), abs=1e-12)
    assert ksg(x, x, 2) == pytest.approx(brute_ksg(x, x, 2), abs=1e-12)


@pytest.mark.parametrize("shape", ["normal", "lattice"])
def test_terms_of_ksg_are_those_of_each_row(shape, rng):
    x, y = SHAPES[shape](rng, 60), SHAPES["heavy tails"](rng, 60)
    neighbors = np.array([1, 3, 8])
    terms = ksg_terms(x, y, np.argsort(x), np.argsort(y), neighbors)
    dx, dy = abs(x[:, None] - x), abs(y[:, None] - y)
    for k, found in zip(neighbors, terms, strict=True):
        radii = np.sort(np.maximum(dx, dy), axis=1)[:, [k]]
        nearer = [np.maximum((distance < radii).sum(1), 1) for distance in (dx, dy)]
        expected = psi(60) + psi(k) - psi(nearer[0]) - psi(nearer[1])
        np.testing.assert_allclose(found, expected, atol=1e-13)


@pytest.mark.parametrize("n", [2, 3, 5, 17])
def test_ksg_of_few_rows(n, rng):
    x, y = rng.normal(size=(2, n))
    for k in range(1, n):
        assert ksg(x, y, k) == pytest.approx(brute_ksg(x, y, k), abs=1e-12)


@pytest.mark.parametrize("shape", [s for s in SHAPES if s != "constant"])
@pytest.mark.parametrize("n_classes", [2, 5, 60])
def test_ross_against_all_pairs(shape, n_classes, rng):
    x = SHAPES[shape](rng, 120)
    classes = rng.integers(0, n_classes, 120)
    assert ross(x, classes, 3) == pytest.approx(brute_ross(x, classes, 3), abs=1e-12)


@pytest.mark.parametrize("has_ties", [False, True])
def test_terms_of_ross_are_those_of_each_row(has_ties, rng):
    line = np.sort(rng.integers(0, 9, 80) if has_ties else rng.normal(size=80)).astype(float)
    classes = rng.integers(0, 4, 80)
    classes[5] = 5  # alone, and no row has class 4
    neighbors = np.array([1, 3, 50])
    terms = ross_terms(line, classes, 6, neighbors, has_ties)
    assert not terms[:, 5].any()
    for k, found in zip(neighbors, terms, strict=True):
        assert found.sum() / 79 == pytest.approx(ross(line, classes, k, has_ties), abs=1e-12)
    if not has_ties:  # Ross 2014, eq. 2, without its mean
        rows = classes != 5
        distance = abs(line[rows][:, None] - line[rows])
        own = np.where(classes[rows][:, None] == classes[rows], distance, np.inf)
        sizes = np.isfinite(own).sum(1)
        k = np.minimum(3, sizes - 1)
        radii = np.take_along_axis(np.sort(own, axis=1), k[:, None], axis=1)
        expected = psi(79) + psi(k) - psi(sizes) - psi((distance <= radii).sum(1) - 1)
        np.testing.assert_allclose(terms[1, rows], expected, atol=1e-13)


def test_ross_without_ties_is_the_same_with_ties_allowed_for(rng):
    x = rng.normal(size=400)
    classes = rng.integers(0, 4, 400)
    assert ross(x, classes, 3, True) == pytest.approx(ross(x, classes, 3), abs=1e-12)


def test_ross_of_classes_of_one_row_is_zero():
    assert ross(np.arange(5.0), np.arange(5), 3) == 0.0


def test_ross_of_one_class_is_zero(rng):
    line, one = np.sort(rng.normal(size=20)), np.zeros(20, np.int64)
    assert ross(line, one, 3) == 0.0
    assert not ross_terms(line, one, 1, np.array([1, 3]), False).any()


@given(
    inside=st.integers(0, 5), size=st.integers(1, 7), marked=st.integers(1, 7), k=st.integers(1, 7)
)
def test_mean_digamma_position_against_every_order(inside, size, marked, k):
    if not k <= marked <= size:
        return
    # Of each choice of places for the marked, the k-th place.
    places = [inside + chosen[k - 1] + 1 for chosen in itertools.combinations(range(size), marked)]
    expected = np.mean(psi(places))
    assert mean_digamma_position(inside, size, marked, k) == pytest.approx(expected, abs=1e-12)


def test_mean_digamma_position_of_a_large_shuffle():
    # The identity for nothing inside holds in the limit of one row inside, psi changes by 1 / m.
    many = mean_digamma_position(1, 10**5, 5 * 10**4, 3)
    none = mean_digamma_position(0, 10**5, 5 * 10**4, 3)
    # E[1 / M] for M negative binomial (3, 1/2): sum_m C(m-1, 2) 2^-m / m.
    m = np.arange(3, 200)
    mean_inverse = np.sum((m - 1) * (m - 2) / 2 * 0.5**m / m)
    assert many - none == pytest.approx(mean_inverse, rel=1e-3)


def test_ties_are_averaged_over_their_orders(rng):
    # Two values, the one of 6 rows, the other of 4: spread each inside its own cell, far from
    # the other, in every order of the classes; more than k rows of each class stay together.
    x = np.repeat([0.0, 1.0], [6, 4])
    classes = np.array([0, 0, 0, 1, 1, 1, 0, 0, 1, 1])
    expected = psi(10) - psi(5) + 0.6 * (psi(3) - psi(6)) + 0.4 * (psi(2) - psi(4))
    assert ross(x, classes, 1, True) == pytest.approx(expected, abs=1e-12)


def test_mean_digamma_position_where_probabilities_underflow():
    # The position has a relative spread of 7 %, of which its digamma at the mean is off by a half
    # of the square.
    inside, size, marked, k = 3, 200_000, 200, 100
    m = np.arange(k, size - (marked - k) + 1)
    log_weight = gammaln(m) - gammaln(m - k + 1) + gammaln(size - m + 1)
    log_weight -= gammaln(size - m - marked + k + 1)
    weight = np.exp(log_weight - log_weight.max())
    expected = weight @ psi(inside + m) / weight.sum()
    assert mean_digamma_position(inside, size, marked, k) == pytest.approx(expected, abs=0.005)


def test_no_point_is_near_where_there_are_none():
    counts = line_counts(np.empty(0), np.zeros(3), np.ones(3), True)
    np.testing.assert_array_equal(counts, np.zeros(3))


def test_the_smallest_distances_that_there_are(rng):
    # So narrow that the cells in a unit are more than the largest float.
    x, y = rng.integers(0, 40, (2, 60)) * 5e-324
    assert ksg(x, y, 3) == pytest.approx(brute_ksg(x, y, 3), abs=1e-12)
