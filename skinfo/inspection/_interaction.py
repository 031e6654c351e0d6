"""InteractionDisplay: map of the synergy and the redundancy of pairs of columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import false_discovery_control

from skinfo.estimation import pairwise_interaction
from skinfo.inspection._square_map import (
    check_order,
    check_square,
    draw_scale,
    label_columns,
    leaves_of_clusters,
    number_size,
    start_map,
    write_numbers,
)
from skinfo.inspection._style import GREY, check_lengths, legend_above, points_per_tick
from skinfo.utils._compat import check_matplotlib_support

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Diameter of the mark of a pair, as a fraction of its cell, and its maximum in points.
MARK_SHARE = 0.35
LARGEST_MARK = 7.0
LEGEND_MARK = 5.0


class InteractionDisplay:
    """Map of the synergy and the redundancy of all pairs of columns about a target, in bits.

    A pair is red if both columns together are more informative about y than the sum of both alone,
    like the two columns of an exclusive or (synergy), and blue if they contain the same
    information, like copies (redundancy). The diagonal, in grey, is the information of each column
    alone. It is recommended to use `from_data` to create a display. All parameters are stored as
    attributes.

    Parameters
    ----------
    interaction : array-like of shape (n_features, n_features)
        As in `pairwise_interaction`: symmetric, in bits, negative for synergy; on the diagonal the
        information of each column about y.

    pvalue : array-like of shape (n_features, n_features), default=None
        p-values of no interaction. None: no pair is marked.

    feature_names : array-like of shape (n_features,), default=None
        Names of the columns. None: x0, x1, ...

    Attributes
    ----------
    image_ : matplotlib AxesImage
        The heat map of the pairs.

    diagonal_ : matplotlib AxesImage
        The heat map of the diagonal.

    colorbars_ : list of matplotlib Colorbar
        Colour scales of the two heat maps, empty if there are none.

    marks_ : matplotlib Line2D or None
        Dots on the significant pairs, if numbers are illegible.

    text_ : ndarray of shape (n_features, n_features) of matplotlib Text, or None
        The numbers, if they are legible: bold black or white for significant pairs, else grey.

    significant_ : ndarray of shape (n_features, n_features), dtype bool
        Mask of the marked pairs, in the given order.

    order_ : ndarray of shape (n_features,), dtype int64
        Indices of the columns in the order of the map.

    ax_ : matplotlib Axes
        Axes with the heat map.

    figure_ : matplotlib Figure
        Figure containing the axes.

    See Also
    --------
    skinfo.estimation.pairwise_interaction : The numbers without the plot.
    MutualInfoMatrixDisplay : Mutual information of pairs of columns, without a target.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> from sklearn.datasets import load_wine
    >>> from skinfo.inspection import InteractionDisplay
    >>> X, y = load_wine(return_X_y=True, as_frame=True)
    >>> display = InteractionDisplay.from_data(X, y)
    >>> display.interaction.shape
    (13, 13)
    >>> plt.close()
    """

    def __init__(
        self,
        interaction: ArrayLike,
        *,
        pvalue: ArrayLike | None = None,
        feature_names: ArrayLike | None = None,
    ) -> None:
        self.interaction = interaction
        self.pvalue = pvalue
        self.feature_names = feature_names

    @classmethod
    def from_data(
        cls,
        X: ArrayLike,
        y: ArrayLike | str,
        *,
        estimator: str = "emi",
        sample_weight: ArrayLike | str | None = None,
        n_jobs: int | None = None,
        order: str = "clustered",
        significance: float = 0.05,
        colorbar: bool = True,
        ax: Axes | None = None,
        **kwargs: Any,
    ) -> Self:
        """Estimate the interaction of all pairs of columns about a target, and plot it.

        Parameters
        ----------
        X : array-like, dataframe or sparse matrix of shape (n_samples, n_features)
            As in `pairwise_interaction`, like the next four.

        y : array-like of shape (n_samples,) or (n_samples, n_outputs), or str
            Classes or numbers, or the name of a column of X.

        estimator : {"emi", "plugin"}, default="emi"
            Estimator of the informations.

        sample_weight : array-like of shape (n_samples,) or str, default=None
            A weight of w counts as w repetitions of the sample.

        n_jobs : int or None, default=None
            Number of threads.

        order : {"given", "clustered"}, default="clustered"
            As in `plot`, like the next four.

        significance : float, default=0.05
            Pairs are marked if the q-value is at most this.

        colorbar : bool, default=True
            Whether to draw the colour scales.

        ax : matplotlib Axes, default=None
            Axes to plot on. None makes new ones.

        **kwargs : dict
            Passed to matplotlib's ``imshow`` of the pairs.

        Returns
        -------
        display : InteractionDisplay
            The display, plotted.

        Raises
        ------
        ValueError
            As in `pairwise_interaction`; if there is no such order.

        Examples
        --------
        >>> import matplotlib.pyplot as plt
        >>> from sklearn.datasets import load_iris
        >>> from skinfo.inspection import InteractionDisplay
        >>> X, y = load_iris(return_X_y=True, as_frame=True)
        >>> display = InteractionDisplay.from_data(X, y, order="given", cmap="PuOr")
        >>> plt.close()
        """
        check_matplotlib_support(f"{cls.__name__}.from_data")
        result = pairwise_interaction(
            X, y, estimator=estimator, sample_weight=sample_weight, n_jobs=n_jobs
        )
        display = cls(result.interaction, pvalue=result.pvalue, feature_names=result.feature_names)
        return display.plot(
            ax, order=order, significance=significance, colorbar=colorbar, **kwargs
        )

    def plot(
        self,
        ax: Axes | None = None,
        *,
        order: str = "clustered",
        significance: float = 0.05,
        colorbar: bool = True,
        **kwargs: Any,
    ) -> Self:
        """Plot visualization.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to plot on. None makes new ones.

        order : {"given", "clustered"}, default="clustered"
            ``"clustered"`` places columns that interact next to each other, for either sign.

        significance : float, default=0.05
            Pairs are marked if the q-value (Benjamini-Hochberg over all pairs) is at most this:
            the expected proportion of marked pairs without interaction.

        colorbar : bool, default=True
            Whether to draw the colour scales.

        **kwargs : dict
            Passed to matplotlib's ``imshow`` of the pairs.

        Returns
        -------
        display : InteractionDisplay
            Object that stores computed values.

        Raises
        ------
        ValueError
            If the matrix is not square, lengths differ, or there is no such order.
        """
        check_order(order, INTERACTION_ORDERS)
        matrix, names = check_square(self.feature_names, interaction=self.interaction)
        _, pvalue = check_lengths(interaction=matrix, pvalue=self.pvalue)
        ax = start_map(self, ax, names, n_scales=2 * colorbar)
        self.significant_ = _significant(matrix, pvalue, significance)
        counted = self.significant_ | (pvalue is None)
        self.order_ = INTERACTION_ORDERS[order](matrix, counted)
        square = np.ix_(self.order_, self.order_)
        size = number_size(ax, matrix)
        self._draw(matrix[square], colorbar, kwargs)
        self.text_ = self.marks_ = None
        if size is None:
            self._mark(self.significant_[square], significance)
        else:
            self.text_ = write_numbers(ax, matrix[square], self._image_of, size)
            self._embolden(self.significant_[square], significance)
        label_columns(ax, [names[j] for j in self.order_])
        return self

    def _draw(self, matrix, colorbar, kwargs):
        """Draw the heat maps of the pairs and of the diagonal, and their colour scales."""
        is_diagonal = np.eye(len(matrix), dtype=bool)
        largest = np.abs(matrix[~is_diagonal]).max(initial=0.0) or 1.0
        style = {
            "cmap": "RdBu",
            "vmin": -largest,
            "vmax": largest,
            "interpolation": "nearest",
        } | kwargs
        self.image_ = self.ax_.imshow(np.ma.array(matrix, mask=is_diagonal), **style)
        alone = np.ma.array(np.maximum(matrix, 0.0), mask=~is_diagonal)
        self.diagonal_ = self.ax_.imshow(
            alone, cmap="Greys", vmin=0, vmax=2 * (alone.max() or 1.0), interpolation="nearest"
        )
        self.colorbars_ = []
        if colorbar:
            self._draw_colorbars(alone.max() or 1.0)

    def _draw_colorbars(self, most_alone):
        """Draw the colour scales; the label of the first one names the meaning of its ends."""
        grey = draw_scale(self.diagonal_, self.ax_, "diagonal: bits of a column alone")
        grey.ax.set_ylim(0, most_alone)
        # The label runs from the low end of the scale to the high end.
        pairs = draw_scale(self.image_, self.ax_, "synergy  ←  bits per pair  →  redundancy")
        self.colorbars_ = [pairs, grey]

    def _mark(self, significant, significance):
        """Draw dots on the significant pairs."""
        from matplotlib.lines import Line2D

        axes = (self.ax_.xaxis, self.ax_.yaxis)
        cell = min(points_per_tick(axis, len(significant)) for axis in axes)
        rows, columns = np.nonzero(significant)
        self.marks_ = Line2D(
            columns,
            rows,
            linestyle="",
            marker="o",
            markersize=min(MARK_SHARE * cell, LARGEST_MARK),
            color="black",
            markeredgewidth=0,
            label=f"q ≤ {significance:g}",
        )
        self.ax_.add_line(self.marks_)
        if len(rows):
            legend_above(self.ax_, markerscale=LEGEND_MARK / self.marks_.get_markersize())

    def _image_of(self, i, j):
        """Return the image that contains a cell."""
        return self.diagonal_ if i == j else self.image_

    def _embolden(self, significant, significance):
        """Make the numbers of significant pairs bold, and those of other pairs grey."""
        from matplotlib.lines import Line2D

        for i, j in np.argwhere(significant):
            self.text_[i, j].set_fontweight("bold")
        for i, j in np.argwhere(~significant & ~np.eye(len(significant), dtype=bool)):
            self.text_[i, j].set_color(GREY)
        if significant.any():
            bold = Line2D([], [], linestyle="", label=f"bold: q ≤ {significance:g}")
            legend_above(self.ax_, handles=[bold])


def _significant(matrix, pvalue, significance):
    """Return the mask (n_features, n_features) of pairs with a q-value up to `significance`."""
    significant = np.zeros(matrix.shape, bool)
    if pvalue is None or len(matrix) < 2:
        return significant
    pairs = np.tril_indices(len(matrix), -1)
    significant[pairs] = false_discovery_control(pvalue[pairs]) <= significance
    return significant | significant.T


def _given_order(matrix, significant):
    """Return the columns in the given order."""
    return np.arange(len(matrix))


def _clustered_order(matrix, significant):
    """Return the columns of significant pairs in the order of a clustering, then the others.

    The order is that of the leaves of average linkage. The distance is one minus the absolute
    interaction of a significant pair as a proportion of the joint information of the pair about
    y, so the two columns of an exclusive or are as close as copies.
    """
    in_pairs = (significant & ~np.eye(len(matrix), dtype=bool)).any(axis=1)
    some, rest = np.flatnonzero(in_pairs), np.flatnonzero(~in_pairs)
    if len(some) < 3:
        return np.concatenate([some, rest])
    square = np.ix_(some, some)
    alone = np.diag(matrix)[some]
    together = np.maximum(alone[:, None] + alone - matrix[square], 0.0)
    share = np.divide(
        np.abs(matrix[square]),
        together,
        out=np.zeros(together.shape),
        where=significant[square] & (together > 0),
    )
    distance = 1 - np.clip(share, 0, 1)
    np.fill_diagonal(distance, 0)
    return np.concatenate([some[leaves_of_clusters(distance)], rest])


# Functions of the matrix and of the significant pairs that return the order of the columns.
INTERACTION_ORDERS = {"given": _given_order, "clustered": _clustered_order}
