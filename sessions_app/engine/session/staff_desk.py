"""What staff see, hear and do in a live call while they look on."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from sessions_app.engine.audio.playout import Playout
from sessions_app.engine.core.desk import (
    DeskCommand,
    DeskState,
    GiveBack,
    Listen,
    StaffAction,
    StaffMember,
    StaffSays,
    TakeOver,
    Whisper,
)
from sessions_app.engine.core.errors import BusyError, NoAgentError, UnknownCallError
from sessions_app.engine.core.events import (
    CallEvent,
    FloorChanged,
    Speaker,
    SpeechEnded,
    SpeechStarted,
    StaffActed,
    StaffListens,
    StateChanged,
)
from sessions_app.engine.core.frames import AudioFrame
from sessions_app.engine.core.states import TERMINAL, CallState, Floor
from sessions_app.engine.session.agent_session import AgentSession
from sessions_app.engine.session.inbound_audio import InboundAudio
from sessions_app.engine.session.listening import ListeningMix

OVER = TERMINAL | {CallState.ENDING}
"""States in which nothing can be done in a call any more."""

GRACE_S = 20.0
"""How long a call stays with whoever took it over and lost their connection.

Lower gives calls back at a hiccup of the network; higher leaves callers with a silent agent.
"""


@dataclass(frozen=True, slots=True)
class DeskControls:
    """What a desk may do with, and ask of, its call. Nothing here blocks."""

    emit: Callable[[CallEvent], None]
    now_ms: Callable[[], float]
    """Returns the call clock, in ms."""

    inbound: InboundAudio
    playout: Playout | None
    agent: AgentSession | None


class DeskClient(Protocol):
    """One connection of a member of staff. Nothing of it blocks or raises."""

    member: StaffMember
    mix: ListeningMix | None

    def show(self, state: DeskState) -> None:
        """Is told how the call stands."""
        ...

    def note(self, acted: StaffActed) -> None:
        """Is told what somebody did."""
        ...


class StaffDesk:
    """One call's desk. Implements `core.ports.EventSink`. On one event loop; nothing here blocks.

    Who may do what is for the caller of it to check. What is done is emitted as `StaffActed`.
    """

    def __init__(self, call: DeskControls) -> None:
        self._call = call
        agent = call.agent
        self.state = DeskState(
            answers=agent is not None, heeds=agent is not None and bool(agent.heeds)
        )
        self.tells_caller = True
        """Whether the caller is told that somebody listens."""

        self.storage_is_behind: Callable[[], bool] = lambda: False
        """Returns whether too much of this call waits to be stored."""

        self._was_heard = False
        self._onlookers: list[DeskClient] = []
        self._holder: DeskClient | None = None
        self._giving_back: asyncio.TimerHandle | None = None

    # -- who looks on -------------------------------------------------------------------

    def join(self, client: DeskClient) -> None:
        """Shows the state now, and whatever changes from now on."""
        self._onlookers.append(client)
        client.show(self.state)

    def leave(self, client: DeskClient) -> None:
        """Tells it no more. A call that it held is given back unless they return soon."""
        if client not in self._onlookers:
            return
        self._onlookers.remove(client)
        self._stop_listening(client)
        if client is self._holder and not self.state.over:
            loop = asyncio.get_running_loop()
            self._giving_back = loop.call_later(GRACE_S, self._give_back, client.member)

    def emit(self, event: CallEvent) -> None:
        match event:
            case SpeechStarted(speaker=Speaker.CALLER):
                self._show(caller_speaks=True)
            case SpeechEnded(speaker=Speaker.CALLER):
                self._show(caller_speaks=False)
            case FloorChanged(floor=floor):
                self._show(agent_speaks=floor is Floor.AGENT_SPEAKING)
            case StateChanged(state=state) if state in OVER:
                self._end()
            case StaffActed():
                for client in list(self._onlookers):
                    client.note(event)

    def catch_up(self) -> list[CallEvent]:
        """Returns what a client that joins late is told: whether somebody listens, if ever."""
        told = self._was_heard and self.tells_caller
        return [StaffListens(bool(self.state.listeners))] if told else []

    # -- what they do -------------------------------------------------------------------

    def execute(self, client: DeskClient, command: DeskCommand) -> None:
        """Does what staff ask.

        Raises, before anything is done: UnknownCallError (not retryable) for a call that is over,
        BusyError (retryable) while storage is behind, and what `StaffSpeech` raises.
        """
        if self.state.over:
            raise UnknownCallError("The call is over.")
        if self.storage_is_behind():
            raise BusyError("This call has more to save than the database can take. Try again.")
        match command:
            case Whisper(text=text):
                self._agent.staff.whisper(text)
                self._act(StaffAction.WHISPER, client.member, text)
            case Listen(on=True):
                self._listen(client)
            case Listen():
                self._stop_listening(client)
            case TakeOver():
                self._take_over(client)
            case StaffSays(text=text):
                self._agent.staff.say(text, client.member.key, self._call.now_ms())
            case GiveBack():
                self._give_back(client.member)

    @property
    def _agent(self) -> AgentSession:
        if self._call.agent is None:
            raise NoAgentError("This agent only transcribes: nobody can speak for it.")
        return self._call.agent

    def _act(self, action: StaffAction, by: StaffMember, text: str = "") -> None:
        self._call.emit(StaffActed(action, by, self._call.now_ms(), text))

    def _take_over(self, client: DeskClient) -> None:
        self._agent.staff.hold()
        self._stop_timer()
        before, self._holder = self.state.held_by, client
        if before != client.member:
            self._act(StaffAction.TAKE_OVER, client.member)
        self._show(held_by=client.member)

    def _give_back(self, by: StaffMember) -> None:
        self._stop_timer()
        self._holder = None
        if self.state.held_by is None or self.state.over:
            return
        self._agent.staff.release()
        self._act(StaffAction.GIVE_BACK, by)
        self._show(held_by=None)

    def _stop_timer(self) -> None:
        if self._giving_back is not None:
            self._giving_back.cancel()
            self._giving_back = None

    # -- listening ----------------------------------------------------------------------

    def _listen(self, client: DeskClient) -> None:
        if client.mix is not None:
            return
        client.mix = ListeningMix(self._call.now_ms)
        self._act(StaffAction.LISTEN, client.member)
        self._count_listeners()

    def _stop_listening(self, client: DeskClient) -> None:
        mix, client.mix = client.mix, None
        if mix is not None:
            mix.close()
            self._act(StaffAction.STOP_LISTENING, client.member)
            self._count_listeners()

    def _count_listeners(self) -> None:
        """Taps the audio while anybody listens, and tells the caller when that changes."""
        before = self.state.listeners
        now = sum(1 for one in self._onlookers if one.mix is not None)
        self._call.inbound.on_frame = self._hear_caller if now else None
        if self._call.playout is not None:
            self._call.playout.on_sent = self._hear_agent if now else None
        self._was_heard = True
        if bool(now) != bool(before) and self.tells_caller:
            self._call.emit(StaffListens(bool(now)))
        self._show(listeners=now)

    def _hear_caller(self, frame: AudioFrame) -> None:
        for client in self._onlookers:
            if client.mix is not None:
                client.mix.hear_caller(frame)

    def _hear_agent(self, packet: bytes, start_ms: float) -> None:
        for client in self._onlookers:
            if client.mix is not None:
                client.mix.hear_agent(packet, start_ms)

    # -- what they are shown ------------------------------------------------------------

    def _end(self) -> None:
        self._stop_timer()
        for client in list(self._onlookers):
            self._stop_listening(client)
        self._show(caller_speaks=False, agent_speaks=False, over=True)

    def _show(self, **changed: object) -> None:
        state = replace(self.state, **changed)  # type: ignore[arg-type] # the fields are its own
        if state != self.state:
            self.state = state
            for client in list(self._onlookers):
                client.show(state)
