"""Fitted models of every kind, their answers, and the files of a released version.

    python tests/persistence/saved_models.py

writes the files of this version into ``tests/persistence/data/``, once for each release.
"""

import json
import pickle
from datetime import datetime, timedelta
from functools import cache, partial
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.dummy import DummyClassifier
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import CategoricalNB
from sklearn.pipeline import make_pipeline

import skinfo
from skinfo import EntropyScorer, InfoBottleneckSelector, InformationBottleneck, MutualInfoBinner
from skinfo.scorecard import Scorecard

DATA = Path(__file__).parent / "data"

ROWS = np.arange(90)
SCORE = ROWS * 7 % 23 + 4.0 * (ROWS % 3 == 0)

FRAME = pd.DataFrame(
    {
        "number": np.where(ROWS % 11 == 0, np.nan, SCORE / 8),
        "whole": ROWS * 5 % 17,
        "flag": ROWS % 4 < 2,
        "date": [datetime(2020, 1, 1) + timedelta(days=int(3 * s)) for s in SCORE],
        "span": [timedelta(hours=int(s)) for s in SCORE],
        "level": pd.Series([None if r % 13 == 0 else "abc"[r % 3] for r in ROWS], dtype=object),
    }
)
NUMBERS = FRAME[["number", "whole"]].to_numpy(float)
TABLE = 1.0 + np.add.outer(ROWS[:40] % 4, [0, 3, 7, 2, 5]) % 6
BINARY = SCORE > 12
THREE = np.array(["high", "low", "mid"])[np.digitize(SCORE, [8, 17])]


def fit_in_chunks(binner):
    return binner.partial_fit(FRAME[:50], BINARY[:50], classes=[False, True]).partial_fit(
        FRAME[50:70], BINARY[50:70]
    )


def fit_out_of_fold(binner, y=BINARY):
    binner.fit_transform(FRAME, y)
    return binner


# Loose, so that these few samples have bins.
LOOSE = partial(MutualInfoBinner, penalty="bic")

MODELS = {
    "binner": lambda: MutualInfoBinner().fit(FRAME, BINARY),
    "binner_array": lambda: MutualInfoBinner(penalty=None).fit(NUMBERS, SCORE),
    "binner_chunks": lambda: fit_in_chunks(LOOSE()),
    "binner_level_order": lambda: LOOSE(level_order={"level": ["c", "a", "b"]}).fit(FRAME, THREE),
    "binner_onehot": lambda: LOOSE(encode="onehot").fit(FRAME, THREE),
    "binner_onehot_dense": lambda: LOOSE(encode="onehot-dense", dtype=np.float32).fit(
        FRAME, SCORE
    ),
    "binner_pool": lambda: LOOSE(min_frequency=31, missing="merge").fit(FRAME, BINARY),
    "binner_posterior": lambda: fit_out_of_fold(LOOSE(encode="posterior", cv=3), THREE),
    "binner_special": lambda: LOOSE(
        special_values={"whole": {"none": 3}, "level": "a"}, closed="right"
    ).fit(FRAME, BINARY),
    "binner_woe": lambda: fit_out_of_fold(LOOSE(encode="woe", cv=3)),
    "bottleneck": lambda: InformationBottleneck(3, random_state=0).fit(TABLE),
    "bottleneck_agglomerative": lambda: InformationBottleneck(3, algorithm="agglomerative").fit(
        TABLE
    ),
    "bottleneck_deterministic": lambda: InformationBottleneck(
        3, algorithm="deterministic", beta=50.0, random_state=0
    ).fit(TABLE),
    "bottleneck_iterative": lambda: InformationBottleneck(
        3, algorithm="iterative", beta=50.0, random_state=0
    ).fit(TABLE),
    "scorecard": lambda: Scorecard().fit(FRAME, BINARY),
    "scorer": lambda: EntropyScorer(
        DummyClassifier(), metric=["neg_log_loss", "skill"], output=("entropy", "margin")
    ).fit(NUMBERS, THREE),
    "scorer_unfitted": lambda: EntropyScorer(metric={"loss": "neg_log_loss"}),
    "search": lambda: GridSearchCV(
        make_pipeline(LOOSE(), CategoricalNB(min_categories=9)),
        {"mutualinfobinner__max_bins": [2, 3]},
        scoring=EntropyScorer(),
        cv=2,
    ).fit(FRAME, BINARY),
    "selector": lambda: InfoBottleneckSelector(3, groups={"when": ["date", "span"]}).fit(
        FRAME, BINARY
    ),
    "selector_binner": lambda: InfoBottleneckSelector(2, criterion="jmi", binner=LOOSE()).fit(
        FRAME, BINARY
    ),
    "selector_predictive": lambda: InfoBottleneckSelector("predictive").fit(FRAME, SCORE),
}


@cache
def fitted(name):
    return MODELS[name]()


def predictions(model):
    """Return what a model predicts, as JSON holds it: numbers to the last bit."""
    if isinstance(model, EntropyScorer) and not hasattr(model, "estimator_"):
        return plain(model(DummyClassifier().fit(NUMBERS, THREE), NUMBERS, THREE))
    if isinstance(model, InfoBottleneckSelector):
        # The columns that it passes on are as the version of pandas has them.
        return plain({"support": model.get_support()})
    X = samples_of(model)
    return plain({each: getattr(model, each)(X) for each in OF_SAMPLES if hasattr(model, each)})


def answers(model):
    """Return all that a fitted model says, as JSON holds it."""
    given = {"predictions": predictions(model)}
    if isinstance(model, EntropyScorer) and not hasattr(model, "estimator_"):
        return given
    if isinstance(model, InfoBottleneckSelector):
        given["transform"] = model.transform(FRAME)
    given |= {method: getattr(model, method)() for method in OF_NOTHING if hasattr(model, method)}
    if isinstance(model, MutualInfoBinner):
        given |= {f"table {j}": model.bin_table(j) for j in range(model.n_features_in_)}
    given["attributes"] = {k: v for k, v in vars(model).items() if k.endswith("_")}
    return plain(given)


def samples_of(model):
    if isinstance(model, InformationBottleneck):
        return TABLE
    return FRAME if hasattr(model, "feature_names_in_") else NUMBERS


OF_SAMPLES = ("transform", "predict", "predict_proba", "score_samples")
OF_NOTHING = ("bin_table", "to_dict", "report", "points_table", "get_feature_names_out")


def plain(value):
    """Return a value as JSON holds it; objects by name."""
    if hasattr(value, "toarray"):
        value = value.toarray()
    if isinstance(value, pd.DataFrame):
        value = {str(name): column.tolist() for name, column in value.items()}
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items() if "_time" not in str(k)}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    if value is None or value is pd.NA or value != value:
        return None
    return value if isinstance(value, bool | int | float | str) else type(value).__name__


def write_files():
    """Write pickles of all models, JSON of the binners, and the predictions of all."""
    folder = DATA / skinfo.__version__
    folder.mkdir(parents=True)
    for name in MODELS:
        (folder / f"{name}.pkl").write_bytes(pickle.dumps(fitted(name), protocol=4))
        if name.startswith("binner"):
            (folder / f"{name}.json").write_text(json.dumps(fitted(name).to_dict()))
    of_all = {name: predictions(fitted(name)) for name in MODELS}
    (folder / "predictions.json").write_text(json.dumps(of_all))


if __name__ == "__main__":
    write_files()
