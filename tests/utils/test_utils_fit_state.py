"""Fitted attributes after a fit that fails."""

import pytest

from skinfo.utils._fit_state import unchanged_on_failure, unfitted_on_failure


class Estimator:
    """Fits a number; fails after the attribute is set if it is negative."""

    def __init__(self, param=1):
        self.param = param

    @unfitted_on_failure
    def fit(self, number, *, scale=1):
        assert not hasattr(self, "fitted_")
        self.fitted_ = number * scale
        if number < 0:
            raise ValueError("negative")
        return self

    @unchanged_on_failure
    def partial_fit(self, number):
        self.fitted_ = getattr(self, "fitted_", 0) + number
        if number < 0:
            raise KeyboardInterrupt
        return self


def test_fit_returns_and_passes_arguments_on():
    estimator = Estimator().fit(2)
    assert estimator.fit(3, scale=10) is estimator
    assert estimator.fitted_ == 30
    assert Estimator.fit.__name__ == "fit"


def test_a_failed_fit_keeps_parameters_only():
    estimator = Estimator(param=5).fit(2)
    with pytest.raises(ValueError, match="negative"):
        estimator.fit(-1)
    assert vars(estimator) == {"param": 5}


def test_a_failed_chunk_restores_the_attributes():
    estimator = Estimator().partial_fit(2).partial_fit(3)
    with pytest.raises(KeyboardInterrupt):
        estimator.partial_fit(-1)
    assert vars(estimator) == {"param": 1, "fitted_": 5}
    first = Estimator()
    with pytest.raises(KeyboardInterrupt):
        first.partial_fit(-1)
    assert vars(first) == {"param": 1}
