"""Messages are one short line whatever names, levels, labels and literals users have."""

import ast
import re
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

import skinfo
from skinfo.estimation import (
    conditional_mutual_info,
    multivariate_info,
    mutual_info,
    mutual_info_test,
    pairwise_mutual_info,
    sample_kl_divergence,
)
from skinfo.feature_selection import InfoBottleneckSelector
from skinfo.metrics import (
    EntropyScorer,
    cross_entropy_loss,
    population_stability,
    reliability_curve,
)
from skinfo.preprocessing import MutualInfoBinner
from skinfo.scorecard import Scorecard

LONGEST_MESSAGE = 500

# Controls, other line breaks and halves of characters.
NOT_SHOWN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")

NAMES = {
    "long": "a" * 5000,
    "words": "income of the month " * 250,
    "line breaks": "first\nsecond\r\n\u2028third\x85",
    "controls": "\x1b[31mred\x07\0\x9b",
    "half a character": "half \ud800 of one",
    "markup": "{name!r} %s <b> ${x} \\n",
}

MANY = [f"name of the column {j:05}" for j in range(10_000)]

Y = np.array([0, 1] * 10)
NUMBERS = np.arange(20.0)
TEXT = np.array(["x", "y"] * 10, dtype=object)
LISTS = np.array([[j] if j % 2 else None for j in range(20)], dtype=object)
TWO = np.full((2, 2), 0.5)


def frame(names, values=NUMBERS, **others):
    """Return a data frame with a column of that name, or one of each of the names."""
    names = [names] if isinstance(names, str) else names
    data = np.repeat(np.asarray(values)[:, None], len(names), axis=1)
    X = pd.DataFrame(data, columns=pd.Index(names, dtype=object), dtype=data.dtype)
    return X.assign(**others)


def binner(X, y=Y, **parameters):
    return MutualInfoBinner(**parameters).fit(X, y)


def selector(X, **parameters):
    return InfoBottleneckSelector(**parameters).fit(X, Y)


def levels(name):
    """Return 20 levels: the name, another and a rare one."""
    return np.array([name] * 9 + ["b"] * 9 + ["c", "d"], dtype=object)


def labels(*names):
    return np.array(sorted(names), dtype=object)


def other_label(name):
    fitted = MutualInfoBinner().partial_fit(frame("x"), levels(name), labels(name, *"bcd"))
    fitted.partial_fit(frame("x"), levels(f"{name} of others"))


def points_of_no_feature(name):
    pipeline = make_pipeline(MutualInfoBinner(encode="woe"), LogisticRegression())
    Scorecard(pipeline).fit(frame(name), Y > 0).points_table(feature="other")


def no_labels(*names):
    cross_entropy_loss(["z", "z"], np.full((2, len(names)), 1 / len(names)), labels=labels(*names))


