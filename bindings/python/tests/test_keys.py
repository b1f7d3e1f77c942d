"""Keys: in every form they arrive in, and never where they do not belong."""

from __future__ import annotations

import copy
import json
import os
import pickle

import jwt
import pytest
from facts import KID

import ivs_token
from ivs_token import InvalidClaimError, InvalidKeyError, KeyRing, SigningKey, Verifier, VerifyingKey


@pytest.fixture(scope="module")
def pem(key):
    return key.to_pem()


def test_in_every_form(key, pem):
    from cryptography.hazmat.primitives import serialization

    private = serialization.load_pem_private_key(pem.encode(), None)
    encoding, none = serialization.Encoding, serialization.NoEncryption()
    sec1 = serialization.PrivateFormat.TraditionalOpenSSL
    der = private.private_bytes(encoding.DER, serialization.PrivateFormat.PKCS8, none)
    sec1_pem = private.private_bytes(encoding.PEM, sec1, none)
    for read in (
        lambda: SigningKey.from_pem(pem),
        lambda: SigningKey.from_pem(pem.encode()),
        lambda: SigningKey.from_pem(pem.replace("\n", "\\n")),
        lambda: SigningKey.from_pem(sec1_pem),
        lambda: SigningKey.from_der(der),
        lambda: SigningKey.from_any(der),
        lambda: SigningKey.from_any(pem),
    ):
        assert read().verifying_key == key.verifying_key
        assert read().kid is None
    assert SigningKey.from_pem(pem, kid=KID).kid == KID
    assert SigningKey.from_pem(pem).with_kid(KID).kid == KID


def test_key_objects_of_cryptography(key, pem):
    from datetime import datetime, timezone

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    private = serialization.load_pem_private_key(pem.encode(), None)
    public = private.public_key()
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "ivs-token test")])
    moment = datetime(2025, 1, 1, tzinfo=timezone.utc)
    builder = x509.CertificateBuilder(name, name, public, 1, moment, moment.replace(year=2035))
    certificate = builder.sign(private, hashes.SHA384())

    signs = SigningKey.from_any(private, kid=KID)
    assert (signs.verifying_key, signs.kid) == (key.verifying_key, KID)
    for held in (public, certificate):
        assert VerifyingKey.from_any(held) == key.verifying_key
        assert Verifier({KID: held}).verify(a_token(signs)).kid == KID
        ring = KeyRing()
        ring.import_key(KID, held)
        assert len(ring) == 1

    for wrong, code in (
        (ec.generate_private_key(ec.SECP256R1()), "KEY_WRONG_CURVE"),
        (rsa.generate_private_key(65537, 2048), "KEY_WRONG_ALGORITHM"),
        (public, "KEY_PUBLIC_KEY_GIVEN"),
    ):
        with pytest.raises(InvalidKeyError) as caught:
            SigningKey.from_any(wrong)
        assert caught.value.code == code
    with pytest.raises(InvalidKeyError) as caught:
        VerifyingKey.from_any(private)
    assert caught.value.code == "KEY_PRIVATE_KEY_GIVEN"
    for read in (SigningKey.from_pem, SigningKey.from_der, SigningKey.from_jwk):
        with pytest.raises(TypeError, match="from_any takes the key objects"):
            read(private)
    for read in (VerifyingKey.from_pem, VerifyingKey.from_der, VerifyingKey.from_jwk):
        with pytest.raises(TypeError, match="from_any takes the key objects"):
            read(public)


def a_token(key):
    return ivs_token.Stage("arn:aws:ivs:us-west-2:123456789012:stage/x", "https://whip.example").mint(key)


