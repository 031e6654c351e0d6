"""What a state T and y say of candidate columns: what other kernels call."""

from skinfo._kernels._null cimport NullMeans
from skinfo._kernels._contingency cimport Tables


cdef struct Terms:
    # In nats.
    double given  # I(X;Y|T)
    double shared  # I(X;T)
    double joint_entropy  # H(X,T,Y)


cdef class Chance:
    # What rows add to the mean of N * I(X;Y|T), by state, and of N * I(X;T).
    cdef NullMeans *given
    cdef NullMeans shared
    cdef double[::1] known

    cdef void remember(self, Tables tables)
    cdef void fill(self, Tables tables) noexcept nogil


cdef Terms terms_of_column(Py_ssize_t x, Tables tables, Chance chance) noexcept nogil
