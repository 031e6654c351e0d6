"""Whether `InfoBottleneckSelector()` stops where it says: at noise, and at what is redundant.

    python benchmarks/selection_stopping.py [--repeats 200]

1. Columns that say nothing of y: how often anything is selected, at nominal alpha = .05. A cell
   is ok unless a binomial test at .01 finds the share above alpha; of 83 cells a sound
   selector fails that in 0.8 at most, so rows pooled over cells follow.
2. Five columns that add up to y, among 25 of noise: how often exactly these are selected.
3. The same with a noisy copy of each and 20 of noise: one of each pair, and no noise.

Beside it in 2 and 3 the criteria "jmi" and "cmim", which stop by the same test, and
``SelectFdr(mutual_info_test)``, which sees each column alone and so cannot drop copies.
Of a class with few rows fewer than five columns can be found by any method: "all five alone"
says how often each of the five passes a test of its own at alpha divided by all columns.
"""

import argparse
import itertools
import time

import numpy as np
from _table import print_table
from scipy.stats import binomtest
from sklearn.feature_selection import SelectFdr

from skinfo import InfoBottleneckSelector
from skinfo.estimation import mutual_info_test

ALPHA = 0.05
# A share is above alpha if chance alone would give it less often than this.
SURPRISE = 0.01

# Levels of the noise columns, all equally likely but for two kinds: "one-hot" is one row in fifty,
# "uneven" is twenty levels by Zipf's law. The selector itself cuts what is continuous.
LEVELS = (2, 5, 20, "continuous", "one-hot")
CLASSES = ("balanced", "rare", "4 classes")
ONE_HOT = 0.02
N_UNEVEN = 20

# (n, p, levels, classes): everything where a fit takes milliseconds. Of the wide ones those
# where information takes few values: no smooth law follows its tail there.
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
# The five have variance one each, so that they explain 5/6 of the variance behind y.
NOISE_SD = 1.0
# Of a copy; the bins of 1000 rows are 0.25 wide or more.
COPY_SD = 0.1
RARE = {"rare": 0.02, "10% positive": 0.1, "5% positive": 0.05}
MADE_CLASSES = ("balanced", "4 classes", "10% positive", "5% positive")


def n_positives(n, share):
    """Return how many rows the rare class has, five at least."""
    return max(round(n * share), 5)


def noise_target(n, kind, rng):
    """Return shuffled classes of fixed sizes."""
    if kind in RARE:
        y = np.zeros(n, int)
        y[: n_positives(n, RARE[kind])] = 1
    else:
        y = np.arange(n) % (2 if kind == "balanced" else 4)
    return rng.permutation(y)


def noise_columns(n, p, levels, rng):
    """Return columns that are independent of everything."""
    if levels == "continuous":
        return rng.normal(size=(n, p))
    if levels == "one-hot":
        return (rng.random((n, p)) < ONE_HOT).astype(int)
    if levels == "uneven":
        weight = 1 / np.arange(1, N_UNEVEN + 1)
        return rng.choice(N_UNEVEN, size=(n, p), p=weight / weight.sum())
    return rng.integers(0, levels, (n, p))


def cut_target(score, kind):
    """Return classes by quantiles of a score."""
    if kind in RARE:
        cuts = [1 - RARE[kind]]
    else:
        cuts = [0.5] if kind == "balanced" else [0.25, 0.5, 0.75]
    return np.searchsorted(np.quantile(score, cuts), score)


def additive(n, kind, has_copies, rng):
    """Return X, y, the first five columns adding up to what y is cut from.

    With copies the next five columns are the first five and a little noise.
    """
    X = rng.normal(size=(n, N_COLUMNS))
    score = X[:, :N_RELEVANT].sum(axis=1) + NOISE_SD * rng.normal(size=n)
    if has_copies:
        copies = slice(N_RELEVANT, 2 * N_RELEVANT)
        X[:, copies] = X[:, :N_RELEVANT] + COPY_SD * rng.normal(size=(n, N_RELEVANT))
    return X, cut_target(score, kind)


