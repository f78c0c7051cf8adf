"""Speaks one answer: from tokens to pieces of text, audio and playout, all at the same time."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Protocol

from sessions_app.engine.agent.heard_text import heard_part
from sessions_app.engine.agent.markup import Markup, PlainText
from sessions_app.engine.agent.responders.base import Anew
from sessions_app.engine.agent.sentence_splitter import SentenceSplitter
from sessions_app.engine.agent.voice import SpokenPackets
from sessions_app.engine.audio.playout import Playout
from sessions_app.engine.core.errors import (
    ResponderError,
    SynthesiserError,
    UnspeakableError,
    VoiceError,
    traced,
)
from sessions_app.engine.text.cleaning import Cleaning
from sessions_app.engine.text.writing import join_sentences
from sessions_app.engine.tts.base import SpokenWord

logger = logging.getLogger(__name__)

PACKET_MS = 20.0
"""Audio in one Opus packet."""

MOST_AHEAD = 200
"""How many pieces of text may wait for the voice before reading the answer has to wait, too."""

TOKEN_CHARACTERS = 500
"""A longer token is processed in parts, so that splitting it does not delay other calls."""


class Speaks(Protocol):
    """Turns a text into packets, as `AgentVoice` does."""

    def stream(
        self, text: str, *, keep: bool = False, expected_loss: int = 0
    ) -> AsyncGenerator[SpokenPackets, None]: ...


class AnswerPiece:
    """A text that is synthesised at once; an item of the playout."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.words: list[SpokenWord] = []
        self.packets: asyncio.Queue[bytes | None] = asyncio.Queue()
        self.made_ms = 0.0
        self.complete = False

    @property
    def length_ms(self) -> float | None:
        """How long its audio is; None while it is being made."""
        return self.made_ms if self.complete else None

    def add(self, spoken: SpokenPackets) -> None:
        """Adds synthesised audio."""
        self.words += spoken.words
        for packet in spoken.packets:
            self.made_ms += PACKET_MS
            self.packets.put_nowait(packet)

    def finish(self) -> None:
        """Marks the audio as complete."""
        self.complete = True
        self.packets.put_nowait(None)

    def heard(self, heard_ms: float) -> str:
        """Returns the part of the text in the first `heard_ms` of its audio."""
        return heard_part(self.text, self.words, heard_ms, self.length_ms)


