"""Rows of a scorecard that belong to one column."""

from dataclasses import dataclass

import numpy as np

from skinfo._counts._labels import special_labels
from skinfo.scorecard._linear_model import WeightedColumn
from skinfo.utils._saved_state import saved_class

TABLE_COLUMNS = (
    "feature",
    "bin",
    "count",
    "events",
    "non_events",
    "event_rate",
    "woe",
    "coefficient",
    "points",
)


@saved_class
@dataclass(frozen=True)
class CardColumn:
    """Points of one column of a scorecard.

    Attributes
    ----------
    weighted : WeightedColumn

    points : ndarray of shape (n_pieces,)

    counts : ndarray of shape (n_pieces, 2)
        Weights of the non-events and events among the training samples of each piece.
    """

    weighted: WeightedColumn
    points: np.ndarray
    counts: np.ndarray

    @property
    def name(self):
        """Name of the column."""
        return self.weighted.name

    @property
    def average(self):
        """Mean of the points over the training samples."""
        return float(self.counts.sum(axis=1) @ self.points / self.counts.sum())

    @property
    def best(self):
        """Maximum of the points."""
        return self.points.max().item()

    def rows(self):
        """Return the rows of the table of points, as dicts.

        Special and missing values and unseen levels without training samples are separate rows at
        the end, with the points of the bin that they are assigned to.
        """
        bins = self.weighted.encoder.pieces
        rows = [
            self._row(label, piece, *counts)
            for piece, (label, counts) in enumerate(
                zip(bins.labels(), self.counts.tolist(), strict=True)
            )
        ]
        for i in set(range(len(bins.special))) - set(bins.own_special):
            label = special_labels(bins.special.take([i]), bins.kind)[0]
            rows.append(self._row(label, bins.special_bins[i]))
        if not bins.own_missing and not bins.merged:
            rows.append(self._row("missing", bins.missing_bin))
        if bins.is_categorical:
            if [] in bins.members:
                # A piece that contains only unseen levels.
                del rows[bins.fallback]
            rows.append(self._row("unseen", bins.fallback))
        return rows

    def _row(self, label, piece, non_events=0.0, events=0.0):
        size = non_events + events
        values = (
            self.name,
            label,
            size,
            events,
            non_events,
            events / size if size else np.nan,
            self.weighted.encoder.values[piece, 0].item(),
            self.weighted.coefficient,
            self.points[piece].item(),
        )
        return dict(zip(TABLE_COLUMNS, values, strict=True))


def counts_by_piece(weighted, tables, is_event, weights):
    """Return the weights of non-events and events in each piece, (n_pieces, 2)."""
    n_pieces = weighted.encoder.pieces.n_bins
    cells = 2 * weighted.pieces(tables).astype(np.intp) + is_event
    return np.bincount(cells, weights, minlength=2 * n_pieces).reshape(n_pieces, 2)
