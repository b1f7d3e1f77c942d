"""Mints and verifies until memory has settled; ends with 1 if it does not. A process of its own, for test_soak.py."""

from __future__ import annotations

import contextlib
import sys

from facts import KID, STAGE_ARN, WHIP_URL
from growth import settles
from ivs_token import IvsTokenError, SigningKey, Stage, Verifier

SINGLES = 5_000
BATCHES = 15_000
# One allocator was seen to settle after 270 000 tokens.
LIMIT = 1_000_000


def main() -> int:
    key = SigningKey.generate(kid=KID)
    stage = Stage(STAGE_ARN, WHIP_URL)
    verifier = Verifier({KID: key.verifying_key})
    batch = [{"user_id": "ana", "attributes": {"displayName": "Ana"}}] * 1500

    def singles() -> None:
        for i in range(SINGLES):
            token = stage.mint(key, user_id="ana", attributes={"displayName": "Ana"}, duration=5)
            who = verifier.verify(token)
            assert who.attributes["displayName"] == "Ana"
            if i % 10 == 0:
                for wrong in (lambda: verifier.verify(token[:-1]), lambda: stage.mint(key, user_id="x" * 129)):
                    with contextlib.suppress(IvsTokenError):
                        wrong()
                        raise AssertionError("it is not refused")

    def batches() -> None:
        for _ in range(BATCHES // len(batch)):
            answers = verifier.verify_many(stage.mint_many(key, batch, threads=2), threads=2)
            assert answers[-1].user_id == "ana"

    def step() -> int:
        singles()
        batches()
        return SINGLES + BATCHES

    settled, said = settles(step, limit=LIMIT)
    print(said)
    return 0 if settled else 1


if __name__ == "__main__":
    sys.exit(main())
