"""Labels of bins and names of output columns."""

import numpy as np
import pandas as pd
import pytest

from skinfo._counts._labels import (
    NUMBER_FORMATS,
    interval_labels,
    interval_words,
    level_labels,
    level_words,
    plain_words,
    special_labels,
    special_words,
    unique_names,
    write_date,
    write_duration,
)
from skinfo._counts._special_values import SpecialValues

DAY = 24 * 3600 * 10**6


@pytest.mark.parametrize(
    ("edges", "kind", "labels", "words"),
    [
        ([-np.inf, np.inf], "number", ["[-inf, inf]"], ["any"]),
        (
            [-np.inf, 35, 48.5, np.inf],
            "number",
            ["[-inf, 35)", "[35, 48.5)", "[48.5, inf]"],
            ["below_35", "35_to_48.5", "from_48.5"],
        ),
        ([-np.inf, 1, np.inf], "boolean", ["False", "True"], ["False", "True"]),
        ([-np.inf, np.inf], "boolean", ["False or True"], ["False or True"]),
        (
            [-np.inf, DAY, np.inf],
            "date",
            ["[-inf, 1970-01-02)", "[1970-01-02, inf]"],
            ["below_1970-01-02", "from_1970-01-02"],
        ),
        (
            [-np.inf, 1.5 * DAY, np.inf],
            "duration",
            ["[-inf, 1 days 12:00:00)", "[1 days 12:00:00, inf]"],
            ["below_1 days 12:00:00", "from_1 days 12:00:00"],
        ),
    ],
)
def test_intervals(edges, kind, labels, words):
    assert interval_labels(edges, kind) == labels
    assert interval_words(edges, kind) == words


@pytest.mark.parametrize(
    ("edges", "kind", "labels", "words"),
    [
        ([-np.inf, np.inf], "number", ["[-inf, inf]"], ["any"]),
        (
            [-np.inf, 34, 48, np.inf],
            "integer",
            ["[-inf, 34]", "(34, 48]", "(48, inf]"],
            ["up_to_34", "34_to_48", "above_48"],
        ),
        ([-np.inf, 0, np.inf], "boolean", ["False", "True"], ["False", "True"]),
        (
            [-np.inf, DAY, np.inf],
            "date",
            ["[-inf, 1970-01-02]", "(1970-01-02, inf]"],
            ["up_to_1970-01-02", "above_1970-01-02"],
        ),
    ],
)
def test_right_closed_intervals(edges, kind, labels, words):
    assert interval_labels(edges, kind, "right") == labels
    assert interval_words(edges, kind, "right") == words


@pytest.mark.parametrize(
    ("values", "kind", "text"),
    [
        ((-999.0,), "number", "-999"),
        ((0.1, np.inf), "number", "0.1, inf"),
        ((1.0, 5.0), "boolean", "True, 5"),
        ((0.0,), "boolean", "False"),
        ((DAY,), "date", "1970-01-02"),
        ((1.5 * DAY,), "duration", "1 days 12:00:00"),
        (("n/a", 3), None, "n/a, 3"),
    ],
)
def test_special_values(values, kind, text):
    special = SpecialValues((values, values), (None, "no account"))
    assert special_labels(special, kind) == [f"special: {text}", "no account"]
    words = text.replace(", ", "|")
    assert special_words(special, kind) == [f"special_{words}", "no account"]


def test_groups_of_levels_are_cut_short():
    groups = [["a"], list("bcdefg")]
    assert level_labels(groups) == ["{a}", "{b, c, d, e, 2 more}"]
    assert level_words(groups) == ["a", "b|c|d|e|2 more"]
    assert plain_words('b|c d [<{"e"}>]:,') == "b|c_d_____e______"


def test_repeated_names_are_numbered():
    assert unique_names(["a", "b"]) == ["a", "b"]
    assert unique_names(["a", "a", "a_2", "a"]) == ["a", "a_3", "a_2", "a_4"]


def test_moments_and_spans_beyond_any_date():
    assert write_date(2.0**62) == f"{2.0**62:.15g}"
    assert write_date(0) == "1970-01-01"
    assert write_date(1.5e6) == "1970-01-01 00:00:01.500000"
    assert write_duration(-np.inf) == "-inf"


def test_values_of_bins_are_of_the_kind_of_the_column():
    centres = np.array([0.0, np.nan])
    assert NUMBER_FORMATS["boolean"].restore(np.array([0.2, 0.8])).tolist() == [False, True]
    assert NUMBER_FORMATS["date"].restore(centres).tolist() == [pd.Timestamp(0), None]
    assert NUMBER_FORMATS["duration"].restore(centres).tolist() == [pd.Timedelta(0), None]
    np.testing.assert_array_equal(NUMBER_FORMATS["number"].restore(centres), centres)


def test_cuts_that_differ_in_the_last_digits_have_labels_of_their_own():
    cuts = [1.0, 1.0000000000000002, 1.0000000000000004]
    labels = interval_labels([-np.inf, *cuts, np.inf], "number")
    assert labels[1:3] == ["[1.0, 1.0000000000000002)", "[1.0000000000000002, 1.0000000000000004)"]
    words = interval_words([-np.inf, *cuts, np.inf], "number")
    assert len(set(words)) == len(set(labels)) == 4
    assert interval_labels([-np.inf, 1.0, np.inf], "number") == ["[-inf, 1)", "[1, inf]"]


def test_special_values_that_differ_in_the_last_digits_have_labels_of_their_own():
    special = SpecialValues(((1.0000000000000007,), (1.0,)), (None, None))
    assert special_labels(special, "number") == ["special: 1.0000000000000007", "special: 1.0"]
    assert len(set(special_words(special, "number"))) == 2
