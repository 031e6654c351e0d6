"""SelectionReportDisplay: information of each feature, alone and given the selected ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike

from skinfo.inspection._fitted_step import fitted_step, is_selector
from skinfo.inspection._style import (
    BLUE,
    DARK_GREY,
    GREY,
    LONGEST_LABEL,
    bar_style,
    check_lengths,
    label_ticks,
    legend_above,
    shorten,
    start_plot,
)
from skinfo.utils._compat import check_matplotlib_support

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Opacity of the bars of a feature alone, behind those given the selected features.
ALONE_ALPHA = 0.3

BAR_HEIGHT = 0.8


class SelectionReportDisplay:
    """Information of each feature, alone and given the selected ones, with reasons.

    The selected features are on top, numbered in the order of selection; below the line are the
    others, in decreasing order of information alone. A pale bar is the information of a feature
    alone about y. The solid bar is what it added to the features selected before it, or would
    still add to all of them. On the right is the selected feature with which a dropped one is
    redundant. It is recommended to use `from_estimator` to create a display. All parameters are
    stored as attributes.

    Parameters
    ----------
    bits : array-like of shape (n_features,)
        Information of each feature alone about y.

    bits_left : array-like of shape (n_features,)
        Information given the features selected before it, or given all selected ones.

    selected : array-like of shape (n_features,), dtype bool
        Whether it is selected; the selected features are in the order of selection.

    redundant_with : array-like of shape (n_features,), default=None
        The selected feature with which it is most redundant, or an empty string. None: not shown.

    feature_names : array-like of shape (n_features,), default=None
        Names of the features. None: x0, x1, ...

    Attributes
    ----------
    alone_ : matplotlib BarContainer
        Bars of the information alone.

    left_ : matplotlib BarContainer
        Bars of the information given the selected features.

    reasons_ : matplotlib Axes or None
        The axis on the right, with the features that make others redundant.

    order_ : ndarray of shape (n_shown,), dtype int64
        Indices of the features shown, from top to bottom.

    ax_ : matplotlib Axes
        Axes with the bars.

    figure_ : matplotlib Figure
        Figure containing the axes.

    See Also
    --------
    skinfo.InfoBottleneckSelector.report : The numbers without the plot.
    SelectionPathDisplay : The selected features, and their joint information.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> from sklearn.datasets import load_wine
    >>> from skinfo import InfoBottleneckSelector
    >>> from skinfo.inspection import SelectionReportDisplay
    >>> X, y = load_wine(return_X_y=True, as_frame=True)
    >>> selector = InfoBottleneckSelector().fit(X, y)
    >>> display = SelectionReportDisplay.from_estimator(selector)
    >>> display.feature_names[0], display.redundant_with[-1]
    ('flavanoids', 'flavanoids')
    >>> plt.close()
    """

    def __init__(
        self,
        bits: ArrayLike,
        bits_left: ArrayLike,
        selected: ArrayLike,
        *,
        redundant_with: ArrayLike | None = None,
        feature_names: ArrayLike | None = None,
    ) -> None:
        self.bits = bits
        self.bits_left = bits_left
        self.selected = selected
        self.redundant_with = redundant_with
        self.feature_names = feature_names

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        *,
        max_features: int | None = 20,
        name: str | None = None,
        ax: Axes | None = None,
        **kwargs: Any,
    ) -> Self:
        """Plot the report of a fitted selector.

        Parameters
        ----------
        estimator : InfoBottleneckSelector, or pipeline or search that holds one
            A fitted estimator. A group of features is one row. In a pipeline names of columns are
            passed to the selector with ``set_output(transform="pandas")``.

        max_features : int or None, default=20
            As in `plot`, like the next three.

        name : str, default=None
            Name of y on the axis.

        ax : matplotlib Axes, default=None
            Axes to plot on. None makes new ones.

        **kwargs : dict
            Passed to matplotlib's ``barh``, for the bits left.

        Returns
        -------
        display : SelectionReportDisplay
            The display, plotted.

        Raises
        ------
        TypeError
            If the estimator is not such a selector and does not contain one.

        ValueError
            If it contains several.

        sklearn.exceptions.NotFittedError
            If it is not fitted.

        See Also
        --------
        MutualInfoDisplay.from_estimator : Information of each feature alone, with q-values.

        Examples
        --------
        >>> import matplotlib.pyplot as plt
        >>> from sklearn.datasets import load_iris
        >>> from sklearn.naive_bayes import CategoricalNB
        >>> from sklearn.pipeline import make_pipeline
        >>> from skinfo import InfoBottleneckSelector, MutualInfoBinner
        >>> from skinfo.inspection import SelectionReportDisplay
        >>> X, y = load_iris(return_X_y=True, as_frame=True)
        >>> pipeline = make_pipeline(MutualInfoBinner(), InfoBottleneckSelector(), CategoricalNB())
        >>> pipeline = pipeline.set_output(transform="pandas").fit(X, y)
        >>> display = SelectionReportDisplay.from_estimator(pipeline)
        >>> plt.close()
        """
        caller = f"{cls.__name__}.from_estimator"
        check_matplotlib_support(caller)
        selector = fitted_step(estimator, is_selector, caller, "an InfoBottleneckSelector")
        report = selector.report()
        display = cls(
            report["bits"].to_numpy(),
            report["bits_left"].to_numpy(),
            report["selected"].to_numpy(),
            redundant_with=report["redundant_with"].tolist(),
            feature_names=report["feature"].tolist(),
        )
        return display.plot(ax, max_features=max_features, name=name, **kwargs)

    def plot(
        self,
        ax: Axes | None = None,
        *,
        max_features: int | None = 20,
        name: str | None = None,
        **kwargs: Any,
    ) -> Self:
        """Plot visualization.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to plot on. None makes new ones.

        max_features : int or None, default=20
            Maximum number of features to show; a row counts the others. None: all.

        name : str, default=None
            Name of y on the axis.

        **kwargs : dict
            Passed to matplotlib's ``barh``, for the bits left.

        Returns
        -------
        display : SelectionReportDisplay
            Object that stores computed values.

        Raises
        ------
        ValueError
            If lengths differ, or `max_features` is below one.
        """
        if max_features is not None and max_features < 1:
            raise ValueError(f"max_features must be at least 1, or None; got {max_features}.")
        bits, bits_left, selected, reasons, names = check_lengths(
            bits=self.bits,
            bits_left=self.bits_left,
            selected=self.selected,
            redundant_with=self.redundant_with,
            feature_names=self.feature_names,
        )
        selected = selected.astype(bool)
        order = _drawn_order(bits, selected)
        self.order_ = order[:max_features]
        labels = _labels(self.order_, selected, names)
        n_omitted = len(order) - len(self.order_)
        if n_omitted:
            labels.append(f"{n_omitted} more")
        ax = start_plot(self, ax, figsize=_figsize(len(labels)))
        self._draw_bars(bits[self.order_], bits_left[self.order_], selected[self.order_], kwargs)
        label_ticks(ax.yaxis, labels)
        ax.set_ylim(len(labels) - 0.5, -0.5)
        target = "y" if name is None else shorten(name, LONGEST_LABEL)
        ax.set_xlabel(f"Information about {target} (bits)")
        self._label_reasons(reasons, len(labels))
        legend_above(ax, n_columns=2)
        return self

    def _draw_bars(self, bits, bits_left, selected, kwargs):
        """Draw the bits left over the bits alone, and a line below the selected features."""
        ax, rows = self.ax_, np.arange(len(bits))
        colours = np.where(selected, BLUE, GREY)
        defaults = {"color": colours, "height": BAR_HEIGHT, "label": "given selected features"}
        self.alone_ = ax.barh(rows, np.maximum(bits, 0), height=BAR_HEIGHT, label="alone")
        left = np.maximum(bits_left, 0)
        self.left_ = ax.barh(rows, left, **bar_style(defaults, kwargs))
        for alone, solid in zip(self.alone_, self.left_, strict=True):
            alone.set(color=solid.get_facecolor(), alpha=ALONE_ALPHA)
        if 0 < selected.sum() < len(selected):
            ax.axhline(selected.sum() - 0.5, color=DARK_GREY, linewidth=0.8)

    def _label_reasons(self, reasons, n_rows):
        """Label each redundant feature on the right with the one that it is redundant with."""
        self.reasons_ = None
        if reasons is None or not any(reasons[self.order_]):
            return
        shown = [f"{name}" for name in reasons[self.order_]]
        self.reasons_ = self.ax_.secondary_yaxis("right")
        padded = shown + [""] * (n_rows - len(shown))
        label_ticks(self.reasons_.yaxis, padded, across=self.ax_.xaxis)
        self.reasons_.tick_params(length=0)
        self.ax_.annotate(
            "redundant with",
            (1, 1),
            xycoords="axes fraction",
            xytext=(10, 2),
            textcoords="offset points",
            va="bottom",
            fontsize="small",
        )


def _drawn_order(bits, selected):
    """Return the selected features in the given order, then the others by their bits alone."""
    others = np.flatnonzero(~selected)
    by_bits = others[np.argsort(-bits[others], kind="stable")]
    return np.concatenate([np.flatnonzero(selected), by_bits]).astype(np.int64)


def _labels(order, selected, names):
    """Return the labels of the rows; those of selected features begin with their step."""
    labels = [f"x{j}" for j in order] if names is None else names[order].tolist()
    steps = np.cumsum(selected[order])
    return [
        f"{step}. {label}" if is_selected else label
        for label, step, is_selected in zip(labels, steps, selected[order], strict=True)
    ]


def _figsize(n_rows):
    """Return the size of a new figure in inches, wide enough for labels on both sides."""
    return 8, min(1.2 + 0.25 * n_rows, 16)
