"""Information that many columns share: closed forms, other libraries, the null, refusals."""

import math
import pickle

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from optional import polars as pl

from skinfo import measures
from skinfo.datasets import make_parity
from skinfo.estimation import multivariate_info, mutual_info, pairwise_interaction
from skinfo.estimation._entropy_terms import MULTIVARIATE_MEASURES

MEASURES = list(MULTIVARIATE_MEASURES)

# 60 rows of four columns; the third is nearly the sum of the first two, modulo three.
ROWS = (
    "2112 1200 0002 2022 0221 2020 2001 1121 1212 2102 1010 2100 1011 2102 2101 0110 2020 2210 "
    "2100 1200 1012 0112 2102 1011 2102 2101 0011 1010 1201 1201 1121 1200 1120 0110 1200 0220 "
    "1201 1012 1202 2110 1012 0110 1201 1101 2100 2022 1121 1012 0001 2020 1201 2101 1201 0122 "
    "2111 1202 2022 0002 2210 2112"
)


@pytest.fixture
def rows():
    return np.array([[int(code) for code in row] for row in ROWS.split()])


@pytest.fixture
def parity(rng):
    """Four coins and their parity."""
    return np.column_stack(make_parity(500, 4, 0, random_state=rng))


@pytest.fixture
def normals():
    """Three normal variables and their correlations."""
    correlation = np.array([[1, 0.5, 0.3], [0.5, 1, 0.4], [0.3, 0.4, 1]])
    return np.random.default_rng(3).normal(size=(2000, 3)) @ np.linalg.cholesky(
        correlation
    ).T, correlation


def plugin(X, measure, **options):
    return multivariate_info(
        X, measure=measure, estimator="plugin", n_permutations=1, **options
    ).statistic


# Values -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("measure", "expected"),
    [
        # dit 2.3: total_correlation, dual_total_correlation, o_information and coinformation of
        # the same proportions; pyitlib 0.3.1: information_multi, information_binding and
        # information_co; infomeasure 0.6.3: mutual_information of four variables.
        ("total_correlation", 1.6082297366937102),
        ("dual_total_correlation", 2.602643205799665),
        ("o_information", -0.9944134691059547),
        ("co_information", -0.17147108974634584),
    ],
)
def test_other_libraries(rows, measure, expected):
    assert plugin(rows, measure) == pytest.approx(expected, abs=1e-13)


@pytest.mark.parametrize(
    ("estimator", "expected"),
    [
        # infomeasure 0.6.3, mutual_information of three variables by each estimator.
        ("plugin", 1.1643404600843898),
        ("chao_shen", 0.9439064074250902),
        ("chao_wang_jost", 0.9722750699273472),
    ],
)
def test_estimators_of_another_library(rows, estimator, expected):
    result = multivariate_info(rows[:, :3], estimator=estimator, n_permutations=1)
    assert result.statistic == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("measure", ["total_correlation", "dual_total_correlation"])
@pytest.mark.parametrize("estimator", ["james_stein", "laplace", "perks", "nsb", "jackknife"])
def test_two_columns_are_mutual_information(rows, measure, estimator):
    expected = mutual_info(rows[:, :1], rows[:, 2], estimator=estimator)[0]
    result = multivariate_info(
        rows[:, [0, 2]], measure=measure, estimator=estimator, n_permutations=1
    )
    assert result.statistic == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(
    "measure", ["total_correlation", "dual_total_correlation", "co_information"]
)
def test_two_columns_by_default(rows, measure):
    # The mean under independence is exact, so that there is one answer.
    expected = mutual_info(rows[:, :1], rows[:, 2])[0]
    assert multivariate_info(rows[:, [0, 2]], measure=measure).statistic == expected


