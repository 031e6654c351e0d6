"""Selection of features that are informative about y and not redundant."""

from numbers import Integral, Real
from typing import ClassVar

import narwhals.stable.v2 as nw
import numpy as np
from scipy.sparse import issparse
from sklearn.base import BaseEstimator, clone
from sklearn.feature_selection import SelectorMixin
from sklearn.utils import check_array, get_tags
from sklearn.utils.validation import check_is_fitted

from skinfo._counts._as_source import is_in_parts
from skinfo._counts._kinds import unmasked
from skinfo._counts._lazy_tables import (
    LazyOutputMixin,
    TransformedChunks,
    as_lazy_table,
    for_chunks,
    is_lazy,
)
from skinfo._counts._source import names_of_columns, without_columns
from skinfo._counts._table import as_rows, read_table
from skinfo.feature_selection._output import (
    CONTAINERS,
    as_array,
    selection_html,
    selection_report,
)
from skinfo.feature_selection._problem import prepare_search
from skinfo.utils._compat import (
    HasMethods,
    Interval,
    Options,
    RealNotInt,
    StrOptions,
    _fit_context,
    _get_output_config,
)
from skinfo.utils._doc_link import DocLinkMixin
from skinfo.utils._fit_state import unfitted_on_failure
from skinfo.utils._progress import CallbackSupportMixin, Progress, with_callbacks
from skinfo.utils._saved_state import SavedStateMixin
from skinfo.utils._text import short_repr
from skinfo.utils._validation import MEANING_OF_Y, explain_missing_arguments
from skinfo.utils._warnings import warn_caller


