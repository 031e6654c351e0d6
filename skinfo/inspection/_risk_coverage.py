"""Risk against coverage: the mean loss of the surest predictions, for every share of them."""

import numpy as np

from skinfo.metrics._standard_errors import half_widths


def _log_loss(y_true, y_prob, labels, losses, entropies):
    return losses, entropies


def _error_rate(y_true, y_prob, labels, losses, entropies):
    labels = np.unique(np.asarray(y_true)) if labels is None else np.asarray(labels)
    wrong = labels[y_prob.argmax(axis=1)] != np.asarray(y_true)
    return wrong.astype(np.float64), 1 - y_prob.max(axis=1)


# Each gives the loss of each row, and the loss that the prediction of the row expects.
RISKS = {"log_loss": _log_loss, "error_rate": _error_rate}


def risk_coverage(uncertainty, losses, expected, weight, confidence_level):
    """Return the curve as keywords of the display; rows of one uncertainty come together."""
    columns = np.array([uncertainty, losses, expected, weight])[:, weight > 0]
    # By the other columns too, so that sums are the same to the last bit in any order of rows.
    uncertainty, losses, expected, weight = columns[:, np.lexsort(columns[::-1])]
    ends = np.append(np.flatnonzero(np.diff(uncertainty)), len(uncertainty) - 1)
    mass = np.cumsum(weight)[ends]
    means, squares, claims = (
        np.cumsum(column * weight)[ends] / mass for column in (losses, losses**2, expected)
    )
    variance = np.maximum(squares - means**2, 0)
    freedom = mass - 1
    errors = np.full(len(mass), np.nan)
    several = freedom > 0
    errors[several] = np.sqrt(variance[several] / freedom[several])
    widths = half_widths(errors, np.maximum(freedom, 1e-9), confidence_level)
    return {
        "coverage": mass / mass[-1],
        "risk": means,
        "expected": claims,
        "low": np.maximum(means - widths, 0),
        "high": means + widths,
    }


def check_uncertainty(uncertainty, n):
    """Return the uncertainty of each row, (n,) float64."""
    uncertainty = np.asarray(uncertainty, dtype=np.float64)
    if uncertainty.shape != (n,):
        raise ValueError(
            f"uncertainty must have shape ({n},), one number a sample, got {uncertainty.shape}."
        )
    if not np.isfinite(uncertainty).all():
        row = int(np.argmin(np.isfinite(uncertainty)))
        raise ValueError(f"Row {row} of uncertainty is {uncertainty[row]}; it must be finite.")
    return uncertainty
