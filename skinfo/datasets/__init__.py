"""Samples of known distributions, with the true information in bits."""

from skinfo.datasets._documents import make_documents
from skinfo.datasets._features import make_madelon, make_parity, make_redundant_copies
from skinfo.datasets._numbers import make_correlated_normals, make_steps, make_wave
from skinfo.datasets._predictions import make_predictions

__all__ = [
    "make_correlated_normals",
    "make_documents",
    "make_madelon",
    "make_parity",
    "make_predictions",
    "make_redundant_copies",
    "make_steps",
    "make_wave",
]