def test_from_files(key, pem, tmp_path):
    class PathLike:
        def __fspath__(self):
            return os.fsencode(tmp_path / "private.pem")

    (tmp_path / "private.pem").write_text(pem)
    (tmp_path / "public.pem").write_text(key.verifying_key.to_pem())
    for path in (tmp_path / "private.pem", PathLike()):
        assert SigningKey.from_pem(path, kid=KID).verifying_key == key.verifying_key
    assert VerifyingKey.from_pem(tmp_path / "public.pem") == key.verifying_key
    assert Verifier({KID: tmp_path / "public.pem"})
    with pytest.raises(FileNotFoundError) as caught:
        SigningKey.from_pem(tmp_path / "missing.pem")
    assert caught.value.filename == str(tmp_path / "missing.pem")
    with pytest.raises(IsADirectoryError):
        SigningKey.from_pem(tmp_path)
    (tmp_path / "large").write_bytes(b"x" * 70_000)
    with pytest.raises(InvalidKeyError) as caught:
        SigningKey.from_any(tmp_path / "large")
    assert caught.value.code == "KEY_TOO_LONG"


def test_jwks(key, pem):
    from jwt.algorithms import ECAlgorithm

    algorithm = ECAlgorithm(ECAlgorithm.SHA384)
    jwk = algorithm.to_jwk(algorithm.prepare_key(pem), as_dict=True)
    for form in (jwk, json.dumps(jwk), json.dumps(jwk).encode()):
        assert SigningKey.from_jwk(form, kid=KID).verifying_key == key.verifying_key
        assert SigningKey.from_any(form).verifying_key == key.verifying_key
    del jwk["d"]
    assert VerifyingKey.from_jwk(jwk) == key.verifying_key
    assert VerifyingKey.from_any(jwk) == key.verifying_key
    assert VerifyingKey.from_jwk(key.verifying_key.to_jwk()) == key.verifying_key


def test_public_keys(key):
    public = key.verifying_key
    assert VerifyingKey.from_pem(public.to_pem()) == public
    assert VerifyingKey.from_der(public.to_der()) == public
    for form in (public, public.to_pem(), public.to_der(), public.to_jwk()):
        assert VerifyingKey.from_any(form) == public
    assert len(public.to_der()) == 120
    assert len(public.thumbprint) == 43
    assert len(public.fingerprint) == 64
    assert public.fingerprint.startswith(repr(public).split("sha256=")[1].rstrip(">"))


def test_passphrases(key):
    encrypted = key.to_pem(passphrase="secret")
    assert "ENCRYPTED" in encrypted
    for passphrase in ("secret", b"secret"):
        assert SigningKey.from_pem(encrypted, passphrase=passphrase).verifying_key == key.verifying_key
    for passphrase, code in ((None, "KEY_PASSPHRASE_MISSING"), ("wrong", "KEY_PASSPHRASE_WRONG")):
        with pytest.raises(InvalidKeyError) as caught:
            SigningKey.from_any(encrypted, passphrase=passphrase)
        assert caught.value.code == code
    with pytest.raises(TypeError):
        SigningKey.from_pem(encrypted, passphrase=5)


@pytest.mark.parametrize(
    ("read", "code"),
    [
        (lambda pem: SigningKey.from_pem(""), "KEY_EMPTY"),
        (lambda pem: SigningKey.from_pem("private.pem"), "KEY_NOT_A_KEY"),
        (lambda pem: SigningKey.from_pem(pem.splitlines()[0]), "KEY_PEM_NO_END"),
        (lambda pem: VerifyingKey.from_pem(pem), "KEY_PRIVATE_KEY_GIVEN"),
        (lambda pem: SigningKey.from_pem(SigningKey.from_pem(pem).verifying_key.to_pem()), "KEY_PUBLIC_KEY_GIVEN"),
        (lambda pem: SigningKey.from_der(b"0"), "KEY_NOT_A_KEY"),
        (lambda pem: SigningKey.from_any("\ud800"), None),
    ],
)
def test_what_is_no_key(pem, read, code):
    with pytest.raises(InvalidKeyError) as caught:
        read(pem)
    if code:
        assert caught.value.code == code
    body = "".join(pem.splitlines()[1:-1])
    assert not any(body[i : i + 16] in str(caught.value) for i in range(len(body) - 16))


