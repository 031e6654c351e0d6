"""Parts that are kept in a temporary file."""

import gc
import os
import tempfile

import numpy as np
import pytest

from skinfo._counts._partitions import KeptParts, LocalPartitions, Part, errors_that_name


def objects_of(rng):
    shapes = [(3, 64), (0,), (3, 0), (5000,), (2, 3, 4)]
    arrays = [rng.integers(0, 100, shape).astype(dtype) for shape in shapes for dtype in "BiLd"]
    return [{"arrays": arrays[:9], "name": "a"}, {}, {"arrays": arrays[9:]}]


def test_objects_come_back_as_they_were(rng):
    objects, kept = objects_of(rng), KeptParts()
    for one in objects:
        kept.append(one)
    assert len(kept) == 3
    for _ in range(2):
        for one, other in zip(objects, kept, strict=True):
            assert one.keys() == other.keys()
            for a, b in zip(one.get("arrays", []), other.get("arrays", []), strict=True):
                np.testing.assert_array_equal(a, b, strict=True)


@pytest.mark.parametrize("columns", [None, [0]])
def test_a_pass_over_what_is_kept(rng, columns):
    chunks = [rng.normal(size=n) for n in (3, 0, 5000)]
    kept = LocalPartitions(chunks).persist(lambda part: part.data)
    total = kept.reduce(lambda x: (len(x), x.max(initial=-9.0)), max_of_both, columns)
    assert total == (5003, max(x.max(initial=-9.0) for x in chunks))
    twice = kept.persist(lambda x: 2 * x)
    np.testing.assert_array_equal(np.concatenate(list(twice)), 2 * np.concatenate(chunks))
    assert KeptParts().reduce(len, max) is None


@pytest.mark.parametrize("first", [[], [3.0, 4.0]])
def test_a_task_may_return_none_of_the_first_part(first):
    parts = LocalPartitions([first, [1.0, 2.0]])
    kept = LocalPartitions([first, [1.0, 2.0]]).persist(lambda part: part.data)

    def total_of_some(a, b):
        return b if a is None else a + b

    assert parts.reduce(lambda part: sum(part.data) or None, total_of_some) == sum(first) + 3
    assert kept.reduce(lambda x: sum(x) or None, total_of_some) == sum(first) + 3


def max_of_both(a, b):
    return a[0] + b[0], max(a[1], b[1])


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="no list of open files")
def test_no_file_outlives_what_it_keeps(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    gc.collect()
    before = len(os.listdir("/proc/self/fd"))
    kept = KeptParts()
    for _ in range(100):
        kept.append(np.ones(10))
    assert sum(array.sum() for array in kept) == 1000
    # The file, and one map of it that has it open once more.
    assert len(os.listdir("/proc/self/fd")) <= before + 2
    assert not list(tmp_path.iterdir())
    del kept
    gc.collect()
    assert len(os.listdir("/proc/self/fd")) <= before


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (TypeError("no number"), TypeError),
        (ValueError("no number"), ValueError),
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "no number"), ValueError),
    ],
)
def test_an_error_names_its_part_once(error, kind):
    with (
        pytest.raises(kind, match=r"no number \(In chunk 3\.\)$") as raised,
        errors_that_name(Part(None, "chunk 3")),
        errors_that_name(Part(None, "chunk 3")),
    ):
        raise error
    assert type(raised.value) is kind
    assert raised.value.__cause__ is error


def test_errors_of_the_system_are_left_as_they_are():
    # Their type and errno say what to do.
    error = FileNotFoundError(2, "no such file")
    with (
        pytest.raises(FileNotFoundError, match="no such file") as raised,
        errors_that_name(Part(None, "chunk 3")),
    ):
        raise error
    assert raised.value is error
