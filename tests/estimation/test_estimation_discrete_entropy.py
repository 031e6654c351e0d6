"""Entropy from samples: each estimator against a known value, a definition, and the invariants."""

import math

import mpmath
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from optional import polars as pl

from skinfo.estimation._discrete_entropy import discrete_entropy
from skinfo.estimation._entropy_estimators import (
    ENTROPY_ESTIMATORS,
    REAL_COUNTS,
    chao_richness,
    scaled_log_tail,
)

NAMES = list(ENTROPY_ESTIMATORS)
WHOLE_ONLY = [name for name in NAMES if name not in REAL_COUNTS]

# No estimate of these can exceed the entropy of equal shares: they are entropies of shares,
# or means of such.
AT_MOST_LOG_K = ["plugin", "james_stein", "jeffreys", "laplace", "perks", "minimax", "nsb"]

# The example of R's entropy package: 11 bins, three of them empty.
R_COUNTS = np.array([4, 2, 3, 2, 4, 2, 1, 1.0])

COUNTS = [[2, 1], [1, 1], [3, 1], [5, 3, 2], [1] * 7, [1, 1, 2, 2, 9], [40, 3, 3, 1]]

small_counts = st.lists(st.integers(1, 30), min_size=1, max_size=12)


def estimate(name, counts, n_categories=None):
    return ENTROPY_ESTIMATORS[name](np.array(counts, dtype=np.float64), n_categories)


def sample_of(counts):
    return np.repeat(np.arange(len(counts)), counts)


def shares_entropy(shares):
    return -math.fsum(p * math.log(p) for p in shares if p > 0)


# ---- published values


@pytest.mark.parametrize(
    ("name", "n_categories", "nats"),
    [
        # Hausser and Strimmer's package counts the bins that are not empty: 7 / (2 * 19).
        ("miller_madow", None, 2.152592935044171),
        ("jeffreys", 11, 2.179480382723702),
        ("perks", 11, 2.0368878081237187),
        ("james_stein", 11, 2.3796028953099557),
    ],
)
def test_r_entropy_package(name, n_categories, nats):
    assert estimate(name, R_COUNTS, n_categories) == pytest.approx(nats, abs=1e-12)


def test_nsb_as_r_prints_it():
    # The help page of entropy.NSB prints 2.187774.
    assert estimate("nsb", R_COUNTS, 11) == pytest.approx(2.187774, abs=5e-7)


def test_nsb_as_ndd_prints_it():
    # The README of ndd prints 2.8060922529931225, integrated to about five digits.
    counts = [4, 12, 4, 5, 3, 1, 5, 1, 2, 2, 2, 2, 11, 3, 4, 12, 12, 1, 2]
    assert estimate("nsb", counts, 100) == pytest.approx(2.80609225, abs=1e-5)


# ---- closed forms


def test_plugin():
    # Shares 1/2, 1/4, 1/4: 1/2 * 1 + 2 * 1/4 * 2 = 1.5 bits.
    assert estimate("plugin", [2, 1, 1]) / math.log(2) == pytest.approx(1.5, abs=1e-15)


def test_miller_madow_counts_the_categories_that_can_occur():
    # 10 rows, 4 categories: 3 / 20 more.
    expected = estimate("plugin", [5, 3, 2]) + 3 / 20
    assert estimate("miller_madow", [5, 3, 2], 4) == pytest.approx(expected, abs=1e-15)


def test_grassberger_two_counts():
    # G(1) = -gamma - ln 2 and G(2) = 2 - gamma - ln 2, so that sum n G(n) = 4 - 3 (gamma + ln 2).
    expected = math.log(3) - (4 - 3 * (np.euler_gamma + math.log(2))) / 3
    assert estimate("grassberger", [2, 1]) == pytest.approx(expected, abs=1e-14)


def test_chao_shen_all_singletons():
    # f1 = 2 counts as 1: C = 1/2, shares 1/4, each seen with probability 1 - (3/4)^2 = 7/16.
    expected = 2 * (1 / 4) * math.log(4) / (7 / 16)
    assert estimate("chao_shen", [1, 1]) == pytest.approx(expected, abs=1e-14)


def test_chao_shen_without_singletons():
    # C = 1, shares 1/2, each seen with probability 1 - (1/2)^4 = 15/16.
    assert estimate("chao_shen", [2, 2]) == pytest.approx(math.log(2) * 16 / 15, abs=1e-14)


