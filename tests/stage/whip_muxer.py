"""FFmpeg's own WHIP muxer, of which PyAV's wheel has a recent one: publishes H.264 and Opus until its input ends.

    whip_muxer.py URL TOKEN

Where the server refuses, it prints FFmpeg's error and ends with 1.
"""

import itertools
import sys
import threading
import time
from fractions import Fraction

import av

PICTURES = 15
SOUND = 48000
# Of each packet of Opus: 20 ms.
SAMPLES = 960


def picture(number):
    """A picture that grows brighter and begins anew."""
    frame = av.VideoFrame(320, 240, "yuv420p")
    for plane in frame.planes:
        plane.update(bytes([number * 8 % 256]) * plane.buffer_size)
    frame.pts, frame.time_base = number, Fraction(1, PICTURES)
    return frame


def silence(number):
    frame = av.AudioFrame("s16", "stereo", SAMPLES)
    for plane in frame.planes:
        plane.update(bytes(plane.buffer_size))
    frame.sample_rate, frame.pts, frame.time_base = SOUND, number * SAMPLES, Fraction(1, SOUND)
    return frame


def publish(url, token):
    is_over = threading.Event()

    def wait_for_the_end():
        sys.stdin.read()
        is_over.set()

    threading.Thread(target=wait_for_the_end, daemon=True).start()
    options = {"authorization": token} if token else {}
    with av.open(url, "w", format="whip", options=options) as output:
        # A whole picture each second, for those who come later; no B-frames, which stages do not take.
        tuned = {"profile": "baseline", "tune": "zerolatency", "g": str(PICTURES)}
        video = output.add_stream("libx264", rate=PICTURES, options=tuned)
        video.width, video.height, video.pix_fmt = 320, 240, "yuv420p"
        audio = output.add_stream("libopus", rate=SOUND, layout="stereo")
        begun, packet = time.monotonic(), 0
        for number in itertools.count():
            output.mux(video.encode(picture(number)))
            while packet * SAMPLES / SOUND <= number / PICTURES:
                output.mux(audio.encode(silence(packet)))
                packet += 1
            if is_over.wait(max(0, begun + (number + 1) / PICTURES - time.monotonic())):
                return


if __name__ == "__main__":
    try:
        publish(*sys.argv[1:])
    except av.FFmpegError as error:
        sys.exit(f"{type(error).__name__}: {error}")
