"""Bias and error on the one-dimensional tasks of Beyond Normal, and on rounded values.

python benchmarks/beyond_normal.py [--n 200 1000 5000] [--repeats 20] [--k 3]

The columns are the true information and the bias and root mean squared error (RMSE) of each
estimator, in bits.
Tasks and true values as in Czyz, Grabowski, Vogt, Beerenwinkel and Marx, "Beyond Normal: On the
Evaluation of Mutual Information Estimators", NeurIPS 2023, sampled here with NumPy.
"""

import argparse
import math

import numpy as np
from _table import parse_arguments, print_table
from scipy.special import gammaln, ndtr, psi
from scipy.stats import entropy, norm
from sklearn.feature_selection import mutual_info_classif, mutual_info_regression

from skinfo.datasets import make_correlated_normals
from skinfo.estimation._continuous import (
    DiscreteTarget,
    RankedColumn,
    auto_information,
    binned_information,
    gaussian_copula_information,
    ksg_information,
    ross_information,
)

RHO = 0.75


def normal(rng, n, rho=RHO):
    """Return a normal pair of correlation rho."""
    X, y = make_correlated_normals(n, rho, random_state=rng)
    return y, X[:, 0]


def additive(noise):
    """Return a sampler of X uniform on (0, 1), Y = X + U(-noise, noise)."""

    def sample(rng, n):
        x = rng.random(n)
        return x, x + rng.uniform(-noise, noise, n)

    return sample


def student(rng, n, dof=1):
    """Return a Student pair of dispersion I."""
    x, y = rng.normal(size=(2, n)) / np.sqrt(rng.chisquare(dof, n) / dof)
    return x, y


def student_information(dof):
    """Return I of a Student pair of dispersion I, in nats (Arellano-Valle et al. 2013)."""

    def marginal(d):
        half = (dof + d) / 2
        log_norm = gammaln(half) - gammaln(dof / 2) - d / 2 * math.log(dof * math.pi)
        return half * (psi(half) - psi(dof / 2)) - log_norm

    return 2 * marginal(1) - marginal(2)


def two_peaks(weights, centres):
    """Return the transform of a normal variable to a mixture of two normal distributions."""
    grid = np.linspace(-8, 12, 200_001)
    probability = sum(s * ndtr(grid - c) for s, c in zip(weights, centres, strict=True))
    return lambda values: np.interp(ndtr(values), probability, grid)


def wiggly_x(x):
    """Return the first wiggly transform of the paper."""
    return x + 0.4 * np.sin(x) + 0.2 * np.sin(1.7 * x + 1) + 0.03 * np.sin(3.3 * x - 2.5)


def wiggly_y(y):
    """Return the second wiggly transform of the paper."""
    return y - 0.4 * np.sin(0.4 * y) + 0.17 * np.sin(1.3 * y + 3.5) + 0.02 * np.sin(4.3 * y - 2.5)


def half_cube(values):
    """Return values to the power 3/2, with their signs."""
    return values * np.sqrt(np.abs(values))


def transformed(sample, function_x, function_y=None):
    """Return a sampler of one-to-one functions of x and y: the information is the same."""

    def sample_transformed(rng, n):
        x, y = sample(rng, n)
        return function_x(x), (function_y or function_x)(y)

    return sample_transformed


def rounded_information(step, rho=None):
    """Return I of a rounded normal x and a class of rate Phi(x), or a rounded y, in nats."""
    grid = np.arange(-8, 8, step / 25 if step >= 0.5 else step / 5) + 1e-9
    weight = norm.pdf(grid) / norm.pdf(grid).sum()
    cell = np.rint(grid / step).astype(int)
    cell -= cell.min()
    if rho is None:
        joint = np.stack([np.bincount(cell, weight * ndtr(s * grid)) for s in (1, -1)])
    else:
        rest = math.sqrt(1 - rho**2)
        edges = (np.arange(cell.max() + 2) - 0.5) * step + np.rint(grid[0] / step) * step
        within = np.diff(ndtr((edges - rho * grid[:, None]) / rest), axis=1)
        joint = np.zeros((cell.max() + 1, cell.max() + 1))
        np.add.at(joint, cell, weight[:, None] * within)
    return entropy(joint.sum(0)) + entropy(joint.sum(1)) - entropy(joint.ravel())


