"""In place of boto3: the names and answers are those of botocore's service model, and what botocore refuses is refused."""

from __future__ import annotations

import inspect
import json
import pickle
import subprocess
import sys
import threading
from datetime import datetime, timedelta, timezone

import botocore.session
import pytest
from botocore.validate import ParamValidator
from facts import KID, STAGE_ARN

from ivs_token import (
    Capability,
    InvalidClaimError,
    IvsRealTime,
    IvsTokenError,
    KeyRing,
    MintError,
    SigningKey,
    Stage,
    Token,
)


@pytest.fixture(scope="module")
def operation():
    model = botocore.session.get_session().get_service_model("ivs-realtime", "2020-07-14")
    return model.operation_model("CreateParticipantToken")


@pytest.fixture(scope="module")
def client(key, stage):
    return IvsRealTime(signing_key=key, stages=[stage])


def conforms(value, shape):
    """Whether a value is what botocore's parser makes of an answer of this shape, constraints included."""
    metadata = shape.metadata
    if shape.type_name == "structure":
        assert set(value) <= set(shape.members)
        assert set(shape.required_members) <= set(value)
        for name, member in value.items():
            conforms(member, shape.members[name])
    elif shape.type_name == "map":
        for name, member in value.items():
            conforms(name, shape.key)
            conforms(member, shape.value)
    elif shape.type_name == "list":
        assert type(value) is list
        assert metadata.get("min", 0) <= len(value) <= metadata["max"]
        for member in value:
            conforms(member, shape.member)
    elif shape.type_name == "string":
        assert type(value) is str
        assert metadata.get("min", 0) <= len(value) <= metadata.get("max", 1 << 20)
        assert value in (shape.enum or [value])
    elif shape.type_name == "integer":
        assert type(value) is int
        assert metadata["min"] <= value <= metadata["max"]
    else:
        assert shape.type_name == "timestamp"
        assert value.tzinfo is not None


ANSWERED = [
    {},
    {"duration": 1},
    {"duration": 20160, "userId": "", "attributes": {}, "capabilities": []},
    {"userId": "ana", "attributes": {"displayName": "Ana"}, "capabilities": ["SUBSCRIBE"]},
    {"userId": "x" * 128, "capabilities": ["SUBSCRIBE", "PUBLISH"]},
]


@pytest.mark.parametrize("given", ANSWERED)
def test_the_answer_is_that_of_the_model(client, operation, verifier, given):
    given = {"stageArn": STAGE_ARN} | given
    assert not ParamValidator().validate(given, operation.input_shape).has_errors()
    answer = client.create_participant_token(**given)
    metadata = answer.pop("ResponseMetadata")
    assert metadata["HTTPStatusCode"] == 200
    conforms(answer, operation.output_shape)
    # The validator is made for requests, and takes answers of the same shapes.
    assert not ParamValidator().validate(answer, operation.output_shape).has_errors()
    said = answer["participantToken"]
    who = verifier.verify(said["token"])
    assert said["participantId"] == who.participant_id
    assert said.get("userId") == given.get("userId")
    assert said.get("attributes", {}) == given.get("attributes", {})
    assert said["duration"] == given.get("duration", 720)
    assert said["capabilities"] == sorted(given.get("capabilities", ["PUBLISH", "SUBSCRIBE"]))
    assert said["expirationTime"] == who.expiration_time
    assert said["expirationTime"].tzinfo is timezone.utc
    assert who.expiration_time - who.issued_at == timedelta(minutes=said["duration"])
    json.dumps(answer, default=str)


def test_the_names_are_those_of_the_model(operation):
    parameters = inspect.signature(IvsRealTime.create_participant_token).parameters
    assert set(parameters) - {"self"} == set(operation.input_shape.members)


REFUSED_BY_BOTOCORE = [
    {"stageArn": None},
    {"stageArn": 5},
    {"stageArn": ""},
    {"duration": "720"},
    {"duration": 1.5},
    {"duration": 0},
    {"duration": -1},
    {"duration": None},
    {"userId": 5},
    {"userId": None},
    {"userId": b"ana"},
    {"attributes": [("a", "b")]},
    {"attributes": {"a": 1}},
    {"attributes": {1: "a"}},
    {"attributes": None},
    {"capabilities": "PUBLISH"},
    {"capabilities": [1]},
    {"capabilities": None},
    {"capabilities": {"PUBLISH"}},
    {"nobody": 1},
]


