"""binary_cross_entropy against closed forms, its two-column form, scikit-learn and PyTorch."""

import math
import tracemalloc

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy.special import expit
from sklearn.metrics import log_loss

from skinfo.metrics import _arrays, binary_cross_entropy, cross_entropy_loss

# -log2 of 1/2, of 1/4 and of 1/8 where yes, no and no happen
YES = np.array([0.5, 0.75, 0.875])


@pytest.fixture
def predicted(rng):
    """Probabilities of yes for 200 rows, what happened, weights."""
    prob = expit(2 * rng.normal(size=200))
    return (rng.random(200) < prob).astype(int), prob, rng.integers(0, 4, size=200)


def test_loss_is_minus_log2_of_the_probability_of_what_happened():
    loss = binary_cross_entropy([1, 0, 0], YES, reduction="none")
    assert_array_equal(loss, [1, 2, 3])
    assert loss.dtype == np.float64
    assert binary_cross_entropy([1, 0, 0], YES) == 2
    weight = [1, 3, 4]  # (1 + 6 + 12) = 19 bits in 8 rows
    assert binary_cross_entropy([1, 0, 0], YES, sample_weight=weight) == 19 / 8
    assert binary_cross_entropy([1, 0, 0], YES, sample_weight=weight, reduction="sum") == 19


@pytest.mark.parametrize(("base", "nats"), [(2, math.log(2)), (math.e, 1), (10, math.log(10))])
def test_matches_sklearn_in_any_base(predicted, base, nats):
    happened, prob, weight = predicted
    ours = binary_cross_entropy(happened, prob, base=base, sample_weight=weight)
    assert_allclose(ours * nats, log_loss(happened, prob, sample_weight=weight))


@given(st.integers(0, 2**32 - 1), st.booleans(), st.booleans(), st.booleans())
@settings(max_examples=40, deadline=None)
def test_is_the_cross_entropy_of_two_columns(seed, soft, weighted, from_logits):
    rng = np.random.default_rng(seed)
    x = 5 * rng.normal(size=7)
    # The softmax of (0, z) gives the second class the probability 1 / (1 + e^-z).
    x, other = (x, np.zeros(7)) if from_logits else (expit(x), 1 - expit(x))
    share = rng.random(7) if soft else rng.integers(0, 2, 7)
    truth = np.column_stack([1 - share, share]) if soft else share
    kwargs = {"from_logits": from_logits, "reduction": "none"}
    kwargs["sample_weight"] = rng.random(7) if weighted else None
    assert_allclose(
        binary_cross_entropy(share, x, **kwargs),
        cross_entropy_loss(truth, np.column_stack([other, x]), **kwargs),
        rtol=1e-10,
        atol=1e-14,
    )


def test_integer_weights_are_repetition(predicted):
    happened, prob, weight = predicted
    weighted = binary_cross_entropy(happened, prob, sample_weight=weight)
    repeated = binary_cross_entropy(happened.repeat(weight), prob.repeat(weight))
    assert_allclose(weighted, repeated, rtol=1e-13)


@pytest.mark.parametrize(
    ("y_true", "pos_label"),
    [
        ([1, 0, 0], None),
        ([1, -1, -1], None),
        ([1.0, 0.0, 0.0], None),
        ([1.0, -1.0, -1.0], None),
        ([True, False, False], None),
        (np.array([1, 0, 0], dtype=np.uint8), None),
        (np.array([True, False, False], dtype=object), None),
        (pd.Series([1, 0, 0], dtype="Int8"), None),
        (pd.Series([True, False, False], dtype="boolean"), None),
        ([0, 1, 1], 0),
        ([False, True, True], False),
        ([2, 1, 1], 2),
        ([0.25, 0.75, 0.75], 0.25),  # labels, since pos_label says so
        (["y", "n", "n"], "y"),
        (pd.Series(["y", "n", "n"], dtype="category"), "y"),
        (np.array(["y", "n", "n"], dtype=object), "y"),
    ],
)
def test_any_kind_of_label(y_true, pos_label):
    loss = binary_cross_entropy(y_true, YES, pos_label=pos_label, reduction="none")
    assert_array_equal(loss, [1, 2, 3])


def test_a_batch_may_lack_a_label():
    # -log2(1/2), -log2(1/4) where nothing is yes; -log2(3/4) where all is
    for y_true in ([0, 0], [-1, -1], [False, False], [0.0, 0.0]):
        assert_array_equal(binary_cross_entropy(y_true, YES[:2], reduction="none"), [1, 2])
    for y_true, pos_label in (([1], None), ([-1], -1), (["y"], "y"), ([5], 5)):
        loss = binary_cross_entropy(y_true, [0.25], pos_label=pos_label)
        assert loss == 2
    assert binary_cross_entropy(["n"], [0.75], pos_label="y") == 2


