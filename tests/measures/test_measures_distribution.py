"""What every measure accepts and refuses, and the arrays it answers with."""

import math

import numpy as np
import pandas as pd
import pytest
from measures_cases import JOINT, ONE_ROW, ROW, TWO_ROWS, UNARY

from skinfo import measures

every_measure = pytest.mark.parametrize("name", sorted(UNARY))
every_measure_with_a_unit = pytest.mark.parametrize(
    "name", sorted(UNARY.keys() - {"normalized_mutual_information"})
)


def test_every_measure_is_in_the_table_of_cases():
    assert sorted(UNARY) == measures.__all__ == sorted(measures.__all__)


@every_measure
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_namespace_dtype_and_value_follow_the_input(name, dtype, xp, numpy_of):
    function, p = UNARY[name]
    result = function(xp.asarray(p, dtype=getattr(xp, dtype)))
    assert result.dtype == getattr(xp, dtype)
    if xp.__name__.endswith("numpy"):
        assert isinstance(result, np.generic)
    else:
        assert type(result) is type(xp.asarray(1.0))
    tolerance = {"float32": 1e-6, "float64": 1e-14}[dtype]
    np.testing.assert_allclose(numpy_of(result), function(p), rtol=tolerance, atol=tolerance)


@every_measure
def test_device_follows_the_input(name):
    strict = pytest.importorskip("array_api_strict", reason="installed by the extra test")
    function, p = UNARY[name]
    other = strict.Device("device1")  # mixing devices is an error there
    assert function(strict.asarray(p, device=other)).device == other
    counts = strict.asarray((8 * np.asarray(p)).astype(np.int64), device=other)
    assert function(counts, normalize=True).device == other


@every_measure
def test_counts_need_normalize(name, xp, numpy_of):
    function, p = UNARY[name]
    counts = xp.asarray((8 * np.asarray(p)).astype(np.int64))
    with pytest.raises(ValueError, match=r"sums to 8.*normalize=True"):
        function(counts)
    result = function(counts, normalize=True)
    assert result.dtype == xp.asarray(1.0).dtype  # the default of the namespace
    np.testing.assert_allclose(numpy_of(result), function(p), rtol=1e-6, atol=1e-6)


@every_measure
@pytest.mark.parametrize("normalize", [False, True])
@pytest.mark.parametrize(
    ("bad", "message"),
    [(math.nan, "not finite"), (math.inf, "not finite"), (-0.125, "negative value, -0.125")],
)
def test_values_that_no_probability_has(name, bad, message, normalize, xp):
    function, p = UNARY[name]
    p = np.array(p)
    p.flat[-1] = bad
    with pytest.raises(ValueError, match=message):
        function(xp.asarray(p), normalize=normalize)


@every_measure
def test_all_zero_counts(name):
    function, p = UNARY[name]
    with pytest.raises(ValueError, match="sums to 0 and cannot be normalized"):
        function(np.zeros(np.shape(p)), normalize=True)


@every_measure
@pytest.mark.parametrize("dtype", [bool, complex, object, str])
def test_what_is_not_a_real_number(name, dtype):
    function, p = UNARY[name]
    with pytest.raises(TypeError, match="must hold real numbers"):
        function(np.asarray(p).astype(dtype))


@every_measure
def test_lists_and_pandas_are_read_as_numpy(name):
    function, p = UNARY[name]
    expected = function(np.asarray(p))
    assert function(p) == expected
    if np.ndim(p) < 3:
        pandas = (pd.Series if np.ndim(p) == 1 else pd.DataFrame)(p)
        assert function(pandas) == expected


@every_measure_with_a_unit
@pytest.mark.parametrize("base", [0, -2, 1, math.inf, math.nan])
def test_base_that_is_none(name, base):
    function, p = UNARY[name]
    with pytest.raises(ValueError, match="base must be a finite number"):
        function(p, base=base)


@every_measure_with_a_unit
def test_unit(name):
    function, p = UNARY[name]
    nats = function(p, base=math.e)
    assert function(p) == pytest.approx(nats / math.log(2), rel=1e-14)
    assert function(p, base=10) == pytest.approx(nats / math.log(10), rel=1e-14)


@every_measure
def test_the_input_is_left_alone(name):
    function, p = UNARY[name]
    given = np.array(p)
    function(given)
    function(given, normalize=True)
    np.testing.assert_array_equal(given, p)


@every_measure
def test_rounding_is_forgiven_and_printed_digits_are_not(name):
    function, p = UNARY[name]
    function(np.asarray(p) * (1 + 1e-9))
    with pytest.raises(ValueError, match=r"tolerance 1\.5e-08 for float64"):
        function(np.asarray(p) * (1 + 1e-7))
    function(np.asarray(p, dtype=np.float32) * np.float32(1 + 1e-5))
    with pytest.raises(ValueError, match=r"tolerance 3\.5e-04 for float32"):
        function(np.asarray(p, dtype=np.float32) * np.float32(1.001))


@pytest.mark.parametrize("name", sorted(JOINT))
def test_joint_needs_its_axes(name):
    function, p = JOINT[name]
    with pytest.raises(ValueError, match=r"axes.*got shape|axis.*got shape"):
        function(np.asarray(1.0))
    with pytest.raises(ValueError, match=r"is empty: shape \(0|axes"):
        function(np.zeros((0,) * np.ndim(p)))


