"""Promises that estimators share."""

import pickle

import numpy as np
import scipy.sparse as sp
from sklearn.base import clone


def dense(x):
    return x.toarray() if sp.issparse(x) else np.asarray(x)


def is_whole(weights):
    """Whether weights say how often each row is repeated."""
    w = np.asarray(weights)
    if w.ndim != 1 or w.dtype.kind not in "iuf":
        return False
    return bool(
        np.isfinite(w).all() and (w >= 0).all() and (w == np.round(w)).all() and 1 < w.sum() < 5000
    )


def weighted_rows(weights, rows):
    """Return the weights of some rows; None where there are none."""
    return None if weights is None else np.asarray(weights)[rows]


def sample_of(case, rows, *, weighted=True):
    """Return X, y and the weights of some rows, in their containers."""
    inputs = case.take(rows).inputs()
    return inputs["X"], inputs.get("y"), inputs["sample_weight"] if weighted else None


def check_fits(log, case, estimator, fitted, facts, repeats=True):
    """What is fitted depends on nothing but the samples.

    `facts(estimator)` returns {name: value} of what is fitted, `fitted` is `estimator` fitted to
    X, y and the weights of the case.
    """
    known = facts(fitted)

    def compare(promise, sample, candidate=estimator):
        other = log.call(f"fit, {promise}", clone(candidate).fit, *sample)
        log.need(f"{promise}: not refused", not other.refused, other.error)
        if other.ok:
            for name, value in facts(other.value).items():
                log.equal(f"{promise}: {name}", value, known[name])

    n, weights = case.rows["X"].n_rows, case.rows["sample_weight"]
    if case.chance("again", 0.2):
        compare("fitted again", sample_of(case, np.arange(n)))
    if case.chance("pickle", 0.3):
        copied = log.call("pickle", lambda: pickle.loads(pickle.dumps(fitted)))
        if copied.ok:
            log.equal("pickle", facts(copied.value), known)
    if case.chance("n_jobs", 0.2):
        threaded = clone(estimator).set_params(n_jobs=2)
        compare("n_jobs", sample_of(case, np.arange(n)), threaded)
    if not (weights is None or is_whole(weights)):  # sums of fractions depend on their order
        return
    if n > 1 and case.chance("row order", 0.4):
        compare("row order", sample_of(case, case.rng("row order").permutation(n)))
    if repeats and weights is not None and case.chance("repetitions", 0.6):
        rows = np.repeat(np.arange(n), np.asarray(weights).astype(int))
        compare("weights are repetitions", sample_of(case, rows, weighted=False))


def check_containers(log, case, compute):
    """`compute(X)` is the same for every container of the same values."""
    text = repr(case.params)
    named = any(repr(name) in text for name in case.rows["X"].names)  # an array has no names
    if named or not case.chance("container", 0.2):
        return
    first = None
    for table in case.rows["X"].in_containers():
        outcome = log.call("in a container", compute, table.render())
        result = outcome.value if outcome.ok else type(outcome.error).__name__
        if first is None:
            first = result, table.container
        log.equal(f"container: {table.container} = {first[1]}", result, first[0])
