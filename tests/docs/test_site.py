"""What the build of the site adds: pages that need no host, descriptions, sections."""

import importlib
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


@pytest.fixture
def module_of_docs(monkeypatch):
    """Import a module of the folder `docs`."""
    monkeypatch.syspath_prepend(str(DOCS))
    yield importlib.import_module
    for name in ["_gallery", "_pages"]:
        sys.modules.pop(name, None)


LOADED = [
    ('<script src="https://a.test/x.js"></script>', ".html", ["https://a.test/x.js"]),
    ("<script async\n src='//a.test/x.js'></script>", ".html", ["//a.test/x.js"]),
    ('<link href="http://a.test/x.css" rel="stylesheet" />', ".html", ["http://a.test/x.css"]),
    ('<link href="//a.test/f.woff" rel="preload" />', ".html", ["//a.test/f.woff"]),
    ('<img alt="" src="https://a.test/x.png"/>', ".html", ["https://a.test/x.png"]),
    ("<style>p {background: url('//a.test/x.png')}</style>", ".html", ["//a.test/x.png"]),
    ('@import "https://a.test/x.css";', ".css", ["https://a.test/x.css"]),
    ("p {background: url(https://a.test/x.png)}", ".css", ["https://a.test/x.png"]),
    ('<script src="_static/x.js"></script><img src="../x.png">', ".html", []),
    ('<a href="https://a.test">read</a>', ".html", []),
    ('<link rel="canonical" href="https://a.test/x.html">', ".html", []),
    ("<code>url(https://a.test/x.png)</code>", ".html", []),
    ("p {background: url(data:image/svg+xml,http://a.test)}", ".css", []),
]


@pytest.mark.parametrize(("text", "suffix", "addresses"), LOADED)
def test_what_is_loaded_from_other_hosts(module_of_docs, text, suffix, addresses):
    assert module_of_docs("_pages").loaded_from_hosts(text, suffix) == addresses


def test_a_build_that_needs_another_host_fails(module_of_docs, tmp_path):
    pages, app = module_of_docs("_pages"), SimpleNamespace(outdir=str(tmp_path))
    (tmp_path / "here.html").write_text('<img src="x.png">')
    pages.check_offline(app, None)
    (tmp_path / "there.html").write_text('<img src="https://a.test/x.png">')
    with pytest.raises(RuntimeError, match=r"other hosts:\nthere\.html: https://a\.test/x\.png$"):
        pages.check_offline(app, None)


def test_the_first_paragraph_is_the_description(module_of_docs):
    nodes = pytest.importorskip("docutils.nodes")
    paragraphs = [nodes.paragraph(text=text) for text in ['Bits of "y".', "More."]]
    note = nodes.note("", nodes.paragraph(text="A note above."))
    context = {"metatags": ""}
    page = nodes.section("", note, *paragraphs)
    module_of_docs("_pages").describe(None, "page", "page.html", context, page)
    assert context["metatags"] == '\n<meta name="description" content="Bits of &quot;y&quot;." />'


def test_links_between_included_files_lead_to_pages(module_of_docs):
    pages, content = module_of_docs("_pages"), ["[the code](ARCHITECTURE.md), `ARCHITECTURE.md`"]
    pages.lead_to_pages(None, "CONTRIBUTING.md", "project/contributing", content)
    assert content == ["[the code](architecture.md), `ARCHITECTURE.md`"]
    assert all((ROOT / name).exists() for name in pages.INCLUDED)
    assert all((DOCS / "project" / name).exists() for name in pages.INCLUDED.values())


def test_each_example_is_in_one_section(module_of_docs):
    sections = module_of_docs("_gallery").SECTIONS
    listed = [f"plot_{name}.py" for _, _, names in sections for name in names]
    assert sorted(listed) == sorted(path.name for path in (ROOT / "examples").glob("plot_*.py"))


def test_a_thumbnail_may_be_one_panel_of_a_figure(module_of_docs, tmp_path):
    plt = pytest.importorskip("matplotlib.pyplot")
    gallery, path = module_of_docs("_gallery"), tmp_path / "images" / "panel" / "plot_x.png"
    listed = {name for _, _, names in gallery.SECTIONS for name in names}
    assert set(gallery.PANELS) <= listed
    assert gallery.panel_file(tmp_path / "plot_x.py") == path
    figure, (left, right) = plt.subplots(1, 2, figsize=(8, 3))
    left.imshow([[0.0]], cmap="Reds_r", aspect="auto")
    right.imshow([[0.0]], cmap="Blues_r", aspect="auto")
    gallery.save_panels(figure, [1], path)
    pixels = plt.imread(path)[:, :, :3]
    plt.close(figure)
    height, width, _ = pixels.shape
    assert 500 < width < 600  # of 1200
    red, _, blue = pixels[height // 2, width // 2]
    assert blue > 0.4 > red
    assert not (pixels[:, :, 0] > pixels[:, :, 2] + 0.2).any()  # nothing of the other one


def test_pages_of_scripts_that_moved_go(module_of_docs, tmp_path):
    gallery = tmp_path / "gallery"
    (gallery / "binning").mkdir(parents=True)
    stale = gallery / "plot_06_binning.rst"
    kept = [gallery / "index.rst", gallery / "binning" / "plot_06_binning.rst"]
    for page in [stale, *kept]:
        page.touch()
    module_of_docs("_gallery").staged(ROOT / "examples", tmp_path)
    assert not stale.exists()
    assert all(page.exists() for page in kept)
