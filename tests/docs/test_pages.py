"""The reference has a page for each public name, and the guide speaks of each."""

import importlib
import inspect
import pkgutil
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import skinfo

DOCS = Path(__file__).parents[2] / "docs"
PAGES = [*DOCS.glob("*.md"), *DOCS.glob("guide/*.md")]

PUBLIC = [
    (module.name, name)
    for module in pkgutil.iter_modules(skinfo.__path__, "skinfo.")
    if module.ispkg and not module.name.startswith("skinfo._")
    for name in getattr(importlib.import_module(module.name), "__all__", ())
]


@pytest.fixture
def api_pages(monkeypatch):
    """The module that writes the reference."""
    monkeypatch.syspath_prepend(str(DOCS))
    yield importlib.import_module("_api_pages")
    del sys.modules["_api_pages"]


# The classes that functions return are on the pages of the functions.
RESULTS = {
    (package, name)
    for package, name in PUBLIC
    if inspect.isclass(thing := getattr(importlib.import_module(package), name))
    and any(
        inspect.signature(function).return_annotation in (thing, name)
        for function in vars(importlib.import_module(package)).values()
        if inspect.isfunction(function)
    )
}
WITH_PAGES = sorted(set(PUBLIC) - RESULTS)


@pytest.mark.parametrize(("package", "name"), WITH_PAGES)
def test_the_guide_speaks_of_each_public_name(package, name):
    assert any(name in page.read_text(encoding="utf-8") for page in PAGES), f"{package}.{name}"


def test_a_page_for_each_public_name(api_pages, tmp_path):
    api_pages.write(SimpleNamespace(srcdir=tmp_path))
    written = {page.stem for page in (tmp_path / "api").glob("*.rst")}
    assert written == {"index", *(f"{package}.{name}" for package, name in WITH_PAGES)}
    index = (tmp_path / "api" / "index.rst").read_text(encoding="utf-8")
    assert all(f":doc:`{name} <{package}.{name}>`" in index for package, name in WITH_PAGES)
    assert all(f":class:`~{package}.{name}`" in index for package, name in RESULTS)


def test_search_leads_from_terms_to_pages(api_pages, tmp_path):
    assert set(api_pages.TERMS) <= {name for _, name in PUBLIC}
    api_pages.write(SimpleNamespace(srcdir=tmp_path))
    page = (tmp_path / "api" / "skinfo.preprocessing.MutualInfoBinner.rst").read_text()
    assert ".. index:: ! weight of evidence\n\n.. autoclass:: MutualInfoBinner\n" in page


def test_stale_pages_go(api_pages, tmp_path):
    (tmp_path / "api").mkdir()
    (tmp_path / "api" / "skinfo.measures.gone.rst").write_text("gone")
    api_pages.write(SimpleNamespace(srcdir=tmp_path))
    assert not (tmp_path / "api" / "skinfo.measures.gone.rst").exists()


def test_methods_are_those_written_here(api_pages):
    listed = api_pages.methods(skinfo.MutualInfoBinner).split(", ")
    assert {"fit", "bin_table", "to_sql"} <= set(listed)
    assert "set_output" not in listed  # scikit-learn's


def test_results_are_shown_with_their_functions_by_their_public_path(api_pages, tmp_path):
    api_pages.write(SimpleNamespace(srcdir=tmp_path))
    page = (tmp_path / "api" / "skinfo.metrics.log_loss_decomposition.rst").read_text()
    _, shown = page.split(".. currentmodule:: skinfo.metrics\n")
    assert "\n.. autoclass:: LogLossDecomposition\n   :members: " in shown
    assert "report" in shown
    pages = [path.read_text() for path in (tmp_path / "api").glob("*.rst")]
    assert all(any(f"autoclass:: {name}\n" in page for page in pages) for _, name in RESULTS)


def test_what_a_result_is_made_of_is_hidden(api_pages):
    def shown(what, path):
        return api_pages.hide_arguments(None, what, path, None, None, "(a)", None)

    assert shown("class", "skinfo.metrics.LogLossDecomposition") == ("", None)
    assert shown("class", "skinfo.metrics.EntropyScorer") is None
    assert shown("function", "skinfo.metrics.log_loss_decomposition") is None
    assert shown("method", "skinfo.metrics.LogLossDecomposition.report") is None


def test_docstrings_are_mended(api_pages):
    lines = [
        "a : {1, \\",
        "      2}",
        "b : ndarray of shape (n_features_in_, n_features_)",
        "c_ : x",
        ".. [1] N. Siddiqi, 2006.",
        ".. [2] Good, 1952.",
    ]
    api_pages.mend(None, "class", "name", inspect, None, lines)
    assert lines == [
        "a : {1, 2}",
        "b : ndarray of shape (`n_features_in_`, `n_features_`)",
        "c_ : x",
        ".. [1] \\N. Siddiqi, 2006.",
        ".. [2] Good, 1952.",
    ]
