"""How often the intervals of multivariate_info hold the truth, and how far its estimates are off.

Samples are of Markov chains of d columns of a few levels, each equal to the one before but for a
share of its values that are drawn anew (1: independent columns), so that the truth is that of a
known joint distribution. Mean and standard deviation of the estimates by "auto", mean of their
standard errors, the share of 95 % intervals that hold the truth, and that of p-values of at most
.05.

    python benchmarks/coverage_of_multivariate.py [--samples 60]

60 samples each
rows  anew  levels  columns  measure                 truth  mean    sd     error  holds  p
----  ----  ------  -------  ----------------------  -----  ------  -----  -----  -----  ----
100   1     2       4        total_correlation       0.000  0.004   0.039  0.047  0.98   0.03
100   1     2       4        dual_total_correlation  0.000  0.002   0.058  0.080  1.00   0.05
100   1     2       4        o_information           0.000  0.003   0.024  0.043  1.00   0.00
100   1     4       3        total_correlation       0.000  -0.014  0.131  0.118  0.98   0.05
100   1     4       3        dual_total_correlation  0.000  0.006   0.193  0.216  0.98   0.03
100   1     4       3        o_information           0.000  -0.000  0.109  0.099  1.00   0.02
100   1     4       5        total_correlation       0.000  -0.052  0.708  0.741  1.00   0.05
100   1     4       5        dual_total_correlation  0.000  -0.460  2.734  2.400  1.00   0.03
100   1     4       5        o_information           0.000  0.597   1.887  1.721  0.98   0.07
100   0.8   2       4        total_correlation       0.087  0.083   0.068  0.062  0.95   0.40
100   0.8   2       4        dual_total_correlation  0.085  0.076   0.064  0.084  1.00   0.15
100   0.8   2       4        o_information           0.002  -0.001  0.045  0.043  0.93   0.03
100   0.8   4       3        total_correlation       0.156  0.178   0.150  0.118  0.83   0.42
100   0.8   4       3        dual_total_correlation  0.153  0.119   0.224  0.213  0.93   0.13
100   0.8   4       3        o_information           0.003  0.025   0.109  0.102  0.95   0.03
100   0.8   4       5        total_correlation       0.312  0.491   0.669  0.729  0.97   0.25
100   0.8   4       5        dual_total_correlation  0.302  0.829   1.802  2.488  0.98   0.00
100   0.8   4       5        o_information           0.010  -0.253  1.521  1.734  0.98   0.40
100   0.3   2       4        total_correlation       1.170  1.190   0.143  0.141  0.90   1.00
100   0.3   2       4        dual_total_correlation  0.809  0.840   0.150  0.078  0.68   1.00
100   0.3   2       4        o_information           0.362  0.375   0.138  0.118  0.90   0.98
100   0.3   4       3        total_correlation       1.748  1.735   0.234  0.153  0.80   1.00
100   0.3   4       3        dual_total_correlation  1.314  1.433   0.184  0.213  0.98   1.00
100   0.3   4       3        o_information           0.434  0.374   0.146  0.129  0.87   1.00
100   0.3   4       5        total_correlation       3.497  3.841   0.339  0.750  1.00   1.00
100   0.3   4       5        dual_total_correlation  2.195  2.776   0.481  2.450  1.00   0.00
100   0.3   4       5        o_information           1.302  1.139   0.412  1.727  1.00   1.00
1000  1     2       4        total_correlation       0.000  -0.001  0.003  0.005  1.00   0.00
1000  1     2       4        dual_total_correlation  0.000  -0.000  0.006  0.008  1.00   0.05
1000  1     2       4        o_information           0.000  0.000   0.003  0.004  1.00   0.05
1000  1     4       3        total_correlation       0.000  0.001   0.007  0.011  1.00   0.05
1000  1     4       3        dual_total_correlation  0.000  0.000   0.011  0.017  1.00   0.05
1000  1     4       3        o_information           0.000  -0.000  0.005  0.007  1.00   0.07
1000  1     4       5        total_correlation       0.000  0.005   0.060  0.060  0.98   0.05
1000  1     4       5        dual_total_correlation  0.000  -0.008  0.226  0.220  1.00   0.07
1000  1     4       5        o_information           0.000  0.005   0.126  0.160  1.00   0.02
1000  0.8   2       4        total_correlation       0.087  0.088   0.017  0.016  0.93   1.00
1000  0.8   2       4        dual_total_correlation  0.085  0.084   0.015  0.017  0.98   1.00
1000  0.8   2       4        o_information           0.002  0.002   0.004  0.005  0.93   0.30
1000  0.8   4       3        total_correlation       0.156  0.155   0.023  0.024  0.95   1.00
1000  0.8   4       3        dual_total_correlation  0.153  0.153   0.024  0.026  0.95   1.00
1000  0.8   4       3        o_information           0.003  0.004   0.006  0.008  1.00   0.25
1000  0.8   4       5        total_correlation       0.312  0.353   0.053  0.061  0.97   1.00
1000  0.8   4       5        dual_total_correlation  0.302  0.486   0.174  0.222  0.97   0.08
1000  0.8   4       5        o_information           0.010  -0.135  0.125  0.161  0.92   0.97
1000  0.3   2       4        total_correlation       1.170  1.168   0.043  0.049  0.95   1.00
1000  0.3   2       4        dual_total_correlation  0.809  0.809   0.032  0.028  0.90   1.00
1000  0.3   2       4        o_information           0.362  0.359   0.036  0.035  0.97   1.00
1000  0.3   4       3        total_correlation       1.748  1.751   0.057  0.061  0.93   1.00
1000  0.3   4       3        dual_total_correlation  1.314  1.322   0.038  0.033  0.88   1.00
1000  0.3   4       3        o_information           0.434  0.429   0.033  0.036  0.95   1.00
1000  0.3   4       5        total_correlation       3.497  3.567   0.099  0.072  0.78   1.00
1000  0.3   4       5        dual_total_correlation  2.195  2.349   0.106  0.215  1.00   1.00
1000  0.3   4       5        o_information           1.302  1.201   0.109  0.157  0.98   1.00
"""

