"""Checks of scikit-learn that cross-fitting keeps from EntropyScorer, and its tags."""

import pytest
from sklearn.base import TransformerMixin
from sklearn.ensemble import RandomForestClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils import estimator_checks, get_tags

from skinfo.metrics import EntropyScorer

pytestmark = [
    # The checks fit on a frame and transform an array or the reverse, and give GaussianNB a class
    # of weight zero: the wrapped classifiers warn, as in scikit-learn's own run of the checks.
    pytest.mark.filterwarnings("ignore:X does not have valid feature names:UserWarning"),
    pytest.mark.filterwarnings("ignore:X has feature names, but:UserWarning"),
    pytest.mark.filterwarnings("ignore:divide by zero encountered in log:RuntimeWarning"),
]

ESTIMATORS = {
    "default": EntropyScorer(),
    "ensemble": EntropyScorer(RandomForestClassifier(5, random_state=0), output=("epistemic",)),
    "all outputs": EntropyScorer(GaussianNB(), output=("entropy", "margin", "max_probability")),
    "two metrics": EntropyScorer(
        DecisionTreeClassifier(max_depth=3, random_state=0), metric=["neg_log_loss", "skill"]
    ),
}


class InSample(EntropyScorer):
    """EntropyScorer with the fit_transform that scikit-learn's checks expect: fit, transform."""

    fit_transform = TransformerMixin.fit_transform

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.non_deterministic = False
        return tags


@pytest.mark.parametrize(
    "check",
    [
        "check_pipeline_consistency",
        "check_transformer_data_not_an_array",
        "check_transformer_general",
    ],
)
@pytest.mark.parametrize("name", ESTIMATORS)
def test_checks_that_cross_fitting_skips(name, check):
    in_sample = InSample(**ESTIMATORS[name].get_params(deep=False))
    getattr(estimator_checks, check)("InSample", in_sample)


def test_tags_follow_the_classifier():
    tags = get_tags(EntropyScorer(DecisionTreeClassifier()))
    assert tags.estimator_type == "classifier"
    assert tags.input_tags.allow_nan
    assert tags.input_tags.sparse
    assert tags.target_tags.required
    assert not tags.target_tags.multi_output
    assert not get_tags(EntropyScorer()).input_tags.allow_nan
