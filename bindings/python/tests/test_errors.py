"""One tree of errors, each reached, and nothing else that comes out of the native half."""

from __future__ import annotations

import builtins
import inspect
import pickle
import re
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from facts import CHANNEL_ARN, KID, PLAYBACK_KID, STAGE_ARN

import ivs_token
from ivs_token import ConnectionToken, IvsTokenError, PlaybackToken, SigningKey, VerificationError, Verifier, _errors, _native


def test_the_tree():
    classes = [value for value in vars(_errors).values() if inspect.isclass(value) and value.__module__ == _errors.__name__]
    assert issubclass(IvsTokenError, ValueError)
    for one in classes:
        assert issubclass(one, IvsTokenError)
        assert not hasattr(builtins, one.__name__)
        assert getattr(ivs_token, one.__name__) is one
        assert one.__name__ in ivs_token.__all__
        assert one.__doc__


def test_each_refusal(key, other_key, stage, verifier, forge):
    far = datetime.now(timezone.utc) + timedelta(days=30)
    good = stage.mint(key, user_id="ana", capabilities="SUBSCRIBE")
    strict = PlaybackToken.mint(key, CHANNEL_ARN, origins=["https://a.example"], strict_origin_enforcement=True)
    api = forge(headers={"alg": "ES384"}).split(".")
    api[0] = "eyJhbGciOiJLTVMiLCJ0eXAiOiJKV1QifQ"
    ahead = PlaybackToken.mint(key, CHANNEL_ARN, viewer_id="ana", now=datetime.now(timezone.utc) + timedelta(minutes=5))
    refusals = [
        (lambda: verifier.verify(""), "MalformedTokenError", "TOKEN_MISSING", "MISSING"),
        (lambda: verifier.verify("a.b"), "MalformedTokenError", "TOKEN_INVALID", "NOT_THREE_PARTS"),
        (lambda: verifier.verify(b"\xff"), "MalformedTokenError", "TOKEN_INVALID", "NOT_THREE_PARTS"),
        (lambda: verifier.verify("\ud800"), "MalformedTokenError", "TOKEN_INVALID", "NOT_THREE_PARTS"),
        (lambda: verifier.verify("x" * 20_000), "MalformedTokenError", "TOKEN_INVALID", "TOO_LONG"),
        (lambda: verifier.verify(forge(headers={"kid": "x"})), "MalformedTokenError", "TOKEN_INVALID", "INVALID_KEY_ID"),
        (lambda: verifier.verify(".".join(api)), "IssuedByApiError", "TOKEN_INVALID", "ISSUED_BY_API"),
        (lambda: verifier.verify(forge(headers={"kid": KID + "x"})), "UnknownKeyError", "TOKEN_INVALID", "UNKNOWN_KEY"),
        (
            lambda: verifier.verify(stage.mint(other_key)),
            "InvalidSignatureError",
            "TOKEN_INVALID_SIGNATURE",
            "SIGNATURE_MISMATCH",
        ),
        (
            lambda: verifier.verify_playback(PlaybackToken.mint(other_key, CHANNEL_ARN)),
            "InvalidSignatureError",
            "TOKEN_INVALID_SIGNATURE",
            "NO_KEY_MATCHES",
        ),
        (lambda: verifier.verify(ConnectionToken.mint(key)), "WrongKindError", "TOKEN_INVALID", "WRONG_KIND"),
        (lambda: verifier.verify(forge(jti=None)), "InvalidPayloadError", "TOKEN_INVALID", "CLAIM_MISSING"),
        (lambda: verifier.verify(forge(exp="x")), "InvalidPayloadError", "TOKEN_INVALID", "CLAIM_TYPE"),
        (lambda: verifier.verify_playback(ahead), "InvalidPayloadError", "TOKEN_INVALID", "EXPIRES_TOO_FAR_AHEAD"),
        (lambda: verifier.verify(stage.mint(key, now=far)), "NotYetValidError", "TOKEN_INVALID", "ISSUED_IN_FUTURE"),
        (lambda: verifier.verify(good, now=far), "ExpiredTokenError", "TOKEN_EXPIRED", "EXPIRED"),
        (lambda: verifier.verify(good, stage=STAGE_ARN + "x"), "WrongStageError", "TOKEN_INVALID", "WRONG_STAGE"),
        (lambda: verifier.verify(good, user_id="bob"), "WrongUserError", "TOKEN_INVALID", "WRONG_USER"),
        (
            lambda: verifier.verify(good, capabilities="PUBLISH"),
            "InsufficientCapabilitiesError",
            "INSUFFICIENT_CAPABILITIES",
            "INSUFFICIENT_CAPABILITIES",
        ),
        (
            lambda: verifier.verify_playback(strict, origin="https://b.example"),
            "OriginNotAllowedError",
            "TOKEN_INVALID",
            "ORIGIN_NOT_ALLOWED",
        ),
        (
            lambda: verifier.verify_playback(strict, channel=CHANNEL_ARN + "x", origin="https://a.example"),
            "WrongChannelError",
            "TOKEN_INVALID",
            "WRONG_CHANNEL",
        ),
    ]
    for refuse, kind, code, reason in refusals:
        with pytest.raises(VerificationError) as caught:
            refuse()
        error = caught.value
        assert (type(error).__name__, error.code, error.reason) == (kind, code, reason)
        again = pickle.loads(pickle.dumps(error))
        assert type(again) is type(error)
        assert again.args == error.args
        assert vars(again) == vars(error)


