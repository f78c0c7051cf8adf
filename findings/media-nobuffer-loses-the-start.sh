#!/usr/bin/env bash
# FFmpeg's fflags=nobuffer throws audio away instead of hurrying it.
#
# One would guess: "nobuffer" makes a live container start sooner, and every
#   packet still comes out.
# What happens: av.open() has to read packets to learn about the streams. With
#   nobuffer those packets are not kept for the reader. WebM, Ogg, MP4 and FLAC
#   lose their first packet; MP3 and raw AAC, which are probed for longer, lose
#   their first fifty, over a second of sound: seen "mp3 10 s: 368 of 418
#   packets" and "mp3 1 s: 0 of 43 packets".
# Why it matters for live voice: the option is in every low-latency recipe, and
#   here it clips the first word of each recording, or empties the recording.
# Versions: PyAV 18.1.0 with the FFmpeg 8.1 of its wheel.
# Cause: FFmpeg libavformat/demux.c, avformat_find_stream_info(): with
#   AVFMT_FLAG_NOBUFFER the packets it read are not put on the packet list.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -qq 'av==18.1.0' 'numpy==2.4.6'
"$dir/venv/bin/python" - <<'PY'
import io
import sys

import av
import numpy as np

print("PyAV", av.__version__, "FFmpeg", av.ffmpeg_version_info)


def clip(container, codec, seconds):
    """A tone of so many seconds, encoded."""
    out = io.BytesIO()
    tone = 9000 * np.sin(2 * np.pi * 440 * np.arange(48000 * seconds) / 48000)
    with av.open(out, "w", format=container) as target:
        stream = target.add_stream(codec, rate=48000, layout="mono")
        frame = av.AudioFrame.from_ndarray(
            tone.astype(np.int16)[None], format="s16", layout="mono"
        )
        frame.sample_rate, frame.pts = 48000, 0
        resampler = av.AudioResampler(stream.codec_context.format, "mono", 48000)
        for part in [*resampler.resample(frame), None]:
            target.mux(stream.encode(part))
    return out.getvalue()


def packets(data, **options):
    with av.open(io.BytesIO(data), options=options) as source:
        return sum(1 for packet in source.demux(audio=0) if packet.size)


changed = False
for container, codec, lost in [
    ("webm", "libopus", 1),
    ("ogg", "libopus", 1),
    ("mp4", "libopus", 1),
    ("flac", "flac", 1),
    ("mp3", "libmp3lame", 50),
    ("adts", "aac", 50),
]:
    for seconds in (1, 10):
        data = clip(container, codec, seconds)
        plain, hurried = packets(data), packets(data, fflags="nobuffer")
        print(f"{container} {seconds} s: {hurried} of {plain} packets")
        changed |= hurried != max(0, plain - lost)
sys.exit("the behaviour changed" if changed else 0)
PY
