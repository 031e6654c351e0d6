"""Outputs of a selector: its columns as an array or dataframe, and its report."""

from html import escape

import narwhals.stable.v2 as nw
import numpy as np

from skinfo._counts._table import whole_values
from skinfo.utils._text import one_line

# Maximum number of rows of the HTML table.
MOST_FEATURES_LISTED = 30


def as_array(frame):
    """Return a frame as one array, (n_samples, n_columns).

    Numeric columns have their common NumPy dtype; missing values are NaN. Other columns, or
    columns of several kinds, become objects.
    """
    columns = [_as_column(series) for series in _dense(frame).iter_columns()]
    kinds = {"number" if column.dtype.kind in "biuf" else column.dtype.kind for column in columns}
    if len(kinds) > 1 or not kinds <= {"number", "M", "m"}:
        # Converted one by one to objects: NumPy would convert dates to integers.
        columns = [_object_column(column) for column in columns]
    return np.column_stack(columns)


def _as_column(series):
    if series.dtype.is_numeric() or series.dtype == nw.Boolean:
        whole = not series.is_null().any()
        return whole_values(series) if whole else series.cast(nw.Float64).to_numpy()
    if series.dtype in (nw.Categorical, nw.Enum) and not series.implementation.is_pandas_like():
        # pyarrow's to_numpy converts a null of a dictionary array to its last level.
        return series.cast(nw.String).to_numpy()
    return series.to_numpy()


def _object_column(column):
    objects = np.empty(len(column), object)
    objects[:] = list(column)
    return objects


def _dense(frame):
    """Return a pandas frame with dense columns instead of sparse ones; any other unchanged."""
    if not frame.implementation.is_pandas():
        return frame
    import pandas as pd

    native = frame.to_native()
    sparse = {k: d.subtype for k, d in native.dtypes.items() if isinstance(d, pd.SparseDtype)}
    return nw.from_native(native.astype(sparse)) if sparse else frame


# Functions of a narwhals DataFrame, by the value of `transform` in scikit-learn's `set_output`.
CONTAINERS = {
    "default": as_array,
    "pandas": lambda frame: frame.to_pandas(),
    "polars": lambda frame: _dense(frame).to_polars(),
}


def selection_report(result, names):
    """Return a DataFrame with one row for each group; see `InfoBottleneckSelector.report`."""
    import pandas as pd

    selected = np.array(result.selected, dtype=np.int64)
    bits_left, p_left = result.remaining_gains.copy(), result.remaining_pvalues.copy()
    bits_left[selected], p_left[selected] = result.gains, result.gain_pvalues
    is_selected = np.isin(np.arange(len(names)), selected)
    rest = np.flatnonzero(~is_selected)
    order = np.concatenate([selected, rest[np.argsort(-bits_left[rest], kind="stable")]])
    table = pd.DataFrame(
        {
            "feature": names,
            "bits": result.relevance,
            "p_value": result.pvalues,
            "selected": is_selected,
            "bits_left": bits_left,
            "p_left": p_left,
            "redundant_with": [names[w] if w >= 0 else "" for w in result.redundant_with],
        }
    )
    return table.iloc[order].reset_index(drop=True)


def selection_html(report):
    """Return an HTML table of the first rows of a report, with bars of both kinds of bits."""
    longest = max(float(report["bits"].max()), float(report["bits_left"].max()), 1e-300)
    n_selected = int(report["selected"].sum())
    rows = "".join(
        _html_row(row, longest) for row in report.head(MOST_FEATURES_LISTED).itertuples()
    )
    n_hidden = len(report) - MOST_FEATURES_LISTED
    more = f"<tr><td colspan='6'>and {n_hidden} more</td></tr>" if n_hidden > 0 else ""
    return (
        f"<details open><summary>Selected {n_selected} of {len(report)}</summary>"
        "<table style='text-align:right'><thead><tr><th></th><th>feature</th><th>bits</th>"
        "<th>bits left</th><th>p</th><th></th><th>redundant with</th></tr></thead>"
        f"<tbody>{rows}{more}</tbody></table></details>"
    )


def _html_row(row, longest):
    bars = "".join(
        f"<div style='background:{color};height:0.4em;width:{_pixels(bits, longest)}px'></div>"
        for color, bits in (("#a8c4dd", row.bits), ("#4878a8", row.bits_left))
    )
    redundant_with = escape(one_line(row.redundant_with)) if row.redundant_with else ""
    return (
        f"<tr><td>{'✓' if row.selected else ''}</td>"
        f"<td style='text-align:left'>{escape(one_line(row.feature))}</td>"
        f"<td>{row.bits:.4f}</td><td>{row.bits_left:.4f}</td><td>{row.p_left:.2g}</td>"
        f"<td style='text-align:left'>{bars}</td>"
        f"<td style='text-align:left'>{redundant_with}</td></tr>"
    )


def _pixels(bits, longest):
    return round(120 * max(bits, 0.0) / longest) if bits == bits else 0