def test_chao_wang_jost_without_singletons():
    # psi(4) - psi(2) = 1/2 + 1/3, and no second term.
    assert estimate("chao_wang_jost", [2, 2]) == pytest.approx(5 / 6, abs=1e-14)


def test_chao_wang_jost_one_singleton_and_no_doubleton():
    # A = 2 / ((N - 1)(1 - 1) + 2) = 1: no second term. 1/4 (1 + 1/2 + 1/3) + 3/4 * 1/3.
    assert estimate("chao_wang_jost", [3, 1]) == pytest.approx(17 / 24, abs=1e-14)


def test_chao_wang_jost_two_singletons():
    # Seen: psi(2) - psi(1) = 1. A = 2 / (1 * 1 + 2) = 2/3, q = 1/3:
    # f1/N q^(1-2) (-ln(2/3) - 1/3) = 3 ln(3/2) - 1.
    assert estimate("chao_wang_jost", [1, 1]) == pytest.approx(3 * math.log(1.5), abs=1e-14)


def test_james_stein_weight():
    # Shares .6, .3, .1, N = 10, K = 3: 1 - sum p^2 = .54; sum (1/3 - p)^2 = .46 - 1/3;
    # weight = .54 / (9 * .12666...) = 9/19.
    weight = 9 / 19
    expected = shares_entropy([weight / 3 + (1 - weight) * p for p in (0.6, 0.3, 0.1)])
    assert estimate("james_stein", [6, 3, 1]) == pytest.approx(expected, abs=1e-14)


def test_james_stein_moves_all_the_way():
    # [3, 1]: 1 - sum p^2 = 3/8 = (N - 1) sum (1/2 - p)^2.
    assert estimate("james_stein", [3, 1]) == pytest.approx(math.log(2), abs=1e-15)
    assert estimate("james_stein", [1], 5) == pytest.approx(math.log(5), abs=1e-15)


@pytest.mark.parametrize(
    ("name", "added"), [("jeffreys", 0.5), ("laplace", 1.0), ("perks", 0.2), ("minimax", 0.8)]
)
def test_counts_with_some_added(name, added):
    # N = 16, K = 5, so that sqrt(N) / K = 0.8.
    counts = np.array([9, 4, 3, 0, 0]) + added
    expected = shares_entropy(counts / counts.sum())
    assert estimate(name, [9, 4, 3], 5) == pytest.approx(expected, abs=1e-14)


# ---- definitions


@pytest.mark.parametrize("counts", COUNTS)
def test_grassberger_definition(counts):
    with mpmath.workdps(30):

        def g(n):
            half = mpmath.mpf(1) / 2
            sign = (-1) ** n * half
            return mpmath.psi(0, n) + sign * (
                mpmath.psi(0, (n + 1) * half) - mpmath.psi(0, n * half)
            )

        total = sum(counts)
        expected = mpmath.log(total) - sum(n * g(n) for n in counts) / total
    assert estimate("grassberger", counts) == pytest.approx(float(expected), abs=1e-13)


@pytest.mark.parametrize("counts", COUNTS)
def test_jackknife_definition(counts):
    total = sum(counts)
    left_out = 0.0
    for i, n in enumerate(counts):
        rest = [m - (i == j) for j, m in enumerate(counts)]
        left_out += n * shares_entropy(np.array(rest) / (total - 1))
    expected = total * shares_entropy(np.array(counts) / total) - (total - 1) / total * left_out
    assert estimate("jackknife", counts) == pytest.approx(expected, abs=1e-12)


def chao_wang_jost_definition(counts):
    n, once, twice = sum(counts), counts.count(1), counts.count(2)
    with mpmath.workdps(60):
        seen = sum(mpmath.mpf(m) / n * (mpmath.psi(0, n) - mpmath.psi(0, m)) for m in counts)
        if once == 0:
            return seen
        if twice:
            a = mpmath.mpf(2 * twice) / ((n - 1) * once + 2 * twice)
        else:
            a = mpmath.mpf(2) / ((n - 1) * (once - 1) + 2)
        if a == 1:
            return seen
        tail = -mpmath.log(a) - mpmath.fsum((1 - a) ** r / r for r in range(1, n))
        return seen + mpmath.mpf(once) / n * (1 - a) ** (1 - n) * tail


@pytest.mark.parametrize("counts", [*COUNTS, [1] * 300, [1, 1, 2, 3000], [1, 2, 2, 500], [1, 1]])
def test_chao_wang_jost_definition(counts):
    expected = float(chao_wang_jost_definition(counts))
    assert estimate("chao_wang_jost", counts) == pytest.approx(expected, rel=1e-13)


