"""Every block of Python in the documentation and the README runs, and shows what it prints."""

import doctest
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
WRITTEN_BY_THE_BUILD = {"_build", "api", "gallery"}

PAGES = [
    ROOT / "README.md",
    *sorted(
        page
        for page in DOCS.rglob("*.md")
        if WRITTEN_BY_THE_BUILD.isdisjoint(page.relative_to(DOCS).parts)
    ),
]
BLOCK = re.compile(r"^```(python|pycon)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
OPTIONS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS


def name_of(page):
    return page.relative_to(ROOT).as_posix()


def blocks_of(page):
    """Yield the line number, kind and code of each block of a page."""
    text = page.read_text(encoding="utf-8")
    for block in BLOCK.finditer(text):
        yield text.count("\n", 0, block.start(2)), *block.groups()


def run_session(code, names, page, line):
    """Run a block with prompts, compare what it prints, and keep its names."""
    session = doctest.DocTestParser().get_doctest(code, names, name_of(page), str(page), line)
    report = []
    runner = doctest.DocTestRunner(optionflags=OPTIONS, verbose=False)
    failed, _ = runner.run(session, out=report.append, clear_globs=False)
    assert not failed, "".join(report)
    names.update(session.globs)


@pytest.fixture
def workplace(tmp_path, monkeypatch):
    """A folder of its own, and no windows: figures are drawn, and closed at the end."""
    plt = pytest.importorskip("matplotlib.pyplot", reason="pages draw with the extra plot")
    plt.switch_backend("agg")
    monkeypatch.chdir(tmp_path)
    yield
    plt.close("all")


@pytest.mark.usefixtures("workplace")
@pytest.mark.parametrize("page", [p for p in PAGES if any(blocks_of(p))], ids=name_of)
def test_blocks_run_in_order(page):
    if ".to_parquet(" in page.read_text(encoding="utf-8"):
        pytest.importorskip("pyarrow", reason="the page writes files of Parquet")
    if "from sklearn.callback import" in page.read_text(encoding="utf-8"):
        pytest.importorskip("sklearn.callback", reason="came with scikit-learn 1.9")
        pytest.importorskip("rich", reason="the page draws a bar of progress")
    if "import onnx_inputs, to_onnx" in page.read_text(encoding="utf-8"):
        pytest.importorskip("skl2onnx", reason="the page converts a model")
        pytest.importorskip("onnxruntime", reason="the page runs a converted model")
    if "import skops.io" in page.read_text(encoding="utf-8"):
        pytest.importorskip("skops", reason="the page saves a model by it")
    names = {"__name__": "__main__"}
    for line, kind, code in blocks_of(page):
        if kind == "pycon":
            run_session(code, names, page, line)
        else:
            # Lines are counted from the top of the page in what an error shows.
            exec(compile("\n" * line + code, str(page), "exec"), names)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_no_block_escapes_the_tests(page):
    # A block in any other spelling of Python would be shown but not run.
    kinds = re.findall(r"^ *(?:```|~~~)+ *([^\s`~]+)", page.read_text(encoding="utf-8"), re.M)
    known = {"python", "pycon", "bash", "bibtex"}
    assert {kind for kind in kinds if not kind.startswith("{")} <= known
    assert not any(kind.startswith(("{code", "{doctest", "{testcode", "{plot")) for kind in kinds)
