"""Codes of one byte, made without a look at y."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import entropy

from skinfo import InfoBottleneckSelector
from skinfo.preprocessing._codes import pool_light


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


def test_selector_finds_thousands_of_thin_levels_and_leaves_noise(rng):
    n_levels = 3000
    level = np.tile(np.arange(n_levels), 20)
    rate = rng.choice([0.1, 0.5, 0.9], n_levels)
    y = rng.random(len(level)) < rate[level]
    noise = rng.integers(0, n_levels, len(level))
    frame = pd.DataFrame({"noise": [f"n{i}" for i in noise], "kinds": [f"k{i}" for i in level]})
    selector = InfoBottleneckSelector().fit(frame, y)
    assert list(selector.get_feature_names_out()) == ["kinds"]
    # What is left of the information is that of the mean rates of the runs.
    by_name = np.argsort([f"k{i}" for i in range(n_levels)])
    run = pool_light(np.full(n_levels, 20.0), 256)
    size = np.bincount(run) / n_levels
    rates = np.bincount(run, rate[by_name]) / np.bincount(run)
    left = entropy([rate.mean(), 1 - rate.mean()], base=2) - size @ entropy(
        [rates, 1 - rates], base=2
    )
    assert selector.mutual_info_[1] == pytest.approx(left, abs=0.002)
    assert left > 0.015


def test_p_values_of_many_levels_of_noise(rng):
    below = 0
    for _ in range(60):
        frame = pd.DataFrame({"c": rng.integers(0, 1000, 4000).astype(str)})
        selector = InfoBottleneckSelector(1).fit(frame, rng.integers(0, 2, 4000))
        below += selector.p_values_[0] < 0.05
    # Binomial(60, .05) exceeds 9 once in 1000.
    assert below <= 9
