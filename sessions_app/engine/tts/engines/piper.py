"""Piper: neural voices from a model file of the operator's (pip install piper-tts)."""

import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from sessions_app.engine.core.errors import SynthesiserError
from sessions_app.engine.tts.base import SpeechChunk, Synthesiser, Voice
from sessions_app.engine.tts.text_parts import in_parts
from sessions_app.engine.tts.worker.process import VoiceProcess
from sessions_app.engine.tts.worker.worker import AUDIO

RATE_BYTES = 4
"""Bytes of the rate (Hz) before each message's samples."""


class PiperSynthesiser(Synthesiser):
    """`model` is the path of an .onnx voice, with its .onnx.json beside it. Gives no word times."""

    def __init__(self, model: str) -> None:
        if find_spec("piper") is None:
            raise SynthesiserError("Piper is not installed: pip install piper-tts")
        if not Path(model).is_file():
            raise SynthesiserError(f"There is no Piper voice at {model}.")
        self._model = model
        self.process = VoiceProcess("Piper", "sessions_app.engine.tts.worker.piper", [model])

    async def start(self) -> None:
        await self.process.voices()

    async def voices(self) -> tuple[Voice, ...]:
        return (Voice("", Path(self._model).stem, _language(Path(f"{self._model}.json"))),)

    async def stream(
        self, text: str, *, voice: str = "", speed: float = 1.0
    ) -> AsyncGenerator[SpeechChunk, None]:
        for _, part in in_parts(text):
            wanted = {"text": part, "voice": voice, "speed": speed}
            async with aclosing(self.process.speak(wanted)) as messages:
                async for kind, body in messages:
                    if kind == AUDIO:
                        rate = int.from_bytes(body[:RATE_BYTES], "little")
                        yield SpeechChunk(np.frombuffer(body[RATE_BYTES:], np.int16), rate)

    async def aclose(self) -> None:
        await self.process.aclose()


def _language(config: Path) -> str:
    """Returns the language that a voice's configuration names; empty for none."""
    try:
        given = json.loads(config.read_text(encoding="utf-8"))
        named = given.get("language", {}).get("code") or given.get("espeak", {}).get("voice")
    except (OSError, ValueError, AttributeError):
        return ""
    return str(named or "").replace("_", "-")
