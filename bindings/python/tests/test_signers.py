"""Private keys that are elsewhere: minting in two steps, and with signers."""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
import subprocess
import sys
import threading
from datetime import datetime, timezone
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from facts import CHANNEL_ARN, KID, PLAYBACK_KID, STAGE_ARN, WHIP_URL

from ivs_token import (
    ConnectionToken,
    InvalidClaimError,
    InvalidKeyError,
    IvsRealTime,
    MintError,
    PlaybackToken,
    SigningKey,
    Stage,
    Verifier,
    VerifyingKey,
    aexchange,
    exchange,
    unsigned_exchange,
)
from ivs_token.command import CommandSigner, decoded
from ivs_token.kms import KmsSigner
from ivs_token.pkcs11 import Pkcs11Signer
from ivs_token.signer import AsyncSigner, Signer


@pytest.fixture(scope="module")
def private():
    return ec.generate_private_key(ec.SECP384R1())


@pytest.fixture(scope="module")
def public(private):
    return VerifyingKey.from_any(private.public_key())


@pytest.fixture(scope="module")
def gate(public):
    return Verifier({KID: public}, playback_keys={PLAYBACK_KID: public})


def raw(der):
    r, s = utils.decode_dss_signature(der)
    return r.to_bytes(48, "big") + s.to_bytes(48, "big")


class Vault:
    """A signer as a user writes one. It counts, and says when several sign at once."""

    def __init__(self, private, public, kid=KID):
        self.private, self.verifying_key, self.kid = private, public, kid
        self.lock = threading.Lock()
        self.calls = self.busy = self.most = 0
        self.refuses = lambda message: False

    def sign(self, message, digest, /):
        with self.lock:
            self.calls += 1
            self.busy += 1
            self.most = max(self.most, self.busy)
        try:
            if self.refuses(message):
                raise RuntimeError("the vault is closed")
            assert hashlib.sha384(message).digest() == digest
            return self.private.sign(digest, ec.ECDSA(utils.Prehashed(hashes.SHA384())))
        finally:
            with self.lock:
                self.busy -= 1


class AsyncVault(Vault):
    async def sign(self, message, digest, /):
        with self.lock:
            self.busy += 1
            self.most = max(self.most, self.busy)
        # Lets all that may begin do so.
        for _ in range(20):
            await asyncio.sleep(0)
        with self.lock:
            self.busy -= 1
        return Vault.sign(self, message, digest)


@pytest.fixture
def vault(private, public):
    return Vault(private, public)


@pytest.fixture
def async_vault(private, public):
    return AsyncVault(private, public)


NOW = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)


def every_kind(stage, token, **more):
    """What lacks only its signature, of each kind."""
    return {
        "participant": stage.unsigned(KID, user_id="ana", **more),
        "exchange": unsigned_exchange(token, KID, capabilities="SUBSCRIBE", **more),
        "connection": ConnectionToken.unsigned(KID, duration=5, **more),
        "playback": PlaybackToken.unsigned(CHANNEL_ARN, viewer_id="ana", **more),
    }


def test_in_two_steps(stage, private, public, gate, vault):
    verify = {"connection": gate.verify_connection, "playback": gate.verify_playback}
    for kind, unsigned in every_kind(stage, stage.mint(vault)).items():
        message = unsigned.signing_input
        assert isinstance(message, bytes) and message.count(b".") == 1
        assert unsigned.digest == hashlib.sha384(message).digest() and len(unsigned.digest) == 48
        der = private.sign(message, ec.ECDSA(hashes.SHA384()))
        for signature in (der, raw(der), bytearray(der)):
            for key in (public, public.to_pem(), private.public_key()):
                token = unsigned.with_signature(signature, key)
                assert token.encode().rpartition(b".")[0] == message
                assert verify.get(kind, gate.verify)(token)
        assert type(token).__name__ == {"connection": "ConnectionToken", "playback": "PlaybackToken"}.get(kind, "Token")
        assert message.decode() not in repr(unsigned)


