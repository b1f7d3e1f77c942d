"""Minting and verifying: what goes in comes out, and only within its limits."""

from __future__ import annotations

import asyncio
import copy
import json
import pickle
import types
from collections import UserDict
from datetime import datetime, timedelta, timezone
from uuid import UUID

import pytest
from facts import CHANNEL_ARN, KID, PLAYBACK_KID, STAGE_ARN, WHIP_URL

import ivs_token
from ivs_token import (
    Capability,
    ConnectionToken,
    InMemoryRevocations,
    InvalidClaimError,
    KeyRing,
    MintError,
    PlaybackKey,
    PlaybackKeyRing,
    PlaybackToken,
    SigningKey,
    Stage,
    Token,
    VerificationError,
    VerifiedToken,
    Verifier,
)

NOW = datetime(2026, 11, 21, 9, 17, 25, tzinfo=timezone.utc)


def test_what_goes_in_comes_out(key, stage, verifier, payload_of):
    token = stage.mint(
        key,
        user_id="José 😀",
        attributes={"displayName": "Ana", "rôle": "hôte"},
        capabilities={Capability.SUBSCRIBE},
        duration=timedelta(minutes=15),
        participant_id="p-1_A",
        now=NOW,
    )
    who = verifier.verify(token, now=NOW)
    for said in (token, who):
        assert said.participant_id == "p-1_A"
        assert said.user_id == "José 😀"
        assert said.attributes == {"displayName": "Ana", "rôle": "hôte"}
        assert said.capabilities is Capability.SUBSCRIBE
        assert said.stage == stage
        assert said.stage_arn == STAGE_ARN
        assert said.issued_at == NOW
        assert said.expiration_time == NOW + timedelta(minutes=15)
        assert said.expiration_time.tzinfo is timezone.utc
        assert said.version == "1.0"
    assert who.kid == KID
    assert payload_of(token) == {
        "exp": int(NOW.timestamp()) + 900,
        "iat": int(NOW.timestamp()),
        "jti": "p-1_A",
        "user_id": "José 😀",
        "resource": STAGE_ARN,
        "topic": "oRmLNwuCeMlQ",
        "events_url": "wss://global.events.live-video.net",
        "whip_url": WHIP_URL,
        "capabilities": {"allow_subscribe": True},
        "attributes": {"displayName": "Ana", "rôle": "hôte"},
        "version": "1.0",
    }


def test_defaults(key, stage, verifier):
    token = stage.mint(key)
    who = verifier.verify(token)
    assert who.capabilities == Capability.PUBLISH | Capability.SUBSCRIBE
    assert who.user_id is None
    assert who.attributes == {}
    assert who.expiration_time - who.issued_at == timedelta(hours=12)
    assert len(who.participant_id) == 22
    assert stage.mint(key).participant_id != who.participant_id


@pytest.mark.parametrize(
    ("given", "granted"),
    [
        ("PUBLISH", Capability.PUBLISH),
        (Capability.SUBSCRIBE, Capability.SUBSCRIBE),
        (["PUBLISH", Capability.SUBSCRIBE], Capability.PUBLISH | Capability.SUBSCRIBE),
        (Capability.PUBLISH | Capability.SUBSCRIBE, Capability.PUBLISH | Capability.SUBSCRIBE),
        (iter(("SUBSCRIBE",)), Capability.SUBSCRIBE),
        ([], Capability(0)),
        (Capability(0), Capability(0)),
    ],
)
def test_capabilities_in_every_form(key, stage, verifier, given, granted):
    assert verifier.verify(stage.mint(key, capabilities=given)).capabilities == granted


def test_a_capability_is_also_its_name():
    assert Capability("PUBLISH") is Capability.PUBLISH
    assert (Capability.PUBLISH | Capability.SUBSCRIBE).names == ["PUBLISH", "SUBSCRIBE"]
    assert Capability(0).names == []
    with pytest.raises(InvalidClaimError) as caught:
        Capability("watch")
    assert (caught.value.code, caught.value.field) == ("INVALID_CAPABILITY", "capabilities")
    with pytest.raises(ValueError):
        Capability(4)


@pytest.mark.parametrize(
    ("given", "lasts"),
    [(1, 60), (20160, 1209600), (timedelta(seconds=1), 1), (timedelta(days=14), 1209600), (timedelta(seconds=1.9), 1)],
)
def test_durations(key, stage, given, lasts):
    token = stage.mint(key, duration=given)
    assert token.expiration_time - token.issued_at == timedelta(seconds=lasts)


DAYS_14 = timedelta(days=14)


