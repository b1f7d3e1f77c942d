from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from os import PathLike
from typing import Any, ClassVar, Final, NoReturn, Protocol, TypedDict, final
from uuid import UUID

from typing_extensions import Self, TypeAlias

from ._capability import Capability
from ._errors import RevocationStoreError, VerificationError
from ._revocations import RevocationStore
from ._tokens import ConnectionToken, PlaybackToken, Token
from .signer import AsyncSigner, Signer

VERSION: Final[str]
BACKEND: Final[str]

_KeySource: TypeAlias = str | bytes | PathLike[str] | PathLike[bytes]
_JwkSource: TypeAlias = _KeySource | Mapping[str, object]
_PublicKeySource: TypeAlias = VerifyingKey | _PublicKeyObject | _CertificateObject | _JwkSource
_Capabilities: TypeAlias = Capability | str | Iterable[Capability | str]
_Duration: TypeAlias = timedelta | int

class _PrivateKeyObject(Protocol):
    """A private key of the package `cryptography`."""

    def private_bytes(self, encoding: Any, format: Any, encryption_algorithm: Any) -> bytes: ...

class _PublicKeyObject(Protocol):
    """A public key of the package `cryptography`."""

    def public_bytes(self, encoding: Any, format: Any) -> bytes: ...

class _CertificateObject(Protocol):
    """A certificate of the package `cryptography`."""

    def public_bytes(self, encoding: Any) -> bytes: ...
    def public_key(self) -> Any: ...

class _Participant(TypedDict, total=False):
    user_id: str | None
    attributes: Mapping[str, str] | None
    capabilities: _Capabilities | None
    duration: _Duration | None
    participant_id: str | None

@final
class SigningKey:
    """A private P-384 key that mints tokens, and the ARN under which IVS knows its public half (`kid`).

    It is parsed once, and any number of threads may use it. `repr` and errors never show it. It cannot be pickled, and
    is wiped from memory when the last reference to it is gone.
    """

    @staticmethod
    def from_pem(pem: _KeySource, *, kid: str | None = None, passphrase: str | bytes | None = None) -> SigningKey:
        """Reads PEM, SEC1 or PKCS#8, also as it arrives in an environment variable: with literal `\\n`, in quotes, on
        one line, or base64 of it all.

        `pem` is `str`, `bytes`, or the path of a file as an `os.PathLike`. `kid` is the ARN that ImportPublicKey
        returned; participant and connection tokens need it, playback tokens do not. `passphrase` is that of an
        encrypted key.

        Raises `InvalidKeyError`, which says what the text is instead, `InvalidClaimError` for a `kid` that is not an
        ARN, and `OSError` for a file that cannot be read.
        """
    @staticmethod
    def from_der(der: _KeySource, *, kid: str | None = None, passphrase: str | bytes | None = None) -> SigningKey:
        """Reads DER, SEC1 or PKCS#8, encrypted or not. Arguments and errors are those of `from_pem`."""
    @staticmethod
    def from_jwk(jwk: _JwkSource, *, kid: str | None = None) -> SigningKey:
        """Reads a private JWK (RFC 7518, section 6.2.2): its JSON, or a mapping. Errors are those of `from_pem`."""
    @staticmethod
    def from_any(key: _JwkSource | _PrivateKeyObject, *, kid: str | None = None, passphrase: str | bytes | None = None) -> SigningKey:
        """Reads a key in any form: PEM, DER or JWK, encrypted or not, or a private key object of the package
        `cryptography`. Arguments and errors are those of `from_pem`.
        """
    @staticmethod
    def generate(*, kid: str | None = None) -> SigningKey:
        """Makes a new key from the randomness of the operating system. Register its public half with ImportPublicKey."""
    def with_kid(self, kid: str) -> SigningKey:
        """This key under the ARN that ImportPublicKey returned for its public half: the `kid` of its tokens."""
    @property
    def kid(self) -> str | None:
        """The ARN under which IVS knows this key, or `None`."""
    @property
    def verifying_key(self) -> VerifyingKey:
        """The public half: what IVS and verifiers need."""
    def accelerate(self) -> None:
        """Makes this key, and every key made of it, sign with the library's own engine from now on. On any processor,
        minting then takes less than half of its time, and less than a third in `mint_many`. With AVX2 it takes little
        more than a third, and a sixth in `mint_many`. With AVX-512 IFMA it takes a quarter, and a tenth in `mint_many`.

        This is off by default: docs/engine.md says how the engine is proved. The first key of a process takes a few
        milliseconds and 700 KiB for tables that all keys share.
        """
    @property
    def is_accelerated(self) -> bool:
        """Whether the engine signs for this key: the key was accelerated, and the processor supports it."""
    def to_pem(self, *, passphrase: str | bytes | None = None) -> str:
        """**Gives the private key away**: as PKCS#8 PEM, encrypted if there is a passphrase."""
    def __reduce__(self) -> NoReturn: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, _memo: object, /) -> Self: ...

