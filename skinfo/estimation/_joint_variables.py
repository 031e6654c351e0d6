"""Joint information of all columns of X, as one variable."""

from dataclasses import replace

import numpy as np

from skinfo._counts._codes import row_codes
from skinfo._counts._table import table_of
from skinfo.estimation._continuous import copula_scores
from skinfo.estimation._joint_samples import NormalScores
from skinfo.estimation._ranks import RankedColumn
from skinfo.estimation._samples import Samples, missing_values, refuse_missing_values
from skinfo.estimation._strata import NeighborStrata
from skinfo.utils._text import one_line


def refuse_joint_in_parts(caller):
    """Return the ValueError for a joint variable of a table in parts."""
    return ValueError(
        f"joint=True of {caller} needs all samples at once, but X comes in parts. Pass one table, "
        "or make one column of the levels of the others first."
    )


def joint_rows(samples, missing):
    """Return the indices of the rows of the joint variable, (n_rows,) int64.

    Raises
    ------
    ValueError
        If `missing` is "raise" and there are missing values, or "drop" and no row is left.
    """
    if missing == "raise":
        refuse_missing_values(samples.table)
    if missing != "drop":
        return np.arange(len(samples.y))
    gone = [missing_values(samples.table, j) for j in range(samples.n_features)]
    rows = np.flatnonzero(~np.any(gone, axis=0))
    if not len(rows):
        raise ValueError(
            "X has a missing value in every row of positive weight: missing='drop' leaves none."
        )
    return rows


def joint_codes_of(samples):
    """Return Samples with one column, whose levels are the distinct rows of discrete columns."""
    codes = row_codes(list(samples.codes().codes))
    table = table_of(codes[:, None], caller="joint").rename(["X"])
    return replace(samples, table=table, discrete=np.array([True]))


def joint_block(samples, finite):
    """Return the continuous columns, (n_samples, n_continuous) float64.

    Raises
    ------
    ValueError
        If there are missing values, or infinite ones although `finite` is true.
    """
    columns = []
    for j in np.flatnonzero(~samples.discrete):
        values = samples.values(j, finite)
        n_missing = np.count_nonzero(np.isnan(values))
        if n_missing:
            raise ValueError(
                f"{one_line(samples.table.names[j])} is continuous and has {n_missing} missing "
                "value(s), which cannot be a level of their own with joint=True. Use "
                "missing='drop'."
            )
        columns.append(values)
    return np.column_stack(columns)


def joint_information(
    samples: Samples, of_discrete, of_continuous, strata: NeighborStrata, finite: bool
) -> float:
    """Return the information of all columns together, in nats.

    With the discrete columns D and the continuous columns C, it is ``I(D; y | Z) + I(C; y | D,
    Z)``.

    Parameters
    ----------
    samples : Samples

    of_discrete : callable
        Function of Samples with one discrete column that returns their information in nats.

    of_continuous : callable
        ``f(x, y, z, n_neighbors)`` in nats, within one stratum.

    strata : NeighborStrata

    finite : bool
        Whether infinite values are an error.
    """
    information = 0.0
    if samples.discrete.any():
        joined = joint_codes_of(samples)
        information += of_discrete(joined)
        codes = joined.codes().codes[0]
        strata = replace(strata, strata=row_codes([strata.strata, codes]))
    if not samples.discrete.all():
        information += strata.mean(of_continuous, joint_block(samples, finite))
    return information


def copula_of_blocks(x, y, z, n_neighbors):
    """Return I(X;Y) of jointly normal scores in nats; z must not have any columns."""
    columns = [column for block in (x, y) for column in block.reshape(len(block), -1).T]
    scores = NormalScores(np.array([copula_scores(RankedColumn(column)) for column in columns]))
    of_x, of_y = range(x.shape[1]), range(x.shape[1], len(columns))
    return scores.value({tuple(of_x): 1.0, tuple(of_y): 1.0, (*of_x, *of_y): -1.0})
