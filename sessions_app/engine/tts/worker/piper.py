"""Piper's process: it takes much memory, and loads for seconds."""

import sys
from collections.abc import Callable
from typing import Any

from sessions_app.engine.tts.worker.worker import AUDIO, END, Send, serve
from sessions_app.engine.workers.framing import as_json


class PiperEngine:
    """One Piper voice, loaded once."""

    def __init__(self, model: str) -> None:
        from piper import PiperVoice, SynthesisConfig  # noqa: PLC0415 - only this process loads it

        self._voice: Any = PiperVoice.load(model)
        self._model = model
        self._config: Any = SynthesisConfig

    def voices(self) -> dict[str, Any]:
        return {"voices": [{"name": self._model, "label": self._model}]}

    def speak(self, request: dict[str, Any], send: Send, stopped: Callable[[], bool]) -> bool:
        if request["voice"] not in ("", self._model):
            return False
        rate = 0
        # a factor on phoneme durations, so the inverse of speed
        config = self._config(length_scale=self._voice.config.length_scale / request["speed"])
        for chunk in self._voice.synthesize(request["text"], syn_config=config):
            if stopped():
                break
            rate = chunk.sample_rate
            send(AUDIO, rate.to_bytes(4, "little") + chunk.audio_int16_bytes)
        send(END, as_json({"words": []}))
        return True


if __name__ == "__main__":
    serve(PiperEngine(sys.argv[2]))
