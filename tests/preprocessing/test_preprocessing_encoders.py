"""Weights of evidence and posteriors: their values, and that no row sees its own target."""

import json
import sqlite3
from contextlib import closing
from time import perf_counter

import numpy as np
import pandas as pd
import pytest
import sklearn
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import GroupKFold, KFold, TimeSeriesSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skinfo import MutualInfoBinner
from skinfo.preprocessing._bins import NumericBins
from skinfo.preprocessing._encoders import output_of
from skinfo.preprocessing._fitted_column import FittedColumn
from skinfo.preprocessing._target_statistics import ClassStatistics


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


def test_two_classes_by_hand(steps, source):
    X, y = steps[0], np.minimum(steps[1], 1)
    binner = MutualInfoBinner(penalty=None, encode="posterior").fit(*source(X, y))
    inside = X[:, 0] == 2
    expected = smoothed(y[inside].sum(), inside.sum(), y.mean())
    assert binner.transform([[2.0]])[0, 0] == pytest.approx(expected)
    woe = MutualInfoBinner(penalty=None, encode="woe").fit(*source(X, y)).transform([[2.0]])[0, 0]
    odds = expected / (1 - expected) / (y.mean() / (1 - y.mean()))
    assert woe == pytest.approx(np.log2(odds))
    assert woe == pytest.approx(binner.bin_table(0)["woe"][2])


def test_three_classes_by_hand(steps, source):
    X, y = steps
    inside = X[:, 0] == 2
    rates = [smoothed((y[inside] == c).sum(), inside.sum(), np.mean(y == c)) for c in range(3)]
    binner = MutualInfoBinner(penalty=None, encode="posterior").fit(*source(X, y))
    np.testing.assert_allclose(binner.transform([[2.0]])[0], np.array(rates) / sum(rates))
    assert list(binner.get_feature_names_out()) == ["x0_0", "x0_1", "x0_2"]
    woe = MutualInfoBinner(penalty=None, encode="woe").fit(*source(X, y)).transform([[2.0]])[0]
    overall = np.array([np.mean(y == c) for c in range(3)])
    rates = np.array(rates)
    np.testing.assert_allclose(woe, np.log2(rates / (1 - rates) / (overall / (1 - overall))))


def test_means_by_hand(rng, source):
    x = np.repeat([0.0, 1.0], 30)
    y = 5 * x + rng.normal(size=60)
    binner = MutualInfoBinner(encode="posterior").fit(*source(x[:, None], y))
    # Half a sample of the overall mean.
    expected = (y[:30].sum() + 0.5 * y.mean()) / 30.5
    assert binner.transform([[0.0]])[0, 0] == pytest.approx(expected, abs=1e-9)


def test_empty_cells_stay_finite(source):
    x, y = np.repeat([0.0, 1.0], 50), np.repeat([0, 1], 50)
    # Half a sample against 50.5: log2(101), either way.
    woe = MutualInfoBinner(encode="woe").fit(*source(x[:, None], y)).transform([[0.0], [1.0]])
    np.testing.assert_allclose(woe[:, 0], [-np.log2(101), np.log2(101)])


def test_a_bin_without_rows_has_the_overall_rates(source):
    y = np.arange(20) % 2
    binner = MutualInfoBinner(encode="woe").fit(*source(np.full((20, 1), np.nan), y))
    assert binner.transform([[1.0]])[0, 0] == 0.0


@pytest.mark.parametrize("encode", ["woe", "posterior"])
@pytest.mark.parametrize("cv", [4, KFold(3), None])
def test_training_rows_are_encoded_out_of_fold(steps, encode, cv, source):
    X, y = steps[0], np.minimum(steps[1], 1)
    binner = MutualInfoBinner(penalty=None, encode=encode, cv=cv)
    encoded = binner.fit_transform(X, y)
    # Moving one row's own target does not move its code.
    other = y.copy()
    other[7] = 1 - y[7]
    folds = KFold(3) if cv is None or isinstance(cv, int) else cv
    again = MutualInfoBinner(penalty=None, encode=encode, cv=folds)
    there, here = again.fit_transform(X, other), again.fit_transform(X, y)
    assert here[7, 0] == there[7, 0]
    assert not np.allclose(here, there)
    # The bins are those of all rows, and new rows get the mean of the folds' encoders.
    whole = MutualInfoBinner(penalty=None, encode=encode).fit(*source(X, y))
    np.testing.assert_array_equal(binner.bin_edges_[0], whole.bin_edges_[0])
    of_folds = [
        MutualInfoBinner(penalty=None, encode=encode).fit(*source(X[train], y[train])).transform(X)
        for train, _ in folds.split(X, y)
    ]
    np.testing.assert_allclose(again.transform(X), np.mean(of_folds, axis=0), atol=1e-12)
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


