"""Lines and branches of the kernels that a build with -Db_coverage=true ran.

    python tools/kernel_coverage.py BUILD_FOLDER [--missing]

gcov counts the lines of the C code that Cython wrote, whose comments say which line of the source
each comes from. What Cython adds is left out: wrappers, reference counts, and what is done where
an object can't be made, which no test can bring about. A line of the source ran if any part of it
did; a branch was taken if it was in any module that includes the file, and for any type.
"""

import argparse
import json
import re
import subprocess
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

KERNELS = Path(__file__).resolve().parents[1] / "skinfo" / "_kernels"

# A comment that quotes the source, and what ends the code of a line of the source.
QUOTED = re.compile(r'\s*/\* "skinfo/_kernels/([^"]+)":(\d+)$')
END_OF_SOURCE = re.compile(r"}|\s*/\*(--- Wrapped vars code| Python wrapper| function exit code)")

# Code that Cython adds to that of the source.
GENERATED = re.compile(
    r"\b(un)?likely\(|\bassert\(|__PYX_|__Pyx_|__pyx_L\d|\bPy[A-Z_]|_save\b|exc_type|for \(index="
)


class Place(NamedTuple):
    """A line of the source."""

    file: str
    line: int


def main():
    """Print shares of lines and branches by file, and what did not run if asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=Path)
    parser.add_argument("--missing", action="store_true", help="list what did not run")
    options = parser.parse_args()
    runs, branches = measure(options.build)
    print_shares(runs, branches)
    if options.missing:
        print_missing(runs, branches)


def measure(build):
    """Return counts of the places that ran, and of each side of their branches."""
    runs = defaultdict(int)
    branches = defaultdict(lambda: defaultdict(int))
    for notes in sorted(build.glob("skinfo/_kernels/**/*.gcno")):
        for counted in counted_files(notes, build):
            path = build / counted["file"]
            if path.suffix == ".c" and path.parent == build / "skinfo" / "_kernels":
                places = places_in_c(path)
            elif path.resolve().parent == KERNELS:
                places = places_in_header(path)
            else:
                continue
            add_counts(counted["lines"], places, runs, branches)
    return runs, branches


def counted_files(notes, build):
    """Return the report of gcov about the files of a module."""
    command = ["gcov", "--json-format", "--stdout", "--branch-probabilities", notes.resolve()]
    done = subprocess.run(command, cwd=build, check=True, capture_output=True, text=True)
    return [file for line in done.stdout.splitlines() for file in json.loads(line)["files"]]


def places_in_c(path):
    """Return the place of each line of C code that says what the source says."""
    places = {}
    place = None
    in_comment = False
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        quoted = QUOTED.match(line)
        if quoted:
            is_ours = (KERNELS / quoted[1]).exists()
            place = Place(quoted[1], int(quoted[2])) if is_ours else None
            in_comment = True
        elif in_comment:
            in_comment = not line.endswith("*/")
        elif END_OF_SOURCE.match(line):
            place = None
        elif place and not GENERATED.search(line):
            places[number] = place
    return places


def places_in_header(path):
    """Return the place of each line of a header of the kernels."""
    n_lines = len(path.read_text(encoding="utf-8").splitlines())
    return {number: Place(path.name, number) for number in range(1, n_lines + 1)}


def add_counts(lines, places, runs, branches):
    """Add what a module ran to the counts of all.

    The branches of a place are numbered within a function, so that those of a function that was
    compiled several times are the same ones.
    """
    n_before = defaultdict(int)
    for line in sorted(lines, key=lambda line: line["line_number"]):
        place = places.get(line["line_number"])
        if place is None:
            continue
        runs[place] += line["count"]
        for branch in line["branches"]:
            of_place = place, line.get("function_name")
            branches[place][n_before[of_place]] += branch["count"]
            n_before[of_place] += 1


def print_shares(runs, branches):
    """Print lines and branches of each file, and of all."""
    print(f"{'':24}{'lines':>8}{'ran':>8}{'branches':>10}{'taken':>8}")
    files = sorted({place.file for place in runs})
    for name, chosen in [(file, {file}) for file in files] + [("all", set(files))]:
        ran = [count > 0 for place, count in runs.items() if place.file in chosen]
        taken = [
            count > 0
            for place, counts in branches.items()
            if place.file in chosen
            for count in counts.values()
        ]
        print(f"{name:24}{len(ran):8}{share(ran):>8}{len(taken):10}{share(taken):>8}")


def share(flags):
    """Return the share of true ones as text, rounded down."""
    return f"{int(1000 * sum(flags) / len(flags)) / 10:.1f}%" if flags else "-"


def print_missing(runs, branches):
    """Print the lines that did not run, and those of which a branch was never taken."""
    for place in sorted(runs):
        counts = branches[place].values()
        if not runs[place]:
            what = "not run"
        elif not all(counts):
            what = "branches " + " ".join(str(count) for count in counts)
        else:
            continue
        source = (KERNELS / place.file).read_text(encoding="utf-8").splitlines()
        print(f"{place.file}:{place.line}: {what}: {source[place.line - 1].strip()}")


if __name__ == "__main__":
    main()
