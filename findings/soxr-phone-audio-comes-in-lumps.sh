#!/usr/bin/env bash
# The streaming soxr resampler holds telephone audio back by up to 120 ms.
#
# One would guess: 20 ms in, about 20 ms out, after a filter's delay of a few
#   milliseconds; a lower quality is quicker.
# What happens: from 8 to 16 kHz the first five chunks of 20 ms give nothing, then
#   104 ms come at once; so it goes on. The block is a number of samples, so the
#   wait doubles when the rate halves: 48 to 16 kHz waits 40 ms, 8 to 16 kHz 120.
#   The qualities LQ to VHQ hardly differ: 80, 120, 120, 120 ms. Only QQ is even.
# Why it matters for live voice: 120 ms of added delay on exactly the narrow lines,
#   and a voice detector that is fed in lumps of five windows. FFmpeg's resampler
#   on the same chunks gives 18 ms at once and 20 each time after.
# Versions: soxr 1.1.0, PyAV 18.1.0 beside it.
# Cause: libsoxr's rate stages filter by FFT in blocks of a fixed number of
#   samples (src/cr.c, dft_stage_fn() and dft_stage_init()).
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -qq 'soxr==1.1.0' 'av==18.1.0' 'numpy==2.4.6'
"$dir/venv/bin/python" - <<'PY'
import sys
from importlib.metadata import version

import av
import numpy as np
import soxr

print("soxr", version("soxr"), "PyAV", av.__version__)


def chunks(rate):
    return [np.zeros(rate // 50, np.int16) for _ in range(50)]


def by_soxr(source, target, quality):
    stream = soxr.ResampleStream(source, target, 1, dtype="int16", quality=quality)
    return [len(stream.resample_chunk(chunk)) * 1000 / target for chunk in chunks(source)]


def by_ffmpeg(source, target):
    stream = av.AudioResampler("s16", "mono", target)
    out = []
    for chunk in chunks(source):
        frame = av.AudioFrame.from_ndarray(chunk[None], "s16", "mono")
        frame.sample_rate = source
        out.append(sum(part.samples for part in stream.resample(frame)) * 1000 / target)
    return out


def show(name, got):
    first = next(n for n, ms in enumerate(got, 1) if ms) * 20
    print(f"{name}: first sound after {first} ms in, then", *[f"{ms:.0f}" for ms in got[:12]])
    return first


seen = {}
for source in (8000, 48000):
    for quality in ("QQ", "LQ", "MQ", "HQ", "VHQ"):
        name = f"soxr {quality} {source} to 16000"
        seen[source, quality] = show(name, by_soxr(source, 16000, quality))
other = show("FFmpeg 8000 to 16000", by_ffmpeg(8000, 16000))
phone = [seen[8000, quality] for quality in ("QQ", "LQ", "MQ", "HQ", "VHQ")]
kept = phone[0] == 20 and min(phone[2:]) >= 100 and seen[48000, "HQ"] <= 40 and other == 20
sys.exit(0 if kept else "the behaviour changed")
PY
