"""Estimates and tests from samples."""

from skinfo.estimation._differential import differential_entropy
from skinfo.estimation._discrete import discrete_entropy
from skinfo.estimation._pairwise import pairwise_mutual_info

__all__ = ["differential_entropy", "discrete_entropy", "pairwise_mutual_info"]
