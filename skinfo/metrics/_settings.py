"""The parameters of EntropyScorer, checked beyond what scikit-learn's constraints express."""

from typing import NamedTuple

from skinfo.metrics._scorer_names import METRICS
from skinfo.metrics._uncertainty import OUTPUTS
from skinfo.utils._validation import check_base


class Settings(NamedTuple):
    """Names checked, and the unit of `base` in nats."""

    metrics: dict[str, str]  # under the names to give them
    outputs: tuple[str, ...]
    nats_per_unit: float


def check_settings(metric, output, base):
    """Return the `Settings` that the parameters stand for, or raise ValueError."""
    return Settings(
        metrics=_named(metric),
        outputs=_check_names(output, OUTPUTS, "output"),
        nats_per_unit=check_base(base),
    )


def _named(metric):
    """Return metrics under the names that the user gave them, or else their own."""
    if isinstance(metric, dict) and metric:
        for name in metric.values():
            _check_names((name,), METRICS, "metric")
        return metric
    names = _check_names(metric, METRICS, "metric")
    return dict(zip(names, names, strict=True))


def _check_names(names, table, parameter):
    """Return one name or several names of `table` as a tuple."""
    names = (names,) if isinstance(names, str) else tuple(names)
    known = [name for name in names if isinstance(name, str) and name in table]
    if not names or len(set(known)) < len(names):
        raise ValueError(
            f"{parameter} must be one of {sorted(table)}, or a list of distinct ones; "
            f"got {list(names)}."
        )
    return names
