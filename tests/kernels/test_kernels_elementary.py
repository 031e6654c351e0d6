"""The exponential without branches, against NumPy's."""

import numpy as np

from skinfo._kernels._elementary import exps


def test_exp():
    x = np.concatenate([-np.geomspace(1e-300, 699, 2000), [0.0, -701.0, -1e300, -np.inf]])
    np.testing.assert_allclose(exps(x), np.where(x < -700, 0, np.exp(x)), rtol=5e-16)
