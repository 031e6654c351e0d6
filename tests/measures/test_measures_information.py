import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from measures_cases import KNOWN, QUICK, distributions, exact, exact_kl, joints, relative_error
from sklearn.metrics import normalized_mutual_info_score

from skinfo.measures import (
    conditional_entropy,
    conditional_mutual_information,
    dual_total_correlation,
    entropy,
    interaction_information,
    joint_entropy,
    kl_divergence,
    mutual_information,
    normalized_mutual_information,
    o_information,
    total_correlation,
    variation_of_information,
)

AVERAGES = ["arithmetic", "geometric", "joint", "max", "min"]


@pytest.fixture
def xor():
    """Two fair coins, and whether they differ."""
    p = np.zeros((2, 2, 2))
    p[[0, 0, 1, 1], [0, 1, 0, 1], [0, 1, 1, 0]] = 0.25
    return p


@pytest.fixture
def copies():
    """A fair coin, three times."""
    p = np.zeros((2, 2, 2))
    p[0, 0, 0] = p[1, 1, 1] = 0.5
    return p


# Closed forms -------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["C&T 4x4 joint I", "C&T 2x2 I", "MI R entropy doc", "BEC(0.3)"])
def test_published_mutual_information(name, xp):
    case = KNOWN[name]
    base = {"bit": 2, "nat": math.e}[case["unit"]]
    p = xp.asarray(case["inputs"]["joint"], dtype=xp.float64)
    assert float(mutual_information(p, base=base)) == pytest.approx(case["expected"], abs=1e-12)


@pytest.mark.parametrize("gate", ["XOR", "AND"])
def test_published_conditional_mutual_information(gate, xp):
    case = KNOWN[f"{gate} I(X;Y|Z)"]
    p = xp.asarray(case["inputs"]["joint"], dtype=xp.float64)
    value = conditional_mutual_information(p)
    assert float(value) == pytest.approx(case["expected"], abs=1e-12)
    swapped = KNOWN[f"{gate} I(X;Z|Y)"]  # the condition moves to the last axis
    value = conditional_mutual_information(xp.permute_dims(p, (0, 2, 1)))
    assert float(value) == pytest.approx(swapped["expected"], abs=1e-12)


@pytest.mark.parametrize("flip", [0.0, 0.01, 0.11, 0.5])
def test_binary_symmetric_channel(flip):
    # I = 1 - H(flip), H(Y|X) = H(flip), for a fair input.
    p = np.array([[1 - flip, flip], [flip, 1 - flip]]) / 2
    h = entropy([flip, 1 - flip])
    assert mutual_information(p) == pytest.approx(1 - h, abs=1e-15)
    assert variation_of_information(p) == pytest.approx(2 * h, abs=1e-15)
    for average in ("arithmetic", "geometric", "max", "min"):  # of 1 bit and 1 bit
        value = normalized_mutual_information(p, average=average)
        assert value == pytest.approx(1 - h, abs=1e-15)
    value = normalized_mutual_information(p, average="joint")
    assert value == pytest.approx((1 - h) / (1 + h), abs=1e-15)


def test_three_variables(xor, copies):
    # Copies: 3 bits apart, 1 together; any pair shares the bit, which Z then gives away.
    assert total_correlation(copies) == pytest.approx(2, rel=1e-15)
    assert dual_total_correlation(copies) == pytest.approx(1, rel=1e-15)
    assert o_information(copies) == pytest.approx(1, rel=1e-15)
    assert conditional_mutual_information(copies) == 0
    assert interaction_information(copies) == pytest.approx(1, rel=1e-15)
    # Xor: 3 bits apart, 2 together; no pair shares anything until the third is known.
    assert total_correlation(xor) == pytest.approx(1, rel=1e-15)
    assert dual_total_correlation(xor) == pytest.approx(2, rel=1e-15)
    assert o_information(xor) == pytest.approx(-1, rel=1e-15)
    assert mutual_information(xor.sum(axis=2)) == 0
    assert interaction_information(xor) == pytest.approx(-1, rel=1e-15)


@pytest.mark.parametrize("k", [2, 3, 4, 5])
def test_parity_of_k(k):
    # k coins of even parity: k bits apart, k - 1 together, and any k - 1 of them determine the
    # last: TC = 1, DTC = k - 1 (Rosas et al. 2019, Phys. Rev. E 100:032305, section III).
    p = (np.indices((2,) * k).sum(axis=0) % 2 == 0) / 2.0 ** (k - 1)
    assert total_correlation(p) == pytest.approx(1, abs=1e-14)
    assert dual_total_correlation(p) == pytest.approx(k - 1, abs=1e-14)
    assert o_information(p) == pytest.approx(2 - k, abs=1e-14)


