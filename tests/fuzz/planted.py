"""Targets that have faults, one of each kind, for `test_fuzz`."""

import os
import time
import warnings

import numpy as np

from fuzz.cases import Case, Target
from skinfo.measures import entropy


def unclear(X):
    return int("a")


def crash(X):
    return X["no such key"]


def warn(X):
    warnings.warn("nothing can be done", RuntimeWarning, stacklevel=2)


def change(X):
    X[0] = -1


def answer(X):
    return X


def number(X):
    return X / 0


def kill(X):
    os._exit(3)


def hang(X):
    while True:
        pass


def wait(X):
    time.sleep(60)


def make(rng):
    n = int(rng.integers(2, 30))
    return Case({"X": rng.integers(0, 5, n).astype(float)}, {"unused": 1})


def fault(function):
    """Return a target in which a function is called where X has a 4."""

    def check(log, case, X):
        if 4 in X:
            log.call("call", function, X)

    return Target(make, check)


def check_promise(log, case, X):
    log.need("no entry is 4", 4 not in X, X)
    log.equal("sums are whole", X.sum() + (4 in X) * 1e-12, X.sum())


def check_number(log, case, X):
    with np.errstate(divide="ignore"):
        log.finite("the inverse", 1 / (X - 4))


def check_itself(log, case, X):
    assert 4 not in X, "the fuzzer is wrong"


TARGETS = {
    "sound": fault(answer),
    "clear": fault(entropy),
    "unclear": fault(unclear),
    "crash": fault(crash),
    "warning": fault(warn),
    "changed": fault(change),
    # A process is started for each of these.
    "death": Target(make, lambda log, case, X: log.call("call", kill, X), share=0.02),
    "hang": Target(make, lambda log, case, X: log.call("call", hang, X), share=0.02),
    "wait": Target(make, lambda log, case, X: log.call("call", wait, X), share=0.02),
    "invariant": Target(make, check_promise),
    "number": Target(make, check_number),
    "fuzzer": Target(make, check_itself),
}
