"""Scripts of folders beside the package, as modules."""

import importlib
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def import_script(folder, name):
    """Return a script of a folder of the project as a module; it may import others of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "path", [str(ROOT / folder), *sys.path])
        return importlib.import_module(name)
