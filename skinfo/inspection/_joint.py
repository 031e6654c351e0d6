"""JointDistributionDisplay: the joint distribution of two variables and its marginals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike

from skinfo._counts._contingency import dense_table
from skinfo.estimation import mutual_info_test
from skinfo.inspection._style import (
    BLUE,
    GREY,
    artist_style,
    format_bits,
    label_ticks,
    shorten,
    start_plot,
)
from skinfo.inspection._variable import read_variable, table_of_columns
from skinfo.measures import mutual_information
from skinfo.utils._compat import check_matplotlib_support
from skinfo.utils._text import short_repr
from skinfo.utils._validation import numbers_given

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Maximum number of points of a legible scatter plot.
MAX_POINTS = 5000

# Panels of the joint distribution, of x above and of y to the right, in axes coordinates.
JOINT_PANELS = ((0, 0, 0.8, 0.8), (0, 0.83, 0.8, 0.17), (0.83, 0, 0.17, 0.8))

# Space around points, as a fraction of the length of an axis.
MARGIN = 0.03


class JointDistributionDisplay:
    """Joint distribution of two variables, with their marginals and mutual information.

    It is recommended to use `from_data` or `from_distribution` to create a display. All
    parameters are stored as attributes.

    Parameters
    ----------
    p_xy : array-like of shape (n_x, n_y)
        Joint probabilities.

    x_levels, y_levels : array-like of shape (n_x,) or (n_x + 1,), and so for y
        Names of the levels of a discrete variable, or the edges of the intervals of a continuous
        one.

    mutual_info : float
        I(x; y), in bits.

    interval : tuple of two float, default=None
        Confidence interval of the mutual information.

    samples : tuple of two arrays of shape (n_samples,), default=None
        Values of two continuous variables, to draw as points.

    names : tuple of two str, default=("x", "y")
        Names of the variables.

    Attributes
    ----------
    mesh_ : matplotlib QuadMesh or None
        The heat map, if drawn.

    scatter_ : matplotlib PathCollection or None
        The points, if drawn.

    bars_x_, bars_y_ : matplotlib BarContainer
        The marginals.

    axes_ : ndarray of shape (3,) of matplotlib Axes
        Panels of the joint distribution, of x above it, and of y on its right.

    ax_ : matplotlib Axes
        Axes that contain the panels.

    figure_ : matplotlib Figure
        Figure containing the axes.

    See Also
    --------
    skinfo.estimation.mutual_info_test : The estimate and its interval without the plot.
    skinfo.measures.mutual_information : Mutual information of a known distribution.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> from skinfo.inspection import JointDistributionDisplay
    >>> p_xy = [[0.35, 0.00, 0.15], [0.00, 0.35, 0.15]]  # a bit that is lost 3 times in 10
    >>> display = JointDistributionDisplay.from_distribution(
    ...     p_xy, x_levels=["0", "1"], y_levels=["0", "1", "lost"], names=("sent", "received")
    ... )
    >>> round(display.mutual_info, 12)
    0.7
    >>> plt.close()
    """

    def __init__(
        self,
        p_xy: ArrayLike,
        *,
        x_levels: ArrayLike,
        y_levels: ArrayLike,
        mutual_info: float,
        interval: tuple[float, float] | None = None,
        samples: tuple[ArrayLike, ArrayLike] | None = None,
        names: tuple[str, str] = ("x", "y"),
    ) -> None:
        self.p_xy = p_xy
        self.x_levels = x_levels
        self.y_levels = y_levels
        self.mutual_info = mutual_info
        self.interval = interval
        self.samples = samples
        self.names = names

    @classmethod
    def from_distribution(
        cls,
        p_xy: ArrayLike,
        *,
        x_levels: ArrayLike | None = None,
        y_levels: ArrayLike | None = None,
        normalize: bool = False,
        names: tuple[str, str] = ("x", "y"),
        ax: Axes | None = None,
        **kwargs: Any,
    ) -> Self:
        """Plot a known joint distribution.

        Parameters
        ----------
        p_xy : array-like of shape (n_x, n_y)
            Joint probabilities.

        x_levels, y_levels : array-like, default=None
            Names of the levels, or the edges of intervals. None: the indices of the levels.

        normalize : bool, default=False
            Whether to divide by the sum first; needed for counts.

        names : tuple of two str, default=("x", "y")
            Names of the variables.

        ax : matplotlib Axes, default=None
            Axes to plot on. None makes new ones.

        **kwargs : dict
            Passed to matplotlib's ``pcolormesh``.

        Returns
        -------
        display : JointDistributionDisplay
            The display, plotted.

        Raises
        ------
        ValueError
            If `p_xy` is not a joint distribution, or levels do not match its shape.

        See Also
        --------
        JointDistributionDisplay.from_data : Plot samples.

        Examples
        --------
        >>> import matplotlib.pyplot as plt
        >>> from skinfo.inspection import JointDistributionDisplay
        >>> display = JointDistributionDisplay.from_distribution(
        ...     [[30, 10], [5, 55]], normalize=True
        ... )
        >>> plt.close()
        """
        check_matplotlib_support(f"{cls.__name__}.from_distribution")
        mutual_info = float(mutual_information(p_xy, normalize=normalize))
        p_xy = numbers_given(p_xy, "p_xy")
        p_xy = p_xy / p_xy.sum() if normalize else p_xy
        n_x, n_y = p_xy.shape
        display = cls(
            p_xy,
            x_levels=[str(i) for i in range(n_x)] if x_levels is None else x_levels,
            y_levels=[str(i) for i in range(n_y)] if y_levels is None else y_levels,
            mutual_info=mutual_info,
            names=names,
        )
        return display.plot(ax, **kwargs)

    @classmethod
    def from_data(
        cls,
        x: ArrayLike,
        y: ArrayLike,
        *,
        discrete_x: bool | str = "auto",
        discrete_y: bool | str = "auto",
        confidence_level: float = 0.95,
        names: tuple[str, str] | None = None,
        kind: str = "auto",
        ax: Axes | None = None,
        **kwargs: Any,
    ) -> Self:
        """Plot two columns, and estimate their mutual information.

        Parameters
        ----------
        x, y : array-like of shape (n_samples,)
            Numbers, dates, booleans, strings or categories. Missing values are a level of a
            discrete variable; a continuous variable must not have any.

        discrete_x, discrete_y : "auto" or bool, default="auto"
            Whether the variable is discrete. ``"auto"``: by dtype; floating point numbers are
            continuous.

        confidence_level : float, default=0.95
            Confidence level of the interval.

        names : tuple of two str, default=None
            Names of the variables. None: the ``name`` of a series, or x and y.

        kind : {"auto", "scatter", "joint"}, default="auto"
            Points or a heat map. ``"auto"``: points for up to 5000 samples of two continuous
            variables.

        ax : matplotlib Axes, default=None
            Axes to plot on. None makes new ones.

        **kwargs : dict
            Passed to matplotlib's ``scatter`` or ``pcolormesh``.

        Returns
        -------
        display : JointDistributionDisplay
            The display, plotted. The information is estimated from the samples, not from the
            intervals that are drawn.

        Raises
        ------
        ValueError
            If lengths differ, or a continuous variable has missing values.

        See Also
        --------
        JointDistributionDisplay.from_distribution : Plot known probabilities.

        Examples
        --------
        >>> import matplotlib.pyplot as plt
        >>> from sklearn.datasets import load_iris
        >>> from skinfo.inspection import JointDistributionDisplay
        >>> X = load_iris(as_frame=True).data
        >>> display = JointDistributionDisplay.from_data(
        ...     X["petal length (cm)"], X["sepal width (cm)"]
        ... )
        >>> plt.close()
        """
        caller = f"{cls.__name__}.from_data"
        check_matplotlib_support(caller)
        if names is None:
            names = tuple(getattr(v, "name", None) or d for v, d in ((x, "x"), (y, "y")))
        table = table_of_columns(caller, x=x, y=y)
        of_x, of_y = read_variable(table, 0, discrete_x), read_variable(table, 1, discrete_y)
        result = mutual_info_test(
            of_x.values[:, np.newaxis],
            of_y.values,
            discrete_features=of_x.is_discrete,
            discrete_target=of_y.is_discrete,
        )
        low, high = result.confidence_interval(confidence_level)
        counts = dense_table(of_x.codes, of_y.codes)
        is_continuous = not (of_x.is_discrete or of_y.is_discrete)
        display = cls(
            counts / counts.sum(),
            x_levels=of_x.levels,
            y_levels=of_y.levels,
            mutual_info=float(result.statistic[0]),
            interval=(float(low[0]), float(high[0])),
            samples=(of_x.values, of_y.values) if is_continuous else None,
            names=names,
        )
        return display.plot(ax, kind=kind, **kwargs)

    def plot(
        self,
        ax: Axes | None = None,
        *,
        names: tuple[str, str] | None = None,
        kind: str = "auto",
        **kwargs: Any,
    ) -> Self:
        """Plot visualization.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to plot on. None makes new ones.

        names : tuple of two str, default=None
            Names of the variables. None: those of the display.

        kind : {"auto", "scatter", "joint"}, default="auto"
            Points or a heat map. ``"auto"``: points, if there are at most 5000 samples.

        **kwargs : dict
            Passed to matplotlib's ``scatter`` or ``pcolormesh``.

        Returns
        -------
        display : JointDistributionDisplay
            Object that stores computed values.

        Raises
        ------
        ValueError
            If levels do not match the probabilities, or `kind` is ``"scatter"`` without samples.
        """
        points = _is_scatter(kind, self.samples)
        p_xy = np.asarray(self.p_xy)
        edges = [
            _edges(levels, n, name)
            for levels, n, name in zip(
                (self.x_levels, self.y_levels), p_xy.shape, ("x_levels", "y_levels"), strict=True
            )
        ]
        ax = start_plot(self, ax)
        ax.set_axis_off()
        joint = ax.inset_axes(JOINT_PANELS[0])
        self.axes_ = np.array(
            [
                joint,
                ax.inset_axes(JOINT_PANELS[1], sharex=joint),
                ax.inset_axes(JOINT_PANELS[2], sharey=joint),
            ]
        )
        self.mesh_ = self.scatter_ = None
        if points:
            self._draw_points(kwargs)
        else:
            style = {"cmap": "Blues", "vmin": 0} | kwargs
            self.mesh_ = joint.pcolormesh(*edges, p_xy.T, **style)
        margins = MARGIN * points
        joint.set_xlim(_padded_limits(edges[0], margins))
        joint.set_ylim(_padded_limits(edges[1], margins))
        self._name_axes(p_xy.shape, self.names if names is None else names)
        self._draw_marginals(p_xy, edges)
        ax.set_title(self._title(), fontsize="medium")
        return self

    def _draw_points(self, kwargs):
        """Draw the samples as points."""
        from matplotlib.collections import PathCollection

        n = len(self.samples[0])
        defaults = {"color": BLUE, "s": 12, "alpha": float(np.clip(30 / np.sqrt(n), 0.15, 0.8))}
        style = artist_style(PathCollection, defaults | {"linewidths": 0}, kwargs)
        self.scatter_ = self.axes_[0].scatter(*self.samples, **style)

    def _name_axes(self, shape, names):
        """Label the axes of the joint distribution, and the ticks of discrete variables."""
        axes = (self.axes_[0].xaxis, self.axes_[0].yaxis)
        for axis, levels, n, name in zip(
            axes, (self.x_levels, self.y_levels), shape, names, strict=True
        ):
            if len(levels) == n:
                label_ticks(axis, list(levels))
            axis.set_label_text(shorten(name))

    def _draw_marginals(self, p_xy, edges):
        """Draw bars of the marginal distributions."""
        _, above, right = self.axes_
        widths = [np.diff(each) for each in edges]
        style = {"color": GREY, "align": "edge", "edgecolor": "white", "linewidth": 0.3}
        self.bars_x_ = above.bar(edges[0][:-1], p_xy.sum(axis=1), widths[0], **style)
        self.bars_y_ = right.barh(edges[1][:-1], p_xy.sum(axis=0), widths[1], **style)
        above.tick_params(bottom=False, labelbottom=False, labelleft=False, left=False)
        right.tick_params(bottom=False, labelbottom=False, labelleft=False, left=False)
        for panel in (above, right):
            panel.spines[["top", "right"]].set_visible(False)

    def _title(self):
        """Return the mutual information and its interval as text."""
        title = f"{format_bits(self.mutual_info)} shared"
        if self.interval is None:
            return title
        low, high = self.interval
        return f"{title} ({low:.3g} to {high:.3g})"


def _is_scatter(kind, samples):
    """Return whether to draw points instead of a heat map.

    Raises
    ------
    ValueError
        If there is no such kind, or it needs samples and there are none.
    """
    if kind not in ("auto", "scatter", "joint"):
        raise ValueError(f"kind must be 'auto', 'scatter' or 'joint', got {short_repr(kind)}.")
    if kind == "scatter" and samples is None:
        raise ValueError(
            "kind='scatter' needs samples of two continuous variables. Use kind='joint'."
        )
    return kind == "scatter" or (
        kind == "auto" and samples is not None and len(samples[0]) <= MAX_POINTS
    )


def _padded_limits(edges, margin):
    """Return the first and last edge, moved apart by a fraction of the range."""
    room = margin * (edges[-1] - edges[0])
    return edges[0] - room, edges[-1] + room


def _edges(levels, n, name):
    """Return the edges (n + 1,) of the bins of a variable: intervals, or one around each code."""
    if len(levels) == n:
        return np.arange(n + 1) - 0.5
    if len(levels) == n + 1:
        return np.asarray(levels, dtype=np.float64)
    raise ValueError(
        f"{name} must hold {n} names or the {n + 1} edges of intervals, got {len(levels)}."
    )
