"""Level of the test and coverage of the intervals of `population_stability`.

    python benchmarks/population_stability.py [--repeats 4000]

Tables of ten bins, even or by Zipf's law, are drawn from two multinomial distributions; those
named "cut" are in equal-frequency bins of the reference. "chi2" is the rejection rate of the test
of Yurdakul and Naranjo (the index over 1/n + 1/m as a chi-squared variable), "level" that of
skinfo, both at .05. "above 0.1" is the proportion of tables without drift whose index exceeds 0.1,
the usual threshold. The second table has a drift in standard deviations: the proportions of 95%
intervals with the true index below or above them, the coverage, and the power of the test. Two
virtual cores:

    Without drift, 4000 tables each
    n       m       bins  mean       expected  above 0.1  chi2     level    low > 0
    ------  ------  ----  ---------  --------  ---------  -------  -------  -------
    100     100     even  0.1909     0.18      0.8488     0.07275  0.05025  0.05025
    100     100     cut   0.1952     0.18      0.85       0.0815   0.05075  0.05075
    100     100     zipf  0.1964     0.18      0.8638     0.08375  0.051    0.0495
    500     500     even  0.0367     0.036     0.00325    0.0575   0.0535   0.0535
    500     500     cut   0.03628    0.036     0.005      0.0595   0.05525  0.05525
    500     500     zipf  0.03659    0.036     0.00525    0.0535   0.047    0.047
    10000   50      even  0.2013     0.1809    0.857      0.09925  0.0525   0.0525
    10000   50      cut   0.202      0.1809    0.8702     0.09325  0.04675  0.04675
    10000   50      zipf  0.1778     0.1809    0.8562     0.0375   0.0475   0.03
    10000   200     even  0.04758    0.0459    0.027      0.066    0.05275  0.0525
    10000   200     cut   0.04737    0.0459    0.028      0.06275  0.05025  0.04975
    10000   200     zipf  0.04826    0.0459    0.035      0.07125  0.0515   0.0505
    10000   1000    even  0.009922   0.0099    0          0.05125  0.0485   0.04825
    10000   1000    cut   0.009791   0.0099    0          0.0485   0.0465   0.04625
    10000   1000    zipf  0.01008    0.0099    0          0.054    0.05125  0.05025
    100000  100000  even  0.0001801  0.00018   0          0.05125  0.05125  0.05125
    100000  100000  cut   0.0001808  0.00018   0          0.0495   0.0495   0.0495
    100000  100000  zipf  0.0001788  0.00018   0          0.048    0.048    0.048

    With drift, 4000 tables each
    n       m       drift  true      mean      below    above    coverage  power
    ------  ------  -----  --------  --------  -------  -------  --------  -------
    100     100     0.1    0.009587  0.199     0.05675  0.0025   0.9407    0.057
    100     100     0.3    0.08606   0.2821    0.048    0.015    0.937     0.2343
    100     100     0.6    0.3411    0.5522    0.032    0.02525  0.9427    0.8137
    100     100     1.2    1.312     1.515     0.0155   0.01825  0.9663    1
    500     500     0.1    0.009587  0.04627   0.04175  0.011    0.9473    0.1383
    500     500     0.3    0.08606   0.1224    0.02175  0.0285   0.9497    0.9243
    500     500     0.6    0.3411    0.3816    0.029    0.02175  0.9493    1
    500     500     1.2    1.312     1.375     0.0265   0.021    0.9525    1
    10000   50      0.1    0.009587  0.2127    0.068    0.001    0.931     0.06975
    10000   50      0.3    0.08606   0.292     0.0505   0.015    0.9345    0.223
    10000   50      0.6    0.3411    0.5478    0.02125  0.02325  0.9555    0.8175
    10000   50      1.2    1.312     1.387     0.00125  0.02125  0.9775    1
    10000   200     0.1    0.009587  0.05667   0.0485   0.0085   0.943     0.111
    10000   200     0.3    0.08606   0.1353    0.03175  0.0275   0.9407    0.8295
    10000   200     0.6    0.3411    0.4022    0.0405   0.0275   0.932     1
    10000   200     1.2    1.312     1.403     0.0205   0.01725  0.9623    1
    10000   1000    0.1    0.009587  0.01976   0.02925  0.02375  0.947     0.497
    10000   1000    0.3    0.08606   0.0968    0.02475  0.02725  0.948     1
    10000   1000    0.6    0.3411    0.3538    0.03275  0.02525  0.942     1
    10000   1000    1.2    1.312     1.339     0.03625  0.01875  0.945     1
    100000  100000  0.1    0.009587  0.009771  0.02275  0.026    0.9513    1
    100000  100000  0.3    0.08606   0.08623   0.024    0.02475  0.9513    1
    100000  100000  0.6    0.3411    0.3412    0.02325  0.023    0.9537    1
    100000  100000  1.2    1.312     1.313     0.02825  0.028    0.9437    1
"""

