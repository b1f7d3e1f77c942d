"""Checked by mypy and pyright, both strict, and run: what a user's editor and type checker see."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from ivs_token import (
    Capability,
    ConnectionToken,
    InMemoryRevocations,
    InvalidClaimError,
    IvsRealTime,
    KeyRing,
    PlaybackKey,
    PlaybackKeyRing,
    PlaybackToken,
    RedisRevocations,
    RevocationStore,
    RevocationStoreError,
    SigningKey,
    Stage,
    Token,
    UnsignedConnectionToken,
    UnsignedPlaybackToken,
    UnsignedToken,
    Verdict,
    VerificationError,
    VerifiedToken,
    Verifier,
    VerifyingKey,
    WhenAway,
    aexchange,
    check_exchange,
    exchange,
    inspect,
    playback_url,
    unsigned_exchange,
)
from ivs_token.command import CommandSigner
from ivs_token.kms import KmsSigner
from ivs_token.pkcs11 import Pkcs11Signer
from ivs_token.signer import AsyncSigner, Signer

if sys.version_info >= (3, 11):
    from typing import assert_type
elif TYPE_CHECKING:
    from typing_extensions import assert_type
else:

    def assert_type(value, kind):
        return value


KID = "arn:aws:ivs:us-west-2:123456789012:public-key/abc"
PLAYBACK_KID = "arn:aws:ivs:us-west-2:123456789012:playback-key/abc"
STAGE_ARN = "arn:aws:ivs:us-west-2:123456789012:stage/abc"
CHANNEL_ARN = "arn:aws:ivs:us-west-2:123456789012:channel/abc"


async def elsewhere(stage: Stage, command: CommandSigner, kms: KmsSigner, hsm: Pkcs11Signer, late: AsyncSigner) -> None:
    """Not run: it takes keys that are elsewhere."""
    signers: list[Signer] = [command, kms, hsm]
    for signer in signers:
        token = assert_type(stage.mint(signer, user_id="ana"), Token)
        assert_type(stage.mint_many(signer, [{}], threads=2), "list[Token]")
        assert_type(exchange(token, signer), Token)
        assert_type(ConnectionToken.mint(signer), ConnectionToken)
        assert_type(PlaybackToken.mint(signer, CHANNEL_ARN), PlaybackToken)
        IvsRealTime(signing_key=signer, stages=[stage])
        assert_type(await stage.amint(signer), Token)
    token = assert_type(await stage.amint(late, user_id="ana"), Token)
    assert_type(await stage.amint_many(late, [{}], concurrency=2), "list[Token]")
    assert_type(await aexchange(token, late), Token)
    assert_type(await ConnectionToken.amint(late, server_of=stage), ConnectionToken)
    assert_type(await PlaybackToken.amint(late, CHANNEL_ARN), PlaybackToken)


def main(folder: Path) -> None:
    key = assert_type(SigningKey.generate(kid=KID), SigningKey)
    assert_type(key.kid, "str | None")
    public = assert_type(key.verifying_key, VerifyingKey)
    (folder / "public.pem").write_text(public.to_pem())
    stage = Stage(STAGE_ARN, whip_url="https://whip.example")
    attributes: Mapping[str, str] = {"displayName": "Ana"}
    token = assert_type(
        stage.mint(
            key,
            user_id="ana",
            attributes=attributes,
            capabilities={Capability.SUBSCRIBE, "PUBLISH"},
            duration=timedelta(minutes=15),
            now=datetime.now(timezone.utc),
        ),
        Token,
    )
    text: str = token
    assert text == str(token)
    stage.mint(key, capabilities="PUBLISH", duration=15)
    stage.mint(key, capabilities=Capability.PUBLISH | Capability.SUBSCRIBE)
    assert_type(stage.mint_many(key, [{"user_id": "ana", "duration": 5}, {}], threads=2), "list[Token]")

    verifier = Verifier({KID: folder / "public.pem"}, stage=stage, leeway=timedelta(seconds=5))
    who = assert_type(verifier.verify(token), VerifiedToken)
    assert_type(who.user_id, "str | None")
    assert_type(who.attributes, "dict[str, str]")
    assert_type(who.capabilities, Capability)
    assert_type(who.expiration_time, datetime)
    for answer in assert_type(verifier.verify_many([token, b"x"]), "list[VerifiedToken | VerificationError]"):
        if isinstance(answer, VerificationError):
            assert_type(answer.code, str)
            assert_type(answer.reason, str)
        else:
            assert_type(answer.participant_id, str)
    try:
        stage.mint(key, user_id="x" * 129)
    except InvalidClaimError as error:
        assert_type(error.limit, "int | timedelta | None")

    unsigned = assert_type(stage.unsigned(KID, user_id="ana"), UnsignedToken)
    assert_type((unsigned.signing_input, unsigned.digest), "tuple[bytes, bytes]")
    assert_type(unsigned_exchange(who, KID), UnsignedToken)
    assert_type(ConnectionToken.unsigned(KID, server_of=stage), UnsignedConnectionToken)
    assert_type(PlaybackToken.unsigned(CHANNEL_ARN), UnsignedPlaybackToken)
    if TYPE_CHECKING:
        assert_type(unsigned.with_signature(b"", public), Token)
        assert_type(ConnectionToken.unsigned(KID).with_signature(b"", public), ConnectionToken)

    check_exchange(token, assert_type(exchange(who, key, capabilities="PUBLISH"), Token))
    ring = KeyRing()
    ring.import_key(KID, public, tags={"a": "b"})
    assert_type(ring.signing_key, "SigningKey | None")
    store = InMemoryRevocations()
    store.disconnect_participant(stage, who.participant_id)
    Verifier(ring, playback_keys={PLAYBACK_KID: public}, revocations=store)
    playback_ring = PlaybackKeyRing(limit=3)
    playback_ring.import_key(PLAYBACK_KID, public)
    assert_type(playback_ring.keys(), "list[PlaybackKey]")
    errors: list[RevocationStoreError] = []
    shared = RedisRevocations("redis://localhost/", when_away=WhenAway.accept(errors.append), connect_timeout=timedelta(1 / 86400))
    Verifier(ring, playback_keys=playback_ring, revocations=shared)

    class Store(RevocationStore):
        def check_participant(self, stage_arn: str, participant_id: str) -> Verdict:
            return Verdict.participant_disconnected("no") if participant_id == "x" else Verdict.NOT_REVOKED

    assert_type(Verifier(ring, revocations=Store()).verify(token), VerifiedToken)
    assert_type(ConnectionToken.mint(key, server_of=token.stage).token_id, str)
    assert_type(playback_url("https://x.example/y", PlaybackToken.mint(key, CHANNEL_ARN, origins=["*"])), str)
    assert_type(inspect(token).problems, "tuple[str, ...]")
    client = IvsRealTime(signing_key=ring, stages=[stage])
    ring.sign_with(KID, key)
    participant_token = client.create_participant_token(stageArn=STAGE_ARN, userId="ana")["participantToken"]
    assert_type(participant_token["participantId"], str)
    assert_type(participant_token["expirationTime"], datetime)
