"""Numbers of an information report: target, columns, pairs, selection and drift."""

from dataclasses import dataclass
from functools import partial
from hashlib import blake2b
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, leaves_list, linkage
from scipy.spatial.distance import squareform
from scipy.stats import false_discovery_control, ttest_ind_from_stats
from sklearn.base import clone

from skinfo._counts._codes import encode_column
from skinfo._counts._quantiles import default_n_bins
from skinfo._counts._source import Chunk, InMemory
from skinfo.estimation import mutual_info_test, pairwise_interaction, pairwise_mutual_info
from skinfo.feature_selection import InfoBottleneckSelector, held_out_information
from skinfo.measures import entropy
from skinfo.metrics import population_stability

# Maximum size of the map of redundancy, in columns and in samples times pairs, and of the
# interactions, in samples times pairs: one to two seconds each.
MOST_MAPPED = 500
MOST_MAP_CELLS = 4e9
MOST_INTERACTION_CELLS = 5e8

# Maximum number of cells of a table whose selection is repeated on each fold; and, for a larger
# table, of the selected columns on which models are fitted on each fold.
MOST_REPEATED_CELLS = 1_000_000
MOST_HELD_OUT_CELLS = 600_000

# Maximum number of distinct values that are counted if a column is read in parts.
MOST_DISTINCT = 1000

# Minimum mutual information of redundant columns as a proportion of the larger entropy: that of
# two normal variables of correlation 0.8, in ten bins each.
REDUNDANT = 0.2

# Maximum q-value of an informative column or a significant interaction.
SIGNIFICANT = 0.05

BINS_OF_HISTOGRAM = 24


class TargetDistribution(NamedTuple):
    """Distribution of y.

    Attributes
    ----------
    name : str

    target_type : {"binary", "multiclass", "continuous"}

    entropy : float
        H(y) in bits; of a continuous y that of its equal-frequency bins.

    labels : list of str
        The classes, or the intervals of a histogram of a continuous y.

    shares : ndarray of shape (n_labels,), dtype float64
        Proportions of the samples (of their weight).

    edges : ndarray of shape (n_bins - 1,) or None
        The inner bin edges of a continuous y.
    """

    name: str
    target_type: str
    entropy: float
    labels: list[str]
    shares: NDArray[np.float64]
    edges: NDArray[np.float64] | None


class PairSummary(NamedTuple):
    """Mutual information of pairs of columns, clustered.

    Attributes
    ----------
    features : list of str
        The columns in the order of the leaves of the dendrogram.

    shared : ndarray of shape (n, n), dtype float64
        Mutual information as a proportion of the larger entropy, from 0 to 1.

    links : ndarray of shape (n - 1, 4), dtype float64
        Average linkage of one minus `shared`, in SciPy's format; leaves are in the order of
        `features`.

    groups : list of list of str
        Clusters of two or more columns with a proportion of at least `REDUNDANT` on average, the
        largest first.
    """

    features: list[str]
    shared: NDArray[np.float64]
    links: NDArray[np.float64]
    groups: list[list[str]]


class SelectionSummary(NamedTuple):
    """Features that a selector keeps, with reasons.

    Attributes
    ----------
    report : DataFrame
        `InfoBottleneckSelector.report` of the fitted selector.

    information : ndarray of shape (n_steps,), dtype float64
        I(T; y) after each step, in bits.

    held_out : ndarray of shape (n_known,), dtype float64
        Information about y after each of the first steps, estimated on held-out samples, in bits.

    held_out_error : ndarray of shape (n_known,), dtype float64
        Standard error of `held_out`.
    """

    report: pd.DataFrame
    information: NDArray[np.float64]
    held_out: NDArray[np.float64]
    held_out_error: NDArray[np.float64]


class DriftSummary(NamedTuple):
    """Drift of the columns of new samples with respect to those of the report.

    Attributes
    ----------
    report : DataFrame
        `PopulationStability.report`, the largest index first.

    bins : list of DataFrame
        `PopulationStability.bin_table` of each row of the report.

    n_new : float
        Number of new samples (their weight).
    """

    report: pd.DataFrame
    bins: list[pd.DataFrame]
    n_new: float


