"""PyJWT's half of interop_pyjwt.rs.

    pyjwt.py verify PUBLIC_PEM               token on stdin, {"header": .., "claims": ..} on stdout
    pyjwt.py sign PRIVATE_PEM KID            claims as JSON on stdin, token on stdout
    pyjwt.py sign-raw PRIVATE_PEM KID        the same with the claims' bytes as they are
    pyjwt.py versions
"""

import json
import sys

import cryptography
import jwt


def main(command, *arguments):
    if command == "versions":
        return f"PyJWT {jwt.__version__}, cryptography {cryptography.__version__}"
    with open(arguments[0], encoding="ascii") as file:
        key = file.read()
    text = sys.stdin.buffer.read()
    if command == "verify":
        claims = jwt.decode(text, key, algorithms=["ES384"], options={"require": ["exp", "iat", "jti"]})
        return json.dumps({"header": jwt.get_unverified_header(text), "claims": claims})
    headers = {"kid": arguments[1]}
    if command == "sign":
        return jwt.encode(json.loads(text), key, algorithm="ES384", headers=headers)
    if command == "sign-raw":
        return jwt.api_jws.encode(text, key, algorithm="ES384", headers=headers)
    raise SystemExit(__doc__)


if __name__ == "__main__":
    print(main(*sys.argv[1:]))
