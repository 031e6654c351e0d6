"""Command line: ``python -m skinfo report TABLE --target COLUMN`` writes a page."""

import argparse
import difflib
import os
import re
import sys
import warnings
import webbrowser
from collections.abc import Callable, Sequence
from glob import glob
from pathlib import Path
from typing import Any, NamedTuple

from skinfo import __version__
from skinfo.utils._text import one_line, short_repr

DESCRIPTION = """\
Report what each column of a table is informative about: bits about the target with intervals and
bins, redundant columns, what a selection keeps and why, and warnings of leaks, identifiers, copies
and informative missing values. The page is one HTML file that needs no network.
"""

EXAMPLES = """\
examples:
  python -m skinfo report loans.parquet --target default -o report.html
  python -m skinfo report loans.csv --target default --drop id --drop name --open
  python -m skinfo report 2024.parquet --target default --compare 2025.parquet
  python -m skinfo report "loans/*.parquet" --target default --stream

A table of more than 512 MiB in files is read in parts, several times; --stream does so with any.
Exit status: 0 if the page was written, 1 if the table could not be read or has no such column or
target, 2 if the command was not understood.
"""

# Maximum size in bytes of the files of a table that is read into memory.
LARGEST_IN_MEMORY = 512 * 2**20

# Suffixes of files, and the function of pandas that reads them.
PANDAS_READERS = {
    ".parquet": "read_parquet",
    ".pq": "read_parquet",
    ".csv": "read_csv",
    ".feather": "read_feather",
    ".arrow": "read_feather",
}

# Maximum length of an error message, part of which may come from the table.
LONGEST_MESSAGE = 2000

DEFAULT_OUTPUT = "information_report.html"


class CommandError(Exception):
    """Error of the command, with a message that says what to do."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command, and return its exit status."""
    options = command_line().parse_args(arguments)
    try:
        return options.run(options)
    except (CommandError, ValueError, TypeError, OSError, ImportError) as error:
        # One line, also for messages of other libraries.
        print(f"skinfo: error: {one_line(error, LONGEST_MESSAGE)}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("skinfo: interrupted", file=sys.stderr)
        return 130


def command_line() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m skinfo", description="Information theory for tables."
    )
    parser.add_argument("--version", action="version", version=f"skinfo {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    report = commands.add_parser(
        "report",
        help="write a page about a table and its target",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    report.set_defaults(run=write_report)
    report.add_argument(
        "table", help="Parquet, CSV or Arrow file, a folder, or a pattern in quotes"
    )
    report.add_argument("-t", "--target", required=True, help="the target column")
    report.add_argument(
        "-o",
        "--output",
        default=DEFAULT_OUTPUT,
        help="the page (default: %(default)s); - writes it to standard output",
    )
    report.add_argument(
        "--compare",
        metavar="TABLE",
        help="new rows of the same columns, whose drift is shown; needs no target",
    )
    report.add_argument("--weight", metavar="COLUMN", help="the column of sample weights")
    report.add_argument(
        "--drop",
        metavar="COLUMN",
        action="append",
        default=[],
        help="a column to leave out; may be repeated",
    )
    report.add_argument(
        "--target-type",
        choices=("auto", "binary", "multiclass", "continuous"),
        default="auto",
        help="classes or numbers (default: by the values)",
    )
    report.add_argument("--title", help="heading of the page")
    report.add_argument("--stream", action="store_true", help="read in parts, whatever the size")
    report.add_argument("--jobs", type=int, metavar="N", help="threads; -1 is one a processor")
    report.add_argument("--open", action="store_true", help="show the page in a browser")
    report.add_argument("-q", "--quiet", action="store_true", help="print nothing")
    return parser


def write_report(options: argparse.Namespace) -> int:
    """Write the page, and print a summary of it."""
    check_output(options.output)
    table = open_table(options.table, options.stream, options.drop)
    check_columns(table.names, options)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        report = make_report(table, options)
    for message in {str(warning.message): None for warning in caught}:
        print(f"skinfo: warning: {one_line(message, LONGEST_MESSAGE)}", file=sys.stderr)
    if options.output == "-":
        sys.stdout.buffer.write(report.html().encode("utf-8", "replace"))
        return 0
    path = report.save(options.output)
    if not options.quiet:
        print_text(f"{report!r}\n\nWritten: {one_line(path, LONGEST_MESSAGE)}")
    if options.open:
        webbrowser.open(path.resolve().as_uri())
    return 0


def print_text(text: str) -> None:
    """Print text, with question marks for characters that the terminal cannot encode."""
    encoding = sys.stdout.encoding or "utf-8"
    print(text.encode(encoding, "replace").decode(encoding))


def check_output(output: str) -> None:
    """Raise CommandError if the output folder does not exist, before the table is read."""
    folder = Path(output).parent
    if output == "-":
        return
    if not folder.is_dir():
        raise CommandError(
            f"there is no folder {short_repr(str(folder))} to write {short_repr(output)} to."
        )
    if Path(output).is_dir():
        raise CommandError(
            f"{short_repr(output)} is a folder. Name a file: -o {output}/report.html"
        )


class OpenedTable(NamedTuple):
    """A data frame or a table in parts, with the names of its columns."""

    data: Any
    names: list[str]


def open_table(path: str, in_parts: bool, dropped: list[str]) -> OpenedTable:
    """Return a table in memory, or in parts if it is large."""
    paths = paths_of(path)
    suffixes = {Path(each).suffix.lower() for each in paths}
    if len(suffixes) > 1 or not suffixes <= set(PANDAS_READERS):
        raise CommandError(
            f"{short_repr(path)} has files of the suffixes "
            f"{', '.join(sorted(suffixes)) or 'none'}. Name files of one kind: "
            f"{', '.join(PANDAS_READERS)}."
        )
    size = sum(os.path.getsize(each) for each in paths)
    opened = open_in_parts if in_parts or size > LARGEST_IN_MEMORY else read_in_memory
    return opened(paths, suffixes.pop(), dropped)


def paths_of(path: str) -> list[str]:
    """Return the sorted files at a path, in a folder, or that match a pattern."""
    if Path(path).is_dir():
        inside = (each for each in Path(path).rglob("*") if each.suffix.lower() in PANDAS_READERS)
        paths = [str(each) for each in inside]
    else:
        paths = [path] if Path(path).is_file() else glob(path, recursive=True)
    if not paths:
        raise CommandError(f"there is no table at {short_repr(path)}.")
    return sorted(paths)


def read_in_memory(paths: list[str], suffix: str, dropped: list[str]) -> OpenedTable:
    """Return the rows of all files as one pandas DataFrame."""
    import pandas as pd

    frames = [read_file(each, getattr(pd, PANDAS_READERS[suffix])) for each in paths]
    frame = frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)
    return OpenedTable(
        frame.drop(columns=dropped, errors="ignore"), [str(name) for name in frame.columns]
    )


