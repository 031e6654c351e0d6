"""Settings of the documentation.

    sphinx-build -W --keep-going docs docs/_build/html

builds all of it and runs the gallery. ``-D plot_gallery=0`` leaves the scripts of the gallery
unrun, which is quick; ``-t linked`` fetches the inventories of other projects, so that
their names become links.
"""

import sys
import tomllib
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

import _api_pages  # noqa: E402
import _gallery  # noqa: E402
import _pages  # noqa: E402
import _pictures  # noqa: E402

import skinfo  # noqa: E402

project = "skinfo"
author = "The skinfo developers"
copyright = "The skinfo developers, BSD 3-clause licence"
version = release = skinfo.__version__
# The public addresses, of which there may be none.
urls = tomllib.loads((HERE.parent / "pyproject.toml").read_text())["project"].get("urls", {})

extensions = [
    "myst_parser",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.mathjax",
    # Links to the source are links inside the site: they need no network and no public repository.
    "sphinx.ext.viewcode",
    # MathJax is copied into the site, so that formulas are readable without a network.
    "sphinx-mathjax-offline",
    "sphinx_copybutton",
    "sphinx_gallery.gen_gallery",
]
exclude_patterns = ["_build"]
default_role = "literal"
language = "en"

# --- pages --------------------------------------------------------------------------------------
myst_enable_extensions = ["dollarmath", "amsmath", "deflist", "colon_fence"]
myst_heading_anchors = 3
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True

# --- reference ----------------------------------------------------------------------------------
autodoc_typehints = "none"
toc_object_entries_show_parents = "hide"
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False

# --- links --------------------------------------------------------------------------------------
# Every link inside must lead somewhere; names of other projects only where their inventories
# were asked for, so that a build depends on no other server.
nitpicky = True
nitpick_ignore_regex = [
    ("py:.*", r"(sklearn|numpy|scipy|pandas|matplotlib|torch|math|joblib)(\..*)?"),
]
if tags.has("linked"):  # noqa: F821
    extensions.append("sphinx.ext.intersphinx")
    intersphinx_mapping = {
        "python": ("https://docs.python.org/3", None),
        "numpy": ("https://numpy.org/doc/stable", None),
        "scipy": ("https://docs.scipy.org/doc/scipy", None),
        "pandas": ("https://pandas.pydata.org/docs", None),
        "sklearn": ("https://scikit-learn.org/stable", None),
    }

# --- gallery ------------------------------------------------------------------------------------
sphinx_gallery_conf = {
    # Run from copies: what a script writes stays out of the examples.
    "examples_dirs": str(_gallery.staged(HERE.parent / "examples", HERE)),
    "gallery_dirs": "gallery",
    "filename_pattern": r"plot_",
    "subsection_order": "_gallery.section_position",
    "within_subsection_order": "_gallery.script_position",
    "image_scrapers": ("_gallery.scrape",),
    "thumbnail_size": (560, 392),
    # A page that loads scripts from other hosts.
    "write_computation_times": False,
    "doc_module": ("skinfo",),
    "reference_url": {"skinfo": None},
    "backreferences_dir": "api/backreferences",
    "remove_config_comments": True,
    "show_memory": False,
    "show_signature": False,
    "download_all_examples": False,
    "abort_on_example_error": True,
}

# --- looks --------------------------------------------------------------------------------------
html_theme = "pydata_sphinx_theme"
# Shown in the header and in the titles of pages.
html_title = f"skinfo {release}"
html_baseurl = urls.get("Documentation", "")
html_favicon = "_static/favicon.svg"
html_show_sourcelink = False
html_static_path = ["_static"]
html_css_files = ["style.css"]
html_theme_options = {
    "navbar_align": "left",
    "header_links_before_dropdown": 7,
    "show_toc_level": 2,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
}
html_sidebars = {"install": [], "start": [], "migration": [], "project/*": []}
if "Source" in urls:
    # Other pages are made from files elsewhere.
    html_theme_options["secondary_sidebar_items"] = {
        **dict.fromkeys(["*", "guide/*"], ("page-toc", "edit-this-page")),
        **dict.fromkeys(["api/*", "gallery/**", "project/*"], ("page-toc",)),
    }
    html_theme_options["use_edit_page_button"] = True
    html_context = {
        "edit_page_url_template": f"{urls['Source']}/edit/main/docs/{{{{ file_name }}}}"
    }


def setup(app):
    """Join what this folder adds to the build."""
    app.connect("builder-inited", _api_pages.write)
    app.connect("builder-inited", _pictures.draw)
    app.connect("builder-inited", _gallery.use_panels, priority=900)
    app.connect("missing-reference", _api_pages.resolve)
    app.connect("autodoc-process-signature", _api_pages.hide_arguments)
    app.connect("autodoc-process-docstring", _api_pages.mend, priority=400)
    app.connect("source-read", _gallery.hide_place)
    app.connect("include-read", _pages.lead_to_pages)
    app.connect("html-page-context", _pages.describe)
    app.connect("build-finished", _pages.check_offline)
