"""The agent in a live call: what it is told, by the call and by the client, goes on from here.

`turn_taking` tells turns from speech, `current_answer` has them answered and says the answers,
`unprompted` says what nobody asked for.
"""

import logging
from typing import Any

from sessions_app.engine.agent.markup import speakable
from sessions_app.engine.core.errors import traced
from sessions_app.engine.core.events import (
    AppMessageSent,
    CallEvent,
    FloorChanged,
    SegmentFinal,
    Speaker,
    SpeechEnded,
    SpeechResumed,
    SpeechStarted,
    StateChanged,
)
from sessions_app.engine.core.states import CallState, Floor
from sessions_app.engine.session.agent_parts import CallLine, Parts
from sessions_app.engine.session.audibility import Audibility
from sessions_app.engine.session.current_answer import CurrentAnswer
from sessions_app.engine.session.notebook import Notebook
from sessions_app.engine.session.tool_context import ToolContext
from sessions_app.engine.session.turn_log import TurnLog
from sessions_app.engine.session.turn_taking import TurnTaking
from sessions_app.engine.session.unprompted import Unprompted
from sessions_app.engine.session.watching import Watching

logger = logging.getLogger(__name__)


class AgentSession:
    """Answers the caller. An `EventSink`: it hears of the call what all sinks hear.

    Lives on one event loop; nothing here waits.
    """

    def __init__(self, parts: Parts, line: CallLine) -> None:
        self._parts = parts
        self._line = line
        self._log = TurnLog(line.emit, line.now_ms)
        self._notebook = Notebook(line.emit, line.now_ms, parts.notes)
        self._watching = Watching(parts)
        self._audibility = Audibility(parts.playout, self._reaches_client, line.emit)
        self._answer = CurrentAnswer(parts, line, self._log, self._audibility, self._new_tools)
        self._turns = TurnTaking(parts, line, self._answer)
        self._unprompted = Unprompted(parts, line, self._answer)
        self._answer.on_first_sound = self._turns.answer_sounds
        self._answer.on_silent = self._unprompted.agent_silent
        self._answer.on_over = self._turns.answer_over
        self._answer.follow_up = self._unprompted.follow
        self._paused = self._closed = False

    # -- what happens in the call -------------------------------------------------------

    def emit(self, event: CallEvent) -> None:
        if self._closed:
            return
        try:
            self._hear(event)
        except Exception as error:  # noqa: BLE001 - a sink never raises: the call goes on
            logger.error("call %s: the agent broke: %s", self._parts.call_id, traced(error))

    def _hear(self, event: CallEvent) -> None:
        match event:
            case StateChanged(state=CallState.ACTIVE):
                self._audibility.away(False)
                self._watching.start(self._new_tools())
                self._unprompted.greet(begun=self._log.turns > 0)
            case StateChanged(state=CallState.RECONNECTING):
                self._audibility.away(True)
            case SpeechStarted(speaker=Speaker.CALLER) | SpeechResumed(speaker=Speaker.CALLER):
                self._unprompted.heard_caller()
                self._log.caller_speaks(event.at_ms)
            case SpeechEnded(speaker=Speaker.CALLER):
                self._unprompted.heard_caller()
        self._turns.hear(event, self._line.now_ms())

    def tick(self, now_ms: float) -> None:
        """Shows how far the agent's words were heard, and speaks up when it is time."""
        if self._closed:
            return
        self._audibility.look()
        self._answer.caption()
        if not self._paused and not self._parts.playout.suspended:
            listening = self._turns.floor is Floor.LISTENING and self._answer.idle
            self._unprompted.tick(now_ms, listening=listening)

    def catch_up(self) -> list[CallEvent]:
        """Returns what a client that comes back must know: the floor, and the notes."""
        now = self._line.now_ms()
        return [FloorChanged(self._turns.floor, now), *self._notebook.whole()]

    # -- what the client asks -----------------------------------------------------------

    def say(self, text: str) -> None:
        """Takes a turn that was typed."""
        now, seq = self._line.now_ms(), self._parts.numbers.take()
        self._line.emit(SegmentFinal(seq, Speaker.CALLER, text, now, now, typed=True))
        self.take(text)

    def take(self, text: str) -> None:
        """Takes a turn that was not spoken, and is in the transcript already."""
        self._unprompted.heard_caller()
        self._turns.typed(text)

    def hear_key(self, key: str, keys: str) -> str:
        """Tells the responder of a key; returns the turn that all `keys` are by now, if any."""
        self._unprompted.heard_caller()
        tools, responder = self._new_tools(), self._parts.responder
        tools.confirm()
        responder.on_key(self._parts.persona, tools, key)
        return responder.turn_of_keys(self._parts.persona, keys) if keys else ""

    def speak(self, text: str) -> None:
        """Says `text` of its own accord, in place of what it is saying."""
        self.interrupt()
        if self._answer.idle:
            self._answer.announce(speakable(text), keep=False)

    def hear_app(self, data: Any) -> None:
        """Hands the operator's responder what the client's own code says to it."""
        tools = self._new_tools()
        tools.confirm()
        self._parts.responder.on_app_message(self._parts.persona, tools, data)

    def interrupt(self) -> None:
        """Silences the present answer."""
        self._turns.interrupt()

    def pause(self, paused: bool) -> None:
        """Holds still until asked to go on."""
        self._paused = paused
        self._turns.pause(paused)

    async def finish(self) -> None:
        """Ends the present answer where it is, and tells how much of it was heard."""
        self._answer.close()
        self._closed = True
        self._turns.close()
        await self._watching.aclose()
        await self._answer.aclose()

    def _reaches_client(self) -> bool:
        """Returns whether the client takes the agent's words, as sound or as text."""
        return self._line.can_play() or self._line.reads()

    def _new_tools(self) -> ToolContext:
        parts, line = self._parts, self._line
        return ToolContext(
            self._notebook,
            line.now_ms,
            parts.find_earlier,
            lambda data: line.emit(AppMessageSent(data)),
            parts.video,
        )
