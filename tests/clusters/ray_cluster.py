"""The example for Ray on a cluster of this machine: a worker is killed in the middle, and no token is lost or there twice.

    python tests/clusters/ray_cluster.py [TOKENS]     100 000 unless given; prints tokens a second by number of workers
"""

import os
import subprocess
import sys
from pathlib import Path

from world import CHUNKS, EXAMPLES, KID, STAGE, Killer, World, descendants, rate, tokens_asked_for

sys.path.insert(0, str(EXAMPLES))
# Workers import it too.
os.environ["PYTHONPATH"] = str(EXAMPLES)
os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
os.environ["RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO"] = "0"
# One chunk that fails ends a run: the errors of those under way beside it are not printed.
os.environ["RAY_IGNORE_UNHANDLED_ERRORS"] = "1"

import ray
import ray_mint


def main() -> None:
    with World.new(tokens_asked_for()) as world:
        for workers in sorted({1, os.cpu_count() or 1}):
            ray.init(num_cpus=workers, include_dashboard=False, logging_level="ERROR", log_to_driver=False)
            mint(world, "warm-up")
            print(f"Ray, workers: {workers}, {rate(world.tokens, lambda: mint(world, f'by-{workers}'))}")
            world.check(world.folder / f"by-{workers}")
            (world.folder / "warm-up").rename(world.folder / f"warm-up-{workers}")
            if workers == (os.cpu_count() or 1):
                a_worker_dies(world)
                what_is_there_is_kept(world)
            ray.shutdown()
        as_a_program(world)


def mint(world: World, name: str) -> None:
    out, chunk = world.folder / name, -(-world.tokens // CHUNKS)
    count = ray_mint.mint_all(world.people, out, STAGE, world.key, KID, chunk)
    assert count == world.tokens, f"{count} tokens, and not {world.tokens}"
    assert len(list(out.glob("*.parquet"))) == CHUNKS


def a_worker_dies(world: World) -> None:
    out = world.folder / "killed"
    killer = Killer(
        lambda: len(list(out.glob("*.parquet"))),
        lambda: [pid for pid, (_, command) in descendants().items() if command.startswith(b"ray::mint_chunk")],
    )
    killer.start()
    mint(world, "killed")
    killer.check()
    world.check(out)


def what_is_there_is_kept(world: World) -> None:
    out = world.folder / "killed"
    before = {file.name: file.stat().st_ino for file in out.iterdir()}
    mint(world, "killed")
    assert before == {file.name: file.stat().st_ino for file in out.iterdir()}, "a second run changed files"
    other_stage, other_kid = STAGE.replace("oRmLNwuCeMlQ", "Another12345"), KID.replace("f99cde61", "00000000")
    chunk = -(-world.tokens // CHUNKS)
    assert_refused("has tokens of other users", world, out, STAGE, KID, 7)
    assert_refused("has tokens of another stage", world, out, other_stage, KID, chunk)
    assert_refused("has tokens of another key", world, out, STAGE, other_kid, chunk)


def assert_refused(said: str, world: World, out: Path, stage: str, kid: str, chunk: int) -> None:
    try:
        ray_mint.mint_all(world.people, out, stage, world.key, kid, chunk)
    except ray.exceptions.RayTaskError as error:
        assert said in str(error), error
    else:
        raise AssertionError(f"files were kept of which it should be said that one {said}")


def as_a_program(world: World) -> None:
    """As it is printed, with the defaults."""
    out = world.folder / "program"
    command = [sys.executable, EXAMPLES / "ray_mint.py", *world.arguments(out)]
    said = subprocess.run(command, capture_output=True, text=True)
    assert said.returncode == 0, said.stderr
    assert f"{world.tokens} tokens in {out}" in said.stdout, said.stdout
    world.check(out)


if __name__ == "__main__":
    main()
