"""Smooth tests of ordered levels, as other kernels call them."""

cpdef enum:
    # Number of smooth tests: of degrees up to 1, 2 and 4.
    N_DEGREES = 3
    MOST_DEGREE = 4

    # Maximum number of unordered classes with scores.
    MOST_CLASSES = 64

cpdef enum:
    # Entries of the statistics of each degree: the sum of squared scores, its mean and its
    # variance under independence.
    SCORE
    SCORE_MEAN
    SCORE_VARIANCE
    N_SMOOTH


cdef bint has_scores(Py_ssize_t n_classes, bint ordered_classes) noexcept nogil


cdef class SmoothScores:
    # Scores of one column, summed over the states that were added.
    cdef readonly Py_ssize_t n_functions
    cdef readonly bint ordered_classes
    cdef Py_ssize_t n_classes
    cdef Py_ssize_t n_states
    cdef Py_ssize_t most_levels
    cdef Py_ssize_t most_degree
    cdef bint is_exhausted[N_DEGREES]
    cdef double kurtosis[N_DEGREES]
    cdef double[::1] scales
    cdef double[:, ::1] scores
    cdef double[:, :, ::1] covariances
    cdef double[:, ::1] of_levels
    cdef double[:, ::1] of_classes
    cdef double[:, ::1] gathered
    cdef double[::1] level_sums
    cdef double[::1] class_sums
    cdef double[:, ::1] products

    cdef void start(self, const double *class_totals) noexcept nogil
    cdef void add(self, const double *counts, Py_ssize_t n_levels) noexcept nogil
    cdef void fill_products(self, double n, Py_ssize_t n_functions) noexcept nogil
    cdef void add_kurtosis(
        self,
        Py_ssize_t d,
        double n,
        Py_ssize_t n_levels,
        Py_ssize_t of_level,
        Py_ssize_t n_functions,
    ) noexcept nogil
    cdef void fill(self, double *statistics) noexcept nogil
