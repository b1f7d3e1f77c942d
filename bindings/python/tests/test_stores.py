"""A store of revocations that is written in Python: asked, believed, and never a way in when it fails."""

from __future__ import annotations

import gc
import itertools
import threading
import weakref
from datetime import datetime, timedelta, timezone
from uuid import UUID

import pytest
from facts import CHANNEL_ARN, KID, PLAYBACK_KID, STAGE_ARN

import ivs_token
from ivs_token import (
    ConnectionToken,
    InvalidClaimError,
    PlaybackToken,
    RevocationStore,
    RevocationUnknownError,
    RevokedError,
    Verdict,
    VerificationError,
    VerifiedToken,
    Verifier,
)


class Dicts(RevocationStore):
    """What a user would write: verdicts by what was revoked."""

    def __init__(self):
        self.participants, self.connections, self.viewers, self.spent = {}, set(), {}, {}
        self.asked = []
        self.lock = threading.Lock()

    def check_participant(self, stage_arn, participant_id):
        self.asked.append((stage_arn, participant_id))
        return self.participants.get((stage_arn, participant_id), Verdict.NOT_REVOKED)

    def check_connection(self, token_id):
        return Verdict.CONNECTION_TOKEN_REVOKED if token_id in self.connections else Verdict.NOT_REVOKED

    def check_playback(self, channel_arn, *, viewer_id, viewer_session_version, single_use_uuid, remember_for):
        up_to = self.viewers.get((channel_arn, viewer_id))
        if up_to is not None and viewer_session_version <= up_to:
            return Verdict.viewer_sessions_revoked(up_to)
        if single_use_uuid is not None:
            with self.lock:
                if single_use_uuid in self.spent:
                    return Verdict.ALREADY_USED
                self.spent[single_use_uuid] = remember_for
        return Verdict.NOT_REVOKED


def verifier_with(key, store, **more):
    held = {KID: key.verifying_key}
    return Verifier(held, playback_keys={PLAYBACK_KID: key.verifying_key}, revocations=store, **more)


def answering(answer):
    """A store whose every method gives this, or does it if it can be called."""

    class Answering(RevocationStore):
        def check_participant(self, *arguments):
            return answer() if callable(answer) else answer

        def check_participants(self, participants):
            return [self.check_participant() for _ in participants]

        check_connection = check_participant

        def check_playback(self, channel_arn, **details):
            return self.check_participant()

    return Answering()


def test_participants(key, stage):
    store = Dicts()
    verifier = verifier_with(key, store)
    ana, bob, eve = stage.mint(key), stage.mint(key), stage.mint(key)
    store.participants[STAGE_ARN, ana.participant_id] = Verdict.participant_disconnected("rude")
    store.participants[STAGE_ARN, eve.participant_id] = Verdict.STAGE_DELETED
    with pytest.raises(RevokedError, match="rude") as caught:
        verifier.verify(ana)
    assert caught.value.code == "PARTICIPANT_DISCONNECTED"
    with pytest.raises(RevokedError) as caught:
        verifier.verify(eve)
    assert caught.value.code == "STAGE_DELETED"
    assert verifier.verify(bob).participant_id == bob.participant_id
    assert store.asked == [(STAGE_ARN, token.participant_id) for token in (ana, eve, bob)]
    for threads in (1, 2, 3):
        answers = verifier.verify_many([ana, "nonsense", bob, eve], threads=threads)
        kinds = [type(answer).__name__ for answer in answers]
        assert kinds == ["RevokedError", "MalformedTokenError", "VerifiedToken", "RevokedError"]
    # It is asked about good tokens only, and not at all when there are none.
    before = len(store.asked)
    verifier.verify_many(["nonsense"])
    with pytest.raises(VerificationError):
        verifier.verify(bob, user_id="somebody else")
    assert len(store.asked) == before