@pytest.mark.parametrize(
    ("given", "code", "field", "limit", "actual"),
    [
        ({"user_id": "x" * 129}, "INVALID_USER_ID", "user_id", 128, 129),
        ({"user_id": "\ud800"}, "NOT_UNICODE", "user_id", None, None),
        ({"attributes": {"a": "b" * 1024}}, "INVALID_ATTRIBUTES", "attributes", 1024, 1025),
        ({"attributes": {"\udfff": ""}}, "NOT_UNICODE", "attributes", None, None),
        ({"participant_id": "x" * 65}, "INVALID_PARTICIPANT_ID", "participant_id", 64, 65),
        ({"participant_id": ""}, "INVALID_PARTICIPANT_ID", "participant_id", None, None),
        ({"participant_id": "a b"}, "INVALID_PARTICIPANT_ID", "participant_id", None, None),
        ({"capabilities": "watch"}, "INVALID_CAPABILITY", "capabilities", None, None),
        ({"capabilities": ["PUBLISH", "WATCH"]}, "INVALID_CAPABILITY", "capabilities", None, None),
        ({"duration": 0}, "INVALID_DURATION", "duration", timedelta(seconds=1), timedelta(0)),
        ({"duration": -1}, "INVALID_DURATION", "duration", None, None),
        ({"duration": -(10**30)}, "INVALID_DURATION", "duration", None, None),
        ({"duration": timedelta(microseconds=-1)}, "INVALID_DURATION", "duration", None, None),
        ({"duration": 20161}, "INVALID_DURATION", "duration", DAYS_14, timedelta(minutes=20161)),
        ({"duration": 10**30}, "INVALID_DURATION", "duration", DAYS_14, timedelta.max),
        ({"now": datetime(2026, 1, 1)}, "NAIVE_DATETIME", "now", None, None),
        ({"now": datetime(1969, 12, 31, tzinfo=timezone.utc)}, "OUT_OF_RANGE", "now", None, None),
    ],
)
def test_what_no_token_may_carry(key, stage, given, code, field, limit, actual):
    with pytest.raises(InvalidClaimError) as caught:
        stage.mint(key, **given)
    error = caught.value
    assert (error.code, error.field, error.limit, error.actual) == (code, field, limit, actual)


@pytest.mark.parametrize(
    "given",
    [
        {"user_id": 5},
        {"user_id": b"ana"},
        {"attributes": [("a", "b")]},
        {"attributes": {"a": 1}},
        {"attributes": {1: "a"}},
        {"capabilities": 3},
        {"capabilities": [1]},
        {"duration": 1.5},
        {"duration": True},
        {"duration": "15m"},
        {"participant_id": 1},
        {"now": 1.0},
        {"nobody": 1},
    ],
)
def test_the_wrong_type(key, stage, given):
    with pytest.raises(TypeError):
        stage.mint(key, **given)


def test_at_the_limits(key, stage, verifier):
    token = stage.mint(
        key, user_id="😀" * 128, attributes={"a": "b" * 1023}, participant_id="x" * 64, duration=timedelta(days=14)
    )
    assert verifier.verify(token).user_id == "😀" * 128


def test_attributes_from_any_mapping(key, stage):
    for mapping in (UserDict({"a": "b"}), types.MappingProxyType({"a": "b"})):
        assert stage.mint(key, attributes=mapping).attributes == {"a": "b"}


def test_a_key_must_fit(stage):
    with pytest.raises(MintError) as caught:
        stage.mint(SigningKey.generate())
    assert caught.value.code == "NO_KEY_ID"
    with pytest.raises(MintError) as caught:
        stage.mint(SigningKey.generate(kid=KID.replace("us-west-2", "eu-west-1")))
    assert caught.value.code == "FOREIGN_KEY"


def test_a_token_is_a_str(key, stage):
    token = stage.mint(key, user_id="ana")
    assert isinstance(token, str)
    text = str(token)
    assert type(text) is str
    assert text == token
    assert hash(text) == hash(token)
    assert f"{token}" == text
    assert "%s" % token == text
    assert json.dumps({"token": token}) == json.dumps({"token": text})
    assert token.encode() == text.encode()
    assert {token: 1}[text] == 1


def test_a_token_does_not_show_itself(key, stage):
    for token in (
        stage.mint(key, user_id="ana"),
        ConnectionToken.mint(key),
        PlaybackToken.mint(key, CHANNEL_ARN, viewer_id="ana"),
    ):
        shown = repr(token)
        assert shown.startswith(f"<{type(token).__name__} ")
        assert not any(part in shown for part in token.split("."))
        assert not any(part in repr([token]) for part in token.split("."))


def test_a_token_can_not_be_changed_or_made(key, stage):
    token = stage.mint(key)
    for name in ("user_id", "_claims", "anything"):
        with pytest.raises(AttributeError):
            setattr(token, name, "x")
        with pytest.raises(AttributeError):
            delattr(token, name)
    for kind in (Token, ConnectionToken, PlaybackToken):
        with pytest.raises(TypeError):
            kind("a.b.c")
    assert copy.copy(token) is token
    assert copy.deepcopy(token) is token
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        back = pickle.loads(pickle.dumps(token, protocol))
        assert type(back) is str
        assert back == token


