"""Revocations on Redis, against a server that is started and killed here."""

from __future__ import annotations

import contextlib
import gc
import ipaddress
import os
import shutil
import socket
import subprocess
import time
import weakref
from datetime import datetime, timedelta, timezone

import pytest
from facts import CHANNEL_ARN, KID, PLAYBACK_KID
from forked import in_workers, needs_fork

import ivs_token
from ivs_token import (
    ConnectionToken,
    IvsTokenError,
    PlaybackToken,
    RedisRevocations,
    RevocationStoreError,
    RevocationUnknownError,
    RevokedError,
    VerifiedToken,
    Verifier,
    WhenAway,
)

PROGRAM = os.environ.get("IVS_TOKEN_TEST_REDIS_SERVER") or shutil.which("redis-server")
LONG = timedelta(seconds=20)


@pytest.fixture(scope="module", autouse=True)
def program():
    if PROGRAM is None:
        assert not os.environ.get("CI"), "skipping is no option on CI: there is no redis-server"
        pytest.skip("there is no redis-server, so nothing is tested against it")


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


@contextlib.contextmanager
def running(folder, *arguments):
    """Starts a server, and gives its port and a way to kill it."""
    for _ in range(20):
        # Another program may take the port before the server does: then it ends, and another port is tried.
        port = free_port()
        command = [PROGRAM, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder), *arguments]
        server = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        try:
            if up(port, server):
                yield port, server
                return
        finally:
            server.kill()
            server.wait()
    raise AssertionError("the server does not start")


def up(port, server):
    end = time.monotonic() + 30
    while time.monotonic() < end and server.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            connection.sendall(b"PING\r\n")
            if connection.recv(5) in (b"+PONG", b"-NOAU"):
                return True
        time.sleep(0.005)
    return False


@pytest.fixture(scope="module")
def port(tmp_path_factory):
    with running(tmp_path_factory.mktemp("redis")) as (port, _):
        yield port


@pytest.fixture
def store(port):
    return at(port)


def at(port, when_away=WhenAway.REFUSE, **more):
    """A store with time enough for a machine that does much else."""
    return RedisRevocations(
        f"redis://127.0.0.1:{port}/", when_away=when_away, connect_timeout=LONG, response_timeout=LONG, **more
    )


def verifier_with(key, store):
    held = {KID: key.verifying_key}
    return Verifier(held, playback_keys={PLAYBACK_KID: key.verifying_key}, revocations=store)


def test_what_one_revokes_the_other_refuses(key, stage, port, store):
    """Two stores, as in two processes."""
    store.ping()
    verifier = verifier_with(key, at(port))
    ana, bob = stage.mint(key), stage.mint(key)
    assert verifier.verify(ana) and verifier.verify(bob)
    store.disconnect_participant(stage, ana.participant_id, reason="rude")
    with pytest.raises(RevokedError, match="rude") as caught:
        verifier.verify(ana)
    assert caught.value.code == "PARTICIPANT_DISCONNECTED"
    kinds = [type(answer).__name__ for answer in verifier.verify_many([ana, bob] * 3, threads=3)]
    assert kinds == ["RevokedError", "VerifiedToken"] * 3

    connection = ConnectionToken.mint(key)
    assert verifier.verify_connection(connection)
    store.revoke_connection_token(connection.token_id)
    with pytest.raises(RevokedError):
        verifier.verify_connection(connection)
    store.revoke_viewer_sessions(CHANNEL_ARN, "ana", up_to=3)
    assert verifier.verify_playback(PlaybackToken.mint(key, CHANNEL_ARN, viewer_id="ana", viewer_session_version=4))
    with pytest.raises(RevokedError):
        verifier.verify_playback(PlaybackToken.mint(key, CHANNEL_ARN, viewer_id="ana", viewer_session_version=3))
    once = PlaybackToken.mint(key, CHANNEL_ARN, single_use=True)
    assert verifier_with(key, store).verify_playback(once)
    with pytest.raises(ivs_token.AlreadyUsedError):
        verifier.verify_playback(once)
    # Another prefix is another store.
    assert verifier_with(key, at(port, prefix="other:")).verify(ana)
    store.delete_stage(stage)
    with pytest.raises(RevokedError) as caught:
        verifier.verify(bob)
    assert caught.value.code == "STAGE_DELETED"


def spend(verifier, token):
    try:
        verifier.verify_playback(token)
    except ivs_token.AlreadyUsedError:
        return "refused"
    return "spent"


