"""The live object that runs one call: its state, its sides, and who is told."""

import asyncio
import contextlib
import logging
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from sessions_app.engine.audio.playout import Playout
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
    MediaGap,
    SegmentFinal,
    SpeechEnded,
    SpeechStarted,
    StateChanged,
)
from sessions_app.engine.core.party import Party
from sessions_app.engine.core.ports import EventSink
from sessions_app.engine.core.rates import MessageKind, MessageLimits, TooManyError
from sessions_app.engine.core.states import LIVE, CallState, EndReason, may_move
from sessions_app.engine.core.transport import Transport
from sessions_app.engine.rtc.video import VideoLine
from sessions_app.engine.session.agent_parts import CallLine
from sessions_app.engine.session.agent_session import AgentSession
from sessions_app.engine.session.client_commands import COUNTED, STORED
from sessions_app.engine.session.keypad import Keypad, KeySettings
from sessions_app.engine.session.listening import Lane, Listening
from sessions_app.engine.session.supervising import Absence, ConnectionSnapshot, Limits, Supervisor
from sessions_app.engine.session.transcribing import SegmentNumbers

logger = logging.getLogger(__name__)

HELD_UP_S = 0.25
"""A tick comes each 0.1 s; after a longer pause the loop was held up, and audio may be unread."""

MOST_FINALS, MOST_GAPS = 400, 50
"""What of a call is told to a client that joins it; the rest is in the database.

Together they fit into what may wait for one socket.
"""

SPOKEN = (SpeechStarted, SpeechEnded, SegmentFinal)
"""Events that show that somebody speaks."""

TAIL_S = 0.25
"""After a hang-up, audio that is still on its way may arrive for this long."""


@dataclass(frozen=True, slots=True)
class Ownership:
    """Whose call it is and how it is named; never changes."""

    call_id: str
    party: Party
    offer_key: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Sides:
    """What makes the call's two sides; without `agent` the agent only transcribes.

    `numbers` are those that both sides take for what they say.
    """

    listening: Callable[[Callable[[CallEvent], None]], Listening]
    agent: Callable[[CallLine], AgentSession] | None = None
    agent_lane: Lane | None = None
    playout: Playout | None = None
    video: VideoLine | None = None
    numbers: SegmentNumbers = field(default_factory=SegmentNumbers)
    keys: KeySettings = field(default_factory=KeySettings)


