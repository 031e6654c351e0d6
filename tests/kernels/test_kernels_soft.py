"""Kernels of the soft bottleneck."""

import numpy as np
import pytest
from scipy import sparse

from skinfo._kernels._growth import grow_clusters
from skinfo._kernels._matmul import RowMatrix
from skinfo._kernels._soft import TINY, Descent, decoder_logs, descend, mutual_information
from skinfo.measures import mutual_information as measured_information

# One row, column or cluster takes other routines of BLAS than several.
SHAPES = [(1, 1, 1), (1, 6, 1), (1, 6, 3), (7, 1, 1), (7, 1, 3), (40, 6, 1), (40, 6, 3)]


def make_rows(n_rows, n_columns, seed=0):
    """Return p(y|x), some of it zero, and p(x)."""
    rng = np.random.default_rng(seed)
    rows = rng.dirichlet(np.full(n_columns, 0.5), n_rows)
    rows[(rows < 0.05) & (rows < rows.max(axis=1, keepdims=True))] = 0
    return rows / rows.sum(axis=1, keepdims=True), rng.dirichlet(np.full(n_rows, 3.0))


def make_decoder(rows, mass, n_clusters, seed=0):
    """Return q(t, y), nowhere zero."""
    encoder = np.random.default_rng(seed).dirichlet(np.ones(n_clusters), len(mass))
    return encoder.T @ (mass[:, None] * (0.9 * rows + 0.1 / rows.shape[1]))


@pytest.mark.parametrize("container", [np.asarray, sparse.csr_array])
@pytest.mark.parametrize(("n_rows", "n_columns", "n_clusters"), SHAPES)
def test_a_step_is_the_equation(container, n_rows, n_columns, n_clusters):
    rows, mass = make_rows(n_rows, n_columns)
    start, beta = make_decoder(rows, mass, n_clusters), 3.0
    descent = Descent(RowMatrix(container(rows)), mass, beta, 0.0, start, 1)
    assert descend(descent, 1)
    weight = start.sum(axis=1)
    shares = weight[:, None] * np.exp(beta * np.log(start / weight[:, None]) @ rows.T)
    partition = shares.sum(axis=0)
    np.testing.assert_allclose(descent.joint, mass * shares / partition, rtol=1e-12)
    np.testing.assert_allclose(descent.energies, [-mass @ np.log(partition)], atol=1e-14)


@pytest.mark.parametrize("container", [np.asarray, sparse.csr_array])
@pytest.mark.parametrize(("n_rows", "n_columns", "n_new"), SHAPES)
def test_growth_is_the_equation(container, n_rows, n_columns, n_new):
    rows, mass = make_rows(n_rows, n_columns)
    start, beta = make_decoder(rows, mass, n_new), 3.0
    free = np.random.default_rng(1).normal(size=n_rows)
    growth, clusters = grow_clusters(RowMatrix(container(rows)), mass, free, beta, start)
    shares = mass * np.exp(beta * np.log(start) @ rows.T - free)
    np.testing.assert_allclose(growth, np.log(shares.sum(axis=1)), rtol=1e-12)
    reached = shares @ rows / shares.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(clusters, reached, rtol=1e-12)


@pytest.mark.parametrize("container", [np.asarray, sparse.csr_array])
@pytest.mark.parametrize("beta", [2.2, 4.0, 50.0])
def test_a_descent_ends_where_plain_steps_do(container, beta):
    rows, mass = make_rows(12, 5)
    start = decoder = make_decoder(rows, mass, 3)
    energies = []
    while len(energies) < 2 or energies[-2] - energies[-1] > 1e-15:
        weight = decoder.sum(axis=1)
        with np.errstate(divide="ignore", under="ignore"):
            log_decoder = np.log(np.maximum(decoder / weight[:, None], 1e-300))
        shares = weight[:, None] * np.exp(beta * log_decoder @ rows.T)
        energies.append(-mass @ np.log(shares.sum(axis=0)))
        joint = mass * shares / shares.sum(axis=0)
        decoder = joint @ rows
    descent = Descent(RowMatrix(container(rows)), mass, beta, 1e-9, start, 2000)
    while not descend(descent, 50):
        pass
    found = np.asarray(descent.energies)[: descent.n_accepted]
    assert descent.n_iter < 20 + len(energies) // 4
    assert np.diff(found).max() < 1e-12
    assert found[-1] == pytest.approx(energies[-1], abs=1e-10)
    np.testing.assert_allclose(descent.joint, joint, atol=1e-4)


