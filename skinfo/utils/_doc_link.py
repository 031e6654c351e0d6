"""Link from the HTML representation of an estimator to its page in the API reference."""

from functools import cache
from importlib.metadata import PackageNotFoundError, metadata


class DocLinkMixin:
    """Mixin with the documentation address of an estimator; to inherit before BaseEstimator."""

    # Subclasses in other packages have no page.
    _doc_link_module = "skinfo"

    @property
    def _doc_link_template(self) -> str:
        """Template of the address for scikit-learn, or "" if the package declares none."""
        site = documentation_address()
        return f"{site}/api/{{estimator_module}}.{{estimator_name}}.html" if site else ""


@cache
def documentation_address() -> str:
    """Return the entry "Documentation" of `[project.urls]` in pyproject.toml, or ""."""
    try:
        entries = metadata("skinfo").get_all("Project-URL", [])
    except PackageNotFoundError:
        return ""
    addresses: dict[str, str] = dict(entry.split(", ", 1) for entry in entries)
    return addresses.get("Documentation", "").rstrip("/")
