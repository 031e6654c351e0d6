"""Smooth tests of contingency tables whose levels are ordered, with exact null moments.

Information does not depend on the order of levels. Scores use it by polynomials of the midranks of
levels, orthonormal within a table: the score of a polynomial a of the level and a function f of
the class is

    U = sum over samples of a(level) f(class),

and the sum of the squared scores of the lowest degrees is a statistic with few degrees of freedom
that detects trends and changes of spread (Neyman 1937; for ranks Kallenberg and Ledwina 1999).
Functions of unordered classes are their indicators, so that degree one is the Kruskal-Wallis test
of the levels; those of ordered classes are polynomials too. Scores of several states are summed
before they are squared (Mantel 1963), since a trend usually has the same sign in all states.

Given both margins of every state the scores have mean zero, scores of different degrees are
uncorrelated, and mean and variance of the sum of squares are exact: those of a quadratic form of a
random permutation (Kazi-Aoual, Hitier, Sabatier and Lebreton 1995).
"""

from libc.math cimport sqrt

import numpy as np


cdef inline double LEAST_SAMPLES() noexcept nogil:
    """Return the number of samples above which a state has scores."""
    return 4.0


def smooth_statistics(
    const double[:, :, :, ::1] tables, const double[::1] class_totals, bint ordered_classes
):
    """Return the statistics of the smooth tests of columns whose levels are all ordered.

    Parameters
    ----------
    tables : ndarray of shape (n_columns, n_states, n_levels, n_classes), dtype float64
        Empty levels and classes are ignored.

    class_totals : ndarray of shape (n_classes,), dtype float64
        The sizes of the classes, by which the scores of unordered classes are scaled.

    ordered_classes : bool

    Returns
    -------
    statistics : ndarray of shape (n_columns, 9)
        SCORE, SCORE_MEAN and SCORE_VARIANCE of degree 1, of degrees 1 and 2, and of degrees 1 to
        4. Zeros if a degree adds nothing to the test of information and to lower degrees, if its
        scores have too heavy tails, or if there are too many unordered classes.
    """
    cdef Py_ssize_t i, t
    cdef Py_ssize_t n_levels = tables.shape[2]
    cdef Py_ssize_t n_classes = tables.shape[3]
    statistics = np.zeros((tables.shape[0], N_DEGREES * N_SMOOTH))
    cdef double[:, ::1] found = statistics
    if n_levels < 2 or n_classes < 2 or not has_scores(n_classes, ordered_classes):
        return statistics
    cdef SmoothScores scores = SmoothScores(n_levels, n_classes, ordered_classes)
    with nogil:
        for i in range(tables.shape[0]):
            scores.start(&class_totals[0])
            for t in range(tables.shape[1]):
                scores.add(&tables[i, t, 0, 0], n_levels)
            scores.fill(&found[i, 0])
    return statistics


cdef bint has_scores(Py_ssize_t n_classes, bint ordered_classes) noexcept nogil:
    """Return whether the number of functions of the class is small enough for scores."""
    return ordered_classes or n_classes <= MOST_CLASSES