@final
class VerifyingKey:
    """A public P-384 key that verifies tokens. Parsed once. Equal to every key with the same point, hashable, picklable."""

    @staticmethod
    def from_pem(pem: _KeySource) -> VerifyingKey:
        """Reads PEM, an SPKI `PUBLIC KEY`, as `openssl ec -pubout` writes it.

        `pem` is `str`, `bytes`, or the path of a file as an `os.PathLike`. Raises `InvalidKeyError`, which says what
        the text is instead, and `OSError` for a file that cannot be read.
        """
    @staticmethod
    def from_der(der: _KeySource) -> VerifyingKey:
        """Reads the DER of an SPKI (RFC 5480). Errors are those of `from_pem`."""
    @staticmethod
    def from_jwk(jwk: _JwkSource) -> VerifyingKey:
        """Reads a public JWK (RFC 7518, section 6.2.1): its JSON, or a mapping. Errors are those of `from_pem`."""
    @staticmethod
    def from_any(key: _PublicKeySource) -> VerifyingKey:
        """Reads a public key in any form: PEM, DER, JWK or a bare point, or an object of the package `cryptography` (a
        public key, or a certificate for its key). Errors are those of `from_pem`.
        """
    def to_pem(self) -> str:
        """The key as SPKI PEM: what ImportPublicKey takes as `publicKeyMaterial`."""
    def to_der(self) -> bytes:
        """The key as SPKI DER, 120 bytes."""
    def to_jwk(self) -> str:
        """The key as the JSON of a JWK with `alg` `ES384` and `use` `sig`."""
    @property
    def thumbprint(self) -> str:
        """The JWK thumbprint (RFC 7638): SHA-256 in 43 characters of base64url."""
    @property
    def fingerprint(self) -> str:
        """SHA-256 of the SPKI DER, in 64 hexadecimal digits. Not the fingerprint that GetPublicKey shows, which AWS does not
        define.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __reduce__(self) -> tuple[Any, ...]: ...

@final
class Stage:
    """The parts of a stage that a token needs: its ARN and its two endpoints, which AWS allows you to keep for 14 days.

    `whip_url` is `endpoints.whip` of GetStage, `events_url` is `endpoints.events`, which is the same for every stage in
    practice. Frozen, equal by value, hashable, picklable. Raises `InvalidClaimError` for a value that is not of its
    kind.
    """

    def __new__(cls, arn: str, whip_url: str, events_url: str | None = None) -> Self: ...
    @staticmethod
    def from_response(response: Mapping[str, Any] | str | bytes) -> Stage:
        """A stage from what GetStage or CreateStage returns: the dict of boto3, or the JSON that the AWS command line
        prints.

        Raises `InvalidClaimError` if there is no stage in it, or if a member is missing or wrong.
        """
    def mint(self, key: SigningKey | Signer, *, user_id: str | None = None, attributes: Mapping[str, str] | None = None, capabilities: _Capabilities | None = None, duration: _Duration | None = None, participant_id: str | None = None, now: datetime | None = None) -> Token:
        """Mints a token for one participant. By default it has both capabilities, lasts 12 hours and has a fresh random
        participant ID.

        `user_id` has at most 128 characters, `attributes` at most 1 024 bytes of names and values together; everyone on
        the stage sees both. `capabilities` is a `Capability`, its name, or several of them. `duration` is a `timedelta`
        or an `int` of minutes, from 1 second to 14 days. `participant_id` is 1 to 64 of `[A-Za-z0-9_-]`, and every
        token needs its own. `now` is when the token is issued, an aware `datetime`, for tests.

        `key` is a `SigningKey`, or a `Signer` whose private key is elsewhere, such as `KmsSigner`.

        Raises `InvalidClaimError` for a value that no token may carry, and `MintError` for a key without a `kid`, or of
        another account or region than the stage, or when a signer failed.
        """
    def amint(self, key: SigningKey | Signer | AsyncSigner, *, user_id: str | None = None, attributes: Mapping[str, str] | None = None, capabilities: _Capabilities | None = None, duration: _Duration | None = None, participant_id: str | None = None, now: datetime | None = None) -> Coroutine[Any, Any, Token]:
        """Mints a token as `mint` does, without blocking: await it. The token is issued when this is called.

        `key` may also be an `AsyncSigner`. The `sign` of a plain `Signer` runs on a thread of asyncio.
        """
    def unsigned(self, kid: str, *, user_id: str | None = None, attributes: Mapping[str, str] | None = None, capabilities: _Capabilities | None = None, duration: _Duration | None = None, participant_id: str | None = None, now: datetime | None = None) -> UnsignedToken:
        """Makes a token as `mint` does, but without its signature, for a private key that signs elsewhere. `kid` is the
        ARN under which IVS knows the public half.
        """
    def mint_many(self, key: SigningKey | Signer, participants: Iterable[_Participant], *, threads: int | None = None, now: datetime | None = None) -> list[Token]:
        """Mints a token for each participant, in order, all issued at the same moment.

        `participants` is an iterable of mappings with the names of the arguments of `mint`: `user_id`, `attributes`,
        `capabilities`, `duration`, `participant_id`, all optional. `threads` says how many threads sign: by default 1,
        or 8 with a `Signer`. Python's other threads can run meanwhile.

        Raises what `mint` raises, for the first participant that is wrong; `error.index` is its place in the list.
        """
    def amint_many(self, key: SigningKey | Signer | AsyncSigner, participants: Iterable[_Participant], *, concurrency: int | None = None, now: datetime | None = None) -> Coroutine[Any, Any, list[Token]]:
        """Mints a token for each participant as `mint_many` does, without blocking: await it. The tokens are issued
        when this is called.

        `key` may also be an `AsyncSigner`. `concurrency` says how many tokens a signer signs at once, 8 by default. If
        one fails, the others under way are cancelled.
        """
    @property
    def arn(self) -> str:
        """The ARN."""
    @property
    def stage_id(self) -> str:
        """What follows `stage/` in the ARN."""
    @property
    def whip_url(self) -> str:
        """The URL that WHIP clients publish to."""
    @property
    def events_url(self) -> str:
        """The URL that stage events come from."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __reduce__(self) -> tuple[Any, ...]: ...

@final
class UnsignedToken:
    """A participant token that lacks only its signature. `Stage.unsigned` makes one, and so does `unsigned_exchange`."""

    @property
    def signing_input(self) -> bytes:
        """The text to sign with ECDSA on P-384 and SHA-384: header, dot and payload as they will be in the token (RFC
        7515, section 5.1), in at most 16 KiB of ASCII.
        """
    @property
    def digest(self) -> bytes:
        """The SHA-384 digest of the signing input, in 48 bytes, such as AWS KMS takes with the message type `DIGEST`."""
    def with_signature(self, signature: bytes | bytearray, verifying_key: _PublicKeySource) -> Token:
        """The token. `signature` is r then s in 96 bytes (RFC 7518, section 3.4), or DER (RFC 3279, section 2.2.3), as
        KMS and OpenSSL write it. It is checked with `verifying_key`, the public half of the key that signed, in any
        form that a `Verifier` takes.

        Raises `MintError`: `MALFORMED_SIGNATURE` when the bytes have neither form, `WRONG_SIGNATURE` when they are not
        a signature of this token under the key.
        """
    def _failed(self, raised: BaseException) -> Exception: ...

