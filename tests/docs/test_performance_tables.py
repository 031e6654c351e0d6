"""Tables of performance: those of the stored results of the release."""

import json

import pytest
from scripts import import_script

import skinfo


@pytest.fixture(scope="module")
def performance():
    return import_script("benchmarks", "performance")


def test_pages_show_the_stored_results(performance):
    results = performance.Results(json.loads(performance.RESULTS.read_text()))
    assert set(results.runs) == set(performance.RUNS)
    for page, text_of in performance.PAGES.items():
        text = page.read_text()
        assert performance.with_generated(text, text_of(results)) == text


def test_runs_are_of_this_version_on_one_machine(performance):
    runs = json.loads(performance.RESULTS.read_text())
    for name, run in runs.items():
        assert run["script"] == performance.RUNS[name].split()[0]
        assert run["versions"]["skinfo"] == skinfo.__version__
    assert len({run["machine"]["processor"] for run in runs.values()}) == 1


def stored(*tables):
    """Return results of one run with (title, header, rows)."""
    keys = "title", "header", "rows"
    return {"run": {"tables": [dict(zip(keys, table, strict=True)) for table in tables]}}


def test_cells_are_found_by_the_beginning_of_rows(performance):
    table = (
        "Fit: 100 rows",
        ["y", "method", "seconds"],
        [["a", "ours", 0.5], ["a", "other", 2.0]],
    )
    results = performance.Results(stored(table))
    cell = performance.Cell("run", "Fit", ("a", "other"))
    assert results[cell] == 2
    with pytest.raises(LookupError, match="in 2 rows"):
        results[cell._replace(row=("a",))]
    with pytest.raises(LookupError, match="0 tables of run begin with 'Transform'"):
        results[cell._replace(table="Transform")]
    assert results.first_and_next("run", "Fit", "seconds", min) == [0.5, 2]


@pytest.mark.parametrize(
    ("values", "text"), [([2.04], "2"), ([2.04, 13.6], "2 to 14"), ([132.7, 132.6], "133")]
)
def test_spans_have_two_digits(performance, values, text):
    assert performance._span(values) == text


def test_what_is_between_the_marks_is_replaced(performance):
    page = "before\n<!-- performance -->\n| old |\n<!-- end of performance -->\nafter\n"
    new = performance.with_generated(page, "\n| new |\n")
    assert new == page.replace("old", "new")
