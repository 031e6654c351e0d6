"""Weights of evidence and posteriors: their values, and that no row sees its own target."""

import numpy as np
import pandas as pd
import pytest
import sklearn
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import GroupKFold, KFold, TimeSeriesSplit
from sklearn.pipeline import make_pipeline

from skinfo import MutualInfoBinner


@pytest.fixture
def steps(rng):
    """Return x in four steps, three classes and their weights."""
    x = rng.integers(0, 4, 400).astype(float)
    y = (rng.random(400) < 0.2 + 0.2 * x).astype(int) + (rng.random(400) < 0.2)
    return x[:, None], y


def smoothed(n_class, n_bin, rate):
    """Return the rate after so many samples of the overall rate as hold half a rarer one."""
    extra = 0.5 / min(rate, 1 - rate)
    return (n_class + extra * rate) / (n_bin + extra)


def test_two_classes_by_hand(steps):
    X, y = steps[0], np.minimum(steps[1], 1)
    binner = MutualInfoBinner(penalty=None, encode="posterior").fit(X, y)
    inside = X[:, 0] == 2
    expected = smoothed(y[inside].sum(), inside.sum(), y.mean())
    assert binner.transform([[2.0]])[0, 0] == pytest.approx(expected)
    woe = MutualInfoBinner(penalty=None, encode="woe").fit(X, y).transform([[2.0]])[0, 0]
    odds = expected / (1 - expected) / (y.mean() / (1 - y.mean()))
    assert woe == pytest.approx(np.log2(odds))
    assert woe == pytest.approx(binner.bin_table(0)["woe"][2])


def test_three_classes_by_hand(steps):
    X, y = steps
    inside = X[:, 0] == 2
    rates = [smoothed((y[inside] == c).sum(), inside.sum(), np.mean(y == c)) for c in range(3)]
    binner = MutualInfoBinner(penalty=None, encode="posterior").fit(X, y)
    np.testing.assert_allclose(binner.transform([[2.0]])[0], np.array(rates) / sum(rates))
    assert list(binner.get_feature_names_out()) == ["x0_0", "x0_1", "x0_2"]
    woe = MutualInfoBinner(penalty=None, encode="woe").fit(X, y).transform([[2.0]])[0]
    overall = np.array([np.mean(y == c) for c in range(3)])
    rates = np.array(rates)
    np.testing.assert_allclose(woe, np.log2(rates / (1 - rates) / (overall / (1 - overall))))


def test_means_by_hand(rng):
    x = np.repeat([0.0, 1.0], 30)
    y = 5 * x + rng.normal(size=60)
    binner = MutualInfoBinner(encode="posterior").fit(x[:, None], y)
    # Half a sample of the overall mean.
    expected = (y[:30].sum() + 0.5 * y.mean()) / 30.5
    assert binner.transform([[0.0]])[0, 0] == pytest.approx(expected, abs=1e-9)


def test_empty_cells_stay_finite():
    x, y = np.repeat([0.0, 1.0], 50), np.repeat([0, 1], 50)
    # Half a sample against 50.5: log2(101), either way.
    woe = MutualInfoBinner(encode="woe").fit(x[:, None], y).transform([[0.0], [1.0]])
    np.testing.assert_allclose(woe[:, 0], [-np.log2(101), np.log2(101)])


def test_a_bin_without_rows_has_the_overall_rates():
    y = np.arange(20) % 2
    binner = MutualInfoBinner(encode="woe").fit(np.full((20, 1), np.nan), y)
    assert binner.transform([[1.0]])[0, 0] == 0.0


@pytest.mark.parametrize("encode", ["woe", "posterior"])
@pytest.mark.parametrize("cv", [4, KFold(3), None])
def test_training_rows_are_encoded_out_of_fold(steps, encode, cv):
    X, y = steps[0], np.minimum(steps[1], 1)
    binner = MutualInfoBinner(penalty=None, encode=encode, cv=cv)
    encoded = binner.fit_transform(X, y)
    # Moving one row's own target does not move its code.
    other = y.copy()
    other[7] = 1 - y[7]
    folds = KFold(3) if cv is None or isinstance(cv, int) else cv
    again = MutualInfoBinner(penalty=None, encode=encode, cv=folds)
    here, there = again.fit_transform(X, y), again.fit_transform(X, other)
    assert here[7, 0] == there[7, 0]
    assert not np.allclose(here, there)
    # And the fitted binner is that of all rows.
    np.testing.assert_array_equal(
        binner.transform(X), MutualInfoBinner(penalty=None, encode=encode).fit(X, y).transform(X)
    )
    assert not np.allclose(encoded, binner.transform(X))


