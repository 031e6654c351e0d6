"""Discretisation: columns of any kind to codes."""

from skinfo.preprocessing._binner import MutualInfoBinner

__all__ = ["MutualInfoBinner"]
