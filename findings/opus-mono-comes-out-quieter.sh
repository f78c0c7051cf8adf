#!/usr/bin/env bash
# Mono sound loses 3 dB each time FFmpeg's resampler makes stereo of it.
#
# One would guess: mono to stereo copies the samples into both channels, and back
#   to mono gives them again.
# What happens: each channel gets the sample times 0.7071, and stereo to mono is
#   the plain mean, so a round trip is 3 dB down, and five of them 15 dB. aiortc
#   makes stereo of every mono frame before Opus: a sine of RMS 6364 arrives with
#   4496 on either side. Seen: "20000 after round trips: 14142 10000 7071 5000
#   3535".
# Why it matters for live voice: an agent's mono voice is 3 dB quieter than the
#   recording of it, a bridged call loses 3 dB at every hop, and thresholds set on
#   the sent level (voice detection, echo comparison) are wrong by that much.
# Versions: PyAV 18.1.0 (FFmpeg 8.1 in its wheel), aiortc 1.16.0.
# Cause: FFmpeg libswresample/rematrix.c, auto_matrix(): a front centre channel
#   without a place goes to left and right with a weight of 1/sqrt(2). aiortc:
#   codecs/opus.py, OpusEncoder, whose resampler has the layout "stereo".
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -qq 'av==18.1.0' 'aiortc==1.16.0' 'numpy==2.4.6'
"$dir/venv/bin/python" - <<'PY'
import fractions
import sys
from importlib.metadata import version

import av
import numpy as np
from aiortc.codecs.opus import OpusDecoder, OpusEncoder
from aiortc.jitterbuffer import JitterFrame

print("PyAV", av.__version__, "aiortc", version("aiortc"))


def frame(samples, pts=0, layout="mono"):
    made = av.AudioFrame.from_ndarray(samples[None].astype(np.int16), "s16", layout)
    made.sample_rate, made.pts, made.time_base = 48000, pts, fractions.Fraction(1, 48000)
    return made


level, levels = frame(np.full(960, 20000)), []
for _ in range(5):
    for layout in ("stereo", "mono"):
        level = av.AudioResampler("s16", layout, 48000).resample(level)[0]
    levels.append(int(level.to_ndarray()[0, 480]))
print("20000 after round trips:", *levels)

encoder, decoder, heard = OpusEncoder(), OpusDecoder(), []
sine = 9000 * np.sin(2 * np.pi * 440 * np.arange(96000) / 48000)
for at in range(0, len(sine), 960):
    payloads, timestamp = encoder.encode(frame(sine[at : at + 960], at))
    for payload in payloads:
        for out in decoder.decode(JitterFrame(data=payload, timestamp=timestamp)):
            heard.append(out.to_ndarray().reshape(-1, 2))
sent = float(np.sqrt(np.mean(sine**2)))
left, right = np.sqrt(np.mean(np.concatenate(heard)[9600:].astype(float) ** 2, axis=0))
down = 20 * np.log10(left / sent)
print(f"through aiortc's Opus: RMS {sent:.0f} in, {left:.0f} and {right:.0f} out ({down:.1f} dB)")
if levels != [14142, 10000, 7071, 5000, 3535] or not -3.3 < down < -2.7:
    sys.exit("the behaviour changed")
PY
