"""HTML page of an information report, as one self-contained document."""

import json
from collections.abc import Iterable
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from skinfo.inspection._report_charts import (
    bin_chart,
    bits_bar,
    chart_style,
    drift_chart,
    pair_map,
    scale_maximum,
)
from skinfo.inspection._report_numbers import MOST_DISTINCT, REDUNDANT, SIGNIFICANT
from skinfo.inspection._report_warnings import RULES
from skinfo.inspection._style import COLOURS, LONGEST_NAME
from skinfo.utils._text import LONGEST_NAME_OF_PAGE, one_line

if TYPE_CHECKING:
    from skinfo.inspection._report import InformationReport

# Maximum length of a name that can be copied from the page.
LONGEST_COPIED_NAME = 1000

MOST_CLASSES_DRAWN = 10
MOST_CHIPS = 12
MOST_GROUPS_LISTED = 12
MOST_PAIRS_LISTED = 10
MOST_ROWS_LISTED = 12

# Nothing is loaded from the network, whatever a name or level contains.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"

DOCUMENT = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
{style}</style>
</head>
<body>
<header>
<h1><bdi>{title}</bdi></h1>
<p class="muted">{subtitle}</p>
{tiles}
{budget}
</header>
<nav aria-label="Sections"><ul>{links}</ul></nav>
<main>
{sections}
</main>
<footer>Made by skinfo {version}. All information is in bits, unless a unit is given.</footer>
<script type="application/json" id="data">{data}</script>
<script>
{script}</script>
</body>
</html>
"""


def report_page(report: "InformationReport") -> str:
    """Return the page of a report."""
    from skinfo import __version__

    sections = [(name, title, html) for name, title, html in _sections(report) if html]
    return DOCUMENT.format(
        policy=POLICY,
        title=_html(report.title),
        style=_asset("_report.css"),
        subtitle=_subtitle(report),
        tiles=_tiles(report),
        budget=_budget(report),
        links="".join(f'<li><a href="#{name}">{title}</a></li>' for name, title, _ in sections),
        sections="\n".join(
            f'<section id="{name}" aria-labelledby="{name}-title">'
            f'<h2 id="{name}-title">{title}</h2>\n{html}\n</section>'
            for name, title, html in sections
        ),
        version=__version__,
        data=_script_data(report),
        script=_asset("_report.js"),
    )


def embedded(page: str) -> str:
    """Return a page in an iframe for a notebook, so that styles of neither affect the other."""
    source = page.replace("&", "&amp;").replace('"', "&quot;")
    return (
        f'<iframe srcdoc="{source}" sandbox="allow-scripts" title="Information report" '
        'style="width: 100%; height: 720px; border: 1px solid #8888; border-radius: 6px; '
        'resize: vertical; overflow: auto"></iframe>'
    )


def _asset(name: str) -> str:
    return (files("skinfo.inspection") / name).read_text(encoding="utf-8")


def _sections(report: "InformationReport") -> Iterable[tuple[str, str, str]]:
    """Yield the id, title and content of each section, in the order of the page."""
    yield "target", "Target", _target_section(report)
    yield "warnings", "Warnings", _warnings_section(report)
    yield "columns-section", "Columns", _columns_section(report)
    yield "selection", "Selection", _selection_section(report)
    yield "redundancy", "Redundancy", _redundancy_section(report)
    yield "interactions", "Interactions", _interactions_section(report)
    yield "drift", "Drift", _drift_section(report)
    yield "notes", "Methods", _notes_section(report)


def _html(value: object, longest: int = LONGEST_NAME_OF_PAGE) -> str:
    """Return a name or level as HTML text; a long one is abbreviated in the middle."""
    return escape(one_line(value, longest))


def _name_html(value: object) -> str:
    """Return a name as HTML, isolated from the text direction of the page."""
    return f"<bdi>{_html(value)}</bdi>"


def _bits(value: float) -> str:
    if np.isnan(value):
        return "–"
    # Three significant digits; values that round to zero have no sign.
    return f"{value:#.3g}".rstrip(".") if abs(value) >= 0.0005 else "0"


def _percent(proportion: float) -> str:
    n_digits = 3 if proportion < 0.995 or proportion == 1 else 4
    return f"{100 * proportion:.{n_digits}g} %"


def _distinct_text(column: Any) -> str:
    if np.isnan(column.distinct):
        return f"over {MOST_DISTINCT:,}"
    return f"{column.distinct:,.0f}"


def _p(value: float) -> str:
    if np.isnan(value):
        return "–"
    return "&lt; 1e-16" if value < 1e-16 else f"{value:.2g}"


def _subtitle(report: "InformationReport") -> str:
    target = report.target
    return (
        f"{report.n_samples:,} rows, {len(report.columns):,} columns. "
        f"Target: {_name_html(target.name)}, {target.target_type}."
    )


def _tiles(report: "InformationReport") -> str:
    columns, entropy = report.columns, report.target.entropy
    best = columns.loc[columns["bits"].idxmax()]
    n_informative = int((columns["q_value"] <= SIGNIFICANT).sum())
    n_selected = int(report.selection.report["selected"].sum())
    tiles = [
        ("Entropy", f"{_bits(entropy)} bits", f"of {_name_html(report.target.name)}"),
        _captured_tile(report, n_selected),
        (
            "Best column",
            f"{_bits(best['bits'])} bits",
            f"{_name_html(best['feature'])}, {_percent(max(best['bits'], 0) / entropy)}",
        ),
        (
            "Informative",
            f"{n_informative} of {len(columns)}",
            f"columns at a q-value of {SIGNIFICANT}; {n_selected} selected",
        ),
    ]
    return (
        '<dl class="tiles">'
        + "".join(
            f"<div><dt>{label}</dt><dd><b>{number}</b><small>{text}</small></dd></div>"
            for label, number, text in tiles
        )
        + "</dl>"
    )


def _captured_tile(report: "InformationReport", n_selected: int) -> tuple[str, str, str]:
    selection, entropy = report.selection, report.target.entropy
    known = len(selection.held_out)
    if known:
        best = int(np.argmax(selection.held_out))
        bits, error = selection.held_out[best], selection.held_out_error[best]
        return (
            "Captured",
            f"{_bits(bits)} bits",
            f"± {error:.1g}, {_percent(bits / entropy)}, by {_columns_of(known)} selected, on "
            "held-out rows",
        )
    if not n_selected:
        return "Captured", "0 bits", "no column is selected"
    bits = selection.information[-1]
    return (
        "Captured",
        f"{_bits(bits)} bits",
        f"{_percent(bits / entropy)}, by {_columns_of(n_selected)} selected, on these rows",
    )


def _columns_of(n: int) -> str:
    return "1 column" if n == 1 else f"{n} columns"


def _captured_path(report: "InformationReport") -> np.ndarray:
    """Return the information after each step, on held-out rows if it was estimated."""
    selection = report.selection
    return selection.held_out if len(selection.held_out) else selection.information


def _budget(report: "InformationReport") -> str:
    """Return a bar of H(y), divided into the gains of the selected columns."""
    path, entropy = (
        np.maximum.accumulate(np.maximum(_captured_path(report), 0)),
        report.target.entropy,
    )
    names = report.selection.report["feature"].tolist()
    gains = np.diff(path, prepend=0.0)
    parts = "".join(
        f'<span style="width:{100 * gain / entropy:.2f}%" title="{_html(name)}: '
        f'{_bits(gain)} bits more">{_html(name, 24) if gain > 0.08 * entropy else ""}</span>'
        for name, gain in zip(names, gains, strict=False)
        if gain / entropy > 0.0005
    )
    total = path[-1] if len(path) else 0.0
    return (
        f'<div class="budget"><div class="track" role="img" aria-label="{_bits(total)} of '
        f'{_bits(entropy)} bits captured">{parts}</div><div class="scale"><span>0</span>'
        f"<span>captured, column by column</span><span>{_bits(entropy)} bits</span></div></div>"
    )


def _target_section(report: "InformationReport") -> str:
    target = report.target
    if target.target_type == "continuous":
        n_bins = len(target.edges) + 1
        lead = (
            f"Numbers, discretised into {n_bins} bins of equal frequency: all information is "
            f"about the bin, of entropy {_bits(target.entropy)} bits."
        )
        return f'<p class="lead">{lead}</p>' + _histogram(target)
    order = np.argsort(-target.shares, kind="stable")
    if target.target_type == "binary":
        order = np.arange(2)
    rows = [
        (target.labels[c], target.shares[c], _class_of_colour(target.target_type, c))
        for c in order[:MOST_CLASSES_DRAWN]
    ]
    rest = order[MOST_CLASSES_DRAWN:]
    if len(rest):
        rows.append((f"{len(rest)} other classes", target.shares[rest].sum(), "none"))
    largest = max(proportion for _, proportion, _ in rows)
    bars = "".join(
        f'{_name_html(label)}<i class="{colour}" '
        f'style="width:{100 * proportion / largest:.1f}%"></i>'
        f'<span class="share">{_percent(proportion)}</span>'
        for label, proportion, colour in rows
    )
    best = (
        f"Predicting these proportions has a log loss of {_bits(target.entropy)} bits per row. "
        "That is the upper bound of the information gain."
    )
    return f'<p class="lead">{best}</p><div class="classes">{bars}</div>'


def _class_of_colour(target_type: str, c: int) -> str:
    if target_type == "binary":
        return ("none", "event")[c]
    return f"c{c}" if c < len(COLOURS) else "none"


def _histogram(target: Any) -> str:
    if not target.labels:
        edges = ", ".join(f"{edge:.4g}" for edge in target.edges)
        return f"<p>Cuts: {edges}</p>"
    width = 100 / len(target.shares)
    tallest = target.shares.max()
    bars = "".join(
        f'<rect x="{width * j:.2f}" y="{100 - 100 * share / tallest:.1f}" '
        f'width="{0.94 * width:.2f}" height="{100 * share / tallest:.1f}"><title>{label}: '
        f"{_percent(share)}</title></rect>"
        for j, (label, share) in enumerate(zip(target.labels, target.shares, strict=True))
    )
    low, high = target.labels[0].split(" to ")[0], target.labels[-1].split(" to ")[1]
    return (
        '<svg class="histogram" viewBox="0 0 100 100" preserveAspectRatio="none" role="img" '
        f'aria-label="Histogram of the target">{bars}</svg><div class="ends"><span>{low}</span>'
        f"<span>{high}</span></div>"
    )


def _warnings_section(report: "InformationReport") -> str:
    if not report.warnings:
        return ""
    place = _places_of_columns(report)
    items = []
    for warning in report.warnings:
        rule = RULES[warning.kind]
        chips = [
            _chip(name, place, detail)
            for name, detail in zip(warning.features, warning.details, strict=True)
        ]
        items.append(
            f"<li{' class=serious' if rule.is_serious else ''}><h3>{rule.title}</h3>"
            f"<p>{escape(rule.advice)}</p>{_chips(chips)}</li>"
        )
    return f'<ul class="warnings">{"".join(items)}</ul>'


def _places_of_columns(report: "InformationReport") -> dict[str, int]:
    return {name: j for j, name in enumerate(report.columns["feature"])}


def _chip(name: str, place: dict[str, int], detail: str = "") -> str:
    """Return a button that scrolls to a column, or plain text for a group, which has no row."""
    more = f" <small>{_html(detail)}</small>" if detail else ""
    if name not in place:
        return f'<span class="chip">{_name_html(name)}{more}</span>'
    return (
        f'<button type="button" class="chip" data-show="{place[name]}">{_name_html(name)}{more}'
        "</button>"
    )


def _chips(chips: list[str]) -> str:
    shown, rest = chips[:MOST_CHIPS], chips[MOST_CHIPS:]
    html = f'<div class="chips">{"".join(shown)}</div>'
    return html + _folded(f"{len(rest)} more", f'<div class="chips">{"".join(rest)}</div>', rest)


def _folded(summary: str, html: str, rest: Any) -> str:
    return f"<details><summary>{summary}</summary>{html}</details>" if len(rest) else ""


# Sort key in the data, title, CSS class, whether the first sort is in descending order.
HEADS = (
    ("name", "Column", "name", False),
    ("bits", "Bits about the target", "", True),
    ("q", "q-value", "optional", False),
    ("missing", "Missing", "optional", True),
    ("distinct", "Distinct", "optional", True),
    (None, "Bins", "text", False),
    ("step", "Selected, or redundant with", "optional", False),
)


def _columns_section(report: "InformationReport") -> str:
    heads = "".join(_header_cell(*head) for head in HEADS)
    return f"""\
