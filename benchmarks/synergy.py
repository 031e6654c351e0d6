"""Power and time of ``interactions=True`` and ``interactions=3``, and of other selectors.

python benchmarks/synergy.py [--repeats 10]

An exclusive or of two columns, or the parity of three, with a proportion of the labels flipped,
among columns of noise. Columns are integers, whose parity counts, or normal numbers, whose sign
counts. The table has the proportion of runs in which all relevant columns are selected: for the
selector, which determines their number, and also the proportion in which any noise is selected;
for the others, which are given the number, the best two or three. MDR (multifactor dimensionality
reduction, of fast-select 0.3) only accepts genotypes: three levels. The second table has the
median CPU seconds of a fit.

Printed on two virtual cores, one thread, 27 November 2026, ``--repeats 3``:

Proportion of 3 runs in which all were found
together  n     noise  levels   flipped  True  3     forest  ReliefF  MDR   noise, True  noise, 3
--------  ----  -----  -------  -------  ----  ----  ------  -------  ----  -----------  --------
2         200   200    2        0.0      1.00  1.00  0.00    1.00     -     0.00         0.00
2         1000  200    2        0.2      1.00  1.00  0.00    1.00     -     0.00         0.00
2         1000  200    3        0.2      1.00  1.00  1.00    1.00     1.00  0.00         0.00
2         1000  200    numbers  0.2      1.00  1.00  0.00    0.33     -     0.00         0.00
2         1000  1000   numbers  0.1      1.00  -     0.00    0.00     -     0.00         -
2         5000  200    10       0.2      1.00  1.00  0.00    0.33     -     0.33         0.00
3         1000  200    2        0.2      0.00  1.00  0.00    0.00     -     0.00         0.00
3         1000  100    3        0.1      1.00  1.00  0.00    0.33     1.00  0.00         0.00
3         1000  200    numbers  0.1      0.00  1.00  0.00    0.00     -     0.33         0.00
3         1000  200    numbers  0.2      0.00  1.00  0.00    0.00     -     0.00         0.00

CPU seconds
together  n     noise  levels   flipped  True  3     forest  ReliefF  MDR
--------  ----  -----  -------  -------  ----  ----  ------  -------  ----
2         200   200    2        0.0      0.14  0.66  0.41    0.02     -
2         1000  200    2        0.2      0.13  0.60  0.57    0.18     -
2         1000  200    3        0.2      0.11  0.84  0.74    0.19     0.49
2         1000  200    numbers  0.2      0.36  1.45  1.83    0.07     -
2         1000  1000   numbers  0.1      1.15  -     3.60    0.25     -
2         5000  200    10       0.2      0.75  2.38  4.03    3.74     -
3         1000  200    2        0.2      0.04  0.61  0.56    0.17     -
3         1000  100    3        0.1      0.10  0.25  0.58    0.09     4.88
3         1000  200    numbers  0.1      0.13  1.51  1.74    0.05     -
3         1000  200    numbers  0.2      0.12  1.62  1.82    0.05     -
"""

import argparse
import time
import warnings

import numpy as np
from _table import parse_arguments, print_table
from sklearn.ensemble import RandomForestClassifier

from skinfo import InfoBottleneckSelector
from skinfo.datasets import make_parity

try:
    from fast_select import MDR, ReliefF
except ModuleNotFoundError:
    MDR = ReliefF = None

CASES = [  # relevant columns, n, noise columns, levels (None: normal numbers), labels flipped
    (2, 200, 200, 2, 0.0),
    (2, 1000, 200, 2, 0.2),
    (2, 1000, 200, 3, 0.2),
    (2, 1000, 200, None, 0.2),
    (2, 1000, 1000, None, 0.1),
    (2, 5000, 200, 10, 0.2),
    (3, 1000, 200, 2, 0.2),
    (3, 1000, 100, 3, 0.1),
    (3, 1000, 200, None, 0.1),
    (3, 1000, 200, None, 0.2),
]


def best_by(importances, k):
    """Return the features of the largest importances."""
    return np.argsort(-importances, kind="stable")[:k]


def by_selector(interactions, most_columns=np.inf):
    """Return the function of X, y and k that returns the selected features.

    None for more columns.
    """

    def select(X, y, k):
        if X.shape[1] > most_columns:
            return None
        return InfoBottleneckSelector(interactions=interactions).fit(X, y).selected_features_

    return select


def by_trees(estimator):
    """Return the function of the best k by the importances of trees."""
    return lambda X, y, k: best_by(
        estimator(200, random_state=0).fit(X, y).feature_importances_, k
    )


def by_neighbours(estimator, **options):
    """Return the function of the best k by an algorithm of the Relief family."""

    def select(X, y, k):
        fitted = estimator(n_features_to_select=k, backend="cpu", n_jobs=1, **options)
        fitted.fit(X.astype(np.float64), y)
        return best_by(np.asarray(fitted.feature_importances_), k)

    return select


def by_mdr(X, y, k):
    """Return the k features that MDR selects, None if X does not have three levels."""
    if X.dtype.kind != "i" or X.max() != 2:
        return None
    return np.asarray(MDR(k=k, backend="cpu").fit(X, y).best_interaction_)


SELECTORS = {
    "interactions=True": by_selector(True),
    # The 167 million triples of 1000 columns of numbers would take two minutes.
    "interactions=3": by_selector(3, most_columns=300),
    "forest": by_trees(RandomForestClassifier),
}
INTERACTIONS = ["interactions=True", "interactions=3"]
if MDR is not None:
    SELECTORS |= {
        "ReliefF": by_neighbours(ReliefF, n_neighbors=10),
        "MDR": by_mdr,
    }


def run(case, repeats, rng):
    """Return the rows of a case: proportions of runs, and seconds."""
    found = {name: [] for name in SELECTORS}
    with_noise = {name: [] for name in INTERACTIONS}
    seconds = {name: [] for name in SELECTORS}
    for _ in range(repeats):
        together, n, noise, n_levels, flip = case
        X, y = make_parity(n, together, noise, n_levels=n_levels, flip=flip, random_state=rng)
        for name, select in SELECTORS.items():
            start = time.process_time()
            features = select(X, y, together)
            if features is None:
                continue
            seconds[name].append(time.process_time() - start)
            found[name].append(np.isin(np.arange(together), features).all())
            if name in with_noise:
                with_noise[name].append(np.any(features >= together))
    what = [*case[:3], "numbers" if case[3] is None else case[3], case[4]]
    proportions = [
        np.mean(values) if values else "" for values in (*found.values(), *with_noise.values())
    ]
    medians = [np.median(values) if values else "" for values in seconds.values()]
    return [*what, *proportions], [*what, *medians]


def main():
    """Print the tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--repeats", type=int, default=10)
    repeats = parse_arguments(parser).repeats
    rng = np.random.default_rng(0)
    warnings.simplefilter("ignore")
    for select in SELECTORS.values():  # compiles at the first call
        select(*make_parity(100, 2, 5, n_levels=3, flip=0.2, random_state=rng), 2)
    proportions, seconds = zip(*(run(case, repeats, rng) for case in CASES), strict=True)
    what = ["relevant", "n", "noise", "levels", "flipped"]
    header = [*what, *SELECTORS, *(f"noise, {name}" for name in INTERACTIONS)]
    title = f"All relevant columns found: proportion of {repeats} runs"
    print_table(title, header, proportions)
    title = f"Time of a fit: CPU seconds, median of {repeats}"
    print_table(title, [*what, *(f"{name} (s)" for name in SELECTORS)], seconds)


if __name__ == "__main__":
    main()
