"""Clusters of the rows of a table that preserve information about its columns."""

from skinfo.cluster._bottleneck import InformationBottleneck
from skinfo.cluster._critical_beta import critical_beta
from skinfo.cluster._curve import InformationCurve, information_curve

__all__ = [
    "InformationBottleneck",
    "InformationCurve",
    "critical_beta",
    "information_curve",
]
