"""Mints or verifies through the Python package, for scripts/test-c.

python.py mint KEY KID STAGE_JSON USER          prints a token
python.py verify PUBLIC_KEY KID STAGE_ARN       says who holds the token on standard input, as examples/c/verify.c does
"""

import sys
from pathlib import Path

from ivs_token import SigningKey, Stage, Verifier

what, key, kid, stage, *user = sys.argv[1:]
if what == "mint":
    minted = Stage.from_response(Path(stage).read_text()).mint(SigningKey.from_pem(Path(key), kid=kid), user_id=user[0])
    print(minted)
else:
    print("user:", Verifier({kid: Path(key)}, stage=stage).verify(sys.stdin.read().strip()).user_id)
