"""Tables in pieces: each source of samples gives the answer of memory, or both refuse.

A table is cut at random places, columns of some pieces get another type of the same values, and a
`SOURCES` entry stores the pieces somewhere. The answer of memory is that of the pieces put
together by the library that the pieces are of.
"""

import contextlib
import functools
import inspect
import itertools
import os
import shutil
import signal
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from optional import SPARK_SETTINGS, optional
from optional import polars as pl
from optional import pyarrow as pa

from fuzz.cases import Case, Target, rows_of
from fuzz.columns import pick, pick_by_weight
from fuzz.invariants import dense, is_whole
from fuzz.log import where_raised
from fuzz.settings import draw_settings
from fuzz.tables import Table, draw_table, draw_target
from skinfo import InfoBottleneckSelector, MutualInfoBinner
from skinfo.estimation import (
    conditional_mutual_info,
    discrete_entropy,
    multivariate_info,
    mutual_info,
    mutual_info_test,
    pairwise_mutual_info,
)
from skinfo.feature_selection import selection_curve
from skinfo.inspection import information_report
from skinfo.metrics import population_stability

HAS_DASK = bool(optional("dask.dataframe")) if optional("dask") else False
HAS_DUCKDB = bool(optional("duckdb"))
HAS_SPARK = bool(optional("pyspark.sql")) and bool(shutil.which("java"))


class Samples(NamedTuple):
    """What is passed to a function: a table, and y and weights or the names of them."""

    X: Any
    y: Any
    sample_weight: Any


# ---- types of a piece


def another_pandas_type(rng, column):
    """Return a column of pandas in another type that holds the same values."""
    dtype = column.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        # Of numbers, pandas makes numbers of pieces of different categories.
        some = pd.unique(column.dropna())
        if not all(isinstance(level, str) for level in dtype.categories):
            return column
        return column.astype(pd.CategoricalDtype(rng.permutation(some), dtype.ordered))
    kind = getattr(dtype, "kind", "O")
    values = column.dropna()
    if kind == "O" and not (len(values) and all(isinstance(value, str) for value in values)):
        return column  # A category is levels, whatever it is of.
    if kind == "M" and not isinstance(dtype, np.dtype):
        return column
    others = {
        "i": ["int32", "float64", "Int64", "object"],
        "f": ["Float64", "object", "float32"],
        "b": ["object", "boolean"],
        "O": ["category", "object"],
        "M": ["M8[s]", "M8[ms]", "M8[ns]"],
        "m": ["m8[s]", "m8[ms]", "m8[ns]"],
    }.get(kind, ["object"])
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            other = column.astype(pick(rng, others))
            back = other.astype(dtype)
        except Exception:
            return column
    return other if back.equals(column) else column


def another_arrow_type(rng, column):
    """Return a column of Arrow in another type that holds the same values."""
    others = [pa.int32(), pa.float32(), pa.float64(), pa.large_string(), pa.timestamp("ns")]
    with contextlib.suppress(pa.ArrowException):
        if pa.types.is_dictionary(column.type):
            return column.cast(column.type.value_type)
        if pa.types.is_string(column.type) and rng.random() < 0.5:
            return column.dictionary_encode()
        other = column.cast(pick(rng, others))
        if other.cast(column.type).equals(column):
            return other
    return column


def other_types(rng, piece):
    """Return a piece of which some columns have another type."""
    if isinstance(piece, pd.DataFrame):
        columns = {
            name: another_pandas_type(rng, piece[name])
            if rng.random() < 0.5 and name not in ("y", "w")
            else piece[name]
            for name in piece
        }
        return pd.DataFrame(columns, index=piece.index)
    if pl and isinstance(piece, pl.DataFrame):
        return piece
    columns = [
        another_arrow_type(rng, column) if rng.random() < 0.5 else column
        for column in piece.columns
    ]
    return pa.table(columns, names=piece.column_names)


