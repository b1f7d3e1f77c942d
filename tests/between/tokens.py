"""Tokens of each kind for other programs, and from them: what tests/c/tokens.c does, by the Python package.

    tokens.py mint PRIVATE_KEY       prints a participant, a connection and a playback token, each on a line
    tokens.py verify PUBLIC_KEY NOW  reads three such lines, and verifies them as at that second since 1970
"""

import sys
from datetime import datetime, timezone
from pathlib import Path

from ivs_token import ConnectionToken, PlaybackToken, SigningKey, Stage, Verifier, VerifyingKey

KID = "arn:aws:ivs:us-west-2:123456789012:public-key/f99cde61-c2b0-4df3-8941-ca7d38acca1a"
PLAYBACK_KID = "arn:aws:ivs:us-west-2:123456789012:playback-key/f99cde61"
STAGE_ARN = "arn:aws:ivs:us-west-2:123456789012:stage/oRmLNwuCeMlQ"
CHANNEL_ARN = "arn:aws:ivs:us-west-2:123456789012:channel/abcdABCDefgh"
WHIP_URL = "https://453fdfd2ad24df.global-bm.whip.live-video.net"
ORIGIN = "https://example.com"


def mint(file):
    key = SigningKey.from_pem(Path(file).read_bytes(), kid=KID)
    print(Stage(STAGE_ARN, WHIP_URL).mint(key, user_id="Zoë", attributes={"seat": "12"}))
    print(ConnectionToken.mint(key, token_id="line-1"))
    print(PlaybackToken.mint(key, CHANNEL_ARN, viewer_id="ana", origins=[ORIGIN], strict_origin_enforcement=True))


def verify(file, now):
    key = VerifyingKey.from_pem(Path(file).read_bytes())
    verifier = Verifier({KID: key}, playback_keys={PLAYBACK_KID: key}, stage=STAGE_ARN)
    participant, connection, playback = sys.stdin.read().split()
    who = verifier.verify(participant, now=now)
    assert (who.user_id, dict(who.attributes)) == ("Zoë", {"seat": "12"}), who
    assert verifier.verify_connection(connection, now=now).token_id == "line-1"
    assert verifier.verify_playback(playback, channel=CHANNEL_ARN, origin=ORIGIN, now=now).viewer_id == "ana"


if sys.argv[1] == "mint":
    mint(sys.argv[2])
else:
    verify(sys.argv[2], datetime.fromtimestamp(int(sys.argv[3]), timezone.utc))
