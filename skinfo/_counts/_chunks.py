"""Samples in chunks, with the same results as in memory, from a few passes over the chunks.

Passes over all chunks, for all columns at once, compute:

1. distinct values of each column of numbers, all or a sample that depends on the values alone
   (with kinds and target, see `_read_chunks`);
2. the exact sums between them; a column of at most `EXACT` values is then completely known;
3. the values within some of these cells, all or a sample, where a search refines its cuts;
4. the exact sums between those, if they are a sample;
5. around the cuts, the values and their exact means.

Searches run on a `PartialColumn`, which contains the values read so far. A query that needs more
raises `Unresolved`; `Chunks.map_columns` then collects the requests of all columns in one pass and
runs those searches again. All sums are exact, and values are sampled by the same rule as in memory
(see `_grid`). So results do not depend on chunks, on other columns or on the values read: they
equal those of a `SortedColumn` of all samples, exactly for integer weights.

Order statistics, such as equal-frequency codes, are exact for any number of values. Beyond `EXACT`
they use passes 3 and 4 for an approximation, and one more to collect the remaining values.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import numpy as np
from joblib import delayed
from numpy.typing import NDArray

from skinfo._counts._cells import CellSample, CellSums, NumberSample, Ranges, SumsBetween
from skinfo._counts._partial_column import PartialColumn, Unresolved
from skinfo._counts._partitions import Part, Partitions, errors_that_name
from skinfo._counts._source import Chunk, column_of
from skinfo._counts._special_values import NO_SPECIAL_VALUES, SpecialValues
from skinfo._counts._target import (
    ClassTarget,
    Scaling,
    Target,
    finite_numbers,
    known_codes,
)
from skinfo._kernels._digitize import values_between
from skinfo.utils._parallel import in_threads
from skinfo.utils._progress import report_pass

if TYPE_CHECKING:
    from skinfo._counts._read_chunks import ChunkReader, GivenChunk

# Maximum number of values that one pass collects for all columns together, each with its sums: at
# least 24 bytes each, and several times as much while parts are merged. Further columns wait for
# the next pass; results do not depend on it.
BUDGET = 2**22

Summary = TypeVar("Summary")


class TargetInfo(NamedTuple):
    """Target statistics of all chunks.

    Attributes
    ----------
    target : ClassTarget or ContinuousTarget
        Its classes, or centre and scale, without samples.

    scaling : Scaling or None
        None for classes.

    unit : float or None
        Weights are rounded to multiples of it; see `exactly_summable`.

    weight : float

    n_samples : int
        Number of samples of positive weight.

    n_rows : int

    starts : ndarray of shape (n_classes - 1,) or None, default=None
        Lower bounds of the classes of a numeric y, without the first.
    """

    target: Target
    scaling: Scaling | None
    unit: float | None
    weight: float
    n_samples: int
    n_rows: int
    starts: NDArray[np.float64] | None = None

    def weights(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return positive weights as multiples of the unit."""
        if self.unit is None:
            return weights
        return np.maximum(np.rint(weights / self.unit), 1.0) * self.unit

    def of(self, y: NDArray[Any], weights: NDArray[np.float64], name: str) -> Target:
        """Return the target of some samples of positive weight."""
        weights, is_weighted = self.weights(weights), self.target.is_weighted
        if isinstance(self.target, ClassTarget):
            classes = self.target.classes
            if self.starts is None:
                codes = known_codes(y, classes)
            else:
                numbers = finite_numbers(y, slice(None), name)
                codes = np.searchsorted(self.starts, numbers, side="right").astype(np.int32)
            return ClassTarget(codes, classes, weights, is_weighted)
        assert self.scaling is not None
        numbers = finite_numbers(y, slice(None), name)
        return self.scaling.target(numbers, weights, is_weighted)


class PartToChunk(NamedTuple):
    """Conversion of a part to a Chunk."""

    reader: "ChunkReader | TargetReader"
    info: TargetInfo

    def __call__(self, part: Part) -> Chunk:
        """Return a part as a Chunk."""
        given = self.reader.read(part)
        target = self.info.of(given.y, given.weights, self.reader.name)
        return Chunk(given.table, target, given.rows)


