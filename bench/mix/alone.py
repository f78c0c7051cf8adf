"""How well the callers' packets are understood where nothing else is at work.

What is wrong then is the recogniser's and the codec's share, and none of the load's.
"""

import numpy as np

from bench.mix.clips import clips, silence
from bench.spoken import decoded, spoken, wrong_words
from sessions_app.engine.audio.opus import OpusDecoder
from sessions_app.engine.audio.vad.silero import SileroVad
from sessions_app.engine.core.frames import SPEECH_RATE, Samples
from sessions_app.engine.stt.engines.moonshine import MoonshineRecogniser

AROUND = 50
"""Packets of silence before and after each clip."""


async def wrong_pct() -> float:
    """Returns how many of the clips' words are wrong, one clip after the other."""
    vad, recogniser = SileroVad(), MoonshineRecogniser(workers=1)
    quiet, words, wrong = silence()[SPEECH_RATE][:AROUND], 0, 0
    await vad.start()
    await recogniser.start()
    try:
        for clip in clips():
            sound = played([*quiet, *clip.packets[SPEECH_RATE], *quiet])
            words += len(spoken(clip.text).split())
            wrong += wrong_words(clip.text, await decoded(vad, recogniser, sound))
    finally:
        await recogniser.aclose()
        await vad.aclose()
    return 100 * wrong / words


def played(packets: list[bytes]) -> Samples:
    """Returns what a server hears of packets that follow each other, int16 mono at 16 kHz."""
    decoder = OpusDecoder(SPEECH_RATE)
    return np.concatenate([decoder.decode(packet) for packet in packets])
