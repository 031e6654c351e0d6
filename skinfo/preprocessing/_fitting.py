"""Fit of the bins of all columns: the plan, and its application to samples or chunks.

A `BinningPlan` contains everything that the bins depend on besides the samples. `fit_columns`
searches the columns of a source; `add_chunk` adds the summaries of a chunk to those of earlier
chunks, and finds the bins of all.
"""

from copy import deepcopy
from dataclasses import dataclass, fields, replace
from typing import Any, NamedTuple

import numpy as np
from joblib import hash as joblib_hash

import skinfo
from skinfo._counts._cut_values import cuts_of_starts, starts_of_cuts
from skinfo._counts._special_values import SpecialValues, special_values_of_columns
from skinfo._counts._target import ClassTarget, ContinuousTarget
from skinfo.preprocessing._controls import BinControls, controls_of, level_orders
from skinfo.preprocessing._cuts import candidate_edges
from skinfo.preprocessing._fitted_column import fit_levels, fit_numbers
from skinfo.preprocessing._partition import ColumnSettings
from skinfo.preprocessing._penalties import PENALTY_NAMES, resolve_penalty
from skinfo.preprocessing._target_statistics import statistics_of
from skinfo.utils._column_params import categorical_mask, given_edges
from skinfo.utils._saved_state import saved_class
from skinfo.utils._text import short_repr
from skinfo.utils._validation import match_name

# Parameters that the first chunk fixes, because the counts depend on them.
FIXED = (
    "categorical_features",
    "target_type",
    "max_candidates",
    "candidate_edges",
    "fixed_edges",
    "level_order",
    "special_values",
    "closed",
)

# Parameters that may change between chunks: bins are recomputed from all counts.
FREE = (
    "max_bins",
    "penalty",
    "encode",
    "min_samples_bin",
    "monotonic_cst",
    "min_rate_difference",
    "max_p_value",
    "min_frequency",
    "infrequent_label",
    "missing",
    "n_jobs",
)


@saved_class
@dataclass(frozen=True)
class BinningPlan:
    """Everything that the bins of all columns depend on besides the samples.

    Attributes
    ----------
    parameters : dict
        Parameters of the binner that affect the bins, ``FIXED + FREE``.

    names, keys : list
        Names of the columns in reports, and in the table itself.

    is_categorical : ndarray of shape (n_features,), dtype bool

    edges : list of (ndarray or None) of length n_features
        Candidate cuts of columns for which they are given.

    special : list of SpecialValues, of length n_features

    controls : list of BinControls, of length n_features

    target : ClassTarget or ContinuousTarget
        The classes, or centre and scale, without samples.

    weight : float
        Total weight of the samples.
    """

    parameters: dict[str, Any]
    names: list[str]
    keys: list[Any]
    is_categorical: np.ndarray
    edges: list[np.ndarray | None]
    special: list[SpecialValues]
    controls: list[BinControls]
    target: ClassTarget | ContinuousTarget
    weight: float

    @classmethod
    def of(cls, binner, source):
        """Return the plan of a binner with its parameters for the samples of a source."""
        parameters = parameters_of(binner)
        orders = level_orders(parameters["level_order"], source)
        is_categorical = categorical_mask(parameters["categorical_features"], source, source.kinds)
        is_categorical = is_categorical | [order is not None for order in orders]
        controls = controls_of(parameters, source, is_categorical, orders)
        candidates = given_edges(
            parameters["candidate_edges"],
            source,
            is_categorical,
            "candidate_edges",
            parameters["closed"],
        )
        plan = cls(
            parameters=parameters,
            names=list(source.names),
            keys=list(source.keys),
            is_categorical=is_categorical,
            edges=[
                None if edges is None else np.union1d(edges, asked.fixed_edges)
                for edges, asked in zip(candidates, controls, strict=True)
            ],
            special=special_values_of_columns(
                parameters["special_values"], source, is_categorical, source.kinds
            ),
            controls=controls,
            target=source.target.take(np.empty(0, np.int64)),
            weight=source.weight,
        )
        _refuse_contradictions(parameters, plan.controls, plan.target)
        return plan

    def for_next_chunk(self, parameters, source):
        """Return the plan of these and all previous samples, with the current parameters."""
        orders = [asked.level_order for asked in self.controls]
        controls = controls_of(parameters, source, self.is_categorical, orders)
        _refuse_contradictions(parameters, controls, self.target)
        return replace(
            self,
            parameters=parameters,
            controls=controls,
            weight=self.weight + source.weight,
        )

    @property
    def statistics(self):
        """Statistics of the target."""
        return statistics_of(self.target)

    @property
    def starts(self):
        """Smallest number on the right of each candidate cut, for columns with given ones."""
        closed = self.parameters["closed"]
        return [None if cuts is None else starts_of_cuts(cuts, closed) for cuts in self.edges]

    @property
    def is_classes(self):
        """Whether y is classes."""
        return self.target.classes is not None

    def settings(self, j, weight):
        """Return the ColumnSettings of column j, for samples of this total weight."""
        asked, statistics = self.controls[j], self.statistics
        return ColumnSettings(
            statistics=statistics,
            max_bins=asked.most_bins(weight, self.target.target_type),
            penalty=resolve_penalty(
                self.parameters["penalty"],
                self.target.target_type,
                ordered=not self.is_categorical[j] or asked.level_order is not None,
            ),
            min_weight=asked.min_weight(weight),
            max_candidates=self.parameters["max_candidates"],
            directions=asked.directions,
            min_difference=statistics.from_y(asked.min_rate_difference),
            min_statistic=asked.min_statistic(statistics.n_classes),
            fixed_edges=asked.fixed_edges,
            # A fold may contradict constraints that all samples together satisfy.
            may_relax=weight != self.weight,
            special=self.special[j],
            closed=self.parameters["closed"],
            min_level_weight=asked.min_level_weight(weight),
            infrequent_label=self.parameters["infrequent_label"],
            level_order=self._order_without_special(j),
            name=self.names[j],
        )

    def _order_without_special(self, j):
        order = self.controls[j].level_order
        special = self.special[j].of_levels() if order is not None else ()
        return order and tuple(level for level in order if level not in special)


