"""The null law by permuting the target."""

from dataclasses import replace

import numpy as np
from sklearn.utils import check_consistent_length

# Of equals, a difference of this many nats is rounding.
ROUNDING = 1e-12


def permutation_pvalues(samples, observed, estimate, *, n_permutations, groups, random_state):
    """Return the share of permutations, the observed order among them, that say as much.

    Parameters
    ----------
    samples : Samples

    observed : ndarray of shape (n_features,)
        What `estimate` gives for the samples as they are.

    estimate : callable
        Samples to estimates of shape (n_features,).

    n_permutations : int

    groups : array-like of shape (n_samples,) or None
        Rows change places within their group only.

    random_state : RandomState

    Returns
    -------
    pvalues : ndarray of shape (n_features,)
    """
    if groups is not None:
        groups = np.asarray(groups)
        check_consistent_length(np.empty((samples.n_given, 0)), groups)
        groups = groups[samples.rows]
    shuffle = _shuffler(len(samples.y), groups)
    as_much = np.ones(len(observed))
    for _ in range(n_permutations):
        permuted = replace(samples, y=samples.y[shuffle(random_state)])
        as_much += estimate(permuted) >= observed - ROUNDING
    return as_much / (n_permutations + 1)


def _shuffler(n, groups):
    """Return a function of a RandomState to a permutation of rows, within groups if given."""
    if groups is None:
        return lambda random_state: random_state.permutation(n)
    codes = np.unique(groups, return_inverse=True)[1]
    in_order = np.argsort(codes, kind="stable")

    def shuffle(random_state):
        order = np.empty(n, np.int64)
        order[in_order] = np.lexsort((random_state.random(n), codes))
        return order

    return shuffle
