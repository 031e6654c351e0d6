"""log_loss_decomposition against closed forms, identities, and a brute-force recalibration."""

import itertools
import math
import pickle

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy.special import entr, expit, softmax
from scipy.stats import binom, binomtest, entropy
from sklearn.isotonic import IsotonicRegression

from skinfo.metrics import cross_entropy_loss, log_loss_decomposition

PARTS = ["log_loss", "miscalibration", "discrimination", "uncertainty"]


def drawn(seed, n=300, n_classes=3, temperature=1.0):
    """Labels drawn from distributions, and these, made overconfident by a temperature."""
    rng = np.random.default_rng(seed)
    logits = 1.5 * rng.normal(size=(n, n_classes))
    truth = softmax(logits, axis=1)
    codes = (truth.cumsum(axis=1) < rng.random((n, 1))).sum(axis=1)
    return codes, softmax(logits / temperature, axis=1)


def values(result):
    return [getattr(result, part) for part in PARTS]


def test_closed_form_of_two_cells():
    # Predicted 1/4 and came in 2 of 4 rows; predicted 3/4 and came in 4 of 4. Recalibrated these
    # are 1/2 and 1, so S(r) = (4 bits + 0) / 8 = 1/2. The rate is 6/8: H = h(1/4). The loss is
    # (2 log2 4 + 2 log2(4/3) + 4 log2(4/3)) / 8.
    prob = [0.25] * 4 + [0.75] * 4
    result = log_loss_decomposition([1, 1, 0, 0, 1, 1, 1, 1], prob)
    loss = (4 + 6 * math.log2(4 / 3)) / 8
    uncertainty = entropy([0.25, 0.75], base=2)
    assert_allclose(values(result), [loss, loss - 0.5, uncertainty - 0.5, uncertainty])


def test_rates_that_fall_are_pooled():
    # The second cell came less often than the first, so both have the rate of all: nothing is
    # discriminated.
    result = log_loss_decomposition([1, 1, 0, 1, 0, 0], [0.2] * 3 + [0.6] * 3)
    assert_allclose(result.discrimination, 0, atol=1e-15)
    assert_allclose(result.uncertainty, 1)


@pytest.mark.parametrize("n_classes", [2, 3, 5])
def test_adds_up_and_no_part_is_negative(n_classes):
    codes, prob = drawn(n_classes, n_classes=n_classes, temperature=0.5)
    result = log_loss_decomposition(codes, prob)
    assert result.log_loss == (result.miscalibration - result.discrimination + result.uncertainty)
    assert_allclose(result.log_loss, cross_entropy_loss(codes, prob), rtol=1e-12)
    assert (result.by_class >= 0).all(axis=None)
    assert_allclose(result.by_class.sum(), values(result)[1:], rtol=1e-12)
    rates = np.bincount(codes) / len(codes)
    assert_allclose(result.uncertainty, entropy(rates, base=2))


@pytest.mark.parametrize("n_classes", [2, 4])
def test_each_class_is_recalibrated_by_isotonic_regression(n_classes):
    # scikit-learn's isotonic regression of y == k on q_k, and the loss of its fitted values.
    codes, prob = drawn(1, n_classes=n_classes, temperature=0.6)
    prob = prob[np.arange(len(prob)) % 40]  # with ties
    fitted = np.column_stack(
        [
            IsotonicRegression().fit(prob[:, k], codes == k).predict(prob[:, k])
            for k in range(n_classes)
        ]
    )
    recalibrated = -np.log2(fitted[np.arange(len(codes)), codes]).mean()
    result = log_loss_decomposition(codes, prob)
    assert_allclose(result.miscalibration, cross_entropy_loss(codes, prob) - recalibrated)
    assert_allclose(result.discrimination, result.uncertainty - recalibrated)