def test_classes_may_have_any_names(steps):
    X, y = steps
    binner = MutualInfoBinner(encode="posterior", target_type="multiclass", penalty=None)
    expected = binner.fit_transform(X, y)
    for names in (np.array([0.25, 0.5, 17.5]), np.array(["c", "a", "b"])):
        encoded = binner.fit_transform(X, names[y])
        np.testing.assert_allclose(encoded[:, np.argsort(np.argsort(names))], expected)


@pytest.mark.parametrize(
    ("cv", "groups", "encode", "message"),
    [
        (TimeSeriesSplit(3), None, "woe", "cv must test each row exactly once"),
        (5, np.arange(40), "ordinal", "groups only apply to encode='woe' or 'posterior'"),
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


# A column of one bin, in all folds or in most


def rare_step(n=400):
    """Return a column with so many rows beyond a step as are just worth a bin of all rows."""
    y = np.tile([0, 1], n // 2)
    for n_beyond in range(1, n // 2):
        X = np.zeros((n, 1))
        # Every fifth of the rows has its share of them.
        X[np.arange(n_beyond) * n // n_beyond | 1] = 1
        if MutualInfoBinner().fit(X, y).n_bins_[0] == 2:
            return X, y
    raise AssertionError("no step was worth a bin")


@pytest.mark.parametrize("encode", ["woe", "posterior"])
@pytest.mark.parametrize("n_classes", [2, 3, 7])
def test_a_column_that_says_nothing_is_exactly_constant(rng, encode, n_classes, source):
    # Either value of x goes with all classes equally often, also, about, without one fold.
    y = np.arange(611) % n_classes
    X = (np.arange(611) // n_classes % 2)[:, None]
    binner = MutualInfoBinner(encode=encode)
    encoded = binner.fit_transform(X, y)
    assert binner.n_bins_[0] == 1
    rates = np.bincount(y) / 611
    shown = rates[1:] if n_classes == 2 else rates
    expected = np.zeros(len(shown)) if encode == "woe" else shown
    for written in (encoded, binner.transform(X), binner.fit(*source(X, y)).transform(X)):
        np.testing.assert_array_equal(written, np.tile(encoded[0], (611, 1)))
        # Rates are divided by their sum, which is one but for rounding.
        np.testing.assert_allclose(written[0], expected, rtol=1e-15, atol=0)


def test_bins_of_equal_rates_are_exactly_zero(source):
    # Seven of ten in every bin, whatever its size: no rounding error is left to be scaled up.
    x = np.repeat(np.arange(4.0), [10, 30, 70, 110])
    y = np.tile([1] * 7 + [0] * 3, 22)
    woe = MutualInfoBinner(encode="woe", penalty=None, candidate_edges=[[0.5, 1.5, 2.5]])
    np.testing.assert_array_equal(woe.fit(*source(x[:, None], y)).transform(x[:, None]), 0)


@pytest.mark.parametrize("encode", ["woe", "posterior"])
def test_one_bin_in_most_folds_and_two_of_all_rows(encode):
    X, y = rare_step()
    folds = KFold(5)
    n_bins = [MutualInfoBinner().fit(X[i], y[i]).n_bins_[0] for i, _ in folds.split(X)]
    binner = MutualInfoBinner(encode=encode, cv=folds)
    encoded = binner.fit_transform(X, y)
    assert binner.n_bins_[0] == 2
    assert n_bins.count(1) >= 3
    # StandardScaler knows the spread in training: new rows are within what it has seen.
    scaler = StandardScaler().fit(encoded)
    most = np.abs(scaler.transform(encoded)).max()
    assert np.abs(scaler.transform(binner.transform([[0.0], [1.0]]))).max() <= most + 1e-9


def test_a_level_that_no_fold_knew_is_no_outlier(rng):
    # Each column has a level of one row: in training it is unseen, and all rows are much alike.
    frame = pd.DataFrame(np.where(np.eye(300, 40, dtype=bool), "rare", "common")).astype(str)
    y = rng.integers(0, 2, 300)
    binner = MutualInfoBinner(encode="woe")
    scaler = StandardScaler().fit(binner.fit_transform(frame, y))
    assert np.abs(scaler.transform(binner.transform(frame))).max() < 20
    # Without folds each level is written as it is.
    fitted = binner.fit(frame, y).transform(frame)
    assert np.all(np.diagonal(fitted) != fitted[-1])


@pytest.mark.parametrize("encode", ["woe", "posterior"])
def test_scaled_columns_do_not_blow_up(rng, encode):
    # 40 columns of noise and one of use: each training column is scaled by its own spread.
    X, y = rng.normal(size=(300, 41)), np.tile([0, 1], 150)
    X[:, 0] += y
    new = rng.normal(size=(3000, 41))
    new_y = np.tile([0, 1], 1500)
    new[:, 0] += new_y
    model = make_pipeline(MutualInfoBinner(encode=encode), StandardScaler(), LogisticRegression())
    loss = log_loss(new_y, model.fit(X, y).predict_proba(new)) / np.log(2)
    # Two normals one apart hold .16 bits about y.
    assert loss < 0.95


# What transform writes, told elsewhere


def messy(rng, n=600):
    """Return numbers with missing values and a category of many levels, and a target of both."""
    level = rng.integers(0, 60, n)
    frame = pd.DataFrame({"x": rng.normal(size=n), "c": [f"it's {i}" for i in level]})
    score = frame["x"].to_numpy() + rng.normal(size=60)[level] + rng.normal(size=n)
    frame.loc[::17, "x"] = np.nan
    frame.loc[::13, "c"] = None
    new = pd.concat([frame, pd.DataFrame({"x": [9.0, None], "c": ["never", "it's 3"]})])
    return frame, score, new.reset_index(drop=True)


TARGETS = {
    "two": lambda score: (score > 0).astype(int),
    "three": lambda score: np.digitize(score, [-1, 1]),
    "numbers": lambda score: 100 + 7 * score,
}


@pytest.mark.parametrize("missing", ["separate", "merge"])
@pytest.mark.parametrize(
    ("encode", "target"),
    [("woe", "two"), ("woe", "three"), *(("posterior", target) for target in TARGETS)],
)
@pytest.mark.parametrize("method", ["fit", "fit_transform", "partial_fit"])
def test_table_sql_and_json_tell_what_transform_writes(rng, missing, encode, target, method):
    frame, score, new = messy(rng)
    y = TARGETS[target](score)
    binner = MutualInfoBinner(encode=encode, missing=missing)
    getattr(binner, method)(frame, y)
    written = binner.transform(new)
    assert np.isfinite(written).all()
    names = list(binner.get_feature_names_out())
    with closing(sqlite3.connect(":memory:")) as base:
        new.to_sql("t", base, index=False)
        query = f"SELECT {binner.to_sql(dialect='sqlite')} FROM t"
        np.testing.assert_array_equal(base.execute(query).fetchall(), written)
    again = MutualInfoBinner.from_dict(json.loads(json.dumps(binner.to_dict(), allow_nan=False)))
    np.testing.assert_array_equal(again.transform(new), written)
    assert again.to_sql() == binner.to_sql()
    table = binner.encoding_table("c")
    values = table.set_index("values")
    assert list(values.columns) == names[len(names) // 2 :]
    rows = new["c"].fillna("missing").replace("never", "unseen")
    np.testing.assert_array_equal(values.loc[rows], written[:, len(names) // 2 :])
    assert len(table) == 62
    pd.testing.assert_frame_equal(again.encoding_table("c"), table)
    numbers = binner.encoding_table("x")
    assert numbers["values"].iloc[-1] == "missing" or missing == "merge"
    assert set(numbers.iloc[:, 1]) >= set(written[:, 0])


def test_the_table_of_bins_is_what_is_written_by_fit(steps, source):
    X, y = steps[0], np.minimum(steps[1], 1)
    binner = MutualInfoBinner(encode="woe", penalty=None).fit(*source(X, y))
    table = binner.encoding_table(0)
    assert table["values"].tolist() == binner.bin_table(0)["bin"].tolist()
    np.testing.assert_array_equal(table["x0"], binner.bin_table(0)["woe"])


def test_ordinal_and_onehot_have_a_table_too(steps, source):
    ordinal = MutualInfoBinner(penalty=None).fit(*source(steps[0], steps[1]))
    assert ordinal.encoding_table(0)["x0"].tolist() == [0, 1, 2, 3]
    onehot = MutualInfoBinner(penalty=None, encode="onehot").fit(*source(steps[0], steps[1]))
    np.testing.assert_array_equal(onehot.encoding_table(0).iloc[:, 1:], np.eye(4))


# Levels, each with a value of its own


def test_levels_of_many_rows_keep_their_rates_and_rare_ones_are_shrunk(rng, source):
    rates = rng.uniform(0.1, 0.9, 40)
    level = np.repeat(np.arange(40), 2000)
    y = (rng.random(len(level)) < rates[level]).astype(int)
    frame = pd.DataFrame({"c": [f"c{i:02}" for i in level] + ["rare"]})
    binner = MutualInfoBinner(encode="posterior").fit(*source(frame, np.append(y, 1)))
    table = binner.encoding_table("c").set_index("values")["c"]
    own = y.reshape(40, 2000).mean(axis=1)
    # No rate is moved by more than the error that it has, sqrt(.25 / 2000), nor for the worse.
    np.testing.assert_allclose(table.iloc[:40], own, atol=0.0112)
    errors = [np.sqrt(np.mean((each - rates) ** 2)) for each in (table.iloc[:40], own)]
    assert errors[0] < 1.05 * errors[1]
    # One row of class 1 under a uniform prior of .1 to .9 has the posterior mean
    # int p p dp / int p dp = (.9 ** 3 - .1 ** 3) / 3 / ((.9 ** 2 - .1 ** 2) / 2) = .607.
    assert table["rare"] == pytest.approx(0.607, abs=0.05)
    assert table["unseen"] == pytest.approx(own.mean(), abs=0.02)


def test_means_of_levels_are_shrunk_as_between_normals(rng, source):
    # Means N(50, 4), rows of variance 9, n rows each: (n m / 9 + 50 / 4) / (n / 9 + 1 / 4).
    n_levels, rows = 4000, 5
    level = np.repeat(np.arange(n_levels), rows)
    y = (50 + 2 * rng.normal(size=n_levels))[level] + 3 * rng.normal(size=len(level))
    frame = pd.DataFrame({"c": [f"c{i:04}" for i in level]})
    binner = MutualInfoBinner(encode="posterior", target_type="continuous").fit(*source(frame, y))
    own = y.reshape(n_levels, rows).mean(axis=1)
    expected = (rows * own / 9 + 50 / 4) / (rows / 9 + 1 / 4)
    off = binner.encoding_table("c")["c"].to_numpy()[:n_levels] - expected
    assert np.sqrt(np.mean(off**2)) < 0.15
    assert np.sqrt(np.mean((own - expected) ** 2)) > 0.7


def test_y_as_a_function_of_the_level_is_kept(rng, source):
    level = np.repeat(np.arange(300), 3)
    value = rng.lognormal(2, 2, 300)
    frame = pd.DataFrame({"c": [f"c{i:03}" for i in level]})
    binner = MutualInfoBinner(encode="posterior", target_type="continuous").fit(
        *source(frame, value[level])
    )
    np.testing.assert_allclose(binner.transform(frame)[:, 0], value[level], rtol=1e-6)


def test_levels_of_noise_are_shrunk_to_the_overall_rate(rng, source):
    level = rng.integers(0, 1000, 5000)
    frame = pd.DataFrame({"c": [f"c{i}" for i in level]})
    y = rng.random(5000) < 0.3
    table = MutualInfoBinner(encode="posterior").fit(*source(frame, y)).encoding_table("c")
    # Rates of five rows spread by sqrt(.3 * .7 / 5) = .205.
    assert table["c"].std() < 0.03
    assert table["c"].mean() == pytest.approx(y.mean(), abs=0.01)


@pytest.mark.parametrize("target", TARGETS)
def test_levels_do_not_depend_on_rows_and_weights_are_repetitions(rng, target, source):
    frame, score, new = messy(rng, 300)
    y = TARGETS[target](np.round(score))
    binner = MutualInfoBinner(
        encode="posterior", target_type="auto" if target != "numbers" else "continuous"
    )
    weights = rng.integers(0, 4, 300)
    expected = binner.fit(*source(frame, y, sample_weight=weights)).transform(new)
    rows = rng.permutation(np.repeat(np.arange(300), weights))
    again = binner.fit(*source(frame.iloc[rows], y[rows])).transform(new)
    if target == "numbers":
        np.testing.assert_allclose(again, expected, rtol=1e-12)
    else:
        np.testing.assert_array_equal(again, expected)


def test_ten_thousand_levels_take_little_time(rng):
    level = rng.integers(0, 10_000, 100_000)
    frame = pd.DataFrame({"c": [f"c{i}" for i in level]})
    y = (rng.random(100_000) < rng.random(10_000)[level]).astype(int)
    binner = MutualInfoBinner(encode="woe")
    started = perf_counter()
    binner.fit_transform(frame, y)
    # One to two seconds; quadratic in levels it was 15 and more for one fit of six.
    assert perf_counter() - started < 20
    with closing(sqlite3.connect(":memory:")) as base:
        frame[:500].to_sql("t", base, index=False)
        told = base.execute(f"SELECT {binner.to_sql()} FROM t").fetchall()
    np.testing.assert_array_equal(told, binner.transform(frame[:500]))


def test_separated_rows_of_any_weight_have_finite_evidence(source):
    # Half a sample beside 2e16 is lost in a rate, but not more than 53 bits are claimed.
    X, y = np.array([[0.0], [1.0]] * 20), np.array([0, 1] * 20)
    binner = MutualInfoBinner(encode="woe").fit(*source(X, y, sample_weight=np.full(40, 1e15)))
    woe = binner.transform([[0.0], [1.0]])
    assert woe[0, 0] == -woe[1, 0]
    assert 52 < woe[1, 0] <= 53
    reloaded = MutualInfoBinner.from_dict(binner.to_dict())
    np.testing.assert_array_equal(reloaded.transform([[0.0], [1.0]]), woe)


@pytest.mark.parametrize("later", ["onehot", "woe", "ordinal"])
@pytest.mark.parametrize("fitted", ["ordinal", "onehot-dense", "woe"])
def test_a_parameter_set_after_fit_holds_from_the_next_fit(rng, fitted, later):
    X = rng.normal(size=(200, 2))
    y = (X[:, 0] > 0).astype(int)
    binner = MutualInfoBinner(encode=fitted).fit(X, y)
    encoded, names, state = binner.transform(X), binner.get_feature_names_out(), binner.to_dict()
    can_invert = hasattr(binner, "inverse_transform")
    sql = binner.to_sql()
    binner.set_params(encode=later)
    np.testing.assert_array_equal(binner.transform(X), encoded)
    np.testing.assert_array_equal(binner.get_feature_names_out(), names)
    assert binner.to_dict() == state
    assert binner.to_sql() == sql
    assert hasattr(binner, "inverse_transform") == can_invert
    assert MutualInfoBinner.from_dict(state).encode == fitted


def test_more_bins_than_numbers_of_two_bytes_are_refused():
    column = FittedColumn(NumericBins(np.arange(2.0**16)), np.zeros((1, 2)), np.zeros(2))
    with pytest.raises(ValueError, match="A column has 65537 bins, more than there are numbers"):
        output_of("ordinal", None, [column], ClassStatistics(2))
