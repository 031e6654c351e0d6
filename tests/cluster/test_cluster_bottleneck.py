"""InformationBottleneck: optimality, attributes, invariances, encoding of new rows, errors."""

import pickle

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn.base import is_clusterer
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import adjusted_rand_score
from sklearn.utils import estimator_checks

from skinfo.cluster import InformationBottleneck, critical_beta, information_curve
from skinfo.measures import entropy, mutual_information

HARD = {
    "sequential": {},
    "sequential with beta": {"algorithm": "sequential", "beta": 30.0},
    "agglomerative": {"algorithm": "agglomerative"},
    "deterministic": {"algorithm": "deterministic", "beta": 30.0},
}
ALL = {**HARD, "iterative": {"algorithm": "iterative", "beta": 30.0, "max_iter": 2000}}
TRANSFORMED = {**ALL, "roots": {"counts": "sqrt"}, "presence": {"counts": "binary"}}


def every(cases):
    return pytest.mark.parametrize("settings", [pytest.param(s, id=n) for n, s in cases.items()])


def make_counts(seed=0, n_rows=30, n_columns=6, n_groups=3, length=40):
    """Rows drawn from a few distributions, and which."""
    rng = np.random.default_rng(seed)
    shares = rng.dirichlet(np.full(n_columns, 0.7), n_groups)
    groups = rng.integers(0, n_groups, n_rows)
    return np.array([rng.multinomial(length, shares[g]) for g in groups]), groups


def partitions(n_rows, n_clusters):
    """Every labelling of rows by at most so many clusters, each partition once."""

    def extend(labels):
        if len(labels) == n_rows:
            yield np.array(labels)
            return
        for t in range(min(max(labels) + 2, n_clusters)):
            yield from extend([*labels, t])

    yield from extend([0])


def table_of(X, labels):
    """Counts of the clusters."""
    return np.array([X[labels == t].sum(axis=0) for t in range(labels.max() + 1)])


def worth(X, labels, beta=np.inf):
    """I(T; Y) - H(T) / beta in bits."""
    counts = table_of(X, labels)
    compression = entropy(counts.sum(axis=1), normalize=True)
    return mutual_information(counts, normalize=True) - compression / beta


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("beta", [None, 4.0, 20.0])
def test_sequential_finds_the_best_of_all_partitions(seed, beta):
    X, _ = make_counts(seed, n_rows=8, n_columns=4, length=12)
    price = np.inf if beta is None else beta
    best = max(worth(X, labels, price) for labels in partitions(8, 3))
    found = InformationBottleneck(3, beta=beta, n_init=20, random_state=0).fit(X)
    assert found.information_ - found.compression_ / price == pytest.approx(best, abs=1e-12)


def test_closed_form():
    # Two pairs of rows, each pair saying y surely: T says y surely, I(T; Y) = H(T) = H(Y).
    X = [[3, 0], [1, 0], [0, 6], [0, 2]]
    found = InformationBottleneck(2, random_state=0).fit(X)
    p = np.array([8, 4]) / 12
    np.testing.assert_array_equal(found.labels_, [1, 1, 0, 0])
    np.testing.assert_allclose(found.cluster_weights_, p, rtol=1e-15)
    np.testing.assert_array_equal(found.cluster_distributions_, [[0, 1], [1, 0]])
    assert found.information_ == pytest.approx(entropy(p), rel=1e-14)
    assert found.compression_ == pytest.approx(entropy(p), rel=1e-14)
    assert found.relevance_ == pytest.approx(1.0, rel=1e-14)
    assert found.n_features_in_ == 2


