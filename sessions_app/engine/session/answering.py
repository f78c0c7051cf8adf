"""One answer of the agent: its reply, what it may do, and when its stages came."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass

from sessions_app.engine.agent.reply import AnswerPiece, Reply, Speaks
from sessions_app.engine.agent.responders.base import Message
from sessions_app.engine.audio.playout import Playout
from sessions_app.engine.core.events import Latency
from sessions_app.engine.session.agent_parts import CallLine
from sessions_app.engine.session.tool_context import ToolContext
from sessions_app.engine.turns.actions import StartReply


@dataclass(frozen=True, slots=True)
class SpeechOutput:
    """How an answer is spoken."""

    voice: Speaks
    playout: Playout
    line: CallLine
    on_mute: Callable[[AnswerPiece, bool], None]
    """Told of a text without sound, and whether showing it counts as saying it."""

    on_token: Callable[[str], None] = lambda _: None
    on_anew: Callable[[], None] = lambda: None
    """Told that what was said so far was no part of the answer; its sound has stopped."""


class Answer:
    """Runs from its start to its last sound handed over, or to `cancel`.

    `asked` is what it answers: None until the turn is certain, and for words of the agent's
    own accord. `markdown` says how to read it. `text` is the caller's words; `then` runs once
    all of it was heard or cut.
    """

    def __init__(
        self,
        tokens: AsyncGenerator[str, None],
        output: SpeechOutput,
        tools: ToolContext,
        *,
        text: str = "",
        keep: bool = False,
        markdown: bool = False,
        then: Callable[[], object] | None = None,
    ) -> None:
        self.tools = tools
        self.text = text
        self.then = then
        self.asked: StartReply | None = None
        self.committed = False
        """Whether the caller's turn that it answers cannot go on any more, and is in memory."""

        self.kept: list[Message] = []
        """What was kept in memory of the turn, and of this answer to it."""

        self.first_audio_ms: float | None = None
        self._heard_ms: float | None = None
        self._first_token_ms: float | None = None
        self._now_ms = output.line.now_ms
        self._on_token = output.on_token
        self._on_anew = output.on_anew
        self._allowed = False
        self._early: list[str] = []
        mute = not output.line.can_play()
        said = not mute or output.line.reads()
        self.reply = Reply(
            tokens,
            output.voice,
            output.playout,
            keep=keep,
            mute=mute,
            markdown=markdown,
            on_token=self._token,
            on_mute=lambda piece: output.on_mute(piece, said),
            on_anew=self._anew,
        )
        self._task: asyncio.Task[None] | None = None

    def start(self, on_done: Callable[["Answer"], None]) -> None:
        """Starts the work; `on_done` is told when all sound was handed over, or it broke."""
        self._task = asyncio.create_task(self.reply.run())
        self._task.add_done_callback(lambda _: on_done(self))

    def allow(self, asked: StartReply | None = None) -> None:
        """Lets it sound."""
        self.asked = asked
        self.tools.confirm()
        self._allowed = True
        for text in self._early:
            self._on_token(text)
        self._early.clear()
        self.reply.allow()

    def heard(self) -> None:
        """Notes that it sounds on: one packet before it was held is nothing that people hear."""
        if self.first_audio_ms is not None and self._heard_ms is None:
            self._heard_ms = self._now_ms()

    @property
    def done(self) -> bool:
        """Whether all of its sound was handed over, or it broke."""
        return self._task is not None and self._task.done()

    @property
    def fault(self) -> BaseException | None:
        """What broke it, where nothing should have."""
        if self._task is None or not self._task.done() or self._task.cancelled():
            return None
        return self._task.exception()

    def cancel(self) -> "asyncio.Task[None] | None":
        """Ends all work on it; returns the task that is ending."""
        if not self._allowed:
            self.tools.take_back()
        self.reply.silence()
        if self._task is not None:
            self._task.cancel()
        return self._task

    @property
    def latency(self) -> Latency | None:
        """The times of its stages; None for words of the agent's own accord."""
        if self.asked is None:
            return None
        return Latency(
            speech_end_ms=self.asked.speech_end_ms,
            endpoint_ms=self.asked.endpoint_ms,
            final_ms=self.asked.final_ms,
            first_token_ms=self._first_token_ms,
            first_audio_ms=self._heard_ms,
        )

    def _token(self, text: str) -> None:
        if self._first_token_ms is None:
            self._first_token_ms = self._now_ms()
        if self._allowed:
            self._on_token(text)
        else:
            self._early.append(text)

    def _anew(self) -> None:
        self._early.clear()
        if self._allowed:
            self._on_anew()


async def once(text: str) -> AsyncGenerator[str, None]:
    """Yields words of the agent's own accord, as an answer's tokens come."""
    yield text
