"""The information curve of a table of counts, and where it leaves the origin."""

import numpy as np

from fuzz.bottleneck import draw_counts
from fuzz.cases import Case, Target
from fuzz.invariants import check_containers, dense, is_whole, weighted_rows
from fuzz.settings import draw_settings
from fuzz.tables import SPARSE, draw_n_rows, draw_weights
from skinfo.cluster import critical_beta, information_curve

OPTIONS = {
    "betas": [[2], [1, 5, 100], [1e300], [1e-300, 3]],
    "n_clusters": [None, 1, 2, 10**9],
    "n_init": [1, 3],
    "max_iter": [1, 20, 500],
    "tol": [0, 1e-4],
    "base": [2, np.e],
}


def make_curve(rng):
    n = min(draw_n_rows(rng), 60)
    rows = {"X": draw_counts(rng, n), "sample_weight": draw_weights(rng, n)}
    return Case(rows, {"max_iter": 200, "n_init": 2} | draw_settings(rng, OPTIONS))


def check_curve(log, case, X, sample_weight):
    onset = log.call("critical_beta", critical_beta, X, sample_weight=sample_weight)
    if not onset.ok:
        return
    log.need("critical_beta >= 1", onset.value >= 1 - 1e-9, onset.value)
    check_onset(log, case, X, sample_weight, onset.value)
    settings = {"random_state": 0, **case.params}
    curve = log.call(
        "information_curve", information_curve, X, sample_weight=sample_weight, **settings
    )
    if curve.ok:
        check_points(log, curve.value, onset.value)


def check_onset(log, case, X, sample_weight, known):
    """The critical beta is the same for the same table."""
    n = case.rows["X"].n_rows
    if n > 1 and (sample_weight is None or is_whole(sample_weight)):
        rows = case.rng("row order").permutation(n)
        moved = case.take(rows).inputs()["X"]
        weights = weighted_rows(sample_weight, rows)
        other = log.call("critical_beta, row order", critical_beta, moved, sample_weight=weights)
        log.equal("critical_beta: row order", other.value, known)
        if sample_weight is not None:
            rows = np.repeat(np.arange(n), np.asarray(sample_weight).astype(int))
            repeated = case.take(rows).inputs()["X"]
            other = log.call("critical_beta, repeated", critical_beta, repeated)
            log.equal("critical_beta: weights are repetitions", other.value, known)
    if case.rows["X"].container in SPARSE:
        other = log.call(
            "critical_beta, dense", critical_beta, dense(X), sample_weight=sample_weight
        )
        log.equal("critical_beta: sparse is dense", other.value, known)
    if sample_weight is None:
        check_containers(log, case, critical_beta)


def check_points(log, curve, onset):
    """Points of a curve are on a concave hull that starts at the origin."""
    compression, relevance = curve.compression, curve.relevance
    for name in ("betas", "compression", "relevance", "mutual_information", "entropy"):
        log.finite(name, getattr(curve, name))
    log.need("0 <= relevance", (relevance >= -1e-9).all(), relevance)
    log.need("relevance <= compression", (relevance <= compression + 1e-7).all(), curve)
    log.need("relevance <= I(X; Y)", (relevance <= curve.mutual_information + 1e-7).all(), curve)
    log.need("compression <= H(X)", (compression <= curve.entropy + 1e-7).all(), curve)
    for name, values in {"compression": compression, "relevance": relevance}.items():
        log.need(f"{name} grows with beta", (np.diff(values) >= -1e-7).all(), values)
    below = curve.betas < onset * (1 - 1e-6)
    log.need("nothing below critical_beta", (relevance[below] <= 1e-6).all(), (onset, curve))


TARGETS = {"curves": Target(make_curve, check_curve, share=0.15)}
