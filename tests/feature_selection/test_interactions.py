"""Pairs and triples: how they are counted, ranked, tested, and what is selected."""

from itertools import combinations

import numpy as np
import pytest
from scipy.stats import chi2, norm

from skinfo import InfoBottleneckSelector
from skinfo._counts._coded_table import State
from skinfo._counts._evidence import TableEvidence
from skinfo._kernels._null import expected_information
from skinfo._kernels._table_information import table_information
from skinfo.datasets import make_parity
from skinfo.feature_selection._bottleneck import BottleneckVariable
from skinfo.feature_selection._interactions import (
    FEW_LEVELS,
    N_KEPT,
    InteractionSearch,
    JointCounts,
    Ranked,
    best_triples,
    evaluate,
    normal_score,
)


def make_codes(rng, n=400):
    """Columns of 2, 3, 5, 20 and 11 levels, one of them of many, and a class."""
    n_levels = np.array([2, 3, 5, 20, 11])
    codes = rng.integers(0, n_levels[:, None], (5, n)).astype(np.uint8)
    return codes, rng.integers(0, 3, n)


def of_table(cells, y, labels):
    """N * I(cells;Y|T) and its null mean, each state from a table of its own."""
    information = null_mean = 0.0
    for state in np.unique(labels):
        here = labels == state
        _, cell = np.unique(cells[here], return_inverse=True)
        table = np.zeros((cell.max() + 1, y.max() + 1))
        np.add.at(table, (cell, y[here]), 1)
        sizes = np.sort(table.sum(axis=1)), np.sort(table.sum(axis=0)[table.any(axis=0)])
        information += here.sum() * table_information(table)
        null_mean += here.sum() * expected_information(*sizes)
    return information, null_mean


