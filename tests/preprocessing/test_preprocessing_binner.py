"""MutualInfoBinner: the bins, what they say, and what it does with awkward columns."""

from functools import cache
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from optional import polars as pl
from scipy.special import gammaln, logsumexp
from scipy.stats import betabinom
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, load_iris
from sklearn.metrics import mutual_info_score
from sklearn.tree import DecisionTreeClassifier

from skinfo import MutualInfoBinner
from skinfo.datasets import make_steps
from skinfo.estimation import mutual_info


def bits(x, y):
    return mutual_info_score(x, y) / np.log(2)


def best_information(x, y, max_bins):
    """Return the largest I(bin; y), in bits, of any cut of x into at most max_bins intervals."""
    values = np.unique(x)
    most = min(max_bins, len(values)) - 1
    return max(
        bits(np.searchsorted(cuts, x, side="right"), y)
        for k in range(most + 1)
        for cuts in combinations(values[1:], k)
    )


@cache
def exhausted(seed, n_classes):
    """Return x of few values, y, and the most information of four intervals."""
    rng = np.random.default_rng(seed)
    x = rng.integers(0, 9, 60)
    y = np.append(rng.integers(0, n_classes, 60 - n_classes), np.arange(n_classes))
    return x, y, best_information(x, y, 4)


@pytest.mark.parametrize("n_classes", [2, 3, 4])
@pytest.mark.parametrize("seed", range(8))
def test_optimum_over_all_partitions(seed, n_classes, source):
    x, y, expected = exhausted(seed, n_classes)
    binner = MutualInfoBinner(4, penalty=None).fit(*source(x[:, None], y))
    codes = binner.transform(x[:, None])[:, 0]
    assert bits(codes, y) == pytest.approx(expected, abs=1e-12)
    assert binner.mutual_info_[0] == pytest.approx(expected, abs=1e-12)
    assert binner.n_bins_[0] <= 4


def test_at_least_the_information_of_a_tree_on_thinned_candidates(rng, source):
    x = rng.normal(size=20_000)
    y = (rng.random(20_000) < 0.5 + 0.4 * np.sin(4 * x)).astype(int)
    tree = DecisionTreeClassifier(criterion="entropy", max_leaf_nodes=8).fit(x[:, None], y)
    binner = MutualInfoBinner(penalty=None).fit(*source(x[:, None], y))
    assert binner.mutual_info_[0] >= bits(tree.apply(x[:, None]), y)


@pytest.mark.parametrize("penalty", [None, "modl", "bic", "auto", 3.0])
def test_a_finer_look_comes_to_an_end(penalty, source):
    # Columns of noise and of a wave, in which the best cut is at times the end of what is seen.
    rng = np.random.default_rng(0)
    X = rng.normal(size=(20_000, 30))
    y = (X[:, 0] + 0.5 * np.sin(3 * X[:, 1]) + rng.normal(size=20_000) > 0).astype(int)
    args = source(X, y)
    binner = MutualInfoBinner(penalty=penalty).fit(*args)
    coarse = MutualInfoBinner(penalty=penalty, max_candidates=64).fit(*args)
    assert np.argmax(binner.mutual_info_) == np.argmax(coarse.mutual_info_) == 0


@pytest.mark.parametrize("rates", [(0.5, 0.5), (0.9, 0.1), (0.3, 0.3, 0.4)])
@pytest.mark.parametrize("n", [200, 1000])
def test_uninformative_columns_get_one_bin(n, rates):
    rng = np.random.default_rng(0)
    y = rng.choice(len(rates), n, p=rates)
    binner = MutualInfoBinner().fit(rng.normal(size=(n, 400)), y)
    assert np.mean(binner.n_bins_ == 1) >= 0.99


def log_probability_of_totals(bins, prior):
    """ln of the probability of the totals of two classes, prior of sum 1, by their variance.

    The count of a class in a bin of n samples has the variance of a beta-binomial distribution,
    n (n + 1) / 2 times that of one sample; the sum over bins is that of one bin with parameters
    of sum a, n (n + a) / (1 + a).
    """
    sizes = bins.sum(axis=1)
    n, variance = sizes.sum(), (sizes * (sizes + 1)).sum() / 2
    a = (n**2 - variance) / (variance - n)
    return betabinom.logpmf(bins[:, 1].sum(), n, a * prior[1], a * prior[0])