# The calls, with what their messages are about.
ONE = {
    "a direction": ("monotonic_cst", lambda n: binner(frame(n), monotonic_cst={n: 3})),
    "no direction": ("monotonic_cst", lambda n: binner(frame("x"), monotonic_cst=[n])),
    "an unknown column": ("monotonic_cst", lambda n: binner(frame("x"), monotonic_cst={n: 1})),
    "known columns": ("monotonic_cst", lambda n: binner(frame(n), monotonic_cst={"x": 1})),
    "levels": ("monotonic_cst", lambda n: binner(frame(n, TEXT), monotonic_cst={n: 1})),
    "edges": ("fixed_edges", lambda n: binner(frame(n), fixed_edges={n: [0.0] * 5000})),
    "no edges": ("fixed_edges", lambda n: binner(frame("x"), fixed_edges={"x": n})),
    "edges of levels": ("fixed_edges", lambda n: binner(frame(n, TEXT), fixed_edges={n: [1]})),
    "special": ("special_values", lambda n: binner(frame(n), special_values={n: np.nan})),
    "no special": ("special_values", lambda n: binner(frame("x"), special_values={"x": n})),
    "group": ("special_values", lambda n: binner(frame("x"), special_values={"x": {n: []}})),
    "order": ("level_order", lambda n: binner(frame(n, TEXT), level_order={n: 3})),
    "order of others": (
        "level_order",
        lambda n: binner(frame("x", levels(n)), level_order={"x": ["b"]}),
    ),
    "order twice": (
        "level_order",
        lambda n: binner(frame("x", TEXT), level_order={"x": [n] * 5000}),
    ),
    "pool": (
        "infrequent_label",
        lambda n: binner(frame("x", levels(n)), infrequent_label=n, min_frequency=3),
    ),
    "no levels": ("categorical_features", lambda n: binner(frame("x"), categorical_features=[n])),
    "lists": ("neither numbers nor levels", lambda n: binner(frame(n, LISTS))),
    "other type": ("in fit", lambda n: binner(frame(n, TEXT)).transform(frame(n))),
    "large bins": ("min_samples_bin", lambda n: binner(frame(n, b=1), min_samples_bin=15)),
    "y of others": ("y=", lambda n: binner(frame(n), y="other")),
    "y of no column": ("y=", lambda n: binner(frame("x"), y=n)),
    "one class": ("y to have at least two classes", lambda n: binner(frame("x"), y=[n] * 20)),
    "other label": ("classes", other_label),
    "duplicates": ("X has duplicate", lambda n: binner(frame([n, n]))),
    "dialect": ("dialect", lambda n: binner(frame("x")).to_sql(dialect=n)),
    "must_include": ("must_include", lambda n: selector(frame("x"), must_include=[n])),
    "both": ("must_exclude", lambda n: selector(frame(n), must_include=[n], must_exclude=[n])),
    "a group": ("groups", lambda n: selector(frame("x"), groups={n: "x"})),
    "an empty group": ("groups", lambda n: selector(frame("x"), groups={n: []})),
    "a cost": ("feature_costs", lambda n: selector(frame(n), feature_costs={n: -1.0})),
    "no cost": ("feature_costs", lambda n: selector(frame("x"), feature_costs={"x": n})),
    "missing": ("missing=", lambda n: mutual_info(frame(n, [np.nan, *Y[1:]]), Y, missing="raise")),
    "all missing": (
        "missing=",
        lambda n: mutual_info(frame(n, np.full(20, np.nan)), Y, missing="drop"),
    ),
    "infinite": (
        "estimator=",
        lambda n: mutual_info(
            frame(n, np.r_[np.inf, NUMBERS[1:] / 3]), NUMBERS / 7, estimator="ksg"
        ),
    ),
    "estimator": ("estimator", lambda n: mutual_info(frame("x"), Y, estimator=n)),
    "method": ("p_value", lambda n: mutual_info_test(frame("x"), Y, p_value=n)),
    "pairs": ("estimator", lambda n: pairwise_mutual_info(frame(["x", "z"]), estimator=n)),
    "text": ("estimator=", lambda n: mutual_info(frame(n, NUMBERS / 3), Y, estimator="plugin")),
    "guess": (
        "discrete_features",
        lambda n: mutual_info(frame(n, np.arange(2000)), [0, 1] * 1000),
    ),
    "weights": (
        "sample_weight",
        lambda n: mutual_info(frame(n, NUMBERS / 3), NUMBERS / 7, sample_weight=np.ones(20)),
    ),
    "condition": (
        "Z=",
        lambda n: conditional_mutual_info([frame(["x", "y", "z"], Y)], "y", n),
    ),
    "condition of lists": (
        "of Z",
        lambda n: conditional_mutual_info(frame("x", Y), Y, frame(n, LISTS)),
    ),
    "two kinds": ("discrete_features", lambda n: multivariate_info(frame(n, NUMBERS / 3, b=TEXT))),
    "two samples": (
        "X and Y",
        lambda n: sample_kl_divergence(frame(n, b=1.0), frame(n, c=1.0)),
    ),
    "two types": ("one type|discrete", lambda n: sample_kl_divergence(frame(n), frame(n, TEXT))),
    "reference": ("in fit", lambda n: population_stability(binner(frame(n, TEXT)), frame(n))),
    "metric": ("metric", lambda n: EntropyScorer(LogisticRegression(), metric=n).fit(TWO, [0, 1])),
    "labels": ("labels", no_labels),
    "labels twice": ("labels", lambda n: cross_entropy_loss([0, 1], TWO, labels=[n, n])),
    "a weight": ("class_weight", lambda n: cross_entropy_loss([0, 1], TWO, class_weight={n: 1.0})),
    "pos_label": ("pos_label", lambda n: reliability_curve([0, 1], [0.2, 0.8], pos_label=n)),
    "points": ("feature=", points_of_no_feature),
}
SEVERAL = {
    "known columns": ("monotonic_cst", lambda n: binner(frame(n), monotonic_cst={"x": 1})),
    "one each": ("monotonic_cst", lambda n: binner(frame("x"), monotonic_cst={"x": n})),
    "y of others": ("y=", lambda n: binner(frame(n), y="other")),
    "duplicates": ("X has duplicate", lambda n: binner(frame(n * 2))),
    "must_include": ("must_include", lambda n: selector(frame(n), must_include=["x"])),
    "two samples": (
        "X and Y",
        lambda n: sample_kl_divergence(frame(n, NUMBERS[:2]), frame(n[::-1], NUMBERS[:2])),
    ),
    "labels": ("labels", lambda n: no_labels(*n)),
    "classes": ("classes", lambda n: MutualInfoBinner().partial_fit(frame("x"), TEXT, n)),
    "condition": ("Z=", lambda n: conditional_mutual_info([frame(n[:99], Y)], n[0], "other")),
    "guesses": (
        "discrete_features",
        lambda n: mutual_info(frame(n[:99], np.arange(2000)), [0, 1] * 1000),
    ),
}


