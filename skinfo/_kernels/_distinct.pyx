"""Distinct values of a column: all of them, or a sample that is selected by hashes."""

from libc.stdint cimport int64_t, uint8_t, uint64_t

import numpy as np

from skinfo._kernels._elementary cimport bits_of
from skinfo._kernels._splitmix64 cimport SPLITMIX_STEP, mix_bits

cdef enum:
    # Values hashed at a time, vectorised.
    BLOCK = 64
    LANES = 8
    FEWEST_SLOTS = 256

# Bits of the magnitude of infinity (those of NaN are larger), and bits of an empty slot.
cdef uint64_t INFINITE = 0x7FF0000000000000
cdef uint64_t MAGNITUDE = 0x7FFFFFFFFFFFFFFF
cdef uint64_t EMPTY = 0xFFFFFFFFFFFFFFFF


cdef class DistinctValues:
    """Distinct values of a column, and its range.

    All values are kept if there are at most `exact`. Otherwise those are kept whose hash is below
    ``2**(64 - level)``, for the smallest positive `level` at which at most `sample` remain. The
    sample is therefore a function of the set of values: it depends neither on their order nor on
    chunks.

    Parameters
    ----------
    salt : int
        Salt of the hash function.

    exact, sample : int
        ``2 <= sample <= exact``.

    level : int, default=0
        A lower bound of the level that is reached by all samples, of which these are a part.

    Attributes
    ----------
    level : int
        Zero if all values are kept.

    lowest, highest : float
        Infinity and minus infinity if there are no values.

    n_present : int
        Number of samples that are not NaN.
    """

    cdef readonly uint64_t salt
    cdef readonly Py_ssize_t exact
    cdef readonly Py_ssize_t sample
    cdef readonly int level
    cdef readonly double lowest
    cdef readonly double highest
    cdef readonly int64_t n_present
    # Open addressing with linear probing: the bits of a value, or EMPTY.
    cdef uint64_t[::1] slots
    cdef Py_ssize_t n_kept

    def __init__(
        self, uint64_t salt, Py_ssize_t exact=2**15, Py_ssize_t sample=2**13, int level=0
    ):
        self.salt = salt
        self.exact = exact
        self.sample = sample
        self.level = level
        self.lowest = float("inf")
        self.highest = -float("inf")
        self.n_present = 0
        self.n_kept = 0
        self.slots = empty_slots(FEWEST_SLOTS)

    def add(self, const double[::1] values):
        """Add values (n,), NaN for missing; return the object itself.

        0.0 and -0.0 are the same value.
        """
        cdef Py_ssize_t start = 0
        self.add_range(values)
        while True:
            with nogil:
                start = self.keep(values, start)
            if self.n_kept <= self.room():
                return self
            self.make_room()

    def __add__(self, DistinctValues other):
        """Return the merged object."""
        level = max(self.level, other.level)
        both = DistinctValues(self.salt, self.exact, self.sample, level)
        one, more = (self, other) if self.level == level else (other, self)
        both.take_slots(one)
        both.add(np.asarray((<DistinctValues>more).kept_bits()).view(np.float64))
        both.lowest = min(self.lowest, other.lowest)
        both.highest = max(self.highest, other.highest)
        both.n_present = self.n_present + other.n_present
        return both

    cdef take_slots(self, DistinctValues other):
        """Add the values of another object with the same level."""
        self.slots = other.slots.copy()
        self.n_kept = other.n_kept

    def __reduce__(self):
        state = self.level, self.lowest, self.highest, self.n_present, self.values
        return DistinctValues, (self.salt, self.exact, self.sample), state

    def __setstate__(self, state):
        self.level, lowest, highest, n_present, values = state
        self.add(values)
        self.lowest, self.highest, self.n_present = lowest, highest, n_present

    @property
    def values(self):
        """The kept values, increasing, (n_values,) float64."""
        return np.sort(np.asarray(self.kept_bits()).view(np.float64))

    cdef void add_range(self, const double[::1] values) noexcept:
        """Update the range of values and the number of non-missing ones."""
        cdef double[LANES] lowest, highest
        cdef Py_ssize_t n = values.shape[0]
        cdef Py_ssize_t i, k
        cdef int64_t n_present = 0
        with nogil:
            for k in range(LANES):
                lowest[k], highest[k] = self.lowest, self.highest
            for i in range(n // LANES):
                for k in range(LANES):
                    widen(&lowest[k], &highest[k], values[i * LANES + k])
            for i in range(n - n % LANES, n):
                widen(&lowest[0], &highest[0], values[i])
            for k in range(LANES):
                # Adding 0.0 maps -0.0 to 0.0.
                self.lowest = min(self.lowest, lowest[k]) + 0.0
                self.highest = max(self.highest, highest[k]) + 0.0
            for i in range(n):
                n_present += values[i] == values[i]
            self.n_present += n_present

    cdef Py_ssize_t keep(self, const double[::1] values, Py_ssize_t start) noexcept nogil:
        """Add values from `start` on while there is room; return the index of the first left."""
        cdef Py_ssize_t n = values.shape[0]
        cdef Py_ssize_t room = self.room()
        while start < n and self.n_kept <= room:
            self.n_kept += keep_block(
                &values[start],
                min(<Py_ssize_t>BLOCK, n - start),
                self.offset(),
                self.threshold(),
                &self.slots[0],
                self.slots.shape[0] - 1,
            )
            start += BLOCK
        return min(start, n)

    cdef inline uint64_t offset(self) noexcept nogil:
        """Return the offset that defines the hash function."""
        return (self.salt + 1) * SPLITMIX_STEP()

    cdef inline uint64_t threshold(self) noexcept nogil:
        """Return the largest hash of a kept value."""
        return ~<uint64_t>0 >> self.level

    cdef inline Py_ssize_t most(self) noexcept nogil:
        """Return the maximum number of values at this level."""
        return self.exact if self.level == 0 else self.sample

    cdef inline Py_ssize_t room(self) noexcept nogil:
        """Return the maximum number of values before another block is added."""
        return min(self.most(), room_of(self.slots.shape[0]))

    cdef make_room(self):
        """Raise the level if there are too many values; rehash the kept values into new slots."""
        cdef uint64_t[::1] kept = self.kept_bits()
        cdef uint64_t offset = self.offset()
        cdef Py_ssize_t n_slots = FEWEST_SLOTS
        cdef Py_ssize_t n = kept.shape[0]
        cdef Py_ssize_t i
        while n > self.most():
            self.level += 1
            n = 0
            for i in range(kept.shape[0]):
                n += mix_bits(kept[i] + offset) <= self.threshold()
        while room_of(n_slots) < min(4 * n, self.most()):
            n_slots *= 2
        self.slots = empty_slots(n_slots)
        self.n_kept = 0
        for i in range(kept.shape[0]):
            if mix_bits(kept[i] + offset) <= self.threshold():
                self.n_kept += insert(
                    kept[i], mix_bits(kept[i] + offset), &self.slots[0], n_slots - 1
                )

    cdef uint64_t[::1] kept_bits(self):
        """Return the bits of the kept values, in any order."""
        slots = np.asarray(self.slots)
        return slots[slots != EMPTY]


cdef object empty_slots(Py_ssize_t n_slots):
    return np.full(n_slots, EMPTY, np.uint64)


cdef inline Py_ssize_t room_of(Py_ssize_t n_slots) noexcept nogil:
    """Return how many slots may be in use before a block is added: three quarters, less a block.
    """
    return n_slots // 4 * 3 - BLOCK


cdef inline void widen(double* lowest, double* highest, double value) noexcept nogil:
    """Extend a range to contain a value; NaN has no effect."""
    lowest[0] = value if value < lowest[0] else lowest[0]
    highest[0] = value if value > highest[0] else highest[0]


cdef Py_ssize_t keep_block(
    const double* values,
    Py_ssize_t n,
    uint64_t offset,
    uint64_t threshold,
    uint64_t* slots,
    uint64_t last_slot,
) noexcept nogil:
    """Add those of at most BLOCK values whose hash is low; return the number of new ones."""
    cdef uint64_t[BLOCK] bits, hashes
    cdef uint8_t[BLOCK] is_kept, chosen, left
    cdef uint64_t kept, any_kept = 0
    cdef Py_ssize_t n_chosen = 0, n_left = 0, n_new = 0
    cdef Py_ssize_t i
    for i in range(n):
        # Adding 0.0 maps -0.0 to 0.0.
        bits[i] = bits_of(values[i] + 0.0)
        hashes[i] = mix_bits(bits[i] + offset)
        kept = (hashes[i] <= threshold) & ((bits[i] & MAGNITUDE) <= INFINITE)
        is_kept[i] = <uint8_t>kept
        any_kept |= kept
    if not any_kept:
        return 0
    # Branch-free, since branches would be mispredicted: selects the values to keep that are not in
    # their first slot already.
    for i in range(n):
        chosen[n_chosen] = <uint8_t>i
        n_chosen += is_kept[i]
    for i in range(n_chosen):
        left[n_left] = chosen[i]
        n_left += slots[hashes[chosen[i]] & last_slot] != bits[chosen[i]]
    for i in range(n_left):
        n_new += insert(bits[left[i]], hashes[left[i]], slots, last_slot)
    return n_new


cdef inline bint insert(
    uint64_t bits, uint64_t hash_, uint64_t* slots, uint64_t last_slot
) noexcept nogil:
    """Store the bits of a value in a slot; return whether they are new."""
    cdef uint64_t slot = hash_ & last_slot
    while slots[slot] != bits:
        if slots[slot] == EMPTY:
            slots[slot] = bits
            return True
        slot = (slot + 1) & last_slot
    return False
