"""The critical beta: brute force, closed forms and local onsets that are later."""

import numpy as np
import pytest
from scipy import sparse
from scipy.optimize import minimize
from scipy.special import rel_entr, softmax

from skinfo.cluster import critical_beta
from skinfo.cluster._critical_beta import _log_mean_exp


def test_critical_beta_is_the_global_onset():
    # eta_KL by brute force over q(x) of two values.
    table = np.array([[100.0, 1.0], [5.0, 1.0]])
    p_x, p_y = table.sum(axis=1) / 107, table.sum(axis=0) / 107
    conditional = table / table.sum(axis=1, keepdims=True)
    q = np.linspace(1e-6, 1 - 1e-6, 200_001)
    q = q[abs(q - p_x[0]) > 1e-3]
    q_x = np.column_stack([q, 1 - q])
    q_y = q_x @ conditional
    ratio = (q_y * np.log(q_y / p_y)).sum(axis=1) / (q_x * np.log(q_x / p_x)).sum(axis=1)
    beta = critical_beta(table)
    assert beta == pytest.approx(1 / ratio.max(), rel=1e-6)
    # The local onset, 1 / rho^2, is later.
    rho = np.linalg.svd(table / 107 / np.sqrt(np.outer(p_x, p_y)))[1][1]
    assert beta < 0.8 / rho**2


def divergences(q, table):
    """KL(q(x) || p(x)) and KL(q(y) || p(y)), in nats, of rows q."""
    p_x, p_y = table.sum(axis=1) / table.sum(), table.sum(axis=0) / table.sum()
    q_y = q @ (table / table.sum(axis=1, keepdims=True))
    return [rel_entr(a, b).sum(axis=1) for a, b in ((q, p_x), (q_y, p_y))]


def least_ratio(table, q):
    """The least KL(q(x) || p(x)) / KL(q(y) || p(y)) of rows q, where digits are left of both."""
    of_x, of_y = divergences(q, table)
    ratio = np.divide(of_x, of_y, out=np.full(len(q), np.inf), where=of_y > 1e-6)
    best = int(ratio.argmin())
    return ratio[best], q[best]


def local_onset(table):
    """1 / rho^2, the limit of the ratio near p."""
    joint = table / table.sum()
    scaled = joint / np.sqrt(np.outer(joint.sum(axis=1), joint.sum(axis=0)))
    return 1 / np.linalg.svd(scaled)[1][1] ** 2


def random_tables(n, shape, seed):
    tables = np.random.default_rng(seed).integers(1, 21, (n, *shape)).astype(np.float64)
    return [table for table in tables if local_onset(table) < 1000]


def test_critical_beta_where_the_ratio_is_flat_near_p():
    # In 40 digits the least ratio is 3.9509, at q = (0.57, 0.43); the limit near p is 3.96.
    table = np.array([[10.0, 40.0], [35.0, 15.0]])
    q = np.linspace(0.55, 0.6, 100_001)
    best, where = least_ratio(table, np.column_stack([q, 1 - q]))
    assert where[0] == pytest.approx(0.57, abs=0.005)
    assert best == pytest.approx(3.9509, abs=5e-5)
    assert critical_beta(table) == pytest.approx(best, rel=1e-9)
    assert local_onset(table) == pytest.approx(3.96, rel=1e-9)


def test_critical_beta_of_random_tables_of_two_rows():
    # q(x) is one number: a grid, refined where the ratio is least.
    tables, late = random_tables(200, (2, 2), 0), 0
    for table in tables:
        q = np.linspace(1e-9, 1 - 1e-9, 4001)
        for _ in range(3):
            best, where = least_ratio(table, np.column_stack([q, 1 - q]))
            step = q[1] - q[0]
            q = np.clip(where[0] + np.linspace(-step, step, 401), 1e-9, 1 - 1e-9)
        found, local = critical_beta(table), local_onset(table)
        assert found <= min(best, local) * (1 + 1e-9)
        if best < local * (1 - 1e-6):
            assert found == pytest.approx(best, rel=1e-7)
        late += local > found * (1 + 1e-4)
    # Where the local onset is taken for it, most are late.
    assert late > len(tables) / 2


