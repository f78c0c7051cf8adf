#!/usr/bin/env bash
# num2words says another number than the one it was given.
#
# One would guess: a float is read out as it is, or an error is raised.
# What happens: from minus one to nought the sign is lost in most languages:
#   -0.5 is "zero point five", "null Komma fünf", "cero punto cinco". Vietnamese
#   reads -1.5 as "mười chín phẩy năm mươi" (nineteen point fifty), Persian reads
#   1.05 as "یک و نیم" (one and a half), Turkish reads 1.005 as "birvirgül" (one
#   point, and nothing). Polish raises ValueError for -1.5. -1.5 is right in
#   English, so a test with that passes.
# Why it matters for live voice: temperatures, balances and changes are spoken
#   wrong, in a sure voice, with nothing on a screen to show it.
# Versions: num2words 0.5.14.
# Cause: num2words/base.py, to_cardinal_float(): the whole part of -0.5 is 0, so
#   its sign is gone; lang_VI.py, number_to_text(), takes a negative index into its
#   table; lang_FA.py, float2tuple() and fractional(), drop leading zeros.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -qq 'num2words==0.5.14'
PYTHONIOENCODING=utf-8 "$dir/venv/bin/python" - <<'PY'
import sys
from importlib.metadata import version

from num2words import num2words

print("num2words", version("num2words"))
EXPECTED = {
    ("en", -1.5): "minus one point five",
    ("en", -0.5): "zero point five",
    ("de", -0.5): "null Komma fünf",
    ("fr", -0.5): "zéro virgule cinq",
    ("es", -0.5): "cero punto cinco",
    ("it", -0.5): "meno zero virgola cinque",
    ("vi", 19.5): "mười chín phẩy năm mươi",
    ("vi", -1.5): "mười chín phẩy năm mươi",
    ("fa", 1.5): "یک و نیم",
    ("fa", 1.05): "یک و نیم",
    ("tr", 1.005): "birvirgül",
    ("pl", -1.5): "ValueError",
}
changed = []
for (language, number), words in EXPECTED.items():
    try:
        said = num2words(number, lang=language)
    except ValueError as error:
        said = type(error).__name__
    print(language, number, "->", said)
    if said != words:
        changed.append((language, number))
sys.exit(f"the behaviour changed: {changed}" if changed else 0)
PY
