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


def hide_place(app, page, source):
    """Take the folder of this build out of what the scripts printed."""
    if page.startswith("gallery/"):
        source[0] = source[0].replace(f"{app.srcdir}/_build/examples/", "")
