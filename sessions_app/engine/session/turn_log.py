"""The turns of a call with an agent: counts, events, and the conversation's memory."""

from collections.abc import Callable

from sessions_app.engine.agent.memory import ConversationMemory
from sessions_app.engine.agent.responders.base import Message
from sessions_app.engine.core.events import CallEvent, Speaker, TurnEnded
from sessions_app.engine.session.answer import Answer


class TurnLog:
    """Emits each side's turns (`TurnEnded`) and remembers what was said and heard.

    A caller's turn is committed once it cannot go on any more, which is with the first audio of
    its answer. Times are on the call clock, in ms.
    """

    def __init__(self, emit: Callable[[CallEvent], None], now_ms: Callable[[], float]) -> None:
        self._emit = emit
        self._now_ms = now_ms
        self._memory = ConversationMemory()
        self._caller_start_ms: float | None = None
        self._last_reply: Answer | None = None
        self.turns = 0
        """How many turns were committed, of both sides."""

    @property
    def messages(self) -> tuple[Message, ...]:
        """The conversation so far, as the responder gets it."""
        return self._memory.messages

    def caller_speaks(self, at_ms: float) -> None:
        """Notes speech of the caller at `at_ms`; the first since the last turn starts a turn."""
        if self._caller_start_ms is None:
            self._caller_start_ms = at_ms

    def commit_caller(self, answer: Answer | None) -> None:
        """Commits the caller's turn that `answer` replies to; does nothing the second time."""
        if answer is None or not answer.text or answer.committed:
            return
        answer.committed = True
        now = self._now_ms()
        answer.memories.append(self._memory.add_user(answer.text))
        self.turns += 1
        turn = answer.turn
        end = now if turn is None or turn.speech_end_ms is None else turn.speech_end_ms
        start = end if self._caller_start_ms is None else min(self._caller_start_ms, end)
        self._caller_start_ms = None
        self._emit(TurnEnded(self.turns, Speaker.CALLER, start, end))

    def end_answer(self, answer: Answer, said: str, *, interrupted: bool) -> None:
        """Ends the agent's turn; `said` is what the caller heard of it."""
        message = self._memory.add_agent(said, interrupted=interrupted)
        if answer.turn is not None:
            self._last_reply = answer
            answer.memories += [message] if message is not None else []
        if not said and answer.first_audio_ms is None:
            return
        now = self._now_ms()
        self.turns += 1
        start = now if answer.first_audio_ms is None else answer.first_audio_ms
        self._emit(TurnEnded(self.turns, Speaker.AGENT, start, now, interrupted, answer.latency))

    def retract(self) -> None:
        """Removes the last reply and its turn from the memory, as that turn was not over.

        The changes that the reply's tools made are undone.
        """
        reply, self._last_reply = self._last_reply, None
        if reply is not None:
            self._memory.drop(reply.memories)
            reply.tools.retract()
