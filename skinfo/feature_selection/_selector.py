"""Keep the features that carry information about y, drop what is redundant."""

from numbers import Integral, Real
from typing import ClassVar

import narwhals.stable.v2 as nw
import numpy as np
from scipy.sparse import issparse
from sklearn.base import BaseEstimator
from sklearn.feature_selection import SelectorMixin
from sklearn.utils import check_array, get_tags
from sklearn.utils.validation import check_is_fitted

from skinfo._counts._kinds import unmasked
from skinfo._counts._table import as_rows, read_table
from skinfo.feature_selection._output import as_array, take_columns
from skinfo.feature_selection._problem import prepare_search
from skinfo.feature_selection._report import selection_html, selection_report
from skinfo.utils._compat import (
    HasMethods,
    Interval,
    RealNotInt,
    StrOptions,
    _fit_context,
    _get_output_config,
)
from skinfo.utils._fit_state import unfitted_on_failure
from skinfo.utils._progress import CallbackSupportMixin, Progress, with_callbacks
from skinfo.utils._validation import MEANING_OF_Y, explain_missing_arguments
from skinfo.utils._warnings import warn_caller


class InfoBottleneckSelector(CallbackSupportMixin, SelectorMixin, BaseEstimator):
    """Choose features by the information bottleneck: bits about y against bits of description.

    Features are chosen one by one. A bottleneck variable T, a compression of the joint state of
    those chosen so far into few states that keep what it says of y, judges the candidates: the one
    with the largest I(X; y | T) - H(X | T) / beta comes next, so that what T already knows counts
    for little (see Notes for the rest of the score). All information is in bits, less the mean
    that chance alone would give.

    Parameters
    ----------
    n_features_to_select : "auto", "elbow", int or float, default="auto"
        ``"auto"`` stops when no feature left is significant at `alpha`, given those chosen,
        after correction for the number tried; ``"elbow"`` keeps of those the features up to
        the elbow of `information_` [5]_. An int is the number of features, a float between 0 and
        1 their share; a group counts as one.

    information : float or None, default=None
        The share, between 0 and 1, of the information of all significant features that is
        enough: the fewest of them that hold it are kept. Only with
        ``n_features_to_select="auto"``.

    criterion : {"bottleneck", "mim", "mifs", "mrmr", "cife", "jmi", "cmim", "jmim", "njmim", \
"disr", "icap"}, default="bottleneck"
        How candidates are ranked at each step; the others are published greedy criteria [2]_.
        With ``"auto"`` all of them stop by the same test. Names are taken in any case.

    beta : float or None, default=None
        Bits of description of a feature, given T, that one bit about y may cost; only for
        ``criterion="bottleneck"``. With ``"auto"`` nothing is chosen whose cost exceeds
        its worth. None: description is free.

    alpha : float, default=0.05
        Level of the test: on features that say nothing of y, the most that the chance should be
        that anything is selected (measured: benchmarks/selection_stopping.py).

    binner : transformer or None, default=None
        Turns columns of measurements into bin numbers, for example ``MutualInfoBinner()`` or
        ``KBinsDiscretizer(encode="ordinal")``. None: equal-frequency bins, 3 to 10 by the cube
        root of the number of samples; they do not look at y, so the p-values hold. Columns of
        integers, booleans or categories with few levels are used as they are.

    max_states : int, default=64
        The most states of T. States that do not differ significantly are merged before that.

    interactions : bool, default=False
        Whether to look at pairs of features where no single one is significant: those of an
        exclusive or say nothing alone. All pairs of features left are counted, which takes as
        long as half as many ordinary steps as there are features, so it grows with their square: a
        tenth of a second for 200 columns of 1000 rows, one second for 1000
        (benchmarks/synergy.py). Single features and pairs are then tested at ``alpha / 2``
        each. Three features that only speak together are not found.

    groups : dict, sequence or None, default=None
        Features that are chosen and left out together, as the columns of a one-hot encoding: a
        dict of group names to features, a list of lists of features, or one label a
        feature (None: in no group). Features are given by name or index. What counts is the joint
        state of a group's columns; more than 256 joint states are put into at most 256 cells,
        split at medians, without a look at y.

    feature_costs : dict, array-like of shape (n_features,) or None, default=None
        Bits that a feature's information about y must exceed; they come off its score. A dict of
        features to bits, or one number a feature. A group costs, once, the most that one of its
        features does.

    must_include, must_exclude : array-like or None, default=None
        Features (names, indices or a mask) that are selected before all others, in the order
        given, and features that are never selected. Where the names of a dataframe are integers,
        an integer is a name, here and in the two parameters before.

    target_type : {"auto", "binary", "multiclass", "continuous"}, default="auto"
        What y holds. ``"auto"``: text, booleans and whole numbers of at most 32 different values
        are classes; other numbers, dates and durations are continuous, integers with a warning.
        A continuous y is cut into equal-frequency bins, 3 to 10 by the cube root of the number of
        samples: of all cuts into so many they hold the most information. All bits are then about
        those bins, which a `binner` is fitted to as well.

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
        so it may be a little below zero. Of a feature in a group, that of the group.

    p_values_ : ndarray of shape (n_features_in_,), dtype float64
        Probability of at least that information under independence, as
        `skinfo.estimation.mutual_info_test` gives it.

    gains_ : ndarray of shape (n_steps,), dtype float64
        I(X; y | T) of each selected feature (or group) when it was chosen, in bits, less its mean
        under independence.

    information_ : ndarray of shape (n_steps,), dtype float64
        I(T; y) after each step, in bits, less its mean under independence. With `compression_`
        it is the path of the selection in the information plane.

    compression_ : ndarray of shape (n_steps,), dtype float64
        H(T) after each step, in bits.

    target_type_ : {"binary", "multiclass", "continuous", "multioutput"}
        What y held. Several outputs count as one variable, their joint state.

    classes_ : ndarray of shape (n_classes,), list of ndarray or None
        The classes of y; None for a continuous y; a list, one an output, for several.

    target_edges_ : ndarray of shape (n_bins - 1,), list of ndarray or None
        Where a continuous y was cut; None for classes; a list, one an output, for several.

    n_features_in_ : int
        Number of features seen during `fit`.

    feature_names_in_ : ndarray of shape (n_features_in_,), dtype object
        Names of features, defined only when X has string names.

    See Also
    --------
    selection_curve : Bits about y against bits of description, over `beta`.
    skinfo.MutualInfoBinner : Bins that say the most about y.
    sklearn.feature_selection.SelectKBest : Scores each feature alone.

    Notes
    -----
    To the score of a feature comes 0.3 times what it says beside each chosen one alone, the least
    of I(X; y) and I(X; y | W) over the chosen features W [4]_. T is made with a look at y and
    comes to know a small sample by heart; from then on it would call every feature redundant.
    benchmarks/selection_quality.py compares held-out log loss and accuracy on 21 real data sets,
    by criterion and by that share (option ``--share``). What beta says is decided without this
    part of the score. For the same reason `information_` is too large where T has many
    states and the sample is small.

    A column of more than 256 levels is weighed alone by all of them. Given T it is weighed by at
    most 256 runs of levels of equal weight, in their order: that does not look at y, but
    understates what the column adds to others. T is refined by groups of its levels.

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
    .. [4] F. Fleuret, "Fast binary feature selection with conditional mutual information", JMLR 5,
       2004: what makes cmim, jmim and njmim fast here.
    .. [5] V. Satopaa, J. Albrecht, D. Irwin and B. Raghavan, "Finding a kneedle in a haystack",
       ICDCS workshops 2011.

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
            StrOptions({"auto", "elbow"}),
            Interval(Integral, 1, None, closed="left"),
            Interval(RealNotInt, 0, 1, closed="neither"),
        ],
        "information": [Interval(Real, 0, 1, closed="right"), None],
        "criterion": [str],
        "beta": [Interval(Real, 0, None, closed="neither"), None],
        "alpha": [Interval(Real, 0, 1, closed="neither")],
        "binner": [HasMethods(["fit", "transform"]), None],
        "max_states": [Interval(Integral, 2, None, closed="left")],
        "interactions": ["boolean"],
        "groups": [dict, "array-like", None],
        "feature_costs": [dict, "array-like", None],
        "must_include": ["array-like", None],
        "must_exclude": ["array-like", None],
        "target_type": [StrOptions({"auto", "binary", "multiclass", "continuous"})],
        "n_jobs": [Integral, None],
    }

    def __init__(
        self,
        n_features_to_select="auto",
        *,
        information=None,
        criterion="bottleneck",
        beta=None,
        alpha=0.05,
        binner=None,
        max_states=64,
        interactions=False,
        groups=None,
        feature_costs=None,
        must_include=None,
        must_exclude=None,
        target_type="auto",
        n_jobs=None,
    ):
        self.n_features_to_select = n_features_to_select
        self.information = information
        self.criterion = criterion
        self.beta = beta
        self.alpha = alpha
        self.binner = binner
        self.max_states = max_states
        self.interactions = interactions
        self.groups = groups
        self.feature_costs = feature_costs
        self.must_include = must_include
        self.must_exclude = must_exclude
        self.target_type = target_type
        self.n_jobs = n_jobs

    # The binner is nested: its parameters are validated when it is fitted.
    @with_callbacks
    @explain_missing_arguments(y=MEANING_OF_Y)
    @unfitted_on_failure
    @_fit_context(prefer_skip_nested_validation=False)
    def fit(self, X, y, sample_weight=None):
        """Choose features.

        Parameters
        ----------
        X : array-like, sparse array or dataframe of shape (n_samples, n_features), or iterable
            Numbers, booleans, dates, strings or categories; missing values (NaN, None,
            null) are a level of their own. An iterable, such as a list, of dataframes or of
            tuples (X, y) or (X, y, sample_weight) is a table in chunks, which is iterated over
            several times; the codes of its columns, a byte a cell, are kept in memory. With
            integer weights the result is that of the whole table.

        y : array-like of shape (n_samples,) or (n_samples, n_outputs), str or None
            Classes or numbers; for dataframes the name of a column, which is then no feature.
            None where chunks have their own.

        sample_weight : array-like of shape (n_samples,) or str, default=None
            A weight of w counts as w repetitions of the sample, also in tests. As y, it may be
            the name of a column.

        Returns
        -------
        self : object
            The fitted selector. If `fit` fails or is interrupted, it is not fitted.

        Raises
        ------
        ValueError
            If y is absent, constant or has missing values; if more features are
            asked for than there are, or fewer than `must_include` names; if a feature is not
            among the columns, or is in two groups; if weights or costs are negative or weights all
            zero; if `beta` is given with another criterion; if `binner` does not give bin numbers.
        """
        problem = prepare_search(self, X, y, sample_weight)
        progress = Progress(self, problem.settings.n_to_select, X, y)
        result = problem.search(
            self.beta, on_select=lambda group: progress.step(problem.groups.names[group])
        )
        self._store(result, problem)
        progress.end()
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
            With ``set_output`` a dataframe whose columns keep their dtypes. Without it an array,
            of objects if a chosen column holds text or categories, or dates beside numbers; what
            is not chosen is never converted.
        """
        check_is_fitted(self)
        table = read_table(self, X, reset=False, accept_sparse=True)
        if self.n_features_ == 0:
            return self._nothing(X, table)
        if table.frame is None:
            return super().transform(as_rows(unmasked(X)))
        # Chosen first, and then converted: what is dropped may be of any kind.
        chosen = np.flatnonzero(self.support_)
        return take_columns(table.frame, chosen, _get_output_config("transform", self)["dense"])

    def inverse_transform(self, X):
        """Put the selected columns back in their places, zeros in those of the others.

        Parameters
        ----------
        X : array-like or dataframe of shape (n_samples, n_features_)
            What `transform` returns.

        Returns
        -------
        X_original : array of shape (n_samples, n_features_in_)
            Of objects where X is one.
        """
        check_is_fitted(self)
        frame = nw.from_native(X, eager_only=True, pass_through=True)
        if issparse(X):
            return super().inverse_transform(X)
        X = as_array(frame) if isinstance(frame, nw.DataFrame) else as_rows(X)
        X = check_array(X, dtype=None, ensure_all_finite=False, ensure_min_features=0)
        if X.shape[1] != self.n_features_:
            raise ValueError(
                f"X has {X.shape[1]} column(s), and {self.n_features_} feature(s) are selected. "
                "Pass what transform returns."
            )
        restored = np.zeros((len(X), self.n_features_in_), X.dtype)
        restored[:, self.support_] = X
        return restored

    def report(self):
        """Return what was found of each feature.

        Returns
        -------
        report : DataFrame
            One row a feature (or group), selected ones first in the order chosen, the others by
            the bits they have left. ``feature``; ``bits`` alone and their ``p_value``;
            ``selected``; ``bits_left``: given what was chosen (before it, for a selected
            feature), and their ``p_left``; ``redundant_with``: for a feature that says
            something of y but was dropped, the chosen one given which it says least.
        """
        check_is_fitted(self)
        return selection_report(self._result, self._groups.names)

    def _nothing(self, X, table):
        """Return no column of X, with a warning."""
        warn_caller(
            "No features were selected: none is significant at alpha. Raise alpha, or "
            "set n_features_to_select to a number."
        )
        if issparse(X):
            return X.tocsr()[:, :0]
        return np.empty((table.shape[0], 0), getattr(X, "dtype", np.float64))

    def _store(self, result, problem):
        groups, discretised = problem.groups, problem.discretised
        self._result = result
        self._groups = groups
        self.target_type_ = discretised.target_type
        self.classes_ = discretised.classes
        self.target_edges_ = discretised.edges
        self.mutual_info_ = groups.spread(result.relevance)
        self.p_values_ = groups.spread(result.pvalues)
        self.gains_ = result.gains
        self.information_ = result.information
        self.compression_ = result.compression
        features = [feature for group in result.selected for feature in groups.members[group]]
        self.selected_features_ = np.array(features, dtype=np.int64)
        self.n_features_ = len(features)
        ranking = np.ones(len(groups.names), np.int64)
        rest = np.setdiff1d(np.arange(len(groups.names)), result.selected)
        order = np.argsort(-result.remaining_gains[rest], kind="stable")
        ranking[rest[order]] += np.arange(1, len(rest) + 1)
        self.ranking_ = groups.spread(ranking)
        self.support_ = self.ranking_ == 1

    def __sklearn_is_fitted__(self):
        return hasattr(self, "support_")

    def _html_repr(self):
        html = super()._html_repr()
        return html + selection_html(self.report()) if hasattr(self, "support_") else html

    def _get_support_mask(self):
        check_is_fitted(self)
        return self.support_

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.required = True
        tags.target_tags.multi_output = True
        tags.input_tags.sparse = True
        tags.input_tags.allow_nan = (
            self.binner is None or get_tags(self.binner).input_tags.allow_nan
        )
        tags.input_tags.categorical = True
        tags.input_tags.string = True
        return tags
