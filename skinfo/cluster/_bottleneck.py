"""InformationBottleneck: clusters of rows that preserve information about the columns."""

from functools import partial
from numbers import Integral, Real
from typing import ClassVar

import numpy as np
import scipy.sparse as sp
from sklearn.base import (
    BaseEstimator,
    ClassNamePrefixFeaturesOutMixin,
    TransformerMixin,
)
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_random_state
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted, validate_data

from skinfo._kernels._sequential import NO_CLUSTER
from skinfo.cluster._algorithms import (
    ALGORITHMS,
    ENCODERS,
    REFUSE_BETA,
    REQUIRE_BETA,
    SolverSettings,
)
from skinfo.cluster._distinct_rows import (
    COUNT_TRANSFORMS,
    check_any_positive,
    check_counts,
    check_n_clusters,
    clean_csr,
    distinct_rows,
    transform_counts,
)
from skinfo.cluster._result import as_clustering, label_samples
from skinfo.measures import mutual_information
from skinfo.utils._compat import Interval, StrOptions, _fit_context
from skinfo.utils._doc_link import DocLinkMixin
from skinfo.utils._fit_state import unfitted_on_failure
from skinfo.utils._progress import CallbackSupportMixin, Progress, with_callbacks
from skinfo.utils._saved_state import SavedStateMixin
from skinfo.utils._text import short_repr
from skinfo.utils._validation import check_sample_weight, count_from
from skinfo.utils._warnings import warn_caller

NATS_PER_BIT = np.log(2)

# Work in nanoseconds, as defined by `in_threads`, of one cell in one cluster and start. The actual
# time is longer, but for a small table most of it holds the GIL: threads pay off from 3 million
# cells on.
CLUSTER_CELL_COST = 1 / 3


