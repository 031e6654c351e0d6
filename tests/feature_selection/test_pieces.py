"""A search over a table in pieces gives the result of one piece, to the last bit."""

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skinfo._counts import _coded_parts
from skinfo.feature_selection._criteria import CRITERIA


def make_data(rng, n=600):
    """Return codes of which some are copies, and y of three features, one pair of them xor."""
    codes = rng.integers(0, 4, (14, n)).astype(np.uint8)
    codes[5:8] = np.where(rng.random((3, n)) < 0.8, codes[:3], codes[5:8])
    codes[12] = rng.integers(0, 90, n)
    codes[13] = 0
    y = (codes[0].astype(int) + (codes[1] > 1) + rng.integers(0, 2, n)) % 3
    return codes, y


def assert_same(one, other):
    for field in fields(one):
        np.testing.assert_array_equal(
            getattr(one, field.name), getattr(other, field.name), err_msg=field.name
        )


@pytest.mark.parametrize("criterion", ["bottleneck", *sorted(CRITERIA)])
@pytest.mark.parametrize("n_to_select", [None, 5])
def test_pieces_change_nothing(rng, criterion, n_to_select, candidates_of, search):
    codes, y = make_data(rng)
    # The last but one is empty.
    one, many = (
        search(candidates_of(codes, y, ends=ends), criterion, n_to_select)
        for ends in (None, (1, 64, 250, 580, 580))
    )
    assert_same(one, many)


@pytest.mark.parametrize(
    "options", [{"beta": 40.0}, {"interactions": 2}, {"interactions": 3}, {"max_states": 3}]
)
def test_pieces_change_nothing_with_options(rng, options, candidates_of, search):
    codes, y = make_data(rng)
    y = (codes[8] > 1) ^ (codes[9] > 1) if "interactions" in options else y
    one, many = (
        search(candidates_of(codes, y.astype(int), ends=ends), "bottleneck", **options)
        for ends in (None, (64, 250))
    )
    assert_same(one, many)
    assert len(one.selected) > 0


# A class, or a level, may be absent from a piece, and samples be sorted by either.
@given(
    st.lists(st.integers(0, 300), max_size=6),
    st.sampled_from(["as drawn", "by class", "by level"]),
    st.integers(0, 3),
)
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],  # builders hold nothing
)
def test_any_pieces_of_whole_weights(candidates_of, search, ends, order, seed):
    rng = np.random.default_rng(seed)
    codes, y = make_data(rng, 300)
    weights = rng.integers(1, 4, 300)
    by = {"as drawn": np.arange(300), "by class": np.argsort(y), "by level": np.argsort(codes[0])}
    some = by[order]
    one = search(candidates_of(codes, y, weights=weights), "bottleneck")
    many = search(
        candidates_of(codes[:, some], y[some], weights=weights[some], ends=sorted(ends)),
        "bottleneck",
    )
    assert_same(one, many)


def test_pieces_agree_to_rounding_with_real_weights(rng, candidates_of, search):
    codes, y = make_data(rng)
    weights = rng.uniform(0.1, 3, len(y))
    one, many = (
        search(candidates_of(codes, y, weights=weights, ends=ends), "bottleneck")
        for ends in (None, (64, 250))
    )
    assert one.selected == many.selected
    np.testing.assert_allclose(one.pvalues, many.pvalues, rtol=1e-9)
    np.testing.assert_allclose(one.gains, many.gains, rtol=1e-9)


@pytest.mark.parametrize("criterion", ["bottleneck", *sorted(CRITERIA)])
def test_one_pass_a_selected_feature(rng, criterion, candidates_of, search):
    codes, y = make_data(rng)
    candidates = candidates_of(codes, y, ends=(64, 250))
    search(candidates, criterion, 6)
    # One for the relevance, and at most two for what is left in the end.
    assert candidates.table._partitions.n_passes <= 6 + 2


@pytest.mark.parametrize("criterion", ["bottleneck", "mrmr", "cmim"])
def test_one_pass_a_feature_that_is_tested(rng, criterion, candidates_of, search):
    codes, y = make_data(rng)
    # A copy of a selected feature is refused, by one pass more.
    codes[9] = np.where(rng.random(len(y)) < 0.9, codes[0], codes[9])
    candidates = candidates_of(codes, y, ends=(64, 250))
    result = search(candidates, criterion)
    assert len(result.selected) >= 2
    assert candidates.table._partitions.n_passes <= len(result.selected) + 3


# A table of this search has up to 90 * 90 * 3 counts.
@pytest.mark.parametrize("most_kept", [200, 3000, 30_000])
def test_tables_that_are_summed_a_few_at_a_time(
    rng, candidates_of, search, monkeypatch, most_kept
):
    codes, y = make_data(rng)
    one = search(candidates_of(codes, y), "bottleneck")
    monkeypatch.setattr(_coded_parts, "MOST_COUNTS", 100)
    monkeypatch.setattr(_coded_parts, "MOST_KEPT", most_kept)
    assert_same(one, search(candidates_of(codes, y, ends=(64, 250)), "bottleneck"))
