"""Bias and time of the miscalibration of `log_loss_decomposition` and of probmetrics.

    python benchmarks/peers_calibration.py [--repeats 100]

In an environment with ``pip install . probmetrics==1.3.0 torch numba``; without probmetrics,
skinfo alone.

Labels are drawn from known probabilities, and predictions are known functions of these, so that
the miscalibration is known. There are two definitions: the gain of a recalibration of each class
by a non-decreasing function of its own prediction (classwise: skinfo), and the gain of the best
function of the whole predicted distribution (joint: probmetrics). Each method is compared with its
own; for two classes they are equal.

skinfo: the estimate of `report`, the coverage of 95 % intervals and the proportion of p-values of
at most 0.05. probmetrics: ``calib-err_logloss_ts-mix_all`` (a temperature, fitted and scored on
the same rows), ``_ts-mix_cv-5`` (cross-fitted), ``_isotonic-mix_cv-5``, and "logistic cv-5", the
calibrator that it recommends (for many classes: a matrix, "sms") in its cross-fitted split. It has
neither standard errors nor p-values. The columns are the bias and the root mean squared error
(RMSE) of each in bits, and the number of runs in which probmetrics failed.

The figures of 27 November 2026, on two virtual cores, are in ``docs/project/peers.md``.
"""

import argparse
import statistics
import time
import warnings
from importlib.util import find_spec

import numpy as np
from _table import parse_arguments, print_table
from decomposition import CLASS_CASES, draw_classes, true_class_parts
from scipy.special import rel_entr

from skinfo.metrics import log_loss_decomposition

CASES = [case for case in CLASS_CASES if case != "nonlinear"]
METRICS = ("ts-mix_all", "ts-mix_cv-5", "isotonic-mix_cv-5")


def joint_miscalibration(case, n_classes):
    """Return the mean divergence of the predictions from the best function of them, in bits."""
    # Each case but noise is a one-to-one function of the true distribution.
    truth, predicted, _ = draw_classes(case, 400_000, n_classes, np.random.default_rng(99))
    return rel_entr(truth, predicted).sum(axis=1).mean() / np.log(2)


def ours(y, prob):
    """Return the estimate of the miscalibration, its interval and its p-value."""
    result = log_loss_decomposition(y, prob, labels=range(prob.shape[1]))
    estimate, _, low, high = result.report().loc["miscalibration"]
    return estimate, low, high, result.pvalue


def peers():
    """Return functions from labels and probabilities to a miscalibration in bits."""
    if not find_spec("probmetrics"):
        print("probmetrics is not installed: omitted")
        return {}
    import torch
    from probmetrics.calibrators import get_calibrator
    from probmetrics.metrics import Metrics, MetricsWithCalibration
    from probmetrics.splitters import CVSplitter

    torch.set_num_threads(1)
    table = {name: Metrics.from_names([f"calib-err_logloss_{name}"]) for name in METRICS}
    loss = Metrics.from_names(["logloss"])
    calibrator = get_calibrator("logistic")
    table["logistic cv-5"] = MetricsWithCalibration(loss, calibrator, CVSplitter(5))

    def calls(metrics):
        def miscalibration(y, prob):
            found = metrics.compute_all_from_labels_probs(torch.tensor(y), torch.tensor(prob))
            value = next(v for name, v in found.items() if name.startswith("calib-err"))
            return float(value) / np.log(2)

        return miscalibration

    return {name: calls(metrics) for name, metrics in table.items()}


def main():
    """Print the tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--repeats", type=int, default=100)
    parser.add_argument("--cases", default=",".join(CASES), help="separated by commas")
    arguments = parse_arguments(parser)
    repeats = arguments.repeats
    warnings.simplefilter("ignore")
    functions = peers()
    rows, seconds = [], {}
    for n_classes in (2, 3, 10):
        for case in arguments.cases.split(","):
            classwise = true_class_parts(case, n_classes)[0]
            joint = joint_miscalibration(case, n_classes)
            for n in (100, 1000):
                found, theirs = [], {name: [] for name in functions}
                n_repeats = repeats if n == 100 else max(repeats // 2, 1)
                for seed in range(n_repeats):
                    rng = np.random.default_rng([n_classes, n, seed])
                    _, prob, y = draw_classes(case, n, n_classes, rng)
                    start = time.perf_counter()
                    found.append(ours(y, prob))
                    seconds.setdefault((n_classes, n, "skinfo"), []).append(
                        time.perf_counter() - start
                    )
                    for name, function in functions.items():
                        start = time.perf_counter()
                        try:
                            theirs[name].append(function(y, prob))
                        except Exception:
                            theirs[name].append(np.nan)  # a fold without one of the classes
                        seconds.setdefault((n_classes, n, name), []).append(
                            time.perf_counter() - start
                        )
                estimate, low, high, pvalue = np.transpose(found)
                held = (low <= classwise + 1e-9) & (classwise <= high + 1e-9)
                rows.append(
                    [n_classes, case, n, n_repeats, classwise, joint]
                    + [held.mean(), np.mean(pvalue <= 0.05), *error(estimate, classwise)[:2]]
                    + [cell for name in functions for cell in error(theirs[name], joint)]
                )
    print_table(
        "Miscalibration: bias and RMSE in bits, sizes in the rows",
        ["classes", "case", "n", "samples", "classwise (bits)", "joint (bits)"]
        + ["coverage, skinfo", "p <= 0.05, skinfo", "skinfo: bias", "skinfo: RMSE"]
        + [f"{name}: {what}" for name in functions for what in ("bias", "RMSE", "failures")],
        rows,
    )
    print_table(
        "Miscalibration: median seconds, sizes in the rows",
        ["classes", "n", "skinfo (s)", *(f"{name} (s)" for name in functions)],
        [
            [k, n, *(statistics.median(seconds[k, n, name]) for name in ("skinfo", *functions))]
            for k in (2, 3, 10)
            for n in (100, 1000)
        ],
    )


def error(estimates, truth):
    """Return the bias and root mean squared error of the finite estimates, and the failures."""
    errors = np.array(estimates) - truth
    errors = errors[np.isfinite(errors)]
    n_failed = len(estimates) - len(errors)
    if not len(errors):
        return ["", "", n_failed]
    return [errors.mean(), np.sqrt(np.mean(errors**2)), n_failed]


if __name__ == "__main__":
    main()
