"""Checks of arguments that several subpackages share."""

import numpy as np
import pytest
from sklearn.model_selection import KFold, ShuffleSplit, TimeSeriesSplit, check_cv

from skinfo import InfoBottleneckSelector, InformationBottleneck
from skinfo.cluster import information_curve
from skinfo.datasets import make_correlated_normals, make_documents, make_parity, make_steps
from skinfo.estimation import multivariate_info, mutual_info_test
from skinfo.feature_selection import selection_curve
from skinfo.metrics import calibration_error, log_loss_decomposition, reliability_curve
from skinfo.utils._validation import (
    check_base,
    check_frequency_weights,
    check_sample_weight,
    explain_missing_arguments,
    match_name,
    partition_splits,
)

# Of repetitions, steps and sizes: calls with such a number.
COUNTS = {
    "n_permutations of mutual_info_test": lambda n: mutual_info_test(
        np.eye(4), [0, 1, 0, 1], null="permutation", n_permutations=n
    ),
    "n_permutations of multivariate_info": lambda n: multivariate_info(
        np.eye(4), n_permutations=n
    ),
    "n_resamples of log_loss_decomposition": lambda n: log_loss_decomposition(
        [0, 1], [0.5, 0.5], n_resamples=n
    ),
    "n_resamples of reliability_curve": lambda n: reliability_curve(
        [0, 1], [0.5, 0.5], n_resamples=n
    ),
    "n_bins of calibration_error": lambda n: calibration_error([0, 1], [0.5, 0.5], n_bins=n),
    "n_init of InformationBottleneck": lambda n: InformationBottleneck(2, n_init=n).fit(np.eye(4)),
    "max_iter of InformationBottleneck": lambda n: InformationBottleneck(2, max_iter=n).fit(
        np.eye(4)
    ),
    "n_init of information_curve": lambda n: information_curve(np.eye(4), n_init=n),
    "max_iter of information_curve": lambda n: information_curve(np.eye(4), max_iter=n),
    "n_samples of make_correlated_normals": lambda n: make_correlated_normals(n_samples=n),
    "n_noise of make_parity": lambda n: make_parity(n_noise=n),
    "n_words of make_documents": lambda n: make_documents(n_words=n),
}


@pytest.mark.parametrize("what", COUNTS)
@pytest.mark.parametrize("number", [2**31, 10**30])
def test_numbers_of_more_than_31_bits_are_refused(what, number):
    # They were a MemoryError, an OverflowError or no end.
    name, _, function = what.split()
    with pytest.raises(
        ValueError, match=f"'{name}' parameter of {function} must be .*, 2147483647"
    ):
        COUNTS[what](number)


@pytest.mark.parametrize("what", COUNTS)
def test_true_is_no_number_of_anything(what):
    # NumPy takes it for no size.
    name, _, function = what.split()
    with pytest.raises(ValueError, match=f"'{name}' parameter of {function} must be .*Got True"):
        COUNTS[what](True)


@pytest.mark.parametrize("given", [{"a": 1}, ["a"], b"x", [[1], [1, 2]], [1j]])
@pytest.mark.parametrize(
    ("name", "call"),
    [
        ("betas", lambda given: information_curve(np.eye(3), betas=given)),
        ("betas", lambda given: selection_curve(np.eye(3), [0, 1, 0], betas=given)),
        ("rho", lambda given: make_correlated_normals(rho=given)),
        ("rates", lambda given: make_steps(rates=given)),
    ],
)
def test_arguments_of_numbers_are_refused_by_name(name, call, given):
    with pytest.raises((TypeError, ValueError), match=f"{name}.* must be"):
        call(given)


def test_states_are_unlimited_by_any_large_number():
    X, y = np.repeat(np.eye(3), 20, axis=0), np.repeat([0, 1, 2], 20)
    few = InfoBottleneckSelector(max_states=64).fit(X, y)
    unlimited = InfoBottleneckSelector(max_states=10**30).fit(X, y)
    np.testing.assert_array_equal(unlimited.information_, few.information_)