@final
class UnsignedConnectionToken:
    """A connection token that lacks only its signature. `ConnectionToken.unsigned` makes one."""

    @property
    def signing_input(self) -> bytes:
        """The text to sign with ECDSA on P-384 and SHA-384: header, dot and payload as they will be in the token (RFC
        7515, section 5.1), in at most 16 KiB of ASCII.
        """
    @property
    def digest(self) -> bytes:
        """The SHA-384 digest of the signing input, in 48 bytes, such as AWS KMS takes with the message type `DIGEST`."""
    def with_signature(self, signature: bytes | bytearray, verifying_key: _PublicKeySource) -> ConnectionToken:
        """The token. `signature` is r then s in 96 bytes (RFC 7518, section 3.4), or DER (RFC 3279, section 2.2.3), as
        KMS and OpenSSL write it. It is checked with `verifying_key`, the public half of the key that signed, in any
        form that a `Verifier` takes.

        Raises `MintError`: `MALFORMED_SIGNATURE` when the bytes have neither form, `WRONG_SIGNATURE` when they are not
        a signature of this token under the key.
        """
    def _failed(self, raised: BaseException) -> Exception: ...

@final
class UnsignedPlaybackToken:
    """A playback token that lacks only its signature. `PlaybackToken.unsigned` makes one."""

    @property
    def signing_input(self) -> bytes:
        """The text to sign with ECDSA on P-384 and SHA-384: header, dot and payload as they will be in the token (RFC
        7515, section 5.1), in at most 16 KiB of ASCII.
        """
    @property
    def digest(self) -> bytes:
        """The SHA-384 digest of the signing input, in 48 bytes, such as AWS KMS takes with the message type `DIGEST`."""
    def with_signature(self, signature: bytes | bytearray, verifying_key: _PublicKeySource) -> PlaybackToken:
        """The token. `signature` is r then s in 96 bytes (RFC 7518, section 3.4), or DER (RFC 3279, section 2.2.3), as
        KMS and OpenSSL write it. It is checked with `verifying_key`, the public half of the key that signed, in any
        form that a `Verifier` takes.

        Raises `MintError`: `MALFORMED_SIGNATURE` when the bytes have neither form, `WRONG_SIGNATURE` when they are not
        a signature of this token under the key.
        """
    def _failed(self, raised: BaseException) -> Exception: ...

@final
class Verifier:
    """Decides whether a token is valid. Make it once, and use it for every token, in any number of threads.

    `keys` maps the ARN of each public key to the key: a `VerifyingKey`, or PEM, DER or JWK, or the path of a file as an
    `os.PathLike`; or it is a `KeyRing`, whose changes the verifier follows. `playback_keys` maps the ARNs of playback
    key pairs to their public halves, or is a `PlaybackKeyRing`. If you do not have the ARN of a key, give the ARN of a
    channel instead: the key then verifies tokens for all channels of that account and region. At least one key or a
    ring is needed.

    Every participant token must be for `stage`, grant `capabilities` and be of `user_id`, if you give them. `leeway` is
    how far in the future a token may have been issued (60 seconds). `expiry_leeway` is how long after its expiry a
    token is still accepted (0). `revocations` is asked about every token that is otherwise valid:
    `InMemoryRevocations`, `RedisRevocations`, or a `RevocationStore` of your own. `cache` is how many valid tokens are
    remembered (none), so that verifying one again takes less than a microsecond; everything that can have changed is
    still checked. `prepared_limit` is how many single keys of each kind are prepared (64), so that verifying takes a
    tenth of its time; a ring has its own limit.

    Raises `InvalidKeyError`, `InvalidClaimError` for a text that is not an ARN, and `IvsTokenError` if there is no key.
    """

    def __new__(cls, keys: KeyRing | Mapping[str, _PublicKeySource] | None = None, *, playback_keys: PlaybackKeyRing | Mapping[str, _PublicKeySource] | None = None, stage: Stage | str | None = None, capabilities: _Capabilities | None = None, user_id: str | None = None, leeway: timedelta | None = None, expiry_leeway: timedelta | None = None, revocations: InMemoryRevocations | RedisRevocations | RevocationStore | None = None, cache: int | None = None, prepared_limit: int | None = None) -> Self: ...
    def verify(self, token: str | bytes, *, stage: Stage | str | None = None, capabilities: _Capabilities | None = None, user_id: str | None = None, now: datetime | None = None) -> VerifiedToken:
        """Verifies a participant token, and returns its claims.

        `token` is `str` or `bytes`. `stage`, `capabilities` and `user_id` are expected in addition to what the verifier
        expects of every token. `now` is the present time, an aware `datetime`, for tests.

        Raises a `VerificationError`: the first check that failed.
        """
    def verify_many(self, tokens: Iterable[str | bytes], *, threads: int | None = None, now: datetime | None = None) -> list[VerifiedToken | VerificationError]:
        """Verifies many participant tokens, in order, and asks the revocations about all of them at once.

        For each token, the list has its `VerifiedToken`, or the `VerificationError` that `verify` would have raised. If
        one is refused, the others are still verified. `threads` says how many threads verify. Python's other threads
        can run meanwhile.
        """
    def verify_connection(self, token: str | bytes, *, now: datetime | None = None) -> VerifiedConnection:
        """Verifies a connection token. What the verifier expects of participants is not checked here.

        Raises a `VerificationError`: the first check that failed.
        """
    def verify_playback(self, token: str | bytes, *, channel: str | None = None, origin: str | None = None, now: datetime | None = None) -> VerifiedPlayback:
        """Verifies a playback token: for this channel if one is given, and for a request with this header `Origin` if
        it has one.

        The header is checked only if the token strictly enforces its origins. Raises a `VerificationError`: the first
        check that failed. A single-use token is spent only if no check fails.
        """
    @property
    def cached(self) -> int:
        """How many tokens the cache holds."""
    def __reduce__(self) -> NoReturn: ...

