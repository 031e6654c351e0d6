"""Bias and error of entropy estimates if the number of categories is unknown.

    python benchmarks/unknown_categories.py [--repeats 20]

NSB is a posterior mean over Dirichlet priors of K categories. Without `n_categories` it uses
Chao's estimate of K. It is compared with NSB with the number of observed categories and with the
true K, and with Chao, Wang and Jost's estimator (the default), which does not need K. The
distributions of the second table were not used to choose the estimator. The columns are the
number of rows, and the bias and the root mean squared error (RMSE) of each estimate in bits.

Bias/root mean squared error on two virtual cores, the second table below the line:

law                 rows     nsb, K seen             nsb    nsb, K known  chao_wang_jost
uniform 20            30      -0.44/0.44      -0.14/0.21      -0.18/0.19      +0.02/0.15
uniform 20           100      -0.05/0.05      -0.04/0.05      -0.05/0.05      +0.02/0.05
uniform 20           500      -0.01/0.01      -0.01/0.01      -0.01/0.01      +0.00/0.01
uniform 1000          30      -5.13/5.13      -1.82/1.87      -0.97/1.07      -1.17/1.28
uniform 1000         100      -3.41/3.41      -0.26/0.63      -0.33/0.36      +0.05/0.65
uniform 1000         500      -1.36/1.36      -0.08/0.13      -0.07/0.08      -0.02/0.11
Zipf 1, 1000          30      -3.00/3.01      -1.34/1.53      -0.88/1.18      -0.81/1.21
Zipf 1, 1000         100      -1.69/1.70      -0.88/0.94      -0.66/0.73      -0.53/0.70
Zipf 1, 1000         500      -0.52/0.54      -0.23/0.27      -0.15/0.21      -0.14/0.21
Zipf 1.5, 1000        30      -1.01/1.09      -0.64/0.85      -0.45/0.75      -0.40/0.77
Zipf 1.5, 1000       100      -0.50/0.60      -0.37/0.52      -0.28/0.46      -0.31/0.51
Zipf 1.5, 1000       500      -0.14/0.20      -0.09/0.17      -0.07/0.16      -0.07/0.16
geometric .2          30      -0.35/0.40      -0.19/0.29      +0.00/0.25      -0.09/0.27
geometric .2         100      -0.11/0.17      -0.08/0.15      -0.04/0.14      -0.04/0.14
geometric .2         500      +0.02/0.07      +0.02/0.07      +0.03/0.07      +0.03/0.07
geometric .02         30      -2.40/2.41      -0.57/0.89      +0.45/0.72      -0.17/0.80
geometric .02        100      -1.04/1.04      -0.28/0.32      +0.18/0.24      -0.18/0.24
geometric .02        500      -0.18/0.19      -0.10/0.11      -0.01/0.06      -0.06/0.08
Dirichlet .1, 1000    30      -2.66/2.67      -0.72/0.99      +0.16/0.79      -0.30/0.85
Dirichlet .1, 1000   100      -1.18/1.19      -0.33/0.43      +0.11/0.31      -0.19/0.34
Dirichlet .1, 1000   500      -0.24/0.25      -0.11/0.15      -0.00/0.11      -0.07/0.14
two halves            30      -3.18/3.18      -1.81/1.89      -1.23/1.36      -1.46/1.60
two halves           100      -1.93/1.94      -1.08/1.11      -1.04/1.08      -0.18/0.54
two halves           500      -0.74/0.75      -0.31/0.35      -0.31/0.34      -0.05/0.20
mean                                1.32            0.58            0.45            0.46
----------------------------------------------------------------------------------------
uniform 5             30      -0.09/0.10      -0.09/0.10      -0.09/0.10      +0.01/0.06
uniform 5            100      -0.04/0.04      -0.04/0.04      -0.04/0.04      -0.01/0.03
uniform 5            500      -0.01/0.01      -0.01/0.01      -0.01/0.01      +0.00/0.00
uniform 100           30      -2.02/2.02      -0.45/0.72      -0.40/0.45      -0.11/0.63
uniform 100          100      -0.67/0.67      -0.05/0.22      -0.10/0.11      +0.06/0.21
uniform 100          500      -0.03/0.04      -0.02/0.03      -0.02/0.02      -0.00/0.02
uniform 10000         30      -8.42/8.42      -4.94/4.94      -1.92/1.92      -4.25/4.25
uniform 10000        100      -6.66/6.66      -1.61/1.65      -0.86/0.90      -1.05/1.11
uniform 10000        500      -4.36/4.36      +0.02/0.39      -0.16/0.17      +0.21/0.46
Zipf .8, 300          30      -2.62/2.62      -1.00/1.20      -0.47/0.75      -0.60/1.01
Zipf .8, 300         100      -1.23/1.24      -0.41/0.48      -0.27/0.34      -0.18/0.34
Zipf .8, 300         500      -0.20/0.23      -0.05/0.15      -0.04/0.14      -0.04/0.16
Zipf 2, 10000         30      -0.35/0.56      -0.26/0.54      -0.14/0.51      -0.20/0.54
Zipf 2, 10000        100      -0.19/0.32      -0.16/0.31      -0.12/0.30      -0.13/0.31
Zipf 2, 10000        500      -0.10/0.16      -0.09/0.15      -0.08/0.15      -0.08/0.14
lognormal, 500        30      -1.97/1.99      -0.66/0.84      -0.18/0.60      -0.24/0.73
lognormal, 500       100      -0.92/0.97      -0.45/0.57      -0.25/0.45      -0.30/0.49
lognormal, 500       500      -0.21/0.24      -0.12/0.17      -0.07/0.13      -0.10/0.17
Dirichlet 1, 50       30      -0.87/0.88      -0.23/0.40      -0.04/0.23      -0.01/0.34
Dirichlet 1, 50      100      -0.15/0.18      -0.03/0.14      -0.00/0.11      +0.02/0.15
Dirichlet 1, 50      500      -0.00/0.06      +0.00/0.05      +0.00/0.06      +0.01/0.05
Poisson 8             30      -0.32/0.38      -0.21/0.32      +0.02/0.27      -0.11/0.27
Poisson 8            100      -0.03/0.10      -0.00/0.10      +0.03/0.11      +0.02/0.11
Poisson 8            500      -0.02/0.06      -0.02/0.06      -0.01/0.05      -0.01/0.05
one of .9             30      -0.54/0.65      -0.49/0.63      -0.43/0.59      -0.45/0.63
one of .9            100      -0.36/0.43      -0.31/0.40      -0.30/0.39      -0.22/0.35
one of .9            500      -0.11/0.19      -0.07/0.18      -0.07/0.18      -0.00/0.17
mean                                1.24            0.55            0.34            0.47
"""

