"""Held-out information of a selection, compared with the information on new samples.

    python benchmarks/held_out_information.py

Five features of each sample are selected. The true value is the gain on 20,000 new samples of an
additive model of these, fitted to the sample (with the best of the four penalties; zero if all
lose). The other columns are the information on held-out folds, its standard error, the
selector's `information_` on the sample, and the proportion of true values within two standard
errors (after each of the five features).

27 November 2026, two virtual cores:

    Bits of five features, means over draws
    distribution  n     new samples  held out  its error  of the sample  within 2
    ------------  ----  -----------  --------  ---------  -------------  --------
    noise         200   0.0000       0.0007    0.0047     0.1007         0.96
    noise         1000  0.0000       -0.0001   0.0003     0.0185         0.99
    noise         5000  0.0000       -0.0003   0.0001     0.0043         0.94
    two classes   200   0.3277       0.3217    0.0545     0.3932         0.86
    two classes   1000  0.3709       0.3682    0.0248     0.3830         0.90
    two classes   5000  0.3782       0.3774    0.0111     0.3823         0.93
    three         200   0.3807       0.3619    0.0679     0.6315         0.87
    three         1000  0.5179       0.5178    0.0295     0.5930         0.89
    three         5000  0.5502       0.5430    0.0133     0.5601         0.85
    copies        200   0.3215       0.3158    0.0562     0.4007         0.86
    copies        1000  0.3746       0.3702    0.0248     0.3824         0.92
    copies        5000  0.3823       0.3785    0.0111     0.3825         0.90
"""

import argparse

import numpy as np
from _table import parse_arguments, print_table

from skinfo import InfoBottleneckSelector
from skinfo._kernels._additive import additive_gains
from skinfo.feature_selection import held_out_information
from skinfo.feature_selection._crossfit import RIDGES

N_SELECTED = 5
N_NEW = 20_000
# (samples, draws)
SIZES = ((200, 40), (1000, 40), (5000, 20))


def noise(n, rng):
    """Return 30 columns and two independent classes."""
    return rng.integers(0, 4, (n, 30)), rng.integers(0, 2, n)


def two_classes(n, rng):
    """Return 20 columns, and two classes whose log odds are the sum of four columns."""
    X = rng.integers(0, 4, (n, 20))
    return X, (rng.random(n) < 1 / (1 + np.exp(6 - X[:, :4].sum(axis=1)))).astype(int)


def three_classes(n, rng):
    """Return 20 columns and three classes, of the sum of two columns and noise."""
    X = rng.integers(0, 5, (n, 20))
    return X, np.digitize(X[:, 0] + X[:, 1] + 1.5 * rng.normal(size=n), [2.5, 5.5])


def copies(n, rng):
    """Return 20 columns, the last ten copies of the first ten with 10 % noise."""
    X, y = two_classes(n, rng)
    wrong = rng.random((n, 10)) < 0.1
    X[:, 10:] = np.where(wrong, rng.integers(0, 4, (n, 10)), X[:, :10])
    return X, y


DISTRIBUTIONS = {
    "noise": noise,
    "two classes": two_classes,
    "three": three_classes,
    "copies": copies,
}


def on_new_samples(X, y, new, features):
    """Return the bits that additive models of growing numbers of features gain on new samples."""
    X_new, y_new = new
    codes = np.concatenate([X, X_new])[:, features].T.astype(np.uint8)
    labels = np.concatenate([y, y_new]).astype(np.int32)
    is_training = np.arange(len(labels)) < len(y)
    levels, sizes = codes.max(axis=1).astype(np.int64) + 1, np.arange(N_SELECTED + 1)
    sums = additive_gains(
        np.ascontiguousarray(codes),
        levels,
        labels,
        int(labels.max()) + 1,
        is_training * 1.0,
        ~is_training * 1.0,
        sizes,
        np.array(RIDGES),
    )
    return np.max(sums[:, 1:, 0], axis=0, initial=0.0) / N_NEW / np.log(2)


def judged(distribution, n, seed):
    """Return truth, estimate, error, information of the sample, and the proportion within two."""
    rng = np.random.default_rng(seed)
    X, y = distribution(n, rng)
    selector = InfoBottleneckSelector(N_SELECTED, n_jobs=1)
    held_out = held_out_information(X, y, selector=selector)
    selector.fit(X, y)
    truth = on_new_samples(X, y, distribution(N_NEW, rng), selector.selected_features_)
    within = np.abs(held_out.information - truth) <= 2 * held_out.standard_error
    numbers = truth, held_out.information, held_out.standard_error, selector.information_
    return [*(values[-1] for values in numbers), within.mean()]


def main():
    """Print the table."""
    parse_arguments(argparse.ArgumentParser(description=__doc__.splitlines()[0]))
    rows = []
    for name, distribution in DISTRIBUTIONS.items():
        for n, n_draws in SIZES:
            means = np.mean([judged(distribution, n, seed) for seed in range(n_draws)], axis=0)
            rows.append([name, n, n_draws, *means])
    print_table(
        f"Information of five features: means over samples, {N_NEW:,} new samples",
        ["distribution", "n", "samples", "new samples (bits)", "held out (bits)"]
        + ["standard error (bits)", "same sample (bits)", "within two errors"],
        rows,
    )


if __name__ == "__main__":
    main()
