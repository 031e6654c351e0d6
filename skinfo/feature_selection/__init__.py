"""Feature selection by mutual information."""

from skinfo.feature_selection._curve import selection_curve
from skinfo.feature_selection._resampling import held_out_information, selection_stability
from skinfo.feature_selection._selector import InfoBottleneckSelector

__all__ = [
    "InfoBottleneckSelector",
    "held_out_information",
    "selection_curve",
    "selection_stability",
]