@pytest.mark.parametrize("function", ONE_ROW.values(), ids=ONE_ROW)
def test_the_worst_row_is_named(function, xp):
    p = np.full((2, 3, 4), 0.25)
    p[1, 0, 3] = 0.2
    p[1, 2, 3] = 0.15
    with pytest.raises(ValueError, match=r"p\[1, 2, :\] sums to 0\.9, not to 1"):
        function(xp.asarray(p))
    with pytest.raises(ValueError, match=r"p\[:, 1, 2\] sums to 0\.9, not to 1"):
        function(xp.asarray(np.moveaxis(p, -1, 0)), axis=0)
    p[0, 1] = [-0.5, 0.5, 0.5, 0.5]
    with pytest.raises(ValueError, match=r"p\[0, 1, :\] holds a negative value, -0\.5; it sums"):
        function(xp.asarray(p))
    p[1, 1, 0] = math.nan
    with pytest.raises(ValueError, match=r"p\[1, 1, :\] holds a value that is not finite"):
        function(xp.asarray(p))


def test_errors_do_not_warn_where_a_gradient_is_carried():
    torch = pytest.importorskip("torch", reason="torch is an optional extra")
    p = torch.tensor([0.5, 0.6], requires_grad=True)
    with pytest.raises(ValueError, match=r"p sums to 1\.1"):
        measures.entropy(p)


@pytest.mark.parametrize("function", ONE_ROW.values(), ids=ONE_ROW)
def test_axis(function):
    p = np.random.default_rng(0).dirichlet(np.ones(4), size=(2, 3))
    expected = function(p)
    assert expected.shape == (2, 3)
    for axis in range(-3, 3):
        moved = np.moveaxis(p, -1, axis)
        np.testing.assert_array_equal(function(moved, axis=axis), expected)
    with pytest.raises(ValueError, match="axis=3 is out of range for an array with 3 axes"):
        function(p, axis=3)
    with pytest.raises(TypeError, match="axis must be an integer"):
        function(p, axis=0.0)
    with pytest.raises(ValueError, match="at least one axis"):
        function(1.0)
    with pytest.raises(ValueError, match=r"p is empty: shape \(2, 0\)"):
        function(np.zeros((2, 0)))


@pytest.mark.parametrize("function", TWO_ROWS.values(), ids=TWO_ROWS)
def test_two_distributions_broadcast_over_the_batch(function, xp, numpy_of):
    rng = np.random.default_rng(0)
    p, q = rng.dirichlet(np.ones(4), size=(3, 1)), rng.dirichlet(np.ones(4), size=5)
    expected = [[function(a[0], b) for b in q] for a in p]
    result = function(xp.asarray(p), xp.asarray(q))
    np.testing.assert_allclose(numpy_of(result), expected, rtol=1e-13)
    result = function(xp.asarray(np.moveaxis(p, -1, 0)), xp.asarray(q.T), axis=0)
    np.testing.assert_allclose(numpy_of(result), expected, rtol=1e-13)


@pytest.mark.parametrize("function", TWO_ROWS.values(), ids=TWO_ROWS)
def test_two_distributions_that_do_not_match(function):
    with pytest.raises(ValueError, match=r"same number of outcomes.*\(2,\) and \(3,\)"):
        function([0.5, 0.5], ROW)
    with pytest.raises(ValueError, match=r"same number of outcomes.*\(1,\) and \(2,\)"):
        function([1.0], [0.5, 0.5])  # one outcome is not to be spread over two
    with pytest.raises(ValueError, match=r"\(2, 3\) and \(3, 3\)"):
        function([ROW] * 2, [ROW] * 3)
    with pytest.raises(ValueError, match=r"^q sums to"):
        function(ROW, [0.5, 0.5, 0.5])


def test_lists_and_integers_take_the_dtype_they_meet(xp):
    p = xp.asarray([0.5, 0.5], dtype=xp.float32)
    for q in ([0.5, 0.5], [1, 0], xp.asarray([1, 0]), np.float32([0.5, 0.5]).tolist()):
        for result in (measures.js_divergence(p, q), measures.js_divergence(q, p)):
            assert result.dtype == xp.float32


def test_integers_that_sum_to_one_are_a_distribution():
    assert measures.entropy([0, 1, 0]) == 0
    assert measures.kl_divergence([1, 0], [0.5, 0.5]) == 1


def test_two_libraries_are_not_mixed():
    torch = pytest.importorskip("torch", reason="torch is an optional extra")
    with pytest.raises(TypeError, match="Multiple namespaces"):
        measures.kl_divergence(torch.tensor([0.5, 0.5]), np.array([0.5, 0.5]))


def test_matrix_is_read_as_an_array():
    # np.matrix would keep two axes in every sum.
    with pytest.warns(PendingDeprecationWarning, match="matrix subclass"):
        p = np.matrix([[0.5, 0.5], [1.0, 0.0]])
    np.testing.assert_array_equal(measures.entropy(p), [1, 0])


@pytest.mark.parametrize("axis", [0, 1])
def test_a_million_float32_outcomes_along_any_axis(axis, xp, numpy_of):
    # NumPy adds along an axis that is not contiguous one by one and gets 1.009; see axis_last.
    p = np.full((1_000_000, 2), 1e-6, dtype=np.float32)
    result = measures.entropy(xp.asarray(p if axis == 0 else p.T.copy()), axis=axis)
    np.testing.assert_allclose(numpy_of(result), math.log2(1e6), rtol=1e-6)
