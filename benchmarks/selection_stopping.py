"""Rate of selected noise and redundant features of `InfoBottleneckSelector()`.

    python benchmarks/selection_stopping.py [--repeats 200]

1. Columns that are independent of y: the proportion of runs in which anything is selected, at
   nominal alpha = .05, with its one-sided upper 99 % bound. A cell is ok unless a binomial test
   at .01 finds the proportion above alpha; of 83 cells a correct selector fails that in 0.8 at
   most, so the next table pools the runs of cells.
2. Five columns whose sum determines y, and 25 of noise: the proportion of runs in which exactly
   these are selected.
3. The same with a noisy copy of each and 20 of noise: exact is one of each pair, and no noise.

In 2 and 3 the default is compared with the criteria "jmi" and "cmim", which stop by the same test,
and with ``SelectFdr(mutual_info_test)``, which tests each column alone and so cannot drop copies.
If a class has few rows, no method finds all five columns: "all five significant" is the
proportion of runs in which each of the five is significant alone at alpha divided by the number
of columns.
"""

import argparse
import itertools
import time

import numpy as np
from _table import parse_arguments, print_table
from scipy.stats import binomtest
from sklearn.feature_selection import SelectFdr

from skinfo import InfoBottleneckSelector
from skinfo.estimation import mutual_info_test

ALPHA = 0.05
# Level of the binomial test of a proportion.
TEST_LEVEL = 0.01

# Levels of the noise columns, equally likely except "one-hot", which is 1 in 2 % of rows, and
# "uneven", twenty levels by Zipf's law. The selector itself discretises continuous columns.
LEVELS = (2, 5, 20, "continuous", "one-hot")
CLASSES = ("balanced", "rare", "4 classes")
ONE_HOT = 0.02
N_UNEVEN = 20

# (n, p, levels, classes): all combinations with fits of milliseconds. Of the wide ones those
# where the information takes few values, so that no smooth distribution fits its tail.
NOISE_CELLS = [
    *itertools.product((100, 1000, 5000), (30,), LEVELS, CLASSES),
    *itertools.product((100, 1000), (300,), LEVELS, CLASSES),
    (1000, 300, "uneven", "rare"),
    *itertools.product((5000,), (300,), (2, 5, 20), ("rare",)),
    *itertools.product((100,), (2000,), (20, "continuous"), ("rare",)),
    *itertools.product((1000,), (2000,), ("one-hot", 20), ("rare",)),
]

N_RELEVANT = 5
N_COLUMNS = 30
# The five have variance one each, so that they explain 5/6 of the variance of the score.
NOISE_SD = 1.0
# Standard deviation of the noise of a copy; the bins of 1000 rows are 0.25 wide or more.
COPY_SD = 0.1
RARE = {"rare": 0.02, "10% positive": 0.1, "5% positive": 0.05}
MADE_CLASSES = ("balanced", "4 classes", "10% positive", "5% positive")


def n_positives(n, proportion):
    """Return the number of rows of the rare class, at least five."""
    return max(round(n * proportion), 5)


def noise_target(n, kind, rng):
    """Return shuffled classes of fixed sizes."""
    if kind in RARE:
        y = np.zeros(n, int)
        y[: n_positives(n, RARE[kind])] = 1
    else:
        y = np.arange(n) % (2 if kind == "balanced" else 4)
    return rng.permutation(y)


def noise_columns(n, p, levels, rng):
    """Return independent columns."""
    if levels == "continuous":
        return rng.normal(size=(n, p))
    if levels == "one-hot":
        return (rng.random((n, p)) < ONE_HOT).astype(int)
    if levels == "uneven":
        weight = 1 / np.arange(1, N_UNEVEN + 1)
        return rng.choice(N_UNEVEN, size=(n, p), p=weight / weight.sum())
    return rng.integers(0, levels, (n, p))


def target_of(score, kind):
    """Return classes by quantiles of a score."""
    if kind in RARE:
        steps = [1 - RARE[kind]]
    else:
        steps = [0.5] if kind == "balanced" else [0.25, 0.5, 0.75]
    return np.searchsorted(np.quantile(score, steps), score)


def additive(n, kind, has_copies, rng):
    """Return X, and y by quantiles of the sum of the first five columns and noise.

    With copies the next five columns are the first five with little noise.
    """
    X = rng.normal(size=(n, N_COLUMNS))
    score = X[:, :N_RELEVANT].sum(axis=1) + NOISE_SD * rng.normal(size=n)
    if has_copies:
        copies = slice(N_RELEVANT, 2 * N_RELEVANT)
        X[:, copies] = X[:, :N_RELEVANT] + COPY_SD * rng.normal(size=(n, N_RELEVANT))
    return X, target_of(score, kind)


def noise_row(n, p, levels, kind, repeats, rng):
    """Return the number of runs in which anything was selected, and the seconds per run."""
    start = time.perf_counter()
    n_wrong = 0
    for _ in range(repeats):
        X, y = noise_columns(n, p, levels, rng), noise_target(n, kind, rng)
        n_wrong += InfoBottleneckSelector(alpha=ALPHA, n_jobs=1).fit(X, y).n_features_ > 0
    return n_wrong, (time.perf_counter() - start) / repeats


