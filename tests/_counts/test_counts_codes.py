"""Codes of one byte, made without a look at y."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit
from scipy.stats import entropy, norm

from skinfo import InfoBottleneckSelector
from skinfo._counts._codes import (
    encode_column,
    encode_columns,
    feature_codes,
    labelled_codes,
    pool_light,
    rank_levels,
    row_codes,
)
from skinfo._counts._table import read_table, table_of
from skinfo._counts._target import ClassTarget


def test_few_levels_keep_their_places():
    np.testing.assert_array_equal(pool_light(np.array([5.0, 1.0, 1.0]), 3), [0, 1, 2])


def test_heavy_levels_alone_and_light_ones_in_runs_of_equal_weight():
    # 10 places for 40 + 30 * 2 rows: the heavy level is above the share of 10, and the light
    # ones then have 9 places for 60 rows, three or four levels each.
    sizes = np.full(31, 2.0)
    sizes[7] = 40.0
    place = pool_light(sizes, 10)
    assert place.max() == 9
    assert np.sum(place == place[7]) == 1
    light = np.delete(place, 7)
    assert np.all(np.diff(light) >= 0)
    assert set(np.bincount(light)) == {3, 4}


@pytest.mark.parametrize("most", [255, 256])
def test_every_place_is_used_and_none_is_heavy_by_more_than_a_level(rng, most):
    sizes = np.ceil(1000 / np.arange(1, 3001))
    shuffled = rng.permutation(sizes)
    place = pool_light(shuffled, most)
    assert set(place) == set(range(most))
    weight = np.bincount(place, shuffled)
    assert weight[np.bincount(place) > 1].max() < 3 * sizes.sum() / most


def test_single_levels_are_kept_where_some_share_a_code(rng):
    few, many = rng.integers(0, 256, 5000), rng.integers(0, 600, 5000)
    frame = pd.DataFrame({"few": few.astype(str), "many": many.astype(str)})
    frame.loc[::50, "many"] = None
    table = read_table(InfoBottleneckSelector(), frame, reset=True)
    target = ClassTarget(np.zeros(5000, np.int32), np.arange(2), np.ones(5000), False)
    codes, n_levels, whole, *_ = feature_codes(table, target, np.ones(5000, bool))
    assert list(n_levels) == [256, 256]
    assert list(whole) == [1]
    single, n_single = whole[1]
    assert n_single == 601
    # Equal levels, missing ones among them, have equal codes; and each has one byte.
    pairs = pd.DataFrame({"level": frame["many"].fillna("none"), "code": single})
    assert len(pairs.drop_duplicates()) == n_single == pairs["code"].nunique()
    assert len(pairs.assign(byte=codes[1, :5000]).drop_duplicates()) == n_single


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int64, np.uint64, np.float32])
@pytest.mark.parametrize("order", ["C", "F"])
def test_columns_of_an_array_have_the_codes_that_they_have_alone(rng, dtype, order):
    X = rng.integers(0, 5, (300, 40)) * rng.integers(1, 5, 40) + rng.integers(0, 50, 40)
    X[:, 3] = 7
    X[:, 4] = rng.integers(0, 120, 300)  # cut into bins
    X[0, 5] = 120  # few, but far apart
    X -= 0 if np.dtype(dtype).kind == "u" else 60
    array = np.asarray(X, dtype, order=order)
    keep = rng.random(300) < 0.8
    target = ClassTarget(np.zeros(keep.sum(), np.int32), np.arange(2), np.ones(keep.sum()), False)
    found = []
    for columns in (array, pd.DataFrame(array)):
        table = read_table(InfoBottleneckSelector(), columns, reset=True)
        found.append(feature_codes(table, target, keep))
    of_array, of_frame = found
    np.testing.assert_array_equal(of_array.codes, of_frame.codes)
    np.testing.assert_array_equal(of_array.n_levels, of_frame.n_levels)
    assert of_array.n_levels[3] == 1
    # Integers and bins are in order, and what was cut has a table of finer bins.
    np.testing.assert_array_equal(of_array.n_ordered, of_array.n_levels)
    np.testing.assert_array_equal(of_frame.n_ordered, of_array.n_levels)
    assert list(of_array.finer) == list(of_frame.finer) == [4]
    assert of_array.finer[4].shape == (2 * of_array.n_levels[4], 2)
    assert of_array.finer[4].sum() == keep.sum()


@pytest.mark.parametrize("spread", ["three kinds", "normal"])
def test_selector_loses_nothing_of_thousands_of_thin_levels(rng, spread):
    n_levels, rows = 3000, 20
    level = rng.permutation(np.repeat(np.arange(n_levels), rows))
    x = rng.normal(size=len(level))
    odds = {"three kinds": rng.choice([-2, 0, 2], n_levels), "normal": rng.normal(size=n_levels)}
    y = rng.random(len(level)) < expit(odds[spread][level] + 0.7 * x)
    frame = pd.DataFrame(
        {
            "levels": level.astype(str),
            "copy": [f"copy {i}" for i in level],
            "x": x,
        }
    )
    selector = InfoBottleneckSelector().fit(frame, y)
    assert list(selector.get_feature_names_out()) in (["levels", "x"], ["copy", "x"])
    # I(level; y), by the mean rates of levels: x averaged out over an even grid of its law.
    x_grid = norm.ppf((np.arange(200) + 0.5) / 200)
    rate = expit(odds[spread][:, None] + 0.7 * x_grid).mean(axis=1)
    true = entropy([rate.mean(), 1 - rate.mean()], base=2) - np.mean(
        entropy([rate, 1 - rate], base=2)
    )
    np.testing.assert_allclose(selector.mutual_info_[:2], true, rtol=0.05)
    assert selector.gains_[0] == pytest.approx(true, rel=0.05)
    if spread == "three kinds":
        # T is refined by groups of the levels, which hold about all of it.
        assert selector.information_[0] == pytest.approx(true, rel=0.05)


def test_levels_of_a_group_are_coded_together(rng):
    level = rng.integers(0, 1000, 20_000)
    frame = pd.DataFrame({"a": level.astype(str), "b": rng.integers(0, 2, 20_000)})
    y = rng.random(20_000) < rng.random(1000)[level]
    apart = InfoBottleneckSelector().fit(frame, y)
    together = InfoBottleneckSelector(groups=[["a", "b"]]).fit(frame, y)
    assert apart.mutual_info_[0] > 0.1
    assert together.mutual_info_[0] > 0.01


def test_levels_of_noise_hold_the_level(rng):
    # 1000 levels, alone and beside a column that has what there is to know.
    below = selected = 0
    for _ in range(60):
        x = rng.integers(0, 3, 4000)
        y = rng.random(4000) < 0.3 + 0.2 * x
        frame = pd.DataFrame({"c": rng.integers(0, 1000, 4000).astype(str), "x": x})
        selector = InfoBottleneckSelector().fit(frame, y)
        below += selector.p_values_[0] < 0.05
        selected += selector.support_[0]
        assert selector.support_[1]
    # Binomial(60, .05) exceeds 9 once in 1000.
    assert max(below, selected) <= 9


@pytest.mark.parametrize("low", [-(2**63), -128, 0, 2**63 - 3])
def test_codes_of_the_ends_of_a_dtype(low):
    values = np.array([low, low + 2, low], dtype=np.int64)
    codes, levels = encode_columns(table_of(values[:, None], caller="test"))
    np.testing.assert_array_equal(codes, [[0, 1, 0]])
    assert levels == [2]
    wide = np.array([[-(2**63)], [2**63 - 1]])
    np.testing.assert_array_equal(encode_columns(table_of(wide, caller="test"))[0], [[0, 1]])


@pytest.mark.parametrize("values", [[2, None, 0, 2], [1.5, None, -1.0, 1.5]])
def test_policies_of_the_encoder(values):
    column = pd.DataFrame({"x": pd.array(values)})
    table = table_of(column, caller="test")
    if values[0] == 2:
        codes = encode_column(table, 0)
    else:
        with pytest.raises(ValueError, match=r"x must be discrete, got 1\.5"):
            encode_column(table, 0)
        codes = encode_column(table, 0, n_bins=2)
    np.testing.assert_array_equal(codes.values, [1, 2, 0, 1])
    assert codes.n_levels == 3
    # Only levels of the rows that are asked for.
    some = encode_column(table, 0, np.array([0, 3]), n_bins=2)
    assert (set(some.values), some.n_levels) == ({0}, 1)


def test_pooled_levels_count_missing_values_as_one(rng):
    column = rng.integers(0, 40, 500).astype(str).astype(object)
    column[::9] = None
    table = table_of(column[:, None], caller="test")
    codes = encode_column(table, 0, max_levels=8)
    assert codes.n_levels == 8
    np.testing.assert_array_equal(codes.values == 7, np.arange(500) % 9 == 0)


def test_labels_name_missing_values_last():
    codes, names = labelled_codes(table_of([["b"], [None], ["a"]], caller="test"), 0)
    assert names == ["a", "b", "missing"]
    np.testing.assert_array_equal(codes.values, [1, 2, 0])


@pytest.mark.parametrize("values", [[7, 3, 7], [70_000, -3, 70_000], ["b", "a", "b"]])
def test_ranks_of_levels(values):
    ranks, levels = rank_levels(np.array(values))
    np.testing.assert_array_equal(ranks, [1, 0, 1])
    assert levels.tolist() == sorted(set(values))


def test_equal_rows_have_equal_codes(rng):
    columns = rng.integers(0, 3, (4, 100))
    codes = row_codes(list(columns))
    for i, j in rng.integers(0, 100, (50, 2)):
        assert (codes[i] == codes[j]) == (columns[:, i] == columns[:, j]).all()
