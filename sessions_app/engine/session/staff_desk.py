"""What staff see, hear and do in a live call that they watch."""

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
"""States in which staff can no longer act in a call."""

GRACE_S = 20.0
"""How long a call stays taken over after the connection of the person who took it over was lost.

Lower lets the agent answer again at a short network failure; higher leaves callers with a silent
agent for longer.
"""


@dataclass(frozen=True, slots=True)
class DeskControls:
    """The parts of a call that its desk uses. Nothing here blocks."""

    emit: Callable[[CallEvent], None]
    now_ms: Callable[[], float]
    """Returns the call clock, in ms."""

    inbound: InboundAudio
    playout: Playout | None
    agent: AgentSession | None


class DeskClient(Protocol):
    """One connection of a member of staff to a desk. Its methods neither block nor raise."""

    member: StaffMember
    mix: ListeningMix | None

    def show(self, state: DeskState) -> None:
        """Receives the call's state each time it changes."""
        ...

    def note(self, acted: StaffActed) -> None:
        """Receives what a member of staff did in the call, also through another connection."""
        ...


class StaffDesk:
    """One call's desk. Implements `core.ports.EventSink`. On one event loop; nothing here blocks.

    It does not check permissions: callers do, before `execute`. Each action is emitted as
    `StaffActed`.
    """

    def __init__(self, call: DeskControls) -> None:
        self._call = call
        agent = call.agent
        self.state = DeskState(
            answers=agent is not None, heeds=agent is not None and bool(agent.heeds)
        )
        self.tells_caller = True
        """Whether the caller's client gets a message when staff start or stop listening."""

        self.storage_is_behind: Callable[[], bool] = lambda: False
        """Returns whether this call has too many writes that wait for the database."""

        self._was_heard = False
        self._clients: list[DeskClient] = []
        self._holders: list[DeskClient] = []
        """The connections through which whoever holds the call took it over."""

        self._giving_back: asyncio.TimerHandle | None = None

    # -- who watches --------------------------------------------------------------------

    def join(self, client: DeskClient) -> None:
        """Shows `client` the state, now and whenever it changes."""
        self._clients.append(client)
        client.show(self.state)

    def leave(self, client: DeskClient) -> None:
        """Removes `client`.

        A call that it had taken over is given back after GRACE_S, unless the same member of staff
        has it through another connection.
        """
        if client not in self._clients:
            return
        self._clients.remove(client)
        self._stop_listening(client)
        if client not in self._holders:
            return
        self._holders.remove(client)
        if not self._holders and not self.state.over:
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
                for client in list(self._clients):
                    client.note(event)

    def catch_up(self) -> list[CallEvent]:
        """Returns the events for a caller's client that joins late: whether somebody listens.

        Empty if nobody ever did, or callers are not to know.
        """
        told = self._was_heard and self.tells_caller
        return [StaffListens(bool(self.state.listeners))] if told else []

    # -- what they do -------------------------------------------------------------------

    def execute(self, client: DeskClient, command: DeskCommand) -> None:
        """Executes a command of staff.

        Raises, before anything is changed: UnknownCallError (not retryable) for a call that is
        over, BusyError (retryable) while storage is behind, and what `StaffSpeech` raises.
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
        staff = self._agent.staff
        self._stop_timer()
        if self.state.held_by != client.member:
            staff.hold()
            self._holders.clear()
            self._act(StaffAction.TAKE_OVER, client.member)
        if client not in self._holders:
            self._holders.append(client)
        self._show(held_by=client.member)

    def _give_back(self, by: StaffMember) -> None:
        self._stop_timer()
        self._holders.clear()
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
        now = sum(1 for one in self._clients if one.mix is not None)
        self._call.inbound.on_frame = self._hear_caller if now else None
        if self._call.playout is not None:
            self._call.playout.on_sent = self._hear_agent if now else None
        self._was_heard = True
        if bool(now) != bool(before) and self.tells_caller:
            self._call.emit(StaffListens(bool(now)))
        self._show(listeners=now)

    def _hear_caller(self, frame: AudioFrame) -> None:
        for client in self._clients:
            if client.mix is not None:
                client.mix.hear_caller(frame)

    def _hear_agent(self, packet: bytes, start_ms: float) -> None:
        for client in self._clients:
            if client.mix is not None:
                client.mix.hear_agent(packet, start_ms)

    # -- the state that they see --------------------------------------------------------

    def _end(self) -> None:
        self._stop_timer()
        for client in list(self._clients):
            self._stop_listening(client)
        self._show(caller_speaks=False, agent_speaks=False, over=True)

    def _show(self, **changed: object) -> None:
        state = replace(self.state, **changed)  # type: ignore[arg-type] # the fields are its own
        if state != self.state:
            self.state = state
            for client in list(self._clients):
                client.show(state)
