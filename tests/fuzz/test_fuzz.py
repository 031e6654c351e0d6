"""A few cases of every target, and that the fuzzer finds faults that are there."""

import functools
import re
import warnings

import numpy as np
import pytest

from fuzz import functions, planted
from fuzz.__main__ import fuzz_targets, main, seed_of
from fuzz.cases import make_case, run_case, shrink
from fuzz.functions import PACKAGES, names_of_functions
from fuzz.targets import TARGETS
from fuzz.workers import Worker

N_CASES = 20
# The kinds of failure, and the names of planted targets.
KINDS = [
    *["unclear", "crash", "warning", "changed", "death", "hang", "invariant", "number", "fuzzer"],
]


@pytest.mark.parametrize("name", TARGETS)
def test_a_few_cases(name, monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "Agg")
    target = TARGETS[name]
    for index in range(max(1, round(N_CASES * target.share))):
        case = make_case(TARGETS, name, 0, index)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            log = run_case(target, case)
        assert not log.failures, f"python tests/fuzz --case {name}:{index}"


def test_every_public_function_is_called_by_a_target(monkeypatch):
    called = set()

    def recorded(function):
        @functools.wraps(function)
        def record(*arguments, **settings):
            called.add(function.__name__)
            return function(*arguments, **settings)

        return record

    for package in PACKAGES:
        for name in names_of_functions() & set(package.__all__):
            monkeypatch.setattr(package, name, recorded(getattr(package, name)))
    for name, target in functions.TARGETS.items():
        for index in range(200):
            case = make_case(functions.TARGETS, name, 0, index)
            if case.fixed["name"] not in called:
                run_case(target, case)
    assert called == names_of_functions()


@pytest.mark.parametrize("name", TARGETS)
def test_a_case_is_the_same_again(name):
    first, second = (make_case(TARGETS, name, 3, 5) for _ in range(2))
    assert repr(first) == repr(second)


@pytest.fixture(scope="module")
def found():
    """The lines about planted faults, by target."""
    lines = []
    names = [*KINDS, "sound", "clear"]
    options = {"module": "fuzz.planted", "out": lines.append, "hang": 1.0, "patience": 0.1}
    assert fuzz_targets(names, 50, seed=1, jobs=2, **options) == 1
    by_target = {name: [line for line in lines if f" in {name}:" in line] for name in names}
    return by_target | {"summary": lines}


@pytest.mark.parametrize("name", KINDS)
def test_a_planted_fault_is_found(found, name):
    first = found[name][0]
    assert first.startswith(f"{name} in {name}: ")
    assert f"python tests/fuzz --seed 1 --case {name}:" in first


def test_what_is_sound_or_refused_is_no_failure(found):
    assert found["sound"] == found["clear"] == []
    sound = next(line for line in found["summary"] if line.startswith("sound "))
    assert "50 with no refusal" in sound


def test_last_bits_are_told_apart(found):
    assert any(line.startswith("last bits in invariant: ") for line in found["invariant"])


def test_a_kind_of_failure_has_one_line_and_a_count(found):
    lines = [line for line in found["crash"] if line.startswith("crash in crash")]
    assert len(lines) == 1
    counted = [line for line in found["crash"] if " x crash in crash: " in line]
    assert int(counted[0].split(" x ")[0]) > 10


def test_a_case_that_waits_is_a_hang():
    report = Worker("fuzz.planted", seconds=0.1).run("wait", (1, 0))
    assert [failure.kind for failure in report.failures] == ["hang"]


def test_cases_are_shrunk():
    target = planted.TARGETS["crash"]
    cases = (make_case(planted.TARGETS, "crash", 1, index) for index in range(50))
    case = next(case for case in cases if case.n_rows > 10 and run_case(target, case).failures)
    failure = run_case(target, case).failures[0]
    small = shrink(case, failure, lambda smaller: run_case(target, smaller).failures, seconds=10)
    np.testing.assert_array_equal(small.rows["X"], [4.0])
    assert small.params == {}


def test_no_failure_is_exit_status_0():
    lines = []
    assert fuzz_targets(["sound"], 5, 0, module="fuzz.planted", out=lines.append) == 0
    assert lines[-1] == "seed 0: 5 cases, 0 kinds of failure"


def test_command(capsys):
    assert main(["--case", "bottleneck:3", "--seed", "5"]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert shown[0].startswith("n_clusters=")
    assert shown[-1] == "seed 5: 1 cases, 0 kinds of failure"


def test_a_seed_is_a_number_or_the_day():
    assert seed_of("7") == 7
    assert re.fullmatch(r"20\d{6}", str(seed_of("today")))
