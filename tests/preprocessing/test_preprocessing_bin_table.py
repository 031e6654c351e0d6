"""The table of the bins of a column, and the summary of all columns."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import beta, ks_2samp
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris
from sklearn.metrics import roc_auc_score

from skinfo import MutualInfoBinner
from skinfo.preprocessing._bin_table import ranking_quality

LOANS = pd.DataFrame(
    {
        "job": ["cook", "pilot", "judge", "nurse", None] * 60,
        "income": np.tile([1.0, 2.0, 3.0, np.nan, 5.0, 6.0], 50),
        "age": np.arange(300) % 77,
        "owner": np.arange(300) % 3 == 0,
        "since": pd.to_datetime("2020-01-01") + pd.to_timedelta(np.arange(300), unit="D"),
        "open": pd.to_timedelta(np.arange(300) % 40, unit="D"),
        "one": np.ones(300),
    }
)
DEFAULT = (np.arange(300) % 77 + 40 * LOANS["income"].isna() + 7 * (np.arange(300) % 5) > 60) * 1


# One column


def test_the_table_adds_up(source):
    X, y = load_breast_cancer(return_X_y=True, as_frame=True)
    binner = MutualInfoBinner().fit(*source(X, y))
    table = binner.bin_table("mean radius")
    n0, n1 = binner.counts_[0].T
    all0, all1 = n0.sum(), n1.sum()
    np.testing.assert_array_equal(table["events"], n1)
    np.testing.assert_array_equal(table["non_events"], n0)
    np.testing.assert_array_equal(table["count"], n0 + n1)
    np.testing.assert_allclose(table["share"], (n0 + n1) / len(y))
    np.testing.assert_allclose(table["rate[1]"], n1 / (n0 + n1))
    np.testing.assert_allclose(table["rate[0]"] + table["rate[1]"], 1)
    assert table["bits"].sum() == pytest.approx(binner.mutual_info_[0])
    # Extra samples of the overall rates, as many as bring half a one to the rarer class.
    extra = 0.5 / min(all0, all1)
    odds = (n1 + extra * all1) / (n0 + extra * all0) / (all1 / all0)
    np.testing.assert_allclose(table["woe"], np.log2(odds))
    np.testing.assert_allclose(table["iv"], (n1 / all1 - n0 / all0) * np.log(odds))
    # Jeffreys' interval: quantiles of Beta(hits + 1/2, misses + 1/2).
    np.testing.assert_allclose(table["low[1]"], beta.ppf(0.025, n1 + 0.5, n0 + 0.5))
    pd.testing.assert_frame_equal(table, binner.bin_table(0))


def test_information_value_in_nats():
    # Shares of the classes 1 and 0 are 1/4, 3/4 and 3/4, 1/4: twice (1/2) ln 3 nats, as in the
    # textbooks, up to the smoothing by half a sample of 80,000.
    x, y = np.repeat([0, 1], 40_000)[:, None], np.tile([0, 0, 0, 1], 10_000)
    table = MutualInfoBinner().fit(x, np.append(y, 1 - y)).bin_table(0)
    assert table["iv"].sum() == pytest.approx(np.log(3), rel=1e-4)


def test_a_pure_bin_has_a_finite_value():
    x = np.repeat([0.0, 1.0], 50)[:, None]
    table = MutualInfoBinner().fit(x, x[:, 0] > 0).bin_table(0)
    # The extra sample of each class is one half: odds of 50.5 to 0.5. Shares differ by one.
    np.testing.assert_allclose(table["iv"], np.log(101))


# Of its use of pandas and scikit-learn.
@pytest.mark.filterwarnings("ignore")
def test_the_table_of_optbinning():
    optbinning = pytest.importorskip("optbinning")
    X, y = load_breast_cancer(return_X_y=True, as_frame=True)
    binner = MutualInfoBinner(5, min_samples_bin=0.05).fit(X, y)
    ours = binner.bin_table("mean texture", totals=True)
    splits = binner.bin_edges_[1][1:-1]
    theirs = optbinning.OptimalBinning(user_splits=splits, user_splits_fixed=[True] * len(splits))
    theirs = theirs.fit(X["mean texture"].to_numpy(), y.to_numpy()).binning_table.build()
    theirs = theirs[theirs["Count"] > 0]
    for name, their_name in [("count", "Count"), ("events", "Event"), ("non_events", "Non-event")]:
        np.testing.assert_array_equal(ours[name], theirs[their_name].astype(float))
    np.testing.assert_allclose(ours["rate[1]"], theirs["Event rate"].astype(float))
    # Theirs is not smoothed, and of the first class in nats.
    bins = theirs.iloc[:-1]
    np.testing.assert_allclose(ours["woe"][:-1], -bins["WoE"].astype(float) / np.log(2), atol=0.11)
    np.testing.assert_allclose(ours["iv"], theirs["IV"].astype(float), rtol=0.04)


def test_totals_of_classes(source):
    binner = MutualInfoBinner().fit(*source(LOANS, DEFAULT))
    for name in LOANS:
        bins, with_totals = binner.bin_table(name), binner.bin_table(name, totals=True)
        pd.testing.assert_frame_equal(with_totals.iloc[:-1], bins)
        total = with_totals.iloc[-1]
        assert total["bin"] == "total"
        assert (total["count"], total["share"]) == (300, 1)
        assert (total["events"], total["non_events"]) == (DEFAULT.sum(), 300 - DEFAULT.sum())
        assert total["rate[1]"] == DEFAULT.mean()
        assert total["low[1]"] < DEFAULT.mean() < total["high[1]"]
        # The odds of all samples are those of all samples.
        assert total["woe"] == 0
        assert (total["iv"], total["bits"]) == (bins["iv"].sum(), bins["bits"].sum())


def test_totals_of_several_classes():
    X, y = load_iris(return_X_y=True, as_frame=True)
    total = MutualInfoBinner().fit(X, y).bin_table(0, totals=True).iloc[-1]
    np.testing.assert_allclose(total[["rate[0]", "rate[1]", "rate[2]"]].astype(float), 1 / 3)


def test_totals_of_numbers():
    X, y = load_diabetes(return_X_y=True, as_frame=True)
    binner = MutualInfoBinner(target_type="continuous").fit(X, y)
    total = binner.bin_table("bmi", totals=True).iloc[-1]
    assert (total["count"], total["bin"]) == (len(y), "total")
    assert (total["mean"], total["std"]) == pytest.approx((y.mean(), y.std(ddof=0)))
    assert total["bits"] == pytest.approx(binner.mutual_info_[2])


# All columns


def test_the_summary(source):
    binner = MutualInfoBinner().fit(*source(LOANS, DEFAULT))
    summary = binner.bin_table()
    assert summary["feature"].tolist() == LOANS.columns.tolist()
    assert summary["kind"].tolist() == [
        "level",
        "number",
        "integer",
        "boolean",
        "date",
        "duration",
        "number",
    ]
    assert summary["bins"].tolist() == binner.n_bins_.tolist()
    np.testing.assert_allclose(summary["missing"], LOANS.isna().mean())
    np.testing.assert_array_equal(summary["bits"], binner.mutual_info_)
    ps = np.array([1 - DEFAULT.mean(), DEFAULT.mean()])
    np.testing.assert_allclose(
        summary["explained"], binner.mutual_info_ / -(ps @ np.log2(ps)), atol=1e-12
    )
    for name, iv in zip(summary["feature"], summary["iv"], strict=True):
        assert iv == pytest.approx(binner.bin_table(name)["iv"].sum(), abs=1e-15)
    trends = dict(zip(summary["feature"], summary["trend"], strict=True))
    assert trends["job"] == "unordered"
    assert trends["age"] == "ascending"
    assert trends["one"] == "constant"


def test_gini_and_ks_are_those_of_the_encoded_column(source):
    X, y = load_breast_cancer(return_X_y=True, as_frame=True)
    X = X.iloc[:, :12].assign(level=(X["mean radius"] * 3).round().astype(int).astype(str))
    X.iloc[::7, 3] = np.nan
    # fit, and not fit_transform: each bin has the WoE of the table.
    binner = MutualInfoBinner(encode="woe").fit(*source(X, y))
    summary = binner.bin_table().set_index("feature")
    codes = MutualInfoBinner().fit(X, y).transform(X)
    for j, name in enumerate(X):
        woe = binner.bin_table(name)["woe"].to_numpy()[codes[:, j]]
        assert summary.loc[name, "gini"] == pytest.approx(2 * roc_auc_score(y, woe) - 1)
        expected = ks_2samp(woe[y == 1], woe[y == 0]).statistic
        assert summary.loc[name, "ks"] == pytest.approx(expected)


def test_gini_and_ks_by_hand():
    counts = np.array([[1.0, 0.0], [2.0, 2.0], [1.0, 2.0]])
    gini, ks = ranking_quality(counts, np.array([-1.0, 0.0, 2.0]))
    # Higher: 2 events over 1, 2 over 3 non-events: 8. Lower: 2 non-events over 0, 1 over 2: 2.
    assert gini == pytest.approx((8 - 2) / 16)
    # Distribution functions 1/4 and 0, 3/4 and 1/2.
    assert ks == pytest.approx(0.25)
    # All tied.
    assert ranking_quality(counts, np.zeros(3)) == (0.0, 0.0)
    assert np.isnan(ranking_quality(counts * [1, 0], np.zeros(3))).all()


@pytest.mark.parametrize(
    ("rates", "trend"),
    [
        ([0.1, 0.5, 0.9], "ascending"),
        ([0.9, 0.5, 0.1], "descending"),
        ([0.1, 0.9, 0.1], "peak"),
        ([0.9, 0.1, 0.9], "valley"),
        ([0.1, 0.9, 0.1, 0.9], "mixed"),
        ([0.5, 0.5, 0.5], "constant"),
    ],
)
def test_trends(rates, trend):
    x = np.repeat(np.arange(len(rates)), 100)
    y = np.concatenate([np.arange(100) < 100 * rate for rate in rates])
    # Missing values are in no order.
    x = np.append(x.astype(float), np.full(100, np.nan))[:, None]
    y = np.append(y, np.arange(100) < 70)
    for target in (y, y * 2.5 + 0.1):
        kind = "binary" if target is y else "continuous"
        assert MutualInfoBinner(target_type=kind).fit(x, target).bin_table()["trend"][0] == trend


def test_strength_in_words():
    y = np.tile([0, 1], 500)
    # Rates of 1/2 -+ d have the information value 2 * 2 d ln((1/2 + d) / (1/2 - d)): of these
    # .04, .16, .37 and 1.1.
    for d, word in [(0.05, "weak"), (0.1, "medium"), (0.15, "strong"), (0.25, "suspicious")]:
        x = np.concatenate([np.arange(500) < 500 * (0.5 + d), np.arange(500) < 500 * (0.5 - d)])
        summary = MutualInfoBinner(penalty=None).fit(x[:, None], np.sort(y)).bin_table()
        assert summary["strength"][0] == word
    assert MutualInfoBinner().fit(np.ones((1000, 1)), y).bin_table()["strength"][0] == (
        "unpredictive"
    )


def test_the_summary_of_several_classes():
    X, y = load_iris(return_X_y=True, as_frame=True)
    binner = MutualInfoBinner().fit(X, y)
    summary = binner.bin_table()
    assert list(summary) == ["feature", "kind", "bins", "missing", "bits", "explained"]
    np.testing.assert_allclose(summary["explained"], binner.mutual_info_ / np.log2(3))


def test_the_summary_of_numbers():
    X, y = load_diabetes(return_X_y=True, as_frame=True)
    binner = MutualInfoBinner(target_type="continuous").fit(X, y)
    summary = binner.bin_table().set_index("feature")
    assert list(summary) == ["kind", "bins", "missing", "bits", "explained", "trend"]
    # Of the means of the bins, R squared.
    bins = binner.transform(X)[:, 2]
    means = y.groupby(bins).transform("mean")
    assert summary.loc["bmi", "explained"] == pytest.approx(means.var() / y.var())


def test_a_class_without_samples():
    binner = MutualInfoBinner().partial_fit([[1.0], [2.0]], [0, 0], classes=[0, 1])
    summary = binner.bin_table()
    assert summary.loc[0, ["gini", "ks", "explained"]].isna().all()
    assert summary.loc[0, "iv"] == 0


def test_the_summary_has_no_totals():
    binner = MutualInfoBinner().fit(LOANS, DEFAULT)
    with pytest.raises(ValueError, match="totals=True is about the bins of one column"):
        binner.bin_table(totals=True)


def test_levels_in_a_given_order_have_a_trend():
    # A third, a half and two thirds of 60 samples each, with the levels not in alphabetical order.
    X = pd.DataFrame({"grade": np.repeat(["low", "middle", "high"], 60)})
    y = np.concatenate([np.arange(60) % 3 == 0, np.arange(60) % 2 == 0, np.arange(60) % 3 > 0])
    order = ["low", "middle", "high"]
    binner = MutualInfoBinner(penalty=None, level_order={"grade": order}).fit(X, y)
    assert binner.bin_table()["trend"].tolist() == ["ascending"]
    again = MutualInfoBinner.from_dict(binner.to_dict())
    assert again.bin_table()["trend"].tolist() == ["ascending"]
    assert MutualInfoBinner().fit(X, y).bin_table()["trend"].tolist() == ["unordered"]


def test_text_that_looks_like_a_number_has_quotes_beside_it():
    X = np.array(["1", 1, "a", 1] * 20, object)[:, None]
    y = np.array([0, 1, 1, 1] * 20)
    binner = MutualInfoBinner(penalty=None).fit(X, y)
    labels = "".join(binner.bin_table(0)["bin"])
    assert "'1'" in labels
    assert "'a'" in labels
    assert "1" in labels.replace("'1'", "")
    # Otherwise it has none.
    text = MutualInfoBinner(penalty=None).fit(np.array(["1", "a"] * 40)[:, None], y % 2)
    assert not any("'" in label for label in text.bin_table(0)["bin"])
