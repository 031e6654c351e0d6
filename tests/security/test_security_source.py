"""The source that is installed: what it imports and calls, and its regular expressions.

The files are those of the package that is tested, so of the wheel where that was installed. The
backend of the build and the benchmarks are in no wheel.
"""

import ast
import re
import re._constants as constants
import re._parser as parser
from pathlib import Path

import pytest

import skinfo

PACKAGE = Path(skinfo.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))
KERNELS = sorted(PACKAGE.rglob("*.pyx")) + sorted(PACKAGE.rglob("*.pxd"))

# Modules that run code or processes, open connections, or read objects from bytes.
MODULES = {
    *("asyncio", "cffi", "cloudpickle", "code", "codeop", "ctypes", "dill", "fsspec", "ftplib"),
    *("http", "httpx", "imp", "importlib", "marshal", "multiprocessing", "paramiko", "pickle"),
    *("pty", "requests", "runpy", "shelve", "shutil", "smtplib", "socket", "socketserver", "ssl"),
    *("subprocess", "telnetlib", "tempfile", "urllib", "webbrowser", "xml", "xmlrpc", "yaml"),
}

# Calls by the last part of their name, whatever they are attributes of.
CALLS = {
    *("eval", "exec", "__import__", "import_module", "breakpoint", "input", "execfile"),
    *("system", "popen", "fork", "forkpty", "startfile", "execv", "execve", "execvp", "spawnv"),
    *("posix_spawn", "Popen", "urlopen", "urlretrieve"),
    *("load", "loads", "read_pickle", "literal_eval", "memmap", "fromfile", "loadLibrary", "CDLL"),
    *(
        "query",
        "read_html",
        "read_sql",
        "mkstemp",
        "mktemp",
        "NamedTemporaryFile",
        "TemporaryFile",
    ),
}

# What there is, and why.
ALLOWED = {
    "__init__.py": {
        "importlib": "subpackages are imported when they are first asked for",
        "import_module": "names of our own subpackages, from a list",
    },
    "__main__.py": {"webbrowser": "the option --open of the command"},
    "_counts/_dask.py": {
        "pickle": "functions for workers of Dask, which are sent by pickle themselves",
        "cloudpickle": "functions for workers of Dask",
        "loads": "on a worker, the function that the client sent",
    },
    "_counts/_partitions.py": {
        "pickle": "parts of a table in a temporary file that this process wrote",
        "loads": "bytes of this process, in its own memory",
        "tempfile": "the file of these parts",
        "TemporaryFile": "a file without a name, of this user only",
        "memmap": "of that file",
    },
    "_counts/_spark.py": {
        "pickle": "results of executors of Spark, which are sent by pickle themselves",
        "loads": "results of our own tasks",
    },
    "_counts/_streams.py": {
        "importlib": "pyarrow, where it is needed",
        "import_module": "names of modules of pyarrow, from calls with literals",
    },
    "_kernels/__init__.py": {"importlib": "kernels for this processor, from a closed list"},
    "estimation/_knn_tree.py": {"query": "neighbours in a tree of SciPy"},
    "inspection/_report.py": {
        "tempfile": "the page that a browser is to show",
        "mkstemp": "of this user only",
        "webbrowser": "the method open of a report",
    },
    "inspection/_report_page.py": {"importlib": "files of the package: importlib.resources"},
    "onnx/_convert.py": {
        "importlib": "estimators by the name of their package",
        "import_module": "names of our own subpackages, from a list",
    },
    "utils/_doc_link.py": {"importlib": "entries of the metadata of the installed package"},
    "utils/_warnings.py": {"pickle": "the name of its file, which warnings pass over"},
}


def used_in(path):
    """Return the listed modules that a file imports, and the listed calls."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name.split(".")[0] for alias in node.names]
            yield from MODULES.intersection(names)
        elif isinstance(node, ast.ImportFrom):
            yield from MODULES.intersection([(node.module or "").split(".")[0]])
        elif isinstance(node, ast.Call):
            called = getattr(node.func, "id", getattr(node.func, "attr", ""))
            yield from CALLS.intersection([called])


def test_dangerous_modules_and_calls_are_those_listed():
    found = {path.relative_to(PACKAGE).as_posix(): set(used_in(path)) for path in FILES}
    assert {name: used for name, used in found.items() if used} == {
        name: set(reasons) for name, reasons in ALLOWED.items()
    }


def test_the_list_finds_what_it_is_for(tmp_path):
    path = tmp_path / "module.py"
    path.write_text(
        "import os, yaml\nfrom urllib.request import urlopen\n"
        "def f(x):\n    import subprocess\n    x.eval(os.system(eval('1')))\n"
    )
    assert set(used_in(path)) == {"eval", "subprocess", "system", "urllib", "yaml"}


def test_names_of_imported_modules_are_no_text_of_users():
    # The argument of each: a literal, or a variable that the list above explains.
    given = [
        ast.unparse(node.args[0])
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", getattr(node.func, "attr", "")) == "import_module"
    ]
    assert sorted(given) == [
        "'skinfo._kernels'",
        "f'skinfo.{_ESTIMATORS[name]}'",
        "f'skinfo.{name}'",
        "f'skinfo.{package}'",
        "name",
    ]


# Cython is no Python that `ast` reads.
IN_KERNELS = re.compile(
    r"\b(?:eval|exec|compile|system|popen|fopen|open|getenv|dlopen|socket|connect)\s*\(|"
    r"\bimport\s+(?:os|sys|subprocess|socket|ctypes|pickle|importlib)\b"
)


@pytest.mark.skipif(not KERNELS, reason="kernels were installed without their source")
def test_kernels_compute_only():
    found = {
        f"{path.name}:{i}"
        for path in KERNELS
        for i, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if IN_KERNELS.search(line.split("#")[0])
    }
    assert not found


REPEATS = {constants.MAX_REPEAT, constants.MIN_REPEAT}


def has_nested_repeats(parsed, inside=False):
    """Return whether a repetition has another one, by which time may grow exponentially."""
    for operation, argument in parsed:
        repeats = operation in REPEATS and argument[1] > 1
        if repeats and inside and argument[1] is constants.MAXREPEAT:
            return True
        for part in argument if isinstance(argument, tuple) else [argument]:
            branches = part if isinstance(part, list) else [part]
            for branch in branches:
                if isinstance(branch, parser.SubPattern) and has_nested_repeats(
                    branch, inside or (repeats and argument[1] is constants.MAXREPEAT)
                ):
                    return True
    return False


def patterns():
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in {
                *("compile", "match", "search", "fullmatch", "sub", "split", "findall", "finditer")
            }:
                of = getattr(node.func, "value", None)
                if isinstance(of, ast.Name) and of.id == "re":
                    yield path.name, node.args[0]


def test_regular_expressions_take_linear_time():
    found = list(patterns())
    assert found
    for name, pattern in found:
        assert isinstance(pattern, ast.Constant), f"{name}: {ast.unparse(pattern)}"
        assert not has_nested_repeats(parser.parse(pattern.value)), f"{name}: {pattern.value}"


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [(r"(a+)+b", True), (r"(?:x*y)*", True), (r"(a{1,8})+", False), (r"[\s_-]+", False)],
)
def test_nested_repeats_are_found(pattern, expected):
    assert has_nested_repeats(parser.parse(pattern)) == expected
