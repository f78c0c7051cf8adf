"""Packets that no client should send, made from the corpus: what breaks becomes part of it."""

import hashlib
import random
import time

from bench.tables import write_table
from tests.fixtures.wire import CORPUS, hear, mutated

LASTS_S = 120.0
DEPTH = 4
"""How often a case is changed before the next begins from the original."""


def main() -> None:
    """Hears changed cases for LASTS_S; writes docs/campaigns/packets.md."""
    blobs = [path.read_bytes() for path in sorted(CORPUS.glob("*.bin"))]
    chance = random.Random()
    began, count, heard_ms = time.monotonic(), 0, 0.0
    while time.monotonic() - began < LASTS_S:
        blob = chance.choice(blobs)
        for _ in range(DEPTH):
            blob = mutated(blob, blobs, chance)
            heard_ms += _heard(blob)
            count += 1
    headline = f"{count} cases made of {len(blobs)}: none broke the audio path"
    rows = [[str(len(blobs)), str(count), f"{heard_ms / 60_000:.0f}"]]
    head = ["cases in the corpus", "cases made of them", "minutes of audio heard"]
    print(write_table("packets", "Hostile packets", headline, head, rows))


def _heard(blob: bytes) -> float:
    try:
        return sum(frame.duration_ms for frame in hear(blob))
    except Exception:
        name = f"broke-{hashlib.sha256(blob).hexdigest()[:12]}.bin"
        (CORPUS / name).write_bytes(blob)
        print(f"{name} breaks it, and is in the corpus now")
        raise
