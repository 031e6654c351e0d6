"""Excess loss of encodings of a category of many levels: MutualInfoBinner and scikit-learn.

python benchmarks/many_levels.py [--repeats 2]

Each table has one category and two classes. The rate of a level is one of three (.1, .4, .85;
"kinds"), or has log odds from N(-.5, 1.2); frequencies are equal ("even"), or proportional to
1 / rank ("zipf"). A logistic regression (the defaults) is fitted to the encoded training rows.
Excess is the mean over 20 000 new rows of KL(true rate || prediction), in bits; the minimum is 0.
The new rows contain levels that are not in the training rows.

"skinfo groups" are indicators of the groups of `MutualInfoBinner(encode="onehot")`, "skinfo
direct" is the column of ``encode="posterior"`` as the prediction, without a regression. The last
columns are the seconds of `fit_transform` with "woe" and of `TargetEncoder`.

Two smaller tables have four classes (three kinds of levels, or log odds N(0, 1.2 ** 2)), and a
continuous y: means of three kinds of levels, or N(0, 1), and rows with standard deviation 2, by
a ridge regression; excess is the mean squared difference to the true mean.
"""

import argparse
import time
import warnings

import numpy as np
import pandas as pd
from _table import parse_arguments, print_table
from scipy.special import expit, rel_entr, softmax
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.preprocessing import OneHotEncoder, TargetEncoder

from skinfo import MutualInfoBinner

N_NEW = 20_000
SIZES = (
    (10, 2000),
    (10, 20_000),
    (100, 2000),
    (100, 20_000),
    (1000, 2000),
    (1000, 20_000),
    (3000, 60_000),
    (10_000, 20_000),
)
ENCODERS = {
    "skinfo woe": lambda: MutualInfoBinner(encode="woe"),
    "skinfo posterior": lambda: MutualInfoBinner(encode="posterior"),
    "skinfo groups": lambda: MutualInfoBinner(encode="onehot"),
    "one-hot": lambda: OneHotEncoder(handle_unknown="ignore"),
    "TargetEncoder": lambda: TargetEncoder(random_state=0),
}


def main():
    """Print the tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--repeats", type=int, default=2)
    repeats = parse_arguments(parser).repeats
    warnings.simplefilter("ignore")
    rows = []
    for kind in ("even", "zipf", "kinds"):
        for n_levels, n in SIZES:
            found = [measure(kind, n_levels, n, seed) for seed in range(repeats)]
            rows.append([kind, n_levels, n, *np.mean(found, axis=0).tolist()])
    print_table(
        f"Two classes: excess log loss in bits, mean of {repeats}",
        ["rates", "levels", "rows", *ENCODERS, "skinfo direct"]
        + ["skinfo woe (s)", "TargetEncoder (s)"],
        rows,
    )
    without_woe = [name for name in ENCODERS if name != "skinfo woe"]
    for title, measure_one, names in (
        ("Four classes: excess log loss in bits", measure_classes, list(ENCODERS)),
        ("Continuous y: excess squared error", measure_means, without_woe),
    ):
        rows = []
        for kind in ("even", "kinds"):
            for n_levels, n in ((100, 2000), (1000, 20_000), (3000, 20_000)):
                found = [measure_one(kind, n_levels, n, names, seed) for seed in range(repeats)]
                rows.append([kind, n_levels, n, *np.mean(found, axis=0).tolist()])
        print_table(f"{title}, mean of {repeats}", ["rates", "levels", "rows", *names], rows)


def measure(kind, n_levels, n, seed):
    """Return the excess of each encoder and of the posteriors without a model, and seconds."""
    levels, rates, y = draw(kind, n_levels, n + N_NEW, np.random.default_rng([seed, n_levels, n]))
    frame = pd.DataFrame({"level": [f"level {i}" for i in levels]})
    train, new, rates = frame[:n], frame[n:], rates[n:]
    found, seconds = [], {}
    for name, make in ENCODERS.items():
        encoder, start = make(), time.perf_counter()
        encoded = encoder.fit_transform(train, y[:n])
        seconds[name] = time.perf_counter() - start
        model = LogisticRegression(max_iter=1000).fit(encoded, y[:n])
        found.append(excess(rates, model.predict_proba(encoder.transform(new))[:, 1]))
        if name == "skinfo posterior":
            direct = excess(rates, encoder.transform(new)[:, 0])
    return [*found, direct, seconds["skinfo woe"], seconds["TargetEncoder"]]


def measure_classes(kind, n_levels, n, names, seed):
    """Return the excess of each encoder for four classes."""
    rng = np.random.default_rng([seed, n_levels, n])
    if kind == "kinds":
        three = np.array([[0.7, 0.1, 0.1, 0.1], [0.1, 0.1, 0.4, 0.4], [0.1, 0.7, 0.1, 0.1]])
        rates = three[rng.integers(0, 3, n_levels)]
    else:
        rates = softmax(1.2 * rng.normal(size=(n_levels, 4)), axis=1)
    levels = rng.integers(0, n_levels, n + N_NEW)
    rates = rates[levels]
    y = (rng.random(len(levels))[:, None] > np.cumsum(rates, axis=1)[:, :-1]).sum(axis=1)
    found = []
    for encoded, encoded_new in encodings(levels, y, n, names):
        model = LogisticRegression(max_iter=1000).fit(encoded, y[:n])
        divergence = rel_entr(rates[n:], model.predict_proba(encoded_new)).sum(axis=1)
        found.append(divergence.mean() / np.log(2))
    return found


def measure_means(kind, n_levels, n, names, seed):
    """Return the excess squared error of each encoder for a continuous y."""
    rng = np.random.default_rng([seed, n_levels, n])
    means = rng.choice([-1, 0, 2], n_levels) if kind == "kinds" else rng.normal(size=n_levels)
    levels = rng.integers(0, n_levels, n + N_NEW)
    y = means[levels] + 2 * rng.normal(size=len(levels))
    return [
        np.mean((Ridge().fit(encoded, y[:n]).predict(new) - means[levels[n:]]) ** 2)
        for encoded, new in encodings(levels, y, n, names)
    ]


def encodings(levels, y, n, names):
    """Yield the encoded training and new rows of each encoder."""
    frame = pd.DataFrame({"level": [f"level {i}" for i in levels]})
    for name in names:
        encoder = ENCODERS[name]()
        yield encoder.fit_transform(frame[:n], y[:n]), encoder.transform(frame[n:])


def draw(kind, n_levels, n, rng):
    """Return levels, their true rates and y, (n,) each."""
    sizes = 1 / np.arange(1, n_levels + 1) if kind == "zipf" else np.ones(n_levels)
    if kind == "kinds":
        rates = rng.choice([0.1, 0.4, 0.85], n_levels)
    else:
        rates = expit(rng.normal(-0.5, 1.2, n_levels))
    levels = rng.choice(n_levels, n, p=sizes / sizes.sum())
    return levels, rates[levels], (rng.random(n) < rates[levels]).astype(int)


def excess(rates, predicted):
    """Return the mean divergence of predictions from true rates, in bits."""
    divergence = rel_entr(rates, predicted) + rel_entr(1 - rates, 1 - predicted)
    return float(divergence.mean() / np.log(2))


if __name__ == "__main__":
    main()
