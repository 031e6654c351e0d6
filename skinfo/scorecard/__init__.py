"""Scorecards: points for the bins of a logistic regression on weights of evidence."""

from skinfo.scorecard._scorecard import Scorecard

__all__ = ["Scorecard"]