@saved_class
class CountedChunks(NamedTuple):
    """State of `partial_fit` after some chunks, without samples.

    Attributes
    ----------
    plan : BinningPlan

    summaries : list of NumericSummary or CategoricalSummary, of length n_features
    """

    plan: BinningPlan
    summaries: list


def fit_columns(source, plan, rows=None):
    """Return the FittedColumn of every column.

    Parameters
    ----------
    source : Source

    plan : BinningPlan

    rows : ndarray of shape (n,), dtype int64, default=None
        Rows of X to fit on, of a source in memory. None: all.
    """
    weight = plan.weight
    if rows is not None:
        source = source.take(rows)
        weight = source.weight
    return source.map_columns(
        _column_fitter(plan, weight),
        plan.is_categorical,
        plan.parameters["n_jobs"],
        plan.starts,
        plan.special,
    )


def _column_fitter(plan, weight):
    """Return a function from a column, and its index, to the FittedColumn."""

    def fit_column(j, column):
        fit = fit_levels if plan.is_categorical[j] else fit_numbers
        return fit(column, plan.settings(j, weight), plan.parameters["missing"])

    return fit_column


def add_chunk(source, plan, summaries):
    """Add a chunk to the previous summaries, and fit all columns on them.

    Parameters
    ----------
    source : InMemory

    plan : BinningPlan
        Plan of this and all previous chunks.

    summaries : list or None
        Summaries of the previous chunks; None for the first chunk, which fixes the candidate cuts.

    Returns
    -------
    counted : CountedChunks

    columns : list of FittedColumn
    """
    parameters, chunk, closed = plan.parameters, source.chunk, plan.parameters["closed"]
    fit_column = _column_fitter(plan, plan.weight)

    def add_and_fit(j, column):
        if not plan.is_categorical[j] and plan.edges[j] is None:
            cuts = candidate_edges(column, parameters["max_candidates"], closed)
            cuts = np.union1d(cuts, plan.controls[j].fixed_edges)
            column = chunk.numeric_summary(j, starts_of_cuts(cuts, closed), plan.special[j])
        # A new summary, so that a chunk that fails is not counted partially.
        summary = column if summaries is None else summaries[j] + column
        return summary, fit_column(j, summary)

    results = source.map_columns(
        add_and_fit, plan.is_categorical, parameters["n_jobs"], plan.starts, plan.special
    )
    summaries = [summary for summary, _ in results]
    edges = [
        None if is_categorical else cuts_of_starts(summary.edges, closed)
        for summary, is_categorical in zip(summaries, plan.is_categorical, strict=True)
    ]
    return CountedChunks(replace(plan, edges=edges), summaries), [fitted for _, fitted in results]