class TargetReader(NamedTuple):
    """Reader of parts as tables whose only column is the target."""

    reader: "ChunkReader"

    @property
    def name(self) -> str:
        """Name of the caller in messages."""
        return self.reader.name

    def columns(self, features: Sequence[int] | None) -> list[Any] | None:
        """Return the columns that hold y and weights."""
        return self.reader.columns([])

    def read(self, part: Part) -> "GivenChunk":
        """Return a checked part."""
        given = self.reader.read(part)
        y = finite_numbers(given.y, slice(None), self.name)
        table = TargetTable(y, (given.table.shape[0], 1))
        return given._replace(table=table, rows=slice(None))


class TargetTable(NamedTuple):
    """The target of a chunk as its only column; see `Table`."""

    y: NDArray[np.float64]
    shape: tuple[int, int]

    def numbers(self, j: int) -> NDArray[np.float64]:
        """Return the target, (n,) float64."""
        return self.y

    def kind_of_numbers(self, j: int) -> str:
        """Return the kind of the numbers."""
        return "number"

    def kinds_in_chunk(self, j: int, as_numbers: bool = False) -> set[str]:
        """Return the kind of the numbers as a set, empty for a chunk without rows."""
        return {"number"} if len(self.y) else set()


@dataclass(frozen=True)
class Chunks:
    """Source of chunks that are read in every pass; see `Source`.

    Attributes
    ----------
    names, keys, kinds : list

    target : ClassTarget or ContinuousTarget
        Its classes, or centre and scale, without samples.

    weight : float
        Total weight.

    n_samples : int
        Number of samples of positive weight.
    """

    names: list[str]
    keys: list[Any]
    kinds: list[str]
    _info: TargetInfo
    _partitions: Partitions
    _reader: "ChunkReader | TargetReader"
    _samples: dict[int, NumberSample]

    @property
    def n_features(self) -> int:
        """Number of columns."""
        return len(self.names)

    @property
    def target(self) -> Target:
        """The target without samples."""
        return self._info.target

    @property
    def target_type(self) -> str:
        """The type of the target."""
        return str(self.target.target_type)

    @property
    def weight(self) -> float:
        """The total weight."""
        return self._info.weight

    @property
    def n_samples(self) -> int:
        """Number of samples of positive weight."""
        return self._info.n_samples

    @property
    def has_whole_weights(self) -> bool:
        """Whether all weights are integers."""
        return self._info.unit is None

    @property
    def is_local(self) -> bool:
        """Whether chunks are read in this process, so that its threads may be used."""
        return self._partitions.is_local

    def reduce(
        self,
        summarise: Callable[[Chunk], Summary],
        merge: Callable[[Summary, Summary], Summary],
        columns: Sequence[int] | None = None,
        name: str = "counts",
    ) -> Summary:
        """Return the merged summaries of all chunks, from one pass over them.

        Parameters
        ----------
        summarise, merge : callable
            See `Partitions.reduce`.

        columns : sequence of int or None, default=None
            The features that `summarise` reads.

        name : str, default="counts"
            Name of the pass, for callbacks.
        """
        to_chunk = PartToChunk(self._reader, self._info)

        def task(part: Part) -> tuple[int, Summary]:
            chunk = to_chunk(part)
            with errors_that_name(part):
                return chunk.table.shape[0], summarise(chunk)

        def merge_counted(a: tuple[int, Summary], b: tuple[int, Summary]) -> tuple[int, Summary]:
            return a[0] + b[0], merge(a[1], b[1])

        found = self._partitions.reduce(task, merge_counted, self._reader.columns(columns))
        n_rows, summary = found if found is not None else (0, None)
        if n_rows != self._info.n_rows:
            raise ValueError(
                f"X gave {self._info.n_rows} rows when it was read first, and {n_rows} now. Pass "
                "an object that gives the same tables each time it is iterated over."
            )
        assert summary is not None
        report_pass(name)
        return summary

    def persist(self, encode: Callable[[Chunk], Any]) -> Partitions:
        """Return the result of `encode` for each chunk, stored where the chunks are."""
        to_chunk = PartToChunk(self._reader, self._info)
        kept = self._partitions.persist(lambda part: encode(to_chunk(part)))
        report_pass("codes")
        return kept

    def of_target(self) -> "Chunks":
        """Return the chunks with the numeric target as the only column."""
        assert not isinstance(self._reader, TargetReader)
        return replace(
            self,
            names=["y"],
            keys=["y"],
            kinds=["number"],
            _reader=TargetReader(self._reader),
            _samples={},
        )

    def with_classes(self, starts: NDArray[np.float64]) -> "Chunks":
        """Return the chunks with a numeric y as classes, with the given split points."""
        classes = np.arange(len(starts) + 1)
        target = ClassTarget(np.empty(0, np.int32), classes, np.empty(0), self.target.is_weighted)
        info = self._info._replace(target=target, scaling=None, starts=starts)
        return replace(self, _info=info)

    def map_columns(
        self,
        search: Callable[[int, Any], Any],
        is_categorical: Sequence[bool] | NDArray[np.bool_],
        n_jobs: int | None = None,
        edges: Sequence[NDArray[np.float64] | None] | None = None,
        special: Sequence[SpecialValues] | None = None,
    ) -> list[Any]:
        """Return ``search(j, column)`` of every column; see `InMemory.map_columns`."""
        special = [NO_SPECIAL_VALUES] * self.n_features if special is None else special
        columns = self._columns(is_categorical, n_jobs, edges, special)
        found: dict[int, Any] = {}
        while len(found) < len(columns):
            left = [j for j in columns if j not in found]
            tasks = (delayed(_run_search)(search, j, columns[j]) for j in left)
            answers = dict(zip(left, in_threads(tasks, n_jobs=n_jobs), strict=True))
            requests = {j: a for j, a in answers.items() if isinstance(a, Unresolved)}
            found |= {j: a.found for j, a in answers.items() if isinstance(a, SearchResult)}
            if requests:
                self._resolve(columns, requests, special, n_jobs)
        return [found[j] for j in range(self.n_features)]

    def _columns(
        self,
        is_categorical: Sequence[bool] | NDArray[np.bool_],
        n_jobs: int | None,
        edges: Sequence[NDArray[np.float64] | None] | None,
        special: Sequence[SpecialValues],
    ) -> dict[int, Any]:
        """Return the state of each column after one pass."""
        edges = [None] * self.n_features if edges is None else edges
        numbers = [j for j in range(self.n_features) if not is_categorical[j] and edges[j] is None]
        samples = self._samples_of(numbers, special, n_jobs)
        starts = {j: samples[j].starts for j in numbers}

        def summary_of(chunk: Chunk, j: int) -> Any:
            if j in starts:
                return CellSums.between(chunk.numbers(j), starts[j], chunk.target, special[j])
            return column_of(chunk, j, is_categorical[j], edges[j], special[j])

        columns = self._summaries("counts", range(self.n_features), summary_of, n_jobs)
        for j in numbers:
            columns[j] = PartialColumn(samples[j], columns[j], self.target)
        return columns

    def _samples_of(
        self, numbers: list[int], special: Sequence[SpecialValues], n_jobs: int | None
    ) -> dict[int, NumberSample]:
        """Return the samples of some columns; a pass reads those that are not known yet."""
        # The first pass does not know special values. If it has all values, special ones can be
        # removed later; a sample of the values depends on them and has to be taken again.
        unknown = [
            j
            for j in numbers
            if j not in self._samples or (len(special[j]) and self._samples[j].is_thinned)
        ]
        if not unknown:
            return self._samples

        def summary_of(chunk: Chunk, j: int) -> NumberSample:
            return number_sample(chunk, j, special[j])

        return self._samples | self._summaries("sample", unknown, summary_of, n_jobs)

    def _resolve(
        self,
        columns: dict[int, Any],
        requests: dict[int, Unresolved],
        special: Sequence[SpecialValues],
        n_jobs: int | None,
    ) -> None:
        """Collect the requested values of columns within the budget; others wait."""
        cells = _within_budget(columns, requests)
        ranges = {j: columns[j].ranges_of(wanted) for j, wanted in cells.items()}
        cuts = {
            j: columns[j].starts(request.positions)
            for j, request in requests.items()
            if request.positions is not None
        }

        def summary_of(chunk: Chunk, j: int) -> Any:
            values = special[j].blanked(chunk.numbers(j))
            if j in cuts:
                return SumsBetween.of(values, chunk.target, cuts[j])
            values, rows = values_between(values, ranges[j].starts, ranges[j].stops)
            return CellSample.of(ranges[j], values, chunk.target.take(rows))

        uncounted = {}
        for j, summary in self._summaries("refine", [*cells, *cuts], summary_of, n_jobs).items():
            if j in cuts:
                columns[j].add_sums_between(requests[j].positions, summary)
                continue
            sample = summary.whole()
            starts = columns[j].add_values(cells[j], sample)
            if len(starts):
                uncounted[j] = ranges[j].take(~sample.is_all), starts
        if uncounted:
            self._recount(columns, uncounted, special, n_jobs)

    def _recount(
        self,
        columns: dict[int, Any],
        uncounted: dict[int, tuple[Ranges, NDArray[np.float64]]],
        special: Sequence[SpecialValues],
        n_jobs: int | None,
    ) -> None:
        """Count the cells that were split at a sample of their values."""

        def summary_of(chunk: Chunk, j: int) -> CellSums:
            ranges, starts = uncounted[j]
            values = special[j].blanked(chunk.numbers(j))
            values, rows = values_between(values, ranges.starts, ranges.stops)
            return CellSums.between(values, starts, chunk.target.take(rows))

        for j, sums in self._summaries("refine", uncounted, summary_of, n_jobs).items():
            columns[j].add_counts(sums.take(slice(-1)))

    def _summaries(
        self,
        name: str,
        columns: Iterable[int],
        summary_of: Callable[[Chunk, int], Any],
        n_jobs: int | None,
    ) -> dict[int, Any]:
        """Return the summary of each of the given columns, from one pass."""
        columns = list(columns)
        # A cluster parallelises over partitions itself.
        threads = n_jobs if self._partitions.is_local else 1

        def summarise(chunk: Chunk) -> list[Any]:
            tasks = (delayed(summary_of)(chunk, j) for j in columns)
            summaries: list[Any] = in_threads(tasks, n_jobs=threads)
            return summaries

        def merge(before: list[Any], after: list[Any]) -> list[Any]:
            return [merged(*pair) for pair in zip(before, after, strict=True)]

        summaries: list[Any] = self.reduce(summarise, merge, columns, name)
        return dict(zip(columns, summaries, strict=True))


