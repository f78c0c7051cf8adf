"""What the end-pointing campaign says: thirty utterances of one voice, sixty of others.

Parts of an utterance are said by themselves, with a pause between: callers who stop to think, and
the voices cannot know it, so that their melody falls where a person's would stay up. The sixty
were written after the rules that they measure.
"""

import asyncio
import subprocess
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np

from sessions_app.engine.core.frames import SPEECH_RATE, Samples
from sessions_app.engine.tts.base import Synthesiser
from sessions_app.engine.tts.engines.espeak import EspeakSynthesiser
from sessions_app.engine.tts.engines.hibari import HibariSynthesiser
from tests.fixtures.speech import read_wav

LEAD_S, TAIL_S = 0.6, 4.0
PAUSE_S, BREATH_S = 1.0, 0.4
AUDIBLE = 300
"""A peak (of 32768) of the voices' own silence stays below this."""

Parts = tuple[str, ...]

THIRTY: dict[str, list[Parts]] = {
    "question": [
        ("what time is it",),
        ("where is the station",),
        ("how much does it cost",),
        ("can you help me",),
        ("is the shop open today",),
        ("who wrote this book",),
        ("when does the train leave",),
        ("do you have a room for tonight",),
    ],
    "answer": [
        ("yes",),
        ("no thank you",),
        ("that is all",),
        ("okay goodbye",),
    ],
    "statement": [
        ("i would like to book a table",),
        ("my name is john miller",),
        ("the weather is very nice today",),
        ("please call me back on monday",),
        ("we need more paper for the printer",),
        ("i am looking for my keys",),
        ("the meeting begins in the morning",),
        ("there is a problem with my computer",),
    ],
    "number": [
        ("my number is five five five", "one two three", "four five six seven"),
        ("zero four zero", "five five one", "two three four eight"),
        ("the code is nine nine one", "two three four", "five six seven eight"),
        ("it is four two one", "seven seven", "eight zero nine three one"),
        ("call me on six zero three", "four four two", "nine eight one seven"),
    ],
    "pause": [
        ("i would like a ticket to london and", "one to paris"),
        ("we could meet on monday or", "maybe on tuesday"),
        ("i went to the", "new market in the city"),
        ("the reason is that", "nobody told me"),
        ("can you send the letter to", "my brother in berlin"),
    ],
}
SIXTY: dict[str, list[Parts]] = {
    "question": [
        ("do you deliver to the islands",),
        ("which floor is the office on",),
        ("have you got anything cheaper",),
        ("what should i bring with me",),
        ("why was my order cancelled",),
        ("are dogs allowed in the hotel",),
        ("how long does the repair take",),
        ("could we move it to wednesday",),
        ("where can i leave my luggage",),
        ("did anybody call while i was out",),
        ("who is going to pick us up",),
        ("will it rain this afternoon",),
    ],
    "answer": [
        ("no i don't think so",),
        ("two adults and a child",),
        ("not that i know of",),
        ("sure go ahead",),
        ("the day after tomorrow",),
        ("neither of them",),
        ("a window seat please",),
        ("yes i have",),
    ],
    "statement": [
        ("my suitcase did not arrive with the plane",),
        ("we have decided to take the bigger flat",),
        ("somebody parked in front of my garage",),
        ("please turn the music down",),
        ("i lost my bank card yesterday",),
        ("our internet has been slow all week",),
        ("you can leave the parcel with the neighbours",),
        ("this is exactly what i was looking for",),
        ("add two litres of milk to the list",),
        ("the children are asleep already",),
        ("it started when i installed the update",),
        ("she wants to learn how to swim",),
    ],
    "number": [
        ("our customer number is", "three three eight", "nine two six one"),
        ("you may call seven oh two", "four six six", "one one nine five"),
        ("the reference is eight one", "five zero", "two two seven"),
        ("my date of birth is the ninth of", "march nineteen eighty two"),
        ("it comes to one hundred", "and fifteen pounds"),
        ("the last four digits are", "six six zero three"),
    ],
    "pause": [
        ("i need a taxi from the airport to", "the old town"),
        ("we were thinking of", "a holiday in the mountains"),
        ("please tell my boss that", "i will be a little late"),
        ("the blue jacket is nice but", "it is too small for me"),
        ("if the lift is broken", "how do we get upstairs"),
        ("can i change the name on", "my reservation"),
        ("my husband is allergic to", "nuts and eggs"),
        ("it would be great to have", "somebody who speaks french"),
        ("while you are looking for it", "i can give you my address"),
        ("she bought apples bananas and", "a bag of rice"),
        ("well um", "it is hard to explain"),
        ("i was told to speak with your", "colleague from accounting"),
        ("either we leave now or", "we miss the last bus"),
        ("what i do not understand is", "the extra charge on the bill"),
    ],
    "breath": [
        ("that sounds good", "when can you come"),
        ("hello", "this is peter from the garage"),
        ("the screen is black", "i tried to restart it twice"),
        ("thanks for calling back", "i have good news"),
        ("no problem", "we can do that on friday"),
        ("it is not urgent", "take your time"),
        ("i found the receipt", "it was in my coat"),
        ("wait a moment", "i will get a pen"),
    ],
}
"""Between the parts of `breath` lie 0.4 s, as between two sentences of somebody who goes on."""

