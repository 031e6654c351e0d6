"""Information of bins under constraints, of MutualInfoBinner and optbinning.

python benchmarks/binning_rules.py

The 30 columns of the breast cancer data. Both have the same 19 candidate split points
(quantiles), at most 8 bins, of at least 5% of the samples, and a constraint each. optbinning
maximises the information value (its default, by integer programming), MutualInfoBinner with
``penalty=None`` the mutual information. "bits" is the mutual information of the bins and y, the
mean over the columns; the information value (IV), in nats, has half a sample added to each cell.
"breaks" is the number of columns whose bins violate the constraint, by their counts. For
max_p_value that is the G-test, instead of which optbinning has a z-test of two proportions.

optbinning first merges candidates next to bins of one class. On two virtual cores::

    rule                      binner      bits    IV     bins  breaks
    ------------------------  ----------  ------  -----  ----  ------
    none                      skinfo      0.3243  2.691  8.0   0
    none                      optbinning  0.3188  2.541  7.9   0
    peak                      skinfo      0.3211  2.671  7.5   0
    peak                      optbinning  0.3158  2.524  7.3   0
    valley                    skinfo      0.3213  2.667  7.7   0
    valley                    optbinning  0.3160  2.535  7.5   0
    rates that differ by 0.1  skinfo      0.3178  2.585  6.1   0
    rates that differ by 0.1  optbinning  0.3122  2.511  6.1   0
    p-values below 0.01       skinfo      0.3137  2.637  4.2   0
    p-values below 0.01       optbinning  0.3079  2.493  4.1   0
    a fixed edge              skinfo      0.3221  2.674  8.0   0
    a fixed edge              optbinning  0.3168  2.527  7.9   0
"""

import argparse
import warnings

import numpy as np
from _table import parse_arguments, print_table
from scipy.special import chdtrc, xlogy
from sklearn.datasets import load_breast_cancer

from skinfo import MutualInfoBinner

MAX_BINS, MIN_SHARE, N_CUTS = 8, 0.05, 19
DIFFERENCE, P_VALUE = 0.1, 0.01


def has_peak(rates):
    """Return whether rates increase and then decrease."""
    steps = np.diff(rates)
    top = np.argmax(np.append(steps < 0, True))
    return (steps[top:] <= 1e-12).all()


def g_tests(counts):
    """Return the p-value of each pair of neighbours."""
    both = counts[1:] + counts[:-1]
    terms = entropies(both) - entropies(counts[1:]) - entropies(counts[:-1])
    return chdtrc(1, np.maximum(2 * terms, 0))


def entropies(counts):
    """Return N H(class) of each row, in nats."""
    n = counts.sum(axis=1)
    return xlogy(n, n) - xlogy(counts, counts).sum(axis=1)


# The parameters of both for each rule, and the condition on the counts and split points.
RULES = {
    "none": ({}, {}, lambda counts, cuts, cut: True),
    "peak": (
        {"monotonic_cst": "peak"},
        {"monotonic_trend": "peak"},
        lambda counts, cuts, cut: has_peak(rates_of(counts)),
    ),
    "valley": (
        {"monotonic_cst": "valley"},
        {"monotonic_trend": "valley"},
        lambda counts, cuts, cut: has_peak(-rates_of(counts)),
    ),
    "rates that differ by 0.1": (
        {"min_rate_difference": DIFFERENCE},
        {"min_event_rate_diff": DIFFERENCE},
        lambda counts, cuts, cut: (
            np.abs(np.diff(rates_of(counts))).min(initial=1) >= DIFFERENCE - 1e-12
        ),
    ),
    "p-values below 0.01": (
        {"max_p_value": P_VALUE},
        {"max_pvalue": P_VALUE},
        lambda counts, cuts, cut: g_tests(counts).max(initial=0) <= P_VALUE,
    ),
    "a fixed edge": (
        {"fixed_edges": "median"},
        {"user_splits_fixed": "median"},
        lambda counts, cuts, cut: cut in cuts,
    ),
}


def rates_of(counts):
    """Return the rate of the second class in each bin."""
    return counts[:, 1] / counts.sum(axis=1)


def ours(x, y, cuts, fixed, params):
    """Return the split points of MutualInfoBinner."""
    if "fixed_edges" in params:
        params = {"fixed_edges": [[fixed]]}
    binner = MutualInfoBinner(
        MAX_BINS, penalty=None, min_samples_bin=MIN_SHARE, candidate_edges=[cuts], **params
    )
    return binner.fit(x[:, None], y).bin_edges_[0][1:-1]


def theirs(x, y, cuts, fixed, params):
    """Return the split points of optbinning."""
    from optbinning import OptimalBinning

    params = {"monotonic_trend": None} | params
    if "user_splits_fixed" in params:
        params["user_splits_fixed"] = [bool(cut == fixed) for cut in cuts]
    binner = OptimalBinning(
        max_n_bins=MAX_BINS, min_bin_size=MIN_SHARE, user_splits=cuts, **params
    )
    return binner.fit(x, y).splits


def describe(x, y, cuts):
    """Return the class counts of bins, their information with y in bits, and their IV."""
    codes = np.searchsorted(cuts, x, side="right")
    counts = np.zeros((len(cuts) + 1, 2))
    np.add.at(counts, (codes, y), 1)
    bits = (entropies(counts.sum(axis=0)[None])[0] - entropies(counts).sum()) / len(y) / np.log(2)
    p = (counts + 0.5) / (counts + 0.5).sum(axis=0)
    iv = np.sum((p[:, 1] - p[:, 0]) * np.log(p[:, 1] / p[:, 0]))
    return counts, bits, iv


def main():
    """Print the table."""
    parse_arguments(argparse.ArgumentParser(description=__doc__.splitlines()[0]))
    warnings.simplefilter("ignore")
    X, y = load_breast_cancer(return_X_y=True)
    rows = []
    for rule, (of_ours, of_theirs, keeps) in RULES.items():
        for name, cut_column, params in (
            ("skinfo", ours, of_ours),
            ("optbinning", theirs, of_theirs),
        ):
            results = []
            for x in X.T:
                cuts = np.unique(np.quantile(x, np.arange(1, N_CUTS + 1) / (N_CUTS + 1)))
                fixed = cuts[len(cuts) // 2]
                found = cut_column(x, y, cuts, fixed, params)
                counts, bits, iv = describe(x, y, found)
                results.append((bits, iv, len(counts), not keeps(counts, found, fixed)))
            bits, iv, n_bins, _ = np.mean(results, axis=0)
            n_broken = sum(broken for *_, broken in results)
            rows.append([rule, name, bits, iv, n_bins, n_broken])
    print_table(
        "Bins under constraints: 30 columns of 569 rows, at most 8 bins",
        ["rule", "binner", "bits", "IV (nats)", "bins", "breaks"],
        rows,
    )


if __name__ == "__main__":
    main()
