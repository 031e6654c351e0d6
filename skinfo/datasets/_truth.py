"""Random numbers and true quantities shared by all generators."""

import numpy as np
from scipy.special import entr, log_ndtr, ndtr

# Standard deviations and nodes of the trapezoidal rule, whose error for smooth functions of a
# normal variable is below rounding.
_REACH = 12.0
_N_NODES = 20_001

# Validation of the random_state of all generators.
RANDOM_STATES = ["random_state", np.random.Generator]


def random_generator(random_state):
    """Return a Generator; a given one is returned itself, so that its state advances.

    Parameters
    ----------
    random_state : int, RandomState, Generator or None
    """
    if isinstance(random_state, np.random.RandomState):
        random_state = random_state.randint(2**31)
    return np.random.default_rng(random_state)


def with_truth(samples, truth, return_information):
    """Return the arrays of a tuple, with the Bunch of the function `truth` on request."""
    return (*samples, truth()) if return_information else samples


def bernoulli_entropy(p):
    """Return the entropy of each probability, in bits."""
    p = np.asarray(p, dtype=np.float64)
    return (entr(p) + entr(1 - p)) / np.log(2)


def bernoulli_information(p, share):
    """Return the information about a bit of probabilities `p`, with weights that sum to one."""
    mean = bernoulli_entropy(share @ p)
    return max(float(mean - share @ bernoulli_entropy(p)), 0.0)


def normal_nodes():
    """Return nodes z and weights of the mean of a function of a standard normal variable."""
    z = np.linspace(-_REACH, _REACH, _N_NODES)
    weight = np.exp(-(z**2) / 2)
    return z, weight / weight.sum()


def probit_information(slope):
    """Return the information of a standard normal Z about a bit of probability ndtr(slope Z).

    Parameters
    ----------
    slope : float
        May be infinite: one bit.
    """
    if np.isinf(slope):
        return 1.0
    z, weight = normal_nodes()
    # Both tails by their logarithms, since 1 - ndtr loses all digits there.
    p, log_p, log_rest = ndtr(slope * z), log_ndtr(slope * z), log_ndtr(-slope * z)
    nats = -weight @ (p * log_p + (1 - p) * log_rest)
    return max(float(1 - nats / np.log(2)), 0.0)
