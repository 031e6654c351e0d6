"""
====================================
Bins that have to look a certain way
====================================

The best bins of a table are not always those that may be used. A bank has to cut at the age of 25,
a doctor expects that a risk falls and then rises, a printed table needs bins that differ, and
grades have an order. :class:`~skinfo.MutualInfoBinner` finds the best bins among those that are
allowed, and this shows what such rules cost in bits on new rows.
"""

# %%
# **Loans of known risk.** It falls with age until 45 and then rises; it rises from grade to grade;
# of the towns only the five large ones have many loans.

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from scipy.special import expit

from skinfo import MutualInfoBinner
from skinfo.metrics import binary_cross_entropy

GRADES = ["very good", "good", "fair", "poor"]


def sample(n, rng):
    """Return loans, and whether each was not paid back."""
    age = rng.uniform(18, 75, n).round(1)
    grade = rng.integers(0, 4, n)
    large = rng.choice(["Arles", "Brest", "Caen", "Dijon", "Evian"], n)
    small = [f"village {i}" for i in rng.integers(0, 300, n)]
    town = np.where(rng.random(n) < 0.9, large, small)
    risk = expit(-2.2 + ((age - 45) / 18) ** 2 + 0.5 * grade + 0.4 * (town == "Caen"))
    frame = pd.DataFrame({"age": age, "grade": np.array(GRADES)[grade], "town": town})
    return frame, (rng.random(n) < risk).astype(int)


rng = np.random.default_rng(0)
X, y = sample(4000, rng)
X_new, y_new = sample(50_000, rng)

# %%
# **The best bins, without a rule.** ``penalty=None`` takes as many as it may: they follow chance,
# so that the rate of age goes up and down, and grades are grouped in any way.

free = MutualInfoBinner(10, penalty=None).fit(X, y)
columns = ["bin", "count", "rate[1]"]
print(free.bin_table("age")[columns].round(3).to_string(index=False), "\n")

# %%
# **The best bins that are allowed.** Rules are given by column. ``fixed_edges`` have to be there;
# "valley" is a rate that falls and then rises; neighbours have to differ by four points of a
# hundred at least; levels below a hundredth of the loans are one.

rules = {
    "max_bins": {"age": 6},
    "min_samples_bin": 0.05,
    "fixed_edges": {"age": [25.0]},
    "monotonic_cst": {"age": "valley", "grade": "ascending"},
    "min_rate_difference": {"age": 0.04},
    "level_order": {"grade": GRADES},
    "min_frequency": {"town": 0.01},
}
ruled = MutualInfoBinner(10, penalty=None).set_params(**rules).fit(X, y)
for name in X:
    print(ruled.bin_table(name)[columns].round(3).to_string(index=False), "\n")
assert 25.0 in ruled.bin_edges_[0]

# %%
# **What do they cost?** Each column alone predicts new loans by the rate of its bin; less is
# better. No cut is repaired after the search, so that nothing is lost but what the rules take.

to_rates = {"free": free, "with rules": ruled}
costs = {}
for label, binner in to_rates.items():
    codes = binner.transform(X_new)
    costs[label] = [
        binary_cross_entropy(y_new, ((counts[:, 1] + 0.5) / (counts.sum(axis=1) + 1))[code])
        for counts, code in zip(binner.counts_, codes.T, strict=True)
    ]
print(pd.DataFrame(costs, index=X.columns).round(4).to_string())

# %%
# **The rates of age.** Without rules a few loans make a bin of their own, where the rate of new
# loans is as that beside it.

by_age = pd.Series(y_new).groupby(X_new["age"].round()).mean()
fig, ax = plt.subplots(figsize=(7, 4), layout="constrained")
ax.plot(by_age.index, by_age, ".", color="0.6", label="50,000 new loans")
for label, binner in to_rates.items():
    counts = binner.counts_[0]
    edges = np.clip(binner.bin_edges_[0], 18, 75)
    ax.stairs(counts[:, 1] / counts.sum(axis=1), edges, baseline=None, label=label, linewidth=2)
ax.set(xlabel="age", ylabel="rate of loans not paid back", ylim=(0, 1.02))
ax.legend()
plt.show()

# %%
# What to take away: rules are given by column, and the bins are the best of those that keep them.
# Rules that are true cost nothing on new samples: they keep bins from following chance, most of
# all those of many small groups. Where a rule is not true, a table as that above shows its price.
# A fixed cut goes before all other rules.