class ColumnProfile(NamedTuple):
    """Distinct values of a column, None if there are too many, and a digest of all values."""

    values: frozenset[Any] | None
    n_distinct: int
    digest: bytes

    def merged(self, other: "ColumnProfile", most: int | None) -> "ColumnProfile":
        """Return the merged profile, without a digest: only columns in memory have one."""
        if self.values is None or other.values is None:
            return ColumnProfile(None, max(self.n_distinct, other.n_distinct), b"")
        values = self.values | other.values
        is_known = most is None or len(values) <= most
        return ColumnProfile(values if is_known else None, len(values), b"")


def profiles_of(source: Any) -> list[ColumnProfile]:
    """Return the ColumnProfile of each column, in one pass."""
    summarise = partial(_profiles_of_chunk, source.kinds, isinstance(source, InMemory))
    return source.reduce(summarise, partial(_merged_profiles, source.kinds))


def _profiles_of_chunk(kinds: list[str], is_whole: bool, chunk: Chunk) -> list[ColumnProfile]:
    return [_profile(chunk, j, kind, is_whole) for j, kind in enumerate(kinds)]


def _profile(chunk: Chunk, j: int, kind: str, is_whole: bool) -> ColumnProfile:
    if kind == "level":
        codes, levels = chunk.table.levels(j)
        codes = np.asarray(codes)[chunk.rows]
        present = np.unique(codes)
        values = [levels[code] for code in present if 0 <= code < len(levels)]
        digest = blake2b(repr(values).encode("utf-8", "replace"))
        digest.update(np.searchsorted(present, codes).astype(np.int64).tobytes())
        return ColumnProfile(frozenset(values), len(values), digest.digest())
    # Adding 0.0 turns -0.0 into 0.0, whose bytes would differ.
    numbers = chunk.numbers(j) + 0.0
    is_missing = np.isnan(numbers)
    distinct = pd.unique(numbers[~is_missing])
    if is_whole:
        numbers[is_missing] = np.nan
        return ColumnProfile(None, len(distinct), blake2b(numbers.tobytes()).digest())
    few = len(distinct) <= MOST_DISTINCT
    return ColumnProfile(frozenset(distinct.tolist()) if few else None, len(distinct), b"")


def _merged_profiles(
    kinds: list[str], some: list[ColumnProfile], others: list[ColumnProfile]
) -> list[ColumnProfile]:
    return [
        one.merged(other, None if kind == "level" else MOST_DISTINCT)
        for kind, one, other in zip(kinds, some, others, strict=True)
    ]


def target_distribution(name: str, source: Any, binner: Any, selector: Any) -> TargetDistribution:
    """Return the distribution of y."""
    if binner.target_type_ != "continuous":
        weights = binner.counts_[0].sum(axis=0)
        proportions = weights / weights.sum()
        labels = [str(label) for label in binner.classes_]
        return TargetDistribution(
            name, binner.target_type_, float(entropy(proportions)), labels, proportions, None
        )
    edges = selector.target_edges_
    if not isinstance(source, InMemory):
        of_bins = _weights_between(source, edges)
        bits = float(entropy(of_bins / of_bins.sum()))
        return TargetDistribution(name, "continuous", bits, [], np.empty(0), edges)
    y, weights = source.y[source.rows], source.target.weights
    of_bins = np.bincount(np.searchsorted(edges, y, side="right"), weights)
    heights, ends = np.histogram(y, _n_intervals(y), weights=weights)
    labels = [f"{low:.4g} to {high:.4g}" for low, high in pairwise(ends)]
    bits = float(entropy(of_bins / of_bins.sum()))
    return TargetDistribution(name, "continuous", bits, labels, heights / heights.sum(), edges)


def _n_intervals(y: NDArray[np.float64]) -> int:
    """Return the number of bins of a histogram, at most that of the floats in the range of y."""
    n_floats = np.ptp(y) / np.spacing(np.abs(y).max())
    return int(np.clip(n_floats, 1, BINS_OF_HISTOGRAM))


