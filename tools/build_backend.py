"""Build backend: meson-python, which is handed a C compiler where the machine has none.

The compiler is that of Zig, which PyPI has as a wheel (`ziglang`). It is asked for only where it
is needed, and only on Linux: elsewhere a compiler comes with the developers' tools of the system.
"""

import os
import shutil
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

import mesonpy
from mesonpy import build_sdist, get_requires_for_build_sdist

__all__ = [
    "build_editable",
    "build_sdist",
    "build_wheel",
    "get_requires_for_build_editable",
    "get_requires_for_build_sdist",
    "get_requires_for_build_wheel",
]

# As Meson looks for them.
COMPILERS = ("cc", "gcc", "clang", "icx")

NATIVE_FILE = """\
[binaries]
c = [{python!r}, '-m', 'ziglang', 'cc']
ar = [{python!r}, '-m', 'ziglang', 'ar']
"""


def needs_compiler():
    """Return whether this is Linux without a C compiler."""
    if not sys.platform.startswith("linux") or "CC" in os.environ:
        return False
    return not any(map(shutil.which, COMPILERS))


def get_requires_for_build_wheel(config_settings=None):
    """Return the requirements for a wheel in addition to those of pyproject.toml."""
    return mesonpy.get_requires_for_build_wheel(config_settings) + compiler()


def get_requires_for_build_editable(config_settings=None):
    """Return the requirements for an editable install in addition to those of pyproject.toml."""
    return mesonpy.get_requires_for_build_editable(config_settings) + compiler()


def compiler():
    """Return the requirement that holds a compiler, if one is needed."""
    return ["ziglang>=0.13"] if needs_compiler() else []


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    """Build a wheel."""
    with settings_with_compiler(config_settings) as settings:
        return mesonpy.build_wheel(wheel_directory, settings, metadata_directory)


def build_editable(wheel_directory, config_settings=None, metadata_directory=None):
    """Build an editable wheel, whose kernels are built again when they are imported."""
    with settings_with_compiler(config_settings) as settings:
        return mesonpy.build_editable(wheel_directory, settings, metadata_directory)


@contextmanager
def settings_with_compiler(config_settings):
    """Give settings of meson-python that name Zig's compiler, where one is needed."""
    settings = dict(config_settings or {})
    if not needs_compiler():
        yield settings
        return
    given = settings.get("setup-args", [])
    with tempfile.TemporaryDirectory() as folder:
        native_file = Path(folder) / "zig.ini"
        native_file.write_text(NATIVE_FILE.format(python=sys.executable), encoding="utf-8")
        settings["setup-args"] = [
            *([given] if isinstance(given, str) else given),
            f"--native-file={native_file}",
        ]
        yield settings
