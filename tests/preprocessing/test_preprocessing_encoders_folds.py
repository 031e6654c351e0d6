"""Folds of the cross-fitted encoding."""

import numpy as np
import pytest
from sklearn.model_selection import KFold, TimeSeriesSplit

from skinfo.preprocessing._encoders import encoding_folds


def samples_tested(folds):
    return np.concatenate([test for _, test in folds])


@pytest.mark.parametrize("cv", [None, 3, KFold(4)])
@pytest.mark.parametrize("is_classes", [True, False])
def test_each_sample_is_tested_once(cv, is_classes):
    y = np.arange(60) % 2 if is_classes else np.arange(60) / 7
    folds = encoding_folds(cv, y, is_classes, None, None)
    assert sorted(samples_tested(folds)) == list(range(60))
    assert len(folds) == {None: 5, 3: 3}.get(cv, 4)


def test_folds_of_classes_are_stratified_whatever_their_names():
    for y in (np.repeat([0.5, 1.5], 30), np.repeat(["a", "b"], 30)):
        for _, test in encoding_folds(5, y, True, None, None):
            assert np.unique(y[test], return_counts=True)[1].tolist() == [6, 6]


@pytest.mark.parametrize("is_classes", [True, False])
def test_groups_are_never_split(is_classes):
    groups, y = np.arange(60) // 3, np.arange(60) % 2
    for train, test in encoding_folds(4, y, is_classes, groups, None):
        assert not set(groups[train]) & set(groups[test])


def test_none_is_the_same_shuffle_on_every_run():
    y = np.arange(40) % 2
    a, b, c = (samples_tested(encoding_folds(5, y, True, None, seed)) for seed in (None, None, 1))
    assert a.tolist() == b.tolist() != c.tolist()


def test_splitters_that_leave_samples_out_are_refused():
    with pytest.raises(ValueError, match="cv must test each row exactly once"):
        encoding_folds(TimeSeriesSplit(3), np.arange(40) % 2, True, None, None)
