"""Displays: plots of the results of the other subpackages, in the style of scikit-learn.

Each Display stores the numbers of its plot, so that they can be used without it. Matplotlib is
imported at the first plot.
"""

from skinfo.inspection._binning import BinningDisplay
from skinfo.inspection._distribution import DistributionDisplay
from skinfo.inspection._drift import DriftDisplay
from skinfo.inspection._information_plane import InformationPlaneDisplay
from skinfo.inspection._interaction import InteractionDisplay
from skinfo.inspection._joint import JointDistributionDisplay
from skinfo.inspection._matrix import MutualInfoMatrixDisplay
from skinfo.inspection._mutual_info import MutualInfoDisplay
from skinfo.inspection._reliability import ReliabilityDisplay
from skinfo.inspection._report import InformationReport, information_report
from skinfo.inspection._score_decomposition import ScoreDecompositionDisplay
from skinfo.inspection._selection_path import SelectionPathDisplay
from skinfo.inspection._selection_report import SelectionReportDisplay
from skinfo.inspection._uncertainty import UncertaintyDisplay

__all__ = [
    "BinningDisplay",
    "DistributionDisplay",
    "DriftDisplay",
    "InformationPlaneDisplay",
    "InformationReport",
    "InteractionDisplay",
    "JointDistributionDisplay",
    "MutualInfoDisplay",
    "MutualInfoMatrixDisplay",
    "ReliabilityDisplay",
    "ScoreDecompositionDisplay",
    "SelectionPathDisplay",
    "SelectionReportDisplay",
    "UncertaintyDisplay",
    "information_report",
]
