"""Groups, costs, forced features and pairs."""

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

from skinfo import InfoBottleneckSelector
from skinfo.feature_selection import selection_curve
from skinfo.feature_selection._stopping import until_elbow, until_proportion


def table(rng, n=1000):
    """Return X with columns a..f, and y made of a and b; c is a noisy copy of a."""
    a, b, *noise = rng.normal(size=(5, n))
    X = np.column_stack([a, b, a + 0.1 * rng.normal(size=n), *noise])
    return pd.DataFrame(X, columns=list("abcdef")), (a + b > 0).astype(int)


def test_a_group_enters_and_leaves_together(rng, source):
    X, y = table(rng)
    selector = InfoBottleneckSelector(groups={"pair": ["b", "d"], "noise": [4, "f"]}).fit(
        *source(X, y)
    )
    assert selector.support_[[1, 3]].all()
    assert not selector.support_[[4, 5]].any()
    assert set(selector.report()["feature"]) == {"a", "pair", "c", "noise"}
    # A group has one value for all its features.
    assert selector.mutual_info_[1] == selector.mutual_info_[3]


def test_a_one_hot_block_is_as_informative_as_its_category(rng, source):
    category = rng.integers(0, 4, 800)
    y = (rng.random(800) < np.array([0.1, 0.3, 0.6, 0.9])[category]).astype(int)
    block = np.eye(4, dtype=int)[category]
    X = np.column_stack([block, rng.integers(0, 3, 800)])
    grouped = InfoBottleneckSelector(groups=[[0, 1, 2, 3]]).fit(*source(X, y))
    alone = InfoBottleneckSelector().fit(*source(category[:, None], y))
    assert grouped.mutual_info_[0] == pytest.approx(alone.mutual_info_[0], abs=1e-12)
    assert grouped.support_.tolist() == [True] * 4 + [False]


def test_three_spellings_of_groups(rng, source):
    X, y = table(rng)
    spellings = [{"g": ["a", "c"]}, [["a", "c"]], ["g", None, "g", None, None, None]]
    supports = [
        InfoBottleneckSelector(groups=g).fit(*source(X, y)).support_.tolist() for g in spellings
    ]
    assert supports[0] == supports[1] == supports[2]


def test_a_large_family_is_cut_into_cells_blind_to_the_target(rng, source):
    # Ten columns of ten bins have a thousand joint states in a thousand rows: an identifier.
    X, y = rng.normal(size=(1000, 10)), rng.integers(0, 2, 1000)
    noise = InfoBottleneckSelector(groups=[list(range(10))]).fit(*source(X, y))
    assert noise.p_values_[0] > 1e-3
    told = InfoBottleneckSelector(groups=[list(range(10))]).fit(
        *source(X, X[:, :3].sum(axis=1) > 0)
    )
    assert told.support_.all()


def test_costs_come_off_the_score(rng, source):
    X, y = table(rng)
    free = InfoBottleneckSelector().fit(*source(X, y))
    assert free.support_[:2].all()
    dear = InfoBottleneckSelector(feature_costs={"b": 2.0}).fit(*source(X, y))
    assert not dear.support_[1]
    # Of a and its copy, the cheaper one.
    cheap = InfoBottleneckSelector(1, feature_costs=[0.2, 0.2, 0, 0, 0, 0]).fit(*source(X, y))
    assert cheap.selected_features_.tolist() == [2]


@pytest.mark.parametrize(("beta", "n_selected"), [(1.8, 0), (2.2, 1)])
def test_no_feature_is_selected_whose_description_costs_more_than_its_information(
    beta, n_selected, source
):
    # Two bits to describe for one bit about y: worth it if a bit may cost more than two.
    X = np.repeat(np.arange(4), 250)[:, None]
    y = (X.ravel() >= 2).astype(int)
    assert InfoBottleneckSelector(beta=beta).fit(*source(X, y)).n_features_ == n_selected


@pytest.mark.parametrize("criterion", ["bottleneck", "mrmr", "jmi", "cmim"])
def test_must_haves_come_first_and_the_rest_fits_them(rng, criterion, source):
    X, y = table(rng)
    selector = InfoBottleneckSelector(
        3, criterion=criterion, must_include=["f", "c"], must_exclude=[1]
    ).fit(*source(X, y))
    assert selector.selected_features_[:2].tolist() == [5, 2]
    assert not selector.support_[1]
    assert len(selector.selected_features_) == 3
    mask = InfoBottleneckSelector(must_include=np.arange(6) == 4).fit(*source(X, y))
    assert mask.selected_features_[0] == 4