@every(HARD)
@pytest.mark.parametrize("as_fractions", [False, True])
def test_attributes_describe_the_partition(settings, as_fractions):
    X, _ = make_counts(1)
    X = X / 7.3 if as_fractions else X
    found = InformationBottleneck(4, random_state=0, **settings).fit(X)
    counts = table_of(X, found.labels_)
    np.testing.assert_allclose(found.cluster_weights_, counts.sum(axis=1) / X.sum())
    np.testing.assert_allclose(
        found.cluster_distributions_, counts / counts.sum(axis=1, keepdims=True), atol=1e-15
    )
    assert np.all(np.diff(found.cluster_weights_) <= 1e-12)
    assert found.information_ == pytest.approx(mutual_information(counts, normalize=True))
    assert found.compression_ == pytest.approx(entropy(found.cluster_weights_))
    everything = mutual_information(X, normalize=True)
    assert found.relevance_ == pytest.approx(found.information_ / everything)


def test_soft_attributes_describe_the_encoder():
    X, _ = make_counts(2)
    found = InformationBottleneck(3, random_state=0, tol=1e-14, **ALL["iterative"]).fit(X)
    encoder = found.transform(X)
    p_x = X.sum(axis=1) / X.sum()
    p_tx = encoder.T * p_x
    counts = encoder.T @ (X / X.sum())
    np.testing.assert_allclose(encoder.sum(axis=1), 1.0)
    np.testing.assert_allclose(found.cluster_weights_, p_tx.sum(axis=1), atol=1e-6)
    assert found.information_ == pytest.approx(mutual_information(counts), abs=1e-6)
    assert found.compression_ == pytest.approx(mutual_information(p_tx, normalize=True), abs=1e-6)
    np.testing.assert_array_equal(found.labels_, encoder.argmax(axis=1))
    # What is soft costs less than H(T).
    assert found.compression_ < entropy(found.cluster_weights_)


def test_soft_clusters_harden_as_beta_grows():
    X, _ = make_counts(3, length=200)
    hard = InformationBottleneck(3, random_state=0).fit(X)
    soft = InformationBottleneck(
        3, algorithm="iterative", beta=1e5, random_state=0, max_iter=1000
    ).fit(X)
    np.testing.assert_array_equal(soft.labels_, hard.labels_)
    assert soft.information_ == pytest.approx(hard.information_, abs=1e-9)


# Near a critical beta the iteration hardly moves.
@pytest.mark.filterwarnings("ignore:The best start did not converge")
@every(ALL)
@given(
    X=hnp.arrays(
        np.int64, st.tuples(st.integers(3, 7), st.integers(2, 4)), elements=st.integers(1, 9)
    ),
    n_clusters=st.integers(1, 3),
)
@settings(max_examples=25, deadline=None)
def test_data_processing_inequality(settings, X, n_clusters):
    # T is made from X alone, so it says no more of Y than X does, nor than it says of X.
    if len(np.unique(X / X.max(axis=1, keepdims=True), axis=0)) < n_clusters:
        return
    found = InformationBottleneck(
        n_clusters, n_init=2, random_state=0, **{**settings, "max_iter": 10_000}
    ).fit(X)
    assert 0 <= found.information_ <= found.compression_ + 1e-9
    assert found.information_ <= mutual_information(X, normalize=True) + 1e-9
    assert found.compression_ <= entropy(X.sum(axis=1), normalize=True) + 1e-9
    assert 0 <= found.relevance_ <= 1


@every(HARD)
def test_fitted_rows_are_predicted_into_their_cluster(settings):
    X, _ = make_counts(4, n_rows=60)
    found = InformationBottleneck(5, random_state=0, **settings).fit(X)
    if settings.get("algorithm") == "agglomerative":
        # Its rows do not move, so some lie nearer another cluster.
        assert adjusted_rand_score(found.predict(X), found.labels_) > 0.8
        return
    np.testing.assert_array_equal(found.predict(X), found.labels_)
    np.testing.assert_array_equal(
        found.transform(X), np.eye(len(found.cluster_weights_))[found.labels_]
    )
    assert found.score(X) == pytest.approx(found.information_, rel=1e-12)


