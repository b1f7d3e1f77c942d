"""What the tests share: a key, a stage, a verifier, and a way to forge."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import jwt
import pytest
from facts import KID, PLAYBACK_KID, STAGE_ARN, WHIP_URL

import ivs_token
from ivs_token import SigningKey, Stage, Verifier


@pytest.fixture(scope="session", autouse=True)
def installed() -> None:
    """What is tested is the wheel, not the source tree."""
    source = Path(__file__).resolve().parents[1]
    assert not Path(ivs_token.__file__).is_relative_to(source / "python"), "install the wheel: scripts/test-python does"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first, so that nothing waits for it when all else is done."""
    items.sort(key=lambda item: "test_soak" not in item.nodeid)


@pytest.fixture(scope="session")
def key() -> SigningKey:
    return SigningKey.generate(kid=KID)


@pytest.fixture(scope="session")
def other_key() -> SigningKey:
    return SigningKey.generate(kid=KID)


@pytest.fixture(scope="session")
def stage() -> Stage:
    return Stage(STAGE_ARN, WHIP_URL)


@pytest.fixture(scope="session")
def verifier(key: SigningKey) -> Verifier:
    return Verifier({KID: key.verifying_key}, playback_keys={PLAYBACK_KID: key.verifying_key})


@pytest.fixture(scope="session")
def forge(key: SigningKey) -> Callable[..., str]:
    """Signs whatever it is told to with the right key: good claims, but for those given; None leaves one out."""
    pem = key.to_pem()

    def sign(headers: dict[str, Any] | None = None, **changes: Any) -> str:
        now = int(datetime.now(timezone.utc).timestamp())
        claims: dict[str, Any] = {
            "exp": now + 86400,
            "iat": now,
            "jti": "abc",
            "resource": STAGE_ARN,
            "topic": "oRmLNwuCeMlQ",
            "events_url": "wss://global.events.live-video.net",
            "whip_url": WHIP_URL,
            "capabilities": {"allow_subscribe": True},
            "version": "1.0",
        }
        claims = {name: value for name, value in (claims | changes).items() if value is not None}
        return jwt.encode(claims, pem, algorithm="ES384", headers={"kid": KID} | (headers or {}))

    return sign


@pytest.fixture(scope="session")
def payload_of() -> Callable[[str], dict[str, Any]]:
    def payload(token: str) -> dict[str, Any]:
        part = token.split(".")[1]
        claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        return claims

    return payload
