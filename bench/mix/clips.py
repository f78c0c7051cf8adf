"""What callers say: clips whose words are known, as the packets that a browser would send."""

import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.campaigns.recognisers import VOICES, _by, _samples
from bench.load import sound
from bench.speaking import SENTENCES
from sessions_app.engine.core.frames import SPEECH_RATE, Samples

LEAD_S, TAIL_S = 0.1, 0.2
"""Silence coded with each clip: before and after it the packets of silence fit on."""

AUDIBLE = 300
ROOM = 40.0
"""The standard deviation of the noise between clips: -58 dB, which the VAD has to judge."""

_FRAME = SPEECH_RATE // 50


@dataclass(frozen=True, slots=True)
class Clip:
    """One utterance: its words, its Opus packets of 20 ms by rate (Hz), where its sound is.

    `first` and `last` are the numbers of the first and the last packet that is audible.
    """

    text: str
    packets: dict[int, list[bytes]]
    first: int
    last: int


def clips() -> list[Clip]:
    """Returns people's clips of the folder SPEECH, where that is set, and flite's voices."""
    said: list[tuple[str, Samples]] = []
    with tempfile.TemporaryDirectory() as folder:
        for number, text in enumerate(SENTENCES):
            voice = VOICES[number % len(VOICES)]
            said.append((text, _samples(_by(Path(folder), voice, text))))
    if "SPEECH" in os.environ:
        people = Path(os.environ["SPEECH"])
        entries = json.loads((people / "transcripts.json").read_text())
        said += [(entry["text"], _samples(people / entry["file"])) for entry in entries]
    return [clip(text, samples) for text, samples in said]


def clip(text: str, samples: Samples) -> Clip:
    """Returns an utterance of int16 mono samples at 16 kHz; silence around it is cut short."""
    loud = np.flatnonzero(np.abs(samples.astype(np.int32)) > AUDIBLE)
    lead, tail = (room(round(s * SPEECH_RATE)) for s in (LEAD_S, TAIL_S))
    whole = np.concatenate([lead, samples[loud[0] : loud[-1] + 1], tail])
    whole = np.pad(whole, (0, -len(whole) % _FRAME))
    first, last = len(lead) // _FRAME, (len(lead) + int(loud[-1] - loud[0])) // _FRAME
    return Clip(text, sound.clips(whole), first, last)


def room(samples: int) -> Samples:
    """Returns what a microphone hears of a quiet room: nothing digital is so silent as zeros."""
    return np.random.default_rng(samples).normal(0, ROOM, samples).astype(np.int16)


def silence() -> dict[int, list[bytes]]:
    """Returns the packets that are sent over and over between clips, by rate."""
    return sound.clips(room(2 * SPEECH_RATE))
