"""What a key is that signs elsewhere: in a vault, in a device, in another process."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from ._native import VerifyingKey


class _Key(Protocol):
    @property
    def kid(self) -> str | None:
        """The ARN under which IVS knows the key. Playback tokens need none."""

    @property
    def verifying_key(self) -> VerifyingKey:
        """The public half of the key. Each signature is checked with it before a token leaves."""


@runtime_checkable
class Signer(_Key, Protocol):
    """A P-384 key that signs elsewhere. Everything that mints takes one in the place of a ``SigningKey``.

    There is nothing to derive from: an object with these three members is one. ``mint_many`` calls ``sign`` from several threads
    at once.
    """

    def sign(self, message: bytes, digest: bytes, /) -> bytes:
        """Signs with ECDSA on P-384 and SHA-384: the message, or its digest of 48 bytes as a digest, whichever the key takes.
        The answer is r then s in 96 bytes, or DER.

        What it raises becomes the ``__cause__`` of a ``MintError`` with the code ``SIGNER_FAILED``, whose message repeats what it
        says, and names the token.
        """


@runtime_checkable
class AsyncSigner(_Key, Protocol):
    """A ``Signer`` whose ``sign`` is awaited. ``amint`` and its kin take one."""

    async def sign(self, message: bytes, digest: bytes, /) -> bytes:
        """As ``Signer.sign``."""
