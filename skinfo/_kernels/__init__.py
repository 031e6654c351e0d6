"""Compiled kernels: functions from validated arrays to arrays or numbers.

Kernels do not validate their input and are independent of scikit-learn; information is in nats.
Their loops release the GIL. Integer counts are int32 or int64, weighted counts float64. Random
numbers come from a `numpy.random.Generator` of the caller (`_label_bootstrap`), or from a fixed
seed (`_random_tables`).

Kernels that benefit from wide registers are compiled for several instruction set levels; the
highest that the processor supports is loaded, and the environment variable SKINFO_CPU selects a
lower one. Results are identical to the last bit at all levels.
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

# Name of each level, the level of x86-64 that it requires, and the suffix of its modules.
LEVELS = {"x86-64-v4": (4, "_v4"), "x86-64-v3": (3, "_v3"), "baseline": (0, "")}


def choose_level():
    """Return the level selected by SKINFO_CPU, or the highest that the processor supports."""
    possible = [name for name, (needs, _) in LEVELS.items() if x86_level() >= needs]
    level = os.environ.get("SKINFO_CPU", possible[0])
    if level not in possible:
        raise ImportError(
            f"SKINFO_CPU={level!r} is not a level that this processor can run: unset it, or set "
            f"it to one of {', '.join(possible)}."
        )
    return level


class LevelFinder(MetaPathFinder):
    """Import finder of kernels compiled for a level, or the next lower one, under plain names.

    meson.build lists the levels that each kernel is compiled for, at which it is faster.
    """

    def __init__(self, level):
        needs = LEVELS[level][0]
        self.suffixes = [suffix for least, suffix in LEVELS.values() if 0 < least <= needs]

    def find_spec(self, name, path=None, target=None):
        """Return the spec of a kernel; None for other modules, and for the baseline."""
        if not name.startswith(f"{__name__}._") or name.endswith(("_v3", "_v4")):
            return None
        for suffix in self.suffixes:
            compiled = find_spec(name + suffix)
            if compiled is not None:
                return spec_from_file_location(name, compiled.origin)
        return None


LEVEL = choose_level()
sys.meta_path.insert(0, LevelFinder(LEVEL))