@pytest.mark.parametrize("measure", MEASURES)
def test_plugin_is_the_measure_of_the_proportions(rows, measure):
    rows = rows[:, :3]
    counts = np.zeros((3, 3, 3))
    np.add.at(counts, tuple(rows.T), 1)
    name = "interaction_information" if measure == "co_information" else measure
    expected = getattr(measures, name)(counts, normalize=True)
    assert plugin(rows, measure) == pytest.approx(expected, abs=1e-13)


@pytest.mark.parametrize("k", [3, 5])
def test_parity(k):
    # Every row of even parity once: TC = 1, DTC = k - 1, and the sums over sets
    # sum_S (-1)^(|S|+1) |S| over all sets are 0, so that the co-information is (-1)^k.
    table = np.array(list(np.ndindex((2,) * k)))
    table = table[table.sum(axis=1) % 2 == 0]
    values = [plugin(table, measure) for measure in MEASURES]
    assert values == pytest.approx([1, k - 1, 2 - k, (-1) ** k], abs=1e-12)


def test_copies():
    # d copies of two fair bits: TC = 2 (d - 1), DTC = 2 and co-information = 2.
    copies = np.repeat(np.arange(4), 5).repeat(6).reshape(-1, 6)
    values = [plugin(copies, measure) for measure in MEASURES]
    assert values == pytest.approx([10, 2, 8, 2], abs=1e-12)


def test_two_columns_have_no_o_information(rows):
    result = multivariate_info(rows[:, :2], measure="o_information")
    assert (result.statistic, result.pvalue, result.standard_error) == (0, 1, 0)


def test_co_information_is_that_of_pairs_with_a_target(rng):
    X = rng.integers(0, 2, (2000, 3))
    X[:, 2] = (X[:, 0] + X[:, 1] + (rng.random(2000) < 0.1)) % 2
    pairs = pairwise_interaction(X[:, :2], X[:, 2])
    result = multivariate_info(X, measure="co_information", n_permutations=9)
    # Corrected in different ways, which with 250 rows a cell are the same to this.
    assert result.statistic == pytest.approx(pairs.interaction[0, 1], abs=0.001)


@pytest.mark.parametrize("estimator", ["auto", "ksg", "gaussian_copula"])
@pytest.mark.parametrize("measure", MEASURES)
def test_normal_variables(normals, estimator, measure):
    # H of a normal vector is 1/2 log2 det R and a constant for each column, which cancels.
    X, correlation = normals
    X = X[:1000]
    expected = sum(
        coefficient * np.linalg.slogdet(correlation[np.ix_(columns, columns)])[1] / 2
        for columns, coefficient in MULTIVARIATE_MEASURES[measure](3).items()
    ) / math.log(2)
    result = multivariate_info(X, measure=measure, estimator=estimator, n_permutations=2)
    assert result.statistic == pytest.approx(expected, abs=0.06)
    assert abs(result.statistic - expected) < 3 * result.standard_error


@pytest.mark.parametrize("estimator", ["ksg", "gaussian_copula"])
def test_two_continuous_columns_are_mutual_information(normals, estimator):
    X = normals[0][:500]
    expected = mutual_info(X[:, :1], X[:, 1], estimator=estimator)[0]
    for measure in ("total_correlation", "dual_total_correlation"):
        result = multivariate_info(
            X[:, :2], measure=measure, estimator=estimator, n_permutations=1
        )
        assert result.statistic == pytest.approx(expected, abs=1e-12)


def test_increasing_transforms_change_nothing(normals):
    X = normals[0][:300]
    one, other = (
        multivariate_info(values, n_permutations=2)
        for values in (X, np.column_stack([np.exp(X[:, 0]), X[:, 1] ** 3, X[:, 2]]))
    )
    assert one == other


def test_many_columns(rng):
    # 10^20 combinations of levels do not fit into one integer, let alone a table.
    X = rng.integers(0, 10, (300, 20))
    X[150:] = X[:150]
    expected = 20 * math.log2(10) - math.log2(150)
    assert plugin(X, "total_correlation") == pytest.approx(expected, rel=0.02)
    margins = [np.bincount(column) / 300 for column in X.T]
    exact = sum(measures.entropy(margin) for margin in margins) - math.log2(150)
    assert plugin(X, "total_correlation") == pytest.approx(exact, abs=1e-11)


