"""What recordings are heard with: words wrong in noise, work and memory of each engine.

    SPEECH=folder WHISPER_MODEL=folder python -m bench.campaign recordings

The order of FOR_RECORDINGS (voicesite/voice.py) is this table's; PocketSphinx is in that of
`recognisers`. German is spoken by SVOX Pico where the package `py-nanotts` is installed (of eSpeak
NG's German Whisper base gets two words in five wrong).
"""

import asyncio
import os
from collections.abc import Callable
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from statistics import quantiles

import numpy as np

from bench.campaigns.recognisers import LEAD, SPOILT, TAIL, Spoken, _people, _spoilt
from bench.spoken import spoken, wrong_words
from bench.tables import write_table
from sessions_app.engine.audio.vad.silero import SileroVad
from sessions_app.engine.core.frames import SPEECH_RATE, AudioFrame, Samples
from sessions_app.engine.stt.batch_transcribe import find_speech, transcribe
from sessions_app.engine.stt.engines.moonshine import MoonshineRecogniser
from sessions_app.engine.stt.engines.pooled import Pooled
from sessions_app.engine.stt.engines.whisper import WhisperRecogniser

ENGINES: dict[str, Callable[[], Pooled]] = {
    "whisper": lambda: WhisperRecogniser(os.environ["WHISPER_MODEL"]),
    "moonshine": lambda: MoonshineRecogniser(workers=1),
}
NOISES = ("people", "people, telephone", "people, noise at 10 dB")
GERMAN = (
    "Guten Morgen, ich möchte einen Termin am Dienstag vereinbaren.",
    "Können Sie mir bitte die Rechnung noch einmal schicken?",
    "Ja, das passt mir gut.",
    "Nein, leider nicht.",
    "Die Lieferung kommt am Freitag in der Woche nach Ostern.",
    "Ich habe meine Schlüssel verloren und brauche dringend Hilfe.",
    "Bitte rufen Sie morgen früh noch einmal an.",
    "Das Wasser in der Küche läuft nicht mehr.",
)


def main() -> None:
    """Measures each engine over each voice; writes docs/campaigns/recordings.md."""
    for name in ("SPEECH", "WHISPER_MODEL"):
        if name not in os.environ:
            raise SystemExit(f"Set {name} to a folder.")
    rows = list(asyncio.run(_rows(_people(Path(os.environ["SPEECH"])))))
    headline = "Whole utterances after the VAD, one after the other, one thread each"
    head = ["engine", "speech", "words", "wrong %", "CPU s a s of speech"]
    head += ["CPU s an utterance p50", "p95", "MB private"]
    print(write_table("recordings", "What recordings are heard with", headline, head, rows))


async def _rows(people: Spoken) -> list[list[str]]:
    voices = {name: _spoilt(people, SPOILT[name]) for name in NOISES}
    voices["people, babble at 10 dB"] = _babbled(people)
    german = _german()
    vad, rows = SileroVad(), []
    await vad.start()
    try:
        for engine, make in ENGINES.items():
            recogniser = make()
            said = voices | ({"German": german} if german and engine == "whisper" else {})
            for voice, clips in said.items():
                language = "de-DE" if voice == "German" else "en-US"
                figures = await _measured(vad, recogniser, clips, language)
                rows.append([engine, voice, *figures])
                print(rows[-1], flush=True)
            await recogniser.aclose()
    finally:
        await vad.aclose()
    return rows


async def _measured(vad: SileroVad, recogniser: Pooled, clips: Spoken, language: str) -> list[str]:
    words = wrong = 0
    seconds, each = 0.0, []
    await _heard(vad, recogniser, next(iter(clips.values()))[1], language)  # it is warm then
    for text, samples in clips.values():
        before = _cpu_of(recogniser)
        heard, spoken_s = await _heard(vad, recogniser, samples, language)
        each.append(_cpu_of(recogniser) - before)
        seconds += spoken_s
        words += len(spoken(text).split())
        wrong += wrong_words(text, heard)
    cuts = quantiles(each, n=20)
    per_second = f"{sum(each) / seconds:.2f}"
    times = [f"{cuts[9]:.2f}", f"{cuts[18]:.2f}"]
    return [str(words), f"{100 * wrong / words:.1f}", per_second, *times, _private_mb(recogniser)]


async def _heard(
    vad: SileroVad, recogniser: Pooled, samples: Samples, language: str
) -> tuple[str, float]:
    """Returns the text, and how many seconds of speech there were."""
    audio = [AudioFrame(samples, SPEECH_RATE, 0.0)]
    speech = await find_speech(partial(list, audio), vad)
    found = await transcribe(lambda: audio, speech, recogniser, language)
    return " ".join(one.text for one in found), sum(s.end_ms - s.start_ms for s in speech) / 1000


def _german() -> Spoken:
    """Returns the sentences with silence around them; none where nobody says them."""
    if find_spec("py_nanotts") is None:
        return {}
    voice = import_module("py_nanotts").NanoTTS()
    said = {text: np.frombuffer(voice.speak(text, voice="de-DE"), np.int16) for text in GERMAN}
    return {text: (text, np.concatenate([LEAD, one, TAIL])) for text, one in said.items()}


def _babbled(people: Spoken) -> Spoken:
    """Returns each clip with six others over it, together 10 dB quieter than it."""
    clips = [samples.astype(float) for _, samples in people.values()]
    made: Spoken = {}
    for number, (name, (text, samples)) in enumerate(people.items()):
        others = [clips[(number + step) % len(clips)] for step in range(1, 7)]
        noise = sum(np.resize(other, len(samples)) for other in others)
        loud = samples[np.abs(samples) > 100].astype(float)
        noise *= np.sqrt(np.mean(loud**2)) / np.sqrt(np.mean(noise**2)) / 10**0.5
        made[name] = (text, np.clip(samples + noise, -32_768, 32_767).astype(np.int16))
    return made


def _pids(recogniser: Pooled) -> list[int]:
    return [process.pid for process in recogniser.processes if process.pid is not None]


def _cpu_of(recogniser: Pooled) -> float:
    """Returns the CPU seconds that the engine's processes have used."""
    ticks = 0
    for pid in _pids(recogniser):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _private_mb(recogniser: Pooled) -> str:
    """Returns the memory that each of its processes has for itself."""
    kilobytes = []
    for pid in _pids(recogniser):
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        kilobytes.append(sum(int(line.split()[1]) for line in lines if "Private" in line))
    return f"{max(kilobytes) / 1024:.0f}" if kilobytes else ""
