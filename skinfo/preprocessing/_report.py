"""What is known of each bin, as a table."""

import numpy as np
from scipy.special import rel_entr

# Added to every cell before log odds are taken, so that an empty one stays finite.
HALF_COUNT = 0.5


def bin_table(labels, counts, classes):
    """Return a DataFrame with one row a bin; see `MutualInfoBinner.bin_table`."""
    import pandas as pd

    sizes = counts.sum(axis=1)
    share = sizes / sizes.sum()
    overall = counts.sum(axis=0) / sizes.sum()
    rates = np.divide(
        counts, sizes[:, None], out=np.full(counts.shape, np.nan), where=sizes[:, None] > 0
    )
    table = {"bin": labels, "count": sizes, "share": share}
    for c, label in enumerate(classes):
        table[f"rate[{label}]"] = rates[:, c]
    if len(classes) == 2:
        table["woe"] = weight_of_evidence(counts)
    divergence = np.where(sizes > 0, rel_entr(np.nan_to_num(rates), overall).sum(axis=1), 0.0)
    table["bits"] = share * divergence / np.log(2)
    return pd.DataFrame(table)


def weight_of_evidence(counts):
    """Return log2 of each bin's odds of the second class over the overall odds, (n_bins,)."""
    odds = (counts[:, 1] + HALF_COUNT) / (counts[:, 0] + HALF_COUNT)
    overall = (counts[:, 1].sum() + HALF_COUNT) / (counts[:, 0].sum() + HALF_COUNT)
    return np.log2(odds / overall)
