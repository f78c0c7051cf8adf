"""What the measured product runs with: a recogniser that hears nothing, and voices."""

import asyncio
from collections.abc import AsyncGenerator, Sequence

from bench.load import sound
from sessions_app.engine.agent.responders.base import Conversation, Responder
from sessions_app.engine.core.frames import SPEECH_RATE, AudioFrame
from sessions_app.engine.stt.base import Capabilities, Recogniser
from sessions_app.engine.stt.engines.streams import QueuedStream
from sessions_app.engine.tts.base import SpeechChunk, Synthesiser

CHUNK_S = 0.2
_CHUNK = round(SPEECH_RATE * CHUNK_S)
echoes: set[asyncio.Queue[AudioFrame]] = set()
"""Where what callers say goes, for the voice that says it back."""


class NullRecogniser(Recogniser):
    """Takes all audio and hears no word."""

    name = "null"
    capabilities = Capabilities(
        interims=False, words=False, confidence=False, languages=None, continuous=True
    )

    def open(self, language: str, phrases: Sequence[str] = ()) -> "_NullStream":
        return _NullStream()


class _NullStream(QueuedStream):
    async def send(self, frame: AudioFrame) -> None:
        pass

    async def flush(self, *, cut: bool = False) -> None:
        pass

    async def finish(self) -> None:
        self._queue.put_nowait(None)


class Nothing(Responder):
    """Has no answer; the greeting is all that is said."""

    async def stream(self, conversation: Conversation) -> AsyncGenerator[str, None]:
        for text in tuple[str, ...]():
            yield text


class Talking(Synthesiser):
    """Says its greeting for as long as the call is, `share` of the time, chunk by chunk."""

    gives_word_times = False

    def __init__(self, share: float = 1.0) -> None:
        self._share = share
        self._calls = 0

    async def stream(
        self, text: str, *, voice: str = "", speed: float = 1.0
    ) -> AsyncGenerator[SpeechChunk, None]:
        said = sound.part_time(self._share)
        spoken = len(sound.speech())
        loop = asyncio.get_running_loop()
        self._calls += 1
        at = self._calls * 37 * _CHUNK % (len(said) // _CHUNK * _CHUNK)  # calls do not fall in step
        due, silent = loop.time(), True
        while True:
            # no voice is only just as quick as speech: two pieces come at once, then one by one
            ahead_s = CHUNK_S if at < spoken and not silent else 0.0
            await asyncio.sleep(max(0.0, due - ahead_s - loop.time()))
            if at < spoken:
                yield SpeechChunk(said[at : min(spoken, at + _CHUNK)], SPEECH_RATE)
            silent = at >= spoken
            at = at + _CHUNK if at + _CHUNK < len(said) else 0
            due += CHUNK_S


class Echo(Synthesiser):
    """Says what callers say, as it comes."""

    gives_word_times = False

    async def stream(
        self, text: str, *, voice: str = "", speed: float = 1.0
    ) -> AsyncGenerator[SpeechChunk, None]:
        heard: asyncio.Queue[AudioFrame] = asyncio.Queue()
        echoes.add(heard)
        try:
            while True:
                frame = await heard.get()
                yield SpeechChunk(frame.samples, SPEECH_RATE)
        finally:
            echoes.discard(heard)