@pytest.mark.parametrize("given", REFUSED_BY_BOTOCORE)
def test_what_botocore_refuses_is_refused(client, operation, given):
    given = {"stageArn": STAGE_ARN} | given
    assert ParamValidator().validate(given, operation.input_shape).has_errors()
    with pytest.raises((IvsTokenError, TypeError)):
        client.create_participant_token(**given)


def test_what_is_missing(client, operation):
    assert ParamValidator().validate({}, operation.input_shape).has_errors()
    with pytest.raises(TypeError):
        client.create_participant_token()


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"duration": 20161}, "duration"),
        ({"userId": "x" * 129}, "user_id"),
        ({"attributes": {"a": "b" * 1024}}, "attributes"),
        ({"capabilities": ["WATCH"]}, "capabilities"),
        ({"stageArn": STAGE_ARN + "x"}, "stageArn"),
    ],
)
def test_what_the_service_would_refuse(client, given, field):
    with pytest.raises(InvalidClaimError) as caught:
        client.create_participant_token(**{"stageArn": STAGE_ARN} | given)
    assert caught.value.field == field


def test_boto3_calls_are_taken_as_they_are(key, stage):
    """A call written for boto3, to a client of either kind."""

    def join(client, user):
        answer = client.create_participant_token(
            stageArn=STAGE_ARN, userId=user, duration=60, capabilities=["SUBSCRIBE"], attributes={"role": "viewer"}
        )
        return answer["participantToken"]["token"]

    import boto3
    from botocore.stub import Stubber

    real = boto3.client("ivs-realtime", region_name="us-west-2", aws_access_key_id="x", aws_secret_access_key="x")
    ours = IvsRealTime(signing_key=key, stages=[stage])
    local = ours.create_participant_token(stageArn=STAGE_ARN, userId="ana", duration=60)
    with Stubber(real) as stub:
        # botocore checks the answer against its model, and so checks ours.
        stub.add_response("create_participant_token", local)
        assert join(real, "ana") == local["participantToken"]["token"]
    assert join(ours, "ana").count(".") == 2


@pytest.fixture
def real():
    import boto3

    return boto3.client("ivs-realtime", region_name="us-west-2", aws_access_key_id="x", aws_secret_access_key="x")


@pytest.fixture
def wrapped(key, stage, real):
    return IvsRealTime(real, signing_key=key, stages=[stage])


def answer_of(arn, whip="https://453fdfd2ad24df.global-bm.whip.live-video.net"):
    """What GetStage answers."""
    return {"stage": {"arn": arn, "endpoints": {"whip": whip, "events": "wss://global.events.live-video.net"}}}


def test_everything_else_is_the_clients(wrapped, real):
    """Every method of boto3's client is there, and but for those that make tokens it is that client's own."""
    from botocore.stub import Stubber

    for name in dir(real):
        if name.startswith("_"):
            continue
        assert name in dir(wrapped)
        assert callable(getattr(wrapped, name)) == callable(getattr(real, name)), name
    for name in ("get_stage", "create_stage", "delete_stage", "disconnect_participant", "list_participants", "get_paginator"):
        assert getattr(wrapped, name) == getattr(real, name)
    assert wrapped.meta is real.meta
    assert wrapped.exceptions is real.exceptions
    with Stubber(real) as stub:
        stub.add_response("disconnect_participant", {}, {"stageArn": STAGE_ARN, "participantId": "abc"})
        wrapped.disconnect_participant(stageArn=STAGE_ARN, participantId="abc")
        stub.assert_no_pending_responses()
    with pytest.raises(AttributeError, match="nobody_has_this"):
        wrapped.nobody_has_this()


def test_without_a_client_it_is_said_how_to_give_one(client):
    for name in ("get_stage", "disconnect_participant", "meta"):
        with pytest.raises(AttributeError, match=rf"no {name} of its own.*boto3.client"):
            getattr(client, name)
    assert not hasattr(client, "__fspath__")
    assert "create_participant_token" in dir(client)


