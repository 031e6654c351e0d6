"""Converted models in onnxruntime give the output of the estimators, sample by sample."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skinfo import InfoBottleneckSelector, MutualInfoBinner
from skinfo.onnx import onnx_inputs, register_converters, to_onnx

onnxruntime = pytest.importorskip("onnxruntime")
skl2onnx = pytest.importorskip("skl2onnx")

N_SAMPLES = 600
RNG = np.random.default_rng(0)


def make_table():
    """Return columns of every kind, with missing values, and with edges of their types."""
    days = pd.Timestamp("2020-01-01") + pd.to_timedelta(RNG.integers(0, 900, N_SAMPLES), "D")
    X = pd.DataFrame(
        {
            "number": RNG.normal(size=N_SAMPLES).round(2),
            "integer": RNG.integers(0, 50, N_SAMPLES),
            "town": RNG.choice(["Ulm", "Aix", 'Köln "x"', " "], N_SAMPLES),
            "day": days,
            "boolean": RNG.random(N_SAMPLES) < 0.3,
            "category": pd.Categorical(RNG.integers(0, 5, N_SAMPLES)),
            "constant": 1.0,
            "missing": np.nan,
            "complete": RNG.choice(["a", "b"], N_SAMPLES),
        }
    )
    for name in ("number", "town", "day"):
        X.loc[RNG.random(N_SAMPLES) < 0.1, name] = None
    return X


X = make_table()
RATE = 1 / (1 + np.exp(-np.nan_to_num(X["number"]) - 2 * (X["town"] == "Ulm")))
TARGETS = {
    "binary": (RNG.random(N_SAMPLES) < RATE).astype(int),
    "multiclass": np.array(["x", "y", "z"])[np.digitize(X["integer"], [10, 25])],
    "continuous": X["integer"] * 0.37 + RNG.normal(size=N_SAMPLES),
}


def new_samples(binner):
    """Return X with values that `fit` did not see, and with the cuts and their neighbours."""
    new = X.copy()
    cuts = binner.bin_edges_[0][1:-1]
    values = [np.inf, -np.inf, -0.0, 1e300, *cuts, *np.nextafter(cuts, -np.inf)]
    new.loc[: len(values) - 1, "number"] = values
    new.loc[:9, "town"] = "unseen"
    new.loc[:9, "integer"] = 10**6
    new.loc[10:20, "complete"] = None
    return new


def run(model, X):
    """Return the outputs of the converted model for X."""
    session = onnxruntime.InferenceSession(to_onnx(model, X).SerializeToString())
    return session.run(None, onnx_inputs(X))


def dense(values):
    return values.toarray() if hasattr(values, "toarray") else values


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("encode", ["ordinal", "onehot", "onehot-dense", "woe", "posterior"])
@pytest.mark.parametrize("method", ["fit", "fit_transform"])
def test_binner(encode, target, method):
    if encode == "woe" and target == "continuous":
        pytest.skip("a continuous y has no weights of evidence")
    binner = MutualInfoBinner(encode=encode)
    getattr(binner, method)(X, TARGETS[target])
    new = new_samples(binner)
    (encoded,) = run(binner, new)
    assert encoded.dtype == (np.int64 if encode == "ordinal" else np.float64)
    np.testing.assert_array_equal(encoded, dense(binner.transform(new)))


@pytest.mark.parametrize("encode", ["ordinal", "woe"])
@pytest.mark.parametrize("method", ["fit", "fit_transform"])
@pytest.mark.parametrize("closed", ["left", "right"])
def test_special_values_and_closed_intervals(encode, method, closed):
    coded = X.copy()
    coded.loc[::7, "number"] = -999.0
    coded.loc[::11, "integer"] = 0
    coded.loc[::13, "town"] = "none"
    special = {"number": [-999, np.inf], "integer": [[0, -1]], "town": ["none", "never seen"]}
    binner = MutualInfoBinner(encode=encode, special_values=special, closed=closed)
    getattr(binner, method)(coded, TARGETS["binary"])
    new = pd.concat([coded, new_samples(binner)], ignore_index=True)
    new.loc[:5, "town"] = "never seen"
    np.testing.assert_array_equal(run(binner, new)[0], binner.transform(new))


@pytest.mark.parametrize("closed", ["left", "right"])
@pytest.mark.parametrize(("encode", "method"), [("ordinal", "fit"), ("woe", "fit_transform")])
def test_special_values(encode, method, closed):
    codes = {
        "number": {"none": [-999, np.inf], "never seen": 77},
        "integer": [0, [7, 9]],
        "town": ["Ulm", ["Aix", "?"]],
        "day": ["2020-01-02"],
        "category": [3, [4, 99]],
        "complete": ["a", "b"],
    }
    marked = X.assign(number=X["number"].where(X["integer"] > 5, -999))
    binner = MutualInfoBinner(encode=encode, closed=closed, special_values=codes)
    getattr(binner, method)(marked, TARGETS["binary"])
    new = new_samples(binner)
    new.loc[30:35, "number"] = [-999, 77, np.inf, -998, 78, np.nan]
    new.loc[30:31, "town"] = "?"
    (encoded,) = run(binner, new)
    np.testing.assert_array_equal(encoded, binner.transform(new))


def test_an_array_is_one_input():
    values = X[["number", "integer"]].to_numpy(np.float64)
    binner = MutualInfoBinner(encode="woe").fit(values, TARGETS["binary"])
    assert list(onnx_inputs(values)) == ["X"]
    np.testing.assert_array_equal(run(binner, values)[0], binner.transform(values))


def test_rows_of_text_and_numbers_are_inputs_by_column():
    rows = X[["number", "town"]].to_numpy(object)
    binner = MutualInfoBinner().fit(rows, TARGETS["binary"])
    assert list(onnx_inputs(rows)) == ["x0", "x1"]
    np.testing.assert_array_equal(run(binner, rows)[0], binner.transform(rows))


def test_single_precision_gives_single_precision():
    from skl2onnx.common.data_types import FloatTensorType

    values = X[["number", "integer"]].to_numpy(np.float32)
    binner = MutualInfoBinner(encode="posterior").fit(values, TARGETS["binary"])
    register_converters()
    model = skl2onnx.convert_sklearn(binner, initial_types=[("X", FloatTensorType([None, 2]))])
    session = onnxruntime.InferenceSession(model.SerializeToString())
    (encoded,) = session.run(None, {"X": values})
    np.testing.assert_array_equal(encoded, binner.transform(values).astype(np.float32))


PIPELINES = {
    "pipeline": make_pipeline(MutualInfoBinner(encode="woe"), LogisticRegression()),
    "selector after the binner": make_pipeline(
        MutualInfoBinner(encode="woe"), InfoBottleneckSelector(), LogisticRegression()
    ),
    "columns": make_pipeline(
        ColumnTransformer(
            [
                ("bins", MutualInfoBinner(encode="woe"), ["number", "town", "boolean", "day"]),
                ("scaled", StandardScaler(), ["integer"]),
            ]
        ),
        LogisticRegression(),
    ),
    "search": GridSearchCV(
        make_pipeline(MutualInfoBinner(encode="woe"), LogisticRegression()),
        {"logisticregression__C": [0.1, 1.0]},
    ),
}


@pytest.mark.parametrize("name", PIPELINES)
def test_pipelines(name):
    y = TARGETS["binary"]
    model = PIPELINES[name].fit(X, y)
    labels, probabilities = run(model, X)
    # The logarithm and exponential of onnxruntime are not NumPy's: the last bits differ.
    np.testing.assert_allclose(probabilities, model.predict_proba(X), rtol=1e-13)
    np.testing.assert_array_equal(labels, model.predict(X))


def test_selector_of_an_array_and_of_text():
    values = np.column_stack([TARGETS["binary"], X["integer"]]).astype(np.float64)
    selector = InfoBottleneckSelector().fit(values, TARGETS["binary"])
    np.testing.assert_array_equal(run(selector, values)[0], selector.transform(values))
    text = X[["town", "complete"]].fillna("none")
    selector = InfoBottleneckSelector(n_features_to_select=2).fit(text, TARGETS["binary"])
    np.testing.assert_array_equal(run(selector, text)[0], selector.transform(text))


def test_selector_of_text_and_numbers_is_refused():
    mixed = X[["integer", "complete"]]
    selector = InfoBottleneckSelector(n_features_to_select=2).fit(mixed, TARGETS["binary"])
    with pytest.raises(ValueError, match=r"text and of numbers.*Encode them before"):
        to_onnx(selector, mixed)


def test_selector_without_columns_is_refused():
    constant = np.ones((100, 1))
    selector = InfoBottleneckSelector().fit(constant, np.arange(100) % 2)
    with pytest.raises(ValueError, match="keeps no column"):
        to_onnx(selector, constant)


def test_the_wrong_type_of_input_is_refused():
    y = TARGETS["binary"]
    text, numbers = X[["complete"]], X[["integer"]]
    with pytest.raises(ValueError, match=r"complete held text in fit.*StringTensorType"):
        to_onnx(MutualInfoBinner().fit(text, y), numbers)
    with pytest.raises(ValueError, match=r"integer held numbers in fit.*DoubleTensorType"):
        to_onnx(MutualInfoBinner().fit(numbers, y), text)
    levels = MutualInfoBinner(categorical_features=[0]).fit(numbers, y)
    with pytest.raises(ValueError, match=r"held levels such as 0 in fit.*DoubleTensorType"):
        to_onnx(levels, text)
    with pytest.raises(ValueError, match=r"inputs have 2 column\(s\).*fitted on 1"):
        to_onnx(levels, X[["integer", "number"]])


def test_levels_that_are_not_text_or_numbers_are_refused():
    days = pd.DataFrame({"day": pd.Categorical(X["day"].dropna().iloc[:100].dt.normalize())})
    y = np.arange(100) % 2
    binner = MutualInfoBinner().fit(days, y)
    with pytest.raises(ValueError, match=r"day has the level .*2020.*Convert the column"):
        to_onnx(binner, days)


def test_unknown_number_of_columns_is_refused():
    from skl2onnx.common.data_types import DoubleTensorType

    binner = MutualInfoBinner().fit(X[["integer"]], TARGETS["binary"])
    register_converters()
    with pytest.raises(ValueError, match="'X' needs a known number of columns"):
        skl2onnx.convert_sklearn(binner, initial_types=[("X", DoubleTensorType([None, None]))])


def test_without_skl2onnx_the_extra_is_named():
    code = (
        "import sys\n"
        "sys.modules['skl2onnx'] = None\n"
        "from skinfo.onnx import register_converters\n"
        "try:\n"
        "    register_converters()\n"
        "except ImportError as error:\n"
        "    assert 'pip install skinfo[onnx]' in str(error)\n"
        "else:\n"
        "    raise AssertionError\n"
    )
    subprocess.run([sys.executable, "-P", "-c", code], check=True)