# Not a ClusterMixin, which adds `fit_predict` only: scikit-learn's checks of clusterers use
# negative numbers whatever the tag positive_only is.
class InformationBottleneck(
    CallbackSupportMixin,
    ClassNamePrefixFeaturesOutMixin,
    DocLinkMixin,
    SavedStateMixin,
    TransformerMixin,
    BaseEstimator,
):
    """Cluster the rows of a table of counts by the information bottleneck method.

    A table of counts is a joint distribution p(x, y): for example a row x for each document and a
    column y for each word. Rows are assigned to clusters T such that I(T; Y), the information of
    the cluster about the column, is as close as possible to I(X; Y), that of the row itself [1]_.
    No other distance is involved: rows are similar if their distributions p(y | x) are.

    Parameters
    ----------
    n_clusters : int, default=8
        The number of clusters; with `beta`, the maximum. Proportional rows always share a cluster,
        so if fewer rows are distinct there are fewer clusters, with a warning.

    algorithm : {"sequential", "agglomerative", "iterative", "deterministic"}, \
default="sequential"
        ``"sequential"`` moves rows one by one to the cluster with the smallest loss of
        information, until no row moves [2]_. ``"agglomerative"`` repeatedly merges the two
        clusters with the smallest loss of information, from single rows to one cluster; the whole
        tree is kept [3]_. The
        tree of more than 256 distinct rows passes through the `n_clusters` of ``"sequential"``,
        and before that through about as many groups as the square root of the number of rows
        (see Notes). ``"iterative"`` finds soft clusters that maximise
        I(T; Y) - I(T; X) / beta [1]_, and ``"deterministic"`` hard ones that maximise
        I(T; Y) - H(T) / beta, moving all rows at a time [4]_.

    beta : float or None, default=None
        Maximum number of bits of compression per bit of information about y. None: no cost of
        compression, which is only limited by `n_clusters`, for ``"sequential"`` and
        ``"agglomerative"``. With `beta`, ``"sequential"`` has the objective of
        ``"deterministic"``: a large group is then not split because of random differences between
        its halves.

    counts : {"raw", "sqrt", "binary"}, default="raw"
        Transform of the cells, in all methods: none, the square root, or one for every positive
        cell. With "sqrt" and "binary" a repeated word has less weight than as many different
        words. All attributes and scores are those of the transformed table.

    n_init : int, default=10
        Number of random starts, of which the best is kept. ``"sequential"`` completes only the
        best third of them, once all are close to convergence. ``"agglomerative"`` has starts for
        more than 256 distinct rows only, as ``"sequential"``.

    max_iter : int, default=100
        Maximum number of rounds of one start.

    tol : float, default=1e-8
        A start ends with the round that adds less than this proportion of I(X; Y) to the
        objective.

    random_state : int, RandomState instance or None, default=None
        Seed of the starts. With an int the result is reproducible, and independent of the order
        of the rows.

    n_jobs : int or None, default=None
        Number of threads for the starts, used if the work is worth it. The result does not
        depend on it.

    Attributes
    ----------
    labels_ : ndarray of shape (n_samples,), dtype int64
        The cluster of each row (the most probable one, if clusters are soft). -1 for a row
        without weight: one of zeros, or of sample weight zero. Such rows are ignored.

    cluster_weights_ : ndarray of shape (n_clusters_found,), dtype float64
        p(t), the largest first. Fewer than `n_clusters` if `beta` makes fewer optimal, or if fewer
        rows are distinct.

    cluster_distributions_ : ndarray of shape (n_clusters_found, n_features_in_), dtype float64
        p(y | t).

    information_ : float
        I(T; Y), in bits. Y is a column of the transformed table, see `counts`.

    compression_ : float
        I(T; X), in bits; for hard clusters that is H(T).

    relevance_ : float
        I(T; Y) / I(X; Y), between 0 and 1; 1 if I(X; Y) is 0.

    children_ : ndarray of shape (n_samples - 1, 2), dtype int64
        Only with ``"agglomerative"``: the two nodes of each merge, as in
        `sklearn.cluster.AgglomerativeClustering`. Rows are nodes 0 to n_samples - 1, and merge s
        creates node n_samples + s. Rows without weight are in no merge.

    merge_costs_ : ndarray of shape (n_samples - 1,), dtype float64
        Only with ``"agglomerative"``: the loss of I(T; Y) of each merge, in bits. The losses sum
        to I(X; Y).

    n_iter_ : int
        Number of rounds of the best start; number of merges with ``"agglomerative"``.

    n_features_in_ : int
        Number of columns seen during `fit`.

    feature_names_in_ : ndarray of shape (n_features_in_,), dtype object
        Names of columns, defined only when X has string names.

    See Also
    --------
    sklearn.cluster.KMeans : Clusters by Euclidean distance.
    skinfo.InfoBottleneckSelector : Selects columns that are informative about a target.

    Notes
    -----
    Proportional rows are merged first, so they always share a cluster, and an integer weight is
    equivalent to repetition. The weight of a row is the sum of its transformed counts; for equal
    weights, divide each row by its sum (``normalize(X, "l1")`` of scikit-learn), with
    ``counts="raw"`` and optionally after another transform.

    Words of real documents are bursty: a word that occurred once in a document occurs there again
    with a far larger probability [5]_. Repetitions of one burst are not independent, so raw counts
    overweight them. If repetitions follow the Pitman-Yor urn with discount d, a count of n is
    equivalent to about n^d independent observations: ``"raw"`` is d = 1, ``"sqrt"`` 1/2, and
    ``"binary"`` 0.

    Differences between rows of few counts are mostly random, and merging pairs of such rows leads
    to poor trees. Therefore the tree of many rows merges rows within groups that the sequential
    algorithm forms, then the groups within its `n_clusters`, then these. Set `n_clusters` to the
    number of interest, or to the largest of several; `cut_tree` gives the others.

    With ``"iterative"`` some clusters may become identical if `beta` makes fewer optimal; that
    changes neither information nor compression.

    I(T; Y) is the plug-in value of the table. It is biased upwards for small samples, because of
    random differences between rows.

    A new row is assigned to the cluster with the smallest loss of information, as in the
    sequential algorithm. For a training row that is its own cluster, if `fit` converged. With
    ``"iterative"`` and ``"deterministic"`` the self-consistent equation is evaluated with p(t) and
    p(y | t) of the fit. A column that is zero in all training rows does not influence the
    assignment.

    References
    ----------
    .. [1] N. Tishby, F. C. Pereira and W. Bialek, "The information bottleneck method", 1999.
    .. [2] N. Slonim, N. Friedman and N. Tishby, "Unsupervised document classification using
       sequential information maximization", SIGIR 2002.
    .. [3] N. Slonim and N. Tishby, "Agglomerative information bottleneck", NIPS 1999.
    .. [4] D. J. Strouse and D. J. Schwab, "The deterministic information bottleneck", Neural
       Computation 29, 2017.
    .. [5] R. E. Madsen, D. Kauchak and C. Elkan, "Modeling word burstiness using the Dirichlet
       distribution", ICML 2005.

    Examples
    --------
    >>> from skinfo.cluster import InformationBottleneck
    >>> X = [[8, 1, 1], [7, 2, 1], [9, 0, 1], [1, 1, 8], [0, 2, 8]]
    >>> bottleneck = InformationBottleneck(n_clusters=2, random_state=0).fit(X)
    >>> bottleneck.labels_
    array([0, 0, 0, 1, 1])
    >>> bottleneck.cluster_weights_
    array([0.6, 0.4])
    >>> round(bottleneck.relevance_, 2)
    0.88
    >>> bottleneck.predict([[3, 0, 1]])
    array([0])
    """

    _parameter_constraints: ClassVar[dict] = {
        "n_clusters": [Interval(Integral, 1, None, closed="left")],
        "algorithm": [StrOptions(set(ALGORITHMS))],
        "beta": [Interval(Real, 0, None, closed="neither"), None],
        "counts": [StrOptions(set(COUNT_TRANSFORMS))],
        "n_init": [count_from(1)],
        "max_iter": [count_from(1)],
        "tol": [Interval(Real, 0, None, closed="left")],
        "random_state": ["random_state"],
        "n_jobs": [Integral, None],
    }

    def __init__(
        self,
        n_clusters=8,
        *,
        algorithm="sequential",
        beta=None,
        counts="raw",
        n_init=10,
        max_iter=100,
        tol=1e-8,
        random_state=None,
        n_jobs=None,
    ):
        self.n_clusters = n_clusters
        self.algorithm = algorithm
        self.beta = beta
        self.counts = counts
        self.n_init = n_init
        self.max_iter = max_iter
        self.tol = tol
        self.random_state = random_state
        self.n_jobs = n_jobs

    @with_callbacks
    @unfitted_on_failure
    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y=None, sample_weight=None):
        """Find the clusters.

        Parameters
        ----------
        X : array-like, sparse array or dataframe of shape (n_samples, n_features)
            Counts or weights, not negative: row i is in proportion to p(x_i, y).

        y : None
            Ignored.

        sample_weight : array-like of shape (n_samples,), default=None
            Factor of each row; an integer weight is equivalent to repeating the row.

        Returns
        -------
        self : object
            The fitted clusterer.

        Raises
        ------
        ValueError
            If X holds text, is negative, not finite, all zero or has one column; if a cell is less
            than 1e-150 of the largest; if `n_clusters` exceeds the number of rows with weight and
            no `beta` is given; if `beta` is missing where the algorithm requires it, or given
            where it has no effect.
        """
        self._check_beta()
        rows = distinct_rows(self._read(X, reset=True), sample_weight)
        n_clusters = check_n_clusters(self.n_clusters, rows, at_most=self.beta is not None)
        with Progress(self, X, y) as progress:
            progress.begin()
            settings = self._solver_settings(rows, n_clusters)
            self._store(rows, ALGORITHMS[self.algorithm](rows, settings))
            progress.end()
        self._warn_if_not_converged()
        return self

    def fit_predict(self, X, y=None, sample_weight=None):
        """Find the clusters and return the one of each row.

        Parameters
        ----------
        X : array-like, sparse array or dataframe of shape (n_samples, n_features)
            As in `fit`.

        y : None
            Ignored.

        sample_weight : array-like of shape (n_samples,), default=None
            As in `fit`.

        Returns
        -------
        labels : ndarray of shape (n_samples,), dtype int64
            `labels_`.
        """
        return self.fit(X, sample_weight=sample_weight).labels_

    def predict(self, X):
        """Return the cluster of each row.

        Parameters
        ----------
        X : array-like, sparse array or dataframe of shape (n_samples, n_features)
            Counts or weights in the unit of those fitted.

        Returns
        -------
        labels : ndarray of shape (n_samples,), dtype int64
            The cluster that the row joins (see Notes of the class), the most probable one if
            clusters are soft; -1 for a row of zeros.
        """
        check_is_fitted(self)
        X = self._read(X, reset=False)
        labels = np.full(X.shape[0], NO_CLUSTER, np.int64)
        has_counts = np.diff(X.indptr) > 0
        labels[has_counts] = self._encoder.predict(X[has_counts])
        return labels

    def transform(self, X):
        """Return the probability of each cluster for each row, p(t | x).

        Parameters
        ----------
        X : array-like, sparse array or dataframe of shape (n_samples, n_features)
            Counts or weights in the unit of those fitted.

        Returns
        -------
        encoder : ndarray of shape (n_samples, n_clusters_found), dtype float64
            Rows sum to one, except that a row of zeros, which is in no cluster, remains zero. 0
            or 1 if clusters are hard.
        """
        check_is_fitted(self)
        return self._encode(self._read(X, reset=False))

    def score(self, X, y=None, sample_weight=None):
        """Return the information of the clusters about the column, I(T; Y), in bits.

        Parameters
        ----------
        X : array-like, sparse array or dataframe of shape (n_samples, n_features)
            A table of counts; rows are assigned to clusters as in `transform`.

        y : None
            Ignored.

        sample_weight : array-like of shape (n_samples,), default=None
            Factor of each row.

        Returns
        -------
        information : float
            In bits, larger is better; equal to `information_` for the training table, if `fit`
            converged. It increases with the number of clusters.

        Raises
        ------
        ValueError
            If X is all zero, or all rows with counts have weight zero.
        """
        check_is_fitted(self)
        X = self._read(X, reset=False)
        counts = X
        if sample_weight is not None:
            counts = sp.diags_array(check_sample_weight(sample_weight, X.shape[0])) @ X
        check_any_positive(counts)
        return float(mutual_information(self._encode(X).T @ counts, normalize=True))

    @available_if(lambda estimator: estimator.algorithm == "agglomerative")
    def cut_tree(self, n_clusters):
        """Return the labels for another number of clusters from the same tree.

        Only with ``algorithm="agglomerative"``; the tree is not fitted again.

        Parameters
        ----------
        n_clusters : int
            From one to the number of rows with weight.

        Returns
        -------
        labels : ndarray of shape (n_samples,), dtype int64
            The cluster of each fitted row, the heaviest first; -1 for a row without weight.

        Raises
        ------
        ValueError
            If `n_clusters` exceeds the number of rows with weight.
        """
        check_is_fitted(self)
        return self._tree.labels(check_n_clusters(n_clusters, self._tree))

    def _read(self, X, *, reset):
        """Return X as a clean csr_array, transformed by `counts`."""
        check = partial(
            validate_data,
            self,
            reset=reset,
            accept_sparse="csr",
            dtype=np.float64,
            ensure_non_negative=True,
            ensure_min_features=2 if reset else 1,
        )
        return transform_counts(clean_csr(check_counts(X, check)), self.counts)

    def _encode(self, X):
        """Return p(t | x) of the rows of a csr_array."""
        encoder = np.zeros((X.shape[0], self._n_features_out))
        has_counts = np.diff(X.indptr) > 0
        encoder[has_counts] = self._encoder.encode(X[has_counts])
        return encoder

    def _check_beta(self):
        """Raise ValueError if the algorithm requires a beta and has none, or cannot use it."""
        if self.beta is None and self.algorithm in REQUIRE_BETA:
            raise ValueError(
                f"algorithm={short_repr(self.algorithm)} needs beta, the bits of compression that "
                "one bit about y may cost, got None. Set it, for example beta=10; the larger it "
                "is, the more information is kept."
            )
        if self.beta is not None and self.algorithm in REFUSE_BETA:
            raise ValueError(
                f"beta={self.beta} has no effect on algorithm={short_repr(self.algorithm)}, which "
                "merges until n_clusters are left. Set beta=None, or use algorithm='sequential'."
            )

    def _solver_settings(self, rows, n_clusters):
        """Return the SolverSettings, with `tol` in nats of I(X; Y) and the seeds of the starts."""
        random_state = check_random_state(self.random_state)
        return SolverSettings(
            n_clusters=n_clusters,
            beta=self.beta,
            max_iter=int(self.max_iter),
            tol=float(self.tol * rows.information),
            seeds=random_state.randint(np.iinfo(np.int32).max, size=int(self.n_init)),
            n_jobs=self.n_jobs,
            work=CLUSTER_CELL_COST * rows.counts.nnz * n_clusters * self.n_init,
        )

    def _store(self, rows, result):
        """Set the fitted attributes from an AlgorithmResult."""
        clustering = as_clustering(rows, result)
        total = rows.information / NATS_PER_BIT
        self.labels_ = label_samples(clustering.labels, rows.groups)
        self.cluster_weights_ = clustering.weights
        sizes = clustering.counts.sum(axis=1, keepdims=True)
        self.cluster_distributions_ = clustering.counts / sizes
        self.information_ = clustering.information
        self.compression_ = clustering.compression
        # Rounding may make the information of lossless clusters slightly larger than the total.
        self.relevance_ = min(float(clustering.information / total), 1.0) if total > 0 else 1.0
        self.n_iter_ = result.n_iter
        self._encoder = ENCODERS[self.algorithm](clustering, rows.scale, self.beta)
        self._tree = result.tree
        if result.tree is not None:
            self.children_, self.merge_costs_ = result.tree.as_children()

    def _warn_if_not_converged(self):
        if self.algorithm != "agglomerative" and self.n_iter_ >= self.max_iter:
            warn_caller(
                f"The best start did not converge in max_iter={self.max_iter} rounds. "
                "Increase max_iter, or tol.",
                ConvergenceWarning,
            )

    @property
    def _n_features_out(self):
        return len(self.cluster_weights_)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.input_tags.positive_only = True
        tags.estimator_type = "clusterer"
        return tags
