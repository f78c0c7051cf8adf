"""The agent in a live call: turns from speech, answers from turns, sound from answers."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from sessions_app.engine.agent.markup import speakable
from sessions_app.engine.agent.reply import AnswerPiece
from sessions_app.engine.agent.responders.base import Conversation, Message
from sessions_app.engine.core.errors import ResponderError, traced
from sessions_app.engine.core.events import (
    AgentFailed,
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
from sessions_app.engine.core.states import CallState, EndReason, Floor
from sessions_app.engine.session.agent_parts import CallLine, Parts
from sessions_app.engine.session.answering import Answer, SpeechOutput, once
from sessions_app.engine.session.audibility import Audibility
from sessions_app.engine.session.hearing import told
from sessions_app.engine.session.idle_prompts import REASONS, IdlePrompts, Prompt
from sessions_app.engine.session.notebook import Notebook
from sessions_app.engine.session.phrases import Phrases
from sessions_app.engine.session.speech_output import Speaking
from sessions_app.engine.session.tool_context import ToolContext
from sessions_app.engine.session.turn_log import TurnLog
from sessions_app.engine.session.watching import Watching
from sessions_app.engine.turns.actions import (
    Action,
    AskWords,
    CutSpeech,
    HoldSpeech,
    Prepare,
    ResumeSpeech,
    StartReply,
    Withdraw,
)

logger = logging.getLogger(__name__)


class AgentSession:
    """Answers the caller. An `EventSink`: it hears of the call what all sinks hear.

    Lives on one event loop; nothing here waits.
    """

    def __init__(self, parts: Parts, line: CallLine) -> None:
        self._parts = parts
        self._line = line
        self._taker = parts.taker
        self._playout = parts.playout
        persona = parts.persona
        self._phrases = Phrases(persona)
        self._speaking = Speaking(parts.playout, parts.numbers, persona.language, line.emit)
        self._playout.on_first = self._sounds
        self._playout.on_finished = self._sounded
        self._send = lambda data: line.emit(AppMessageSent(data))
        self._ledger = TurnLog(line.emit, line.now_ms)
        self._notebook = Notebook(line.emit, line.now_ms, parts.notes)
        self._patience = IdlePrompts(1000.0 * persona.silence_s, 1000.0 * persona.max_length_s)
        hears = (self._mute, self._speaking.token, self._speaking.take_back)
        self._mouth = SpeechOutput(parts.voice, parts.playout, line, *hears)
        self._reach = Audibility(parts.playout, lambda: line.can_play() or line.reads(), line.emit)
        self._watching = Watching(parts)
        self._answer: Answer | None = None
        self._prepared: Answer | None = None
        self._cancelled: set[asyncio.Task[None]] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._floor = Floor.LISTENING
        self._greeted = self._paused = self._closed = False

    # -- what happens in the call -----------------------------------------------------

    def emit(self, event: CallEvent) -> None:
        if self._closed:
            return
        try:
            self._hear(event)
        except Exception as error:  # noqa: BLE001 - a sink never raises: the call goes on
            logger.error("call %s: the agent broke: %s", self._parts.call_id, traced(error))

    def _hear(self, event: CallEvent) -> None:
        now = self._line.now_ms()
        match event:
            case StateChanged(state=CallState.ACTIVE):
                self._reach.away(False)
                self._greet()
            case StateChanged(state=CallState.RECONNECTING):
                self._reach.away(True)
            case SpeechStarted(speaker=Speaker.CALLER) | SpeechResumed(speaker=Speaker.CALLER):
                self._patience.heard_caller(now)
                self._ledger.caller_speaks(event.at_ms)
            case SpeechEnded(speaker=Speaker.CALLER):
                self._patience.heard_caller(now)
        actions = told(self._taker, event, now)
        if actions is not None:
            self._do(actions)

    def tick(self, now_ms: float) -> None:
        """Shows how far the agent's words were heard, and speaks up when it is time."""
        if self._closed:
            return
        self._reach.look()
        self._speaking.caption()
        if self._greeted and not self._paused and not self._playout.suspended:
            listening = self._floor is Floor.LISTENING and self._answer is None
            prompt = self._patience.due(now_ms, listening=listening)
            if prompt is not None:
                self._speak_up(prompt)

    def catch_up(self) -> list[CallEvent]:
        """Returns what a client that comes back must know: the floor, and the notes."""
        now = self._line.now_ms()
        return [FloorChanged(self._floor, now), *self._notebook.whole()]

    # -- what the client asks ---------------------------------------------------------

    def say(self, text: str) -> None:
        """Takes a turn that was typed."""
        now, seq = self._line.now_ms(), self._parts.numbers.take()
        self._line.emit(SegmentFinal(seq, Speaker.CALLER, text, now, now, typed=True))
        self.take(text)

    def take(self, text: str) -> None:
        """Takes a turn that was not spoken, and is in the transcript already."""
        now = self._line.now_ms()
        self._patience.heard_caller(now)
        self._do(self._taker.on_typed(text, now))

    def hear_key(self, key: str, keys: str) -> str:
        """Tells the responder of a key; returns the turn that all `keys` are by now, if any."""
        self._patience.heard_caller(self._line.now_ms())
        desk, responder = self._desk(), self._parts.responder
        desk.confirm()
        responder.on_key(self._parts.persona, desk, key)
        return responder.turn_of_keys(self._parts.persona, keys) if keys else ""

    def speak(self, text: str) -> None:
        """Says `text` of its own accord, in place of what it is saying."""
        self.interrupt()
        if self._answer is None:
            self._announce(speakable(text), keep=False)

    def hear_app(self, data: Any) -> None:
        """Hands the operator's responder what the client's own code says to it."""
        desk = self._desk()
        desk.confirm()
        self._parts.responder.on_app_message(self._parts.persona, desk, data)

    def interrupt(self) -> None:
        """Silences the present answer."""
        self._do(self._taker.on_interrupt(self._line.now_ms()))

    def pause(self, paused: bool) -> None:
        """Holds still until asked to go on."""
        self._paused = paused
        self._do(self._taker.on_agent_paused(paused, self._line.now_ms()))

    async def finish(self) -> None:
        """Ends the present answer where it is, and tells how much of it was heard."""
        if not self._closed:
            self._cut()
            self._closed = True
        if self._timer is not None:
            self._timer.cancel()
        self._discard()
        await self._watching.aclose()
        await asyncio.gather(*self._cancelled, return_exceptions=True)

    # -- actions of the turn machine ----------------------------------------------------

    def _do(self, actions: list[Action]) -> None:
        for action in actions:
            match action:
                case StartReply():
                    self._reply(action)
                case Prepare():
                    self._prepare(action.text)
                case Withdraw():
                    self._discard()
                case AskWords():
                    self._line.ask()
                case HoldSpeech():
                    self._playout.hold()
                case ResumeSpeech():
                    self._playout.resume()
                    if self._answer is not None:
                        self._answer.heard()
                case CutSpeech(void=void):
                    self._cut(void=void)
        self._follow_floor()
        self._arm()

    def _follow_floor(self) -> None:
        if self._taker.floor is self._floor:
            return
        spoke, self._floor = self._floor is Floor.USER_SPEAKING, self._taker.floor
        self._line.guard(self._floor is Floor.AGENT_SPEAKING)
        self._line.emit(FloorChanged(self._floor, self._line.now_ms()))
        if self._floor is Floor.LISTENING and (left := self._speaking.rest(wanted=spoke)):
            self._announce(left, keep=False)  # what cut it off turned out to be no words

    def _arm(self) -> None:
        """Sets the one timer to when the turn machine next wants to be asked."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        due = self._taker.deadline_ms
        if due is not None and not self._closed:
            delay_s = max(0.0, due - self._line.now_ms()) / 1000
            self._timer = asyncio.get_running_loop().call_later(delay_s, self._due)

    def _due(self) -> None:
        self._timer = None
        self._do(self._taker.on_tick(self._line.now_ms()))

    # -- answers ------------------------------------------------------------------------

    def _desk(self) -> ToolContext:
        parts, now_ms = self._parts, self._line.now_ms
        return ToolContext(self._notebook, now_ms, parts.find_earlier, self._send, parts.video)

    def _answer_to(self, text: str) -> Answer:
        desk = self._desk()
        conversation = Conversation(
            persona=self._parts.persona,
            messages=(*self._ledger.messages, Message(Speaker.CALLER, text)),
            host=desk,
            speech_id=f"{self._parts.call_id}/{self._ledger.turns + 1}",
            call_id=self._parts.call_id,
        )
        responder = self._parts.responder
        tokens = responder.stream(conversation)
        return Answer(tokens, self._mouth, desk, text=text, markdown=responder.markdown)

    def _prepare(self, text: str) -> None:
        self._discard()
        if self._parts.responder.speculative:
            self._prepared = self._answer_to(text)
            self._prepared.start(self._handed_over)

    def _discard(self) -> None:
        if self._prepared is not None:
            self._cancel(self._prepared)
            self._prepared = None

    def _reply(self, asked: StartReply) -> None:
        self._cut()  # words of its own accord that had not begun to sound
        ready = self._prepared
        if ready is not None and ready.text == asked.text:
            self._prepared = None
            self._answer = ready
        else:
            self._discard()
            self._answer = self._answer_to(asked.text)
            self._answer.start(self._handed_over)
        self._speaking.begin(self._ledger.turns + 2)
        self._answer.allow(asked)
        if self._answer.done:
            self._handed_over(self._answer)

    def _announce(
        self, text: str, then: Callable[[], object] | None = None, *, keep: bool = True
    ) -> None:
        """Says `text` of the agent's own accord, which is one segment where it is a fixed phrase.

        `keep` says that it is one: its sound is kept, since it will be said again.
        """
        self._answer = Answer(once(text), self._mouth, self._desk(), keep=keep, then=then)
        self._speaking.begin(self._ledger.turns + 1, whole=keep)
        self._answer.start(self._handed_over)
        self._answer.allow()

    def _cancel(self, answer: Answer) -> None:
        task = answer.cancel()
        if task is not None and not task.done():
            self._cancelled.add(task)
            task.add_done_callback(self._cancelled.discard)

    # -- the playout and the answer's work tell -----------------------------------------

    def _sounds(self, item: object) -> None:
        assert isinstance(item, AnswerPiece)  # noqa: S101 - nothing else is put there
        answer = self._answer
        if answer is None:
            return
        now = self._line.now_ms()
        self._speaking.on_first(item)
        if answer.first_audio_ms is None:
            answer.first_audio_ms = now
            self._ledger.commit_caller(self._answer)
            self._do(self._taker.on_playing(now))
            if not self._playout.held:
                answer.heard()
        self._taker.judge.said.add(item.text, now)  # heard again soon, it is an echo

    def _sounded(self, item: object) -> None:
        assert isinstance(item, AnswerPiece)  # noqa: S101 - nothing else is put there
        self._speaking.on_finished(item)
        self._maybe_over()

    def _mute(self, piece: AnswerPiece, heard: bool) -> None:
        self._ledger.commit_caller(self._answer)
        self._speaking.on_mute(piece, self._line.now_ms(), heard=heard)
        if not heard:
            self._reach.tell_unheard()

    def _handed_over(self, answer: Answer) -> None:
        if answer is self._answer:
            self._maybe_over()

    def _maybe_over(self) -> None:
        answer = self._answer
        if self._closed or answer is None or not answer.done or not self._playout.idle:
            return
        self._speaking.flush()
        self._end_answer(answer, interrupted=False)
        self._do(self._taker.on_reply_over(self._line.now_ms()))
        self._after(answer)

    def _cut(self, *, void: bool = False) -> None:
        if self._answer is not None:
            self._end_here(self._answer, void=void)
        if void:
            self._ledger.take_back()
            self._discard()

    def _end_here(self, answer: Answer, *, void: bool) -> None:
        self._cancel(answer)
        started = answer.first_audio_ms is not None
        if started:
            finished = self._speaking.progress
            unbegun = [p.text for p in answer.reply.begun if p not in finished]
            self._speaking.cut([*unbegun, answer.reply.waiting_text], self._line.now_ms())
        else:
            self._speaking.flush()
        self._playout.clear()
        if not void:
            self._ledger.commit_caller(answer)
        self._end_answer(answer, interrupted=True)
        if answer.then is not None or (answer.desk.ends_call and not void):
            self._after(answer)

    def _end_answer(self, answer: Answer, *, interrupted: bool) -> None:
        if not interrupted:
            self._ledger.commit_caller(answer)
        self._answer = None
        self._ledger.end_answer(answer, self._speaking.said_text, interrupted=interrupted)
        self._playout.forget()
        self._patience.busy(self._line.now_ms())

    def _after(self, answer: Answer) -> None:
        """What follows an answer: an apology, the end of the call, or nothing."""
        failure = answer.reply.failure
        if answer.fault is not None:
            logger.error("call %s: an answer broke: %s", self._parts.call_id, traced(answer.fault))
            failure = ResponderError("The agent's answer failed: an error in its program.")
        if failure is not None:
            logger.warning("call %s: the agent failed (%s)", self._parts.call_id, failure.code)
            self._line.emit(AgentFailed(failure.code, failure.message))
        if answer.then is not None:
            answer.then()
        elif answer.desk.ends_call:
            self._say_goodbye(EndReason.AGENT_HUNG_UP)
        elif isinstance(failure, ResponderError):
            self._announce(self._phrases.apology)

    # -- of its own accord --------------------------------------------------------------

    def _greet(self) -> None:
        if not self._greeted:
            self._greeted = True
            self._watching.start(self._desk())
            self._patience.busy(self._line.now_ms())
            if self._parts.persona.greeting and self._answer is None and not self._ledger.turns:
                self._announce(self._parts.persona.greeting)

    def _speak_up(self, prompt: Prompt) -> None:
        reason = REASONS.get(prompt)
        if reason is None:
            self._announce(self._phrases.of(prompt))
            return
        self._cut()
        self._say_goodbye(reason)

    def _say_goodbye(self, reason: EndReason) -> None:
        closing = self._phrases.closing(reason)
        if closing:
            self._announce(closing, then=lambda: self._line.hang_up(reason))
        else:
            self._line.hang_up(reason)
