"""The information curve compared with those of embo and dit, at the same betas.

python benchmarks/information_curve.py [--repeats 5]

For each table: the seconds of a curve, how many times as long the other takes, and by how much its
objective I(T;X) - beta I(T;Y) is above ours, in bits: the median and the largest over the betas,
and the least, which would be negative where the other's point is better. `embo` runs as it comes
and with a tolerance and a number of steps with which it comes closer; `dit` with its optimiser, on
small tables only, as it takes minutes on others. A package that is not installed is left out.
"""

import argparse
import importlib.util
import time
import warnings

import numpy as np
from _table import first_call, interleaved, print_table

from skinfo.cluster import information_curve

EMBO_SETTINGS = {
    "embo": {},
    "embo, rtol=1e-7": {"rtol": 1e-7, "iterations": 1000},
}


def make_tables():
    """Return the joint distributions by name."""
    rng = np.random.default_rng(0)

    def random_table(n_rows, n_columns, concentration):
        rows = rng.dirichlet(np.full(n_columns, concentration), n_rows)
        return rows * rng.dirichlet(np.full(n_rows, 5.0))[:, None]

    return {
        "flipped bit, 2 x 2": np.array([[0.45, 0.05], [0.05, 0.45]]),
        "4 x 3": random_table(4, 3, 0.5),
        "20 x 10": random_table(20, 10, 0.5),
        "100 x 10": random_table(100, 10, 0.3),
    }


def run_embo(joint, betas, settings):
    """Return I(T;X) and I(T;Y) of embo's points, in bits, at evenly spaced betas."""
    import embo

    bottleneck = embo.InformationBottleneck(
        pxy=joint.copy(),
        minbeta=betas[0],
        maxbeta=betas[-1],
        numbeta=len(betas),
        ensure_monotonic_bound=False,
        **settings,
    )
    compression, relevance, _, _ = bottleneck.get_bottleneck()
    return np.asarray(compression), np.asarray(relevance)


def run_dit(joint, betas):
    """Return I(T;X) and I(T;Y) of dit's points, in bits, at evenly spaced betas."""
    import dit
    from dit.rate_distortion import IBCurve

    outcomes = [(x, y) for x in range(joint.shape[0]) for y in range(joint.shape[1])]
    curve = IBCurve(
        dit.Distribution(outcomes, joint.ravel()),
        rvs=[[0], [1]],
        beta_min=betas[0],
        beta_max=betas[-1],
        beta_num=len(betas),
    )
    return np.asarray(curve.complexities), np.asarray(curve.relevances)


def make_others(joint, betas):
    """Return the calls of the other packages by name."""
    others = {}
    if importlib.util.find_spec("embo"):
        for name, settings in EMBO_SETTINGS.items():
            others[name] = lambda settings=settings: run_embo(joint, betas, settings)
    if importlib.util.find_spec("dit") and joint.size <= 12:
        others["dit"] = lambda: run_dit(joint, betas)
    return others


def compare(name, joint, betas, repeats):
    """Return the rows of the table for one joint distribution."""
    ours = interleaved({"ours": lambda: information_curve(joint, betas=betas)}, repeats)["ours"]
    curve = information_curve(joint, betas=betas)
    rows = [[name, "skinfo", ours, 1.0, 0.0, 0.0, 0.0]]
    for other, function in make_others(joint, betas).items():
        start = time.perf_counter()
        compression, relevance = function()
        seconds = time.perf_counter() - start
        above = compression - betas * relevance - (curve.compression - betas * curve.relevance)
        gaps = [float(np.median(above)), float(above.max()), float(above.min())]
        rows.append([name, other, seconds, seconds / ours, *gaps])
    return rows


def main():
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--repeats", type=int, default=5)
    repeats = parser.parse_args().repeats
    # Both divide by zero on their way.
    warnings.simplefilter("ignore")
    np.random.seed(0)  # noqa: NPY002 (embo draws from here)
    betas = np.linspace(0.5, 20, 30)
    information_curve([[2, 1], [1, 2]])
    print_table(
        "30 betas from 0.5 to 20",
        ["table", "package", "seconds", "times", "median above", "largest", "least"],
        [
            row
            for name, joint in make_tables().items()
            for row in compare(name, joint, betas, repeats)
        ],
    )
    print_table(
        "32 betas chosen, 20 clusters, ours alone",
        ["rows", "columns", "seconds", "processor seconds"],
        [[*shape, *time_alone(*shape)] for shape in [(500, 20), (1000, 100)]],
    )
    print_table(
        "32 betas chosen, 128 clusters, ours alone",
        ["rows", "columns", "seconds", "processor seconds"],
        [[500, 50, *time_alone(500, 50, None)]],
    )


def time_alone(n_rows, n_columns, n_clusters=20):
    """Return the seconds of the curve of a random table, betas and all, and of the processors."""
    joint = np.random.default_rng(1).dirichlet(np.full(n_columns, 0.3), n_rows)
    start = time.process_time()
    seconds = first_call(lambda: information_curve(joint, n_clusters=n_clusters, random_state=0))
    return seconds, time.process_time() - start


if __name__ == "__main__":
    main()