def together(pieces):
    """Return pieces as one table, as their library does it."""
    if isinstance(pieces[0], pd.DataFrame):
        with warnings.catch_warnings():
            # That columns without values will have a say in the type.
            warnings.simplefilter("ignore", FutureWarning)
            return pd.concat(pieces, ignore_index=True)
    if pl and isinstance(pieces[0], pl.DataFrame):
        return pl.concat(pieces)
    return pa.concat_tables(pieces, promote_options="permissive")


# ---- sources: from pieces, a folder and a generator to two `Samples`, elsewhere and in memory


class Again:
    """Chunks that can be iterated over again, of no known number."""

    def __init__(self, chunks):
        self.chunks = chunks

    def __iter__(self):
        return iter(self.chunks)


class ArrowStream:
    """A stream that starts again each time."""

    def __init__(self, table):
        self.table = table

    def __arrow_c_stream__(self, requested_schema=None):
        return self.table.__arrow_c_stream__(requested_schema)


def by_name(source, memory, weighted):
    weight = "w" if weighted else None
    return Samples(source, "y", weight), Samples(memory, "y", weight)


def chunks(pieces, weighted, rng, folder):
    wrap = pick(rng, [list, Again, tuple])
    return by_name(wrap(pieces), together(pieces), weighted)


def split(piece, weighted):
    names = ["y", "w"] if weighted else ["y"]
    apart = [piece[name] for name in names]
    if (pl and isinstance(piece, pl.DataFrame)) or (pa and isinstance(piece, pa.Table)):
        return (piece.drop(names), *apart)
    return (piece.drop(columns=names), *apart)  # of pandas or Dask


def chunks_with_y(pieces, weighted, rng, folder):
    X, *others = split(together(pieces), weighted)
    memory = Samples(X, *others, *([] if weighted else [None]))
    return Samples([split(piece, weighted) for piece in pieces], None, None), memory


def chunks_of_arrays(pieces, weighted, rng, folder):
    numbers = [piece.select_dtypes(["int", "float", "bool"]) for piece in pieces]
    names = [name for name in numbers[0] if name not in ("y", "w")]
    if not names or any(not set(names) <= set(piece) for piece in numbers):
        return None
    arrays = [
        (piece[names].to_numpy(), *(part.to_numpy() for part in split(piece, weighted)[1:]))
        for piece in pieces
    ]
    if len({array[0].dtype for array in arrays}) > 1:
        return None
    X, y, *w = (np.concatenate(parts) for parts in zip(*arrays, strict=True))
    return Samples(arrays, None, None), Samples(X, y, w[0] if w else None)


def stored(suffix, write):
    """Return a source of files, some of them in folders, given by one path or another."""

    def source(pieces, weighted, rng, folder):
        nested = rng.random() < 0.3
        paths = []
        for i, piece in enumerate(pieces):
            inside = folder / f"part_{i % 2}" if nested else folder
            inside.mkdir(exist_ok=True)
            paths.append(inside / f"{i:02}{suffix}")
            write(piece, paths[-1], rng)
        paths.sort()
        ways = [folder, paths] if nested else [folder, str(folder / f"*{suffix}"), paths]
        if not nested and suffix == ".parquet":
            import pyarrow.dataset as ds

            with contextlib.suppress(pa.ArrowException):
                ways.append(ds.dataset(folder))
        given = pick(rng, ways)
        if hasattr(given, "to_table"):
            return by_name(given, given.to_table(), weighted)
        return by_name(given, together([read_whole(path) for path in paths]), weighted)

    return source


def read_whole(path):
    """Return a file as a table of Arrow."""
    if path.suffix == ".parquet":
        import pyarrow.parquet as pq

        return pq.ParquetFile(path).read()
    if path.suffix == ".feather":
        return pa.ipc.open_file(path).read_all()
    import pyarrow.csv as csv

    return csv.read_csv(
        path,
        parse_options=csv.ParseOptions(newlines_in_values=True),
        convert_options=csv.ConvertOptions(
            strings_can_be_null=True, quoted_strings_can_be_null=False
        ),
    )


