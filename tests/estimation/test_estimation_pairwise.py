import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from optional import polars as pl
from scipy.stats import entropy
from sklearn.metrics import mutual_info_score
from sklearn.metrics.cluster import contingency_matrix, expected_mutual_information

from skinfo._counts._codes import encode_columns
from skinfo._counts._table import table_of
from skinfo.estimation import _bit_planes, _pair_margins, pairwise_mutual_info

# Compiled code is quick, but its first call is not.
KERNEL = settings(deadline=None, max_examples=50)

ESTIMATORS = ["emi", "plugin"]


@pytest.fixture(params=ESTIMATORS)
def estimator(request):
    return request.param


@pytest.fixture
def threads_always(monkeypatch):
    """Threads also for little work."""
    monkeypatch.setattr("skinfo.utils._parallel.MIN_THREADED_WORK", 0)


@pytest.fixture(name="X")
def columns_of_all_kinds(rng):
    """Columns of few levels, many, one a row, one at all, a copy and a function of another."""
    X = rng.integers(0, 5, (333, 9))
    X[:, 1] = X[:, 0]
    X[:, 2] = X[:, 0] // 2
    X[:, 3] = 7
    X[:, 4] = np.arange(333)
    X[:, 5] = rng.integers(0, 40, 333)
    X[:, 6] = rng.integers(0, 2, 333) * 10**12
    X[:, 7] = -X[:, 7]
    return X


def oracle(X, estimator):
    """The same by scikit-learn, one pair at a time."""
    p = X.shape[1]
    mi = np.empty((p, p))
    for j in range(p):
        for k in range(p):
            mi[j, k] = mutual_info_score(X[:, j], X[:, k])
            if estimator == "emi" and j != k:
                table = contingency_matrix(X[:, j], X[:, k], sparse=True).astype(np.int64)
                mi[j, k] -= expected_mutual_information(table, len(X))
    return mi / math.log(2)


# Known answers and oracles ------------------------------------------------------------


def test_known_answer():
    # Two fair bits, and both at once: the joint has each bit in full.
    bits = np.array([[0, 0, 0], [0, 1, 1], [1, 0, 2], [1, 1, 3]])
    mi = pairwise_mutual_info(bits, estimator="plugin")
    np.testing.assert_array_equal(mi, [[1, 0, 1], [0, 1, 1], [1, 1, 2]])
    # Two fair coins of two rows each: tables are one 2x2 with ones (0 bits) in 4 of 6 cases,
    # or one with twos (1 bit) in 2 of 6, so that chance gives 1/3 bit.
    mi = pairwise_mutual_info(bits[:, :2], estimator="emi")
    np.testing.assert_allclose(mi, [[1, -1 / 3], [-1 / 3, 1]], rtol=1e-14)


@pytest.mark.filterwarnings("ignore:The number of unique classes is greater:UserWarning")
def test_agrees_with_sklearn(X, estimator):
    mi = pairwise_mutual_info(X, estimator=estimator)
    # scikit-learn's expected information is good to about 1e-9.
    np.testing.assert_allclose(mi, oracle(X, estimator), rtol=0, atol=1e-9)
    if estimator == "plugin":
        np.testing.assert_allclose(mi, oracle(X, estimator), rtol=0, atol=1e-13)


def test_many_rows_agree_with_sklearn(rng, monkeypatch, estimator):
    # Several blocks of words and of columns, counts beyond the table, the series of the mean.
    monkeypatch.setattr(_bit_planes, "WORDS_PER_BLOCK", 24)
    monkeypatch.setattr(_bit_planes, "PLANES_PER_BLOCK", 10)
    monkeypatch.setattr(_pair_margins, "LARGEST_TABLE", 100)
    X = rng.integers(0, 6, (5000, 7))
    mi = pairwise_mutual_info(X, estimator=estimator)
    np.testing.assert_allclose(mi, oracle(X, estimator), rtol=0, atol=1e-10)


@KERNEL
@given(
    hnp.arrays(
        np.int64,
        st.tuples(st.integers(1, 20), st.integers(1, 4)),
        elements=st.sampled_from([-3, 0, 1, 2, 2**40]),
    )
)
def test_any_small_table(X):
    mi = pairwise_mutual_info(X, estimator="plugin")
    np.testing.assert_allclose(mi, oracle(X, "plugin"), rtol=0, atol=1e-13)
    h = np.diag(mi)
    assert (mi >= 0).all()
    assert (mi <= np.minimum.outer(h, h)).all()


