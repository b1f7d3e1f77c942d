"""Signing by an HSM, a smart card or SoftHSM, through PKCS#11 and the package ``python-pkcs11``."""

from __future__ import annotations

from os import PathLike, fspath
from threading import RLock
from typing import Any

from ._errors import InvalidKeyError, IvsTokenError
from ._native import VerifyingKey

# `python-pkcs11` begins a library without the locks that it needs for several threads (C_Initialize without CKF_OS_LOCKING_OK), and
# lets threads in side by side: that crashes. So one call at a time is made, of all signers.
_one_at_a_time = RLock()

# A login is that of the whole token, and ends when the session that logged in is closed: so all signers of a token share it.
_logins: dict[tuple[str, str], tuple[Any, int]] = {}


class Pkcs11Signer:
    """An EC key on a PKCS#11 token that signs with ``CKM_ECDSA``. It never leaves the device.

    ``module`` is the path of the library of the device, such as ``/usr/lib/softhsm/libsofthsm2.so``; ``token`` is the label of the
    token, ``key`` that of the key pair, both halves of which must be there. ``kid`` is the ARN that ImportPublicKey returned for the
    public half; playback tokens need none.

    It needs ``pip install python-pkcs11``. Any number of threads may use one, and one of them signs at a time, for ``python-pkcs11``
    can do no more. A token is logged in for the whole process, so only the first signer's PIN is looked at. After a fork, make another
    in the child.

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
        path = fspath(module)
        self._home = (path, token)
        with _one_at_a_time:
            self._session = _log_in(pkcs11.lib(path).get_token(token_label=token), self._home, pin, pkcs11.UserAlreadyLoggedIn)
            try:
                self._verifying_key = self._public()
                self._private = self._find("PRIVATE_KEY")
            except BaseException:
                self.close()
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
        with _one_at_a_time:
            if self._session is None:
                raise IvsTokenError("the signer was closed: make another", code="SIGNER_CLOSED")
            signature: bytes = self._private.sign(digest, mechanism=self._pkcs11.Mechanism.ECDSA)
            return signature

    def close(self) -> None:
        """Logs out, unless another signer of this module uses the token. Nothing is signed afterwards."""
        with _one_at_a_time:
            if self._session is None:
                return
            self._session = self._private = None
            session, users = _logins.pop(self._home)
            if users > 1:
                _logins[self._home] = (session, users - 1)
            else:
                session.close()

    def __repr__(self) -> str:
        return f"<Pkcs11Signer key={self._label!r} kid={self._kid!r}>"

    def _public(self) -> VerifyingKey:
        """Reads ``CKA_EC_POINT``: a point in the DER of an OCTET STRING, or bare, as some devices have it."""
        point: bytes = self._find("PUBLIC_KEY")[self._pkcs11.Attribute.EC_POINT]
        if len(point) != 97 and point[:1] == b"\x04" and point[1:2] == bytes([len(point) - 2]):
            point = point[2:]
        return VerifyingKey.from_any(point)

    def _find(self, name: str) -> Any:
        attributes = {
            self._pkcs11.Attribute.CLASS: self._pkcs11.ObjectClass[name],
            self._pkcs11.Attribute.KEY_TYPE: self._pkcs11.KeyType.EC,
            self._pkcs11.Attribute.LABEL: self._label,
        }
        found = list(self._session.get_objects(attributes))
        if len(found) != 1:
            what = name.split("_")[0].lower()
            raise InvalidKeyError(
                f"{len(found)} {what} keys on the token are EC keys labelled {self._label!r}, but there must be exactly one: "
                "`pkcs11-tool --module LIBRARY --login --list-objects` shows what there is",
                code="PKCS11_NOT_ONE_KEY",
            )
        return found[0]


def _log_in(token: Any, home: tuple[str, str], pin: str, already: type[Exception]) -> Any:
    """The session that all signers of a token share."""
    session, users = _logins.get(home, (None, 0))
    if session is None:
        try:
            session = token.open(user_pin=pin)
        except already:
            # Another part of the program is, and has to stay so.
            session = token.open()
    _logins[home] = (session, users + 1)
    return session
