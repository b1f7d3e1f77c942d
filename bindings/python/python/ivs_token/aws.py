"""Makes tokens as boto3's client ``ivs-realtime`` does, with the same names and the same answers, but without a request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ._aws_errors import ServiceErrors, WrongType
from ._aws_stages import Stages
from ._errors import InvalidClaimError, IvsTokenError, MintError
from ._native import KeyRing, SigningKey, Stage
from ._tokens import ConnectionToken

# What `typing` calls so. Importing that would take half of the time that importing all of this takes.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from typing import Any, Final

    from .answers import (
        ConnectionTokenAnswer,
        CreateConnectionTokenResponse,
        CreateParticipantTokenResponse,
        ParticipantToken,
        ResponseMetadata,
    )
    from .signer import Signer


# What botocore would refuse, None among it, is no way to leave something out.
_NOT_GIVEN: Any = object()


class IvsRealTime:
    """Wraps ``boto3.client("ivs-realtime")``: makes tokens here, and hands every other call to that client.

    ``client`` may be left out by programs that make tokens and call nothing else.

    ``signing_key`` is a ``SigningKey`` with a ``kid``, a ``KeyRing``, which is asked for its signing key each time, or a ``Signer``
    with a ``kid``, such as ``KmsSigner``.

    ``stages`` are those that tokens may be made for: several of ``Stage``, or a function that is called with an ARN and
    returns the ``Stage``, or ``None`` if it knows none. A stage that is not found there is asked of the client, with
    GetStage, once: the answer is kept for 14 days, for as long as AWS allows. Without a client ``stages`` must be given.

    ``clock`` returns the time as an aware ``datetime``, for tests.

    Errors are those of this package, and botocore's ``ClientError`` and ``client.exceptions.ValidationException`` at once where
    botocore is installed. May be used by any number of threads.
    """

    def __init__(
        self,
        client: Any = None,
        *,
        signing_key: SigningKey | KeyRing | Signer,
        stages: Iterable[Stage] | Callable[[str], Stage | None] | None = None,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        is_signer = all(hasattr(signing_key, name) for name in ("kid", "verifying_key", "sign"))
        if not is_signer and not isinstance(signing_key, (SigningKey, KeyRing)):
            raise TypeError(f"signing_key must be a SigningKey, a KeyRing or a Signer, not {type(signing_key).__name__}")
        if client is not None and not hasattr(client, "get_stage"):
            raise TypeError(f'client must be boto3.client("ivs-realtime"), not {type(client).__name__}')
        if client is None and stages is None:
            raise TypeError("give stages, or a boto3 client that can be asked for them")
        self._key: Final = signing_key
        self._client: Final = client
        self._clock: Final = clock
        self._stages: Final = Stages(stages, client, self._now)
        self._errors: Final = ServiceErrors(client)

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

        Raises ``InvalidClaimError`` for a value that the service would refuse, or a stage that nobody knows;
        ``TypeError`` for one of the wrong type; ``MintError`` if the key cannot sign for the stage. Where botocore is
        installed, these are also its ``ValidationException``, ``ResourceNotFoundException``, ``ParamValidationError``
        and ``AccessDeniedException``.
        """
        try:
            return self._participant_token(stageArn, duration, userId, attributes, capabilities)
        except WrongType as error:
            raise self._errors.of_type(error) from None
        except IvsTokenError as error:
            raise self._errors.of(error, "CreateParticipantToken") from None

    def create_connection_token(
        self,
        *,
        duration: int = _NOT_GIVEN,
    ) -> CreateConnectionTokenResponse:
        """Makes a connection token in the same manner. The API has no such call: only a key pair can make one.

        ``duration`` is in minutes, from 1 to 40320. Raises what ``create_participant_token`` raises.
        """
        try:
            return self._connection_token(duration)
        except WrongType as error:
            raise self._errors.of_type(error) from None
        except IvsTokenError as error:
            raise self._errors.of(error, "CreateConnectionToken") from None

    @property
    def exceptions(self) -> Any:
        """The classes of errors: those of the client, or without one classes of the same names."""
        return self._errors.exceptions

    def __getattr__(self, name: str) -> Any:
        """Whatever else the client has, such as ``get_stage``, ``disconnect_participant`` and ``meta``."""
        client = self.__dict__.get("_client")
        if client is None or name.startswith("__"):
            raise AttributeError(
                f"IvsRealTime has no {name} of its own: give it the client that has, "
                'IvsRealTime(boto3.client("ivs-realtime"), ...)'
            )
        return getattr(client, name)

    def __dir__(self) -> Iterable[str]:
        return sorted({*super().__dir__(), *(dir(self._client) if self._client is not None else ())})

    def __repr__(self) -> str:
        return f"<IvsRealTime client={self._client!r} signing_key={self._key!r} stages={len(self._stages)}>"

    def _participant_token(
        self, arn: str, duration: int, user_id: str, attributes: Mapping[str, str], capabilities: Sequence[str]
    ) -> CreateParticipantTokenResponse:
        _require("stageArn", arn, str, "str")
        given: dict[str, Any] = {}
        if duration is not _NOT_GIVEN:
            given["duration"] = _minutes(duration)
        if user_id is not _NOT_GIVEN:
            _require("userId", user_id, str, "str")
            given["user_id"] = user_id
        if attributes is not _NOT_GIVEN:
            _require("attributes", attributes, Mapping, "a mapping of str to str")
            for name, value in attributes.items():
                _require("each name of attributes", name, str, "str")
                _require(f"attributes[{name[:40]!r}]", value, str, "str")
            given["attributes"] = attributes
        if capabilities is not _NOT_GIVEN:
            _require("capabilities", capabilities, (list, tuple), "a list of str")
            for one in capabilities:
                _require("each of capabilities", one, str, "str")
            given["capabilities"] = capabilities
        token = self._stages.get(arn).mint(self._signing_key(), now=self._now(), **given)
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

    def _connection_token(self, duration: int) -> CreateConnectionTokenResponse:
        minutes = None if duration is _NOT_GIVEN else _minutes(duration)
        token = ConnectionToken.mint(self._signing_key(), duration=minutes, now=self._now())
        seconds = int((token.expiration_time - token.issued_at).total_seconds())
        answer: ConnectionTokenAnswer = {
            "tokenId": token.token_id,
            "token": str(token),
            "duration": -(-seconds // 60),
            "expirationTime": token.expiration_time,
        }
        return {"connectionToken": answer, "ResponseMetadata": _metadata()}

    def _signing_key(self) -> SigningKey | Signer:
        key = self._key.signing_key if isinstance(self._key, KeyRing) else self._key
        if key is None:
            raise MintError("the key ring has no key that signs: mark one with sign_with or rotate", code="NO_SIGNING_KEY")
        return key

    def _now(self) -> datetime:
        if self._clock is not None:
            return self._clock()
        from datetime import datetime, timezone

        return datetime.now(timezone.utc)


def _metadata() -> ResponseMetadata:
    return {"RequestId": "", "HTTPStatusCode": 200, "HTTPHeaders": {}, "RetryAttempts": 0}


def _minutes(duration: int) -> int:
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
    return duration


def _require(name: str, value: object, types: type | tuple[type, ...], expected: str) -> None:
    if not isinstance(value, types) or isinstance(value, bool):
        raise WrongType(f"{name} must be {expected}, not {type(value).__name__}")