class SearchResult(NamedTuple):
    """Result of a search."""

    found: Any


def number_sample(
    chunk: Chunk, j: int, special: SpecialValues = NO_SPECIAL_VALUES
) -> NumberSample:
    """Return a sample of the values of the numeric column j."""
    weights = chunk.target.weights if chunk.target.is_weighted else np.empty(0)
    kinds = chunk.table.kinds_in_chunk(j, as_numbers=True)
    return NumberSample.of(special.blanked(chunk.numbers(j)), weights, kinds)


def _within_budget(
    columns: dict[int, Any], requests: dict[int, Unresolved]
) -> dict[int, NDArray[np.int64]]:
    """Return the cells to read in one pass, of the first columns that need values."""
    cells: dict[int, NDArray[np.int64]] = {}
    n_left = BUDGET
    for j, request in requests.items():
        n_left -= columns[j].most_values(request.cells)
        if len(request.cells) and (n_left >= 0 or not cells):
            cells[j] = request.cells
    return cells


def _run_search(
    search: Callable[[int, Any], Any], j: int, column: Any
) -> SearchResult | Unresolved:
    try:
        return SearchResult(search(j, column))
    except Unresolved as request:
        return request


def merged(a: Any, b: Any) -> Any:
    """Return the merged summary."""
    return a.merged(b) if hasattr(a, "merged") else a + b
