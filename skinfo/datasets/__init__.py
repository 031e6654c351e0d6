"""Samples of known distributions, with the true information in bits, and two real tables."""

from skinfo.datasets._documents import make_documents
from skinfo.datasets._features import make_madelon, make_parity, make_redundant_copies
from skinfo.datasets._numbers import make_correlated_normals, make_steps, make_wave
from skinfo.datasets._predictions import make_predictions
from skinfo.datasets._tables import load_alzheimer, load_lending_club

__all__ = [
    "load_alzheimer",
    "load_lending_club",
    "make_correlated_normals",
    "make_documents",
    "make_madelon",
    "make_parity",
    "make_predictions",
    "make_redundant_copies",
    "make_steps",
    "make_wave",
]
