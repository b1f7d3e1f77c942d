"""Whatever is handed in: an error that can be caught, and nothing that is kept or let in."""

from __future__ import annotations

import gc
import itertools
import sys
from collections import OrderedDict, UserDict, UserString, defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone, tzinfo

import pytest
from facts import CHANNEL_ARN, KID, STAGE_ARN, WHIP_URL

import ivs_token
from ivs_token import (
    Capability,
    InvalidClaimError,
    IvsTokenError,
    KeyRing,
    PlaybackToken,
    SigningKey,
    Stage,
    VerificationError,
    Verifier,
    VerifyingKey,
)


class Loud(str):
    """A str that says something else than it is."""

    def __str__(self):
        return "x" * 1000

    def __eq__(self, other):
        raise RuntimeError("compared")

    __hash__ = str.__hash__

    def encode(self, *arguments):
        raise RuntimeError("encoded")


def test_subclasses_of_str_are_what_they_hold(key, stage, verifier):
    token = stage.mint(key, user_id=Loud("ana"), attributes={Loud("a"): Loud("b")}, capabilities=Loud("PUBLISH"))
    who = verifier.verify(Loud(token), user_id=Loud("ana"), stage=Loud(STAGE_ARN))
    assert (who.user_id, who.attributes, who.capabilities) == ("ana", {"a": "b"}, Capability.PUBLISH)
    assert type(who.user_id) is str
    assert Stage(Loud(STAGE_ARN), Loud(WHIP_URL)) == stage
    assert stage.mint_many(key, [{Loud("user_id"): "ana"}])[0].user_id == "ana"
    # A UserString is none.
    with pytest.raises(TypeError):
        stage.mint(key, user_id=UserString("ana"))
    with pytest.raises(TypeError):
        verifier.verify(UserString(token))


class Sneaky(dict):
    """A dict that shows others than it holds."""

    def items(self):
        return [("role", "admin")]

    def __getitem__(self, name):
        return "admin"


class Failing(Mapping):
    def __getitem__(self, name):
        raise LookupError(name)

    def __len__(self):
        return 3

    def __iter__(self):
        raise LookupError("__iter__")


@pytest.mark.parametrize(
    "mapping", [OrderedDict(a="b"), defaultdict(str, a="b"), UserDict(a="b"), Sneaky(a="b")], ids=lambda one: type(one).__name__
)
def test_mappings(key, stage, verifier, mapping):
    assert verifier.verify(stage.mint(key, attributes=mapping)).attributes == {"a": "b"}
    assert stage.mint_many(key, [UserDict(attributes=mapping)])[0].attributes == {"a": "b"}


def test_what_is_raised_inside_comes_out(key, stage, verifier):
    def generator(error):
        yield {}
        raise error

    for error in (LookupError("inner"), KeyboardInterrupt(), IvsTokenError("theirs")):
        for call in (
            lambda: stage.mint_many(key, generator(error)),
            lambda: verifier.verify_many(iter(generator(error))),
            lambda: stage.mint(key, capabilities=generator(error)),
            lambda: PlaybackToken.mint(key, CHANNEL_ARN, origins=generator(error)),
        ):
            # What came first is at fault first: no token is a dict.
            with pytest.raises((type(error), TypeError)):
                call()
    with pytest.raises(LookupError):
        stage.mint(key, attributes=Failing())
    with pytest.raises(LookupError):
        Verifier(Failing())
    with pytest.raises(LookupError):
        stage.mint_many(key, [Failing()])

    class NoItems(Failing):
        def items(self):
            return [("a", "b", "c"), 5]

    with pytest.raises((TypeError, ValueError)):
        stage.mint(key, attributes=NoItems())

    class Path:
        def __fspath__(self):
            raise LookupError("__fspath__")

    for read in (SigningKey.from_pem, SigningKey.from_any, VerifyingKey.from_pem, VerifyingKey.from_any):
        with pytest.raises(LookupError):
            read(Path())

    class Property:
        @property
        def __fspath__(self):
            raise RuntimeError("property")

        @property
        def _claims(self):
            raise RuntimeError("property")

    with pytest.raises(RuntimeError):
        SigningKey.from_pem(Property())
    with pytest.raises(TypeError):
        ivs_token.exchange(Property(), key)