def test_the_wrong_curve():
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with pytest.raises(InvalidKeyError, match="P-256") as caught:
        SigningKey.from_pem(pem)
    assert caught.value.code == "KEY_WRONG_CURVE"


def test_the_wrong_type(pem):
    for wrong in (5, None, ["x"]):
        with pytest.raises(TypeError):
            SigningKey.from_pem(wrong)
        with pytest.raises(TypeError):
            VerifyingKey.from_any(wrong)
    for wrong in (5, b"arn"):
        with pytest.raises(TypeError):
            SigningKey.from_pem(pem, kid=wrong)


def test_what_is_no_arn(pem):
    with pytest.raises(InvalidClaimError, match="kid") as caught:
        SigningKey.from_pem(pem, kid="abc")
    assert (caught.value.code, caught.value.field) == ("INVALID_ARN", "kid")


def test_a_private_key_stays_where_it_is(key, pem):
    for shown in (repr(key), str(key), f"{key}"):
        assert shown.startswith("<SigningKey kid='arn:")
        body = "".join(pem.splitlines()[1:-1])
        assert not any(body[i : i + 12] in shown for i in range(len(body) - 12))
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        with pytest.raises(TypeError, match="private key"):
            pickle.dumps(key, protocol)
    assert copy.copy(key) is key
    assert copy.deepcopy({"key": key})["key"] is key
    assert not hasattr(key, "__dict__")


def test_what_else_is_not_pickled(key, stage, verifier):
    from ivs_token import InMemoryRevocations, KeyRing, PlaybackKeyRing, RedisRevocations, WhenAway

    redis = RedisRevocations("redis://localhost/", when_away=WhenAway.REFUSE)
    rings = KeyRing(), PlaybackKeyRing()
    for value in (verifier, verifier.verify(stage.mint(key)), *rings, InMemoryRevocations(), redis, WhenAway.REFUSE):
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
            with pytest.raises(TypeError):
                pickle.dumps(value, protocol)


def test_what_the_engine_signs_is_what_everybody_verifies(key, stage):
    """With the engine or without it, one by one and many at once, and by PyJWT."""
    fast = SigningKey.generate(kid=KID)
    assert fast.is_accelerated is False and fast.accelerate() is None
    assert fast.with_kid(KID + "x").is_accelerated is fast.is_accelerated
    tokens = [stage.mint(fast, user_id=str(i)) for i in range(3)] + stage.mint_many(fast, [{"user_id": str(i)} for i in range(3, 40)])
    assert len({str(token).rpartition(".")[2] for token in tokens}) == 40
    for prepared_limit in (0, 1):
        verifier = Verifier({KID: fast.verifying_key}, prepared_limit=prepared_limit)
        assert [one.user_id for one in verifier.verify_many(tokens, threads=2)] == [str(i) for i in range(40)]
        assert verifier.verify(tokens[39]).user_id == "39"
        spoilt = [str(token)[:-1] + ("A" if str(token)[-1] != "A" else "B") for token in tokens]
        assert {type(one).__name__ for one in verifier.verify_many(spoilt)} <= {"InvalidSignatureError", "MalformedTokenError"}
    pem = fast.verifying_key.to_pem()
    assert jwt.decode(str(tokens[0]), pem, algorithms=["ES384"])["user_id"] == "0"


def test_how_many_keys_are_prepared(key):
    ring = KeyRing(prepared_limit=0)
    ring.import_key(KID, key.verifying_key)
    assert (ring.prepared_limit, ring.prepared_keys) == (0, 0)
    ring = KeyRing(limit=3)
    ring.import_key(KID, key.verifying_key)
    assert (ring.limit, ring.prepared_limit, ring.prepared_keys) == (3, 64, 1)
    for limit in (-1, "1", 1.5, True):
        with pytest.raises((TypeError, ivs_token.IvsTokenError)):
            KeyRing(prepared_limit=limit)