@pytest.mark.parametrize("seed", range(6))
def test_default_by_exhaustion(seed, source):
    rng = np.random.default_rng(seed)
    x = rng.integers(0, 7, 300)
    y = (rng.random(300) < 0.2 + 0.1 * x * (seed > 1)).astype(int)
    table = np.zeros((7, 2))
    np.add.at(table, (x, y), 1)
    # A priori, rates of the weight of one sample around those of all, and four of six cuts.
    prior = (table.sum(axis=0) + 0.5) / 301
    all_cuts = [cuts for k in range(7) for cuts in combinations(range(1, 7), k)]
    log_weights, rates, bins_of = [], [], {}
    for cuts in all_cuts:
        bins_of[cuts] = bins = np.add.reduceat(table, [0, *cuts])
        evidence = (gammaln(bins + prior) - gammaln(prior)).sum()
        evidence -= gammaln(bins.sum(axis=1) + 1).sum()
        # What counts is the order of y, given how many samples of each class there are.
        evidence -= log_probability_of_totals(bins, prior)
        log_weights.append(evidence + len(cuts) * np.log(4 / 6))
        means = (bins + prior) / (bins.sum(axis=1, keepdims=True) + 1)
        rates.append(np.repeat(means, np.diff([0, *cuts, 7]), axis=0))
    # The first has one bin, all others together (1 + 4 / 6)**6 - 1 times its prior probability.
    of_several = logsumexp(log_weights[1:])
    odds = np.exp(of_several - log_weights[0]) / ((1 + 4 / 6) ** 6 - 1)
    posterior = np.exp(np.array(log_weights[1:]) - of_several)
    expected_counts = np.tensordot(posterior, rates[1:], 1) * table.sum(axis=1, keepdims=True)
    best = {}
    for cuts, bins in bins_of.items():
        smoothed = (bins + 0.5) / (bins.sum(axis=1, keepdims=True) + 1)
        loss = -(np.add.reduceat(expected_counts, [0, *cuts]) * np.log(smoothed)).sum()
        if len(cuts) < 5:
            best[len(cuts)] = min(best.get(len(cuts), (np.inf,)), (loss, cuts))
    losses = {k + 1: loss for k, (loss, _) in best.items()}
    least = min(losses.values())
    saved = losses[1] - least
    fewest = min(
        k
        for k, loss in losses.items()
        if loss <= least + max(min(0.2 * saved, 16) / k**2, 0.005 * saved)
    )
    expected = best[fewest - 1][1] if odds >= 3 else ()
    binner = MutualInfoBinner(5).fit(*source(x[:, None], y))
    assert np.ceil(binner.bin_edges_[0][1:-1]).tolist() == list(expected)
    assert (odds >= 3) == (seed > 1)


@pytest.mark.parametrize(("n", "cut"), [(20, 12), (40, 20), (100, 20)])
def test_a_column_that_separates_the_classes_gets_two_bins(n, cut, source):
    binner = MutualInfoBinner().fit(*source(np.arange(n)[:, None], np.arange(n) >= cut))
    np.testing.assert_allclose(binner.bin_edges_[0][1:-1], cut, atol=0.51)


@pytest.mark.parametrize("n", [1000, 5000])
def test_a_step_is_two_bins(n):
    # At least 57 of 60. The cut lies within a group of equal frequency.
    rng = np.random.default_rng(0)
    y = rng.random(n) < 0.5
    right = rng.random((n, 60)) < np.where(y, 0.7, 0.3)[:, None]
    X = 0.5 * right + 0.5 * rng.random((n, 60))
    assert np.sum(MutualInfoBinner().fit(X, y).n_bins_ == 2) >= 57


