"""Mint and verify Amazon IVS tokens locally: fast, strict, without an API call.

>>> from ivs_token import SigningKey, Stage, Verifier
>>> kid = "arn:aws:ivs:us-west-2:123456789012:public-key/abc"
>>> key = SigningKey.generate(kid=kid)
>>> stage = Stage("arn:aws:ivs:us-west-2:123456789012:stage/oRmLNwuCeMlQ", "https://whip.example")
>>> token = stage.mint(key, user_id="ana")
>>> Verifier({kid: key.verifying_key}).verify(token).user_id
'ana'
"""

from ._capability import Capability
from ._errors import (
    AlreadyUsedError,
    ExchangeError,
    ExpiredTokenError,
    InsufficientCapabilitiesError,
    InvalidClaimError,
    InvalidKeyError,
    InvalidPayloadError,
    InvalidSignatureError,
    IssuedByApiError,
    IvsTokenError,
    KeyRingError,
    MalformedTokenError,
    MintError,
    NotYetValidError,
    OriginNotAllowedError,
    RetiredKeyError,
    RevocationUnknownError,
    RevokedError,
    UnknownKeyError,
    VerificationError,
    WrongChannelError,
    WrongStageError,
    WrongUserError,
)
from ._native import (
    BACKEND,
    Check,
    InMemoryRevocations,
    Inspection,
    KeyRing,
    PublicKey,
    SigningKey,
    Stage,
    VerifiedConnection,
    VerifiedPlayback,
    VerifiedToken,
    Verifier,
    VerifyingKey,
    check_exchange,
    exchange,
    inspect,
    playback_url,
)
from ._native import VERSION as __version__
from ._tokens import ConnectionToken, PlaybackToken, Token
from .aws import IvsRealTime

__all__ = [
    "BACKEND",
    "AlreadyUsedError",
    "Capability",
    "Check",
    "ConnectionToken",
    "ExchangeError",
    "ExpiredTokenError",
    "InMemoryRevocations",
    "Inspection",
    "InsufficientCapabilitiesError",
    "InvalidClaimError",
    "InvalidKeyError",
    "InvalidPayloadError",
    "InvalidSignatureError",
    "IssuedByApiError",
    "IvsRealTime",
    "IvsTokenError",
    "KeyRing",
    "KeyRingError",
    "MalformedTokenError",
    "MintError",
    "NotYetValidError",
    "OriginNotAllowedError",
    "PlaybackToken",
    "PublicKey",
    "RetiredKeyError",
    "RevocationUnknownError",
    "RevokedError",
    "SigningKey",
    "Stage",
    "Token",
    "UnknownKeyError",
    "VerificationError",
    "VerifiedConnection",
    "VerifiedPlayback",
    "VerifiedToken",
    "Verifier",
    "VerifyingKey",
    "WrongChannelError",
    "WrongStageError",
    "WrongUserError",
    "__version__",
    "check_exchange",
    "exchange",
    "inspect",
    "playback_url",
]
