"""Probability of class totals, against sums over all counts of the bins, and what follows."""

from itertools import product

import numpy as np
import pytest
from scipy.special import gammaln
from scipy.stats import dirichlet_multinomial, multinomial

from skinfo import MutualInfoBinner
from skinfo.preprocessing._class_totals import log_totals_ratio, totals_slope


def log_exact(total, prior, sizes):
    """ln of the probability of the totals of two bins: the sum over the counts of the first."""
    other = total - np.array(list(product(*(range(n + 1) for n in total))))
    other = other[other.sum(axis=1) == sizes[1]]
    first = dirichlet_multinomial(prior, sizes[0]).pmf(total - other)
    return np.log((first * dirichlet_multinomial(prior, sizes[1]).pmf(other)).sum())


@pytest.mark.parametrize(
    ("total", "prior"),
    [
        ([20, 20], [1.0, 1.0]),
        ([30, 10], [1.0, 1.0]),
        ([12, 12, 12], [1.0, 1.0, 1.0]),
        ([6, 6, 6, 6, 6], [1.0] * 5),
        # Rates of half a sample a class, as of "auto", around the totals.
        ([20, 12, 4], [0.8, 0.5, 0.2]),
        ([6, 6, 6, 6, 6], [0.5] * 5),
    ],
)
@pytest.mark.parametrize("share", [0.5, 0.75, 0.9])
def test_probability_of_totals_of_two_bins(total, prior, share):
    """Equal means and covariances leave an error of a quarter of a nat, of up to 1.9."""
    total, prior = np.array(total), np.array(prior)
    n = total.sum()
    sizes = (round(share * n), n - round(share * n))
    expected = log_exact(total, prior, sizes) - dirichlet_multinomial(prior, n).logpmf(total)
    found = log_totals_ratio(total.astype(float), prior, np.array([np.square(sizes).sum()]))
    assert found[0] == pytest.approx(expected, abs=0.25)


def test_totals_of_one_bin_and_of_bins_of_one_sample():
    total, prior = np.array([5, 3, 2]), np.array([0.7, 0.5, 0.3])
    one, single = log_totals_ratio(total.astype(float), prior, np.array([100.0, 10.0]))
    assert one == pytest.approx(0.0, abs=1e-12)
    # These have multinomial totals.
    expected = multinomial(10, prior / 1.5).logpmf(total)
    expected -= dirichlet_multinomial(prior, 10).logpmf(total)
    assert single == pytest.approx(expected, abs=1e-4)


def test_totals_of_many_classes_are_likelier_with_more_bins():
    total, prior = np.full(50, 10_000.0), np.ones(50)
    n = total.sum()
    found = log_totals_ratio(total, prior, n**2 / np.array([1.0, 2.0, 8.0]))
    # Where bins are large rates are Dirichlet variates, whose parameters are 51 k - 1 in all.
    a = 51.0 * np.array([1, 2, 8]) - 1.0
    density = gammaln(a) - 50 * gammaln(a / 50) - (a - 50) * np.log(50)
    np.testing.assert_allclose(found, density - density[0], rtol=0.01)


@pytest.mark.parametrize("spread", [150.0, 400.0, 890.0])
def test_slope_is_the_derivative(spread):
    total, prior = np.array([15.0, 10.0, 5.0]), np.array([0.75, 0.5, 0.25])
    below, above = log_totals_ratio(total, prior, np.array([spread - 0.01, spread + 0.01]))
    assert totals_slope(total, prior, spread) == pytest.approx((above - below) / 0.02, rel=1e-5)


def test_no_whole_sample_has_no_totals():
    total, prior = np.array([0.3, 0.5]), np.ones(2)
    assert log_totals_ratio(total, prior, np.array([0.64, 0.3])).tolist() == [0.0, 0.0]
    assert totals_slope(total, prior, 0.3) == 0.0


@pytest.mark.parametrize("skew", [0.0, 1.0])
@pytest.mark.parametrize(("n", "n_classes"), [(300, 30), (300, 64), (1000, 128)])
def test_noise_is_not_cut_where_classes_are_many(n, n_classes, skew):
    """Bins of several parts expect totals near their mean: that is no evidence for a cut."""
    rng = np.random.default_rng(1)
    rates = np.arange(1.0, n_classes + 1) ** -skew
    y = rng.choice(n_classes, n, p=rates / rates.sum())
    X = np.column_stack([rng.normal(size=(n, 12)), rng.integers(0, 9, (n, 4))])
    for penalty in ("auto", "modl"):
        binner = MutualInfoBinner(
            penalty=penalty, categorical_features=[12, 13, 14, 15], target_type="multiclass"
        ).fit(X, y)
        assert np.count_nonzero(binner.n_bins_ > 1) <= 1


@pytest.mark.parametrize("skew", [0.0, 1.0])
@pytest.mark.parametrize("penalty", ["auto", "modl"])
def test_a_jump_is_found_where_classes_are_many(penalty, skew):
    """Of 100 classes of ten samples half are above a point three times as often as below."""
    rng = np.random.default_rng(2)
    rates = np.arange(1.0, 101.0) ** -skew
    y = rng.choice(100, 1000, p=rates / rates.sum())
    x = rng.random(1000)
    x = np.where(rng.random(1000) < 0.5, (x + y % 2) / 2, x)
    binner = MutualInfoBinner(penalty=penalty, target_type="multiclass").fit(x[:, None], y)
    cuts = binner.bin_edges_[0][1:-1]
    assert len(cuts) <= 2
    assert cuts[0] == pytest.approx(0.5, abs=0.05)