@pytest.mark.parametrize("text", ["\ud800", "a\udfffb", "\ud83d\ude00"])
def test_halves_of_surrogate_pairs(key, stage, verifier, text):
    for field, call in (
        ("user_id", lambda: stage.mint(key, user_id=text)),
        ("attributes", lambda: stage.mint(key, attributes={text: "a"})),
        ("attributes", lambda: stage.mint(key, attributes={"a": text})),
        ("capabilities", lambda: stage.mint(key, capabilities=text)),
        ("participant_id", lambda: stage.mint(key, participant_id=text)),
        ("arn", lambda: Stage(text, WHIP_URL)),
        ("whip_url", lambda: Stage(STAGE_ARN, text)),
        ("kid", lambda: SigningKey.generate(kid=text)),
        ("stage", lambda: verifier.verify("a.b.c", stage=text)),
        ("viewer_id", lambda: PlaybackToken.mint(key, CHANNEL_ARN, viewer_id=text)),
        ("origins", lambda: PlaybackToken.mint(key, CHANNEL_ARN, origins=[text])),
        ("names", lambda: KeyRing().untag(KID, [text])),
        ("region", lambda: KeyRing().import_folder(".", region=text, account_id="1")),
    ):
        with pytest.raises(InvalidClaimError) as caught:
            call()
        assert (caught.value.code, caught.value.field) == ("NOT_UNICODE", field)
        str(caught.value).encode()
    with pytest.raises(VerificationError):
        verifier.verify(text)
    assert ivs_token.inspect(text).kind == "not-a-token"


def test_nul(key, stage, verifier, tmp_path):
    token = stage.mint(key, user_id="a\0b", attributes={"\0": "\0"})
    who = verifier.verify(token)
    assert (who.user_id, who.attributes) == ("a\0b", {"\0": "\0"})
    with pytest.raises(VerificationError):
        verifier.verify(token + "\0")
    with pytest.raises(VerificationError):
        verifier.verify(token.encode() + b"\0")
    with pytest.raises(InvalidClaimError):
        Stage(STAGE_ARN + "\0", WHIP_URL)

    class Path:
        def __fspath__(self):
            return "a\0b"

    with pytest.raises((OSError, ValueError)):
        SigningKey.from_pem(Path())
    with pytest.raises((OSError, ValueError)):
        KeyRing().import_folder(Path(), region="us-west-2", account_id="123456789012")


class Nowhere(tzinfo):
    """A zone that does not know."""

    def utcoffset(self, moment):
        return None


class Liar(datetime):
    def timestamp(self):
        return float(self.said)


def test_times_that_are_none(key, stage):
    for now in (datetime(2026, 1, 1), datetime(2026, 1, 1, tzinfo=Nowhere())):
        with pytest.raises(InvalidClaimError) as caught:
            stage.mint(key, now=now)
        assert caught.value.code == "NAIVE_DATETIME"
    for said in ("nan", "inf", "-inf", "1e300", "-1e300"):
        moment = Liar(2026, 1, 1, tzinfo=timezone.utc)
        moment.said = said
        with pytest.raises(InvalidClaimError) as caught:
            stage.mint(key, now=moment)
        assert caught.value.code == "OUT_OF_RANGE"
    for edge in (datetime.min, datetime.max):
        with pytest.raises(InvalidClaimError):
            stage.mint(key, now=edge.replace(tzinfo=timezone.utc))
    with pytest.raises((TypeError, InvalidClaimError)):
        stage.mint(key, now=datetime.now(timezone.utc).date())


@pytest.mark.parametrize("span", [timedelta.min, timedelta.max, timedelta(microseconds=-1), timedelta(days=-1)])
def test_spans(key, stage, span):
    for call in (
        lambda: stage.mint(key, duration=span),
        lambda: ivs_token.ConnectionToken.mint(key, duration=span),
        lambda: PlaybackToken.mint(key, CHANNEL_ARN, duration=span),
    ):
        with pytest.raises(InvalidClaimError) as caught:
            call()
        assert caught.value.field == "duration"
    if span < timedelta(0):
        with pytest.raises(InvalidClaimError):
            Verifier({KID: key.verifying_key}, leeway=span)
    else:
        assert Verifier({KID: key.verifying_key}, leeway=span).verify(stage.mint(key))


