"""What `fit` takes, `transform` takes: columns of every kind, in every container."""

import datetime as dt
import warnings

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from skinfo import InfoBottleneckSelector
from skinfo.feature_selection import selection_curve

pa = pytest.importorskip("pyarrow", reason="most of the cases are columns of Arrow")
pl = pytest.importorskip("polars", reason="and of polars")

N = 60
RNG = np.random.default_rng(0)
A = RNG.normal(size=N)
Y = (A > 0).astype(int)
TEXT = np.array(["a", "b", "c"], object)[np.arange(N) % 3]
GAP = np.arange(N) % 7 == 0
DATES = pd.date_range("2024-01-01", periods=N)

PANDAS = {
    "boolean": np.arange(N) % 2 == 0,
    "int8": (np.arange(N) % 5).astype(np.int8),
    "float32": A.astype(np.float32),
    "missing float": np.where(GAP, np.nan, A),
    "text": TEXT,
    "text with None": np.where(GAP, None, TEXT),
    "string": pd.array(TEXT, "string"),
    "category": pd.Categorical(TEXT),
    "ordered": pd.Categorical(TEXT, ordered=True),
    "date": DATES,
    "date with a zone": DATES.tz_localize("UTC"),
    "duration": pd.to_timedelta(np.arange(N), unit="h"),
    "date objects": np.array(list(DATES.to_pydatetime()), object),
    "Int64": pd.array(np.where(GAP, None, np.arange(N) % 4), "Int64"),
    "nullable boolean": pd.array(np.where(GAP, None, np.arange(N) % 2 == 0), "boolean"),
    "Float64": pd.array(np.where(GAP, None, A), "Float64"),
    "sparse": pd.arrays.SparseArray(np.arange(N) % 3),
    "sparse of twos": pd.arrays.SparseArray(np.arange(N) % 3, fill_value=2),
    "arrow dictionary": pd.array(TEXT, pd.ArrowDtype(pa.dictionary(pa.int32(), pa.string()))),
    "arrow date": pd.array(DATES, pd.ArrowDtype(pa.timestamp("us"))),
    "None alone": np.full(N, None),
}
ARROW = {
    "boolean": pa.array(np.arange(N) % 2 == 0),
    "int16": pa.array((np.arange(N) % 5).astype(np.int16)),
    "missing integer": pa.array([None if gap else 1 for gap in GAP], pa.int64()),
    "text": pa.array([None if gap else t for gap, t in zip(GAP, TEXT, strict=True)]),
    "dictionary": pa.array(TEXT.tolist()).dictionary_encode(),
    "dictionary of nulls": pa.array([None] * N, pa.dictionary(pa.int32(), pa.string())),
    "date": pa.array([dt.datetime(2024, 1, 1) + dt.timedelta(days=k) for k in range(N)]),
    "duration": pa.array([dt.timedelta(hours=k) for k in range(N)]),
}
CASES = {
    **{f"pandas, {kind}": pd.DataFrame({"a": A, "k": column}) for kind, column in PANDAS.items()},
    **{f"pyarrow, {kind}": pa.table({"a": A, "k": column}) for kind, column in ARROW.items()},
    **{
        f"polars, {kind}": pl.from_arrow(pa.table({"a": A, "k": column}))
        for kind, column in ARROW.items()
    },
}


def fitted(X, *chosen, source=lambda X, y: (X, y)):
    selector = InfoBottleneckSelector(len(chosen), must_include=list(chosen))
    return selector.fit(*source(X, Y))


@pytest.mark.parametrize("case", CASES)
def test_a_chosen_number_is_a_number_whatever_is_beside_it(case):
    X = CASES[case]
    selector = fitted(X, "a")
    transformed = selector.transform(X)
    assert transformed.dtype == np.float64
    np.testing.assert_array_equal(transformed, A[:, None])
    pipeline = make_pipeline(InfoBottleneckSelector(1, must_include=["a"]), LogisticRegression())
    assert pipeline.fit(X, Y).score(X, Y) > 0.9
    restored = selector.inverse_transform(transformed)
    np.testing.assert_array_equal(restored, np.column_stack([A, np.zeros(N)]))


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("chosen", [["k"], ["a", "k"]])
def test_a_chosen_column_of_any_kind_is_handed_on(case, chosen, source):
    X = CASES[case]
    selector = fitted(X, *chosen, source=source)
    transformed = selector.transform(X)
    assert transformed.shape == (N, len(chosen))
    assert selector.get_feature_names_out().tolist() == chosen
    expected = X.to_pandas()["k"] if not isinstance(X, pd.DataFrame) else X["k"]
    missing = pd.isna(pd.DataFrame(transformed)).to_numpy()[:, -1]
    np.testing.assert_array_equal(missing, pd.isna(expected).to_numpy())
    for value, known in zip(transformed[~missing, -1], expected[~missing], strict=True):
        # NumPy has no zones: those dates are in UTC.
        known = known.tz_localize(None) if getattr(known, "tzinfo", None) else known
        assert pd.Series([value])[0] == known
    restored = selector.inverse_transform(transformed)
    assert restored.shape == (N, 2)
    assert restored.dtype == transformed.dtype


