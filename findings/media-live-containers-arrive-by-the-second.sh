#!/usr/bin/env bash
# WebM and Ogg written live by FFmpeg leave it one second at a time.
#
# One would guess: a packet of 20 ms that is muxed comes out at once, at least when
#   told to flush packets, or with WebM's own "live" option.
# What happens: audio-only WebM comes out once a second, Ogg after 2 s and then once
#   a second. flush_packets=1, live=1 and a small buffer change nothing at all. What
#   helps has other names: cluster_time_limit (WebM, in ms) and page_duration (Ogg,
#   in microseconds), or MP4 with frag_every_frame, which is even.
# Why it matters for live voice: someone who listens along, or an agent's voice
#   streamed as WebM or Ogg, is 1 to 2 s late, and a process that dies takes the last
#   second of a recording with it.
# Versions: PyAV 18.1.0 (FFmpeg 8.1 in its wheel).
# Cause: FFmpeg libavformat/matroskaenc.c, mkv_write_header(): 1000 ms a cluster
#   for live or unseekable outputs, and a cluster is kept until it is whole; oggenc.c,
#   ogg_buffer_page(): a page is 1 s by default and is kept until the next is begun.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -qq 'av==18.1.0' 'numpy==2.4.6'
"$dir/venv/bin/python" - <<'PY'
import sys
from fractions import Fraction

import av
import numpy as np

print("PyAV", av.__version__, "FFmpeg", av.ffmpeg_version_info)


class Wire:
    """Something to write to that notes when it was written to."""

    def __init__(self):
        self.now, self.times = 0, []

    def write(self, data):
        self.times.append(self.now)
        return len(data)


def waits(container, **options):
    """When bytes of sound left, in milliseconds of the sound."""
    wire = Wire()
    noise = np.random.default_rng(0).normal(0, 2000, 960).astype(np.int16)
    with av.open(wire, "w", format=container, options=options, buffer_size=256) as target:
        stream = target.add_stream("libopus", rate=48000, layout="mono")
        for number in range(400):
            frame = av.AudioFrame.from_ndarray(noise[None], "s16", "mono")
            frame.sample_rate, frame.pts = 48000, number * 960
            frame.time_base = Fraction(1, 48000)
            target.mux(stream.encode(frame))
            wire.now = (number + 1) * 20
        times = sorted({at for at in wire.times if at})
    print(container, options or "", "-> bytes at", *times[:6], "... ms")
    return times[0], max(np.diff(times))


slow = [
    waits("webm"),
    waits("webm", flush_packets="1", live="1"),
    waits("ogg"),
    waits("ogg", flush_packets="1"),
]
quick = [
    waits("webm", cluster_time_limit="100"),
    waits("ogg", page_duration="20000"),
    waits("mp4", movflags="frag_every_frame+empty_moov"),
]
late = all(first >= 900 and step >= 900 for first, step in slow)
even = all(first <= 120 and step <= 120 for first, step in quick)
sys.exit(0 if late and even else "the behaviour changed")
PY
