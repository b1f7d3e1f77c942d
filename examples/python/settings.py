"""The key and the stage, read once when the program starts."""

import os

from ivs_token import SigningKey, Stage, Verifier

key = SigningKey.from_pem(os.environ["IVS_TOKEN_PRIVATE_KEY"], kid=os.environ["IVS_TOKEN_KID"])
stage = Stage(os.environ["IVS_TOKEN_STAGE_ARN"], whip_url=os.environ["IVS_TOKEN_WHIP_URL"])
verifier = Verifier({key.kid: key.verifying_key}, stage=stage)
