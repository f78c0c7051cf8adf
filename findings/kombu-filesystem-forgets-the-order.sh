#!/usr/bin/env bash
# Kombu's filesystem broker hands messages out in the alphabet's order.
#
# One would guess: first in, first out, at least for one sender and one reader.
# What happens: the order is that of the file names: milliseconds of uptime as
#   text without leading zeros, then a random UUID. Messages of one millisecond
#   come in random order; where the uptime gains a digit (2.8 hours, 28 hours,
#   11.6 days) the newer message sorts first, and after a restart of the machine
#   everything new goes before what had waited. Seen: "sent a b c d, got c d a
#   b" and "40 in a row: 9 out of place" (the 9 varies).
# Why it matters for live voice: the step that closes a call can be run before the
#   one that writes its recording, only on some days; a test never meets it.
# Versions: kombu 5.7.0 (Celery's "filesystem://" broker).
# Cause: kombu/transport/filesystem.py: Channel._put() names the file by
#   monotonic(), Channel._get() takes the first of sorted(listdir()).
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -qq 'kombu==5.7.0'
"$dir/venv/bin/python" - "$dir" <<'PY'
import os
import sys
from unittest import mock

import kombu
from kombu import Connection

print("kombu", kombu.__version__)
box, control = os.path.join(sys.argv[1], "box"), os.path.join(sys.argv[1], "control")
os.mkdir(box)
options = {"data_folder_in": box, "data_folder_out": box, "control_folder": control}


def take(queue, count):
    got = []
    for _ in range(count):
        message = queue.get(timeout=5)
        message.ack()
        got.append(message.payload)
    return got


with Connection("filesystem://", transport_options=options) as connection:
    queue = connection.SimpleQueue("calls")
    # a machine that has been up for just under and just over 2.8 hours
    for word, uptime in (("a", 9999.8), ("b", 9999.9), ("c", 10000.1), ("d", 10000.2)):
        with mock.patch("kombu.transport.filesystem.monotonic", lambda: uptime):
            queue.put(word)
    got = take(queue, 4)
    print("sent a b c d, got", *got)

    worst = 0
    for _ in range(5):
        for number in range(40):
            queue.put(number)
        row = take(queue, 40)
        assert sorted(row) == list(range(40))
        worst = max(worst, sum(at != number for at, number in enumerate(row)))
    print(f"40 in a row: {worst} out of place")
sys.exit(0 if got == ["c", "d", "a", "b"] and worst else "the behaviour changed")
PY
