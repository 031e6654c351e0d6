"""The greedy search, against praznik's C and against criteria written out naively."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import entropy

from skinfo.feature_selection._criteria import CRITERIA

PRAZNIK = json.loads((Path(__file__).parent / "data" / "praznik_selections.json").read_text())

SHAPES = {  # name: (n, p, levels, classes)
    "n10k_p1k": (10_000, 1_000, 10, 4),
    "n100k_p200": (100_000, 200, 10, 4),
    "n100_p10k": (100, 10_000, 5, 2),
}


def make_table(n, p, levels, classes):
    """Return codes of p noisy copies of 20 latent variables, six of which make y."""
    rng = np.random.default_rng(4)
    latent = rng.standard_normal((n, 20))
    score = latent[:, 0] + 0.8 * latent[:, 1] + 0.7 * latent[:, 2] * latent[:, 3]
    score = score + 0.6 * np.abs(latent[:, 4]) + 0.5 * latent[:, 5] + 0.5 * rng.standard_normal(n)
    y = np.searchsorted(np.quantile(score, np.arange(1, classes) / classes), score)
    cuts = np.arange(1, levels) / levels
    codes = np.empty((p, n), np.uint8)
    for j in range(p):
        a = 0.2 + 0.75 * ((j * 7919) % p) / p
        z = a * latent[:, j % 20] + math.sqrt(1 - a * a) * rng.standard_normal(n)
        codes[j] = np.searchsorted(np.quantile(z, cuts), z)
    return codes, y


@pytest.mark.parametrize("name", SHAPES)
def test_same_features_in_the_same_order_as_praznik(name, candidates_of, search):
    codes, y = make_table(*SHAPES[name])
    for criterion, expected in PRAZNIK["selections"][name].items():
        candidates = candidates_of(codes, y, corrected=False)
        chosen = search(candidates, criterion, len(expected)).selected
        if (name, criterion) == ("n100_p10k", "cmim"):
            # Of 100 rows many features score the same, and praznik orders those its own way.
            assert set(chosen) == set(expected)
        else:
            assert chosen == expected, criterion


def joint_entropy(*columns):
    return entropy(np.unique(np.stack(columns), axis=1, return_counts=True)[1])


def information(x, y):
    return joint_entropy(x) + joint_entropy(y) - joint_entropy(x, y)


def conditional(x, y, w):
    return joint_entropy(x, w) + joint_entropy(y, w) - joint_entropy(x, y, w) - joint_entropy(w)


# The criteria as Brown et al. 2012 (table 1) and their own papers write them, one candidate at a
# time; S holds the columns chosen.
PUBLISHED = {
    "mim": lambda x, y, S: information(x, y),
    "mifs": lambda x, y, S: information(x, y) - sum(information(x, w) for w in S),
    "mrmr": lambda x, y, S: information(x, y) - np.mean([information(x, w) for w in S]),
    "cife": lambda x, y, S: (
        information(x, y) - sum(information(x, w) - conditional(x, w, y) for w in S)
    ),
    "jmi": lambda x, y, S: sum(conditional(x, y, w) + information(w, y) for w in S),
    "cmim": lambda x, y, S: min([information(x, y), *(conditional(x, y, w) for w in S)]),
    "jmim": lambda x, y, S: min(conditional(x, y, w) + information(w, y) for w in S),
    "njmim": lambda x, y, S: min(
        (conditional(x, y, w) + information(w, y)) / joint_entropy(x, w, y) for w in S
    ),
    "disr": lambda x, y, S: sum(
        (conditional(x, y, w) + information(w, y)) / joint_entropy(x, w, y) for w in S
    ),
    "icap": lambda x, y, S: (
        information(x, y) - sum(max(0, information(x, w) - conditional(x, w, y)) for w in S)
    ),
}


def naive_search(codes, y, criterion, k):
    left = list(range(len(codes)))
    chosen = [max(left, key=lambda j: information(codes[j], y))]
    while len(chosen) < k:
        left.remove(chosen[-1])
        S = [codes[w] for w in chosen]
        chosen.append(max(left, key=lambda j: PUBLISHED[criterion](codes[j], y, S)))
    return chosen


@pytest.mark.parametrize("criterion", sorted(CRITERIA))
@pytest.mark.parametrize("seed", [0, 1])
def test_criteria_as_published(criterion, seed, candidates_of, search):
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, 3, (8, 400)).astype(np.uint8)
    codes[4] = np.where(rng.random(400) < 0.6, codes[0], codes[4])
    codes[5] = np.where(rng.random(400) < 0.7, codes[1], codes[5])
    y = (codes[0].astype(int) + codes[1] * codes[2] + rng.integers(0, 2, 400)) % 3
    chosen = search(candidates_of(codes, y, corrected=False), criterion, 5).selected
    assert chosen == naive_search(codes, y, criterion, 5)


def test_table_of_published_criteria_is_complete():
    assert set(PUBLISHED) == set(CRITERIA)


def test_null_mean_correction_rejects_an_identifier_like_column(rng, candidates_of, search):
    # 250 levels for 300 rows hold 0.9 bits about a coin under independence, more than a real 0.3.
    y = rng.integers(0, 2, 300)
    codes = np.stack([rng.integers(0, 250, 300), np.where(rng.random(300) < 0.8, y, 1 - y)])
    codes = codes.astype(np.uint8)
    assert search(candidates_of(codes, y, corrected=False), "mim", 1).selected == [0]
    for criterion in (*CRITERIA, "bottleneck"):
        assert search(candidates_of(codes, y), criterion, 1).selected == [1]
