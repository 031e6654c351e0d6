"""Builds of the kernels: one for each level of processors, with the same results."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from skinfo import _kernels
from skinfo._kernels import _cpu
from skinfo.estimation import mutual_info, pairwise_mutual_info

POSSIBLE = [name for name, (needs, _) in _kernels.LEVELS.items() if _cpu.x86_level() >= needs]


def run(*arguments, level=None, **options):
    environment = {k: v for k, v in os.environ.items() if k != "SKINFO_CPU"}
    if level is not None:
        environment["SKINFO_CPU"] = level
    return subprocess.run(
        [sys.executable, "-P", "-W", "ignore", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        **options,
    )


@pytest.fixture(scope="module")
def results():
    """What every level of this processor computes, as lines of names and digests."""
    script = str(Path(__file__).with_name("results.py"))
    done = {level: run(script, level=level) for level in POSSIBLE}
    for level, process in done.items():
        assert process.returncode == 0, f"{level}: {process.stderr}"
    return {level: process.stdout.splitlines() for level, process in done.items()}


def test_all_levels_give_the_same_results_to_the_last_bit(results):
    lines = results["baseline"]
    names = [line.rpartition(" ")[0] for line in lines]
    assert len(set(names)) == len(names) > 20
    for level in POSSIBLE:
        assert results[level] == lines, level


def test_the_best_level_is_taken_unless_another_is_asked_for():
    code = "import skinfo; print(skinfo._kernels.LEVEL)"
    assert run("-c", code).stdout.strip() == POSSIBLE[0]
    for level in POSSIBLE:
        assert run("-c", code, level=level).stdout.strip() == level


def test_a_level_that_there_is_not_is_refused():
    done = run("-c", "import skinfo", level="x86-64-v9")
    assert done.returncode == 1
    assert "SKINFO_CPU='x86-64-v9' is not a level that this processor can run" in done.stderr
    assert "baseline" in done.stderr


def test_a_folder_of_sources_is_no_package(tmp_path):
    # As where Python is started beside the sources: the message tells what to do. Without `site`,
    # since the finder of an editable install would come before the folder.
    source = Path(_kernels.__file__)
    (tmp_path / "skinfo" / "_kernels").mkdir(parents=True)
    (tmp_path / "skinfo" / "__init__.py").write_text("import skinfo._kernels\n")
    (tmp_path / "skinfo" / "_kernels" / "__init__.py").write_text(source.read_text())
    done = run("-S", "-c", f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import skinfo")
    assert done.returncode == 1
    assert "the compiled kernels of skinfo are not in" in done.stderr
    assert "pip install" in done.stderr


def test_threads_share_the_kernels(rng):
    X = rng.integers(0, 5, size=(2000, 6))
    y = rng.integers(0, 3, size=2000)
    number = rng.normal(size=(2000, 2))

    def compute():
        return (
            pairwise_mutual_info(X).tobytes(),
            mutual_info(X, y, discrete_features=True).tobytes(),
            mutual_info(number, y).tobytes(),
        )

    expected, found = compute(), []
    threads = [threading.Thread(target=lambda: found.append(compute())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 8


@pytest.mark.skipif(
    not hasattr(sys, "_is_gil_enabled"), reason="this Python has no build without the GIL"
)
def test_import_does_not_turn_the_gil_on():
    assert (
        run(
            "-c",
            "import sys, numpy, scipy, pandas; a = sys._is_gil_enabled(); import skinfo; "
            "sys.exit(a != sys._is_gil_enabled())",
        ).returncode
        == 0
    )
