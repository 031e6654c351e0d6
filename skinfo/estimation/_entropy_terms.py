"""Measures of several variables as linear combinations of entropies.

A measure is a dict of coefficients of H(X_S), where S is a set of columns. The sum of coefficients
times set sizes is zero, so that units of measurement, and any other constant per column, cancel.
"""

from collections.abc import Callable
from itertools import combinations

# Maximum number of columns: the co-information has a term for each subset of columns.
MOST_COLUMNS_OF_CO_INFORMATION = 12

# Coefficients of the entropies, by set of columns.
EntropyTerms = dict[tuple[int, ...], float]


def total_correlation_terms(d: int) -> EntropyTerms:
    """Return H(X_1) + ... + H(X_d) - H(X)."""
    return {**{(j,): 1.0 for j in range(d)}, tuple(range(d)): -1.0}


def dual_total_correlation_terms(d: int) -> EntropyTerms:
    """Return H(X) - sum_j H(X_j | rest) = sum_j H(all but X_j) - (d - 1) H(X)."""
    everything = tuple(range(d))
    others = {everything[:j] + everything[j + 1 :]: 1.0 for j in range(d)}
    return {**others, everything: 1.0 - d}


def o_information_terms(d: int) -> EntropyTerms:
    """Return the total minus the dual total correlation; there are no terms for two columns."""
    terms = total_correlation_terms(d)
    for columns, coefficient in dual_total_correlation_terms(d).items():
        terms[columns] = terms.get(columns, 0.0) - coefficient
    return {columns: coefficient for columns, coefficient in terms.items() if coefficient}


def co_information_terms(d: int) -> EntropyTerms:
    """Return sum_S (-1)^(|S| + 1) H(X_S) over all non-empty subsets S of the columns."""
    if d > MOST_COLUMNS_OF_CO_INFORMATION:
        raise ValueError(
            f"measure='co_information' is a sum over all sets of columns, and X has {d}: at most "
            f"{MOST_COLUMNS_OF_CO_INFORMATION} are taken. Use 'o_information', or fewer columns."
        )
    sizes = range(1, d + 1)
    return {
        columns: (-1.0) ** (size + 1) for size in sizes for columns in combinations(range(d), size)
    }


MULTIVARIATE_MEASURES: dict[str, Callable[[int], EntropyTerms]] = {
    "total_correlation": total_correlation_terms,
    "dual_total_correlation": dual_total_correlation_terms,
    "o_information": o_information_terms,
    "co_information": co_information_terms,
}

# Non-negative measures.
NON_NEGATIVE_MEASURES = ("total_correlation", "dual_total_correlation")
