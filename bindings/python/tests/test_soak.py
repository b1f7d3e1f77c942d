"""Nothing is kept of what is done with."""

from __future__ import annotations

import gc
import sys
from pathlib import Path

import pytest

from ivs_token import IvsTokenError

STATUS = Path("/proc/self/status")


def resident() -> int:
    gc.collect()
    for line in STATUS.read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise AssertionError("no VmRSS")


@pytest.mark.skipif(not STATUS.exists(), reason="there is no /proc")
@pytest.mark.skipif(sys.gettrace() is not None, reason="a tracer keeps things too")
def test_200_000_tokens(key, stage, verifier):
    """50 000 are minted and verified one by one and 150 000 in batches, on two threads; some calls fail."""
    batch = [{"user_id": "ana", "attributes": {"displayName": "Ana"}}] * 2000

    def singles(count):
        for i in range(count):
            token = stage.mint(key, user_id="ana", attributes={"displayName": "Ana"}, duration=5)
            who = verifier.verify(token)
            assert who.attributes["displayName"] == "Ana"
            if i % 10 == 0:
                for wrong in (lambda: verifier.verify(token[:-1]), lambda: stage.mint(key, user_id="x" * 129)):
                    with pytest.raises(IvsTokenError):
                        wrong()

    def batches(count):
        for _ in range(count // len(batch)):
            answers = verifier.verify_many(stage.mint_many(key, batch, threads=2), threads=2)
            assert answers[-1].user_id == "ana"

    singles(2000)
    batches(6000)
    before = resident()
    singles(50_000)
    batches(150_000)
    grown = resident() - before
    assert grown < 2 << 20, f"{grown} bytes"
