"""Signing by an HSM, a smart card or SoftHSM, through PKCS#11 and the package ``python-pkcs11``."""

from __future__ import annotations

from collections import deque
from os import PathLike, fspath
from typing import Any

from ._errors import InvalidKeyError
from ._native import VerifyingKey


class Pkcs11Signer:
    """An EC key on a PKCS#11 token that signs with ``CKM_ECDSA``. It never leaves the device.

    ``module`` is the path of the library of the device, such as ``/usr/lib/softhsm/libsofthsm2.so``; ``token`` is the label of the
    token, ``key`` that of the key pair, both halves of which must be there. ``kid`` is the ARN that ImportPublicKey answered for the
    public half; playback tokens need none.

    It needs ``pip install python-pkcs11``. Any number of threads may use one: it opens a session for each that signs at the same
    time, and keeps them until ``close``. After a fork, make another in the child.

    Raises ``InvalidKeyError`` when there is not exactly one such key pair, or it is of another curve. What ``pkcs11`` raises goes on
    as it is. The PIN is never shown, and a device counts wrong ones.
    """

    def __init__(
        self, module: str | PathLike[str], *, token: str, pin: str, key: str, kid: str | None = None
    ) -> None:
        import pkcs11

        self._pkcs11: Any = pkcs11
        self._label = key
        self._kid = kid
        self._token: Any = pkcs11.lib(fspath(module)).get_token(token_label=token)
        try:
            session = self._token.open(user_pin=pin)
        except pkcs11.UserAlreadyLoggedIn:
            # Another signer of this process is: a login is that of the whole token.
            session = self._token.open()
        # Logged in, and used by nobody at the moment. The login lasts while one session is open.
        self._idle: deque[tuple[Any, Any]] = deque()
        try:
            self._verifying_key = self._public(session)
            self._idle.append((session, self._find(session, "PRIVATE_KEY")))
        except BaseException:
            session.close()
            raise

    @property
    def kid(self) -> str | None:
        """The ARN under which IVS knows the key."""
        return self._kid

    @property
    def verifying_key(self) -> VerifyingKey:
        """The public half. ``verifying_key.to_pem()`` is what ImportPublicKey takes."""
        return self._verifying_key

    def sign(self, message: bytes, digest: bytes, /) -> bytes:
        """Signs the digest."""
        try:
            session, key = self._idle.pop()
        except IndexError:
            session = self._token.open()
            key = self._find(session, "PRIVATE_KEY")
        try:
            signature: bytes = key.sign(digest, mechanism=self._pkcs11.Mechanism.ECDSA)
        except BaseException:
            # Nobody knows what state it is in.
            session.close()
            raise
        self._idle.append((session, key))
        return signature

    def close(self) -> None:
        """Closes the sessions, and with the last of this token's logs out. Nothing is signed afterwards."""
        while self._idle:
            session, _ = self._idle.pop()
            session.close()

    def __repr__(self) -> str:
        return f"<Pkcs11Signer key={self._label!r} kid={self._kid!r}>"

    def _public(self, session: Any) -> VerifyingKey:
        """Reads ``CKA_EC_POINT``: a point in the DER of an OCTET STRING, or bare, as some devices have it."""
        point: bytes = self._find(session, "PUBLIC_KEY")[self._pkcs11.Attribute.EC_POINT]
        if len(point) != 97 and point[:1] == b"\x04" and point[1:2] == bytes([len(point) - 2]):
            point = point[2:]
        return VerifyingKey.from_any(point)

    def _find(self, session: Any, name: str) -> Any:
        attributes = {
            self._pkcs11.Attribute.CLASS: self._pkcs11.ObjectClass[name],
            self._pkcs11.Attribute.KEY_TYPE: self._pkcs11.KeyType.EC,
            self._pkcs11.Attribute.LABEL: self._label,
        }
        found = list(session.get_objects(attributes))
        if len(found) != 1:
            what = name.split("_")[0].lower()
            raise InvalidKeyError(
                f"{len(found)} {what} keys on the token are EC keys labelled {self._label!r}, and it must be one: "
                "`pkcs11-tool --list-objects` shows what there is",
                code="PKCS11_NOT_ONE_KEY",
            )
        return found[0]
