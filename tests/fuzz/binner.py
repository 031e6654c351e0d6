"""MutualInfoBinner on awful tables."""

import json
from itertools import pairwise

import numpy as np
from sklearn.base import clone

from fuzz.cases import Case, Target
from fuzz.columns import pick
from fuzz.invariants import check_containers, check_fits, dense, is_whole, sample_of
from fuzz.log import close
from fuzz.settings import by_column, draw_settings
from fuzz.tables import SPARSE, draw_n_rows, draw_table, draw_target, draw_weights
from skinfo import MutualInfoBinner

FITTED = (
    *["bin_edges_", "groups_", "n_bins_", "mutual_info_", "missing_bits_", "special_bits_"],
    *["counts_", "monotonic_cst_"],
)


def facts(binner):
    return {name: getattr(binner, name) for name in FITTED}


def some_values(rng, columns):
    """Return some values of the columns, and some that are not in them."""
    found = [
        pick(rng, column.values) for column in columns if len(column.values) for _ in range(3)
    ]
    plain = [value.item() if isinstance(value, np.generic) else value for value in found]
    values = [value for value in plain if isinstance(value, (int, float, str)) and value == value]
    values += [-999, "unknown", 0]
    return [values[i] for i in rng.permutation(len(values))]


def draw_special_values(rng, table):
    values = some_values(rng, table.columns)
    form = pick(rng, ["list", "list", "shared bin", "dict", "named"])
    if form == "list" or not table.columns:
        return values[:2]
    if form == "shared bin":
        return [values[:2], *values[2:4]]
    j = int(rng.integers(len(table.columns)))
    own = some_values(rng, table.columns[j : j + 1])
    if form == "dict":
        return {j: own[:2]}
    return {j: {"no account": own[0], "re'fused": own[1:3]}}


def draw_edges(rng, table):
    """Return cuts for some columns of numbers, between values or at them."""
    edges = {}
    for j, column in enumerate(table.columns):
        if column.dtype is None and column.values.dtype.kind in "fib":
            values = np.unique(column.values.astype(float))
            values = values[np.isfinite(values)]
            if len(values) and rng.random() < 0.7:
                cuts = rng.choice(values, pick(rng, [1, 2, 3])) + pick(rng, [0, 0, 0.25])
                edges[j] = np.unique(cuts).tolist()
    return edges if rng.random() < 0.5 else [edges.get(j) for j in range(len(table.columns))]


def draw_level_order(rng, table):
    orders = {}
    for j, column in enumerate(table.columns):
        values = column.values
        if values.dtype == object and all(v is None or isinstance(v, str) for v in values):
            levels = sorted({value for value in values if value is not None})
            orders[j] = [levels[i] for i in rng.permutation(len(levels))]
    return orders or None


def binner_options(rng, table):
    p = len(table.columns)
    directions = ["peak", "valley", "ascending", "descending", "auto", 0, 1, -1]
    return {
        "max_bins": [2, 3, 8, 300, 65535, by_column(rng, table, [2, 3, 5, "auto"])],
        "penalty": ["auto", "modl", "mdlp", "bic", 0, 0.5, 3.0, None, 1e300],
        "encode": ["ordinal", "ordinal", "onehot", "onehot-dense", "woe", "posterior"],
        "min_samples_bin": [2, 10**9, 0.5, 1e-300, by_column(rng, table, [1, 2, 5, 0.05, 0.2])],
        "monotonic_cst": ["auto", None, by_column(rng, table, directions)],
        "min_rate_difference": [by_column(rng, table, [0.0, 0.05, 0.3, 1.0])],
        "max_p_value": [by_column(rng, table, [None, 0.05, 0.5, 1e-9, 1.0])],
        "categorical_features": ["from_dtype", None, [0], [True] * p, [False] * p],
        "level_order": ["from_dtype", draw_level_order(rng, table)],
        "min_frequency": [by_column(rng, table, [None, 2, 5, 0.05, 0.3])],
        "infrequent_label": ["rare", "a", "missing", "", "other's"],
        "missing": ["separate", "merge"],
        "target_type": ["auto", "binary", "multiclass", "continuous"],
        "max_candidates": [2, 3, 16, 512, None],
        "candidate_edges": [[np.array([0.0, 1.0])] * p, [None] * p, {0: [0.5]}, [[]] * p],
        "fixed_edges": [draw_edges(rng, table)],
        "special_values": [draw_special_values(rng, table)] * 2,
        "closed": ["right"],
        "cv": [2, 3, 5],
        "random_state": [None, 0, 7],
        "dtype": [None, np.float32, "int16", np.uint8, "f8"],
        "n_jobs": [None, 1, 2],
    }


def make_binner(rng):
    n = draw_n_rows(rng)
    table = draw_table(rng, n)
    rows = {
        "X": table,
        "y": draw_target(rng, table.columns, n),
        "sample_weight": draw_weights(rng, n),
    }
    return Case(rows, draw_settings(rng, binner_options(rng, table), share=0.2))


def check_binner(log, case, X, y, sample_weight):
    estimator = MutualInfoBinner(**case.params)
    fit = log.call("fit", clone(estimator).fit, X, y, sample_weight)
    if not fit.ok:
        return
    binner = fit.value
    n = case.rows["X"].n_rows
    check_bits(
        log, binner, n if sample_weight is None else np.sum(np.asarray(sample_weight, float))
    )
    out = log.call("transform", binner.transform, X)
    log.need("transform takes what fit took", not out.refused, out.error)
    if out.ok:
        check_output(log, binner, out.value, n)
        if case.chance("copies", 0.3):
            check_copies(log, binner, X, out.value)
    if case.chance("fit_transform", 0.4):
        train = log.call("fit_transform", clone(estimator).fit_transform, X, y, sample_weight)
        if out.ok and train.ok and binner.encode not in ("woe", "posterior"):
            log.equal("fit_transform is fit and transform", train.value, out.value)
    if case.chance("html", 0.1):
        log.call("_repr_html_", binner._repr_html_)
    check_fits(log, case, estimator, binner, facts)
    check_containers(log, case, lambda X: facts(clone(estimator).fit(X, y, sample_weight)))
    if sample_weight is None or is_whole(sample_weight):
        check_chunks(log, case, estimator, binner)
        check_partial_fit(log, case, estimator, binner, X)


