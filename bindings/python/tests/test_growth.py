"""The judge of the soak test finds planted leaks, and no others."""

from __future__ import annotations

import random

import pytest

from growth import STATUS, settles

STEP = 20_000
LIMIT = 800_000
PAGE = 4096


def judged(memory_after):
    """What is said of a process whose memory is this after so much work, in whole pages, with some noise."""
    noise, done = random.Random(7), 0

    def step():
        nonlocal done
        done += STEP
        return STEP

    def measure():
        return 50_000_000 + (int(memory_after(done)) // PAGE + noise.randrange(8)) * PAGE

    return settles(step, measure, limit=LIMIT)


def doubling(done, entry):
    size = 1
    while size < done:
        size *= 2
    return size * entry


@pytest.mark.parametrize(
    "memory_after",
    [
        lambda done: 0,
        # Measured elsewhere: two mebibytes until 270 000 tokens are done, and flat from there.
        lambda done: min(done, 270_000) * 8,
        lambda done: 3_000_000 * (1 - 0.5 ** (done / 60_000)),
        lambda done: 1_000_000 if done > STEP else 0,
    ],
)
def test_what_settles(memory_after):
    settled, said = judged(memory_after)
    assert settled, said


@pytest.mark.parametrize(
    "memory_after",
    [
        lambda done: done * 10,
        lambda done: done * 10 + 3_000_000 * (1 - 0.5 ** (done / 60_000)),
        # Bigger at first, and 10 bytes for ever after.
        lambda done: min(done, 270_000) * 20 + done * 10,
        lambda done: doubling(done, 10),
        lambda done: done // 100_000 * 1_000_000,
    ],
)
def test_ten_bytes_each_are_found(memory_after):
    settled, said = judged(memory_after)
    assert not settled, said


@pytest.mark.skipif(not STATUS.exists(), reason="there is no /proc")
def test_ten_real_bytes_each_are_found():
    """Memory of this process: a leak in each unit of work, and the same work without it."""
    kept = []

    def leaking():
        kept.append(b"x" * (10 * STEP))
        return STEP

    settled, said = settles(leaking, limit=LIMIT)
    assert not settled, said
    settled, said = settles(lambda: len(bytes(STEP)), limit=LIMIT)
    assert settled, said
