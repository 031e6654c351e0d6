"""Bin indices of values, given cut points."""

from libc.stdint cimport int32_t, int64_t, uint8_t, uint16_t

import numpy as np

cdef extern from "_digitize.h" nogil:
    # Number of NODE increasing cuts that are at or below a value.
    int32_t n_reached(const double* cuts, double value) noexcept

ctypedef fused code_t:
    uint8_t
    uint16_t
    int32_t

cdef enum:
    # Values per block, which are vectorised or interleaved, and fit the first-level cache.
    BLOCK = 64
    # Above this number of cuts a search is faster than comparison with each.
    FEW_CUTS = 24
    # Cuts compared at once in a search.
    NODE = 8
    MOST_LAYERS = 12

cdef struct Cuts:
    const double* cuts
    Py_ssize_t n
    # Layers of a search tree: see `layers_of`.
    const double* layers[MOST_LAYERS]
    Py_ssize_t n_layers


def digitize(
    const double[::1] values, const double[::1] cuts, Py_ssize_t missing_bin, code_t[::1] codes
):
    """Store the bin of each value in `codes` (n,): the number of cuts at or below it.

    Parameters
    ----------
    values : ndarray of shape (n,), dtype float64
        NaN has the bin `missing_bin`.

    cuts : ndarray of shape (n_cuts,), dtype float64
        Increasing.

    codes : ndarray of shape (n,), dtype uint8, uint16 or int32
    """
    cdef Py_ssize_t n = values.shape[0]
    cdef Cuts sought
    cdef Py_ssize_t b, i
    layers = layers_of(cuts, &sought)
    with nogil:
        for b in range((n + BLOCK - 1) // BLOCK):
            i = b * BLOCK
            find_bins(&values[i], n - i, &sought, missing_bin, &codes[i])


def values_between(
    const double[::1] values, const double[::1] starts, const double[::1] stops
):
    """Return the values within the given ranges in row order, and their rows, int64.

    Parameters
    ----------
    values : ndarray of shape (n,), dtype float64
        NaN is in no range.

    starts, stops : ndarray of shape (n_ranges,), dtype float64
        Increasing; no stop is beyond the next start. A value is in a range if
        ``start <= value < stop``. The last range is unbounded if its stop is NaN.
    """
    cdef Py_ssize_t n = values.shape[0]
    edges_out = np.column_stack([starts, stops]).ravel()
    cdef Cuts edges
    # Untouched memory pages are never allocated.
    found_out, rows_out = np.empty(n), np.empty(n, np.int64)
    cdef double[::1] found = found_out
    cdef int64_t[::1] rows = rows_out
    cdef int32_t[BLOCK] bins
    cdef Py_ssize_t n_found = 0
    cdef Py_ssize_t b, i, k
    cdef int32_t any_inside
    layers = layers_of(edges_out, &edges)
    with nogil:
        for b in range((n + BLOCK - 1) // BLOCK):
            i = b * BLOCK
            # A value is in a range if an odd number of edges is at or below it.
            find_bins(&values[i], n - i, &edges, 0, bins)
            any_inside = 0
            for k in range(min(n - i, BLOCK)):
                any_inside |= bins[k]
            if any_inside & 1:
                for k in range(min(n - i, BLOCK)):
                    # Branch-free, since a branch would be mispredicted.
                    found[n_found] = values[i + k]
                    rows[n_found] = i + k
                    n_found += bins[k] & 1
    return found_out[:n_found].copy(), rows_out[:n_found].copy()


cdef object layers_of(const double[::1] cuts, Cuts* sought):
    """Prepare a search; return the memory that has to be kept until its end.

    Cuts are the leaves of a tree, with NODE cuts each. Nodes of the layers above have NODE + 1
    children, and contain the first cut of each child but the first.
    """
    cdef const double[::1] keys
    cdef Py_ssize_t k
    sought.cuts, sought.n = (&cuts[0] if cuts.shape[0] else NULL), cuts.shape[0]
    sought.n_layers = 0
    if sought.n <= FEW_CUTS:
        return None
    n_nodes, n_below = (sought.n + NODE - 1) // NODE, NODE
    first_cuts = [np.arange(n_nodes * NODE)]
    while n_nodes > 1:
        n_nodes = (n_nodes + NODE) // (NODE + 1)
        children = (NODE + 1) * np.arange(n_nodes)[:, None] + np.arange(1, NODE + 1)
        first_cuts.append(n_below * children.ravel())
        n_below *= NODE + 1
    # Padding is NaN, which no value reaches.
    padded = np.append(cuts, np.nan)
    layers = [padded[np.minimum(firsts, sought.n)] for firsts in reversed(first_cuts)]
    for k, layer in enumerate(layers):
        keys = layer
        sought.layers[k] = &keys[0]
    sought.n_layers = len(layers)
    return layers


cdef inline void find_bins(
    const double* values,
    Py_ssize_t n,
    const Cuts* sought,
    Py_ssize_t missing_bin,
    code_t* codes,
) noexcept nogil:
    """Store the bins of the first BLOCK of n values, or all."""
    if sought.n_layers:
        search(values, min(n, BLOCK), sought, missing_bin, codes)
    elif n >= BLOCK:
        # A constant block size, for vectorisation.
        count_cuts(values, BLOCK, sought.cuts, sought.n, missing_bin, codes)
    else:
        count_cuts(values, n, sought.cuts, sought.n, missing_bin, codes)


cdef inline void count_cuts(
    const double* values,
    Py_ssize_t n,
    const double* cuts,
    Py_ssize_t n_cuts,
    Py_ssize_t missing_bin,
    code_t* codes,
) noexcept nogil:
    """Store the bins of at most BLOCK values, by comparison of each value with each cut."""
    cdef long long bins[BLOCK]
    cdef Py_ssize_t i, c
    cdef double cut
    for i in range(BLOCK):
        bins[i] = 0
    for c in range(n_cuts):
        cut = cuts[c]
        for i in range(n):
            bins[i] += values[i] >= cut
    for i in range(n):
        codes[i] = <code_t>(bins[i] if values[i] == values[i] else missing_bin)


cdef inline void search(
    const double* values,
    Py_ssize_t n,
    const Cuts* sought,
    Py_ssize_t missing_bin,
    code_t* codes,
) noexcept nogil:
    """Store the bins of at most BLOCK values.

    Values are interleaved, since for one value each layer has to wait for the previous one.
    """
    cdef int32_t[BLOCK] nodes
    cdef Py_ssize_t last = sought.n_layers - 1
    cdef Py_ssize_t i, k
    for i in range(n):
        nodes[i] = 0
    for k in range(last):
        for i in range(n):
            nodes[i] = nodes[i] * (NODE + 1) + n_reached(
                sought.layers[k] + nodes[i] * NODE, values[i]
            )
    for i in range(n):
        nodes[i] = nodes[i] * NODE + n_reached(sought.layers[last] + nodes[i] * NODE, values[i])
        codes[i] = <code_t>(nodes[i] if values[i] == values[i] else missing_bin)