def test_identities(X, estimator):
    mi = pairwise_mutual_info(X, estimator=estimator)
    np.testing.assert_array_equal(mi, mi.T)
    shares = [np.unique(column, return_counts=True)[1] for column in X.T]
    np.testing.assert_allclose(np.diag(mi), [entropy(s, base=2) for s in shares], atol=1e-13)
    np.testing.assert_array_equal(mi[3], 0.0)  # a constant
    if estimator == "plugin":
        assert mi[0, 1] == mi[0, 0]  # a copy
        assert mi[0, 2] == mi[2, 2]  # a function
        np.testing.assert_array_equal(mi[4], np.diag(mi))  # one level a row determines all
    else:
        off = ~np.eye(len(mi), dtype=bool)[4]
        np.testing.assert_allclose(mi[4][off], 0.0, atol=1e-12)  # which is all chance


def test_emi_is_unbiased_under_independence(rng):
    X = rng.integers(0, 10, (100, 100))
    off = ~np.eye(100, dtype=bool)
    emi, plugin = (pairwise_mutual_info(X, estimator=name)[off] for name in ESTIMATORS)
    # 4950 pairs of standard deviation 0.09 bits: their mean is within 0.006 or so of zero.
    assert abs(emi.mean()) < 0.006
    assert plugin.mean() > 0.5


def test_base(X, estimator):
    bits = pairwise_mutual_info(X, estimator=estimator)
    nats = pairwise_mutual_info(X, estimator=estimator, base=math.e)
    np.testing.assert_allclose(nats, bits * math.log(2), rtol=1e-14)


# What must not matter -----------------------------------------------------------------


def test_order_names_and_threads_leave_no_trace(X, estimator, rng, threads_always):
    mi = pairwise_mutual_info(X, estimator=estimator)
    rows, columns = rng.permutation(len(X)), rng.permutation(X.shape[1])
    np.testing.assert_array_equal(pairwise_mutual_info(X[rows], estimator=estimator), mi)
    permuted = pairwise_mutual_info(X[:, columns], estimator=estimator)
    np.testing.assert_array_equal(permuted, mi[np.ix_(columns, columns)])
    renamed = np.column_stack([rng.permutation(c.max() + 1)[c] for c in np.abs(X[:, :6].T)])
    np.testing.assert_array_equal(pairwise_mutual_info(renamed, estimator=estimator), mi[:6, :6])
    for n_jobs in (2, 3, -1):
        threaded = pairwise_mutual_info(X, estimator=estimator, n_jobs=n_jobs)
        np.testing.assert_array_equal(threaded, mi)


def test_whole_weights_are_repetitions(X, estimator, rng):
    times = rng.integers(0, 4, len(X))
    weighted = pairwise_mutual_info(X, estimator=estimator, sample_weight=times)
    repeated = pairwise_mutual_info(np.repeat(X, times, axis=0), estimator=estimator)
    np.testing.assert_array_equal(weighted, repeated)
    ones = pairwise_mutual_info(X, estimator=estimator, sample_weight=np.ones(len(X)))
    np.testing.assert_array_equal(ones, pairwise_mutual_info(X, estimator=estimator))


