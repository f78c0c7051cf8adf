#!/usr/bin/env bash
# Opus "in-band FEC" makes no repair data at all below a hidden bit rate.
#
# One would guess: with FEC on and a loss given, packets carry repair data, worse
#   or fewer at a low bit rate, more of it as the rate grows.
# What happens: it is all or nothing, and the threshold depends on the loss told.
#   Speech at 16 kbit/s carries none at 20 % loss and at 18 kbit/s in 87 % of its
#   packets; with 5 % loss 48 kHz sound needs 32 kbit/s (24: none). The size of the
#   packets does not show it, and reading the setting back says that FEC is on.
# Why it matters for live voice: an answer with "useinbandfec=1" and a thrifty
#   "maxaveragebitrate=16000" asks for repair and gets none, on just the lines that
#   need it, while the receiver's attempts to use it fall back to concealment
#   without an error.
# Versions: libopus 1.6.1, as a library inside the wheel of PyAV 18.1.0.
# Cause: libopus src/opus_encoder.c, decide_fec() and its table fec_thresholds: a
#   rate for each bandwidth, lowered by the loss up to 25 %. At 5 % or less FEC may
#   not narrow the bandwidth to come under it.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -qq 'av==18.1.0' 'numpy==2.4.6' 'espeakng-loader==0.2.4'
"$dir/venv/bin/python" - <<'PY'
import ctypes
import pathlib
import sys

import av
import espeakng_loader
import numpy as np

espeak = ctypes.CDLL(espeakng_loader.get_library_path())
CALLBACK = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
)
pieces = []


@CALLBACK
def take(sound, count, _events):
    if count:
        pieces.append(np.ctypeslib.as_array(sound, (count,)).copy())
    return 0


rate = espeak.espeak_Initialize(2, 60, espeakng_loader.get_data_path().encode(), 0)
espeak.espeak_SetSynthCallback(take)
espeak.espeak_SetVoiceByName(b"en")
text = b"Good morning. This is a longer sentence about the weather, and here is one more.\0"
espeak.espeak_Synth(text, len(text), 0, 0, 0, 1, None, None)
spoken = av.AudioFrame.from_ndarray(np.concatenate(pieces)[None], "s16", "mono")
spoken.sample_rate = rate
to_48k = av.AudioResampler("s16", "mono", 48000)
speech = np.concatenate([f.to_ndarray()[0] for f in to_48k.resample(spoken)])

library = next(pathlib.Path(av.__file__).parent.parent.glob("av.libs/libopus*"))
opus = ctypes.CDLL(str(library))
opus.opus_get_version_string.restype = ctypes.c_char_p
opus.opus_encoder_create.restype = ctypes.c_void_p
print(opus.opus_get_version_string().decode())
VOIP, SET_BITRATE, SET_FEC, GET_FEC, SET_LOSS, FRAME = 2048, 4002, 4012, 4013, 4014, 960


def repaired(kbits, loss):
    """Per cent of the packets that carry repair data."""
    encoder = ctypes.c_void_p(opus.opus_encoder_create(48000, 1, VOIP, None))
    for request, value in ((SET_FEC, 1), (SET_LOSS, loss), (SET_BITRATE, kbits * 1000)):
        assert opus.opus_encoder_ctl(encoder, request, ctypes.c_int(value)) == 0
    packet = ctypes.create_string_buffer(1500)
    found = []
    for at in range(0, len(speech) - FRAME, FRAME):
        frame = np.ascontiguousarray(speech[at : at + FRAME])
        size = opus.opus_encode(encoder, frame.ctypes.data_as(ctypes.c_void_p), FRAME, packet, 1500)
        assert size > 0
        found.append(opus.opus_packet_has_lbrr(packet, size))
    says = ctypes.c_int()
    opus.opus_encoder_ctl(encoder, GET_FEC, ctypes.byref(says))
    assert says.value == 1
    opus.opus_encoder_destroy(encoder)
    return round(100 * sum(found) / len(found))


RATES = (12, 16, 18, 20, 24, 32)
seen = {loss: {kbits: repaired(kbits, loss) for kbits in RATES} for loss in (5, 10, 20, 30)}
for loss, row in seen.items():
    print(f"loss {loss} %:", ", ".join(f"{k} kbit/s {p} %" for k, p in row.items()))
FIRST = {5: 32, 10: 18, 20: 18, 30: 16}  # the lowest of these rates that has any
kept = all(
    (share > 60) if kbits >= FIRST[loss] else (share == 0)
    for loss, row in seen.items()
    for kbits, share in row.items()
)
sys.exit(0 if kept else "the behaviour changed")
PY
