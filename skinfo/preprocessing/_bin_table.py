"""Tables of the bins of a column, and the summary of all columns: see `bin_table`."""

from typing import NamedTuple

import numpy as np
from scipy.stats import t

from skinfo.preprocessing._encoding import weight_of_evidence
from skinfo.preprocessing._target_statistics import GaussianStatistics
from skinfo.utils._large_counts import beta_quantiles

# Probability of each tail of a 95% interval.
TAIL = 0.025

# Lower bounds of the classes of information values, in nats (Siddiqi 2006, section 6.2).
STRENGTHS = {0.0: "unpredictive", 0.02: "weak", 0.1: "medium", 0.3: "strong", 0.5: "suspicious"}


# Bins of one column


def table_of_bins(column, statistics, classes, *, totals):
    """Return a DataFrame with one row per bin of a FittedColumn, and a total row if `totals`."""
    import pandas as pd

    labels, stats = column.bins.labels(), column.stats
    table = _bin_columns(stats, stats, statistics, classes)
    if totals:
        of_all = _bin_columns(stats.sum(axis=0, keepdims=True), stats, statistics, classes)
        of_all |= {
            name: table[name].sum(keepdims=True) for name in ("iv", "bits") if name in table
        }
        table = {name: np.append(values, of_all[name]) for name, values in table.items()}
        labels = [*labels, "total"]
    return pd.DataFrame({"bin": labels, **table})


def _bin_columns(rows, stats, statistics, classes):
    """Return the table columns for some rows of statistics, given the statistics of all bins."""
    total = stats.sum(axis=0)
    sizes = statistics.weights(rows)
    columns = {"count": sizes, "share": sizes / statistics.weights(total)}
    if isinstance(statistics, GaussianStatistics):
        columns |= _mean_columns(rows, statistics)
    elif len(classes) == 2:
        columns |= _event_columns(rows, total, statistics, classes)
    else:
        columns |= _rate_columns(rows, statistics, classes, range(len(classes)))
    return columns | {"bits": statistics.bits(rows, stats)}


def _event_columns(rows, total, statistics, classes):
    """Return the table columns for two classes, of which the second is the event."""
    woe = weight_of_evidence(statistics, rows, total)[:, 0]
    return {
        "events": rows[:, 1],
        "non_events": rows[:, 0],
        **_rate_columns(rows, statistics, classes, [1]),
        "woe": woe,
        "iv": _information_values(rows, total, woe),
    }


def _rate_columns(rows, statistics, classes, with_interval):
    rates, sizes = statistics.rates(rows), statistics.weights(rows)
    columns = {f"rate[{label}]": rates[:, c] for c, label in enumerate(classes)}
    for c in with_interval:
        low, high = _rate_interval(rows[:, c], sizes)
        columns |= {f"low[{classes[c]}]": low, f"high[{classes[c]}]": high}
    return columns


def _mean_columns(rows, statistics):
    sizes, means, variances = statistics.counts(rows).T
    # The variance of a single sample is unknown.
    reach = np.full(len(sizes), np.inf)
    several = sizes > 1
    freedom = sizes[several] - 1
    reach[several] = t.ppf(1 - TAIL, freedom) * np.sqrt(variances[several] / freedom)
    return {
        "mean": means,
        "std": np.sqrt(variances),
        "low": means - reach,
        "high": means + reach,
    }


def _rate_interval(hits, sizes):
    """Return the bounds of Jeffreys' 95% interval of a rate (Brown, Cai and DasGupta 2001)."""
    misses = sizes - hits
    low = beta_quantiles(TAIL, hits + 0.5, misses + 0.5)
    high = beta_quantiles(1 - TAIL, hits + 0.5, misses + 0.5)
    return np.where(hits > 0, low, 0.0), np.where(misses > 0, high, 1.0)


def _information_values(rows, total, woe):
    """Return the contribution of each bin to the information value, in nats, (n_rows,).

    It is (proportion of the events - proportion of the non-events) * WoE. The WoE is that of
    smoothed rates and has the sign of the difference, so contributions are non-negative and
    finite.
    """
    proportions = np.divide(rows, total, out=np.zeros(rows.shape), where=total > 0)
    return (proportions[:, 1] - proportions[:, 0]) * woe * np.log(2)


# All columns


def summary_of_columns(names, columns, statistics, classes):
    """Return a DataFrame with one row for each FittedColumn."""
    import pandas as pd

    rows = [_summary(column, statistics, classes) for column in columns]
    return pd.DataFrame([{"feature": name, **row} for name, row in zip(names, rows, strict=True)])


def _summary(column, statistics, classes):
    stats = column.stats
    total = stats.sum(axis=0)
    bits = statistics.information(stats)
    row = {
        "kind": "level" if column.bins.is_categorical else column.bins.kind,
        "bins": column.bins.n_bins,
        "missing": float(statistics.weights(column.missing_stats) / statistics.weights(total)),
        "bits": bits,
        "explained": statistics.explained(bits, total),
    }
    if statistics.n_classes > 2:
        return row
    if statistics.n_classes == 2:
        woe = weight_of_evidence(statistics, stats, total)[:, 0]
        iv = float(_information_values(stats, total, woe).sum())
        row |= {"iv": iv, "strength": _strength(iv), **ranking_quality(stats, woe)._asdict()}
    return row | {"trend": _trend(column, statistics)}


def _strength(iv):
    """Return Siddiqi's class of an information value."""
    return next(word for least, word in reversed(STRENGTHS.items()) if iv >= least)


class RankingQuality(NamedTuple):
    """Measures of how well a score separates two classes.

    Attributes
    ----------
    gini : float
        2 AUC - 1, or Somers' D: the proportion of pairs of an event and a non-event in which the
        event has the higher score, minus the proportion in which it has the lower one.

    ks : float
        The largest difference between the distribution functions of both classes.
    """

    gini: float
    ks: float


def ranking_quality(counts, scores):
    """Return the RankingQuality of a score with few distinct values; NaN if a class is absent.

    Parameters
    ----------
    counts : ndarray of shape (n_values, 2)
        Weights of non-events and events.

    scores : ndarray of shape (n_values,)
        Values of the score; equal ones are ties.
    """
    total = counts.sum(axis=0)
    if not total.all():
        return RankingQuality(np.nan, np.nan)
    _, ranks = np.unique(scores, return_inverse=True)
    zeros, ones = (np.bincount(ranks, shares) for shares in (counts / total).T)
    zeros_to, ones_to = np.cumsum(zeros), np.cumsum(ones)
    higher = ones @ (zeros_to - zeros)
    lower = zeros @ (ones_to - ones)
    return RankingQuality(float(higher - lower), float(np.abs(zeros_to - ones_to).max()))


def _trend(column, statistics):
    """Return the trend of the event rate (or mean) over the intervals, as a word."""
    if not column.bins.is_ordered:
        return "unordered"
    rates = statistics.sort_keys(column.stats[: column.bins.n_groups])
    steps = np.sign(np.diff(rates[~np.isnan(rates)]))
    steps = steps[steps != 0]
    if not len(steps):
        return "constant"
    turns = int(np.count_nonzero(np.diff(steps)))
    if turns > 1:
        return "mixed"
    words = ("descending", "ascending") if turns == 0 else ("valley", "peak")
    return words[int(steps[0] > 0)]
