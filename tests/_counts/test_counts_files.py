"""Tables in files and of engines of this process: the answers of memory, whatever they are in."""

import gzip
import json
import warnings

import numpy as np
import pandas as pd
import pytest

from skinfo import InfoBottleneckSelector, MutualInfoBinner
from skinfo._counts import _files, _streams
from skinfo._counts._as_source import as_source, is_in_parts
from skinfo._counts._files import dataset_table, file_table
from skinfo._counts._streams import (
    arrow_module,
    duckdb_table,
    gathered,
    polars_table,
    rows_of_part,
    stream_table,
)

pa = pytest.importorskip("pyarrow")
pc = pytest.importorskip("pyarrow.compute")
csv = pytest.importorskip("pyarrow.csv")
ds = pytest.importorskip("pyarrow.dataset")
feather = pytest.importorskip("pyarrow.feather")
pq = pytest.importorskip("pyarrow.parquet")

N = 900


def columns_of_types():
    rng = np.random.default_rng(5)
    y = rng.integers(0, 2, N)
    whole = rng.integers(0, 300, N) + 40 * y
    missing = rng.random(N) < 0.1
    text = np.array(["a", "", "c c", "d"], object)[rng.integers(0, 3, N) + y]
    when = np.datetime64("2024-01-31", "us") + (whole * 7).astype("m8[h]")
    arrays = {
        "float64": pa.array(rng.normal(size=N) + y),
        "float64 with nulls": pa.array(rng.normal(size=N) + y, mask=missing),
        "float64 with NaN": pa.array(np.where(missing, np.nan, rng.normal(size=N) + y)),
        "float32": pa.array((rng.normal(size=N) + y).astype(np.float32)),
        "int64": pa.array(whole),
        "int64 with nulls": pa.array(whole, mask=missing),
        "uint8": pa.array((whole // 8).astype(np.uint8)),
        "few integers": pa.array(whole // 40),
        "bool": pa.array(whole > 170),
        "bool with nulls": pa.array(whole > 170, mask=missing),
        "text": pa.array(text),
        "text with nulls": pa.array(text, mask=missing),
        "large text": pa.array(text, pa.large_string()),
        "categories": pa.array(text, mask=missing).dictionary_encode(),
        "timestamp": pa.array(when, mask=missing),
        "timestamp of a zone": pa.array(when, pa.timestamp("us", "UTC")),
        "date": pa.array(when.astype("M8[D]")),
        "duration": pa.array(whole.astype("m8[s]").astype("m8[us]")),
        "decimal": pa.array(whole).cast(pa.decimal128(21, 2)),
        "nulls": pa.nulls(N, pa.float64()),
    }
    return arrays, y


ARRAYS, Y = columns_of_types()
TABLE = pa.table({**ARRAYS, "y": Y, "w": 1 + Y * 2})


class Stream:
    """An object with nothing but Arrow's protocol, which counts how often it is read."""

    def __init__(self, table):
        self.table = table
        self.n_read = 0

    def __arrow_c_stream__(self, requested_schema=None):
        self.n_read += 1
        return self.table.to_reader(130).__arrow_c_stream__(requested_schema)


def thirds(table):
    """Pieces of which the second is empty."""
    return [table.slice(0, 250), table.slice(250, 0), table.slice(250)]


def parquet(table, folder):
    for name, piece in zip("abc", thirds(table), strict=True):
        pq.write_table(piece, folder / f"{name}.parquet", row_group_size=100)
    return str(folder / "*.parquet")


def parquet_of_no_dictionary(table, folder):
    pq.write_table(table, folder / "plain.parquet", use_dictionary=False)
    return folder / "plain.parquet"


def arrow_files(table, folder):
    for name, piece in zip("abc", thirds(table), strict=True):
        feather.write_feather(piece, folder / f"{name}.arrow")
    return [folder / "c.arrow", str(folder / "a.arrow"), folder / "b.arrow"]


def dataset(table, folder):
    return ds.dataset(parquet(table, folder) and str(folder))


def filtered_dataset(table, folder):
    return dataset(table, folder).filter(ds.field("y").is_valid())


def dataset_in_memory(table, folder):
    return ds.dataset(table)


def stream(table, folder):
    return Stream(table)


def polars_lazy(table, folder):
    return pytest.importorskip("polars").from_arrow(table).lazy()


def polars_scan(table, folder):
    return pytest.importorskip("polars").scan_parquet(parquet(table, folder))


def duckdb_relation(table, folder):
    return pytest.importorskip("duckdb").from_arrow(table)


def duckdb_scan(table, folder):
    return pytest.importorskip("duckdb").read_parquet(parquet(table, folder))


SOURCES = [
    parquet,
    parquet_of_no_dictionary,
    arrow_files,
    dataset,
    filtered_dataset,
    dataset_in_memory,
    stream,
    polars_lazy,
    polars_scan,
    duckdb_relation,
    duckdb_scan,
]


def answers(X, **options):
    """Return all that fits tell, or the message of a column that they refuse."""
    binner = MutualInfoBinner().fit(X, y="y", **options)
    selector = InfoBottleneckSelector().fit(X, y="y", **options)
    fitted = binner.to_dict()
    # Containers differ in how wide the integers of y are.
    del fitted["target"]["classes"]["dtype"]
    return json.dumps(fitted), selector.report().to_dict("list")


def same(one, other):
    assert one[0] == other[0]
    np.testing.assert_equal(one[1], other[1])


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("weights", [None, "w"])
def test_all_types_at_once(source, weights, tmp_path):
    table = TABLE if weights else TABLE.drop_columns(["w"])
    if source in (duckdb_relation, duckdb_scan):
        # DuckDB has intervals of months, days and microseconds.
        table = table.drop_columns(["duration"])
    expected = answers(table, sample_weight=weights)
    same(answers(source(table, tmp_path), sample_weight=weights), expected)


@pytest.mark.parametrize("name", ARRAYS)
def test_types_of_pandas(name, tmp_path):
    """What pandas reads of a file, with its own types of missing values, fits the same."""
    table = TABLE.select([name, "float64" if name != "float64" else "int64", "y"])
    frame = table.to_pandas(types_mapper=pd.ArrowDtype).astype({"y": "int64"})
    same(answers(parquet(table, tmp_path)), answers(frame))


NOT_IN_CSV = {"decimal", "duration", "nulls", "text", "float32"}


@pytest.mark.parametrize("name", [name for name in ARRAYS if name not in NOT_IN_CSV])
def test_types_of_csv(name, tmp_path):
    table = TABLE.select([name, "float64" if name != "float64" else "int64", "y"])
    for file, piece in zip("abc", thirds(table), strict=True):
        csv.write_csv(piece, tmp_path / f"{file}.csv")
    same(answers(tmp_path), answers(table))


def test_csv_of_pandas(tmp_path):
    X = pd.DataFrame({"x": np.arange(60.0), "t": ["a", "b\nb", None] * 20, "y": [0, 1, 1] * 20})
    X.to_csv(tmp_path / "a.csv", index=False)
    same(answers(str(tmp_path / "a.csv")), answers(X))
    with gzip.open(tmp_path / "b.csv.gz", "wb") as compressed:
        compressed.write((tmp_path / "a.csv").read_bytes())
    same(answers(tmp_path / "b.csv.gz"), answers(X))


def frame_of_csv():
    rng = np.random.default_rng(7)
    text = np.array(["é x", "b,c", "d;'d'", 'e"e'], object)[rng.integers(0, 4, N)]
    x = (rng.normal(size=N) + Y).round(6)
    return pd.DataFrame({"x": x, "t": text, "k": rng.integers(0, 50, N), "y": Y})


def options(**given):
    """Return options of pyarrow's CSV, each with the class that it belongs to."""
    classes = {"parse": csv.ParseOptions, "read": csv.ReadOptions, "convert": csv.ConvertOptions}
    return {f"{name}_options": classes[name](**of_class) for name, of_class in given.items()}


# What pandas writes, what is done with the text, and how pyarrow reads that.
CSV_FORMATS = {
    "commas": ({}, str.encode, {}),
    "semicolons": ({"sep": ";"}, str.encode, {"parse": {"delimiter": ";"}}),
    "tabs": ({"sep": "\t"}, str.encode, {"parse": {"delimiter": "\t"}}),
    "other quotes": (
        {"quotechar": "'", "quoting": 1},
        str.encode,
        {"parse": {"quote_char": "'"}},
    ),
    "escapes": (
        {"escapechar": "\\", "doublequote": False, "quoting": 1},
        str.encode,
        {"parse": {"escape_char": "\\"}},
    ),
    "Latin-1": ({}, lambda text: text.encode("latin1"), {"read": {"encoding": "latin1"}}),
    "UTF-16": ({}, lambda text: text.encode("utf-16"), {"read": {"encoding": "utf-16"}}),
    "byte order mark": ({}, lambda text: text.encode("utf-8-sig"), {}),
    "ends of lines": ({}, lambda text: text.replace("\n", "\r\n").encode(), {}),
    "no header": (
        {"header": False},
        str.encode,
        {"read": {"column_names": ["x", "t", "k", "y"]}},
    ),
    "rows after the header": (
        {},
        lambda text: text.replace("\n", "\n,unit,,\n", 1).encode(),
        {"read": {"skip_rows_after_names": 1}},
    ),
    "decimal commas": (
        {"sep": ";", "decimal": ","},
        str.encode,
        {"parse": {"delimiter": ";"}, "convert": {"decimal_point": ","}},
    ),
    "missing values": (
        {},
        str.encode,
        {"convert": {"null_values": ["7", "b,c"], "strings_can_be_null": True}},
    ),
    "types": ({}, str.encode, {"convert": {"column_types": {"k": pa.string()}}}),
    "dictionaries": ({}, str.encode, {"convert": {"auto_dict_encode": True}}),
    "wrong rows": (
        {},
        lambda text: (text + "1,2\n").encode(),
        {"parse": {"invalid_row_handler": lambda row: "skip"}},
    ),
    "small blocks": ({}, str.encode, {"read": {"block_size": 2000}}),
}


@pytest.mark.parametrize(("written", "encode", "given"), CSV_FORMATS.values(), ids=CSV_FORMATS)
def test_csv_of_other_formats(written, encode, given, tmp_path, monkeypatch):
    monkeypatch.setattr(_files, "CSV_PIECE", 2**12)
    (tmp_path / "a.csv").write_bytes(encode(frame_of_csv().to_csv(index=False, **written)))
    X = ds.dataset(tmp_path, format=ds.CsvFileFormat(**options(**given)))
    table = X.to_table()
    assert len(table) == N
    for names in (table.schema.names, ["k", "x"]):
        parts = pa.concat_tables([part.data for part in dataset_table(X).read(names)])
        assert parts.combine_chunks().equals(table.select(names).combine_chunks())
    same(answers(X), answers(table))


@pytest.mark.parametrize(
    ("suffix", "codec"),
    [
        ("gz", "gzip"),
        ("gzip", "gzip"),
        ("bz2", "bz2"),
        ("lz4", "lz4"),
        ("zstd", "zstd"),
        ("brotli", "brotli"),
    ],
)
def test_compressed_csv(suffix, codec, tmp_path):
    X = frame_of_csv()
    path = tmp_path / f"a.csv.{suffix}"
    with pa.output_stream(path, compression=codec) as stream:
        stream.write(X.to_csv(index=False).encode())
    expected = answers(X)
    same(answers(path), expected)
    same(answers(ds.dataset(path, format="csv")), expected)


def test_text_of_another_encoding_after_the_first_piece(tmp_path, monkeypatch):
    """What was read as UTF-8 before is not read twice."""
    monkeypatch.setattr(_files, "CSV_PIECE", 2**10)
    monkeypatch.setattr(_streams, "PART_SIZE", 2**6)
    text = ["plain"] * 2_000 + ["é"] * 2_000
    X = pd.DataFrame({"t": text, "i": range(4_000)})
    X.to_csv(tmp_path / "a.csv", index=False, encoding="latin1")
    format_ = ds.CsvFileFormat(**options(read={"encoding": "latin1"}))
    source = dataset_table(ds.dataset(tmp_path, format=format_))
    table = pa.concat_tables([part.data for part in source.read(["i", "t"])])
    assert table["t"].to_pylist() == text
    assert table["i"].to_pylist() == list(range(4_000))


def test_chunks_of_other_types_are_the_same_levels_and_numbers(tmp_path):
    table = pa.table({"t": ARRAYS["text with nulls"], "x": ARRAYS["int64"], "y": Y})
    pieces = [table.slice(300 * i, 300) for i in range(3)]
    pieces[1] = pieces[1].set_column(0, "t", pieces[1]["t"].dictionary_encode())
    pieces[2] = pieces[2].set_column(0, "t", pieces[2]["t"].cast(pa.large_string()))
    pieces[2] = pieces[2].set_column(1, "x", pieces[2]["x"].cast(pa.float64()))
    for i, piece in enumerate(pieces):
        pq.write_table(
            piece.select(["y", "x", "t"] if i == 1 else ["t", "x", "y"]), tmp_path / f"{i}.pq"
        )
    expected = table.set_column(1, "x", table["x"].cast(pa.float64()))
    same(answers(tmp_path), answers(expected))


def test_a_file_without_any_value_of_a_column(tmp_path):
    for i, piece in enumerate(thirds(TABLE.select(["text", "float64", "y"]))):
        if i == 0:
            nothing = pa.nulls(len(piece))
            for j in range(2):
                piece = piece.set_column(j, piece.column_names[j], nothing)
        pq.write_table(piece, tmp_path / f"{i}.parquet")
    parts = [pq.read_table(tmp_path / f"{i}.parquet") for i in range(3)]
    expected = pa.concat_tables([parts[0].cast(parts[2].schema), *parts[1:]])
    found = answers(tmp_path)
    same(found, answers([expected.slice(0, 100), expected.slice(100)]))


def test_folders_that_name_a_value(tmp_path):
    for value in (0, 1):
        (tmp_path / f"y={value}").mkdir()
        rows = TABLE.filter(pc.equal(TABLE["y"], value)).select(["text", "float64"])
        pq.write_table(rows, tmp_path / f"y={value}" / "part-0.parquet")
    (tmp_path / "_SUCCESS").write_text("")
    (tmp_path / "y=0" / ".part-0.parquet.crc").write_text("")
    expected = answers(TABLE.select(["text", "float64", "y"]))
    same(answers(tmp_path), expected)
    same(answers(ds.dataset(tmp_path, partitioning="hive")), expected)
    # One of its files alone knows nothing of the folders.
    with pytest.raises(ValueError, match=r"y='y' is not among .*\['text', 'float64'\]"):
        MutualInfoBinner().fit(tmp_path / "y=0" / "part-0.parquet", y="y")


def test_text_targets(tmp_path):
    y = np.array(["no", "yes"])[Y]
    table = pa.table({"x": ARRAYS["float64"], "y": y})
    for source in SOURCES:
        (tmp_path / source.__name__).mkdir()
        binner = MutualInfoBinner().fit(source(table, tmp_path / source.__name__), y="y")
        assert binner.classes_.tolist() == ["no", "yes"]
    gaps = table.set_column(1, "y", pa.array(y, mask=np.arange(N) == 777))
    with pytest.raises(ValueError, match=r"y contains NaN: 1 missing.*\(In file .*c\.parquet\.\)"):
        MutualInfoBinner().fit(parquet(gaps, tmp_path), y="y")


def columns_of_passes(monkeypatch, items):
    """Return the list to which each pass over a table adds what it asks for."""
    asked = []
    read = type(items).read

    def listening(self, columns):
        asked.append(columns)
        for part in read(self, columns):
            if columns is not None:
                names = getattr(part.data, "column_names", None) or part.data.columns
                assert list(names) == list(columns)
            yield part

    monkeypatch.setattr(type(items), "read", listening)
    return asked


@pytest.mark.parametrize(
    "source", [parquet, arrow_files, filtered_dataset, polars_scan, duckdb_scan]
)
def test_a_pass_reads_the_columns_that_it_needs(source, tmp_path, monkeypatch):
    X = source(TABLE.select(["float64", "text", "int64", "y"]), tmp_path)
    asked = columns_of_passes(monkeypatch, _table_of(X))
    found = as_source(X, "y", caller="f")
    found.reduce(lambda chunk: chunk.numbers(2), lambda a, b: b, [2])
    assert asked[0] is None
    assert list(asked[-1]) == ["int64", "y"]


def _table_of(X):
    name = type(X).__name__
    if name == "LazyFrame":
        return polars_table(X)
    if name == "DuckDBPyRelation":
        return duckdb_table(X)
    return dataset_table(X) if name == "FileSystemDataset" else file_table(X)


def test_a_stream_starts_again_in_every_pass():
    X = Stream(TABLE.select(["float64", "y"]))
    parts = list(stream_table(X).read(["y"]))
    assert X.n_read == 2
    assert sum(part.data.num_rows for part in parts) == N
    assert parts[0].label == "batch 0 of the Stream"
    with pytest.raises(TypeError, match="RecordBatchReader, which can be iterated over only once"):
        MutualInfoBinner().fit(X.table.to_reader(), y="y")


def test_a_lazy_frame_is_read_in_batches(monkeypatch):
    pl = pytest.importorskip("polars")
    X = pl.from_arrow(TABLE.select(["float64", "text", "y"])).lazy()
    expected = answers(X.collect())
    monkeypatch.setattr(_streams, "PART_SIZE", 8 * 3 * 250)
    monkeypatch.setattr(_streams, "FEWEST_ROWS_OF_PART", 1)
    assert max(len(part.data) for part in polars_table(X).read(None)) <= 250
    same(answers(X), expected)
    monkeypatch.delattr(pl.LazyFrame, "collect_batches")
    with pytest.raises(ImportError, match=r"Install polars 1\.34 or later"):
        answers(X)


def test_sizes_of_parts(tmp_path, monkeypatch):
    assert rows_of_part(50) == 2**26 // 400
    assert rows_of_part(1) == 2**20
    assert rows_of_part(10**5) == 2**14
    assert rows_of_part(0) == 2**20
    batches = TABLE.select(["y"]).to_batches(max_chunksize=64)
    assert [len(part) for part in gathered(batches, 150)] == [192, 192, 192, 192, 132]
    assert [len(part) for part in gathered(TABLE.to_batches(), 400)] == [400, 400, 100]
    assert list(gathered(TABLE.slice(0, 0).to_batches(), 400)) == []
    monkeypatch.setattr(_streams, "PART_SIZE", 8 * 100 * 22)
    monkeypatch.setattr(_streams, "FEWEST_ROWS_OF_PART", 1)
    expected = answers(TABLE)
    same(answers(parquet(TABLE, tmp_path)), expected)
    same(answers(Stream(TABLE)), expected)


def test_files_are_in_the_order_of_their_names(tmp_path):
    table = file_table(arrow_files(TABLE, tmp_path))
    assert [file.fragment.path[-7:] for file in table.files] == ["a.arrow", "b.arrow", "c.arrow"]
    parts = list(table.read(["int64"]))
    assert [part.label[-12:] for part in parts] == ["/a.arrow", "/c.arrow"] or len(parts) == 2
    assert pa.concat_tables([part.data for part in parts])["int64"].equals(TABLE["int64"])


def test_list_of_text_is_data_and_list_of_files_is_not():
    assert is_in_parts(["a.parquet", "b.parquet"])
    assert not is_in_parts(["a", "b"])
    assert not is_in_parts([])
    assert not is_in_parts(TABLE)
    assert not is_in_parts(TABLE["y"])
    assert not is_in_parts(TABLE.to_pandas())


FAULTS = {
    "a column is missing": (
        lambda t: t.drop_columns(["x"]),
        r"b\.parquet has no column 'x', which .*a\.parquet has",
    ),
    "a column is more": (
        lambda t: t.append_column("z", t["x"]),
        r"b\.parquet has a column 'z', which .*a\.parquet has not",
    ),
    "text for numbers": (
        lambda t: t.set_column(0, "x", t["t"]),
        r"b\.parquet has text in column 'x', and .*a\.parquet has numbers",
    ),
    "numbers for text": (
        lambda t: t.set_column(1, "t", t["x"]),
        r"b\.parquet has numbers in column 't', and .*a\.parquet has text",
    ),
    "a time zone": (
        lambda t: t.set_column(2, "when", t["when"].cast(pa.timestamp("us", "UTC"))),
        r"b\.parquet has dates with a time zone in column 'when', and .*a\.parquet has dates",
    ),
}


def table_of_faults():
    names = ["float64", "text", "timestamp", "y"]
    return TABLE.select(names).rename_columns(["x", "t", "when", "y"])


def assert_refused(X, match, y="y", error=ValueError, **options):
    for estimator in (MutualInfoBinner(), InfoBottleneckSelector()):
        with pytest.raises(error, match=match):
            estimator.fit(X, y=y, **options)
        assert not [name for name in vars(estimator) if name.endswith("_")]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_file_that_differs_is_named(fault, tmp_path):
    change, message = FAULTS[fault]
    pq.write_table(table_of_faults(), tmp_path / "a.parquet")
    pq.write_table(change(table_of_faults()), tmp_path / "b.parquet")
    assert_refused(tmp_path, message)


def test_a_dataset_tells_where_it_fails(tmp_path):
    table = table_of_faults()
    pq.write_table(table, tmp_path / "a.parquet")
    pq.write_table(table.set_column(0, "x", table["t"]), tmp_path / "b.parquet")
    assert_refused(
        ds.dataset(tmp_path), r"b\.parquet cannot .* 'x' is of type string, and of double"
    )
    pq.write_table(table.drop_columns(["x"]), tmp_path / "b.parquet")
    assert_refused(ds.dataset(tmp_path), r"b\.parquet has no column 'x'")


def test_a_dataset_has_types_of_its_own(tmp_path):
    table = TABLE.select(["float64", "int64", "text", "y"])
    pq.write_table(table, tmp_path / "a.parquet")
    types = {"float64": pa.float32(), "int64": pa.string(), "text": pa.string(), "y": pa.int8()}
    X = ds.dataset(tmp_path, schema=pa.schema(types))
    same(answers(X), answers(table.cast(pa.schema(types))))


def test_corrupt_files_are_named(tmp_path):
    table = table_of_faults()
    pq.write_table(table, tmp_path / "a.parquet")
    pq.write_table(table, tmp_path / "b.parquet", write_page_checksum=True)
    whole = (tmp_path / "b.parquet").read_bytes()
    (tmp_path / "b.parquet").write_bytes(whole[:-40])
    assert_refused(tmp_path, r"b\.parquet cannot be read\. .*Parquet")
    garbled = whole[:300] + bytes(500) + whole[800:]
    (tmp_path / "b.parquet").write_bytes(garbled)
    assert_refused(tmp_path, r"b\.parquet cannot be read\. ")
    (tmp_path / "b.parquet").write_bytes(b"")
    assert_refused(tmp_path, r"b\.parquet cannot be read\. ")


def test_csv_files_that_change(tmp_path, monkeypatch):
    monkeypatch.setattr(_files, "CSV_BLOCK", 2**10)
    (tmp_path / "a.csv").write_text("x,z,y\n" + "1,2,0\n2,3,1\n" * 500 + "1.5,2,0\n")
    with warnings.catch_warnings():
        assert_refused(
            tmp_path, r"a\.csv cannot be read.*'1\.5'.* inferred from .*format='csv', schema"
        )
    types = pa.schema({"x": pa.float64(), "z": pa.float64(), "y": pa.int64()})
    assert (
        MutualInfoBinner()
        .fit(ds.dataset(tmp_path / "a.csv", schema=types, format="csv"), y="y")
        .classes_.size
        == 2
    )
    (tmp_path / "a.csv").write_text("x,z,y\n" + "1,2,0\n2,3,1\n" * 500 + "1,2\n")
    assert_refused(tmp_path, r"a\.csv cannot be read.* Expected 3 columns, got 2")
    (tmp_path / "a.csv").write_text("")
    assert_refused(tmp_path, r"a\.csv.* Empty CSV file")
    (tmp_path / "a.csv").write_text("x,z,y\n")
    assert_refused(tmp_path, "X gave no table")


@pytest.mark.parametrize("suffix", ["csv", "csv.gz"])
def test_memory_of_csv_does_not_grow_with_the_file(suffix, tmp_path, monkeypatch):
    monkeypatch.setattr(_files, "CSV_BLOCK", 2**16)
    monkeypatch.setattr(_files, "CSV_PIECE", 2**13)
    monkeypatch.setattr(_streams, "PART_SIZE", 2**12)
    text = b"x,y\n" + b"123456.789,1\n" * 600_000
    path = tmp_path / f"a.{suffix}"
    path.write_bytes(gzip.compress(text, 1) if suffix.endswith("gz") else text)
    before = pa.total_allocated_bytes()
    held = []
    for _ in file_table(path).read(None):
        held.append(pa.total_allocated_bytes() - before)
    assert max(held) < len(text) // 3


def test_rows_of_csv_longer_than_a_piece(tmp_path, monkeypatch):
    monkeypatch.setattr(_files, "CSV_PIECE", 2**10)
    text = ["a", "b"] * 200 + ["c\n" * 2_000] + ["d"] * 50
    pd.DataFrame({"t": text, "i": range(451)}).to_csv(tmp_path / "a.csv", index=False)
    parts = [part.data for part in file_table(tmp_path / "a.csv").read(["i", "t"])]
    table = pa.concat_tables(parts)
    assert table["t"].to_pylist() == text
    assert table["i"].to_pylist() == list(range(451))


def test_paths_of_nothing(tmp_path):
    for path in (tmp_path, tmp_path / "none.parquet", str(tmp_path / "*.parquet"), "text"):
        assert_refused(path, r"X=.* there is no such file", error=FileNotFoundError)
    (tmp_path / "a.csv").write_text("x,y\n1,0\n")
    (tmp_path / "b.txt").write_text("x,y\n1,0\n")
    assert_refused(tmp_path, r"these suffixes: \.csv, \.txt\. .*'\*\.parquet'")
    assert_refused(tmp_path / "b.txt", r"these suffixes: \.txt")


def test_a_pattern_in_a_name(tmp_path):
    for name in ("a[1].parquet", "a1.parquet"):
        pq.write_table(table_of_faults(), tmp_path / name)
    table = file_table(str(tmp_path / "a[1].parquet"))
    assert [file.fragment.path[-12:] for file in table.files] == ["a[1].parquet"]


@pytest.mark.parametrize("source", SOURCES)
def test_y_and_weights_are_columns(source, tmp_path):
    X = source(table_of_faults(), tmp_path)
    assert_refused(X, r"y is one of its columns, given by its name.*Got y of type ndarray", y=Y)
    assert_refused(X, r"requires y to be passed, but the target y is None", y=None)
    assert_refused(X, r"y='q' is not among the columns of X: \['x', 't', 'when', 'y'\]", y="q")
    assert_refused(X, r"sample_weight is one of its columns.* ndarray", sample_weight=np.ones(N))
    assert_refused(X, r"sample_weight='w' is not among the columns", sample_weight="w")


def test_pyarrow_may_be_missing():
    with pytest.raises(ImportError, match=r"A file is read by pyarrow.*'skinfo\[arrow\]'"):
        arrow_module("pyarrow.of_another_name", "A file")