import argparse

import numpy as np
from _table import print_table

from skinfo import measures
from skinfo.estimation import multivariate_info

MEASURES = ("total_correlation", "dual_total_correlation", "o_information")
HEADER = [
    "rows",
    "anew",
    "levels",
    "columns",
    "measure",
    "truth",
    "mean",
    "sd",
    "error",
    "holds",
    "p",
]


def chain(rng, n, anew, levels, d):
    """Return samples of a chain, (n, d)."""
    columns = [rng.integers(0, levels, n)]
    for _ in range(d - 1):
        drawn = rng.integers(0, levels, n)
        columns.append(np.where(rng.random(n) < anew, drawn, columns[-1]))
    return np.column_stack(columns)


def distribution(anew, levels, d):
    """Return the joint distribution of a chain, one axis a column."""
    step = anew / levels + np.eye(levels) * (1 - anew)
    joint = np.full(levels, 1 / levels)
    for _ in range(d - 1):
        joint = joint[..., None] * step
    return joint


def row_of(rng, n_samples, n, chain_of, measure):
    """Return a line of the table."""
    truth = float(getattr(measures, measure)(distribution(*chain_of)))
    results = [
        multivariate_info(chain(rng, n, *chain_of), measure=measure, n_permutations=49)
        for _ in range(n_samples)
    ]
    intervals = [result.confidence_interval() for result in results]
    holds = np.mean([low - 1e-9 <= truth <= high + 1e-9 for low, high in intervals])
    statistics = [result.statistic for result in results]
    error = np.mean([result.standard_error for result in results])
    rejected = np.mean([result.pvalue <= 0.05 for result in results])
    numbers = (truth, np.mean(statistics), np.std(statistics), error)
    shown = [f"{number:.3f}" for number in numbers]
    return [n, *chain_of, measure, *shown, f"{holds:.2f}", f"{rejected:.2f}"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--samples", type=int, default=60)
    n_samples = parser.parse_args().samples
    rng = np.random.default_rng(0)
    rows = [
        row_of(rng, n_samples, n, (anew, levels, d), measure)
        for n in (100, 1000)
        for anew in (1, 0.8, 0.3)
        for levels, d in ((2, 4), (4, 3), (4, 5))
        for measure in MEASURES
    ]
    print_table(f"{n_samples} samples each", HEADER, rows)


if __name__ == "__main__":
    main()
