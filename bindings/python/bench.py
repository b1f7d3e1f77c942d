"""How fast this is beside PyJWT and joserfc, with parsed keys, in one run: the median of shuffled rounds, of processor time, so
that a busy machine changes little. What two threads gain is wall-clock time, and wants an idle machine.

    python bench.py            needs ivs-token, PyJWT, joserfc and cryptography, and a Unix
"""

from __future__ import annotations

import json
import random
import resource
import statistics
import subprocess
import sys
import time

import jwt
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from joserfc import jwt as joserfc_jwt
from joserfc.jwk import ECKey

from ivs_token import BACKEND, SigningKey, Stage, Verifier, __version__

KID = "arn:aws:ivs:us-west-2:123456789012:public-key/f99cde61-c2b0-4df3-8941-ca7d38acca1a"
STAGE_ARN = "arn:aws:ivs:us-west-2:123456789012:stage/oRmLNwuCeMlQ"
ATTRIBUTES = {"displayName": "Ana", "role": "host", "team": "blue"}
ROUNDS, CALLS = 15, 200
MANY = 10_000


def main() -> None:
    key = SigningKey.generate(kid=KID)
    pem, public_pem = key.to_pem(), key.verifying_key.to_pem()
    stage = Stage(STAGE_ARN, "https://453fdfd2ad24df.global-bm.whip.live-video.net")
    token = stage.mint(key, user_id="ana", attributes=ATTRIBUTES)
    text = str(token)
    claims = jwt.decode(text, options={"verify_signature": False})
    verifier, cached = Verifier({KID: public_pem}), Verifier({KID: public_pem}, cache=10)
    private, public = load_pem_private_key(pem.encode(), None), load_pem_public_key(public_pem.encode())
    joserfc_private, joserfc_public = ECKey.import_key(pem), ECKey.import_key(public_pem)

    print(f"ivs-token {__version__} ({BACKEND}), PyJWT {jwt.__version__}, CPython {sys.version.split()[0]}\n")
    times = measure(
        {
            "mint, ivs-token": lambda: stage.mint(key, user_id="ana", attributes=ATTRIBUTES),
            "mint, PyJWT": lambda: jwt.encode(claims, private, algorithm="ES384", headers={"kid": KID}),
            "mint, joserfc": lambda: joserfc_jwt.encode(
                {"alg": "ES384", "kid": KID}, claims, joserfc_private, algorithms=["ES384"]
            ),
            "verify, ivs-token": lambda: verifier.verify(text),
            "verify, PyJWT": lambda: jwt.decode(text, public, algorithms=["ES384"]),
            "verify, joserfc": lambda: joserfc_jwt.decode(text, joserfc_public, algorithms=["ES384"]),
            "verify, ivs-token, cached": lambda: cached.verify(text),
        }
    )
    for name, micros in times.items():
        ours = times[name.split(",")[0] + ", ivs-token"]
        print(f"{name:28} {micros:8.1f} µs  {micros / ours:6.2f} ×")

    rust = core()
    print(f"\nthe core without Python {rust['mintMicros']:12.1f} µs a mint, {rust['verifyMicros']:.1f} µs a verification")

    # Whether the GIL is in the way.
    people = [{"user_id": "ana", "attributes": ATTRIBUTES}] * MANY
    many = {1: [], 2: []}
    for _ in range(3):
        for threads in many:
            begin = time.perf_counter()
            stage.mint_many(key, people, threads=threads)
            many[threads].append(time.perf_counter() - begin)
    one, two = min(many[1]), min(many[2])
    print(f"\nmint_many of {MANY}, 1 thread  {one / MANY * 1e6:8.1f} µs each")
    print(f"mint_many of {MANY}, 2 threads {two / MANY * 1e6:8.1f} µs each, {one / two:.2f} times as fast")

    print(f"\nimport ivs_token {import_time():.0f} ms beyond an empty interpreter")


def measure(calls):
    """The median of what one call of each takes, in microseconds."""
    times = {name: [] for name in calls}
    for _ in range(ROUNDS):
        order = list(calls)
        random.shuffle(order)
        for name in order:
            call = calls[name]
            begin = time.process_time()
            for _ in range(CALLS):
                call()
            times[name].append((time.process_time() - begin) / CALLS * 1e6)
    return {name: statistics.median(rounds) for name, rounds in times.items()}


def import_time() -> float:
    """The processor time of an interpreter with the import, less that of one without, in milliseconds: the least of many."""

    def start(code: str) -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-c", code], check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    least = {code: min(start(code) for _ in range(20)) for code in ("pass", "import ivs_token")}
    return (least["import ivs_token"] - least["pass"]) * 1e3


def core() -> dict[str, float]:
    """What one mint and one verification take in Rust alone, through the command line: a token with one attribute."""
    said = subprocess.run([sys.executable, "-m", "ivs_token", "demo", "--json"], check=True, capture_output=True)
    return json.loads(said.stdout)


if __name__ == "__main__":
    main()