def test_interactions_find_an_exclusive_or_among_noise(rng, source):
    X = rng.integers(0, 2, (1000, 202))
    y = X[:, 7] ^ X[:, 140]
    assert InfoBottleneckSelector(interactions=True).fit(*source(X, y)).support_[[7, 140]].all()
    assert not InfoBottleneckSelector().fit(*source(X, y)).support_[[7, 140]].any()


def test_interactions_keep_the_level(rng):
    hits = 0
    for _ in range(40):
        X, y = rng.integers(0, 3, (200, 12)), rng.integers(0, 2, 200)
        hits += InfoBottleneckSelector(interactions=True).fit(X, y).n_features_ > 0
    # P(more than 6 of 40 at 0.05) < 0.004.
    assert hits <= 6


def test_continuous_targets_are_cut_at_quantiles(rng, source):
    X = rng.normal(size=(1000, 5))
    y = X[:, 1] + 0.3 * rng.normal(size=1000)
    selector = InfoBottleneckSelector().fit(*source(X, y))
    assert selector.selected_features_.tolist() == [1]
    assert selector.target_type_ == "continuous"
    assert selector.classes_ is None
    shares = np.bincount(np.searchsorted(selector.target_edges_, y, side="right"))
    assert np.ptp(shares) <= 1


def test_outputs_of_different_lengths_are_refused():
    with pytest.raises(
        ValueError, match=r"y must have one value, .*has rows of different lengths"
    ):
        InfoBottleneckSelector().fit([[0], [1]], [(1, 2), (3,)])


def test_several_outputs_are_one_variable(rng):
    X = rng.normal(size=(1000, 5))
    y = np.column_stack([X[:, 0] > 0, X[:, 3] > 0]).astype(int)
    selector = InfoBottleneckSelector().fit(X, y)
    assert sorted(selector.selected_features_) == [0, 3]
    assert selector.target_type_ == "multioutput"


def test_sparse_and_dense_agree(rng):
    X = sp.random(400, 12, 0.3, random_state=0, format="csr")
    y = (X[:, [4]].toarray().ravel() > 0).astype(int)
    sparse, dense = (InfoBottleneckSelector().fit(Z, y) for Z in (X, X.toarray()))
    np.testing.assert_array_equal(sparse.selected_features_, dense.selected_features_)
    kept = sparse.transform(X)
    assert sp.issparse(kept)
    np.testing.assert_array_equal(kept.toarray(), dense.transform(X.toarray()))


def test_enough_is_a_share_of_the_information_or_the_elbow(rng, source):
    X = rng.normal(size=(2000, 10))
    y = (X[:, :5] @ [4, 2, 1, 1, 1] > 0).astype(int)
    everything = InfoBottleneckSelector().fit(*source(X, y))
    half = InfoBottleneckSelector(information=0.5).fit(*source(X, y))
    k = half.n_features_
    assert half.information_[-1] >= 0.5 * everything.information_[-1]
    assert k == 1 or half.information_[-2] < 0.5 * everything.information_[-1]
    np.testing.assert_array_equal(half.selected_features_, everything.selected_features_[:k])
    elbow = InfoBottleneckSelector("elbow").fit(*source(X, y))
    assert 1 <= elbow.n_features_ < everything.n_features_


def test_rules_by_hand():
    # Above the line from (0, 0) to (4, 1) by .45, .5, .25, 0.
    assert until_elbow([0.7, 1.0, 1.0, 1.0]) == 2
    assert until_elbow([0.2]) == 1
    assert until_elbow([]) == 0
    assert until_proportion(0.7)([0.5, 0.7, 1.0]) == 2
    assert until_proportion(0.5)([]) == 0


def test_selection_curve_is_monotone_and_ends_where_description_is_free(rng, source):
    X, y = table(rng)
    curve = selection_curve(*source(X, y), betas=[1e9, 2, 1])
    assert curve.betas.tolist() == [1, 2, 1e9]
    assert np.all(np.diff(curve.relevance) >= 0)
    assert np.all(np.diff(curve.n_features) >= 0)
    free = InfoBottleneckSelector().fit(*source(X, y))
    np.testing.assert_array_equal(curve.selected_features[-1], free.selected_features_)
    np.testing.assert_array_equal(curve.path[1], free.information_)


