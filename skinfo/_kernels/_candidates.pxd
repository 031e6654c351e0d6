"""Information of candidate columns about y given a state T: declarations."""

from skinfo._kernels._null cimport NullMeans
from skinfo._kernels._contingency cimport ContingencyTables


cdef struct Terms:
    # In nats.
    double given  # I(X;Y|T)
    double shared  # I(X;T)
    double joint_entropy  # H(X,T,Y)


cdef class NullTerms:
    # Contributions of levels to the null mean of N * I(X;Y|T), by state, and of N * I(X;T).
    cdef NullMeans *given
    cdef NullMeans shared
    cdef double[::1] known

    cdef void remember(self, ContingencyTables tables)
    cdef void fill(self, ContingencyTables tables) noexcept nogil


cdef Terms terms_of_column(Py_ssize_t x, ContingencyTables tables, NullTerms null) noexcept nogil