@final
class ParticipantClaims:
    """The claims of a participant token. Part of a `Token`."""

    @property
    def participant_id(self) -> str: ...
    @property
    def user_id(self) -> str | None: ...
    @property
    def attributes(self) -> dict[str, str]: ...
    @property
    def capabilities(self) -> Capability: ...
    @property
    def stage(self) -> Stage: ...
    @property
    def stage_arn(self) -> str: ...
    @property
    def issued_at(self) -> datetime: ...
    @property
    def expiration_time(self) -> datetime: ...
    @property
    def version(self) -> str: ...

@final
class VerifiedToken:
    """A participant token whose signature, rules and time have been checked. Only `Verifier.verify` makes one.

    It cannot be pickled, so that only a verification makes one. Send the values that you need, or the token.
    """

    @property
    def participant_id(self) -> str:
        """The participant's ID, `jti`: DisconnectParticipant takes it."""
    @property
    def user_id(self) -> str | None:
        """Your application's name for the participant, or `None`."""
    @property
    def attributes(self) -> dict[str, str]:
        """The participant's attributes: a new dict each time, empty if the token has none."""
    @property
    def capabilities(self) -> Capability:
        """What the participant may do."""
    @property
    def stage(self) -> Stage:
        """The stage with its endpoints."""
    @property
    def stage_arn(self) -> str:
        """The ARN of the stage."""
    @property
    def issued_at(self) -> datetime:
        """When the token was issued: an aware `datetime` in UTC."""
    @property
    def expiration_time(self) -> datetime:
        """The first second at which the token is no longer valid: an aware `datetime` in UTC."""
    @property
    def version(self) -> str:
        """The version of the token's form, such as `1.0`."""
    @property
    def kid(self) -> str:
        """The ARN of the key that signed the token."""
    def __reduce__(self) -> NoReturn: ...

@final
class ConnectionClaims:
    """The claims of a connection token. Part of a `ConnectionToken`."""

    @property
    def token_id(self) -> str:
        """The token's ID: RevokeConnectionToken takes it as `tokenId`."""
    @property
    def account_id(self) -> str:
        """The account of the key that signed it: 12 digits."""
    @property
    def region(self) -> str:
        """The home region of the key that signed it."""
    @property
    def issued_at(self) -> datetime:
        """When the token was issued: an aware `datetime` in UTC."""
    @property
    def expiration_time(self) -> datetime:
        """The first second at which the token is no longer valid: an aware `datetime` in UTC."""
    @property
    def version(self) -> str:
        """The version of the token's form, such as `1.0`."""

@final
class VerifiedConnection:
    """A connection token whose signature, rules and time have been checked. Only `Verifier.verify_connection` makes one."""

    @property
    def token_id(self) -> str:
        """The token's ID: RevokeConnectionToken takes it as `tokenId`."""
    @property
    def account_id(self) -> str:
        """The account of the key that signed it: 12 digits."""
    @property
    def region(self) -> str:
        """The home region of the key that signed it."""
    @property
    def issued_at(self) -> datetime:
        """When the token was issued: an aware `datetime` in UTC."""
    @property
    def expiration_time(self) -> datetime:
        """The first second at which the token is no longer valid: an aware `datetime` in UTC."""
    @property
    def version(self) -> str:
        """The version of the token's form, such as `1.0`."""
    @property
    def kid(self) -> str:
        """The ARN of the key that signed the token."""
    def __reduce__(self) -> NoReturn: ...

@final
class PlaybackClaims:
    """The claims of a playback token. Part of a `PlaybackToken`."""

    @property
    def channel_arn(self) -> str:
        """The ARN of the channel."""
    @property
    def origins(self) -> tuple[str, ...]:
        """The origins from which playback may be requested, as browsers write them; empty for every origin."""
    @property
    def strict_origin_enforcement(self) -> bool:
        """Whether requests from other origins are refused, and not only hidden from browsers."""
    @property
    def single_use_uuid(self) -> UUID | None:
        """The UUID of a single-use token: a `uuid.UUID`, or `None`."""
    @property
    def viewer_id(self) -> str | None:
        """Your application's name for the viewer, or `None`."""
    @property
    def viewer_session_version(self) -> int:
        """The version of the viewer's session; 0 by default."""
    @property
    def maximum_resolution(self) -> str | None:
        """The highest resolution that the viewer may see: `SD`, `HD`, `FULL_HD`, or `None`."""
    @property
    def expiration_time(self) -> datetime:
        """The first second at which the token can no longer start playback: an aware `datetime` in UTC."""
    def allows_origin(self, origin: str | None) -> bool:
        """Whether a browser may see the response to a request with this header `Origin`, or without one."""

@final
class VerifiedPlayback:
    """A playback token whose signature, rules and time have been checked. Only `Verifier.verify_playback` makes one."""

    @property
    def channel_arn(self) -> str:
        """The ARN of the channel."""
    @property
    def origins(self) -> tuple[str, ...]:
        """The origins from which playback may be requested, as browsers write them; empty for every origin."""
    @property
    def strict_origin_enforcement(self) -> bool:
        """Whether requests from other origins are refused, and not only hidden from browsers."""
    @property
    def single_use_uuid(self) -> UUID | None:
        """The UUID of a single-use token: a `uuid.UUID`, or `None`."""
    @property
    def viewer_id(self) -> str | None:
        """Your application's name for the viewer, or `None`."""
    @property
    def viewer_session_version(self) -> int:
        """The version of the viewer's session; 0 by default."""
    @property
    def maximum_resolution(self) -> str | None:
        """The highest resolution that the viewer may see: `SD`, `HD`, `FULL_HD`, or `None`."""
    @property
    def expiration_time(self) -> datetime:
        """The first second at which the token can no longer start playback: an aware `datetime` in UTC."""
    def allows_origin(self, origin: str | None) -> bool:
        """Whether a browser may see the response to a request with this header `Origin`, or without one."""
    @property
    def issued_at(self) -> datetime | None:
        """When the token was issued, if it says so: an aware `datetime` in UTC, or `None`."""
    @property
    def kid(self) -> str | None:
        """The ARN of the key that signed the token, or `None` when the verifier holds that key without an ARN."""
    def __reduce__(self) -> NoReturn: ...

