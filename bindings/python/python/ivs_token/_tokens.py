"""Minted tokens. Each is the text that a client joins with, a ``str``, and has its claims as properties."""

from __future__ import annotations

from . import _native

# What `typing` calls so. Importing that would take half of the time that importing all of this takes.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime, timedelta
    from typing import NoReturn, SupportsIndex, TypeVar
    from uuid import UUID

    from ._capability import Capability
    from .signer import AsyncSigner, Signer

    _T = TypeVar("_T", bound="_Token")


class _Token(str):
    """A token as ``str``. Whoever has the text can use it, so ``repr`` leaves it out; ``str(token)`` gives it."""

    __slots__ = ("_claims",)
    _claims: _native.ParticipantClaims | _native.ConnectionClaims | _native.PlaybackClaims

    def __new__(cls: type[_T], *args: object, **kwargs: object) -> _T:
        raise TypeError(f"a {cls.__name__} is made by minting")

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"a {type(self).__name__} cannot be changed")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"a {type(self).__name__} cannot be changed")

    def __str__(self) -> str:
        return str.__str__(self)

    def __copy__(self: _T) -> _T:
        return self

    def __deepcopy__(self: _T, memo: object) -> _T:
        return self

    def __reduce__(self) -> tuple[type[str], tuple[str]]:
        """A token is pickled as its text alone: a ``str``. Verify that to know what it says."""
        return str, (str(self),)

    def __reduce_ex__(self, protocol: SupportsIndex) -> tuple[type[str], tuple[str]]:
        return self.__reduce__()

    @property
    def expiration_time(self) -> datetime:
        """The first second at which the token is no longer valid, in UTC."""
        return self._claims.expiration_time


class _IssuedToken(_Token):
    """A token that says when it was issued, and in what form."""

    __slots__ = ()
    _claims: _native.ParticipantClaims | _native.ConnectionClaims

    @property
    def issued_at(self) -> datetime:
        """When the token was issued, in UTC."""
        return self._claims.issued_at

    @property
    def version(self) -> str:
        """The version of the token's form, such as ``1.0``."""
        return self._claims.version


class Token(_IssuedToken):
    """A participant token. ``Stage.mint`` makes one.

    It is a ``str``: put it into JSON, an f-string or a header. It is pickled as its text alone.
    """

    __slots__ = ()
    _claims: _native.ParticipantClaims

    @property
    def participant_id(self) -> str:
        """The participant's ID, ``jti``: DisconnectParticipant takes it."""
        return self._claims.participant_id

    @property
    def user_id(self) -> str | None:
        """Your application's name for the participant."""
        return self._claims.user_id

    @property
    def attributes(self) -> dict[str, str]:
        """The participant's attributes: a new dict each time."""
        return self._claims.attributes

    @property
    def capabilities(self) -> Capability:
        """What the participant may do."""
        return self._claims.capabilities

    @property
    def stage(self) -> _native.Stage:
        """The stage with its endpoints."""
        return self._claims.stage

    @property
    def stage_arn(self) -> str:
        """The ARN of the stage."""
        return self._claims.stage_arn

    def __repr__(self) -> str:
        return (
            f"<Token participant_id={self.participant_id} user_id={self.user_id!r} stage={self.stage_arn} "
            f"capabilities={','.join(self.capabilities.names)} expires={self.expiration_time.isoformat()}>"
        )