REFUSED = [
    ({"userId": "x" * 129}, "ValidationException", 400),
    ({"duration": 20161}, "ValidationException", 400),
    ({"duration": 0}, "ValidationException", 400),
    ({"attributes": {"a": "b" * 1024}}, "ValidationException", 400),
    ({"capabilities": ["WATCH"]}, "ValidationException", 400),
]


@pytest.mark.parametrize(("given", "name", "status"), REFUSED)
@pytest.mark.parametrize("how", ["wrapped", "client"])
def test_errors_are_boto3s_too(request, how, given, name, status):
    from botocore.exceptions import ClientError

    client = request.getfixturevalue(how)
    call = {"stageArn": STAGE_ARN} | given
    for caught_by in (ClientError, getattr(client.exceptions, name), client.exceptions.ClientError, InvalidClaimError, ValueError):
        with pytest.raises(caught_by) as caught:
            client.create_participant_token(**call)
    error = caught.value
    assert error.response["Error"]["Code"] == name
    assert error.response["ResponseMetadata"]["HTTPStatusCode"] == status
    assert error.operation_name == "CreateParticipantToken"
    assert error.code and error.field
    assert str(error) == f"An error occurred ({name}) when calling the CreateParticipantToken operation: {error.response['Error']['Message']}"
    assert error.__cause__ is None
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), again.response, str(again)) == (ClientError, error.response, str(error))
    # A handler of another kind does not catch it.
    assert not isinstance(error, client.exceptions.ConflictException)


def test_other_errors_of_the_service(key, stage, real):
    from botocore.exceptions import ClientError

    elsewhere = KeyRing()
    for client, arn, ours, name in (
        (IvsRealTime(signing_key=key, stages=[stage]), STAGE_ARN + "x", InvalidClaimError, "ResourceNotFoundException"),
        (IvsRealTime(real, signing_key=elsewhere, stages=[stage]), STAGE_ARN, MintError, "AccessDeniedException"),
        (IvsRealTime(signing_key=SigningKey.generate(), stages=[stage]), STAGE_ARN, MintError, "AccessDeniedException"),
    ):
        with pytest.raises(ClientError) as caught:
            client.create_participant_token(stageArn=arn)
        assert isinstance(caught.value, ours)
        assert isinstance(caught.value, getattr(client.exceptions, name))
        assert caught.value.response["Error"]["Code"] == name
    with pytest.raises(ClientError) as caught:
        IvsRealTime(signing_key=elsewhere, stages=[stage]).create_connection_token()
    assert caught.value.operation_name == "CreateConnectionToken"


def test_wrong_types_are_botocores_too(wrapped):
    from botocore.exceptions import BotoCoreError, ParamValidationError

    for given in ({"duration": "720"}, {"attributes": {"premium": True}}, {"userId": None}, {"capabilities": "PUBLISH"}):
        for caught_by in (ParamValidationError, BotoCoreError, TypeError):
            with pytest.raises(caught_by) as caught:
                wrapped.create_participant_token(stageArn=STAGE_ARN, **given)
        assert str(caught.value).startswith("Parameter validation failed:\n" + next(iter(given)))
        assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
    with pytest.raises(TypeError, match=r"attributes\['premium'\] must be str, not bool"):
        wrapped.create_participant_token(stageArn=STAGE_ARN, attributes={"premium": True})


