"""Information theory as scikit-learn estimators: discretise, select and score in bits."""

from importlib import import_module

from skinfo.cluster import InformationBottleneck
from skinfo.feature_selection import InfoBottleneckSelector
from skinfo.metrics import EntropyScorer
from skinfo.preprocessing import MutualInfoBinner

__version__ = "0.1.0"

# Imported when first asked for: pictures and estimates are not needed to fit an estimator.
_SUBPACKAGES = (
    "cluster",
    "estimation",
    "feature_selection",
    "inspection",
    "measures",
    "metrics",
    "preprocessing",
)

__all__ = ["EntropyScorer", "InfoBottleneckSelector", "InformationBottleneck", "MutualInfoBinner"]


def __getattr__(name):
    if name in _SUBPACKAGES:
        return import_module(f"skinfo.{name}")
    raise AttributeError(f"module 'skinfo' has no attribute {name!r}")


def __dir__():
    return sorted({*globals(), *_SUBPACKAGES})
