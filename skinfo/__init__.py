"""Information theory as scikit-learn estimators: discretise, select and score in bits."""

from importlib import import_module

# That there are kernels for this processor is told at once.
import_module("skinfo._kernels")

__version__ = "0.1.0"

# What is imported when it is first asked for: who bins does not wait for the selector.
_ESTIMATORS = {
    "EntropyScorer": "metrics",
    "InfoBottleneckSelector": "feature_selection",
    "InformationBottleneck": "cluster",
    "MutualInfoBinner": "preprocessing",
}
_SUBPACKAGES = (
    "cluster",
    "datasets",
    "estimation",
    "feature_selection",
    "inspection",
    "measures",
    "metrics",
    "onnx",
    "preprocessing",
    "scorecard",
)

__all__ = ["EntropyScorer", "InfoBottleneckSelector", "InformationBottleneck", "MutualInfoBinner"]


def __getattr__(name):
    if name in _ESTIMATORS:
        return getattr(import_module(f"skinfo.{_ESTIMATORS[name]}"), name)
    if name in _SUBPACKAGES:
        return import_module(f"skinfo.{name}")
    raise AttributeError(f"module 'skinfo' has no attribute {name!r}")


def __dir__():
    return sorted({*globals(), *_ESTIMATORS, *_SUBPACKAGES})
