"""InformationPlaneDisplay: information about y against compression."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.utils.validation import check_is_fitted

from skinfo.inspection._fitted_step import fitted_step, is_selector
from skinfo.inspection._style import (
    DARK_GREY,
    GREY,
    check_lengths,
    format_bits,
    label_of_legend,
    legend_above,
    line_style,
    next_colour,
    start_plot,
)
from skinfo.utils._compat import check_matplotlib_support

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Minimum distance of a labelled point from the last labelled one, in typographic points.
NUMBER_DISTANCE = 12.0

# Legend label of hollow points, which appears once for all curves.
DOMINATED = "another is shorter and more informative"

# Bits by which a point must be shorter, and more informative, to dominate another.
LEAST_ADVANTAGE = 1e-3


class InformationPlaneDisplay:
    """Information of compressions T about y against their description length, in bits.

    It is recommended to use `from_data`, `from_curve` or `from_estimator` to create a display.
    All parameters are stored as attributes.

    Parameters
    ----------
    compression : array-like of shape (n_points,)
        Description length of each compression T: I(X; T), or H(T) if T is a function of X.

    relevance : array-like of shape (n_points,)
        I(T; y) of each compression, in bits.

    mutual_information : float, default=None
        I(X; y), in bits, the upper bound of all compressions. None: not drawn.

    n_features : array-like of shape (n_points,), default=None
        Number of features of each compression, shown as text. None: no text.

    Attributes
    ----------
    line_ : matplotlib Line2D
        The curve, in the given order.

    dominated_ : matplotlib Line2D or None
        Points for which another one is shorter and more informative, hollow.

    text_ : list of matplotlib Text
        The numbers of features.

    bound_ : matplotlib Line2D
        The diagonal I(T; y) = I(X; T), an upper bound for every compression.

    limit_ : matplotlib Line2D or None
        Line of the mutual information I(X; y).

    ax_ : matplotlib Axes
        Axes with the curve.

    figure_ : matplotlib Figure
        Figure containing the axes.

    See Also
    --------
    skinfo.feature_selection.selection_curve : Curve of selections.
    SelectionPathDisplay : Path of one selector, with the names of its features.

    Notes
    -----
    The curve of a selection may go back to the left: with one more feature, T has a shorter
    description and more information about y. T is refined by the new feature, and then states are
    merged whose class distributions do not differ. With few features there are many different
    class probabilities, each a state; the better the features distinguish the classes, the fewer
    states remain. If y is determined, T is y, with H(y) bits. The points before are then
    dominated, and hollow.

    References
    ----------
    .. [1] N. Tishby, F. C. Pereira and W. Bialek, "The information bottleneck method", 1999.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> from sklearn.datasets import load_iris
    >>> from skinfo.feature_selection import selection_curve
    >>> from skinfo.inspection import InformationPlaneDisplay
    >>> curve = selection_curve(*load_iris(return_X_y=True), betas=[1, 2, 5, 1000])
    >>> display = InformationPlaneDisplay.from_curve(curve, name="selection")
    >>> plt.close()
    """

    def __init__(
        self,
        compression: ArrayLike,
        relevance: ArrayLike,
        *,
        mutual_information: float | None = None,
        n_features: ArrayLike | None = None,
    ) -> None:
        self.compression = compression
        self.relevance = relevance
        self.mutual_information = mutual_information
        self.n_features = n_features

    @classmethod
    def from_data(
        cls,
        X: ArrayLike,
        *,
        betas: ArrayLike | None = None,
        name: str | None = None,
        ax: Axes | None = None,
        **kwargs: Any,
    ) -> Self:
        """Compute the information curve of a table of counts, and plot it.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n_samples, n_features)
            Counts or weights of each value of y in each sample, as in
            `skinfo.cluster.information_curve`.

        betas : array-like of shape (n_betas,), default=None
            As in `skinfo.cluster.information_curve`.

        name : str, default=None
            Name of the curve in the legend.

        ax : matplotlib Axes, default=None
            Axes to plot on. None makes new ones.

        **kwargs : dict
            Passed to matplotlib's ``plot``.

        Returns
        -------
        display : InformationPlaneDisplay
            The display, plotted.

        See Also
        --------
        InformationPlaneDisplay.from_curve : Plot a curve that has been computed.
        """
        check_matplotlib_support(f"{cls.__name__}.from_data")
        from skinfo.cluster import information_curve

        given = {} if betas is None else {"betas": betas}
        return cls.from_curve(information_curve(X, **given), name=name, ax=ax, **kwargs)

    @classmethod
    def from_curve(
        cls, curve: Any, *, name: str | None = None, ax: Axes | None = None, **kwargs: Any
    ) -> Self:
        """Plot a curve that has been computed.

        Parameters
        ----------
        curve : object with ``compression`` and ``relevance``
            From `selection_curve` or `information_curve`. If it has an attribute
            ``mutual_information``, this is the limit.

        name : str, default=None
            Name of the curve in the legend.

        ax : matplotlib Axes, default=None
            Axes to plot on. None makes new ones.

        **kwargs : dict
            Passed to matplotlib's ``plot``.

        Returns
        -------
        display : InformationPlaneDisplay
            The display, plotted.

        Raises
        ------
        TypeError
            If the object is not such a curve.

        See Also
        --------
        InformationPlaneDisplay.from_estimator : Plot the path of a selector.

        Examples
        --------
        >>> import matplotlib.pyplot as plt
        >>> from sklearn.datasets import load_wine
        >>> from skinfo.feature_selection import selection_curve
        >>> from skinfo.inspection import InformationPlaneDisplay
        >>> curve = selection_curve(*load_wine(return_X_y=True))
        >>> display = InformationPlaneDisplay.from_curve(curve)
        >>> plt.close()
        """
        check_matplotlib_support(f"{cls.__name__}.from_curve")
        if not (hasattr(curve, "compression") and hasattr(curve, "relevance")):
            raise TypeError(
                "curve must have compression and relevance, as from selection_curve or "
                f"information_curve; got {type(curve).__name__}."
            )
        display = cls(
            curve.compression,
            curve.relevance,
            mutual_information=getattr(curve, "mutual_information", None),
            n_features=getattr(curve, "n_features", None),
        )
        return display.plot(ax, name=name, **kwargs)

    @classmethod
    def from_estimator(
        cls, estimator: Any, *, name: str | None = None, ax: Axes | None = None, **kwargs: Any
    ) -> Self:
        """Plot the information of a fitted estimator about y: one point, or one for each feature.

        Parameters
        ----------
        estimator : InfoBottleneckSelector or InformationBottleneck, or pipeline that holds one
            A fitted estimator. A selector is a path over its features, a clustering is one point.

        name : str, default=None
            Name of the path in the legend. None: the name of the class.

        ax : matplotlib Axes, default=None
            Axes to plot on. None makes new ones.

        **kwargs : dict
            Passed to matplotlib's ``plot``.

        Returns
        -------
        display : InformationPlaneDisplay
            The display, plotted.

        Raises
        ------
        TypeError
            If the estimator does not store its compression, and contains none that does.

        ValueError
            If it contains several.

        sklearn.exceptions.NotFittedError
            If it is not fitted.

        See Also
        --------
        InformationPlaneDisplay.from_curve : Plot a curve over beta.

        Examples
        --------
        >>> import matplotlib.pyplot as plt
        >>> from sklearn.datasets import load_iris
        >>> from skinfo import InfoBottleneckSelector
        >>> from skinfo.inspection import InformationPlaneDisplay
        >>> selector = InfoBottleneckSelector().fit(*load_iris(return_X_y=True))
        >>> display = InformationPlaneDisplay.from_estimator(selector)
        >>> plt.close()
        """
        caller = f"{cls.__name__}.from_estimator"
        check_matplotlib_support(caller)
        check_is_fitted(estimator)
        takes = "an InfoBottleneckSelector or an InformationBottleneck"
        step = fitted_step(estimator, _is_compression, caller, takes)
        compression, relevance = np.atleast_1d(step.compression_, step.information_)
        n_features = np.arange(1, len(relevance) + 1) if is_selector(step) else None
        display = cls(compression, relevance, n_features=n_features)
        return display.plot(ax, name=name or type(step).__name__, **kwargs)

    def plot(self, ax: Axes | None = None, *, name: str | None = None, **kwargs: Any) -> Self:
        """Plot visualization.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to plot on. None makes new ones.

        name : str, default=None
            Name of the curve in the legend.

        **kwargs : dict
            Passed to matplotlib's ``plot``.

        Returns
        -------
        display : InformationPlaneDisplay
            Object that stores computed values.

        Raises
        ------
        ValueError
            If lengths differ.
        """
        compression, relevance, n_features = check_lengths(
            compression=self.compression, relevance=self.relevance, n_features=self.n_features
        )
        ax = start_plot(self, ax)
        defaults = {"color": next_colour(ax), "marker": "o", "markersize": 4}
        if name is not None:
            defaults["label"] = label_of_legend(name)
        style = line_style(defaults, kwargs)
        (self.line_,) = ax.plot(compression, relevance, **style)
        self._draw_dominated(compression, relevance)
        self._draw_limits()
        self._label_points(n_features)
        ax.set(xlabel="Description length of T (bits)", ylabel="I(T; y) (bits)")
        if ax.get_legend_handles_labels()[0]:
            legend_above(ax, n_columns=2)
        return self

    def _draw_dominated(self, compression, relevance):
        """Draw dominated points as hollow markers."""
        is_dominated = _dominated(compression, relevance)
        self.dominated_ = None
        if is_dominated.any():
            (self.dominated_,) = self.ax_.plot(
                compression[is_dominated],
                relevance[is_dominated],
                linestyle="",
                marker=self.line_.get_marker(),
                markersize=self.line_.get_markersize(),
                color=self.line_.get_color(),
                markerfacecolor="white",
                label=None if DOMINATED in self.ax_.get_legend_handles_labels()[1] else DOMINATED,
            )

    def _label_points(self, n_features):
        """Write the numbers of features next to the points, if they do not overlap."""
        self.text_ = []
        if n_features is None:
            return
        self.ax_.autoscale_view()  # transData needs the final limits of the axes
        last = None
        for x, y, n in zip(*self.line_.get_data(), n_features, strict=True):
            place = self.ax_.transData.transform((x, y)) * 72 / self.figure_.dpi
            if last is not None and np.hypot(*(place - last)) < NUMBER_DISTANCE:
                continue
            last = place
            text = self.ax_.annotate(
                f"{n}",
                (x, y),
                xytext=(5, -4),
                textcoords="offset points",
                va="top",
                fontsize="small",
                color=DARK_GREY,
            )
            self.text_.append(text)

    def _draw_limits(self):
        """Draw the diagonal, and I(X; y) if it is known."""
        ax = self.ax_
        style = {"color": GREY, "linewidth": 1, "zorder": 0}
        self.bound_ = ax.axline((0, 0), slope=1, linestyle=":", **style)
        self.limit_ = None
        if self.mutual_information is not None:
            self.limit_ = ax.axhline(
                self.mutual_information,
                linestyle="--",
                label=f"I(X; y), {format_bits(self.mutual_information)}",
                **style,
            )


def _is_compression(estimator):
    """Return whether an estimator is fitted and stores a compression."""
    return hasattr(estimator, "compression_") and hasattr(estimator, "information_")


def _dominated(compression, relevance):
    """Return the mask of points for which another one is shorter and more informative."""
    shorter = np.less.outer(compression, compression - LEAST_ADVANTAGE)
    better = np.greater.outer(relevance, relevance + LEAST_ADVANTAGE)
    return (shorter & better).any(axis=0)
