"""The soft and the deterministic bottleneck for one beta."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from skinfo._kernels._growth import grow_clusters
from skinfo._kernels._soft import Descent, descend
from skinfo.cluster._soft import conditional_table, iterate_soft
from skinfo.measures import entropy, mutual_information

FLIP = np.array([[0.45, 0.05], [0.05, 0.45]])


def make_joint(seed, n_rows=12, n_columns=5, concentration=0.5):
    rng = np.random.default_rng(seed)
    rows = rng.dirichlet(np.full(n_columns, concentration), n_rows)
    return rows * rng.dirichlet(np.full(n_rows, 3.0))[:, None]


def make_start(seed, n_rows, n_clusters):
    return np.random.default_rng(seed).dirichlet(np.ones(n_clusters), n_rows)


def run(joint, n_clusters, beta, *, hard=False, seed=0, max_iter=10_000, tol=1e-9):
    start = make_start(seed, joint.shape[0], n_clusters)
    return iterate_soft(
        joint, n_clusters, beta, start=start, hard=hard, max_iter=max_iter, tol=tol
    )


def step(joint, encoder, beta):
    """The self-consistent equations, literally, in nats."""
    p_x = joint.sum(axis=1)
    conditional = joint / p_x[:, None]
    weight = p_x @ encoder
    decoder = encoder.T @ joint / weight[:, None]
    divergence = (conditional[:, None] * np.log(conditional[:, None] / decoder)).sum(axis=2)
    unnormalised = weight * np.exp(-beta * divergence)
    return unnormalised / unnormalised.sum(axis=1, keepdims=True)


def objective(joint, encoder, beta, hard=False):
    """I(T;X) or H(T), less beta I(T;Y), in nats."""
    p_tx = encoder * joint.sum(axis=1)[:, None]
    cost = (
        entropy(p_tx.sum(axis=0), base=math.e) if hard else mutual_information(p_tx, base=math.e)
    )
    return float(cost - beta * mutual_information(encoder.T @ joint, base=math.e))


@pytest.mark.parametrize("beta", [0.5, 3.0, 10.0])
def test_result_solves_the_self_consistent_equations(beta):
    joint = make_joint(0)
    result = run(joint, 4, beta, tol=1e-11)
    np.testing.assert_allclose(step(joint, result.encoder, beta), result.encoder, atol=1e-8)
    np.testing.assert_allclose(result.encoder.sum(axis=1), 1, rtol=1e-12)
    assert result.objective == pytest.approx(objective(joint, result.encoder, beta), abs=1e-12)


def test_one_step_is_the_equation():
    joint, beta = make_joint(1), 4.0
    start = make_start(0, 12, 3)
    result = iterate_soft(joint, 3, beta, start=start, hard=False, max_iter=1, tol=0.0)
    np.testing.assert_allclose(result.encoder, step(joint, start, beta), rtol=1e-10)
    assert result.n_iter == 1


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    beta=st.floats(0.1, 100),
    n_clusters=st.integers(1, 8),
    is_sparse=st.booleans(),
)
def test_energy_never_rises(seed, beta, n_clusters, is_sparse):
    joint = make_joint(seed, concentration=0.2)
    table = conditional_table(sparse.csr_array(joint) if is_sparse else joint)
    decoder = make_start(seed, 12, n_clusters).T @ joint
    descent = Descent(table.factor, table.p_x, beta, 1e-10, decoder, 500)
    descend(descent, 500)
    shares = np.asarray(descent.joint)
    energies = np.asarray(descent.energies)[: descent.n_accepted]
    assert np.all(np.diff(energies) <= 1e-13 * np.abs(energies[1:]))
    # The energy bounds the objective, but for the constant beta H(Y).
    found = objective(joint, shares.T / table.p_x[:, None], beta)
    h_y = float(entropy(joint.sum(axis=0), base=math.e))
    assert found + beta * h_y <= energies[-1] + 1e-12 * (1 + beta)


def test_extrapolation_saves_steps_next_to_the_critical_beta():
    # Plain steps contract by beta_c / beta or so: 1 per cent above beta_c = 1 / 0.8^2 they take
    # thousands.
    beta = 1.01 / 0.64
    result = run(FLIP, 2, beta, tol=1e-10)
    encoder, n_plain = make_start(0, 2, 2), 0
    for n_plain in range(1, 20_000):  # noqa: B007, since it is compared below
        before, encoder = encoder, step(FLIP, encoder, beta)
        if abs(encoder - before).max() < 1e-10:
            break
    assert result.objective == pytest.approx(objective(FLIP, encoder, beta), abs=1e-12)
    assert 30 * result.n_iter < n_plain


def test_sparse_is_dense():
    joint = make_joint(3, n_rows=30, concentration=0.1)
    joint[joint < 1e-4] = 0
    joint /= joint.sum()
    for hard in (False, True):
        dense, other = (
            run(joint, 5, 8.0, hard=hard),
            run(sparse.csr_array(joint), 5, 8.0, hard=hard),
        )
        np.testing.assert_allclose(other.encoder, dense.encoder, atol=1e-6)
        assert other.objective == pytest.approx(dense.objective, abs=1e-9)


def test_empty_clusters_stay_empty():
    joint = make_joint(4)
    start = np.zeros((12, 5))
    start[:, [0, 3]] = make_start(0, 12, 2)
    for hard in (False, True):
        result = iterate_soft(joint, 5, 5.0, start=start, hard=hard, max_iter=100, tol=1e-8)
        assert not result.encoder[:, [1, 2, 4]].any()
        np.testing.assert_allclose(result.encoder.sum(axis=1), 1, rtol=1e-12)


def test_below_the_critical_beta_nothing_is_kept():
    result = run(FLIP, 2, 1.5, tol=1e-12)
    np.testing.assert_allclose(result.encoder[0], result.encoder[1], atol=1e-8)
    assert abs(result.objective) < 1e-14


def partitions(n_rows, n_clusters):
    for labels in itertools.product(range(n_clusters), repeat=n_rows):
        if all(label <= max(labels[:i], default=-1) + 1 for i, label in enumerate(labels)):
            yield np.eye(n_clusters)[list(labels)]


@pytest.mark.parametrize("beta", [1.5, 4.0, 30.0])
def test_hard_clusters_of_the_best_start_are_the_best_partition(beta):
    joint = make_joint(5, n_rows=6, n_columns=3)
    least = min(objective(joint, encoder, beta, hard=True) for encoder in partitions(6, 6))
    found = [run(joint, 6, beta, hard=True, seed=seed) for seed in range(20)]
    assert min(result.objective for result in found) == pytest.approx(least, abs=1e-12)
    for result in found:
        assert set(np.unique(result.encoder)) <= {0.0, 1.0}
        assert result.objective == pytest.approx(
            objective(joint, result.encoder, beta, hard=True), abs=1e-12
        )


def test_hard_objective_falls_step_by_step():
    joint = make_joint(6, n_rows=60, n_columns=6)
    values = [run(joint, 20, 3.0, hard=True, max_iter=m).objective for m in range(1, 40)]
    assert np.all(np.diff(values) <= 1e-12)
    assert values[-1] < values[0] - 0.01
    assert run(joint, 20, 3.0, hard=True).n_iter < 40


def test_hard_clusters_are_merged():
    # Worth little at beta = 1.2: two clusters cost more than they say, one costs nothing.
    result = iterate_soft(FLIP, 2, 1.2, start=np.eye(2), hard=True, max_iter=100, tol=1e-8)
    # H(T) - 1.2 I(T;Y) = ln 2 (1 - 1.2 x 0.531) > 0 if kept apart.
    assert result.objective == pytest.approx(0, abs=1e-15)
    assert result.encoder.any(axis=0).sum() == 1


def test_growth_of_a_new_cluster_is_its_definition():
    joint, beta = make_joint(7), 4.0
    p_x = joint.sum(axis=1)
    conditional = joint / p_x[:, None]
    p_y = joint.sum(axis=0)
    # One cluster: Z(x) = exp(-beta KL(p(y|x) || p(y))), so
    # g = sum_x p(x) exp(beta sum_y p(y|x) ln q(y) / p(y)).
    new = conditional[:3]
    g = p_x @ np.exp(beta * conditional @ np.log(new / p_y).T)
    table = conditional_table(joint)
    free = beta * conditional @ np.log(p_y)
    growth, reached = grow_clusters(table.factor, table.p_x, free, beta, new)
    np.testing.assert_allclose(growth, np.log(g), rtol=1e-12)
    np.testing.assert_allclose(reached.sum(axis=1), 1, rtol=1e-12)
    for _ in range(20):
        before, (growth, reached) = (
            growth,
            grow_clusters(table.factor, table.p_x, free, beta, reached),
        )
        assert np.all(growth >= before - 1e-15)
