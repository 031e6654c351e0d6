"""Predictions of known miscalibration."""

from numbers import Real
from typing import Any

import numpy as np
from scipy.special import expit, log_expit
from sklearn.utils import Bunch

from skinfo.datasets._truth import (
    RANDOM_STATES,
    bernoulli_entropy,
    normal_nodes,
    random_generator,
    with_truth,
)
from skinfo.utils._compat import Interval, validate_params
from skinfo.utils._validation import count_from


@validate_params(
    {
        "n_samples": [count_from(1)],
        "slope": [Interval(Real, 0, None, closed="neither")],
        "shift": [Interval(Real, None, None, closed="neither")],
        "mean": [Interval(Real, None, None, closed="neither")],
        "deviation": [Interval(Real, 0, None, closed="left")],
        "return_information": ["boolean"],
        "random_state": RANDOM_STATES,
    },
    prefer_skip_nested_validation=True,
)
def make_predictions(
    n_samples: int = 1000,
    *,
    slope: float = 1.0,
    shift: float = 0.0,
    mean: float = 0.0,
    deviation: float = 1.5,
    return_information: bool = False,
    random_state: int | np.random.RandomState | np.random.Generator | None = None,
) -> tuple[Any, ...]:
    r"""Generate labels and predicted probabilities of known miscalibration.

    The logits of the true probabilities are normal, those of the predictions are ``slope * logit +
    shift``: 1 and 0 are calibrated, a slope above 1 is overconfident.

    Parameters
    ----------
    n_samples : int, default=1000
        Number of samples.

    slope, shift : float, default=1.0, 0.0
        Linear map from the logits of the true probabilities to those of the predictions.

    mean, deviation : float, default=0.0, 1.5
        Parameters of the distribution of the logits of the true probabilities. A mean of -4 makes
        label 1 rare; with a deviation of 0 labels cannot be predicted.

    return_information : bool, default=False
        Whether to return the true parts of the log loss as well.

    random_state : int, RandomState, Generator or None, default=None
        Seed, or the generator to draw from.

    Returns
    -------
    y_true : ndarray of shape (n_samples,), dtype int
        0 or 1.

    y_prob : ndarray of shape (n_samples,)
        Predicted probability of label 1.

    information : Bunch
        Only with `return_information`. In bits per sample: ``log_loss``, ``miscalibration``,
        ``discrimination`` and ``uncertainty`` for infinitely many samples.

    See Also
    --------
    skinfo.metrics.log_loss_decomposition : Estimates of the parts.

    Notes
    -----
    The prediction q is a one-to-one function of the true probability p, so the miscalibration is
    the mean divergence of q from p, and the discrimination is the information of q about the
    label, :math:`H(\bar p) - \overline{H(p)}`: integrals over one normal variable.

    Examples
    --------
    >>> from skinfo.datasets import make_predictions
    >>> y_true, y_prob, parts = make_predictions(slope=2, return_information=True, random_state=0)
    >>> round(parts.miscalibration, 3), round(parts.discrimination, 3)
    (0.103, 0.239)
    """
    rng = random_generator(random_state)
    logit = mean + deviation * rng.normal(size=n_samples)
    y_true = (rng.random(n_samples) < expit(logit)).astype(np.int64)

    def truth():
        z, weight = normal_nodes()
        logits = mean + deviation * z
        p, predicted = expit(logits), slope * logits + shift
        losses = -p * log_expit(predicted) - (1 - p) * log_expit(-predicted)
        log_loss = float(weight @ losses / np.log(2))
        least = float(weight @ bernoulli_entropy(p))
        uncertainty = float(bernoulli_entropy(weight @ p))
        return Bunch(
            log_loss=log_loss,
            miscalibration=max(log_loss - least, 0.0),
            discrimination=max(uncertainty - least, 0.0),
            uncertainty=uncertainty,
        )

    return with_truth((y_true, expit(slope * logit + shift)), truth, return_information)
