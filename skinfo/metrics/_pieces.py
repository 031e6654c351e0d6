"""Labels and predictions in pieces, and the sums over all pieces.

All scores follow one convention. Either the first argument is an iterable of chunks, each a tuple
of the arguments in their order; or all arguments are Dask collections; or y_true and sample_weight
name columns of the table y_prob, whose other columns are the predictions.
"""

import inspect
from collections.abc import Iterable
from dataclasses import dataclass
from functools import wraps
from typing import Any, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np
from narwhals.stable.v2.dependencies import is_into_dataframe

from skinfo._counts._as_source import is_in_parts, table_in_parts
from skinfo._counts._partitions import LocalPartitions, Part, Partitions, errors_that_name
from skinfo._counts._source import columns_by_name
from skinfo.metrics._arrays import check_row_weights, read_array, to_numpy
from skinfo.metrics._labels import encode_labels
from skinfo.utils._text import short_repr

# Advice in errors of functions that rank predictions.
RANKS_INSTEAD = (
    "Draw a random sample of the rows. Or round the predictions, count the samples of each label "
    "and prediction, and pass the counts as sample_weight."
)

# Names of arguments with predictions, in functions that need all samples at once.
PREDICTIONS = {"y_prob", "probs"}


class Piece(NamedTuple):
    """Some samples, as the arguments of a score.

    Attributes
    ----------
    y_true : array-like of shape (n_samples,) or (n_samples, n_outputs)

    predictions : tuple of array-like of n_samples rows

    sample_weight : array-like of shape (n_samples,) or None
    """

    y_true: Any
    predictions: tuple
    sample_weight: Any


class ChunkOfArguments(NamedTuple):
    """Reader of parts that are tuples of labels, predictions and, if any, weights.

    Attributes
    ----------
    arguments : tuple of str
        The names of labels and predictions.
    """

    arguments: tuple[str, ...]

    def read(self, part):
        """Return a part as a Piece, not checked."""
        n = len(self.arguments)
        if not isinstance(part.data, tuple) or len(part.data) not in (n, n + 1):
            raise ValueError(f"Chunks must be tuples {self.form}, got {_description(part.data)}.")
        y_true, *predictions = part.data[:n]
        return Piece(y_true, tuple(predictions), part.data[n] if len(part.data) > n else None)

    @property
    def form(self):
        """Contents of a chunk, for messages."""
        names = ", ".join(self.arguments)
        return f"({names}) or ({names}, sample_weight)"

    def columns_of_labels(self):
        """Return None: the whole chunk is read."""


class PartOfTable(NamedTuple):
    """Reader of parts of a table, with labels and weights in it or separate.

    Attributes
    ----------
    y_true, sample_weight : str or None
        Names of their columns; None if parts are tuples, or there are no weights.
    """

    y_true: str | None
    sample_weight: str | None

    def read(self, part):
        """Return a part as a Piece, not checked."""
        table, y_true, weight = part.data, self.y_true, self.sample_weight
        if isinstance(table, tuple):
            table, y_true, weight = table if len(table) == 3 else (*table, weight)
        table, y_true, weight = columns_by_name(table, y_true, weight)
        return Piece(y_true, (table,), weight)

    def columns_of_labels(self):
        """Return the columns of labels and weights, None if these are separate."""
        return None if self.y_true is None else [name for name in self if name is not None]


class PartOfPredictions(PartOfTable):
    """Reader of parts of a table whose other columns are predictions."""

    def read(self, part):
        """Return a part as a Piece, not checked."""
        piece = super().read(part)
        return piece._replace(predictions=tuple(map(_columns, piece.predictions)))


class PartOfTwoPredictions(PartOfTable):
    """Reader of parts of an array with the columns of one model, then those of another."""

    def read(self, part):
        """Return a part as a Piece, not checked."""
        piece = super().read(part)
        (columns,) = piece.predictions
        both = np.split(columns, 2, axis=1)
        return piece._replace(predictions=tuple(map(_columns, both)))


def _description(item):
    kind = type(item).__name__
    return f"a {kind} of {len(item)}" if isinstance(item, (tuple, list)) else f"a {kind}"


def _columns(table):
    """Return a dataframe or array as an array, of one dimension if it has one column."""
    if is_into_dataframe(table):
        frame = nw.from_native(table, eager_only=True)
        # If only labels are read there are no columns, which PyArrow cannot convert to an array.
        table = frame.to_numpy() if frame.columns else np.empty((len(frame), 0))
    return table[:, 0] if table.shape[1] == 1 else table


