"""compare_log_loss against the paired t-test of SciPy and identities."""

import math

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy.special import softmax
from scipy.stats import t, ttest_rel

from skinfo.metrics import compare_log_loss, cross_entropy_loss


@pytest.fixture
def models():
    """Labels drawn from distributions, the distributions, and a noisy version of them."""
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(400, 3))
    prob = softmax(logits, axis=1)
    codes = (prob.cumsum(axis=1) < rng.random((400, 1))).sum(axis=1)
    return codes, prob, softmax(logits + 0.5 * rng.normal(size=(400, 3)), axis=1)


def losses(codes, *probs):
    return [cross_entropy_loss(codes, prob, labels=range(3), reduction="none") for prob in probs]


def test_is_the_paired_t_test_of_the_losses_of_the_rows(models):
    codes, a, b = models
    loss_a, loss_b = losses(codes, a, b)
    result = compare_log_loss(codes, a, b)
    expected = ttest_rel(loss_a, loss_b)
    assert_allclose(result.log_loss_a, loss_a.mean())
    assert_allclose(result.log_loss_b, loss_b.mean())
    assert_allclose(result.difference, loss_a.mean() - loss_b.mean())
    assert_allclose(result.difference / result.standard_error, expected.statistic)
    assert_allclose(result.pvalue, expected.pvalue)
    assert_allclose(result.confidence_interval(0.9), expected.confidence_interval(0.9))


def test_groups_are_the_units(models):
    # Each group of equal size: the t-test of the sums of the groups' differences, but for the
    # factor G / (G - 1) of the variance, which is the t-test's own.
    codes, a, b = models
    groups = np.arange(400) % 20
    each = np.subtract(*losses(codes, a, b))
    sums = np.bincount(groups, each)
    result = compare_log_loss(codes, a, b, groups=groups)
    error = sums.std(ddof=1) * math.sqrt(20) / 400
    assert_allclose(result.standard_error, error)
    assert_allclose(result.pvalue, 2 * t.sf(abs(result.difference) / error, 19))
    low, high = result.confidence_interval()
    assert_allclose((high - low) / 2, t.ppf(0.975, 19) * error)


def test_copies_in_a_group_add_no_information(models):
    codes, a, b = models
    once = compare_log_loss(codes, a, b)
    copies = [rows.repeat(3, axis=0) for rows in models]
    grouped = compare_log_loss(*copies, groups=np.arange(400).repeat(3))
    assert_allclose(grouped.standard_error, once.standard_error)
    assert_allclose(grouped.pvalue, once.pvalue)


def test_integer_weights_are_repetition(models):
    codes, a, b = models
    weight = np.random.default_rng(1).integers(0, 3, 400)
    weighted = compare_log_loss(codes, a, b, sample_weight=weight)
    repeated = compare_log_loss(*(rows.repeat(weight, axis=0) for rows in models))
    for name in ("log_loss_a", "log_loss_b", "difference", "standard_error", "pvalue"):
        assert_allclose(getattr(weighted, name), getattr(repeated, name), rtol=1e-10)


def test_order_of_models_changes_the_sign(models):
    codes, a, b = models
    one, other = compare_log_loss(codes, a, b), compare_log_loss(codes, b, a)
    assert one.difference == -other.difference
    assert one.pvalue == other.pvalue
    assert one.difference < 0  # the truth costs less than the noisy version


def test_a_model_compared_with_itself(models):
    codes, a, _ = models
    result = compare_log_loss(codes, a, a)
    assert (result.difference, result.standard_error, result.pvalue) == (0, 0, 1)
    assert result.confidence_interval() == (0, 0)


def test_a_constant_difference_has_pvalue_zero():
    # 1 bit against 2 bits in each row.
    result = compare_log_loss([1, 1, 0], [0.5] * 3, [0.25, 0.25, 0.75])
    assert result.difference == -1
    assert (result.standard_error, result.pvalue) == (0, 0)


def test_level_holds_where_models_are_equally_good():
    # Two noisy versions of the truth, made alike: of 300 comparisons at 5 %, 15 are expected to
    # be called different, give or take 4.
    rng = np.random.default_rng(2)
    called = 0
    for _ in range(300):
        logits = rng.normal(size=(200, 2))
        prob = softmax(logits, axis=1)
        codes = (prob[:, 0] < rng.random(200)).astype(int)
        a, b = (softmax(logits + 0.5 * rng.normal(size=(200, 2)), axis=1) for _ in range(2))
        called += compare_log_loss(codes, a, b).pvalue < 0.05
    assert 5 <= called <= 27


def test_containers_one_column_and_base(models):
    codes, a, b = models
    y, a, b = codes > 0, a[:, 0], b[:, 0]
    result = compare_log_loss(y, a, b)
    two = [np.column_stack([1 - p, p]) for p in (a, b)]
    assert_allclose(compare_log_loss(y, *two).difference, result.difference)
    assert_allclose(compare_log_loss(y, two[0], b).difference, result.difference)
    frames = [pd.DataFrame(p) for p in two]
    assert_allclose(compare_log_loss(y.tolist(), *frames).difference, result.difference)
    nats = compare_log_loss(y, a, b, base=math.e)
    assert_allclose(nats.difference, result.difference * math.log(2))
    assert_allclose(nats.pvalue, result.pvalue)


def test_label_with_a_column_of_zeros_costs_both_52_bits():
    result = compare_log_loss(
        ["a", "b", "c"], [[0.5, 0.5, 0]] * 3, [[0.25, 0.75, 0]] * 3, labels=["a", "b", "c"]
    )
    assert_allclose(result.log_loss_a, (1 + 1 + 52) / 3)
    assert_allclose(result.log_loss_b, (2 + math.log2(4 / 3) + 52) / 3)


def test_one_row_has_no_error():
    result = compare_log_loss([1], [0.5], [0.25], labels=[0, 1])
    assert result.difference == -1
    assert math.isnan(result.standard_error)
    assert math.isnan(result.pvalue)


@pytest.mark.parametrize(
    ("prob_a", "prob_b", "kwargs", "match"),
    [
        ([0.5, 0.5], [0.5, 0.5, 0.5], {}, "y_true has 2 rows and prob_b has 3"),
        ([0.5, 0.5], [[0.2, 0.3, 0.5]] * 2, {}, "prob_a and prob_b .* got 2 and 3 columns"),
        ([0.5, 0.5], [0.5, 0.5], {"labels": ["a", "b"]}, "of the model: y_true holds"),
        (
            [0.5, 0.5],
            [0.5, 0.5],
            {"labels": [5, 6]},
            r"holds \[0, 1\].*among.*\[5, 6\]",
        ),
        ([0.5, 0.5], [0.5, 1.5], {}, "Row 1 of prob_b holds 1.5"),
        ([[0.5, 0.5]] * 2, [[0.5, 0.6]] * 2, {}, r"Row 0 of prob_b sums to 1\.1"),
        ([0.5] * 3, [0.5] * 3, {}, "y_true has 2 rows and prob_a has 3"),
        ([0.5, 0.5], [1, 0], {}, "prob_b holds labels .* pass predict_proba"),
        ([[0.5, 0.5]] * 2, [[0.5, 0.5]] * 2, {"labels": [0, 2]}, r"y_true holds \[1\], which is"),
        ([0.5, 0.5], [0.5, 0.5], {"groups": [7, 7]}, "at least two groups"),
    ],
)
def test_errors_say_what_is_wrong(prob_a, prob_b, kwargs, match):
    with pytest.raises(ValueError, match=match):
        compare_log_loss([0, 1], prob_a, prob_b, **kwargs)
