"""Columns and shorthands that the tests of continuous estimators share."""

import numpy as np

from skinfo.datasets import make_correlated_normals
from skinfo.estimation._continuous import DiscreteTarget, RankedColumn, auto_information

K = 3


def classes_of(codes):
    return DiscreteTarget(codes, int(np.max(codes)) + 1)


def auto(x, y, k=K):
    target = classes_of(y) if np.asarray(y).dtype.kind in "iu" else RankedColumn(y)
    return auto_information(x, target, k)


def normal_pair(rng, n, rho):
    X, y = make_correlated_normals(n, rho, random_state=rng)
    return y, X[:, 0]
