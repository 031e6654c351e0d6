"""Models that are fitted without the rows that they predict."""

from sklearn.base import clone
from sklearn.model_selection import check_cv
from sklearn.utils import indexable

from skinfo.utils._compat import _check_method_params, _safe_split
from skinfo.utils._validation import partition_splits


def cross_fitted(estimator, X, y, cv, *, fit_params, split_params):
    """Fit a clone of `estimator` on each training part.

    `cross_val_predict` would encode `y` before it fits, so that an estimator which is set up by
    label, such as one with ``class_weight={"yes": 2}``, would not know its classes.

    Parameters
    ----------
    estimator : classifier
        Cloned for each fold.

    X : array-like of shape (n_samples, n_features)
        Rows.

    y : ndarray of shape (n_samples,)
        Labels.

    cv : int, cross-validation generator, iterable or None
        As `sklearn.model_selection.check_cv` takes it.

    fit_params, split_params : dict
        For `fit` (what has one value a row is split) and for the splitter.

    Yields
    ------
    model : classifier
        Fitted on the training part.

    X_test : array-like of shape (n_test, n_features)
        The rows of the test part.

    test : ndarray of shape (n_test,), dtype int
        Their row numbers. Together, the test parts hold each row once.

    Raises
    ------
    ValueError
        If the splitter does not test each row exactly once.
    """
    X, y = indexable(X, y)
    for train, test in partition_splits(check_cv(cv, y, classifier=True), X, y, split_params):
        model = clone(estimator)
        X_train, y_train = _safe_split(model, X, y, train)
        X_test, _ = _safe_split(model, X, y, test, train)
        model.fit(X_train, y_train, **_check_method_params(X, fit_params, indices=train))
        yield model, X_test, test
