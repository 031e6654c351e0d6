"""Private names of scikit-learn.

The rest of the package imports them from here, so that a change in scikit-learn needs a change in
one file only.
"""

from functools import partial
from typing import Any

from sklearn.base import _fit_context
from sklearn.externals import array_api_compat
from sklearn.metrics._scorer import _BaseScorer
from sklearn.model_selection._search import BaseSearchCV
from sklearn.utils import _safe_indexing
from sklearn.utils._metadata_requests import RequestMethod, _routing_enabled
from sklearn.utils._optional_dependencies import check_matplotlib_support
from sklearn.utils._param_validation import (
    HasMethods,
    Interval,
    Options,
    RealNotInt,
    StrOptions,
    validate_params,
)
from sklearn.utils._set_output import _get_output_config
from sklearn.utils.metaestimators import _safe_split
from sklearn.utils.validation import (
    _check_feature_names_in,
    _check_method_params,
    _check_sample_weight,
)

__all__ = [
    "BaseSearchCV",
    "HasMethods",
    "Interval",
    "Options",
    "RealNotInt",
    "RequestMethod",
    "StrOptions",
    "_BaseScorer",
    "_check_feature_names_in",
    "_check_method_params",
    "_check_sample_weight",
    "_fit_context",
    "_get_output_config",
    "_routing_enabled",
    "_safe_indexing",
    "_safe_split",
    "array_api_compat",
    "check_matplotlib_support",
    "scorer_cache",
    "validate_params",
]


def scorer_cache(method_caller: Any) -> dict[str, Any]:
    """Return the cache of predictions that several scorers of scikit-learn use.

    Parameters
    ----------
    method_caller : callable
        The argument that scikit-learn passes to `_score` of a scorer: ``partial(_cached_call,
        cache)``.

    Returns
    -------
    cache : dict of str to object
        Predictions by the name of the method, for one evaluation of one estimator and one `X`. A
        new dict if nothing is shared.
    """
    if isinstance(method_caller, partial) and method_caller.args:
        cache = method_caller.args[0]
        if isinstance(cache, dict):
            return cache
    return {}
