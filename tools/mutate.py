"""Mutation testing: change one thing in a module, and see whether its tests notice.

    python tools/mutate.py [-n NUMBER] [--seed SEED] [--again FILE] [--out FILE] MODULE...

A MODULE is a file or a folder below skinfo/, such as `_kernels`, `_kernels/_partition.pyx` or
`measures`. Of each file NUMBER changes are drawn by SEED: another operator or comparison, a
constant one off, a condition negated, a statement dropped. Each is made in a copy of the
installed package, a kernel is compiled again, and the tests of the module run until one fails.
A change that no test notices survived: a test is missing, or the change makes no difference.
`--again` repeats those that survived in FILE, as `--out` wrote it, to see whether new tests kill
them. Tools for Python alone know no Cython; this one reads both as a sequence of tokens.
"""

import argparse
import json
import os
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
import time
import traceback
from collections import Counter
from contextlib import suppress
from dataclasses import asdict, dataclass
from importlib import import_module
from importlib.machinery import EXTENSION_SUFFIXES
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]

TOKEN = re.compile(
    r"""(?P<string>[rbfuRBFU]{0,2}(?:\"{3}(?:\\.|[^\\])*?\"{3}|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'))
    |(?P<space>[ \t]+|\\\n|\#[^\n]*)
    |(?P<newline>\n)
    |(?P<number>(?:0[xX][\da-fA-F_]+|(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)[uUlLjJ]*)
    |(?P<name>\w+)
    |(?P<operator>(?:\*\*|//|<<|>>|[-+*/%&|^<>=!:])=|\*\*|//|<<|>>|->|.)""",
    re.VERBOSE | re.DOTALL,
)

# What replaces an operator or a name. A comparison is moved by one value, or reversed.
SWAPS = {
    "+": "-", "-": "+", "*": "+", "/": "*", "//": "*", "%": "//", "**": "*", "<<": ">>",
    ">>": "<<", "&": "|", "|": "&", "^": "|", "+=": "-=", "-=": "+=", "*=": "+=", "/=": "*=",
    "//=": "*=", "%=": "//=", "<<=": ">>=", ">>=": "<<=", "&=": "|=", "|=": "&=", "^=": "|=",
    "<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "==", "and": "or", "or": "and",
    "True": "False", "False": "True", "min": "max", "max": "min", "fmin": "fmax", "fmax": "fmin",
    "floor": "ceil", "ceil": "floor", "any": "all", "all": "any", "in": "not in", "is": "is not",
    "is not": "is", "not in": "in",
}  # fmt: skip
CALLED = {"min", "max", "fmin", "fmax", "floor", "ceil", "any", "all"}

# Statements that declare, import or open a block, without an expression of interest.
DECLARATIONS = {
    "cpdef", "def", "class", "from", "import", "cimport", "ctypedef", "async", "with", "global",
    "nonlocal", "else", "try", "finally", "pass", "assert", "include", "@", "except",
}  # fmt: skip

# Tests of modules whose name no file of tests bears; where there is neither, those that import it.
TESTS = {
    "_kernels/_bitplanes.pyx": ["kernels/test_kernels_packed_counts.py"],
    "_kernels/_blas.pyx": ["kernels/test_kernels_soft.py"],
    "_kernels/_neighbors_plane.pyx": ["kernels/test_kernels_neighbors.py"],
    "_kernels/_ranges.py": ["test_interrupts.py"],
    "_kernels/_pair_information.pyx": [
        "kernels/test_kernels_pair_information.py", "feature_selection/test_interactions.py",
    ],
    "_counts/_as_source.py": [
        "_counts/test_counts_source.py", "_counts/test_counts_chunks.py",
        "_counts/test_counts_files.py",
    ],
    "_counts/_coded_chunks.py": ["feature_selection/test_chunks.py"],
    "_counts/_coded_parts.py": [
        "_counts/test_counts_coded_table.py", "feature_selection/test_pieces.py",
    ],
    "_counts/_coded_piece.py": [
        "_counts/test_counts_coded_table.py", "feature_selection/test_pieces.py",
    ],
    "_counts/_discretised_target.py": [
        "feature_selection/test_chunks.py", "feature_selection/test_selector.py",
    ],
    "_counts/_grid.py": [
        "_counts/test_counts_grid.py", "_counts/test_counts_cells.py",
        "_counts/test_counts_chunks.py",
    ],
    "_counts/_grouped_planes.py": ["feature_selection/test_interactions.py"],
    "_counts/_kinds.py": ["_counts/test_counts_table.py", "_counts/test_counts_target.py"],
    "_counts/_lazy_tables.py": [
        "_counts/test_counts_lazy_tables.py", "feature_selection/test_lazy_selection.py",
        "preprocessing/test_preprocessing_lazy_output.py",
    ],
    "_counts/_partial_column.py": [
        "_counts/test_counts_chunks.py", "_counts/test_counts_sorted_column.py",
    ],
    "_counts/_read_chunks.py": ["_counts/test_counts_chunks.py"],
    "_counts/_streams.py": ["_counts/test_counts_files.py"],
}  # fmt: skip


