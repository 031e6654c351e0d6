"""The tree of the agglomerative bottleneck."""

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from skinfo.cluster import InformationBottleneck
from skinfo.measures import mutual_information


def information(X, labels):
    counts = np.array([X[labels == t].sum(axis=0) for t in np.unique(labels)])
    return mutual_information(counts, normalize=True)


def fit_tree(X, n_clusters=1, *, random_state=None, **options):
    bottleneck = InformationBottleneck(
        n_clusters, algorithm="agglomerative", random_state=random_state
    )
    return bottleneck.fit(X, **options)


@pytest.fixture(params=[0.5, 3.0], ids=["sparse", "dense"])
def counts(request, rng):
    counts = rng.poisson(request.param, (25, 6))
    # No row is zero, and no two are in proportion.
    counts[np.arange(25), rng.integers(0, 6, 25)] += 1 + np.arange(25)
    return counts


def members(children, n_samples):
    """The samples below each merge, in turn."""
    below = {i: {i} for i in range(n_samples)}
    for s, (a, b) in enumerate(children.tolist()):
        below[n_samples + s] = below[a] | below[b]
    return [below[n_samples + s] for s in range(len(children))]


def test_each_merge_is_the_cheapest_and_costs_what_it_says(counts):
    found = fit_tree(counts)
    labels = np.arange(25)
    held = information(counts, labels)
    for s, joined in enumerate(members(found.children_, 25)):
        names = np.unique(labels)
        kept = [
            information(counts, np.where(labels == b, a, labels))
            for i, a in enumerate(names)
            for b in names[i + 1 :]
        ]
        labels[list(joined)] = 25 + s
        held_now = information(counts, labels)
        assert held_now == pytest.approx(max(kept), abs=1e-12)
        assert found.merge_costs_[s] == pytest.approx(held - held_now, abs=1e-12)
        held = held_now
    assert found.merge_costs_.sum() == pytest.approx(mutual_information(counts, normalize=True))


@pytest.mark.parametrize("n_clusters", [1, 2, 7, 25])
def test_cut_is_what_a_fit_with_so_many_clusters_gives(counts, n_clusters):
    cut = fit_tree(counts).cut_tree(n_clusters)
    fitted = fit_tree(counts, n_clusters)
    np.testing.assert_array_equal(cut, fitted.labels_)
    assert fitted.n_iter_ == 25 - n_clusters
    # The first merges are those below the cut.
    labels = np.arange(25)
    for s, joined in enumerate(members(fitted.children_, 25)[: 25 - n_clusters]):
        labels[list(joined)] = 25 + s
    same = labels[:, None] == labels
    np.testing.assert_array_equal(cut[:, None] == cut, same)
    lost = fitted.merge_costs_[: 25 - n_clusters].sum()
    everything = mutual_information(counts, normalize=True)
    assert fitted.information_ == pytest.approx(everything - lost, abs=1e-12)


def test_every_node_is_merged_once(counts):
    children = fit_tree(counts).children_
    assert sorted(children.ravel().tolist()) == list(range(2 * 25 - 2))
    assert np.all(children.max(axis=1) < 25 + np.arange(24))


def test_rows_in_proportion_are_merged_first_at_no_cost(counts):
    X = np.vstack([counts, 2 * counts[:4]])
    found = fit_tree(X)
    assert found.merge_costs_[:4].tolist() == [0.0] * 4
    assert [set(pair) for pair in found.children_[:4].tolist()] == [{i, 25 + i} for i in range(4)]
    assert np.all(found.merge_costs_[4:] > 0)


def test_rows_without_weight_are_in_no_merge(counts):
    weight = np.ones(25)
    weight[[3, 8]] = 0
    found = fit_tree(counts, 2, sample_weight=weight)
    assert len(found.children_) == len(found.merge_costs_) == 22
    assert not {3, 8} & set(found.children_.ravel().tolist())
    cut = found.cut_tree(5)
    assert np.all((cut == -1) == (weight == 0))
    np.testing.assert_array_equal(found.labels_, found.cut_tree(2))


def test_order_of_rows_does_not_change_the_costs(counts, rng):
    expected = fit_tree(counts).merge_costs_
    shuffled = fit_tree(rng.permutation(counts)).merge_costs_
    np.testing.assert_allclose(shuffled, expected, atol=1e-14)


def test_only_agglomerative_has_a_tree(counts):
    found = InformationBottleneck(2).fit(counts)
    assert not hasattr(found, "cut_tree")
    assert not hasattr(found, "children_")


def test_cut_into_too_many(counts):
    with pytest.raises(ValueError, match="n_clusters=26 must be at most"):
        fit_tree(counts).cut_tree(26)


@pytest.mark.parametrize("n_clusters", [0, 2.0, "all"])
def test_cut_into_what_is_no_number(counts, n_clusters):
    with pytest.raises(ValueError, match="n_clusters must be a positive int"):
        fit_tree(counts).cut_tree(n_clusters)


def make_documents(n_rows=400, n_words=200, n_topics=4, length=20):
    """Short documents on one topic each, in which most words do not depend on it; the topics."""
    rng = np.random.default_rng(0)
    shares = 0.5 * rng.dirichlet(np.ones(n_words)) + 0.5 * rng.dirichlet(
        np.full(n_words, 0.2), n_topics
    )
    topics = rng.integers(0, n_topics, n_rows)
    return np.array([rng.multinomial(length, shares[t]) for t in topics]), topics


@pytest.mark.parametrize("n_clusters", [1, 4, 300])
def test_tree_of_many_rows_is_a_tree(n_clusters):
    X, _ = make_documents()
    found = fit_tree(X, n_clusters, random_state=0)
    n_rows = len(X)
    assert sorted(found.children_.ravel().tolist()) == list(range(2 * n_rows - 2))
    assert np.all(found.children_.max(axis=1) < n_rows + np.arange(n_rows - 1))
    np.testing.assert_array_equal(found.cut_tree(n_clusters), found.labels_)
    # Single rows keep I(X; Y) and one cluster nothing, so the losses of all merges sum to that,
    # and those after a cut to what the cut keeps.
    assert found.merge_costs_.sum() == pytest.approx(mutual_information(X, normalize=True))
    for n_left in (2, 5, 50, 200):
        kept = information(X, found.cut_tree(n_left))
        assert found.merge_costs_[n_rows - n_left :].sum() == pytest.approx(kept)


def test_short_documents_are_sorted_by_their_topics():
    X, topics = make_documents()
    found = fit_tree(X, 4, random_state=0)
    # 0.64 if single rows are merged.
    assert adjusted_rand_score(found.labels_, topics) > 0.9
    # The clusters of the sequential algorithm, and the merges that go on from them.
    sequential = InformationBottleneck(4, random_state=0).fit(X)
    np.testing.assert_array_equal(found.labels_, sequential.labels_)
    assert found.merge_costs_[-3:].sum() == pytest.approx(sequential.information_)


def test_tree_of_many_rows_does_not_depend_on_their_order(rng):
    X, _ = make_documents()
    order = rng.permutation(len(X))
    found, shuffled = fit_tree(X, 4, random_state=0), fit_tree(X[order], 4, random_state=0)
    np.testing.assert_array_equal(shuffled.labels_, found.labels_[order])
    np.testing.assert_allclose(shuffled.merge_costs_, found.merge_costs_, atol=1e-14)
