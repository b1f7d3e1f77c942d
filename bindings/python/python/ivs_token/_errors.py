"""All errors. Each has a ``code``, a stable name for programs: messages may be reworded, but codes never change."""

from __future__ import annotations

# What `typing` calls so. Nothing here is needed when it runs.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime, timedelta


class IvsTokenError(ValueError):
    """The root of all errors of this package."""

    code: str
    """The stable name of this error."""

    index: int | None = None
    """The place in the list, counted from 0, if one of many was wrong."""

    def __init__(self, message: str, *, code: str = "", **details: object) -> None:
        super().__init__(message)
        self.code = code
        self.__dict__.update(details)


class InvalidKeyError(IvsTokenError):
    """A key that is not valid, or not on P-384, or a set of keys that could not be loaded. It never quotes the key."""


class InvalidClaimError(IvsTokenError):
    """A value that no token may carry. Raised when the value is given, not when it is signed."""

    field: str = ""
    """The name of the argument, such as ``user_id``."""

    limit: int | timedelta | None = None
    """What is allowed at most, or at least, where that is a number."""

    actual: int | timedelta | None = None
    """What was given, where that is a number."""


class MintError(IvsTokenError):
    """A token that could not be minted although each value is valid: a key without a ``kid``, or of another account."""


class KeyRingError(IvsTokenError):
    """A change that a key ring refuses. The ring is unchanged."""


class RevocationStoreError(IvsTokenError):
    """A revocation store could not be reached. A revocation may not have been made, so make it again."""


class ExchangeError(IvsTokenError):
    """Two tokens that IVS does not exchange for each other."""

    claims: tuple[str, ...] = ()
    """The names of all claims that differ but must not."""


class VerificationError(IvsTokenError):
    """A token that is refused. ``code`` is the service's own word, such as ``TOKEN_EXPIRED``: what the web client shows."""

    reason: str = ""
    """The stable name of the exact fault, finer than ``code``, such as ``CLAIM_MISSING``."""


class MalformedTokenError(VerificationError):
    """There is no token, or its form is wrong, or its header breaks a rule."""


class IssuedByApiError(VerificationError):
    """A real token, but one of the CreateParticipantToken API: only AWS can verify it."""


class UnknownKeyError(VerificationError):
    """The token names a key that the verifier does not hold."""

    kid: str = ""
    """The ARN in the token's header."""


class RetiredKeyError(UnknownKeyError):
    """The key was retired."""

    retired_at: datetime | None = None
    """The first second at which it no longer verified, in UTC."""


class InvalidSignatureError(VerificationError):
    """The signature is not that of the key: the token was altered, or another key signed it."""


class InvalidPayloadError(VerificationError):
    """The signature is valid, but the claims break a rule."""


class WrongKindError(VerificationError):
    """A valid token of another kind, such as a connection token where a participant token is wanted."""


class NotYetValidError(VerificationError):
    """The token was issued in the future, beyond the leeway."""


class ExpiredTokenError(VerificationError):
    """The token has expired."""

    expired_at: datetime | None = None
    """Its expiry, in UTC."""


class WrongStageError(VerificationError):
    """A valid token for another stage."""

    expected: str = ""
    """The ARN of the stage that was expected."""

    found: str = ""
    """The ARN of the stage in the token."""


class WrongChannelError(VerificationError):
    """A valid token for another channel."""

    expected: str = ""
    """The ARN of the channel that was expected."""

    found: str = ""
    """The ARN of the channel in the token."""


class WrongUserError(VerificationError):
    """A valid token of another user."""


class InsufficientCapabilitiesError(VerificationError):
    """A valid token that does not grant what is wanted."""

    missing: str = ""
    """The first capability that is wanted and not granted, such as ``PUBLISH``."""


class OriginNotAllowedError(VerificationError):
    """A valid playback token, but the request comes from an origin that it does not allow."""


class RevokedError(VerificationError):
    """A valid token that was revoked."""


class AlreadyUsedError(RevokedError):
    """A single-use token that was used before."""


class RevocationUnknownError(VerificationError):
    """The revocation store gave no answer, so the token is refused."""
