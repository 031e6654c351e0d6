"""Feature selection by mutual information."""

from skinfo.feature_selection._curve import SelectionCurve, selection_curve
from skinfo.feature_selection._resampling import (
    HeldOutInformation,
    held_out_information,
    selection_stability,
)
from skinfo.feature_selection._selector import InfoBottleneckSelector

__all__ = [
    "HeldOutInformation",
    "InfoBottleneckSelector",
    "SelectionCurve",
    "held_out_information",
    "selection_curve",
    "selection_stability",
]