def test_several_labels_are_averaged_in_each_row(rng):
    prob = rng.random((50, 4))
    happened = rng.random((50, 4)) < prob
    columns = [
        binary_cross_entropy(happened[:, j], prob[:, j], reduction="none") for j in range(4)
    ]
    each = binary_cross_entropy(happened, prob, reduction="none")
    assert_allclose(each, np.mean(columns, axis=0), rtol=1e-14)
    assert_allclose(binary_cross_entropy(happened, prob), each.mean(), rtol=1e-14)
    text = np.where(happened, "on", "off")
    assert_array_equal(binary_cross_entropy(text, prob, pos_label="on", reduction="none"), each)
    assert_array_equal(
        binary_cross_entropy(pd.DataFrame(happened), np.asfortranarray(prob), reduction="none"),
        each,
    )


def test_certain_and_wrong_costs_52_bits_in_any_dtype():
    for dtype in (np.float32, np.float64):
        prob = np.array([0.0, 1.0, 1e-20, 1.0, 0.0], dtype=dtype)
        loss = binary_cross_entropy([1, 0, 1, 1, 0], prob, reduction="none")
        assert_array_equal(loss, [52, 52, 52, 0, 0])
        assert not np.signbit(loss).any()


def test_rounding_beyond_zero_and_one_is_forgiven():
    for truth in ([1, 0], [1.0, 0.0], [1 + 1e-9, -1e-9]):
        loss = binary_cross_entropy(truth, [1 + 1e-9, -1e-9], reduction="none")
        assert_array_equal(loss, [0, 0])


def test_logits_are_exact_however_large():
    # ln(1 + e^x) is x for large x, and e^x where that is small.
    logits = [1e300, -1000.0, 800.0, -40.0]
    loss = binary_cross_entropy(
        [0, 1, 1, 0], logits, base=math.e, from_logits=True, reduction="none"
    )
    assert_allclose(loss, [1e300, 1000, 0, math.exp(-40)], rtol=1e-15)
    assert not np.signbit(loss).any()
    soft = binary_cross_entropy([0.25], [1000.0], base=math.e, from_logits=True)
    assert soft == 750


def test_soft_labels_cost_least_where_they_are_predicted():
    # Gibbs: the least cost is the entropy of the label, 1/4 log2(4) + 3/4 log2(4/3).
    grid = np.linspace(0.01, 0.99, 99)
    loss = binary_cross_entropy(np.full(99, 0.25), grid, reduction="none")
    assert grid[loss.argmin()] == 0.25
    assert_allclose(loss.min(), 2 - 0.75 * math.log2(3))


def test_blocks_join_and_nothing_of_the_size_of_the_input_is_made(monkeypatch):
    rng = np.random.default_rng(0)
    prob = rng.random((100_000, 20))  # 16 MB, in blocks of 2 MB
    happened = rng.random(prob.shape) < prob
    tracemalloc.start()
    loss = binary_cross_entropy(happened, prob, reduction="none")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 0.9 * prob.nbytes
    expected = -np.log2(np.where(happened, prob, 1 - prob)).mean(axis=1)
    assert_allclose(loss, expected, rtol=1e-13)
    monkeypatch.setattr(_arrays, "BLOCK_SIZE", 30)
    few = binary_cross_entropy(happened[:50], prob[:50], reduction="none")
    assert_array_equal(few, loss[:50])


