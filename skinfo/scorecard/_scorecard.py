"""Scorecard: a logistic regression on bins, as points."""

from numbers import Integral, Real
from typing import ClassVar

import numpy as np
from scipy.special import expit
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.utils import assert_all_finite, column_or_1d, get_tags
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import check_is_fitted

from skinfo._counts._kinds import unmasked
from skinfo._counts._lazy_tables import is_lazy
from skinfo.preprocessing import MutualInfoBinner
from skinfo.preprocessing._sql import case_expressions, check_names_read, dialect_named
from skinfo.scorecard._card_column import TABLE_COLUMNS, CardColumn, counts_by_piece
from skinfo.scorecard._linear_model import fitted_pipeline, linear_model_of, thawed
from skinfo.scorecard._point_scale import PointScale
from skinfo.utils._compat import (
    HasMethods,
    Interval,
    StrOptions,
    _check_feature_names_in,
    _check_sample_weight,
    _fit_context,
)
from skinfo.utils._doc_link import DocLinkMixin
from skinfo.utils._fit_state import unfitted_on_failure
from skinfo.utils._saved_state import SavedStateMixin
from skinfo.utils._text import short_repr
from skinfo.utils._validation import (
    MEANING_OF_Y,
    explain_missing_arguments,
    finiteness_check,
)

# References of the points of a sample, by column, for the reasons of its score.
REFERENCES = {"average": lambda column: column.average, "best": lambda column: column.best}


