"""Names and levels as text that any page, figure, terminal or message can show.

Messages represent objects of the user by `short_repr`, and bare names by `one_line`:
`tests/test_messages.py` finds those that do not.
"""

import re
from collections.abc import Iterable
from itertools import islice
from reprlib import Repr
from typing import Any

# Controls of terminals, halves of characters and those that are none: no file of XML or UTF-8
# holds them.
NOT_SHOWN = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")

HALVES = re.compile("[\ud800-\udfff]")

# Characters of a name on a page. A longer name loses its middle.
LONGEST_NAME_OF_PAGE = 80

# Characters of an object, and entries and characters of a list, in a message.
LONGEST_REPR = 100
MOST_LISTED = 8
LONGEST_LIST = 160

# Characters of the message of another library within one of ours.
LONGEST_CAUSE = 300

# Characters of the path of a file in a message.
LONGEST_PATH = 140


def one_line(value: object, longest: int = LONGEST_NAME_OF_PAGE) -> str:
    """Return text on one line of limited length; a long one is cut in the middle.

    Controls and surrogates are question marks.
    """
    text = _without_middle(str(value), longest)
    return NOT_SHOWN.sub("?", " ".join(text.split())) or "(empty)"


def _without_middle(text: str, longest: int) -> str:
    if len(text) <= longest:
        return text
    half = max(1, (longest - 1) // 2)
    return f"{text[:half]}…{text[-half:]}"


def without_halves(value: object) -> str:
    """Return text in which surrogates, which pandas may not hold, are question marks."""
    return HALVES.sub("?", str(value))


class _ShortRepr(Repr):
    """Bounded one-line representation of objects of the user, for messages."""

    def __init__(self) -> None:
        super().__init__()
        self.maxstring = self.maxother = LONGEST_REPR
        self.maxlevel = 3
        self.maxlist = self.maxtuple = self.maxset = self.maxfrozenset = MOST_LISTED

    def repr_int(self, x: int, level: int) -> str:
        """Python refuses to write integers of thousands of digits."""
        n_bits = x.bit_length()
        return super().repr_int(x, level) if n_bits < 2**13 else f"an integer of {n_bits:,} bits"

    def repr_dict(self, x: dict[Any, Any], level: int) -> str:
        """In the order of the dict, which `Repr` would sort."""
        if level <= 0:
            return "{...}" if x else "{}"
        shown = [
            f"{self.repr1(key, level - 1)}: {self.repr1(x[key], level - 1)}"
            for key in islice(x, self.maxdict)
        ]
        return "{" + ", ".join(shown + ["..."] * (len(x) > self.maxdict)) + "}"


_SHORT_REPR = _ShortRepr()


def short_repr(value: object) -> str:
    """Return the repr of an object of a user as messages show it: one short line.

    Text and other objects lose their middle. Of a list the first entries are shown, and the
    number of the others.
    """
    if type(value) is list and value:
        return listed(map(_repr_of_one, value), len(value))
    return _repr_of_one(value)


def _repr_of_one(value: object) -> str:
    text = _without_middle(_SHORT_REPR.repr(value), LONGEST_LIST)
    # Of text the repr has no line breaks, and spaces are as they are.
    return NOT_SHOWN.sub("?", " ".join(text.split()) if "\n" in text else text)


def listed(shown: Iterable[str], n: int, brackets: str = "[]") -> str:
    """Return the first of n texts as a list, no more than fit, and the number of the others."""
    texts: list[str] = []
    for text in islice(shown, MOST_LISTED):
        if texts and sum(map(len, texts)) + len(text) > LONGEST_LIST:
            break
        texts.append(text)
    more = f" and {n - len(texts):,} more" if n > len(texts) else ""
    return f"{brackets[:1]}{', '.join(texts)}{brackets[1:]}{more}"