def test_critical_beta_of_random_tables_of_three_rows():
    # A grid over all q(x), and from its best point a simplex search, which knows no gradient.
    grid = np.linspace(0, 1, 101)
    corners = np.stack(np.meshgrid(grid, grid), axis=-1).reshape(-1, 2)
    corners = np.column_stack([corners, 1 - corners.sum(axis=1)])
    corners = corners[corners[:, 2] >= 0]
    for table in random_tables(100, (3, 4), 1):
        best, where = least_ratio(table, corners)

        def ratio(logs, table=table):
            return least_ratio(table, softmax(logs)[None])[0]

        start = np.log(np.maximum(where, 1e-6))
        options = {"xatol": 1e-7, "fatol": 1e-12, "maxiter": 2000}
        best = min(best, minimize(ratio, start, method="Nelder-Mead", options=options).fun)
        found, local = critical_beta(table), local_onset(table)
        assert found <= min(best, local) * (1 + 1e-9)
        if best < local * (1 - 1e-5):
            assert found == pytest.approx(best, rel=1e-7)


LARGE = {
    "more rows": np.random.default_rng(0).poisson(1.0, (60, 30)),
    "more columns": np.random.default_rng(1).poisson(1.0, (20, 80)),
    "sparse": sparse.csr_array(np.random.default_rng(2).poisson(0.1, (50, 40)).astype(float)),
    "blocks": np.kron(np.eye(9), np.ones((2, 2))) + np.eye(18),
}


@pytest.mark.parametrize("name", LARGE)
def test_critical_beta_of_large_tables_is_that_of_small_ones(name, monkeypatch):
    """Singular vectors of large tables are found by iteration."""
    directly = critical_beta(LARGE[name])
    monkeypatch.setattr("skinfo.cluster._critical_beta.MAX_DIRECT_WORK", 0)
    assert critical_beta(LARGE[name]) == pytest.approx(directly, rel=1e-7)


def test_critical_beta_where_the_iteration_does_not_converge(monkeypatch):
    directly = critical_beta(LARGE["more rows"])
    monkeypatch.setattr("skinfo.cluster._critical_beta.MAX_DIRECT_WORK", 0)
    monkeypatch.setattr("skinfo.cluster._critical_beta.MAX_RESTARTS", 1)
    assert critical_beta(LARGE["more rows"]) == directly


def test_critical_beta_is_never_below_one():
    # eta_KL is 1 where a column belongs to one row, by the data processing inequality no more.
    assert critical_beta([[1e-12, 1.0], [1e12, 0.0]]) == 1.0


@pytest.mark.parametrize(
    "table",
    [[[2.0, 1.0], [2e-24, 0.0]], [[1e12, 1e-12], [1.0, 1e-12]], [[1e12, 1.0], [1e-12, 1e-12]]],
)
def test_rows_of_hardly_any_weight_give_a_number(table):
    assert 1.0 <= critical_beta(table) <= np.inf


def test_infinite_cells_of_both_signs_are_refused():
    with pytest.raises(ValueError, match="contains infinity"):
        critical_beta([[np.inf, -np.inf], [1.0, 2.0]])


@pytest.mark.parametrize(
    ("logs", "weights", "expected"),
    [
        # ln(1e-20 + (1 - 1e-20) exp(-800))
        ([0.0, -800.0], [1e-20, 1.0], -20 * np.log(10)),
        ([-900.0, -900.0], [0.5, 0.5], -900.0),
        ([900.0, 0.0], [0.25, 0.75], 900 - np.log(4)),
        # Of small logs their mean, plus half their variance.
        ([1e-9, -1e-9], [0.5, 0.5], 5e-19),
    ],
)
def test_log_mean_exp(logs, weights, expected):
    assert _log_mean_exp(np.array(logs), np.array(weights)) == pytest.approx(expected, rel=1e-12)