def test_a_wrong_signature_shows_at_once(stage, private, public, vault):
    other = ec.generate_private_key(ec.SECP384R1())
    for unsigned in every_kind(stage, stage.mint(vault)).values():
        message = unsigned.signing_input
        good = private.sign(message, ec.ECDSA(hashes.SHA384()))
        twice = private.sign(unsigned.digest, ec.ECDSA(hashes.SHA384()))
        foreign = other.sign(message, ec.ECDSA(hashes.SHA384()))
        for signature in (twice, foreign, raw(foreign), bytes(96)):
            with pytest.raises(MintError) as caught:
                unsigned.with_signature(signature, public)
            assert caught.value.code == "WRONG_SIGNATURE"
        for signature in (b"", good[:-1], good + b"\0", raw(good)[:-1]):
            with pytest.raises(MintError) as caught:
                unsigned.with_signature(signature, public)
            assert caught.value.code == "MALFORMED_SIGNATURE"
        with pytest.raises(MintError):
            unsigned.with_signature(good, VerifyingKey.from_any(other.public_key()))
        with pytest.raises(TypeError, match="the signature must be bytes, not str"):
            unsigned.with_signature(good.hex(), public)
        with pytest.raises(InvalidKeyError):
            unsigned.with_signature(good, "no key")


def test_values_are_checked_when_they_are_given(stage):
    for begin in (
        lambda: stage.unsigned(KID, user_id="x" * 129),
        lambda: stage.unsigned("no arn"),
        lambda: ConnectionToken.unsigned(KID, duration=0),
        lambda: PlaybackToken.unsigned(CHANNEL_ARN, viewer_id=""),
    ):
        with pytest.raises(InvalidClaimError):
            begin()
    with pytest.raises(MintError) as caught:
        stage.unsigned(KID.replace("us-west-2", "eu-west-1"))
    assert caught.value.code == "FOREIGN_KEY"


def test_a_signer_stands_for_a_key(stage, gate, vault):
    assert isinstance(vault, Signer)
    token = stage.mint(vault, user_id="ana", now=NOW)
    assert (token.user_id, token.issued_at) == ("ana", NOW)
    token = stage.mint(vault, user_id="ana")
    assert gate.verify(token).user_id == "ana"
    assert gate.verify(exchange(token, vault, user_id="bob")).user_id == "bob"
    assert gate.verify_connection(ConnectionToken.mint(vault)).region == "us-west-2"
    assert gate.verify_playback(PlaybackToken.mint(vault, CHANNEL_ARN)).channel_arn == CHANNEL_ARN
    client = IvsRealTime(signing_key=vault, stages=[stage])
    answer = client.create_participant_token(stageArn=STAGE_ARN, userId="ana")
    assert gate.verify(answer["participantToken"]["token"]).user_id == "ana"
    vault.kid = None
    assert gate.verify_playback(PlaybackToken.mint(vault, CHANNEL_ARN))
    for mint in (lambda: stage.mint(vault), lambda: ConnectionToken.mint(vault), lambda: exchange(token, vault)):
        with pytest.raises(MintError) as caught:
            mint()
        assert caught.value.code == "NO_KEY_ID"


def test_what_is_no_signer(stage):
    class Half:
        kid = KID

        def sign(self, message, digest):
            raise AssertionError

    for key in (Half(), None, "key", object()):
        with pytest.raises(TypeError, match="key must be a SigningKey, .* or a signer with kid, verifying_key and sign, not"):
            stage.mint(key)
        with pytest.raises(TypeError, match="signing_key must be a SigningKey, a KeyRing or a Signer"):
            IvsRealTime(signing_key=key, stages=[stage])


