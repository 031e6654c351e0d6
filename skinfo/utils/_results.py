"""Common parts of result objects: confidence intervals, and representation as a table."""

from numbers import Real
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from skinfo.utils._text import short_repr


class ConfidenceInterval(NamedTuple):
    """Bounds of an interval, or arrays of one per column, in the unit of the estimate."""

    low: float | NDArray[np.float64]
    high: float | NDArray[np.float64]


def check_confidence_level(confidence_level: float) -> None:
    """Raise ValueError unless the level is between 0 and 1, TypeError unless it is a number."""
    if not isinstance(confidence_level, Real):
        raise TypeError(f"confidence_level must be a number, got {short_repr(confidence_level)}.")
    if not 0 < confidence_level < 1:
        raise ValueError(
            f"confidence_level must be between 0 and 1, got {short_repr(confidence_level)}."
        )


class TableRepr:
    """Base class of results that are displayed as a table."""

    def _table(self) -> Any:
        """Return a DataFrame of the numbers of the result."""
        raise NotImplementedError

    def _remarks(self) -> dict[str, float]:
        """Return the numbers displayed below the table."""
        return {}

    def __repr__(self) -> str:
        remarks = [f"{name}: {value:.6g}" for name, value in self._remarks().items()]
        lines = [type(self).__name__, self._table().to_string(max_rows=10), *remarks]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        remarks = "<br>".join(f"{name}: {value:.6g}" for name, value in self._remarks().items())
        table = self._table().to_html(max_rows=10)
        return f"<div><p>{type(self).__name__}</p>{table}<p>{remarks}</p></div>"