# The null -----------------------------------------------------------------------------


@pytest.mark.parametrize("estimator", ["auto", "emi"])
@pytest.mark.parametrize("measure", MEASURES)
def test_independent_columns(rng, measure, estimator):
    results = [
        multivariate_info(
            rng.integers(0, 3, (60, 3)), measure=measure, estimator=estimator, n_permutations=19
        )
        for _ in range(40)
    ]
    statistics = np.array([result.statistic for result in results])
    assert abs(statistics.mean()) < 4 * statistics.std() / math.sqrt(40)
    assert sum(result.pvalue <= 0.1 for result in results) <= 11  # binomial(40, 0.1): 99.8 %
    covered = [low <= 0 <= high for low, high in (r.confidence_interval() for r in results)]
    assert sum(covered) >= 34


def test_dual_total_correlation_is_tested_where_cells_are_many(rng):
    # A chain of five columns: the plug-in is smaller than in nearly all permutations.
    X = np.repeat(rng.integers(0, 4, (100, 1)), 5, axis=1)
    X = np.where(rng.random((100, 5)) < 0.2, rng.integers(0, 4, (100, 5)), X)
    result = multivariate_info(X, measure="dual_total_correlation", n_permutations=19)
    assert result.pvalue == 0.05


@pytest.mark.parametrize("measure", MEASURES)
def test_dependent_columns(parity, measure):
    result = multivariate_info(parity, measure=measure, n_permutations=99)
    assert result.pvalue == 0.01
    expected = dict(zip(MEASURES, [1, 4, -3, -1], strict=True))[measure]
    low, high = result.confidence_interval(0.999)
    assert low < expected < high
    assert low < result.statistic < high
    assert result.bias == 0


def test_interval_and_bias_of_the_plugin(rng):
    X = rng.integers(0, 4, (100, 4))
    result = multivariate_info(X, estimator="plugin")
    corrected = multivariate_info(X)
    assert result.bias == pytest.approx(result.statistic - corrected.statistic)
    assert result.bias > 0.5
    assert result.pvalue == corrected.pvalue > 0.05
    low, high = result.confidence_interval()
    assert low == 0
    assert high == result.statistic
    with pytest.raises(ValueError, match="confidence_level must be between 0 and 1"):
        result.confidence_interval(1.0)


def test_continuous_test(normals, rng):
    X = normals[0][:300]
    for estimator in ("ksg", "gaussian_copula"):
        X = X[:150]
        assert multivariate_info(X, estimator=estimator, n_permutations=39).pvalue == 1 / 40
        noise = rng.normal(size=(100, 3))
        result = multivariate_info(noise, estimator=estimator, n_permutations=39)
        assert result.pvalue > 1 / 40


# Invariance ---------------------------------------------------------------------------


@pytest.mark.parametrize("measure", MEASURES)
def test_order_names_threads_and_weights_change_nothing(rows, measure, monkeypatch):
    monkeypatch.setattr("skinfo.utils._parallel.MIN_THREADED_WORK", 0)
    expected = multivariate_info(rows, measure=measure, n_permutations=20)

    def check(X, **options):
        result = multivariate_info(X, measure=measure, n_permutations=20, **options)
        assert result == expected
        assert result.standard_error == expected.standard_error

    check(rows[::-1][:, ::-1])
    check(rows, n_jobs=2)
    check(pd.DataFrame(np.array(["b", "c", "a"])[rows]))
    distinct, weights = np.unique(rows, axis=0, return_counts=True)
    check(distinct, sample_weight=weights)
    frame = pd.DataFrame(np.vstack([distinct, [0, 1, 2, 3]])).rename(columns=str)
    check(frame.assign(w=[*weights, 0]), sample_weight="w")
    parts = [
        pd.DataFrame(rows[:20]).rename(columns=str),
        pd.DataFrame(rows[20:]).rename(columns=str),
    ]
    check(parts)


