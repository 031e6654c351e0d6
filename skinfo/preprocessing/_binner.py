"""Supervised discretisation: bins that are informative about y."""

from dataclasses import replace
from numbers import Integral, Real
from typing import ClassVar

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.metadata_routing import MetadataRouter, MethodMapping
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from skinfo._counts._as_source import as_source, is_in_parts
from skinfo._counts._labels import unique_names
from skinfo._counts._lazy_tables import (
    LazyOutputMixin,
    TransformedChunks,
    as_lazy_table,
    for_chunks,
    is_lazy,
)
from skinfo._counts._source import InMemory, names_of_columns, without_columns
from skinfo._counts._table import read_table
from skinfo.preprocessing._controls import MOST_BINS
from skinfo.preprocessing._encoders import check_dtype, encoded_values, encoding_folds, output_of
from skinfo.preprocessing._encoding import ENCODINGS
from skinfo.preprocessing._export import BinnerExportMixin
from skinfo.preprocessing._fitting import (
    BinningPlan,
    add_chunk,
    fit_columns,
    named_target,
    parameters_of,
    refuse_changes,
    refuse_incomplete,
)
from skinfo.preprocessing._lazy_output import BlockDecoder, restored_lazily, transformed_lazily
from skinfo.preprocessing._target_statistics import target_type_of
from skinfo.utils._compat import (
    Interval,
    RealNotInt,
    StrOptions,
    _fit_context,
)
from skinfo.utils._doc_link import DocLinkMixin
from skinfo.utils._fit_state import unchanged_on_failure, unfitted_on_failure
from skinfo.utils._progress import CallbackSupportMixin, Progress, with_callbacks
from skinfo.utils._saved_state import SavedStateMixin
from skinfo.utils._text import one_line, short_repr
from skinfo.utils._validation import MEANING_OF_Y, explain_missing_arguments
from skinfo.utils._warnings import warn_caller


def _keeps_bins(binner):
    """Return whether the bins can be recovered from the output of `transform`."""
    # `hasattr` evaluates this before parameters are validated.
    encode = getattr(binner, "_encode", binner.encode)
    if encode in ("woe", "posterior"):
        raise AttributeError(
            f"inverse_transform needs bin numbers or indicators, and encode={short_repr(encode)} "
            "keeps neither. Use encode='ordinal' or 'onehot'."
        )
    return True


def _n_steps(source, n_fits=1):
    """Return the number of steps that fits report, one per column; None for a table in parts."""
    return n_fits * source.n_features if isinstance(source, InMemory) else None


# Advice in the error for a first chunk whose y has only one value.
CHUNK_OF_ONE_VALUE = (
    "Begin with a larger chunk, or name all classes in the first call: "
    "partial_fit(X, y, classes=[...])."
)


