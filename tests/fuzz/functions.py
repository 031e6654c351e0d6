"""Public functions: of samples, of counts, of distributions and of predictions.

Each is an entry of a table: the function, its settings, and what of its result are numbers. A
target draws one of its table and compares what promises say is the same.
"""

import inspect
import math
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from fuzz.cases import Case, Target, rows_of
from fuzz.columns import pick
from fuzz.invariants import check_containers, is_whole, weighted_rows
from fuzz.settings import draw_settings
from fuzz.tables import draw_n_rows, draw_table, draw_target, draw_weights
from skinfo import cluster, datasets, estimation, feature_selection, measures, metrics

PACKAGES = (cluster, datasets, estimation, feature_selection, measures, metrics)
BASES = [2, math.e, 10, 0.5]
COUNT_ESTIMATORS = [
    *["auto", "plugin", "miller_madow", "grassberger", "chao_shen", "chao_wang_jost"],
    *["james_stein", "jeffreys", "laplace", "perks", "minimax", "nsb", "jackknife"],
]
MISSING = ["separate", "drop", "raise"]


class Function(NamedTuple):
    """A function of a package and how it is fuzzed.

    Attributes
    ----------
    package : module

    settings : dict
        Options by parameter.

    facts : tuple of str
        Attributes of the result that are numbers; empty where the result is.

    rows : str or None
        The order of the rows: "leaves no trace", "goes along" (a number for each row), or None
        where nothing is promised.
    """

    package: Any
    settings: dict[str, list]
    facts: tuple[str, ...] = ()
    rows: str | None = "leaves no trace"


def names_of_functions():
    """Return the public functions of the packages that take arguments, by name."""
    return {
        name
        for package in PACKAGES
        for name in package.__all__
        if inspect.isfunction(function := getattr(package, name))
        and inspect.signature(function).parameters
    }


# ---- of samples

OF_SAMPLES = {
    "mutual_info": Function(
        estimation,
        {
            "discrete_features": ["auto", True, False],
            "discrete_target": ["auto", True, False],
            "estimator": [*COUNT_ESTIMATORS, "ross", "ksg", "gaussian_copula", "binned", "emi"],
            "n_neighbors": [1, 3, 10**6],
            "missing": MISSING,
            "base": BASES,
            "n_jobs": [2],
        },
    ),
    "mutual_info_test": Function(
        estimation,
        {
            "discrete_features": ["auto", True, False],
            "estimator": ["auto", "plugin", "binned", "ksg"],
            "null": ["gamma", "permutation"],
            "n_permutations": [1, 19],
            "missing": MISSING,
            "base": BASES,
        },
        ("statistic", "pvalue", "qvalue"),
        None,
    ),
    "pointwise_mutual_info": Function(
        estimation,
        {"estimator": ["auto", "plugin", "ross", "ksg"], "missing": MISSING, "base": BASES},
        (),
        "goes along",
    ),
    "conditional_mutual_info": Function(
        estimation,
        {
            "discrete_features": ["auto", True, False],
            "estimator": ["auto", "plugin", "emi", "ksg", "gaussian_copula"],
            "n_neighbors": [1, 3],
            "missing": MISSING,
            "base": BASES,
        },
    ),
    "pairwise_interaction": Function(
        estimation,
        {"estimator": ["emi", "plugin"], "discrete_features": ["auto", True], "base": BASES},
        ("interaction", "pvalue"),
    ),
    "selection_stability": Function(feature_selection, {"n_pairs": [1, 3]}, ()),
    "selection_curve": Function(
        feature_selection,
        {"betas": [[1, 10], [1e300], [0.1]]},
        ("betas", "compression", "relevance", "n_features"),
    ),
    "held_out_information": Function(
        feature_selection, {}, ("information", "standard_error"), None
    ),
}

# ---- of a table alone

