"""What the files of the project name exists, and the version is the same in all of them."""

import re
import tomllib
from pathlib import Path

import pytest

import skinfo

ROOT = Path(__file__).parents[2]
PAGES = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "docs/project/releasing.md"]
FOLDERS = ["skinfo", "tests", "docs", "benchmarks", "examples", "tools", ".ci", ".github"]
SUFFIXES = {
    ".build",
    ".c",
    ".cff",
    ".css",
    ".h",
    ".js",
    ".md",
    ".py",
    ".pyx",
    ".toml",
    ".txt",
    ".yml",
}

FILES = [
    path
    for path in [*ROOT.iterdir(), *(p for folder in FOLDERS for p in (ROOT / folder).rglob("*"))]
    if path.suffix in SUFFIXES and not {"_build", "gallery", "api"} & set(path.parts)
]


def named_in(page):
    """Return what a page has between backticks, outside of blocks of code."""
    text = (ROOT / page).read_text(encoding="utf-8")
    text = re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)
    return sorted(set(re.findall(r"`([^`\n]+)`", text)))


def is_path(name):
    """Return whether a name is a file or a folder of the repository, or a pattern of them."""
    is_words = re.fullmatch(r"[\w./*-]+", name) is not None
    return (
        is_words and (Path(name).suffix in SUFFIXES or name.endswith("/")) and "NAME" not in name
    )


@pytest.mark.parametrize("page", PAGES)
def test_paths_exist(page):
    paths = [name for name in named_in(page) if is_path(name)]
    assert len(paths) > 3
    missing = [name for name in paths if not exists(name)]
    assert not missing, f"{page} names files that are not there"


def exists(name):
    """Return whether a path is in the repository or in skinfo, or names a file anywhere."""
    if any(any(folder.glob(name.rstrip("/"))) for folder in [ROOT, ROOT / "skinfo"]):
        return True
    return "/" not in name and any(path.name == name for path in FILES)


@pytest.mark.parametrize("page", ["ARCHITECTURE.md", "CONTRIBUTING.md"])
def test_names_of_the_code_exist(page):
    words = set()
    for path in FILES:
        if path.suffix in {".py", ".pyx", ".h"}:
            words.update(re.findall(r"\w+", path.read_text(encoding="utf-8")))
    # Names with an underscore, a capital inside or in capitals: no words of English, no commands.
    names = [name for name in named_in(page) if re.fullmatch(r"\w*[a-z]_[a-z]\w*|[A-Z]\w*", name)]
    assert len(names) >= 10
    assert not [name for name in names if name not in words]


def test_the_version_is_the_same_everywhere():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == skinfo.__version__
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\nversion: {skinfo.__version__}\n" in citation
    citing = (ROOT / "docs" / "project" / "citing.md").read_text(encoding="utf-8")
    assert f"version = {{{skinfo.__version__}}}" in citing
    assert f"## {skinfo.__version__} (" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_every_listed_check_is_a_session_of_nox():
    sessions = re.findall(r"^def (\w+)\(session\)", (ROOT / "noxfile.py").read_text(), re.M)
    names = {name.replace("_", "-") for name in sessions}
    workflows = (ROOT / ".github" / "workflows").glob("*.yml")
    pages = [ROOT / "CONTRIBUTING.md", ROOT / "docs" / "project" / "releasing.md", *workflows]
    for page in pages:
        text = page.read_text(encoding="utf-8")
        for line in re.findall(r"(?:nox -s|session:) ([a-z][\w .-]*)", text):
            for name in line.partition(" -- ")[0].split():
                assert re.sub(r"-3\.\d+$", "", name) in names, f"{page.name}: {name}"


def test_ci_calls_sessions_of_nox():
    sessions = re.findall(r"^def (\w+)\(session\)", (ROOT / "noxfile.py").read_text(), re.M)
    lanes = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    called = re.findall(r"^ +session(?:_here)? ([\w-]+)", lanes, re.M)
    assert {"lint", "typing", "oldest", "no-optional", "fuzz", "docs"} <= set(called)
    assert {name.replace("-", "_") for name in called} <= set(sessions)


def test_ruff_is_the_same_in_hooks_and_in_checks():
    hooks = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    rev = re.search(r"ruff-pre-commit\n +rev: v(\S+)", hooks)[1]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert f"ruff=={rev}" in project["optional-dependencies"]["dev"]
