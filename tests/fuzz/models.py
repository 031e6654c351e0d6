"""EntropyScorer, Scorecard, and models in pipelines, searches and as ONNX."""

import math
import pickle

import numpy as np
import scipy.sparse
from optional import duckdb, optional
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.dummy import DummyClassifier
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.tree import DecisionTreeClassifier

from fuzz.cases import Case, Target, rows_of
from fuzz.columns import pick
from fuzz.invariants import dense, is_whole, weighted_rows
from fuzz.log import close
from fuzz.plain_tables import LEVELS, draw_plain_table, draw_rules, new_rows
from fuzz.predictions import draw_labels, draw_probabilities, names_of
from fuzz.rules import selected
from fuzz.settings import draw_settings
from fuzz.tables import draw_n_rows, draw_table, draw_target, draw_weights
from skinfo import EntropyScorer, InfoBottleneckSelector, MutualInfoBinner
from skinfo.metrics import get_scorer_names
from skinfo.onnx import onnx_inputs, to_onnx
from skinfo.scorecard import Scorecard

onnxruntime, skl2onnx = optional("onnxruntime"), optional("skl2onnx")


class Oracle(ClassifierMixin, BaseEstimator):
    """A fitted classifier that predicts what it is told."""

    def __init__(self, probabilities=None, classes=None):
        self.probabilities, self.classes_ = probabilities, classes

    def predict_proba(self, X):
        return self.probabilities

    def __sklearn_is_fitted__(self):
        return True


def scorer_options():
    names = get_scorer_names()
    outputs = ["entropy", "margin", ("entropy", "margin"), ["total", "aleatoric", "epistemic"]]
    several = [names, tuple(names[:2]), {"a": "log_loss"}, [], ["skill", "skill"], {}]
    return {
        "metric": [*names, *several],
        "base": [2, math.e, 10, 1.0000001, 1e300],
        "output": outputs,
        "cv": [2, 3, 5],
        "unseen": ["clip", "inf", "raise"],
    }


def make_scorer(rng):
    n, k = draw_n_rows(rng), pick(rng, [1, 2, 2, 2, 3, 5, 40])
    classes = [*[np.arange(k)] * 4, names_of(k), np.arange(k)[::-1], np.arange(k) + 1]
    rows = {
        "probabilities": draw_probabilities(rng, n, k),
        "labels": draw_labels(rng, n, k),
        "sample_weight": draw_weights(rng, n),
    }
    return Case(rows, draw_settings(rng, scorer_options()), {"classes": pick(rng, classes)})


def check_scorer(log, case, probabilities, labels, sample_weight, classes):
    made = log.call("EntropyScorer", EntropyScorer, **case.params)
    if not made.ok or not case.n_rows:
        return
    scorer, n = made.value, case.n_rows

    def score(what, rows, weights):
        """Return a dict of scores of some rows, or None."""
        model = Oracle(rows_of(probabilities, rows), classes)
        arguments = model, np.zeros((len(rows), 1)), rows_of(labels, rows), weights
        outcome = log.call(what, scorer, *arguments)
        if isinstance(scorer.metric, str) and outcome.ok:
            return {scorer.metric: outcome.value}
        return outcome.value

    def compare(promise, rows, weights):
        other = score(f"score, {promise}", rows, weights)
        fine = other is not None and close(list(other.values()), list(scores.values()))
        log.need(f"score: {promise}", fine, (other, scores))

    scores = score("score", np.arange(n), sample_weight)
    if scores is None:
        return
    for name, value in scores.items():
        # Of nothing to be known there is no share; and what was excluded may cost everything.
        if "skill" not in name and scorer.unseen != "inf":
            log.finite(f"score: {name}", value)
    rows = case.rng("row order").permutation(n)
    compare("row order", rows, weighted_rows(sample_weight, rows))
    if sample_weight is not None and is_whole(sample_weight):
        rows = np.repeat(np.arange(n), np.asarray(sample_weight).astype(int))
        compare("weights are repetitions", rows, None)


def make_fitted_scorer(rng):
    n = draw_n_rows(rng)
    table = draw_table(rng, n)
    params = draw_settings(rng, scorer_options())
    params["estimator"] = pick(rng, [DummyClassifier(), DecisionTreeClassifier(random_state=0)])
    return Case({"X": table, "y": draw_target(rng, table.columns, n)}, params)


def check_fitted_scorer(log, case, X, y):
    # Trees take no sparse matrices with wide indices.
    has_wide_indices = scipy.sparse.issparse(X) and X.tocsr().indices.itemsize == 8
    if has_wide_indices or not all(column.is_tame for column in case.rows["X"].columns):
        return  # the classifier would not take it
    made = log.call("EntropyScorer", EntropyScorer, **case.params)
    if not made.ok:
        return
    fit = log.call("fit", clone(made.value).fit, X, y)
    if not fit.ok:
        return
    out = log.call("transform", fit.value.transform, X)
    if out.ok:
        log.finite("transform", out.value)
        copied = log.call("pickle", lambda: pickle.loads(pickle.dumps(fit.value)))
        if copied.ok:
            log.equal("pickle: transform", copied.value.transform(X), out.value)
    log.call("fit_transform", clone(made.value).fit_transform, X, y)
    log.call("score", fit.value.score, X, y)
    if case.chance("html", 0.1):
        log.call("_repr_html_", fit.value._repr_html_)


def draw_plain_case(rng, **options):
    """Return a table, two classes and weights."""
    table, score = draw_plain_table(rng, **options)
    y = (score > np.median(score)).astype(int)
    if rng.random() < 0.3:
        y = np.where(y > 0, "bad", "a good")
    weights = rng.integers(0, 4, table.n_rows) if rng.random() < 0.4 else None
    return {"X": table, "y": y, "sample_weight": weights}


