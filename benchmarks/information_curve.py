"""Time and objective of the information curve, and of those of embo and dit at the same betas.

python benchmarks/information_curve.py [--repeats 5]

For each table: the seconds of a curve, their ratio to those of skinfo, and the excess of the
objective I(T;X) - beta I(T;Y) over that of skinfo, in bits: the median, the maximum and the
minimum over the betas. The minimum is negative if a point of the other package is better. `embo`
runs with its defaults, and with a tolerance and a number of steps that make it more accurate;
`dit` with its optimiser, on small tables only, since it takes minutes on others. A package that
is not installed is omitted.
"""

import argparse
import importlib.util
import time
import warnings

import numpy as np
from _table import first_call, interleaved, parse_arguments, print_table

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
    """Print the tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--repeats", type=int, default=5)
    repeats = parse_arguments(parser).repeats
    # embo and dit divide by zero.
    warnings.simplefilter("ignore")
    np.random.seed(0)  # noqa: NPY002 (embo uses the global generator)
    betas = np.linspace(0.5, 20, 30)
    information_curve([[2, 1], [1, 2]])
    print_table(
        f"Given betas: 30 from 0.5 to 20; skinfo median of {repeats}, others once",
        [
            "table",
            "package",
            "seconds",
            "ratio to skinfo",
            "median excess (bits)",
            "maximum excess (bits)",
            "minimum excess (bits)",
        ],
        [
            row
            for name, joint in make_tables().items()
            for row in compare(name, joint, betas, repeats)
        ],
    )
    sizes = [(500, 20, 20), (1000, 100, 20), (500, 50, 128)]
    print_table(
        "Chosen betas: 32 betas chosen by skinfo, sizes in the rows, one run",
        ["rows", "columns", "clusters", "seconds", "CPU seconds"],
        [[*size, *time_alone(*size)] for size in sizes],
    )


def time_alone(n_rows, n_columns, n_clusters):
    """Return the seconds, and the CPU seconds, of the curve of a random table."""
    joint = np.random.default_rng(1).dirichlet(np.full(n_columns, 0.3), n_rows)
    start = time.process_time()
    seconds = first_call(lambda: information_curve(joint, n_clusters=n_clusters, random_state=0))
    return seconds, time.process_time() - start


if __name__ == "__main__":
    main()
