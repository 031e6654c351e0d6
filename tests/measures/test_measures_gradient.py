"""Gradients on PyTorch: finite at the edges, equal to the derivation elsewhere."""

import math

import pytest
from measures_cases import UNARY

from skinfo.measures import (
    cross_entropy,
    entropy,
    js_divergence,
    kl_divergence,
    mutual_information,
    renyi_entropy,
)

torch = pytest.importorskip("torch", reason="torch is an optional extra")


def leaf(values, dtype=torch.float64):
    return torch.tensor(values, dtype=dtype, requires_grad=True)


def gradients(value, *leaves):
    return torch.autograd.grad(value.sum(), leaves)


@pytest.mark.parametrize("name", sorted(UNARY))
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_gradients_are_finite_at_zeros(name, dtype):
    # Every array of the table has zeros once these outcomes are put in front.
    function, p = UNARY[name]
    p = torch.tensor(p, dtype=dtype)
    p = torch.nn.functional.pad(p, (1, 0) * p.ndim).requires_grad_()
    (gradient,) = gradients(function(p), p)
    assert torch.isfinite(gradient).all()


@pytest.mark.parametrize("average", ["arithmetic", "geometric", "joint", "max", "min"])
def test_normalized_gradient_is_finite_where_a_variable_is_constant(average):
    p = leaf([[1.0, 0.0], [0.0, 0.0]])
    value = UNARY["normalized_mutual_information"][0](p, average=average)
    assert torch.isfinite(*gradients(value, p)).all()


@pytest.mark.parametrize("alpha", [0, 0.5, 0.95, 1, 1.05, 2, 30, math.inf])
def test_renyi_gradient_is_finite_at_zeros_and_right_elsewhere(alpha):
    p = leaf([0.0, 0.6, 0.3, 0.1])
    (gradient,) = gradients(renyi_entropy(p, alpha), p)
    assert torch.isfinite(gradient).all()
    logits = torch.tensor([0.1, 0.7, -1.0], dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda t: renyi_entropy(t.softmax(-1), alpha), logits)


def test_entropy_gradient():
    # d/dp_i of -sum p ln p is -(ln p_i + 1); 0 is put for the infinity at 0.
    p = leaf([0.5, 0.25, 0.25, 0.0])
    (gradient,) = gradients(entropy(p, base=math.e), p)
    torch.testing.assert_close(gradient[:3], -(p[:3].log() + 1).detach())
    assert gradient[3] == 0


def test_cross_entropy_gradient():
    # -ln q_i with respect to p_i, -p_i / q_i with respect to q_i.
    p, q = leaf([0.5, 0.5, 0.0]), leaf([0.25, 0.5, 0.25])
    by_p, by_q = gradients(cross_entropy(p, q, base=math.e), p, q)
    torch.testing.assert_close(by_p, -q.log().detach())
    torch.testing.assert_close(by_q, (-p / q).detach())


@pytest.mark.parametrize("near", [1.0, 0.01])
def test_kl_gradient(near):
    # ln(p_i / q_i) and 1 - p_i / q_i, in both formulas of the term.
    p = leaf([0.25, 0.5, 0.25])
    q = leaf([0.25 + 0.2 * near, 0.5 - 0.3 * near, 0.25 + 0.1 * near])
    by_p, by_q = gradients(kl_divergence(p, q, base=math.e), p, q)
    torch.testing.assert_close(by_p, (p / q).log().detach(), rtol=1e-12, atol=1e-15)
    torch.testing.assert_close(by_q, (1 - p / q).detach(), rtol=1e-12, atol=1e-15)


def test_kl_is_the_loss_of_torch():
    # Through log_softmax the constant by which the gradients differ disappears.
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(6, 4, dtype=torch.float64, generator=generator).requires_grad_()
    target = torch.randn(6, 4, dtype=torch.float64, generator=generator).softmax(-1)
    target[0] = torch.tensor([1.0, 0.0, 0.0, 0.0])
    theirs = torch.nn.functional.kl_div(logits.log_softmax(-1), target, reduction="none").sum(-1)
    ours = kl_divergence(target, logits.softmax(-1), base=math.e)
    torch.testing.assert_close(ours, theirs, rtol=1e-12, atol=1e-14)
    torch.testing.assert_close(
        *(gradients(loss, logits)[0] for loss in (ours, theirs)), rtol=1e-12, atol=1e-14
    )


def test_cross_entropy_is_the_loss_of_torch():
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(6, 4, generator=generator).requires_grad_()
    target = torch.eye(4)[[0, 1, 2, 3, 0, 1]]
    theirs = torch.nn.functional.cross_entropy(logits, target, reduction="none")
    ours = cross_entropy(target, logits.softmax(-1), base=math.e)
    torch.testing.assert_close(ours, theirs)
    torch.testing.assert_close(*(gradients(loss, logits)[0] for loss in (ours, theirs)))


def test_float32_gradient_survives_a_very_small_q():
    # d/dq of -p ln(q) is -p / q = -5e29, in range; by way of p / q it would be -inf.
    q = leaf([1.0, 1e-30], dtype=torch.float32)
    p = torch.tensor([0.5, 0.5])
    for loss in (kl_divergence(p, q), cross_entropy(p, q)):
        assert torch.isfinite(*gradients(loss, q)).all()


def test_infinite_divergence_has_a_finite_gradient():
    p, q = leaf([0.5, 0.5]), leaf([1.0, 0.0])
    for loss in (kl_divergence(p, q), cross_entropy(p, q)):
        assert loss == math.inf
        assert all(torch.isfinite(g).all() for g in gradients(loss, p, q))


def test_js_and_mutual_information_against_finite_differences():
    logits = torch.tensor([[0.3, -0.2, 0.5], [0.1, 1.0, -1.0]], dtype=torch.float64)
    a, b = (row.clone().requires_grad_() for row in logits)

    def js(a, b):
        return js_divergence(a.softmax(-1), b.softmax(-1), weights=(0.3, 0.7))

    def mi(t):
        return mutual_information(t.flatten().softmax(-1).reshape(t.shape))

    assert torch.autograd.gradcheck(js, (a, b))
    assert torch.autograd.gradcheck(mi, logits.clone().requires_grad_())


def test_mutual_information_can_be_learnt():
    # Gradient ascent on a channel finds the noiseless one, a whole bit.
    logits = torch.tensor([[0.1, 0.0], [0.0, 0.1]], dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.Adam([logits], lr=0.3)
    for _ in range(60):
        optimizer.zero_grad()
        loss = -mutual_information(logits.softmax(-1) / 2)
        loss.backward()
        optimizer.step()
    assert -loss > 0.99
