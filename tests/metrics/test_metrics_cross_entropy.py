"""cross_entropy_loss against closed forms, identities and scikit-learn's log_loss."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy.special import softmax
from scipy.stats import entropy
from sklearn.metrics import log_loss

from skinfo.metrics import cross_entropy_loss

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


def test_label_without_a_column_costs_52_bits():
    assert_array_equal(
        cross_entropy_loss([0, 9, 1], COIN, labels=[0, 1], reduction="none"), [1, 52, 3]
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
        ([0, 1], [[0.5, 0.5], [1.5, -0.5]], {}, "Row 1 of y_prob holds -0.5"),
        ([0, 1], [0.5, 0.5], {}, r"one column a class.*shape \(2,\)"),
        ([], np.empty((0, 2)), {}, r"at least one of each; got shape \(0, 2\)"),
        ([0, 1, 1], [[0.5, 0.5], [0.5, 0.5]], {}, "y_true has 3 rows and y_prob has 2"),
        ([0, 0], [[0.5, 0.5], [0.5, 0.5]], {}, "2 columns and there are 1 labels.*classes_"),
        ([0, 1], [[0.5, 0.5], [0.5, 0.5]], {"labels": [1, 1]}, "labels must be distinct"),
        (["0", "1"], [[0.5, 0.5]] * 2, {"labels": [0, 1]}, r"nor can be: y_true holds \['0', '1'"),
        ([0.0, np.nan], [[0.5, 0.5]] * 2, {"labels": [0, 1]}, "Row 1 of y_true is missing"),
        (["a", None], [[0.5, 0.5]] * 2, {"labels": ["a", "b"]}, "Row 1 of y_true is missing"),
        ([[1.0, 0.0, 0.0]], [[0.5, 0.5]], {}, r"must have the shape of y_prob, \(1, 2\)"),
        ([[1.0, 0.5]], [[0.5, 0.5]], {}, r"Row 0 of y_true sums to 1\.5"),
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
