"""The agent in a live call: dispatches the call's events and the client's commands to its parts.

`turn_taking` decides whose turn it is, `current_answer` generates and plays the answers, and
`unprompted_speech` plays what is no answer: greeting, prompts, goodbye.
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
from sessions_app.engine.session.agent_parts import AgentParts, CallControls
from sessions_app.engine.session.audibility import Audibility
from sessions_app.engine.session.current_answer import CurrentAnswer
from sessions_app.engine.session.notebook import Notebook
from sessions_app.engine.session.staff_speech import StaffSpeech
from sessions_app.engine.session.tool_context import ToolContext
from sessions_app.engine.session.turn_log import TurnLog
from sessions_app.engine.session.turn_taking import TurnTaking
from sessions_app.engine.session.unprompted_speech import UnpromptedSpeech
from sessions_app.engine.session.video_watcher import VideoWatcher

logger = logging.getLogger(__name__)


class AgentSession:
    """One call's agent. An `EventSink`, which gets the same events as every other sink.

    Used on one event loop; nothing here blocks. A fault in it is logged and never ends the call.
    """

    def __init__(self, parts: AgentParts, call: CallControls) -> None:
        self._parts = parts
        self._call = call
        self._log = TurnLog(call.emit, call.now_ms)
        self._notebook = Notebook(call.emit, call.now_ms, parts.notes)
        self._video = VideoWatcher(parts)
        self._audibility = Audibility(parts.playout, self._reaches_client, call.emit)
        self._answer = CurrentAnswer(parts, call, self._log, self._audibility, self._new_tools)
        self._turns = TurnTaking(parts, call, self._answer)
        self._unprompted = UnpromptedSpeech(parts, call, self._answer)
        self.staff = StaffSpeech(parts.responder, self._turns, self._answer)
        self._answer.on_first_sound = self._turns.answer_started
        self._answer.on_ended = self._unprompted.agent_silent
        self._answer.on_completed = self._turns.answer_completed
        self._answer.follow_up = self._unprompted.follow_up
        self._paused = self._closed = False

    @property
    def heeds(self) -> bool:
        """Whether it follows what staff whisper."""
        return self.staff.heeds

    # -- events of the call -------------------------------------------------------------

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
                self._audibility.set_away(False)
                self._video.start(self._new_tools())
                self._unprompted.greet(started=self._log.turns > 0 or self._answer.held)
            case StateChanged(state=CallState.RECONNECTING):
                self._audibility.set_away(True)
            case SpeechStarted(speaker=Speaker.CALLER) | SpeechResumed(speaker=Speaker.CALLER):
                self._unprompted.heard_caller()
                self._log.caller_speaks(event.at_ms)
            case SpeechEnded(speaker=Speaker.CALLER):
                self._unprompted.heard_caller()
        self._turns.handle(event, self._call.now_ms())

    def tick(self, now_ms: float) -> None:
        """Updates the caption and plays a prompt that is due. To be called every 0.1 s or so.

        `now_ms` is the call clock.
        """
        if self._closed:
            return
        self._audibility.update()
        self._answer.update_caption()
        self.staff.tick(now_ms)
        if self._answer.held:
            self._unprompted.agent_silent()  # how long nobody spoke is for staff to mind
        elif not self._paused and not self._parts.playout.suspended:
            listening = self._turns.floor is Floor.LISTENING and self._answer.idle
            self._unprompted.tick(now_ms, listening=listening)

    def catch_up(self) -> list[CallEvent]:
        """Returns the events that a reconnected client needs: the floor, and all notes."""
        now = self._call.now_ms()
        return [FloorChanged(self._turns.floor, now), *self._notebook.all_notes()]

    # -- commands of the client ---------------------------------------------------------

    def say(self, text: str) -> None:
        """Takes a turn that the caller typed: transcribes and answers it."""
        now, seq = self._call.now_ms(), self._parts.numbers.take()
        self._call.emit(SegmentFinal(seq, Speaker.CALLER, text, now, now, typed=True))
        self.answer_typed(text)

    def answer_typed(self, text: str) -> None:
        """Answers a turn that was not spoken and is in the transcript already."""
        self._unprompted.heard_caller()
        self._turns.typed(text)

    def hear_key(self, key: str, keys: str) -> str:
        """Passes a DTMF key to the responder.

        Returns the text of the turn that all `keys` make so far; empty while they make none.
        """
        self._unprompted.heard_caller()
        tools, responder = self._new_tools(), self._parts.responder
        tools.confirm()
        responder.on_key(self._parts.config, tools, key)
        return responder.turn_of_keys(self._parts.config, keys) if keys else ""

    def speak(self, text: str) -> None:
        """Makes the agent say `text`, in place of what it is saying now."""
        self.interrupt()
        if self._answer.idle:
            self._answer.announce(speakable(text), keep=False)

    def hear_app(self, data: Any) -> None:
        """Passes a message of the client's own code to the operator's responder."""
        tools = self._new_tools()
        tools.confirm()
        self._parts.responder.on_app_message(self._parts.config, tools, data)

    def interrupt(self) -> None:
        """Cuts the current answer."""
        self._turns.interrupt()

    def pause(self, paused: bool) -> None:
        """Pauses (True) or resumes (False) the agent; a paused one says nothing."""
        self._paused = paused
        self._turns.pause(paused)

    async def finish(self) -> None:
        """Cuts the current answer, logs how much of it was heard, and ends all its tasks."""
        self._answer.close()
        self._closed = True
        self._turns.close()
        await self._video.aclose()
        await self._answer.aclose()

    def _reaches_client(self) -> bool:
        """Returns whether the client receives the agent's words, as audio or as text."""
        return self._call.can_play() or self._call.wants_text()

    def _new_tools(self) -> ToolContext:
        parts, call = self._parts, self._call
        return ToolContext(
            self._notebook,
            call.now_ms,
            parts.find_earlier,
            lambda data: call.emit(AppMessageSent(data)),
            parts.video,
        )
