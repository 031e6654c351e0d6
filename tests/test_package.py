"""The public surface: every name has one import path, a docstring and an example."""

import ast
import importlib
import inspect
import operator
import pkgutil
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import get_type_hints

import pytest
from numpydoc.docscrape import get_doc_object
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


def returned_by(function):
    """Return the class of skinfo that a function returns, or None."""
    returned = get_type_hints(function).get("return")
    return returned if getattr(returned, "__module__", "").startswith("skinfo.") else None


# Each result: the package and the name of the function that returns it.
RESULTS = {
    result: (package, name)
    for package, name in NAMES
    if inspect.isfunction(function := getattr(importlib.import_module(package), name))
    and (result := returned_by(function)) is not None
}


def signatures():
    """Yield the name and the signature, as help shows it, of public functions and methods."""
    for package, name in NAMES:
        public = getattr(importlib.import_module(package), name)
        if inspect.isclass(public):
            methods = inspect.getmembers(public, inspect.isroutine)
            called = {f"{name}.{m}": method for m, method in methods if not m.startswith("_")}
        else:
            called = {name: public}
        for each, function in called.items():
            if inspect.isfunction(function) or inspect.ismethod(function):
                yield f"{package}.{each}", str(inspect.signature(function))


def test_signatures_are_legible():
    # An evaluated ArrayLike is a union of ten types.
    found = dict(signatures())
    assert "y: 'ArrayLike | str | None'" in found["skinfo.estimation.mutual_info"]
    assert [name for name, text in found.items() if "numpy._typing" in text] == []


def test_a_result_is_imported_from_where_its_function_is():
    assert len(RESULTS) == 13
    for result, (package, _) in RESULTS.items():
        assert (package, result.__name__) in NAMES


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


def assert_numpydoc(path, thing, ignored):
    """Raise unless the docstrings of a function, or of a class and its methods, are numpydoc."""
    paths = [path]
    if inspect.isclass(thing):
        paths += [
            f"{path}.{method}"
            for method, value in vars(thing).items()
            if not method.startswith("_") and inspect.isfunction(value)
        ]
    for path in paths:
        errors = [(code, text) for code, text in validate(path)["errors"] if code not in ignored]
        assert not errors, f"{path}: {errors}"


@pytest.mark.parametrize(
    ("package", "name"),
    [(p, n) for p, n in NAMES if getattr(importlib.import_module(p), n) not in RESULTS],
)
def test_docstrings_are_numpydoc(package, name):
    thing = getattr(importlib.import_module(package), name)
    assert ">>>" in inspect.getdoc(thing), f"{package}.{name} has no example"
    assert_numpydoc(f"{package}.{name}", thing, IGNORED)


@pytest.mark.parametrize("result", RESULTS, ids=lambda result: result.__name__)
def test_docstrings_of_results_are_numpydoc(result):
    # Made by functions, whose examples show them: documented are attributes, not parameters.
    package, _ = RESULTS[result]
    assert_numpydoc(f"{package}.{result.__name__}", result, {*IGNORED, "PR01"})
    entries = get_doc_object(result)["Attributes"]
    documented = {name for entry in entries for name in entry.name.split(", ")}
    of_dataclass = getattr(result, "__dataclass_fields__", {})
    assert {name for name in of_dataclass if not name.startswith("_")} <= documented


def test_version_is_that_of_the_distribution():
    # It stands in pyproject.toml, and in the package, which need not be installed to be imported.
    assert version("skinfo") == skinfo.__version__


def test_modules_are_private():
    for module in pkgutil.walk_packages(skinfo.__path__, "skinfo."):
        assert module.ispkg or module.name.rsplit(".", 1)[1].startswith("_")


FILES = sorted(Path(skinfo.__file__).parent.rglob("*.py"))

# The rooms that each room may import besides itself.
IMPORTS = {
    "_kernels": set(),
    "utils": set(),
    "_counts": {"_kernels", "utils"},
    "measures": {"utils"},
    "estimation": {"_counts", "_kernels", "utils"},
    "preprocessing": {"_counts", "_kernels", "utils"},
    "metrics": {"_counts", "_kernels", "utils"},
    "feature_selection": {"_counts", "_kernels", "preprocessing", "utils"},
    "cluster": {"_counts", "_kernels", "measures", "utils"},
    "datasets": {"measures", "utils"},
    "onnx": {"_counts", "utils"},
    "scorecard": {"_counts", "preprocessing", "utils"},
    "inspection": {
        "_counts",
        "cluster",
        "estimation",
        "feature_selection",
        "measures",
        "metrics",
        "preprocessing",
        "utils",
    },
}

# Rooms without public names: other rooms import their modules.
SHARED_ROOMS = {"_kernels", "_counts", "utils"}

# Private modules of other rooms that may be imported: a target of numbers is discretised by the
# binner's search before a selection; a scorecard has the bins of a binner, and its SQL.
PRIVATE_IMPORTS = {
    "skinfo.preprocessing._encoders",
    "skinfo.preprocessing._groups",
    "skinfo.preprocessing._partition",
    "skinfo.preprocessing._penalties",
    "skinfo.preprocessing._sql",
    "skinfo.preprocessing._target_statistics",
}


def imported_by(path):
    """Return the modules that a file imports."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module


def test_every_room_has_its_imports_listed():
    rooms = {path.parent.name for path in FILES} - {"skinfo"}
    assert rooms == set(IMPORTS)


@pytest.mark.parametrize("room", IMPORTS)
def test_direction_of_the_imports(room):
    for path in FILES:
        if path.parent.name != room:
            continue
        for module in imported_by(path):
            if module.startswith("skinfo."):
                other = module.split(".")[1]
                assert other in IMPORTS[room] | {room}, f"{path.name} imports {module}"
                is_private = other not in SHARED_ROOMS | {room} and module.count(".") > 1
                assert not is_private or module in PRIVATE_IMPORTS, f"{path.name} imports {module}"
            assert room != "_kernels" or not module.startswith("sklearn"), path.name


def test_listed_private_imports_are_used():
    used = {module for path in FILES for module in imported_by(path)}
    assert used >= PRIVATE_IMPORTS


TYPE_VARIABLE = re.compile(r"(TypeVar|ParamSpec)\(")


def defined_in(path):
    """Return the names of classes, functions and constants at the top of a file.

    Type variables are left out: each module has its own.
    """
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Assign) and not TYPE_VARIABLE.match(ast.unparse(node.value)):
            yield from (name.id for name in node.targets if isinstance(name, ast.Name))
        elif isinstance(node, ast.AnnAssign):
            yield node.target.id


def test_no_name_is_defined_in_two_modules():
    modules = {}
    for path in FILES:
        for name in set(defined_in(path)):
            if not name.startswith("__"):
                modules.setdefault(name, []).append(f"{path.parent.name}/{path.name}")
    assert not {name: found for name, found in modules.items() if len(found) > 1}


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_module_docstrings_name_their_subject(path):
    docstring = ast.get_docstring(ast.parse(path.read_text()))
    assert docstring
    first_line = docstring.split("\n")[0]
    assert not first_line.endswith("?")
    assert first_line.split()[0] not in {"What", "How", "Which", "Whether", "Where", "When", "Why"}


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
