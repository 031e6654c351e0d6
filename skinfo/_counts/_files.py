"""Tables in files: Parquet, CSV and Arrow files by their paths, and datasets of pyarrow."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from glob import glob
from pathlib import Path
from typing import Any, NamedTuple

import narwhals.stable.v2 as nw

from skinfo._counts._partitions import Part
from skinfo._counts._streams import (
    LITTLE_AHEAD,
    StreamedTable,
    arrow_module,
    gathered,
    rows_of_part,
    scanned_table,
)
from skinfo._counts._table import kind_of_dtype
from skinfo.utils._parallel import one_ahead
from skinfo.utils._text import LONGEST_CAUSE, LONGEST_PATH, one_line, short_repr

# File suffixes and the names of their formats in pyarrow.
FORMATS = {
    ".parquet": "parquet",
    ".pq": "parquet",
    ".csv": "csv",
    ".feather": "ipc",
    ".arrow": "ipc",
    ".ipc": "ipc",
}

# Suffixes of compressed files, as in pyarrow datasets, and its codecs.
COMPRESSIONS = {
    ".gz": "gzip",
    ".gzip": "gzip",
    ".bz2": "bz2",
    ".lz4": "lz4",
    ".zstd": "zstd",
    ".brotli": "brotli",
}

# Bytes that are read at once per column of a Parquet file, and in the first block of a CSV file,
# which determines the types of its columns.
COLUMN_BUFFER = 2**18
CSV_BLOCK = 2**24

# Bytes of a CSV file that are parsed at once after the first block. PyArrow always reads 32 such
# blocks ahead.
CSV_PIECE = 2**20


class File(NamedTuple):
    """A file of a table.

    Attributes
    ----------
    fragment : pyarrow.dataset.Fragment

    schema : pyarrow.Schema
        The types of the columns to read, including those in names of folders.
    """

    fragment: Any
    schema: Any

    @property
    def label(self) -> str:
        """Name of the file in messages."""
        return f"file {self.fragment.path}"

    @property
    def keys(self) -> dict[str, Any]:
        """Column values in the names of folders."""
        import pyarrow.dataset as ds

        keys: dict[str, Any] = ds.get_partition_keys(self.fragment.partition_expression)
        return keys

    @property
    def columns(self) -> set[str]:
        """Names of the columns, including those of folders."""
        with _naming_file(self.fragment.path):
            own = self.fragment.physical_schema.names
        return {*own, *self.keys}

    def key(self, name: str) -> Any:
        """Return the column value in the name of a folder, as an Arrow scalar."""
        import pyarrow as pa

        type_ = self.schema.field(name).type
        if pa.types.is_dictionary(type_):
            type_ = type_.value_type
        return pa.scalar(self.keys[name], type_)


@dataclass(frozen=True)
class FileTable:
    """Table in files with the same columns.

    Attributes
    ----------
    files : list of File
    """

    files: list[File]

    def head(self) -> Any:
        """Return the first file without rows."""
        return self.files[0].schema.empty_table()

    def read(self, columns: Sequence[str] | None) -> Iterator[Part]:
        """Yield the parts, file by file. The next part is read while one is in use."""
        return one_ahead(self._parts(columns or self.files[0].schema.names))

    def _parts(self, names: Sequence[str]) -> Iterator[Part]:
        n_rows = rows_of_part(len(names))
        for file in self.files:
            read = READ.get(file.fragment.format.default_extname, _scan)
            with _naming_file(file.fragment.path):
                for table in gathered(read(file, list(names), n_rows), n_rows):
                    yield Part(table, file.label)


def is_path(X: Any) -> bool:
    """Return whether X is a path of files, or a list of paths."""
    if isinstance(X, (list, tuple)):
        # A list of strings may be data; it is a list of paths if the entries have file suffixes.
        return len(X) > 0 and all(
            isinstance(x, os.PathLike) or (isinstance(x, str) and _suffix(x) in FORMATS) for x in X
        )
    return isinstance(X, (str, os.PathLike))


def file_table(X: Any) -> FileTable:
    """Return the table at one or more paths, with files sorted by name.

    Parameters
    ----------
    X : str, os.PathLike, or list of these
        A file, a folder (with subfolders), or a pattern such as "loans/*.parquet".

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If a file cannot be read, or if files differ in their columns or kinds of columns.
    """
    arrow_module("pyarrow.dataset", "A file")
    paths = [X] if isinstance(X, (str, os.PathLike)) else X
    files = [file for path in paths for file in _files_at(os.fspath(path))]
    files.sort(key=lambda file: file.fragment.path)
    _refuse_other_columns(files)
    return FileTable(files)


def dataset_table(X: Any) -> FileTable | StreamedTable:
    """Return the table of a pyarrow dataset, with the types of the dataset.

    Raises
    ------
    ValueError
        If a file cannot be read, or if files differ in their columns or kinds of columns.
    """
    try:
        fragments = list(X.get_fragments())
    except ValueError:  # a filtered dataset does not list its fragments
        return scanned_table(X)
    if not all(hasattr(fragment, "path") for fragment in fragments) or not fragments:
        return scanned_table(X)
    files = [File(fragment, X.schema) for fragment in fragments]
    _refuse_other_columns(files)
    return FileTable(files)


def _files_at(path: str) -> list[File]:
    """Return the files at one path, each with its own types."""
    import pyarrow.dataset as ds

    names, folder = _names_of_files(path)
    formats = {FORMATS.get(_suffix(name)) for name in names}
    if len(formats) > 1 or None in formats:
        suffixes = ", ".join(sorted({_suffix(name) or "none" for name in names}))
        raise ValueError(
            f"X={short_repr(path)} has files with these suffixes: {one_line(suffixes)}. Name "
            f"files of one kind, such as '*.parquet', of {', '.join(FORMATS)}; or pass a dataset: "
            "pyarrow.dataset.dataset(path, format=...)."
        )
    format_ = formats.pop()

    def dataset(format_: Any) -> Any:
        return ds.dataset(
            names,
            format=format_,
            # For folders such as "year=2024".
            partitioning=None if folder is None else "hive",
            partition_base_dir=folder,
        )

    with _naming_file(path):
        of_all = _csv_dataset(dataset) if format_ == "csv" else dataset(format_)
    return [_file_of(fragment, of_all.schema) for fragment in of_all.get_fragments()]


def _csv_dataset(dataset: Callable[[Any], Any]) -> Any:
    """Return a dataset of CSV files, with the smallest blocks that hold its rows."""
    import pyarrow as pa

    try:
        return dataset(_csv_format(CSV_PIECE))
    except (pa.ArrowInvalid, ValueError):
        return dataset(_csv_format(CSV_BLOCK))


def _names_of_files(path: str) -> tuple[list[str], str | None]:
    """Return the files at a path, sorted, and the path if it is a folder."""
    if os.path.isdir(path):
        inside = [p.relative_to(path) for p in Path(path).rglob("*") if p.is_file()]
        # Hidden files are, for example, "_SUCCESS" and ".part-0.parquet.crc".
        visible = [p for p in inside if not any(part[0] in "._" for part in p.parts)]
        names, folder = sorted(str(Path(path) / p) for p in visible), path
    else:
        names = (
            [path]
            if os.path.exists(path)
            else sorted(filter(os.path.isfile, glob(path, recursive=True)))
        )
        folder = None
    if not names:
        raise FileNotFoundError(
            f"X={short_repr(path)}: there is no such file. For a table that is not on this "
            "machine, pass a dataset: pyarrow.dataset.dataset(...)."
        )
    return names, folder


def _suffix(path: str) -> str:
    suffixes = [suffix for suffix in Path(path).suffixes if suffix not in COMPRESSIONS]
    return suffixes[-1].lower() if suffixes else ""


def _csv_format(block_size: int) -> Any:
    """Return the CSV format of pandas: text may be missing, and contain quoted line breaks."""
    import pyarrow.csv as csv
    import pyarrow.dataset as ds

    return ds.CsvFileFormat(
        csv.ParseOptions(newlines_in_values=True),
        convert_options=csv.ConvertOptions(
            strings_can_be_null=True, quoted_strings_can_be_null=False
        ),
        read_options=csv.ReadOptions(block_size=block_size),
    )


def _file_of(fragment: Any, of_all: Any) -> File:
    """Return a file with its own types, and those of columns in names of folders."""
    import pyarrow as pa

    with _naming_file(fragment.path):
        own = _csv_types(fragment) if _is_csv(fragment) else fragment.physical_schema
    named = [of_all.field(key) for key in File(fragment, of_all).keys if key not in own.names]
    return File(fragment, pa.schema([*own, *named]))


def _is_csv(fragment: Any) -> bool:
    return bool(fragment.format.default_extname == "csv")


def _csv_types(fragment: Any) -> Any:
    """Return the types of a CSV file that its first block determines."""
    import pyarrow as pa

    with _decompressed(fragment) as opened:
        # The additional piece completes the last row of the block. A read by PyArrow itself would
        # read 32 blocks ahead.
        first = opened.read(CSV_BLOCK + CSV_PIECE)
    with _open_csv(fragment, pa.BufferReader(first), CSV_BLOCK) as reader:
        return reader.schema


@contextmanager
def _decompressed(fragment: Any) -> Iterator[Any]:
    """Open a file, and decompress it according to its suffix."""
    import pyarrow as pa

    with fragment.open() as opened:
        codec = COMPRESSIONS.get(Path(fragment.path).suffix)
        if codec is None:
            yield opened
            return
        with pa.CompressedInputStream(opened, codec) as stream:
            yield stream


def _open_csv(
    fragment: Any, opened: Any, block_size: int, types: dict[str, Any] | None = None
) -> Any:
    """Return a reader of a CSV file with the options of its format, for the given column types."""
    import pyarrow.csv as csv

    options = fragment.format.default_fragment_scan_options
    read, convert = options.read_options, options.convert_options
    read.block_size = block_size
    if types is not None:
        convert.include_columns, convert.column_types = list(types), types
    return csv.open_csv(opened, read, fragment.format.parse_options, convert)


def _refuse_other_columns(files: list[File]) -> None:
    """Raise ValueError if a file differs from the first in its columns or kinds of columns."""
    first = files[0]
    expected = first.schema.names
    known: dict[str, tuple[str, str]] = {}
    for file in files:
        path = file.fragment.path
        missing = [name for name in expected if name not in file.columns]
        if missing:
            raise ValueError(
                f"{one_line(path, LONGEST_PATH)} has no column {short_repr(missing[0])}, which "
                f"{one_line(first.fragment.path, LONGEST_PATH)} has. Add it, with missing values "
                "if it has none, or leave out one of the files."
            )
        more = [name for name in file.schema.names if name not in expected]
        if more:
            raise ValueError(
                f"{one_line(path, LONGEST_PATH)} has a column {short_repr(more[0])}, which "
                f"{one_line(first.fragment.path, LONGEST_PATH)} has not. Add it there, with "
                "missing values if it has none, or leave out one of the files."
            )
        for name, holds in _what_columns_hold(file.schema).items():
            before, other = known.setdefault(name, (holds, path))
            if before != holds:
                raise ValueError(
                    f"{one_line(path, LONGEST_PATH)} has {holds} in column {short_repr(name)}, "
                    f"and {one_line(other, LONGEST_PATH)} has {before}. Convert one of them."
                )


def _what_columns_hold(schema: Any) -> dict[str, str]:
    """Return what each column holds, for columns whose type determines it."""
    dtypes = nw.from_native(schema.empty_table(), eager_only=True).schema
    kinds = {name: kind_of_dtype(dtype) for name, dtype in dtypes.items()}
    holds = {name: WORDS.get(kind, kind) for name, kind in kinds.items() if kind is not None}
    zones = {name for name, dtype in dtypes.items() if getattr(dtype, "time_zone", None)}
    return holds | dict.fromkeys(zones, "dates with a time zone")


WORDS = {
    "boolean": "numbers",
    "integer": "numbers",
    "number": "numbers",
    "level": "text",
    "date": "dates",
    "duration": "durations",
}


def _scan(file: File, names: list[str], n_rows: int) -> Iterator[Any]:
    """Yield batches of some columns of a file of any format."""
    scanner = file.fragment.scanner(
        schema=file.schema, columns=names, batch_size=n_rows, **LITTLE_AHEAD
    )
    yield from scanner.to_batches()


def _read_csv(file: File, names: list[str], n_rows: int) -> Iterator[Any]:
    """Yield batches of some columns of a CSV file.

    A scan would hold parsed rows that are not needed yet, up to 1 GiB. If reading fails, it is
    resumed from the same row: in larger blocks for a row longer than a piece; by a scan for text
    that is not UTF-8, since only a scan has the encoding of a dataset.
    """
    import pyarrow as pa

    largest = max(
        CSV_BLOCK, file.fragment.format.default_fragment_scan_options.read_options.block_size
    )
    n_given = 0
    for batches in (
        _csv_batches(file, names, CSV_PIECE),
        _csv_batches(file, names, largest),
        _scan(file, names, n_rows),
    ):
        n_seen = 0
        try:
            for batch in batches:
                fresh = batch.slice(max(n_given - n_seen, 0))
                n_seen += len(batch)
                if len(fresh):
                    n_given += len(fresh)
                    yield fresh
            return
        except (pa.ArrowInvalid, pa.ArrowKeyError) as error:
            failed = error
    raise failed


def _csv_batches(file: File, names: list[str], block_size: int) -> Iterator[Any]:
    """Yield batches of some columns of a CSV file in UTF-8, including those of its folders."""
    stored = [name for name in names if name not in file.keys]
    types = {name: file.schema.field(name).type for name in stored}
    with (
        _decompressed(file.fragment) as opened,
        _open_csv(file.fragment, opened, block_size, types) as reader,
    ):
        for batch in reader:
            yield _with_keys(file, batch, names)


def _with_keys(file: File, batch: Any, names: list[str]) -> Any:
    """Return a batch with the columns in names of folders added."""
    import pyarrow as pa

    columns = [
        pa.repeat(file.key(name), len(batch)) if name in file.keys else batch[name]
        for name in names
    ]
    return pa.RecordBatch.from_arrays(columns, names)


def _read_parquet(file: File, names: list[str], n_rows: int) -> Iterator[Any]:
    """Yield batches of some columns of a Parquet file.

    Pages are read as needed, whereas a scan holds row groups in memory, and text keeps the
    dictionary encoding of the file.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    fragment, own = file.fragment, file.fragment.physical_schema
    stored = [name for name in names if name in own.names]
    with fragment.open() as opened:
        reader = pq.ParquetFile(
            opened,
            metadata=fragment.metadata,
            read_dictionary=[name for name in stored if _is_arrow_text(own.field(name).type)],
            buffer_size=COLUMN_BUFFER,
            pre_buffer=False,
            page_checksum_verification=True,
        )
        groups = [group.id for group in fragment.row_groups]
        for batch in reader.iter_batches(n_rows, groups, stored):
            columns = [
                _typed(batch[name], own.field(name).type, file.schema.field(name))
                if name in stored
                else pa.repeat(file.key(name), len(batch))
                for name in names
            ]
            yield pa.RecordBatch.from_arrays(columns, names)


