"""Where ``IvsRealTime`` has its stages from."""

from __future__ import annotations

from collections.abc import Iterable

from ._errors import InvalidClaimError
from ._native import Stage

# What `typing` calls so. Importing that would take half of the time that importing all of this takes.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from threading import Lock
    from typing import Any, Final


class Stages:
    """The stages that were given, then those that a function knows, then those that GetStage answers, each kept for a while."""

    KEPT_DAYS: Final = 14
    """For so long AWS lets the answer of GetStage be kept."""

    MOST: Final = 10_000
    """So many answers are kept; then the oldest goes."""

    def __init__(
        self,
        given: Iterable[Stage] | Callable[[str], Stage | None] | None,
        client: Any,
        now: Callable[[], datetime],
    ) -> None:
        self._given: Final[dict[str, Stage]] = {}
        self._ask: Callable[[str], Stage | None] | None = None
        if isinstance(given, Stage):
            raise TypeError("stages must be several of Stage, not one")
        if callable(given):
            self._ask = given
        elif given is not None:
            for stage in given:
                if not isinstance(stage, Stage):
                    raise TypeError(f"each of stages must be a Stage, not {type(stage).__name__}")
                self._given[stage.arn] = stage
        self._client: Final = client
        self._now: Final = now
        self._kept: Final[dict[str, tuple[datetime, Stage]]] = {}
        self._turns: Final[dict[str, Lock]] = {}

    def get(self, arn: str) -> Stage:
        """The stage of this ARN. Raises ``InvalidClaimError`` when nobody knows it, and what the function or GetStage raises."""
        stage = self._given.get(arn)
        if stage is None and self._ask is not None:
            stage = self._ask(arn)
            if stage is not None and not isinstance(stage, Stage):
                raise TypeError(f"stages must return a Stage or None, not {type(stage).__name__}")
        if stage is None and self._client is not None:
            stage = self._fetched(arn)
        if stage is None:
            where = "the function stages does not know it" if self._ask else f"none of the {len(self._given)} that were given"
            raise _no_stage(arn, f"{where}: add it to stages, or give IvsRealTime a boto3 client to ask", "UNKNOWN_STAGE")
        if stage.arn != arn:
            raise _no_stage(arn, f"what was found for it is {stage.arn}", "WRONG_STAGE")
        return stage

    def _fetched(self, arn: str) -> Stage:
        if (stage := self._fresh(arn)) is not None:
            return stage
        from threading import Lock

        # One request for a stage at a time, however many threads need it.
        with self._turns.setdefault(arn, Lock()):
            try:
                if (stage := self._fresh(arn)) is None:
                    stage = Stage.from_response(self._client.get_stage(arn=arn))
                    # The newest last.
                    self._kept.pop(arn, None)
                    self._kept[arn] = (self._now(), stage)
                    while len(self._kept) > self.MOST:
                        self._kept.pop(next(iter(self._kept)), None)
                return stage
            finally:
                self._turns.pop(arn, None)

    def _fresh(self, arn: str) -> Stage | None:
        at, stage = self._kept.get(arn, (None, None))
        return stage if at is not None and 0 <= (self._now() - at).days < self.KEPT_DAYS else None

    def __len__(self) -> int:
        return len(self._given) + len(self._kept)


def _no_stage(arn: str, why: str, code: str) -> InvalidClaimError:
    return InvalidClaimError(f"no stage {arn[:128]!r}: {why}", code=code, field="stageArn")
