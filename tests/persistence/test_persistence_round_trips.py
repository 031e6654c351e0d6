"""Every fitted model through every way to save it: the same answers to the last bit."""

import copy
import io
import pickle

import joblib
import numpy as np
import pytest
from persistence.saved_models import BINARY, FRAME, MODELS, answers, fitted
from sklearn.base import clone

import skinfo
from skinfo import MutualInfoBinner


def through_joblib(model, folder, compress=0, mmap_mode=None):
    joblib.dump(model, folder / "model", compress=compress)
    return joblib.load(folder / "model", mmap_mode=mmap_mode)


def through_cloudpickle(model, folder):
    return pickle.loads(pytest.importorskip("cloudpickle").dumps(model))


WAYS = {
    **{
        f"pickle {protocol}": lambda model, folder, protocol=protocol: pickle.loads(
            pickle.dumps(model, protocol)
        )
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1)
    },
    "cloudpickle": through_cloudpickle,
    "joblib": through_joblib,
    "compressed": lambda model, folder: through_joblib(model, folder, compress=3),
    "memory map": lambda model, folder: through_joblib(model, folder, mmap_mode="r"),
    "copy": lambda model, folder: copy.copy(model),
    "deepcopy": lambda model, folder: copy.deepcopy(model),
}


@pytest.mark.parametrize("name", MODELS)
def test_answers_are_the_same(name, tmp_path):
    model = fitted(name)
    expected = answers(model)
    for way, copied in WAYS.items():
        assert answers(copied(model, tmp_path)) == expected, way


@pytest.mark.parametrize("way", WAYS)
def test_chunks_go_on(way, tmp_path):
    loaded = WAYS[way](fitted("binner_chunks"), tmp_path).partial_fit(FRAME[70:], BINARY[70:])
    # A copy, since the fitted models are shared.
    expected = copy.deepcopy(fitted("binner_chunks")).partial_fit(FRAME[70:], BINARY[70:])
    assert answers(loaded) == answers(expected)


def test_a_memory_map_is_not_written_to(tmp_path):
    model = fitted("binner_chunks")
    loaded = through_joblib(model, tmp_path, mmap_mode="r")
    before = (tmp_path / "model").read_bytes()
    assert isinstance(loaded.mutual_info_, np.memmap)
    loaded.partial_fit(FRAME[70:], BINARY[70:])
    assert (tmp_path / "model").read_bytes() == before
    assert answers(through_joblib(model, tmp_path)) == answers(model)


def test_a_saved_model_is_cloned_as_it_was():
    for name in MODELS:
        copied = clone(pickle.loads(pickle.dumps(fitted(name))))
        assert repr(copied) == repr(clone(fitted(name)))


class Names(pickle.Unpickler):
    """Unpickler that keeps the names of what it imports."""

    def __init__(self, file):
        super().__init__(file)
        self.names = set()

    def find_class(self, module, name):
        self.names.add((module, name))
        return super().find_class(module, name)


@pytest.mark.parametrize("name", MODELS)
def test_a_pickle_names_public_classes_only(name):
    reader = Names(io.BytesIO(pickle.dumps(fitted(name))))
    reader.load()
    ours = {name for module, name in reader.names if module.startswith("skinfo")}
    assert ours <= {*skinfo.__all__, "Scorecard"}
    packages = {module.split(".")[0] for module, _ in reader.names}
    # Of scikit-learn what belongs to a pipeline or a search; of pandas nothing.
    assert packages <= {"skinfo", "numpy", "sklearn", "copyreg", "builtins", "collections"}
    if not name.startswith(("scorecard", "scorer", "search")):
        assert "sklearn" not in packages


def test_what_is_cached_is_not_saved():
    for name in ("binner_onehot", "bottleneck"):
        model = MODELS[name]()
        before = len(pickle.dumps(model))
        answers(model)
        assert len(pickle.dumps(model)) == before


def test_one_object_in_two_places_stays_one():
    binner = fitted("binner")
    loaded = pickle.loads(pickle.dumps(binner))
    for model in (binner, loaded):
        assert model._columns[0].bins is model._output.bins[0]


def test_a_parameter_may_look_like_a_saved_object():
    given = {"skinfo class": "NumericBins", "fields": {"cuts": [1]}}
    binner = MutualInfoBinner(special_values=given)
    binner._note = [given]
    loaded = pickle.loads(pickle.dumps(binner))
    assert loaded.special_values == given
    assert loaded._note == [given]


class Loose(MutualInfoBinner):
    """A subclass with a parameter of its own and without one of the class."""

    def __init__(self, strictness=2, max_bins=5):
        super().__init__(max_bins=max_bins, penalty=None)
        self.strictness = strictness


def test_subclasses():
    model = Loose(strictness=3).fit(FRAME, BINARY)
    loaded = pickle.loads(pickle.dumps(model))
    assert (type(loaded), loaded.strictness, loaded.penalty) == (Loose, 3, None)
    assert answers(loaded) == answers(model)
