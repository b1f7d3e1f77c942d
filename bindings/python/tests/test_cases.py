"""What people have pasted, and what is right, as Python shows it. What decides is the core."""

from __future__ import annotations

import base64
import json
from datetime import datetime, timezone

import jwt
import pytest
from facts import CHANNEL_ARN, KID, PLAYBACK_KID, STAGE_ARN, WHIP_URL

from ivs_token import (
    InvalidClaimError,
    InvalidKeyError,
    KeyRing,
    PlaybackKeyRing,
    PlaybackToken,
    SigningKey,
    Stage,
    VerificationError,
    Verifier,
    VerifyingKey,
    inspect,
)


@pytest.fixture(scope="module")
def pem(key):
    return key.to_pem()


def test_a_secret_as_stores_hand_it_out(key, pem):
    inner = json.dumps({"privateKey": pem})
    for secret in (
        inner,
        json.dumps({"ARN": "arn:aws:secretsmanager:x", "SecretString": pem}),
        json.dumps({"ARN": "arn:aws:secretsmanager:x", "SecretString": inner}),
        json.dumps({"Parameter": {"Name": "/ivs/key", "Value": pem}}),
    ):
        for text in (secret, secret.encode()):
            for read in (SigningKey.from_any, SigningKey.from_pem):
                assert read(text, kid=KID).verifying_key == key.verifying_key
    with pytest.raises(InvalidKeyError) as caught:
        SigningKey.from_any(json.dumps({"old": pem, "new": SigningKey.generate().to_pem()}))
    assert caught.value.code == "KEY_MORE_THAN_ONE"
    assert "BEGIN" not in str(caught.value)


def test_white_space_is_named():
    for text in (STAGE_ARN + "\n", STAGE_ARN + "\r\n", " " + STAGE_ARN):
        with pytest.raises(InvalidClaimError, match="(?i)white ?space|line break|newline|space") as caught:
            Stage(text, WHIP_URL)
        assert caught.value.field == "arn"
    with pytest.raises(InvalidClaimError, match="(?i)white ?space|line break|newline"):
        SigningKey.generate(kid=KID + "\n")


def test_a_bundle_with_one_private_key(key, pem):
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization

    private = serialization.load_pem_private_key(pem.encode(), None)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "ivs-token test")])
    moment = datetime(2025, 1, 1, tzinfo=timezone.utc)
    builder = x509.CertificateBuilder(name, name, private.public_key(), 1, moment, moment.replace(year=2035))
    certificate = builder.sign(private, hashes.SHA384()).public_bytes(serialization.Encoding.PEM).decode()
    openssh = private.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    for bundle in (pem + certificate, certificate + pem):
        assert SigningKey.from_pem(bundle, kid=KID).verifying_key == key.verifying_key
    for text in (certificate, openssh):
        assert VerifyingKey.from_any(text) == key.verifying_key


def test_whip_urls(key):
    assert Stage(STAGE_ARN, WHIP_URL + "/").whip_url == WHIP_URL
    for wrong in (WHIP_URL + "/publish/x", WHIP_URL + "?a=b"):
        with pytest.raises(InvalidClaimError) as caught:
            Stage(STAGE_ARN, wrong)
        assert caught.value.field == "whip_url"


def playback(pem, headers=None, **claims):
    now = int(datetime.now(timezone.utc).timestamp())
    payload = {"aws:channel-arn": CHANNEL_ARN, "aws:access-control-allow-origin": "*", "exp": now + 86400, **claims}
    return jwt.encode(payload, pem, algorithm="ES384", headers=headers)


def test_a_playback_key_without_its_arn(key, pem):
    verifier = Verifier(playback_keys={CHANNEL_ARN: key.verifying_key})
    token = playback(pem)
    assert verifier.verify_playback(token, channel=CHANNEL_ARN).kid is None
    elsewhere = Verifier(playback_keys={CHANNEL_ARN.replace("us-west-2", "eu-central-1"): key.verifying_key})
    with pytest.raises(VerificationError):
        elsewhere.verify_playback(token)
    with pytest.raises(InvalidClaimError, match="playback-key"):
        Verifier(playback_keys={KID: key.verifying_key})


def test_a_ring_that_was_saved_knows_when_its_keys_end(key):
    ends = datetime(2031, 1, 1, 12, 30, tzinfo=timezone.utc)
    for ring, arn in ((KeyRing(), KID), (PlaybackKeyRing(), PLAYBACK_KID)):
        ring.import_key(arn, key.verifying_key, name="old", tags={"team": "live"})
        ring.retire(arn, at=ends)
        again = type(ring)()
        assert again.import_json(ring.to_json()) == 1
        held = again.get(arn)
        assert (held.retired_at, held.name, held.tags) == (ends, "old", {"team": "live"})
        from_jwks = type(ring)()
        assert from_jwks.import_json(ring.to_jwks()) == 1
        assert (from_jwks.get(arn).retired_at, from_jwks.get(arn).name) == (ends, None)
    answer = json.loads(KeyRing().to_json())
    assert answer == []


def test_playback_tokens_of_others(key, pem):
    verifier = Verifier(playback_keys={PLAYBACK_KID: key.verifying_key})
    # The ID of a key pair as `kid`, as public programs write it.
    assert verifier.verify_playback(playback(pem, {"kid": "abcdABCDefgh"})).kid == PLAYBACK_KID
    # A version of the viewer's session does nothing without a viewer: not minted, and no reason to refuse.
    assert verifier.verify_playback(playback(pem, **{"aws:viewer-session-version": 3})).viewer_id is None
    with pytest.raises(InvalidClaimError):
        PlaybackToken.mint(key, CHANNEL_ARN, viewer_session_version=3)
    # Origins of applications.
    for origin in ("capacitor://localhost", "ionic://localhost", "app://localhost"):
        minted = PlaybackToken.mint(key, CHANNEL_ARN, origins=[origin])
        assert verifier.verify_playback(minted, origin=origin).origins == (origin,)


def test_a_token_within_a_line_is_found(key, stage):
    token = stage.mint(key, user_id="ana")
    for line in (
        f"INFO got token={token} for ana",
        f"curl -H 'Authorization: Bearer {token}' https://example.com",
        f"Cookie: t={token}; Path=/",
        f"Bearer {token}",
    ):
        found = inspect(line)
        assert (found.kind, found.claims["user_id"]) == ("participant", "ana")


def test_words_of_the_service_are_explained():
    for text in (
        '[{"error":"token contains an invalid number of segments","error_code":"invalid_playback_auth_token"}]',
        "StageError: TOKEN_MALFORMED",
        "TOKEN_EXCHANGE_REQUEST_INVALID",
    ):
        assert any("means that" in problem for problem in inspect(text).problems), text


def test_what_grants_nothing_is_said(key, forge):
    for capabilities in ({"allowPublish": True}, {}, {"allow_publish": False, "allow_subscribe": False}):
        said = inspect(forge(capabilities=capabilities))
        assert said.problems, capabilities


def test_a_name_in_raw_utf8_is_named(forge, payload_of):
    """The official web client reads the payload as Latin-1."""
    header, _, signature = forge(user_id="José").split(".")
    assert not any("UTF-8" in problem for problem in inspect(forge(user_id="José")).problems)
    raw = json.dumps(payload_of(forge(user_id="José")), ensure_ascii=False).encode()
    text = f"{header}.{base64.urlsafe_b64encode(raw).rstrip(b'=').decode()}.{signature}"
    assert any("`user_id`" in problem and "\\u00e9" in problem for problem in inspect(text).problems)
