"""What the tests of the examples for clusters share: people, a key, processes to kill, and a look at every token."""

from __future__ import annotations

import csv
import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow.parquet

from ivs_token import SigningKey, Verifier

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "python"
KID = "arn:aws:ivs:us-west-2:123456789012:public-key/f99cde61-c2b0-4df3-8941-ca7d38acca1a"
STAGE = """{"stage": {
  "arn": "arn:aws:ivs:us-west-2:123456789012:stage/oRmLNwuCeMlQ",
  "endpoints": {
    "events": "wss://global.events.live-video.net",
    "whip": "https://453fdfd2ad24df.global-bm.whip.live-video.net"
  }
}}"""
# Files, or partitions, that the people are divided into.
CHUNKS = 40
TOKENS = 100_000


def tokens_asked_for() -> int:
    return int(sys.argv[1]) if len(sys.argv) > 1 else TOKENS


class World:
    """A folder with a key, a stage and people."""

    def __init__(self, folder: Path, tokens: int):
        self.folder, self.tokens = folder, tokens
        self.signing_key = SigningKey.generate(kid=KID)
        self.key, self.people, self.stage = folder / "private.pem", folder / "people.csv", folder / "stage.json"
        self.key.write_text(self.signing_key.to_pem())
        self.stage.write_text(STAGE)
        with self.people.open("w", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(["user_id", "capabilities", "duration", "displayName"])
            rows.writerows([f"user-{n}", "SUBSCRIBE", 15, f"José {n}"] for n in range(tokens))

    @classmethod
    @contextmanager
    def new(cls, tokens: int) -> Iterator[World]:
        with tempfile.TemporaryDirectory() as folder:
            yield cls(Path(folder), tokens)

    def arguments(self, out: Path) -> list[str]:
        """Of the programs."""
        return [str(self.people), str(out), "--stage-json", str(self.stage), "--key", str(self.key), "--kid", KID]

    def check(self, out: Path) -> None:
        """Everybody has one token, which is theirs and verifies."""
        files = sorted(out.glob("*.parquet"))
        left = {file.name for file in out.iterdir() if file not in files} - {"_SUCCESS"}
        # Spark's checksums of files have their names.
        left -= {f".{name}.crc" for name in ("_SUCCESS", *(file.name for file in files))}
        assert not left, f"left over: {left}"
        table = pyarrow.concat_tables(pyarrow.parquet.read_table(file) for file in files)
        assert sorted(table["user_id"].to_pylist()) == sorted(f"user-{n}" for n in range(self.tokens)), "a user is missing, or is there twice"
        assert len(set(table["participant_id"].to_pylist())) == self.tokens, "two tokens have one participant ID"
        verifier = Verifier({KID: self.signing_key.verifying_key})
        for row in table.to_pylist():
            who = verifier.verify(row["token"])
            assert (who.user_id, who.participant_id) == (row["user_id"], row["participant_id"]), row
            assert who.attributes == {"displayName": "José " + row["user_id"].removeprefix("user-")}, row
            assert who.expiration_time.timestamp() == row["expiration_time"].timestamp(), row


class Killer(threading.Thread):
    """Kills one process, once some files are there and before all are."""

    def __init__(self, files: Callable[[], int], workers: Callable[[], list[int]]):
        super().__init__(daemon=True)
        self.files, self.workers, self.killed_after, self.is_over = files, workers, None, threading.Event()

    def run(self) -> None:
        while not self.is_over.wait(0.002):
            files = self.files()
            for pid in self.workers() if 3 <= files < CHUNKS - 3 else ():
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    continue
                self.killed_after = files
                return

    def check(self) -> None:
        self.is_over.set()
        self.join()
        assert self.killed_after is not None, "no worker could be killed in the middle"
        print(f"a worker was killed after {self.killed_after} of {CHUNKS} files: no token is lost, none is there twice")


def descendants() -> dict[int, tuple[int, bytes]]:
    """The parent and the command line of each process that descends from this one."""
    found: dict[int, tuple[int, bytes]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
                found[int(folder.name)] = parent, (folder / "cmdline").read_bytes()
            except OSError:
                continue

    def is_ours(pid: int) -> bool:
        while pid in found and pid != os.getpid():
            pid = found[pid][0]
        return pid == os.getpid()

    return {pid: facts for pid, facts in found.items() if pid != os.getpid() and is_ours(pid)}


def rate(tokens: int, work: Callable[[], object]) -> str:
    begun = time.monotonic()
    work()
    return f"{tokens / (time.monotonic() - begun):,.0f} tokens a second"
