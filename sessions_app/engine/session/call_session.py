"""The live object that runs one call: its state machine, its two sides and its event sinks."""

import asyncio
import contextlib
import logging
import time
from collections import deque
from collections.abc import Callable, Sequence

from sessions_app.engine.core.clock import CallClock
from sessions_app.engine.core.commands import (
    AppMessage,
    ClientAway,
    HangUp,
    Interrupt,
    Mute,
    PauseAgent,
    Press,
    Say,
    Speak,
    ToCall,
)
from sessions_app.engine.core.errors import BusyError, NoAgentError, UnknownCallError
from sessions_app.engine.core.events import (
    CallEvent,
    FinalRedacted,
    MediaGap,
    SegmentFinal,
    SpeechEnded,
    SpeechStarted,
    StateChanged,
)
from sessions_app.engine.core.ports import EventSink
from sessions_app.engine.core.rates import MessageKind, MessageLimits, TooManyError
from sessions_app.engine.core.states import LIVE, CallState, EndReason, may_move
from sessions_app.engine.core.transport import Transport
from sessions_app.engine.session.agent_parts import CallControls
from sessions_app.engine.session.agent_session import AgentSession
from sessions_app.engine.session.call_parts import CallSides, Ownership
from sessions_app.engine.session.client_commands import COUNTED, STORED
from sessions_app.engine.session.keypad import Keypad
from sessions_app.engine.session.staff_desk import DeskControls, StaffDesk
from sessions_app.engine.session.supervisor import Absence, ConnectionSnapshot, Limits, Supervisor

logger = logging.getLogger(__name__)

STALL_S = 0.25
"""A longer time between two ticks (0.1 s each) means a stalled event loop with unread audio.

Lower takes ordinary jitter for a stall and delays silence; higher feeds silence where audio waits.
"""

MAX_FINALS, MAX_GAPS = 400, 50
"""The newest finals and gaps kept for clients that join late; older ones are in the database.

Together they must fit into the outgoing queue of one socket.
"""

SPEECH_EVENTS = (SpeechStarted, SpeechEnded, SegmentFinal)
"""Events that show that somebody speaks, for the idle limit."""

TAIL_S = 0.25
"""How long audio in flight may still arrive after a hang-up.

Lower loses the last word over slow networks; higher delays the end of every call.
"""


