"""Arrays in temporary files."""

import gc
import os
import tempfile

import numpy as np
import pytest

from skinfo._counts._array_file import ArrayFile, in_file


@pytest.mark.parametrize("dtype", [np.uint8, np.int32, np.float64])
def test_arrays_come_back_as_they_were(rng, dtype):
    arrays = [
        rng.integers(0, 100, shape).astype(dtype)
        for shape in [(3, 64), (0,), (3, 0), (5,), (2, 3, 4)]
    ]
    for array, kept in zip(arrays, in_file(arrays), strict=True):
        assert kept.dtype == dtype
        np.testing.assert_array_equal(kept, array)
        assert not kept.flags.writeable or not kept.size


def test_a_transposed_array_is_written_in_the_order_of_its_entries():
    array = np.arange(6).reshape(2, 3).T
    np.testing.assert_array_equal(in_file([array])[0], array)


@pytest.mark.parametrize("arrays", [[], [np.empty(0)], [np.empty((2, 0)), np.empty(0)]])
def test_nothing_to_keep(arrays):
    assert [kept.shape for kept in in_file(arrays)] == [array.shape for array in arrays]


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="no list of open files")
def test_no_file_outlives_its_arrays(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before = len(os.listdir("/proc/self/fd"))
    file = ArrayFile()
    for _ in range(100):
        file.append(np.ones(10))
    arrays = file.arrays()
    # All arrays are parts of one map, which has one open file.
    assert len(os.listdir("/proc/self/fd")) <= before + 1
    assert not list(tmp_path.iterdir())
    del arrays, file
    gc.collect()
    assert len(os.listdir("/proc/self/fd")) == before
