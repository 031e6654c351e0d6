"""Time of the same work with each instruction set of the processor, in new processes.

    python benchmarks/levels.py [--repeats 5] [--only selector]

The columns are the CPU seconds with each instruction set that this processor has, and their ratio
to those with the baseline. A kernel is compiled for an instruction set
(`skinfo/_kernels/meson.build`) if that makes its work at least 10 % faster.
"""

import argparse
import os
import subprocess
import sys

from _table import parse_arguments, print_table

from skinfo._kernels import LEVELS
from skinfo._kernels._cpu import x86_level

DATA = """
import time
import numpy as np
import skinfo, skinfo.cluster, skinfo.estimation, skinfo.metrics

rng = np.random.default_rng(0)
X = rng.normal(size=(50_000, 10))
y = (X[:, 0] + rng.normal(size=50_000) > 0).astype(int)
levels = rng.integers(0, 8, (50_000, 60)).astype(np.uint8)
counts = rng.poisson(0.5, (500, 300)).astype(float)
small = rng.poisson(2.0, (60, 40)).astype(float)
prob = rng.random((2000, 3)) + 0.2
prob /= prob.sum(axis=1, keepdims=True)
code = rng.integers(0, 3, 2000)
"""

WORK = {
    "binner": "skinfo.MutualInfoBinner().fit_transform(X, y)",
    "binner, monotonic": "skinfo.MutualInfoBinner(monotonic_cst=1).fit(X, y)",
    "binner, modl": "skinfo.MutualInfoBinner(penalty='modl').fit(X, y)",
    "selector": "skinfo.InfoBottleneckSelector(10).fit(levels, y)",
    "selector, mrmr": "skinfo.InfoBottleneckSelector(20, criterion='mrmr').fit(levels, y)",
    "pairs": "skinfo.estimation.pairwise_mutual_info(levels)",
    "bottleneck": "skinfo.InformationBottleneck(10, random_state=0).fit(counts)",
    "bottleneck, iterative": (
        "skinfo.InformationBottleneck(10, algorithm='iterative', beta=30.0, n_init=1, "
        "random_state=0).fit(counts)"
    ),
    "bottleneck, agglomerative": (
        "skinfo.InformationBottleneck(10, algorithm='agglomerative').fit(counts)"
    ),
    "curve": "skinfo.cluster.information_curve(small, random_state=0)",
    "decomposition": "skinfo.metrics.log_loss_decomposition(code, prob)",
    "neighbours": "skinfo.estimation.mutual_info(X[:, :2], X[:, 2])",
}

TIMED = """
def work():
    {}

work()
for _ in range({}):
    start = time.process_time()
    work()
    print(time.process_time() - start)
"""


def seconds(level, work, repeats):
    """Return the minimum CPU seconds over some runs in a new process at one level."""
    printed = subprocess.run(
        [sys.executable, "-P", "-c", DATA + TIMED.format(work, repeats)],
        env={**os.environ, "SKINFO_CPU": level},
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return min(map(float, printed.split()))


def main():
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--only", default="", help="work whose name contains this text")
    arguments = parse_arguments(parser)

    possible = [name for name, (needs, _) in LEVELS.items() if x86_level() >= needs][::-1]
    rows = []
    for name, work in WORK.items():
        if arguments.only in name:
            times = [seconds(level, work, arguments.repeats) for level in possible]
            rows.append([name, *times, *(time / times[0] for time in times[1:])])
    header = ["work", *(f"{level} (s)" for level in possible)]
    header += [f"{level} / {possible[0]}" for level in possible[1:]]
    title = f"Instruction sets: CPU seconds, minimum of {arguments.repeats}"
    print_table(title, header, rows)


if __name__ == "__main__":
    main()