class ConnectionToken(_IssuedToken):
    """A connection token: one network connection, shared by many stages. It does not replace a participant token.

    It is a ``str``: put it into JSON, an f-string or a header. It is pickled as its text alone.
    """

    __slots__ = ()
    _claims: _native.ConnectionClaims

    @staticmethod
    def mint(
        key: _native.SigningKey | Signer,
        *,
        duration: timedelta | int | None = None,
        token_id: str | None = None,
        server_of: _native.Stage | None = None,
        now: datetime | None = None,
    ) -> ConnectionToken:
        """Mints one. By default it lasts 12 hours and has a fresh random ID.

        ``duration`` is a ``timedelta`` or an ``int`` of minutes, from 1 second to 4 weeks; ``token_id`` is 1 to 64 of
        ``[A-Za-z0-9_-]``, and every token needs its own; ``now`` is when it is issued, for tests. Account and region
        are those of the key's ``kid``. ``key`` may be a ``Signer``, whose private key is elsewhere.

        The token leads to AWS's service. If ``server_of`` is a stage whose server is on this machine, such as
        ``ivs-local``, the token leads to that server; any other stage changes nothing. ``Token.stage`` is the stage of
        a participant token.

        Raises ``InvalidClaimError`` for a value that no token may carry, and ``MintError`` for a key without a ``kid``,
        or when a signer failed.
        """
        return _native.mint_connection(key, duration=duration, token_id=token_id, server_of=server_of, now=now)

    @staticmethod
    async def amint(
        key: _native.SigningKey | Signer | AsyncSigner,
        *,
        duration: timedelta | int | None = None,
        token_id: str | None = None,
        server_of: _native.Stage | None = None,
        now: datetime | None = None,
    ) -> ConnectionToken:
        """Mints one as ``mint`` does, without blocking. ``key`` may also be an ``AsyncSigner``."""
        return await _native.amint_connection(key, duration=duration, token_id=token_id, server_of=server_of, now=now)

    @staticmethod
    def unsigned(
        kid: str,
        *,
        duration: timedelta | int | None = None,
        token_id: str | None = None,
        server_of: _native.Stage | None = None,
        now: datetime | None = None,
    ) -> _native.UnsignedConnectionToken:
        """Makes one as ``mint`` does, but without its signature, for a private key that signs elsewhere. ``kid`` is the
        ARN under which IVS knows the public half.
        """
        return _native.unsigned_connection(kid, duration=duration, token_id=token_id, server_of=server_of, now=now)

    @property
    def token_id(self) -> str:
        """The token's ID: RevokeConnectionToken takes it as ``tokenId``."""
        return self._claims.token_id

    @property
    def account_id(self) -> str:
        """The account of the key that signed it: 12 digits."""
        return self._claims.account_id

    @property
    def region(self) -> str:
        """The home region of the key that signed it."""
        return self._claims.region

    def __repr__(self) -> str:
        return (
            f"<ConnectionToken token_id={self.token_id} account_id={self.account_id} region={self.region} "
            f"expires={self.expiration_time.isoformat()}>"
        )


