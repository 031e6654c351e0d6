"""Evidence of the candidates equals `mutual_info_test` of the same column and y."""

import numpy as np
import pandas as pd
import pytest

from skinfo import InfoBottleneckSelector
from skinfo._counts._coded_table import CodesInMemory, LevelOrder
from skinfo._counts._target import ClassTarget
from skinfo.estimation import mutual_info_test
from skinfo.feature_selection._candidates import CandidateFeatures

N = 400


def columns(rng):
    """Return columns of many kinds, some of which depend on the first."""
    number = rng.normal(size=N)
    level = rng.integers(0, 5, N)
    rare = np.zeros(N, int)
    rare[rng.permutation(N)[:5]] = [1, 1, 2, 2, 3]
    text = np.array(["a", "b", "c"], object)[rng.integers(0, 3, N)]
    with_missing = text.copy()
    with_missing[rng.random(N) < 0.1] = None
    return {
        "number": number,
        "half zero": np.where(rng.random(N) < 0.5, 0.0, rng.normal(size=N)),
        "rounded": np.round(number, 1),
        "few values": rng.integers(0, 3, N) / 2,
        "infinite": np.where(rng.random(N) < 0.1, np.inf, rng.normal(size=N)),
        "level": level,
        "boolean": rng.random(N) < 0.4,
        "rare boolean": rng.random(N) < 0.02,
        "rare levels": rare,
        "wide integers": level * 10**12,
        "text": text,
        "missing text": with_missing,
        "category": pd.Categorical(text),
        "missing integers": pd.array(np.where(rng.random(N) < 0.1, None, level), "Int64"),
        "date": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 10**6, N), unit="s"),
        "many levels": np.char.add("level", rng.integers(0, 180, N).astype(str)).astype(object),
        "more levels than codes": np.char.add("u", rng.integers(0, 2000, N).astype(str)).astype(
            object
        ),
        "constant": np.ones(N, int),
    }


MEASURED = ("number", "half zero", "rounded", "few values", "infinite", "date")

TARGETS = {
    "two classes": lambda z, rng: (z + rng.normal(size=len(z)) > 0).astype(int),
    "rare class": lambda z, rng: (z > np.sort(z)[-6]).astype(int),
    "four classes": lambda z, rng: np.digitize(z + 2 * rng.normal(size=len(z)), [-1, 0, 1]),
    "numbers": lambda z, rng: z + 3 * rng.normal(size=len(z)),
}


@pytest.mark.parametrize("target", TARGETS)
def test_two_doors_one_answer(target, rng, source):
    X = pd.DataFrame(columns(rng))
    y = TARGETS[target](X["number"].to_numpy(), rng)
    selector = InfoBottleneckSelector().fit(*source(X, y))
    result = mutual_info_test(X, y)
    for j, name in enumerate(X.columns):
        assert selector.p_values_[j] == result.pvalue[j], name
        # Of numbers the test estimates by neighbours, and of both by the bins of y.
        if name not in MEASURED and target != "numbers":
            bits = result.statistic[j]
            assert selector.mutual_info_[j] == pytest.approx(bits, rel=1e-12, abs=1e-14), name


@pytest.mark.parametrize("kind", ["whole", "real", "with zeros"])
def test_two_doors_one_answer_with_weights(kind, rng, source):
    names = ["level", "boolean", "rare levels", "missing text", "missing integers", "constant"]
    X = pd.DataFrame(columns(rng))[names]
    weights = rng.integers(1, 4, N) if kind == "whole" else rng.uniform(0.1, 3, N)
    if kind == "with zeros":
        weights[X["level"] == 2] = 0
    y = rng.integers(0, 3, N)
    selector = InfoBottleneckSelector().fit(*source(X, y, sample_weight=weights))
    result = mutual_info_test(X, y, sample_weight=weights)
    np.testing.assert_array_equal(selector.p_values_, result.pvalue)


def test_first_step_has_the_evidence_of_the_feature_alone(rng, source):
    # The gain of the first feature is its information alone.
    X = pd.DataFrame(columns(rng))
    y = TARGETS["two classes"](X["number"].to_numpy(), rng)
    selector = InfoBottleneckSelector(3).fit(*source(X, y))
    first = selector.selected_features_[0]
    assert selector.gains_[0] == selector.mutual_info_[first]
    report = selector.report().iloc[0]
    assert report["p_left"] == report["p_value"] == selector.p_values_[first]


@pytest.mark.parametrize("weight", [1e7, 1e9, 1e12, 1e15])
def test_weight_of_any_size_takes_no_memory(weight, source):
    # Of two rows one weighs that much: I = H(y), and one of weight + 1 places tells as much.
    selector = InfoBottleneckSelector().fit(*source([[0], [1]], [0, 1], sample_weight=[1, weight]))
    p = 1 / (weight + 1)
    assert selector.p_values_[0] == pytest.approx(p, rel=1e-12)
    entropy = -p * np.log2(p) - weight * p * np.log1p(-p) / np.log(2)
    # The mean under independence takes off H(y) times p: all of it is in one table of that many.
    assert selector.mutual_info_[0] == pytest.approx(entropy * (1 - p), rel=1e-3)


def test_threads_change_nothing(rng, source):
    X = (rng.random((3000, 80)) < 0.02).astype(int)
    y = (rng.random(3000) < 0.002).astype(int)
    y[:3] = 1
    one, two = (InfoBottleneckSelector(n_jobs=n).fit(*source(X, y)).p_values_ for n in (1, 2))
    np.testing.assert_array_equal(one, two)


def test_shifts_are_found_that_information_misses(rng):
    # 40 columns with a shift of a third of a deviation, which a rank test finds in .80 of draws
    # and information of unordered bins in .45, and 40 of noise.
    y = np.repeat([0, 1], 150)
    X = rng.normal(size=(300, 80))
    X[:, :40] += y[:, None] / 3
    found = InfoBottleneckSelector().fit(X, y).p_values_ < 0.05
    assert found[:40].mean() >= 0.6
    assert found[40:].mean() <= 0.15


def test_a_trend_in_every_state_is_one_trend(rng):
    # Eight states of 60 samples, and in each the same shift of codes; scores are summed over them.
    state, y = np.repeat(np.arange(8), 60), np.tile([0, 1], 240)
    x = np.digitize(rng.normal(size=480) + 0.4 * y, [-0.8, -0.2, 0.3, 0.9])
    codes = np.array([state, x, rng.permutation(5)[x]], np.uint8)
    order = LevelOrder(np.array([0, 5, 0]), {}, False)
    target = ClassTarget(y.astype(np.int32), np.arange(2), np.ones(480), False)
    table = CodesInMemory(codes, target, np.array([8, 5, 5]), order=order)
    candidates = CandidateFeatures(table)
    given = candidates.evidence(np.array([1, 2]), table.state_of(0))
    np.testing.assert_allclose(given.information[0], given.information[1], rtol=1e-12)
    np.testing.assert_allclose(given.information_pvalue, given.pvalue[1], rtol=1e-9)
    assert given.pvalue[0] < 0.05 * given.pvalue[1]
    joined = table.joined([np.array([1]), np.array([0, 2])])
    assert list(joined.order.n_ordered) == [5, 0]
