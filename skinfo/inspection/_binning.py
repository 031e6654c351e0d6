"""BinningDisplay: rates, sizes and information of the bins of one column."""

from __future__ import annotations

from itertools import cycle
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike

from skinfo.inspection._fitted_step import fitted_step, has_bins
from skinfo.inspection._style import (
    COLOURS,
    FEWEST_TICKS,
    GREY,
    ORANGE,
    SKY,
    SMALLEST_FONT,
    check_lengths,
    draw_intervals,
    fitting_font_size,
    label_of_legend,
    label_ticks,
    legend_above,
    line_style,
    points_per_tick,
    shorten,
    show_scale,
    start_plot,
)
from skinfo.utils._compat import check_matplotlib_support
from skinfo.utils._validation import match_name

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Left end and width of the panels of values, proportions and bits, in axes coordinates.
BIN_PANELS = ((0.0, 0.5), (0.56, 0.19), (0.81, 0.19))

# Smallest and largest, in points.
MARKER_SIZES = (2.5, 5.0)

# Fraction of a row over which the marks of several classes are spread.
SPREAD = 0.6

MARKERS = "osD^vPX"

# Tick labels of the bars: fewest characters assumed, and largest font size in points.
TICK_LETTERS = 4
LARGEST_TICK_FONT = 8.5

# Opacity of the line that joins marks.
PATH_ALPHA = 0.5


# Values of the marks for two classes: columns of the bin table, with their axis labels.
VALUES = {"rate": "Event rate", "woe": "WoE (bits)"}

# Axis labels of the sizes of the bins.
SIZES = {"share": "Proportion", "count": "Count"}