@final
class KeyRing:
    """The public keys that IVS knows, held locally, and which of them signs. It does what ImportPublicKey,
    GetPublicKey, ListPublicKeys and DeletePublicKey do, without a call.

    Give it to a `Verifier`, which follows its changes. Reads never wait. Each method makes one change, or none if it
    raises `KeyRingError`. `limit` is how many keys it may hold (64). `prepared_limit` is how many of them it keeps
    prepared (64), so that verifying takes a tenth of its time; each takes 440 KiB of memory and up to 2 ms.
    """

    def __new__(cls, *, limit: int | None = None, prepared_limit: int | None = None) -> Self: ...
    def import_key(self, arn: str, key: _PublicKeySource, *, name: str | None = None, tags: Mapping[str, str] | None = None) -> None:
        """Imports a key under the ARN that IVS gave it. A key that the ring already holds stays as it is.

        `key` is a `VerifyingKey`, or what `VerifyingKey.from_any` takes. `name` has at most 128 of `[A-Za-z0-9_-]`,
        `tags` are at most 50.
        """
    def import_json(self, json: Mapping[str, Any] | Sequence[Mapping[str, Any]] | str | bytes, *, replace: bool = False) -> int:
        """Imports a JWK set in which each `kid` is the ARN of its key, or, of public keys, what GetPublicKey or
        ImportPublicKey returns (boto3's dict or JSON, one or several): all of the keys, or none. Returns their number.

        With `replace`, these keys replace all others, in one change. Use it when a configuration is read again. Tokens
        of a key that is no longer there are refused. The signing key must be among the new keys.

        Raises `InvalidKeyError`, which names the key that is invalid.
        """
    def import_folder(self, folder: str | PathLike[str], *, region: str, account_id: str, replace: bool = False) -> int:
        """Imports each `.pem` file of a folder as a public key, all of them or none. The name of the file is the ID at
        the end of the key's ARN. Returns their number. `replace` is that of `import_json`.

        Raises `InvalidKeyError`, which names the file.
        """
    def delete(self, arn: str) -> None:
        """Deletes a key. From now on, all tokens that it signed are refused."""
    def get(self, arn: str) -> PublicKey | None:
        """The key of this ARN, or `None`."""
    def keys(self) -> list[PublicKey]:
        """All keys, ordered by ARN."""
    def tag(self, arn: str, tags: Mapping[str, str]) -> None:
        """Adds tags to a key. A tag that it already has gets the new value."""
    def untag(self, arn: str, names: Iterable[str]) -> None:
        """Removes the tags with these names from a key. Names that it does not have are ignored."""
    def sign_with(self, arn: str, key: SigningKey) -> None:
        """Makes this the signing key. The previous signing key still verifies. The private key signs under this ARN,
        even if it had another before.
        """
    def stop_signing(self) -> None:
        """Forgets the private key: no key signs any more."""
    @property
    def signing_key(self) -> SigningKey | None:
        """The signing key, or `None`. Ask for it before each token, so that a rotation takes effect with the next token."""
    def rotate(self, arn: str, key: SigningKey, *, old_until: datetime) -> str | None:
        """Makes this the signing key, imports its public half, and retires the previous signing key at `old_until`, all
        in one change. `old_until` is an aware `datetime`, and must not be before the last token of the old key expires.
        Returns the ARN of the previous signing key, or `None`.
        """
    def retire(self, arn: str, *, at: datetime) -> None:
        """Retires a key at this time, an aware `datetime`: from then on it does not verify."""
    def reinstate(self, arn: str) -> None:
        """Cancels the retirement of a key: it verifies again, without an end."""
    def delete_retired(self, *, now: datetime | None = None) -> list[str]:
        """Deletes the keys that are retired by now, and returns their ARNs."""
    def to_jwks(self) -> str:
        """The keys that are not retired as a JWK set, each with its ARN as `kid`, and with its end as `exp` if it is being retired."""
    def to_json(self) -> str:
        """All keys as JSON, each as GetPublicKey prints it. A key that is being retired also has `retiredAt`.
        `import_json` reads it when the server starts again. It does not say which key signs.
        """
    @property
    def limit(self) -> int:
        """How many keys it may hold."""
    @property
    def prepared_limit(self) -> int:
        """How many keys it keeps prepared at most. Prepared keys verify about ten times as fast."""
    @property
    def prepared_keys(self) -> int:
        """How many keys are prepared now, for monitoring."""
    def __len__(self) -> int: ...
    def __bool__(self) -> bool: ...
    def __contains__(self, arn: str, /) -> bool: ...
    def __reduce__(self) -> NoReturn: ...

@final
class PublicKey:
    """A public key as a `KeyRing` holds it."""

    @property
    def arn(self) -> str:
        """The ARN that IVS gave it."""
    @property
    def key(self) -> VerifyingKey:
        """The key itself."""
    @property
    def name(self) -> str | None:
        """Your name for it, or `None`."""
    @property
    def tags(self) -> dict[str, str]:
        """Its tags: a new dict each time."""
    @property
    def retired_at(self) -> datetime | None:
        """The first second at which it no longer verifies: an aware `datetime` in UTC, or `None`."""
    def __reduce__(self) -> NoReturn: ...

