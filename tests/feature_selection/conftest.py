"""Builders of what the search works on, from plain arrays."""

import numpy as np
import pytest

from skinfo._counts._coded_table import CodedPiece, CodedTable
from skinfo._counts._target import ClassTarget
from skinfo.feature_selection._candidates import CandidateFeatures
from skinfo.feature_selection._rankers import make_ranker
from skinfo.feature_selection._search import SearchSettings, greedy_search


@pytest.fixture
def target_of():
    """Return a function of y, the number of classes and weights that returns a ClassTarget."""

    def build(y, n_classes=None, weights=None):
        return ClassTarget(
            codes=np.asarray(y, np.int32),
            classes=np.arange(int(np.max(y)) + 1 if n_classes is None else n_classes),
            weights=np.ones(len(y)) if weights is None else np.asarray(weights, float),
            is_weighted=weights is not None,
        )

    return build


@pytest.fixture
def table_of(target_of):
    """Return a function of codes, y and weights that returns a CodedTable.

    `ends` are where pieces of the samples end, but for the last.
    """

    def build(codes, y, *, weights=None, ends=()):
        n_classes = int(np.max(y)) + 1
        pieces = [
            CodedPiece(
                codes[:, some],
                target_of(y[some], n_classes, None if weights is None else weights[some]),
            )
            for some in np.split(np.arange(len(y)), ends)
        ]
        return CodedTable(pieces, codes.max(axis=1).astype(np.int64) + 1)

    return build


@pytest.fixture
def candidates_of(table_of):
    """Return a function of codes and y that returns CandidateFeatures."""

    def build(codes, y, *, corrected=True, **options):
        return CandidateFeatures(table_of(codes, y, **options), corrected=corrected)

    return build


@pytest.fixture
def search():
    """Return a function of candidates and a criterion that returns a SelectionResult."""

    def run(candidates, criterion, n_to_select=None, *, beta=None, **settings):
        settings = SearchSettings(n_to_select, **settings)
        return greedy_search(candidates, make_ranker(criterion, beta), settings)

    return run