@every(TRANSFORMED)
def test_order_of_rows_container_and_threads_change_nothing(settings, rng, monkeypatch):
    X, _ = make_counts(5)
    bottleneck = InformationBottleneck(4, random_state=3, **settings)
    labels = bottleneck.fit_predict(X)
    order = rng.permutation(len(X))
    np.testing.assert_array_equal(bottleneck.fit_predict(X[order]), labels[order])
    for container in (np.ndarray.tolist, sp.csr_array, sp.coo_matrix, sp.csc_matrix):
        np.testing.assert_array_equal(bottleneck.fit_predict(container(X)), labels)
    # So small a table is not worth threads otherwise.
    monkeypatch.setattr("skinfo.utils._parallel.MIN_THREADED_WORK", 0)
    np.testing.assert_array_equal(bottleneck.set_params(n_jobs=2).fit_predict(X), labels)


@pytest.mark.parametrize("factor", [1.0, 1e300, 0.1, 1 / 3])
def test_equal_and_proportional_rows_of_fractions_add_up_alike(factor, rng):
    distinct = rng.random((5, 4)) * factor
    X = distinct[rng.integers(0, 5, 40)] * 2.0 ** rng.integers(-2, 3, (40, 1))
    weight = rng.integers(0, 4, len(X))
    order = rng.permutation(len(X))
    bottleneck = InformationBottleneck(2, random_state=0)
    found = bottleneck.fit(X, sample_weight=weight).information_
    assert bottleneck.fit(X[order], sample_weight=weight[order]).information_ == found
    assert bottleneck.fit(X.repeat(weight, axis=0)).information_ == found


def test_cells_of_the_smallest_float():
    bottleneck = InformationBottleneck(1).fit([[0, 5e-324], [0, 5e-324]])
    np.testing.assert_array_equal(bottleneck.predict([[0, 5e-324]]), [0])


@every(TRANSFORMED)
def test_integer_weights_are_repetition_and_zero_is_absence(settings, rng):
    X, _ = make_counts(6)
    weight = rng.integers(0, 4, len(X))
    weighted = InformationBottleneck(3, random_state=0, **settings)
    weighted.fit(X, sample_weight=weight)
    repeated = InformationBottleneck(3, random_state=0, **settings).fit(X.repeat(weight, axis=0))
    np.testing.assert_array_equal(weighted.labels_.repeat(weight), repeated.labels_)
    assert np.all(weighted.labels_[weight == 0] == -1)
    assert weighted.information_ == repeated.information_
    np.testing.assert_array_equal(weighted.cluster_distributions_, repeated.cluster_distributions_)
    assert weighted.score(X, sample_weight=weight) == pytest.approx(
        repeated.score(X.repeat(weight, axis=0)), rel=1e-12
    )


@every(TRANSFORMED)
def test_rows_in_proportion_share_a_cluster(settings, rng):
    X, _ = make_counts(7, n_rows=12)
    factor = rng.integers(1, 30, 36)
    X = np.tile(X, (3, 1)) * factor[:, None]
    labels = InformationBottleneck(4, random_state=0, **settings).fit_predict(X)
    np.testing.assert_array_equal(labels[:12], labels[12:24])
    np.testing.assert_array_equal(labels[:12], labels[24:])


@pytest.mark.parametrize("factor", [0.1, 1e-290, 1e290])
def test_scale_of_the_table_changes_nothing(factor):
    X, _ = make_counts(8)
    bottleneck = InformationBottleneck(3, random_state=0)
    labels, information = bottleneck.fit_predict(X), bottleneck.information_
    np.testing.assert_array_equal(bottleneck.fit_predict(X * factor), labels)
    assert bottleneck.information_ == pytest.approx(information, rel=1e-12)
    np.testing.assert_array_equal(bottleneck.predict(X * factor), labels)


@every(ALL)
def test_row_of_zeros_is_in_no_cluster(settings):
    X, _ = make_counts(9)
    bottleneck = InformationBottleneck(3, random_state=0, **settings)
    labels, information = bottleneck.fit_predict(X), bottleneck.information_
    with_zeros = np.insert(X, [0, 5], 0, axis=0)
    np.testing.assert_array_equal(
        bottleneck.fit_predict(with_zeros), np.insert(labels, [0, 5], -1)
    )
    assert bottleneck.information_ == information
    zero = np.zeros((1, X.shape[1]))
    assert bottleneck.predict(zero).tolist() == [-1]
    np.testing.assert_array_equal(bottleneck.transform(zero), [[0.0, 0.0, 0.0]])