@final
class PlaybackKeyRing:
    """The public halves of the playback key pairs that IVS knows, held locally, and which of them signs. It does what
    ImportPlaybackKeyPair and DeletePlaybackKeyPair do, without a call.

    Give it to a `Verifier` as its `playback_keys`, which follows its changes. Reads never wait. Each method makes one
    change, or none if it raises `KeyRingError`. `limit` is how many keys it may hold (64). Playback tokens name no key,
    so a forged one costs as many verifications as there are keys. `prepared_limit` is that of a `KeyRing`.
    """

    def __new__(cls, *, limit: int | None = None, prepared_limit: int | None = None) -> Self: ...
    def import_key(self, arn: str, key: _PublicKeySource, *, name: str | None = None, tags: Mapping[str, str] | None = None) -> None:
        """Imports a key under the ARN that IVS gave it. A key that the ring already holds stays as it is.

        `key` is a `VerifyingKey`, or what `VerifyingKey.from_any` takes. `name` has at most 128 of `[A-Za-z0-9_-]`,
        `tags` are at most 50.
        """
    def import_json(self, json: Mapping[str, Any] | Sequence[Mapping[str, Any]] | str | bytes, *, replace: bool = False) -> int:
        """Imports a JWK set in which each `kid` is the ARN of its key, or, of public keys, what GetPublicKey or
        ImportPublicKey returns (boto3's dict or JSON, one or several): all of the keys, or none. Returns their number.

        With `replace`, these keys replace all others, in one change. Use it when a configuration is read again. Tokens
        of a key that is no longer there are refused. The signing key must be among the new keys.

        Raises `InvalidKeyError`, which names the key that is invalid.
        """
    def import_folder(self, folder: str | PathLike[str], *, region: str, account_id: str, replace: bool = False) -> int:
        """Imports each `.pem` file of a folder as a public key, all of them or none. The name of the file is the ID at
        the end of the key's ARN. Returns their number. `replace` is that of `import_json`.

        Raises `InvalidKeyError`, which names the file.
        """
    def delete(self, arn: str) -> None:
        """Deletes a key. From now on, all tokens that it signed are refused."""
    def get(self, arn: str) -> PlaybackKey | None:
        """The key of this ARN, or `None`."""
    def keys(self) -> list[PlaybackKey]:
        """All keys, ordered by ARN."""
    def tag(self, arn: str, tags: Mapping[str, str]) -> None:
        """Adds tags to a key. A tag that it already has gets the new value."""
    def untag(self, arn: str, names: Iterable[str]) -> None:
        """Removes the tags with these names from a key. Names that it does not have are ignored."""
    def sign_with(self, arn: str, key: SigningKey) -> None:
        """Makes this the signing key. The previous signing key still verifies. The private key signs under this ARN,
        even if it had another before.
        """
    def stop_signing(self) -> None:
        """Forgets the private key: no key signs any more."""
    @property
    def signing_key(self) -> SigningKey | None:
        """The signing key, or `None`. Ask for it before each token, so that a rotation takes effect with the next token."""
    def rotate(self, arn: str, key: SigningKey, *, old_until: datetime) -> str | None:
        """Makes this the signing key, imports its public half, and retires the previous signing key at `old_until`, all
        in one change. `old_until` is an aware `datetime`, and must not be before the last token of the old key expires.
        Returns the ARN of the previous signing key, or `None`.
        """
    def retire(self, arn: str, *, at: datetime) -> None:
        """Retires a key at this time, an aware `datetime`: from then on it does not verify."""
    def reinstate(self, arn: str) -> None:
        """Cancels the retirement of a key: it verifies again, without an end."""
    def delete_retired(self, *, now: datetime | None = None) -> list[str]:
        """Deletes the keys that are retired by now, and returns their ARNs."""
    def to_jwks(self) -> str:
        """The keys that are not retired as a JWK set, each with its ARN as `kid`, and with its end as `exp` if it is being retired."""
    def to_json(self) -> str:
        """All keys as JSON, each as GetPublicKey prints it. A key that is being retired also has `retiredAt`.
        `import_json` reads it when the server starts again. It does not say which key signs.
        """
    @property
    def limit(self) -> int:
        """How many keys it may hold."""
    @property
    def prepared_limit(self) -> int:
        """How many keys it keeps prepared at most. Prepared keys verify about ten times as fast."""
    @property
    def prepared_keys(self) -> int:
        """How many keys are prepared now, for monitoring."""
    def __len__(self) -> int: ...
    def __bool__(self) -> bool: ...
    def __contains__(self, arn: str, /) -> bool: ...
    def __reduce__(self) -> NoReturn: ...

@final
class PlaybackKey:
    """The public half of a playback key pair as a `PlaybackKeyRing` holds it."""

    @property
    def arn(self) -> str:
        """The ARN that IVS gave it."""
    @property
    def key(self) -> VerifyingKey:
        """The key itself."""
    @property
    def name(self) -> str | None:
        """Your name for it, or `None`."""
    @property
    def tags(self) -> dict[str, str]:
        """Its tags: a new dict each time."""
    @property
    def retired_at(self) -> datetime | None:
        """The first second at which it no longer verifies: an aware `datetime` in UTC, or `None`."""
    def __reduce__(self) -> NoReturn: ...