def test_no_nondecreasing_function_of_the_prediction_is_better():
    # All non-decreasing step functions on a grid of 0, 1/12, ..., 1, for five distinct
    # predictions of a class: the least sum of y ln(y/g) - y + g is that of the recalibration.
    prob = np.array([0.1, 0.1, 0.3, 0.3, 0.3, 0.4, 0.6, 0.6, 0.9, 0.9])
    y = np.array([0, 1, 1, 0, 0, 1, 1, 0, 1, 1])
    cells = np.unique(prob, return_inverse=True)[1]
    grid = np.arange(13) / 12
    best = np.inf
    for steps in itertools.combinations_with_replacement(grid, 5):
        g = np.array(steps)[cells]
        hit, miss = g[y == 1], 1 - g[y == 0]
        if hit.min() > 0 and miss.min() > 0:
            best = min(best, -np.log2(hit).sum() - np.log2(miss).sum())
    result = log_loss_decomposition(y, prob)
    # The rates of the pooled blocks, 2/5, 2/3 and 1 (of 5, 3 and 2 rows), are not on the
    # grid in one case: the grid cannot do better.
    assert result.log_loss - result.miscalibration <= best / 10
    assert_allclose(result.log_loss - result.miscalibration, best / 10, rtol=2e-3)


def test_class_rates_discriminate_nothing_and_are_calibrated():
    codes, _ = drawn(0)
    rates = np.bincount(codes) / len(codes)
    result = log_loss_decomposition(codes, np.tile(rates, (len(codes), 1)))
    assert_allclose(values(result), [result.uncertainty, 0, 0, result.uncertainty], atol=1e-12)


def test_any_constant_discriminates_nothing():
    codes, _ = drawn(0)
    rates = np.bincount(codes) / len(codes)
    result = log_loss_decomposition(codes, np.tile([0.2, 0.3, 0.5], (len(codes), 1)))
    assert_allclose(result.discrimination, 0, atol=1e-12)
    # What is left is the divergence of the rates from the constant.
    assert_allclose(result.miscalibration, entropy(rates, [0.2, 0.3, 0.5], base=2))


def test_perfect_predictions():
    codes = np.array([0, 1, 2, 1, 0])
    result = log_loss_decomposition(codes, np.eye(3)[codes])
    assert_allclose(values(result), [0, 0, result.uncertainty, result.uncertainty], atol=1e-12)


def test_increasing_transform_of_the_odds_changes_miscalibration_only():
    codes, prob = drawn(2, n_classes=2)
    sure = expit(3 * np.log(prob[:, 1] / prob[:, 0]) - 1)
    one, other = log_loss_decomposition(codes, prob), log_loss_decomposition(codes, sure)
    assert other.miscalibration > one.miscalibration + 0.1
    assert_allclose(other.discrimination, one.discrimination, rtol=1e-12)


@pytest.mark.parametrize("n_classes", [2, 4])
def test_integer_weights_are_repetition(n_classes):
    codes, prob = drawn(3, n_classes=n_classes)
    weight = np.random.default_rng(0).integers(0, 4, len(codes))
    weighted = log_loss_decomposition(codes, prob, labels=range(n_classes), sample_weight=weight)
    repeated = log_loss_decomposition(
        codes.repeat(weight), prob.repeat(weight, axis=0), labels=range(n_classes)
    )
    assert_allclose(values(weighted), values(repeated), rtol=1e-10)
    assert_allclose(weighted.by_class, repeated.by_class, rtol=1e-10)
    # A row of weight w is drawn w times, so that the draws are the same ones.
    assert_allclose(weighted.chance, repeated.chance, rtol=1e-9)
    assert weighted.pvalue == repeated.pvalue
    assert_allclose(weighted.report(), repeated.report(), rtol=1e-9)
    assert_allclose(weighted.standard_error.log_loss, repeated.standard_error.log_loss, rtol=1e-10)


def test_rows_of_weight_zero_change_nothing():
    codes, prob = drawn(4, n_classes=2)
    weight = np.ones(len(codes))
    weight[::3] = 0
    groups = np.arange(len(codes)) // 5
    groups[::3] = -1
    kept = weight > 0
    weighted = log_loss_decomposition(codes, prob, sample_weight=weight, groups=groups)
    alone = log_loss_decomposition(codes[kept], prob[kept], groups=groups[kept])
    assert_allclose(weighted.report(), alone.report(), rtol=1e-12)