def test_nothing_native_can_be_changed_or_made(key, stage, verifier):
    who = verifier.verify(stage.mint(key))
    for value in (key, key.verifying_key, stage, verifier, who):
        with pytest.raises(AttributeError):
            value.anything = 1
    for name in ("participant_id", "user_id", "capabilities"):
        with pytest.raises(AttributeError):
            setattr(who, name, "x")
    who.attributes["x"] = "y"
    assert who.attributes == {}
    for made in ("VerifiedToken", "VerifiedConnection", "VerifiedPlayback", "Inspection", "PublicKey", "SigningKey"):
        with pytest.raises(TypeError):
            getattr(ivs_token, made)()


def test_stages_and_public_keys_are_values(key, stage):
    same = Stage(STAGE_ARN, WHIP_URL)
    assert stage == same
    assert hash(stage) == hash(same)
    assert stage != Stage(STAGE_ARN + "x", WHIP_URL)
    assert stage != STAGE_ARN
    assert eval(repr(stage)) == stage
    assert pickle.loads(pickle.dumps(stage)) == stage
    assert copy.deepcopy(stage) == stage
    public = key.verifying_key
    again = pickle.loads(pickle.dumps(public))
    assert again == public
    assert hash(again) == hash(public)
    assert public != SigningKey.generate().verifying_key
    assert public != "x"
    assert copy.copy(public) == public


def test_a_stage_from_the_api(stage):
    response = {
        "stage": {
            "arn": STAGE_ARN,
            "endpoints": {"whip": WHIP_URL, "events": "wss://global.events.live-video.net"},
            "created": NOW,
        },
        "ResponseMetadata": {"date": NOW},
    }
    assert Stage.from_response(response) == stage
    assert Stage.from_response(json.dumps(response, default=str)) == stage
    assert Stage.from_response(json.dumps(response["stage"], default=str).encode()) == stage
    with pytest.raises(InvalidClaimError) as caught:
        Stage.from_response({"stage": {}})
    assert caught.value.code == "INVALID_STAGE"


@pytest.mark.parametrize(
    ("arguments", "code", "field"),
    [
        (("arn:aws:ivs:us-west-2:1:channel/x", WHIP_URL), "INVALID_ARN", "arn"),
        ((STAGE_ARN, "http://whip.example"), "INVALID_ENDPOINT", "whip_url"),
        ((STAGE_ARN, WHIP_URL, "https://events.example"), "INVALID_ENDPOINT", "events_url"),
    ],
)
def test_what_is_no_stage(arguments, code, field):
    with pytest.raises(InvalidClaimError) as caught:
        Stage(*arguments)
    assert (caught.value.code, caught.value.field) == (code, field)


def test_mint_many(key, stage, verifier):
    given = [{"user_id": f"u{i}", "duration": 5, "attributes": None} for i in range(100)]
    for threads in (1, 2, 3, 200):
        tokens = stage.mint_many(key, given, threads=threads, now=NOW)
        assert [token.user_id for token in tokens] == [f"u{i}" for i in range(100)]
        assert {token.issued_at for token in tokens} == {NOW}
        answers = verifier.verify_many(tokens, threads=threads, now=NOW)
        assert [who.user_id for who in answers] == [f"u{i}" for i in range(100)]
    assert stage.mint_many(key, []) == []
    assert verifier.verify_many([]) == []
    assert len(stage.mint_many(key, [UserDict({"user_id": "ana"}) for _ in range(2)])) == 2


def test_mint_many_says_which(key, stage):
    with pytest.raises(InvalidClaimError) as caught:
        stage.mint_many(key, [{}, {}, {"user_id": "x" * 129}])
    assert caught.value.index == 2
    with pytest.raises(MintError) as caught:
        stage.mint_many(SigningKey.generate(), [{}, {}])
    assert caught.value.index == 0
    for bad in ([{"nobody": 1}], [{1: 2}], [5]):
        with pytest.raises(TypeError):
            stage.mint_many(key, bad)


@pytest.mark.parametrize("number", [-1, 10**30])
def test_numbers_of_things(key, stage, verifier, number):
    held = {KID: key.verifying_key}
    for field, call in (
        ("threads", lambda threads: stage.mint_many(key, [{}], threads=threads)),
        ("threads", lambda threads: verifier.verify_many([], threads=threads)),
        ("cache", lambda cache: Verifier(held, cache=cache)),
        ("limit", lambda limit: KeyRing(limit=limit)),
    ):
        with pytest.raises(InvalidClaimError) as caught:
            call(number)
        assert (caught.value.code, caught.value.field) == ("OUT_OF_RANGE", field)
        for wrong in (True, 1.0, "1"):
            with pytest.raises(TypeError):
                call(wrong)
    for zero in (lambda: stage.mint_many(key, [{}], threads=0), lambda: verifier.verify_many([], threads=1025)):
        with pytest.raises(InvalidClaimError) as caught:
            zero()
        assert caught.value.limit == 1024
    assert Verifier(held, cache=0).cached == 0