def write_parquet(piece, path, rng):
    import pyarrow.parquet as pq

    pq.write_table(piece, path, row_group_size=pick(rng, [3, 1000]), store_schema=True)


def write_feather(piece, path, rng):
    with pa.ipc.new_file(path, piece.schema) as file:
        file.write_table(piece, max_chunksize=pick(rng, [3, 1000]))


def write_csv(piece, path, rng):
    import pyarrow.csv as csv

    csv.write_csv(piece, path)


def arrow_stream(pieces, weighted, rng, folder):
    table = together(pieces)
    return by_name(ArrowStream(table), table, weighted)


def lazy_frame(pieces, weighted, rng, folder):
    frame = together(pieces)
    lazy = frame.lazy() if rng.random() < 0.5 else pl.concat([piece.lazy() for piece in pieces])
    return by_name(lazy, frame, weighted)


def duckdb_relation(pieces, weighted, rng, folder):
    import duckdb

    connection = duckdb.connect()
    relation = connection.from_arrow(together(pieces))
    return by_name(relation, relation.to_arrow_table(), weighted)


def dask_frame(pieces, weighted, rng, folder):
    import dask.dataframe as dd

    frame = together(pieces)
    pieces = [piece.astype(frame.dtypes) for piece in pieces]
    table = dd.from_map(lambda i: pieces[i], range(len(pieces)), meta=frame.iloc[:0])
    # Dask makes text of objects.
    frame = table.compute(scheduler="sync")
    if rng.random() < 0.5:
        return by_name(table, frame, weighted)
    weight = [None] if not weighted else []
    return Samples(*split(table, weighted), *weight), Samples(*split(frame, weighted), *weight)


@functools.cache
def spark_session():
    """Return the session of this process, of one thread."""
    from pyspark.sql import SparkSession

    os.environ["PYSPARK_PYTHON"] = sys.executable
    # Its workers would import skinfo from the current folder, which may be that of the sources.
    os.environ["PYTHONSAFEPATH"] = "1"
    builder = SparkSession.builder.master("local[1]")
    for key, value in SPARK_SETTINGS.items():
        builder = builder.config(key, value)
    handler = signal.getsignal(signal.SIGINT)
    session = builder.getOrCreate()
    signal.signal(signal.SIGINT, handler)  # Spark's own stays
    session.sparkContext.setLogLevel("OFF")
    return session


def spark_frame(pieces, weighted, rng, folder):
    session = spark_session()
    whole = together(pieces)
    schema = session.createDataFrame(whole).schema
    parts = [session.createDataFrame(piece.cast(whole.schema), schema) for piece in pieces]
    frame = functools.reduce(lambda one, other: one.union(other), parts)
    return by_name(frame, frame.toArrow(), weighted)


# Name: its weight, the container of its pieces, and what makes it.
SOURCES = {
    "chunks, pandas": (10, "pandas", chunks),
    "chunks with y, pandas": (10, "pandas", chunks_with_y),
    "chunks of arrays": (6, "pandas", chunks_of_arrays),
}
if pl:
    SOURCES |= {
        "chunks, polars": (6, "polars", chunks),
        "chunks with y, polars": (6, "polars", chunks_with_y),
        "lazy frame": (8, "polars", lazy_frame),
    }
if pa:
    SOURCES |= {
        "chunks, arrow": (6, "arrow", chunks),
        "parquet": (10, "arrow", stored(".parquet", write_parquet)),
        "feather": (6, "arrow", stored(".feather", write_feather)),
        "csv": (8, "arrow", stored(".csv", write_csv)),
        "stream": (4, "arrow", arrow_stream),
    }
if pa and HAS_DUCKDB:
    SOURCES["duckdb"] = (6, "arrow", duckdb_relation)
if HAS_DASK:
    SOURCES["dask"] = (8, "pandas", dask_frame)


# Apart, since a case takes seconds.
SLOW_SOURCES = {}
if pa and HAS_SPARK:
    SLOW_SOURCES["spark"] = (1, "arrow", spark_frame)


# ---- questions: from `Samples` and settings to numbers


