"""How surprising an amount of information is, were there none."""

import numpy as np
from scipy.special import gammaincc


def gamma_pvalue(information, mean, variance):
    """Return P(information or more | independence) by the gamma law of the given moments.

    Parameters
    ----------
    information : ndarray
        N times plug-in information, in nats.

    mean, variance : ndarray
        Its moments over tables with the observed margins.

    Returns
    -------
    pvalue : ndarray, dtype float64
        One where the margins leave no choice (a constant column).
    """
    information, mean, variance = np.broadcast_arrays(information, mean, variance)
    pvalue = np.ones(mean.shape)
    free = (variance > 0) & (mean > 0)
    rate = mean[free] / variance[free]
    pvalue[free] = gammaincc(mean[free] * rate, np.maximum(information[free], 0.0) * rate)
    return pvalue
