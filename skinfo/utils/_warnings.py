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
