"""Expected columns of EntropyScorer, shared by its tests."""

import numpy as np
import pytest
from scipy.stats import entropy


@pytest.fixture(scope="session")
def expected_columns():
    """Return a function: predictions -> entropy, margin and largest probability."""

    def columns(prob, base=2):
        top = np.sort(prob, axis=1)
        margin = top[:, -1] - top[:, -2]
        return np.column_stack([entropy(prob, axis=1, base=base), margin, top[:, -1]])

    return columns
