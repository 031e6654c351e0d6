"""Scores of probabilistic predictions, in bits."""

from skinfo.metrics._binary_cross_entropy import binary_cross_entropy
from skinfo.metrics._calibration_error import calibration_error
from skinfo.metrics._compare import LogLossComparison, compare_log_loss
from skinfo.metrics._cross_entropy import cross_entropy_loss
from skinfo.metrics._entropy_scorer import EntropyScorer
from skinfo.metrics._log_loss_decomposition import LogLossDecomposition, log_loss_decomposition
from skinfo.metrics._population_stability import PopulationStability, population_stability
from skinfo.metrics._reliability_curve import ReliabilityCurve, reliability_curve
from skinfo.metrics._risk_coverage import RiskCoverageCurve, risk_coverage_curve
from skinfo.metrics._scorer_metrics import get_scorer_names
from skinfo.metrics._uncertainty_decomposition import (
    UncertaintyDecomposition,
    uncertainty_decomposition,
)

__all__ = [
    "EntropyScorer",
    "LogLossComparison",
    "LogLossDecomposition",
    "PopulationStability",
    "ReliabilityCurve",
    "RiskCoverageCurve",
    "UncertaintyDecomposition",
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
