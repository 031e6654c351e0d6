"""Sections of the gallery by task, in addition to its settings."""

import shutil
from pathlib import Path

HEADER = """\
=======
Gallery
=======

Examples with their figures, by task. Most of those on real tables compare with plain baselines.
"""

# Folder, title and scripts (without ``plot_``) of each section, in the order of the page.
SECTIONS = [
    (
        "workflows",
        "Complete workflows",
        ["quickstart", "mixed_table", "19_report", "17_credit", "21_column_transformer"],
    ),
    (
        "information",
        "Entropy and mutual information",
        ["01_entropy", "02_cross_entropy", "03_mutual_information", "16_synergy"],
    ),
    (
        "binning",
        "Binning",
        ["06_binning", "18_control_of_bins", "20_regression", "24_many_levels"],
    ),
    (
        "selection",
        "Feature selection",
        ["05_redundancy_and_the_bottleneck", "08_genes", "22_bag_of_words", "23_leaves"],
    ),
    (
        "scoring",
        "Log loss, calibration and uncertainty",
        ["04_log_loss", "09_calibration", "uncertainty", "10_model_selection", "13_distillation"],
    ),
    (
        "bottleneck",
        "Clusters by the information bottleneck",
        ["11_text_categories", "15_documents_and_words", "12_information_plane"],
    ),
    ("production", "Large tables and new samples", ["14_large_tables", "25_drift"]),
]

# Thumbnails that show one panel of several, which is large enough to be read: the number of the
# figure of a script, and the numbers of the axes in it.
PANELS = {
    "01_entropy": (1, [0, 1]),
    "02_cross_entropy": (2, [0]),
    "03_mutual_information": (1, [1, 2, 3]),
    "04_log_loss": (1, [1]),
    "05_redundancy_and_the_bottleneck": (1, [0]),
    "06_binning": (1, [1]),
    "08_genes": (1, [1]),
    "09_calibration": (2, [0]),
    "10_model_selection": (1, [1]),
    "11_text_categories": (1, [0]),
    "12_information_plane": (1, [0]),
    "14_large_tables": (1, [0]),
    "15_documents_and_words": (1, [1]),
    "16_synergy": (1, [0]),
    "17_credit": (1, [1]),
    "20_regression": (1, [1]),
    "21_column_transformer": (1, [1]),
    "22_bag_of_words": (1, [0]),
    "23_leaves": (1, [0]),
    "25_drift": (1, [0]),
    "quickstart": (1, [2]),
    "uncertainty": (1, [0]),
}


def staged(examples, docs):
    """Copy the scripts to where they can be run and leave files behind; return the folder."""
    folder = docs / "_build" / "examples"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "GALLERY_HEADER.rst").write_text(HEADER)
    for section, title, names in SECTIONS:
        (folder / section).mkdir()
        (folder / section / "GALLERY_HEADER.rst").write_text(f"{title}\n{'-' * len(title)}\n")
        for name in names:
            shutil.copy2(examples / f"plot_{name}.py", folder / section)
    remove_stale(docs / "gallery", folder)
    return folder


def remove_stale(gallery, folder):
    """Remove the pages of scripts that are no longer in their place."""
    for page in gallery.rglob("*.rst"):
        source = folder / page.relative_to(gallery)
        source = source.parent if page.name == "index.rst" else source.with_suffix(".py")
        if not source.exists():
            page.unlink()


def section_position(folder):
    """Return the place of the folder of a section on the page."""
    return [section for section, _, _ in SECTIONS].index(Path(folder).name)


def script_position(file_name):
    """Return the place of a script on the page."""
    scripts = [f"plot_{name}.py" for _, _, names in SECTIONS for name in names]
    return scripts.index(file_name)


def scrape(block, block_vars, gallery_conf):
    """Save the figures of a block as Sphinx-Gallery does, and the panel of the thumbnail."""
    import matplotlib.pyplot as plt
    from sphinx_gallery.scrapers import matplotlib_scraper

    script = Path(block_vars["src_file"])
    number, panels = PANELS.get(name_of(script), (None, None))
    before = len(block_vars["image_path_iterator"])
    for i, of_block in enumerate(plt.get_fignums(), before + 1):
        if i == number:
            save_panels(plt.figure(of_block), panels, panel_file(Path(block_vars["target_file"])))
    return matplotlib_scraper(block, block_vars, gallery_conf)


def save_panels(figure, panels, path):
    """Save the part of a figure that some of its axes cover, with their labels."""
    from matplotlib.transforms import Bbox

    figure.canvas.draw()
    boxes = [figure.axes[i].get_tightbbox(figure.canvas.get_renderer()) for i in panels]
    inches = Bbox.union(boxes).transformed(figure.dpi_scale_trans.inverted()).padded(0.05)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, bbox_inches=inches, dpi=150)


def use_panels(app):
    """Make the thumbnails of the scripts in `PANELS` of their panels, if these have been run."""
    from sphinx_gallery.utils import scale_image

    size = app.config.sphinx_gallery_conf["thumbnail_size"]
    for script in (Path(app.srcdir) / "gallery").rglob("plot_*.py"):
        if name_of(script) in PANELS and panel_file(script).exists():
            thumbnail = script.parent / "images" / "thumb" / f"sphx_glr_{script.stem}_thumb.png"
            scale_image(panel_file(script), thumbnail, *size)


def panel_file(script):
    """Return the file of the panel of a script of the gallery."""
    return script.parent / "images" / "panel" / f"{script.stem}.png"


def name_of(script):
    """Return the name of a script in the tables of this module."""
    return script.stem.removeprefix("plot_")


def hide_place(app, page, source):
    """Take the folder of this build out of what the scripts printed."""
    if page.startswith("gallery/"):
        source[0] = source[0].replace(f"{app.srcdir}/_build/examples/", "")
