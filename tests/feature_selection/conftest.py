"""Builders of what the search works on, from plain arrays."""

import numpy as np
import pytest

from skinfo._counts._coded_parts import CodedParts
from skinfo._counts._coded_piece import Layout, PieceWriter
from skinfo._counts._coded_table import CodesInMemory
from skinfo._counts._partitions import KeptParts
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

    `ends` are where parts of the samples end, but for the last; None for samples in memory.
    """

    def build(codes, y, *, weights=None, ends=None, n_jobs=None):
        n_classes = int(np.max(y)) + 1
        n_levels = codes.max(axis=1).astype(np.int64) + 1
        if ends is None:
            return CodesInMemory(codes, target_of(y, n_classes, weights), n_levels)
        kept = CountedParts()
        for some in np.split(np.arange(len(y)), ends):
            of_some = None if weights is None else weights[some]
            writer = PieceWriter(target_of(y[some], n_classes, of_some), Layout.of(n_levels))
            for j, column in enumerate(codes[:, some]):
                writer.write(j, column)
            kept.append(writer.piece())
        weights = np.ones(len(y)) if weights is None else weights
        return CodedParts(
            kept,
            n_levels,
            n_classes,
            n_samples=len(y),
            n=float(np.sum(weights)),
            is_whole=bool(np.all(weights % 1 == 0)),
            n_jobs=n_jobs,
        )

    return build


class CountedParts(KeptParts):
    """Parts that know how often they were read."""

    n_passes = 0

    def reduce(self, *args, **kwargs):
        self.n_passes += 1
        return super().reduce(*args, **kwargs)


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