@pytest.mark.parametrize("n", range(12, 28))
def test_a_repetition_takes_the_same_unit_as_a_weight(estimator, n):
    # Fixed point in units that depended on the number of rows, which repetitions change.
    X = np.column_stack([np.arange(n), np.arange(n) % 3, np.arange(n) // 4])
    weights = np.arange(n) % 4
    found = pairwise_mutual_info(X, estimator=estimator, sample_weight=weights)
    repeated = pairwise_mutual_info(np.repeat(X, weights, axis=0), estimator=estimator)
    np.testing.assert_array_equal(found, repeated)


def test_real_weights(X, rng, threads_always):
    weights = rng.random(len(X))
    mi = pairwise_mutual_info(X, estimator="plugin", sample_weight=weights)
    for j, k in [(0, 2), (0, 5), (4, 5), (6, 7), (8, 8)]:
        p = pd.crosstab(X[:, j], X[:, k], weights, aggfunc="sum").fillna(0).to_numpy()
        p = p / p.sum()
        h_joint = entropy(p.ravel(), base=2)
        expected = entropy(p.sum(0), base=2) + entropy(p.sum(1), base=2) - h_joint
        assert mi[j, k] == pytest.approx(expected, abs=1e-12)
    # The scale of plug-in weights is free.
    for scale in (1e-6, 1e6):
        scaled = pairwise_mutual_info(X, estimator="plugin", sample_weight=weights * scale)
        np.testing.assert_allclose(scaled, mi, atol=1e-12)
    threaded = pairwise_mutual_info(X, estimator="plugin", sample_weight=weights, n_jobs=2)
    np.testing.assert_array_equal(threaded, mi)
    for estimator in ESTIMATORS:
        mi = pairwise_mutual_info(X, estimator=estimator, sample_weight=weights)
        np.testing.assert_array_equal(mi[3], 0.0)  # a constant
        np.testing.assert_array_equal(mi, mi.T)


def test_many_sums_of_weights_that_differ_little_are_one(rng, monkeypatch):
    X, weights = rng.integers(0, 60, (2000, 2)), rng.random(2000) + 0.5
    expected = pairwise_mutual_info(X, sample_weight=weights)
    chance = pairwise_mutual_info(X, sample_weight=weights, estimator="plugin") - expected
    monkeypatch.setattr("skinfo.estimation._pair_margins.MOST_REAL_SIZES", 0)
    together = pairwise_mutual_info(X, sample_weight=weights)
    assert together[0, 1] != expected[0, 1]
    # The excess of a cell is smooth: sizes within a percent of each other change little.
    np.testing.assert_allclose(together, expected, atol=1e-4 * chance[0, 1])
    # Whole weights have exact means, whatever their sizes.
    whole = np.ceil(weights)
    exact = pairwise_mutual_info(X, sample_weight=whole)
    monkeypatch.undo()
    np.testing.assert_array_equal(exact, pairwise_mutual_info(X, sample_weight=whole))


def test_smooth_chance_is_near_the_exact(rng):
    X = rng.integers(0, 5, (400, 6))
    exact = pairwise_mutual_info(X)
    smooth = pairwise_mutual_info(X, sample_weight=np.full(400, 1 + 1e-9))
    # Chance adds 16 / (2 * 400 * ln 2) = 0.029 bits; the smooth form is within 1 % of it.
    np.testing.assert_allclose(smooth, exact, atol=3e-4)


def test_chance_of_more_margins_than_are_kept(X, monkeypatch):
    kept = pairwise_mutual_info(X)
    monkeypatch.setattr(_pair_margins, "MOST_SIZES", 2)
    np.testing.assert_array_equal(pairwise_mutual_info(X), kept)


# Containers ---------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.int8, np.int32, np.uint64, np.float32, np.float64, object])
def test_numbers_of_any_dtype(rng, dtype):
    X = rng.integers(0, 100, (200, 4))
    expected = pairwise_mutual_info(X)
    np.testing.assert_array_equal(pairwise_mutual_info(X.astype(dtype)), expected)
    np.testing.assert_array_equal(pairwise_mutual_info(np.asfortranarray(X)), expected)
    np.testing.assert_array_equal(pairwise_mutual_info(X.tolist()), expected)
    np.testing.assert_array_equal(pairwise_mutual_info(X.astype(str)), expected)


@pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame])
def test_frames_of_mixed_columns(rng, frame):
    codes = rng.integers(0, 3, (150, 5))
    names = np.array(["red", "green", "blue"])
    columns = {
        "text": names[codes[:, 0]],
        "truth": codes[:, 1] > 0,
        "whole": codes[:, 2].astype(float),
        "number": codes[:, 3].astype(np.int16),
        "gaps": [None if c == 0 else str(c) for c in codes[:, 4]],
    }
    codes[:, 1] = codes[:, 1] > 0
    table = frame(columns)
    np.testing.assert_array_equal(pairwise_mutual_info(table), pairwise_mutual_info(codes))


def test_categories_and_nullable_integers(rng):
    codes = rng.integers(0, 3, (150, 2))
    frame = pd.DataFrame(
        {
            "category": pd.Categorical.from_codes(codes[:, 0], ["z", "y", "x"]),
            "nullable": pd.Series(codes[:, 1], dtype="Int64").mask(codes[:, 1] == 0),
        }
    )
    np.testing.assert_array_equal(pairwise_mutual_info(frame), pairwise_mutual_info(codes))


def test_booleans_dates_and_arrow(rng):
    codes = rng.integers(0, 2, (50, 2))
    expected = pairwise_mutual_info(codes)
    np.testing.assert_array_equal(pairwise_mutual_info(codes > 0), expected)
    dates = np.array(["2024-02-29", "NaT"], dtype="datetime64[s]")[codes]
    np.testing.assert_array_equal(pairwise_mutual_info(dates), expected)
    frame = pl.DataFrame({"a": codes[:, 0], "b": codes[:, 1] > 0})
    np.testing.assert_array_equal(pairwise_mutual_info(frame.to_arrow()), expected)


