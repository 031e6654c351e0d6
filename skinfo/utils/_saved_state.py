"""Serialized state of estimators: plain values, with the version of skinfo that wrote them.

A pickle refers to a class by its module, and cannot be read after the module is renamed. So
estimators serialize their private objects as dicts, with the names of their classes; skops loads
these without a list of trusted types. Files of a released version can be read by all later ones:
classes and fields in files keep their names, and a new field of a class, or parameter of an
estimator, has a default.
"""

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from inspect import Parameter, signature
from typing import Any, TypeVar

import sklearn
from sklearn.exceptions import InconsistentVersionWarning

import skinfo
from skinfo.utils._text import LONGEST_CAUSE, one_line, short_repr
from skinfo.utils._warnings import warn_caller

T = TypeVar("T", bound=type)

# Classes of the private objects in estimators, by name.
SAVED_CLASSES: dict[str, type] = {}

# Keys in a serialized object: the name of its class and its fields; in an estimator: the version.
# A dict that contains the first key is itself serialized as an object of class "dict".
CLASS_KEY, FIELDS_KEY, VERSION_KEY = "skinfo class", "fields", "_skinfo_version"

# Version that is reported for states without one.
BEFORE_VERSIONS = "pre-0.1.0"


def saved_class(cls: T) -> T:
    """Register a class of objects in estimators, whose fields are serialized; a decorator."""
    SAVED_CLASSES[cls.__name__] = cls
    return cls


class SavedStateMixin:
    """Mixin with the state of an estimator for pickle, copy and skops.

    Inherit from it before BaseEstimator.
    """

    def __getstate__(self) -> dict[str, Any]:
        state: dict[str, Any] = super().__getstate__()  # type: ignore[assignment]
        parameters, pack = _parameters(self), _Walk(_packed)
        packed = {k: v if k in parameters else pack(v) for k, v in state.items()}
        return packed | {VERSION_KEY: skinfo.__version__}

    def __setstate__(self, state: dict[str, Any]) -> None:
        state = dict(state)
        version = state.pop(VERSION_KEY, BEFORE_VERSIONS)
        is_other = version != skinfo.__version__
        parameters, unpack = _parameters(self), _Walk(_unpacked)
        try:
            state = {k: v if k in parameters else unpack(v) for k, v in state.items()}
            if is_other:
                _refuse_unknown(state, parameters)
        except _UnknownError as error:
            raise ValueError(
                f"This {type(self).__name__} was saved by skinfo {version}, and this is skinfo "
                f"{skinfo.__version__}, which does not know {one_line(error, LONGEST_CAUSE)}. "
                f"Load it with skinfo {version}, or fit it again."
            ) from error
        if is_other:
            warn_caller(OtherVersionWarning(type(self).__name__, version, skinfo.__version__))
        # Files of earlier versions lack parameters that were added later.
        defaults = {name: p.default for name, p in parameters.items() if p.default is not p.empty}
        super().__setstate__(defaults | state)  # type: ignore[misc]


class OtherVersionWarning(InconsistentVersionWarning):  # type: ignore[misc]
    """Warning about an estimator that was saved by another version of skinfo.

    Parameters
    ----------
    estimator_name : str

    original_skinfo_version : str
        The version that saved it.

    current_skinfo_version : str
    """

    def __init__(
        self, estimator_name: str, original_skinfo_version: str, current_skinfo_version: str
    ) -> None:
        super().__init__(
            estimator_name=estimator_name,
            current_sklearn_version=sklearn.__version__,  # type: ignore[attr-defined]
            original_sklearn_version="unknown",
        )
        self.original_skinfo_version = original_skinfo_version
        self.current_skinfo_version = current_skinfo_version

    def __str__(self) -> str:
        return (
            f"{self.estimator_name} was saved by skinfo {self.original_skinfo_version}, and this "
            f"is skinfo {self.current_skinfo_version}. Compare what it returns for samples whose "
            "results you know, and save it again; or load it with the version that saved it."
        )


