"""What the embedded recogniser writes where nobody speaks, and what it costs short answers.

Seventeen kinds of sound that are no words go through the VAD and the gate; then short answers,
letters, digits and names of four voices are recognised, with and without the rules that keep
inventions out.
"""

import asyncio
import subprocess
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from unittest import mock

import numpy as np

from bench.campaigns.voices import Floats, as_samples, at_level, coloured, hum, keys
from bench.spoken import plain
from bench.tables import write_table
from sessions_app.engine.audio.vad.silero import SileroVad
from sessions_app.engine.core.frames import SPEECH_RATE, AudioFrame, Samples
from sessions_app.engine.stt.batch_transcribe import find_speech, items
from sessions_app.engine.stt.moonshine import utterance as deciding
from sessions_app.engine.stt.moonshine.files import checked
from sessions_app.engine.stt.moonshine.model import Model
from sessions_app.engine.stt.moonshine.utterance import MoonshineUtterance
from sessions_app.engine.stt.speech_gate import Flush
from tests.fixtures.speech import read_wav

MINUTES = 1
LEVEL = 1_500.0
VOICES = ("slt", "rms", "awb", "kal16")
Sound = Callable[[np.random.Generator, int], Floats]
"""Makes that many samples with a generator of its own."""


def main() -> None:
    """Measures noises, then short answers, and writes the table."""
    model = Model(checked())
    rows, total = [], 0
    for name, make in SOUNDS.items():
        passed, written = 0, list[str]()
        for seed in (1, 2):
            dice = np.random.default_rng(seed)
            sound = make(dice, 60 * MINUTES * SPEECH_RATE)
            texts = asyncio.run(heard(model, as_samples(at_level(sound, LEVEL))))
            passed += len(texts)
            written += [text for text in texts if text]
        words = sum(len(text.split()) for text in written)
        total += 0 if name in SPOKEN else words
        rows.append([name, str(passed), str(words), ", ".join(sorted(set(written)))[:60]])
        print(rows[-1], flush=True)
    minutes = 2 * MINUTES * (len(SOUNDS) - len(SPOKEN))
    right, lost, number = answers(model)
    headline = (
        f"{total / minutes:.2f} words a minute in {minutes} minutes without any (babble is speech, "
        f"if nobody's); of {number} short answers {right} are right, and {lost} right ones are "
        "kept out"
    )
    head = ["sound", "utterances that the VAD lets through", "words written", "such as"]
    print(write_table("invented", "Invented words", headline, head, rows))


async def heard(model: Model, samples: Samples) -> list[str]:
    """Returns the text of each utterance that gets past the VAD, empty ones too."""
    vad = SileroVad()
    await vad.start()
    audio = [AudioFrame(samples, SPEECH_RATE, 0.0)]
    try:
        spoken = await find_speech(partial(list, audio), vad)
    finally:
        await vad.aclose()
    texts, present = [], MoonshineUtterance(model)
    for item in items(audio, spoken):
        if isinstance(item, AudioFrame):
            present.add((item.samples / 32_768).astype(np.float32))
            if present.due():
                present.interim()
        elif isinstance(item, Flush):
            texts.append(present.final().text)
            present = MoonshineUtterance(model)
    return texts


def answers(model: Model) -> tuple[int, int, int]:
    """Returns how many short answers are right, how many right ones the rules lose, and all."""
    right = lost = number = 0
    with tempfile.TemporaryDirectory() as folder:
        for voice in VOICES:
            for text in ANSWERS:
                audio = said(Path(folder), voice, text)
                number += 1
                found = _final(model, audio)
                ruled = is_same(text, found)
                right += ruled
                with mock.patch.object(deciding, "is_hallucinated", return_value=False):
                    bare = _final(model, audio)
                if is_same(text, bare) and not ruled:
                    lost += 1
                    print("lost:", voice, text, "as", bare, flush=True)
    return right, lost, number


