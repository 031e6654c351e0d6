"""Bias and error of estimates of the divergence of two samples.

    python benchmarks/sample_divergence.py [--repeats 300]

D(X || Y) in bits. K categories: the proportions of X follow Zipf's law; those of Y are the same,
or the average of equal proportions and the opposite order. The columns are the bias and the root
mean squared error (RMSE) of each estimator, if it is finite; "infinite" is the proportion of
samples in which the plug-in estimate is not. Points: normal variables, Y shifted and scaled; "knn"
and the plug-in estimate of the proportions in ten bins of equal frequency of both samples, in one
dimension. The last table has the Jensen-Shannon divergence. Two virtual cores (james_stein and
perks, which are similar to jeffreys or worse, are omitted here):

    Categories, D(X || Y): bias / rmse
    K    n    m     true    inf      plugin          miller_madow    chao_wang_jost  jeffreys
    ---  ---  ----  ------  -------  --------------  --------------  --------------  --------------
    5    50   50    0       0.02     +0.127 / 0.155  -0.003 / 0.077  +0.004 / 0.100  +0.114 / 0.146
    5    200  50    0       0        +0.080 / 0.101  -0.004 / 0.050  -0.001 / 0.051  +0.070 / 0.087
    5    200  1000  0       0        +0.018 / 0.022  +0.001 / 0.013  +0.000 / 0.013  +0.017 / 0.022
    5    50   50    0.5118  0        +0.152 / 0.339  +0.006 / 0.276  +0.007 / 0.279  +0.084 / 0.278
    5    200  50    0.5118  0        +0.091 / 0.246  -0.009 / 0.208  -0.006 / 0.210  +0.056 / 0.216
    5    200  1000  0.5118  0        +0.023 / 0.098  +0.005 / 0.095  +0.005 / 0.095  +0.013 / 0.094
    20   50   50    0       0.9767   +0.359 / 0.390  -0.080 / 0.151  +0.006 / 0.260  +0.356 / 0.376
    20   200  50    0       1        -               -               +0.037 / 0.162  +0.260 / 0.274
    20   200  1000  0       0        +0.087 / 0.092  +0.006 / 0.029  +0.000 / 0.028  +0.077 / 0.081
    20   50   50    1.134   0.9233   +0.361 / 0.477  -0.300 / 0.403  +0.073 / 0.635  +0.126 / 0.358
    20   200  50    1.134   0.9533   +0.064 / 0.368  -0.445 / 0.532  +0.101 / 0.606  +0.183 / 0.386
    20   200  1000  1.134   0        +0.089 / 0.176  +0.002 / 0.151  -0.004 / 0.150  -0.001 / 0.139
    100  50   50    0       1        -               -               -0.020 / 0.473  +0.563 / 0.573
    100  200  50    0       1        -               -               -0.100 / 0.241  +0.411 / 0.419
    100  200  1000  0       0.8167   +0.437 / 0.440  +0.145 / 0.156  +0.021 / 0.088  +0.281 / 0.285
    100  50   50    1.953   1        -               -               +0.212 / 1.106  -0.576 / 0.616
    100  200  50    1.953   1        -               -               +0.116 / 0.764  -0.360 / 0.409
    100  200  1000  1.953   0.06333  +0.502 / 0.558  +0.148 / 0.274  +0.011 / 0.248  -0.251 / 0.307

    Points, D(X || Y): bias / rmse
    dimensions  n     m     mean  deviation  true    knn             ten bins
    ----------  ----  ----  ----  ---------  ------  --------------  --------------
    1           500   500   0     1          0       -0.001 / 0.072  +0.024 / 0.027
    1           500   500   0.5   1          0.1803  +0.000 / 0.087  +0.025 / 0.059
    1           500   500   1     1          0.7213  -0.020 / 0.120  +0.015 / 0.103
    1           500   500   0     2          0.459   +0.014 / 0.090  -0.018 / 0.063
    1           500   5000  0     1          0       +0.013 / 0.064  +0.014 / 0.015
    1           500   5000  0.5   1          0.1803  -0.001 / 0.072  +0.002 / 0.036
    1           500   5000  1     1          0.7213  +0.003 / 0.095  -0.045 / 0.079
    1           500   5000  0     2          0.459   +0.001 / 0.074  -0.016 / 0.043
    2           500   500   0     1          0       -0.003 / 0.066  -
    2           500   500   0.5   1          0.3607  -0.044 / 0.098  -
    2           500   500   1     1          1.443   -0.169 / 0.222  -
    2           500   500   0     2          0.918   +0.024 / 0.098  -
    5           500   500   0     1          0       -0.002 / 0.068  -
    5           500   500   0.5   1          0.9017  -0.213 / 0.240  -
    5           500   500   1     1          3.607   -1.077 / 1.097  -
    5           500   500   0     2          2.295   +0.309 / 0.364  -
    5           5000  5000  0     1          0       -0.012 / 0.023  -
    5           5000  5000  0.5   1          0.9017  -0.132 / 0.136  -
    5           5000  5000  1     1          3.607   -0.654 / 0.659  -
    5           5000  5000  0     2          2.295   +0.181 / 0.190  -

    Points, Jensen-Shannon: bias / rmse
    n     m    mean  deviation  true     knn             ten bins, miller_madow
    ----  ---  ----  ---------  -------  --------------  ----------------------
    500   500  0     1          0        -0.004 / 0.022  -0.000 / 0.003
    500   500  0.5   1          0.04373  -0.000 / 0.026  -0.001 / 0.012
    500   500  1     1          0.1607   -0.003 / 0.027  -0.008 / 0.022
    500   500  0     2          0.1338   +0.003 / 0.025  -0.019 / 0.025
    500   500  3     1          0.76     +0.004 / 0.023  -0.009 / 0.023
    2000  200  0     1          0        +0.001 / 0.022  +0.000 / 0.004
    2000  200  0.5   1          0.04373  -0.000 / 0.025  -0.002 / 0.013
    2000  200  1     1          0.1607   +0.005 / 0.031  -0.004 / 0.025
    2000  200  0     2          0.1338   +0.007 / 0.027  -0.042 / 0.046
    2000  200  3     1          0.76     +0.004 / 0.025  -0.022 / 0.033
"""

