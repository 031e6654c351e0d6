"""
=====================================================
A table in chunks: the same bins, at any size
=====================================================

Information is made of counts, and counts of chunks add up. So a table that does not fit in
memory is binned piece by piece, and the bins are those of the whole table, not an approximation
of them. Dask keeps the pieces here, where it is installed; any iterator over chunks will do.
"""

# %%
# **The table.** Twenty partitions of 20,000 rows, each made (or read) when it is needed. Its
# columns: a number with a long tail and gaps, a number that says nothing, and text.

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from scipy.special import expit

from skinfo import MutualInfoBinner

n_partitions, n_rows = 20, 20_000


def partition(number):
    """Return one partition of the table."""
    rng = np.random.default_rng(number)
    amount = rng.lognormal(3, 1, n_rows)
    channel = rng.choice(["shop", "web", "phone", "post"], n_rows, p=[0.5, 0.3, 0.15, 0.05])
    log_odds = np.abs(np.log(amount) - 3) * 1.5 - 3 + (channel == "web")
    returned = (rng.random(n_rows) < expit(log_odds)).astype(int)
    amount[rng.random(n_rows) < 0.05] = np.nan
    noise = rng.normal(size=n_rows)
    return pd.DataFrame(
        {"amount": amount, "noise": noise, "channel": channel, "returned": returned}
    )


# %%
# **In chunks.** The first chunk fixes where a column may be cut: at most 512 places, at equal
# frequencies. From then on all counts are exact. After each chunk the binner is fitted to the
# rows so far.


def chunks():
    """Yield the partitions, from Dask where it is installed."""
    try:
        import dask.dataframe as dd
    except ImportError:
        print("dask is not installed: partitions are made one by one")
        yield from map(partition, range(n_partitions))
    else:
        table = dd.from_map(partition, range(n_partitions))
        for piece in table.to_delayed():
            yield piece.compute()


columns = ["amount", "noise", "channel"]
binner = MutualInfoBinner()
bits = []
for chunk in chunks():
    binner.partial_fit(chunk[columns], chunk["returned"])
    bits.append(binner.mutual_info_)
table = binner.bin_table("amount")
print(table[["bin", "count", "rate[1]", "bits"]].round(4).to_string(index=False))

# %%
# **At once**, with the same places for cuts: the same edges, groups and counts to the last row.

whole = pd.concat(map(partition, range(n_partitions)))
at_once = MutualInfoBinner(candidate_edges=binner.candidate_edges_)
at_once.fit(whole[columns], whole["returned"])
for j, name in enumerate(columns):
    same = np.array_equal(binner.counts_[j], at_once.counts_[j])
    print(f"{name:<8} {binner.n_bins_[j]} bins, counts are the same: {same}")
free = MutualInfoBinner().fit(whole[columns], whole["returned"])
print(f"bits in chunks:                  {binner.mutual_info_.round(5)}")
print(f"bits at once, places of its own: {free.mutual_info_.round(5)}")

# %%
# The picture: the bins of the amount, and how the bits settle with the rows.

fig, (rate_ax, bits_ax) = plt.subplots(1, 2, figsize=(11, 4.2), layout="constrained")
inner = binner.bin_edges_[0][1:-1]
edges = np.concatenate([[inner[0] / 3], inner, [inner[-1] * 3]])
ranges = table.iloc[: len(edges) - 1]
rate_ax.stairs(ranges["rate[1]"], edges, color="#0072B2", linewidth=2)
middles = np.sqrt(edges[:-1] * edges[1:])
errors = [ranges["rate[1]"] - ranges["low[1]"], ranges["high[1]"] - ranges["rate[1]"]]
rate_ax.errorbar(middles, ranges["rate[1]"], errors, fmt="none", color="#0072B2", capsize=3)
rate_ax.set_xscale("log")
rate_ax.set_ylim(0, None)
rate_ax.set_xlabel("Amount")
rate_ax.set_ylabel("Share returned")
rate_ax.set_title("Bins of 400,000 rows, met in twenty chunks", fontsize=11)
rows = n_rows / 1000 * np.arange(1, n_partitions + 1)
for j, (name, colour) in enumerate(zip(columns, ["#0072B2", "#999999", "#D55E00"], strict=True)):
    bits_ax.plot(rows, np.transpose(bits)[j], "o-", color=colour, label=name, markersize=4)
bits_ax.set_ylim(0, None)
bits_ax.set_xlabel("Rows so far (thousands)")
bits_ax.set_ylabel("Information about the return (bits)")
bits_ax.set_title("After each chunk the binner is fitted", fontsize=11)
bits_ax.legend(loc="center right")
plt.show()

# %%
# What to take away: counts add up, so twenty chunks give the same bins as one table of 400,000
# rows, gaps and text included. Only the places where a number may be cut come from the first
# chunk: give it rows of all sorts, or fix the places with `candidate_edges`. The bits settle
# after a few chunks, and the column that says nothing has one bin from first to last. Memory
# holds one chunk and the counts.
