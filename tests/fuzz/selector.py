"""InfoBottleneckSelector."""

import copy

import numpy as np
from sklearn.base import clone
from sklearn.preprocessing import KBinsDiscretizer

from fuzz.cases import Case, Target
from fuzz.invariants import check_containers, check_fits
from fuzz.settings import draw_settings
from fuzz.tables import draw_n_rows, draw_table, draw_target, draw_weights
from skinfo import InfoBottleneckSelector, MutualInfoBinner

CRITERIA = [
    "bottleneck",
    "mim",
    "mifs",
    "mrmr",
    "cife",
    "jmi",
    "cmim",
    "jmim",
    "njmim",
    "disr",
    "icap",
]


class Quantiles(KBinsDiscretizer):
    """scikit-learn's binner, without NumPy's warning about the mean of -inf and inf."""

    def fit(self, X, y=None, sample_weight=None):
        with np.errstate(invalid="ignore"):
            return super().fit(X, y, sample_weight)


QUANTILES = Quantiles(3, encode="ordinal", quantile_method="averaged_inverted_cdf")
FITTED = (
    *["support_", "ranking_", "selected_features_", "n_features_", "mutual_info_", "p_values_"],
    *["gains_", "information_", "compression_"],
)


def facts(selector):
    return {name: np.asarray(getattr(selector, name)) for name in FITTED}


def make_selector(rng):
    n = draw_n_rows(rng)
    table = draw_table(rng, n)
    p, names = len(table.columns), list(table.names)
    options = {
        "n_features_to_select": ["auto", "elbow", "predictive", 1, 2, p, p + 1, 0.3, 0.999, 1e-9],
        "information": [None, 0.5, 1.0, 1e-9],
        "criterion": CRITERIA,
        "beta": [None, 0.1, 1.0, 10, 1e300, 1e-300],
        "alpha": [0.05, 0.5, 1e-300, 0.999999],
        "binner": [None, MutualInfoBinner(), QUANTILES, MutualInfoBinner(encode="onehot")],
        "max_states": [2, 3, 64, 10**6],
        "interactions": [False, True, 2, 3],
        "groups": [None, {"g": [0]}, {"g": names}, [0] * p, [None] * p, [list(range(p))]],
        "feature_costs": [None, [0.0] * p, [1e300] * p, {0: 0.1}, [0.1] * p],
        "must_include": [None, [0], [True] * p, [], names[:1]],
        "must_exclude": [None, [p - 1], [], [False] * p],
        "target_type": ["auto", "binary", "multiclass", "continuous"],
        "n_jobs": [None, 1, 2],
    }
    rows = {
        "X": table,
        "y": draw_target(rng, table.columns, n),
        "sample_weight": draw_weights(rng, n),
    }
    return Case(rows, draw_settings(rng, options, share=0.2))


def check_selector(log, case, X, y, sample_weight):
    estimator = InfoBottleneckSelector(**case.params)
    fit = log.call("fit", clone(estimator).fit, X, y, sample_weight)
    if not fit.ok:
        return
    selector = fit.value
    n, p = case.rows["X"].n_rows, len(case.rows["X"].columns)
    for name in ("mutual_info_", "p_values_", "gains_", "information_", "compression_"):
        log.finite(name, getattr(selector, name))
    log.need("p_values_ in [0, 1]", ((selector.p_values_ >= 0) & (selector.p_values_ <= 1)).all())
    log.need("compression_ >= 0", (np.asarray(selector.compression_) >= -1e-12).all())
    chosen = np.sort(selector.selected_features_)
    log.equal("support_ is selected_features_", np.flatnonzero(selector.support_), chosen)
    log.equal("ranking_ 1 is support_", selector.ranking_ == 1, selector.support_)
    by_feature = ("support_", "ranking_", "mutual_info_", "p_values_")
    log.need("one entry a feature", all(len(getattr(selector, name)) == p for name in by_feature))
    check_output(log, case, selector, X, n)
    repeats = estimator.binner is not QUANTILES
    check_fits(log, case, estimator, selector, facts, repeats)
    check_containers(log, case, lambda X: facts(clone(estimator).fit(X, y, sample_weight)))


def check_output(log, case, selector, X, n):
    """What is done with a fitted selector."""
    if selector.n_features_:
        out = log.call("transform", selector.transform, X)
        log.need("transform takes what fit took", not out.refused, out.error)
        if out.ok:
            log.equal("transform: shape", out.value.shape, (n, selector.n_features_))
    if selector.n_features_ and case.rows["X"].container in ("pandas", "polars"):
        frames = copy.copy(selector).set_output(transform=case.rows["X"].container)
        out = log.call("set_output, transform", frames.transform, X)
        if out.ok:
            log.equal("set_output: shape", out.value.shape, (n, selector.n_features_))
    report = log.call("report", selector.report)
    if report.ok:
        log.finite("report: bits", report.value["bits"])
    if case.chance("html", 0.1):
        log.call("_repr_html_", selector._repr_html_)
    names = log.call("get_feature_names_out", selector.get_feature_names_out)
    if names.ok:
        log.equal("names of the output", len(names.value), selector.n_features_)


TARGETS = {"selector": Target(make_selector, check_selector, share=0.6)}