class _UnknownError(Exception):
    """A class, field or parameter in a state that is unknown to this version."""


def _parameters(estimator: object) -> dict[str, Parameter]:
    """Return the parameters of an estimator by name."""
    return dict(signature(type(estimator)).parameters)


def _refuse_unknown(state: dict[str, Any], parameters: dict[str, Parameter]) -> None:
    """Raise _UnknownError if a state has a parameter that is unknown to this version."""
    takes_any = any(p.kind is Parameter.VAR_KEYWORD for p in parameters.values())
    for name in state:
        is_attribute = name.startswith("_") or name.endswith("_")
        if not (is_attribute or name in parameters or takes_any):
            raise _UnknownError(f"its parameter {short_repr(name)}")


class _Walk:
    """Recursive conversion of objects and of the lists, tuples and dicts that contain them.

    Several references to one object remain references to one object.

    Parameters
    ----------
    convert : callable
        ``convert(value, walk)`` returns the value with ``walk.inside`` applied to its contents.
    """

    def __init__(self, convert: Callable[[Any, "_Walk"], Any]) -> None:
        self._convert = convert
        # By identity. The object is kept alive, so that its identity is not reused.
        self._done: dict[int, tuple[Any, Any]] = {}

    def __call__(self, value: Any) -> Any:
        if not _is_walked(type(value)):
            return value
        if id(value) not in self._done:
            self._done[id(value)] = value, self._convert(value, self)
        return self._done[id(value)][1]

    def inside(self, value: Any) -> Any:
        """Return a list, tuple or dict with its items converted; itself if none needs it."""
        items = value.values() if isinstance(value, dict) else value
        # Fast path for long lists of text, such as many levels.
        if not any(map(_is_walked, set(map(type, items)))):
            return value
        converted = map(self, items)
        if isinstance(value, dict):
            return dict(zip(value, converted, strict=True))
        return type(value)(converted)


def _is_walked(cls: type) -> bool:
    return cls in (list, tuple, dict) or SAVED_CLASSES.get(cls.__name__) is cls


def _packed(value: Any, walk: _Walk) -> Any:
    """Return an object as a dict with the name of its class and its fields."""
    cls = type(value)
    if cls is dict and CLASS_KEY in value:
        return {CLASS_KEY: "dict", FIELDS_KEY: walk.inside(value)}
    if cls in (list, tuple, dict):
        return walk.inside(value)
    return {CLASS_KEY: cls.__name__, FIELDS_KEY: walk.inside(_fields_of(value))}


def _fields_of(value: Any) -> Any:
    if is_dataclass(value):
        # Without the values of cached properties.
        return {field.name: getattr(value, field.name) for field in fields(value)}
    return value._asdict() if isinstance(value, tuple) else value.__getstate__()  # type: ignore[attr-defined]


def _unpacked(value: Any, walk: _Walk) -> Any:
    """Return the object described by a dict."""
    if type(value) not in (list, tuple, dict):
        # Pickles of versions before this format contain the object itself.
        return value
    if type(value) is not dict or CLASS_KEY not in value:
        return walk.inside(value)
    name, kept = value[CLASS_KEY], walk.inside(value[FIELDS_KEY])
    if name == "dict":
        return kept
    if name not in SAVED_CLASSES:
        raise _UnknownError(f"the {short_repr(name)} that it holds")
    return _object_of(SAVED_CLASSES[name], kept)


def _object_of(cls: type, kept: dict[str, Any]) -> Any:
    if is_dataclass(cls) or issubclass(cls, tuple):
        try:
            return cls(**kept)
        except TypeError as error:
            raise _UnknownError(
                f"these fields of {cls.__name__}: {one_line(error, LONGEST_CAUSE)}"
            ) from error
    value = cls.__new__(cls)
    if hasattr(value, "__setstate__"):
        value.__setstate__(kept)
    else:
        vars(value).update(kept)
    return value
