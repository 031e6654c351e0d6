"""cross_entropy_loss against closed forms, identities, scikit-learn's log_loss and PyTorch."""

import math
import tracemalloc
from itertools import pairwise, product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy.special import softmax
from scipy.stats import entropy
from sklearn.metrics import log_loss
from sklearn.utils.class_weight import compute_sample_weight

from skinfo.metrics import _arrays, cross_entropy_loss

COIN = np.array([[0.5, 0.5], [0.25, 0.75], [0.875, 0.125]])


@pytest.fixture
def predicted():
    """Distributions over four classes for 200 rows, and labels drawn from them."""
    rng = np.random.default_rng(0)
    prob = softmax(2 * rng.normal(size=(200, 4)), axis=1)
    codes = (prob.cumsum(axis=1) < rng.random((200, 1))).sum(axis=1)
    return codes, prob, rng.integers(0, 4, size=200)


def test_loss_of_a_row_is_minus_log2_of_the_probability_of_its_label():
    # -log2(1/2), -log2(1/4), -log2(1/8)
    loss = cross_entropy_loss([0, 0, 1], COIN, reduction="none")
    assert_array_equal(loss, [1.0, 2.0, 3.0])
    assert loss.dtype == np.float64


def test_reductions_agree():
    weight = [1.0, 3.0, 4.0]
    # (1 * 1 + 3 * 2 + 4 * 3) = 19 bits in 8 rows
    assert cross_entropy_loss([0, 0, 1], COIN, sample_weight=weight, reduction="sum") == 19
    assert cross_entropy_loss([0, 0, 1], COIN, sample_weight=weight) == 19 / 8
    each = cross_entropy_loss([0, 0, 1], COIN, sample_weight=weight, reduction="none")
    assert_array_equal(each, [1.0, 6.0, 12.0])
    assert cross_entropy_loss([0, 0, 1], COIN, reduction="sum") == 6
    assert cross_entropy_loss([0, 0, 1], COIN) == 2


@pytest.mark.parametrize(("base", "nats"), [(2, math.log(2)), (math.e, 1), (10, math.log(10))])
def test_matches_sklearn_in_any_base(predicted, base, nats):
    codes, prob, weight = predicted
    assert_allclose(cross_entropy_loss(codes, prob, base=base) * nats, log_loss(codes, prob))
    ours = cross_entropy_loss(codes, prob, base=base, sample_weight=weight)
    assert_allclose(ours * nats, log_loss(codes, prob, sample_weight=weight))


def test_integer_weights_are_repetition(predicted):
    codes, prob, weight = predicted
    weighted = cross_entropy_loss(codes, prob, labels=range(4), sample_weight=weight)
    repeated = cross_entropy_loss(codes.repeat(weight), prob.repeat(weight, axis=0))
    assert_allclose(weighted, repeated, rtol=1e-13)


def test_one_hot_rows_are_labels(predicted):
    codes, prob, weight = predicted
    assert_allclose(
        cross_entropy_loss(np.eye(4)[codes], prob, sample_weight=weight, reduction="none"),
        cross_entropy_loss(codes, prob, sample_weight=weight, reduction="none"),
        rtol=1e-15,
    )


def test_soft_labels_cost_their_entropy_plus_the_divergence(predicted):
    # The identity H(p, q) = H(p) + KL(p || q), with scipy's entropies.
    _, q, _ = predicted
    p = q[::-1]
    expected = entropy(p, base=2, axis=1) + entropy(p, q, base=2, axis=1)
    assert_allclose(cross_entropy_loss(p, q, reduction="none"), expected)


@pytest.mark.parametrize(
    ("labels", "y_true"),
    [
        (["a", "b"], ["a", "a", "b"]),
        ([False, True], [False, False, True]),
        ([-1, 7], [-1, -1, 7]),
        ([0.5, 2.5], [0.5, 0.5, 2.5]),
        (np.array(["a", "b"], dtype=object), pd.Series(["a", "a", "b"])),
        ([0, 1], pd.Series([0, 0, 1], dtype="category")),
        ([0, 1], [False, False, True]),  # True == 1, as in Python
    ],
)
def test_any_kind_of_label(labels, y_true):
    assert cross_entropy_loss(y_true, COIN, labels=labels) == 2


def test_labels_name_the_columns_in_their_own_order():
    assert cross_entropy_loss(["a", "a", "b"], COIN[:, ::-1], labels=["b", "a"]) == 2


def test_labels_default_to_the_sorted_labels_of_y():
    assert cross_entropy_loss([7, 3, 3], COIN) == cross_entropy_loss(
        [7, 3, 3], COIN, labels=[3, 7]
    )


@pytest.mark.parametrize("from_logits", [False, True])
@pytest.mark.parametrize("strange", [9, -100])
def test_label_without_a_column_is_an_error_unless_it_weighs_nothing(strange, from_logits):
    kwargs = {"labels": [0, 1], "from_logits": from_logits}
    with pytest.raises(
        ValueError, match=rf"holds \[{strange}\], which is not among labels, \[0, 1\]"
    ):
        cross_entropy_loss([0, strange, 1], COIN, **kwargs)
    ignored = cross_entropy_loss([0, strange, 1], COIN, sample_weight=[1, 0, 1], **kwargs)
    assert ignored == cross_entropy_loss([0, 1], [COIN[0], COIN[2]], **kwargs)
    # Without labels too: they are those of the rows that count.
    kwargs.pop("labels")
    assert cross_entropy_loss([0, strange, 1], COIN, sample_weight=[1, 0, 1], **kwargs) == ignored


