"""What the agent says by itself: greeting, prompts, apology, goodbye, and when the call ends so."""

import logging

from sessions_app.engine.core.errors import ResponderError, VoiceError, traced
from sessions_app.engine.core.events import AgentFailed
from sessions_app.engine.core.states import EndReason
from sessions_app.engine.session.agent_parts import CallLine, Parts
from sessions_app.engine.session.answering import Answer
from sessions_app.engine.session.current_answer import CurrentAnswer
from sessions_app.engine.session.idle_prompts import REASONS, IdlePrompts
from sessions_app.engine.session.phrases import Phrases

logger = logging.getLogger(__name__)


class Unprompted:
    """One call's. Lives on one event loop; nothing here waits."""

    def __init__(self, parts: Parts, line: CallLine, answer: CurrentAnswer) -> None:
        persona = parts.persona
        self._call_id = parts.call_id
        self._greeting = persona.greeting
        self._phrases = Phrases(persona)
        self._idle = IdlePrompts(1000.0 * persona.silence_s, 1000.0 * persona.max_length_s)
        self._line = line
        self._answer = answer
        self._greeted = False

    def heard_caller(self) -> None:
        """Notes that the caller gave a sign: silence counts anew."""
        self._idle.heard_caller(self._line.now_ms())

    def agent_silent(self) -> None:
        """Notes that the agent has just stopped speaking: silence counts from here."""
        self._idle.busy(self._line.now_ms())

    def greet(self, *, begun: bool) -> None:
        """Greets the caller, once; says nothing where the conversation has `begun`."""
        if self._greeted:
            return
        self._greeted = True
        self._idle.busy(self._line.now_ms())
        if self._greeting and self._answer.idle and not begun:
            self._answer.announce(self._greeting)

    def tick(self, now_ms: float, *, listening: bool) -> None:
        """Speaks up when it is time; `listening` while nobody speaks, nor is about to."""
        prompt = self._idle.due(now_ms, listening=listening) if self._greeted else None
        if prompt is None:
            return
        reason = REASONS.get(prompt)
        if reason is None:
            self._answer.announce(self._phrases.of(prompt))
            return
        self._answer.cut()
        self._say_goodbye(reason)

    def follow(self, answer: Answer) -> None:
        """Does what an answer that is over leads to: its own, a goodbye, an apology, or nothing."""
        failure = self._failure_of(answer)
        if failure is not None:
            logger.warning("call %s: the agent failed (%s)", self._call_id, failure.code)
            self._line.emit(AgentFailed(failure.code, failure.message))
        if answer.then is not None:
            answer.then()
        elif answer.tools.ends_call:
            self._say_goodbye(EndReason.AGENT_HUNG_UP)
        elif isinstance(failure, ResponderError):
            self._answer.announce(self._phrases.apology)

    def _failure_of(self, answer: Answer) -> VoiceError | None:
        """Returns what a client may know of why an answer failed; None where it did not."""
        if answer.fault is None:
            return answer.reply.failure
        logger.error("call %s: an answer broke: %s", self._call_id, traced(answer.fault))
        return ResponderError("The agent's answer failed: an error in its program.")

    def _say_goodbye(self, reason: EndReason) -> None:
        closing = self._phrases.closing(reason)
        if closing:
            self._answer.announce(closing, then=lambda: self._line.hang_up(reason))
        else:
            self._line.hang_up(reason)