OF_TABLES = {
    "discrete_entropy": Function(
        estimation,
        {
            "estimator": COUNT_ESTIMATORS,
            "n_categories": [None, 1, 5, 10**18, 10**30],
            "missing": MISSING,
            "base": BASES,
        },
    ),
    "pairwise_mutual_info": Function(
        estimation, {"estimator": ["emi", "plugin"], "missing": MISSING, "n_jobs": [2]}
    ),
    "multivariate_info": Function(
        estimation,
        {
            "measure": ["total_correlation", "dual_total_correlation", "o_information"],
            "discrete_features": ["auto", True, False],
            "estimator": ["auto", "plugin", "jeffreys", "ksg", "gaussian_copula"],
            "n_neighbors": [1, 3],
            "missing": MISSING,
            "n_permutations": [1, 9],
        },
        ("statistic",),
    ),
    "pointwise_entropy": Function(
        estimation, {"missing": MISSING, "base": BASES}, (), "goes along"
    ),
    "differential_entropy": Function(
        estimation, {"n_neighbors": [1, 3, 10**6], "base": [2, math.e]}
    ),
    "critical_beta": Function(cluster, {}),
    "information_curve": Function(
        cluster,
        {"betas": [[2], [1, 5, 100]], "n_clusters": [None, 1, 2], "n_init": [1], "max_iter": [5]},
        ("compression", "relevance"),
        None,
    ),
}


def draw_named_table(rng, n, **options):
    """Return a table whose columns have names that messages can be told by, or one name."""
    table = draw_table(rng, n, **options)
    if set(table.names) == {"dup"} and rng.random() < 0.3:
        return table
    return replace(table, names=tuple(f"c{j}" for j in range(len(table.columns))))


def make_samples(table):
    """Return a maker of cases of functions in a table, of a table X, y and weights."""

    def make(rng):
        n = min(draw_n_rows(rng), 60)
        X = draw_named_table(rng, n)
        name = pick(rng, list(table))
        rows = {
            "X": X,
            "y": draw_target(rng, X.columns, n),
            "sample_weight": draw_weights(rng, n),
            "Z": draw_target(rng, X.columns, n),
        }
        options = table[name].settings
        params = draw_settings(rng, options) if options else {}
        return Case(rows, params, {"name": name})

    return make


def numbers_of(asked, value):
    """Return what of a result are numbers."""
    return [np.asarray(getattr(value, fact)) for fact in asked.facts] or np.asarray(value)


def check_samples(table):
    """Return a check of functions in a table."""

    def check(log, case, X, y, sample_weight, Z, name):
        asked = table[name]
        function = getattr(asked.package, name)
        takes = inspect.signature(function).parameters

        sample_weight = sample_weight if "sample_weight" in takes else None
        seed = {"random_state": 0} if "random_state" in takes else {}
        named = {"X": X, "y": y, "Z": Z}
        given = [value for key, value in named.items() if key == "X" or key in takes]

        def call(what, rows=None, weights=sample_weight, **others):
            """Call the function with some of the rows, None for all."""
            of_rows = given if rows is None else [rows_of(x, rows) for x in given]
            options = {"sample_weight": weights} if "sample_weight" in takes else {}
            return log.call(
                f"{name}, {what}", function, *of_rows, **seed | options | case.params | others
            )

        def numbers(outcome):
            return numbers_of(asked, outcome.value)

        def in_container(X):
            options = {"sample_weight": sample_weight} if "sample_weight" in takes else {}
            return numbers_of(asked, function(X, *given[1:], **seed | options | case.params))

        out = call("first")
        if not out.ok:
            return
        found = numbers(out)
        check_numbers(log, name, found)
        n = case.rows["X"].n_rows
        whole = sample_weight is None or is_whole(sample_weight)
        if n > 1 and whole and asked.rows and case.chance("row order", 0.6):
            rows = case.rng("row order").permutation(n)
            other = call("row order", rows, weighted_rows(sample_weight, rows))
            if other.ok:
                expected = found[rows] if asked.rows == "goes along" else found
                log.equal(f"{name}: row order", numbers(other), expected)
        if "selector" not in takes:  # which are told by names
            in_container.__signature__ = inspect.signature(function)
            check_containers(log, case, in_container)
        if "n_jobs" in takes and case.chance("n_jobs", 0.3):
            threads = {"n_jobs": 1 if case.params.get("n_jobs") == 2 else 2}
            other = call("n_jobs", **threads)
            log.need(f"{name}: n_jobs: not refused", not other.refused or "n_jobs" in case.params)
            if other.ok:
                log.equal(f"{name}: n_jobs", numbers(other), found)
        repeats = asked.rows == "leaves no trace" and "sample_weight" in takes
        if repeats and sample_weight is not None and whole:
            rows = np.repeat(np.arange(n), np.asarray(sample_weight).astype(int))
            other = call("repeated", rows, None)
            if other.ok:
                log.equal(f"{name}: weights are repetitions", numbers(other), found)

    return check


