"""Write the C code of the kernels, all in one process: Cython starts longer than it translates.

    python tools/cythonize.py OUTPUT_FOLDER DEPFILE CHECK SOURCE...

DEPFILE tells ninja what the code also depends on. CHECK is "true" for code that checks every
index, and that tells the compiler of lines of the source. What has not changed is not written
again.
"""

import os
import sys
from pathlib import Path

from Cython.Build import cythonize

DIRECTIVES = {
    "wraparound": False,
    "cdivision": True,
    "initializedcheck": False,
    "freethreading_compatible": True,
}


def main(folder, depfile, check, *sources):
    sources = [Path(source).resolve() for source in sources]
    root = sources[0].parents[2]
    declarations = [str(path) for path in sorted(sources[0].parent.glob("*.pxd"))]
    targets = " ".join(f"{folder}/{source.stem}.c" for source in sources)
    Path(depfile).write_text(f"{targets}: {' '.join(declarations)}\n", encoding="utf-8")
    folder = Path(folder).resolve()
    os.chdir(root)  # names of modules, and of what they import, are seen from here
    cythonize(
        [str(source.relative_to(root)) for source in sources],
        build_dir=str(folder / "cython"),
        include_path=[str(root)],
        compiler_directives=DIRECTIVES | {"boundscheck": check == "true"},
        emit_linenums=check == "true",
        language_level=3,
        shared_utility_qualified_name="skinfo._kernels._memoryview",
        nthreads=os.cpu_count(),
        quiet=True,
    )
    for source in sources:
        code = (folder / "cython" / source.relative_to(root)).with_suffix(".c").read_bytes()
        target = folder / f"{source.stem}.c"
        if not target.exists() or target.read_bytes() != code:
            target.write_bytes(code)


if __name__ == "__main__":
    main(*sys.argv[1:])
