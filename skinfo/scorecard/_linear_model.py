"""Fitted pipelines of a scorecard, and their linear function of weights of evidence."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from scipy.special import expit
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import has_fit_parameter

from skinfo._counts._table import read_table
from skinfo.preprocessing import MutualInfoBinner
from skinfo.preprocessing._encoders import ColumnEncoder
from skinfo.utils._compat import _safe_indexing
from skinfo.utils._saved_state import saved_class
from skinfo.utils._text import one_line, short_repr

WHAT_IT_TAKES = (
    "Scorecard takes a pipeline in which a MutualInfoBinner(encode='woe') comes before a "
    "LogisticRegression, such as make_pipeline(MutualInfoBinner(encode='woe'), "
    "LogisticRegression())"
)

# Relative difference between a line and the predictions of a model, due to rounding.
ROUNDING_OF_LINES = 1e-6


@saved_class
class CardBinner(NamedTuple):
    """Fitted binner of a pipeline, with its input columns (None: all) and their names."""

    binner: MutualInfoBinner
    columns: Any
    names: list[str]

    def table(self, X):
        """Return the columns as a Table."""
        X = X if self.columns is None else _safe_indexing(X, self.columns, axis=1)
        return read_table(self.binner, X, reset=False, accept_sparse=True)


@saved_class
class WeightedColumn(NamedTuple):
    """Column that a binner encodes, with its coefficient.

    Attributes
    ----------
    name : str

    encoder : ColumnEncoder
        Its bins, or pieces of bins, and the WoE of each, in bits.

    coefficient : float
        Log odds of the event, in nats, per bit of WoE.

    table, position : int
        Index of the table of the LinearModel that contains the column, and of the column in it.
    """

    name: str
    encoder: ColumnEncoder
    coefficient: float
    table: int
    position: int

    def pieces(self, tables):
        """Return the piece of each sample, (n_samples,)."""
        return self.encoder.pieces.codes(tables[self.table], self.position)


@saved_class
@dataclass(frozen=True)
class LinearModel:
    """Fitted pipeline that is linear in weights of evidence.

    Attributes
    ----------
    before : Pipeline or None
        Steps before the binners.

    binners : list of CardBinner

    coefficients : ndarray of shape (n_columns,)
        Log odds of the event, in nats, per bit of the WoE of each column of all binners.

    intercept : float
        Log odds of the event if all WoE are zero, in nats.
    """

    before: Pipeline | None
    binners: list[CardBinner]
    coefficients: np.ndarray
    intercept: float

    def tables(self, X):
        """Return the Table of each binner."""
        X = X if self.before is None else self.before.transform(X)
        return [each.table(X) for each in self.binners]

    def columns(self):
        """Return a WeightedColumn for each nonzero coefficient."""
        columns = [
            (name, encoder, table, position)
            for table, each in enumerate(self.binners)
            for position, (name, encoder) in enumerate(
                zip(each.names, each.binner._column_encoders(), strict=True)
            )
        ]
        return [
            WeightedColumn(name, encoder, coefficient, table, position)
            for (name, encoder, table, position), coefficient in zip(
                columns, self.coefficients.tolist(), strict=True
            )
            if coefficient != 0
        ]

    @property
    def selects_only(self):
        """Whether the steps before the binners do not change the columns."""
        steps = [] if self.before is None else self.before.named_steps.values()
        return all(step in (None, "passthrough") or hasattr(step, "get_support") for step in steps)


def fitted_pipeline(estimator, X, y, sample_weight):
    """Return a fitted clone of a pipeline, or the pipeline of a FrozenEstimator.

    A Pipeline would encode its training samples out of fold, and new samples by the means of
    several fits, with more bins than any of them; a scorecard has the bins of one fit.

    Raises
    ------
    TypeError
        If it is not a pipeline.
    """
    if not isinstance(thawed(estimator), Pipeline):
        raise TypeError(f"{WHAT_IT_TAKES}, got {type(estimator).__name__}.")
    estimator = clone(estimator)
    if isinstance(estimator, FrozenEstimator):
        return estimator
    for _, step in estimator.steps[:-1]:
        if step not in (None, "passthrough"):
            _fit(step, X, y, sample_weight)
            X = step.transform(X)
    _fit(estimator.steps[-1][1], X, y, sample_weight)
    return estimator


def _fit(step, X, y, sample_weight):
    """Fit a step, and again the binners that a ColumnTransformer fits by `fit_transform`."""
    takes_weights = sample_weight is not None and has_fit_parameter(step, "sample_weight")
    step.fit(X, y, **({"sample_weight": sample_weight} if takes_weights else {}))
    if isinstance(step, ColumnTransformer):
        for _, binner, columns in _that_have_columns(step):
            if isinstance(binner, MutualInfoBinner):
                binner.fit(_safe_indexing(X, columns, axis=1), y, sample_weight)


def _that_have_columns(transformer):
    """Yield the fitted transformers of a ColumnTransformer that have columns."""
    for name, step, columns in transformer.transformers_:
        output = transformer.output_indices_[name]
        if output.start < output.stop:
            yield name, step, columns


def linear_model_of(estimator):
    """Return the LinearModel of a fitted pipeline.

    Raises
    ------
    TypeError
        If it has no binners of WoE before a classifier that has `decision_function` and
        `predict_proba`.

    ValueError
        If its log odds are not linear in the output of the binners.
    """
    pipeline = thawed(estimator)
    steps = [thawed(step) for _, step in pipeline.steps]
    i = next((i for i, step in enumerate(steps) if _holds_binners(step)), None)
    if i is None or i + 1 == len(steps):
        raise TypeError(
            f"{WHAT_IT_TAKES}, got the steps {short_repr(list(pipeline.named_steps))}."
        )
    before = pipeline[:i] if i else None
    binners = _card_binners(steps[i], before)
    names = pipeline[: i + 1].get_feature_names_out()
    intercept, coefficients = _line(pipeline[i + 1 :], names)
    return LinearModel(before, binners, coefficients, intercept)


def thawed(estimator):
    """Return the estimator in a FrozenEstimator, or the estimator itself."""
    return estimator.estimator if isinstance(estimator, FrozenEstimator) else estimator


def _holds_binners(step):
    if isinstance(step, ColumnTransformer):
        return any(isinstance(thawed(each), MutualInfoBinner) for _, each, _ in step.transformers)
    return isinstance(step, MutualInfoBinner)


def _card_binners(step, before):
    """Return the CardBinners of a fitted step."""
    names = None if before is None else before.get_feature_names_out().tolist()
    if isinstance(step, MutualInfoBinner):
        binners = [CardBinner(step, None, names or step._names)]
    else:
        binners = list(_of_column_transformer(step, names))
    for binner, _, _ in binners:
        if binner._encode != "woe" or binner.target_type_ != "binary":
            raise TypeError(
                f"{WHAT_IT_TAKES}, got a binner with encode={short_repr(binner._encode)} and a "
                f"{binner.target_type_} y."
            )
    return binners


def _of_column_transformer(transformer, names):
    """Yield the CardBinners of a fitted ColumnTransformer."""
    if names is None:
        unnamed = [f"x{j}" for j in range(transformer.n_features_in_)]
        names = getattr(transformer, "feature_names_in_", unnamed)
    for name, step, columns in _that_have_columns(transformer):
        if not isinstance(thawed(step), MutualInfoBinner):
            raise TypeError(
                f"{WHAT_IT_TAKES}; of a ColumnTransformer, {one_line(name)} is no binner."
            )
        chosen = np.asarray(columns, object) if isinstance(columns, list) else columns
        if not all(isinstance(each, str) for each in np.atleast_1d(chosen)):
            chosen = np.asarray(names, object)[columns]
        yield CardBinner(thawed(step), columns, list(chosen))


def _line(model, names):
    """Return the intercept and the coefficients of a model that is linear in its input.

    They follow from the log odds at zero and at one unit of each column, for any selection,
    scaling or rotation between the binners and the classifier.
    """
    if not (hasattr(model, "decision_function") and hasattr(model, "predict_proba")):
        raise TypeError(f"{WHAT_IT_TAKES}, got {type(model.steps[-1][1]).__name__} as the last.")
    n_columns = len(names)
    others = np.array([np.linspace(-2, 1.5, n_columns), np.full(n_columns, 3.0)])
    points = np.vstack([np.zeros(n_columns), np.eye(n_columns), others])
    probes = _probe_frame(points, names) if hasattr(model, "feature_names_in_") else points
    log_odds = model.decision_function(probes)
    intercept, coefficients = log_odds[0], log_odds[1 : n_columns + 1] - log_odds[0]
    on_line = intercept + points @ coefficients
    is_line = np.allclose(on_line, log_odds, rtol=ROUNDING_OF_LINES, atol=ROUNDING_OF_LINES)
    probabilities = model.predict_proba(probes)[:, 1]
    if not is_line or not np.allclose(probabilities, expit(log_odds), atol=ROUNDING_OF_LINES):
        raise ValueError(
            "Points add up only where the log odds are linear in the weights of evidence. The "
            "steps after the MutualInfoBinner may select and scale columns, and the last one must "
            "be a LogisticRegression or the like."
        )
    return float(intercept), coefficients


def _probe_frame(points, names):
    import pandas as pd

    return pd.DataFrame(points, columns=names)
