"""What an encoder hands to OBS's WHIP output: two seconds of H.264 at 30 pictures a second, and of Opus at 20 ms a packet, as JSON.

    media.py [--b-frames] WIDTHxHEIGHT ...      a list of pictures for each size, and one of packets of sound, in base64
"""

import base64
import json
import random
import sys
from fractions import Fraction

import av

RATE = 30
SECONDS = 2
SOUND = 48000
# Of each packet of Opus: 20 ms.
SAMPLES = 960


def picture(number, width, height):
    """Grain that grows brighter, with a bar that wanders: whole pictures need many packets, and each differs from the one before."""
    frame = av.VideoFrame(width, height, "yuv420p")
    brighter = bytes(16 + number * 3 % 200 + value % 8 for value in range(256))
    for plane, table in zip(frame.planes, (brighter, bytes([128]) * 256, bytes([128]) * 256)):
        rows = bytearray(random.Random(1).randbytes(plane.buffer_size).translate(table))
        for row in range(plane.height):
            start = row * plane.line_size + number * (plane.width - 8) // (RATE * SECONDS)
            rows[start : start + 8] = b"\xeb" * 8
        plane.update(bytes(rows))
    frame.pts, frame.time_base = number, Fraction(1, RATE)
    return frame


def tone(number):
    frame = av.AudioFrame("s16", "stereo", SAMPLES)
    shape = [12000 if sample // 55 % 2 else -12000 for sample in range(SAMPLES)]
    frame.planes[0].update(b"".join(value.to_bytes(2, "little", signed=True) * 2 for value in shape))
    frame.sample_rate, frame.pts, frame.time_base = SOUND, number * SAMPLES, Fraction(1, SOUND)
    return frame


def pictures(width, height, b_frames):
    """As x264 encodes for OBS: a whole picture each second, the parameters before each, and no B-frames unless asked for."""
    encoder = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
    encoder.time_base, encoder.framerate = Fraction(1, RATE), Fraction(RATE)
    encoder.options = {
        "preset": "veryfast",
        "profile": "high",
        "g": str(RATE),
        "bf": "2" if b_frames else "0",
        "x264-params": "repeat-headers=1:scenecut=0:threads=1" + (":b-adapt=0" if b_frames else ""),
    }
    frames = [picture(number, width, height) for number in range(RATE * SECONDS)]
    return [bytes(packet) for frame in [*frames, None] for packet in encoder.encode(frame)]


def sounds():
    encoder = av.CodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format = SOUND, "stereo", "s16"
    encoder.time_base = Fraction(1, SOUND)
    frames = [tone(number) for number in range(SOUND * SECONDS // SAMPLES)]
    return [bytes(packet) for frame in frames for packet in encoder.encode(frame)]


def text(packets):
    return [base64.b64encode(packet).decode() for packet in packets]


if __name__ == "__main__":
    b_frames = "--b-frames" in sys.argv
    sizes = [map(int, size.split("x")) for size in sys.argv[1:] if size != "--b-frames"]
    layers = [text(pictures(width, height, b_frames)) for width, height in sizes]
    print(json.dumps({"layers": layers, "sound": text(sounds())}))