@every(TRANSFORMED)
def test_column_that_no_fitted_row_has_says_nothing(settings):
    X, _ = make_counts(10)
    X[:, 2] = 0
    found = InformationBottleneck(3, random_state=0, **settings).fit(X)
    new = X.copy()
    new[:, 2] = [1, 50, 1000] * 10
    np.testing.assert_array_equal(found.predict(new), found.predict(X))
    assert np.isfinite(found.transform(new)).all()
    # A row that holds nothing else joins the heaviest cluster, as one of which nothing is known.
    assert found.predict(np.eye(X.shape[1])[[2]]).tolist() == [0]


@every(ALL)
def test_planted_groups_are_found(settings):
    X, groups = make_counts(11, n_rows=200, n_columns=10, n_groups=4, length=300)
    settings = {**settings, "beta": 200.0} if "beta" in settings else settings
    found = InformationBottleneck(4, random_state=0, **settings).fit(X)
    assert adjusted_rand_score(found.labels_, groups) == 1.0


def test_keeps_more_information_than_kmeans():
    X, _ = make_counts(12, n_rows=200, n_columns=10, n_groups=20, length=30)
    euclidean = KMeans(8, n_init=10, random_state=0).fit_predict(X)
    found = InformationBottleneck(random_state=0).fit(X)
    assert found.information_ > worth(X, euclidean)


def test_beta_below_one_leaves_one_cluster():
    # I(T; Y) <= H(T), so what a cluster says is never worth its description.
    X, _ = make_counts(13)
    for algorithm in ("sequential", "deterministic"):
        found = InformationBottleneck(4, algorithm=algorithm, beta=0.9, random_state=0).fit(X)
        np.testing.assert_allclose(found.cluster_weights_, [1.0])
        assert found.transform(X).shape == (len(X), 1)
        assert found.get_feature_names_out().tolist() == ["informationbottleneck0"]


def test_one_cluster_says_nothing_and_all_rows_everything():
    X, _ = make_counts(14, n_rows=10)
    one = InformationBottleneck(1).fit(X)
    assert one.information_ == pytest.approx(0.0, abs=1e-12)
    assert one.compression_ == 0.0
    everything = InformationBottleneck(10).fit(X)
    assert everything.relevance_ == pytest.approx(1.0, rel=1e-12)


def test_rows_that_say_nothing_are_kept_whole():
    X = np.outer([1, 2, 3], [2, 5])
    found = InformationBottleneck(1).fit(X)
    assert (found.information_, found.relevance_) == (0.0, 1.0)
    np.testing.assert_allclose(found.cluster_distributions_, [[2 / 7, 5 / 7]])


def test_set_output_names_the_clusters():
    X, _ = make_counts(15)
    frame = (
        InformationBottleneck(3, random_state=0).set_output(transform="pandas").fit_transform(X)
    )
    assert list(frame.columns) == [f"informationbottleneck{t}" for t in range(3)]


TRANSFORMS = {"sqrt": np.sqrt, "binary": lambda X: (X > 0) * 1.0}


@pytest.mark.parametrize("algorithm", ["sequential", "agglomerative", "iterative"])
@pytest.mark.parametrize("counts", TRANSFORMS)
def test_transform_of_counts_is_that_of_the_table(counts, algorithm, rng):
    X, new = rng.poisson(1.0, (2, 40, 12))
    X[:, 0] += 1
    weight = rng.integers(0, 3, 40)
    settings = {
        "algorithm": algorithm,
        "beta": 20.0 if algorithm == "iterative" else None,
        "max_iter": 2000,
        "random_state": 0,
    }
    found = InformationBottleneck(4, counts=counts, **settings).fit(X, sample_weight=weight)
    function = TRANSFORMS[counts]
    by_hand = InformationBottleneck(4, **settings).fit(function(X), sample_weight=weight)
    np.testing.assert_array_equal(found.labels_, by_hand.labels_)
    np.testing.assert_array_equal(found.cluster_distributions_, by_hand.cluster_distributions_)
    assert found.information_ == by_hand.information_
    for table in (new, sp.csr_array(new), sp.coo_matrix(new)):
        np.testing.assert_array_equal(found.transform(table), by_hand.transform(function(new)))
        np.testing.assert_array_equal(found.predict(table), by_hand.predict(function(new)))
        assert found.score(table) == by_hand.score(function(new))
    loaded = pickle.loads(pickle.dumps(found))
    np.testing.assert_array_equal(loaded.predict(new), found.predict(new))


