"""Coverage of the 95% interval of `mutual_info_test`.

    python benchmarks/coverage_of_interval.py [--repeats 300] [--bootstrap 0]

Tables are drawn from joint distributions of known information: rows of log-normal odds (even
margins, or by Zipf's law), from a Dirichlet distribution, or noisy maps to a class. Columns of
numbers are drawn from distributions of known information; those of the last group were not used
to choose constants.

The columns are the true information, the true and the estimated bias of the estimate, the mean
standard error over the standard deviation of the estimates, the coverage, the proportions of
intervals above and below the true value, the mean width, and the proportions of intervals above
zero and of p-values below .05. The basic bootstrap resamples rows (``--bootstrap 200``, slow) and
has the same estimate.
"""

import argparse
import itertools
import math

import numpy as np
from _table import parse_arguments, print_table
from scipy.special import digamma

from skinfo.estimation import mutual_info, mutual_info_test
from skinfo.measures import mutual_information

TABLES = [
    ((10, 2), (50, 200)),
    ((30, 2), (100,)),
    ((10, 10), (100, 400)),
    ((30, 10), (200, 1000)),
    ((100, 2), (300,)),
    ((100, 5), (1000,)),
    ((5, 5), (60,)),
]
# Standard deviation of the log odds, and concentration of the Dirichlet distribution.
STRENGTHS = {"none": (0.0, 1e9), "weak": (0.45, 8.0), "strong": (1.4, 1.0), "very": (3.0, 0.25)}
# Proportion of the rows whose class is that of their level.
MAPPED = {"none": 0.0, "weak": 0.3, "strong": 0.6, "very": 0.9}
SIZES = (100, 500, 2000)


def joint(kind, shape, strength):
    """Return a joint distribution (r, c)."""
    r, c = shape
    spread, concentration = STRENGTHS[strength]
    rng = np.random.default_rng(100 * r + c)
    if kind == "dirichlet":
        rows = rng.dirichlet(np.full(c, concentration), size=r)
    elif kind == "noisy map":
        kept = MAPPED[strength]
        rows = np.full((r, c), (1 - kept) / c)
        rows[np.arange(r), np.arange(r) % c] += kept
    else:
        rows = np.exp(spread * rng.normal(size=(r, c)))
        rows /= rows.sum(axis=1, keepdims=True)
    weights = 1 / np.arange(1, r + 1) if kind == "zipf" else np.ones(r)
    return rows * (weights / weights.sum())[:, None]


def normal(rho):
    """Return a sampler of two normal variables, and their information in nats."""

    def draw(rng, n):
        x = rng.normal(size=n)
        return x, rho * x + math.sqrt(1 - rho**2) * rng.normal(size=n)

    return draw, -0.5 * math.log1p(-(rho**2))


def additive(width):
    """Return that of a uniform variable and its sum with uniform noise of this width < 1."""
    return lambda rng, n: (x := rng.random(n), x + width * rng.random(n)), (
        width / 2 - math.log(width)
    )


def gamma_exponential(shape):
    """Return that of a gamma variable and an exponential one with that rate."""

    def draw(rng, n):
        x = rng.gamma(shape, size=n)
        return x, rng.exponential(size=n) / x

    return draw, float(digamma(shape + 1)) - math.log(shape)


def noisy(location, scale):
    """Return that of u, uniform on (0, 1), and location(u) + scale(u) times normal noise."""

    def draw(rng, n):
        u = rng.random(n)
        return u, location(u) + scale(u) * rng.normal(size=n)

    u = (np.arange(2000) + 0.5) / 2000
    return draw, mixture_information(location(u), scale(u) + 0 * u, np.full(2000, 1 / 2000))


def classes(locations, scales, prior):
    """Return that of a normal variable for each class and the classes."""
    locations, scales = np.array(locations, float), np.array(scales, float)

    def draw(rng, n):
        y = rng.choice(len(prior), size=n, p=prior)
        return locations[y] + scales[y] * rng.normal(size=n), y

    return draw, mixture_information(locations, scales, np.array(prior))


def mixture_information(locations, scales, weights):
    """Return the information of a mixture of normal distributions, by quadrature."""
    reach = 9 * scales.max()
    x, step = np.linspace(locations.min() - reach, locations.max() + reach, 20_001, retstep=True)
    density = np.zeros_like(x)
    for location, scale, weight in zip(locations, scales, weights, strict=True):
        density += weight * np.exp(-0.5 * ((x - location) / scale) ** 2) / scale
    density /= math.sqrt(2 * math.pi)
    entropy = -step * np.sum(density * np.log(np.maximum(density, 1e-300)))
    return entropy - weights @ np.log(scales) - 0.5 * math.log(2 * math.pi * math.e)


def zero_inflated(p):
    """Return that of two variables that are zero together, else independent exponentials."""

    def draw(rng, n):
        zero = rng.random(n) < p
        return np.where(zero, 0, rng.exponential(size=(2, n)))

    return draw, -p * math.log(p) - (1 - p) * math.log(1 - p)


