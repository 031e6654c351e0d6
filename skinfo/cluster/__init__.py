"""Clusters of rows that keep what the rows say of another variable."""

from skinfo.cluster._bottleneck import InformationBottleneck
from skinfo.cluster._curve import critical_beta, information_curve

__all__ = ["InformationBottleneck", "critical_beta", "information_curve"]
