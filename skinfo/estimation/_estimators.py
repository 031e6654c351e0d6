"""Registry entry of information estimators, with common checks."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skinfo.utils._text import one_line


@dataclass(frozen=True)
class Estimator:
    """Functions of an estimator by kind of the variables; None for unsupported kinds.

    Attributes
    ----------
    discrete : str, callable or None
        For discrete variables: in ``ESTIMATORS`` a name of ``INFORMATION_ESTIMATORS``, in
        ``CONDITIONAL_ESTIMATORS`` ``f(StrataCounts, n_neighbors)`` in nats.

    mixed, continuous, block : callable or None
        For one continuous column, for two, or for one and a multidimensional target. In nats,
        ``f(values, target, n_neighbors)`` or, given z of one stratum, ``f(x, y, z, n_neighbors)``.

    joint : callable or None
        For several continuous columns together, ``f(x, y, z, n_neighbors)`` in nats.

    instead : str
        Alternative that messages recommend for unsupported kinds.

    finite : bool
        Whether values must be finite, because the estimator uses distances.
    """

    discrete: str | Callable[..., float] | None = None
    mixed: Callable[..., float] | None = None
    continuous: Callable[..., float] | None = None
    block: Callable[..., float] | None = None
    joint: Callable[..., float] | None = None
    instead: str = "'auto'"
    finite: bool = False


def refuse_infinite(values: NDArray[np.float64], name: str) -> None:
    """Raise ValueError if a column contains infinite values."""
    if np.isinf(values).any():
        raise ValueError(
            f"{one_line(name)} holds infinite values, which have no distances. Drop those "
            "samples, or use estimator='auto', which takes ranks."
        )


def check_n_neighbors(n_neighbors: int, n_samples: float) -> None:
    """Raise ValueError unless there are more samples than neighbours."""
    if n_neighbors >= n_samples:
        raise ValueError(
            f"n_neighbors={n_neighbors} must be smaller than the number of samples, got "
            f"{n_samples:.15g}."
        )


def refuse_weights(name: str) -> None:
    """Raise the ValueError for weights with a continuous variable."""
    raise ValueError(
        f"sample_weight is for discrete columns only, and {one_line(name)} is continuous: "
        "neighbours cannot be weighted. Bin it first, e.g. with MutualInfoBinner or "
        "KBinsDiscretizer."
    )
