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
