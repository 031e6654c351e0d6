"""Columns: what they hold is decided by their values, in any container."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from optional import polars as pl
from optional import pyarrow as pa
from sklearn.datasets import load_diabetes
from sklearn.feature_selection import SelectFdr

from skinfo import InfoBottleneckSelector, InformationBottleneck, MutualInfoBinner
from skinfo._counts._kinds import holds_levels
from skinfo._counts._table import table_of
from skinfo.estimation import (
    conditional_mutual_info,
    differential_entropy,
    discrete_entropy,
    mutual_info,
    mutual_info_test,
    pairwise_mutual_info,
)
from skinfo.metrics import cross_entropy_loss

UTC, EAST = dt.UTC, dt.timezone(dt.timedelta(hours=2))
DAYS = [dt.datetime(2024, 1, 1 + k, 6) for k in range(4)]

VALUES = {
    "integer": [3, 1, None, 2],
    "boolean": [True, False, None, True],
    "number": [0.5, 2.0, None, 1.0],
    "level": ["b", "a", None, "b"],
    "date": [DAYS[2], DAYS[0], None, DAYS[1]],
    "duration": [dt.timedelta(hours=3), dt.timedelta(hours=1), None, dt.timedelta(hours=2)],
}


def as_objects(values):
    column = np.empty((len(values), 1), object)
    column[:, 0] = values
    return column


CONTAINERS = {
    "objects": as_objects,
    "list": lambda values: [[v] for v in values],
    "pandas objects": lambda values: pd.DataFrame({"x0": pd.Series(values, dtype=object)}),
    "pandas": lambda values: pd.DataFrame(
        {"x0": pd.Series(values, dtype=object).convert_dtypes()}
    ),
    "pandas arrow": lambda values: pd.DataFrame(
        {"x0": pd.Series(pd.array(pa.array(values), pd.ArrowDtype(pa.array(values).type)))}
    ),
    "polars": lambda values: pl.DataFrame({"x0": values}),
    "polars objects": lambda values: pl.DataFrame({"x0": pl.Series(values, dtype=pl.Object)}),
    "pyarrow": lambda values: pa.table({"x0": values}),
}


@pytest.mark.parametrize("kind", VALUES)
@pytest.mark.parametrize("container", CONTAINERS)
def test_same_values_same_kind_in_any_container(kind, container):
    table = table_of(CONTAINERS[container](VALUES[kind]), caller="test")
    assert table.kind(0) == kind
    plain = table_of(as_objects(VALUES[kind]), caller="test")
    assert (
        table.is_discrete(0) == plain.is_discrete(0) == (kind in ("integer", "boolean", "level"))
    )
    if kind == "level":
        codes, levels = table.levels(0)
        assert codes.tolist() == [1, 0, -1, 1]
        assert levels == ["a", "b"]
    else:
        np.testing.assert_array_equal(table.numbers(0), plain.numbers(0))
        assert np.isnan(table.numbers(0)).tolist() == [False, False, True, False]


MICROSECONDS_A_DAY = 86_400_000_000
FIRST = 19723 * MICROSECONDS_A_DAY  # 2024-01-01, days after 1970


@pytest.mark.parametrize(
    ("values", "kind", "numbers"),
    [
        ([dt.date(2024, 1, 1), None], "date", [FIRST, np.nan]),
        ([np.datetime64("2024-01-01"), pd.NaT], "date", [FIRST, np.nan]),
        ([dt.date(2024, 1, 1), pd.Timestamp(2024, 1, 2)], "date", [FIRST, FIRST + 864e8]),
        # A period is the date at which it starts.
        ([pd.Period("2024-01", "M"), pd.Period("2024Q1", "Q")], "date", [FIRST, FIRST]),
        # The same moment in two zones; outside of pandas' nanoseconds.
        (
            [dt.datetime(2024, 1, 1, tzinfo=UTC), dt.datetime(2024, 1, 1, 2, tzinfo=EAST)],
            "date",
            [FIRST, FIRST],
        ),
        ([dt.datetime(1970, 1, 1), dt.datetime(3000, 1, 1)], "date", [0, 376200 * 864e8]),
        ([dt.time(1), dt.time(0, 0, 1, 5)], "duration", [36e8, 1_000_005]),
        ([np.timedelta64(1, "s"), pd.Timedelta(2, "s")], "duration", [1e6, 2e6]),
        ([Fraction(1, 4), Decimal("0.75")], "number", [0.25, 0.75]),
        ([True, 2.5], "number", [1.0, 2.5]),
        ([1, True], "integer", [1.0, 1.0]),
        ([None, np.nan], "number", [np.nan, np.nan]),
    ],
)
def test_objects_are_what_they_hold(values, kind, numbers):
    table = table_of(as_objects(values), caller="test")
    assert table.kind(0) == kind
    np.testing.assert_array_equal(table.numbers(0), numbers)


def test_columns_of_times_of_day_and_periods():
    times = [dt.time(k % 24) for k in range(200)]
    y = np.arange(200) % 24 >= 12
    expected = mutual_info(np.arange(200.0)[:, None] % 24 + 0.5, y)
    for X in (pl.DataFrame({"t": times}), pd.DataFrame({"t": times}), pa.table({"t": times})):
        np.testing.assert_array_equal(mutual_info(X, y), expected)
        assert MutualInfoBinner().fit(X, y).n_bins_ == [2]
    months = pd.DataFrame({"t": pd.period_range("2000-01", periods=200, freq="M")})
    step = np.arange(200) >= 100
    stamps = pd.DataFrame({"t": months.t.dt.start_time})
    for X in (months, stamps, stamps.astype(object)):
        assert MutualInfoBinner(penalty="bic").fit(X, step).mutual_info_ == [1.0]


def test_dates_as_objects_tell_what_dates_do():
    y = np.arange(200) % 2
    when = [
        dt.datetime(2024, 1, 1) + dt.timedelta(hours=int(k + 500 * c)) for k, c in enumerate(y)
    ]
    objects = pd.DataFrame({"t": pd.Series(when, dtype=object)})
    expected = mutual_info(objects.astype("datetime64[us]"), y)
    assert expected > 0.9
    np.testing.assert_array_equal(mutual_info(objects, y), expected)
    for moved in ([t.replace(tzinfo=UTC) for t in when], [t - when[0] for t in when]):
        X = pd.DataFrame({"t": pd.Series(moved, dtype=object)})
        np.testing.assert_array_equal(mutual_info(X, y), expected)
        np.testing.assert_array_equal(
            MutualInfoBinner().fit(X, y).mutual_info_,
            MutualInfoBinner().fit(objects, y).mutual_info_,
        )


READERS = {
    "binner": lambda X, y: MutualInfoBinner().fit(X, y),
    "levels": lambda X, y: MutualInfoBinner(categorical_features=[0]).fit(X, y),
    "selector": lambda X, y: InfoBottleneckSelector().fit(X, y),
    "mutual_info": mutual_info,
    "conditional": lambda X, y: conditional_mutual_info(np.ones((len(y), 1)), y, X),
    "pairwise": lambda X, y: pairwise_mutual_info(X),
    "entropy": lambda X, y: discrete_entropy(X),
}

UNSUPPORTED = {
    "list": lambda: pd.DataFrame({"strange": [[1], [2]] * 10}),
    "set": lambda: pd.DataFrame({"strange": [{1}, {2}] * 10}),
    "array": lambda: pd.DataFrame({"strange": [np.ones(2), np.ones(3)] * 10}),
    "complex": lambda: pd.DataFrame({"strange": [1j, 2.0] * 10}),
    "complex objects": lambda: pd.DataFrame({"strange": pd.Series([1j, 2.0] * 10, dtype=object)}),
    "polars list": lambda: pl.DataFrame({"strange": [[1], [2]] * 10}),
    "polars array": lambda: pl.DataFrame(
        {"strange": pl.Series([[1], [2]] * 10, dtype=pl.Array(pl.Int8, 1))}
    ),
    "polars struct": lambda: pl.DataFrame({"strange": [{"a": 1}, {"a": 2}] * 10}),
    "pyarrow list": lambda: pa.table({"strange": [[1], [2]] * 10}),
    "pyarrow struct": lambda: pa.table({"strange": [{"a": 1}, {"a": 2}] * 10}),
}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("kind", UNSUPPORTED)
def test_columns_of_lists_and_the_like_are_refused(reader, kind):
    table = UNSUPPORTED[kind]()
    with pytest.raises(ValueError, match=r"strange.* holds values of type \w+, such as .* Make"):
        READERS[reader](table, np.arange(20) % 2)


def test_dates_with_and_without_zone_are_refused():
    X = pd.DataFrame({"when": pd.Series([DAYS[0], DAYS[1].replace(tzinfo=UTC)] * 5, dtype=object)})
    with pytest.raises(ValueError, match="when holds dates with and without a time zone"):
        MutualInfoBinner().fit(X, [0, 1] * 5)


# The oldest supported polars has no UInt128.
WIDE_INTEGERS = [pl.Int128, *([pl.UInt128] if hasattr(pl, "UInt128") else [])]


@pytest.mark.parametrize("dtype", WIDE_INTEGERS, ids=str)
def test_integers_of_128_bits_without_missing_ones(dtype):
    y = np.arange(60) % 2
    X = pl.DataFrame({"a": np.arange(60) % 7, "b": np.arange(60) % 5})
    wide = X.cast(dtype)
    for read in (
        lambda X: MutualInfoBinner().fit_transform(X, y),
        lambda X: InfoBottleneckSelector(1).fit(X, y).transform(X),
        lambda X: mutual_info(X, y),
        lambda X: mutual_info(X, y, discrete_features=False),
        lambda X: pairwise_mutual_info(X),
        lambda X: discrete_entropy(X),
        lambda X: differential_entropy(X),
        lambda X: InformationBottleneck(2, random_state=0).fit_predict(X),
    ):
        np.testing.assert_array_equal(read(wide), read(X))


def test_columns_in_the_other_byte_order():
    y = np.arange(60) % 2
    X = np.arange(120).reshape(60, 2)
    other = X.astype(X.dtype.newbyteorder())
    with pytest.warns(UserWarning, match="integers of more than 32 different values"):
        expected = mutual_info(X, y)
    with pytest.warns(UserWarning, match="integers of more than 32 different values"):
        np.testing.assert_array_equal(mutual_info(other, y), expected)


def test_a_column_that_is_no_number_is_named():
    X = pd.DataFrame({"n": [1.0, 2.0, 3.0, 5.0, 8.0], "t": list("abcde")})
    with pytest.raises(ValueError, match=r"t must hold numbers, .* that of discrete_entropy"):
        differential_entropy(X)
    with pytest.raises(TypeError, match=r"\.collect\(\)"):
        differential_entropy(pl.LazyFrame({"n": [1.0, 2.0, 3.0, 5.0]}))


def test_integers_of_128_bits():
    y = np.arange(60) % 2
    X = pl.DataFrame({"a": [*range(50), *[None] * 10]})
    wide = X.cast(pl.Int128)
    for read in (
        lambda X: MutualInfoBinner().fit_transform(X, y),
        lambda X: InfoBottleneckSelector().fit(X, y).mutual_info_,
        lambda X: mutual_info(X, y, discrete_features=True),
        lambda X: pairwise_mutual_info(X),
    ):
        np.testing.assert_array_equal(read(wide), read(X))
    beyond = pl.DataFrame({"a": pl.Series([2**100, 2**100 + 1], dtype=pl.Int128)})
    with pytest.raises(ValueError, match=r"a holds integers beyond 2\*\*53"):
        MutualInfoBinner().fit(beyond, [0, 1])


def test_string_views():
    text = pa.array(["a", "b", None, "b"] * 20)
    y = np.arange(80) % 4 > 1
    binner = MutualInfoBinner(encode="woe")
    expected = binner.fit_transform(pa.table({"t": text}), y)
    views = text.cast(pa.string_view())
    for X in (
        pa.table({"t": views}),
        pd.DataFrame({"t": pd.Series(pd.array(views, pd.ArrowDtype(pa.string_view())))}),
    ):
        np.testing.assert_array_equal(binner.fit_transform(X, y), expected)


def test_a_mask_is_missing():
    values = np.ma.array([4, 1, 2, 4] * 5, mask=[0, 1, 0, 0] * 5)
    as_floats = np.array([4, np.nan, 2, 4] * 5)
    y = np.arange(20) % 2
    for masked, plain in (
        (values, as_floats),
        (values.astype(float), as_floats),
        (values.astype("M8[D]"), as_floats),
    ):
        table = table_of(masked[:, None], caller="test")
        assert np.isnan(table.numbers(0)).tolist() == np.isnan(plain).tolist()
    np.testing.assert_array_equal(
        MutualInfoBinner().fit(values[:, None], y).missing_bits_,
        MutualInfoBinner().fit(as_floats[:, None], y).missing_bits_,
    )
    assert mutual_info(values[:, None], y) == mutual_info(as_floats[:, None], y)
    with pytest.raises(ValueError, match=r"5 missing value"):
        discrete_entropy(values, missing="raise")
    with pytest.raises(ValueError, match=r"y contains NaN: 5 missing value"):
        mutual_info(y[:, None], values)
    nothing_masked = np.ma.array([[1], [2]] * 10)
    assert mutual_info(nothing_masked, y) == mutual_info(nothing_masked.data, y)


def test_one_name_for_a_level_that_is_written_in_two_ways():
    for order in ([1, True, "a"], ["a", True, 1], [True, 1.0, "a"]):
        table = table_of(as_objects(order), caller="test")
        levels = table.levels(0)[1]
        assert levels == [1, "a"]
        assert type(levels[0]) is int
    table = table_of(as_objects([True, False]), caller="test")
    assert table.levels(0)[1] == [False, True]
    assert type(table.levels(0)[1][0]) is bool
    X = as_objects([1, True, 2.5, 2.5] * 5)
    y = np.arange(20) % 4 > 1
    for rows in (slice(None), slice(None, None, -1)):
        binner = MutualInfoBinner(categorical_features=[0]).fit(X[rows], y[rows])
        assert str(binner.groups_[0]) == "[[1], [2.5]]"
        assert MutualInfoBinner(categorical_features=None).fit(X[rows], y[rows]).n_bins_ == [2]


def test_levels_are_few_whole_numbers():
    assert holds_levels(np.arange(32.0))
    assert not holds_levels(np.arange(33.0))
    assert holds_levels(np.repeat([0.0, 1e300, -np.pi // 1], 500))
    assert not holds_levels(np.r_[np.zeros(500), 0.5])
    assert not holds_levels(np.r_[np.zeros(500), np.inf])
    assert holds_levels(np.array([np.nan, 1.0]))
    assert not holds_levels(np.full(3, np.nan))
    assert holds_levels(np.arange(32, dtype=np.uint8) * 8)
    assert not holds_levels(np.arange(500))


def test_prices_are_numbers_in_any_dtype(rng):
    y = rng.normal(size=1000)
    price = np.rint(1000 * (y + rng.normal(size=1000)))
    x = rng.normal(size=(1000, 1)) + y[:, None]
    expected = mutual_info(price[:, None], y)
    with pytest.warns(UserWarning, match=r"mutual_info takes .* x0 \(discrete_features\)"):
        assert mutual_info(price[:, None].astype(int), y) == expected
    assert mutual_info(price[:, None].astype(int), y, discrete_features=False) == expected
    # And as a target: half a unit on one row changes next to nothing.
    whole = mutual_info(x, price)
    price[-1] += 0.5
    assert mutual_info(x, price) == pytest.approx(whole, abs=1e-3)
    assert mutual_info_test(x, price).pvalue < 1e-6


def test_diabetes_is_a_regression_without_a_word():
    X, y = load_diabetes(return_X_y=True)
    told = SelectFdr(lambda X, y: mutual_info_test(X, y, discrete_target=False)).fit(X, y)
    assert told.get_support().sum() == 9
    np.testing.assert_array_equal(
        SelectFdr(mutual_info_test).fit(X, y).get_support(), told.get_support()
    )
    assert MutualInfoBinner().fit(X, y).target_type_ == "continuous"
    assert InfoBottleneckSelector().fit(X, y).target_type_ == "continuous"


def test_all_guesses_in_one_warning():
    X = pd.DataFrame({"a": np.arange(80), "b": np.arange(80.0), "c": np.arange(80) % 32})
    with pytest.warns(
        UserWarning, match=r": a \(discrete_features\), y \(discrete_target\)\."
    ) as one:
        mutual_info(X, np.arange(80))
    with pytest.warns(UserWarning, match=r": a \(disc.*, y .*, Z \(discrete_conditions\)") as two:
        conditional_mutual_info(X, np.arange(80), np.arange(80))
    assert len(one) == len(two) == 1
    many = np.repeat(np.arange(80)[:, None], 9, axis=1)
    with pytest.warns(UserWarning, match=r"x6 \(discrete_features\) and 2 more\."):
        mutual_info(many, np.arange(80) % 2)


def lazy_tables():
    X = pd.DataFrame({"a": [1, 2]})
    yield pl.LazyFrame({"a": [1, 2]}), "collect"
    yield pytest.importorskip("pyarrow.dataset").dataset(pa.Table.from_pandas(X)), "to_table"
    yield pytest.importorskip("duckdb").sql("select 1 as a"), "to_arrow_table"
    yield pytest.importorskip("dask.dataframe").from_pandas(X, npartitions=1), "compute"


def test_what_needs_rows_in_memory_tells_how_to_get_them():
    for X, how in lazy_tables():
        with pytest.raises(TypeError, match=rf"not computed yet. Pass X\.{how}\(\)"):
            table_of(X, caller="f")
    with pytest.raises(TypeError, match=r"X='loans/a.parquet' is a path.*pandas\.read_parquet"):
        table_of("loans/a.parquet", caller="f")


def test_messages_name_a_parameter_of_the_caller():
    X, y = pd.DataFrame({"t": ["a", "b"] * 10}), np.arange(20) % 2
    with pytest.raises(
        ValueError, match=r"t must hold numbers, got 'a'.*\(categorical_features\)"
    ):
        MutualInfoBinner(categorical_features=None).fit(X, y)
    with pytest.raises(ValueError, match=r"t must hold numbers, got 'a'.*\(discrete_features\)"):
        mutual_info(X, y, discrete_features=False)
    with pytest.raises(ValueError, match=r"Z must hold .*\(discrete_conditions\)"):
        conditional_mutual_info(np.ones((20, 1)), y, X.t.to_numpy(), discrete_conditions=False)


def test_tuples_are_no_numbers():
    X = pd.DataFrame({"t": pd.Series([(1, 2), (3,), ()] * 10, dtype=object)})
    with pytest.raises(ValueError, match=r"t must hold numbers, got \(1, 2\)"):
        MutualInfoBinner(categorical_features=[]).fit(X, [0, 1] * 15)


def test_categories_of_numbers_taken_for_numbers():
    x = np.arange(40) % 5
    y = x > 2
    X = pd.DataFrame({"c": pd.Series(x).astype("category")})
    binner = MutualInfoBinner(categorical_features=None).fit(X, y)
    plain = MutualInfoBinner(categorical_features=None).fit(pd.DataFrame({"c": x}), y)
    assert binner.bin_table("c").equals(plain.bin_table("c"))
    assert binner.inverse_transform([[1]]) == plain.inverse_transform([[1]])
    reloaded = MutualInfoBinner.from_dict(binner.to_dict())
    np.testing.assert_array_equal(reloaded.transform(X), plain.transform(pd.DataFrame({"c": x})))


@pytest.mark.parametrize(
    "make", [np.asarray, sp.csr_array, pd.DataFrame, pl.DataFrame], ids=lambda make: make.__name__
)
def test_some_columns_and_rows_of_a_table(make, rng):
    X = rng.integers(0, 3, (20, 5))
    rows = np.array([3, 1, 7])
    table = table_of(make(X), caller="test", accept_sparse=True)
    for some in (table.select([4, 0, 2]).select([2, 0]), table.select([2, 4])):
        assert some.shape == (20, 2)
        assert some.names == [table.names[2], table.names[4]]
        for j, column in enumerate((2, 4)):
            np.testing.assert_array_equal(some.numbers(j), X[:, column])
            np.testing.assert_array_equal(some.take(rows).integers(j), X[rows, column])
            assert some.is_discrete(j)


def test_numbers_are_the_callers_own_and_not_to_be_written_to():
    values = np.asfortranarray(np.arange(12.0).reshape(6, 2))
    numbers = table_of(values, caller="f").numbers(1)
    assert np.shares_memory(numbers, values)
    with pytest.raises(ValueError, match="read-only"):
        numbers[0] = 7.0
    assert values.flags.writeable


@pytest.mark.parametrize("dtype", [">i4", ">u2", ">f4", ">f8", ">U3"])
def test_the_byte_order_of_an_array_does_not_matter(dtype, rng):
    values = rng.integers(0, 4, (200, 2)).astype(dtype)
    y = rng.integers(0, 2, 200)
    native = values.astype(values.dtype.newbyteorder("="))
    for function in (
        lambda X: MutualInfoBinner(penalty=None).fit(X, y.astype(">i8")).transform(X),
        lambda X: MutualInfoBinner(penalty=None).fit(X, X[:, 0]).transform(X),
        lambda X: InfoBottleneckSelector(1).fit(X, y).mutual_info_,
        lambda X: mutual_info(X, X[:, 0]),
        lambda X: pairwise_mutual_info(X),
        lambda X: cross_entropy_loss(X[:, 0], np.full((200, 4), 0.25), labels=np.unique(X)),
    ):
        np.testing.assert_array_equal(function(values), function(native))


def from_packed_records(values):
    """Return an array of the same values, which are not aligned."""
    values = np.ascontiguousarray(values)
    moved = np.frombuffer(b"x" + values.tobytes(), values.dtype, offset=1).reshape(values.shape)
    assert not moved.flags.aligned
    return moved


@pytest.mark.parametrize("dtype", ["i4", "u2", "f4", "f8"])
def test_arrays_need_not_be_aligned(dtype, rng):
    # A build with sanitizers reports a kernel that reads misaligned values.
    values = rng.integers(0, 4, (200, 2)).astype(dtype)
    y, weights = rng.integers(0, 2, 200), rng.integers(1, 3, 200).astype(float)
    for function in (
        lambda X, y, w: MutualInfoBinner().fit(X, y, sample_weight=w).transform(X),
        lambda X, y, w: MutualInfoBinner().fit(pd.DataFrame(X), y).transform(pd.DataFrame(X)),
        lambda X, y, w: InfoBottleneckSelector(1).fit(X, y, sample_weight=w).mutual_info_,
        lambda X, y, w: mutual_info(X, y, sample_weight=w),
        lambda X, y, w: mutual_info(X, X[:, 0], discrete_features=False, discrete_target=False),
        lambda X, y, w: pairwise_mutual_info(X, sample_weight=w),
        lambda X, y, w: cross_entropy_loss(y, np.full((200, 2), 0.5), sample_weight=w),
    ):
        found = function(*(from_packed_records(part) for part in (values, y, weights)))
        np.testing.assert_array_equal(found, function(values, y, weights))
    assert table_of(from_packed_records(values), caller="f").numbers(0).flags.aligned


def counted_reads(frame, monkeypatch):
    """Return how often a frame is asked for columns while all are read in order."""
    reads = []
    one, some = pd.DataFrame.__getitem__, pd.DataFrame.iloc.fget
    with monkeypatch.context() as patched:
        patched.setattr(pd.DataFrame, "__getitem__", lambda *of: reads.append(1) or one(*of))
        patched.setattr(pd.DataFrame, "iloc", property(lambda x: reads.append(1) or some(x)))
        table = table_of(frame, caller="mutual_info")
        for j in range(frame.shape[1]):
            assert table.kind(j) == ("integer" if j % 2 else "number")
            numbers = table.numbers(j)
            assert (numbers == VALUE_OF_COLUMN * j).all()
    return len(reads)


VALUE_OF_COLUMN = 2


def test_short_columns_of_a_frame_are_read_together(monkeypatch):
    # A column alone costs pandas as much as a search of 50 samples.
    n_reads = []
    for n_columns in (20, 500):
        columns = [
            np.full(30, VALUE_OF_COLUMN * j, float if j % 2 == 0 else int)
            for j in range(n_columns)
        ]
        frame = pd.DataFrame({f"x{j}": column for j, column in enumerate(columns)})
        n_reads.append(counted_reads(frame, monkeypatch))
    assert n_reads[0] == n_reads[1] <= 4


def test_long_columns_of_a_frame_are_not_copied():
    frame = pd.DataFrame({"a": np.arange(2.0**17), "b": np.arange(2.0**17)})
    table = table_of(frame, caller="mutual_info")
    assert np.shares_memory(table.numbers(1), frame["b"].to_numpy())


@pytest.mark.parametrize("X", [[[1, 2], [3]], [[1], [[2]]], [[dt.date(2020, 1, 1)], [("t", 1)]]])
@pytest.mark.parametrize(
    "function",
    [
        lambda X: mutual_info(X, [0, 1]),
        lambda X: MutualInfoBinner().fit(X, [0, 1]),
        lambda X: InformationBottleneck().fit(X),
        lambda X: conditional_mutual_info([[1], [2]], [0, 1], X),
        discrete_entropy,
    ],
)
def test_ragged_lists_are_refused(function, X):
    with pytest.raises(ValueError, match="A list of samples must have rows of one length, with"):
        function(X)
