"""Coverage of the intervals of multivariate_info, and errors of its estimates.

    python benchmarks/coverage_of_multivariate.py [--samples 60]

Samples are of Markov chains of d columns of a few levels, each equal to the one before except for
a proportion of noise (1: independent columns), so that the true value is that of a known joint
distribution. The columns are the true value, the mean and the standard deviation of the estimates
by "auto", and the mean of their standard errors, all in bits; the coverage of 95 % intervals, and
the proportion of p-values of at most .05.

60 samples each
rows  noise  levels  columns  measure                 truth  mean    sd     error  holds  p
----  -----  ------  -------  ----------------------  -----  ------  -----  -----  -----  ----
100   1      2       4        total_correlation       0.000  0.000   0.035  0.046  1.00   0.07
100   1      2       4        dual_total_correlation  0.000  -0.015  0.055  0.075  1.00   0.00
100   1      2       4        o_information           0.000  0.004   0.028  0.041  1.00   0.02
100   1      4       3        total_correlation       0.000  0.006   0.138  0.119  0.97   0.08
100   1      4       3        dual_total_correlation  0.000  -0.058  0.229  0.216  0.98   0.07
100   1      4       3        o_information           0.000  0.013   0.092  0.102  0.95   0.05
100   1      4       5        total_correlation       0.000  0.083   0.442  0.586  1.00   0.02
100   1      4       5        dual_total_correlation  0.000  0.423   1.527  2.243  1.00   0.03
100   1      4       5        o_information           0.000  -0.106  1.150  1.458  1.00   0.03
100   0.8    2       4        total_correlation       0.087  0.082   0.065  0.062  0.97   0.50
100   0.8    2       4        dual_total_correlation  0.085  0.079   0.091  0.081  0.90   0.47
100   0.8    2       4        o_information           0.002  0.005   0.044  0.044  0.97   0.05
100   0.8    4       3        total_correlation       0.156  0.178   0.120  0.121  0.93   0.50
100   0.8    4       3        dual_total_correlation  0.153  0.177   0.239  0.215  0.92   0.55
100   0.8    4       3        o_information           0.003  0.009   0.091  0.105  0.98   0.02
100   0.8    4       5        total_correlation       0.312  0.448   0.556  0.741  0.97   0.25
100   0.8    4       5        dual_total_correlation  0.302  0.568   1.279  2.446  0.98   0.23
100   0.8    4       5        o_information           0.010  -0.448  0.993  1.774  1.00   0.45
100   0.3    2       4        total_correlation       1.170  1.140   0.163  0.141  0.95   1.00
100   0.3    2       4        dual_total_correlation  0.809  0.802   0.132  0.075  0.65   1.00
100   0.3    2       4        o_information           0.362  0.345   0.129  0.113  0.90   0.98
100   0.3    4       3        total_correlation       1.748  1.802   0.210  0.155  0.82   1.00
100   0.3    4       3        dual_total_correlation  1.314  1.436   0.186  0.215  0.97   1.00
100   0.3    4       3        o_information           0.434  0.388   0.124  0.130  0.95   1.00
100   0.3    4       5        total_correlation       3.497  3.844   0.331  0.755  1.00   1.00
100   0.3    4       5        dual_total_correlation  2.195  2.830   0.459  2.443  1.00   1.00
100   0.3    4       5        o_information           1.302  1.104   0.315  1.752  1.00   1.00
1000  1      2       4        total_correlation       0.000  0.001   0.003  0.005  1.00   0.05
1000  1      2       4        dual_total_correlation  0.000  0.000   0.005  0.008  1.00   0.05
1000  1      2       4        o_information           0.000  -0.000  0.003  0.004  1.00   0.03
1000  1      4       3        total_correlation       0.000  -0.000  0.009  0.010  1.00   0.07
1000  1      4       3        dual_total_correlation  0.000  0.001   0.014  0.017  0.98   0.08
1000  1      4       3        o_information           0.000  0.001   0.005  0.007  0.98   0.02
1000  1      4       5        total_correlation       0.000  -0.005  0.058  0.057  1.00   0.00
1000  1      4       5        dual_total_correlation  0.000  -0.010  0.210  0.198  1.00   0.03
1000  1      4       5        o_information           0.000  0.031   0.142  0.148  1.00   0.00
1000  0.8    2       4        total_correlation       0.087  0.087   0.017  0.016  1.00   1.00
1000  0.8    2       4        dual_total_correlation  0.085  0.083   0.016  0.017  0.97   1.00
1000  0.8    2       4        o_information           0.002  0.002   0.006  0.005  0.95   0.27
1000  0.8    4       3        total_correlation       0.156  0.152   0.022  0.023  0.95   1.00
1000  0.8    4       3        dual_total_correlation  0.153  0.154   0.022  0.026  0.98   1.00
1000  0.8    4       3        o_information           0.003  0.003   0.007  0.008  1.00   0.13
1000  0.8    4       5        total_correlation       0.312  0.355   0.064  0.055  0.83   1.00
1000  0.8    4       5        dual_total_correlation  0.302  0.430   0.176  0.195  0.90   1.00
1000  0.8    4       5        o_information           0.010  -0.138  0.136  0.142  0.78   0.93
1000  0.3    2       4        total_correlation       1.170  1.176   0.048  0.049  0.93   1.00
1000  0.3    2       4        dual_total_correlation  0.809  0.809   0.031  0.028  0.93   1.00
1000  0.3    2       4        o_information           0.362  0.359   0.035  0.035  0.97   1.00
1000  0.3    4       3        total_correlation       1.748  1.741   0.063  0.061  0.90   1.00
1000  0.3    4       3        dual_total_correlation  1.314  1.317   0.043  0.033  0.87   1.00
1000  0.3    4       3        o_information           0.434  0.429   0.040  0.036  0.93   1.00
1000  0.3    4       5        total_correlation       3.497  3.560   0.090  0.073  0.83   1.00
1000  0.3    4       5        dual_total_correlation  2.195  2.340   0.086  0.202  1.00   1.00
1000  0.3    4       5        o_information           1.302  1.199   0.089  0.143  0.93   1.00
"""

