"""Files of every released version, and files of versions that this one does not know."""

import json
import pickle
import warnings
from dataclasses import dataclass
from inspect import currentframe

import joblib
import numpy as np
import pytest
from persistence.saved_models import BINARY, DATA, FRAME, MODELS, answers, fitted, predictions
from sklearn.exceptions import InconsistentVersionWarning
from sklearn.pipeline import make_pipeline

import skinfo
from skinfo import InfoBottleneckSelector, MutualInfoBinner
from skinfo.preprocessing._fitting import BinningPlan
from skinfo.utils import _saved_state
from skinfo.utils._saved_state import OtherVersionWarning, saved_class

FILES = sorted(DATA.glob("*/*.pkl"))
JSON_FILES = sorted(DATA.glob("*/binner*.json"))


def identity(path):
    return f"{path.parent.name}/{path.stem}"


def assert_same(given, expected):
    """Compare predictions; logarithms differ between processors in the last bits."""
    assert type(given) is type(expected)
    if isinstance(expected, dict):
        assert given.keys() == expected.keys()
        for key, value in expected.items():
            assert_same(given[key], value)
    elif isinstance(expected, list):
        for pair in zip(given, expected, strict=True):
            assert_same(*pair)
    elif isinstance(expected, float):
        np.testing.assert_allclose(given, expected, rtol=1e-12, atol=1e-12)
    else:
        assert given == expected


def predictions_of(path):
    return json.loads((path.parent / "predictions.json").read_text())[path.stem]


