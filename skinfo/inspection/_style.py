"""Common helpers of the Displays: axes, a colour-blind-safe palette, labels that fit."""

import math

import numpy as np

from skinfo.utils._compat import check_matplotlib_support
from skinfo.utils._text import one_line

# Palette of Okabe and Ito without black and yellow, which are invisible on some backgrounds.
BLUE = "#0072B2"
VERMILION = "#D55E00"
GREEN = "#009E73"
ORANGE = "#E69F00"
SKY = "#56B4E9"
PURPLE = "#CC79A7"
COLOURS = (BLUE, VERMILION, GREEN, ORANGE, SKY, PURPLE)
GREY = "#999999"
DARK_GREY = "#333333"

# Opacity of a band around a line.
BAND_ALPHA = 0.15

# Smallest legible font size in points; labels that would be smaller are thinned out.
SMALLEST_FONT = 5.5

# Smallest font size of numbers in the cells of a heat map; smaller numbers are omitted.
SMALLEST_NUMBER_FONT = 6.0

LONGEST_NAME = 24

# Maximum length of the name of a model or a target in a legend or an axis label.
LONGEST_LABEL = 40

# Opacity of bars that are not significant.
INSIGNIFICANT_ALPHA = 0.35

# Maximum width of the line of an interval, as a fraction of a row.
INTERVAL_FILL = 0.25

# Font size as a proportion of the line height, and width of a character as a proportion of the
# font size.
LINE_FILL = 0.8
LETTER_WIDTH = 0.6

# Maximum width of tick labels, as a proportion of the axes.
MAX_LABEL_SHARE = 0.45


# Minimum number of ticks that show the scale of an axis.
FEWEST_TICKS = 3


def start_plot(display, ax, figsize=None):
    """Return the axes to draw on, new ones for None; store them and their figure in `display`."""
    check_matplotlib_support(f"{type(display).__name__}.plot")
    import matplotlib.pyplot as plt

    if ax is None:
        _, ax = plt.subplots(figsize=figsize, layout="constrained")
    display.ax_ = ax
    display.figure_ = ax.figure
    show_scale(ax.xaxis, ax.yaxis)
    return ax


def show_scale(*axes):
    """Set at least three ticks on numeric axes, however short they are."""
    from matplotlib.ticker import MaxNLocator

    for axis in axes:
        if isinstance(locator := axis.get_major_locator(), MaxNLocator):
            locator.set_params(min_n_ticks=FEWEST_TICKS)


def artist_style(artist, defaults, given):
    """Return keywords for an artist: those given, under any alias, override the defaults."""
    from matplotlib.cbook import normalize_kwargs

    return defaults | normalize_kwargs(given, artist)


def bar_style(defaults, given):
    """Return keywords for bars."""
    from matplotlib.patches import Rectangle

    return artist_style(Rectangle, defaults, given)


def line_style(defaults, given):
    """Return keywords for lines."""
    from matplotlib.lines import Line2D

    return artist_style(Line2D, defaults, given)


def next_colour(ax):
    """Return the first colour that no line on the axes uses."""
    from matplotlib.colors import to_hex

    used = {to_hex(line.get_color()).upper() for line in ax.lines}
    return next((colour for colour in COLOURS if colour not in used), BLUE)


def draw_intervals(draw, positions, low, high, **style):
    """Draw the finite intervals with ``ax.hlines`` or ``ax.vlines``."""
    known = np.isfinite(low) & np.isfinite(high)
    defaults = {"colors": DARK_GREY, "linewidth": 1.2}
    return draw(np.asarray(positions)[known], low[known], high[known], **(defaults | style))


