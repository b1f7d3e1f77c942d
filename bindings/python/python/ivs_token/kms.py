"""Signing by AWS KMS, through a client of boto3."""

from __future__ import annotations

from typing import Any

from ._errors import InvalidKeyError
from ._native import VerifyingKey

# The longest message that Sign takes, in bytes (API reference of AWS KMS, Sign).
_MAX_MESSAGE_LEN = 4096


class KmsSigner:
    """A key of AWS KMS that signs: of the spec ``ECC_NIST_P384``, for ``SIGN_VERIFY``. It never leaves KMS.

    ``client`` is ``boto3.client("kms")``, with the region, credentials, timeouts and retries that you gave it. Clients may be used
    by many threads, and so may this. ``key_id`` is the key's ID, its ARN, or an alias such as ``alias/ivs-tokens``. ``kid`` is the
    ARN that ImportPublicKey returned for the public half; playback tokens need none.

    The public half is asked of KMS, with one call of GetPublicKey, unless it is given as ``verifying_key``. Each token is one call of
    Sign. The role needs ``kms:Sign`` on the key, and ``kms:GetPublicKey`` where that is called.

    Raises ``InvalidKeyError`` for a key of another kind. What the client raises goes on as it is.
    """

    def __init__(
        self,
        client: Any,
        key_id: str,
        *,
        kid: str | None = None,
        verifying_key: VerifyingKey | None = None,
    ) -> None:
        self._client = client
        self._key_id = key_id
        self._kid = kid
        self._verifying_key = _ask(client, key_id) if verifying_key is None else verifying_key

    @property
    def kid(self) -> str | None:
        """The ARN under which IVS knows the key."""
        return self._kid

    @property
    def verifying_key(self) -> VerifyingKey:
        """The public half. ``verifying_key.to_pem()`` is what ImportPublicKey takes."""
        return self._verifying_key

    def with_kid(self, kid: str) -> KmsSigner:
        """This key under the ARN that ImportPublicKey returned for its public half."""
        return KmsSigner(self._client, self._key_id, kid=kid, verifying_key=self._verifying_key)

    def sign(self, message: bytes, digest: bytes, /) -> bytes:
        """One call of Sign: with the message where KMS takes it, and otherwise with its digest."""
        # Stand-ins for KMS, such as moto, hash whatever they are given: with a digest alone they could not be used.
        raw = len(message) <= _MAX_MESSAGE_LEN
        answer = self._client.sign(
            KeyId=self._key_id,
            Message=message if raw else digest,
            MessageType="RAW" if raw else "DIGEST",
            SigningAlgorithm="ECDSA_SHA_384",
        )
        signature: bytes = answer["Signature"]
        return signature

    def __repr__(self) -> str:
        return f"<KmsSigner key_id={self._key_id!r} kid={self._kid!r}>"


def _ask(client: Any, key_id: str) -> VerifyingKey:
    answer = client.get_public_key(KeyId=key_id)
    # Stand-ins for KMS leave out the spec: what the public key is, it says itself.
    spec, usage = answer.get("KeySpec"), answer.get("KeyUsage")
    if spec not in (None, "ECC_NIST_P384") or usage != "SIGN_VERIFY":
        raise InvalidKeyError(
            f"the key {key_id} has the key spec {spec} and the usage {usage}: IVS accepts only ECC_NIST_P384 with SIGN_VERIFY, so "
            "create one with `aws kms create-key --key-spec ECC_NIST_P384 --key-usage SIGN_VERIFY`",
            code="KMS_KEY_KIND",
        )
    return VerifyingKey.from_der(answer["PublicKey"])