def load(path):
    """Return the model of a file, which may be of another version of skinfo or scikit-learn."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InconsistentVersionWarning)
        return pickle.loads(path.read_bytes())


def test_there_are_files_of_this_version():
    assert {path.stem for path in (DATA / skinfo.__version__).glob("*.pkl")} == set(MODELS)


@pytest.mark.parametrize("path", FILES, ids=identity)
def test_files_of_every_version_predict_as_then(path):
    assert_same(predictions(load(path)), predictions_of(path))


@pytest.mark.parametrize("path", JSON_FILES, ids=identity)
def test_json_of_every_version_transforms_as_then(path):
    binner = MutualInfoBinner.from_dict(json.loads(path.read_text()))
    assert_same(predictions(binner), predictions_of(path))


@pytest.mark.parametrize("path", sorted(DATA.glob("*/binner_chunks.pkl")), ids=identity)
def test_chunks_of_every_version_go_on(path):
    loaded = load(path).partial_fit(FRAME[70:], BINARY[70:])
    here = pickle.loads(pickle.dumps(fitted("binner_chunks")))
    assert_same(predictions(loaded), predictions(here.partial_fit(FRAME[70:], BINARY[70:])))


def saved_by(version, estimator, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(skinfo, "__version__", version)
        return pickle.dumps(estimator)


def test_another_version_is_told_where_the_file_is_loaded(monkeypatch, tmp_path):
    data = saved_by("0.0.7", fitted("binner"), monkeypatch)
    message = r"MutualInfoBinner was saved by skinfo 0\.0\.7, and this is skinfo.*save it again"
    with pytest.warns(OtherVersionWarning, match=message) as caught:
        loaded = pickle.loads(data)
    assert len(caught) == 1
    assert (caught[0].filename, caught[0].lineno) == (__file__, currentframe().f_lineno - 2)
    assert answers(loaded) == answers(fitted("binner"))
    warning = caught[0].message
    assert isinstance(warning, InconsistentVersionWarning)
    assert (warning.estimator_name, warning.original_skinfo_version) == (
        "MutualInfoBinner",
        "0.0.7",
    )
    assert warning.current_skinfo_version == skinfo.__version__
    assert str(pickle.loads(pickle.dumps(warning))) == str(warning)


def test_joblib_is_passed_over(monkeypatch, tmp_path):
    with monkeypatch.context() as patch:
        patch.setattr(skinfo, "__version__", "0.0.7")
        joblib.dump(fitted("selector"), tmp_path / "model")
    with pytest.warns(OtherVersionWarning, match="InfoBottleneckSelector") as caught:
        joblib.load(tmp_path / "model")
    assert [warning.filename for warning in caught] == [__file__]


def test_once_for_each_class(monkeypatch):
    pipeline = make_pipeline(MutualInfoBinner(), MutualInfoBinner(), InfoBottleneckSelector())
    data = saved_by("0.0.7", pipeline, monkeypatch)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        pickle.loads(data)
    assert len(caught) == 2


def test_this_version_says_nothing(monkeypatch):
    loaded = pickle.loads(pickle.dumps(fitted("scorecard")))
    assert not hasattr(loaded, _saved_state.VERSION_KEY)


def test_loaded_and_saved_again_a_file_is_of_this_version(monkeypatch):
    data = saved_by("0.0.7", fitted("binner"), monkeypatch)
    with pytest.warns(OtherVersionWarning):
        loaded = pickle.loads(data)
    pickle.loads(pickle.dumps(loaded))


def test_a_state_without_a_version_is_loaded(monkeypatch):
    binner = fitted("binner_onehot")
    # As pickles were before: the objects themselves, and the parameters of that time.
    state = {k: v for k, v in vars(binner).items() if k not in ("special_values", "closed")}
    earlier = MutualInfoBinner.__new__(MutualInfoBinner)
    with pytest.warns(OtherVersionWarning, match=r"saved by skinfo pre-0\.1\.0"):
        earlier.__setstate__(state)
    assert (earlier.special_values, earlier.closed) == (None, "left")
    assert answers(earlier) == answers(binner)


def refused(data):
    """Return the message of a file that cannot be loaded."""
    with pytest.raises(ValueError, match=r"saved by skinfo 9\.0") as error:
        pickle.loads(data)
    message = str(error.value)
    assert f"this is skinfo {skinfo.__version__}, which does not know" in message
    assert "Load it with skinfo 9.0, or fit it again." in message
    return message


def test_a_parameter_of_a_later_version(monkeypatch):
    binner = pickle.loads(pickle.dumps(fitted("binner")))
    binner.smoothness = 0.5
    message = refused(saved_by("9.0", binner, monkeypatch))
    assert "its parameter 'smoothness'" in message


def test_a_class_of_a_later_version(monkeypatch):
    @saved_class
    @dataclass
    class FuzzyBins:
        cuts: list

    binner = pickle.loads(pickle.dumps(fitted("binner")))
    binner._fuzzy = [FuzzyBins([1.0])]
    data = saved_by("9.0", binner, monkeypatch)
    monkeypatch.delitem(_saved_state.SAVED_CLASSES, "FuzzyBins")
    assert "the 'FuzzyBins' that it holds" in refused(data)


def test_a_field_of_a_later_version(monkeypatch):
    state = fitted("binner").__getstate__()
    state["_columns"][0]["fields"]["curvature"] = 1.0
    state["_skinfo_version"] = "9.0"
    unfitted = MutualInfoBinner()
    with pytest.raises(ValueError, match=r"skinfo 9\.0.*fields of FittedColumn.*curvature"):
        unfitted.__setstate__(state)
    assert not hasattr(unfitted, "bin_edges_")


def test_chunks_of_a_version_that_counted_less():
    binner = pickle.loads(pickle.dumps(fitted("binner_chunks")))
    plan = BinningPlan.__new__(BinningPlan)
    vars(plan).update({k: v for k, v in vars(binner._counted.plan).items() if k != "special"})
    binner._counted = binner._counted._replace(plan=plan)
    with pytest.raises(ValueError, match=r"counted by another version.*\(special\).*begin again"):
        binner.partial_fit(FRAME[70:], BINARY[70:])
    assert answers(binner) == answers(fitted("binner_chunks"))


def test_chunks_of_a_version_without_later_parameters():
    binner = pickle.loads(pickle.dumps(fitted("binner_chunks")))
    del binner._counted.plan.parameters["closed"]
    binner.partial_fit(FRAME[70:], BINARY[70:])
    binner = pickle.loads(pickle.dumps(fitted("binner_chunks")))
    del binner._counted.plan.parameters["closed"]
    with pytest.raises(ValueError, match="closed was changed to 'right'"):
        binner.set_params(closed="right").partial_fit(FRAME[70:], BINARY[70:])