import argparse

import numpy as np
from _table import parse_arguments, print_table
from scipy.stats import entropy, poisson

from skinfo.estimation._entropy_estimators import ENTROPY_ESTIMATORS

ROWS = (30, 100, 500)


def zipf(exponent, n):
    """Return weights that fall as a power of the rank."""
    return np.arange(1.0, n + 1) ** -exponent


# Functions of a generator to proportions, up to a factor.
CHOSEN_BY = {
    "uniform 20": lambda rng: np.ones(20),
    "uniform 1000": lambda rng: np.ones(1000),
    "Zipf 1, 1000": lambda rng: zipf(1, 1000),
    "Zipf 1.5, 1000": lambda rng: zipf(1.5, 1000),
    "geometric .2": lambda rng: 0.8 ** np.arange(60),
    "geometric .02": lambda rng: 0.98 ** np.arange(800),
    "Dirichlet .1, 1000": lambda rng: rng.dirichlet(np.full(1000, 0.1)),
    "two halves": lambda rng: np.r_[np.full(10, 0.05), np.full(1000, 0.0005)],
}
HELD_OUT = {
    "uniform 5": lambda rng: np.ones(5),
    "uniform 100": lambda rng: np.ones(100),
    "uniform 10000": lambda rng: np.ones(10_000),
    "Zipf .8, 300": lambda rng: zipf(0.8, 300),
    "Zipf 2, 10000": lambda rng: zipf(2, 10_000),
    "lognormal, 500": lambda rng: rng.lognormal(0, 2, 500),
    "Dirichlet 1, 50": lambda rng: rng.dirichlet(np.ones(50)),
    "Poisson 8": lambda rng: poisson(8).pmf(np.arange(60)),
    "one of .9": lambda rng: np.r_[0.9, np.full(200, 0.0005)],
}

# Functions of the counts and the true K to nats.
ESTIMATES = {
    "nsb, K seen": lambda counts, k: ENTROPY_ESTIMATORS["nsb"](counts, len(counts)),
    "nsb": lambda counts, k: ENTROPY_ESTIMATORS["nsb"](counts, None),
    "nsb, K known": lambda counts, k: ENTROPY_ESTIMATORS["nsb"](counts, k),
    "chao_wang_jost": lambda counts, k: ENTROPY_ESTIMATORS["chao_wang_jost"](counts, None),
}


def errors(distribution, n, repeats, rng):
    """Return the errors (repeats, n_estimates) in bits."""
    rows = []
    for _ in range(repeats):
        p = distribution(rng)
        p = p / p.sum()
        counts = rng.multinomial(n, p)
        counts = counts[counts > 0].astype(np.float64)
        estimates = [estimate(counts, len(p)) for estimate in ESTIMATES.values()]
        rows.append(np.array(estimates) / np.log(2) - entropy(p, base=2))
    return np.array(rows)


def print_errors(title, distributions, repeats, rng):
    """Print the errors of each estimate for each distribution and number of rows."""
    rows, of_all = [], []
    for name, distribution in distributions.items():
        for n in ROWS:
            found = errors(distribution, n, repeats, rng)
            rmse = np.sqrt((found**2).mean(axis=0))
            of_all.append(rmse)
            rows.append([name, n, *np.ravel([found.mean(axis=0), rmse], order="F")])
    mean = ["mean", "", *(cell for error in np.mean(of_all, axis=0) for cell in ("", error))]
    header = [f"{name}: {what}" for name in ESTIMATES for what in ("bias", "RMSE")]
    print_table(
        f"{title}: errors in bits, {repeats} samples each",
        ["distribution", "rows", *header],
        [*rows, mean],
    )


def main():
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=20)
    arguments = parse_arguments(parser)
    rng = np.random.default_rng(0)
    print_errors("Used to choose", CHOSEN_BY, arguments.repeats, rng)
    print_errors("Held out", HELD_OUT, arguments.repeats, rng)


if __name__ == "__main__":
    main()