class Token(NamedTuple):
    kind: str
    text: str
    start: int


@dataclass(frozen=True)
class Mutant:
    """One change of a file: `before` at offset `start` becomes `after`."""

    module: str
    line: int
    column: int
    before: str
    after: str
    start: int
    code: str

    def apply(self, source):
        return source[: self.start] + self.after + source[self.start + len(self.before) :]

    def place(self):
        """Return what finds the same change again after lines were added above it."""
        return self.module, self.code, self.column, self.before, self.after


def statements(source):
    """Yield the tokens of each statement, comments left out."""
    tokens, depth = [], 0
    for match in TOKEN.finditer(source):
        token = Token(match.lastgroup, match.group(), match.start())
        depth += (token.text in "([{") - (token.text in ")]}") if token.kind == "operator" else 0
        if token.kind == "newline" and not depth:
            if tokens:
                yield tokens
            tokens = []
        elif token.kind not in ("space", "newline"):
            tokens.append(token)
    if tokens:
        yield tokens


def first_at_depth_zero(tokens, text):
    """Return the index of the first token that reads `text` outside brackets, or None."""
    depth = 0
    for k, token in enumerate(tokens):
        depth += token.text in ("(", "[", "{")
        depth -= token.text in (")", "]", "}")
        if not depth and token.kind == "operator" and token.text == text:
            return k
    return None


def expression_of(tokens):
    """Return the tokens of a statement that compute something, and whether it may be dropped."""
    first, last = tokens[0].text, tokens[-1].text
    assigned = first_at_depth_zero(tokens, "=")
    text = {token.text for token in tokens}
    if tokens[0].kind == "string" or first in DECLARATIONS or text & {"TYPE_CHECKING", "__all__"}:
        return [], False
    if first == "raise":
        return [], True
    colon = first_at_depth_zero(tokens, ":")
    annotated = colon == 1 and last != ":"
    if first == "cdef" or annotated:
        if assigned is None or last == ":":
            return [], False
        return tokens[assigned + 1 :], False
    return tokens, last != ":" and first != "cdef"


# Names behind which an operator has one operand, as in `return -x`.
PREFIXES = {"return", "in", "and", "or", "not", "if", "else", "yield"}


def is_operand(token):
    """Return whether an operator behind this token has two operands."""
    if token.kind == "operator":
        return token.text in (")", "]", "}")
    return token.text not in PREFIXES


def skip_cast(tokens, k):
    """Return the index behind a cast `<type>` that begins at k, or k where none does."""
    if tokens[k].text == "<" and not (k and is_operand(tokens[k - 1])):
        while tokens[k].text != ">":
            k += 1
        return k + 1
    return k


def one_off(text):
    """Return other values of a number: integers one less and one more, others doubled."""
    digits = text.rstrip("uUlLjJ")
    if re.fullmatch(r"\d[\d_]*", digits):
        return [str(int(digits) + 1)] + ([str(int(digits) - 1)] if int(digits) else [])
    if digits[:2] in ("0x", "0X"):
        return [f"({text} ^ 1)"]
    return ["1.0"] if float(digits) == 0 else [f"(2 * {text})"]


