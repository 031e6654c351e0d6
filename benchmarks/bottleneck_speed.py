"""Time of the sequential information bottleneck, and of sib-clustering, whose loop is C++.

pip install sib-clustering
python benchmarks/bottleneck_speed.py [--repeats 7]

Both make ten starts with the same number of clusters and keep the best. sib-clustering stops
when 2 % of the rows or fewer moved; skinfo continues until no row gains by moving. With
``tol=1e-3`` skinfo stops about as early. The ratios are those of the seconds on one thread, of
the same in CPU time, and of one thread to two. The last columns are I(T; Y) in bits.
"""

import argparse
import time
import warnings

from _bottleneck_tables import digit_pixels, docstring_words, planted_categories
from _table import interleaved, parse_arguments, print_table
from sib import SIB

from skinfo.cluster import InformationBottleneck
from skinfo.datasets import make_documents

DOCUMENTS = {
    "n_samples": 10_000,
    "n_words": 2000,
    "n_topics": 20,
    "common": 0.7,
    "random_state": 0,
}

CASES = {
    "categories": (planted_categories, {}, 10),
    "digits": (digit_pixels, {}, 10),
    "docstrings": (docstring_words, {}, 14),
    "documents": (make_documents, DOCUMENTS, 20),
}


def contenders(X, n_clusters):
    """Return functions that fit and return I(T; Y) in bits."""

    def ours(**options):
        bottleneck = InformationBottleneck(n_clusters, random_state=0, **options)
        return lambda: bottleneck.fit(X).information_

    theirs = SIB(n_clusters, random_state=0, n_init=10, n_jobs=1, uniform_prior=False)
    return {
        "skinfo": ours(),
        "skinfo, 2 threads": ours(n_jobs=2),
        "skinfo, tol=1e-3": ours(tol=1e-3),
        "sib": lambda: theirs.fit(X).score_,
    }


def run(name, make, options, n_clusters, repeats):
    """Return a row of the table."""
    X, _ = make(**options)
    functions = contenders(X, n_clusters)
    bits = [function() for function in functions.values()]
    seconds = interleaved(functions, repeats)
    start = time.thread_time()
    functions["skinfo"]()
    cpu = time.thread_time() - start
    start = time.thread_time()
    functions["sib"]()
    cpu_ratio = (time.thread_time() - start) / cpu
    return [
        name,
        *X.shape,
        n_clusters,
        *seconds.values(),
        seconds["sib"] / seconds["skinfo"],
        cpu_ratio,
        seconds["skinfo"] / seconds["skinfo, 2 threads"],
        bits[0],
        bits[2],
        bits[3],
    ]


def main():
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--repeats", type=int, default=7)
    repeats = parse_arguments(parser).repeats
    warnings.simplefilter("ignore")  # of sib-clustering, on sparse matrices
    print_table(
        f"Ten starts: sizes in the rows, median of {repeats}",
        [
            "table",
            "rows",
            "columns",
            "clusters",
            "skinfo (s)",
            "skinfo, 2 threads (s)",
            "skinfo, tol=1e-3 (s)",
            "sib (s)",
            "sib / skinfo",
            "sib / skinfo, CPU time",
            "1 thread / 2 threads",
            "skinfo (bits)",
            "skinfo, tol=1e-3 (bits)",
            "sib (bits)",
        ],
        [run(name, *case, repeats) for name, case in CASES.items()],
    )


if __name__ == "__main__":
    main()