def rounded(step, rho=None):
    """Return a sampler of the variables of `rounded_information`."""

    def sample(rng, n):
        x, y = normal(rng, n, rho or 0.0)
        if rho is None:
            y = (rng.random(n) < ndtr(x)).astype(np.int64)
            return np.round(x / step) * step, y
        return np.round(x / step) * step, np.round(y / step) * step

    return sample


def zero_inflated(rng, n):
    """Return an independent pair, x half zeros, y classes."""
    return np.where(rng.random(n) < 0.5, 0.0, rng.exponential(size=n)), rng.integers(0, 2, n)


def tasks():
    """Return the name, sampler and true information in nats of every task."""
    of_normal = -0.5 * math.log(1 - RHO**2)
    bimodal = transformed(normal, two_peaks((0.3, 0.7), (0, 5)), two_peaks((0.5, 0.5), (-1, 3)))
    of_student = student_information(1)
    return [
        ("normal 0.75", normal, of_normal),
        ("normal cdf", transformed(normal, ndtr), of_normal),
        ("additive noise 0.1", additive(0.1), 0.1 - math.log(0.2)),
        ("additive noise 0.75", additive(0.75), 1 / 3),
        ("bimodal", bimodal, of_normal),
        ("wiggly", transformed(normal, wiggly_x, wiggly_y), of_normal),
        ("half-cube", transformed(normal, half_cube), of_normal),
        ("Student, 1 dof", student, of_student),
        ("asinh of Student", transformed(student, np.arcsinh), of_student),
        ("independent", lambda rng, n: rng.normal(size=(2, n)), 0.0),
        ("x, y rounded to 0.1", rounded(0.1, RHO), rounded_information(0.1, RHO)),
        ("x, y rounded to 0.5", rounded(0.5, RHO), rounded_information(0.5, RHO)),
        ("x rounded to 0.1, class", rounded(0.1), rounded_information(0.1)),
        ("x rounded to 0.5, class", rounded(0.5), rounded_information(0.5)),
        ("zeros, class, independent", zero_inflated, 0.0),
    ]


def estimates(x, y, k):
    """Return every estimator's information, in nats, by name."""
    if y.dtype.kind == "i":
        target, neighbors, reference = DiscreteTarget(y, 2), ross_information, mutual_info_classif
    else:
        target, neighbors, reference = RankedColumn(y), ksg_information, mutual_info_regression
    return {
        "sklearn": reference(x[:, None], y, n_neighbors=k, random_state=0)[0],
        "auto": auto_information(x, target, k),
        "ksg, ross": neighbors(x, target, k),
        "gaussian_copula": gaussian_copula_information(x, target),
        "binned": binned_information(x, target),
    }


def main():
    """Print one table per sample size."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--n", type=int, nargs="+", default=[200, 1000, 5000])
    parser.add_argument("--repeats", type=int, default=20)
    parser.add_argument("--k", type=int, default=3)
    options = parse_arguments(parser)
    for n in options.n:
        rows = []
        for name, sample, truth in tasks():
            rng = np.random.default_rng(0)
            found = [estimates(*sample(rng, n), options.k) for _ in range(options.repeats)]
            row = [name, truth / math.log(2)]
            for estimator in found[0]:
                errors = (np.array([f[estimator] for f in found]) - truth) / math.log(2)
                row += [errors.mean(), np.sqrt(np.mean(errors**2))]
            rows.append(row)
        print_table(
            f"Errors in bits: n={n:,}, k={options.k}, {options.repeats} samples",
            ["task", "true (bits)"]
            + [f"{name}: {what}" for name in found[0] for what in ("bias", "RMSE")],
            rows,
        )


if __name__ == "__main__":
    main()