@pytest.mark.parametrize("counts", TRANSFORMS)
def test_transform_of_counts_leaves_a_sparse_argument_as_it_is(counts):
    X = sp.random(20, 6, density=0.4, random_state=0, format="csr")
    before = X.copy()
    found = InformationBottleneck(2, counts=counts, random_state=0).fit(X)
    found.predict(X)
    np.testing.assert_array_equal(X.data, before.data)


def test_presence_ignores_how_often():
    # Rows of a word that is repeated differ from those without, unless only presence counts.
    X = np.array([[90, 9, 9, 0], [1, 9, 9, 0], [90, 0, 9, 9], [1, 0, 9, 9]])
    labels = InformationBottleneck(2, counts="binary", random_state=0).fit_predict(X)
    np.testing.assert_array_equal(labels, [0, 0, 1, 1])
    labels = InformationBottleneck(2, random_state=0).fit_predict(X)
    np.testing.assert_array_equal(labels, [0, 1, 0, 1])


def test_warns_of_what_did_not_come_to_rest():
    X, _ = make_counts(16, n_rows=200, n_groups=50)
    with pytest.warns(ConvergenceWarning, match="max_iter=1 rounds"):
        InformationBottleneck(5, max_iter=1, random_state=0).fit(X)


def test_warns_of_fewer_distinct_rows_than_clusters():
    X = [[1, 2], [2, 4], [3, 1], [6, 2]]
    with pytest.warns(ConvergenceWarning, match=r"only 2 row\(s\) of X are distinct"):
        found = InformationBottleneck(3).fit(X)
    assert found.labels_[0] == found.labels_[1] != found.labels_[2] == found.labels_[3]
    assert len(found.cluster_weights_) == 2


@pytest.mark.parametrize(
    ("X", "parameters", "message"),
    [
        ([[1, -1], [2, 3]], {}, "Negative values in data passed to"),
        ([[1, np.nan], [2, 3]], {}, "contains NaN"),
        ([[0, 0], [0, 0]], {}, r"got 2 row\(s\) of zeros only"),
        ([[1], [2]], {}, r"1 feature\(s\)"),
        ([[1, 2], [2, 3]], {"n_clusters": 3}, "n_clusters=3 must be at most .* n_samples=2"),
        ([[1, 2], [0, 0]], {"n_clusters": 2}, "n_clusters=2 must be at most .* n_samples=1"),
        ([[1e308, 1e308], [1, 1e308]], {"n_clusters": 2}, "sum of X must be finite"),
        ([[1, -1], [2, 3]], {"counts": "sqrt"}, "Negative values in data passed to"),
        ([[1, -1], [2, 3]], {"counts": "binary"}, "Negative values in data passed to"),
        ([[1, 2], [2, 3]], {"counts": "log"}, "'counts' parameter .* must be"),
        ([[1, 2], [2, 3]], {"beta": 0.0}, "'beta' parameter .* must be"),
        ([[1, 2], [2, 3]], {"beta": -1.0}, "'beta' parameter .* must be"),
        ([[1, 2], [2, 3]], {"algorithm": "iterative"}, "'iterative' needs beta"),
        ([[1, 2], [2, 3]], {"algorithm": "deterministic"}, "'deterministic' needs beta"),
        ([[1, 2], [2, 3]], {"algorithm": "agglomerative", "beta": 5.0}, "beta=5.0 has no effect"),
    ],
)
def test_clear_errors(X, parameters, message):
    with pytest.raises(ValueError, match=message):
        InformationBottleneck(**{"n_clusters": 1, **parameters}).fit(X)