@pytest.mark.parametrize("container", ["pandas", "polars"])
@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("chosen", [["a"], ["a", "k"]])
def test_dataframes_on_request(case, chosen, container):
    X = CASES[case]
    if container == "polars" and "k" in chosen and case == "pandas, date with a zone":
        pytest.skip("zones need a database of them, which a machine may lack")
    transformed = fitted(X, *chosen).set_output(transform=container).transform(X)
    assert isinstance(transformed, pd.DataFrame if container == "pandas" else pl.DataFrame)
    assert list(transformed.columns) == chosen
    assert transformed.shape == (N, len(chosen))
    np.testing.assert_array_equal(transformed["a"].to_numpy(), A)
    if isinstance(X, pd.DataFrame) and container == "pandas":
        pd.testing.assert_frame_equal(transformed, X[chosen])


def test_dtype_of_numbers_is_that_of_the_chosen_columns():
    X = pd.DataFrame({"f": A.astype(np.float32), "i": np.arange(N) % 5, "b": Y == 1, "t": TEXT})
    assert fitted(X, "f").transform(X).dtype == np.float32
    assert fitted(X, "i").transform(X).dtype == np.int64
    assert fitted(X, "b").transform(X).dtype == bool
    assert fitted(X, "i", "b").transform(X).dtype == np.int64
    assert fitted(X, "f", "i").transform(X).dtype == np.float64
    assert fitted(X, "f", "t").transform(X).dtype == object


def test_dates_beside_numbers_stay_dates():
    X = pd.DataFrame({"a": A, "d": DATES})
    transformed = fitted(X, "a", "d").transform(X)
    assert transformed.dtype == object
    assert transformed[3].tolist() == [A[3], pd.Timestamp("2024-01-04")]
    assert fitted(X, "d").transform(X).dtype.kind == "M"


@pytest.mark.parametrize("make", [sp.csr_array, sp.csc_matrix, np.asarray, np.ndarray.tolist])
def test_arrays_lists_and_sparse_arrays(make):
    dense = np.column_stack([np.zeros(N), A, np.arange(N) % 3])
    X = make(dense)
    selector = fitted(X, 1)
    transformed = selector.transform(X)
    assert sp.issparse(transformed) == sp.issparse(X)
    as_dense = transformed.toarray() if sp.issparse(transformed) else transformed
    np.testing.assert_array_equal(as_dense, A[:, None])
    restored = selector.inverse_transform(transformed)
    restored = restored.toarray() if sp.issparse(restored) else restored
    np.testing.assert_array_equal(restored[:, 1], A)
    assert not restored[:, [0, 2]].any()


def test_what_is_masked_is_missing(source):
    X = np.ma.masked_array(np.column_stack([A, np.ones(N)]), mask=np.column_stack([GAP, GAP]))
    transformed = fitted(X, 0, source=source).transform(X)
    np.testing.assert_array_equal(transformed[:, 0], np.where(GAP, np.nan, A))


def test_rows_of_numbers_and_text_keep_their_types(source):
    X = [[float(a), t] for a, t in zip(A, TEXT, strict=True)]
    transformed = fitted(X, 0, source=source).transform(X)
    assert transformed.dtype == object
    assert transformed[:, 0].tolist() == A.tolist()


def test_inverse_transform_takes_missing_values_and_counts_columns():
    X = pd.DataFrame({"a": np.where(GAP, np.nan, A), "t": TEXT})
    selector = fitted(X, "a")
    restored = selector.inverse_transform(selector.transform(X))
    np.testing.assert_array_equal(restored[:, 0], X["a"])
    with pytest.raises(ValueError, match=r"X has 2 column\(s\), and 1 feature\(s\) are selected"):
        selector.inverse_transform(np.zeros((3, 2)))


@pytest.mark.parametrize("container", ["default", "pandas", "polars"])
def test_nothing_selected_of_columns_that_no_array_holds(container, source):
    X = pd.DataFrame({"d": DATES, "t": TEXT, "z": np.ones(N)})
    selector = InfoBottleneckSelector(must_exclude=["d", "t"]).fit(*source(X, Y))
    selector.set_output(transform=container)
    with pytest.warns(UserWarning, match="No features were selected") as caught:
        transformed = selector.transform(X)
    assert caught[0].filename == __file__
    assert transformed.shape[1] == 0
    assert container == "polars" or len(transformed) == N  # polars has no rows without columns