import argparse

import numpy as np
from _table import parse_arguments, print_table

from skinfo import measures
from skinfo.estimation import multivariate_info

MEASURES = ("total_correlation", "dual_total_correlation", "o_information")
HEADER = [
    "rows",
    "noise",
    "levels",
    "columns",
    "measure",
    "true (bits)",
    "mean (bits)",
    "deviation (bits)",
    "standard error (bits)",
    "coverage",
    "p <= 0.05",
]


def chain(rng, n, noise, levels, d):
    """Return samples of a chain, (n, d)."""
    columns = [rng.integers(0, levels, n)]
    for _ in range(d - 1):
        drawn = rng.integers(0, levels, n)
        columns.append(np.where(rng.random(n) < noise, drawn, columns[-1]))
    return np.column_stack(columns)


def distribution(noise, levels, d):
    """Return the joint distribution of a chain, one axis a column."""
    step = noise / levels + np.eye(levels) * (1 - noise)
    joint = np.full(levels, 1 / levels)
    for _ in range(d - 1):
        joint = joint[..., None] * step
    return joint


def row_of(rng, n_samples, n, chain_of, measure):
    """Return a row of the table."""
    truth = float(getattr(measures, measure)(distribution(*chain_of)))
    # Different permutations: those of one seed are all too low or too high together.
    seeds = rng.integers(2**31, size=n_samples).tolist()
    results = [
        multivariate_info(
            chain(rng, n, *chain_of), measure=measure, n_permutations=49, random_state=seed
        )
        for seed in seeds
    ]
    intervals = [result.confidence_interval() for result in results]
    holds = np.mean([low - 1e-9 <= truth <= high + 1e-9 for low, high in intervals])
    statistics = [result.statistic for result in results]
    error = np.mean([result.standard_error for result in results])
    rejected = np.mean([result.pvalue <= 0.05 for result in results])
    numbers = (truth, np.mean(statistics), np.std(statistics), error, holds, rejected)
    return [n, *chain_of, measure, *numbers]


def main():
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--samples", type=int, default=60)
    n_samples = parse_arguments(parser).samples
    rng = np.random.default_rng(0)
    rows = [
        row_of(rng, n_samples, n, (noise, levels, d), measure)
        for n in (100, 1000)
        for noise in (1, 0.8, 0.3)
        for levels, d in ((2, 4), (4, 3), (4, 5))
        for measure in MEASURES
    ]
    print_table(f"Coverage of 95 % intervals: {n_samples} samples each", HEADER, rows)


if __name__ == "__main__":
    main()
