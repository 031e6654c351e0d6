"""How often the intervals of `log_loss_decomposition` hold the truth, and how long it takes.

    python benchmarks/decomposition.py [--repeats 200] [--part classes|groups|speed]

Labels are drawn from known probabilities, and predictions are known functions of these, so that
the true miscalibration and discrimination are known.

classes: 2, 3 and 10 classes. Coverage of the 95 % intervals; for calibrated predictions, false
alarms (intervals of the miscalibration that do not hold 0) and the level of the p-value at 0.05,
for others the power of both.

groups: two classes, independent rows and groups of ten. Beside our intervals stands the usual
bootstrap of rows (or of groups): the interval between quantiles of the resampled parts, each
moved by the bias that the resamples show.
"""

import argparse

import numpy as np
from _table import interleaved, print_table
from scipy.optimize import isotonic_regression
from scipy.special import entr, expit, rel_entr, softmax
from scipy.stats import norm
from sklearn.metrics import log_loss

from skinfo.metrics import log_loss_decomposition
from skinfo.metrics._corp import decompose

CASES = {  # true logits are normal with this deviation and mean; the model's from the true ones
    "calibrated": (1.5, 0.0, lambda z, rng: z),
    "calibrated, rare": (1.0, -3.0, lambda z, rng: z),
    "too sure": (1.0, 0.0, lambda z, rng: 1.5 * z),
    "shifted": (1.0, 0.0, lambda z, rng: z + 0.5),
    "five values": (1.0, 0.0, lambda z, rng: np.round(z)),
    "knows nothing": (0.0, 0.0, lambda z, rng: rng.normal(size=z.shape)),
}

CLASS_CASES = {  # logits of the model, from the true ones
    "calibrated": lambda z, rng: z,
    "too sure x2": lambda z, rng: 2 * z,
    "timid x.5": lambda z, rng: 0.5 * z,
    "prior shift": lambda z, rng: z + np.append(1.0, np.zeros(z.shape[1] - 1)),
    "noise": lambda z, rng: 1.5 * rng.normal(size=z.shape),
    "bent": lambda z, rng: z + 1.2 * np.sin(2 * z),
    "confused": lambda z, rng: np.column_stack([0.3 * z[:, 0] + 0.7 * z[:, 1], z[:, 1:]]),
}


def draw_classes(case, n, n_classes, rng):
    """Return true and predicted distributions, and labels."""
    deviation = 0.0 if case == "noise" else 1.5
    z = deviation * rng.normal(size=(n, n_classes))
    truth, predicted = softmax(z, axis=1), softmax(CLASS_CASES[case](z, rng), axis=1)
    labels = (truth.cumsum(axis=1)[:, :-1] < rng.random((n, 1))).sum(axis=1)
    return truth, predicted, labels


def true_class_parts(case, n_classes):
    """Return the miscalibration and the discrimination of all there is, in bits."""
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
    """Print coverage, false alarms and level for two and more classes."""
    rows = []
    for n_classes in (2, 3, 10):
        for case in CLASS_CASES:
            truth = np.array(true_class_parts(case, n_classes))
            for n, share in ((100, 1.0), (1000, 0.5), (10_000, 0.2)):
                held, alarms, rejected, errors = [], [], [], []
                n_repeats = max(int(share * repeats), 1)
                for seed in range(n_repeats):
                    rng = np.random.default_rng([n_classes, n, seed])
                    _, predicted, y = draw_classes(case, n, n_classes, rng)
                    result = log_loss_decomposition(y, predicted, labels=range(n_classes))
                    ends = np.array(result.confidence_interval()[1:3]).T
                    held.append(_holds(ends, truth))
                    alarms.append(ends[0, 0] > 0)
                    rejected.append(result.pvalue <= 0.05)
                    parts = np.array([result.miscalibration, result.discrimination])
                    errors.append(parts - result.chance - truth)
                rows.append(
                    [n_classes, case, n, n_repeats, *truth, *np.mean(errors, axis=0)]
                    + [f"{share:.3f}" for share in np.mean(held, axis=0)]
                    + [f"{np.mean(alarms):.3f}", f"{np.mean(rejected):.3f}"]
                )
    print_table(
        "Miscalibration and discrimination less chance: bias in bits, share of 95 % intervals "
        "that hold the truth;\nshare of intervals of the miscalibration above 0, of p <= 0.05",
        ["classes", "case", "n", "runs", "MCB", "DSC", "bias MCB", "bias DSC"]
        + ["MCB", "DSC", "low > 0", "p <= .05"],
        [[*map(_rounded, row)] for row in rows],
    )


def draw(case, n, rng, group_size=1):
    """Return true and predicted probabilities, labels, and groups whose labels go together."""
    deviation, mean, model = CASES[case]
    z = mean + deviation * rng.normal(size=n)
    predicted = expit(model(z, rng))
    truth = predicted if case == "five values" else expit(z)
    groups = np.arange(n) // group_size
    shared = rng.normal(size=groups[-1] + 1)[groups] if group_size > 1 else 0.0
    own = 0.6 if group_size > 1 else 1.0
    luck = norm.cdf(np.sqrt(1 - own) * shared + np.sqrt(own) * rng.normal(size=n))
    return truth, predicted, (luck < truth).astype(int), groups


def true_parts(case):
    """Return the miscalibration and the discrimination of all there is, in bits."""
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
    """Print how often each interval holds the truth, for rows alone and in groups."""
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
                means = np.mean(ours, axis=0), np.mean(theirs, axis=0)
                rows.append(
                    [case, group_size, n, *truth, np.mean(raw) - truth[0], np.mean(chance)]
                    + [f"{a:.3f} / {b:.3f}" for a, b in zip(*means, strict=True)]
                    + [f"{np.mean(rejected):.3f}"]
                )
    print_table(
        f"Share of {repeats} intervals that hold the truth (nominal 0.95), ours / bootstrap",
        ["case", "group", "n", "MCB bits", "DSC bits", "bias of MCB", "chance"]
        + ["MCB", "DSC", "p <= .05"],
        [[*map(_rounded, row)] for row in rows],
    )


def _holds(ends, truth):
    return (ends[0] <= truth + 1e-9) & (truth <= ends[1] + 1e-9)


def _rounded(cell):
    return f"{cell:.4f}" if isinstance(cell, float) else cell


def speed(repeats):
    """Print the seconds of a decomposition, and those of scikit-learn's log loss alone."""
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
        "Seconds: decomposition with errors, its parts alone, log_loss of scikit-learn",
        ["n", "classes", "decomposition", "parts alone", "sklearn log_loss"],
        rows,
    )


def main():
    """Print the tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--repeats", type=int, default=200)
    parser.add_argument("--part", choices=list(PARTS))
    arguments = parser.parse_args()
    for name, part in PARTS.items():
        if arguments.part in (None, name):
            part(5 if name == "speed" else arguments.repeats)


PARTS = {"speed": speed, "classes": classes, "groups": groups}


if __name__ == "__main__":
    main()