def verdict(n_wrong, n_runs):
    """Return the proportion, its one-sided upper 99 % bound, and whether it is ok."""
    test = binomtest(n_wrong, n_runs, ALPHA, alternative="greater")
    exact = binomtest(n_wrong, n_runs, alternative="less")
    upper = exact.proportion_ci(1 - TEST_LEVEL).high
    ok = "ok" if test.pvalue > TEST_LEVEL else "ABOVE ALPHA"
    return [n_wrong / n_runs, float(upper), ok]


def print_noise(repeats, rng):
    """Print the proportion of runs in which something is selected from noise."""
    found = {}
    rows = []
    for cell in NOISE_CELLS:
        n, p, levels, kind = cell
        found[cell], seconds = noise_row(*cell, repeats, rng)
        rows.append([n, p, levels, kind, *verdict(found[cell], repeats), 1000 * seconds])
    print_table(
        f"Noise only: runs in which anything is selected, alpha {ALPHA}, {repeats} runs per row",
        [
            *("n", "p", "levels", "classes", "proportion", "upper bound (99 %)", "verdict"),
            "milliseconds per run",
        ],
        rows,
    )
    pooled = []
    for which, title in enumerate(("n", "p", "levels", "classes")):
        for value in dict.fromkeys(cell[which] for cell in NOISE_CELLS):
            cells = [cell for cell in NOISE_CELLS if cell[which] == value]
            n_runs = repeats * len(cells)
            n_wrong = sum(found[cell] for cell in cells)
            pooled.append([f"{title}: {value}", n_runs, *verdict(n_wrong, n_runs)])
    n_runs = repeats * len(NOISE_CELLS)
    pooled.append(["all", n_runs, *verdict(sum(found.values()), n_runs)])
    print_table(
        f"Noise only, pooled: runs in which anything is selected, alpha {ALPHA}, "
        f"{len(NOISE_CELLS)} cells",
        ["cells", "runs", "proportion", "upper bound (99 %)", "verdict"],
        pooled,
    )


def selectors():
    """Return the selectors to compare, by name."""
    ours = {
        criterion: InfoBottleneckSelector(criterion=criterion, alpha=ALPHA, n_jobs=1)
        for criterion in ("bottleneck", "jmi", "cmim")
    }
    return {**ours, "SelectFdr": SelectFdr(mutual_info_test, alpha=ALPHA)}


def judged(support, has_copies):
    """Return whether the selection is exact, and the deviations.

    Returns
    -------
    outcome : tuple of (exact, relevant found, superfluous copies, any noise)
    """
    n_informative = 2 * N_RELEVANT if has_copies else N_RELEVANT
    n_of_each = support[:n_informative].reshape(-1, N_RELEVANT).sum(axis=0)
    n_noise = support[n_informative:].sum()
    n_found = np.minimum(n_of_each, 1).sum()
    n_twice = n_of_each.sum() - n_found
    exact = n_found == N_RELEVANT and n_twice == 0 and n_noise == 0
    return exact, n_found, n_twice, n_noise > 0


def print_relevant(title, has_copies, repeats, rng):
    """Print how often exactly the five are selected, one of each pair if there are copies."""
    rows = []
    for n, kind in itertools.product((500, 1000, 5000), MADE_CLASSES):
        outcomes = {name: [] for name in selectors()}
        alone = 0
        # Fits of 5000 rows take longest.
        n_runs = repeats if n < 5000 else max(repeats // 4, 1)
        for _ in range(n_runs):
            X, y = additive(n, kind, has_copies, rng)
            for name, selector in selectors().items():
                selector.fit(X, y)
                outcomes[name].append(judged(selector.get_support(), has_copies))
            # The last selector has the p-value of each column alone.
            alone += selector.pvalues_[:N_RELEVANT].max() <= ALPHA / N_COLUMNS
        for name, outcome in outcomes.items():
            exact, found, twice, noise = np.mean(outcome, axis=0, dtype=float).tolist()
            rows.append([n, kind, name, n_runs, exact, found, twice, noise, alone / n_runs])
    print_table(
        title,
        [
            *("n", "classes", "selector", "runs", "exact (proportion)", "found of 5 (mean)"),
            *("superfluous copies (mean)", "any noise (proportion)"),
            "all five significant (proportion)",
        ],
        rows,
    )


def main():
    """Print the tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--repeats", type=int, default=200)
    repeats = parse_arguments(parser).repeats
    rng = np.random.default_rng(0)
    print_noise(repeats, rng)
    print_relevant("Five relevant columns: 25 columns of noise", False, repeats, rng)
    print_relevant(
        "Five relevant columns and copies: a noisy copy of each, 20 columns of noise",
        True,
        repeats,
        rng,
    )


if __name__ == "__main__":
    main()