def test_same_on_every_run_and_any_number_of_threads(steps):
    X, y = steps
    X = np.column_stack([X, X**2])
    first = MutualInfoBinner(encode="woe", penalty=None).fit_transform(X, y)
    second = MutualInfoBinner(encode="woe", penalty=None, n_jobs=2).fit_transform(X, y)
    np.testing.assert_array_equal(first, second)
    shuffled = MutualInfoBinner(encode="woe", penalty=None, random_state=3).fit_transform(X, y)
    assert not np.allclose(first, shuffled)


def test_groups_stay_together(rng):
    # y is drawn a group: rows of a group in two folds would give it away.
    groups = np.repeat(np.arange(60), 5)
    y = rng.integers(0, 2, 60)[groups]
    X = pd.DataFrame({"group": [f"g{g}" for g in groups]})
    told = MutualInfoBinner(penalty=None, encode="posterior", min_samples_bin=1)
    apart = told.fit_transform(X, y, groups=groups)[:, 0]
    assert abs(np.corrcoef(apart, y)[0, 1]) < 0.3
    mixed = told.fit_transform(X, y)[:, 0]
    assert np.corrcoef(mixed, y)[0, 1] > 0.9
    splitter = MutualInfoBinner(penalty=None, encode="posterior", cv=GroupKFold(5))
    assert abs(np.corrcoef(splitter.fit_transform(X, y, groups=groups)[:, 0], y)[0, 1]) < 0.3


def test_groups_by_metadata_routing(rng):
    groups = np.repeat(np.arange(40), 5)
    y = rng.integers(0, 2, 40)[groups]
    X = rng.normal(size=(200, 2))
    with sklearn.config_context(enable_metadata_routing=True):
        binner = MutualInfoBinner(penalty=None, encode="woe", cv=GroupKFold(5))
        pipe = make_pipeline(binner, LogisticRegression())
        pipe.fit(X, y, groups=groups)
        routed = make_pipeline(binner, "passthrough").fit_transform(X, y, groups=groups)
    np.testing.assert_array_equal(routed, binner.fit_transform(X, y, groups=groups))


def test_noise_gains_nothing(rng):
    X, y = rng.normal(size=(4000, 200)), rng.integers(0, 2, 4000)
    train, test = slice(0, 2000), slice(2000, None)
    binner = MutualInfoBinner(penalty=None, encode="woe")
    naive = binner.fit(X[train], y[train]).transform(X[train])
    new = binner.transform(X[test])
    crossed = binner.fit_transform(X[train], y[train])

    def gap(columns):
        model = LogisticRegression(C=0.01).fit(columns, y[train])
        losses = [
            log_loss(y[rows], model.predict_proba(c)) / np.log(2)
            for rows, c in ((train, columns), (test, new))
        ]
        return losses[1] - losses[0]

    # Columns that know y of their rows pass for knowledge, some bits of which there are none.
    assert gap(naive) > 0.5
    # 200 weights fitted to 2000 rows of noise gain about 200 / (2 * 2000 ln 2) = 0.07 bits.
    assert gap(crossed) < 0.2


def test_zero_weights_and_missing_classes_in_a_fold():
    X = np.arange(30.0)[:, None]
    y = np.array([0] * 14 + [1] * 15 + [2])
    weights = np.ones(30)
    weights[3] = 0
    binner = MutualInfoBinner(encode="posterior", penalty=None, cv=KFold(5))
    encoded = binner.fit_transform(X, y, sample_weight=weights)
    assert encoded.shape == (30, 3)
    np.testing.assert_allclose(encoded.sum(axis=1), 1)
    # The row of the only sample of class 2 is encoded by folds that never saw the class.
    assert encoded[29, 2] == 0


@pytest.mark.parametrize(
    ("cv", "groups", "encode", "message"),
    [
        (TimeSeriesSplit(3), None, "woe", "cv must test each row exactly once"),
        (5, np.arange(40), "ordinal", "groups are of use with encode='woe' or 'posterior' only"),
    ],
)
def test_bad_folds_say_what_is_wrong(cv, groups, encode, message):
    X, y = np.arange(40.0)[:, None], np.arange(40) % 2
    with pytest.raises(ValueError, match=message):
        MutualInfoBinner(encode=encode, cv=cv).fit_transform(X, y, groups=groups)


def test_output_in_frames(steps):
    X = pd.DataFrame(steps[0], columns=["step"], index=np.arange(400) + 5)
    y = np.minimum(steps[1], 1)
    binner = MutualInfoBinner(encode="woe").set_output(transform="pandas")
    out = binner.fit_transform(X, y)
    assert list(out.columns) == ["step"]
    assert out.index.equals(X.index)
    assert MutualInfoBinner(encode="woe", dtype=np.float32).fit_transform(X, y).dtype == np.float32