def test_verify_many_goes_on(key, stage, verifier, other_key):
    good = stage.mint(key)
    answers = verifier.verify_many([good, "nonsense", stage.mint(other_key), good.encode()], threads=2)
    assert isinstance(answers[0], VerifiedToken)
    assert [answer.reason for answer in answers[1:3]] == ["NOT_THREE_PARTS", "SIGNATURE_MISMATCH"]
    assert all(isinstance(answer, VerificationError) for answer in answers[1:3])
    assert isinstance(answers[3], VerifiedToken)
    with pytest.raises(TypeError):
        verifier.verify_many(good)
    with pytest.raises(TypeError) as caught:
        verifier.verify_many([good, 5])
    assert caught.value.index == 1


def test_expectations(key, stage, verifier):
    token = stage.mint(key, user_id="ana", capabilities="SUBSCRIBE")
    for expected in ({"stage": stage}, {"stage": STAGE_ARN}, {"capabilities": "SUBSCRIBE"}, {"user_id": "ana"}):
        assert verifier.verify(token, **expected).user_id == "ana"
        assert Verifier({KID: key.verifying_key}, **expected).verify(token).user_id == "ana"
    for expected, reason in (
        ({"stage": STAGE_ARN + "x"}, "WRONG_STAGE"),
        ({"capabilities": Capability.PUBLISH}, "INSUFFICIENT_CAPABILITIES"),
        ({"user_id": "bob"}, "WRONG_USER"),
    ):
        for refuse in (
            lambda: verifier.verify(token, **expected),
            lambda: Verifier({KID: key.verifying_key}, **expected).verify(token),
        ):
            with pytest.raises(VerificationError) as caught:
                refuse()
            assert caught.value.reason == reason


def test_leeways(key, stage):
    token = stage.mint(key, duration=1, now=NOW)
    at = lambda seconds: NOW + timedelta(seconds=seconds)  # noqa: E731
    strict = Verifier({KID: key.verifying_key}, leeway=timedelta(0))
    lenient = Verifier({KID: key.verifying_key}, leeway=timedelta(seconds=5), expiry_leeway=timedelta(seconds=5))
    assert strict.verify(token, now=at(59))
    for bad in (-1, 60):
        with pytest.raises(VerificationError):
            strict.verify(token, now=at(bad))
    for good in (-5, 64):
        assert lenient.verify(token, now=at(good))
    # A time that was given is forgotten after the call, also when it fails.
    with pytest.raises(VerificationError):
        strict.verify(token)
    with pytest.raises(TypeError):
        Verifier({KID: key.verifying_key}, leeway=60)


def test_cache(key, stage):
    verifier = Verifier({KID: key.verifying_key}, cache=10)
    token = stage.mint(key)
    assert verifier.verify(token).participant_id == verifier.verify(token).participant_id
    assert verifier.cached == 1


def test_connection_tokens(key, verifier, payload_of):
    token = ConnectionToken.mint(key, duration=timedelta(weeks=4), token_id="t1", now=NOW)
    good = verifier.verify_connection(token, now=NOW)
    for said in (token, good):
        assert (said.token_id, said.account_id, said.region, said.version) == ("t1", "123456789012", "us-west-2", "1.0")
        assert said.issued_at == NOW
        assert said.expiration_time == NOW + timedelta(weeks=4)
    assert good.kid == KID
    assert "t1" in repr(good)
    assert payload_of(token)["account_id"] == "123456789012"
    with pytest.raises(InvalidClaimError) as caught:
        ConnectionToken.mint(key, token_id="")
    assert caught.value.field == "token_id"
    with pytest.raises(VerificationError):
        verifier.verify(token)


def test_a_connection_token_leads_to_the_server_of_a_stage_on_this_machine(key, verifier, payload_of):
    service = payload_of(ConnectionToken.mint(key))["events_url"]
    here = Stage(STAGE_ARN, "http://localhost:8788", "ws://localhost:8788")
    token = ConnectionToken.mint(key, server_of=here)
    assert payload_of(token)["events_url"] == "ws://localhost:8788"
    assert verifier.verify_connection(token).token_id == token.token_id
    # The stage that a participant token names, and the other ways of minting.
    of_token = here.mint(key).stage
    awaited = asyncio.run(ConnectionToken.amint(key, server_of=of_token))
    assert payload_of(awaited)["events_url"] == "ws://localhost:8788"
    unsigned = ConnectionToken.unsigned(KID, server_of=here).signing_input
    assert payload_of(unsigned.decode() + ".")["events_url"] == "ws://localhost:8788"
    # A stage of the service changes nothing.
    elsewhere = Stage(STAGE_ARN, "https://whip.example", "wss://us-west-2.events.live-video.net")
    assert payload_of(ConnectionToken.mint(key, server_of=elsewhere))["events_url"] == service
    assert payload_of(ConnectionToken.mint(key, server_of=None))["events_url"] == service
    with pytest.raises(TypeError, match="server_of must be a Stage, not str"):
        ConnectionToken.mint(key, server_of="ws://localhost:8788")


