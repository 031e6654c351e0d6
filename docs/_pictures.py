"""Draw the figures of a page by running its blocks of code, one figure after each that has one."""

import doctest
import re
from pathlib import Path

# A block, and the picture that follows it, if one does.
BLOCK = re.compile(r"^```pycon\n(.*?)^```\n(?:\n!\[[^\]]*\]\((drawn/[\w-]+\.png)\))?", re.M | re.S)


def draw(app):
    """Write ``guide/drawn/*.png`` where the page is newer than they are."""
    page = Path(app.srcdir) / "guide" / "pictures.md"
    pictures = [name for _, name in BLOCK.findall(page.read_text(encoding="utf-8")) if name]
    drawn = [page.parent / name for name in pictures]
    if any(not p.exists() or p.stat().st_mtime < page.stat().st_mtime for p in drawn):
        run(page)


def run(page):
    """Run all blocks in order, and keep the figure that each leaves."""
    import matplotlib

    matplotlib.use("agg")
    import matplotlib.pyplot as plt

    names = {}
    (page.parent / "drawn").mkdir(exist_ok=True)
    for code, picture in BLOCK.findall(page.read_text(encoding="utf-8")):
        for example in doctest.DocTestParser().get_examples(code):
            exec(compile(example.source, str(page), "exec"), names)
        if picture:
            plt.gcf().savefig(page.parent / picture, dpi=100, bbox_inches="tight")
        plt.close("all")