def test_bins_grow_with_the_number_of_samples(source):
    x = np.linspace(0, 1, 30_000)
    y = (np.random.default_rng(0).random(30_000) < 0.1 + 0.8 * (4 * x % 1)).astype(int)
    n_bins = {
        n: MutualInfoBinner().fit(*source(x[:: 30_000 // n, None], y[:: 30_000 // n])).n_bins_[0]
        for n in (500, 30_000)
    }
    assert n_bins[500] <= 8 < n_bins[30_000] <= 31
    assert MutualInfoBinner(8).fit(*source(x[:, None], y)).n_bins_[0] == 8


def test_modl_finds_every_period_of_a_wave(rng, source):
    # Eight runs of alternating rate: greedy MDLP sees nothing to gain from its first cut.
    args = source(*make_steps(1000, [0.95, 0.05] * 4, random_state=rng))
    binner = MutualInfoBinner(10, penalty="modl").fit(*args)
    assert binner.n_bins_[0] == 8
    np.testing.assert_allclose(binner.bin_edges_[0][1:-1], np.arange(1, 8) / 8, atol=0.02)


def test_number_of_bits_a_bin_must_save(rng, source):
    x = np.repeat([0.0, 1.0], 50)
    y = np.repeat([0, 1], 50)
    # The only cut saves all of n H(y) = 100 bits.
    assert MutualInfoBinner(penalty=99.9).fit(*source(x[:, None], y)).n_bins_[0] == 2
    assert MutualInfoBinner(penalty=100.1).fit(*source(x[:, None], y)).n_bins_[0] == 1


def test_bic_by_hand(source):
    # One cut saves 10 bits = 6.93 nats; it costs (one rate + one cut) / 2 * ln 10 = 2.30 nats.
    x, y = np.repeat([0.0, 1.0], 5), np.repeat([0, 1], 5)
    assert MutualInfoBinner(penalty="bic").fit(*source(x[:, None], y)).n_bins_[0] == 2
    # One of five rows differs: the cut saves 5 H(1/5) = 2.50 nats and costs ln 5 = 1.61; on
    # pairs it saves 2 ln 2 = 1.39 nats of four rows and costs ln 4 = 1.386, and 4 H(1/4) = 2.25.
    x, y = np.arange(4.0), np.array([0, 1, 0, 1])
    assert MutualInfoBinner(penalty="bic").fit(*source(x[:, None], y)).n_bins_[0] == 1


def test_mdlp_accepts_and_refuses_by_the_published_rule(source):
    # n = 20, all in one cut: gain 20 bits against log2(19) + log2(7) - 2 = 5.06 bits.
    x, y = np.repeat([0.0, 1.0], 10), np.repeat([0, 1], 10)
    assert MutualInfoBinner(penalty="mdlp").fit(*source(x[:, None], y)).n_bins_[0] == 2
    # n = 4: gain 4 bits against log2(3) + log2(7) - 2 = 2.39; n = 2: 2 against 0 + 0.81.
    assert MutualInfoBinner(penalty="mdlp").fit(*source(x[8:12, None], y[8:12])).n_bins_[0] == 2
    # A cut that leaves both sides mixed gains 20 (1 - H(0.4)) = 0.58 bits: refused.
    y = np.array([0] * 6 + [1] * 4 + [0] * 4 + [1] * 6)
    assert MutualInfoBinner(penalty="mdlp").fit(*source(x[:, None], y)).n_bins_[0] == 1


def test_mdlp_respects_max_bins_and_least_size(rng, source):
    x = rng.random((2000, 1))
    y = (rng.random(2000) < 0.5 + 0.45 * np.sign(x[:, 0] - 0.3) * np.sign(0.7 - x[:, 0])).astype(
        int
    )
    assert MutualInfoBinner(penalty="mdlp").fit(*source(x, y)).n_bins_[0] == 3
    assert MutualInfoBinner(2, penalty="mdlp").fit(*source(x, y)).n_bins_[0] == 2
    few = MutualInfoBinner(penalty="mdlp", min_samples_bin=0.4).fit(*source(x, y))
    assert few.counts_[0].sum(axis=1).min() >= 800


@pytest.mark.parametrize("least", [5, 40, 0.2])
def test_least_number_of_samples_in_a_bin(rng, least, source):
    x = rng.normal(size=(150, 1))
    y = (rng.random(150) < 1 / (1 + np.exp(-3 * x[:, 0]))).astype(int)
    binner = MutualInfoBinner(penalty=None, min_samples_bin=least).fit(*source(x, y))
    assert binner.counts_[0].sum(axis=1).min() >= (least if least > 1 else least * 150)
    assert binner.n_bins_[0] > 1


@pytest.mark.parametrize("least", [99, 21, 11, 0.6])
def test_more_samples_a_bin_than_two_bins_have_leave_one_bin(rng, least):
    X, y = rng.normal(size=(20, 2)), np.arange(20) % 2
    binner = MutualInfoBinner(min_samples_bin=least, encode="woe")
    with pytest.warns(UserWarning, match=f"min_samples_bin={least} .* the 20 samples") as caught:
        binner.fit_transform(X, y)
    assert len(caught) == 1
    assert caught[0].filename == __file__
    assert binner.n_bins_.tolist() == [1, 1]


def test_half_the_samples_a_bin_leaves_two_bins(source):
    binner = MutualInfoBinner(min_samples_bin=10, penalty=None)
    assert binner.fit(*source(np.arange(20)[:, None], np.arange(20) >= 10)).n_bins_[0] == 2


class FewerParameters(MutualInfoBinner):
    """A subclass that settles all but one parameter."""

    def __init__(self, max_bins=3):
        super().__init__(max_bins, penalty=None, missing="merge", target_type="multiclass")


def test_a_subclass_with_fewer_parameters(rng, source):
    X, y = rng.normal(size=(100, 2)), rng.integers(0, 2, 100)
    ours = FewerParameters(2).fit(*source(X, y))
    other = MutualInfoBinner(2, penalty=None, missing="merge", target_type="multiclass").fit(
        *source(X, y)
    )
    np.testing.assert_array_equal(ours.transform(X), other.transform(X))
    assert ours.get_params() == {"max_bins": 2}
    streamed = clone(ours).partial_fit(X[:50], y[:50]).partial_fit(X[50:], y[50:])
    assert streamed.counts_[0].sum() == 100
    restored = FewerParameters.from_dict(ours.to_dict())
    assert type(restored) is FewerParameters
    np.testing.assert_array_equal(restored.transform(X), other.transform(X))
    assert ours._repr_html_()


@pytest.mark.parametrize("name", ["MDLP", "Mdlp", "MODL", "BIC", "Auto"])
def test_penalties_in_any_case(rng, name, source):
    X = rng.normal(size=(300, 1))
    y = (X[:, 0] + rng.normal(size=300) > 0).astype(int)
    plain = MutualInfoBinner(penalty=name.lower()).fit(*source(X, y))
    assert MutualInfoBinner(penalty=name).fit(*source(X, y)).bin_edges_[0].tolist() == (
        plain.bin_edges_[0].tolist()
    )


def test_mdlp_in_capitals_knows_no_direction_either(rng):
    with pytest.raises(ValueError, match="supports no monotonic_cst"):
        MutualInfoBinner(penalty="MDLP", monotonic_cst=1).fit(X_OK, Y_OK)


@given(
    x=arrays(float, 25, elements=st.integers(-4, 4).map(float)),
    y=arrays(int, 25, elements=st.integers(0, 2)),
    weights=arrays(int, 25, elements=st.integers(0, 3)),
    penalty=st.sampled_from(["modl", "mdlp", "bic", 1.5, None]),
)
@settings(max_examples=60, deadline=None)
def test_weights_are_repetitions(x, y, weights, penalty, source):
    weights[:3], y[:3] = 1, [0, 1, 2]
    weighted = MutualInfoBinner(5, penalty=penalty).fit(
        *source(x[:, None], y, sample_weight=weights)
    )
    repeated = MutualInfoBinner(5, penalty=penalty).fit(
        *source(np.repeat(x, weights)[:, None], np.repeat(y, weights))
    )
    np.testing.assert_array_equal(weighted.bin_edges_[0], repeated.bin_edges_[0])
    np.testing.assert_array_equal(weighted.counts_[0], repeated.counts_[0])
    assert weighted.mutual_info_[0] == repeated.mutual_info_[0]


@given(
    x=arrays(float, 40, elements=st.floats(-100, 100)),
    y=arrays(int, 40, elements=st.integers(0, 2)),
    order=st.permutations(range(40)),
)
@settings(max_examples=40, deadline=None)
def test_row_order_and_relabelling_change_nothing(x, y, order, source):
    y[:2] = [0, 1]
    here = MutualInfoBinner(4, penalty=None).fit(*source(x[:, None], y))
    there = MutualInfoBinner(4, penalty=None).fit(*source(x[order][:, None], y[order]))
    np.testing.assert_array_equal(here.bin_edges_[0], there.bin_edges_[0])
    named = MutualInfoBinner(4, penalty=None).fit(
        *source(x[:, None], np.array(["b", "a", "c"])[y])
    )
    assert named.mutual_info_[0] == pytest.approx(here.mutual_info_[0], abs=1e-12)


def test_threads_change_nothing(source):
    X, y = load_breast_cancer(return_X_y=True)
    one, two = (MutualInfoBinner(n_jobs=n).fit(*source(X, y)) for n in (1, 2))
    for a, b in zip(one.bin_edges_, two.bin_edges_, strict=True):
        np.testing.assert_array_equal(a, b)


def test_containers_change_nothing(source):
    data = load_iris(as_frame=True)
    X, y = data.data, data.target
    expected = MutualInfoBinner().fit(*source(X.to_numpy(), y)).transform(X.to_numpy())
    for frame in (X, pl.from_pandas(X), pl.from_pandas(X).to_arrow(), X.astype("Float64")):
        binner = MutualInfoBinner().fit(*source(frame, y))
        np.testing.assert_array_equal(binner.transform(frame), expected)
    assert list(binner.get_feature_names_out()) == list(X.columns)


def test_missing_values_are_their_own_bin(rng, source):
    x = rng.normal(size=200)
    y = (x > 0).astype(int)
    x[:50], y[:50] = np.nan, 1
    args = source(x[:, None], y)
    binner = MutualInfoBinner().fit(*args)
    assert binner.transform([[np.nan]])[0, 0] == binner.n_bins_[0] - 1
    table = binner.bin_table(0)
    assert table["bin"].tolist()[-1] == "missing"
    assert table["count"].tolist()[-1] == 50
    assert table["rate[1]"].tolist()[-1] == 1
    # Its bits: share times KL of its rates against all: 1/4 log2(1 / P(y = 1)).
    assert table["bits"].iloc[-1] == pytest.approx(-0.25 * np.log2(np.mean(y)))


def test_missing_values_new_at_transform_go_to_the_fullest_bin(source):
    x, y = np.array([0.0] * 10 + [1.0] * 30), np.array([0] * 10 + [1] * 30)
    binner = MutualInfoBinner().fit(*source(x[:, None], y))
    assert binner.n_bins_[0] == 2
    assert binner.transform([[np.nan]])[0, 0] == 1


def test_infinite_values_and_values_out_of_range(source):
    x = np.array([-np.inf] * 10 + [0.0] * 10 + [np.inf] * 10)
    y = np.repeat([0, 1, 0], 10)
    args = source(x[:, None], y)
    binner = MutualInfoBinner().fit(*args)
    assert binner.n_bins_[0] == 3
    new = [[-np.inf], [-1e308], [0], [5], [np.inf]]
    assert binner.transform(new)[:, 0].tolist() == [0, 1, 1, 1, 2]


def test_constant_and_all_missing_columns(source):
    X = np.column_stack([np.ones(20), np.full(20, np.nan)])
    args = source(X, np.arange(20) % 2)
    binner = MutualInfoBinner().fit(*args)
    assert binner.mutual_info_.tolist() == [0.0, 0.0]
    assert binner.n_bins_.tolist() == [1, 2]
    assert binner.transform([[5.0, np.nan], [1.0, 3.0]]).tolist() == [[0, 1], [0, 0]]


def test_extreme_neighbours_are_told_apart(source):
    low, high = 1.0, np.nextafter(1.0, 2)
    x = np.repeat([low, high], 20)
    binner = MutualInfoBinner().fit(*source(x[:, None], np.repeat([0, 1], 20)))
    assert binner.transform([[low], [high]])[:, 0].tolist() == [0, 1]
    x = np.repeat([-1.7e308, 1.7e308], 20)
    assert MutualInfoBinner().fit(*source(x[:, None], np.repeat([0, 1], 20))).bin_edges_[0][1] == 0


def test_integers_beyond_float64_are_refused(source):
    ids = np.arange(2**60, 2**60 + 20)
    with pytest.raises(ValueError, match=r"x0 holds integers beyond 2\*\*53, such as 115292150"):
        MutualInfoBinner().fit(ids[:, None], np.arange(20) % 2)
    frame = pd.DataFrame({"id": pd.array([*ids[:-1], None], dtype="Int64")})
    with pytest.raises(ValueError, match=r"id holds integers beyond 2\*\*53"):
        MutualInfoBinner().fit(frame, np.arange(20) % 2)
    # Large ones that float64 holds exactly are numbers like others.
    exact = 2**60 + 2**10 * np.arange(20)  # float64 is exact to 2**8 there
    binner = MutualInfoBinner().fit(*source(exact[:, None], np.arange(20) >= 12))
    assert binner.transform(exact[:, None])[:, 0].tolist() == [0] * 12 + [1] * 8


def test_many_classes(rng, source):
    y = rng.integers(0, 300, 3000)
    x = np.where(y < 150, 0, 2) + rng.random(3000)
    binner = MutualInfoBinner(2, penalty=None, target_type="multiclass").fit(
        *source(x[:, None], y)
    )
    assert binner.counts_[0].shape == (2, 300)
    assert binner.bin_edges_[0][1] == pytest.approx(1.5, abs=0.51)


FRAME = pd.DataFrame(
    {
        "colour": ["red", "red", "blue", "blue", "green", None] * 20,
        "size": [1.0, 2.0, 3.0, np.nan, 5.0, 6.0] * 20,
        "flag": [True, False, True, True, False, True] * 20,
        "when": pd.to_datetime(["2020-01-01", "2020-02-01", "2020-03-01"] * 40),
    }
)
OUTCOME = np.array([1, 1, 0, 0, 0, 1] * 20)


@pytest.mark.parametrize(
    "container",
    [
        lambda frame: frame,
        lambda frame: pl.from_pandas(frame),
        lambda frame: frame.astype({"colour": "category"}),
        lambda frame: frame.astype(object),
    ],
    ids=["pandas", "polars", "category", "object"],
)
def test_columns_as_they_come(container, source):
    frame = container(FRAME)
    binner = MutualInfoBinner().fit(*source(frame, OUTCOME))
    assert binner.groups_[0] == [["blue", "green"], ["red"]]
    assert binner.groups_[1] is None
    assert binner.bin_edges_[0] is None
    codes = binner.transform(frame)
    # blue and green hold no 1, red only, missing too.
    assert codes[:6, 0].tolist() == [1, 1, 0, 0, 0, 2]
    assert codes[3, 1] == binner.n_bins_[1] - 1
    assert binner.mutual_info_[0] == pytest.approx(1.0)


def test_unseen_levels_go_to_the_fullest_bin(source):
    binner = MutualInfoBinner().fit(*source(FRAME, OUTCOME))
    unseen = FRAME.head(1).assign(colour="violet")
    assert binner.transform(unseen)[0, 0] == 0


def test_levels_of_two_classes_are_grouped_optimally(rng, source):
    levels = rng.integers(0, 6, 200)
    y = (rng.random(200) < levels / 6).astype(int)
    frame = pd.DataFrame({"level": np.array(list("abcdef"))[levels]})
    binner = MutualInfoBinner(3, penalty=None).fit(*source(frame, y))
    # Every map of six levels to three groups.
    maps = np.array(np.unravel_index(np.arange(3**6), (3,) * 6)).T
    expected = max(bits(groups[levels], y) for groups in maps)
    assert binner.mutual_info_[0] == pytest.approx(expected, abs=1e-12)


def test_levels_of_three_classes_are_grouped_by_what_they_say(source):
    frame = pd.DataFrame({"level": list("abcdef") * 30})
    y = np.array([0, 0, 1, 1, 2, 2] * 30)
    binner = MutualInfoBinner().fit(*source(frame, y))
    assert binner.groups_[0] == [["a", "b"], ["c", "d"], ["e", "f"]]


@pytest.mark.parametrize("n_classes", [2, 3])
def test_identifier_says_nothing(rng, n_classes, source):
    frame = pd.DataFrame({"id": [f"u{i}" for i in range(600)]})
    binner = MutualInfoBinner().fit(*source(frame, rng.integers(0, n_classes, 600)))
    assert binner.n_bins_[0] == 1
    assert binner.mutual_info_[0] == 0


def test_categorical_columns_can_be_named(rng, source):
    codes = rng.integers(0, 4, 200)
    y = np.isin(codes, [0, 2]).astype(int)
    X = np.column_stack([codes, rng.normal(size=200)])
    for chosen in ([0], np.array([True, False])):
        assert MutualInfoBinner(2, categorical_features=chosen).fit(*source(X, y)).groups_[0] == [
            [1, 3],
            [0, 2],
        ]
    frame = pd.DataFrame(X, columns=["code", "noise"])
    assert MutualInfoBinner(2, categorical_features=["code"]).fit(*source(frame, y)).mutual_info_[
        0
    ] == pytest.approx(bits(y, y))


def test_onehot_names_and_values(source):
    binner = MutualInfoBinner(encode="onehot-dense").fit(
        *source(FRAME[["colour", "size"]], OUTCOME)
    )
    names = list(binner.get_feature_names_out())
    assert names[:3] == ["colour=blue|green", "colour=red", "colour=missing"]
    assert names[3].startswith("size=below_")
    indicators = binner.transform(FRAME[["colour", "size"]])
    assert indicators.shape == (120, len(names))
    np.testing.assert_array_equal(indicators.sum(axis=1), 2)
    sparse = (
        clone(binner).set_params(encode="onehot").fit_transform(FRAME[["colour", "size"]], OUTCOME)
    )
    assert sp.issparse(sparse)
    np.testing.assert_array_equal(sparse.toarray(), indicators)


def names_of(values, y, **params):
    frame = pd.DataFrame({"x": values})
    binner = MutualInfoBinner(penalty=None, encode="onehot-dense", **params).fit(frame, y)
    return binner.get_feature_names_out().tolist()


def test_indicator_names_in_words():
    y, more = np.repeat([0, 1, 0], 10), {"max_bins": 3}
    assert names_of(np.repeat([1.0, 2.5, 4.0], 10), y, **more) == [
        "x=below_2",
        "x=2_to_3",
        "x=from_3",
    ]
    assert names_of(np.ones(30), y) == ["x=any"]
    assert names_of(np.repeat([True, False, True], 10), y) == ["x=False", "x=True"]
    moments = np.repeat(["2020-01-01 00:00", "2020-01-01 10:30", "2020-01-01 11:30"], 10)
    assert names_of(pd.to_datetime(moments), y, **more) == [
        "x=below_2020-01-01_10_00_00",
        "x=2020-01-01_10_00_00_to_2020-01-01_11_00_00",
        "x=from_2020-01-01_11_00_00",
    ]
    assert names_of(np.repeat([1.0, np.nan, 1.0], 10), y, missing="separate") == [
        "x=any",
        "x=missing",
    ]
    merged = names_of(np.tile([1.0, np.nan, 1.0], 10), y, missing="merge")
    assert merged == ["x=any_or_missing"]


# What XGBoost 3.2 and LightGBM 4.7 refuse in names of features; LightGBM changes spaces.
REFUSED = set('[]<{},:" \t\n')


@given(
    levels=st.lists(
        st.text(st.characters(codec="utf-8") | st.sampled_from('[]<>{},:" '), max_size=4),
        min_size=2,
        max_size=12,
        unique=True,
    ),
    max_bins=st.integers(2, 6),
)
@settings(max_examples=60, deadline=None)
def test_indicator_names_suit_other_libraries_and_differ(levels, max_bins):
    frame = pd.DataFrame(
        {"x": np.repeat(levels, 5).astype(object), "z": np.arange(5 * len(levels))}
    )
    y = np.arange(5 * len(levels)) // 5 % 2
    binner = MutualInfoBinner(max_bins, penalty=None, encode="onehot").fit(frame, y)
    names = binner.get_feature_names_out()
    assert len(set(names)) == len(names) == binner.n_bins_.sum()
    assert not REFUSED & set("".join(names))


def test_names_that_would_be_the_same_are_numbered(source):
    frame = pd.DataFrame({"x": np.repeat(["a b", "a_b"], 10)})
    binner = MutualInfoBinner(penalty=None, encode="onehot-dense").fit(
        *source(frame, frame["x"] == "a b")
    )
    assert binner.get_feature_names_out().tolist() == ["x=a_b", "x=a_b_2"]


def test_names_by_a_function(source):
    binner = MutualInfoBinner(
        encode="onehot-dense", feature_name_combiner=lambda feature, label: f"{feature} in {label}"
    ).fit(*source(FRAME[["colour", "flag"]], OUTCOME))
    assert binner.get_feature_names_out().tolist() == [
        *(f"colour in {label}" for label in binner.bin_table("colour")["bin"]),
        *(f"flag in {label}" for label in binner.bin_table("flag")["bin"]),
    ]
    assert binner.get_feature_names_out()[0] == "colour in {blue, green}"
    with pytest.raises(ValueError, match=r"feature_name_combiner is a function.*pickle"):
        binner.to_dict()
    assert binner.set_params(encode="ordinal").to_dict()["params"]["feature_name_combiner"] == (
        "concat"
    )
    binner.set_params(encode="onehot", feature_name_combiner=lambda feature, label: 7)
    with pytest.raises(ValueError, match="must return names as str, got 7 for colour"):
        binner.get_feature_names_out()


@pytest.mark.parametrize("wrap", [lambda f: f, lambda f: f.set_axis(range(2), axis=1)])
def test_a_frame_with_integers_as_names(wrap, source):
    frame = wrap(pd.DataFrame({2: np.arange(40.0), 1: np.arange(40) % 5}))
    names = list(frame.columns)
    y = np.arange(40) >= 20
    binner = MutualInfoBinner().set_output(transform="pandas").fit(*source(frame, y))
    as_text = [str(name) for name in names]
    assert binner.transform(frame).columns.tolist() == as_text
    assert binner.bin_table()["feature"].unique().tolist() == as_text
    for name in names:
        pd.testing.assert_frame_equal(binner.bin_table(name), binner.bin_table(str(name)))
        assert f'"{name}"' in binner.to_sql(name)
        assert binner.to_sql(name) in binner.to_sql()
    informative, other = binner.bin_table(names[0]), binner.bin_table(names[1])
    assert (len(informative), len(other)) == (2, 1)
    with pytest.raises(ValueError, match="no column"):
        binner.bin_table(3)
    assert f"<td style='text-align:left'>{names[0]}</td>" in binner._repr_html_()
    by_name = MutualInfoBinner(candidate_edges={names[0]: [5.0]}).fit(*source(frame, y))
    assert by_name.bin_edges_[0].tolist() == [-np.inf, 5.0, np.inf]


def test_set_output_keeps_names_and_index():
    X = FRAME[["size", "flag"]].set_index(np.arange(120) + 7)
    out = MutualInfoBinner().set_output(transform="pandas").fit_transform(X, OUTCOME)
    assert list(out.columns) == ["size", "flag"]
    assert out.index.equals(X.index)
    assert (out.dtypes == np.uint8).all()


@pytest.mark.parametrize("missing", ["separate", "merge"])
def test_a_column_of_missing_values_and_a_continuous_y(missing, source):
    X = np.column_stack([np.full(20, np.nan), np.arange(20.0)])
    binner = MutualInfoBinner(target_type="continuous", missing=missing).fit(
        *source(X, np.arange(20.0))
    )
    # The bin of all numbers is empty, and nothing has no mean.
    assert binner.counts_[0][0, 0] == 0
    assert np.isnan(binner.counts_[0][0, 1:]).all()
    table = binner.bin_table(0)
    assert table["count"].tolist() == [0.0, 20.0]
    assert table.loc[0, ["mean", "std", "low", "high"]].isna().all()
    assert table.loc[1, "mean"] == pytest.approx(9.5)


@pytest.mark.parametrize(
    ("encode", "dtype", "message"),
    [
        ("ordinal", [], r"dtype=\[\] does not hold what encode='ordinal' writes.*integers or fl"),
        ("ordinal", {"a": 1}, "dtype={'a': 1} does not hold"),
        ("ordinal", "no such", "dtype='no such' does not hold"),
        ("ordinal", "U99999999", "does not hold what"),
        ("ordinal", bool, "does not hold what"),
        ("ordinal", complex, "does not hold what"),
        ("onehot", object, "does not hold what"),
        ("onehot-dense", "M8[s]", "does not hold what"),
        ("posterior", np.uint8, "does not hold what encode='posterior' writes.*of floats"),
        ("woe", bool, "encode='woe' writes.*of floats"),
    ],
)
def test_dtypes_that_do_not_hold_the_output(encode, dtype, message):
    binner = MutualInfoBinner(encode=encode, dtype=dtype)
    for fit in (binner.fit, binner.partial_fit, binner.fit_transform):
        with pytest.raises(ValueError, match=message):
            fit(X_OK, Y_OK)


@pytest.mark.parametrize("dtype", [np.int8, "u1", np.float16, np.uint16])
def test_dtypes_too_narrow_for_the_bin_numbers(dtype):
    x = np.arange(2600.0)[:, None]
    edges = {0: np.arange(0.5, 2600)}
    y = (x[:, 0] // 1 % 2).astype(int)
    binner = MutualInfoBinner(200, penalty=None, candidate_edges=edges, dtype=dtype)
    if dtype is np.int8:
        with pytest.raises(ValueError, match=r"does not hold numbers up to 199, .*wider"):
            binner.fit(x, y)
    else:
        assert binner.fit_transform(x, y).max() == 199


def test_a_dtype_too_narrow_for_the_means():
    x, y = np.arange(40)[:, None], np.linspace(60_000, 70_000, 40)
    binner = MutualInfoBinner(encode="posterior", dtype=np.float16, target_type="continuous")
    with pytest.raises(ValueError, match=r"does not hold numbers up to 6[5-9]\d{3}\.\d*, which"):
        binner.fit(x, y)
    wider = clone(binner).set_params(dtype=np.float32).fit(x, y)
    assert wider.transform(x).max() > np.finfo(np.float16).max


def test_dtype_of_the_output():
    X, y = load_iris(return_X_y=True)
    assert MutualInfoBinner().fit_transform(X, y).dtype == np.uint8
    assert MutualInfoBinner(dtype=np.float32).fit_transform(X, y).dtype == np.float32
    onehot = MutualInfoBinner(encode="onehot-dense", dtype=np.int8).fit_transform(X, y)
    assert onehot.dtype == np.int8


X_OK, Y_OK = np.arange(20.0).reshape(10, 2), np.arange(10) % 2


@pytest.mark.parametrize(
    ("X", "y", "weights", "message"),
    [
        (X_OK, np.ones(10), None, "needs y to have at least two classes, got one class: .*1.0"),
        (X_OK, None, None, "requires y to be passed, but the target y is None"),
        (X_OK, Y_OK[:-1], None, "inconsistent numbers of samples: .10, 9."),
        (X_OK, np.where(Y_OK, np.nan, 1.0), None, r"Input y contains NaN: 5 missing .* row 1"),
        (X_OK, np.array(["a", None] * 5, object), None, "Input y contains NaN: 5 missing"),
        (X_OK, np.array([b"a", 3, 2.5, None][:2] * 5, object), None, "Unknown label type"),
        (X_OK[:0], Y_OK[:0], None, r"0 sample\(s\)"),
        (X_OK[:1], Y_OK[:1], None, r"1 sample\(s\) .* minimum of 2"),
        (X_OK[:, :0], Y_OK, None, r"0 feature\(s\)"),
        (pd.DataFrame(X_OK)[[]], Y_OK, None, r"0 feature\(s\)"),
        (pd.DataFrame(X_OK)[:0], Y_OK[:0], None, r"0 sample\(s\)"),
        (X_OK, Y_OK, np.zeros(10), "sample_weight"),
        (X_OK, Y_OK, -np.ones(10), "(?i)negative"),
        (X_OK, Y_OK, Y_OK, "at least two classes, got one class"),
        (pd.DataFrame(X_OK, columns=["a", "a"]), Y_OK, None, r"duplicate column names: \['a'\]"),
        (X_OK[0], Y_OK, None, "(?i)expected 2D array"),
    ],
)
def test_bad_input_says_what_is_wrong(X, y, weights, message):
    with pytest.raises(ValueError, match=message):
        MutualInfoBinner().fit(X, y, sample_weight=weights)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"max_bins": 1}, "'max_bins' parameter of MutualInfoBinner must be an int in the range"),
        ({"penalty": "aic"}, "'penalty' parameter of MutualInfoBinner must be .* Got 'aic'"),
        ({"penalty": "bics"}, r"Got 'bics' instead\. Did you mean 'bic'\?"),
        ({"penalty": -1.0}, "'penalty' parameter"),
        ({"encode": "woes"}, "'encode' parameter"),
        ({"min_samples_bin": 0}, "'min_samples_bin' parameter"),
        ({"categorical_features": ["nope"]}, "categorical_features: no column named 'nope'"),
        (
            {"categorical_features": [2]},
            r"categorical_features: no column 2, X has 2 feature\(s\)",
        ),
        ({"categorical_features": [True]}, "one entry a feature, got shape .1,. for 2 features"),
    ],
)
def test_bad_parameters_say_what_is_wrong(params, message):
    with pytest.raises(ValueError, match=message):
        MutualInfoBinner(**params).fit(X_OK, Y_OK)


