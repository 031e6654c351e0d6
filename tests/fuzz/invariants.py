"""Promises that estimators share."""

import pickle

import numpy as np
import scipy.sparse as sp
from sklearn.base import clone

from fuzz.cases import rows_of


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
    return None if weights is None else np.asarray(weights)[rows]


def check_fits(log, case, estimator, fitted, facts, X, y, sample_weight, repeats=True):
    """What is fitted depends on nothing but the samples.

    `facts(estimator)` returns {name: value} of what is fitted, `fitted` is `estimator` fitted to
    X, y and the weights.
    """
    known = facts(fitted)

    def compare(promise, *arguments, candidate=None, exact=True):
        other = log.call(f"fit, {promise}", (candidate or clone(estimator)).fit, *arguments)
        if other.refused:
            log.fail("invariant", f"{promise}: refused", other.error)
        if other.ok:
            for name, value in facts(other.value).items():
                if exact or np.asarray(value, object).dtype.kind not in "fO":
                    log.equal(f"{promise}: {name}", value, known[name])

    compare("fitted again", X, y, sample_weight)
    copied = log.call("pickle", lambda: pickle.loads(pickle.dumps(fitted)))
    if copied.ok:
        log.equal("pickle", facts(copied.value), known)
    n = case.rows["X"].n_rows
    whole = sample_weight is None or is_whole(sample_weight)
    # Sums of fractions depend on their order.
    if n > 1 and whole and case.chance("row order", 0.5):
        rows = case.rng("row order").permutation(n)
        arguments = rows_of(X, rows), rows_of(y, rows), weighted_rows(sample_weight, rows)
        compare("row order", *arguments)
    if case.chance("n_jobs", 0.2):
        compare("n_jobs", X, y, sample_weight, candidate=clone(estimator).set_params(n_jobs=2))
    if repeats and sample_weight is not None and whole:
        rows = np.repeat(np.arange(n), np.asarray(sample_weight).astype(int))
        compare("weights are repetitions", rows_of(X, rows), rows_of(y, rows))


def check_containers(log, case, compute):
    """`compute(X)` is the same for every container of the same values."""
    if not case.chance("container", 0.2):
        return
    first = None
    for table in case.rows["X"].in_containers():
        outcome = log.call("in a container", compute, table.render())
        result = outcome.value if outcome.ok else type(outcome.error).__name__
        if first is None:
            first = result, table.container
        log.equal(f"container: {table.container} = {first[1]}", result, first[0])
