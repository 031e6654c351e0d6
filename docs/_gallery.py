"""Pages of the gallery, in addition to its settings."""

import shutil

HEADER = """\
=======
Gallery
=======

Scripts to read and to run, each with its pictures. Those with a number are a course, in order:
from the entropy of a distribution to the loss of a network; from 20 on they take real tables, with
plain baselines beside.
"""


def staged(examples, docs):
    """Copy the scripts to where they can be run and leave files behind; return the folder."""
    folder = docs / "_build" / "examples"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for script in examples.glob("plot_*.py"):
        shutil.copy2(script, folder)
    (folder / "GALLERY_HEADER.rst").write_text(HEADER)
    return folder


def hide_place(app, page, source):
    """Take the folder of this build out of what the scripts printed."""
    if page.startswith("gallery/"):
        source[0] = source[0].replace(f"{app.srcdir}/_build/examples/", "")