def test_containers_and_names(rows):
    expected = multivariate_info(rows, measure="o_information", n_permutations=5)
    frame = pd.DataFrame(rows, columns=list("abcd"))
    tables = [frame, frame.astype("category"), sp.csr_array(rows), rows.astype(float)]
    if pl:
        tables += [pl.from_pandas(frame), pl.from_pandas(frame).lazy()]
    for table in tables:
        assert multivariate_info(table, measure="O-Information", n_permutations=5) == expected


def test_many_columns_in_parts(rng):
    frame = pd.DataFrame(rng.integers(0, 20, (40, 16))).rename(columns="x{}".format)
    frame = pd.concat([frame, frame])
    result = multivariate_info(frame, n_permutations=3)
    assert result == multivariate_info([frame[:30], frame[30:]], n_permutations=3)


def test_rows_that_are_all_distinct(rng):
    X = rng.integers(0, 20, (50, 8))
    with pytest.warns(UserWarning, match="100% of the rows are unlike any other in X.*Take fewer"):
        result = multivariate_info(X)
    assert result.statistic == pytest.approx(0, abs=1e-12)
    assert result.pvalue == 1


def test_weights_that_are_not_whole(rows):
    halves = multivariate_info(rows, estimator="plugin", sample_weight=np.full(60, 0.5))
    whole = multivariate_info(rows, estimator="plugin")
    assert halves.statistic == pytest.approx(whole.statistic, abs=1e-12)
    assert halves.pvalue > whole.pvalue or whole.pvalue == halves.pvalue == 1 / 200
    assert halves.bias > 0
    # Halves that sum to whole counts are those counts.
    twice = np.vstack([rows, rows])
    again = multivariate_info(twice, sample_weight=np.full(120, 0.5))
    assert again == multivariate_info(rows)


def test_units_and_pickle(parity):
    bits, nats = (multivariate_info(parity, base=base, n_permutations=9) for base in (2, math.e))
    assert nats.statistic == pytest.approx(bits.statistic * math.log(2))
    again = pickle.loads(pickle.dumps(bits))
    assert again == bits
    assert again.confidence_interval() == bits.confidence_interval()
    statistic, pvalue = bits
    assert (statistic, pvalue) == (bits.statistic, bits.pvalue)
    assert "pvalue=0.1" in repr(bits)


def test_constant_columns(rows, normals):
    # A constant shares nothing: what all columns share is then nothing.
    with_constant = np.column_stack([rows, np.zeros(60, int)])
    assert plugin(with_constant, "co_information") == pytest.approx(0, abs=1e-12)
    for measure in MEASURES[:3]:
        assert plugin(with_constant, measure) == pytest.approx(plugin(rows, measure), abs=1e-12)
    X = normals[0][:100]
    with_constant = np.column_stack([X, np.ones(100)])
    for estimator in ("ksg", "gaussian_copula"):
        one, other = (
            multivariate_info(x, estimator=estimator, n_permutations=2, discrete_features=False)
            for x in (X, with_constant)
        )
        assert one == other
        result = multivariate_info(
            with_constant, measure="co_information", discrete_features=False, n_permutations=2
        )
        assert result == (0, 1)


# Missing values and errors ------------------------------------------------------------


def test_missing_values(rows):
    frame = pd.DataFrame(rows, columns=list("abcd")).astype("Int64")
    frame.loc[:4, "b"] = None
    as_level = frame["b"].fillna(9)
    for missing, expected in (("separate", frame.assign(b=as_level)), ("drop", frame[5:])):
        result = multivariate_info(frame, missing=missing, n_permutations=5)
        assert result == multivariate_info(expected.astype(int), n_permutations=5)
        parts = [frame[:10], frame[10:]]
        assert result == multivariate_info(parts, missing=missing, n_permutations=5)
    for table in (frame, [frame]):
        with pytest.raises(ValueError, match=r"b has 5 missing value\(s\), and missing='raise'"):
            multivariate_info(table, missing="raise")
        nothing = frame[:5] if table is frame else [frame[:5]]
        with pytest.raises(ValueError, match="missing='drop' leaves none"):
            multivariate_info(nothing, missing="drop", discrete_features=True)