@pytest.mark.parametrize("n_classes", [2, 3])
def test_order_of_rows_and_names_of_classes_change_nothing(n_classes):
    codes, prob = drawn(5, n_classes=n_classes)
    result = log_loss_decomposition(codes, prob)
    order = np.random.default_rng(1).permutation(len(codes))
    shuffled = log_loss_decomposition(codes[order], prob[order])
    assert_allclose(values(shuffled), values(result), rtol=1e-12)
    assert shuffled.chance == result.chance
    assert shuffled.report().equals(result.report())
    names = np.array(list("zyxwv"[:n_classes]))
    renamed = log_loss_decomposition(names[codes], prob[:, ::-1], labels=names[::-1])
    assert_allclose(values(renamed), values(result), rtol=1e-12)
    assert_allclose(renamed.by_class.loc[names], result.by_class, rtol=1e-12)


def test_containers_dtypes_and_one_column_of_probabilities():
    codes, prob = drawn(6, n_classes=2)
    result = log_loss_decomposition(codes, prob)
    same = [
        log_loss_decomposition(codes.tolist(), prob.tolist()),
        log_loss_decomposition(pd.Series(codes), pd.DataFrame(prob)),
        log_loss_decomposition(codes, prob[:, 1]),
        log_loss_decomposition(codes, np.asfortranarray(prob)),
    ]
    for other in same:
        assert_allclose(other.report(), result.report(), rtol=1e-9)
    single = log_loss_decomposition(codes, prob.astype(np.float32))
    assert_allclose(values(single), values(result), atol=1e-5)


def test_base_scales_all():
    codes, prob = drawn(7)
    bits, nats = (
        log_loss_decomposition(codes, prob),
        log_loss_decomposition(codes, prob, base=math.e),
    )
    assert_allclose(nats.report(), bits.report() * math.log(2))
    assert_allclose(nats.by_class, bits.by_class * math.log(2))
    assert_allclose(nats.chance, bits.chance * math.log(2))


def test_label_with_a_column_of_zeros_costs_52_bits():
    codes, prob = drawn(8, n_classes=2)
    prob = np.column_stack([prob, np.zeros(len(prob))])
    result = log_loss_decomposition([*codes, 9], [*prob.tolist(), [0.5, 0.5, 0]], labels=[0, 1, 9])
    known = cross_entropy_loss(codes, prob[:, :2])
    assert_allclose(result.log_loss, (known * len(codes) + 52) / (len(codes) + 1))
    assert list(result.by_class.index) == [0, 1, 9]
    assert result.miscalibration >= 0


def test_miscalibration_of_an_absent_class_is_its_mean_prediction():
    # y ln(y / q) - y + q with y = 0 in each row: the mean of q.
    codes, prob = drawn(9, n_classes=3)
    rows = codes < 2
    result = log_loss_decomposition(codes[rows], prob[rows], labels=[0, 1, 2], base=math.e)
    assert_allclose(result.by_class.loc[2], [prob[rows, 2].mean(), 0, 0], atol=1e-15)


def test_standard_error_of_the_loss_is_that_of_a_mean():
    codes, prob = drawn(10)
    each = cross_entropy_loss(codes, prob, reduction="none")
    error = log_loss_decomposition(codes, prob).standard_error
    assert_allclose(error.log_loss, each.std(ddof=1) / np.sqrt(len(each)))
    # The uncertainty: by the delta method, the deviation of -log of the rate of what happened.
    rates = np.bincount(codes) / len(codes)
    assert_allclose(error.uncertainty, np.log2(rates)[codes].std(ddof=1) / np.sqrt(len(codes)))


def test_repeating_each_row_as_a_group_leaves_the_errors_as_they_were():
    # Copies add no information. With the group as the unit the errors are those of the samples
    # once; without, they are smaller by the square root of the number of copies.
    codes, prob = drawn(11, n=400, n_classes=2)
    once = log_loss_decomposition(codes, prob)
    copies = codes.repeat(5), prob.repeat(5, axis=0)
    grouped = log_loss_decomposition(*copies, groups=np.arange(400).repeat(5))
    alone = log_loss_decomposition(*copies)
    assert_allclose(values(grouped), values(once))
    assert_allclose(grouped.standard_error.log_loss, once.standard_error.log_loss)
    assert_allclose(
        alone.standard_error.log_loss, once.standard_error.log_loss / math.sqrt(5), rtol=2e-3
    )
    # Five copies of a row pass for five rows: of a block they vary five times as much.
    assert 3 * alone.chance < grouped.chance < 7 * alone.chance


