"""Distinct values chosen by hash, against np.unique."""

import pickle

import numpy as np
import pytest

from skinfo._counts._cells import hashes_of
from skinfo._kernels._distinct import DistinctValues

COLUMNS = {
    "normal": lambda rng, n: rng.normal(size=n),
    "few values": lambda rng, n: rng.integers(0, 5, n).astype(float),
    "some hundred values": lambda rng, n: rng.integers(0, 300, n).astype(float),
    "one value": lambda rng, n: np.full(n, 3.5),
    "missing": lambda rng, n: np.where(rng.random(n) < 0.5, np.nan, rng.normal(size=n)),
    "all missing": lambda rng, n: np.full(n, np.nan),
    "infinities and zeros": lambda rng, n: rng.choice(
        [-np.inf, -1, -0.0, 0.0, 5e-324, -np.nan, np.inf], n
    ),
    "in order": lambda rng, n: np.arange(float(n)),
}
# So that columns of these tests have more values than are kept.
SALT, EXACT, SAMPLE = 7, 1000, 200


def summary_of(x):
    return DistinctValues(SALT, EXACT, SAMPLE).add(x)


def chosen(x):
    """Return the level and the values by sorting all of them."""
    values = np.unique(x[~np.isnan(x)] + 0.0)
    hashes, level = hashes_of(values, np.full(len(values), SALT)), 0
    while len(values) > (SAMPLE if level else EXACT):
        level += 1
        kept = hashes < np.uint64(2 ** (64 - level))
        values, hashes = values[kept], hashes[kept]
    return level, values


def assert_same(a, b):
    np.testing.assert_array_equal(a.values, b.values)
    for name in ("level", "lowest", "highest", "n_present", "salt", "exact", "sample"):
        assert getattr(a, name) == getattr(b, name)


@pytest.mark.parametrize("n", [0, 1, 63, 64, 65, 900, 1100, 30_000])
@pytest.mark.parametrize("column", COLUMNS)
def test_values_are_those_of_low_hash(rng, column, n):
    x = COLUMNS[column](rng, n)
    summary = summary_of(x)
    level, values = chosen(x)
    assert summary.level == level
    np.testing.assert_array_equal(summary.values, values)
    assert not np.signbit(summary.values[summary.values == 0]).any()
    present = x[~np.isnan(x)]
    assert summary.n_present == len(present)
    assert summary.lowest == present.min(initial=np.inf)
    assert summary.highest == present.max(initial=-np.inf)


@pytest.mark.parametrize("column", COLUMNS)
def test_neither_order_nor_parts_matter(rng, column):
    x = COLUMNS[column](rng, 20_000)
    whole = summary_of(x)
    assert_same(summary_of(rng.permutation(x)), whole)
    parts = [summary_of(part) for part in np.split(x, [10, 10, 700, 3000, 19_999])]
    assert_same(sum(parts[1:], parts[0]), whole)
    assert_same(sum(parts[-2::-1], parts[-1]), whole)
    in_turn = summary_of(x[:500])
    for part in np.array_split(x[500:], 7):
        in_turn.add(part)
    assert_same(in_turn, whole)


def test_a_sum_leaves_both_as_they_are(rng):
    x = rng.normal(size=5000)
    a, b = summary_of(x[:900]), summary_of(x[900:])
    assert (a + b).level > a.level == 0
    assert_same(a, summary_of(x[:900]))
    assert_same(b, summary_of(x[900:]))


@pytest.mark.parametrize("n", [0, 500, 5000])
def test_pickled_and_back(rng, n):
    x = rng.normal(size=n)
    summary = pickle.loads(pickle.dumps(summary_of(x)))
    assert_same(summary, summary_of(x))
    assert_same(summary.add(x + 1), summary_of(x).add(x + 1))


@pytest.mark.parametrize("column", COLUMNS)
def test_same_bytes_for_any_order(rng, column):
    x = COLUMNS[column](rng, 5000)
    assert pickle.dumps(summary_of(x)) == pickle.dumps(summary_of(x[::-1].copy()))


@pytest.mark.parametrize("level", [1, 2, 3])
def test_parts_may_begin_at_a_level_that_others_have_reached(rng, level):
    x = rng.normal(size=4000)
    whole = summary_of(x)
    assert whole.level >= level
    rest = DistinctValues(SALT, EXACT, SAMPLE, level).add(x[2500:])
    for both in (summary_of(x[:2500]) + rest, rest + summary_of(x[:2500])):
        assert_same(both, whole)
