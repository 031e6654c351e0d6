"""Scores of Dask collections are those of memory, to the last bit."""

import numpy as np
import pandas as pd
import pytest
from sklearn.naive_bayes import GaussianNB

from skinfo.metrics import (
    EntropyScorer,
    binary_cross_entropy,
    compare_log_loss,
    cross_entropy_loss,
    log_loss_decomposition,
)

da = pytest.importorskip("dask.array")
dd = pytest.importorskip("dask.dataframe")

N_SAMPLES = 400


def chunked(array, rows=70):
    return da.from_array(array, chunks=(rows, *array.shape[1:]))


@pytest.fixture
def samples(rng):
    probs = rng.dirichlet(np.ones(3), size=(2, N_SAMPLES))
    return rng.integers(0, 3, N_SAMPLES), *probs, rng.integers(0, 3, N_SAMPLES)


def test_arrays(samples):
    y, prob_a, prob_b, weights = samples
    expected = cross_entropy_loss(y, prob_a, sample_weight=weights)
    of_parts = chunked(y, 90), chunked(prob_a)
    assert cross_entropy_loss(*of_parts, sample_weight=chunked(weights)) == expected
    assert compare_log_loss(chunked(y), chunked(prob_a), chunked(prob_b)) == (
        compare_log_loss(y, prob_a, prob_b)
    )
    y, prob = y > 0, prob_a[:, 0]
    assert binary_cross_entropy(chunked(y), chunked(prob)) == binary_cross_entropy(y, prob)
    assert compare_log_loss(chunked(y), chunked(prob), chunked(prob_b[:, 0])) == (
        compare_log_loss(y, prob, prob_b[:, 0])
    )


def test_frames(samples):
    y, prob, _, weights = samples
    frame = pd.DataFrame(prob, columns=["a", "b", "c"]).assign(y=y, w=weights)
    table = dd.from_pandas(frame, npartitions=4)
    expected = cross_entropy_loss(y, prob, sample_weight=weights)
    assert cross_entropy_loss("y", table, sample_weight="w") == expected
    columns = table[["a", "b", "c"]]
    assert cross_entropy_loss(table["y"], columns, sample_weight=table["w"]) == expected


def test_entropy_scorer(samples):
    y, prob, _, weights = samples
    frame = pd.DataFrame(prob[:, :2] + y[:, None] / 5, columns=["a", "b"])
    model = GaussianNB().fit(frame, y)
    expected = EntropyScorer()(model, frame, y, sample_weight=weights)
    table = dd.from_pandas(frame.assign(y=y, w=weights), npartitions=4)
    assert EntropyScorer()(model, table, "y", sample_weight="w") == expected


def test_errors_name_the_partition(samples):
    y, prob, *_ = samples
    prob[200] *= 2
    with pytest.raises(ValueError, match=r"Row 60 of y_prob sums to 2.*\(In partition 2\.\)"):
        cross_entropy_loss(chunked(y), chunked(prob))


def test_what_is_refused(samples):
    y, prob, *_ = samples
    with pytest.raises(ValueError, match="whose rows are in parts, and y_prob a ndarray"):
        cross_entropy_loss(chunked(y), prob)
    with pytest.raises(ValueError, match=r"needs all samples at once.*round the predictions"):
        log_loss_decomposition(y, chunked(prob))