def test_without_botocore(key):
    """Errors are ours, and `exceptions` has classes of the names that handlers write."""
    program = f"""
import sys
sys.modules["botocore"] = sys.modules["botocore.exceptions"] = None
from ivs_token import *
key = SigningKey.generate(kid={KID!r})
client = IvsRealTime(signing_key=key, stages=[Stage({STAGE_ARN!r}, "https://whip.example")])
assert client.create_participant_token(stageArn={STAGE_ARN!r})["participantToken"]["token"].count(".") == 2
for handler in ("ValidationException", "ClientError"):
    try:
        client.create_participant_token(stageArn={STAGE_ARN!r}, userId="x" * 129)
    except getattr(client.exceptions, handler) as error:
        assert type(error) is InvalidClaimError, type(error)
for handler in ("ResourceNotFoundException", "ClientError"):
    try:
        client.create_participant_token(stageArn={STAGE_ARN!r} + "x")
    except getattr(client.exceptions, handler) as error:
        assert error.code == "UNKNOWN_STAGE"
try:
    client.create_participant_token(stageArn={STAGE_ARN!r}, userId=5)
except client.exceptions.ConflictException:
    raise SystemExit("not that one")
except TypeError as error:
    assert type(error) is TypeError
print("good")
"""
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True).stdout == "good\n"


def test_stages_from_a_function(key, stage, verifier):
    asked = []

    def find(arn):
        asked.append(arn)
        return {STAGE_ARN: stage, STAGE_ARN + "y": stage}.get(arn)

    client = IvsRealTime(signing_key=key, stages=find)
    for _ in range(2):
        assert verifier.verify(client.create_participant_token(stageArn=STAGE_ARN)["participantToken"]["token"])
    assert asked == [STAGE_ARN] * 2
    with pytest.raises(InvalidClaimError) as caught:
        client.create_participant_token(stageArn=STAGE_ARN + "x")
    assert (caught.value.code, caught.value.field) == ("UNKNOWN_STAGE", "stageArn")
    # A function that takes one stage for another must not decide where a token is good.
    with pytest.raises(InvalidClaimError) as caught:
        client.create_participant_token(stageArn=STAGE_ARN + "y")
    assert caught.value.code == "WRONG_STAGE"
    with pytest.raises(TypeError, match="stages must return a Stage or None, not str"):
        IvsRealTime(signing_key=key, stages=lambda arn: arn).create_participant_token(stageArn=STAGE_ARN)
    with pytest.raises(KeyError):
        IvsRealTime(signing_key=key, stages={}.__getitem__).create_participant_token(stageArn=STAGE_ARN)


def test_get_stage_is_asked_once_in_14_days(key, real, verifier):
    from botocore.stub import Stubber

    now = datetime(2026, 5, 1, tzinfo=timezone.utc)
    client = IvsRealTime(real, signing_key=key, clock=lambda: now)

    def mint():
        return client.create_participant_token(stageArn=STAGE_ARN)["participantToken"]

    with Stubber(real) as stub:
        stub.add_response("get_stage", answer_of(STAGE_ARN), {"arn": STAGE_ARN})
        first = mint()
        for later in (timedelta(), timedelta(days=13, hours=23), timedelta(days=14, seconds=-1)):
            now = datetime(2026, 5, 1, tzinfo=timezone.utc) + later
            token = mint()
            assert token["expirationTime"] == now + timedelta(hours=12)
            assert verifier.verify(token["token"], now=now).issued_at == now
        stub.assert_no_pending_responses()
        assert first["participantId"] != token["participantId"]
        # After 14 days it is asked anew, and what it answers is what counts.
        now += timedelta(seconds=1)
        stub.add_response("get_stage", answer_of(STAGE_ARN, "https://another.whip.example"), {"arn": STAGE_ARN})
        assert verifier.verify(mint()["token"], now=now).stage.whip_url == "https://another.whip.example"
        stub.assert_no_pending_responses()


def test_what_get_stage_refuses_is_passed_on_and_not_kept(key, real):
    from botocore.stub import Stubber

    client = IvsRealTime(real, signing_key=key)
    with Stubber(real) as stub:
        stub.add_client_error("get_stage", "ResourceNotFoundException", "no such stage", http_status_code=404)
        with pytest.raises(client.exceptions.ResourceNotFoundException) as caught:
            client.create_participant_token(stageArn=STAGE_ARN)
        assert caught.value.operation_name == "GetStage"
        stub.add_response("get_stage", answer_of(STAGE_ARN), {"arn": STAGE_ARN})
        assert client.create_participant_token(stageArn=STAGE_ARN)
        stub.add_response("get_stage", answer_of(STAGE_ARN), {"arn": STAGE_ARN + "x"})
        with pytest.raises(InvalidClaimError) as caught:
            client.create_participant_token(stageArn=STAGE_ARN + "x")
        assert caught.value.code == "WRONG_STAGE"


