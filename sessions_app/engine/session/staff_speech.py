"""Instructions of staff to a call's agent, and lines that it says for them in a held call."""

from collections import deque

from sessions_app.engine.agent.markup import speakable
from sessions_app.engine.agent.responders.base import Responder
from sessions_app.engine.core.errors import BusyError, NoAgentError, NotAllowedError
from sessions_app.engine.core.states import Floor
from sessions_app.engine.session.current_answer import CurrentAnswer
from sessions_app.engine.session.turn_taking import TurnTaking

MOST_LINES = 10
"""Typed lines that may wait to be said. More let staff type far ahead of what the caller hears."""

PATIENCE_MS = 4_000.0
"""How long a line waits for the caller to stop speaking.

Lower speaks over callers more often; higher makes staff wait longer where background noise counts
as speech.
"""


class StaffSpeech:
    """What staff say to, and through, one call's agent. On one event loop; nothing here blocks.

    While staff hold the call, the caller's turns are added to the agent's memory as always but get
    no answer. So the agent knows what was said once it answers again. All times are in ms on the
    call clock.
    """

    def __init__(self, responder: Responder, turns: TurnTaking, answer: CurrentAnswer) -> None:
        self.heeds = responder.heeds_whispers
        self._turns = turns
        self._answer = answer
        self._lines: deque[tuple[float, int, str]] = deque()

    def whisper(self, text: str) -> None:
        """Gives the agent an instruction for the answers that start from now on.

        Raises NoAgentError (not retryable) for an agent that follows no instructions.
        """
        if not self.heeds:
            raise NoAgentError("This agent follows a fixed script, and takes no instructions.")
        self._answer.whispers.append(text)
        self._answer.discard_prepared()

    def hold(self) -> None:
        """Stops the agent at once; it answers nothing until `release`."""
        self._answer.held = True
        self._answer.discard_prepared()
        self._turns.interrupt()

    def release(self) -> None:
        """Lets the agent answer again; lines that still wait to be said are dropped."""
        self._answer.held = False
        self._lines.clear()

    def say(self, text: str, by: int, now_ms: float) -> None:
        """Says a line as soon as nobody speaks; `by` is the key of the user who typed it.

        Raises NotAllowedError in a call that is not held, BusyError (retryable) while too many
        lines wait.
        """
        if not self._answer.held:
            raise NotAllowedError("Take the call over first.")
        if len(self._lines) >= MOST_LINES:
            raise BusyError("Too many lines wait to be said. Wait until the next was.")
        self._lines.append((now_ms, by, text))
        self.tick(now_ms)

    def tick(self, now_ms: float) -> None:
        """Says the next line if nobody speaks or it has waited PATIENCE_MS. Call it each 0.1 s."""
        if not self._lines or not self._answer.idle:
            return
        line = self._lines[0]
        asked_ms, by, text = line
        if self._turns.floor is Floor.LISTENING or now_ms - asked_ms >= PATIENCE_MS:
            self._lines.popleft()
            self._answer.announce(
                speakable(text), lambda: self._ended(line), keep=False, said_by=by
            )

    def _ended(self, line: tuple[float, int, str]) -> None:
        """Has a line said again of which nothing was heard, as the caller's next turn was first."""
        if self._answer.held and self._answer.ended_unheard:
            self._lines.appendleft(line)
