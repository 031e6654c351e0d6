"""MutualInfoMatrixDisplay: heat map of the mutual information of pairs of columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from skinfo._counts._codes import encode_column
from skinfo._counts._quantiles import default_n_bins
from skinfo._counts._table import table_of
from skinfo.estimation import pairwise_mutual_info
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
from skinfo.inspection._variable import refuse_parts
from skinfo.utils._compat import check_matplotlib_support

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MASK_COLOUR = "#E6E6E6"


class MutualInfoMatrixDisplay:
    """Heat map of the mutual information of all pairs of columns, in bits.

    The diagonal, which is the entropy of each column, is grey, so that the colours differentiate
    the pairs. For up to 20 columns new axes are large enough for numbers in the cells; on given
    axes, illegible numbers are omitted. It is recommended to use `from_data` to create a display.
    All parameters are stored as attributes.

    Parameters
    ----------
    mutual_info : array-like of shape (n_features, n_features)
        Symmetric, in bits; on the diagonal the entropies.

    feature_names : array-like of shape (n_features,), default=None
        Names of the columns. None: x0, x1, ...

    Attributes
    ----------
    image_ : matplotlib AxesImage
        The heat map.

    colorbar_ : matplotlib Colorbar or None
        Colour scale of the heat map.

    text_ : ndarray of shape (n_features, n_features) of matplotlib Text, or None
        The numbers, if they are legible.

    order_ : ndarray of shape (n_features,), dtype int64
        Indices of the columns in the order of the map.

    ax_ : matplotlib Axes
        Axes with the heat map.

    figure_ : matplotlib Figure
        Figure containing the axes.

    See Also
    --------
    skinfo.estimation.pairwise_mutual_info : The numbers without the plot.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> from sklearn.datasets import load_iris
    >>> from skinfo.inspection import MutualInfoMatrixDisplay
    >>> X = load_iris(as_frame=True).data
    >>> display = MutualInfoMatrixDisplay.from_data(X)
    >>> display.mutual_info.shape
    (4, 4)
    >>> plt.close()
    """

    def __init__(self, mutual_info: ArrayLike, *, feature_names: ArrayLike | None = None) -> None:
        self.mutual_info = mutual_info
        self.feature_names = feature_names

    @classmethod
    def from_data(
        cls,
        X: ArrayLike,
        *,
        estimator: str = "emi",
        sample_weight: ArrayLike | None = None,
        n_jobs: int | None = None,
        order: str = "clustered",
        colorbar: bool = True,
        ax: Axes | None = None,
        **kwargs: Any,
    ) -> Self:
        """Estimate the mutual information of all pairs of columns, and plot it.

        Parameters
        ----------
        X : array-like or dataframe of shape (n_samples, n_features)
            Columns of any kind. Floating point numbers with more values are discretised into
            equal-frequency bins, 3 to 10 by the cube root of the number of samples; missing values
            are a separate level.

        estimator : {"emi", "plugin"}, default="emi"
            As in `pairwise_mutual_info`, like the next two.

        sample_weight : array-like of shape (n_samples,), default=None
            A weight of w counts as w repetitions of the sample, but does not change the bins.

        n_jobs : int or None, default=None
            Number of threads.

        order : {"given", "clustered"}, default="clustered"
            ``"clustered"`` places redundant columns next to each other: the leaves of a
            hierarchical clustering, by average linkage of one minus the mutual information as a
            proportion of the larger entropy.

        colorbar : bool, default=True
            Whether to draw a colour scale.

        ax : matplotlib Axes, default=None
            Axes to plot on. None makes new ones.

        **kwargs : dict
            Passed to matplotlib's ``imshow``.

        Returns
        -------
        display : MutualInfoMatrixDisplay
            The display, plotted.

        Raises
        ------
        ValueError
            As in `pairwise_mutual_info`; if there is no such order.

        See Also
        --------
        MutualInfoDisplay.from_data : Mutual information with a target.

        Examples
        --------
        >>> import matplotlib.pyplot as plt
        >>> from sklearn.datasets import load_wine
        >>> from skinfo.inspection import MutualInfoMatrixDisplay
        >>> X = load_wine(as_frame=True).data
        >>> display = MutualInfoMatrixDisplay.from_data(X, order="given", cmap="Greens")
        >>> plt.close()
        """
        caller = f"{cls.__name__}.from_data"
        check_matplotlib_support(caller)
        refuse_parts(X, caller)
        table = table_of(X, caller=caller)
        n_bins = default_n_bins(table.shape[0])
        binned = {
            name: encode_column(table, j, n_bins=n_bins).values
            for j, name in enumerate(table.names)
        }
        mutual_info = pairwise_mutual_info(
            pd.DataFrame(binned), estimator=estimator, sample_weight=sample_weight, n_jobs=n_jobs
        )
        display = cls(mutual_info, feature_names=table.names)
        return display.plot(ax, order=order, colorbar=colorbar, **kwargs)

    def plot(
        self,
        ax: Axes | None = None,
        *,
        order: str = "clustered",
        colorbar: bool = True,
        **kwargs: Any,
    ) -> Self:
        """Plot visualization.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to plot on. None makes new ones.

        order : {"given", "clustered"}, default="clustered"
            ``"clustered"`` places redundant columns next to each other: the leaves of a
            hierarchical clustering, by average linkage of one minus the mutual information as a
            proportion of the larger entropy.

        colorbar : bool, default=True
            Whether to draw a colour scale.

        **kwargs : dict
            Passed to matplotlib's ``imshow``.

        Returns
        -------
        display : MutualInfoMatrixDisplay
            Object that stores computed values.

        Raises
        ------
        ValueError
            If the matrix is not square, lengths differ, or there is no such order.
        """
        check_order(order, ORDERS)
        matrix, names = check_square(self.feature_names, mutual_info=self.mutual_info)
        ax = start_map(self, ax, names, n_scales=int(colorbar))
        self.order_ = ORDERS[order](matrix)
        matrix = matrix[np.ix_(self.order_, self.order_)]
        size = number_size(ax, matrix)
        self._draw(matrix, colorbar, kwargs)
        self.text_ = None if size is None else write_numbers(ax, matrix, self._image_of, size)
        label_columns(ax, [names[j] for j in self.order_])
        return self

    def _draw(self, matrix, colorbar, kwargs):
        """Draw the heat map, its diagonal grey, and the colour scale."""
        pairs = np.ma.array(matrix, mask=np.eye(len(matrix), dtype=bool))
        style = {"cmap": "Blues", "vmin": 0, "interpolation": "nearest"} | kwargs
        self.image_ = self.ax_.imshow(pairs, **style)
        self.ax_.set_facecolor(MASK_COLOUR)
        self.colorbar_ = (
            draw_scale(self.image_, self.ax_, "Mutual information (bits)") if colorbar else None
        )

    def _image_of(self, i, j):
        """Return the image that contains a cell; None for the masked cells of the diagonal."""
        return None if i == j else self.image_


def _given(matrix):
    """Return the columns in the given order."""
    return np.arange(len(matrix))


def _clustered(matrix):
    """Return the leaf order of average linkage; the distance is one minus the normalised MI."""
    if len(matrix) < 3:
        return _given(matrix)
    entropies = np.diag(matrix)
    larger = np.maximum.outer(entropies, entropies)
    shared = np.divide(matrix, larger, out=np.zeros_like(larger), where=larger > 0)
    distance = 1 - np.clip(shared, 0, 1)
    # A constant column has zero entropy, and therefore a distance of one from itself.
    np.fill_diagonal(distance, 0)
    return leaves_of_clusters(distance)


# Functions of the matrix that return the order of the columns.
ORDERS = {"given": _given, "clustered": _clustered}
