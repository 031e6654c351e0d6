"""
====================================
Large tables: Parquet files and Dask
====================================

A fit needs counts, and counts are additive over rows. So a table that does not fit in memory is
fitted in pieces: from Parquet files, or in the partitions of a Dask cluster. The bins and the
selected features are identical to those of the same table in memory.
"""

# %%
# **The table.** A folder of eight Parquet files with 25,000 loans each. The columns are an amount
# with a long right tail and missing values, a channel, the age of the account, its rounded copy,
# and noise.

import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from scipy.special import expit

from skinfo import InfoBottleneckSelector, MutualInfoBinner

n_files, n_rows = 8, 25_000


def loans(number):
    """Return the loans of one file."""
    rng = np.random.default_rng(number)
    amount = rng.lognormal(3, 1, n_rows)
    channel = rng.choice(["shop", "web", "phone", "post"], n_rows, p=[0.5, 0.3, 0.15, 0.05])
    age = rng.gamma(2, 3, n_rows)
    log_odds = 1.5 * np.abs(np.log(amount) - 3) - 3 + (channel == "web") - 0.1 * age
    amount[rng.random(n_rows) < 0.05] = np.nan
    return pd.DataFrame(
        {
            "amount": amount,
            "channel": channel,
            "age": age,
            "age in years": np.round(age),
            "noise": rng.normal(size=n_rows),
            "default": (rng.random(n_rows) < expit(log_odds)).astype(int),
        }
    )


directory = tempfile.TemporaryDirectory()
folder = Path(directory.name) / "loans"
folder.mkdir()
for number in range(n_files):
    loans(number).to_parquet(folder / f"part_{number}.parquet", index=False)

# %%
# **From files.** The target is a column of the table and is given by name; all others are
# features. The files are read in pieces, several times; memory holds one piece and the counts.

binner = MutualInfoBinner().fit(f"{folder}/*.parquet", y="default")
selector = InfoBottleneckSelector().fit(f"{folder}/*.parquet", y="default")
print(selector.report()[["feature", "selected", "bits", "redundant_with"]].to_string(index=False))

# %%
# **In memory**, for comparison: the same counts and the same selection.

frame = pd.read_parquet(folder)
whole = MutualInfoBinner().fit(frame, y="default")
same_bins = all(map(np.array_equal, binner.counts_, whole.counts_))
same_features = np.array_equal(
    selector.support_, InfoBottleneckSelector().fit(frame, y="default").support_
)
print(f"{len(frame):,} rows: same bins {same_bins}, same features {same_features}")

# %%
# **On a cluster.** The same code, with a Dask data frame instead of the files. The workers are
# threads of this process; the address of a cluster would be used in the same way. The output of
# `transform` is lazy as well.

try:
    import dask.dataframe as dd
    from dask.distributed import Client, LocalCluster
except ImportError:
    print("Dask is not installed: pip install dask distributed")
else:
    options = {"n_workers": 2, "processes": False, "dashboard_address": ":0"}
    with LocalCluster(**options) as cluster, Client(cluster):
        ddf = dd.read_parquet(folder)
        on_dask = MutualInfoBinner().fit(ddf, y="default")
        codes = on_dask.transform(ddf)
        print(f"same bins: {all(map(np.array_equal, on_dask.counts_, whole.counts_))}")
        print(f"codes of {codes.npartitions} partitions, not computed yet:")
        print(codes.head(3))

# %%
# The figure: the bins of the amount, and the information of each column.

fig, (rate_ax, bits_ax) = plt.subplots(1, 2, figsize=(11, 4.2), layout="constrained")
table = binner.bin_table("amount")
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
rate_ax.set_ylabel("Default rate")
rate_ax.set_title("Default rate by bin, 200,000 loans", fontsize=11)
names = selector.feature_names_in_
colors = np.where(selector.support_, "#0072B2", "#BBBBBB")
bits_ax.barh(names, selector.mutual_info_, color=colors)
bits_ax.invert_yaxis()
bits_ax.set_xlabel("Information about the default (bits)")
bits_ax.set_title("Selected columns in blue", fontsize=11)
plt.show()
directory.cleanup()

# %%
# What to take away: counts are additive over rows, so files, partitions and one table in memory
# give the same bins and the same selection. Pass the table in its original form, and the target by
# its name. Missing values and text need no preparation. Memory holds one piece of the table and
# the counts.
