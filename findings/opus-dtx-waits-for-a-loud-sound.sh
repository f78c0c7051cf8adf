#!/usr/bin/env bash
# Opus DTX does not begin before the stream has held something loud.
#
# One would guess: with DTX on, a quiet room is sent as DTX at any complexity; a
#   higher complexity would only know silence better.
# What happens: at complexity 7 and above, faint steady noise is never sent as
#   DTX if nothing loud came before it: 0 of 1000 packets in 20 s, against 943 at
#   complexity 6. After 1 s of a loud sound the same noise is DTX at both.
# Why it matters for live voice: someone who only listens, or whose microphone
#   opens into a quiet room, is sent in full for as long as they say nothing, at
#   the default complexity. Servers that rely on DTX to skip voice detection, or
#   plan their load by it, pay full price for silent callers.
# Versions: libopus 1.6.1, as a library inside the wheel of PyAV 18.1.0.
# Cause: libopus src/opus_encoder.c, opus_encode_native(): from complexity 7 on
#   the tonality analysis is run, and a frame that it takes for noise counts as
#   inactive only when it is 25 dB under peak_signal_energy, which only frames that
#   are taken for speech raise: before the first of them it is nought.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -qq 'av==18.1.0' 'numpy==2.4.6'
"$dir/venv/bin/python" - <<'PY'
import ctypes
import pathlib
import sys

import av
import numpy as np

library = next(pathlib.Path(av.__file__).parent.parent.glob("av.libs/libopus*"))
opus = ctypes.CDLL(str(library))
opus.opus_get_version_string.restype = ctypes.c_char_p
opus.opus_encoder_create.restype = ctypes.c_void_p
print(opus.opus_get_version_string().decode())

VOIP, SET_BITRATE, SET_COMPLEXITY, SET_DTX = 2048, 4002, 4010, 4016
RATE, FRAME = 48000, 960


def dtx(sound, complexity):
    """How many 20 ms packets of the last 20 s say no more than "silence"."""
    encoder = ctypes.c_void_p(opus.opus_encoder_create(RATE, 1, VOIP, None))
    for request, value in ((SET_DTX, 1), (SET_BITRATE, 24000), (SET_COMPLEXITY, complexity)):
        opus.opus_encoder_ctl(encoder, request, ctypes.c_int(value))
    packet = ctypes.create_string_buffer(1500)
    sizes = []
    for at in range(0, len(sound), FRAME):
        frame = np.ascontiguousarray(sound[at : at + FRAME], np.int16)
        pointer = frame.ctypes.data_as(ctypes.c_void_p)
        sizes.append(opus.opus_encode(encoder, pointer, FRAME, packet, 1500))
    opus.opus_encoder_destroy(encoder)
    assert min(sizes) > 0
    return sum(size <= 2 for size in sizes[-1000:])


room = np.random.default_rng(0).normal(0, 5, RATE * 20)  # about -76 dBFS
time = np.arange(RATE) / RATE
loud = 4000 * sum(np.sin(2 * np.pi * hz * time) for hz in (180, 900, 2300))
seen = {}
for name, sound in (("room alone", room), ("1 s loud, then room", np.append(loud, room))):
    for complexity in (5, 6, 7, 9, 10):
        seen[name, complexity] = count = dtx(sound, complexity)
        print(f"{name}, complexity {complexity}: {count} of 1000 packets are DTX")
wrong = [
    key for key, count in seen.items()
    if (count > 0 if key[0] == "room alone" and key[1] >= 7 else count < 700)
]
sys.exit(f"the behaviour changed: {wrong}" if wrong else 0)
PY
