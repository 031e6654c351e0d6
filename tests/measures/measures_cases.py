"""Distributions with a known answer, exact oracles and strategies for the measures."""

import json
from pathlib import Path

import mpmath
import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from skinfo import measures

QUICK = settings(max_examples=60, deadline=None, derandomize=True)

# Copied from the published sources that each case names.
KNOWN = {
    case["name"]: case
    for case in json.loads((Path(__file__).parent / "measures_known.json").read_text())
}

# One call of each function on arrays of the shapes it needs, so that what holds for
# all of them is tested on all of them.
ROW = [0.5, 0.25, 0.25]
TABLE = [[0.25, 0.25, 0.0], [0.0, 0.25, 0.25]]
CUBE = [[[0.25, 0.0], [0.0, 0.25]], [[0.0, 0.25], [0.25, 0.0]]]
ONE_ROW = {
    "entropy": measures.entropy,
    "renyi_entropy": lambda p, **kw: measures.renyi_entropy(p, 2, **kw),
}
TWO_ROWS = {
    "cross_entropy": measures.cross_entropy,
    "js_divergence": measures.js_divergence,
    "kl_divergence": measures.kl_divergence,
}
JOINT = {
    "conditional_entropy": (lambda p, **kw: measures.conditional_entropy(p, given=0, **kw), TABLE),
    "conditional_mutual_information": (measures.conditional_mutual_information, CUBE),
    "dual_total_correlation": (measures.dual_total_correlation, CUBE),
    "interaction_information": (measures.interaction_information, CUBE),
    "joint_entropy": (measures.joint_entropy, TABLE),
    "mutual_information": (measures.mutual_information, TABLE),
    "normalized_mutual_information": (measures.normalized_mutual_information, TABLE),
    "o_information": (measures.o_information, CUBE),
    "total_correlation": (measures.total_correlation, CUBE),
    "variation_of_information": (measures.variation_of_information, TABLE),
}
# name: (function of one array, an array for it)
UNARY = {
    **{name: (f, ROW) for name, f in ONE_ROW.items()},
    **{name: (lambda p, f=f, **kw: f(p, p, **kw), ROW) for name, f in TWO_ROWS.items()},
    **JOINT,
}


def distributions(n, size=1):
    """`size` distributions of n outcomes: zeros, near zeros and equal values all occur."""
    weights = st.one_of(st.just(0.0), st.integers(1, 5).map(float), st.floats(1e-12, 1e3))
    rows = hnp.arrays(float, (size, n), elements=weights)
    rows = rows.filter(lambda a: (a.sum(axis=1) > 0).all())
    return rows.map(lambda a: (a / a.sum(axis=1, keepdims=True)).squeeze())


def joints(n_variables, max_side=4):
    shapes = hnp.array_shapes(min_dims=n_variables, max_dims=n_variables, max_side=max_side)
    return shapes.flatmap(lambda s: distributions(int(np.prod(s))).map(lambda p: p.reshape(s)))


def exact(p):
    """The distribution that the floats stand for, in 60 digits and summing to one exactly."""
    mpmath.mp.dps = 60
    values = [mpmath.mpf(float(x)) for x in np.ravel(p)]
    total = mpmath.fsum(values)
    return np.array([x / total for x in values], dtype=object).reshape(np.shape(p))


def exact_kl(p, q):
    """Divergence in bits of two arrays from `exact`."""
    terms = (a * mpmath.log(a / b) for a, b in zip(p.flat, q.flat, strict=True) if a > 0)
    return mpmath.fsum(terms) / mpmath.log(2)


def exact_entropy(p):
    """Entropy in bits of an array from `exact`."""
    return -mpmath.fsum(a * mpmath.log(a) for a in p.flat if a > 0) / mpmath.log(2)


def relative_error(value, expected):
    return float(abs(mpmath.mpf(float(value)) - expected) / abs(expected))