@pytest.mark.parametrize("n_classes", [2, 10])
@pytest.mark.parametrize("grouped", [False, True])
def test_calibrated_predictions_are_within_the_interval(n_classes, grouped):
    held, rejected = 0, 0
    for seed in range(60):
        codes, prob = drawn(100 + seed, n=200, n_classes=n_classes)
        groups = np.arange(200) % 50 if grouped else None
        result = log_loss_decomposition(
            codes, prob, labels=range(n_classes), groups=groups, n_resamples=39
        )
        held += result.confidence_interval().miscalibration.low == 0
        rejected += result.pvalue <= 0.05
    # Of 60 where 57 are expected to: fewer than 51 in one of 500 cases.
    assert held >= 51
    assert rejected <= 9


@pytest.mark.parametrize("case", ["overconfident", "underconfident", "shifted"])
@pytest.mark.parametrize("n_classes", [2, 10])
def test_miscalibration_is_within_its_interval(n_classes, case):
    models = {
        "overconfident": lambda z: 2 * z,
        "underconfident": lambda z: z / 2,
        "shifted": lambda z: z + (np.arange(n_classes) == 0),
    }

    def sample(seed, n):
        rng = np.random.default_rng(seed)
        z = 1.5 * rng.normal(size=(n, n_classes))
        truth = softmax(z, axis=1)
        codes = (truth.cumsum(axis=1)[:, :-1] < rng.random((n, 1))).sum(axis=1)
        return codes, softmax(models[case](z), axis=1)

    # What is true, to 1 % of its value: so many rows leave little to chance.
    big = log_loss_decomposition(*sample(0, 50_000), n_resamples=9)
    truth = big.miscalibration - big.chance
    held, estimates = 0, []
    for seed in range(1, 41):
        result = log_loss_decomposition(
            *sample(seed, 200), labels=range(n_classes), n_resamples=39
        )
        interval = result.confidence_interval().miscalibration
        held += interval.low <= truth <= interval.high
        estimates.append(result.miscalibration - result.chance)
    assert held >= 33  # of 40 where 38 are expected to: fewer in one of 1000 cases
    assert abs(np.mean(estimates) - truth) < 4 * np.std(estimates) / math.sqrt(40)


@pytest.mark.parametrize("n_hits", [5, 7, 10])
def test_chance_and_pvalue_of_one_cell_are_those_of_the_binomial_test(n_hits):
    # All are given one half. The miscalibration of h of n is 1 - h(h / n) bits, which grows with
    # |h - n / 2|: so the p-value is that of the two-sided exact test, but for one draw more.
    n, n_resamples = 10, 19_999
    result = log_loss_decomposition(
        [1] * n_hits + [0] * (n - n_hits), [0.5] * n, labels=[0, 1], n_resamples=n_resamples
    )
    expected = binomtest(n_hits, n, 0.5).pvalue
    error = math.sqrt(expected * (1 - expected) / n_resamples)
    assert abs(result.pvalue - expected) <= 4 * error + 1 / n_resamples
    if n_hits == n // 2:
        # Recalibrated they are one half too, and the chance is the mean of 1 - h(H / n).
        hits = np.arange(n + 1)
        gains = 1 - entropy([hits / n, 1 - hits / n], base=2)
        law = binom.pmf(hits, n, 0.5)
        error = math.sqrt(law @ gains**2 - (law @ gains) ** 2) / math.sqrt(n_resamples)
        assert abs(result.chance - law @ gains) <= 4 * error


def test_draws_differ_between_samples_of_one_model():
    # With the seed alone, close predictions would be compared with the same draws: the smallest
    # miscalibration that is called significant would be the same for all.
    codes, prob = drawn(17, n_classes=2)
    other = codes.copy()
    first, second = np.flatnonzero(codes == 0)[0], np.flatnonzero(codes == 1)[0]
    other[[first, second]] = 1, 0  # the class rates stay
    one, two = (log_loss_decomposition(c, prob, n_resamples=9) for c in (codes, other))
    assert one.chance != two.chance
    assert isinstance(one.pvalue, float)
    assert not isinstance(one.pvalue, np.floating)


def test_pvalue_of_predictions_that_cannot_be():
    # Hard predictions: labels drawn from them are never another, so one miss is too much.
    sure = np.eye(2)[[0, 1] * 20]
    codes = np.array([0, 1] * 20)
    assert log_loss_decomposition(codes, sure).pvalue == 1
    codes[0] = 1
    assert log_loss_decomposition(codes, sure).pvalue == 0.01  # one of 99 draws and the sample


