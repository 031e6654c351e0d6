"""Names and levels as text that can be displayed in any page, figure, terminal or message.

Messages represent objects of the user by `short_repr`, and bare names by `one_line`;
`tests/test_messages.py` checks this.
"""

import re
from collections.abc import Iterable
from itertools import islice
from reprlib import Repr
from typing import Any

# Control characters, surrogates and noncharacters, which are not valid in XML or UTF-8.
NOT_SHOWN = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")

SURROGATES = re.compile("[\ud800-\udfff]")

# Maximum length of a name on a page. Longer names are abbreviated in the middle.
LONGEST_NAME_OF_PAGE = 80

# Maximum length of an object, and maximum number of entries and length of a list, in a message.
LONGEST_REPR = 100
MOST_LISTED = 8
LONGEST_LIST = 160

# Maximum length of the message of another library within a message.
LONGEST_CAUSE = 300

# Maximum length of the path of a file in a message.
LONGEST_PATH = 140


def one_line(value: object, longest: int = LONGEST_NAME_OF_PAGE) -> str:
    """Return text on one line of limited length, abbreviated in the middle.

    Control characters and surrogates are replaced by question marks.
    """
    text = _without_middle(str(value), longest)
    return NOT_SHOWN.sub("?", " ".join(text.split())) or "(empty)"


def _without_middle(text: str, longest: int) -> str:
    if len(text) <= longest:
        return text
    half = max(1, (longest - 1) // 2)
    return f"{text[:half]}…{text[-half:]}"


def without_halves(value: object) -> str:
    """Return text with surrogates, which pandas may reject, replaced by question marks."""
    return SURROGATES.sub("?", str(value))


class _ShortRepr(Repr):
    """Bounded one-line representation of objects of the user, for messages."""

    def __init__(self) -> None:
        super().__init__()
        self.maxstring = self.maxother = LONGEST_REPR
        self.maxlevel = 3
        self.maxlist = self.maxtuple = self.maxset = self.maxfrozenset = MOST_LISTED

    def repr_int(self, x: int, level: int) -> str:
        """Describe integers with thousands of digits, which Python refuses to convert to text."""
        n_bits = x.bit_length()
        return super().repr_int(x, level) if n_bits < 2**13 else f"an integer of {n_bits:,} bits"

    def repr_dict(self, x: dict[Any, Any], level: int) -> str:
        """Keep the order of the dict, which `Repr` would sort."""
        if level <= 0:
            return "{...}" if x else "{}"
        shown = [
            f"{self.repr1(key, level - 1)}: {self.repr1(x[key], level - 1)}"
            for key in islice(x, self.maxdict)
        ]
        return "{" + ", ".join(shown + ["..."] * (len(x) > self.maxdict)) + "}"


_SHORT_REPR = _ShortRepr()


def short_repr(value: object) -> str:
    """Return the repr of an object of the user for a message: one short line.

    Long text and other objects are abbreviated in the middle. A long list is represented by its
    first entries and the number of the others.
    """
    if type(value) is list and value:
        return listed(map(_repr_of_one, value), len(value))
    return _repr_of_one(value)


def _repr_of_one(value: object) -> str:
    text = _without_middle(_SHORT_REPR.repr(value), LONGEST_LIST)
    # The repr of a str has no line breaks, and its spaces must be kept.
    return NOT_SHOWN.sub("?", " ".join(text.split()) if "\n" in text else text)


def listed(shown: Iterable[str], n: int, brackets: str = "[]") -> str:
    """Return the first of n texts as a list of limited length, and the number of the others."""
    texts: list[str] = []
    for text in islice(shown, MOST_LISTED):
        if texts and sum(map(len, texts)) + len(text) > LONGEST_LIST:
            break
        texts.append(text)
    more = f" and {n - len(texts):,} more" if n > len(texts) else ""
    return f"{brackets[:1]}{', '.join(texts)}{brackets[1:]}{more}"
