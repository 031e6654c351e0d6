"""Descriptions of the pages of the site, their links, and a check that they need no other host."""

import html
import re
import textwrap
from html.parser import HTMLParser
from pathlib import Path

from docutils import nodes

# What a browser loads without a click. Links of <a> are followed by readers only.
LOADING = {
    "script": "src",
    "img": "src",
    "source": "src",
    "iframe": "src",
    "video": "src",
    "audio": "src",
    "link": "href",
}
# <link> elements that only name an address.
NAMING = {"canonical", "index", "next", "prev", "search", "alternate", "license"}
IN_STYLES = re.compile(r"(?:url\(|@import)\s*[\"']?\s*((?:https?:)?//[^\"')\s]+)")

# Pages that include a file of the top of the repository.
INCLUDED = {
    "ARCHITECTURE.md": "architecture.md",
    "CODE_OF_CONDUCT.md": "conduct.md",
    "CONTRIBUTING.md": "contributing.md",
}


def lead_to_pages(app, path, page, content):
    """Let links between included files lead to the pages that include them."""
    for file, including in INCLUDED.items():
        content[0] = content[0].replace(f"]({file})", f"]({including})")


def describe(app, page, template, context, doctree):
    """Give a page its first paragraph as the description that searches show."""
    if doctree is None:
        return
    for paragraph in doctree.findall(nodes.paragraph):
        # Not the notes at the top of the examples.
        if not isinstance(paragraph.parent, nodes.Admonition):
            text = textwrap.shorten(paragraph.astext(), 200, placeholder=" ...")
            context["metatags"] += f'\n<meta name="description" content="{html.escape(text)}" />'
            return


def check_offline(app, error):
    """Raise if a page or a style sheet of the site loads something from another host."""
    if error is not None:
        return
    site = Path(app.outdir)
    found = {
        f"{path.relative_to(site)}: {address}"
        for path in sorted([*site.rglob("*.html"), *site.rglob("*.css")])
        for address in loaded_from_hosts(path.read_text(encoding="utf-8"), path.suffix)
    }
    if found:
        raise RuntimeError("These pages load from other hosts:\n" + "\n".join(sorted(found)))


def loaded_from_hosts(text, suffix):
    """Return the addresses of other hosts that a page (.html) or a style sheet (.css) loads."""
    if suffix == ".css":
        return IN_STYLES.findall(text)
    page = _Page()
    page.feed(text)
    return page.addresses


class _Page(HTMLParser):
    """Reader of the addresses that a page loads from other hosts, in `addresses`."""

    def __init__(self):
        super().__init__()
        self.addresses = []
        self._tag = None

    def handle_starttag(self, tag, attrs):
        self._tag = tag
        attrs = dict(attrs)
        address = attrs.get(LOADING.get(tag)) or ""
        if tag == "link" and set((attrs.get("rel") or "").split()) <= NAMING:
            return
        if re.match(r"(https?:)?//", address):
            self.addresses.append(address)

    def handle_endtag(self, tag):
        self._tag = None

    def handle_data(self, data):
        if self._tag == "style":
            self.addresses += IN_STYLES.findall(data)
