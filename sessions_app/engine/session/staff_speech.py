"""What staff have a call's agent heed, and what they have it say while they hold the call."""

from collections import deque

from sessions_app.engine.agent.markup import speakable
from sessions_app.engine.agent.responders.base import Responder
from sessions_app.engine.core.errors import BusyError, NoAgentError, NotAllowedError
from sessions_app.engine.core.states import Floor
from sessions_app.engine.session.current_answer import CurrentAnswer
from sessions_app.engine.session.turn_taking import TurnTaking

MOST_LINES = 10
"""Typed lines that wait to be said. More let staff type far ahead of what the caller hears."""

PATIENCE_MS = 4_000.0
"""How long a line waits for the caller to stop. Lower speaks over callers; higher leaves staff
without a voice where it is loud."""


class StaffSpeech:
    """Speaks for one call's agent. Used on one event loop; nothing here blocks.

    While the call is held, the caller's turns are taken and remembered as ever, and get no answer;
    the agent knows what was said when it is given the call back. All times are on the call clock.
    """

    def __init__(self, responder: Responder, turns: TurnTaking, answer: CurrentAnswer) -> None:
        self.heeds = responder.heeds_whispers
        self._turns = turns
        self._answer = answer
        self._lines: deque[tuple[float, int, str]] = deque()

    def whisper(self, text: str) -> None:
        """Tells the agent something for the answers that start from now on.

        Raises NoAgentError (not retryable) for an agent that follows no instructions.
        """
        if not self.heeds:
            raise NoAgentError("This agent follows a fixed script, and takes no instructions.")
        self._answer.whispers.append(text)
        self._answer.discard_prepared()

    def hold(self) -> None:
        """Silences the agent, at once and until `release`."""
        self._answer.held = True
        self._answer.discard_prepared()
        self._turns.interrupt()

    def release(self) -> None:
        """Lets the agent answer again; lines that nobody has heard are not said."""
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
        """Says the next line if its time has come. To be called every 0.1 s or so."""
        if not self._lines or not self._answer.idle:
            return
        asked_ms, by, text = self._lines[0]
        if self._turns.floor is Floor.LISTENING or now_ms - asked_ms >= PATIENCE_MS:
            self._lines.popleft()
            self._answer.announce(speakable(text), keep=False, said_by=by)
