"""Verifies one token by a prepared key with the package in the given folder; for scripts/test-forced."""

from __future__ import annotations

import sys
from pathlib import Path

import ivs_token
from facts import KID, STAGE_ARN, WHIP_URL

if len(sys.argv) > 1:
    assert Path(ivs_token.__file__).is_relative_to(sys.argv[1]), ivs_token.__file__
key = ivs_token.SigningKey.generate(kid=KID)
key.accelerate()
token = ivs_token.Stage(STAGE_ARN, WHIP_URL).mint(key)
assert ivs_token.Verifier({KID: key.verifying_key}).verify(token)
