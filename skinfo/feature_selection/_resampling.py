"""Selections on resampled data: held-out information, and stability."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Integral
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.base import clone

from skinfo.feature_selection._problem import N_PAIRS, prepare_search
from skinfo.feature_selection._selector import InfoBottleneckSelector
from skinfo.utils._progress import with_printed_progress
from skinfo.utils._results import TableRepr
from skinfo.utils._text import short_repr
from skinfo.utils._validation import LARGEST_COUNT


@dataclass(frozen=True, repr=False)
class HeldOutInformation(TableRepr):
    """Information about y of a selection on held-out samples.

    Attributes
    ----------
    information : ndarray of shape (n_steps,), dtype float64
        In bits, after each feature (or group) of the selection.

    standard_error : ndarray of shape (n_steps,), dtype float64
        Standard error of `information`.
    """

    information: NDArray[np.float64]
    standard_error: NDArray[np.float64]

    def _table(self) -> pd.DataFrame:
        """Return the steps, numbered from one."""
        steps = pd.RangeIndex(1, len(self.information) + 1, name="step")
        columns = {"information": self.information, "standard_error": self.standard_error}
        return pd.DataFrame(columns, index=steps)


@with_printed_progress
def held_out_information(
    X: Any,
    y: ArrayLike | str | None,
    *,
    selector: InfoBottleneckSelector | None = None,
    sample_weight: ArrayLike | str | None = None,
    verbose: bool | int = False,
) -> HeldOutInformation:
    """Return the held-out information about y of a selection, with standard errors.

    ``information_`` of the selector is computed on the sample that selected the features and
    formed T, so it increases even on noise. Here each of five folds is left out in turn. On the
    other samples as many features are selected again, and an additive model of their codes is
    fitted. The information is the reduction of the log loss of the class proportions on the
    left-out fold. The mean is corrected for the models being fitted on a fifth fewer samples [1]_.

    Parameters
    ----------
    X : array-like, sparse array or dataframe of shape (n_samples, n_features)
        As in `InfoBottleneckSelector.fit`, in memory.

    y : array-like of shape (n_samples,) or (n_samples, n_outputs), or str
        As in `InfoBottleneckSelector.fit`.

    selector : InfoBottleneckSelector or None, default=None
        Its parameters are used; it is not fitted. None: default parameters.

    sample_weight : array-like of shape (n_samples,), default=None
        A weight of w counts as w repetitions of the sample.

    verbose : bool or int, default=False
        Whether to print progress: a line for each fold, at most one per second.

    Returns
    -------
    held_out : HeldOutInformation
        Has the attributes ``information`` and ``standard_error``, after each feature in the order
        of ``selected_features_``.

    Raises
    ------
    ValueError, TypeError
        If X is in chunks; if `selector` is another estimator; errors of
        `InfoBottleneckSelector.fit`.

    See Also
    --------
    selection_stability : Proportion of half-samples that select each feature.

    Notes
    -----
    An additive model cannot represent interactions such as an exclusive or, so the estimate is a
    lower bound. The penalty of the model is the best one on the other folds, and infinite if all
    of them lose information. It takes six to twelve searches. With a `binner` that depends on y
    the information is optimistic. Measured: benchmarks/held_out_information.py.

    References
    ----------
    .. [1] P. Burman, "A comparative study of ordinary cross-validation, v-fold cross-validation
       and the repeated learning-testing methods", Biometrika 76, 1989, eq. 2.3.

    Examples
    --------
    >>> import numpy as np
    >>> from skinfo import InfoBottleneckSelector
    >>> from skinfo.feature_selection import held_out_information
    >>> rng = np.random.default_rng(0)
    >>> X, y = rng.normal(size=(300, 50)), rng.integers(0, 2, 300)  # noise
    >>> selector = InfoBottleneckSelector(5)
    >>> selector.fit(X, y).information_.round(2)
    array([0.03, 0.06, 0.11, 0.18, 0.21])
    >>> held_out_information(X, y, selector=selector).information.round(2)
    array([0., 0., 0., 0., 0.])
    """
    problem, beta = _prepared(X, y, selector, sample_weight)
    return HeldOutInformation(*problem.held_out(problem.search(beta).selected, beta))


@with_printed_progress
def selection_stability(
    X: Any,
    y: ArrayLike | str | None,
    *,
    selector: InfoBottleneckSelector | None = None,
    n_pairs: int = N_PAIRS,
    sample_weight: ArrayLike | str | None = None,
    verbose: bool | int = False,
) -> NDArray[np.float64]:
    """Return the proportion of half-samples that select each feature.

    The samples are split into complementary halves `n_pairs` times [1]_. In each half as many
    features are selected as in all samples. A feature that is selected by chance is selected in
    few halves; of two copies each is selected in some. Halves depend only on the content of the
    samples: their order does not matter, and a weight of w is equivalent to w samples.

    Parameters
    ----------
    X : array-like, sparse array or dataframe of shape (n_samples, n_features)
        As in `InfoBottleneckSelector.fit`, in memory.

    y : array-like of shape (n_samples,) or (n_samples, n_outputs), or str
        As in `InfoBottleneckSelector.fit`.

    selector : InfoBottleneckSelector or None, default=None
        Its parameters are used; it is not fitted. None: default parameters.

    n_pairs : int, default=25
        Number of splits, which is about the number of searches.

    sample_weight : array-like of shape (n_samples,), default=None
        A weight of w counts as w repetitions of the sample.

    verbose : bool or int, default=False
        Whether to print progress: a line for each split, at most one per second.

    Returns
    -------
    shares : ndarray of shape (n_features,), dtype float64
        Between 0 and 1. For a feature in a group, that of the group.

    Raises
    ------
    ValueError, TypeError
        If `n_pairs` is less than 1, or 2^31 or more; if X is in chunks; if `selector` is another
        estimator; errors of `InfoBottleneckSelector.fit`.

    See Also
    --------
    held_out_information : Information of a selection on held-out samples.

    References
    ----------
    .. [1] R. D. Shah and R. J. Samworth, "Variable selection with error control: another look at
       stability selection", JRSS B 75, 2013.

    Examples
    --------
    >>> import numpy as np
    >>> from skinfo.feature_selection import selection_stability
    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(500, 6))
    >>> X[:, 1] = X[:, 0] + 0.1 * rng.normal(size=500)
    >>> y = X[:, 0] + X[:, 2] + rng.normal(size=500) > 0
    >>> selection_stability(X, y).round(1)
    array([0.4, 0.6, 1. , 0. , 0. , 0. ])
    """
    if not isinstance(n_pairs, Integral) or not 1 <= n_pairs <= LARGEST_COUNT:
        raise ValueError(
            f"n_pairs={short_repr(n_pairs)} must be an integer from 1 to {LARGEST_COUNT}."
        )
    problem, beta = _prepared(X, y, selector, sample_weight)
    n_selected = len(problem.search(beta).selected)
    return problem.groups.spread(problem.stability(n_selected, beta, n_pairs))


def _prepared(X, y, selector, sample_weight):
    """Return the SearchProblem of a selector with data, and its beta."""
    if selector is None:
        selector = InfoBottleneckSelector()
    elif not isinstance(selector, InfoBottleneckSelector):
        raise TypeError(
            f"selector must be an InfoBottleneckSelector or None, got {type(selector).__name__}."
        )
    selector = clone(selector)
    selector._validate_params()
    return prepare_search(selector, X, y, sample_weight), selector.beta
