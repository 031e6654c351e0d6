"""What one table of counts tells: what other kernels call."""

from skinfo._kernels._null cimport SlopeSpace

cpdef enum:
    # Places of what a table tells.
    PLUGIN
    NULL_MEAN
    NULL_VARIANCE
    SMALL_TABLE_PVALUE
    N_STATISTICS


cdef struct EvidenceSpace:
    # Room for a table without its empty rows and columns, its margins, and their moments.
    double *counts
    double *rows
    double *columns
    SlopeSpace slope


cdef Py_ssize_t evidence_room(Py_ssize_t n_levels, Py_ssize_t n_classes) noexcept nogil
cdef EvidenceSpace evidence_space(
    double *room, Py_ssize_t n_levels, Py_ssize_t n_classes
) noexcept nogil

cdef int fill_evidence(
    const double *counts,
    Py_ssize_t n_levels,
    Py_ssize_t n_classes,
    const double *poisson,
    double *known,
    bint is_alone,
    EvidenceSpace space,
    double *evidence,
) except -1 nogil
