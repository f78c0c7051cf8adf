#!/usr/bin/env bash
# PocketSphinx puts the model's own settings over those given to Decoder().
#
# One would guess: a keyword argument wins over a default from a file.
# What happens: Decoder(remove_noise=False, lowerf=200, nfilt=20) has remove_noise
#   True, lowerf 130 and nfilt 25; the model folder's feat.params is read after the
#   keywords and overrides them. No warning. Keywords that the file does not name
#   (such as lw) are kept, so most experiments seem to work.
# Why it matters for live voice: noise removal is a switch that one tries for
#   telephone audio; switched "off" it goes on, and a comparison of both settings
#   measures the same thing twice. Set such values in a copy of the model folder,
#   or in decoder.config before reinit_feat(), where they stay as set.
# Versions: pocketsphinx 5.1.1 with the en-us model of its wheel.
# Cause: src/pocketsphinx.c, ps_init() and ps_expand_model_config(): feat.params is
#   parsed into the same configuration, over what is there.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -qq 'pocketsphinx==5.1.1'
"$dir/venv/bin/python" - <<'PY'
import pathlib
import sys
from importlib.metadata import version

from pocketsphinx import Decoder, get_model_path

print("pocketsphinx", version("pocketsphinx"))
params = pathlib.Path(get_model_path("en-us/en-us"), "feat.params").read_text().split()
print("feat.params:", *params)
asked = {"remove_noise": False, "lowerf": 200.0, "nfilt": 20, "lw": 5.0}
decoder = Decoder(loglevel="FATAL", **asked)
got = {name: decoder.config[name] for name in asked}
print("asked:", asked)
print("got:  ", got)
for name, value in asked.items():
    decoder.config[name] = value
decoder.reinit_feat()
later = {name: decoder.config[name] for name in asked}
print("set after init, then reinit_feat():", later)
kept = got == {**asked, "remove_noise": True, "lowerf": 130.0, "nfilt": 25} and later == asked
sys.exit(0 if kept else "the behaviour changed")
PY
