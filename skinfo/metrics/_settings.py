"""The parameters of EntropyScorer, checked beyond what scikit-learn's constraints express."""

from typing import NamedTuple

from skinfo.metrics._scorer_names import LOSSES, METRICS
from skinfo.metrics._uncertainty_columns import OUTPUTS
from skinfo.utils._validation import check_base, match_name


class Settings(NamedTuple):
    """Names checked, and the unit of `base` in nats."""

    metrics: dict[str, str]  # under the names to give them
    outputs: tuple[str, ...]
    nats_per_unit: float


def check_settings(metric, output, base):
    """Return the `Settings` that the parameters stand for, or raise ValueError."""
    return Settings(
        metrics=_named(metric),
        outputs=_check_names(output, OUTPUTS, _output_name, "output"),
        nats_per_unit=check_base(base),
    )


def refuse_mistaken_names(estimator, metric):
    """Raise TypeError for a metric given as the classifier, ValueError for a loss as a metric."""
    if isinstance(estimator, str):
        name = LOSSES.get(estimator.lower(), estimator.lower())
        if name in METRICS:
            raise TypeError(
                "The first parameter of EntropyScorer is a classifier, got the name "
                f"{estimator!r}. Did you mean EntropyScorer(metric={name!r})?"
            )
    names = list(metric.values()) if isinstance(metric, dict) else metric
    for name in names if isinstance(names, (list, tuple)) else [names]:
        _refuse_loss(name)


def _named(metric):
    """Return metrics under the names that the user gave them, or else their own."""
    if isinstance(metric, dict) and metric:
        return {shown: _metric_name(name) for shown, name in metric.items()}
    names = _check_names(metric, METRICS, _metric_name, "metric")
    return dict(zip(names, names, strict=True))


def _metric_name(name):
    """Return the name in `METRICS` that is meant."""
    _refuse_loss(name)
    return match_name(name, METRICS, parameter="metric", caller="EntropyScorer")


def _refuse_loss(name):
    if isinstance(name, str) and name.lower() in LOSSES:
        raise ValueError(
            f"metric={name!r} is a loss, and EntropyScorer gives scores, of which higher is "
            f"better: the name of minus the loss is {LOSSES[name.lower()]!r}."
        )


def _output_name(name):
    """Return the name in `OUTPUTS` that is meant."""
    return match_name(name, OUTPUTS, parameter="output", caller="EntropyScorer")


def _check_names(names, table, matched, parameter):
    """Return one name or several distinct names of `table` as a tuple, as `matched` has them."""
    names = tuple(map(matched, [names] if isinstance(names, str) else names))
    if not names or len(set(names)) < len(names):
        raise ValueError(
            f"{parameter} must be one of {sorted(table)}, or a list of distinct ones; "
            f"got {list(names)}."
        )
    return names