def noise_row(n, p, levels, kind, repeats, rng):
    """Return the number of runs in which anything was selected, and the seconds of one."""
    start = time.perf_counter()
    n_wrong = 0
    for _ in range(repeats):
        X, y = noise_columns(n, p, levels, rng), noise_target(n, kind, rng)
        n_wrong += InfoBottleneckSelector(alpha=ALPHA, n_jobs=1).fit(X, y).n_features_ > 0
    return n_wrong, (time.perf_counter() - start) / repeats


def verdict(n_wrong, n_runs):
    """Return the share, what it may be at most (one-sided 99%), and whether it is ok."""
    test = binomtest(n_wrong, n_runs, ALPHA, alternative="greater")
    exact = binomtest(n_wrong, n_runs, alternative="less")
    upper = exact.proportion_ci(1 - SURPRISE).high
    ok = "ok" if test.pvalue > SURPRISE else "ABOVE ALPHA"
    return [n_wrong / n_runs, float(upper), ok]


def print_noise(repeats, rng):
    """Print how often something is selected from columns that say nothing."""
    found = {}
    rows = []
    for cell in NOISE_CELLS:
        n, p, levels, kind = cell
        found[cell], seconds = noise_row(*cell, repeats, rng)
        rows.append([n, p, levels, kind, *verdict(found[cell], repeats), 1000 * seconds])
    print_table(
        f"1. Noise only: share of {repeats} runs in which anything is selected (alpha {ALPHA})",
        ["n", "p", "levels", "classes", "share", "at most", "verdict", "ms a fit"],
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
    print_table("1. The same, pooled", ["cells", "runs", "share", "at most", "verdict"], pooled)


def selectors():
    """Return the selectors to compare, by name."""
    ours = {
        criterion: InfoBottleneckSelector(criterion=criterion, alpha=ALPHA, n_jobs=1)
        for criterion in ("bottleneck", "jmi", "cmim")
    }
    return {**ours, "SelectFdr": SelectFdr(mutual_info_test, alpha=ALPHA)}


def judged(support, has_copies):
    """Return whether the selection is exact, and how it is not.

    Returns
    -------
    outcome : tuple of (exact, relevant found, copies too many, any noise)
    """
    n_informative = 2 * N_RELEVANT if has_copies else N_RELEVANT
    n_of_each = support[:n_informative].reshape(-1, N_RELEVANT).sum(axis=0)
    n_noise = support[n_informative:].sum()
    n_found = np.minimum(n_of_each, 1).sum()
    n_twice = n_of_each.sum() - n_found
    exact = n_found == N_RELEVANT and n_twice == 0 and n_noise == 0
    return exact, n_found, n_twice, n_noise > 0


def print_relevant(title, has_copies, repeats, rng):
    """Print how often exactly the five are selected, one of each pair where there are copies."""
    rows = []
    for n, kind in itertools.product((500, 1000, 5000), MADE_CLASSES):
        outcomes = {name: [] for name in selectors()}
        alone = 0
        # Five thousand rows are there to show what more data do, and cost most.
        n_runs = repeats if n < 5000 else max(repeats // 4, 1)
        for _ in range(n_runs):
            X, y = additive(n, kind, has_copies, rng)
            for name, selector in selectors().items():
                selector.fit(X, y)
                outcomes[name].append(judged(selector.get_support(), has_copies))
            # The last of them holds the p-value of each column alone.
            alone += selector.pvalues_[:N_RELEVANT].max() <= ALPHA / N_COLUMNS
        for name, outcome in outcomes.items():
            exact, found, twice, noise = np.mean(outcome, axis=0, dtype=float).tolist()
            rows.append([n, kind, name, n_runs, exact, found, twice, noise, alone / n_runs])
    print_table(
        title,
        [
            *("n", "classes", "selector", "runs", "exact", "found of 5", "copies too many"),
            *("any noise", "all five alone"),
        ],
        rows,
    )


def main():
    """Print the tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--repeats", type=int, default=200)
    repeats = parser.parse_args().repeats
    rng = np.random.default_rng(0)
    print_noise(repeats, rng)
    print_relevant("2. Five relevant of 30", False, repeats, rng)
    print_relevant("3. Five relevant, a noisy copy of each, 20 of noise", True, repeats, rng)


if __name__ == "__main__":
    main()