def test_a_signer_that_fails_names_the_token(stage, vault):
    vault.refuses = lambda message: True
    for mint, name in (
        (lambda: stage.mint(vault, participant_id="p-1"), "of participant p-1"),
        (lambda: ConnectionToken.mint(vault, token_id="c-1"), "of connection c-1"),
        (lambda: PlaybackToken.mint(vault, CHANNEL_ARN), f"for channel {CHANNEL_ARN}"),
    ):
        with pytest.raises(MintError) as caught:
            mint()
        assert caught.value.code == "SIGNER_FAILED"
        assert str(caught.value) == f"the token {name} could not be signed: RuntimeError: the vault is closed"
        assert isinstance(caught.value.__cause__, RuntimeError)


def test_what_is_no_exception_goes_on_as_it_is(stage, vault):
    def interrupted(message):
        raise KeyboardInterrupt

    vault.refuses = interrupted
    for mint in (
        lambda: stage.mint(vault),
        lambda: stage.mint_many(vault, [{}, {}, {}]),
        lambda: stage.mint_many(vault, [{}], threads=1),
    ):
        with pytest.raises(KeyboardInterrupt):
            mint()


def test_a_signer_of_another_key_is_found_out(stage, private):
    mistaken = Vault(private, SigningKey.generate().verifying_key)
    with pytest.raises(MintError) as caught:
        stage.mint(mistaken)
    assert caught.value.code == "WRONG_SIGNATURE"
    mistaken.sign = lambda message, digest: None
    with pytest.raises(TypeError, match="the signature must be bytes, not NoneType"):
        stage.mint(mistaken)
    assert "Signature" not in repr(mistaken.__dict__)


def test_many_in_order_with_a_bound(stage, gate, vault):
    barrier = threading.Barrier(3)

    def together(message):
        # Three at a time: with fewer threads this would wait for ever, and with more `most` would tell.
        barrier.wait(60)
        return False

    vault.refuses = together
    tokens = stage.mint_many(vault, [{"user_id": f"user-{i}"} for i in range(30)], threads=3)
    assert [gate.verify(token).user_id for token in tokens] == [f"user-{i}" for i in range(30)]
    assert vault.most == 3 and vault.calls == 30
    assert stage.mint_many(vault, []) == []


def test_of_many_the_first_that_failed_is_named(stage, vault):
    people = [{"participant_id": f"p-{i}"} for i in range(100)]
    expected = dict(zip((stage.unsigned(KID, now=NOW, **one).signing_input for one in people), range(100)))
    vault.refuses = lambda message: expected[message] in (40, 41, 90)
    for threads in (1, 4):
        vault.calls = 0
        with pytest.raises(MintError) as caught:
            stage.mint_many(vault, people, threads=threads, now=NOW)
        assert caught.value.index == 40
        assert str(caught.value).startswith("participants[40]: the token of participant p-40 could not be signed: ")
        assert 41 <= vault.calls < 100 - 4, "nothing is signed any more that nobody gets"
    with pytest.raises(InvalidClaimError) as caught:
        stage.mint_many(vault, [{}, {"user_id": "x" * 129}])
    assert caught.value.index == 1


def test_awaited(stage, gate, key, vault, async_vault):
    async def all_of(key):
        token = await stage.amint(key, user_id="ana")
        return (
            token,
            await aexchange(token, key, user_id="bob"),
            await ConnectionToken.amint(key),
            await PlaybackToken.amint(key, CHANNEL_ARN),
            await stage.amint_many(key, [{"user_id": "eve"}] * 3),
        )

    assert isinstance(async_vault, AsyncSigner)
    own = Verifier({KID: key.verifying_key}, playback_keys={PLAYBACK_KID: key.verifying_key})
    for signer, gate_of in ((vault, gate), (async_vault, gate), (key, own)):
        token, other, connection, playback, many = asyncio.run(all_of(signer))
        assert (gate_of.verify(token).user_id, gate_of.verify(other).user_id) == ("ana", "bob")
        assert gate_of.verify_connection(connection) and gate_of.verify_playback(playback)
        assert [gate_of.verify(token).user_id for token in many] == ["eve"] * 3
    with pytest.raises(TypeError, match="the sign of AsyncVault has to be awaited: mint with amint"):
        stage.mint(async_vault)