def test_playback_tokens(key, verifier):
    uuid = UUID("67e55044-10b1-426f-9247-bb680e5fe0c8")
    token = PlaybackToken.mint(
        key,
        CHANNEL_ARN,
        duration=timedelta(seconds=30),
        origins=["https://*.Example.com"],
        strict_origin_enforcement=True,
        single_use=uuid,
        viewer_id="ana",
        viewer_session_version=-(2**63),
        maximum_resolution="HD",
        now=NOW,
    )
    good = verifier.verify_playback(token, channel=CHANNEL_ARN, origin="https://www.example.com", now=NOW)
    for said in (token, good):
        assert said.channel_arn == CHANNEL_ARN
        assert said.origins == ("https://*.example.com",)
        assert said.strict_origin_enforcement is True
        assert said.single_use_uuid == uuid
        assert said.viewer_id == "ana"
        assert said.viewer_session_version == -(2**63)
        assert said.maximum_resolution == "HD"
        assert said.expiration_time == NOW + timedelta(seconds=30)
        assert said.allows_origin("https://a.example.com")
        assert not said.allows_origin(None)
    assert good.kid == PLAYBACK_KID
    assert good.issued_at is None
    assert "ana" in repr(good)
    url = ivs_token.playback_url("https://x.example/y.m3u8", token)
    assert url == f"https://x.example/y.m3u8?token={token}"
    with pytest.raises(InvalidClaimError) as caught:
        ivs_token.playback_url(url, token)
    assert (caught.value.code, caught.value.field) == ("INVALID_PLAYBACK_URL", "url")
    assert isinstance(PlaybackToken.mint(key, CHANNEL_ARN, single_use=True).single_use_uuid, UUID)
    assert PlaybackToken.mint(key, CHANNEL_ARN, single_use=False).single_use_uuid is None


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"duration": 11, "viewer_id": "ana"}, "duration"),
        ({"origins": ["example.com"]}, "origins"),
        ({"strict_origin_enforcement": True}, "strict_origin_enforcement"),
        ({"origins": [f"https://{i}.example" for i in range(6)], "strict_origin_enforcement": True}, "origins"),
        ({"single_use": "x"}, "single_use_uuid"),
        ({"viewer_id": "x" * 41}, "viewer_id"),
        ({"viewer_session_version": 1}, "viewer_session_version"),
        ({"viewer_session_version": 2**63, "viewer_id": "ana"}, "viewer_session_version"),
        ({"maximum_resolution": "4K"}, "maximum_resolution"),
    ],
)
def test_what_no_playback_token_may_carry(key, given, field):
    with pytest.raises(InvalidClaimError) as caught:
        PlaybackToken.mint(key, CHANNEL_ARN, **given)
    assert caught.value.field == field


def test_origins_are_not_one_text(key):
    with pytest.raises(TypeError):
        PlaybackToken.mint(key, CHANNEL_ARN, origins="https://example.com")


def test_exchange(key, stage, verifier):
    viewer = stage.mint(key, user_id="ana", capabilities="SUBSCRIBE", attributes={"a": "b"})
    for old in (viewer, verifier.verify(viewer)):
        speaker = ivs_token.exchange(old, key, capabilities=["PUBLISH", "SUBSCRIBE"], duration=5)
        ivs_token.check_exchange(viewer, speaker)
        ivs_token.check_exchange(verifier.verify(speaker), old)
        assert speaker.participant_id == viewer.participant_id
        assert speaker.attributes == {"a": "b"}
        assert speaker.user_id == "ana"
        assert speaker.capabilities == Capability.PUBLISH | Capability.SUBSCRIBE
    with pytest.raises(ivs_token.ExchangeError) as caught:
        ivs_token.check_exchange(viewer, stage.mint(key))
    assert caught.value.claims == ("jti",)
    for text in (str(viewer), ConnectionToken.mint(key)):
        with pytest.raises(TypeError):
            ivs_token.exchange(text, key)


def test_exchange_changes_attributes_by_name(key, stage):
    viewer = stage.mint(key, attributes={"seat": "12", "role": "viewer"})
    for changes, attributes in (
        ({}, {"seat": "12", "role": "viewer"}),
        ({"role": "speaker"}, {"seat": "12", "role": "speaker"}),
        ({"seat": None, "topic": "cats"}, {"role": "viewer", "topic": "cats"}),
        ({"nobody has it": None}, {"seat": "12", "role": "viewer"}),
        (dict.fromkeys(viewer.attributes), {}),
    ):
        assert ivs_token.exchange(viewer, key, attributes=changes).attributes == attributes
    # What is removed makes room, in whichever order it stands.
    full = stage.mint(key, attributes={"old": "x" * 1021})
    assert ivs_token.exchange(full, key, attributes={"new": "y" * 1021, "old": None}).attributes == {"new": "y" * 1021}
    with pytest.raises(ivs_token.InvalidClaimError) as caught:
        ivs_token.exchange(full, key, attributes={"new": "y"})
    assert (caught.value.field, caught.value.actual, caught.value.limit) == ("attributes", 1028, 1024)
    for bad in ({"a": True}, {1: "a"}, [("a", "b")], "role"):
        with pytest.raises(TypeError):
            ivs_token.exchange(viewer, key, attributes=bad)


