"""Samples in chunks: the numbers of one table, bit for bit."""

import numpy as np
import pandas as pd
import pytest

from skinfo.estimation import mutual_info, mutual_info_test


@pytest.fixture
def frame(rng):
    n = 3000
    y = rng.integers(0, 3, n)
    return pd.DataFrame(
        {
            "level": np.where(rng.random(n) < 0.3, y, rng.integers(0, 5, n)).astype(str),
            "count": rng.integers(0, 7, n),
            "flag": rng.random(n) < 0.2 + 0.1 * y,
            "number": rng.normal(size=n) + 0.3 * y,
            "ties": (rng.normal(size=n) + 0.3 * y).round(1),
            "gaps": np.where(rng.random(n) < 0.1, np.nan, rng.normal(size=n) + 0.2 * y),
            "rare": (rng.random(n) < 0.002).astype(int),
            "weight": rng.integers(0, 3, n),
            "y": np.array(["no", "perhaps", "yes"])[y],
        }
    )


FEATURES = ["level", "count", "flag", "number", "ties", "gaps", "rare"]
DISCRETE = ["level", "count", "flag", "rare"]


def chunks_of(frame, ends=(0, 1, 1, 500, 2900)):
    """Return the rows of a frame in uneven pieces, one of them empty."""
    return [frame.iloc[a:b] for a, b in zip(ends, [*ends[1:], len(frame)], strict=True)]


@pytest.mark.parametrize("missing", ["separate", "drop"])
def test_estimates_of_chunks_are_those_of_one_table(frame, missing):
    frame = frame[[*FEATURES, "y"]]
    how = {"y": "y", "estimator": "binned", "missing": missing}
    whole = mutual_info(frame, **how)
    np.testing.assert_array_equal(mutual_info(chunks_of(frame), **how), whole)
    pairs = [(chunk[FEATURES], chunk["y"]) for chunk in chunks_of(frame)]
    how["y"] = None
    np.testing.assert_array_equal(mutual_info(pairs, **how), whole)


@pytest.mark.parametrize("estimator", ["auto", "plugin", "chao_wang_jost", "james_stein"])
def test_discrete_columns_by_any_estimator(frame, estimator):
    frame = frame[[*DISCRETE, "weight", "y"]]
    how = {"y": "y", "sample_weight": "weight", "estimator": estimator}
    np.testing.assert_array_equal(mutual_info(chunks_of(frame), **how), mutual_info(frame, **how))


@pytest.mark.parametrize("missing", ["separate", "drop"])
def test_tests_of_chunks_are_those_of_one_table(frame, missing):
    frame = frame[[*FEATURES, "y"]]
    how = {"y": "y", "estimator": "binned", "missing": missing}
    whole, chunked = mutual_info_test(frame, **how), mutual_info_test(chunks_of(frame), **how)
    for name in ("statistic", "pvalue", "qvalue", "standard_error", "bias"):
        np.testing.assert_array_equal(getattr(chunked, name), getattr(whole, name))
    np.testing.assert_array_equal(chunked.confidence_interval(), whole.confidence_interval())


def test_levels_that_are_forced(frame):
    frame = frame[["ties", "y"]].assign(ties=(10 * frame["ties"]).round())
    how = {"y": "y", "discrete_features": [True]}
    np.testing.assert_array_equal(mutual_info(chunks_of(frame), **how), mutual_info(frame, **how))


def test_many_integers_are_numbers_with_a_warning(frame, rng):
    frame = frame[["y"]].assign(number=rng.integers(0, 1000, len(frame)))
    for table in (frame, chunks_of(frame)):
        with pytest.warns(UserWarning, match=r"number \(discrete_features\)"):
            mutual_info(table, "y", estimator="binned")


@pytest.mark.parametrize(
    ("columns", "how", "message"),
    [
        (["number"], {}, r"number is continuous, and estimator='auto'.*estimator='binned'"),
        (["number"], {"estimator": "plugin"}, "'plugin' is not for a continuous column"),
        (["count"], {"estimator": "gaussian_copula"}, "is not for a discrete column"),
        (["number"], {"discrete_features": True}, "number must be discrete, got"),
        (["gaps"], {"estimator": "binned", "missing": "raise"}, "gaps has missing values"),
        (
            ["number", "weight"],
            {"estimator": "binned", "sample_weight": "weight"},
            "number is continuous: neighbours cannot be weighted",
        ),
    ],
)
def test_what_chunks_cannot_answer(frame, columns, how, message):
    with pytest.raises(ValueError, match=message):
        mutual_info(chunks_of(frame[[*columns, "y"]]), "y", **how)


def test_a_continuous_target_and_permutations_need_all_samples(frame):
    with pytest.raises(ValueError, match="y is continuous, and mutual_info of a continuous y"):
        mutual_info(chunks_of(frame[["count", "number"]]), "number")
    with pytest.raises(ValueError, match=r"Permutations need all samples.*null='gamma'"):
        mutual_info_test(chunks_of(frame[["count", "y"]]), "y", null="permutation")
