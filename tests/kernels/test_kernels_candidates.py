"""Information terms of candidates with a state and y."""

import numpy as np
import pytest
from scipy.stats import entropy
from sklearn.metrics import mutual_info_score

from skinfo._kernels._candidates import (
    INFO_T,
    INFO_Y_GIVEN_T,
    JOINT_ENTROPY,
    candidate_evidence,
    candidate_terms,
)
from skinfo._kernels._contingency import (
    Lookups,
    Sample,
    StateTables,
    SummedTables,
    relabel,
)
from skinfo._kernels._elementary import xlogx_table
from skinfo._kernels._independence import NULL_MEAN, NULL_VARIANCE, SMALL_TABLE_PVALUE
from skinfo._kernels._maxmin import GIVEN, JOINT, NORMALIZED, argmax_of_min
from skinfo._kernels._null import expected_information, null_moments, poisson_tables
from skinfo._kernels._smooth import smooth_statistics

LOOKUPS = Lookups(poisson_tables(), xlogx_table(1000))


@pytest.fixture
def data():
    rng = np.random.default_rng(0)
    codes = rng.integers(0, 4, (5, 300)).astype(np.uint8)
    state = rng.integers(0, 3, 300)
    y = (codes[1] + state + rng.integers(0, 2, 300)) % 3
    return codes, np.full(5, 4), state, y.astype(np.int32)


