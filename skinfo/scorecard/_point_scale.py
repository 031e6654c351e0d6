"""The scale of a scorecard: from log odds to points and back."""

from dataclasses import dataclass

import numpy as np

from skinfo.utils._saved_state import saved_class


@saved_class
@dataclass(frozen=True)
class PointScale:
    """An increasing or decreasing line from log odds of the event, in nats, to points.

    Attributes
    ----------
    pdo : float
        Points that double the odds of the class that high scores stand for.

    base_score : float
        The score at `base_odds`.

    base_odds : float
        Odds of the class that high scores stand for over the other one.

    reverse : bool
        Whether high scores stand for the event.
    """

    pdo: float
    base_score: float
    base_odds: float
    reverse: bool

    @property
    def slope(self):
        """Points for each nat of the log odds of the event."""
        return (self.pdo if self.reverse else -self.pdo) / np.log(2)

    def score(self, log_odds):
        """Return the score at some log odds of the event."""
        return self.slope * log_odds + self.base_score - self.pdo * np.log2(self.base_odds)

    def log_odds(self, score):
        """Return the log odds of the event at some score."""
        return (score - self.base_score + self.pdo * np.log2(self.base_odds)) / self.slope
