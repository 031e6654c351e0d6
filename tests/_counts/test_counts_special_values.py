"""Special values: what the parameter may be, and that they are counted apart."""

import datetime as dt
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest

from skinfo._counts._cells import CellSums
from skinfo._counts._sorted_column import SortedColumn
from skinfo._counts._special_values import (
    NO_SPECIAL_VALUES,
    SpecialValues,
    special_values_of_columns,
)
from skinfo._counts._summaries import NumericSummary
from skinfo._counts._target import ClassTarget


class Columns(NamedTuple):
    names: list
    keys: list


NAMES = ["balance", "town", "day", "span", "is_member"]
KINDS = ["number", "level", "date", "duration", "boolean"]


def parse(given, names=NAMES, kinds=KINDS):
    is_categorical = np.array([kind == "level" for kind in kinds])
    return special_values_of_columns(given, Columns(names, names), is_categorical, kinds)


def groups(given, column="balance"):
    return parse({column: given})[NAMES.index(column)].groups


@pytest.mark.parametrize(
    ("given", "expected", "names"),
    [
        (-999, ((-999.0,),), (None,)),
        ([-999, 9999], ((-999.0,), (9999.0,)), (None, None)),
        (np.array([-999, 9999]), ((-999.0,), (9999.0,)), (None, None)),
        ([-999, (9998, 9999)], ((-999.0,), (9998.0, 9999.0)), (None, None)),
        ({"none": -999, "other": [1, 2]}, ((-999.0,), (1.0, 2.0)), ("none", "other")),
        ([np.int8(-9), np.float32(0.5), True], ((-9.0,), (0.5,), (1.0,)), (None,) * 3),
        ([np.inf, -np.inf], ((np.inf,), (-np.inf,)), (None, None)),
        ([2**53, -(2**60)], ((2.0**53,), (-(2.0**60),)), (None, None)),
        ([], (), ()),
        (None, (), ()),
    ],
)
def test_what_a_column_may_have(given, expected, names):
    special = parse({"balance": given})[0]
    assert (special.groups, special.names) == (expected, names)
    assert parse({0: given})[0] == special


def test_zero_is_one_value_whatever_its_sign():
    assert np.signbit(groups([-0.0])[0][0]) == np.False_
    codes = SpecialValues(((0.0,),), (None,)).codes(np.array([-0.0, 0.0, 1.0, np.nan]))
    np.testing.assert_array_equal(codes, [0, 0, -1, -1])


@pytest.mark.parametrize(
    "value",
    [
        "1900-01-01",
        dt.date(1900, 1, 1),
        dt.datetime(1900, 1, 1),
        np.datetime64("1900-01-01"),
        pd.Timestamp("1900-01-01"),
        pd.Timestamp("1900-01-01", tz="UTC"),
    ],
)
def test_dates_are_microseconds(value):
    # 25567 days from 1900 to 1970.
    assert groups([value], "day") == ((-25567 * 86_400e6,),)


def test_durations_and_levels():
    assert groups(["1 day", dt.timedelta(hours=1)], "span") == ((86_400e6,), (3_600e6,))
    assert groups([np.str_("n/a"), np.int64(3), ("x", "y")], "town") == (
        ("n/a",),
        (3,),
        ("x", "y"),
    )
    assert groups([True], "is_member") == ((1.0,),)


def test_of_values_for_all_a_column_has_those_of_its_kind():
    found = parse([-999, "unknown", "1900-01-01", (9999, "none")])
    assert [len(special) for special in found] == [2, 4, 1, 0, 2]
    assert found[0].groups == ((-999.0,), (9999.0,))
    assert found[1].groups[3] == (9999, "none")
    assert parse(None) == [NO_SPECIAL_VALUES] * 5


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([-999, -999], r"of balance: -999 occurs twice, and a value has one bin"),
        ([0, -0.0], "occurs twice"),
        ([1, [2, 1.0]], "1.0 occurs twice"),
        ([1, True], "True occurs twice"),
        ([np.nan], "nan is a missing value, and these have a bin of their own"),
        ([None], "None is a missing value"),
        (["unknown"], r"'unknown' is none of the values of a column of kind 'number'"),
        ([pd.Timestamp(0)], "is none of the values"),
        ([2**53 + 1], r"cannot tell 9007199254740993 from its neighbours"),
        ([10**400], "from its neighbours"),
        ([[1, [2]]], "must be values, or lists of values"),
        ([{1, 2}], "must be values, or lists of values"),
        ({-999: "none"}, r"is named by text, got -999. Write \{name: value\}"),
        ({"none": []}, "'none' has no value"),
        (
            {"missing": -999},
            r"'missing' is what the bin of missing values \(NaN, None\) is called",
        ),
        ({"a": 1, "b": [1]}, "occurs twice"),
    ],
)
def test_what_is_refused(given, message):
    with pytest.raises(ValueError, match=message):
        parse({"balance": given})