@dataclass(frozen=True)
class Pieces:
    """Samples in pieces.

    Attributes
    ----------
    is_read_once : bool
        Whether there can be no second pass.
    """

    partitions: Partitions
    reader: ChunkOfArguments | PartOfTable
    is_read_once: bool = False

    def reduce(self, summarise, merge, columns=None):
        """Return the merged summaries of all pieces, after one pass over them.

        Pieces without a sample of positive weight are omitted.

        Raises
        ------
        ValueError, TypeError
            With the label of the part; if no piece is left.
        """
        summary = self.partitions.reduce(
            _TaskOfPart(self.reader, summarise), _MergeOfSome(merge), columns
        )
        if summary is None:
            raise ValueError(
                "The pieces hold no sample of positive weight. A score needs one at least."
            )
        return summary

    def distinct_labels(self):
        """Return the observed labels as Python scalars; None if y_true contains distributions.

        Raises
        ------
        ValueError
            If chunks can be read only once.
        """
        if self.is_read_once:
            head = self.reader.read(Part(self.partitions.head(), "chunk 0"))
            if not _holds_labels(head):
                return None
            raise ValueError(
                "y_true can be iterated over only once, and without labels chunks are read "
                "twice. Pass the label of each column, such as labels=clf.classes_."
            )
        return self.reduce(_distinct_labels, _union, self.reader.columns_of_labels())


class _TaskOfPart(NamedTuple):
    """Function of a part that returns the summary of its piece, None if all weights are zero."""

    reader: Any
    summarise: Any

    def __call__(self, part):
        with errors_that_name(part):
            piece = self.reader.read(part)
            n = read_array(piece.y_true).shape[0]
            weight = piece.sample_weight
            if n == 0 or (weight is not None and not np.asarray(weight).any()):
                return None
            if np.ndim(weight) < 2:
                # Weights with more axes are for positions within a sample.
                weight = check_row_weights(weight, n)
            return self.summarise(piece._replace(sample_weight=weight))


class _MergeOfSome(NamedTuple):
    """Function that merges two summaries, each of which may be None."""

    merge: Any

    def __call__(self, a, b):
        if a is None or b is None:
            return b if a is None else a
        return self.merge(a, b)


def _distinct_labels(piece):
    if not _holds_labels(piece):
        return None
    y_true = to_numpy(read_array(piece.y_true))
    if piece.sample_weight is not None:
        y_true = y_true[np.asarray(piece.sample_weight) > 0]
    return encode_labels(y_true.reshape(-1)).distinct


def _holds_labels(piece):
    """Return whether y_true contains labels, rather than a distribution for each prediction."""
    n_axes = np.ndim(piece.y_true)
    return n_axes == 1 or n_axes < np.ndim(piece.predictions[0])


def _union(a, b):
    return list(dict.fromkeys([*a, *b]))


def number_of_classes(y_prob):
    """Return the number of classes; one-dimensional predictions are of the second class of two."""
    return 2 if np.ndim(y_prob) == 1 else np.shape(y_prob)[1]


def read_score_samples(y_true, predictions, sample_weight, caller):
    """Return the samples of a score: a Piece of samples in memory, not checked, else Pieces.

    Parameters
    ----------
    y_true : array-like, str, or iterable of tuples

    predictions : dict of str to array-like, dataframe or None
        By the name of the argument.

    sample_weight : array-like, str or None

    caller : str
        For messages.

    Raises
    ------
    TypeError
        If predictions are missing, and `y_true` does not hold them.
    ValueError
        If an argument is not array-like, or some come in pieces and others do not.
    """
    arguments = ("y_true", *predictions)
    if all(given is None for given in predictions.values()):
        return _pieces_of_chunks(y_true, sample_weight, ChunkOfArguments(arguments), caller)
    for name, given in {"y_true": y_true, **predictions}.items():
        if given is None:
            raise TypeError(f"{caller} needs {name}: all of {', '.join(arguments)}.")
        if name == "y_true" and isinstance(given, str):
            continue
        is_scalar = np.isscalar(given) or getattr(given, "ndim", 1) == 0
        if is_scalar and not is_in_parts(given):
            raise ValueError(f"{name} must be array-like, got {short_repr(given)}.")
    if len(predictions) > 1:
        if all(map(_is_dask, predictions.values())):
            table = _side_by_side(predictions)
            partitions, *names = table_in_parts(table, y_true, sample_weight)
            return Pieces(partitions, PartOfTwoPredictions(*names))
        _refuse_table(y_true, predictions, sample_weight, caller)
        return Piece(y_true, tuple(predictions.values()), sample_weight)
    (table,) = predictions.values()
    if _is_dask(table) and table.ndim == 1:
        table = table.to_frame() if hasattr(table, "to_frame") else table[:, None]
    parts = table_in_parts(table, y_true, sample_weight)
    if parts is not None:
        return Pieces(parts.partitions, PartOfPredictions(parts.y, parts.sample_weight))
    if not isinstance(y_true, str) and is_in_parts(y_true):
        raise ValueError(
            f"y_true is a {type(y_true).__name__} whose rows are in parts, and {arguments[1]} a "
            f"{type(table).__name__} in memory. Pass both in the same parts."
        )
    if isinstance(y_true, str) or isinstance(sample_weight, str):
        return PartOfPredictions(None, None).read(Part((table, y_true, sample_weight), "memory"))
    return Piece(y_true, (table,), sample_weight)


