"""information_report: a report of the information of each column of a table as an HTML page."""

from __future__ import annotations

import os
import tempfile
import warnings
import webbrowser
from dataclasses import dataclass, field
from numbers import Integral
from pathlib import Path
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.base import clone

from skinfo._counts._as_source import as_source
from skinfo._counts._kinds import LARGEST_EXACT_INTEGER
from skinfo._counts._source import InMemory, names_of_columns
from skinfo._counts._table import check_unique_names
from skinfo.estimation import mutual_info_test
from skinfo.feature_selection import InfoBottleneckSelector
from skinfo.inspection._report_numbers import (
    DriftSummary,
    PairSummary,
    SelectionSummary,
    TargetDistribution,
    column_table,
    drift_summary,
    pairs_in_memory,
    pairs_of_parts,
    profiles_of,
    selection_summary,
    target_distribution,
)
from skinfo.inspection._report_page import embedded, report_page
from skinfo.inspection._report_warnings import RULES, ReportWarning, report_warnings
from skinfo.inspection._style import LONGEST_NAME
from skinfo.preprocessing import MutualInfoBinner
from skinfo.utils._text import one_line
from skinfo.utils._validation import MEANING_OF_Y, explain_missing_arguments

NO_INTERVALS = (
    "Bits have no interval where rows are weighted, columns are sparse, or a continuous target is "
    "read in parts."
)
LARGE_INTEGERS = "Integers beyond 2**53, which most often are identifiers, are read as text: {}."

# Number of columns in the text representation of a report.
ROWS_OF_TEXT = 10


