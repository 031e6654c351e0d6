"""Confidence intervals as results return them."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class ConfidenceInterval(NamedTuple):
    """Ends of an interval, or arrays with one for each column, in the unit of the estimate."""

    low: float | NDArray[np.float64]
    high: float | NDArray[np.float64]


def check_confidence_level(confidence_level: float) -> None:
    """Raise ValueError unless the level is between 0 and 1."""
    if not 0 < confidence_level < 1:
        raise ValueError(f"confidence_level must be between 0 and 1, got {confidence_level!r}.")
