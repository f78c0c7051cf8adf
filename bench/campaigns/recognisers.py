"""The embedded recognisers: words right, work, and how soon a word is shown.

SPEECH names a folder with sound files and transcripts.json; flite's voice speaks as well.
"""

import asyncio
import json
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from statistics import quantiles

import av
import numpy as np

from bench.spoken import TALK, plain, wrong_words
from bench.tables import write_table
from sessions_app.core.audio import SPEECH_RATE, AudioFrame, Samples
from sessions_app.core.events import Hypothesis
from sessions_app.speech.offline import Stretch, items, stretches, transcribe
from sessions_app.speech.recognisers.base import Recogniser
from sessions_app.speech.recognisers.pocketsphinx import PocketSphinxRecogniser
from sessions_app.speech.recognisers.pocketsphinx_thorough import ThoroughPocketSphinx
from sessions_app.speech.recognisers.wrappers.replay import tell
from sessions_app.speech.vad.silero import SileroVad
from tests.fixtures.speech import speak
from tests.speech.test_pool import children_of

LEAD, TAIL = np.zeros(8_000, np.int16), np.zeros(12_800, np.int16)
ENGINES: dict[str, Callable[[], Recogniser]] = {
    "pocketsphinx, live alone": lambda: PocketSphinxRecogniser(workers=1, redecode=False),
    "pocketsphinx": lambda: PocketSphinxRecogniser(workers=1),
    "thorough": ThoroughPocketSphinx,
}
Spoken = dict[str, tuple[str, Samples]]


def main() -> None:
    """Measures every engine over every voice; writes the table."""
    with tempfile.TemporaryDirectory() as folder:
        voices = {"flite": _flite(Path(folder))}
        if "SPEECH" in os.environ:
            voices["people"] = _people(Path(os.environ["SPEECH"]))
        rows = [
            [name, voice, *asyncio.run(_measured(make, spoken))]
            for voice, spoken in voices.items()
            for name, make in ENGINES.items()
        ]
    best = max(rows, key=lambda row: (row[1] == "people", float(row[3])))
    headline = f"{best[0]}: {best[3]} % of {best[2]} words of {best[1]} right"
    head = ["engine", "voice", "words", "right %", "CPU s a s of speech"]
    head += ["shown p50 ms", "p95 ms", "to stay p50 ms", "p95 ms"]
    print(write_table("recognisers", "Recognisers", headline, head, rows))


def _flite(folder: Path) -> Spoken:
    return {text: (text, _samples(speak(folder, text))) for text in TALK}


def _people(folder: Path) -> Spoken:
    entries = json.loads((folder / "transcripts.json").read_text())
    return {e["file"]: (e["text"], _samples(folder / e["file"])) for e in entries}


def _samples(path: Path) -> Samples:
    resampler = av.AudioResampler("s16", "mono", SPEECH_RATE)
    with av.open(str(path)) as file:
        frames = [f for frame in file.decode(audio=0) for f in resampler.resample(frame)]
    sound = np.concatenate([frame.to_ndarray().reshape(-1) for frame in frames])
    return np.concatenate([LEAD, sound, TAIL])


async def _measured(make: Callable[[], Recogniser], spoken: Spoken) -> list[str]:
    vad, recogniser = SileroVad(), make()
    await vad.start()
    await recogniser.start()
    words = wrong = 0
    seconds = cpu = 0.0
    delays: list[tuple[float, float]] = []
    try:
        for text, samples in spoken.values():
            audio = [AudioFrame(samples, SPEECH_RATE, 0.0)]
            speech = await stretches(partial(list, audio), vad)
            before = _cpu_of(recogniser)
            heard, shown = await _heard(recogniser, samples, speech)
            cpu += _cpu_of(recogniser) - before
            seconds += sum(one.end_ms - one.start_ms for one in speech) / 1000
            words += len(plain(text).split())
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
    recogniser: Recogniser, samples: Samples, speech: list[Stretch]
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
        await tell(stream, item)
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
    mother = getattr(recogniser, "zygote_pid", None)
    return sum(map(_ticks, children_of(mother))) / os.sysconf("SC_CLK_TCK") if mother else 0.0


def _ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])
