"""DistributionDisplay: bars of one distribution, or of two side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.utils import column_or_1d

from skinfo._counts._codes import labelled_codes
from skinfo.inspection._style import (
    BLUE,
    ORANGE,
    bar_style,
    check_lengths,
    format_bits,
    label_of_legend,
    label_ticks,
    legend_above,
    start_plot,
)
from skinfo.inspection._variable import table_of_columns
from skinfo.measures import cross_entropy, entropy, kl_divergence
from skinfo.utils._compat import check_matplotlib_support
from skinfo.utils._validation import numbers_given

if TYPE_CHECKING:
    from matplotlib.axes import Axes

GROUP_WIDTH = 0.8


class DistributionDisplay:
    """Bar plot of a distribution p, or of p and q side by side, with their entropies in bits.

    It is recommended to use `from_distributions` or `from_data` to create a display. All
    parameters are stored as attributes.

    Parameters
    ----------
    p : array-like of shape (n_outcomes,)
        Probabilities.

    q : array-like of shape (n_outcomes,), default=None
        Probabilities to compare, such as those of a model. None: p alone.

    entropy : float
        H(p), in bits.

    cross_entropy : float, default=None
        H(p, q), in bits: the mean code length of outcomes of p in a code that is optimal for q.

    kl_divergence : float, default=None
        D(p || q), in bits: the excess of the cross-entropy over the entropy.

    outcomes : array-like of shape (n_outcomes,), default=None
        Names of the outcomes. None: their indices.

    names : tuple of two str, default=("p", "q")
        Names of the distributions.

    Attributes
    ----------
    bars_ : list of matplotlib BarContainer
        Bars of p and q.

    legend_ : matplotlib Legend
        Names of the distributions with their entropies.

    ax_ : matplotlib Axes
        Axes with the bars.

    figure_ : matplotlib Figure
        Figure containing the axes.

    See Also
    --------
    JointDistributionDisplay : Joint distribution of two variables.
    skinfo.measures.kl_divergence : The number without the plot.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> from skinfo.inspection import DistributionDisplay
    >>> display = DistributionDisplay.from_distributions([0.5, 0.25, 0.25], [0.25, 0.25, 0.5])
    >>> float(display.entropy), float(display.kl_divergence)
    (1.5, 0.25)
    >>> plt.close()
    """

    def __init__(
        self,
        p: ArrayLike,
        q: ArrayLike | None = None,
        *,
        entropy: float,
        cross_entropy: float | None = None,
        kl_divergence: float | None = None,
        outcomes: ArrayLike | None = None,
        names: tuple[str, str] = ("p", "q"),
    ) -> None:
        self.p = p
        self.q = q
        self.entropy = entropy
        self.cross_entropy = cross_entropy
        self.kl_divergence = kl_divergence
        self.outcomes = outcomes
        self.names = names

    @classmethod
    def from_distributions(
        cls,
        p: ArrayLike,
        q: ArrayLike | None = None,
        *,
        outcomes: ArrayLike | None = None,
        normalize: bool = False,
        names: tuple[str, str] = ("p", "q"),
        ax: Axes | None = None,
        **kwargs: Any,
    ) -> Self:
        """Plot known distributions.

        Parameters
        ----------
        p : array-like of shape (n_outcomes,)
            Probabilities.

        q : array-like of shape (n_outcomes,), default=None
            Probabilities to compare.

        outcomes : array-like of shape (n_outcomes,), default=None
            Names of the outcomes. None: their indices.

        normalize : bool, default=False
            Whether to divide by the sum first; needed for counts.

        names : tuple of two str, default=("p", "q")
            Names of the distributions.

        ax : matplotlib Axes, default=None
            Axes to plot on. None makes new ones.

        **kwargs : dict
            Passed to matplotlib's ``bar``, of both.

        Returns
        -------
        display : DistributionDisplay
            The display, plotted.

        Raises
        ------
        ValueError
            If `p` or `q` is not a distribution, or their lengths differ.

        See Also
        --------
        DistributionDisplay.from_data : Relative frequencies in samples.

        Examples
        --------
        >>> import matplotlib.pyplot as plt
        >>> from skinfo.inspection import DistributionDisplay
        >>> counts = [30, 50, 20]
        >>> display = DistributionDisplay.from_distributions(
        ...     counts, outcomes=["low", "middle", "high"], normalize=True
        ... )
        >>> plt.close()
        """
        check_matplotlib_support(f"{cls.__name__}.from_distributions")
        p = _distribution(p, "p", normalize)
        numbers = {"entropy": float(entropy(p))}
        if q is not None:
            q = _distribution(q, "q", normalize)
            numbers["cross_entropy"] = float(cross_entropy(p, q))
            numbers["kl_divergence"] = float(kl_divergence(p, q))
        display = cls(p, q, outcomes=outcomes, names=names, **numbers)
        return display.plot(ax, **kwargs)

    @classmethod
    def from_data(
        cls,
        x: ArrayLike,
        y: ArrayLike | None = None,
        *,
        names: tuple[str, str] = ("p", "q"),
        ax: Axes | None = None,
        **kwargs: Any,
    ) -> Self:
        """Plot the relative frequencies of the values of a discrete sample, or of two samples.

        Parameters
        ----------
        x : array-like of shape (n_samples,)
            Integers, booleans, strings or categories. Missing values are a separate level.

        y : array-like of shape (n_other_samples,), default=None
            Another sample of the same variable, such as a later month. Its frequencies are q.

        names : tuple of two str, default=("p", "q")
            Names of the samples.

        ax : matplotlib Axes, default=None
            Axes to plot on. None makes new ones.

        **kwargs : dict
            Passed to matplotlib's ``bar``, of both.

        Returns
        -------
        display : DistributionDisplay
            The display, plotted. Its numbers are plug-in estimates: for small samples the entropy
            is biased downwards and the divergence upwards.

        Raises
        ------
        ValueError
            If a sample contains numbers that are not integers: discretise them first.

        See Also
        --------
        skinfo.estimation.discrete_entropy : Estimates with a bias correction.

        Examples
        --------
        >>> import matplotlib.pyplot as plt
        >>> from skinfo.inspection import DistributionDisplay
        >>> display = DistributionDisplay.from_data(
        ...     ["a", "b", "b"], ["a", "a", "b"], names=("May", "June")
        ... )
        >>> display.outcomes
        ['a', 'b']
        >>> plt.close()
        """
        check_matplotlib_support(f"{cls.__name__}.from_data")
        samples = [x] if y is None else [x, y]
        codes, outcomes = _joint_levels(samples, f"{cls.__name__}.from_data")
        counts = [np.bincount(part, minlength=len(outcomes)) for part in codes]
        return cls.from_distributions(
            *counts, outcomes=outcomes, normalize=True, names=names, ax=ax, **kwargs
        )

    def plot(
        self, ax: Axes | None = None, *, names: tuple[str, str] | None = None, **kwargs: Any
    ) -> Self:
        """Plot visualization.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to plot on. None makes new ones.

        names : tuple of two str, default=None
            Names of the distributions. None: those of the display.

        **kwargs : dict
            Passed to matplotlib's ``bar``, of both.

        Returns
        -------
        display : DistributionDisplay
            Object that stores computed values.

        Raises
        ------
        ValueError
            If lengths differ.
        """
        ax = start_plot(self, ax)
        p, q, outcomes = check_lengths(p=self.p, q=self.q, outcomes=self.outcomes)
        labels = self.names if names is None else names
        shown = [p] if q is None else [p, q]
        width = GROUP_WIDTH / len(shown)
        self.bars_ = []
        for i, (shares, label, colour) in enumerate(
            zip(shown, labels, (BLUE, ORANGE), strict=False)
        ):
            style = bar_style(
                {"color": colour, "width": width, "label": label_of_legend(label)}, kwargs
            )
            positions = np.arange(len(shares)) + (i - (len(shown) - 1) / 2) * width
            self.bars_.append(ax.bar(positions, shares, **style))
        label_ticks(ax.xaxis, np.arange(len(p)) if outcomes is None else outcomes)
        ax.set(xlabel="Outcome", ylabel="Probability")
        self.legend_ = legend_above(ax, n_columns=2, title=self._numbers(), title_fontsize="small")
        return self

    def _numbers(self):
        """Return entropy, cross-entropy and divergence as the title of the legend."""
        first = f"Entropy {format_bits(self.entropy)}"
        if self.q is None:
            return first
        cross, divergence = format_bits(self.cross_entropy), format_bits(self.kl_divergence)
        return f"{first}, cross-entropy {cross}, KL {divergence}"


def _distribution(p, name, normalize):
    """Return probabilities as float64 (n_outcomes,); the measures validate them."""
    p = numbers_given(p, name)
    if p.ndim != 1:
        raise ValueError(f"{name} must have shape (n_outcomes,), got {p.shape}.")
    if normalize and p.sum() > 0:
        return p / p.sum()
    return p


def _joint_levels(samples, caller):
    """Return the codes of each sample, and the names of their common levels."""
    import pandas as pd

    columns = [pd.Series(column_or_1d(sample)) for sample in samples]
    # Both samples are encoded as one column, so that a level has the same code in both.
    table = table_of_columns(caller, x=pd.concat(columns, ignore_index=True))
    numbers = table.numbers(0) if table.is_numeric(0) else np.empty(0)
    finite = numbers[np.isfinite(numbers)]
    fractions = finite[finite % 1 != 0]
    if len(fractions):
        raise ValueError(
            f"A sample must be discrete, and holds {fractions[0]:g}. Bin it first, for example "
            "with MutualInfoBinner or KBinsDiscretizer."
        )
    (codes, _), names = labelled_codes(table, 0)
    return np.split(codes, np.cumsum([len(column) for column in columns])[:-1]), names
