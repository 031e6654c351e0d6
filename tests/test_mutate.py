"""The tool that changes modules for mutation testing."""

from types import SimpleNamespace

import pytest
from scripts import import_script


@pytest.fixture(scope="module")
def mutate():
    pytest.importorskip("resource", reason="of systems that fork")
    return import_script("tools", "mutate")


def changes(mutate, source):
    return [(m.line, m.before, m.after) for m in mutate.mutants("_kernels/_a.pyx", source)]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x = a + b\n", [(1, "x = a + b", "pass"), (1, "+", "-")]),
        ("x += -a\n", [(1, "x += -a", "pass"), (1, "+=", "-=")]),
        ("if a < 0:\n", [(1, "a < 0", "not (a < 0)"), (1, "<", "<="), (1, "0", "1")]),
        ("while not a and b:\n", [(1, "not ", ""), (1, "and", "or")]),
        ("x = a is not b\n", [(1, "x = a is not b", "pass"), (1, "is not", "is")]),
        ("for i in range(n):\n    continue\n", [(2, "continue", "pass")]),
        ("f(\n  3,  # 4\n)\n", [(1, "f(\n  3,  # 4\n)", "pass"), (2, "3", "4"), (2, "3", "2")]),
        ("return max(a)\n", [(1, "return max(a)", "pass"), (1, "max", "min")]),
        ("y = max\n", [(1, "y = max", "pass")]),
        ("x *= .5\n", [(1, "x *= .5", "pass"), (1, "*=", "+="), (1, ".5", "(2 * .5)")]),
        # In Cython: neither types, casts, pointers nor addresses.
        ("cdef const double* x = &a[i], *y = <double*> b\n", []),
        ("cdef double[:, ::1] x = a * b\n", [(1, "*", "+")]),
        ("cdef int64_t i, j\n", []),
        ("cdef inline double f(double* x, int n=3) noexcept nogil:\n", []),
        ("a = <int64_t> b - c\n", [(1, "a = <int64_t> b - c", "pass"), (1, "-", "+")]),
        # Text for people.
        ('"""Return a + b."""\n', []),
        ("# x = 1\n", []),
        ('raise ValueError(f"{a + 1}" + b)\n', [(1, 'raise ValueError(f"{a + 1}" + b)', "pass")]),
        # Declarations of Python.
        ("def f(x, *, n=3, **kwargs) -> int | None:\n", []),
        ("width: int | None = 8\n", [(1, "8", "9"), (1, "8", "7")]),
        ("from a import b\n", []),
        ("@cache\n", []),
    ],
)  # fmt: skip
def test_changes_of_a_statement(mutate, source, expected):
    assert changes(mutate, source) == expected


def test_a_change_is_made_at_its_place(mutate):
    source = "x = 1\ny = a - b\n"
    applied = [m.apply(source) for m in mutate.mutants("measures/_a.py", source)]
    assert applied == [
        "pass\ny = a - b\n", "x = 2\ny = a - b\n", "x = 0\ny = a - b\n", "x = 1\npass\n",
        "x = 1\ny = a + b\n",
    ]  # fmt: skip


def test_modules_have_tests_and_changes(mutate):
    known = list(mutate.TESTS)
    for module in [*known, *mutate.modules_of(["_kernels/_partition.pyx", "measures"])]:
        assert all(path.exists() for path in mutate.tests_of(module)), module
        source = (mutate.ROOT / "skinfo" / module).read_text(encoding="utf-8")
        assert mutate.mutants(module, source), module


def test_an_editable_install_is_refused(mutate, monkeypatch, tmp_path):
    # Every change would survive, since the tests would import the sources.
    (tmp_path / "_kernels").mkdir()
    sources = SimpleNamespace(origin=str(tmp_path / "__init__.py"))
    monkeypatch.setattr(mutate, "find_spec", lambda name: sources)
    with pytest.raises(SystemExit, match=r"no compiled kernels in .*: install skinfo with pip"):
        mutate.Workplace(tmp_path / "changed")


def test_outcomes_are_counted_by_module(mutate):
    mutants = mutate.mutants("measures/_a.py", "x = a + b\n")
    text = mutate.table(
        zip(mutants * 2, ["killed", "survived", "timeout", "invalid"], strict=True)
    )
    assert text.splitlines()[1].split() == ["measures/_a.py", "1", "1", "1", "1", "67%"]