def test_many_draws_of_a_sample_have_the_distribution_of_repetition():
    # Weights beyond 64 are drawn by binomials: other draws, the same distribution.
    codes, prob = drawn(15, n=60, n_classes=3)
    heavy = log_loss_decomposition(codes, prob, sample_weight=np.full(60, 65), n_resamples=199)
    light = log_loss_decomposition(
        codes, prob, sample_weight=np.full(60, 65) - np.eye(60)[0] * 1e-9, n_resamples=199
    )
    one_by_one = log_loss_decomposition(codes.repeat(65), prob.repeat(65, axis=0), n_resamples=199)
    for other in (light, one_by_one):
        assert_allclose(heavy.chance, other.chance, rtol=0.05)
        assert_allclose(
            heavy.standard_error.miscalibration, other.standard_error.miscalibration, rtol=0.05
        )


def test_miscalibration_that_is_there_is_outside_the_interval():
    codes, prob = drawn(12, n=2000, n_classes=3, temperature=0.5)
    result = log_loss_decomposition(codes, prob)
    interval = result.confidence_interval()
    assert interval.miscalibration.low > 0.05
    low, high = result.confidence_interval(0.5).miscalibration
    assert interval.miscalibration.low < low < high < interval.miscalibration.high


def test_corrected_estimates_do_not_grow_with_fewer_rows():
    # The discrimination of calibrated predictions is H(y) less the mean of their entropies.
    # As it is, it is too large on 200 rows; the chance is most of that.
    raw, corrected = [], []
    for seed in range(40):
        codes, prob = drawn(200 + seed, n=200, n_classes=2)
        result = log_loss_decomposition(codes, prob)
        truth = result.uncertainty - entr(prob).sum(axis=1).mean() / math.log(2)
        raw.append(result.discrimination - truth)
        corrected.append(result.discrimination - result.chance - truth)
    assert np.mean(raw) > 0.03
    assert abs(np.mean(corrected)) < np.mean(raw) / 2


def test_same_answer_each_time_and_more_draws_on_request():
    codes, prob = drawn(13)
    result = log_loss_decomposition(codes, prob)
    assert log_loss_decomposition(codes, prob).chance == result.chance
    other = log_loss_decomposition(codes, prob, n_resamples=100, random_state=1)
    assert other.chance != result.chance
    assert_allclose(other.chance, result.chance, rtol=0.2)


@given(st.integers(0, 2**32 - 1), st.integers(2, 4), st.sampled_from([0.3, 1.0, 3.0]))
@example(44, 2, 1.0)  # so far below zero that a score interval would begin above it
@settings(max_examples=30, deadline=None)
def test_estimates_of_the_report_are_within_their_intervals(seed, n_classes, temperature):
    codes, prob = drawn(seed, n=40, n_classes=n_classes, temperature=temperature)
    report = log_loss_decomposition(codes, prob, labels=range(n_classes), n_resamples=9).report()
    assert (report["low"] <= report["estimate"]).all()
    assert (report["estimate"] <= report["high"]).all()


def test_report_is_without_chance():
    result = log_loss_decomposition(*drawn(16, temperature=0.3))
    estimate = result.report()["estimate"]
    for part in ("miscalibration", "discrimination"):
        assert_allclose(estimate[part], getattr(result, part) - result.chance)
    adds_up = estimate["miscalibration"] - estimate["discrimination"] + estimate["uncertainty"]
    assert_allclose(estimate["log_loss"], adds_up)


def test_report_and_pickle():
    result = log_loss_decomposition(*drawn(14))
    report = result.report(0.9)
    assert list(report.index) == PARTS
    assert list(report.columns) == ["estimate", "standard_error", "low", "high"]
    assert_allclose(report["low"], [end.low for end in result.confidence_interval(0.9)])
    assert pickle.loads(pickle.dumps(result)).report().equals(result.report())


def test_one_row_has_no_error():
    result = log_loss_decomposition(["a"], [[0.5, 0.5]], labels=["a", "b"])
    assert result.log_loss == 1
    assert math.isnan(result.standard_error.log_loss)


