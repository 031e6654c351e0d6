"""Calibration curve of a binary prediction without bins (CORP), with bands and bits."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Integral, Real
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import isotonic_regression
from scipy.special import rel_entr

from skinfo.metrics._corp import MOST_DRAWS, CorpDecomposition, resampling_generator
from skinfo.metrics._labelled_predictions import read_labelled_predictions
from skinfo.metrics._labels import find_columns
from skinfo.metrics._pieces import RANKS_INSTEAD, needs_all_rows
from skinfo.metrics._probabilities import PROBABILITY_FLOOR
from skinfo.utils._compat import Interval, StrOptions, validate_params
from skinfo.utils._text import short_repr
from skinfo.utils._validation import check_base, count_from

# Number of intervals of predictions in which samples and bits are summed.
N_INTERVALS = 20

# Number of points of the band in addition to the ends of the blocks.
N_BAND_POINTS = 200


@dataclass(frozen=True)
class ReliabilityCurve:
    """Proportion of a label as a non-decreasing function of its predicted probability.

    Attributes
    ----------
    prediction : ndarray of shape (n_points,)
        Predicted probabilities, increasing, with the ends of each interval of constant rate.

    rate : ndarray of shape (n_points,)
        The isotonic proportion at `prediction`: the recalibrated prediction.

    low, high : ndarray of shape (n_points,) or None
        Bounds of the band; None without a band.

    edges : ndarray of shape (21,)
        Ends of 20 intervals of predictions, of equal width.

    share : ndarray of shape (20,)
        Proportion of the samples in each interval.

    bits : ndarray of shape (20,)
        Contribution of each interval to the miscalibration, never negative.

    miscalibration : float
        Reduction of the log loss by the recalibration, in bits per sample (or the unit of `base`).

    chance : float
        Mean of the miscalibration of calibrated predictions for such samples.

    pvalue : float
        p-value of the hypothesis that the predictions are calibrated.
    """

    prediction: NDArray[np.float64]
    rate: NDArray[np.float64]
    low: NDArray[np.float64] | None
    high: NDArray[np.float64] | None
    edges: NDArray[np.float64]
    share: NDArray[np.float64]
    bits: NDArray[np.float64]
    miscalibration: float
    chance: float
    pvalue: float


@needs_all_rows(RANKS_INSTEAD)
@validate_params(
    {
        "y_true": ["array-like"],
        "y_prob": ["array-like"],
        "labels": ["array-like", None],
        "pos_label": [Real, str, "boolean", None],
        "base": [Interval(Real, 0, None, closed="neither")],
        "sample_weight": ["array-like", None],
        "band": [StrOptions({"consistency", "confidence"}), None],
        "confidence_level": [Interval(Real, 0, 1, closed="neither")],
        "n_resamples": [count_from(2)],
        "random_state": [Interval(Integral, 0, None, closed="left"), None],
    },
    prefer_skip_nested_validation=True,
)
def reliability_curve(
    y_true: ArrayLike,
    y_prob: ArrayLike,
    *,
    labels: ArrayLike | None = None,
    pos_label: float | bool | str | None = None,
    base: float = 2,
    sample_weight: ArrayLike | None = None,
    band: Literal["consistency", "confidence"] | None = "consistency",
    confidence_level: float = 0.95,
    n_resamples: int = 99,
    random_state: int | None = 0,
) -> ReliabilityCurve:
    """Calibration curve without bins, with a band, and the bits lost along it.

    The curve is the isotonic regression of the label on its predicted probability (CORP [1]_),
    whose reduction of the log loss is the miscalibration.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,)
        True labels: strings, booleans or numbers.

    y_prob : array-like of shape (n_samples, n_classes) or (n_samples,)
        Predicted distributions, one per row; for two classes also the probability of the second
        label alone.

    labels : array-like of shape (n_classes,), default=None
        The label of each column, in the order of the columns: ``clf.classes_``. None takes the
        sorted labels of `y_true`, if there is one for each column.

    pos_label : int, float, bool or str, default=None
        The label whose probability is evaluated against all others. None: the second of two;
        required for more classes.

    base : float, default=2
        Base of the logarithm: 2 for bits, ``math.e`` for nats.

    sample_weight : array-like of shape (n_samples,), default=None
        Sample weights; a weight of w counts as w repetitions of the sample.

    band : {"consistency", "confidence"} or None, default="consistency"
        The consistency band contains the curves of calibrated predictions, around the diagonal.
        The confidence band is around the curve itself. Both are pointwise.

    confidence_level : float, default=0.95
        Level of the band.

    n_resamples : int, default=99
        Number of times that labels are sampled, from the predictions or from the curve, for the
        band, and for `chance` and `pvalue` as in `log_loss_decomposition`.

    random_state : int or None, default=0
        Seed of the resampling, combined with the data. None: results vary between calls.

    Returns
    -------
    curve : ReliabilityCurve
        Has the attributes ``prediction``, ``rate``, ``low`` and ``high`` of the curve and its
        band; ``edges``, ``share`` and ``bits`` of intervals of predictions; ``miscalibration``,
        ``chance`` and ``pvalue``.

    Raises
    ------
    ValueError
        If a row of `y_prob` is not a distribution (the message names the row), lengths differ,
        `labels` do not match the columns, a label is missing or has no column, or `pos_label` is
        not among them, or is required.

    See Also
    --------
    skinfo.inspection.ReliabilityDisplay : Plot of the curve.
    log_loss_decomposition : Miscalibration of all classes, with its interval.
    calibration_error : Expected calibration error in bins.

    Notes
    -----
    The bits of a block of constant rate are assigned to its samples by their divergence from the
    rate; the remainder, which is due to the order of the labels within the block, is divided
    equally among them.

    References
    ----------
    .. [1] T. Dimitriadis, T. Gneiting and A. I. Jordan, "Stable reliability diagrams for
       probabilistic classifiers", PNAS 118(8), 2021, e2016191118.

    Examples
    --------
    >>> from skinfo.metrics import reliability_curve
    >>> y_true, y_prob = [0, 1, 0, 1, 1], [0.2, 0.5, 0.6, 0.75, 0.75]
    >>> curve = reliability_curve(y_true, y_prob)
    >>> curve.prediction, curve.rate
    (array([0.2 , 0.5 , 0.6 , 0.75]), array([0. , 0.5, 0.5, 1. ]))
    >>> print(f"{curve.miscalibration:.3f} bits, {curve.chance:.3f} by chance")
    0.295 bits, 0.490 by chance
    """
    nats_per_unit = check_base(base)
    samples = read_labelled_predictions(
        y_true, {"y_prob": y_prob}, labels=labels, sample_weight=sample_weight
    )
    k = _positive_column(samples.labels, pos_label)
    prob = samples.probs[0][:, k].astype(np.float64)
    samples = samples._replace(
        columns=(samples.columns == k).astype(np.int64),
        probs=[np.column_stack([1 - prob, prob])],
    ).in_canonical_order()
    corp = CorpDecomposition(samples.probs[0], samples.columns, samples.weight)
    optimism = corp.optimism(None, n_resamples, resampling_generator(random_state, corp))
    cells = PredictionCells.of(corp)
    points = cells.points()
    low, high = None, None
    if band is not None:
        rng = resampling_generator(random_state, corp)
        drawn_from = cells.prediction if band == "consistency" else cells.rate
        low, high = _band(cells, drawn_from, points, confidence_level, n_resamples, rng)
    edges = np.linspace(0, 1, N_INTERVALS + 1)
    interval = np.searchsorted(edges[1:-1], cells.prediction)
    nats = cells.losses()
    total = cells.mass.sum()
    return ReliabilityCurve(
        prediction=cells.prediction[points],
        rate=cells.rate[points],
        low=low,
        high=high,
        edges=edges,
        share=np.bincount(interval, cells.mass, N_INTERVALS) / total,
        bits=np.bincount(interval, nats, N_INTERVALS) / (total * nats_per_unit),
        miscalibration=corp.parts().miscalibration / nats_per_unit,
        chance=optimism.mean / nats_per_unit,
        pvalue=optimism.pvalue,
    )


def _positive_column(labels, pos_label):
    """Return the column of the evaluated label."""
    if pos_label is None:
        if len(labels) == 2:
            return 1
        raise ValueError(
            f"There are {len(labels)} classes: pass pos_label, one of "
            f"{short_repr(labels.tolist())}, whose probability is compared with its frequency."
        )
    (column,) = find_columns([pos_label], labels, "pos_label")
    if column < 0:
        raise ValueError(
            f"pos_label={short_repr(pos_label)} is not among labels, "
            f"{short_repr(labels.tolist())}."
        )
    return column


@dataclass(frozen=True)
class PredictionCells:
    """Samples with equal predictions, sorted by these; arrays of shape (n_cells,)."""

    prediction: NDArray[np.float64]
    mass: NDArray[np.float64]  # weight of the samples
    hits: NDArray[np.float64]  # weight of the positive samples
    rate: NDArray[np.float64]  # isotonic proportion of hits
    block: NDArray[np.int64]  # of cells with one rate

    @classmethod
    def of(cls, corp):
        """Return the cells of a CorpDecomposition of two classes."""
        (fit,) = corp.recalibrations
        prediction = np.empty(len(fit.mass))
        prediction[fit.cell] = corp.prob[:, 1]
        block = np.concatenate([[0], np.cumsum(fit.rate[1:] != fit.rate[:-1])])
        return cls(prediction, fit.mass, fit.hits, fit.rate, block)

    def points(self):
        """Return the indices of the first and last cell of each block, and of some in between."""
        starts = np.flatnonzero(np.diff(self.block, prepend=-1))
        some = np.linspace(0, len(self.block) - 1, N_BAND_POINTS).round().astype(np.int64)
        return np.unique(np.concatenate([starts, starts[1:] - 1, some, [len(self.block) - 1]]))

    def losses(self):
        """Return the nats that recalibration saves in each cell; see `reliability_curve`."""
        q = np.clip(self.prediction, PROBABILITY_FLOOR, 1 - PROBABILITY_FLOOR)
        divergence = self.mass * (rel_entr(self.rate, q) + rel_entr(1 - self.rate, 1 - q))
        # Hits of a block add up to its rate times its mass, those of a cell do not.
        excess = (self.rate * self.mass - self.hits) * (np.log(q) - np.log1p(-q))
        of_block = np.bincount(self.block, excess) / np.bincount(self.block, self.mass)
        return divergence + np.maximum(of_block, 0)[self.block] * self.mass


def _band(cells, prob, points, confidence_level, n_resamples, rng):
    """Return the bounds of the isotonic rates of resampled labels at some points."""
    rates = np.empty((n_resamples, len(points)))
    for rate in rates:
        hits = _resampled_hits(cells.mass, prob, rng)
        rate[:] = isotonic_regression(hits / cells.mass, weights=cells.mass).x[points]
    tail = (1 - confidence_level) / 2
    return np.clip(np.quantile(rates, [tail, 1 - tail], axis=0), 0, 1)


def _resampled_hits(mass, prob, rng):
    """Return the weight of positive labels in each cell, drawn with probabilities `prob`."""
    # A mass of 2.5 is three draws of 5 / 6; of cells, so that repetition is weight.
    n_draws = np.minimum(np.ceil(mass), MOST_DRAWS).astype(np.int64)
    if n_draws.max() == 1:
        return mass * (rng.random(len(mass)) < prob)
    return rng.binomial(n_draws, prob) * (mass / n_draws)
