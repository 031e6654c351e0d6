"""ScoreDecompositionDisplay: miscalibration, discrimination and uncertainty of models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike

from skinfo.inspection._predict_proba import predicted_probabilities
from skinfo.inspection._style import (
    DARK_GREY,
    GREY,
    ORANGE,
    PURPLE,
    SKY,
    SMALLEST_FONT,
    bar_style,
    draw_intervals,
    fitting_font_size,
    format_bits,
    legend_above,
    shorten,
    start_plot,
)
from skinfo.utils._compat import check_matplotlib_support

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Colour and name in the legend of each part, from the top of a row down.
PART_STYLES = {
    "uncertainty": (GREY, "uncertainty"),
    "discrimination": (SKY, "− discrimination"),
    "miscalibration": (ORANGE, "+ miscalibration"),
    "log_loss": (PURPLE, "= log loss"),
}

# Height of all bars of a row, as a fraction of the row.
ROW_FILL = 0.8

# Maximum width of the names of models, as a proportion of the axes.
MAX_NAME_SHARE = 0.5


class ScoreDecompositionDisplay:
    """Bars from the entropy of the classes to the log loss of a model, in bits.

    Each row shows, from top to bottom: the uncertainty, the discrimination that is subtracted, the
    miscalibration that is added, and the resulting log loss. Displays of several models on the
    same axes are separate rows. It is recommended to use `from_estimator` or `from_predictions` to
    create a display. All parameters are stored as attributes.

    Parameters
    ----------
    decomposition : object
        From `skinfo.metrics.log_loss_decomposition`, in bits.

    name : str, default=None
        Name of the model. None: "Model".

    Attributes
    ----------
    bars_ : dict of str to matplotlib BarContainer
        The bar of each part.

    intervals_ : dict of str to matplotlib LineCollection
        The interval of each part, at the end of its bar.

    ax_ : matplotlib Axes
        Axes with the bars.

    figure_ : matplotlib Figure
        Figure containing the axes.

    See Also
    --------
    skinfo.metrics.log_loss_decomposition : The numbers without the plot.
    UncertaintyDisplay : Risk of the least uncertain predictions.

    Notes
    -----
    The optimism of the in-sample recalibration, ``chance``, is subtracted from miscalibration and
    from discrimination, as in the intervals of `log_loss_decomposition`, so the log loss is still
    their sum.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> from sklearn.datasets import load_breast_cancer
    >>> from sklearn.model_selection import train_test_split
    >>> from sklearn.naive_bayes import GaussianNB
    >>> from sklearn.tree import DecisionTreeClassifier
    >>> from skinfo.inspection import ScoreDecompositionDisplay
    >>> X, y = load_breast_cancer(return_X_y=True)
    >>> X, X_test, y, y_test = train_test_split(X, y, random_state=0)
    >>> bayes = GaussianNB().fit(X, y)
    >>> tree = DecisionTreeClassifier(max_depth=3, random_state=0).fit(X, y)
    >>> display = ScoreDecompositionDisplay.from_estimator(bayes, X_test, y_test)
    >>> display = ScoreDecompositionDisplay.from_estimator(tree, X_test, y_test, ax=display.ax_)
    >>> plt.close()
    """

    def __init__(self, decomposition: Any, *, name: str | None = None) -> None:
        self.decomposition = decomposition
        self.name = name

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: ArrayLike,
        y: ArrayLike,
        *,
        sample_weight: ArrayLike | None = None,
        groups: ArrayLike | None = None,
        confidence_level: float = 0.95,
        name: str | None = None,
        ax: Axes | None = None,
        **kwargs: Any,
    ) -> Self:
        """Plot the decomposition of the log loss of a fitted classifier.

        Parameters
        ----------
        estimator : classifier
            Fitted, with ``predict_proba``.

        X : array-like of shape (n_samples, n_features)
            Samples that it was not fitted on.

        y : array-like of shape (n_samples,)
            True labels.

        sample_weight : array-like of shape (n_samples,), default=None
            A weight of w counts as w repetitions of the sample.

        groups : array-like of shape (n_samples,), default=None
            Groups of samples that may be dependent.

        confidence_level : float, default=0.95
            Confidence level of the intervals.

        name : str, default=None
            Name of the model. None: the name of its class.

        ax : matplotlib Axes, default=None
            Axes to plot on. None makes new ones.

        **kwargs : dict
            Passed to matplotlib's ``barh``, of all bars.

        Returns
        -------
        display : ScoreDecompositionDisplay
            The display, plotted.

        Raises
        ------
        TypeError
            If the estimator cannot predict probabilities.

        ValueError
            As in `log_loss_decomposition`.

        See Also
        --------
        ScoreDecompositionDisplay.from_predictions : Plot (cross-validated) predictions.

        Examples
        --------
        >>> import matplotlib.pyplot as plt
        >>> from sklearn.datasets import load_iris
        >>> from sklearn.linear_model import LogisticRegression
        >>> from skinfo.inspection import ScoreDecompositionDisplay
        >>> X, y = load_iris(return_X_y=True)
        >>> model = LogisticRegression(max_iter=1000).fit(X[::2], y[::2])
        >>> display = ScoreDecompositionDisplay.from_estimator(model, X[1::2], y[1::2])
        >>> plt.close()
        """
        caller = f"{cls.__name__}.from_estimator"
        check_matplotlib_support(caller)
        y_prob, labels = predicted_probabilities(estimator, X, caller)
        return cls.from_predictions(
            y,
            y_prob,
            labels=labels,
            sample_weight=sample_weight,
            groups=groups,
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
        sample_weight: ArrayLike | None = None,
        groups: ArrayLike | None = None,
        confidence_level: float = 0.95,
        name: str | None = None,
        ax: Axes | None = None,
        **kwargs: Any,
    ) -> Self:
        """Plot the decomposition of the log loss of predictions.

        Parameters
        ----------
        y_true : array-like of shape (n_samples,)
            As in `log_loss_decomposition`, like the next four.

        y_prob : array-like of shape (n_samples, n_classes) or (n_samples,)
            The predicted distributions.

        labels : array-like of shape (n_classes,), default=None
            The label of each column.

        sample_weight : array-like of shape (n_samples,), default=None
            A weight of w counts as w repetitions of the sample.

        groups : array-like of shape (n_samples,), default=None
            Groups of samples that may be dependent.

        confidence_level : float, default=0.95
            Confidence level of the intervals.

        name : str, default=None
            Name of the model. None: "Model".

        ax : matplotlib Axes, default=None
            Axes to plot on. None makes new ones.

        **kwargs : dict
            Passed to matplotlib's ``barh``, of all bars.

        Returns
        -------
        display : ScoreDecompositionDisplay
            The display, plotted.

        Raises
        ------
        ValueError
            As in `log_loss_decomposition`.

        See Also
        --------
        ScoreDecompositionDisplay.from_estimator : Plot a fitted classifier.

        Examples
        --------
        >>> import matplotlib.pyplot as plt
        >>> from sklearn.datasets import load_breast_cancer
        >>> from sklearn.model_selection import cross_val_predict
        >>> from sklearn.naive_bayes import GaussianNB
        >>> from skinfo.inspection import ScoreDecompositionDisplay
        >>> X, y = load_breast_cancer(return_X_y=True)
        >>> y_prob = cross_val_predict(GaussianNB(), X, y, method="predict_proba")
        >>> display = ScoreDecompositionDisplay.from_predictions(y, y_prob, name="naive Bayes")
        >>> plt.close()
        """
        check_matplotlib_support(f"{cls.__name__}.from_predictions")
        from skinfo.metrics import log_loss_decomposition

        decomposition = log_loss_decomposition(
            y_true, y_prob, labels=labels, sample_weight=sample_weight, groups=groups
        )
        return cls(decomposition, name=name).plot(ax, confidence_level=confidence_level, **kwargs)

    def plot(
        self,
        ax: Axes | None = None,
        *,
        name: str | None = None,
        confidence_level: float = 0.95,
        **kwargs: Any,
    ) -> Self:
        """Plot visualization.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to plot on. None: new axes. A model of another name is another row.

        name : str, default=None
            Name of the model. None: that of the display.

        confidence_level : float, default=0.95
            Confidence level of the intervals.

        **kwargs : dict
            Passed to matplotlib's ``barh``, of all bars.

        Returns
        -------
        display : ScoreDecompositionDisplay
            Object that stores computed values.

        Raises
        ------
        ValueError
            If the level is not between 0 and 1.
        """
        margins = _margins(self.decomposition, confidence_level)
        ax = start_plot(self, ax)
        # The axes may show other models already, and have their legend.
        is_first = not ax.containers
        row = self._row(self.name if name is None else name)
        height = ROW_FILL / len(PART_STYLES)
        self.bars_, self.intervals_ = {}, {}
        for i, (part, (start, end)) in enumerate(_spans(self.decomposition).items()):
            colour, label = PART_STYLES[part]
            position = row - ROW_FILL / 2 + (i + 0.5) * height
            defaults = {"color": colour, "height": height}
            if is_first:
                defaults["label"] = label
            style = bar_style(defaults, kwargs)
            self.bars_[part] = ax.barh(position, end - start, left=start, **style)
            # The intervals of the corrected parts are drawn at the ends of the bars.
            ends = [np.array([max(end + margin, 0.0)]) for margin in margins[part]]
            self.intervals_[part] = draw_intervals(ax.hlines, [position], *ends)
        ax.set_xlabel("Bits per sample")
        ax.set_ylim(row + 0.5, -0.5)
        if is_first:
            ax.axvline(0, color=DARK_GREY, linewidth=0.8)
            legend_above(ax, n_columns=2)
        return self

    def _row(self, name):
        """Return the row of a model: the existing row of its name, or a new one."""
        loss = format_bits(self.decomposition.log_loss)
        label = f"{shorten('Model' if name is None else name)}\n({loss})"
        # Matplotlib's categorical axis numbers the rows.
        self.ax_.yaxis.update_units([label])
        row = int(self.ax_.convert_yunits([label])[0])
        size = fitting_font_size(
            self.ax_.xaxis, 1 / MAX_NAME_SHARE, max(map(len, label.split("\n")))
        )
        shown = self.ax_.get_yticklabels()[0].get_fontsize() if row else size
        self.ax_.tick_params(axis="y", labelsize=max(min(size, shown), SMALLEST_FONT))
        return row


def _spans(parts):
    """Return the start and the end of the bar of each part, from the top of a row down."""
    discrimination = parts.discrimination - parts.chance
    recalibrated = parts.uncertainty - discrimination
    return {
        "uncertainty": (0.0, parts.uncertainty),
        "discrimination": (parts.uncertainty, recalibrated),
        "miscalibration": (recalibrated, parts.log_loss),
        "log_loss": (0.0, parts.log_loss),
    }


def _margins(decomposition, confidence_level):
    """Return the distances from each part to the ends of its interval, a dict of (2,) arrays."""
    ends = decomposition._ends(confidence_level)
    estimates = np.array(decomposition._corrected())[:, np.newaxis]
    return dict(zip(decomposition._corrected()._fields, ends - estimates, strict=True))