def test_what_a_refusal_knows(key, stage, verifier, forge):
    token = stage.mint(key, capabilities="SUBSCRIBE", duration=1)
    with pytest.raises(ivs_token.ExpiredTokenError) as caught:
        verifier.verify(token, now=token.expiration_time)
    assert caught.value.expired_at == token.expiration_time
    with pytest.raises(ivs_token.WrongStageError) as caught:
        verifier.verify(token, stage=STAGE_ARN + "x")
    assert (caught.value.expected, caught.value.found) == (STAGE_ARN + "x", STAGE_ARN)
    with pytest.raises(ivs_token.InsufficientCapabilitiesError) as caught:
        verifier.verify(token, capabilities="PUBLISH")
    assert caught.value.missing == "PUBLISH"
    with pytest.raises(ivs_token.UnknownKeyError) as caught:
        verifier.verify(forge(headers={"kid": KID + "x"}))
    assert caught.value.kid == KID + "x"


def test_what_to_do_is_called_as_it_is_here(key, stage):
    """No text says to call what is only in Rust."""
    public, ring = key.verifying_key, ivs_token.KeyRing()
    ring.import_key(KID, public)
    ring.sign_with(KID, key)
    for fail in (
        lambda: stage.mint(SigningKey.generate()),
        lambda: Verifier(),
        lambda: ivs_token.KeyRing().delete(KID),
        lambda: ring.delete(KID),
        lambda: ring.import_json({"keys": []}),
        lambda: Verifier({KID: public}).verify_playback(PlaybackToken.mint(key, CHANNEL_ARN)),
        lambda: ivs_token.check_exchange(stage.mint(key), stage.mint(key)),
        lambda: stage.mint(key, now=datetime(2026, 1, 1)),
    ):
        with pytest.raises(IvsTokenError) as caught:
            fail()
        assert set(re.findall(r"`(.*?)`", str(caught.value))) <= {"now", "datetime.now(timezone.utc)", "keys", "jti"}
    for read in (SigningKey.from_pem, SigningKey.from_any, ivs_token.VerifyingKey.from_any):
        with pytest.raises(ivs_token.InvalidKeyError, match="pathlib") as caught:
            read("keys/private.pem")
        assert "keys/" not in str(caught.value)
        with pytest.raises(ivs_token.InvalidKeyError) as caught:
            read(b"keys/private.pem")
        assert "pathlib" not in str(caught.value)
    with pytest.raises(TypeError, match="key must be a SigningKey, such as SigningKey.from_pem gives, or a signer with .*, not str"):
        stage.mint(key.to_pem())
    with pytest.raises(TypeError, match=r"attributes\[\"seat\"\] must be str, not int"):
        stage.mint(key, attributes={"seat": 12})
    with pytest.raises(TypeError, match="keys must be a mapping of ARNs to keys, or a KeyRing, not str"):
        Verifier(public.to_pem())


def test_verifiers_that_can_not_be(key, other_key):
    for build, code in (
        (lambda: Verifier(), "NO_KEYS"),
        (lambda: Verifier({}), "NO_KEYS"),
    ):
        with pytest.raises(IvsTokenError) as caught:
            build()
        assert caught.value.code == code
    with pytest.raises(ivs_token.InvalidClaimError):
        Verifier({PLAYBACK_KID: key.verifying_key})
    with pytest.raises(ivs_token.InvalidKeyError):
        Verifier({KID: "nonsense"})
    for wrong in (5, "x", [KID], {KID: 5}):
        with pytest.raises(TypeError):
            Verifier(wrong)
    with pytest.raises(TypeError):
        Verifier({KID: key.verifying_key}, revocations=object())
    with pytest.raises(TypeError):
        Verifier({KID: key.verifying_key}).verify(5)


def test_a_panic_is_an_error_like_others():
    with pytest.raises(IvsTokenError) as caught:
        _native._panic()
    assert caught.value.code == "INTERNAL"
    assert type(caught.value) is IvsTokenError
    assert "a test" not in str(caught.value)


def test_every_native_call_passes_the_boundary():
    """In the source: each function that Python can call does nothing outside of `guard`."""
    source = Path(__file__).resolve().parents[1] / "src"
    count = 0
    for file in source.glob("*.rs"):
        text = file.read_text(encoding="utf-8")
        exported = []
        for start in re.finditer(r"^( *)#\[pymethods\]$", text, re.M):
            end = re.compile(rf"^{start[1]}\}}$", re.M).search(text, start.end())
            exported.append((start.end(), end.start()))
        for start in re.finditer(r"^( *)#\[pyfunction.*\]$", text, re.M):
            end = re.compile(rf"^{start[1]}\}}$", re.M).search(text, start.end())
            exported.append((start.end(), end.start()))
        for start in re.finditer(r"^\w+_methods!\(\w+ \{$", text, re.M):
            exported.append((start.end(), text.index("\n});", start.end())))
        for begin, end in exported:
            for function in re.finditer(r"\bfn (\w+)(?:<[^>]*>)?\(", text[begin:end]):
                if function[1] in ("__traverse__", "__clear__"):
                    # The collector calls these, when no Python code may run and nothing be raised.
                    continue
                body = text[begin + function.end() : end].split("{\n", 1)[1]
                body = re.sub(r"^\s*let py = slf\.py\(\);\n", "", body)
                assert body.lstrip().startswith("guard("), f"{file.name}: {function[1]}"
                count += 1
    assert count > 140
