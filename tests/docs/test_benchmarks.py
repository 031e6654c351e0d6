"""The benchmarks describe themselves, and print their figures in tables that --json writes."""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "benchmarks"
SCRIPTS = sorted(path.name for path in FOLDER.glob("*.py") if not path.name.startswith("_"))

# Scripts that run others and have no tables of their own.
RUNNERS = {"performance.py"}

# Calls of print beside the tables: rows at the time when they are measured, as a run takes long
# (the table repeats them), the name of what runs, and the machine of a stored result.
PRINTED = {"soak.py": 2, "interrupts.py": 1, "performance.py": 1, "history.py": 1}

# First words of questions and sentences, not of noun phrases.
NO_NOUNS = {
    *("what", "how", "which", "whether", "where", "when", "why", "who"),
    *("does", "do", "is", "are", "can", "compare", "measure", "print", "run", "show", "test"),
}


def tree_of(name):
    """Return the syntax tree of a benchmark."""
    return ast.parse((FOLDER / name).read_text(encoding="utf-8"))


def calls(tree, name):
    """Return the calls of a function by its bare name."""
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "id", None) == name
    ]


def is_figure(call):
    """Return whether print may show a figure.

    Not the message that a package is not installed, nor JSON for the process that started this.
    """
    argument, *more = call.args
    if not more and isinstance(argument, ast.Call) and ast.unparse(argument.func) == "json.dumps":
        return False
    parts = argument.values if isinstance(argument, ast.JoinedStr) else [argument]
    text = "".join(str(part.value) for part in parts if isinstance(part, ast.Constant))
    return bool(more) or "is not installed" not in text


def test_there_are_benchmarks():
    assert len(SCRIPTS) > 30


@pytest.mark.parametrize("name", SCRIPTS)
def test_description(name):
    text = ast.get_docstring(tree_of(name))
    title, _, rest = text.partition("\n")
    assert title.endswith("."), "the first line is a whole phrase"
    assert title.split()[0].lower() not in NO_NOUNS, "the first line is a noun phrase"
    assert "?" not in title
    assert f"python benchmarks/{name}" in rest, "the command is missing"


@pytest.mark.parametrize("name", sorted({*SCRIPTS} - RUNNERS))
def test_arguments(name):
    tree = tree_of(name)
    assert calls(tree, "print_table")
    assert len(calls(tree, "parse_arguments")) == 1
    assert not [node for node in ast.walk(tree) if getattr(node, "attr", None) == "parse_args"]


@pytest.mark.parametrize("name", SCRIPTS)
def test_figures_are_in_tables(name):
    tree = tree_of(name)
    printed = [ast.unparse(call) for call in calls(tree, "print") if is_figure(call)]
    assert len(printed) == PRINTED.get(name, 0), printed


def test_json(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "import argparse\n"
        "import numpy as np\n"
        "from _table import parse_arguments, print_table\n"
        "parse_arguments(argparse.ArgumentParser())\n"
        "print_table('First: 2 rows', ['name', 'seconds'], [('a', 0.12345678), ('b', np.nan)])\n"
        "print_table('Second', ['n', 'ok'], [[np.int64(3), np.bool_(True)]])\n"
    )
    file = tmp_path / "tables.json"
    done = subprocess.run(
        [sys.executable, str(script), "--json", str(file)],
        check=True,
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(FOLDER), *filter(None, sys.path)])},
    )
    assert "a     0.1235" in done.stdout
    run = json.loads(file.read_text(), parse_constant=pytest.fail)
    assert run["script"] == "script.py"
    assert run["tables"] == [
        {
            "title": "First: 2 rows",
            "header": ["name", "seconds"],
            "rows": [["a", 0.12345678], ["b", None]],
        },
        {"title": "Second", "header": ["n", "ok"], "rows": [[3, True]]},
    ]
