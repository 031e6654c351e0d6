"""Parts of a table, their location, and the dispatch of tasks to them.

A table that is not in memory as a whole consists of parts: chunks of an iterable, files, or
partitions of a cluster. Their container implements the methods of `Partitions` only: one pass over
the parts (`reduce`), and codes that are computed once and stored with them (`persist`). Tasks are
functions of one part. They are serialised (by cloudpickle if parts are in other processes), so
they contain small arrays and no source.
"""

import mmap
import pickle
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import reduce
from itertools import chain, zip_longest
from tempfile import TemporaryFile
from typing import Any, Protocol, TypeVar
from weakref import finalize

import numpy as np

from skinfo.utils._text import LONGEST_PATH, one_line

Result = TypeVar("Result")

# Only Unix has it.
MADV_WILLNEED: int | None = getattr(mmap, "MADV_WILLNEED", None)


@dataclass(frozen=True)
class Part:
    """Part of the rows of a table.

    Attributes
    ----------
    data : dataframe, array-like, or tuple (table, y) or (table, y, sample_weight)

    label : str
        Origin of the rows in messages: "file loans/b.parquet", "chunk 3".
    """

    data: Any
    label: str


@contextmanager
def errors_that_name(part: Part) -> Iterator[None]:
    """Add the label of a part to errors that are raised in the context."""
    try:
        yield
    except (ValueError, TypeError) as error:
        where = f" (In {one_line(part.label, LONGEST_PATH)}.)"
        if str(error).endswith(where):
            raise
        kind = TypeError if isinstance(error, TypeError) else ValueError
        raise kind(f"{error}{where}") from error


class Partitions(Protocol):
    """Protocol of the parts of a table.

    Attributes
    ----------
    is_local : bool
        Whether tasks run in this process and may use its threads.
    """

    is_local: bool

    def head(self) -> Any:
        """Return data in the form of a part, possibly without rows, for names and dtypes.

        Raises
        ------
        ValueError
            If there are no parts.
        """

    def reduce(
        self,
        task: Callable[[Any], Result],
        merge: Callable[[Result, Result], Result],
        columns: Sequence[Any] | None = None,
    ) -> Result | None:
        """Return the merged results of a task for each part; None if there are no parts.

        Parameters
        ----------
        task : callable
            Function of a `Part`; after `persist`, of a stored result.

        merge : callable
            Associative. The order of parts is preserved, or irrelevant with integer weights.

        columns : sequence or None, default=None
            Names in the table of the columns that the task reads, or features for codes. Others
            may be skipped if this saves reading them. None: all.
        """

    def persist(self, task: Callable[[Any], Any]) -> "Partitions":
        """Return the results of a task for each part as partitions, stored where the parts are.

        Their parts are the results themselves, such as a `CodedPiece`. They are freed when nothing
        refers to them any more.
        """


def _merged_one_by_one(
    results: Iterator[Result], merge: Callable[[Result, Result], Result]
) -> Result | None:
    """Return results merged one by one, None if there are none."""
    for first in results:  # may be None, the result for a part without samples
        return reduce(merge, results, first)
    return None


class LocalPartitions:
    """Parts that are read one by one in this process.

    Parameters
    ----------
    items : iterable
        Iterated over from its first item in every pass. If it has a method ``read(columns)``,
        which returns an iterable, only the required columns are read; items may be `Part`.
    """

    is_local = True

    def __init__(self, items: Iterable[Any]) -> None:
        self._items = items
        # An iterator that `head` started: computing the first part twice may be slow.
        self._begun: Iterator[Any] | None = None

    def head(self) -> Any:
        """Return the data of the first part."""
        if hasattr(self._items, "head"):
            return self._items.head()
        parts = self.parts(None)
        for part in parts:
            self._begun = chain([part], parts)
            return part.data
        raise ValueError("X gave no table. One chunk of samples at least is needed.")

    def reduce(
        self,
        task: Callable[[Any], Result],
        merge: Callable[[Result, Result], Result],
        columns: Sequence[Any] | None = None,
    ) -> Result | None:
        """Return the merged results of a task for each part; see `Partitions`."""
        return _merged_one_by_one(map(task, self.parts(columns)), merge)

    def persist(self, task: Callable[[Any], Any]) -> "KeptParts":
        """Return the results of a task for each part, with arrays in a temporary file."""
        kept = KeptParts()
        for part in self.parts(None):
            kept.append(task(part))
        return kept

    def parts(self, columns: Sequence[Any] | None) -> Iterator[Part]:
        """Yield the parts with some columns, None for all."""
        begun, self._begun = self._begun, None
        if begun is not None:
            yield from begun
            return
        items = self._items.read(columns) if hasattr(self._items, "read") else self._items
        for i, item in enumerate(items):
            yield item if isinstance(item, Part) else Part(item, f"chunk {i}")