@pytest.mark.parametrize(
    ("y_true", "y_prob", "kwargs", "match"),
    [
        ([1, 0], [0.5, 1.25], {}, r"Row 1 of y_prob holds 1\.25, which is not a probability"),
        ([1, 0], [-0.5, 0.25], {}, r"Row 0 of y_prob holds -0\.5"),
        ([1, 0], [0.5, np.nan], {}, "Row 1 of y_prob holds nan"),
        ([1, 0], [0.5, np.inf], {}, "Row 1 of y_prob holds inf"),
        ([1, 0], [0.5, np.inf], {"from_logits": True}, "Row 1 of y_prob holds inf: logits must"),
        ([1, 0, 1], [0.5, 0.5], {}, r"must have the shape of y_prob, \(2,\); got \(3,\)"),
        ([1, 0], [[0.5, 0.5]] * 2, {}, r"shape of y_prob, \(2, 2\).*pass the second"),
        ([[1], [0]], [0.5, 0.5], {}, r"shape of y_prob, \(2,\); got \(2, 1\)"),
        ([], [], {}, r"at least one of each; got shape \(0,\)"),
        ([[[1]]], [[[0.5]]], {}, r"got shape \(1, 1, 1\)"),
        (["a", "b"], [0.5, 0.5], {}, r"y_true holds \['a', 'b'\].*pass pos_label"),
        ([1, 2], [0.5, 0.5], {}, r"y_true holds \[1, 2\].*pass pos_label"),
        ([0.5, 1.5], [0.5, 0.5], {}, r"y_true holds \[0\.5, 1\.5\].*soft labels from 0 to 1"),
        ([-1, 0, 1], [0.5] * 3, {}, r"y_true holds \[-1, 0, 1\]"),
        ([1.0, np.nan], [0.5, 0.5], {}, "y_true contains NaN.*in row 1"),
        (["a", None], [0.5, 0.5], {"pos_label": "a"}, "y_true contains NaN.*in row 1"),
        (
            [["a"], [None]],
            [[0.5], [0.5]],
            {"pos_label": "a"},
            "flattened y_true .*in row 1",
        ),
        (["a", "b"], [0.5, 0.5], {"pos_label": "c"}, r"one of them pos_label='c'; got \['a', 'b'"),
        (["a", "b", "c"], [0.5] * 3, {"pos_label": "a"}, r"two labels.*\['a', 'b', 'c'\]"),
        (["1"], [0.5], {"pos_label": 1}, r"of the model: y_true holds \['1'\]"),
        ([1, 0], [0.5, 0.5], {"base": 1}, "base must be"),
        ([1, 0], [0.5, 0.5], {"reduction": "max"}, "'reduction' parameter"),
        ([1, 0], [0.5, 0.5], {"sample_weight": [1, -1]}, "[Nn]egative values"),
        ([1, 0], [0.5, 0.5], {"sample_weight": [0, 0]}, "sample_weight must have a positive"),
        ([1, 0], [0.5, 0.5], {"sample_weight": [1]}, r"sample_weight\.shape"),
    ],
)
def test_errors_say_what_is_wrong(y_true, y_prob, kwargs, match):
    with pytest.raises(ValueError, match=match):
        binary_cross_entropy(y_true, y_prob, **kwargs)


def test_text_is_no_probability():
    with pytest.raises(TypeError, match="y_prob must hold real numbers"):
        binary_cross_entropy([1], ["a"])


@pytest.mark.parametrize("library", ["array_api_strict", "torch"])
@pytest.mark.parametrize("from_logits", [False, True])
def test_other_libraries_stay_in_their_own(predicted, library, from_logits):
    xp = pytest.importorskip(library, reason="an optional array library")
    happened, prob, weight = predicted
    y_prob = np.log(prob / (1 - prob)) if from_logits else prob
    for y_true in (happened, happened == 1, prob[::-1].copy(), 2 * happened - 1):
        for reduction in ("mean", "sum", "none"):
            kwargs = {"from_logits": from_logits, "reduction": reduction, "sample_weight": weight}
            expected = binary_cross_entropy(y_true, y_prob, **kwargs)
            ours = binary_cross_entropy(xp.asarray(y_true), xp.asarray(y_prob), **kwargs)
            assert type(ours) is type(xp.asarray(0.0))
            assert ours.dtype == xp.float64
            assert_allclose(np.asarray(ours), expected, rtol=1e-13)
    text = np.where(happened == 1, "y", "n")
    by_text = binary_cross_entropy(text, xp.asarray(prob), pos_label="y")
    assert_allclose(float(by_text), binary_cross_entropy(happened, prob), rtol=1e-13)


def test_device_is_kept():
    xp = pytest.importorskip("array_api_strict", reason="installed by the extra test")
    device = xp.Device("device1")
    prob = xp.asarray(YES, device=device)
    for y_true in ([1, 0, 0], xp.asarray([1.0, 0, 0], device=device), [1.0, 0.0, 0.0]):
        loss = binary_cross_entropy(y_true, prob)
        assert loss.device == device
        assert float(loss) == 2


@pytest.mark.parametrize("from_logits", [False, True])
@pytest.mark.parametrize("soft", [False, True])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("shape", [(30,), (10, 3)])
def test_value_and_gradient_are_those_of_torch(from_logits, soft, dtype, shape):
    torch = pytest.importorskip("torch", reason="torch is an optional extra")
    functional = torch.nn.functional
    dtype = getattr(torch, dtype)
    generator = torch.Generator().manual_seed(0)
    x = 3 * torch.randn(shape, dtype=dtype, generator=generator)
    y_true = torch.rand(shape, dtype=dtype, generator=generator)
    y_true = y_true if soft else y_true.round()
    weight = torch.rand(shape[0], dtype=dtype, generator=generator)
    x[0] = 0  # where |x| has a kink and the loss has none
    if not from_logits:
        x = x.sigmoid()
    x = x.requires_grad_()
    name = "binary_cross_entropy_with_logits" if from_logits else "binary_cross_entropy"
    each = getattr(functional, name)(x, y_true, reduction="none")
    each = each.reshape(shape[0], -1).mean(-1)
    theirs = (each * weight).sum() / weight.sum()
    (expected,) = torch.autograd.grad(theirs, x)
    for truth in (y_true,) if soft else (y_true, y_true.long(), y_true.bool()):
        ours = binary_cross_entropy(
            truth, x, base=math.e, sample_weight=weight, from_logits=from_logits
        )
        assert ours.dtype == dtype
        torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-6)
        (gradient,) = torch.autograd.grad(ours, x)
        torch.testing.assert_close(gradient, expected, rtol=1e-5, atol=1e-6)