class SlowService:
    """Counts how often it is asked, and answers when it is told to."""

    def __init__(self, answering):
        self.answering, self.asked, self.lock = answering, [], threading.Lock()

    def get_stage(self, *, arn):
        with self.lock:
            self.asked.append(arn)
        assert self.answering.wait(60)
        return answer_of(arn)


def test_many_threads_ask_once(key):
    answering = threading.Event()
    service = SlowService(answering)
    client = IvsRealTime(service, signing_key=key)
    answers = []

    def join():
        answers.append(client.create_participant_token(stageArn=STAGE_ARN)["participantToken"]["participantId"])

    threads = [threading.Thread(target=join) for _ in range(8)]
    for thread in threads:
        thread.start()
    # One of them asks, whichever it is; the others wait for it.
    answering.set()
    for thread in threads:
        thread.join(60)
    assert service.asked == [STAGE_ARN]
    assert len(set(answers)) == 8


def test_only_so_many_stages_are_kept(key, monkeypatch):
    from ivs_token._aws_stages import Stages

    monkeypatch.setattr(Stages, "MOST", 3)
    answering = threading.Event()
    answering.set()
    service = SlowService(answering)
    client = IvsRealTime(service, signing_key=key)
    arns = [f"{STAGE_ARN}{n}" for n in range(5)]
    for arn in arns:
        client.create_participant_token(stageArn=arn)
    assert "stages=3" in repr(client)
    client.create_participant_token(stageArn=arns[4])
    assert service.asked == arns
    client.create_participant_token(stageArn=arns[0])
    assert service.asked == [*arns, arns[0]]


def test_the_clock(key, stage):
    for naive in (lambda: datetime(2026, 5, 1), lambda: "today"):
        with pytest.raises((InvalidClaimError, TypeError)):
            IvsRealTime(signing_key=key, stages=[stage], clock=naive).create_participant_token(stageArn=STAGE_ARN)
    now = datetime(2026, 5, 1, tzinfo=timezone.utc)
    client = IvsRealTime(signing_key=key, stages=[stage], clock=lambda: now)
    assert client.create_connection_token()["connectionToken"]["expirationTime"] == now + timedelta(hours=12)


def test_connection_tokens(client, verifier):
    answer = client.create_connection_token(duration=60)["connectionToken"]
    good = verifier.verify_connection(answer["token"])
    assert answer["tokenId"] == good.token_id
    assert answer["expirationTime"] == good.expiration_time
    assert answer["duration"] == 60
    assert type(answer["token"]) is str
    assert client.create_connection_token()["connectionToken"]["duration"] == 720
    for bad in (0, -1, 40321):
        with pytest.raises(InvalidClaimError):
            client.create_connection_token(duration=bad)
    with pytest.raises(TypeError):
        client.create_connection_token(duration="60")


def test_a_ring_that_rotates(key, stage, verifier):
    ring = KeyRing()
    client = IvsRealTime(signing_key=ring, stages=[stage])
    with pytest.raises(MintError) as caught:
        client.create_participant_token(stageArn=STAGE_ARN)
    assert caught.value.code == "NO_SIGNING_KEY"
    ring.import_key(KID, key.verifying_key)
    ring.sign_with(KID, key)
    assert verifier.verify(client.create_participant_token(stageArn=STAGE_ARN)["participantToken"]["token"])


def test_what_it_is_made_of(key, stage):
    with pytest.raises(TypeError):
        IvsRealTime(signing_key=key.to_pem(), stages=[stage])
    for wrong in (stage, [stage.arn], [None], 5, None):
        with pytest.raises(TypeError):
            IvsRealTime(signing_key=key, stages=wrong)
    for wrong in (key, "ivs-realtime", object()):
        with pytest.raises(TypeError, match="client must be boto3.client"):
            IvsRealTime(wrong, signing_key=key, stages=[stage])
    assert "PRIVATE" not in repr(IvsRealTime(signing_key=key, stages=[stage]))