class PlaybackToken(_Token):
    """A playback token: one viewer of one private low-latency channel. ``playback_url`` puts it into the URL.

    It is a ``str``: put it into JSON, an f-string or a header. It is pickled as its text alone.
    """

    __slots__ = ()
    _claims: _native.PlaybackClaims

    @staticmethod
    def mint(
        key: _native.SigningKey | Signer,
        channel: str,
        *,
        duration: timedelta | int | None = None,
        origins: Iterable[str] | None = None,
        strict_origin_enforcement: bool = False,
        single_use: UUID | str | bool | None = None,
        viewer_id: str | None = None,
        viewer_session_version: int | None = None,
        maximum_resolution: str | None = None,
        now: datetime | None = None,
    ) -> PlaybackToken:
        """Mints one for the channel of this ARN. By default it lasts 10 minutes and is for any origin.

        ``duration`` is a ``timedelta`` or an ``int`` of minutes: at most 10 with a viewer or for a single use.
        ``origins`` are such as ``https://*.example.com``, at most 5 when they are enforced strictly. ``single_use`` is
        ``True`` for a random UUID, or the UUID. ``viewer_id`` has at most 40 characters, and ``viewer_session_version``
        is a number that goes with it. ``maximum_resolution`` is ``SD``, ``HD`` or ``FULL_HD``. ``now`` is when it is
        issued, for tests.

        ``key`` may be a ``Signer``, whose private key is elsewhere.

        Raises ``InvalidClaimError`` for a value that no token may carry, or values that do not go together, and
        ``MintError`` when a signer failed.
        """
        return _native.mint_playback(
            key,
            channel,
            duration=duration,
            origins=origins,
            strict_origin_enforcement=strict_origin_enforcement,
            single_use=single_use,
            viewer_id=viewer_id,
            viewer_session_version=viewer_session_version,
            maximum_resolution=maximum_resolution,
            now=now,
        )

    @staticmethod
    async def amint(
        key: _native.SigningKey | Signer | AsyncSigner,
        channel: str,
        *,
        duration: timedelta | int | None = None,
        origins: Iterable[str] | None = None,
        strict_origin_enforcement: bool = False,
        single_use: UUID | str | bool | None = None,
        viewer_id: str | None = None,
        viewer_session_version: int | None = None,
        maximum_resolution: str | None = None,
        now: datetime | None = None,
    ) -> PlaybackToken:
        """Mints one as ``mint`` does, without blocking. ``key`` may also be an ``AsyncSigner``."""
        return await _native.amint_playback(
            key,
            channel,
            duration=duration,
            origins=origins,
            strict_origin_enforcement=strict_origin_enforcement,
            single_use=single_use,
            viewer_id=viewer_id,
            viewer_session_version=viewer_session_version,
            maximum_resolution=maximum_resolution,
            now=now,
        )

    @staticmethod
    def unsigned(
        channel: str,
        *,
        duration: timedelta | int | None = None,
        origins: Iterable[str] | None = None,
        strict_origin_enforcement: bool = False,
        single_use: UUID | str | bool | None = None,
        viewer_id: str | None = None,
        viewer_session_version: int | None = None,
        maximum_resolution: str | None = None,
        now: datetime | None = None,
    ) -> _native.UnsignedPlaybackToken:
        """Makes one as ``mint`` does, but for its signature, by a private key that signs elsewhere. It names no key."""
        return _native.unsigned_playback(
            channel,
            duration=duration,
            origins=origins,
            strict_origin_enforcement=strict_origin_enforcement,
            single_use=single_use,
            viewer_id=viewer_id,
            viewer_session_version=viewer_session_version,
            maximum_resolution=maximum_resolution,
            now=now,
        )

    @property
    def channel_arn(self) -> str:
        """The ARN of the channel."""
        return self._claims.channel_arn

    @property
    def origins(self) -> tuple[str, ...]:
        """The origins that playback may be asked for from; empty for every origin."""
        return self._claims.origins

    @property
    def strict_origin_enforcement(self) -> bool:
        """Whether requests from other origins are refused, and not only hidden from browsers."""
        return self._claims.strict_origin_enforcement

    @property
    def single_use_uuid(self) -> UUID | None:
        """What a single-use token is known by."""
        return self._claims.single_use_uuid

    @property
    def viewer_id(self) -> str | None:
        """Your application's name for the viewer."""
        return self._claims.viewer_id

    @property
    def viewer_session_version(self) -> int:
        """The version of the viewer's session; 0 by default."""
        return self._claims.viewer_session_version

    @property
    def maximum_resolution(self) -> str | None:
        """The best picture that the viewer may see: ``SD``, ``HD``, ``FULL_HD``."""
        return self._claims.maximum_resolution

    def allows_origin(self, origin: str | None) -> bool:
        """Whether a browser may see the answer to a request with this header ``Origin``, or without one."""
        return self._claims.allows_origin(origin)

    def __repr__(self) -> str:
        return (
            f"<PlaybackToken channel={self.channel_arn} viewer_id={self.viewer_id!r} "
            f"expires={self.expiration_time.isoformat()}>"
        )


_new = str.__new__
_set_claims = _Token.__dict__["_claims"].__set__


def make(kind: type[_T], text: str, claims: object) -> _T:
    """Makes a token of its text and what that says. Called by the native half."""
    token = _new(kind, text)
    _set_claims(token, claims)
    return token
