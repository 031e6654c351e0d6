"""What a state T and y say of candidate columns, one pass over the rows a column."""

import math

import numpy as np

from skinfo._kernels._entropy import xlogx, xlogx_of
from skinfo._kernels._evidence import N_EVIDENCE, table_evidence
from skinfo._kernels._jit import ZERO, kernel
from skinfo._kernels._null import cell_excess
from skinfo._kernels._sample import (
    count_table,
    make_cells,
    most_levels,
    table_space,
)

# Columns of what `candidate_terms` returns.
INFO_Y_GIVEN_T, INFO_T, JOINT_ENTROPY = range(3)
N_TERMS = 3

# What chance gives is remembered by margin for at most so many rows: margins are whole numbers.
MOST_REMEMBERED = 1 << 22


@kernel
def candidate_terms(sample, lookups, features, state, n_states, corrected):
    """Return the information terms of some features with state T and classes y.

    Parameters
    ----------
    sample : Sample

    lookups : Lookups

    features : ndarray of int64

    state : ndarray of shape (n,), dtype integer

    corrected : bool
        Whether the means that chance alone gives are subtracted from information.

    Returns
    -------
    terms : ndarray of shape (n_features, 3)
        In nats: I(X;Y|T), I(X;T), H(X,T,Y).
    """
    terms = np.empty((features.shape[0], N_TERMS))
    cells = make_cells(sample, state, n_states, features)
    space = table_space(cells.sizes.shape[0], most_levels(sample, features))
    chance = remember(cells, sample)
    for i in range(features.shape[0]):
        count_table(sample, features[i], cells, space)
        counts = space[2]
        n_levels = sample.n_levels[features[i]]
        table_terms(counts, n_levels, cells, lookups, terms[i])
        if corrected:
            subtract_chance(counts, n_levels, cells, lookups, chance, terms[i])
    return terms


@kernel
def table_terms(counts, n_levels, cells, lookups, terms):
    """Fill `terms`, not corrected for chance, from the counts of one column."""
    n_states = cells.state_sizes.shape[0]
    n_classes = cells.sizes.shape[0] // n_states
    of_cell = of_state_level = of_cell_sizes = of_state_sizes = of_levels = 0.0
    for size in cells.sizes:
        of_cell_sizes += xlogx_of(size, lookups.xlogx)
    for size in cells.state_sizes:
        of_state_sizes += xlogx_of(size, lookups.xlogx)
    for x in range(n_levels):
        level = 0.0
        for t in range(n_states):
            state_level = 0.0
            for cell in range(t * n_classes, (t + 1) * n_classes):
                state_level += counts[cell, x]
                of_cell += xlogx_of(counts[cell, x], lookups.xlogx)
            of_state_level += xlogx_of(state_level, lookups.xlogx)
            level += state_level
        of_levels += xlogx_of(level, lookups.xlogx)
    n = cells.n
    given = of_cell - of_cell_sizes - of_state_level + of_state_sizes
    shared = of_state_level - of_state_sizes - of_levels + xlogx(n)
    terms[INFO_Y_GIVEN_T] = max(given, 0.0) / n
    terms[INFO_T] = max(shared, 0.0) / n
    terms[JOINT_ENTROPY] = math.log(n) - of_cell / n


@kernel
def remember(cells, sample):
    """Return room to remember what chance gives, NaN where it is not known yet.

    Returns
    -------
    given, shared : ndarray of float64
        For I(X;Y|T), by state and how often a level occurs in it; for I(X;T), by how often a level
        occurs. Empty where weights are not whole numbers.
    """
    whole = cells.n <= MOST_REMEMBERED
    for weight in sample.weights:
        whole = whole and weight % 1.0 == 0.0
    n_places = int(cells.n) + 1 if whole else 0
    n_states = cells.state_sizes.shape[0]
    given = np.full(n_places + n_states if whole else 0, np.nan)
    return given, np.full(n_places, np.nan)


@kernel
def subtract_chance(counts, n_levels, cells, lookups, chance, terms):
    """Subtract from information terms their (smooth) means under independence."""
    given, shared = chance
    n_states = cells.state_sizes.shape[0]
    n_classes = cells.sizes.shape[0] // n_states
    by_chance = shared_by_chance = 0.0
    for x in range(n_levels):
        start, level = 0, 0.0
        for t in range(n_states):
            state_size, size = cells.state_sizes[t], 0.0
            first = t * n_classes
            for cell in range(first, first + n_classes):
                size += counts[cell, x]
            level += size
            if n_classes > 1:
                place = start + int(size)
                # Looked up here and not in a function: a call takes longer than a look.
                excess = given[place] if given.shape[0] else np.nan
                if math.isnan(excess):
                    excess = row_excess(state_size, size, cells.sizes, first, n_classes, lookups)
                    if given.shape[0]:
                        given[place] = excess
                by_chance += excess
            start += int(state_size) + 1
        if n_states > 1:
            place = int(level)
            excess = shared[place] if shared.shape[0] else np.nan
            if math.isnan(excess):
                excess = row_excess(cells.n, level, cells.state_sizes, ZERO, n_states, lookups)
                if shared.shape[0]:
                    shared[place] = excess
            shared_by_chance += excess
    terms[INFO_Y_GIVEN_T] -= by_chance / cells.n
    terms[INFO_T] -= shared_by_chance / cells.n


@kernel
def row_excess(n, size, sums, first, n_sums, lookups):
    """Return the sum of `cell_excess` along a row, the sums of its columns from `first` on."""
    total = 0.0
    for column in range(first, first + n_sums):
        total += cell_excess(n, size, sums[column], lookups.poisson)
    return total


@kernel
def candidate_evidence(sample, lookups, features, state, n_states):
    """Return what some features tell of the classes in every state, as `table_evidence` does.

    Only margins within each state enter the moments. The states' tables are
    independent given them, so that information, means and variances add.

    Returns
    -------
    evidence : ndarray of shape (n_features, 4)
        In nats: N * I(X;Y|T), its mean and variance under independence; the p-value of
        `small_table_pvalue`, NaN where there are several states.
    """
    evidence = np.zeros((features.shape[0], N_EVIDENCE))
    cells = make_cells(sample, state, n_states, features)
    space = table_space(cells.sizes.shape[0], most_levels(sample, features))
    known, _ = remember(cells, sample)
    n_classes = sample.n_classes
    of_state = np.empty(N_EVIDENCE)
    for i in range(features.shape[0]):
        count_table(sample, features[i], cells, space)
        counts = space[2]
        n_levels = sample.n_levels[features[i]]
        table = np.empty((n_levels, n_classes))
        start = ZERO
        for t in range(n_states):
            for x in range(n_levels):
                for c in range(n_classes):
                    table[x, c] = counts[t * n_classes + c, x]
            table_evidence(table, lookups.poisson, known, start, n_states == 1, of_state)
            evidence[i] += of_state
            start += int(cells.state_sizes[t]) + 1
    return evidence
