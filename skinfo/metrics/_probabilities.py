"""Checks of predicted probabilities and logits."""

import numpy as np

from skinfo.metrics._arrays import as_numbers, float_rows, row_blocks, row_sums
from skinfo.utils._compat import array_api_compat

# Lower bound of a probability, whatever its dtype: the gap between one and the next float64, so a
# smaller probability cannot be told from zero by its complement. Every float64 probability above
# it is scored as it is (scikit-learn's log_loss clips there too), and a float32 model whose
# softmax underflows to 0 costs as much as a float64 model that predicts 1e-20.
PROBABILITY_FLOOR = 2.0**-52

# Largest deviation of the sum of a row from one. Sums of float32 softmax outputs over thousands of
# classes stay within 1e-5, which changes a loss by 1.4e-5 bits at most.
SUM_TOLERANCE = 1e-5

# Advice for an array of one column where there are two classes.
ONE_COLUMN = (
    "For the probability of the second of two classes, pass both columns of predict_proba, "
    "np.column_stack([1 - p, p])."
)


def check_probabilities(prob, name="y_prob"):
    """Return `prob` as a float array whose rows are distributions.

    Parameters
    ----------
    prob : array-like of shape (n_samples, n_classes)
        One distribution per row.

    name : str, default="y_prob"
        Name of `prob` in error messages.

    Returns
    -------
    prob : ndarray of shape (n_samples, n_classes)
        The same values; negative rounding errors, which some classifiers leave, are set to zero.
        Not copied where there are none; a float dtype is kept.

    Raises
    ------
    TypeError
        If it does not hold real numbers.
    ValueError
        If it is not two-dimensional, is empty, or a row is negative, not finite, or does not sum
        to one within 1e-5. The message names the worst row.
    """
    prob = as_numbers(np.asarray(prob), name)
    check_shape(prob, name)
    if not all(are_distributions(float_rows(prob, rows)) for rows in row_blocks(prob)):
        check_distributions(prob, name)
    if prob.dtype.kind != "f":
        prob = prob.astype(np.float64)
    return np.maximum(prob, 0) if prob.min() < 0 else prob


def check_shape(table, name):
    """Raise ValueError unless there is one row per sample and one column per class."""
    if table.ndim != 2 or 0 in table.shape:
        raise ValueError(
            f"{name} must have one row per sample and one column per class, at least one of each; "
            f"got shape {tuple(table.shape)}."
        )


def are_distributions(rows):
    """Return whether `rows`, of any array library, are distributions; a cheap test.

    False negatives are possible by rounding: `check_distributions` decides.
    """
    xp = array_api_compat.array_namespace(rows)
    # NaN is the largest and the smallest of an array that holds it, and fails both.
    sum_to_one = xp.max(xp.abs(row_sums(xp, rows) - 1)) <= SUM_TOLERANCE
    return bool(sum_to_one) and bool(xp.min(rows) >= -SUM_TOLERANCE)


def check_distributions(table, name):
    """Raise ValueError, naming the worst row, unless the rows of an ndarray are distributions."""
    with np.errstate(invalid="ignore"):  # infinities of both signs: the sum is NaN, and refused
        sums = table.sum(axis=1, dtype=np.float64)
    deviation = np.abs(sums - 1)
    deviation[np.isnan(deviation)] = np.inf
    row = int(deviation.argmax())
    if deviation[row] > SUM_TOLERANCE:
        raise ValueError(
            f"Row {row} of {name} sums to {sums[row]:.6g}, not to 1 (within {SUM_TOLERANCE:g}). "
            "Each row must be a finite distribution over the classes: divide it by its sum, or "
            "look for NaN in the model. Logits need a softmax first."
            + (f" Or, as there is one column: {ONE_COLUMN}" if table.shape[1] == 1 else "")
        )
    check_range(table, name)


def are_in_range(rows):
    """Return whether `rows`, of any array library, hold probabilities."""
    xp = array_api_compat.array_namespace(rows)
    low, high = xp.min(rows), xp.max(rows)
    return bool(low >= -SUM_TOLERANCE) and bool(high <= 1 + SUM_TOLERANCE)


def check_range(table, name):
    """Raise ValueError, naming the worst row, unless an ndarray holds probabilities."""
    table = table.astype(np.float64, copy=False)
    excess = np.maximum(table - 1, -table)
    excess[np.isnan(excess)] = np.inf
    row, column = np.unravel_index(excess.argmax(), table.shape)
    if excess[row, column] > SUM_TOLERANCE:
        raise ValueError(
            f"Row {row} of {name} holds {table[row, column]:g}, which is not a probability."
        )


def are_finite(rows):
    """Return whether `rows`, of any array library, hold finite numbers only."""
    xp = array_api_compat.array_namespace(rows)
    return bool(xp.all(xp.isfinite(rows)))


def check_finite(table, name):
    """Raise ValueError, naming the first such row, if an ndarray holds NaN or infinity."""
    rows, columns = np.nonzero(~np.isfinite(table))
    if rows.size:
        raise ValueError(
            f"Row {rows[0]} of {name} holds {table[rows[0], columns[0]]:g}: logits must be finite."
        )


def refuse_hard_labels(prob, name):
    """Raise ValueError if probabilities are integers, booleans or text instead."""
    xp = array_api_compat.array_namespace(prob)
    if xp.isdtype(prob.dtype, ("integral", "bool")) or _holds_text(prob):
        raise ValueError(
            f"{name} holds labels (dtype {prob.dtype}), as from predict, and must hold "
            "probabilities: pass predict_proba(X)."
        )


def _holds_text(x):
    """Return whether an array, of any array library, holds text."""
    if not array_api_compat.is_numpy_array(x):
        return False
    return x.dtype.kind in "UT" or (x.dtype == object and any(isinstance(v, str) for v in x.flat))
