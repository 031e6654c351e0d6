"""Estimates of Dask tables are those of memory, to the last bit."""

import numpy as np
import pandas as pd
import pytest

from skinfo.estimation import (
    conditional_mutual_info,
    discrete_entropy,
    multivariate_info,
    mutual_info,
    mutual_info_test,
    pairwise_mutual_info,
)

da = pytest.importorskip("dask.array")
dd = pytest.importorskip("dask.dataframe")


@pytest.fixture
def frame(rng):
    n = 500
    y = rng.integers(0, 3, n)
    return pd.DataFrame(
        {
            "count": (y + rng.integers(0, 3, n)) % 5,
            "level": np.where(rng.random(n) < 0.1, None, rng.choice(["u", "v"], n)),
            "flag": rng.random(n) < 0.2 + 0.1 * y,
            "w": rng.integers(0, 3, n),
            "y": np.array(["no", "perhaps", "yes"])[y],
        }
    )


@pytest.mark.parametrize(
    "estimate",
    [
        lambda table: mutual_info(table, "y", sample_weight="w"),
        lambda table: mutual_info_test(table, "y", sample_weight="w").pvalue,
        lambda table: conditional_mutual_info(table, "y", "flag", sample_weight="w"),
        lambda table: pairwise_mutual_info(table, sample_weight="w"),
        lambda table: pairwise_mutual_info(table, sample_weight="w", missing="drop"),
        lambda table: discrete_entropy(table, sample_weight="w"),
        lambda table: multivariate_info(table, sample_weight="w", n_permutations=5),
    ],
)
def test_frames(frame, estimate):
    table = dd.from_pandas(frame, npartitions=4)
    np.testing.assert_array_equal(estimate(table), estimate(frame))


def test_arrays(frame):
    X, weights = frame[["count", "flag"]].to_numpy(int), frame["w"].to_numpy()
    chunked, of_rows = da.from_array(X, chunks=(90, 1)), da.from_array(weights, chunks=90)
    np.testing.assert_array_equal(
        pairwise_mutual_info(chunked, sample_weight=of_rows),
        pairwise_mutual_info(X, sample_weight=weights),
    )
    assert discrete_entropy(chunked[:, 0]) == discrete_entropy(X[:, 0])
    assert discrete_entropy(dd.from_pandas(frame, npartitions=3)["level"]) == (
        discrete_entropy(frame["level"])
    )