def test_it_is_asked_of_what_the_cache_knows(key, stage):
    store = Dicts()
    verifier = verifier_with(key, store, cache=10)
    token = stage.mint(key)
    assert verifier.verify(token) and verifier.verify(token)
    assert len(store.asked) == 2
    store.participants[STAGE_ARN, token.participant_id] = Verdict.participant_disconnected()
    with pytest.raises(RevokedError):
        verifier.verify(token)


def test_many_in_one_question(key, stage):
    questions = []

    class Batched(Dicts):
        def check_participants(self, participants):
            questions.append(list(participants))
            return (self.check_participant(*one) for one in participants)

    tokens = [stage.mint(key) for _ in range(10)]
    assert all(isinstance(who, VerifiedToken) for who in verifier_with(key, Batched()).verify_many(tokens))
    assert questions == [[(STAGE_ARN, token.participant_id) for token in tokens]]


def test_connections_and_playback(key):
    store = Dicts()
    verifier = verifier_with(key, store)
    connection = ConnectionToken.mint(key)
    assert verifier.verify_connection(connection).token_id == connection.token_id
    store.connections.add(connection.token_id)
    with pytest.raises(RevokedError) as caught:
        verifier.verify_connection(connection)
    assert caught.value.code == "CONNECTION_TOKEN_REVOKED"

    store.viewers[CHANNEL_ARN, "ana"] = 3
    assert verifier.verify_playback(PlaybackToken.mint(key, CHANNEL_ARN, viewer_id="ana", viewer_session_version=4))
    with pytest.raises(RevokedError, match="up to version 3") as caught:
        verifier.verify_playback(PlaybackToken.mint(key, CHANNEL_ARN, viewer_id="ana", viewer_session_version=3))
    assert caught.value.code == "VIEWER_SESSION_REVOKED"
    assert verifier.verify_playback(PlaybackToken.mint(key, CHANNEL_ARN)).viewer_id is None

    once = PlaybackToken.mint(key, CHANNEL_ARN, single_use=True, duration=timedelta(minutes=5))
    assert verifier.verify_playback(once)
    with pytest.raises(ivs_token.AlreadyUsedError):
        verifier.verify_playback(once)
    [(uuid, remember_for)] = store.spent.items()
    assert isinstance(uuid, UUID) and uuid == once.single_use_uuid
    # Until it has expired, and the hour for clocks that disagree.
    assert timedelta(minutes=64) < remember_for <= timedelta(minutes=65)


def test_what_is_not_written_refuses(key):
    class Participants(RevocationStore):
        def check_participant(self, stage_arn, participant_id):
            return Verdict.NOT_REVOKED

    verifier = verifier_with(key, Participants())
    for refuse in (
        lambda: verifier.verify_connection(ConnectionToken.mint(key)),
        lambda: verifier.verify_playback(PlaybackToken.mint(key, CHANNEL_ARN)),
    ):
        with pytest.raises(RevocationUnknownError, match="Participants has no check_") as caught:
            refuse()
        assert isinstance(caught.value.__cause__, NotImplementedError)
    with pytest.raises(TypeError, match="abstract"):
        RevocationStore()


class Unspeakable(Exception):
    def __str__(self):
        raise RuntimeError("no words")


def broken(error):
    def fail():
        raise error

    return fail


FAILURES = [
    (broken(OSError("the database is away")), OSError, "OSError: the database is away"),
    (broken(RevokedError("mine")), RevokedError, "RevokedError: mine"),
    (broken(Unspeakable()), Unspeakable, "Unspeakable"),
    (broken(ValueError("a\nb\x1b[31m" + "x" * 10_000)), ValueError, "ValueError: a"),
    (None, TypeError, "must be a Verdict, not NoneType"),
    (True, TypeError, "must be a Verdict, not bool"),
    (False, TypeError, "must be a Verdict, not bool"),
    (Verdict, TypeError, "must be a Verdict, not type"),
    ("NOT_REVOKED", TypeError, "must be a Verdict, not str"),
]