import argparse

import numpy as np
from _table import parse_arguments, print_table
from scipy.stats import chi2, norm

from skinfo.metrics._bin_shift import ShiftEstimates

SIZES = [(100, 100), (500, 500), (10_000, 50), (10_000, 200), (10_000, 1000), (100_000, 100_000)]
N_BINS = 10


def shifted(by):
    """Return the proportions of a shifted normal variable in the deciles of the original."""
    ends = np.concatenate([[-np.inf], norm.ppf(np.arange(1, N_BINS) / N_BINS), [np.inf]])
    return np.diff(norm.cdf(ends - by))


def tables(rng, n, m, p, q, repeats):
    """Return tables of counts (n_bins, 2)."""
    pairs = zip(rng.multinomial(n, p, repeats), rng.multinomial(m, q, repeats), strict=True)
    return [np.stack(pair, axis=1).astype(float) for pair in pairs]


def cut_tables(rng, n, m, repeats):
    """Return tables in equal-frequency bins of the reference, whose true proportions vary."""
    proportions = rng.dirichlet(np.full(N_BINS, n / N_BINS), repeats)
    reference = np.full(N_BINS, n / N_BINS)
    return [np.stack([reference, rng.multinomial(m, q)], axis=1) for q in proportions]


def without_drift(rng, repeats):
    """Print the rejection rates, and the proportion of indices above 0.1."""
    zipf = 1 / np.arange(1, N_BINS + 1)
    zipf /= zipf.sum()
    even = np.full(N_BINS, 1 / N_BINS)
    rows = []
    for n, m in SIZES:
        drawn = {
            "even": tables(rng, n, m, even, even, repeats),
            "cut": cut_tables(rng, n, m, repeats),
            "zipf": tables(rng, n, m, zipf, zipf, repeats),
        }
        for name, some in drawn.items():
            found = ShiftEstimates.of_columns(some)
            by_chi2 = chi2.sf(found.psi / found.unit, found.freedom)
            low, _ = found.bounds(0.95)
            rows.append(
                [n, m, name, found.psi.mean(), found.expected.mean(), np.mean(found.psi > 0.1)]
                + [np.mean(by_chi2 < 0.05), np.mean(found.pvalue < 0.05), np.mean(low > 0)]
            )
    header = ["n", "m", "bins", "mean", "expected", "above 0.1", "chi2", "level", "low > 0"]
    print_table(f"Without drift: {N_BINS} bins, {repeats:,} tables each", header, rows)


def with_drift(rng, repeats):
    """Print the coverage of intervals, and the power of the test."""
    rows = []
    for n, m in SIZES:
        for by in (0.1, 0.3, 0.6, 1.2):
            p, q = shifted(0), shifted(by)
            found = ShiftEstimates.of_columns(tables(rng, n, m, p, q, repeats))
            low, high = found.bounds(0.95)
            true = np.sum((p - q) * np.log(p / q))
            rows.append(
                [n, m, by, true, found.psi.mean(), np.mean(true < low), np.mean(true > high)]
                + [np.mean((low <= true) & (true <= high)), np.mean(found.pvalue < 0.05)]
            )
    header = ["n", "m", "drift", "true", "mean", "below", "above", "coverage", "power"]
    print_table(f"With drift: {N_BINS} bins, {repeats:,} tables each", header, rows)


def main():
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=4000)
    repeats = parse_arguments(parser).repeats
    rng = np.random.default_rng(0)
    without_drift(rng, repeats)
    with_drift(rng, repeats)


if __name__ == "__main__":
    main()
