"""Information theory as scikit-learn estimators: discretise, select and score in bits."""

from skinfo.cluster import InformationBottleneck
from skinfo.feature_selection import InfoBottleneckSelector
from skinfo.metrics import EntropyScorer
from skinfo.preprocessing import MutualInfoBinner

__version__ = "0.1.0"

__all__ = ["EntropyScorer", "InfoBottleneckSelector", "InformationBottleneck", "MutualInfoBinner"]
