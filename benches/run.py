"""Measures ours and its peers on this machine, and writes report.json, report.md and report.svg: see README.md.

    python3 benches/run.py OUT PROGRAMS [--quick] [--rounds N]

`scripts/bench` builds what is measured into PROGRAMS and runs this. What is not there is reported as missing.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import machine
import report

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
# Seconds of the processor that a turn takes, about.
TURN = 0.008
ROUNDS, QUICK_ROUNDS = 31, 21
# What every other figure is compared with, in turns right before and after it.
REFERENCE = "aws-lc-rs"


class Missing(Exception):
    """Why a peer is not measured."""


class Peer:
    """A program that mints and verifies when it is told to."""

    def __init__(self, name, command, env=(), only=None, **facts):
        # ES384_FORCE_PATH names a path that every one of ours would follow.
        inherited = {key: value for key, value in os.environ.items() if not key.startswith("ES384_")}
        self.name, self.facts = name, facts
        self.process = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, bufsize=1,
            env=inherited | dict(env),
        )  # fmt: skip
        head = self.process.stdout.readline()
        if not head:
            said = self.process.stderr.read().strip().splitlines()
            # The line that names the error, where there is one: Node.js ends with its version, and other runtimes with a trace.
            errors = [line for line in said if "Error" in line or "error" in line]
            raise Missing((errors or said or ["it ended without a word"])[-1])
        head = json.loads(head)
        self.measures = [
            Measure(self, place, **measure)
            for place, measure in enumerate(head.pop("measures"))
            if only is None or (measure["what"], measure["how"]) in only
        ]
        self.facts = head | facts

    def nanos(self, place, calls):
        self.process.stdin.write(f"{place} {calls}\n")
        answer = self.process.stdout.readline()
        if not answer:
            raise SystemExit(f"{self.name} ended: {self.process.stderr.read()}")
        return int(answer)

    def close(self):
        self.process.stdin.close()
        self.process.wait(10)


class Measure:
    def __init__(self, peer, place, what, how, batch):
        self.peer, self.place, self.what, self.how, self.batch = peer, place, what, how, batch
        self.calls, self.micros, self.ratios, self.drifts = 1, [], [], []

    def warm_up(self):
        """Has caches filled and code compiled, and finds how many calls make a turn."""
        self.peer.nanos(self.place, 64)
        while (nanos := self.peer.nanos(self.place, self.calls)) < TURN * 1e9 / 2:
            self.calls = max(self.calls * 2, int(self.calls * TURN * 1e9 / max(nanos, 1000) / 2))
        self.calls = max(1, round(self.calls * TURN * 1e9 / nanos))

    def turn(self):
        """Microseconds of the processor for one token."""
        return self.peer.nanos(self.place, self.calls) / 1000 / (self.calls * self.batch)

    def round(self, reference):
        before, micros, after = reference.turn(), self.turn(), reference.turn()
        self.micros.append(micros)
        self.ratios.append((before + after) / 2 / micros)
        self.drifts.append(abs(before - after) / min(before, after))

    def row(self):
        row = {"peer": self.peer.name, "measure": self.what, "how": self.how, "batch": self.batch}
        return row | self.peer.facts | {"micros": spread(self.micros), "times_as_fast": spread(self.ratios)}


class OpensslSpeed:
    """`openssl speed`, which signs and verifies a digest for a second each."""

    def __init__(self):
        if not shutil.which("openssl"):
            raise Missing("there is no openssl command")
        said = subprocess.run(["openssl", "version"], capture_output=True, text=True, check=True).stdout
        self.name, self.facts = "openssl speed", {"version": said.split()[1], "language": "C", "raw": True}

    def close(self):
        pass

    def rows(self, rounds, reference):
        micros, ratios = {"mint": [], "verify": []}, {"mint": [], "verify": []}
        for _ in range(rounds):
            before = {what: reference[what].turn() for what in micros}
            command = ["openssl", "speed", "-seconds", "1", "ecdsap384"]
            said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
            sign, verify = map(float, said.split()[-2:])
            for what, rate in (("mint", sign), ("verify", verify)):
                micros[what].append(1e6 / rate)
                ratios[what].append((before[what] + reference[what].turn()) / 2 / micros[what][-1])
        return [
            {"peer": self.name, "measure": what, "how": "", "batch": 1, **self.facts, "micros": spread(micros[what])}
            | {"times_as_fast": spread(ratios[what])}
            for what in micros
        ]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=Path)
    parser.add_argument("programs", type=Path)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--rounds", type=int)
    arguments = parser.parse_args()
    rounds = arguments.rounds or (QUICK_ROUNDS if arguments.quick else ROUNDS)
    if rounds < 7:
        parser.error("a median of fewer than 7 rounds says little")
    arguments.out.mkdir(parents=True, exist_ok=True)
    # First in, first out on a single core has Node.js wait for ever, for threads of its own that get no turn.
    if hasattr(os, "SCHED_FIFO") and os.sched_getscheduler(0) == os.SCHED_FIFO:
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_getparam(0))
    with tempfile.TemporaryDirectory() as folder:
        result = measured(arguments, rounds, Path(folder))
    (arguments.out / "report.json").write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n")
    (arguments.out / "report.md").write_text(report.markdown(result))
    (arguments.out / "report.svg").write_text(report.svg(result))
    print(report.markdown(result))
    print(f"written: {arguments.out}/report.json, report.md and report.svg", file=sys.stderr)


def measured(arguments, rounds, folder) -> dict:
    program = arguments.programs / "release" / "bench-peers"
    subprocess.run([program, "sample", folder], check=True)
    peers, missing = [], []
    for name, facts, start in candidates(arguments, folder):
        try:
            peers.append(start())
        except Missing as why:
            missing.append({"peer": name, **facts, "why": str(why)})
    try:
        return found(arguments, rounds, folder, peers, missing)
    finally:
        for peer in peers:
            peer.close()


def found(arguments, rounds, folder, peers, missing) -> dict:
    load = os.getloadavg()[0]
    reference = {measure.what: measure for peer in peers if peer.name == REFERENCE for measure in peer.measures}
    begun = time.monotonic()
    measures = [measure for peer in peers if not isinstance(peer, OpensslSpeed) for measure in peer.measures]
    for measure in measures:
        measure.warm_up()
    for round in range(rounds):
        show(f"round {round + 1} of {rounds}: {len(measures)} measures in any order")
        for measure in random.sample(measures, len(measures)):
            measure.round(reference[measure.what])
    rows = [measure.row() for measure in measures]
    for peer in peers:
        if isinstance(peer, OpensslSpeed):
            show("openssl speed")
            rows += peer.rows(7, reference)
    show("")
    return {
        "schema": report.SCHEMA,
        "machine": machine.describe(),
        "path": next(row["path"] for row in rows if row["peer"] == "ivs-token" and not row.get("forced")),
        "taken": {
            "on": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d"),
            "command": "make bench-quick" if arguments.quick else "make bench",
            "commit": git("rev-parse", "--short=12", "HEAD"),
            "rounds": rounds,
            "seconds": round_to(time.monotonic() - begun),
            "load": round_to(load),
            "drift": round_to(statistics.median(drift for measure in measures for drift in measure.drifts)),
            "rustc": subprocess.run(["rustc", "--version"], capture_output=True, text=True).stdout.split()[1],
            "python": platform.python_version(),
        },
        "payload_bytes": len((folder / "claims.json").read_bytes()),
        "rows": rows,
        "missing": missing,
    }


def candidates(arguments, folder):
    """Every peer: its name, what a report says of it, and what starts it or raises Missing."""
    program = arguments.programs / "release" / "bench-peers"
    versions = locked_versions()

    def rust(name, command, crate, raw=False, **facts):
        facts = {"language": "Rust", "raw": raw, "version": versions[crate], **facts}
        return name, facts, lambda: Peer(name, [program, command, folder], **facts)

    def ours(name, executable, only, env=(), **facts):
        facts = {"language": "Rust", "ours": True, "version": versions["ivs-token"], **facts}

        def start():
            if not executable.exists():
                raise Missing(f"the build with {facts.get('backend', REFERENCE)} is not there: scripts/bench makes it")
            return Peer(name, [executable, "ours", folder], env, only, **facts)

        return name, facts, start

    yield rust(REFERENCE, "aws-lc-rs", "aws-lc-rs", raw=True)
    yield ours("ivs-token", program, None)
    yield rust("jsonwebtoken", "jsonwebtoken", "jsonwebtoken", backend="aws-lc-rs")
    if arguments.quick:
        return
    by_path = {("mint", "accelerated"), ("mint", "accelerated, batch of 64"), ("verify", ""), ("verify", "batch of 64")}
    for path in machine.other_paths(program, folder):
        yield ours("ivs-token", program, by_path, {"ES384_FORCE_PATH": path}, forced=True)
    by_backend = {("mint", ""), ("verify", "key not prepared")}
    for backend in ("ring", "rust-crypto"):
        executable = arguments.programs / backend / "bench-peers"
        yield ours("ivs-token", executable, by_backend, forced=True, backend=backend)
    yield rust("ring", "ring", "ring", raw=True)
    yield rust("p384", "p384", "p384", raw=True)
    yield rust("graviola", "graviola", "graviola", raw=True)
    yield rust("jsonwebtoken", "jsonwebtoken-rust-crypto", "jsonwebtoken", backend="RustCrypto")
    yield rust("jwt-simple", "jwt-simple", "jwt-simple", backend="RustCrypto")
    yield rust("josekit", "josekit", "josekit")
    yield from scripted(arguments, folder)
    yield "openssl speed", {"language": "C"}, OpensslSpeed


def scripted(arguments, folder):
    python = arguments.programs / "python" / "bin" / "python"
    for name, command in (("ivs-token", "ivs-token"), ("PyJWT", "pyjwt"), ("joserfc", "joserfc"), ("python-jose", "python-jose")):
        facts = {"language": "Python"} | ({"ours": True} if name == "ivs-token" else {})

        def start(name=name, command=command, facts=facts):
            if not python.exists():
                raise Missing("there is no python3 with venv: scripts/bench makes one")
            return Peer(name, [python, HERE / "peer.py", command, folder], **facts)

        yield name, facts, start
    modules, app = ROOT / "bindings/npm/tools/package.json", arguments.programs / "npm" / "app"
    env = {"BENCH_MODULES": str(modules), "BENCH_OURS": str(app)}
    for name, command, language in (
        ("ivs-token", "native", "Node.js"),
        ("ivs-token", "wasm", "WebAssembly"),
        ("jsonwebtoken", "jsonwebtoken", "Node.js"),
        ("jose", "jose", "Node.js"),
        ("fast-jwt", "fast-jwt", "Node.js"),
    ):
        facts = {"language": language} | ({"ours": True} if name == "ivs-token" else {})

        def start(name=name, command=command, facts=facts):
            if not shutil.which("node"):
                raise Missing("there is no node")
            if name == "ivs-token" and not app.exists():
                raise Missing("the npm package is not built: scripts/bench builds it where there is what it takes")
            if name != "ivs-token" and not (modules.parent / "node_modules" / name).exists():
                raise Missing("npm has not installed it: scripts/bench does")
            return Peer(name, ["node", HERE / "peer.mjs", command, folder], env, **facts)

        yield name, facts, start
    for name, facts in (("ivs-token", {"language": "C", "ours": True}), ("libjwt", {"language": "C"})):
        executable = arguments.programs / "c" / name

        def start(name=name, executable=executable, facts=facts):
            if not executable.exists():
                raise Missing("libjwt is not installed (Debian: libjwt-dev)" if name == "libjwt" else "it is not built")
            return Peer(name, [executable, folder], **facts)

        yield name, facts, start


def locked_versions() -> dict:
    """The versions of crates in the lock file of the peers; of several, the newest."""
    lock = (HERE / "peers" / "Cargo.lock").read_text()
    found: dict = {}
    for name, version in re.findall(r'name = "([^"]+)"\nversion = "([^"]+)"', lock):
        found.setdefault(name, []).append(version)
    return {name: max(all_, key=lambda v: [int(n) for n in re.findall(r"\d+", v)]) for name, all_ in found.items()}


def spread(values) -> dict:
    lower, median, upper = statistics.quantiles(values, n=4, method="inclusive")
    return {"lower": round_to(lower), "median": round_to(median), "upper": round_to(upper)}


def round_to(value, digits=4):
    return float(f"{value:.{digits}g}")


def git(*arguments):
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True).stdout.strip() or None


def show(text):
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