def messages_of(call, names):
    """Return the error and the warnings of a call."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            call(names)
            found = []
        except (ValueError, TypeError) as error:
            found = [str(error)]
    return found + [str(warning.message) for warning in caught]


def check(messages, about):
    for message in messages:
        assert len(message) <= LONGEST_MESSAGE, message
        assert not NOT_SHOWN.search(message), ascii(message)
    assert any(re.search(about, message) for message in messages), messages


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
@pytest.mark.parametrize(("about", "call"), ONE.values(), ids=ONE)
def test_a_name_in_a_message(about, call, name):
    check(messages_of(call, name), about)


@pytest.mark.parametrize(("about", "call"), SEVERAL.values(), ids=SEVERAL)
def test_ten_thousand_names(about, call):
    check(messages_of(call, MANY), about)


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
@pytest.mark.parametrize("suffix", [".csv", ".parquet", ""])
def test_a_path_in_a_message(suffix, name):
    pytest.importorskip("pyarrow")
    path = "/none/" + name.replace("\0", "") + suffix
    with pytest.raises(FileNotFoundError, match=r"^X=.*there is no such file") as raised:
        MutualInfoBinner().fit(path, "y")
    check([str(raised.value)], "X=")


@pytest.mark.parametrize("name", ["long", "words", "line breaks", "controls", "markup"])
def test_columns_of_files(name, tmp_path):
    """A column that one file has and another has not, or has of another type."""
    pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    ds = pytest.importorskip("pyarrow.dataset")
    column = NAMES[name]
    deep = tmp_path / ("folder of files " * 10) / ("folder of files " * 10)
    deep.mkdir(parents=True)
    y = {"y": [0, 1]}
    for tables, about in [
        (({column: [1, 2], **y}, y), "no column"),
        ((y, {column: [1, 2], **y}), "has a column"),
        (({column: [1, 2], **y}, {column: ["a", "b"], **y}), "Convert one of them"),
    ]:
        for j, table in enumerate(tables):
            pq.write_table(pa.table(table), deep / f"{j}.parquet")
        with pytest.raises(ValueError, match=about) as raised:
            MutualInfoBinner().fit(deep, "y")
        check([str(raised.value)], about)
    pq.write_table(pa.table({column: [1.5, 2], **y}), deep / "0.parquet")
    (deep / "1.parquet").unlink()
    schema = pa.schema([(column, pa.int64()), ("y", pa.int64())])
    with pytest.raises(ValueError, match="in the dataset") as raised:
        MutualInfoBinner().fit(ds.dataset(str(deep), schema=schema), "y")
    check([str(raised.value)], "schema")


def test_every_message_shortens_what_users_named():
    """What is formatted by its repr, or is one of names, goes through `short_repr` or `one_line`.

    A message that is added has to do so as well; what is no message may say so in `OTHERS`.
    """
    found = []
    package = Path(skinfo.__file__).parent
    for path in sorted(package.rglob("*.py")):
        module = path.relative_to(package).as_posix()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.FormattedValue):
                continue
            code = ast.unparse(node.value)
            is_short = re.match(r"(escape\()?(one_line|short_repr|listed)\(", code)
            if node.conversion == ord("r") or (re.search(r"names?\[", code) and not is_short):
                found.append((module, code))
    assert sorted(set(found)) == OTHERS


# Names of attributes in code, of variables of the environment, and a whole report.
OTHERS = [
    ("__init__.py", "name"),
    ("__main__.py", "report"),
    ("_kernels/__init__.py", "level"),
    ("_kernels/__init__.py", "os.path.dirname(__file__)"),
]
