"""Supervised discretisation: bins that are most informative about y."""

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
from skinfo.utils._fit_state import unchanged_on_failure, unfitted_on_failure
from skinfo.utils._progress import CallbackSupportMixin, Progress, with_callbacks
from skinfo.utils._saved_state import SavedStateMixin
from skinfo.utils._text import one_line, short_repr
from skinfo.utils._validation import MEANING_OF_Y, explain_missing_arguments
from skinfo.utils._warnings import warn_caller


def _keeps_bins(binner):
    """Return whether the bins can be found again from what `transform` writes."""
    # Parameters are not validated yet where `hasattr` asks.
    encode = getattr(binner, "_encode", binner.encode)
    if encode in ("woe", "posterior"):
        raise AttributeError(
            f"inverse_transform needs bin numbers or indicators, and encode={short_repr(encode)} "
            "keeps neither. Use encode='ordinal' or 'onehot'."
        )
    return True


def _n_steps(source, n_fits=1):
    """Return the number of steps that fits report, one a column; None of a table in parts."""
    return n_fits * source.n_features if isinstance(source, InMemory) else None


# What to do where y of a first chunk has one value only.
CHUNK_OF_ONE_VALUE = (
    "Begin with a larger chunk, or name all classes in the first call: "
    "partial_fit(X, y, classes=[...])."
)