@pytest.mark.parametrize("n", [2, 30, 1000])
@pytest.mark.parametrize("n_share", [1e-3, 0.5, 1.5])
def test_log_tail_is_the_sum_of_its_series(n, n_share):
    # q^(1-n) (-ln(1-q) - sum_{r<n} q^r / r) = sum_{r>=n} q^(r-n+1) / r.
    share = n_share / n
    with mpmath.workdps(60):
        q = 1 - mpmath.mpf(share)
        bracket = -mpmath.log(1 - q) - mpmath.fsum(q**r / r for r in range(1, n))
        expected = float(q ** (1 - n) * bracket)
    assert scaled_log_tail(share, n) == pytest.approx(expected, rel=1e-14)


def test_chao_wang_jost_does_not_overflow():
    # (1 - A)^(1 - N) is beyond 10^308 here; the second term is nearly 1/N^2.
    counts = [1, *[2] * 2000, 10**7]
    seen = estimate("chao_wang_jost", [2] * 2001 + [10**7])
    assert math.isfinite(estimate("chao_wang_jost", counts))
    assert estimate("chao_wang_jost", counts) == pytest.approx(seen, rel=1e-3)


def nsb_definition(counts, n_categories):
    """The mean over beta, by mpmath's quadrature in 20 digits."""
    with mpmath.workdps(20):
        n, k = sum(counts), n_categories

        def weight(beta):
            evidence = mpmath.loggamma(k * beta) - mpmath.loggamma(k * beta + n)
            for m in counts:
                evidence += mpmath.loggamma(m + beta) - mpmath.loggamma(beta)
            slope = k * mpmath.psi(1, k * beta + 1) - mpmath.psi(1, beta + 1)
            return mpmath.exp(evidence + n * mpmath.log(k)) * slope

        def mean(beta):
            rows = n + k * beta
            padded = [*counts, *[0] * (k - len(counts))]
            terms = sum((m + beta) * mpmath.psi(0, m + beta + 1) for m in padded)
            return mpmath.psi(0, rows + 1) - terms / rows

        def over_beta(f):
            grid = mpmath.linspace(-36, 36, 13)
            return mpmath.quad(lambda x: f(mpmath.exp(x)) * mpmath.exp(x), grid, maxdegree=5)

        return float(over_beta(lambda beta: weight(beta) * mean(beta)) / over_beta(weight))


@pytest.mark.parametrize(
    ("counts", "n_categories", "bits"),
    [
        # Bits to six digits as first worked out by another quadrature, over a shorter range.
        ([2, 1], 2, 0.849665446129484),
        ([3, 1], 2, 0.8129148869608918),
        ([5, 3, 2], 3, 1.460946611869961),
        ([2, 2, 1, 1, 1], 5, 2.1713167151841275),
        ([1, 1, 1], 8, None),
    ],
)
def test_nsb_definition(counts, n_categories, bits):
    nats = estimate("nsb", counts, n_categories)
    assert nats == pytest.approx(nsb_definition(counts, n_categories), rel=1e-11)
    if bits is not None:
        assert nats / math.log(2) == pytest.approx(bits, abs=3e-6)


@pytest.mark.parametrize(
    ("counts", "n_categories"),
    [
        # Chao (1984): seen + (N - 1) / N f_1^2 / (2 f_2).
        ([1, 1, 1, 1, 2, 2, 5], 7 + 12 / 13 * 16 / 4),
        # Without pairs seen + (N - 1) / N f_1 (f_1 - 1) / 2.
        ([1, 1, 1, 4], 4 + 6 / 7 * 3),
        ([3, 3, 9], 3),
        ([1], 1),
        ([1.5, 1, 1, 1], 4),
    ],
)
def test_number_of_categories_that_is_not_known(counts, n_categories):
    counts = np.array(counts, dtype=np.float64)
    assert chao_richness(counts) == round(n_categories)
    assert estimate("nsb", counts) == estimate("nsb", counts, round(n_categories))


def test_nsb_makes_up_for_categories_that_were_not_seen(rng):
    # 1000 equal ones, 10 bits; 30 rows see at most 30 of them, less than 5 bits.
    counts = np.bincount(rng.integers(0, 1000, 30))
    counts = counts[counts > 0].astype(np.float64)
    as_seen = estimate("nsb", counts, len(counts)) / math.log(2)
    assert as_seen < 5
    assert as_seen + 2 < estimate("nsb", counts) / math.log(2) < 10


