"""Counts the instructions of a mint and of a verification with callgrind: a signal that is free of noise.

    python3 benches/instructions.py PROGRAM            fails where a count exceeds its bound in instructions.json
    python3 benches/instructions.py PROGRAM --write    writes the bounds: what is counted now, and 2 % more

PROGRAM is bench-peers with the feature `model`, whose command `counted` has the same key, claims and signatures each time. The paths are
those that are the same on every processor: words, and the lanes of AVX-512 and of AVX2 in plain integers, which tell how many
operations the lanes would do.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

BOUNDS = Path(__file__).resolve().parent / "instructions.json"
PATHS = ("words", "model", "model30")
MEASURES = ("mint", "verify")
SLACK = 0.02


def main(arguments: list[str]) -> int:
    if not arguments or arguments[1:] not in ([], ["--write"]):
        print(__doc__, file=sys.stderr)
        return 2
    if not shutil.which("valgrind"):
        print("there is no valgrind (Debian: valgrind), so no instructions can be counted", file=sys.stderr)
        return 1
    counts = counted(Path(arguments[0]))
    if arguments[1:]:
        BOUNDS.write_text(json.dumps({"rustc": rustc(), "at_most": bounds(counts)}, indent=1) + "\n")
    return compared(counts, json.loads(BOUNDS.read_text()))


def bounds(counts: dict) -> dict:
    return {path: {what: round(count * (1 + SLACK) / 1000) * 1000 for what, count in of.items()} for path, of in counts.items()}


def compared(counts: dict, committed: dict) -> int:
    """Tells each count, and gives 1 if one exceeds its bound."""
    if committed["rustc"] != rustc():
        print(f"the bounds are of rustc {committed['rustc']}, and this is {rustc()}", file=sys.stderr)
    status = 0
    for path, of in counts.items():
        for what, count in of.items():
            bound = committed["at_most"][path][what]
            status |= count > bound
            print(f"{'LOSS' if count > bound else 'good'}  {path:8} {what:7} {count:>12,} instructions, at most {bound:>12,}")
    return int(status)


def counted(program: Path) -> dict:
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(os.cpu_count()) as pool:
        counts = {
            path: {what: pool.submit(count, program, Path(folder), path, what) for what in MEASURES} for path in PATHS
        }
        return {path: {what: future.result() for what, future in of.items()} for path, of in counts.items()}


def count(program: Path, folder: Path, path: str, what: str) -> int:
    """Instructions of one call, in the mean."""
    out = folder / f"{path}-{what}"
    command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", "--toggle-collect=*counted::counted*", program, "counted", what]
    said = subprocess.run(command, env=os.environ | {"ES384_FORCE_PATH": path}, capture_output=True, text=True)
    if said.returncode:
        raise SystemExit(f"{program} counted {what}, on the path {path}: {said.stderr}")
    tokens, taken = said.stdout.split()
    assert taken.lower() == path, said.stdout
    return round(int(re.search(r"^(?:summary|totals): (\d+)", out.read_text(), re.M)[1]) / int(tokens))


def rustc() -> str:
    return subprocess.run(["rustc", "--version"], capture_output=True, text=True, check=True).stdout.split()[1]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