def test_column_of_zeros_for_a_class_that_the_model_was_not_trained_on():
    prob = np.column_stack([COIN, np.zeros(3)])
    assert_array_equal(
        cross_entropy_loss([0, 9, 1], prob, labels=[0, 1, 9], reduction="none"), [1, 52, 3]
    )


def test_zero_on_the_true_class_costs_52_bits_in_any_dtype():
    prob = np.array([[0.0, 1.0], [1e-20, 1.0], [1.0, 0.0]])
    for dtype in (np.float32, np.float64):
        loss = cross_entropy_loss([0, 0, 0], prob.astype(dtype), labels=[0, 1], reduction="none")
        assert_array_equal(loss, [52.0, 52.0, 0.0])
        assert not np.signbit(loss).any()
    assert cross_entropy_loss([[1.0, 0.0]], prob[:1]) == 52
    assert cross_entropy_loss([[0.0, 1.0]], prob[:1]) == 0


def test_float32_rounding_is_all_that_float32_changes(predicted):
    codes, prob, _ = predicted
    assert_allclose(
        cross_entropy_loss(codes, prob.astype(np.float32)),
        cross_entropy_loss(codes, prob),
        atol=1e-6,
    )


def test_accepts_lists_and_frames_and_leaves_them_alone(predicted):
    codes, prob, _ = predicted
    before = prob.copy()
    expected = cross_entropy_loss(codes, prob)
    assert cross_entropy_loss(codes.tolist(), prob.tolist()) == expected
    assert cross_entropy_loss(pd.Series(codes), pd.DataFrame(prob)) == expected
    cross_entropy_loss(prob, prob)
    assert_array_equal(prob, before)
    assert cross_entropy_loss([0, 1], np.eye(2, dtype=int)) == 0


def test_tiny_negative_probabilities_are_rounding():
    prob = np.array([[1 + 1e-9, -1e-9], [0.5, 0.5]])
    assert_array_equal(cross_entropy_loss([0, 1], prob, reduction="none"), [0, 1])


def test_integers_that_number_columns_need_not_all_occur():
    # -log2 of 0.5 and of 0.25, the columns 0 and 2
    prob = [[0.5, 0.25, 0.25], [0.5, 0.25, 0.25]]
    for dtype in (np.int64, np.uint8, np.int32):
        loss = cross_entropy_loss(np.array([0, 2], dtype), prob, reduction="none")
        assert_array_equal(loss, [1, 2])
    assert cross_entropy_loss([True, True], [[0.5, 0.5], [0.75, 0.25]]) == 1.5
    # 1 and 2 of two columns are no numbers of columns, so they are sorted.
    assert_array_equal(
        cross_entropy_loss([2, 1], COIN[1:], reduction="none"),
        cross_entropy_loss(["b", "a"], COIN[1:], reduction="none"),
    )


@pytest.mark.parametrize("n_classes", [2, 5, 3000])
def test_blocks_of_rows_join_to_the_whole(n_classes, monkeypatch):
    # Each row against its own probability, in blocks of one row, of a few, and all at once.
    rng = np.random.default_rng(n_classes)
    prob = rng.dirichlet(np.ones(n_classes), size=23)
    codes = rng.integers(0, n_classes, 23)
    expected = -np.log2(np.maximum(prob[np.arange(23), codes], 2.0**-52))
    for size in (1, 7 * n_classes, 10**6):
        monkeypatch.setattr(_arrays, "BLOCK_SIZE", size)
        assert_allclose(cross_entropy_loss(codes, prob, reduction="none"), expected, rtol=1e-14)
        soft = cross_entropy_loss(np.eye(n_classes)[codes], prob, reduction="none")
        assert_allclose(soft, expected, rtol=1e-14)


@pytest.mark.parametrize("from_logits", [False, True])
def test_place_of_a_row_does_not_change_a_bit(from_logits, monkeypatch):
    rng = np.random.default_rng(0)
    x, target = rng.dirichlet(np.ones(37), size=(2, 50))
    x = np.log(x) if from_logits else x
    codes = rng.integers(0, 37, 50)
    kwargs = {"from_logits": from_logits, "reduction": "none"}
    for y_true in (codes, target):
        whole = cross_entropy_loss(y_true, x, **kwargs)
        assert_array_equal(cross_entropy_loss(y_true[::-1], x[::-1], **kwargs), whole[::-1])
        for size in (1, 7 * 37):
            with monkeypatch.context() as patch:
                patch.setattr(_arrays, "BLOCK_SIZE", size)
                assert_array_equal(cross_entropy_loss(y_true, x, **kwargs), whole)


def test_error_names_the_worst_row_of_all_blocks(monkeypatch):
    monkeypatch.setattr(_arrays, "BLOCK_SIZE", 4)
    prob = np.full((9, 2), 0.5)
    prob[1], prob[7] = 0.49, 0.3
    with pytest.raises(ValueError, match=r"Row 7 of y_prob sums to 0\.6"):
        cross_entropy_loss([0, 1] * 4 + [0], prob)