class MutualInfoBinner(
    CallbackSupportMixin,
    BinnerExportMixin,
    LazyOutputMixin,
    DocLinkMixin,
    SavedStateMixin,
    TransformerMixin,
    BaseEstimator,
):
    """Discretise each column into the bins that are most informative about the target.

    A numeric column is split into ordered intervals that maximise the mutual information I(bin; y)
    over all partitions (or, with the default penalty, that minimise the expected log loss of new
    samples), by exact dynamic programming. The levels of a categorical column are grouped. Missing
    values have a separate bin. y may be classes or continuous.

    Parameters
    ----------
    max_bins : int, "auto", array-like of n_features or dict, default="auto"
        Maximum number of intervals or groups of a column, from 2 to 65535; bins of special and
        missing values are not counted. "auto": the cube root of the number of samples (sum of
        weights), limited to 8 to 32; 8 for a continuous y.
        In this and other parameters by column, a dict sets some columns, by name or index; the
        others have the default.

    penalty : {"auto", "modl", "mdlp", "bic"}, float or None, default="auto"
        The criterion for the number of bins.

        - ``"auto"``: the bins whose observed rates are expected to predict new samples best. The
          rates are first averaged over all partitions of sqrt(n), from 64 to 128, groups of equal
          frequency, weighted by their posterior probabilities [3]_; jumps within a group are
          located by "modl". The averages give the expected log loss of each partition. A column
          has one bin unless several bins are three times as probable; otherwise it has the fewest
          bins with nearly the minimum expected loss. Categorical columns and continuous y use
          ``"modl"``.
        - ``"modl"``: the partition of minimum description length [1]_; an uninformative column has
          one bin.
        - ``"mdlp"``: the greedy recursive splits of Fayyad and Irani [2]_ (categorical
          columns and continuous y use ``"modl"``).
        - ``"bic"``: the maximum information minus a penalty of half a log n for each rate and each
          split point.
        - a number: the information in bits, summed over all samples, that each further bin must
          add.
        - ``None``: the `max_bins` bins with maximum information.

    encode : {"ordinal", "onehot", "onehot-dense", "woe", "posterior"}, default="ordinal"
        The output of `transform`.

        - ``"ordinal"``: bin indices.
        - ``"onehot"``, ``"onehot-dense"``: an indicator column for each bin (sparse, dense),
          named by `feature_name_combiner`.
        - ``"woe"``: the weight of evidence in bits: log2 of the odds of a class in the bin over
          its overall odds. For two classes one column (of the second class), otherwise one per
          class.
        - ``"posterior"``: P(class | bin), in as many columns; for a continuous y, its mean.

        For "woe" and "posterior", bins are smoothed with pseudo-samples in the overall class
        proportions: for each class as many as add half a sample to the rarer of that class and all
        others. So an empty cell remains finite and an empty bin has the overall proportions.
        (Means: half a sample of the overall mean.)

        Each level of a categorical column has a separate value instead: the empirical Bayes
        estimate of its class proportions (mean) under a mixture of beta (normal) distributions
        that is fitted to all levels by maximum likelihood [4]_. Unseen levels, and missing values
        that `fit` did not see, have the mean of that mixture. Special levels are not part of the
        mixture, and are smoothed like bins.

        In `fit_transform` these encodings are cross-fitted, and `transform` returns the mean of
        the encodings of the folds; see `fit_transform`, and `encoding_table` for the values.

    min_samples_bin : int, float, array-like of n_features or dict, default=1
        Minimum number of samples (sum of weights) in a bin, except those of special and missing
        values; a float below one is a fraction of the samples. If no split satisfies it, the
        column has one bin.

    monotonic_cst : {1, "ascending", -1, "descending", "auto", "peak", "valley", 0}, \
array-like of n_features, dict or None, default=None
        Monotonic constraint on the event rate, the proportion of the second class (or the mean of
        a continuous y): it increases from bin to bin (1, "ascending"), decreases (-1,
        "descending"), does either ("auto"), rises and then falls ("peak"), falls and then rises
        ("valley"), or is not constrained (0). A peak may be at an end. A single entry applies to
        all columns that have an order. With ``penalty=None``, "bic" or a number, and no other
        constraint, "ascending" and "descending" are exact over all values, without thinning.

    min_rate_difference : float, array-like of n_features or dict, default=0.0
        Minimum difference of the event rates of any two neighbouring bins (for more than two
        classes: of the rates of at least one class; for a continuous y: of the means, in its
        units).

    max_p_value : float, array-like of n_features, dict or None, default=None
        Maximum p-value of the difference of two neighbouring bins, by the likelihood-ratio test
        (G-test) of bin and class, or by Welch's test of two means with the normal distribution.
        The split points are selected on the same samples, so this is a rule for readable tables
        and not a valid test. The bin of missing values has no neighbours; for more than two
        classes all groups of levels are neighbours.

    categorical_features : "from_dtype", array-like of int, str or bool, or None, \
default="from_dtype"
        Columns whose values are levels: those of string or categorical dtype (in an object array:
        with any text), or the columns given by index, name or mask. None: no column, so that text
        raises an error.

    level_order : "from_dtype", list of n_features lists (or None), dict or None, default=None
        The levels of columns in their order, as in ``{"grade": ["A", "B", "C"]}``, or
        "from_dtype": those of ordered categories of pandas and Enums of polars. Such a column is
        split into runs of consecutive levels, like a numeric column: by the same penalties,
        optionally with `monotonic_cst`, and with one value per bin for "woe" and "posterior". A
        level that is not in the list raises an error; one that `fit` did not see belongs to the
        bin of the preceding level.

    min_frequency : int, float, array-like of n_features, dict or None, default=None
        Levels with fewer samples (a float below one: with a smaller fraction of them) are pooled
        before levels are grouped, and so are levels that `fit` did not see. Levels in a given
        order are not pooled.

    infrequent_label : str, default="infrequent"
        The displayed name of the pooled levels.

    missing : {"separate", "merge"}, default="separate"
        Whether missing values have a separate bin or are merged with the bin that loses the
        least information by it. `missing_bits_` is their contribution in both cases.

    target_type : {"auto", "binary", "multiclass", "continuous"}, default="auto"
        The type of y. "auto": text, booleans and integers with at most 32 different values are
        classes; other numbers, dates and durations are continuous, integers with a warning.

    max_candidates : int or None, default=512
        If a column has more boundary points than this, they are thinned to as many groups of equal
        frequency before the search. None: no thinning; time then grows with the square of the
        boundary points. So does memory with a monotonic constraint and "modl", and with
        `min_rate_difference` or `max_p_value`; more than 8 GiB raises an error.

    candidate_edges : list of n_features arrays (or None), dict or None, default=None
        The only permitted split points of a column, such as round numbers. None: anywhere.

    fixed_edges : list of n_features arrays (or None), dict or None, default=None
        Required split points; the others are optimal given these. They have priority over all
        other constraints: the bin between two of them may have fewer samples than
        `min_samples_bin`, or none, and the bins on both sides of one need not differ by
        `min_rate_difference` or `max_p_value`. If the rates between them contradict
        `monotonic_cst`, an error is raised. Dates are given as dates.

    special_values : list or dict, default=None
        Codes such as -999 that are neither a number nor a level: each has a separate bin,
        outside the order of the others. Split points, monotonic constraints, `min_samples_bin` and
        thinning do not apply to them.

        - a list for all columns, such as ``[-999, "unknown"]``; each column uses the values of its
          kind;
        - a dict by column (name or index) of such lists, as in ``{"balance": [-999, 9999]}``.

        A nested list is one bin for several values: ``[-999, [9998, 9999]]``. A dict instead of
        the list of a column names the bins: ``{"balance": {"no account": -999, "refused": [9998,
        9999]}}``. Values are given as in the column: numbers, dates (or their text), levels of a
        categorical column. Missing values remain separate from special values.

    closed : {"left", "right"}, default="left"
        The closed end of the intervals. "left": intervals are ``[a, b)``, a value equal to a split
        point belongs to the interval on its right. "right": ``(a, b]``, it belongs to the interval
        on its left. The bins of the training samples do not depend on it; split points between
        neighbouring integers, labels, `bin_edges_`, and the meaning of `candidate_edges` and
        `fixed_edges` do.

    cv : int, cross-validation generator or iterable, default=5
        The folds of the cross-fitted encoding in `fit_transform` with "woe" and "posterior". An
        int (None is 5) is the number of shuffled folds, stratified for classes. The folds must
        test each sample exactly once.

    random_state : int, RandomState instance or None, default=None
        Seed of the shuffle of the folds. None: the same shuffle on every run.

    feature_name_combiner : "concat" or callable, default="concat"
        Names of indicator columns in `get_feature_names_out`. "concat" joins the name of the
        feature and a description of the bin: ``age=below_35``, ``age=35_to_48.5``,
        ``age=from_48.5``, ``age=missing``, ``colour=blue|red``. XGBoost and LightGBM accept these
        names: brackets, characters of JSON and spaces are replaced by underscores, also in levels.
        A callable is given the feature and the label of the bin in `bin_table`, and returns a str:
        with ``lambda feature, label: f"{feature}={label}"`` names are ``age=[35, 48.5)``.

    dtype : numpy dtype or None, default=None
        Type of the output: an integer or float type that holds all bin indices, a float type for
        "woe" and "posterior". None: uint8 for bin indices (uint16 beyond 256 bins), else float64.

    n_jobs : int or None, default=None
        Number of threads over columns; the result does not depend on it.

    Attributes
    ----------
    bin_edges_ : list of n_features arrays of shape (n_intervals + 1,) or None
        -inf, the split points, inf; a value equal to a split point belongs to the interval on its
        right (with ``closed="right"`` on its left). None for a categorical column.

    groups_ : list of n_features lists of lists, or None
        The levels in each bin of a categorical column, with pooled infrequent levels under their
        name; None for a numeric column.

    n_bins_ : ndarray of shape (n_features,), dtype int64
        Number of bins of each column, including those of special and missing values, which follow
        the others in this order in all tables.

    mutual_info_ : ndarray of shape (n_features,), dtype float64
        Plug-in estimate of I(bin; y) on the training data, in bits. The bins are optimised on the
        same data, so it is optimistic for small samples. For a continuous y the Gaussian
        information, -log2(fraction of the variance within bins) / 2.

    missing_bits_ : ndarray of shape (n_features,), dtype float64
        Contribution of missing values to `mutual_info_`, in bits: their proportion times the
        divergence of their distribution of y from the overall one. If they are merged, the
        contribution of a separate bin.

    special_bits_ : ndarray of shape (n_features,), dtype float64
        Contribution of the bins of special values to `mutual_info_`, in bits; `bin_table` has that
        of each.

    counts_ : list of n_features arrays of shape (n_bins, n_classes)
        Sample counts (sums of weights) by bin and class. For a continuous y (n_bins, 3): count,
        mean and variance of y. These are NaN in a bin without samples (in a column of missing
        values only: in the bin of all numbers).

    monotonic_cst_ : ndarray of shape (n_features,), dtype int8
        The direction of the rates of each column: 1 rising, -1 falling, 2 a peak, -2 a valley, 0
        without a constraint.

    candidate_edges_ : list of n_features arrays or None
        The permitted split points of a column, if they were given or fixed by `partial_fit`.

    classes_ : ndarray of shape (n_classes,) or None
        The classes of y of positive weight; None for a continuous y.

    target_type_ : {"binary", "multiclass", "continuous"}
        The type of y.

    n_features_in_ : int
        Number of features seen during `fit`.

    feature_names_in_ : ndarray of shape (n_features_in_,), dtype object
        Names of features, defined only when X has string names.

    See Also
    --------
    sklearn.preprocessing.KBinsDiscretizer : Unsupervised bins.
    skinfo.InfoBottleneckSelector : Selection of informative features.

    Notes
    -----
    If a column has at most `max_candidates` boundary points (distinct values, where neighbours of
    the same class distribution count as one), the bins are the optimum over all partitions; with
    ``penalty="auto"`` over those of its groups; "mdlp" is greedy.
    In a column of more than 32,768 distinct values the candidates are a sample of at most 8192 of
    them, selected by their hashes, and the ends of each value with at least a thousandth of the
    weight; the selected split points are then refined between these. So the bins of such a column
    and of an increasing function of it may differ slightly. With fewer values they are the same.
    Levels are grouped optimally for two classes and for a continuous y, in the order of their
    rates or means, and by the agglomerative information bottleneck for more classes; more than 512
    levels are first merged into 512 cells of similar rates and about equal weight. Missing and
    special values that `fit` did not see, and unseen levels, are assigned to the bin with most
    samples by `transform` (unseen levels to the pool of infrequent levels, if there is one);
    numbers out of range to the first or last interval. Dates have a resolution of one microsecond.

    With ``"auto"`` and ``"modl"`` the probability of y under a partition is divided by that of the
    class totals, which do not depend on the column. Otherwise, with many classes of few samples,
    uninformative columns would be split, because the rates of several bins imply other totals than
    those of one.

    Under a monotonic constraint ``"auto"`` makes the averaged rates monotonic and assumes more
    split points a priori, because the constraint already reduces overfitting. For scorecards and
    other readable tables, use a small `max_bins`. Unsupervised bins can be better for smooth rates
    and few samples, because quantiles cannot overfit (``benchmarks/binning_quality.py``).

    With a continuous y, ``"modl"`` uses half a log n per mean instead of the code length of the
    class proportions. If `min_samples_bin`, a monotonic constraint, `fixed_edges` or constraints
    on neighbours are active, the optimum is still exact over the candidates: all partitions that
    satisfy them are searched, and no bins are merged afterwards (groups of levels: over runs of
    the levels in the order of their rates). With `max_p_value`, or a `min_rate_difference` of
    several classes, time grows with the third power of the candidates.

    References
    ----------
    .. [1] M. Boulle, "MODL: a Bayes optimal discretization method for continuous
       attributes", Machine Learning 65, 2006, eq. 2.
    .. [2] U. Fayyad and K. Irani, "Multi-interval discretization of continuous-valued
       attributes for classification learning", IJCAI 1993.
    .. [3] D. Endres and P. Foldiak, "Bayesian bin distribution inference and mutual
       information", IEEE Transactions on Information Theory 51, 2005.
    .. [4] J. Kiefer and J. Wolfowitz, "Consistency of the maximum likelihood estimator in the
       presence of infinitely many incidental parameters", Annals of Mathematical Statistics 27,
       1956.

    Examples
    --------
    >>> import numpy as np
    >>> from skinfo import MutualInfoBinner
    >>> age = np.array([[18], [22], [30], [35], [50], [58], [61], [70]] * 10)
    >>> y = np.array([0, 0, 0, 1, 1, 0, 0, 0] * 10)
    >>> binner = MutualInfoBinner().fit(age, y)
    >>> binner.bin_edges_[0]
    array([-inf,  32.,  54.,  inf])
    >>> binner.transform([[33], [99]])
    array([[1],
           [2]], dtype=uint8)
    >>> print(binner.mutual_info_.round(3), "bits")
    [0.811] bits
    """

    _parameter_constraints: ClassVar[dict] = {
        "max_bins": [
            Interval(Integral, 2, MOST_BINS, closed="both"),
            StrOptions({"auto"}),
            dict,
            "array-like",
        ],
        "penalty": [
            str,  # in any case; see `match_name`
            Interval(Real, 0, None, closed="left"),
            None,
        ],
        "encode": [StrOptions(set(ENCODINGS))],
        "min_samples_bin": [
            Interval(Integral, 1, None, closed="left"),
            Interval(RealNotInt, 0, 1, closed="neither"),
            dict,
            "array-like",
        ],
        "monotonic_cst": [str, Integral, "array-like", dict, None],  # see `directions`
        "min_rate_difference": [Interval(Real, 0, None, closed="left"), dict, "array-like"],
        "max_p_value": [Interval(Real, 0, 1, closed="right"), dict, "array-like", None],
        "categorical_features": [StrOptions({"from_dtype"}), "array-like", None],
        "level_order": [StrOptions({"from_dtype"}), list, dict, None],
        "min_frequency": [
            Interval(Integral, 1, None, closed="left"),
            Interval(RealNotInt, 0, 1, closed="neither"),
            dict,
            "array-like",
            None,
        ],
        "infrequent_label": [str],
        "missing": [StrOptions({"separate", "merge"})],
        "target_type": [StrOptions({"auto", "binary", "multiclass", "continuous"})],
        "max_candidates": [Interval(Integral, 2, None, closed="left"), None],
        "candidate_edges": [list, dict, None],
        "special_values": [Real, str, "array-like", dict, None],
        "closed": [StrOptions({"left", "right"})],
        "fixed_edges": [list, dict, None],
        "cv": ["cv_object"],
        "random_state": ["random_state"],
        "feature_name_combiner": [StrOptions({"concat"}), callable],
        "dtype": "no_validation",  # see `check_dtype`
        "n_jobs": [Integral, None],
    }

    def __init__(
        self,
        max_bins="auto",
        *,
        penalty="auto",
        encode="ordinal",
        min_samples_bin=1,
        monotonic_cst=None,
        min_rate_difference=0.0,
        max_p_value=None,
        categorical_features="from_dtype",
        level_order=None,
        min_frequency=None,
        infrequent_label="infrequent",
        missing="separate",
        target_type="auto",
        max_candidates=512,
        candidate_edges=None,
        fixed_edges=None,
        special_values=None,
        closed="left",
        cv=5,
        random_state=None,
        feature_name_combiner="concat",
        dtype=None,
        n_jobs=None,
    ):
        self.max_bins = max_bins
        self.penalty = penalty
        self.encode = encode
        self.min_samples_bin = min_samples_bin
        self.monotonic_cst = monotonic_cst
        self.min_rate_difference = min_rate_difference
        self.max_p_value = max_p_value
        self.categorical_features = categorical_features
        self.level_order = level_order
        self.min_frequency = min_frequency
        self.infrequent_label = infrequent_label
        self.missing = missing
        self.target_type = target_type
        self.max_candidates = max_candidates
        self.candidate_edges = candidate_edges
        self.fixed_edges = fixed_edges
        self.special_values = special_values
        self.closed = closed
        self.cv = cv
        self.random_state = random_state
        self.feature_name_combiner = feature_name_combiner
        self.dtype = dtype
        self.n_jobs = n_jobs

    @with_callbacks
    @explain_missing_arguments(y=MEANING_OF_Y)
    @unfitted_on_failure
    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y, sample_weight=None):
        """Find the bins of each column.

        Parameters
        ----------
        X : array-like, sparse array or dataframe of shape (n_samples, n_features), or table
            Numbers, booleans, dates, strings or categories; missing (NaN, None, null) and infinite
            values are accepted. A table that is not in memory is read in pieces, several times,
            and gives the same bins: paths of files such as ``"loans/*.parquet"``, a dataset of
            pyarrow, a lazy frame of polars, a relation of DuckDB, a table of Dask or Spark, or
            chunks: an iterable of dataframes, or of tuples (X, y) or (X, y, sample_weight) with
            ``y=None``. y and weights are then names of its columns, for Dask collections too.

        y : array-like of shape (n_samples,), str or None
            Classes or numbers; see `target_type`. A str is the name of a column of X, as in
            ``fit(frame, y="default", sample_weight="w")``.

        sample_weight : array-like of shape (n_samples,) or str, default=None
            A weight of w counts as w repetitions of the sample. A str is the name of a column.

        Returns
        -------
        self : object
            The fitted binner. It is not fitted if `fit` fails or is interrupted.

        Raises
        ------
        ValueError
            If y is absent, has missing values or is constant; if weights are negative or all zero;
            if a column cannot be read as numbers; if a monotonic constraint is not applicable
            (more than two classes, categorical column); if a special value is repeated, missing,
            or not of the kind of its column.
        """
        with Progress(self, X, y) as progress:
            source, plan = self._begin_fit(X, y, sample_weight)
            progress.begin(_n_steps(source))
            self._store(fit_columns(source, plan), plan)
            progress.end()
        return self

    @with_callbacks
    @unfitted_on_failure
    @_fit_context(prefer_skip_nested_validation=True)
    def fit_transform(self, X, y=None, sample_weight=None, groups=None):
        """Find the bins of each column, and encode the training samples.

        With ``encode="woe"`` or ``"posterior"`` this differs from ``fit(X, y).transform(X)``: each
        sample is encoded by bins and rates of the other folds of `cv`, so that its target does not
        leak into its own encoding. `transform` then returns the mean of the folds' encodings of a
        numeric column, clipped to the range of the training encodings, so that a model is applied
        to values like those it was fitted on. A column with one bin is exactly constant.

        Parameters
        ----------
        X : array-like, sparse array or dataframe of shape (n_samples, n_features)
            As in `fit`. Lazy tables are fitted, and then transformed lazily.

        y : array-like of shape (n_samples,), str or None
            Classes or numbers.

        sample_weight : array-like of shape (n_samples,) or str, default=None
            A weight of w counts as w repetitions of the sample.

        groups : array-like of shape (n_samples,), default=None
            Groups of samples that are not split between folds, for the splitter `cv`, or, with an
            int, for that many folds of whole groups. Also passed by metadata routing.

        Returns
        -------
        X_binned : ndarray or sparse matrix of shape (n_samples, n_columns), or lazy table
            The output of `transform`.

        Raises
        ------
        ValueError
            As in `fit`; if X is a lazy table or in chunks and `encode` is "woe" or "posterior".
        """
        looks_at_y = ENCODINGS[self.encode].looks_at_y
        if groups is not None and not looks_at_y:
            raise ValueError(
                f"groups only apply to encode='woe' or 'posterior', got "
                f"encode={short_repr(self.encode)}. Leave groups out."
            )
        if looks_at_y and is_lazy(X):
            raise ValueError(
                f"fit_transform with encode={short_repr(self.encode)} encodes each sample by the "
                f"others, and needs all of them in memory, got a {type(X).__name__}. Use fit, and "
                "then transform, which does not leave the training samples out; or "
                "encode='ordinal' or 'onehot'."
            )
        with Progress(self, X, y) as progress:
            source, plan = self._begin_fit(X, y, sample_weight)
            folds = []
            if looks_at_y and isinstance(source, InMemory):
                seed = self.random_state
                folds = encoding_folds(self.cv, source.y, plan.is_classes, groups, seed)
            progress.begin(_n_steps(source, 1 + len(folds)))
            self._store(fit_columns(source, plan), plan)
            if not isinstance(source, InMemory):
                encoded = self.transform(X)
            elif folds:
                encoded = self._encode_out_of_fold(source, plan, folds)
            else:
                encoded = self._output.encode(source.table)
            progress.end()
        return encoded

    @explain_missing_arguments(y=MEANING_OF_Y)
    @unchanged_on_failure
    @_fit_context(prefer_skip_nested_validation=True)
    def partial_fit(self, X, y, classes=None, sample_weight=None):
        """Add a chunk of samples, and find the bins of all samples so far.

        The first chunk fixes the permitted split points of each column (`candidate_edges`, or at
        most `max_candidates` groups of equal frequency, and `fixed_edges`); all counts are exact.
        The result equals that of `fit` on all samples with
        ``candidate_edges=binner.candidate_edges_``. The first call after `fit` starts from an
        empty state. A binner from `from_dict` has no counts, so the call raises an error; a pickle
        keeps them.

        Only counts are kept between calls, and no samples. The counts depend on
        `categorical_features`, `target_type`, `max_candidates`, `candidate_edges`, `fixed_edges`,
        `level_order`, `special_values` and `closed`, so these may not change between calls. Other
        parameters may, and apply to all samples from the next chunk on.

        Parameters
        ----------
        X : array-like, sparse array or dataframe of shape (n_samples, n_features)
            A chunk of samples.

        y : array-like of shape (n_samples,)
            Its targets.

        classes : array-like of shape (n_classes,), default=None
            All labels of y, in the first call. None: those of the first chunk, which must have at
            least two.

        sample_weight : array-like of shape (n_samples,), default=None
            A weight of w counts as w repetitions of the sample.

        Returns
        -------
        self : object
            The binner, fitted on the samples so far. A chunk that fails, or is interrupted, leaves
            the binner unchanged.

        Raises
        ------
        ValueError
            As in `fit`; if y has a label that is not in the classes; if `classes` or a parameter
            that the first chunk fixed has changed.
        """
        if getattr(self, "_is_restored", False):
            raise ValueError(
                "This binner comes from from_dict, which keeps the bins and not the counts that "
                "partial_fit adds to. Use pickle to continue, or begin again with "
                "sklearn.base.clone(binner)."
            )
        # scikit-learn omits this if the estimator is already fitted.
        self._validate_params()
        check_dtype(self.encode, self.dtype)
        plan, summaries = getattr(self, "_counted", None) or (None, None)
        parameters = parameters_of(self)
        if plan is not None:
            refuse_incomplete(plan)
            # A file of an earlier version lacks parameters that were added later.
            refuse_changes(parameters_of(MutualInfoBinner()) | plan.parameters, parameters)
        known = named_target(classes, None if plan is None else plan.target)
        source = as_source(
            X,
            y,
            sample_weight,
            estimator=self,
            target_type=self.target_type if known is None else known.target_type,
            reset=plan is None,
            ensure_min_samples=1,
            known=known,
            remedy=CHUNK_OF_ONE_VALUE,
        )
        if plan is None:
            plan = BinningPlan.of(self, source)
        else:
            plan = plan.for_next_chunk(parameters, source)
        self._named = names_of_columns(y, sample_weight)
        counted, columns = add_chunk(source, plan, summaries)
        self._store(columns, counted.plan)
        self._counted = counted
        return self

    def transform(self, X):
        """Replace each value by its bin.

        Parameters
        ----------
        X : array-like, sparse array or dataframe of shape (n_samples, n_features), or lazy table
            Columns as in `fit`; those that `fit` used for y and weights by name may be included.

        Returns
        -------
        X_binned : ndarray of shape (n_samples, n_columns), or lazy table
            Bin indices from 0, indicators (a sparse matrix with ``encode="onehot"``), weights of
            evidence in bits, or posteriors.

            For a lazy table, a lazy table of the same library, independent of `set_output`: a
            DataFrame or array of Dask with the same partitions (an array of sparse blocks with
            ``encode="onehot"``; indicators in frames are dense), a LazyFrame of polars, a relation
            of DuckDB or a DataFrame of Spark. The last two are computed in the engine, by the SQL
            of `to_sql`. For a table in chunks or files, an object that yields the output of each
            chunk whenever it is iterated over; for chunks (X, y) tuples with y.

        Raises
        ------
        ValueError
            If X does not have the features of `fit`, or text where `fit` saw numbers or
            numbers where it saw text.
        """
        check_is_fitted(self)
        table = as_lazy_table(X)
        if table is not None:
            return transformed_lazily(
                table,
                table.features(self, self._named),
                self._output,
                self._column_encoders(),
                self.get_feature_names_out(),
            )
        if is_in_parts(X):
            return TransformedChunks(X, for_chunks(self).transform)
        X = without_columns(X, self._named)
        table = read_table(
            self, X, reset=False, accept_sparse=True, ensure_min_samples=self._least_rows
        )
        return self._output.encode(table)

    @available_if(_keeps_bins)
    def inverse_transform(self, X):
        """Return a typical value for each bin: its mean, or its most frequent level.

        For a bin of special values, the value itself, or the first of several that share the bin.

        Not available with ``encode="woe"`` or ``"posterior"``, which do not retain the bins.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n_samples, n_columns), or lazy table
            Bin indices or indicators, as returned by `transform`.

        Returns
        -------
        X_original : ndarray of shape (n_samples, n_features), or lazy table
            float64 if all columns are numeric, else objects; missing values are NaN or None. Lazy
            if X is a table of Dask or polars, or in chunks.

        Raises
        ------
        ValueError
            If X contains a number that is not a bin index.
        TypeError
            If X is a table of DuckDB or Spark.
        """
        check_is_fitted(self)
        bins = [column.bins for column in self._columns]
        table = as_lazy_table(X)
        if table is not None:
            return restored_lazily(table, self._output, bins, self._names)
        if is_in_parts(X):
            return TransformedChunks(X, for_chunks(self).inverse_transform)
        return BlockDecoder(self._output, bins)(X)

    def get_feature_names_out(self, input_features=None):
        """Return the names of the output columns.

        Parameters
        ----------
        input_features : array-like of str or None, default=None
            Names of the input columns; must match those of `fit`, if there were any.

        Returns
        -------
        feature_names_out : ndarray of str
            The input names, converted to text if they are integers; with one-hot encoding names by
            `feature_name_combiner`, such as ``age=35_to_48.5``; with "woe" and "posterior" of more
            than two classes names such as ``age_setosa``. A repeated name ends in ``_2``, ``_3``,
            ...
        """
        check_is_fitted(self, "n_features_in_")
        name_columns = ENCODINGS[self._encode].names
        columns = [
            column
            for name, fitted in zip(
                self._feature_names(input_features), self._columns, strict=True
            )
            for column in name_columns(
                name, fitted.bins, self.classes_, self.feature_name_combiner
            )
        ]
        return np.array(unique_names(columns), dtype=object)

    def get_metadata_routing(self):
        """Return the metadata that this object requests and passes on.

        Returns
        -------
        routing : MetadataRouter
            `fit` and `fit_transform` have separate requests; `fit_transform` also passes
            `groups` to `cv`.
        """
        to_split = MethodMapping().add(caller="fit_transform", callee="split")
        router = MetadataRouter(owner=type(self).__name__).add_self_request(self)
        return router.add(splitter=self.cv, method_mapping=to_split)

    def _reference_bins(self):
        """Return the reference of `population_stability`: a tuple for each column.

        The tuple contains the name, the labels of the bins, the sums of weights of the training
        samples in them, and an object with ``codes(table, j)``. If `fit` saw no missing values,
        their code is the first one after those of the bins; that of unseen levels and special
        values is the next.
        """
        return [
            (
                name,
                column.bins.labels(),
                self._statistics.weights(column.stats),
                column.bins.apart(),
            )
            for name, column in zip(self._names, self._columns, strict=True)
        ]

    def _begin_fit(self, X, y, sample_weight):
        """Return the samples as a Source, and the plan of their bins."""
        self._counted, self._is_restored = None, False
        self._named = names_of_columns(y, sample_weight)
        check_dtype(self.encode, self.dtype)
        source = as_source(X, y, sample_weight, estimator=self, target_type=self.target_type)
        plan = BinningPlan.of(self, source)
        few = [
            name
            for name, asked in zip(plan.names, plan.controls, strict=True)
            if 2 * asked.min_weight(plan.weight) > plan.weight
        ]
        if few:
            can = "no column can" if len(few) == len(plan.names) else f"{one_line(few[0])} cannot"
            warn_caller(
                f"min_samples_bin={self.min_samples_bin} is more than half of the "
                f"{plan.weight:.15g} samples, so {can} have two bins. Set it lower."
            )
        return source, plan

    def _encode_out_of_fold(self, source, plan, folds):
        """Return the out-of-fold encodings; `transform` then uses the mean of the folds."""
        encoded = self._output.empty(source.table.shape[0])
        total = self._columns[0].stats.sum(axis=0)
        of_folds = []
        for train, test in folds:
            columns = fit_columns(source, plan, train)
            fold = encoded_values(self.encode, self.dtype, columns, self._statistics, total)
            fold.fill(encoded, source.table.take(test), test)
            of_folds.append(fold)
        # Clipped, because the model has not seen values beyond those of the training samples.
        self._output = self._output.averaged(of_folds).clipped_to(encoded[source.rows])
        return encoded

    def _store(self, columns, plan):
        """Set the fitted attributes from fitted columns."""
        self._names, self._keys = plan.names, plan.keys
        self._set_fitted(columns, plan.statistics, plan.target.classes, plan.edges)

    def _set_fitted(self, columns, statistics, classes, candidate_edges, encoders=None):
        self._columns = [replace(column, level_stats=None) for column in columns]
        self._statistics = statistics
        bins = [column.bins for column in columns]
        self.counts_ = [statistics.counts(column.stats) for column in columns]
        self.bin_edges_ = [each.edges for each in bins]
        self.groups_ = [each.members for each in bins]
        self.n_bins_ = np.array([each.n_bins for each in bins], dtype=np.int64)
        self.mutual_info_ = np.array([statistics.information(c.stats) for c in columns])
        self.missing_bits_ = np.array([column.missing_bits(statistics) for column in columns])
        self.special_bits_ = np.array([column.special_bits(statistics) for column in columns])
        self.monotonic_cst_ = np.array([c.direction for c in columns], dtype=np.int8)
        self.candidate_edges_ = candidate_edges
        self.classes_ = classes
        self.target_type_ = target_type_of(classes)
        # A parameter that is set later applies from the next fit on.
        self._encode = self.encode
        self._output = output_of(self.encode, self.dtype, columns, statistics, encoders)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.required = True
        tags.input_tags.allow_nan = True
        tags.input_tags.categorical = True
        tags.input_tags.sparse = True
        tags.input_tags.string = True
        tags.transformer_tags.preserves_dtype = []
        # The result is deterministic. But this tag, which only scikit-learn's estimator checks
        # read, keeps them from expecting that fit_transform equals fit followed by transform.
        tags.non_deterministic = ENCODINGS[self.encode].looks_at_y
        return tags
