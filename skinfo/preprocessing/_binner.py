"""Supervised discretisation: the bins that say the most about y."""

from numbers import Integral, Real
from typing import ClassVar

import numpy as np
from joblib import Parallel, delayed
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.preprocessing import OneHotEncoder
from sklearn.utils.validation import check_is_fitted

from skinfo._kernels._entropy import table_information
from skinfo.preprocessing._column import fit_levels, fit_numbers
from skinfo.preprocessing._penalties import resolve_penalty
from skinfo.preprocessing._report import bin_table
from skinfo.utils._compat import (
    Interval,
    RealNotInt,
    StrOptions,
    _check_feature_names_in,
    _fit_context,
)
from skinfo.utils._table import read_table
from skinfo.utils._target import check_target, encode_target


class MutualInfoBinner(TransformerMixin, BaseEstimator):
    """Cut each column into the bins that say the most about the target.

    A numeric column is cut into ordered intervals such that the mutual
    information I(bin; y) is the largest that any partition can have (or, with
    the default penalty, such that bins and target have the shortest joint
    description), by exact dynamic programming. A categorical column has its levels grouped.
    Missing values are a bin of their own.

    Parameters
    ----------
    max_bins : int, default=8
        The most intervals or groups of a column, at least 2; a bin of missing values
        comes on top.

    penalty : {"modl", "mdlp", "bic"}, float or None, default="modl"
        What decides how many bins a column is worth, and their price.

        - ``"modl"``: the partition of the shortest description [1]_; a column that
          says nothing gets one bin.
        - ``"mdlp"``: the greedy recursive splits of Fayyad and Irani [2]_ (categorical
          columns use ``"modl"``).
        - ``"bic"``: the most informative bins, half a log n for each class rate and cut.
        - a number: the bits about y that a further bin must save, over all samples.
        - ``None``: the most informative `max_bins` bins.

    encode : {"ordinal", "onehot", "onehot-dense"}, default="ordinal"
        Bin numbers, or one indicator column a bin (sparse, dense).

    min_samples_bin : int or float, default=1
        Least number of samples (sum of weights) in a bin; a float below one is a
        share of the samples.

    categorical_features : "from_dtype", array-like of int, str or bool, or None, \
default="from_dtype"
        Columns whose values are levels: those of string or categorical dtype (in an object
        array: holding any text), or the ones given by index, name or mask. None: no column,
        so that text is an error.

    max_candidates : int or None, default=512
        Where a column has more boundary points than this, they are thinned to as many
        groups of equal frequency before the search. None never thins.

    dtype : numpy dtype or None, default=None
        Type of the output. None: uint8 bin numbers (uint16 beyond 256 bins), float64
        indicators.

    n_jobs : int or None, default=None
        Threads over columns; the result does not depend on it.

    Attributes
    ----------
    bin_edges_ : list of n_features arrays of shape (n_intervals + 1,) or None
        -inf, the cuts, inf; a value equal to a cut belongs to its right. None for a
        categorical column.

    groups_ : list of n_features lists of lists, or None
        The levels in each bin of a categorical column; None for a numeric one.

    n_bins_ : ndarray of shape (n_features,), dtype int64
        Bins of each column, that of missing values included.

    mutual_info_ : ndarray of shape (n_features,), dtype float64
        Plug-in I(bin; y) on the training data, in bits. It is an optimum over
        partitions, so on few samples it says more than new data will bear out.

    counts_ : list of n_features arrays of shape (n_bins, n_classes)
        Sample counts (sums of weights) by bin and class.

    classes_ : ndarray of shape (n_classes,)
        The classes of y.

    target_type_ : {"binary", "multiclass"}
        What y was taken to be.

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
    partitions. Missing values that `fit` did not see, and unseen levels, go to the fullest
    bin at `transform`; numbers out of range to the first or last.

    References
    ----------
    .. [1] M. Boulle, "MODL: a Bayes optimal discretization method for continuous
       attributes", Machine Learning 65, 2006, eq. 2.
    .. [2] U. Fayyad and K. Irani, "Multi-interval discretization of continuous-valued
       attributes for classification learning", IJCAI 1993.

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
        "max_bins": [Interval(Integral, 2, None, closed="left")],
        "penalty": [
            StrOptions({"modl", "mdlp", "bic"}),
            Interval(Real, 0, None, closed="left"),
            None,
        ],
        "encode": [StrOptions({"ordinal", "onehot", "onehot-dense"})],
        "min_samples_bin": [
            Interval(Integral, 1, None, closed="left"),
            Interval(RealNotInt, 0, 1, closed="neither"),
        ],
        "categorical_features": [StrOptions({"from_dtype"}), "array-like", None],
        "max_candidates": [Interval(Integral, 2, None, closed="left"), None],
        "dtype": "no_validation",
        "n_jobs": [Integral, None],
    }

    def __init__(
        self,
        max_bins=8,
        *,
        penalty="modl",
        encode="ordinal",
        min_samples_bin=1,
        categorical_features="from_dtype",
        max_candidates=512,
        dtype=None,
        n_jobs=None,
    ):
        self.max_bins = max_bins
        self.penalty = penalty
        self.encode = encode
        self.min_samples_bin = min_samples_bin
        self.categorical_features = categorical_features
        self.max_candidates = max_candidates
        self.dtype = dtype
        self.n_jobs = n_jobs

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y, sample_weight=None):
        """Find the bins of each column.

        Parameters
        ----------
        X : array-like or dataframe of shape (n_samples, n_features)
            Numbers, booleans, dates, strings or categories; missing (NaN, None, null)
            and infinite values are accepted.

        y : array-like of shape (n_samples,)
            Classes.

        sample_weight : array-like of shape (n_samples,), default=None
            A weight of w counts as w repetitions of the row.

        Returns
        -------
        self : object
            The fitted binner.

        Raises
        ------
        ValueError
            If y is absent, has missing values or fewer than two classes; if weights are
            negative or all zero; if a column cannot be read as numbers.
        """
        y = check_target(y, self)
        table = read_table(self, X, reset=True, ensure_min_samples=2)
        target, keep = encode_target(y, table, sample_weight, self)
        categorical = self._categorical_mask(table)
        fitted = Parallel(n_jobs=self.n_jobs, prefer="threads")(
            delayed(self._fit_column)(table, j, categorical[j], target, keep)
            for j in range(table.shape[1])
        )
        self._store(fitted, target)
        return self

    def transform(self, X):
        """Replace each value by its bin.

        Parameters
        ----------
        X : array-like or dataframe of shape (n_samples, n_features)
            Columns as in `fit`.

        Returns
        -------
        X_binned : ndarray of shape (n_samples, n_features) or \