@pytest.mark.parametrize("container", [np.asarray, sparse.csr_array])
def test_how_often_a_descent_is_continued_changes_nothing(container):
    rows, mass = make_rows(60, 8)
    start = make_decoder(rows, mass, 5)
    factor = RowMatrix(container(rows))
    whole = Descent(factor, mass, 6.0, 1e-9, start, 400)
    assert descend(whole, 1000)
    parts = Descent(factor, mass, 6.0, 1e-9, start, 400)
    while not descend(parts, 3):
        pass
    assert parts.n_iter == whole.n_iter
    assert parts.n_accepted == whole.n_accepted
    np.testing.assert_array_equal(parts.joint, whole.joint)
    # What has ended stays as it is once all steps are made.
    spent = Descent(factor, mass, 6.0, 0.0, start, 10)
    assert descend(spent, 10)
    joint = np.array(spent.joint)
    assert descend(spent, 10)
    assert spent.n_iter == 10
    np.testing.assert_array_equal(spent.joint, joint)


def test_arrays_that_must_not_be_written_to():
    rows, mass = make_rows(30, 6)
    start = make_decoder(rows, mass, 3)
    free = np.zeros(30)
    for array in (rows, mass, start, free):
        array.flags.writeable = False
    found = []
    for table in (rows, sparse.csr_array(rows)):
        descent = Descent(RowMatrix(table), mass, 4.0, 1e-9, start, 50)
        descend(descent, 50)
        growth, clusters = grow_clusters(RowMatrix(table), mass, free, 4.0, start)
        found.append((np.asarray(descent.joint), growth, clusters))
    for dense, other in zip(*found, strict=True):
        np.testing.assert_allclose(other, dense, rtol=1e-9, atol=1e-12)
    assert np.isfinite(mutual_information(start, start.sum(axis=0)))


def test_logs_of_a_decoder():
    decoder = np.array([[0.2, 0.0, 0.3], [0.5, 0.0, 0.0], [0.0, 0.0, 0.0]])
    logs, log_weights = decoder_logs(np.sqrt(decoder), 2.0)
    np.testing.assert_allclose(log_weights, np.log([0.5, 0.5, TINY]), rtol=1e-12)
    np.testing.assert_allclose(logs[0, [0, 2]], 2.0 * np.log([0.4, 0.6]), rtol=1e-12)
    assert abs(logs[1, 0]) < 1e-15
    # Of zero it is finite, so that zero times it is zero.
    assert np.all(logs[decoder == 0] == logs[2, 2])
    assert -np.inf < logs[2, 2] < -1e100


@pytest.mark.parametrize("order", ["C", "F"])
def test_mutual_information(order):
    joint = np.random.default_rng(0).dirichlet(np.full(35, 0.3)).reshape(5, 7)
    joint[joint < 0.01] = 0
    joint /= joint.sum()
    expected = measured_information(joint, base=np.e)
    found = mutual_information(np.asarray(joint, order=order), joint.sum(axis=0))
    assert found == pytest.approx(expected, rel=1e-12)
    independent = np.outer([0.3, 0.7], [0.1, 0.9])
    assert 0 <= mutual_information(independent, independent.sum(axis=0)) < 1e-15


def test_sizes_beyond_those_of_blas():
    with pytest.raises(OverflowError, match="2147483648"):
        RowMatrix(np.broadcast_to(0.0, (2**31, 1)))


def test_a_descent_ends_where_nothing_is_left_to_gain():
    # The tolerance is out of reach: what ends it is that energies do not fall any more.
    rows, mass = make_rows(60, 8)
    start = make_decoder(rows, mass, 5)
    descent = Descent(RowMatrix(rows), mass, 2.0, 1e-300, start, 20_000)
    assert descend(descent, 20_000)
    assert descent.n_iter < 20_000
    longer = Descent(RowMatrix(rows), mass, 2.0, 0.0, start, 2 * descent.n_iter)
    assert descend(longer, 2 * descent.n_iter)
    reached = descent.energies[descent.n_accepted - 1]
    assert reached == pytest.approx(longer.energies[longer.n_accepted - 1], abs=1e-9)


def test_more_rows_than_are_normed_at_once():
    rows, mass = make_rows(1300, 4)
    start = make_decoder(rows, mass, 3)
    descent = Descent(RowMatrix(rows), mass, 3.0, 0.0, start, 1)
    assert descend(descent, 1)
    weight = start.sum(axis=1)
    shares = weight[:, None] * np.exp(3.0 * np.log(start / weight[:, None]) @ rows.T)
    np.testing.assert_allclose(descent.joint, mass * shares / shares.sum(axis=0), rtol=1e-12)