def test_names_are_compared_in_transform():
    X = pd.DataFrame({"a": A, "t": TEXT})
    selector = fitted(X, "a")
    with pytest.raises(ValueError, match="feature names should match"):
        selector.transform(X.rename(columns={"t": "u"}))
    with pytest.raises(ValueError, match="feature names should match"):
        selector.transform(X[["a"]])


def test_integer_names_are_names(source):
    X = pd.DataFrame({1: A, 2: Y, 3: np.ones(N)})
    selector = InfoBottleneckSelector(1, must_include=[1]).fit(*source(X, Y))
    assert selector.selected_features_.tolist() == [0]
    assert selector.report()["feature"][0] == "1"
    assert InfoBottleneckSelector(1, must_exclude=[2]).fit(
        *source(X, Y)
    ).selected_features_.tolist() == [0]
    costly = InfoBottleneckSelector(feature_costs={2: 2.0}).fit(*source(X, Y))
    assert 1 not in costly.selected_features_
    grouped = InfoBottleneckSelector(1, groups={"g": [1, 3]}, must_include=[3]).fit(*source(X, Y))
    assert grouped.selected_features_.tolist() == [0, 2]
    with pytest.raises(
        ValueError, match=r"must_include: no column named 0; .* an integer is a name"
    ):
        InfoBottleneckSelector(1, must_include=[0]).fit(X, Y)
    # A mask is a mask, and text is text.
    assert fitted(X, True, False, False).selected_features_[0] == 0
    assert fitted(X, "2").selected_features_.tolist() == [1]


def test_integer_names_that_are_positions_are_both():
    X = pd.DataFrame(np.column_stack([A, Y, np.ones(N)]))
    assert fitted(X, 1).selected_features_.tolist() == [1]
    assert fitted(X, -1).selected_features_.tolist() == [2]
    reversed_names = X[[2, 1, 0]]
    assert fitted(reversed_names, 2).selected_features_.tolist() == [0]


def test_positions_where_names_are_text_or_absent():
    X = pd.DataFrame({"1": A, "0": Y})
    assert fitted(X, 1).selected_features_.tolist() == [1]
    assert fitted(X, "1").selected_features_.tolist() == [0]
    assert fitted(X.to_numpy(), 1).selected_features_.tolist() == [1]


@pytest.mark.parametrize("name", ["mRMR", "MRMR", "m-r-m-r"])
def test_criterion_in_any_case(name):
    X = np.column_stack([A, Y, np.ones(N)])
    chosen = InfoBottleneckSelector(2, criterion=name).fit(X, Y).selected_features_
    expected = InfoBottleneckSelector(2, criterion="mrmr").fit(X, Y).selected_features_
    np.testing.assert_array_equal(chosen, expected)


def test_nearest_criterion_is_offered():
    X = np.column_stack([A, Y])
    with pytest.raises(ValueError, match=r"criterion.* Got 'mrm' instead. Did you mean 'mrmr'\?"):
        InfoBottleneckSelector(criterion="mrm").fit(X, Y)
    curve = selection_curve(X, Y, selector=InfoBottleneckSelector(criterion="Bottleneck"))
    assert curve.n_features[-1] >= 1


def test_costs_are_named_as_a_user_writes_them():
    with pytest.raises(ValueError, match=r"got -1\.0 for 'x1'"):
        InfoBottleneckSelector(feature_costs=[0, -1]).fit(np.column_stack([A, Y]), Y)


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_a_fit_that_ends_in_the_middle_leaves_nothing(error, monkeypatch):
    X = pd.DataFrame({"a": A, "b": Y})
    selector = InfoBottleneckSelector().fit(X, Y)

    def stop(*_, **__):
        raise error

    monkeypatch.setattr("skinfo.feature_selection._problem.greedy_search", stop)
    with pytest.raises(error):
        selector.fit(X.rename(columns={"a": "c"}), Y)
    assert [name for name in vars(selector) if name.endswith("_")] == []
    with pytest.raises(NotFittedError, match="not fitted"):
        selector.transform(X)


def test_selection_curve_leaves_the_selector_as_it_is():
    selector = InfoBottleneckSelector(criterion="bottleneck")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        selection_curve(pd.DataFrame({"a": A, "t": TEXT}), Y, selector=selector, betas=[2.0])
    assert [name for name in vars(selector) if name.endswith("_")] == []