def said(folder: Path, voice: str, text: str) -> Floats:
    """Returns a phrase of flite's, with the silence that the gate leaves around it."""
    path = folder / "said.wav"
    command = ["flite", "-voice", voice, "-t", text, "-o", str(path)]
    subprocess.run(command, check=True, timeout=60)
    pause = np.zeros(SPEECH_RATE // 4)
    return np.concatenate([pause, read_wav(path) / 32_768, pause]).astype(np.float32)


def is_same(said: str, heard: str) -> bool:
    """Returns whether it is the same but for marks, case and figures."""
    return _figured(plain(said)) == _figured(plain(heard))


def _figured(text: str) -> str:
    return " ".join(str(DIGITS.index(word)) if word in DIGITS else word for word in text.split())


def _final(model: Model, audio: Floats) -> str:
    speech = MoonshineUtterance(model)
    speech.add(audio.astype(np.float32))
    return speech.final().text


# -- sounds that are no words ------------------------------------------------------------------


def _bursts(
    dice: np.random.Generator, length: int, each: Callable[[int], Floats], a_minute: int, s: float
) -> Floats:
    """Returns a quiet room with bursts of `each`, `s` seconds long on the average."""
    out = 0.01 * dice.normal(0, 1, length)
    for at in dice.integers(0, length - 2 * SPEECH_RATE, a_minute * length // SPEECH_RATE // 60):
        size = int(s * SPEECH_RATE * dice.uniform(0.6, 1.4))
        out[at : at + size] += each(size)
    return out


def _tones(length: int, *pitches: float) -> Floats:
    at = np.arange(length) / SPEECH_RATE
    return np.asarray(sum(np.sin(2 * np.pi * pitch * at) for pitch in pitches), np.float64)


def _on_and_off(sound: Floats, on_s: float, off_s: float) -> Floats:
    period = int((on_s + off_s) * SPEECH_RATE)
    return sound * (np.arange(len(sound)) % period < on_s * SPEECH_RATE)


def _voiced(dice: np.random.Generator, length: int, low: float, high: float) -> Floats:
    """Returns a voice without words: harmonics of a pitch that wanders, the low ones louder."""
    steps = max(length // 4_000, 2)
    wander = np.interp(
        np.arange(length), np.linspace(0, length, steps), dice.uniform(low, high, steps)
    )
    phase = 2 * np.pi * np.cumsum(wander) / SPEECH_RATE
    return np.asarray(sum(np.sin(n * phase) / n**2 for n in range(1, 12)), np.float64)


def _rounded(sound: Floats) -> Floats:
    return sound * np.hanning(len(sound))


def humming(dice: np.random.Generator, length: int) -> Floats:
    def one(size: int) -> Floats:
        return _rounded(_voiced(dice, size, 110, 220))

    return _bursts(dice, length, one, 25, 1.2)


def laughing(dice: np.random.Generator, length: int) -> Floats:
    def one(size: int) -> Floats:
        beat = np.clip(np.sin(2 * np.pi * 5 * np.arange(size) / SPEECH_RATE), 0, 1)
        return beat * (_voiced(dice, size, 180, 320) + 0.3 * dice.normal(0, 1, size))

    return _bursts(dice, length, one, 15, 1.5)


def coughing(dice: np.random.Generator, length: int) -> Floats:
    def one(size: int) -> Floats:
        return 3 * dice.normal(0, 1, size) * np.exp(-np.arange(size) / 1_500)

    return _bursts(dice, length, one, 25, 0.35)


def breathing(dice: np.random.Generator, length: int) -> Floats:
    def one(size: int) -> Floats:
        return _rounded(np.convolve(dice.normal(0, 1, size), np.ones(4) / 4, "same"))

    return _bursts(dice, length, one, 30, 1.0)


def clicking(dice: np.random.Generator, length: int) -> Floats:
    out = 0.01 * dice.normal(0, 1, length)
    out[dice.integers(0, length, 3 * length // SPEECH_RATE)] = 20.0
    return out


def music(dice: np.random.Generator, length: int) -> Floats:
    size = SPEECH_RATE // 2
    chords = [(262, 330, 392), (220, 262, 330), (175, 220, 262), (196, 247, 294)]
    parts = [
        _tones(size, *chords[at % 4], dice.choice([523, 587, 659, 784]))
        * np.exp(-np.arange(size) / 6_000)
        for at in range(length // size)
    ]
    return np.concatenate([*parts, np.zeros(length - size * len(parts))])


def keypad(dice: np.random.Generator, length: int) -> Floats:
    size = SPEECH_RATE // 5
    pairs = [(low, high) for low in (697, 770, 852, 941) for high in (1209, 1336, 1477)]
    parts = []
    for _ in range(length // (2 * size)):
        parts += [_tones(size, *pairs[dice.integers(12)]), np.zeros(size)]
    return np.concatenate([*parts, np.zeros(length - 2 * size * (length // (2 * size)))])


def ringtone(dice: np.random.Generator, length: int) -> Floats:
    size = SPEECH_RATE // 8
    parts = [
        _tones(size, pitch) for pitch in dice.choice([659, 587, 370, 415, 554, 494], length // size)
    ]
    tune = np.concatenate([*parts, np.zeros(length - size * len(parts))])
    return _on_and_off(tune, 3.0, 2.0)


def babble(voices: int) -> Sound:
    """Returns that many talkers at once: speech, but nobody's."""

    def make(dice: np.random.Generator, length: int) -> Floats:
        with tempfile.TemporaryDirectory() as folder:
            takes = [said(Path(folder), voice, text) for voice in VOICES[:3] for text in TALKING]
        total = np.zeros(length)
        for _ in range(voices):
            order = dice.permutation(len(takes) * 40) % len(takes)
            total += np.concatenate([takes[at] for at in order])[:length]
        return total

    return make


def _plain(make: Callable[[int], Floats]) -> Sound:
    return lambda _, length: make(length)


SOUNDS: dict[str, Sound] = {
    "digital silence": lambda _, length: np.full(length, 1e-9),
    "hiss": _plain(coloured(0.0)),
    "mains hum": _plain(hum),
    "white bursts": lambda d, n: _bursts(d, n, lambda s: d.normal(0, 1, s), 25, 0.7),
    "pink bursts": lambda d, n: _bursts(d, n, lambda s: at_level(coloured(0.5)(s), 1.0), 25, 0.7),
    "clicks": clicking,
    "music": music,
    "coughs": coughing,
    "typing": _plain(keys),
    "ring back": lambda _, n: _on_and_off(_tones(n, 440, 480), 2.0, 4.0),
    "touch tones": keypad,
    "ring tune": ringtone,
    "breaths": breathing,
    "humming": humming,
    "laughter": laughing,
    "babble of 5": babble(5),
    "babble of 12": babble(12),
}

SPOKEN = ("babble of 5", "babble of 12")
TALKING = (
    "I was thinking that we could go there next week if the weather is good",
    "she told him about it yesterday and he did not say a word",
    "there are three more boxes in the other room, next to the window",
)
DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
ANSWERS = (
    *DIGITS,
    *(f"{letter}." for letter in "ABCEFKMORSX"),
    *("yes", "no", "okay", "sure", "maybe", "hello", "goodbye", "thanks", "please", "stop"),
    *("wait", "right", "correct", "never", "you", "Anna", "Martin", "Sofia", "Peter", "Berlin"),
    *("London", "Monday", "Friday", "thank you", "yes please", "no thanks", "I do", "I agree"),
    *("not yet", "go on", "of course", "half past nine", "twenty two", "three hundred"),
    *("the first one", "me too"),
)
