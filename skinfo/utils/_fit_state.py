"""What a fit that fails or is interrupted leaves behind: nothing, or what was there before.

State is what scikit-learn takes for it, the attributes whose names end in an underscore. Were
an earlier fit's bins to stay beside the feature names of the one that failed, `transform` would
answer for the wrong columns.
"""

from functools import wraps


def unfitted_on_failure(fit):
    """Decorate a `fit`: the state of an earlier one is dropped first, that of a failed one last.

    It goes outside of scikit-learn's `_fit_context`, so that it sees invalid parameters too.
    """

    @wraps(fit)
    def fit_from_nothing(self, *args, **kwargs):
        _forget(self)
        try:
            return fit(self, *args, **kwargs)
        except BaseException:
            _forget(self)
            raise

    return fit_from_nothing


def unchanged_on_failure(partial_fit):
    """Decorate a `partial_fit`: a chunk that fails leaves the estimator as it was before.

    Attributes are put back, so `partial_fit` must replace what they hold, not write into it.
    """

    @wraps(partial_fit)
    def fit_or_restore(self, *args, **kwargs):
        before = dict(vars(self))
        try:
            return partial_fit(self, *args, **kwargs)
        except BaseException:
            # One assignment, which a second interrupt cannot leave half done.
            self.__dict__ = before
            raise

    return fit_or_restore


def _forget(estimator):
    for name in [name for name in vars(estimator) if name.endswith("_")]:
        vars(estimator).pop(name, None)
