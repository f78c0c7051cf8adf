"""One answer of the agent: its reply, its tools, and its latency by stage."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass

from sessions_app.engine.agent.reply import AnswerPiece, Reply, Speaks
from sessions_app.engine.agent.responders.base import Message
from sessions_app.engine.audio.playout import Playout
from sessions_app.engine.core.events import Latency
from sessions_app.engine.session.agent_parts import CallControls
from sessions_app.engine.session.tool_context import ToolContext
from sessions_app.engine.turns.actions import StartReply


@dataclass(frozen=True, slots=True)
class SpeechOutput:
    """What an answer is played with: voice, playout, and callbacks for its progress."""

    voice: Speaks
    playout: Playout
    call: CallControls
    on_mute: Callable[[AnswerPiece, bool], None]
    """Gets a piece without audio, and whether showing its text counts as saying it."""

    on_token: Callable[[str], None] = lambda _: None
    on_restart: Callable[[], None] = lambda: None
    """Called if what was said so far turns out to be no part of the answer; audio has stopped."""


class Answer:
    """One answer, or unprompted words: from `start` until all audio is in the playout, or `cancel`.

    `text` is what the caller said. `keep` caches the audio, for phrases that are said again;
    `markdown` says that the tokens are Markdown. `then` runs once all of it was heard or cut.
    Made before the turn is certain, it stays silent until `allow`.
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
        self.turn: StartReply | None = None
        """The turn that it answers; None until that is certain, and for unprompted words."""

        self.committed = False
        """Whether the caller's turn is final and in memory: more words start another turn."""

        self.memories: list[Message] = []
        """The messages that this turn and its answer added to the memory."""

        self.first_audio_ms: float | None = None
        """When its first packet was sent, on the call clock."""

        self._audible_ms: float | None = None
        self._first_token_ms: float | None = None
        self._now_ms = output.call.now_ms
        self._on_token = output.on_token
        self._on_restart = output.on_restart
        self._allowed = False
        self._early_tokens: list[str] = []
        self._task: asyncio.Task[None] | None = None
        self.reply = self._reply(tokens, output, keep=keep, markdown=markdown)

    def _reply(
        self, tokens: AsyncGenerator[str, None], output: SpeechOutput, *, keep: bool, markdown: bool
    ) -> Reply:
        mute = not output.call.can_play()
        said = not mute or output.call.wants_text()
        return Reply(
            tokens,
            output.voice,
            output.playout,
            keep=keep,
            mute=mute,
            markdown=markdown,
            on_token=self._token,
            on_mute=lambda piece: output.on_mute(piece, said),
            on_restart=self._restarted,
        )

    def start(self, on_done: Callable[["Answer"], None]) -> None:
        """Starts generating; `on_done` is called when all audio is in the playout, or it failed."""
        self._task = asyncio.create_task(self.reply.run())
        self._task.add_done_callback(lambda _: on_done(self))

    def allow(self, turn: StartReply | None = None) -> None:
        """Lets it play, now that the turn is certain."""
        self.turn = turn
        self.tools.confirm()
        self._allowed = True
        for text in self._early_tokens:
            self._on_token(text)
        self._early_tokens.clear()
        self.reply.allow()

    def note_audible(self) -> None:
        """Notes that it is audible now, for the latency.

        That is not its first packet if the playout was paused right after it: 20 ms are not heard.
        """
        if self.first_audio_ms is not None and self._audible_ms is None:
            self._audible_ms = self._now_ms()

    @property
    def done(self) -> bool:
        """Whether all of its audio is in the playout, or it failed."""
        return self._task is not None and self._task.done()

    @property
    def fault(self) -> BaseException | None:
        """The unexpected exception that ended it; None without one."""
        if self._task is None or not self._task.done() or self._task.cancelled():
            return None
        return self._task.exception()

    def cancel(self) -> "asyncio.Task[None] | None":
        """Cancels generation and audio; returns the task, which may still be ending."""
        if not self._allowed:
            self.tools.retract()
        self.reply.silence()
        if self._task is not None:
            self._task.cancel()
        return self._task

    @property
    def latency(self) -> Latency | None:
        """When each stage was reached, on the call clock; None for unprompted words."""
        if self.turn is None:
            return None
        return Latency(
            speech_end_ms=self.turn.speech_end_ms,
            endpoint_ms=self.turn.endpoint_ms,
            final_ms=self.turn.final_ms,
            first_token_ms=self._first_token_ms,
            first_audio_ms=self._audible_ms,
        )

    def _token(self, text: str) -> None:
        if self._first_token_ms is None:
            self._first_token_ms = self._now_ms()
        if self._allowed:
            self._on_token(text)
        else:
            self._early_tokens.append(text)

    def _restarted(self) -> None:
        self._early_tokens.clear()
        if self._allowed:
            self._on_restart()


async def single_token(text: str) -> AsyncGenerator[str, None]:
    """Yields a fixed text as a responder's one and only token."""
    yield text


async def no_tokens() -> AsyncGenerator[str, None]:
    """Yields nothing: no answer."""
    nothing: tuple[str, ...] = ()
    for token in nothing:
        yield token
