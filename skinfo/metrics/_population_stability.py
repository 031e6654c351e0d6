"""Population stability: drift of new samples from a reference, by column and by bin."""

from __future__ import annotations

import math
from dataclasses import dataclass
from numbers import Integral
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.stats import false_discovery_control

from skinfo.metrics._bin_shift import ShiftEstimates
from skinfo.metrics._reference_bins import (
    BinningRule,
    count_new,
    is_binner,
    reference_of_binner,
    reference_of_sample,
)
from skinfo.utils._column_params import feature_index
from skinfo.utils._compat import Interval, RealNotInt, StrOptions, validate_params
from skinfo.utils._results import ConfidenceInterval, TableRepr, check_confidence_level

# The usual thresholds, in nats: below the first a column is stable, above the second its
# shift is large.
STABLE, LARGE_SHIFT = 0.1, 0.25

# Maximum q-value of a shift.
SHIFT_LEVEL = 0.05


@dataclass(frozen=True, repr=False)
class PopulationStability(TableRepr):
    """Population stability index of each column, and of each bin.

    Attributes
    ----------
    feature_names : list of str of length n_features
        Names of the columns.

    psi : ndarray of shape (n_features,), dtype float64
        Population stability index of each column, in nats: the unit of the thresholds 0.1 and
        0.25.

    bits : ndarray of shape (n_features,), dtype float64
        The same in bits: `psi` times 1.4427.

    expected : ndarray of shape (n_features,), dtype float64
        Mean of `psi` without drift, in nats, for samples of these sizes. It is due to sampling
        alone.

    pvalue : ndarray of shape (n_features,), dtype float64
        p-value of the hypothesis that the reference and the new samples have the same distribution
        over the bins.

    qvalue : ndarray of shape (n_features,), dtype float64
        Benjamini-Hochberg q-value: among the columns with a q-value of at most q, the expected
        proportion without drift is at most q.

    n_reference, n_new : float
        Number of samples, or sum of weights.
    """

    feature_names: list[str]
    psi: np.ndarray
    bits: np.ndarray
    expected: np.ndarray
    pvalue: np.ndarray
    qvalue: np.ndarray
    n_reference: float
    n_new: float
    _estimates: ShiftEstimates
    _labels: list[list[str]]
    _tables: list[np.ndarray]

    def confidence_interval(self, confidence_level: float = 0.95) -> ConfidenceInterval:
        """Return a confidence interval for the true index of each column, in nats.

        The index of samples exceeds the true one by `expected`, on average, and the interval is
        corrected for this: without drift it may lie below `psi`.

        Parameters
        ----------
        confidence_level : float, default=0.95
            Confidence level of the intervals.

        Returns
        -------
        interval : ConfidenceInterval
            ``low`` and ``high``, each of shape (n_features,). ``low`` is zero if `pvalue` is at
            least one minus the level.

        Raises
        ------
        ValueError
            If the level is not between 0 and 1.
        """
        check_confidence_level(confidence_level)
        return ConfidenceInterval(*self._estimates.bounds(confidence_level))

    def report(self, confidence_level: float = 0.95) -> pd.DataFrame:
        """Return a table with one row per column, the largest index first.

        Parameters
        ----------
        confidence_level : float, default=0.95
            Confidence level of the intervals.

        Returns
        -------
        report : DataFrame of shape (n_features, 8)
            ``feature``; ``psi``, ``low``, ``high`` and ``expected``, in nats; ``pvalue`` and
            ``qvalue``; and ``status``: "stable" if the interval is below 0.1, "large shift" if it
            is above 0.25, "shift" if the q-value is at most 0.05, else "unclear": there are too
            few samples to decide.

        Raises
        ------
        ValueError
            If the level is not between 0 and 1.
        """
        low, high = self.confidence_interval(confidence_level)
        table = pd.DataFrame(
            {
                "feature": self.feature_names,
                "psi": self.psi,
                "low": low,
                "high": high,
                "expected": self.expected,
                "pvalue": self.pvalue,
                "qvalue": self.qvalue,
                "status": _status(low, high, self.qvalue),
            }
        )
        order = np.argsort(-self.psi, kind="stable")
        return table.iloc[order].reset_index(drop=True)

    def bin_table(
        self, feature: str | int | None = None, confidence_level: float = 0.95
    ) -> pd.DataFrame:
        """Return a table of the bins of one column, or of all columns.

        Parameters
        ----------
        feature : str or int, default=None
            Name or index of the column. None: all columns, stacked.

        confidence_level : float, default=0.95
            Confidence level of the intervals.

        Returns
        -------
        table : DataFrame
            One row per bin that is not empty in both samples: ``bin`` (its label), ``count[ref]``
            and ``count[new]`` (sums of weights), ``share[ref]`` and ``share[new]`` (proportions);
            ``psi``, the contribution to the index of the column, with the interval ``low`` to
            ``high``, in nats; ``pvalue`` of the hypothesis that its proportion is the same in
            both, and ``qvalue`` adjusted for the bins of the column. For all columns, ``feature``
            first.

        Raises
        ------
        ValueError
            If there is no such column, or the level is not between 0 and 1.
        """
        check_confidence_level(confidence_level)
        if feature is not None:
            return self._bin_table(feature_index(feature, self.feature_names), confidence_level)
        tables = [self._bin_table(j, confidence_level) for j in range(len(self.psi))]
        for name, table in zip(self.feature_names, tables, strict=True):
            table.insert(0, "feature", name)
        return pd.concat(tables, ignore_index=True)

    def _bin_table(self, j, confidence_level):
        counts = self._tables[j]
        shares = counts / counts.sum(axis=0)
        estimates = ShiftEstimates.of_bins(counts)
        low, high = estimates.bounds(confidence_level)
        return pd.DataFrame(
            {
                "bin": self._labels[j],
                "count[ref]": counts[:, 0],
                "count[new]": counts[:, 1],
                "share[ref]": shares[:, 0],
                "share[new]": shares[:, 1],
                "psi": estimates.psi,
                "low": low,
                "high": high,
                "pvalue": estimates.pvalue,
                "qvalue": false_discovery_control(estimates.pvalue),
            }
        )

    def _table(self):
        return self.report()

    def _remarks(self):
        return {"reference samples": self.n_reference, "new samples": self.n_new}


