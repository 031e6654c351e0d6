"""Representation of results as tables of plain numbers."""

import numpy as np
import pytest

from skinfo.cluster import information_curve
from skinfo.estimation import mutual_info_test
from skinfo.feature_selection import held_out_information, selection_curve
from skinfo.metrics import (
    compare_log_loss,
    log_loss_decomposition,
    risk_coverage_curve,
    uncertainty_decomposition,
)

COPIES = np.repeat([[0, 1], [1, 0]], 20, axis=0)
Y, P, Q = [1, 1, 0, 0], [0.99, 0.9, 0.8, 0.6], [0.5, 0.75, 0.5, 0.25]

RESULTS = {
    "LogLossDecomposition": (log_loss_decomposition(Y, P), ["miscalibration", "chance", "pvalue"]),
    "LogLossComparison": (compare_log_loss(Y, P, Q), ["log_loss_a", "difference", "pvalue"]),
    "RiskCoverageCurve": (risk_coverage_curve(Y, P), ["coverage", "risk", "expected"]),
    "UncertaintyDecomposition": (
        uncertainty_decomposition(np.full((3, 40, 2), 0.5)),
        ["total", "aleatoric", "epistemic"],
    ),
    "MutualInfoTestResult": (
        mutual_info_test(COPIES, COPIES[:, 0]),
        ["statistic", "standard_error", "pvalue", "qvalue"],
    ),
    "SelectionCurve": (
        selection_curve(COPIES, COPIES[:, 0]),
        ["betas", "n_features", "compression", "relevance"],
    ),
    "HeldOutInformation": (
        held_out_information(COPIES, COPIES[:, 0]),
        ["step", "information", "standard_error"],
    ),
    "InformationCurve": (
        information_curve([[9, 1], [1, 9]]),
        ["betas", "n_clusters", "mutual_information: 0.53", "entropy: 1"],
    ),
}


@pytest.mark.parametrize("name", RESULTS)
def test_results_show_themselves_as_tables(name):
    result, words = RESULTS[name]
    for text in (repr(result), result._repr_html_()):
        assert name in text
        assert all(word in text for word in words)
        assert not any(word in text for word in ("np.", "_degrees", "DataFrame", "array("))
    assert len(repr(result).splitlines()) < 20
    assert repr(result).splitlines()[0] == name


def test_numbers_shown_are_those_of_the_result():
    result = log_loss_decomposition(Y, P)
    assert result.report().to_string() in repr(result)
    assert f"pvalue: {result.pvalue:.6g}" in repr(result)


@pytest.mark.parametrize("level", ["0.9", None])
def test_levels_that_are_no_numbers_are_refused(level):
    with pytest.raises(TypeError, match="confidence_level must be a number, got"):
        log_loss_decomposition(Y, P).confidence_interval(level)
