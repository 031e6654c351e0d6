import numpy as np
import pytest

from skinfo.utils._compat import array_api_compat


@pytest.fixture(params=["numpy", "array_api_strict", "torch"])
def xp(request):
    """Each of the namespaces that the measures are tested on."""
    module = pytest.importorskip(request.param, reason="an optional array library")
    return array_api_compat.array_namespace(module.asarray([0.0]))


@pytest.fixture
def numpy_of():
    """Turn a result of any namespace into a NumPy array."""

    def convert(x):
        return np.asarray(x.detach() if array_api_compat.is_torch_array(x) else x)

    return convert
