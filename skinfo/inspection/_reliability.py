"""ReliabilityDisplay: the calibration curve of a model, and the bits lost along it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike

from skinfo.inspection._predict_proba import predicted_probabilities
from skinfo.inspection._style import (
    BAND_ALPHA,
    DARK_GREY,
    format_bits,
    label_of_legend,
    line_style,
    next_colour,
    shorten,
    start_plot,
)
from skinfo.utils._compat import check_matplotlib_support

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Height of the highest bar of the histogram, as a fraction of the axes.
HISTOGRAM_HEIGHT = 0.15

# Position of the axes with the bits, in coordinates of the axes with the curve: left, bottom,
# width, height.
BITS_BOX = (0.0, -0.24, 1.0, 0.2)

BITS_LABEL = "bits lost"


class ReliabilityDisplay:
    """Calibration curve of a label, and the bits lost along it.

    Above, the calibration curve without bins (isotonic regression, CORP), the band of the curves
    of calibrated predictions, and a histogram of the predictions. Below, the miscalibration by
    prediction: the bits per sample that recalibration would gain in each interval. Several models
    can share the axes. It is recommended to use `from_estimator` or `from_predictions` to create a
    display. All parameters are stored as attributes.

    Parameters
    ----------
    curve : object
        From `skinfo.metrics.reliability_curve`, in bits.

    name : str, default=None
        Name of the model. None: "Model".

    pos_label : int, float, bool or str, default=None
        The label, for the axis labels.

    Attributes
    ----------
    line_ : matplotlib Line2D
        The curve.

    band_ : matplotlib PolyCollection or None
        The band.

    histogram_ : matplotlib StepPatch
        Histogram of the predictions; the largest bar has a height of 0.15.

    bits_ : matplotlib StepPatch
        The bits lost in each interval.

    ax_ : matplotlib Axes
        Axes with the curve.

    bits_ax_ : matplotlib Axes
        Axes with the bits, within `ax_`.

    figure_ : matplotlib Figure
        Figure containing the axes.

    See Also
    --------
    skinfo.metrics.reliability_curve : The numbers without the plot.
    ScoreDecompositionDisplay : Miscalibration and discrimination.
    sklearn.calibration.CalibrationDisplay : The curve in bins, without a band.

    Notes
    -----
    The bits in the legend are corrected for `chance`, as in the report of
    `log_loss_decomposition`; those drawn below are not, and add up to the miscalibration.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> from sklearn.datasets import load_breast_cancer
    >>> from sklearn.model_selection import train_test_split
    >>> from sklearn.naive_bayes import GaussianNB
    >>> from sklearn.tree import DecisionTreeClassifier
    >>> from skinfo.inspection import ReliabilityDisplay
    >>> X, y = load_breast_cancer(return_X_y=True)
    >>> X, X_test, y, y_test = train_test_split(X, y, random_state=0)
    >>> bayes = GaussianNB().fit(X, y)
    >>> tree = DecisionTreeClassifier(max_depth=3, random_state=0).fit(X, y)
    >>> display = ReliabilityDisplay.from_estimator(bayes, X_test, y_test)
    >>> display = ReliabilityDisplay.from_estimator(tree, X_test, y_test, ax=display.ax_)
    >>> plt.close()
    """

    def __init__(self, curve: Any, *, name: str | None = None, pos_label: Any = None) -> None:
        self.curve = curve
        self.name = name
        self.pos_label = pos_label

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: ArrayLike,
        y: ArrayLike,
        *,
        pos_label: float | bool | str | None = None,
        sample_weight: ArrayLike | None = None,
        band: Literal["consistency", "confidence"] | None = "consistency",
        confidence_level: float = 0.95,
        name: str | None = None,
        ax: Axes | None = None,
        **kwargs: Any,
    ) -> Self:
        """Plot the calibration curve of a fitted classifier.

        Parameters
        ----------
        estimator : classifier
            Fitted, with ``predict_proba``; also a pipeline or a search.

        X : array-like of shape (n_samples, n_features)
            Samples that it was not fitted on.

        y : array-like of shape (n_samples,)
            True labels.

        pos_label : int, float, bool or str, default=None
            The label whose probability is evaluated against all others. None: the second of two;
            required for more classes.

        sample_weight : array-like of shape (n_samples,), default=None
            A weight of w counts as w repetitions of the sample.

        band : {"consistency", "confidence"} or None, default="consistency"
            The band of the curves of calibrated predictions, or a confidence band of this curve.

        confidence_level : float, default=0.95
            Level of the band.

        name : str, default=None
            Name of the model. None: the name of its class.

        ax : matplotlib Axes, default=None
            Axes to plot on. None makes new ones.

        **kwargs : dict
            Passed to matplotlib's ``plot``, for the curve.

        Returns
        -------
        display : ReliabilityDisplay
            The display, plotted.

        Raises
        ------
        TypeError
            If the estimator cannot predict probabilities.

        ValueError
            As in `skinfo.metrics.reliability_curve`.

        See Also
        --------
        ReliabilityDisplay.from_predictions : Plot (cross-validated) predictions.

        Examples
        --------
        >>> import matplotlib.pyplot as plt
        >>> from sklearn.datasets import load_wine
        >>> from sklearn.naive_bayes import GaussianNB
        >>> from skinfo.inspection import ReliabilityDisplay
        >>> X, y = load_wine(return_X_y=True)
        >>> model = GaussianNB().fit(X[::2], y[::2])
        >>> display = ReliabilityDisplay.from_estimator(model, X[1::2], y[1::2], pos_label=1)
        >>> plt.close()
        """
        caller = f"{cls.__name__}.from_estimator"
        check_matplotlib_support(caller)
        y_prob, labels = predicted_probabilities(estimator, X, caller)
        return cls.from_predictions(
            y,
            y_prob,
            labels=labels,
            pos_label=pos_label,
            sample_weight=sample_weight,
            band=band,
            confidence_level=confidence_level,
            name=_name_of(estimator) if name is None else name,
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
        pos_label: float | bool | str | None = None,
        sample_weight: ArrayLike | None = None,
        band: Literal["consistency", "confidence"] | None = "consistency",
        confidence_level: float = 0.95,
        name: str | None = None,
        ax: Axes | None = None,
        **kwargs: Any,
    ) -> Self:
        """Plot the calibration curve of predictions.

        Parameters
        ----------
        y_true : array-like of shape (n_samples,)
            True labels.

        y_prob : array-like of shape (n_samples, n_classes) or (n_samples,)
            Predicted distributions, or the probability of the second label of two.

        labels : array-like of shape (n_classes,), default=None
            The label of each column. None: the sorted labels of `y_true`, if there is one for each
            column.

        pos_label : int, float, bool or str, default=None
            The label whose probability is evaluated against all others. None: the second of two;
            required for more classes.

        sample_weight : array-like of shape (n_samples,), default=None
            A weight of w counts as w repetitions of the sample.

        band : {"consistency", "confidence"} or None, default="consistency"
            The band of the curves of calibrated predictions, or a confidence band of this curve.

        confidence_level : float, default=0.95
            Level of the band.

        name : str, default=None
            Name of the model. None: "Model".

        ax : matplotlib Axes, default=None
            Axes to plot on. None makes new ones.

        **kwargs : dict
            Passed to matplotlib's ``plot``, for the curve.

        Returns
        -------
        display : ReliabilityDisplay
            The display, plotted.

        Raises
        ------
        ValueError
            As in `skinfo.metrics.reliability_curve`.

        See Also
        --------
        ReliabilityDisplay.from_estimator : Plot a fitted classifier.

        Examples
        --------
        >>> import matplotlib.pyplot as plt
        >>> from sklearn.datasets import load_breast_cancer
        >>> from sklearn.model_selection import cross_val_predict
        >>> from sklearn.naive_bayes import GaussianNB
        >>> from skinfo.inspection import ReliabilityDisplay
        >>> X, y = load_breast_cancer(return_X_y=True)
        >>> y_prob = cross_val_predict(GaussianNB(), X, y, method="predict_proba")
        >>> display = ReliabilityDisplay.from_predictions(y, y_prob, name="naive Bayes")
        >>> round(display.curve.miscalibration, 2)
        0.76
        >>> plt.close()
        """
        check_matplotlib_support(f"{cls.__name__}.from_predictions")
        from skinfo.metrics import reliability_curve

        curve = reliability_curve(
            y_true,
            y_prob,
            labels=labels,
            pos_label=pos_label,
            sample_weight=sample_weight,
            band=band,
            confidence_level=confidence_level,
        )
        return cls(curve, name=name, pos_label=pos_label).plot(ax, **kwargs)

    def plot(self, ax: Axes | None = None, *, name: str | None = None, **kwargs: Any) -> Self:
        """Plot visualization.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to plot on, which may show other models. None makes new ones.

        name : str, default=None
            Name of the model. None: that of the display.

        **kwargs : dict
            Passed to matplotlib's ``plot``, for the curve.

        Returns
        -------
        display : ReliabilityDisplay
            Object that stores computed values.
        """
        ax = start_plot(self, ax)
        curve = self.curve
        self.bits_ax_ = _bits_axes(ax)
        defaults = {"color": next_colour(ax), "label": self._label(name)}
        (self.line_,) = ax.plot(curve.prediction, curve.rate, **line_style(defaults, kwargs))
        colour = self.line_.get_color()
        filled = {"color": colour, "fill": True, "linewidth": 0}
        self.band_ = None
        if curve.low is not None:
            self.band_ = ax.fill_between(
                curve.prediction,
                curve.low,
                curve.high,
                color=colour,
                alpha=BAND_ALPHA,
                linewidth=0,
            )
        heights = curve.share / curve.share.max() * HISTOGRAM_HEIGHT
        self.histogram_ = ax.stairs(heights, curve.edges, alpha=0.3, **filled)
        self.bits_ = self.bits_ax_.stairs(curve.bits, curve.edges, alpha=0.6, **filled)
        of_label = "" if self.pos_label is None else f" of {shorten(self.pos_label)}"
        ax.set_ylabel(f"Observed proportion{of_label}")
        ax.legend(loc="upper left", fontsize="small", framealpha=0.7, edgecolor="none")
        self.bits_ax_.set_ylim(0, max(self.bits_ax_.dataLim.y1, np.finfo(float).tiny) * 1.05)
        return self

    def _label(self, name):
        """Return the entry of the legend: the model and its bits."""
        name = self.name if name is None else name
        name = "Model" if name is None else name
        lost = max(self.curve.miscalibration - self.curve.chance, 0.0)
        bits = f"{format_bits(lost)} lost beyond chance"
        return f"{label_of_legend(name)}: {bits}, p = {self.curve.pvalue:.2g}"


def _bits_axes(ax):
    """Return the inset axes of the bits; the first call creates them and prepares `ax`."""
    for child in ax.child_axes:
        if child.get_label() == BITS_LABEL:
            return child
    ax.plot([0, 1], [0, 1], color=DARK_GREY, linewidth=0.8, linestyle="--", label="if calibrated")
    ax.set(xlim=(0, 1), ylim=(0, 1))
    ax.tick_params(axis="x", labelbottom=False)
    below = ax.inset_axes(BITS_BOX, sharex=ax, label=BITS_LABEL)
    below.tick_params(axis="x", labelbottom=True)
    below.set_xlabel("Predicted probability")
    below.set_ylabel("Bits lost", fontsize="small")
    below.tick_params(axis="y", labelsize="small")
    below.locator_params(axis="y", nbins=3)
    for side in ("top", "right"):
        below.spines[side].set_visible(False)
    return below


def _name_of(estimator):
    """Return the class name of an estimator; of a pipeline, that of its last step."""
    return type(getattr(estimator, "_final_estimator", estimator)).__name__
