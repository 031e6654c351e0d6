"""What is known of each bin and each feature, as tables."""

import numpy as np
from scipy.stats import beta, t

from skinfo.preprocessing._encoding import smoothed_rates, weight_of_evidence
from skinfo.preprocessing._target_statistics import GaussianStatistics

TAIL = 0.025


def bin_table(labels, sums, task, classes):
    """Return a DataFrame with one row a bin; see `MutualInfoBinner.bin_table`."""
    import pandas as pd

    sizes = task.weights(sums)
    table = {"bin": labels, "count": sizes, "share": sizes / sizes.sum()}
    about_y = _numbers if isinstance(task, GaussianStatistics) else _classes
    table |= about_y(sums, sizes, task, classes)
    table["bits"] = task.bits(sums, sums)
    return pd.DataFrame(table)


def stacked(tables):
    """Return the tables of all features below each other."""
    import pandas as pd

    return pd.concat(tables, ignore_index=True)


def _classes(sums, sizes, task, classes):
    rates = task.rates(sums)
    columns = {f"rate[{label}]": rates[:, c] for c, label in enumerate(classes)}
    shown = list(enumerate(classes))[1 if len(classes) == 2 else 0 :]
    for c, label in shown:
        columns[f"low[{label}]"], columns[f"high[{label}]"] = rate_interval(sums[:, c], sizes)
    if len(classes) == 2:
        columns["woe"] = weight_of_evidence(task, sums, sums.sum(axis=0))[:, 0]
        columns["iv"] = information_value(sums, task)
    return columns


def _numbers(sums, sizes, task, classes):
    _, means, variances = task.counts(sums).T
    # A single sample tells nothing of its spread.
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


def rate_interval(hits, sizes):
    """Return the ends of Jeffreys' 95% interval of a rate (Brown, Cai and DasGupta 2001)."""
    misses = sizes - hits
    low = beta.ppf(TAIL, hits + 0.5, misses + 0.5)
    high = beta.ppf(1 - TAIL, hits + 0.5, misses + 0.5)
    return np.where(hits > 0, low, 0.0), np.where(misses > 0, high, 1.0)


def information_value(sums, task):
    """Return what each bin adds to the information value, in bits, (n_bins,).

    (share of class 1 - share of class 0) * log2 of their ratio, of smoothed counts, so that no
    bin takes away and none is endless.
    """
    rates = smoothed_rates(task, sums, sums.sum(axis=0))
    counts = task.weights(sums)[:, None] * rates
    shares = counts / counts.sum(axis=0)
    filled = shares.all(axis=1)
    values = np.zeros(len(sums))
    zeros, ones = shares[filled].T
    values[filled] = (ones - zeros) * np.log2(ones / zeros)
    return values


def feature_html(names, bits, n_bins, missing_bits):
    """Return an HTML table of what each feature says of y, the most telling first."""
    from html import escape

    order = np.argsort(-bits, kind="stable")
    longest = max(float(bits.max()), 1e-300)
    rows = "".join(
        f"<tr><td style='text-align:left'>{escape(str(names[j]))}</td><td>{n_bins[j]}</td>"
        f"<td>{bits[j]:.4f}</td><td>{missing_bits[j]:.4f}</td><td style='text-align:left'>"
        f"<div style='background:#4878a8;height:0.8em;width:{120 * bits[j] / longest:.0f}px'>"
        "</div></td></tr>"
        for j in order
    )
    return (
        "<details open><summary>Bits about y</summary><table style='text-align:right'><thead>"
        "<tr><th>feature</th><th>bins</th><th>bits</th><th>of which missing</th><th></th></tr>"
        f"</thead><tbody>{rows}</tbody></table></details>"
    )
