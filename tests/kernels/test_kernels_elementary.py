"""Logarithm, exponential and log factorial without branches, against NumPy's and SciPy's."""

import numpy as np
from scipy.special import gammaln, xlogy

from skinfo._kernels._elementary import N_LOOKED_UP, exps, log_factorials, logs, xlogx_table


def test_logarithm_is_within_a_unit_in_the_last_place():
    rng = np.random.default_rng(0)
    x = np.concatenate([np.exp(rng.uniform(-600, 600, 3000)), rng.uniform(0.5, 2, 3000)])
    x = np.append(x, [1.0, 2.0, 1e12])
    assert (np.abs(logs(x) - np.log(x)) <= np.spacing(np.abs(np.log(x)))).all()
    assert logs(np.ones(1)).tolist() == [0.0]
    assert (0.0 * logs(np.zeros(1))).tolist() == [0.0]


def test_log_factorial():
    rng = np.random.default_rng(0)
    x = np.concatenate([np.arange(50.0), rng.uniform(0, 20, 1000), 10 ** rng.uniform(0, 12, 1000)])
    # Absolute near the zeros, at x = 0 and 1, where Stirling's terms of about 17 cancel.
    np.testing.assert_allclose(log_factorials(x), gammaln(x + 1), rtol=1e-13, atol=2e-14)


def test_exp():
    x = np.concatenate([-np.geomspace(1e-300, 699, 2000), [0.0, -701.0, -1e300, -np.inf]])
    np.testing.assert_allclose(exps(x), np.where(x < -700, 0, np.exp(x)), rtol=5e-16)


def test_table_of_x_ln_x():
    for n in (0, 5, N_LOOKED_UP + 5):
        x = np.arange(min(n, N_LOOKED_UP))
        np.testing.assert_allclose(xlogx_table(n), xlogy(x, x), rtol=1e-15)
