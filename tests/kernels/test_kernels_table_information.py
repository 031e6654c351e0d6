"""Plug-in information of one table, against sums in many digits."""

import mpmath
import numpy as np
import pytest

from skinfo._kernels._table_information import table_information


@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (0, 0), (1, 1), (2, 3)])
def test_a_table_without_samples_has_none(shape):
    assert table_information(np.zeros(shape)) == 0.0


@pytest.mark.parametrize(
    "counts",
    [
        [[3, 1], [0, 5]],
        [[4, 2], [5, 4], [1, 4]],
        [[1e12, 1], [2, 0]],  # few samples beside a very heavy cell
        [[10, 20], [20.000001, 40]],  # almost independent
        [[0.25, 0, 0.5], [0, 1.5, 0]],
    ],
)
def test_information_has_all_its_digits(counts):
    counts = np.array(counts, float)
    with mpmath.workdps(60):
        table = mpmath.matrix(counts.tolist())
        total = mpmath.fsum(table)
        rows = [mpmath.fsum(table[i, :]) for i in range(table.rows)]
        columns = [mpmath.fsum(table[:, j]) for j in range(table.cols)]
        expected = mpmath.fsum(
            table[i, j] * mpmath.log(table[i, j] * total / (rows[i] * columns[j]))
            for i in range(table.rows)
            for j in range(table.cols)
            if table[i, j]
        )
        expected = float(expected / total)
    assert table_information(counts) == pytest.approx(expected, rel=1e-9)
    assert table_information(counts.T.copy()) == pytest.approx(expected, rel=1e-9)


def test_one_row_or_proportional_rows_have_none():
    assert table_information(np.array([[3.0, 1.0, 0.0]])) == 0.0
    assert table_information(np.array([[1.0, 2.0, 4.0], [3.0, 6.0, 12.0]])) == 0.0
