"""SelectionPathDisplay: information about y after each step of a feature selection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike

from skinfo.inspection._fitted_step import fitted_step, is_selector
from skinfo.inspection._style import (
    BLUE,
    LONGEST_NAME,
    SKY,
    bar_style,
    check_lengths,
    label_of_legend,
    label_ticks,
    legend_above,
    line_style,
    start_plot,
)
from skinfo.utils._compat import check_matplotlib_support

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class SelectionPathDisplay:
    """Information about y of a selection, and the gain of each feature, in the order of selection.

    It is recommended to use `from_estimator` to create a display. All parameters are stored as
    attributes.

    Parameters
    ----------
    information : array-like of shape (n_steps,)
        I(T; y) after each step, in bits.

    gains : array-like of shape (n_steps,)
        I(X; y | T) of each feature when it was selected, in bits.

    feature_names : array-like of shape (n_steps,), default=None
        Names of the features in the order of selection. None: the indices of the steps.

    Attributes
    ----------
    line_ : matplotlib Line2D
        I(T; y) after each step.

    bars_ : matplotlib BarContainer
        Gain of each step.

    ax_ : matplotlib Axes
        Axes with the path, the first step on top.

    figure_ : matplotlib Figure
        Figure containing the axes.

    See Also
    --------
    skinfo.InfoBottleneckSelector.report : The numbers without the plot.
    InformationPlaneDisplay : Information against compression.

    Notes
    -----
    The gain is the information of a feature about y given the compressed T of the features before
    it. T is compressed again after each step, so the gains need not add up to I(T; y).

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> from sklearn.datasets import load_wine
    >>> from skinfo import InfoBottleneckSelector
    >>> from skinfo.inspection import SelectionPathDisplay
    >>> X, y = load_wine(return_X_y=True, as_frame=True)
    >>> selector = InfoBottleneckSelector(n_features_to_select=4).fit(X, y)
    >>> display = SelectionPathDisplay.from_estimator(selector)
    >>> display.feature_names[0]
    'flavanoids'
    >>> plt.close()
    """

    def __init__(
        self, information: ArrayLike, gains: ArrayLike, *, feature_names: ArrayLike | None = None
    ) -> None:
        self.information = information
        self.gains = gains
        self.feature_names = feature_names

    @classmethod
    def from_estimator(
        cls, estimator: Any, *, name: str | None = None, ax: Axes | None = None, **kwargs: Any
    ) -> Self:
        """Plot the path of a fitted selector.

        Parameters
        ----------
        estimator : InfoBottleneckSelector, or pipeline or search that holds one
            Fitted. A group of features is one step.

        name : str, default=None
            Name of the selection in the legend.

        ax : matplotlib Axes, default=None
            Axes to plot on. None makes new ones.

        **kwargs : dict
            Passed to matplotlib's ``plot``.

        Returns
        -------
        display : SelectionPathDisplay
            The display, plotted.

        Raises
        ------
        TypeError
            If the estimator is not such a selector and does not contain one.

        ValueError
            If it contains several, or has selected no feature.

        sklearn.exceptions.NotFittedError
            If it is not fitted.

        See Also
        --------
        MutualInfoDisplay.from_estimator : Information of each feature alone.

        Examples
        --------
        >>> import matplotlib.pyplot as plt
        >>> from sklearn.datasets import load_iris
        >>> from skinfo import InfoBottleneckSelector
        >>> from skinfo.inspection import SelectionPathDisplay
        >>> selector = InfoBottleneckSelector().fit(*load_iris(return_X_y=True))
        >>> display = SelectionPathDisplay.from_estimator(selector, color="black")
        >>> plt.close()
        """
        caller = f"{cls.__name__}.from_estimator"
        check_matplotlib_support(caller)
        selector = fitted_step(estimator, is_selector, caller, "an InfoBottleneckSelector")
        report = selector.report()
        names = report.loc[report["selected"], "feature"].tolist()
        if not names:
            raise ValueError(
                "The selector has selected nothing, so there is no path. MutualInfoDisplay shows "
                "the information of each feature."
            )
        display = cls(selector.information_, selector.gains_, feature_names=names)
        return display.plot(ax, name=name, **kwargs)

    def plot(self, ax: Axes | None = None, *, name: str | None = None, **kwargs: Any) -> Self:
        """Plot visualization.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to plot on. None makes new ones.

        name : str, default=None
            Name of the selection in the legend.

        **kwargs : dict
            Passed to matplotlib's ``plot``.

        Returns
        -------
        display : SelectionPathDisplay
            Object that stores computed values.

        Raises
        ------
        ValueError
            If lengths differ.
        """
        information, gains, names = check_lengths(
            information=self.information, gains=self.gains, feature_names=self.feature_names
        )
        ax = start_plot(self, ax)
        steps = np.arange(len(information))
        prefix = "" if name is None else f"{label_of_legend(name, LONGEST_NAME)}: "
        defaults = {"color": BLUE, "marker": "o", "markersize": 4, "label": f"{prefix}held so far"}
        self.bars_ = ax.barh(
            steps, gains, **bar_style({"color": SKY, "alpha": 0.6}, {"label": f"{prefix}added"})
        )
        (self.line_,) = ax.plot(information, steps, **line_style(defaults, kwargs))
        label_ticks(ax.yaxis, (steps + 1 if names is None else names).tolist())
        ax.set_ylim(len(steps) - 0.5, -0.5)
        ax.set_xlabel("Information about y (bits)")
        ax.set_ylabel("Order of selection")
        legend_above(ax, n_columns=2)
        return self