def make_scorecard(rng):
    rows = draw_plain_case(rng)
    binner = MutualInfoBinner(**draw_rules(rng, rows["X"], "binary") | {"encode": "woe"})
    pipeline = make_pipeline(binner, LogisticRegression(C=pick(rng, [1, 1e6, 1e-3])))
    options = {
        "estimator": [pipeline, pipeline, FrozenEstimator(pipeline)],
        "pdo": [50, 0.5],
        "base_score": [0, -3.5],
        "base_odds": [1, 1 / 15],
        "intercept": ["spread", "kept"],
        "decimals": [1, None, -1, 3],
        "reverse": [True],
    }
    return Case(rows, draw_settings(rng, options, share=0.5))


def check_scorecard(log, case, X, y, sample_weight):
    card = Scorecard(**case.params)
    if isinstance(card.estimator, FrozenEstimator):
        fit = log.call("fit, pipeline", clone(card.estimator.estimator).fit, X, y)
        if not fit.ok:
            return
        card = clone(card).set_params(estimator=FrozenEstimator(fit.value))
    fit = log.call("fit", clone(card).fit, X, y, sample_weight)
    if not fit.ok:
        return
    card = fit.value
    n = len(X) if sample_weight is None else sample_weight.sum()
    known = case.chance("known rows", 0.4)
    check_scores(
        log, case, card, X if known else new_rows(case.rng("new"), case.rows["X"], LEVELS)
    )
    table = log.call("points_table", card.points_table)
    if table.ok:
        for feature, bins in table.value.groupby("feature"):
            if feature != "(base)":
                log.need("samples of bins sum", close(bins["count"].sum(), n), bins)
                log.need("labels of bins differ", not bins["bin"].duplicated().any(), bins)
    if case.chance("html", 0.1):
        log.call("_repr_html_", card._repr_html_)


def check_scores(log, case, card, X):
    """Points, their sums, reasons and SQL."""
    scores = log.call("score_samples", card.score_samples, X)
    if not scores.ok:
        return
    log.finite("score_samples", scores.value)
    points = log.call("transform", card.transform, X)
    if points.ok:
        sums = points.value.sum(1) + card.base_points_
        log.need("points sum to the score", np.allclose(sums, scores.value), (sums, scores.value))
    chances = log.call("predict_proba", card.predict_proba, X)
    if chances.ok:
        log.finite("predict_proba", chances.value)
    reference = pick(case.rng("reference"), ["average", "best"])
    reasons = log.call("reasons", card.reasons, X, reference=reference)
    if reasons.ok:
        log.equal("reasons of each row", len(reasons.value), len(X))
    again = log.call("pickle", lambda: pickle.loads(pickle.dumps(card)).score_samples(X))
    if again.ok:
        log.equal("pickle: score_samples", again.value, scores.value)
    select = log.call("to_sql", card.to_sql, dialect="duckdb")
    if duckdb and select.ok:
        got = [float(row[0]) for row in selected(select.value, X).fetchall()]
        log.need("DuckDB computes the score", np.allclose(got, scores.value), select.value)


def make_pipeline_case(rng):
    rows = draw_plain_case(rng, kinds=("num", "int", "txt"), rows=(12, 40, 80))
    binner = MutualInfoBinner(**draw_rules(rng, rows["X"], "binary"))
    return Case(rows, {}, {"binner": binner})


def check_pipeline(log, case, X, y, sample_weight, binner):
    """A selector, a binner and a classifier fit, predict, are searched and converted."""
    if binner.encode == "ordinal" or len(set(y)) < 2:
        binner = clone(binner).set_params(encode="onehot-dense")
    binned = log.call("fit, binner", clone(binner).fit, X, y)
    if not binned.ok:
        return
    model = make_pipeline(binner, InfoBottleneckSelector("auto"), LogisticRegression())
    model.set_params(infobottleneckselector__n_features_to_select=1)
    fit = log.call("fit", clone(model).fit, X, y)
    if not fit.ok:
        return
    chances = fit.value.predict_proba(X)
    log.finite("predict_proba", chances)
    if case.chance("search", 0.2):
        grid = {"mutualinfobinner__max_bins": [2, 5]}
        search = GridSearchCV(model, grid, cv=2, scoring=EntropyScorer(), error_score="raise")
        found = log.call("GridSearchCV", search.fit, X, y)
        if found.ok:
            log.finite("scores of a search", found.value.cv_results_["mean_test_score"])
    if skl2onnx and onnxruntime and case.chance("onnx", 0.2):
        check_onnx(log, "binner", binned.value, X, dense(binned.value.transform(X)), 0)
        check_onnx(log, "pipeline", fit.value, X, chances, 1)


def check_onnx(log, what, model, X, known, output):
    """A converted model computes the same."""
    converted = log.call(f"to_onnx, {what}", to_onnx, model, X)
    if not converted.ok:
        return
    session = onnxruntime.InferenceSession(converted.value.SerializeToString())
    got = session.run(None, onnx_inputs(X))[output]
    fine = np.allclose(got, known, rtol=1e-5, atol=1e-6)
    log.need(f"ONNX computes the {what}", fine, lambda: (got[:4], known[:4]))


TARGETS = {
    "scorer": Target(make_scorer, check_scorer),
    "fitted scorer": Target(make_fitted_scorer, check_fitted_scorer, share=0.3),
    "scorecard": Target(make_scorecard, check_scorecard, share=0.2),
    "pipeline": Target(make_pipeline_case, check_pipeline, share=0.15),
}
