"""Partitions under rules for neighbours, against exhaustive search and the plain programmes."""

from itertools import combinations, pairwise

import numpy as np
import pytest
from scipy.special import gammaln, xlogy
from scipy.stats import chi2_contingency

from skinfo._kernels._constrained import constrained_partitions
from skinfo._kernels._monotone import monotone_partitions
from skinfo._kernels._partition import (
    CROSS_ENTROPY,
    INFORMATION,
    MODL,
    VARIANCE,
    optimal_partitions,
)

N_CELLS = 8


def cost_of(columns, cost, n_classes):
    """Return the cost of a bin from the sums of its columns, the last one its weight."""
    n = columns[-1]
    if cost == VARIANCE:
        return -(columns[0] ** 2) / n
    if cost == INFORMATION:
        return xlogy(n, n) - xlogy(columns[:-1], columns[:-1]).sum()
    if cost == CROSS_ENTROPY:
        expected, observed = columns[:n_classes], columns[n_classes:-1]
        return n * np.log(n + n_classes / 2) - (expected * np.log(observed + 0.5)).sum()
    return gammaln(n + n_classes) - gammaln(n_classes) - gammaln(columns[:-1] + 1).sum()


def has_shape(rates, shape):
    """Return whether rates rise (1), fall (-1), rise and fall (2), or fall and rise (-2)."""
    steps = np.sign(shape) * np.diff(rates)
    if abs(shape) < 2:
        return shape == 0 or bool((steps >= 0).all())
    return any((steps[:top] >= 0).all() and (steps[top:] <= 0).all() for top in range(len(rates)))


def g_statistic(a, b):
    """Return the G statistic of the classes of two bins."""
    table = np.array([a, b])
    table = table[:, table.sum(axis=0) > 0]
    if table.shape[1] < 2:
        return 0.0
    return chi2_contingency(table, correction=False, lambda_="log-likelihood").statistic


def welch_statistic(a, b):
    """Return the squared difference of the means over the sum of their variances."""
    (s1, n1, q1), (s2, n2, q2) = a, b
    if n1 <= 1 or n2 <= 1 or s1 / n1 == s2 / n2:
        return 0.0
    v1, v2 = ((q - s**2 / n) / (n - 1) / n for s, n, q in ((s1, n1, q1), (s2, n2, q2)))
    return np.inf if v1 + v2 <= 0 else (s1 / n1 - s2 / n2) ** 2 / (v1 + v2)


def keeps_the_rules(ends, cumulative, n_classes, rules):
    """Return whether bins with these ends are allowed; the rules as the kernel takes them."""
    fixed = list(rules.get("fixed", ()))
    if not set(fixed) <= set(ends):
        return False
    table = np.diff(cumulative[[0, *ends]], axis=0)
    rates = table[:, -2] / table[:, -1]
    if not has_shape(rates, rules.get("shape", 0)):
        return False
    marks = [0, *fixed, N_CELLS]
    least = rules.get("min_weight", 0.0)
    for (start, stop), weight in zip(pairwise([0, *ends]), table[:, -1], strict=True):
        if weight < least and not (fixed and start in marks and stop in marks):
            return False
    squares = rules.get("squares")
    for b, end in enumerate(ends[:-1]):
        if end in fixed:
            continue
        if rules.get("min_difference"):
            observed = table[b : b + 2, -1 - n_classes : -1] / table[b : b + 2, -1:]
            if np.abs(np.diff(observed, axis=0)).max() < rules["min_difference"] - 1e-12:
                return False
        if rules.get("min_statistic"):
            if squares is None:
                statistic = g_statistic(*table[b : b + 2, -1 - n_classes : -1])
            else:
                spans = pairwise([0, *ends][b : b + 3])
                sums = [squares[stop] - squares[start] for start, stop in spans]
                statistic = welch_statistic(*np.column_stack([table[b : b + 2], sums]))
            if statistic < rules["min_statistic"] - 1e-9:
                return False
    return True


