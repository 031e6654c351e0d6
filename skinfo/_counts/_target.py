"""Checked target, of classes or numbers, with its weights."""

from dataclasses import dataclass, replace
from functools import cached_property
from math import frexp
from typing import Any, NamedTuple, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator
from sklearn.utils import column_or_1d

from skinfo._counts._codes import Codes, rank_levels
from skinfo._counts._contingency import dense_table
from skinfo._counts._kinds import (
    MOST_LEVELS,
    holds_levels,
    kind_of,
    native_array,
    numbers_of,
    refuse_unsupported,
    unmasked,
)
from skinfo._counts._text_levels import without_dictionary
from skinfo._kernels._exact_sums import exact_means, sums_between
from skinfo.utils._saved_state import saved_class
from skinfo.utils._text import LONGEST_CAUSE, one_line, short_repr
from skinfo.utils._validation import check_frequency_weights
from skinfo.utils._warnings import warn_caller


@saved_class
@dataclass(frozen=True)
class ClassTarget:
    """Class codes (n,) int32, the classes, and positive weights (n,) float64."""

    codes: NDArray[Any]
    classes: NDArray[Any]
    weights: NDArray[Any]
    is_weighted: bool

    @property
    def target_type(self) -> str:
        """The type of the target, "binary" or "multiclass"."""
        return "binary" if len(self.classes) == 2 else "multiclass"

    @property
    def n_classes(self) -> int:
        """Number of classes."""
        return len(self.classes)

    @property
    def n_sums(self) -> int:
        """Number of columns of `sums`: one per class."""
        return len(self.classes)

    def sums(self, codes: NDArray[Any], n_codes: int) -> NDArray[Any]:
        """Return the weight of each class at each code, (n_codes, n_classes), without code -1."""
        with_missing = Codes(codes.astype(np.int64) + 1, n_codes + 1)
        return dense_table(with_missing, Codes(self.codes, self.n_classes), self.weights)[1:]

    term_sums = sums

    def from_terms(self, terms: NDArray[np.float64]) -> NDArray[Any]:
        """Return the terms, which are the sums themselves."""
        return terms

    def total(self, rows: Any) -> NDArray[Any]:
        """Return the weight of each class over some rows, (n_classes,)."""
        return np.bincount(self.codes[rows], self.weights[rows], minlength=self.n_classes)

    @cached_property
    def narrow_codes(self) -> NDArray[Any]:
        """The codes in the smallest dtype, (n,); shared by columns."""
        narrow = np.min_scalar_type(self.n_classes - 1)
        return self.codes.astype(narrow)

    def take(self, rows: Any) -> "ClassTarget":
        """Return the target of some rows."""
        return ClassTarget(self.codes[rows], self.classes, self.weights[rows], self.is_weighted)


