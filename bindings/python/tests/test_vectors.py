"""The vectors that every binding is tested with."""

from __future__ import annotations

import base64
import json
from datetime import datetime, timezone
from pathlib import Path

import pytest

from ivs_token import ExchangeError, InvalidKeyError, SigningKey, VerificationError, Verifier, VerifyingKey, check_exchange

FOLDER = Path(__file__).resolve().parents[3] / "tests/vectors"


def load(name):
    vectors = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return vectors, datetime.fromtimestamp(vectors["now"], timezone.utc) if "now" in vectors else None


def test_tokens():
    vectors, now = load("tokens")
    verifier = Verifier(vectors["keys"])
    assert len(vectors["tokens"]) > 100
    for vector in vectors["tokens"]:
        try:
            outcome = {"participantId": verifier.verify(vector["token"], now=now).participant_id}
        except VerificationError as error:
            outcome = {"code": error.code, "reason": error.reason}
        assert {"name": vector["name"], "token": vector["token"], **outcome} == vector


def test_keys():
    vectors, _ = load("keys")

    def outcome(read):
        try:
            return {"thumbprint": read()}
        except InvalidKeyError as error:
            return {"code": error.code}

    for vector in vectors["keys"]:
        key = base64.b64decode(vector["base64"])
        private = outcome(lambda: SigningKey.from_any(key, passphrase=vectors["passphrase"]).verifying_key.thumbprint)
        assert (vector["name"], private) == (vector["name"], vector["private"])
        assert (vector["name"], outcome(lambda: VerifyingKey.from_any(key).thumbprint)) == (vector["name"], vector["public"])


def test_exchanges():
    vectors, now = load("exchanges")
    verifier = Verifier(vectors["keys"])
    old = verifier.verify(vectors["old"], now=now)
    for vector in vectors["exchanges"]:
        new = verifier.verify(vector["new"], now=now)
        if not vector["claims"]:
            check_exchange(old, new)
            continue
        with pytest.raises(ExchangeError) as caught:
            check_exchange(old, new)
        assert list(caught.value.claims) == vector["claims"], vector["name"]