@pytest.mark.parametrize(
    ("counts", "n_categories"),
    [([5e5, 5e5], 2), ([1e9, 1.0], 2), ([1.0] * 1000, 10**6), ([2000.0] * 500, 500)],
)
def test_nsb_at_extremes(counts, n_categories):
    nats = estimate("nsb", counts, n_categories)
    assert math.isfinite(nats)
    assert nats <= math.log(n_categories)
    if n_categories == len(counts):
        # Plenty of rows: the plug-in is right to 1 / N of a category.
        plugin = estimate("plugin", counts)
        assert nats == pytest.approx(plugin, abs=10 * len(counts) / sum(counts))


def test_all_agree_where_there_are_plenty_of_rows():
    counts = [3e6, 2e6, 4e6]
    for name in NAMES:
        tolerance = 1e-3 if name == "minimax" else 1e-5
        assert estimate(name, counts) == pytest.approx(estimate("plugin", counts), abs=tolerance)


# ---- edges


@pytest.mark.parametrize("name", [*NAMES, "auto"])
@pytest.mark.parametrize("n", [1, 2, 50])
def test_constant_is_exactly_zero(name, n):
    assert discrete_entropy(["a"] * n, estimator=name) == 0.0


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("counts", [*COUNTS, [1e9, 1], [1e9, 1, 1, 2]])
def test_finite_and_positive(name, counts):
    for n_categories in (None, len(counts) + 3):
        assert 0 < estimate(name, counts, n_categories) < 25


@pytest.mark.parametrize("name", ["plugin", "grassberger", "chao_shen", "chao_wang_jost"])
def test_a_constant_that_needs_no_alphabet_is_zero_for_any(name):
    assert discrete_entropy([7, 7, 7], estimator=name, n_categories=9) == 0.0


# ---- invariants


@pytest.mark.parametrize("name", NAMES)
@given(counts=small_counts, data=st.data())
@settings(max_examples=15, deadline=None)
def test_order_and_names_change_nothing(name, counts, data):
    x = sample_of(counts)
    expected = discrete_entropy(x, estimator=name)
    order = data.draw(st.permutations(range(len(x))))
    names = data.draw(st.permutations(range(len(counts))))
    renamed = np.array([f"level {new}" for new in names])[x[order]]
    assert discrete_entropy(renamed, estimator=name) == expected


@pytest.mark.parametrize("name", [*NAMES, "auto"])
@given(
    codes=st.lists(st.integers(0, 5), min_size=1, max_size=20),
    weights=st.lists(st.integers(0, 4), min_size=20, max_size=20),
)
@settings(max_examples=15, deadline=None)
def test_whole_weights_are_repetitions(name, codes, weights):
    weights = np.array([1 + weights[0], *weights[1:]])[: len(codes)]
    repeated = np.repeat(codes, weights)
    assert discrete_entropy(codes, estimator=name, sample_weight=weights) == discrete_entropy(
        repeated, estimator=name
    )


@pytest.mark.parametrize("name", [*REAL_COUNTS, "auto"])
def test_order_of_real_weights_changes_nothing(name, rng):
    x = rng.integers(0, 5, 300)
    weights = rng.random(300)
    order = rng.permutation(300)
    assert discrete_entropy(x, estimator=name, sample_weight=weights) == discrete_entropy(
        4 - x[order], estimator=name, sample_weight=weights[order]
    )


@pytest.mark.parametrize("name", REAL_COUNTS)
def test_real_weights_go_over_into_whole_ones(name):
    near = discrete_entropy([0, 1, 2], estimator=name, sample_weight=[5 + 1e-9, 3, 2])
    assert near == pytest.approx(estimate(name, [5, 3, 2]) / math.log(2), abs=1e-8)


@pytest.mark.parametrize("name", AT_MOST_LOG_K)
@given(counts=small_counts, unseen=st.integers(0, 20))
@settings(max_examples=25, deadline=None)
def test_at_most_that_of_equal_shares(name, counts, unseen):
    n_categories = len(counts) + unseen
    assert 0 <= estimate(name, counts, n_categories) <= math.log(n_categories) + 1e-14


@given(counts=small_counts)
@settings(max_examples=50, deadline=None)
def test_corrections_go_up(counts):
    plugin = estimate("plugin", counts)
    for name in ("miller_madow", "chao_shen", "chao_wang_jost", "jackknife"):
        assert estimate(name, counts) >= plugin - 1e-14