def test_weights_that_leave_nothing():
    with pytest.raises(ValueError, match="sample_weight must be positive for a row"):
        InformationBottleneck(1).fit([[1, 2], [0, 0]], sample_weight=[0, 1])
    with pytest.raises(ValueError, match="Negative values in data"):
        InformationBottleneck(1).fit([[1, 2], [1, 0]], sample_weight=[-1, 1])


def test_score_of_nothing():
    found = InformationBottleneck(1).fit([[1, 2], [2, 1]])
    with pytest.raises(ValueError, match=r"got 2 row\(s\) of zeros only"):
        found.score([[0, 0], [0, 0]])
    with pytest.raises(ValueError, match=r"got 2 row\(s\) of zeros only"):
        found.score([[0, 0], [1, 0]], sample_weight=[1, 0])


def test_new_fit_forgets_the_tree():
    X, _ = make_counts(17)
    found = InformationBottleneck(3, algorithm="agglomerative").fit(X)
    assert len(found.children_) == len(X) - 1
    found.set_params(algorithm="sequential").fit(X)
    assert not hasattr(found, "children_")
    assert not hasattr(found, "merge_costs_")


class Moved(InformationBottleneck):
    """InformationBottleneck for numbers of either sign, as scikit-learn checks clusterers with."""

    def fit(self, X, y=None, sample_weight=None):
        return super().fit(np.exp(np.asarray(X)), sample_weight=sample_weight)


@pytest.mark.parametrize("check", ["check_clusterer_compute_labels_predict", "check_clustering"])
@pytest.mark.parametrize("algorithm", ["sequential", "agglomerative"])
def test_checks_of_clusterers(algorithm, check):
    # scikit-learn would run them on negative numbers.
    assert is_clusterer(Moved())
    getattr(estimator_checks, check)("Moved", Moved(3, algorithm=algorithm))


def test_fit_leaves_a_sparse_argument_as_it_is():
    X = sp.csr_array((np.array([1.0, 2.0, 0.0, 4.0]), np.array([1, 0, 1, 1]), np.array([0, 2, 4])))
    before = X.copy()
    InformationBottleneck(2).fit(X)
    np.testing.assert_array_equal(X.data, before.data)
    np.testing.assert_array_equal(X.indices, before.indices)


@pytest.mark.parametrize(
    "count",
    [InformationBottleneck(1).fit, information_curve, critical_beta],
    ids=lambda count: count.__name__,
)
def test_text_and_dates_are_to_be_counted_first(count):
    X = pd.DataFrame({"city": ["a", "b", "a"], "y": ["u", "v", "v"]})
    with pytest.raises(ValueError, match=r"city must hold numbers.*pd\.crosstab\(category, y\)"):
        count(X)
    with pytest.raises(ValueError, match=r"holds text .*pd\.crosstab\(category, y\)"):
        count(X.to_numpy())
    dated = pd.DataFrame({"n": [1, 2, 3], "day": pd.date_range("2020", periods=3)})
    with pytest.raises(ValueError, match=r"day must hold numbers, got .*'date'"):
        count(dated)


def test_a_frame_of_counts_is_a_table():
    X = pd.DataFrame({"city": ["a", "b", "a"], "y": ["u", "v", "v"]})
    assert InformationBottleneck(2).fit(pd.crosstab(X.city, X.y)).labels_.tolist() == [0, 1]


@pytest.mark.parametrize("algorithm", ["sequential", "iterative", "deterministic"])
def test_with_beta_clusters_are_at_most_so_many(algorithm):
    X = [[5, 1], [1, 5]]
    bottleneck = InformationBottleneck(20, algorithm=algorithm, beta=50.0, random_state=0)
    with pytest.warns(ConvergenceWarning, match=r"only 2 row\(s\) of X are distinct"):
        bottleneck.fit(X)
    assert len(bottleneck.cluster_weights_) == 2


