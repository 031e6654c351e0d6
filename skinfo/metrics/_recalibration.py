"""The predictions of a class, and the best non-decreasing function of them."""

from typing import NamedTuple

import numpy as np
from scipy.optimize import isotonic_regression
from scipy.special import xlogy


class Recalibration(NamedTuple):
    """Rows with the same prediction are a cell; cells are in the order of their predictions."""

    cell: np.ndarray  # (n_samples,) of each row
    mass: np.ndarray  # (n_cells,) weight of the rows
    hits: np.ndarray  # (n_cells,) weight of those that are of the class
    rate: np.ndarray  # (n_cells,) isotonic share of hits

    @classmethod
    def of(cls, score, happened, weight):
        """Pool adjacent violators among rows of positive `weight`, in the order of `score`."""
        order = np.argsort(score)
        ranked = score[order]
        cell = np.empty(len(order), np.int64)
        cell[order] = np.concatenate([[0], np.cumsum(ranked[1:] != ranked[:-1])])
        mass = np.bincount(cell, weight)
        hits = np.bincount(cell, weight * happened)
        return cls(cell, mass, hits, np.clip(_pooled(hits, mass).x, 0, 1))

    def optimism(self, n_resamples, rng, *, both):
        """Return what refitting gains, in nats, on hits drawn from the rates themselves.

        Parameters
        ----------
        n_resamples : int

        rng : Generator

        both : bool
            Whether the loss is that of the hits and of the misses, as with two classes, or of
            the hits alone.

        Returns
        -------
        gains : ndarray of shape (n_resamples,)
        """
        log_hit, log_miss = _log(self.rate), _log(1 - self.rate)
        expected = self.mass @ self.rate
        draw = _drawing(self.mass, self.rate)
        gains = np.empty(n_resamples)
        for i in range(n_resamples):
            hits = draw(rng)
            start = _pooled(hits, self.mass).blocks[:-1]
            block_hits, mass = np.add.reduceat(hits, start), np.add.reduceat(self.mass, start)
            gains[i] = xlogy(block_hits, block_hits / mass).sum() - hits @ log_hit
            if both:
                misses = mass - block_hits
                gains[i] += xlogy(misses, misses / mass).sum() - (self.mass - hits) @ log_miss
            else:
                gains[i] += expected - hits.sum()
        return gains

    def design_effect(self, happened, weight, groups):
        """Return how much more the hits of a block vary for coming in groups, on average."""
        block = np.concatenate([[0], np.cumsum(self.rate[1:] != self.rate[:-1])])
        block_of_row = block[self.cell]
        deviation = weight * (happened - self.rate[self.cell])
        n_blocks = block[-1] + 1
        key, pair = np.unique(groups * n_blocks + block_of_row, return_inverse=True)
        grouped = np.bincount(key % n_blocks, np.bincount(pair, deviation) ** 2, n_blocks)
        alone = np.bincount(block, self.mass * self.rate * (1 - self.rate), n_blocks)
        mixed = alone > 0
        return float(np.mean(grouped[mixed] / alone[mixed])) if mixed.any() else 1.0


def _pooled(hits, mass):
    return isotonic_regression(hits / mass, weights=mass)


def _log(rate):
    """Return ``ln rate``, and 0 where the rate is 0, for what then never happens."""
    return np.log(np.where(rate > 0, rate, 1))


def _drawing(mass, rate):
    """Return a function of a Generator to hits of each cell drawn with its rate.

    A cell is drawn as often as it has rows, a part of a row counting as one: that many draws of
    equal weight.
    """
    if np.all(mass == 1):
        uniform = np.empty(len(mass), np.float32)
        return lambda rng: (rng.random(dtype=np.float32, out=uniform) < rate).astype(np.float64)
    draws = np.ceil(mass).astype(np.int64)
    return lambda rng: rng.binomial(draws, rate) * (mass / draws)