NUMBERS = {
    "normal 0": normal(0.0),
    "normal .3": normal(0.3),
    "normal .7": normal(0.7),
    "normal .95": normal(0.95),
    "additive .6": additive(0.6),
    "gamma-exponential": gamma_exponential(3),
    "two normals, 0 apart": classes([0, 0], [1, 1], [0.5, 0.5]),
    "two normals, .5 apart": classes([0, 0.5], [1, 1], [0.5, 0.5]),
    "two normals, 1.5 apart": classes([0, 1.5], [1, 1], [0.5, 0.5]),
}
HELD_OUT = {
    "normal .99": normal(0.99),
    "additive .3": additive(0.3),
    "parabola": noisy(lambda u: 4 * (u - 0.5) ** 2, lambda u: 0.3),
    "sine, two periods": noisy(lambda u: np.sin(4 * np.pi * u), lambda u: 0.5),
    "step": noisy(lambda u: (u > 0.3) * 1.0, lambda u: 0.2),
    "heteroscedastic": noisy(lambda u: 0 * u, lambda u: 0.1 + 2 * u),
    "three classes": classes([0, 0, 2], [1, 3, 1], [0.6, 0.3, 0.1]),
    "rare class": classes([0, 1], [1, 1], [0.95, 0.05]),
    "five classes, far": classes([0, 3, 6, 9, 12], np.ones(5), np.full(5, 0.2)),
    "zero-inflated": zero_inflated(0.4),
}


def coverage(samples, truth, estimator, n_bootstrap, rng):
    """Return a row of the table for samples ``(x, y, keywords)`` of one distribution."""
    rows = []
    for x, y, keywords in samples:
        result = mutual_info_test(x[:, None], y, estimator=estimator, base=math.e, **keywords)
        low, high = result.confidence_interval()
        parts = (result.statistic, result.standard_error, result.bias, low, high, result.pvalue)
        held = math.nan
        if n_bootstrap:
            held = _bootstrap_holds(truth, x, y, keywords, estimator, n_bootstrap, rng)
        rows.append([*(float(part[0]) for part in parts), held])
    statistic, error, bias, low, high, pvalue, boot = np.array(rows).T
    above, below = low > truth + 1e-9, high < truth - 1e-9
    bits = 1 / math.log(2)
    return [
        truth * bits,
        float(statistic.mean() - truth) * bits,
        float(bias.mean()) * bits,
        float(error.mean() / statistic.std()),
        float(1 - np.mean(above | below)),
        float(above.mean()),
        float(below.mean()),
        float(np.mean(high - low)) * bits,
        float(np.mean(low > 0)),
        float(np.mean(pvalue < 0.05)),
        float(boot.mean()),
    ]


def _bootstrap_holds(truth, x, y, keywords, estimator, n_bootstrap, rng):
    def estimate(rows):
        return mutual_info(x[rows, None], y[rows], estimator=estimator, base=math.e, **keywords)[0]

    n = len(y)
    resampled = [estimate(rng.integers(0, n, n)) for _ in range(n_bootstrap)]
    below, above = 2 * estimate(np.arange(n)) - np.quantile(resampled, [0.975, 0.025])
    return below <= truth <= above


HEADER = [
    "n",
    "true (bits)",
    "bias (bits)",
    "estimated bias (bits)",
    "error ratio",
    "coverage",
    "above",
    "below",
    "width (bits)",
    "interval above 0",
    "p < 0.05",
    "coverage of bootstrap",
]


def draw_table(p, n, rng):
    """Return n rows of a joint distribution, as codes."""
    cells = rng.choice(p.size, size=n, p=p.ravel())
    return *np.divmod(cells, p.shape[1]), {"discrete_features": True, "discrete_target": True}


def main():
    """Print the tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--repeats", type=int, default=300)
    parser.add_argument("--bootstrap", type=int, default=0)
    parser.add_argument("--estimator", default="auto")
    parser.add_argument("--only", choices=["tables", "numbers"])
    parser.add_argument("--seed", type=int, default=0)
    options = parse_arguments(parser)
    rng = np.random.default_rng(options.seed)
    rest = (options.estimator, options.bootstrap, rng)
    for kind in ("odds", "zipf", "dirichlet", "noisy map") if options.only != "numbers" else ():
        rows = []
        for (shape, sizes), strength in itertools.product(TABLES, STRENGTHS):
            p = joint(kind, shape, strength)
            truth = float(mutual_information(p, base=math.e))
            for n in sizes:
                samples = (draw_table(p, n, rng) for _ in range(options.repeats))
                label = f"{shape[0]}x{shape[1]} {strength}"
                rows.append([label, n, *coverage(samples, truth, *rest)])
        title = f"Tables, {kind}: 95 % intervals of {options.repeats} samples"
        print_table(title, ["table", *HEADER], rows)
    groups = {"first": NUMBERS, "held out": HELD_OUT} if options.only != "tables" else {}
    for title, group in groups.items():
        rows = []
        for (name, (draw, truth)), n in itertools.product(group.items(), SIZES):
            repeats = options.repeats if n < 1000 else options.repeats // 2
            samples = (
                (x, y, {"discrete_features": False, "discrete_target": y.dtype.kind == "i"})
                for x, y in (draw(rng, n) for _ in range(repeats))
            )
            rows.append([name, n, *coverage(samples, truth, *rest)])
        print_table(
            f"Numbers, {title}: 95 % intervals of {options.repeats} samples, half of these if n "
            "is 1000 or more",
            ["distribution", *HEADER],
            rows,
        )


if __name__ == "__main__":
    main()
