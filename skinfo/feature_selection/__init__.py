"""Selection of features by the information they carry."""

from skinfo.feature_selection._curve import selection_curve
from skinfo.feature_selection._selector import InfoBottleneckSelector

__all__ = ["InfoBottleneckSelector", "selection_curve"]
