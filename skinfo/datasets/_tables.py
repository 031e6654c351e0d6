"""Real tables that are part of the package."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.utils import Bunch

from skinfo.utils._compat import validate_params

LENDING_CLUB = """\
9857 loans that Lending Club granted in the first quarter of 2016. The event is a loan that was
charged off, in default or late: 517 loans (5.2 %). 22 features: the loan, its grade, the borrower
and the credit history. Five are text; `emp_length`, the years in the job, is missing for 645.

Source: Lending Club statistics, as "lending_club" of the R package modeldata (MIT licence), with
the level "emp_unk" written as a missing value.
"""

ALZHEIMER = """\
333 patients of a study of Alzheimer's disease. The event is an impaired patient: 91 (27 %). 130
features: 124 proteins in the cerebrospinal fluid, three that are known markers, age, sex and the
genotype of apolipoprotein E, which is text.

Source: Craig-Schapiro et al. (2011), "Multiplexed immunoassay panel identifies novel CSF
biomarkers for Alzheimer's disease diagnosis and prognosis", PLoS ONE 6(4), e18850; as "ad_data"
of the R package modeldata (MIT licence).
"""


@validate_params({"return_X_y": ["boolean"]}, prefer_skip_nested_validation=True)
def load_lending_club(*, return_X_y: bool = False) -> Any:
    """Load a credit table with text and missing values (binary classification).

    ==============  =====================
    Classes         2: good, bad
    Samples         9340 good, 517 bad
    Features        22, of which 5 text
    Missing values  645, in `emp_length`
    ==============  =====================

    Parameters
    ----------
    return_X_y : bool, default=False
        Return ``(data, target)`` instead of a Bunch.

    Returns
    -------
    data : Bunch
        With `data` (DataFrame of shape (9857, 22)), `target` (Series: 0 is good, 1 is bad),
        `frame` (both), `feature_names`, `target_names` and `DESCR`. Or, if `return_X_y` is
        True, the tuple ``(data, target)``.

    Notes
    -----
    The loans are published by Lending Club, and are "lending_club" of the R package
    modeldata.

    Examples
    --------
    >>> from skinfo.datasets import load_lending_club
    >>> X, y = load_lending_club(return_X_y=True)
    >>> X[["funded_amnt", "term", "int_rate", "sub_grade"]].head(2)
       funded_amnt     term  int_rate sub_grade
    0        16100  term_36     13.99        C4
    1        32000  term_60     11.99        C1
    >>> float(y.mean().round(3))
    0.052
    """
    return _load("lending_club", ["good", "bad"], LENDING_CLUB, return_X_y)


@validate_params({"return_X_y": ["boolean"]}, prefer_skip_nested_validation=True)
def load_alzheimer(*, return_X_y: bool = False) -> Any:
    """Load a table of few samples and many features (binary classification).

    ==============  ===========================
    Classes         2: Control, Impaired
    Samples         242 Control, 91 Impaired
    Features        130, of which 1 text
    Missing values  none
    ==============  ===========================

    Parameters
    ----------
    return_X_y : bool, default=False
        Return ``(data, target)`` instead of a Bunch.

    Returns
    -------
    data : Bunch
        With `data` (DataFrame of shape (333, 130)), `target` (Series: 0 is Control, 1 is
        Impaired), `frame` (both), `feature_names`, `target_names` and `DESCR`. Or, if
        `return_X_y` is True, the tuple ``(data, target)``.

    References
    ----------
    .. [1] R. Craig-Schapiro et al., "Multiplexed immunoassay panel identifies novel CSF
           biomarkers for Alzheimer's disease diagnosis and prognosis", PLoS ONE 6(4), e18850,
           2011.

    Examples
    --------
    >>> from skinfo.datasets import load_alzheimer
    >>> table = load_alzheimer()
    >>> table.data.shape, table.target_names
    ((333, 130), ['Control', 'Impaired'])
    """
    return _load("alzheimer", ["Control", "Impaired"], ALZHEIMER, return_X_y)


def _load(name, target_names, description, return_X_y):
    """Return a table; the last column of its file is the target."""
    frame = pd.read_csv(Path(__file__).parent / "data" / f"{name}.csv.gz")
    target = frame.columns[-1]
    frame[target] = frame[target].map(target_names.index).astype(np.int64)
    data, y = frame.drop(columns=target), frame[target]
    if return_X_y:
        return data, y
    return Bunch(
        data=data,
        target=y,
        frame=frame,
        feature_names=list(data),
        target_names=target_names,
        DESCR=description,
    )