cdef class SmoothScores:
    """Sums and null moments of the scores of one column over states.

    Parameters
    ----------
    most_levels, n_classes : int

    ordered_classes : bool
    """

    def __cinit__(self, Py_ssize_t most_levels, Py_ssize_t n_classes, bint ordered_classes):
        cdef Py_ssize_t n_functions = MOST_DEGREE if ordered_classes else n_classes
        self.ordered_classes = ordered_classes
        self.n_functions = n_functions
        self.n_classes = n_classes
        self.most_levels = most_levels
        self.scales = np.zeros(n_classes)
        self.scores = np.zeros((MOST_DEGREE, n_functions))
        self.covariances = np.zeros((MOST_DEGREE, n_functions, n_functions))
        self.of_levels = np.zeros((MOST_DEGREE, most_levels))
        self.of_classes = np.zeros((MOST_DEGREE, n_classes))
        self.gathered = np.zeros((MOST_DEGREE, n_classes))
        self.level_sums = np.zeros(most_levels)
        self.class_sums = np.zeros(n_classes)
        self.products = np.zeros((n_functions, n_functions))

    cdef void start(self, const double *class_totals) noexcept nogil:
        """Reset the sums over states.

        Parameters
        ----------
        class_totals : (n_classes,)
        """
        cdef Py_ssize_t c, d
        self.n_states = 0
        self.most_degree = 0
        self.scores[:] = 0.0
        self.covariances[:] = 0.0
        for d in range(N_DEGREES):
            self.kurtosis[d] = 0.0
            self.is_exhausted[d] = True
        for c in range(self.n_classes):
            self.scales[c] = 1.0 / sqrt(class_totals[c]) if class_totals[c] > 0.0 else 0.0

    cdef void add(self, const double *counts, Py_ssize_t n_levels) noexcept nogil:
        """Add the scores of a state.

        Parameters
        ----------
        counts : (n_levels, n_classes)
        """
        cdef Py_ssize_t c, d, i, j, k, other, of_class, n_functions
        cdef Py_ssize_t of_level
        cdef double count, total
        cdef double n = 0.0
        self.class_sums[:] = 0.0
        for i in range(n_levels):
            self.level_sums[i] = 0.0
            for c in range(self.n_classes):
                count = counts[i * self.n_classes + c]
                self.level_sums[i] += count
                self.class_sums[c] += count
            n += self.level_sums[i]
        if n <= LEAST_SAMPLES():
            return
        of_level = fill_polynomials(&self.level_sums[0], n_levels, n, &self.of_levels[0, 0],
                                    self.most_levels)
        if of_level == 0 or not has_two(&self.class_sums[0], self.n_classes):
            return
        self.n_states += 1
        n_functions = self.n_functions
        of_class = MOST_DEGREE + 1
        if self.ordered_classes:
            of_class = fill_polynomials(
                &self.class_sums[0], self.n_classes, n, &self.of_classes[0, 0], self.n_classes
            )
            n_functions = min(of_class, <Py_ssize_t>MOST_DEGREE)
        for j in range(min(of_level, <Py_ssize_t>MOST_DEGREE)):
            for c in range(self.n_classes):
                total = 0.0
                for i in range(n_levels):
                    total += self.of_levels[j, i] * counts[i * self.n_classes + c]
                self.gathered[j, c] = total
            if not self.ordered_classes:
                for c in range(self.n_classes):
                    self.scores[j, c] += self.gathered[j, c] * self.scales[c]
                continue
            for k in range(n_functions):
                for c in range(self.n_classes):
                    self.scores[j, k] += self.gathered[j, c] * self.of_classes[k, c]
        self.fill_products(n, n_functions)
        for j in range(min(of_level, <Py_ssize_t>MOST_DEGREE)):
            for k in range(n_functions):
                for other in range(n_functions):
                    self.covariances[j, k, other] += self.products[k, other] * (n / (n - 1.0))
        for d in range(N_DEGREES):
            self.add_kurtosis(d, n, n_levels, of_level, n_functions)
            if (1 << d) < of_level or (self.ordered_classes and (1 << d) < of_class):
                self.is_exhausted[d] = False
        self.most_degree = max(self.most_degree, of_level)
        if self.ordered_classes:
            self.most_degree = max(self.most_degree, of_class)

    cdef void fill_products(self, double n, Py_ssize_t n_functions) noexcept nogil:
        """Fill in the sums of products of the centred functions of the class."""
        cdef Py_ssize_t k, other
        cdef double sum_k
        for k in range(n_functions):
            for other in range(n_functions):
                if self.ordered_classes:
                    self.products[k, other] = n if k == other else 0.0
                    continue
                sum_k = self.class_sums[k] * self.scales[k]
                self.products[k, other] = (
                    (sum_k * self.scales[k] if k == other else 0.0)
                    - sum_k * (self.class_sums[other] * self.scales[other]) / n
                )

    cdef void add_kurtosis(
        self, Py_ssize_t d, double n, Py_ssize_t n_levels, Py_ssize_t of_level,
        Py_ssize_t n_functions
    ) noexcept nogil:
        """Add the excess variance of a state's sum of squares over that of normal scores.

        In the notation of Kazi-Aoual et al. (1995), A is the sum of the outer products of the
        polynomials up to a degree, and B that of the centred functions of the class. The variance
        depends on their traces, the traces of their squares, and the sums of squared diagonals.
        """
        cdef Py_ssize_t c, i, j, k
        cdef double square, value, mean
        cdef Py_ssize_t degree = min(<Py_ssize_t>(1 << d), of_level)
        cdef Py_ssize_t functions = n_functions
        cdef double trace_a = degree * n
        cdef double trace_a2 = degree * n * n
        cdef double diagonal_a = 0.0
        cdef double trace_b = 0.0
        cdef double trace_b2 = 0.0
        cdef double diagonal_b = 0.0
        cdef double normal, exact
        if self.ordered_classes:
            functions = min(<Py_ssize_t>(1 << d), n_functions)
        for i in range(n_levels):
            square = 0.0
            for j in range(degree):
                square += self.of_levels[j, i] * self.of_levels[j, i]
            diagonal_a += self.level_sums[i] * square * square
        for k in range(functions):
            trace_b += self.products[k, k]
            for c in range(functions):
                trace_b2 += self.products[k, c] * self.products[k, c]
        for c in range(self.n_classes):
            if self.class_sums[c] == 0.0:
                continue
            square = 0.0
            for k in range(functions):
                if self.ordered_classes:
                    value = self.of_classes[k, c]
                else:
                    mean = self.class_sums[k] * self.scales[k] / n
                    value = (self.scales[k] if k == c else 0.0) - mean
                square += value * value
            diagonal_b += self.class_sums[c] * square * square
        normal = 2.0 * degree * (n / (n - 1.0)) * (n / (n - 1.0)) * trace_b2
        exact = (
            2.0 * ((n - 1.0) * trace_a2 - trace_a * trace_a)
            * ((n - 1.0) * trace_b2 - trace_b * trace_b)
            / ((n - 1.0) * (n - 1.0) * (n + 1.0) * (n - 2.0))
            + (n * (n + 1.0) * diagonal_a - (n - 1.0) * (trace_a * trace_a + 2.0 * trace_a2))
            * (n * (n + 1.0) * diagonal_b - (n - 1.0) * (trace_b * trace_b + 2.0 * trace_b2))
            / ((n + 1.0) * n * (n - 1.0) * (n - 2.0) * (n - 3.0))
        )
        self.kurtosis[d] += exact - normal

    cdef void fill(self, double *statistics) noexcept nogil:
        """Fill in the statistics of `smooth_statistics`."""
        cdef Py_ssize_t d, j, k, other, functions
        cdef double score, mean, variance
        for d in range(N_DEGREES):
            for k in range(N_SMOOTH):
                statistics[d * N_SMOOTH + k] = 0.0
            # Equivalent to the test of information, or to the previous degree.
            if self.n_states == 1 and self.is_exhausted[d]:
                continue
            if self.n_states == 0 or (d > 0 and (1 << (d - 1)) >= self.most_degree):
                continue
            functions = self.n_functions
            if self.ordered_classes:
                functions = 1 << d
            score = 0.0
            mean = 0.0
            variance = 0.0
            for j in range(1 << d):
                for k in range(functions):
                    score += self.scores[j, k] * self.scores[j, k]
                    mean += self.covariances[j, k, k]
                    for other in range(functions):
                        variance += (
                            2.0 * self.covariances[j, k, other] * self.covariances[j, k, other]
                        )
            if self.kurtosis[d] > MOST_KURTOSIS() * variance:
                continue
            statistics[d * N_SMOOTH + SCORE] = score
            statistics[d * N_SMOOTH + SCORE_MEAN] = mean
            statistics[d * N_SMOOTH + SCORE_VARIANCE] = variance + self.kurtosis[d]


