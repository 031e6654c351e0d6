"""What the Displays share: axes, colours that all eyes tell apart, labels that fit."""

import math

import numpy as np

from skinfo.utils._compat import check_matplotlib_support

# Okabe and Ito's palette, without black and yellow, which vanish on some page.
BLUE = "#0072B2"
VERMILION = "#D55E00"
GREEN = "#009E73"
ORANGE = "#E69F00"
SKY = "#56B4E9"
PURPLE = "#CC79A7"
COLOURS = (BLUE, VERMILION, GREEN, ORANGE, SKY, PURPLE)
GREY = "#999999"
INK = "#333333"

# Points: smaller labels cannot be read, so beyond that only every so many is shown.
SMALLEST_FONT = 5.5
LONGEST_NAME = 24

# Share of a line that letters take: the rest keeps lines apart. And of a size, their width.
LINE_FILL = 0.8
LETTER_WIDTH = 0.6

# Share of the axes that names beside them may take from them.
ROOM_FOR_NAMES = 0.45


def start_plot(display, ax):
    """Return the axes to draw on, new ones for None; the display keeps them and their figure."""
    check_matplotlib_support(f"{type(display).__name__}.plot")
    import matplotlib.pyplot as plt

    if ax is None:
        _, ax = plt.subplots(layout="constrained")
    display.ax_ = ax
    display.figure_ = ax.figure
    return ax


def styled(artist, defaults, given):
    """Return keywords for an artist: those given, under any alias, stand before the defaults."""
    from matplotlib.cbook import normalize_kwargs

    return defaults | normalize_kwargs(given, artist)


def bar_style(defaults, given):
    """Return keywords for bars."""
    from matplotlib.patches import Rectangle

    return styled(Rectangle, defaults, given)


def line_style(defaults, given):
    """Return keywords for lines."""
    from matplotlib.lines import Line2D

    return styled(Line2D, defaults, given)


def next_colour(ax):
    """Return the first colour that no line of the axes has."""
    from matplotlib.colors import to_hex

    used = {to_hex(line.get_color()).upper() for line in ax.lines}
    return next((colour for colour in COLOURS if colour not in used), BLUE)


def draw_intervals(draw, positions, low, high, **style):
    """Draw the intervals that are finite with ``ax.hlines`` or ``ax.vlines``."""
    known = np.isfinite(low) & np.isfinite(high)
    defaults = {"colors": INK, "linewidth": 1.2}
    return draw(np.asarray(positions)[known], low[known], high[known], **(defaults | style))


def name_ticks(axis, names, *, beside=None):
    """Name the places 0, 1, ... of an axis, and return the size of the letters.

    They are small where there are many places or long names; then some places have no name.
    Names may take a share of the length of `beside`, the other axis unless given.
    """
    step = points_a_place(axis, len(names))
    every = max(1, math.ceil(SMALLEST_FONT / (LINE_FILL * step)))
    shown = range(0, len(names), every)
    labels = [_shortened(names[i]) for i in shown]
    width = LETTER_WIDTH * max(1, max(map(len, labels), default=1))  # a name may be empty
    size = min(_font_points(), LINE_FILL * step * every)
    turned = axis.axis_name == "x" and width * size > step * every
    if turned or axis.axis_name == "y":
        other = axis.axes.yaxis if turned else axis.axes.xaxis
        size = min(size, ROOM_FOR_NAMES * points_a_place(beside or other, 1) / width)
    size = max(size, SMALLEST_FONT)
    labels = [literal(label) for label in labels]
    axis.set_ticks(shown, labels=labels, fontsize=size, rotation=90 if turned else 0)
    return size


def points_a_place(axis, n_places):
    """Return the length of an axis in points, before the layout makes room, over its places."""
    box = axis.axes.get_window_extent()
    pixels = box.width if axis.axis_name == "x" else box.height
    return pixels * 72 / axis.axes.figure.dpi / max(n_places, 1)


def space_for_text(axis, n_places, n_letters):
    """Return the size of letters of which so many fit in one of so many places of an axis."""
    width = points_a_place(axis, n_places) / n_letters
    return min(_font_points(), LINE_FILL * width / LETTER_WIDTH)


def shorten(name):
    """Return a name as it is to be drawn, without its middle if it is too long for an axis."""
    return literal(_shortened(name))


def literal(text):
    """Return text for matplotlib to draw as it is: between two dollar signs it would set TeX."""
    return str(text).replace("$", r"\$")


def _shortened(name):
    name = str(name)
    half = LONGEST_NAME // 2 - 1
    return name if len(name) <= LONGEST_NAME else f"{name[:half]}…{name[-half:]}"


def legend_above(ax, n_columns=1, **kwargs):
    """Put a legend above the axes, from the right, so that it may reach above their labels."""
    return ax.legend(
        **kwargs,
        loc="lower right",
        bbox_to_anchor=(1, 1),
        ncols=n_columns,
        frameon=False,
        fontsize="small",
        borderaxespad=0.2,
        borderpad=0,
        handlelength=1.2,
        columnspacing=1.2,
    )


def bits(value):
    """Return a number of bits as text."""
    return "∞ bits" if math.isinf(value) else f"{value:.3g} bits"


def check_lengths(**columns):
    """Return arrays of one length, None for None; ValueError that names the first other."""
    arrays = {name: None if v is None else np.asarray(v) for name, v in columns.items()}
    first, *_ = arrays
    n = len(arrays[first])
    for name, array in arrays.items():
        if array is not None and len(array) != n:
            raise ValueError(
                f"{name} must have as many entries as {first}, {n}; got {len(array)}."
            )
    return arrays.values()


def _font_points():
    from matplotlib import rcParams
    from matplotlib.font_manager import FontProperties

    return FontProperties(size=rcParams["ytick.labelsize"]).get_size_in_points()
