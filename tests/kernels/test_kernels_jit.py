"""Compilation: without a place for the cache, and with bounds checked."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import skinfo

# As in a container that runs under any user: nothing can be written, not even by root, whose
# right to do so all the same (1, CAP_DAC_OVERRIDE) is given up (24, PR_CAPBSET_DROP) for good.
READ_ONLY = """
import ctypes, os, sys
if os.geteuid() == 0 and ctypes.CDLL(None).prctl(24, 1, 0, 0, 0) != 0:
    sys.exit("cannot give up CAP_DAC_OVERRIDE")
os.execv(sys.executable, [sys.executable, "-c", sys.argv[1]])
"""
USE = """
import os, skinfo
from skinfo.measures import entropy
from skinfo._kernels._entropy import table_information
import numpy as np
folder = os.path.dirname(skinfo.__file__)
assert not any(os.access(p, os.W_OK) for p in (folder, folder + "/_kernels", os.environ["HOME"]))
assert abs(table_information(np.eye(2)) - np.log(2)) < 1e-15
print(skinfo.__file__)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="rights are given up by prctl")
def test_import_where_nothing_can_be_written(tmp_path):
    package = Path(skinfo.__file__).parent
    shutil.copytree(package, tmp_path / "skinfo", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "home").mkdir()
    places = [tmp_path, *(p for p in tmp_path.rglob("*") if p.is_dir())]
    for place in places:
        place.chmod(0o555)
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("NUMBA", "XDG"))}
    environment |= {"HOME": str(tmp_path / "home"), "PYTHONPATH": str(tmp_path)}
    environment |= {"PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(
            [sys.executable, "-c", READ_ONLY, USE],
            env=environment,
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        for place in places:
            place.chmod(0o755)
    if "cannot give up" in done.stderr:
        pytest.skip("root keeps the right to write anywhere here")
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == str(tmp_path / "skinfo" / "__init__.py")