def best_by_exhaustion(cumulative, n_bins, cost, n_classes, rules):
    """Return the least cost of any n_bins runs of cells that keep the rules."""
    best = np.inf
    for cuts in combinations(range(1, N_CELLS), n_bins - 1):
        ends = [*cuts, N_CELLS]
        if keeps_the_rules(ends, cumulative, n_classes, rules):
            bins = np.diff(cumulative[[0, *ends]], axis=0)
            best = min(best, sum(cost_of(b, cost, n_classes) for b in bins))
    return best


def random_table(seed, cost, n_classes):
    """Return cumulative columns, and of a target the squares; small numbers make ties."""
    rng = np.random.default_rng(seed)
    if cost == VARIANCE:
        y, cell = rng.integers(-2, 3, 24).astype(float), rng.permutation(np.arange(24) % N_CELLS)
        columns = np.column_stack(
            [np.bincount(cell, weights) for weights in (y, np.ones(24), y**2)]
        )
    else:
        columns = rng.integers(0, 6, (N_CELLS, n_classes)).astype(float)
        columns[columns.sum(axis=1) == 0, 0] = 1.0
        columns = np.column_stack([columns, columns.sum(axis=1)])
        if cost == CROSS_ENTROPY:
            rates = rng.dirichlet(np.ones(n_classes), N_CELLS)
            columns = np.hstack([rates * columns[:, -1:], columns])
    cumulative = np.vstack([np.zeros(columns.shape[1]), np.cumsum(columns, axis=0)])
    if cost == VARIANCE:
        return np.ascontiguousarray(cumulative[:, :2]), cumulative[:, 2]
    return cumulative, None


RULES = {
    "free": {},
    "peak": {"shape": 2},
    "valley": {"shape": -2},
    "rising and heavy": {"shape": 1, "min_weight": 9.0},
    "falling and apart": {"shape": -1, "min_difference": 0.1},
    "apart": {"min_difference": 0.15},
    "significant": {"min_statistic": 1.0},
    "fixed": {"fixed": (2, 3)},
    "fixed and heavy": {"fixed": (3, 4), "min_weight": 9.0},
    "fixed peak, apart": {"fixed": (4,), "shape": 2, "min_difference": 0.1},
    "valley, significant, heavy": {"shape": -2, "min_statistic": 0.5, "min_weight": 4.0},
}


# A shape is that of one rate.
CASES = [
    (cost, n_classes, name)
    for cost, n_classes in (
        (INFORMATION, 2),
        (MODL, 2),
        (CROSS_ENTROPY, 2),
        (VARIANCE, 1),
        (MODL, 3),
    )
    for name in RULES
    if n_classes < 3 or "shape" not in RULES[name]
]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("cost", "n_classes", "name"), CASES)
def test_optimum_over_all_partitions_that_keep_the_rules(seed, cost, n_classes, name):
    cumulative, squares = random_table(seed, cost, n_classes)
    rules = {"min_weight": 0.0, **RULES[name]}
    if squares is not None and "min_statistic" in rules:
        rules["squares"] = squares
    given = rules | {"max_bins": 6, "cost": cost, "n_classes": n_classes}
    costs, cuts = constrained_partitions(cumulative, **given)
    for k in range(1, 7):
        expected = best_by_exhaustion(cumulative, k, cost, n_classes, rules)
        assert costs[k - 1] == pytest.approx(expected, abs=1e-9)
        if np.isfinite(expected):
            ends = cuts[k - 1, :k].tolist()
            assert keeps_the_rules(ends, cumulative, n_classes, rules)
            bins = np.diff(cumulative[[0, *ends]], axis=0)
            total = sum(cost_of(b, cost, n_classes) for b in bins)
            assert total == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("cost", [INFORMATION, MODL, VARIANCE])
def test_without_rules_it_is_the_plain_programme(cost):
    cumulative, _ = random_table(5, cost, 2)
    expected, ends = optimal_partitions(cumulative, 5, 2.0, cost)
    costs, cuts = constrained_partitions(cumulative, 5, 2.0, cost)
    np.testing.assert_array_equal(costs, expected)
    np.testing.assert_array_equal(cuts, ends)
    for sign in (1, -1):
        expected, _ = monotone_partitions(cumulative, 5, 2.0, cost, sign)
        costs, _ = constrained_partitions(cumulative, 5, 2.0, cost, shape=sign)
        np.testing.assert_array_equal(costs, expected)
