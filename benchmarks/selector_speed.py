"""InfoBottleneckSelector's search over codes, by criterion and number of threads.

python benchmarks/selector_speed.py [--n 10000] [--p 1000] [--levels 10] [--classes 4] [--k 50]
"""

import argparse

import numpy as np
from _table import first_call, interleaved, print_table

from skinfo.feature_selection._candidates import Candidates
from skinfo.feature_selection._scorers import make_scorer
from skinfo.feature_selection._search import Plan, greedy_search
from skinfo.utils._target import Target


def make_codes(n, p, levels, classes, rng):
    """Return codes of noisy copies of 20 latent variables, six of which make y."""
    latent = rng.normal(size=(n, 20))
    score = latent[:, 0] + 0.8 * latent[:, 1] + 0.7 * latent[:, 2] * latent[:, 3]
    score += 0.6 * np.abs(latent[:, 4]) + 0.5 * latent[:, 5] + 0.5 * rng.normal(size=n)
    y = np.searchsorted(np.quantile(score, np.arange(1, classes) / classes), score)
    cuts = np.arange(1, levels) / levels
    codes = np.empty((p, n), np.uint8)
    for j in range(p):
        a = 0.2 + 0.75 * j / p
        z = a * latent[:, j % 20] + np.sqrt(1 - a * a) * rng.normal(size=n)
        codes[j] = np.searchsorted(np.quantile(z, cuts), z)
    return codes, Target(y.astype(np.int32), np.arange(classes), np.ones(n), False)


def main():
    """Print the table."""
    parser = argparse.ArgumentParser()
    defaults = {"n": 10_000, "p": 1_000, "levels": 10, "classes": 4, "k": 50}
    for name, default in defaults.items():
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--repeats", type=int, default=3)
    a = parser.parse_args()
    codes, target = make_codes(a.n, a.p, a.levels, a.classes, np.random.default_rng(0))
    n_levels = np.full(a.p, a.levels)

    def search(criterion, n_jobs):
        with Candidates(codes, n_levels, target, n_jobs=n_jobs) as candidates:
            return greedy_search(candidates, make_scorer(criterion), Plan(n_select=a.k))

    print(f"first call: {first_call(lambda: search('jmi', 1)):.2f} s")
    criteria = ["mim", "mrmr", "jmi", "cmim", "jmim", "bottleneck"]
    seconds = interleaved(
        {(c, n): lambda c=c, n=n: search(c, n) for c in criteria for n in (1, 2)},
        a.repeats,
    )
    print_table(
        f"n={a.n}, p={a.p}, {a.levels} levels, {a.classes} classes, k={a.k}; "
        f"median of {a.repeats}",
        ["criterion", "1 thread (s)", "2 threads (s)"],
        [[c, seconds[c, 1], seconds[c, 2]] for c in criteria],
    )


if __name__ == "__main__":
    main()