def entropy_of(counts):
    shares = counts[counts > 0] / counts.sum()
    return float(-(shares * np.log2(shares)).sum())


def check_bits(log, binner, weight):
    """The information of bins and what it is computed from."""
    for name in ("mutual_info_", "missing_bits_", "special_bits_"):
        log.finite(name, getattr(binner, name))
    log.need("mutual_info_ >= 0", (binner.mutual_info_ >= 0).all(), binner.mutual_info_)
    for j, counts in enumerate(binner.counts_):
        edges, bits = binner.bin_edges_[j], binner.mutual_info_[j]
        if edges is not None:
            log.need("cuts increase", (np.diff(edges[1:-1]) > 0).all(), edges)
        log.equal("n_bins_ is the rows of counts_", len(counts), int(binner.n_bins_[j]))
        if binner.classes_ is not None:
            log.finite("counts_", counts)
            x, y, joint = map(entropy_of, (counts.sum(1), counts.sum(0), counts))
            log.need("mutual_info_ is that of counts_", close(bits, max(0, x + y - joint), 1e-6))
            log.need("counts_ sum to the weights", close(counts.sum(), weight), counts)
        table = log.call("bin_table", binner.bin_table, j)
        if table.ok:
            log.equal("bin_table has all bins", len(table.value), int(binner.n_bins_[j]))
            log.need("bits of bins sum", close(table.value["bits"].sum(), bits, 1e-6), table.value)
            labels = list(table.value["bin"])
            log.equal("labels of bins differ", len(set(labels)), len(labels), labels)
        totals = log.call("bin_table", binner.bin_table, j, totals=True)
        if totals.ok:
            log.equal("totals are one more row", len(totals.value), int(binner.n_bins_[j]) + 1)
    log.call("bin_table", binner.bin_table)


def check_output(log, binner, out, n):
    """What transform returns."""
    values = dense(out)
    log.finite("transform", values)
    names = log.call("get_feature_names_out", binner.get_feature_names_out)
    if names.ok:
        log.equal("shape of transform", values.shape, (n, len(names.value)))
        log.equal("names of columns differ", len(set(names.value)), len(names.value), names.value)
    if binner.encode == "ordinal":
        log.need("bin numbers are below n_bins_", (values < binner.n_bins_).all())
    if binner.encode not in ("woe", "posterior"):
        log.call("inverse_transform", binner.inverse_transform, out)
    for j in range(len(binner.n_bins_)):
        if binner.encode in ("woe", "posterior"):
            log.call("encoding_table", binner.encoding_table, j)


def check_copies(log, binner, X, out):
    """What is written and read again does the same."""
    state = log.call("to_dict", binner.to_dict)
    if not state.ok:
        return
    text = log.call("json.dumps", json.dumps, state.value, allow_nan=False)
    if not text.ok:
        return
    read = log.call("from_dict", MutualInfoBinner.from_dict, json.loads(text.value))
    log.need("from_dict reads what to_dict wrote", read.ok, read.error)
    if read.ok:
        log.equal("from_dict: facts", facts(read.value), facts(binner))
        again = log.call("transform, from_dict", read.value.transform, X)
        if again.ok:
            log.equal("from_dict: transform", again.value, out)


class Chunks:
    """Parts of a sample, which can be read several times."""

    def __init__(self, case, ends):
        samples = [sample_of(case, np.arange(a, b)) for a, b in pairwise(ends)]
        self.parts = [sample if sample[2] is not None else sample[:2] for sample in samples]

    def __iter__(self):
        return iter(self.parts)


def check_chunks(log, case, estimator, binner):
    """A fit to chunks is one to the whole."""
    n, container = case.rows["X"].n_rows, case.rows["X"].container
    in_memory_only = container in (*SPARSE, "list") or estimator.level_order == "from_dtype"
    if n < 3 or in_memory_only or not case.chance("chunks", 0.3):
        return
    chunks = Chunks(case, sorted({0, n, *case.rng("ends").integers(1, n, 2).tolist()}))
    fit = log.call("fit, chunks", clone(estimator).fit, chunks, None)
    log.need("chunks are taken as memory is", not fit.refused, fit.error)
    if fit.ok:
        for name, value in facts(fit.value).items():
            log.equal(f"chunks: {name}", value, getattr(binner, name))


def check_partial_fit(log, case, estimator, binner, X):
    """Chunks that are given one after the other."""
    n = case.rows["X"].n_rows
    if n < 4 or not case.chance("partial_fit", 0.2):
        return
    estimator = clone(estimator)
    for part, classes in ((np.arange(n // 2), binner.classes_), (np.arange(n // 2, n), None)):
        X_part, y_part, weights = sample_of(case, part)
        fit = log.call("partial_fit", estimator.partial_fit, X_part, y_part, classes, weights)
        if not fit.ok:
            return
    log.finite("partial_fit: mutual_info_", estimator.mutual_info_)
    log.call("partial_fit: transform", estimator.transform, X)


TARGETS = {"binner": Target(make_binner, check_binner, share=0.6)}
