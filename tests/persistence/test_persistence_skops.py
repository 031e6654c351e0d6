"""Files of skops: each estimator needs one class to be trusted, its own."""

import pytest
from persistence.saved_models import BINARY, FRAME, MODELS, answers, fitted

import skinfo
from skinfo import MutualInfoBinner
from skinfo.utils._saved_state import OtherVersionWarning

skops_io = pytest.importorskip("skops.io")

BINNER = "skinfo.preprocessing._binner.MutualInfoBinner"
SELECTOR = "skinfo.feature_selection._selector.InfoBottleneckSelector"
SCORER = "skinfo.metrics._entropy_scorer.EntropyScorer"

# As docs/guide/persistence.md lists them. Which classes of scikit-learn are trusted depends on the
# versions of skops and scikit-learn: one of them asks for `StratifiedKFold` too.
TRUSTED = {
    "binner": [BINNER],
    "bottleneck": ["skinfo.cluster._bottleneck.InformationBottleneck"],
    "scorecard": [BINNER, "skinfo.scorecard._scorecard.Scorecard"],
    "scorer": [SCORER],
    "search": [SCORER, BINNER],
    "selector": [SELECTOR],
    "selector_binner": [SELECTOR, BINNER],
}


@pytest.mark.parametrize("name", MODELS)
def test_answers_are_the_same(name):
    data = skops_io.dumps(fitted(name))
    trusted = skops_io.get_untrusted_types(data=data)
    ours = [each for each in trusted if not each.startswith("sklearn.")]
    assert ours == TRUSTED.get(name, TRUSTED[name.split("_")[0]])
    assert answers(skops_io.loads(data, trusted=trusted)) == answers(fitted(name))


def test_chunks_go_on():
    loaded = skops_io.loads(skops_io.dumps(fitted("binner_chunks")), trusted=[BINNER])
    expected = MODELS["binner_chunks"]()
    for each in (loaded, expected):
        each.partial_fit(FRAME[70:], BINARY[70:])
    assert answers(loaded) == answers(expected)


def test_another_version_is_told_where_the_file_is_loaded(monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(skinfo, "__version__", "0.0.7")
        data = skops_io.dumps(MutualInfoBinner())
    with pytest.warns(OtherVersionWarning, match=r"saved by skinfo 0\.0\.7") as caught:
        skops_io.loads(data, trusted=[BINNER])
    assert [warning.filename for warning in caught] == [__file__]