def test_layout_of_the_memory_does_not_change_a_bit(predicted):
    codes, prob, _ = predicted
    soft, logits = prob[::-1].copy(), np.log(prob)
    for y_true in (codes, soft):
        for y_prob, from_logits in ((prob, False), (logits, True)):
            rows = cross_entropy_loss(y_true, y_prob, from_logits=from_logits, reduction="none")
            for other in (
                np.asfortranarray(y_prob),
                pd.DataFrame(y_prob),
                y_prob.tolist(),
                np.repeat(y_prob, 2, axis=1)[:, ::2],
            ):
                assert_array_equal(
                    cross_entropy_loss(y_true, other, from_logits=from_logits, reduction="none"),
                    rows,
                )


def test_nothing_of_the_size_of_the_predictions_is_made():
    n, n_classes = 20_000, 100  # 16 MB, in blocks of 2 MB
    prob = np.full((n, n_classes), 1 / n_classes)
    codes = np.arange(n) % n_classes
    for y_true in (codes, prob):
        for y_prob in (prob, np.asfortranarray(prob)):
            for from_logits in (False, True):
                tracemalloc.start()
                loss = cross_entropy_loss(y_true, y_prob, from_logits=from_logits)
                peak = tracemalloc.get_traced_memory()[1]
                tracemalloc.stop()
                # The uniform distribution costs log2(100) bits, as its own logits do.
                assert_allclose(loss, math.log2(n_classes))
                assert peak < 0.9 * prob.nbytes


def test_one_hot_of_any_dtype(predicted):
    codes, prob, _ = predicted
    expected = cross_entropy_loss(codes, prob)
    for dtype in (bool, int, np.float32):
        assert_allclose(cross_entropy_loss(np.eye(4, dtype=dtype)[codes], prob), expected)
    assert_allclose(cross_entropy_loss(pd.get_dummies(codes), prob), expected)


def test_nullable_frames_are_numbers(predicted):
    codes, prob, _ = predicted
    frame = pd.DataFrame(prob, dtype="Float64")
    assert cross_entropy_loss(pd.Series(codes, dtype="Int64"), frame) == cross_entropy_loss(
        codes, prob
    )


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_logits_cost_what_their_softmax_costs(predicted, dtype):
    codes, prob, weight = predicted
    logits = np.log(prob).astype(dtype) + 3  # a constant that the softmax takes away
    softmaxed = softmax(logits.astype(np.float64), axis=1)
    for y_true in (codes, prob[::-1]):
        assert_allclose(
            cross_entropy_loss(y_true, logits, sample_weight=weight, from_logits=True),
            cross_entropy_loss(y_true, softmaxed, sample_weight=weight),
            rtol=1e-12,
        )


def test_logits_are_exact_however_large():
    # ln(1 + e^-1000) = 0 for the likely class, 1000 for the other, where a probability would
    # have come to its floor; all shifted, which changes nothing.
    logits = np.array([[1000.0, 0.0], [1e6, 1e6 - 1000], [-1e300, 0.0]])
    loss = cross_entropy_loss([1, 1, 0], logits, base=math.e, from_logits=True, reduction="none")
    assert_array_equal(loss, [1000, 1000, 1e300])
    likely = cross_entropy_loss([0, 0, 1], logits, from_logits=True, reduction="none")
    assert_array_equal(likely, [0, 0, 0])
    assert not np.signbit(likely).any()
    soft = cross_entropy_loss([[0.5, 0.5]] * 3, logits, base=math.e, from_logits=True)
    assert_allclose(soft, (500 + 500 + 5e299) / 3)


def test_sums_of_many_float32_probabilities_are_added_in_float64():
    # 100,000 equal float32 numbers, added up in float32 one by one, would miss 1 by 1e-3.
    prob = np.full((2, 100_000), 1e-5, dtype=np.float32)
    assert_allclose(cross_entropy_loss([0, 1], prob), math.log2(1e5), rtol=1e-7)


def test_types_that_are_no_numbers():
    with pytest.raises(TypeError, match="y_prob must hold real numbers"):
        cross_entropy_loss([0], [["a", "b"]])
    with pytest.raises(TypeError, match="y_prob must hold real numbers"):
        cross_entropy_loss([0], np.array([[None, "b"]], dtype=object))
    with pytest.raises(TypeError, match=r"y_prob must hold real numbers.*complex"):
        cross_entropy_loss([0], np.array([[1j, 1]]))
    with pytest.raises(TypeError, match="y_true must hold real numbers"):
        cross_entropy_loss([["a", "b"]], [[0.5, 0.5]])


@given(st.integers(0, 2**32 - 1), st.integers(2, 6))
@settings(max_examples=40, deadline=None)
def test_the_truth_is_the_cheapest_prediction(seed, n_classes):
    # Gibbs' inequality: H(p, q) >= H(p, p) = H(p).
    p, q = np.random.default_rng(seed).dirichlet(np.ones(n_classes), size=(2, 5))
    own = cross_entropy_loss(p, p, reduction="none")
    assert (cross_entropy_loss(p, q, reduction="none") >= own - 1e-12).all()
    assert_allclose(own, entropy(p, base=2, axis=1), atol=1e-12)