def test_capabilities_in_any_case(key, stage, verifier):
    for words in ("publish", "Publish", ["publish"], ["PUBLISH"], {"publish": 1}):
        token = stage.mint(key, capabilities=words)
        assert token.capabilities == Capability.PUBLISH
        assert verifier.verify(token, capabilities="publish").capabilities.names == ["PUBLISH"]
    assert Capability("subscribe") is Capability.SUBSCRIBE
    for wrong in ("publisher", "PUBLISH ", "", "ｐublish"):
        with pytest.raises(ivs_token.InvalidClaimError, match="PUBLISH or SUBSCRIBE") as caught:
            stage.mint(key, capabilities=[wrong])
        assert caught.value.field == "capabilities"
        assert wrong in str(caught.value)


def test_an_attribute_of_the_wrong_type_is_named(key, stage):
    for value, kind in ((True, "bool"), (7, "int"), (None, "NoneType")):
        with pytest.raises(TypeError, match=rf'attributes\["premium"\] must be str, not {kind}'):
            stage.mint(key, attributes={"a": "b", "premium": value})
    with pytest.raises(TypeError, match="each name of attributes must be str, not int"):
        stage.mint(key, attributes={1: "a"})


def test_one_of_many_is_named(key, stage, verifier):
    good = {"user_id": "ana"}
    for bad, error, says in (
        ({"attributes": {"premium": True}}, TypeError, 'attributes["premium"] must be str, not bool'),
        ({"user_id": 5}, TypeError, "user_id must be str, not int"),
        ({"name": "ana"}, TypeError, "a participant has no 'name'"),
        ("ana", TypeError, "a participant must be a mapping, not str"),
        ({"user_id": "x" * 129}, ivs_token.InvalidClaimError, "129"),
        ({"capabilities": "watch"}, ivs_token.InvalidClaimError, "watch"),
    ):
        with pytest.raises(error) as caught:
            stage.mint_many(key, [good] * 1234 + [bad, good])
        assert caught.value.index == 1234
        assert str(caught.value).startswith("participants[1234]: ")
        assert says in str(caught.value)
    with pytest.raises(ivs_token.MintError) as caught:
        stage.mint_many(SigningKey.generate(), [good])
    assert (caught.value.index, caught.value.code) == (0, "NO_KEY_ID")
    assert str(caught.value).startswith("participants[0]: ")
    with pytest.raises(TypeError, match=r"tokens\[1\]: token must be str or bytes, not int") as caught:
        verifier.verify_many([stage.mint(key), 5])
    assert caught.value.index == 1
    # What the caller's own code raises is left as it was.
    def people():
        yield good
        raise KeyError("people")

    with pytest.raises(KeyError, match="^'people'$"):
        stage.mint_many(key, people())


def test_revocations(key, stage):
    store = InMemoryRevocations()
    verifier = Verifier({KID: key.verifying_key}, playback_keys={PLAYBACK_KID: key.verifying_key}, revocations=store)
    assert store and len(store) == 0
    ana, bob = stage.mint(key), stage.mint(key)
    store.disconnect_participant(stage, ana.participant_id, reason="rude")
    with pytest.raises(ivs_token.RevokedError, match="rude") as caught:
        verifier.verify(ana)
    assert caught.value.code == "PARTICIPANT_DISCONNECTED"
    assert verifier.verify(bob)
    assert [type(answer).__name__ for answer in verifier.verify_many([ana, bob])] == ["RevokedError", "VerifiedToken"]
    store.delete_stage(STAGE_ARN)
    with pytest.raises(ivs_token.RevokedError) as caught:
        verifier.verify(bob)
    assert caught.value.code == "STAGE_DELETED"
    connection = ConnectionToken.mint(key)
    store.revoke_connection_token(connection.token_id)
    with pytest.raises(ivs_token.RevokedError) as caught:
        verifier.verify_connection(connection)
    assert caught.value.code == "CONNECTION_TOKEN_REVOKED"
    once = PlaybackToken.mint(key, CHANNEL_ARN, single_use=True)
    assert verifier.verify_playback(once)
    with pytest.raises(ivs_token.AlreadyUsedError):
        verifier.verify_playback(once)
    store.revoke_viewer_sessions(CHANNEL_ARN, "ana", up_to=3)
    with pytest.raises(ivs_token.RevokedError):
        verifier.verify_playback(PlaybackToken.mint(key, CHANNEL_ARN, viewer_id="ana", viewer_session_version=3))
    assert verifier.verify_playback(PlaybackToken.mint(key, CHANNEL_ARN, viewer_id="ana", viewer_session_version=4))
    assert len(store) == 5
    store.sweep()
    assert len(store) == 5
    with pytest.raises(ivs_token.IvsTokenError) as caught:
        Verifier({KID: key.verifying_key}, revocations=store, expiry_leeway=timedelta(hours=2))
    assert caught.value.code == "LEEWAY_TOO_LONG"


