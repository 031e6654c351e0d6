"""DriftDisplay: population stability by column, and the bins of one column in two samples."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike

from skinfo.inspection._style import (
    BLUE,
    DARK_GREY,
    GREY,
    INTERVAL_FILL,
    SKY,
    bar_style,
    draw_intervals,
    fade_bars,
    label_ranking,
    label_ticks,
    legend_above,
    points_per_tick,
    shorten,
    start_plot,
)
from skinfo.metrics import population_stability
from skinfo.utils._compat import check_matplotlib_support

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Conventional thresholds of the index in credit scoring, in nats.
THRESHOLDS = (0.1, 0.25)

# Left end and width of the panels of proportions and of the index, in axes coordinates.
DRIFT_PANELS = ((0.0, 0.6), (0.66, 0.34))

# Height of both bars of a bin together, as a fraction of a row.
PAIR_HEIGHT = 0.8

# Height of the mark of the expected index, as a fraction of a row.
MARK_HEIGHT = 0.6


class DriftDisplay:
    """Population stability index of each column, or of the bins of one column.

    It is recommended to use `from_data` to create a display. All parameters are stored as
    attributes.

    Parameters
    ----------
    stability : PopulationStability
        The result of `population_stability`.

    feature : str or int, default=None
        Name or index of the column whose bins are shown. None: all columns.

    Attributes
    ----------
    bars_ : matplotlib BarContainer
        Index of the columns shown, in decreasing order; or proportions of the new samples in the
        bins.

    bars_reference_ : matplotlib BarContainer or None
        Proportions of the reference in the bins.

    bars_psi_ : matplotlib BarContainer or None
        Contributions of the bins to the index.

    intervals_ : matplotlib LineCollection
        Confidence intervals of the true index.

    expected_ : matplotlib LineCollection or None
        Mean of the index of each column without drift.

    text_ : matplotlib Text or None
        Number of columns that are not shown, and their largest index.

    axes_ : ndarray of matplotlib Axes
        The axes, or the panels of the proportions and of the index of bins.

    ax_ : matplotlib Axes
        Axes with the bars, or that contain the panels.

    figure_ : matplotlib Figure
        Figure containing the axes.

    See Also
    --------
    skinfo.metrics.population_stability : The numbers without the plot.
    BinningDisplay : Bins and their information about a target.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> import numpy as np
    >>> from skinfo.inspection import DriftDisplay
    >>> rng = np.random.default_rng(0)
    >>> X, X_new = rng.normal(size=(1000, 3)), rng.normal([0, 0, 1], size=(200, 3))
    >>> display = DriftDisplay.from_data(X, X_new)
    >>> display.stability.psi.round(2)
    array([0.05, 0.06, 1.28])
    >>> plt.close()
    """

    def __init__(self, stability: Any, *, feature: str | int | None = None) -> None:
        self.stability = stability
        self.feature = feature

    @classmethod
    def from_data(
        cls,
        reference: Any,
        X_new: Any,
        *,
        feature: str | int | None = None,
        n_bins: int = 10,
        categorical_features: str | ArrayLike | None = "from_dtype",
        min_frequency: int | float | None = None,
        reference_weight: ArrayLike | str | None = None,
        sample_weight: ArrayLike | str | None = None,
        n_jobs: int | None = None,
        confidence_level: float = 0.95,
        max_features: int | None = 20,
        max_qvalue: float = 0.05,
        ax: Axes | None = None,
        **kwargs: Any,
    ) -> Self:
        """Compare new samples with a reference, and plot the result.

        Parameters
        ----------
        reference : MutualInfoBinner, or array-like of shape (n_samples, n_features)
            As in `population_stability`, like `X_new` and the parameters from `n_bins` to
            `n_jobs`.

        X_new : array-like of shape (n_samples, n_features), or table
            New samples with the columns of the reference.

        feature : str or int, default=None
            Name or index of the column whose bins are shown. None: all columns.

        n_bins : int, default=10
            Maximum number of bins of a numeric column, if the reference is a sample.

        categorical_features : "from_dtype", array-like of int, str or bool, or None
            Columns of a sample whose values are levels.

        min_frequency : int, float or None, default=None
            Levels with fewer samples share a bin with those that are not in the reference.

        reference_weight : array-like of shape (n_samples,) or str, default=None
            Weights of a reference that is a sample.

        sample_weight : array-like of shape (n_samples,) or str, default=None
            Weights of the new samples.

        n_jobs : int or None, default=None
            Number of threads over columns.

        confidence_level : float, default=0.95
            Confidence level of the intervals.

        max_features : int or None, default=20
            Maximum number of columns to show; a note counts the others. None shows all.

        max_qvalue : float, default=0.05
            Columns or bins with a larger q-value have pale bars.

        ax : matplotlib Axes, default=None
            Axes to plot on. None makes new ones.

        **kwargs : dict
            Passed to matplotlib's ``barh``, for `bars_`.

        Returns
        -------
        display : DriftDisplay
            The display, plotted.

        Raises
        ------
        ValueError
            As in `population_stability`; if there is no such column, or the level is not between
            0 and 1.

        Examples
        --------
        >>> import matplotlib.pyplot as plt
        >>> from sklearn.datasets import load_wine
        >>> from skinfo.inspection import DriftDisplay
        >>> X, y = load_wine(return_X_y=True, as_frame=True)
        >>> display = DriftDisplay.from_data(X[:100], X[100:], feature="alcohol")
        >>> plt.close()
        """
        check_matplotlib_support(f"{cls.__name__}.from_data")
        stability = population_stability(
            reference,
            X_new,
            n_bins=n_bins,
            categorical_features=categorical_features,
            min_frequency=min_frequency,
            reference_weight=reference_weight,
            sample_weight=sample_weight,
            n_jobs=n_jobs,
        )
        return cls(stability, feature=feature).plot(
            ax,
            confidence_level=confidence_level,
            max_features=max_features,
            max_qvalue=max_qvalue,
            **kwargs,
        )

    def plot(
        self,
        ax: Axes | None = None,
        *,
        confidence_level: float = 0.95,
        max_features: int | None = 20,
        max_qvalue: float = 0.05,
        **kwargs: Any,
    ) -> Self:
        """Plot visualization.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to plot on. None makes new ones.

        confidence_level : float, default=0.95
            Confidence level of the intervals.

        max_features : int or None, default=20
            Maximum number of columns to show; a note counts the others. None shows all.

        max_qvalue : float, default=0.05
            Columns or bins with a larger q-value have pale bars.

        **kwargs : dict
            Passed to matplotlib's ``barh``, for `bars_`.

        Returns
        -------
        display : DriftDisplay
            Object that stores computed values.

        Raises
        ------
        ValueError
            If `max_features` is below one, there is no such column, or the level is not between
            0 and 1.
        """
        if max_features is not None and max_features < 1:
            raise ValueError(f"max_features must be at least 1, or None; got {max_features}.")
        if self.feature is None:
            table = self.stability.report(confidence_level)
        else:
            table = self.stability.bin_table(self.feature, confidence_level)
        ax = start_plot(self, ax)
        self.bars_reference_ = self.bars_psi_ = self.expected_ = self.text_ = None
        if self.feature is None:
            self._draw_columns(ax, table, max_features, max_qvalue, kwargs)
        else:
            self._draw_bins(ax, table, max_qvalue, kwargs)
        return self

    def _draw_columns(self, ax, report, max_features, max_qvalue, kwargs):
        """Draw the index of each column with its interval and its mean without drift."""
        shown = report[:max_features]
        rows = np.arange(len(shown))
        psi, expected = shown["psi"].to_numpy(), shown["expected"].to_numpy()
        self.axes_ = np.array([ax])
        self.bars_ = ax.barh(rows, psi, **bar_style({"color": SKY}, kwargs))
        self.intervals_ = _draw_horizontal(ax, shown)
        half = MARK_HEIGHT / 2
        self.expected_ = ax.vlines(
            expected, rows - half, rows + half, colors=BLUE, label="expected without drift"
        )
        fade_bars(self.bars_, _is_pale(shown, max_qvalue), _pale_label(max_qvalue))
        omitted = report["psi"].to_numpy()[len(shown) :]
        note = f"at most {omitted[0]:.2g} each" if len(omitted) else ""
        self.text_ = label_ranking(ax, shown["feature"].tolist(), len(omitted), note)
        self._draw_thresholds(ax)
        ax.set_xlabel("Population stability index (nats)")
        legend_above(ax, n_columns=2)

    def _draw_thresholds(self, ax):
        """Draw the first conventional threshold, and the second if it is within the axes."""
        _, end = ax.get_xlim()
        ax.set_xlim(right=max(end, THRESHOLDS[0] * 1.05))
        for threshold in THRESHOLDS:
            if threshold <= ax.get_xlim()[1]:
                ax.axvline(threshold, color=GREY, linestyle=":", linewidth=1, zorder=0)

    def _draw_bins(self, ax, table, max_qvalue, kwargs):
        """Draw the proportions of bins in both samples, and the contributions to the index."""
        ax.set_axis_off()
        self.axes_ = np.array([ax.inset_axes([left, 0, w, 1]) for left, w in DRIFT_PANELS])
        of_shares, of_psi = self.axes_
        rows, height = np.arange(len(table)), PAIR_HEIGHT / 2
        self.bars_reference_ = of_shares.barh(
            rows - height / 2, table["share[ref]"], height, color=GREY, label="reference"
        )
        style = bar_style({"color": BLUE, "height": height, "label": "new"}, kwargs)
        self.bars_ = of_shares.barh(rows + height / 2, table["share[new]"], **style)
        of_shares.set_xlabel("Proportion")
        self.bars_psi_ = of_psi.barh(rows, table["psi"], color=SKY)
        self.intervals_ = _draw_horizontal(of_psi, table)
        fade_bars(self.bars_psi_, _is_pale(table, max_qvalue), _pale_label(max_qvalue))
        of_psi.tick_params(left=False, labelleft=False)
        of_psi.set_xlabel("PSI (nats)")
        # The lowest tick label would touch the highest one of the panel on the left.
        of_psi.locator_params(axis="x", nbins=4, prune="lower")
        for panel in self.axes_:
            panel.set_ylim(len(table) - 0.5, -0.5)
            panel.spines[["top", "right"]].set_visible(False)
        label_ticks(of_shares.yaxis, table["bin"].tolist(), across=ax.xaxis)
        name = self.feature
        if not isinstance(name, str):
            name = self.stability.feature_names[name]
        of_shares.set_ylabel(shorten(name))
        handles = [self.bars_reference_, self.bars_]
        pale = [bar for bar in self.bars_psi_ if not bar.get_label().startswith("_")]
        legend_above(ax, n_columns=3, handles=handles + pale)


def _draw_horizontal(ax, table):
    """Draw the intervals of the rows of a table."""
    rows = np.arange(len(table))
    width = min(1.2, INTERVAL_FILL * points_per_tick(ax.yaxis, len(table)))
    low, high = table["low"].to_numpy(), table["high"].to_numpy()
    return draw_intervals(ax.hlines, rows, low, high, linewidth=width, colors=DARK_GREY)


def _is_pale(table, max_qvalue):
    return table["qvalue"].to_numpy() > max_qvalue


def _pale_label(max_qvalue):
    return f"may be chance (q > {max_qvalue:g})"
