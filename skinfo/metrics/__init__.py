"""Scores of probabilistic predictions, in bits."""

from skinfo.metrics._cross_entropy import cross_entropy_loss
from skinfo.metrics._entropy_scorer import EntropyScorer

__all__ = ["EntropyScorer", "cross_entropy_loss"]
