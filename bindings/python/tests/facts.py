"""Names that every test uses."""

KID = "arn:aws:ivs:us-west-2:123456789012:public-key/abc"
STAGE_ARN = "arn:aws:ivs:us-west-2:123456789012:stage/oRmLNwuCeMlQ"
WHIP_URL = "https://453fdfd2ad24df.global-bm.whip.live-video.net"
CHANNEL_ARN = "arn:aws:ivs:us-west-2:123456789012:channel/abcdABCDefgh"
PLAYBACK_KID = "arn:aws:ivs:us-west-2:123456789012:playback-key/xyz"