def test_refused(rows, normals):
    X = normals[0][:50]
    with pytest.raises(ValueError, match="two columns at least, got x0 alone"):
        multivariate_info(rows[:, :1])
    with pytest.raises(ValueError, match=r"x0 is discrete and x1 continuous.*Bin what is"):
        multivariate_info(np.column_stack([rows[:50, 0], X[:, 0]]))
    with pytest.raises(ValueError, match="'ksg' is for continuous columns, and those of X are d"):
        multivariate_info(rows, estimator="ksg")
    with pytest.raises(ValueError, match="'nsb' is for discrete columns, and those of X are con"):
        multivariate_info(X, estimator="nsb")
    with pytest.raises(ValueError, match="sample_weight is for discrete columns only"):
        multivariate_info(X, sample_weight=np.ones(50))
    with pytest.raises(ValueError, match="n_neighbors=50 must be smaller"):
        multivariate_info(X, n_neighbors=50)
    with pytest.raises(ValueError, match="needs two samples more than columns, got 4"):
        multivariate_info(X[:4], estimator="gaussian_copula")
    with pytest.raises(ValueError, match=r"linearly dependent.*Leave out columns"):
        multivariate_info(X[:, [0, 1, 1]], estimator="gaussian_copula")
    with pytest.raises(ValueError, match="over all sets of columns, and X has 13"):
        multivariate_info(np.tile(rows, 4)[:, :13], measure="co_information")
    with pytest.raises(ValueError, match="measure"):
        multivariate_info(rows, measure="synergy")
    with pytest.raises(ValueError, match=r"at most .* rows are permuted"):
        multivariate_info(rows, sample_weight=np.full(60, 1e9))
    X[3, 1] = np.nan
    with pytest.raises(ValueError, match=r"x1 is continuous and has 1 missing value.*'drop'"):
        multivariate_info(X)
    assert multivariate_info(X, missing="drop", n_permutations=1).statistic > 0
    X[3, 1] = np.inf
    with pytest.raises(ValueError, match="x1 holds infinite values"):
        multivariate_info(X, estimator="ksg")
    with pytest.raises(ValueError, match=r"x0 is continuous, and X comes in parts.*Bin it"):
        multivariate_info([pd.DataFrame({"x0": X[:, 0], "x1": X[:, 2]})])
    with pytest.raises(ValueError, match="discrete_features=False is for samples in memory"):
        multivariate_info([pd.DataFrame({"x0": X[:, 0]})], discrete_features=False)


@pytest.mark.parametrize("scale", [1e-90, 1 / 6, 0.5])
def test_weights_that_sum_to_too_few_rows_are_refused(scale):
    X = np.array([[0, 0, 1], [0, 1, 1], [1, 1, 0], [1, 0, 0], [2, 0, 1], [2, 1, 0]])
    with pytest.raises(
        ValueError, match=r"sample_weight sums to .*than the 6 different rows.*Scale"
    ):
        multivariate_info(X, sample_weight=np.full(6, scale), n_permutations=9)


def test_rare_levels_of_fractions_do_not_make_a_permutation_infinite():
    # Of 1.55 rows, two are permuted: a level of 0.08 rows is in none of them.
    X = np.array([[1.0, 0.0], [0.0, 0.0], [0.0, 0.0], [0.0, 1.0]])
    result = multivariate_info(X, sample_weight=[0.08, 0.53, 0.47, 2.5], n_permutations=19)
    assert np.isfinite([result.statistic, result.pvalue]).all()
    assert 0 < result.pvalue <= 1
