"""UncertaintyDisplay: risk of the predictions that are retained."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from numpy.typing import ArrayLike

from skinfo.inspection._predict_proba import predicted_probabilities
from skinfo.inspection._style import (
    BAND_ALPHA,
    check_lengths,
    label_of_legend,
    legend_above,
    line_style,
    next_colour,
    start_plot,
)
from skinfo.utils._compat import check_matplotlib_support

if TYPE_CHECKING:
    from matplotlib.axes import Axes

AXIS_LABELS = {"log_loss": "Log loss (bits per sample)", "error_rate": "Error rate"}

EXPECTED = "expected by the model"


class UncertaintyDisplay:
    """Risk-coverage curve: risk of the retained predictions against their proportion.

    If the uncertainty is informative about errors, the curve increases. The dashed line is the
    risk expected by the model itself; if it is below the curve, the model is overconfident. It is
    recommended to use `from_estimator` or `from_predictions` to create a display. All parameters
    are stored as attributes.

    Parameters
    ----------
    coverage : array-like of shape (n_points,)
        Proportion of the samples that are retained, increasing.

    risk : array-like of shape (n_points,)
        Mean loss of the retained samples.

    expected : array-like of shape (n_points,), default=None
        Mean loss of the retained samples expected by the model. None: not drawn.

    low, high : array-like of shape (n_points,), default=None
        Bounds of the confidence interval of the risk at each point. None: not drawn.

    risk_name : {"log_loss", "error_rate"}, default="log_loss"
        The risk: bits per sample, or a proportion.

    name : str, default=None
        Name of the model.

    Attributes
    ----------
    line_ : matplotlib Line2D
        The risk.

    expected_line_ : matplotlib Line2D or None
        The expected risk.

    band_ : matplotlib PolyCollection or None
        The intervals.

    ax_ : matplotlib Axes
        Axes with the curve.

    figure_ : matplotlib Figure
        Figure containing the axes.

    See Also
    --------
    skinfo.metrics.risk_coverage_curve : The numbers.
    ScoreDecompositionDisplay : The part of a log loss that is due to miscalibration.
    skinfo.EntropyScorer : The entropy of each prediction as a column.

    Notes
    -----
    Samples of the same uncertainty are retained or rejected together, so the order of samples does
    not matter. The intervals are pointwise, not simultaneous for the curve.

    References
    ----------
    .. [1] R. El-Yaniv and Y. Wiener, "On the foundations of noise-free selective
       classification", JMLR 11, 2010.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> from sklearn.datasets import load_breast_cancer
    >>> from sklearn.naive_bayes import GaussianNB
    >>> from skinfo.inspection import UncertaintyDisplay
    >>> X, y = load_breast_cancer(return_X_y=True)
    >>> model = GaussianNB().fit(X[::2], y[::2])
    >>> display = UncertaintyDisplay.from_estimator(model, X[1::2], y[1::2])
    >>> bool(display.risk[-1] > display.expected[-1])  # naive Bayes is overconfident
    True
    >>> plt.close()
    """

    def __init__(
        self,
        coverage: ArrayLike,
        risk: ArrayLike,
        *,
        expected: ArrayLike | None = None,
        low: ArrayLike | None = None,
        high: ArrayLike | None = None,
        risk_name: str = "log_loss",
        name: str | None = None,
    ) -> None:
        self.coverage = coverage
        self.risk = risk
        self.expected = expected
        self.low = low
        self.high = high
        self.risk_name = risk_name
        self.name = name

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: ArrayLike,
        y: ArrayLike,
        *,
        risk: str = "log_loss",
        uncertainty: ArrayLike | None = None,
        sample_weight: ArrayLike | None = None,
        confidence_level: float = 0.95,
        name: str | None = None,
        ax: Axes | None = None,
        **kwargs: Any,
    ) -> Self:
        """Plot the curve of a fitted classifier.

        Parameters
        ----------
        estimator : classifier
            Fitted, with ``predict_proba``.

        X : array-like of shape (n_samples, n_features)
            Samples that it was not fitted on.

        y : array-like of shape (n_samples,)
            True labels.

        risk : {"log_loss", "error_rate"}, default="log_loss"
            Bits per sample, or the proportion of samples whose most probable class is wrong.

        uncertainty : array-like of shape (n_samples,), default=None
            Samples with the largest values are rejected first. None: the entropy of the
            predictions.

        sample_weight : array-like of shape (n_samples,), default=None
            A weight of w counts as w repetitions of the sample.

        confidence_level : float, default=0.95
            Confidence level of the intervals.

        name : str, default=None
            Name of the model. None: the name of its class.

        ax : matplotlib Axes, default=None
            Axes to plot on. None makes new ones.

        **kwargs : dict
            Passed to matplotlib's ``plot``, for the risk.

        Returns
        -------
        display : UncertaintyDisplay
            The display, plotted.

        Raises
        ------
        TypeError
            If the estimator cannot predict probabilities.

        ValueError
            As in `from_predictions`.

        See Also
        --------
        UncertaintyDisplay.from_predictions : Plot (cross-validated) predictions.

        Examples
        --------
        >>> import matplotlib.pyplot as plt
        >>> from sklearn.datasets import load_iris
        >>> from sklearn.linear_model import LogisticRegression
        >>> from skinfo.inspection import UncertaintyDisplay
        >>> X, y = load_iris(return_X_y=True)
        >>> model = LogisticRegression(max_iter=1000).fit(X[::2], y[::2])
        >>> display = UncertaintyDisplay.from_estimator(
        ...     model, X[1::2], y[1::2], risk="error_rate"
        ... )
        >>> plt.close()
        """
        caller = f"{cls.__name__}.from_estimator"
        check_matplotlib_support(caller)
        y_prob, labels = predicted_probabilities(estimator, X, caller)
        return cls.from_predictions(
            y,
            y_prob,
            labels=labels,
            risk=risk,
            uncertainty=uncertainty,
            sample_weight=sample_weight,
            confidence_level=confidence_level,
            name=type(estimator).__name__ if name is None else name,
            ax=ax,
            **kwargs,
        )

    @classmethod
    def from_predictions(
        cls,
        y_true: ArrayLike,
        y_prob: ArrayLike,
        *,
        labels: ArrayLike | None = None,
        risk: str = "log_loss",
        uncertainty: ArrayLike | None = None,
        sample_weight: ArrayLike | None = None,
        confidence_level: float = 0.95,
        name: str | None = None,
        ax: Axes | None = None,
        **kwargs: Any,
    ) -> Self:
        """Plot the curve of predictions.

        Parameters
        ----------
        y_true : array-like of shape (n_samples,)
            True labels.

        y_prob : array-like of shape (n_samples, n_classes)
            The predicted distributions.

        labels : array-like of shape (n_classes,), default=None
            The label of each column. None: the sorted labels of `y_true`, if there is one for each
            column.

        risk : {"log_loss", "error_rate"}, default="log_loss"
            Bits per sample, or the proportion of samples whose most probable class is wrong.

        uncertainty : array-like of shape (n_samples,), default=None
            Samples with the largest values are rejected first, such as the epistemic part of an
            ensemble. None: the entropy of the predictions.

        sample_weight : array-like of shape (n_samples,), default=None
            A weight of w counts as w repetitions of the sample.

        confidence_level : float, default=0.95
            Confidence level of the intervals.

        name : str, default=None
            Name of the model.

        ax : matplotlib Axes, default=None
            Axes to plot on. None makes new ones.

        **kwargs : dict
            Passed to matplotlib's ``plot``, for the risk.

        Returns
        -------
        display : UncertaintyDisplay
            The display, plotted.

        Raises
        ------
        ValueError
            If there is no such risk, a row of `y_prob` is not a distribution, lengths differ,
            `labels` do not match, or an uncertainty is not finite.

        See Also
        --------
        UncertaintyDisplay.from_estimator : Plot a fitted classifier.

        Examples
        --------
        >>> import matplotlib.pyplot as plt
        >>> from sklearn.datasets import load_wine
        >>> from sklearn.model_selection import cross_val_predict
        >>> from sklearn.naive_bayes import GaussianNB
        >>> from skinfo.inspection import UncertaintyDisplay
        >>> X, y = load_wine(return_X_y=True)
        >>> y_prob = cross_val_predict(GaussianNB(), X, y, method="predict_proba")
        >>> display = UncertaintyDisplay.from_predictions(y, y_prob, name="naive Bayes")
        >>> plt.close()
        """
        check_matplotlib_support(f"{cls.__name__}.from_predictions")
        from skinfo.metrics import risk_coverage_curve

        curve = risk_coverage_curve(
            y_true,
            y_prob,
            labels=labels,
            risk=risk,
            uncertainty=uncertainty,
            sample_weight=sample_weight,
            confidence_level=confidence_level,
        )
        return cls(**vars(curve), risk_name=risk, name=name).plot(ax, **kwargs)

    def plot(self, ax: Axes | None = None, *, name: str | None = None, **kwargs: Any) -> Self:
        """Plot visualization.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to plot on. None makes new ones.

        name : str, default=None
            Name of the model. None: that of the display.

        **kwargs : dict
            Passed to matplotlib's ``plot``, for the risk.

        Returns
        -------
        display : UncertaintyDisplay
            Object that stores computed values.

        Raises
        ------
        ValueError
            If lengths differ.
        """
        coverage, risk, expected, low, high = check_lengths(
            coverage=self.coverage,
            risk=self.risk,
            expected=self.expected,
            low=self.low,
            high=self.high,
        )
        ax = start_plot(self, ax)
        name = self.name if name is None else name
        defaults = {
            "color": next_colour(ax),
            "label": "observed" if name is None else label_of_legend(name),
        }
        (self.line_,) = ax.plot(coverage, risk, **line_style(defaults, kwargs))
        colour = self.line_.get_color()
        self.band_ = self.expected_line_ = None
        if low is not None and high is not None:
            self.band_ = ax.fill_between(
                coverage, low, high, color=colour, alpha=BAND_ALPHA, linewidth=0
            )
        if expected is not None:
            # One entry in the legend for all models on the axes.
            known = {line.get_label() for line in ax.lines}
            label = {} if EXPECTED in known else {"label": EXPECTED}
            (self.expected_line_,) = ax.plot(
                coverage, expected, color=colour, linestyle="--", linewidth=1, **label
            )
        ax.set(xlabel="Coverage (most certain first)", ylabel=AXIS_LABELS[self.risk_name])
        ax.set_xlim(0, 1)
        ax.autoscale(axis="y")
        ax.set_ylim(bottom=0)
        legend_above(ax, n_columns=2)
        return self