def _weights_between(source: Any, edges: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the total weight of samples in each bin of y of a table in parts."""

    def weights(j: int, column: Any) -> NDArray[np.float64]:
        sums: NDArray[np.float64] = column.sums_before(np.arange(1, len(edges) + 1))
        return np.diff(sums[:, 0])

    (of_bins,) = source.of_target().map_columns(weights, [False], edges=[edges])
    return np.asarray(of_bins)


def column_table(
    source: Any,
    test: Any,
    profiles: list[ColumnProfile],
    bins: list[pd.DataFrame],
    binner: Any,
    selector: Any,
) -> pd.DataFrame:
    """Return one row for each column; see `InformationReport.columns`."""
    missing = [
        _missing_summary(table, counts) for table, counts in zip(bins, binner.counts_, strict=True)
    ]
    table = pd.DataFrame(
        {
            "feature": source.names,
            "kind": source.kinds,
            "bits": selector.mutual_info_,
            "low": np.nan,
            "high": np.nan,
            "p_value": selector.p_values_,
            "missing": [proportion for proportion, _ in missing],
            "missing_bits": np.where([p > 0 for p, _ in missing], binner.missing_bits_, 0.0),
            "missing_q": _qvalues(np.array([pvalue for _, pvalue in missing])),
            "distinct": _distinct_values(profiles, isinstance(source, InMemory)),
            "bins": binner.n_bins_,
            "bits_of_bins": binner.mutual_info_,
        }
    )
    if test is not None:
        table["low"], table["high"] = test.confidence_interval()
    # For a continuous y, bits and p-values are the selector's: equal in memory and in parts.
    if test is not None and binner.target_type_ != "continuous":
        table["bits"], table["p_value"] = test.statistic, test.pvalue
    table.insert(6, "q_value", _qvalues(table["p_value"].to_numpy()))
    return table.join(_selection_columns(selector), on="feature")


def _distinct_values(profiles: list[ColumnProfile], is_whole: bool) -> NDArray[Any]:
    """Return the numbers of distinct values, NaN where they are unknown."""
    is_known = [is_whole or profile.values is not None for profile in profiles]
    numbers = np.array([profile.n_distinct for profile in profiles])
    return numbers if all(is_known) else np.where(is_known, numbers, np.nan)


def _qvalues(pvalues: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the q-values of p-values; NaN where a p-value is NaN."""
    qvalues = np.full(len(pvalues), np.nan)
    is_known = ~np.isnan(pvalues)
    if is_known.any():
        qvalues[is_known] = false_discovery_control(pvalues[is_known])
    return qvalues


def _missing_summary(table: pd.DataFrame, counts: NDArray[np.float64]) -> tuple[float, float]:
    """Return the proportion of missing values, and the p-value of their independence of y."""
    is_missing = (table["bin"] == "missing").to_numpy()
    proportion = float(table["count"][is_missing].sum() / table["count"].sum())
    if not 0 < proportion < 1:
        return proportion, np.nan
    if "mean" in table:
        return proportion, _welch_pvalue(table, is_missing)
    of_missing, others = counts[is_missing].sum(axis=0), counts[~is_missing].sum(axis=0)
    classes = np.arange(len(others))
    # One sample for each cell of the 2 x n_classes table, weighted by its count.
    test = mutual_info_test(
        np.repeat([0, 1], len(classes))[:, None],
        np.tile(classes, 2),
        discrete_features=True,
        discrete_target=True,
        sample_weight=np.concatenate([others, of_missing]),
        estimator="emi",
    )
    return proportion, float(test.pvalue[0])


def _welch_pvalue(table: pd.DataFrame, is_missing: NDArray[np.bool_]) -> float:
    """Return the p-value of Welch's t-test of the mean of y, missing against present values."""
    # Beyond this, squares are not finite.
    if table[["mean", "std"]].abs().max(axis=None) > 1e150:
        return np.nan
    moments = []
    for rows in (is_missing, ~is_missing):
        count, mean, std = table[rows & (table["count"] > 0)][
            ["count", "mean", "std"]
        ].T.to_numpy()
        overall = np.average(mean, weights=count)
        variance = np.average(std**2 + (mean - overall) ** 2, weights=count)
        total = count.sum()
        if total < 2:
            return np.nan
        moments += [overall, np.sqrt(variance * total / (total - 1)), total]
    if moments[1] == moments[4] == 0:
        return np.nan
    return float(ttest_ind_from_stats(*moments, equal_var=False).pvalue)


def _selection_columns(selector: Any) -> pd.DataFrame:
    """Return the step, the bits left and the redundancy of each feature, indexed by its name."""
    report = selector.report().set_index("feature")
    step = np.where(report["selected"], np.arange(1, len(report) + 1), 0)
    return pd.DataFrame(
        {
            "step": step,
            "bits_left": report["bits_left"],
            "redundant_with": report["redundant_with"],
        },
        index=report.index,
    )


def selection_summary(
    X: Any, y: Any, sample_weight: Any, source: Any, selector: Any
) -> tuple[SelectionSummary, list[str]]:
    """Return the SelectionSummary, and notes on what is not computed."""
    held_out, notes = _held_out(X, y, sample_weight, source, selector)
    known = (np.empty(0), np.empty(0)) if held_out is None else held_out
    return SelectionSummary(selector.report(), selector.information_, *known), notes


def _held_out(
    X: Any, y: Any, sample_weight: Any, source: Any, selector: Any
) -> tuple[tuple[NDArray[np.float64], NDArray[np.float64]] | None, list[str]]:
    """Return the held-out information after each step with its standard error, and notes."""
    n_steps = len(selector.information_)
    if not n_steps:
        return None, []
    if not isinstance(source, InMemory):
        return None, ["Held-out information is not estimated of a table that is read in parts."]
    if source.n_samples * source.n_features <= MOST_REPEATED_CELLS:
        repeated = clone(selector).set_params(n_features_to_select=n_steps, information=None)
        found = held_out_information(X, y, selector=repeated, sample_weight=sample_weight)
        return (found.information, found.standard_error), []
    first = selector.selected_features_[: MOST_HELD_OUT_CELLS // source.n_samples]
    if not len(first) or selector.groups is not None:
        return None, ["Held-out information is not estimated of a table of this size."]
    codes, weights = codes_of(source, first), source.target.weights
    found = held_out_information(
        codes,
        source.y[source.rows],
        selector=InfoBottleneckSelector(
            len(first), must_include=codes.columns, target_type=source.target_type
        ),
        sample_weight=weights if source.target.is_weighted else None,
    )
    note = (
        "Held-out information is that of models fitted on four fifths of the rows. The features "
        f"were selected once, on all rows; of these the first {len(first)} were tried."
    )
    return (found.information, found.standard_error), [note]


def drift_summary(binner: Any, X_new: Any, sample_weight: Any, n_jobs: Any) -> DriftSummary:
    """Return the drift of new samples with respect to the training samples of a binner."""
    stability = population_stability(binner, X_new, sample_weight=sample_weight, n_jobs=n_jobs)
    report = stability.report()
    tables = [stability.bin_table(name) for name in report["feature"]]
    return DriftSummary(report, tables, stability.n_new)


def codes_of(source: InMemory, columns: NDArray[np.int64]) -> pd.DataFrame:
    """Return the integer codes of columns: levels, or equal-frequency bins of numbers."""
    n_bins = default_n_bins(source.n_samples)
    codes = {}
    for j in columns.tolist():
        column = encode_column(source.table, j, source.rows, n_bins=n_bins)
        codes[source.names[j]] = column.values.astype(np.min_scalar_type(column.n_levels))
    return pd.DataFrame(codes)


def pair_summary(mutual_info: NDArray[np.float64], features: list[str]) -> PairSummary | None:
    """Return the PairSummary of columns, or None for fewer than two columns.

    Constant columns, which have zero entropy, are omitted.
    """
    varies = np.diag(mutual_info) > 0
    features = [name for name, kept in zip(features, varies, strict=True) if kept]
    if len(features) < 2:
        return None
    mutual_info = mutual_info[np.ix_(varies, varies)]
    larger = np.maximum.outer(np.diag(mutual_info), np.diag(mutual_info))
    shared = np.clip(mutual_info / larger, 0, 1)
    distance = 1 - shared
    np.fill_diagonal(distance, 0)
    links = linkage(squareform(distance, checks=False), "average", optimal_ordering=True)
    order = leaves_list(links)
    ordered = [features[j] for j in order]
    clusters = fcluster(links, 1 - REDUNDANT, "distance")[order]
    groups = [[] for _ in range(clusters.max())]
    for name, cluster in zip(ordered, clusters, strict=True):
        groups[cluster - 1].append(name)
    groups = sorted((group for group in groups if len(group) > 1), key=len, reverse=True)
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    links = links.copy()
    is_leaf = links[:, :2] < len(order)
    links[:, :2][is_leaf] = place[links[:, :2][is_leaf].astype(np.int64)]
    return PairSummary(ordered, shared[np.ix_(order, order)], links, groups)


def pairs_in_memory(
    source: InMemory, bits: NDArray[np.float64], n_jobs: Any
) -> tuple[PairSummary | None, pd.DataFrame | None, list[str]]:
    """Return the PairSummary and the interactions of columns in memory, and notes."""
    n_mapped = min(
        source.n_features, MOST_MAPPED, int(np.sqrt(2 * MOST_MAP_CELLS / source.n_samples))
    )
    n_paired = min(n_mapped, int(np.sqrt(2 * MOST_INTERACTION_CELLS / source.n_samples)))
    most_informative = np.argsort(-bits, kind="stable")
    codes = codes_of(source, np.sort(most_informative[:n_mapped]))
    weights = source.target.weights if source.target.is_weighted else None
    shared = pairwise_mutual_info(codes, sample_weight=weights, n_jobs=n_jobs)
    pairs = pair_summary(shared, list(codes.columns))
    paired = codes[[source.names[j] for j in np.sort(most_informative[:n_paired])]]
    interactions = _interaction_table(paired, source, weights, n_jobs) if n_paired > 1 else None
    notes = _note_of_columns("The map of redundancy", n_mapped, source.n_features)
    return pairs, interactions, notes + _note_of_columns("Interactions", n_paired, n_mapped)


def _interaction_table(
    codes: pd.DataFrame, source: InMemory, weights: NDArray[np.float64] | None, n_jobs: Any
) -> pd.DataFrame:
    """Return the significant interactions of pairs of columns about y."""
    result = pairwise_interaction(
        codes,
        source.y[source.rows],
        discrete_features=True,
        discrete_target=source.target_type != "continuous",
        sample_weight=weights,
        n_jobs=n_jobs,
    )
    table = result.to_frame()
    return table[table["qvalue"] <= SIGNIFICANT].reset_index(drop=True)


def _note_of_columns(what: str, n_shown: int, n_features: int) -> list[str]:
    if n_shown >= n_features:
        return []
    return [f"{what}: of the {n_shown} columns with the most bits, of {n_features}."]


@dataclass(frozen=True)
class TablesOfChunks:
    """Repeatable iterable of the tables of chunks, each a tuple of a table and its targets."""

    chunks: Any

    def __iter__(self) -> Any:
        """Iterate over the tables, starting at the first one."""
        return (table for table, *_ in self.chunks)


def pairs_of_parts(
    X: Any, y: Any, source: Any, binner: Any, n_jobs: Any
) -> tuple[PairSummary | None, None, list[str]]:
    """Return the PairSummary of a table in parts, computed from its binned columns, and notes."""
    left_out = "Interactions need rows in memory, and are left out."
    if source.n_features > MOST_MAPPED:
        note = f"The map of redundancy is left out of over {MOST_MAPPED} columns in parts."
        return None, None, [note, left_out]
    codes = binner.transform(X)
    shared = pairwise_mutual_info(TablesOfChunks(codes) if y is None else codes, n_jobs=n_jobs)
    note = (
        "The map of redundancy is of the bins of each column, as the table is read in parts: "
        "columns that are not informative about y have one bin and are not on it."
    )
    return pair_summary(shared, source.names), None, [note, left_out]
