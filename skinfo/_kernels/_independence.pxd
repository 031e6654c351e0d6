"""Statistics of independence of one contingency table, as other kernels call them."""

from skinfo._kernels._null cimport SlopeWorkspace

cpdef enum:
    # Entries of the statistics of a table.
    PLUGIN
    NULL_MEAN
    NULL_VARIANCE
    SMALL_TABLE_PVALUE
    N_STATISTICS


cdef struct TableWorkspace:
    # Memory for a table without its empty rows and columns, its margins, and their moments.
    double *counts
    double *rows
    double *columns
    SlopeWorkspace slope


cdef Py_ssize_t table_workspace_size(Py_ssize_t n_levels, Py_ssize_t n_classes) noexcept nogil
cdef TableWorkspace table_workspace(
    double *memory, Py_ssize_t n_levels, Py_ssize_t n_classes
) noexcept nogil

cdef int fill_statistics(
    const double *counts,
    Py_ssize_t n_levels,
    Py_ssize_t n_classes,
    const double *poisson,
    double *known,
    bint with_pvalue,
    TableWorkspace work,
    double *statistics,
) except -1 nogil
