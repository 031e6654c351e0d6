"""scikit-learn's own checks of estimators."""

import pytest
from sklearn.base import TransformerMixin
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
    "all outputs": EntropyScorer(GaussianNB(), output=("entropy", "margin", "max_probability")),
    "two metrics": EntropyScorer(
        DecisionTreeClassifier(max_depth=3, random_state=0), metric=["log_loss", "skill"]
    ),
}

# What check_estimator leaves out, some of it because of the tag non_deterministic.
MORE_CHECKS = [
    "check_dataframe_column_names_consistency",
    "check_get_feature_names_out_error",
    "check_global_output_transform_pandas",
    "check_global_set_output_transform_polars",
    "check_inplace_ensure_writeable",
    "check_methods_sample_order_invariance",
    "check_methods_subset_invariance",
    "check_param_validation",
    "check_set_output_transform",
    "check_set_output_transform_pandas",
    "check_set_output_transform_polars",
    "check_transformer_get_feature_names_out",
    "check_transformer_get_feature_names_out_pandas",
]


class InSample(EntropyScorer):
    """EntropyScorer with the fit_transform that scikit-learn's checks expect: fit, transform."""

    fit_transform = TransformerMixin.fit_transform

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.non_deterministic = False
        return tags


# scikit-learn 1.7 hands its parametrize_with_checks a generator, which pytest 9 deprecates.
@pytest.mark.parametrize(
    ("estimator", "check"),
    [
        pytest.param(estimator, check, id=f"{name}-{check.func.__name__}")
        for name, each in ESTIMATORS.items()
        for estimator, check in estimator_checks.estimator_checks_generator(each)
    ],
)
def test_check_estimator(estimator, check):
    check(estimator)


@pytest.mark.parametrize("check", MORE_CHECKS)
@pytest.mark.parametrize("name", ESTIMATORS)
def test_checks_that_check_estimator_leaves_out(name, check):
    getattr(estimator_checks, check)("EntropyScorer", ESTIMATORS[name])


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
