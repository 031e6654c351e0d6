"""The command line: pages of files, and what a shell is told of mistakes."""

import io
import subprocess
import sys
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pandas as pd
import pytest

from skinfo.__main__ import main
from skinfo.inspection import information_report


@pytest.fixture
def loans(tmp_path):
    """A CSV file of a table with an identifier, and the table."""
    rng = np.random.default_rng(0)
    income = rng.normal(size=200).round(3)
    table = pd.DataFrame(
        {
            "id": np.arange(200),
            "income": income,
            "town": rng.choice(["Ulm", "Aix"], 200),
            "default": (income + rng.normal(size=200) < 0).astype(int),
        }
    )
    table.to_csv(tmp_path / "loans.csv", index=False)
    return table


@pytest.fixture(autouse=True)
def in_its_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_a_page_of_a_csv_file(loans, tmp_path):
    command = [sys.executable, "-P", "-m", "skinfo", "report", "loans.csv"]
    options = ["--target", "default", "-o", "page.html"]
    done = subprocess.run([*command, *options], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("loans.csv: default: 200 rows, 3 columns")
    assert done.stdout.endswith("Written: page.html\n")
    expected = information_report(loans, "default", title="loans.csv: default")
    assert (tmp_path / "page.html").read_text(encoding="utf-8") == expected.html()


def test_a_page_of_a_parquet_file(loans, tmp_path, capsys):
    pytest.importorskip("pyarrow")
    loans.to_parquet("loans.parquet")
    arguments = ["report", "loans.parquet", "-t", "default", "--drop", "id", "-q", "--title", "L"]
    assert main(arguments) == 0
    assert capsys.readouterr() == ("", "")
    page = (tmp_path / "information_report.html").read_text(encoding="utf-8")
    assert page == information_report(loans.drop(columns="id"), "default", title="L").html()


def test_a_page_of_files_in_parts(loans, capsysbinary):
    pytest.importorskip("pyarrow")
    loans[:90].to_parquet("a.parquet")
    loans[90:].to_parquet("b.parquet")
    arguments = ["report", "*.parquet", "-t", "default", "--drop", "id", "--stream", "-o", "-"]
    assert main([*arguments, "--title", "L"]) == 0
    out, err = capsysbinary.readouterr()
    X = loans.drop(columns="id")
    expected = information_report([X[:90], X[90:]], "default", title="L")
    assert (out.decode(), err) == (expected.html(), b"")


def test_drift_between_files(loans, capsys):
    # The new table has no target.
    new = loans.drop(columns="default").assign(income=loans["income"] + 3)
    new.to_csv("new.csv", index=False)
    assert main(["report", "loans.csv", "-t", "default", "--compare", "new.csv"]) == 0
    assert "\nDrift: income\n" in capsys.readouterr().out


def test_a_folder_and_weights(loans, capsys, tmp_path):
    (tmp_path / "folder").mkdir()
    loans[:90].to_csv("folder/a.csv", index=False)
    loans[90:].to_csv("folder/b.csv", index=False)
    assert main(["report", "folder", "-t", "default", "--weight", "id"]) == 0
    # Row 0 has weight zero.
    assert "folder: default: 199 rows, 2 columns" in capsys.readouterr().out


def test_the_page_is_shown(loans, monkeypatch, tmp_path):
    shown = []
    monkeypatch.setattr("webbrowser.open", shown.append)
    assert main(["report", "loans.csv", "-t", "default", "--open", "-q"]) == 0
    assert shown == [(tmp_path / "information_report.html").as_uri()]


MISTAKES = {
    "column": (["loans.csv", "-t", "defualt"], "Did you mean: 'default'?"),
    "dropped": (["loans.csv", "-t", "default", "--drop", "ID"], "--drop 'ID' is not a column"),
    "target dropped": (["loans.csv", "-t", "default", "--drop", "default"], "Leave it in"),
    "file": (["lones.csv", "-t", "default"], "there is no table at 'lones.csv'"),
    "folder": (["loans.csv", "-t", "default", "-o", "pages/a.html"], "there is no folder 'pages'"),
    "new table": (["loans.csv", "-t", "default", "--compare", "new.csv"], "no table at 'new.csv'"),
    "suffix": (["notes.txt", "-t", "default"], "Name files of one kind: .parquet"),
    "semicolons": (["semi.csv", "-t", "default"], "Write the file with commas between columns"),
    "encoding": (["latin.csv", "-t", "y"], "'latin.csv' is not UTF-8"),
    "empty": (["empty.csv", "-t", "y"], "'empty.csv' cannot be read. No columns"),
    "ragged": (["ragged.csv", "-t", "y"], "'ragged.csv' cannot be read"),
    "other columns": (["loans.csv", "-t", "default", "--compare", "same.csv"], "- x - y"),
    "constant": (["same.csv", "-t", "y"], "constant"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes_are_told_in_one_line(loans, mistake, tmp_path, capsys):
    (tmp_path / "notes.txt").write_text("x")
    (tmp_path / "same.csv").write_text("x,y\n1,1\n2,1\n")
    (tmp_path / "semi.csv").write_text("x;default\n1;1\n2;0\n")
    (tmp_path / "latin.csv").write_bytes("x,y\nZürich,1\n".encode("latin-1"))
    (tmp_path / "empty.csv").write_text("")
    (tmp_path / "ragged.csv").write_text("x,y\n1,1\n1,2,3,4\n")
    arguments, message = MISTAKES[mistake]
    assert main(["report", *arguments]) == 1
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert err.startswith("skinfo: error: ")
    assert message in err


@pytest.mark.parametrize("arguments", [[], ["report"], ["report", "a.csv"], ["raport"]])
def test_commands_that_are_not_understood(arguments, capsys):
    with pytest.raises(SystemExit, match="2"):
        main(arguments)
    assert "usage: python -m skinfo" in capsys.readouterr().err


def test_help_and_version(capsys):
    for arguments, word in ((["report", "--help"], "Exit status"), (["--version"], "skinfo ")):
        with pytest.raises(SystemExit, match="0"):
            main(arguments)
        assert word in capsys.readouterr().out


def test_warnings_are_told(loans, capsys):
    loans.assign(default=np.arange(200) % 50).to_csv("loans.csv", index=False)
    assert main(["report", "loans.csv", "-t", "default", "-q"]) == 0
    (warning,) = capsys.readouterr().err.splitlines()
    assert warning.startswith("skinfo: warning: ")


def test_without_pyarrow_the_package_is_named(loans, monkeypatch, capsys):
    Path("loans.parquet").write_bytes(b"PAR1")
    # As pandas fails where no engine is installed, in several lines.
    reader = Mock(
        side_effect=ImportError("Unable to find a usable engine;\ntried using: 'pyarrow'")
    )
    monkeypatch.setattr(pd, "read_parquet", reader)
    assert main(["report", "loans.parquet", "-t", "default"]) == 1
    assert capsys.readouterr().err == (
        "skinfo: error: 'loans.parquet' cannot be read without PyArrow. Install it: "
        "pip install pyarrow.\n"
    )


HOSTILE = "\x1b[2J\x07evil\r\n[bold]\x9b31m"


def test_a_terminal_takes_no_orders_from_names(tmp_path, capsys):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({HOSTILE: rng.choice(list("ab"), 60), "y": rng.integers(0, 2, 60)})
    path = tmp_path / "table.csv"
    frame.to_csv(path, index=False)
    output = str(tmp_path / "report.html")
    assert main(["report", str(path), "-t", "y", "-o", output, "--title", HOSTILE]) == 0
    assert main(["report", str(path), "-t", HOSTILE + "?", "-o", output]) == 1
    captured = capsys.readouterr()
    for text in (captured.out, captured.err):
        assert all(line.isprintable() for line in text.split("\n"))
    assert "[bold]" in captured.out
    assert captured.err.startswith("skinfo: error: ")


def test_a_terminal_without_the_characters_of_names(tmp_path, monkeypatch):
    path, output = tmp_path / "table.csv", str(tmp_path / "report.html")
    pd.DataFrame({"é🙂": range(60), "y": [0, 1] * 30}).to_csv(path, index=False)
    written = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr("sys.stdout", written)
    assert main(["report", str(path), "-t", "y", "-o", output]) == 0
    written.flush()
    assert b"??" in written.buffer.getvalue()
