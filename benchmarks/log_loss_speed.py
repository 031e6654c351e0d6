"""Time and memory of the losses of skinfo on a million rows, and of scikit-learn's and scipy's.

python benchmarks/log_loss_speed.py [--rows 1000000] [--classes 10] [--repeats 7]

Each row of the table has the median times of interleaved calls of skinfo and of the other
function, their ratio, and the peak memory of each in addition to its input. The losses of skinfo
and scikit-learn's log_loss check their input; the formulas in NumPy and scipy do not.
"""

import argparse
import tracemalloc

import numpy as np
import pandas as pd
from _table import interleaved, parse_arguments, print_table
from scipy.special import expit, log_softmax
from sklearn.metrics import log_loss

from skinfo.metrics import binary_cross_entropy, cross_entropy_loss


def against_sklearn(y, prob):
    """Return the two calls that score labels."""
    return lambda: cross_entropy_loss(y, prob), lambda: log_loss(y, prob)


def cases(n, n_classes, rng):
    """Yield the name of a case, the call of skinfo, the name of the other, and its call."""
    prob = rng.dirichlet(np.ones(n_classes), n)
    y = rng.integers(0, n_classes, n)
    names = np.array([f"class {j}" for j in range(n_classes)])[y]
    inputs = {
        "float64": (y, prob),
        "float32": (y, prob.astype(np.float32)),
        "float64, by column": (y, np.asfortranarray(prob)),
        "data frame": (y, pd.DataFrame(prob)),
        "labels of text": (names, prob),
        "labels of text, object": (names.astype(object), prob),
    }
    for name, given in inputs.items():
        ours, theirs = against_sklearn(*given)
        yield name, ours, "sklearn log_loss", theirs
    del inputs
    yield from unchecked_cases(y, prob, rng)
    yes = (rng.random(n) < prob[:, 0]).astype(int)
    p = np.ascontiguousarray(prob[:, 0])
    yield (
        "binary",
        lambda: binary_cross_entropy(yes, p),
        "sklearn log_loss",
        lambda: log_loss(yes, p),
    )
    z = np.log(p) - np.log1p(-p)
    yield (
        "binary, logits",
        lambda: binary_cross_entropy(yes, z, from_logits=True),
        "sklearn of expit",
        lambda: log_loss(yes, expit(z)),
    )


def unchecked_cases(y, prob, rng):
    """Yield cases without a function in scikit-learn."""
    target = prob[rng.permutation(len(prob))]
    logits = np.log(np.maximum(prob, 1e-300))
    rows = np.arange(len(prob))
    yield (
        "soft labels",
        lambda: cross_entropy_loss(target, prob),
        "NumPy, unchecked",
        lambda: -(target * np.log2(np.clip(prob, 2**-52, 1))).sum(axis=1).mean(),
    )
    yield (
        "logits",
        lambda: cross_entropy_loss(y, logits, from_logits=True),
        "scipy log_softmax",
        lambda: -log_softmax(logits, axis=1)[rows, y].mean(),
    )
    yield (
        "logits, soft labels",
        lambda: cross_entropy_loss(target, logits, from_logits=True),
        "scipy log_softmax",
        lambda: -(target * log_softmax(logits, axis=1)).sum(axis=1).mean(),
    )


def peak_megabytes(function):
    """Return the peak memory of a call in addition to what was allocated before."""
    tracemalloc.start()
    function()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1e6


def main():
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--classes", type=int, default=10)
    parser.add_argument("--repeats", type=int, default=7)
    args = parse_arguments(parser)
    rows = []
    for name, ours, other, theirs in cases(args.rows, args.classes, np.random.default_rng(0)):
        ours()  # what a first call alone pays for is not timed
        seconds = interleaved({"ours": ours, "theirs": theirs}, args.repeats)
        rows.append(
            [
                name,
                seconds["ours"],
                other,
                seconds["theirs"],
                seconds["theirs"] / seconds["ours"],
                peak_megabytes(ours),
                peak_megabytes(theirs),
            ]
        )
    print_table(
        f"Losses: {args.rows:,} rows, {args.classes} classes, median of {args.repeats}",
        ["case", "skinfo (s)", "other", "other (s)", "speedup", "skinfo (MB)", "other (MB)"],
        rows,
    )


if __name__ == "__main__":
    main()
