"""MutualInfoDisplay: ranked bars of the mutual information of features with a target."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import false_discovery_control

from skinfo._counts._source import columns_by_name
from skinfo._counts._table import table_of
from skinfo.estimation import mutual_info_test
from skinfo.inspection._fitted_step import fitted_step, has_bins, is_selector
from skinfo.inspection._style import (
    INTERVAL_FILL,
    LONGEST_LABEL,
    SKY,
    bar_style,
    check_lengths,
    draw_intervals,
    fade_bars,
    label_ranking,
    legend_above,
    points_per_tick,
    shorten,
    start_plot,
)
from skinfo.inspection._variable import refuse_parts
from skinfo.utils._compat import check_matplotlib_support

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class MutualInfoDisplay:
    """Ranked bars of the mutual information of features with a target, in bits.

    It is recommended to use `from_data` or `from_estimator` to create a display. All parameters
    are stored as attributes.

    Parameters
    ----------
    mutual_info : array-like of shape (n_features,)
        Mutual information of each feature with the target, in bits.

    feature_names : array-like of shape (n_features,), default=None
        Names of the features. None: x0, x1, ...

    low, high : array-like of shape (n_features,), default=None
        Bounds of the confidence interval of each feature. None: no intervals.

    qvalue : array-like of shape (n_features,), default=None
        Adjusted p-values. None: all bars are drawn in the same way.

    Attributes
    ----------
    bars_ : matplotlib BarContainer
        Bars of the features shown, in decreasing order.

    intervals_ : matplotlib LineCollection or None
        Intervals of the features shown.

    text_ : matplotlib Text or None
        Number of features that are not shown, and their largest mutual information.

    ranking_ : ndarray of shape (n_features,), dtype int64
        Indices of the features in decreasing order of information.

    ax_ : matplotlib Axes
        Axes with the bars.

    figure_ : matplotlib Figure
        Figure containing the axes.

    See Also
    --------
    skinfo.estimation.mutual_info_test : The numbers without the plot.
    SelectionPathDisplay : Information that each feature adds to those before it.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> from sklearn.datasets import load_iris
    >>> from skinfo.inspection import MutualInfoDisplay
    >>> X, y = load_iris(return_X_y=True, as_frame=True)
    >>> display = MutualInfoDisplay.from_data(X, y)
    >>> display.mutual_info.round(2)
    array([0.69, 0.38, 1.4 , 1.42])
    >>> plt.close()
    """

    def __init__(
        self,
        mutual_info: ArrayLike,
        *,
        feature_names: ArrayLike | None = None,
        low: ArrayLike | None = None,
        high: ArrayLike | None = None,
        qvalue: ArrayLike | None = None,
    ) -> None:
        self.mutual_info = mutual_info
        self.feature_names = feature_names
        self.low = low
        self.high = high
        self.qvalue = qvalue

    @classmethod
    def from_data(
        cls,
        X: ArrayLike,
        y: ArrayLike | str,
        *,
        discrete_features: bool | str | ArrayLike = "auto",
        discrete_target: bool | str = "auto",
        sample_weight: ArrayLike | str | None = None,
        confidence_level: float = 0.95,
        n_jobs: int | None = None,
        max_features: int | None = 20,
        max_qvalue: float = 0.05,
        name: str | None = None,
        ax: Axes | None = None,
        **kwargs: Any,
    ) -> Self:
        """Estimate and test the mutual information of each column with y, and plot it.

        Parameters
        ----------
        X : array-like or dataframe of shape (n_samples, n_features)
            As in `mutual_info_test`, like the next four.

        y : array-like of shape (n_samples,) or str
            Classes or numbers.

        discrete_features : "auto", bool, or array-like of bool or int, default="auto"
            Which columns are discrete.

        discrete_target : "auto" or bool, default="auto"
            Whether y is discrete.

        sample_weight : array-like of shape (n_samples,), default=None
            A weight of w counts as w repetitions of the sample.

        confidence_level : float, default=0.95
            Confidence level of the intervals.

        n_jobs : int or None, default=None
            Number of threads over columns.

        max_features : int or None, default=20
            Maximum number of features to show; a note counts the others. None shows all.

        max_qvalue : float, default=0.05
            Features with a larger q-value have pale bars.

        name : str, default=None
            Name of y on the axis.

        ax : matplotlib Axes, default=None
            Axes to plot on. None makes new ones.

        **kwargs : dict
            Passed to matplotlib's ``barh``.

        Returns
        -------
        display : MutualInfoDisplay
            The display, plotted.

        Raises
        ------
        ValueError
            As in `mutual_info_test`; if `confidence_level` is not between 0 and 1.

        See Also
        --------
        MutualInfoDisplay.from_estimator : Numbers of a fitted estimator.

        Examples
        --------
        >>> import matplotlib.pyplot as plt
        >>> from sklearn.datasets import load_wine
        >>> from skinfo.inspection import MutualInfoDisplay
        >>> X, y = load_wine(return_X_y=True, as_frame=True)
        >>> display = MutualInfoDisplay.from_data(X, y, max_features=5, name="the cultivar")
        >>> plt.close()
        """
        caller = f"{cls.__name__}.from_data"
        check_matplotlib_support(caller)
        refuse_parts(X, caller)
        X, y, sample_weight = columns_by_name(X, y, sample_weight)
        result = mutual_info_test(
            X,
            y,
            discrete_features=discrete_features,
            discrete_target=discrete_target,
            sample_weight=sample_weight,
            n_jobs=n_jobs,
        )
        low, high = result.confidence_interval(confidence_level)
        names = _column_names(X)
        display = cls(
            result.statistic, feature_names=names, low=low, high=high, qvalue=result.qvalue
        )
        return display.plot(
            ax, name=name, max_features=max_features, max_qvalue=max_qvalue, **kwargs
        )

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        *,
        max_features: int | None = 20,
        max_qvalue: float = 0.05,
        name: str | None = None,
        ax: Axes | None = None,
        **kwargs: Any,
    ) -> Self:
        """Plot the mutual information of the features of a fitted binner or selector.

        Parameters
        ----------
        estimator : MutualInfoBinner or InfoBottleneckSelector, or pipeline that holds one
            Fitted. For a selector with groups, each group has one bar. A binner optimises its bins
            on the same data and has no p-values, so all its bars are drawn in the same way.

        max_features : int or None, default=20
            Maximum number of features to show; a note counts the others. None shows all.

        max_qvalue : float, default=0.05
            Features with a larger q-value have pale bars.

        name : str, default=None
            Name of y on the axis.

        ax : matplotlib Axes, default=None
            Axes to plot on. None makes new ones.

        **kwargs : dict
            Passed to matplotlib's ``barh``.

        Returns
        -------
        display : MutualInfoDisplay
            The display, plotted.

        Raises
        ------
        TypeError
            If the estimator does not store the mutual information of its features, and holds none
            that does.

        ValueError
            If it holds several.

        sklearn.exceptions.NotFittedError
            If it is not fitted.

        See Also
        --------
        MutualInfoDisplay.from_data : Estimates with intervals.

        Examples
        --------
        >>> import matplotlib.pyplot as plt
        >>> from sklearn.datasets import load_iris
        >>> from skinfo import MutualInfoBinner
        >>> from skinfo.inspection import MutualInfoDisplay
        >>> X, y = load_iris(return_X_y=True, as_frame=True)
        >>> display = MutualInfoDisplay.from_estimator(MutualInfoBinner().fit(X, y))
        >>> plt.close()
        """
        caller = f"{cls.__name__}.from_estimator"
        check_matplotlib_support(caller)
        display = cls(**_features_of(estimator, caller))
        return display.plot(
            ax, name=name, max_features=max_features, max_qvalue=max_qvalue, **kwargs
        )

    def plot(
        self,
        ax: Axes | None = None,
        *,
        name: str | None = None,
        max_features: int | None = 20,
        max_qvalue: float = 0.05,
        **kwargs: Any,
    ) -> Self:
        """Plot visualization.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to plot on. None makes new ones.

        name : str, default=None
            Name of y on the axis.

        max_features : int or None, default=20
            Maximum number of features to show; a note counts the others. None shows all.

        max_qvalue : float, default=0.05
            Features with a larger q-value have pale bars.

        **kwargs : dict
            Passed to matplotlib's ``barh``.

        Returns
        -------
        display : MutualInfoDisplay
            Object that stores computed values.

        Raises
        ------
        ValueError
            If lengths differ, or `max_features` is below one.
        """
        if max_features is not None and max_features < 1:
            raise ValueError(f"max_features must be at least 1, or None; got {max_features}.")
        ax = start_plot(self, ax)
        values, names, low, high, qvalue = check_lengths(
            mutual_info=self.mutual_info,
            feature_names=self.feature_names,
            low=self.low,
            high=self.high,
            qvalue=self.qvalue,
        )
        self.ranking_ = np.argsort(-values, kind="stable")
        shown = self.ranking_[:max_features]
        rows = np.arange(len(shown))
        self.bars_ = ax.barh(rows, values[shown], **bar_style({"color": SKY}, kwargs))
        self.intervals_ = None
        if low is not None and high is not None:
            width = min(1.2, INTERVAL_FILL * points_per_tick(ax.yaxis, len(shown)))
            self.intervals_ = draw_intervals(
                ax.hlines, rows, low[shown], high[shown], linewidth=width
            )
        if qvalue is not None:
            is_pale = qvalue[shown] > max_qvalue
            fade_bars(self.bars_, is_pale, f"may be chance (q > {max_qvalue:g})")
            if is_pale.any():
                legend_above(ax)
        labels = [f"x{j}" for j in shown] if names is None else names[shown].tolist()
        omitted = values[self.ranking_[len(shown) :]]
        note = f"at most {omitted[0]:.2g} bits each" if len(omitted) else ""
        self.text_ = label_ranking(ax, labels, len(omitted), note)
        target = "y" if name is None else shorten(name, LONGEST_LABEL)
        ax.set_xlabel(f"Information about {target} (bits)")
        return self


def _column_names(X):
    """Return the names of the columns of X; x0, x1, ... if it has none."""
    if hasattr(X, "shape") and not hasattr(X, "columns"):
        return [f"x{j}" for j in range(X.shape[1])]
    return table_of(X, caller="MutualInfoDisplay.from_data").names


def _features_of(estimator, caller):
    """Return the features of a fitted estimator, as keyword arguments of the display."""
    takes = "a MutualInfoBinner or an InfoBottleneckSelector"
    step = fitted_step(estimator, lambda e: is_selector(e) or has_bins(e), caller, takes)
    if has_bins(step):
        names = getattr(step, "feature_names_in_", None)
        return {"mutual_info": step.mutual_info_, "feature_names": names}
    report = step.report()
    return {
        "mutual_info": report["bits"].to_numpy(),
        "feature_names": report["feature"].tolist(),
        "qvalue": false_discovery_control(report["p_value"]),
    }
