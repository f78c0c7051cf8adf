"""A live call with noise in it, which is taken out before recognition alone."""

import asyncio
import io
import itertools
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np

from tests.fixtures.server import Product
from tests.fixtures.speech import read_wav
from tests.fixtures.streamer import Streamer

SENTENCE = "good morning and welcome to the meeting"
HISS = 1_000


async def test_words_are_heard_and_the_recording_keeps_the_noise(
    tmp_path: Path, say: Callable[..., Path]
) -> None:
    speech = read_wav(say(SENTENCE, lead_s=0.5))
    hiss = np.random.default_rng(5).normal(0, HISS, len(speech))
    noisy = np.clip(speech + hiss, -32_768, 32_767).astype(np.int16)
    wanted = {"VOICE_RECOGNISER": "pocketsphinx", "VOICE_NOISE_SUPPRESSION": "rnnoise"}
    with Product(tmp_path / "var", wanted).running("web", "worker") as product:
        async with Streamer(product) as client:
            call_id = (await client.start())["callId"]
            await client.speak(noisy)
            # PocketSphinx, which alone has it, mishears half of this in a quiet room, too
            await client.sees(lambda: "welcome" in " ".join(client.said()), "a word")
            await client.send(type="session_end")
            await client.until("session_ended")
        await asyncio.to_thread(product.recorded, call_id)
        _, sound = product.get(f"/api/v1/calls/{call_id}/recording", "user")
    with av.open(io.BytesIO(sound), "r") as container:
        first = [frame.to_ndarray() for frame in itertools.islice(container.decode(audio=0), 15)]
    loudest = np.abs(np.concatenate(first, axis=1)).max()
    assert loudest > HISS / 32_768, "half a second in which nobody spoke"
