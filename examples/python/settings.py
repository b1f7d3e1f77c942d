"""What the examples share: the key and the stage, read once when the program starts, and the people who may join."""

import os
from pathlib import Path

from accounts import Accounts
from ivs_token import SigningKey, Stage, Verifier

key = SigningKey.from_pem(os.environ["IVS_TOKEN_PRIVATE_KEY"], kid=os.environ["IVS_TOKEN_KID"])
stage = Stage(os.environ["IVS_TOKEN_STAGE_ARN"], whip_url=os.environ["IVS_TOKEN_WHIP_URL"])
verifier = Verifier({key.kid: key.verifying_key}, stage=stage)

# Signs the session cookies, so it must be long, random, secret, and the same in every process of the server:
# python -c 'import secrets; print(secrets.token_urlsafe(32))'
session_secret = os.environ["SESSION_SECRET"]
if len(session_secret) < 32:
    raise SystemExit("SESSION_SECRET is too short: give at least 32 random characters")

accounts = Accounts(Path(os.environ.get("ACCOUNTS_FILE", "accounts.json")))
