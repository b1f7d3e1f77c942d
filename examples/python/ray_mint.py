"""Mints a token for each row of a CSV file on a Ray cluster, into Parquet files. Needs `ray` and `pyarrow`.

    python ray_mint.py people.csv tokens/ --stage-json stage.json --key private.pem --kid ARN

A row has a `user_id`, and may have `capabilities` and `duration` (minutes); every other column is an attribute. Each chunk of rows is a
task and becomes one file, `part-000000.parquet` and so on, with the columns `user_id`, `participant_id`, `expiration_time` and `token`. A
file appears whole or not at all, and is never replaced. When a worker dies, its chunk is minted again: no token is lost, and none is
there twice. Files that an earlier run finished are kept, if they are of the same stage, key and people.
"""

from __future__ import annotations

import argparse
import csv
import itertools
import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pyarrow
import pyarrow.parquet
import ray

from ivs_token import SigningKey, Stage

CHUNK = 10_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("people", type=Path)
    parser.add_argument("out", type=Path, help="a folder that every worker can write to")
    parser.add_argument("--stage-json", type=Path, required=True, help="what `aws ivs-realtime get-stage` prints")
    parser.add_argument("--key", type=Path, required=True, help="a private key that every worker can read at this path")
    parser.add_argument("--kid", required=True, help="the ARN of its public key")
    parser.add_argument("--chunk", type=int, default=CHUNK, help=f"rows in a file: {CHUNK} unless given")
    arguments = parser.parse_args()
    ray.init()
    stage = arguments.stage_json.read_text()
    count = mint_all(arguments.people, arguments.out, stage, arguments.key, arguments.kid, arguments.chunk)
    print(f"{count} tokens in {arguments.out}")


def mint_all(people: Path, out: Path, stage: str, key: Path, kid: str, chunk: int = CHUNK) -> int:
    """Mints everything; gives the number of tokens."""
    # Workers have working directories of their own.
    out, key = out.resolve(), key.resolve()
    out.mkdir(parents=True, exist_ok=True)
    # So many chunks are on their way at once, and no more of the CSV file is in memory.
    limit = 2 * int(ray.cluster_resources().get("CPU", 1))
    running, count = [], 0
    for number, rows in enumerate(chunks(people, chunk)):
        running.append(mint_chunk.remote(rows, out / f"part-{number:06}.parquet", stage, key, kid))
        if len(running) >= limit:
            done, running = ray.wait(running)
            count += sum(ray.get(done))
    count += sum(ray.get(running))
    # What workers left that died while they wrote.
    for unfinished in out.glob(".part-*"):
        unfinished.unlink()
    return count


def chunks(people: Path, size: int) -> Iterator[list[dict[str, str]]]:
    with people.open(newline="") as file:
        rows = csv.DictReader(file)
        while chunk := list(itertools.islice(rows, size)):
            yield chunk


# Ray starts the task again as often as its worker dies. An error in a row ends the run: `error.index` is its place in the chunk.
@ray.remote(max_retries=-1)
def mint_chunk(rows: list[dict[str, str]], file: Path, stage: str, key: Path, kid: str) -> int:
    users, opened = [row["user_id"] for row in rows], Stage.from_response(stage)
    # What the tokens of a file are for. The metadata of Parquet are bytes.
    made_for = {b"stage": opened.arn.encode(), b"kid": kid.encode()}
    if file.exists():
        check(file, users, made_for)
        return len(users)
    tokens = opened.mint_many(signing_key(key, kid), [participant(row) for row in rows])
    table = pyarrow.table(
        {
            "user_id": users,
            "participant_id": [token.participant_id for token in tokens],
            "expiration_time": [token.expiration_time for token in tokens],
            "token": [str(token) for token in tokens],
        }
    ).replace_schema_metadata(made_for)
    unfinished = file.with_name(f".{file.name}.{uuid.uuid4()}")
    pyarrow.parquet.write_table(table, unfinished)
    try:
        # Where a worker was only believed dead, the first file counts; `os.replace` would replace it.
        os.link(unfinished, file)
    except FileExistsError:
        pass
    unfinished.unlink()
    return len(tokens)


def check(file: Path, users: list[str], made_for: dict[bytes, bytes]) -> None:
    """Refuses a file of an earlier run that is not what this run would write."""
    metadata = pyarrow.parquet.read_schema(file).metadata or {}
    for name, what in ((b"stage", "another stage"), (b"kid", "another key")):
        if name not in metadata:
            raise ValueError(f"{file} does not say what its tokens are for: mint into an empty folder")
        if metadata[name] != made_for[name]:
            raise ValueError(f"{file} has tokens of {what}, {metadata[name].decode()}: mint into an empty folder")
    if pyarrow.parquet.read_table(file, columns=["user_id"])["user_id"].to_pylist() != users:
        raise ValueError(f"{file} has tokens of other users: mint into an empty folder")


# Each worker reads the key itself, once: keys are not sent from process to process.
KEYS: dict[tuple[Path, str], SigningKey] = {}


def signing_key(file: Path, kid: str) -> SigningKey:
    if (file, kid) not in KEYS:
        key = SigningKey.from_pem(file, kid=kid)
        key.accelerate()
        KEYS[file, kid] = key
    return KEYS[file, kid]


def participant(row: dict[str, str]) -> dict:
    """What `mint_many` takes, of a row."""
    attributes = {name: value for name, value in row.items() if name not in ("user_id", "capabilities", "duration") and value}
    found = {"user_id": row["user_id"], "attributes": attributes}
    if row.get("capabilities"):
        found["capabilities"] = row["capabilities"]
    if row.get("duration"):
        found["duration"] = int(row["duration"])
    return found


if __name__ == "__main__":
    main()