def read_file(path: str, read: Callable[[str], Any]) -> Any:
    """Return the data frame in a file, or raise CommandError that names the file."""
    try:
        return read(path)
    except ImportError as error:
        raise CommandError(
            f"{short_repr(path)} cannot be read without PyArrow. Install it: pip install pyarrow."
        ) from error
    except UnicodeDecodeError as error:
        raise CommandError(
            f"{short_repr(path)} is not UTF-8: {error}. Write it as UTF-8."
        ) from error
    except (ValueError, OSError) as error:
        raise CommandError(f"{short_repr(path)} cannot be read. {error}") from error


def open_in_parts(paths: list[str], suffix: str, dropped: list[str]) -> OpenedTable:
    """Return files as a table that is read in parts, without rows in memory."""
    from skinfo._counts._files import file_table
    from skinfo._counts._lazy_tables import TransformedChunks

    names = file_table(paths).head().column_names
    if not dropped:
        return OpenedTable(paths, names)
    known = [name for name in dropped if name in names]
    return OpenedTable(TransformedChunks(paths, lambda part: part.drop_columns(known)), names)


def check_columns(names: list[str], options: argparse.Namespace) -> None:
    """Raise CommandError for columns that the table does not have, with similar names."""
    asked = [("--target", options.target), ("--weight", options.weight)]
    asked += [("--drop", name) for name in options.drop]
    for option, name in asked:
        if name is None or name in names:
            continue
        if len(names) == 1 and name in re.split("[;\t|]", names[0]):
            raise CommandError(
                f"the table has one column, {short_repr(names[0])}, of which {option} "
                f"{short_repr(name)} is a part. Write the file with commas between columns."
            )
        close = difflib.get_close_matches(name, names, 3, 0.5) or names[:8]
        listed = ", ".join(map(repr, close))
        more = ", ..." if len(close) == 8 < len(names) else ""
        raise CommandError(
            f"{option} {short_repr(name)} is not a column of the table. Did you mean: "
            f"{listed}{more}?"
        )
    if options.target in options.drop:
        raise CommandError(f"--drop {short_repr(options.target)} is the target. Leave it in.")


def make_report(table: OpenedTable, options: argparse.Namespace) -> Any:
    """Return the report of a table."""
    from skinfo.inspection import information_report

    title = options.title or f"{Path(options.table).name}: {options.target}"
    new = options.compare and open_table(options.compare, options.stream, options.drop)
    return information_report(
        table.data,
        options.target,
        X_new=new.data if new else None,
        sample_weight=options.weight,
        target_type=options.target_type,
        title=title,
        n_jobs=options.jobs,
    )


if __name__ == "__main__":
    sys.exit(main())