def test_auto_is_chao_wang_jost_for_whole_counts_and_plugin_for_others():
    x = [0, 0, 1, 1, 2]
    assert discrete_entropy(x) == discrete_entropy(x, estimator="chao_wang_jost")
    weights = [0.5, 1, 1, 1, 1]
    assert discrete_entropy(x, sample_weight=weights) == discrete_entropy(
        x, estimator="plugin", sample_weight=weights
    )


def test_chao_wang_jost_is_less_biased_than_the_plugin(rng):
    share = rng.dirichlet(np.ones(40))
    tables = rng.multinomial(60, share, 400)
    truth = shares_entropy(share)
    plugin, corrected = (
        np.mean([estimate(name, table[table > 0]) for table in tables]) - truth
        for name in ("plugin", "chao_wang_jost")
    )
    assert plugin < -0.2
    assert abs(corrected) < 0.1


# ---- what x may be


OF_POLARS = []
if pl:
    OF_POLARS = [
        pl.Series(["b", "a", "a", "c"]),
        pl.Series("letter", ["b", "a", "a", "c"], dtype=pl.Categorical),
        pl.DataFrame({"a": [1, 2, 2, 3]}),
        pl.DataFrame({"a": [0, 1, 1, 0], "b": ["x", "x", "x", "y"]}),
    ]


@pytest.mark.parametrize(
    "x",
    [
        ["b", "a", "a", "c"],
        ("b", "a", "a", "c"),
        np.array(["b", "a", "a", "c"]),
        np.array([[2], [1], [1], [0]]),
        [[2], [1], [1], [0]],
        [True, "a", "a", 3],
        np.array([1.0, 2.0, 2.0, 7.0]),
        np.array(["2020-01-02", "2020-01-01", "2020-01-01", "2021-01-01"], "datetime64[D]"),
        pd.Series(["b", "a", "a", "c"], name="letter"),
        pd.Series(["b", "a", "a", "c"], dtype="category"),
        pd.Categorical(["b", "a", "a", "c"]),
        pd.Index([2, 1, 1, 0]),
        pd.array([1, 2, 2, 3], dtype="Int64"),
        pd.DataFrame({"a": [1, 2, 2, 3]}),
        *OF_POLARS,
        pd.DataFrame({"a": [0, 1, 1, 0], "b": ["x", "x", "x", "y"]}),
        np.array([[0, 0], [1, 0], [1, 0], [0, 1]]),
        [[0, "x"], [1, "x"], [1, "x"], [0, "y"]],
    ],
    ids=lambda x: type(x).__name__,
)
def test_containers(x):
    # Shares 1/2, 1/4, 1/4 every time.
    entropy = discrete_entropy(x, estimator="plugin")
    assert type(entropy) is float
    assert entropy == pytest.approx(1.5, abs=1e-15)


def test_booleans():
    assert discrete_entropy([True, False], estimator="plugin") == 1.0


def test_a_joint_variable_of_many_columns(rng):
    X = rng.integers(0, 1000, (200, 30))
    doubled = np.vstack([X, X[:56]])
    # 56 rows twice and 144 once, of 256: 112/256 * 7 + 144/256 * 8 bits.
    expected = 112 / 256 * 7 + 144 / 256 * 8
    assert discrete_entropy(doubled, estimator="plugin") == pytest.approx(expected, abs=1e-13)
    assert discrete_entropy(doubled[:, ::-1]) == discrete_entropy(doubled)


def test_base():
    x = [0, 0, 1, 2]
    assert discrete_entropy(x, estimator="plugin", base=math.e) == pytest.approx(
        1.5 * math.log(2), abs=1e-15
    )
    assert discrete_entropy(x, base=4) == pytest.approx(discrete_entropy(x) / 2, rel=1e-15)


# ---- errors


