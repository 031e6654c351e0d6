"""Arrays of many chunks in temporary files, so that a stream takes no more memory than a chunk."""

from collections.abc import Iterable
from math import prod
from tempfile import TemporaryFile
from typing import Any

import numpy as np
from numpy.typing import NDArray


class ArrayFile:
    """Arrays of one dtype, written one after the other and read as one map of a temporary file.

    The system keeps of the map in memory what there is room for. The file has no name, and its
    space is freed with the arrays.
    """

    def __init__(self) -> None:
        self._file = TemporaryFile()  # noqa: SIM115 (open until its arrays are read)
        self._shapes: list[tuple[int, ...]] = []
        self._dtype: np.dtype[Any] = np.dtype(np.uint8)

    def append(self, array: NDArray[Any]) -> None:
        """Write an array."""
        self._file.write(np.ascontiguousarray(array).data)
        self._shapes.append(array.shape)
        self._dtype = array.dtype

    def arrays(self) -> list[NDArray[Any]]:
        """Return the arrays, read-only and in order; nothing can be appended after."""
        ends = np.cumsum([prod(shape) for shape in self._shapes], dtype=np.int64)
        with self._file as file:
            file.flush()
            # One map for all of them: each map keeps a file open.
            is_empty = not len(ends) or ends[-1] == 0
            line = np.empty(0, self._dtype) if is_empty else np.memmap(file, self._dtype, "r")
        parts = zip(ends.tolist(), self._shapes, strict=True)
        return [np.asarray(line[e - prod(shape) : e]).reshape(shape) for e, shape in parts]


def in_file(arrays: Iterable[NDArray[Any]]) -> list[NDArray[Any]]:
    """Return arrays of one dtype, made one at a time, in a temporary file."""
    file = ArrayFile()
    for array in arrays:
        file.append(array)
    return file.arrays()
