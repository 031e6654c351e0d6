"""SVG charts of a report page: bins, maps and dendrograms, without a plotting library."""

import struct
import zlib
from base64 import b64encode
from collections.abc import Callable
from html import escape
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from skinfo.inspection._style import BLUE, COLOURS, LETTER_WIDTH
from skinfo.utils._text import one_line

# Size of the chart of bins in SVG units; the page scales it.
CHART_WIDTH, CHART_HEIGHT = 132.0, 36.0
GAP = 1.0
NARROWEST = 1.5

# Gap before the bins of missing and special values, which have no place in the order of values.
GAP_APART = 4.0

# First characters of the labels of intervals and groups of levels, and of no other bins.
IN_ORDER = ("[", "(", "{")

# SVG units: the side of the map of pairs, the largest cell; the dendrogram, the labels.
MAP_SIDE, MAP_CELL = 600.0, 56.0
TREE_WIDTH, LABEL_WIDTH = 70.0, 190.0
MOST_MAP_LABELS = 60
MOST_NUMBERS = 14
LARGEST_FONT = 12.0
LINE_OF_GROUP = 13.0

# Minimum proportion for the darkest colour of the map.
SMALLEST_SCALE = 0.1


class BinChart(NamedTuple):
    """Common settings of the bin charts of all columns.

    Attributes
    ----------
    draw : callable
        Function of left ends, widths, kinds, the bin table and this object that returns SVG.

    base : float
        Event rate, or mean, of all samples.

    spread : float
        Standard deviation of a continuous y.
    """

    draw: Callable
    base: float
    spread: float


def bin_chart(table: pd.DataFrame, style: BinChart) -> str:
    """Return the bins of a column as SVG: width is the proportion of samples, height is y."""
    kinds = _kinds_of_bins(table["bin"])
    left, width = _horizontal_extents(table["share"].to_numpy(), kinds)
    drawing = style.draw(left, width, kinds, table, style)
    background = _boxes(left, width, np.zeros(len(left)), np.full(len(left), CHART_HEIGHT))
    return _bins_svg(f'<path class="all" d="{background}"/>{drawing}')


def drift_chart(table: pd.DataFrame) -> str:
    """Return the proportions of each bin in two samples, side by side, as SVG."""
    kinds = _kinds_of_bins(table["bin"])
    n_bins = len(table)
    left, width = _horizontal_extents(np.full(n_bins, 1 / n_bins), kinds)
    old, new = table["share[ref]"].to_numpy(), table["share[new]"].to_numpy()
    scale = CHART_HEIGHT / max(old.max(), new.max())
    half, zeros = width / 2, np.zeros(n_bins)
    return _bins_svg(
        f'<path class="old" d="{_boxes(left, half, zeros, old * scale)}"/>'
        f'<path class="event" d="{_boxes(left + half, half, zeros, new * scale)}"/>'
    )


def _bins_svg(drawing: str) -> str:
    return (
        f'<svg class="bins" viewBox="0 0 {CHART_WIDTH:g} {CHART_HEIGHT:g}" '
        f'preserveAspectRatio="none" aria-hidden="true">{drawing}</svg>'
    )


def _kinds_of_bins(labels: pd.Series) -> NDArray[Any]:
    """Return the CSS class of each bin: "event" if it is ordered, else "special" or "missing"."""
    return np.array(
        [
            "missing" if label == "missing" else "event" if label[:1] in IN_ORDER else "special"
            for label in labels
        ]
    )