@given(st.integers(0, 2**32 - 1), st.integers(2, 4), st.booleans())
@settings(max_examples=30, deadline=None)
def test_identities_of_the_parts(seed, n_classes, weighted):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 30))
    prob = rng.dirichlet(np.full(n_classes, 0.3), size=n).round(2)
    prob[:, 0] = 1 - prob[:, 1:].sum(axis=1)
    prob = np.abs(prob) / np.abs(prob).sum(axis=1, keepdims=True)
    codes = rng.integers(0, n_classes, n)
    weight = rng.random(n) + 0.01 if weighted else None
    result = log_loss_decomposition(
        codes, prob, labels=range(n_classes), sample_weight=weight, n_resamples=2
    )
    assert_allclose(
        result.log_loss,
        cross_entropy_loss(codes, prob, labels=range(n_classes), sample_weight=weight),
        atol=1e-9,
    )
    assert min(values(result)) >= -1e-12
    assert result.discrimination <= result.uncertainty + 1e-12
    assert result.chance >= 0


@pytest.mark.parametrize(
    ("y_true", "y_prob", "kwargs", "match"),
    [
        ([0, 1], [[0.5, 0.5], [0.5, 0.3]], {}, r"Row 1 of y_prob sums to 0\.8"),
        ([0, 1], [[0.5, 0.5], [np.nan, 0.5]], {}, "Row 1 of y_prob"),
        ([0, 1], [0.5, 1.5], {}, r"Row 1 of y_prob holds 1\.5, which is not a probability"),
        ([0, 1], [0.5, np.nan], {}, "y_prob contains NaN"),
        ([0, 1, 2], [0.5, 0.5, 0.5], {}, "2 columns of predictions and 3 labels"),
        ([0, 1], [0, 1], {}, r"y_prob holds labels \(dtype int64\).*pass predict_proba"),
        ([0, 1], [True, False], {}, r"y_prob holds labels \(dtype bool\)"),
        (["a", "b"], ["a", "b"], {}, r"y_prob holds labels \(dtype <U1\).*pass predict_proba"),
        ([0, 1], pd.Series(["a", "b"], dtype=object), {}, r"y_prob holds labels \(dtype object\)"),
        ([0, 9], [[0.5, 0.5]] * 2, {"labels": [0, 1]}, r"y_true holds \[9\], which is not among"),
        ([0, 1], [[0.5], [0.5]], {}, r"as there is one column: .*np\.column_stack\(\[1 - p, p\]"),
        ([0, 1], [[1.0], [1.0]], {}, r"one column, of shape \(n_samples, 1\), and there are 2"),
        ([0, 1, 1], [0.5, 0.5], {}, "y_true has 3 rows and y_prob has 2"),
        ([5, 5], [[0.5, 0.5]] * 2, {}, r"2 columns.* and 1 labels.*labels=clf\.classes_"),
        ([0, 1], [[0.5, 0.5]] * 2, {"labels": [1, 1]}, r"labels must be distinct, got \[1, 1\]"),
        (
            [0, np.nan],
            [[0.5, 0.5]] * 2,
            {"labels": [0, 1]},
            "y_true contains NaN.*in row 1",
        ),
        ([0, 1], [[0.5, 0.5]] * 2, {"groups": ["a", "a"]}, r"at least two groups.*\['a'\]"),
        ([0, 1], [[0.5, 0.5]] * 2, {"groups": [1]}, "inconsistent numbers of samples"),
        ([0, 1], [[0.5, 0.5]] * 2, {"sample_weight": [1, -1]}, "[Nn]egative values"),
        ([0, 1], [[0.5, 0.5]] * 2, {"n_resamples": 1}, "'n_resamples' parameter"),
        ([0, 1], [[0.5, 0.5]] * 2, {"base": 1}, "base must be"),
    ],
)
def test_errors_say_what_is_wrong(y_true, y_prob, kwargs, match):
    with pytest.raises(ValueError, match=match):
        log_loss_decomposition(y_true, y_prob, **kwargs)


@pytest.mark.parametrize("level", [0, 1, 95])
def test_confidence_level_is_checked(level):
    with pytest.raises(ValueError, match="confidence_level must be between 0 and 1"):
        log_loss_decomposition(*drawn(0)).confidence_interval(level)
