"""A target of any type as classes, for contingency tables."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator

from skinfo._counts._as_source import as_source, is_in_parts
from skinfo._counts._coded_chunks import bin_target
from skinfo._counts._cut_values import cut_values
from skinfo._counts._joint_codes import joint_codes
from skinfo._counts._quantiles import bin_starts, default_n_bins
from skinfo._counts._source import InMemory
from skinfo._counts._table import refuse_ragged_lists
from skinfo._counts._target import ClassTarget

if TYPE_CHECKING:
    from skinfo._counts._chunks import Chunks


RAGGED_OUTPUTS = (
    "y must have one value, or the same number of outputs, for each sample, and has rows of "
    "different lengths."
)


@dataclass(frozen=True)
class DiscretisedTarget:
    """A target as classes.

    Attributes
    ----------
    target : ClassTarget
        Target of the samples of positive weight; for chunks without samples.

    target_type : {"binary", "multiclass", "continuous", "multioutput"}

    classes : ndarray or list of ndarray
        The classes of y, None for a continuous y; a list for several outputs.

    edges : ndarray or list of ndarray
        Bin edges of a continuous y, None for classes; a list for several outputs.
    """

    target: ClassTarget
    target_type: str
    classes: Any
    edges: Any


def as_source_of_classes(
    X: Any, y: Any, sample_weight: Any, *, estimator: BaseEstimator, target_type: str
) -> tuple["InMemory | Chunks", DiscretisedTarget]:
    """Check X, y and weights, and return them as a source, and the target as classes.

    Parameters
    ----------
    X, sample_weight, estimator, target_type
        See `as_source`.

    y : array-like of shape (n_samples,) or (n_samples, n_outputs), str or None
        Several outputs are treated as one variable, their joint state.
    """
    options = {"estimator": estimator, "target_type": target_type}
    outputs = several_outputs(y)
    if outputs is not None and is_in_parts(X):
        raise ValueError(
            f"y has {outputs} outputs, and X is a table in parts. Several outputs need X in "
            "memory. Pass one of them, or one column that holds their joint state."
        )
    if outputs is None:
        return _discretise(as_source(X, y, sample_weight, **options))
    columns = np.asarray(y).T
    sources = [as_source(X, column, sample_weight, **options) for column in columns]
    discretised = [_discretise_in_memory(source) for source in sources]
    target = discretised[0].target
    codes = np.stack([output.target.codes for output in discretised])
    joint, n_states = joint_codes(codes, target.weights)
    return sources[0], DiscretisedTarget(
        _with_codes(target, joint, n_states),
        "multioutput",
        [output.classes for output in discretised],
        [output.edges for output in discretised],
    )


def several_outputs(y: Any) -> int | None:
    """Return the number of outputs of y if there are several, else None."""
    # y may be a dataframe, lazy or not, or any object that is convertible to an array.
    if y is None or isinstance(y, str):
        return None
    with refuse_ragged_lists(RAGGED_OUTPUTS):
        shape = y.shape if hasattr(y, "shape") else np.asarray(y).shape
    return None if len(shape) != 2 or shape[1] == 1 else int(shape[1])


def _discretise(source: "InMemory | Chunks") -> tuple["InMemory | Chunks", DiscretisedTarget]:
    """Return a source and its discretised target; numbers are cut into equal-frequency bins.

    If the source consists of chunks, the returned source has these bins as classes.
    """
    if isinstance(source, InMemory):
        return source, _discretise_in_memory(source)
    target = source.target
    if isinstance(target, ClassTarget):
        return source, DiscretisedTarget(target, target.target_type, target.classes, None)
    bins = bin_target(source)
    edges = cut_values(bins.before, bins.starts)
    source = source.with_classes(bins.starts)
    assert isinstance(source.target, ClassTarget)
    return source, DiscretisedTarget(source.target, "continuous", None, edges)


def _discretise_in_memory(source: Any) -> DiscretisedTarget:
    target = source.target
    if isinstance(target, ClassTarget):
        return DiscretisedTarget(target, target.target_type, target.classes, None)
    y = source.y[source.rows]
    weights = target.weights if target.is_weighted else None
    starts = bin_starts(y, default_n_bins(target.weights.sum()), weights)
    codes = np.searchsorted(starts, y, side="right")
    values = np.unique(y)
    first = np.searchsorted(values, starts)
    edges = cut_values(values[first - 1], values[first])
    return DiscretisedTarget(_with_codes(target, codes, len(edges) + 1), "continuous", None, edges)


def _with_codes(target: Any, codes: NDArray[np.integer], n_classes: int) -> ClassTarget:
    """Return the samples of a target with other classes."""
    return ClassTarget(
        codes.astype(np.int32), np.arange(n_classes), target.weights, target.is_weighted
    )
