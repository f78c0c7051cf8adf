"""The embedded recognisers: words right, work, and how soon a word is shown.

SPEECH names a folder with sound files and transcripts.json; three voices of flite's speak as
well. People are heard again over a telephone, quietly, clipped and in noise.
"""

import asyncio
import json
import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from statistics import quantiles

import av
import numpy as np

from bench.campaigns.invented import TALKING
from bench.campaigns.voices import Floats
from bench.spoken import TALK, spoken, wrong_words
from bench.tables import write_table
from sessions_app.engine.audio.vad.silero import SileroVad
from sessions_app.engine.core.events import Hypothesis
from sessions_app.engine.core.frames import SPEECH_RATE, AudioFrame, Samples
from sessions_app.engine.stt.base import Recogniser
from sessions_app.engine.stt.batch_transcribe import SpeechSpan, find_speech, items, transcribe
from sessions_app.engine.stt.engines.moonshine import MoonshineRecogniser
from sessions_app.engine.stt.engines.pocketsphinx import PocketSphinxRecogniser
from sessions_app.engine.stt.engines.pocketsphinx_thorough import ThoroughPocketSphinx
from sessions_app.engine.stt.wrappers.replay_buffer import send_item
from tests.fixtures.processes import children_of

LEAD, TAIL = np.zeros(8_000, np.int16), np.zeros(12_800, np.int16)
ENGINES: dict[str, Callable[[], Recogniser]] = {
    "moonshine": lambda: MoonshineRecogniser(workers=1),
    "pocketsphinx, live alone": lambda: PocketSphinxRecogniser(workers=1, redecode=False),
    "pocketsphinx": lambda: PocketSphinxRecogniser(workers=1),
    "thorough": ThoroughPocketSphinx,
}
VOICES = ("slt", "rms", "awb")
Spoken = dict[str, tuple[str, Samples]]


def main() -> None:
    """Measures every engine over every voice; writes the table."""
    with tempfile.TemporaryDirectory() as folder:
        voices = {"flite": _flite(Path(folder))}
        if "SPEECH" in os.environ:
            people = _people(Path(os.environ["SPEECH"]))
            voices |= {name: _spoilt(people, spoil) for name, spoil in SPOILT.items()}
        rows = [
            [name, voice, *asyncio.run(_measured(make, said))]
            for voice, said in voices.items()
            for name, make in ENGINES.items()
        ]
    best = max(rows, key=lambda row: (row[1] == "people", float(row[3])))
    headline = f"{best[0]}: {best[3]} % of {best[2]} words of {best[1]} right"
    head = ["engine", "voice", "words", "right %", "CPU s a s of speech"]
    head += ["shown p50 ms", "p95 ms", "to stay p50 ms", "p95 ms"]
    print(write_table("recognisers", "Recognisers", headline, head, rows))


def _flite(folder: Path) -> Spoken:
    return {
        f"{voice}: {text}": (text, _samples(_by(folder, voice, text)))
        for voice in VOICES
        for text in (*TALK, *TALKING)
    }


def _by(folder: Path, voice: str, text: str) -> Path:
    path = folder / f"{voice}.wav"
    command = ["flite", "-voice", voice, "-t", text, "-o", str(path)]
    subprocess.run(command, check=True, timeout=60)
    return path


def _spoilt(said: Spoken, spoil: Callable[[Floats], Floats]) -> Spoken:
    return {
        name: (text, np.clip(spoil(samples.astype(np.float64)), -32_768, 32_767).astype(np.int16))
        for name, (text, samples) in said.items()
    }


def _telephone(wave: Floats) -> Floats:
    """Returns what is left of a wave at 8 kHz in mu-law (ITU-T G.711)."""
    level = np.clip(_at_rate(wave, SPEECH_RATE, 8_000) / 32_768, -1, 1)
    pressed = np.round(127 * np.log1p(255 * np.abs(level)) / np.log(256)) / 127
    return _at_rate(np.sign(level) * (256**pressed - 1) / 255 * 32_767, 8_000, SPEECH_RATE)


def _at_rate(wave: Floats, rate: int, wanted: int) -> Floats:
    resampler = av.AudioResampler("s16", "mono", wanted)
    frame = av.AudioFrame.from_ndarray(wave.astype(np.int16).reshape(1, -1), "s16", "mono")
    frame.sample_rate = rate
    frames = [*resampler.resample(frame), *resampler.resample(None)]
    return np.concatenate([one.to_ndarray().reshape(-1) for one in frames]).astype(np.float64)


def _noisy(wave: Floats) -> Floats:
    """Returns it with white noise, 10 dB below the speech."""
    level = np.sqrt(np.mean(wave[np.abs(wave) > 100] ** 2)) / 10**0.5
    return wave + np.random.default_rng(len(wave)).normal(0, level, len(wave))


