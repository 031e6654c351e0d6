"""Text of one line, whatever a name holds."""

import re
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from skinfo.utils._text import listed, one_line, short_repr


@pytest.mark.parametrize(
    ("value", "longest", "shown"),
    [
        ("a\nb\t c\r\n", 80, "a b c"),
        ("", 80, "(empty)"),
        (" \n", 80, "(empty)"),
        ("\ud800", 80, "?"),
        ("\x1b[31mred\x07", 80, "?[31mred?"),
        ("\0\x9b\uffff", 80, "???"),
        ("x" * 100, 9, "xxxx…xxxx"),
        ("e\u0301 \u202e אב 🙂", 80, "e\u0301 \u202e אב 🙂"),
        (-999, 80, "-999"),
        (None, 80, "None"),
    ],
)
def test_one_line(value, longest, shown):
    assert one_line(value, longest) == shown


def test_every_character_can_be_written():
    """XML 1.0 has no other characters than these, and a terminal takes none of them for orders."""
    for first in range(0, 0x110000, 0x1000):
        text = one_line("".join(map(chr, range(first, first + 0x1000))), 0x1000)
        ElementTree.fromstring("<a>" + re.sub("[<&]", "", text) + "</a>")


class OfManyLines:
    def __repr__(self):
        return "first\n  second\x1b"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("two  spaces\n", r"'two  spaces\n'"),
        ("\ud800\x1b", r"'\ud800\x1b'"),
        ("x" * 5000, f"'{'x' * 47}...{'x' * 48}'"),
        (OfManyLines(), "first second?"),
        (1.5, "1.5"),
        (10**3000, "an integer of 9,966 bits"),
        (10**2000, f"1{'0' * 17}...{'0' * 19}"),
        ([], "[]"),
        (["a", 1, None], "['a', 1, None]"),
        (list(range(1008)), "[0, 1, 2, 3, 4, 5, 6, 7] and 1,000 more"),
        (["x" * 60] * 9, f"['{'x' * 60}', '{'x' * 60}'] and 7 more"),
        ([["a", "b"]] * 2, "[['a', 'b'], ['a', 'b']]"),
        (("a", 1), "('a', 1)"),
        ({"b": 1, "a": [2]}, "{'b': 1, 'a': [2]}"),
        (dict.fromkeys("abcde"), "{'a': None, 'b': None, 'c': None, 'd': None, ...}"),
        ({}, "{}"),
        (pd.Timestamp("2020-01-31"), "Timestamp('2020-01-31 00:00:00')"),
        (np.array([[1], [2]]), "array([[1], [2]])"),
    ],
)
def test_short_repr(value, shown):
    assert short_repr(value) == shown


def test_short_repr_is_short():
    deep = "x" * 1000
    for _ in range(50):
        deep = [deep] * 50
    nested = {"k" * 500: {"v" * 500: {"w" * 500: {"u" * 500: {}}}}}
    for value in (deep, nested, [nested] * 100, np.zeros((100, 100)), "\0" * 5000):
        assert len(short_repr(value)) < 220


@pytest.mark.parametrize(
    ("shown", "n", "brackets", "text"),
    [
        (["a", "b"], 2, "[]", "[a, b]"),
        (["a", "b"], 2, "", "a, b"),
        (["a", "b"], 2000, "", "a, b and 1,998 more"),
        (["x" * 500, "y"], 2, "[]", f"[{'x' * 500}] and 1 more"),
    ],
)
def test_listed(shown, n, brackets, text):
    assert listed(shown, n, brackets) == text