@QUICK
@given(joints(4, max_side=3), st.permutations(range(4)))
def test_dual_total_correlation_by_entropies(p, order):
    # H(X_j | rest) = H(X) - H(all but X_j).
    joint = joint_entropy(p)
    others = sum(joint_entropy(p.sum(axis=j)) for j in range(4))
    dtc = dual_total_correlation(p)
    assert dtc >= 0
    assert dtc == pytest.approx(others - 3 * joint, abs=1e-11)
    assert dtc == pytest.approx(dual_total_correlation(p.transpose(order)), abs=1e-11)
    assert o_information(p) == pytest.approx(total_correlation(p) - dtc, abs=1e-12)
    # Of three variables the O-information is the interaction information, of one both are zero.
    three = p.sum(axis=3)
    assert o_information(three) == pytest.approx(interaction_information(three), abs=1e-11)
    assert dual_total_correlation(p.ravel()) == o_information(p.ravel()) == 0


def test_a_variable_that_does_not_occur_in_the_table_changes_nothing():
    p = np.array([[0.5, 0.0, 0.1], [0.0, 0.0, 0.0], [0.1, 0.0, 0.3]])
    kept = p[np.ix_([0, 2], [0, 2])]
    assert mutual_information(p) == pytest.approx(mutual_information(kept), rel=1e-15)
    assert variation_of_information(p) == pytest.approx(variation_of_information(kept), rel=1e-15)


@pytest.mark.parametrize("average", AVERAGES)
def test_normalized_at_its_ends(average):
    independent = np.outer([0.1, 0.9], [0.3, 0.3, 0.4])
    assert normalized_mutual_information(independent, average=average) < 1e-30
    same = np.diag([0.1, 0.2, 0.7])[[2, 0, 1]]
    value = normalized_mutual_information(same, average=average)
    assert 1 - 1e-15 <= value <= 1
    assert normalized_mutual_information([[1.0]], average=average) == 1
    assert normalized_mutual_information([[1.0, 0.0], [0.0, 0.0]], average=average) == 1
    assert normalized_mutual_information([[0.5, 0.5]], average=average) == 0


def test_normalized_averages_of_unequal_entropies():
    # Y is a function of X: I = H(Y) = 1 bit, H(X) = H(X, Y) = 1.5 bits.
    p = [[0.5, 0.0], [0.0, 0.25], [0.0, 0.25]]
    expected = {"arithmetic": 1 / 1.25, "geometric": 1 / math.sqrt(1.5)}
    expected |= {"joint": 1 / 1.5, "max": 1 / 1.5, "min": 1}
    for average, value in expected.items():
        nmi = normalized_mutual_information(p, average=average)
        assert nmi == pytest.approx(value, rel=1e-14)


# Identities ---------------------------------------------------------------------------


@QUICK
@given(joints(2))
def test_mutual_information_three_ways(p):
    mi = mutual_information(p)
    assert mi >= 0
    assert mi == pytest.approx(mutual_information(p.T), rel=1e-12, abs=1e-15)
    product = np.outer(p.sum(axis=1), p.sum(axis=0))
    assert mi == pytest.approx(kl_divergence(p.ravel(), product.ravel()), abs=1e-12)
    assert mi == pytest.approx(entropy(p.sum(axis=0)) - conditional_entropy(p, given=0), abs=1e-11)
    assert mi == total_correlation(p)
    assert mi + variation_of_information(p) == pytest.approx(joint_entropy(p), abs=1e-11)


@QUICK
@given(joints(2), st.randoms(use_true_random=False))
def test_relabelling_changes_nothing(p, random):
    rows, columns = (random.sample(range(n), n) for n in p.shape)
    q = p[rows][:, columns]
    for measure in (mutual_information, variation_of_information, normalized_mutual_information):
        assert measure(q) == pytest.approx(measure(p), rel=1e-12, abs=1e-15)


@QUICK
@given(joints(2), st.data())
def test_data_processing(p, data):
    channel = data.draw(distributions(3, size=p.shape[0]).map(np.atleast_2d))
    # X' depends on Y through X only: p(x', y) = sum_x p(x' | x) p(x, y).
    assert mutual_information(channel.T @ p) <= mutual_information(p) + 1e-12


