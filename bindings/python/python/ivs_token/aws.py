"""What boto3's client ``ivs-realtime`` does with tokens, done here: the same names, the same answers, no request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ._errors import InvalidClaimError, MintError
from ._native import KeyRing, SigningKey, Stage
from ._tokens import ConnectionToken

# What `typing` calls so. Importing that would take half of the time that importing all of this takes.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

    from .answers import (
        ConnectionTokenAnswer,
        CreateConnectionTokenResponse,
        CreateParticipantTokenResponse,
        ParticipantToken,
        ResponseMetadata,
    )


# What botocore would refuse, None among it, is no way to leave something out.
_NOT_GIVEN: Any = object()


class IvsRealTime:
    """Stands in for ``boto3.client("ivs-realtime")`` where that makes tokens.

    ``signing_key`` is a ``SigningKey`` with a ``kid``, or a ``KeyRing``, which is asked for its signing key each time.
    ``stages`` are those that tokens may be made for. May be used by any number of threads.
    """

    def __init__(self, *, signing_key: SigningKey | KeyRing, stages: Iterable[Stage]) -> None:
        if not isinstance(signing_key, (SigningKey, KeyRing)):
            raise TypeError(f"signing_key must be a SigningKey or a KeyRing, not {type(signing_key).__name__}")
        self._key: Final = signing_key
        if isinstance(stages, Stage):
            raise TypeError("stages must be several of Stage, not one")
        self._stages: Final[dict[str, Stage]] = {}
        for stage in stages:
            if not isinstance(stage, Stage):
                raise TypeError(f"each of stages must be a Stage, not {type(stage).__name__}")
            self._stages[stage.arn] = stage

    def create_participant_token(
        self,
        *,
        stageArn: str,
        duration: int = _NOT_GIVEN,
        userId: str = _NOT_GIVEN,
        attributes: Mapping[str, str] = _NOT_GIVEN,
        capabilities: Sequence[str] = _NOT_GIVEN,
    ) -> CreateParticipantTokenResponse:
        """Does what boto3's ``create_participant_token`` does: ``duration`` is in minutes, from 1 to 20160.

        Raises ``InvalidClaimError`` for a value that the service would refuse, or a stage that was not given;
        ``TypeError`` for one of the wrong type; ``MintError`` when the key can not sign for the stage.
        """
        given: dict[str, Any] = {}
        if duration is not _NOT_GIVEN:
            _require("duration", duration, int, "int")
            # A `timedelta` may be shorter than a minute, and a number of minutes may not.
            if duration == 0:
                raise InvalidClaimError(
                    "the duration is 0 minutes: give at least 1",
                    code="INVALID_DURATION",
                    field="duration",
                    limit=1,
                    actual=0,
                )
            given["duration"] = duration
        if userId is not _NOT_GIVEN:
            _require("userId", userId, str, "str")
            given["user_id"] = userId
        if attributes is not _NOT_GIVEN:
            _require("attributes", attributes, Mapping, "a mapping of str to str")
            given["attributes"] = attributes
        if capabilities is not _NOT_GIVEN:
            _require("capabilities", capabilities, (list, tuple), "a list of str")
            for one in capabilities:
                _require("each of capabilities", one, str, "str")
            given["capabilities"] = capabilities
        token = self._stage(stageArn).mint(self._signing_key(), **given)
        seconds = int((token.expiration_time - token.issued_at).total_seconds())
        answer: ParticipantToken = {
            "participantId": token.participant_id,
            "token": str(token),
            "duration": -(-seconds // 60),
            "capabilities": token.capabilities.names,
            "expirationTime": token.expiration_time,
        }
        if token.user_id is not None:
            answer["userId"] = token.user_id
        if said := token.attributes:
            answer["attributes"] = said
        return {"participantToken": answer, "ResponseMetadata": _metadata()}

    def create_connection_token(
        self,
        *,
        duration: int = _NOT_GIVEN,
    ) -> CreateConnectionTokenResponse:
        """Makes a connection token in the same manner. The API has no such call: only a key pair can make one.

        ``duration`` is in minutes, from 1 to 40320. Raises what ``create_participant_token`` raises.
        """
        if duration is not _NOT_GIVEN:
            _require("duration", duration, int, "int")
        token = ConnectionToken.mint(self._signing_key(), duration=None if duration is _NOT_GIVEN else duration)
        seconds = int((token.expiration_time - token.issued_at).total_seconds())
        answer: ConnectionTokenAnswer = {
            "tokenId": token.token_id,
            "token": str(token),
            "duration": -(-seconds // 60),
            "expirationTime": token.expiration_time,
        }
        return {"connectionToken": answer, "ResponseMetadata": _metadata()}

    def _stage(self, arn: str) -> Stage:
        _require("stageArn", arn, str, "str")
        try:
            return self._stages[arn]
        except KeyError:
            raise InvalidClaimError(
                f"the stage {arn[:128]!r} is none of the {len(self._stages)} that IvsRealTime was given: add it to stages",
                code="UNKNOWN_STAGE",
                field="stageArn",
            ) from None

    def _signing_key(self) -> SigningKey:
        key = self._key.signing_key if isinstance(self._key, KeyRing) else self._key
        if key is None:
            raise MintError("the key ring has no key that signs: mark one with sign_with or rotate", code="NO_SIGNING_KEY")
        return key

    def __repr__(self) -> str:
        return f"<IvsRealTime signing_key={self._key!r} stages={len(self._stages)}>"


def _metadata() -> ResponseMetadata:
    return {"RequestId": "", "HTTPStatusCode": 200, "HTTPHeaders": {}, "RetryAttempts": 0}


def _require(name: str, value: object, types: type | tuple[type, ...], expected: str) -> None:
    if not isinstance(value, types) or isinstance(value, bool):
        raise TypeError(f"{name} must be {expected}, not {type(value).__name__}")