def _horizontal_extents(
    proportions: NDArray[np.float64], kinds: NDArray[Any]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the left end and width of each bin; special and missing bins are set apart."""
    gaps = np.where(kinds == "event", GAP, GAP_APART)
    gaps[0] = 0
    room = CHART_WIDTH - gaps.sum()
    narrowest = min(NARROWEST, room / len(proportions))
    width = narrowest + proportions * (room - narrowest * len(proportions))
    left = np.cumsum(gaps) + np.cumsum(width) - width
    return left, width


def _boxes(
    left: NDArray[np.float64],
    width: NDArray[np.float64],
    low: NDArray[np.float64],
    high: NDArray[np.float64],
) -> str:
    """Return rectangles as the data of one SVG path; zero is the bottom of the chart."""
    return "".join(
        f"M{_short(x)} {_short(CHART_HEIGHT - a)}h{_short(w)}"
        f"V{_short(CHART_HEIGHT - b)}h{_short(-w)}z"
        for x, w, a, b in zip(left, width, low, high, strict=True)
        if b - a > 0.05
    )


def _short(value: float) -> str:
    return f"{round(float(value), 1) + 0.0:g}"


def _draw_events(left, width, kinds, table, style):
    """Draw event rates of two classes, on a scale of at least twice the base rate."""
    rates = table[_rate_names(table)[1]].to_numpy()
    scale = CHART_HEIGHT / min(1.0, max(2 * style.base, rates.max(), 1e-12))
    return _coloured(left, width, kinds, np.zeros(len(rates)), rates * scale) + _base_line(
        style.base * scale
    )


def _draw_means(left, width, kinds, table, style):
    """Draw means of a continuous y, within two standard deviations of the overall mean."""
    unit = CHART_HEIGHT / 4 / max(style.spread, 1e-300)
    middle = CHART_HEIGHT / 2
    heights = np.nan_to_num(table["mean"].to_numpy() - style.base) * unit
    ends = np.clip(middle + heights, 0, CHART_HEIGHT)
    low, high = np.minimum(ends, middle), np.maximum(ends, middle)
    return _coloured(left, width, kinds, low, high) + _base_line(middle)


def _draw_classes(left, width, kinds, table, style):
    """Draw stacked rates of several classes; classes beyond the number of colours are blank."""
    rates = table[_rate_names(table)[: len(COLOURS)]].to_numpy()
    ends = np.cumsum(np.column_stack([np.zeros(len(rates)), rates]), axis=1) * CHART_HEIGHT
    return "".join(
        f'<path class="c{c}" d="{_boxes(left, width, ends[:, c], ends[:, c + 1])}"/>'
        for c in range(rates.shape[1])
    )


def _coloured(left, width, kinds, low, high):
    return "".join(
        f'<path class="{name}" d="{_boxes(left[some], width[some], low[some], high[some])}"/>'
        for name in ("event", "special", "missing")
        for some in [kinds == name]
        if some.any()
    )


def _base_line(height):
    y = _short(CHART_HEIGHT - height)
    return f'<path class="base" d="M0 {y}H{CHART_WIDTH:g}"/>'


def _rate_names(table: pd.DataFrame) -> list[str]:
    return [name for name in table if str(name).startswith("rate[")]


DRAW = {"binary": _draw_events, "multiclass": _draw_classes, "continuous": _draw_means}


def chart_style(target_type: str, table: pd.DataFrame) -> BinChart:
    """Return the common settings of the bin charts, computed from the bins of any column."""
    proportions = table["share"].to_numpy()
    if target_type != "continuous":
        base = float(proportions @ table[_rate_names(table)[1]])
        return BinChart(DRAW[target_type], base, 0.0)
    filled = proportions > 0
    mean, std = table.loc[filled, ["mean", "std"]].to_numpy().T
    base = float(proportions[filled] @ mean)
    variance = proportions[filled] @ (std**2 + (mean - base) ** 2)
    return BinChart(_draw_means, base, float(np.sqrt(variance)))


def bits_bar(bits: float, low: float, high: float, longest: float) -> str:
    """Return a bar of bits with its interval as SVG, clipped at `longest`."""
    end = 100 * min(max(bits / longest, 0.0), 1.0)
    whisker = ""
    if np.isfinite(low) and np.isfinite(high):
        a, b = (_short(100 * min(x / longest, 1.0)) for x in (low, high))
        whisker = f'<path d="M{a} 7H{b}M{a} 4v6M{b} 4v6"/>'
    return (
        '<svg class="bar" viewBox="-1 0 102 14" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect y="2" width="{_short(end)}" height="10"/>{whisker}</svg>'
    )


def pair_map(
    features: list[str],
    shared: NDArray[np.float64],
    links: NDArray[np.float64],
    groups: list[list[str]],
) -> str:
    """Return the map of pairs as SVG: a dendrogram, an image, and names of columns or groups."""
    n = len(features)
    most = scale_maximum(shared)
    side = min(MAP_SIDE, MAP_CELL * n)
    width, step = TREE_WIDTH + side + LABEL_WIDTH, side / n
    labels = (
        [(j, name) for j, name in enumerate(features)]
        if n <= MOST_MAP_LABELS
        else _labels_of_groups(features, groups)
    )
    return (
        f'<svg id="map" class="map" data-most="{most:.4g}" style="width:{width:g}px" '
        f'viewBox="0 0 {width:g} {side:g}" role="img" '
        'aria-label="Map of the mutual information of pairs of columns">'
        f'<path class="tree" d="{_dendrogram(links, step, most)}"/>'
        f'<image x="{TREE_WIDTH:g}" width="{side:g}" height="{side:g}" '
        f'preserveAspectRatio="none" href="{map_image(shared / most)}"/>'
        f"{_map_numbers(shared, step, most) if n <= MOST_NUMBERS else ''}"
        f"{_map_labels(labels, step, TREE_WIDTH + side + 6)}"
        '<path class="cross" d=""/></svg>'
    )


def scale_maximum(shared: NDArray[np.float64]) -> float:
    """Return the maximum of the colour scale of the map: the largest proportion of a pair.

    The scale does not end at 1, because most proportions are small. The dendrogram has the same
    scale.
    """
    return max(SMALLEST_SCALE, float((shared - np.eye(len(shared))).max()))


def _labels_of_groups(features: list[str], groups: list[list[str]]) -> list[tuple[float, str]]:
    """Return the centre and the label of each group that is at least as high as a text line."""
    place = {name: j for j, name in enumerate(features)}
    fewest = LINE_OF_GROUP / MAP_SIDE * len(features)
    return [
        (place[group[0]] + (len(group) - 1) / 2, f"{group[0]} and {len(group) - 1} more")
        for group in groups
        if len(group) >= fewest
    ]


def _dendrogram(links: NDArray[np.float64], step: float, most: float) -> str:
    """Return the branches of average linkage as the data of an SVG path, the root on the left.

    For many columns, the branches of nearly independent columns are omitted.
    """
    n = len(links) + 1
    least = 0.0 if n <= MOST_MAP_LABELS else 0.1 * most
    ends = [(TREE_WIDTH, step * (j + 0.5)) for j in range(n)]
    path = []
    for one, other, distance, _ in links:
        (x1, y1), (x2, y2) = ends[int(one)], ends[int(other)]
        x = (TREE_WIDTH - 4) * min(1 - distance, most) / most + 2
        if 1 - distance >= least:
            path.append(f"M{_short(x1)} {_short(y1)}H{_short(x)}V{_short(y2)}H{_short(x2)}")
        ends.append((x, (y1 + y2) / 2))
    return "".join(path)


def _map_labels(labels: list[tuple[float, str]], step: float, x: float) -> str:
    # Labels of groups are not adjacent, so they may be higher than a cell.
    size = min(LARGEST_FONT, 0.85 * max(step, MAP_SIDE / MOST_MAP_LABELS))
    longest = int(LABEL_WIDTH / (LETTER_WIDTH * size))
    return "".join(
        f'<text x="{x:g}" y="{_short(step * (j + 0.5))}" font-size="{size:.3g}">'
        f"{escape(one_line(name, longest))}</text>"
        for j, name in labels
    )


def _map_numbers(shared: NDArray[np.float64], step: float, most: float) -> str:
    size = min(LARGEST_FONT, 0.3 * step)
    return "".join(
        f'<text class="number{" light" if shared[i, j] > 0.55 * most else ""}" '
        f'x="{_short(TREE_WIDTH + step * (j + 0.5))}" y="{_short(step * (i + 0.5))}" '
        f'font-size="{size:.3g}">{100 * shared[i, j]:.0f}</text>'
        for i, j in np.ndindex(shared.shape)
        if i != j
    )


def map_image(shared: NDArray[np.float64]) -> str:
    """Return a matrix from 0 to 1 as a PNG image in a data URI.

    The entry is the opacity of the colour blue, so the image is visible on any background. The
    diagonal is grey, the last colour of the palette.
    """
    indices = np.rint(np.clip(shared, 0, 1) * 254).astype(np.uint8)
    np.fill_diagonal(indices, 255)
    blue = bytes.fromhex(BLUE[1:])
    palette = blue * 255 + bytes([128, 128, 128])
    alpha = bytes(range(255)) + bytes([70])
    rows = b"".join(b"\0" + row.tobytes() for row in indices)
    n = len(shared)
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", n, n, 8, 3, 0, 0, 0)),
        (b"PLTE", palette),
        (b"tRNS", alpha),
        (b"IDAT", zlib.compress(rows, 9)),
        (b"IEND", b""),
    )
    png = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
    return "data:image/png;base64," + b64encode(png).decode()