def parameters_of(binner):
    """Return the parameters of a binner that affect its bins."""
    # Attributes, not get_params: a subclass may have fewer parameters. A copy, so that a list
    # changed between chunks is detected.
    parameters = {name: deepcopy(getattr(binner, name)) for name in FIXED + FREE}
    if isinstance(parameters["penalty"], str):
        parameters["penalty"] = match_name(
            parameters["penalty"], PENALTY_NAMES, parameter="penalty", caller="MutualInfoBinner"
        )
    return parameters


def refuse_changes(before, parameters):
    """Raise ValueError if a parameter has changed that affects the counts of chunks."""
    for name in FIXED:
        if _content(parameters[name]) != _content(before[name]):
            raise ValueError(
                f"{name} was changed to {short_repr(parameters[name])} between two calls of "
                "partial_fit, and what was counted depends on it. Set it back, or begin again "
                "with fit or a clone."
            )


def refuse_incomplete(plan):
    """Raise ValueError if another version of skinfo counted the chunks, for other searches."""
    lacking = [field.name for field in fields(plan) if not hasattr(plan, field.name)]
    if lacking:
        raise ValueError(
            "The chunks so far were counted by another version of skinfo than this one, "
            f"{skinfo.__version__}, which needs more than was counted ({', '.join(lacking)}). Go "
            "on with that version, or begin again with fit or a clone."
        )


def named_target(classes, before):
    """Return a ClassTarget with the classes given to `partial_fit`, without samples.

    Parameters
    ----------
    classes : array-like of shape (n_classes,) or None
        None: `before` is returned.

    before : ClassTarget, ContinuousTarget or None
        Target of the previous chunks.
    """
    if classes is None:
        return before
    classes = np.unique(classes)
    if before is None:
        empty = np.empty(0)
        return ClassTarget(empty.astype(np.int32), classes, empty, False)
    if not np.array_equal(classes, before.classes):
        raise ValueError(
            f"classes={short_repr(classes.tolist())} differ from those of the first call of "
            f"partial_fit, {short_repr(np.asarray(before.classes).tolist())}. Leave them out, or "
            "begin again with fit or a clone."
        )
    return before


def _refuse_contradictions(parameters, controls, target):
    """Raise ValueError if parameters contradict the target or each other."""
    if parameters["target_type"] == "binary" and target.target_type != "binary":
        raise ValueError(
            f"target_type='binary' needs two classes, got {len(target.classes)}: "
            f"{short_repr(target.classes.tolist())} Leave it at 'auto'."
        )
    monotonic_cst = parameters["monotonic_cst"]
    if monotonic_cst is not None and target.target_type == "multiclass":
        raise ValueError(
            f"monotonic_cst={short_repr(monotonic_cst)} is about one rate or mean, and y has "
            f"{len(target.classes)} classes. Leave it at None, or bin one class against the rest."
        )
    asked = {
        "monotonic_cst": monotonic_cst is not None,
        "min_rate_difference": any(each.min_rate_difference > 0 for each in controls),
        "max_p_value": any(each.max_p_value is not None for each in controls),
    }
    for name in (name for name, is_asked in asked.items() if is_asked):
        if parameters["penalty"] == "mdlp":
            raise ValueError(
                f"penalty='mdlp' splits greedily and supports no {name}, got "
                f"{name}={short_repr(parameters[name])}. Use penalty='modl'."
            )
    if parameters["encode"] == "woe" and target.classes is None:
        raise ValueError(
            "encode='woe' is the weight of evidence for a class, and y is continuous. Use "
            "encode='posterior', the mean of y in the bin."
        )


def _content(parameter):
    """Return a text that identifies the content, in memory or mapped from a file."""
    return joblib_hash(parameter, coerce_mmap=True)
