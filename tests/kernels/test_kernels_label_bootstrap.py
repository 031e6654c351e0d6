"""Labels drawn again from predictions, and the loss of their isotonic rates."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy.optimize import isotonic_regression
from scipy.special import xlogy

from skinfo._kernels._label_bootstrap import (
    SINGLE_DRAWS_UP_TO,
    bootstrap_gains,
    draw_counts,
    drawn_label,
    pooled_loss,
)


@given(st.integers(0, 2**32 - 1), st.booleans(), st.booleans())
@settings(max_examples=60, deadline=None)
def test_pooled_loss_is_that_of_isotonic_regression(seed, is_binary, weighted):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 30))
    mass = rng.random(n) + 0.1 if weighted else rng.integers(1, 4, n).astype(float)
    hits = mass * rng.choice([0.0, 0.0, 0.5, 1.0], n)
    rate = isotonic_regression(hits / mass, weights=mass).x.clip(0, 1)
    expected = -xlogy(hits, rate).sum()
    if is_binary:
        expected -= xlogy(mass - hits, 1 - rate).sum()
    work = hits.copy()
    total, loss = pooled_loss(work, mass, is_binary, np.empty(n), np.empty(n))
    assert_allclose(loss, expected, atol=1e-9)
    assert_allclose(total, hits.sum())
    assert not work.any()


@pytest.mark.parametrize("uniform", [0.0, 0.1, 0.3, 0.7, np.nextafter(1, 0)])
def test_drawn_label_is_where_the_cumulated_probability_passes_the_number(uniform):
    prob = np.array([[0.2, 0.0, 0.5, 0.3 - 1e-9, 0.0]])
    # Of what is left at the end by rounding, the last label that can happen.
    expected = min(np.searchsorted(prob[0].cumsum(), uniform, side="right"), 3)
    assert drawn_label(prob[0], uniform) == expected


@pytest.mark.parametrize("n_draws", [SINGLE_DRAWS_UP_TO, SINGLE_DRAWS_UP_TO + 1, 1000])
def test_draw_counts_are_multinomial(n_draws):
    prob = np.array([[0.1, 0.0, 0.6, 0.3, 0.0]])
    random = np.random.default_rng(0)
    counts = np.empty(5, np.int64)
    drawn = np.empty((400, 5))
    for row in drawn:
        draw_counts(prob[0], n_draws, random, counts)
        row[:] = counts
    assert (drawn.sum(axis=1) == n_draws).all()
    error = np.sqrt(n_draws * prob[0] * (1 - prob[0]) / 400)
    assert (np.abs(drawn.mean(axis=0) - n_draws * prob[0]) <= 4 * error).all()
    variance = n_draws * prob[0] * (1 - prob[0])
    assert_allclose(drawn.var(axis=0), variance, rtol=0.35)


@pytest.mark.parametrize("n_classes", [2, 4])
def test_gains_are_those_of_the_labels_drawn(n_classes):
    # The same numbers, drawn and scored by NumPy and SciPy.
    rng = np.random.default_rng(1)
    n = 50
    prob = rng.dirichlet(np.ones(n_classes), n)
    fitted = [1] if n_classes == 2 else range(n_classes)
    cell = np.array([prob[:, k].argsort().argsort() for k in fitted], dtype=np.int32)
    mass = np.ones(cell.shape)
    gains = bootstrap_gains(
        prob,
        prob,
        np.ones(n, np.int64),
        np.ones(n),
        cell,
        mass,
        np.full(len(cell), n),
        2.0**-52,
        3,
        np.random.default_rng(7),
    )
    random = np.random.default_rng(7)
    for row in gains:
        labels = (prob.cumsum(axis=1)[:, :-1] <= random.random((n, 1))).sum(axis=1)
        for gain, k, cells in zip(row, fitted, cell, strict=True):
            hit, q = labels == k, prob[:, k]
            rate = np.empty(n)
            rate[cells.argsort()] = isotonic_regression(hit[cells.argsort()].astype(float)).x
            if n_classes == 2:
                losses = [-(xlogy(hit, r) + xlogy(~hit, 1 - r)).sum() for r in (q, rate)]
            else:
                losses = [(-xlogy(hit, r) + r - hit).sum() for r in (q, rate)]
            assert_allclose(gain, losses[0] - losses[1], atol=1e-9)


@pytest.mark.parametrize("n_classes", [2, 3])
def test_gains_of_labels_that_are_certain(n_classes):
    # Draws of weight 0.5, of weight one, and so many that binomials are drawn; rates so small
    # that their product underflows, and one below the floor.
    labels = np.arange(12) % n_classes
    prob = np.eye(n_classes)[labels]
    n_draws = np.tile([1, 200, SINGLE_DRAWS_UP_TO + 44], 4)
    part = np.tile([0.5, 1.0, 1.0], 4)
    reference = np.full((12, n_classes), 1e-3)
    reference[5] = 0.0
    floor = 2.0**-52
    weight = n_draws * part
    fitted = [1] if n_classes == 2 else range(n_classes)
    order = np.random.default_rng(0).permutation(12)
    cell = np.array([order for _ in fitted], np.int32)
    mass = np.array([weight[order.argsort()] for _ in fitted])
    gains = bootstrap_gains(
        prob,
        reference,
        n_draws,
        part,
        cell,
        mass,
        np.full(len(cell), 12),
        floor,
        2,
        np.random.default_rng(7),
    )
    losses = -weight * np.log(np.maximum(reference[np.arange(12), labels], floor))
    for found, k in zip(gains.T, fitted, strict=True):
        hits = (weight * (labels == k))[order.argsort()]
        arguments = mass[0], n_classes == 2, np.empty(12), np.empty(12)
        events, pooled = pooled_loss(hits.copy(), *arguments)
        if n_classes == 2:
            expected = losses.sum() - pooled
        else:
            expected = losses[labels == k].sum() - pooled
            expected += weight @ reference[:, k] - events
        assert_allclose(found, expected, rtol=1e-12)


def test_a_share_beyond_one_by_rounding_takes_all_that_is_left():
    prob, counts = np.array([0.9, 0.1, 0.0]), np.empty(3, np.int64)
    assert prob[1] / (1.0 - prob[0]) > 1.0
    draw_counts(prob, 1000, np.random.default_rng(0), counts)
    assert counts[:2].sum() == 1000
    draw_counts(np.array([1.0, 0.0, 0.0]), 1000, np.random.default_rng(0), counts)
    assert counts.tolist() == [1000, 0, 0]
