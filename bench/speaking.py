"""The embedded voices side by side: `python -m bench.speaking`; docs/campaigns/speaking.md.

What is understood is what the embedded recogniser writes; where words are is what PocketSphinx
finds, which is given the text. Time is that of the process's work, so that a busy machine measures
the same.
"""

import asyncio
import re
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from pocketsphinx import Decoder

from bench.spoken import plain, wrong_words
from bench.tables import write_table
from sessions_app.engine.audio.resample import Resampler
from sessions_app.engine.core.frames import Samples, SpokenWord
from sessions_app.engine.stt.moonshine.files import checked
from sessions_app.engine.stt.moonshine.model import Model
from sessions_app.engine.stt.moonshine.utterance import MoonshineUtterance
from sessions_app.engine.tts.base import SpeechChunk
from sessions_app.engine.tts.engines.espeak import EspeakSynthesiser
from sessions_app.engine.tts.engines.hibari import HibariSynthesiser
from sessions_app.engine.tts.engines.timed import TimedSynthesiser

SENTENCES = (
    "Hello, how can I help you?",
    "I have noted that you would like to meet Anna on Tuesday at nine.",
    "Please call the plumber on Friday and tell Martin that the invoice is late.",
    "Once upon a time there was a miller who lived by the river.",
    "The eldest son got the mill, the second one got the donkey, and the youngest got the cat.",
    "You have two notes.",
    "The first one is to buy milk and bread on the way home.",
    "I did not understand you, could you say that again?",
    "Your call is important to us, please stay on the line.",
    "The meeting has moved from Monday to Thursday afternoon.",
    "The quick brown fox jumps over the lazy dog.",
    "There are seven people in the room and four of them are standing.",
    "We will send the report before the end of the week.",
    "Thank you for calling, and have a nice day.",
    "The weather will be cold and windy with some rain in the evening.",
    "Can you tell me whether the window seat is still free?",
    "He asked whether the parcel had arrived on Wednesday.",
    "The bridge is closed because of heavy snow.",
    "My cousin plays the violin in a small orchestra.",
    "Turn left after the church, and then take the third street on the right.",
)
AROUND_MS = 300
VOICES: tuple[tuple[str, Callable[[], TimedSynthesiser], float], ...] = (
    ("hibari", HibariSynthesiser, 1.0),
    ("hibari at 1.25", HibariSynthesiser, 1.25),
    ("eSpeak NG", EspeakSynthesiser, 1.0),
    ("eSpeak NG at 1.25", EspeakSynthesiser, 1.25),
)
HEAD = (
    "voice",
    "CPU s a s of speech",
    "first sound after ms of work: shortest, median, longest",
    "private memory, MB",
    "words misheard, %",
    "words begin off, ms (mean)",
    "end off",
    "begin off by their share of letters",
)


@dataclass
class Found:
    """What was measured of one voice."""

    cpu_s: float = 0.0
    speech_s: float = 0.0
    first_ms: list[float] = field(default_factory=list)
    misheard: int = 0
    begin_off: list[float] = field(default_factory=list)
    end_off: list[float] = field(default_factory=list)
    share_off: list[float] = field(default_factory=list)
    memory_mb: float = 0.0


async def measured(make: Callable[[], TimedSynthesiser], speed: float, ear: Model) -> Found:
    """Returns what comes of all sentences in a voice that is warm."""
    voice, found = make(), Found()
    await voice.start()
    try:
        await voice.warm()
        for text in SENTENCES:
            begun = cpu_s(voice.process.pid)
            chunks: list[SpeechChunk] = []
            async for chunk in voice.stream(text, speed=speed):
                if not chunks:
                    found.first_ms.append(1000 * (cpu_s(voice.process.pid) - begun))
                chunks.append(chunk)
            found.cpu_s += cpu_s(voice.process.pid) - begun
            heard(text, chunks, ear, found)
        found.memory_mb = private_mb(voice.process.pid)
    finally:
        await voice.aclose()
    return found


def heard(text: str, chunks: Sequence[SpeechChunk], ear: Model, found: Found) -> None:
    """Adds what is understood of a sentence, and where its words are."""
    found.speech_s += sum(len(c.samples) / c.sample_rate for c in chunks)
    sound = for_ears(chunks)
    speech = MoonshineUtterance(ear)
    speech.add((sound / 32768).astype(np.float32))
    found.misheard += wrong_words(text, speech.final().text)
    words = [word for chunk in chunks for word in chunk.words]
    length_ms = sum(1000 * len(c.samples) / c.sample_rate for c in chunks)
    placed(text, sound, words, length_ms, found)


def placed(
    text: str, sound: Samples, words: Sequence[SpokenWord], length_ms: float, found: Found
) -> None:
    """Adds how far off the words are, where both tell of the same ones."""
    decoder = Decoder(loglevel="FATAL", lm=None)
    decoder.set_align_text(plain(text))
    decoder.start_utt()
    decoder.process_raw(sound.tobytes(), full_utt=True)
    decoder.end_utt()
    there = [one for one in decoder.seg() if one.word[0] not in "<["] if decoder.hyp() else []
    if [re.sub(r"\(\d\)", "", one.word) for one in there] != plain(text).split():
        return
    if len(words) != len(there):  # eSpeak NG tells of "of the" as of one word
        return
    for word, one in zip(words, there, strict=True):
        begin, end = 10 * one.start_frame - AROUND_MS, 10 * (one.end_frame + 1) - AROUND_MS
        found.begin_off.append(abs(word.start_ms - begin))
        found.end_off.append(abs(word.end_ms - end))
        found.share_off.append(abs(length_ms * word.start / len(text) - begin))


def for_ears(chunks: Sequence[SpeechChunk]) -> Samples:
    """Returns the sound at 16 kHz with silence around it."""
    resampler = Resampler(chunks[0].sample_rate, 1)
    silence = np.zeros(16 * AROUND_MS, np.int16)
    pieces = [resampler.process(chunk.samples.reshape(1, -1)) for chunk in chunks]
    return np.concatenate([silence, *pieces, silence])


def cpu_s(pid: int | None) -> float:
    """Returns how long a process's first thread has worked, which is the one that speaks."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


def private_mb(pid: int | None) -> float:
    """Returns the memory that a process shares with nobody."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private")) / 1024


def row(name: str, found: Found) -> tuple[str, ...]:
    """Returns a voice's row of the table."""
    first = sorted(found.first_ms)
    total = sum(len(plain(text).split()) for text in SENTENCES)
    return (
        name,
        f"{found.cpu_s / found.speech_s:.4f}",
        f"{first[0]:.0f}, {statistics.median(first):.0f}, {first[-1]:.0f}",
        f"{found.memory_mb:.0f}",
        f"{100 * found.misheard / total:.1f}",
        *(f"{np.mean(off):.0f}" for off in (found.begin_off, found.end_off, found.share_off)),
    )


async def main() -> None:
    """Measures all, and writes the table."""
    ear = Model(checked())
    rows = []
    for name, make, speed in VOICES:
        rows.append(row(name, await measured(make, speed, ear)))
        print(rows[-1], flush=True)
    headline = f"{len(SENTENCES)} sentences in each embedded voice; one call at a time"
    print(write_table("speaking", "The embedded voices", headline, HEAD, rows))


if __name__ == "__main__":
    asyncio.run(main())