def test_text_where_numbers_are_needed():
    with pytest.raises(ValueError, match=r"colour must hold numbers, got 'red'\. .*categorical"):
        MutualInfoBinner(categorical_features=None).fit(FRAME[["colour"]], OUTCOME)
    binner = MutualInfoBinner().fit(FRAME[["size"]], OUTCOME)
    with pytest.raises(ValueError, match="size must hold numbers, got 'large'"):
        binner.transform(pd.DataFrame({"size": ["large"]}))


def test_messages_about_arguments_name_the_public_class():
    binner = MutualInfoBinner().fit(X_OK, Y_OK)
    calls = [
        (binner.fit, (X_OK,)),
        (binner.bin_table, (0, 1)),
        (binner.to_sql, (0, "ansi")),
        (binner.to_dict, (0,)),
        (MutualInfoBinner.from_dict, ()),
        (binner.encoding_table, ()),
    ]
    for method, arguments in calls:
        with pytest.raises(TypeError, match=rf"^MutualInfoBinner\.{method.__name__}\b"):
            method(*arguments)
    with pytest.raises(ValueError, match=r"^MutualInfoBinner requires y to be passed"):
        binner.fit_transform(X_OK)


def test_unknown_column_of_bin_table():
    binner = MutualInfoBinner().fit(FRAME[["size"]], OUTCOME)
    with pytest.raises(ValueError, match=r"no column named 'age'; the columns are \['size'\]"):
        binner.bin_table("age")
    with pytest.raises(ValueError, match=r"no column 1, X has 1 feature\(s\)"):
        binner.bin_table(1)


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("weighted", [False, True])
def test_information_is_the_plugin_estimate_of_the_codes(rng, n_classes, weighted, source):
    X = rng.normal(size=(700, 3))
    X[rng.random(X.shape) < 0.1] = np.nan
    y = np.digitize(np.nan_to_num(X[:, 0]) + rng.normal(size=700), np.arange(n_classes - 1))
    weights = rng.integers(0, 4, 700) if weighted else None
    args = source(X, y, weights)
    binner = MutualInfoBinner(penalty=None).fit(*args)
    estimate = mutual_info(
        binner.transform(X), y, estimator="plugin", discrete_features=True, sample_weight=weights
    )
    np.testing.assert_array_equal(binner.mutual_info_, estimate)


@pytest.mark.parametrize("penalty", ["auto", "modl", "mdlp", None])
def test_a_number_of_candidates_beyond_all_integers_is_no_limit(rng, penalty):
    X = rng.normal(size=(60, 2))
    for y in (X[:, 0] > 0, X[:, 0] + rng.normal(size=60)):
        if y.dtype != bool and penalty in ("modl", "mdlp"):
            continue  # of classes
        huge, none = (
            MutualInfoBinner(penalty=penalty, max_candidates=m).fit(X, y) for m in (10**30, None)
        )
        for one, other in zip(huge.bin_edges_, none.bin_edges_, strict=True):
            np.testing.assert_array_equal(one, other)
        partial = MutualInfoBinner(penalty=penalty, max_candidates=10**30).partial_fit(X, y)
        assert [len(edges) for edges in partial.candidate_edges_] == [59, 59]
