"""What was found of each feature, as a table."""

import numpy as np


def selection_report(selection, names):
    """Return a DataFrame with one row a feature; see `InfoBottleneckSelector.report`."""
    import pandas as pd

    chosen = np.array(selection.chosen, dtype=np.int64)
    bits_left, p_left = selection.left.copy(), selection.left_pvalues.copy()
    bits_left[chosen], p_left[chosen] = selection.gains, selection.gain_pvalues
    is_chosen = np.isin(np.arange(len(names)), chosen)
    rest = np.flatnonzero(~is_chosen)
    order = np.concatenate([chosen, rest[np.argsort(-bits_left[rest], kind="stable")]])
    table = pd.DataFrame(
        {
            "feature": names,
            "bits": selection.relevance,
            "p_value": selection.pvalues,
            "selected": is_chosen,
            "bits_left": bits_left,
            "p_left": p_left,
            "redundant_with": [names[w] if w >= 0 else "" for w in selection.explained_by],
        }
    )
    return table.iloc[order].reset_index(drop=True)
