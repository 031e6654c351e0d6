"""InformationPlaneDisplay: information about y against compression."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.utils.validation import check_is_fitted

from skinfo.inspection._style import (
    GREY,
    check_lengths,
    escape_math,
    format_bits,
    legend_above,
    line_style,
    next_colour,
    start_plot,
)
from skinfo.utils._compat import check_matplotlib_support

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class InformationPlaneDisplay:
    """Information of compressions T about y against their complexity, in bits.

    It is recommended to use `from_data`, `from_curve` or `from_estimator` to create a display.
    All parameters are stored as attributes.

    Parameters
    ----------
    compression : array-like of shape (n_points,)
        Complexity of each compression T: I(X; T), or H(T) if T is a function of X.

    relevance : array-like of shape (n_points,)
        I(T; y) of each, in bits.

    mutual_information : float, default=None
        I(X; y), in bits, the upper bound of all compressions. None: not drawn.

    Attributes
    ----------
    line_ : matplotlib Line2D
        The curve, in the order given.

    bound_ : matplotlib Line2D
        The diagonal I(T; y) = I(X; T), which no compression exceeds.

    limit_ : matplotlib Line2D or None
        The mutual information I(X; y).

    ax_ : matplotlib Axes
        Axes with the curve.

    figure_ : matplotlib Figure
        Figure containing the axes.

    See Also
    --------
    skinfo.feature_selection.selection_curve : Curve of selections.
    SelectionPathDisplay : The path of one selector, with the names of its features.

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
    ) -> None:
        self.compression = compression
        self.relevance = relevance
        self.mutual_information = mutual_information

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
            From `selection_curve` or `information_curve`. Its ``mutual_information``, if it has
            one, is the limit.

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
        limit = getattr(curve, "mutual_information", None)
        display = cls(curve.compression, curve.relevance, mutual_information=limit)
        return display.plot(ax, name=name, **kwargs)

    @classmethod
    def from_estimator(
        cls, estimator: Any, *, name: str | None = None, ax: Axes | None = None, **kwargs: Any
    ) -> Self:
        """Plot the information of a fitted estimator about y: one point, or one for each feature.

        Parameters
        ----------
        estimator : InfoBottleneckSelector or InformationBottleneck
            Fitted. A selector is a path over its features, a clustering one point.

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
            If the estimator does not store its compression.

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
        check_matplotlib_support(f"{cls.__name__}.from_estimator")
        check_is_fitted(estimator)
        if not (hasattr(estimator, "compression_") and hasattr(estimator, "information_")):
            raise TypeError(
                f"{cls.__name__}.from_estimator takes an InfoBottleneckSelector or an "
                f"InformationBottleneck, got {type(estimator).__name__}. For a pipeline, pass the "
                "step."
            )
        display = cls(*np.atleast_1d(estimator.compression_, estimator.information_))
        return display.plot(ax, name=name or type(estimator).__name__, **kwargs)

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
        compression, relevance = check_lengths(
            compression=self.compression, relevance=self.relevance
        )
        ax = start_plot(self, ax)
        defaults = {"color": next_colour(ax), "marker": "o", "markersize": 4}
        if name is not None:
            defaults["label"] = escape_math(name)
        style = line_style(defaults, kwargs)
        (self.line_,) = ax.plot(compression, relevance, **style)
        self._draw_limits()
        ax.set(xlabel="Bits of description of T", ylabel="Bits about y, I(T; y)")
        if ax.get_legend_handles_labels()[0]:
            legend_above(ax, n_columns=2)
        return self

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
