"""scikit-learn's checks of every estimator, including those that check_estimator leaves out."""

import os
import subprocess
import sys

import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils import estimator_checks

from skinfo import (
    EntropyScorer,
    InfoBottleneckSelector,
    InformationBottleneck,
    MutualInfoBinner,
)
from skinfo.scorecard import Scorecard

# Some checks use a random y, for which an automatic selection selects no feature; scikit-learn's
# SelectorMixin then warns.
pytestmark = [
    pytest.mark.filterwarnings("ignore:No features were selected:UserWarning"),
    # Some checks fit on a frame and transform an array on purpose.
    pytest.mark.filterwarnings("ignore:X does not have valid feature names:UserWarning"),
    pytest.mark.filterwarnings("ignore:X has feature names, but:UserWarning"),
    # Some tables have fewer distinct rows than the default has clusters.
    pytest.mark.filterwarnings(
        "ignore:n_clusters=.*distinct:sklearn.exceptions.ConvergenceWarning"
    ),
    # Others give GaussianNB a class of weight zero.
    pytest.mark.filterwarnings("ignore:divide by zero encountered in log:RuntimeWarning"),
]

ESTIMATORS = {
    "binner": MutualInfoBinner(),
    "binner most informative": MutualInfoBinner(4, penalty=None, n_jobs=2),
    "binner mdlp": MutualInfoBinner(penalty="mdlp", min_samples_bin=0.1),
    "binner bic": MutualInfoBinner(penalty="bic", min_samples_bin=3, max_candidates=None),
    "binner bits a bin": MutualInfoBinner(penalty=2.5, max_candidates=4),
    "binner onehot": MutualInfoBinner(encode="onehot"),
    "binner onehot dense": MutualInfoBinner(encode="onehot-dense", dtype=float),
    "binner continuous": MutualInfoBinner(target_type="continuous", missing="merge"),
    "binner monotone": MutualInfoBinner(monotonic_cst=None, penalty="bic", encode="posterior"),
    "binner woe": MutualInfoBinner(
        encode="woe", penalty=None, min_samples_bin=0.05, target_type="multiclass"
    ),
    "selector": InfoBottleneckSelector(),
    "selector share": InfoBottleneckSelector(0.5, beta=10.0, max_states=4),
    "selector jmi": InfoBottleneckSelector(0.5, criterion="jmi", n_jobs=2),
    "selector cmim": InfoBottleneckSelector(criterion="cmim", alpha=0.5),
    "selector predictive": InfoBottleneckSelector("predictive"),
    "selector elbow": InfoBottleneckSelector("elbow", feature_costs={0: 0.01}),
    "selector share of information": InfoBottleneckSelector(information=0.9, n_jobs=2),
    "selector interactions": InfoBottleneckSelector(interactions=True, must_include=[0]),
    "selector binner": InfoBottleneckSelector(0.5, binner=MutualInfoBinner()),
    "scorecard": Scorecard(),
    "scorecard exact": Scorecard(intercept="kept", decimals=None, reverse=True),
    "scorer": EntropyScorer(),
    "scorer all outputs": EntropyScorer(
        GaussianNB(), output=("entropy", "margin", "max_probability")
    ),
    "scorer two metrics": EntropyScorer(
        DecisionTreeClassifier(max_depth=3, random_state=0), metric=["neg_log_loss", "skill"]
    ),
    "scorer ensemble": EntropyScorer(
        RandomForestClassifier(5, max_depth=3, random_state=0),
        metric={"bits": "discrimination"},
        output=("total", "aleatoric", "epistemic"),
        unseen="inf",
    ),
    "bottleneck": InformationBottleneck(random_state=0),
    "bottleneck price": InformationBottleneck(3, beta=20.0, n_jobs=2),
    "bottleneck agglomerative": InformationBottleneck(algorithm="agglomerative"),
    "bottleneck of roots": InformationBottleneck(counts="sqrt", random_state=0),
    "bottleneck of presence": InformationBottleneck(counts="binary", random_state=0),
    "bottleneck iterative": InformationBottleneck(
        3, algorithm="iterative", beta=50.0, max_iter=1000, n_init=3
    ),
    "bottleneck deterministic": InformationBottleneck(
        2, algorithm="deterministic", beta=50.0, n_init=3
    ),
}

# Checks that check_estimator leaves out, two of them for EntropyScorer's tag non_deterministic.
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

# scikit-learn does not support sparse output in dataframes.
DENSE = [name for name in ESTIMATORS if name != "binner onehot"]


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
@pytest.mark.parametrize("name", DENSE)
def test_checks_that_check_estimator_leaves_out(name, check):
    estimator = ESTIMATORS[name]
    getattr(estimator_checks, check)(type(estimator).__name__, estimator)


def test_array_api_checks_where_scipy_dispatches():
    # scikit-learn skips these checks unless SciPy dispatches too, which is set before its import.
    n_checks = sum(
        check.func.__name__ == "check_array_api_input"
        for each in ESTIMATORS.values()
        for _, check in estimator_checks.estimator_checks_generator(each)
    )
    if not n_checks:
        pytest.skip("this scikit-learn has no such check")
    found = subprocess.run(
        [sys.executable, "-P", "-m", "pytest", "-q", "-k", "check_array_api_input", __file__],
        env=os.environ | {"SCIPY_ARRAY_API": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stdout[-4000:]
    assert f"{n_checks} passed" in found.stdout
    assert "skipped" not in found.stdout
