"""Who may log in, and what they may do on the stage: a JSON file, in place of your own table of users.

Add somebody with `python accounts.py NAME`, or with `--may-publish` for people who may send audio and video.
"""

import argparse
import base64
import getpass
import hashlib
import hmac
import json
import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Account:
    name: str
    password: str
    """Salt and hash, in base64 with a `$` between them."""
    may_publish: bool


class Accounts:
    """The accounts in a file, read anew for each request, so that a change counts at once."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def get(self, name: str) -> Account | None:
        known = self._read().get(name)
        return None if known is None else Account(name, known["password"], known["may_publish"] is True)

    def authenticate(self, name: str, password: str) -> Account | None:
        """The account, if the password is right. An unknown name takes as long as a wrong password."""
        account = self.get(name)
        salt, _, expected = (account.password if account else _NOBODY).partition("$")
        right = hmac.compare_digest(_hash(password, base64.b64decode(salt)), base64.b64decode(expected))
        return account if right else None

    def add(self, name: str, password: str, *, may_publish: bool = False) -> None:
        salt = os.urandom(16)
        hashed = "$".join(base64.b64encode(part).decode() for part in (salt, _hash(password, salt)))
        known = self._read() | {name: {"password": hashed, "may_publish": may_publish}}
        written = self._file.with_suffix(".new")
        written.write_text(json.dumps(known, indent=2), encoding="utf-8")
        written.replace(self._file)

    def _read(self) -> dict[str, dict]:
        return json.loads(self._file.read_text(encoding="utf-8")) if self._file.exists() else {}


def _hash(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=2**14, r=8, p=1, dklen=32)


# Of no password.
_NOBODY = "$".join(base64.b64encode(os.urandom(size)).decode() for size in (16, 32))

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Adds an account, or replaces the one of this name.")
    parser.add_argument("name")
    parser.add_argument("--may-publish", action="store_true", help="may send audio and video, and not only watch")
    given = parser.parse_args()
    file = Path(os.environ.get("ACCOUNTS_FILE", "accounts.json"))
    Accounts(file).add(given.name, getpass.getpass(), may_publish=given.may_publish)
