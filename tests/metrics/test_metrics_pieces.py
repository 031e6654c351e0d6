"""Scores of samples that come in pieces are those of the samples in memory, to the last bit."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from sklearn.naive_bayes import GaussianNB

from skinfo.metrics import (
    EntropyScorer,
    binary_cross_entropy,
    calibration_error,
    compare_log_loss,
    cross_entropy_loss,
    get_scorer_names,
    log_loss_decomposition,
    risk_coverage_curve,
    uncertainty_decomposition,
)

N_SAMPLES = 600
CUTS = [0, 0, 7, 8, 300, 300, N_SAMPLES]
LABELS = ["a", "b", "c"]


def in_chunks(*arrays):
    """Return the same rows of arrays (None: nothing) as a list of tuples."""
    given = [array for array in arrays if array is not None]
    return [tuple(array[a:b] for array in given) for a, b in pairwise(CUTS)]


@pytest.fixture(params=["none", "whole", "real"])
def weights(request, rng):
    whole = rng.integers(0, 3, N_SAMPLES)
    whole[:7] = 0
    return {"none": None, "whole": whole, "real": rng.random(N_SAMPLES)}[request.param]


@pytest.fixture
def labelled(rng):
    """Labels of three classes, and two predictions."""
    probs = rng.dirichlet(np.ones(3), size=(2, N_SAMPLES))
    return rng.choice(LABELS, N_SAMPLES), *probs


@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_cross_entropy(labelled, weights, reduction):
    y, prob, _ = labelled
    expected = cross_entropy_loss(y, prob, sample_weight=weights, reduction=reduction)
    chunks = in_chunks(y, prob, weights)
    assert cross_entropy_loss(chunks, reduction=reduction) == expected
    assert cross_entropy_loss(iter(chunks), labels=LABELS, reduction=reduction) == expected


def test_cross_entropy_of_any_order(labelled, weights, rng):
    y, prob, _ = labelled
    order = rng.permutation(N_SAMPLES)
    shuffled = None if weights is None else weights[order]
    assert cross_entropy_loss(y[order], prob[order], sample_weight=shuffled) == (
        cross_entropy_loss(y, prob, sample_weight=weights)
    )


def test_cross_entropy_of_logits_and_of_soft_labels(labelled, weights, rng):
    _, target, prob = labelled
    logits = rng.normal(size=(N_SAMPLES, 3)) * 10
    for predicted, from_logits in ((prob, False), (logits, True)):
        options = {"from_logits": from_logits}
        chunks = in_chunks(target, predicted, weights)
        assert cross_entropy_loss(iter(chunks), **options) == (
            cross_entropy_loss(target, predicted, sample_weight=weights, **options)
        )


def test_labels_that_no_chunk_holds_all_of():
    prob = np.array([[0.5, 0.5], [0.25, 0.75]])
    y = np.array([1, 2])
    assert cross_entropy_loss([(y[:1], prob[:1]), (y[1:], prob[1:])]) == (
        cross_entropy_loss(y, prob)
    )


@pytest.mark.parametrize(
    ("of_positive", "options"),
    [
        (lambda y: y, {}),
        (lambda y: y * 1, {}),
        (lambda y: y * 2 - 1, {}),
        (lambda y: y * 2.0 - 1, {}),
        (lambda y: np.linspace(0, 1, N_SAMPLES), {}),
        (lambda y: np.where(y, "ham", "spam"), {"pos_label": "ham"}),
    ],
)
def test_binary_cross_entropy(of_positive, options, weights, rng):
    y = of_positive(rng.random(N_SAMPLES) < 0.4)
    prob = rng.random(N_SAMPLES)
    expected = binary_cross_entropy(y, prob, sample_weight=weights, **options)
    assert binary_cross_entropy(iter(in_chunks(y, prob, weights)), **options) == expected


def test_labels_of_chunks_that_do_not_go_together():
    prob = np.array([0.5, 0.5])
    with pytest.raises(ValueError, match="none is known to be positive"):
        binary_cross_entropy([(np.array([0, 1]), prob), (np.array([-1, 1]), prob)])


def test_comparison(labelled, weights):
    y, prob_a, prob_b = labelled
    expected = compare_log_loss(y, prob_a, prob_b, sample_weight=weights)
    chunks = in_chunks(y, prob_a, prob_b, weights)
    assert compare_log_loss(chunks) == expected
    assert compare_log_loss(iter(chunks), labels=LABELS) == expected


def test_columns_of_a_table(labelled, weights):
    y, prob, _ = labelled
    table = pd.DataFrame(prob, columns=LABELS).assign(y=y)
    name = None
    if weights is not None:
        name, table["w"] = "w", weights
    expected = cross_entropy_loss(y, prob, sample_weight=weights)
    assert cross_entropy_loss("y", table, sample_weight=name) == expected
    chunks = [table[a:b] for a, b in pairwise(CUTS)]
    assert cross_entropy_loss("y", chunks, sample_weight=name) == expected


def test_labels_of_files_are_read_alone(labelled, tmp_path):
    pytest.importorskip("pyarrow")
    y, prob, _ = labelled
    table = pd.DataFrame(prob, columns=LABELS).assign(y=y)
    for a, b in pairwise(CUTS):
        table[a:b].to_parquet(tmp_path / f"{a:05}.parquet", index=False)
    assert cross_entropy_loss("y", tmp_path) == cross_entropy_loss(y, prob)


def test_one_column_of_a_table_is_the_positive_label(rng):
    y, prob = rng.random(N_SAMPLES) < 0.4, rng.random(N_SAMPLES)
    table = pd.DataFrame({"y": y, "p": prob})
    expected = binary_cross_entropy(y, prob)
    assert binary_cross_entropy("y", table) == expected
    assert binary_cross_entropy("y", [table[:100], table[100:]]) == expected


SUMMED = sorted(
    set(get_scorer_names()) - {"discrimination", "neg_calibration_error", "neg_miscalibration"}
)


@pytest.mark.parametrize("unseen", ["clip", "inf"])
def test_entropy_scorer(weights, unseen, rng):
    y = rng.integers(0, 3, N_SAMPLES)
    X = rng.normal(size=(N_SAMPLES, 2)) + y[:, None]
    # The last class is none of the model's.
    model = GaussianNB().fit(X[y < 2], y[y < 2])
    scorer = EntropyScorer(metric=SUMMED, unseen=unseen)
    expected = scorer(model, X, y, sample_weight=weights)
    assert scorer(model, in_chunks(X, y, weights), None) == expected


def test_entropy_scorer_of_several_outputs(rng):
    from sklearn.tree import DecisionTreeClassifier

    Y = rng.integers(0, 2, (N_SAMPLES, 2))
    X = pd.DataFrame(rng.normal(size=(N_SAMPLES, 2)), columns=["a", "b"])
    model = DecisionTreeClassifier(max_depth=2).fit(X, Y)
    scorer = EntropyScorer(metric=SUMMED)
    assert scorer(model, in_chunks(X, Y), None) == scorer(model, X, Y)


def test_entropy_scorer_of_columns_by_name(rng):
    table = pd.DataFrame(rng.normal(size=(N_SAMPLES, 2)), columns=["a", "b"])
    table = table.assign(y=table["a"] > 0, w=rng.integers(0, 3, N_SAMPLES))
    model = GaussianNB().fit(table[["a", "b"]], table["y"])
    scorer = EntropyScorer()
    expected = scorer(model, table[["a", "b"]], table["y"], sample_weight=table["w"])
    assert scorer(model, table, "y", sample_weight="w") == expected
    assert scorer(model, [table[:9], table[9:]], "y", sample_weight="w") == expected


def test_entropy_scorer_refuses_ranks(rng):
    X, y = rng.normal(size=(20, 1)), np.arange(20) % 2
    model = GaussianNB().fit(X, y)
    with pytest.raises(ValueError, match=r"'discrimination' ranks or bins all .*'skill'"):
        EntropyScorer(metric="discrimination")(model, [(X, y)], None)


def test_entropy_scorer_warns_of_labels_that_are_all_unseen(rng):
    X, y = rng.normal(size=(20, 1)), np.arange(20) % 2
    model = GaussianNB().fit(X, y)
    with pytest.warns(UserWarning, match=r"None of the labels in y \(\[7\]\) is a class"):
        EntropyScorer()(model, [(X, np.full(20, 7))], None)


PROB = np.array([[0.5, 0.5], [0.25, 0.75]])
Y = np.array([0, 1])


@pytest.mark.parametrize(
    ("score", "error", "match"),
    [
        (lambda: cross_entropy_loss(Y), TypeError, r"needs y_prob.*chunks \(y_true, y_prob\) or"),
        (lambda: cross_entropy_loss(None, PROB), TypeError, "needs y_true"),
        (lambda: cross_entropy_loss(Y, 0.5), ValueError, r"y_prob must be array-like, got 0\.5"),
        (lambda: cross_entropy_loss(iter([(Y, PROB)])), ValueError, "only once.*labels=clf"),
        (lambda: cross_entropy_loss([(Y, PROB, Y, Y)]), ValueError, r"tuple of 4\. \(In chunk 0"),
        (lambda: cross_entropy_loss([]), ValueError, "no sample of positive weight"),
        (
            lambda: cross_entropy_loss([(Y, PROB), (Y, 2 * PROB)]),
            ValueError,
            r"Row 0 of y_prob sums to 2.*\(In chunk 1\.\)",
        ),
        (
            lambda: cross_entropy_loss([(Y, PROB)], reduction="none"),
            ValueError,
            "reduction='none' gives a loss for each sample",
        ),
        (
            lambda: cross_entropy_loss([(Y, PROB)], sample_weight=Y),
            ValueError,
            "sample_weight of chunks is part of each",
        ),
        (lambda: cross_entropy_loss({"y": Y}), TypeError, "needs y_prob, the predictions"),
        (lambda: compare_log_loss(Y, PROB), TypeError, "needs prob_b"),
        (lambda: compare_log_loss([(Y, PROB, PROB)], groups=Y), ValueError, "groups are for"),
        (lambda: compare_log_loss("y", PROB, PROB), ValueError, "got y_true as a str"),
    ],
)
def test_errors_say_what_is_wrong(score, error, match):
    with pytest.raises(error, match=match):
        score()


TABLES = [pd.DataFrame(PROB), pd.DataFrame(PROB)]


@pytest.mark.parametrize(
    "score",
    [
        lambda: calibration_error("y", TABLES),
        lambda: log_loss_decomposition("y", TABLES),
        lambda: risk_coverage_curve("y", TABLES),
        lambda: uncertainty_decomposition(TABLES),
    ],
)
def test_scores_that_need_all_samples(score):
    with pytest.raises(ValueError, match="needs all samples at once"):
        score()