<p class="lead">{_legend(report)} Click a row for all its bins.</p>
<div class="tools">
<input type="search" id="search" placeholder="Search name, kind or warning" \
aria-label="Search columns">
<div class="views" role="group" aria-label="Columns shown">
<button type="button" data-view="all" aria-pressed="true">All</button>
<button type="button" data-view="informative" aria-pressed="false">Informative</button>
<button type="button" data-view="selected" aria-pressed="false">Selected</button>
<button type="button" data-view="warnings" aria-pressed="false">Warnings</button>
</div>
<span id="count" class="count" role="status"></span>
<button type="button" id="copy" class="copy"
title="Copy the names of the columns in view, as a list in Python">Copy names</button>
</div>
<div class="wide"><table id="columns"><thead><tr>{heads}</tr></thead><tbody>
{_column_rows(report)}
</tbody></table></div>
<button type="button" id="more" class="more" hidden></button>"""


def _header_cell(key: str | None, title: str, css: str, descends: bool) -> str:
    if key is None:
        return f'<th scope="col" class="{css}">{title}</th>'
    first = "descending" if descends else "ascending"
    is_sorted = ' aria-sort="descending"' if key == "bits" else ""
    return (
        f'<th scope="col" class="{css}" data-key="{key}" data-first="{first}"{is_sorted}>'
        f'<button type="button">{title}</button></th>'
    )


def _legend(report: "InformationReport") -> str:
    target = report.target
    event = _name_html(target.labels[-1]) if target.labels else ""
    heights = {
        "binary": f"height the rate of {event}, the dashes the rate of all samples",
        "multiclass": "colours the classes",
        "continuous": "height the mean of the target, from the mean of all samples (dashes)",
    }[target.target_type]
    missing = "; missing and special values are apart" + (
        ", in pink and orange" if target.target_type != "multiclass" else ""
    )
    return (
        f"Lines are 95 % intervals. In the charts of bins width is the proportion of samples, "
        f"{heights}{missing}."
    )


def _column_rows(report: "InformationReport") -> str:
    columns = report.columns
    style = chart_style(report.target.target_type, report.bins[0])
    ends = columns[["bits", "high"]].max().max()
    longest = max(min(ends, 1.05 * report.target.entropy), 1e-12)
    flags = _flags_of_columns(report)
    order = np.argsort(-columns["bits"].to_numpy(), kind="stable")
    rows = list(columns.itertuples())
    return "\n".join(
        _column_row(rows[j], j, bin_chart(report.bins[j], style), longest, flags[j]) for j in order
    )


def _flags_of_columns(report: "InformationReport") -> list[list[str]]:
    """Return the kinds of warnings of each column."""
    flags: list[list[str]] = [[] for _ in report.bins]
    place = _places_of_columns(report)
    for warning in report.warnings:
        for name in warning.features:
            flags[place[name]].append(warning.kind)
    return flags


# Labels of warnings next to the name of a column.
FLAG_WORDS = {
    "leak": "leak?",
    "drift": "drift",
    "identifier": "identifier",
    "duplicate": "duplicate",
    "constant": "constant",
    "missing": "many missing",
    "informative_missing": "informative missing",
    "cardinality": "many levels",
}


def _column_row(column: Any, j: int, chart: str, longest: float, flags: list[str]) -> str:
    marks = "".join(
        f'<span class="flag{" serious" * RULES[flag].is_serious}">{FLAG_WORDS[flag]}</span>'
        for flag in flags
    )
    missing = (
        f'{_percent(column.missing)}<span class="share-bar"><i style="width:'
        f'{100 * column.missing:.0f}%"></i></span>'
        if column.missing > 0
        else '<span class="pale">0</span>'
    )
    selected = f'<span class="step">{column.step:.0f}</span>' if column.step > 0 else ""
    if column.redundant_with:
        selected = f'<span class="pale">{_html(column.redundant_with, LONGEST_NAME)}</span>'
    pale = "" if column.q_value <= SIGNIFICANT else " insignificant"
    return (
        f'<tr class="column{pale}" data-column="{j}"><td class="name">'
        '<button type="button" class="open-row" aria-expanded="false">'
        f"{_name_html(column.feature)}</button>{marks}"
        f'<span class="kind">{column.kind}</span></td>'
        f'<td class="bits">{_bits(column.bits)}'
        f"{bits_bar(column.bits, column.low, column.high, longest)}</td>"
        f'<td class="optional">{_p(column.q_value)}</td><td class="optional">{missing}</td>'
        f'<td class="optional">{_distinct_text(column)}</td><td class="text">{chart}</td>'
        f'<td class="optional">{selected}</td></tr>'
    )


def _selection_section(report: "InformationReport") -> str:
    selection = report.selection
    table = selection.report
    chosen, dropped = table[table["selected"]], table[~table["selected"]]
    place = _places_of_columns(report)
    html = (
        f'<p class="lead">{len(chosen)} of {len(table)} are selected, one by one: the next is the '
        "one that adds most to those before it. The selection ends when no column is significant "
        "given the selected ones.</p>"
    )
    if len(chosen):
        html += _chosen(chosen, selection, report.target.entropy, place)
    # Significance by the q-values of the table of columns, which has no groups of columns.
    insignificant = report.columns.loc[report.columns["q_value"] > SIGNIFICANT, "feature"]
    is_redundant = dropped["redundant_with"].astype(bool) & ~dropped["feature"].isin(insignificant)
    informative = dropped[is_redundant]
    if len(informative):
        rows = [_dropped_row(row, place) for row in informative.itertuples()]
        heads = "".join(
            f'<th scope="col" class="{css}">{title}</th>'
            for css, title in (
                ("text", "Column"),
                ("", "Bits alone"),
                ("", "Bits left"),
                ("optional", "p given these"),
                ("text", "Redundant with"),
            )
        )
        html += '<h3 style="margin-top:22px">Informative, but redundant</h3>' + _listed(
            heads, rows
        )
    return html


def _chosen(chosen: pd.DataFrame, selection: Any, entropy: float, place: dict) -> str:
    largest = max(chosen["bits"].max(), chosen["bits_left"].max(), 1e-12)
    rows = []
    for step, row in enumerate(chosen.itertuples()):
        held_out = "–"
        if step < len(selection.held_out):
            share = 100 * max(selection.held_out[step], 0) / entropy
            held_out = (
                f"{_bits(selection.held_out[step])} "
                f'<span class="pale optional">± {selection.held_out_error[step]:.1g}</span>'
                f'<span class="of"><i class="fill" style="width:{share:.1f}%"></i></span>'
            )
        rows.append(
            f'<tr><td><span class="step">{step + 1}</span></td>'
            f'<td class="text">{_chip(row.feature, place)}</td>'
            f'<td class="optional">{_bits(row.bits)}</td><td>{_bits(row.bits_left)}'
            f'<span class="of"><i class="fill" style="width:'
            f'{100 * max(row.bits_left, 0) / largest:.1f}%"></i></span></td>'
            f"<td>{held_out}</td></tr>"
        )
    return (
        '<div class="wide"><table><thead><tr><th scope="col">Step</th><th scope="col" '
        'class="text">Column</th><th scope="col" class="optional">Bits alone</th>'
        '<th scope="col">Bits added</th><th scope="col">Captured, held-out</th></tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def _dropped_row(row: Any, place: dict[str, int]) -> str:
    return (
        f'<tr><td class="text">{_chip(row.feature, place)}</td><td>{_bits(row.bits)}</td>'
        f'<td>{_bits(row.bits_left)}</td><td class="optional">{_p(row.p_left)}</td>'
        f'<td class="text">{_chip(row.redundant_with, place)}</td></tr>'
    )


def _redundancy_section(report: "InformationReport") -> str:
    pairs = report.pairs
    if pairs is None:
        return ""
    place = _places_of_columns(report)
    bits = report.columns.set_index("feature")["bits"]
    lead = (
        "Mutual information of columns with each other, independent of the target, as a "
        "proportion of the larger entropy of the two. Redundant columns are next to each other; "
        "the height of a branch is the proportion at which clusters are merged."
    )
    most_informative = sorted(pairs.groups, key=lambda group: -bits[group].max())
    groups = [_group_html(group, bits, place) for group in most_informative]
    most = scale_maximum(pairs.shared)
    listed = f'<ul class="groups">{"".join(groups[:MOST_GROUPS_LISTED])}</ul>' + _folded(
        f"{len(groups) - MOST_GROUPS_LISTED} more groups",
        f'<ul class="groups">{"".join(groups[MOST_GROUPS_LISTED:])}</ul>',
        groups[MOST_GROUPS_LISTED:],
    )
    nothing = f"<p>No two clusters of columns have {_percent(REDUNDANT)} or more in common.</p>"
    return (
        f'<p class="lead">{lead}</p><p id="readout" class="readout muted">Point at the map to '
        f"read a pair. The strongest colour is {_percent(most)}.</p>"
        f'<div class="map-box">{pair_map(*pairs)}</div>'
        f'<h3 style="margin-top:22px">Groups with {_percent(REDUNDANT)} or more in common</h3>'
        + (listed if groups else nothing)
    )


def _group_html(group: list[str], bits: pd.Series, place: dict[str, int]) -> str:
    """Return the columns of a group as HTML, the most informative one first."""
    ordered = sorted(group, key=lambda name: -bits[name])
    return f"<li>{_chips([_chip(name, place, _bits(bits[name])) for name in ordered])}</li>"


def _interactions_section(report: "InformationReport") -> str:
    table = report.interactions
    if table is None:
        return ""
    lead = (
        "Pairs of columns that are more informative about the target together than the sum of "
        "both (synergy), or less (redundancy)."
    )
    if table.empty:
        return f'<p class="lead">{lead}</p><p>None is significant.</p>'
    place = _places_of_columns(report)
    largest = table["interaction"].abs().max()
    halves = "".join(
        f"<div><h3>{kind.capitalize()}</h3>{_pairs_html(pairs, largest, place)}</div>"
        for kind in ("synergy", "redundancy")
        for pairs in [table[table["kind"] == kind]]
    )
    return f'<p class="lead">{lead}</p><div class="two">{halves}</div>'


def _pairs_html(table: pd.DataFrame, largest: float, place: dict[str, int]) -> str:
    if table.empty:
        return "<p>No significant pair.</p>"
    rows = "".join(
        f'<tr><td class="text"><div class="chips">{_chip(row.feature, place)}'
        f"{_chip(row.other, place)}</div></td><td>{_bits(abs(row.interaction))}"
        f'<span class="of"><i class="fill {row.kind}" style="width:'
        f'{100 * abs(row.interaction) / largest:.1f}%"></i></span></td></tr>'
        for row in table.head(MOST_PAIRS_LISTED).itertuples()
    )
    rest = len(table) - MOST_PAIRS_LISTED
    more = f'<p class="muted">and {rest} more significant pairs</p>' if rest > 0 else ""
    return (
        '<div class="wide"><table><thead><tr><th scope="col" class="text">Columns</th>'
        f'<th scope="col">Bits</th></tr></thead><tbody>{rows}</tbody></table></div>{more}'
    )


def _drift_section(report: "InformationReport") -> str:
    drift = report.drift
    if drift is None:
        return ""
    place = _places_of_columns(report)
    ends = drift.report[["psi", "high"]].max().max()
    longest = max(min(ends, 2.0), 0.1)
    rows = [
        _drift_row(row, bins, longest, place)
        for row, bins in zip(drift.report.itertuples(), drift.bins, strict=True)
    ]
    heads = (
        '<th scope="col" class="text">Column</th><th scope="col">PSI (nats)</th>'
        '<th scope="col" class="optional">q-value</th><th scope="col" class="text">Status</th>'
        '<th scope="col" class="text">Bins: this table, new table</th>'
    )
    return (
        '<p class="lead">The population stability index of the bins of each column, between this '
        f"table and {drift.n_new:,.0f} new rows. Below 0.1 usually counts as stable, above 0.25 "
        "as a large shift; lines are 95 % intervals. In the charts grey is the proportion in this "
        "table, blue that in the new one. In a column with one bin only missing values and new "
        f"levels are detected.</p>{_listed(heads, rows)}"
    )


def _drift_row(row: Any, bins: pd.DataFrame, longest: float, place: dict[str, int]) -> str:
    is_stable = row.status in ("stable", "unclear")
    pale = ' class="insignificant"' if is_stable else ""
    status = row.status if is_stable else f"<b>{row.status}</b>"
    return (
        f'<tr{pale}><td class="text">{_chip(row.feature, place)}</td>'
        f'<td class="bits">{_bits(row.psi)}{bits_bar(row.psi, row.low, row.high, longest)}</td>'
        f'<td class="optional">{_p(row.qvalue)}</td><td class="text">{status}</td>'
        f'<td class="text">{drift_chart(bins)}</td></tr>'
    )


def _listed(heads: str, rows: list[str]) -> str:
    """Return a table with its first rows, the others in a collapsed element."""
    table = '<div class="wide"><table><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>'
    shown, rest = rows[:MOST_ROWS_LISTED], rows[MOST_ROWS_LISTED:]
    return table.format(heads, "".join(shown)) + _folded(
        f"{len(rest)} more", table.format(heads, "".join(rest)), rest
    )


RULES_OF_PAGE = (
    "Bits of a column: mutual information of equal-frequency bins, or levels, with the target, "
    "corrected for its mean under independence, so that of an uninformative column is about zero "
    "and may be slightly negative. Missing values are a level of their own.",
    "q-values are adjusted for the number of columns (Benjamini and Hochberg).",
    "The bins that are shown are optimised for the target, in their number as well; an "
    "uninformative column has one bin.",
    "The selection is that of InfoBottleneckSelector. Captured is the information gain of an "
    "additive model of the selected columns on held-out samples.",
)


def _notes_section(report: "InformationReport") -> str:
    items = "".join(f"<li>{escape(note)}</li>" for note in (*RULES_OF_PAGE, *report.notes))
    return f'<ul class="notes">{items}</ul>'


def _script_data(report: "InformationReport") -> str:
    """Return the data that the script sorts, searches and expands, as JSON safe in HTML."""
    columns = report.columns
    place = _places_of_columns(report)
    data = {
        "name": [one_line(name) for name in columns["feature"]],
        "whole": _abbreviated_names(columns["feature"]),
        "kind": columns["kind"].tolist(),
        "bits": _json_numbers(columns["bits"]),
        "q": _json_numbers(columns["q_value"]),
        "missing": _json_numbers(columns["missing"]),
        "distinct": _json_numbers(columns["distinct"]),
        "step": _json_numbers(columns["step"].fillna(0)),
        "informative": (columns["q_value"] <= SIGNIFICANT).tolist(),
        "flags": [[FLAG_WORDS[flag] for flag in flags] for flags in _flags_of_columns(report)],
        "facts": [_facts_of_column(column) for column in columns.itertuples()],
        "bin_columns": _shown_bin_columns(report),
        "bins": [_bin_rows(table) for table in report.bins],
        "map": [] if report.pairs is None else [place[name] for name in report.pairs.features],
    }
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    # A name that contains "</script>" or "<!--" must not end the script element.
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _abbreviated_names(names: Iterable[str]) -> dict[int, str]:
    """Return the full names that are displayed differently, by column index, for copying."""
    return {j: _utf8(name) for j, name in enumerate(names) if one_line(name) != name}


def _utf8(text: str) -> str:
    return text[:LONGEST_COPIED_NAME].encode("utf-8", "replace").decode()


def _json_numbers(values: Iterable[Any]) -> list[float | int | None]:
    """Return numbers with four significant digits, integers unchanged, None if non-finite."""
    return [_json_number(float(x)) for x in values]


def _json_number(x: float) -> float | int | None:
    if not np.isfinite(x):
        return None
    return int(x) if x.is_integer() else float(f"{x:.4g}")


def _facts_of_column(column: Any) -> list[tuple[str, str]]:
    interval = f" ({_bits(column.low)} to {_bits(column.high)})" if np.isfinite(column.low) else ""
    facts = [
        ("Bits", f"{_bits(column.bits)}{interval}"),
        ("Bits of these bins", _bits(column.bits_of_bins)),
        ("Distinct values", _distinct_text(column)),
    ]
    if column.missing > 0:
        facts.append(("Missing", f"{_percent(column.missing)}, {_bits(column.missing_bits)} bits"))
    if column.step > 0:
        facts.append(("Selected", f"in step {column.step:.0f}"))
    elif np.isfinite(column.bits_left):
        facts.append(("Bits given the selected columns", _bits(column.bits_left)))
    if column.redundant_with:
        facts.append(("Redundant with", one_line(column.redundant_with)))
    return facts


def _shown_columns(table: pd.DataFrame) -> list[str]:
    """Return the displayed columns of a bin table: for many classes, the rates of the first."""
    names = [str(name) for name in table]
    rates = [name for name in names if name.startswith("rate[")]
    if len(rates) < 2:
        return names
    if len(rates) == 2:
        return [name for name in names if name != rates[0]]
    hidden = {name for name in names if name.startswith(("low[", "high["))}
    return [name for name in names if name not in hidden | set(rates[len(COLOURS) :])]


# Displayed titles of columns of a bin table.
TITLES = {
    "count": "rows",
    "share": "proportion",
    "non_events": "non-events",
    "woe": "WoE",
    "iv": "IV (nats)",
}
TITLES_OF_CLASSES = {"rate": "rate of ", "low": "from", "high": "to"}


def _shown_bin_columns(report: "InformationReport") -> list[dict[str, Any]]:
    columns = []
    for name in _shown_columns(report.bins[0]):
        kind, bracket, label = name.partition("[")
        title = TITLES.get(name, name)
        if bracket:
            title = TITLES_OF_CLASSES.get(kind, kind)
            title += one_line(label[:-1], 24) if kind == "rate" else ""
        is_proportion = bool(bracket) or name == "share"
        columns.append(
            {
                "name": title,
                "format": "text" if name == "bin" else "percent" if is_proportion else "number",
                "bar": name in ("share", "bits") or kind == "rate",
            }
        )
    return columns


def _bin_rows(table: pd.DataFrame) -> list[list[Any]]:
    columns = [
        [one_line(label) for label in table[name]] if name == "bin" else _json_numbers(table[name])
        for name in _shown_columns(table)
    ]
    return [list(row) for row in zip(*columns, strict=True)]
