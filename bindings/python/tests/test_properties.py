"""Whatever is within the limits comes out as it went in, and whatever is altered is refused."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import ivs_token
from facts import KID
from ivs_token import Capability, IvsTokenError, SigningKey, Stage, VerificationError, VerifyingKey

texts = st.text(max_size=128)
attributes = st.dictionaries(st.text(max_size=20), st.text(max_size=40), max_size=4).filter(
    lambda pairs: sum(len((name + value).encode()) for name, value in pairs.items()) <= 1024
)
quick = settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])


@quick
@given(
    user_id=st.none() | texts,
    attributes=attributes,
    capabilities=st.sets(st.sampled_from(["PUBLISH", "SUBSCRIBE", Capability.PUBLISH])),
    seconds=st.integers(1, 1209600),
)
def test_round_trip(key, stage, verifier, user_id, attributes, capabilities, seconds):
    token = stage.mint(
        key,
        user_id=user_id,
        attributes=attributes,
        capabilities=capabilities,
        duration=timedelta(seconds=seconds),
    )
    assert token.isascii()
    # At the time it was minted: it may last a second.
    who = verifier.verify(token, now=token.issued_at)
    assert who.user_id == user_id
    assert who.attributes == attributes
    assert set(who.capabilities.names) == {one if isinstance(one, str) else one.name for one in capabilities}
    assert who.expiration_time - who.issued_at == timedelta(seconds=seconds)


@quick
@given(data=st.data())
def test_whatever_is_altered_is_refused(key, stage, verifier, data):
    token = stage.mint(key)
    at = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.characters(max_codepoint=127).filter(lambda character: character != token[at]))
    with pytest.raises(VerificationError):
        verifier.verify(token[:at] + other + token[at + 1 :])


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()) | st.binary() | st.timedeltas(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


@quick
@given(values=st.lists(anything, min_size=7, max_size=7))
def test_nothing_but_our_errors_and_type_errors(key, stage, verifier, values):
    a, b, c, d, e, f, g = values
    for call in (
        lambda: stage.mint(key, user_id=a, attributes=b, capabilities=c, duration=d, participant_id=e, now=f),
        lambda: stage.mint_many(key, a, threads=1, now=b),
        lambda: verifier.verify(a, stage=b, capabilities=c, user_id=d, now=e),
        lambda: verifier.verify(a),
        lambda: verifier.verify_connection(a),
        lambda: verifier.verify_playback(a, channel=b, origin=c),
        lambda: Stage(a, b, c),
        lambda: Stage.from_response(a),
        lambda: SigningKey.from_any(a, kid=b, passphrase=c),
        lambda: VerifyingKey.from_any(a),
        lambda: VerifyingKey.from_der(b),
        lambda: ivs_token.Verifier(a),
        lambda: ivs_token.KeyRing().import_json(a),
        lambda: ivs_token.ConnectionToken.mint(key, duration=a, token_id=b),
        lambda: ivs_token.PlaybackToken.mint(key, a, duration=b, origins=c, viewer_id=d, viewer_session_version=e),
        lambda: ivs_token.playback_url(a, b),
        lambda: ivs_token.inspect(a),
        lambda: ivs_token.KeyRing().import_key(a, b, name=c, tags=d),
        lambda: ivs_token.PlaybackKeyRing(limit=a).import_json(b, replace=True),
        lambda: ivs_token.KeyRing().tag(KID, a),
        lambda: ivs_token.KeyRing().untag(KID, a),
        lambda: ivs_token.KeyRing().rotate(KID, a, old_until=b),
        lambda: ivs_token.KeyRing().retire(a, at=b),
        lambda: ivs_token.Verdict.participant_disconnected(a),
        lambda: ivs_token.Verdict.viewer_sessions_revoked(a),
        lambda: ivs_token.WhenAway.accept(a),
        lambda: ivs_token.InMemoryRevocations().disconnect_participant(a, b, reason=c),
        lambda: ivs_token.InMemoryRevocations().revoke_viewer_sessions(a, b, up_to=c),
        # The port is one on which nobody answers, should a URL come out right.
        lambda: ivs_token.RedisRevocations(a, when_away=ivs_token.WhenAway.REFUSE),
        lambda: ivs_token.RedisRevocations("redis://127.0.0.1:1/", when_away=ivs_token.WhenAway.REFUSE, prefix=a),
        lambda: ivs_token.RedisRevocations(
            "rediss://127.0.0.1:1/",
            when_away=ivs_token.WhenAway.REFUSE,
            connect_timeout=b,
            response_timeout=c,
            reconnect_pause=d,
            idle_connections=e,
            root_certificates=f,
            client_certificate=(f, g),
        ),
        lambda: ivs_token.Verifier({KID: key.verifying_key}, revocations=a, cache=b, leeway=c, playback_keys=d),
        lambda: ivs_token.IvsRealTime(signing_key=key, stages=a),
    ):
        try:
            call()
        except (IvsTokenError, TypeError):
            pass
