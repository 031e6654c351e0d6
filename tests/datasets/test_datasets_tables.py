"""Real tables: their size, classes and types, as published."""

import pytest

from skinfo.datasets import load_alzheimer, load_lending_club


@pytest.mark.parametrize(
    ("load", "shape", "counts", "text"),
    [
        (
            load_lending_club,
            (9857, 22),
            {0: 9340, 1: 517},
            ["term", "sub_grade", "addr_state", "verification_status", "emp_length"],
        ),
        (load_alzheimer, (333, 130), {0: 242, 1: 91}, ["Genotype"]),
    ],
)
def test_tables_are_as_published(load, shape, counts, text):
    table = load()
    assert table.data.shape == shape
    assert table.target.value_counts().to_dict() == counts
    assert list(table.data.select_dtypes(exclude="number")) == text
    assert list(table.frame) == [*table.feature_names, table.target.name]
    assert len(table.target_names) == 2
    assert "Source: " in table.DESCR
    X, y = load(return_X_y=True)
    assert X.equals(table.data)
    assert y.equals(table.target)


def test_missing_values_are_those_of_the_employment():
    X, _ = load_lending_club(return_X_y=True)
    missing = X.isna().sum()
    assert missing[missing > 0].to_dict() == {"emp_length": 645}


def test_each_call_reads_a_table_of_its_own():
    X, _ = load_alzheimer(return_X_y=True)
    X.iloc[:, 0] = 0.0
    assert not load_alzheimer().data.iloc[:, 0].eq(0).all()


def test_arguments_are_checked():
    with pytest.raises(ValueError, match="'return_X_y' parameter of load_alzheimer"):
        load_alzheimer(return_X_y="yes")