@needs_fork
def test_forked_workers_share_it(key, store):
    verifier = verifier_with(key, store)
    assert verifier.verify_playback(PlaybackToken.mint(key, CHANNEL_ARN, single_use=True))
    token = PlaybackToken.mint(key, CHANNEL_ARN, single_use=True)
    said = in_workers(spend, verifier, token)
    assert sorted(said) == ["refused", "refused", "refused", "spent"]
    # The connections of the parent are still its own.
    with pytest.raises(ivs_token.AlreadyUsedError):
        verifier.verify_playback(token)


def test_while_it_is_away(key, stage, tmp_path):
    reports = []
    token = stage.mint(key)
    with running(tmp_path) as (port, server):
        refusing = at(port, reconnect_pause=timedelta(0))
        accepting = at(port, WhenAway.accept(reports.append), reconnect_pause=timedelta(0))
        strict, lenient = verifier_with(key, refusing), verifier_with(key, accepting)
        assert strict.verify(token) and lenient.verify(token)
        server.kill()
        server.wait()
        with pytest.raises(RevocationUnknownError) as caught:
            strict.verify(token)
        assert (caught.value.code, caught.value.__cause__) == ("REVOCATION_UNKNOWN", None)
        kinds = [type(answer).__name__ for answer in strict.verify_many([token, token], threads=2)]
        assert kinds == ["RevocationUnknownError"] * 2
        assert not reports
        assert lenient.verify(token).participant_id == token.participant_id
        assert all(isinstance(who, VerifiedToken) for who in lenient.verify_many([token, token], threads=2))
        assert len(reports) == 3
        for error in reports:
            assert type(error) is RevocationStoreError
            assert error.code == "REVOCATION_STORE_FAILED"
            assert f"127.0.0.1:{port}" in str(error)
        # Revocations that may not have been made are errors with either.
        for store in (refusing, accepting):
            for revoke in (
                store.ping,
                lambda: store.delete_stage(stage),
                lambda: store.disconnect_participant(stage, "a"),
                lambda: store.revoke_connection_token("a"),
                lambda: store.revoke_viewer_sessions(CHANNEL_ARN, "a", up_to=1),
            ):
                with pytest.raises(RevocationStoreError) as caught:
                    revoke()
                assert not isinstance(caught.value, ivs_token.VerificationError)
        assert len(reports) == 3


def test_a_report_that_fails_refuses(key, stage):
    token = stage.mint(key)
    nobody = free_port()

    def fail(error):
        raise RuntimeError(f"no log for {error}")

    verifier = verifier_with(key, at(nobody, WhenAway.accept(fail)))
    with pytest.raises(RevocationUnknownError, match="RuntimeError: no log for") as caught:
        verifier.verify(token)
    assert type(caught.value.__cause__) is RuntimeError
    kinds = [type(answer).__name__ for answer in verifier.verify_many([token, "nonsense"])]
    assert kinds == ["RevocationUnknownError", "MalformedTokenError"]

    def interrupt(error):
        raise KeyboardInterrupt

    verifier = verifier_with(key, at(nobody, WhenAway.accept(interrupt)))
    for call in (lambda: verifier.verify(token), lambda: verifier.verify_many([token] * 4, threads=2)):
        with pytest.raises(KeyboardInterrupt):
            call()


def test_a_report_that_knows_its_store_is_collected(key, stage):
    class Log:
        def report(self, error):
            self.last = error

    def make():
        log = Log()
        log.verifier = verifier_with(key, at(1, WhenAway.accept(log.report)))
        return weakref.ref(log)

    log = make()
    gc.collect()
    assert log() is None
    # A verifier that is needed keeps it, also when nobody else has the store.
    log = Log()
    verifier = verifier_with(key, at(free_port(), WhenAway.accept(log.report)))
    gc.collect()
    assert verifier.verify(stage.mint(key))
    assert isinstance(log.last, RevocationStoreError)