@validate_params(
    {
        "reference": "no_validation",
        "X_new": "no_validation",
        "n_bins": [Interval(Integral, 2, 65534, closed="both")],
        "categorical_features": [StrOptions({"from_dtype"}), "array-like", None],
        "min_frequency": [
            Interval(Integral, 1, None, closed="left"),
            Interval(RealNotInt, 0, 1, closed="neither"),
            None,
        ],
        "reference_weight": ["array-like", str, None],
        "sample_weight": "no_validation",
        "n_jobs": [Integral, None],
    },
    prefer_skip_nested_validation=True,
)
def population_stability(
    reference: Any,
    X_new: Any,
    *,
    n_bins: int = 10,
    categorical_features: str | ArrayLike | None = "from_dtype",
    min_frequency: int | float | None = None,
    reference_weight: ArrayLike | str | None = None,
    sample_weight: ArrayLike | str | None = None,
    n_jobs: int | None = None,
) -> PopulationStability:
    r"""Compare the distribution of new samples with that of a reference, column by column.

    The population stability index of a column is :math:`\sum_i (p_i - q_i) \ln(p_i / q_i)`, where
    :math:`p_i` and :math:`q_i` are the proportions of the reference and of the new samples in each
    bin: the symmetrised Kullback-Leibler divergence, in nats. In credit scoring less than 0.1 is
    stable and more than 0.25 is a large shift [1]_. With few samples the index exceeds these
    without drift; intervals and p-values account for the numbers of samples.

    Parameters
    ----------
    reference : MutualInfoBinner, or array-like of shape (n_samples, n_features) or (n_samples,)
        A fitted binner: its bins, and the counts of its training samples in them. Or a sample:
        numbers are split into equal-frequency bins of the reference, and each level is a bin. Or a
        single column, such as the scores or predicted probabilities of a model.

    X_new : array-like of shape (n_samples, n_features) or (n_samples,), or table
        New samples with the columns of the reference. Those that the binner used for y and weights
        by name may be included. A table that is not in memory, of any kind that
        `skinfo.MutualInfoBinner` accepts, is counted in one pass.

    n_bins : int, default=10
        Maximum number of bins of a numeric column, if the reference is a sample. Missing values
        have a separate bin.

    categorical_features : "from_dtype", array-like of int, str or bool, or None
        Columns of a sample whose values are levels: those of text or categories, or the ones given
        by index, name or mask. Columns of numeric codes must be named, so that new codes are
        detected.

    min_frequency : int, float or None, default=None
        Levels with fewer samples in a reference that is a sample (a float: with a smaller fraction
        of them) share a bin, "infrequent", with levels that are not in the reference. Among many
        rare levels some are new in every sample, without any drift; see Notes.

    reference_weight : array-like of shape (n_samples,) or str, default=None
        Weights of a reference that is a sample, or the name of its weight column. A weight of w
        counts as w repetitions of the sample.

    sample_weight : array-like of shape (n_samples,) or str, default=None
        The weights of `X_new`. Scale weights so that they sum to the number of samples that they
        represent, because p-values and intervals use the sum as the number of samples.

    n_jobs : int or None, default=None
        Number of threads over columns; the result does not depend on it.

    Returns
    -------
    result : PopulationStability
        Has the attributes ``psi``, ``bits``, ``expected``, ``pvalue`` and ``qvalue`` of each
        column, and the methods ``confidence_interval()``, ``report()`` and ``bin_table()``.

    Raises
    ------
    ValueError
        If `X_new` does not have the columns of the reference or has no samples; if weights are
        negative or all zero; if the reference is a table that is not in memory.
    TypeError
        If the reference is another estimator than a `MutualInfoBinner`.
    sklearn.exceptions.NotFittedError
        If the reference is a binner that is not fitted.

    See Also
    --------
    skinfo.inspection.DriftDisplay : A plot of the result.
    skinfo.measures.js_divergence : A bounded divergence of known distributions.
    skinfo.MutualInfoBinner : Bins that are informative about a target.

    Notes
    -----
    Missing values are a bin, and so are, together, levels that are not in the reference
    ("unseen"). A binner's `transform` assigns both to its bin with most samples if `fit` did not
    see them; here they count as drift.

    Among levels with few samples, such as names of towns, some are new in every sample, and the
    test counts that as drift. Pool them: `min_frequency` here and in the binner, where new levels
    join the pool; 5 to 20 samples are enough.

    A bin that is empty in one sample counts as half a sample there, so that the index is finite.
    For other columns the index is the textbook formula.

    Without drift the index of n and m samples in k bins is about :math:`(1/n + 1/m)` times a
    chi-squared variable with k - 1 degrees of freedom [2]_. With five samples per bin, tests by
    this approximation reject up to twice as often as their level. The p-value is that of the
    mutual information between bin and sample, which is the same to first order, with its exact
    mean and variance, as in :func:`skinfo.estimation.mutual_info_test`. Intervals invert the gamma
    distribution with the moments of the approximation without drift, and of the delta method with
    drift. Both are measured in ``benchmarks/population_stability.py``. They assume independent
    samples. If a bin is empty in one sample its true proportion may be arbitrarily close to zero,
    which the upper bound does not account for.

    References
    ----------
    .. [1] N. Siddiqi, "Credit Risk Scorecards", Wiley, 2006.
    .. [2] B. Yurdakul and J. Naranjo, "Statistical properties of the population stability
       index", Journal of Risk Model Validation 14(4), 2020.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from skinfo.metrics import population_stability
    >>> rng = np.random.default_rng(0)
    >>> january = pd.DataFrame({"age": rng.normal(40, 9, 5000), "income": rng.normal(size=5000)})
    >>> june = pd.DataFrame({"age": rng.normal(45, 9, 400), "income": rng.normal(size=400)})
    >>> population_stability(january, june).report().round(3)[
    ...     ["feature", "psi", "low", "high", "qvalue", "status"]
    ... ]
      feature    psi    low   high  qvalue  status
    0     age  0.262  0.146  0.352   0.000   shift
    1  income  0.015  0.000  0.021   0.779  stable

    Scores of a model:

    >>> scores = rng.uniform(size=2000), rng.uniform(size=200)
    >>> population_stability(*scores).pvalue.round(2)
    array([0.47])
    """
    caller = "population_stability"
    if is_binner(reference):
        _refuse_parameters(
            n_bins=(n_bins, 10),
            categorical_features=(categorical_features, "from_dtype"),
            min_frequency=(min_frequency, None),
            reference_weight=(reference_weight, None),
        )
        bins = reference_of_binner(reference)
    else:
        _refuse_estimator(reference, caller)
        rule = BinningRule(n_bins, categorical_features, min_frequency)
        bins = reference_of_sample(reference, reference_weight, rule, caller)
    counts = count_new(bins, X_new, sample_weight, n_jobs, caller)
    labels, tables = [], []
    for column, new in zip(bins.columns, counts, strict=True):
        table = np.column_stack([column.counts, new])
        filled = np.flatnonzero(table.any(axis=1))
        labels.append([column.labels[i] for i in filled])
        tables.append(table[filled])
    estimates = ShiftEstimates.of_columns(tables)
    n_reference, n_new = tables[0].sum(axis=0).tolist()
    return PopulationStability(
        feature_names=[column.name for column in bins.columns],
        psi=estimates.psi,
        bits=estimates.psi / math.log(2),
        expected=estimates.expected,
        pvalue=estimates.pvalue,
        qvalue=false_discovery_control(estimates.pvalue),
        n_reference=n_reference,
        n_new=n_new,
        _estimates=estimates,
        _labels=labels,
        _tables=tables,
    )


def _refuse_estimator(reference, caller):
    """Raise TypeError for an estimator that has no bins."""
    if hasattr(reference, "fit"):
        raise TypeError(
            f"{caller} takes a MutualInfoBinner or a sample as reference, got "
            f"{type(reference).__name__}. Of a pipeline, pass the step, and the columns as they "
            "get there."
        )


def _refuse_parameters(**given):
    """Raise ValueError for parameters of a sample that are not (value, default) the default."""
    for name, (value, default) in given.items():
        if not (value is default or (np.isscalar(value) and value == default)):
            raise ValueError(
                f"{name} is for a reference that is a sample, and this one is a fitted binner, "
                "whose bins and counts are those of fit. Leave it out."
            )


def _status(low, high, qvalue):
    """Return the status of each column; see `PopulationStability.report`."""
    conditions = [high < STABLE, low > LARGE_SHIFT, qvalue <= SHIFT_LEVEL]
    return np.select(conditions, ["stable", "large shift", "shift"], "unclear")
