"""Terms of pairs against plain NumPy, and against the tests of single tables."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.special import xlogy
from sklearn.metrics.cluster import expected_mutual_information

from skinfo._kernels._interactions import (
    N_PAIR_TERMS,
    NULL_MEAN,
    SHARED,
    SPREAD,
    SYNERGY,
    TESTS,
    PairColumns,
    plane_pair_terms,
    row_pair_terms,
)
from skinfo._kernels._null import null_moments, poisson_tables
from skinfo._kernels._pairs import common_bits, pack_planes
from skinfo.estimation._bit_planes import empty_planes, plane_starts


def information(table):
    """Return N times the plug-in of a table."""
    return sum(
        sign * xlogy(counts, counts).sum()
        for sign, counts in (
            (1, table),
            (-1, table.sum(0)),
            (-1, table.sum(1)),
            (1, table.sum()),
        )
    )


def smooth_moments(table):
    """Return the null mean and variance of a table, smooth in its margins."""
    rows, columns = (table.sum(axis)[table.sum(axis) > 0] for axis in (1, 0))
    if len(rows) < 2 or len(columns) < 2:
        return np.zeros(2)
    return np.array(null_moments(rows, columns, poisson_tables(), False))


def given(table):
    """Return information, null mean and variance of the two last axes, given the first."""
    return sum(np.array([information(part), *smooth_moments(part)]) for part in table)


def exact_mean(table):
    """Return N times the exact null mean of a table, by scikit-learn."""
    occupied = table[table.sum(1) > 0].astype(np.int64)
    return table.sum() * expected_mutual_information(occupied, int(table.sum()))


def spread(table):
    """Return the sum of n w^2 over the cells of a table (n_i, n_j, n_classes)."""
    w = np.zeros(table.shape)
    for a, b, c in zip(*np.nonzero(table), strict=True):
        above = table[a, b, c] * table[a].sum() * table[:, b].sum() * table[..., c].sum()
        below = table[a, b].sum() * table[a, :, c].sum() * table[:, b, c].sum() * table.sum()
        w[a, b, c] = np.log(above / below)
    return (table * w**2).sum()


def terms_of(codes, y, weights, step=1, is_exact=True, null_means=None):
    """Return the terms of all pairs, and the tables (n_levels, n_classes) of all columns."""
    n_levels = codes.max(axis=1).astype(np.int64) + 1
    tables = [np.zeros((n, y.max() + 1)) for n in n_levels]
    for column, table in zip(codes, tables, strict=True):
        np.add.at(table, (column, y), weights if len(weights) else 1.0)
    if null_means is None:
        null_means = np.array([exact_mean(table) for table in tables])
    columns = PairColumns(
        codes,
        n_levels,
        y.astype(np.int32),
        y.max() + 1,
        weights,
        np.concatenate(tables),
        null_means,
        is_exact,
        poisson_tables(),
    )
    terms = np.full((len(codes) * (len(codes) - 1) // 2, N_PAIR_TERMS), np.nan)
    for first in range(step):
        row_pair_terms(columns, first, step, np.zeros(len(codes), np.uint8), terms)
    return terms, null_means, columns


@pytest.fixture(name="data")
def codes_and_y(rng):
    codes = rng.integers(0, [[2], [3], [5], [4]], (4, 301)).astype(np.uint8)
    codes[3] = codes[1]
    y = (codes[0] ^ (codes[1] > 1)) + (rng.random(301) < 0.2)
    return codes, y.astype(np.int64)


def test_independent_columns_of_an_even_number_of_samples_have_no_information():
    # Every combination of levels and of more classes than levels once: all of it is rounding.
    codes = np.indices((3, 2, 7)).reshape(3, -1)
    terms, *_ = terms_of(codes[:2].astype(np.uint8), codes[2], np.empty(0))
    assert_allclose(terms[0, [SHARED, SYNERGY, SPREAD]], 0.0, atol=1e-12)
    assert (terms[0, TESTS::3] >= 0.0).all()


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("step", [1, 3])
def test_terms_are_those_of_each_table(data, rng, weighted, step):
    codes, y = data
    weights = rng.integers(1, 4, 301).astype(float) if weighted else np.empty(0)
    terms, null_means, _ = terms_of(codes, y, weights, step)
    signs = set()
    for j in range(4):
        for i in range(j):
            row = terms[j * (j - 1) // 2 + i]
            table = np.zeros((codes[i].max() + 1, codes[j].max() + 1, y.max() + 1))
            np.add.at(table, (codes[i], codes[j], y), weights if weighted else 1.0)
            joint = table.reshape(-1, table.shape[2])
            shared = given(table.sum(2)[None])
            of_y, of_j, of_i = (given(np.moveaxis(table, axis, 0)) for axis in (2, 1, 0))
            synergy = information(joint) - information(table.sum(1)) - information(table.sum(0))
            null_mean = min(exact_mean(joint) - null_means[i] - null_means[j], of_y[1] - shared[1])
            assert row[SYNERGY] == pytest.approx(synergy, abs=1e-9)
            assert row[NULL_MEAN] == pytest.approx(null_mean, abs=1e-9)
            assert row[SHARED] == pytest.approx(shared[0], abs=1e-9)
            assert row[SPREAD] == pytest.approx(spread(table), abs=1e-9)
            is_synergy = synergy > null_mean
            tests = [*of_y, *of_j, *of_i] if is_synergy else [*shared, *np.zeros(6)]
            assert_allclose(row[TESTS:], tests, atol=1e-9)
            assert is_synergy or not row[TESTS + 3 :].any()
            signs.add(is_synergy)
    assert signs == {True, False}


def test_without_integers_null_means_are_smooth(data):
    codes, y = data
    exact, *_ = terms_of(codes, y, np.ones(301))
    smooth, *_ = terms_of(codes, y, np.ones(301), is_exact=False)
    assert_allclose(smooth, exact, atol=0.5)
    assert not np.array_equal(smooth[:, NULL_MEAN], exact[:, NULL_MEAN])


def test_counts_beyond_all_integers(data):
    # Terms are functions of proportions times N, means under independence are of the order of one.
    codes, y = data
    scale = 2.0**60
    large, small = (
        terms_of(codes, y, np.full(301, weight), is_exact=False, null_means=np.zeros(4))[0]
        for weight in (scale, 1.0)
    )
    of_counts = [SHARED, SYNERGY, SPREAD]
    assert_allclose(large[:, of_counts] / scale, small[:, of_counts], rtol=1e-9, atol=1e-9)


def test_planes_give_the_same_terms(data):
    codes, y = data
    expected, _, columns = terms_of(codes, y, np.empty(0))
    features = np.array([0, 2, 3])
    n_levels = codes.max(axis=1).astype(np.int64) + 1
    starts = plane_starts(n_levels[features])
    of_classes = []
    for c in range(y.max() + 1):
        rows = np.flatnonzero(y == c)
        planes = empty_planes(len(rows), starts[-1])
        for place, j in enumerate(features):
            pack_planes(codes[j][rows], n_levels[j], starts[place], planes)
        of_classes.append(planes)
    terms = np.full(expected.shape, np.nan)
    for a, b in [((0, 2), (0, 2)), ((0, 2), (2, 3))]:
        common = np.stack([common_bits(planes, starts, a, b) for planes in of_classes])
        plane_pair_terms(columns, features, common, starts, a, b, terms)
    # The others are for `row_pair_terms`.
    row_pair_terms(columns, 0, 1, np.array([1, 0, 1, 1], np.uint8), terms)
    assert_array_equal(terms, expected)