def test_an_interrupted_fit_leaves_nothing(rng, monkeypatch):
    X, y = table(rng)
    selector = InfoBottleneckSelector().fit(X, y)

    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("skinfo.feature_selection._problem.greedy_search", interrupt)
    with pytest.raises(KeyboardInterrupt):
        selector.fit(X, y)
    assert not selector.__sklearn_is_fitted__()


def test_callbacks_get_each_feature(rng, listener):
    X, y = table(rng)
    InfoBottleneckSelector(2).set_callbacks(listener).fit(X, y)
    assert listener.heard[:2] == ["setup", "fit"]
    assert listener.heard[-1] == "teardown"
    assert len(listener.heard) == 5


def test_html_names_what_was_selected(rng):
    X, y = table(rng)
    html = InfoBottleneckSelector().fit(X.rename(columns={"a": "<a>"}), y)._repr_html_()
    assert "Selected" in html
    assert "&lt;a&gt;" in html
    assert "<td style='text-align:left'><a>" not in html


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"groups": {"g": ["a", "z"]}}, "groups: no column named 'z'"),
        ({"groups": {"g": ["a"], "h": ["a"]}}, "groups: 'a' is in both 'g' and 'h'"),
        ({"groups": {"g": []}}, "groups: 'g' has no features"),
        ({"groups": ["g", None]}, "groups as labels must have one entry a feature, got 2 for 6"),
        ({"feature_costs": [1.0]}, "feature_costs must have one number a feature"),
        ({"feature_costs": {"a": -1.0}}, "feature_costs must be finite and not negative"),
        ({"must_include": ["q"]}, "must_include: no column named 'q'"),
        ({"must_include": [True]}, "must_include as a mask must have one entry a feature"),
        ({"must_include": ["a"], "must_exclude": ["a"]}, "both name 'a'"),
        (
            {"must_include": ["a", "b"], "n_features_to_select": 1},
            "must_include names 2 features, but n_features_to_select=1",
        ),
        ({"information": 0.5, "n_features_to_select": 2}, "information=0.5 limits the number"),
        (
            {"n_features_to_select": 6, "must_exclude": ["a"]},
            "n_features_to_select=6 must be at most the number of features that may be selected",
        ),
    ],
)
def test_bad_parameters_are_named(rng, params, message):
    X, y = table(rng, n=50)
    with pytest.raises(ValueError, match=message):
        InfoBottleneckSelector(**params).fit(X, y)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"feature_costs": {"a": "x"}}, "feature_costs must be numbers"),
        ({"groups": [[0, 1.5]]}, "groups: a column is given by name or index, got 1.5"),
        ({"must_include": [[0]]}, "must_include: a column is given by name or index"),
    ],
)
def test_parameters_of_the_wrong_kind(rng, params, message):
    X, y = table(rng, n=50)
    with pytest.raises(TypeError, match=message):
        InfoBottleneckSelector(**params).fit(X, y)


def test_a_misspelt_column_is_answered_by_the_nearest_name(rng):
    X, y = table(rng, n=50)
    X = X.rename(columns={"a": "mean radius"})
    with pytest.raises(ValueError, match="'mean radiu'; did you mean 'mean radius'"):
        InfoBottleneckSelector(must_include=["mean radiu"]).fit(X, y)
    with pytest.raises(ValueError, match=r"the columns are \['c0', .*'c7'\] and 4 more"):
        InfoBottleneckSelector(must_include=["zzz"]).fit(
            pd.DataFrame(np.ones((50, 12)), columns=[f"c{j}" for j in range(12)]), y
        )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"betas": [0.0]}, "betas must be positive"),
        ({"betas": [1.0, np.inf]}, "betas must be positive finite numbers"),
        ({"selector": InfoBottleneckSelector(criterion="jmi")}, "must have criterion='bottlen"),
    ],
)
def test_bad_arguments_of_a_curve_are_named(rng, options, message):
    X, y = table(rng, n=50)
    with pytest.raises(ValueError, match=message):
        selection_curve(X, y, **options)


def test_a_group_is_a_list():
    with pytest.raises(ValueError, match=r"groups: 'g' must have a list of features, got 1"):
        InfoBottleneckSelector(groups={"g": 1}).fit([[0, 1], [1, 0]], [0, 1])
