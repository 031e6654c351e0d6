"""Samples in chunks: the numbers of one table, bit for bit."""

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from optional import polars as pl

from skinfo.estimation import (
    _pairs_in_parts,
    _rows_in_parts,
    conditional_mutual_info,
    differential_entropy,
    discrete_entropy,
    mutual_info,
    mutual_info_test,
    pairwise_mutual_info,
)


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


# ---- pairs of columns

LEVELS = {
    "integer": st.integers(-3, 3),
    "large": st.sampled_from([2**53, 2**53 + 1, -(2**60), 5]),
    "whole": st.sampled_from([0.0, -0.0, 1.0, 7.0, np.nan]),
    "flag": st.booleans(),
    "text": st.sampled_from(["a", "b", "1", None]),
    "mixed": st.sampled_from([1, 1.0, True, "1", None]),
    "date": st.sampled_from([pd.Timestamp(2020, 1, 1), pd.Timestamp(2020, 1, 2), pd.NaT]),
}


@st.composite
def discrete_frames(draw):
    """Frames of discrete columns of all kinds, and ends of chunks."""
    n = draw(st.integers(1, 30))
    columns = {
        name: pd.Series(
            draw(st.lists(LEVELS[name], min_size=n, max_size=n)),
            dtype=object if name in ("text", "mixed") else None,
        )
        for name in draw(st.lists(st.sampled_from(list(LEVELS)), min_size=1, unique=True))
    }
    frame = pd.DataFrame(columns)
    if "text" in columns and draw(st.booleans()):
        frame["text"] = frame["text"].astype("category")
    # One row at least has a weight that is not zero.
    steps = draw(st.sampled_from([1, 0.1]))
    weights = draw(st.lists(st.integers(0, 3), min_size=n, max_size=n))
    frame["w"] = np.array([*weights[:-1], 1]) * steps
    return frame, sorted(draw(st.lists(st.integers(0, n), max_size=4)))


@given(
    discrete_frames(),
    st.sampled_from(["emi", "plugin"]),
    st.sampled_from(["separate", "drop", "raise"]),
    st.booleans(),
)
@settings(deadline=None)
def test_pairs_of_chunks_are_those_of_one_table(given_frame, estimator, missing, is_weighted):
    frame, ends = given_frame
    how = {"estimator": estimator, "missing": missing}
    if is_weighted:
        how["sample_weight"] = "w"
    else:
        frame = frame.drop(columns="w")
    chunks = chunks_of(frame, (0, *ends))
    try:
        whole = pairwise_mutual_info(frame, **how)
    except ValueError as error:
        # Of several pairs without a sample, any may be named.
        message = re.sub(r"^.* have no row", "have no row", str(error))
        with pytest.raises(ValueError, match=re.escape(message)):
            pairwise_mutual_info(chunks, **how)
        return
    np.testing.assert_array_equal(pairwise_mutual_info(chunks, **how), whole)