def test_gradients_at_the_edges_are_finite():
    torch = pytest.importorskip("torch", reason="torch is an optional extra")
    prob = torch.tensor([0.0, 1.0, 0.25], requires_grad=True)
    loss = binary_cross_entropy([1, 0, 1], prob, base=math.e, reduction="sum")
    (gradient,) = torch.autograd.grad(loss, prob)
    assert gradient.tolist() == [0, 0, -4]
    # the sigmoid less what happened
    logits = torch.tensor([1e4, -1e4, 1e4], requires_grad=True)
    loss = binary_cross_entropy([0, 1, 1], logits, base=math.e, reduction="sum", from_logits=True)
    (gradient,) = torch.autograd.grad(loss, logits)
    assert gradient.tolist() == [1, -1, 0]


def test_pos_weight_multiplies_the_loss_of_positive_labels():
    # (4 * 1 + 2 + 3) / 3 of the first row of the module; soft: 1/2 4 log2(2) + 1/2 log2(2)
    assert binary_cross_entropy([1, 0, 0], YES, pos_weight=4) == 3
    assert binary_cross_entropy([0.5], [0.5], pos_weight=4) == 2.5
    assert binary_cross_entropy([[1, 1]], [[0.5, 0.25]], pos_weight=[3, 0.5]) == (3 + 1) / 2
    chunks = [([1], YES[:1]), ([0, 0], YES[1:])]
    assert binary_cross_entropy(chunks, pos_weight=4) == 3


@pytest.mark.parametrize("library", ["array_api_strict", "torch"])
def test_pos_weight_of_other_libraries(predicted, library):
    xp = pytest.importorskip(library, reason="an optional array library")
    happened, prob, _ = predicted
    for y_true in (happened, prob[::-1].copy()):
        expected = binary_cross_entropy(y_true, prob, pos_weight=3.0)
        for weight in (3, xp.asarray([3.0])):
            ours = binary_cross_entropy(xp.asarray(y_true), xp.asarray(prob), pos_weight=weight)
            assert_allclose(float(ours), expected, rtol=1e-13)


@pytest.mark.parametrize("soft", [False, True])
@pytest.mark.parametrize("shape", [(30,), (10, 3)])
def test_pos_weight_and_its_gradient_are_those_of_torch(soft, shape):
    torch = pytest.importorskip("torch", reason="torch is an optional extra")
    generator = torch.Generator().manual_seed(0)
    x = (3 * torch.randn(shape, generator=generator)).requires_grad_()
    y_true = torch.rand(shape, generator=generator)
    y_true = y_true if soft else y_true.round()
    weights = (torch.tensor([2.5]), torch.tensor([2.5, 0, 0.5]))
    for pos_weight in weights if len(shape) == 2 else weights[:1]:
        theirs = torch.nn.functional.binary_cross_entropy_with_logits(
            x, y_true, pos_weight=pos_weight
        )
        (expected,) = torch.autograd.grad(theirs, x)
        ours = binary_cross_entropy(
            y_true, x, base=math.e, from_logits=True, pos_weight=pos_weight
        )
        (gradient,) = torch.autograd.grad(ours, x)
        torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-6)
        torch.testing.assert_close(gradient, expected, rtol=0, atol=1e-6)


def test_pos_weight_that_does_not_fit():
    with pytest.raises(ValueError, match="pos_weight has 2 entries and y_true 1 labels"):
        binary_cross_entropy([1, 0, 0], YES, pos_weight=[1, 2])
    with pytest.raises(ValueError, match=r"pos_weight must be one number .*, got shape \(1, 1\)"):
        binary_cross_entropy([1, 0, 0], YES, pos_weight=[[1.0]])
    for weight in (-1, [np.nan]):
        with pytest.raises(ValueError, match="pos_weight must be finite and not negative"):
            binary_cross_entropy([1, 0, 0], YES, pos_weight=weight)


@pytest.mark.parametrize("pos_weight", [1e308, 5e-324])
def test_pos_weights_whose_products_are_no_numbers_are_refused(pos_weight):
    with pytest.raises(ValueError, match=r"pos_weight must be .* between 1e-100 and"):
        binary_cross_entropy([0, 1], [0.5, 0.5], pos_weight=pos_weight)
