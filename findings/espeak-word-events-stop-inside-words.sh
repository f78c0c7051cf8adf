#!/usr/bin/env bash
# eSpeak NG's word events do not match the words of the text.
#
# One would guess: one event a word, with its place and its length in characters.
# What happens: the length stops at an apostrophe, and is 0 for a word in curly
#   quotes; a number brings one event for each word that is spoken of it, the later
#   ones at places inside it and with lengths past its end. Seen: "don't stop" gives
#   "don", "stop"; "say “stop” now" gives "say", "", "now"; "in 2026 yes" gives
#   "in", "2026", then "026 " four times, then "yes".
# Why it matters for live voice: these events tell what a caller heard before
#   interrupting. Cutting the text at place + length leaves "don" as said, and
#   counting events as words is ahead by four after a year. Go by the place alone,
#   back to the word's start, and take the word's end from the text.
# Versions: eSpeak NG 1.52.0 (in the wheel espeakng-loader 0.2.4).
# Cause: src/libespeak-ng/synthesize.c, Generate(): place and length come from a
#   phoneme's packed sourceix, as translate.c filled it, and each start of a word
#   among the phonemes makes an event, those of a spoken number too.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -qq 'espeakng-loader==0.2.4'
PYTHONIOENCODING=utf-8 "$dir/venv/bin/python" - <<'PY'
import ctypes
import sys

import espeakng_loader

espeak = ctypes.CDLL(espeakng_loader.get_library_path())
espeak.espeak_Info.restype = ctypes.c_char_p


class Event(ctypes.Structure):
    _fields_ = [
        ("type", ctypes.c_int),
        ("message", ctypes.c_uint),
        ("place", ctypes.c_int),
        ("length", ctypes.c_int),
        ("milliseconds", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("name", ctypes.c_char * 8),
    ]


CALLBACK = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(Event)
)
END, WORD, SYNCHRONOUS, UTF8 = 0, 1, 2, 1
spans = []


@CALLBACK
def take(_samples, _count, events):
    at = 0
    while events[at].type != END:
        if events[at].type == WORD:
            spans.append((events[at].place - 1, events[at].length))
        at += 1
    return 0


espeak.espeak_Initialize(SYNCHRONOUS, 60, espeakng_loader.get_data_path().encode(), 0)
espeak.espeak_SetSynthCallback(take)
espeak.espeak_SetVoiceByName(b"en")
print("eSpeak NG", espeak.espeak_Info(None).decode())


def words(text):
    spans.clear()
    coded = text.encode() + b"\0"
    espeak.espeak_Synth(coded, len(coded), 0, 0, 0, UTF8, None, None)
    return [text[place : place + length] for place, length in spans]


EXPECTED = {
    "stop it now": ["stop", "it", "now"],
    "don't stop": ["don", "stop"],
    "it’s so": ["it", "so"],
    "say “stop” now": ["say", "", "now"],
    'say "stop" now': ["say", "stop", "now"],
    "in 2026 yes": ["in", "2026", "026 ", "026 ", "026 ", "026 ", "yes"],
}
changed = []
for text, expected in EXPECTED.items():
    got = words(text)
    print(repr(text), "->", got)
    if got != expected:
        changed.append(text)
sys.exit(f"the behaviour changed: {changed}" if changed else 0)
PY
