"""What the agent says unprompted: greeting, prompts, apology and goodbye, which ends the call."""

import logging

from sessions_app.engine.core.errors import ResponderError, VoiceError, traced
from sessions_app.engine.core.events import AgentFailed
from sessions_app.engine.core.states import EndReason
from sessions_app.engine.session.agent_parts import AgentParts, CallControls
from sessions_app.engine.session.answer import Answer
from sessions_app.engine.session.current_answer import CurrentAnswer
from sessions_app.engine.session.idle_prompts import REASONS, IdlePrompts
from sessions_app.engine.session.phrases import Phrases

logger = logging.getLogger(__name__)


class UnpromptedSpeech:
    """One call's unprompted speech. Used on one event loop; nothing here blocks."""

    def __init__(self, parts: AgentParts, call: CallControls, answer: CurrentAnswer) -> None:
        config = parts.config
        self._call_id = parts.call_id
        self._greeting = config.greeting
        self._phrases = Phrases(config)
        self._idle = IdlePrompts(1000.0 * config.silence_s, 1000.0 * config.max_length_s)
        self._call = call
        self._answer = answer
        self._greeted = False

    def heard_caller(self) -> None:
        """Notes speech, text or a key of the caller: silence counts from here."""
        self._idle.heard_caller(self._call.now_ms())

    def agent_silent(self) -> None:
        """Notes that the agent has stopped speaking: silence counts from here."""
        self._idle.busy(self._call.now_ms())

    def greet(self, *, started: bool) -> None:
        """Greets the caller, once; says nothing if the conversation has `started` already."""
        if self._greeted:
            return
        self._greeted = True
        self._idle.busy(self._call.now_ms())
        if self._greeting and self._answer.idle and not started:
            self._answer.announce(self._greeting)

    def tick(self, now_ms: float, *, listening: bool) -> None:
        """Says a prompt that is due at `now_ms` (call clock); `listening` while nobody speaks."""
        prompt = self._idle.due(now_ms, listening=listening) if self._greeted else None
        if prompt is None:
            return
        reason = REASONS.get(prompt)
        if reason is None:
            self._answer.announce(self._phrases.of(prompt))
            return
        self._answer.cut()
        self._say_goodbye(reason)

    def follow_up(self, answer: Answer) -> None:
        """Does what follows an answer that has ended: its `then`, a goodbye or an apology.

        Emits `AgentFailed` where the answer failed.
        """
        failure = self._failure_of(answer)
        if failure is not None:
            logger.warning("call %s: the agent failed (%s)", self._call_id, failure.code)
            self._call.emit(AgentFailed(failure.code, failure.message))
        if answer.then is not None:
            answer.then()
        elif answer.tools.ends_call:
            self._say_goodbye(EndReason.AGENT_HUNG_UP)
        elif isinstance(failure, ResponderError):
            self._answer.announce(self._phrases.apology)

    def _failure_of(self, answer: Answer) -> VoiceError | None:
        """Returns why an answer failed, in words fit for the client; None if it did not fail."""
        if answer.fault is None:
            return answer.reply.failure
        logger.error("call %s: an answer failed: %s", self._call_id, traced(answer.fault))
        return ResponderError("The agent's answer failed: an error in its program.")

    def _say_goodbye(self, reason: EndReason) -> None:
        closing = self._phrases.closing(reason)
        if closing:
            self._answer.announce(closing, then=lambda: self._call.hang_up(reason))
        else:
            self._call.hang_up(reason)