NAMES = ("miller_madow", "ksg", "mrmr", "chao_shen")


def match(name, names=NAMES):
    return match_name(name, names, parameter="estimator", caller="mutual_info")


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("ksg", "ksg"),
        ("KSG", "ksg"),
        ("mRMR", "mrmr"),
        ("Miller-Madow", "miller_madow"),
        ("millermadow", "miller_madow"),
        ("Chao Shen", "chao_shen"),
    ],
)
def test_case_and_hyphens_do_not_count(name, meant):
    assert match(name) == meant


def test_an_exact_name_wins():
    assert match("KSG", ("ksg", "KSG")) == "KSG"


def test_the_nearest_name_is_offered():
    message = (
        r"The 'estimator' parameter of mutual_info must be a str among \{'chao_shen', 'ksg', "
        r"'miller_madow', 'mrmr'\}\. Got 'miler_madow' instead\. Did you mean 'miller_madow'\?$"
    )
    with pytest.raises(ValueError, match=message):
        match("miler_madow")


@pytest.mark.parametrize("name", ["zzzz", 3, None])
def test_nothing_near_is_not_guessed(name):
    with pytest.raises(ValueError, match=rf"Got {name!r} instead\.$"):
        match(name)


def test_base_is_given_in_nats():
    assert check_base(np.e) == 1.0
    assert check_base(2) == pytest.approx(0.693147180559945)


@pytest.mark.parametrize("base", [True, "2", None])
def test_a_base_that_is_no_number(base):
    with pytest.raises(TypeError, match="base must be a real number"):
        check_base(base)


@pytest.mark.parametrize("base", [0, -2, 1, np.inf, np.nan])
def test_a_base_without_a_logarithm(base):
    with pytest.raises(ValueError, match="base must be a finite number > 0 other than 1"):
        check_base(base)


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ([0, 0, 0], "got zeros only"),
        ([1, 1e-101, 1], "got 1e-101: products of weights"),
        ([1, 1e101, 1], r"got 1e\+101: products of weights"),
        (np.ma.masked_array([1, 1, 1], [0, 1, 0]), "must not be masked"),
        ([1, -1, 1], "(?i)negative"),
        ([1, 1], "sample_weight.shape"),
    ],
)
def test_weights_that_cannot_be_used(weights, message):
    with pytest.raises(ValueError, match=message):
        check_sample_weight(weights, 3)


def test_integer_weights_are_counted_as_they_are():
    weights = check_frequency_weights([3, 0, 1], 3)
    assert weights.tolist() == [3.0, 0.0, 1.0]


@pytest.mark.parametrize("cv", [TimeSeriesSplit(3), ShuffleSplit(3, random_state=0)])
def test_test_sets_must_partition_the_samples(cv):
    y = np.arange(12)
    with pytest.raises(ValueError, match="cv must test each row exactly once, and it tests row"):
        partition_splits(cv, y, y, {})


def test_a_cv_without_splits_is_refused():
    y = np.arange(2)
    with pytest.raises(ValueError, match=r"cv has no split\. Pass a number of folds"):
        partition_splits(check_cv([]), y, y, {})


def test_splits_are_those_of_the_splitter():
    y = np.arange(9)
    tested = [test.tolist() for _, test in partition_splits(KFold(3), y, y, {})]
    assert tested == [[0, 1, 2], [3, 4, 5], [6, 7, 8]]


def test_a_missing_argument_is_explained():
    @explain_missing_arguments(y="the target.")
    def fit(X, y, *, weight=None):
        return X, y, weight

    assert fit(1, 2) == fit(1, y=2) == (1, 2, None)
    with pytest.raises(TypeError, match="fit needs y, the target"):
        fit(1)
    # Other mistakes are Python's own.
    with pytest.raises(TypeError, match="unexpected keyword argument 'z'"):
        fit(1, 2, z=3)