@saved_class
@dataclass(frozen=True)
class ContinuousTarget:
    """Numeric target (n,) float64, and positive weights (n,) float64.

    Attributes
    ----------
    values : ndarray of shape (n,)
        ``(y - centre) * scale``, rounded to integers small enough for all sums to be exact, if
        weights are integers that sum to less than 2**27. So results do not depend on the order
        of rows, nor on whether rows are weighted or repeated.

    centre, scale : float

    half : float
        A power of two with half as many bits as the largest absolute value; see `terms`.
    """

    values: NDArray[Any]
    centre: float
    scale: float
    weights: NDArray[Any]
    is_weighted: bool
    half: float = 2.0**26

    target_type = "continuous"
    classes = None
    n_classes = 1
    n_sums = 3

    def sums(self, codes: NDArray[Any], n_codes: int) -> NDArray[np.float64]:
        """Return sums of w, w v and w v**2 at each code, (n_codes, 3), without code -1."""
        return self.from_terms(self.term_sums(codes, n_codes))

    def term_sums(self, codes: NDArray[Any], n_codes: int) -> NDArray[np.float64]:
        """Return sums of the five `terms` at each code, (n_codes, 5), without code -1."""
        present = codes >= 0
        codes = codes[present]
        terms = self.terms(present)
        return np.column_stack([np.bincount(codes, term, minlength=n_codes) for term in terms])

    def total(self, rows: Any) -> NDArray[np.float64]:
        """Return sums of w, w v and w v**2 over some rows, (3,)."""
        sums = [np.bincount(np.zeros(len(rows), np.int64), term, 1) for term in self.terms(rows)]
        return self.from_terms(np.column_stack(sums))[0]

    def terms(self, rows: Any) -> tuple[NDArray[np.float64], ...]:
        """Return the five terms of some rows that are summed; see `from_terms`.

        Sums of squares have too many digits to be exact. With ``v = high * half + low``, the sums
        of w high**2, 2 w high low and w low**2 are exact.
        """
        weights, values = self.weights[rows], self.values[rows]
        high = np.rint(values / self.half)
        low = values - high * self.half
        return (
            weights,
            weights * values,
            weights * high**2,
            2 * weights * high * low,
            weights * low**2,
        )

    @cached_property
    def every_term(self) -> NDArray[np.float64]:
        """The terms of all rows, (n, 5); shared by columns."""
        return np.column_stack(self.terms(slice(None)))

    def from_terms(self, terms: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return sums of w, w v and w v**2, (n, 3), from sums of the five terms, (n, 5)."""
        weight, first, high, middle, low = terms.T
        return np.column_stack([weight, first, (high * self.half + middle) * self.half + low])

    def take(self, rows: Any) -> Self:
        """Return the target of some rows."""
        return replace(self, values=self.values[rows], weights=self.weights[rows])


# Explanation of the error for a constant target.
NO_INFORMATION = "A constant target has no information."


Target = ClassTarget | ContinuousTarget


class GivenTarget(NamedTuple):
    """Checked target and weights, before encoding.

    Attributes
    ----------
    y : ndarray of shape (n_samples,)
        Finite float64 at samples of positive weight if it is continuous.

    weights : ndarray of shape (n_samples,), dtype float64

    is_weighted, is_continuous : bool
    """

    y: NDArray[Any]
    weights: NDArray[np.float64]
    is_weighted: bool
    is_continuous: bool


def read_target(
    y: Any, sample_weight: ArrayLike | None, estimator: BaseEstimator, target_type: str
) -> GivenTarget:
    """Check a target and its weights.

    Parameters
    ----------
    y : array-like of shape (n_samples,)

    sample_weight : array-like of shape (n_samples,) or None
        The values of y at samples of weight zero are not checked.

    estimator : estimator

    target_type : {"auto", "binary", "multiclass", "continuous"}
        "auto": see `infer_continuous`.

    Raises
    ------
    ValueError
        If y is None, has missing or infinite values, or is not of the given type.
    """
    name = type(estimator).__name__
    y = read_column(y, name)
    is_weighted = sample_weight is not None
    weights = np.ones(len(y))
    some: Any = slice(None)
    if sample_weight is not None:
        weights = check_frequency_weights(sample_weight, len(y))
        some = weights > 0
    refuse_missing(y[some])
    is_continuous, is_guess = target_type == "continuous", False
    if target_type == "auto":
        is_continuous, is_guess = infer_continuous(y[some])
    if is_guess:
        warn_of_guess(name)
    y = finite_numbers(y, some, name) if is_continuous else y
    return GivenTarget(y, weights, is_weighted, is_continuous)


def infer_continuous(y: NDArray[Any]) -> tuple[bool, bool]:
    """Return whether y is continuous, and whether the user should be warned about this choice.

    The rule is that of columns of X: text, booleans and integers of at most 32 distinct values are
    classes; other numbers, dates and durations are continuous. Integers of more values may still
    be class labels, hence the warning; floats are usually numbers.

    Parameters
    ----------
    y : ndarray of shape (n_samples,)
        Without missing values.
    """
    if not len(y):
        return False, False
    kind = kind_of(y)
    if kind == "unsupported":
        refuse_unsupported(y, "y")
    if kind in ("boolean", "level"):
        return False, False
    if kind in ("integer", "number") and holds_levels(numbers_of(y, "y")):
        return False, False
    return True, kind == "integer"


def warn_of_guess(name: str) -> None:
    """Warn that integers of many distinct values are treated as a continuous target."""
    warn_caller(
        f"y holds more than {MOST_LEVELS} different integers, so {name} takes it for a "
        "continuous target. Set target_type='continuous' if that is right, or "
        "'multiclass' if they name classes."
    )


def encode_target(
    given: GivenTarget,
    estimator: BaseEstimator,
    known: ClassTarget | ContinuousTarget | None = None,
    remedy: str = NO_INFORMATION,
) -> ClassTarget | ContinuousTarget:
    """Return the target of the samples of positive weight.

    Parameters
    ----------
    given : GivenTarget

    estimator : estimator

    known : ClassTarget, ContinuousTarget or None, default=None
        A target whose classes, or whose centre and scale, are reused.

    remedy : str
        Last sentence of the error message for a constant y.

    Raises
    ------
    ValueError
        If y is constant, or has an unknown class.
    """
    keep = given.weights > 0
    y, weights = (given.y, given.weights) if keep.all() else (given.y[keep], given.weights[keep])
    encode = _encode_numbers if given.is_continuous else _encode_classes
    return encode(y, weights, given.is_weighted, type(estimator).__name__, known, remedy)


def _encode_classes(
    y: NDArray[Any],
    weights: NDArray[np.float64],
    is_weighted: bool,
    name: str,
    known: Any,
    remedy: str,
) -> ClassTarget:
    if known is not None:
        return ClassTarget(known_codes(y, known.classes), known.classes, weights, is_weighted)
    codes, classes = class_codes(y)
    if len(classes) < 2:
        raise ValueError(
            f"{name} needs y to have at least two classes, got one class: "
            f"{short_repr(classes[:1].tolist()[0])} in {len(y)} sample(s). {remedy}"
        )
    return ClassTarget(codes.astype(np.int32), classes, weights, is_weighted)


def _encode_numbers(
    y: NDArray[np.float64],
    weights: NDArray[np.float64],
    is_weighted: bool,
    name: str,
    known: Any,
    remedy: str,
) -> ContinuousTarget:
    if known is not None:
        scaling = Scaling(known.centre, 0.0, known.scale, known.half)
        return scaling.target(y, weights, is_weighted)
    if len(y) and y.min() == y.max():
        raise ValueError(
            f"{name} needs y to vary, got one value: {short_repr(y[:1].tolist()[0])} in {len(y)} "
            f"sample(s). {remedy}"
        )
    total = weights.sum(keepdims=True)
    mean = exact_means(sums_between(y, weights, np.array([0, len(y)])), total)[0]
    scaling = Scaling.of(float(y.min()), float(y.max()), float(total[0]), float(mean))
    return scaling.target(y, weights, is_weighted)


def class_codes(y: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the index of each label among the sorted classes, and the classes.

    No code is -1, since kernels do not check bounds.

    Raises
    ------
    ValueError
        If a label is missing, or classes cannot be sorted.
    """
    refuse_missing(y)
    try:
        return rank_levels(y)
    except TypeError as error:
        raise ValueError(
            "Unknown label type: y mixes classes that cannot be sorted "
            f"({one_line(error, LONGEST_CAUSE)}). Make text of all of them."
        ) from error


def known_codes(y: NDArray[Any], classes: NDArray[Any]) -> NDArray[np.int32]:
    """Return the index of each label among the classes, (n,) int32."""
    # As objects, since the string dtype of pandas does not support lone surrogates.
    known, given = (
        pd.Index(labels, dtype=object if labels.dtype.kind in "OU" else None)
        for labels in (classes, y)
    )
    codes = known.get_indexer(given)
    if (codes < 0).any():
        label = y[[np.argmin(codes)]].tolist()[0]
        raise ValueError(
            f"y has the label {short_repr(label)}, which is not among the classes "
            f"{short_repr(classes.tolist())}. Name every class in the first call of partial_fit "
            "(classes)."
        )
    return codes.astype(np.int32)


def read_column(y: Any, name: str) -> NDArray[Any]:
    """Return y as a one-dimensional array."""
    if y is None:
        raise ValueError(
            f"{name} requires y to be passed, but the target y is None: pass the classes or "
            "numbers that X is to be informative about, as in fit(X, y)."
        )
    y = native_array(column_or_1d(unmasked(without_dictionary(y)), warn=True))
    if y.dtype.kind == "c":
        raise ValueError(f"Complex data not supported: y of {name} must be real.")
    # pandas does not support an index of float16.
    return y.astype(np.float32) if y.dtype == np.float16 else y


def finite_numbers(y: NDArray[Any], some: Any, name: str) -> NDArray[np.float64]:
    """Return y as float64, after a check that the entries at `some` are finite.

    Raises
    ------
    ValueError
        If they are not finite, or not numbers.
    """
    if kind_of(y[some]) in ("level", "unsupported"):
        levels = (v for v in y[some].tolist() if kind_of(np.array([v], object)) == "level")
        example = next(levels, y.dtype)  # the dtype if there are no samples
        raise ValueError(
            f"Unknown label type: y of {name} must hold numbers, or classes named by text, "
            f"integers or booleans, got {short_repr(example)}."
        )
    numbers = np.full(len(y), np.nan)
    numbers[some] = numbers_of(y[some], "y")
    is_infinite = np.isinf(numbers)
    if is_infinite.any():
        row = int(np.argmax(is_infinite))
        raise ValueError(
            f"Input y contains infinity: {float(numbers[row])} in row {row}. {name} needs a "
            "finite target."
        )
    return numbers


# Minimum number of bits of y that are kept, for any weights.
FEWEST_BITS = 24

# Limit of the exponent of the scale of y, a power of two.
LARGEST_EXPONENT = 1000

# Limit of the magnitude of y: differences of two values, also of different chunks, are numbers.
LARGEST_TARGET = 2.0**1022


class Scaling(NamedTuple):
    """The map from a continuous y to integers whose weighted sums are exact.

    Attributes
    ----------
    origin : float
        The middle of the range of y.

    shift : float
        The integer of the mean, which is subtracted to reduce cancellation in sums of squares.

    scale : float
        A power of two.

    half : float
        See `ContinuousTarget`.
    """

    origin: float
    shift: float
    scale: float
    half: float

    @classmethod
    def of(cls, lowest: float, highest: float, weight: float, mean: float) -> "Scaling":
        """Return the scaling of a y with the given range, total weight and mean.

        Raises
        ------
        ValueError
            If values are so large, or so close, that their differences are no normal numbers.
        """
        largest = max(-lowest, highest)
        if largest > LARGEST_TARGET:
            raise ValueError(
                f"y has values of up to {largest:.3g} in magnitude, whose differences may be "
                "beyond the largest number that there is. Divide it by a constant."
            )
        origin = lowest / 2 + highest / 2
        reach = max(highest - origin, origin - lowest)
        # The total weight times the largest absolute value is below 2**53, by two bits.
        n_bits = max(51 - max(frexp(weight)[1], 0), FEWEST_BITS)
        exponent = n_bits - frexp(reach)[1]
        if exponent > LARGEST_EXPONENT:
            raise ValueError(
                f"y varies by {2 * reach:.3g} only, which is near the smallest number that there "
                "is. Multiply it by a constant."
            )
        scale = 2.0**exponent
        shift = float(np.rint((mean - origin) * scale))
        ends = np.rint((np.array([lowest, highest]) - origin) * scale) - shift
        return cls(origin, shift, scale, _half_of(ends, 1.0))

    def integers(self, y: NDArray[Any]) -> NDArray[np.float64]:
        """Return values of y as integers."""
        return np.rint((y - self.origin) * self.scale) - self.shift

    def target(
        self, y: NDArray[Any], weights: NDArray[np.float64], is_weighted: bool
    ) -> ContinuousTarget:
        """Return values of y and their weights as a ContinuousTarget."""
        centre = self.origin + self.shift / self.scale
        return ContinuousTarget(
            self.integers(y), centre, self.scale, weights, is_weighted, self.half
        )


def _half_of(values: NDArray[np.float64], scale: float) -> float:
    """Return the power of two with half as many bits as the largest absolute scaled value."""
    n_bits = frexp(max(float(np.abs(values).max(initial=0.0)) * scale, 1.0))[1]
    return 2.0 ** -(-n_bits // 2)


def refuse_missing(y: NDArray[Any], name: str = "y") -> None:
    """Raise ValueError if a label or value of y is NaN, NaT, NA or None."""
    missing = pd.isna(y)
    if missing.any():
        raise ValueError(
            f"Input {one_line(name)} contains NaN: {int(missing.sum())} missing value(s), the "
            f"first in row {int(np.argmax(missing))}. Drop those rows, or name them a class of "
            "their own."
        )