def test_awaited_with_a_bound(stage, gate, async_vault):
    people = [{"user_id": f"user-{i}"} for i in range(30)]
    tokens = asyncio.run(stage.amint_many(async_vault, people, concurrency=5))
    assert [gate.verify(token).user_id for token in tokens] == [f"user-{i}" for i in range(30)]
    assert async_vault.most == 5
    with pytest.raises(InvalidClaimError, match="concurrency must be from 1 to 1024"):
        stage.amint_many(async_vault, people, concurrency=0)


def test_awaited_failures_are_named(stage, async_vault):
    async_vault.refuses = lambda message: True

    async def run():
        with pytest.raises(MintError) as caught:
            await stage.amint(async_vault, participant_id="p-1")
        assert str(caught.value).endswith("of participant p-1 could not be signed: RuntimeError: the vault is closed")
        with pytest.raises(MintError) as caught:
            await stage.amint_many(async_vault, [{}] * 20, concurrency=4)
        assert caught.value.code == "SIGNER_FAILED" and caught.value.index in range(4)
        # What was under way is over.
        assert [task for task in asyncio.all_tasks() if task is not asyncio.current_task()] == []

    asyncio.run(run())
    assert async_vault.calls < 10


# KMS


@pytest.fixture
def kms(monkeypatch):
    import boto3
    from moto import mock_aws

    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        yield boto3.client("kms", region_name="us-west-2")


def create(kms, spec="ECC_NIST_P384", usage="SIGN_VERIFY"):
    return kms.create_key(KeySpec=spec, KeyUsage=usage)["KeyMetadata"]["KeyId"]


def test_a_key_in_kms_mints(kms, stage):
    key_id = create(kms)
    kms.create_alias(AliasName="alias/ivs-tokens", TargetKeyId=key_id)
    signer = KmsSigner(kms, "alias/ivs-tokens").with_kid(KID)
    assert isinstance(signer, Signer)
    gate = Verifier({KID: signer.verifying_key}, playback_keys={PLAYBACK_KID: signer.verifying_key.to_pem()})
    token = stage.mint(signer, user_id="José")
    assert gate.verify(token).user_id == "José"
    assert gate.verify(exchange(token, signer, capabilities="SUBSCRIBE")).participant_id == token.participant_id
    assert gate.verify_connection(ConnectionToken.mint(signer))
    assert gate.verify_playback(PlaybackToken.mint(signer, CHANNEL_ARN))
    crowd = stage.mint_many(signer, [{"user_id": f"user-{i}"} for i in range(20)], threads=4)
    assert [gate.verify(token).user_id for token in crowd] == [f"user-{i}" for i in range(20)]
    assert gate.verify(asyncio.run(stage.amint(signer, user_id="ana"))).user_id == "ana"
    # In two steps, with nothing but the client.
    unsigned = stage.unsigned(KID, user_id="ana")
    answer = kms.sign(KeyId=key_id, Message=unsigned.signing_input, MessageType="RAW", SigningAlgorithm="ECDSA_SHA_384")
    assert gate.verify(unsigned.with_signature(answer["Signature"], signer.verifying_key)).user_id == "ana"
    assert repr(signer) == f"<KmsSigner key_id='alias/ivs-tokens' kid='{KID}'>"


