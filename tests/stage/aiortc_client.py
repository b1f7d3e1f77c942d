"""A client of a stage in Python, on aiortc: `publish` sends moving pictures until its input ends, `subscribe` receives 20 frames.
With layers it asks for one after the other, and prints the size of the pictures that come then.

    aiortc_client.py mint KEY_FILE KID STAGE_ARN WHIP_URL EVENTS_URL ID     prints a token, made with PyJWT
    aiortc_client.py publish WHIP_URL TOKEN
    aiortc_client.py subscribe WHIP_URL TOKEN REMOTE_ID [LAYER ...]
"""

import asyncio
import json
import sys
import time
import urllib.request

import jwt
from av import VideoFrame
from aiortc import RTCPeerConnection, RTCSessionDescription, VideoStreamTrack
from aiortc.mediastreams import AudioStreamTrack, MediaStreamError

FRAMES = 20
# Frames of video until another layer has surely begun, with its next whole picture.
SWITCH = 75


def mint(key_file, kid, stage_arn, whip_url, events_url, participant_id):
    now = int(time.time())
    claims = {
        "exp": now + 3600,
        "iat": now,
        "jti": participant_id,
        "resource": stage_arn,
        "topic": stage_arn.split("/")[1],
        "events_url": events_url,
        "whip_url": whip_url,
        "capabilities": {"allow_publish": True, "allow_subscribe": True},
        "version": "1.0",
    }
    with open(key_file) as file:
        return jwt.encode(claims, file.read(), algorithm="ES384", headers={"kid": kid})


def layers(url, token, pick=None):
    """The layers that there are, or with `pick` that one of them is to come."""
    body = None if pick is None else json.dumps({"mediaId": "1", "encodingId": pick}).encode()
    with urllib.request.urlopen(urllib.request.Request(url, data=body, headers={"Authorization": f"Bearer {token}"})) as answer:
        return json.load(answer)


def post(url, token, offer):
    headers = {"Content-Type": "application/sdp", "Authorization": f"Bearer {token}"}
    request = urllib.request.Request(url, data=offer.encode(), headers=headers, method="POST")
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 201, answer.status
        return answer.headers["Location"], answer.read().decode()


async def connect(connection, url, token):
    await connection.setLocalDescription(await connection.createOffer())
    location, answer = await asyncio.to_thread(post, url, token, connection.localDescription.sdp)
    await connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))
    return location


class Moving(VideoStreamTrack):
    """A picture that grows brighter and begins anew."""

    async def recv(self):
        pts, time_base = await self.next_timestamp()
        frame = VideoFrame(width=320, height=240)
        shade = pts // 3000 * 8 % 256
        for plane in frame.planes:
            plane.update(bytes([shade]) * plane.buffer_size)
        frame.pts, frame.time_base = pts, time_base
        return frame


async def publish(whip_url, token):
    connection = RTCPeerConnection()
    connection.addTrack(AudioStreamTrack())
    connection.addTrack(Moving())
    # As OBS does: to the address of the server alone.
    location = await connect(connection, f"{whip_url}/", token)
    await asyncio.to_thread(sys.stdin.read)
    headers = {"Authorization": f"Bearer {token}"}
    urllib.request.urlopen(urllib.request.Request(whip_url + location, headers=headers, method="DELETE")).close()
    await connection.close()


async def subscribe(whip_url, token, remote, *picks):
    connection = RTCPeerConnection()
    received = {kind: connection.addTransceiver(kind, direction="recvonly").receiver for kind in ("audio", "video")}
    location = await connect(connection, f"{whip_url}/subscribe/{remote}", token)
    counts = {}
    for kind, receiver in received.items():
        for counts[kind] in range(1, FRAMES + 1):
            try:
                await asyncio.wait_for(receiver.track.recv(), 30)
            except MediaStreamError:
                sys.exit(f"{kind} ended after {counts[kind] - 1} frames")
    if picks:
        link = f"{whip_url}{location}/layer"
        counts["layers"] = (await asyncio.to_thread(layers, link, token))["layers"]
        counts["sizes"] = {}
        for pick in picks:
            await asyncio.to_thread(layers, link, token, pick)
            for _ in range(SWITCH):
                frame = await asyncio.wait_for(received["video"].track.recv(), 30)
            counts["sizes"][pick] = [frame.width, frame.height]
    await connection.close()
    print(json.dumps(counts))


if __name__ == "__main__":
    command, arguments = sys.argv[1], sys.argv[2:]
    if command == "mint":
        print(mint(*arguments))
    else:
        asyncio.run({"publish": publish, "subscribe": subscribe}[command](*arguments))
