"""Does what the turn manager asks for, tells who has the floor, and wakes the manager in time."""

import asyncio

from sessions_app.engine.core.events import CallEvent, FloorChanged
from sessions_app.engine.core.states import Floor
from sessions_app.engine.session.agent_parts import CallLine, Parts
from sessions_app.engine.session.current_answer import CurrentAnswer
from sessions_app.engine.session.hearing import actions_for
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


class TurnTaking:
    """One call's: from what happens in it to what is done with the agent's answer.

    Lives on one event loop; nothing here waits.
    """

    def __init__(self, parts: Parts, line: CallLine, answer: CurrentAnswer) -> None:
        self._manager = parts.turn_manager
        self._playout = parts.playout
        self._line = line
        self._answer = answer
        self._timer: asyncio.TimerHandle | None = None
        self._closed = False
        self.floor = Floor.LISTENING

    def hear(self, event: CallEvent, now_ms: float) -> None:
        """Takes an event of the call; what no turn depends on changes nothing."""
        actions = actions_for(self._manager, event, now_ms)
        if actions is not None:
            self._do(actions)

    def typed(self, text: str) -> None:
        """Takes a whole turn that was not spoken."""
        self._do(self._manager.on_typed(text, self._line.now_ms()))

    def interrupt(self) -> None:
        """Silences the present answer, as the client asks."""
        self._do(self._manager.on_interrupt(self._line.now_ms()))

    def pause(self, paused: bool) -> None:
        """Holds the agent still until it is asked to go on."""
        self._do(self._manager.on_agent_paused(paused, self._line.now_ms()))

    def answer_sounds(self) -> None:
        """The first sound of the present answer went out."""
        self._do(self._manager.on_playing(self._line.now_ms()))

    def answer_over(self) -> None:
        """All of the present answer was heard."""
        self._do(self._manager.on_reply_over(self._line.now_ms()))

    def close(self) -> None:
        """Wakes the manager no more; may be called twice."""
        self._closed = True
        self._disarm()

    def _do(self, actions: list[Action]) -> None:
        for action in actions:
            self._act(action)
        self._follow_floor()
        self._arm()

    def _act(self, action: Action) -> None:
        match action:
            case StartReply():
                self._answer.reply(action)
            case Prepare():
                self._answer.prepare(action.text)
            case Withdraw():
                self._answer.discard_prepared()
            case AskWords():
                self._line.ask()
            case HoldSpeech():
                self._playout.pause()
            case ResumeSpeech():
                self._playout.resume()
                self._answer.resumed()
            case CutSpeech(void=void):
                self._answer.cut(void=void)

    def _follow_floor(self) -> None:
        if self._manager.floor is self.floor:
            return
        caller_spoke, self.floor = self.floor is Floor.USER_SPEAKING, self._manager.floor
        self._line.guard(self.floor is Floor.AGENT_SPEAKING)
        self._line.emit(FloorChanged(self.floor, self._line.now_ms()))
        if self.floor is Floor.LISTENING:
            # what cut the last answer off turned out to be no words
            self._answer.say_rest(wanted=caller_spoke)

    def _arm(self) -> None:
        """Sets the one timer to when the manager next wants to be asked."""
        self._disarm()
        due_ms = self._manager.deadline_ms
        if due_ms is not None and not self._closed:
            delay_s = max(0.0, due_ms - self._line.now_ms()) / 1000
            self._timer = asyncio.get_running_loop().call_later(delay_s, self._due)

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _due(self) -> None:
        self._timer = None
        self._do(self._manager.on_tick(self._line.now_ms()))