def asks(function):
    """Decorate a question with the arguments of the function that it asks, for messages."""

    def decorate(question):
        given = [inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY) for name in ("X", "y")]
        own = inspect.signature(function).parameters
        question.__signature__ = inspect.Signature(
            [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in own.values()]
            + [p for p in given if p.name not in own]
        )
        return question

    return decorate


@asks(MutualInfoBinner)
def bins(samples, params):
    binner = MutualInfoBinner(**params).fit(*samples)
    return [binner.bin_edges_, binner.groups_, binner.n_bins_, binner.mutual_info_, binner.counts_]


@asks(MutualInfoBinner)
def transformed(samples, params):
    """Return the output for the table without y and weights, read whole where it is lazy."""
    binner = MutualInfoBinner(**params).fit(*samples)
    out = binner.transform(samples.X)
    for method in ("compute", "toArrow", "collect", "to_arrow_table"):
        out = getattr(out, method)() if hasattr(out, method) else out
    if hasattr(out, "shape"):
        return dense(out)
    parts = [part[0] if isinstance(part, tuple) else part for part in out]
    return np.concatenate([dense(part) for part in parts])


@asks(InfoBottleneckSelector)
def selection(samples, params):
    selector = InfoBottleneckSelector(**params).fit(*samples)
    names = ("support_", "ranking_", "mutual_info_", "p_values_", "gains_", "information_")
    return [np.asarray(getattr(selector, name)) for name in names]


@asks(selection_curve)
def curve(samples, params):
    found = selection_curve(*samples[:2], sample_weight=samples.sample_weight, **params)
    return [found.compression, found.relevance, found.n_features]


@asks(mutual_info)
def information(samples, params):
    return mutual_info(*samples[:2], sample_weight=samples.sample_weight, **params)


@asks(mutual_info_test)
def independence(samples, params):
    found = mutual_info_test(*samples[:2], sample_weight=samples.sample_weight, **params)
    return [found.statistic, found.pvalue]


@asks(pairwise_mutual_info)
def pairs(samples, params):
    return pairwise_mutual_info(samples.X, sample_weight=samples.sample_weight, **params)


@asks(discrete_entropy)
def entropy(samples, params):
    return discrete_entropy(samples.X, sample_weight=samples.sample_weight, **params)


@asks(multivariate_info)
def together_information(samples, params):
    found = multivariate_info(samples.X, sample_weight=samples.sample_weight, **params)
    return [found.statistic]


@asks(conditional_mutual_info)
def conditional(samples, params):
    return conditional_mutual_info(
        *samples[:2], "c0", sample_weight=samples.sample_weight, **params
    )


@asks(information_report)
def report(samples, params):
    found = information_report(*samples[:2], sample_weight=samples.sample_weight, **params)
    names = ["bits", "p_value", "missing", "missing_bits", "distinct", "bins", "bits_of_bins"]
    return [found.target.entropy, found.columns["feature"].tolist(), found.columns[names]]


@asks(population_stability)
def stability(samples, params):
    found = population_stability(
        samples.X,
        samples.X,
        reference_weight=samples.sample_weight,
        sample_weight=samples.sample_weight,
        **params,
    )
    return [found.psi, found.pvalue]


