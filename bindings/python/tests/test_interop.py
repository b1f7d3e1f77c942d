"""Both ways with the libraries that people use today."""

from __future__ import annotations

import json
from datetime import datetime, timezone

import jwt
import pytest
from facts import KID, STAGE_ARN, WHIP_URL
from joserfc import jws
from joserfc.jwk import ECKey
from jose import jwt as jose_jwt

from ivs_token import InvalidSignatureError, SigningKey, VerifyingKey


def pyjwt():
    def sign(claims, headers, pem):
        return jwt.encode(claims, pem, algorithm="ES384", headers=headers)

    def verify(token, pem):
        return jwt.decode(token, pem, algorithms=["ES384"], options={"require": ["exp", "iat", "jti"]})

    return sign, verify


def joserfc():
    def sign(claims, headers, pem):
        payload = json.dumps(claims, ensure_ascii=False).encode()
        return jws.serialize_compact({"alg": "ES384", "typ": "JWT"} | headers, payload, ECKey.import_key(pem), ["ES384"])

    def verify(token, pem):
        return json.loads(jws.deserialize_compact(token, ECKey.import_key(pem), ["ES384"]).payload)

    return sign, verify


def python_jose():
    def sign(claims, headers, pem):
        return jose_jwt.encode(claims, pem, algorithm="ES384", headers=headers)

    def verify(token, pem):
        return jose_jwt.decode(token, pem, algorithms=["ES384"])

    return sign, verify


@pytest.fixture(params=[pyjwt, joserfc, python_jose], ids=lambda library: library.__name__)
def library(request):
    # python-jose asks `datetime.utcnow` for the time, which is going away; that is none of ours.
    return request.param()


pytestmark = pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning")

NAMES = ["José 😀", "\x00\x1f\"\\\x7f\u2028\U0010ffff", "日本語 עברית"]


@pytest.mark.parametrize("name", NAMES)
def test_they_verify_ours(library, key, stage, name):
    _, verify = library
    token = stage.mint(key, user_id=name, attributes={name: name})
    claims = verify(str(token), key.verifying_key.to_pem())
    assert claims["user_id"] == name
    assert claims["attributes"] == {name: name}
    assert claims["jti"] == token.participant_id
    assert claims["exp"] == token.expiration_time.timestamp()
    assert jwt.get_unverified_header(token) == {"alg": "ES384", "typ": "JWT", "kid": KID}


@pytest.mark.parametrize("name", NAMES)
def test_we_verify_theirs(library, key, other_key, verifier, name):
    sign, _ = library
    now = int(datetime.now(timezone.utc).timestamp())
    claims = {
        "exp": now + 86400,
        "iat": now,
        "jti": "abc",
        "user_id": name,
        "resource": STAGE_ARN,
        "topic": "oRmLNwuCeMlQ",
        "events_url": "wss://global.events.live-video.net",
        "whip_url": WHIP_URL,
        "capabilities": {"allow_publish": True, "allow_subscribe": True},
        "attributes": {name: name},
        "version": "1.0",
    }
    who = verifier.verify(sign(claims, {"kid": KID}, key.to_pem()))
    assert who.user_id == name
    assert who.attributes == {name: name}
    with pytest.raises(InvalidSignatureError):
        verifier.verify(sign(claims, {"kid": KID}, other_key.to_pem()))


def test_keys_go_both_ways(key):
    theirs = ECKey.import_key(key.to_pem())
    assert SigningKey.from_jwk(theirs.as_dict(private=True)).verifying_key == key.verifying_key
    assert VerifyingKey.from_pem(theirs.as_pem(private=False)) == key.verifying_key
    assert ECKey.import_key(json.loads(key.verifying_key.to_jwk())).thumbprint() == key.verifying_key.thumbprint