@pytest.mark.parametrize("scale", [2.0**-1070, 2.0**-1000, 2.0**1000])
def test_tables_of_any_scale_are_one(scale):
    # A power of two is exact as long as a float has room for the digits of small counts.
    X, _ = make_counts(17, length=12)
    X = X + 0.0
    settings = {"n_clusters": 3, "algorithm": "agglomerative"}
    expected = InformationBottleneck(**settings).fit(X)
    found = InformationBottleneck(**settings).fit(X * scale)
    np.testing.assert_array_equal(found.labels_, expected.labels_)
    np.testing.assert_allclose(found.merge_costs_, expected.merge_costs_, atol=1e-12)
    assert found.information_ == pytest.approx(expected.information_, rel=1e-12)


def test_cells_that_are_next_to_nothing_are_refused():
    with pytest.raises(ValueError, match="A positive cell of X, times its weight, must be at"):
        InformationBottleneck(2).fit([[5e-324, 1.0], [1.0, 2.0]])


@pytest.mark.parametrize(
    ("algorithm", "n_steps"),
    # All starts, and again the third of them that goes on; merges have no starts.
    [("sequential", 4 + 2), ("deterministic", 4), ("agglomerative", 0)],
)
@pytest.mark.parametrize("n_jobs", [None, 2])
def test_callbacks_hear_of_each_start(algorithm, n_steps, n_jobs, rng, monkeypatch, listener):
    monkeypatch.setattr("skinfo.utils._parallel.MIN_THREADED_WORK", 0)
    beta = 5.0 if algorithm == "deterministic" else None
    InformationBottleneck(
        3, algorithm=algorithm, beta=beta, n_init=4, random_state=0, n_jobs=n_jobs
    ).set_callbacks(listener).fit(rng.poisson(3, size=(30, 5)))
    assert [name.split()[0] for name in listener.heard] == [
        "setup",
        "fit",
        *["start"] * n_steps,
        "teardown",
    ]


def test_sums_of_fractions_depend_on_no_order(rng):
    rows = rng.random((6, 4))[rng.integers(0, 6, 60)] * rng.choice([0.5, 1, 3], (60, 1))
    weights = rng.integers(0, 4, 60)
    order = rng.permutation(60)

    def fitted(X, sample_weight=None):
        return InformationBottleneck(2, random_state=0).fit(X, sample_weight=sample_weight)

    known = fitted(rows, weights)
    for other in (
        fitted(rows[order], weights[order]),
        fitted(np.repeat(rows, weights, axis=0)),
        fitted(np.repeat(rows, weights, axis=0)[::-1]),
    ):
        np.testing.assert_array_equal(other.cluster_distributions_, known.cluster_distributions_)
        np.testing.assert_array_equal(other.cluster_weights_, known.cluster_weights_)
        assert other.information_ == known.information_
        assert other.compression_ == known.compression_


def test_subnormal_counts():
    X = np.array([[0, 1e-323, 0], [0, 5e-324, 1e-323]])
    bottleneck = InformationBottleneck(2, random_state=0).fit(X)
    np.testing.assert_array_equal(bottleneck.predict(X), bottleneck.labels_)


def test_infinities_of_both_signs_are_an_error_and_no_warning():
    with pytest.raises(ValueError, match="infinity"):
        InformationBottleneck(1).fit([[np.inf, -np.inf], [1, 2]])


def test_columns_of_an_arrow_table_need_names_of_their_own():
    pa = pytest.importorskip("pyarrow")
    table = pa.table([pa.array([1, 2]), pa.array([3, 4])], names=["a", "a"])
    with pytest.raises(ValueError, match="X has duplicate column names: \\['a'\\]"):
        InformationBottleneck(1).fit(table)


def test_a_weighted_sum_beyond_float64_is_an_error_and_no_warning():
    with pytest.raises(ValueError, match="The sum of X must be finite"):
        InformationBottleneck(1).fit([[8e299, 5e299]], sample_weight=[1e15])
