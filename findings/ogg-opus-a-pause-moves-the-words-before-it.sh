#!/usr/bin/env bash
# In Ogg, a gap in Opus packets moves the sound that came before the gap.
#
# One would guess: packets with times, muxed by FFmpeg with a hole of 0.9 s in
#   them (DTX sends none), are read back with these times, or the hole is lost.
# What happens: the hole is kept but in the wrong place. The last packets before
#   it come back after it: packets sent at 1.02 to 1.08 s are read at 1.92 to
#   1.98 s. WebM and MP4 give every packet its own time back.
# Why it matters for live voice: silence suppression makes such holes at every
#   pause. In an Ogg recording the last word before a pause moves to the end of
#   the pause, so word times, captions and speaker changes no longer fit.
# Versions: PyAV 18.1.0 (FFmpeg 8.1 in its wheel).
# Cause: Ogg has one granule position a page (RFC 7845, section 4); the times of
#   a page's packets are counted back from its end, in FFmpeg's
#   libavformat/oggparseopus.c, opus_packet(). Its muxer, oggenc.c, does not end a
#   page at a hole.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -qq 'av==18.1.0' 'numpy==2.4.6'
"$dir/venv/bin/python" - <<'PY'
import io
import sys
from fractions import Fraction

import av
import numpy as np

print("PyAV", av.__version__, "FFmpeg", av.ffmpeg_version_info)

codec = av.codec.CodecContext.create("libopus", "w")
codec.sample_rate, codec.layout, codec.format = 48000, "mono", "s16"
codec.open()
tone = 9000 * np.sin(2 * np.pi * 440 * np.arange(48000 * 3) / 48000)
coded = []
for at in range(0, len(tone), 960):
    frame = av.AudioFrame.from_ndarray(tone[at : at + 960].astype(np.int16)[None], "s16", "mono")
    frame.sample_rate, frame.pts = 48000, at
    coded += [bytes(packet) for packet in codec.encode(frame)]
kept = [n for n in range(len(coded)) if not 55 <= n < 100]  # nothing for 0.9 s


def moved(container):
    """The packets that come back at another time: number -> seconds."""
    out = io.BytesIO()
    with av.open(out, "w", format=container) as target:
        stream = target.add_stream("libopus", rate=48000, layout="mono")
        for n in kept:
            packet = av.Packet(coded[n])
            packet.pts = packet.dts = n * 960
            packet.duration, packet.time_base = 960, Fraction(1, 48000)
            packet.stream = stream
            target.mux(packet)
    with av.open(io.BytesIO(out.getvalue())) as source:
        times = [float(p.pts * p.time_base) for p in source.demux(audio=0) if p.size]
    assert len(times) == len(kept)
    first = times[0]  # containers count the codec's delay in or not
    return {
        n: round(at - first, 2)
        for n, at in zip(kept, times, strict=True)
        if abs(at - first - n * 0.02) > 0.05
    }


seen = {container: moved(container) for container in ("webm", "mp4", "ogg")}
for container, packets in seen.items():
    print(container, "moved:", {f"{n * 0.02:.2f} s": at for n, at in packets.items()} or "none")
late = seen["ogg"]
right = late and max(late) == 54 and all(1.8 < at < 2.01 for at in late.values())
sys.exit(0 if right and not seen["webm"] and not seen["mp4"] else "the behaviour changed")
PY
