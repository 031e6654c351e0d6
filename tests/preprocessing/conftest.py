"""Builders of what the modules of the binner take: the only place that names private classes."""

import numpy as np
import pytest

from skinfo._counts._sorted_column import SortedColumn
from skinfo._counts._summaries import CategoricalSummary, NumericSummary
from skinfo._counts._target import ClassTarget, ContinuousTarget
from skinfo.preprocessing._partition import ColumnSettings
from skinfo.preprocessing._penalties import resolve_penalty
from skinfo.preprocessing._target_statistics import ClassStatistics, statistics_of


def make_target(y, weights=None):
    """Return a target of y: integers are classes, floats are numbers that sums are exact of."""
    y = np.asarray(y)
    w = np.ones(len(y)) if weights is None else np.asarray(weights, float)
    if y.dtype.kind == "f":
        return ContinuousTarget(y, 0.0, 1.0, w, weights is not None)
    classes, codes = np.unique(y, return_inverse=True)
    return ClassTarget(codes.astype(np.int32), classes, w, weights is not None)


@pytest.fixture
def target_of():
    return make_target


@pytest.fixture
def column_of():
    """A column of numbers, known by its sorted values or by cells between edges."""

    def make(values, y, weights=None, edges=None):
        values, target = np.asarray(values, float), make_target(y, weights)
        if edges is None:
            return SortedColumn(values, target)
        return NumericSummary(np.asarray(edges, float), target).add(values, target)

    return make


@pytest.fixture
def levels_of():
    """A column of levels."""

    def make(values, y, weights=None):
        target = make_target(y, weights)
        levels = sorted({value for value in values if value is not None})
        codes = np.array([-1 if value is None else levels.index(value) for value in values])
        return CategoricalSummary(target).add(codes, levels, target)

    return make


@pytest.fixture
def settings_of():
    """The settings of a column, its penalty by the value of the parameter."""

    def make(y=(0, 1), penalty=None, *, ordered=True, max_bins=8, min_weight=1.0, **more):
        target = make_target(y)
        return ColumnSettings(
            statistics=statistics_of(target),
            max_bins=max_bins,
            penalty=resolve_penalty(penalty, target.target_type, ordered=ordered),
            min_weight=min_weight,
            **more,
        )

    return make


@pytest.fixture
def class_statistics():
    return ClassStatistics
