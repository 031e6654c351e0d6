"""Folds by the content of samples."""

import numpy as np
import pytest

from skinfo._counts._coded_table import CodesInMemory
from skinfo._counts._folds import make_folds
from skinfo._counts._target import ClassTarget


def table_of(codes, y, weights=None):
    codes = np.asarray(codes, np.uint8)
    weights = np.ones(len(y)) if weights is None else np.asarray(weights, float)
    target = ClassTarget(
        np.asarray(y, np.int32), np.arange(2), weights, bool(np.any(weights != 1))
    )
    return CodesInMemory(codes, target, codes.max(axis=1).astype(np.int64) + 1)


def sample(rng, n=300, n_levels=3):
    return rng.integers(0, n_levels, (4, n)), rng.integers(0, 2, n)


@pytest.mark.parametrize("is_whole", [True, False])
def test_order_of_samples_does_not_matter(rng, is_whole):
    codes, y = sample(rng)
    weights = rng.integers(1, 4, 300) if is_whole else rng.random(300)
    order = rng.permutation(300)
    folds = make_folds(table_of(codes, y, weights), 5)
    moved = make_folds(table_of(codes[:, order], y[order], weights[order]), 5)
    np.testing.assert_array_equal(folds.held_out, moved.held_out)
    for j in range(4):
        np.testing.assert_array_equal(
            *(some.columns([some.coding(j)]) for some in (folds.table, moved.table))
        )
    np.testing.assert_array_equal(folds.table.y, moved.table.y)


def test_integer_weights_are_repetitions(rng):
    codes, y = sample(rng)
    weights = rng.integers(0, 4, 300)
    kept = weights > 0
    folds = make_folds(table_of(codes[:, kept], y[kept], weights[kept]), 5)
    repeated = make_folds(table_of(codes.repeat(weights, axis=1), y.repeat(weights)), 5)
    np.testing.assert_array_equal(folds.held_out, repeated.held_out)
    np.testing.assert_array_equal(folds.held_out.sum(axis=0), folds.table.weights)
    assert folds.held_out.sum() == weights.sum()


def test_weights_that_are_no_integers_are_not_split(rng):
    codes, y = sample(rng, n_levels=2)
    folds = make_folds(table_of(codes, y, rng.random(300)), 3)
    assert folds.table.n_samples == 300
    assert np.all((folds.held_out > 0).sum(axis=0) == 1)


def test_sizes_are_multinomial(rng):
    # A sample of 1000 repetitions and 1000 samples apart: in each fold 200 of mean, 12.6 of
    # standard deviation; the fold sizes of one sample are not even, nor are those of another.
    codes = np.arange(100)[None] % 100
    y = np.zeros(100)
    sizes = make_folds(table_of(codes, y, np.full(100, 1000)), 5).held_out
    assert np.all(sizes.sum(axis=0) == 1000)
    # 500 numbers: the mean of squared deviations has a standard error of about 160 / 14.
    assert 110 < np.mean((sizes - 200) ** 2) < 210
    apart = make_folds(table_of(np.arange(200)[None], np.zeros(200)), 5).held_out
    assert np.all(np.abs(apart.sum(axis=1) - 40) < 25)


def test_seeds_give_other_folds(rng):
    table = table_of(*sample(rng))
    first, again, other = (make_folds(table, 2, seed).held_out for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert np.any(first != other)


def test_training_and_held_out_samples_are_all(rng):
    folds = make_folds(table_of(*sample(rng)), 5)
    for fold in range(5):
        train = folds.training_table(fold)
        assert train.n + folds.held_out[fold].sum() == folds.table.n
        np.testing.assert_array_equal(
            train.weights, folds.training(fold)[folds.training(fold) > 0]
        )


@pytest.mark.parametrize("weight", [1e7, 1e15, 2.0**53, 1e300])
def test_repetitions_of_any_number_are_split(weight):
    table = table_of(np.arange(100)[None], np.zeros(100), np.full(100, weight))
    halves = make_folds(table, 2).held_out / weight
    np.testing.assert_allclose(halves.sum(axis=0), 1, rtol=1e-15)
    # Standard deviations of 0.5 / sqrt(weight), of which these 200 are.
    assert np.all(np.abs(halves - 0.5) < 2.5 / np.sqrt(weight) + 1e-15)


def test_repetitions_are_integers_in_each_fold():
    weights = np.arange(1.0, 201)
    held_out = make_folds(table_of(np.arange(200)[None], np.zeros(200), weights), 5).held_out
    np.testing.assert_array_equal(held_out % 1, 0)