@pytest.mark.parametrize(("answer", "cause", "words"), FAILURES)
def test_no_verdict_no_entry(key, stage, answer, cause, words):
    # A class that can be called would be, by `answering`.
    store = answering((lambda: answer) if answer is Verdict else answer)
    verifier = verifier_with(key, store)
    token = stage.mint(key)
    for refuse in (
        lambda: verifier.verify(token),
        lambda: verifier.verify_connection(ConnectionToken.mint(key)),
        lambda: verifier.verify_playback(PlaybackToken.mint(key, CHANNEL_ARN)),
    ):
        with pytest.raises(RevocationUnknownError) as caught:
            refuse()
        error = caught.value
        assert (error.code, error.reason) == ("REVOCATION_UNKNOWN", "REVOCATION_UNKNOWN")
        assert words in str(error)
        assert type(error.__cause__) is cause
        assert len(str(error)) < 600 and "\n" not in str(error) and "\x1b" not in str(error)
    for threads in (1, 3):
        answers = verifier.verify_many([token, "nonsense", token], threads=threads)
        assert [type(one).__name__ for one in answers] == [
            "RevocationUnknownError",
            "MalformedTokenError",
            "RevocationUnknownError",
        ]
        assert [type(one.__cause__) for one in answers] == [cause, type(None), cause]


@pytest.mark.parametrize(
    ("verdict", "about"),
    [
        (Verdict.CONNECTION_TOKEN_REVOKED, "participant"),
        (Verdict.ALREADY_USED, "participant"),
        (Verdict.viewer_sessions_revoked(1), "participant"),
        (Verdict.STAGE_DELETED, "connection"),
        (Verdict.participant_disconnected(), "connection"),
        (Verdict.CONNECTION_TOKEN_REVOKED, "playback"),
        (Verdict.ALREADY_USED, "playback"),
        (Verdict.viewer_sessions_revoked(1), "playback"),
    ],
)
def test_a_verdict_about_something_else(key, stage, verdict, about):
    verifier = verifier_with(key, answering(verdict))
    refuse = {
        "participant": lambda: verifier.verify(stage.mint(key)),
        "connection": lambda: verifier.verify_connection(ConnectionToken.mint(key)),
        "playback": lambda: verifier.verify_playback(PlaybackToken.mint(key, CHANNEL_ARN)),
    }[about]
    with pytest.raises(RevocationUnknownError, match="not about such a token"):
        refuse()


@pytest.mark.parametrize(
    "given",
    [
        lambda asked: [Verdict.NOT_REVOKED] * (len(asked) - 1),
        lambda asked: [Verdict.NOT_REVOKED] * (len(asked) + 1),
        lambda asked: itertools.repeat(Verdict.NOT_REVOKED),
        lambda asked: [],
        lambda asked: None,
        lambda asked: 5,
        lambda asked: (1 // 0 for _ in asked),
        lambda asked: dict.fromkeys(asked, Verdict.NOT_REVOKED),
    ],
)
def test_as_many_verdicts_as_questions(key, stage, given):
    class Miscounting(Dicts):
        def check_participants(self, participants):
            return given(participants)

    answers = verifier_with(key, Miscounting()).verify_many([stage.mint(key), stage.mint(key)])
    assert [type(answer).__name__ for answer in answers] == ["RevocationUnknownError"] * 2


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, GeneratorExit])
def test_interrupts_go_through(key, stage, error):
    verifier = verifier_with(key, answering(broken(error())))
    token = stage.mint(key)
    for call in (
        lambda: verifier.verify(token),
        lambda: verifier.verify_many([token] * 5),
        lambda: verifier.verify_many([token] * 5, threads=3),
        lambda: verifier.verify_connection(ConnectionToken.mint(key)),
        lambda: verifier.verify_playback(PlaybackToken.mint(key, CHANNEL_ARN)),
    ):
        with pytest.raises(error):
            call()