@pytest.mark.parametrize(
    ("y_true", "y_prob", "kwargs", "match"),
    [
        ([0, 1], [[0.5, 0.5], [0.5, 0.3]], {}, r"Row 1 of y_prob sums to 0\.8, not to 1"),
        ([0, 1], [[0.9, 0.5], [0.5, 0.4]], {}, r"Row 0 of y_prob sums to 1\.4"),
        ([0, 1], [[0.5, 0.5], [np.nan, 0.5]], {}, "Row 1 of y_prob sums to nan"),
        ([0, 1], [[0.5, 0.5], [np.inf, 0.5]], {}, "Row 1 of y_prob sums to inf"),
        ([0, 1], [[0.5, 0.5], [np.inf, -np.inf]], {}, "Row 1 of y_prob sums to nan"),
        ([0, 1], [[0.5, 0.5], [1.75, -0.75]], {}, r"Row 1 of y_prob holds (1\.75|-0\.75)"),
        ([0, 1], [[0.5, 0.5], [0.5, 0.3]], {}, r"within 1e-05.*Logits need a softmax"),
        ([0, 1], [0.5, 0.5], {}, r"one column per class.*shape \(2,\).*binary_cross_entropy"),
        ([], np.empty((0, 2)), {}, r"at least one of each; got shape \(0, 2\)"),
        ([0, 1, 1], [[0.5, 0.5], [0.5, 0.5]], {}, "y_true has 3 rows and y_prob has 2"),
        (
            ["a", "a"],
            [[0.5, 0.5], [0.5, 0.5]],
            {},
            "2 columns of predictions and 1 labels.*classes_",
        ),
        ([0, 1], [[0.5, 0.5], [0.5, 0.5]], {"labels": [1, 1]}, "labels must be distinct"),
        (
            ["0", "1"],
            [[0.5, 0.5]] * 2,
            {"labels": [0, 1]},
            r"of the model: y_true holds \['0', '1'",
        ),
        (
            [0.0, np.nan],
            [[0.5, 0.5]] * 2,
            {"labels": [0, 1]},
            "y_true contains NaN.*in row 1",
        ),
        (
            ["a", None],
            [[0.5, 0.5]] * 2,
            {"labels": ["a", "b"]},
            "y_true contains NaN.*in row 1",
        ),
        ([[1.0, 0.0, 0.0]], [[0.5, 0.5]], {}, r"must have the shape of y_prob, \(1, 2\)"),
        ([[1.0, 0.5]], [[0.5, 0.5]], {}, r"Row 0 of y_true sums to 1\.5"),
        (
            [0, 2],
            [[0.2, 0.3, 0.5]] * 2,
            {"labels": [0, 1]},
            "3 columns of predictions and 2 labels",
        ),
        ([0, 3], [[0.2, 0.3, 0.5]] * 2, {}, "3 columns of predictions and 2 labels"),
        (
            ["a", "b"],
            [[0.5, 0.5]] * 2,
            {"labels": ["x", "y"]},
            r"holds \['a', 'b'\].*among.*\['x'",
        ),
        ([0, -100, 1], [[0.5, 0.5]] * 3, {}, "2 columns of predictions and 3 labels"),
        (
            [0, 1],
            [[0, 0], [0, np.nan]],
            {"from_logits": True},
            "Row 1 of y_prob holds nan: logits",
        ),
        ([0, 1], [[-np.inf, 0], [0, 0]], {"from_logits": True}, "Row 0 of y_prob holds -inf"),
        (
            ["b", "c"],
            [[1, 2], [3, 4]],
            {"from_logits": True, "labels": ["a", "b"]},
            r"y_true holds \['c'\], which is not among labels, \['a', 'b'\]",
        ),
        ([0, 1], [[0.5, 0.5]] * 2, {"base": 1}, "base must be"),
        ([0, 1], [[0.5, 0.5]] * 2, {"base": -2}, "'base' parameter"),
        ([0, 1], [[0.5, 0.5]] * 2, {"reduction": "max"}, "'reduction' parameter"),
        ([0, 1], [[0.5, 0.5]] * 2, {"sample_weight": [1, -1]}, "[Nn]egative values"),
        ([0, 1], [[0.5, 0.5]] * 2, {"sample_weight": [1, 1, 1]}, "sample_weight.shape"),
        (
            [0, 1],
            [[0.5, 0.5]] * 2,
            {"sample_weight": [0, 0]},
            "sample_weight must have a positive entry",
        ),
    ],
)
def test_errors_say_what_is_wrong(y_true, y_prob, kwargs, match):
    with pytest.raises(ValueError, match=match):
        cross_entropy_loss(y_true, y_prob, **kwargs)


@pytest.mark.parametrize("library", ["array_api_strict", "torch"])
@pytest.mark.parametrize("from_logits", [False, True])
@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
def test_other_libraries_stay_in_their_own(predicted, library, from_logits, reduction):
    xp = pytest.importorskip(library, reason="an optional array library")
    codes, prob, weight = predicted
    y_prob = np.log(prob) if from_logits else prob
    for y_true in (codes, codes == 1, prob[::-1].copy()):
        kwargs = {"from_logits": from_logits, "reduction": reduction, "sample_weight": weight}
        expected = cross_entropy_loss(y_true, y_prob, **kwargs)
        theirs = cross_entropy_loss(xp.asarray(y_true), xp.asarray(y_prob), **kwargs)
        assert type(theirs) is type(xp.asarray(0.0))
        assert theirs.dtype == xp.float64
        assert theirs.ndim == (reduction == "none")
        assert_allclose(np.asarray(theirs), expected, rtol=1e-13)
        kwargs["sample_weight"] = xp.asarray(weight)
        assert_array_equal(
            np.asarray(cross_entropy_loss(y_true, xp.asarray(y_prob), **kwargs)),
            np.asarray(theirs),
        )


