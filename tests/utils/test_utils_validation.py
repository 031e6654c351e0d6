"""Checks of arguments that several rooms share."""

import pytest

from skinfo.utils._validation import match_name

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
