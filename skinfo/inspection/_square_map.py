"""Common parts of heat maps of pairs of columns: size, order, numbers, labels, colour scales."""

from functools import partial

import numpy as np
from scipy.cluster.hierarchy import leaves_list, linkage
from scipy.spatial.distance import squareform

from skinfo.inspection._style import (
    LETTER_WIDTH,
    LONGEST_NAME,
    SMALLEST_NUMBER_FONT,
    check_lengths,
    fitting_font_size,
    is_dark,
    label_ticks,
    show_scale,
    start_plot,
)
from skinfo.utils._text import short_repr

# Maximum number of columns for which a new figure is large enough for numbers in the cells.
MOST_NUMBERED = 20

# In inches: a cell with a number, a row with a legible name, the largest map, the smallest figure.
NUMBER_CELL, NAME_ROW, LARGEST_MAP = 0.36, 0.11, 9.0
SMALLEST_FIGURE = (6.4, 4.8)

# In inches: a colour scale with its labels.
SCALE_SPACE = 0.9


def check_square(names, **matrix):
    """Return the matrix and the names of its columns; None becomes x0, x1, ...

    Raises
    ------
    ValueError
        If the matrix is not square, or lengths differ.
    """
    (name,) = matrix
    array, names = check_lengths(**matrix, feature_names=names)
    if array.ndim != 2 or array.shape[0] != array.shape[1]:
        raise ValueError(f"{name} must have shape (n_features, n_features), got {array.shape}.")
    return array, [f"x{j}" for j in range(len(array))] if names is None else names.tolist()


def check_order(order, orders):
    """Raise ValueError if there is no such order of the columns."""
    if order not in orders:
        raise ValueError(f"order must be one of {sorted(orders)}, got {short_repr(order)}.")


def start_map(display, ax, names, n_scales):
    """Return the axes to draw on; new ones are large enough for numbers and names."""
    n = len(names)
    if n <= MOST_NUMBERED:
        side = NUMBER_CELL * n
    else:
        side = np.clip(NAME_ROW * n, NUMBER_CELL * MOST_NUMBERED, LARGEST_MAP)
    longest = min(max((len(str(name)) for name in names), default=0), LONGEST_NAME)
    label = LETTER_WIDTH * 10 * longest / 72 + 0.3
    size = (side + label + SCALE_SPACE * n_scales, side + label)
    return start_plot(display, ax, figsize=tuple(np.maximum(size, SMALLEST_FIGURE)))


def label_columns(ax, names):
    """Label both axes with the names of the columns."""
    label_ticks(ax.xaxis, names)
    label_ticks(ax.yaxis, names)


def number_size(ax, matrix):
    """Return the font size of numbers in the cells in points, or None if they are illegible.

    Call it before colour scales are drawn: they shrink the axes until the layout is computed.
    """
    n_letters = max((len(_two_digits(value)) for value in matrix.ravel()), default=1)
    size = min(fitting_font_size(axis, len(matrix), n_letters) for axis in (ax.xaxis, ax.yaxis))
    return size if size >= SMALLEST_NUMBER_FONT else None


def write_numbers(ax, matrix, image_of, size):
    """Write the numbers into the cells in black or white; return the Text objects, (n, n)."""
    text = np.empty(matrix.shape, dtype=object)
    for i, j in np.ndindex(*matrix.shape):
        image = image_of(i, j)
        dark = image is not None and is_dark(image.to_rgba(matrix[i, j]))
        text[i, j] = ax.text(
            j,
            i,
            _two_digits(matrix[i, j]),
            ha="center",
            va="center",
            fontsize=size,
            color="white" if dark else "black",
        )
    return text


def _two_digits(value):
    """Return bits with two decimals; adding 0.0 to the rounded value prevents -0.00."""
    return f"{round(value, 2) + 0.0:.2f}"


def draw_scale(image, ax, label):
    """Draw the colour scale of an image next to the map, with the same height.

    By default the scale is as high as the space of the map and at the right end of it, but the
    map, whose cells are squares, may be smaller.
    """
    scale = ax.figure.colorbar(image, ax=ax, pad=0.02)
    # A nested function cannot be pickled, and a figure is pickled with its locators.
    scale.ax.set_axes_locator(partial(_place_beside_map, ax))
    show_scale(scale.ax.yaxis)
    scale.set_label(label)
    return scale


def _place_beside_map(ax, scale_ax, renderer):
    ax.apply_aspect()
    space, drawn = ax.get_position(original=True), ax.get_position()
    own = scale_ax.get_position(original=True).translated(drawn.x1 - space.x1, 0)
    return own.from_extents(own.x0, drawn.y0, own.x1, drawn.y1)


def leaves_of_clusters(distance):
    """Return the columns in the order of the leaves of average linkage."""
    links = linkage(squareform(distance, checks=False), "average", optimal_ordering=True)
    return leaves_list(links).astype(np.int64)