class KeptParts:
    """Objects whose arrays are stored in a temporary file, and memory-mapped when read.

    The operating system caches the file in free memory. The file has no name, and its space is
    freed with this object and the arrays.
    """

    is_local = True

    def __init__(self) -> None:
        self._file = TemporaryFile()  # noqa: SIM115 (open as long as its parts are read)
        finalize(self, self._file.close)
        self._entries: list[_Entry] = []
        self._size = 0
        self._map: Any = None

    def __len__(self) -> int:
        return len(self._entries)

    def append(self, kept: Any) -> None:
        """Store an object."""
        buffers: list[pickle.PickleBuffer] = []
        data = pickle.dumps(kept, protocol=5, buffer_callback=buffers.append)
        entry = _Entry(data)
        for buffer in buffers:
            raw = buffer.raw()
            # Arrays are aligned to 64 bytes, as the kernels expect.
            start = -(-self._size // 64) * 64
            entry.spans.append((start, raw.nbytes))
            if raw.nbytes:
                self._file.seek(start)
                self._file.write(raw)
                self._size = start + raw.nbytes
        self._entries.append(entry)
        self._map = None

    def __iter__(self) -> Iterator[Any]:
        return self._objects(ahead=False)

    def _objects(self, *, ahead: bool) -> Iterator[Any]:
        """Yield the objects; with `ahead` the system reads the next one in the background."""
        if self._map is None and self._size:
            self._file.flush()
            # One map for all objects, since each map holds an open file.
            self._map = np.memmap(self._file, np.uint8, "r", shape=(self._size,))
        for entry, after in zip_longest(self._entries, self._entries[1:]):
            if ahead and after is not None:
                self._read_ahead(after)
            buffers = [self._map[a : a + n] for a, n in entry.spans if n]
            yield pickle.loads(entry.data, buffers=_with_empty(buffers, entry.spans))

    def _read_ahead(self, entry: "_Entry") -> None:
        """Ask the system to read the arrays of an object into memory, without waiting."""
        first = min((start for start, _ in entry.spans), default=0)
        first -= first % mmap.PAGESIZE
        stop = max((start + n for start, n in entry.spans), default=0)
        if MADV_WILLNEED is not None and stop > first:
            self._map._mmap.madvise(MADV_WILLNEED, first, stop - first)

    def head(self) -> Any:
        """Return the first object."""
        return next(iter(self))

    def reduce(
        self,
        task: Callable[[Any], Result],
        merge: Callable[[Result, Result], Result],
        columns: Sequence[Any] | None = None,
    ) -> Result | None:
        """Return the merged results of a task for each object; see `Partitions`."""
        return _merged_one_by_one(map(task, self._objects(ahead=columns is None)), merge)

    def persist(self, task: Callable[[Any], Any]) -> "KeptParts":
        """Return the results of a task for each object, stored in the same way."""
        kept = KeptParts()
        for one in self._objects(ahead=True):
            kept.append(task(one))
        return kept


@dataclass(frozen=True)
class _Entry:
    """Pickled object without its arrays, and (offset, n_bytes) of each array in the file."""

    data: bytes
    spans: list[tuple[int, int]] = field(default_factory=list)


def _with_empty(buffers: list[Any], spans: list[tuple[int, int]]) -> Iterator[Any]:
    """Yield the buffers, and empty buffers for empty spans."""
    mapped = iter(buffers)
    for _, n_bytes in spans:
        yield next(mapped) if n_bytes else bytearray()
