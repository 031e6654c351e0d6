"""MutualInfoBinner beside an entropy decision tree: time and information of one column.

python benchmarks/binner.py [--n 1000000] [--repeats 5]
"""

import argparse

import numpy as np
from _table import first_call, interleaved, print_table
from sklearn.metrics import mutual_info_score
from sklearn.tree import DecisionTreeClassifier

from skinfo import MutualInfoBinner

SHAPES = {
    "linear": lambda x: 1 / (1 + np.exp(-2 * x)),
    "bump": lambda x: 0.2 + 0.6 * np.exp(-8 * x**2),
    "wave": lambda x: 0.5 + 0.45 * np.sin(3 * x),
    "step": lambda x: np.where(x > 0.5, 0.8, 0.3),
}


def bits(codes, y):
    """Return plug-in I(code; y) in bits."""
    return mutual_info_score(codes, y) / np.log(2)


def main():
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--n", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=5)
    arguments = parser.parse_args()
    rng = np.random.default_rng(0)
    warm_x, warm_y = rng.normal(size=(1000, 1)), rng.integers(0, 2, 1000)
    print(f"first call: {first_call(lambda: MutualInfoBinner().fit(warm_x, warm_y)):.2f} s")

    rows = []
    for name, rate in SHAPES.items():
        x = rng.normal(size=(arguments.n, 1))
        y = (rng.random(arguments.n) < rate(x[:, 0])).astype(int)
        binners = {p: MutualInfoBinner(8, penalty=p) for p in (None, "modl")}
        tree = DecisionTreeClassifier(criterion="entropy", max_leaf_nodes=8)
        seconds = interleaved(
            {
                "tree": lambda x=x, y=y, tree=tree: tree.fit(x, y),
                **{p: lambda x=x, y=y, b=b: b.fit(x, y) for p, b in binners.items()},
            },
            arguments.repeats,
        )
        information = {p: b.mutual_info_[0] for p, b in binners.items()}
        information["tree"] = bits(tree.apply(x), y)
        for method in ("tree", None, "modl"):
            rows.append(
                [
                    name,
                    "DecisionTreeClassifier" if method == "tree" else f"penalty={method!r}",
                    float(information[method]),
                    seconds[method],
                    seconds["tree"] / seconds[method],
                ]
            )
    print_table(
        f"One column of {arguments.n} floats, binary y, at most 8 bins; median of "
        f"{arguments.repeats}",
        ["shape", "method", "bits", "seconds", "times faster than the tree"],
        rows,
    )


if __name__ == "__main__":
    main()