VOICES = ("hibari", "flite rms", "espeak en-us", "flite awb", "hibari", "espeak en-gb+f3")
"""Of the sixty, in turn."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """An utterance: its audio, and where its last part begins and ends, in ms."""

    name: str
    kind: str
    audio: Samples
    last_ms: float
    end_ms: float


def thirty(folder: Path) -> list[Spoken]:
    """Returns the thirty, said by flite's voice slt."""
    listed = [(kind, parts) for kind, many in THIRTY.items() for parts in many]
    return [
        _joined(f"thirty-{n}", kind, [_flite(folder, "slt", part) for part in parts])
        for n, (kind, parts) in enumerate(listed)
    ]


async def sixty(folder: Path) -> list[Spoken]:
    """Returns the sixty."""
    synthesisers: dict[str, Synthesiser] = {
        "espeak": EspeakSynthesiser(),
        "hibari": HibariSynthesiser(),
    }
    found = []
    listed = [(kind, parts) for kind, many in SIXTY.items() for parts in many]
    try:
        for n, (kind, parts) in enumerate(listed):
            engine, _, voice = VOICES[n % len(VOICES)].partition(" ")
            pieces = [
                _flite(folder, voice, part)
                if engine == "flite"
                else await _said(synthesisers[engine], voice, part)
                for part in parts
            ]
            found.append(_joined(f"sixty-{n}", kind, [_trimmed(piece) for piece in pieces]))
    finally:
        await asyncio.gather(*(one.aclose() for one in synthesisers.values()))
    return found


def _joined(name: str, kind: str, pieces: list[Samples]) -> Spoken:
    """Returns the parts with pauses between them, and silence around."""
    pause = _silence(BREATH_S if kind == "breath" else PAUSE_S)
    before = [_silence(LEAD_S), *(one for piece in pieces[:-1] for one in (piece, pause))]
    last = sum(map(len, before))
    audio = np.concatenate([*before, pieces[-1], _silence(TAIL_S)])
    spoken = np.flatnonzero(np.abs(pieces[-1].astype(np.int32)) > AUDIBLE)[-1]
    ms = 1000 / SPEECH_RATE
    return Spoken(name, kind, audio, last * ms, (last + int(spoken)) * ms)


def _silence(length_s: float) -> Samples:
    return np.zeros(round(length_s * SPEECH_RATE), np.int16)


def _trimmed(samples: Samples) -> Samples:
    """Returns speech without the silence that a voice puts around it."""
    loud = np.flatnonzero(np.abs(samples.astype(np.int32)) > AUDIBLE)
    return samples[loud[0] : loud[-1] + 1]


def _flite(folder: Path, voice: str, text: str) -> Samples:
    path = folder / "flite.wav"
    command = ["flite", "-voice", voice, "-t", text, "-o", str(path)]
    subprocess.run(command, check=True, timeout=60)
    return read_wav(path)


async def _said(synthesiser: Synthesiser, voice: str, text: str) -> Samples:
    chunks = [chunk async for chunk in synthesiser.stream(text, voice=voice)]
    whole = np.concatenate([chunk.samples for chunk in chunks])
    frame = av.AudioFrame.from_ndarray(whole.reshape(1, -1), "s16", "mono")
    frame.sample_rate = chunks[0].sample_rate
    resampler = av.AudioResampler("s16", "mono", SPEECH_RATE)
    out = [*resampler.resample(frame), *resampler.resample(None)]
    return np.concatenate([piece.to_ndarray().reshape(-1) for piece in out])
