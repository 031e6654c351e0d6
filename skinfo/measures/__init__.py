"""Information measures of known distributions, given as arrays of probabilities.

Every function accepts arrays of any library of the array API (NumPy, PyTorch, ...) and returns
results in the same namespace, on the same device, in the same floating dtype. For estimates from
samples, see :mod:`skinfo.estimation`.
"""

from skinfo.measures._divergence import cross_entropy, js_divergence, kl_divergence
from skinfo.measures._entropy import (
    conditional_entropy,
    entropy,
    joint_entropy,
    renyi_entropy,
)
from skinfo.measures._information import (
    conditional_mutual_information,
    dual_total_correlation,
    interaction_information,
    mutual_information,
    normalized_mutual_information,
    o_information,
    total_correlation,
    variation_of_information,
)

__all__ = [
    "conditional_entropy",
    "conditional_mutual_information",
    "cross_entropy",
    "dual_total_correlation",
    "entropy",
    "interaction_information",
    "joint_entropy",
    "js_divergence",
    "kl_divergence",
    "mutual_information",
    "normalized_mutual_information",
    "o_information",
    "renyi_entropy",
    "total_correlation",
    "variation_of_information",
]