# Question: its weight, settings, and whether y may be apart from the table.
QUESTIONS = {
    bins: (
        10,
        {
            "max_bins": [2, 5, "auto"],
            "penalty": ["auto", "modl", "mdlp", "bic", None],
            "max_candidates": [3, 16],
            "missing": ["merge"],
            "closed": ["right"],
            "min_frequency": [2, 0.2],
            "min_samples_bin": [2, 0.2],
            "monotonic_cst": ["auto", "ascending", "peak"],
            "special_values": [[-999]],
            "target_type": ["multiclass", "continuous", "binary"],
            "categorical_features": [None, [0]],
        },
        True,
    ),
    transformed: (
        4,
        {"encode": ["onehot", "onehot-dense", "woe", "posterior"], "missing": ["merge"]},
        True,
    ),
    selection: (
        8,
        {
            "criterion": ["mim", "jmi", "cmim", "mrmr", "disr"],
            "n_features_to_select": [1, 2, "elbow"],
            "interactions": [True],
            "target_type": ["multiclass", "continuous"],
        },
        True,
    ),
    curve: (2, {"betas": [[1, 10]]}, True),
    information: (
        6,
        {
            "estimator": ["binned", "plugin", "emi", "miller_madow", "jeffreys"],
            "discrete_features": [True],
            "missing": ["drop", "raise"],
        },
        True,
    ),
    independence: (5, {"estimator": ["binned", "plugin"], "discrete_features": [True]}, True),
    pairs: (3, {"estimator": ["plugin"], "missing": ["drop"]}, False),
    entropy: (3, {"estimator": ["plugin", "jackknife"], "missing": ["drop"]}, False),
    together_information: (
        2,
        {"measure": ["dual_total_correlation"], "estimator": ["plugin"], "n_permutations": [1]},
        False,
    ),
    conditional: (3, {"estimator": ["plugin", "emi"], "missing": ["drop"]}, True),
    report: (1, {"target_type": ["multiclass", "continuous"]}, True),
    stability: (2, {"n_bins": [2, 5], "min_frequency": [2]}, False),
}

TARGET_KINDS = ("binary", "text", "multiclass", "continuous", "bool", "constant", "nan", "none")
ODD_NAMES = ["", " ", "é", 'q"q', "a.b", "a`b", "select", "日本", "X", "a\nb", "%s", "{0}"]


def make_source_of(sources):
    """Return a maker of cases of some sources."""
    return functools.partial(make_source, sources)


