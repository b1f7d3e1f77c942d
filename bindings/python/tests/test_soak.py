"""Memory does not grow with the number of tokens."""

from __future__ import annotations

import sys

import pytest

from growth import STATUS, settles
from ivs_token import IvsTokenError

SINGLES = 5_000
BATCHES = 15_000
# One allocator was seen to settle after 270 000 tokens.
LIMIT = 1_000_000


@pytest.mark.skipif(not STATUS.exists(), reason="there is no /proc")
@pytest.mark.skipif(sys.gettrace() is not None, reason="a tracer keeps things too")
def test_memory_settles(key, stage, verifier):
    """In each round a quarter is minted and verified one by one, and the rest in batches on two threads; some calls fail."""
    batch = [{"user_id": "ana", "attributes": {"displayName": "Ana"}}] * 1500

    def singles():
        for i in range(SINGLES):
            token = stage.mint(key, user_id="ana", attributes={"displayName": "Ana"}, duration=5)
            who = verifier.verify(token)
            assert who.attributes["displayName"] == "Ana"
            if i % 10 == 0:
                for wrong in (lambda: verifier.verify(token[:-1]), lambda: stage.mint(key, user_id="x" * 129)):
                    with pytest.raises(IvsTokenError):
                        wrong()

    def batches():
        for _ in range(BATCHES // len(batch)):
            answers = verifier.verify_many(stage.mint_many(key, batch, threads=2), threads=2)
            assert answers[-1].user_id == "ana"

    def step():
        singles()
        batches()
        return SINGLES + BATCHES

    settled, said = settles(step, limit=LIMIT)
    assert settled, said
