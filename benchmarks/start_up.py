"""Start-up time: the import, and the first and the second call in a new process.

    python benchmarks/start_up.py [--repeats 3] [--only mutual_info]

Goals: the import takes less than 0.15 s more than scikit-learn's, and a first call less than
50 ms more than the second. Each row is the minimum over a few new processes. Imports other than
scikit-learn's are timed after it.
"""

import argparse
import subprocess
import sys

from _table import parse_arguments, print_table

SKLEARN = "import sklearn"
IMPORTS = {
    "sklearn alone": SKLEARN,
    "skinfo": "import skinfo",
    "MutualInfoBinner": "from skinfo import MutualInfoBinner",
    "InfoBottleneckSelector": "from skinfo import InfoBottleneckSelector",
    "InformationBottleneck": "from skinfo import InformationBottleneck",
    "EntropyScorer": "from skinfo import EntropyScorer",
    "skinfo.estimation": "import skinfo.estimation",
    "all modules": (
        "import skinfo.cluster, skinfo.estimation, skinfo.feature_selection, skinfo.inspection\n"
        "import skinfo.measures, skinfo.metrics, skinfo.preprocessing"
    ),
}

DATA = """
import time
import numpy as np
import skinfo, skinfo.cluster, skinfo.estimation, skinfo.feature_selection, skinfo.measures
import skinfo.metrics, skinfo.preprocessing

rng = np.random.default_rng(0)
X = rng.normal(size=(500, 5))
number = X[:, 0] + rng.normal(size=500)
y = (number > 0).astype(int)
levels = rng.integers(0, 4, (500, 5))
counts = rng.poisson(3, (60, 20))
prob = np.column_stack([1 - y, y]) * 0.6 + 0.2 * rng.random((500, 1)) + 0.1
prob /= prob.sum(axis=1, keepdims=True)
"""

CALLS = {
    "MutualInfoBinner, classes": "skinfo.MutualInfoBinner().fit_transform(X, y)",
    "MutualInfoBinner, numbers": "skinfo.MutualInfoBinner().fit_transform(X, number)",
    "MutualInfoBinner, monotonic": "skinfo.MutualInfoBinner(monotonic_cst=1).fit_transform(X, y)",
    "InfoBottleneckSelector": "skinfo.InfoBottleneckSelector().fit_transform(X, y)",
    "InfoBottleneckSelector, numbers": "skinfo.InfoBottleneckSelector().fit_transform(X, number)",
    "selection_curve": "skinfo.feature_selection.selection_curve(X, y)",
    "InformationBottleneck": "skinfo.InformationBottleneck(random_state=0).fit_transform(counts)",
    "InformationBottleneck, iterative": (
        "skinfo.InformationBottleneck(algorithm='iterative', beta=5, random_state=0).fit(counts)"
    ),
    "information_curve": "skinfo.cluster.information_curve(counts, random_state=0)",
    "EntropyScorer": "skinfo.EntropyScorer().fit(X, y).transform(X)",
    "mutual_info, levels": (
        "skinfo.estimation.mutual_info(levels, y, discrete_features=True, discrete_target=True)"
    ),
    "mutual_info, numbers and classes": "skinfo.estimation.mutual_info(X, y)",
    "mutual_info, numbers": "skinfo.estimation.mutual_info(X, number)",
    "mutual_info_test, numbers and classes": "skinfo.estimation.mutual_info_test(X, y)",
    "mutual_info_test, numbers": "skinfo.estimation.mutual_info_test(X, number)",
    "conditional_mutual_info": (
        "skinfo.estimation.conditional_mutual_info(X[:, :1], number, X[:, 1:2])"
    ),
    "pairwise_mutual_info": "skinfo.estimation.pairwise_mutual_info(levels)",
    "discrete_entropy": "skinfo.estimation.discrete_entropy(levels[:, 0])",
    "differential_entropy": "skinfo.estimation.differential_entropy(X[:, :2])",
    "measures.mutual_information": ("skinfo.measures.mutual_information(counts / counts.sum())"),
    "cross_entropy_loss": "skinfo.metrics.cross_entropy_loss(y, prob)",
    "log_loss_decomposition": "skinfo.metrics.log_loss_decomposition(y, prob)",
    "compare_log_loss": "skinfo.metrics.compare_log_loss(y, prob, prob[:, ::-1])",
    "risk_coverage_curve": "skinfo.metrics.risk_coverage_curve(y, prob)",
    "uncertainty_decomposition": (
        "skinfo.metrics.uncertainty_decomposition(np.stack([prob, prob[::-1]]))"
    ),
}


def seconds(statements, before=""):
    """Return the seconds of each statement in one new process, after `before` was executed."""
    timed = "\n".join(
        f"start = time.perf_counter()\n{statement}\nprint(time.perf_counter() - start)"
        for statement in statements
    )
    printed = subprocess.run(
        [sys.executable, "-P", "-c", f"import time\n{before}\n{timed}"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return [float(line) for line in printed.split()]


def best(repeats, statements, before=""):
    """Return the minimum seconds of each statement over some new processes."""
    runs = [seconds(statements, before) for _ in range(repeats)]
    return [min(times) for times in zip(*runs, strict=True)]


def main():
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--only", default="", help="calls whose name contains this text")
    arguments = parse_arguments(parser)

    if not arguments.only:
        rows = [
            (name, best(arguments.repeats, [code], "" if code == SKLEARN else SKLEARN)[0])
            for name, code in IMPORTS.items()
        ]
        title = f"Imports: each in a new process, after sklearn; minimum of {arguments.repeats}"
        print_table(title, ["import", "seconds"], rows)
    rows = []
    for name, call in CALLS.items():
        if arguments.only in name:
            first, second = best(arguments.repeats, [call, call], DATA)
            rows.append([name, 1e3 * first, 1e3 * second, 1e3 * (first - second)])
    print_table(
        "Calls: each in a new process, 500 rows, 5 columns; minimum of "
        f"{arguments.repeats}, difference of the minima",
        ["call", "first call (ms)", "second call (ms)", "difference (ms)"],
        rows,
    )


if __name__ == "__main__":
    main()
