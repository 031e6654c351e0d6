"""Link from the HTML representation of an estimator to its page of the reference."""

from functools import cache
from importlib.metadata import PackageNotFoundError, metadata


class DocLinkMixin:
    """Mixin of estimators, before BaseEstimator: the address of their documentation."""

    # Of subclasses elsewhere there is no page.
    _doc_link_module = "skinfo"

    @property
    def _doc_link_template(self) -> str:
        """Address that scikit-learn fills in, or "" where the package declares none."""
        site = documentation_address()
        return f"{site}/api/{{estimator_module}}.{{estimator_name}}.html" if site else ""


@cache
def documentation_address() -> str:
    """Return the address "Documentation" of `[project.urls]` in pyproject.toml, "" without one."""
    try:
        entries = metadata("skinfo").get_all("Project-URL", [])
    except PackageNotFoundError:
        return ""
    addresses: dict[str, str] = dict(entry.split(", ", 1) for entry in entries)
    return addresses.get("Documentation", "").rstrip("/")
