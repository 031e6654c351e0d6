"""Time of the total correlation of many discrete columns, in multivariate_info and other packages.

    pip install infomeasure pyitlib dit
    python benchmarks/multivariate.py

The other functions are mutual_information of many variables of infomeasure, information_multi of
pyitlib, and total_correlation of dit, of the distribution of the rows. All compute the plug-in
estimate; the table has their values, since one differs (infomeasure 0.6.3 for eight variables).
skinfo also counts one permuted table, or 199 for a p-value and an interval. The seconds are those
of three interleaved runs (median), or of one run if it takes over 20 seconds or its value differs.

On two virtual cores that were shared with other work:

1000 rows, 4 columns of 3 levels: 2.0223 bits
                       seconds  of skinfo's
---------------------  -------  -----------
skinfo, 1 permutation  0.0146   1.0x
skinfo, 199            0.1560   10.7x
infomeasure            0.0018   0.1x
pyitlib                0.0145   1.0x
dit                    0.0322   2.2x

1000 rows, 8 columns of 2 levels: 2.7537 bits
                       seconds  of skinfo's
---------------------  -------  ------------------
skinfo, 1 permutation  0.0110   1.0x
skinfo, 199            0.2958   26.8x
pyitlib                0.0161   1.5x
dit                    0.0774   7.0x
infomeasure            0.0149   gives 11.9768 bits

10000 rows, 8 columns of 4 levels: 6.7330 bits
                       seconds  of skinfo's
---------------------  -------  ------------------
skinfo, 1 permutation  0.0176   1.0x
skinfo, 199            1.0362   58.8x
pyitlib                0.1339   7.6x
dit                    1.0027   56.9x
infomeasure            0.0378   gives 34.2662 bits

100000 rows, 8 columns of 4 levels: 6.2594 bits
                       seconds  of skinfo's
---------------------  -------  ------------------
skinfo, 1 permutation  0.1103   1.0x
skinfo, 199            4.1282   37.4x
pyitlib                1.0434   9.5x
dit                    2.7678   25.1x
infomeasure            0.2742   gives 60.6853 bits

100000 rows, 20 columns of 2 levels: 7.9301 bits
                       seconds  of skinfo's
---------------------  -------  -------------------
skinfo, 1 permutation  0.2431   1.0x
skinfo, 199            8.7968   36.2x
pyitlib                2.1640   8.9x
dit                    7.4994   30.8x
infomeasure            0.9242   gives 257.6260 bits
"""

import argparse
import importlib.util
import time
from functools import partial

import numpy as np
from _table import interleaved, parse_arguments, print_table

from skinfo.estimation import multivariate_info

SHAPES = [(1_000, 4, 3), (1_000, 8, 2), (10_000, 8, 4), (100_000, 8, 4), (100_000, 20, 2)]

# Maximum seconds of a first call.
MOST_SECONDS = 20.0


def of_infomeasure(X):
    """Return the total correlation by infomeasure."""
    import infomeasure

    return infomeasure.mutual_information(*X.T, approach="discrete", base=2)


def of_pyitlib(X):
    """Return the total correlation by pyitlib."""
    from pyitlib import discrete_random_variable

    return float(discrete_random_variable.information_multi(X.T))


def of_dit(X):
    """Return the total correlation by dit."""
    import dit

    rows, counts = np.unique(X, axis=0, return_counts=True)
    distribution = dit.Distribution([tuple(row) for row in rows.tolist()], counts / len(X))
    return dit.multivariate.total_correlation(distribution)


PEERS = {"infomeasure": of_infomeasure, "pyitlib": of_pyitlib, "dit": of_dit}


def of_skinfo(n_permutations):
    """Return the function of multivariate_info with this number of permutations."""
    return lambda X: (
        multivariate_info(X, estimator="plugin", n_permutations=n_permutations).statistic
    )


def chain(rng, n, d, levels):
    """Return columns that are each mostly a copy of the one before."""
    X = rng.integers(0, levels, (n, d))
    for j in range(1, d):
        X[:, j] = np.where(rng.random(n) < 0.7, X[:, j - 1], X[:, j])
    return X


def main():
    """Print the tables."""
    parse_arguments(argparse.ArgumentParser(description=__doc__.splitlines()[0]))
    rng = np.random.default_rng(0)
    installed = {
        name: peer for name, peer in PEERS.items() if importlib.util.find_spec(name) is not None
    }
    for n, d, levels in SHAPES:
        X = chain(rng, n, d, levels)
        functions = {
            "skinfo, 1 permutation": of_skinfo(1),
            "skinfo, 199 permutations": of_skinfo(199),
        }
        expected = of_skinfo(1)(X)
        values, once = dict.fromkeys(functions, expected), {}
        for name, peer in installed.items():
            start = time.perf_counter()
            values[name] = peer(X)
            seconds = time.perf_counter() - start
            if abs(values[name] - expected) <= 1e-8 and seconds <= MOST_SECONDS:
                functions[name] = peer
            else:
                once[name] = seconds
        calls = {name: partial(f, X) for name, f in functions.items()}
        seconds = interleaved(calls, 3) | once
        base = seconds["skinfo, 1 permutation"]
        print_table(
            f"Total correlation: n={n:,}, {d} columns of {levels} levels; median of 3",
            ["method", "seconds", "ratio to skinfo, 1 permutation", "total correlation (bits)"],
            [[name, s, s / base, values[name]] for name, s in seconds.items()],
        )


if __name__ == "__main__":
    main()