# Of these infinity is a value: of repeated rows, of independent variables.
MAY_BE_INFINITE = {
    *["differential_entropy", "critical_beta", "sample_kl_divergence", "sample_cross_entropy"],
    *["kl_divergence", "cross_entropy", "pointwise_mutual_info"],
}
# The bound of an interval, or a p-value, of too few samples is none.
MAY_BE_NAN = {
    *["held_out_information", "compare_log_loss", "log_loss_decomposition"],
    *["pointwise_mutual_info", "pointwise_entropy"],  # of a sample without weight
}


def check_numbers(log, name, found):
    for value in found if isinstance(found, list) else [found]:
        if name in MAY_BE_NAN or value.dtype == object:
            continue
        fine = ~np.isnan(value) if name in MAY_BE_INFINITE else np.isfinite(value)
        if not np.all(fine):
            log.fail("number", f"{name} is finite", value)


# ---- of two samples

OF_TWO_SAMPLES = {
    name: Function(
        estimation,
        {
            "discrete": ["auto", True, False],
            "estimator": ["auto", "plugin", "miller_madow", "jeffreys", "knn"],
            "n_neighbors": [1, 3],
            "n_categories": [None, 10**6, 10**30],
            "missing": MISSING,
            "base": BASES,
        },
    )
    for name in ("sample_cross_entropy", "sample_kl_divergence", "sample_js_divergence")
} | {
    "population_stability": Function(
        metrics, {"n_bins": [2, 10], "min_frequency": [None, 2, 0.2]}, ("psi", "pvalue")
    )
}


def make_two_samples(rng):
    n = min(draw_n_rows(rng), 60)
    X = draw_named_table(rng, n, max_columns=3)
    name = pick(rng, list(OF_TWO_SAMPLES))
    first = np.sort(rng.permutation(n)[: int(rng.integers(0, n + 1))])
    fixed = {"name": name, "first": first.tolist()}
    return Case({"X": X}, draw_settings(rng, OF_TWO_SAMPLES[name].settings), fixed)


def check_two_samples(log, case, X, name, first):
    asked, n = OF_TWO_SAMPLES[name], case.rows["X"].n_rows
    function = getattr(asked.package, name)
    some = [i for i in first if i < n]
    parts = [np.array(some, int), np.setdiff1d(np.arange(n), some)]
    samples = [rows_of(X, rows) for rows in parts]
    out = log.call(name, function, *samples, **case.params)
    if not out.ok:
        return
    found = numbers_of(asked, out.value)
    check_numbers(log, name, found)

    def in_container(X):
        return numbers_of(asked, function(*(rows_of(X, rows) for rows in parts), **case.params))

    in_container.__signature__ = inspect.signature(function)
    check_containers(log, case, in_container)
    if case.chance("row order", 0.6):
        rng = case.rng("row order")
        shuffled = [rows_of(X, rng.permutation(rows)) for rows in parts]
        other = log.call(f"{name}, row order", function, *shuffled, **case.params)
        if other.ok:
            log.equal(f"{name}: row order", numbers_of(asked, other.value), found)


# ---- of distributions

ALPHAS = [0, 0.5, 1, 2, math.inf, 1e-12, 1 + 1e-12, 1e300, -1, float("nan"), "a"]
MAY_BE_NEGATIVE = {"interaction_information", "o_information"}


def draw_distribution(rng, shape):
    """Return numbers of a shape: mostly probabilities, in any scale and container."""
    p = rng.dirichlet(np.full(max(math.prod(shape), 1), 0.7))[: math.prod(shape)].reshape(shape)
    others = [
        lambda: (p == p.max(initial=0)).astype(float),
        lambda: p * 1e300,
        lambda: p * 1e-300,
        lambda: p.astype(np.float32),
        lambda: p.astype(np.float16),
        lambda: rng.integers(0, 4, shape),
        lambda: np.zeros(shape),
        lambda: rng.normal(size=shape),
        lambda: np.where(rng.random(shape) < 0.2, np.nan, p),
        lambda: np.where(rng.random(shape) < 0.2, np.inf, p),
        lambda: p.astype(object),
        lambda: p.astype(complex),
        lambda: p.tolist(),
        lambda: p > 0.2,
        lambda: np.ma.masked_array(p),
    ]
    return p if rng.random() < 0.5 else pick(rng, others)()