class BinningDisplay:
    """Event rates (or means) of y in the bins of a column, with their sizes and information.

    It is recommended to use `from_estimator` to create a display. All parameters are stored as
    attributes.

    Parameters
    ----------
    bins : array-like of shape (n_bins,)
        Names of the bins.

    share : array-like of shape (n_bins,)
        Proportion of the samples in each bin, or their number.

    bits : array-like of shape (n_bins,)
        Contribution of each bin to the mutual information with y, in bits.

    value, low, high : array-like of shape (n_bins, n_shown)
        Rates of the classes shown, or the mean of a continuous y, with their intervals.

    value_names : array-like of shape (n_shown,)
        Names of `value` in the legend.

    value_label : str, default="Class proportion"
        Name of `value` on the axis.

    feature_name : str, default=None
        Name of the column.

    event_share : array-like of shape (n_bins,), default=None
        Part of `share` that are events, for two classes. None: bars are not divided.

    share_label : str, default="Proportion"
        Name of `share` on the axis.

    n_ordered : int or None, default=None
        Number of bins that are intervals or groups of levels; bins of special and missing values
        follow, separated by a line. None: all.

    is_ordered : bool, default=False
        Whether these bins are intervals, so that a line joins their marks.

    overall : array-like of shape (n_shown,), default=None
        Values of all samples. None: the means of `value`.

    Attributes
    ----------
    lines_ : list of matplotlib Line2D
        Marks of the values, one for each class shown.

    intervals_ : list of matplotlib LineCollection
        Confidence intervals of the values.

    overall_ : list of matplotlib Line2D
        Lines of the values of all samples.

    bars_share_ : matplotlib BarContainer
        Bars of the sizes of the bins; of their non-events, with `event_share`.

    bars_events_ : matplotlib BarContainer or None
        Bars of the events, to the right of the non-events.

    bars_bits_ : matplotlib BarContainer
        Bars of the bits of the bins.

    paths_ : list of matplotlib Line2D
        Lines that join the marks of intervals, one for each class shown.

    separators_ : list of matplotlib Line2D
        Lines between ordered bins and those of special and missing values.

    axes_ : ndarray of shape (3,) of matplotlib Axes
        Panels of the values, the proportions and the bits.

    ax_ : matplotlib Axes
        Axes that hold the panels.

    figure_ : matplotlib Figure
        Figure containing the axes.

    See Also
    --------
    skinfo.MutualInfoBinner.bin_table : The numbers without the plot.

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
        value_label: str = "Class proportion",
        feature_name: str | None = None,
        event_share: ArrayLike | None = None,
        share_label: str = "Proportion",
        n_ordered: int | None = None,
        is_ordered: bool = False,
        overall: ArrayLike | None = None,
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
        self.event_share = event_share
        self.share_label = share_label
        self.n_ordered = n_ordered
        self.is_ordered = is_ordered
        self.overall = overall

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        feature: str | int,
        *,
        value: str = "rate",
        size: str = "share",
        name: str | None = None,
        ax: Axes | None = None,
        **kwargs: Any,
    ) -> Self:
        """Plot one column of a fitted binner.

        For two classes the bars are stacked: events (samples of the second class) to the right of
        non-events.

        Parameters
        ----------
        estimator : MutualInfoBinner, Pipeline or search
            A fitted binner, or a fitted estimator that contains one.

        feature : str or int
            Name or index of the column.

        value : {"rate", "woe"}, default="rate"
            Value of the marks for two classes: the event rate, or the weight of evidence of the
            bin in bits. For more classes all rates are shown, for a continuous y the mean.

        size : {"share", "count"}, default="share"
            Value of the bars: proportions of all samples, or their number (sum of weights).

        name : str, default=None
            Displayed name of the column. None: its name.

        ax : matplotlib Axes, default=None
            Axes to fill with three panels. None: new axes.

        **kwargs : dict
            Passed to matplotlib's ``plot``, for the marks.

        Returns
        -------
        display : BinningDisplay
            The display, plotted.

        Raises
        ------
        TypeError
            If the estimator is not a binner and does not contain one.

        ValueError
            If there is no such column; if `value` or `size` is unknown, or the WoE is undefined
            for y.

        sklearn.exceptions.NotFittedError
            If the binner is not fitted.

        See Also
        --------
        MutualInfoDisplay.from_estimator : Information of all columns.

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
        caller = f"{cls.__name__}.from_estimator"
        value = match_name(value, VALUES, parameter="value", caller=caller)
        size = match_name(size, SIZES, parameter="size", caller=caller)
        binner = fitted_step(estimator, has_bins, caller, "a MutualInfoBinner")
        table = binner.bin_table(feature)
        display = cls(
            table["bin"].tolist(),
            share=table[size].to_numpy(),
            bits=table["bits"].to_numpy(),
            share_label=SIZES[size],
            **_column_keywords(binner, feature),
            **_target_statistics(table, value),
            event_share=_events(table, size),
        )
        return display.plot(ax, name=name, **kwargs)

    def plot(self, ax: Axes | None = None, *, name: str | None = None, **kwargs: Any) -> Self:
        """Plot visualization.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to fill with three panels. None: new axes.

        name : str, default=None
            Displayed name of the column. None: `feature_name`.

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
        self._draw_sizes(self.axes_[1], share)
        self.bars_bits_ = _draw_bars(self.axes_[2], bits, "Bits", color=SKY)
        self._draw_legend(value.shape[1])
        for panel in self.axes_:
            panel.set_ylim(len(bins) - 0.5, -0.5)
        self._draw_separators(len(bins))
        label_ticks(self.axes_[0].yaxis, bins.tolist(), across=ax.xaxis)
        name = self.feature_name if name is None else name
        self.axes_[0].set_ylabel("Bin" if name is None else shorten(name))
        return self

    def _draw_values(self, value, low, high, share, kwargs):
        """Draw the values as marks, spread over a row if there are several."""
        n_bins, n_shown = value.shape
        offsets = np.linspace(-0.5, 0.5, n_shown) * SPREAD if n_shown > 1 else np.zeros(1)
        overall = self.overall
        if overall is None:
            # An empty bin has a proportion of zero and the value nan.
            overall = np.nansum(share[:, np.newaxis] * value, axis=0) / share.sum()
        self.lines_, self.intervals_, self.overall_, self.paths_ = [], [], [], []
        ax = self.axes_[0]
        show_scale(ax.xaxis)
        step = points_per_tick(ax.yaxis, n_bins * n_shown) * SPREAD
        size = float(np.clip(step, *MARKER_SIZES))
        styles = zip(range(n_shown), cycle(COLOURS), cycle(MARKERS))
        for k, colour, marker in styles:
            rows = np.arange(n_bins) + offsets[k]
            defaults = {"color": colour, "marker": marker, "linestyle": "none", "markersize": size}
            style = line_style(defaults | {"label": label_of_legend(self.value_names[k])}, kwargs)
            self.lines_ += ax.plot(value[:, k], rows, **style)
            colour = self.lines_[-1].get_color()
            if self.is_ordered:
                joined = slice(self.n_ordered)
                self.paths_ += ax.plot(
                    value[joined, k], rows[joined], color=colour, linewidth=1, alpha=PATH_ALPHA
                )
            self.intervals_.append(
                draw_intervals(ax.hlines, rows, low[:, k], high[:, k], colors=colour)
            )
            self.overall_.append(
                ax.axvline(overall[k], color=colour, linestyle=":", linewidth=1, zorder=0)
            )
        self.overall_[-1].set_label("overall")
        ax.set_xlabel(self.value_label)

    def _draw_sizes(self, panel, share):
        """Draw the sizes of the bins, for two classes with events next to non-events."""
        if self.event_share is None:
            self.bars_share_ = _draw_bars(panel, share, self.share_label, color=GREY)
            self.bars_events_ = None
            return
        events = np.asarray(self.event_share)
        self.bars_share_ = _draw_bars(
            panel, share - events, self.share_label, color=GREY, label="non-events"
        )
        self.bars_events_ = _draw_bars(
            panel, events, self.share_label, left=share - events, color=ORANGE, label="events"
        )

    def _draw_legend(self, n_shown):
        handles = [*self.lines_, self.overall_[-1]]
        if self.bars_events_ is not None:
            handles += [self.bars_share_, self.bars_events_]
        n_columns = len(handles) if n_shown == 1 else 3
        legend_above(self.ax_, n_columns=n_columns, handles=handles)

    def _draw_separators(self, n_bins):
        """Draw a line above the bins of special and missing values."""
        self.separators_ = []
        if self.n_ordered is not None and 0 < self.n_ordered < n_bins:
            self.separators_ = [
                panel.axhline(self.n_ordered - 0.5, color=GREY, linestyle="--", linewidth=0.8)
                for panel in self.axes_
            ]


def _draw_bars(panel, widths, size_label, *, color, **more):
    """Draw bars next to the rows of the first panel, and return them."""
    bars = panel.barh(np.arange(len(widths)), widths, color=color, **more)
    panel.tick_params(axis="y", left=False, labelleft=False)
    panel.locator_params(axis="x", nbins=FEWEST_TICKS)
    show_scale(panel.xaxis)
    # Numbers of an axis, and of neighbouring panels, must not touch.
    n_letters = max(TICK_LETTERS, _letters_on_scale(panel.xaxis) / FEWEST_TICKS)
    font_size = fitting_font_size(panel.xaxis, FEWEST_TICKS, n_letters)
    is_rotated = font_size < SMALLEST_FONT
    if is_rotated:
        # A line is as high as two letters are wide.
        font_size = max(fitting_font_size(panel.xaxis, FEWEST_TICKS, 2), SMALLEST_FONT)
    panel.tick_params(
        axis="x",
        labelsize=min(font_size, LARGEST_TICK_FONT),
        labelrotation=90 if is_rotated else 0,
    )
    panel.spines[["top", "right"]].set_visible(False)
    panel.set_xlabel(size_label)
    return bars


def _letters_on_scale(axis):
    """Return the number of letters of all tick labels, each as wide as the longest."""
    low, high = axis.get_view_interval()
    shown = [tick for tick in axis.get_majorticklocs() if low <= tick <= high]
    labels = axis.get_major_formatter().format_ticks(shown)
    return len(labels) * max(map(len, labels))


def _column_keywords(binner, feature):
    """Return the names and the kind of bins of a column, as keyword arguments of the display."""
    j = binner._feature_index(feature)
    bins = binner._columns[j].bins
    return {
        "feature_name": binner._names[j],
        "n_ordered": bins.n_groups,
        "is_ordered": bins.is_ordered,
    }


def _events(table, size):
    """Return the events of each bin: their number, or proportion of all samples; or None."""
    if "events" not in table:
        return None
    events = table["events"].to_numpy()
    return events if size == "count" else events / table["count"].sum()


def _target_statistics(table, value):
    """Return the statistics of y in a `bin_table`, as keyword arguments of the display."""
    if value == "woe":
        return _evidence_statistics(table)
    if "mean" in table:
        label, columns = "Mean of y", {"mean": ("mean", "low", "high")}
    else:
        label = "Class proportion"
        classes = [name[4:-1] for name in table.columns if name.startswith("low[")]
        columns = {c: (f"rate[{c}]", f"low[{c}]", f"high[{c}]") for c in classes}
        if len(classes) == 1:
            label = VALUES["rate"]
            columns = {f"class {classes[0]}": columns[classes[0]]}
    stacked = table[[name for names in columns.values() for name in names]].to_numpy()
    return {
        "value": stacked[:, 0::3],
        "low": stacked[:, 1::3],
        "high": stacked[:, 2::3],
        "value_names": list(columns),
        "value_label": label,
    }


def _evidence_statistics(table):
    """Return the weights of evidence, with the interval of the rate converted to them."""
    if "woe" not in table:
        raise ValueError("value='woe' needs a y of two classes. Use value='rate'.")
    low, high = (table.filter(regex=f"^{end}\\[").to_numpy() for end in ("low", "high"))
    odds = table["events"].sum() / table["non_events"].sum()
    # The weight of evidence of a rate of zero or one is infinite; such an end is not drawn.
    with np.errstate(divide="ignore"):
        low, high = (np.log2(rates) - np.log2(1 - rates) - np.log2(odds) for rates in (low, high))
    return {
        "value": table[["woe"]].to_numpy(),
        "low": low,
        "high": high,
        "value_names": ["WoE"],
        "value_label": VALUES["woe"],
        "overall": [0.0],
    }
