"""Carries out the turn manager's actions, emits who has the floor, and runs its timer."""

import asyncio

from sessions_app.engine.core.events import CallEvent, FloorChanged
from sessions_app.engine.core.states import Floor
from sessions_app.engine.session.agent_parts import AgentParts, CallControls
from sessions_app.engine.session.current_answer import CurrentAnswer
from sessions_app.engine.session.turn_events import actions_for
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
    """Connects one call's events and commands with the `TurnManager` and the agent's answer.

    Used on one event loop; nothing here blocks.
    """

    def __init__(self, parts: AgentParts, call: CallControls, answer: CurrentAnswer) -> None:
        self._manager = parts.turn_manager
        self._playout = parts.playout
        self._call = call
        self._answer = answer
        self._timer: asyncio.TimerHandle | None = None
        self._closed = False
        self.floor = Floor.LISTENING

    def handle(self, event: CallEvent, now_ms: float) -> None:
        """Handles an event of the call; one that no turn depends on changes nothing."""
        actions = actions_for(self._manager, event, now_ms)
        if actions is not None:
            self._do(actions)

    def typed(self, text: str) -> None:
        """Takes a whole turn that was not spoken."""
        self._do(self._manager.on_typed(text, self._call.now_ms()))

    def interrupt(self) -> None:
        """Cuts the current answer, as the client asks."""
        self._do(self._manager.on_interrupt(self._call.now_ms()))

    def pause(self, paused: bool) -> None:
        """Pauses (True) or resumes (False) the agent."""
        self._do(self._manager.on_agent_paused(paused, self._call.now_ms()))

    def answer_started(self) -> None:
        """Notes that the first packet of the current answer was sent."""
        self._do(self._manager.on_playing(self._call.now_ms()))

    def answer_completed(self) -> None:
        """Notes that all of the current answer was played."""
        self._do(self._manager.on_reply_over(self._call.now_ms()))

    def close(self) -> None:
        """Stops the timer for good; may be called twice."""
        self._closed = True
        self._stop_timer()

    def _do(self, actions: list[Action]) -> None:
        for action in actions:
            self._act(action)
        self._follow_floor()
        self._start_timer()

    def _act(self, action: Action) -> None:
        match action:
            case StartReply():
                self._answer.reply(action)
            case Prepare():
                self._answer.prepare(action.text)
            case Withdraw():
                self._answer.discard_prepared()
            case AskWords():
                self._call.request_words()
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
        self._call.guard_vad(self.floor is Floor.AGENT_SPEAKING)
        self._call.emit(FloorChanged(self.floor, self._call.now_ms()))
        if self.floor is not Floor.LISTENING:
            return
        if caller_spoke:  # what cut off the last answer turned out to be no words
            self._answer.say_unheard_rest()
        else:
            self._answer.forget_unheard_rest()

    def _start_timer(self) -> None:
        """Sets the timer to the manager's next deadline, if it has one."""
        self._stop_timer()
        due_ms = self._manager.deadline_ms
        if due_ms is not None and not self._closed:
            delay_s = max(0.0, due_ms - self._call.now_ms()) / 1000
            self._timer = asyncio.get_running_loop().call_later(delay_s, self._due)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _due(self) -> None:
        self._timer = None
        self._do(self._manager.on_tick(self._call.now_ms()))
