"""The example for Spark on this machine: a worker is killed in the middle, and no token is lost or there twice.

    python tests/clusters/spark_cluster.py [TOKENS]     100 000 unless given; prints tokens a second by number of workers
"""

import os
import subprocess
import sys
from pathlib import Path

from world import CHUNKS, EXAMPLES, KID, STAGE, Killer, World, descendants, rate, tokens_asked_for

sys.path.insert(0, str(EXAMPLES))
# Workers import it too.
os.environ["PYTHONPATH"] = str(EXAMPLES)
os.environ["PYSPARK_PYTHON"] = sys.executable

import spark_mint
from pyspark.sql import SparkSession


def main() -> None:
    with World.new(tokens_asked_for()) as world:
        for workers in sorted({1, os.cpu_count() or 1}):
            spark = session(world, workers)
            mint(spark, world, f"warm-up-{workers}")
            print(f"Spark, workers: {workers}, {rate(world.tokens, lambda: mint(spark, world, f'by-{workers}'))}")
            world.check(world.folder / f"by-{workers}")
            if workers == (os.cpu_count() or 1):
                a_worker_dies(spark, world)
            spark.stop()
        as_a_program(world)


def session(world: World, workers: int) -> SparkSession:
    # On one machine Spark gives up at the first failure of a task unless it is told how many are allowed, here 4, as on a cluster.
    builder = SparkSession.builder.master(f"local[{workers},4]")
    for setting in ("spark.ui.enabled", "spark.ui.showConsoleProgress"):
        builder = builder.config(setting, "false")
    spark = builder.config("spark.local.dir", str(world.folder)).getOrCreate()
    spark.sparkContext.setLogLevel("OFF")
    return spark


def mint(spark: SparkSession, world: World, name: str) -> None:
    people = spark.read.csv(str(world.people), header=True).repartition(CHUNKS)
    spark_mint.minted(people, STAGE, world.key, KID).write.parquet(str(world.folder / name))


def a_worker_dies(spark: SparkSession, world: World) -> None:
    out = world.folder / "killed"
    killer = Killer(lambda: len(list(out.glob("_temporary/0/task_*"))), workers_of_python)
    killer.start()
    mint(spark, world, "killed")
    killer.check()
    world.check(out)


def workers_of_python() -> list[int]:
    """Those that a daemon of Spark's has forked: a daemon of their own command line is their parent."""
    found = descendants()
    daemons = {pid for pid, (_, command) in found.items() if b"pyspark.daemon" in command or b"pyspark/daemon" in command}
    return [pid for pid in daemons if found[pid][0] in daemons]


def as_a_program(world: World) -> None:
    """As it is printed, with the defaults."""
    out: Path = world.folder / "program"
    command = [sys.executable, EXAMPLES / "spark_mint.py", *world.arguments(out)]
    said = subprocess.run(command, capture_output=True, text=True)
    assert said.returncode == 0, said.stderr
    assert f"{world.tokens} tokens in {out}" in said.stdout, said.stdout
    world.check(out)


if __name__ == "__main__":
    main()
