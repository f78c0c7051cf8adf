#!/usr/bin/env bash
# pysubs2 drops a caption's number, and shows what a caption file says in notes.
#
# One would guess: reading a valid WebVTT file gives the text of its cues.
# What happens: a last line that is only digits is taken for the number of the
#   next cue and removed: "Your code is / 4711" becomes "Your code is". A NOTE
#   block, and the name of the next cue, are joined to the cue before them, so
#   they are shown as spoken. "&amp;" stays as it is and goes so into SRT.
#   webvtt-py reads the same file right but for the entity.
# Why it matters for live voice: codes, years, prices and telephone numbers are
#   the very lines that get lost, silently, when a transcript is converted or
#   checked by reading it back; notes to the editor get on the screen.
# Versions: pysubs2 1.8.1; webvtt-py 0.6.0 beside it.
# Cause: pysubs2/formats/webvtt.py shares subrip.py's from_file(), which knows no
#   blocks: everything up to the next line with two times is the text, and
#   prepare_text() cuts a number off its end. WebVTT, section 4.1: a blank line
#   ends a cue, a comment block is none.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -qq 'pysubs2==1.8.1' 'webvtt-py==0.6.0'
"$dir/venv/bin/python" - <<'PY'
import sys
from importlib.metadata import version

import pysubs2
import webvtt

print("pysubs2", version("pysubs2"), "webvtt-py", version("webvtt-py"))
TEXT = """WEBVTT

00:01.000 --> 00:02.000
Your code is
4711

00:02.000 --> 00:03.000
Ask Smith &amp; Sons.

NOTE
Not sure about that name.

closing words
00:03.000 --> 00:04.000
Goodbye.
"""
one = [event.plaintext for event in pysubs2.SSAFile.from_string(TEXT)]
other = [cue.text for cue in webvtt.from_string(TEXT)]
for pair in zip(one, other, strict=True):
    print("pysubs2: {!r}\nwebvtt:  {!r}".format(*pair))
expected_one = [
    "Your code is",
    "Ask Smith &amp; Sons.\n\nNOTE\nNot sure about that name.\n\nclosing words",
    "Goodbye.",
]
expected_other = ["Your code is\n4711", "Ask Smith &amp; Sons.", "Goodbye."]
srt = pysubs2.SSAFile.from_string(TEXT).to_string("srt")
kept = one == expected_one and other == expected_other
sys.exit(0 if kept and "Smith &amp; Sons" in srt and "4711" not in srt else "the behaviour changed")
PY
