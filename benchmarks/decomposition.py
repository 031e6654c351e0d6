"""Coverage of the intervals of `log_loss_decomposition`, and its time.

    python benchmarks/decomposition.py [--repeats 200] [--part classes|groups|speed]

Labels are drawn from known probabilities, and predictions are known functions of these, so that
the true miscalibration (MCB) and discrimination (DSC) are known.

classes: 2, 3 and 10 classes. Coverage is the proportion of 95 % intervals that contain the true
value; bias is that of the estimates less `chance`. The last two columns are the proportions of
runs whose interval of the miscalibration excludes 0 and whose p-value is at most 0.05: for
calibrated predictions the rate of false positives, for others the power.

groups: two classes, independent rows and groups of ten. The intervals are compared with the basic
bootstrap of rows (or of groups): the interval between quantiles of the resampled parts, corrected
for the bias of the resamples.

speed: the decomposition with standard errors, its parts alone, and scikit-learn's log_loss.
"""

import argparse

import numpy as np
from _table import interleaved, parse_arguments, print_table
from scipy.optimize import isotonic_regression
from scipy.special import entr, expit, rel_entr, softmax
from scipy.stats import norm
from sklearn.metrics import log_loss

from skinfo.metrics import log_loss_decomposition
from skinfo.metrics._corp import decompose

# Standard deviation and mean of the true logits, and those of the model from the true ones.
CASES = {
    "calibrated": (1.5, 0.0, lambda z, rng: z),
    "calibrated, rare": (1.0, -3.0, lambda z, rng: z),
    "overconfident": (1.0, 0.0, lambda z, rng: 1.5 * z),
    "shifted": (1.0, 0.0, lambda z, rng: z + 0.5),
    "five values": (1.0, 0.0, lambda z, rng: np.round(z)),
    "uninformative": (0.0, 0.0, lambda z, rng: rng.normal(size=z.shape)),
}

CLASS_CASES = {  # logits of the model, from the true ones
    "calibrated": lambda z, rng: z,
    "overconfident x2": lambda z, rng: 2 * z,
    "underconfident x0.5": lambda z, rng: 0.5 * z,
    "prior shift": lambda z, rng: z + np.append(1.0, np.zeros(z.shape[1] - 1)),
    "noise": lambda z, rng: 1.5 * rng.normal(size=z.shape),
    "nonlinear": lambda z, rng: z + 1.2 * np.sin(2 * z),
    "confused classes": lambda z, rng: np.column_stack([0.3 * z[:, 0] + 0.7 * z[:, 1], z[:, 1:]]),
}


def draw_classes(case, n, n_classes, rng):
    """Return true and predicted distributions, and labels."""
    deviation = 0.0 if case == "noise" else 1.5
    z = deviation * rng.normal(size=(n, n_classes))
    truth, predicted = softmax(z, axis=1), softmax(CLASS_CASES[case](z, rng), axis=1)
    labels = (truth.cumsum(axis=1)[:, :-1] < rng.random((n, 1))).sum(axis=1)
    return truth, predicted, labels


def true_class_parts(case, n_classes):
    """Return the true miscalibration and discrimination, in bits."""
    truth, predicted, _ = draw_classes(case, 400_000, n_classes, np.random.default_rng(99))
    best = _best_rates(case, truth, predicted)
    loss, least = (-(truth * np.log2(rates)).sum(axis=1).mean() for rates in (predicted, best))
    return loss - least, entr(truth.mean(axis=0)).sum() / np.log(2) - least


def _best_rates(case, truth, predicted):
    """Return the best non-decreasing function of the predictions of each class."""
    if case == "calibrated":
        return predicted
    if case == "noise":
        return truth
    best = np.empty_like(truth)
    for k in range(truth.shape[1]):
        order = np.argsort(predicted[:, k])
        best[order, k] = isotonic_regression(truth[order, k]).x
    return best


def classes(repeats):
    """Print the coverage, and the rate of false positives or power, by number of classes."""
    rows = []
    for n_classes in (2, 3, 10):
        for case in CLASS_CASES:
            truth = np.array(true_class_parts(case, n_classes))
            for n, proportion in ((100, 1.0), (1000, 0.5), (10_000, 0.2)):
                held, above_zero, rejected, errors = [], [], [], []
                n_repeats = max(int(proportion * repeats), 1)
                for seed in range(n_repeats):
                    rng = np.random.default_rng([n_classes, n, seed])
                    _, predicted, y = draw_classes(case, n, n_classes, rng)
                    result = log_loss_decomposition(y, predicted, labels=range(n_classes))
                    ends = np.array(result.confidence_interval()[1:3]).T
                    held.append(_holds(ends, truth))
                    above_zero.append(ends[0, 0] > 0)
                    rejected.append(result.pvalue <= 0.05)
                    parts = np.array([result.miscalibration, result.discrimination])
                    errors.append(parts - result.chance - truth)
                rows.append(
                    [n_classes, case, n, n_repeats, *truth, *np.mean(errors, axis=0)]
                    + [*np.mean(held, axis=0), np.mean(above_zero), np.mean(rejected)]
                )
    print_table(
        "Classes: bias and coverage of 95 % intervals, 2, 3 and 10 classes, sizes in the rows",
        ["classes", "case", "n", "runs", "MCB (bits)", "DSC (bits)"]
        + ["bias of MCB (bits)", "bias of DSC (bits)", "coverage of MCB", "coverage of DSC"]
        + ["MCB interval above 0", "p <= 0.05"],
        rows,
    )