@dataclass(frozen=True, repr=False, eq=False)
class InformationReport:
    """Result of `information_report`: the numbers, and an HTML page of them.

    Attributes
    ----------
    title : str
        Heading of the page.

    n_samples : int
        Number of samples of positive weight.

    target : TargetDistribution
        Distribution of y: ``name``, ``target_type``, ``entropy`` in bits, ``labels`` and their
        proportions, ``shares``.

    columns : DataFrame
        One row for each column, in the order of X. ``feature``, ``kind``; ``bits`` about y, with
        the 95 % interval ``low`` to ``high``, ``p_value`` and ``q_value``; ``missing``, the
        proportion of missing values, ``missing_bits``, their contribution, and ``missing_q``, the
        q-value of their independence of y; ``distinct``, the number of different values; ``bins``
        and ``bits_of_bins`` of the binner; ``step``, the step in which the column was selected (0:
        never); ``bits_left``, its information given the selected ones; and ``redundant_with``.
        ``bits``, interval and p-value are those of `mutual_info_test` with ``estimator="binned"``.
        For a continuous y, or without an interval (see ``notes``), bits and p-value are those of
        the selector, and the interval is for its bins of y.

    bins : list of DataFrame
        `MutualInfoBinner.bin_table` of each column.

    selection : SelectionSummary
        The ``report`` of the selector, the ``information`` after each step, and the held-out
        information ``held_out``, with ``held_out_error``.

    pairs : PairSummary or None
        Mutual information of pairs of columns, as a proportion: ``features`` in the order of
        their clusters, ``shared``, ``links``, and ``groups`` of redundant columns.

    interactions : DataFrame or None
        The significant interactions of pairs of columns about y (`pairwise_interaction`).

    drift : DriftSummary or None
        Drift of new samples: the ``report`` of `population_stability`, the ``bins`` of each of its
        rows, and their number ``n_new``.

    warnings : list of ReportWarning
        Each with ``kind``, ``features`` and ``details``.

    notes : list of str
        Omitted parts, and rules that depend on the size of the table.
    """

    title: str
    n_samples: int
    target: TargetDistribution
    columns: pd.DataFrame
    bins: list[pd.DataFrame]
    selection: SelectionSummary
    pairs: PairSummary | None
    interactions: pd.DataFrame | None
    drift: DriftSummary | None
    warnings: list[ReportWarning]
    notes: list[str] = field(default_factory=list)

    def to_frame(self) -> pd.DataFrame:
        """Return the table of the columns in decreasing order of information.

        Returns
        -------
        table : DataFrame
            `columns`, by decreasing ``bits``.
        """
        return self.columns.sort_values("bits", ascending=False, kind="stable", ignore_index=True)

    def html(self) -> str:
        """Return the report as an HTML page.

        Returns
        -------
        page : str
            A complete HTML document, including its style, scripts and figures. It needs no
            network.
        """
        return report_page(self)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the page to a file.

        Parameters
        ----------
        path : str or path-like
            For example ``"report.html"``. An existing file is replaced.

        Returns
        -------
        path : Path
            Path of the file.
        """
        path = Path(path)
        # The name of a column may contain a lone surrogate, which UTF-8 cannot encode.
        path.write_bytes(self.html().encode("utf-8", "replace"))
        return path

    def open(self) -> Path:
        """Open the page in a browser.

        Returns
        -------
        path : Path
            The temporary file that the browser shows. It is not deleted.
        """
        handle, name = tempfile.mkstemp(prefix="information_report_", suffix=".html")
        os.close(handle)
        path = self.save(name)
        webbrowser.open(path.as_uri())
        return path

    def __repr__(self) -> str:
        """Return the first numbers as text."""
        table = self.to_frame()[["feature", "kind", "bits", "q_value", "missing", "step"]]
        table["feature"] = [one_line(name, LONGEST_NAME) for name in table["feature"]]
        lines = [
            f"{one_line(self.title)}: {self.n_samples:,} rows, {len(self.columns)} columns",
            f"Entropy of {one_line(self.target.name)}: {self.target.entropy:.3g} bits, "
            f"{self._captured()}",
            table.head(ROWS_OF_TEXT).to_string(index=False, float_format="{:.3g}".format),
        ]
        if len(table) > ROWS_OF_TEXT:
            lines.append(f"and {len(table) - ROWS_OF_TEXT} more columns")
        lines += [
            f"{RULES[warning.kind].title}: {_some(warning.features)}" for warning in self.warnings
        ]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        """Return the page in an iframe, which isolates its styles from those of the notebook."""
        return embedded(self.html())

    def _captured(self) -> str:
        selected = int((self.columns["step"] > 0).sum())
        if not len(self.selection.held_out):
            return f"{selected} column(s) selected"
        return f"{self.selection.held_out.max():.3g} captured by {selected} selected column(s)"


def _some(features: list[str]) -> str:
    shown = ", ".join(one_line(name, LONGEST_NAME) for name in features[:4])
    return shown if len(features) <= 4 else f"{shown} and {len(features) - 4} more"


@explain_missing_arguments(y=MEANING_OF_Y)
def information_report(
    X: Any,
    y: ArrayLike | str | None,
    *,
    X_new: Any = None,
    sample_weight: ArrayLike | str | None = None,
    target_type: str = "auto",
    binner: MutualInfoBinner | None = None,
    selector: InfoBottleneckSelector | None = None,
    title: str | None = None,
    n_jobs: int | None = None,
) -> InformationReport:
    """Report the information of each column of a table about a target, as an HTML page.

    The page contains the entropy of y, the information of each column with its interval and bins,
    redundant columns, the selected columns with reasons, interactions, and warnings: leaks,
    identifiers, copies, informative missing values, drift. It is one file that needs no network,
    for a browser or a notebook.

    Parameters
    ----------
    X : array-like, sparse array or dataframe of shape (n_samples, n_features), or table
        Columns of any kind, with missing values. A table that is not in memory may be of any kind
        that `skinfo.MutualInfoBinner` accepts, such as paths of files, Dask or polars' LazyFrame.
        It is read several times; interactions and held-out information need the rows in memory and
        are omitted.

    y : array-like of shape (n_samples,), or str
        Classes or numbers, or the name of a column of X, which is then not a feature.

    X_new : array-like, dataframe or table, default=None
        New samples with the columns of X, from another time or place, for the analysis of drift.
        They need no y.

    sample_weight : array-like of shape (n_samples,), or str, default=None
        A weight of w counts as w repetitions of the sample. The information of columns then has no
        interval. A name also applies to the weights of `X_new`.

    target_type : {"auto", "binary", "multiclass", "continuous"}, default="auto"
        The type of y, as in `skinfo.MutualInfoBinner`. A continuous y is discretised into
        equal-frequency bins, 3 to 10 by the cube root of the number of samples, and all
        information is about these.

    binner : MutualInfoBinner or None, default=None
        The binner of the displayed bins; a clone is fitted.

    selector : InfoBottleneckSelector or None, default=None
        The selector; a clone is fitted.

    title : str or None, default=None
        Heading of the page. None: a heading with the name of the target.

    n_jobs : int or None, default=None
        Number of threads. The result does not depend on it.

    Returns
    -------
    report : InformationReport
        Has the methods ``html()``, ``save(path)``, ``open()`` and ``to_frame()``; a notebook
        displays it as the page.

    Raises
    ------
    ValueError
        As in `skinfo.MutualInfoBinner.fit`: if y is absent, constant or has missing values.

    See Also
    --------
    skinfo.estimation.mutual_info_test : Information of each column, with p-values.
    skinfo.MutualInfoBinner.bin_table : The bins of a column.
    skinfo.InfoBottleneckSelector.report : Selected and dropped features, with reasons.
    skinfo.metrics.population_stability : Drift of new samples.

    Notes
    -----
    The information of a column is that of `mutual_info_test` with ``estimator="binned"``: of
    unsupervised equal-frequency bins, corrected for its expectation under independence. The
    displayed bins are those of the binner, which are optimised for y.

    The information of a selection is estimated on held-out samples by `held_out_information`. If a
    table has more than a million cells its features are selected once, on all samples, and only
    the first ones are evaluated, up to 600,000 cells.

    Integers beyond 2**53 that float64 would change, which are usually identifiers, are read as
    text if the data frame is in memory, and a note in the page names their columns.

    Drift is that of the displayed bins: an uninformative column has one bin, so only missing
    values and new levels are detected.

    A column is reported as a possible leak from 90 % of H(y); text and integers without repeated
    values are identifiers; levels are many from 101 on, or below 10 samples per level. The map of
    redundancy has up to 500 columns, those with the most information; interactions are limited to
    half a billion samples times pairs.

    100,000 rows of 100 columns take about six seconds on two virtual cores.

    Examples
    --------
    >>> from sklearn.datasets import load_breast_cancer
    >>> from skinfo.inspection import information_report
    >>> X, y = load_breast_cancer(return_X_y=True, as_frame=True)
    >>> report = information_report(X, y, title="Breast cancer")
    >>> report.to_frame()[["feature", "bits"]].head(2).round(2)
               feature  bits
    0  worst perimeter  0.66
    1       worst area  0.65
    >>> page = report.html()
    """
    if not hasattr(X, "collect_schema"):  # the column names of polars are unique
        check_unique_names(X)
    X, X_new, as_text = _large_integers_as_text(X, X_new, names_of_columns(y, sample_weight))
    source = as_source(X, y, sample_weight, caller="information_report", target_type=target_type)
    known_type = source.target_type if target_type == "auto" else target_type
    binner = _configured(binner or MutualInfoBinner(), known_type, n_jobs)
    selector = _configured(selector or InfoBottleneckSelector(), known_type, n_jobs)
    binner.fit(X, y, sample_weight)
    drift = None
    if X_new is not None:
        named = sample_weight if isinstance(sample_weight, str) else None
        drift = drift_summary(binner, X_new, named, n_jobs)
    selector.fit(X, y, sample_weight)
    test = _test_of_columns(X, y, sample_weight, source, selector.target_edges_, n_jobs)
    profiles = profiles_of(source)
    # If the column names of a frame are integers, `bin_table` takes an integer as a name.
    keys = [key if isinstance(key, Integral) else j for j, key in enumerate(source.keys)]
    bins = [binner.bin_table(key) for key in keys]
    columns = column_table(source, test, profiles, bins, binner, selector)
    bits = columns["bits"].to_numpy()
    selection, notes = selection_summary(X, y, sample_weight, source, selector)
    pairs, interactions, of_pairs = (
        pairs_in_memory(source, bits, n_jobs)
        if isinstance(source, InMemory)
        else pairs_of_parts(X, y, source, binner, n_jobs)
    )
    if test is None:
        notes.append(NO_INTERVALS)
    if as_text:
        notes.append(LARGE_INTEGERS.format(_some(as_text)))
    target = target_distribution(_target_name(y), source, binner, selector)
    return InformationReport(
        title or f"Information about {target.name}",
        source.n_samples,
        target,
        columns,
        bins,
        selection,
        pairs,
        interactions,
        drift,
        report_warnings(
            columns,
            [profile.digest for profile in profiles],
            source.n_samples,
            target.entropy,
            None if drift is None else drift.report,
        ),
        [*notes, *of_pairs],
    )


def _large_integers_as_text(X: Any, X_new: Any, skip: tuple[str, ...]) -> tuple[Any, Any, list]:
    """Return frames with integers that float64 cannot represent as text, and their columns."""
    frame = nw.from_native(X, eager_only=True, pass_through=True)
    if not isinstance(frame, nw.DataFrame):
        return X, X_new, []
    integers = [name for name, dtype in frame.schema.items() if dtype.is_integer()]
    large = [
        name
        for name in integers
        if isinstance(name, str)
        and name not in skip
        and not _are_exact_as_floats(frame.get_column(name))
    ]
    return _as_text(X, large), _as_text(X_new, large), large


def _are_exact_as_floats(integers: nw.Series) -> bool:
    """Return whether float64 represents all integers of a column exactly."""
    ends = [end for end in (integers.min(), integers.max()) if end is not None]
    if all(abs(int(end)) <= LARGEST_EXACT_INTEGER for end in ends):
        return True
    return all(int(float(value)) == value for value in integers.drop_nulls().to_list())


def _as_text(X: Any, names: list[str]) -> Any:
    """Return a frame with some columns as text; anything else unchanged."""
    frame = nw.from_native(X, eager_only=True, pass_through=True)
    if not names or not isinstance(frame, nw.DataFrame):
        return X
    present = [name for name in names if name in frame.columns]
    return frame.with_columns(nw.col(*present).cast(nw.String)).to_native() if present else X


def _configured(estimator: Any, target_type: str, n_jobs: int | None) -> Any:
    """Return a copy of an estimator for a target of this type."""
    estimator = clone(estimator)
    if estimator.target_type == "auto":
        # Each estimator with "auto" would warn that an integer y is treated as continuous.
        estimator.set_params(target_type=target_type)
    return estimator if n_jobs is None else estimator.set_params(n_jobs=n_jobs)


def _test_of_columns(
    X: Any, y: Any, sample_weight: Any, source: Any, edges: Any, n_jobs: int | None
) -> Any:
    """Return the MutualInfoTestResult of the columns, or None if the test does not support them.

    A continuous y is discretised at the bin edges of the selector, so that the intervals match
    its bits.
    """
    is_in_memory = isinstance(source, InMemory)
    # Chunks may contain their own weights.
    is_weighted = sample_weight is not None or source.target.is_weighted
    if is_weighted or (edges is not None and not is_in_memory):
        return None
    if is_in_memory and source.table.is_sparse:
        return None
    if edges is not None:
        X, y = _with_target(X, y, np.searchsorted(edges, source.y, side="right"))
    with warnings.catch_warnings():
        # Integers with many values are treated as numeric, as in the selector, without a warning.
        warnings.filterwarnings("ignore", "mutual_info_test takes integers")
        return mutual_info_test(X, y, discrete_target=True, estimator="binned", n_jobs=n_jobs)


def _with_target(X: Any, y: Any, codes: NDArray[np.integer]) -> tuple[Any, Any]:
    """Return X and y with the values of y replaced; y may be the name of a column of X."""
    if not isinstance(y, str):
        return X, codes
    frame = nw.from_native(X, eager_only=True)
    column = nw.new_series(y, codes, backend=frame.implementation)
    return frame.with_columns(column).to_native(), y


def _target_name(y: Any) -> str:
    name = y if isinstance(y, str) else getattr(y, "name", None)
    return "y" if name is None else str(name)