@pytest.mark.parametrize("library", ["array_api_strict", "torch"])
def test_labels_and_errors_of_other_libraries(library):
    xp = pytest.importorskip(library, reason="an optional array library")
    prob = xp.asarray(COIN)
    assert float(cross_entropy_loss(["a", "a", "b"], prob)) == 2
    assert float(cross_entropy_loss(xp.asarray([3, 3, 7]), prob, labels=xp.asarray([3, 7]))) == 2
    y_true, weight = xp.asarray([0, 9, 1]), xp.asarray([1.0, 0.0, 1.0])
    loss = cross_entropy_loss(y_true, prob, labels=[0, 1], sample_weight=weight, reduction="none")
    assert_array_equal(np.asarray(loss), [1, 0, 3])
    with pytest.raises(ValueError, match=r"y_true holds \[9\], which is not among labels"):
        cross_entropy_loss(y_true, prob, labels=[0, 1])
    with pytest.raises(ValueError, match=r"Row 2 of y_prob sums to 0\.5"):
        cross_entropy_loss([0, 0, 1], xp.asarray([[0.5, 0.5], [1.0, 0.0], [0.25, 0.25]]))
    with pytest.raises(ValueError, match="Row 0 of y_prob sums to nan"):
        cross_entropy_loss([0, 0], xp.asarray([[math.nan, 0.5], [1.0, 0.0]]))
    with pytest.raises(TypeError, match=r"y_true is an array of .* pass both in one library"):
        cross_entropy_loss(xp.asarray([0, 0, 1]), COIN)


def test_device_is_kept():
    xp = pytest.importorskip("array_api_strict", reason="installed by the extra test")
    device = xp.Device("device1")
    prob = xp.asarray(COIN, device=device)
    for from_logits in (False, True):
        y_true = xp.asarray([0, 0, 1], device=device)
        assert cross_entropy_loss(y_true, prob, from_logits=from_logits).device == device
    assert cross_entropy_loss(["a", "a", "b"], prob, sample_weight=[1, 2, 3]).device == device


def torch_cases():
    """Logits and three kinds of truth, or a skip where there is no PyTorch."""
    torch = pytest.importorskip("torch", reason="torch is an optional extra")
    generator = torch.Generator().manual_seed(0)
    logits = 3 * torch.randn(30, 5, dtype=torch.float64, generator=generator)
    soft = torch.randn(30, 5, dtype=torch.float64, generator=generator).softmax(-1)
    labels = torch.randint(0, 5, (30,), generator=generator)
    weight = torch.rand(30, dtype=torch.float64, generator=generator)
    return torch, logits, {"labels": labels, "soft": soft}, weight


