"""Confidence intervals, as every result gives them."""

from typing import NamedTuple

import numpy as np


class ConfidenceInterval(NamedTuple):
    """Ends of an interval, or of one for each column, in the unit of the estimate."""

    low: float | np.ndarray
    high: float | np.ndarray


def check_confidence_level(confidence_level):
    """ValueError unless it is between 0 and 1."""
    if not 0 < confidence_level < 1:
        raise ValueError(f"confidence_level must be between 0 and 1, got {confidence_level!r}.")
