"""Scores of probabilistic predictions, in bits."""

from skinfo.metrics._binary_cross_entropy import binary_cross_entropy
from skinfo.metrics._calibration_error import calibration_error
from skinfo.metrics._compare import compare_log_loss
from skinfo.metrics._cross_entropy import cross_entropy_loss
from skinfo.metrics._entropy_scorer import EntropyScorer
from skinfo.metrics._log_loss_decomposition import log_loss_decomposition
from skinfo.metrics._population_stability import population_stability
from skinfo.metrics._reliability_curve import reliability_curve
from skinfo.metrics._risk_coverage import risk_coverage_curve
from skinfo.metrics._scorer_metrics import get_scorer_names
from skinfo.metrics._uncertainty_decomposition import uncertainty_decomposition

__all__ = [
    "EntropyScorer",
    "binary_cross_entropy",
    "calibration_error",
    "compare_log_loss",
    "cross_entropy_loss",
    "get_scorer_names",
    "log_loss_decomposition",
    "population_stability",
    "reliability_curve",
    "risk_coverage_curve",
    "uncertainty_decomposition",
]
