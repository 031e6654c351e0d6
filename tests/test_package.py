"""The public surface: every name has one import path, a docstring and an example."""

import importlib
import inspect
import pkgutil
import subprocess
import sys

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
def test_all_is_sorted_and_true(package):
    module = importlib.import_module(package)
    assert module.__all__ == sorted(module.__all__)
    assert all(hasattr(module, name) for name in module.__all__)


def test_one_import_path_a_name():
    # The estimators at the top are the only names to be had twice.
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


def test_kernels_know_nothing_of_the_rest():
    code = (
        "import sys, pkgutil, importlib, skinfo._kernels as k\n"
        "before = {m for m in sys.modules if m.startswith('skinfo.')}\n"
        "for m in pkgutil.iter_modules(k.__path__):\n"
        "    source = importlib.util.find_spec('skinfo._kernels.' + m.name).loader.get_source("
        "'skinfo._kernels.' + m.name)\n"
        "    for line in source.splitlines():\n"
        "        if line.startswith(('import', 'from')) and 'skinfo' in line:\n"
        "            assert 'skinfo._kernels' in line, (m.name, line)\n"
        "        assert 'sklearn' not in line or not line.startswith(('import', 'from'))\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_importing_neither_compiles_nor_loads_matplotlib():
    code = (
        "import sys, skinfo\n"
        "assert 'matplotlib' not in sys.modules\n"
        "from skinfo._kernels import _partition, _candidates, _merging, _null\n"
        "for module in (_partition, _candidates, _merging, _null):\n"
        "    for name, value in vars(module).items():\n"
        "        assert not getattr(value, 'signatures', ()), name\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