def test_keys_of_kms_that_can_not_sign(kms, stage):
    for spec, usage in (("RSA_2048", "SIGN_VERIFY"), ("ECC_NIST_P256", "SIGN_VERIFY")):
        with pytest.raises(InvalidKeyError) as caught:
            KmsSigner(kms, create(kms, spec, usage))
        assert "P-256" in str(caught.value) or "ECC_NIST_P384" in str(caught.value) or "RSA" in str(caught.value)
    other = SigningKey.generate().verifying_key
    mistaken = KmsSigner(kms, create(kms), kid=KID, verifying_key=other)
    with pytest.raises(MintError) as caught:
        stage.mint(mistaken)
    assert caught.value.code == "WRONG_SIGNATURE"
    gone = KmsSigner(kms, "gone", kid=KID, verifying_key=other)
    with pytest.raises(MintError) as caught:
        stage.mint(gone, participant_id="p-1")
    assert str(caught.value).startswith("the token of participant p-1 could not be signed: NotFoundException: ")
    assert type(caught.value.__cause__).__name__ == "NotFoundException"


def test_a_long_message_goes_to_kms_as_its_digest(stage, private, public):
    class Client:
        asked = []

        def get_public_key(self, KeyId):
            spec, usage = self.kind
            return {"KeySpec": spec, "KeyUsage": usage, "PublicKey": public.to_der()}

        def sign(self, **asked):
            self.asked.append(asked)
            algorithm = hashes.SHA384() if asked["MessageType"] == "RAW" else utils.Prehashed(hashes.SHA384())
            return {"Signature": private.sign(asked["Message"], ec.ECDSA(algorithm))}

    client = Client()
    client.kind = ("ECC_NIST_P384", "SIGN_VERIFY")
    signer = KmsSigner(client, "k", kid=KID)
    for attributes in ({}, {"a": "\x01" * 1000}):
        stage.mint(signer, attributes=attributes)
    short, long = client.asked
    assert short["MessageType"] == "RAW" and len(short["Message"]) <= 4096
    assert long["MessageType"] == "DIGEST" and len(long["Message"]) == 48
    assert {asked["SigningAlgorithm"] for asked in client.asked} == {"ECDSA_SHA_384"}
    for client.kind in (("ECC_NIST_P256", "SIGN_VERIFY"), ("ECC_NIST_P384", "KEY_AGREEMENT")):
        with pytest.raises(InvalidKeyError, match="aws kms create-key --key-spec ECC_NIST_P384 --key-usage SIGN_VERIFY"):
            KmsSigner(client, "k")


# PKCS#11

PIN = "4711"


def softhsm():
    named = os.environ.get("IVS_TOKEN_TEST_SOFTHSM")
    if named:
        return named
    usual = (
        "/usr/lib/softhsm/libsofthsm2.so",
        "/usr/lib64/pkcs11/libsofthsm2.so",
        "/usr/local/lib/softhsm/libsofthsm2.so",
    )
    return next((path for path in usual if os.path.exists(path)), None)


@pytest.fixture(scope="module")
def hsm(tmp_path_factory, private):
    """A token `ivs` with the P-384 key pair `good`, two that are called `twins`, and the P-256 key pair `short`."""
    library = softhsm()
    if library is None:
        # Its command has a library beside it: where the one is there, nothing may be left out.
        assert shutil.which("softhsm2-util") is None, "SoftHSM2's library is not found: name it in IVS_TOKEN_TEST_SOFTHSM"
        pytest.skip("there is no SoftHSM2 (Debian's package softhsm2), so nothing is signed through PKCS#11")
    folder = tmp_path_factory.mktemp("softhsm")
    configuration = folder / "softhsm2.conf"
    configuration.write_text(f"directories.tokendir = {folder}\nlog.level = ERROR\n")
    # The library reads it when it is loaded, which no other test does.
    os.environ["SOFTHSM2_CONF"] = str(configuration)

    def run(*arguments):
        subprocess.run(["softhsm2-util", *arguments], check=True, capture_output=True)

    run("--init-token", "--free", "--label", "ivs", "--pin", PIN, "--so-pin", "12345678")
    keys = [("good", private), ("ivs-tokens", private), ("short", ec.generate_private_key(ec.SECP256R1()))]
    keys += [("twins", ec.generate_private_key(ec.SECP384R1())) for _ in range(2)]
    for number, (label, key) in enumerate(keys, 1):
        pem = folder / "import.pem"
        form = serialization.PrivateFormat.PKCS8
        pem.write_bytes(key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))
        run("--import", str(pem), "--token", "ivs", "--label", label, "--id", f"{number:02}", "--pin", PIN)
    yield library
    del os.environ["SOFTHSM2_CONF"]