def draw(case, n, rng, group_size=1):
    """Return true and predicted probabilities, labels, and groups with correlated labels."""
    deviation, mean, model = CASES[case]
    z = mean + deviation * rng.normal(size=n)
    predicted = expit(model(z, rng))
    truth = predicted if case == "five values" else expit(z)
    groups = np.arange(n) // group_size
    shared = rng.normal(size=groups[-1] + 1)[groups] if group_size > 1 else 0.0
    own = 0.6 if group_size > 1 else 1.0
    uniform = norm.cdf(np.sqrt(1 - own) * shared + np.sqrt(own) * rng.normal(size=n))
    return truth, predicted, (uniform < truth).astype(int), groups


def true_parts(case):
    """Return the true miscalibration and discrimination, in bits."""
    truth, predicted, _, _ = draw(case, 10**6, np.random.default_rng(1))
    divergence = rel_entr(truth, predicted) + rel_entr(1 - truth, 1 - predicted)
    rate = truth.mean()
    known = entr(rate) + entr(1 - rate) - (entr(truth) + entr(1 - truth)).mean()
    return divergence.mean() / np.log(2), known / np.log(2)


def bootstrap(y, prob, groups, rng, n_resamples=100):
    """Return the ends of the basic bootstrap interval of both parts, in bits."""
    prob = np.column_stack([1 - prob, prob])
    here = np.array(decompose(prob, y, None)[:2])
    n_groups = groups[-1] + 1
    parts = []
    for _ in range(n_resamples):
        drawn = np.bincount(rng.integers(0, n_groups, n_groups), minlength=n_groups)
        parts.append(decompose(prob, y, drawn[groups].astype(float))[:2])
    low, high = np.quantile(parts, [0.025, 0.975], axis=0)
    return np.maximum([2 * here - high, 2 * here - low], 0) / np.log(2)


def groups(repeats):
    """Print the coverage of each interval, for independent rows and for groups."""
    rows = []
    for group_size in (1, 10):
        for case in CASES:
            truth = np.array(true_parts(case))
            for n in (200, 1000, 5000):
                rng = np.random.default_rng(0)
                ours, theirs, raw, chance, rejected = [], [], [], [], []
                for _ in range(repeats):
                    _, predicted, y, group = draw(case, n, rng, group_size)
                    if y.min() == y.max():
                        continue
                    named = group if group_size > 1 else None
                    result = log_loss_decomposition(y, predicted, groups=named)
                    ends = np.array(result.confidence_interval()[1:3]).T
                    ours.append(_holds(ends, truth))
                    theirs.append(_holds(bootstrap(y, predicted, group, rng), truth))
                    raw.append(result.miscalibration)
                    chance.append(result.chance)
                    rejected.append(result.pvalue <= 0.05)
                rows.append(
                    [case, group_size, n, *truth, np.mean(raw) - truth[0], np.mean(chance)]
                    + [*np.mean(ours, axis=0), *np.mean(theirs, axis=0), np.mean(rejected)]
                )
    print_table(
        f"Groups: coverage of 95 % intervals of skinfo and of the bootstrap, {repeats} runs, "
        "sizes in the rows",
        ["case", "rows per group", "n", "MCB (bits)", "DSC (bits)"]
        + ["bias of MCB, uncorrected (bits)", "chance (bits)"]
        + ["coverage of MCB, skinfo", "coverage of DSC, skinfo"]
        + ["coverage of MCB, bootstrap", "coverage of DSC, bootstrap", "p <= 0.05"],
        rows,
    )


def _holds(ends, truth):
    return (ends[0] <= truth + 1e-9) & (truth <= ends[1] + 1e-9)


def speed(repeats):
    """Print the seconds of a decomposition, and those of scikit-learn's log loss."""
    rows = []
    for n, n_classes in ((10_000, 2), (1_000_000, 2), (100_000, 10), (1_000_000, 10)):
        rng = np.random.default_rng(0)
        prob = softmax(2 * rng.normal(size=(n, n_classes)), axis=1)
        y = (prob.cumsum(axis=1) < rng.random((n, 1))).sum(axis=1)
        seconds = interleaved(
            {
                "ours": lambda y=y, prob=prob: log_loss_decomposition(y, prob),
                "parts": lambda y=y, prob=prob: decompose(prob, y, None),
                "theirs": lambda y=y, prob=prob: log_loss(y, prob),
            },
            repeats,
        )
        rows.append([n, n_classes, seconds["ours"], seconds["parts"], seconds["theirs"]])
    print_table(
        f"Speed: sizes in the rows, median of {repeats}",
        [
            "n",
            "classes",
            "log_loss_decomposition (s)",
            "parts alone (s)",
            "sklearn log_loss (s)",
        ],
        rows,
    )


def main():
    """Print the tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--repeats", type=int, default=200)
    parser.add_argument("--part", choices=list(PARTS))
    arguments = parse_arguments(parser)
    for name, part in PARTS.items():
        if arguments.part in (None, name):
            part(min(arguments.repeats, 5) if name == "speed" else arguments.repeats)


PARTS = {"speed": speed, "classes": classes, "groups": groups}


if __name__ == "__main__":
    main()
