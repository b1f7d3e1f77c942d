"""Signing by a command."""

from __future__ import annotations

import base64
import binascii
import subprocess
from collections.abc import Sequence

from ._native import VerifyingKey


class CommandSigner:
    """A key that a command signs with: it reads what is to be signed on standard input, and prints its signature as DER, or as r and s
    in 96 bytes, either of them raw, in base64 or in hex.

    ``command`` is a list of arguments, or a ``str`` for the shell, such as ``openssl dgst -sha384 -sign private.pem``. ``kid`` is the
    ARN that ImportPublicKey returned for the public half, ``verifying_key``; playback tokens need none. ``timeout`` is in seconds;
    a command that takes longer is killed.

    What a command says on standard error becomes part of the error when it fails: let it say nothing secret.
    """

    def __init__(
        self,
        command: str | Sequence[str],
        verifying_key: VerifyingKey,
        *,
        kid: str | None = None,
        timeout: float | None = None,
    ) -> None:
        self._command = command if isinstance(command, str) else list(command)
        self._verifying_key = verifying_key
        self._kid = kid
        self._timeout = timeout

    @property
    def kid(self) -> str | None:
        """The ARN under which IVS knows the key."""
        return self._kid

    @property
    def verifying_key(self) -> VerifyingKey:
        """The public half of the key."""
        return self._verifying_key

    def sign(self, message: bytes, digest: bytes, /) -> bytes:
        """Runs the command with the message.

        Raises ``OSError`` when it does not start or fails, and ``subprocess.TimeoutExpired`` when it takes too long.
        """
        shell = isinstance(self._command, str)
        done = subprocess.run(self._command, input=message, capture_output=True, shell=shell, timeout=self._timeout)
        if done.returncode != 0:
            said = [line for line in done.stderr.decode(errors="replace").splitlines() if line.strip()]
            last = said[-1] if said else "without a word"
            raise OSError(f"the command ended with exit status {done.returncode}: {last}")
        return decoded(done.stdout)

    def __repr__(self) -> str:
        return f"<CommandSigner kid={self._kid!r}>"


def decoded(printed: bytes) -> bytes:
    """A signature out of hex or base64, or as it is."""
    text = b"".join(printed.split())
    # The shortest of these that is a signature has 128 characters; raw bytes are hardly ever all of them letters.
    if len(text) < 100 or not all(33 <= byte <= 126 for byte in text):
        return printed
    try:
        if len(text) >= 180:
            return bytes.fromhex(text.decode())
    except ValueError:
        pass
    try:
        # Base64, or base64url, padded or not.
        text = text.rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
        return base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
    except binascii.Error:
        return printed