READ = {"csv": _read_csv, "parquet": _read_parquet}


def _is_arrow_text(type_: Any) -> bool:
    import pyarrow as pa

    return pa.types.is_string(type_) or pa.types.is_large_string(type_)


def _typed(column: Any, own: Any, field: Any) -> Any:
    """Return a column of type `own` cast to the type of a field; text may be a dictionary."""
    import pyarrow as pa

    if field.type in (own, column.type):
        return column
    try:
        return column.cast(field.type)
    except pa.ArrowInvalid as error:
        raise ValueError(
            f"Column {short_repr(field.name)} is of type {one_line(own)}, and of "
            f"{one_line(field.type)} in the dataset: {one_line(error, LONGEST_CAUSE)}. Pass a "
            "dataset with another schema, or the paths of the files."
        ) from error


@contextmanager
def _naming_file(path: str) -> Iterator[None]:
    """Add the path of a file to errors that are raised in the context."""
    import pyarrow as pa

    try:
        yield
    except (pa.ArrowException, OSError, ValueError) as error:
        advice = CSV_ADVICE if "CSV conversion error" in str(error) else ""
        raise ValueError(
            f"{one_line(path, LONGEST_PATH)} cannot be read. "
            f"{one_line(error, LONGEST_CAUSE)}{advice}"
        ) from error


CSV_ADVICE = (
    f". Types of a CSV file are inferred from its first {CSV_BLOCK >> 20} MiB. Tell them, as in "
    "pyarrow.dataset.dataset(path, format='csv', schema=...), or convert the file to Parquet."
)