def label_ticks(axis, names, *, across=None):
    """Label the ticks 0, 1, ... of an axis, and return the font size in points.

    The font is small for many ticks or long names; if it would be illegible, only every n-th tick
    has a label. The length of labels is limited to a proportion of the axis `across`, by default
    the other axis.
    """
    step = points_per_tick(axis, len(names))
    every = max(1, math.ceil(SMALLEST_FONT / (LINE_FILL * step)))
    shown = range(0, len(names), every)
    labels = [_drawn(names[i], LONGEST_NAME) for i in shown]
    width = LETTER_WIDTH * max(1, max(map(len, labels), default=1))  # a name may be empty
    size = min(_font_points(), LINE_FILL * step * every)
    is_rotated = axis.axis_name == "x" and width * size > step * every
    if is_rotated or axis.axis_name == "y":
        other = axis.axes.yaxis if is_rotated else axis.axes.xaxis
        size = min(size, MAX_LABEL_SHARE * points_per_tick(across or other, 1) / width)
    size = max(size, SMALLEST_FONT)
    labels = [escape_math(label) for label in labels]
    axis.set_ticks(shown, labels=labels, fontsize=size, rotation=90 if is_rotated else 0)
    return size


def label_ranking(ax, labels, n_omitted, note):
    """Label the rows of a ranking, the first on top; return the note on omitted rows, or None.

    Parameters
    ----------
    ax : matplotlib Axes

    labels : list of str

    n_omitted : int

    note : str
        Text about the omitted rows.
    """
    text = None
    if n_omitted:
        text = ax.text(0, len(labels), f" {note}", va="center")
        labels = [*labels, f"{n_omitted} more"]
    size = label_ticks(ax.yaxis, labels)
    if text is not None:
        text.set_fontsize(size)
    ax.set_ylim(len(labels) - 0.5, -0.5)
    ax.axvline(0, color=DARK_GREY, linewidth=0.8)
    return text


def fade_bars(bars, is_pale, label):
    """Make some bars pale, and give the first of them a label for the legend."""
    for bar, pale in zip(bars, is_pale, strict=True):
        if pale:
            bar.set_alpha(INSIGNIFICANT_ALPHA)
    if is_pale.any():
        bars[int(np.argmax(is_pale))].set_label(label)


def points_per_tick(axis, n_ticks):
    """Return the length of an axis per tick in points, before the layout shrinks it.

    If the aspect is fixed, both axes are as long as the shorter one.
    """
    box = axis.axes.get_window_extent()
    pixels = box.width if axis.axis_name == "x" else box.height
    if axis.axes.get_aspect() != "auto":
        pixels = min(box.width, box.height)
    return pixels * 72 / axis.axes.figure.dpi / max(n_ticks, 1)


def fitting_font_size(axis, n_ticks, n_letters):
    """Return the font size at which `n_letters` fit into the space of one tick of an axis."""
    width = points_per_tick(axis, n_ticks) / n_letters
    return min(_font_points(), LINE_FILL * width / LETTER_WIDTH)


def shorten(name, longest=LONGEST_NAME):
    """Return a name to draw; a long name is abbreviated in the middle."""
    return escape_math(_drawn(name, longest))


def _drawn(name, longest):
    """Return text on one line. Empty text stays empty: a tick may have no name or no reason."""
    return one_line(name, longest) if str(name) else ""


def label_of_legend(name, longest=LONGEST_LABEL):
    """Return a name as a legend label.

    Matplotlib omits labels that begin with an underscore, so such a label begins with a space.
    """
    label = shorten(name, longest)
    return f" {label}" if label.startswith("_") else label


def escape_math(text):
    """Return text with escaped dollar signs, which would otherwise delimit TeX in matplotlib."""
    return text.replace("$", r"\$")


def legend_above(ax, n_columns=1, **kwargs):
    """Put a legend above the axes, aligned right, where it may extend above their labels."""
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


def is_dark(rgba):
    """Return whether white text is more legible than black on a colour (relative luminance)."""
    return float(np.dot(np.asarray(rgba)[:3] ** 2.2, [0.2126, 0.7152, 0.0722])) < 0.3


def format_bits(value):
    """Return a number of bits with its unit, as text."""
    return "∞ bits" if math.isinf(value) else f"{value:.3g} bits"


def check_lengths(**columns):
    """Return the arguments as arrays, None for None; raise ValueError if their lengths differ."""
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
    """Return the font size of tick labels in points."""
    from matplotlib import rcParams
    from matplotlib.font_manager import FontProperties

    return FontProperties(size=rcParams["ytick.labelsize"]).get_size_in_points()