def _pieces_of_chunks(y_true, sample_weight, reader, caller):
    """Return an iterable of tuples as Pieces."""
    if not _is_iterable_of_tuples(y_true):
        raise TypeError(
            f"{caller} needs {reader.arguments[1]}, the predictions of each sample in y_true; or "
            f"y_true as an iterable of chunks {reader.form}."
        )
    if sample_weight is not None:
        raise ValueError(
            f"sample_weight of chunks is part of each, as in {reader.form}; got "
            f"{type(sample_weight).__name__}."
        )
    return Pieces(LocalPartitions(y_true), reader, is_read_once=hasattr(type(y_true), "__next__"))


def _is_iterable_of_tuples(y_true):
    """Return whether an object may be an iterable of chunks, without consuming iterators."""
    if not isinstance(y_true, Iterable) or isinstance(y_true, (str, bytes, dict)):
        return False
    if is_into_dataframe(y_true) or any(
        hasattr(y_true, name) for name in ("shape", "dtype", "__array__")
    ):
        return False
    if not isinstance(y_true, (list, tuple)):
        return True
    return not y_true or (isinstance(y_true[0], tuple) and np.ndim(y_true[0][0]) > 0)


def _is_dask(collection):
    return type(collection).__module__.partition(".")[0] == "dask" and hasattr(collection, "ndim")


def _side_by_side(predictions):
    """Return Dask collections of predictions as one Dask array with the columns of all."""
    from dask.array import concatenate

    arrays = [
        given.to_dask_array() if hasattr(given, "to_dask_array") else given
        for given in predictions.values()
    ]
    arrays = [array[:, None] if array.ndim == 1 else array for array in arrays]
    if len({array.shape[1] for array in arrays}) > 1:
        raise ValueError(
            f"{' and '.join(predictions)} must be of the same classes, got "
            f"{' and '.join(str(array.shape[1]) for array in arrays)} columns."
        )
    return concatenate(arrays, axis=1)


def _refuse_table(y_true, predictions, sample_weight, caller):
    """Raise ValueError if an argument is the name of a column or a table in parts."""
    for name, given in {"y_true": y_true, **predictions, "sample_weight": sample_weight}.items():
        if isinstance(given, str) or (given is not None and is_in_parts(given)):
            raise ValueError(
                f"{caller} takes arrays, or an iterable of chunks of them; got {name} as a "
                f"{type(given).__name__}."
            )


def refuse_groups(groups):
    """Raise ValueError if groups are given for samples in pieces."""
    if groups is not None:
        raise ValueError(
            "groups are for samples in memory, and the samples come in pieces: a group may have "
            "samples in several. Leave groups out, or pass arrays."
        )


def needs_all_rows(instead):
    """Decorate a function: arguments in parts are an error.

    Parameters
    ----------
    instead : str
        Advice for the error, one or several sentences.
    """

    def decorate(function):
        signature = inspect.signature(function)

        @wraps(function)
        def checked(*args, **kwargs):
            given = signature.bind_partial(*args, **kwargs).arguments
            for name in PREDICTIONS & given.keys():
                value = given[name]
                if is_in_parts(value):
                    raise ValueError(
                        f"{function.__name__} needs all samples at once, and {name} is a "
                        f"{type(value).__name__} whose rows are in parts. {instead}"
                    )
            return function(*args, **kwargs)

        return checked

    return decorate
