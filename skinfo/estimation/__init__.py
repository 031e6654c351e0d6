"""Estimates and tests from samples."""

from skinfo.estimation._conditional import conditional_mutual_info
from skinfo.estimation._differential_entropy import differential_entropy
from skinfo.estimation._discrete_entropy import discrete_entropy
from skinfo.estimation._independence_test import MutualInfoTestResult, mutual_info_test
from skinfo.estimation._interaction import PairwiseInteractionResult, pairwise_interaction
from skinfo.estimation._multivariate import MultivariateInfoResult, multivariate_info
from skinfo.estimation._mutual_info import mutual_info
from skinfo.estimation._pairwise import pairwise_mutual_info
from skinfo.estimation._pointwise import pointwise_entropy, pointwise_mutual_info
from skinfo.estimation._sample_divergence import (
    sample_cross_entropy,
    sample_js_divergence,
    sample_kl_divergence,
)

__all__ = [
    "MultivariateInfoResult",
    "MutualInfoTestResult",
    "PairwiseInteractionResult",
    "conditional_mutual_info",
    "differential_entropy",
    "discrete_entropy",
    "multivariate_info",
    "mutual_info",
    "mutual_info_test",
    "pairwise_interaction",
    "pairwise_mutual_info",
    "pointwise_entropy",
    "pointwise_mutual_info",
    "sample_cross_entropy",
    "sample_js_divergence",
    "sample_kl_divergence",
]