@pytest.mark.parametrize("kind", ["labels", "soft"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_value_and_gradient_of_logits_are_those_of_torch(kind, dtype):
    torch, logits, truths, weight = torch_cases()
    dtype = getattr(torch, dtype)
    logits = logits.to(dtype).requires_grad_()
    y_true = truths[kind] if kind == "labels" else truths[kind].to(dtype)
    each = torch.nn.functional.cross_entropy(logits, y_true, reduction="none")
    for w in (None, weight):
        theirs = each.mean() if w is None else (each * w.to(dtype)).sum() / w.to(dtype).sum()
        ours = cross_entropy_loss(y_true, logits, base=math.e, sample_weight=w, from_logits=True)
        assert ours.dtype == dtype
        torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-6)
        (gradient,) = torch.autograd.grad(ours, logits)
        (expected,) = torch.autograd.grad(theirs, logits, retain_graph=True)
        torch.testing.assert_close(gradient, expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize("kind", ["labels", "soft"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_value_and_gradient_of_probabilities_are_those_of_torch(kind, dtype):
    torch, logits, truths, weight = torch_cases()
    dtype = getattr(torch, dtype)
    prob = logits.softmax(-1).to(dtype).requires_grad_()
    if kind == "labels":
        each = torch.nn.functional.nll_loss(prob.log(), truths[kind], reduction="none")
    else:
        each = -(truths[kind].to(dtype) * prob.log()).sum(-1)
    w = weight.to(dtype)
    theirs = (each * w).sum() / w.sum()
    y_true = truths[kind] if kind == "labels" else truths[kind].to(dtype)
    ours = cross_entropy_loss(y_true, prob, base=math.e, sample_weight=weight)
    torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-6)
    (gradient,) = torch.autograd.grad(ours, prob)
    (expected,) = torch.autograd.grad(theirs, prob)
    torch.testing.assert_close(gradient, expected, rtol=1e-5, atol=1e-6)


def test_gradient_at_the_floor_and_of_large_logits_is_finite():
    torch, *_ = torch_cases()
    prob = torch.tensor([[0.0, 1.0], [0.5, 0.5]], requires_grad=True)
    loss = cross_entropy_loss(torch.tensor([0, 0]), prob, base=math.e, reduction="sum")
    (gradient,) = torch.autograd.grad(loss, prob)
    assert gradient.tolist() == [[0, 0], [-2, 0]]
    # softmax - one_hot = (1, -1)
    logits = torch.tensor([[1e6, -1e6]], requires_grad=True)
    loss = cross_entropy_loss(torch.tensor([1]), logits, base=math.e, from_logits=True)
    assert float(loss.detach()) == 2e6
    (gradient,) = torch.autograd.grad(loss, logits)
    assert gradient.tolist() == [[1, -1]]


def test_gradient_of_soft_labels():
    # -log2 q_k with respect to p_k.
    torch, *_ = torch_cases()
    target = torch.tensor([[0.5, 0.5]], requires_grad=True)
    prob = torch.tensor([[0.25, 0.75]])
    (gradient,) = torch.autograd.grad(cross_entropy_loss(target, prob), target)
    torch.testing.assert_close(gradient, -prob.log2())


def test_half_precision_is_scored_in_float32():
    torch, *_ = torch_cases()
    for dtype in (torch.float16, torch.bfloat16):
        prob = torch.tensor([[0.0, 1.0], [0.25, 0.75]], dtype=dtype)
        loss = cross_entropy_loss(torch.tensor([0, 0]), prob, reduction="none")
        assert loss.dtype == torch.float32
        assert_allclose(loss.tolist(), [52, 2], rtol=1e-6)


def test_labels_that_cannot_be_compared_are_refused():
    y = np.empty(2, object)
    y[:] = [[1], [2, 3]]
    with pytest.raises(ValueError, match="y_true holds values of type list, such as"):
        cross_entropy_loss(y, [[0.5, 0.5], [0.5, 0.5]])


def test_ignored_label_is_a_row_less():
    expected = cross_entropy_loss(["a", "b"], COIN[[0, 2]])
    for ignored in ("?", -100):
        y_true = np.array(["a", ignored, "b"], dtype=object)
        assert cross_entropy_loss(y_true, COIN, ignore_index=ignored) == expected
    codes = np.array([0, -100, 1])
    assert cross_entropy_loss(codes, COIN, ignore_index=-100) == expected
    each = cross_entropy_loss(codes, COIN, ignore_index=-100, reduction="none")
    assert_array_equal(each, [1, 0, 3])
    # A class of the model may be ignored too.
    assert cross_entropy_loss([0, 0, 1], COIN, ignore_index=1) == 1.5
    weighted = cross_entropy_loss(codes, COIN, ignore_index=-100, sample_weight=[3, 9, 1])
    assert weighted == (3 * 1 + 1 * 3) / 4


def test_mean_of_no_sample_is_an_error_and_the_sum_is_zero():
    for y_true, options in (
        ([-1, -1, -1], {"ignore_index": -1}),
        ([0, 0, 0], {"class_weight": [0, 1]}),
        ([0, -1, -1], {"class_weight": [0, 1], "ignore_index": -1, "label_smoothing": 0.1}),
    ):
        with pytest.raises(ValueError, match="No sample counts, so that the mean is not defined"):
            cross_entropy_loss(y_true, COIN, **options)
        with pytest.raises(ValueError, match="No sample counts"):
            cross_entropy_loss([(y_true, COIN)], labels=[0, 1], **options)
    ignored = {"ignore_index": -1, "reduction": "sum"}
    assert cross_entropy_loss([-1, -1, -1], COIN, **ignored) == 0
    assert_array_equal(
        cross_entropy_loss([0, 0, 1], COIN, class_weight=[0, 1], reduction="none"), [0, 0, 3]
    )


def test_class_weights_are_sample_weights(predicted):
    codes, prob, weight = predicted
    factors = np.array([1.0, 0.0, 2.0, 0.5])
    for reduction in ("mean", "sum", "none"):
        expected = cross_entropy_loss(
            codes, prob, sample_weight=factors[codes] * weight, reduction=reduction
        )
        for class_weight in (factors, factors.tolist(), dict(enumerate(factors))):
            found = cross_entropy_loss(
                codes,
                prob,
                sample_weight=weight,
                class_weight=class_weight,
                reduction=reduction,
            )
            assert_array_equal(found, expected)
    text = np.array(list("abcd"))[codes]
    by_label = {"b": 0.0, "c": 2.0, "d": 0.5}  # 1 for "a"
    assert cross_entropy_loss(text, prob, class_weight=by_label) == (
        cross_entropy_loss(codes, prob, class_weight=factors)
    )
    reordered = cross_entropy_loss(
        text, prob[:, ::-1], class_weight=factors[::-1], labels=list("dcba")
    )
    assert reordered == cross_entropy_loss(codes, prob, class_weight=factors)


def test_balanced_loss_is_the_mean_of_the_classes(predicted):
    codes, prob, weight = predicted
    by_class = [
        cross_entropy_loss(codes[codes == k], prob[codes == k], sample_weight=w)
        for k, w in ((k, weight[codes == k]) for k in range(4))
    ]
    balanced = cross_entropy_loss(codes, prob, sample_weight=weight, class_weight="balanced")
    assert_allclose(balanced, np.mean(by_class), rtol=1e-13)
    one_hot = cross_entropy_loss(
        np.eye(4)[codes], prob, sample_weight=weight, class_weight="balanced"
    )
    assert_allclose(one_hot, np.mean(by_class), rtol=1e-13)
    unweighted = cross_entropy_loss(codes, prob, class_weight="balanced")
    from_sklearn = compute_sample_weight("balanced", codes)
    assert_allclose(unweighted * math.log(2), log_loss(codes, prob, sample_weight=from_sklearn))
    # Ignored labels are not counted, and a class that does not occur has no share.
    rest = np.where(codes == 3, -1, codes)
    without = cross_entropy_loss(rest, prob, class_weight="balanced", ignore_index=-1)
    assert_allclose(
        without,
        cross_entropy_loss(
            rest[rest >= 0], prob[rest >= 0], class_weight="balanced", labels=range(4)
        ),
    )


def test_smoothed_labels_are_soft_labels(predicted):
    codes, prob, weight = predicted
    for s in (0.1, 1.0):
        soft = (1 - s) * np.eye(4)[codes] + s / 4
        for y_prob, logits in ((prob, False), (np.log(prob), True)):
            options = {"sample_weight": weight, "from_logits": logits, "reduction": "none"}
            expected = cross_entropy_loss(soft, y_prob, **options)
            for y_true in (codes, np.eye(4)[codes]):
                found = cross_entropy_loss(y_true, y_prob, label_smoothing=s, **options)
                assert_allclose(found, expected, rtol=1e-12)


@pytest.mark.parametrize("shape", [(6, 4, 3), (2, 4, 2, 3)])
def test_further_axes_are_samples_one_after_the_other(shape):
    rng = np.random.default_rng(0)
    prob = np.moveaxis(rng.dirichlet(np.ones(4), (shape[0], *shape[2:])), -1, 1)
    soft = np.roll(prob, 1, axis=0)
    codes = rng.integers(0, 4, (shape[0], *shape[2:]))
    rows, soft_rows = (np.moveaxis(x, 1, -1).reshape(-1, 4) for x in (prob, soft))
    weight = rng.random(codes.shape)
    for w, of_rows in (
        (None, None),
        (weight, weight.ravel()),
        (weight[:, *[0] * (len(shape) - 2)], None),
    ):
        if w is not None and of_rows is None:
            of_rows = w.repeat(codes[0].size)
        for y_true, labels in ((codes, codes.ravel()), (soft, soft_rows)):
            for reduction in ("mean", "sum", "none"):
                found = cross_entropy_loss(y_true, prob, sample_weight=w, reduction=reduction)
                expected = cross_entropy_loss(
                    labels, rows, sample_weight=of_rows, reduction=reduction
                )
                if reduction == "none":
                    expected = expected.reshape(codes.shape)
                assert_array_equal(found, expected)
    text = np.array(list("abcd"))[codes]
    assert cross_entropy_loss(text, prob, labels=list("abcd")) == cross_entropy_loss(codes, prob)


def test_chunks_with_further_axes_classes_and_ignored_labels():
    rng = np.random.default_rng(0)
    prob = np.moveaxis(rng.dirichlet(np.ones(3), (20, 5)), -1, 1)
    codes, weight = rng.integers(-1, 3, (20, 5)), rng.integers(0, 3, (20, 5))
    codes[:4] = -1  # a chunk of which nothing counts
    for y_true in (codes, np.array(["?", "a", "b", "c"])[codes + 1]):
        options = {
            "ignore_index": y_true[0, 0],
            "class_weight": [0.5, 2, 1],
            "label_smoothing": 0.1,
        }
        expected = cross_entropy_loss(y_true, prob, sample_weight=weight, **options)
        cuts = [0, 4, 5, 20]
        chunks = [(y_true[a:b], prob[a:b], weight[a:b]) for a, b in pairwise(cuts)]
        assert cross_entropy_loss(chunks, **options) == expected
    with pytest.raises(ValueError, match="class_weight='balanced' needs the counts of all"):
        cross_entropy_loss(chunks, class_weight="balanced")


@pytest.mark.parametrize(
    ("y_true", "kwargs", "match"),
    [
        ([0, 0, 1], {"class_weight": [1, 2, 3]}, r"one weight for each of the 2 columns"),
        ([0, 0, 1], {"class_weight": [1, -2]}, r"finite and not negative.* got \[1, -2\]"),
        ([0, 0, 1], {"class_weight": [1e308, 1]}, r"class_weight must be .* between 1e-100 and"),
        ([0, 0, 1], {"class_weight": {0: 5e-324}}, r"class_weight must be .* between 1e-100 and"),
        ([0, 0, 1], {"class_weight": {5: 2}}, r"weight for 5, which is not among labels"),
        (["a", "a", "b"], {"class_weight": {"c": 2}}, "class_weight holds|weight for 'c'"),
        ([0, 0, 1], {"class_weight": "equal"}, "'class_weight' parameter"),
        ([0, 0, 1], {"label_smoothing": 1.5}, "'label_smoothing' parameter"),
        (COIN, {"ignore_index": -100}, "ignore_index=-100 is a label, and y_true holds distrib"),
    ],
)
def test_options_that_do_not_fit(y_true, kwargs, match):
    with pytest.raises(ValueError, match=match):
        cross_entropy_loss(y_true, COIN, **kwargs)


def test_shapes_that_do_not_fit():
    prob = np.full((2, 3, 4), 1 / 3)
    with pytest.raises(ValueError, match=r"shape \(2, 4\), or a distribution, shape \(2, 3, 4\)"):
        cross_entropy_loss(np.zeros((2, 3), int), prob)
    with pytest.raises(ValueError, match=r"shape \(2, 4\), or a distribution"):
        cross_entropy_loss([0, 1], prob)
    with pytest.raises(ValueError, match=r"shape of y_prob, \(2, 3, 4\); got \(2, 4, 3\)"):
        cross_entropy_loss(np.zeros((2, 4, 3)), prob)


def option_cases(torch):
    """Yield logits, labels or soft labels, and options of the loss of PyTorch."""
    generator = torch.Generator().manual_seed(0)
    class_weight = torch.tensor([1.0, 2.0, 0.5, 0.0])
    for shape in ((12, 4), (5, 4, 3), (3, 4, 2, 3)):
        logits = 3 * torch.randn(shape, generator=generator)
        soft = torch.randn(shape, generator=generator).softmax(1)
        labels = torch.randint(0, 4, (shape[0], *shape[2:]), generator=generator)
        ignored = torch.where(torch.rand(labels.shape, generator=generator) < 0.3, -100, labels)
        ignored[0] = 1
        for weight, smoothing in product((None, class_weight), (0.0, 0.1, 1.0)):
            for y_true, ignore in ((labels, 2), (ignored, -100), (soft, None)):
                yield logits, y_true, weight, smoothing, ignore


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
def test_options_and_gradients_are_those_of_torch(reduction, dtype):
    torch = pytest.importorskip("torch", reason="torch is an optional extra")
    dtype = getattr(torch, dtype)
    for x, truth, class_weight, smoothing, ignore in option_cases(torch):
        logits = x.to(dtype).requires_grad_()
        y_true = truth.to(dtype) if truth.is_floating_point() else truth
        weight = None if class_weight is None else class_weight.to(dtype)
        theirs = torch.nn.functional.cross_entropy(
            logits,
            y_true,
            weight,
            label_smoothing=smoothing,
            reduction=reduction,
            ignore_index=-100 if ignore is None else ignore,
        )
        prob = logits.softmax(1)
        for predicted, from_logits in ((logits, True), (prob, False)):
            ours = cross_entropy_loss(
                y_true,
                predicted,
                base=math.e,
                from_logits=from_logits,
                reduction=reduction,
                class_weight=weight,
                label_smoothing=smoothing,
                ignore_index=ignore,
            )
            torch.testing.assert_close(ours, theirs, rtol=1e-6, atol=1e-6)
            (gradient,) = torch.autograd.grad(ours.sum(), logits, retain_graph=True)
            (expected,) = torch.autograd.grad(theirs.sum(), logits, retain_graph=True)
            torch.testing.assert_close(gradient, expected, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("library", ["array_api_strict", "torch"])
@pytest.mark.parametrize("from_logits", [False, True])
def test_options_of_other_libraries(library, from_logits):
    xp = pytest.importorskip(library, reason="an optional array library")
    rng = np.random.default_rng(0)
    prob = np.moveaxis(rng.dirichlet(np.ones(3), (20, 5)), -1, 1)
    prob = np.log(prob) if from_logits else prob
    codes, weight = rng.integers(-1, 3, (20, 5)), rng.random((20, 5))
    for reduction in ("mean", "sum", "none"):
        for class_weight in (None, [0.5, 2.0, 1.0], "balanced"):
            options = {
                "ignore_index": -1,
                "from_logits": from_logits,
                "reduction": reduction,
                "class_weight": class_weight,
                "label_smoothing": 0.1,
            }
            expected = cross_entropy_loss(codes, prob, sample_weight=weight, **options)
            if isinstance(class_weight, list):
                options["class_weight"] = xp.asarray(class_weight)
            found = cross_entropy_loss(
                xp.asarray(codes), xp.asarray(prob), sample_weight=xp.asarray(weight), **options
            )
            assert type(found) is type(xp.asarray(0.0))
            assert_allclose(np.asarray(found), expected, rtol=1e-13)
            # Labels of NumPy, which name columns by text.
            text = np.array(["?", "a", "b", "c"])[codes + 1]
            found = cross_entropy_loss(
                text,
                xp.asarray(prob),
                sample_weight=weight,
                labels=["a", "b", "c"],
                **(options | {"ignore_index": "?"}),
            )
            assert_allclose(np.asarray(found), expected, rtol=1e-13)


@pytest.mark.parametrize("class_weight", [["a", "b"], {0: "a"}])
def test_class_weights_that_are_no_numbers_are_refused(class_weight):
    with pytest.raises(TypeError, match="class_weight must hold numbers"):
        cross_entropy_loss([0, 1], [[0.5, 0.5]] * 2, class_weight=class_weight)


def test_balanced_weights_of_a_batch_that_is_ignored():
    y_true, y_prob = [-100, -100], [[0.5, 0.5]] * 2
    arguments = {"ignore_index": -100, "class_weight": "balanced", "labels": [0, 1]}
    assert cross_entropy_loss(y_true, y_prob, reduction="sum", **arguments) == 0
    with pytest.raises(ValueError, match="No sample counts"):
        cross_entropy_loss(y_true, y_prob, **arguments)
