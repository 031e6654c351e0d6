"""Supervised discretisation of columns of any kind."""

from skinfo.preprocessing._binner import MutualInfoBinner

__all__ = ["MutualInfoBinner"]
