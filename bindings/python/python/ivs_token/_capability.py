"""What a participant may do."""

from __future__ import annotations

import enum

from ._errors import InvalidClaimError


class Capability(enum.Flag):
    """What a participant may do on a stage: ``PUBLISH``, ``SUBSCRIBE``, or both with ``|``.

    Wherever one is wanted, its name does too, in capitals or not: ``"PUBLISH"``. ``Capability("PUBLISH")`` is the same as
    ``Capability.PUBLISH``, and ``Capability(0)`` is nothing: its holder can join and do no more.
    """

    PUBLISH = 1
    """Send audio and video."""

    SUBSCRIBE = 2
    """Receive audio and video."""

    @classmethod
    def _missing_(cls, value: object) -> Capability:
        if isinstance(value, str):
            for capability in (cls.PUBLISH, cls.SUBSCRIBE):
                if capability.name == value.upper():
                    return capability
            raise InvalidClaimError(
                f"{value[:40]!r} is not a capability: use PUBLISH or SUBSCRIBE",
                code="INVALID_CAPABILITY",
                field="capabilities",
            )
        return super()._missing_(value)  # type: ignore[no-any-return]

    @property
    def names(self) -> list[str]:
        """The API's words, as it lists them: ``["PUBLISH", "SUBSCRIBE"]``."""
        return [name for name, one in Capability.__members__.items() if one in self]