@final
class InMemoryRevocations:
    """A revocation store in the memory of this process. Other processes do not see it, and it is forgotten when the
    process ends. A forked process has its own copy from then on. If you have several processes, use `RedisRevocations`.

    Give it to every `Verifier` that should ask it. Any number of threads may use it.
    """

    def __new__(cls) -> Self: ...
    def disconnect_participant(self, stage: Stage | str, participant_id: str, *, reason: str | None = None) -> None:
        """DisconnectParticipant: refuses every token of this participant on this stage, for good.

        `stage` is a `Stage` or its ARN. `reason` has at most 128 characters and is shown in the refusal.
        """
    def delete_stage(self, stage: Stage | str) -> None:
        """DeleteStage: refuses every token of this stage."""
    def revoke_connection_token(self, token_id: str) -> None:
        """RevokeConnectionToken: refuses the connection token of this ID."""
    def revoke_viewer_sessions(self, channel: str, viewer_id: str, *, up_to: int) -> None:
        """StartViewerSessionRevocation: refuses every token of this viewer on this channel whose session version is at most
        `up_to`.
        """
    def sweep(self) -> None:
        """Removes all expired entries at once. You need not call it: later checks remove them bit by bit."""
    def __len__(self) -> int: ...
    def __bool__(self) -> bool: ...
    def __reduce__(self) -> NoReturn: ...

@final
class WhenAway:
    """What happens to a token if the store gives no answer about it, because it cannot be reached, is too slow, or
    refuses. There is no default: either choice harms someone.

    It concerns checks only. A revocation that may not have been made always raises.
    """

    REFUSE: ClassVar[WhenAway]
    """The token is refused with `RevocationUnknownError`: nobody joins while the store is away."""
    @staticmethod
    def accept(report: Callable[[RevocationStoreError], object]) -> WhenAway:
        """The token is accepted, and `report` is called with the `RevocationStoreError` each time. While the store is
        away, a revoked participant may join, and a single-use token may be used any number of times until it expires.

        `report` runs on the thread that verifies, before the verification returns, so it should be quick. If it raises,
        the token is refused after all.
        """
    def __reduce__(self) -> NoReturn: ...

@final
class RedisRevocations:
    """Revocations that several processes and machines share, on one Redis server (6.0 or later, or Valkey): once one of
    them revokes something, all refuse it at their next check. A single-use token can be used once on all of them
    together.

    `url` is `redis://user:password@host:6379/0`, `rediss://` for TLS, `redis-cluster://host,host`,
    `redis-sentinel://host,host?service=name`, or `unix:///path/to/socket?db=0`. `when_away` says what happens to tokens
    if Redis gives no answer: `WhenAway.REFUSE`, or `WhenAway.accept(report)`. The names of all keys begin with `prefix`
    (`{ivs-token}:`). `connect_timeout` and `response_timeout` are `timedelta`, from 1 ms to an hour (250 ms); after a
    failed attempt, it waits for `reconnect_pause` (500 ms) before it tries again. `idle_connections` is how many
    connections are kept open for the next check (32). `replicas` is how many replicas must have a revocation or a spend
    before it counts (0). `root_certificates`, and `client_certificate` with its key, are PEM, or paths of files as
    `os.PathLike`. By default the system's root certificates are used, and no client certificate.

    It connects at its first use; `ping` says whether that works. Any number of threads may use it, and a forked process
    makes its own connections. Raises `IvsTokenError` for a setting that cannot be right.
    """

    def __new__(cls, url: str, *, when_away: WhenAway, prefix: str | None = None, connect_timeout: timedelta | None = None, response_timeout: timedelta | None = None, reconnect_pause: timedelta | None = None, idle_connections: int | None = None, replicas: int | None = None, root_certificates: _KeySource | None = None, client_certificate: tuple[_KeySource, _KeySource] | None = None) -> Self: ...
    def ping(self) -> None:
        """Asks the server for a sign of life: at the start of a program, or for its health check.

        Raises `RevocationStoreError` if it cannot be reached, refuses the connection, or is not suitable.
        """
    def disconnect_participant(self, stage: Stage | str, participant_id: str, *, reason: str | None = None) -> None:
        """DisconnectParticipant: refuses every token of this participant on this stage, for good.

        `stage` is a `Stage` or its ARN. `reason` has at most 128 characters and is shown in the refusal.
        """
    def delete_stage(self, stage: Stage | str) -> None:
        """DeleteStage: refuses every token of this stage."""
    def revoke_connection_token(self, token_id: str) -> None:
        """RevokeConnectionToken: refuses the connection token of this ID."""
    def revoke_viewer_sessions(self, channel: str, viewer_id: str, *, up_to: int) -> None:
        """StartViewerSessionRevocation: refuses every token of this viewer on this channel whose session version is at most
        `up_to`.
        """
    def __reduce__(self) -> NoReturn: ...

@final
class Verdict:
    """What a `RevocationStore` says about a token. There is no default: if a store says nothing, the token is refused."""

    NOT_REVOKED: ClassVar[Verdict]
    """There is nothing against the token."""
    STAGE_DELETED: ClassVar[Verdict]
    """The stage was deleted: `RevokedError` with the code `STAGE_DELETED`."""
    CONNECTION_TOKEN_REVOKED: ClassVar[Verdict]
    """The connection token was revoked: `RevokedError` with the code `CONNECTION_TOKEN_REVOKED`."""
    ALREADY_USED: ClassVar[Verdict]
    """The single-use playback token was used before: `AlreadyUsedError`."""
    @staticmethod
    def participant_disconnected(reason: str | None = None) -> Verdict:
        """The participant was disconnected: `RevokedError` with the code `PARTICIPANT_DISCONNECTED`. The reason has at most 128
        characters and is shown in the refusal.
        """
    @staticmethod
    def viewer_sessions_revoked(up_to: int) -> Verdict:
        """The viewer's sessions were revoked up to this version: `RevokedError` with the code `VIEWER_SESSION_REVOKED`."""
    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Inspection:
    """What a text looks like, and for each rule whether it holds. Nothing in it is verified, so do not trust it."""

    @property
    def kind(self) -> str:
        """What it looks like: `participant`, `participant-from-api`, `connection`, `playback`, `other` or `not-a-token`."""
    @property
    def header(self) -> dict[str, Any]:
        """The members of the header, as far as it could be read."""
    @property
    def claims(self) -> dict[str, Any]:
        """The members of the payload, as far as it could be read."""
    @property
    def problems(self) -> tuple[str, ...]:
        """What is wrong, in words. Empty if every rule holds that can be checked without a key."""
    @property
    def checks(self) -> tuple[Check, ...]:
        """Every rule, and whether it holds."""
    @property
    def issued_at(self) -> datetime | None:
        """The claim `iat`, if it is a time: an aware `datetime` in UTC, or `None`."""
    @property
    def expiration_time(self) -> datetime | None:
        """The claim `exp`, if it is a time: an aware `datetime` in UTC, or `None`."""
    def to_json(self) -> str:
        """The same as JSON."""