class Scorecard(DocLinkMixin, SavedStateMixin, ClassifierMixin, TransformerMixin, BaseEstimator):
    """Scorecard: points for each bin from a logistic regression on weights of evidence.

    The score of a sample is the sum of the points of its bins. By default high scores indicate a
    low probability of the event, which is the second class of y, as in credit scoring: `pdo`
    points double the odds against the event, so a point is ``1 / pdo`` bits.

    Parameters
    ----------
    estimator : Pipeline or None, default=None
        A pipeline with a `MutualInfoBinner` of ``encode="woe"`` and, last, a `LogisticRegression`
        or another classifier with linear log odds. Any steps before the binner may create columns;
        those after it may select and scale columns. Instead of the binner there may be a
        `ColumnTransformer` of binners. A fitted pipeline is used unchanged in a
        `sklearn.frozen.FrozenEstimator`. None: a `LogisticRegression` on the usual bins of
        scorecards: at most eight, with 5% of the samples each, monotonic event rates, and
        neighbours that differ at the level .05 (see Notes).

    pdo : float, default=20
        Points to double the odds.

    base_score : float, default=600
        The score at `base_odds`.

    base_odds : float, default=50
        Odds at `base_score` of the class with high scores: 50 non-events per event.

    intercept : {"spread", "kept"}, default="spread"
        "spread": the intercept and the offset of the scale are divided equally among the columns.
        "kept": both are in `base_points_`, the score if all WoE are zero.

    decimals : int or None, default=0
        Decimals of the points of each bin, from -15 to 15, before they are summed. None: no
        rounding.

    reverse : bool, default=False
        Whether high scores indicate a high probability of the event.

    Attributes
    ----------
    estimator_ : Pipeline
        The fitted pipeline.

    classes_ : ndarray of shape (2,)
        The classes of y; the second is the event.

    base_points_ : int or float
        Points of every sample. Zero with ``intercept="spread"``, unless no column has points.

    n_features_in_ : int
        Number of features seen during `fit`.

    feature_names_in_ : ndarray of shape (n_features_in_,), dtype object
        Names of features, defined only when X has string names.

    See Also
    --------
    skinfo.MutualInfoBinner : The bins.

    Notes
    -----
    The score of log odds :math:`o` of the event, in nats, is

    .. math:: \\text{base score} - \\text{pdo} \\, (o / \\ln 2 + \\log_2 \\text{base odds})

    and `predict_proba` and `decision_function` are its inverse, for the score with rounded points,
    so that predictions and scores agree.

    The binner is fitted by `fit`, so that a numeric column has one row for each bin of
    `bin_table`, and a categorical column one for each distinct value of its levels. A `Pipeline`
    fits it by `fit_transform` instead, which encodes samples out of fold; the card of such a
    pipeline in a `FrozenEstimator` has the points of all values of its `transform`
    (`encoding_table`), and is longer. On a table of 4454 loans both predict equally well
    (``benchmarks/scorecards.py``).

    The default bins are ``MutualInfoBinner(8, penalty=None, encode="woe", min_samples_bin=0.05,
    monotonic_cst="auto", max_p_value=0.05)``. On real credit tables they predict better than those
    of the default penalty, because the constraint reduces overfitting; with many uninformative
    columns they predict worse: drop such columns, or use an `InfoBottleneckSelector` before the
    binner.

    Missing values and unseen levels have the points of the bin that the binner assigns them to;
    `points_table` shows them. A column with a negative coefficient has its points in the reverse
    order of its event rates: drop it, because it is redundant with others.

    Tables that are not in memory are scored by `to_sql`.

    References
    ----------
    .. [1] N. Siddiqi, "Credit Risk Scorecards", Wiley, 2006.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from skinfo.scorecard import Scorecard
    >>> rng = np.random.default_rng(0)
    >>> X = pd.DataFrame({"age": rng.integers(18, 70, 2000), "job": rng.choice(["a", "b"], 2000)})
    >>> default = rng.random(2000) < 0.1 + 0.2 * (X["age"] < 30) + 0.1 * (X["job"] == "b")
    >>> card = Scorecard().fit(X, default)
    >>> card.points_table()[["feature", "bin", "count", "event_rate", "points"]].round(3)
      feature         bin   count  event_rate  points
    0     age  [-inf, 30)   430.0       0.323     244
    1     age   [30, inf]  1570.0       0.157     271
    2     age     missing     0.0         NaN     271
    3     job         {a}  1014.0       0.144     274
    4     job         {b}   986.0       0.242     256
    5     job     missing     0.0         NaN     264
    6     job      unseen     0.0         NaN     264
    >>> card.score_samples(pd.DataFrame({"age": [20, 50], "job": ["b", None]}))
    array([500, 535])
    """

    _parameter_constraints: ClassVar[dict] = {
        "estimator": [HasMethods(["fit"]), None],
        "pdo": [Interval(Real, 0, None, closed="neither")],
        "base_score": [Interval(Real, None, None, closed="neither")],
        "base_odds": [Interval(Real, 0, None, closed="neither")],
        "intercept": [StrOptions({"spread", "kept"})],
        "decimals": [Interval(Integral, -15, 15, closed="both"), None],
        "reverse": ["boolean"],
    }

    def __init__(
        self,
        estimator=None,
        *,
        pdo=20,
        base_score=600,
        base_odds=50,
        intercept="spread",
        decimals=0,
        reverse=False,
    ):
        self.estimator = estimator
        self.pdo = pdo
        self.base_score = base_score
        self.base_odds = base_odds
        self.intercept = intercept
        self.decimals = decimals
        self.reverse = reverse

    @explain_missing_arguments(y=MEANING_OF_Y)
    @unfitted_on_failure
    @_fit_context(prefer_skip_nested_validation=False)
    def fit(self, X, y, sample_weight=None):
        """Fit the pipeline, and compute the points of its bins.

        Parameters
        ----------
        X : array-like or dataframe of shape (n_samples, n_features)
            Samples, in any form that the pipeline accepts.

        y : array-like of shape (n_samples,)
            Labels of two classes; the second in sorted order is the event.

        sample_weight : array-like of shape (n_samples,), default=None
            A weight of w counts as w repetitions of the sample. Passed to every step that accepts
            weights.

        Returns
        -------
        self : Scorecard
            The fitted scorecard.

        Raises
        ------
        TypeError
            If `estimator` is not a pipeline with a binner of WoE.

        ValueError
            If y does not have two classes; if the log odds of the pipeline are not linear in the
            WoE; if X is not in memory.
        """
        if is_lazy(X):
            raise ValueError(
                f"Scorecard is fitted on a table in memory, got a {type(X).__name__}. Fit it on a "
                "random sample of the rows, and score the table by to_sql."
            )
        y = _two_classes(y)
        self._fit_pipeline(X, y, sample_weight)
        self._model = linear_model_of(self.estimator_)
        self._set_points(X, y == self.classes_[1], _check_sample_weight(sample_weight, y))
        return self

    def score_samples(self, X):
        """Return the score of each sample: the sum of its points.

        Parameters
        ----------
        X : array-like or dataframe of shape (n_samples, n_features)
            Samples to score.

        Returns
        -------
        scores : ndarray of shape (n_samples,)
            Integers unless `decimals` is positive or None.
        """
        points = self._points(X)
        scores = np.full(len(points), self.base_points_, points.dtype)
        # Summed one by one, in the same order as in SQL.
        for of_column in points.T:
            scores += of_column
        return scores

    def transform(self, X):
        """Return the points of each column.

        Parameters
        ----------
        X : array-like or dataframe of shape (n_samples, n_features)
            Samples to score.

        Returns
        -------
        points : ndarray of shape (n_samples, n_columns)
            For the columns of `get_feature_names_out`; integers unless `decimals` is positive or
            None. With the base points they sum to the score.
        """
        return self._points(X)

    def decision_function(self, X):
        """Return the log odds of the event, in nats, given the scores.

        Parameters
        ----------
        X : array-like or dataframe of shape (n_samples, n_features)
            Samples to score.

        Returns
        -------
        log_odds : ndarray of shape (n_samples,)
            Log odds of the second class.
        """
        scores = self.score_samples(X)
        return self._scale.log_odds(scores)

    def predict_proba(self, X):
        """Return the probabilities of the classes, given the scores.

        Parameters
        ----------
        X : array-like or dataframe of shape (n_samples, n_features)
            Samples to score.

        Returns
        -------
        y_prob : ndarray of shape (n_samples, 2)
            Columns in the order of `classes_`.
        """
        log_odds = self.decision_function(X)
        return np.column_stack([expit(-log_odds), expit(log_odds)])

    def predict(self, X):
        """Return the more probable class of each sample.

        Parameters
        ----------
        X : array-like or dataframe of shape (n_samples, n_features)
            Samples to score.

        Returns
        -------
        y_pred : ndarray of shape (n_samples,)
            Labels.
        """
        is_event = self.decision_function(X) > 0
        return self.classes_[is_event.astype(np.intp)]

    def reasons(self, X, n=3, *, reference="average"):
        """Return the columns with the largest loss of points of each sample.

        Parameters
        ----------
        X : array-like or dataframe of shape (n_samples, n_features)
            Samples to score.

        n : int, default=3
            Maximum number of reasons per sample.

        reference : {"average", "best"}, default="average"
            Reference for the points of a column: their mean over the samples of `fit`, which is
            one of the methods of [1]_, or the maximum of the column. With "best" columns of a wide
            range come first for nearly all samples.

        Returns
        -------
        reasons : DataFrame
            With the index of X. Columns ``reason_1``, ``lost_1``, ``reason_2``, ...: a column and
            its loss of points, missing if no further column has fewer points than the reference.

        Raises
        ------
        ValueError
            If `n` is not positive, or the reference unknown.

        References
        ----------
        .. [1] Official Interpretations of Regulation B (Equal Credit Opportunity Act), 12 CFR
           1002.9(b)(2), comment 5.
        """
        import pandas as pd

        check_is_fitted(self)
        if not isinstance(n, Integral) or n < 1:
            raise ValueError(f"n must be a positive integer, got {short_repr(n)}.")
        if not isinstance(reference, str) or reference not in REFERENCES:
            raise ValueError(
                f"reference must be one of {list(REFERENCES)}, got {short_repr(reference)}."
            )
        most = np.array([REFERENCES[reference](column) for column in self._columns])
        lost = most - self._points(X)
        names = np.append(self.get_feature_names_out(), None)
        order = np.argsort(-lost, axis=1, kind="stable")
        table = {}
        for k in range(min(n, len(self._columns))):
            points = np.take_along_axis(lost, order[:, k : k + 1], axis=1)[:, 0]
            table[f"reason_{k + 1}"] = names[np.where(points > 0, order[:, k], -1)]
            table[f"lost_{k + 1}"] = np.maximum(points, 0)
        return pd.DataFrame(table, index=getattr(X, "index", range(len(lost))))

    def points_table(self, feature=None):
        """Return the points of each bin.

        Parameters
        ----------
        feature : str, default=None
            Name of one column. None: all columns with points.

        Returns
        -------
        table : DataFrame
            One row per bin: ``feature``, ``bin``, ``count``, ``events``, ``non_events`` and
            ``event_rate`` of the samples of `fit`, ``woe`` (in bits, of the event),
            ``coefficient`` (nats of the log odds of the event per bit) and ``points``. Missing
            values and unseen levels have a row even if no sample of `fit` had them. With
            ``intercept="kept"`` the first row of the whole table has the base points.

        Raises
        ------
        ValueError
            If no column of that name has points.
        """
        import pandas as pd

        check_is_fitted(self)
        rows = [row for column in self._columns for row in column.rows()]
        if feature is not None:
            rows = [row for row in rows if row["feature"] == feature]
            if not rows:
                raise ValueError(
                    f"feature={short_repr(feature)} has no points in this scorecard; those that "
                    f"have are {short_repr(self.get_feature_names_out().tolist())}."
                )
        elif self.base_points_ or not rows:
            rows = [{"feature": "(base)", "bin": "all", "points": self.base_points_}, *rows]
        return pd.DataFrame(rows, columns=TABLE_COLUMNS)

    def to_sql(self, *, dialect="ansi", name="score"):
        """Return the score as an SQL expression for a SELECT clause.

        Parameters
        ----------
        dialect : str, default="ansi"
            As in `MutualInfoBinner.to_sql`.

        name : str, default="score"
            Name of the output column.

        Returns
        -------
        sql : str
            The sum of a ``CASE ... END`` for each column, ``AS "score"``, which equals
            `score_samples`.

        Raises
        ------
        ValueError
            If a step before the binner does more than select columns; if a bin cannot be expressed
            in SQL.

        Examples
        --------
        >>> from skinfo.scorecard import Scorecard
        >>> X, y = [[1.0], [2.0], [8.0], [9.0]] * 50, [0, 0, 1, 1] * 50
        >>> print(Scorecard().fit(X, y).to_sql())
        CASE
            WHEN "x0" IS NULL THEN 700
            WHEN "x0" < 5 THEN 700
            ELSE 274
        END AS "score"
        """
        check_is_fitted(self)
        if not self._model.selects_only:
            raise ValueError(
                "to_sql reads the columns of X, and a step before the MutualInfoBinner changes "
                "them. Leave it out, or apply it to the table first."
            )
        read = list(dict.fromkeys(column.name for column in self._columns))
        check_names_read(read, getattr(self, "feature_names_in_", read), dialect)
        terms = [
            case_expressions(each.pieces, name_, points[:, None], dialect)[0]
            for name_, each, points in (
                (column.name, column.weighted.encoder, column.points) for column in self._columns
            )
        ]
        if self.base_points_ or not terms:
            terms = [str(self.base_points_), *terms]
        return "\n+ ".join(terms) + f" AS {dialect_named(dialect).identifier(name)}"

    def get_feature_names_out(self, input_features=None):
        """Return the names of the columns with points.

        Parameters
        ----------
        input_features : array-like of str or None, default=None
            Names of the input columns; must match those of `fit`, if there were any.

        Returns
        -------
        feature_names_out : ndarray of str
            The columns with nonzero coefficients.
        """
        check_is_fitted(self)
        _check_feature_names_in(self, input_features)
        return np.array([column.name for column in self._columns], dtype=object)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        pipeline = thawed(self._base_estimator())
        if isinstance(pipeline, Pipeline):
            tags.input_tags = get_tags(pipeline.steps[0][1]).input_tags
        tags.classifier_tags.multi_class = False
        tags.transformer_tags.preserves_dtype = []
        return tags

    def _points(self, X):
        """Return the points of each sample and column, (n_samples, n_columns)."""
        check_is_fitted(self)
        tables = self._model.tables(X)
        dtype = np.float64 if self._decimals is None or self._decimals > 0 else np.int64
        points = np.empty((tables[0].shape[0], len(self._columns)), dtype, order="F")
        for k, column in enumerate(self._columns):
            points[:, k] = column.points[column.weighted.pieces(tables)]
        return points

    def _base_estimator(self):
        if self.estimator is not None:
            return self.estimator
        binner = MutualInfoBinner(
            8,
            penalty=None,
            encode="woe",
            min_samples_bin=0.05,
            monotonic_cst="auto",
            max_p_value=0.05,
        )
        return make_pipeline(binner, LogisticRegression())

    def _fit_pipeline(self, X, y, sample_weight):
        """Set the fitted pipeline, and the attributes of its input."""
        self.estimator_ = fitted_pipeline(self._base_estimator(), X, y, sample_weight)
        pipeline = thawed(self.estimator_)
        self.classes_ = pipeline.classes_
        unknown = np.setdiff1d(y, self.classes_)
        if len(unknown):
            raise ValueError(
                f"y holds {short_repr(unknown.tolist())}, and the classes of the fitted pipeline "
                f"are {short_repr(self.classes_.tolist())}."
            )
        for name in ("n_features_in_", "feature_names_in_"):
            if hasattr(pipeline, name):
                setattr(self, name, getattr(pipeline, name))

    def _set_points(self, X, is_event, weights):
        """Set the CardColumns and the base points."""
        # Copied, since changes of parameters apply from the next fit on.
        self._scale = PointScale(self.pdo, self.base_score, self.base_odds, self.reverse)
        self._decimals = self.decimals
        base = self._scale.score(self._model.intercept)
        columns = self._model.columns()
        is_spread = self.intercept == "spread" and len(columns) > 0
        part = base / len(columns) if is_spread else 0.0
        self.base_points_ = self._rounded(np.float64(0.0 if is_spread else base)).item()
        tables = self._model.tables(X)
        self._columns = []
        for weighted in columns:
            woe = weighted.encoder.values[:, 0]
            points = self._rounded(self._scale.slope * weighted.coefficient * woe + part)
            counts = counts_by_piece(weighted, tables, is_event, weights)
            self._columns.append(CardColumn(weighted, points, counts))

    def _rounded(self, points):
        if self.decimals is None:
            return points
        # Adding 0.0 maps -0.0 to 0.0.
        rounded = np.round(points, self.decimals) + 0.0
        if self.decimals > 0:
            return rounded
        largest = float(np.max(np.abs(rounded), initial=0.0))
        if largest > 2.0**53:
            raise ValueError(
                f"pdo={self.pdo:.6g} and base_score={self.base_score:.6g} give points of up to "
                f"{largest:.3g}, which are not exact integers. Set smaller ones, or decimals=None."
            )
        return rounded.astype(np.int64)


def _two_classes(y):
    """Return y as an array (n_samples,) of the labels of two classes."""
    y = column_or_1d(unmasked(y), warn=True)
    with finiteness_check():
        assert_all_finite(y, input_name="y")
        check_classification_targets(y)
    kind = type_of_target(y, input_name="y")
    if kind != "binary":
        raise ValueError(
            f"Only binary classification is supported. The type of the target is {kind}."
        )
    return y
