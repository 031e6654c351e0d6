"""What is called in a case, and what fails."""

import contextlib
import inspect
import pickle
import re
import traceback
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import scipy.sparse as sp

HERE = str(Path(__file__).parent)

# The errors of scikit-learn's own checks of arguments are ours.
VALIDATION = re.compile(
    r"sklearn/(utils/(_?validation|_param_validation|multiclass|_array_api|_encode|_tags"
    r"|_metadata_requests|_set_output|metaestimators|_available_if)|base|model_selection/_split)\.py$"
)
# What is named instead of an argument, and the columns of most tables.
SUBJECTS = (
    r"\b(X|y|x\d+|c\d+|sample_weight|[Cc]olumns?|features?|samples?|class(es)?|labels?|targets?)\b"
)


ADVICE = (
    *["UserWarning", "ConvergenceWarning", "DataConversionWarning", "UndefinedMetricWarning"],
)


class Failure(NamedTuple):
    kind: str
    cause: str
    detail: str

    @property
    def signature(self):
        """What failures of one kind have in common."""
        return self.kind, self.cause


@dataclass(frozen=True)
class Outcome:
    """Of a call: its value, or the error with which it was refused or failed."""

    value: Any = None
    error: BaseException | None = None

    @property
    def ok(self):
        return self.error is None

    @property
    def refused(self):
        return isinstance(self.error, (ValueError, TypeError))


def place(file, line):
    """Return a short name of a line."""
    path = Path(file).as_posix()
    inside = path.rsplit("/skinfo/", 1)[-1]
    return f"{inside if inside != path else '/'.join(path.split('/')[-2:])}:{line}"


def is_ours(file):
    return "/skinfo/" in Path(file).as_posix() and not file.startswith(HERE)


def where_raised(error):
    """Return the innermost frame of all, and the place of the innermost one of skinfo."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if is_ours(frame.filename)]
    return frames[-1], place(ours[-1].filename, ours[-1].lineno) if ours else "?"


def arguments_of(function):
    """Return the names of what a function, or the estimator whose method it is, was given."""
    names = set()
    with contextlib.suppress(ValueError, TypeError):  # of a compiled function
        names |= set(inspect.signature(function).parameters)
    owner = getattr(function, "__self__", function)
    if hasattr(owner, "get_params") and not isinstance(owner, type):
        names |= {name.rsplit("__", 1)[-1] for name in owner.get_params()}
    return names


def is_clear(error, function, names):
    """Whether an error was raised on purpose and names what was wrong: an argument or a column."""
    frame, _ = where_raised(error)
    if VALIDATION.search(Path(frame.filename).as_posix()):
        return True
    on_purpose = is_ours(frame.filename) and (frame.line or "").startswith("raise")
    text = str(error)
    named = set(re.findall(r"\w+", text)) & arguments_of(function) or re.search(SUBJECTS, text)
    return on_purpose and bool(named or any(str(name) in text for name in names))


@dataclass
class Log:
    """The failures of one case, and what was refused."""

    failures: list[Failure] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    names: tuple = ()  # of columns

    def fail(self, kind, cause, detail=""):
        if callable(detail):
            detail = detail()
        self.failures.append(Failure(kind, cause, " ".join(str(detail).split())[:400]))

    def need(self, promise, holds, detail=""):
        if not holds:
            self.fail("invariant", promise, detail)

    def equal(self, promise, a, b, detail=""):
        """Equal to the last bit; where it is nearly so that is a failure of its own kind."""
        if not same(a, b):
            kind = "last bits" if close(a, b) else "invariant"
            self.fail(kind, promise, lambda: f"{a} {b} {detail}")

    def finite(self, what, value):
        array = np.asarray(value.toarray() if sp.issparse(value) else value)
        if array.dtype != object and not np.isfinite(array).all():
            self.fail("number", f"{what} is finite", value)

    def call(self, what, function, *args, **kwargs):
        """Call a function, and log whatever should not come of it."""
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                outcome = Outcome(function(*args, **kwargs))
            except (ValueError, TypeError) as error:
                outcome = Outcome(error=error)
                frame, ours = where_raised(error)
                self.refusals.append(f"{what}: {type(error).__name__}@{ours}: {error}"[:300])
                if not is_clear(error, function, self.names):
                    cause = (
                        f"{type(error).__name__}@{ours} <- {place(frame.filename, frame.lineno)}"
                    )
                    self.fail("unclear", cause, f"{what}: {error}")
            except Exception as error:
                outcome = Outcome(error=error)
                frame, ours = where_raised(error)
                cause = f"{type(error).__name__}@{ours} <- {place(frame.filename, frame.lineno)}"
                self.fail("crash", cause, f"{what}: {error}")
        for warning in caught:
            if not is_advice(warning):
                cause = f"{warning.category.__name__}@{place(warning.filename, warning.lineno)}"
                self.fail("warning", cause, f"{what}: {warning.message}")
        return outcome


def is_advice(warning):
    """Whether a warning is of the package, or of scikit-learn, about what a user gave."""
    if "/pyspark/" in warning.filename:  # which supports pandas 3 in part, as it says
        return True
    return warning.category.__name__ in ADVICE and (
        is_ours(warning.filename)
        or warning.filename.startswith(HERE)
        or "sklearn" in warning.filename
    )


def snapshot(x):
    """Return what tells whether an input was changed."""
    if sp.issparse(x):
        parts = ("data", "indices", "indptr", "row", "col", "rows")
        return pickle.dumps([getattr(x, part, None) for part in parts])
    if isinstance(x, np.ndarray):
        return x.shape, x.strides, repr(x.tolist()) if x.dtype == object else x.tobytes()
    if isinstance(x, pd.DataFrame):
        return repr(
            [
                x.index.tolist(),
                *[(name, x.dtypes.iloc[j], x.iloc[:, j].tolist()) for j, name in enumerate(x)],
            ]
        )
    if isinstance(x, pd.Series):
        return repr((x.name, x.dtype, x.tolist(), x.index.tolist()))
    # Frames of Polars and Arrow cannot be changed.
    return repr(x) if isinstance(x, (list, tuple, dict)) else None


def same(a, b):
    """Equal to the last bit, through lists, dicts and arrays, NaN being NaN."""
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return list(a) == list(b) and all(same(a[key], b[key]) for key in a)
    if sp.issparse(a) and sp.issparse(b):
        return same(a.toarray(), b.toarray())
    if isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
        a, b = np.asarray(a), np.asarray(b)
        if a.shape != b.shape:
            return False
        if a.dtype == object or b.dtype == object:
            return all(map(same, a.ravel().tolist(), b.ravel().tolist()))
        can_be_nan = a.dtype.kind in "fcmM" and b.dtype.kind in "fcmM"
        return np.array_equal(a, b, equal_nan=can_be_nan)
    if isinstance(a, (pd.DataFrame, pd.Series)):
        return a.equals(b)
    if a is None or b is None or a is pd.NA or b is pd.NA:
        return a is b
    return bool(a == b) or (a != a and b != b)


def close(a, b, tolerance=1e-9):
    """Equal but for rounding, through lists."""
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        return len(a) == len(b) and all(close(x, y, tolerance) for x, y in zip(a, b, strict=True))
    try:
        a, b = np.asarray(a, float), np.asarray(b, float)
    except (TypeError, ValueError):
        return same(a, b)
    return a.shape == b.shape and np.allclose(a, b, tolerance, tolerance, equal_nan=True)
