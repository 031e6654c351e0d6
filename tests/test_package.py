"""The public surface: every name has one import path, a docstring and an example."""

import ast
import importlib
import inspect
import operator
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest
from numpydoc.validate import validate

import skinfo

PUBLIC_PACKAGES = [
    "skinfo",
    *sorted(
        f"skinfo.{module.name}"
        for module in pkgutil.iter_modules(skinfo.__path__)
        if module.ispkg and not module.name.startswith("_") and module.name != "utils"
    ),
]

NAMES = [
    (package, name)
    for package in PUBLIC_PACKAGES
    for name in importlib.import_module(package).__all__
]

# numpydoc errors that go against scikit-learn's own style: text on the first line of a class
# docstring, a named or typed return, an extended summary, a See Also in each.
IGNORED = {"GL01", "ES01", "SA01", "RT02", "RT05", "PR06", "PR08", "PR09", "EX01", "YD01"}


@pytest.mark.parametrize("package", PUBLIC_PACKAGES)
def test_all_is_sorted_and_complete(package):
    module = importlib.import_module(package)
    assert module.__all__ == sorted(module.__all__)
    assert all(hasattr(module, name) for name in module.__all__)


def test_one_import_path_a_name():
    # Only the top-level estimators have two import paths.
    below = [name for package, name in NAMES if package != "skinfo"]
    assert len(below) == len(set(below))
    assert set(skinfo.__all__) <= set(below)


@pytest.mark.parametrize(("package", "name"), NAMES)
def test_docstrings_are_numpydoc(package, name):
    thing = getattr(importlib.import_module(package), name)
    path = f"{package}.{name}"
    assert ">>>" in inspect.getdoc(thing), f"{path} has no example"
    paths = [path]
    if inspect.isclass(thing):
        paths += [
            f"{path}.{method}"
            for method, value in vars(thing).items()
            if not method.startswith("_") and inspect.isfunction(value)
        ]
    for path in paths:
        errors = [(code, text) for code, text in validate(path)["errors"] if code not in IGNORED]
        assert not errors, f"{path}: {errors}"


def test_modules_are_private():
    for module in pkgutil.walk_packages(skinfo.__path__, "skinfo."):
        assert module.ispkg or module.name.rsplit(".", 1)[1].startswith("_")


def imported_by(path):
    """Return the modules that a file imports."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module


@pytest.mark.parametrize(
    ("room", "allowed"),
    [
        ("_kernels", {"_kernels"}),
        ("utils", {"utils"}),
        ("_counts", {"_counts", "_kernels", "utils"}),
        ("measures", {"measures", "_kernels", "utils"}),
        ("estimation", {"estimation", "_counts", "_kernels", "utils"}),
        ("preprocessing", {"preprocessing", "_counts", "_kernels", "utils"}),
        (
            "feature_selection",
            {"feature_selection", "preprocessing", "_counts", "_kernels", "utils"},
        ),
        ("cluster", {"cluster", "measures", "_counts", "_kernels", "utils"}),
        ("metrics", {"metrics", "_counts", "_kernels", "utils"}),
        (
            "inspection",
            {
                "inspection",
                "cluster",
                "estimation",
                "feature_selection",
                "measures",
                "metrics",
                "_counts",
                "utils",
            },
        ),
    ],
)
def test_direction_of_the_imports(room, allowed):
    for path in (Path(skinfo.__path__[0]) / room).glob("*.py"):
        for module in imported_by(path):
            if module.startswith("skinfo."):
                assert module.split(".")[1] in allowed, f"{path.name} imports {module}"
            assert room != "_kernels" or not module.startswith("sklearn"), path.name


def test_importing_loads_neither_a_compiler_nor_matplotlib():
    code = "import sys, skinfo; assert not {'matplotlib', 'numba', 'Cython'} & set(sys.modules)"
    subprocess.run([sys.executable, "-P", "-c", code], check=True)


def test_subpackages_are_attributes_without_an_import_of_their_own():
    names = sorted(name.split(".")[1] for name in PUBLIC_PACKAGES if "." in name)
    code = (
        "import sys, skinfo\n"
        "assert 'skinfo.inspection' not in sys.modules\n"
        f"for name in {names}:\n"
        "    assert name in dir(skinfo)\n"
        "    assert getattr(skinfo, name).__name__ == f'skinfo.{name}'\n"
    )
    subprocess.run([sys.executable, "-P", "-c", code], check=True)


def test_an_unknown_attribute_is_refused():
    with pytest.raises(AttributeError, match="module 'skinfo' has no attribute 'inspektion'"):
        operator.attrgetter("inspektion")(skinfo)
