"""Live text against an offline decode of the same recording by the same engine."""

import asyncio
import io
import json
import os
import tempfile
from functools import partial
from pathlib import Path

import av
import numpy as np

from bench.cases import Case, Cases
from bench.spoken import TALK, decoded, text_of, wrong_words
from bench.tables import write_table
from sessions_app.call_client.placing import CallOptions, place_call
from sessions_app.engine.audio.vad.silero import SileroVad
from sessions_app.engine.core.frames import SPEECH_RATE, Samples
from sessions_app.engine.stt.engines.moonshine import MoonshineRecogniser
from tests.fixtures.server import Product
from tests.fixtures.speech import speak


async def run(product: Product, _count: int) -> str:
    """Places a call a file and decodes its recording; returns the headline."""
    cases = Cases("offline-speech" if "SPEECH" in os.environ else "offline-flite")
    with tempfile.TemporaryDirectory() as folder:
        for name, said in _speech(Path(folder)).items():
            await cases.measure(name.name, partial(compare, product, name, said))
    words = sum(case["words"] for case in cases.all)
    live, offline = (sum(case[key] for case in cases.all) for key in ("live", "offline"))
    apart = 100 * (live - offline) / words
    headline = (
        f"live {100 * live / words:.1f} % of {words} words wrong, offline "
        f"{100 * offline / words:.1f} %: {apart:+.1f} points"
    )
    rows = [[c["case"], str(c["words"]), str(c["live"]), str(c["offline"])] for c in cases.all]
    head = ["file", "words", "wrong live", "wrong offline"]
    return write_table("offline", "Live against offline", headline, head, rows)


def _speech(folder: Path) -> dict[Path, str]:
    """Returns sound files and what is said in them: SPEECH's, else flite's."""
    if "SPEECH" not in os.environ:
        return {speak(folder, text): text for text in TALK}
    return speech_in(Path(os.environ["SPEECH"]))


def speech_in(folder: Path) -> dict[Path, str]:
    """Returns a folder's sound files, and what is said in them."""
    entries = json.loads((folder / "transcripts.json").read_text())
    return {folder / entry["file"]: entry["text"] for entry in entries}


async def compare(product: Product, sound: Path, said: str) -> Case:
    """Returns how many words are wrong in the live text, and in a decode of the recording."""
    token = product.credentials["user"]["token"]
    report = await place_call(CallOptions(sound, product.url, token))
    _, stored = await asyncio.to_thread(
        product.get, f"/api/v1/calls/{report.call}/recording", "user"
    )
    vad, recogniser = SileroVad(), MoonshineRecogniser(workers=1)
    await vad.start()
    await recogniser.start()
    try:
        offline = await decoded(vad, recogniser, caller_of(stored))
    finally:
        await recogniser.aclose()
        await vad.aclose()
    return {
        "words": len(said.split()),
        "live": wrong_words(said, text_of(report.segments)),
        "offline": wrong_words(said, offline),
    }


def caller_of(stored: bytes) -> Samples:
    """Returns the caller's channel of a recording: int16, 16 kHz."""
    resampler = av.AudioResampler("s16", "stereo", SPEECH_RATE)
    with av.open(io.BytesIO(stored), "r") as file:
        frames = [f for frame in file.decode(audio=0) for f in resampler.resample(frame)]
    both = np.concatenate([frame.to_ndarray().reshape(-1, 2) for frame in frames])
    left: Samples = np.ascontiguousarray(both[:, 0], np.int16)
    return left