def token_changes(tokens):
    """Yield (token, text before, text after) for the tokens of an expression."""
    k, loops = 0, 0  # loops: `for` whose `in` has not come yet
    while k < len(tokens):
        behind = skip_cast(tokens, k)
        if behind > k:
            k = behind
            continue
        token = tokens[k]
        text = token.text
        following = tokens[k + 1].text if k + 1 < len(tokens) else ""
        before = tokens[k - 1] if k else Token("operator", "", 0)
        k += 1
        if token.kind == "number":
            if not (before.text == ":" and k > 2 and tokens[k - 3].text == ":"):
                yield from ((token, text, after) for after in one_off(text))
        elif text == "for":
            loops += 1
        elif text == "in" and loops:
            loops -= 1
        elif text == "not" and following != "in" and before.text != "is":
            yield token, "not ", ""
        elif (text, following) in (("is", "not"), ("not", "in")):
            yield token, f"{text} {following}", SWAPS[f"{text} {following}"]
            k += 1
        elif (text in CALLED and following != "(") or text == "not":
            continue
        elif text in SWAPS and (token.kind == "name" or is_operand(before)):
            yield token, text, SWAPS[text]


def mutants(module, source):
    """Return all changes of the source of a module."""
    found = []

    def add(start, before, after):
        line = source.count("\n", 0, start)
        beginning = source.rfind("\n", 0, start) + 1
        code = source[beginning:].split("\n", 1)[0].strip()
        column = start - beginning
        found.append(Mutant(module, line + 1, column, before, after, start, code))

    for tokens in statements(source):
        first, last = tokens[0], tokens[-1]
        body, droppable = expression_of(tokens)
        if droppable:
            end = last.start + len(last.text)
            add(first.start, source[first.start : end], "pass")
        if first.text in ("if", "elif") and last.text == ":":
            condition = source[tokens[1].start : last.start]
            add(tokens[1].start, condition, f"not ({condition})")
        for token, before, after in token_changes(body):
            if source.startswith(before, token.start):
                add(token.start, before, after)
    return found


def modules_of(names):
    """Yield the paths below skinfo/ of the modules named, of files and folders alike."""
    package = ROOT / "skinfo"
    for name in names:
        path = package / name
        if path.is_dir():
            paths = sorted([*path.glob("_[a-z]*.py"), *path.glob("*.pyx")])
        else:
            paths = [path]
        yield from (path.relative_to(package).as_posix() for path in paths)


def tests_of(module):
    """Return the files of tests of a module."""
    tests = ROOT / "tests"
    folder, name = module.split("/")
    name = name.split(".")[0]
    if module in TESTS:
        return [tests / path for path in TESTS[module]]
    if folder == "measures":  # what all of them accept is tested together
        return sorted((tests / folder).glob("test_*.py"))
    own = tests / folder.lstrip("_") / f"test_{folder.lstrip('_')}{name}.py"
    own = own if own.exists() else tests / folder / own.name
    if own.exists():
        return [own]
    pattern = re.compile(rf"skinfo\.{folder}(\.| import .*){name}\b")
    files = [path for path in sorted(tests.rglob("test_*.py")) if pattern.search(path.read_text())]
    if not files:
        raise ValueError(f"no tests of {module}: enter them in TESTS of {__file__}")
    return files


class Run(NamedTuple):
    """The end of a fork: its exit status, None past a limit, and its seconds of processor."""

    status: int | None
    seconds: float


def run_forked(function, log, seconds=600):
    """Run a function in a fork, for at most so many seconds of processor."""
    pid = os.fork()
    if not pid:
        os.setsid()
        with open(log, "w") as file:
            os.dup2(file.fileno(), 1)
            os.dup2(file.fileno(), 2)
        status = 99
        try:
            # Seconds of the clock would depend on what else the machine does.
            resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), int(seconds)))
            resource.setrlimit(resource.RLIMIT_AS, (16 << 30, 16 << 30))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            status = function()
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)
    deadline = time.monotonic() + 60 + 20 * seconds  # for those that wait for ever
    done = 0
    while not done and time.monotonic() < deadline:
        time.sleep(0.02)
        done, state, usage = os.wait4(pid, os.WNOHANG)
    with suppress(ProcessLookupError):  # what it started itself may be left
        os.killpg(pid, signal.SIGKILL)
    if not done:
        os.waitpid(pid, 0)
        return Run(None, seconds)
    status = os.waitstatus_to_exitcode(state)
    limited = status in (-signal.SIGXCPU, -signal.SIGKILL)
    return Run(None if limited else status, usage.ru_utime + usage.ru_stime)