class MutualInfoBinner(
    CallbackSupportMixin,
    BinnerExportMixin,
    LazyOutputMixin,
    SavedStateMixin,
    TransformerMixin,
    BaseEstimator,
):
    """Cut each column into the bins that are most informative about the target.

    A numeric column is cut into ordered intervals such that the mutual
    information I(bin; y) is the largest that any partition can have (or, with
    the default penalty, such that bins and target have the shortest joint
    description), by exact dynamic programming. A categorical column has its levels grouped.
    Missing values are a bin of their own. y may hold classes or numbers.

    Parameters
    ----------
    max_bins : int, "auto", array-like of n_features or dict, default="auto"
        The most intervals or groups of a column, from 2 to 65535; bins of special and
        missing values come on top. "auto": the cube root of the number of samples (sum of
        weights), from 8 to 32, since many samples can tell apart more bins of a smooth rate; 8
        of a continuous y.
        Here, and in other parameters by column, a dict names some columns, by name or index, and
        the others have the default.

    penalty : {"auto", "modl", "mdlp", "bic"}, float or None, default="auto"
        The criterion for the number of bins.

        - ``"auto"``: the bins by whose observed rates new samples are expected to be predicted
          best. The rates are first averaged over all partitions of sqrt(n), from 64 to 128,
          groups of equal frequency, each weighted by its posterior probability [3]_; rates that
          jump within a group are found by "modl". From the averages follows the expected log
          loss of each partition. A column gets one bin unless several are three times as likely;
          otherwise it gets the fewest bins that save about as much as the best number of bins.
          Categorical columns and continuous y use ``"modl"``.
        - ``"modl"``: the partition of the shortest description [1]_; an uninformative column
          gets one bin.
        - ``"mdlp"``: the greedy recursive splits of Fayyad and Irani [2]_ (categorical
          columns and continuous y use ``"modl"``).
        - ``"bic"``: the most informative bins, at a price of half a log n for each rate and cut.
        - a number: the bits about y that each further bin must save, over all samples.
        - ``None``: the most informative `max_bins` bins.

    encode : {"ordinal", "onehot", "onehot-dense", "woe", "posterior"}, default="ordinal"
        The output of `transform`.

        - ``"ordinal"``: bin numbers.
        - ``"onehot"``, ``"onehot-dense"``: an indicator column for each bin (sparse, dense),
          named by `feature_name_combiner`.
        - ``"woe"``: the weight of evidence, log2 of the odds of a class in the bin over its
          odds overall, in bits. One column for two classes (of the second), else one a class.
        - ``"posterior"``: P(class | bin), in as many columns; or the mean of a continuous y.

        For the last two, bins are smoothed with extra samples of the overall class rates: for
        each class as many as add half a sample to the rarer of that class and the others. So an
        empty cell stays finite and an empty bin has the overall rates. (Means: half a sample
        of the overall mean.)

        Each level of a categorical column has a value of its own instead: the empirical Bayes
        estimate of its class rates (mean) under a mixture of beta (normal) distributions that is
        fitted to all levels by maximum likelihood [4]_. Unseen levels, and missing values that
        `fit` did not see, have the mean of that mixture; special levels are none of the mixture,
        and smoothed as bins are.

        In `fit_transform` they are cross-fitted, and `transform` writes the mean of the
        encodings of the folds; see there, and `encoding_table` for the values.

    min_samples_bin : int, float, array-like of n_features or dict, default=1
        Least number of samples (sum of weights) in a bin, those of special and missing values
        aside; a float below one is a fraction of the samples. Where not even one bin can have
        so many, the column has one bin.

    monotonic_cst : {1, "ascending", -1, "descending", "auto", "peak", "valley", 0}, \
array-like of n_features, dict or None, default=None
        Whether the event rate, that of the second class (or the mean of a continuous y), has to
        increase from bin to bin (1, "ascending"), to decrease (-1, "descending"), either of the
        two ("auto"), to rise and then fall ("peak"), to fall and then rise ("valley"), or is not
        constrained (0). A peak may be at an end. A single entry applies to all columns that have
        an order. To rise or fall is exact over all values, never thinned, for ``penalty=None``,
        "bic" or a number, if nothing else is asked of the bins.

    min_rate_difference : float, array-like of n_features or dict, default=0.0
        Least difference of the event rates (of more than two classes: of that of some class; of
        the means of a continuous y, in its units) of any two neighbouring bins.

    max_p_value : float, array-like of n_features, dict or None, default=None
        Two neighbouring bins differ at this level of significance at least: the p-value of the
        likelihood-ratio test (G-test) of bin and class, or of Welch's test of two means with the
        normal distribution. Cuts were chosen on the same samples, so this is a rule for tables
        that are read, and no proof. Missing values are no neighbours of any bin; of more
        than two classes all groups of levels are neighbours.

    categorical_features : "from_dtype", array-like of int, str or bool, or None, \
default="from_dtype"
        Columns whose values are levels: those of string or categorical dtype (in an object
        array: holding any text), or the ones given by index, name or mask. None: no column,
        so that text is an error.

    level_order : "from_dtype", list of n_features lists (or None), dict or None, default=None
        The levels of columns in their order, as in ``{"grade": ["A", "B", "C"]}``, or
        "from_dtype": those of ordered categories of pandas and Enums of polars. Such a column
        is cut into runs of consecutive levels, as a column of numbers is: by the same penalties,
        with `monotonic_cst` if asked, and with one value a bin for "woe" and "posterior". A level
        that is not in the list is an error; one that `fit` did not see is in the bin of the level
        before it.

    min_frequency : int, float, array-like of n_features, dict or None, default=None
        Levels with fewer samples (a float below one: with a smaller fraction of them) are pooled
        before levels are grouped, and so are levels that `fit` did not see. Levels in a given
        order are not pooled.

    infrequent_label : str, default="infrequent"
        The name of the pool, where bins are shown.

    missing : {"separate", "merge"}, default="separate"
        Missing values are a bin of their own, or join the bin that loses the least
        information by it. `missing_bits_` is their contribution in both cases.

    target_type : {"auto", "binary", "multiclass", "continuous"}, default="auto"
        The type of y. "auto": text, booleans and whole numbers of at most 32 different values are
        classes; other numbers, dates and durations are continuous, integers with a warning.

    max_candidates : int or None, default=512
        Where a column has more boundary points than this, they are thinned to as many
        groups of equal frequency before the search. None never thins: time then grows with
        the square of the boundary points. So does memory with a monotonic constraint and "modl",
        and with `min_rate_difference` or `max_p_value`; more than 8 GiB of it is an error.

    candidate_edges : list of n_features arrays (or None), dict or None, default=None
        The only points at which a column may be cut, such as round numbers. None: anywhere.

    fixed_edges : list of n_features arrays (or None), dict or None, default=None
        Cuts that have to be there, beside those that are found; the others are the best, given
        these. They go before all other rules: the bin between two of them may be lighter than
        `min_samples_bin`, or empty, and bins on both sides of one need not differ by
        `min_rate_difference` or `max_p_value`. If the rates between them contradict
        `monotonic_cst`, that is an error. Dates are given as such.

    special_values : list or dict, default=None
        Values that stand for something else than a number or a level, such as -999: each is a bin
        of its own, out of the order of the others. No cut, no monotonic constraint and no
        `min_samples_bin` is about them, and they are not thinned.

        - a list for all columns, such as ``[-999, "unknown"]``, of which a column has those of
          its kind;
        - a dict by column (name or index), of such lists, as in ``{"balance": [-999, 9999]}``.

        A list in the list is one bin for several values: ``[-999, [9998, 9999]]``. A dict of a
        column in place of its list names bins: ``{"balance": {"no account": -999, "refused":
        [9998, 9999]}}``. Values are written as the column has them: numbers, dates (or their
        text), levels of a categorical column. Missing values stay apart from all of these.

    closed : {"left", "right"}, default="left"
        The end that an interval holds. "left": intervals are ``[a, b)``, a value equal to a cut
        belongs to its right. "right": ``(a, b]``, it belongs to its left. Bins of the training
        samples do not depend on it; cuts between neighbouring integers, labels, `bin_edges_`,
        and the meaning of `candidate_edges` and `fixed_edges` do.

    cv : int, cross-validation generator or iterable, default=5
        The folds of the cross-fitted encoding in `fit_transform` with "woe" and "posterior".
        An int (None is 5) is that many shuffled folds, stratified for classes. They must test
        each sample exactly once.

    random_state : int, RandomState instance or None, default=None
        Seed of the shuffle of the folds. None is the same shuffle on every run.

    feature_name_combiner : "concat" or callable, default="concat"
        Names of indicator columns in `get_feature_names_out`. "concat" joins the name of the
        feature and the bin in words: ``age=below_35``, ``age=35_to_48.5``, ``age=from_48.5``,
        ``age=missing``, ``colour=blue|red``. XGBoost and LightGBM take these: characters of
        intervals and JSON and spaces, in levels too, are underscores. A callable is given the
        feature and the bin as `bin_table` writes it, and returns a str: with
        ``lambda feature, label: f"{feature}={label}"`` names read ``age=[35, 48.5)``.

    dtype : numpy dtype or None, default=None
        Type of the output: integers or floats that hold all bin numbers, floats for "woe" and
        "posterior". None: uint8 bin numbers (uint16 beyond 256 bins), else float64.

    n_jobs : int or None, default=None
        Threads over columns; the result does not depend on it.

    Attributes
    ----------
    bin_edges_ : list of n_features arrays of shape (n_intervals + 1,) or None
        -inf, the cuts, inf; a value equal to a cut belongs to its right (with
        ``closed="right"`` to its left). None for a categorical column.

    groups_ : list of n_features lists of lists, or None
        The levels in each bin of a categorical column, a pool of infrequent ones by its name;
        None for a numeric one.

    n_bins_ : ndarray of shape (n_features,), dtype int64
        Bins of each column, those of special and missing values included. In all tables they
        follow the others in this order.

    mutual_info_ : ndarray of shape (n_features,), dtype float64
        Plug-in I(bin; y) on the training data, in bits: of bins that were optimised on the
        same data, so it is optimistic for small samples. For a continuous y the Gaussian
        information, -log2(fraction of the variance within bins) / 2.

    missing_bits_ : ndarray of shape (n_features,), dtype float64
        Contribution of missing values to it, in bits: their proportion times the divergence of
        their y from all y. Where they were merged, the contribution of a bin of their own.

    special_bits_ : ndarray of shape (n_features,), dtype float64
        Contribution of the bins of special values to it, in bits; that of each is in `bin_table`.

    counts_ : list of n_features arrays of shape (n_bins, n_classes)
        Sample counts (sums of weights) by bin and class. For a continuous y (n_bins, 3): count,
        mean and variance of y, which are NaN in a bin without samples (that of all numbers, in a
        column of missing values only).

    monotonic_cst_ : ndarray of shape (n_features,), dtype int8
        The direction of the rates of each column: 1 rising, -1 falling, 2 a peak, -2 a valley, or
        0 without a constraint.

    candidate_edges_ : list of n_features arrays or None
        The permitted cuts of a column, if they were given or fixed by `partial_fit`.

    classes_ : ndarray of shape (n_classes,) or None
        The classes of y; None for a continuous y. Classes without weight are not among them.

    target_type_ : {"binary", "multiclass", "continuous"}
        The type of y that was used.

    n_features_in_ : int
        Number of features seen during `fit`.

    feature_names_in_ : ndarray of shape (n_features_in_,), dtype object
        Names of features, defined only when X has string names.

    See Also
    --------
    sklearn.preprocessing.KBinsDiscretizer : Bins that do not look at y.
    skinfo.InfoBottleneckSelector : Keep the columns that carry information about y.

    Notes
    -----
    Where a column has at most `max_candidates` boundary points (distinct values, neighbours
    of the same class distribution taken together) the bins are the optimum over all
    partitions; with ``penalty="auto"`` over those of its groups; "mdlp" is greedy.
    Of a column of more than 32,768 distinct values the candidates are a sample of at most 8192
    of them, chosen by their hashes, and the ends of each value of a thousandth of the weight or
    more; the chosen cuts are then refined between these. So the bins of such a column and of
    an increasing function of it may differ a little. With fewer values they are the same.
    Levels are grouped optimally for two classes and for a continuous y,
    where their order by rate or mean decides, and by the agglomerative information
    bottleneck for more classes; more than 512 levels are first put into so many cells of
    neighbouring rates, of about equal weight. Missing and special values that `fit` did not see,
    and unseen levels, go to the fullest bin of other values at `transform` (unseen levels to the
    pool of infrequent ones, where there is one); numbers out of range to the first or last.
    Dates count to the microsecond.

    With ``"auto"`` and ``"modl"`` the probability of y under a partition is divided by that of the
    class totals, which do not depend on the column. Otherwise, with many classes of few samples,
    uninformative columns would be cut: rates of several bins expect other totals than those of
    one.

    Under a monotonic constraint ``"auto"`` makes the averaged rates monotone and expects more
    cuts a priori, because the constraint already keeps cuts from fitting noise. For scorecards
    and other tables that are read, a small `max_bins` keeps them short. Unsupervised bins can be
    better where a rate changes smoothly and samples are few, because cuts at quantiles have no
    search that could overfit (``benchmarks/binning_quality.py``).

    With a continuous y, ``"modl"`` takes half a log n for each mean in place of the class
    rates' code length. Where `min_samples_bin`, a monotonic constraint, `fixed_edges` or
    rules for neighbours bind, the optimum is still exact over the candidates: all partitions that
    keep them are searched, and no bins are merged afterwards (groups of levels: over runs of the
    levels in the order of their rates). With `max_p_value`, or a `min_rate_difference` of several
    classes, time grows with the third power of the candidates.

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
            Numbers, booleans, dates, strings or categories; missing (NaN, None, null)
            and infinite values are accepted. A table that is not in memory is read where it is, a
            few times, and gives the same bins: paths of files such as ``"loans/*.parquet"``, a
            dataset of pyarrow, a lazy frame of polars, a relation of DuckDB, a table of Dask or
            Spark, or chunks: an iterable of dataframes, or of tuples (X, y) or (X, y,
            sample_weight) with ``y=None``. y and weights are names of its columns, of Dask
            collections too.

        y : array-like of shape (n_samples,), str or None
            Classes or numbers; see `target_type`. A str is the name of a column of X, as in
            ``fit(frame, y="default", sample_weight="w")``.

        sample_weight : array-like of shape (n_samples,) or str, default=None
            A weight of w counts as w repetitions of the sample. A str is the name of a column.

        Returns
        -------
        self : object
            The fitted binner. If `fit` fails or is interrupted, it is not fitted.

        Raises
        ------
        ValueError
            If y is absent, has missing values or is constant; if weights are
            negative or all zero; if a column cannot be read as numbers; if a monotonic
            constraint cannot hold: of more than two classes, or on a categorical column; if a
            special value occurs twice, is missing, or is none of the kind of its column.
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
        """Find the bins of each column, and encode the training rows.

        With ``encode="woe"`` or ``"posterior"`` this is not ``fit(X, y).transform(X)``: each
        sample is encoded by bins and rates that were found on the other folds of `cv`, so that
        the target of a sample does not leak into its own encoding. `transform` then writes the
        mean of the folds' encodings of a column of numbers, and no value outside the range of
        the training samples: a model is applied to values such as it was trained on. A column of
        one bin is exactly constant.

        Parameters
        ----------
        X : array-like, sparse array or dataframe of shape (n_samples, n_features)
            As in `fit`. Lazy tables are fitted, and then transformed lazily.

        y : array-like of shape (n_samples,), str or None
            Classes or numbers.

        sample_weight : array-like of shape (n_samples,) or str, default=None
            A weight of w counts as w repetitions of the sample.

        groups : array-like of shape (n_samples,), default=None
            Samples of one group are never in two folds. For the splitter `cv`, or, with an int,
            for as many folds of whole groups. Also passed by metadata routing.

        Returns
        -------
        X_binned : ndarray or sparse matrix of shape (n_samples, n_columns), or lazy table
            As of `transform`.

        Raises
        ------
        ValueError
            As of `fit`; if X is a lazy table or in chunks and `encode` is "woe" or "posterior".
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

        The first chunk fixes the permitted cuts of each column (`candidate_edges`, or at most
        `max_candidates` groups of equal frequency, and `fixed_edges`); all counts are exact. The
        result is that of `fit` on all samples with ``candidate_edges=binner.candidate_edges_``.
        The first call after `fit` starts again from an empty state. After `from_dict` it is
        refused, since the counts are not kept there; a pickle keeps them.

        Only counts are kept between calls, and no samples. `categorical_features`,
        `target_type`, `max_candidates`, `candidate_edges`, `fixed_edges`, `level_order`,
        `special_values` and `closed` may not change between calls, since the counts depend on
        them. Any other parameter may, and applies to all samples from the next chunk on.

        Parameters
        ----------
        X : array-like, sparse array or dataframe of shape (n_samples, n_features)
            A chunk of samples.

        y : array-like of shape (n_samples,)
            Its targets.

        classes : array-like of shape (n_classes,), default=None
            All labels that y may hold, in the first call; None: those of the first chunk, which
            must then be two at least.

        sample_weight : array-like of shape (n_samples,), default=None
            A weight of w counts as w repetitions of the sample.

        Returns
        -------
        self : object
            The binner, fitted on the samples so far. A chunk that fails, or is interrupted,
            changes nothing: the binner is as it was after the previous chunk.

        Raises
        ------
        ValueError
            As of `fit`; if y holds a label that is not among the classes; if a parameter that
            the first chunk fixed, or `classes`, has changed.
        """
        if getattr(self, "_is_restored", False):
            raise ValueError(
                "This binner comes from from_dict, which keeps the bins and not the counts that "
                "partial_fit adds to. Use pickle to continue, or begin again with "
                "sklearn.base.clone(binner)."
            )
        # scikit-learn leaves this out where the estimator is fitted already.
        self._validate_params()
        check_dtype(self.encode, self.dtype)
        plan, summaries = getattr(self, "_counted", None) or (None, None)
        parameters = parameters_of(self)
        if plan is not None:
            refuse_incomplete(plan)
            # A file of an earlier version lacks the parameters that came later.
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
            Columns as in `fit`; those that `fit` took for y and weights by name may be there.

        Returns
        -------
        X_binned : ndarray of shape (n_samples, n_columns), or lazy table
            A sparse matrix with ``encode="onehot"``. Bin numbers from 0, indicators, weights
            of evidence in bits, or posteriors.

            Of a lazy table a lazy one of the same library, whatever `set_output` says: a
            DataFrame or array of Dask with the same partitions (an array of sparse blocks with
            ``encode="onehot"``; indicators in frames are dense), a LazyFrame of polars, a
            relation of DuckDB or a DataFrame of Spark. The last two are computed by the SQL of
            `to_sql`, in the engine. Of a table in chunks or files, an object that gives the
            output of each chunk whenever it is iterated over; of chunks (X, y) tuples with y.

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
        """Return a typical value for each bin: the mean of its values, or its most frequent level.

        Of special values this is the value itself, the first of several that share a bin.

        Not available with ``encode="woe"`` or ``"posterior"``, which do not keep the bins.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n_samples, n_columns), or lazy table
            Bin numbers, or indicators, as from `transform`.

        Returns
        -------
        X_original : ndarray of shape (n_samples, n_features), or lazy table
            Of float64 where all columns hold numbers, else of objects; missing values are NaN
            or None. Lazy where X is a table of Dask or polars, or in chunks.

        Raises
        ------
        ValueError
            If X holds a number that is not a bin.
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
            Names of the input columns; must match those of `fit` if it saw any.

        Returns
        -------
        feature_names_out : ndarray of str
            The input names, as text where a frame has integers; with one-hot encoding what
            `feature_name_combiner` makes of them, such as ``age=35_to_48.5``; with woe and
            posterior of more than two classes names such as ``age_setosa``. A name that was
            there before ends in ``_2``, ``_3``, ...
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
            `fit` and `fit_transform` have requests of their own; `fit_transform` also passes
            `groups` to `cv`.
        """
        to_split = MethodMapping().add(caller="fit_transform", callee="split")
        router = MetadataRouter(owner=type(self).__name__).add_self_request(self)
        return router.add(splitter=self.cv, method_mapping=to_split)

    def _reference_bins(self):
        """Return what `population_stability` compares new samples with: a tuple for each column.

        Its name, labels of the bins, sums of weights of the training samples in them, and an
        object with ``codes(table, j)``, in which missing values, and levels and special values,
        that `fit` did not see have the two codes after those of the bins.
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
        """Return each sample encoded without its fold; `transform` takes the mean of the folds."""
        encoded = self._output.empty(source.table.shape[0])
        total = self._columns[0].stats.sum(axis=0)
        of_folds = []
        for train, test in folds:
            columns = fit_columns(source, plan, train)
            fold = encoded_values(self.encode, self.dtype, columns, self._statistics, total)
            fold.fill(encoded, source.table.take(test), test)
            of_folds.append(fold)
        # No value beyond those of training samples: a model has not seen the like.
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
        # A parameter that is set later holds from the next fit.
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
        # The result is the same on every run. But this is the one tag that tells scikit-learn's
        # checks, which alone read it, not to expect fit_transform to be fit, then transform.
        tags.non_deterministic = ENCODINGS[self.encode].looks_at_y
        return tags
