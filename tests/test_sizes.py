"""Unusual sizes, by what grows: bytes and calls, never seconds; and heavy weights."""

import tracemalloc

import numpy as np
import pytest
import scipy.sparse as sp

from skinfo import InfoBottleneckSelector, MutualInfoBinner
from skinfo._counts._table import Table
from skinfo.estimation import (
    conditional_mutual_info,
    differential_entropy,
    discrete_entropy,
    mutual_info,
    pairwise_mutual_info,
)


def peak_bytes(call):
    """Return the bytes at the peak of a call, of Python and NumPy, beside what was there."""
    call()  # imports and caches
    tracemalloc.start()
    call()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


class GeneratedChunks:
    """Chunks of 5000 rows, made each time they are read."""

    def __init__(self, n_chunks):
        self.n_chunks = n_chunks

    def __iter__(self):
        for seed in range(self.n_chunks):
            rng = np.random.default_rng(seed)
            X = rng.normal(size=(5000, 2))
            yield X, (X[:, 0] > rng.normal(size=5000)).astype(int)


def test_memory_of_streamed_rows_does_not_grow_with_them():
    # All are kept up to 32,768 distinct values; of more a sample. Both sizes have more.
    few, many = (
        peak_bytes(lambda n=n: MutualInfoBinner().fit(GeneratedChunks(n), None)) for n in (8, 24)
    )
    assert many < 1.3 * few


def test_memory_of_the_binner_grows_with_rows_and_not_with_columns(rng):
    X = rng.normal(size=(50_000, 20))
    y = (X[:, 0] > 0).astype(int)
    one, twenty = (peak_bytes(lambda p=p: MutualInfoBinner().fit(X[:, :p], y)) for p in (1, 20))
    # 40 bytes per row: the column, its sort and its classes. Only what is found is kept by column.
    assert one < 45 * len(X)
    assert twenty < 1.3 * one


def test_memory_of_estimates_does_not_grow_with_columns(rng):
    X = rng.normal(size=(20_000, 10))
    y = (X[:, 0] > 0).astype(int)
    one, ten = (peak_bytes(lambda p=p: mutual_info(X[:, :p], y)) for p in (1, 10))
    assert ten < 1.3 * one
    # Sorted values, radii and their logarithms.
    assert peak_bytes(lambda: differential_entropy(X[:, 0])) < 45 * len(X)


HEAVY = [2.0**31, 2.0**33, 1e13]


@pytest.mark.parametrize("heavy", HEAVY)
def test_counts_beyond_32_bits_are_exact(heavy, rng):
    X, y = rng.integers(0, 4, (200, 3)), rng.integers(0, 3, 200)
    weights = rng.integers(1, 5, 200)
    light, weighed = (
        MutualInfoBinner(categorical_features=[0, 1, 2], penalty=None).fit(X, y, sample_weight=w)
        for w in (weights, weights * heavy)
    )
    for few, many in zip(light.counts_, weighed.counts_, strict=True):
        np.testing.assert_array_equal(few * heavy, many)


@pytest.mark.parametrize("heavy", [2.0**31, 2.0**40, 2.0**50])
def test_heavy_weights_give_the_information_of_their_proportions(heavy, rng):
    # By a power of two: proportions are the same to the last bit. Corrections for small samples,
    # and the bins that depend on them, have a limit that 2**31 samples a row have reached.
    X, y = rng.integers(0, 4, (200, 3)), rng.integers(0, 2, 200)
    weights = rng.integers(1, 5, 200) * heavy
    estimates = {
        "plug-in": lambda w: discrete_entropy(X, sample_weight=w, estimator="plugin"),
        "information": lambda w: mutual_info(X, y, sample_weight=w),
        "pairs": lambda w: pairwise_mutual_info(X, sample_weight=w),
        "conditional": lambda w: conditional_mutual_info(X[:, :1], y, X[:, 1], sample_weight=w),
        "selector": lambda w: InfoBottleneckSelector(2).fit(X, y, sample_weight=w).mutual_info_,
    }
    for name, estimate in estimates.items():
        np.testing.assert_allclose(
            estimate(weights), estimate(weights * 2), rtol=1e-6, atol=1e-9, err_msg=name
        )


def test_joint_codes_beyond_64_bits():
    # 40 columns of 4 levels: 2**80 joint levels, of which 3 occur.
    X = np.tile([[0], [1], [3]], (10, 40))
    assert discrete_entropy(X, estimator="plugin") == pytest.approx(np.log2(3), abs=1e-12)


def test_300_classes(rng):
    y = np.repeat(np.arange(300), 40)
    X = np.column_stack([y // 75, rng.normal(size=len(y))])
    binner = MutualInfoBinner(target_type="multiclass", categorical_features=[0]).fit(X, y)
    np.testing.assert_array_equal(binner.counts_[0].sum(axis=0), np.full(300, 40))
    assert binner.n_bins_.tolist() == [4, 1]
    assert binner.mutual_info_[0] == pytest.approx(2.0, abs=1e-12)
    selector = InfoBottleneckSelector(target_type="multiclass").fit(X, y)
    assert selector.selected_features_.tolist() == [0]


def test_rows_that_32_bits_cannot_number_are_refused():
    X = sp.csc_array((2**31, 1))
    with pytest.raises(ValueError, match=r"2147483648 rows.*in parts"):
        Table(X, ["x"])