def test_pairs_of_many_levels_and_of_polars(frame):
    frame = frame[DISCRETE].assign(many=np.arange(len(frame)) // 2)
    whole = pairwise_mutual_info(frame)
    np.testing.assert_array_equal(pairwise_mutual_info(chunks_of(frame)), whole)
    frames = [pl.from_pandas(chunk) for chunk in chunks_of(frame)]
    np.testing.assert_array_equal(pairwise_mutual_info(frames), whole)


def test_pairs_of_chunks_are_checked(frame):
    chunks = chunks_of(frame[DISCRETE])
    with pytest.raises(ValueError, match="number must be discrete, got"):
        pairwise_mutual_info(chunks_of(frame[["number"]]))
    with pytest.raises(ValueError, match="sample_weight of chunks is the name of a column"):
        pairwise_mutual_info(chunks, sample_weight=np.ones(len(frame)))
    with pytest.raises(ValueError, match="has no y: pass chunks as tables"):
        pairwise_mutual_info([(chunk, chunk["count"]) for chunk in chunks])
    with pytest.raises(ValueError, match=r"no column 'flag' here.*\(In chunk 1\.\)"):
        pairwise_mutual_info([chunks[0], chunks[-1][["count", "level"]]])
    dates = pd.DataFrame({"count": pd.to_datetime(["2020-01-01", "2020-01-02"])})
    with pytest.raises(ValueError, match="count holds date and integer values"):
        pairwise_mutual_info([frame[["count"]], dates])


def test_what_needs_one_table_says_so(frame):
    chunks = chunks_of(frame[["count", "y"]])
    message = "needs all samples at once, but {} comes in chunks.*concat"
    with pytest.raises(ValueError, match=r"Z must name columns of X.*got Series"):
        conditional_mutual_info(chunks, "y", frame["flag"])
    with pytest.raises(ValueError, match=message.format("Z")):
        conditional_mutual_info(frame[["count"]], frame["y"], chunks)
    with pytest.raises(ValueError, match=message.format("X")):
        differential_entropy(chunks)


# ---- joint variables


@pytest.mark.parametrize("missing", ["separate", "drop"])
@pytest.mark.parametrize("weight", [None, "weight"])
@pytest.mark.parametrize("columns", [["count"], ["level", "count", "text"], None])
def test_entropy_of_chunks_is_that_of_one_table(frame, rng, missing, weight, columns):
    frame = frame.assign(text=np.where(rng.random(len(frame)) < 0.1, None, "a"))
    if columns is None:
        # More states than an integer has.
        columns = [f"flag{k}" for k in range(70)]
        flags = rng.random((len(frame), 70)) < 0.02
        frame = frame.join(pd.DataFrame(flags, columns=columns))
    frame = frame[columns + ([] if weight is None else [weight])]
    how = {"missing": missing, "sample_weight": weight}
    assert discrete_entropy(chunks_of(frame), **how) == discrete_entropy(frame, **how)


def test_entropy_of_chunks_is_checked(frame):
    nothing = pd.DataFrame({"x": pd.Series([None, None], dtype=object)})
    with pytest.raises(ValueError, match="missing='drop' leaves none"):
        discrete_entropy([nothing], missing="drop")
    with pytest.raises(ValueError, match=r"x has 2 missing value\(s\), and missing='raise'"):
        discrete_entropy([nothing], missing="raise")
    with pytest.raises(ValueError, match="number must be discrete"):
        discrete_entropy(chunks_of(frame[["number"]]))


# ---- given other columns


@pytest.mark.parametrize("estimator", ["auto", "plugin", "mesner_shalizi"])
@pytest.mark.parametrize("missing", ["separate", "drop"])
@pytest.mark.parametrize("weight", [None, "weight"])
@pytest.mark.parametrize("conditions", ["count", ["count", "flag"]])
def test_conditional_estimates_of_chunks_are_those_of_one_table(
    frame, rng, estimator, missing, weight, conditions
):
    frame = frame.assign(text=np.where(rng.random(len(frame)) < 0.1, None, frame["level"]))
    frame = frame[[*DISCRETE, "text", "y"] + ([] if weight is None else [weight])]
    how = {"estimator": estimator, "missing": missing, "sample_weight": weight}
    names = [conditions] if isinstance(conditions, str) else conditions
    whole = conditional_mutual_info(frame.drop(columns=names), "y", frame[names], **how)
    for table in (frame, chunks_of(frame)):
        found = conditional_mutual_info(table, "y", conditions, **how)
        np.testing.assert_array_equal(found, whole)


@pytest.mark.parametrize("value", [0.5, 5e-324, -np.inf])
def test_a_constant_that_is_no_level(value):
    table = pd.DataFrame({"x": [value] * 4, "y": [0, 1, 0, 1]})
    for X in (table, chunks_of(table)):
        with pytest.raises(
            ValueError, match=r"x must be discrete, got .*, a number that is not wh"
        ):
            mutual_info(X, "y", discrete_features=True)
        assert mutual_info(X, "y", discrete_features=False, estimator="binned") == 0


@pytest.mark.parametrize(
    ("columns", "how", "message"),
    [
        (["flag"], {"Z": "other"}, "Z='other' is not among the columns of X"),
        (["number"], {}, "number is continuous.*Bin it first"),
        (["flag"], {"estimator": "ksg"}, "a table in parts can only be counted.*mesner_shalizi"),
        (["flag"], {"discrete_features": [True]}, "is for samples in memory"),
        (["flag"], {"discrete_target": False}, "y is continuous"),
    ],
)
def test_what_chunks_cannot_answer_given_others(frame, columns, how, message):
    chunks = chunks_of(frame[[*columns, "count", "y"]])
    with pytest.raises(ValueError, match=message):
        conditional_mutual_info(chunks, "y", **{"Z": "count", **how})


def test_the_level_of_a_date_is_given_by_who_knows(frame):
    dates = frame[["count", "y"]].assign(date=pd.Timestamp(2020, 1, 1))
    with pytest.raises(ValueError, match=r"date is continuous.*Bin it first"):
        conditional_mutual_info(chunks_of(dates), "y", "count")


def test_more_conditions_than_an_integer_has_states(frame, rng):
    names = [f"flag{k}" for k in range(70)]
    flags = pd.DataFrame(rng.random((len(frame), 70)) < 0.02, columns=names)
    whole = conditional_mutual_info(frame[["level", "count"]], frame["y"], flags)
    chunks = chunks_of(frame[["level", "count", "y"]].join(flags))
    np.testing.assert_array_equal(conditional_mutual_info(chunks, "y", names), whole)


# ---- missing values, and no values


def test_a_column_without_a_value_is_the_same_in_chunks(frame):
    frame = frame[["count", "y"]].assign(none=np.nan)
    whole = mutual_info(frame, "y", estimator="binned")
    np.testing.assert_array_equal(mutual_info(chunks_of(frame), "y", estimator="binned"), whole)
    assert whole[1] == 0


def test_columns_without_a_value_to_keep_are_refused(frame):
    chunks = chunks_of(frame[["count", "y"]].assign(none=np.nan))
    message = "none has no value that is not missing in a row of positive weight. Leave the column"
    with pytest.raises(ValueError, match=message):
        mutual_info(chunks, "y", estimator="binned", missing="drop")
    with pytest.raises(ValueError, match=message):
        conditional_mutual_info(chunks, "y", "count", missing="drop")
    with pytest.raises(ValueError, match="none have no row of positive weight without a missing"):
        pairwise_mutual_info(chunks, missing="drop")
    is_first = np.arange(len(frame)) < 1500
    apart = pd.DataFrame({"a": np.where(is_first, "x", None), "b": np.where(is_first, None, "x")})
    with pytest.raises(ValueError, match="a and b have no row of positive weight without a"):
        pairwise_mutual_info(chunks_of(apart), missing="drop")


def test_missing_values_are_refused_on_request_given_others(frame):
    chunks = chunks_of(frame[["count", "y"]].assign(text=[None, *["a"] * (len(frame) - 1)]))
    with pytest.raises(ValueError, match=r"text has 1 missing value.*missing='raise'"):
        conditional_mutual_info(chunks, "y", "count", missing="raise")


def test_no_row_is_left(frame):
    nothing = chunks_of(frame[["count", "flag"]].assign(weight=0))
    with pytest.raises(ValueError, match="X has no row of positive weight"):
        pairwise_mutual_info(nothing, sample_weight="weight")
    with pytest.raises(ValueError, match=r"X has no row\. pairwise_mutual_info needs one sample"):
        pairwise_mutual_info([frame[["count", "flag"]][:0]] * 2)


# ---- tables of many cells, and tables that change


def test_targets_of_chunks_that_are_forced(frame):
    frame = frame[["level", "count"]].assign(y=frame["count"] / 4)
    whole = mutual_info(frame, "y", discrete_target=True)
    np.testing.assert_array_equal(mutual_info(chunks_of(frame), "y", discrete_target=True), whole)
    with pytest.raises(ValueError, match="y is continuous, and mutual_info of a continuous y"):
        mutual_info(chunks_of(frame), "y", discrete_target=False)


def test_a_table_of_more_cells_than_a_dense_one(frame, rng):
    n = len(frame)
    ids = [f"id{k}" for k in rng.integers(0, 1500, n)]
    frame = pd.DataFrame({"id": ids, "y": [f"class {k}" for k in rng.integers(0, 60, n)]})
    whole, found = (mutual_info_test(table, "y") for table in (frame, chunks_of(frame)))
    for name in ("statistic", "pvalue", "standard_error"):
        np.testing.assert_array_equal(getattr(found, name), getattr(whole, name))


@pytest.mark.parametrize("missing", ["separate", "drop"])
def test_pairs_in_many_passes(frame, rng, missing, monkeypatch):
    ids = {f"id{k}": rng.integers(0, 300 + k, len(frame)) for k in range(3)}
    text = np.where(rng.random(len(frame)) < 0.1, None, frame["level"])
    frame = frame[DISCRETE].assign(**ids, text=text)
    whole = pairwise_mutual_info(frame, missing=missing)
    # A run of tables a pass, without and with pairs of columns that only occupied cells are of.
    for most in (2**17, 2000):
        monkeypatch.setattr(_pairs_in_parts, "MOST_CELLS", most)
        found = pairwise_mutual_info(chunks_of(frame), missing=missing)
        np.testing.assert_array_equal(found, whole)


def test_tables_that_fill_the_memory_are_refused(frame, monkeypatch):
    frame = frame[["y"]].assign(id=np.arange(len(frame)).astype(str), number=frame.index // 2)
    monkeypatch.setattr(_pairs_in_parts, "MOST_CELLS", 2000)
    monkeypatch.setattr(_pairs_in_parts, "MOST_OCCUPIED", 2000)
    with pytest.raises(ValueError, match=r"more than 2,000 cells that occur\. Leave out columns"):
        pairwise_mutual_info(chunks_of(frame))
    monkeypatch.setattr(_rows_in_parts, "MOST_COUNTED_ROWS", 2000)
    with pytest.raises(ValueError, match=r"more than 2,000 distinct rows\. Leave out columns"):
        discrete_entropy(chunks_of(frame))


def test_tables_that_change_while_they_are_read():
    class Changing:
        times = 0

        def __iter__(self):
            self.times += 1
            yield pd.DataFrame({"a": ["x", "y"], "b": ["x", f"{self.times}"]})

    message = "b has levels now that it had not when X was read first. Pass an object that gives"
    with pytest.raises(ValueError, match=message):
        pairwise_mutual_info(Changing())
