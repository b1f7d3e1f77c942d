"""One Python library a process: see "The protocol" in README.md.

    python peer.py PEER FOLDER      PEER is ivs-token, pyjwt, joserfc or python-jose
"""

import json
import sys
import time
from importlib.metadata import version
from itertools import cycle
from pathlib import Path


def main() -> None:
    name, folder = sys.argv[1], Path(sys.argv[2])
    files = {file: (folder / file).read_text() for file in ("private.pem", "public.pem", "kid.txt", "claims.json")}
    tokens = (folder / "tokens.txt").read_text().split()
    peers = {"ivs-token": ours, "pyjwt": pyjwt, "joserfc": joserfc, "python-jose": python_jose}
    distribution, facts, measures = peers[name](files, tokens)
    head = {
        "version": version(distribution),
        "runtime": f"CPython {sys.version.split()[0]}",
        **facts,
        "measures": [{"what": what, "how": how, "batch": batch} for what, how, batch, _ in measures],
    }
    print(json.dumps(head), flush=True)
    for line in sys.stdin:
        place, calls = map(int, line.split())
        call = measures[place][3]
        begun = time.process_time_ns()
        for _ in range(calls):
            call()
        print(time.process_time_ns() - begun, flush=True)


def ours(files, tokens):
    from ivs_token import BACKEND, SigningKey, Stage, Verifier

    claims, kid = json.loads(files["claims.json"]), files["kid.txt"]
    key, accelerated = (SigningKey.from_pem(files["private.pem"], kid=kid) for _ in range(2))
    accelerated.accelerate()
    stage = Stage(claims["resource"], claims["whip_url"])
    verifier = Verifier({kid: files["public.pem"]})
    who = {"user_id": claims["user_id"], "attributes": claims["attributes"], "duration": 15}
    people, next_token = [who] * len(tokens), cycle(tokens).__next__
    return "ivs-token", {"backend": BACKEND}, [
        ("mint", "", 1, lambda: stage.mint(key, **who)),
        ("mint", "accelerated", 1, lambda: stage.mint(accelerated, **who)),
        ("mint", "accelerated, batch of 64", len(people), lambda: stage.mint_many(accelerated, people, threads=1)),
        ("verify", "", 1, lambda: verifier.verify(next_token())),
    ]


def pyjwt(files, tokens):
    import jwt

    private, public = parsed(files)
    claims, headers = json.loads(files["claims.json"]), {"kid": files["kid.txt"]}
    next_token = cycle(tokens).__next__
    return "PyJWT", openssl(), [
        ("mint", "", 1, lambda: jwt.encode(claims, private, algorithm="ES384", headers=headers)),
        ("verify", "", 1, lambda: jwt.decode(next_token(), public, algorithms=["ES384"])),
    ]


def joserfc(files, tokens):
    from joserfc import jwt
    from joserfc.jwk import ECKey

    private, public = ECKey.import_key(files["private.pem"]), ECKey.import_key(files["public.pem"])
    claims, header = json.loads(files["claims.json"]), {"alg": "ES384", "typ": "JWT", "kid": files["kid.txt"]}
    next_token = cycle(tokens).__next__
    return "joserfc", openssl(), [
        ("mint", "", 1, lambda: jwt.encode(header, claims, private, algorithms=["ES384"])),
        ("verify", "", 1, lambda: jwt.decode(next_token(), public, algorithms=["ES384"])),
    ]


def python_jose(files, tokens):
    from jose import jwk, jwt

    # Its functions parse a PEM in each call; a key that was made before is taken as it is.
    private, public = (jwk.construct(files[name], "ES384") for name in ("private.pem", "public.pem"))
    claims, headers = json.loads(files["claims.json"]), {"kid": files["kid.txt"]}
    next_token = cycle(tokens).__next__
    return "python-jose", openssl(), [
        ("mint", "", 1, lambda: jwt.encode(claims, private, algorithm="ES384", headers=headers)),
        ("verify", "", 1, lambda: jwt.decode(next_token(), public, algorithms="ES384")),
    ]


def parsed(files):
    from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

    return load_pem_private_key(files["private.pem"].encode(), None), load_pem_public_key(files["public.pem"].encode())


def openssl():
    from cryptography.hazmat.backends.openssl import backend

    return {"backend": backend.openssl_version_text()}


if __name__ == "__main__":
    main()
