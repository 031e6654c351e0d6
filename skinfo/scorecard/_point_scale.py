"""Scale of a scorecard: from log odds to points and back."""

from dataclasses import dataclass

import numpy as np

from skinfo.utils._saved_state import saved_class


@saved_class
@dataclass(frozen=True)
class PointScale:
    """Linear map from log odds of the event, in nats, to points.

    Attributes
    ----------
    pdo : float
        Points that double the odds of the class with high scores.

    base_score : float
        The score at `base_odds`.

    base_odds : float
        Odds of the class with high scores over the other one.

    reverse : bool
        Whether high scores indicate the event.
    """

    pdo: float
    base_score: float
    base_odds: float
    reverse: bool

    @property
    def slope(self):
        """Points per nat of the log odds of the event."""
        return (self.pdo if self.reverse else -self.pdo) / np.log(2)

    def score(self, log_odds):
        """Return the score for given log odds of the event."""
        return self.slope * log_odds + self.base_score - self.pdo * np.log2(self.base_odds)

    def log_odds(self, score):
        """Return the log odds of the event for a given score."""
        return (score - self.base_score + self.pdo * np.log2(self.base_odds)) / self.slope
