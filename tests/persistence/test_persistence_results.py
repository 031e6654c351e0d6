"""The results that functions return, through pickle: public classes with the same numbers."""

import pickle

import numpy as np
import pytest
from persistence.saved_models import BINARY, FRAME, SCORE, TABLE, plain

from skinfo import cluster, estimation, feature_selection, inspection, metrics

PACKAGES = (cluster, estimation, feature_selection, inspection, metrics)
X = FRAME[["whole", "flag"]].to_numpy(float)
PROB = np.clip(SCORE / 24, 0.05, 0.95)

# A result of each class that functions return.
RESULTS = {
    "HeldOutInformation": lambda: feature_selection.held_out_information(X, BINARY),
    "InformationCurve": lambda: cluster.information_curve(TABLE, betas=[2.0, 9.0]),
    "InformationReport": lambda: inspection.information_report(FRAME, BINARY),
    "LogLossComparison": lambda: metrics.compare_log_loss(BINARY, PROB, 0.9 * PROB),
    "LogLossDecomposition": lambda: metrics.log_loss_decomposition(BINARY, PROB),
    "MultivariateInfoResult": lambda: estimation.multivariate_info(FRAME[["whole", "flag"]]),
    "MutualInfoTestResult": lambda: estimation.mutual_info_test(X, BINARY),
    "PairwiseInteractionResult": lambda: estimation.pairwise_interaction(X, BINARY),
    "PopulationStability": lambda: metrics.population_stability(FRAME[:50], FRAME[50:]),
    "ReliabilityCurve": lambda: metrics.reliability_curve(BINARY, PROB),
    "RiskCoverageCurve": lambda: metrics.risk_coverage_curve(BINARY, PROB),
    "SelectionCurve": lambda: feature_selection.selection_curve(X, BINARY),
    "UncertaintyDecomposition": lambda: metrics.uncertainty_decomposition(
        np.array([[[0.2, 0.8]], [[0.4, 0.6]]])
    ),
}


def numbers(result):
    """Return all that a result holds, as JSON holds it."""
    return plain([list(result) if isinstance(result, tuple) else None, vars(result)])


@pytest.mark.parametrize("name", RESULTS)
def test_results_are_pickled(name):
    result = RESULTS[name]()
    (cls,) = (getattr(package, name) for package in PACKAGES if hasattr(package, name))
    loaded = pickle.loads(pickle.dumps(result))
    assert type(result) is type(loaded) is cls
    assert numbers(loaded) == numbers(result)
    assert repr(loaded) == repr(result)