class Workplace:
    """A copy of the installed package, in which one module at a time is changed."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.package = self.folder / "skinfo"
        installed = Path(find_spec("skinfo").origin).parent
        if not any((installed / "_kernels").glob(f"_cpu*{EXTENSION_SUFFIXES[-1]}")):
            # An editable install: its finder would import what is not changed.
            raise SystemExit(
                f"no compiled kernels in {installed}: install skinfo with pip install ."
            )
        ignored = shutil.ignore_patterns("__pycache__", "*_v3.*", "*_v4.*")
        shutil.copytree(installed, self.package, ignore=ignored)
        shutil.copytree(ROOT / "skinfo", self.package, ignore=ignored, dirs_exist_ok=True)
        os.environ |= {
            "PYTHONPATH": str(self.folder),
            "PYTHONDONTWRITEBYTECODE": "1",
            "HYPOTHESIS_STORAGE_DIRECTORY": str(self.folder / "hypothesis"),
            "SKINFO_CPU": "baseline",
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
            "MPLBACKEND": "Agg",
        }
        sys.dont_write_bytecode = True
        others = {"", str(ROOT), os.getcwd()}
        sys.path[:] = [str(self.folder), *(path for path in sys.path if path not in others)]

    def write(self, module, source):
        """Write the source of a module, compiled if it is a kernel; return whether it compiles."""
        path = self.package / module
        path.write_text(source, encoding="utf-8")
        if path.suffix == ".py":
            try:
                compile(source, module, "exec")
            except SyntaxError:
                return False
            return True
        log = self.folder / "compiler.log"
        return run_forked(lambda: self.compile(path), log).status == 0

    def compile(self, path):
        """Translate and compile a kernel with checks of indices, quickly."""
        from Cython.Compiler.Main import CompilationOptions, compile_single
        from cythonize import DIRECTIVES

        os.chdir(self.folder)
        path = path.relative_to(self.folder)
        options = CompilationOptions(
            compiler_directives=DIRECTIVES | {"boundscheck": True},
            language_level=3,
            include_path=[str(self.folder)],
            shared_utility_qualified_name="skinfo._kernels._memoryview",
        )
        name = ".".join(path.with_suffix("").parts)
        if compile_single(str(path), options, name).num_errors:
            return 1
        command = [
            *os.environ.get("CC", "cc").split(), "-shared", "-fPIC", "-w", "-O0",
            "-ffp-contract=off", f"-I{sysconfig.get_paths()['include']}", f"-I{path.parent}",
            str(path.with_suffix(".c")), "-o",
            str(path.with_suffix(sysconfig.get_config_var("EXT_SUFFIX"))), "-lm",
        ]  # fmt: skip
        return subprocess.run(command).returncode

    def run(self, tests, seconds=600):
        """Run tests until one fails."""

        def run_pytest():
            import hypothesis
            import pytest

            phases = [hypothesis.Phase.explicit, hypothesis.Phase.generate]
            hypothesis.settings.register_profile(
                "mutants", phases=phases, derandomize=True, database=None, deadline=None
            )
            hypothesis.settings.load_profile("mutants")
            # Plugins that the parent imported cannot have their assertions rewritten.
            options = ["-xq", "-W", "ignore::pytest.PytestAssertRewriteWarning"]
            options += ["-p", "no:cacheprovider", "-p", "no:xdist", "--rootdir", str(ROOT)]
            return int(pytest.main([*options, *map(str, tests)]))

        os.chdir(ROOT)
        return run_forked(run_pytest, self.folder / "tests.log", seconds)

    def failed_test(self):
        """Return the name of the test that failed last, if any did."""
        lines = (self.folder / "tests.log").read_text(errors="replace").splitlines()
        failed = [line for line in lines if line.startswith(("FAILED", "ERROR"))]
        return failed[0].split(" - ")[0].split("::", 1)[-1] if failed else ""


def try_mutants(workplace, module, chosen):
    """Yield each mutant of a module with what became of it, and the test that noticed."""
    source = (ROOT / "skinfo" / module).read_text(encoding="utf-8")
    tests = tests_of(module)
    if not workplace.write(module, source):
        raise RuntimeError((workplace.folder / "compiler.log").read_text())
    unchanged = workplace.run(tests)
    if unchanged.status != 0:
        # Tests may be newer than the kernels of the installed package: others can go on.
        print(f"skinfo/{module}: left out, {workplace.failed_test()} fails without a change")
        return
    compiled = {
        path: path.read_bytes() for path in (workplace.package / module).parent.glob("*.so")
    }
    for mutant in chosen:
        if not workplace.write(module, mutant.apply(source)):
            yield mutant, "invalid", ""
            continue
        status = workplace.run(tests, 5 + 2 * unchanged.seconds).status
        if status is None:
            yield mutant, "timeout", ""
        elif status == 0:
            yield mutant, "survived", ""
        else:
            yield mutant, "killed", workplace.failed_test() or f"exit status {status}"
    workplace.package.joinpath(module).write_text(source, encoding="utf-8")
    for path, content in compiled.items():
        path.write_bytes(content)


def import_for_forks():
    """Import what tests use, so that each fork starts at once; no thread may start here."""
    for name in ["hypothesis", "pandas", "pytest", "scipy.special", "scipy.stats", "sklearn.base"]:
        import_module(name)


def table(results):
    """Return the outcomes by module as text; the share is of the valid mutants."""
    rows = {}
    for mutant, outcome in results:
        rows.setdefault(mutant.module, Counter())[outcome] += 1
    rows["all"] = sum(rows.values(), Counter())
    lines = [f"{'':36}{'killed':>8}{'timeout':>9}{'survived':>10}{'invalid':>9}{'noticed':>9}"]
    for name, row in rows.items():
        noticed = row["killed"] + row["timeout"]
        valid = noticed + row["survived"]
        share = f"{noticed / valid:9.0%}" if valid else f"{'':9}"
        lines.append(
            f"{name:36}{row['killed']:8}{row['timeout']:9}{row['survived']:10}{row['invalid']:9}"
            + share
        )
    return "\n".join(lines)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("modules", nargs="*", help="files or folders below skinfo/")
    parser.add_argument("-n", type=int, default=8, help="changes of each file")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--again", help="repeat what survived in this file")
    parser.add_argument("--out", default="mutants.jsonl", help="one line of JSON for each change")
    return parser.parse_args()


def main():
    options = arguments()
    survivors = set()
    if options.again:
        lines = [json.loads(line) for line in Path(options.again).read_text().splitlines()]
        fields = ("module", "code", "column", "before", "after")
        survivors = {
            tuple(line[field] for field in fields)
            for line in lines
            if line["outcome"] == "survived"
        }
        options.modules = options.modules or sorted({place[0] for place in survivors})
    import_for_forks()
    results = []
    with tempfile.TemporaryDirectory() as folder, open(options.out, "w") as out:
        workplace = Workplace(folder)
        for module in modules_of(options.modules):
            chosen = mutants(module, (ROOT / "skinfo" / module).read_text(encoding="utf-8"))
            if options.again:
                chosen = [mutant for mutant in chosen if mutant.place() in survivors]
            elif len(chosen) > options.n:
                chosen = random.Random(f"{options.seed} {module}").sample(chosen, options.n)
            for mutant, outcome, test in try_mutants(workplace, module, chosen):
                results.append((mutant, outcome))
                out.write(json.dumps(asdict(mutant) | {"outcome": outcome, "test": test}) + "\n")
                out.flush()
                if outcome == "survived":
                    place = f"skinfo/{mutant.module}:{mutant.line}"
                    print(f"{place}: {mutant.before!r} -> {mutant.after!r}\n    {mutant.code}")
    print(table(results))


if __name__ == "__main__":
    main()