(n_samples, sum of n_bins_); a sparse matrix with ``encode="onehot"``
            Bin numbers from 0, or indicators.

        Raises
        ------
        ValueError
            If X does not have the features of `fit`, or text where `fit` saw numbers.
        """
        check_is_fitted(self)
        table = read_table(self, X, reset=False)
        codes = np.empty(table.shape, dtype=self._codes_dtype(), order="F")
        for j, bins in enumerate(self._bins):
            codes[:, j] = bins.codes(table, j)
        return codes if self.encode == "ordinal" else self._encoder.transform(codes)

    def get_feature_names_out(self, input_features=None):
        """Return the names of the output columns.

        Parameters
        ----------
        input_features : array-like of str or None, default=None
            Names of the input columns; must match those of `fit` if it saw any.

        Returns
        -------
        feature_names_out : ndarray of str
            The input names, or with one-hot encoding names such as ``age=[35, 48.5)``.
        """
        check_is_fitted(self, "n_features_in_")
        names = _check_feature_names_in(self, input_features)
        if self.encode == "ordinal":
            return names
        return np.array(
            [
                f"{name}={label}"
                for name, bins in zip(names, self._bins, strict=True)
                for label in bins.labels()
            ],
            dtype=object,
        )

    def bin_table(self, feature):
        """Return what is known of each bin of one column.

        Parameters
        ----------
        feature : str or int
            Name or index of the column.

        Returns
        -------
        table : DataFrame
            One row a bin: ``bin`` (its name), ``count`` (sum of weights), ``share``, a
            column ``rate[c]`` for each class c, ``woe`` (binary y: the log odds of the second
            class against those of all samples, half a count added to each cell, in bits), and
            ``bits``: what the bin contributes to I(bin; y), share times KL(rates || overall
            rates). These sum to ``mutual_info_``.

        Raises
        ------
        ValueError
            If there is no such column.
        """
        check_is_fitted(self)
        j = self._feature_index(feature)
        return bin_table(self._bins[j].labels(), self.counts_[j], self.classes_)

    def _categorical_mask(self, table):
        """Return which columns hold levels, (n_features,) bool."""
        n_features = table.shape[1]
        if self.categorical_features is None:
            return np.zeros(n_features, bool)
        if isinstance(self.categorical_features, str):
            return np.array([not table.is_numeric(j) for j in range(n_features)])
        chosen = np.asarray(self.categorical_features)
        if chosen.dtype == bool:
            if chosen.shape != (n_features,):
                raise ValueError(
                    f"categorical_features as a mask must have one entry a feature, got shape "
                    f"{chosen.shape} for {n_features} features."
                )
            return chosen
        mask = np.zeros(n_features, bool)
        mask[[self._feature_index(f, "categorical_features") for f in chosen.tolist()]] = True
        return mask

    def _feature_index(self, feature, argument="feature"):
        names = list(getattr(self, "feature_names_in_", []))
        if isinstance(feature, str):
            if feature in names:
                return names.index(feature)
            raise ValueError(f"{argument}: no column named {feature!r}; the columns are {names}.")
        if not -self.n_features_in_ <= feature < self.n_features_in_:
            raise ValueError(
                f"{argument}: no column {feature}, X has {self.n_features_in_} feature(s)."
            )
        return range(self.n_features_in_)[feature]

    def _fit_column(self, table, j, is_categorical, target, keep):
        """Return the bins of column j and their class counts, (n_bins, n_classes)."""
        settings = {
            "max_bins": self.max_bins,
            "penalty": resolve_penalty(self.penalty),
            "min_weight": self._min_weight(target),
        }
        if is_categorical:
            codes, levels = table.levels(j)
            return fit_levels(codes[keep], levels, target, **settings)
        values = table.numbers(j)[keep]
        return fit_numbers(values, target, max_candidates=self.max_candidates, **settings)

    def _min_weight(self, target):
        if isinstance(self.min_samples_bin, Integral):
            return float(self.min_samples_bin)
        return self.min_samples_bin * target.weights.sum()

    def _store(self, fitted, target):
        self._bins = [bins for bins, _ in fitted]
        self.counts_ = [counts for _, counts in fitted]
        self.bin_edges_ = [bins.edges for bins in self._bins]
        self.groups_ = [bins.members for bins in self._bins]
        self.n_bins_ = np.array([bins.n_bins for bins in self._bins], dtype=np.int64)
        self.mutual_info_ = np.array([table_information(c) for c in self.counts_]) / np.log(2)
        self.classes_ = target.classes
        self.target_type_ = "binary" if target.n_classes == 2 else "multiclass"
        if self.encode != "ordinal":
            codes_dtype = self._codes_dtype()
            encoder = OneHotEncoder(
                categories=[np.arange(n, dtype=codes_dtype) for n in self.n_bins_],
                sparse_output=self.encode == "onehot",
                dtype=np.float64 if self.dtype is None else self.dtype,
            ).set_output(transform="default")
            self._encoder = encoder.fit(np.zeros((1, len(self._bins)), codes_dtype))

    def _codes_dtype(self):
        if self.encode == "ordinal" and self.dtype is not None:
            return self.dtype
        return np.uint8 if self.n_bins_.max() <= 256 else np.uint16

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.required = True
        tags.input_tags.allow_nan = True
        tags.input_tags.categorical = True
        tags.input_tags.string = True
        tags.transformer_tags.preserves_dtype = []
        return tags