def test_inspect(key, stage):
    token = stage.mint(key, user_id="ana", duration=1, now=NOW)
    inspection = ivs_token.inspect(token, now=NOW)
    assert inspection.kind == "participant"
    assert inspection.problems == ()
    assert inspection.header["kid"] == KID
    assert inspection.claims["user_id"] == "ana"
    assert inspection.claims["capabilities"] == {"allow_publish": True, "allow_subscribe": True}
    assert inspection.issued_at == NOW
    assert inspection.expiration_time == NOW + timedelta(minutes=1)
    assert all(check.holds is not False for check in inspection.checks)
    assert "participant token" in str(inspection)
    assert json.loads(inspection.to_json())["kind"] == "participant"
    late = ivs_token.inspect(token.encode(), now=NOW + timedelta(hours=1))
    assert any("expired" in problem for problem in late.problems)
    assert [check.detail for check in late.checks if check.holds is False] == list(late.problems)
    assert any("quotes" in problem for problem in ivs_token.inspect(f'"{token}"', now=NOW).problems)
    assert ivs_token.inspect("\ud800 nonsense").kind == "not-a-token"
    assert "not-a-token" in repr(ivs_token.inspect(""))


def test_key_rings(key, other_key, stage):
    ring = KeyRing()
    verifier = Verifier(ring)
    assert ring and len(ring) == 0 and ring.signing_key is None
    ring.import_key(KID, key.verifying_key.to_pem(), name="old", tags={"team": "live"})
    assert KID in ring and "x" not in ring
    held = ring.get(KID)
    assert (held.arn, held.name, held.tags, held.retired_at) == (KID, "old", {"team": "live"}, None)
    assert held.key == key.verifying_key
    assert [one.arn for one in ring.keys()] == [KID]
    ring.sign_with(KID, key)
    token = stage.mint(ring.signing_key)
    assert verifier.verify(token)

    new = KID.replace("/abc", "/new")
    later = datetime.now(timezone.utc) + timedelta(hours=12)
    assert ring.rotate(new, other_key, old_until=later) == KID
    assert ring.signing_key.kid == new
    assert ring.get(KID).retired_at == later.replace(microsecond=0)
    assert verifier.verify(token) and verifier.verify(stage.mint(ring.signing_key)).kid == new
    ring.retire(KID, at=NOW)
    with pytest.raises(ivs_token.RetiredKeyError) as caught:
        verifier.verify(token)
    assert (caught.value.kid, caught.value.retired_at) == (KID, NOW)
    ring.reinstate(KID)
    assert verifier.verify(token)
    ring.retire(KID, at=NOW)
    assert ring.delete_retired() == [KID]
    with pytest.raises(ivs_token.UnknownKeyError) as caught:
        verifier.verify(token)
    assert caught.value.kid == KID
    with pytest.raises(ivs_token.KeyRingError) as caught:
        ring.delete(new)
    assert caught.value.code == "KEY_SIGNS"
    jwks = ring.to_jwks()
    ring.stop_signing()
    assert ring.signing_key is None
    ring.delete(new)
    assert ring.import_json(jwks) == 1
    assert new in ring
    assert "keys=1" in repr(ring)


def test_key_rings_from_elsewhere(key, tmp_path):
    (tmp_path / "abc.pem").write_text(key.verifying_key.to_pem())
    ring = KeyRing()
    assert ring.import_folder(tmp_path, region="us-west-2", account_id="123456789012") == 1
    assert ring.get(KID).key == key.verifying_key
    answer = {"publicKey": {"arn": KID, "publicKeyMaterial": key.verifying_key.to_pem()}, "ResponseMetadata": {"at": NOW}}
    assert KeyRing().import_json(answer) == 1
    for bad in ("x", {}, []):
        with pytest.raises(ivs_token.InvalidKeyError):
            KeyRing().import_json(bad)
    with pytest.raises(InvalidClaimError) as caught:
        ring.import_key(KID, key.verifying_key, name="a b")
    assert caught.value.field == "name"
    with pytest.raises(InvalidClaimError) as caught:
        ring.import_key(KID, key.verifying_key, tags={"a": "b" * 257})
    assert (caught.value.field, caught.value.limit, caught.value.actual) == ("tags", 256, 257)
    with pytest.raises(ivs_token.KeyRingError) as caught:
        KeyRing(limit=0).import_key(KID, key.verifying_key)
    assert caught.value.code == "KEY_RING_FULL"


