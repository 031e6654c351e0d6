"""Probability of the class totals of a column under a partition into bins.

Each bin has its own class rates, from one Dirichlet distribution, so the variance of the totals
decreases with the number of bins. The probability of y includes evidence about the totals, which
do not depend on the column. Divided by the probability of the totals it is the probability of the
order of y: no partition is favoured by totals alone, and among columns that are independent of y
at most 1 in b has evidence that exceeds b.

The totals are a sum of Dirichlet-multinomial counts, whose probability has no closed form. It is
approximated by one Dirichlet-multinomial distribution with the same means and covariances, as
Diaconis and Efron (1985) count tables of given margins. It depends on the bins by their spread,
the sum of the squares of their weights.
"""

import numpy as np
from scipy.special import digamma, gammaln

# If all bins have one sample, the totals are multinomial, and the parameters unbounded.
LEAST_EXCESS = 1e-6


def log_totals_ratio(total, prior, spreads):
    """Return ln of the probability of class totals in several bins over that in one bin.

    Parameters
    ----------
    total : ndarray of shape (n_classes,)
        Weight of each class.

    prior : ndarray of shape (n_classes,)
        Parameters of the Dirichlet distribution of the rates of a bin.

    spreads : ndarray of shape (n,)
        Sum of the squares of the bins' weights, for each of n partitions.

    Returns
    -------
    ndarray of shape (n,)
        Zero where the weight of all samples is at most one.
    """
    weight, concentration = total.sum(), prior.sum()
    if weight <= 1.0:
        return np.zeros(len(spreads))
    all_concentrations = np.append(
        _concentrations(weight, concentration, _excess(weight, spreads)), concentration
    )
    parameters = all_concentrations[:, None] * (prior / concentration)
    logs = gammaln(all_concentrations) - gammaln(weight + all_concentrations)
    logs += (gammaln(total + parameters) - gammaln(parameters)).sum(axis=1)
    return logs[:-1] - logs[-1]


def totals_slope(total, prior, spread):
    """Return the derivative of `log_totals_ratio` with respect to one spread."""
    weight, concentration = total.sum(), prior.sum()
    if weight <= 1.0:
        return 0.0
    mean, excess = prior / concentration, _excess(weight, spread)
    combined = _concentrations(weight, concentration, excess)
    parameters = combined * mean
    by_concentration = digamma(combined) - digamma(weight + combined)
    by_concentration += mean @ (digamma(total + parameters) - digamma(parameters))
    by_excess = -(weight - 1.0) * (1.0 + concentration) / excess**2
    return float(by_concentration * by_excess / weight)


def _excess(weight, spreads):
    """Return the mean weight of the bin of a sample, less one."""
    return np.maximum(spreads / weight - 1.0, LEAST_EXCESS)


def _concentrations(weight, concentration, excess):
    """Return the sum of the Dirichlet parameters of one bin that has the totals' covariance.

    The covariance of counts of n samples is n (n + a) / (1 + a) times that of one, where a is the
    sum of the parameters. Summed over bins it is that of one bin with this sum.
    """
    return ((weight - 1.0) * (1.0 + concentration) - excess) / excess
