"""Pages of the reference, one a public name, written from each subpackage's ``__all__``."""

import importlib
import inspect
import pkgutil
import re
from pathlib import Path

import skinfo

# A page of one name, with the examples that use it.
PAGE = """\
{title}

.. currentmodule:: {package}

{terms}{body}
.. minigallery:: {path}
   :add-heading: Examples that use it
   :heading-level: -
"""

# Terms of the field that the search of the site leads to a page, first of all pages with them.
TERMS = {
    "InfoBottleneckSelector": ["feature selection", "mrmr", "redundant features"],
    "InformationBottleneck": ["document clustering", "information bottleneck"],
    "MutualInfoBinner": [
        "discretization",
        "information value",
        "optimal binning",
        "weight of evidence",
    ],
    "EntropyScorer": ["cross-entropy", "log loss", "predictive uncertainty"],
    "calibration_error": ["expected calibration error"],
    "log_loss_decomposition": ["miscalibration"],
    "multivariate_info": ["total correlation"],
    "population_stability": ["population stability index", "psi"],
    "pairwise_interaction": ["interaction information", "synergy"],
}

FUNCTION = """\
.. autofunction:: {name}
"""

# A class without the methods that every scikit-learn estimator has.
CLASS = """\
.. autoclass:: {name}
   :members: {methods}
"""

# The result of a function, on its page: the function alone makes it.
RESULT = """\
.. rubric:: The result

.. autoclass:: {name}
   :members: {methods}
"""

INDEX = """\
=========
Reference
=========

.. module:: skinfo

Every public name, by the subpackage it is imported from. The estimators can also be imported
from :mod:`skinfo` itself.

{sections}"""

SECTION = """\
.. module:: {package}

{title}

{summary}

.. list-table::
   :widths: 40 60

{rows}

.. toctree::
   :hidden:
   :caption: {package}

{pages}
"""


def write(app):
    """Write ``api/``: an index by subpackage, and a page for each name."""
    folder = Path(app.srcdir) / "api"
    folder.mkdir(exist_ok=True)
    sections, pages = [], {}
    for package, module in public_packages():
        sections.append(section(package, module))
        for name in names_with_pages(module):
            pages[f"{package}.{name}"] = page(package, module, name)
    pages["index"] = INDEX.format(sections="\n".join(sections))
    for stale in folder.glob("*.rst"):
        if stale.stem not in pages:
            stale.unlink()
    for stem, text in pages.items():
        put(folder / f"{stem}.rst", text)


def public_packages():
    """Return the name and module of each subpackage that exports something."""
    names = sorted(
        f"skinfo.{module.name}"
        for module in pkgutil.iter_modules(skinfo.__path__)
        if module.ispkg and not module.name.startswith("_")
    )
    modules = [(name, importlib.import_module(name)) for name in names]
    return [(name, module) for name, module in modules if getattr(module, "__all__", None)]


def names_with_pages(module):
    """Return the public names of a subpackage without the results of its functions."""
    results = {result_of(module, name) for name in module.__all__}
    return [name for name in module.__all__ if name not in results]


def section(package, module):
    """Return the entry of one subpackage in the index."""
    with_pages = names_with_pages(module)
    rows = "\n".join(
        f"   * - {link(package, name, name in with_pages)}\n"
        f"     - {summary(getattr(module, name))}"
        for name in module.__all__
    )
    return SECTION.format(
        package=package,
        title=heading(package, "-"),
        summary=summary(module),
        rows=rows,
        pages="\n".join(f"   {name} <{package}.{name}>" for name in with_pages),
    )


def link(package, name, has_page):
    """Return the link of the index to a name: to its page, or to its place on a page."""
    return f":doc:`{name} <{package}.{name}>`" if has_page else f":class:`~{package}.{name}`"


def page(package, module, name):
    """Return the page of one public name."""
    thing, result = getattr(module, name), result_of(module, name)
    if inspect.isclass(thing):
        body = CLASS.format(name=name, methods=methods(thing))
    else:
        body = FUNCTION.format(name=name)
    if result is not None:
        body += "\n" + RESULT.format(name=result, methods=methods(getattr(module, result)))
    # The estimators are known to the gallery by their shortest name.
    path = f"skinfo.{name}" if name in skinfo.__all__ else f"{package}.{name}"
    terms = "".join(f".. index:: ! {term}\n\n" for term in TERMS.get(name, []))
    title = heading(name, "=")
    return PAGE.format(title=title, package=package, terms=terms, body=body, path=path)


def result_of(module, name):
    """Return the name of the class that a function returns, or None if it exports none."""
    thing = getattr(module, name)
    if inspect.isclass(thing):
        return None
    returned = inspect.signature(thing).return_annotation
    returned = getattr(returned, "__name__", returned)
    return returned if returned in module.__all__ else None


def methods(cls):
    """Return the public methods written in skinfo, separated by commas."""
    return ", ".join(
        name
        for name, value in inspect.getmembers(cls, callable)
        if not name.startswith("_") and getattr(value, "__module__", "").startswith("skinfo")
    )


def summary(thing):
    """Return the first sentence of a docstring."""
    return " ".join(inspect.getdoc(thing).split("\n\n")[0].split())


def heading(text, rule):
    """Return a title with the rule under it."""
    return f"{text}\n{rule * len(text)}"


def resolve(app, env, node, contnode):
    """Lead ``skinfo.Name``, or a method of it, to its page, which is that of the subpackage."""
    path = node.get("reftarget", "").removeprefix("skinfo.")
    name = path.partition(".")[0]
    for package, module in public_packages() if name in skinfo.__all__ else ():
        if name in module.__all__:
            target = f"{package}.{path}"
            domain = env.get_domain("py")
            return domain.resolve_xref(
                env, node["refdoc"], app.builder, "obj", target, node, contnode
            )
    return None


def hide_arguments(app, what, path, thing, options, signature, returned):
    """Leave out what a result is made of: its function makes it."""
    package, _, name = path.rpartition(".")
    module = importlib.import_module(package) if what == "class" else None
    if module is not None and name not in names_with_pages(module):
        return "", None
    return None


def mend(app, what, name, obj, options, lines):
    """Join broken lines, and keep ``n_features_in_`` from being a link, "N. Name" a list."""
    text = "\n".join(lines)
    text = re.sub(r"\\\n\s*", "", text)
    text = re.sub(r"^(\.\. \[\d+\] )(?=[A-Z]\. )", r"\1\\", text, flags=re.M)
    text = re.sub(r"(?<=shape )\([^()]*\)", lambda m: re.sub(r"\b\w+_\b", r"`\g<0>`", m[0]), text)
    lines[:] = text.split("\n")


def put(path, text):
    """Write a file unless it says so already, which leaves its page built."""
    if not path.exists() or path.read_text() != text:
        path.write_text(text)
