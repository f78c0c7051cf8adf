#!/usr/bin/env bash
# Bold text stays full of asterisks in Korean, Japanese and Chinese.
#
# One would guess: **word** is bold in every language, and a Markdown parser takes
#   the asterisks away.
# What happens: where bold ends in a bracket, a quotation mark or a full stop and a
#   letter follows at once, the asterisks are text. Languages that write without
#   blanks, or put particles at the end of a word, do this all the time: seen
#   "**클라우드(Cloud)**는" and "**注意：**请稍等", unchanged. In English the next
#   word comes after a blank, so all is well.
# Why it matters for live voice: language models write exactly such text. What is
#   meant to be spoken keeps the stars, and eSpeak NG says "asterisk asterisk" for
#   them, about a second each time.
# Versions: markdown-it-py 4.3.0; eSpeak NG 1.52.0 (espeakng-loader 0.2.4).
# Cause: CommonMark 0.31, section 6.2: a closing "**" after punctuation counts only
#   before a blank or punctuation; markdown_it/rules_inline/state_inline.py,
#   scanDelims().
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -qq 'markdown-it-py==4.3.0' 'espeakng-loader==0.2.4'
PYTHONIOENCODING=utf-8 "$dir/venv/bin/python" - <<'PY'
import ctypes
import sys
from importlib.metadata import version

import espeakng_loader
from markdown_it import MarkdownIt

print("markdown-it-py", version("markdown-it-py"))
parser = MarkdownIt()
EXPECTED = {
    "**Cloud (remote)** is good": False,
    "**Note:** wait": False,
    "이것은 **매우 중요**합니다": False,
    "**클라우드(Cloud)**는 좋습니다": True,
    "**“고객”**은": True,
    "**注意：**请稍等": True,
    "**重要（じゅうよう）**です": True,
}
changed = []
for text, stays in EXPECTED.items():
    html = parser.renderInline(text)
    print(text, "->", html)
    if ("**" in html) != stays:
        changed.append(text)

espeak = ctypes.CDLL(espeakng_loader.get_library_path())
CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)
samples = 0


@CALLBACK
def take(_sound, count, _events):
    global samples
    samples += count
    return 0


rate = espeak.espeak_Initialize(2, 60, espeakng_loader.get_data_path().encode(), 0)
espeak.espeak_SetSynthCallback(take)
espeak.espeak_SetVoiceByName(b"en")


def seconds(text):
    global samples
    samples = 0
    coded = text.encode() + b"\0"
    espeak.espeak_Synth(coded, len(coded), 0, 0, 0, 1, None, None)
    return samples / rate


bare, starred = seconds("cloud"), seconds("**cloud**")
print(f"eSpeak NG: cloud {bare:.1f} s, **cloud** {starred:.1f} s")
if starred < bare + 1:
    changed.append("eSpeak NG")
sys.exit(f"the behaviour changed: {changed}" if changed else 0)
PY