@pytest.mark.parametrize(
    ("x", "name", "n_missing"),
    [
        ([1.0, 2.0, np.nan], "x", 1),
        (["a", "b", "b", None, None], "x", 2),
        (np.array(["2020-01-01", "NaT", "2020-01-01"], "datetime64[D]"), "x", 1),
        (pd.Series([1, None, 2], dtype="Int64", name="age"), "age", 1),
        (pd.DataFrame({"a": [1, 2, 2], "b": ["u", None, "u"]}), "b", 1),
        *([(pl.Series("letter", ["u", None, "v"]), "letter", 1)] if pl else []),
    ],
)
def test_missing_values_are_a_category_or_left_out_or_refused(x, name, n_missing):
    plugin = {"estimator": "plugin"}
    n = len(x)
    texts = [str(row) for row in np.asarray(x, dtype=object).reshape(n, -1).tolist()]
    assert discrete_entropy(x, **plugin) == discrete_entropy(texts, **plugin)
    is_gone = [any(bad in text for bad in ("None", "nan", "NaT", "NA")) for text in texts]
    present = [text for text, gone in zip(texts, is_gone, strict=True) if not gone]
    assert len(present) == n - n_missing
    expected = discrete_entropy(present, **plugin)
    assert discrete_entropy(x, missing="drop", **plugin) == expected
    with pytest.raises(
        ValueError, match=rf"{name} has {n_missing} missing value\(s\), and missing"
    ):
        discrete_entropy(x, missing="raise")


def test_dropped_rows_take_their_weights_along():
    x, weights = [1, 2, 2, None], [1, 1, 2, 9]
    entropy = discrete_entropy(x, missing="drop", sample_weight=weights, estimator="plugin")
    assert entropy == shares_entropy([1 / 4, 3 / 4]) / math.log(2)
    with pytest.raises(
        ValueError, match=r"missing value in every row.*missing='drop' leaves none"
    ):
        discrete_entropy([None, None, "a"], missing="drop", sample_weight=[1, 1, 0])


@pytest.mark.parametrize(
    ("x", "match"),
    [
        ([0.5, 1.0], r"x must be discrete, got 0\.5.*Bin the column first"),
        ([1.0, np.inf], "x must be discrete, got inf"),
        ([], "minimum of 1 is required"),
        (np.empty((0, 2)), "minimum of 1 is required"),
        (np.empty((3, 0)), "minimum of 1 is required"),
        (5, "Expected 2D array, got scalar array"),
        (np.zeros((2, 2, 2)), "dim 3"),
    ],
)
def test_what_x_may_not_be(x, match):
    with pytest.raises(ValueError, match=match):
        discrete_entropy(x)


def test_unknown_estimator_lists_the_names():
    with pytest.raises(ValueError, match=r"'estimator' parameter.*chao_wang_jost.*Got 'shannon'"):
        discrete_entropy([0, 1], estimator="shannon")


@pytest.mark.parametrize("base", [1, 0, -2, math.inf, math.nan])
def test_base_that_is_none(base):
    with pytest.raises(ValueError, match="base must be a finite number"):
        discrete_entropy([0, 1], base=base)


@pytest.mark.parametrize("name", [*NAMES, "auto"])
def test_too_few_categories(name):
    with pytest.raises(ValueError, match="n_categories=2 is less than the 3 categories"):
        discrete_entropy([0, 1, 2], estimator=name, n_categories=2)


@pytest.mark.parametrize("n_categories", [0, 2.5])
def test_n_categories_that_is_no_number_of_any(n_categories):
    with pytest.raises(ValueError, match="'n_categories' parameter"):
        discrete_entropy([0, 1, 2], n_categories=n_categories)


@pytest.mark.parametrize("name", [*NAMES, "auto"])
def test_more_categories_than_integers_of_64_bits(name):
    # Words of 50 letters of DNA; then more than any variable has.
    assert math.isfinite(discrete_entropy([0, 1, 2, 2], estimator=name, n_categories=4**50))
    with pytest.raises(ValueError, match="n_categories must be at most 1e100"):
        discrete_entropy([0, 1, 2], estimator=name, n_categories=10**5000)


@pytest.mark.parametrize("name", WHOLE_ONLY)
def test_estimators_of_whole_counts_refuse_others(name):
    with pytest.raises(ValueError, match=f"estimator='{name}' needs whole counts, got 0.5.*'nsb'"):
        discrete_entropy([0, 1], estimator=name, sample_weight=[0.5, 1])


@pytest.mark.parametrize(
    ("weights", "match"),
    [
        ([1, -1], "Negative values"),
        ([0, 0], "weight"),
        ([1, np.nan], "NaN"),
        ([1, 2, 3], "inconsistent|shape"),
    ],
)
def test_weights_that_are_none(weights, match):
    with pytest.raises(ValueError, match=match):
        discrete_entropy([0, 1], sample_weight=weights)


def test_columns_of_one_name_are_refused():
    with pytest.raises(ValueError, match=r"X has duplicate column names: \['a'\]"):
        discrete_entropy(pd.DataFrame([[1, 2], [3, 4]], columns=["a", "a"]))
