"""Text of one line, whatever a name holds."""

import re
from xml.etree import ElementTree

import pytest

from skinfo.utils._text import one_line


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
