"""Information plane of a selection: information about y against description length."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.base import clone

from skinfo.feature_selection._problem import criterion_of, prepare_search
from skinfo.feature_selection._selector import InfoBottleneckSelector
from skinfo.utils._progress import reported, with_printed_progress
from skinfo.utils._results import TableRepr
from skinfo.utils._text import short_repr
from skinfo.utils._validation import numbers_given

# Default betas: from one bit of description per bit about y to almost no cost of description.
DEFAULT_BETAS = np.geomspace(1.0, 1000.0, 13)


@dataclass(frozen=True, repr=False)
class SelectionCurve(TableRepr):
    """Information and description length of a selection for several values of beta.

    Attributes
    ----------
    betas : ndarray of shape (n_betas,), dtype float64
        Maximum number of bits of description per bit of information about y, increasing.

    compression : ndarray of shape (n_betas,), dtype float64
        H(T), in bits.

    relevance : ndarray of shape (n_betas,), dtype float64
        I(T; y), in bits, corrected for its expectation under independence.

    n_features : ndarray of shape (n_betas,), dtype int64
        Number of selected features.

    selected_features : list of ndarray
        Their indices, in the order of selection.

    path : tuple of ndarray
        (H(T), I(T; y)) after each feature without a cost of description, both (n_features,): the
        path over the number of features.
    """

    betas: NDArray[np.float64]
    compression: NDArray[np.float64]
    relevance: NDArray[np.float64]
    n_features: NDArray[np.int64]
    selected_features: list[NDArray[np.int64]]
    path: tuple[NDArray[np.float64], NDArray[np.float64]]

    def _table(self) -> pd.DataFrame:
        """Return the points of the curve."""
        names = ("betas", "n_features", "compression", "relevance")
        return pd.DataFrame({name: getattr(self, name) for name in names})


@with_printed_progress
def selection_curve(
    X: Any,
    y: ArrayLike | str | None,
    *,
    selector: InfoBottleneckSelector | None = None,
    betas: ArrayLike | None = None,
    sample_weight: ArrayLike | str | None = None,
    verbose: bool | int = False,
) -> SelectionCurve:
    """Return the information plane of a selection, over `beta` and over the number of features.

    Columns are encoded once, and searched for each beta.

    Parameters
    ----------
    X : array-like, sparse array or dataframe of shape (n_samples, n_features), or table
        As in `InfoBottleneckSelector.fit`.

    y : array-like of shape (n_samples,) or (n_samples, n_outputs), str or None
        Classes or numbers, or as in `InfoBottleneckSelector.fit`.

    selector : InfoBottleneckSelector or None, default=None
        Its parameters are used, except ``beta``; it is not fitted. None: default parameters.

    betas : array-like of shape (n_betas,) or None, default=None
        Values of beta, positive. None: 13 from 1 to 1000.

    sample_weight : array-like of shape (n_samples,), default=None
        A weight of w counts as w repetitions of the sample.

    verbose : bool or int, default=False
        Whether to print progress: a line for each beta, at most one per second.

    Returns
    -------
    curve : SelectionCurve
        Has the attributes ``betas``, ``compression``, ``relevance``, ``n_features``,
        ``selected_features`` and ``path``.

    Raises
    ------
    ValueError
        If a beta is not positive; if `selector` has another criterion than "bottleneck"; errors of
        `InfoBottleneckSelector.fit`.

    See Also
    --------
    InfoBottleneckSelector : Selection for one beta.

    References
    ----------
    .. [1] N. Tishby, F. C. Pereira and W. Bialek, "The information bottleneck method", 1999.
    .. [2] D. J. Strouse and D. J. Schwab, "The deterministic information bottleneck", Neural
       Computation 29, 2017: T is a function of X, with description length H(T).

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skinfo.feature_selection import selection_curve
    >>> X, y = load_iris(return_X_y=True)
    >>> curve = selection_curve(X, y, betas=[1, 3, 1000])
    >>> curve.n_features
    array([0, 1, 4])
    >>> curve.relevance.round(2)
    array([0.  , 1.11, 1.46])
    """
    betas = numbers_given(DEFAULT_BETAS if betas is None else betas, "betas")
    betas = np.sort(betas.ravel())
    if not (len(betas) and np.all((betas > 0) & np.isfinite(betas))):
        raise ValueError(
            f"betas must be positive finite numbers, got {short_repr(betas.tolist())}. "
            "Compression is as good as free from 1e6 on."
        )
    selector = InfoBottleneckSelector() if selector is None else clone(selector)
    selector._validate_params()
    if criterion_of(selector) != "bottleneck":
        raise ValueError(
            f"selector must have criterion='bottleneck', got {short_repr(selector.criterion)}: no "
            "other criterion weighs description."
        )
    problem = prepare_search(selector, X, y, sample_weight)
    searched = reported("beta", (None, *betas), len(betas) + 1)
    results = [problem.search(beta) for beta in searched]
    free, results = results[0], results[1:]
    members = problem.groups.members
    selected = [[j for group in result.selected for j in members[group]] for result in results]
    return SelectionCurve(
        betas=betas,
        compression=np.array([_last(one.compression) for one in results]),
        relevance=np.array([_last(one.information) for one in results]),
        n_features=np.array([len(features) for features in selected]),
        selected_features=[np.array(features, np.int64) for features in selected],
        path=(free.compression, free.information),
    )


def _last(values):
    return values[-1] if len(values) else 0.0
