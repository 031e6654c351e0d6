"""Mutual information from one table of counts, by any estimator."""

import numpy as np

from skinfo._kernels._null import expected_information, null_moments, poisson_tables
from skinfo.estimation._entropy_estimators import (
    ENTROPY_ESTIMATORS,
    UNIFORM_WEIGHTS,
    ordered_sum,
)


def information_from_counts(counts, estimator):
    """Estimate I(row; column) from a contingency table, in nats.

    Parameters
    ----------
    counts : array-like of shape (n_rows, n_columns)
        Non-negative. Rows and columns without a count are left out.

    estimator : str
        A name of ``INFORMATION_ESTIMATORS``.

    Returns
    -------
    information : float
        The same to the last bit for any order of rows and of columns, and for the
        transposed table. Exactly zero where a margin is constant; a corrected
        estimate may otherwise be below zero.

    Raises
    ------
    ValueError
        If the estimator needs whole counts and there are others.
    """
    counts = np.asarray(counts, dtype=np.float64)
    counts = counts[counts.any(axis=1)]
    counts = counts[:, counts.any(axis=0)]
    if min(counts.shape) <= 1:
        return 0.0
    return INFORMATION_ESTIMATORS[estimator](counts)


def margins(counts):
    """Return row sums and column sums, of real counts too the same in any order."""
    return np.sort(counts, axis=1).sum(axis=1), np.sort(counts, axis=0).sum(axis=0)


def plugin_information(counts):
    """Return sum n/N ln(n N / (a b)), a and b the margins: the shares of the sample as they are.

    Never negative. An independent table gives zero to rounding, and a diagonal one, to
    the last bit, the plug-in entropy.
    """
    rows, columns = margins(counts)
    total = ordered_sum(counts)
    seen = counts > 0
    apart = np.outer(rows, columns)[seen]
    together = counts[seen]
    return max(ordered_sum(together * np.log(together * total / apart)) / total, 0.0)


def emi(counts):
    """Return the plug-in minus its mean over all tables with these margins.

    Vinh, N. X., Epps, J. and Bailey, J. (2010), JMLR 11, 2837-2854, eq. 24. Where counts
    are not whole there are no such tables to count, and a smooth approximation stands in.
    """
    # The longer margin first, equal counts together: what `expected_information` is fast at.
    rows, columns = sorted(map(np.sort, margins(counts)), key=lambda m: (-len(m), *m))
    if np.all(counts % 1 == 0):
        chance = expected_information(rows, columns)
    else:
        chance = null_moments(rows, columns, poisson_tables(), False)[0] / ordered_sum(counts)
    return plugin_information(counts) - float(chance)


def _from_entropies(entropy, *, all_cells=False):
    """Return I = H(row) + H(column) - H(row, column), each by one entropy estimator.

    At most either of the first two, as information is. The cells that can occur are those
    seen, as for `discrete_entropy` where nobody says how many there are, or, with `all_cells`,
    every pair of a row and a column.
    """

    def information(counts):
        rows, columns = (entropy(margin) for margin in margins(counts))
        both = entropy(counts[counts > 0], counts.size if all_cells else None)
        return min(rows + columns - both, rows, columns)

    return information


def _from_mixed_shares(uniform_weight):
    """Return the information of the joint distribution that the shares of the cells are moved to.

    One distribution, so it is never negative, as three entropies of their own would let
    it be; so do R's ``mi.shrink`` and ``mi.Dirichlet``.
    """

    def information(counts):
        total = ordered_sum(counts)
        weight = uniform_weight(counts, total, counts.size)
        return plugin_information(weight / counts.size + (1 - weight) * counts / total)

    return information


# Each maps counts (n_rows, n_columns), float64, no row or column empty, to nats.
INFORMATION_ESTIMATORS = {
    "emi": emi,
    **{name: _from_entropies(entropy) for name, entropy in ENTROPY_ESTIMATORS.items()},
    **{name: _from_mixed_shares(weight) for name, weight in UNIFORM_WEIGHTS.items()},
    # Miller and Madow's K is the published one, the cells seen; NSB is made for a known K, and
    # measured with it (benchmarks/estimator_bias.py).
    "nsb": _from_entropies(ENTROPY_ESTIMATORS["nsb"], all_cells=True),
    "plugin": plugin_information,
}
