"""InformationBottleneck."""

import numpy as np
from sklearn.base import clone

from fuzz.cases import Case, Target
from fuzz.columns import TINY, Column, pick
from fuzz.invariants import check_fits, is_whole
from fuzz.settings import draw_settings
from fuzz.tables import ARRAYS, SPARSE, Table, draw_n_rows, draw_table, draw_weights
from skinfo import InformationBottleneck

COUNTS = {
    "poisson": lambda r, n: r.poisson(2, n).astype(float),
    "few": lambda r, n: r.integers(0, 3, n).astype(float),
    "fractions": lambda r, n: r.random(n),
    "zeros": lambda r, n: np.zeros(n),
    "huge": lambda r, n: r.random(n) * 1e300,
    "small": lambda r, n: r.random(n) * 1e-300,
    "subnormal": lambda r, n: r.integers(0, 3, n) * TINY,
    "constant": lambda r, n: np.full(n, 7.0),
    "one other": lambda r, n: (np.arange(n) == 0) * 1.0,
    "1e15": lambda r, n: r.integers(0, 3, n) * 1e15,
    "scales": lambda r, n: r.choice([0, 1e-12, 1, 1e12], n),
}

FITTED = (
    "cluster_weights_",
    "cluster_distributions_",
    "information_",
    "compression_",
    "relevance_",
)


def facts(bottleneck):
    return {name: getattr(bottleneck, name) for name in FITTED}


def draw_counts(rng, n):
    """Return a table of counts, mostly of the same kind in all columns."""
    if rng.random() < 0.2:
        return draw_table(rng, n)
    p = pick(rng, [1, 2, 3, 4, 5])
    one = pick(rng, list(COUNTS))
    kinds = [one] * p if rng.random() < 0.7 else [pick(rng, list(COUNTS)) for _ in range(p)]
    columns = [Column(kind, COUNTS[kind](rng, n)) for kind in kinds]
    if rng.random() < 0.2 and n > 2:  # many equal rows
        rows = np.arange(n)
        rows[1::2] = 0
        columns = [column.take(rows) for column in columns]
    container = pick(rng, [*ARRAYS, *SPARSE, "pandas"])
    return Table(tuple(columns), tuple(f"c{j}" for j in range(p)), container, n)


def make_bottleneck(rng):
    n = draw_n_rows(rng)
    options = {
        "n_clusters": [1, 2, 3, n, n + 1, 8],
        "algorithm": ["sequential", "agglomerative", "iterative", "deterministic"],
        "beta": [None, 0.5, 1, 10, 1e300, 1e-300],
        "counts": ["raw", "sqrt", "binary"],
        "n_init": [1, 3],
        "max_iter": [1, 10, 100],
        "tol": [0, 1e-8, 1.0],
        "n_jobs": [None, 2],
    }
    params = {"n_clusters": 2} | draw_settings(rng, options)
    if params.get("algorithm") in ("iterative", "deterministic"):
        params["beta"] = pick(rng, [2, 10, 100.0, params.get("beta")])
    params["random_state"] = pick(rng, [0, 1])
    return Case({"X": draw_counts(rng, n), "sample_weight": draw_weights(rng, n)}, params)


def check_bottleneck(log, case, X, sample_weight):
    estimator = InformationBottleneck(**case.params)
    fit = log.call("fit", clone(estimator).fit, X, None, sample_weight)
    if not fit.ok:
        return
    bottleneck = fit.value
    n_clusters = len(bottleneck.cluster_weights_)
    for name in FITTED:
        log.finite(name, getattr(bottleneck, name))
    weights, distributions = bottleneck.cluster_weights_, bottleneck.cluster_distributions_
    log.need("cluster_weights_ sum to 1", abs(weights.sum() - 1) < 1e-9, weights)
    log.need(
        "cluster_distributions_ sum to 1", np.allclose(distributions.sum(1), 1), distributions
    )
    log.need("relevance_ in [0, 1]", 0 <= bottleneck.relevance_ <= 1, bottleneck.relevance_)
    bits = bottleneck.information_, bottleneck.compression_
    log.need("0 <= information_ <= compression_", -1e-12 <= bits[0] <= bits[1] + 1e-9, bits)
    labels = bottleneck.labels_
    fine = labels.min(initial=-1) >= -1 and labels.max(initial=-1) < n_clusters
    log.need("labels_ are clusters", fine and len(labels) == case.rows["X"].n_rows, labels)
    check_rows(log, bottleneck, X, sample_weight)
    if estimator.algorithm == "agglomerative":
        check_tree(log, bottleneck)
    check_fits(log, case, estimator, bottleneck, facts)
    check_labels(log, case, estimator, bottleneck, X, sample_weight)


def check_rows(log, bottleneck, X, sample_weight):
    """What is done with rows after a fit."""
    n_clusters = len(bottleneck.cluster_weights_)
    encoder = log.call("transform", bottleneck.transform, X)
    log.need("transform takes what fit took", not encoder.refused, encoder.error)
    if encoder.ok:
        log.finite("transform", encoder.value)
        sums = encoder.value.sum(1)
        log.need(
            "rows of transform sum to 1 or 0", (np.isclose(sums, 1) | (sums == 0)).all(), sums
        )
    predicted = log.call("predict", bottleneck.predict, X)
    if predicted.ok:
        log.need("predict gives clusters", predicted.value.max(initial=-1) < n_clusters)
    score = log.call("score", bottleneck.score, X, None, sample_weight)
    if score.ok:
        log.need("score >= 0", score.value >= -1e-12, score.value)
    log.call("_repr_html_", bottleneck._repr_html_)


def check_tree(log, bottleneck):
    """The tree of the agglomerative algorithm."""
    log.finite("merge_costs_", bottleneck.merge_costs_)
    log.need(
        "merge_costs_ >= 0", (bottleneck.merge_costs_ >= -1e-12).all(), bottleneck.merge_costs_
    )
    log.call("cut_tree", bottleneck.cut_tree, 1)
    cut = log.call("cut_tree", bottleneck.cut_tree, bottleneck.n_clusters)
    if cut.ok:
        log.equal("cut_tree(n_clusters) is labels_", cut.value, bottleneck.labels_)


def check_labels(log, case, estimator, bottleneck, X, sample_weight):
    """The label of a row depends on nothing but the rows."""
    labels = bottleneck.labels_
    again = log.call("fit_predict", clone(estimator).fit_predict, X, None, sample_weight)
    if again.ok:
        log.equal("fit_predict is labels_", again.value, labels)
    table = case.rows["X"]
    if sample_weight is not None and is_whole(sample_weight):
        rows = np.repeat(np.arange(table.n_rows), np.asarray(sample_weight).astype(int))
        fit = log.call("fit repeated", clone(estimator).fit, case.take(rows).rows["X"].render())
        if fit.ok:
            log.equal("weights are repetitions: labels_", fit.value.labels_, labels[rows])
    if table.container in SPARSE and case.chance("dense", 0.5):
        X = X.toarray()
        fit = log.call("fit dense", clone(estimator).fit, X, None, sample_weight)
        if fit.ok:
            log.equal("sparse is dense: labels_", fit.value.labels_, labels)
            log.equal(
                "sparse is dense: information_", fit.value.information_, bottleneck.information_
            )


TARGETS = {"bottleneck": Target(make_bottleneck, check_bottleneck, share=0.6)}