def test_nobody_waits_for_long(key, stage):
    """A server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"redis://127.0.0.1:{listener.getsockname()[1]}/"
        verifier = verifier_with(key, RedisRevocations(url, when_away=WhenAway.REFUSE))
        begin = time.monotonic()
        with pytest.raises(RevocationUnknownError):
            verifier.verify(stage.mint(key))
        # A quarter of a second unless set. Without a limit it would be for ever.
        assert time.monotonic() - begin < 60


def test_passwords_are_not_shown(tmp_path):
    with running(tmp_path, "--requirepass", "tops3cret") as (port, _):
        good = RedisRevocations(f"redis://:tops3cret@127.0.0.1:{port}/", when_away=WhenAway.REFUSE, connect_timeout=LONG)
        good.ping()
        assert "tops3cret" not in repr(good)
        bad = RedisRevocations(f"redis://:tops3crex@127.0.0.1:{port}/", when_away=WhenAway.REFUSE, connect_timeout=LONG)
        with pytest.raises(RevocationStoreError, match="password") as caught:
            bad.ping()
        assert "tops3cre" not in str(caught.value)


def certificate(name, issuer=None):
    """A certificate for loopback and its key, signed by `issuer` or by itself."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(timezone.utc)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer[0].subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
    )
    if issuer:
        address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
        builder = builder.add_extension(x509.SubjectAlternativeName([address]), critical=False)
    else:
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    made = builder.sign(issuer[1] if issuer else key, hashes.SHA256())
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return made, key, made.public_bytes(serialization.Encoding.PEM), private


def test_tls(tmp_path, stage):
    root = certificate("root")
    for name in ("server", "client"):
        _, _, chain, private = certificate(name, root)
        (tmp_path / f"{name}.pem").write_bytes(chain)
        (tmp_path / f"{name}.key").write_bytes(private)
    (tmp_path / "root.pem").write_bytes(root[2])
    tls_port = free_port()
    files = {name: str(tmp_path / name) for name in ("server.pem", "server.key", "root.pem")}
    options = ["--tls-port", str(tls_port), "--tls-cert-file", files["server.pem"], "--tls-key-file", files["server.key"]]
    with running(tmp_path, *options, "--tls-ca-cert-file", files["root.pem"], "--tls-auth-clients", "yes"):
        url, ours = f"rediss://127.0.0.1:{tls_port}/", {"when_away": WhenAway.REFUSE, "connect_timeout": LONG}
        client = (tmp_path / "client.pem", (tmp_path / "client.key").read_text())
        for roots in (root[2], root[2].decode(), tmp_path / "root.pem"):
            known = RedisRevocations(url, root_certificates=roots, client_certificate=client, **ours)
            known.ping()
            known.delete_stage(stage)
        # The server knows no one without a certificate, and we trust none that does not lead to the root.
        for stranger in (
            RedisRevocations(url, root_certificates=root[2], **ours),
            RedisRevocations(url, root_certificates=certificate("another")[2], client_certificate=client, **ours),
        ):
            with pytest.raises(RevocationStoreError, match="(?i)certificate"):
                stranger.ping()


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"url": ""}, "REDIS_URL"),
        ({"url": "http://localhost"}, "REDIS_URL"),
        ({"url": "redis://localhost/#insecure"}, "REDIS_FRAGMENT"),
        ({"url": "redis://h", "root_certificates": "x"}, "REDIS_CERTIFICATES_WITHOUT_TLS"),
        ({"url": "rediss://h", "root_certificates": "x"}, "REDIS_TLS"),
        ({"prefix": ""}, "REDIS_PREFIX"),
        ({"prefix": "x" * 129}, "REDIS_PREFIX"),
        ({"connect_timeout": timedelta(0)}, "REDIS_TIME"),
        ({"response_timeout": timedelta(days=1)}, "REDIS_TIME"),
        ({"reconnect_pause": timedelta(microseconds=-1)}, "INVALID_DURATION"),
        ({"idle_connections": -1}, "OUT_OF_RANGE"),
        ({"replicas": -1}, "OUT_OF_RANGE"),
        ({"url": "redis://\ud800"}, "NOT_UNICODE"),
    ],
)
def test_settings_that_can_not_be_right(given, code):
    with pytest.raises(IvsTokenError) as caught:
        RedisRevocations(**{"url": "redis://localhost/", "when_away": WhenAway.REFUSE} | given)
    assert caught.value.code == code


def test_the_choice_is_yours():
    with pytest.raises(TypeError, match="when_away"):
        RedisRevocations("redis://localhost/")
    for wrong in (None, "refuse", True, print, WhenAway):
        with pytest.raises(TypeError):
            RedisRevocations("redis://localhost/", when_away=wrong)
    for wrong in (None, "report", 5):
        with pytest.raises(TypeError, match="report"):
            WhenAway.accept(wrong)
    with pytest.raises(TypeError):
        WhenAway()
    assert repr(WhenAway.REFUSE) == "WhenAway.REFUSE"
    for given in ({"url": 5}, {"prefix": b"x"}, {"connect_timeout": 250}, {"client_certificate": "x"}, {"root_certificates": 5}):
        with pytest.raises(TypeError):
            RedisRevocations(**{"url": "redis://localhost/", "when_away": WhenAway.REFUSE} | given)
