"""BinningDisplay: class rates, shares and information of the bins of one column."""

from __future__ import annotations

from itertools import cycle
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.utils.validation import check_is_fitted

from skinfo.inspection._style import (
    COLOURS,
    GREY,
    SKY,
    check_lengths,
    draw_intervals,
    escape_math,
    label_ticks,
    legend_above,
    line_style,
    points_per_tick,
    shorten,
    start_plot,
)
from skinfo.utils._compat import _check_feature_names_in, check_matplotlib_support

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Left end and width of the panels of values, shares and bits, in axes coordinates.
BIN_PANELS = ((0.0, 0.5), (0.56, 0.19), (0.81, 0.19))

# Smallest and largest, in points.
MARKER_SIZES = (2.5, 5.0)

# Share of a row over which the marks of several classes are spread.
SPREAD = 0.6

MARKERS = "osD^vPX"


class BinningDisplay:
    """Class rates (or means) of y in each bin of a column, with the bin's share and information.

    It is recommended to use `from_estimator` to create a display. All parameters are stored as
    attributes.

    Parameters
    ----------
    bins : array-like of shape (n_bins,)
        Names of the bins.

    share : array-like of shape (n_bins,)
        Share of the samples in each bin.

    bits : array-like of shape (n_bins,)
        Contribution of each bin to the mutual information with y, in bits.

    value, low, high : array-like of shape (n_bins, n_shown)
        Rates of the classes shown, or the mean of a continuous y, and their intervals.

    value_names : array-like of shape (n_shown,)
        Their names in the legend.

    value_label : str, default="Class rate"
        Their name on the axis.

    feature_name : str, default=None
        Name of the column.

    Attributes
    ----------
    lines_ : list of matplotlib Line2D
        Marks of the values, one for each class shown.

    intervals_ : list of matplotlib LineCollection
        Their intervals.

    overall_ : list of matplotlib Line2D
        Values over all samples.

    bars_share_, bars_bits_ : matplotlib BarContainer
        Shares and bits of the bins.

    axes_ : ndarray of shape (3,) of matplotlib Axes
        Panels of the values, the shares and the bits.

    ax_ : matplotlib Axes
        Axes that hold the panels.

    figure_ : matplotlib Figure
        Figure containing the axes.

    See Also
    --------
    skinfo.MutualInfoBinner.bin_table : The numbers alone.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> from sklearn.datasets import load_breast_cancer
    >>> from skinfo import MutualInfoBinner
    >>> from skinfo.inspection import BinningDisplay
    >>> X, y = load_breast_cancer(return_X_y=True, as_frame=True)
    >>> binner = MutualInfoBinner().fit(X, y)
    >>> display = BinningDisplay.from_estimator(binner, "mean radius")
    >>> bool(display.bits.sum().round(6) == binner.mutual_info_[0].round(6))
    True
    >>> plt.close()
    """

    def __init__(
        self,
        bins: ArrayLike,
        *,
        share: ArrayLike,
        bits: ArrayLike,
        value: ArrayLike,
        low: ArrayLike,
        high: ArrayLike,
        value_names: ArrayLike,
        value_label: str = "Class rate",
        feature_name: str | None = None,
    ) -> None:
        self.bins = bins
        self.share = share
        self.bits = bits
        self.value = value
        self.low = low
        self.high = high
        self.value_names = value_names
        self.value_label = value_label
        self.feature_name = feature_name

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        feature: str | int,
        *,
        name: str | None = None,
        ax: Axes | None = None,
        **kwargs: Any,
    ) -> Self:
        """Plot one column of a fitted binner.

        Parameters
        ----------
        estimator : MutualInfoBinner
            Fitted.

        feature : str or int
            Name or index of the column.

        name : str, default=None
            What to call the column. None: its name.

        ax : matplotlib Axes, default=None
            Axes to fill with three panels. None makes new ones.

        **kwargs : dict
            Passed to matplotlib's ``plot``, for the marks.

        Returns
        -------
        display : BinningDisplay
            The display, plotted. Of two classes the rate of the second is shown.

        Raises
        ------
        TypeError
            If the estimator is no binner.

        ValueError
            If there is no such column.

        sklearn.exceptions.NotFittedError
            If the binner is not fitted.

        See Also
        --------
        MutualInfoDisplay.from_estimator : All columns.

        Examples
        --------
        >>> import matplotlib.pyplot as plt
        >>> from sklearn.datasets import load_iris
        >>> from skinfo import MutualInfoBinner
        >>> from skinfo.inspection import BinningDisplay
        >>> X, y = load_iris(return_X_y=True)
        >>> display = BinningDisplay.from_estimator(MutualInfoBinner().fit(X, y), 2)
        >>> plt.close()
        """
        check_matplotlib_support(f"{cls.__name__}.from_estimator")
        if not hasattr(estimator, "bin_table"):
            raise TypeError(
                f"{cls.__name__}.from_estimator takes a MutualInfoBinner, got "
                f"{type(estimator).__name__}. Of a pipeline, pass the step."
            )
        check_is_fitted(estimator)
        table = estimator.bin_table(feature)
        if not isinstance(feature, str):
            feature = _check_feature_names_in(estimator)[feature]
        display = cls(
            table["bin"].tolist(),
            share=table["share"].to_numpy(),
            bits=table["bits"].to_numpy(),
            feature_name=feature,
            **_target_statistics(table),
        )
        return display.plot(ax, name=name, **kwargs)

    def plot(self, ax: Axes | None = None, *, name: str | None = None, **kwargs: Any) -> Self:
        """Plot visualization.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to fill with three panels. None makes new ones.

        name : str, default=None
            What to call the column. None: `feature_name`.

        **kwargs : dict
            Passed to matplotlib's ``plot``, for the marks.

        Returns
        -------
        display : BinningDisplay
            Object that stores computed values.

        Raises
        ------
        ValueError
            If lengths differ.
        """
        bins, share, bits, value, low, high = check_lengths(
            bins=self.bins,
            share=self.share,
            bits=self.bits,
            value=self.value,
            low=self.low,
            high=self.high,
        )
        ax = start_plot(self, ax)
        ax.set_axis_off()
        self.axes_ = np.array([ax.inset_axes([left, 0, width, 1]) for left, width in BIN_PANELS])
        self._draw_values(value, low, high, share, kwargs)
        self.bars_share_ = _draw_bars(self.axes_[1], share, "Share", GREY)
        self.bars_bits_ = _draw_bars(self.axes_[2], bits, "Bits", SKY)
        for panel in self.axes_:
            panel.set_ylim(len(bins) - 0.5, -0.5)
        label_ticks(self.axes_[0].yaxis, bins.tolist(), across=ax.xaxis)
        name = self.feature_name if name is None else name
        self.axes_[0].set_ylabel("Bin" if name is None else shorten(name))
        return self

    def _draw_values(self, value, low, high, share, kwargs):
        """Draw the values as marks, spread over a row if there are several."""
        n_bins, n_shown = value.shape
        offsets = np.linspace(-0.5, 0.5, n_shown) * SPREAD if n_shown > 1 else np.zeros(1)
        # A bin without samples has share zero and value nan.
        overall = np.nansum(share[:, np.newaxis] * value, axis=0) / share.sum()
        self.lines_, self.intervals_, self.overall_ = [], [], []
        ax = self.axes_[0]
        step = points_per_tick(ax.yaxis, n_bins * n_shown) * SPREAD
        size = float(np.clip(step, *MARKER_SIZES))
        styles = zip(range(n_shown), cycle(COLOURS), cycle(MARKERS))
        for k, colour, marker in styles:
            rows = np.arange(n_bins) + offsets[k]
            defaults = {"color": colour, "marker": marker, "linestyle": "none", "markersize": size}
            style = line_style(defaults | {"label": escape_math(self.value_names[k])}, kwargs)
            self.lines_ += ax.plot(value[:, k], rows, **style)
            colour = self.lines_[-1].get_color()
            self.intervals_.append(
                draw_intervals(ax.hlines, rows, low[:, k], high[:, k], colors=colour)
            )
            self.overall_.append(
                ax.axvline(overall[k], color=colour, linestyle=":", linewidth=1, zorder=0)
            )
        self.overall_[-1].set_label("all rows")
        ax.set_xlabel(self.value_label)
        legend_above(
            self.ax_, n_columns=min(n_shown + 1, 3), handles=[*self.lines_, self.overall_[-1]]
        )


def _draw_bars(panel, widths, label, colour):
    """Draw bars next to the rows of the first panel, and return them."""
    bars = panel.barh(np.arange(len(widths)), widths, color=colour)
    panel.tick_params(left=False, labelleft=False)
    panel.spines[["top", "right"]].set_visible(False)
    panel.set_xlabel(label)
    # The lowest number would touch the highest of the panel on the left.
    panel.locator_params(axis="x", nbins=2, prune="lower")
    return bars


def _target_statistics(table):
    """Return the statistics of y in a `bin_table`, as keywords of the display."""
    if "mean" in table:
        label, columns = "Mean of y", {"mean": ("mean", "low", "high")}
    else:
        label = "Class rate"
        classes = [name[4:-1] for name in table.columns if name.startswith("low[")]
        columns = {c: (f"rate[{c}]", f"low[{c}]", f"high[{c}]") for c in classes}
        if len(classes) == 1:
            columns = {f"class {classes[0]}": columns[classes[0]]}
    stacked = table[[name for names in columns.values() for name in names]].to_numpy()
    return {
        "value": stacked[:, 0::3],
        "low": stacked[:, 1::3],
        "high": stacked[:, 2::3],
        "value_names": list(columns),
        "value_label": label,
    }
