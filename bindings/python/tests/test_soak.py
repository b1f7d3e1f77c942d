"""Memory does not grow with the number of tokens."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from growth import STATUS


@pytest.mark.skipif(not STATUS.exists(), reason="there is no /proc")
def test_memory_settles():
    """In each round a quarter is minted and verified one by one, and the rest in batches on two threads; some calls fail.

    In a process of its own: what other tests have used and freed would hide what is kept.
    """
    soak = subprocess.run([sys.executable, Path(__file__).with_name("soak.py")], capture_output=True, text=True)
    assert soak.returncode == 0, soak.stdout + soak.stderr
    assert "settled after" in soak.stdout
