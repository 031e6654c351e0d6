"""Compiled kernels: clean arrays in, arrays or floats out.

Nothing here validates or knows scikit-learn; information is in nats, and every kernel releases
the GIL.

Kernels are compiled for several levels of processors; the best that the processor can run is
loaded. The environment variable SKINFO_CPU asks for a lower one. All give the same results.
"""

import os
import sys
from importlib.abc import MetaPathFinder
from importlib.util import find_spec, spec_from_file_location

try:
    from skinfo._kernels._cpu import x86_level
except ModuleNotFoundError as error:
    raise ImportError(
        f"the compiled kernels of skinfo are not in {os.path.dirname(__file__)!r}. If that is a "
        "folder of sources, install it (pip install .) and import skinfo from another folder, or "
        "install it in place (pip install --no-build-isolation --editable .)."
    ) from error

# The name of each level, the level of x86-64 it needs, and how its modules' names end.
LEVELS = {"x86-64-v4": (4, "_v4"), "x86-64-v3": (3, "_v3"), "baseline": (0, "")}


def choose_level():
    """Return the level asked for by SKINFO_CPU, or the best that the processor can run."""
    possible = [name for name, (needs, _) in LEVELS.items() if x86_level() >= needs]
    level = os.environ.get("SKINFO_CPU", possible[0])
    if level not in possible:
        raise ImportError(
            f"SKINFO_CPU={level!r} is not a level that this processor can run: unset it, or set "
            f"it to one of {', '.join(possible)}."
        )
    return level


class LevelFinder(MetaPathFinder):
    """Finder of the modules that were compiled for a level, under their names without it."""

    def __init__(self, suffix):
        self.suffix = suffix

    def find_spec(self, name, path=None, target=None):
        """Return the spec of a kernel of this level, None for any other module."""
        if not name.startswith(f"{__name__}._") or name.endswith(self.suffix):
            return None
        compiled = find_spec(name + self.suffix)
        return compiled and spec_from_file_location(name, compiled.origin)


LEVEL = choose_level()
if LEVEL != "baseline":
    sys.meta_path.insert(0, LevelFinder(LEVELS[LEVEL][1]))