def make_measure(rng):
    name = pick(rng, measures.__all__)
    takes = inspect.signature(getattr(measures, name)).parameters
    shape = tuple(rng.integers(1, 5, pick(rng, [0, 1, 1, 2, 2, 2, 3, 3, 4])).tolist())
    if rng.random() < 0.05:
        shape = (*shape[:-1], 0)
    arguments = [draw_distribution(rng, shape)]
    if name in ("cross_entropy", "js_divergence", "kl_divergence"):
        arguments.append(draw_distribution(rng, shape if rng.random() < 0.9 else shape[::-1]))
    if "alpha" in takes:
        arguments.append(pick(rng, ALPHAS))
    options = {
        "base": [2, math.e, 10, 1e300],
        "normalize": [True, False],
        "axis": [-1, 0, 1, 5],
        "average": ["arithmetic", "geometric", "min", "max", "joint"],
        "given": [0, 1, -1, (0,), (0, 1)],
    }
    options = {key: values for key, values in options.items() if key in takes}
    params = draw_settings(rng, options) if options else {}
    if "given" in takes:
        params.setdefault("given", 0)
    return Case({}, params, {"name": name, "arguments": arguments})


def check_measure(log, case, name, arguments):
    out = log.call(name, getattr(measures, name), *arguments, **case.params)
    if not out.ok:
        return
    value = np.asarray(out.value, float)
    check_numbers(log, name, value)
    if name not in MAY_BE_NEGATIVE:
        exact = np.asarray(arguments[0]).dtype.itemsize >= 8
        largest = np.abs(value[np.isfinite(value)]).max(initial=1)
        log.need(f"{name} >= 0", (value >= -(1e-9 if exact else 2e-2) * largest).all(), value)


# ---- of predictions

OF_PREDICTIONS = {
    "cross_entropy_loss": Function(
        metrics,
        {
            "reduction": ["mean", "sum", "none"],
            "from_logits": [True],
            "class_weight": ["balanced"],
            "label_smoothing": [0.0, 0.1, 1.0],
            "ignore_index": [0, "c0"],
            "base": BASES,
        },
    ),
    "log_loss_decomposition": Function(
        metrics,
        {"n_resamples": [0, 2], "base": BASES},
        ("log_loss", "miscalibration", "discrimination", "uncertainty"),
    ),
    "compare_log_loss": Function(metrics, {"base": BASES}, ("log_loss_a", "log_loss_b")),
    "risk_coverage_curve": Function(
        metrics, {"risk": ["log_loss", "error_rate"], "base": BASES}, ("coverage", "risk")
    ),
    "calibration_error": Function(
        metrics,
        {
            "n_bins": [1, 5, 15],
            "strategy": ["uniform", "quantile"],
            "norm": ["l1", "l2", "max"],
            "notion": ["auto", "binary", "top_label", "classwise"],
        },
    ),
    "reliability_curve": Function(
        metrics, {"band": ["consistency", "confidence", None], "n_resamples": [2, 9]}, ()
    ),
    "binary_cross_entropy": Function(
        metrics,
        {
            "reduction": ["mean", "sum", "none"],
            "from_logits": [True],
            "pos_weight": [2.0, 0.5],
            "pos_label": [None, 1, "c1"],
            "base": BASES,
        },
    ),
    "uncertainty_decomposition": Function(
        metrics,
        {"weights": [None, [1, 2, 3], [0, 0, 0]], "corrected": [True], "base": BASES},
        ("total", "aleatoric", "epistemic"),
    ),
}


def draw_predictions(rng, n, k):
    """Return probabilities of k classes, most of the time."""
    p = rng.dirichlet(np.full(k, 0.5), n)
    others = [
        lambda: np.eye(k)[rng.integers(0, k, n)],
        lambda: np.full((n, k), 1 / k),
        lambda: p.astype(np.float32),
        lambda: p.astype(np.float16),
        lambda: rng.random((n, k)),
        lambda: rng.normal(size=(n, k)),
        lambda: rng.normal(size=(n, k)) * 1e200,  # a number times the largest weight too
        lambda: np.where(rng.random((n, k)) < 0.1, np.nan, p),
        lambda: np.where(rng.random((n, k)) < 0.1, np.inf, p),
        lambda: rng.random(n),
        lambda: p.astype(object),
        lambda: p.tolist(),
    ]
    return p if rng.random() < 0.5 else pick(rng, others)()