import argparse

import numpy as np
from _table import parse_arguments, print_table
from scipy.integrate import quad
from scipy.stats import entropy, norm

from skinfo.estimation import sample_js_divergence, sample_kl_divergence

ESTIMATORS = ["plugin", "miller_madow", "chao_wang_jost", "james_stein", "jeffreys", "perks"]
SIZES = [(50, 50), (200, 50), (200, 1000)]


def error(estimates, true):
    """Return bias and root mean squared error of the finite estimates, empty if none is."""
    finite = np.array(estimates)[np.isfinite(estimates)]
    if not len(finite):
        return ["", ""]
    return [finite.mean() - true, np.sqrt(np.mean((finite - true) ** 2))]


def error_header(names):
    """Return the columns of the errors of estimators."""
    return [f"{name}: {what}" for name in names for what in ("bias", "RMSE")]


def categories(rng, repeats):
    """Print the errors of discrete divergences."""
    rows = []
    for k in (5, 20, 100):
        p = 1 / np.arange(1, k + 1)
        p /= p.sum()
        for q in (p, (p[::-1] + 1 / k) / 2):
            true = entropy(p, q, base=2)
            for n, m in SIZES:
                samples = [(rng.choice(k, n, p=p), rng.choice(k, m, p=q)) for _ in range(repeats)]
                found = {
                    name: [sample_kl_divergence(x, y, discrete=True, estimator=name)
                           for x, y in samples]
                    for name in ESTIMATORS
                }  # fmt: skip
                infinite = np.mean(np.isinf(found["plugin"]))
                errors = [cell for name in ESTIMATORS for cell in error(found[name], true)]
                rows.append([k, n, m, true, infinite, *errors])
    header = ["K", "n", "m", "true", "infinite", *error_header(ESTIMATORS)]
    print_table(f"Categories: D(X || Y) in bits, {repeats} samples each", header, rows)


def in_bins(x, y):
    """Return both samples in ten equal-frequency bins of the two together."""
    edges = np.quantile(np.concatenate([x, y]), np.arange(1, 10) / 10)
    return np.searchsorted(edges, x), np.searchsorted(edges, y)


def points(rng, repeats):
    """Print the errors of continuous divergences."""
    rows = []
    for d, n, m in ((1, 500, 500), (1, 500, 5000), (2, 500, 500), (5, 500, 500), (5, 5000, 5000)):
        for mean, deviation in ((0, 1), (0.5, 1), (1, 1), (0, 2)):
            nats = np.log(deviation) + (1 + mean**2) / (2 * deviation**2) - 0.5
            true = d * nats / np.log(2)
            found, binned = [], []
            for _ in range(repeats if n < 5000 else 10):
                x, y = rng.normal(size=(n, d)), rng.normal(mean, deviation, size=(m, d))
                found.append(sample_kl_divergence(x, y))
                if d == 1:
                    bins = in_bins(x[:, 0], y[:, 0])
                    binned.append(sample_kl_divergence(*bins, estimator="plugin"))
            rows.append([d, n, m, mean, deviation, true, *error(found, true)])
            rows[-1] += error(binned, true)
    header = ["dimensions", "n", "m", "mean", "deviation", "true"]
    header += error_header(["knn", "ten bins"])
    title = f"Points: D(X || Y) in bits, {repeats} samples each, 10 of n = 5000"
    print_table(title, header, rows)


def js_of_normal(mean, deviation):
    """Return the Jensen-Shannon divergence of N(0, 1) and another normal variable, in bits."""

    def integrand(v):
        p, q = norm.pdf(v), norm.pdf(v, mean, deviation)
        m = (p + q) / 2
        return (p * np.log2(p / m) + q * np.log2(q / m)) / 2

    return quad(integrand, -8, 10)[0]


def js_of_points(rng, repeats):
    """Print the errors of continuous Jensen-Shannon divergences."""
    rows = []
    for n, m in ((500, 500), (2000, 200)):
        for mean, deviation in ((0, 1), (0.5, 1), (1, 1), (0, 2), (3, 1)):
            true = js_of_normal(mean, deviation)
            samples = [
                (rng.normal(size=n), rng.normal(mean, deviation, m)) for _ in range(repeats)
            ]
            knn = [sample_js_divergence(x, y) for x, y in samples]
            binned = [
                sample_js_divergence(*in_bins(x, y), estimator="miller_madow") for x, y in samples
            ]
            rows.append([n, m, mean, deviation, true, *error(knn, true), *error(binned, true)])
    header = ["n", "m", "mean", "deviation", "true"]
    header += error_header(["knn", "ten bins, miller_madow"])
    print_table(f"Points: Jensen-Shannon divergence in bits, {repeats} samples each", header, rows)


def main():
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=300)
    repeats = parse_arguments(parser).repeats
    rng = np.random.default_rng(0)
    categories(rng, repeats)
    points(rng, max(repeats // 3, 1))
    js_of_points(rng, max(repeats // 3, 1))


if __name__ == "__main__":
    main()
