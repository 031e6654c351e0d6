"""Print a digest of what each part of skinfo computes, to compare builds of the kernels."""

import hashlib

import numpy as np
import pandas as pd

from skinfo import InfoBottleneckSelector, InformationBottleneck, MutualInfoBinner
from skinfo.cluster import information_curve
from skinfo.estimation import (
    conditional_mutual_info,
    differential_entropy,
    mutual_info,
    mutual_info_test,
    pairwise_interaction,
    pairwise_mutual_info,
)
from skinfo.metrics import log_loss_decomposition, uncertainty_decomposition

rng = np.random.default_rng(0)
X = rng.normal(size=(3000, 8))
X[:, 4:] = np.rint(3 * X[:, 4:])
y = np.digitize(X[:, 0] + X[:, 4] + rng.normal(size=3000), [-2.0, 1.0])
# Numbers made by arithmetic alone: exp and log of two C libraries may differ in the last digit.
number = X[:, 0] * X[:, 1] + X[:, 2] + rng.normal(size=3000)
weight = rng.integers(0, 4, 3000).astype(float)
text = pd.DataFrame({"t": np.array([f"level {n}" for n in range(60)])[rng.integers(0, 60, 3000)]})
counts = rng.poisson(2.0, size=(60, 40)).astype(float)
prob = rng.random((300, 3)) + 0.2
prob /= prob.sum(axis=1, keepdims=True)
codes = np.abs(X[:, 4:]).astype(int)


def binner(X, y, **params):
    return MutualInfoBinner(**params).fit_transform(X, y)


def selector(weights=None, **params):
    fitted = InfoBottleneckSelector(**params).fit(X, y, sample_weight=weights)
    return np.concatenate([fitted.mutual_info_, fitted.ranking_, fitted.gains_])


def bottleneck(**params):
    fitted = InformationBottleneck(4, random_state=0, **params).fit(counts)
    return np.append(fitted.labels_, fitted.relevance_)


RESULTS = {
    "binner": lambda: binner(X, y),
    "binner of a number": lambda: binner(X, number),
    "binner of text": lambda: binner(text, y),
    "binner, monotonic": lambda: binner(X, y > 0, monotonic_cst="auto"),
    "binner, modl": lambda: binner(X, y, penalty="modl"),
    "selector": selector,
    "selector with weights": lambda: selector(weight),
    "selector, mrmr": lambda: selector(n_features_to_select=5, criterion="mrmr"),
    "selector, cmim": lambda: selector(n_features_to_select=5, criterion="cmim"),
    "selector, predictive": lambda: (
        InfoBottleneckSelector("predictive").fit(X, y).cv_results_["information"]
    ),
    "bottleneck": bottleneck,
    "bottleneck, soft": lambda: bottleneck(algorithm="iterative", beta=20.0),
    "bottleneck, tree": lambda: bottleneck(algorithm="agglomerative"),
    "curve": lambda: information_curve(counts).relevance,
    "information": lambda: mutual_info(X, y, discrete_features=[4, 5, 6, 7]),
    "information of a number": lambda: mutual_info(X, number, discrete_features=[4, 5, 6, 7]),
    "test": lambda: mutual_info_test(X, y, discrete_features=[4, 5, 6, 7]).pvalue,
    "pairs": lambda: pairwise_mutual_info(codes),
    "interactions": lambda: pairwise_interaction(codes, y > 0).interaction,
    "conditional": lambda: conditional_mutual_info(
        codes[:, :2], y, codes[:, 3], discrete_features=True
    ),
    "entropy": lambda: differential_entropy(X[:, :4]),
    "decomposition": lambda: log_loss_decomposition(y[:300], prob).by_class.to_numpy(),
    "uncertainty": lambda: uncertainty_decomposition(np.stack([prob, prob[::-1]])).epistemic,
}

if __name__ == "__main__":
    for name, compute in RESULTS.items():
        result = np.ascontiguousarray(compute(), dtype=np.float64)
        print(name, hashlib.sha256(result.tobytes()).hexdigest()[:16])
