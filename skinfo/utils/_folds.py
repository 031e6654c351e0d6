"""Splits that test each row once."""

import numpy as np


def split_once(cv, X, y, split_params):
    """Return the (train, test) pairs of a splitter that tests each row exactly once.

    Parameters
    ----------
    cv : cross-validation splitter

    X, y : arrays of n_samples rows

    split_params : dict
        For the splitter, such as ``groups``.

    Raises
    ------
    ValueError
        If a row is tested never or more than once.
    """
    splits = list(cv.split(X, y, **split_params))
    tested = np.bincount(np.concatenate([test for _, test in splits]), minlength=len(y))
    row = int(np.abs(tested - 1).argmax())
    if tested[row] != 1:
        raise ValueError(
            f"cv must test each row exactly once, and it tests row {row} {tested[row]} times. Use "
            "a splitter such as StratifiedKFold or GroupKFold."
        )
    return splits