def test_missing_is_a_level(rng):
    X = rng.integers(0, 3, (100, 3)).astype(float)
    expected = pairwise_mutual_info(X)
    X[X == 1] = np.nan
    np.testing.assert_array_equal(pairwise_mutual_info(X), expected)


@pytest.mark.parametrize("weighted", [False, True])
def test_rows_are_dropped_for_each_pair(rng, estimator, weighted):
    X = rng.integers(0, 4, (200, 4)).astype(float)
    X[:, 1] = X[:, 0] // 2
    X[:50, 1] = X[20:90, 2] = np.nan
    weights = rng.integers(0, 3, 200) if weighted else None
    dropped = pairwise_mutual_info(
        X, estimator=estimator, missing="drop", sample_weight=weights, n_jobs=2
    )
    for j, k in np.ndindex(4, 4):
        rows = ~np.isnan(X[:, [j, k]]).any(axis=1)
        pair = pairwise_mutual_info(
            X[rows][:, [j, k]],
            estimator=estimator,
            sample_weight=weights[rows] if weighted else None,
        )
        assert dropped[j, k] == pytest.approx(pair[0, 1] if j != k else pair[0, 0], abs=1e-13)
    assert dropped[0, 1] != pairwise_mutual_info(X, estimator=estimator)[0, 1]


def test_dropping_rows_leaves_complete_columns_alone(rng, estimator):
    X = rng.integers(0, 4, (100, 3))
    np.testing.assert_array_equal(
        pairwise_mutual_info(X, estimator=estimator, missing="drop"),
        pairwise_mutual_info(X, estimator=estimator),
    )


def test_missing_values_that_cannot_be_dropped():
    X = np.array([[0, np.nan], [1, np.nan], [np.nan, 0], [np.nan, 1]])
    with pytest.raises(ValueError, match=r"x0 and x1 have no row .*missing='separate'"):
        pairwise_mutual_info(X, missing="drop")
    with pytest.raises(ValueError, match=r"x0 has 2 missing value\(s\), and missing='raise'"):
        pairwise_mutual_info(X, missing="raise")


def test_one_row_and_one_column():
    np.testing.assert_array_equal(pairwise_mutual_info([[3, 5]]), np.zeros((2, 2)))
    np.testing.assert_array_equal(pairwise_mutual_info([[3], [5]]), [[1.0]])


# Codes and counts ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("n_levels", "dtype"), [(256, np.uint8), (257, np.uint16), (65_537, np.int32)]
)
def test_codes_have_no_gaps(rng, n_levels, dtype, threads_always):
    X = np.column_stack([rng.permutation(n_levels) * 3 - 50, np.zeros(n_levels, int)])
    codes, levels = encode_columns(table_of(X, caller="test"), n_jobs=2)
    assert codes.dtype == dtype
    np.testing.assert_array_equal(levels, [n_levels, 1])
    np.testing.assert_array_equal(np.sort(codes[0]), np.arange(n_levels))
    assert (codes[0].argsort() == X[:, 0].argsort()).all()


# Errors -------------------------------------------------------------------------------


def test_a_measured_column_is_to_be_binned():
    frame = pd.DataFrame({"age": [1, 2, 3], "height": [1.5, 1.0, 2.0]})
    with pytest.raises(ValueError, match=r"height must be discrete, got 1\.5.*MutualInfoBinner"):
        pairwise_mutual_info(frame)
    with pytest.raises(ValueError, match="x0 must be discrete, got inf"):
        pairwise_mutual_info([[np.inf], [1.0]])


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ([0, 0, 0], "must (have a positive entry|contain at least one non-zero)"),
        ([1, -1, 1], "[Nn]egative values"),
        ([1, 1], "sample_weight.shape"),
    ],
)
def test_bad_weights(weights, message):
    with pytest.raises(ValueError, match=message):
        pairwise_mutual_info([[0], [1], [1]], sample_weight=weights)


def test_bad_arguments():
    with pytest.raises(ValueError, match=r"'estimator' parameter of .*pairwise_mutual_info"):
        pairwise_mutual_info([[0], [1]], estimator="nsb")
    with pytest.raises(ValueError, match="base must be"):
        pairwise_mutual_info([[0], [1]], base=1)
    with pytest.raises(ValueError, match="Expected 2D array"):
        pairwise_mutual_info([0, 1])
    with pytest.raises(ValueError, match="minimum of 1 is required by pairwise_mutual_info"):
        pairwise_mutual_info(np.empty((0, 2)))
    with pytest.raises(ValueError, match="duplicate column names"):
        pairwise_mutual_info(pd.DataFrame([[1, 2]], columns=["a", "a"]))