cdef inline double MOST_KURTOSIS() noexcept nogil:
    """Return the maximum excess variance, as a proportion of the variance of normal scores.

    Scores of a rare class and rare levels have heavy tails, which no gamma distribution fits.
    """
    return 0.05


cdef Py_ssize_t fill_polynomials(
    const double *sizes, Py_ssize_t n, double total, double *values, Py_ssize_t stride
) noexcept nogil:
    """Fill in orthogonal polynomials of the midranks of categories, of mean square one.

    Parameters
    ----------
    sizes : (n,)

    total : float
        Their sum.

    values : (MOST_DEGREE, stride)

    Returns
    -------
    degree : int
        Number of polynomials that exist, one less than the number of non-empty categories. At
        most MOST_DEGREE are filled in.
    """
    cdef Py_ssize_t i, j
    cdef double shift, before, norm, square, midrank
    cdef double below = 0.0
    cdef Py_ssize_t n_occupied = 0
    cdef double *now
    cdef double *last
    cdef double *previous
    for i in range(n):
        n_occupied += sizes[i] > 0.0
    if n_occupied < 2:
        return 0
    # The first, of the centred midranks.
    norm = 0.0
    for i in range(n):
        midrank = (below + 0.5 * sizes[i]) / total - 0.5
        below += sizes[i]
        values[i] = midrank
        norm += sizes[i] * midrank * midrank
    norm = sqrt(norm / total)
    for i in range(n):
        values[i] /= norm
    # The others by the recurrence of three terms.
    for j in range(1, MOST_DEGREE):
        now = values + j * stride
        if j >= n_occupied - 1:
            for i in range(n):
                now[i] = 0.0
            continue
        last = now - stride
        previous = last - stride if j > 1 else NULL
        shift = 0.0
        before = 0.0
        for i in range(n):
            square = sizes[i] * values[i] * last[i]
            shift += square * last[i]
            before += square * (previous[i] if j > 1 else 1.0)
        shift /= total
        before /= total
        norm = 0.0
        for i in range(n):
            now[i] = (values[i] - shift) * last[i] - before * (previous[i] if j > 1 else 1.0)
            norm += sizes[i] * now[i] * now[i]
        norm = sqrt(norm / total)
        for i in range(n):
            now[i] /= norm
    return n_occupied - 1


cdef bint has_two(const double *sizes, Py_ssize_t n) noexcept nogil:
    """Return whether at least two categories are not empty."""
    cdef Py_ssize_t i
    cdef Py_ssize_t n_occupied = 0
    for i in range(n):
        n_occupied += sizes[i] > 0.0
    return n_occupied > 1