def draw_labels(rng, n, k):
    codes = rng.integers(0, k, n)
    others = [
        lambda: np.array([f"c{i}" for i in range(k)], object)[codes],
        lambda: np.array([f"c{i}" for i in range(k)])[codes],
        lambda: codes.astype(bool),
        lambda: codes.astype(float),
        lambda: codes + 1,
        lambda: codes.tolist(),
        lambda: rng.dirichlet(np.ones(k), n),
        lambda: np.where(rng.random(n) < 0.2, np.nan, codes),
        lambda: np.zeros(n, int),
    ]
    return codes if rng.random() < 0.5 else pick(rng, others)()


def make_predictions(rng):
    n, k = min(draw_n_rows(rng), 60), pick(rng, [1, 2, 2, 3, 5])
    name = pick(rng, list(OF_PREDICTIONS))
    rows = {"y_true": draw_labels(rng, n, k), "y_prob": draw_predictions(rng, n, k)}
    rows["second"] = draw_predictions(rng, n, k)
    rows["sample_weight"] = draw_weights(rng, n)
    if name == "binary_cross_entropy":
        rows["y_prob"] = rng.random(n)
    return Case(rows, draw_settings(rng, OF_PREDICTIONS[name].settings), {"name": name})


def check_predictions(log, case, y_true, y_prob, second, sample_weight, name):
    asked = OF_PREDICTIONS[name]
    function = getattr(metrics, name)
    takes = inspect.signature(function).parameters
    arguments = [y_true, y_prob, second] if "prob_b" in takes else [y_true, y_prob]
    if name == "uncertainty_decomposition":
        members = [y_prob, second] if np.shape(y_prob) == np.shape(second) else [y_prob]
        arguments = [np.array(members)]
    options = {"sample_weight": sample_weight} if "sample_weight" in takes else {}
    out = log.call(name, function, *arguments, **options, **case.params)
    if out.ok and name != "reliability_curve":
        facts = [np.asarray(getattr(out.value, fact)) for fact in asked.facts]
        check_numbers(log, name, facts or np.asarray(out.value))


# ---- data sets

OF_DATASETS = {
    "load_alzheimer": {"return_X_y": [True, "yes"]},
    "load_lending_club": {"return_X_y": [True, "yes"]},
    "make_correlated_normals": {"rho": [0.0, 0.6, -1.0, [0.1, 0.5], 2.0]},
    "make_documents": {"n_words": [1, 20], "n_topics": [1, 3], "common": [0.0, 1.0, 2.0]},
    "make_madelon": {"n_features": [6, 25], "n_informative": [1, 2], "n_redundant": [0, 3]},
    "make_parity": {"n_informative": [1, 2], "n_levels": [2, 3, None], "flip": [0.0, 0.5, 2.0]},
    "make_predictions": {"slope": [0.0, 1.0, 3.0, -1.0], "deviation": [0.0, 1.5]},
    "make_redundant_copies": {"n_copies": [0, 2], "n_noise": [0, 3], "jitter": [0.0, 1.0]},
    "make_steps": {"rates": [(0.1, 0.9), (0.5,), (0.0, 1.0), (2.0,)], "edges": [[0.2], [0.2, 3]]},
    "make_wave": {"n_periods": [1, 3], "low": [0.0, 0.1, 0.95], "high": [0.9, 1.0, 1.5]},
}


def make_dataset(rng):
    name = pick(rng, list(OF_DATASETS))
    options = OF_DATASETS[name]
    if name.startswith("make_"):
        options = options | {"n_samples": [1, 2, 20, 0], "return_information": [True]}
    return Case({}, draw_settings(rng, options, share=0.6), {"name": name})


def check_dataset(log, case, name):
    function = getattr(datasets, name)
    params = case.params
    if name.startswith("make_"):
        params = {"n_samples": 30, "random_state": 0} | params
    first, second = (log.call(name, function, **params) for _ in range(2))
    if first.ok and second.ok:
        arrays = [np.asarray(part) for part in first.value if isinstance(part, np.ndarray)]
        for part in arrays:
            if part.dtype.kind == "f":
                log.need(f"{name} is finite", np.isfinite(part).all(), part)
        again = [np.asarray(part) for part in second.value if isinstance(part, np.ndarray)]
        log.equal(f"{name}: the same seed", arrays, again)


TARGETS = {
    "samples": Target(make_samples(OF_SAMPLES), check_samples(OF_SAMPLES), share=0.3),
    "tables": Target(make_samples(OF_TABLES), check_samples(OF_TABLES)),
    "two samples": Target(make_two_samples, check_two_samples),
    "measures": Target(make_measure, check_measure),
    "predictions": Target(make_predictions, check_predictions),
    "datasets": Target(make_dataset, check_dataset),
}