def make_source(sources, rng):
    n = pick(rng, [2, 5, 12, 30, 60, 60, 150])
    source = pick_by_weight(rng, {name: weight for name, (weight, _, _) in sources.items()})
    table = draw_table(rng, n, [sources[source][1]], max_columns=4)
    names = [f"c{j}" for j in range(len(table.columns))]
    if rng.random() < 0.1:
        # Messages about columns c0, c1, ... name a column.
        names[-1:] = [f"{name} {pick(rng, ODD_NAMES)}" for name in names[-1:]]
    table = Table(table.columns, tuple(names), table.container, n)
    y = np.asarray(draw_target(rng, table.columns, n, TARGET_KINDS)).ravel()
    kinds = {"none": 5, "whole": 4, "fractions": 1, "zeros at the start": 1, "1e15": 0.5}
    weights = {
        "none": None,
        "whole": rng.integers(0, 4, n).astype(float),
        "fractions": rng.random(n),
        "zeros at the start": (np.arange(n) > n // 2) * 2.0,
        "1e15": rng.integers(1, 4, n) * 1e15,
    }[pick_by_weight(rng, kinds)]
    question = pick_by_weight(rng, {q: weight for q, (weight, _, _) in QUESTIONS.items()})
    params = draw_settings(rng, QUESTIONS[question][1], share=0.25, hostile=0)
    cuts = np.sort(rng.random(pick(rng, [0, 1, 2, 2, 4])))
    if len(cuts) and rng.random() < 0.3:
        cuts = np.sort(np.append(cuts, pick(rng, [0.0, 1.0, cuts[0]])))  # a piece without rows
    fixed = {"source": source, "question": question.__name__, "cuts": cuts.tolist()}
    return Case({"X": table, "y": y, "sample_weight": weights}, params, fixed)


def with_target(frame, y, weights):
    """Return a frame with the columns y and w."""
    weights = np.ones(len(y)) if weights is None else weights
    if isinstance(frame, pd.DataFrame):
        return frame.assign(y=pd.Series(y, frame.index), w=weights)
    if pl and isinstance(frame, pl.DataFrame):
        text = {"dtype": pl.String} if y.dtype == object else {}
        y = pl.Series("y", y.tolist() if text else y, **text)
        return frame.with_columns(y, pl.Series("w", weights))
    y = pa.array(y.tolist(), pa.string()) if y.dtype == object else pa.array(y)
    return frame.append_column("y", y).append_column("w", pa.array(weights))


def is_asked_of(question, samples):
    """Whether a question takes samples of this form: some have no y."""
    return QUESTIONS[question][2] or isinstance(samples.y, str)


def pieces_of(case, X, y, sample_weight, cuts):
    """Return the pieces of the table with its target and weights."""
    frame = with_target(X, y, sample_weight)
    ends = [0, *(round(cut * len(y)) for cut in cuts), len(y)]
    pieces = [rows_of(frame, np.arange(a, b)) for a, b in itertools.pairwise(ends)]
    if sample_weight is None:
        drop = {"columns": "w"} if isinstance(frame, pd.DataFrame) else {}
        pieces = [piece.drop(**drop) if drop else piece.drop(["w"]) for piece in pieces]
    rng = case.rng("types")
    if case.chance("other types", 0.5):
        pieces = [other_types(rng, piece) if rng.random() < 0.5 else piece for piece in pieces]
    return pieces


@contextlib.contextmanager
def samples_of(case, X, y, sample_weight, source, cuts):
    """Yield the samples elsewhere and in memory, or None where the source cannot hold them."""
    rng, weighted = case.rng("source"), sample_weight is not None
    with tempfile.TemporaryDirectory() as folder:
        try:
            pieces = pieces_of(case, X, y, sample_weight, cuts)
            made = (SOURCES | SLOW_SOURCES)[source][2](pieces, weighted, rng, Path(folder))
        except Exception as error:
            _, ours = where_raised(error)
            if ours != "?":
                raise
            made = None
        yield made


def check_source(log, case, X, y, sample_weight, source, question, cuts):
    with samples_of(case, X, y, sample_weight, source, cuts) as made:
        asked = next(asked for asked in QUESTIONS if asked.__name__ == question)
        if made is not None and is_asked_of(asked, made[1]):
            compare(log, case, source, asked, *made)


def compare(log, case, source, question, elsewhere, memory):
    """Compare the answers to a question."""
    scheduler = contextlib.nullcontext()
    if source == "dask":
        import dask

        scheduler = dask.config.set(scheduler=case.rng("scheduler").choice(["sync", "threads"]))
    expected = log.call(f"{question.__name__}, in memory", question, memory, case.params)
    with scheduler:
        found = log.call(f"{question.__name__} of {source}", question, elsewhere, case.params)
    promise = f"{question.__name__} of {source}"
    if found.ok and expected.ok:
        weights = case.rows["sample_weight"]
        if weights is None or is_whole(weights):
            log.equal(promise, found.value, expected.value)
    elif found.refused and expected.ok:
        if not any(words in str(found.error) for words in REMEDIES):
            _, ours = where_raised(found.error)
            log.fail("invariant", f"{promise}: refused elsewhere @{ours}", found.error)
    elif expected.refused and found.ok:
        if any(words in str(expected.error) for words in DISCRETE_IN_PIECES):
            return
        _, ours = where_raised(expected.error)
        log.fail("invariant", f"{promise}: refused in memory @{ours}", expected.error)


# What messages say about what needs all rows at once, or classes, float64 or literals of SQL.
REMEDIES = (
    *["needs all rows", "needs all samples at once", "in memory", "is read in parts"],
    *[
        "in chunks",
        "of chunks",
        "come in pieces",
        "comes in parts",
        "beyond 2**53",
        "at least two classes",
    ],
    *["SQL can only be written", "which SQL cannot write"],
)

# Parts of messages about a table in memory with columns without a value, which are discrete in
# pieces and continuous in memory, or with integers in samples without weight, which pieces drop.
DISCRETE_IN_PIECES = ("continuous", "n_neighbors=", "beyond 2**53")

TARGETS = {"source": Target(make_source_of(SOURCES), check_source, share=0.3)}
if SLOW_SOURCES:
    TARGETS["spark"] = Target(make_source_of(SLOW_SOURCES), check_source, share=0.005)