def test_a_key_in_an_hsm_mints(hsm, stage, public, gate):
    signer = Pkcs11Signer(Path(hsm), token="ivs", pin=PIN, key="good", kid=KID)
    assert isinstance(signer, Signer) and signer.verifying_key == public
    token = stage.mint(signer, user_id="ana")
    assert gate.verify(token).user_id == "ana"
    assert gate.verify(exchange(token, signer, user_id="bob")).user_id == "bob"
    assert gate.verify_connection(ConnectionToken.mint(signer))
    assert gate.verify_playback(PlaybackToken.mint(signer, CHANNEL_ARN))
    crowd = stage.mint_many(signer, [{"user_id": f"user-{i}"} for i in range(40)], threads=4)
    assert [gate.verify(token).user_id for token in crowd] == [f"user-{i}" for i in range(40)]
    # A second signer beside it: the token is logged in already.
    second = Pkcs11Signer(hsm, token="ivs", pin=PIN, key="good", kid=KID)
    signer.close()
    assert gate.verify(stage.mint(second))
    second.close()
    second.close()
    with pytest.raises(MintError, match="could not be signed: IvsTokenError: the signer was closed: make another"):
        stage.mint(second)
    assert PIN not in repr(vars(signer)) and repr(signer) == f"<Pkcs11Signer key='good' kid='{KID}'>"


def test_keys_of_an_hsm_that_can_not_sign(hsm):
    import pkcs11

    def open(key="good", token="ivs", pin=PIN):
        return Pkcs11Signer(hsm, token=token, pin=pin, key=key)

    for key, found in (("none", 0), ("twins", 2)):
        with pytest.raises(InvalidKeyError, match=f"{found} public keys on the token are EC keys labelled '{key}'"):
            open(key)
    with pytest.raises(InvalidKeyError, match="P-256"):
        open("short")
    with pytest.raises(pkcs11.NoSuchToken):
        open(token="other")
    with pytest.raises(pkcs11.PinIncorrect):
        open(pin="0000")


# A command

SIGN = """
import sys
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
key = serialization.load_pem_private_key(open(sys.argv[1], "rb").read(), None)
sys.stdout.buffer.write(key.sign(sys.stdin.buffer.read(), ec.ECDSA(hashes.SHA384())))
"""


@pytest.fixture
def pem(tmp_path, private):
    path = tmp_path / "private.pem"
    form = serialization.PrivateFormat.PKCS8
    path.write_bytes(private.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))
    return path


def test_a_command_mints(tmp_path, stage, public, gate, pem):
    script = tmp_path / "sign.py"
    script.write_text(SIGN)
    signer = CommandSigner([sys.executable, str(script), str(pem)], public, kid=KID)
    assert isinstance(signer, Signer)
    assert gate.verify(stage.mint(signer, user_id="ana")).user_id == "ana"
    crowd = stage.mint_many(signer, [{"user_id": "ana"}, {"user_id": "bob"}], threads=2)
    assert [gate.verify(token).user_id for token in crowd] == ["ana", "bob"]


@pytest.mark.skipif(shutil.which("openssl") is None or os.name == "nt", reason="there is no openssl, or no sh")
def test_a_command_of_the_shell_mints(stage, public, gate, pem):
    sign = f"openssl dgst -sha384 -sign '{pem}'"
    for command in (sign, f"{sign} | openssl base64", f"{sign} -hex -r | cut -d' ' -f1"):
        signer = CommandSigner(command, public, kid=KID)
        assert gate.verify(stage.mint(signer, user_id="ana")).user_id == "ana"