def given_columns(candidates, feature):
    """T whose states are two groups of the codes of a feature, and the candidates' codings."""
    table = candidates.table
    coding = table.coding(feature)
    state = State().split(coding, np.arange(coding.n_groups)[None] // 6)
    counts = table.counts(coding, State())[0]
    counts = np.add.reduceat(counts, np.arange(0, coding.n_groups, 6))
    return BottleneckVariable(state, counts)


@pytest.mark.parametrize("options", [{}, {"weights": np.ones(400)}, {"ends": (64, 250)}])
def test_all_pairs_and_triples_against_tables(rng, candidates_of, options):
    codes, y = make_codes(rng)
    candidates = candidates_of(codes, y, **options)
    bottleneck = given_columns(candidates, 4)
    codings = [candidates.coding(feature) for feature in range(4)]
    columns = JointCounts(candidates, codings, bottleneck)
    labels = codes[4] // 6

    def collect(places, found):
        return list(zip(np.stack(places, axis=1).tolist(), *found, strict=True))

    pairs = [pair for some in columns.pairs(collect) for pair in some]
    assert sorted(places for places, *_ in pairs) == [list(c) for c in combinations(range(4), 2)]
    for (i, j), *found in pairs:
        cells = codes[i].astype(int) * 20 + codes[j]
        np.testing.assert_allclose(found, of_table(cells, y, labels), rtol=1e-9)
    alone = columns.singles()
    for i in range(4):
        found = alone.information[i], alone.null_mean[i]
        np.testing.assert_allclose(found, of_table(codes[i], y, labels), rtol=1e-9)


@pytest.mark.parametrize("options", [{"weights": np.ones(400)}, {"ends": (64, 250)}])
def test_triples_of_few_levels_have_the_same_bits_everywhere(rng, candidates_of, options):
    codes, y = make_codes(rng)
    ranked, values = [], []
    for some in ({}, options):
        candidates = candidates_of(codes, y, **some)
        search = InteractionSearch(candidates, 3)
        (family,) = search._make_families(np.arange(5))
        codings = list(family._codings.values())
        assert max(coding.n_groups for coding in codings) <= FEW_LEVELS
        nothing = BottleneckVariable.constant(candidates.table)
        columns = JointCounts(candidates, codings, nothing)
        ranked.append(best_triples(columns))
        found = columns.triples(
            lambda places, found: list(zip(np.stack(places, 1).tolist(), *found, strict=True))
        )
        values.append(sorted(triple for some in found for triple in some))
    assert values[0] == values[1]
    assert len(values[0]) == 10
    for one, other in zip(*ranked, strict=True):
        np.testing.assert_array_equal(one, other)
    for (i, j, k), *found in values[0]:
        cells = np.zeros(400, int)
        for place in (i, j, k):
            groups = codings[place].groups
            column = codes[place] if groups is None else groups[codes[place]]
            cells = cells * FEW_LEVELS + column
        np.testing.assert_allclose(found, of_table(cells, y, np.zeros(400)), rtol=1e-9)


def test_evidence_of_a_combination_is_that_of_its_table(rng, candidates_of):
    codes, y = make_codes(rng)
    candidates = candidates_of(codes, y)
    state = given_columns(candidates, 4).state
    codings = [candidates.coding(0), candidates.coding(1), candidates.coding(2)]
    found = evaluate(candidates.table, codings, state)
    cells = (codes[0].astype(int) * 3 + codes[1]) * 5 + codes[2]
    information, null_mean = of_table(cells, y, codes[4] // 6)
    assert found.evidence.information[0] == pytest.approx(information)
    assert found.evidence.null_mean[0] == pytest.approx(null_mean)
    step = found.step(candidates, state)
    assert step.features == (0, 1, 2)
    # By the chain rule the gains of the three add up to that of all.
    assert sum(step.gains) == pytest.approx((information - null_mean) / 400)
    one = candidates.gains(np.array([0]), state)
    assert step.gains[0] == pytest.approx(one.nats[0])
    tables = [table[:, table.any(axis=0)] for table in found.tables]
    parts = [TableEvidence.of_table(table) for table in tables]
    variance = sum(part.null_variance[0] for part in parts)
    assert found.evidence.null_variance[0] == pytest.approx(variance)


def test_the_best_are_kept_and_ties_go_by_feature():
    features = np.array(list(combinations(range(40), 2)))
    score = np.ones(len(features))
    score[[5, 700]] = 2.0
    kept = Ranked.of(features, score)
    assert len(kept.features) == N_KEPT
    np.testing.assert_array_equal(kept.features[:2], features[[5, 700]])
    rest = np.delete(features, [5, 700], axis=0)[: N_KEPT - 2]
    np.testing.assert_array_equal(kept.features[2:], rest)


def test_the_score_is_normal_for_chi_squared_information():
    # 2 N I has a chi-squared distribution with 2 * mean degrees of freedom.
    for degrees in (4, 30, 200):
        information = chi2.isf([0.5, 1e-3, 1e-6], degrees) / 2
        score = normal_score(information, np.full(3, degrees / 2))
        np.testing.assert_allclose(score, norm.isf([0.5, 1e-3, 1e-6]), atol=0.2)
    assert normal_score(np.array([1.0]), np.zeros(1))[0] == 0.0


def test_parity_of_three_is_found_as_a_triple_only(rng):
    X = rng.integers(0, 2, (600, 30))
    y = X[:, 4] ^ X[:, 11] ^ X[:, 29] ^ (rng.random(600) < 0.1)
    assert InfoBottleneckSelector(interactions=2).fit(X, y).n_features_ == 0
    selector = InfoBottleneckSelector(interactions=3).fit(X, y)
    np.testing.assert_array_equal(selector.selected_features_, [4, 11, 29])
    # 1 - h(0.1) = 0.531 bit.
    assert selector.information_[-1] == pytest.approx(0.531, abs=0.1)
    assert selector.gains_.sum() == pytest.approx(selector.information_[-1], abs=0.02)


def test_parity_of_the_signs_of_three_numbers(rng):
    X, y = make_parity(800, 3, 17, n_levels=None, random_state=rng)
    weights = (rng.random(800) < 0.8).astype(int)
    weights[:4] = 2
    selector = InfoBottleneckSelector(interactions=3).fit(X, y, sample_weight=weights)
    np.testing.assert_array_equal(np.sort(selector.selected_features_), [0, 1, 2])
    repeated = np.repeat(np.arange(800), weights)
    same = InfoBottleneckSelector(interactions=3).fit(X[repeated], y[repeated])
    np.testing.assert_array_equal(selector.selected_features_, same.selected_features_)
    np.testing.assert_array_equal(selector.gains_, same.gains_)


def test_few_levels_find_what_all_are_too_many_for(rng):
    X, y = make_parity(500, 2, 58, n_levels=None, flip=0.25, random_state=rng)
    assert InfoBottleneckSelector(interactions=True).fit(X, y).support_[:2].all()


def test_parity_of_many_levels_needs_all_of_them(rng):
    X, y = make_parity(4000, 2, 10, n_levels=20, random_state=rng)
    selector = InfoBottleneckSelector(interactions=True).fit(X, y)
    np.testing.assert_array_equal(np.sort(selector.selected_features_), [0, 1])


def test_a_pair_that_is_informative_given_a_feature_only(rng):
    X = rng.integers(0, 2, (1000, 40))
    # X1 xor X2 makes the other class likely, whichever it is by X0: alone it tells nothing.
    y = X[:, 0] ^ ((X[:, 1] ^ X[:, 2]) & (rng.random(1000) < 0.4))
    selector = InfoBottleneckSelector(interactions=True).fit(X, y)
    np.testing.assert_array_equal(np.sort(selector.selected_features_), [0, 1, 2])


def test_a_number_of_features_is_made_up_after_pairs(rng):
    X = rng.integers(0, 2, (400, 15))
    y = X[:, 3] ^ X[:, 7]
    selector = InfoBottleneckSelector(6, interactions=True).fit(X, y)
    assert set(selector.selected_features_[:2]) == {3, 7}
    assert selector.n_features_ == 6


@pytest.mark.parametrize("interactions", [2, 3])
def test_noise_is_refused(interactions):
    hits = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        X, y = rng.integers(0, 3, (120, 8)), rng.random(120) < (0.5 if seed % 2 else 0.06)
        hits += InfoBottleneckSelector(interactions=interactions).fit(X, y).n_features_ > 0
    # P(more than 6 of 40 at 0.05) < 0.004.
    assert hits <= 6


def test_true_is_pairs(rng):
    X, y = rng.integers(0, 2, (300, 10)), rng.integers(0, 2, 300)
    one, other = (
        InfoBottleneckSelector(4, interactions=interactions).fit(X, y)
        for interactions in (True, 2)
    )
    np.testing.assert_array_equal(one.selected_features_, other.selected_features_)


@pytest.mark.parametrize("interactions", [1, 4, "pairs", 2.5])
def test_refuses_other_numbers(interactions, rng):
    X, y = rng.integers(0, 2, (30, 3)), rng.integers(0, 2, 30)
    with pytest.raises(ValueError, match="The 'interactions' parameter"):
        InfoBottleneckSelector(interactions=interactions).fit(X, y)
