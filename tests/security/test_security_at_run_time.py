"""What the package asks of the system while it works on hostile text."""

import json
import os
import stat
import subprocess
import sys
import webbrowser
from pathlib import Path

import numpy as np
import pytest

import skinfo
from skinfo import MutualInfoBinner
from skinfo._counts._partitions import KeptParts
from skinfo.inspection import information_report
from skinfo.utils._column_params import feature_index

WORKLOAD = Path(__file__).parent / "workload.py"
PACKAGE = Path(skinfo.__file__).parent


def test_nothing_is_evaluated_run_or_connected(tmp_path):
    pytest.importorskip("matplotlib")
    pytest.importorskip("pyarrow")
    table = tmp_path / "table.csv"
    table.write_text("a,label\n" + "".join(f"{i},{i % 2}\n" for i in range(60)))
    done = subprocess.run(
        [sys.executable, "-P", str(WORKLOAD), str(table)],
        cwd=tmp_path,
        env=os.environ | {"MPLBACKEND": "agg", "MPLCONFIGDIR": str(tmp_path / "matplotlib")},
        capture_output=True,
        text=True,
        check=True,
    )
    events = json.loads(done.stdout)
    # The style sheet and script of the report, and those of scikit-learn's HTML.
    assert {event for event, *_ in events} <= {"open"}, events
    for _, path, mode, _ in events:
        assert mode in ("r", "rb"), path
        assert Path(path).suffix in (".css", ".js")
        assert {"sklearn", "inspection"} & set(Path(path).parts)
    assert {path.name for path in tmp_path.iterdir()} <= {"table.csv", "matplotlib"}


@pytest.mark.skipif(os.name == "nt", reason="permissions of POSIX")
def test_temporary_files_are_private(tmp_path, monkeypatch):
    shown = []
    monkeypatch.setattr(webbrowser, "open", shown.append)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    kept = KeptParts()
    kept.append(np.arange(9.0))
    # It has no name that another process could open.
    assert not list(tmp_path.iterdir())
    assert stat.S_IMODE(os.fstat(kept._file.fileno()).st_mode) == 0o600
    X = np.arange(80.0).reshape(40, 2)
    path = information_report(X, np.arange(40) > 19).open()
    assert shown == [path.as_uri()]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "level", ["", "v9", "../../evil", "x86-64-v4\n", "__import__('os')", "%s{0}", "a" * 10_000]
)
def test_levels_of_processors_are_a_closed_list(level):
    done = subprocess.run(
        [sys.executable, "-P", "-c", "import skinfo"],
        env=os.environ | {"SKINFO_CPU": level},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "is not a level that this processor can run: unset it" in done.stderr


def test_addresses_are_no_files():
    pytest.importorskip("pyarrow")
    for address in ("http://127.0.0.1/a.csv", "s3://bucket/a.parquet", "file:///etc/passwd"):
        with pytest.raises(FileNotFoundError, match="there is no such file"):
            MutualInfoBinner().fit(address, "label")


def test_names_of_any_length_are_refused_at_once():
    # Names are compared to find the one that was meant, in time that grows with the square.
    alphabet = [chr(0x4E00 + i % 300) for i in range(200_000)]
    known, asked = "".join(alphabet), "".join(alphabet[::-1])
    with pytest.raises(ValueError, match="no column named"):
        feature_index(asked, [known])
    with pytest.raises(ValueError, match="did you mean 'balance'"):
        feature_index("balanse", [known, "balance"])
