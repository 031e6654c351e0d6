"""Names and levels as text that any page, figure or terminal can show."""

import re

# Controls of terminals, halves of characters and those that are none: no file of XML or UTF-8
# holds them.
NOT_SHOWN = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")

HALVES = re.compile("[\ud800-\udfff]")

# Characters of a name on a page. A longer name loses its middle.
LONGEST_NAME_OF_PAGE = 80


def one_line(value: object, longest: int = LONGEST_NAME_OF_PAGE) -> str:
    """Return text of one line and at most so many characters; a long one loses its middle.

    Controls and halves of characters are question marks.
    """
    text = str(value)
    if len(text) > longest:
        half = max(1, (longest - 1) // 2)
        text = f"{text[:half]}…{text[-half:]}"
    return NOT_SHOWN.sub("?", " ".join(text.split())) or "(empty)"


def without_halves(value: object) -> str:
    """Return text in which halves of characters, which pandas may not hold, are question marks."""
    return HALVES.sub("?", str(value))
