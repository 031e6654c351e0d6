"""Warnings that point to the line of the user's code that caused them."""

import functools
import os
import pickle
import sys
import warnings

import joblib
import sklearn

# Frames of these packages, of cached properties and of loading a file lie between the line of the
# user and the warning.
_HERE = os.path.dirname(os.path.abspath(__file__))
_PACKAGES = (os.path.dirname(_HERE), *map(os.path.dirname, (sklearn.__file__, joblib.__file__)))
_SKIPPED = (*(package + os.sep for package in _PACKAGES), functools.__file__, pickle.__file__)


def warn_caller(message: str | Warning, category: type[Warning] = UserWarning) -> None:
    """Warn at the innermost line that is not in this package, scikit-learn or joblib.

    Parameters
    ----------
    message : str or Warning

    category : type, default=UserWarning
    """
    frame, level = sys._getframe(1), 2
    skipped = _SKIPPED
    if "skops" in sys.modules:
        skipped = (*skipped, os.path.dirname(str(sys.modules["skops"].__file__)) + os.sep)
    # In a worker process there may be no such line; the outermost frame is then used.
    while frame.f_back is not None and frame.f_code.co_filename.startswith(skipped):
        frame, level = frame.f_back, level + 1
    warnings.warn(message, category, stacklevel=level)


def warn_deprecated(name: str, since: str, instead: str) -> None:
    """Warn that a public name is removed two minor versions after the one that deprecated it.

    Parameters
    ----------
    name : str
        As the user writes it.

    since : str
        The version that deprecated it, such as "0.3".

    instead : str
        What to use, the end of a sentence.
    """
    major, minor = since.split(".")
    removal = f"{major}.{int(minor) + 2}"
    message = f"`{name}` was deprecated in {since} and will be removed in {removal}."
    warn_caller(f"{message} Use {instead}.", FutureWarning)
