"""Warnings of an information report by fixed rules: leaks, identifiers, duplicates and others."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np
import pandas as pd

# Minimum information of a possible leak, as a proportion of H(y).
LEAK = 0.9

MANY_MISSING = 0.5

# Number of levels above which, and of samples per level below which, a column is reported.
HIGH_CARDINALITY = 100
FEW_SAMPLES = 10

# Maximum q-value of an informative missing-value indicator.
MISSING_LEVEL = 0.01


class ReportWarning(NamedTuple):
    """Columns with one kind of problem.

    Attributes
    ----------
    kind : {"leak", "drift", "identifier", "duplicate", "constant", "missing", \
"informative_missing", "cardinality"}

    features : list of str

    details : list of str
        Description of the finding, one for each feature.
    """

    kind: str
    features: list[str]
    details: list[str]


class WarningRule(NamedTuple):
    """Title, advice and severity of a kind of warnings."""

    title: str
    advice: str
    is_serious: bool


RULES = {
    "leak": WarningRule(
        "Possible leaks",
        f"At least {100 * LEAK:.0f} % of H(y): a copy of y, or known only after it?",
        True,
    ),
    "drift": WarningRule(
        "Drift", "The proportions of the bins differ between the new table and this one.", True
    ),
    "identifier": WarningRule(
        "Identifiers", "A distinct value in each row: not useful in a model.", False
    ),
    "duplicate": WarningRule("Duplicates", "Equal in every row to another column.", False),
    "constant": WarningRule("Constant", "One value only.", False),
    "missing": WarningRule(
        "Many missing values", f"At least {100 * MANY_MISSING:.0f} % of the rows.", False
    ),
    "informative_missing": WarningRule(
        "Informative missing values",
        "Missing values are informative about y: keep them, for example as a bin.",
        False,
    ),
    "cardinality": WarningRule(
        "High cardinality",
        f"Over {HIGH_CARDINALITY} levels, or fewer than {FEW_SAMPLES} samples per level.",
        False,
    ),
}


def report_warnings(
    columns: pd.DataFrame,
    digests: list[bytes],
    n_samples: int,
    entropy_of_y: float,
    drift: pd.DataFrame | None,
) -> list[ReportWarning]:
    """Return the warnings that apply, the serious ones first.

    Parameters
    ----------
    columns : DataFrame
        As in `InformationReport`.

    digests : list of bytes
        Equal for equal columns; empty where the values are unknown.

    n_samples : int

    entropy_of_y : float
        In bits.

    drift : DataFrame or None
        As in `PopulationStability.report`.
    """
    found = {
        "leak": _details(
            columns,
            columns["bits"] >= LEAK * entropy_of_y,
            lambda c: f"{100 * c.bits / entropy_of_y:.3g} % of H(y)",
        ),
        "drift": _drift_details(drift),
        "identifier": _details(columns, _is_identifier(columns, n_samples), _n_distinct),
        "duplicate": _copies(columns, digests),
        "constant": _details(
            columns,
            (columns["distinct"] + (columns["missing"] > 0)) <= 1,
            lambda c: "only missing values" if c.missing == 1 else "one value",
        ),
        "missing": _details(
            columns,
            (columns["missing"] >= MANY_MISSING) & (columns["missing"] < 1),
            lambda c: f"{100 * c.missing:.3g} % missing",
        ),
        "informative_missing": _details(
            columns,
            columns["missing_q"] <= MISSING_LEVEL,
            lambda c: f"{c.missing_bits:.2g} bits",
        ),
        "cardinality": _details(columns, _has_many_levels(columns, n_samples), _n_distinct),
    }
    return [
        ReportWarning(kind, *map(list, zip(*found[kind], strict=True)))
        for kind in RULES
        if found[kind]
    ]


def _details(
    columns: pd.DataFrame, is_affected: pd.Series, detail: Callable
) -> list[tuple[str, str]]:
    return [(c.feature, detail(c)) for c in columns[is_affected].itertuples()]


def _n_distinct(column: tuple) -> str:
    return f"{column.distinct:,.0f} different values"


def _is_identifier(columns: pd.DataFrame, n_samples: int) -> pd.Series:
    """Return the mask of text and integer columns without repeated values.

    Floating point measurements are excluded, because their values are usually all different.
    """
    is_label = columns["kind"].isin(["level", "integer"])
    present = np.rint(n_samples * (1 - columns["missing"]))
    return is_label & (columns["distinct"] >= present) & (present > FEW_SAMPLES)


def _has_many_levels(columns: pd.DataFrame, n_samples: int) -> pd.Series:
    levels = columns["distinct"]
    few_samples = (levels > FEW_SAMPLES) & (n_samples < FEW_SAMPLES * levels)
    is_label = (columns["kind"] == "level") & ~_is_identifier(columns, n_samples)
    return is_label & ((levels > HIGH_CARDINALITY) | few_samples)


def _copies(columns: pd.DataFrame, digests: list[bytes]) -> list[tuple[str, str]]:
    """Return the columns that equal an earlier one; constant columns have a separate warning."""
    first: dict[bytes, str] = {}
    copies = []
    for column, digest in zip(columns.itertuples(), digests, strict=True):
        if digest and column.distinct > 1:
            original = first.setdefault(digest, column.feature)
            if original != column.feature:
                copies.append((column.feature, f"equals {original}"))
    return copies


def _drift_details(drift: pd.DataFrame | None) -> Iterable[tuple[str, str]]:
    if drift is None:
        return []
    shifted = drift[drift["status"].isin(["shift", "large shift"])]
    return [(row.feature, f"PSI {row.psi:.2g}") for row in shifted.itertuples()]