def test_a_folder_and_a_set_take_the_place_of_what_is_there(key, other_key, tmp_path, stage):
    ring = KeyRing()
    verifier = Verifier(ring)
    ring.import_key(KID, key.verifying_key)
    token = stage.mint(key)
    assert verifier.verify(token)
    (tmp_path / "new.pem").write_text(other_key.verifying_key.to_pem())
    where = {"region": "us-west-2", "account_id": "123456789012"}
    assert ring.import_folder(tmp_path, **where) == 1
    assert len(ring) == 2 and verifier.verify(token)
    assert ring.import_folder(tmp_path, **where, replace=True) == 1
    assert [one.arn for one in ring.keys()] == [KID.replace("/abc", "/new")]
    with pytest.raises(ivs_token.UnknownKeyError):
        verifier.verify(token)
    old = KeyRing()
    old.import_key(KID, key.verifying_key)
    assert ring.import_json(old.to_jwks(), replace=True) == 1
    assert [one.arn for one in ring.keys()] == [KID] and verifier.verify(token)
    # The key that signs has to stay.
    ring.sign_with(KID, key)
    with pytest.raises(ivs_token.KeyRingError) as caught:
        ring.import_folder(tmp_path, **where, replace=True)
    assert caught.value.code == "KEY_SIGNS"
    assert verifier.verify(token)
    for wrong in ({"replace": 1}, {"region": 5, "account_id": "1"}):
        with pytest.raises(TypeError):
            ring.import_folder(tmp_path, **where | wrong)


def test_tags(key):
    ring = KeyRing(limit=2)
    assert ring.limit == 2 and KeyRing().limit == 64
    ring.import_key(KID, key.verifying_key, tags={"team": "live", "env": "prod"})
    ring.tag(KID, {"env": "test", "owner": "ana"})
    ring.untag(KID, ["team", "nobody"])
    assert ring.get(KID).tags == {"env": "test", "owner": "ana"}
    for change in (lambda: ring.tag(KID, {"aws:x": "y"}), lambda: ring.untag(KID, ["aws:x"])):
        with pytest.raises(InvalidClaimError) as caught:
            change()
        assert caught.value.field == "tags"
    with pytest.raises(ivs_token.KeyRingError) as caught:
        ring.tag(KID + "x", {"a": "b"})
    assert caught.value.code == "KEY_NOT_FOUND"
    with pytest.raises(TypeError):
        ring.untag(KID, "team")
    assert ring.get(KID).tags == {"env": "test", "owner": "ana"}


def test_rings_of_playback_keys(key, other_key, tmp_path):
    ring = PlaybackKeyRing()
    verifier = Verifier(playback_keys=ring)
    token = PlaybackToken.mint(key, CHANNEL_ARN)
    with pytest.raises(ivs_token.InvalidSignatureError, match="holds no playback key"):
        verifier.verify_playback(token)
    ring.import_key(PLAYBACK_KID, key.verifying_key, name="old", tags={"team": "live"})
    held = ring.get(PLAYBACK_KID)
    assert type(held) is PlaybackKey
    assert (held.arn, held.name, held.tags, held.retired_at) == (PLAYBACK_KID, "old", {"team": "live"}, None)
    assert verifier.verify_playback(token).kid == PLAYBACK_KID
    assert repr(held).startswith("<PlaybackKey arn='") and "PlaybackKeyRing keys=1" in repr(ring)

    ring.sign_with(PLAYBACK_KID, key)
    new = PLAYBACK_KID.replace("/xyz", "/new")
    assert ring.rotate(new, other_key, old_until=datetime.now(timezone.utc) + timedelta(hours=1)) == PLAYBACK_KID
    assert verifier.verify_playback(token)
    assert verifier.verify_playback(PlaybackToken.mint(ring.signing_key, CHANNEL_ARN)).kid == new
    ring.retire(PLAYBACK_KID, at=NOW)
    with pytest.raises(ivs_token.InvalidSignatureError):
        verifier.verify_playback(token)
    assert ring.delete_retired() == [PLAYBACK_KID]

    again = PlaybackKeyRing()
    assert again.import_json(ring.to_jwks()) == 1 and new in again
    (tmp_path / "abc.pem").write_text(key.verifying_key.to_pem())
    again.import_folder(tmp_path, region="us-west-2", account_id="123456789012", replace=True)
    assert [one.arn for one in again.keys()] == [PLAYBACK_KID.replace("/xyz", "/abc")]
    # The kinds are not mixed up.
    with pytest.raises(InvalidClaimError):
        ring.import_key(KID, key.verifying_key)
    for wrong in (lambda: Verifier(ring), lambda: Verifier(playback_keys=KeyRing())):
        with pytest.raises(TypeError):
            wrong()
    with pytest.raises(TypeError):
        pickle.dumps(held)
