"""The examples, without running them: that takes minutes, and documentation builds do it."""

import ast
import importlib
from pathlib import Path

import pytest

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.py"))

each_example = pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)


def tree_of(path):
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def imported(path):
    """Return (module, name) of each name imported from a module."""
    return [
        (node.module, alias.name)
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    ]


def cells(path):
    return path.read_text(encoding="utf-8").split("\n# %%\n")


def test_there_are_examples():
    assert len(EXAMPLES) >= 10


def test_numbers_of_examples_are_unique():
    numbers = [path.stem.split("_")[1] for path in EXAMPLES]
    numbers = [number for number in numbers if number.isdecimal()]
    assert len(numbers) > 20
    assert len(set(numbers)) == len(numbers)


@each_example
def test_title_is_as_wide_as_its_lines(path):
    # Sphinx-Gallery takes the title from the docstring; docutils warns of lines that are shorter.
    above, title, below = ast.get_docstring(tree_of(path)).splitlines()[:3]
    assert title
    assert above == below == "=" * len(above)
    assert len(above) >= len(title)


@each_example
def test_says_what_to_take_away_after_a_picture(path):
    *earlier, last = cells(path)
    assert last.startswith("# What to take away: ")
    sentences = last.replace("\n#", "").count(". ") + 1
    assert 3 <= sentences <= 8
    assert any("plt.show()" in cell for cell in earlier)


@each_example
def test_all_text_of_a_cell_is_said_before_its_code(path):
    for cell in cells(path)[1:]:
        assert cell.startswith("# ")


@each_example
def test_names_of_skinfo_exist_and_are_public(path):
    for module, name in imported(path):
        if module.split(".")[0] == "skinfo":
            assert "._" not in module
            assert name in importlib.import_module(module).__all__


@each_example
def test_nothing_is_downloaded(path):
    names = {name for _, name in imported(path)}
    assert not {name for name in names if name.startswith("fetch_")}
    assert not names & {"urlopen", "urlretrieve"}
