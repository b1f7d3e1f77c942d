"""Judges whether memory grows with the work that is done."""

from __future__ import annotations

import ctypes
import gc
from collections.abc import Callable
from pathlib import Path

STATUS = Path("/proc/self/status")

# In bytes for each unit of work: half of the smallest leak to be found.
BOUND = 5.0
LEAST_ROUNDS = 6


def resident() -> int:
    """The resident memory of this process, in bytes.

    What the C library holds free is given back first, where it can be (glibc): a leak that fills free memory would not be seen.
    """
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
    for line in STATUS.read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise AssertionError("no VmRSS")


def slope(samples: list[tuple[int, int]]) -> float:
    """Bytes for each unit of work, by least squares, over the last three fifths of the work.

    A table that doubles when it is full grows in steps, and twice as far apart each time. It always doubles within the last half.
    """
    total = samples[-1][0]
    late = [(work, memory) for work, memory in samples if work * 5 >= total * 2]
    mean_work = sum(work for work, _ in late) / len(late)
    mean_memory = sum(memory for _, memory in late) / len(late)
    covariance = sum((work - mean_work) * (memory - mean_memory) for work, memory in late)
    return covariance / sum((work - mean_work) ** 2 for work, _ in late)


def settles(step: Callable[[], int], measure: Callable[[], int] = resident, *, limit: int) -> tuple[bool, str]:
    """Works until memory has settled, or `limit` units of work are done.

    `step` does some work and says how much. Allocators fill their caches first, and how long that takes depends on the machine,
    so no part of the run is called a warm-up: the work goes on until the slope is below BOUND. With a leak it never is.
    Answers whether memory settled, and what was measured.
    """
    samples = [(0, measure())]
    while True:
        done = samples[-1][0] + step()
        samples.append((done, measure()))
        if len(samples) > LEAST_ROUNDS and slope(samples) < BOUND:
            return True, f"settled after {done}: {slope(samples):.2f} bytes each"
        if done >= limit:
            return False, f"after {done} still {slope(samples):.2f} bytes each: {samples}"