@QUICK
@given(joints(3, max_side=3))
def test_chain_rule(p):
    # I(X, Z; Y) = I(Z; Y) + I(X; Y | Z)
    cmi = conditional_mutual_information(p)
    assert cmi >= 0
    both = p.transpose(0, 2, 1).reshape(-1, p.shape[1])
    assert mutual_information(both) == pytest.approx(
        mutual_information(p.sum(axis=0)) + cmi, abs=1e-11
    )
    entropies = conditional_entropy(p.sum(axis=1), given=1) - conditional_entropy(p, given=[1, 2])
    assert cmi == pytest.approx(entropies, abs=1e-11)


@QUICK
@given(joints(3, max_side=3), st.permutations(range(3)))
def test_order_of_the_variables(p, order):
    q = p.transpose(order)
    assert total_correlation(q) == pytest.approx(total_correlation(p), abs=1e-12)
    assert interaction_information(q) == pytest.approx(interaction_information(p), abs=1e-11)


@QUICK
@given(joints(3, max_side=3))
def test_total_correlation_of_three(p):
    parts = sum(entropy(p.sum(axis=axes)) for axes in ((1, 2), (0, 2), (0, 1)))
    tc = total_correlation(p)
    assert tc >= 0
    assert tc == pytest.approx(parts - joint_entropy(p), abs=1e-11)
    assert total_correlation(p.ravel()) == 0


@QUICK
@given(joints(3, max_side=3))
def test_variation_of_information_is_a_metric(p):
    xy, yz, xz = (variation_of_information(p.sum(axis=axis)) for axis in (2, 0, 1))
    assert xz <= xy + yz + 1e-12
    assert min(xy, yz, xz) >= 0


@QUICK
@given(joints(2), st.sampled_from(AVERAGES))
def test_normalized_is_a_share(p, average):
    assert 0 <= normalized_mutual_information(p, average=average) <= 1


# Oracles ------------------------------------------------------------------------------


@pytest.mark.parametrize("average", ["arithmetic", "geometric", "max", "min"])
def test_normalized_against_scikit_learn(average, xp):
    rng = np.random.default_rng(0)
    x = rng.integers(5, size=300)
    y = (x + rng.integers(3, size=300)) % 4
    counts = np.zeros((5, 4), dtype=np.int64)
    np.add.at(counts, (x, y), 1)
    p = xp.asarray(counts / 300)
    expected = normalized_mutual_info_score(x, y, average_method=average)
    value = normalized_mutual_information(p, average=average)
    assert float(value) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("step", [1, 1e-2, 1e-4, 1e-8])
def test_accuracy_near_independence(step):
    # At the smallest step I is 2e-17 bits, below the rounding of H(X) + H(Y) - H(X, Y).
    rng = np.random.default_rng(0)
    p = np.outer(rng.dirichlet(np.ones(10)), rng.dirichlet(np.ones(12)))
    p *= 1 + step * rng.uniform(-1, 1, p.shape)
    p /= p.sum()
    q = exact(p)
    product = q.sum(axis=1)[:, None] * q.sum(axis=0)
    assert float(abs(mutual_information(p) - exact_kl(q, product))) < 1e-15 * step + 1e-30
    assert relative_error(mutual_information(p), exact_kl(q, product)) < 1e-14 / step


def test_conditional_accuracy_near_independence():
    rng = np.random.default_rng(0)
    p = np.einsum("xz,yz->xyz", rng.dirichlet(np.ones(12)).reshape(4, 3), rng.random((5, 3)))
    p *= 1 + 1e-6 * rng.uniform(-1, 1, p.shape)
    p /= p.sum()
    q = exact(p)
    product = q.sum(axis=1)[:, None, :] * q.sum(axis=0)[None] / q.sum(axis=(0, 1))
    assert relative_error(conditional_mutual_information(p), exact_kl(q, product)) < 1e-8


def test_independent_variables_share_next_to_nothing():
    rng = np.random.default_rng(0)
    for _ in range(20):
        x, y, z = (rng.dirichlet(np.ones(n)) for n in (7, 5, 3))
        for value in (
            mutual_information(np.outer(x, y)),
            conditional_mutual_information(x[:, None, None] * y[:, None] * z),
            total_correlation(x[:, None, None] * y[:, None] * z),
        ):
            assert 0 <= value < 1e-28


