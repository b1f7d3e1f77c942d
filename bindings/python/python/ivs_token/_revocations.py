"""What a store of revocations is that is written in Python."""

from __future__ import annotations

from abc import ABC, abstractmethod

from ._native import Verdict

# What `typing` calls so. Nothing here is needed when it runs.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import timedelta
    from uuid import UUID


class RevocationStore(ABC):
    """A store of revocations of your own, such as a table of your database: derive from this, and give it to a ``Verifier``.

    It is asked about every token that is good otherwise, on the thread that verifies, and with ``verify_many(threads=...)`` on
    several at once. How revocations get into it is its own affair. Each method gives a ``Verdict``; when one raises, or gives
    anything else, the token is refused with ``RevocationUnknownError``, whose ``__cause__`` is what was raised. What is no
    ``Exception``, such as ``KeyboardInterrupt``, comes out of the verification as it is.

    A revocation has to be remembered for as long as a token may last that it is about: 14 days for participants and stages,
    28 days for connection tokens, 10 minutes for sessions of viewers, and an hour more for clocks that disagree.
    """

    @abstractmethod
    def check_participant(self, stage_arn: str, participant_id: str) -> Verdict:
        """Says whether this participant was disconnected from this stage, or the stage was deleted."""

    def check_participants(self, participants: Sequence[tuple[str, str]]) -> Iterable[Verdict]:
        """The same of many at once, for ``verify_many``: a verdict for each stage ARN and participant ID, in their order.

        Asks ``check_participant`` about one after the other, unless you have a quicker way.
        """
        return [self.check_participant(stage_arn, participant_id) for stage_arn, participant_id in participants]

    def check_connection(self, token_id: str) -> Verdict:
        """Says whether the connection token of this ID was revoked. Refuses all of them, unless you say otherwise."""
        raise NotImplementedError(f"{type(self).__name__} has no check_connection")

    def check_playback(
        self,
        channel_arn: str,
        *,
        viewer_id: str | None,
        viewer_session_version: int | None,
        single_use_uuid: UUID | None,
        remember_for: timedelta | None,
    ) -> Verdict:
        """Says whether this viewer's sessions on this channel were revoked up to this version or a higher one, and spends the
        token if it is good once: of any number of calls with one UUID, exactly one may find nothing against it. The UUID must be
        remembered for as long as ``remember_for``. What a token does not have is ``None``.

        Refuses all of them, unless you say otherwise.
        """
        raise NotImplementedError(f"{type(self).__name__} has no check_playback")
