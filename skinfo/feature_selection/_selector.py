"""Keep the features that carry information about y, drop what is redundant."""

from numbers import Integral, Real
from typing import ClassVar

import narwhals.stable.v2 as nw
import numpy as np
from sklearn.base import BaseEstimator
from sklearn.feature_selection import SelectorMixin
from sklearn.utils import get_tags
from sklearn.utils.validation import check_is_fitted

from skinfo.feature_selection._candidates import Candidates
from skinfo.feature_selection._criteria import CRITERIA
from skinfo.feature_selection._report import selection_report
from skinfo.feature_selection._scorers import BottleneckScorer, PairwiseScorer
from skinfo.feature_selection._search import greedy_search
from skinfo.preprocessing._codes import feature_codes
from skinfo.utils._compat import (
    HasMethods,
    Interval,
    RealNotInt,
    StrOptions,
    _check_feature_names_in,
    _fit_context,
    _get_output_config,
)
from skinfo.utils._table import read_table
from skinfo.utils._target import check_target, encode_target


class InfoBottleneckSelector(SelectorMixin, BaseEstimator):
    """Choose features by the information bottleneck: bits about y against bits of description.

    Features are chosen one by one. A bottleneck variable T, a compression of the joint state of
    those chosen so far into few states that keep what it says of y, judges the candidates: the one
    with the largest I(X; y | T) - H(X | T) / beta comes next, so that what T already knows counts
    for nothing. All information is in bits, less the mean that chance alone would give.

    Parameters
    ----------
    n_features_to_select : "auto", int or float, default="auto"
        ``"auto"`` stops when no feature left is significant at `alpha`, given those chosen,
        after correction for the number tried. An int is the number of features, a float
        between 0 and 1 their share.

    criterion : {"bottleneck", "mim", "mifs", "mrmr", "cife", "jmi", "cmim", "jmim", "njmim", \
"disr", "icap"}, default="bottleneck"
        How candidates are ranked at each step; the others are published greedy criteria [2]_.
        With ``"auto"`` all of them stop by the same test.

    beta : float or None, default=None
        Bits of description of a feature, given T, that one bit about y may cost; only for
        ``criterion="bottleneck"``. With ``"auto"`` nothing is chosen whose cost exceeds
        its worth. None: description is free.

    alpha : float, default=0.05
        Level of the test: on features that say nothing of y, the chance that anything is
        selected.

    binner : transformer or None, default=None
        Turns columns of measurements into bin numbers, for example ``MutualInfoBinner()`` or
        ``KBinsDiscretizer(encode="ordinal")``. None: equal-frequency bins, 3 to 10 by the cube
        root of the number of samples; they do not look at y, so the p-values hold. Columns of
        integers, booleans or categories with few levels are used as they are.

    max_states : int, default=64
        The most states of T. States that do not differ significantly are merged before that.

    n_jobs : int or None, default=None
        Threads over candidates; the result does not depend on it.

    Attributes
    ----------
    support_ : ndarray of shape (n_features_in_,), dtype bool
        Mask of the selected features.

    ranking_ : ndarray of shape (n_features_in_,), dtype int64
        1 for selected features; the others in order of the bits they have left.

    selected_features_ : ndarray of shape (n_features_,), dtype int64
        Selected features in the order chosen.

    n_features_ : int
        Number of selected features.

    mutual_info_ : ndarray of shape (n_features_in_,), dtype float64
        I(X; y) of each feature alone, in bits, less its mean were X independent of y [3]_;
        so it may be a little below zero.

    p_values_ : ndarray of shape (n_features_in_,), dtype float64
        Chance of at least that information under independence.

    gains_ : ndarray of shape (n_features_,), dtype float64
        I(X; y | T) of each selected feature when it was chosen, in bits, less its mean under
        independence.

    information_ : ndarray of shape (n_features_,), dtype float64
        I(T; y) after each step, in bits, less its mean under independence.

    compression_ : ndarray of shape (n_features_,), dtype float64
        H(T) after each step, in bits.

    classes_ : ndarray of shape (n_classes,)
        The classes of y.

    n_features_in_ : int
        Number of features seen during `fit`.

    feature_names_in_ : ndarray of shape (n_features_in_,), dtype object
        Names of features, defined only when X has string names.

    See Also
    --------
    skinfo.MutualInfoBinner : Bins that say the most about y.
    sklearn.feature_selection.SelectKBest : Scores each feature alone.

    Notes
    -----
    Two states of T are merged while they do not differ at level 0.01 in the classes they hold
    (agglomerative information bottleneck [1]_): without that, states with few samples pass for
    knowledge. With a `binner` that looks at y, p-values are optimistic: it has chosen
    its cuts to be informative.

    References
    ----------
    .. [1] N. Slonim and N. Tishby, "Agglomerative information bottleneck", NIPS 1999.
    .. [2] G. Brown, A. Pocock, M.-J. Zhao and M. Lujan, "Conditional likelihood
       maximisation", JMLR 13, 2012, table 1.
    .. [3] N. X. Vinh, J. Epps and J. Bailey, "Information theoretic measures for
       clusterings comparison", JMLR 11, 2010, eq. 24.

    Examples
    --------
    >>> import numpy as np
    >>> from skinfo import InfoBottleneckSelector
    >>> rng = np.random.default_rng(0)
    >>> a, b, noise = rng.normal(size=(3, 1000))
    >>> X = np.column_stack([a, a + 0.1 * rng.normal(size=1000), b, noise])
    >>> y = (a + b > 0).astype(int)
    >>> selector = InfoBottleneckSelector().fit(X, y)
    >>> selector.selected_features_  # b, and one of the twins
    array([2, 0])
    >>> selector.transform(X).shape
    (1000, 2)
    """

    _parameter_constraints: ClassVar[dict] = {
        "n_features_to_select": [
            StrOptions({"auto"}),
            Interval(Integral, 1, None, closed="left"),
            Interval(RealNotInt, 0, 1, closed="neither"),
        ],
        "criterion": [StrOptions({"bottleneck", *CRITERIA})],
        "beta": [Interval(Real, 0, None, closed="neither"), None],
        "alpha": [Interval(Real, 0, 1, closed="neither")],
        "binner": [HasMethods(["fit", "transform"]), None],
        "max_states": [Interval(Integral, 2, None, closed="left")],
        "n_jobs": [Integral, None],
    }

    def __init__(
        self,
        n_features_to_select="auto",
        *,
        criterion="bottleneck",
        beta=None,
        alpha=0.05,
        binner=None,
        max_states=64,
        n_jobs=None,
    ):
        self.n_features_to_select = n_features_to_select
        self.criterion = criterion
        self.beta = beta
        self.alpha = alpha
        self.binner = binner
        self.max_states = max_states
        self.n_jobs = n_jobs

    # The binner is nested: its parameters are validated when it is fitted.
    @_fit_context(prefer_skip_nested_validation=False)
    def fit(self, X, y, sample_weight=None):
        """Choose features.

        Parameters
        ----------
        X : array-like or dataframe of shape (n_samples, n_features)
            Numbers, booleans, dates, strings or categories; missing values (NaN, None,
            null) are a level of their own.

        y : array-like of shape (n_samples,)
            Classes.

        sample_weight : array-like of shape (n_samples,), default=None
            A weight of w counts as w repetitions of the row, also in tests.

        Returns
        -------
        self : object
            The fitted selector.

        Raises
        ------
        ValueError
            If y is absent, has missing values or fewer than two classes; if more features are
            asked for than there are; if weights are negative or all zero; if `beta` is
            given with another criterion; if `binner` does not give bin numbers.
        """
        y = check_target(y, self)
        table = read_table(self, X, reset=True, ensure_min_samples=2)
        n_select = self._n_select(table.shape[1])
        scorer = self._scorer()
        target, keep = encode_target(y, table, sample_weight, self)
        codes, n_levels = feature_codes(
            table, target, keep, binner=self.binner, n_jobs=self.n_jobs
        )
        candidates = Candidates(codes, n_levels, target, n_jobs=self.n_jobs)
        selection = greedy_search(
            candidates, scorer, n_select=n_select, alpha=self.alpha, max_states=self.max_states
        )
        self._store(selection, target)
        return self

    def transform(self, X):
        """Keep the selected columns.

        Parameters
        ----------
        X : array-like or dataframe of shape (n_samples, n_features)
            Columns as in `fit`.

        Returns
        -------
        X_selected : array or dataframe of shape (n_samples, n_features_)
            With ``set_output`` a dataframe whose columns keep their dtypes.
        """
        check_is_fitted(self)
        container = _get_output_config("transform", self)["dense"]
        frame = nw.from_native(X, eager_only=True, pass_through=True)
        if container == "default" or not isinstance(frame, nw.DataFrame):
            return super().transform(X)
        # SelectorMixin goes through one NumPy array, in which mixed columns become objects.
        read_table(self, X, reset=False)
        if not self.support_.any():
            return super().transform(X)
        return frame[:, np.flatnonzero(self.support_).tolist()].to_native()

    def report(self):
        """Return what was found of each feature.

        Returns
        -------
        report : DataFrame
            One row a feature, selected ones first in the order chosen, the others by the bits
            they have left. ``feature``; ``bits`` alone and their ``p_value``; ``selected``;
            ``bits_left``: given what was chosen (before it, for a selected feature), and
            their ``p_left``; ``redundant_with``: for a feature that says
            something of y but was dropped, the chosen one given which it says least.
        """
        check_is_fitted(self)
        names = _check_feature_names_in(self)
        return selection_report(self._selection, list(names))

    def _n_select(self, n_features):
        """Return how many features to choose, None for as many as are significant."""
        wanted = self.n_features_to_select
        if wanted == "auto":
            return None
        if isinstance(wanted, Integral):
            if wanted > n_features:
                raise ValueError(
                    f"n_features_to_select={wanted} must be at most the number of features, got "
                    f"n_features={n_features}. Ask for fewer, or for 'auto'."
                )
            return int(wanted)
        return max(int(wanted * n_features), 1)

    def _scorer(self):
        if self.criterion == "bottleneck":
            return BottleneckScorer(self.beta)
        if self.beta is not None:
            raise ValueError(
                f"beta={self.beta} is of use with criterion='bottleneck' only, got "
                f"criterion={self.criterion!r}. Leave beta at None."
            )
        return PairwiseScorer(self.criterion)

    def _store(self, selection, target):
        self._selection = selection
        self.classes_ = target.classes
        self.selected_features_ = np.array(selection.chosen, dtype=np.int64)
        self.n_features_ = len(selection.chosen)
        self.support_ = np.zeros(len(selection.relevance), bool)
        self.support_[self.selected_features_] = True
        self.ranking_ = np.ones(len(selection.relevance), np.int64)
        rest = np.flatnonzero(~self.support_)
        order = np.argsort(-selection.left[rest], kind="stable")
        self.ranking_[rest[order]] = np.arange(2, len(rest) + 2)
        self.mutual_info_ = selection.relevance
        self.p_values_ = selection.pvalues
        self.gains_ = np.array(selection.gains)
        self.information_ = np.array(selection.information)
        self.compression_ = np.array(selection.compression)

    def _get_support_mask(self):
        check_is_fitted(self)
        return self.support_

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.required = True
        tags.input_tags.allow_nan = (
            self.binner is None or get_tags(self.binner).input_tags.allow_nan
        )
        tags.input_tags.categorical = True
        tags.input_tags.string = True
        return tags