def test_unknown_columns_are_refused():
    with pytest.raises(ValueError, match="special_values: no column named 'balanc'; did you mean"):
        parse({"balanc": [1]})
    with pytest.raises(ValueError, match="occurs twice"):
        parse({"town": ["a", "b", "a"]})
    with pytest.raises(
        ValueError, match="'soon' is none of the values of a column of kind 'date'"
    ):
        parse({"day": ["soon"]})


VALUES = np.array([1.0, -999.0, np.nan, 2.0, np.inf, 2.0, -999.0, 7.0])
SPECIAL = SpecialValues(((np.inf, 7.0), (-999.0,), (5.0,)), (None, None, None))
TARGET = ClassTarget(np.array([0, 1, 1, 0, 1, 1, 1, 0], np.int32), np.arange(2), np.ones(8), False)


def test_sums_are_apart_wherever_they_are_counted():
    # y is 1 and 0 at inf and 7, 1 and 1 at -999; 5 is not there.
    expected = [[1, 1], [0, 2], [0, 0]]
    column = SortedColumn(VALUES, TARGET, special=SPECIAL)
    np.testing.assert_array_equal(column.values, [1, 2, 2])
    edges = np.array([1.5])
    cells = NumericSummary(edges, TARGET, special=SPECIAL).add(VALUES, TARGET)
    again = NumericSummary(edges, TARGET, special=SPECIAL).add(VALUES[:0], TARGET.take([]))
    for each in (column, cells, cells + again):
        np.testing.assert_array_equal(each.special_sums, expected)
        np.testing.assert_array_equal(each.missing_sums, [0, 1])
    assert len(column) == 3
    # Neither infinity nor -999 is in the mean of a cell.
    np.testing.assert_array_equal(cells.means([1]), [1, 2])
    counted = CellSums.between(VALUES, np.array([-np.inf, 1.5]), TARGET, SPECIAL)
    np.testing.assert_array_equal(counted.terms[:2], [[1, 0], [1, 1]])
    np.testing.assert_array_equal(counted.terms[2:], [[0, 1], *expected])


def test_many_values_are_searched():
    values = np.arange(0.0, 200.0, 2.0)
    many = SpecialValues(tuple((value,) for value in values[::-1]), (None,) * 100)
    numbers = np.array([0.0, -0.0, 1.0, 198.0, 199.0, 500.0, np.nan, -np.inf, np.inf, 100.0])
    expected = [99, 99, -1, 0, -1, -1, -1, -1, -1, 49]
    np.testing.assert_array_equal(many.codes(numbers), expected)


def test_nothing_is_copied_where_none_is_special():
    assert SPECIAL.blanked(VALUES[2:4]).base is VALUES
    assert SPECIAL.take([1]).groups == ((-999.0,),)
    np.testing.assert_array_equal(
        np.isnan(SPECIAL.blanked(VALUES)), np.isin(np.arange(8), [1, 2, 4, 6, 7])
    )


@pytest.mark.parametrize("given", [{"town": ["unknown"]}, {"town": {"none": [3, "unknown"]}}])
def test_text_is_no_special_value_of_a_category_that_is_read_as_numbers(given):
    is_categorical = np.zeros(len(NAMES), bool)
    with pytest.raises(ValueError, match=r"town: 'unknown' is no number.*categorical_features"):
        special_values_of_columns(given, Columns(NAMES, NAMES), is_categorical, KINDS)
    # For all columns: it may be of another one.
    of_all = special_values_of_columns(
        [3, "unknown"], Columns(NAMES, NAMES), is_categorical, KINDS
    )
    assert of_all[1].groups == ((3.0,),)
