"""All Displays, and the report."""

import numpy as np
from optional import optional
from sklearn.base import clone

from fuzz.cases import Case, Target
from fuzz.columns import MARKUP, TAG, pick
from fuzz.predictions import draw_labels, draw_probabilities
from fuzz.settings import draw_settings
from fuzz.tables import draw_n_rows, draw_table, draw_target, draw_weights
from skinfo import InfoBottleneckSelector, MutualInfoBinner, inspection
from skinfo.inspection import information_report

plt = optional("matplotlib.pyplot")


def fitted(log, estimator, X, y, sample_weight):
    """Return what is fitted, or None."""
    return log.call("fit", clone(estimator).fit, X, y, sample_weight).value


def first_column(case):
    columns = case.rows["X"].columns
    return columns[0].values if columns else np.empty(0)


def of_binner(display, *arguments):
    """Return a function that draws a fitted binner."""
    return lambda log, case, X, y, w, **rest: (
        getattr(inspection, display).from_estimator,
        (fitted(log, MutualInfoBinner(), X, y, w), *arguments),
    )


def of_selector(display):
    return lambda log, case, X, y, w, **rest: (
        getattr(inspection, display).from_estimator,
        (fitted(log, InfoBottleneckSelector(), X, y, w),),
    )


def of_data(display, *names):
    """Return a function that gives from_data some of the inputs."""
    return lambda log, case, **inputs: (
        getattr(inspection, display).from_data,
        tuple(inputs[name] for name in names),
    )


def of_column(display, *names):
    return lambda log, case, **inputs: (
        getattr(inspection, display).from_data,
        (first_column(case), *[inputs[name] for name in names]),
    )


def of_predictions(display):
    return lambda log, case, labels, probabilities, **rest: (
        getattr(inspection, display).from_predictions,
        (labels, probabilities),
    )


def of_distribution(display, method):
    return lambda log, case, probabilities, **rest: (
        getattr(getattr(inspection, display), method),
        (probabilities[0] if method == "from_distributions" else probabilities,),
    )


# What draws, and its settings.
SIGNIFICANCE = {"max_features": [1, 3, None], "max_qvalue": [0.05, 1.0, 1e-9]}
CONFIDENCE = {"confidence_level": [0.95, 0.5, 1e-9, 0.999999999]}
DISPLAYS = {
    "BinningDisplay": (of_binner("BinningDisplay", 0), {}),
    "DistributionDisplay, one": (of_column("DistributionDisplay"), {}),
    "DistributionDisplay, two": (of_column("DistributionDisplay", "y"), {}),
    "DistributionDisplay, p": (
        of_distribution("DistributionDisplay", "from_distributions"),
        {"normalize": [True]},
    ),
    "DriftDisplay": (of_data("DriftDisplay", "X", "X"), SIGNIFICANCE | {"n_bins": [2, 10]}),
    "InformationPlaneDisplay": (of_data("InformationPlaneDisplay", "counts"), {}),
    "InformationPlaneDisplay, selector": (of_selector("InformationPlaneDisplay"), {}),
    "InteractionDisplay": (of_data("InteractionDisplay", "X", "y"), {"order": ["given"]}),
    "JointDistributionDisplay": (of_column("JointDistributionDisplay", "y"), CONFIDENCE),
    "JointDistributionDisplay, p": (
        of_distribution("JointDistributionDisplay", "from_distribution"),
        {"normalize": [True]},
    ),
    "MutualInfoDisplay": (of_data("MutualInfoDisplay", "X", "y"), SIGNIFICANCE | CONFIDENCE),
    "MutualInfoDisplay, binner": (of_binner("MutualInfoDisplay"), SIGNIFICANCE),
    "MutualInfoDisplay, selector": (of_selector("MutualInfoDisplay"), SIGNIFICANCE),
    "MutualInfoMatrixDisplay": (of_data("MutualInfoMatrixDisplay", "X"), {"order": ["given"]}),
    "ReliabilityDisplay": (of_predictions("ReliabilityDisplay"), CONFIDENCE),
    "ScoreDecompositionDisplay": (of_predictions("ScoreDecompositionDisplay"), CONFIDENCE),
    "SelectionPathDisplay": (of_selector("SelectionPathDisplay"), {}),
    "SelectionReportDisplay": (of_selector("SelectionReportDisplay"), {"max_features": [1, None]}),
    "UncertaintyDisplay": (of_predictions("UncertaintyDisplay"), {"risk": ["log_loss", "error"]}),
}


def draw_rows(rng, max_rows=60):
    n = min(draw_n_rows(rng), max_rows)
    table = draw_table(rng, n)
    return {
        "X": table,
        "y": draw_target(rng, table.columns, n),
        "sample_weight": draw_weights(rng, n),
    }


def make_display(rng):
    rows = draw_rows(rng)
    n, k = rows["X"].n_rows, pick(rng, [1, 2, 2, 2, 3, 5])
    rows["labels"] = draw_labels(rng, n, k)
    rows["probabilities"] = draw_probabilities(rng, n, k)
    rows["counts"] = rng.integers(0, 5, (n, k)).astype(float)
    name = pick(rng, list(DISPLAYS))
    params = draw_settings(rng, DISPLAYS[name][1], hostile=0)
    return Case(rows, params, {"name": name})


def check_display(log, case, name, sample_weight, **inputs):
    from_what, arguments = DISPLAYS[name][0](log, case, w=sample_weight, **inputs)
    if arguments and arguments[0] is None:
        return  # it could not be fitted
    display = log.call(name, from_what, *arguments, **case.params)
    if display.ok:
        log.call(f"{name}, drawn", display.value.figure_.canvas.draw)
    plt.close("all")


def make_report(rng):
    return Case(draw_rows(rng), {})


def check_report(log, case, X, y, sample_weight):
    report = log.call("information_report", information_report, X, y, sample_weight=sample_weight)
    if report.ok:
        page = report.value._repr_html_()
        log.need("names and levels are text", not any(tag in page for tag in (TAG, MARKUP)))


TARGETS = {"report": Target(make_report, check_report, share=0.05)}
if plt:
    TARGETS["display"] = Target(make_display, check_display, share=0.2)