SPOILT: dict[str, Callable[[Floats], Floats]] = {
    "people": lambda wave: wave,
    "people, telephone": _telephone,
    "people, 30 dB quieter": lambda wave: wave / 31.6,
    "people, clipped by 20 dB": lambda wave: wave * 10,
    "people, noise at 10 dB": _noisy,
}


def _people(folder: Path) -> Spoken:
    entries = json.loads((folder / "transcripts.json").read_text())
    return {e["file"]: (e["text"], _samples(folder / e["file"])) for e in entries}


def _samples(path: Path) -> Samples:
    resampler = av.AudioResampler("s16", "mono", SPEECH_RATE)
    with av.open(str(path)) as file:
        frames = [f for frame in file.decode(audio=0) for f in resampler.resample(frame)]
    sound = np.concatenate([frame.to_ndarray().reshape(-1) for frame in frames])
    return np.concatenate([LEAD, sound, TAIL])


async def _measured(make: Callable[[], Recogniser], said: Spoken) -> list[str]:
    vad, recogniser = SileroVad(), make()
    await vad.start()
    await recogniser.start()
    words = wrong = 0
    seconds = cpu = 0.0
    delays: list[tuple[float, float]] = []
    try:
        for text, samples in said.values():
            audio = [AudioFrame(samples, SPEECH_RATE, 0.0)]
            speech = await find_speech(partial(list, audio), vad)
            before = _cpu_of(recogniser)
            heard, shown = await _heard(recogniser, samples, speech)
            cpu += _cpu_of(recogniser) - before
            seconds += sum(one.end_ms - one.start_ms for one in speech) / 1000
            words += len(spoken(text).split())
            wrong += wrong_words(text, heard)
            delays += shown
    finally:
        await recogniser.aclose()
        await vad.aclose()
    first, stays = zip(*delays, strict=True) if delays else ((), ())
    times = [*_middle_and_late(first), *_middle_and_late(stays)]
    return [str(words), f"{100 * (1 - wrong / words):.1f}", f"{cpu / seconds:.2f}", *times]


def _middle_and_late(delays: Sequence[float]) -> list[str]:
    """Returns the 50th and the 95th percentile in ms; empty texts for none."""
    cuts = quantiles(delays, n=100) if delays else []
    return [f"{cuts[at] * 1000:.0f}" if cuts else "" for at in (49, 94)]


async def _heard(
    recogniser: Recogniser, samples: Samples, speech: list[SpeechSpan]
) -> tuple[str, list[tuple[float, float]]]:
    """Returns the text, and the delays of its words."""
    if not recogniser.capabilities.interims:
        audio = [AudioFrame(samples, SPEECH_RATE, 0.0)]
        found = await transcribe(lambda: audio, speech, recogniser, "en-US")
        return " ".join(final.text for final in found), []
    stream = recogniser.open("en-US")
    seen: list[tuple[float, Hypothesis]] = []
    began = time.monotonic()

    async def read() -> None:
        async for hypothesis in stream.results():
            seen.append((time.monotonic() - began, hypothesis))  # noqa: PERF401 - the time is now

    reading = asyncio.create_task(read())
    for item in items([AudioFrame(samples, SPEECH_RATE, 0.0)], speech):
        if isinstance(item, AudioFrame):
            await asyncio.sleep(max(0.0, began + item.end_ms / 1000 - time.monotonic()))
        await send_item(stream, item)
    await stream.finish()
    await reading
    await stream.aclose()
    finals = [hypothesis for _, hypothesis in seen if hypothesis.is_final]
    return " ".join(final.text for final in finals), _delays(seen)


def _delays(seen: list[tuple[float, Hypothesis]]) -> list[tuple[float, float]]:
    """Returns for each word of a final how long after its end (s) it was shown.

    First when an interim had any word in its place, then when it had the right one to stay.
    """
    found: list[tuple[float, float]] = []
    interims: list[tuple[float, list[str]]] = []
    for at_s, hypothesis in seen:
        if not hypothesis.is_final:
            interims.append((at_s, hypothesis.text.split()))
            continue
        for place, word in enumerate(hypothesis.words):
            filled = (shown_s for shown_s, texts in interims if len(texts) > place)
            first_s, stays_s = next(filled, at_s), at_s
            for shown_s, texts in reversed(interims):
                if len(texts) <= place or texts[place] != word.text:
                    break
                stays_s = shown_s
            end_s = word.end_ms / 1000
            found.append((max(0.0, first_s - end_s), max(0.0, stays_s - end_s)))
        interims = []
    return found


def _cpu_of(recogniser: Recogniser) -> float:
    """Returns the CPU seconds that the engine's workers have used; those that live are counted."""
    server = getattr(recogniser, "fork_server_pid", None)
    if isinstance(recogniser, MoonshineRecogniser) and recogniser.fork_server is not None:
        server = recogniser.fork_server.pid
    return sum(map(_ticks, children_of(server))) / os.sysconf("SC_CLK_TCK") if server else 0.0


def _ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])
