"""The benchmark that compares the seconds and memory of releases."""

import json

import pytest
from scripts import import_script

EARLIER = [["MutualInfoBinner", "10 x 2", 2.0, 8.0], ["mutual_info", "10 x 2", 0.5, 0.25]]


@pytest.fixture(scope="module")
def history():
    pytest.importorskip("resource", reason="of systems that report the memory of a process so")
    return import_script("benchmarks", "history")


def test_ratios_are_those_of_calls_on_the_same_data(history):
    rows = [
        ["MutualInfoBinner", "10 x 2", 3.0, 4.0],
        ["mutual_info", "20 x 2", 0.5, 0.25],
        ["new", "10 x 2", 1.0, 1.0],
    ]
    assert history.ratios(rows, EARLIER) == [["MutualInfoBinner", "10 x 2", 1.5, 0.5]]


def test_memory_below_one_mebibyte_is_the_same(history):
    rows = [["mutual_info", "10 x 2", 0.5, 0.75]]
    assert history.ratios(rows, EARLIER) == [["mutual_info", "10 x 2", 1.0, 1.0]]


@pytest.mark.parametrize(
    ("seconds", "memory", "this_machine", "status"),
    [(3.0, 12.0, True, 0), (3.1, 8.0, True, 1), (2.0, 12.1, True, 1), (3.1, 12.1, False, 0)],
)
def test_exit_status(history, tmp_path, capsys, seconds, memory, this_machine, status):
    machine = history.machine() if this_machine else {"processor": "another"}
    run = {"machine": machine, "date": "2026-11-27", "versions": {"skinfo": "0.1.0"}}
    file = tmp_path / "earlier.json"
    tables = [{"title": history.TITLE, "rows": EARLIER}, {"title": "Ratio", "rows": []}]
    file.write_text(json.dumps(run | {"tables": tables}))
    rows = [["MutualInfoBinner", "10 x 2", seconds, memory]]
    assert history.compare(rows, file) == status
    shown = capsys.readouterr().out
    assert "Ratio to skinfo 0.1.0" in shown
    assert str(machine) in shown


def test_a_call_is_measured(history, monkeypatch):
    monkeypatch.setitem(history.CASES, "small", (history.mutual_info, history.classes, (300, 2)))
    seconds, added = history.measured("small", 3)
    assert 0 < seconds < 60
    assert added >= 0
