"""The information curve: closed forms, invariances, and local minima that it does not end in."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.optimize import minimize_scalar
from sklearn.exceptions import ConvergenceWarning

from skinfo.cluster import _curve_solver, critical_beta, information_curve
from skinfo.cluster._soft import iterate_soft
from skinfo.measures import entropy, mutual_information

# Few, but over the whole curve of most tables here.
BETAS = [1.0, 2.0, 4.0, 8.0, 16.0]


def binary_entropy(p):
    return float(entropy([p, 1 - p]))


def make_counts(seed, n_rows=15, n_columns=5, mean=4.0):
    rng = np.random.default_rng(seed)
    rates = rng.dirichlet(np.full(n_columns, 0.3), n_rows) * n_columns * mean
    counts = rng.poisson(rates).astype(np.float64)
    counts[0, 0] += 1
    return counts


def cost(curve):
    return curve.compression - curve.betas * curve.relevance


def flip(d):
    return np.array([[1 - d, d], [d, 1 - d]]) / 2


@pytest.mark.parametrize("d", [0.01, 0.1, 0.3])
def test_binary_symmetric_channel(d):
    # Mrs Gerber's lemma: with H(X|T) = h(a), H(Y|T) is at least h(a * d), a * d = a (1 - d) +
    # (1 - a) d, and T = X flipped with probability a reaches it. So R = 1 - h(a) gives
    # I_Y = 1 - h(a * d), and beta picks the a where R - beta I_Y is least.
    curve = information_curve(flip(d))
    assert curve.betas[0] == pytest.approx(1 / (1 - 2 * d) ** 2, rel=1e-9)
    for beta, rate, relevance in zip(curve.betas, curve.compression, curve.relevance, strict=True):

        def point(a):
            return 1 - binary_entropy(a), 1 - binary_entropy(a * (1 - d) + (1 - a) * d)

        def lagrangian(a, beta=beta):
            rate, relevance = point(a)
            return rate - beta * relevance

        best = minimize_scalar(
            lagrangian, bounds=(0, 0.5), method="bounded", options={"xatol": 1e-12}
        )
        assert rate - beta * relevance == pytest.approx(min(best.fun, 0), abs=1e-8)
        # Whatever the beta, the point is on the curve.
        low, high = 0.0, 0.5
        for _ in range(60):
            a = (low + high) / 2
            low, high = (a, high) if point(a)[0] > rate else (low, a)
        assert relevance == pytest.approx(point(low)[1], abs=1e-6)
    assert curve.relevance[-1] > 0.998 * curve.mutual_information
    assert curve.entropy == pytest.approx(1)


def test_erasure_channel():
    # Y is X, or lost with probability e: T - X - Y, so I(T;Y) = (1 - e) I(T;X) for every T. The
    # curve is a line, and the objective knows its ends only, apart at beta = 1 / (1 - e).
    e = 0.3
    table = np.array([[1 - e, 0, e], [0, 1 - e, e]])
    curve = information_curve(table, betas=[1.4, 1.5, 10])
    np.testing.assert_allclose(curve.compression, [0, 1, 1], atol=1e-6)
    np.testing.assert_allclose(curve.relevance, [0, 0.7, 0.7], atol=1e-6)
    np.testing.assert_allclose(curve.relevance_at([0.2, 0.5, 2]), [0.14, 0.35, 0.7], atol=1e-6)
    assert critical_beta(table) == pytest.approx(1 / (1 - e), rel=1e-9)


def test_gaussian():
    # Chechik et al. 2005: for correlation r, I_Y = -1/2 log2(r^2 2^(-2R) + 1 - r^2), and the
    # critical beta is 1 / r^2. Sums over a grid of smooth densities are integrals to many digits.
    r, grid = 0.8, np.arange(-5.1, 5.11, 0.3)
    x, y = grid[:, None], grid
    density = np.exp(-(x**2 - 2 * r * x * y + y**2) / (2 * (1 - r**2)))
    curve = information_curve(density, betas=[1.7, 2, 2.5, 3, 4, 6, 10])
    exact = -np.log2(r**2 * 4**-curve.compression + 1 - r**2) / 2
    np.testing.assert_allclose(curve.relevance, exact, atol=1e-3)
    # Its slope there is 1 / beta, which gives 4^-R = (1 - r^2) / (r^2 (beta - 1)).
    rates = -np.log2((1 - r**2) / (r**2 * (curve.betas - 1))) / 2
    np.testing.assert_allclose(curve.compression, rates, atol=0.02)
    assert critical_beta(density) == pytest.approx(1 / r**2, rel=1e-4)


def test_function_of_x():
    # With y = f(x), I(T;Y) <= I(T;X), and T = Y reaches (H(Y), H(Y)): for every beta above one
    # that is best, and nothing below (Kolchinsky et al. 2019).
    table = np.array([[3, 0, 0], [1, 0, 0], [0, 2, 0], [0, 0, 1], [0, 0, 1]])
    h_y = float(entropy([4, 2, 2], normalize=True))
    curve = information_curve(table, betas=[0.9, 1.1, 5])
    np.testing.assert_allclose(curve.compression, [0, h_y, h_y], atol=1e-6)
    np.testing.assert_allclose(curve.relevance, [0, h_y, h_y], atol=1e-6)
    np.testing.assert_allclose(curve.n_clusters, [1, 3, 3])
    np.testing.assert_allclose(curve.relevance_at([0.3, 1.0]), [0.3, 1.0], atol=1e-6)
    assert critical_beta(table) == pytest.approx(1, rel=1e-9)
    assert np.all(information_curve(table).relevance_at([0.3, 1.0]) > [0.2999, 0.9999])


def test_independent():
    table = np.outer([1, 2, 3], [1, 4])
    assert critical_beta(table) == math.inf
    for betas in (None, [1, 100]):
        curve = information_curve(table, betas=betas)
        assert not curve.compression.any()
        assert not curve.relevance.any()
        assert curve.hull() == (pytest.approx([0]), pytest.approx([0]))


@pytest.mark.parametrize(("beta", "relevance"), [(3.955, 7.5e-4), (3.9599, 1.65e-3)])
def test_curve_leaves_the_origin_where_growth_is_slow(beta, relevance):
    # Before the local onset, 3.96: a new cluster grows by 1e-5 a step or so.
    curve = information_curve([[10, 40], [35, 15]], betas=[3.95, beta])
    assert curve.relevance[0] == 0
    assert curve.relevance[1] == pytest.approx(relevance, rel=0.01)
    assert cost(curve)[1] < 0


def trivial_until_local_onset(table, betas, n_clusters):
    """Forward annealing: each beta starts next to where the last one ended."""
    joint = table / table.sum()
    encoder = np.full((len(table), n_clusters), 1 / n_clusters)
    rng = np.random.default_rng(0)
    values = []
    for beta in betas:
        start = encoder * rng.uniform(0.99, 1.01, encoder.shape)
        result = iterate_soft(
            joint,
            n_clusters,
            beta,
            start=start / start.sum(axis=1, keepdims=True),
            hard=False,
            max_iter=10_000,
            tol=1e-10,
        )
        encoder = result.encoder
        values.append(result.objective / math.log(2))
    return np.array(values)


def test_forward_annealing_is_trapped_where_the_curve_is_not():
    table = np.array([[100.0, 1.0], [5.0, 1.0]])
    rho = np.linalg.svd(table / np.sqrt(np.outer([101, 6], [105, 2])))[1][1]
    onset = critical_beta(table)
    betas = np.linspace(onset, 1 / rho**2, 6)[1:-1]
    curve = information_curve(table, betas=betas)
    annealed = trivial_until_local_onset(table, betas, 2)
    np.testing.assert_allclose(annealed, 0, atol=1e-7)
    assert np.all(cost(curve) < -1e-6)
    assert np.all(np.diff(cost(curve)) < 0)


def test_no_cold_start_is_better():
    table = make_counts(1, n_rows=40, n_columns=6)
    table = table[table.sum(axis=1) > 0]
    joint = table / table.sum()
    betas = [1.5, 2, 3, 5, 8, 20]
    best = cost(information_curve(table, betas=betas))
    rng = np.random.default_rng(0)
    cold = np.array(
        [
            [
                iterate_soft(
                    joint,
                    20,
                    beta,
                    start=rng.dirichlet(np.full(20, 0.1), len(table)),
                    hard=False,
                    max_iter=3000,
                    tol=1e-7,
                ).objective
                / math.log(2)
                for beta in betas
            ]
            for _ in range(10)
        ]
    )
    assert np.all(best <= cold.min(axis=0) + 1e-6)
    assert np.any(best < cold.min(axis=0) - 1e-3)


# They hold of every point that is reached, also where a descent had not ended, as with seed 259.
@pytest.mark.filterwarnings("ignore:max_iter=10000 ended:sklearn.exceptions.ConvergenceWarning")
@settings(max_examples=25, deadline=None)
@example(seed=259, n_clusters=None)
@given(seed=st.integers(0, 10**6), n_clusters=st.sampled_from([None, 2, 5]))
def test_inequalities(seed, n_clusters):
    table = make_counts(seed)
    curve = information_curve(table, betas=BETAS, n_clusters=n_clusters, random_state=0)
    rate, relevance = curve.compression, curve.relevance
    # Data processing, and the curve is nondecreasing.
    assert np.all(relevance <= np.minimum(rate, curve.mutual_information) + 1e-9)
    assert np.all(rate <= curve.entropy + 1e-9)
    assert np.all(np.diff(rate) >= 0)
    assert np.all(np.diff(relevance) >= 0)
    assert np.all(curve.n_clusters <= (n_clusters or 15))
    # No point is below the line of another: each is on the concave hull.
    lines = rate - np.multiply.outer(curve.betas, relevance)
    assert np.all(np.diag(lines) <= lines.min(axis=1) + 1e-12)
    corner_rate, corner_relevance = curve.hull()
    slopes = np.diff(corner_relevance) / np.diff(corner_rate)
    assert np.all(np.diff(slopes) < 0)
    np.testing.assert_allclose(curve.relevance_at(rate), relevance, atol=1e-9)
    assert curve.mutual_information == pytest.approx(
        float(mutual_information(table, normalize=True)), abs=1e-9
    )


def test_encoders_reach_the_points():
    table = make_counts(2)
    table[4] = 0
    curve = information_curve(table, betas=BETAS)
    for i, encoder in enumerate(curve.encoders):
        assert encoder.shape == (15, curve.n_clusters[i])
        np.testing.assert_allclose(encoder.sum(axis=1), 1, rtol=1e-12)
        p_tx = encoder * table.sum(axis=1, keepdims=True)
        rate, relevance = (
            float(mutual_information(p, normalize=True)) for p in (p_tx, encoder.T @ table)
        )
        assert curve.compression[i] == pytest.approx(rate, abs=1e-9)
        assert curve.relevance[i] == pytest.approx(relevance, abs=1e-9)
        # A row without weight is given those of the clusters.
        np.testing.assert_allclose(encoder[4], p_tx.sum(axis=0) / table.sum(), rtol=1e-9)


def assert_same(curve, other, atol=0.0):
    for name in ("betas", "compression", "relevance", "mutual_information", "entropy"):
        np.testing.assert_allclose(
            getattr(other, name), getattr(curve, name), rtol=0, atol=atol, err_msg=name
        )


@pytest.mark.parametrize("n_clusters", [None, 4])
def test_order_and_repetition_of_rows_do_not_matter(n_clusters):
    table = make_counts(3)
    weight = np.random.default_rng(0).integers(0, 4, 15)
    curve = information_curve(table, sample_weight=weight, n_clusters=n_clusters, random_state=0)
    rows = np.repeat(np.arange(15), weight)
    np.random.default_rng(1).shuffle(rows)
    other = information_curve(table[rows], n_clusters=n_clusters, random_state=0)
    assert_same(curve, other)
    np.testing.assert_array_equal(other.encoders[9], curve.encoders[9][rows])


def test_order_of_columns_does_not_matter():
    table = make_counts(4)
    curve = information_curve(table)
    other = information_curve(table[:, [3, 1, 0, 4, 2]])
    assert_same(curve, other, atol=1e-4)
    np.testing.assert_allclose(cost(other), cost(curve), atol=1e-7)


@pytest.mark.parametrize(
    "container",
    [
        lambda X: X.tolist(),
        pd.DataFrame,
        sparse.csr_matrix,
        sparse.csc_array,
        np.asfortranarray,
        lambda X: (1000 * X).astype(int),
    ],
)
def test_containers(container):
    table = make_counts(5)
    curve = information_curve(table, betas=BETAS)
    assert_same(curve, information_curve(container(table), betas=BETAS), atol=1e-12)


def test_sparse_tables():
    # Few of the cells are filled, so that the table is worked on as CSR: two blocks of rows, with
    # columns of their own, are one bit.
    rng = np.random.default_rng(0)
    counts = np.zeros((40, 60))
    counts[:20, :30] = rng.random((20, 30)) < 0.2
    counts[20:, 30:] = rng.random((20, 30)) < 0.2
    counts[:, [0, 30]] += 1 / 8 * np.repeat(np.eye(2), 20, axis=0)
    counts /= counts.sum(axis=1, keepdims=True)
    curve = information_curve(sparse.csr_array(counts), betas=[1.2], n_clusters=2, random_state=0)
    assert curve.compression[0] == pytest.approx(1, abs=1e-2)
    assert curve.relevance[0] == pytest.approx(1, abs=1e-2)


def test_threads_do_not_matter():
    table = make_counts(6, n_rows=30)
    one, two = (
        information_curve(table, betas=BETAS, n_clusters=4, random_state=0, n_jobs=n)
        for n in (1, 2)
    )
    assert_same(one, two)


def test_units():
    bits, nats = (information_curve(flip(0.1), betas=[2, 5], base=base) for base in (2, math.e))
    for name in ("compression", "relevance", "mutual_information", "entropy"):
        np.testing.assert_allclose(
            getattr(nats, name), np.multiply(getattr(bits, name), math.log(2)), rtol=1e-12
        )


def test_one_row_or_one_column():
    for table in ([[1, 2, 3]], [[1], [2]]):
        curve = information_curve(table)
        np.testing.assert_array_equal(curve.compression, [0])
        assert curve.mutual_information == pytest.approx(0, abs=1e-15)


def test_betas_are_sorted():
    curve = information_curve(flip(0.1), betas=[5, 2])
    np.testing.assert_array_equal(curve.betas, [2, 5])


def test_unfinished_descents_are_told():
    with pytest.warns(ConvergenceWarning, match="max_iter=2 ended the descent for 1 of 2 betas"):
        information_curve(make_counts(7), betas=[0.5, 4], max_iter=2, tol=0)


@pytest.mark.parametrize("betas", [[], [1, 0], [-1], [math.inf], [math.nan]])
def test_bad_betas(betas):
    with pytest.raises(ValueError, match="betas must be positive finite numbers, got"):
        information_curve(flip(0.1), betas=betas)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ([[1, -1], [1, 1]], "Negative values in data"),
        ([[0, 0], [0, 0]], "X must have a positive entry"),
        ([[1, math.nan], [1, 1]], "Input X contains NaN"),
        ([[1, math.inf], [1, 1]], "Input X contains infinity"),
        ([1, 2], "Expected 2D array"),
    ],
)
@pytest.mark.parametrize("function", [information_curve, critical_beta])
def test_bad_tables(function, table, message):
    with pytest.raises(ValueError, match=message):
        function(table)


@pytest.mark.parametrize("function", [information_curve, critical_beta])
def test_bad_weights(function):
    with pytest.raises(ValueError, match="sample_weight must have a positive entry"):
        function(flip(0.1), sample_weight=[0, 0])


def test_bad_parameters():
    with pytest.raises(ValueError, match="'n_clusters' parameter"):
        information_curve(flip(0.1), n_clusters=0)
    with pytest.raises(ValueError, match="base must be"):
        information_curve(flip(0.1), base=1)


def test_a_row_of_next_to_no_mass():
    # Its own cluster dies; warnings are errors here.
    curve = information_curve(
        [[1e15, 2e15, 3.0], [3e15, 1e15, 1.0], [0.1, 0.2, 0.6]], betas=[5, 90]
    )
    assert np.isfinite(curve.compression).all()
    for encoder in curve.encoders:
        np.testing.assert_allclose(encoder.sum(axis=1), 1, rtol=1e-12)


def test_verbose_prints_a_line_for_each_pass(capsys):
    table = [[45, 5], [5, 45], [25, 25]]
    quiet = information_curve(table, random_state=0)
    assert capsys.readouterr().out == ""
    curve = information_curve(table, random_state=0, verbose=True)
    *lines, done = capsys.readouterr().out.splitlines()
    assert done.startswith("[information_curve] done, ")
    assert [line.split(":")[0] for line in lines] == [
        f"[information_curve] pass {i}" for i in range(1, len(lines) + 1)
    ]
    # The last pass is the one that found nothing more.
    assert ": 0 of 32 betas improved" in lines[-1]
    np.testing.assert_array_equal(curve.relevance, quiet.relevance)


@pytest.mark.parametrize("container", [np.asarray, sparse.csr_array])
def test_clusters_of_large_tables_start_from_few_rows(container, monkeypatch):
    counts = make_counts(0, n_rows=40)
    expected = information_curve(counts, betas=BETAS)
    monkeypatch.setattr(_curve_solver, "MAX_SEEDS", 8)
    curve = information_curve(container(counts), betas=BETAS)
    np.testing.assert_allclose(cost(curve), cost(expected), rtol=1e-3)
