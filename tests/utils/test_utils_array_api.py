"""Arrays of several libraries: namespace, dtype and layout."""

import numpy as np
import pytest

from skinfo.utils._array_api import axis_last, real_floating_arrays, sum_all, to_float


@pytest.mark.parametrize(
    ("p", "q", "dtype"),
    [
        ([1, 2], [0.5, 0.5], np.float64),
        (np.float32([1, 2]), [0.5, 0.5], np.float32),
        (np.float32([1, 2]), np.int64([3, 4]), np.float32),
        (np.float32([1, 2]), np.float64([3, 4]), None),
    ],
)
def test_integers_and_lists_take_the_floating_dtype(p, q, dtype):
    xp, *arrays = real_floating_arrays(p=p, q=q)
    for given, array in zip((p, q), arrays, strict=True):
        assert array.dtype == (dtype or given.dtype)
        assert to_float(sum_all(xp, array)) == np.sum(given)


def test_floating_arrays_are_returned_unchanged():
    p = np.array([0.25, 0.75])
    assert real_floating_arrays(p=p)[1] is p


@pytest.mark.parametrize("q", [[[0.5], [0.5, 0.0]], [0.5, [0.5]]])
@pytest.mark.parametrize("p", [[0.5, 0.5], np.array([0.5, 0.5])])
def test_ragged_lists_are_refused_by_name(p, q):
    with pytest.raises(ValueError, match="q is no array: its lists differ in length or depth"):
        real_floating_arrays(p=p, q=q)


@pytest.mark.parametrize("values", [[True], ["a"], [1j], [None]])
def test_other_values_are_refused_by_name(values):
    with pytest.raises(TypeError, match=r"weights must hold real numbers .* dtype"):
        real_floating_arrays(weights=values)


def test_axis_last_is_contiguous_and_copies_only_if_needed():
    x = np.arange(24.0).reshape(2, 3, 4)
    moved = axis_last(np, x, 1)
    assert moved.shape == (2, 4, 3)
    assert moved.flags.c_contiguous
    np.testing.assert_array_equal(moved, np.moveaxis(x, 1, -1))
    assert np.shares_memory(axis_last(np, x, -1), x)


def test_a_tensor_keeps_its_gradient():
    torch = pytest.importorskip("torch", reason="an optional array library")
    p = torch.tensor([0.25, 0.75], requires_grad=True)
    xp, moved = real_floating_arrays(p=p)
    total = sum_all(xp, axis_last(xp, moved, 0))
    total.backward()
    assert to_float(total) == 1.0
    assert p.grad.tolist() == [1.0, 1.0]