def sample_of(codes, n_levels, y, weights=None):
    padded = np.full((len(codes), -(-codes.shape[1] // 64) * 64), 3, np.uint8)
    padded[:, : codes.shape[1]] = codes
    return Sample(padded, n_levels, y, 3, np.empty(0) if weights is None else weights)


def tables_of(sample, features, state, n_states):
    return StateTables(sample, LOOKUPS, np.asarray(state, np.int32), n_states, features)


def terms_of(data, weights=None, features=None, corrected=False):
    codes, n_levels, state, y = data
    features = np.arange(len(codes)) if features is None else np.array(features)
    sample = sample_of(codes, n_levels, y, weights)
    return candidate_terms(tables_of(sample, features, state, 3), features, corrected)


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
    for corrected in (False, True):
        np.testing.assert_array_equal(
            terms_of(data, weights.astype(float), corrected=corrected),
            terms_of(repeated, corrected=corrected),
        )


def test_counts_beyond_all_integers_have_the_same_terms(data):
    # Sums of 2**67 fit no integer, by which terms of small counts are looked up; information is a
    # function of proportions, and of so many samples its null mean is nothing.
    for corrected in (False, True):
        large = terms_of(data, np.full(300, 2.0**60), corrected=corrected)
        np.testing.assert_allclose(large, terms_of(data), rtol=0, atol=1e-13)


def test_features_are_independent_of_each_other(data):
    np.testing.assert_array_equal(terms_of(data)[[3, 1]], terms_of(data, features=[3, 1]))


def margins(labels, x, n):
    return np.array([np.bincount(x[labels == t], minlength=n) for t in range(3)], float)


def evidence_of(data, weights=None):
    codes, n_levels, state, y = data
    sample = sample_of(codes, n_levels, y, weights)
    tables = tables_of(sample, np.arange(5), state, 3)
    return candidate_evidence(tables, np.arange(5), np.zeros(5, np.int64), False)


def test_null_moments_of_strata_add(data):
    codes, _, state, y = data
    for scale in (1.0, 0.7):  # whole counts, whose mean is exact, and others
        evidence = evidence_of(data, np.full(300, scale))
        for j, x in enumerate(codes):
            rows, columns = scale * margins(state, x, 4), scale * margins(state, y, 3)
            expected = sum(
                np.array(null_moments(rows[t], columns[t], poisson_tables(), scale == 1.0))
                for t in range(3)
            )
            np.testing.assert_allclose(
                evidence[j, [NULL_MEAN, NULL_VARIANCE]], expected, rtol=1e-12
            )
        assert np.isnan(evidence[:, SMALL_TABLE_PVALUE]).all()


def test_evidence_starts_with_the_information(data):
    expected = 300 * terms_of(data)[:, INFO_Y_GIVEN_T]
    np.testing.assert_allclose(evidence_of(data)[:, 0], expected, rtol=1e-12)


def test_chance_is_near_the_exact_mean(data):
    codes, _, state, _ = data
    chance = terms_of(data) - terms_of(data, corrected=True)
    np.testing.assert_allclose(chance[:, INFO_Y_GIVEN_T], evidence_of(data)[:, 1] / 300, rtol=0.02)
    for j, x in enumerate(codes):
        exact = expected_information(
            np.bincount(x).astype(float), np.bincount(state).astype(float)
        )
        assert chance[j, INFO_T] == pytest.approx(exact, rel=0.02)


@pytest.mark.parametrize("n", [1, 63, 64, 65, 128 * 64 + 1, 20_000])
@pytest.mark.parametrize(("n_states", "n_levels"), [(1, 2), (3, 4), (7, 9), (60, 11)])
def test_tables_are_counted_right_however_they_are_counted(rng, n, n_states, n_levels):
    # Small tables by bits, large ones by rows, weighted ones by sums: all against np.add.at.
    column = rng.integers(0, n_levels, n)
    state, y = rng.integers(0, n_states, n), rng.integers(0, 3, n).astype(np.int32)
    expected = np.zeros((n_states * 3, n_levels))
    np.add.at(expected, (state * 3 + y, column), 1)
    for weights in (None, np.full(n, 2.0)):
        sample = sample_of(column[None].astype(np.uint8), np.array([n_levels]), y, weights)
        tables = tables_of(sample, np.array([0]), state, n_states)
        for _ in range(2):  # counters start anew
            counts = tables.table(0)
        np.testing.assert_array_equal(counts, expected * (1 if weights is None else 2))


@pytest.mark.parametrize("term", [GIVEN, JOINT, NORMALIZED])
@pytest.mark.parametrize("corrected", [False, True])
@pytest.mark.parametrize("n_levels", [3, 20])  # pairs counted by bits, and by rows
def test_least_terms_are_those_of_candidates(rng, n_levels, corrected, term):
    codes = rng.integers(0, n_levels, (12, 500)).astype(np.uint8)
    codes[6:] = np.where(rng.random((6, 500)) < 0.5, codes[:6], codes[6:])
    y = (codes[:3].sum(axis=0) % 3).astype(np.int32)
    chosen, left = np.array([0, 4, 7]), np.array([1, 2, 3, 5, 6, 8, 9, 10, 11])
    relevance, costs = rng.random(12), 0.1 * rng.random(12)
    for weights in (None, rng.random(500)):
        sample = sample_of(codes, np.full(12, n_levels), y, weights)
        values = np.empty((len(chosen), len(left)))
        for i, w in enumerate(chosen):
            terms = candidate_terms(tables_of(sample, left, codes[w], n_levels), left, corrected)
            values[i] = terms[:, INFO_Y_GIVEN_T] + (term != GIVEN) * relevance[w]
            if term == NORMALIZED:
                values[i] /= terms[:, JOINT_ENTROPY]
        least, n_seen = np.full(12, np.inf), np.zeros(12, np.int64)
        arguments = left, chosen, relevance, term, corrected, costs, least, n_seen
        position, score = argmax_of_min(sample, LOOKUPS, *arguments)
        scores = values.min(axis=0) - costs[left]
        assert position == scores.argmax()
        assert score == pytest.approx(scores.max(), abs=1e-12)
        known = n_seen[left] == len(chosen)
        np.testing.assert_allclose(least[left][known], values.min(axis=0)[known], atol=1e-12)
        assert known[position]


def test_states_are_split_by_codes(rng):
    labels, codes = rng.integers(0, 3, 100).astype(np.int32), rng.integers(0, 4, 100)
    states = rng.permutation(12).reshape(3, 4).astype(np.int32)
    split = relabel(labels, codes.astype(np.uint8), states)
    assert split.dtype == np.int32
    np.testing.assert_array_equal(split, states[labels, codes])


def test_evidence_of_ordered_levels_is_that_of_smooth_tests(data):
    codes, n_levels, state, y = data
    tables = tables_of(sample_of(codes, n_levels, y), np.arange(5), state, 3)
    n_ordered = np.array([4, 4, 0, 1, 4])  # of the others there is none
    evidence = candidate_evidence(tables, np.arange(5), n_ordered, False)
    counts = np.zeros((5, 3, 4, 3))
    for j in range(5):
        np.add.at(counts[j], (state, codes[j], y), 1)
    expected = smooth_statistics(counts, np.bincount(y).astype(float), False)
    expected[n_ordered < 2] = 0.0
    np.testing.assert_allclose(evidence[:, SMALL_TABLE_PVALUE + 1 :], expected, rtol=1e-12)


def test_counts_beyond_the_lookup_have_the_same_terms(data):
    codes, n_levels, state, y = data
    sample, features = sample_of(codes, n_levels, y), np.arange(5)
    few = Lookups(poisson_tables(), xlogx_table(10))
    tables = StateTables(sample, few, state.astype(np.int32), 3, features)
    np.testing.assert_array_equal(
        candidate_terms(tables, features, True), terms_of(data, corrected=True)
    )


def test_one_class_has_no_evidence(data):
    codes, n_levels, state, _ = data
    padded = np.full((5, 320), 3, np.uint8)
    padded[:, :300] = codes
    sample = Sample(padded, n_levels, np.zeros(300, np.int32), 1, np.empty(0))
    tables = tables_of(sample, np.arange(5), state, 3)
    evidence = candidate_evidence(tables, np.arange(5), np.full(5, 4), False)
    np.testing.assert_allclose(np.nan_to_num(evidence), 0.0, atol=1e-9)


@pytest.mark.parametrize("is_weighted", [False, True])
def test_tables_summed_over_parts_have_the_terms_of_samples(data, is_weighted):
    codes, n_levels, state, y = data
    weights = np.random.default_rng(2).integers(1, 4, 300) * (0.5 if is_weighted else 1.0)
    features = np.array([0, 3, 4])
    sizes, tables = np.zeros(9), np.zeros((3, 4, 9))
    np.add.at(sizes, state * 3 + y, weights)
    for table, j in zip(tables, features, strict=True):
        np.add.at(table, (codes[j], state * 3 + y), weights)
    summed = SummedTables(
        np.concatenate([sizes, tables.ravel()]), LOOKUPS, n_levels, 3, 3, features, not is_weighted
    )
    for corrected in (False, True):
        np.testing.assert_allclose(
            candidate_terms(summed, features, corrected),
            terms_of(data, weights, features, corrected),
            rtol=1e-13,
        )


def test_least_terms_of_more_rows_than_are_counted_at_once(rng):
    codes = rng.integers(0, 3, (2, 20_000)).astype(np.uint8)
    y = ((codes[0] + codes[1]) % 3).astype(np.int32)
    sample, left = sample_of(codes, np.full(2, 3), y), np.array([1])
    expected = candidate_terms(tables_of(sample, left, codes[0], 3), left, False)
    arguments = np.zeros(2), GIVEN, False, np.zeros(2), np.full(2, np.inf), np.zeros(2, np.int64)
    position, score = argmax_of_min(sample, LOOKUPS, left, np.array([0]), *arguments)
    assert position == 0
    assert score == pytest.approx(expected[0, INFO_Y_GIVEN_T], rel=1e-12)
