"""Measures and losses on other devices: the CPU's answers, left on the device, with gradients.

A device that a machine lacks is skipped. PyTorch on the CPU runs the same lines everywhere.
"""

import importlib

import numpy as np
import pytest
from measures_cases import UNARY
from numpy.testing import assert_allclose
from scipy.special import softmax

from skinfo.metrics import binary_cross_entropy, cross_entropy_loss
from skinfo.utils._compat import array_api_compat


class Torch:
    """Arrays of PyTorch on one device."""

    def __init__(self, device):
        torch = pytest.importorskip("torch", reason="torch is an optional extra")
        if device == "cuda" and not torch.cuda.is_available():
            pytest.skip("no CUDA device")
        self.torch, self.device = torch, torch.device(device, 0 if device == "cuda" else None)

    def array(self, values, gradient=False):
        array = self.torch.asarray(np.asarray(values), device=self.device)
        return array.requires_grad_() if gradient else array

    def numpy(self, array):
        return array.detach().cpu().numpy()

    def gradient(self, value, array):
        return self.torch.autograd.grad(value.sum(), array)[0]


class CuPy:
    """Arrays of CuPy, which have no gradients."""

    def __init__(self):
        try:
            self.cupy = importlib.import_module("cupy")
            self.device = self.cupy.cuda.Device()
            self.device.compute_capability  # noqa: B018  (asks the driver)
        except Exception as error:
            pytest.skip(f"no CuPy with a CUDA device: {error}")

    def array(self, values):
        return self.cupy.asarray(values)

    def numpy(self, array):
        return self.cupy.asnumpy(array)


PLACES = {
    "torch cpu": lambda: Torch("cpu"),
    "torch cuda": lambda: Torch("cuda"),
    "cupy": CuPy,
}


@pytest.fixture(params=PLACES)
def place(request):
    return PLACES[request.param]()


@pytest.fixture(params=["torch cpu", "torch cuda"])
def place_with_gradients(request):
    return PLACES[request.param]()


def check(place, result, expected, rtol=1e-12):
    assert array_api_compat.device(result) == place.device
    assert_allclose(place.numpy(result), expected, rtol=rtol, atol=rtol)


@pytest.mark.parametrize("name", sorted(UNARY))
def test_measures(place, name):
    function, p = UNARY[name]
    check(place, function(place.array(p)), function(np.asarray(p)))


LOGITS = np.random.default_rng(0).normal(size=(40, 3))
LABELS = np.random.default_rng(1).integers(0, 3, 40)
WEIGHTS = np.random.default_rng(2).integers(0, 4, 40).astype(float)

MULTICLASS = {
    "labels": {"y_true": LABELS},
    "weights": {"y_true": LABELS, "sample_weight": WEIGHTS},
    "soft labels": {"y_true": softmax(LOGITS[::-1], axis=1)},
    "class weights": {"y_true": LABELS, "class_weight": [1.0, 2.0, 0.5]},
    "balanced": {"y_true": LABELS, "class_weight": "balanced"},
    "ignored": {"y_true": LABELS, "ignore_index": 1},
    "smoothed": {"y_true": LABELS, "label_smoothing": 0.1},
}
BINARY = {
    "labels": {"y_true": LABELS % 2},
    "weights": {"y_true": LABELS % 2, "sample_weight": WEIGHTS},
    "soft labels": {"y_true": softmax(LOGITS, axis=1)[:, 0]},
    "weight of positives": {"y_true": LABELS % 2, "pos_weight": 3.0},
}
CASES = [
    (loss, z, kwargs, reduction)
    for loss, z, table in [
        (cross_entropy_loss, LOGITS, MULTICLASS),
        (binary_cross_entropy, LOGITS[:, 0], BINARY),
    ]
    for kwargs in table.values()
    for reduction in ("none", "mean")
]
NAMES = [f"{loss.__name__} {kwargs.keys() - {'y_true'}} {r}" for loss, _, kwargs, r in CASES]


def on_place(place, kwargs):
    """The same arguments, with the arrays on a device."""
    return {
        name: place.array(value) if isinstance(value, np.ndarray) else value
        for name, value in kwargs.items()
    }


@pytest.mark.parametrize(("loss", "z", "kwargs", "reduction"), CASES, ids=NAMES)
def test_losses(place, loss, z, kwargs, reduction):
    settings = {"from_logits": True, "reduction": reduction}
    result = loss(**on_place(place, kwargs), y_prob=place.array(z), **settings)
    check(place, result, loss(**kwargs, y_prob=z, **settings))


@pytest.mark.parametrize(("loss", "z", "kwargs", "reduction"), CASES, ids=NAMES)
def test_gradients_of_losses(place_with_gradients, loss, z, kwargs, reduction):
    # A central difference of the loss on NumPy, along one direction.
    place = place_with_gradients
    settings = {"from_logits": True, "reduction": reduction}
    array = place.array(z, gradient=True)
    gradient = place.gradient(loss(**on_place(place, kwargs), y_prob=array, **settings), array)
    assert gradient.device == place.device
    direction, step = np.random.default_rng(3).normal(size=z.shape), 1e-6
    up, down = (
        np.sum(loss(**kwargs, y_prob=z + sign * step * direction, **settings)) for sign in (1, -1)
    )
    assert_allclose(
        np.sum(place.numpy(gradient) * direction), (up - down) / (2 * step), rtol=1e-6, atol=1e-8
    )