def test_marginals_whose_product_underflows():
    p = np.diag([0.5, 0.5, 1e-200])
    assert mutual_information(p) == pytest.approx(1, rel=1e-15)
    cube = np.zeros((3, 3, 3))
    cube[[0, 1, 2], [0, 1, 2], [0, 1, 2]] = [0.5, 0.5, 1e-200]
    assert total_correlation(cube) == pytest.approx(2, rel=1e-15)
    assert conditional_mutual_information(cube) == 0
    tiny = np.full((2, 2), 1e-200)
    p = np.zeros((4, 4))
    p[0, 0], p[1, 1], p[2:, 2:] = 0.5, 0.5, tiny
    assert conditional_mutual_information(p[..., None]) == pytest.approx(1, rel=1e-15)


# Arguments ----------------------------------------------------------------------------


def test_number_of_variables():
    table, cube = np.full((2, 2), 0.25), np.full((2, 2, 2), 0.125)
    for measure in (
        mutual_information,
        normalized_mutual_information,
        variation_of_information,
    ):
        with pytest.raises(ValueError, match=r"p_xy must have 2 axes.*got shape \(2, 2, 2\)"):
            measure(cube)
    with pytest.raises(ValueError, match=r"p_xyz must have 3 axes.*got shape \(2, 2\)"):
        conditional_mutual_information(table)
    with pytest.raises(ValueError, match=r"p must have 3 axes.*got shape \(2, 2\)"):
        interaction_information(table)


def test_unknown_average():
    with pytest.raises(ValueError, match=r"average must be one of \['arithmetic'.*got 'mean'"):
        normalized_mutual_information([[1.0]], average="mean")


# Rounding, and samples in place of distributions --------------------------------------


@pytest.mark.parametrize("n", [2, 3, 5, 7, 10, 49])
def test_information_of_a_copy_is_not_above_its_entropy(n, xp):
    # Of a copy I(X; X) = H(X), whose sum is another and rounded otherwise.
    shares = np.arange(1, n + 1) / (n * (n + 1) / 2)
    for p in (np.full(n, 1 / n), shares):
        copy = xp.asarray(np.diag(p))
        assert float(mutual_information(copy)) <= float(entropy(xp.asarray(p)))
        assert float(mutual_information(copy)) == pytest.approx(float(entropy(p)), rel=1e-14)
        # With a coin that says nothing, as a condition.
        given_coin = np.stack([np.diag(p), np.diag(p)], axis=-1) / 2
        left = float(conditional_entropy(xp.asarray(given_coin.sum(axis=1)), given=1))
        assert float(conditional_mutual_information(xp.asarray(given_coin))) <= left


def test_a_fair_coin_and_its_copy_share_exactly_one_bit():
    assert mutual_information([[0.5, 0], [0, 0.5]]) == 1.0


@pytest.mark.parametrize(
    ("functional", "n_vectors", "where"),
    [
        (mutual_information, 2, r"p_xy, got 2 positional .* skinfo\.estimation\.mutual_info\."),
        (conditional_mutual_information, 3, "p_xyz, got 3 .*estimation.conditional_mutual_info"),
        (normalized_mutual_information, 2, r"skinfo\.estimation\.mutual_info"),
        (entropy, 2, r"takes one array of probabilities, p, .*estimation\.discrete_entropy"),
    ],
)
def test_vectors_of_labels_are_sent_to_estimation(functional, n_vectors, where):
    with pytest.raises(TypeError, match=where):
        functional(*[np.array([0, 1, 1])] * n_vectors)


@pytest.mark.parametrize(
    "labels", [["a", "b", "a"], np.array(["a", "b"]), pd.Series(["a", "b"]), ["a", None]]
)
def test_text_is_sent_to_estimation(labels):
    with pytest.raises(TypeError, match=r"p must hold real .*skinfo\.estimation\.discrete_entr"):
        entropy(labels)


def test_one_vector_of_numbers_is_sent_to_estimation():
    with pytest.raises(ValueError, match=r"sums to 4.*Samples are for skinfo\.estimation"):
        entropy([0, 1, 1, 2])
    with pytest.raises(ValueError, match=r"2 axes.*Samples are for skinfo\.estimation"):
        mutual_information([0, 1, 1, 2])


@pytest.mark.parametrize("average", ["mean", ["min"], None])
def test_normalized_knows_some_averages(average):
    with pytest.raises(ValueError, match=r"average must be one of .*'min'"):
        normalized_mutual_information([[0.5, 0.0], [0.0, 0.5]], average=average)
