"""The turns of a call with an agent: counted, told, and remembered as they were heard."""

from collections.abc import Callable

from sessions_app.engine.agent.memory import ConversationMemory
from sessions_app.engine.agent.responders.base import Message
from sessions_app.engine.core.events import CallEvent, Speaker, TurnEnded
from sessions_app.engine.session.answering import Answer


class TurnLog:
    """Notes when each side had the floor. A caller's turn counts once it cannot go on any more."""

    def __init__(self, emit: Callable[[CallEvent], None], now_ms: Callable[[], float]) -> None:
        self._emit = emit
        self._now_ms = now_ms
        self._memory = ConversationMemory()
        self._caller_start_ms: float | None = None
        self._last: Answer | None = None
        self.turns = 0

    @property
    def messages(self) -> tuple[Message, ...]:
        """The conversation so far."""
        return self._memory.messages

    def caller_speaks(self, at_ms: float) -> None:
        """Notes when the caller's turn begins; the first speech of it counts."""
        if self._caller_start_ms is None:
            self._caller_start_ms = at_ms

    def commit_caller(self, answer: Answer | None) -> None:
        """The caller's turn that `answer` replies to is over for good; told once."""
        if answer is None or not answer.text or answer.committed:
            return
        answer.committed = True
        now = self._now_ms()
        answer.kept.append(self._memory.add_user(answer.text))
        self.turns += 1
        asked = answer.asked
        end = now if asked is None or asked.speech_end_ms is None else asked.speech_end_ms
        start = end if self._caller_start_ms is None else min(self._caller_start_ms, end)
        self._caller_start_ms = None
        self._emit(TurnEnded(self.turns, Speaker.CALLER, start, end))

    def end_answer(self, answer: Answer, said: str, *, interrupted: bool) -> None:
        """The agent gave up the floor; `said` is what was heard."""
        kept = self._memory.add_agent(said, interrupted=interrupted)
        if answer.asked is not None:
            self._last = answer
            answer.kept += [kept] if kept is not None else []
        if not said and answer.first_audio_ms is None:
            return
        now = self._now_ms()
        self.turns += 1
        start = now if answer.first_audio_ms is None else answer.first_audio_ms
        self._emit(TurnEnded(self.turns, Speaker.AGENT, start, now, interrupted, answer.latency))

    def take_back(self) -> None:
        """The turn that was answered last goes on: what was said to it, and done, is void."""
        last, self._last = self._last, None
        if last is not None:
            self._memory.drop(last.kept)
            last.tools.take_back()