class CallSession:
    """Runs one call from the SDP answer to its end. Used on one event loop; nothing here blocks.

    Call `start` once and `tick` every 0.1 s; `end_soon` or the supervisor ends it. Sinks get every
    event in order; a sink that is added later can catch up with `finals_after`. The call clock is
    in ms; `*_s` are monotonic seconds.
    """

    def __init__(
        self,
        ownership: Ownership,
        transport: Transport,
        sides: CallSides,
        clock: CallClock,
        limits: Limits,
        *,
        messages: MessageLimits,
    ) -> None:
        self.ownership = ownership
        self.clock = clock
        self.messages = messages
        self._message_counter = messages.of_call()
        self.playout = sides.playout
        self.video = sides.video
        self.state = CallState.CREATED
        self.reason: EndReason | None = None
        self._transport = transport
        self._inbound = sides.inbound(self._emit)
        self._agent_lane = sides.agent_lane
        self._supervisor = Supervisor(limits, time.monotonic())
        self._absence = Absence()
        self._sinks: list[EventSink] = []
        self._finals: deque[SegmentFinal] = deque(maxlen=MAX_FINALS)
        self._gaps: deque[MediaGap] = deque(maxlen=MAX_GAPS)
        self._ending: asyncio.Task[None] | None = None
        self.on_message: Callable[[str | bytes], None] = lambda _: None
        """Gets each message of the data channel; set by the dialect that the client speaks."""

        self.storage_is_behind: Callable[[], bool] = lambda: False
        """Returns whether too much of this call waits to be stored."""

        self.redact: Callable[[CallEvent], Sequence[CallEvent]] = lambda event: (event,)
        """Returns what everybody but the agent gets of an event."""

        self._closing_transports: set[asyncio.Task[None]] = set()
        self._spoke_s = self._ticked_s = time.monotonic()
        self._speaking = False
        self.length_ms = 0.0
        """The call's length on its clock, once it has ended; 0 before."""

        self._agent = sides.agent(self._controls()) if sides.agent else None
        self._keypad = Keypad(sides.keys, sides.numbers, self._emit, self.now_ms, self._agent)
        parts = self._inbound, self.playout, self._agent
        self.desk = StaffDesk(DeskControls(self._emit, self.now_ms, *parts))
        self._sinks.append(self.desk)

    def _controls(self) -> CallControls:
        return CallControls(
            emit=self._emit,
            now_ms=self.now_ms,
            hang_up=self.end_soon,
            guard_vad=self._inbound.guard,
            request_words=self._inbound.request_words,
            can_play=lambda: self._transport.can_play,
            wants_text=lambda: self._transport.wants_text,
        )

    @property
    def agent(self) -> AgentSession:
        """The call's agent; raises NoAgentError (not retryable) where the call has none."""
        if self._agent is None:
            raise NoAgentError("This agent only transcribes. Call one that answers.")
        return self._agent

    def count(self, kind: MessageKind) -> None:
        """Counts a message of the client against its rate limit, over all sockets and channels.

        Raises TooManyError (retryable) if there were too many of its kind.
        """
        self._message_counter.count(kind, time.monotonic())

    def execute(self, command: ToCall) -> None:
        """Executes a command of the client.

        Raises, before anything is done: TooManyError (retryable) over a rate limit, BusyError
        (retryable) for a command that has to be stored while storage is behind, and NoAgentError
        for one that needs an agent where there is none.
        """
        if (kind := COUNTED.get(type(command))) is not None:
            self.count(kind)
        if isinstance(command, STORED) and self.storage_is_behind():
            raise BusyError(
                "This call has more to save than the database can take. Try again soon."
            )
        self._execute(command)

    def _execute(self, command: ToCall) -> None:
        if isinstance(command, Press):
            self._keypad.press(command.keys)
            return
        match command:
            case HangUp():
                self.end_soon(EndReason.CALLER_HUNG_UP)
            case ClientAway():
                self._absence.page_closing(time.monotonic())
            case Mute():
                self._inbound.mute(command.muted)
            case _:
                self._command_agent(command)

    def _command_agent(self, command: ToCall) -> None:
        match command:
            case Say():
                self.agent.say(command.text)
            case Speak():
                self.agent.speak(command.text)
            case Interrupt():
                self.agent.interrupt()
            case PauseAgent():
                self.agent.pause(command.paused)
            case AppMessage():
                self.agent.hear_app(command.data)

    @property
    def call_id(self) -> str:
        return self.ownership.call_id

    @property
    def live(self) -> bool:
        return self.state in LIVE

    @property
    def over(self) -> bool:
        """Whether all of the call's work in this process is done."""
        return self._ending is not None and self._ending.done()

    @property
    def transport(self) -> Transport:
        return self._transport

    def hear_message(self, message: str | bytes) -> None:
        """Handles a message of the client's data channel, whichever connection it came over."""
        self.on_message(message)

    def hear_key(self, key: str) -> None:
        """Handles a DTMF key of the RTP stream; ignores it over the rate limit."""
        with contextlib.suppress(TooManyError, BusyError):
            self.execute(Press((key,)))

    def send(self, message: str | bytes) -> None:
        """Sends on the data channel of the current connection; queues until that is open."""
        self._transport.send(message)

    def close_channel(self) -> None:
        """Closes the client's data channel once all queued messages are sent."""
        self._transport.close_channel()

    def move_to(self, transport: Transport) -> None:
        """Continues the call over another connection, after all audio of the old one.

        Raises UnknownCallError (not retryable) if the call is ending.
        """
        if not self.live or self._ending is not None:
            raise UnknownCallError("This call is over. Start a new one.")
        old, self._transport = self._transport, transport
        logger.info("call %s left a connection: %s", self.call_id, old.account)
        self._absence.lost(time.monotonic())
        self._absence.reconnected()
        old.close_input()
        self._inbound.start(transport.frames())
        closing = asyncio.create_task(old.aclose())
        self._closing_transports.add(closing)
        closing.add_done_callback(self._closing_transports.discard)

    def now_ms(self) -> float:
        """Returns the call clock, in ms."""
        return self.clock.now_ms(time.monotonic())

    def add_sink(self, sink: EventSink) -> None:
        """Emits every further event to `sink`, too."""
        self._sinks.append(sink)

    def remove_sink(self, sink: EventSink) -> None:
        """Emits no further events to `sink`; does nothing for an unknown one."""
        if sink in self._sinks:
            self._sinks.remove(sink)

    def client_joined(self, *, returns: bool) -> None:
        """Notes that the client has opened a socket; `returns`: it reconnects by itself."""
        self._absence.socket_opened(time.monotonic(), returns=returns)

    def client_left(self) -> None:
        """Notes that the client closed its socket; the call goes on while its media flows."""
        self._absence.socket_closed(time.monotonic())

    def finals_after(self, seq: int) -> list[SegmentFinal]:
        """Returns the finals with a greater `seq`, in order; at most the newest MAX_FINALS."""
        return [final for final in self._finals if final.seq > seq]

    def catch_up(self) -> list[CallEvent]:
        """Returns the events that a joining client needs: state, gaps, and those of the agent."""
        of_agent = self._agent.catch_up() if self._agent is not None else []
        shown = [one for event in of_agent for one in self.redact(event)]
        return [
            StateChanged(self.state, self.reason, self.length_ms),
            *self._gaps,
            *shown,
            *self.desk.catch_up(),
        ]

    def start(self) -> None:
        """Starts to take the caller's audio and moves the call to CONNECTING."""
        self._inbound.start(self._transport.frames())
        self._move(CallState.CONNECTING)

    def tick(self, now_s: float) -> None:
        """Runs everything that depends on time: silence, prompts, and the call's state.

        To be called every 0.1 s; `now_s` is monotonic.
        """
        if not self.live or self._ending is not None:
            return
        if self.state is CallState.ACTIVE:
            self.clock.begin(now_s)
        now_ms = self.clock.now_ms(now_s)
        self._inbound.tick(now_ms, self._silent_until(now_s))
        if self._agent_lane is not None:
            self._agent_lane.flush_due(now_ms)
        if self._agent is not None:
            self._agent.tick(now_ms)
        self._follow_connection(self._snapshot(now_s))

    def _snapshot(self, now_s: float) -> ConnectionSnapshot:
        transport = self._transport
        heard_s = transport.last_heard_s
        return ConnectionSnapshot(
            now_s,
            transport.connected,
            heard_s,
            self._absence.has_left(now_s, heard_s, closed=transport.closed_by_peer),
            transport.last_media_s,
            0.0 if self._speaking else now_s - self._spoke_s,
            away=self._absence.away,
        )

    def _follow_connection(self, snapshot: ConnectionSnapshot) -> None:
        """Moves the call to the state that follows from its connection, or ends it."""
        transition = self._supervisor.next_state(self.state, snapshot)
        if transition.state is CallState.ENDING and transition.reason is not None:
            self.end_soon(transition.reason)
        elif transition.state is not self.state:
            if transition.state is CallState.RECONNECTING:
                self._absence.lost(snapshot.now_s)
                self._inbound.expect_gap()
            self._move(transition.state)
        if self._absence.media_lost(snapshot):
            self._inbound.expect_gap()

    def _silent_until(self, now_s: float) -> float | None:
        """Returns until when the client sent no audio, on the call clock in ms; None if it sends.

        None after a stall of the event loop, too: audio that came meanwhile is yet to be read.
        """
        ticked_s, self._ticked_s = self._ticked_s, now_s
        silent_ms = self._transport.silent_until_ms(now_s)
        return silent_ms if now_s - ticked_s < STALL_S else None

    def end_soon(self, reason: EndReason) -> "asyncio.Task[None]":
        """Starts to end the call; returns the task that does. Only the first reason counts."""
        if self._ending is None:
            self._ending = asyncio.create_task(self._end(reason))
        return self._ending

    async def end(self, reason: EndReason) -> None:
        """Ends the call and returns when its last words, lanes and connection are finished."""
        await asyncio.shield(self.end_soon(reason))

    async def _end(self, reason: EndReason) -> None:
        self.reason = reason
        self._move(CallState.ENDING)
        self._keypad.close()
        if self._agent is not None:
            await self._agent.finish()
        if self._transport.connected:
            await asyncio.sleep(TAIL_S)
        self.length_ms = self.now_ms()
        self._transport.close_input()
        if self.video is not None:
            await self.video.aclose()
        failed = reason is EndReason.NEVER_CONNECTED
        try:
            await self._inbound.finish()
        except Exception:
            logger.exception("call %s: its inbound audio did not finish cleanly", self.call_id)
            await self._inbound.aclose()
            failed = True
        if self._agent_lane is not None:
            await self._agent_lane.aclose()
        self._move(CallState.FAILED if failed else CallState.ENDED)
        await self._transport.aclose()
        logger.info("call %s ended its connection: %s", self.call_id, self._transport.account)
        await asyncio.gather(*self._closing_transports, return_exceptions=True)

    def _move(self, state: CallState) -> None:
        if not may_move(self.state, state):
            return
        self.state = state
        self._emit(StateChanged(state, self.reason, self.length_ms))

    def _emit(self, event: CallEvent) -> None:
        if isinstance(event, SPEECH_EVENTS):
            self._spoke_s = time.monotonic()
            self._speaking = isinstance(event, SpeechStarted)
        shown = self.redact(event)
        for one in shown:
            self._keep(one)
        if self._agent is not None:
            self._agent.emit(event)
        for one in shown:
            for sink in list(self._sinks):
                sink.emit(one)

    def _keep(self, event: CallEvent) -> None:
        """Stores the event if clients that join late need it."""
        if isinstance(event, SegmentFinal):
            self._finals.append(event)
        elif isinstance(event, FinalRedacted):
            for at, final in enumerate(self._finals):
                if final.seq == event.final.seq:
                    self._finals[at] = event.final
        elif isinstance(event, MediaGap):
            self._gaps.append(event)
