"""Folds for the cross-fitted encoding of training samples."""

import numpy as np
from sklearn.model_selection import (
    GroupKFold,
    KFold,
    StratifiedGroupKFold,
    StratifiedKFold,
    check_cv,
)

from skinfo.utils._validation import partition_splits

# By whether y holds classes, and whether samples come in groups.
SPLITTERS = {
    (True, False): StratifiedKFold,
    (False, False): KFold,
    (True, True): StratifiedGroupKFold,
    (False, True): GroupKFold,
}


def encoding_folds(cv, y, is_classes, groups, random_state):
    """Return (train, test) pairs that test each sample once.

    Parameters
    ----------
    cv : int, splitter, iterable or None
        An int (None is 5) is that many shuffled folds, stratified for classes.

    y : ndarray of shape (n_samples,)

    is_classes : bool

    groups : array-like of shape (n_samples,) or None

    random_state : int, RandomState instance or None
        Of the shuffle; None is the same one on every run.
    """
    if cv is None or isinstance(cv, int):
        splitter = SPLITTERS[is_classes, groups is not None]
        seed = 0 if random_state is None else random_state
        cv = splitter(5 if cv is None else cv, shuffle=True, random_state=seed)
        # By values a splitter takes classes such as .5 and 1.5 for a continuous y.
        y = np.unique(y, return_inverse=True)[1] if is_classes else y
    else:
        cv = check_cv(cv, y, classifier=is_classes)
    return partition_splits(cv, np.empty((len(y), 0)), y, {"groups": groups})
