"""Mints a token for each row of a CSV file on a Spark cluster, into Parquet files. Needs `pyspark`, `pandas`, `pyarrow` and Java.

    python spark_mint.py people.csv tokens --stage-json stage.json --key private.pem --kid ARN

A row has a `user_id`, and may have `capabilities` and `duration` (minutes); every other column is an attribute. The files have the
columns `user_id`, `participant_id`, `expiration_time` and `token`. When a worker dies, Spark mints its partition again and commits one of the
attempts: no token is lost, and none is there twice. Write the frame before you use it, as here: each time that Spark computes it anew
it mints other tokens.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas
from pyspark.sql import DataFrame, SparkSession

from ivs_token import SigningKey, Stage

SCHEMA = "user_id string, participant_id string, expiration_time timestamp, token string"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("people")
    parser.add_argument("out", help="a folder that is not there yet")
    parser.add_argument("--stage-json", type=Path, required=True, help="what `aws ivs-realtime get-stage` prints")
    parser.add_argument("--key", type=Path, required=True, help="a private key that every worker can read at this path")
    parser.add_argument("--kid", required=True, help="the ARN of its public key")
    arguments = parser.parse_args()
    spark = SparkSession.builder.appName("ivs-token").getOrCreate()
    people = spark.read.csv(arguments.people, header=True)
    stage = arguments.stage_json.read_text()
    minted(people, stage, arguments.key.resolve(), arguments.kid).write.parquet(arguments.out)
    print(f"{spark.read.parquet(arguments.out).count()} tokens in {arguments.out}")


def minted(people: DataFrame, stage: str, key: Path, kid: str) -> DataFrame:
    """The tokens of these people, as `SCHEMA` has them."""
    return people.mapInPandas(minter(stage, key, kid), SCHEMA)


def minter(stage: str, key: Path, kid: str) -> Callable[[Iterator[pandas.DataFrame]], Iterator[pandas.DataFrame]]:
    def mint(frames: Iterator[pandas.DataFrame]) -> Iterator[pandas.DataFrame]:
        # The key is read where it signs: keys are not sent from process to process.
        signing_key, opened = SigningKey.from_pem(key, kid=kid), Stage.from_response(stage)
        signing_key.accelerate()
        for frame in frames:
            tokens = opened.mint_many(signing_key, [participant(row) for row in frame.to_dict("records")])
            yield pandas.DataFrame(
                {
                    "user_id": frame["user_id"],
                    "participant_id": [token.participant_id for token in tokens],
                    "expiration_time": [token.expiration_time for token in tokens],
                    "token": [str(token) for token in tokens],
                }
            )

    return mint


def participant(row: dict[str, str | None]) -> dict:
    """What `mint_many` takes, of a row."""
    given = {name: value for name, value in row.items() if isinstance(value, str) and value}
    found: dict = {"user_id": given.pop("user_id")}
    if "capabilities" in given:
        found["capabilities"] = given.pop("capabilities")
    if "duration" in given:
        found["duration"] = int(given.pop("duration"))
    return found | {"attributes": given}


if __name__ == "__main__":
    main()
