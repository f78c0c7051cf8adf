"""eSpeak NG: the voice that needs nothing but itself, in a process of its own."""

import asyncio
import itertools
import json
import logging
import socket
import subprocess
import sys
from collections.abc import AsyncGenerator
from typing import Any

import numpy as np

from sessions_app.core.errors import SynthesiserError, SynthesiserUnavailableError
from sessions_app.speech.synthesisers.base import SpeechChunk, SpokenWord, Synthesiser, Voice
from sessions_app.speech.synthesisers.espeak_worker import (
    AUDIO,
    CANCEL,
    END,
    HEADER,
    REFUSED,
    SPEAK,
    VOICES,
)

logger = logging.getLogger(__name__)

RATE = 22_050
ANSWER_S = 10.0

_Message = tuple[int, bytes]


class EspeakSynthesiser(Synthesiser):
    """Speaks dozens of languages, at 0.002 CPU-seconds a second of speech.

    `voice` is what agents without a voice of their own get: a language of eSpeak's, with a
    variant after `+` (en-us, en-gb+f3, de+m7). The process is started anew when it dies.
    """

    gives_word_times = True

    def __init__(self, voice: str = "en-us") -> None:
        self._voice = voice
        self._process: subprocess.Popen[bytes] | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._reading: asyncio.Task[None] | None = None
        self._answers: dict[int, asyncio.Queue[_Message | None]] = {}
        self._numbers = itertools.count(1)
        self._starting = asyncio.Lock()
        self._closed = False

    async def start(self) -> None:
        await self.voices()

    async def ready(self) -> bool:
        try:
            await asyncio.wait_for(self.voices(), ANSWER_S)
        except (SynthesiserError, TimeoutError):
            return False
        return True

    async def voices(self) -> tuple[Voice, ...]:
        number, answers = await self._ask(VOICES, {})
        try:
            found = await self._next(answers)
        finally:
            self._answers.pop(number, None)
        return tuple(Voice(**entry) for entry in json.loads(found[1])["voices"])

    async def stream(
        self, text: str, *, voice: str = "", speed: float = 1.0
    ) -> AsyncGenerator[SpeechChunk, None]:
        wanted = {"text": text, "voice": voice or self._voice, "speed": speed}
        number, answers = await self._ask(SPEAK, wanted)
        done = False
        words: list[SpokenWord] = []
        try:
            while not done:
                kind, body = await self._next(answers)
                done = kind in (END, REFUSED)
                if kind == REFUSED:
                    raise SynthesiserError(
                        f"eSpeak NG has no voice {wanted['voice']!r}. Try en-us, en-gb or de; "
                        "variants follow a plus sign, as in en-us+f3."
                    )
                if kind == AUDIO:
                    chunk = SpeechChunk(np.frombuffer(body, np.int16), RATE, tuple(words))
                    words = []
                    yield chunk
                else:
                    words += [SpokenWord(*word) for word in json.loads(body)["words"]]
            if words:
                yield SpeechChunk(np.zeros(0, np.int16), RATE, tuple(words))
        finally:
            self._answers.pop(number, None)
            if not done:
                self._post(CANCEL, number, b"")

    async def aclose(self) -> None:
        self._closed = True
        reading, self._reading = self._reading, None
        if self._writer is not None:
            self._writer.close()
        if reading is not None:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
        await self._reap()

    # -- the process --------------------------------------------------------------------

    async def _ask(
        self, kind: int, message: dict[str, Any]
    ) -> tuple[int, "asyncio.Queue[_Message | None]"]:
        async with self._starting:
            if self._reading is None or self._reading.done():
                await self._launch()
        number = next(self._numbers)
        answers: asyncio.Queue[_Message | None] = asyncio.Queue()
        self._answers[number] = answers
        self._post(kind, number, json.dumps(message).encode())
        return number, answers

    async def _next(self, answers: "asyncio.Queue[_Message | None]") -> _Message:
        try:
            message = await asyncio.wait_for(answers.get(), ANSWER_S)
        except TimeoutError as error:
            raise SynthesiserUnavailableError("eSpeak NG does not answer.") from error
        if message is None:
            raise SynthesiserUnavailableError("The process of eSpeak NG died.")
        return message

    def _post(self, kind: int, number: int, body: bytes) -> None:
        if self._writer is not None and not self._writer.is_closing():
            self._writer.write(HEADER.pack(len(body), kind, number) + body)

    async def _launch(self) -> None:
        if self._closed:
            raise SynthesiserUnavailableError("The voice is being stopped.")
        await self._reap()
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(  # noqa: ASYNC220, S603 - returns at once; our module
                [sys.executable, "-m", f"{__package__}.espeak_worker", str(theirs.fileno())],
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
            )
        ours.setblocking(False)
        reader, self._writer = await asyncio.open_connection(sock=ours)
        self._reading = asyncio.create_task(self._read(reader))

    async def _reap(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            await asyncio.to_thread(process.wait)

    async def _read(self, reader: asyncio.StreamReader) -> None:
        try:
            while True:
                size, kind, number = HEADER.unpack(await reader.readexactly(HEADER.size))
                body = await reader.readexactly(size)
                answers = self._answers.get(number)
                if answers is not None:
                    answers.put_nowait((kind, body))
        except (OSError, asyncio.IncompleteReadError):
            if not self._closed:
                logger.warning("the process of eSpeak NG died; the next text starts another")
        finally:
            if self._writer is not None:
                self._writer.close()
            for waiting in self._answers.values():
                waiting.put_nowait(None)