def test_a_command_that_fails_is_told(stage, public):
    def code(text):
        signer = CommandSigner([sys.executable, "-c", text], public, kid=KID, timeout=60)
        with pytest.raises(MintError) as caught:
            stage.mint(signer, participant_id="p-1")
        return caught.value

    said = code("import sys; sys.exit('out of paper')")
    assert str(said) == (
        "the token of participant p-1 could not be signed: OSError: the command ended with exit status 1: out of paper"
    )
    assert code("").code == "MALFORMED_SIGNATURE"
    assert code("import sys; sys.stdout.buffer.write(bytes(96))").code == "WRONG_SIGNATURE"
    slow = CommandSigner([sys.executable, "-c", "input()"], public, kid=KID, timeout=0.001)
    with pytest.raises(MintError) as caught:
        stage.mint(slow)
    assert isinstance(caught.value.__cause__, subprocess.TimeoutExpired)
    missing = CommandSigner(["no-such-command"], public, kid=KID)
    with pytest.raises(MintError) as caught:
        stage.mint(missing)
    assert isinstance(caught.value.__cause__, FileNotFoundError)


def test_signatures_are_read_in_each_form(private):
    import base64

    der = private.sign(b"x", ec.ECDSA(hashes.SHA384()))
    for signature in (der, raw(der)):
        for printed in (
            signature,
            signature.hex().encode() + b"\n",
            signature.hex().upper().encode(),
            base64.b64encode(signature) + b"\n",
            base64.encodebytes(signature),
            base64.urlsafe_b64encode(signature).rstrip(b"="),
        ):
            assert decoded(printed) == signature
    for printed in (b"", b"no signature\n", b"!" * 130):
        assert decoded(printed) == printed


def test_a_stage_of_another_process_is_minted_for(public, private, gate):
    """The two steps in two processes: what is signed is all that goes between them."""
    unsigned = Stage(STAGE_ARN, WHIP_URL).unsigned(KID, user_id="ana")
    signed = private.sign(unsigned.signing_input, ec.ECDSA(hashes.SHA384()))
    token = unsigned.with_signature(signed, public)
    assert gate.verify(str(token)).participant_id == token.participant_id


# The manual


def page(kind, names):
    """Runs what `docs/vault.md` has of one kind."""
    import doctest
    import re

    text = (Path(__file__).resolve().parents[3] / "docs/vault.md").read_text(encoding="utf-8")
    blocks = re.findall(rf"^<!-- run: {kind} -->\n```python\n(.*?)^```$", text, re.M | re.S)
    assert blocks
    test = doctest.DocTestParser().get_doctest("\n".join(blocks), names, "docs/vault.md", "docs/vault.md", 0)
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS, verbose=False)
    report = []
    runner.run(test, out=report.append)
    assert runner.failures == 0, "".join(report)


def test_the_manual_on_kms(kms, stage):
    key_id = create(kms)
    kms.create_alias(AliasName="alias/ivs-tokens", TargetKeyId=key_id)
    page("kms", {"key_id": "alias/ivs-tokens", "kid": KID, "stage": stage})


def test_the_manual_on_pkcs11(hsm, stage):
    page("pkcs11", {"module": hsm, "pin": PIN, "kid": KID, "stage": stage})


@pytest.mark.skipif(shutil.which("openssl") is None, reason="there is no openssl")
def test_the_manual_on_commands(stage, public, private, pem, monkeypatch):
    monkeypatch.chdir(pem.parent)
    names = {"public_pem": public.to_pem(), "kid": KID, "stage": stage}
    names["vault_signs"] = lambda message: private.sign(message, ec.ECDSA(hashes.SHA384()))
    page("command", names)
