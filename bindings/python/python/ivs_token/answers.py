"""The types of what ``IvsRealTime`` answers: plain dicts, for those who check types."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict


class ResponseMetadata(TypedDict):
    """What boto3 says of the request, as of one that went well. There was none."""

    RequestId: str
    HTTPStatusCode: int
    HTTPHeaders: dict[str, str]
    RetryAttempts: int


class _ParticipantToken(TypedDict):
    participantId: str
    token: str
    duration: int
    capabilities: list[str]
    expirationTime: datetime


class ParticipantToken(_ParticipantToken, total=False):
    """``ParticipantToken`` of the service model. What the participant does not have has no member."""

    userId: str
    attributes: dict[str, str]


class CreateParticipantTokenResponse(TypedDict):
    """``CreateParticipantTokenResponse`` of the service model."""

    participantToken: ParticipantToken
    ResponseMetadata: ResponseMetadata


class ConnectionTokenAnswer(TypedDict):
    """A connection token in the manner of the service model, which has none."""

    tokenId: str
    token: str
    duration: int
    expirationTime: datetime


class CreateConnectionTokenResponse(TypedDict):
    """The answer of ``create_connection_token``."""

    connectionToken: ConnectionTokenAnswer
    ResponseMetadata: ResponseMetadata