@final
class Check:
    """A rule, and whether it holds."""

    @property
    def rule(self) -> str:
        """The rule in words."""
    @property
    def holds(self) -> bool | None:
        """Whether it holds: `True`, `False`, or `None` if it could not be checked."""
    @property
    def detail(self) -> str | None:
        """Why it does not hold, or could not be checked; `None` if it holds."""

def exchange(token: Token | VerifiedToken, key: SigningKey | Signer, *, user_id: str | None = None, attributes: Mapping[str, str | None] | None = None, capabilities: _Capabilities | None = None, duration: _Duration | None = None, now: datetime | None = None) -> Token:
    """Mints a token in exchange for another. It is for the same participant on the same stage, with other capabilities,
    attributes, user ID or duration. Whatever you do not give stays as it was, including the expiry of the old token.

    `attributes` are changes: each value replaces the attribute of its name or adds one, `None` removes it, and all
    others stay.

    `token` is a `Token` or a `VerifiedToken`: verify a text first. The arguments are those of `Stage.mint`. Any key of
    the stage's account and region will do. Raises what `Stage.mint` raises.
    """
def aexchange(token: Token | VerifiedToken, key: SigningKey | Signer | AsyncSigner, *, user_id: str | None = None, attributes: Mapping[str, str | None] | None = None, capabilities: _Capabilities | None = None, duration: _Duration | None = None, now: datetime | None = None) -> Coroutine[Any, Any, Token]:
    """Mints a token in exchange for another as `exchange` does, without blocking: await it. The token is issued when
    this is called. The key may be an `AsyncSigner`.
    """
def unsigned_exchange(token: Token | VerifiedToken, kid: str, *, user_id: str | None = None, attributes: Mapping[str, str | None] | None = None, capabilities: _Capabilities | None = None, duration: _Duration | None = None, now: datetime | None = None) -> UnsignedToken:
    """Makes a token in exchange for another as `exchange` does, but without its signature, for a private key that signs
    elsewhere. `kid` is the ARN under which IVS knows the public half.
    """
def check_exchange(old: Token | VerifiedToken, new: Token | VerifiedToken) -> None:
    """Checks that IVS and its web client accept one token in exchange for the other. Each is a `Token` or a
    `VerifiedToken`.

    Raises `ExchangeError`; its `claims` are the names of all claims that differ but must not.
    """
def inspect(text: str | bytes, *, now: datetime | None = None) -> Inspection:
    """Inspects whatever a user may paste: a token, whole or broken, alone, in quotes, in a URL or in the API's
    response.

    It never fails and never verifies. `now` is the present time, an aware `datetime`, for tests.
    """
def playback_url(base: str, token: str) -> str:
    """The URL to play: `base`, which GetChannel answers as `playbackUrl`, with the token as its query parameter `token`.

    Raises `InvalidClaimError` when `base` is no URL of `https:` or `http:`, or has a `token` already.
    """
def mint_connection(key: SigningKey | Signer, *, duration: _Duration | None = None, token_id: str | None = None, server_of: Stage | None = None, now: datetime | None = None) -> ConnectionToken:
    """Mints a connection token. `ConnectionToken.mint` is its name."""
def amint_connection(key: SigningKey | Signer | AsyncSigner, *, duration: _Duration | None = None, token_id: str | None = None, server_of: Stage | None = None, now: datetime | None = None) -> Coroutine[Any, Any, ConnectionToken]:
    """Mints a connection token without blocking. `ConnectionToken.amint` is its name."""
def unsigned_connection(kid: str, *, duration: _Duration | None = None, token_id: str | None = None, server_of: Stage | None = None, now: datetime | None = None) -> UnsignedConnectionToken:
    """Makes a connection token but for its signature. `ConnectionToken.unsigned` is its name."""
def mint_playback(key: SigningKey | Signer, channel: str, *, duration: _Duration | None = None, origins: Iterable[str] | None = None, strict_origin_enforcement: bool = False, single_use: UUID | str | bool | None = None, viewer_id: str | None = None, viewer_session_version: int | None = None, maximum_resolution: str | None = None, now: datetime | None = None) -> PlaybackToken:
    """Mints a playback token. `PlaybackToken.mint` is its name."""
def amint_playback(key: SigningKey | Signer | AsyncSigner, channel: str, *, duration: _Duration | None = None, origins: Iterable[str] | None = None, strict_origin_enforcement: bool = False, single_use: UUID | str | bool | None = None, viewer_id: str | None = None, viewer_session_version: int | None = None, maximum_resolution: str | None = None, now: datetime | None = None) -> Coroutine[Any, Any, PlaybackToken]:
    """Mints a playback token without blocking. `PlaybackToken.amint` is its name."""
def unsigned_playback(channel: str, *, duration: _Duration | None = None, origins: Iterable[str] | None = None, strict_origin_enforcement: bool = False, single_use: UUID | str | bool | None = None, viewer_id: str | None = None, viewer_session_version: int | None = None, maximum_resolution: str | None = None, now: datetime | None = None) -> UnsignedPlaybackToken:
    """Makes a playback token but for its signature. `PlaybackToken.unsigned` is its name."""
def run_command(command_line: Sequence[str]) -> int:
    """The command `ivs-token`: takes its command line, the name of the program first, and gives its exit code. It reads and
    writes the standard streams of the process, whatever Python has put in the place of its own.
    """
def _panic() -> None:
    """Panics, to test that nobody sees it."""