def test_it_may_come_back_to_the_verifier(key, stage):
    """A store that verifies other tokens while it is asked: with another time, with failures, and with itself."""
    now = datetime(2026, 11, 21, tzinfo=timezone.utc)
    old = stage.mint(key, duration=1, now=now)

    class Curious(RevocationStore):
        depth = 0

        def check_participant(self, stage_arn, participant_id):
            self.depth += 1
            if self.depth < 5:
                assert self.verifier.verify(old, now=now).issued_at == now
                with pytest.raises(ivs_token.ExpiredTokenError):
                    self.verifier.verify(old)
                with pytest.raises(RevocationUnknownError):
                    verifier_with(key, answering(broken(OSError()))).verify(stage.mint(key))
            return Verdict.NOT_REVOKED

    store = Curious()
    store.verifier = verifier_with(key, store, cache=4)
    assert store.verifier.verify(stage.mint(key))
    store.depth = 0
    assert store.verifier.verify(old, now=now + timedelta(seconds=59)).issued_at == now
    assert store.depth == 5
    with pytest.raises(ivs_token.ExpiredTokenError):
        store.verifier.verify(old)


def test_threads_ask_it_at_once(key, stage):
    barrier = threading.Barrier(4, timeout=60)

    class Waiting(Dicts):
        def check_participants(self, participants):
            # All four have to be here at once for any of them to go on.
            barrier.wait()
            return super().check_participants(participants)

    tokens = [stage.mint(key) for _ in range(8)]
    answers = verifier_with(key, Waiting()).verify_many(tokens, threads=4)
    assert [who.participant_id for who in answers] == [token.participant_id for token in tokens]


def test_a_store_that_knows_its_verifier_is_collected(key):
    def make():
        store = Dicts()
        store.verifier = verifier_with(key, store)
        return weakref.ref(store)

    store = make()
    gc.collect()
    assert store() is None
    # And one that is needed is not.
    verifier = verifier_with(key, Dicts())
    gc.collect()
    assert verifier.verify_connection(ConnectionToken.mint(key))


def test_what_is_no_store(key):
    class Duck:
        def check_participant(self, stage_arn, participant_id):
            return Verdict.NOT_REVOKED

    for wrong in (Duck(), Dicts, object(), 5, "redis://localhost"):
        with pytest.raises(TypeError, match="revocations must be"):
            verifier_with(key, wrong)


def test_verdicts():
    assert Verdict.participant_disconnected("a") == Verdict.participant_disconnected("a")
    assert Verdict.participant_disconnected("a") != Verdict.participant_disconnected()
    assert Verdict.NOT_REVOKED is Verdict.NOT_REVOKED
    assert len({Verdict.NOT_REVOKED, Verdict.STAGE_DELETED, Verdict.viewer_sessions_revoked(1)}) == 3
    for verdict in (
        Verdict.NOT_REVOKED,
        Verdict.STAGE_DELETED,
        Verdict.CONNECTION_TOKEN_REVOKED,
        Verdict.ALREADY_USED,
        Verdict.participant_disconnected(),
        Verdict.participant_disconnected("spam"),
        Verdict.viewer_sessions_revoked(-1),
    ):
        assert eval(repr(verdict)) == verdict
    with pytest.raises(TypeError):
        Verdict()
    with pytest.raises(InvalidClaimError) as caught:
        Verdict.participant_disconnected("x" * 129)
    assert (caught.value.limit, caught.value.actual) == (128, 129)
    for wrong in (b"a", 5, ["a"]):
        with pytest.raises(TypeError):
            Verdict.participant_disconnected(wrong)
        with pytest.raises(TypeError):
            Verdict.viewer_sessions_revoked("5")
    with pytest.raises(InvalidClaimError):
        Verdict.viewer_sessions_revoked(2**63)