class CallSession:
    """Runs one call from its answer to its end. Lives on one event loop.

    Sinks get every event in order; a sink that is added later can first be given the
    finals it missed (`finals_after`).
    """

    def __init__(
        self,
        ownership: Ownership,
        transport: Transport,
        sides: Sides,
        clock: CallClock,
        limits: Limits,
        *,
        messages: MessageLimits,
    ) -> None:
        self.ownership = ownership
        self.clock = clock
        self.messages = messages
        self._meter = messages.of_call()
        self.playout = sides.playout
        self.video = sides.video
        self.state = CallState.CREATED
        self.reason: EndReason | None = None
        self._transport = transport
        self._listening = sides.listening(self._emit)
        self._agent_lane = sides.agent_lane
        self._supervisor = Supervisor(limits, time.monotonic())
        self._sinks: list[EventSink] = []
        self._finals: deque[SegmentFinal] = deque(maxlen=MOST_FINALS)
        self._gaps: deque[MediaGap] = deque(maxlen=MOST_GAPS)
        self._ending: asyncio.Task[None] | None = None
        self.on_message: Callable[[str | bytes], None] = lambda _: None
        self.behind: Callable[[], bool] = lambda: False
        """Tells whether more of the call waits to be stored than should."""

        self._absence = Absence()
        self._left_behind: set[asyncio.Task[None]] = set()
        self._spoke_s = self._looked_s = time.monotonic()
        self._speaking = False
        self.length_ms = 0.0
        self._agent = sides.agent(self._line()) if sides.agent else None
        if self._agent is not None:
            self._sinks.append(self._agent)
        self._keypad = Keypad(sides.keys, sides.numbers, self._emit, self.now_ms, self._agent)

    def _line(self) -> CallLine:
        return CallLine(
            self._emit,
            self.now_ms,
            self.end_soon,
            self._listening.guard,
            self._listening.ask,
            lambda: self._transport.can_play,
            lambda: self._transport.reads,
        )

    @property
    def agent(self) -> AgentSession:
        """The agent in this call; raises NoAgentError when its agent only transcribes."""
        if self._agent is None:
            raise NoAgentError("This agent only transcribes. Call one that answers.")
        return self._agent

    def count(self, kind: MessageKind) -> None:
        """Counts a client's message, by whichever socket or channel it came.

        Raises TooManyError where the call had too many of its kind.
        """
        self._meter.count(kind, time.monotonic())

    def obey(self, command: ToCall) -> None:
        """Does what a client asks; raises NoAgentError for what an agent should do.

        Raises TooManyError before it does anything, and BusyError (retryable) for what would
        have to be stored while the call is behind with storing what it has.
        """
        if (kind := COUNTED.get(type(command))) is not None:
            self.count(kind)
        if isinstance(command, STORED) and self.behind():
            raise BusyError(
                "This call has more to save than the database can take. Try again soon."
            )
        self._do(command)

    def _do(self, command: ToCall) -> None:
        if isinstance(command, Press):
            self._keypad.press(command.keys)
            return
        match command:
            case HangUp():
                self.end_soon(EndReason.CALLER_HUNG_UP)
            case ClientAway():
                self._absence.goes(time.monotonic())
            case Mute():
                self._listening.mute(command.muted)
            case _:
                self._ask_agent(command)

    def _ask_agent(self, command: ToCall) -> None:
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
        """Takes what came over the data channel of whichever connection there is."""
        self.on_message(message)

    def hear_key(self, key: str) -> None:
        """Takes a key that came with the sound; one too many is left out."""
        with contextlib.suppress(TooManyError, BusyError):
            self.obey(Press((key,)))

    def send(self, message: str | bytes) -> None:
        """Sends to the client's data channel, whichever connection carries the call then."""
        self._transport.send(message)

    def close_channel(self) -> None:
        """Closes the client's data channel after what was sent."""
        self._transport.close_channel()

    def move_to(self, transport: Transport) -> None:
        """Goes on over another connection; what came over the old one is heard out first.

        Raises UnknownCallError when the call is about to end.
        """
        if not self.live or self._ending is not None:
            raise UnknownCallError("This call is over. Start a new one.")
        old, self._transport = self._transport, transport
        logger.info("call %s left a connection: %s", self.call_id, old.account)
        self._absence.lost(time.monotonic())
        self._absence.connected()
        old.close_input()
        self._listening.start(transport.frames())
        closing = asyncio.create_task(old.aclose())
        self._left_behind.add(closing)
        closing.add_done_callback(self._left_behind.discard)

    def now_ms(self) -> float:
        """Returns the call clock now."""
        return self.clock.now_ms(time.monotonic())

    def add_sink(self, sink: EventSink) -> None:
        """Tells `sink` of everything from now on."""
        self._sinks.append(sink)

    def remove_sink(self, sink: EventSink) -> None:
        """Tells `sink` nothing more; does nothing for one that is not there."""
        if sink in self._sinks:
            self._sinks.remove(sink)

    def client_joined(self, *, returns: bool) -> None:
        """Notes that the client holds a socket; with `returns` it can come back after its end."""
        self._absence.joined(time.monotonic(), returns=returns)

    def client_left(self) -> None:
        """Notes that the client closed its socket; while its media flows the call goes on."""
        self._absence.left(time.monotonic())

    def finals_after(self, seq: int) -> list[SegmentFinal]:
        """Returns the call's newest finals with a greater `seq`, in order."""
        return [final for final in self._finals if final.seq > seq]

    def catch_up(self) -> list[CallEvent]:
        """Returns what a client that joins must know: state, gaps, and what its agent tells."""
        of_agent = self._agent.catch_up() if self._agent is not None else []
        return [StateChanged(self.state, self.reason, self.length_ms), *self._gaps, *of_agent]

    def start(self) -> None:
        """Starts listening; the call is CONNECTING from here."""
        self._listening.start(self._transport.frames())
        self._move(CallState.CONNECTING)

    def tick(self, now_s: float) -> None:
        """Looks at the client and moves the call where it belongs."""
        if not self.live or self._ending is not None:
            return
        if self.state is CallState.ACTIVE:
            self.clock.begin(now_s)
        now_ms = self.clock.now_ms(now_s)
        self._listening.tick(now_ms, self._silent_to(now_s))
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
            self._absence.gone(now_s, heard_s, closed=transport.closed_by_peer),
            transport.last_media_s,
            0.0 if self._speaking else now_s - self._spoke_s,
            away=self._absence.away,
        )

    def _follow_connection(self, snapshot: ConnectionSnapshot) -> None:
        """Moves the call to the state that its connection is in, or ends it."""
        transition = self._supervisor.judge(self.state, snapshot)
        if transition.state is CallState.ENDING and transition.reason is not None:
            self.end_soon(transition.reason)
        elif transition.state is not self.state:
            if transition.state is CallState.RECONNECTING:
                self._absence.lost(snapshot.now_s)
                self._listening.expect_gap()
            self._move(transition.state)
        if self._absence.cut(snapshot):
            self._listening.expect_gap()

    def _silent_to(self, now_s: float) -> float | None:
        """Returns up to where the client sent nothing, as far as this process would have seen it.

        When the loop was held up, what came meanwhile has yet to be read.
        """
        looked_s, self._looked_s = self._looked_s, now_s
        silent_ms = self._transport.silent_to(now_s)
        return silent_ms if now_s - looked_s < HELD_UP_S else None

    def end_soon(self, reason: EndReason) -> "asyncio.Task[None]":
        """Starts to end the call, once; returns the task that ends it."""
        if self._ending is None:
            self._ending = asyncio.create_task(self._end(reason))
        return self._ending

    async def end(self, reason: EndReason) -> None:
        """Ends the call: last words, lanes, peer. Returns when all of it is done."""
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
            await self._listening.finish()
        except Exception:
            logger.exception("call %s: listening did not finish cleanly", self.call_id)
            await self._listening.aclose()
            failed = True
        if self._agent_lane is not None:
            await self._agent_lane.aclose()
        self._move(CallState.FAILED if failed else CallState.ENDED)
        await self._transport.aclose()
        logger.info("call %s ended its connection: %s", self.call_id, self._transport.account)
        await asyncio.gather(*self._left_behind, return_exceptions=True)

    def _move(self, state: CallState) -> None:
        if not may_move(self.state, state):
            return
        self.state = state
        self._emit(StateChanged(state, self.reason, self.length_ms))

    def _emit(self, event: CallEvent) -> None:
        if isinstance(event, SegmentFinal):
            self._finals.append(event)
        if isinstance(event, MediaGap):
            self._gaps.append(event)
        if isinstance(event, SPOKEN):
            self._spoke_s = time.monotonic()
            self._speaking = isinstance(event, SpeechStarted)
        for sink in list(self._sinks):
            sink.emit(event)