class Reply:
    """Speaks the tokens of one answer, once `allow` was called.

    Three tasks run at the same time: one reads the answer, one synthesises a piece, and one hands
    the piece before it to the playout. Without `markdown` the text is not parsed. A failure ends
    the answer there, and is kept in `failure`. Texts that cannot be spoken (all of them if `mute`)
    go to `on_mute`. If the answer restarts (`Anew`), what was not yet heard is dropped and
    `on_restart` is called.
    """

    def __init__(
        self,
        tokens: AsyncGenerator[str, None],
        voice: Speaks,
        playout: Playout,
        *,
        keep: bool = False,
        mute: bool = False,
        markdown: bool = True,
        on_token: Callable[[str], None] = lambda _: None,
        on_mute: Callable[[AnswerPiece], None] = lambda _: None,
        on_restart: Callable[[], None] = lambda: None,
    ) -> None:
        self._tokens = tokens
        self._voice = voice
        self._playout = playout
        self._keep = keep
        self._on_token = on_token
        self._on_mute = on_mute
        self._on_restart = on_restart
        self._allowed = asyncio.Event()
        self._texts: asyncio.Queue[str | None] = asyncio.Queue(MOST_AHEAD)
        self._voiced: asyncio.Queue[AnswerPiece | None] = asyncio.Queue(1)
        self._unplayed: list[str] = []
        self._begun: list[AnswerPiece] = []
        self._mute = mute
        self._markdown = markdown
        self._silenced = False
        self._group = asyncio.TaskGroup()
        self._speaking: asyncio.Task[None] | None = None
        self._playing: asyncio.Task[None] | None = None
        self.failure: VoiceError | None = None

    @property
    def begun(self) -> tuple[AnswerPiece, ...]:
        """The pieces handed to the playout, in order."""
        return tuple(self._begun)

    @property
    def waiting_text(self) -> str:
        """The text that was generated but not handed to the playout."""
        return join_sentences(self._unplayed)

    def allow(self) -> None:
        """Lets the playout begin, as the turn is certain."""
        self._allowed.set()

    def silence(self) -> None:
        """Stops handing audio to the playout, with immediate effect.

        Cancelling `run` takes a few steps of the event loop to reach its tasks, which could refill
        a playout that was just cleared.
        """
        self._silenced = True
        if self._playing is not None:
            self._playing.cancel()

    async def run(self) -> None:
        """Returns once the whole answer is with the playout. Cancelling it cancels all work."""
        async with self._group as group:
            group.create_task(self._read())
            self._sound()

    def _sound(self) -> None:
        self._speaking = self._group.create_task(self._speak())
        self._playing = self._group.create_task(self._play())

    async def _restart(self) -> None:
        """Drops all that was not heard, and continues as if nothing had been said."""
        work = [task for task in (self._speaking, self._playing) if task is not None]
        for task in work:
            task.cancel()
        await asyncio.wait(work)
        if self._silenced:
            return
        self._texts, self._voiced = asyncio.Queue(MOST_AHEAD), asyncio.Queue(1)
        self._unplayed.clear()
        self._begun.clear()
        self._playout.clear_keeping_pause()
        self._on_restart()
        self._sound()

    def _reading(self) -> tuple[Cleaning, SentenceSplitter, Markup | PlainText]:
        """Returns new filters for an answer that begins now."""
        # if there is no voice that should begin early, whole sentences are shown
        splitter = SentenceSplitter(whole=self._mute, markdown=self._markdown)
        return Cleaning(), splitter, Markup() if self._markdown else PlainText()

    async def _read(self) -> None:
        cleaning, splitter, markup = self._reading()
        try:
            async with aclosing(self._tokens) as tokens:
                async for piece in tokens:
                    if isinstance(piece, Anew):
                        await self._restart()
                        cleaning, splitter, markup = self._reading()
                    for start in range(0, len(piece), TOKEN_CHARACTERS):
                        if token := cleaning.feed(piece[start : start + TOKEN_CHARACTERS]):
                            self._on_token(token)
                            for text in splitter.feed(token):
                                await self._add(markup.plain(text, more=True))
        except ResponderError as error:
            self.failure = error
        except Exception as error:  # noqa: BLE001 - a backend breaks in its own ways
            logger.error("a responder broke: %s", traced(error))
            self.failure = ResponderError("The agent's answer failed: an error in its program.")
        for text in splitter.finish():
            await self._add(markup.plain(text))
        await self._texts.put(None)

    async def _add(self, text: str) -> None:
        if any(c.isalnum() for c in text):
            self._unplayed.append(text)
            await self._texts.put(text)

    async def _speak(self) -> None:
        while (text := await self._texts.get()) is not None:
            piece = AnswerPiece(text)
            await self._voiced.put(piece)
            if not self._mute:
                await self._synthesise(piece)
            piece.finish()
        await self._voiced.put(None)

    async def _synthesise(self, piece: AnswerPiece) -> None:
        try:
            packets = self._voice.stream(
                piece.text, keep=self._keep, expected_loss=self._playout.expected_loss
            )
            async with aclosing(packets) as stream:
                async for spoken in stream:
                    piece.add(spoken)
        except UnspeakableError as error:
            self.failure = self.failure or error  # other pieces may still be speakable
        except SynthesiserError as error:
            self._lose_voice(error)
        except Exception as error:  # noqa: BLE001 - a backend breaks in its own ways
            logger.error("a synthesiser broke: %s", traced(error))
            self._lose_voice(SynthesiserError("The agent's voice failed: an error in its program."))

    def _lose_voice(self, error: SynthesiserError) -> None:
        self._mute = True
        self.failure = self.failure or error

    async def _play(self) -> None:
        while (piece := await self._voiced.get()) is not None:
            packet = await piece.packets.get()
            await self._allowed.wait()
            self._unplayed.pop(0)
            if packet is None:
                self._on_mute(piece)
                continue
            self._begun.append(piece)
            self._playout.begin(piece)
            while packet is not None:
                await self._playout.wait_for_space()
                self._playout.put(packet)
                packet = await piece.packets.get()
            self._playout.finish_item()
