"""Targets, as every estimator and function reads them."""

import numpy as np
import pandas as pd
import pytest

from skinfo import InfoBottleneckSelector, MutualInfoBinner
from skinfo.estimation import conditional_mutual_info, mutual_info, mutual_info_test

X = np.tile(np.arange(4.0)[:, None], (10, 1))

READERS = {
    "binner": lambda X, y, **kw: MutualInfoBinner().fit(X, y, **kw),
    "partial_fit": lambda X, y, **kw: MutualInfoBinner().partial_fit(X, y, **kw),
    "selector": lambda X, y, **kw: InfoBottleneckSelector().fit(X, y, **kw),
    "mutual_info": mutual_info,
    "mutual_info_test": mutual_info_test,
    "conditional": lambda X, y, **kw: conditional_mutual_info(X, y, np.arange(len(y)) % 2, **kw),
}

MISSING = {
    "datetime": np.array(["2020-01-01", "2020-01-02", "NaT", "2020-01-02"], "M8[D]"),
    "timedelta": np.array([1, 2, "NaT", 2], "m8[s]"),
    "float": np.array([1.0, 2.0, np.nan, 2.0]),
    "float16": np.array([1.0, 2.0, np.nan, 2.0], np.float16),
    "None": np.array(["a", "b", None, "b"], object),
    "nan": np.array(["a", "b", np.nan, "b"], object),
    "NA": np.array([1, 2, pd.NA, 2], object),
    "NaT": np.array([1, 2, pd.NaT, 2], object),
    "Int64": pd.array([1, 2, None, 2], "Int64"),
    "boolean": pd.array([True, False, None, True], "boolean"),
    "category": pd.Categorical(["a", "b", None, "b"]),
}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("kind", MISSING)
def test_missing_labels_are_refused(reader, kind):
    """Of any dtype: a code of -1 would have kernels write outside their arrays."""
    y = pd.concat([pd.Series(MISSING[kind])] * 10, ignore_index=True)
    y = y.to_numpy() if isinstance(MISSING[kind], np.ndarray) else y
    with pytest.raises(ValueError, match=r"y contains NaN: 10 missing value\(s\).* row 2"):
        READERS[reader](X, y)


def fitted(estimator):
    names = ("mutual_info_", "classes_", "target_type_", "bin_edges_", "p_values_")
    return [getattr(estimator, name, None) for name in names]


RESULTS = {
    **{
        name: lambda X, y, name=name, **kw: fitted(READERS[name](X, y, **kw))
        for name in ("binner", "partial_fit", "selector")
    },
    "mutual_info": mutual_info,
    "mutual_info_test": lambda X, y, **kw: mutual_info_test(X, y, **kw).pvalue,
    "permutations": lambda X, y, **kw: (
        mutual_info_test(
            X, y, null="permutation", n_permutations=9, groups=np.arange(len(y)) % 2, **kw
        ).pvalue
    ),
    "conditional": READERS["conditional"],
}


@pytest.mark.parametrize("name", RESULTS)
@pytest.mark.parametrize("stray", [32, 0.5, np.inf, np.nan])
def test_rows_of_weight_zero_are_as_if_not_there(name, stray):
    """A 33rd class or a fraction would make y continuous, and X too."""
    y = np.arange(66.0) % 32
    X = np.column_stack([y // 4, np.arange(66) % 5])
    weights = np.ones(66)
    y[65] = X[65, 1] = stray
    weights[65] = 0.0
    kept = slice(None, 65)
    np.testing.assert_equal(
        RESULTS[name](X, y, sample_weight=weights),
        RESULTS[name](X[kept], y[kept], sample_weight=weights[kept]),
    )


def test_dates_and_objects_as_a_target():
    X = np.arange(40.0)[:, None] + 0.5
    days = np.datetime64("2024-01-01") + np.arange(40) // 20
    for y in (days, pd.Series(days).astype(object), pd.Series(days).dt.tz_localize("UTC")):
        binner = MutualInfoBinner(2).fit(X, y)
        assert binner.target_type_ == "continuous"
        assert binner.bin_edges_[0][1] == 20.0
    for y in (np.arange(40) % 3, (np.arange(40) % 3).astype(object)):
        assert MutualInfoBinner().fit(X, y).target_type_ == "multiclass"
    with pytest.raises(ValueError, match="y holds values of type list"):
        MutualInfoBinner().fit(X, pd.Series([[1], [2]] * 20))
    with pytest.raises(ValueError, match="Unknown label type: y mixes classes"):
        MutualInfoBinner().fit(X, np.array([1, b"a"] * 20, object))


def test_float16_classes_in_chunks():
    y = (np.arange(40) % 2).astype(np.float16)
    binner = MutualInfoBinner().partial_fit(X, y).partial_fit(X, y)
    np.testing.assert_array_equal(binner.classes_, [0.0, 1.0])
    np.testing.assert_array_equal(
        binner.counts_[0], MutualInfoBinner().fit(np.tile(X, (2, 1)), np.tile(y, 2)).counts_[0]
    )