class InfoBottleneckSelector(
    CallbackSupportMixin,
    DocLinkMixin,
    LazyOutputMixin,
    SavedStateMixin,
    SelectorMixin,
    BaseEstimator,
):
    """Feature selection by information about y and description length (information bottleneck).

    Features are selected one by one. A bottleneck variable T compresses the joint state of the
    selected features into few states that retain their information about y. Each step selects the
    candidate with the largest new information minus H(X | T) / beta, so redundant features have a
    low score. The new information is I(X; y | T), averaged with an estimate from pairs of features
    (see Notes). Every mutual information is in bits, corrected for its expectation under
    independence.

    Parameters
    ----------
    n_features_to_select : "auto", "predictive", "elbow", int or float, default="auto"
        ``"auto"`` stops when no remaining feature is significant at `alpha`, given the selected
        ones, after correction for the number of tests (copies are left out, see Notes);
        ``"elbow"`` keeps of these the features up to the elbow of `information_` [5]_.
        ``"predictive"`` is the number that predicts y best on held-out samples, by five-fold
        cross-validation of the search (see Notes); X must be in memory. An int is the number of
        features, a float between 0 and 1 a proportion; a group counts as one feature.

    information : float or None, default=None
        Proportion, between 0 and 1, of the information of all significant features: the smallest
        number of them that reaches it is kept. Only with ``n_features_to_select="auto"``.

    criterion : {"bottleneck", "mim", "mifs", "mrmr", "cife", "jmi", "cmim", "jmim", "njmim", \
"disr", "icap"}, default="bottleneck"
        The score that ranks candidates; all but the first are published greedy criteria [2]_. With
        ``"auto"`` all of them stop by the same test. Names are case-insensitive.

    beta : float or None, default=None
        Maximum number of bits of description of a feature, given T, per bit of information about
        y; only for ``criterion="bottleneck"``. With ``"auto"`` no feature is selected whose cost
        exceeds its information. None: no cost of description.

    alpha : float, default=0.05
        Level of the test: if all features are independent of y, the maximum probability that any
        is selected (measured: benchmarks/selection_stopping.py). With ``"predictive"`` the level
        at which features must predict better than none.

    binner : transformer or None, default=None
        Discretises numeric columns, for example ``MutualInfoBinner()`` or
        ``KBinsDiscretizer(encode="ordinal")``. None: equal-frequency bins, 3 to 10 by the cube
        root of the number of samples; they do not depend on y, so the p-values are valid. Columns
        of integers, booleans or categories with few levels are used as they are. Parameters of the
        binner that are dicts by column, such as ``special_values``, may name all columns.

    max_states : int, default=64
        Maximum number of states of T. Before this limit, states that do not differ significantly
        are merged.

    interactions : bool, 2 or 3, default=False
        Whether to test pairs of features (True or 2), or pairs and triples (3), if no single
        feature is significant. An example are the inputs of an exclusive or, none of which is
        informative alone. Features, pairs and triples are tested at equal parts of `alpha`, each
        corrected for the number of all pairs, or triples. All pairs are counted once, by a few
        instructions per 512 samples, and again if none of the retained ones is significant given
        T: 20 of 1000 numeric columns and 1000 samples are selected in 1.3 seconds. Time grows with
        the square of the number of columns, for triples with its cube: half a second for 200
        columns of two levels, one and a half for numbers. See Notes, and benchmarks/synergy.py.

    groups : dict, sequence or None, default=None
        Features that are selected or dropped together, such as the columns of a one-hot encoding:
        a dict of group names to features, a list of lists of features, or one label for each
        feature (None: in no group). Features are given by name or index. A group is the joint
        state of its columns; more than 256 joint states are merged into at most 256 cells, split
        at medians independently of y.

    feature_costs : dict, array-like of shape (n_features,) or None, default=None
        Costs in bits, which are subtracted from the score; the information of a feature about y
        must exceed its cost. A dict of features to bits, or one number per feature. The cost of a
        group is the maximum of its features' costs.

    must_include, must_exclude : array-like or None, default=None
        Features (names, indices or a mask) that are selected first, in the given order, and
        features that are never selected. If the column names of a dataframe are integers, an
        integer is a name, here and in `groups` and `feature_costs`.

    target_type : {"auto", "binary", "multiclass", "continuous"}, default="auto"
        The type of y. ``"auto"``: text, booleans and integers with at most 32 different values are
        classes; other numbers, dates and durations are continuous, integers with a warning. A
        continuous y is discretised into equal-frequency bins, 3 to 10 by the cube root of the
        number of samples: of all partitions into as many bins these have maximum entropy. All
        information is then about the bins, and a `binner` is fitted to them as well.

    n_jobs : int or None, default=None
        Number of threads over candidates; the result does not depend on it.

    Attributes
    ----------
    support_ : ndarray of shape (n_features_in_,), dtype bool
        Mask of the selected features.

    ranking_ : ndarray of shape (n_features_in_,), dtype int64
        1 for selected features; the others in the order of their information given T.

    selected_features_ : ndarray of shape (n_features_,), dtype int64
        Selected features in the order of selection.

    n_features_ : int
        Number of selected features.

    mutual_info_ : ndarray of shape (n_features_in_,), dtype float64
        I(X; y) of each feature alone, in bits, corrected for its expectation under independence
        [3]_, so it may be slightly negative. For a feature in a group, that of the group.

    p_values_ : ndarray of shape (n_features_in_,), dtype float64
        p-values of independence, which also use the order of numeric values, as in
        `skinfo.estimation.mutual_info_test`.

    gains_ : ndarray of shape (n_steps,), dtype float64
        I(X; y | T) of each selected feature (or group) when it was selected, in bits, corrected
        for its expectation under independence.

    information_ : ndarray of shape (n_steps,), dtype float64
        I(T; y) after each step, in bits, corrected for its expectation under independence. With
        `compression_` it is the path of the selection in the information plane.

    compression_ : ndarray of shape (n_steps,), dtype float64
        H(T) after each step, in bits.

    cv_results_ : dict of ndarray or None
        With ``n_features_to_select="predictive"``, by number of features (or groups): the number
        ``"n_features"``; ``"information"``, the information about y on held-out samples, zero
        without features; and its ``"standard_error"``. Otherwise None.

    target_type_ : {"binary", "multiclass", "continuous", "multioutput"}
        The type of y. Several outputs are treated as one variable, their joint state.

    classes_ : ndarray of shape (n_classes,), list of ndarray or None
        The classes of y; None for a continuous y; for several outputs a list with one entry
        each.

    target_edges_ : ndarray of shape (n_bins - 1,), list of ndarray or None
        Bin edges of a continuous y; None for classes; for several outputs a list with one entry
        each.

    n_features_in_ : int
        Number of features seen during `fit`.

    feature_names_in_ : ndarray of shape (n_features_in_,), dtype object
        Names of features, defined only when X has string names.

    See Also
    --------
    selection_curve : Information about y against description length, over `beta`.
    held_out_information : Information about y on held-out samples.
    selection_stability : Proportion of half-samples that select each feature.
    skinfo.MutualInfoBinner : Bins with maximum information about y.
    sklearn.feature_selection.SelectKBest : Selection by scores of single features.

    Notes
    -----
    The score of a feature X, given the k selected features W, is a weighted mean of two estimates
    of its new information, minus its costs::

        score = (5 I(X; y | T) + k pairs) / (5 + k) - H(X | T) / beta - cost
        pairs = I(X; y) - max over W of overlap(W) + mean over W of synergy(W)
        overlap(W) = max(0, I(X; y) - I(X; y | W))
        synergy(W) = max(0, I(X; y | W) - I(X; y))

    T contains the joint information of several features, but it depends on y and overfits small
    samples, more with every feature added, so that every candidate looks redundant. Therefore T
    has the weight of five selected features. The maximum overlap, as in CMIM [4]_, excludes
    copies: a copy overlaps with one selected feature only, which a mean over many would hide. The
    mean synergy, as in JMI, finds features that are informative together, which the minimum of
    I(X; y | W), as in CMIM, would hide.
    benchmarks/selection_quality.py compares held-out log loss and accuracy on 21 real data sets,
    and recall if the informative features are known, by criterion and by the weight of T (option
    ``--state-weight``). Since T depends on y, `information_` is too large if T has many states and
    the sample is small.

    Pairs are tested by all codes of both columns, and by at most four levels of each: runs of
    neighbouring codes of about equal weight that do not depend on y. The latter has few degrees of
    freedom and suits numbers; all codes suit levels without order. Triples are tested by at most
    four levels of each column. With fewer than 128 samples (512 for triples) it is two levels,
    split at the median. T is refined by a pair, or triple, jointly. Each step tests the 256 pairs
    with the largest information beyond that of both columns alone, for triples beyond that of a
    pair and a single column. P-values are corrected for all combinations, so preselecting these is
    valid. If few samples are outside the largest class or joint level, the p-value is an exact
    upper bound. In chunks, and with weights, pairs are counted from tables, which takes many times
    as long.

    The information of a column with more than 256 levels, alone, uses all its levels. Given T the
    levels are pooled, in their order, into at most 256 runs of equal weight. This does not depend
    on y, but understates the information that the column adds. T is refined by groups of its
    levels.

    Two states of T are merged while their class distributions do not differ at level 0.01
    (agglomerative information bottleneck [1]_). Merging prevents overfitting to sparse states.
    With a `binner` that depends on y, p-values are optimistic, because its bins are optimised on
    the same data.

    Merging also loses information, which a copy of a selected feature W would restore. Therefore
    a feature that depends on W is selected only if it is informative given the bins of W, alone or
    together with T. This test does not use the order of values. So a feature may be left out
    although its p-value given T is small.

    ``"predictive"`` leaves out each of five folds in turn and repeats the search on the others. An
    additive model of the codes, a logistic regression on their indicators with a ridge penalty, is
    fitted for each number of features (1 to 8, then four per octave) and predicts the fold [6]_.
    The number and the penalty with maximum mean information are selected jointly, and then the
    smallest number of features that has 99 % of it. None is selected if that information is not
    larger than zero by a one-sided t test, at `alpha` over the number of penalties. Folds depend
    only on the content of the samples: their order does not matter, and a weight of w is
    equivalent to w samples. With a `binner` that depends on y the number is optimistic.
    benchmarks/selection_size.py compares the held-out log loss with RFECV, all features and other
    stopping rules.

    References
    ----------
    .. [1] N. Slonim and N. Tishby, "Agglomerative information bottleneck", NIPS 1999.
    .. [2] G. Brown, A. Pocock, M.-J. Zhao and M. Lujan, "Conditional likelihood
       maximisation", JMLR 13, 2012, table 1.
    .. [3] N. X. Vinh, J. Epps and J. Bailey, "Information theoretic measures for
       clusterings comparison", JMLR 11, 2010, eq. 24.
    .. [4] F. Fleuret, "Fast binary feature selection with conditional mutual information", JMLR 5,
       2004: the lazy evaluation by which cmim, jmim and njmim are fast here.
    .. [5] V. Satopaa, J. Albrecht, D. Irwin and B. Raghavan, "Finding a kneedle in a haystack",
       ICDCS workshops 2011.
    .. [6] C. Ambroise and G. J. McLachlan, "Selection bias in gene extraction on the basis of
       microarray gene-expression data", PNAS 99, 2002: why the search is repeated in each fold.

    Examples
    --------
    >>> import numpy as np
    >>> from skinfo import InfoBottleneckSelector
    >>> rng = np.random.default_rng(0)
    >>> a, b, noise = rng.normal(size=(3, 1000))
    >>> X = np.column_stack([a, a + 0.1 * rng.normal(size=1000), b, noise])
    >>> y = (a + b > 0).astype(int)
    >>> selector = InfoBottleneckSelector().fit(X, y)
    >>> selector.selected_features_  # b, and one of the two copies
    array([2, 0])
    >>> selector.transform(X).shape
    (1000, 2)
    """

    _parameter_constraints: ClassVar[dict] = {
        "n_features_to_select": [
            StrOptions({"auto", "elbow", "predictive"}),
            Interval(Integral, 1, None, closed="left"),
            Interval(RealNotInt, 0, 1, closed="neither"),
        ],
        "information": [Interval(Real, 0, 1, closed="right"), None],
        "criterion": [str],
        "beta": [Interval(Real, 0, None, closed="neither"), None],
        "alpha": [Interval(Real, 0, 1, closed="neither")],
        "binner": [HasMethods(["fit", "transform"]), None],
        "max_states": [Interval(Integral, 2, None, closed="left")],
        "interactions": ["boolean", Options(Integral, {2, 3})],
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
        """Select features.

        Parameters
        ----------
        X : array-like, sparse array or dataframe of shape (n_samples, n_features), or table
            Numbers, booleans, dates, strings or categories; missing values (NaN, None, null) are a
            level of their own. A table that is not in memory may be of any kind that
            `MutualInfoBinner.fit` accepts, such as files, Dask or Spark. It is read a few times to
            make codes, 1 to 8 bits per cell by their number of levels, which are stored where the
            rows are (for files and chunks in a temporary file) and read once for each selected
            feature. With integer weights the result is that of the whole table.

        y : array-like of shape (n_samples,) or (n_samples, n_outputs), str or None
            Classes or numbers; for dataframes the name of a column, which is then not a feature.
            None if chunks have their own.

        sample_weight : array-like of shape (n_samples,) or str, default=None
            A weight of w counts as w repetitions of the sample, also in tests. It may be the name
            of a column.

        Returns
        -------
        self : object
            The fitted selector. It is not fitted if `fit` fails or is interrupted.

        Raises
        ------
        ValueError
            If y is absent, constant or has missing values; if more features are requested than
            there are, or fewer than are in `must_include`; if a feature is not among the columns,
            or is in two groups; if weights or costs are negative or weights all zero; if `beta` is
            given with another criterion; if `binner` does not return bin indices.
        """
        self._named = names_of_columns(y, sample_weight)
        with Progress(self, X, y) as progress:
            problem = prepare_search(self, X, y, sample_weight)
            progress.begin(problem.settings.n_to_select)
            result = problem.search(
                self.beta, on_select=lambda group: progress.step(problem.groups.names[group])
            )
            self._store(result, problem)
            progress.end()
        return self

    def transform(self, X):
        """Return the selected columns.

        Parameters
        ----------
        X : array-like or dataframe of shape (n_samples, n_features), or lazy table
            Columns as in `fit`; those that `fit` used for y and weights by name may be included.

        Returns
        -------
        X_selected : array or dataframe of shape (n_samples, n_features_), or lazy table
            With ``set_output`` a dataframe whose columns keep their dtypes. Otherwise an array, of
            objects if a selected column has text or categories, or dates among numbers; columns
            that are not selected are never converted.

            For a lazy table of Dask, polars, DuckDB or Spark the selected columns as a lazy table
            of the same library. For a table in chunks or files, an object that yields those of
            each chunk whenever it is iterated over; for chunks (X, y) tuples with y.
        """
        check_is_fitted(self)
        lazy = as_lazy_table(X)
        if lazy is not None:
            return self._transform_lazily(lazy)
        if is_in_parts(X):
            return TransformedChunks(X, for_chunks(self).transform)
        X = without_columns(X, self._named)
        table = read_table(
            self, X, reset=False, accept_sparse=True, ensure_min_samples=self._least_rows
        )
        if self.n_features_ == 0:
            return self._nothing(X, table)
        if table.frame is None and not table.shape[0]:
            # scikit-learn does not accept a table without rows.
            return X[:, self.support_]
        if table.frame is None:
            return super().transform(as_rows(unmasked(X)))
        # Selected first, and then converted: a dropped column may be of any kind.
        selected = np.flatnonzero(self.support_)
        container = _get_output_config("transform", self)["dense"]
        return CONTAINERS[container](table.frame[:, selected.tolist()])

    def fit_transform(self, X, y=None, **fit_params):
        """Select features, and return the selected columns.

        Parameters
        ----------
        X : array-like, sparse array or dataframe of shape (n_samples, n_features), or lazy table
            As in `fit`.

        y : array-like of shape (n_samples,) or (n_samples, n_outputs), str or None
            As in `fit`.

        **fit_params : dict
            ``sample_weight``, as in `fit`.

        Returns
        -------
        X_selected : array or dataframe of shape (n_samples, n_features_), or lazy table
            The output of `transform`.
        """
        return self.fit(X, y, **fit_params).transform(X)

    def inverse_transform(self, X):
        """Return all columns, with zeros in those that are not selected.

        Parameters
        ----------
        X : array-like or dataframe of shape (n_samples, n_features_)
            The output of `transform`.

        Returns
        -------
        X_original : array of shape (n_samples, n_features_in_)
            An array of objects if X is one.

        Raises
        ------
        TypeError
            If X is a lazy table.
        """
        check_is_fitted(self)
        if is_lazy(X):
            raise TypeError(
                f"inverse_transform needs X in memory, got a {type(X).__name__}. Compute it, or "
                "pass one chunk at a time."
            )
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

    def report(self, X=None, y=None, sample_weight=None):
        """Return a table of the features.

        Parameters
        ----------
        X, y, sample_weight : default=None
            The data of `fit`, in memory, for the last three columns, which take as long as about
            thirty fits.

        Returns
        -------
        report : DataFrame
            One row for each feature (or group), selected ones first in the order of selection, the
            others by ``bits_left``. ``feature``; ``bits``, its information about y, and the
            ``p_value``; ``selected``; ``bits_left``, its information given the selected features
            (for a selected feature: those before it), and the p-value ``p_left``;
            ``redundant_with``: for an informative feature that was dropped, the selected one given
            which it is least informative. With data, ``held_out_bits``, the held-out information
            about y of all features up to this one, and its standard error ``held_out_error``
            (`~skinfo.feature_selection.held_out_information`); and ``stability``, the proportion
            of half-samples that select it (`~skinfo.feature_selection.selection_stability`).

        Raises
        ------
        ValueError
            If X is in chunks, or has other features than in `fit`.
        """
        check_is_fitted(self)
        table = selection_report(self._result, self._groups.names)
        if X is None:
            return table
        problem = prepare_search(clone(self), X, y, sample_weight)
        if problem.groups.names != self._groups.names:
            raise ValueError(
                f"X has the features {short_repr(problem.groups.names)}, and fit had "
                f"{short_repr(self._groups.names)}. Pass the data of fit."
            )
        selected = self._result.selected
        information, errors = problem.held_out(selected, self.beta)
        shares = problem.stability(len(selected), self.beta)
        table.loc[: len(selected) - 1, "held_out_bits"] = information
        table.loc[: len(selected) - 1, "held_out_error"] = errors
        by_name = dict(zip(problem.groups.names, shares.tolist(), strict=True))
        return table.assign(stability=table["feature"].map(by_name))

    def _transform_lazily(self, lazy):
        features = lazy.features(self, self._named)
        if self.n_features_ == 0:
            _warn_of_no_feature()
        return lazy.select([features[j] for j in np.flatnonzero(self.support_)])

    def _nothing(self, X, table):
        """Return no column of X, with a warning."""
        _warn_of_no_feature()
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
        self.cv_results_ = None if result.held_out is None else result.held_out.as_dict()
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


def _warn_of_no_feature():
    warn_caller(
        "No features were selected: none is significant at alpha. Raise alpha, or "
        "set n_features_to_select to a number."
    )
