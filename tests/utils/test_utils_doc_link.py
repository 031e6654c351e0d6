"""The HTML representation of an estimator leads to its page of the reference."""

from email.message import Message

import pytest
from sklearn.utils import estimator_html_repr

from skinfo import MutualInfoBinner, metrics
from skinfo.cluster import InformationBottleneck
from skinfo.feature_selection import InfoBottleneckSelector
from skinfo.scorecard import Scorecard
from skinfo.utils import _doc_link

ESTIMATORS = [
    metrics.EntropyScorer,
    InfoBottleneckSelector,
    InformationBottleneck,
    MutualInfoBinner,
    Scorecard,
]


@pytest.fixture
def declared(monkeypatch):
    """Give the package the addresses of a list, as its metadata hold them."""

    def declare(entries):
        message = Message()
        for entry in entries:
            message["Project-URL"] = entry
        monkeypatch.setattr(_doc_link, "metadata", lambda name: message)

    _doc_link.documentation_address.cache_clear()
    yield declare
    _doc_link.documentation_address.cache_clear()


@pytest.mark.parametrize("cls", ESTIMATORS)
def test_the_link_is_the_page_of_the_reference(cls, declared):
    declared(["Source, https://code.test/skinfo", "Documentation, https://docs.test/skinfo/"])
    package = ".".join(cls.__module__.split(".")[:2])
    address = f"https://docs.test/skinfo/api/{package}.{cls.__name__}.html"
    assert f'href="{address}"' in estimator_html_repr(cls())


@pytest.mark.parametrize("entries", [[], ["Source, https://code.test/skinfo"]])
def test_no_link_without_a_declared_address(entries, declared):
    declared(entries)
    assert MutualInfoBinner()._get_doc_link() == ""
    assert "code.test" not in estimator_html_repr(MutualInfoBinner())


def test_no_link_without_an_installed_package(declared, monkeypatch):
    def not_installed(name):
        raise _doc_link.PackageNotFoundError(name)

    monkeypatch.setattr(_doc_link, "metadata", not_installed)
    assert MutualInfoBinner()._get_doc_link() == ""


def test_subclasses_elsewhere_have_no_page(declared):
    declared(["Documentation, https://docs.test/skinfo"])

    class Binner(MutualInfoBinner):
        pass

    assert Binner()._get_doc_link() == ""