def test_milliseconds_are_told_from_minutes(key, stage):
    for call, minutes, instead in (
        (lambda given: stage.mint(key, duration=given), 900_000, "15"),
        (lambda given: stage.mint(key, duration=given), 90_000, "timedelta(seconds=90)"),
        (lambda given: ivs_token.ConnectionToken.mint(key, duration=given), 3_600_000, "60"),
    ):
        with pytest.raises(InvalidClaimError) as caught:
            call(minutes)
        assert caught.value.code == "LOOKS_LIKE_MILLISECONDS" and caught.value.field == "duration"
        assert str(caught.value) == (
            f"the duration is {minutes}, which looks like milliseconds: a number is in minutes, so give {instead}"
        )
    for minutes in (20_161, 900_001, 10**12):
        with pytest.raises(InvalidClaimError) as caught:
            stage.mint(key, duration=minutes)
        assert caught.value.code == "INVALID_DURATION"
    assert stage.mint(key, duration=20_000)


class Number(int):
    def __index__(self):
        raise RuntimeError("index")

    def __lt__(self, other):
        raise RuntimeError("compared")


def test_numbers(key, stage):
    assert stage.mint(key, duration=Number(5)).expiration_time
    for huge in (Number(10**30), Number(-(10**30))):
        with pytest.raises((RuntimeError, InvalidClaimError)):
            stage.mint(key, duration=huge)


def test_large_things(key, stage, verifier):
    long = "x" * (8 << 20)
    for call in (
        lambda: stage.mint(key, user_id=long),
        lambda: stage.mint(key, attributes={"a": long}),
        lambda: stage.mint(key, attributes={str(i): "" for i in range(100_000)}),
        lambda: stage.mint(key, capabilities=itertools.chain(itertools.repeat("PUBLISH", 100_000), [long])),
        lambda: verifier.verify(long),
        lambda: verifier.verify(f"{long}.{long}.{long}"),
        lambda: SigningKey.from_any(long),
        lambda: SigningKey.from_any(long.encode()),
        lambda: VerifyingKey.from_any({"kty": long}),
        lambda: KeyRing().import_json(long),
        lambda: Stage(long, WHIP_URL),
        lambda: Stage.from_response(long),
        lambda: PlaybackToken.mint(key, CHANNEL_ARN, origins=[f"https://{i}.example" for i in range(5000)]),
    ):
        with pytest.raises(IvsTokenError) as caught:
            call()
        assert len(str(caught.value)) < 1000
    assert ivs_token.inspect(long).kind == "not-a-token"
    nested = "[" * 100_000
    for call in (lambda: KeyRing().import_json(nested), lambda: Stage.from_response(nested)):
        with pytest.raises(IvsTokenError):
            call()
    tokens = [stage.mint(key)] * 2
    answers = verifier.verify_many(itertools.chain(tokens, itertools.repeat("x", 20_000)), threads=2)
    assert len(answers) == 20_002


def test_what_json_can_not_hold():
    cycle = {}
    cycle["stage"] = cycle
    deep = {}
    for _ in range(100_000):
        deep = {"stage": deep}
    for wrong in (cycle, deep):
        for read in (Stage.from_response, KeyRing().import_json):
            with pytest.raises((ValueError, RecursionError)):
                read(wrong)
    while deep:
        deep = deep["stage"]


def test_no_reference_is_lost_or_kept(key, stage, verifier):
    """Each call gives back what it took, also when it fails."""
    things = [{"role": "host"}, ["PUBLISH"], "ana" * 7, timedelta(minutes=7), key, stage]
    attributes, capabilities, user_id, duration, *_ = things

    def work():
        token = stage.mint(key, user_id=user_id, attributes=attributes, capabilities=capabilities, duration=duration)
        verifier.verify(token, user_id=user_id, stage=stage, capabilities=capabilities)
        stage.mint_many(key, [{"user_id": user_id, "attributes": attributes, "duration": duration}] * 3, threads=2)
        for wrong in (
            lambda: stage.mint(key, user_id=user_id, attributes=attributes, participant_id=user_id + "!"),
            lambda: stage.mint(key, user_id=user_id, attributes=5),
            lambda: verifier.verify(token, user_id="bob"),
            lambda: stage.mint_many(key, [{"user_id": user_id}, attributes]),
        ):
            with pytest.raises((IvsTokenError, TypeError)):
                wrong()

    for _ in range(3):
        work()
    gc.collect()
    before = [sys.getrefcount(thing) for thing in things]
    for _ in range(50):
        work()
    gc.collect()
    # What was raised last may still be held, with its frames; one reference a round would be 50.
    after = [sys.getrefcount(thing) for thing in things]
    assert all(abs(a - b) < 10 for a, b in zip(after, before, strict=True)), (before, after)
