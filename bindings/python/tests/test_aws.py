"""In place of boto3: the names and answers are those of botocore's service model, and what botocore refuses is refused."""

from __future__ import annotations

import inspect
import json
from datetime import timedelta, timezone

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
    for wrong in (stage, [stage.arn], [None], 5):
        with pytest.raises(TypeError):
            IvsRealTime(signing_key=key, stages=wrong)
    assert "PRIVATE" not in repr(IvsRealTime(signing_key=key, stages=[stage]))
