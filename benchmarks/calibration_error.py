"""Bias of the binned calibration error (ECE) and of the miscalibration in bits.

    python benchmarks/calibration_error.py [--repeats 100]

Labels are drawn from known probabilities, and predictions are known functions of these, so that
the true error, the mean distance of prediction from probability, and the true miscalibration, the
mean divergence in bits, are known. Cases: calibrated predictions; an overconfident model (logits
times 1.5); a rare class (1.7 %) with an underconfident model (deviations of the logits times 0.3,
shifted so that the mean prediction is the base rate).

Columns: the true error and the ECE by number of bins (uniform "u", quantile "q"), a mean over
samples; the true miscalibration and the estimate of `report`, in bits; the proportion of p-values
of at most 0.05.

On two virtual cores, 27 November 2026 (a minute and a half)::

    predictions           n      truth  5 u    15 u   100 u  15 q   true bits  bits    p <= .05
    --------------------  -----  -----  -----  -----  -----  -----  ---------  ------  --------
    calibrated            100    0.000  0.072  0.125  0.266  0.129  0.0000     0.0116  0.08
    calibrated            1000   0.000  0.024  0.039  0.100  0.039  0.0000     0.0015  0.07
    calibrated            10000  0.000  0.008  0.013  0.032  0.013  0.0000     0.0002  0.06
    overconfident         100    0.059  0.096  0.144  0.293  0.149  0.0226     0.0295  0.16
    overconfident         1000   0.059  0.063  0.071  0.121  0.071  0.0226     0.0224  0.95
    overconfident         10000  0.059  0.058  0.061  0.067  0.061  0.0226     0.0228  1.00
    rare, underconfident  100    0.009  0.010  0.010  0.017  0.029  0.0058     0.0170  0.14
    rare, underconfident  1000   0.009  0.003  0.003  0.010  0.015  0.0058     0.0092  0.75
    rare, underconfident  10000  0.009  0.001  0.001  0.010  0.010  0.0058     0.0064  1.00

With 10,000 rows the underconfident model of the rare class has a smaller error in 15 bins of equal
width than the calibrated model, because all its predictions are in one bin.
"""

import argparse

import numpy as np
from _table import parse_arguments, print_table
from scipy.special import expit, logit

from skinfo.datasets import make_predictions
from skinfo.metrics import calibration_error, log_loss_decomposition

BINNINGS = {
    f"{n_bins} {strategy[0]}": {"n_bins": n_bins, "strategy": strategy}
    for n_bins, strategy in [(5, "uniform"), (15, "uniform"), (100, "uniform"), (15, "quantile")]
}

CASES = {  # parameters of `make_predictions`
    "calibrated": {},
    "overconfident": {"deviation": 1.0, "slope": 1.5},
    # With the shift the mean prediction is the base rate.
    "rare, underconfident": {"deviation": 1.0, "mean": -4.5, "slope": 0.3, "shift": -2.7202},
}


def true_error(case):
    """Return the mean distance of predicted from true probabilities."""
    _, q = make_predictions(10**6, **case, random_state=1)
    return np.abs(expit((logit(q) - case.get("shift", 0)) / case.get("slope", 1)) - q).mean()


def main():
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--repeats", type=int, default=100)
    repeats = parse_arguments(parser).repeats
    rows = []
    for name, case in CASES.items():
        truth = make_predictions(1, **case, return_information=True)[2]
        for n in (100, 1000, 10_000):
            found, parts = [], []
            for seed in range(repeats):
                y, q = make_predictions(n, **case, random_state=np.random.default_rng([n, seed]))
                found.append(
                    [calibration_error(y, q, labels=[0, 1], **b) for b in BINNINGS.values()]
                )
                result = log_loss_decomposition(y, q, labels=[0, 1])
                parts.append(
                    [result.report().loc["miscalibration", "estimate"], result.pvalue <= 0.05]
                )
            estimate, rejected = np.mean(parts, axis=0)
            rows.append(
                [name, n, true_error(case), *np.mean(found, axis=0)]
                + [truth.miscalibration, estimate, rejected]
            )
    print_table(
        f"Mean ECE by bins, and mean miscalibration: {repeats} samples each",
        ["predictions", "n", "true error", *(f"ECE, {bins}" for bins in BINNINGS)]
        + ["true miscalibration (bits)", "miscalibration (bits)", "p <= 0.05"],
        rows,
    )


if __name__ == "__main__":
    main()
