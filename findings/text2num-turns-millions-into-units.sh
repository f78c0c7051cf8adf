#!/usr/bin/env bash
# text2num writes "two point five million" as 2.5 and loses the million.
#
# One would guess: spoken numbers become the same numbers in figures, and what is
#   not understood stays in words.
# What happens: after a decimal the scale word is pasted on as digits. French
#   "deux virgule cinq millions d'euros" gives "2,5000000 d'euros", that is two
#   and a half euros; Spanish, Italian, Portuguese and Dutch are alike. English
#   gives two numbers, "1.5 1000000". And a length of time becomes a rank: "the
#   thirty second break" gives "the 32nd break".
# Why it matters for live voice: this package is the usual last step after speech
#   recognition; the text looks well-formed, so the sum in the minutes is simply
#   wrong by a factor of a million, and the words that were right are gone.
# Versions: text2num 3.1.0.
# Cause: text_to_num's alpha2digit() (from version 3 a compiled module): the words
#   after the decimal word are read as a number of their own and written behind it.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -qq 'text2num==3.1.0'
PYTHONIOENCODING=utf-8 "$dir/venv/bin/python" - <<'PY'
import sys
from importlib.metadata import version

from text_to_num import alpha2digit

print("text2num", version("text2num"))
EXPECTED = [
    ("fr", "deux millions d'euros", "2000000 d'euros"),
    ("fr", "deux virgule cinq millions d'euros", "2,5000000 d'euros"),
    ("es", "dos coma cinco millones", "2,5000000"),
    ("it", "due virgola cinque milioni", "2,5000000"),
    ("pt", "dois vírgula cinco milhões", "2,5000000"),
    ("nl", "twee komma vijf miljoen", "2,5000000"),
    ("en", "one point five million", "1.5 1000000"),
    ("en", "the thirty second break", "the 32nd break"),
    ("en", "a sixty second timer", "a 62nd timer"),
]
changed = []
for language, words, figures in EXPECTED:
    got = alpha2digit(words, language)
    print(f"{language} {words!r} -> {got!r}")
    if got != figures:
        changed.append(words)
sys.exit(f"the behaviour changed: {changed}" if changed else 0)
PY
