"""What users ask of the bins of single columns: counts, fixed cuts, neighbours, shapes."""

import json
from itertools import chain, combinations, pairwise

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2, chi2_contingency, norm
from sklearn.base import clone

from skinfo import MutualInfoBinner

PENALTIES = ["auto", "modl", "bic", None, 2.0]


@pytest.fixture
def hump():
    """Return a frame of three columns and y, whose rate rises and falls along the first."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=2000)
    y = (rng.random(2000) < 1 / (1 + np.exp(1.5 * np.abs(x) - 1.5))).astype(int)
    frame = pd.DataFrame({"age": x, "round": np.round(x, 1), "noise": rng.normal(size=2000)})
    return frame, y


def rates_of(binner, j=0):
    return binner.counts_[j][:, 1] / binner.counts_[j].sum(axis=1)


def chunks_of(X, y, size=300):
    return [(X[start : start + size], y[start : start + size]) for start in range(0, len(y), size)]


def g_test(a, b):
    table = np.array([a, b])
    table = table[:, table.sum(axis=0) > 0]
    return chi2_contingency(table, correction=False, lambda_="log-likelihood").pvalue


def test_numbers_of_bins_by_column(hump):
    X, y = hump
    for given in ({"age": 3}, [3, "auto", "auto"], {0: 3}, np.array([3, 8, 8])):
        binner = MutualInfoBinner(given).fit(X, y)
        assert binner.n_bins_[0] == 3
        assert binner.n_bins_[1] > 3
    binner = MutualInfoBinner(min_samples_bin={"age": 0.25, "round": 300}).fit(X, y)
    assert binner.counts_[0].sum(axis=1).min() >= 500
    assert 300 <= binner.counts_[1].sum(axis=1).min() < 500
    # A single entry is for all columns, and is what a dict of all says.
    np.testing.assert_array_equal(
        MutualInfoBinner(4, min_samples_bin=0.1).fit_transform(X, y),
        MutualInfoBinner(dict.fromkeys(X, 4), min_samples_bin=dict.fromkeys(X, 0.1)).fit_transform(
            X, y
        ),
    )


@pytest.mark.parametrize("penalty", PENALTIES)
@pytest.mark.parametrize(("shape", "sign"), [("peak", 1), ("valley", -1)])
def test_rates_rise_and_fall(hump, source, penalty, shape, sign):
    X, y = hump
    y = y if sign == 1 else 1 - y
    binner = MutualInfoBinner(penalty=penalty, monotonic_cst={"age": shape}).fit(*source(X, y))
    steps = sign * np.diff(rates_of(binner))
    top = int(np.argmax(steps < 0))
    assert 0 < top < len(steps)
    assert (steps[:top] >= 0).all()
    assert (steps[top:] <= 0).all()
    assert binner.monotonic_cst_.tolist() == [2 * sign, 0, 0]
    again = MutualInfoBinner.from_dict(json.loads(json.dumps(binner.to_dict())))
    np.testing.assert_array_equal(again.monotonic_cst_, binner.monotonic_cst_)
    np.testing.assert_array_equal(again.transform(X), binner.transform(X))


def test_names_of_directions(hump):
    X, y = hump
    for name, number in (("ascending", 1), ("descending", -1)):
        named, numbered = (
            MutualInfoBinner(monotonic_cst={"age": cst}).fit(X, y) for cst in (name, number)
        )
        assert named.monotonic_cst_[0] == number
        np.testing.assert_array_equal(named.bin_edges_[0], numbered.bin_edges_[0])


def best_partition(values, y, n_bins, keeps):
    """Return the ends of the most informative partition, by exhaustion, that keeps a rule."""
    cells = np.unique(values, return_inverse=True)[1]
    counts = np.zeros((cells.max() + 1, 2))
    np.add.at(counts, (cells, y), 1)
    best, least = None, np.inf
    for k in range(1, n_bins + 1):
        for cuts in combinations(range(1, len(counts)), k - 1):
            bins = np.add.reduceat(counts, [0, *cuts])
            if keeps(cuts, bins):
                n = bins.sum(axis=1)
                cost = -(bins * np.log(np.maximum(bins, 1) / n[:, None])).sum()
                if cost < least - 1e-9:
                    best, least = bins, cost
    return best


def apart(cuts, bins):
    return (np.abs(np.diff(bins[:, 1] / bins.sum(axis=1))) >= 0.2 - 1e-12).all()


def significant(cuts, bins):
    return all(g_test(a, b) <= 0.05 for a, b in pairwise(bins))


def fixed(cuts, bins):
    return {3, 7} <= set(cuts)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    ("params", "keeps"),
    [
        ({"min_rate_difference": 0.2}, apart),
        ({"max_p_value": 0.05}, significant),
        ({"fixed_edges": [[3, 7]]}, fixed),
    ],
)
def test_the_optimum_that_keeps_a_rule_by_exhaustion(seed, params, keeps):
    rng = np.random.default_rng(seed)
    x = rng.integers(0, 10, 200)
    y = (rng.random(200) < rng.random(10)[x]).astype(int)
    binner = MutualInfoBinner(5, penalty=None, **params).fit(x[:, None], y)
    np.testing.assert_array_equal(binner.counts_[0], best_partition(x, y, 5, keeps))


def test_neighbours_of_a_continuous_target_differ():
    rng = np.random.default_rng(1)
    x = rng.integers(0, 9, 400)
    y = 1000 + 50 * (x > 4) + 3 * x + rng.normal(0, 30, 400)
    free = MutualInfoBinner(penalty=None).fit(x[:, None], y)
    binner = MutualInfoBinner(penalty=None, min_rate_difference=12.5).fit(x[:, None], y)
    assert np.abs(np.diff(free.counts_[0][:, 1])).min() < 12.5
    assert np.abs(np.diff(binner.counts_[0][:, 1])).min() >= 12.5
    binner = MutualInfoBinner(penalty=None, max_p_value=0.01).fit(x[:, None], y)
    # counts_ has variances of the population; Welch's are n / (n - 1) times as large.
    for (n, mean, var), (m, other, other_var) in pairwise(binner.counts_[0]):
        error = np.sqrt(var / (n - 1) + other_var / (m - 1))
        assert 2 * norm.sf(abs(mean - other) / error) <= 0.01
    assert 1 < binner.n_bins_[0] < free.n_bins_[0]


def test_neighbours_of_several_classes_differ_in_one():
    rng = np.random.default_rng(2)
    x = rng.integers(0, 12, 600)
    y = np.where(rng.random(600) < x / 12, 1 + (x > 5), 0)
    binner = MutualInfoBinner(penalty=None, min_rate_difference=0.15).fit(x[:, None], y)
    rates = binner.counts_[0] / binner.counts_[0].sum(axis=1, keepdims=True)
    assert binner.n_bins_[0] > 2
    assert np.abs(np.diff(rates, axis=0)).max(axis=1).min() >= 0.15
    levels = pd.DataFrame({"x": [f"l{i}" for i in x]})
    groups = MutualInfoBinner(penalty=None, max_p_value=0.01).fit(levels, y).counts_[0]
    assert len(groups) > 2
    assert max(g_test(a, b) for a, b in combinations(groups, 2)) <= 0.01


def test_groups_of_levels_differ(hump):
    X, y = hump
    levels = pd.DataFrame({"c": X["round"].astype(str)})
    free = MutualInfoBinner(penalty=None).fit(levels, y)
    binner = MutualInfoBinner(penalty=None, min_rate_difference=0.15).fit(levels, y)
    assert np.abs(np.diff(rates_of(free))).min() < 0.15 <= np.abs(np.diff(rates_of(binner))).min()


@pytest.mark.parametrize("penalty", [*PENALTIES, "mdlp"])
def test_fixed_cuts_are_there(hump, source, penalty):
    X, y = hump
    cuts = [-9.0, -0.3, -0.2999, 0.25, 8.0, 9.0]
    binner = MutualInfoBinner(
        penalty=penalty, fixed_edges={"age": cuts}, min_samples_bin=0.05
    ).fit(*source(X, y))
    assert set(cuts) <= set(binner.bin_edges_[0])
    weights = binner.counts_[0].sum(axis=1)
    # Empty beyond the values, and light between two fixed cuts; others keep the least number.
    assert weights[[0, -2, -1]].tolist() == [0, 0, 0]
    assert np.isin(np.sort(weights)[4:] >= 100, True).all()
    assert weights.sum() == len(y)
    codes = binner.transform(X)[:, 0]
    np.testing.assert_array_equal(np.bincount(codes, minlength=len(weights)), weights)
    again = MutualInfoBinner.from_dict(json.loads(json.dumps(binner.to_dict())))
    np.testing.assert_array_equal(again.transform(X), binner.transform(X))


def test_fixed_cuts_go_before_rules_for_neighbours(hump):
    X, y = hump
    binner = MutualInfoBinner(
        fixed_edges={"noise": [0.0]}, min_rate_difference=0.3, max_p_value=1e-6
    ).fit(X, y)
    assert binner.bin_edges_[2].tolist() == [-np.inf, 0.0, np.inf]
    assert np.abs(np.diff(rates_of(binner, 0))).min() >= 0.3


def test_all_cuts_that_were_found_may_be_fixed(hump):
    X, y = hump
    free = MutualInfoBinner(penalty="modl").fit(X, y)
    fixed = [edges[1:-1] for edges in free.bin_edges_]
    again = MutualInfoBinner(penalty="modl", fixed_edges=fixed).fit(X, y)
    for a, b in zip(free.bin_edges_, again.bin_edges_, strict=True):
        np.testing.assert_array_equal(a, b)


CONTROLS = {
    "max_bins": {"age": 5},
    "min_samples_bin": {"round": 0.02},
    "fixed_edges": {"age": [-9.0, -0.3, 0.25], "noise": [0.0]},
    "monotonic_cst": {"age": "peak", "round": "auto"},
    "min_rate_difference": {"round": 0.02},
    "max_p_value": {"age": 0.2},
}


@pytest.mark.parametrize("penalty", ["auto", "modl"])
def test_any_chunks_give_the_same(hump, penalty):
    X, y = hump
    binner = MutualInfoBinner(penalty=penalty, **CONTROLS)
    whole = clone(binner).fit(X, y)
    parts = clone(binner).fit(chunks_of(X, y), None)
    stream = clone(binner)
    for chunk in chunks_of(X, y):
        stream.partial_fit(*chunk)
    again = clone(binner).set_params(candidate_edges=stream.candidate_edges_).fit(X, y)
    for a, b in ((whole, parts), (stream, again)):
        for j in range(3):
            np.testing.assert_array_equal(a.bin_edges_[j], b.bin_edges_[j])
            np.testing.assert_array_equal(a.counts_[j], b.counts_[j])
    # Row order and repetition change nothing.
    order = np.random.default_rng(0).permutation(len(y))
    twice = clone(binner).fit(pd.concat([X, X]), np.append(y, y))
    weighted = clone(binner).fit(X.iloc[order], y[order], sample_weight=np.full(len(y), 2))
    for j in range(3):
        np.testing.assert_array_equal(twice.bin_edges_[j], weighted.bin_edges_[j])


def test_a_fixed_cut_between_values_of_a_sampled_column():
    # Of more than 32,768 values a sample is on the grid; the fixed cut has its own place.
    rng = np.random.default_rng(0)
    x = rng.normal(size=40_000)
    y = (rng.random(40_000) < 1 / (1 + np.exp(-x))).astype(int)
    cut = float(np.sort(x)[12_345])
    binner = MutualInfoBinner(fixed_edges=[[cut]])
    whole = clone(binner).fit(x[:, None], y)
    parts = clone(binner).fit(chunks_of(x[:, None], y, 9000), None)
    assert cut in whole.bin_edges_[0]
    np.testing.assert_array_equal(whole.bin_edges_[0], parts.bin_edges_[0])
    np.testing.assert_array_equal(whole.counts_[0], parts.counts_[0])
    assert whole.counts_[0][whole.bin_edges_[0][:-1] < cut].sum() == 12_345


def test_fixed_dates_and_durations():
    days = pd.date_range("2020-01-01", periods=400)
    X = pd.DataFrame({"day": days, "age": days - days[0]})
    y = np.arange(400) // 100 % 2
    cuts = {"day": [pd.Timestamp("2020-02-01")], "age": [pd.Timedelta(days=31)]}
    binner = MutualInfoBinner(fixed_edges=cuts).fit(X, y)
    assert binner.bin_table("day")["bin"].iloc[0].endswith("2020-02-01)")
    np.testing.assert_array_equal(binner.counts_[0], binner.counts_[1])
    exact = MutualInfoBinner(fixed_edges={"day": np.array(["2020-02-01"], "datetime64[D]")})
    np.testing.assert_array_equal(exact.fit(X, y).bin_edges_[0], binner.bin_edges_[0])


def test_a_fixed_cut_that_contradicts_a_direction(hump):
    X, y = hump
    binner = MutualInfoBinner(monotonic_cst={"age": "valley"}, fixed_edges={"age": [-1, 1]})
    with pytest.raises(ValueError, match=r"fixed_edges of age: .* makes these fall and then rise"):
        binner.fit(X, y)
    # "auto" takes the other direction.
    rising = (X["age"] > 0).astype(int)
    binner = MutualInfoBinner(monotonic_cst={"age": "auto"}, fixed_edges={"age": [-1, 1]})
    assert binner.fit(X, rising).monotonic_cst_[0] == 1


def test_a_fold_may_contradict_what_all_samples_allow():
    # Rates of 4/10 and 5/10 in all: without some folds they fall.
    x = np.repeat([0.0, 1.0], 10)[:, None]
    y = np.array([1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0])
    folds = [(np.delete(np.arange(20), test), test) for test in ([4, 5, 10, 11], [0, 1, 15, 16])]
    rest = np.setdiff1d(np.arange(20), [4, 5, 10, 11, 0, 1, 15, 16])
    folds.append((np.delete(np.arange(20), rest), rest))
    binner = MutualInfoBinner(fixed_edges=[[0.5]], monotonic_cst=1, encode="woe", cv=folds)
    assert np.isfinite(binner.fit_transform(x, y)).all()


X_OK, Y_OK = np.arange(40.0).reshape(20, 2), np.arange(20) % 2


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"max_bins": {"x0": 1}}, "max_bins of x0 must be an integer from 2 .*, got 1"),
        ({"max_bins": [3, "all"]}, "max_bins of x1 must be .*, got 'all'"),
        ({"max_bins": [3]}, "max_bins must have one entry a feature, got 1 for 2"),
        ({"max_bins": {"x2": 3}}, "max_bins: no column named 'x2'; the columns are"),
        ({"min_samples_bin": {"x1": 0}}, "min_samples_bin of x1 must be a number of samples"),
        ({"min_samples_bin": [0.1, 1.5]}, "min_samples_bin of x1 must be .*, got 1.5"),
        ({"min_rate_difference": {"x0": -1}}, "min_rate_difference of x0 must be"),
        ({"max_p_value": {"x0": 0.0}}, "max_p_value of x0 must be above 0"),
        ({"max_p_value": 0.1, "penalty": "mdlp"}, "penalty='mdlp' .* no max_p_value"),
        ({"fixed_edges": {"x9": [1]}}, "fixed_edges: no column named 'x9'"),
        ({"fixed_edges": [[2, 1], None]}, "fixed_edges of x0 must be increasing"),
        ({"fixed_edges": [[1, 2], None], "max_bins": 2}, "fixed_edges of x0 are 2 cuts, and max"),
    ],
)
def test_what_cannot_be_is_said(params, message):
    with pytest.raises(ValueError, match=message):
        MutualInfoBinner(**params).fit(X_OK, Y_OK)


def test_booleans_have_one_cut():
    X = pd.DataFrame({"b": np.arange(40) % 4 == 0})
    binner = MutualInfoBinner(fixed_edges={"b": [0.5]}).fit(X, np.arange(40) % 2)
    assert binner.bin_table("b")["bin"].tolist() == ["False", "True"]
    for cuts in ([5.0], [0.2, 0.5]):
        with pytest.raises(ValueError, match="fixed_edges of b: booleans have one cut"):
            MutualInfoBinner(fixed_edges={"b": cuts}).fit(X, np.arange(40) % 2)


def test_fixed_cuts_may_not_change_between_chunks(hump):
    X, y = hump
    binner = MutualInfoBinner(fixed_edges={"age": [0.0]}).partial_fit(X, y)
    binner.set_params(min_rate_difference=0.1).partial_fit(X, y)
    assert np.abs(np.diff(rates_of(binner, 1))).min() >= 0.1
    with pytest.raises(ValueError, match="fixed_edges was changed"):
        binner.set_params(fixed_edges={"age": [1.0]}).partial_fit(X, y)


def test_the_quantile_is_that_of_the_test():
    # Two bins of 60/100 and 40/100: G = 8.054, of one degree of freedom, p = 0.00454.
    x = np.repeat([0.0, 1.0], 100)[:, None]
    y = np.repeat([1, 0, 1, 0], [60, 40, 40, 60])
    p_value = g_test([40, 60], [60, 40])
    assert p_value == pytest.approx(chi2.sf(8.0542, 1), rel=1e-4)
    for factor, n_bins in ((1.001, 2), (0.999, 1)):
        binner = MutualInfoBinner(penalty=None, max_p_value=factor * p_value).fit(x, y)
        assert binner.n_bins_[0] == n_bins


@pytest.mark.parametrize("closed", ["left", "right"])
def test_a_fixed_cut_of_intervals_closed_on_either_side(closed):
    x = np.repeat(np.arange(6.0), 50)[:, None]
    y = np.repeat([0, 1, 0, 1, 0, 1], 50)
    controls = {"fixed_edges": [[3.0]], "closed": closed, "special_values": [5.0]}
    binner = MutualInfoBinner(2, penalty=None, **controls).fit(x, y)
    below = 150 if closed == "left" else 200
    assert binner.counts_[0].sum(axis=1).tolist() == [below, 250 - below, 50]
    parts = MutualInfoBinner(2, penalty=None, **controls).fit(chunks_of(x, y, 70), None)
    stream = MutualInfoBinner(2, penalty=None, **controls).partial_fit(x, y)
    for other in (parts, stream):
        np.testing.assert_array_equal(other.bin_edges_[0], [-np.inf, 3.0, np.inf])
        np.testing.assert_array_equal(other.counts_[0], binner.counts_[0])


@pytest.fixture
def grades():
    """Return levels in an order, numbers in the same order, a column of many levels, and y."""
    rng = np.random.default_rng(0)
    number = rng.integers(0, 9, 2000)
    y = (rng.random(2000) < 0.1 + 0.08 * number).astype(int)
    # Letters whose alphabetical order is another.
    grade = np.array(list("MAZBQCXDL"))[number]
    town = np.where(rng.random(2000) < 0.06, [f"t{i}" for i in rng.integers(0, 80, 2000)], grade)
    frame = pd.DataFrame({"grade": grade, "town": town})
    return frame, number, y


ORDER = {"grade": list("MAZBQCXDL")}


@pytest.mark.parametrize("penalty", [*PENALTIES, "mdlp"])
@pytest.mark.parametrize("cst", [0, "ascending", "valley"])
@pytest.mark.parametrize("encode", ["ordinal", "woe"])
def test_levels_in_order_are_cut_as_numbers(grades, source, penalty, cst, encode):
    X, number, y = grades
    if penalty == "mdlp":
        cst = None
    given = {"penalty": penalty, "monotonic_cst": cst, "min_samples_bin": 30, "encode": encode}
    levels = MutualInfoBinner(level_order=ORDER, **given).fit(*source(X[["grade"]], y))
    numbers = MutualInfoBinner(**given).fit(number[:, None], y)
    assert list(chain(*levels.groups_[0])) == ORDER["grade"]
    np.testing.assert_array_equal(levels.counts_[0], numbers.counts_[0])
    np.testing.assert_array_equal(levels.monotonic_cst_, numbers.monotonic_cst_)
    np.testing.assert_array_equal(
        levels.transform(X[["grade"]]), numbers.transform(number[:, None])
    )
    again = MutualInfoBinner.from_dict(json.loads(json.dumps(levels.to_dict())))
    np.testing.assert_array_equal(again.transform(X[["grade"]]), levels.transform(X[["grade"]]))


def test_levels_in_order_in_chunks_and_in_words(grades):
    X, _, y = grades
    order = {"grade": ["first", *ORDER["grade"][:4], "between", *ORDER["grade"][4:]]}
    binner = MutualInfoBinner(3, penalty=None, level_order=order).fit(X, y)
    parts = MutualInfoBinner(3, penalty=None, level_order=order).fit(chunks_of(X, y), None)
    stream = MutualInfoBinner(3, penalty=None, level_order=order)
    for chunk in chunks_of(X, y):
        stream.partial_fit(*chunk)
    assert parts.groups_ == stream.groups_ == binner.groups_
    # Levels of no sample are in the bin of the one before, or in the first.
    assert list(chain(*binner.groups_[0])) == order["grade"]
    new = pd.DataFrame({"grade": ["first", "between"], "town": "M"})
    before = pd.DataFrame({"grade": ["M", "B"], "town": "M"})
    np.testing.assert_array_equal(binner.transform(new), binner.transform(before))
    first, *_ = binner.bin_table("grade")["bin"]
    assert first.startswith("{first, M, A")
    assert " IN ('first', 'M', 'A'" in binner.to_sql("grade")
    with pytest.raises(
        ValueError, match=r"level_order of grade lacks 2 of its levels: \['D', 'L'"
    ):
        MutualInfoBinner(level_order={"grade": list("MAZBQCX")}).fit(X, y)
    with pytest.raises(ValueError, match="level_order was changed"):
        stream.set_params(level_order=None).partial_fit(X, y)


def test_infrequent_levels_are_pooled(grades, source):
    X, _, y = grades
    binner = MutualInfoBinner(
        penalty=None, max_bins=20, min_frequency={"town": 0.02}, infrequent_label="other towns"
    ).fit(*source(X, y))
    counts = X["town"].value_counts()
    frequent = set(counts[counts >= 40].index)
    assert frequent == set(ORDER["grade"])
    assert set(chain(*binner.groups_[1])) == {*frequent, "other towns"}
    assert "other towns" in "".join(binner.bin_table("town")["bin"])
    # The same as a column in which they have one name.
    pooled = X.assign(town=X["town"].where(X["town"].isin(frequent), "other towns"))
    alike = MutualInfoBinner(penalty=None, max_bins=20).fit(pooled, y)
    np.testing.assert_array_equal(binner.counts_[1], alike.counts_[1])
    np.testing.assert_array_equal(binner.transform(X), alike.transform(pooled))
    # Unseen levels are infrequent ones; the other column has no pool.
    new = pd.DataFrame({"grade": ["M"] * 2, "town": ["nowhere", "t1"]})
    codes = binner.transform(new)[:, 1].tolist()
    pool = next(i for i, group in enumerate(binner.groups_[1]) if "other towns" in group)
    assert codes == [pool, pool]
    assert sorted(chain(*binner.groups_[0])) == sorted(ORDER["grade"])
    again = MutualInfoBinner.from_dict(json.loads(json.dumps(binner.to_dict())))
    assert again.groups_ == binner.groups_
    np.testing.assert_array_equal(again.transform(new), binner.transform(new))
    parts = clone(binner).fit(chunks_of(X, y), None)
    stream = clone(binner)
    for chunk in chunks_of(X, y):
        stream.partial_fit(*chunk)
    assert parts.groups_ == stream.groups_ == binner.groups_


@pytest.mark.parametrize("encode", ["woe", "posterior"])
def test_the_pool_has_one_value(grades, encode):
    X, _, y = grades
    binner = MutualInfoBinner(encode=encode, min_frequency=40).fit(X[["town"]], y)
    pooled = X[["town"]].where(X[["town"]].isin(list("MAZBQCXDL")), "infrequent")
    alike = MutualInfoBinner(encode=encode).fit(pooled, y)
    np.testing.assert_array_equal(binner.transform(X[["town"]]), alike.transform(pooled))
    table = binner.encoding_table("town").set_index("values")["town"]
    assert table["unseen"] == table["infrequent"]
    again = MutualInfoBinner.from_dict(json.loads(json.dumps(binner.to_dict())))
    pd.testing.assert_frame_equal(again.encoding_table("town"), binner.encoding_table("town"))
    assert np.isfinite(binner.fit_transform(X[["town"]], y)).all()


def test_all_levels_may_be_infrequent(grades):
    X, _, y = grades
    X = X[["town"]].copy()
    X.loc[:9, "town"] = None
    binner = MutualInfoBinner(min_frequency=0.5).fit(X, y)
    assert binner.groups_ == [[["infrequent"]]]
    assert binner.transform(X[8:12]).ravel().tolist() == [1, 1, 0, 0]
    assert binner.inverse_transform([[0], [1]]).ravel().tolist() == ["infrequent", None]
    again = MutualInfoBinner.from_dict(json.loads(json.dumps(binner.to_dict())))
    np.testing.assert_array_equal(again.transform(X), binner.transform(X))


@pytest.mark.parametrize(
    ("params", "error", "message"),
    [
        ({"level_order": {"grde": ["a"]}}, ValueError, "no column named 'grde'; did you mean"),
        ({"level_order": {"grade": "MAZ"}}, TypeError, "level_order of grade must be a list"),
        ({"level_order": {"grade": ["M", "M"]}}, ValueError, "must be different levels"),
        ({"min_frequency": {"town": 0}}, ValueError, "min_frequency of town must be a number"),
        (
            {"min_frequency": 0.02, "infrequent_label": "M"},
            ValueError,
            "infrequent_label='M' is a level of town",
        ),
        ({"monotonic_cst": {"town": 1}, "level_order": ORDER}, ValueError, "of town is 1"),
    ],
)
def test_levels_that_cannot_be(grades, params, error, message):
    X, _, y = grades
    with pytest.raises(error, match=message):
        MutualInfoBinner(**params).fit(X, y)


def test_states_without_a_pool_load(grades):
    X, _, y = grades
    state = MutualInfoBinner().fit(X, y).to_dict()
    for column in state["columns"]:
        del column["bins"]["pool"]
    assert MutualInfoBinner.from_dict(state).n_bins_.tolist() == [
        len(column["sums"]["values"]) // 2 for column in state["columns"]
    ]


def test_the_order_of_a_dtype(grades):
    X, _, y = grades
    ordered = X.assign(grade=pd.Categorical(X["grade"], ORDER["grade"], ordered=True))
    binner = MutualInfoBinner(level_order="from_dtype", monotonic_cst=1).fit(ordered, y)
    named = MutualInfoBinner(level_order=ORDER, monotonic_cst=1).fit(X, y)
    assert binner.groups_ == named.groups_
    assert binner.monotonic_cst_.tolist() == [1, 0]
    # An order of the dtype is used where it is asked for only.
    free = MutualInfoBinner().fit(ordered, y)
    assert free.groups_ == MutualInfoBinner().fit(X, y).groups_
    stream = MutualInfoBinner(level_order="from_dtype", monotonic_cst=1)
    for chunk in chunks_of(ordered, y):
        stream.partial_fit(*chunk)
    assert stream.groups_ == named.groups_
    with pytest.raises(ValueError, match="level_order='from_dtype' needs a table in memory"):
        MutualInfoBinner(level_order="from_dtype").fit(chunks_of(ordered, y), None)


def test_the_order_of_an_enum(grades):
    pl = pytest.importorskip("polars")
    X, _, y = grades
    frame = pl.DataFrame({"grade": pl.Series(X["grade"].tolist(), dtype=pl.Enum(ORDER["grade"]))})
    binner = MutualInfoBinner(level_order="from_dtype").fit(frame, y)
    assert binner.groups_ == MutualInfoBinner(level_order=ORDER).fit(X[["grade"]], y).groups_


@pytest.mark.parametrize("argument", ["fixed_edges", "candidate_edges"])
@pytest.mark.parametrize("cuts", [["2020-01-10"], "3", 3, [1j], [10**400]])
def test_cuts_that_are_no_numbers_are_refused_by_name(argument, cuts):
    binner = MutualInfoBinner(**{argument: {0: cuts}})
    with pytest.raises(ValueError, match=f"{argument} of x0 must be a list of increasing numbers"):
        binner.fit(np.arange(40.0)[:, None], np.arange(40) > 20)


@pytest.mark.parametrize("closed", ["left", "right"])
@pytest.mark.parametrize("penalty", [*PENALTIES, "mdlp"])
def test_fixed_cuts_without_samples_beside_them_count_as_bins(hump, penalty, closed):
    # Beyond all ages, and two with none in between: of five bins two are left for the others.
    X, y = hump
    edges = {"age": [0.0, 0.0 + 1e-12, 50.0]}
    for most in (4, 5):
        binner = MutualInfoBinner(
            {"age": most}, penalty=penalty, fixed_edges=edges, closed=closed
        ).fit(X, y)
        assert set(edges["age"]) <= set(binner.bin_edges_[0])
        assert binner.n_bins_[0] <= most
        of_chunks = MutualInfoBinner(
            {"age": most}, penalty=penalty, fixed_edges=edges, closed=closed
        ).fit(chunks_of(X, y), None)
        np.testing.assert_array_equal(of_chunks.bin_edges_[0], binner.bin_edges_[0])


@pytest.mark.parametrize("closed", ["left", "right"])
@pytest.mark.parametrize("kind", ["number", "integer", "date", "duration", "missing"])
def test_intervals_without_samples_have_a_value_inside(kind, closed):
    numbers = np.array([3, 4, 7, 8] * 5)
    edges = [-5.0, 1.0, 2.0, 5.0, 50.0]
    days = pd.Timestamp("2020-01-01") + pd.to_timedelta(numbers, "D")
    if kind == "date":
        edges = [pd.Timestamp("2020-01-01") + pd.Timedelta(days=edge) for edge in edges]
    if kind == "duration":
        edges = [pd.Timedelta(days=edge) for edge in edges]
    values = {
        "number": numbers + 0.25,
        "integer": numbers,
        "date": days,
        "duration": pd.to_timedelta(numbers, "D"),
        "missing": np.full(20, np.nan),
    }[kind]
    X = pd.DataFrame({"x": values})
    binner = MutualInfoBinner(fixed_edges={"x": edges}, closed=closed).fit(X, numbers > 5)
    codes = np.arange(6)[:, None]
    restored = pd.DataFrame(binner.inverse_transform(codes), columns=["x"])
    np.testing.assert_array_equal(binner.transform(restored.infer_objects()), codes)
